//! Work: a crew's day and the steps of a job.

use koina_model::problem::Problem;
use koina_model::requests::acts::Step;
use koina_sync::views::day::Today;
use koina_sync::views::requests::RequestCase;

use crate::requests::saved;
use crate::{Desk, TodayInput, WorkInput, WorkStep, told};

pub(crate) fn today(desk: &Desk, input: TodayInput) -> Result<Today, Problem> {
    told(desk.replica.today(input.near.as_ref(), desk.now()))
}

pub(crate) fn work_record(desk: &Desk, input: WorkInput) -> Result<RequestCase, Problem> {
    let step = match &input.step {
        WorkStep::Start => Step::Start,
        WorkStep::Pause { reason } => Step::Pause { reason },
        WorkStep::Done { note, no_photos } => Step::Done { note, no_photos },
        WorkStep::Impossible { reason, note } => Step::Impossible { reason, note },
        WorkStep::Material {
            name,
            quantity,
            unit,
        } => Step::Material {
            name,
            quantity,
            unit,
        },
        WorkStep::Note { text } => Step::Note { text },
    };
    told(
        desk.replica
            .record_work_seeing(input.id, &step, input.supports, desk.now()),
    )?;
    saved(desk, input.id)
}
