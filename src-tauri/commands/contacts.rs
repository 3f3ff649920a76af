//! Who is to be told about a request: asked of the server, which writes down that somebody read it.

use koina_model::problem::Problem;
use koina_sync::views::ContactRow;

use crate::devices::device_name;
use crate::{Contacts, Desk, RecordInput};

pub(crate) fn contacts_read(desk: &Desk, input: RecordInput) -> Result<Contacts, Problem> {
    let path = format!("/v1/contacts/{}/read", input.id);
    let mut rows: Vec<ContactRow> = desk.exchanger.ask("POST", &path, Vec::new())?;
    for row in &mut rows {
        row.device = device_name(desk, &row.device);
    }
    Ok(Contacts { rows })
}
