//! Requests: lists, case files, and what the desk does with them.

use koina_model::ids::DocId;
use koina_model::problem::Problem;
use koina_model::requests::acts::{Charge, Edited, Entered};
use koina_sync::views::requests::{RequestCase, RequestsPage, RequestsQuery};
use koina_sync::views::similar::{Similar, SimilarQuery};

use crate::{
    Desk, RecordInput, RequestAnswerInput, RequestAssignInput, RequestCloseInput, RequestEditInput,
    RequestEnterInput, RequestEntered, RequestHeardInput, RequestReopenInput, RequestSupportInput,
    told,
};

pub(crate) fn requests_page(desk: &Desk, input: RequestsQuery) -> Result<RequestsPage, Problem> {
    told(desk.replica.requests_page(&input, desk.now()))
}

pub(crate) fn request_case(desk: &Desk, input: RecordInput) -> Result<RequestCase, Problem> {
    told(desk.replica.request_case(input.id, desk.now()))
}

/// The case after something was saved; the exchange is asked to run.
pub(crate) fn saved(desk: &Desk, id: DocId) -> Result<RequestCase, Problem> {
    desk.exchanger.soon();
    told(desk.replica.request_case(id, desk.now()))
}

pub(crate) fn request_enter(
    desk: &Desk,
    input: RequestEnterInput,
) -> Result<RequestEntered, Problem> {
    let entered = Entered {
        category: &input.category,
        community: &input.community,
        settlement: &input.settlement,
        place_text: &input.place_text,
        position: input.position,
        asset: input.asset,
        text: &input.text,
        channel: input.channel,
        register: input.register,
    };
    let (id, receipt_number) = told(desk.replica.enter_request_with(
        &entered,
        &input.photos,
        input.draft.as_deref(),
        desk.now(),
    ))?;
    desk.exchanger.soon();
    Ok(RequestEntered { id, receipt_number })
}

pub(crate) fn request_edit(desk: &Desk, input: RequestEditInput) -> Result<RequestCase, Problem> {
    let place = input
        .community
        .as_deref()
        .map(|community| (community, input.settlement.as_deref().unwrap_or_default()));
    let edited = Edited {
        category: input.category.as_deref(),
        place,
        place_text: input.place_text.as_deref(),
        text: input.text.as_deref(),
        priority: input.priority,
    };
    told(desk.replica.edit_request(input.id, &edited, desk.now()))?;
    saved(desk, input.id)
}

pub(crate) fn request_register(desk: &Desk, input: RecordInput) -> Result<RequestCase, Problem> {
    told(desk.replica.register_request(input.id, desk.now()))?;
    saved(desk, input.id)
}

pub(crate) fn request_assign(
    desk: &Desk,
    input: RequestAssignInput,
) -> Result<RequestCase, Problem> {
    told(desk.replica.assign_request(
        input.id,
        &Charge {
            department: &input.department,
            crew: &input.crew,
            day: &input.day,
            note: &input.note,
        },
        desk.now(),
    ))?;
    saved(desk, input.id)
}

pub(crate) fn request_answer(
    desk: &Desk,
    input: RequestAnswerInput,
) -> Result<RequestCase, Problem> {
    told(
        desk.replica
            .answer_request(input.id, &input.text, desk.now()),
    )?;
    saved(desk, input.id)
}

pub(crate) fn request_close(desk: &Desk, input: RequestCloseInput) -> Result<RequestCase, Problem> {
    told(desk.replica.close_request_seeing(
        input.id,
        &input.outcome,
        &input.note,
        input.supports,
        desk.now(),
    ))?;
    saved(desk, input.id)
}

pub(crate) fn request_reopen(
    desk: &Desk,
    input: RequestReopenInput,
) -> Result<RequestCase, Problem> {
    told(
        desk.replica
            .reopen_request(input.id, &input.reason, desk.now()),
    )?;
    saved(desk, input.id)
}

pub(crate) fn request_heard(desk: &Desk, input: RequestHeardInput) -> Result<RequestCase, Problem> {
    told(
        desk.replica
            .leave_closed(input.id, &input.note, input.supports, desk.now()),
    )?;
    saved(desk, input.id)
}

/// Open requests that may be about what is just being typed.
pub(crate) fn request_similar(desk: &Desk, input: SimilarQuery) -> Result<Similar, Problem> {
    told(desk.replica.similar(&input, desk.now()))
}

pub(crate) fn request_support(
    desk: &Desk,
    input: RequestSupportInput,
) -> Result<RequestCase, Problem> {
    told(desk.replica.support_request(
        input.id,
        input.channel,
        &input.text,
        &input.photos,
        input.draft.as_deref(),
        desk.now(),
    ))?;
    saved(desk, input.id)
}
