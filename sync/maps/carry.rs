//! Brings the map of the town hall, a piece at a time, after everything that is more urgent. What arrived stays: a cut, and the
//! end of the app, cost what was on the line.

use koina_model::ids::Time;
use koina_model::photos::FileHash;
use koina_model::problem::{MapFault, Problem};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{MAP_BYTES_MAX, MapPack};
use crate::exchange::Line;
use crate::photos::carry::Carrying;
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
}

/// Name of the map that is wanted, in the settings of the replica.
const WANTED: &str = "map_wanted";

/// The path of a piece.
pub fn piece_path(file: FileHash, from: u64, most: usize) -> String {
    format!("{MAP_PATH}/{file}?from={from}&most={most}")
}

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
        Ok(Some(MapComing { map, had }))
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
    let told = |failure: ReplicaError| failure.to_problem();
    let Some(MapComing { map, had }) = replica.map_coming().map_err(told)? else {
        return Ok(false);
    };
    let missing = usize::try_from(map.bytes.saturating_sub(had)).unwrap_or(usize::MAX);
    let mut came = Ok(());
    if missing > 0 {
        let most = carrying.pace().at_most(PIECE_MAX).min(missing);
        let path = piece_path(map.file, had, most);
        let headers = replica.sign("GET", &path, b"").map_err(told)?;
        let (left_at, mut taken) = (now(), Vec::new());
        came = line.fetch(&path, &headers, &mut taken).await;
        taken.truncate(missing);
        replica.maps().append(map.file, had, &taken)?;
        carrying
            .pace()
            .carried(taken.len() as u64, now().0 - left_at.0);
        match &came {
            Err(failed) if matches!(failed.problem, Problem::NotFound | Problem::Map { .. }) => {
                // The town hall has another one by now.
                replica.want_map(None).map_err(told)?;
                return Ok(false);
            }
            Err(failed) if failed.left && matches!(failed.problem, Problem::Offline { .. }) => {
                carrying.pace().lost();
            }
            Ok(()) if taken.is_empty() => {
                return Err(Problem::Malformed {
                    what: "the map, of which nothing came".to_owned(),
                });
            }
            _ => {}
        }
        if taken.len() < missing {
            return came.map(|()| true).map_err(|failed| failed.problem);
        }
    }
    let lists = replica.lists();
    let finished = replica
        .maps()
        .finish(map.file, &lists.reference.municipality);
    replica.want_map(None).map_err(told)?;
    if finished?.is_none() {
        tracing::warn!(file = %map.file, "a map came that is not what its name says");
    }
    came.map(|()| false).map_err(|failed| failed.problem)
}
