//! Open requests that may be about the trouble somebody is just reporting.

use koina_model::ids::{DocId, Time};
use koina_model::words::Position;
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::SAVED;
use super::map::{metres, whole_metres};
use super::requests::{COLUMNS, ROW_COLUMNS, RequestRow, read_row};
use crate::replica::{Replica, ReplicaError};

/// Two positions closer than this may be one trouble.
const METRES_MAX: f64 = 30.0;
/// How many metres more are forgiven a position that says how unsure it is.
const UNSURE_MAX: f64 = 30.0;
/// What was received longer ago than this is another story.
const DAYS_MAX: i64 = 30;
/// Lines that are offered.
const MOST: usize = 3;

/// What is known so far of a request that is being typed.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct SimilarQuery {
    pub category: String,
    pub community: String,
    pub settlement: String,
    pub position: Option<Position>,
    /// The asset it is about.
    pub asset: Option<DocId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Similar {
    /// The likeliest first.
    pub rows: Vec<SimilarRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct SimilarRow {
    pub row: RequestRow,
    /// Both are about the same asset.
    pub same_asset: bool,
    /// How far it is, where both positions are known.
    pub metres: Option<u32>,
}

impl Replica {
    /// Open requests of the same category of the last 30 days: about the same asset, or within 30 metres; where one position is not
    /// known, in the same village.
    pub fn similar(&self, query: &SimilarQuery, now: Time) -> Result<Similar, ReplicaError> {
        self.read(|db| {
            let at = match (query.position, query.asset) {
                (Some(position), _) => Some(position),
                (None, Some(asset)) => db
                    .prepare_cached("SELECT lat, lon FROM assets WHERE doc = ?1 AND lat IS NOT NULL")?
                    .query_row([asset.as_bytes().as_slice()], |row| {
                        let (lat, lon) = (row.get(0)?, row.get(1)?);
                        Ok(Position { lat, lon, accuracy_m: None })
                    })
                    .optional()?,
                (None, None) => None,
            };
            let mut rows = db.prepare_cached(&format!(
                "SELECT {COLUMNS}, {SAVED}, coalesce(v.lat, a.lat), coalesce(v.lon, a.lon), v.asset
                 FROM requests v LEFT JOIN assets a ON v.lat IS NULL AND a.doc = v.asset
                 WHERE v.open = 1 AND v.received_at > ?1 AND v.category = ?2 ORDER BY v.received_at DESC, v.n DESC"
            ))?;
            let mut rows = rows.query(params![now.plus_days(-DAYS_MAX).0, query.category])?;
            let unsure = at.and_then(|at| at.accuracy_m).unwrap_or(0.0).clamp(0.0, UNSURE_MAX);
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let line = read_row(row, now)?;
                let there: Option<f64> = row.get(ROW_COLUMNS)?;
                let there: Option<(f64, f64)> = there.zip(row.get(ROW_COLUMNS + 1)?);
                let asset: Option<Vec<u8>> = row.get(ROW_COLUMNS + 2)?;
                let asset = asset.and_then(|id| DocId::from_slice(&id));
                let about_one = query.asset.zip(asset).map(|(one, other)| one == other);
                let far = at.zip(there).map(|(at, (lat, lon))| metres(&at, lat, lon));
                let village = !line.community.is_empty()
                    && line.community == query.community
                    && (line.settlement == query.settlement
                        || line.settlement.is_empty()
                        || query.settlement.is_empty());
                let alike = match (about_one, far) {
                    (Some(same), _) => same,
                    (None, Some(far)) => far <= METRES_MAX + unsure,
                    (None, None) => village,
                };
                if alike {
                    found.push((about_one.unwrap_or(false), far, line));
                }
            }
            // The sort is stable: among equals the newest stays first.
            found.sort_by(|(one, near, _), (other, far, _)| {
                let distance = |metres: &Option<f64>| metres.unwrap_or(f64::MAX);
                other.cmp(one).then(distance(near).total_cmp(&distance(far)))
            });
            let rows = found.into_iter().take(MOST).map(|(same_asset, far, row)| SimilarRow {
                row,
                same_asset,
                metres: far.map(whole_metres),
            });
            Ok(Similar { rows: rows.collect() })
        })
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]
mod tests;
