//! What somebody reports at a kiosk or to a community: a request, and apart from it who reported it, sealed before it is written down.

use std::sync::atomic::Ordering;

use koina_model::contacts::{Contact, SEALED_BYTES_MAX};
use koina_model::exchange::{CONTACTS_MAX, ERASED_MAX, Erased, SealedContact};
use koina_model::ids::{DocId, Time};
use koina_model::numbers::tracking_pin;
use koina_model::photos::FileHash;
use koina_model::problem::Problem;
use koina_model::requests::acts::{Entered, Filed};
use rusqlite::{Connection, Transaction, params};
use serde_bytes::ByteBuf;

use super::opening::BUSY_MS;
use super::{Replica, ReplicaError, without};
use crate::courier;
use crate::identity::unhex;

/// How long it is tried to empty the write-ahead log while somebody reads the file.
const SCRUB_WAIT_MS: u64 = 250;
/// First bytes of a sealed contact.
pub const CONTACT: &[u8] = b"koina-contact-1\n";
/// How long a contact stays here after the server had it: as long as a backup may be old.
const KEPT_MS: i64 = 90 * 24 * 3_600 * 1_000;

/// How large a word about an erased contact is in a message, about.
const ERASED_BYTES: usize = 90;

/// What the visitor takes home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    pub id: DocId,
    pub receipt_number: String,
    /// The digits with which the request can be followed; empty while this device has not heard the key.
    pub pin: String,
}

impl Replica {
    /// Enters a request with whoever is to be told about it. Both are durable, or neither.
    pub fn report(
        &self,
        entered: &Entered<'_>,
        contact: &Contact,
        now: Time,
    ) -> Result<Reported, ReplicaError> {
        self.report_with(entered, None, contact, &[], None, now)
    }

    /// The same with what a community files along, and with photos that were kept here; its draft goes in the same tx.
    pub fn report_with(
        &self,
        entered: &Entered<'_>,
        filed: Option<&Filed<'_>>,
        contact: &Contact,
        photos: &[FileHash],
        draft: Option<&str>,
        now: Time,
    ) -> Result<Reported, ReplicaError> {
        let photos = self.kept_photos(photos)?;
        let contact = contact.checked()?;
        let key = &self.lists().courier;
        let sealed = if contact.is_empty() {
            None
        } else if key.is_empty() {
            return Err(Problem::CourierNotReady.into());
        } else {
            let sealed = courier::seal(CONTACT, key, &contact)?;
            if sealed.len() > SEALED_BYTES_MAX {
                // The server would take nothing of this device any more.
                return Err(Problem::too_large(SEALED_BYTES_MAX).into());
            }
            Some(sealed)
        };
        let keep = |tx: &Transaction<'_>, id: DocId| -> Result<(), ReplicaError> {
            if let Some(sealed) = &sealed {
                tx.execute(
                    "INSERT INTO contacts (doc, sealed, saved_at) VALUES (?1, ?2, ?3)",
                    params![id.as_bytes().as_slice(), sealed, now.0],
                )?;
            }
            without(draft)(tx, id)
        };
        let has_contact = sealed.is_some();
        let (id, receipt_number) = self.enter(entered, filed, &photos, has_contact, now, keep)?;
        let pin = self.pin(&receipt_number);
        Ok(Reported {
            id,
            receipt_number,
            pin,
        })
    }

    /// The server has erased the contacts of a record: durable here before anybody is told so.
    pub fn contacts_erased(&self, erased: &Erased) -> Result<(), ReplicaError> {
        self.write(|tx| {
            take_erased(tx, std::slice::from_ref(erased))?;
            // Said once more with the next exchange: a device that never exchanged would not hear of a restore.
            tx.execute(
                "UPDATE erased SET again = 1 WHERE doc = ?1",
                [erased.doc.as_bytes().as_slice()],
            )?;
            Ok(())
        })?;
        self.scrub(true);
        self.forget_safety_copy();
        Ok(())
    }

    /// Empties the write-ahead log, which still has what was overwritten in the file, if something was erased or that is
    /// still due. Who reads the file for long, or a full disk, may be in the way; then the next exchange tries again, and so
    /// does the first one after opening.
    pub(crate) fn scrub(&self, erased: bool) {
        let due = self.scrub_due.fetch_or(erased, Ordering::AcqRel);
        if !due && !erased {
            return;
        }
        let writer = self.writer();
        // Who saves something waits meanwhile.
        let waits = |ms| writer.busy_timeout(std::time::Duration::from_millis(ms));
        if waits(SCRUB_WAIT_MS).is_err() {
            return;
        }
        let busy = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
            row.get::<_, i64>(0)
        });
        match busy {
            Ok(0) => self.scrub_due.store(false, Ordering::Release),
            Ok(_) => tracing::warn!("the write-ahead log is in use and was not emptied yet"),
            Err(failure) => tracing::warn!(%failure, "the write-ahead log was not emptied yet"),
        }
        if let Err(failure) = waits(BUSY_MS) {
            tracing::warn!(%failure, "the patience of the writer was not set back");
        }
    }

    /// The digits with which a request is followed.
    pub fn pin(&self, receipt_number: &str) -> String {
        match unhex(&self.lists().tracking) {
            Some(key) if !key.is_empty() => tracking_pin(&key, receipt_number),
            _ => String::new(),
        }
    }

    /// Contacts that the server does not have yet, the oldest first, about so many bytes of them (at least one).
    pub(crate) fn contacts_waiting(
        &self,
        bytes_max: usize,
    ) -> Result<Vec<SealedContact>, ReplicaError> {
        self.read(|db| {
            let mut rows = db.prepare_cached(
                "SELECT doc, sealed FROM contacts WHERE received = 0 ORDER BY saved_at LIMIT ?1",
            )?;
            let most = i64::try_from(CONTACTS_MAX).unwrap_or(i64::MAX);
            let mut rows = rows.query([most])?;
            let (mut contacts, mut bytes) = (Vec::new(), 0);
            while let Some(row) = rows.next()? {
                let sealed: Vec<u8> = row.get(1)?;
                bytes += sealed.len();
                if !contacts.is_empty() && bytes > bytes_max {
                    break;
                }
                if let Some(doc) = DocId::from_slice(&row.get::<_, Vec<u8>>(0)?) {
                    let bytes = ByteBuf::from(sealed);
                    contacts.push(SealedContact { doc, bytes });
                }
            }
            Ok(contacts)
        })
    }
}

/// The server has these since then, by its clock: a device's own may be off by years.
pub(crate) fn contacts_received(
    tx: &Transaction<'_>,
    docs: &[DocId],
    now: Time,
) -> Result<(), ReplicaError> {
    for doc in docs {
        tx.prepare_cached("UPDATE contacts SET received = max(?2, 1) WHERE doc = ?1")?
            .execute(params![doc.as_bytes().as_slice(), now.0])?;
    }
    Ok(())
}

/// What no backup can be older than goes: contacts that the server has had for long, and words that they were erased. Not
/// with the word that it was restored: what is still here then is handed over again.
pub(crate) fn forget_old_contacts(tx: &Transaction<'_>, now: Time) -> Result<(), ReplicaError> {
    let since = now.0.saturating_sub(KEPT_MS);
    tx.prepare_cached("DELETE FROM contacts WHERE received > 0 AND received < ?1")?
        .execute([since])?;
    tx.prepare_cached("DELETE FROM erased WHERE at < ?1 AND again = 0")?
        .execute([since])?;
    Ok(())
}

/// The server was restored from a backup: it may lack what it had, and have again what was erased.
pub(crate) fn contacts_again(tx: &Transaction<'_>) -> Result<(), ReplicaError> {
    tx.execute("UPDATE contacts SET received = 0", [])?;
    tx.execute("UPDATE erased SET again = 1", [])?;
    Ok(())
}

/// These were erased by right: what this device has of them is overwritten, and it remembers them for a server that may be
/// restored from a backup that still has them.
pub(crate) fn take_erased(tx: &Transaction<'_>, erased: &[Erased]) -> Result<(), ReplicaError> {
    for Erased { doc, at, proof } in erased {
        let doc = doc.as_bytes().as_slice();
        tx.prepare_cached("DELETE FROM contacts WHERE doc = ?1")?
            .execute([doc])?;
        tx.prepare_cached(
            "INSERT INTO erased (doc, at, proof) VALUES (?1, ?2, ?3)
             ON CONFLICT (doc) DO UPDATE SET at = excluded.at, proof = excluded.proof
             WHERE excluded.at > at",
        )?
        .execute(params![doc, at.0, proof.as_slice()])?;
    }
    Ok(())
}

/// What a restored server is told again, in about so many bytes (at least one).
pub(crate) fn erased_again(db: &Connection, bytes_max: usize) -> Result<Vec<Erased>, ReplicaError> {
    let mut rows =
        db.prepare_cached("SELECT doc, at, proof FROM erased WHERE again = 1 LIMIT ?1")?;
    let most = (bytes_max / ERASED_BYTES).clamp(1, ERASED_MAX);
    let mut rows = rows.query([i64::try_from(most).unwrap_or(i64::MAX)])?;
    let mut erased = Vec::new();
    while let Some(row) = rows.next()? {
        if let Some(doc) = DocId::from_slice(&row.get::<_, Vec<u8>>(0)?) {
            let (at, proof) = (Time(row.get(1)?), ByteBuf::from(row.get::<_, Vec<u8>>(2)?));
            erased.push(Erased { doc, at, proof });
        }
    }
    Ok(erased)
}

/// The server has heard these again.
pub(crate) fn erased_told(tx: &Transaction<'_>, told: &[DocId]) -> Result<(), ReplicaError> {
    for doc in told {
        tx.prepare_cached("UPDATE erased SET again = 0 WHERE doc = ?1")?
            .execute([doc.as_bytes().as_slice()])?;
    }
    Ok(())
}
