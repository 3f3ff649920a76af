//! How to reach whoever reported something: opened here, for the desk, never kept in the clear, corrected and erased by right.

use axum::response::Response;
use koina_model::ids::DocId;
use koina_model::problem::{FieldProblem, FieldRule, Problem};
use koina_sync::views::{CorrectAsk, EraseAsk, ExportAsk, ReadAsk};

use super::{Call, json};
use crate::log::Author;

fn named(call: &Call) -> Result<DocId, Problem> {
    let doc = call.param.as_deref().and_then(DocId::parse);
    doc.ok_or(Problem::NotFound)
}

pub(super) async fn read(call: Call) -> Result<Response, Problem> {
    let desk = call.device()?;
    let (doc, communities) = (named(&call)?, desk.communities.clone());
    let ReadAsk { reason } = call.json()?;
    let town = &call.app.town;
    let read = town.read_contacts(Author::of(desk), call.now, doc, reason, communities);
    json(&read.await?)
}

/// Records that may be the same person's.
pub(super) async fn same(call: Call) -> Result<Response, Problem> {
    let desk = call.device()?;
    let (doc, communities) = (named(&call)?, desk.communities.clone());
    let town = &call.app.town;
    let found = town.same_person(Author::of(desk), call.now, doc, communities);
    json(&found.await?)
}

/// What is kept of the person in this record and others that somebody said are theirs, for that person.
pub(super) async fn export(call: Call) -> Result<Response, Problem> {
    let desk = call.device()?;
    let (doc, communities) = (named(&call)?, desk.communities.clone());
    let ExportAsk { docs } = call.json()?;
    let town = &call.app.town;
    // What nothing tells to be theirs is not given out with it.
    let same = town.same_person(Author::of(desk), call.now, doc, communities.clone());
    let same = same.await?;
    let same = same.into_iter().map(|one| one.doc);
    let docs = std::iter::once(doc).chain(same.filter(|doc| docs.contains(doc)));
    let found = town.personal_data(Author::of(desk), call.now, docs.collect(), communities);
    json(&found.await?)
}

pub(super) async fn correct(call: Call) -> Result<Response, Problem> {
    let desk = call.device()?;
    let (doc, communities) = (named(&call)?, desk.communities.clone());
    let ask: CorrectAsk = call.json()?;
    let town = &call.app.town;
    let corrected = town.correct_contact(Author::of(desk), call.now, doc, ask, communities);
    json(&corrected.await?)
}

/// Erases them for good. The answer is the word that a restored server believes.
pub(super) async fn erase(call: Call) -> Result<Response, Problem> {
    let desk = call.device()?;
    let (doc, communities) = (named(&call)?, desk.communities.clone());
    let EraseAsk { reason } = call.json()?;
    if !reason.is_a_persons() {
        return Err(Problem::BadInput {
            fields: vec![FieldProblem {
                field: "reason".to_owned(),
                rule: FieldRule::Missing,
            }],
        });
    }
    let town = &call.app.town;
    let erased = town.erase_contacts(Author::of(desk), call.now, doc, reason, communities);
    json(&erased.await?)
}

/// How many there are, and for how long they are kept.
pub(super) async fn kept(call: Call) -> Result<Response, Problem> {
    json(&call.app.town.contacts_kept(call.now).await?)
}
