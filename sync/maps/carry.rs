//! Brings the map of the town hall, a piece at a time, after everything that is more urgent. What arrived stays: a cut, and the
//! end of the app, cost what was on the line.

use koina_model::ids::Time;
use koina_model::photos::{FileHash, piece_path};
use koina_model::problem::{MapFault, Problem};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{MAP_BYTES_MAX, MapPack};
use crate::exchange::Line;
use crate::photos::carry::{Carrying, told};
use crate::replica::{Replica, ReplicaError};

/// Where the town hall says which map it has. Behind a slash and the name of a file, its bytes.
pub const MAP_PATH: &str = "/v1/map";
/// Most bytes of a piece.
pub const PIECE_MAX: usize = 1024 * 1024;

/// The map in use at the town hall.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct MapOffer {
    pub map: Option<MapPack>,
}

/// A map that is on its way here.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct MapComing {
    pub map: MapPack,
    /// Bytes that are here.
    #[ts(type = "number")]
    pub had: u64,
    /// There is room for the rest; else it waits.
    pub fits: bool,
}

/// Names in the settings of the replica: the map that is wanted, or whatever map the town hall has now; the map that came and was
/// none of this municipality; and that nobody here wants one.
const WANTED: &str = "map_wanted";
const NEWEST: &str = "newest";
const REFUSED: &str = "map_refused";
const DECLINED: &str = "map_declined";

impl Replica {
    /// The map that is on its way.
    pub fn map_coming(&self) -> Result<Option<MapComing>, ReplicaError> {
        let Some(json) = self.meta(WANTED)? else {
            return Ok(None);
        };
        let Ok(map) = serde_json::from_str::<MapPack>(&json) else {
            return Ok(None);
        };
        let had = self.maps().had(map.file)?;
        let fits = self.maps().has_room(map.bytes.saturating_sub(had));
        Ok(Some(MapComing { map, had, fits }))
    }

    /// Whether somebody wants whatever map the town hall has now: the one that was asked for is not there any more.
    pub fn wants_newest_map(&self) -> Result<bool, ReplicaError> {
        Ok(self.meta(WANTED)?.as_deref() == Some(NEWEST))
    }

    /// Whether a map should not come by itself: nobody wants one, or this one came before and could not be used.
    pub fn keeps_off_map(&self, map: &MapPack) -> Result<bool, ReplicaError> {
        let refused = self.meta(REFUSED)? == Some(map.file.to_string());
        Ok(refused || self.declines_map()?)
    }

    /// Whether somebody said that no map is to come here.
    pub fn declines_map(&self) -> Result<bool, ReplicaError> {
        Ok(self.meta(DECLINED)?.is_some())
    }

    /// Notes that no map is to come here by itself, or that one may again.
    pub fn decline_map(&self, on: bool) -> Result<(), ReplicaError> {
        if on {
            self.set_meta(DECLINED, "1")
        } else {
            self.forget_meta(DECLINED)
        }
    }

    /// Asks for a map; `None` asks for none any more, and forgets what came of it.
    pub fn want_map(&self, map: Option<&MapPack>) -> Result<(), ReplicaError> {
        if let Some(coming) = self.map_coming()?
            && map.is_none_or(|map| map.file != coming.map.file)
        {
            self.maps().forget(coming.map.file)?;
        }
        match map {
            Some(map) if map.bytes > MAP_BYTES_MAX => Err(Problem::from(MapFault::TooLarge).into()),
            Some(map) => self.set_meta(WANTED, &serde_json::to_string(map)?),
            None => self.forget_meta(WANTED),
        }
    }
}

/// Moves one piece. Gives whether there is more.
pub async fn step(
    replica: &Replica,
    line: &(impl Line + Sync),
    now: &(dyn Fn() -> Time + Sync),
    carrying: &Carrying,
) -> Result<bool, Problem> {
    let Some(MapComing { map, had, fits }) = told(replica.map_coming())? else {
        return Ok(false);
    };
    // Records come before a map, on the disk too.
    if !fits {
        return Ok(false);
    }
    let missing = usize::try_from(map.bytes.saturating_sub(had)).unwrap_or(usize::MAX);
    if missing > 0 {
        let most = carrying.pace().at_most(PIECE_MAX).min(missing);
        let path = piece_path(MAP_PATH, map.file, had, most as u64);
        let headers = told(replica.sign("GET", &path, b""))?;
        let (left_at, mut taken) = (now(), Vec::new());
        let came = line.fetch(&path, &headers, &mut taken).await;
        taken.truncate(missing);
        replica.maps().append(map.file, had, &taken)?;
        carrying
            .pace()
            .carried(taken.len() as u64, now().0 - left_at.0);
        match came {
            // The town hall has another one by now.
            Err(failed) if failed.problem == Problem::NotFound => {
                told(replica.want_map(None))?;
                told(replica.set_meta(WANTED, NEWEST))?;
                return Ok(false);
            }
            Err(failed) => {
                if failed.left && matches!(failed.problem, Problem::Offline { .. }) {
                    carrying.pace().lost();
                }
                return Err(failed.problem);
            }
            // It has fewer bytes than it said: nobody would ever be done with it.
            Ok(()) if taken.is_empty() => return refuse(replica, map.file),
            Ok(()) if taken.len() < missing => return Ok(true),
            Ok(()) => {}
        }
    }
    let lists = replica.lists();
    let municipality = &lists.reference.municipality;
    match replica.maps().finish(map.file, municipality) {
        Ok(Some(_)) => {
            told(replica.want_map(None))?;
            Ok(false)
        }
        // Other bytes than its name says, or no map of this municipality.
        Ok(None) | Err(Problem::Map { .. }) => refuse(replica, map.file),
        Err(problem) => Err(problem),
    }
}

/// A map that cannot be used: it does not come again by itself.
fn refuse(replica: &Replica, file: FileHash) -> Result<bool, Problem> {
    tracing::warn!(%file, "the map of the town hall cannot be used here");
    told(replica.want_map(None))?;
    told(replica.set_meta(REFUSED, &file.to_string()))?;
    Ok(false)
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]
mod tests;
