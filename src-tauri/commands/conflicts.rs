//! Conflicts: what people disagree about, decided once.

use koina_model::problem::Problem;
use koina_sync::views::conflicts::{ConflictRow, ConflictsPage};

use crate::{ConflictDecideInput, Desk, PageInput, told};

pub(crate) fn conflicts_page(desk: &Desk, input: PageInput) -> Result<ConflictsPage, Problem> {
    told(
        desk.replica
            .conflicts_page(&input.search, input.offset, input.limit),
    )
}

pub(crate) fn conflict_decide(
    desk: &Desk,
    input: ConflictDecideInput,
) -> Result<ConflictRow, Problem> {
    told(
        desk.replica
            .decide(input.id, &input.field, &input.key, &input.note, desk.now()),
    )?;
    desk.exchanger.soon();
    told(desk.replica.conflict(input.id))
}
