//! Requests: rows, case files and their queries.

use koina_model::ids::{DocId, Time};
use koina_model::permits::Permit;
use koina_model::words::{Channel, Position, Saved, Status};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Clash, TimelineRow};

/// What to list. Empty strings and `false` mean "no restriction".
#[derive(Clone, Debug, Default, PartialEq, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct RequestsQuery {
    /// Words in Greek or Greeklish, any case, with or without accents; or a number.
    pub search: String,
    pub open: Option<bool>,
    pub status: Option<Status>,
    pub community: String,
    pub group: String,
    pub department: String,
    pub crew: String,
    /// Past its target time.
    pub late: bool,
    /// With versions for the desk to decide.
    pub clash: bool,
    pub sort: RequestSort,
    pub offset: u32,
    /// At most 200.
    pub limit: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RequestSort {
    #[default]
    Newest,
    Oldest,
    Due,
    Priority,
    Place,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct RequestsPage {
    pub rows: Vec<RequestRow>,
    /// Rows in all pages.
    pub total: u32,
}

/// One line of a list.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct RequestRow {
    pub id: DocId,
    pub receipt_number: Option<String>,
    pub protocol_number: Option<String>,
    pub category: String,
    pub community: String,
    pub settlement: String,
    /// Where exactly, in words.
    pub place_text: String,
    /// The first 200 characters of what was reported.
    pub text: String,
    pub status: Status,
    pub open: bool,
    /// 1 (danger) to 4 (low).
    pub priority: u8,
    pub department: String,
    pub crew: String,
    pub received_at: Time,
    pub due_at: Time,
    pub late: bool,
    pub saved: Saved,
    /// Fields with versions to decide.
    pub clashes: u32,
}

/// The whole story of a request.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RequestCase {
    pub row: RequestRow,
    pub text: String,
    pub channel: Channel,
    pub position: Option<Position>,
    /// The asset it is about.
    pub asset: Option<AssetRef>,
    /// The last public answer.
    pub answer: Option<String>,
    /// Somebody asked for a protocol number that has not come yet.
    pub awaits_number: bool,
    pub registered_at: Option<Time>,
    /// Last day to answer an application (ΚΔΔ, ν.2690/1999 art. 4), as YYYY-MM-DD.
    pub answer_by: Option<String>,
    pub duplicate_of: Option<DocId>,
    pub materials: Vec<Material>,
    pub timeline: Vec<TimelineRow>,
    pub clashes: Vec<Clash>,
    /// What the person at this window may do with it now.
    pub may: Vec<Permit>,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct AssetRef {
    pub id: DocId,
    pub number: String,
    pub name: String,
    pub kind: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Material {
    pub name: String,
    /// A decimal number as text, with a dot: «2.5».
    pub quantity: String,
    pub unit: String,
}

/// A crew's day.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Today {
    /// In the order to do them: danger first, then what is due.
    pub jobs: Vec<RequestRow>,
    /// All open jobs of the crew, when there are more than were sent.
    pub total: u32,
    /// Finished today by this crew.
    pub done: u32,
    /// When this device last heard from the server; `None` if never.
    pub as_of: Option<Time>,
}
