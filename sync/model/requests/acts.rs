//! What people do with a request: each reads its state and returns what to write, or why not.

use jiff::civil::Date;
use serde::Serialize;
use ts_rs::TS;

use crate::applications::day;
use crate::calendar::athens_date;
use crate::doc::Writes;
use crate::ids::{DocId, Time};
use crate::limits::{CODE_MAX, Fields, NAME_MAX, NOTE_MAX, PLACE_TEXT_MAX, TEXT_MAX, both};
use crate::lists::Lists;
use crate::permits::{Author, Permit, Role};
use crate::photos::{self, Moment, Photo};
use crate::place::{Place, is_on_earth};
use crate::problem::{FieldRule, Problem};
use crate::reference::{Category, Need};
use crate::words::{Channel, Outcome, Position};

use super::{NewRequest, Request, What, keys};

#[cfg(test)]
mod tests;

/// A request as it was typed.
#[derive(Clone, Debug)]
pub struct Entered<'a> {
    pub category: &'a str,
    pub community: &'a str,
    pub settlement: &'a str,
    pub place_text: &'a str,
    pub position: Option<Position>,
    pub asset: Option<DocId>,
    pub text: &'a str,
    pub channel: Channel,
    pub register: bool,
}

/// Refuses what the author may not do.
pub(crate) fn needs(author: &Author, permit: Permit) -> Result<(), Problem> {
    if author.role.may(permit) {
        Ok(())
    } else {
        Err(Problem::NotAllowed { needs: permit })
    }
}

/// Checks a new request and makes it ready to write. The receipt number is given by the station.
pub fn enter(
    entered: &Entered<'_>,
    lists: &Lists,
    author: &Author,
    id: DocId,
    now: Time,
) -> Result<NewRequest, Problem> {
    needs(author, Permit::EnterRequests)?;
    if entered.register {
        needs(author, Permit::EnterRegistered)?;
    }
    let mut fields = Fields::default();
    let category = lists.reference.category(entered.category);
    match category {
        _ if entered.category.is_empty() => fields.wrong("category", FieldRule::Missing),
        None => fields.wrong("category", FieldRule::NotOnAList),
        Some(category) if category.community_only && author.role != Role::Community => {
            fields.wrong("category", FieldRule::NotOnAList);
        }
        Some(_) => {}
    }
    let place_needed = category.is_some_and(|category| category.place == Need::Required);
    let place = check_place(
        &mut fields,
        entered.community,
        entered.settlement,
        place_needed,
        lists,
        author,
    );
    let place_text = fields.text("place_text", entered.place_text, PLACE_TEXT_MAX);
    let text = fields.text("text", entered.text, TEXT_MAX);
    check_position(&mut fields, entered.position.as_ref(), lists);
    fields.done()?;
    let category = category.ok_or(Problem::NotFound)?;
    Ok(NewRequest {
        id,
        category: category.code.clone(),
        place,
        place_text,
        position: entered.position,
        asset: entered.asset,
        text,
        channel: entered.channel,
        receipt_number: String::new(),
        received_at: now,
        register: entered.register,
        has_contact: false,
        priority: category.priority,
        department: category.department.clone(),
        cost: None,
    })
}

/// Checks a community and a settlement of it.
pub(crate) fn check_place(
    fields: &mut Fields,
    community: &str,
    settlement: &str,
    needed: bool,
    lists: &Lists,
    author: &Author,
) -> Place {
    if community.is_empty() {
        // A device that holds some communities only could not keep a record of none.
        if needed || !author.communities.is_empty() {
            fields.wrong("community", FieldRule::Missing);
        }
        if !settlement.is_empty() {
            fields.wrong("settlement", FieldRule::NotOnAList);
        }
        return Place::default();
    }
    if lists.reference.community(community).is_none() {
        fields.wrong("community", FieldRule::NotOnAList);
    } else if !author.serves(community) {
        fields.wrong("community", FieldRule::OutsideMunicipality);
    }
    if !settlement.is_empty()
        && lists
            .reference
            .settlement(settlement)
            .is_none_or(|found| found.community != community)
    {
        fields.wrong("settlement", FieldRule::NotOnAList);
    }
    Place::new(community, settlement)
}

pub(crate) fn check_position(fields: &mut Fields, position: Option<&Position>, lists: &Lists) {
    let Some(position) = position else {
        return;
    };
    if !is_on_earth(position) {
        let (min, max) = (-180, 180);
        fields.wrong("position", FieldRule::OutOfRange { min, max });
    } else if !lists.reference.municipality.is_near(position) {
        fields.wrong("position", FieldRule::OutsideMunicipality);
    }
}

/// What of a request is corrected. `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Edited<'a> {
    pub category: Option<&'a str>,
    pub place: Option<(&'a str, &'a str)>,
    pub place_text: Option<&'a str>,
    pub text: Option<&'a str>,
    pub priority: Option<u8>,
}

/// Corrects a request. Values that stay the same are not written, so that they cannot clash with anybody's.
pub fn edit(
    request: &Request,
    edited: &Edited<'_>,
    lists: &Lists,
    author: &Author,
) -> Result<Writes, Problem> {
    needs(author, Permit::EditRequests)?;
    let mut fields = Fields::default();
    let mut writes = Writes::new();
    if let Some(category) = edited.category.filter(|new| *new != request.category) {
        let lists = &lists.reference;
        // A proposal stays one, and nothing else becomes one.
        if lists.category(category).is_none()
            || lists.is_proposal(category)
            || lists.is_proposal(&request.category)
        {
            fields.wrong("category", FieldRule::NotOnAList);
        }
        writes.push((keys::CATEGORY.into(), category.into()));
    }
    if let Some((community, settlement)) = edited.place {
        let category = lists
            .reference
            .category(edited.category.unwrap_or(&request.category));
        let needed = category.is_some_and(|category| category.place == Need::Required);
        let place = check_place(&mut fields, community, settlement, needed, lists, author);
        if place != request.place {
            writes.push((keys::PLACE.into(), place.to_text().into()));
        }
    }
    if let Some(text) = edited.place_text {
        let text = fields.text("place_text", text, PLACE_TEXT_MAX);
        if text != request.place_text {
            writes.push((keys::PLACE_TEXT.into(), text.into()));
        }
    }
    if let Some(text) = edited.text {
        let text = fields.text("text", text, TEXT_MAX);
        if text != request.text {
            writes.push((keys::TEXT.into(), text.into()));
        }
    }
    if let Some(priority) = edited.priority.filter(|new| *new != request.priority) {
        if !(1..=4).contains(&priority) {
            fields.wrong("priority", FieldRule::OutOfRange { min: 1, max: 4 });
        }
        writes.push((keys::PRIORITY.into(), i64::from(priority).into()));
    }
    fields.done()?;
    Ok(writes)
}

/// Asks for a protocol number; the server gives it at the next exchange. Asking twice changes nothing.
pub fn register(request: &Request, author: &Author) -> Result<Writes, Problem> {
    needs(author, Permit::RegisterRequests)?;
    Ok(if request.register {
        Writes::new()
    } else {
        vec![(keys::REGISTER.into(), true.into())]
    })
}

/// Whom a request is charged to.
#[derive(Clone, Copy, Debug)]
pub struct Charge<'a> {
    pub department: &'a str,
    /// Empty when the department decides.
    pub crew: &'a str,
    /// The day a crew is to do it, as typed; empty: none.
    pub day: &'a str,
    pub note: &'a str,
}

impl<'a> Charge<'a> {
    /// To these, on no day and without a note.
    pub fn to(department: &'a str, crew: &'a str) -> Self {
        Self {
            department,
            crew,
            day: "",
            note: "",
        }
    }
}

/// Charges a request to a department and, if wanted, to one of its crews (χρέωση), on a day of today or later.
pub fn assign(
    request: &Request,
    charge: &Charge<'_>,
    lists: &Lists,
    author: &Author,
    now: Time,
) -> Result<What, Problem> {
    let Charge {
        department,
        crew,
        day,
        note,
    } = *charge;
    needs(author, Permit::AssignRequests)?;
    let mut fields = Fields::default();
    if department.is_empty() {
        fields.wrong("department", FieldRule::Missing);
    } else if lists.reference.department(department).is_none() {
        fields.wrong("department", FieldRule::NotOnAList);
    }
    if !crew.is_empty() && !lists.crews.iter().any(|known| known.id == crew) {
        fields.wrong("crew", FieldRule::NotOnAList);
    }
    let planned = day_of(day);
    if !day.trim().is_empty() {
        if crew.is_empty() {
            fields.wrong("crew", FieldRule::Missing);
        }
        let today = athens_date(now.0);
        match planned {
            // What was planned before stays, late as it is.
            Some(day) if day >= today || request.day == Some(day) => {}
            Some(_) => {
                let first = today.to_string();
                fields.wrong("day", FieldRule::TooEarly { first });
            }
            None => fields.wrong("day", FieldRule::NotADate),
        }
    }
    let note = fields.text("note", note, NOTE_MAX);
    fields.done()?;
    if !request.is_open() {
        return Err(Problem::AlreadyClosed);
    }
    Ok(What::Assigned {
        department: department.to_owned(),
        crew: crew.to_owned(),
        day: planned.map(|day| day.to_string()).unwrap_or_default(),
        note,
    })
}

/// Answers in public.
pub fn answer(text: &str, author: &Author) -> Result<What, Problem> {
    needs(author, Permit::AnswerRequests)?;
    let mut fields = Fields::default();
    let text = fields.needed("text", text, TEXT_MAX);
    fields.done()?;
    Ok(What::Answered { text })
}

/// Closes a request with an outcome. The desk only; crews report work done instead.
pub fn close(
    request: &Request,
    id: DocId,
    outcome: &Outcome,
    note: &str,
    lists: &Lists,
    author: &Author,
) -> Result<What, Problem> {
    needs(author, Permit::CloseRequests)?;
    let mut fields = Fields::default();
    let outcome = match outcome {
        Outcome::Rejected { reason } => {
            if !lists
                .reference
                .reject_reasons
                .iter()
                .any(|known| &known.code == reason)
            {
                fields.wrong(
                    "reason",
                    if reason.is_empty() {
                        FieldRule::Missing
                    } else {
                        FieldRule::NotOnAList
                    },
                );
            }
            outcome.clone()
        }
        Outcome::Duplicate { of } if *of == id => {
            fields.wrong("of", FieldRule::Unknown);
            outcome.clone()
        }
        Outcome::Forwarded { to } => Outcome::Forwarded {
            to: fields.needed("to", to, NAME_MAX),
        },
        other => other.clone(),
    };
    let note = fields.text("note", note, NOTE_MAX);
    fields.done()?;
    let done_by_crew = request
        .events
        .iter()
        .any(|(_, _, event)| matches!(event.what, What::Closed { .. }));
    if !request.is_open() && done_by_crew {
        return Err(Problem::AlreadyClosed);
    }
    Ok(What::Closed { outcome, note })
}

/// Notes that somebody else reports the same («Υποστηρίζω»): no second request for one trouble.
pub fn support(
    request: &Request,
    channel: Channel,
    text: &str,
    author: &Author,
) -> Result<What, Problem> {
    needs(author, Permit::NoteRequests)?;
    let mut fields = Fields::default();
    let text = fields.text("text", text, TEXT_MAX);
    fields.done()?;
    if !request.is_open() {
        return Err(Problem::AlreadyClosed);
    }
    Ok(What::Supported { channel, text })
}

/// A memo of work that was done («Υπόμνημα εκτελεσθείσας εργασίας»), as it was typed.
#[derive(Clone, Debug)]
pub struct Memo<'a> {
    /// The day it was done, as people write it or YYYY-MM-DD.
    pub on: &'a str,
    /// Who did it, in words.
    pub by: &'a str,
    pub note: &'a str,
}

/// What a community files along with a request that it enters.
#[derive(Clone, Debug)]
pub enum Filed<'a> {
    /// The work was done already.
    Memo(Memo<'a>),
    /// Measures were taken at once against a fault of water or sewers («Άμεση αποκατάσταση βλάβης»).
    Urgent { measures: &'a str },
    /// Works are proposed to the municipality, for so many euros if that is known.
    Proposal { cost: &'a str },
}

/// What a community files with a new request, checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FiledWrites {
    pub what: Option<What>,
    pub priority: Option<u8>,
    pub cost: Option<i64>,
}

/// Checks what a community files with a new request.
pub fn file(
    filed: &Filed<'_>,
    category: &str,
    lists: &Lists,
    author: &Author,
    now: Time,
) -> Result<FiledWrites, Problem> {
    needs(author, Permit::FileMemos)?;
    let mut fields = Fields::default();
    let fits = |category: &Category| match filed {
        Filed::Memo(_) => category.takes_memos(),
        Filed::Urgent { .. } => category.immediate,
        Filed::Proposal { .. } => category.community_only,
    };
    if lists
        .reference
        .category(category)
        .is_some_and(|category| !fits(category))
    {
        fields.wrong("category", FieldRule::NotOnAList);
    }
    let mut writes = FiledWrites::default();
    match filed {
        Filed::Memo(memo) => {
            let (what, ()) = both(executed(memo, author, now), fields.done())?;
            writes.what = Some(what);
            return Ok(writes);
        }
        Filed::Urgent { measures } => {
            let measures = fields.needed("measures", measures, NOTE_MAX);
            writes.what = Some(What::Urgent { measures });
            writes.priority = Some(1);
        }
        Filed::Proposal { cost } => writes.cost = euros(&mut fields, "cost", cost),
    }
    fields.done()?;
    Ok(writes)
}

/// Says on a request that the work was done.
pub fn memo(
    request: &Request,
    memo: &Memo<'_>,
    lists: &Lists,
    author: &Author,
    now: Time,
) -> Result<What, Problem> {
    let what = executed(memo, author, now)?;
    if !takes_memos(request, lists) {
        return Err(Problem::NotFound);
    }
    if !request.is_open() {
        return Err(Problem::AlreadyClosed);
    }
    Ok(what)
}

/// The most that a proposal may cost, in euros: more is a slip of the finger.
const EUROS_MAX: i32 = 100_000_000;

/// Reads euros as Greeks write them, `12.500,50`, in cents; nothing typed is nothing.
fn euros(fields: &mut Fields, field: &str, typed: &str) -> Option<i64> {
    let plain: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '€')
        .collect();
    if plain.is_empty() {
        return None;
    }
    let (whole, decimals) = plain.split_once(',').unwrap_or((&plain, ""));
    let figures = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = whole.split('.');
    let first = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    let grouped = rest.is_empty() || (first.len() <= 3 && rest.iter().all(|part| part.len() == 3));
    let fine = grouped
        && figures(first)
        && rest.iter().all(|part| figures(part))
        && (decimals.is_empty() && !plain.ends_with(',')
            || figures(decimals) && decimals.len() <= 2);
    let whole = whole.replace('.', "").parse::<i64>().ok().filter(|_| fine);
    let Some(whole) = whole.filter(|whole| *whole <= i64::from(EUROS_MAX)) else {
        let (min, max) = (1, EUROS_MAX);
        let rule = if fine {
            FieldRule::OutOfRange { min, max }
        } else {
            FieldRule::NotANumber
        };
        fields.wrong(field, rule);
        return None;
    };
    let cents = format!("{decimals:0<2}").parse::<i64>().unwrap_or_default();
    Some(whole * 100 + cents).filter(|cost| *cost > 0)
}

/// Puts a proposal into the order of the council.
pub fn rank(
    request: &Request,
    rank: u32,
    decision: &str,
    lists: &Lists,
    author: &Author,
) -> Result<What, Problem> {
    needs(author, Permit::FileMemos)?;
    let mut fields = Fields::default();
    let decision = fields.needed("decision", decision, NAME_MAX);
    fields.done()?;
    if !lists.reference.is_proposal(&request.category) {
        return Err(Problem::NotFound);
    }
    if !request.is_open() {
        return Err(Problem::AlreadyClosed);
    }
    Ok(What::Ranked { rank, decision })
}

/// Whether work can be done about it, see [`Category::takes_memos`]; a category that is on no list may be anything.
pub fn takes_memos(request: &Request, lists: &Lists) -> bool {
    let category = lists.reference.category(&request.category);
    category.is_none_or(Category::takes_memos)
}

/// How long ago work may have been done that a memo is filed of, in days: whoever types an older year has slipped.
const MEMO_DAYS_MAX: i64 = 366;

/// A day as it was typed, `29/11/2026`, or as records say it.
pub fn day_of(typed: &str) -> Option<Date> {
    day(typed).or_else(|| typed.trim().parse().ok())
}

fn executed(memo: &Memo<'_>, author: &Author, now: Time) -> Result<What, Problem> {
    needs(author, Permit::FileMemos)?;
    let mut fields = Fields::default();
    let today = athens_date(now.0);
    let first = athens_date(now.plus_days(-MEMO_DAYS_MAX).0);
    let on = day_of(memo.on);
    match on {
        _ if memo.on.trim().is_empty() => fields.wrong("on", FieldRule::Missing),
        None => fields.wrong("on", FieldRule::NotADate),
        Some(on) if on > today => fields.wrong("on", FieldRule::InFuture),
        Some(on) if on < first => {
            let first = first.to_string();
            fields.wrong("on", FieldRule::TooEarly { first });
        }
        Some(_) => {}
    }
    let by = fields.needed("by", memo.by, NAME_MAX);
    let note = fields.text("note", memo.note, NOTE_MAX);
    fields.done()?;
    Ok(What::Executed {
        on: on.unwrap_or(today).to_string(),
        by,
        note,
    })
}

/// Leaves a request closed that was reported again by somebody whom its closer could not hear.
pub fn heard(request: &Request, note: &str, author: &Author) -> Result<What, Problem> {
    needs(author, Permit::CloseRequests)?;
    let mut fields = Fields::default();
    let note = fields.text("note", note, NOTE_MAX);
    fields.done()?;
    if !request.is_unheard() {
        return Err(Problem::AlreadyDecided);
    }
    Ok(What::Heard { note })
}

/// Opens a closed request again, saying why.
pub fn reopen(request: &Request, reason: &str, author: &Author) -> Result<What, Problem> {
    needs(author, Permit::ReopenRequests)?;
    let mut fields = Fields::default();
    let reason = fields.needed("reason", reason, NOTE_MAX);
    fields.done()?;
    if request.is_open() {
        return Err(Problem::NotClosed);
    }
    Ok(What::Reopened { reason })
}

/// Most people of one job.
const TEAM_MAX: usize = 30;

/// A step of work as a crew reports it.
#[derive(Clone, Debug)]
pub enum Step<'a> {
    Start {
        /// Ids of who works on it; empty: nobody said.
        team: &'a [String],
    },
    Pause {
        reason: &'a str,
    },
    Done {
        note: &'a str,
        /// Why photos of before and after are lacking, where the category wants them; empty: they are there.
        no_photos: &'a str,
    },
    Impossible {
        reason: &'a str,
        note: &'a str,
    },
    Material {
        name: &'a str,
        quantity: &'a str,
        unit: &'a str,
    },
    Note {
        text: &'a str,
    },
}

/// A photo that the category wants before a crew is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct WantedPhoto {
    /// Before or after the work.
    pub moment: Moment,
    pub there: bool,
}

/// Photos that the category wants before a crew is done. How it was may also be what a citizen took; how it is left was
/// photographed since it was opened last.
pub fn wanted_photos(request: &Request, lists: &Lists) -> Vec<WantedPhoto> {
    let category = lists.reference.category(&request.category);
    if !category.is_some_and(|category| category.work_photos) {
        return Vec::new();
    }
    let reopened = request.events.iter().filter_map(|(_, _, event)| {
        let again = matches!(event.what, What::Reopened { .. });
        again.then_some(event.at)
    });
    let reopened = reopened.max();
    let before = |(.., photo): (_, _, _, &Photo)| photo.moment != Moment::After;
    let after = |(_, _, at, photo): (_, _, Time, &Photo)| {
        photo.moment == Moment::After && reopened.is_none_or(|reopened| at >= reopened)
    };
    vec![
        WantedPhoto {
            moment: Moment::Before,
            there: request.photos().any(before),
        },
        WantedPhoto {
            moment: Moment::After,
            there: request.photos().any(after),
        },
    ]
}

/// Records a step of work. Work on a closed request is refused, except words about it.
pub fn work(
    request: &Request,
    step: &Step<'_>,
    lists: &Lists,
    author: &Author,
) -> Result<What, Problem> {
    let permit = match step {
        Step::Note { .. } => Permit::NoteRequests,
        _ => Permit::RecordWork,
    };
    needs(author, permit)?;
    let mut fields = Fields::default();
    let what = match step {
        Step::Start { team } => {
            let unknown = |id: &String| lists.member(id).is_none();
            if team.len() > TEAM_MAX || team.iter().any(unknown) {
                fields.wrong("team", FieldRule::NotOnAList);
            }
            let mut team = team.to_vec();
            team.sort();
            team.dedup();
            What::Started { team }
        }
        Step::Pause { reason } => {
            if !lists
                .reference
                .hold_reasons
                .iter()
                .any(|known| known.code == *reason)
            {
                fields.wrong(
                    "reason",
                    if reason.is_empty() {
                        FieldRule::Missing
                    } else {
                        FieldRule::NotOnAList
                    },
                );
            }
            What::Paused {
                reason: (*reason).to_owned(),
            }
        }
        Step::Done { note, no_photos } => {
            let note = fields.text("note", note, NOTE_MAX);
            let mut lacking = wanted_photos(request, lists);
            lacking.retain(|wanted| !wanted.there);
            let no_photos = match lacking.is_empty() {
                true => String::new(),
                false => fields.text("no_photos", no_photos, NOTE_MAX),
            };
            if no_photos.is_empty() {
                for wanted in lacking {
                    let field = match wanted.moment {
                        Moment::After => "photos_after",
                        _ => "photos_before",
                    };
                    fields.wrong(field, FieldRule::Missing);
                }
            }
            What::Done { note, no_photos }
        }
        Step::Impossible { reason, note } => What::Impossible {
            reason: fields.needed("reason", reason, CODE_MAX),
            note: fields.text("note", note, NOTE_MAX),
        },
        Step::Material {
            name,
            quantity,
            unit,
        } => What::Material {
            name: fields.needed("name", name, NAME_MAX),
            quantity: check_quantity(&mut fields, quantity),
            unit: fields.text("unit", unit, CODE_MAX),
        },
        Step::Note { text } => What::Note {
            text: fields.needed("text", text, NOTE_MAX),
        },
    };
    fields.done()?;
    if !request.is_open() && what.status().is_some() {
        return Err(Problem::AlreadyClosed);
    }
    Ok(what)
}

/// Adds photos; a request that is not there yet is `None`. Also to a closed one: the last may be taken when the work is done.
pub fn add_photos(
    request: Option<&Request>,
    photos: &[Photo],
    author: &Author,
) -> Result<Vec<What>, Problem> {
    needs(author, Permit::NoteRequests)?;
    let before = request.iter().flat_map(|request| request.photos());
    let before = before.map(|(.., photo)| photo);
    let more = photos::new_of(before, photos)?;
    Ok(more.into_iter().map(What::Photo).collect())
}

/// Reads a quantity typed with a comma or a dot; at most three decimals, more than nothing.
fn check_quantity(fields: &mut Fields, typed: &str) -> String {
    let plain = typed.trim().replace(',', ".");
    let (whole, decimals) = plain.split_once('.').unwrap_or((&plain, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let fine = !whole.is_empty()
        && digits(whole)
        && digits(decimals)
        && whole.len() <= 6
        && decimals.len() <= 3;
    if plain.is_empty() {
        fields.wrong("quantity", FieldRule::Missing);
    } else if !fine || plain.bytes().all(|byte| byte == b'0' || byte == b'.') {
        fields.wrong(
            "quantity",
            FieldRule::OutOfRange {
                min: 0,
                max: 999_999,
            },
        );
    }
    let decimals = decimals.trim_end_matches('0');
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    if decimals.is_empty() {
        whole.to_owned()
    } else {
        format!("{whole}.{decimals}")
    }
}
