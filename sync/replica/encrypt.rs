//! Encrypting a file that was not: a new one is made whole beside it, compared, and takes its place.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, ErrorCode, params};

use super::opening::{companion, is_empty, open_writer, remove};
use super::{ReplicaError, recover, safety};
use crate::durable::{folder_of, sync_folder, write_over};
use crate::vault::Key;
use koina_model::problem::Problem;

/// Where the new file is made.
const BUILDING: &str = ".encrypting";

/// Encrypts a file that nobody has open. What was there in the clear is written over; what a disk keeps elsewhere of it (SSD,
/// snapshots, the log that was emptied), nobody reaches.
///
/// A page that does not hold is met here, since every page is read: that is damage like any other.
pub(super) fn encrypt(path: &Path, key: &Key) -> Result<(), ReplicaError> {
    recover::alone(path, None)?;
    let building = companion(path, BUILDING);
    remove(&building);
    let done = encrypted(path, &building, key);
    if done.is_err() {
        remove(&building);
    }
    done.map_err(|failure| match failure {
        ReplicaError::Sql(rusqlite::Error::SqliteFailure(sql, words))
            if !is_of_the_disk(sql.code) =>
        {
            ReplicaError::Damaged(words.unwrap_or_else(|| sql.to_string()))
        }
        other => other,
    })
}

/// What says nothing of what the file holds. `sqlcipher_export` gives every other failure as one and the same.
fn is_of_the_disk(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::DiskFull
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::CannotOpen
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::SystemIoFailure
            | ErrorCode::OutOfMemory
    )
}

fn encrypted(path: &Path, building: &Path, key: &Key) -> Result<(), ReplicaError> {
    let plain = Connection::open(path)?;
    // Nobody opens it meanwhile, and its log is empty.
    plain.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    let busy: i64 = plain.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy != 0 {
        return Err(Problem::ReplicaInUse.into());
    }
    let before = contents(&plain)?;
    let name = building.to_str().ok_or(Problem::DiskReadOnly)?;
    plain.execute(
        "ATTACH DATABASE ?1 AS sealed KEY ?2",
        params![name, key.pragma().as_str()],
    )?;
    plain.execute_batch("BEGIN; SELECT sqlcipher_export('sealed'); COMMIT;")?;
    plain.pragma_update(Some("sealed"), "user_version", before.version)?;
    plain.execute_batch("DETACH DATABASE sealed")?;
    let sealed = open_writer(building, Some(key))?;
    let same = contents(&sealed)? == before && holds(&sealed)?;
    // Closing puts the logs into the files.
    sealed.close().map_err(|(_, failure)| failure)?;
    plain.close().map_err(|(_, failure)| failure)?;
    if !same {
        return Err(ReplicaError::Damaged(
            "what was encrypted is not what was there".to_owned(),
        ));
    }
    // A log that is left would be taken for the new file's.
    if !is_empty(&companion(path, "-wal")) {
        return Err(Problem::ReplicaInUse.into());
    }
    for end in ["-wal", "-shm"] {
        std::fs::remove_file(companion(path, end)).ok();
    }
    let old = std::fs::File::options()
        .write(true)
        .open(path)
        .map_err(ReplicaError::SetAside)?;
    std::fs::File::open(building)
        .and_then(|file| file.sync_all())
        .and_then(|()| std::fs::rename(building, path))
        .and_then(|()| sync_folder(folder_of(path)))
        .map_err(ReplicaError::SetAside)?;
    // Made of the file in the clear.
    safety::forget(path);
    if let Err(failure) = write_over(&old) {
        tracing::warn!(%failure, "the records in the clear could not be written over");
    }
    Ok(())
}

/// What two files must have in common to be the same.
#[derive(PartialEq, Eq)]
struct Contents {
    version: u32,
    schema: Vec<(String, String)>,
    /// Rows of each table.
    rows: BTreeMap<String, i64>,
}

fn contents(db: &Connection) -> Result<Contents, ReplicaError> {
    let version = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let mut schema = db.prepare(
        "SELECT name, sql, type FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name",
    )?;
    let mut named = schema.query([])?;
    let (mut schema, mut rows) = (Vec::new(), BTreeMap::new());
    while let Some(row) = named.next()? {
        let (name, sql, kind): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if kind == "table" {
            let count = format!("SELECT count(*) FROM \"{name}\"");
            rows.insert(name.clone(), db.query_row(&count, [], |row| row.get(0))?);
        }
        schema.push((name, sql));
    }
    Ok(Contents {
        version,
        schema,
        rows,
    })
}

/// Whether a file holds, as SQLite and as SQLCipher see it.
fn holds(db: &Connection) -> Result<bool, ReplicaError> {
    let said: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    let mut sealed = db.prepare("PRAGMA cipher_integrity_check")?;
    Ok(said == "ok" && !sealed.exists([])?)
}
