//! Work: what the desk plans, a crew's day and the steps of a job.

use koina_model::limits::Fields;
use koina_model::problem::{FieldRule, Problem};
use koina_model::requests::acts::{Charge, Step, day_of};
use koina_sync::views::day::Today;
use koina_sync::views::requests::RequestCase;

use crate::requests::saved;
use crate::{
    CrewLoads, Desk, NotPlanned, PLAN_MAX, PlanDayInput, PlanInput, PlanJob, Planned, TodayInput,
    WorkInput, WorkStep, told,
};

pub(crate) fn plan_loads(desk: &Desk, input: PlanDayInput) -> Result<CrewLoads, Problem> {
    let day = day_of(&input.day).map_or_else(String::new, |day| day.to_string());
    let crews = told(desk.replica.crew_loads(&day, desk.now()))?;
    Ok(CrewLoads { day, crews })
}

pub(crate) fn plan_save(desk: &Desk, input: PlanInput) -> Result<Planned, Problem> {
    let mut fields = Fields::default();
    if input.jobs.is_empty() {
        fields.wrong("jobs", FieldRule::Missing);
    } else if input.jobs.len() > PLAN_MAX {
        let max = i32::try_from(PLAN_MAX).unwrap_or(i32::MAX);
        fields.wrong("jobs", FieldRule::OutOfRange { min: 1, max });
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
    for job in input.jobs {
        let id = job.id;
        match plan_one(desk, &job, &charge) {
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

fn plan_one(desk: &Desk, job: &PlanJob, charge: &Charge<'_>) -> Result<(), Problem> {
    let now = desk.now();
    let row = told(desk.replica.request_row(job.id, now))?;
    if !row.open {
        return Err(Problem::AlreadyClosed);
    }
    if row.crew != job.crew || row.status != job.status {
        return Err(Problem::ChangedMeanwhile);
    }
    told(desk.replica.assign_request(job.id, charge, now))
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
