//! Chains of hashes: the audit and the register. A row that was changed, removed or slipped in breaks its chain.

use std::collections::BTreeMap;

use koina_model::exchange::{Entry, EntryWords};
use koina_model::ids::{DeviceId, DocId, Time};
use koina_sync::identity::{hex, unhex};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};

use super::tx::{Row, Tx, Value, stored};
use super::{Author, LogError, sql};

/// Rows read at a time.
pub(super) const ROWS: u32 = 1_000;

/// Values by their names, as texts.
pub(super) type Values = BTreeMap<String, String>;

/// What the audit says of an act besides who did it to what. Never how to reach anybody, since nothing goes from the audit: of
/// sealed contacts a hash, of accounts whether there is something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Said {
    /// What for, as a code.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The record, where the act was done to something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc: Option<DocId>,
    /// Its row in the log; `row` is the SHA-256 over that, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub row: String,
    /// What became another value: as it was, and as it is. Of what is sealed the SHA-256, in hex.
    #[serde(skip_serializing_if = "Values::is_empty")]
    pub before: Values,
    #[serde(skip_serializing_if = "Values::is_empty")]
    pub after: Values,
}

impl Said {
    /// What became another, of these values.
    pub(super) fn changed<const N: usize>(
        before: [(&str, String); N],
        after: [(&str, String); N],
    ) -> Self {
        let (mut before, mut after) = (values(before), values(after));
        before.retain(|name, value| match after.get(name) {
            Some(same) if same == value => after.remove(name).is_none(),
            _ => true,
        });
        Self {
            before,
            after,
            ..Self::default()
        }
    }

    /// What is there now that was not before.
    pub(super) fn new<const N: usize>(after: [(&str, String); N]) -> Self {
        Self {
            after: values(after),
            ..Self::default()
        }
    }

    pub(super) fn because(reason: &str) -> Self {
        Self {
            reason: reason.to_owned(),
            ..Self::default()
        }
    }

    /// As it is stored and hashed; empty where nothing is said.
    fn to_text(&self) -> Result<String, LogError> {
        if *self == Self::default() {
            return Ok(String::new());
        }
        serde_json::to_string(self).map_err(|_| LogError::Row {
            what: "words that can be written",
        })
    }

    /// The reason alone, also from what a newer server wrote.
    pub(super) fn reason_of(text: &str) -> String {
        let said: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
        let reason = said.get("reason").and_then(serde_json::Value::as_str);
        reason.unwrap_or_default().to_owned()
    }

    pub(super) fn parse(text: &str) -> Result<Self, LogError> {
        let said = match text {
            "" => Self::default(),
            text => serde_json::from_str(text).map_err(|_| LogError::Row {
                what: "words of the audit",
            })?,
        };
        match said.to_text()? == text {
            true => Ok(said),
            false => Err(LogError::Row {
                what: "words of the audit as they are written",
            }),
        }
    }
}

/// What stands in the audit for what must not: it tells one from another. Nothing stays nothing.
pub(super) fn digest(bytes: &[u8]) -> String {
    match bytes {
        [] => String::new(),
        bytes => hex(&Sha256::digest(bytes)),
    }
}

fn values<const N: usize>(named: [(&str, String); N]) -> Values {
    let named = named.into_iter().filter(|(_, value)| !value.is_empty());
    named
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
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
        let said = Said::default();
        self.note_saying(tx, by, at, what, subject, said).await
    }

    /// Notes who did what to whom, and what was before, is now, or why.
    pub(super) async fn note_saying<T: Tx>(
        &mut self,
        tx: &mut T,
        by: &Author,
        at: Time,
        what: &'static str,
        subject: &[u8],
        said: Said,
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
            said.to_text()?.into(),
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
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub said: Said,
    /// Over the row before and this one, in hex.
    pub hash: String,
}

fn is_nothing(said: &Said) -> bool {
    *said == Said::default()
}

impl Audited {
    /// Whether this row is what follows one with this hash.
    pub fn follows(&self, before: &str) -> bool {
        let hash = || {
            let row = [
                i64::try_from(self.place).ok()?.into(),
                self.at.into(),
                Value::from(self.device),
                self.who.as_str().into(),
                self.what.as_str().into(),
                unhex(&self.subject)?.into(),
                self.said.to_text().ok()?.into(),
            ];
            audit_hash(&unhex(before)?, &Row(row.into())).ok()
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
            said: Said::parse(&row.text(6)?)?,
            hash: hex(row.bytes(7)?),
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

/// Over the previous hash and the columns of an audit row before its own. One from before the audit said anything has none for
/// that.
pub(super) fn audit_hash(before: &[u8], row: &Row) -> Result<Vec<u8>, LogError> {
    let (place, at, device) = (row.int(0)?, row.int(1)?, row.bytes_or_none(2)?);
    let (who, what, subject) = (row.text(3)?, row.text(4)?, row.bytes(5)?);
    match row.text(6)?.as_str() {
        "" => chained(before, &(place, at, device, who, what, subject)),
        said => chained(before, &(place, at, device, who, what, subject, said)),
    }
}

/// The hash over every column of a row of the log: each with its type and length, so that no two rows are written alike.
pub(super) fn row_hash(columns: &[Value]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for column in columns {
        let number;
        let (kind, bytes) = match column {
            Value::Int(None) | Value::Text(None) | Value::Bytes(None) => (0_u8, &[][..]),
            Value::Int(Some(value)) => {
                number = value.to_be_bytes();
                (1, &number[..])
            }
            Value::Text(Some(text)) => (2, text.as_bytes()),
            Value::Bytes(Some(bytes)) => (3, bytes.as_slice()),
        };
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    }
    hash.finalize().into()
}

pub(super) fn entry_hash(
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
