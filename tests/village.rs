//! A believable municipality from a seed: crews, desks, assets and fourteen months of requests, for the demo and for
//! measuring with many records.
//!
//! Everything is written through the product's own rules and docs: what comes out are changes as devices push them.
//! The same seed, moment and counts give the same bytes.
#![allow(
    clippy::indexing_slicing,
    reason = "a generator over tables of its own"
)]

use koina_model::ids::Time;
use koina_model::lists::Lists;
use koina_model::reference::{Reference, Settlement};

mod assets;
mod chance;
mod clashes;
mod course;
mod pen;
mod people;
mod requests;
mod says;
mod work;

pub use pen::Change;
pub use people::{Station, in_the};

use chance::Chance;
use people::Ground;

/// How long the history is.
const HISTORY_DAYS: i64 = 426;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How many records.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    pub assets: u32,
    pub requests: u32,
    /// Requests and assets of which two devices wrote the same field differently.
    pub clashes: u32,
    /// Requests that one device ended while another opened or ended them otherwise.
    pub crossings: u32,
}

impl Counts {
    /// So many records, with a handful of disagreements.
    pub fn new(requests: u32, assets: u32) -> Self {
        Self {
            assets,
            requests,
            clashes: 8.min(requests / 10),
            crossings: 4.min(requests / 20),
        }
    }
}

/// The municipality and who writes in it.
#[derive(Clone, Debug)]
pub struct Village {
    pub now: Time,
    /// Reference data, crews, and the names of the stations.
    pub lists: Lists,
    pub stations: Vec<Station>,
    seed: u64,
    settlements: Vec<(Settlement, u32, Ground)>,
}

impl std::fmt::Debug for Ground {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ground")
    }
}

impl Village {
    /// The bundled municipality of Dion-Olympos with crews and stations, fourteen months before `now`.
    pub fn new(seed: u64, now: Time) -> Self {
        let reference =
            Reference::bundled("dion-olympos").expect("the municipality is part of the program");
        let settlements = people::settlements(&reference);
        let crews = people::crews(&reference);
        let stations = people::stations(seed, Time(now.0 - HISTORY_DAYS * DAY), &crews, &reference);
        let lists = people::lists(reference, crews, &stations);
        Self {
            now,
            lists,
            stations,
            seed,
            settlements,
        }
    }

    /// When the first record was written.
    pub fn began(&self) -> Time {
        Time(self.now.0 - HISTORY_DAYS * DAY)
    }

    /// Every record with its whole history, one after the other: assets first, then requests as they came in.
    pub fn records(&self, counts: Counts) -> Records<'_> {
        Records {
            village: self,
            assets: assets::Register::new(counts),
            requests: requests::Inbox::new(self, counts),
        }
    }

    /// Every change, record after record.
    pub fn changes(&self, counts: Counts) -> impl Iterator<Item = Change> + '_ {
        self.records(counts).flatten()
    }

    /// One of the settlements, by how much happens there.
    fn somewhere(&self, chance: &mut Chance) -> &(Settlement, u32, Ground) {
        chance.weighted(&self.settlements, |(_, weight, _)| *weight)
    }

    /// The next moment of the day shift, unless it cannot wait.
    fn in_hours(&self, at: i64, chance: &mut Chance) -> i64 {
        let local = at + athens_ahead(at);
        let of_day = local.rem_euclid(DAY);
        let midnight = local - of_day;
        let begins = 7 * HOUR + chance.between(5, 200) * MINUTE;
        let shifted = match of_day {
            early if early < 7 * HOUR => midnight + begins,
            late if late > 15 * HOUR => midnight + DAY + begins,
            _ => local,
        };
        shifted - athens_ahead(at)
    }
}

/// How far Athens is ahead of UTC, near enough for a village.
fn athens_ahead(at: i64) -> i64 {
    let month = koina_model::calendar::athens_date(at).month();
    if (4..=10).contains(&month) {
        3 * HOUR
    } else {
        2 * HOUR
    }
}

/// The records of a village, one by one.
pub struct Records<'v> {
    village: &'v Village,
    assets: assets::Register,
    requests: requests::Inbox,
}

impl Iterator for Records<'_> {
    type Item = Vec<Change>;

    fn next(&mut self) -> Option<Vec<Change>> {
        self.assets
            .next(self.village)
            .or_else(|| self.requests.next(self.village, &self.assets))
    }
}
