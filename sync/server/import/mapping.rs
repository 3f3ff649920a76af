//! What the columns of a file mean, written down once per source as TOML.

use std::collections::BTreeMap;

use koina_model::words::Kind;
use serde::Deserialize;

use super::rows::Format;

/// What the columns of a file mean.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// What each row becomes.
    pub kind: Kind,
    /// Name of the other system. With an id it names a row for ever.
    pub source: String,
    /// Left out, the file's ending tells.
    pub format: Option<Format>,
    /// Between the columns of a CSV file.
    #[serde(default = "comma")]
    pub separator: char,
    /// Columns that together name a row; none: the row itself is its name, and a changed row is a new one.
    #[serde(default)]
    pub id: Vec<String>,
    /// Allows positions outside the municipality.
    #[serde(default)]
    pub anywhere: bool,
    /// Gives the requests protocol numbers.
    #[serde(default)]
    pub register: bool,
    /// Columns with the position; left out, the geometry of the row.
    pub position: Option<PositionColumns>,
    #[serde(default)]
    pub fields: BTreeMap<FieldName, Field>,
}

/// Columns with degrees (WGS 84).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PositionColumns {
    pub lat: String,
    pub lon: String,
}

/// A field of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldName {
    /// Type of an asset.
    Kind,
    Number,
    Name,
    Note,
    Category,
    Text,
    PlaceText,
    /// Left out, the community of the nearest settlement.
    Community,
    Settlement,
    /// When it was received or added; left out, now.
    At,
}

/// Where a field comes from.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Field {
    /// Columns whose words are joined; empty ones are left out.
    pub columns: Vec<String>,
    /// Put between the words of several columns.
    pub join: Option<String>,
    /// Words of the source and the codes they become. A word that is not here is refused, unless there is a default.
    pub map: BTreeMap<String, String>,
    /// Taken when the columns are empty or their words are not in the map.
    pub default: Option<String>,
    /// How a time is written, such as `%m/%d/%Y %I:%M:%S %p`; left out, ISO 8601.
    pub format: Option<String>,
    /// Time zone of a time that names none; left out, Athens.
    pub zone: Option<String>,
}

/// Why a mapping cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    #[error("the mapping is not complete")]
    Toml(#[from] toml::de::Error),
    #[error("the mapping needs a name for its source, of at most 100 characters")]
    Source,
    #[error("the field {0:?} does not belong to this kind of record")]
    Field(FieldName),
    #[error("the mapping says nowhere what the {0:?} is")]
    Missing(FieldName),
    #[error("the separator must be a single ASCII character")]
    Separator,
}

impl Mapping {
    /// Reads a mapping and refuses one that cannot work.
    pub fn parse(text: &str) -> Result<Self, MappingError> {
        let mapping: Self = toml::from_str(text)?;
        if mapping.source.trim().is_empty() || mapping.source.chars().count() > 100 {
            return Err(MappingError::Source);
        }
        if !mapping.separator.is_ascii() {
            return Err(MappingError::Separator);
        }
        use FieldName::{
            At, Category, Community, Kind as Type, Name, Note, Number, PlaceText, Settlement, Text,
        };
        let (needed, known): (FieldName, &[FieldName]) = match mapping.kind {
            Kind::Asset => (
                Type,
                &[
                    Type, Number, Name, Note, PlaceText, Community, Settlement, At,
                ],
            ),
            Kind::Request => (
                Category,
                &[Category, Text, PlaceText, Community, Settlement, At],
            ),
        };
        if let Some(stranger) = mapping.fields.keys().find(|name| !known.contains(name)) {
            return Err(MappingError::Field(*stranger));
        }
        if !mapping.fields.contains_key(&needed) {
            return Err(MappingError::Missing(needed));
        }
        Ok(mapping)
    }
}

fn comma() -> char {
    ','
}
