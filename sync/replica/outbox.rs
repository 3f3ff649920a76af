//! The outbox: what was saved here and the server has not yet confirmed. A change leaves it only by the server's word.

use koina_model::doc::Chunk;
use koina_model::exchange::{
    PUSH_CHANGES_MAX, Pushed, Receipt, UNSENT_MAX, Unsent, UnsentRecord, Verdict,
};
use koina_model::ids::{DeviceId, DocId, Time};
use koina_model::lists::Lists;
use koina_model::words::Kind;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde_bytes::ByteBuf;

use super::docs::{kind_from, kind_number, logged};
use super::{Replica, ReplicaError, forget_meta};
use crate::exchange::UNDER_WAY;
use crate::vault::Vault;

/// Received rows kept for the person to see.
const RECEIVED_KEPT: u32 = 2_000;

/// How much waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pending {
    /// Saved here, not yet received.
    pub waiting: u32,
    /// Refused by the server; kept here.
    pub needs_decision: u32,
    /// Of other devices, handed over again after a restore and refused: the desk decides.
    pub with_desk: u32,
    /// Contacts of people that the server does not have yet.
    pub contacts: u32,
}

/// Puts a change into the outbox, in the tx that saves it.
pub(crate) fn hold(
    tx: &Transaction<'_>,
    doc: DocId,
    kind: Kind,
    chunk: &Chunk,
    what: &str,
    now: Time,
) -> Result<(), ReplicaError> {
    tx.prepare_cached("INSERT INTO outbox (hash, doc, kind, bytes, size, what, saved_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(
        params![
            chunk.hash.as_slice(),
            doc.as_bytes().as_slice(),
            kind_number(kind),
            chunk.bytes,
            i64::try_from(chunk.bytes.len()).unwrap_or(i64::MAX),
            what,
            now.0
        ],
    )?;
    Ok(())
}

impl Replica {
    /// The oldest changes that wait after a row, at most so many bytes (at least one), each with the row it came from.
    pub(crate) fn next_push(
        &self,
        after: i64,
        bytes_max: usize,
    ) -> Result<Vec<(i64, Pushed)>, ReplicaError> {
        self.write_quietly(|tx| {
            let mut push = Vec::new();
            {
                let mut rows = tx.prepare_cached(
                    "SELECT n, doc, kind, bytes, again FROM outbox WHERE state IN ('on_device', 'sent') AND n > ?2 ORDER BY n LIMIT ?1",
                )?;
                let mut rows = rows.query([i64::try_from(PUSH_CHANGES_MAX).unwrap_or(i64::MAX), after])?;
                let mut bytes_all = 0;
                while let Some(row) = rows.next()? {
                    let bytes: Vec<u8> = row.get(3)?;
                    bytes_all += bytes.len();
                    if !push.is_empty() && bytes_all > bytes_max {
                        break;
                    }
                    let doc: Vec<u8> = row.get(1)?;
                    let Some(doc) = DocId::from_slice(&doc) else { continue };
                    let again = row.get::<_, i64>(4)? > 0;
                    push.push((row.get(0)?, Pushed { doc, kind: kind_from(row.get(2)?), bytes: ByteBuf::from(bytes), again }));
                }
            }
            for (n, _) in &push {
                tx.prepare_cached("UPDATE outbox SET state = 'sent', tries = tries + 1 WHERE n = ?1")?.execute([n])?;
            }
            Ok(push)
        })
    }

    /// The rows of the outbox that receipts are about, by what they say was handed over; 0 for what is not here any more.
    pub(crate) fn rows_of(&self, receipts: &[Receipt]) -> Result<Vec<i64>, ReplicaError> {
        self.read(|db| {
            let mut find = db.prepare_cached("SELECT n FROM outbox WHERE hash = ?1")?;
            receipts
                .iter()
                .map(|receipt| {
                    let row = find.query_row([receipt.hash.as_slice()], |row| row.get(0));
                    Ok(row.optional()?.unwrap_or_default())
                })
                .collect()
        })
    }

    /// Takes back the word «sent»: the line never carried these rows away.
    pub(crate) fn never_left(&self, rows: &[i64]) -> Result<(), ReplicaError> {
        self.write(|tx| {
            forget_meta(tx, UNDER_WAY)?;
            for n in rows {
                tx.prepare_cached(
                    "UPDATE outbox SET state = 'on_device' WHERE n = ?1 AND state = 'sent'",
                )?
                .execute([n])?;
            }
            Ok(())
        })
    }

    /// How much waits.
    pub fn pending(&self) -> Result<Pending, ReplicaError> {
        self.read(|db| {
            Ok(db
                .prepare_cached(
                    "SELECT coalesce(sum(state IN ('on_device', 'sent')), 0), coalesce(sum(state = 'needs_decision'), 0),
                        coalesce(sum(state = 'with_desk'), 0), (SELECT count(*) FROM contacts WHERE received = 0)
                     FROM outbox WHERE state <> 'received'",
                )?
                .query_row([], |row| {
                    Ok(Pending {
                        waiting: row.get(0)?,
                        needs_decision: row.get(1)?,
                        with_desk: row.get(2)?,
                        contacts: row.get(3)?,
                    })
                })?)
        })
    }

    /// What only this device has after a message with the changes up to a row of the outbox, and with all but so many contacts.
    pub(crate) fn unsent(&self, upto: i64, contacts: u32) -> Result<Unsent, ReplicaError> {
        let (records, all, said) = self.read(|db| {
            let signed = "SELECT value FROM counters WHERE name = 'signed'";
            let signed = db.prepare_cached(signed)?.query_row([], |row| row.get::<_, u32>(0));
            let said = signed.optional()?.map_or(0, u64::from);
            // The server keeps what it refused, and nothing of what follows that.
            let mut rows = db.prepare_cached(
                "SELECT doc, kind, count(*), min(saved_at), count(*) OVER () FROM outbox
                 WHERE (state IN ('on_device', 'sent') AND n > ?1)
                    OR (state <> 'received' AND reason IN ('follows_refused', 'follows_others')
                        AND NOT EXISTS (SELECT 1 FROM outbox b WHERE b.doc = outbox.doc AND b.reason = 'dismissed'))
                 GROUP BY doc ORDER BY min(n) LIMIT ?2",
            )?;
            let most = i64::try_from(UNSENT_MAX).unwrap_or(i64::MAX);
            let mut rows = rows.query([upto, most])?;
            let (mut records, mut all) = (Vec::new(), 0_u32);
            while let Some(row) = rows.next()? {
                all = row.get(4)?;
                let doc = DocId::from_slice(row.get_ref(0)?.as_blob().unwrap_or_default());
                let Some(doc) = doc else { continue };
                records.push(UnsentRecord {
                    doc,
                    kind: kind_from(row.get(1)?),
                    changes: row.get(2)?,
                    since: Time(row.get(3)?),
                });
            }
            Ok((records, all, said))
        })?;
        let named = u32::try_from(records.len()).unwrap_or(u32::MAX);
        Ok(Unsent {
            records,
            more: all.saturating_sub(named),
            contacts,
            photos: self.photos_waiting()?.photos,
            pin: Vault::asks_for_a_pin(self.path()),
            said,
        })
    }

    /// Whether anything is here that the town hall has not, and would want. What the desk dismissed, and what follows it, was
    /// decided about; a photo that only this device has was not, whoever names it.
    pub fn holds_unsent(&self) -> Result<bool, ReplicaError> {
        self.read(holds_unsent)
    }

    /// The bytes of everything that has not arrived, refused and given-up changes included: what a rescue would take along.
    pub fn unsent_bytes(&self) -> Result<Vec<Vec<u8>>, ReplicaError> {
        self.read(|db| {
            let mut rows = db.prepare(
                "SELECT bytes FROM outbox WHERE state <> 'received' UNION ALL SELECT bytes FROM aside",
            )?;
            let all = rows.query_map([], |row| row.get(0))?;
            Ok(all.collect::<Result<_, _>>()?)
        })
    }

    /// Changes that wait to be handed over again after the server was restored.
    pub(crate) fn waiting_again(&self) -> Result<u32, ReplicaError> {
        self.read(|db| {
            Ok(db
                .prepare_cached("SELECT count(*) FROM outbox WHERE again > 0 AND state IN ('on_device', 'sent')")?
                .query_row([], |row| row.get(0))?)
        })
    }
}

/// Takes the server's word about what was pushed: one receipt for each row, in the same order. The order names the row,
/// so that even bytes that went bad in the outbox, whose hash the server cannot know, get their word. A record of
/// which something was refused goes on without it.
pub(crate) fn take_receipts(
    tx: &Transaction<'_>,
    rows: &[i64],
    receipts: &[Receipt],
    me: DeviceId,
    lists: &Lists,
) -> Result<(), ReplicaError> {
    let mut refused: Vec<DocId> = Vec::new();
    for (n, receipt) in rows.iter().zip(receipts) {
        match &receipt.verdict {
            Verdict::Accepted { seq, at } => {
                let doc: Option<Vec<u8>> = tx
                    .prepare_cached("UPDATE outbox SET state = 'received', reason = '', seq = ?2, bytes = x'' WHERE n = ?1 AND hash = ?3 RETURNING doc")?
                    .query_row(params![n, i64::try_from(*seq).unwrap_or(i64::MAX), receipt.hash.as_slice()], |row| row.get(0))
                    .optional()?;
                if let Some(doc) = doc.and_then(|doc| DocId::from_slice(&doc)) {
                    logged(tx, doc, *at, *seq)?;
                }
            }
            Verdict::Waiting => {
                // What it depends on was refused, or is still on its way: it stays in line and says why.
                tx.prepare_cached("UPDATE outbox SET state = 'on_device', reason = 'waits' WHERE n = ?1 AND state <> 'received'")?.execute([n])?;
            }
            Verdict::Refused { reason } => {
                // What another device wrote is not this one's to answer for: the desk decides about it.
                let others = tx
                    .prepare_cached("UPDATE outbox SET state = 'with_desk', reason = ?2 WHERE n = ?1 AND again = 2")?
                    .execute(params![n, reason.code()])?;
                if others > 0 {
                    continue;
                }
                let doc: Option<Vec<u8>> = tx
                    .prepare_cached("UPDATE outbox SET state = 'needs_decision', reason = ?2 WHERE n = ?1 AND state <> 'received' RETURNING doc")?
                    .query_row(params![n, reason.code()], |row| row.get(0))
                    .optional()?;
                refused.extend(doc.and_then(|doc| DocId::from_slice(&doc)));
            }
        }
    }
    // Followers of a refused change of the same record cannot arrive either: they wait for the same decision.
    tx.prepare_cached(
        "UPDATE outbox SET state = 'needs_decision', reason = 'follows_refused' WHERE state = 'on_device' AND reason = 'waits' AND again <> 2
         AND EXISTS (SELECT 1 FROM outbox AS before WHERE before.doc = outbox.doc AND before.n < outbox.n AND before.state = 'needs_decision')",
    )?
    .execute([])?;
    // So do followers of what the desk has to decide about, in whatever order they came into line.
    tx.prepare_cached(
        "UPDATE outbox SET state = CASE again WHEN 2 THEN 'with_desk' ELSE 'needs_decision' END, reason = 'follows_others'
         WHERE state = 'on_device' AND reason = 'waits'
         AND EXISTS (SELECT 1 FROM outbox AS other WHERE other.doc = outbox.doc AND other.state = 'with_desk')",
    )?
    .execute([])?;
    tx.prepare_cached(
        "DELETE FROM outbox WHERE state = 'received' AND n <= (SELECT n FROM outbox WHERE state = 'received' ORDER BY n DESC LIMIT 1 OFFSET ?1)",
    )?
    .execute([RECEIVED_KEPT])?;
    refused.sort();
    refused.dedup();
    for doc in refused {
        super::refused::rebuild(tx, doc, me, lists)?;
    }
    Ok(())
}

pub(super) fn holds_unsent(db: &Connection) -> Result<bool, ReplicaError> {
    Ok(db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM contacts WHERE received = 0)
                OR EXISTS (SELECT 1 FROM files WHERE here = 1 AND town = 0) OR EXISTS (
                SELECT 1 FROM outbox o WHERE o.state <> 'received' AND o.reason <> 'dismissed'
                AND NOT (o.reason IN ('follows_refused', 'follows_others')
                    AND EXISTS (SELECT 1 FROM outbox b WHERE b.doc = o.doc AND b.reason = 'dismissed')))",
        )?
        .query_row([], |row| row.get(0))?)
}
