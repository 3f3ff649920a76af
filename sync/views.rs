//! Views: tables built from docs and register entries, their queries, and what a window gets to see.
//!
//! Views may be deleted at any moment and are rebuilt; see [`crate::replica`].

use koina_model::ids::{DeviceId, Time};
use koina_model::permits::{Profile, Role};
use koina_model::problem::Problem;
use koina_model::words::{Named, Position};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub mod assets;
pub mod conflicts;
pub mod outbox;
pub mod requests;

/// Who and where this installation is.
#[derive(Clone, Debug, Serialize, TS)]
pub struct About {
    /// `None` before enrolment.
    pub station: Option<Station>,
    pub version: String,
    /// `el` or `en`, as last chosen on this device.
    pub language: String,
}

/// An enrolled installation.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Station {
    pub device: DeviceId,
    /// Short code that opens every receipt number of this device.
    pub code: String,
    /// What people call it: «Συνεργείο 2 – Ηλεκτροφωτισμός».
    pub name: String,
    pub person: String,
    pub role: Role,
    pub profile: Profile,
    /// The crew the device works for, if any.
    pub crew: Option<String>,
    /// Community codes whose records the device holds; empty means all of them.
    pub communities: Vec<String>,
    pub municipality: Named,
    pub server: String,
}

/// The lists a window offers and the names behind codes.
#[derive(Clone, Debug, Default, Serialize, TS)]
pub struct Lists {
    pub municipality: Named,
    pub communities: Vec<CommunityItem>,
    pub settlements: Vec<SettlementItem>,
    pub groups: Vec<Named>,
    pub categories: Vec<CategoryItem>,
    pub departments: Vec<Named>,
    pub crews: Vec<CrewItem>,
    pub asset_types: Vec<Named>,
    pub hold_reasons: Vec<Named>,
    pub reject_reasons: Vec<Named>,
    pub emergency: Named,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct CommunityItem {
    pub code: String,
    pub el: String,
    pub en: String,
    /// The municipal unit (δημοτική ενότητα).
    pub unit: String,
    /// Whether this device holds the community's records.
    pub mine: bool,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct SettlementItem {
    pub code: String,
    pub community: String,
    pub el: String,
    pub en: String,
    pub position: Position,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct CategoryItem {
    pub code: String,
    pub group: String,
    pub el: String,
    pub en: String,
    pub department: String,
    /// 1 (danger) to 4 (low).
    pub priority: u8,
    pub target_hours: u32,
    pub place_required: bool,
    /// Life may be in danger: 112, 199 and 166 are shown first.
    pub emergency: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, TS)]
pub struct CrewItem {
    pub id: String,
    pub name: String,
    pub department: String,
    pub communities: Vec<String>,
}

/// The state of the line between this device and the municipal server.
#[derive(Clone, Debug, Default, Serialize, TS)]
pub struct ExchangeState {
    /// Whether the person lets this device use the network.
    pub cable: bool,
    pub running: bool,
    /// Saved here and not yet received by the server.
    pub pending: u32,
    pub needs_decision: u32,
    /// When the last complete exchange ended.
    pub last_at: Option<Time>,
    /// Why the last try failed; `None` after a success.
    pub problem: Option<Problem>,
    /// Records fetched and expected, while a first load runs.
    pub done: u32,
    pub expected: u32,
    /// Grows with every change of what the windows show.
    pub revision: u32,
}

/// One field whose versions differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Clash {
    /// The field's name in the record.
    pub field: String,
    pub versions: Vec<Version>,
}

/// One of the values that were written at the same time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Version {
    /// Names the version when the desk chooses it.
    pub key: String,
    /// The value as stored: a code, a text, a position.
    pub value: String,
    /// Who wrote it: the device's name, as people call it.
    pub by: String,
    pub at: Time,
    /// The value that is shown until the desk decides.
    pub winning: bool,
}

/// Something that happened, as a line of a timeline.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct TimelineRow {
    pub id: String,
    pub at: Time,
    /// The device's clock contradicts the server's; the time is a claim.
    pub claimed: bool,
    /// Who: the device's name, as people call it.
    pub by: String,
    /// What: `received`, `protocolled`, or the tag of an event.
    pub what: String,
    /// Codes and words that belong to it, by name (`reason`, `crew`, `department`, `text`, `quantity`, `unit`, `number`, `field`, `value`, `condition`, `outcome`, `of`, `to`).
    pub detail: std::collections::BTreeMap<String, String>,
    /// Not yet received by the server.
    pub pending: bool,
    /// Two people acted without knowing of each other and this is one of them.
    pub concurrent: bool,
}

/// A device as the desk sees it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct DeviceRow {
    pub id: DeviceId,
    pub code: String,
    pub name: String,
    pub person: String,
    pub role: Role,
    pub crew: Option<String>,
    pub communities: Vec<String>,
    pub enrolled_at: Time,
    pub last_seen_at: Option<Time>,
    pub revoked_at: Option<Time>,
    /// Changes the device said it still held when last seen.
    pub pending: u32,
    /// Changes of this device that the server refused.
    pub refused: u32,
    pub version: String,
}

/// A change the server did not take.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RefusedRow {
    /// Identity of the change (hex of its hash).
    pub change: String,
    pub doc: String,
    pub device: String,
    pub at: Time,
    /// Code of the reason.
    pub reason: String,
}

/// A one-time code that lets a new device in.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Invite {
    pub code: String,
    pub expires_at: Time,
    /// Address and code as one text, for scanning.
    pub link: String,
    /// The same as an SVG picture.
    pub qr_svg: String,
}
