//! Walks the audit and the register, and holds the log against the audit: every row has to be there once, as the audit says.
//!
//! The audit names each row of the log by its place and a hash over all of its columns, in the order of the log. Rows from
//! before it did are held against it as far as it names them: a change by its hash, its device and its moment.

use std::collections::HashMap;

use koina_model::ids::{DeviceId, Time};
use koina_sync::identity::unhex;

use super::chain::{self, ROWS, Said};
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
    /// The place of the first row that it names with its hash; 0: none yet.
    from: u64,
    /// The hashes of rows from there on.
    rows: Vec<[u8; 32]>,
    /// Changes from before, by their hash: two records may have been told the same.
    accepted: HashMap<[u8; 32], Vec<Taken>>,
}

/// Where the audit says that a change was taken, and whose device brought it when.
struct Taken {
    at: Time,
    device: Option<DeviceId>,
}

/// Walks both chains, and holds the log against them.
pub(super) async fn verify<T: Tx>(tx: &mut T) -> Result<Verified, LogError> {
    let mut verified = Verified::default();
    let named = verify_audit(tx, &mut verified).await?;
    verify_entries(tx, &mut verified).await?;
    verify_log(tx, &mut verified, named).await?;
    Ok(verified)
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
            if !follows || !named.take(row)? {
                return Err(LogError::Broken {
                    chain: "the audit",
                    place: verified.audit,
                });
            }
        }
        if rows.is_empty() {
            return Ok(named);
        }
    }
}

impl Named {
    /// Takes down what a row of the audit says is in the log. Gives whether that can be: one row after the other.
    fn take(&mut self, row: &Row) -> Result<bool, LogError> {
        let Ok(said) = Said::parse(&row.text(6)?) else {
            return Ok(false);
        };
        if let Some(seq) = said.seq {
            let hash = unhex(&said.row).and_then(|hash| hash.try_into().ok());
            let Some(hash) = hash else {
                return Ok(false);
            };
            if self.from == 0 {
                self.from = seq;
            }
            let next = self.from + self.rows.len() as u64;
            self.rows.push(hash);
            return Ok(seq == next);
        }
        if [changes::ACCEPTED, changes::ACCEPTED_AGAIN].contains(&row.text(4)?.as_str()) {
            let taken = Taken {
                at: row.time(1)?,
                device: row.device_or_none(2)?,
            };
            self.accepted.entry(row.hash(5)?).or_default().push(taken);
        }
        Ok(true)
    }

    /// Whether a row of the log is what the audit says of it.
    fn holds(&mut self, seq: u64, row: &Row) -> Result<bool, LogError> {
        if self.from > 0 && seq >= self.from {
            let named = usize::try_from(seq - self.from).ok();
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
        let named = self.from + self.rows.len() as u64;
        (self.from > 0 && named != head + 1) || self.accepted.values().any(|all| !all.is_empty())
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
            let Ok(entry) = chain::entry(row.bytes(1)?) else {
                return Err(broken);
            };
            let Some((year, number)) = entry.words.number() else {
                return Err(broken);
            };
            let registered = (row.int_or_none(2)?, row.int_or_none(3)?);
            hash = chain::entry_hash(&hash, verified.entries, entry.doc, entry.at, &entry.words)?;
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
    mut named: Named,
) -> Result<(), LogError> {
    let mut seq = 0;
    let broken = |place| LogError::Broken {
        chain: "the log",
        place,
    };
    loop {
        let rows = tx
            .rows(sql::LOG_PAGE, &[stored(seq)?.into(), ROWS.into()])
            .await?;
        for row in &rows {
            seq += 1;
            if row.place(0)? != seq || !named.holds(seq, row)? {
                return Err(broken(seq));
            }
            verified.changes += u64::from(row.text(4)? == "change");
        }
        if rows.is_empty() {
            break;
        }
    }
    match named.names_more(seq) {
        true => Err(broken(seq + 1)),
        false => Ok(()),
    }
}
