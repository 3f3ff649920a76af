//! Sheets of labels: A4, three by eight labels of 70 × 37 mm, as they are sold everywhere.

use image::{GrayImage, Luma, imageops};
use koina_model::tags::Tag;

use crate::printer::raster::{Block, draw, square};
use crate::printer::wire;

/// Dots of A4, eight a millimetre, and of a label.
const SHEET: (u32, u32) = (1_680, 2_376);
const LABEL: (u32, u32) = (560, 296);
/// Labels side by side, and on a sheet.
const ACROSS: usize = 3;
pub(super) const ON_A_SHEET: usize = 24;
/// What is left free above the first row: the rows are 296 mm.
const TOP: u32 = 4;
/// Dots of a module of the square code: nearly a millimetre, for telephones at arm's length.
const MODULE: u32 = 7;

/// What is on a label besides its square code.
#[derive(Clone, Debug)]
pub(super) struct Label {
    pub(super) tag: Tag,
    /// Empty on a blank one.
    pub(super) number: String,
    pub(super) kind: String,
}

/// The labels, one page a sheet.
pub(super) fn pdf(labels: &[Label], municipality: &str, server: &str) -> Vec<u8> {
    let sheets = labels.chunks(ON_A_SHEET);
    let sheets: Vec<GrayImage> = sheets
        .map(|labels| sheet(labels, municipality, server))
        .collect();
    wire::pdf(&sheets)
}

pub(super) fn sheet(labels: &[Label], municipality: &str, server: &str) -> GrayImage {
    let mut sheet = GrayImage::from_pixel(SHEET.0, SHEET.1, Luma([255]));
    for (at, one) in labels.iter().enumerate() {
        let across = i64::try_from(at % ACROSS).unwrap_or_default();
        let down = i64::try_from(at / ACROSS).unwrap_or_default();
        let (left, top) = (
            across * i64::from(LABEL.0),
            i64::from(TOP) + down * i64::from(LABEL.1),
        );
        let drawn = label(one, municipality, server);
        imageops::replace(&mut sheet, &drawn, left, top);
    }
    sheet
}

fn label(label: &Label, municipality: &str, server: &str) -> GrayImage {
    let mut drawn = GrayImage::from_pixel(LABEL.0, LABEL.1, Luma([255]));
    let code = square(&label.tag.address(server), MODULE, LABEL.1);
    let top = (LABEL.1 - code.height().min(LABEL.1)) / 2;
    imageops::replace(&mut drawn, &code, 0, i64::from(top));
    let text = |words: &str, size, bold| Block::Text {
        words: words.to_owned(),
        size,
        bold,
        middle: false,
    };
    let mut blocks = Vec::new();
    if !label.number.is_empty() {
        blocks.push(text(&label.number, 48, true));
    }
    if !label.kind.is_empty() {
        blocks.push(text(&label.kind, 26, false));
    }
    blocks.push(text(municipality, 26, false));
    blocks.push(text(&label.tag.in_words(), 28, true));
    let left = code.width().min(LABEL.0 / 2 + 20);
    let words = draw(&blocks, LABEL.0 - left);
    let top = (LABEL.1.saturating_sub(words.height())) / 2;
    imageops::replace(&mut drawn, &words, i64::from(left), i64::from(top));
    drawn
}
