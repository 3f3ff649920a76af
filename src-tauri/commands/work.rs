//! Work: what the desk plans, a crew's day and the steps of a job.

use koina_model::limits::Fields;
use koina_model::problem::{FieldRule, Problem};
use koina_model::requests::acts::{Charge, Step};
use koina_sync::views::day::Today;
use koina_sync::views::requests::RequestCase;

use crate::requests::saved;
use crate::{
    CrewLoads, Desk, NotPlanned, PLAN_MAX, PlanDayInput, PlanInput, Planned, TodayInput, WorkInput,
    WorkStep, told,
};

pub(crate) fn plan_loads(desk: &Desk, input: PlanDayInput) -> Result<CrewLoads, Problem> {
    let crews = told(desk.replica.crew_loads(input.day.trim(), desk.now()))?;
    Ok(CrewLoads { crews })
}

pub(crate) fn plan_save(desk: &Desk, input: PlanInput) -> Result<Planned, Problem> {
    let mut fields = Fields::default();
    if input.ids.is_empty() {
        fields.wrong("ids", FieldRule::Missing);
    } else if input.ids.len() > PLAN_MAX {
        let max = i32::try_from(PLAN_MAX).unwrap_or(i32::MAX);
        fields.wrong("ids", FieldRule::OutOfRange { min: 1, max });
    }
    let lists = desk.replica.lists();
    let crew = lists.crews.iter().find(|crew| crew.id == input.crew);
    if crew.is_none() {
        let rule = match input.crew.is_empty() {
            true => FieldRule::Missing,
            false => FieldRule::NotOnAList,
        };
        fields.wrong("crew", rule);
    }
    fields.done()?;
    let charge = Charge {
        department: crew.map_or("", |crew| crew.department.as_str()),
        crew: &input.crew,
        day: &input.day,
        note: &input.note,
    };
    let mut planned = Planned {
        saved: Vec::new(),
        refused: Vec::new(),
    };
    for id in input.ids {
        match told(desk.replica.assign_request(id, &charge, desk.now())) {
            Ok(()) => planned.saved.push(id),
            // What is wrong with the plan itself is wrong for all of them.
            Err(problem @ (Problem::BadInput { .. } | Problem::NotAllowed { .. }))
                if planned.saved.is_empty() =>
            {
                return Err(problem);
            }
            Err(why) => planned.refused.push(NotPlanned { id, why }),
        }
    }
    if !planned.saved.is_empty() {
        desk.exchanger.soon();
    }
    Ok(planned)
}

pub(crate) fn today(desk: &Desk, input: TodayInput) -> Result<Today, Problem> {
    told(desk.replica.today(input.near.as_ref(), desk.now()))
}

pub(crate) fn work_record(desk: &Desk, input: WorkInput) -> Result<RequestCase, Problem> {
    let step = match &input.step {
        WorkStep::Start { team } => Step::Start { team },
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
