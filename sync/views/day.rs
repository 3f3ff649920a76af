//! A crew's day: its open jobs in the order to do them.

use std::collections::BTreeMap;

use koina_model::calendar;
use koina_model::ids::Time;
use koina_model::lists::Lists;
use koina_model::reference::EmergencyPlan;
use koina_model::words::{Position, Status};
use rusqlite::params;
use serde::Serialize;
use ts_rs::TS;

use super::SAVED;
use super::map::{metres, whole_metres};
use super::requests::{COLUMNS, ROW_COLUMNS, RequestRow, read_row};
use crate::replica::{Replica, ReplicaError};

#[cfg(test)]
mod tests;

/// A crew's day.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Today {
    /// In the order to do them: what is under way, what the plan in force puts first, danger, what is planned for today or
    /// was for a day before, then what is due, and last what is planned for later; or, from where somebody stands, the way
    /// from one to the next.
    pub jobs: Vec<RequestRow>,
    /// To each job, in the same order, its way from the one before; empty without a place to begin from.
    pub ways: Vec<Option<Way>>,
    /// All open jobs of the crew, when there are more than were sent.
    pub total: u32,
    /// How many of the jobs, at the end of them, are planned for later.
    pub later: u32,
    /// Finished today by this crew.
    pub done: u32,
    /// When this device last heard from the server; `None` if never.
    pub as_of: Option<Time>,
}

/// How far a job is, as the crow flies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Way {
    pub metres: u32,
    /// Only its village is known.
    pub roughly: bool,
}

/// The part of jobs that are planned for later.
const LATER: usize = usize::MAX;
/// Jobs on a crew's day; the rest is in the list.
const TODAY_MAX: usize = 100;

struct Job {
    row: RequestRow,
    /// Where it is, and whether that is the middle of its village.
    at: Option<(f64, f64, bool)>,
    /// Which part of the day it belongs to: nothing of a later one comes before it for a shorter way.
    part: usize,
}

/// The part of a job: what is under way, then what the plan in force puts first, each kind a part of its own in the plan's order,
/// then danger (without a plan together with what is under way), then what the desk planned for today or before, then the rest,
/// and last what it planned for later.
fn part(row: &RequestRow, plan: Option<&EmergencyPlan>, today: &str) -> usize {
    const REST: usize = LATER - 1;
    const DAY: usize = REST - 1;
    const DANGER: usize = DAY - 1;
    let planned = plan.and_then(|plan| plan.first.iter().position(|code| *code == row.category));
    match planned {
        _ if row.status == Status::InProgress => 0,
        Some(place) => 1 + place,
        None if row.priority == 1 && plan.is_none() => 0,
        None if row.priority == 1 => DANGER,
        None => match row.day.as_deref() {
            Some(day) if day <= today => DAY,
            Some(_) => LATER,
            None => REST,
        },
    }
}

impl Replica {
    /// A crew's day, from where somebody stands if that is known.
    pub fn today(&self, near: Option<&Position>, now: Time) -> Result<Today, ReplicaError> {
        let identity = self.enrolled()?;
        let crew = identity.crew.clone().unwrap_or_default();
        let midnight = calendar::athens_date(now.0);
        let today = midnight.to_string();
        let as_of = self.exchanged_at()?;
        let lists = self.lists();
        let plan = lists.emergency();
        self.read(|db| {
            let mut rows = db.prepare_cached(&format!(
                "SELECT {COLUMNS}, {SAVED}, coalesce(v.lat, a.lat), coalesce(v.lon, a.lon)
                 FROM requests v LEFT JOIN assets a ON v.lat IS NULL AND a.doc = v.asset
                 WHERE v.crew = ?1 AND v.open = 1 AND v.status <> 'CANNOT_BE_DONE'
                 ORDER BY v.status <> 'IN_PROGRESS', v.priority, v.due_at, v.n"
            ))?;
            let jobs = rows.query_map([&crew], |row| {
                let there = row.get::<_, Option<f64>>(ROW_COLUMNS)?;
                let there = there.zip(row.get(ROW_COLUMNS + 1)?);
                let row = read_row(row, now)?;
                let at = there.map(|(lat, lon)| (lat, lon, false));
                let at = at.or_else(|| middle(&lists, &row.settlement));
                let part = part(&row, plan, &today);
                Ok(Job { row, at, part })
            })?;
            let mut jobs: Vec<Job> = jobs.collect::<Result<_, _>>()?;
            // A stable order: without a plan nothing moves.
            jobs.sort_by_key(|job| job.part);
            let total = u32::try_from(jobs.len()).unwrap_or(u32::MAX);
            let ways = near.map_or_else(Vec::new, |near| arrange(&mut jobs, near));
            let mut done = 0;
            let mut finished = db.prepare_cached(
                "SELECT status_at FROM requests WHERE crew = ?1 AND status = 'RESOLVED' AND status_at > ?2",
            )?;
            let finished = finished
                .query_map(params![crew, now.plus_days(-2).0], |row| row.get::<_, i64>(0))?;
            for at in finished {
                if calendar::athens_date(at?) == midnight {
                    done += 1;
                }
            }
            jobs.truncate(TODAY_MAX);
            let later = jobs.iter().filter(|job| job.part == LATER).count();
            Ok(Today {
                jobs: jobs.into_iter().map(|job| job.row).collect(),
                ways: ways.into_iter().take(TODAY_MAX).collect(),
                total,
                later: u32::try_from(later).unwrap_or(u32::MAX),
                done,
                as_of,
            })
        })
    }
}

fn middle(lists: &Lists, settlement: &str) -> Option<(f64, f64, bool)> {
    let found = lists.reference.settlement(settlement)?;
    Some((found.lat, found.lon, true))
}

/// Puts jobs into the order of the way: part by part, within each the nearest next; what nobody knows the
/// place of comes last of its kind, as it was.
fn arrange(jobs: &mut Vec<Job>, near: &Position) -> Vec<Option<Way>> {
    let mut parts: BTreeMap<usize, Vec<Job>> = BTreeMap::new();
    for job in jobs.drain(..) {
        parts.entry(job.part).or_default().push(job);
    }
    let mut here = *near;
    let mut ways = Vec::new();
    for mut part in parts.into_values() {
        while !part.is_empty() {
            let far = |job: &Job| {
                job.at
                    .map_or(f64::INFINITY, |(lat, lon, _)| metres(&here, lat, lon))
            };
            let next = part
                .iter()
                .enumerate()
                .min_by(|(_, a), (_, b)| far(a).total_cmp(&far(b)))
                .map_or(0, |(at, _)| at);
            let job = part.remove(next);
            ways.push(job.at.map(|(lat, lon, roughly)| {
                let metres = whole_metres(metres(&here, lat, lon));
                here = Position {
                    lat,
                    lon,
                    accuracy_m: None,
                };
                Way { metres, roughly }
            }));
            jobs.push(job);
        }
    }
    ways
}
