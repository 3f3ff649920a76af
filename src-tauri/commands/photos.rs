//! Photos: taken here, added to records, looked at, and the room they take.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use koina_model::problem::{PhotoFault, Problem};
use koina_sync::photos::picture::{self, Told};
use koina_sync::views::photos::{PhotoRow, PhotosRoom};

use crate::{
    Desk, Nothing, PhotoData, PhotoInput, PhotoKeepInput, Photos, PhotosAddInput,
    PhotosBudgetInput, told,
};

/// Smallest room a person may leave for photos that the town hall has.
const BUDGET_MIN: u64 = 50 * 1024 * 1024;

/// Keeps a picture from the camera or from a file. It is on the disk when this answers, and goes with the record that names it.
pub(crate) fn photo_keep(desk: &Desk, input: PhotoKeepInput) -> Result<PhotoRow, Problem> {
    let bytes = picture_bytes(&input.data)?;
    let told_of = Told {
        moment: input.moment,
        with_place: input.with_place,
    };
    let prepared = picture::prepare(&bytes, told_of)?;
    let now = desk.now();
    let file = told(desk.replica.keep_photo(&prepared, now))?;
    told(desk.replica.photo_kept(file, now))
}

/// The bytes of a picture that a window hands over in base64.
pub(crate) fn picture_bytes(data: &str) -> Result<Vec<u8>, PhotoFault> {
    // Four characters of base64 are three bytes; what is too large is not even read.
    if data.len() / 4 * 3 > picture::BYTES_MAX + 3 {
        return Err(PhotoFault::TooLarge);
    }
    STANDARD.decode(data).map_err(|_| PhotoFault::Damaged)
}

/// Adds photos that were kept to a record that is there.
pub(crate) fn photos_add(desk: &Desk, input: PhotosAddInput) -> Result<Photos, Problem> {
    told(desk.replica.add_photos(input.id, &input.photos, desk.now()))?;
    desk.exchanger.soon();
    let photos = told(desk.replica.photos_of(input.id))?;
    Ok(Photos { photos })
}

/// A file that is here, as base64.
pub(crate) fn photo_read(desk: &Desk, input: PhotoInput) -> Result<PhotoData, Problem> {
    let bytes = told(desk.replica.photo_bytes(input.file))?;
    Ok(PhotoData {
        data: STANDARD.encode(bytes),
    })
}

/// Somebody wants to see a picture that is not here: it comes as soon as there is a line.
pub(crate) fn photo_want(desk: &Desk, input: PhotoInput) -> Result<Nothing, Problem> {
    told(desk.replica.want_photo(input.file, desk.now()))?;
    desk.exchanger.soon();
    Ok(Nothing {})
}

pub(crate) fn photos_room(desk: &Desk, _: Nothing) -> Result<PhotosRoom, Problem> {
    told(desk.replica.photos_room())
}

pub(crate) fn photos_budget(desk: &Desk, input: PhotosBudgetInput) -> Result<PhotosRoom, Problem> {
    told(desk.replica.set_photos_budget(input.bytes.max(BUDGET_MIN)))?;
    told(desk.replica.tidy_photos(desk.now()))?;
    told(desk.replica.photos_room())
}
