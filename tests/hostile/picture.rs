//! Files from a camera, or from wherever a page got them: photos, and pictures of square codes.

use koina_model::photos::{FileHash, Moment, SIDE_MAX, THUMB_SIDE_MAX};
use koina_sync::photos::picture::{Told, is_ours, prepare, square_codes};

use crate::pictures::camera;

pub(super) fn take(bytes: &[u8]) {
    let told = Told {
        moment: Moment::Before,
        with_place: true,
    };
    // A picture of another making is not let in at the server, whatever stands in it.
    let _ = is_ours(bytes, SIDE_MAX);
    let _ = square_codes(bytes);
    let Ok(made) = prepare(bytes, told) else {
        return;
    };
    let photo = &made.photo;
    assert_eq!(photo.file, FileHash::of(&made.picture));
    assert_eq!(photo.thumb, FileHash::of(&made.thumb));
    assert_eq!(made.picture.len(), photo.size as usize);
    assert!(
        is_ours(&made.picture, SIDE_MAX),
        "what we keep, the server takes"
    );
    assert!(is_ours(&made.thumb, THUMB_SIDE_MAX));
    assert!(photo.width <= SIDE_MAX && photo.height <= SIDE_MAX);
    if let Some(direction) = photo.dir {
        assert!(direction < 360, "{direction}");
    }
    // Nothing of what the camera wrote beside the picture is in what is kept.
    for kept in [&made.picture, &made.thumb] {
        assert!(!kept.windows(4).any(|bytes| bytes == b"Exif"));
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let photo = camera(1, 96, 64);
    let mut png = std::io::Cursor::new(Vec::new());
    image::load_from_memory(&photo)
        .unwrap()
        .write_to(&mut png, image::ImageFormat::Png)
        .unwrap();
    vec![photo.clone(), with_exif(&photo), png.into_inner()]
}

/// The same with what a camera says: upside down, taken at a time, at a place, towards north-east.
fn with_exif(photo: &[u8]) -> Vec<u8> {
    // TIFF, little endian: one directory with the orientation, and one with the place.
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [
            &tag.to_le_bytes()[..],
            &kind.to_le_bytes(),
            &count.to_le_bytes(),
            &value.to_le_bytes(),
        ]
        .concat()
    };
    let gps_at = 8 + 2 + 2 * 12 + 4;
    tiff.extend(2_u16.to_le_bytes());
    tiff.extend(entry(0x0112, 3, 1, 3));
    tiff.extend(entry(0x8825, 4, 1, gps_at));
    tiff.extend(0_u32.to_le_bytes());
    let values_at = gps_at + 2 + 5 * 12 + 4;
    tiff.extend(5_u16.to_le_bytes());
    tiff.extend(entry(1, 2, 2, u32::from(b'N')));
    tiff.extend(entry(2, 5, 3, values_at));
    tiff.extend(entry(3, 2, 2, u32::from(b'E')));
    tiff.extend(entry(4, 5, 3, values_at + 24));
    tiff.extend(entry(0x11, 5, 1, values_at + 48));
    tiff.extend(0_u32.to_le_bytes());
    for (number, by) in [
        (40, 1),
        (6, 1),
        (123, 10),
        (22, 1),
        (30, 1),
        (0, 1),
        (45, 1),
    ] {
        tiff.extend(u32::to_le_bytes(number));
        tiff.extend(u32::to_le_bytes(by));
    }
    let length = u16::try_from(2 + 6 + tiff.len()).unwrap();
    let (start, rest) = photo.split_at(2);
    [
        start,
        &[0xff, 0xe1],
        &length.to_be_bytes(),
        b"Exif\0\0",
        &tiff,
        rest,
    ]
    .concat()
}
