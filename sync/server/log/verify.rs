//! Walks the audit and the register, and holds the log against the audit: every row has to be there once, as the audit says.
//!
//! The audit names each row of the log by its place and a hash over all of its columns, in the order of the log. Rows from
//! before it did are held against it as far as it names them: a change by its hash, its device and its moment. With it go the
//! table of numbers, which is held against the register, and that of records, which says who gets them.

use std::collections::HashMap;

use koina_model::ids::{DeviceId, DocId, Time};
use koina_sync::identity::unhex;

use super::backup::RESTORED;
use super::chain::{self, ROWS, Said, Values};
use super::tx::{Row, Tx, stored};
use super::{LogError, changes, sql};

/// What a verification walked through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    pub audit: u64,
    pub entries: u64,
    pub changes: u64,
}

/// What the audit says is in the log.
#[derive(Default)]
struct Named {
    /// The place of the first row that it names with its hash.
    from: Option<u64>,
    /// The hashes of rows from there on.
    rows: Vec<[u8; 32]>,
    /// Changes from before, by their hash: two records may have been told the same.
    accepted: HashMap<[u8; 32], Vec<Taken>>,
    /// Records that began since, and where they are.
    docs: HashMap<DocId, Known>,
    /// A backup was restored: what lies between numbers may be on paper, and desks bring it back however late.
    restored: bool,
}

/// Where the audit says that a change was taken, and whose device brought it when.
struct Taken {
    at: Time,
    device: Option<DeviceId>,
}

/// What the audit says of a record.
struct Known {
    /// `None`: it began before the audit said what.
    kind: Option<String>,
    community: String,
}

/// Walks both chains, and holds the log against them.
pub(super) async fn verify<T: Tx>(tx: &mut T) -> Result<Verified, LogError> {
    let mut verified = Verified::default();
    // What every walk begins behind.
    if tx.number(sql::BELOW_ONE, &[]).await? > 0 {
        return Err(broken("the log", 0));
    }
    let mut named = verify_audit(tx, &mut verified).await?;
    verify_entries(tx, &mut verified, named.restored).await?;
    verify_log(tx, &mut verified, &mut named).await?;
    verify_docs(tx, &named).await?;
    Ok(verified)
}

fn broken(chain: &'static str, place: u64) -> LogError {
    LogError::Broken { chain, place }
}

async fn verify_audit<T: Tx>(tx: &mut T, verified: &mut Verified) -> Result<Named, LogError> {
    let mut named = Named::default();
    let mut hash = Vec::new();
    loop {
        let page = [stored(verified.audit)?.into(), ROWS.into()];
        let rows = tx.rows(sql::AUDIT_PAGE, &page).await?;
        for row in &rows {
            verified.audit += 1;
            hash = chain::audit_hash(&hash, row)?;
            let follows = row.place(0)? == verified.audit && row.bytes(7)? == hash;
            if !follows || named.take(row)?.is_none() {
                return Err(broken("the audit", verified.audit));
            }
        }
        if rows.is_empty() {
            return Ok(named);
        }
    }
}

impl Named {
    /// Takes down what a row of the audit says is in the log. `None` where that cannot be: rows follow each other.
    fn take(&mut self, row: &Row) -> Result<Option<()>, LogError> {
        let Ok(said) = Said::parse(&row.text(6)?) else {
            return Ok(None);
        };
        let what = row.text(4)?;
        self.restored |= what == RESTORED;
        let is_change = [changes::ACCEPTED, changes::ACCEPTED_AGAIN].contains(&what.as_str());
        let Some(seq) = said.seq else {
            if is_change {
                let taken = Taken {
                    at: row.time(1)?,
                    device: row.device_or_none(2)?,
                };
                self.accepted.entry(row.hash(5)?).or_default().push(taken);
            }
            return Ok(Some(()));
        };
        Ok(self.take_row(seq, &what, &said, row))
    }

    /// Takes down a row of the log.
    fn take_row(&mut self, seq: u64, what: &str, said: &Said, row: &Row) -> Option<()> {
        let next = match self.from {
            None => seq,
            Some(from) => from.checked_add(u64::try_from(self.rows.len()).ok()?)?,
        };
        if seq != next || seq == 0 {
            return None;
        }
        self.rows.push(unhex(&said.row)?.try_into().ok()?);
        self.from = self.from.or(Some(seq));
        let community = |values: &Values| {
            let community = values.get(changes::COMMUNITY);
            community.cloned().unwrap_or_default()
        };
        if what == changes::MOVED {
            let known = self.docs.entry(row.doc(5).ok()?).or_insert_with(|| Known {
                kind: None,
                community: community(&said.before),
            });
            let left = std::mem::replace(&mut known.community, community(&said.after));
            return (left == community(&said.before)).then_some(());
        }
        let Some(kind) = said.after.get(changes::KIND) else {
            return Some(());
        };
        let known = Known {
            kind: Some(kind.clone()),
            community: community(&said.after),
        };
        self.docs.insert(said.doc?, known).is_none().then_some(())
    }

    /// Whether a row of the log is what the audit says of it.
    fn holds(&mut self, seq: u64, row: &Row) -> Result<bool, LogError> {
        if let Some(place) = self.from.and_then(|from| seq.checked_sub(from)) {
            let named = usize::try_from(place).ok();
            let named = named.and_then(|place| self.rows.get(place));
            return Ok(named == Some(&chain::row_hash(&row.0)));
        }
        if row.text(4)? != "change" {
            return Ok(true);
        }
        let hash = row.hash(6)?;
        let (at, device) = (row.time(1)?, row.device_or_none(2)?);
        if chain::change_hash(row.bytes(9)?) != hash {
            return Ok(false);
        }
        let Some(all) = self.accepted.get_mut(&hash) else {
            return Ok(false);
        };
        let found = all
            .iter()
            .position(|taken| (taken.device, taken.at) == (device, at));
        Ok(found.map(|found| all.swap_remove(found)).is_some())
    }

    /// Whether it names more than there is, once everything up to this place was held against it.
    fn names_more(&self, head: u64) -> bool {
        let last = self.from.map(|from| from - 1 + self.rows.len() as u64);
        last.is_some_and(|last| last != head) || self.accepted.values().any(|all| !all.is_empty())
    }
}

async fn verify_entries<T: Tx>(
    tx: &mut T,
    verified: &mut Verified,
    restored: bool,
) -> Result<(), LogError> {
    let mut seq = 0;
    let mut hash = Vec::new();
    loop {
        let rows = tx
            .rows(sql::ENTRIES_PAGE, &[stored(seq)?.into(), ROWS.into()])
            .await?;
        for row in &rows {
            seq = row.place(0)?;
            verified.entries += 1;
            if !is_next_entry(row, verified.entries, &mut hash)? {
                return Err(broken("the register", verified.entries));
            }
        }
        if rows.is_empty() {
            break;
        }
    }
    // Each number of an entry was found; there is no other.
    let numbers = tx.number(sql::COUNT_NUMBERS, &[]).await?;
    if numbers != stored(verified.entries)? {
        return Err(broken("the register", verified.entries + 1));
    }
    // Each is named by the audit; after a restore some may be missing between others, and may still come.
    if restored {
        return Ok(());
    }
    match tx.row(sql::NUMBERS_WITH_GAPS, &[]).await? {
        None => Ok(()),
        Some(year) => Err(broken("protocol numbers of the year", year.place(0)?)),
    }
}

/// Whether an entry follows the one with this hash, and stands among the numbers as it says.
fn is_next_entry(row: &Row, place: u64, before: &mut Vec<u8>) -> Result<bool, LogError> {
    let Ok(entry) = chain::entry(row.bytes(1)?) else {
        return Ok(false);
    };
    let Some((year, number)) = entry.words.number() else {
        return Ok(false);
    };
    let received_at = changes::received_at(&entry.words, entry.at);
    let doc = row.bytes_or_none(4)? == Some(entry.doc.as_bytes().as_slice());
    let registered = [
        row.int_or_none(2)?,
        row.int_or_none(3)?,
        row.int_or_none(5)?,
    ];
    let said = [i64::from(year), i64::from(number), received_at.0].map(Some);
    *before = chain::entry_hash(before, place, entry.doc, entry.at, &entry.words)?;
    Ok(entry.place == place && *entry.hash == *before && doc && registered == said)
}

async fn verify_log<T: Tx>(
    tx: &mut T,
    verified: &mut Verified,
    named: &mut Named,
) -> Result<(), LogError> {
    let mut seq = 0;
    loop {
        let rows = tx
            .rows(sql::LOG_PAGE, &[stored(seq)?.into(), ROWS.into()])
            .await?;
        for row in &rows {
            seq += 1;
            if row.place(0)? != seq || !named.holds(seq, row)? {
                return Err(broken("the log", seq));
            }
            verified.changes += u64::from(row.text(4)? == "change");
        }
        if rows.is_empty() {
            break;
        }
    }
    match named.names_more(seq) {
        true => Err(broken("the log", seq + 1)),
        false => Ok(()),
    }
}

/// Holds where each record is against where the audit says it began and went. Of records from before only their moves are known.
async fn verify_docs<T: Tx>(tx: &mut T, named: &Named) -> Result<(), LogError> {
    let all = named.from.is_none_or(|from| from == 1) && named.accepted.is_empty();
    let (mut place, mut found, mut after) = (0, 0, Vec::new());
    loop {
        let page = [after.clone().into(), ROWS.into()];
        let rows = tx.rows(sql::DOCS_PAGE, &page).await?;
        for row in &rows {
            place += 1;
            after = row.bytes(0)?.to_vec();
            let (kind, community) = (row.text(1)?, row.text(2)?);
            let holds = |known: &Known| {
                let of_kind = known.kind.as_ref().is_none_or(|known| *known == kind);
                of_kind && known.community == community
            };
            let known = DocId::from_slice(&after).and_then(|doc| named.docs.get(&doc));
            found += usize::from(known.is_some());
            if known.map_or(all, |known| !holds(known)) {
                return Err(broken("the records", place));
            }
        }
        if rows.is_empty() {
            break;
        }
    }
    match found == named.docs.len() {
        true => Ok(()),
        false => Err(broken("the records", place + 1)),
    }
}
