//! Who is to be told about a request: asked of the server, which writes down that somebody read or erased it.

use koina_model::contacts::ReadReason;
use koina_model::exchange::Erased;
use koina_model::problem::Problem;
use koina_sync::exchange::json_body;
use koina_sync::replica::ReplicaError;
use koina_sync::views::{
    Contacts, ContactsErased, ContactsKept, CorrectAsk, EraseAsk, ExportAsk, PersonalData, ReadAsk,
    SamePerson,
};

use crate::courier::{place, write_new};
use crate::devices::device_name;
use crate::{
    ContactsCorrectInput, ContactsEraseInput, ContactsExportInput, ContactsExported,
    ContactsReadInput, ContactsSame, Desk, Nothing, RecordInput, told,
};

mod person;

pub use person::person_page;

pub(crate) fn contacts_read(desk: &Desk, input: ContactsReadInput) -> Result<Contacts, Problem> {
    let ContactsReadInput { id, reason } = input;
    let path = format!("/v1/contacts/{id}/read");
    let body = json_body(&ReadAsk { reason })?;
    let mut found: Contacts = desk.exchanger.ask("POST", &path, body)?;
    name_devices(desk, &mut found);
    Ok(found)
}

fn name_devices(desk: &Desk, found: &mut Contacts) {
    for row in &mut found.rows {
        row.device = device_name(desk, &row.device);
    }
    if let Some(erased) = &mut found.erased {
        erased.device = device_name(desk, &erased.device);
    }
}

/// Puts the right words in the place of a contact as it was seen.
pub(crate) fn contacts_correct(
    desk: &Desk,
    input: ContactsCorrectInput,
) -> Result<Contacts, Problem> {
    let ContactsCorrectInput {
        id,
        mark,
        name,
        phone,
        email,
    } = input;
    let path = format!("/v1/contacts/{id}/correct");
    let body = json_body(&CorrectAsk {
        mark,
        name,
        phone,
        email,
    })?;
    let mut found: Contacts = desk.exchanger.ask("POST", &path, body)?;
    name_devices(desk, &mut found);
    Ok(found)
}

/// Records that may be the same person's, by telephone, address or tax number.
pub(crate) fn contacts_same(desk: &Desk, input: RecordInput) -> Result<ContactsSame, Problem> {
    let path = format!("/v1/contacts/{}/same", input.id);
    let mut rows: Vec<SamePerson> = desk.exchanger.ask("POST", &path, Vec::new())?;
    for row in &mut rows {
        row.number = match desk.replica.request_row(row.doc, desk.now()) {
            Ok(found) => found
                .protocol_number
                .or(found.receipt_number)
                .unwrap_or_default(),
            Err(ReplicaError::Problem(Problem::NotFound)) => String::new(),
            Err(failure) => return told(Err(failure)),
        };
    }
    Ok(ContactsSame { rows })
}

/// Writes a file with everything that is kept of the person who left this contact, for that person.
pub(crate) fn contacts_export(
    desk: &Desk,
    input: ContactsExportInput,
) -> Result<ContactsExported, Problem> {
    // Before anybody is noted to have asked.
    let place = place(desk, &input.place)?;
    let path = format!("/v1/contacts/{}/export", input.id);
    let body = json_body(&ExportAsk { docs: input.docs })?;
    let found: PersonalData = desk.exchanger.ask("POST", &path, body)?;
    let records = u32::try_from(found.records.len()).unwrap_or(u32::MAX);
    let page = person_page(desk, found)?;
    let path = write_new(
        desk.now(),
        &place,
        "stoicheia-prosopou",
        "html",
        page.as_bytes(),
    )?;
    Ok(ContactsExported {
        path: path.to_string_lossy().into_owned(),
        records,
    })
}

pub(crate) fn contacts_kept(desk: &Desk, _: Nothing) -> Result<ContactsKept, Problem> {
    desk.exchanger.ask("GET", "/v1/contacts", Vec::new())
}

/// Erases it for good. This device remembers the server's word before anybody is told that it is done: should the server be
/// restored from an older backup, it hears so again.
pub(crate) fn contacts_erase(desk: &Desk, input: ContactsEraseInput) -> Result<Contacts, Problem> {
    let path = format!("/v1/contacts/{}/erase", input.id);
    let reason = input.reason;
    let body = json_body(&EraseAsk { reason })?;
    let word: Erased = desk.exchanger.ask("POST", &path, body)?;
    told(desk.replica.contacts_erased(&word))?;
    // Of what is erased nothing is read, so that no reason is kept. Should the line fall just now: it is erased all the same.
    let again = ContactsReadInput {
        id: input.id,
        reason: ReadReason::AskedByPerson,
    };
    let found = contacts_read(desk, again);
    Ok(found.unwrap_or_else(|_| Contacts {
        rows: Vec::new(),
        erased: Some(ContactsErased {
            at: word.at,
            reason,
            device: String::new(),
        }),
    }))
}
