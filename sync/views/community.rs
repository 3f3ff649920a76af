//! A community (δημοτική κοινότητα): how it stands now, and what a month brought. Counts only, and words that may be published:
//! so that it can be shown to residents once somebody has read it.

use koina_model::calendar::{self, athens_date};
use koina_model::ids::{DocId, Time};
use koina_model::problem::{FieldRule, Problem};
use rusqlite::{Connection, Params, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::SAVED;
use super::requests::{COLUMNS, ROW_COLUMNS, RequestRow, read_row, rows_where};
use crate::replica::{Replica, ReplicaError};

#[cfg(test)]
mod tests;

/// How a community stands now.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct CommunityNow {
    pub community: String,
    /// Requests that somebody has to do something about, proposals too.
    pub open: u32,
    /// Of these, past the time that the municipality gave itself.
    pub late: u32,
    /// Done since the first of this month.
    pub done: u32,
    /// The first load is not over: there is more than is counted here.
    pub loading: bool,
    /// Open for longest, the oldest first, without proposals; five at most.
    pub oldest: Vec<RequestRow>,
    /// When this device last heard from the server; `None` if never.
    pub as_of: Option<Time>,
}

/// Which month of which community.
#[derive(Clone, Debug, PartialEq, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CommunityMonth {
    pub community: String,
    /// YYYY-MM.
    pub month: String,
}

/// What a month brought to a community.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct CommunityReport {
    pub community: String,
    /// YYYY-MM.
    pub month: String,
    /// The month is not over yet.
    pub unfinished: bool,
    /// The first load is not over: there is more than is counted here.
    pub loading: bool,
    /// By subject, most received first; without subjects that had nothing.
    pub groups: Vec<GroupMonth>,
    pub total: MonthCount,
    /// Of what was asked for and done in the month, half took no longer than so many days of the calendar from its receipt; `None`
    /// when nothing was done.
    pub median_days: Option<u32>,
    /// Memos of work that was done in the month, by day; the first 500 of them.
    pub memos: Vec<MemoRow>,
    pub memos_in_all: u32,
    /// Faults of the month against which measures were taken at once; the first 500 of them.
    pub urgent: Vec<RequestRow>,
    pub urgent_in_all: u32,
    /// Open now for longest, the oldest first, without proposals; ten at most.
    pub oldest: Vec<RequestRow>,
    /// When this device last heard from the server; `None` if never.
    pub as_of: Option<Time>,
}

/// Requests of a month. What began with a memo was asked for by nobody: it counts only while it is open again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
pub struct MonthCount {
    /// Received in the month.
    pub received: u32,
    /// Done in the month, whenever received, and not opened again.
    pub done: u32,
    /// Ended otherwise in the month: rejected, forwarded, withdrawn, joined with another.
    pub ended: u32,
    /// Open now, whenever received.
    pub open: u32,
    /// Of these, past the time that the municipality gave itself.
    pub late: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct GroupMonth {
    /// Code of the category group; empty where the category is on no list.
    pub group: String,
    pub count: MonthCount,
}

/// A memo of work that was done.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct MemoRow {
    pub id: DocId,
    /// The event that says so: a request may have several.
    pub event: String,
    pub receipt_number: String,
    pub protocol_number: String,
    pub category: String,
    pub settlement: String,
    pub place_text: String,
    /// YYYY-MM-DD.
    pub on: String,
    /// Who did it, and what was done, in the community's words. What a resident had said is not here.
    pub by: String,
    pub note: String,
    /// The request is open now: somebody says that the trouble is still there.
    pub open: bool,
}

/// Works that a community proposes.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Proposals {
    /// Open ones: those with a place in the council's order first, in it, then the newest. The first 200 of them.
    pub open: Vec<ProposalRow>,
    pub open_in_all: u32,
    /// Answered ones, the newest first. The first 200 of them.
    pub closed: Vec<ProposalRow>,
    pub closed_in_all: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct ProposalRow {
    pub row: RequestRow,
    /// In cents of a euro; `None` where it was not said.
    #[ts(type = "number | null")]
    pub cost: Option<i64>,
    /// Where the council put it, from 1; 0: nowhere yet.
    pub rank: u32,
}

/// Proposals of one kind in a list.
const PROPOSALS_MAX: i64 = 200;
/// Rows of one kind in a report.
const ROWS_MAX: i64 = 500;
const OLDEST_MAX: i64 = 10;
const OLDEST_NOW_MAX: i64 = 5;

/// From the first moment of a month to the first of the next, in Athens, and what days of it begin with.
struct Month {
    from: Time,
    to: Time,
    name: String,
}

impl Month {
    /// Reads YYYY-MM.
    fn read(text: &str) -> Result<Self, Problem> {
        let parts = text.split_once('-').and_then(|(year, month)| {
            let digits = year.len() == 4 && month.len() == 2;
            let digits = digits
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'-');
            let (year, month): (i16, i8) = (year.parse().ok()?, month.parse().ok()?);
            digits.then_some((year, month))
        });
        let moments = parts.and_then(|(year, month)| {
            let (after, next) = match month {
                12 => (year.checked_add(1)?, 1),
                _ => (year, month + 1),
            };
            let midnight = |year, month| calendar::clock_moment((year, month, 1), (0, 0, 0), None);
            Some((midnight(year, month)?, midnight(after, next)?))
        });
        let (from, to) = moments.ok_or_else(|| Problem::field("month", FieldRule::NotADate))?;
        Ok(Self {
            from,
            to,
            name: text.to_owned(),
        })
    }

    /// What its days are between, as text.
    fn days(&self) -> (String, String) {
        (format!("{}-", self.name), format!("{}.", self.name))
    }

    /// The month of a moment.
    fn of(now: Time) -> Result<Self, Problem> {
        let day = athens_date(now.0);
        Self::read(&format!("{:04}-{:02}", day.year(), day.month()))
    }
}

impl Replica {
    /// How the communities of this device stand.
    pub fn communities_now(&self, now: Time) -> Result<Vec<CommunityNow>, ReplicaError> {
        let mine = self.enrolled()?.communities.clone();
        let (as_of, loading) = self.heard_so_far()?;
        let proposals = self.proposal_category();
        let month = Month::of(now)?;
        self.read(|db| {
            let mut all = Vec::new();
            for community in mine {
                let (open, late, done) = db
                    .prepare_cached(
                        "SELECT coalesce(sum(open = 1), 0), coalesce(sum(open = 1 AND due_at < ?2), 0),
                                coalesce(sum(began_done = 0 AND status = 'RESOLVED' AND status_at >= ?3 AND status_at < ?4), 0)
                         FROM requests WHERE community = ?1",
                    )?
                    .query_row(params![community, now.0, month.from.0, month.to.0], |row| {
                        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                    })?;
                all.push(CommunityNow {
                    oldest: oldest(db, &community, &proposals, OLDEST_NOW_MAX, now)?,
                    loading,
                    community,
                    open,
                    late,
                    done,
                    as_of,
                });
            }
            Ok(all)
        })
    }

    /// When this device last heard from the server, and whether its first load is still under way.
    fn heard_so_far(&self) -> Result<(Option<Time>, bool), ReplicaError> {
        let as_of = self.exchanged_at()?;
        let (_, _, first) = self.standing()?;
        Ok((as_of, as_of.is_some() && first.is_some()))
    }

    /// The category of proposals for works; no request has the empty one.
    fn proposal_category(&self) -> String {
        let lists = self.lists();
        let mut categories = lists.reference.categories.iter();
        let found = categories.find(|category| category.community_only);
        found.map_or_else(String::new, |category| category.code.clone())
    }

    /// Works that a community proposes, in the order of its council.
    pub fn proposals(&self, community: &str, now: Time) -> Result<Proposals, ReplicaError> {
        let category = self.proposal_category();
        self.read(|db| {
            let in_all = |open: bool| {
                let which = "community = ?1 AND category = ?2 AND open = ?3";
                how_many(db, "requests", which, params![community, category, open])
            };
            let list = |open: bool, order: &str| -> Result<Vec<ProposalRow>, ReplicaError> {
                let mut rows = db.prepare_cached(&format!(
                    "SELECT {COLUMNS}, {SAVED}, v.cost, v.rank FROM requests v
                     WHERE v.community = ?1 AND v.category = ?2 AND v.open = ?3 ORDER BY {order} LIMIT ?4"
                ))?;
                let rows = rows.query_map(
                    params![community, category, open, PROPOSALS_MAX],
                    |row| {
                        let cost: i64 = row.get(ROW_COLUMNS)?;
                        Ok(ProposalRow {
                            cost: Some(cost).filter(|cost| *cost > 0),
                            rank: row.get(ROW_COLUMNS + 1)?,
                            row: read_row(row, now)?,
                        })
                    },
                )?;
                Ok(rows.collect::<Result<_, _>>()?)
            };
            Ok(Proposals {
                open: list(true, "v.rank = 0, v.rank, v.received_at DESC, v.n")?,
                open_in_all: in_all(true)?,
                closed: list(false, "v.received_at DESC, v.n")?,
                closed_in_all: in_all(false)?,
            })
        })
    }

    /// What a month brought to a community.
    pub fn community_report(
        &self,
        asked: &CommunityMonth,
        now: Time,
    ) -> Result<CommunityReport, ReplicaError> {
        if self.lists().reference.community(&asked.community).is_none() {
            return Err(Problem::field("community", FieldRule::NotOnAList).into());
        }
        let month = Month::read(&asked.month)?;
        let (as_of, loading) = self.heard_so_far()?;
        let proposals = self.proposal_category();
        let community = asked.community.as_str();
        self.read(|db| {
            let groups = groups(db, community, &month, now)?;
            let mut total = MonthCount::default();
            for GroupMonth { count, .. } in &groups {
                total.received += count.received;
                total.done += count.done;
                total.ended += count.ended;
                total.open += count.open;
                total.late += count.late;
            }
            Ok(CommunityReport {
                community: community.to_owned(),
                month: month.name.clone(),
                unfinished: now < month.to,
                groups,
                total,
                loading,
                median_days: median_days(db, community, &proposals, &month)?,
                memos: memos(db, community, &month)?,
                memos_in_all: how_many(
                    db,
                    "memos m JOIN requests v ON v.n = m.n",
                    "v.community = ?1 AND m.day >= ?2 AND m.day < ?3",
                    params![community, month.days().0, month.days().1],
                )?,
                urgent_in_all: how_many(
                    db,
                    "requests",
                    "community = ?1 AND urgent = 1 AND received_at >= ?2 AND received_at < ?3",
                    params![community, month.from.0, month.to.0],
                )?,
                urgent: rows_where(
                    db,
                    "v.community = ?1 AND v.urgent = 1 AND v.received_at >= ?3 AND v.received_at < ?4
                     ORDER BY v.received_at, v.n LIMIT ?2",
                    params![community, ROWS_MAX, month.from.0, month.to.0],
                    now,
                )?,
                oldest: oldest(db, community, &proposals, OLDEST_MAX, now)?,
                as_of,
            })
        })
    }
}

fn how_many(
    db: &Connection,
    rows: &str,
    which: &str,
    values: impl Params,
) -> Result<u32, ReplicaError> {
    let mut count = db.prepare_cached(&format!("SELECT count(*) FROM {rows} WHERE {which}"))?;
    Ok(count.query_row(values, |row| row.get(0))?)
}

fn groups(
    db: &Connection,
    community: &str,
    month: &Month,
    now: Time,
) -> Result<Vec<GroupMonth>, ReplicaError> {
    let mut rows = db.prepare_cached(
        "WITH counts AS (
            SELECT grp, sum(began_done = 0 AND received_at >= ?2 AND received_at < ?3) AS received,
                sum(began_done = 0 AND status = 'RESOLVED' AND status_at >= ?2 AND status_at < ?3) AS done,
                sum(began_done = 0 AND open = 0 AND status <> 'RESOLVED' AND status_at >= ?2 AND status_at < ?3) AS ended,
                sum(open = 1) AS open, sum(open = 1 AND due_at < ?4) AS late
            FROM requests WHERE community = ?1 GROUP BY grp)
         SELECT * FROM counts WHERE received + done + ended + open > 0 ORDER BY received DESC, open DESC, grp",
    )?;
    let rows = rows.query_map(params![community, month.from.0, month.to.0, now.0], |row| {
        Ok(GroupMonth {
            group: row.get(0)?,
            count: MonthCount {
                received: row.get(1)?,
                done: row.get(2)?,
                ended: row.get(3)?,
                open: row.get(4)?,
                late: row.get(5)?,
            },
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The days of the calendar that half of what was asked for and done in the month took at most.
fn median_days(
    db: &Connection,
    community: &str,
    proposals: &str,
    month: &Month,
) -> Result<Option<u32>, ReplicaError> {
    let mut rows = db.prepare_cached(
        "SELECT received_at, status_at FROM requests WHERE community = ?1 AND status = 'RESOLVED'
            AND status_at >= ?2 AND status_at < ?3 AND began_done = 0 AND category <> ?4",
    )?;
    let days = rows.query_map(
        params![community, month.from.0, month.to.0, proposals],
        |row| Ok((athens_date(row.get(0)?), athens_date(row.get(1)?))),
    )?;
    let mut took = Vec::new();
    for pair in days {
        let (received, done) = pair?;
        // A clock that was wrong counts as the same day.
        took.push(u32::try_from(received.duration_until(done).as_hours() / 24).unwrap_or(0));
    }
    took.sort_unstable();
    Ok(took.get(took.len().saturating_sub(1) / 2).copied())
}

fn memos(db: &Connection, community: &str, month: &Month) -> Result<Vec<MemoRow>, ReplicaError> {
    let mut rows = db.prepare_cached(
        "SELECT v.doc, v.receipt, v.protocol, v.category, v.settlement, v.spot, m.day, m.by, m.note, v.open, v.began_done, v.text, lower(hex(m.event))
         FROM memos m JOIN requests v ON v.n = m.n
         WHERE v.community = ?1 AND m.day >= ?2 AND m.day < ?3 ORDER BY m.day, v.received_at, v.n, m.event LIMIT ?4",
    )?;
    let (from, to) = month.days();
    let rows = rows.query_map(params![community, from, to, ROWS_MAX], |row| {
        let doc: Vec<u8> = row.get(0)?;
        let note: String = row.get(8)?;
        let began_done: bool = row.get(10)?;
        Ok(MemoRow {
            id: DocId::from_slice(&doc).unwrap_or(DocId(uuid::Uuid::nil())),
            receipt_number: row.get(1)?,
            protocol_number: row.get(2)?,
            category: row.get(3)?,
            settlement: row.get(4)?,
            place_text: row.get(5)?,
            on: row.get(6)?,
            by: row.get(7)?,
            // What the community itself typed, where the request began with the memo.
            note: if note.is_empty() && began_done {
                row.get(11)?
            } else {
                note
            },
            open: row.get(9)?,
            event: row.get(12)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn oldest(
    db: &Connection,
    community: &str,
    proposals: &str,
    most: i64,
    now: Time,
) -> Result<Vec<RequestRow>, ReplicaError> {
    rows_where(
        db,
        "v.community = ?1 AND v.open = 1 AND v.category <> ?3 ORDER BY v.received_at, v.n LIMIT ?2",
        params![community, most, proposals],
        now,
    )
}
