//! Rounds: what was found in each, what is left, and what stands elsewhere.

use std::collections::BTreeMap;

use koina_model::assets::{self, What, acts};
use koina_model::calendar::athens_date;
use koina_model::ids::{DeviceId, DocId, Time};
use koina_model::lists::Lists;
use koina_model::rounds::{Round, Sighting};
use koina_model::words::Position;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::PAGE_MAX;
use super::assets::{AssetRow, rows_of};
use super::map::{metres, whole_metres};
use crate::replica::{Replica, ReplicaError};

#[cfg(test)]
mod tests;

/// Assets that are noted as not found in one step, so that a long list can be stopped.
const STEP: usize = 25;

/// One round.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct RoundRow {
    pub round: Round,
    /// Of its first and its last word; `None` before anything was seen.
    pub began_at: Option<Time>,
    pub last_at: Option<Time>,
    /// Still to be looked for.
    pub left: u32,
    pub found: u32,
    /// Found, though the register says that they stand elsewhere.
    pub elsewhere: u32,
    pub not_found: u32,
    /// Who works on it, as people call their devices.
    pub by: Vec<String>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct Rounds {
    pub rows: Vec<RoundRow>,
    /// Rounds in all pages.
    pub total: u32,
}

/// Which assets of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RoundPart {
    Left,
    Found,
    Elsewhere,
    NotFound,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RoundQuery {
    pub round: Round,
    pub part: RoundPart,
    /// Where somebody stands: what is left comes in the order of its distance.
    pub near: Option<Position>,
    pub offset: u32,
    /// At most 200.
    pub limit: u32,
}

/// An asset in a round.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct RoundAsset {
    pub row: AssetRow,
    /// When it was seen or looked for, and by whom.
    pub at: Option<Time>,
    pub by: String,
    /// Metres from where somebody stands, if both are known.
    pub metres: Option<u32>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct RoundPage {
    pub rows: Vec<RoundAsset>,
    pub total: u32,
}

/// An asset that was just seen.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RoundSeen {
    pub row: AssetRow,
    /// The register says that it stands in another place.
    pub elsewhere: bool,
    /// Somebody saw it in this round already.
    pub again: bool,
}

/// Writes what rounds say of an asset.
pub(super) fn put(
    tx: &Transaction<'_>,
    n: i64,
    sightings: &BTreeMap<String, Sighting>,
) -> Result<(), ReplicaError> {
    for (round, sighting) in sightings {
        tx.prepare_cached(
            "INSERT INTO sightings (n, round, found, at, writer) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            n,
            round,
            sighting.found,
            sighting.at.0,
            sighting.by.as_bytes().as_slice()
        ])?;
    }
    Ok(())
}

/// An asset of a round, as far as it has to be sorted.
struct Place {
    n: i64,
    expected: bool,
    /// The register has it in the place of the round.
    here: bool,
    number_key: Vec<u8>,
    position: Option<(f64, f64)>,
    said: Option<(bool, Time, Option<DeviceId>)>,
}

impl Place {
    fn part(&self) -> Option<RoundPart> {
        match self.said {
            None => self.expected.then_some(RoundPart::Left),
            Some((true, ..)) if self.here => Some(RoundPart::Found),
            Some((true, ..)) => Some(RoundPart::Elsewhere),
            Some((false, ..)) => Some(RoundPart::NotFound),
        }
    }
}

/// Everything that belongs to a round: what should be there, and what was seen or looked for.
///
/// A round of today expects whatever stands there; an earlier one what stood there at the last word of its own day, so that a lamp
/// that was put up since is not looked for in it, also when somebody takes it up again.
fn places(db: &Connection, round: &Round, now: Time) -> Result<Vec<Place>, ReplicaError> {
    let on_its_day = |at: i64| athens_date(at).to_string() <= round.day;
    let over = round.day < athens_date(now.0).to_string();
    let mut last = None;
    if over {
        let mut words = db.prepare_cached("SELECT at FROM sightings WHERE round = ?1")?;
        for at in words.query_map([round.key()], |row| row.get::<_, i64>(0))? {
            last = last.max(Some(at?).filter(|at| on_its_day(*at)));
        }
    }
    let there = |added_at: i64| match last {
        Some(last) => added_at <= last,
        None => !over || on_its_day(added_at),
    };
    let mut rows = db.prepare_cached(
        "SELECT v.n, v.kind, v.community, v.settlement, v.spot, v.number_key, v.lat, v.lon, s.found, s.at, s.writer, v.added_at
         FROM assets v LEFT JOIN sightings s ON s.n = v.n AND s.round = ?1
         WHERE (v.community = ?2 AND v.retired = 0 AND (?3 = '' OR v.settlement = ?3) AND (?4 = '' OR v.kind = ?4))
             OR v.n IN (SELECT n FROM sightings WHERE round = ?1)",
    )?;
    let mut rows = rows.query(params![
        round.key(),
        round.community,
        round.settlement,
        round.kind
    ])?;
    let mut places = Vec::new();
    while let Some(row) = rows.next()? {
        let text = |at: usize| row.get::<_, String>(at);
        let found: Option<bool> = row.get(8)?;
        let said = match found {
            Some(found) => {
                let writer: Vec<u8> = row.get(10)?;
                Some((found, Time(row.get(9)?), DeviceId::from_slice(&writer)))
            }
            None => None,
        };
        let place = Place {
            n: row.get(0)?,
            here: round.holds(&text(2)?, &text(3)?),
            expected: there(row.get(11)?)
                && round.expects(&text(1)?, &text(2)?, &text(3)?, &text(4)?),
            number_key: row.get(5)?,
            position: row.get::<_, Option<f64>>(6)?.zip(row.get(7)?),
            said,
        };
        if place.part().is_some() {
            places.push(place);
        }
    }
    Ok(places)
}

fn row(round: Round, places: &[Place], lists: &Lists) -> RoundRow {
    let count = |part: RoundPart| {
        let of = places.iter().filter(|place| place.part() == Some(part));
        u32::try_from(of.count()).unwrap_or(u32::MAX)
    };
    let said = || places.iter().filter_map(|place| place.said);
    let mut by: Vec<String> = said()
        .filter_map(|(_, _, by)| by)
        .map(|by| lists.device_name(by))
        .collect();
    by.sort();
    by.dedup();
    RoundRow {
        began_at: said().map(|(_, at, _)| at).min(),
        last_at: said().map(|(_, at, _)| at).max(),
        left: count(RoundPart::Left),
        found: count(RoundPart::Found),
        elsewhere: count(RoundPart::Elsewhere),
        not_found: count(RoundPart::NotFound),
        by,
        round,
    }
}

impl Replica {
    /// Rounds that anybody began, the one worked on last first.
    pub fn rounds(&self, offset: u32, limit: u32, now: Time) -> Result<Rounds, ReplicaError> {
        let lists = self.lists();
        let limit = limit.clamp(1, PAGE_MAX);
        self.read(|db| {
            let total = db
                .prepare_cached("SELECT count(DISTINCT round) FROM sightings")?
                .query_row([], |row| row.get(0))?;
            let mut keys = db.prepare_cached(
                "SELECT round FROM sightings GROUP BY round ORDER BY max(at) DESC, round LIMIT ?1 OFFSET ?2",
            )?;
            let keys = keys.query_map([limit, offset], |row| row.get::<_, String>(0))?;
            let mut rows = Vec::new();
            for key in keys {
                if let Some(round) = Round::from_key(&key?) {
                    let places = places(db, &round, now)?;
                    rows.push(row(round, &places, &lists));
                }
            }
            Ok(Rounds { rows, total })
        })
    }

    /// One round, also one of which nothing was seen yet.
    pub fn round(&self, round: &Round, now: Time) -> Result<RoundRow, ReplicaError> {
        let lists = self.lists();
        let round = round.check(&lists, &self.author()?)?;
        self.read(|db| Ok(row(round.clone(), &places(db, &round, now)?, &lists)))
    }

    /// A page of the assets of a round.
    pub fn round_page(&self, query: &RoundQuery, now: Time) -> Result<RoundPage, ReplicaError> {
        let lists = self.lists();
        let round = query.round.check(&lists, &self.author()?)?;
        let near = query.near.as_ref();
        let away = |place: &Place| {
            let (lat, lon) = place.position?;
            Some(metres(near?, lat, lon))
        };
        self.read(|db| {
            let mut all = places(db, &round, now)?;
            all.retain(|place| place.part() == Some(query.part));
            let total = u32::try_from(all.len()).unwrap_or(u32::MAX);
            if query.part == RoundPart::Left {
                all.sort_by(|a, b| {
                    let far = |place| away(place).unwrap_or(f64::MAX);
                    far(a)
                        .total_cmp(&far(b))
                        .then_with(|| (&a.number_key, a.n).cmp(&(&b.number_key, b.n)))
                });
            } else {
                let at = |place: &Place| place.said.map(|(_, at, _)| at);
                all.sort_by_key(|place| (std::cmp::Reverse(at(place)), place.n));
            }
            let page: Vec<Place> = all
                .into_iter()
                .skip(query.offset as usize)
                .take(query.limit.clamp(1, PAGE_MAX) as usize)
                .collect();
            let numbers: Vec<i64> = page.iter().map(|place| place.n).collect();
            let mut rows = rows_of(db, &numbers)?;
            let rows = page.iter().filter_map(|place| {
                let said = place.said;
                Some(RoundAsset {
                    row: rows.remove(&place.n)?,
                    at: said.map(|(_, at, _)| at),
                    by: said
                        .and_then(|(_, _, by)| by)
                        .map_or_else(String::new, |by| lists.device_name(by)),
                    metres: away(place).map(whole_metres),
                })
            });
            Ok(RoundPage {
                rows: rows.collect(),
                total,
            })
        })
    }

    /// An asset was seen in a round. Seeing it twice writes nothing.
    pub fn see_in_round(
        &self,
        round: &Round,
        id: DocId,
        now: Time,
    ) -> Result<RoundSeen, ReplicaError> {
        let round = round.check(&self.lists(), &self.author()?)?;
        let again = self.read(|db| said_of(db, &round, id))? == Some(true);
        // Also what somebody else saw: they may have been mistaken.
        if !self.saw_in_round(&round, id)? {
            let seen = |round| What::Seen { round };
            self.sight(id, &round, seen, now)?;
        }
        let row = self.asset_row(id)?;
        let elsewhere = !round.holds(&row.community, &row.settlement);
        Ok(RoundSeen {
            row,
            elsewhere,
            again,
        })
    }

    /// Takes back that this device saw an asset in a round: it was another one. Whether it had said so, and the round after it.
    pub fn unsee_in_round(
        &self,
        round: &Round,
        id: DocId,
        now: Time,
    ) -> Result<(bool, RoundRow), ReplicaError> {
        let round = round.check(&self.lists(), &self.author()?)?;
        let mine = self.saw_in_round(&round, id)?;
        if mine {
            let unseen = |round| What::Unseen { round };
            self.sight(id, &round, unseen, now)?;
        }
        Ok((mine, self.round(&round, now)?))
    }

    /// Whether this device says that it saw an asset in a round.
    fn saw_in_round(&self, round: &Round, id: DocId) -> Result<bool, ReplicaError> {
        let me = self.enrolled()?.device;
        let asset = assets::read(&self.loaded(id)?.doc.record());
        Ok(asset.sightings.is_seen_by(round, me))
    }

    /// Says of the next few assets of a round that they were not found; gives how many, and the round after it.
    pub fn end_round(&self, round: &Round, now: Time) -> Result<(u32, RoundRow), ReplicaError> {
        let round = round.check(&self.lists(), &self.author()?)?;
        let left: Vec<DocId> = self.read(|db| {
            let left = places(db, &round, now)?;
            let left = left
                .iter()
                .filter(|place| place.part() == Some(RoundPart::Left));
            let mut ids = db.prepare_cached("SELECT doc FROM docs WHERE n = ?1")?;
            let mut found = Vec::new();
            for place in left.take(STEP) {
                let doc: Vec<u8> = ids.query_row([place.n], |row| row.get(0))?;
                found.extend(DocId::from_slice(&doc));
            }
            Ok(found)
        })?;
        let mut noted = 0;
        for id in left {
            // Each is saved by itself: a device that dies half-way goes on where it was. Somebody may just have seen it.
            if self.read(|db| said_of(db, &round, id))?.is_none() {
                let not_found = |round| What::NotFound { round };
                self.sight(id, &round, not_found, now)?;
                noted += 1;
            }
        }
        Ok((noted, self.round(&round, now)?))
    }

    fn sight(
        &self,
        id: DocId,
        round: &Round,
        what: impl FnOnce(Round) -> What,
        now: Time,
    ) -> Result<(), ReplicaError> {
        self.record_on_asset(id, now, |asset, _, author| {
            Ok((acts::sight(asset, round, what, author)?, Vec::new()))
        })
    }
}

/// What a round says of an asset already.
fn said_of(db: &Connection, round: &Round, id: DocId) -> Result<Option<bool>, ReplicaError> {
    Ok(db
        .prepare_cached(
            "SELECT s.found FROM sightings s JOIN assets v ON v.n = s.n WHERE s.round = ?1 AND v.doc = ?2",
        )?
        .query_row(params![round.key(), id.as_bytes().as_slice()], |row| {
            row.get(0)
        })
        .optional()?)
}
