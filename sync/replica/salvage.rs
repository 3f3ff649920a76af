//! Reading what can be read of a replica's file that is damaged. Nothing is written to it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use koina_model::doc::Doc;
use koina_model::guard;
use koina_model::ids::{DeviceId, DocId};
use rusqlite::{Connection, OpenFlags, Row};

use super::ReplicaError;
use super::docs::kind_number;
use super::opening::{PAGE_BYTES, companion, is_empty, is_poisoned, remove, set_key};
use super::wal::Wal;
use crate::vault::Key;

/// Small values that go into the new file.
pub(super) const META: [&str; 6] = [
    "lists",
    "language",
    "cable",
    "epoch",
    "courier_keys",
    "enrolled_with",
];
/// Rows looked for one by one where a table cannot be read in its order.
const SINGLES_MAX: i64 = 50_000;

/// What could be read.
#[derive(Default)]
pub(super) struct Salvaged {
    pub(super) meta: BTreeMap<String, String>,
    /// By key: text, and when it was saved.
    pub(super) drafts: BTreeMap<String, (String, i64)>,
    pub(super) aside: BTreeMap<i64, Aside>,
    /// Sealed contacts by record: bytes, when they were saved, when the server had them.
    pub(super) contacts: BTreeMap<Vec<u8>, (Vec<u8>, i64, i64)>,
    /// Words that contacts were erased, by record: when, and what makes them true.
    pub(super) erased: BTreeMap<Vec<u8>, (i64, Vec<u8>)>,
    /// What had not arrived, in the order of saving.
    pub(super) unsent: Vec<Unsent>,
    /// The records of it, where they could be read.
    pub(super) docs: BTreeMap<DocId, Doc>,
    /// The whole outbox could be read.
    pub(super) whole: bool,
}

impl Salvaged {
    /// Nothing made sense.
    pub(super) fn is_nothing(&self) -> bool {
        self.meta.is_empty()
            && self.drafts.is_empty()
            && self.aside.is_empty()
            && self.contacts.is_empty()
            && self.erased.is_empty()
            && self.unsent.is_empty()
            && self.docs.is_empty()
    }
}

/// What had been set aside inside the file.
pub(super) struct Aside {
    pub(super) doc: Vec<u8>,
    pub(super) at: i64,
    pub(super) reason: String,
    pub(super) bytes: Vec<u8>,
}

/// A row of the outbox that had not arrived.
pub(super) struct Unsent {
    n: i64,
    pub(super) hash: [u8; 32],
    pub(super) doc: DocId,
    pub(super) kind: i64,
    pub(super) bytes: Vec<u8>,
    pub(super) what: String,
    pub(super) saved_at: i64,
    pub(super) state: String,
    pub(super) tries: i64,
    pub(super) reason: String,
    pub(super) seq: i64,
    pub(super) again: i64,
}

impl Unsent {
    /// Whether the record holds it: what was refused is taken out, but for the beginning of a record and what follows it.
    pub(super) fn is_in_record(&self) -> bool {
        let begins = || {
            guard::check(&self.bytes)
                .is_ok_and(|checked| checked.writes.iter().any(|(key, _)| key == "id"))
        };
        self.state != "needs_decision" || self.reason == "follows_refused" || begins()
    }
}

/// Rows as they are read, before they are put in order.
#[derive(Default)]
struct Found {
    unsent: BTreeMap<[u8; 32], Unsent>,
    /// Rows whose bytes do not have their hash.
    spoilt: BTreeMap<[u8; 32], Unsent>,
    received: BTreeSet<[u8; 32]>,
    saved: BTreeMap<DocId, Doc>,
}

/// Reads a damaged file, first as SQLite does, then page by page. `like` is a whole and empty replica; `me` wrote what was
/// not sent.
pub(super) fn read(
    path: &Path,
    key: Option<&Key>,
    like: &Connection,
    me: Option<DeviceId>,
) -> Salvaged {
    let mut salvaged = Salvaged::default();
    let mut found = Found::default();
    let torn = Wal::read(path).is_ok_and(|wal| wal.is_some_and(|wal| wal.is_torn()));
    if let Ok(db) = open(path, key, false) {
        let all = take(&db, &mut salvaged, &mut found, me);
        salvaged.whole = all && !torn;
        // From the first page that did not hold on it gave zeros, of what does hold too: what nothing proves is read again.
        if key.is_some() && is_poisoned(&db) {
            salvaged = Salvaged::default();
        }
    }
    if !salvaged.whole {
        let copy = companion(path, ".salvage");
        match copied(path, key, &copy, like).and_then(|()| Ok(open(&copy, key, true)?)) {
            Ok(db) => salvaged.whole = take(&db, &mut salvaged, &mut found, me) && !torn,
            Err(failure) => tracing::error!(%failure, "no copy could be made for the rescue"),
        }
        remove(&copy);
    }
    sort(found, &mut salvaged, me);
    salvaged
}

/// Opens without ever writing to it, and reads a file that is shorter than it should be. Not an empty one: SQLite would
/// delete its log. The first page of `ours` is one of our own.
fn open(path: &Path, key: Option<&Key>, ours: bool) -> rusqlite::Result<Connection> {
    if is_empty(path) {
        return Err(rusqlite::Error::InvalidPath(path.to_owned()));
    }
    let db = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    set_key(&db, key)?;
    if ours {
        read_on(&db, key)?;
    }
    db.pragma_update(None, "writable_schema", true)?;
    Ok(db)
}

/// SQLCipher's way of reading damaged files: the first page is not encrypted, and pages that do not hold are passed over
/// one by one. What it cannot read of a long value it gives as zeros.
fn read_on(db: &Connection, key: Option<&Key>) -> rusqlite::Result<()> {
    match key {
        Some(_) => db.pragma_update(None, "cipher_plaintext_header_size", USABLE_BYTES),
        None => Ok(()),
    }
}

/// What SQLCipher leaves of a page for SQLite: behind it come 16 bytes of an IV and 64 of an HMAC.
const USABLE_BYTES: i64 = PAGE_BYTES as i64 - 80;

/// Copies a file with every whole page of its log, and puts a first page before it under which its tables are found. Where
/// its own does not say, they stand where they stand in every replica, since all are made by the same migrations.
fn copied(
    path: &Path,
    key: Option<&Key>,
    copy: &Path,
    like: &Connection,
) -> Result<(), ReplicaError> {
    let io = ReplicaError::SetAside;
    if is_empty(path) {
        std::fs::write(copy, []).map_err(io)?;
    } else {
        std::fs::copy(path, copy).map_err(io)?;
    }
    let mut file = std::fs::File::options()
        .write(true)
        .open(copy)
        .map_err(io)?;
    let mut put = |page: u32, bytes: &[u8]| {
        let at = (u64::from(page) - 1) * PAGE_BYTES as u64;
        file.seek(SeekFrom::Start(at))?;
        file.write_all(bytes)
    };
    if let Some(wal) = Wal::read(path).map_err(io)? {
        let mut tx = Vec::new();
        for frame in wal.frames().flatten() {
            let commits = frame.commits;
            tx.push(frame);
            if commits {
                for frame in tx.drain(..) {
                    if frame.page > 0 && frame.bytes.len() == PAGE_BYTES {
                        put(frame.page, frame.bytes).map_err(io)?;
                    }
                }
            }
        }
    }
    put(1, &first_page(&companion(copy, "-first"), path, key, like)?).map_err(io)
}

/// A first page that names the kept tables and nothing else, made in a file of its own.
fn first_page(
    path: &Path,
    damaged: &Path,
    key: Option<&Key>,
    like: &Connection,
) -> Result<Vec<u8>, ReplicaError> {
    remove(path);
    let db = Connection::open(path)?;
    set_key(&db, key)?;
    read_on(&db, key)?;
    db.execute_batch(
        "CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value) WITHOUT ROWID;
         CREATE TABLE drafts (key TEXT NOT NULL PRIMARY KEY, json, saved_at) WITHOUT ROWID;
         CREATE TABLE docs (n INTEGER PRIMARY KEY, doc, kind, saved, logged_at, changed);
         CREATE TABLE outbox (n INTEGER PRIMARY KEY, hash, doc, kind, bytes, size, what, saved_at, state, tries, reason, seq, again DEFAULT 0);
         CREATE TABLE contacts (doc BLOB NOT NULL PRIMARY KEY, sealed, saved_at, received) WITHOUT ROWID;
         CREATE TABLE erased (doc BLOB NOT NULL PRIMARY KEY, at, proof, again) WITHOUT ROWID;
         CREATE TABLE aside (n INTEGER PRIMARY KEY, doc, at, reason, bytes);
         PRAGMA writable_schema = ON;",
    )?;
    for table in [
        "meta", "drafts", "docs", "outbox", "contacts", "erased", "aside",
    ] {
        let root = |db: &Connection| {
            db.query_row(
                "SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = ?1",
                [table],
                |row| row.get::<_, i64>(0),
            )
        };
        let root = open(damaged, key, false)
            .and_then(|damaged| root(&damaged))
            .or_else(|_| root(like))?;
        db.execute(
            "UPDATE sqlite_schema SET rootpage = ?2 WHERE name = ?1",
            rusqlite::params![table, root],
        )?;
    }
    drop(db);
    let mut page = std::fs::read(path).map_err(ReplicaError::SetAside)?;
    page.truncate(PAGE_BYTES);
    // The number of pages is that of the file, not the one this page tells.
    if let Some(valid_for) = page.get_mut(92..96) {
        valid_for.fill(0);
    }
    remove(path);
    Ok(page)
}

/// Takes everything of use out of one file. Gives whether all of the outbox could be read.
fn take(db: &Connection, salvaged: &mut Salvaged, found: &mut Found, me: Option<DeviceId>) -> bool {
    both_ways(db, "SELECT key, value FROM meta ORDER BY key", |row| {
        let (key, value): (String, String) = (row.get(0)?, row.get(1)?);
        // No text of ours has a zero in it.
        if META.contains(&key.as_str()) && !value.contains('\0') {
            salvaged.meta.entry(key).or_insert(value);
        }
        Ok(())
    });
    both_ways(
        db,
        "SELECT key, json, saved_at FROM drafts ORDER BY key",
        |row| {
            let draft: (String, i64) = (row.get(1)?, row.get(2)?);
            if !draft.0.contains('\0') {
                salvaged.drafts.entry(row.get(0)?).or_insert(draft);
            }
            Ok(())
        },
    );
    both_ways(
        db,
        "SELECT doc, sealed, saved_at, received FROM contacts ORDER BY doc",
        |row| {
            let contact = (row.get(1)?, row.get(2)?, row.get(3)?);
            salvaged.contacts.entry(row.get(0)?).or_insert(contact);
            Ok(())
        },
    );
    both_ways(
        db,
        "SELECT doc, at, proof FROM erased ORDER BY doc",
        |row| {
            let word = (row.get(1)?, row.get(2)?);
            salvaged.erased.entry(row.get(0)?).or_insert(word);
            Ok(())
        },
    );
    every_row(db, "aside", "doc, at, reason, bytes", |n, row| {
        let one = Aside {
            doc: row.get(1)?,
            at: row.get(2)?,
            reason: row.get(3)?,
            bytes: row.get(4)?,
        };
        salvaged.aside.entry(n).or_insert(one);
        Ok(())
    });
    let outbox = "hash, doc, kind, bytes, what, saved_at, state, tries, reason, seq, again";
    let mut good = true;
    let all = every_row(db, "outbox", outbox, |n, row| {
        let hash: [u8; 32] = row.get(1)?;
        let state: String = row.get(7)?;
        if state == "received" {
            found.received.insert(hash);
            return Ok(());
        }
        let Some(doc) = DocId::from_slice(&row.get::<_, Vec<u8>>(2)?) else {
            good = false;
            return Ok(());
        };
        let one = Unsent {
            n,
            hash,
            doc,
            kind: row.get(3)?,
            bytes: row.get(4)?,
            what: row.get(5)?,
            saved_at: row.get(6)?,
            state,
            tries: row.get(8)?,
            reason: row.get(9)?,
            seq: row.get(10)?,
            again: row.get(11)?,
        };
        if guard::check(&one.bytes).is_ok_and(|checked| checked.hash == hash) {
            found.unsent.entry(hash).or_insert(one);
        } else {
            found.spoilt.entry(hash).or_insert(one);
            good = false;
        }
        Ok(())
    });
    let whole = all && good;
    let wanted: BTreeSet<DocId> = found.unsent.values().map(|one| one.doc).collect();
    every_row(db, "docs", "doc, saved", |_, row| {
        let id = DocId::from_slice(&row.get::<_, Vec<u8>>(1)?);
        // Where rows of the outbox are missing, a record may still hold what they said.
        let Some(id) = id.filter(|id| wanted.contains(id) || (!whole && me.is_some())) else {
            return Ok(());
        };
        if let Ok(doc) = guard::read_saved(id, &row.get::<_, Vec<u8>>(2)?) {
            found.saved.entry(id).or_insert(doc);
        }
        Ok(())
    });
    whole
}

/// Puts what was found in order, and adds what only the records still hold.
fn sort(mut found: Found, salvaged: &mut Salvaged, me: Option<DeviceId>) {
    let mut later = Vec::new();
    for (id, doc) in found.saved {
        let chunks = doc.chunks_by();
        let lost =
            |hash: &[u8; 32]| !found.unsent.contains_key(hash) && !found.received.contains(hash);
        let mine = chunks.iter().filter(|(by, _)| Some(*by) == me);
        if !salvaged.whole && mine.clone().any(|(_, chunk)| lost(&chunk.hash)) {
            // In the order of the record, so that nothing comes before what it depends on.
            for (_, chunk) in mine.filter(|(_, chunk)| !found.received.contains(&chunk.hash)) {
                let known = found.unsent.remove(&chunk.hash);
                later.push(match (known, found.spoilt.remove(&chunk.hash)) {
                    (Some(row), _) => row,
                    (None, Some(row)) => Unsent {
                        bytes: chunk.bytes.clone(),
                        ..row
                    },
                    (None, None) => anew(id, &doc, chunk.hash, chunk.bytes.clone()),
                });
            }
            salvaged.docs.insert(id, doc);
        } else if found.unsent.values().any(|one| one.doc == id) {
            salvaged.docs.insert(id, doc);
        }
    }
    salvaged.unsent = found.unsent.into_values().collect();
    salvaged.unsent.sort_by_key(|one| one.n);
    salvaged.unsent.extend(later);
}

/// A row for a change that only its record still holds. It may have arrived: the server knows.
fn anew(doc: DocId, record: &Doc, hash: [u8; 32], bytes: Vec<u8>) -> Unsent {
    let checked = guard::check(&bytes).ok();
    let event = checked.as_ref().and_then(|checked| {
        let (_, json) = guard::event_keys(&checked.writes).next()?;
        let event: serde_json::Value = serde_json::from_str(json).ok()?;
        Some(event.get("t")?.as_str()?.to_owned())
    });
    let begins = checked
        .as_ref()
        .is_some_and(|checked| checked.writes.iter().any(|(key, _)| key == "id"));
    let what = if begins {
        Some("entered".to_owned())
    } else {
        event
    };
    Unsent {
        n: 0,
        hash,
        doc,
        kind: kind_number(record.kind()),
        bytes,
        what: what.unwrap_or_else(|| "edited".to_owned()),
        saved_at: checked.map_or(0, |checked| checked.at.0),
        state: "on_device".to_owned(),
        tries: 0,
        reason: String::new(),
        seq: 0,
        again: 0,
    }
}

/// Reads a table in its order and, where that breaks off, from its end.
fn both_ways(
    db: &Connection,
    sql: &str,
    mut take: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
) -> bool {
    let whole = walk(db, sql, &mut take);
    if !whole {
        walk(db, &format!("{sql} DESC"), &mut take);
    }
    whole
}

/// Reads the rows of a table by their numbers: in order, then from the end, then one by one in between. Gives whether nothing
/// was in the way.
fn every_row(
    db: &Connection,
    table: &str,
    columns: &str,
    mut take: impl FnMut(i64, &Row<'_>) -> rusqlite::Result<()>,
) -> bool {
    let sql = format!("SELECT n, {columns} FROM {table} NOT INDEXED");
    let mut good = true;
    let (mut last, mut first) = (0, i64::MAX);
    let mut one = |row: &Row<'_>| -> rusqlite::Result<i64> {
        let n = row.get(0)?;
        if let Err(failure) = take(n, row) {
            tracing::warn!(table, n, %failure, "a row could not be read");
            good = false;
        }
        Ok(n)
    };
    let whole = walk(db, &format!("{sql} ORDER BY n"), |row| {
        last = one(row)?;
        Ok(())
    });
    if !whole {
        walk(db, &format!("{sql} ORDER BY n DESC"), |row| {
            first = one(row)?;
            Ok(())
        });
        let end = first.min(last.saturating_add(SINGLES_MAX));
        if let Ok(mut single) = db.prepare(&format!("{sql} WHERE n = ?1")) {
            for n in last.saturating_add(1)..end {
                if let Ok(mut rows) = single.query([n])
                    && let Ok(Some(row)) = rows.next()
                {
                    one(row).ok();
                }
            }
        }
    }
    whole && good
}

/// Takes the rows of a query up to the first that cannot be read. Gives whether there was none such.
fn walk(
    db: &Connection,
    sql: &str,
    mut take: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
) -> bool {
    let mut read = || -> rusqlite::Result<()> {
        let mut rows = db.prepare(sql)?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            take(row)?;
        }
        Ok(())
    };
    read().is_ok()
}
