//! How to reach whoever reported something: opened here, for the desk, and never kept in the clear.

use axum::response::Response;
use koina_model::contacts::Contact;
use koina_model::ids::DocId;
use koina_model::problem::Problem;
use koina_sync::courier;
use koina_sync::replica::CONTACT;
use koina_sync::views::ContactRow;

use super::{Call, json};
use crate::log::Author;

pub(super) async fn read(call: Call) -> Result<Response, Problem> {
    let desk = call.device()?;
    let doc = call.param.as_deref().and_then(DocId::parse);
    let doc = doc.ok_or(Problem::NotFound)?;
    let town = &call.app.town;
    let communities = desk.communities.clone();
    let sealed = town
        .log
        .contacts(Author::of(desk), call.now, doc, communities)
        .await?;
    let key = town.courier_key();
    let opened = crate::apart(move || {
        let rows = sealed.ok_or(Problem::NotFound)?.into_iter();
        let opened = rows.map(|row| {
            let contact =
                courier::open::<Contact>(CONTACT, std::slice::from_ref(&key), &row.sealed);
            ContactRow {
                // What cannot be opened was not sealed for us; that there is something is told all the same.
                contact: contact.ok(),
                device: row.device.map(|id| id.to_string()).unwrap_or_default(),
                at: row.at,
            }
        });
        Ok(opened.collect::<Vec<_>>())
    });
    json(&opened.await?)
}
