//! Assets: rows, cards and their queries.

use koina_model::ids::{DocId, Time};
use koina_model::permits::Permit;
use koina_model::words::{Position, Saved};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::requests::RequestRow;
use super::{Clash, TimelineRow};

/// What to list. Empty strings mean "no restriction".
#[derive(Clone, Debug, Default, PartialEq, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct AssetsQuery {
    pub search: String,
    /// Asset type code.
    pub kind: String,
    pub community: String,
    /// 1 to 5; 0 means any.
    pub condition: u8,
    pub retired: bool,
    pub clash: bool,
    pub sort: AssetSort,
    pub offset: u32,
    pub limit: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AssetSort {
    #[default]
    Number,
    Place,
    Condition,
    Inspected,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct AssetsPage {
    pub rows: Vec<AssetRow>,
    pub total: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct AssetRow {
    pub id: DocId,
    pub kind: String,
    pub number: String,
    pub name: String,
    pub community: String,
    pub settlement: String,
    pub place_text: String,
    /// 1 (new) to 5 (dangerous); `None` when never inspected.
    pub condition: Option<u8>,
    pub inspected_at: Option<Time>,
    pub retired: bool,
    pub open_requests: u32,
    pub saved: Saved,
    pub clashes: u32,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct AssetCard {
    pub row: AssetRow,
    pub note: String,
    pub position: Option<Position>,
    pub timeline: Vec<TimelineRow>,
    pub requests: Vec<RequestRow>,
    pub clashes: Vec<Clash>,
    pub may: Vec<Permit>,
}
