//! Rows of a file, whatever its format: names of columns and their words, and a geometry where there is one.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::bad::BadRow;

/// Formats of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// With a heading, in UTF-8.
    Csv,
    /// A feature collection.
    Geojson,
    /// An array of objects.
    Json,
}

/// A row as it came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Columns and their words. What lies deeper in JSON has a dotted name: `loc.coordinates.0`.
    pub columns: BTreeMap<String, String>,
    pub geometry: Geometry,
}

/// The geometry of a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Geometry {
    #[default]
    None,
    /// Longitude and latitude, of the middle where there are several.
    At {
        lon: f64,
        lat: f64,
    },
    Odd(String),
}

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("the ending of the file does not tell its format; name it in the mapping")]
    Ending,
    #[error("the file is not JSON")]
    Json(#[from] serde_json::Error),
    #[error("the file is not a feature collection")]
    NotFeatures,
    #[error("the file is not an array of objects")]
    NotAnArray,
    #[error("the heading of the file cannot be read")]
    Heading(#[source] csv::Error),
}

impl Format {
    /// The format a file's ending promises.
    pub fn of(path: &Path) -> Result<Self, FileError> {
        let ending = path
            .extension()
            .and_then(|ending| ending.to_str())
            .unwrap_or_default();
        match ending.to_ascii_lowercase().as_str() {
            "csv" | "tsv" | "txt" => Ok(Self::Csv),
            "geojson" => Ok(Self::Geojson),
            "json" => Ok(Self::Json),
            _ => Err(FileError::Ending),
        }
    }
}

/// Reads the rows of a file. A bad row is a row too: it keeps its number.
pub fn read(
    format: Format,
    separator: char,
    bytes: &[u8],
) -> Result<Vec<Result<Row, BadRow>>, FileError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match format {
        Format::Csv => table(separator, bytes),
        Format::Geojson => match serde_json::from_slice(bytes)? {
            Value::Object(mut collection) => match collection.remove("features") {
                Some(Value::Array(features)) => Ok(features.iter().map(feature).collect()),
                _ => Err(FileError::NotFeatures),
            },
            _ => Err(FileError::NotFeatures),
        },
        Format::Json => match serde_json::from_slice(bytes)? {
            Value::Array(objects) => Ok(objects.iter().map(object).collect()),
            _ => Err(FileError::NotAnArray),
        },
    }
}

fn table(separator: char, bytes: &[u8]) -> Result<Vec<Result<Row, BadRow>>, FileError> {
    let separator = u8::try_from(separator).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .from_reader(bytes);
    let heading = reader.headers().map_err(FileError::Heading)?.clone();
    let rows = reader.records().map(|record| {
        let record = record.map_err(|_| BadRow::Unreadable)?;
        let columns = heading.iter().zip(record.iter());
        let columns = columns
            .map(|(name, word)| (name.trim().to_owned(), word.trim().to_owned()))
            .collect();
        Ok(Row {
            columns,
            geometry: Geometry::None,
        })
    });
    Ok(rows.collect())
}

fn object(value: &Value) -> Result<Row, BadRow> {
    if !value.is_object() {
        return Err(BadRow::Unreadable);
    }
    let mut row = Row::default();
    flatten(value, String::new(), &mut row.columns);
    Ok(row)
}

fn feature(value: &Value) -> Result<Row, BadRow> {
    let properties = value
        .get("properties")
        .filter(|properties| properties.is_object())
        .ok_or(BadRow::Unreadable)?;
    let mut row = Row::default();
    flatten(properties, "properties".to_owned(), &mut row.columns);
    if let Some(id) = value.get("id") {
        flatten(id, "id".to_owned(), &mut row.columns);
    }
    row.geometry = match value.get("geometry") {
        None | Some(Value::Null) => Geometry::None,
        Some(geometry) => middle(geometry),
    };
    Ok(row)
}

fn flatten(value: &Value, name: String, columns: &mut BTreeMap<String, String>) {
    let below = |part: &str| {
        if name.is_empty() {
            part.to_owned()
        } else {
            format!("{name}.{part}")
        }
    };
    match value {
        Value::Null => {}
        Value::Bool(flag) => {
            columns.insert(name, flag.to_string());
        }
        Value::Number(number) => {
            columns.insert(name, number.to_string());
        }
        Value::String(text) => {
            columns.insert(name, text.trim().to_owned());
        }
        Value::Array(values) => {
            for (place, value) in values.iter().enumerate() {
                flatten(value, below(&place.to_string()), columns);
            }
        }
        Value::Object(values) => {
            for (part, value) in values {
                flatten(value, below(part), columns);
            }
        }
    }
}

/// The middle of all positions of a geometry.
fn middle(geometry: &Value) -> Geometry {
    let mut found = Vec::new();
    positions(
        geometry.get("coordinates").unwrap_or(&Value::Null),
        &mut found,
    );
    let count = f64::from(u32::try_from(found.len()).unwrap_or(u32::MAX));
    if found.is_empty() {
        return Geometry::Odd(geometry.to_string().chars().take(80).collect());
    }
    let (lon, lat) = found.iter().fold((0.0, 0.0), |(lons, lats), (lon, lat)| {
        (lons + lon, lats + lat)
    });
    Geometry::At {
        lon: lon / count,
        lat: lat / count,
    }
}

fn positions(value: &Value, found: &mut Vec<(f64, f64)>) {
    let Value::Array(parts) = value else { return };
    match parts.as_slice() {
        [Value::Number(lon), Value::Number(lat), ..] => {
            if let (Some(lon), Some(lat)) = (lon.as_f64(), lat.as_f64()) {
                found.push((lon, lat));
            }
        }
        parts => parts.iter().for_each(|part| positions(part, found)),
    }
}
