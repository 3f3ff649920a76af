//! How to reach whoever reported something: opened here, for the desk, never kept in the clear, and erased by right.

use axum::response::Response;
use koina_model::contacts::{Contact, EraseReason};
use koina_model::ids::DocId;
use koina_model::problem::{FieldProblem, FieldRule, Problem};
use koina_sync::courier;
use koina_sync::replica::CONTACT;
use koina_sync::views::{ContactRow, Contacts, ContactsErased, EraseAsk};

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
        let read = sealed.ok_or(Problem::NotFound)?;
        let opened = read.rows.into_iter().map(|row| {
            let contact =
                courier::open::<Contact>(CONTACT, std::slice::from_ref(&key), &row.sealed);
            ContactRow {
                // What cannot be opened was not sealed for us; that there is something is told all the same.
                contact: contact.ok(),
                device: row.device.map(|id| id.to_string()).unwrap_or_default(),
                at: row.at,
            }
        });
        Ok(Contacts {
            rows: opened.collect(),
            erased: read.erased.map(|erased| ContactsErased {
                at: erased.at,
                reason: erased.reason,
                device: erased.device.map(|id| id.to_string()).unwrap_or_default(),
            }),
        })
    });
    json(&opened.await?)
}

/// Erases them for good. The answer is the word that a restored server believes.
pub(super) async fn erase(call: Call) -> Result<Response, Problem> {
    let desk = call.device()?;
    let doc = call.param.as_deref().and_then(DocId::parse);
    let doc = doc.ok_or(Problem::NotFound)?;
    let EraseAsk { reason } = call.json()?;
    if reason == EraseReason::Unknown {
        return Err(Problem::BadInput {
            fields: vec![FieldProblem {
                field: "reason".to_owned(),
                rule: FieldRule::Missing,
            }],
        });
    }
    let town = &call.app.town;
    let word = town.erased(doc, call.now)?;
    let communities = desk.communities.clone();
    let erased = town
        .log
        .erase_contacts(Author::of(desk), word, reason, communities)
        .await?;
    json(&erased.ok_or(Problem::NotFound)?)
}
