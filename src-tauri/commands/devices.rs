//! Devices: asked of the server, since only it knows them all.

use koina_model::problem::Problem;
use koina_sync::views::{DeviceRow, Invite, RefusedRow};

use crate::{Desk, DeviceInput, DeviceInviteInput, Devices, Nothing};

pub(crate) fn devices_page(desk: &Desk, _: Nothing) -> Result<Devices, Problem> {
    let devices: Vec<DeviceRow> = desk.exchanger.ask("GET", "/v1/devices", Vec::new())?;
    let refused: Vec<RefusedRow> = desk.exchanger.ask("GET", "/v1/refused", Vec::new())?;
    Ok(Devices { devices, refused })
}

pub(crate) fn device_invite(desk: &Desk, input: DeviceInviteInput) -> Result<Invite, Problem> {
    let body = serde_json::to_vec(&input).map_err(|failure| Problem::Malformed {
        what: failure.to_string(),
    })?;
    desk.exchanger.ask("POST", "/v1/devices/invites", body)
}

pub(crate) fn device_revoke(desk: &Desk, input: DeviceInput) -> Result<Devices, Problem> {
    let _: DeviceRow = desk.exchanger.ask(
        "POST",
        &format!("/v1/devices/{}/revoke", input.id),
        Vec::new(),
    )?;
    devices_page(desk, Nothing {})
}
