//! Devices: asked of the server, since only it knows them all.

use koina_model::ids::{DeviceId, DocId};
use koina_model::problem::Problem;
use koina_model::words::Kind;
use koina_sync::decide::{self, Took};
use koina_sync::exchange::json_body;
use koina_sync::views::{DeviceRow, EmergencySet, Invite, RefusedRow, UnlockCode, UnsentRow};

use crate::{
    Desk, DeviceChangeInput, DeviceInput, DeviceInviteInput, Devices, Nothing, RefusedInput,
    RefusedLeft, RefusedTook,
};

pub(crate) fn devices_page(desk: &Desk, _: Nothing) -> Result<Devices, Problem> {
    // All devices for administrators, for other desks the kiosks they look after.
    let mut devices: Vec<DeviceRow> = desk.exchanger.ask("GET", "/v1/devices", Vec::new())?;
    let unsent = devices
        .iter_mut()
        .filter_map(|device| device.unsent.as_mut());
    for row in unsent.flat_map(|unsent| &mut unsent.records) {
        name_record(desk, row);
    }
    let mut refused: Vec<RefusedRow> = desk.exchanger.ask("GET", "/v1/refused", Vec::new())?;
    for row in &mut refused {
        row.by = device_name(desk, &row.device);
    }
    Ok(Devices { devices, refused })
}

/// Says what people call a record that the server names by its id, if it is here.
fn name_record(desk: &Desk, row: &mut UnsentRow) {
    let Some(id) = DocId::parse(&row.doc) else {
        return;
    };
    (row.number, row.code) = match row.kind {
        Kind::Request => match desk.replica.request_row(id, desk.now()) {
            Ok(row) => {
                let number = row.protocol_number.or(row.receipt_number);
                (number.unwrap_or_default(), row.category)
            }
            Err(_) => return,
        },
        Kind::Asset => match desk.replica.asset_card(id, desk.now()) {
            Ok(card) => (card.row.number, card.row.kind),
            Err(_) => return,
        },
    };
}

/// What people call a device that the server names by its id; empty for what is none.
pub(crate) fn device_name(desk: &Desk, id: &str) -> String {
    DeviceId::parse(id)
        .map(|device| desk.replica.lists().device_name(device))
        .unwrap_or_default()
}

pub(crate) fn device_invite(desk: &Desk, input: DeviceInviteInput) -> Result<Invite, Problem> {
    let body = json_body(&input)?;
    desk.exchanger.ask("POST", "/v1/devices/invites", body)
}

pub(crate) fn device_change(desk: &Desk, input: DeviceChangeInput) -> Result<DeviceRow, Problem> {
    let DeviceChangeInput {
        id,
        role,
        name,
        person,
        crew,
        communities,
    } = input;
    let to = DeviceInviteInput {
        role,
        name,
        person,
        crew,
        communities,
    };
    let body = json_body(&to)?;
    desk.exchanger
        .ask("POST", &format!("/v1/devices/{id}/change"), body)
}

pub(crate) fn device_revoke(desk: &Desk, input: DeviceInput) -> Result<Devices, Problem> {
    let _: DeviceRow = desk.exchanger.ask(
        "POST",
        &format!("/v1/devices/{}/revoke", input.id),
        Vec::new(),
    )?;
    devices_page(desk, Nothing {})
}

/// The code that opens the page of staff at a kiosk. It is shown, and kept nowhere.
pub(crate) fn device_unlock(desk: &Desk, input: DeviceInput) -> Result<UnlockCode, Problem> {
    let path = format!("/v1/devices/{}/unlock", input.id);
    desk.exchanger.ask("POST", &path, Vec::new())
}

/// A code for whoever stands before a device of which only the town hall has the key.
pub(crate) fn device_reopen(desk: &Desk, input: DeviceInput) -> Result<UnlockCode, Problem> {
    let path = format!("/v1/devices/{}/reopen", input.id);
    desk.exchanger.ask("POST", &path, Vec::new())
}

pub(crate) fn refused_take(desk: &Desk, input: RefusedInput) -> Result<RefusedTook, Problem> {
    let now = desk.now();
    let Took { taken, left } = desk
        .exchanger
        .over_line(async |line| decide::take_over(&desk.replica, line, input.changes, now).await)?;
    // What was written anew here is on its way, and what the log took in comes back from it.
    desk.exchanger.soon();
    let left = left
        .into_iter()
        .map(|(change, reason)| RefusedLeft { change, reason });
    Ok(RefusedTook {
        taken,
        left: left.collect(),
        devices: devices_page(desk, Nothing {})?,
    })
}

pub(crate) fn refused_dismiss(desk: &Desk, input: RefusedInput) -> Result<Devices, Problem> {
    desk.exchanger
        .over_line(async |line| decide::dismiss(&desk.replica, line, input.changes).await)?;
    devices_page(desk, Nothing {})
}

/// Puts a plan of civil protection into force, or none; this device hears of it like the others.
pub(crate) fn emergency_set(desk: &Desk, input: EmergencySet) -> Result<EmergencySet, Problem> {
    let body = json_body(&input)?;
    let set = desk.exchanger.ask("POST", "/v1/emergency", body)?;
    desk.exchanger.soon();
    Ok(set)
}
