//! Changes that were not taken. Refused is not lost: the device keeps its copy, and the desk sees what it says and why, and
//! decides what becomes of it.

use std::collections::BTreeSet;

use koina_model::exchange::{CHANGE_BYTES_MAX, Decision, Refusal};
use koina_model::ids::{DeviceId, Time};
use koina_model::words::Kind;
use koina_sync::replica::typed;
use koina_sync::views::RefusedRow;

use super::chain::{Audit, Said};
use super::changes::{kind, kind_name};
use super::tx::{Tx, stored};
use super::{Author, Kept, LogError, Quarantined, lists, sql};

/// Changes kept per device; a hostile one must not fill the disk.
const KEPT_PER_DEVICE: i64 = 5_000;
/// Decisions told in one answer.
const TOLD: u32 = 500;

pub(super) async fn put<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    refused: Vec<Quarantined>,
) -> Result<(), LogError> {
    let mut audit = Audit::open(tx).await?;
    let mut kept = tx.number(sql::COUNT_REFUSED, &[by.device.into()]).await?;
    for Quarantined {
        hash,
        doc,
        kind,
        reason,
        bytes,
    } in refused
    {
        if kept >= KEPT_PER_DEVICE {
            break;
        }
        let said = Said {
            doc: Some(doc),
            ..Said::because(reason.code())
        };
        let reason =
            serde_json::to_string(&reason).map_err(|_| LogError::Row { what: "a reason" })?;
        let bytes = if bytes.len() > CHANGE_BYTES_MAX {
            Vec::new()
        } else {
            bytes
        };
        let row = [
            hash.into(),
            by.device.into(),
            doc.into(),
            at.into(),
            reason.into(),
            bytes.into(),
            kind_name(kind).into(),
        ];
        if tx.row(sql::PUT_REFUSED, &row).await?.is_some() {
            audit
                .note_saying(tx, &by, at, "change.refused", &hash, said)
                .await?;
            kept += 1;
        }
    }
    Ok(())
}

/// What waits for a decision, newest first, once each, however many devices handed it over.
pub(super) async fn list<T: Tx>(
    tx: &mut T,
    limit: u32,
    communities: &[String],
) -> Result<Vec<RefusedRow>, LogError> {
    let mut rows = tx.rows(sql::REFUSED, &[limit.into()]).await?;
    let mut told = BTreeSet::new();
    rows.retain(|row| {
        let here = serves(communities, row.text_or_none(6));
        here && row.bytes(0).is_ok_and(|hash| told.insert(hash.to_vec()))
    });
    rows.iter()
        .map(|row| {
            let reason: Refusal = row.json(4)?;
            Ok(RefusedRow {
                by: String::new(),
                change: koina_sync::identity::hex(row.bytes(0)?),
                doc: row.doc(2)?.to_string(),
                device: row
                    .device_or_none(1)?
                    .map(|id| id.to_string())
                    .unwrap_or_default(),
                at: row.time(3)?,
                reason: reason.code().to_owned(),
                typed: typed(row.bytes(5)?),
            })
        })
        .collect()
}

/// Whether what belongs to a record is the business of a desk: the record is in the desk's communities. One that nobody knows
/// is for desks of all communities.
pub(super) fn serves(communities: &[String], community: Result<Option<String>, LogError>) -> bool {
    let of = community.ok().flatten();
    communities.is_empty() || of.is_some_and(|of| communities.contains(&of))
}

/// What is kept of these changes, as long as nobody decided about them.
pub(super) async fn kept<T: Tx>(
    tx: &mut T,
    hashes: Vec<[u8; 32]>,
    communities: &[String],
) -> Result<Vec<Kept>, LogError> {
    let mut all = Vec::new();
    for hash in hashes {
        if let Some(row) = tx.row(sql::KEPT, &[hash.into()]).await?
            && serves(communities, row.text_or_none(3))
        {
            all.push(Kept {
                hash,
                doc: row.doc(0)?,
                kind: kind(&row.text(1)?).unwrap_or(Kind::Request),
                bytes: row.bytes(2)?.to_vec(),
            });
        }
    }
    Ok(all)
}

/// Notes what the desk decided. A change that was decided about already keeps its decision.
pub(super) async fn decide<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    hashes: Vec<[u8; 32]>,
    taken: bool,
) -> Result<(), LogError> {
    let last = lists::meta(tx, lists::DECISION).await?;
    let mut last: u64 = last.and_then(|text| text.parse().ok()).unwrap_or_default();
    let mut audit = Audit::open(tx).await?;
    let what = if taken {
        "refused.taken"
    } else {
        "refused.dismissed"
    };
    for hash in hashes {
        let number = last + 1;
        let number_of = stored(number)?.into();
        let rows = if taken {
            tx.rows(sql::TAKE_REFUSED, &[number_of, hash.into()])
                .await?
        } else {
            tx.rows(sql::DISMISS_REFUSED, &[number_of, hash.into()])
                .await?
        };
        if !rows.is_empty() {
            audit.note(tx, &by, at, what, &hash).await?;
            last = number;
        }
    }
    lists::put_meta(tx, lists::DECISION, last.to_string()).await
}

/// Decisions about changes of a device, after the last that it heard of, with the community that the record is in now.
pub(super) async fn decisions<T: Tx>(
    tx: &mut T,
    device: DeviceId,
    after: u64,
) -> Result<Vec<(Decision, Option<String>)>, LogError> {
    let after = stored(after)?;
    let rows = tx
        .rows(sql::DECISIONS, &[device.into(), after.into(), TOLD.into()])
        .await?;
    rows.iter()
        .map(|row| {
            let decision = Decision {
                number: row.place(0)?,
                doc: row.doc(1)?,
                hash: row.bytes(2)?.to_vec().into(),
                taken: row.int(3)? == 1,
            };
            Ok((decision, row.text_or_none(4)?))
        })
        .collect()
}
