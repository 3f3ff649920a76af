//! Docs in the replica: writing them here, taking what came from elsewhere, and handing them out.

use std::collections::BTreeMap;

use koina_model::doc::{Doc, Writes};
use koina_model::exchange::{Entry, EntryWords};
use koina_model::guard::{self, Checked, Standing};
use koina_model::ids::{DeviceId, DocId, EventId, Time};
use koina_model::lists::Lists;
use koina_model::problem::Problem;
use koina_model::words::Kind;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::judge::Foreseen;
use super::photos::holds_photos;
use super::refused::{others_again, rewind};
use super::restored::keep_departed;
use super::{Replica, ReplicaError, VIEW_VERSION, set_meta};
use crate::views;

/// A row of the server's log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRow {
    pub seq: u64,
    pub at: Time,
    /// Who wrote it; `None` for what the server itself decided.
    pub device: Option<DeviceId>,
    pub body: LogBody,
}

/// What a log row holds.
#[derive(Clone, Debug, PartialEq)]
pub enum LogBody {
    Change {
        doc: DocId,
        kind: Kind,
        bytes: Vec<u8>,
    },
    Entry(Entry),
    Move {
        doc: DocId,
        from: String,
        to: String,
    },
}

pub(crate) fn kind_number(kind: Kind) -> i64 {
    match kind {
        Kind::Request => 0,
        Kind::Asset => 1,
    }
}

pub(crate) fn kind_from(number: i64) -> Kind {
    if number == 1 {
        Kind::Asset
    } else {
        Kind::Request
    }
}

/// A doc as stored.
pub(super) struct Stored {
    pub(super) n: i64,
    pub(super) saved: Vec<u8>,
    /// The server's clock at the newest change it logged; 0 before that.
    pub(super) logged_at: Time,
}

impl Stored {
    pub(super) fn load(&self, id: DocId) -> Result<Doc, ReplicaError> {
        Doc::load(&self.saved)
            .map_err(|failure| ReplicaError::Damaged(format!("record {id}: {failure}")))
    }
}

/// A doc as stored, loaded.
pub(crate) struct Loaded {
    pub(crate) n: i64,
    pub(crate) doc: Doc,
    /// The server's clock at the newest change it logged; 0 before that.
    pub(crate) logged_at: Time,
}

impl Replica {
    /// Writes a new record made by `begin`, which gets a fresh id and, when it asks, the station's next receipt number.
    /// `also` happens in the same tx.
    pub fn begin(
        &self,
        kind: Kind,
        now: Time,
        also: impl FnOnce(&Transaction<'_>, DocId) -> Result<(), ReplicaError>,
        begin: impl FnOnce(
            DocId,
            &dyn Fn() -> Result<String, ReplicaError>,
        ) -> Result<Writes, ReplicaError>,
    ) -> Result<DocId, ReplicaError> {
        let identity = self.enrolled()?;
        let id = self.new_doc(now);
        let lists = self.lists();
        self.write(|tx| {
            let receipt = || -> Result<String, ReplicaError> {
                let year = koina_model::calendar::athens_year(now.0);
                let running = self.next_number(tx, &format!("receipt:{year}"))?;
                Ok(koina_model::numbers::receipt_number(
                    &identity.station,
                    year,
                    running,
                ))
            };
            let writes = begin(id, &receipt)?;
            let mut doc = Doc::new(kind);
            let chunk = doc.write(identity.device, now, &writes)?;
            let n = insert_saved(tx, id, kind, &doc.save(), Time(0), 0)?;
            super::outbox::hold(tx, id, kind, &chunk, "entered", now)?;
            views::show(tx, n, id, &doc, &lists)?;
            also(tx, id)
        })?;
        Ok(id)
    }

    /// Changes a record: `act` reads it and returns what to write and what to call it. Writing nothing is fine.
    /// Gives the hash of the change, if there was one.
    pub fn change(
        &self,
        id: DocId,
        kind: Kind,
        now: Time,
        act: impl FnOnce(&Doc, EventId) -> Result<(String, Writes), ReplicaError>,
    ) -> Result<Option<[u8; 32]>, ReplicaError> {
        self.change_and(id, kind, now, |_, _| Ok(()), act)
    }

    /// The same, and something else in the same transaction.
    pub(crate) fn change_and(
        &self,
        id: DocId,
        kind: Kind,
        now: Time,
        also: impl FnOnce(&Transaction<'_>, DocId) -> Result<(), ReplicaError>,
        act: impl FnOnce(&Doc, EventId) -> Result<(String, Writes), ReplicaError>,
    ) -> Result<Option<[u8; 32]>, ReplicaError> {
        let identity = self.enrolled()?;
        let event = self.new_event(now);
        let lists = self.lists();
        self.write(|tx| {
            let mut loaded = load(tx, id)?
                .filter(|loaded| loaded.doc.kind() == kind)
                .ok_or(Problem::NotFound)?;
            let (what, writes) = act(&loaded.doc, event)?;
            if writes.is_empty() {
                return Ok(None);
            }
            let chunk = loaded.doc.write(identity.device, now, &writes)?;
            save(tx, loaded.n, &loaded.doc.save())?;
            super::outbox::hold(tx, id, kind, &chunk, &what, now)?;
            views::show(tx, loaded.n, id, &loaded.doc, &lists)?;
            also(tx, id)?;
            Ok(Some(chunk.hash))
        })
    }

    /// Reads one record.
    pub(crate) fn loaded(&self, id: DocId) -> Result<Loaded, ReplicaError> {
        self.read(|db| load(db, id))?
            .ok_or_else(|| Problem::NotFound.into())
    }

    /// The doc of a record, as the server, tests and tools want it.
    pub fn doc(&self, id: DocId) -> Result<Doc, ReplicaError> {
        Ok(self.loaded(id)?.doc)
    }

    /// The ids of all records held, sorted.
    pub fn doc_ids(&self) -> Result<Vec<DocId>, ReplicaError> {
        self.read(|db| {
            let mut rows = db.prepare("SELECT doc FROM docs ORDER BY doc")?;
            let ids: Vec<Vec<u8>> = rows
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            Ok(ids.iter().filter_map(|id| DocId::from_slice(id)).collect())
        })
    }

    /// The place in the log up to which everything is here.
    pub fn cursor(&self) -> Result<u64, ReplicaError> {
        Ok(self
            .meta("cursor")?
            .and_then(|text| text.parse().ok())
            .unwrap_or_default())
    }

    /// Takes rows of the log in order and moves the cursor, all in one tx. What does not pass the guard is set aside.
    /// Records that were foreseen with just these changes are kept as they were foreseen.
    pub fn take(
        &self,
        rows: &[LogRow],
        upto: u64,
        foreseen: &mut Foreseen,
    ) -> Result<(), ReplicaError> {
        let lists = self.lists();
        self.write(|tx| {
            take_rows(tx, rows, None, &lists, foreseen)?;
            set_meta(tx, "cursor", &upto.to_string())
        })
    }

    /// One saved record with its history.
    pub fn saved_doc(&self, id: DocId) -> Result<Option<(Kind, Vec<u8>)>, ReplicaError> {
        self.read(|db| {
            Ok(db
                .prepare_cached("SELECT kind, saved FROM docs WHERE doc = ?1")?
                .query_row([id.as_bytes().as_slice()], |row| {
                    Ok((kind_from(row.get(0)?), row.get(1)?))
                })
                .optional()?)
        })
    }

    /// Register entries of a record, in order.
    pub fn entries_of(&self, id: DocId) -> Result<Vec<Entry>, ReplicaError> {
        self.read(|db| entries_of(db, id))
    }

    /// Builds every view again from docs and entries; gives the number of records.
    pub fn rebuild_views(&self) -> Result<u32, ReplicaError> {
        let lists = self.lists();
        self.write(|tx| {
            let count = views::rebuild(tx, &lists)?;
            set_meta(tx, "view_version", VIEW_VERSION)?;
            Ok(count)
        })
    }

    /// Every row of every view as text, for comparing with a rebuild or with another replica.
    pub fn views_text(&self) -> Result<String, ReplicaError> {
        self.read(views::dump)
    }

    /// What was set aside: record and reason.
    pub fn aside(&self) -> Result<Vec<(DocId, String)>, ReplicaError> {
        self.read(|db| {
            let mut rows = db.prepare("SELECT doc, reason FROM aside ORDER BY n")?;
            let all: Vec<(Vec<u8>, String)> = rows
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            Ok(all
                .into_iter()
                .filter_map(|(doc, reason)| Some((DocId::from_slice(&doc)?, reason)))
                .collect())
        })
    }
}

/// A change as it came, not yet looked at.
pub(super) struct Arrived<'a> {
    pub(super) kind: Kind,
    pub(super) at: Time,
    pub(super) seq: u64,
    pub(super) bytes: &'a [u8],
}

/// Takes rows of the log: changes record by record, then what the municipality decided. `me` is the device that takes them.
pub(crate) fn take_rows(
    tx: &Transaction<'_>,
    rows: &[LogRow],
    me: Option<DeviceId>,
    lists: &Lists,
    foreseen: &mut Foreseen,
) -> Result<(), ReplicaError> {
    let mut changes: BTreeMap<DocId, Vec<Arrived<'_>>> = BTreeMap::new();
    let mut order: Vec<DocId> = Vec::new();
    for row in rows {
        if let LogBody::Change { doc, kind, bytes } = &row.body {
            let all = changes.entry(*doc).or_default();
            if all.is_empty() {
                order.push(*doc);
            }
            all.push(Arrived {
                kind: *kind,
                at: row.at,
                seq: row.seq,
                bytes,
            });
        }
    }
    // Entries first: a record that is shown afterwards shows its number with it.
    let mut numbered: Vec<DocId> = Vec::new();
    for row in rows {
        if let LogBody::Entry(entry) = &row.body {
            take_entry(tx, entry)?;
            numbered.push(entry.doc);
        }
    }
    for id in by_row(tx, order)? {
        if let Some(arrived) = changes.get(&id)
            && let Some(first) = arrived.first()
        {
            take_changes(tx, id, first.kind, arrived, me, lists, foreseen)?;
        }
    }
    for id in by_row(tx, numbered)? {
        views::number(tx, id, lists)?;
    }
    Ok(())
}

/// Records in the order of their rows, each once, new ones last as they came: whenever a row comes before the last one, the
/// search index writes out what it holds.
fn by_row(tx: &Transaction<'_>, ids: Vec<DocId>) -> Result<Vec<DocId>, ReplicaError> {
    let mut rows: Vec<(i64, DocId)> = Vec::new();
    for id in ids {
        rows.push((row_of(tx, id)?.unwrap_or(i64::MAX), id));
    }
    rows.sort_by_key(|(n, _)| *n);
    rows.dedup();
    Ok(rows.into_iter().map(|(_, id)| id).collect())
}

fn row_of(tx: &Transaction<'_>, id: DocId) -> Result<Option<i64>, ReplicaError> {
    let mut row = tx.prepare_cached("SELECT n FROM docs WHERE doc = ?1")?;
    let n = row.query_row([id.as_bytes().as_slice()], |row| row.get(0));
    Ok(n.optional()?)
}

/// Drops a record that left this device's scope, unless something of it still waits to be sent.
pub(crate) fn evict(
    tx: &Transaction<'_>,
    id: DocId,
    me: DeviceId,
    now: Time,
) -> Result<bool, ReplicaError> {
    let key = id.as_bytes().as_slice();
    let held: bool = tx
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM outbox WHERE doc = ?1 AND state NOT IN ('received', 'with_desk'))",
        )?
        .query_row([key], |row| row.get(0))?;
    if held || holds_photos(tx, id)? {
        return Ok(false);
    }
    if let Some(n) = row_of(tx, id)? {
        views::hide(tx, n)?;
        keep_departed(tx, id, me, now)?;
        tx.execute("DELETE FROM docs WHERE n = ?1", [n])?;
        tx.execute("DELETE FROM entries WHERE doc = ?1", [key])?;
        tx.execute(
            "DELETE FROM outbox WHERE doc = ?1 AND state = 'with_desk'",
            [key],
        )?;
    }
    tx.prepare_cached("DELETE FROM early WHERE doc = ?1")?
        .execute([key])?;
    Ok(true)
}

/// Adds what came to one record. Early changes are kept until what they depend on is here.
pub(super) fn take_changes(
    tx: &Transaction<'_>,
    id: DocId,
    kind: Kind,
    arrived: &[Arrived<'_>],
    me: Option<DeviceId>,
    lists: &Lists,
    foreseen: &mut Foreseen,
) -> Result<(), ReplicaError> {
    let at = arrived.iter().map(|one| one.at).max().unwrap_or_default();
    let seq = arrived.iter().map(|one| one.seq).max().unwrap_or_default();
    let stored = stored(tx, id)?;
    let known = stored.as_ref().map(|stored| stored.n);
    let early = early_of(tx, id)?;
    let before = stored.as_ref().map(|stored| stored.saved.as_slice());
    if let Some(outlook) = foreseen.take(id, before, arrived)
        && early.is_empty()
    {
        let n = put_saved(tx, id, kind, known, &outlook.saved)?;
        views::show_record(tx, n, id, kind, &outlook.record, lists)?;
        return logged(tx, id, at, seq);
    }
    let mut doc = match stored {
        Some(stored) => stored.load(id)?,
        None => Doc::new(kind),
    };
    let mut waiting: Vec<(Checked, Time)> = Vec::new();
    // Whether something of this device's own comes back that it had taken out, since the server had refused it.
    let mut own = false;
    let all = early
        .iter()
        .map(|(bytes, at)| (bytes.as_slice(), *at, false))
        .chain(arrived.iter().map(|one| (one.bytes, one.at, true)));
    for (bytes, at, news) in all {
        match guard::check(bytes) {
            Ok(checked) => {
                own |= news && Some(checked.by) == me && !doc.has(&checked.hash);
                waiting.push((checked, at));
            }
            Err(refusal) => set_aside(tx, id, at, refusal.code(), bytes)?,
        }
    }
    let mut rewound = None;
    if let (true, Some(me)) = (own, me)
        && let Some((before, rows)) = rewind(tx, id, &doc)?
    {
        doc = before;
        rewound = Some((me, rows));
    }
    let mut kept = None;
    loop {
        let mut fits: Vec<Checked> = Vec::new();
        let mut rest: Vec<(Checked, Time)> = Vec::new();
        let mut next = None;
        for (checked, at) in waiting {
            let so_far = next.as_ref().unwrap_or(&doc);
            let fit = guard::standing(so_far, id, &checked).and_then(|standing| {
                let fits = standing == Standing::Fits;
                let with = fits.then(|| guard::apply_unverified(so_far, &checked));
                Ok((standing, with.transpose()?))
            });
            match fit {
                Ok((Standing::Waits, _)) => rest.push((checked, at)),
                Ok((_, None)) => {}
                Ok((_, Some(with))) => {
                    next = Some(with);
                    fits.push(checked);
                }
                Err(refusal) => set_aside(tx, id, at, refusal.code(), checked.bytes())?,
            }
        }
        waiting = rest;
        let Some(next) = next else {
            break;
        };
        if let Some(proven) = guard::prove(&next, &fits.iter().collect::<Vec<_>>()) {
            doc = proven.doc;
            kept = Some((proven.saved, proven.record));
        } else {
            // One of them leaves a doc that cannot be read again: find it by going one at a time.
            for checked in &fits {
                match guard::apply(&doc, &[checked]) {
                    Ok(proven) => {
                        doc = proven.doc;
                        kept = Some((proven.saved, proven.record));
                    }
                    Err(refusal) => set_aside(tx, id, at, refusal.code(), checked.bytes())?,
                }
            }
        }
        if waiting.is_empty() {
            break;
        }
    }
    keep_early(tx, id, kind, &waiting)?;
    others_again(tx, id)?;
    if let Some((me, rows)) = &rewound {
        rows.write_anew(tx, &mut doc, *me)?;
        kept = Some((doc.save(), doc.record()));
    }
    if let Some((saved, record)) = kept {
        let n = put_saved(tx, id, doc.kind(), known, &saved)?;
        views::show_record(tx, n, id, doc.kind(), &record, lists)?;
    }
    logged(tx, id, at, seq)
}

/// Adds the early changes of a record, now that the record is here or nothing more will come.
pub(crate) fn take_early(
    tx: &Transaction<'_>,
    id: DocId,
    me: Option<DeviceId>,
    lists: &Lists,
) -> Result<(), ReplicaError> {
    let kind: Option<i64> = tx
        .prepare_cached("SELECT kind FROM early WHERE doc = ?1 LIMIT 1")?
        .query_row([id.as_bytes().as_slice()], |row| row.get(0))
        .optional()?;
    match kind {
        Some(kind) => take_changes(
            tx,
            id,
            kind_from(kind),
            &[],
            me,
            lists,
            &mut Foreseen::default(),
        ),
        None => Ok(()),
    }
}

/// Records of which early changes wait.
pub(crate) fn with_early(tx: &Transaction<'_>) -> Result<Vec<DocId>, ReplicaError> {
    let mut rows = tx.prepare_cached("SELECT DISTINCT doc FROM early")?;
    let ids: Vec<Vec<u8>> = rows
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(ids.iter().filter_map(|id| DocId::from_slice(id)).collect())
}

/// Notes that the server's log holds changes of a record up to this place and moment.
pub(crate) fn logged(
    tx: &Transaction<'_>,
    id: DocId,
    at: Time,
    seq: u64,
) -> Result<(), ReplicaError> {
    tx.prepare_cached(
        "UPDATE docs SET logged_at = max(logged_at, ?2), changed = max(changed, ?3) WHERE doc = ?1",
    )?
    .execute(params![
        id.as_bytes().as_slice(),
        at.0,
        i64::try_from(seq).unwrap_or(i64::MAX)
    ])?;
    Ok(())
}

fn early_of(tx: &Transaction<'_>, id: DocId) -> Result<Vec<(Vec<u8>, Time)>, ReplicaError> {
    let mut rows = tx.prepare_cached("SELECT bytes, at FROM early WHERE doc = ?1")?;
    let all = rows.query_map([id.as_bytes().as_slice()], |row| {
        Ok((row.get(0)?, Time(row.get(1)?)))
    })?;
    Ok(all.collect::<Result<_, _>>()?)
}

pub(super) fn keep_early(
    tx: &Transaction<'_>,
    id: DocId,
    kind: Kind,
    waiting: &[(Checked, Time)],
) -> Result<(), ReplicaError> {
    tx.prepare_cached("DELETE FROM early WHERE doc = ?1")?
        .execute([id.as_bytes().as_slice()])?;
    for (checked, at) in waiting {
        tx.prepare_cached(
            "INSERT OR IGNORE INTO early (hash, doc, kind, at, bytes) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            checked.hash.as_slice(),
            id.as_bytes().as_slice(),
            kind_number(kind),
            at.0,
            checked.bytes()
        ])?;
    }
    Ok(())
}

/// Keeps a decision of the municipality. One that is here already keeps its words; its place may be another since the
/// server was restored. A record has one number: the newest that was told, since a number that nobody could bring back after
/// a restore does not stand.
pub(crate) fn take_entry(tx: &Transaction<'_>, entry: &Entry) -> Result<(), ReplicaError> {
    let words = serde_json::to_string(&entry.words)?;
    if matches!(entry.words, EntryWords::Protocol { .. }) {
        tx.prepare_cached(
            "DELETE FROM entries WHERE doc = ?1 AND words <> ?2 AND words ->> 'entry' = 'protocol'",
        )?
        .execute(params![entry.doc.as_bytes().as_slice(), words])?;
    }
    tx.prepare_cached(
        "INSERT INTO entries (place, doc, at, hash, words) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (doc, words) DO UPDATE SET place = excluded.place, hash = excluded.hash",
    )?
    .execute(params![
        i64::try_from(entry.place).unwrap_or(i64::MAX),
        entry.doc.as_bytes().as_slice(),
        entry.at.0,
        entry.hash.as_slice(),
        words
    ])?;
    Ok(())
}

pub(crate) fn entries_of(db: &Connection, id: DocId) -> Result<Vec<Entry>, ReplicaError> {
    entries_where(db, "doc = ?1", &id.as_bytes().as_slice())
}

/// Entries that meet a condition about `?1`, in the order of their places.
pub(super) fn entries_where(
    db: &Connection,
    condition: &'static str,
    value: &dyn rusqlite::ToSql,
) -> Result<Vec<Entry>, ReplicaError> {
    let mut rows = db.prepare_cached(&format!(
        "SELECT place, at, hash, words, doc FROM entries WHERE {condition} ORDER BY place"
    ))?;
    let mut rows = rows.query([value])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let place: i64 = row.get(0)?;
        if let Some(doc) = DocId::from_slice(&row.get::<_, Vec<u8>>(4)?) {
            entries.push(Entry {
                place: u64::try_from(place).unwrap_or_default(),
                hash: row.get::<_, Vec<u8>>(2)?.into(),
                doc,
                at: Time(row.get(1)?),
                words: serde_json::from_str::<EntryWords>(&row.get::<_, String>(3)?)?,
            });
        }
    }
    Ok(entries)
}

pub(super) fn set_aside(
    tx: &Transaction<'_>,
    id: DocId,
    at: Time,
    reason: &str,
    bytes: &[u8],
) -> Result<(), ReplicaError> {
    tracing::warn!(doc = %id, reason, bytes = bytes.len(), "set aside");
    tx.prepare_cached("INSERT INTO aside (doc, at, reason, bytes) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![id.as_bytes().as_slice(), at.0, reason, bytes])?;
    Ok(())
}

pub(super) fn stored(db: &Connection, id: DocId) -> Result<Option<Stored>, ReplicaError> {
    Ok(db
        .prepare_cached("SELECT n, saved, logged_at FROM docs WHERE doc = ?1")?
        .query_row([id.as_bytes().as_slice()], |row| {
            Ok(Stored {
                n: row.get(0)?,
                saved: row.get(1)?,
                logged_at: Time(row.get(2)?),
            })
        })
        .optional()?)
}

pub(crate) fn load(db: &Connection, id: DocId) -> Result<Option<Loaded>, ReplicaError> {
    stored(db, id)?
        .map(|stored| {
            Ok(Loaded {
                n: stored.n,
                doc: stored.load(id)?,
                logged_at: stored.logged_at,
            })
        })
        .transpose()
}

/// Keeps the bytes of a record that may be here already; gives its row.
pub(super) fn put_saved(
    tx: &Transaction<'_>,
    id: DocId,
    kind: Kind,
    known: Option<i64>,
    saved: &[u8],
) -> Result<i64, ReplicaError> {
    match known {
        Some(n) => save(tx, n, saved).map(|()| n),
        None => insert_saved(tx, id, kind, saved, Time(0), 0),
    }
}

pub(super) fn save(tx: &Transaction<'_>, n: i64, saved: &[u8]) -> Result<(), ReplicaError> {
    tx.prepare_cached("UPDATE docs SET saved = ?2 WHERE n = ?1")?
        .execute(params![n, saved])?;
    Ok(())
}

pub(super) fn insert_saved(
    tx: &Transaction<'_>,
    id: DocId,
    kind: Kind,
    saved: &[u8],
    at: Time,
    seq: u64,
) -> Result<i64, ReplicaError> {
    tx.prepare_cached(
        "INSERT INTO docs (doc, kind, saved, logged_at, changed) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        id.as_bytes().as_slice(),
        kind_number(kind),
        saved,
        at.0,
        i64::try_from(seq).unwrap_or(i64::MAX)
    ])?;
    Ok(tx.last_insert_rowid())
}
