//! What people ask of the municipality, and what became of it.

use std::collections::{BTreeMap, HashMap};

use koina_model::calendar::{athens_date, athens_year};
use koina_model::ids::{DocId, Time};
use koina_model::numbers::receipt_number;
use koina_model::reference::{Category, Settlement};
use koina_model::requests::acts::{self, Entered, Step};
use koina_model::requests::{What, begin};
use koina_model::words::{Channel, Kind, Outcome};

use super::assets::{Known, Register, crew_for, near, spot, street};
use super::chance::Chance;
use super::clashes;
use super::pen::{Change, Pen};
use super::people::{self, DESK, Ground, KEP, PHONE, Station, TECHNICAL};
use super::says::{self, SAYS, Says, When};
use super::work;
use super::{Counts, DAY, HISTORY_DAYS, HOUR, MINUTE, Village};

/// What is special about a request.
#[derive(Clone, Copy, PartialEq)]
enum Turn {
    Plain,
    Clash(u32),
    Crossing(u32),
}

/// Makes the requests, in the order in which they came in.
pub(super) struct Inbox {
    received: Vec<i64>,
    made: usize,
    special: BTreeMap<usize, Turn>,
    /// Running receipt numbers, by station and year.
    receipts: HashMap<(usize, i16), u32>,
    /// The last request of a category in a settlement, for the duplicates.
    earlier: HashMap<(String, String), DocId>,
}

/// A request being told.
struct Tale<'v> {
    village: &'v Village,
    chance: Chance,
    pen: Pen,
    category: &'v Category,
    /// The crew of the department, where it has one.
    crew: Option<&'v str>,
    at: i64,
}

impl Inbox {
    pub(super) fn new(village: &Village, counts: Counts) -> Self {
        let count = counts.requests as usize;
        let mut chance = Chance::of(village.seed, "received", 0);
        let mut received: Vec<i64> = (0..count).map(|at| moment(village, at, count, &mut chance)).collect();
        received.sort_unstable();
        let mut special = BTreeMap::new();
        let specials = (counts.clashes - counts.clashes / 4 + counts.crossings) as usize;
        // They happened lately, to requests of the last weeks.
        let from = count.saturating_sub((count / 14).max(specials * 2));
        let step = (count - from).checked_div(specials).unwrap_or_default().max(1);
        for turn in 0..specials {
            let of_clashes = turn < specials - counts.crossings as usize;
            let number = u32::try_from(turn).unwrap_or_default();
            special.insert(from + turn * step, if of_clashes { Turn::Clash(number) } else { Turn::Crossing(number) });
        }
        Self { received, made: 0, special, receipts: HashMap::new(), earlier: HashMap::new() }
    }

    pub(super) fn next(&mut self, village: &Village, assets: &Register) -> Option<Vec<Change>> {
        let at = *self.received.get(self.made)?;
        let turn = self.special.get(&self.made).copied().unwrap_or(Turn::Plain);
        self.made += 1;
        let mut chance = Chance::of(village.seed, "request", self.made as u64);
        let (settlement, ground, says) = what_and_where(village, at, turn, &mut chance);
        let category = village.lists.reference.category(says.code).expect("the village knows its categories");
        let crew = crew_for(village, crew_department(&category.department), &settlement.community);
        let (by, channel) = who(&mut chance, village, crew);
        let at = if channel == Channel::Counter { village.in_hours(at, &mut chance).min(village.now.0 - 5 * MINUTE) } else { at };
        let id = DocId(chance.uuid(Time(at)));
        let about = about(assets, village, category, settlement, at, &mut chance);
        let text = text(says, channel, settlement, &mut chance);
        let (place_text, position) = match about {
            Some(asset) => (asset.place_text.clone(), Some(asset.position)),
            None => {
                let measured = channel == Channel::Crew;
                (spot(&mut chance, says.code, ground), (measured || chance.percent(55)).then(|| near(settlement, &mut chance, measured)))
            }
        };
        let entered = Entered {
            category: &category.code,
            community: &settlement.community,
            settlement: &settlement.code,
            place_text: &place_text,
            position,
            asset: about.map(|asset| asset.id),
            text: &text,
            channel,
            register: matches!(channel, Channel::Counter | Channel::Email) && chance.percent(28),
        };
        let station = &village.stations[by];
        let mut new = acts::enter(&entered, &village.lists, &station.author(), id, Time(at)).expect("the village keeps the rules for requests");
        let year = athens_year(at);
        let running = self.receipts.entry((by, year)).or_default();
        *running += 1;
        new.receipt_number = receipt_number(&station.code, year, *running);
        let earlier = self.earlier.insert((category.code.clone(), settlement.code.clone()), id);
        let mut tale = Tale { village, chance, pen: Pen::new(Kind::Request, id, village.now), category, crew, at };
        let _ = tale.pen.write(station, Time(at), &begin(&new)).and_then(|()| tale.course(turn, by, earlier));
        Some(tale.pen.changes)
    }
}

impl Tale<'_> {
    /// What became of it. `None` as soon as the rest is still to come.
    fn course(&mut self, turn: Turn, entered_by: usize, earlier: Option<DocId>) -> Option<()> {
        match turn {
            Turn::Plain => {}
            Turn::Clash(number) => {
                self.charge(TECHNICAL)?;
                return clashes::fields(&mut self.pen, self.village, number, &mut self.chance);
            }
            Turn::Crossing(number) => {
                let crew = self.crew?;
                self.charge(TECHNICAL)?;
                return clashes::endings(&mut self.pen, self.village, number, crew, &mut self.chance);
            }
        }
        if entered_by == people::of_crew(&self.village.stations, self.crew.unwrap_or_default()) && self.chance.percent(45) {
            // Found and put right on the spot.
            return self.by_crew(true);
        }
        if self.chance.percent(4) {
            self.until(5 * HOUR)?;
            let register = acts::register(&self.pen.request(), &self.desk(KEP).author()).ok()?;
            if !register.is_empty() {
                self.pen.write(&self.village.stations[KEP], Time(self.at), &register)?;
            }
        }
        if self.without_work(earlier)? {
            return Some(());
        }
        if self.is_younger_than(6) && self.category.priority > 1 && self.chance.percent(40) {
            return None;
        }
        let entering = if entered_by == PHONE || entered_by >= 4 { TECHNICAL } else { entered_by };
        let charged_by = if self.chance.percent(70) { TECHNICAL } else { entering };
        self.charge(charged_by)?;
        if self.chance.percent(3) {
            // Forgotten: it happens.
            return None;
        }
        if self.crew.is_some() { self.by_crew(false) } else { self.by_department() }
    }

    /// The desk ends it without any work: a duplicate, not ours, taken back. Says whether it did.
    fn without_work(&mut self, earlier: Option<DocId>) -> Option<bool> {
        let forward = if self.category.usual_forward.is_some() { 70 } else { 2 };
        let outcome = match self.chance.below(100) {
            0..4 => earlier.map(|of| Outcome::Duplicate { of }),
            4..6 => {
                let reason = *self.chance.pick(&["NOT_COMPETENT", "PRIVATE", "NOT_FOUND", "INSUFFICIENT"]);
                Some(Outcome::Rejected { reason: reason.to_owned() })
            }
            6 => Some(Outcome::Withdrawn),
            other if other < 7 + forward => Some(Outcome::Forwarded { to: (*self.chance.pick(work::OTHERS)).to_owned() }),
            _ => None,
        };
        let Some(outcome) = outcome else { return Some(false) };
        self.until(20 * HOUR)?;
        self.close(DESK, outcome)?;
        Some(true)
    }

    /// Charges it to the department and its crew.
    fn charge(&mut self, by: usize) -> Option<()> {
        let wait = if self.category.priority == 1 { HOUR / 2 } else { 30 * HOUR };
        self.until(wait)?;
        let note = self.chance.words(work::CHARGES);
        let department = &self.category.department;
        let what = acts::assign(&self.pen.request(), department, self.crew.unwrap_or_default(), &note, &self.village.lists, &self.desk(by).author());
        self.happened(by, what.ok()?)
    }

    /// A crew goes and does it, mostly.
    fn by_crew(&mut self, at_once: bool) -> Option<()> {
        let crew = self.crew?;
        let by = people::of_crew(&self.village.stations, crew);
        let department = crew_department(&self.category.department);
        let wait = if at_once { 10 * MINUTE } else { i64::from(self.category.target_hours) * HOUR * 70 / 100 };
        self.pass(wait, !at_once);
        self.step(by, &Step::Start)?;
        if self.is_younger_than(25) && self.chance.percent(14) {
            // Begun, and not ended by now.
            return None;
        }
        if self.chance.percent(4) {
            self.pass(HOUR, false);
            let (reason, words) = *self.chance.pick(work::OBSTACLES);
            let note = self.chance.words(&[words]);
            self.step(by, &Step::Impossible { reason, note: &note })?;
            return self.after_impossible();
        }
        if self.chance.percent(9) {
            self.pass(HOUR, false);
            let reason = *self.chance.pick(work::PAUSES);
            self.step(by, &Step::Pause { reason })?;
            self.pass(4 * DAY, true);
            self.step(by, &Step::Start)?;
        }
        if self.chance.percent(12) {
            self.pass(20 * MINUTE, false);
            let text = self.chance.words(work::NOTES);
            self.step(by, &Step::Note { text: &text })?;
        }
        for _ in 0..(self.chance.below(5) / 2) {
            self.pass(15 * MINUTE, false);
            let (name, most, unit) = *self.chance.pick(work::materials(department));
            let quantity = self.chance.between(1, i64::from(most)).to_string();
            self.step(by, &Step::Material { name, quantity: &quantity, unit })?;
        }
        // Some works take days.
        let wait = if self.chance.percent(12) { 3 * DAY } else { 70 * MINUTE };
        self.pass(wait, false);
        let note = self.chance.words(work::done(department));
        self.step(by, &Step::Done { note: &note })?;
        self.after_work(by)
    }

    /// A department without a crew answers for it.
    fn by_department(&mut self) -> Option<()> {
        self.until(i64::from(self.category.target_hours) * HOUR * 55 / 100)?;
        if self.chance.percent(60) {
            self.answer(TECHNICAL)?;
            self.until(2 * DAY)?;
        }
        self.close(TECHNICAL, Outcome::Resolved)
    }

    /// The desk looks at work that is done: answers, closes; sometimes it opens again.
    fn after_work(&mut self, crew: usize) -> Option<()> {
        if self.chance.percent(5) {
            let by = if self.chance.percent(50) { PHONE } else { crew };
            self.until(30 * HOUR)?;
            let reason = self.chance.words(work::AGAIN);
            let what = acts::reopen(&self.pen.request(), &reason, &self.desk(by).author()).ok()?;
            self.happened(by, what)?;
            self.until(10 * HOUR)?;
            self.pass(2 * DAY, true);
            self.step(crew, &Step::Start)?;
            self.pass(90 * MINUTE, false);
            self.step(crew, &Step::Done { note: "" })?;
        }
        if self.chance.percent(25) {
            self.until(DAY)?;
            self.answer(DESK)?;
        }
        if self.chance.percent(70) {
            self.until(3 * DAY)?;
            self.close(TECHNICAL, Outcome::Resolved)?;
        }
        Some(())
    }

    /// The desk decides about work that cannot be done.
    fn after_impossible(&mut self) -> Option<()> {
        self.until(3 * DAY)?;
        let outcome = if self.chance.percent(50) {
            Outcome::Forwarded { to: (*self.chance.pick(work::OTHERS)).to_owned() }
        } else {
            Outcome::Rejected { reason: "NOT_FOUND".to_owned() }
        };
        self.close(TECHNICAL, outcome)
    }

    fn answer(&mut self, by: usize) -> Option<()> {
        let text = self.chance.words(work::ANSWERS);
        let what = acts::answer(&text, &self.desk(by).author()).ok()?;
        self.happened(by, what)
    }

    fn close(&mut self, by: usize, outcome: Outcome) -> Option<()> {
        let what = acts::close(&self.pen.request(), self.pen.id, &outcome, "", &self.village.lists, &self.desk(by).author()).ok()?;
        self.happened(by, what)
    }

    fn step(&mut self, by: usize, step: &Step<'_>) -> Option<()> {
        let what = acts::work(&self.pen.request(), step, &self.village.lists, &self.desk(by).author()).ok()?;
        self.happened(by, what)
    }

    fn happened(&mut self, by: usize, what: What) -> Option<()> {
        self.pen.happened(&self.village.stations[by], Time(self.at), what, &mut self.chance)
    }

    fn desk(&self, by: usize) -> &Station {
        &self.village.stations[by]
    }

    fn is_younger_than(&self, days: i64) -> bool {
        self.village.now.0 - self.at < days * DAY
    }

    /// Time passes until somebody comes to it; `None` when that is not yet.
    fn until(&mut self, around: i64) -> Option<()> {
        self.pass(around, self.category.priority > 1);
        (self.at <= self.village.now.0).then_some(())
    }

    fn pass(&mut self, around: i64, in_hours: bool) {
        self.at += self.chance.ms_around(around);
        if in_hours {
            self.at = self.village.in_hours(self.at, &mut self.chance);
        }
    }
}

/// The crew that works for a department; the technical service's small works are done by the roads crew.
fn crew_department(department: &str) -> &str {
    if department == "TEX" { "OSY" } else { department }
}

/// When the request came in: by day, seldom at night, less on weekends.
fn moment(village: &Village, at: usize, of: usize, chance: &mut Chance) -> i64 {
    let span = i64::try_from(of).unwrap_or(i64::MAX).max(1);
    let day = HISTORY_DAYS * i64::try_from(at).unwrap_or_default() / span;
    let begin = village.began().0 - village.began().0.rem_euclid(DAY);
    let mut midnight = begin + day * DAY;
    let weekend = |ms: i64| athens_date(ms).weekday().to_monday_zero_offset() >= 5;
    if weekend(midnight) && chance.percent(65) {
        midnight += 2 * DAY;
    }
    let hour = *chance.pick(&[6, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10, 10, 11, 11, 12, 12, 13, 14, 16, 17, 18, 19, 20, 21]);
    let moment = midnight + hour * HOUR - 2 * HOUR + chance.between(0, HOUR - 1);
    let latest = village.now.0 - 12 * MINUTE;
    if moment <= latest { moment } else { latest - chance.between(0, 30 * HOUR) }
}

/// What it is about and where; requests with a turn are of the kinds that crews do.
fn what_and_where<'v>(village: &'v Village, at: i64, turn: Turn, chance: &mut Chance) -> (&'v Settlement, Ground, &'static Says) {
    let (settlement, _, ground) = village.somewhere(chance);
    let month = athens_date(at).month();
    let says = chance.weighted(SAYS, |says| {
        let fits = turn == Turn::Plain || ["LGT-01", "WAT-01", "ROD-01"].contains(&says.code);
        if fits { says.weight * season(says.when, month, *ground) / 10 } else { 0 }
    });
    (settlement, *ground, says)
}

/// How often something comes in a month and a place, in tenths.
fn season(when: When, month: i8, ground: Ground) -> u32 {
    let often = |season: bool| if season { 20 } else { 3 };
    match when {
        When::Always => 10,
        When::Summer => often((5..=9).contains(&month)),
        When::Spring => often((3..=6).contains(&month)),
        When::Autumn => often((9..=11).contains(&month)),
        When::Winter => often(month == 12 || month <= 2),
        When::Wet => often(month >= 11 || month <= 3) + if ground == Ground::High { 8 } else { 0 },
        When::Beach if ground == Ground::Sea => often((6..=9).contains(&month)) * 3,
        When::Beach => 0,
    }
}

/// Which station takes it and how it came.
fn who(chance: &mut Chance, village: &Village, crew: Option<&str>) -> (usize, Channel) {
    let crew = crew.map(|crew| people::of_crew(&village.stations, crew));
    match (chance.below(100), crew) {
        (0..11, Some(crew)) => (crew, Channel::Crew),
        (0..58, _) => (PHONE, Channel::Phone),
        (58..70, _) => (KEP, Channel::Counter),
        (70..82, _) => (DESK, Channel::Counter),
        _ => (DESK, Channel::Email),
    }
}

/// The asset it is about, if one of that kind stands in the settlement.
fn about<'a>(assets: &'a Register, village: &Village, category: &Category, settlement: &Settlement, at: i64, chance: &mut Chance) -> Option<&'a Known> {
    let wanted: &[&str] = match category.group.as_str() {
        "LGT" => &["FOT", "FOT", "PIL"],
        "CLN" => &["KAD"],
        "SEW" | "WAT" => &["FRE", "VAN", "KRO"],
        "GRN" => &["DEN"],
        "SGN" => &["SIM"],
        _ => return None,
    };
    if !chance.percent(45) || assets.known.is_empty() {
        return None;
    }
    let here = village.settlements.iter().position(|(known, ..)| known.code == settlement.code)?;
    // A few looks into the register; whoever does not find it leaves it out, as at a real desk.
    (0..60).find_map(|_| {
        let known = chance.pick(&assets.known);
        (known.settlement == here && wanted.contains(&known.kind) && known.added_at.0 < at).then_some(known)
    })
}

/// The words, as that channel brings them.
fn text(says: &Says, channel: Channel, settlement: &Settlement, chance: &mut Chance) -> String {
    let mut slots = |chance: &mut Chance, slot: &str| match slot {
        "στο" => people::in_the(settlement),
        other => street(chance, other),
    };
    let what = *chance.pick(says.what);
    let what = chance.say(what, &mut slots);
    let group = says.code.split('-').next().unwrap_or_default();
    let mut text = match channel {
        Channel::Phone if chance.percent(45) => {
            let caller = *chance.pick(says::CALLERS);
            format!("{}{}.", chance.say(caller, &mut slots), lower_first(&what))
        }
        Channel::Crew if chance.percent(60) => {
            let found = *chance.pick(says::FOUND);
            format!("{}{}.", chance.say(found, &mut slots), lower_first(&what))
        }
        Channel::Email if chance.percent(60) => {
            let opening = *chance.pick(&[
                "{Καλημέρα σας.|Καλησπέρα.} {Σας γράφω|Σας ενημερώνω} για ένα πρόβλημα {<στο>|στη γειτονιά μας}: ",
                "Γράφω για ένα πρόβλημα <στο>: ", "{Μένω|Έχω εξοχικό|Έχω κατάστημα} <στο>. ",
            ]);
            let opening = chance.say(opening, &mut slots);
            let what = if opening.ends_with(". ") { what } else { lower_first(&what) };
            format!("{opening}{what}.")
        }
        _ => format!("{what}."),
    };
    let mut add = |chance: &mut Chance, of_hundred: u32, all: &[&str]| {
        if chance.percent(of_hundred) {
            let template = *chance.pick(all);
            text.push(' ');
            text.push_str(&chance.say(template, &mut slots));
        }
    };
    add(chance, 34, says::SINCE);
    add(chance, if channel == Channel::Crew { 20 } else { 48 }, says::more(group));
    match channel {
        Channel::Email => add(chance, 80, says::PLEAS),
        Channel::Counter => add(chance, 12, says::PLEAS),
        _ => {}
    }
    text
}

/// A sentence as it goes on after a colon; words in capitals stay.
fn lower_first(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let (Some(first), second) = (letters.next(), letters.clone().next()) else { return String::new() };
    if second.is_some_and(char::is_uppercase) || first.is_ascii_digit() {
        return sentence.to_owned();
    }
    first.to_lowercase().chain(letters).collect()
}
