//! Chains of hashes: the audit and the register. A row that was changed, removed or slipped in breaks its chain.
//! The changes of the log are held against the audit: each has to be there once, from whom and when the audit says.

use std::collections::HashMap;

use koina_model::exchange::{Entry, EntryWords};
use koina_model::ids::{DeviceId, DocId, Time};
use koina_sync::identity::{hex, unhex};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};

use super::tx::{Row, Tx, Value, stored};
use super::{Author, LogError, changes, sql};

/// Rows read at a time while verifying.
const ROWS: u32 = 1_000;

/// What a verification walked through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    pub audit: u64,
    pub entries: u64,
    pub changes: u64,
}

/// The audit as far as one tx has written it.
pub(super) struct Audit {
    place: i64,
    hash: Vec<u8>,
}

impl Audit {
    /// Finds the end of the chain. The tx must be one that writes alone.
    pub(super) async fn open<T: Tx>(tx: &mut T) -> Result<Self, LogError> {
        Ok(match tx.row(sql::LAST_AUDIT, &[]).await? {
            None => Self {
                place: 0,
                hash: Vec::new(),
            },
            Some(row) => Self {
                place: row.int(0)?,
                hash: row.bytes(1)?.to_vec(),
            },
        })
    }

    /// Notes who did what to whom.
    pub(super) async fn note<T: Tx>(
        &mut self,
        tx: &mut T,
        by: &Author,
        at: Time,
        what: &'static str,
        subject: &[u8],
    ) -> Result<(), LogError> {
        self.place += 1;
        let device = Value::from(by.device);
        let mut row = vec![
            self.place.into(),
            at.into(),
            device,
            by.person.as_str().into(),
            what.into(),
            subject.to_vec().into(),
        ];
        self.hash = audit_hash(&self.hash, &Row(row.clone()))?;
        row.push(self.hash.clone().into());
        tx.rows(sql::PUT_AUDIT, &row).await?;
        Ok(())
    }
}

/// A row of the audit, as it leaves the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audited {
    pub place: u64,
    /// By the clock of the server, in ms.
    pub at: Time,
    /// `None`: the server itself.
    pub device: Option<DeviceId>,
    /// The person the device was given to at the time.
    pub who: String,
    pub what: String,
    /// What it was done to, in hex: an id, or the hash of a change.
    pub subject: String,
    /// Over the row before and this one, in hex.
    pub hash: String,
}

impl Audited {
    /// Whether this row is what follows one with this hash.
    pub fn follows(&self, before: &str) -> bool {
        let hash = || {
            let words = (
                i64::try_from(self.place).ok()?,
                self.at.0,
                self.device
                    .as_ref()
                    .map(|device| device.as_bytes().as_slice()),
                self.who.as_str(),
                self.what.as_str(),
                unhex(&self.subject)?,
            );
            chained(&unhex(before)?, &words).ok()
        };
        hash().is_some_and(|hash| hex(&hash) == self.hash)
    }
}

/// The last place of the audit.
pub(super) async fn end<T: Tx>(tx: &mut T) -> Result<u64, LogError> {
    match tx.row(sql::LAST_AUDIT, &[]).await? {
        Some(row) => row.place(0),
        None => Ok(0),
    }
}

/// Rows of the audit after a place.
pub(super) async fn audited<T: Tx>(tx: &mut T, after: u64) -> Result<Vec<Audited>, LogError> {
    let rows = tx
        .rows(sql::AUDIT_PAGE, &[stored(after)?.into(), ROWS.into()])
        .await?;
    let read = |row: &Row| {
        Ok(Audited {
            place: row.place(0)?,
            at: Time(row.int(1)?),
            device: row.device_or_none(2)?,
            who: row.text(3)?,
            what: row.text(4)?,
            subject: hex(row.bytes(5)?),
            hash: hex(row.bytes(6)?),
        })
    };
    rows.iter().map(read).collect()
}

/// The next entry of the register after the last one.
pub(super) fn next_entry(
    last: Option<&Entry>,
    doc: DocId,
    at: Time,
    words: EntryWords,
) -> Result<Entry, LogError> {
    let place = last.map_or(0, |entry| entry.place) + 1;
    let before = last.map(|entry| entry.hash.as_slice()).unwrap_or_default();
    let hash = ByteBuf::from(entry_hash(before, place, doc, at, &words)?);
    Ok(Entry {
        place,
        hash,
        doc,
        at,
        words,
    })
}

/// Reads an entry as stored.
pub(super) fn entry(bytes: &[u8]) -> Result<Entry, LogError> {
    ciborium::from_reader(bytes).map_err(|_| LogError::Row { what: "an entry" })
}

/// The hash that names a change chunk: over everything after the magic bytes and the checksum.
/// For bytes that are no chunk it is still a name that the same bytes always get.
pub fn change_hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes.get(8..).unwrap_or(bytes)).into()
}

/// Changes that the audit says were taken, by their hash: two records may be told the same.
type Accepted = HashMap<[u8; 32], Vec<Taken>>;

/// Where the audit says so, and whose device brought it when.
struct Taken {
    place: u64,
    at: Time,
    device: Option<DeviceId>,
}

/// Walks both chains, and holds the log against them.
pub(super) async fn verify<T: Tx>(tx: &mut T) -> Result<Verified, LogError> {
    let mut verified = Verified::default();
    let accepted = verify_audit(tx, &mut verified).await?;
    verify_entries(tx, &mut verified).await?;
    verify_log(tx, &mut verified, accepted).await?;
    Ok(verified)
}

async fn verify_audit<T: Tx>(tx: &mut T, verified: &mut Verified) -> Result<Accepted, LogError> {
    let mut accepted = Accepted::new();
    let mut hash = Vec::new();
    loop {
        let rows = tx
            .rows(
                sql::AUDIT_PAGE,
                &[stored(verified.audit)?.into(), ROWS.into()],
            )
            .await?;
        for row in &rows {
            verified.audit += 1;
            hash = audit_hash(&hash, row)?;
            if row.place(0)? != verified.audit || row.bytes(6)? != hash {
                return Err(LogError::Broken {
                    chain: "the audit",
                    place: verified.audit,
                });
            }
            if [changes::ACCEPTED, changes::ACCEPTED_AGAIN].contains(&row.text(4)?.as_str()) {
                accepted.entry(row.hash(5)?).or_default().push(Taken {
                    place: verified.audit,
                    at: row.time(1)?,
                    device: row.device_or_none(2)?,
                });
            }
        }
        if rows.is_empty() {
            return Ok(accepted);
        }
    }
}

async fn verify_entries<T: Tx>(tx: &mut T, verified: &mut Verified) -> Result<(), LogError> {
    let mut seq = 0;
    let mut hash = Vec::new();
    loop {
        let rows = tx
            .rows(sql::ENTRIES_PAGE, &[stored(seq)?.into(), ROWS.into()])
            .await?;
        for row in &rows {
            seq = row.place(0)?;
            verified.entries += 1;
            let broken = LogError::Broken {
                chain: "the register",
                place: verified.entries,
            };
            let Ok(entry) = entry(row.bytes(1)?) else {
                return Err(broken);
            };
            let Some((year, number)) = entry.words.number() else {
                return Err(broken);
            };
            let registered = (row.int_or_none(2)?, row.int_or_none(3)?);
            hash = entry_hash(&hash, verified.entries, entry.doc, entry.at, &entry.words)?;
            if entry.place != verified.entries
                || *entry.hash != hash
                || registered != (Some(i64::from(year)), Some(i64::from(number)))
            {
                return Err(broken);
            }
        }
        if rows.is_empty() {
            break;
        }
    }
    match tx.row(sql::NUMBERS_WITH_GAPS, &[]).await? {
        None => Ok(()),
        Some(year) => Err(LogError::Broken {
            chain: "protocol numbers of the year",
            place: year.place(0)?,
        }),
    }
}

async fn verify_log<T: Tx>(
    tx: &mut T,
    verified: &mut Verified,
    mut accepted: Accepted,
) -> Result<(), LogError> {
    let mut seq = 0;
    loop {
        let rows = tx
            .rows(sql::LOG_PAGE, &[stored(seq)?.into(), ROWS.into()])
            .await?;
        for row in &rows {
            seq += 1;
            if row.place(0)? != seq {
                return Err(LogError::Broken {
                    chain: "the log",
                    place: seq,
                });
            }
            if row.text(1)? == "change" {
                verified.changes += 1;
                if !is_taken(row, &mut accepted)? {
                    return Err(LogError::Broken {
                        chain: "the changes",
                        place: seq,
                    });
                }
            }
        }
        if rows.is_empty() {
            break;
        }
    }
    match accepted.values().flatten().map(|taken| taken.place).min() {
        None => Ok(()),
        Some(place) => Err(LogError::Broken {
            chain: "the changes that the audit names",
            place,
        }),
    }
}

/// Whether a change is what its hash says, and was taken from that device at that moment; then it is off the list.
fn is_taken(row: &Row, accepted: &mut Accepted) -> Result<bool, LogError> {
    let hash = row.hash(2)?;
    let (device, at) = (row.device_or_none(4)?, row.time(5)?);
    if change_hash(row.bytes(3)?) != hash {
        return Ok(false);
    }
    let Some(all) = accepted.get_mut(&hash) else {
        return Ok(false);
    };
    let found = all
        .iter()
        .position(|taken| (taken.device, taken.at) == (device, at));
    Ok(found.map(|found| all.swap_remove(found)).is_some())
}

/// Over the previous hash and the first six columns of an audit row.
fn audit_hash(before: &[u8], row: &Row) -> Result<Vec<u8>, LogError> {
    let words = (
        row.int(0)?,
        row.int(1)?,
        row.bytes_or_none(2)?,
        row.text(3)?,
        row.text(4)?,
        row.bytes(5)?,
    );
    chained(before, &words)
}

fn entry_hash(
    before: &[u8],
    place: u64,
    doc: DocId,
    at: Time,
    words: &EntryWords,
) -> Result<Vec<u8>, LogError> {
    chained(before, &(place, doc, at, words))
}

fn chained(before: &[u8], words: &impl serde::Serialize) -> Result<Vec<u8>, LogError> {
    let words = serde_json::to_vec(words).map_err(|_| LogError::Row {
        what: "words that can be written",
    })?;
    Ok(Sha256::new()
        .chain_update(before)
        .chain_update(words)
        .finalize()
        .to_vec())
}
