//! Rounds (απογραφές): somebody walks past everything that should be in a place and says of each whether it is there.
//!
//! A round has no record of its own. Each asset that was seen, or was not found, says of which round; the round is what these
//! say together. Its name follows from the place and the day alone, so that two people who begin the same round in a valley
//! without a signal, not knowing of each other, work on one.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::assets::{Event, What};
use crate::calendar::athens_date;
use crate::greek;
use crate::ids::{DeviceId, Time};
use crate::limits::{Fields, PLACE_TEXT_MAX};
use crate::lists::Lists;
use crate::permits::{Author, Permit};
use crate::problem::{FieldRule, Problem};
use crate::requests::acts::{check_place, needs};

#[cfg(test)]
mod tests;

/// Which assets are looked for, and the day the round began. Stored in docs since 0.1; add fields with a default, never rename.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct Round {
    /// YYYY-MM-DD in Athens.
    pub day: String,
    pub community: String,
    /// Empty: the whole community.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(as = "Option<String>", optional)]
    pub settlement: String,
    /// Asset type code; empty: all types.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(as = "Option<String>", optional)]
    pub kind: String,
    /// A street or another word of where exactly; empty: everywhere there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(as = "Option<String>", optional)]
    pub words: String,
}

/// What a round says of an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Whoever saw it is believed, also when somebody else did not find it.
    pub found: bool,
    pub at: Time,
    pub by: DeviceId,
}

impl Round {
    /// A round that begins today.
    pub fn begin(
        community: &str,
        settlement: &str,
        kind: &str,
        words: &str,
        lists: &Lists,
        author: &Author,
        now: Time,
    ) -> Result<Self, Problem> {
        Self {
            day: athens_date(now.0).to_string(),
            community: community.to_owned(),
            settlement: settlement.to_owned(),
            kind: kind.to_owned(),
            words: words.to_owned(),
        }
        .check(lists, author)
    }

    /// Checks a round that a window names, and gives it in its one form.
    pub fn check(&self, lists: &Lists, author: &Author) -> Result<Self, Problem> {
        needs(author, Permit::InspectAssets)?;
        let mut fields = Fields::default();
        let place = check_place(
            &mut fields,
            &self.community,
            &self.settlement,
            true,
            lists,
            author,
        );
        if !self.kind.is_empty() && lists.reference.asset_type(&self.kind).is_none() {
            fields.wrong("kind", FieldRule::NotOnAList);
        }
        if self.day.parse::<jiff::civil::Date>().is_err() {
            fields.wrong("day", FieldRule::NotADate);
        }
        // As people type it, without accents and case, so that two who type one street mean one round.
        let words = fields.text("place_text", &self.words, PLACE_TEXT_MAX);
        fields.done()?;
        Ok(Self {
            day: self.day.clone(),
            community: place.community,
            settlement: place.settlement,
            kind: self.kind.clone(),
            words: greek::words(&words).join(" "),
        })
    }

    /// Whether an asset that stands there, of this type, should be found in it.
    pub fn expects(&self, kind: &str, community: &str, settlement: &str, place_text: &str) -> bool {
        let of_the_street = || {
            let there = greek::words(place_text);
            let mut words = self.words.split_whitespace();
            words.all(|word| there.iter().any(|one| one.starts_with(word)))
        };
        self.community == community
            && (self.settlement.is_empty() || self.settlement == settlement)
            && (self.kind.is_empty() || self.kind == kind)
            && (self.words.is_empty() || of_the_street())
    }

    /// Whether the register, as far as it says, has something in the place of this round, whatever its type and its street.
    pub fn holds(&self, community: &str, settlement: &str) -> bool {
        self.community == community
            && (self.settlement.is_empty()
                || settlement.is_empty()
                || self.settlement == settlement)
    }

    /// The one text that names it.
    pub fn key(&self) -> String {
        [
            &self.day,
            &self.community,
            &self.settlement,
            &self.kind,
            &self.words,
        ]
        .map(String::as_str)
        .join("|")
    }

    /// Reads a name; one that is none gives `None`.
    pub fn from_key(key: &str) -> Option<Self> {
        let parts: Vec<&str> = key.split('|').collect();
        let [day, community, settlement, kind, words] = parts.as_slice() else {
            return None;
        };
        Some(Self {
            day: (*day).to_owned(),
            community: (*community).to_owned(),
            settlement: (*settlement).to_owned(),
            kind: (*kind).to_owned(),
            words: (*words).to_owned(),
        })
    }
}

/// What rounds say of an asset.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sightings {
    /// What each round says, by its name.
    pub by_round: BTreeMap<String, Sighting>,
    /// When anybody last saw it, in a round or not, as that device's clock claims.
    pub seen_at: Option<Time>,
    /// A round looked for it since then, and did not find it.
    pub missing: bool,
    /// Who says of which round that it was there.
    seen_by: BTreeSet<(String, DeviceId)>,
}

/// One word about an asset: its place in the order of the words, and what it says.
type Word = (usize, Sighting);

impl Sightings {
    /// Whether a device says that it saw it in a round.
    pub fn is_seen_by(&self, round: &Round, by: DeviceId) -> bool {
        self.seen_by.contains(&(round.key(), by))
    }

    /// Reads the events of an asset, in an order in which whatever was written with knowledge of something comes after it: a
    /// telephone that is years ahead makes nothing missing for years.
    pub(crate) fn read<'a>(events: impl Iterator<Item = (DeviceId, &'a Event)>) -> Self {
        let mut found: BTreeMap<(String, DeviceId), Word> = BTreeMap::new();
        let mut not_found: BTreeMap<String, Word> = BTreeMap::new();
        // Seen by somebody who did something else.
        let mut met: Option<(usize, Time)> = None;
        for (n, (by, event)) in events.enumerate() {
            let word = |found| {
                let at = event.at;
                (n, Sighting { found, at, by })
            };
            match &event.what {
                What::Seen { round } => {
                    found.insert((round.key(), by), word(true));
                }
                What::NotFound { round } => {
                    not_found.insert(round.key(), word(false));
                }
                What::Unseen { round } => {
                    found.remove(&(round.key(), by));
                }
                What::Inspected { .. } | What::Moved { .. } => met = Some((n, event.at)),
                _ => {}
            }
        }
        // Whoever saw it is believed, also when somebody else ended the round without having heard.
        let mut words = not_found;
        let seen_by = found.keys().cloned().collect();
        let mut found: Vec<_> = found
            .into_iter()
            .map(|((key, _), word)| (key, word))
            .collect();
        found.sort_by_key(|(_, (n, _))| *n);
        words.extend(found);
        let last = |found: bool| {
            let of = words.values().filter(move |(_, told)| told.found == found);
            of.map(|(n, told)| (*n, told.at)).max()
        };
        let seen = last(true).max(met);
        let missing = last(false).is_some_and(|(n, _)| seen.is_none_or(|(seen, _)| seen < n));
        Self {
            seen_at: seen.map(|(_, at)| at),
            missing,
            seen_by,
            by_round: words
                .into_iter()
                .map(|(key, (_, told))| (key, told))
                .collect(),
        }
    }
}
