//! What people ask of the municipality: when, where, about what, through whom, in which words.

use std::collections::{BTreeMap, HashMap};

use koina_model::calendar::{athens_date, athens_year};
use koina_model::ids::{DocId, Time};
use koina_model::numbers::receipt_number;
use koina_model::reference::{Category, Settlement};
use koina_model::requests::acts::{self, Entered};
use koina_model::requests::begin;
use koina_model::words::{Channel, Kind};

use super::assets::{Known, Register, crew_for, near, spot, street};
use super::chance::Chance;
use super::course::{Tale, Turn, crew_department};
use super::pen::{Change, Pen};
use super::people::{self, DESK, Ground, KEP, PHONE};
use super::says::{self, SAYS, Says, When};
use super::{Counts, DAY, HISTORY_DAYS, HOUR, MINUTE, Village};

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

impl Inbox {
    pub(super) fn new(village: &Village, counts: Counts) -> Self {
        let count = counts.requests as usize;
        let mut chance = Chance::of(village.seed, "received", 0);
        let mut received: Vec<i64> = (0..count)
            .map(|at| moment(village, at, count, &mut chance))
            .collect();
        received.sort_unstable();
        let mut special = BTreeMap::new();
        let specials = (counts.clashes - counts.clashes / 4 + counts.crossings) as usize;
        // They happened lately, to requests of the last weeks but not of the last days.
        let settled = received.partition_point(|at| *at < village.now.0 - 4 * DAY);
        let from = settled.saturating_sub((count / 14).max(specials * 2));
        let step = (settled - from)
            .checked_div(specials)
            .unwrap_or_default()
            .max(1);
        for turn in 0..specials {
            let of_clashes = turn < specials - counts.crossings as usize;
            let number = u32::try_from(turn).unwrap_or_default();
            special.insert(
                from + turn * step,
                if of_clashes {
                    Turn::Clash(number)
                } else {
                    Turn::Crossing(number)
                },
            );
        }
        Self {
            received,
            made: 0,
            special,
            receipts: HashMap::new(),
            earlier: HashMap::new(),
        }
    }

    pub(super) fn next(&mut self, village: &Village, assets: &Register) -> Option<Vec<Change>> {
        let at = *self.received.get(self.made)?;
        let turn = self.special.get(&self.made).copied().unwrap_or(Turn::Plain);
        self.made += 1;
        let mut chance = Chance::of(village.seed, "request", self.made as u64);
        let (settlement, ground, says) = what_and_where(village, at, turn, &mut chance);
        let category = village
            .lists
            .reference
            .category(says.code)
            .expect("the village knows its categories");
        let crew = crew_for(
            village,
            crew_department(&category.department),
            &settlement.community,
        );
        let (by, channel) = who(&mut chance, village, crew);
        let at = if channel == Channel::Counter {
            village
                .in_hours(at, &mut chance)
                .min(village.now.0 - 5 * MINUTE)
        } else {
            at
        };
        let id = DocId(chance.uuid(Time(at)));
        let about = about(assets, village, category, settlement, at, &mut chance);
        let text = text(says, channel, settlement, &mut chance);
        let (place_text, position) = match about {
            Some(asset) => (asset.place_text.clone(), Some(asset.position)),
            None => {
                let measured = channel == Channel::Crew;
                (
                    spot(&mut chance, says.code, ground),
                    (measured || chance.percent(55))
                        .then(|| near(settlement, &mut chance, measured)),
                )
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
        let mut new = acts::enter(&entered, &village.lists, &station.author(), id, Time(at))
            .expect("the village keeps the rules for requests");
        let year = athens_year(at);
        let running = self.receipts.entry((by, year)).or_default();
        *running += 1;
        new.receipt_number = receipt_number(&station.code, year, *running);
        let earlier = self
            .earlier
            .insert((category.code.clone(), settlement.code.clone()), id);
        let mut tale = Tale {
            village,
            chance,
            pen: Pen::new(Kind::Request, id, village.now),
            category,
            crew,
            at,
        };
        let _ = tale
            .pen
            .write(station, Time(at), &begin(&new))
            .and_then(|()| tale.course(turn, by, earlier));
        Some(tale.pen.changes)
    }
}

/// When the request came in: by day, seldom at night, less on weekends.
fn moment(village: &Village, at: usize, of: usize, chance: &mut Chance) -> i64 {
    let span = i64::try_from(of).unwrap_or(i64::MAX).max(1);
    let day = (HISTORY_DAYS - 1) * i64::try_from(at).unwrap_or_default() / span;
    let begin = village.began().0 - village.began().0.rem_euclid(DAY) + DAY;
    let mut midnight = begin + day * DAY;
    let weekend = |ms: i64| athens_date(ms).weekday().to_monday_zero_offset() >= 5;
    if weekend(midnight) && chance.percent(65) {
        midnight += 2 * DAY;
    }
    let hour = *chance.pick(&[
        6, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10, 10, 11, 11, 12, 12, 13, 14, 16, 17, 18, 19, 20, 21,
    ]);
    let moment = midnight + hour * HOUR - 2 * HOUR + chance.between(0, HOUR - 1);
    let latest = village.now.0 - 12 * MINUTE;
    if moment <= latest {
        moment
    } else {
        latest - chance.between(0, 30 * HOUR)
    }
}

/// What it is about and where; requests with a turn are of the kinds that crews do.
fn what_and_where<'v>(
    village: &'v Village,
    at: i64,
    turn: Turn,
    chance: &mut Chance,
) -> (&'v Settlement, Ground, &'static Says) {
    let (settlement, _, ground) = village.somewhere(chance);
    let month = athens_date(at).month();
    let says = chance.weighted(SAYS, |says| {
        let fits = turn == Turn::Plain || ["LGT-01", "WAT-01", "ROD-01"].contains(&says.code);
        if fits {
            says.weight * season(says.when, month, *ground) / 10
        } else {
            0
        }
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
fn about<'a>(
    assets: &'a Register,
    village: &Village,
    category: &Category,
    settlement: &Settlement,
    at: i64,
    chance: &mut Chance,
) -> Option<&'a Known> {
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
    let here = village
        .settlements
        .iter()
        .position(|(known, ..)| known.code == settlement.code)?;
    // A few looks into the register; whoever does not find it leaves it out, as at a real desk.
    (0..60).find_map(|_| {
        let known = chance.pick(&assets.known);
        (known.settlement == here && wanted.contains(&known.kind) && known.added_at.0 < at)
            .then_some(known)
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
            let what = if opening.ends_with(". ") {
                what
            } else {
                lower_first(&what)
            };
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
    add(
        chance,
        if channel == Channel::Crew { 20 } else { 48 },
        says::more(group),
    );
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
    let (Some(first), second) = (letters.next(), letters.clone().next()) else {
        return String::new();
    };
    if second.is_some_and(char::is_uppercase) || first.is_ascii_digit() {
        return sentence.to_owned();
    }
    first.to_lowercase().chain(letters).collect()
}
