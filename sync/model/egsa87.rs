//! The Greek grid (ΕΓΣΑ87, EPSG:2100), in which plans and the land register speak, and coordinates as people type them.
//!
//! The shift from WGS 84 is that of EPSG operation 1272, good to about a metre. Records hold WGS 84 only.

use proj4rs::Proj;
use proj4rs::transform::transform;
use serde::Serialize;
use ts_rs::TS;

use crate::words::Position;

const EGSA87: &str = "+proj=tmerc +lat_0=0 +lon_0=24 +k=0.9996 +x_0=500000 +y_0=0 +ellps=GRS80 \
    +towgs84=-199.87,74.79,246.62,0,0,0,0 +units=m";
const WGS84: &str = "+proj=longlat +datum=WGS84";

/// What eastings and northings of Greece lie between, in metres. They share no value, so that either may be typed first.
const EAST: std::ops::RangeInclusive<f64> = 94_000.0..=1_010_000.0;
const NORTH: std::ops::RangeInclusive<f64> = 3_800_000.0..=4_700_000.0;

/// What Greece lies between, in degrees north and east; these share no value either.
const LATITUDE: std::ops::RangeInclusive<f64> = 33.0..=43.0;
const LONGITUDE: std::ops::RangeInclusive<f64> = 18.0..=31.0;

/// Easting and northing in metres.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, TS)]
pub struct Egsa87 {
    pub east: f64,
    pub north: f64,
}

impl Egsa87 {
    /// The grid is for Greece: elsewhere a position has no grid coordinates.
    pub fn of(position: &Position) -> Option<Self> {
        if !LATITUDE.contains(&position.lat) || !LONGITUDE.contains(&position.lon) {
            return None;
        }
        let mut point = (position.lon.to_radians(), position.lat.to_radians(), 0.0);
        convert(WGS84, EGSA87, &mut point)?;
        Some(Self {
            east: point.0,
            north: point.1,
        })
    }

    pub fn to_wgs84(self) -> Option<Position> {
        let mut point = (self.east, self.north, 0.0);
        convert(EGSA87, WGS84, &mut point)?;
        Some(Position {
            lat: point.1.to_degrees(),
            lon: point.0.to_degrees(),
            accuracy_m: None,
        })
    }
}

fn convert(from: &str, to: &str, point: &mut (f64, f64, f64)) -> Option<()> {
    let from = Proj::from_proj_string(from).ok()?;
    let to = Proj::from_proj_string(to).ok()?;
    transform(&from, &to, point).ok()
}

/// Reads coordinates as they are typed or pasted: degrees with decimals, or metres of the grid, in either order, with a comma
/// or a point before the decimals. `None` when they are neither.
pub fn read_coordinates(typed: &str) -> Option<Position> {
    let words = two_words(typed)?;
    // «372.008» are metres in thousands, and «22.500» degrees: whatever lies in Greece is meant.
    [number, thousands].into_iter().find_map(|read| {
        let [first, second] = words.each_ref().map(|word| read(word));
        position(first?, second?)
    })
}

fn position(first: f64, second: f64) -> Option<Position> {
    let grid = |east, north| Egsa87 { east, north }.to_wgs84();
    let degrees = |lat, lon| {
        Some(Position {
            lat,
            lon,
            accuracy_m: None,
        })
    };
    if EAST.contains(&first) && NORTH.contains(&second) {
        grid(first, second)
    } else if NORTH.contains(&first) && EAST.contains(&second) {
        grid(second, first)
    } else if LATITUDE.contains(&first) && LONGITUDE.contains(&second) {
        degrees(first, second)
    } else if LONGITUDE.contains(&first) && LATITUDE.contains(&second) {
        degrees(second, first)
    } else {
        None
    }
}

/// Two numbers, however they are divided: «40.1, 22.5», «40,1 22,5», «Ε 372008,10 Ν 4439615,35», «372.008,10 4.439.615,35».
/// Nothing when anything else with digits stands there: of degrees with minutes no half is a position.
fn two_words(typed: &str) -> Option<[String; 2]> {
    let separated = |c: char| c.is_whitespace() || matches!(c, ';' | '/' | '°' | ':' | '=');
    let mut words = Vec::new();
    for word in typed.split(separated) {
        match word.split_once(',') {
            // A comma without a space divides only what has points before its decimals: 40.1,22.5
            Some((a, b)) if a.matches('.').count() == 1 && b.matches('.').count() == 1 => {
                words.extend([a, b]);
            }
            _ => words.push(word),
        }
    }
    let mut numbers = Vec::new();
    for word in words {
        let letters = word.chars().take_while(|c| c.is_alphabetic()).count();
        // The name of the grid has digits too.
        if letters > 2 || !word.contains(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let bare = word.trim_matches(|c: char| !c.is_ascii_digit() && c != '-');
        if !bare
            .chars()
            .all(|c| c.is_ascii_digit() || c == '.' || c == ',')
        {
            return None;
        }
        numbers.push(bare.to_owned());
    }
    numbers.try_into().ok()
}

fn number(word: &str) -> Option<f64> {
    // Points (or commas) that divide thousands come more than once, or before a comma.
    let plain = match (word.matches('.').count(), word.matches(',').count()) {
        (_, 1) => word.replace('.', "").replace(',', "."),
        (0 | 1, 0) => word.to_owned(),
        (_, 0) => word.replace('.', ""),
        (0 | 1, _) => word.replace(',', ""),
        _ => return None,
    };
    plain.parse().ok()
}

/// A number without decimals whose thousands are divided.
fn thousands(word: &str) -> Option<f64> {
    word.replace(['.', ','], "").parse().ok()
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]
mod tests;
