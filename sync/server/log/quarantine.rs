//! Changes that were not taken. Refused is not lost: the device keeps its copy and the desk sees the reason.

use koina_model::exchange::CHANGE_BYTES_MAX;
use koina_model::ids::Time;
use koina_sync::views::RefusedRow;

use super::chain::Audit;
use super::tx::Tx;
use super::{Author, LogError, Quarantined, sql};

/// Changes kept per device; a hostile one must not fill the disk.
const KEPT_PER_DEVICE: i64 = 5_000;

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
        reason,
        bytes,
    } in refused
    {
        if kept >= KEPT_PER_DEVICE {
            break;
        }
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
        ];
        if tx.row(sql::PUT_REFUSED, &row).await?.is_some() {
            audit.note(tx, &by, at, "change.refused", &hash).await?;
            kept += 1;
        }
    }
    Ok(())
}

pub(super) async fn list<T: Tx>(tx: &mut T, limit: u32) -> Result<Vec<RefusedRow>, LogError> {
    let rows = tx.rows(sql::REFUSED, &[limit.into()]).await?;
    rows.iter()
        .map(|row| {
            let reason: koina_model::exchange::Refusal = row.json(4)?;
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
            })
        })
        .collect()
}
