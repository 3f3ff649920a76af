//! Conflicts: records with versions for the desk to decide.

use koina_model::ids::DocId;
use koina_model::words::Kind;
use serde::Serialize;
use ts_rs::TS;

use super::Clash;

#[derive(Clone, Debug, Serialize, TS)]
pub struct ConflictsPage {
    pub rows: Vec<ConflictRow>,
    pub total: u32,
}

/// A record and the fields on which people disagree.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ConflictRow {
    pub doc: DocId,
    pub kind: Kind,
    /// Category code of a request, type code of an asset.
    pub code: String,
    pub number: Option<String>,
    pub title: String,
    pub community: String,
    pub settlement: String,
    pub clashes: Vec<Clash>,
}
