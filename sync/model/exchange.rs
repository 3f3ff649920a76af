//! What a device and the municipal server say to each other. `sync/EXCHANGE.md` is the reading copy.
//!
//! One round trip is one [`Ask`] and one [`Answer`]: the device hands over what it saved and says what it has;
//! the server gives a receipt for each change and a page of what the device lacks.
//! Messages are CBOR maps with the names below, zstd-compressed; unknown names are skipped, missing ones have defaults,
//! so that old and new versions understand each other. Stored in `tests/data` since 0.1: add fields, never rename.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::columns::Columns;
use crate::ids::{DeviceId, DocId, Time};
use crate::kiosks::{Health, StaffCall};
use crate::permits::{Permit, Role};
use crate::photos::FileHash;
use crate::words::Kind;

/// Largest change a device may push, in bytes.
pub const CHANGE_BYTES_MAX: usize = 256 * 1024;
/// Largest message body before inflating, in bytes.
pub const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Largest message after inflating, in bytes.
pub const INFLATED_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Most changes in one push.
pub const PUSH_CHANGES_MAX: usize = 2_000;
/// Most contacts in one message.
pub const CONTACTS_MAX: usize = 500;
/// Most words about erased contacts in one message.
pub const ERASED_MAX: usize = 500;
/// Most records that a device names of which changes wait.
pub const UNSENT_MAX: usize = 50;

/// Capability names this version understands. A side uses what both name.
pub const CAPABILITIES: [&str; 3] = ["changes", "saved-docs", COLUMNS];
/// The capability of taking whole records by column, see [`crate::columns`].
pub const COLUMNS: &str = "columns";
/// The capability of kiosks and of the desks that look after them, see [`crate::kiosks`]. Only who is one of them names it,
/// and only who named it hears it.
pub const KIOSKS: &str = "kiosks";

/// What a device says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ask {
    pub capabilities: Vec<String>,
    /// Version of the app, shown to the desk.
    pub version: String,
    /// The epoch the device last saw; empty at first contact. A server restored from a backup has another.
    pub epoch: String,
    /// Everything of the device's scope up to this place in the log is here.
    pub cursor: u64,
    /// Where a first load stands; `None` when there is none to do.
    pub first: Option<FirstLoad>,
    /// Version of the lists (people, crews, reference data) the device holds.
    pub lists: u64,
    /// Changes in this message, oldest first, dependencies before dependents.
    pub push: Vec<Pushed>,
    /// Changes and contacts that stay on the device after this message.
    pub pending: u32,
    /// About how many bytes of answer the device wants, before compression.
    pub want_bytes: u32,
    /// Register entries handed over again after the server was restored from a backup, in the order of their places.
    pub entries: Vec<Entry>,
    /// Changes and entries to hand over again, in this message and later ones; 0 when that is over.
    pub again: u32,
    /// Number of the last decision about a refused change that the device heard of.
    #[serde(skip_serializing_if = "is_zero")]
    pub decisions: u64,
    /// Number of the last change of what this device is for that it heard of.
    #[serde(skip_serializing_if = "is_zero")]
    pub scope: u64,
    /// Contacts of people, sealed where they were typed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<SealedContact>,
    /// Number of the last word about erased contacts that the device heard of.
    #[serde(skip_serializing_if = "is_zero")]
    pub erasures: u64,
    /// Erased contacts, told again after the server was restored from a backup.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub erased: Vec<Erased>,
    /// How a kiosk is, when that changed and every few minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
    /// A kiosk that has no key yet for the codes of staff.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unlock: bool,
    /// A revoked device has handed over everything, and erases itself when this is answered.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub erases: bool,
    /// What only the device has after this message: if it is lost, that is lost with it. `None`: what was said before holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsent: Option<Unsent>,
}

/// What only the device has after a message, and whether anybody may open it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Unsent {
    /// Records with changes that wait, the longest waiting first; at most [`UNSENT_MAX`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<UnsentRecord>,
    /// So many records more.
    #[serde(skip_serializing_if = "is_zero")]
    pub more: u32,
    #[serde(skip_serializing_if = "is_zero")]
    pub contacts: u32,
    /// Pictures that are only here.
    #[serde(skip_serializing_if = "is_zero")]
    pub photos: u32,
    /// Whoever opens the device types a PIN; `None`: it cannot tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<bool>,
    /// Grows with what a device says: a courier may bring an older word after a newer one.
    #[serde(skip_serializing_if = "is_zero")]
    pub said: u64,
}

impl Unsent {
    /// The same, where these changes of a message stay as well; each record is named once.
    #[must_use]
    pub fn and(self, stay: &[(DocId, Kind)], now: Time) -> Self {
        let stay = stay.iter().map(|(doc, kind)| UnsentRecord {
            doc: *doc,
            kind: *kind,
            changes: 1,
            since: now,
        });
        let mut places: BTreeMap<DocId, usize> = BTreeMap::new();
        let mut records: Vec<UnsentRecord> = Vec::new();
        for record in stay.chain(self.records) {
            let place = *places.entry(record.doc).or_insert(records.len());
            match records.get_mut(place) {
                None => records.push(record),
                Some(known) => {
                    known.changes = known.changes.saturating_add(record.changes);
                    known.since = known.since.min(record.since);
                }
            }
        }
        let over = u32::try_from(records.len().saturating_sub(UNSENT_MAX)).unwrap_or(u32::MAX);
        records.truncate(UNSENT_MAX);
        Self {
            records,
            more: self.more.saturating_add(over),
            ..self
        }
    }
}

/// A record with changes that wait on a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsentRecord {
    pub doc: DocId,
    pub kind: Kind,
    pub changes: u32,
    /// When the first of them was saved, by the clock of the device.
    pub since: Time,
}

fn is_zero<N: Default + PartialEq>(number: &N) -> bool {
    *number == N::default()
}

impl Ask {
    /// Whether everything that was to be handed over again is in this message, or was before.
    pub fn ends_again(&self) -> bool {
        usize::try_from(self.again).is_ok_and(|again| again == self.entries.len())
    }
}

/// A place in a first load: open and newest records come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FirstLoad {
    /// Place in the log when the load began; the exchange goes on from there afterwards. 0 at the start.
    pub upto: u64,
    /// Key after which the next page begins, as the last answer gave it. 0 at the start.
    pub after: u64,
}

/// A change handed over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pushed {
    pub doc: DocId,
    pub kind: Kind,
    /// One uncompressed Automerge change chunk.
    pub bytes: ByteBuf,
    /// It was accepted before, and is handed over again because the server was restored from a backup. Only then may
    /// another device have written it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
}

/// What the server answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answer {
    pub capabilities: Vec<String>,
    pub epoch: String,
    /// The server's clock, to mark device times that cannot be.
    pub now: Time,
    /// One for each pushed change, in the same order.
    pub receipts: Vec<Receipt>,
    /// What the device lacked, in log order (in order of need during a first load).
    pub items: Vec<Item>,
    /// The device's cursor after these items.
    pub cursor: u64,
    /// The end of the log when this was answered.
    pub head: u64,
    /// The log that the device followed has ended: this much of it holds.
    pub restored: Option<Restored>,
    /// Where the first load stands after these items; `None` when it is complete.
    pub first: Option<FirstLoad>,
    /// Records in the whole first load, for the progress bar.
    pub expected: u32,
    /// There is more; ask again.
    pub more: bool,
    /// Lists newer than the device's, as JSON.
    pub lists: Option<String>,
    /// The device was revoked: its push was taken, it gets nothing more.
    pub revoked: bool,
    /// What the desk decided about refused changes of the device.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<Decision>,
    /// The device is for something else now. It gets no items until it says that it has heard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// Records whose contacts of the ask are durable here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<DocId>,
    /// Contacts that were erased: those of the ask, and those after the number in the ask that concern the device.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub erased: Vec<Erased>,
    /// Records whose words in the ask were heard.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub erased_heard: Vec<DocId>,
    /// Number of the last word about erased contacts up to which everything is told.
    #[serde(skip_serializing_if = "is_zero")]
    pub erasures: u64,
    /// The key for the codes of staff at this kiosk, see [`crate::unlock`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unlock: Option<ByteBuf>,
    /// Visitors' calls for staff that stand now, at kiosks this desk looks after.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<StaffCall>,
}

/// How to reach whoever reported something, sealed to the key of the server. The device that hands it over cannot read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SealedContact {
    pub doc: DocId,
    pub bytes: ByteBuf,
}

/// The contacts of a record were erased by right: whoever holds them destroys them, and nobody takes them again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Erased {
    pub doc: DocId,
    /// The server's clock.
    pub at: Time,
    /// 32 bytes that only the server can make, see [`crate::contacts::erased`].
    pub proof: ByteBuf,
}

/// What a device is for since the desk changed it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scope {
    /// Grows with every change.
    pub number: u64,
    pub name: String,
    pub person: String,
    pub role: Role,
    pub crew: Option<String>,
    /// Empty: all.
    pub communities: Vec<String>,
}

/// What the desk decided about a change that the server had refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Grows with every decision.
    pub number: u64,
    pub doc: DocId,
    pub hash: ByteBuf,
    /// What it says is in the record now, as it was written or written anew by the desk; else the desk does not take it.
    pub taken: bool,
}

/// What still holds of a log that ended when a backup was restored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Restored {
    /// The last place of the log that both have.
    pub head: u64,
    /// The last place of the register that both have.
    pub entries: u64,
}

/// The server's word about one pushed change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// Hash of the change.
    pub hash: ByteBuf,
    pub verdict: Verdict,
}

/// What became of a pushed change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Durable in the log at this place since this moment. A resend gets the same words.
    Accepted {
        seq: u64,
        at: Time,
    },
    /// A change it depends on is not here (yet, or because it was refused).
    Waiting,
    Refused {
        reason: Refusal,
    },
}

/// Why a change was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Refusal {
    #[error("larger than {bytes_max} bytes")]
    TooLarge { bytes_max: u32 },
    #[error("not a change chunk")]
    NotAChange,
    #[error("damaged or hostile bytes")]
    Malformed,
    #[error("written with another device's key")]
    WrongActor,
    #[error("belongs to another record")]
    WrongRecord,
    #[error("the sequence number was used before: the device needs a new actor")]
    SequenceReused,
    #[error("a value that a record cannot hold: {field}")]
    BadValue { field: String },
    #[error("{field} cannot change once written")]
    Fixed { field: String },
    #[error("needs {needs:?}")]
    NotAllowed { needs: Permit },
    #[error("outside the communities of the device")]
    OutOfScope,
}

impl Refusal {
    /// The code, as on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::NotAChange => "not_a_change",
            Self::Malformed => "malformed",
            Self::WrongActor => "wrong_actor",
            Self::WrongRecord => "wrong_record",
            Self::SequenceReused => "sequence_reused",
            Self::BadValue { .. } => "bad_value",
            Self::Fixed { .. } => "fixed",
            Self::NotAllowed { .. } => "not_allowed",
            Self::OutOfScope => "out_of_scope",
        }
    }
}

/// Something the device lacked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "item", rename_all = "snake_case")]
pub enum Item {
    /// A change of a record.
    Change {
        doc: DocId,
        kind: Kind,
        at: Time,
        bytes: ByteBuf,
    },
    /// A whole record with its history: a first load, or a record that moved into the scope.
    Doc {
        doc: DocId,
        kind: Kind,
        bytes: ByteBuf,
    },
    /// Whole records with their history, laid out by column. Only to who names the capability `columns`.
    Docs { columns: Box<Columns> },
    /// A decision of the municipality.
    Entry { entry: Entry },
    /// The record left the device's scope.
    Evict { doc: DocId },
}

/// A register entry: what the municipality decides. It never merges and is never changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Place in its chain, from 1.
    pub place: u64,
    /// SHA-256 over the previous entry's hash and this entry's words.
    pub hash: ByteBuf,
    pub doc: DocId,
    pub at: Time,
    pub words: EntryWords,
}

/// What an entry says. Stored in the register since 0.1: add variants, never rename.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum EntryWords {
    /// The record got a protocol number.
    Protocol {
        year: i16,
        number: u32,
        received_at: Time,
    },
    /// A number that was given before a backup was restored, and that nobody brought back: it stays empty.
    Void { year: i16, number: u32 },
    /// Written by a newer server; kept.
    #[serde(other)]
    Other,
}

impl EntryWords {
    /// The place in the protocol register that these words take.
    pub fn number(&self) -> Option<(i16, u32)> {
        match self {
            Self::Protocol { year, number, .. } | Self::Void { year, number } => {
                Some((*year, *number))
            }
            Self::Other => None,
        }
    }
}

/// What a courier file to the server holds once it is opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CourierAsk {
    pub device: DeviceId,
    /// Whom the answer is sealed to, as an age recipient: a key of this file alone.
    pub reply_to: String,
    /// Asks as they would travel over a line, to be answered one after the other.
    pub asks: Vec<ByteBuf>,
    /// Ed25519 signature of the device over [`courier_words`], 64 bytes.
    pub signature: ByteBuf,
    /// Photos that are taken after the asks, where somebody rescued them from a device; each is what its name says, or nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<CarriedPhoto>,
}

/// A file of a photo in a courier file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CarriedPhoto {
    pub file: FileHash,
    /// A record of the device names it: where the server does not know that record yet, the file is to come again.
    pub named: bool,
    pub bytes: ByteBuf,
}

/// What a courier file to a device holds once it is opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CourierAnswer {
    pub device: DeviceId,
    pub pages: Vec<CourierPage>,
}

/// The answer to one ask, with the place it starts from: it holds for a device that stands there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CourierPage {
    pub epoch: String,
    pub cursor: u64,
    pub first: Option<FirstLoad>,
    /// The ask ended what was to be handed over again after a restore.
    pub ends_again: bool,
    pub answer: Answer,
}

/// What a device asks for at enrolment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnrolAsk {
    pub code: String,
    pub device: DeviceId,
    /// Ed25519 public key, 32 bytes, hex.
    pub key: String,
    pub version: String,
}

/// Where a device asks for its key back.
pub const REOPEN_PATH: &str = "/v1/reopen";

/// What a device says that only the town hall can open, with a one-time code of the desk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReopenAsk {
    pub device: DeviceId,
    pub code: String,
    /// The key of its records and whose it is, sealed to the key of the town hall.
    pub sealed: ByteBuf,
    /// What the answer is sealed to, as an age recipient.
    pub reply_to: String,
}

/// What the server answers to an enrolment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnrolAnswer {
    pub municipality: String,
    /// Short code that opens every receipt number of the device.
    pub station: String,
    pub name: String,
    pub person: String,
    pub role: Role,
    pub crew: Option<String>,
    pub communities: Vec<String>,
    pub epoch: String,
    /// Reference data, crews and device names, as JSON of [`crate::lists::Lists`].
    pub lists: String,
    /// Number of the last change of what the device is for.
    #[serde(default)]
    pub scope: u64,
}

/// The bytes a device signs for every request: method, path, counter and the SHA-256 of the body.
/// The counter grows with every request of a device, so nothing can be replayed and a cloned device shows.
pub fn signed_words(method: &str, path: &str, counter: u64, body: &[u8]) -> Vec<u8> {
    use sha2::Digest;
    let mut words = format!("koina-1\n{method}\n{path}\n{counter}\n").into_bytes();
    words.extend_from_slice(&sha2::Sha256::digest(body));
    words
}

/// The bytes a device signs for a courier file. There is no counter: the same file may arrive twice, and says the same.
pub fn courier_words(reply_to: &str, asks: &[ByteBuf]) -> Vec<u8> {
    use sha2::Digest;
    let mut words = format!("koina-courier-1\n{reply_to}\n").into_bytes();
    for ask in asks {
        words.extend_from_slice(&sha2::Sha256::digest(ask));
    }
    words
}

/// Header with the session of whoever is signed in at a desk.
pub const HEADER_SESSION: &str = "koina-session";
/// Header names of a signed request.
pub const HEADER_DEVICE: &str = "koina-device";
pub const HEADER_COUNTER: &str = "koina-counter";
pub const HEADER_SIGNATURE: &str = "koina-signature";
/// Media type of asks and answers.
pub const MEDIA_TYPE: &str = "application/vnd.koina.exchange";
