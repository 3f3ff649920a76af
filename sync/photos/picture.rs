//! Makes a picture from a camera ready to be kept: upright, smaller, with a small copy, and with nothing in it but the picture.
//!
//! What the camera wrote beside it (Exif) is read here for time, place and direction, and goes no further: the files are
//! written anew from the pixels.

use std::io::Cursor;

use exif::{Exif, In, Rational, Tag, Value};
use image::codecs::jpeg::JpegEncoder;
use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage, Rgba, RgbaImage,
};
use koina_model::ids::Time;
use koina_model::photos::{
    FileHash, Moment, PICTURE_BYTES_MAX, Photo, SIDE_MAX, THUMB_BYTES_MAX, THUMB_SIDE_MAX,
};
use koina_model::place::position_text;
use koina_model::problem::PhotoFault;
use koina_model::words::Position;

/// Most bytes of a file from a camera.
pub const BYTES_MAX: usize = 40 * 1024 * 1024;
/// Most pixels of it: the largest sensors of telephones have 200 million and give files of 50 or fewer.
const PIXELS_MAX: u64 = 110_000_000;
/// Most bytes that reading it may take, beside its pixels.
const BESIDE_MAX: u64 = 32 * 1024 * 1024;

/// Qualities of a JPEG to try, until it is small enough.
const PICTURE_QUALITY: [u8; 4] = [75, 60, 45, 30];
const THUMB_QUALITY: [u8; 4] = [65, 50, 35, 20];

/// What a person says of a photo.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told {
    pub moment: Moment,
    /// Place and direction may be kept.
    pub with_place: bool,
}

/// A photo whose files are not kept yet.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub photo: Photo,
    pub picture: Vec<u8>,
    pub thumb: Vec<u8>,
}

/// Reads a file from a camera. May take a second; call it from a thread that may.
pub fn prepare(bytes: &[u8], told: Told) -> Result<Prepared, PhotoFault> {
    let (upright, exif) = decode(bytes)?;
    let (picture, width, height) = jpeg(&upright, SIDE_MAX, &PICTURE_QUALITY, PICTURE_BYTES_MAX)?;
    let (thumb, ..) = jpeg(&upright, THUMB_SIDE_MAX, &THUMB_QUALITY, THUMB_BYTES_MAX)?;
    let size = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let photo = Photo {
        file: FileHash::of(&picture),
        size: size(&picture),
        thumb: FileHash::of(&thumb),
        thumb_size: size(&thumb),
        width,
        height,
        moment: told.moment,
        taken: exif.as_ref().and_then(taken),
        pos: exif
            .as_ref()
            .filter(|_| told.with_place)
            .and_then(place)
            .map(|place| position_text(&place)),
        dir: exif
            .as_ref()
            .filter(|_| told.with_place)
            .and_then(direction),
    };
    Ok(Prepared {
        photo,
        picture,
        thumb,
    })
}

/// Pixels along a side at which square codes are looked for, one after the other: small ones need many, blurred ones few.
const LOOKED_AT: [u32; 2] = [1_600, 700];

/// The texts of the square codes on a picture from a camera.
pub fn square_codes(bytes: &[u8]) -> Result<Vec<String>, PhotoFault> {
    let (picture, _) = decode(bytes)?;
    for side in LOOKED_AT {
        let grey = DynamicImage::from(reduced(&picture, side)).to_luma8();
        let texts: Vec<String> = rqrr::PreparedImage::prepare(grey)
            .detect_grids()
            .into_iter()
            .filter_map(|grid| Some(grid.decode().ok()?.1))
            .collect();
        if !texts.is_empty() {
            return Ok(texts);
        }
    }
    Ok(Vec::new())
}

/// Whether bytes are a picture as a device of ours writes them, without decoding its pixels.
pub fn is_ours(bytes: &[u8], side_max: u16) -> bool {
    if !bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        return false;
    }
    let reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Jpeg);
    let side_max = u32::from(side_max);
    matches!(reader.into_dimensions(), Ok((width, height)) if width.max(height) <= side_max)
}

/// The picture, upright, and what the camera wrote beside it.
fn decode(bytes: &[u8]) -> Result<(DynamicImage, Option<Exif>), PhotoFault> {
    if bytes.is_empty() {
        return Err(PhotoFault::Empty);
    }
    if bytes.len() > BYTES_MAX {
        return Err(PhotoFault::TooLarge);
    }
    let format = image::guess_format(bytes).map_err(|_| PhotoFault::NotAPicture)?;
    if !matches!(
        format,
        ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP
    ) {
        return Err(PhotoFault::NotAPicture);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.no_limits();
    // Not a word is believed before the sizes were looked at: a few bytes may promise gigabytes of pixels.
    let mut decoder = reader.into_decoder().map_err(|_| PhotoFault::Damaged)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(PhotoFault::TooLarge);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(decoder.total_bytes() + BESIDE_MAX);
    decoder
        .set_limits(limits)
        .map_err(|_| PhotoFault::TooLarge)?;
    let orientation = decoder.orientation();
    let exif = decoder.exif_metadata().ok().flatten();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| PhotoFault::Damaged)?;
    if let Ok(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    let exif = exif.and_then(|raw| exif::Reader::new().read_raw(raw).ok());
    Ok((picture, exif))
}

/// A JPEG of the picture that is at most so many pixels along a side, and so many bytes.
fn jpeg(
    picture: &DynamicImage,
    side_max: u16,
    qualities: &[u8],
    bytes_max: u32,
) -> Result<(Vec<u8>, u16, u16), PhotoFault> {
    let reduced = reduced(picture, u32::from(side_max));
    let (width, height) = reduced.dimensions();
    for quality in qualities {
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, *quality);
        encoder
            .encode_image(&reduced)
            .map_err(|_| PhotoFault::Damaged)?;
        if bytes.len() <= bytes_max as usize {
            let pixels = |side: u32| u16::try_from(side).unwrap_or(u16::MAX);
            return Ok((bytes, pixels(width), pixels(height)));
        }
    }
    Err(PhotoFault::TooLarge)
}

/// The picture on white, at most so many pixels along a side.
fn reduced(picture: &DynamicImage, side: u32) -> RgbImage {
    if picture.width().max(picture.height()) > side {
        on_white(&picture.thumbnail(side, side))
    } else {
        on_white(picture)
    }
}

/// A JPEG has nothing that is transparent: what is becomes white, as on paper.
fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let mut white = RgbaImage::from_pixel(picture.width(), picture.height(), Rgba([255; 4]));
    image::imageops::overlay(&mut white, &picture.to_rgba8(), 0, 0);
    DynamicImage::from(white).to_rgb8()
}

/// When it was taken. Cameras write the time on their clock; newer ones how far that is from UTC. Without that it is taken for
/// the time in Greece.
fn taken(exif: &Exif) -> Option<Time> {
    let text = |tag| match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(lines) => lines.first().cloned(),
        _ => None,
    };
    let mut written = exif::DateTime::from_ascii(&text(Tag::DateTimeOriginal)?).ok()?;
    if let Some(offset) = text(Tag::OffsetTimeOriginal) {
        let _ = written.parse_offset(&offset);
    }
    koina_model::calendar::clock_moment(
        (
            i16::try_from(written.year).ok()?,
            i8::try_from(written.month).ok()?,
            i8::try_from(written.day).ok()?,
        ),
        (
            i8::try_from(written.hour).ok()?,
            i8::try_from(written.minute).ok()?,
            i8::try_from(written.second).ok()?,
        ),
        written.offset,
    )
}

fn place(exif: &Exif) -> Option<Position> {
    let place = Position {
        lat: degrees(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, b'S')?,
        lon: degrees(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, b'W')?,
        accuracy_m: None,
    };
    let nowhere = place.lat == 0.0 && place.lon == 0.0;
    (!nowhere && koina_model::place::is_on_earth(&place)).then_some(place)
}

/// Degrees, minutes and seconds as one number.
fn degrees(exif: &Exif, tag: Tag, side: Tag, negative: u8) -> Option<f64> {
    let parts = rationals(exif, tag)?;
    let part = |at: usize| parts.get(at).map_or(0.0, Rational::to_f64);
    let size = part(0) + part(1) / 60.0 + part(2) / 3_600.0;
    let side = match &exif.get_field(side, In::PRIMARY)?.value {
        Value::Ascii(lines) => lines.first()?.first().copied()?,
        _ => return None,
    };
    size.is_finite()
        .then_some(if side == negative { -size } else { size })
}

fn direction(exif: &Exif) -> Option<u16> {
    let degrees = rationals(exif, Tag::GPSImgDirection)?.first()?.to_f64();
    // From 0 to 359: what rounds to a whole turn is north.
    (0.0..=360.0).contains(&degrees).then(|| {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and 360"
        )]
        let whole = degrees.round() as u16;
        whole % 360
    })
}

fn rationals(exif: &Exif, tag: Tag) -> Option<&[Rational]> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Rational(parts) => Some(parts),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
