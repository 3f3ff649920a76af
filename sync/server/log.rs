//! The municipal log: the one order in which everything happened, and the registers that grow with it.
//!
//! [`AnyLog`] lists the promises; `tests/log.rs` holds both databases to each of them.
//! A promise is kept by one function over [`tx::Tx`], whatever the database: what differs between SQLite and
//! PostgreSQL is how a tx begins and ends (`log/sqlite.rs`, `log/postgres.rs`), nothing else.
//! One database holds one municipality.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use ed25519_dalek::{Signature, VerifyingKey};
use koina_model::accounts::Account;
use koina_model::contacts::{EraseReason, ReadReason};
use koina_model::exchange::{Decision, Entry, Erased, Refusal, Restored, Unsent};
use koina_model::ids::{DeviceId, DocId, Time};
use koina_model::kiosks::{Health, StaffCall};
use koina_model::lists::Crew;
use koina_model::permits::{Profile, Role};
use koina_model::problem::Problem;
use koina_model::words::Kind;
use koina_sync::views::RefusedRow;
use uuid::Uuid;

use crate::contacts::keys::{Correction, KeyId};
use crate::replica::{LogRow, NewChange};

mod accounts;
mod backup;
mod chain;
mod changes;
mod contacts;
mod devices;
mod kiosks;
mod lists;
mod postgres;
mod quarantine;
mod restored;
mod sql;
mod sqlite;
mod tx;
mod verify;

pub use accounts::{
    AccountChanged, AccountRow, NewSession, ProviderWord, SignedInWith, Taken, Way,
};
pub use chain::{Audited, Said, change_hash};
pub use contacts::{KeyDue, Seen};
pub use postgres::Postgres;
pub use sqlite::Sqlite;
pub use verify::Verified;

/// Tries with a wrong code that one minute allows, over all devices. So many that one address, which has few of its own, keeps
/// nobody out (of IPv6, one /64); so few that of codes of 50 bits none is found: with ten codes out for three days, one in 86 million.
pub const TRIES_PER_MINUTE: i64 = 300;

/// The log on either database.
#[derive(Debug)]
pub enum AnyLog {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// Who acts, for the audit.
#[derive(Clone, Debug)]
pub struct Author {
    pub device: Option<DeviceId>,
    pub person: String,
}

impl Author {
    /// A device, with the person it is given to.
    pub fn of(device: &Device) -> Self {
        Self {
            device: Some(device.id),
            person: device.person.clone(),
        }
    }

    /// The server itself: the command line, the first start.
    pub fn server() -> Self {
        Self {
            device: None,
            person: String::new(),
        }
    }
}

/// What became of a change in [`AnyLog::append`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// It is in the log at this place since this moment.
    At { seq: u64, at: Time },
    /// Another change has the same actor and running number.
    SequenceReused,
    /// An earlier change of the same record in this push was not taken.
    Waiting,
}

/// What a device asks of the log.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Community codes; empty means all.
    pub communities: Vec<String>,
    /// A device whose own changes are left out.
    pub except: Option<DeviceId>,
}

/// A part of the log as one scope sees it.
#[derive(Clone, Debug)]
pub struct Page {
    pub rows: Vec<Due>,
    /// Everything of the scope up to this place is in the rows.
    pub cursor: u64,
    pub more: bool,
}

/// A row of a page.
#[derive(Clone, Debug)]
pub struct Due {
    pub row: LogRow,
    /// Whether the record is in the scope now.
    pub here: bool,
}

/// How late a signed request may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// After every one before it.
    Strict,
    /// Eight others may have overtaken it: it says where it belongs, whenever it comes.
    Any,
}

/// A device as the server knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    pub id: DeviceId,
    pub station: String,
    /// Ed25519 public key.
    pub key: [u8; 32],
    pub role: Role,
    pub name: String,
    pub person: String,
    pub crew: Option<String>,
    pub communities: Vec<String>,
    pub counter: u64,
    pub enrolled_at: Time,
    pub seen_at: Option<Time>,
    pub revoked_at: Option<Time>,
    /// When it said that it had handed over everything and erases itself.
    pub erased_at: Option<Time>,
    /// When a request of it came last a second time.
    pub twice_at: Option<Time>,
    pub pending: u32,
    /// Changes of the device in the quarantine; counted for lists only.
    pub refused: u32,
    pub version: String,
    /// Grows with every change of what it is for.
    pub scope: u64,
    /// The last such change that it has heard of.
    pub scope_heard: u64,
    /// What it worked for until it hears of the last change; empty means all.
    pub communities_before: Vec<String>,
}

/// What a device says of itself with each message.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    pub version: String,
    /// Changes and contacts that it still holds.
    pub pending: u32,
    /// What those are; `None`: what it said before holds.
    pub unsent: Option<Unsent>,
}

/// What a device is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purpose {
    pub role: Role,
    pub name: String,
    pub person: String,
    pub crew: Option<String>,
    pub communities: Vec<String>,
}

impl Device {
    pub(crate) fn purpose(&self) -> Purpose {
        Purpose {
            role: self.role,
            name: self.name.clone(),
            person: self.person.clone(),
            crew: self.crew.clone(),
            communities: self.communities.clone(),
        }
    }

    /// The communities whose records its work may rightly be about: until it has heard of a change, also those before it.
    pub fn works_for(&self) -> Vec<String> {
        let (now, before) = (&self.communities, &self.communities_before);
        if self.scope_heard >= self.scope {
            return now.clone();
        }
        if now.is_empty() || before.is_empty() {
            return Vec::new();
        }
        let added = now.iter().filter(|code| !before.contains(code));
        before.iter().chain(added).cloned().collect()
    }

    /// Checks that these words are signed with the key of the device.
    pub(crate) fn verify(&self, words: &[u8], signature: &Signature) -> Result<(), Problem> {
        VerifyingKey::from_bytes(&self.key)
            .and_then(|key| key.verify_strict(words, signature))
            .map_err(|_| Problem::NotSigned)
    }
}

/// What a device will be once it comes with the code.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub code_hash: [u8; 32],
    pub role: Role,
    pub name: String,
    pub person: String,
    pub crew: Option<String>,
    pub communities: Vec<String>,
    pub expires_at: Time,
}

/// A device that comes with a code.
#[derive(Clone, Debug)]
pub struct Newcomer {
    pub code_hash: [u8; 32],
    pub device: DeviceId,
    pub key: [u8; 32],
    pub version: String,
}

/// What became of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redeemed {
    Device(Box<Device>),
    CodeRefused,
    /// The code is good, but the device id belongs to somebody.
    AlreadyEnrolled,
    TooManyTries {
        wait_s: u32,
    },
}

/// A change that was not taken.
#[derive(Clone, Debug)]
pub struct Quarantined {
    pub hash: [u8; 32],
    pub doc: DocId,
    pub kind: Kind,
    pub reason: Refusal,
    pub bytes: Vec<u8>,
}

/// A change in the quarantine that waits for a decision.
#[derive(Clone, Debug)]
pub struct Kept {
    pub hash: [u8; 32],
    pub doc: DocId,
    pub kind: Kind,
    pub bytes: Vec<u8>,
}

/// How a kiosk said it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub at: Time,
    pub health: Health,
    /// Since when a visitor calls for staff.
    pub called_at: Option<Time>,
}

/// A contact that a device hands over.
#[derive(Clone, Debug)]
pub struct Handed {
    pub doc: DocId,
    /// Sealed with a key of its own; `None`: what is here already stays.
    pub sealed: Option<Vec<u8>>,
    /// What is here and cannot be read any more: it takes the place of that only.
    pub instead: Option<Vec<u8>>,
}

/// A contact as it is kept.
#[derive(Clone, Debug)]
pub struct SealedRow {
    pub doc: DocId,
    /// Who handed it over.
    pub device: DeviceId,
    pub at: Time,
    pub sealed: Vec<u8>,
}

/// What somebody did with the contacts of a record, from the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactAct {
    pub at: Time,
    /// `None`: the server itself.
    pub device: Option<DeviceId>,
    /// The person the device was given to at the time.
    pub who: String,
    pub what: String,
    /// The code of a [`ReadReason`]; empty: none was asked for.
    pub reason: String,
}

/// What contacts are read for, as the audit says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadFor {
    pub(super) what: &'static str,
    pub(super) reason: Option<ReadReason>,
}

impl ReadFor {
    /// To be given to the person.
    pub const EXPORT: Self = Self {
        what: "contact.exported",
        reason: None,
    };

    /// To be held against others, of whom the names are shown.
    pub const COMPARE: Self = Self {
        what: "contact.compared",
        reason: None,
    };

    /// To be shown at a desk.
    pub fn desk(reason: ReadReason) -> Self {
        Self {
            what: "contact.read",
            reason: Some(reason),
        }
    }
}

/// What became of contacts that a device handed over.
#[derive(Clone, Debug, Default)]
pub struct KeptContacts {
    /// Records whose contacts need not be handed over again.
    pub durable: Vec<DocId>,
    /// Those of them that were erased.
    pub erased: Vec<Erased>,
    /// Keys that nothing was kept with.
    pub unused: Vec<KeyId>,
}

/// The contacts of a record, or that they were erased.
#[derive(Clone, Debug, Default)]
pub struct ReadContacts {
    pub rows: Vec<SealedRow>,
    pub erased: Option<ErasedRow>,
}

/// That contacts were erased.
#[derive(Clone, Copy, Debug)]
pub struct ErasedRow {
    pub at: Time,
    pub reason: EraseReason,
    pub device: Option<DeviceId>,
}

/// A record that came from another system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    pub doc: DocId,
    /// SHA-256 of the row as last imported.
    pub digest: [u8; 32],
}

/// Why the log could not answer.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    #[error("SQLite")]
    Sqlite(#[from] rusqlite::Error),
    #[error("PostgreSQL")]
    Postgres(#[from] tokio_postgres::Error),
    #[error("no connection to PostgreSQL")]
    Pool(#[from] deadpool_postgres::PoolError),
    #[error("setting up connections to PostgreSQL")]
    Build(#[from] deadpool_postgres::BuildError),
    #[error("the database is of a newer version ({found}) than this program ({known})")]
    Newer { found: i64, known: i64 },
    #[error("the database does not hold {what} as it should")]
    Row { what: &'static str },
    #[error("the chain of {chain} is broken at place {place}")]
    Broken { chain: &'static str, place: u64 },
    #[error("others wrote since the changes were judged")]
    Moved,
    #[error("the counter of the device was used, or is too far back")]
    CounterReplayed,
    #[error("the log to restore into holds something already")]
    NotEmpty,
    #[error("the file {0} is there already")]
    Exists(std::path::PathBuf),
    #[error("the backup file could not be written or read")]
    File(#[source] std::io::Error),
    #[error("no such device")]
    NoDevice,
    #[error("no station codes are left")]
    NoStation,
    #[error("the work was cut off")]
    CutOff,
    #[error("the operating system gives no random bytes")]
    Random,
}

impl From<LogError> for Problem {
    fn from(error: LogError) -> Self {
        match error {
            LogError::CounterReplayed => Problem::NotSigned,
            LogError::NoDevice => Problem::NotFound,
            other => crate::incident(&other),
        }
    }
}

/// Runs a function of `changes`, `devices`, … in one tx of whichever database this is.
macro_rules! in_one_tx {
    ($log:expr, $mode:ident, |$tx:ident| $work:expr) => {
        match $log {
            AnyLog::Sqlite(log) => log.tx(tx::Mode::$mode, move |$tx| tx::at_once($work)).await,
            AnyLog::Postgres(log) => {
                let mut client = log.client().await?;
                let mut held = Postgres::begin(&mut client, tx::Mode::$mode).await?;
                let $tx = &mut held;
                let value = $work.await?;
                held.commit().await?;
                Ok(value)
            }
        }
    };
}

/// How long it is tried to let go of erased bytes while somebody reads them: it holds up everybody who writes.
const SCRUB_WAIT_MS: u64 = 2_000;

impl AnyLog {
    /// Opens the log in a file of its own, creating or upgrading it.
    pub async fn open_sqlite(path: &Path) -> Result<Self, LogError> {
        Self::Sqlite(Sqlite::open(path.to_owned()).await?)
            .created()
            .await
    }

    /// Opens the log in a PostgreSQL database, creating or upgrading the tables.
    pub async fn open_postgres(url: &str) -> Result<Self, LogError> {
        Self::Postgres(Postgres::open(url).await?).created().await
    }

    async fn created(self) -> Result<Self, LogError> {
        let epoch = crate::random_hex()?;
        in_one_tx!(&self, Write, |tx| lists::create(tx, epoch))?;
        Ok(self)
    }

    /// Gives every change its place, once and for all.
    ///
    /// All or nothing, durable when it returns. A change that is already here gets the same words as the first time.
    /// Places and protocol numbers have no gaps, and nobody who reads the log in order misses a row.
    /// Moves, protocol numbers and audit entries are written in the same tx.
    /// With `judged_at`, fails with [`LogError::Moved`] when somebody else wrote since that place.
    pub async fn append(
        &self,
        by: Author,
        at: Time,
        changes: Vec<NewChange>,
        judged_at: Option<u64>,
    ) -> Result<Vec<Placed>, LogError> {
        in_one_tx!(self, Write, |tx| changes::append(
            tx, by, at, changes, judged_at
        ))
    }

    /// Rows after the cursor up to a place, as a scope sees them, about `bytes_max` of them and at least one.
    ///
    /// Changes and entries of records that are in the scope now, and moves that cross its border.
    /// The cursor passes rows outside the scope too.
    pub async fn after(
        &self,
        cursor: u64,
        upto: u64,
        scope: Scope,
        bytes_max: usize,
    ) -> Result<Page, LogError> {
        in_one_tx!(self, Read, |tx| changes::after(
            tx, cursor, upto, scope, bytes_max
        ))
    }

    /// Everything after a place, at most `limit` rows: for the server's own replica.
    pub async fn tail(&self, after: u64, limit: u32) -> Result<Vec<LogRow>, LogError> {
        in_one_tx!(self, Read, |tx| changes::tail(tx, after, limit))
    }

    /// The last place; 0 when nothing ever happened.
    pub async fn head(&self) -> Result<u64, LogError> {
        in_one_tx!(self, Read, |tx| changes::head(tx))
    }

    /// Walks the audit, the register and the log, and names the first place that does not hold.
    pub async fn verify_audit(&self) -> Result<Verified, LogError> {
        in_one_tx!(self, Read, |tx| verify::verify(tx))
    }

    /// The last place of the audit; 0 when there is none.
    pub async fn audit_end(&self) -> Result<u64, LogError> {
        in_one_tx!(self, Read, |tx| chain::end(tx))
    }

    /// Rows of the audit after a place, some at a time; none at the end.
    pub async fn audited(&self, after: u64) -> Result<Vec<Audited>, LogError> {
        in_one_tx!(self, Read, |tx| chain::audited(tx, after))
    }

    /// Keeps the hash of a code and what its bearer will be.
    pub async fn invite(
        &self,
        by: Author,
        at: Time,
        invitation: Invitation,
    ) -> Result<(), LogError> {
        in_one_tx!(self, Write, |tx| devices::invite(tx, by, at, invitation))
    }

    /// Lets a device in, once per code. The same device with the same code and key gets the same answer again,
    /// since an answer may be lost on the way. Wrong codes are counted per minute, also across restarts.
    pub async fn redeem(&self, at: Time, newcomer: Newcomer) -> Result<Redeemed, LogError> {
        in_one_tx!(self, Write, |tx| devices::redeem(tx, at, newcomer))
    }

    /// Keeps a code that opens a device of which only the town hall has the key; one from before is over. Gives whether there is
    /// such a device.
    pub async fn put_reopen(
        &self,
        by: Author,
        at: Time,
        device: DeviceId,
        code_hash: [u8; 32],
        until: Time,
    ) -> Result<bool, LogError> {
        in_one_tx!(self, Write, |tx| devices::put_reopen(
            tx, by, at, device, code_hash, until
        ))
    }

    /// Uses such a code, once: again only for the same answer, which may be lost on the way. Wrong ones count like those of
    /// [`redeem`](Self::redeem).
    pub async fn reopen(
        &self,
        at: Time,
        device: DeviceId,
        code_hash: [u8; 32],
        reply_to: String,
    ) -> Result<Result<(), Problem>, LogError> {
        in_one_tx!(self, Write, |tx| devices::reopen(
            tx, at, device, code_hash, reply_to
        ))
    }

    /// Registers a device without a code: the importer.
    pub async fn register(
        &self,
        at: Time,
        newcomer: Newcomer,
        as_invited: Invitation,
    ) -> Result<Device, LogError> {
        in_one_tx!(self, Write, |tx| devices::register(
            tx, at, newcomer, as_invited
        ))
    }

    /// A device, revoked or not.
    pub async fn device(&self, id: DeviceId) -> Result<Option<Device>, LogError> {
        in_one_tx!(self, Read, |tx| devices::device(tx, id))
    }

    /// Every device ever enrolled, oldest first.
    pub async fn devices(&self) -> Result<Vec<Device>, LogError> {
        in_one_tx!(self, Read, |tx| devices::list(tx))
    }

    /// Notes the counter of a signed request; refuses one that was used, or came later than it may.
    pub async fn advance_counter(
        &self,
        id: DeviceId,
        counter: u64,
        order: Order,
    ) -> Result<(), LogError> {
        in_one_tx!(self, Note, |tx| devices::advance_counter(
            tx, id, counter, order
        ))
    }

    /// Notes that a device was here.
    pub async fn seen(&self, id: DeviceId, at: Time, heard: Heard) -> Result<(), LogError> {
        in_one_tx!(self, Note, |tx| devices::seen(tx, id, at, heard))
    }

    /// What stayed on each device when it was last heard, and which of the records this log has.
    pub async fn unsent(&self) -> Result<HashMap<DeviceId, (Unsent, BTreeSet<DocId>)>, LogError> {
        in_one_tx!(self, Read, |tx| devices::unsent(tx))
    }

    /// Changes what a device is for; it hears of it at its next exchange.
    pub async fn change_device(
        &self,
        by: Author,
        at: Time,
        id: DeviceId,
        to: Purpose,
    ) -> Result<(), LogError> {
        in_one_tx!(self, Write, |tx| devices::change(tx, by, at, id, to))
    }

    /// Notes that a device has heard what it is for now.
    pub async fn heard_scope(&self, id: DeviceId, scope: u64) -> Result<(), LogError> {
        in_one_tx!(self, Note, |tx| devices::heard_scope(tx, id, scope))
    }

    /// Notes that a request of a device came a second time, or from long before: somebody may have copied it. One that was
    /// only late says nothing.
    pub async fn came_twice(&self, at: Time, id: DeviceId, counter: u64) -> Result<(), LogError> {
        in_one_tx!(self, Note, |tx| devices::came_twice(tx, at, id, counter))
    }

    /// Notes that a revoked device has handed over everything and erases itself; a second time changes nothing.
    pub async fn erases_itself(&self, by: Author, at: Time, id: DeviceId) -> Result<(), LogError> {
        in_one_tx!(self, Write, |tx| devices::erases_itself(tx, by, at, id))
    }

    /// Revokes a device; a second time changes nothing.
    pub async fn revoke(&self, by: Author, at: Time, id: DeviceId) -> Result<(), LogError> {
        in_one_tx!(self, Write, |tx| devices::revoke(tx, by, at, id))
    }

    /// Keeps changes that were not taken. The same change of the same device is kept once.
    pub async fn quarantine(
        &self,
        by: Author,
        at: Time,
        refused: Vec<Quarantined>,
    ) -> Result<(), LogError> {
        in_one_tx!(self, Write, |tx| quarantine::put(tx, by, at, refused))
    }

    /// What is kept of these changes, as long as nobody decided about them.
    /// Of records in these communities; empty means all.
    pub async fn kept(
        &self,
        hashes: Vec<[u8; 32]>,
        communities: Vec<String>,
    ) -> Result<Vec<Kept>, LogError> {
        in_one_tx!(self, Read, |tx| quarantine::kept(tx, hashes, &communities))
    }

    /// Notes what the desk decided about changes that were not taken; their devices hear of it.
    pub async fn decide(
        &self,
        by: Author,
        at: Time,
        hashes: Vec<[u8; 32]>,
        taken: bool,
    ) -> Result<(), LogError> {
        in_one_tx!(self, Write, |tx| quarantine::decide(
            tx, by, at, hashes, taken
        ))
    }

    /// Decisions about changes of a device after the last it heard of, in their order, each with the community that its
    /// record is in now; `None` while there is no such record.
    pub async fn decisions(
        &self,
        device: DeviceId,
        after: u64,
    ) -> Result<Vec<(Decision, Option<String>)>, LogError> {
        in_one_tx!(self, Read, |tx| quarantine::decisions(tx, device, after))
    }

    /// Changes that were not taken and wait for a decision, newest first, of records in these communities; empty means all.
    pub async fn refused(
        &self,
        limit: u32,
        communities: Vec<String>,
    ) -> Result<Vec<RefusedRow>, LogError> {
        in_one_tx!(self, Read, |tx| quarantine::list(tx, limit, &communities))
    }

    /// The municipality's reference data as JSON, once it has any.
    pub async fn reference(&self) -> Result<Option<String>, LogError> {
        in_one_tx!(self, Read, |tx| lists::meta(tx, lists::REFERENCE))
    }

    /// The plan of civil protection that is in force; empty: none.
    pub async fn emergency(&self) -> Result<String, LogError> {
        in_one_tx!(self, Read, |tx| lists::emergency(tx))
    }

    /// Days without contact after which a device closes; 0: never.
    pub async fn closes_after(&self) -> Result<u32, LogError> {
        in_one_tx!(self, Read, |tx| lists::closes_after(tx))
    }

    /// Says so to every device.
    pub async fn put_closes_after(&self, at: Time, days: u32) -> Result<(), LogError> {
        in_one_tx!(self, Write, |tx| lists::put_closes_after(tx, at, days))
    }

    /// On whose devices somebody has to have a PIN; nobody opens a kiosk.
    pub async fn pin_for(&self) -> Result<Vec<Profile>, LogError> {
        in_one_tx!(self, Read, |tx| lists::pin_for(tx))
    }

    /// Says so to every device.
    pub async fn put_pin_for(&self, at: Time, profiles: Vec<Profile>) -> Result<(), LogError> {
        in_one_tx!(self, Write, |tx| lists::put_pin_for(tx, at, profiles))
    }

    /// Puts a plan of civil protection into force, or none.
    pub async fn put_emergency(&self, by: Author, at: Time, plan: String) -> Result<(), LogError> {
        in_one_tx!(self, Write, |tx| lists::put_emergency(tx, by, at, plan))
    }

    /// Keeps the reference data; when it is other than before, the version of the lists grows.
    pub async fn put_reference(&self, at: Time, json: String) -> Result<(), LogError> {
        in_one_tx!(self, Write, |tx| lists::put_reference(tx, at, json))
    }

    /// The key that opens courier files; the first call keeps the fresh one. Every server of this log has the same, and so
    /// has one that is restored from a backup.
    pub async fn courier_key(&self, fresh: String) -> Result<String, LogError> {
        in_one_tx!(self, Write, |tx| lists::courier_key(tx, fresh))
    }

    /// The key of the digits with which people follow their requests, in hex; the first call keeps the fresh one.
    pub async fn tracking_key(&self, fresh: String) -> Result<String, LogError> {
        in_one_tx!(self, Write, |tx| lists::tracking_key(tx, fresh))
    }

    /// The key that the keys for the codes of staff are made of, in hex; the first call keeps the fresh one.
    pub async fn unlock_key(&self, fresh: String) -> Result<String, LogError> {
        in_one_tx!(self, Write, |tx| lists::unlock_key(tx, fresh))
    }

    /// Keeps how a kiosk says that it is, in place of what it said before.
    pub async fn keep_health(
        &self,
        id: DeviceId,
        at: Time,
        health: Health,
    ) -> Result<(), LogError> {
        in_one_tx!(self, Note, |tx| kiosks::keep(tx, id, at, health))
    }

    /// How the kiosks said they are.
    pub async fn healths(&self) -> Result<HashMap<DeviceId, Told>, LogError> {
        in_one_tx!(self, Read, |tx| kiosks::healths(tx))
    }

    /// Visitors' calls for staff that stand at this moment, each with the communities of its kiosk; empty means all.
    pub async fn calls(&self, now: Time) -> Result<Vec<(StaffCall, Vec<String>)>, LogError> {
        in_one_tx!(self, Read, |tx| kiosks::calls(tx, now))
    }

    /// The step of the next code for the page of staff at a kiosk. Nobody gets it twice; the audit says who asked.
    pub async fn next_code(
        &self,
        by: Author,
        at: Time,
        id: DeviceId,
    ) -> Result<Result<u64, Problem>, LogError> {
        in_one_tx!(self, Write, |tx| kiosks::next_code(tx, by, at, id))
    }

    /// What is here of the contacts that a device hands over, in their order; and how many more it may hand over.
    pub async fn seen_contacts(
        &self,
        device: DeviceId,
        docs: Vec<DocId>,
    ) -> Result<(Vec<Seen>, usize), LogError> {
        in_one_tx!(self, Read, |tx| contacts::seen(tx, device, &docs))
    }

    /// Keeps contacts; gives the records whose contacts are durable now.
    pub async fn keep_contacts(
        &self,
        by: Author,
        at: Time,
        contacts: Vec<Handed>,
    ) -> Result<KeptContacts, LogError> {
        in_one_tx!(self, Write, |tx| contacts::put(tx, by, at, contacts))
    }

    /// Erases the contacts of a record for good. `None` when the record is not in these communities; empty means all.
    pub async fn erase_contacts(
        &self,
        by: Author,
        word: Erased,
        reason: EraseReason,
        communities: Vec<String>,
    ) -> Result<Option<Erased>, LogError> {
        in_one_tx!(self, Write, |tx| contacts::erase(
            tx,
            by,
            word,
            reason,
            &communities
        ))
    }

    /// Erases what was kept as long as the municipality keeps it; gives how many records it was.
    pub async fn erase_by_rule(&self, at: Time, words: Vec<Erased>) -> Result<u32, LogError> {
        in_one_tx!(self, Write, |tx| contacts::erase_by_rule(tx, at, words))
    }

    /// Erases again what a device tells a restored server. The words are this municipality's own.
    pub async fn erase_contacts_again(
        &self,
        by: Author,
        at: Time,
        words: Vec<Erased>,
    ) -> Result<(), LogError> {
        in_one_tx!(self, Write, |tx| contacts::erase_again(tx, by, at, words))?;
        Ok(())
    }

    /// Puts a corrected contact in the place of one as it was seen. `None` when the record is not in these communities, or its
    /// contacts were erased; `false` when it is not as it was seen any more.
    pub async fn correct_contact(
        &self,
        by: Author,
        at: Time,
        seen: SealedRow,
        sealed: Vec<u8>,
        communities: Vec<String>,
    ) -> Result<Option<bool>, LogError> {
        in_one_tx!(self, Write, |tx| contacts::correct(
            tx,
            by,
            at,
            seen,
            sealed,
            &communities
        ))
    }

    /// One contact, as it is kept now.
    pub async fn contact(
        &self,
        doc: DocId,
        device: DeviceId,
    ) -> Result<Option<SealedRow>, LogError> {
        in_one_tx!(self, Read, |tx| contacts::one(tx, doc, device))
    }

    /// Notes in the audit what was done with the contacts of records.
    pub async fn note_contacts(
        &self,
        by: Author,
        at: Time,
        what: &'static str,
        docs: Vec<DocId>,
    ) -> Result<(), LogError> {
        in_one_tx!(self, Write, |tx| contacts::note(tx, by, at, what, &docs))
    }

    /// Corrects again in this log, which may be one from before: in the place of what was seen there, or where there was nothing.
    pub async fn correct_contact_again(
        &self,
        at: Time,
        to: Correction,
        seen: Option<Vec<u8>>,
    ) -> Result<(), LogError> {
        in_one_tx!(self, Write, |tx| contacts::correct_again(tx, at, to, seen))
    }

    /// Contacts that are not sealed with a key of their own yet, some at a time.
    pub async fn unkeyed_contacts(&self) -> Result<Vec<SealedRow>, LogError> {
        in_one_tx!(self, Read, |tx| contacts::unkeyed(tx))
    }

    /// Puts what is sealed with a key of its own in the place of what was not; then it is to be scrubbed. Gives the keys that
    /// nothing needs.
    pub async fn key_contacts(
        &self,
        at: Time,
        rows: Vec<(SealedRow, Vec<u8>)>,
    ) -> Result<Vec<KeyId>, LogError> {
        in_one_tx!(self, Write, |tx| contacts::put_keyed(tx, at, rows))
    }

    /// Contacts after one, some at a time, of records in these communities; empty means all. With the last one looked at;
    /// `None` at the end.
    pub async fn contacts_page(
        &self,
        after: Option<(DocId, DeviceId)>,
        communities: Vec<String>,
    ) -> Result<(Vec<SealedRow>, Option<(DocId, DeviceId)>), LogError> {
        in_one_tx!(self, Read, |tx| contacts::page(tx, after, &communities))
    }

    /// Records after one that have a contact, each with the moment when the last one came, some at a time.
    pub async fn contact_docs(&self, after: Option<DocId>) -> Result<Vec<(DocId, Time)>, LogError> {
        in_one_tx!(self, Read, |tx| contacts::docs_after(tx, after))
    }

    /// What is to be done with the keys of contacts, some at a time.
    pub async fn keys_due(&self) -> Result<Vec<KeyDue>, LogError> {
        in_one_tx!(self, Read, |tx| contacts::due(tx))
    }

    /// That was done with the keys.
    pub async fn keys_done(&self, due: Vec<KeyDue>) -> Result<(), LogError> {
        in_one_tx!(self, Note, |tx| contacts::done(tx, due))
    }

    /// The folder of keys that belongs to this log; the first call keeps the fresh one.
    pub async fn contact_keys(&self, fresh: String) -> Result<String, LogError> {
        in_one_tx!(self, Write, |tx| lists::contact_keys(tx, fresh))
    }

    /// The folder of keys that belongs to this log, if one does.
    pub async fn contact_keys_known(&self) -> Result<Option<String>, LogError> {
        in_one_tx!(self, Read, |tx| lists::meta(tx, lists::CONTACT_KEYS))
    }

    /// Another folder of keys belongs to this log from now on.
    pub async fn put_contact_keys(&self, at: Time, id: String) -> Result<(), LogError> {
        in_one_tx!(self, Write, |tx| lists::put_contact_keys(tx, at, id))
    }

    /// When contacts were last erased by rule, and when this log was restored from a backup.
    pub async fn ruled_at(&self) -> Result<(Option<Time>, Option<Time>), LogError> {
        in_one_tx!(self, Read, |tx| lists::ruled_at(tx))
    }

    /// Contacts were erased by rule, or it was looked whether any are to be.
    pub async fn put_ruled_at(&self, at: Time) -> Result<(), LogError> {
        in_one_tx!(self, Note, |tx| lists::put_meta(
            tx,
            lists::RULED_AT,
            at.0.to_string()
        ))
    }

    /// How many records have a contact, and how many were erased since a moment, by reason.
    pub async fn contact_counts(
        &self,
        since: Time,
    ) -> Result<(u32, Vec<(EraseReason, u32)>), LogError> {
        in_one_tx!(self, Read, |tx| contacts::counts(tx, since))
    }

    /// What was done with the contacts of a record, the oldest first.
    pub async fn contact_audit(&self, doc: DocId) -> Result<Vec<ContactAct>, LogError> {
        in_one_tx!(self, Read, |tx| contacts::audit_of(tx, doc))
    }

    /// What a device is to hear of erasures after a number, and the number up to which that is all.
    pub async fn erased_after(
        &self,
        device: DeviceId,
        desk: bool,
        after: u64,
        now: Time,
    ) -> Result<(Vec<Erased>, u64), LogError> {
        in_one_tx!(self, Read, |tx| contacts::erased_after(
            tx, device, desk, after, now
        ))
    }

    /// Makes the database let go of the bytes of what was erased, where that is due. Whoever erases does it at once; a
    /// server does it again when it starts and every few minutes, for a backup, a dump or a crash may have been in the way.
    pub async fn scrub(&self) {
        match self.scrub_once().await {
            Ok(true) => {}
            Ok(false) => tracing::warn!(
                "somebody reads the log: erased contacts still stand in free space of the database, and are tried again"
            ),
            Err(error) => tracing::error!(
                %error,
                "erased contacts still stand in free space of the database, and are tried again"
            ),
        }
    }

    async fn scrub_once(&self) -> Result<bool, LogError> {
        let Some(due) = in_one_tx!(self, Read, |tx| lists::scrub_due(tx))? else {
            return Ok(true);
        };
        let done = match self {
            Self::Sqlite(log) => log.scrub().await,
            Self::Postgres(log) => log.scrub().await,
        }?;
        if done {
            in_one_tx!(self, Write, |tx| lists::scrubbed(tx, due))?;
        }
        Ok(done)
    }

    /// The contacts of a record, as they are kept; the audit says who asked, and for what, unless nobody gets to see them
    /// (`read_for` is `None`). `None` when the record is not in these communities; empty means all.
    pub async fn contacts(
        &self,
        by: Author,
        at: Time,
        doc: DocId,
        communities: Vec<String>,
        read_for: Option<ReadFor>,
    ) -> Result<Option<ReadContacts>, LogError> {
        in_one_tx!(self, Write, |tx| contacts::read(
            tx,
            by,
            at,
            doc,
            &communities,
            read_for
        ))
    }

    /// The account with this login.
    pub async fn account_by_login(&self, login: String) -> Result<Option<AccountRow>, LogError> {
        in_one_tx!(self, Read, |tx| accounts::by_login(tx, &login))
    }

    /// The account of whom the identity provider speaks.
    pub async fn account_by_provider(
        &self,
        word: ProviderWord,
    ) -> Result<Option<AccountRow>, LogError> {
        in_one_tx!(self, Read, |tx| accounts::by_provider(tx, &word))
    }

    /// Keeps a way to the identity provider that begins at a desk, under what comes back; an earlier one of that desk is over.
    pub async fn put_way(
        &self,
        state: [u8; 32],
        device: DeviceId,
        way: Way,
        now: Time,
        until: Time,
    ) -> Result<(), LogError> {
        in_one_tx!(self, Write, |tx| accounts::put_way(
            tx, state, device, way, now, until
        ))
    }

    /// Takes the way by which somebody comes back to a desk, once.
    pub async fn take_way(
        &self,
        state: [u8; 32],
        device: DeviceId,
        now: Time,
    ) -> Result<Option<Way>, LogError> {
        in_one_tx!(self, Write, |tx| accounts::take_way(tx, state, device, now))
    }

    /// Every account, with the sessions that were used since a moment.
    pub async fn accounts(&self, used_since: Time) -> Result<Vec<Account>, LogError> {
        in_one_tx!(self, Read, |tx| accounts::list(tx, used_since))
    }

    /// Adds an account; gives what of it is somebody else's already, and then does not.
    pub async fn add_account(
        &self,
        by: Author,
        at: Time,
        account: AccountRow,
    ) -> Result<Option<Taken>, LogError> {
        in_one_tx!(self, Write, |tx| accounts::add(tx, by, at, account))
    }

    /// Changes who an account is for, and closes or opens it where that is said; sessions of whoever is closed out or gets
    /// another role or address end.
    pub async fn change_account(
        &self,
        by: Author,
        at: Time,
        to: AccountRow,
        closed: Option<bool>,
    ) -> Result<AccountChanged, LogError> {
        in_one_tx!(self, Write, |tx| accounts::change(tx, by, at, to, closed))
    }

    /// Gives an account a first password again, and takes its telephone away; its sessions end.
    pub async fn reset_account(
        &self,
        by: Author,
        at: Time,
        id: Uuid,
        password: String,
        until: Time,
    ) -> Result<bool, LogError> {
        in_one_tx!(self, Write, |tx| accounts::reset(
            tx, by, at, id, password, until
        ))
    }

    /// Notes a wrong try of an account.
    pub async fn account_was_wrong(&self, by: Author, at: Time, id: Uuid) -> Result<(), LogError> {
        in_one_tx!(self, Write, |tx| accounts::was_wrong(tx, by, at, id))
    }

    /// Keeps the secret of one-time codes that is shown; the first one stays until it is confirmed.
    pub async fn offer_secret(&self, id: Uuid, secret: String) -> Result<Option<String>, LogError> {
        in_one_tx!(self, Note, |tx| accounts::offer(tx, id, secret))
    }

    /// Signs somebody in whose account was seen like this. `false`: their code was used meanwhile, or the account was changed.
    pub async fn sign_in(
        &self,
        by: Author,
        at: Time,
        seen: AccountRow,
        with: SignedInWith,
        session: NewSession,
    ) -> Result<bool, LogError> {
        in_one_tx!(self, Write, |tx| accounts::sign_in(
            tx, by, at, seen, with, session
        ))
    }

    /// Whose session this is, if it is one of this device, was used since one moment and began since another; with its last
    /// noted use.
    pub async fn session(
        &self,
        token: [u8; 32],
        device: DeviceId,
        used_since: Time,
        began_since: Time,
    ) -> Result<Option<(AccountRow, Time)>, LogError> {
        in_one_tx!(self, Read, |tx| accounts::session(
            tx,
            token,
            device,
            used_since,
            began_since
        ))
    }

    /// Notes that a session was used; `before` is the last noted use.
    pub async fn used_session(
        &self,
        token: [u8; 32],
        before: Time,
        now: Time,
    ) -> Result<(), LogError> {
        in_one_tx!(self, Note, |tx| accounts::used(tx, token, before, now))
    }

    /// Ends a session by its name. Gives whether it was one.
    pub async fn end_session(&self, by: Author, at: Time, id: Uuid) -> Result<bool, LogError> {
        in_one_tx!(self, Write, |tx| accounts::end(tx, by, at, id))
    }

    /// Ends one's own session.
    pub async fn sign_out(&self, by: Author, at: Time, token: [u8; 32]) -> Result<(), LogError> {
        in_one_tx!(self, Write, |tx| accounts::sign_out(tx, by, at, token))
    }

    /// Forgets sessions that were not used since a moment.
    pub async fn forget_sessions(&self, before: Time) -> Result<(), LogError> {
        in_one_tx!(self, Note, |tx| accounts::forget(tx, before))
    }

    /// Random name of this log; a log restored from a backup takes another.
    pub async fn epoch(&self) -> Result<String, LogError> {
        let epoch = in_one_tx!(self, Read, |tx| lists::meta(tx, lists::EPOCH))?;
        epoch.ok_or(LogError::Row { what: "the epoch" })
    }

    /// Writes a backup: one state of the whole log, as a log in a new SQLite file. Devices may push meanwhile.
    /// Gives the number of rows of the log. The file has its name only once it is whole and on the disk.
    pub async fn back_up(&self, file: &Path) -> Result<u64, LogError> {
        if file.exists() {
            return Err(LogError::Exists(file.to_owned()));
        }
        let mut part = file.as_os_str().to_owned();
        part.push(".part");
        let part = std::path::PathBuf::from(part);
        if part.exists() {
            std::fs::remove_file(&part).map_err(LogError::File)?;
        }
        let copy = Sqlite::open(part.clone()).await?;
        drop(copy);
        let target = part.clone();
        let rows = in_one_tx!(self, Read, |tx| backup::copy_out(tx, &target))?;
        let moved = || -> std::io::Result<()> {
            std::fs::File::open(&part)?.sync_all()?;
            std::fs::rename(&part, file)?;
            let folder = file
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            std::fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
        };
        moved().map_err(LogError::File)?;
        Ok(rows)
    }

    /// Brings a backup into this log, which must be empty. The restored log has a new epoch, and gives no protocol numbers
    /// until the desks have handed over again what came after the backup. All or nothing.
    pub async fn restore(&self, at: Time, file: &Path) -> Result<u64, LogError> {
        if !file.is_file() {
            return Err(LogError::File(std::io::ErrorKind::NotFound.into()));
        }
        // Opened as a log of its own first, so that an older backup is brought up to date.
        drop(Sqlite::open(file.to_owned()).await?);
        let (file, epoch) = (file.to_owned(), crate::random_hex()?);
        in_one_tx!(self, Write, |tx| backup::copy_in(tx, &file, epoch, at))
    }

    /// What still holds of a log that ended when a backup was restored; `None` for a name this log never had.
    pub async fn shared(&self, epoch: String) -> Result<Option<Restored>, LogError> {
        in_one_tx!(self, Read, |tx| restored::shared(tx, epoch))
    }

    /// Whether this log was ever restored from a backup.
    pub async fn was_restored(&self) -> Result<bool, LogError> {
        in_one_tx!(self, Read, |tx| restored::ever(tx))
    }

    /// Whether no protocol numbers are given for now, see [`AnyLog::restore`].
    pub async fn numbers_wait(&self) -> Result<bool, LogError> {
        in_one_tx!(self, Read, |tx| restored::numbers_wait(tx))
    }

    /// Notes that a device has handed over again all it had; gives whether numbers wait though no desk is awaited any more.
    pub async fn handed_over(&self, id: DeviceId, epoch: String) -> Result<bool, LogError> {
        in_one_tx!(self, Note, |tx| restored::handed_over(tx, id, epoch))
    }

    /// Takes register entries again that were given before a backup was restored; gives how many.
    pub async fn take_again(
        &self,
        by: Author,
        at: Time,
        entries: Vec<Entry>,
    ) -> Result<u32, LogError> {
        in_one_tx!(self, Write, |tx| changes::take_again(tx, by, at, entries))
    }

    /// Gives protocol numbers again after a restore, first to these records, which waited.
    pub async fn number_again(
        &self,
        by: Author,
        at: Time,
        waiting: Vec<(DocId, Time)>,
    ) -> Result<(), LogError> {
        in_one_tx!(self, Write, |tx| changes::number_again(tx, by, at, waiting))
    }

    /// Grows with every change of crews, reference data or devices.
    pub async fn lists_version(&self) -> Result<u64, LogError> {
        in_one_tx!(self, Read, |tx| lists::version(tx))
    }

    pub async fn crews(&self) -> Result<Vec<Crew>, LogError> {
        in_one_tx!(self, Read, |tx| lists::crews(tx))
    }

    /// Adds or changes crews.
    pub async fn put_crews(&self, at: Time, crews: Vec<Crew>) -> Result<(), LogError> {
        in_one_tx!(self, Write, |tx| lists::put_crews(tx, at, crews))
    }

    /// Takes the next `count` running numbers of a series and gives the last one used before them.
    pub async fn reserve(&self, series: String, count: u32) -> Result<u32, LogError> {
        in_one_tx!(self, Write, |tx| lists::reserve(tx, series, count))
    }

    /// The record that came from a row of another system.
    pub async fn source(&self, source: String, id: String) -> Result<Option<Source>, LogError> {
        in_one_tx!(self, Read, |tx| lists::source(tx, source, id))
    }

    /// Notes which records came from which rows.
    pub async fn put_sources(
        &self,
        source: String,
        rows: Vec<(String, Source)>,
    ) -> Result<(), LogError> {
        in_one_tx!(self, Write, |tx| lists::put_sources(tx, source, rows))
    }
}
