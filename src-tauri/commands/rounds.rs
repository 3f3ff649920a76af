//! Rounds: everything that should be in a place is looked for, one after the other.

use koina_model::problem::Problem;
use koina_model::rounds::Round;
use koina_sync::views::rounds::{RoundPage, RoundQuery, RoundRow, RoundSeen, Rounds};

use crate::{
    Desk, RoundBeginInput, RoundEnded, RoundInput, RoundSeenInput, RoundUnseen, RoundsInput, told,
};

pub(crate) fn rounds(desk: &Desk, input: RoundsInput) -> Result<Rounds, Problem> {
    told(desk.replica.rounds(input.offset, input.limit, desk.now()))
}

pub(crate) fn round_begin(desk: &Desk, input: RoundBeginInput) -> Result<RoundRow, Problem> {
    let round = Round::begin(
        &input.community,
        &input.settlement,
        &input.kind,
        &input.place_text,
        &desk.replica.lists(),
        &told(desk.replica.author())?,
        desk.now(),
    )?;
    told(desk.replica.round(&round, desk.now()))
}

pub(crate) fn round(desk: &Desk, input: RoundInput) -> Result<RoundRow, Problem> {
    told(desk.replica.round(&input.round, desk.now()))
}

pub(crate) fn round_page(desk: &Desk, input: RoundQuery) -> Result<RoundPage, Problem> {
    told(desk.replica.round_page(&input, desk.now()))
}

pub(crate) fn round_seen(desk: &Desk, input: RoundSeenInput) -> Result<RoundSeen, Problem> {
    let seen = told(
        desk.replica
            .see_in_round(&input.round, input.id, desk.now()),
    )?;
    desk.exchanger.soon();
    Ok(seen)
}

pub(crate) fn round_unseen(desk: &Desk, input: RoundSeenInput) -> Result<RoundUnseen, Problem> {
    let (mine, row) = told(
        desk.replica
            .unsee_in_round(&input.round, input.id, desk.now()),
    )?;
    desk.exchanger.soon();
    Ok(RoundUnseen { mine, row })
}

pub(crate) fn round_end(desk: &Desk, input: RoundInput) -> Result<RoundEnded, Problem> {
    let (noted, row) = told(desk.replica.end_round(&input.round, desk.now()))?;
    desk.exchanger.soon();
    Ok(RoundEnded { noted, row })
}
