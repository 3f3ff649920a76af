//! Going on after the file became unreadable: a new one in its place, the same device, and the unsent work that could be read.
//!
//! The new file is made whole beside the old one and then takes its place, so that a recovery that is cut short is begun again
//! or finished at the next opening.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use koina_model::doc::Doc;
use koina_model::guard;
use koina_model::ids::{DocId, Time};
use koina_model::lists::Lists;
use koina_model::permits::Role;
use koina_model::problem::Problem;
use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::docs::{Arrived, insert_saved, keep_early, kind_from, take_changes};
use super::judge::Foreseen;
use super::opening::{companion, is_empty, open_writer, remove, set_aside, set_key};
use super::safety;
use super::salvage::{self, Salvaged, Unsent};
use super::sidecar::{Form, Kept, Sidecar};
use super::wal::Wal;
use super::{Replica, ReplicaError, VIEW_VERSION, set_meta};
use crate::durable::{folder_of, sync_folder};
use crate::vault::Key;
use crate::views;

/// How long another process may take to let go of the file.
const ALONE: std::time::Duration = std::time::Duration::from_secs(1);
/// Where a new file is made, and what it is called when it is whole.
const BUILDING: &str = ".building";
const READY: &str = ".recovered-";
/// Why an old file was set aside.
const WHY: &str = "unreadable";
/// Beside a file in which damage was met.
const MARK: &str = ".damaged";
/// What a person is told until they have read it.
const RECOVERED: &str = "recovered";

/// What was brought along from a file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Recovered {
    pub at: Time,
    /// Where the old file is kept; `None` when there was none any more.
    pub file: Option<String>,
    /// Changes that had not arrived and were brought along.
    pub unsent: u32,
    /// All of the outbox could be read.
    pub whole: bool,
}

impl Replica {
    /// What was recovered, until a person has read it.
    pub fn recovered(&self) -> Result<Option<Recovered>, ReplicaError> {
        Ok(match self.meta(RECOVERED)? {
            Some(json) => serde_json::from_str(&json)?,
            None => None,
        })
    }

    /// A person has read what was recovered.
    pub fn recovered_seen(&self) -> Result<(), ReplicaError> {
        self.forget_meta(RECOVERED)
    }
}

/// What SQLite would pass over in silence: a file that is gone or empty is a new one to it, and so is a log behind damage.
pub(super) fn look_before(path: &Path, sidecar: &Sidecar) -> Result<(), ReplicaError> {
    let log = companion(path, "-wal");
    if is_empty(path) && (sidecar.kept().is_some() || !is_empty(&log)) {
        return Err(ReplicaError::Damaged("empty".to_owned()));
    }
    // Looked at twice: another process may be writing just now.
    let torn = || Wal::read(path).is_ok_and(|wal| wal.is_some_and(|wal| wal.is_torn()));
    if torn() && torn() {
        return Err(ReplicaError::Damaged("the write-ahead log".to_owned()));
    }
    Ok(())
}

/// Looks through a whole file in which damage was met.
pub(super) fn look_through(db: &Connection) -> Result<(), ReplicaError> {
    // Views are made anew in any case.
    db.execute_batch(&format!(
        "BEGIN IMMEDIATE; {} DELETE FROM meta WHERE key = 'view_version'; COMMIT;",
        views::DROP
    ))?;
    let said: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if said != "ok" {
        return Err(ReplicaError::Damaged(said));
    }
    let mut rows = db.prepare("SELECT saved FROM docs")?;
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        Doc::load(row.get_ref(0)?.as_blob().unwrap_or_default())
            .map_err(|failure| ReplicaError::Damaged(failure.to_string()))?;
    }
    look_at_texts(db)
}

/// SQLite does not look whether a text is one.
fn look_at_texts(db: &Connection) -> Result<(), ReplicaError> {
    let mut tables =
        db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%STRICT%'")?;
    let tables = tables.query_map([], |row| row.get::<_, String>(0))?;
    for table in tables {
        let mut rows = db.prepare(&format!("SELECT * FROM {}", table?))?;
        let columns = rows.column_count();
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                if let ValueRef::Text(text) = row.get_ref(column)? {
                    std::str::from_utf8(text)
                        .map_err(|failure| ReplicaError::Damaged(failure.to_string()))?;
                }
            }
        }
    }
    Ok(())
}

/// Notes damage durably.
pub(super) fn mark(path: &Path) {
    let noted = std::fs::File::create(companion(path, MARK)).and_then(|file| file.sync_all());
    if let Err(failure) = noted.and_then(|()| sync_folder(folder_of(path))) {
        tracing::error!(%failure, "the damage could not be noted");
    }
}

pub(super) fn is_marked(path: &Path) -> bool {
    companion(path, MARK).exists()
}

pub(super) fn forget(path: &Path) {
    std::fs::remove_file(companion(path, MARK)).ok();
}

/// Makes a new file of what can be read, sets the old one aside and puts the new one in its place. Gives where the old one is.
///
/// `held` are keys that the old file may have, the likeliest first; `key` is that of the new one.
pub(super) fn recover(
    path: &Path,
    held: &[Option<&Key>],
    key: Option<&Key>,
    sidecar: &Sidecar,
    now: Time,
) -> Result<Option<PathBuf>, ReplicaError> {
    for held in held {
        alone(path, *held)?;
    }
    let kept = sidecar.kept();
    let mut at = now.0;
    let aside = |at: i64| companion(path, &format!(".{WHY}-{at}"));
    while aside(at).exists() {
        at += 1;
    }
    let there = ["", "-wal"].iter().any(|end| companion(path, end).exists());
    let aside = there.then(|| aside(at));
    let building = companion(path, BUILDING);
    remove(&building);
    let mut db = open_writer(&building, key)?;
    let me = kept.map(|kept| kept.identity.device);
    let mut salvaged = if there {
        let read = held.iter().map(|held| salvage::read(path, *held, &db, me));
        // What the files say of themselves may be wrong, what makes sense is not.
        let mut read = read.skip_while(Salvaged::is_nothing);
        read.next().unwrap_or_default()
    } else {
        Salvaged::default()
    };
    // Nothing of it makes sense with this key, and what stands beside it names another: it is not the file that is wrong.
    if salvaged.is_nothing() && sidecar.form() == Form::OtherKey {
        drop(db);
        remove(&building);
        return Err(ReplicaError::WrongKey);
    }
    // The file says nothing any more. Where it says anything, it knows better what it had.
    if salvaged.is_nothing() {
        salvaged = safety::read(path, held, &db, me).unwrap_or_default();
    }
    let recovered = Recovered {
        at: now,
        file: aside.as_ref().map(|path| path.display().to_string()),
        unsent: 0,
        whole: salvaged.whole,
    };
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    fill(&tx, salvaged, kept, recovered)?;
    tx.commit()?;
    // Closing puts its log into the file.
    db.close().map_err(|(_, failure)| failure)?;
    let ready = companion(path, &format!("{READY}{at}"));
    std::fs::rename(&building, &ready).map_err(ReplicaError::SetAside)?;
    // It stays beside what was set aside, whatever was of use of it.
    safety::set_aside(path, &companion(path, &format!(".{WHY}-{at}.safety")));
    sync_folder(folder_of(path)).map_err(ReplicaError::SetAside)?;
    finish(path)?;
    Ok(aside)
}

/// Refuses while another process has the file open: it would go on writing beside the new one.
pub(super) fn alone(path: &Path, key: Option<&Key>) -> Result<(), ReplicaError> {
    if is_empty(path) {
        return Ok(());
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let Ok(db) = Connection::open_with_flags(path, flags) else {
        return Ok(());
    };
    let look = || {
        set_key(&db, key)?;
        // The old file stays as it is.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        db.busy_timeout(ALONE)?;
        db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
    };
    match look() {
        Err(rusqlite::Error::SqliteFailure(failure, _))
            if matches!(
                failure.code,
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked
            ) =>
        {
            Err(Problem::ReplicaInUse.into())
        }
        _ => Ok(()),
    }
}

/// Puts a new file that is whole in the place of the old one.
pub(super) fn finish(path: &Path) -> Result<(), ReplicaError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let begins = format!("{name}{READY}");
    let Ok(folder) = std::fs::read_dir(folder_of(path)) else {
        return Ok(());
    };
    for file in folder.filter_map(Result::ok) {
        let name = file.file_name().to_string_lossy().into_owned();
        let Some(at) = name.strip_prefix(&begins).and_then(|at| at.parse().ok()) else {
            continue;
        };
        set_aside(path, WHY, Time(at))?;
        std::fs::rename(file.path(), path).map_err(ReplicaError::SetAside)?;
        forget(path);
        sync_folder(folder_of(path)).map_err(ReplicaError::SetAside)?;
    }
    Ok(())
}

/// Writes everything that is known into a new file.
fn fill(
    tx: &Transaction<'_>,
    salvaged: Salvaged,
    kept: Option<&Kept>,
    mut recovered: Recovered,
) -> Result<(), ReplicaError> {
    let mut meta = salvaged.meta;
    // Version 0: the server sends its own again.
    let lists = meta.remove("lists");
    let lists = lists.and_then(|json| serde_json::from_str::<Lists>(&json).ok());
    let lists = lists.unwrap_or_else(Lists::empty);
    // Without an identity nobody knows who may read the names in them.
    let lists = lists.anew(kept.map_or(Role::Kiosk, |kept| kept.identity.role));
    set_meta(tx, "lists", &serde_json::to_string(&lists)?)?;
    meta.retain(|key, value| {
        key != "courier_keys" || serde_json::from_str::<Vec<String>>(value).is_ok()
    });
    for (key, value) in &meta {
        set_meta(tx, key, value)?;
    }
    views::rebuild(tx, &lists)?;
    set_meta(tx, "view_version", VIEW_VERSION)?;
    for (key, (json, saved_at)) in salvaged.drafts {
        tx.execute(
            "INSERT INTO drafts (key, json, saved_at) VALUES (?1, ?2, ?3)",
            params![key, json, saved_at],
        )?;
    }
    for (doc, (sealed, saved_at, received)) in &salvaged.contacts {
        tx.execute(
            "INSERT INTO contacts (doc, sealed, saved_at, received) VALUES (?1, ?2, ?3, ?4)",
            params![doc, sealed, saved_at, received],
        )?;
    }
    for (doc, (at, proof)) in &salvaged.erased {
        // Told once more: whether that was still to be done is not known.
        tx.execute(
            "INSERT INTO erased (doc, at, proof, again) VALUES (?1, ?2, ?3, 1)",
            params![doc, at, proof],
        )?;
    }
    for one in salvaged.aside.values() {
        tx.execute(
            "INSERT INTO aside (doc, at, reason, bytes) VALUES (?1, ?2, ?3, ?4)",
            params![one.doc, one.at, one.reason, one.bytes],
        )?;
    }
    // Nobody else may hand over what this device wrote: without its key it stays in the old file.
    if let Some(kept) = kept {
        set_meta(tx, "station", &serde_json::to_string(&kept.identity)?)?;
        for (name, ceiling) in &kept.ceilings {
            tx.execute(
                "INSERT INTO counters (name, value) VALUES (?1, ?2)",
                params![name, ceiling],
            )?;
        }
        for one in &salvaged.unsent {
            put(tx, one)?;
        }
        recovered.unsent = u32::try_from(salvaged.unsent.len()).unwrap_or(u32::MAX);
        for (id, doc) in &salvaged.docs {
            let n = insert_saved(tx, *id, doc.kind(), &doc.save(), Time(0), 0)?;
            views::show(tx, n, *id, doc, &lists)?;
        }
        let lacking = salvaged.unsent.iter();
        let lacking = lacking.filter(|one| !salvaged.docs.contains_key(&one.doc));
        hold_back(tx, lacking, salvaged.whole, &lists)?;
    }
    set_meta(tx, RECOVERED, &serde_json::to_string(&recovered)?)
}

fn put(tx: &Transaction<'_>, one: &Unsent) -> Result<(), ReplicaError> {
    let state = match one.state.as_str() {
        known @ ("sent" | "needs_decision") => known,
        _ => "on_device",
    };
    tx.prepare_cached(
        "INSERT INTO outbox (hash, doc, kind, bytes, size, what, saved_at, state, tries, reason, seq, again)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        one.hash.as_slice(),
        one.doc.as_bytes().as_slice(),
        one.kind,
        one.bytes,
        i64::try_from(one.bytes.len()).unwrap_or(i64::MAX),
        one.what,
        one.saved_at,
        state,
        one.tries,
        one.reason,
        one.seq,
        one.again
    ])?;
    Ok(())
}

/// Unsent changes whose record could not be read show again at once where they stand on nothing else, and the others when
/// the server has sent the record. While some of them may be missing, all wait for that: something written on such a record
/// would use a sequence number again.
fn hold_back<'a>(
    tx: &Transaction<'_>,
    unsent: impl Iterator<Item = &'a Unsent>,
    whole: bool,
    lists: &Lists,
) -> Result<(), ReplicaError> {
    let mut records: BTreeMap<DocId, Vec<&Unsent>> = BTreeMap::new();
    for one in unsent.filter(|one| one.is_in_record()) {
        records.entry(one.doc).or_default().push(one);
    }
    for (id, changes) in records {
        let kind = kind_from(changes.first().map_or(0, |one| one.kind));
        if whole {
            let arrived = changes.iter().map(|one| Arrived {
                kind,
                at: Time(0),
                seq: 0,
                bytes: &one.bytes,
            });
            let arrived: Vec<_> = arrived.collect();
            let foreseen = &mut Foreseen::default();
            take_changes(tx, id, kind, &arrived, None, lists, foreseen)?;
        } else {
            let checked = changes
                .iter()
                .filter_map(|one| guard::check(&one.bytes).ok());
            let waiting = checked.map(|checked| (checked, Time(0)));
            keep_early(tx, id, kind, &waiting.collect::<Vec<_>>())?;
        }
    }
    Ok(())
}
