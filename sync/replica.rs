//! The replica: one SQLite file with the docs this installation holds, what it has to send, and the views over them.
//!
//! The only writer of that file. Synchronous; call it from a thread that may block. Whatever it acknowledged is durable
//! (WAL, `synchronous=FULL`). A file that cannot be read is set aside with its name and time, never deleted; the new one
//! is the same device, and gets what could be read of its unsent work.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use koina_model::ids::{DeviceId, DocId, EventId, Time};
use koina_model::lists::Lists;
use koina_model::permits::Author;
use koina_model::problem::Problem;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use uuid::Uuid;

use crate::durable::Alone;
use crate::identity::Identity;
use crate::maps::Maps;
use crate::photos::store::Store;
use crate::vault::Key;

mod contacts;
mod docs;
mod drafts;
mod encrypt;
pub(crate) use drafts::without;
mod first_load;
mod judge;
mod opening;
mod outbox;
mod photos;
mod recover;
mod refused;
mod rescue;
mod restored;
mod safety;
mod salvage;
mod sidecar;
mod staff;
mod wal;

pub use contacts::{CONTACT, Reported};
pub(crate) use contacts::{
    contacts_again, contacts_received, erased_again, erased_told, forget_old_contacts, take_erased,
};
pub use docs::{LogBody, LogRow};
pub(crate) use docs::{
    entries_of, evict, kind_from, load, take_early, take_entry, take_rows, with_early,
};
pub use first_load::FirstPage;
pub(crate) use first_load::{Record, outside, take_records};
pub use judge::{Foreseen, Judged, Judgement, NewChange, Writer};
pub(crate) use opening::opens_with;
use opening::{Opened, given, is_plain, is_poisoned, open_reader, open_writer};
pub use opening::{set_aside, write_ahead};
pub use outbox::Pending;
pub(crate) use outbox::take_receipts;
pub(crate) use photos::files_again;
pub use photos::{Named, Travelling, Way};
pub use recover::Recovered;
pub use refused::typed;
pub(crate) use refused::{go_on_without_lost, take_decisions};
pub use rescue::{PhotosFile, Rescued, RescuedPhotos};
pub(crate) use restored::{
    departed_again, entries_again, forget_departed, forget_entries_again, hand_over_again,
};
use sidecar::{Form, Sidecar};
pub(crate) use sidecar::{was_sealed, word_of_key};
pub use staff::KioskMode;
pub(crate) use staff::take_of_kiosks;

/// Version of the views' shape or contents; another number rebuilds them at the next opening.
const VIEW_VERSION: &str = "16";

/// Readers kept open.
const READERS_MAX: usize = 4;

/// Why the replica could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ReplicaError {
    #[error("the database refused: {0}")]
    Sql(#[from] rusqlite::Error),
    #[error("the file could not be set aside: {0}")]
    SetAside(#[source] std::io::Error),
    #[error("the folder could not be made: {0}")]
    Folder(#[source] std::io::Error),
    #[error("stored text could not be read: {0}")]
    Stored(#[from] serde_json::Error),
    #[error("a stored doc could not be read: {0}")]
    Doc(#[from] koina_model::doc::DecodeError),
    #[error("a page of records in columns could not be read: {0}")]
    Columns(koina_model::exchange::Refusal),
    #[error("the file is damaged: {0}")]
    Damaged(String),
    #[error("the sidecar could not be written: {0}")]
    Sidecar(#[source] std::io::Error),
    #[error("the file was written by a newer version")]
    Newer,
    #[error("the file is encrypted, and not with this key")]
    WrongKey,
    #[error("{0}")]
    Problem(#[from] Problem),
}

impl ReplicaError {
    /// What a person gets to hear. Failures without words of their own get an incident number; `log` gets the rest.
    pub fn to_problem(&self) -> Problem {
        match self {
            Self::Problem(problem) => problem.clone(),
            Self::Newer => Problem::UpgradeNeeded,
            Self::WrongKey => Problem::KeysUnreadable,
            damaged if is_unreadable(damaged) => Problem::ReplicaDamaged,
            Self::Sidecar(failure) => of_disk(failure),
            Self::Sql(rusqlite::Error::SqliteFailure(failure, _)) => match failure.code {
                rusqlite::ErrorCode::DiskFull => Problem::DiskFull,
                rusqlite::ErrorCode::ReadOnly
                | rusqlite::ErrorCode::PermissionDenied
                | rusqlite::ErrorCode::CannotOpen => Problem::DiskReadOnly,
                rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked => {
                    Problem::ReplicaInUse
                }
                rusqlite::ErrorCode::SystemIoFailure => {
                    tracing::error!(failure = %self, "the disk does not answer");
                    Problem::DiskGone
                }
                _ => internal(self),
            },
            other => internal(other),
        }
    }
}

/// What a person gets to hear of a file that could not be written.
pub fn of_disk(failure: &std::io::Error) -> Problem {
    match failure.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Problem::DiskFull,
        _ => Problem::DiskReadOnly,
    }
}

/// Logs a failure once and gives the person a number to quote.
#[allow(
    clippy::disallowed_methods,
    reason = "a number to quote; nothing depends on it"
)]
fn internal(failure: &ReplicaError) -> Problem {
    let incident = Uuid::now_v7()
        .simple()
        .to_string()
        .chars()
        .skip(20)
        .collect::<String>();
    tracing::error!(incident, %failure, "replica");
    Problem::Internal { incident }
}

/// Where new ids come from: the clock and randomness in the product, a seed in tests.
#[derive(Clone)]
pub enum Ids {
    Random,
    Seeded(u128),
}

impl Ids {
    fn next(&mut self, now: Time) -> Uuid {
        match self {
            Self::Random => {
                let ms = u64::try_from(now.0).unwrap_or_default();
                let ts = uuid::Timestamp::from_unix_time(
                    ms / 1000,
                    u32::try_from(ms % 1000).unwrap_or_default() * 1_000_000,
                    0,
                    0,
                );
                Uuid::new_v7(ts)
            }
            Self::Seeded(state) => {
                *state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let ms = u64::try_from(now.0).unwrap_or_default();
                let random: Vec<u8> = state
                    .to_be_bytes()
                    .iter()
                    .skip(3)
                    .take(10)
                    .copied()
                    .collect();
                uuid::Builder::from_unix_timestamp_millis(ms, &random.try_into().unwrap_or([0; 10]))
                    .into_uuid()
            }
        }
    }
}

/// A copy of the municipality's records.
pub struct Replica {
    path: PathBuf,
    /// Of the file and of what lies beside it; without one they are not encrypted.
    key: Option<Key>,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    lists: RwLock<Arc<Lists>>,
    identity: RwLock<Option<Arc<Identity>>>,
    ids: Mutex<Ids>,
    revision: AtomicU32,
    sidecar: Mutex<Sidecar>,
    photos: Store,
    maps: Maps,
    /// Damage was met while running, and noted for the next opening.
    damaged: AtomicBool,
    /// This device is to be erased: nothing more is saved.
    closed: AtomicBool,
    /// The write-ahead log may still have contacts that were erased.
    scrub_due: AtomicBool,
    /// A file that could not be read was set aside here at this opening.
    set_aside: Option<PathBuf>,
}

impl Replica {
    /// Opens the file, making it if there is none. An unreadable file is set aside beside it and a new one begun, with the
    /// identity of the sidecar and what could be read of the unsent work.
    pub fn open(path: &Path, now: Time) -> Result<Self, ReplicaError> {
        Self::open_with(path, now, Ids::Random)
    }

    /// Opens with ids of the caller's making.
    pub fn open_with(path: &Path, now: Time, ids: Ids) -> Result<Self, ReplicaError> {
        Self::open_keyed(path, None, now, ids)
    }

    /// Opens a file that is encrypted with a key, or is to be from now on. A key that does not fit changes nothing.
    pub fn open_keyed(
        path: &Path,
        key: Option<&Key>,
        now: Time,
        ids: Ids,
    ) -> Result<Self, ReplicaError> {
        match Self::open_once(path, key, now, ids.clone()) {
            // Damage that only the last steps of opening met: the next opening looks through the whole file.
            Err(failure) if is_unreadable(&failure) && recover::is_marked(path) => {
                Self::open_once(path, key, now, ids)
            }
            opened => opened,
        }
    }

    fn open_once(
        path: &Path,
        key: Option<&Key>,
        now: Time,
        ids: Ids,
    ) -> Result<Self, ReplicaError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(ReplicaError::Folder)?;
        }
        // Nobody begins to read what another one is about to encrypt or to rescue.
        let alone = key.map(|_| Alone::with(path)).transpose();
        let alone = alone.map_err(|_| Problem::ReplicaInUse)?;
        recover::finish(path)?;
        let mut key = key;
        let mut sidecar = Sidecar::read(path, key);
        let plain = key.is_some() && is_plain(path);
        let held = key.filter(|_| !plain);
        let opened = Opened::open(path, held, &sidecar).or_else(|failure| {
            // A disk that could not be read for a moment looks to SQLite like a file that is none (`EIO`): look again.
            if is_unreadable(&failure) {
                Opened::open(path, held, &sidecar)
            } else {
                Err(failure)
            }
        });
        let opened = match (opened, key) {
            (Ok(opened), Some(with)) if plain => {
                drop(opened.connection);
                match encrypt::encrypt(path, with) {
                    // The work of this device counts for more: it goes on as before, and is encrypted when there is room.
                    Err(failure) if failure.to_problem() == Problem::DiskFull => {
                        tracing::error!(%failure, "the records could not be encrypted");
                        key = None;
                        sidecar = Sidecar::read(path, None);
                        Opened::open(path, None, &sidecar)
                    }
                    done => done.and_then(|()| Opened::open(path, key, &sidecar)),
                }
            }
            (opened, _) => opened,
        };
        let (opened, set_aside) = match opened {
            Ok(opened) => (opened, None),
            Err(failure) if is_unreadable(&failure) || is_not_ours(&failure) => {
                // A file that was not encrypted may no longer say so, nor may one that is say so yet.
                let both = [held, None];
                let unsure = sidecar.form() == Form::Plain && held.is_some();
                let likely = both.get(..if unsure { 2 } else { 1 }).unwrap_or_default();
                let aside = recover::recover(path, likely, key, &sidecar, now)?;
                tracing::error!(%failure, ?aside, "the replica could not be read and was begun anew");
                (Opened::open(path, key, &sidecar)?, aside)
            }
            Err(failure) => return Err(failure),
        };
        drop(alone);
        if let Some(identity) = &opened.identity {
            sidecar.keep(identity, &opened.given);
        }
        let replica = Self {
            path: path.to_owned(),
            key: key.cloned(),
            writer: Mutex::new(opened.connection),
            readers: Mutex::new(Vec::new()),
            lists: RwLock::new(Arc::new(opened.lists)),
            identity: RwLock::new(opened.identity.map(Arc::new)),
            ids: Mutex::new(ids),
            revision: AtomicU32::new(1),
            sidecar: Mutex::new(sidecar),
            photos: Store::sealed_at(path.with_extension("photos"), key.cloned()),
            maps: Maps::at(path.with_file_name("maps")),
            damaged: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            // Who was killed between erasing and emptying the log does not know it any more.
            scrub_due: AtomicBool::new(true),
            set_aside,
        };
        if replica.meta("view_version")?.as_deref() != Some(VIEW_VERSION) {
            // Before the views say that they are of this version: one that is killed in between asks again.
            replica.ask_lists_anew()?;
            replica.rebuild_views()?;
        }
        if key.is_some() {
            safety::forget_plain(path);
        }
        replica.look_at_photos(now)?;
        replica.maps.sweep();
        if opened.marked {
            recover::forget(path);
        }
        Ok(replica)
    }

    /// Where an unreadable earlier file was put, if this opening met one.
    pub fn set_aside(&self) -> Option<&Path> {
        self.set_aside.as_deref()
    }

    /// The map beside this replica.
    pub fn maps(&self) -> &Maps {
        &self.maps
    }

    /// What its files are encrypted with.
    pub fn key(&self) -> Option<&Key> {
        self.key.as_ref()
    }

    /// The file of this replica.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Grows with every change of what windows show.
    pub fn revision(&self) -> u32 {
        self.revision.load(Ordering::Relaxed)
    }

    pub(crate) fn changed(&self) {
        self.revision.fetch_add(1, Ordering::Relaxed);
    }

    /// Reference data, crews and names of devices.
    pub fn lists(&self) -> Arc<Lists> {
        self.lists
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Stores newer lists. Search words come from them too, so another municipality's lists rebuild the views.
    pub fn set_lists(&self, lists: &Lists) -> Result<(), ReplicaError> {
        let before = self.lists();
        self.set_meta("lists", &serde_json::to_string(lists)?)?;
        *self.lists.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(lists.clone());
        if before.reference != lists.reference {
            self.rebuild_views()?;
        }
        self.changed();
        Ok(())
    }

    /// Lists are kept as this version of the app reads them, so a newer version may lack what the older one did not know: the server
    /// sends them again at the next exchange.
    fn ask_lists_anew(&self) -> Result<(), ReplicaError> {
        let mut lists = Lists::clone(&self.lists());
        lists.version = 0;
        self.set_meta("lists", &serde_json::to_string(&lists)?)?;
        self.use_lists(lists);
        Ok(())
    }

    /// Goes on with these lists, which are durable.
    pub(crate) fn use_lists(&self, lists: Lists) {
        *self.lists.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(lists);
    }

    /// Who this installation is; `None` before enrolment.
    pub fn identity(&self) -> Option<Arc<Identity>> {
        self.identity
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Who this installation is, or why nothing can be written yet.
    pub fn enrolled(&self) -> Result<Arc<Identity>, ReplicaError> {
        self.identity().ok_or_else(|| Problem::NotEnrolled.into())
    }

    /// What permits ask of whoever works here.
    pub fn author(&self) -> Result<Author, ReplicaError> {
        let identity = self.enrolled()?;
        Ok(Author {
            role: identity.role,
            communities: identity.communities.clone(),
        })
    }

    /// Keeps who this installation is, here and in the sidecar.
    pub fn set_identity(&self, identity: &Identity) -> Result<(), ReplicaError> {
        self.write(|tx| keep_identity(tx, identity))?;
        self.read_identity()?;
        self.keep_beside()
    }

    /// Keeps who this installation is in the sidecar, too.
    pub(crate) fn keep_beside(&self) -> Result<(), ReplicaError> {
        let given = self.read(given)?;
        if let Some(identity) = self.identity() {
            self.sidecar().keep(&identity, &given);
        }
        Ok(())
    }

    /// Takes who this installation is from the file, after a tx that wrote it.
    pub(crate) fn read_identity(&self) -> Result<(), ReplicaError> {
        if let Some(json) = self.meta("station")? {
            *self
                .identity
                .write()
                .unwrap_or_else(PoisonError::into_inner) =
                Some(Arc::new(serde_json::from_str(&json)?));
        }
        Ok(())
    }

    /// A new id that sorts by time.
    pub fn new_id(&self, now: Time) -> Uuid {
        self.ids
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next(now)
    }

    pub(crate) fn new_doc(&self, now: Time) -> DocId {
        DocId(self.new_id(now))
    }

    pub(crate) fn new_event(&self, now: Time) -> EventId {
        EventId(self.new_id(now))
    }

    /// A new installation id.
    pub fn new_device(&self, now: Time) -> DeviceId {
        DeviceId(self.new_id(now))
    }

    /// A small stored value.
    pub fn meta(&self, key: &str) -> Result<Option<String>, ReplicaError> {
        self.read(|db| meta(db, key))
    }

    pub fn set_meta(&self, key: &str, value: &str) -> Result<(), ReplicaError> {
        self.write(|tx| set_meta(tx, key, value))
    }

    /// Forgets a small stored value.
    pub(crate) fn forget_meta(&self, key: &str) -> Result<(), ReplicaError> {
        self.write(|tx| forget_meta(tx, key))
    }

    /// Bounds the file to so many pages of 4 KiB; `None` lifts the bound. What would need more is refused as on a full disk.
    pub fn bound(&self, pages: Option<i64>) -> Result<(), ReplicaError> {
        let most = pages.unwrap_or(i64::from(u32::MAX) - 1);
        let writer = self.writer();
        Ok(writer.query_row(&format!("PRAGMA max_page_count = {most}"), [], |_| Ok(()))?)
    }

    /// The language last chosen here.
    pub fn language(&self) -> Result<String, ReplicaError> {
        Ok(self.meta("language")?.unwrap_or_else(|| "el".to_owned()))
    }

    /// Runs one read on a connection that cannot write.
    pub(crate) fn read<T>(
        &self,
        run: impl FnOnce(&Connection) -> Result<T, ReplicaError>,
    ) -> Result<T, ReplicaError> {
        let pooled = self
            .readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => self.noted(open_reader(&self.path, self.key.as_ref()))?,
        };
        let answer = run(&connection);
        if self.is_poisoned(&connection) {
            return self.noted(not_believed(answer));
        }
        let answer = self.noted(answer);
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS_MAX {
            readers.push(connection);
        }
        answer
    }

    /// Whether what a connection gave is not to be believed.
    fn is_poisoned(&self, connection: &Connection) -> bool {
        self.key.is_some() && is_poisoned(connection)
    }

    /// Runs one write in a tx of its own; all of it is durable afterwards, or none.
    pub(crate) fn write<T>(
        &self,
        run: impl FnOnce(&Transaction<'_>) -> Result<T, ReplicaError>,
    ) -> Result<T, ReplicaError> {
        let answer = self.write_quietly(run)?;
        self.changed();
        Ok(answer)
    }

    /// Takes nothing more from now on, if nothing waits here for the server and what is to be done then succeeds. Nothing is
    /// saved in between. Where it fails, what was done has to be undone by the caller.
    pub fn close_when_all_is_handed_over(
        &self,
        then: impl FnOnce() -> std::io::Result<()>,
    ) -> Result<bool, ReplicaError> {
        let closed = self.write_quietly(|tx| {
            if outbox::holds_unsent(tx)? {
                return Ok(false);
            }
            // A page that does not hold says that nothing waits, too.
            if self.is_poisoned(tx) {
                return Err(unread());
            }
            self.closed.store(true, Ordering::Relaxed);
            then().map_err(|failure| of_disk(&failure))?;
            Ok(true)
        });
        if closed.is_err() {
            self.closed.store(false, Ordering::Relaxed);
        }
        closed
    }

    /// Like [`Replica::write`], for what no window shows.
    pub(crate) fn write_quietly<T>(
        &self,
        run: impl FnOnce(&Transaction<'_>) -> Result<T, ReplicaError>,
    ) -> Result<T, ReplicaError> {
        let mut connection = self.writer();
        if self.closed.load(Ordering::Relaxed) {
            return Err(Problem::Revoked.into());
        }
        let write = || {
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let answer = run(&tx)?;
            if self.is_poisoned(&tx) {
                return Err(unread());
            }
            tx.commit()?;
            Ok(answer)
        };
        let mut answer = write();
        if self.is_poisoned(&connection) {
            // What was committed is durable, whatever came after it.
            answer = answer.or_else(|failure| not_believed(Err(failure)));
            match open_writer(&self.path, self.key.as_ref()) {
                Ok(fresh) => *connection = fresh,
                Err(failure) => tracing::error!(%failure, "the replica could not be opened again"),
            }
        }
        self.noted(answer)
    }

    /// Notes damage for the next opening, which looks the whole file through.
    fn noted<T>(&self, outcome: Result<T, ReplicaError>) -> Result<T, ReplicaError> {
        if let Err(failure) = &outcome
            && is_unreadable(failure)
            && !self.damaged.swap(true, Ordering::Relaxed)
        {
            tracing::error!(%failure, "the replica is damaged");
            recover::mark(&self.path);
        }
        outcome
    }

    /// Takes the next of a running number. It is reserved in the sidecar first, so that no loss of the file gives it again.
    pub(crate) fn next_number(
        &self,
        tx: &Transaction<'_>,
        name: &str,
    ) -> Result<u32, ReplicaError> {
        let value: u32 = tx
            .prepare_cached(
                "INSERT INTO counters (name, value) VALUES (?1, 1)
                 ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
            )?
            .query_row([name], |row| row.get(0))?;
        self.sidecar()
            .reserve(name, value)
            .map_err(ReplicaError::Sidecar)?;
        Ok(value)
    }

    fn sidecar(&self) -> MutexGuard<'_, Sidecar> {
        self.sidecar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps who this installation is, in a tx with more; [`Replica::read_identity`] afterwards.
pub(crate) fn keep_identity(tx: &Transaction<'_>, identity: &Identity) -> Result<(), ReplicaError> {
    set_meta(tx, "station", &serde_json::to_string(identity)?)
}

pub(crate) fn meta(db: &Connection, key: &str) -> Result<Option<String>, ReplicaError> {
    Ok(db
        .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?)
}

pub(crate) fn set_meta(tx: &Transaction<'_>, key: &str, value: &str) -> Result<(), ReplicaError> {
    tx.prepare_cached("INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")?
        .execute(params![key, value])?;
    Ok(())
}

pub(crate) fn forget_meta(tx: &Transaction<'_>, key: &str) -> Result<(), ReplicaError> {
    Ok(tx
        .execute("DELETE FROM meta WHERE key = ?1", [key])
        .map(drop)?)
}

/// A page did not hold.
fn unread() -> ReplicaError {
    ReplicaError::Damaged("a page that was read".to_owned())
}

/// What came of something that was read from a page which did not hold: what the database said of it, or that.
fn not_believed<T>(answer: Result<T, ReplicaError>) -> Result<T, ReplicaError> {
    match answer {
        Err(ReplicaError::Sql(rusqlite::Error::SqliteFailure(..))) => answer,
        _ => Err(unread()),
    }
}

/// Whether a stored value is none that was ever written there: a file with such a one does not open, and is begun anew.
fn is_not_ours(failure: &ReplicaError) -> bool {
    matches!(
        failure,
        ReplicaError::Stored(_)
            | ReplicaError::Sql(
                rusqlite::Error::FromSqlConversionFailure(..)
                    | rusqlite::Error::IntegralValueOutOfRange(..)
            )
    )
}

fn is_unreadable(failure: &ReplicaError) -> bool {
    match failure {
        ReplicaError::Damaged(_) => true,
        ReplicaError::Sql(rusqlite::Error::SqliteFailure(failure, _)) => {
            let is_no_file = matches!(
                failure.code,
                rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt
            );
            // Not a disk that does not answer: the file ends before what it says of itself.
            is_no_file || failure.extended_code == rusqlite::ffi::SQLITE_IOERR_SHORT_READ
        }
        // What is stored is no text, or of another kind than was ever written there.
        ReplicaError::Sql(
            rusqlite::Error::Utf8Error(..) | rusqlite::Error::InvalidColumnType(..),
        ) => true,
        _ => false,
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]
pub(crate) mod tests;
