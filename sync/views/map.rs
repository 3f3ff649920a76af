//! What a map shows of the records: requests and assets within a frame, those that lie close together as one.

use koina_model::egsa87::{Egsa87, read_coordinates};
use koina_model::ids::{DocId, Time};
use koina_model::place::{position_text, read_position};
use koina_model::problem::{FieldRule, Problem};
use koina_model::words::{Kind, Position, Status};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::requests::status_from;
use crate::replica::{Replica, ReplicaError};

/// Things closer than this many points of the screen are drawn as one.
const CLOSE: f64 = 56.0;
/// From this zoom on every thing is drawn for itself: the map shows single lamps.
const APART_FROM: u8 = 18;
/// Most things of a kind in one frame that are drawn for themselves.
const POINTS_MAX: u32 = 400;

/// A frame of the map, in degrees, and what to show in it.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MapQuery {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
    /// As on every map of this kind: 0 is the world, each step doubles it.
    pub zoom: u8,
    /// Open requests.
    pub requests: bool,
    /// Assets in use.
    pub assets: bool,
    /// Asset type code; empty means all.
    pub kind: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct MapPoints {
    pub points: Vec<MapPoint>,
    pub clusters: Vec<MapCluster>,
    /// Things in the frame, of both kinds.
    pub total: u32,
    /// Not all of them are drawn: come closer.
    pub more: bool,
    /// Open requests of which nobody knows the position, wherever they are.
    pub unplaced: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct MapPoint {
    pub id: DocId,
    pub what: Kind,
    pub lat: f64,
    pub lon: f64,
    /// Receipt number of a request, number of an asset.
    pub number: String,
    /// Category of a request, type of an asset.
    pub code: String,
    pub name: String,
    pub community: String,
    pub settlement: String,
    pub place_text: String,
    /// Of a request.
    pub status: Option<Status>,
    /// Of a request: 1 (danger) to 4 (low).
    pub priority: u8,
    pub late: bool,
    /// Of an asset: 1 (new) to 5 (dangerous); 0 when never inspected.
    pub condition: u8,
    /// Open requests about an asset.
    pub open_requests: u32,
}

/// Things that lie close together.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct MapCluster {
    pub what: Kind,
    /// Their middle.
    pub lat: f64,
    pub lon: f64,
    pub count: u32,
    /// Requests that are late or say that there is danger, assets that are dangerous or about which there are open requests, among them.
    pub pressing: u32,
    /// West, south, east, north of all of them.
    pub bounds: [f64; 4],
}

/// A position that somebody chose or typed, and what is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Place {
    pub position: Position,
    pub egsa87: Option<Egsa87>,
    /// The nearest village, and how far its middle is, in metres.
    pub community: String,
    pub settlement: String,
    pub metres: u32,
}

impl MapQuery {
    /// Degrees of longitude and latitude within which things are close, at this latitude.
    fn cell(&self, lat: f64) -> (f64, f64) {
        let lon = 360.0 * CLOSE / (256.0 * 2_f64.powi(i32::from(self.zoom.min(24))));
        (lon, lon * lat.clamp(-85.0, 85.0).to_radians().cos())
    }

    fn checked(&self) -> Result<(), Problem> {
        let sound = [self.west, self.south, self.east, self.north]
            .iter()
            .all(|degrees| degrees.is_finite() && degrees.abs() <= 1_000.0)
            && self.west <= self.east
            && self.south <= self.north;
        if sound {
            return Ok(());
        }
        let (min, max) = (-180, 180);
        Err(Problem::field("west", FieldRule::OutOfRange { min, max }))
    }
}

/// Where a request is: where somebody said, else where the asset is that it is about.
const REQUESTS: &str = "SELECT r.n, coalesce(r.lat, a.lat) AS lat, coalesce(r.lon, a.lon) AS lon, r.due_at < ?5 OR r.priority = 1 AS pressing
    FROM requests r LEFT JOIN assets a ON r.lat IS NULL AND a.doc = r.asset
    WHERE r.open = 1 AND coalesce(r.lon, a.lon) BETWEEN ?1 AND ?2 AND coalesce(r.lat, a.lat) BETWEEN ?3 AND ?4";
const ASSETS: &str = "SELECT v.n, v.lat, v.lon, EXISTS (SELECT 1 FROM requests r WHERE r.asset = v.doc AND r.open = 1) OR v.condition = 5 AS pressing
    FROM assets v WHERE v.retired = 0 AND v.lon BETWEEN ?1 AND ?2 AND v.lat BETWEEN ?3 AND ?4 AND (?5 = '' OR v.kind = ?5)";

impl Replica {
    /// What lies in a frame.
    pub fn map_points(&self, query: &MapQuery, now: Time) -> Result<MapPoints, ReplicaError> {
        query.checked()?;
        // Not that of the frame, which moves: the cells have to lie still.
        let [_, south, _, north] = self.lists().reference.municipality.bbox;
        let cell = query.cell((south + north) / 2.0);
        self.read(|db| {
            let mut found = MapPoints {
                points: Vec::new(),
                clusters: Vec::new(),
                total: 0,
                more: false,
                unplaced: db
                    .prepare_cached(
                        "SELECT count(*) FROM requests r LEFT JOIN assets a ON a.doc = r.asset
                         WHERE r.open = 1 AND coalesce(r.lat, a.lat) IS NULL",
                    )?
                    .query_row([], |row| row.get(0))?,
            };
            if query.assets {
                gather(db, query, cell, Kind::Asset, &query.kind, &mut found, now)?;
            }
            if query.requests {
                gather(db, query, cell, Kind::Request, &now.0, &mut found, now)?;
            }
            Ok(found)
        })
    }

    /// What is known of a position, given as `read_coordinates` understands it.
    pub fn place_at(&self, typed: &str) -> Result<Place, Problem> {
        let lists = self.lists();
        // As a record would hold it, so that nobody reads another number later.
        let stored = |position| read_position(&position_text(&position));
        let Some(position) = read_coordinates(typed).and_then(stored) else {
            return Err(Problem::field("position", FieldRule::NotANumber));
        };
        let reference = &lists.reference;
        if !reference.municipality.is_near(&position) {
            return Err(Problem::field("position", FieldRule::OutsideMunicipality));
        }
        let nearest = reference
            .settlements
            .iter()
            .map(|one| (metres(&position, one.lat, one.lon), one))
            .min_by(|(a, _), (b, _)| a.total_cmp(b));
        let (metres, community, settlement) = match nearest {
            Some((metres, one)) => (metres, one.community.clone(), one.code.clone()),
            None => (0.0, String::new(), String::new()),
        };
        Ok(Place {
            egsa87: Egsa87::of(&position),
            position,
            community,
            settlement,
            metres: whole_metres(metres),
        })
    }
}

/// Metres between a position and another that is not far.
pub(super) fn metres(from: &Position, lat: f64, lon: f64) -> f64 {
    const DEGREE: f64 = 111_195.0;
    let north = (lat - from.lat) * DEGREE;
    let east = (lon - from.lon) * DEGREE * from.lat.to_radians().cos();
    north.hypot(east)
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a distance on Earth, in whole metres"
)]
pub(super) fn whole_metres(metres: f64) -> u32 {
    metres.round() as u32
}

fn gather(
    db: &Connection,
    query: &MapQuery,
    (dx, dy): (f64, f64),
    what: Kind,
    fifth: &dyn rusqlite::ToSql,
    found: &mut MapPoints,
    now: Time,
) -> Result<(), ReplicaError> {
    let within = match what {
        Kind::Request => REQUESTS,
        Kind::Asset => ASSETS,
    };
    let frame = (query.west, query.east, query.south, query.north);
    let apart = query.zoom >= APART_FROM;
    // Cells lie still while the map is moved: things do not change their company.
    let by = if apart {
        "n"
    } else {
        "CAST((lon + 180) / ?6 AS INTEGER), CAST((lat + 90) / ?7 AS INTEGER)"
    };
    // A name for the two values that are not used when everything is drawn for itself.
    let sql = format!(
        "SELECT count(*), min(n), avg(lat), avg(lon), sum(pressing), min(lon), min(lat), max(lon), max(lat), ?6 + ?7
         FROM ({within}) GROUP BY {by} ORDER BY sum(pressing) DESC, min(n)"
    );
    let mut cells = db.prepare_cached(&sql)?;
    let mut cells = cells.query(params![frame.0, frame.1, frame.2, frame.3, fifth, dx, dy])?;
    let mut drawn = 0;
    while let Some(cell) = cells.next()? {
        let count: u32 = cell.get(0)?;
        found.total += count;
        drawn += 1;
        if drawn > POINTS_MAX {
            found.more = true;
            continue;
        }
        if count == 1 {
            found.points.push(point(db, what, cell.get(1)?, now)?);
            continue;
        }
        found.clusters.push(MapCluster {
            what,
            lat: cell.get(2)?,
            lon: cell.get(3)?,
            count,
            pressing: cell.get(4)?,
            bounds: [cell.get(5)?, cell.get(6)?, cell.get(7)?, cell.get(8)?],
        });
    }
    Ok(())
}

fn point(db: &Connection, what: Kind, n: i64, now: Time) -> Result<MapPoint, ReplicaError> {
    let sql = match what {
        Kind::Request => {
            "SELECT r.doc, coalesce(r.lat, a.lat), coalesce(r.lon, a.lon), r.receipt, r.category, '', r.community, r.settlement,
                r.spot, r.priority, r.due_at, r.status FROM requests r LEFT JOIN assets a ON a.doc = r.asset WHERE r.n = ?1"
        }
        Kind::Asset => {
            "SELECT v.doc, v.lat, v.lon, v.number, v.kind, v.name, v.community, v.settlement, v.spot, v.condition,
                (SELECT count(*) FROM requests r WHERE r.asset = v.doc AND r.open = 1), '' FROM assets v WHERE v.n = ?1"
        }
    };
    let found = db.prepare_cached(sql)?.query_row([n], |row| {
        let doc: Vec<u8> = row.get(0)?;
        let status: String = row.get(11)?;
        let request = what == Kind::Request;
        Ok(MapPoint {
            id: DocId::from_slice(&doc).unwrap_or(DocId(uuid::Uuid::nil())),
            what,
            lat: row.get(1)?,
            lon: row.get(2)?,
            number: row.get(3)?,
            code: row.get(4)?,
            name: row.get(5)?,
            community: row.get(6)?,
            settlement: row.get(7)?,
            place_text: row.get(8)?,
            status: request.then(|| status_from(status)),
            priority: if request { row.get(9)? } else { 0 },
            late: request && row.get::<_, i64>(10)? < now.0,
            condition: if request { 0 } else { row.get(9)? },
            open_requests: if request { 0 } else { row.get(10)? },
        })
    })?;
    Ok(found)
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]
pub(super) mod tests;
