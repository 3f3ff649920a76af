//! Rounds (απογραφές): somebody walks past everything that should be in a place and says of each whether it is there.
//!
//! A round has no record of its own. Each asset that was seen, or was not found, says of which round; the round is what these
//! say together. Its name follows from the place and the day alone, so that two people who begin the same round in a valley
//! without a signal, not knowing of each other, work on one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::assets::{Asset, What};
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

/// What each round says of an asset, by its name.
pub fn sightings(asset: &Asset) -> BTreeMap<String, Sighting> {
    let mut all: BTreeMap<String, Sighting> = BTreeMap::new();
    for (_, by, event) in &asset.events {
        let (round, found) = match &event.what {
            What::Seen { round } => (round, true),
            What::NotFound { round } => (round, false),
            _ => continue,
        };
        let new = Sighting {
            found,
            at: event.at,
            by: *by,
        };
        let key = round.key();
        let stronger = |old: &Sighting| (new.found, new.at, new.by) > (old.found, old.at, old.by);
        if all.get(&key).is_none_or(stronger) {
            all.insert(key, new);
        }
    }
    all
}

/// When an asset was last seen by anybody, and whether a round looked for it since and did not find it.
pub fn last_seen(asset: &Asset, sightings: &BTreeMap<String, Sighting>) -> (Option<Time>, bool) {
    let seen = asset
        .events
        .iter()
        .filter_map(|(_, _, event)| match event.what {
            What::Seen { .. } | What::Inspected { .. } | What::Moved { .. } => Some(event.at),
            _ => None,
        })
        .max();
    let looked_for = sightings
        .values()
        .filter(|sighting| !sighting.found)
        .map(|sighting| sighting.at)
        .max();
    (seen, looked_for > seen && looked_for.is_some())
}
