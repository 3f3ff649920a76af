//! Text as dots: black or white, as a thermal printer burns them.

use std::sync::{LazyLock, Mutex};

use cosmic_text::{
    Align, Attrs, Buffer, Color, Family, FontSystem, Metrics, Shaping, SwashCache, Weight, fontdb,
};
use image::{GrayImage, Luma, imageops};

use crate::held;

/// The letters that every kiosk prints with, whatever is installed there.
static LETTERS: LazyLock<Mutex<(FontSystem, SwashCache)>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(include_bytes!("roboto-regular.ttf").to_vec());
    fonts.load_font_data(include_bytes!("roboto-bold.ttf").to_vec());
    let system = FontSystem::new_with_locale_and_db("el".to_owned(), fonts);
    Mutex::new((system, SwashCache::new()))
});

const WHITE: Luma<u8> = Luma([255]);
const BLACK: Luma<u8> = Luma([0]);
/// Darker than this is black.
const HALF: u8 = 128;
/// Dots left free on each side and between blocks.
const MARGIN: u32 = 16;
const GAP: u32 = 10;
/// Free modules around a square code (ISO/IEC 18004).
const QUIET: u32 = 4;

/// A part of a receipt.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Block {
    Text {
        words: String,
        /// Height of a line in dots; 8 dots are a millimetre.
        size: u16,
        bold: bool,
        middle: bool,
    },
    /// A square code with this text.
    Code(String),
    Rule,
}

/// Draws the blocks one below the other, as wide as the paper.
pub(crate) fn draw(blocks: &[Block], dots: u32) -> GrayImage {
    let parts: Vec<GrayImage> = blocks.iter().map(|block| part(block, dots)).collect();
    let height: u32 = parts.iter().map(|part| part.height() + GAP).sum();
    let mut picture = GrayImage::from_pixel(dots, height.max(1), WHITE);
    let mut top = 0;
    for part in &parts {
        imageops::replace(&mut picture, part, 0, i64::from(top));
        top += part.height() + GAP;
    }
    picture
}

fn part(block: &Block, dots: u32) -> GrayImage {
    match block {
        Block::Text {
            words,
            size,
            bold,
            middle,
        } => text(words, f32::from(*size), *bold, *middle, dots),
        Block::Code(text) => code(text, dots),
        Block::Rule => GrayImage::from_fn(dots, 3, |x, _| {
            if (MARGIN..dots - MARGIN).contains(&x) {
                BLACK
            } else {
                WHITE
            }
        }),
    }
}

fn text(words: &str, size: f32, bold: bool, middle: bool, dots: u32) -> GrayImage {
    let mut letters = held(&LETTERS);
    let (system, cache) = &mut *letters;
    let mut buffer = Buffer::new(system, Metrics::new(size / 1.25, size));
    #[allow(clippy::cast_precision_loss, reason = "some hundred dots")]
    buffer.set_size(Some((dots - 2 * MARGIN) as f32), None);
    let weight = if bold { Weight::BOLD } else { Weight::NORMAL };
    let attrs = Attrs::new().family(Family::Name("Roboto")).weight(weight);
    let align = if middle { Align::Center } else { Align::Left };
    buffer.set_text(words, &attrs, Shaping::Advanced, Some(align));
    buffer.shape_until_scroll(system, false);
    let lines = buffer.layout_runs().count().max(1);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "some hundred dots"
    )]
    let height = (lines as f32 * size).ceil() as u32;
    let mut picture = GrayImage::from_pixel(dots, height, WHITE);
    buffer.draw(system, cache, Color::rgb(0, 0, 0), |x, y, _, _, color| {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else {
            return;
        };
        if let Some(dot) = picture.get_pixel_mut_checked(x + MARGIN, y)
            && color.a() >= HALF
        {
            *dot = BLACK;
        }
    });
    picture
}

/// A square code in the middle, as large as a scanner likes it.
fn code(text: &str, dots: u32) -> GrayImage {
    let Some((modules, dark)) = koina_sync::qr::modules(text) else {
        return GrayImage::new(dots, 0);
    };
    let side = u32::try_from(modules).unwrap_or_default() + 2 * QUIET;
    // 5 to 6 cm wide on paper of 80 mm.
    let square = modules_drawn(modules, &dark, (dots * 7 / 10 / side).max(1));
    let mut picture = GrayImage::from_pixel(dots, square.height(), WHITE);
    let left = (dots - square.width().min(dots)) / 2;
    imageops::replace(&mut picture, &square, i64::from(left), 0);
    picture
}

/// A square code with modules of so many dots, smaller where it would be larger than it may.
pub(crate) fn square(text: &str, module: u32, most: u32) -> GrayImage {
    let Some((modules, dark)) = koina_sync::qr::modules(text) else {
        return GrayImage::new(0, 0);
    };
    let side = u32::try_from(modules).unwrap_or_default() + 2 * QUIET;
    modules_drawn(modules, &dark, module.min(most / side).max(1))
}

fn modules_drawn(modules: usize, dark: &[bool], module: u32) -> GrayImage {
    let side = u32::try_from(modules).unwrap_or_default();
    let whole = module * (side + 2 * QUIET);
    GrayImage::from_fn(whole, whole, |x, y| {
        let module_of = |at: u32| (at / module).checked_sub(QUIET).filter(|at| *at < side);
        let place = module_of(x).zip(module_of(y));
        let is_dark = place.and_then(|(x, y)| dark.get(y as usize * modules + x as usize));
        if is_dark == Some(&true) { BLACK } else { WHITE }
    })
}
