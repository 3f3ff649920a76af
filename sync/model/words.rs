//! Small closed lists that records, windows and the server share.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How far something a user saved has come. Five words, one meaning everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Saved {
    /// Πρόχειρο: typed, not yet handed in.
    Draft,
    /// Στη συσκευή: durable on this device, not yet sent.
    OnDevice,
    /// Στάλθηκε: sent, no receipt yet.
    Sent,
    /// Παραλήφθηκε: the server's receipt is here.
    Received,
    /// Χρειάζεται απόφαση: refused by the server or in conflict; kept on the device.
    NeedsDecision,
}

/// Where a request stands. Derived from its events, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    Received,
    /// It has a protocol number and nothing else has happened.
    Protocolled,
    Assigned,
    InProgress,
    OnHold,
    /// The crew found that it cannot be done; the desk has the next word.
    CannotBeDone,
    Reopened,
    Forwarded,
    Resolved,
    Rejected,
    Duplicate,
    Withdrawn,
}

impl Status {
    /// Whether somebody still has to do something.
    pub fn is_open(self) -> bool {
        !matches!(
            self,
            Self::Forwarded | Self::Resolved | Self::Rejected | Self::Duplicate | Self::Withdrawn
        )
    }
}

/// How a request reached the municipality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Found by a crew.
    Crew,
    Phone,
    Counter,
    Email,
    /// Brought in from another system.
    Import,
    /// Entered by a visitor at a public kiosk.
    Kiosk,
    /// Entered by a community (δημοτική κοινότητα), of its own accord or for a resident.
    Community,
}

/// A kind of doc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Request,
    Asset,
}

/// How the desk ends a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    Resolved,
    /// `reason` is a code of the reject reasons (statuses.json).
    Rejected {
        reason: String,
    },
    Duplicate {
        of: crate::ids::DocId,
    },
    /// `to` names the body that is competent.
    Forwarded {
        to: String,
    },
    /// Taken back by the person who reported it.
    Withdrawn,
}

/// A geographic position (WGS84, degrees) with its accuracy in metres where known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Position {
    pub lat: f64,
    pub lon: f64,
    pub accuracy_m: Option<f64>,
}

/// The same text in Greek and English.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Named {
    pub code: String,
    pub el: String,
    pub en: String,
}

/// The languages of the app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    #[default]
    El,
    En,
}
