//! After a restore: what still holds of the log that ended, and who has handed over again what came after it.

use koina_model::exchange::Restored;
use koina_model::ids::{DeviceId, Time};

use super::tx::Tx;
use super::{LogError, lists, sql};

/// What still holds of a log that ended; `None` when this log never had that name.
pub(super) async fn shared<T: Tx>(tx: &mut T, epoch: String) -> Result<Option<Restored>, LogError> {
    let Some(row) = tx.row(sql::EPOCH_SHARED, &[epoch.into()]).await? else {
        return Ok(None);
    };
    match (row.int_or_none(0)?, row.int_or_none(1)?) {
        (Some(_), Some(_)) => Ok(Some(Restored {
            head: row.place(0)?,
            entries: row.place(1)?,
        })),
        _ => Ok(None),
    }
}

/// Whether this log was ever restored from a backup.
pub(super) async fn ever<T: Tx>(tx: &mut T) -> Result<bool, LogError> {
    Ok(tx.number(sql::EPOCHS_ENDED, &[]).await? > 0)
}

/// Whether no protocol numbers are given for now.
pub(super) async fn numbers_wait<T: Tx>(tx: &mut T) -> Result<bool, LogError> {
    let since = lists::meta(tx, lists::NUMBERS_WAIT).await?;
    Ok(since.is_some_and(|since| !since.is_empty()))
}

/// Notes that a device has handed over again all it had. Gives whether numbers still wait though nobody is awaited any more.
pub(super) async fn handed_over<T: Tx>(
    tx: &mut T,
    device: DeviceId,
    epoch: String,
) -> Result<bool, LogError> {
    let since = lists::meta(tx, lists::NUMBERS_WAIT).await?;
    let Some(since) = since.and_then(|since| since.parse().ok()).map(Time) else {
        return Ok(false);
    };
    tx.rows(sql::HANDED_OVER, &[epoch.as_str().into(), device.into()])
        .await?;
    let awaited = [epoch.into(), since.into()];
    Ok(tx.number(sql::DESKS_AWAITED, &awaited).await? == 0)
}
