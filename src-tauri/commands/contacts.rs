//! Who is to be told about a request: asked of the server, which writes down that somebody read or erased it.

use koina_model::exchange::Erased;
use koina_model::problem::Problem;
use koina_sync::exchange::json_body;
use koina_sync::views::{Contacts, ContactsErased, EraseAsk};

use crate::devices::device_name;
use crate::{ContactsEraseInput, Desk, RecordInput, told};

pub(crate) fn contacts_read(desk: &Desk, input: RecordInput) -> Result<Contacts, Problem> {
    let path = format!("/v1/contacts/{}/read", input.id);
    let mut found: Contacts = desk.exchanger.ask("POST", &path, Vec::new())?;
    for row in &mut found.rows {
        row.device = device_name(desk, &row.device);
    }
    if let Some(erased) = &mut found.erased {
        erased.device = device_name(desk, &erased.device);
    }
    Ok(found)
}

/// Erases it for good. This device remembers the server's word before anybody is told that it is done: should the server be
/// restored from an older backup, it hears so again.
pub(crate) fn contacts_erase(desk: &Desk, input: ContactsEraseInput) -> Result<Contacts, Problem> {
    let path = format!("/v1/contacts/{}/erase", input.id);
    let reason = input.reason;
    let body = json_body(&EraseAsk { reason })?;
    let word: Erased = desk.exchanger.ask("POST", &path, body)?;
    told(desk.replica.contacts_erased(&word))?;
    // Should the line fall just now: it is erased all the same.
    let found = contacts_read(desk, RecordInput { id: input.id });
    Ok(found.unwrap_or_else(|_| Contacts {
        rows: Vec::new(),
        erased: Some(ContactsErased {
            at: word.at,
            reason,
            device: String::new(),
        }),
    }))
}
