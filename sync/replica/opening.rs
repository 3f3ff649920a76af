//! Opening a replica's file: looking whether it can be read, migrating it, and reading what is always in memory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use koina_model::ids::Time;
use koina_model::lists::Lists;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::sidecar::Sidecar;
use super::{ReplicaError, meta, recover};
use crate::identity::Identity;
use crate::vault::Key;

/// Migrations of what is kept, in order. Never edited after a release.
const MIGRATIONS: [&str; 6] = [
    include_str!("../migrations/0001_start.sql"),
    include_str!("../migrations/0002_again.sql"),
    include_str!("../migrations/0003_contacts.sql"),
    include_str!("../migrations/0004_files.sql"),
    include_str!("../migrations/0005_departed.sql"),
    include_str!("../migrations/0006_erased.sql"),
];

/// Size of a page of the file; SQLite's own choice.
pub(super) const PAGE_BYTES: usize = 4096;

/// Every running number and the last one given.
pub(super) fn given(db: &Connection) -> Result<BTreeMap<String, u32>, ReplicaError> {
    let mut rows = db.prepare_cached("SELECT name, value FROM counters")?;
    let all = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(all.collect::<Result<_, _>>()?)
}

/// A file that was opened and found readable.
pub(super) struct Opened {
    pub(super) connection: Connection,
    pub(super) lists: Lists,
    pub(super) identity: Option<Identity>,
    pub(super) given: BTreeMap<String, u32>,
    /// It was marked as damaged, looked through, and found whole.
    pub(super) marked: bool,
}

impl Opened {
    pub(super) fn open(
        path: &Path,
        key: Option<&Key>,
        sidecar: &Sidecar,
    ) -> Result<Self, ReplicaError> {
        recover::look_before(path, sidecar)?;
        let connection = open_writer(path, key)?;
        let marked = recover::is_marked(path);
        if marked {
            recover::look_through(&connection)?;
        }
        let lists = match meta(&connection, "lists")? {
            Some(json) => serde_json::from_str(&json)?,
            None => Lists::empty(),
        };
        let identity: Option<Identity> = match meta(&connection, "station")? {
            Some(json) => Some(serde_json::from_str(&json)?),
            None => None,
        };
        let given = given(&connection)?;
        match &identity {
            Some(identity) if sidecar.is_ahead_of(identity, &given) => {
                return Err(ReplicaError::Damaged("an older state".to_owned()));
            }
            None if sidecar.kept().is_some() => {
                return Err(ReplicaError::Damaged("no identity".to_owned()));
            }
            _ => {}
        }
        if key.is_some() && is_poisoned(&connection) {
            return Err(ReplicaError::Damaged("a page".to_owned()));
        }
        Ok(Self {
            connection,
            lists,
            identity,
            given,
            marked,
        })
    }
}

/// How long the writer waits for another process.
pub(super) const BUSY_MS: u64 = 5_000;

/// Gives a connection the key of its file, before it reads anything. Key and salt, so that nothing of the file has to be
/// believed before it was checked.
pub(super) fn set_key(connection: &Connection, key: Option<&Key>) -> rusqlite::Result<()> {
    match key {
        Some(key) => connection.pragma_update(None, "key", key.pragma().as_str()),
        None => Ok(()),
    }
}

/// The same, for a connection that stays: a page that is read again is decrypted again, and no longer comes from the system's
/// cache for nothing. Not before a pragma that says how the file is encrypted, since this one reads it.
fn set_key_and_cache(connection: &Connection, key: Option<&Key>) -> rusqlite::Result<()> {
    set_key(connection, key)?;
    match key {
        Some(_) => connection.pragma_update(None, "cache_size", -CACHE_KIB),
        None => Ok(()),
    }
}

/// What a connection to an encrypted file keeps in memory of it; SQLite's own choice is 2 MiB. A search in 50,000 records
/// goes through about as much as this.
const CACHE_KIB: i64 = 16 * 1024;

/// Whether SQLCipher met something on this connection that it could not make sense of. It then gives zeros for whatever
/// it reads, also in place of the rest of a long value, and says nothing.
pub(super) fn is_poisoned(connection: &Connection) -> bool {
    let status = connection
        .prepare_cached("PRAGMA cipher_status")
        .and_then(|mut status| status.query_row([], |row| row.get::<_, String>(0)));
    !status.is_ok_and(|status| status == "1")
}

/// Whether a file is an SQLite file that is not encrypted.
pub(super) fn is_plain(path: &Path) -> bool {
    use std::io::Read;
    let mut begin = [0; PLAIN.len()];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut begin));
    read.is_ok() && begin == *PLAIN
}

/// What an SQLite file begins with.
const PLAIN: &[u8; 16] = b"SQLite format 3\0";

pub(super) fn open_writer(path: &Path, key: Option<&Key>) -> Result<Connection, ReplicaError> {
    give_rights_back(path);
    let mut connection = Connection::open(path)?;
    set_key_and_cache(&connection, key)?;
    connection.busy_timeout(std::time::Duration::from_millis(BUSY_MS))?;
    write_ahead(&connection)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What is erased must not stay in the free space of pages, wherever SQLite once had it.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    // Reading the schema finds a file that is none; a whole integrity check would cost seconds at every start.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| {
        row.get::<_, i64>(0)
    })?;
    // The version is read in the tx that migrates: another process may be opening the same new file.
    loop {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version: u32 = tx.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let version = usize::try_from(version).unwrap_or(usize::MAX);
        if version > MIGRATIONS.len() {
            return Err(ReplicaError::Newer);
        }
        let Some(migration) = MIGRATIONS.get(version) else {
            break;
        };
        tx.execute_batch(migration)?;
        let next = i64::try_from(version + 1).unwrap_or(i64::MAX);
        tx.pragma_update(None, "user_version", next)?;
        tx.commit()?;
    }
    Ok(connection)
}

/// Where a file was read-only for a while, what SQLite put beside it then is so for good, and nobody opens the file again.
fn give_rights_back(path: &Path) {
    let rights = |path: &Path| std::fs::metadata(path).map(|file| file.permissions());
    let Ok(right) = rights(path).map_err(drop) else {
        return;
    };
    if right.readonly() {
        return;
    }
    for end in ["-wal", "-shm"] {
        let beside = companion(path, end);
        if rights(&beside).is_ok_and(|rights| rights.readonly())
            && let Err(failure) = std::fs::set_permissions(&beside, right.clone())
        {
            tracing::error!(%failure, "the log of the file stays read-only");
        }
    }
}

/// Turns the write-ahead log on. Where another process does so to the same new file at this moment, SQLite says that it is
/// locked without waiting, whatever the busy timeout.
pub fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let mut tries = 0;
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(rusqlite::Error::SqliteFailure(failure, _))
                if failure.code == rusqlite::ErrorCode::DatabaseBusy && tries < 100 =>
            {
                tries += 1;
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            other => return other,
        }
    }
}

pub(super) fn open_reader(path: &Path, key: Option<&Key>) -> Result<Connection, ReplicaError> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    set_key_and_cache(&connection, key)?;
    connection.busy_timeout(std::time::Duration::from_millis(BUSY_MS))?;
    connection.pragma_update(None, "query_only", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Whether a file can be read with this key.
pub(crate) fn opens_with(path: &Path, key: &Key) -> bool {
    let read = || -> rusqlite::Result<i64> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        set_key(&connection, Some(key))?;
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
    };
    read().is_ok()
}

/// Moves a replica's file and its companions out of the way, under a name that says why and when. It must be closed.
pub fn set_aside(path: &Path, why: &str, now: Time) -> Result<PathBuf, ReplicaError> {
    let aside = companion(path, &format!(".{why}-{}", now.0));
    // The log first: a new file in the old place must never find the log of another.
    for end in ["-wal", "-shm", ""] {
        let from = companion(path, end);
        if from.exists() {
            std::fs::rename(from, companion(&aside, end)).map_err(ReplicaError::SetAside)?;
        }
    }
    Ok(aside)
}

/// A path whose file name goes on like this.
pub(super) fn companion(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// Whether there is nothing in a file, or no file. One byte is nothing to SQLite: it would take the file for a new one and
/// delete the write-ahead log beside it.
pub(super) fn is_empty(path: &Path) -> bool {
    std::fs::metadata(path).map_or(true, |file| file.len() <= 1)
}

/// Removes a file of our own making that is of no use, with what SQLite put beside it.
pub(super) fn remove(path: &Path) {
    for end in ["", "-wal", "-shm", "-journal"] {
        std::fs::remove_file(companion(path, end)).ok();
    }
}
