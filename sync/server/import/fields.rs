//! The fields of a record, read from a row by the mapping.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use koina_model::ids::Time;
use koina_model::lists::Lists;
use koina_model::place::is_on_earth;
use koina_model::reference::{Need, Reference};
use koina_model::words::{Kind, Position};

use super::bad::BadRow;
use super::mapping::{Field, FieldName, Mapping};
use super::rows::{Geometry, Row};

/// Words in the fields of a record, before the rules look at them.
#[derive(Clone, Debug)]
pub struct Fields {
    pub(super) kind: String,
    pub(super) number: String,
    pub(super) name: String,
    pub(super) note: String,
    pub(super) category: String,
    pub(super) text: String,
    pub(super) place_text: String,
    pub(super) community: String,
    pub(super) settlement: String,
    pub(super) position: Option<Position>,
    pub(super) at: Time,
}

/// Reads the fields of a row; touches nothing else.
pub fn read(row: &Row, mapping: &Mapping, lists: &Lists, now: Time) -> Result<Fields, BadRow> {
    let word = |name| match mapping.fields.get(&name) {
        None => Ok(String::new()),
        Some(field) => word(row, name, field),
    };
    let position = position(row, mapping)?;
    if let Some(found) =
        position.filter(|found| !mapping.anywhere && !is_inside(found, &lists.reference))
    {
        return Err(BadRow::Outside {
            lat: found.lat,
            lon: found.lon,
        });
    }
    let mut fields = Fields {
        kind: word(FieldName::Kind)?,
        number: word(FieldName::Number)?,
        name: word(FieldName::Name)?,
        note: word(FieldName::Note)?,
        category: word(FieldName::Category)?,
        text: word(FieldName::Text)?,
        place_text: word(FieldName::PlaceText)?,
        community: word(FieldName::Community)?,
        settlement: word(FieldName::Settlement)?,
        position,
        at: match mapping.fields.get(&FieldName::At) {
            None => now,
            Some(field) => time(&word(FieldName::At)?, field, now)?,
        },
    };
    if let Some(position) = position.filter(|_| fields.community.is_empty())
        && let Some((community, settlement)) = nearest(&position, &lists.reference)
    {
        (fields.community, fields.settlement) = (community, settlement);
    }
    let placeless = fields.community.is_empty() && position.is_none();
    if placeless && needs_place(mapping.kind, &fields.category, &lists.reference) {
        return Err(BadRow::NoPlace);
    }
    Ok(fields)
}

fn needs_place(kind: Kind, category: &str, reference: &Reference) -> bool {
    match kind {
        Kind::Asset => true,
        Kind::Request => reference
            .category(category)
            .is_some_and(|category| category.place == Need::Required),
    }
}

fn word(row: &Row, name: FieldName, field: &Field) -> Result<String, BadRow> {
    let words = field
        .columns
        .iter()
        .filter_map(|column| row.columns.get(column))
        .filter(|word| !word.is_empty());
    let words: Vec<&str> = words.map(String::as_str).collect();
    let joined = words.join(field.join.as_deref().unwrap_or(" "));
    let default = field.default.as_ref();
    if joined.is_empty() {
        return Ok(default.cloned().unwrap_or_default());
    }
    if field.map.is_empty() {
        return Ok(joined);
    }
    field
        .map
        .get(&joined)
        .or(default)
        .cloned()
        .ok_or_else(|| BadRow::UnknownWord {
            field: format!("{name:?}").to_lowercase(),
            word: joined.chars().take(80).collect(),
        })
}

fn position(row: &Row, mapping: &Mapping) -> Result<Option<Position>, BadRow> {
    let (lat, lon, found) = match (&mapping.position, &row.geometry) {
        (Some(columns), _) => {
            let degrees = |column: &str| row.columns.get(column).filter(|word| !word.is_empty());
            match (degrees(&columns.lat), degrees(&columns.lon)) {
                (None, None) => return Ok(None),
                (lat, lon) => {
                    let found = format!(
                        "{}, {}",
                        lat.map_or("", |lat| lat),
                        lon.map_or("", |lon| lon)
                    );
                    (
                        lat.and_then(|text| number(text)),
                        lon.and_then(|text| number(text)),
                        found,
                    )
                }
            }
        }
        (None, Geometry::None) => return Ok(None),
        (None, Geometry::At { lon, lat }) => (Some(*lat), Some(*lon), format!("{lat}, {lon}")),
        (None, Geometry::Odd(found)) => (None, None, found.clone()),
    };
    let bad = BadRow::BadPosition {
        found: found.chars().take(80).collect(),
    };
    let (Some(lat), Some(lon)) = (lat, lon) else {
        return Err(bad);
    };
    let position = Position {
        lat,
        lon,
        accuracy_m: None,
    };
    // Nought, nought is what programs write when they know nothing.
    if !is_on_earth(&position) || (lat == 0.0 && lon == 0.0) {
        Err(bad)
    } else {
        Ok(Some(position))
    }
}

/// Degrees with a point or, as Greek spreadsheets write them, with a comma.
fn number(text: &str) -> Option<f64> {
    let parsed: Option<f64> = text
        .parse()
        .ok()
        .or_else(|| text.replace(',', ".").parse().ok());
    parsed.filter(|number| number.is_finite())
}

fn is_inside(position: &Position, reference: &Reference) -> bool {
    let [west, south, east, north] = reference.municipality.bbox;
    (south..=north).contains(&position.lat) && (west..=east).contains(&position.lon)
}

/// Community and settlement nearest to a position; near enough on a plane for the size of a municipality.
fn nearest(position: &Position, reference: &Reference) -> Option<(String, String)> {
    let narrowed = position.lat.to_radians().cos();
    let distance = |lat: f64, lon: f64| {
        (lat - position.lat).powi(2) + ((lon - position.lon) * narrowed).powi(2)
    };
    let settlements = reference.settlements.iter();
    let found =
        settlements.min_by(|a, b| distance(a.lat, a.lon).total_cmp(&distance(b.lat, b.lon)))?;
    Some((found.community.clone(), found.code.clone()))
}

fn time(text: &str, field: &Field, now: Time) -> Result<Time, BadRow> {
    if text.is_empty() {
        return Ok(now);
    }
    let found = || text.chars().take(80).collect::<String>();
    let zone = TimeZone::get(field.zone.as_deref().unwrap_or("Europe/Athens"));
    let zone = zone.map_err(|_| BadRow::BadTime { found: found() })?;
    let local = |moment: DateTime| {
        zone.to_ambiguous_zoned(moment)
            .compatible()
            .map(|zoned| zoned.timestamp())
    };
    let read = match &field.format {
        None => text
            .parse::<Timestamp>()
            .or_else(|_| text.parse::<DateTime>().and_then(local)),
        Some(format) => strtime::parse(format, text).and_then(|parsed| {
            parsed
                .to_timestamp()
                .or_else(|_| parsed.to_datetime().and_then(local))
        }),
    };
    let moment = read.map_err(|_| BadRow::BadTime { found: found() })?;
    let at = Time(moment.as_millisecond());
    if at > now.plus_days(1) {
        Err(BadRow::InFuture { found: found() })
    } else {
        Ok(at)
    }
}
