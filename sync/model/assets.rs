//! Assets (πάγια): lamps, valves, bins, trees. Never deleted; retired.

pub mod acts;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::doc::{Doc, Record, STATE, Scalar, Writes, event_key};
use crate::ids::{DeviceId, DocId, EventId, Time};
use crate::inspections::{Failed, Values};
use crate::photos::Photo;
use crate::place::Place;
use crate::requests::event_write;
use crate::rounds::{Round, Sightings};
use crate::tags::Tag;
use crate::words::{Kind, Position};

/// Field keys. Stored in docs since 0.1; add keys, never rename.
pub mod keys {
    pub const ID: &str = "id";
    pub const TYPE: &str = "type";
    pub const NUMBER: &str = "no";
    pub const NAME: &str = "name";
    pub const PLACE: &str = "place";
    pub const PLACE_TEXT: &str = "spot";
    pub const POSITION: &str = "pos";
    pub const NOTE: &str = "note";
    pub const ADDED_AT: &str = "at";
    /// The tag it bears, twelve digits; empty when it lost it.
    pub const TAG: &str = "tag";
}

/// Fields whose versions the desk decides when they differ.
pub const WATCHED: [&str; 7] = [
    keys::NUMBER,
    keys::NAME,
    keys::PLACE,
    keys::PLACE_TEXT,
    keys::POSITION,
    keys::NOTE,
    keys::TAG,
];

/// Fields that are written once, at the beginning.
pub const FIXED: [&str; 3] = [keys::ID, keys::TYPE, keys::ADDED_AT];

/// Something that happened to an asset. Stored in docs since 0.1; add variants and fields, never rename.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub at: Time,
    #[serde(flatten)]
    pub what: What,
}

/// What happened. Stored in docs since 0.1; add variants and fields, never rename.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum What {
    /// `condition` is 1 (new) to 5 (dangerous); `values` are what was found, `failed` what of it was out of its limits then.
    Inspected {
        condition: u8,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
        #[serde(default, skip_serializing_if = "Values::is_empty")]
        values: Values,
        #[serde(default, skip_serializing_if = "Failed::is_empty")]
        failed: Failed,
    },
    /// `from` and `to` are stored places.
    Moved {
        from: String,
        to: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// It was there, in this round.
    Seen {
        round: Round,
    },
    /// This round looked for it, and it was not there.
    NotFound {
        round: Round,
    },
    /// Its writer was mistaken when they said that it was there, in this round.
    Unseen {
        round: Round,
    },
    Retired {
        reason: String,
    },
    Photo(Photo),
    Decided {
        field: String,
        value: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    #[serde(other)]
    Other,
}

/// An asset as the doc tells it. Missing or odd values read as empty: reading never fails.
#[derive(Clone, Debug, PartialEq)]
pub struct Asset {
    pub kind: String,
    pub number: String,
    pub name: String,
    pub place: Place,
    pub place_text: String,
    pub position: Option<Position>,
    pub note: String,
    pub tag: Option<Tag>,
    pub added_at: Time,
    /// From the last inspection.
    pub condition: Option<u8>,
    pub inspected_at: Option<Time>,
    pub retired: bool,
    /// The last finding of each check, by its code.
    pub checked: BTreeMap<String, Checked>,
    pub events: Vec<(EventId, DeviceId, Event)>,
    /// What rounds say of it, and when it was seen.
    pub sightings: Sightings,
}

/// What was last found at one check.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    pub value: String,
    pub failed: bool,
    /// When, as the device's clock claims.
    pub at: Time,
}

impl Asset {
    /// Its photos, with the event that added each, by whom and when.
    pub fn photos(&self) -> impl Iterator<Item = (EventId, DeviceId, Time, &Photo)> {
        self.events
            .iter()
            .filter_map(|(id, by, event)| match &event.what {
                What::Photo(photo) => Some((*id, *by, event.at, photo)),
                _ => None,
            })
    }
}

/// Reads an asset. The condition is that of the inspection nobody followed up; of several, the worse one is believed.
pub fn read(record: &Record) -> Asset {
    let text = |key| record.text(key).unwrap_or_default().to_owned();
    let events: Vec<(EventId, DeviceId, Event)> = record.events();
    let heads = record.state_events();
    let inspected = events
        .iter()
        .filter(|(id, _, _)| heads.contains(id))
        .filter_map(|(_, _, event)| match event.what {
            What::Inspected { condition, .. } => Some((condition, event.at)),
            _ => None,
        })
        .max();
    let retired = events
        .iter()
        .any(|(_, _, event)| matches!(event.what, What::Retired { .. }));
    let in_order = in_order(record, &events);
    Asset {
        kind: text(keys::TYPE),
        number: text(keys::NUMBER),
        name: text(keys::NAME),
        place: Place::read(record.text(keys::PLACE).unwrap_or_default()),
        place_text: text(keys::PLACE_TEXT),
        position: record
            .text(keys::POSITION)
            .and_then(crate::place::read_position),
        note: text(keys::NOTE),
        tag: record.text(keys::TAG).and_then(Tag::parse),
        added_at: Time(record.int(keys::ADDED_AT).unwrap_or_default()),
        condition: inspected.map(|(condition, _)| condition),
        inspected_at: inspected.map(|(_, at)| at),
        retired,
        checked: checked(&heads, &in_order),
        sightings: Sightings::read(in_order.iter().map(|(_, by, event)| (*by, event))),
        events,
    }
}

/// Events so that whatever was written with knowledge of something comes after it, whatever the clocks say.
fn in_order<'a>(
    record: &Record,
    events: &'a [(EventId, DeviceId, Event)],
) -> Vec<&'a (EventId, DeviceId, Event)> {
    let order = |id: EventId| {
        let written = record.fields.get(&event_key(id))?.first()?;
        Some(written.order())
    };
    let mut all: Vec<_> = events.iter().collect();
    all.sort_by_key(|(id, ..)| order(*id));
    all
}

/// The last finding of each check: the one that was written with knowledge of the others, whatever the clocks say. Of several
/// that did not know of each other, the worse one is believed, as with the condition.
fn checked(
    heads: &[EventId],
    in_order: &[&(EventId, DeviceId, Event)],
) -> BTreeMap<String, Checked> {
    let mut inspections: Vec<_> = in_order
        .iter()
        .filter_map(|(id, _, event)| match &event.what {
            What::Inspected { values, failed, .. } if !values.is_empty() => {
                Some((heads.contains(id), event.at, values, failed))
            }
            _ => None,
        })
        .collect();
    // Stable: those that nobody followed up come last, each part in its order.
    inspections.sort_by_key(|(head, ..)| *head);
    let mut checked = BTreeMap::new();
    let mut failed_at_a_head = BTreeSet::new();
    for (head, at, values, failed) in inspections {
        for (code, value) in values {
            let failed = failed.contains(code);
            if !failed && failed_at_a_head.contains(code) {
                continue;
            }
            if failed && head {
                failed_at_a_head.insert(code);
            }
            let value = value.clone();
            checked.insert(code.clone(), Checked { value, failed, at });
        }
    }
    checked
}

/// An asset about to be written down.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAsset {
    pub id: DocId,
    pub kind: String,
    pub number: String,
    pub name: String,
    pub place: Place,
    pub place_text: String,
    pub position: Option<Position>,
    pub note: String,
    pub added_at: Time,
}

/// The values that begin an asset.
pub fn begin(new: &NewAsset) -> Writes {
    let mut writes: Writes = vec![
        (keys::ID.into(), new.id.to_string().into()),
        (keys::TYPE.into(), new.kind.as_str().into()),
        (keys::NUMBER.into(), new.number.as_str().into()),
        (keys::NAME.into(), new.name.as_str().into()),
        (keys::PLACE.into(), new.place.to_text().into()),
        (keys::ADDED_AT.into(), new.added_at.0.into()),
    ];
    if !new.place_text.is_empty() {
        writes.push((keys::PLACE_TEXT.into(), new.place_text.as_str().into()));
    }
    if let Some(position) = &new.position {
        writes.push((
            keys::POSITION.into(),
            crate::place::position_text(position).into(),
        ));
    }
    if !new.note.is_empty() {
        writes.push((keys::NOTE.into(), new.note.as_str().into()));
    }
    writes
}

/// The values that record an event. The last inspection decides the condition; retirement is for ever.
pub fn record(id: EventId, event: &Event) -> Writes {
    let mut writes = vec![event_write(id, event)];
    match &event.what {
        What::Inspected { .. } => {
            writes.push((STATE.to_owned(), Scalar::Text(id.0.simple().to_string())))
        }
        What::Moved { to, .. } => writes.push((keys::PLACE.into(), to.as_str().into())),
        _ => {}
    }
    writes
}

/// A doc that begins with these values.
pub fn doc(
    new: &NewAsset,
    by: DeviceId,
) -> Result<(Doc, crate::doc::Chunk), crate::doc::DecodeError> {
    let mut doc = Doc::new(Kind::Asset);
    let chunk = doc.write(by, new.added_at, &begin(new))?;
    Ok((doc, chunk))
}
