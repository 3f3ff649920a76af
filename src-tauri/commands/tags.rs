//! Tags: reading them, linking them to assets, and printing labels.

use koina_model::permits::Permit;
use koina_model::problem::{FieldRule, Problem};
use koina_model::tags::Tag;
use koina_sync::exchange::pinned::without_pin;
use koina_sync::photos::picture;
use koina_sync::views::assets::{AssetCard, AssetsQuery};

use crate::courier::{place, write_new};
use crate::photos::picture_bytes;
use crate::{
    Desk, TagFound, TagLinkInput, TagPictureInput, TagReadInput, TagsPrintInput, TagsPrinted, told,
};

mod sheet;

use sheet::Label;

/// Most labels of one file: ten sheets.
const LABELS_MAX: u32 = 240;

/// What bears the tag, or the number, that was scanned or typed.
pub(crate) fn tag_read(desk: &Desk, input: TagReadInput) -> Result<TagFound, Problem> {
    if let Some(tag) = Tag::parse(&input.scanned) {
        return found(desk, tag);
    }
    let mut assets = Vec::new();
    for tagged in told(desk.replica.tagged(&input.scanned))? {
        assets.push(told(desk.replica.asset_card(tagged.id, desk.now()))?.row);
    }
    if assets.is_empty() {
        return Err(Problem::field("scanned", FieldRule::NotATag));
    }
    Ok(TagFound { tag: None, assets })
}

/// The same for a picture from the camera.
pub(crate) fn tag_picture(desk: &Desk, input: TagPictureInput) -> Result<TagFound, Problem> {
    let codes = picture::square_codes(&picture_bytes(&input.data)?)?;
    let tag = codes.iter().find_map(|text| Tag::parse(text));
    let tag = tag.ok_or_else(|| Problem::field("picture", FieldRule::NotATag))?;
    found(desk, tag)
}

fn found(desk: &Desk, tag: Tag) -> Result<TagFound, Problem> {
    let assets = told(desk.replica.bearing(tag))?;
    let tag = Some(tag);
    Ok(TagFound { tag, assets })
}

pub(crate) fn tag_link(desk: &Desk, input: TagLinkInput) -> Result<AssetCard, Problem> {
    told(desk.replica.link_tag(input.id, input.tag, desk.now()))?;
    desk.exchanger.soon();
    told(desk.replica.asset_card(input.id, desk.now()))
}

/// Writes a file of labels. Assets without a tag get one.
pub(crate) fn tags_print(desk: &Desk, input: TagsPrintInput) -> Result<TagsPrinted, Problem> {
    let identity = desk.replica.identity().ok_or(Problem::NotEnrolled)?;
    if !identity.role.may(Permit::EditAssets) {
        return Err(Problem::NotAllowed {
            needs: Permit::EditAssets,
        });
    }
    let TagsPrintInput {
        search,
        kind,
        community,
        blank,
        place: named,
    } = input;
    let mut query = AssetsQuery {
        search,
        kind,
        community,
        limit: LABELS_MAX,
        ..AssetsQuery::default()
    };
    let none =
        query.search.trim().is_empty() && query.kind.is_empty() && query.community.is_empty();
    let total = if none {
        0
    } else {
        told(desk.replica.assets_page(&query))?.total
    };
    let wanted = total.saturating_add(blank);
    if !(1..=LABELS_MAX).contains(&wanted) {
        let (min, max) = (1, LABELS_MAX.cast_signed());
        return Err(Problem::field("labels", FieldRule::OutOfRange { min, max }));
    }
    // Before a record is touched.
    let place = place(desk, &named)?;
    let lists = desk.replica.lists();
    let municipality = &lists.reference.municipality.name.el;
    let mut labels = Vec::new();
    let mut ids = Vec::new();
    while ids.len() < total as usize {
        query.offset = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        let rows = told(desk.replica.assets_page(&query))?.rows;
        if rows.is_empty() {
            break;
        }
        ids.extend(rows.into_iter().map(|row| row.id));
    }
    for id in ids {
        let card = told(desk.replica.asset_card(id, desk.now()))?;
        let tag = match card.tag {
            Some(tag) => tag,
            None => {
                let tag = fresh();
                told(desk.replica.link_tag(id, Some(tag), desk.now()))?;
                tag
            }
        };
        let kind = lists.reference.asset_type(&card.row.kind);
        labels.push(Label {
            tag,
            number: card.row.number,
            kind: kind.map_or_else(String::new, |kind| kind.name.el.clone()),
        });
    }
    let blank = (0..blank).map(|_| Label {
        tag: fresh(),
        number: String::new(),
        kind: String::new(),
    });
    labels.extend(blank);
    desk.exchanger.soon();
    let pdf = sheet::pdf(&labels, municipality, without_pin(&identity.server));
    let path = write_new(desk.now(), &place, "etiketes", "pdf", &pdf)?;
    Ok(TagsPrinted {
        path: path.to_string_lossy().into_owned(),
        labels: u32::try_from(labels.len()).unwrap_or(u32::MAX),
    })
}

#[allow(
    clippy::disallowed_methods,
    reason = "a tag must not be one that somebody else drew"
)]
fn fresh() -> Tag {
    let (high, low) = uuid::Uuid::new_v4().as_u64_pair();
    Tag::of(high ^ low)
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test stops at the first surprise"
)]
mod tests;
