//! Devices: how they come, are known and go.

use std::collections::{BTreeSet, HashMap};

use koina_model::exchange::Unsent;
use koina_model::ids::{DeviceId, DocId, Time};
use koina_model::permits::Role;
use koina_model::problem::Problem;

use super::chain::{Audit, Said};
use super::tx::{Row, Tx, Value, stored};
use super::{
    Author, Device, Heard, Invitation, LogError, Newcomer, Order, Purpose, Redeemed,
    TRIES_PER_MINUTE, lists, sql,
};

const MINUTE_MS: i64 = 60_000;

/// Letters that open a station code; I, O and Q look too much like digits.
const LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPRSTUVWXYZ";
const STATIONS_PER_LETTER: usize = 99;

pub(super) async fn invite<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    invitation: Invitation,
) -> Result<(), LogError> {
    let Invitation {
        code_hash,
        role,
        name,
        person,
        crew,
        communities,
        expires_at,
    } = invitation;
    let purpose = Purpose {
        role,
        name,
        person,
        crew,
        communities,
    };
    let said = Said::new(said_of(&purpose));
    let row = [
        code_hash.into(),
        role_name(role).into(),
        purpose.name.into(),
        purpose.person.into(),
        purpose.crew.into(),
        codes(&purpose.communities),
        expires_at.into(),
    ];
    tx.rows(sql::PUT_INVITE, &row).await?;
    Audit::open(tx)
        .await?
        .note_saying(tx, &by, at, "device.invited", &code_hash, said)
        .await
}

pub(super) async fn redeem<T: Tx>(
    tx: &mut T,
    at: Time,
    newcomer: Newcomer,
) -> Result<Redeemed, LogError> {
    if let Some(wait_s) = waits(tx, at).await? {
        return Ok(Redeemed::TooManyTries { wait_s });
    }
    match known_code(tx, at, &newcomer).await? {
        Code::Good(invitation) => {
            if device(tx, newcomer.device).await?.is_some() {
                return Ok(Redeemed::AlreadyEnrolled);
            }
            tx.rows(
                sql::USE_INVITE,
                &[newcomer.device.into(), newcomer.code_hash.into()],
            )
            .await?;
            Ok(Redeemed::Device(Box::new(
                register(tx, at, newcomer, invitation).await?,
            )))
        }
        Code::Mine(device) => Ok(Redeemed::Device(device)),
        Code::Wrong => {
            count_try(tx, at).await?;
            Ok(Redeemed::CodeRefused)
        }
    }
}

/// Seconds that everybody waits who comes with a code, after too many wrong ones in this minute.
async fn waits<T: Tx>(tx: &mut T, at: Time) -> Result<Option<u32>, LogError> {
    let minute = at.0.div_euclid(MINUTE_MS);
    let tried = match tx.row(sql::TRIES, &[minute.into()]).await? {
        None => 0,
        Some(row) => row.int(0)?,
    };
    let wait_ms = MINUTE_MS - at.0.rem_euclid(MINUTE_MS);
    let wait_s = u32::try_from(wait_ms / 1_000 + 1).unwrap_or(60);
    Ok((tried >= TRIES_PER_MINUTE).then_some(wait_s))
}

async fn count_try<T: Tx>(tx: &mut T, at: Time) -> Result<(), LogError> {
    let minute = at.0.div_euclid(MINUTE_MS);
    tx.rows(sql::FORGET_TRIES, &[(minute - 60).into()]).await?;
    tx.rows(sql::COUNT_TRY, &[minute.into()]).await?;
    Ok(())
}

/// Keeps a code that opens a device; one from before is over. Gives whether there is such a device, with something to open.
pub(super) async fn put_reopen<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    id: DeviceId,
    code_hash: [u8; 32],
    until: Time,
) -> Result<bool, LogError> {
    let known = device(tx, id).await?;
    if known.is_none_or(|device| device.erased_at.is_some()) {
        return Ok(false);
    }
    let row = [id.into(), code_hash.into(), until.into()];
    tx.rows(sql::PUT_REOPEN, &row).await?;
    let mut audit = Audit::open(tx).await?;
    audit
        .note(tx, &by, at, "device.reopen_code", id.as_bytes())
        .await?;
    Ok(true)
}

/// Uses such a code: for this device, and for the answer that it was used for first.
pub(super) async fn reopen<T: Tx>(
    tx: &mut T,
    at: Time,
    id: DeviceId,
    code_hash: [u8; 32],
    reply_to: String,
) -> Result<Result<(), Problem>, LogError> {
    if let Some(wait_s) = waits(tx, at).await? {
        return Ok(Err(Problem::TooManyTries { wait_s }));
    }
    let row = [id.into(), code_hash.into(), at.into(), reply_to.into()];
    if tx.row(sql::USE_REOPEN, &row).await?.is_none() {
        count_try(tx, at).await?;
        return Ok(Err(Problem::CodeRefused));
    }
    let by = Author {
        device: Some(id),
        person: String::new(),
    };
    let mut audit = Audit::open(tx).await?;
    audit
        .note(tx, &by, at, "device.reopened", id.as_bytes())
        .await?;
    Ok(Ok(()))
}

enum Code {
    Good(Invitation),
    /// Used by this very device: its answer was lost.
    Mine(Box<Device>),
    Wrong,
}

async fn known_code<T: Tx>(tx: &mut T, at: Time, newcomer: &Newcomer) -> Result<Code, LogError> {
    let Some(row) = tx.row(sql::INVITE, &[newcomer.code_hash.into()]).await? else {
        return Ok(Code::Wrong);
    };
    if let Some(used_by) = row.device_or_none(6)? {
        let device = device(tx, used_by).await?;
        let same =
            device.filter(|device| device.id == newcomer.device && device.key == newcomer.key);
        return Ok(same.map_or(Code::Wrong, |device| Code::Mine(Box::new(device))));
    }
    if row.time(5)? <= at {
        return Ok(Code::Wrong);
    }
    Ok(Code::Good(Invitation {
        code_hash: newcomer.code_hash,
        role: role(&row.text(0)?)?,
        name: row.text(1)?,
        person: row.text(2)?,
        crew: row.text_or_none(3)?,
        communities: row.json(4)?,
        expires_at: row.time(5)?,
    }))
}

pub(super) async fn register<T: Tx>(
    tx: &mut T,
    at: Time,
    newcomer: Newcomer,
    as_invited: Invitation,
) -> Result<Device, LogError> {
    let Invitation {
        role,
        name,
        person,
        crew,
        communities,
        ..
    } = as_invited;
    let before = tx.number(sql::COUNT_DEVICES, &[]).await? + lists::stations_skipped(tx).await?;
    let station = station(before)?;
    let row = [
        newcomer.device.into(),
        station.as_str().into(),
        newcomer.key.into(),
        role_name(role).into(),
        name.into(),
        person.as_str().into(),
        crew.into(),
        codes(&communities),
        at.into(),
        newcomer.version.into(),
    ];
    tx.rows(sql::PUT_DEVICE, &row).await?;
    lists::grow(tx).await?;
    let by = Author {
        device: Some(newcomer.device),
        person,
    };
    let device = device(tx, newcomer.device).await?;
    let device = device.ok_or(LogError::NoDevice)?;
    let (id, said) = (device.id.as_bytes(), Said::new(said_of(&device.purpose())));
    Audit::open(tx)
        .await?
        .note_saying(tx, &by, at, "device.enrolled", id, said)
        .await?;
    Ok(device)
}

pub(super) async fn device<T: Tx>(tx: &mut T, id: DeviceId) -> Result<Option<Device>, LogError> {
    tx.row(sql::DEVICE, &[id.into()])
        .await?
        .map(|row| read(&row))
        .transpose()
}

pub(super) async fn list<T: Tx>(tx: &mut T) -> Result<Vec<Device>, LogError> {
    tx.rows(sql::DEVICES, &[]).await?.iter().map(read).collect()
}

pub(super) async fn advance_counter<T: Tx>(
    tx: &mut T,
    id: DeviceId,
    counter: u64,
    order: Order,
) -> Result<(), LogError> {
    let may_be_late = i64::from(order == Order::Any);
    let counter = i64::try_from(counter).map_err(|_| LogError::CounterReplayed)?;
    match tx
        .row(
            sql::ADVANCE_COUNTER,
            &[counter.into(), id.into(), may_be_late.into()],
        )
        .await?
    {
        Some(_) => Ok(()),
        None => Err(LogError::CounterReplayed),
    }
}

pub(super) async fn seen<T: Tx>(
    tx: &mut T,
    id: DeviceId,
    at: Time,
    heard: Heard,
) -> Result<(), LogError> {
    let Heard {
        version,
        pending,
        unsent,
    } = heard;
    let said = unsent.as_ref().map_or(0, |unsent| unsent.said);
    let unsent = unsent.map(|unsent| serde_json::to_string(&unsent));
    let unsent = unsent
        .transpose()
        .map_err(|_| LogError::Row { what: "JSON" })?;
    let row = [
        at.into(),
        pending.into(),
        version.into(),
        unsent.unwrap_or_default().into(),
        stored(said)?.into(),
        id.into(),
    ];
    tx.rows(sql::SEEN, &row).await?;
    Ok(())
}

pub(super) async fn unsent<T: Tx>(
    tx: &mut T,
) -> Result<HashMap<DeviceId, (Unsent, BTreeSet<DocId>)>, LogError> {
    let mut all = HashMap::new();
    for row in tx.rows(sql::UNSENT, &[]).await? {
        let id = row.device_or_none(0)?;
        let unsent: Unsent = row.json(1)?;
        let mut known = BTreeSet::new();
        for record in &unsent.records {
            if tx
                .row(sql::DOC_KNOWN, &[record.doc.into()])
                .await?
                .is_some()
            {
                known.insert(record.doc);
            }
        }
        all.insert(id.ok_or(LogError::Row { what: "an id" })?, (unsent, known));
    }
    Ok(all)
}

/// Changes what a device is for. Until the device hears of it, what it worked for before is kept too.
pub(super) async fn change<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    id: DeviceId,
    to: Purpose,
) -> Result<(), LogError> {
    let before = device(tx, id).await?.ok_or(LogError::NoDevice)?;
    if before.purpose() == to {
        return Ok(());
    }
    // A new role never reaches where the device no longer works.
    let worked_for = if before.role == to.role {
        before.works_for()
    } else {
        to.communities.clone()
    };
    // Not a count: a log restored from a backup must not give a number again that a device heard before.
    let number = at.0.max(stored(before.scope + 1)?);
    let said = Said::changed(said_of(&before.purpose()), said_of(&to));
    let Purpose {
        role,
        name,
        person,
        crew,
        communities,
    } = to;
    let row = [
        name.into(),
        person.into(),
        role_name(role).into(),
        crew.into(),
        codes(&communities),
        codes(&worked_for),
        number.into(),
        id.into(),
    ];
    if tx.row(sql::CHANGE_DEVICE, &row).await?.is_none() {
        // It was revoked.
        return Ok(());
    }
    lists::grow(tx).await?;
    Audit::open(tx)
        .await?
        .note_saying(tx, &by, at, "device.changed", id.as_bytes(), said)
        .await
}

/// Notes that a device has heard what it is for now.
pub(super) async fn heard_scope<T: Tx>(
    tx: &mut T,
    id: DeviceId,
    scope: u64,
) -> Result<(), LogError> {
    tx.rows(sql::HEARD_SCOPE, &[stored(scope)?.into(), id.into()])
        .await?;
    Ok(())
}

pub(super) async fn revoke<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    id: DeviceId,
) -> Result<(), LogError> {
    if tx
        .row(sql::REVOKE, &[at.into(), id.into()])
        .await?
        .is_some()
    {
        return Audit::open(tx)
            .await?
            .note(tx, &by, at, "device.revoked", id.as_bytes())
            .await;
    }
    device(tx, id).await?.map(|_| ()).ok_or(LogError::NoDevice)
}

/// Notes that a request of a device came a second time, or from long before; not one that was only late.
pub(super) async fn came_twice<T: Tx>(
    tx: &mut T,
    at: Time,
    id: DeviceId,
    counter: u64,
) -> Result<(), LogError> {
    let counter = i64::try_from(counter).unwrap_or(i64::MAX);
    let row = [at.into(), id.into(), counter.into()];
    tx.rows(sql::CAME_TWICE, &row).await?;
    Ok(())
}

/// Notes that a revoked device has handed over everything and erases itself.
pub(super) async fn erases_itself<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    id: DeviceId,
) -> Result<(), LogError> {
    let noted = tx.row(sql::ERASES_ITSELF, &[at.into(), id.into()]).await?;
    if noted.is_some() {
        Audit::open(tx)
            .await?
            .note(tx, &by, at, "device.erased", id.as_bytes())
            .await?;
    }
    Ok(())
}

/// What a device is for, as the audit says it.
fn said_of(purpose: &Purpose) -> [(&'static str, String); 5] {
    [
        ("role", role_name(purpose.role).to_owned()),
        ("name", purpose.name.clone()),
        ("person", purpose.person.clone()),
        ("crew", purpose.crew.clone().unwrap_or_default()),
        ("communities", purpose.communities.join(" ")),
    ]
}

fn read(row: &Row) -> Result<Device, LogError> {
    Ok(Device {
        id: row
            .device_or_none(0)?
            .ok_or(LogError::Row { what: "an id" })?,
        station: row.text(1)?,
        key: row.hash(2)?,
        role: role(&row.text(3)?)?,
        name: row.text(4)?,
        person: row.text(5)?,
        crew: row.text_or_none(6)?,
        communities: row.json(7)?,
        counter: row.place(8)?,
        enrolled_at: row.time(9)?,
        seen_at: row.int_or_none(10)?.map(Time),
        revoked_at: row.int_or_none(11)?.map(Time),
        pending: row.count(12)?,
        version: row.text(13)?,
        refused: row.count(14)?,
        scope: row.place(15)?,
        scope_heard: row.place(16)?,
        communities_before: row.json(17)?,
        erased_at: row.int_or_none(18)?.map(Time),
        twice_at: row.int_or_none(19)?.map(Time),
    })
}

/// The code of the next station, when `before` have been given: A1 … A99, B1 …
fn station(before: i64) -> Result<String, LogError> {
    let before = usize::try_from(before).map_err(|_| LogError::NoStation)?;
    let letter = LETTERS
        .get(before / STATIONS_PER_LETTER)
        .ok_or(LogError::NoStation)?;
    Ok(format!(
        "{}{}",
        char::from(*letter),
        before % STATIONS_PER_LETTER + 1
    ))
}

fn codes(communities: &[String]) -> Value {
    serde_json::Value::from(communities.to_vec())
        .to_string()
        .into()
}

pub(super) fn role_name(role: Role) -> &'static str {
    match role {
        Role::Crew => "crew",
        Role::Clerk => "clerk",
        Role::Admin => "admin",
        Role::Kiosk => "kiosk",
        Role::Community => "community",
    }
}

pub(super) fn role(name: &str) -> Result<Role, LogError> {
    let found = Role::ALL.into_iter().find(|role| role_name(*role) == name);
    found.ok_or(LogError::Row { what: "a role" })
}

#[cfg(test)]
mod tests {
    use super::station;

    #[test]
    fn station_codes_are_a_letter_and_a_number() {
        let codes: Vec<String> = [0, 98, 99, 2_276]
            .into_iter()
            .filter_map(|before| station(before).ok())
            .collect();
        assert_eq!(codes, ["A1", "A99", "B1", "Z99"]);
        assert!(station(2_277).is_err());
    }
}
