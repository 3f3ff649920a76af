//! How kiosks are, and the codes for the page of staff at one. Who asked for a code is in the audit.

use std::collections::HashMap;

use koina_model::ids::{DeviceId, Time};
use koina_model::kiosks::{CALL_MS, Health, StaffCall};
use koina_model::problem::Problem;
use koina_model::unlock;

use super::chain::Audit;
use super::tx::{Tx, stored};
use super::{Author, LogError, Told, sql};

pub(super) async fn keep<T: Tx>(
    tx: &mut T,
    id: DeviceId,
    at: Time,
    health: Health,
) -> Result<(), LogError> {
    let called = health.called_s.map(|s| i64::from(s) * 1_000);
    let called_at = called
        .filter(|ms| *ms < CALL_MS)
        .map_or(0, |ms| at.0.saturating_sub(ms));
    // How long somebody has been calling is told by the moment it began.
    let health = Health {
        called_s: None,
        ..health
    };
    let json = serde_json::to_string(&health).map_err(|_| LogError::Row { what: "JSON" })?;
    let row = [id.into(), at.into(), json.into(), called_at.into()];
    tx.rows(sql::PUT_HEALTH, &row).await?;
    Ok(())
}

pub(super) async fn healths<T: Tx>(tx: &mut T) -> Result<HashMap<DeviceId, Told>, LogError> {
    let rows = tx.rows(sql::HEALTH, &[]).await?;
    let told = rows.iter().map(|row| {
        let id = row.device_or_none(0)?;
        let called_at = row.time(3)?;
        let told = Told {
            at: row.time(1)?,
            health: row.json(2)?,
            called_at: (called_at.0 > 0).then_some(called_at),
        };
        Ok((id.ok_or(LogError::Row { what: "an id" })?, told))
    });
    told.collect()
}

pub(super) async fn calls<T: Tx>(
    tx: &mut T,
    now: Time,
) -> Result<Vec<(StaffCall, Vec<String>)>, LogError> {
    let since = Time((now.0 - CALL_MS).max(0));
    let rows = tx.rows(sql::CALLS, &[since.into()]).await?;
    let calls = rows.iter().map(|row| {
        let device = row.device_or_none(0)?;
        let call = StaffCall {
            device: device.ok_or(LogError::Row { what: "an id" })?,
            at: row.time(1)?,
        };
        Ok((call, row.json(2)?))
    });
    calls.collect()
}

pub(super) async fn next_code<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    id: DeviceId,
) -> Result<Result<u64, Problem>, LogError> {
    let last = match tx.row(sql::CODE_STEP, &[id.into()]).await? {
        Some(row) => row.place(0)?,
        None => 0,
    };
    let step = match unlock::next(last, at) {
        Ok(step) => step,
        Err(problem) => return Ok(Err(problem)),
    };
    let row = [id.into(), stored(step)?.into()];
    tx.rows(sql::PUT_CODE_STEP, &row).await?;
    Audit::open(tx)
        .await?
        .note(tx, &by, at, "kiosk.code", id.as_bytes())
        .await?;
    Ok(Ok(step))
}
