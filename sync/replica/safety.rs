//! A small copy of what nobody else has, beside the replica: made every hour while work waits, and encrypted like it.
//!
//! A damaged file gives what can be read of it (`salvage`); one that is gone, or overwritten from end to end, gives nothing.
//! Then this copy gives what waited when it was made. Where the file itself still says anything, the copy is not asked.

use std::fs::File;
use std::path::{Path, PathBuf};

use koina_model::ids::DeviceId;
use koina_model::problem::Problem;
use rusqlite::types::Value;
use rusqlite::{Connection, Transaction, params_from_iter};

use super::opening::{companion, is_empty, is_plain, open_writer, remove};
use super::salvage::{self, Salvaged};
use super::{Replica, ReplicaError};
use crate::durable::{folder_of, sync_folder, write_over};
use crate::vault::Key;

const SAFETY: &str = ".safety";
/// Where it is made.
const BUILDING: &str = ".safety-new";

/// What is in it besides the small values that a rescue brings along: a table, its columns, and which rows. Records are not: others have them, and what is written on an old one
/// would use a sequence number again.
const TABLES: [(&str, &str, &str); 5] = [
    ("drafts", "key, json, saved_at", "1"),
    (
        "outbox",
        "n, hash, doc, kind, bytes, size, what, saved_at, state, tries, reason, seq, again",
        "state <> 'received'",
    ),
    (
        "contacts",
        "doc, sealed, saved_at, received",
        "received = 0",
    ),
    ("erased", "doc, at, proof, again", "1"),
    ("aside", "n, doc, at, reason, bytes", "1"),
];

impl Replica {
    /// A contact was erased that may stand in the copy: the next one has it no more.
    pub(crate) fn forget_safety_copy(&self) {
        forget(self.path());
    }

    /// Makes the copy anew while anything waits, and takes it away while nothing does. Gives whether there is one.
    pub fn keep_safety_copy(&self) -> Result<bool, ReplicaError> {
        let waits = self.read(|db| {
            Ok(db.query_row(
                "SELECT EXISTS (SELECT 1 FROM outbox WHERE state <> 'received')
                 OR EXISTS (SELECT 1 FROM contacts WHERE received = 0) OR EXISTS (SELECT 1 FROM drafts)",
                [],
                |row| row.get::<_, bool>(0),
            )?)
        })?;
        if !waits {
            forget(self.path());
            return Ok(false);
        }
        let building = companion(self.path(), BUILDING);
        remove(&building);
        let made = self.read(|from| make(from, &building, self.key()));
        if let Err(failure) = made {
            remove(&building);
            return Err(failure);
        }
        let to = place(self.path());
        File::open(&building)
            .and_then(|file| file.sync_all())
            .and_then(|()| std::fs::rename(&building, &to))
            .and_then(|()| sync_folder(folder_of(&to)))
            .map_err(ReplicaError::SetAside)?;
        Ok(true)
    }
}

fn place(replica: &Path) -> PathBuf {
    companion(replica, SAFETY)
}

/// Takes the copy away, with what stood in it, and one that was being made.
pub(super) fn forget(replica: &Path) {
    for end in [SAFETY, BUILDING] {
        let path = companion(replica, end);
        let files = ["", "-wal", "-journal"].map(|end| {
            let file = File::options().write(true).open(companion(&path, end));
            file.ok()
        });
        remove(&path);
        for file in files.into_iter().flatten() {
            if let Err(failure) = write_over(&file) {
                tracing::warn!(%failure, "the safety copy could not be written over");
            }
        }
    }
}

/// Takes away a copy in the clear, from before the records were encrypted.
pub(super) fn forget_plain(replica: &Path) {
    let plain = |end| {
        let path = companion(replica, end);
        !is_empty(&path) && is_plain(&path)
    };
    if plain(SAFETY) || plain(BUILDING) {
        forget(replica);
    }
}

/// Keeps the copy under another name, for somebody to look at.
pub(super) fn set_aside(replica: &Path, to: &Path) {
    if let Err(failure) = std::fs::rename(place(replica), to)
        && failure.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%failure, "the safety copy could not be set aside");
    }
}

fn make(from: &Connection, to: &Path, key: Option<&Key>) -> Result<(), ReplicaError> {
    let mut db = open_writer(to, key)?;
    let tx = db.transaction()?;
    // One state of the file, whatever is saved meanwhile.
    let state = from.unchecked_transaction()?;
    let small = format!("key IN ('{}')", salvage::META.join("', '"));
    copy(&state, &tx, "meta", "key, value", &small)?;
    for (table, columns, which) in TABLES {
        copy(&state, &tx, table, columns, which)?;
    }
    drop(state);
    tx.commit()?;
    // Everything into the one file that takes the old copy's place, or a full disk would leave it in a log beside it.
    db.pragma_update(None, "journal_mode", "DELETE")?;
    db.close().map_err(|(_, failure)| failure)?;
    if !is_empty(&companion(to, "-wal")) {
        return Err(Problem::DiskFull.into());
    }
    Ok(())
}

fn copy(
    from: &Connection,
    to: &Transaction<'_>,
    table: &str,
    columns: &str,
    which: &str,
) -> Result<(), ReplicaError> {
    let many = columns.split(',').count();
    let places = vec!["?"; many].join(", ");
    let mut read = from.prepare(&format!("SELECT {columns} FROM {table} WHERE {which}"))?;
    let mut put = to.prepare(&format!(
        "INSERT OR REPLACE INTO {table} ({columns}) VALUES ({places})"
    ))?;
    let mut rows = read.query([])?;
    while let Some(row) = rows.next()? {
        let row = (0..many).map(|column| row.get::<_, Value>(column));
        let row = row.collect::<Result<Vec<_>, _>>()?;
        put.execute(params_from_iter(row))?;
    }
    Ok(())
}

/// What the copy has, for a file that says nothing any more.
pub(super) fn read(
    replica: &Path,
    held: &[Option<&Key>],
    like: &Connection,
    me: Option<DeviceId>,
) -> Option<Salvaged> {
    let path = place(replica);
    if is_empty(&path) {
        return None;
    }
    let mut read = held
        .iter()
        .map(|held| salvage::read(&path, *held, like, me));
    let mut copy = read.find(|copy| !copy.is_nothing())?;
    // More may have been saved since; and a contact that was erased does not come back.
    copy.whole = false;
    let erased = &copy.erased;
    copy.contacts.retain(|doc, _| !erased.contains_key(doc));
    Some(copy)
}
