//! Pictures as a camera makes them: smooth places, edges, and the grain of a small sensor.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

use koina_model::ids::DocId;
use koina_model::photos::Moment;
use koina_sync::photos::picture::{Told, prepare};
use koina_sync::replica::Replica;

use crate::served::now;
use crate::sim::plan::Dice;

/// Takes a photo as the app does, from the bytes of the camera to durable and named by its record. Gives its bytes as kept.
pub fn take(replica: &Replica, id: DocId, picture: &[u8]) -> usize {
    let told = Told {
        moment: Moment::After,
        with_place: true,
    };
    let prepared = prepare(picture, told).unwrap();
    let file = replica.keep_photo(&prepared, now()).unwrap();
    replica.add_photos(id, &[file], now()).unwrap();
    prepared.picture.len()
}

/// A JPEG of a road with a wall and a sky, each number another.
pub fn camera(number: u64, width: u32, height: u32) -> Vec<u8> {
    let mut dice = Dice::new(number);
    let shift = u32::try_from(dice.below(97)).unwrap_or_default();
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (x + shift, y + shift / 3);
        // A sky that gets lighter, a wall of stones, a road.
        let light = if y * 3 < height {
            150 + y * 200 / height.max(1)
        } else if y * 3 < height * 2 {
            let joint = x % 120 < 6 || (y + x / 120 % 2 * 40) % 80 < 6;
            if joint {
                70
            } else {
                120 + (x / 120 * 37 + y / 80 * 53) % 60
            }
        } else {
            90 + x * 30 / width.max(1)
        };
        let grain = u32::try_from(dice.below(16)).unwrap_or_default();
        let grey = u8::try_from((light + grain).min(255)).unwrap_or(u8::MAX);
        Rgb([grey, grey.saturating_sub(8), grey.saturating_sub(24)])
    });
    let mut bytes = Cursor::new(Vec::new());
    #[allow(clippy::expect_used, reason = "a picture of our own can be written")]
    picture
        .write_to(&mut bytes, ImageFormat::Jpeg)
        .expect("a JPEG");
    bytes.into_inner()
}
