//! The outbox: what was saved on this device and how far it has come.

use koina_model::ids::{DocId, Time};
use koina_model::words::{Kind, Saved};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Debug, Default, PartialEq, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct OutboxQuery {
    pub search: String,
    /// Only what is in this state.
    pub saved: Option<Saved>,
    pub offset: u32,
    pub limit: u32,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct OutboxPage {
    pub rows: Vec<OutboxRow>,
    pub total: u32,
}

/// One saved change.
#[derive(Clone, Debug, Serialize, TS)]
pub struct OutboxRow {
    /// Hex of the change's hash.
    pub change: String,
    pub doc: DocId,
    pub kind: Kind,
    /// Category code of a request, type code of an asset.
    pub code: String,
    pub number: Option<String>,
    pub title: String,
    /// What was done: `entered`, `edited`, or the tag of an event.
    pub what: String,
    pub saved_at: Time,
    pub saved: Saved,
    pub bytes: u32,
    pub tries: u32,
    /// Code of the server's reason when it refused the change.
    pub reason: Option<String>,
}
