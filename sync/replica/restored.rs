//! After the server was restored from a backup: what it may lack is put in line again.

use koina_model::doc::Doc;
use koina_model::exchange::{Entry, Restored};
use koina_model::ids::{DeviceId, DocId, Time};
use koina_model::lists::Lists;
use rusqlite::{Connection, Transaction, params};

use super::docs::{entries_where, kind_number};
use super::{ReplicaError, load, meta, set_meta};
use crate::views;

/// Where the register of the restored server ended, while entries after it wait to be handed over again.
const ENTRIES_AFTER: &str = "entries_after";

/// How long a record that left the scope is kept for a restored server.
const DEPARTED_KEPT_MS: i64 = 120 * 24 * 3_600_000;

/// Keeps a record that is about to leave this device, if work of this device is in it: if the server is restored from a backup
/// without that work, nobody else may hold it. It also keeps its sequence numbers from being used again.
pub(super) fn keep_departed(
    tx: &Transaction<'_>,
    id: DocId,
    me: DeviceId,
    now: Time,
) -> Result<(), ReplicaError> {
    let own = match load(tx, id) {
        Ok(found) => found.is_some_and(|it| it.doc.chunks_by().iter().any(|(by, _)| *by == me)),
        // What cannot be read cannot be handed over either: it leaves like the others.
        Err(ReplicaError::Damaged(_)) => false,
        Err(other) => return Err(other),
    };
    if own {
        tx.prepare_cached(
            "INSERT OR REPLACE INTO departed (doc, kind, saved, logged_at, changed, left_at)
             SELECT doc, kind, saved, logged_at, changed, ?2 FROM docs WHERE doc = ?1",
        )?
        .execute(params![id.as_bytes().as_slice(), now.0])?;
    }
    Ok(())
}

/// Forgets what was kept of records that came back, or left long ago by the server's clock.
pub(crate) fn forget_departed(tx: &Transaction<'_>, now: Time) -> Result<(), ReplicaError> {
    tx.prepare_cached("DELETE FROM departed WHERE left_at < ?1 OR doc IN (SELECT doc FROM docs)")?
        .execute([now.0.saturating_sub(DEPARTED_KEPT_MS)])?;
    Ok(())
}

/// Brings back the records that left the scope and that a restored server may lack, until they are handed over. Gives those
/// that came back.
pub(crate) fn departed_again(
    tx: &Transaction<'_>,
    restored: Restored,
    lists: &Lists,
    now: Time,
) -> Result<Vec<DocId>, ReplicaError> {
    forget_departed(tx, now)?;
    let head = i64::try_from(restored.head).unwrap_or(i64::MAX);
    let departed: Vec<(Vec<u8>, Vec<u8>)> = tx
        .prepare("SELECT doc, saved FROM departed WHERE changed > ?1 OR ?1 = 0")?
        .query_map([head], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut back = Vec::new();
    for (key, saved) in departed {
        let doc = Doc::load(&saved);
        let (Some(id), Ok(doc)) = (DocId::from_slice(&key), doc) else {
            // Nobody waits for it, and the exchange must go on.
            tracing::error!("a record that left cannot be read any more");
            continue;
        };
        let n = tx
            .prepare_cached(
                "INSERT INTO docs (doc, kind, saved, logged_at, changed)
                 SELECT doc, kind, saved, logged_at, changed FROM departed WHERE doc = ?1 RETURNING n",
            )?
            .query_row([&key], |row| row.get(0))?;
        views::show(tx, n, id, &doc, lists)?;
        back.push(id);
    }
    forget_departed(tx, now)?;
    Ok(back)
}

/// Puts every change of every record that was logged after the end of the backup in line again, also those of others: who
/// wrote them may never come back. The server knows what it has and answers it with the receipt of the first time.
///
/// Protocol numbers given after the backup stand if somebody who may register brings them back (`brings_numbers`). Whoever may
/// not forgets them until the server tells them again: a number that nobody brings back is given anew.
pub(crate) fn hand_over_again(
    tx: &Transaction<'_>,
    restored: Restored,
    me: DeviceId,
    brings_numbers: bool,
    lists: &Lists,
    now: Time,
) -> Result<(), ReplicaError> {
    let head = i64::try_from(restored.head).unwrap_or(i64::MAX);
    let ids: Vec<Vec<u8>> = tx
        .prepare("SELECT doc FROM docs WHERE changed > ?1 OR ?1 = 0 ORDER BY n")?
        .query_map([head], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in ids.iter().filter_map(|id| DocId::from_slice(id)) {
        let Some(loaded) = load(tx, id)? else {
            continue;
        };
        let kind = loaded.doc.kind();
        for (by, chunk) in loaded.doc.chunks_by() {
            tx.prepare_cached(
                "INSERT INTO outbox (hash, doc, kind, bytes, size, what, saved_at, again) VALUES (?1, ?2, ?3, ?4, ?5, 'again', ?6, ?7)
                 ON CONFLICT (hash) DO UPDATE SET bytes = excluded.bytes, state = 'on_device', seq = 0, again = excluded.again WHERE state IN ('received', 'with_desk')",
            )?
            .execute(params![
                chunk.hash.as_slice(),
                id.as_bytes().as_slice(),
                kind_number(kind),
                chunk.bytes,
                i64::try_from(chunk.bytes.len()).unwrap_or(i64::MAX),
                now.0,
                if by == me { 1 } else { 2 },
            ])?;
        }
    }
    tx.execute("UPDATE docs SET changed = min(changed, ?1)", [head])?;
    let entries = i64::try_from(restored.entries).unwrap_or(i64::MAX);
    if !brings_numbers {
        return forget_entries_after(tx, entries, lists);
    }
    let known: i64 = meta(tx, ENTRIES_AFTER)?
        .and_then(|text| text.parse().ok())
        .unwrap_or(i64::MAX);
    let entries = entries.min(known);
    set_meta(tx, ENTRIES_AFTER, &entries.to_string())
}

fn forget_entries_after(
    tx: &Transaction<'_>,
    place: i64,
    lists: &Lists,
) -> Result<(), ReplicaError> {
    let docs: Vec<Vec<u8>> = tx
        .prepare_cached("DELETE FROM entries WHERE place > ?1 RETURNING doc")?
        .query_map([place], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in docs.iter().filter_map(|doc| DocId::from_slice(doc)) {
        if let Some(loaded) = load(tx, id)? {
            views::show(tx, loaded.n, id, &loaded.doc, lists)?;
        }
    }
    Ok(())
}

/// Register entries to hand over again, once the changes of their records are there.
pub(crate) fn entries_again(db: &Connection) -> Result<Vec<Entry>, ReplicaError> {
    match meta(db, ENTRIES_AFTER)?.and_then(|text| text.parse::<i64>().ok()) {
        Some(after) => entries_where(db, "place > ?1", &after),
        None => Ok(Vec::new()),
    }
}

/// The server has answered: no entries are handed over again any more.
pub(crate) fn forget_entries_again(tx: &Transaction<'_>) -> Result<(), ReplicaError> {
    tx.prepare_cached("DELETE FROM meta WHERE key = ?1")?
        .execute([ENTRIES_AFTER])?;
    Ok(())
}
