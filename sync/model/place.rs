//! Places and positions as records hold them: one value each, so that two people never end up with half of each other's.

use crate::words::Position;

/// A community and, where known, a settlement of it. Stored in docs since 0.1 as `community/settlement`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub community: String,
    pub settlement: String,
}

impl Place {
    pub fn new(community: &str, settlement: &str) -> Self {
        Self {
            community: community.to_owned(),
            settlement: settlement.to_owned(),
        }
    }

    /// Reads the stored form; a missing part is empty.
    pub fn read(text: &str) -> Self {
        let (community, settlement) = text.split_once('/').unwrap_or((text, ""));
        Self::new(community, settlement)
    }

    /// The stored form.
    pub fn to_text(&self) -> String {
        format!("{}/{}", self.community, self.settlement)
    }
}

/// Reads the stored form of a position, `lat,lon` or `lat,lon,accuracy`; `None` when it is not one on Earth.
pub fn read_position(text: &str) -> Option<Position> {
    let mut parts = text.split(',');
    let lat: f64 = parts.next()?.parse().ok()?;
    let lon: f64 = parts.next()?.parse().ok()?;
    let accuracy_m: Option<f64> = match parts.next() {
        Some(part) => Some(part.parse().ok()?),
        None => None,
    };
    let position = Position {
        lat,
        lon,
        accuracy_m,
    };
    is_on_earth(&position).then_some(position)
}

/// The stored form of a position: six decimals are 11 cm.
pub fn position_text(position: &Position) -> String {
    match position.accuracy_m {
        Some(accuracy) => format!("{:.6},{:.6},{:.0}", position.lat, position.lon, accuracy),
        None => format!("{:.6},{:.6}", position.lat, position.lon),
    }
}

/// Whether the numbers are a position at all.
pub fn is_on_earth(position: &Position) -> bool {
    (-90.0..=90.0).contains(&position.lat)
        && (-180.0..=180.0).contains(&position.lon)
        && position
            .accuracy_m
            .is_none_or(|metres| (0.0..=100_000.0).contains(&metres))
}
