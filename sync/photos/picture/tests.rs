use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use koina_model::ids::Time;
use koina_model::photos::{FileHash, Moment, SIDE_MAX, THUMB_BYTES_MAX, THUMB_SIDE_MAX};
use koina_model::problem::PhotoFault;

use super::{PIXELS_MAX, Told, is_ours, prepare};

const TOLD: Told = Told {
    moment: Moment::After,
    with_place: true,
};

/// A picture whose left half is red and whose right half is blue, so that one sees how it was turned.
fn picture(width: u32, height: u32) -> DynamicImage {
    let colour = |x, _| {
        if x < width / 2 {
            Rgb([200, 30, 30])
        } else {
            Rgb([30, 30, 200])
        }
    };
    RgbImage::from_fn(width, height, colour).into()
}

fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

/// A JPEG as a telephone writes it, with what it writes beside the picture: turned a quarter, when, and where.
fn from_telephone(picture: &DynamicImage, orientation: u16) -> Vec<u8> {
    use exif::experimental::Writer;
    use exif::{Field, In, Rational, Tag, Value};
    let text = |text: &str| Value::Ascii(vec![text.as_bytes().to_vec()]);
    let parts = |parts: [(u32, u32); 3]| {
        Value::Rational(parts.map(|(num, denom)| Rational { num, denom }).to_vec())
    };
    let turn = Value::Rational(vec![Rational { num: 719, denom: 2 }]);
    let fields = [
        (Tag::Orientation, Value::Short(vec![orientation])),
        (Tag::Make, text("Σπύρος Τηλέφωνα")),
        (Tag::DateTimeOriginal, text("2026:07:14 09:30:05")),
        (Tag::GPSLatitudeRef, text("N")),
        (Tag::GPSLatitude, parts([(40, 1), (6, 1), (1_234, 100)])),
        (Tag::GPSLongitudeRef, text("E")),
        (Tag::GPSLongitude, parts([(22, 1), (30, 1), (0, 1)])),
        (Tag::GPSImgDirection, turn),
    ]
    .map(|(tag, value)| Field {
        tag,
        ifd_num: In::PRIMARY,
        value,
    });
    let mut writer = Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut exif = Cursor::new(Vec::new());
    writer.write(&mut exif, false).expect("Exif");
    let jpeg = written(picture, ImageFormat::Jpeg);
    let segment = [b"Exif\0\0".as_slice(), &exif.into_inner()].concat();
    let length = u16::try_from(segment.len() + 2).expect("a segment");
    [
        &[0xff, 0xd8, 0xff, 0xe1],
        length.to_be_bytes().as_slice(),
        &segment,
        jpeg.get(2..).expect("the rest"),
    ]
    .concat()
}

#[test]
fn a_picture_of_a_telephone_is_turned_upright_and_made_smaller() {
    let camera = from_telephone(&picture(2_400, 1_200), 6);
    let prepared = prepare(&camera, TOLD).expect("a photo");
    // Turned a quarter clockwise: what was left is above.
    let photo = &prepared.photo;
    assert_eq!((photo.width, photo.height), (SIDE_MAX / 2, SIDE_MAX));
    let read = image::load_from_memory(&prepared.picture)
        .expect("a picture")
        .to_rgb8();
    assert_eq!(read.dimensions(), (800, 1_600));
    let red = |pixel: &Rgb<u8>| pixel.0[0] > 150 && pixel.0[2] < 90;
    assert!(red(read.get_pixel(400, 100)), "red is above");
    assert!(!red(read.get_pixel(400, 1_500)), "blue is below");
    let thumb = image::load_from_memory(&prepared.thumb).expect("a picture");
    assert_eq!(thumb.height(), u32::from(THUMB_SIDE_MAX));
    assert!(prepared.thumb.len() <= THUMB_BYTES_MAX as usize);
    assert_eq!(photo.file, FileHash::of(&prepared.picture));
    assert_eq!(photo.thumb, FileHash::of(&prepared.thumb));
    assert_eq!(photo.size as usize, prepared.picture.len());
    assert_eq!(photo.check(), Ok(()));
    assert!(is_ours(&prepared.picture, SIDE_MAX));
    assert!(is_ours(&prepared.thumb, THUMB_SIDE_MAX));
    assert!(!is_ours(&prepared.picture, THUMB_SIDE_MAX));
}

#[test]
fn when_and_where_are_kept_apart_from_the_picture_and_the_camera_is_not() {
    let camera = from_telephone(&picture(640, 480), 1);
    let prepared = prepare(&camera, TOLD).expect("a photo");
    // 09:30:05 in Athens in summer is 06:30:05 UTC.
    assert_eq!(prepared.photo.taken, Some(Time(1_784_010_605_000)));
    assert_eq!(prepared.photo.pos.as_deref(), Some("40.103428,22.500000"));
    // 359.5 degrees are north.
    assert_eq!(prepared.photo.dir, Some(0));
    assert_eq!(prepared.photo.moment, Moment::After);
    for bytes in [&prepared.picture, &prepared.thumb] {
        let words = |words: &[u8]| bytes.windows(words.len()).any(|part| part == words);
        assert!(!words(b"Exif"));
        assert!(!words("Σπύρος".as_bytes()));
        assert!(!words(b"2026:07:14"));
    }
    let told = Told {
        with_place: false,
        ..TOLD
    };
    let silent = prepare(&camera, told).expect("a photo").photo;
    assert_eq!((silent.pos, silent.dir), (None, None));
    assert!(silent.taken.is_some());
}

#[test]
fn small_pictures_stay_as_large_as_they_are_whatever_they_are_written_in() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let prepared = prepare(&written(&picture(40, 30), format), TOLD).expect("a photo");
        let photo = prepared.photo;
        assert_eq!((photo.width, photo.height), (40, 30), "{format:?}");
        assert_eq!(photo.taken, None);
    }
}

#[test]
fn what_is_transparent_becomes_white() {
    let clear = image::RgbaImage::from_pixel(20, 20, image::Rgba([0, 0, 0, 0]));
    let prepared = prepare(&written(&clear.into(), ImageFormat::Png), TOLD).expect("a photo");
    let read = image::load_from_memory(&prepared.picture).expect("a picture");
    assert!(read.to_rgb8().pixels().all(|pixel| pixel.0 == [255; 3]));
}

#[test]
fn what_is_no_picture_is_refused_and_said_why() {
    let whole = written(&picture(640, 480), ImageFormat::Jpeg);
    let cut = whole.get(..whole.len() / 3).expect("a third").to_vec();
    let gif = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;".to_vec();
    let page = b"<html><script>alert(1)</script></html>".to_vec();
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec();
    let heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00".to_vec();
    for (bytes, fault) in [
        (Vec::new(), PhotoFault::Empty),
        (gif, PhotoFault::NotAPicture),
        (page, PhotoFault::NotAPicture),
        (svg, PhotoFault::NotAPicture),
        (heic, PhotoFault::NotAPicture),
        (vec![0xff, 0xd8, 0xff], PhotoFault::Damaged),
        (vec![0; super::BYTES_MAX + 1], PhotoFault::TooLarge),
    ] {
        let refused = prepare(&bytes, TOLD).map(|_| ());
        assert_eq!(refused, Err(fault), "{} bytes", bytes.len());
    }
    // What a broken card left of a picture is better than nothing where it can be read, and damaged where it cannot.
    match prepare(&cut, TOLD) {
        Ok(prepared) => assert!(is_ours(&prepared.picture, SIDE_MAX)),
        Err(fault) => assert_eq!(fault, PhotoFault::Damaged),
    }
}

#[test]
fn a_few_bytes_that_promise_gigabytes_of_pixels_are_refused_before_anything_is_read() {
    let mut png = written(&picture(1, 1), ImageFormat::Png);
    // Width and height of the header, and its checksum.
    let side = 60_000_u32;
    assert!(u64::from(side) * u64::from(side) > PIXELS_MAX);
    png.splice(16..20, side.to_be_bytes());
    png.splice(20..24, side.to_be_bytes());
    let checksum = checksum(png.get(12..29).expect("the header"));
    png.splice(29..33, checksum.to_be_bytes());
    assert_eq!(prepare(&png, TOLD).map(|_| ()), Err(PhotoFault::TooLarge));
    let mut jpeg = written(&picture(16, 16), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|marker| marker == [0xff, 0xc0]);
    let sizes = frame.expect("a frame") + 5;
    jpeg.splice(sizes..sizes + 4, [0xff; 4]);
    assert_eq!(prepare(&jpeg, TOLD).map(|_| ()), Err(PhotoFault::TooLarge));
}

#[test]
fn a_picture_with_something_behind_it_loses_what_is_behind_it() {
    let mut polyglot = written(&picture(64, 64), ImageFormat::Jpeg);
    polyglot.extend_from_slice(b"PK\x03\x04<script>alert(1)</script>");
    let prepared = prepare(&polyglot, TOLD).expect("a photo");
    for bytes in [&prepared.picture, &prepared.thumb] {
        assert!(!bytes.windows(8).any(|part| part == b"<script>"));
        assert!(bytes.ends_with(&[0xff, 0xd9]));
    }
}

/// CRC-32 as PNG uses it.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
        })
    })
}
