//! Assets: lists, cards, and what people do with them.

use koina_model::assets::acts::{Added, Inspection, Moved};
use koina_model::ids::DocId;
use koina_model::problem::Problem;
use koina_sync::views::assets::{AssetCard, AssetsPage, AssetsQuery, Due};

use crate::{
    AssetAddInput, AssetEditInput, AssetFaultInput, AssetInspectInput, AssetMoveInput,
    AssetRetireInput, Desk, FaultReported, Nothing, RecordInput, told,
};

pub(crate) fn assets_page(desk: &Desk, input: AssetsQuery) -> Result<AssetsPage, Problem> {
    told(desk.replica.assets_page(&input))
}

pub(crate) fn asset_card(desk: &Desk, input: RecordInput) -> Result<AssetCard, Problem> {
    told(desk.replica.asset_card(input.id, desk.now()))
}

/// The card after something was saved; the exchange is asked to run.
fn saved(desk: &Desk, id: DocId) -> Result<AssetCard, Problem> {
    desk.exchanger.soon();
    told(desk.replica.asset_card(id, desk.now()))
}

pub(crate) fn asset_add(desk: &Desk, input: AssetAddInput) -> Result<AssetCard, Problem> {
    let added = Added {
        kind: &input.kind,
        number: &input.number,
        name: &input.name,
        community: &input.community,
        settlement: &input.settlement,
        place_text: &input.place_text,
        position: input.position,
        note: &input.note,
    };
    let id = told(desk.replica.add_asset_with(
        &added,
        input.condition,
        &input.photos,
        input.draft.as_deref(),
        desk.now(),
    ))?;
    saved(desk, id)
}

pub(crate) fn asset_edit(desk: &Desk, input: AssetEditInput) -> Result<AssetCard, Problem> {
    let (number, name, note) = (
        input.number.as_deref(),
        input.name.as_deref(),
        input.note.as_deref(),
    );
    told(
        desk.replica
            .edit_asset(input.id, number, name, note, desk.now()),
    )?;
    saved(desk, input.id)
}

pub(crate) fn asset_inspect(desk: &Desk, input: AssetInspectInput) -> Result<AssetCard, Problem> {
    let inspection = Inspection {
        condition: input.condition,
        note: &input.note,
        values: input.values,
    };
    told(
        desk.replica
            .inspect_asset(input.id, &inspection, desk.now()),
    )?;
    saved(desk, input.id)
}

pub(crate) fn asset_fault(desk: &Desk, input: AssetFaultInput) -> Result<FaultReported, Problem> {
    let (id, number, same) = told(
        desk.replica
            .report_fault(input.id, &input.check, desk.now()),
    )?;
    desk.exchanger.soon();
    Ok(FaultReported { id, number, same })
}

pub(crate) fn inspections_due(desk: &Desk, _: Nothing) -> Result<Due, Problem> {
    told(desk.replica.inspections_due(desk.now()))
}

pub(crate) fn asset_move(desk: &Desk, input: AssetMoveInput) -> Result<AssetCard, Problem> {
    let moved = Moved {
        community: &input.community,
        settlement: &input.settlement,
        place_text: &input.place_text,
        position: input.position,
        note: &input.note,
    };
    told(desk.replica.move_asset(input.id, &moved, desk.now()))?;
    saved(desk, input.id)
}

pub(crate) fn asset_retire(desk: &Desk, input: AssetRetireInput) -> Result<AssetCard, Problem> {
    told(
        desk.replica
            .retire_asset(input.id, &input.reason, desk.now()),
    )?;
    saved(desk, input.id)
}
