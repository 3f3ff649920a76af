//! Photos of records, and how far their files have come.

use koina_model::ids::{DeviceId, DocId, EventId, Time};
use koina_model::photos::{FileHash, Moment, Photo};
use koina_model::place::read_position;
use koina_model::words::Position;
use rusqlite::{Connection, Transaction, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::replica::{Replica, ReplicaError};

/// A photo as a window shows it.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct PhotoRow {
    /// Names the picture when a window asks for it.
    pub file: FileHash,
    pub thumb: FileHash,
    pub moment: Moment,
    /// When it was added, by the clock of the device that did.
    pub added_at: Time,
    /// When it was taken, by the clock of the camera.
    pub taken_at: Option<Time>,
    /// Who added it: the device's name, as people call it.
    pub by: String,
    pub position: Option<Position>,
    /// Where the camera looked, in degrees from true north.
    pub direction: Option<u16>,
    /// Bytes of the picture.
    pub size: u32,
    pub width: u16,
    pub height: u16,
    pub state: PhotoState,
    /// The picture can be shown in full.
    pub here: bool,
    /// The small copy can be shown.
    pub thumb_here: bool,
    /// Somebody asked for the picture, and it is on its way.
    pub wanted: bool,
}

/// How far a photo has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PhotoState {
    /// Kept here, and not at the town hall yet («Στη συσκευή»).
    OnDevice,
    /// The town hall has it («Παραλήφθηκε»).
    Received,
    /// Neither: another device has it still.
    Elsewhere,
}

/// How photos of this device are on their way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
pub struct PhotosWaiting {
    /// Pictures that are not at the town hall yet.
    pub photos: u32,
    /// Bytes of those and of their small copies.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// Room that photos take on this device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PhotosRoom {
    #[ts(type = "number")]
    pub used_bytes: u64,
    /// Above this, pictures that the town hall has leave this device, the oldest first.
    #[ts(type = "number")]
    pub budget_bytes: u64,
    /// Bytes that cannot go, since only this device has them.
    #[ts(type = "number")]
    pub unsent_bytes: u64,
}

/// What the views say of one photo.
pub(crate) struct Shown {
    event: EventId,
    by: DeviceId,
    at: Time,
    file: FileHash,
    size: u32,
    thumb: FileHash,
    thumb_size: u32,
}

impl Shown {
    pub(crate) fn new(event: EventId, by: DeviceId, at: Time, photo: &Photo) -> Self {
        Self {
            event,
            by,
            at,
            file: photo.file,
            size: photo.size,
            thumb: photo.thumb,
            thumb_size: photo.thumb_size,
        }
    }
}

/// Writes the rows of the photos of a record.
pub(crate) fn put(
    tx: &Transaction<'_>,
    n: i64,
    id: DocId,
    photos: &[Shown],
) -> Result<(), ReplicaError> {
    for photo in photos {
        tx.prepare_cached(
            "INSERT INTO photos (n, event, doc, file, size, thumb, thumb_size, writer, added_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            n,
            photo.event.as_bytes().as_slice(),
            id.as_bytes().as_slice(),
            photo.file.as_bytes().as_slice(),
            photo.size,
            photo.thumb.as_bytes().as_slice(),
            photo.thumb_size,
            photo.by.as_bytes().as_slice(),
            photo.at.0
        ])?;
    }
    Ok(())
}

/// What is known of a file on this device.
#[derive(Clone, Copy, Default)]
struct Known {
    here: bool,
    town: bool,
    wanted: bool,
}

fn known(db: &Connection, file: FileHash) -> Result<Known, ReplicaError> {
    use rusqlite::OptionalExtension;
    let known = db
        .prepare_cached("SELECT here, town > 0, wanted FROM files WHERE hash = ?1")?
        .query_row([file.as_bytes().as_slice()], |row| {
            Ok(Known {
                here: row.get(0)?,
                town: row.get(1)?,
                wanted: row.get(2)?,
            })
        })
        .optional()?;
    Ok(known.unwrap_or_default())
}

impl Replica {
    /// One photo as a record tells it, with how far its files have come.
    fn photo_row(
        &self,
        by: DeviceId,
        added_at: Time,
        photo: &Photo,
    ) -> Result<PhotoRow, ReplicaError> {
        let (picture, thumb) =
            self.read(|db| Ok((known(db, photo.file)?, known(db, photo.thumb)?)))?;
        let state = match picture {
            Known { town: true, .. } => PhotoState::Received,
            Known { here: true, .. } => PhotoState::OnDevice,
            _ => PhotoState::Elsewhere,
        };
        Ok(PhotoRow {
            file: photo.file,
            thumb: photo.thumb,
            moment: photo.moment,
            added_at,
            taken_at: photo.taken,
            by: self.lists().device_name(by),
            position: photo.pos.as_deref().and_then(read_position),
            direction: photo.dir,
            size: photo.size,
            width: photo.width,
            height: photo.height,
            state,
            here: picture.here,
            thumb_here: thumb.here,
            wanted: picture.wanted && !picture.here,
        })
    }

    /// The photos of a record, in the order they were added.
    pub fn photos_of(&self, id: DocId) -> Result<Vec<PhotoRow>, ReplicaError> {
        use koina_model::words::Kind;
        use koina_model::{assets, requests};
        let doc = self.loaded(id)?.doc;
        let record = doc.record();
        match doc.kind() {
            Kind::Request => self.photo_rows(requests::read(&record).photos()),
            Kind::Asset => self.photo_rows(assets::read(&record).photos()),
        }
    }

    /// The same of a record that was read already; of a picture that was added twice, the first.
    pub(crate) fn photo_rows<'a>(
        &self,
        photos: impl Iterator<Item = (EventId, DeviceId, Time, &'a Photo)>,
    ) -> Result<Vec<PhotoRow>, ReplicaError> {
        let mut photos: Vec<_> = photos.collect();
        photos.sort_by_key(|(event, _, at, _)| (*at, *event));
        let mut seen = std::collections::BTreeSet::new();
        photos.retain(|(.., photo)| seen.insert(photo.file));
        let rows = photos.into_iter();
        rows.map(|(_, by, at, photo)| self.photo_row(by, at, photo))
            .collect()
    }

    /// A photo that was kept here and stands in no record yet.
    pub fn photo_kept(&self, file: FileHash, now: Time) -> Result<PhotoRow, ReplicaError> {
        let identity = self.enrolled()?;
        let photo = self.kept_about(file)?;
        self.photo_row(identity.device, now, &photo)
    }
}
