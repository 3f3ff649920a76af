//! The only failure that a window or an HTTP client ever sees.
//!
//! A `Problem` is a closed list of codes with the data a sentence needs, never the sentence:
//! the words live in `ui/src/words` in Greek and English, and a code without words does not compile there.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ids::{DocId, Time};
use crate::permits::Permit;

/// What went wrong, and what a person needs to know to put it right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Problem {
    #[error("one or more fields need correcting")]
    BadInput { fields: Vec<FieldProblem> },
    #[error("no such record on this device")]
    NotFound,
    #[error("not allowed: needs {needs:?}")]
    NotAllowed { needs: Permit },
    #[error("the record is already closed")]
    AlreadyClosed,
    #[error("the record is still open")]
    NotClosed,
    #[error("the asset was retired")]
    Retired,
    #[error("somebody already decided this conflict")]
    AlreadyDecided,
    /// Since it was looked at.
    #[error("somebody else has changed this meanwhile")]
    ChangedMeanwhile,
    #[error("this device is not enrolled")]
    NotEnrolled,
    #[error("this device is already enrolled")]
    AlreadyEnrolled,
    #[error("the enrolment code is wrong, used or expired")]
    CodeRefused,
    #[error("too many tries")]
    TooManyTries { wait_s: u32 },
    #[error("this device is locked")]
    Locked,
    #[error("the PIN is not this person's")]
    WrongPin,
    #[error("nobody is signed in at this desk")]
    SignInNeeded,
    #[error("the name, the password or the code is wrong, or the account is closed")]
    SignInRefused,
    /// Of the municipality, for a sign-in.
    #[error("the identity provider did not say who it is")]
    ProviderFailed,
    #[error("this machine has no browser that opens")]
    NoBrowser,
    #[error("whoever the identity provider speaks of has no account here")]
    NoAccount,
    #[error("an administrator has to be left who can sign in")]
    LastAdmin,
    #[error("somebody has to be left who can open this device")]
    LastPerson,
    #[error("the records of this device are locked, and the file with their keys cannot be read")]
    KeysUnreadable,
    #[error("the key store of this computer does not give its part of the key")]
    KeyStoreShut,
    #[error("the key store of this computer has no part of the key any more")]
    KeyStoreLost,
    #[error("this device was revoked")]
    Revoked,
    #[error("the municipal server cannot be reached")]
    Offline { since: Option<Time> },
    #[error("the network of this device is switched off")]
    CableOut,
    #[error("the address of the server is not usable")]
    BadAddress,
    #[error("whoever answered could not show that it is the municipal server")]
    WrongServer,
    #[error("an exchange is already running")]
    Busy,
    #[error("too large: at most {bytes_max} bytes")]
    TooLarge { bytes_max: u32 },
    #[error("malformed: {what}")]
    Malformed { what: String },
    #[error("the signature or the counter of the device was refused")]
    NotSigned,
    #[error("the courier file is damaged, incomplete or for somebody else")]
    CourierUnreadable,
    #[error("this device does not know the key of the town hall yet")]
    CourierNotReady,
    #[error("records that name {photos} of the photos in this file are not at the town hall yet")]
    PhotosTooEarly { photos: u32 },
    #[error("this version is too old for the server")]
    UpgradeNeeded,
    #[error("the disk is full")]
    DiskFull,
    #[error("the disk cannot be written")]
    DiskReadOnly,
    #[error("the disk does not answer")]
    DiskGone,
    #[error("there is no room in the chosen folder")]
    PlaceFull,
    #[error("the chosen folder cannot be written")]
    PlaceReadOnly,
    #[error("another process holds the replica")]
    ReplicaInUse,
    #[error("the file of the replica is damaged")]
    ReplicaDamaged,
    #[error("nothing was printed: {fault:?}")]
    Printer { fault: PrinterFault },
    #[error("this receipt was printed {most} times")]
    PrintedEnough { most: u32 },
    #[error("the photo was not taken: {fault:?}")]
    Photo { fault: PhotoFault },
    #[error("another asset bears this tag")]
    TagTaken { asset: DocId },
    #[error("the map was not taken: {fault:?}")]
    Map { fault: MapFault },
    #[error("this kiosk has no voice")]
    NoVoice,
    #[error("internal failure, incident {incident}")]
    Internal { incident: String },
}

/// Why a printer printed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PrinterFault {
    /// This installation has no printer.
    NotSet,
    /// Switched off, unplugged, or not where it should be.
    Unreachable,
    NoPaper,
    CoverOpen,
    /// It takes nothing, or does not say that it printed.
    Slow,
}

impl From<PrinterFault> for Problem {
    fn from(fault: PrinterFault) -> Self {
        Self::Printer { fault }
    }
}

/// Why a file was not taken as a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PhotoFault {
    /// Nothing is in it.
    Empty,
    /// No picture of a kind that can be read here: JPEG, PNG, WebP.
    NotAPicture,
    /// More bytes or pixels than any camera makes.
    TooLarge,
    /// It begins like a picture and breaks off, or is damaged.
    Damaged,
    /// Its file is not on this device (any more).
    NotHere,
}

impl From<PhotoFault> for Problem {
    fn from(fault: PhotoFault) -> Self {
        Self::Photo { fault }
    }
}

/// Why a file was not taken as a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MapFault {
    /// No PMTiles file with vector tiles.
    NotAMap,
    /// It ends before what it says it holds.
    Truncated,
    /// More bytes than a map of a municipality has.
    TooLarge,
    /// It shows somewhere else.
    Elsewhere,
    /// No longer where it was, or never there.
    NotHere,
    /// The town hall has none.
    NotAtTown,
}

impl From<MapFault> for Problem {
    fn from(fault: MapFault) -> Self {
        Self::Map { fault }
    }
}

/// One field that needs correcting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FieldProblem {
    /// The name of the field in the input, as in the TypeScript type.
    pub field: String,
    pub rule: FieldRule,
}

/// Why a field was not accepted, with what the sentence needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum FieldRule {
    Missing,
    TooLong {
        max: u32,
    },
    TooShort {
        min: u32,
    },
    /// Somebody else has it.
    Taken,
    /// One that is tried first, like 123456.
    TooEasy,
    Unknown,
    NotText,
    BadCharacter,
    OutOfRange {
        min: i32,
        max: i32,
    },
    OutsideMunicipality,
    InFuture,
    /// Before this day (YYYY-MM-DD).
    TooEarly {
        first: String,
    },
    NotOnAList,
    NotAPhone,
    NotAnEmail,
    NotAnAfm,
    NotAKaek,
    NotADate,
    NotANumber,
    NotATag,
}

impl Problem {
    /// A problem with one field.
    pub fn field(field: &str, rule: FieldRule) -> Self {
        Self::BadInput {
            fields: vec![FieldProblem {
                field: field.to_owned(),
                rule,
            }],
        }
    }

    /// Something is larger than this many bytes.
    pub fn too_large(bytes_max: usize) -> Self {
        Self::TooLarge {
            bytes_max: u32::try_from(bytes_max).unwrap_or(u32::MAX),
        }
    }

    /// The code, as on the wire.
    pub fn code(&self) -> String {
        serde_json::to_value(self)
            .ok()
            .and_then(|value| {
                value
                    .get("code")
                    .and_then(|code| code.as_str().map(str::to_owned))
            })
            .unwrap_or_default()
    }
}
