//! What people do with an asset: each reads its state and returns what to write, or why not.

use crate::doc::Writes;
use crate::ids::{DocId, Time};
use crate::inspections::{Checklist, Values};
use crate::limits::{Fields, NAME_MAX, NOTE_MAX, NUMBER_MAX, PLACE_TEXT_MAX};
use crate::lists::Lists;
use crate::permits::{Author, Permit};
use crate::photos::{self, Photo};
use crate::place::position_text;
use crate::problem::{FieldRule, Problem};
use crate::requests::acts::{check_place, check_position, needs};
use crate::rounds::Round;
use crate::tags::Tag;
use crate::words::Position;

use super::{Asset, NewAsset, What, keys};

/// An asset as it was typed.
#[derive(Clone, Debug)]
pub struct Added<'a> {
    pub kind: &'a str,
    pub number: &'a str,
    pub name: &'a str,
    pub community: &'a str,
    pub settlement: &'a str,
    pub place_text: &'a str,
    pub position: Option<Position>,
    pub note: &'a str,
}

/// Checks a new asset and makes it ready to write. The number may be empty: many lamps have none yet.
pub fn add(
    added: &Added<'_>,
    lists: &Lists,
    author: &Author,
    id: DocId,
    now: Time,
) -> Result<NewAsset, Problem> {
    needs(author, Permit::AddAssets)?;
    let mut fields = Fields::default();
    if added.kind.is_empty() {
        fields.wrong("kind", FieldRule::Missing);
    } else if lists.reference.asset_type(added.kind).is_none() {
        fields.wrong("kind", FieldRule::NotOnAList);
    }
    let place = check_place(
        &mut fields,
        added.community,
        added.settlement,
        true,
        lists,
        author,
    );
    let new = NewAsset {
        id,
        kind: added.kind.to_owned(),
        number: fields.text("number", added.number, NUMBER_MAX),
        name: fields.text("name", added.name, NAME_MAX),
        place,
        place_text: fields.text("place_text", added.place_text, PLACE_TEXT_MAX),
        position: added.position,
        note: fields.text("note", added.note, NOTE_MAX),
        added_at: now,
    };
    check_position(&mut fields, added.position.as_ref(), lists);
    fields.done()?;
    Ok(new)
}

/// Corrects number, name or note. `None` stays as it is; equal values are not written.
pub fn edit(
    asset: &Asset,
    number: Option<&str>,
    name: Option<&str>,
    note: Option<&str>,
    author: &Author,
) -> Result<Writes, Problem> {
    needs(author, Permit::EditAssets)?;
    let mut fields = Fields::default();
    let mut writes = Writes::new();
    for (field, key, typed, old, max) in [
        ("number", keys::NUMBER, number, &asset.number, NUMBER_MAX),
        ("name", keys::NAME, name, &asset.name, NAME_MAX),
        ("note", keys::NOTE, note, &asset.note, NOTE_MAX),
    ] {
        if let Some(typed) = typed {
            let clean = fields.text(field, typed, max);
            if &clean != old {
                writes.push((key.to_owned(), clean.into()));
            }
        }
    }
    fields.done()?;
    in_use(asset)?;
    Ok(writes)
}

/// Links a tag to an asset, or takes it off.
pub fn link(asset: &Asset, tag: Option<Tag>, author: &Author) -> Result<Writes, Problem> {
    needs(author, Permit::EditAssets)?;
    in_use(asset)?;
    if tag == asset.tag {
        return Ok(Writes::new());
    }
    let text = tag.map_or_else(String::new, |tag| tag.to_string());
    Ok(vec![(keys::TAG.to_owned(), text.into())])
}

/// An inspection as it was typed.
#[derive(Clone, Debug, Default)]
pub struct Inspection<'a> {
    /// 1 (new) to 5 (dangerous).
    pub condition: u8,
    pub note: &'a str,
    /// By the code of the check; empty: not looked at.
    pub values: Values,
}

/// Records an inspection; what of the checklist was looked at is judged by the limits of today.
pub fn inspect(
    asset: &Asset,
    inspection: &Inspection<'_>,
    lists: &Lists,
    author: &Author,
    now: Time,
) -> Result<What, Problem> {
    needs(author, Permit::InspectAssets)?;
    let mut fields = Fields::default();
    let condition = inspection.condition;
    if !(1..=5).contains(&condition) {
        fields.wrong("condition", FieldRule::OutOfRange { min: 1, max: 5 });
    }
    let note = fields.text("note", inspection.note, NOTE_MAX);
    let none = Checklist::default();
    let list = lists.reference.checklist(&asset.kind).unwrap_or(&none);
    let (values, failed) = list.judge(&inspection.values, now, &mut fields);
    fields.done()?;
    in_use(asset)?;
    Ok(What::Inspected {
        condition,
        note,
        values,
        failed,
    })
}

/// Says something of an asset in a round: that it is there, that it was looked for in vain, that somebody was mistaken.
pub fn sight(
    asset: &Asset,
    round: &Round,
    what: impl FnOnce(Round) -> What,
    author: &Author,
) -> Result<What, Problem> {
    needs(author, Permit::InspectAssets)?;
    in_use(asset)?;
    Ok(what(round.clone()))
}

/// Adds photos; an asset that is not there yet is `None`.
pub fn add_photos(
    asset: Option<&Asset>,
    photos: &[Photo],
    author: &Author,
) -> Result<Vec<What>, Problem> {
    needs(author, Permit::InspectAssets)?;
    let before = asset.iter().flat_map(|asset| asset.photos());
    let before = before.map(|(.., photo)| photo);
    let more = photos::new_of(before, photos)?;
    Ok(more.into_iter().map(What::Photo).collect())
}

/// Where an asset goes.
#[derive(Clone, Debug)]
pub struct Moved<'a> {
    pub community: &'a str,
    pub settlement: &'a str,
    pub place_text: &'a str,
    pub position: Option<Position>,
    pub note: &'a str,
}

/// Moves an asset; gives the event and the values beside the place that change with it.
pub fn relocate(
    asset: &Asset,
    moved: &Moved<'_>,
    lists: &Lists,
    author: &Author,
) -> Result<(What, Writes), Problem> {
    needs(author, Permit::MoveAssets)?;
    let mut fields = Fields::default();
    let place = check_place(
        &mut fields,
        moved.community,
        moved.settlement,
        true,
        lists,
        author,
    );
    let place_text = fields.text("place_text", moved.place_text, PLACE_TEXT_MAX);
    let note = fields.text("note", moved.note, NOTE_MAX);
    check_position(&mut fields, moved.position.as_ref(), lists);
    fields.done()?;
    in_use(asset)?;
    let mut writes = Writes::new();
    if place_text != asset.place_text {
        writes.push((keys::PLACE_TEXT.into(), place_text.into()));
    }
    // Where it stood before is no position of it any more.
    if moved.position != asset.position {
        let text = moved
            .position
            .as_ref()
            .map_or_else(String::new, position_text);
        writes.push((keys::POSITION.into(), text.into()));
    }
    Ok((
        What::Moved {
            from: asset.place.to_text(),
            to: place.to_text(),
            note,
        },
        writes,
    ))
}

/// Takes an asset out of use for ever; its record stays.
pub fn retire(asset: &Asset, reason: &str, author: &Author) -> Result<What, Problem> {
    needs(author, Permit::RetireAssets)?;
    let mut fields = Fields::default();
    let reason = fields.needed("reason", reason, NOTE_MAX);
    fields.done()?;
    in_use(asset)?;
    Ok(What::Retired { reason })
}

fn in_use(asset: &Asset) -> Result<(), Problem> {
    if asset.retired {
        Err(Problem::Retired)
    } else {
        Ok(())
    }
}
