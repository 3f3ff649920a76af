//! After the server refused a change: the record goes on without it, later work is written anew on what was accepted, and
//! the refused content waits for a person, who sends it again or discards it.

use koina_model::doc::{Doc, EVENT_PREFIX, Scalar, Writes};
use koina_model::exchange::{Decision, Refusal};
use koina_model::ids::{DeviceId, DocId, Time};
use koina_model::lists::Lists;
use koina_model::permits::may_write;
use koina_model::place::Place;
use koina_model::problem::Problem;
use koina_model::words::Kind;
use koina_model::{guard, requests};
use rusqlite::{OptionalExtension, Transaction, params};

use super::docs::{save, set_aside};
use super::{Replica, ReplicaError, load};
use crate::views;

/// A row of the outbox that has not arrived. What another device wrote is never written anew here: it waits as it is.
struct Unsent {
    n: i64,
    hash: Vec<u8>,
    bytes: Vec<u8>,
    refused: bool,
    /// Refused because another change of this device had its place already.
    displaced: bool,
    saved_at: Time,
}

fn unsent(tx: &Transaction<'_>, id: DocId) -> Result<Vec<Unsent>, ReplicaError> {
    let mut rows = tx.prepare_cached(
        "SELECT n, hash, bytes, state = 'needs_decision' AND reason NOT IN ('follows_refused', 'follows_others'), saved_at,
                reason = 'sequence_reused'
         FROM outbox WHERE doc = ?1 AND state NOT IN ('received', 'with_desk') AND again <> 2 ORDER BY n",
    )?;
    let all = rows.query_map([id.as_bytes().as_slice()], |row| {
        Ok(Unsent {
            n: row.get(0)?,
            hash: row.get(1)?,
            bytes: row.get(2)?,
            refused: row.get(3)?,
            saved_at: Time(row.get(4)?),
            displaced: row.get(5)?,
        })
    })?;
    Ok(all.collect::<Result<_, _>>()?)
}

/// Takes what was refused out of a record, and writes this device's later work anew on what is left.
///
/// A record whose beginning was refused stays as it is: there is nothing left to write on.
pub(crate) fn rebuild(
    tx: &Transaction<'_>,
    id: DocId,
    me: DeviceId,
    lists: &Lists,
) -> Result<(), ReplicaError> {
    let Some(loaded) = load(tx, id)? else {
        return Ok(());
    };
    let rows = unsent(tx, id)?;
    let refused: Vec<&[u8]> = rows
        .iter()
        .filter(|row| row.refused)
        .map(|row| row.hash.as_slice())
        .collect();
    // Bytes that went bad in the outbox are good in the doc: keep those, the doc is about to lose them.
    for chunk in loaded.doc.chunks() {
        if refused.contains(&chunk.hash.as_slice()) {
            tx.prepare_cached("UPDATE outbox SET bytes = ?2 WHERE hash = ?1")?
                .execute(params![chunk.hash.as_slice(), chunk.bytes])?;
        }
    }
    let Some((mut doc, gone)) = loaded.doc.without(&refused) else {
        return Ok(());
    };
    write_gone_anew(tx, &mut doc, &rows, &gone, me)?;
    save(tx, loaded.n, &doc.save())?;
    views::show(tx, loaded.n, id, &doc, lists)
}

/// Takes what this device has not handed over out of a record, so that something of its own that comes back from the server
/// finds its place: a change the desk took in after all, in whose place something else was written since. Gives the record
/// and what is to be written anew on it; `None` when nothing of the record is the server's.
pub(super) fn rewind(
    tx: &Transaction<'_>,
    id: DocId,
    doc: &Doc,
) -> Result<Option<(Doc, Rewound)>, ReplicaError> {
    let rows = unsent(tx, id)?;
    let rows: Vec<Unsent> = rows
        .into_iter()
        .filter(|row| !row.refused || row.displaced)
        .collect();
    let hashes: Vec<&[u8]> = rows.iter().map(|row| row.hash.as_slice()).collect();
    let Some((doc, gone)) = doc.without(&hashes) else {
        return Ok(None);
    };
    let rows = rows
        .into_iter()
        .filter(|row| row.displaced || gone.iter().any(|hash| hash.as_slice() == row.hash))
        .collect();
    Ok(Some((doc, Rewound(rows))))
}

/// What [`rewind`] took out.
pub(super) struct Rewound(Vec<Unsent>);

impl Rewound {
    pub(super) fn write_anew(
        &self,
        tx: &Transaction<'_>,
        doc: &mut Doc,
        me: DeviceId,
    ) -> Result<(), ReplicaError> {
        self.0
            .iter()
            .try_for_each(|row| write_anew(tx, doc, row, me))
    }
}

/// Takes what the desk decided about refused changes of this device.
///
/// What was taken in is received, and what rested on it goes on. What the desk does not take stays with its author, who may
/// still send it again; if another device wrote it, it leaves the record.
pub(crate) fn take_decisions(
    tx: &Transaction<'_>,
    decisions: &[Decision],
    me: DeviceId,
    lists: &Lists,
) -> Result<(), ReplicaError> {
    for decision in decisions {
        let hash = decision.hash.as_slice();
        if decision.taken {
            tx.prepare_cached("UPDATE outbox SET state = 'received', reason = '', bytes = x'' WHERE hash = ?1 AND state <> 'received'")?
                .execute([hash])?;
            tx.prepare_cached(
                "UPDATE outbox SET state = 'on_device', reason = ''
                 WHERE doc = ?1 AND (reason = 'follows_others' OR reason = 'follows_refused'
                 AND NOT EXISTS (SELECT 1 FROM outbox AS before WHERE before.doc = outbox.doc AND before.n < outbox.n
                     AND before.state = 'needs_decision' AND before.reason NOT IN ('follows_refused', 'follows_others')))",
            )?
            .execute([decision.doc.as_bytes().as_slice()])?;
            continue;
        }
        let mine = tx
            .prepare_cached("UPDATE outbox SET reason = 'dismissed' WHERE hash = ?1 AND state = 'needs_decision'")?
            .execute([hash])?;
        if mine == 0 {
            without_others(tx, decision.doc, hash, me, lists)?;
        }
    }
    Ok(())
}

/// After a rescue: changes that wait for one that was lost for good are written anew on the record as it is. Where the beginning
/// of the record was lost, a person decides.
pub(crate) fn go_on_without_lost(
    tx: &Transaction<'_>,
    me: DeviceId,
    lists: &Lists,
) -> Result<(), ReplicaError> {
    let ids: Vec<Vec<u8>> = tx
        .prepare_cached(
            "SELECT DISTINCT doc FROM outbox WHERE state = 'on_device' AND reason = 'waits'",
        )?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in ids.iter().filter_map(|id| DocId::from_slice(id)) {
        let key = id.as_bytes().as_slice();
        let Some(mut loaded) = load(tx, id)? else {
            tx.execute(
                "UPDATE outbox SET state = 'needs_decision', reason = 'follows_refused'
                 WHERE doc = ?1 AND state IN ('on_device', 'sent')",
                [key],
            )?;
            tx.execute("DELETE FROM early WHERE doc = ?1", [key])?;
            continue;
        };
        let rows = unsent(tx, id)?;
        let lacking: Vec<&Unsent> = rows
            .iter()
            .filter(|row| !row.refused && !holds(&loaded.doc, &row.hash))
            .collect();
        if lacking.is_empty() {
            continue;
        }
        for row in lacking {
            tx.execute("DELETE FROM early WHERE hash = ?1", [&row.hash])?;
            write_anew(tx, &mut loaded.doc, row, me)?;
        }
        save(tx, loaded.n, &loaded.doc.save())?;
        views::show(tx, loaded.n, id, &loaded.doc, lists)?;
    }
    Ok(())
}

/// News of a record of which something waits for the desk: perhaps somebody else brought it. What waited goes into line once
/// more; the server knows what it has.
pub(super) fn others_again(tx: &Transaction<'_>, id: DocId) -> Result<(), ReplicaError> {
    // Looked for first: an update of several rows opens a savepoint, at which the search index writes out what it holds.
    let waits: bool = tx
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM outbox WHERE doc = ?1 AND state = 'with_desk')",
        )?
        .query_row([id.as_bytes().as_slice()], |row| row.get(0))?;
    if waits {
        tx.prepare_cached(
            "UPDATE outbox SET state = 'on_device', reason = '' WHERE doc = ?1 AND (state = 'with_desk' OR reason = 'follows_others')",
        )?
        .execute([id.as_bytes().as_slice()])?;
    }
    Ok(())
}

/// Takes a change of another device out of a record, and writes this device's later work anew on what is left.
fn without_others(
    tx: &Transaction<'_>,
    id: DocId,
    hash: &[u8],
    me: DeviceId,
    lists: &Lists,
) -> Result<(), ReplicaError> {
    let Some(loaded) = load(tx, id)? else {
        return Ok(());
    };
    if !holds(&loaded.doc, hash) {
        return Ok(());
    }
    // What rested on it can arrive without it; what others wrote on it goes with it.
    tx.prepare_cached("DELETE FROM outbox WHERE doc = ?1 AND (hash = ?2 OR again = 2 AND reason = 'follows_others')")?
        .execute(params![id.as_bytes().as_slice(), hash])?;
    let rows = unsent(tx, id)?;
    match loaded.doc.without(&[hash]) {
        Some((mut doc, gone)) => {
            write_gone_anew(tx, &mut doc, &rows, &gone, me)?;
            save(tx, loaded.n, &doc.save())?;
            views::show(tx, loaded.n, id, &doc, lists)
        }
        // The record began with it. What this device wrote in it stays with its author.
        None if rows.is_empty() => {
            views::hide(tx, loaded.n)?;
            Ok(tx
                .execute("DELETE FROM docs WHERE n = ?1", [loaded.n])
                .map(drop)?)
        }
        None => Ok(()),
    }
}

/// Writes anew what is gone from a record of this device's work, but for what was refused.
fn write_gone_anew(
    tx: &Transaction<'_>,
    doc: &mut Doc,
    rows: &[Unsent],
    gone: &[[u8; 32]],
    me: DeviceId,
) -> Result<(), ReplicaError> {
    for row in rows.iter().filter(|row| !row.refused) {
        if gone.iter().any(|hash| hash.as_slice() == row.hash) {
            write_anew(tx, doc, row, me)?;
        }
    }
    Ok(())
}

/// Whether a record holds the change that a stored hash names.
fn holds(doc: &Doc, hash: &[u8]) -> bool {
    hash.try_into().is_ok_and(|hash: [u8; 32]| doc.has(&hash))
}

/// Writes what a row of the outbox says as a new change; the row then holds that one. What says nothing new goes.
fn write_anew(
    tx: &Transaction<'_>,
    doc: &mut Doc,
    row: &Unsent,
    me: DeviceId,
) -> Result<(), ReplicaError> {
    let writes = guard::check(&row.bytes).map(|checked| checked.writes);
    let written = writes
        .ok()
        .and_then(|writes| doc.write(me, row.saved_at, &writes).ok());
    let Some(chunk) = written else {
        tx.execute("DELETE FROM outbox WHERE n = ?1", [row.n])?;
        return Ok(());
    };
    tx.prepare_cached(
        "UPDATE outbox SET hash = ?2, bytes = ?3, size = ?4, state = 'on_device', reason = '' WHERE n = ?1",
    )?
    .execute(params![
        row.n,
        chunk.hash.as_slice(),
        chunk.bytes,
        i64::try_from(chunk.bytes.len()).unwrap_or(i64::MAX)
    ])?;
    Ok(())
}

/// The record and the row of a refused change.
fn refused(tx: &Transaction<'_>, hash: &[u8]) -> Result<Option<(DocId, Unsent)>, ReplicaError> {
    let doc: Option<Vec<u8>> = tx
        .prepare_cached("SELECT doc FROM outbox WHERE hash = ?1 AND state = 'needs_decision'")?
        .query_row([hash], |row| row.get(0))
        .optional()?;
    let Some(id) = doc.and_then(|doc| DocId::from_slice(&doc)) else {
        return Ok(None);
    };
    let row = unsent(tx, id)?.into_iter().find(|row| row.hash == hash);
    Ok(row.map(|row| (id, row)))
}

impl Replica {
    /// Puts a refused change back in line, after whatever stood in its way was put right: as it was while the record still
    /// holds it, else written anew on the record as it is now. `false` when there is no such refused change.
    pub fn retry(&self, hash: &[u8]) -> Result<bool, ReplicaError> {
        let me = self.enrolled()?.device;
        let lists = self.lists();
        self.write(|tx| {
            let Some((id, row)) = refused(tx, hash)? else {
                return Ok(false);
            };
            let Some(mut loaded) = load(tx, id)? else {
                return Ok(false);
            };
            if holds(&loaded.doc, &row.hash) {
                tx.prepare_cached(
                    "UPDATE outbox SET state = 'on_device', reason = ''
                     WHERE doc = ?1 AND state = 'needs_decision' AND (n = ?2 OR reason = 'follows_refused')",
                )?
                .execute(params![id.as_bytes().as_slice(), row.n])?;
                return Ok(true);
            }
            write_anew(tx, &mut loaded.doc, &row, me)?;
            save(tx, loaded.n, &loaded.doc.save())?;
            views::show(tx, loaded.n, id, &loaded.doc, &lists)?;
            Ok(true)
        })
    }

    /// Writes anew what a refused change of another device says, as this desk's own. `false` when all of it is here already.
    pub fn take_over(
        &self,
        id: DocId,
        kind: Kind,
        bytes: &[u8],
        now: Time,
    ) -> Result<bool, ReplicaError> {
        let author = self.author()?;
        let writes = guard::check(bytes).map(|checked| checked.writes);
        let mut writes = writes.map_err(|refusal| Problem::Malformed {
            what: refusal.to_string(),
        })?;
        let written = self.change(id, kind, now, |doc, _| {
            let record = doc.record();
            writes.retain(|(key, value)| {
                !key.starts_with(EVENT_PREFIX) || record.get(key) != Some(value)
            });
            if guard::event_keys(&writes).next().is_none() {
                writes.retain(|(key, value)| record.get(key) != Some(value));
            }
            let places: Vec<Place> = record
                .fields
                .get(requests::keys::PLACE)
                .into_iter()
                .flatten()
                .map(|written| Place::read(&written.value.to_text()))
                .collect();
            match may_write(&author, kind, Some(&record), &places, &writes) {
                Ok(()) => Ok(("taken_over".to_owned(), writes)),
                Err(Refusal::NotAllowed { needs }) => Err(Problem::NotAllowed { needs }.into()),
                Err(refusal) => Err(Problem::Malformed {
                    what: refusal.to_string(),
                }
                .into()),
            }
        })?;
        Ok(written.is_some())
    }

    /// Gives a refused change up. Its bytes are set aside; it leaves the outbox. A record that began with it goes with it,
    /// with everything else that was never accepted. `false` when there is no such refused change.
    pub fn discard(&self, hash: &[u8], now: Time) -> Result<bool, ReplicaError> {
        self.write(|tx| {
            let Some((id, row)) = refused(tx, hash)? else {
                return Ok(false);
            };
            let loaded = load(tx, id)?;
            let began = loaded.filter(|loaded| holds(&loaded.doc, &row.hash));
            let gone = match &began {
                Some(_) => unsent(tx, id)?,
                None => vec![row],
            };
            for row in &gone {
                set_aside(tx, id, now, "discarded", &row.bytes)?;
                tx.execute("DELETE FROM outbox WHERE n = ?1", [row.n])?;
            }
            if let Some(began) = began {
                views::hide(tx, began.n)?;
                tx.execute("DELETE FROM docs WHERE n = ?1", [began.n])?;
            }
            Ok(true)
        })
    }
}

/// What a change says that a person typed, for showing what was refused.
pub fn typed(bytes: &[u8]) -> String {
    let writes: Writes = guard::check(bytes)
        .map(|checked| checked.writes)
        .unwrap_or_default();
    let mut said: Vec<String> = Vec::new();
    for (key, value) in &writes {
        let Scalar::Text(text) = value else {
            continue;
        };
        if guard::event_keys(&vec![(key.clone(), value.clone())])
            .next()
            .is_some()
        {
            let event: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
            for name in [
                "text",
                "note",
                "reason",
                "no_photos",
                "measures",
                "on",
                "by",
                "decision",
                "name",
                "quantity",
                "unit",
            ] {
                if let Some(text) = event.get(name).and_then(serde_json::Value::as_str) {
                    said.push(text.to_owned());
                }
            }
        } else if ["text", "spot", "ans", "no", "name", "note"].contains(&key.as_str()) {
            said.push(text.clone());
        }
    }
    said.retain(|text| !text.is_empty());
    said.dedup();
    said.join(" · ")
}
