//! Courier files: what travels by hand where there is no network.

use std::io::Write;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use koina_model::calendar::athens_date;
use koina_model::ids::Time;
use koina_model::problem::{FieldRule, Problem};
use koina_sync::courier::{FILE_BYTES_MAX, TO_SERVER};
use koina_sync::replica::of_disk;

use crate::{
    CourierPlaces, CourierTakeInput, CourierTook, CourierWritten, Desk, Nothing, PlaceInput,
    VERSION, told,
};

/// Most files of one day in one place.
const OF_A_DAY: u32 = 1_000;

pub(crate) fn courier_places(desk: &Desk, _: Nothing) -> Result<CourierPlaces, Problem> {
    let places = (desk.places)().into_iter();
    let places = places.map(|place| place.to_string_lossy().into_owned());
    Ok(CourierPlaces {
        places: places.collect(),
    })
}

pub(crate) fn courier_export(desk: &Desk, input: PlaceInput) -> Result<CourierWritten, Problem> {
    let place = place(desk, &input.place)?;
    let file = desk
        .exchanger
        .alone(|replica| told(replica.courier_export(VERSION)))?;
    write(desk, &place, "koina", &file)
}

pub(crate) fn courier_take(desk: &Desk, input: CourierTakeInput) -> Result<CourierTook, Problem> {
    if input.file.len() / 4 * 3 > FILE_BYTES_MAX {
        return Err(Problem::too_large(FILE_BYTES_MAX));
    }
    let file = STANDARD
        .decode(&input.file)
        .map_err(|_| Problem::CourierUnreadable)?;
    if !file.starts_with(TO_SERVER) {
        let taken = desk
            .exchanger
            .alone(|replica| told(replica.courier_take(&file, desk.now())))?;
        if !taken.late && !taken.revoked {
            desk.exchanger.heard();
        }
        return Ok(CourierTook {
            taken: Some(taken),
            written: None,
        });
    }
    // Somebody else's, for the town hall: a desk hands it over, and the answer goes back the same way.
    let place = place(desk, &input.place)?;
    let answer = desk.exchanger.hand_over("/v1/courier", file)?;
    let written = write(desk, &place, "koina-answer", &answer)?;
    desk.exchanger.soon();
    Ok(CourierTook {
        taken: None,
        written: Some(written),
    })
}

/// One of the places there are now: a window never names a path of its own.
pub(crate) fn place(desk: &Desk, named: &str) -> Result<PathBuf, Problem> {
    (desk.places)()
        .into_iter()
        .find(|place| place.to_string_lossy() == named)
        .ok_or_else(|| Problem::field("place", FieldRule::NotOnAList))
}

fn write(desk: &Desk, place: &Path, name: &str, bytes: &[u8]) -> Result<CourierWritten, Problem> {
    let path = write_new(desk.now(), place, name, "koina", bytes)?;
    Ok(CourierWritten {
        path: path.to_string_lossy().into_owned(),
        bytes: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
    })
}

/// Writes a new file, and gives its path only when it is on the disk. The name tells the day and nothing else.
pub(crate) fn write_new(
    now: Time,
    place: &Path,
    name: &str,
    ending: &str,
    bytes: &[u8],
) -> Result<PathBuf, Problem> {
    let day = athens_date(now.0);
    for n in 1..=OF_A_DAY {
        let path = place.join(format!("{name}-{day}-{n}.{ending}"));
        let mut file = match std::fs::File::create_new(&path) {
            Ok(file) => file,
            Err(failure) if failure.kind() == std::io::ErrorKind::AlreadyExists => continue,
            Err(failure) => return Err(not_written(&failure)),
        };
        if let Err(failure) = file.write_all(bytes).and_then(|()| file.sync_all()) {
            drop(file);
            std::fs::remove_file(&path).ok();
            return Err(not_written(&failure));
        }
        return Ok(path);
    }
    Err(Problem::PlaceFull)
}

pub(crate) fn not_written(failure: &std::io::Error) -> Problem {
    tracing::warn!(%failure, "a courier file could not be written");
    match of_disk(failure) {
        Problem::DiskFull => Problem::PlaceFull,
        _ => Problem::PlaceReadOnly,
    }
}

/// Where files may be put: the folder for downloads, and the sticks that are in.
pub fn usual_places(downloads: Option<PathBuf>, fallback: PathBuf) -> Vec<PathBuf> {
    let mut places = sticks();
    places.sort();
    places.push(
        downloads
            .filter(|folder| folder.is_dir())
            .unwrap_or(fallback),
    );
    places
}

/// Sticks, as the systems mount them for the person at the screen.
fn sticks() -> Vec<PathBuf> {
    let user = std::env::var("USER").unwrap_or_default();
    let mut sticks = Vec::new();
    for parent in [
        PathBuf::from("/media").join(&user),
        PathBuf::from("/run/media").join(&user),
        PathBuf::from("/Volumes"),
    ] {
        if user.is_empty() && !parent.ends_with("Volumes") {
            continue;
        }
        let Ok(inside) = std::fs::read_dir(parent) else {
            continue;
        };
        let folders = inside.filter_map(|entry| Some(entry.ok()?.path()));
        sticks.extend(folders.filter(|path| path.is_dir() && !path.is_symlink()));
    }
    sticks
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use koina_model::problem::Problem;

    use super::not_written;

    #[test]
    fn a_stick_that_takes_nothing_is_not_called_the_device() {
        let says = |kind: ErrorKind| not_written(&Error::from(kind));
        assert_eq!(says(ErrorKind::StorageFull), Problem::PlaceFull);
        assert_eq!(says(ErrorKind::QuotaExceeded), Problem::PlaceFull);
        assert_eq!(says(ErrorKind::ReadOnlyFilesystem), Problem::PlaceReadOnly);
        assert_eq!(says(ErrorKind::PermissionDenied), Problem::PlaceReadOnly);
        // It was drawn out meanwhile.
        assert_eq!(says(ErrorKind::NotFound), Problem::PlaceReadOnly);
    }
}
