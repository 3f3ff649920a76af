//! Files of photos: which are on this device's disk, which the town hall has, and what is to travel.
//!
//! A file is on the disk, whole, before a row says so, and a row goes before its file does: after a crash a file without a row
//! may lie about, never a row without its file.

use std::collections::{BTreeSet, VecDeque};

use koina_model::assets::{self, Asset, acts as asset_acts};
use koina_model::doc::Writes;
use koina_model::ids::{DeviceId, DocId, Time};
use koina_model::permits::Author;
use koina_model::photos::{FileHash, Photo};
use koina_model::problem::{PhotoFault, Problem};
use koina_model::requests::{self, Request, acts as request_acts};
use koina_model::words::Kind;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::rescue::Rest;
use super::{Replica, ReplicaError, of_disk};
use crate::photos::picture::Prepared;
use crate::photos::store::Store;
use crate::views::photos::{PhotosRoom, PhotosWaiting};

/// How long a picture that no record names is kept: somebody may still be writing the record.
const UNNAMED_MS: i64 = 30 * 24 * 3_600 * 1_000;
/// Room for pictures that the town hall has, where nobody chose another.
const BUDGET_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// How long a picture stays that somebody asked for, however little room there is.
const LOOKED_AT_MS: i64 = 24 * 3_600 * 1_000;
/// Where the chosen one is kept.
const BUDGET: &str = "photos_budget";

/// A file that is to travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Travelling {
    pub file: FileHash,
    pub size: u32,
    pub way: Way,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From here to the town hall.
    Up,
    /// From the town hall to here.
    Down,
    /// Nowhere: whether the town hall has it is all that is asked.
    Ask,
}

/// Where a file stands: a record that names it, as the server asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub size: u32,
    /// It is the small copy.
    pub thumb: bool,
    pub community: String,
    pub writer: DeviceId,
}

impl Replica {
    /// The folder of photos, beside the file of the replica.
    pub fn photos(&self) -> &Store {
        &self.photos
    }

    /// Keeps a photo. Both files are on the disk and noted afterwards.
    pub fn keep_photo(&self, prepared: &Prepared, now: Time) -> Result<FileHash, ReplicaError> {
        let on_disk = |bytes: &[u8]| {
            self.photos
                .put(bytes)
                .map_err(|failure| ReplicaError::from(of_disk(&failure)))
        };
        let photo = &prepared.photo;
        on_disk(&prepared.thumb)?;
        on_disk(&prepared.picture)?;
        let about = serde_json::to_string(photo)?;
        self.write(|tx| {
            keep(tx, photo.thumb, photo.thumb_size, "", now)?;
            keep(tx, photo.file, photo.size, &about, now)
        })?;
        Ok(photo.file)
    }

    /// What a record will say of a picture that was kept here.
    pub(crate) fn kept_about(&self, file: FileHash) -> Result<Photo, ReplicaError> {
        self.read(|db| about(db, file))
    }

    /// The same of several.
    pub(crate) fn kept_photos(&self, files: &[FileHash]) -> Result<Vec<Photo>, ReplicaError> {
        files.iter().map(|file| self.kept_about(*file)).collect()
    }

    /// Adds photos that were kept here to a record, in one change.
    pub fn add_photos(&self, id: DocId, files: &[FileHash], now: Time) -> Result<(), ReplicaError> {
        let author = self.author()?;
        let photos = self.kept_photos(files)?;
        let kind = self.loaded(id)?.doc.kind();
        self.change(id, kind, now, |doc, _| {
            let record = doc.record();
            let writes = match kind {
                Kind::Request => {
                    let request = requests::read(&record);
                    self.request_photos(Some(&request), &photos, &author, now)?
                }
                Kind::Asset => {
                    let asset = assets::read(&record);
                    self.asset_photos(Some(&asset), &photos, &author, now)?
                }
            };
            Ok(("photo".to_owned(), writes))
        })?;
        Ok(())
    }

    /// The writes that add photos to a request; `None` to one that begins with them.
    pub(crate) fn request_photos(
        &self,
        request: Option<&Request>,
        photos: &[Photo],
        author: &Author,
        now: Time,
    ) -> Result<Writes, Problem> {
        let mut writes = Writes::new();
        for what in request_acts::add_photos(request, photos, author)? {
            let event = requests::Event { at: now, what };
            writes.extend(requests::record(self.new_event(now), &event));
        }
        Ok(writes)
    }

    /// The same for an asset.
    pub(crate) fn asset_photos(
        &self,
        asset: Option<&Asset>,
        photos: &[Photo],
        author: &Author,
        now: Time,
    ) -> Result<Writes, Problem> {
        let mut writes = Writes::new();
        for what in asset_acts::add_photos(asset, photos, author)? {
            let event = assets::Event { at: now, what };
            writes.extend(assets::record(self.new_event(now), &event));
        }
        Ok(writes)
    }

    /// Somebody wants to see a picture in full.
    pub fn want_photo(&self, file: FileHash, now: Time) -> Result<(), ReplicaError> {
        let named = self.read(|db| named(db, file))?;
        let Some(size) = named.iter().map(|named| named.size).max() else {
            return Err(Problem::NotFound.into());
        };
        self.write(|tx| {
            tx.execute(
                "INSERT INTO files (hash, size, wanted, kept_at) VALUES (?1, ?2, 1, ?3)
                 ON CONFLICT (hash) DO UPDATE SET wanted = 1",
                params![file.as_bytes().as_slice(), size, now.0],
            )?;
            Ok(())
        })
    }

    /// The bytes of a file that is here. One whose bytes are no longer its own is noted as gone.
    pub fn photo_bytes(&self, file: FileHash) -> Result<Vec<u8>, ReplicaError> {
        let read = || self.photos.read(file).map_err(|failure| of_disk(&failure));
        if let Some(bytes) = read()? {
            return Ok(bytes);
        }
        let bytes = self.write(|tx| {
            // Once more, while nobody else notes anything: it may just have come.
            if let Some(bytes) = read()? {
                return Ok(Some(bytes));
            }
            tracing::error!(%file, "a photo is damaged or gone from the disk");
            tx.execute(
                "UPDATE files SET here = 0 WHERE hash = ?1",
                [file.as_bytes().as_slice()],
            )?;
            let there = self.photos.size(file);
            if there.map_err(|failure| of_disk(&failure))?.is_some() {
                // Nothing is thrown away: a picture with a wrong dot may still be looked at.
                let aside = self.photos.set_aside(file);
                aside.map_err(|failure| of_disk(&failure))?;
            }
            Ok(None)
        })?;
        bytes.ok_or_else(|| Problem::from(PhotoFault::NotHere).into())
    }

    /// Everything that names a file.
    pub fn named(&self, file: FileHash) -> Result<Vec<Named>, ReplicaError> {
        self.read(|db| named(db, file))
    }

    /// What is to travel next, at most so many files each way: first small copies, then what somebody wants to see, then
    /// pictures. Last, what may have reached the town hall from elsewhere.
    pub fn to_travel(&self, most: u32) -> Result<Vec<Travelling>, ReplicaError> {
        self.read(|db| {
            let mut all = Vec::new();
            for (way, statement) in [
                (Way::Up, UP_THUMBS),
                (Way::Down, DOWN_WANTED),
                (Way::Down, DOWN_THUMBS),
                (Way::Up, UP_PICTURES),
                (Way::Ask, ASK),
            ] {
                let mut rows = db.prepare_cached(statement)?;
                let rows = rows.query_map([most], |row| travelling(row, way))?;
                all.extend(rows.collect::<Result<Vec<_>, _>>()?.into_iter().flatten());
            }
            Ok(all)
        })
    }

    /// Which of these files the town hall may not have.
    pub(super) fn not_at_town(
        &self,
        there: BTreeSet<FileHash>,
    ) -> Result<VecDeque<Rest>, ReplicaError> {
        let me = self.enrolled()?.device;
        self.read(|db| {
            let mut rest = VecDeque::new();
            for file in there {
                if is_at_town(db, file)? {
                    continue;
                }
                let mut by = named(db, file)?;
                by.retain(|one| one.writer == me);
                rest.push_back(Rest {
                    file,
                    named: !by.is_empty(),
                    thumb: by.iter().all(|one| one.thumb),
                });
            }
            Ok(rest)
        })
    }

    /// How many files of photos that this device took are neither among these nor at the town hall.
    pub(super) fn photos_missed(&self, there: &BTreeSet<FileHash>) -> Result<u32, ReplicaError> {
        let me = self.enrolled()?.device;
        self.read(|db| {
            let mut rows = db.prepare(
                "SELECT file FROM photos WHERE writer = ?1 UNION SELECT thumb FROM photos WHERE writer = ?1",
            )?;
            let mine: Vec<Vec<u8>> = rows
                .query_map([me.as_bytes().as_slice()], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            let mut missed = 0;
            for file in mine.iter().filter_map(|name| FileHash::from_slice(name)) {
                missed += u32::from(!there.contains(&file) && !is_at_town(db, file)?);
            }
            Ok(missed)
        })
    }

    /// The server has these files.
    pub fn at_town(&self, files: &[(FileHash, u32)], now: Time) -> Result<(), ReplicaError> {
        if files.is_empty() {
            return Ok(());
        }
        self.write(|tx| {
            for (file, size) in files {
                tx.prepare_cached(
                    "INSERT INTO files (hash, size, town, kept_at) VALUES (?1, ?2, ?3, ?3)
                     ON CONFLICT (hash) DO UPDATE SET town = excluded.town",
                )?
                .execute(params![
                    file.as_bytes().as_slice(),
                    size,
                    now.0.max(1)
                ])?;
            }
            Ok(())
        })
    }

    /// A file came from the server, and is on the disk.
    pub(crate) fn came(&self, file: FileHash, size: u32, now: Time) -> Result<(), ReplicaError> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO files (hash, size, here, town, kept_at) VALUES (?1, ?2, 1, ?3, ?4)
                 ON CONFLICT (hash) DO UPDATE SET here = 1, wanted = 0, town = excluded.town, kept_at = excluded.kept_at",
                params![file.as_bytes().as_slice(), size, now.0.max(1), now.0],
            )?;
            Ok(())
        })
    }

    /// How many photos of this device are on their way.
    pub fn photos_waiting(&self) -> Result<PhotosWaiting, ReplicaError> {
        self.read(|db| {
            Ok(db
                .prepare_cached(
                    "SELECT count(*) FILTER (WHERE picture), coalesce(sum(size), 0) FROM (
                        SELECT f.size, EXISTS (SELECT 1 FROM photos p WHERE p.file = f.hash) AS picture,
                            EXISTS (SELECT 1 FROM photos p WHERE p.thumb = f.hash) AS thumb
                        FROM files f WHERE f.here = 1 AND f.town = 0)
                     WHERE picture OR thumb",
                )?
                .query_row([], |row| {
                    Ok(PhotosWaiting {
                        photos: row.get(0)?,
                        bytes: bytes_at(row, 1)?,
                    })
                })?)
        })
    }

    /// How much room photos take, and how much they may.
    pub fn photos_room(&self) -> Result<PhotosRoom, ReplicaError> {
        let budget = self.meta(BUDGET)?.and_then(|text| text.parse().ok());
        let (used_bytes, unsent_bytes) = self.read(|db| {
            Ok(db.query_row(
                "SELECT coalesce(sum(size), 0), coalesce(sum(size) FILTER (WHERE town = 0), 0) FROM files WHERE here = 1",
                [],
                |row| Ok((bytes_at(row, 0)?, bytes_at(row, 1)?)),
            )?)
        })?;
        Ok(PhotosRoom {
            used_bytes,
            budget_bytes: budget.unwrap_or(BUDGET_BYTES),
            unsent_bytes,
        })
    }

    /// Chooses how much room photos may take.
    pub fn set_photos_budget(&self, bytes: u64) -> Result<(), ReplicaError> {
        self.set_meta(BUDGET, &bytes.to_string())
    }

    /// Makes room: what no record names, and above the budget the oldest pictures that the town hall has. What only this device
    /// has never goes. Gives how many files went.
    pub fn tidy_photos(&self, now: Time) -> Result<u32, ReplicaError> {
        let budget = self.photos_room()?.budget_bytes;
        let going = self.write_quietly(|tx| {
            let mut going = unnamed(tx, now)?;
            let mut rows = tx.prepare_cached(
                "SELECT f.hash, f.size, f.kept_at FROM files f WHERE f.here = 1 AND f.town > 0
                 AND EXISTS (SELECT 1 FROM photos p WHERE p.file = f.hash) ORDER BY f.kept_at DESC, f.hash",
            )?;
            let mut rows = rows.query([])?;
            let mut stays = 0;
            while let Some(row) = rows.next()? {
                stays += bytes_at(row, 1)?;
                // Whoever has just asked for a picture still looks at it.
                let new = row.get::<_, i64>(2)? > now.0 - LOOKED_AT_MS;
                if stays > budget && !new {
                    going.extend(FileHash::from_slice(&row.get::<_, Vec<u8>>(0)?));
                }
            }
            for file in &going {
                tx.prepare_cached("UPDATE files SET here = 0, wanted = 0, about = '' WHERE hash = ?1")?
                    .execute([file.as_bytes().as_slice()])?;
            }
            tx.execute(
                "DELETE FROM files WHERE here = 0 AND town = 0 AND wanted = 0",
                [],
            )?;
            Ok(going)
        })?;
        for file in &going {
            self.photos
                .forget(*file)
                .map_err(|failure| of_disk(&failure))?;
        }
        if !going.is_empty() {
            self.changed();
        }
        Ok(u32::try_from(going.len()).unwrap_or(u32::MAX))
    }

    /// Seals photos from before this device's records were encrypted. Gives how many it were.
    pub fn seal_photos(&self) -> Result<u32, ReplicaError> {
        let sealed = self.photos.seal_all();
        sealed.map_err(|failure| of_disk(&failure).into())
    }

    /// Compares rows with the folder: at the opening, since a file may have been kept without a row, or lost with a disk.
    pub(super) fn look_at_photos(&self, now: Time) -> Result<(), ReplicaError> {
        // Without photos everything else still goes on.
        let all = match self.photos.sweep().and_then(|()| self.photos.all()) {
            Ok(all) => all,
            Err(failure) => {
                tracing::error!(%failure, "the folder of photos cannot be read");
                return Ok(());
            }
        };
        let noted = self.read(|db| {
            let mut rows = db.prepare("SELECT hash FROM files WHERE here = 1")?;
            let rows: Vec<Vec<u8>> = rows
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            let names = rows.iter().filter_map(|name| FileHash::from_slice(name));
            Ok(names.collect::<BTreeSet<_>>())
        })?;
        let there: BTreeSet<FileHash> = all.into_iter().collect();
        if there == noted {
            return Ok(());
        }
        self.write_quietly(|tx| {
            for name in there.difference(&noted) {
                let size = self.photos.size(*name).ok().flatten();
                let size = size.and_then(|size| u32::try_from(size).ok());
                keep(tx, *name, size.unwrap_or(u32::MAX), "", now)?;
            }
            for name in noted.difference(&there) {
                tracing::error!(file = %name, "a photo is gone from the disk");
                tx.prepare_cached("UPDATE files SET here = 0 WHERE hash = ?1")?
                    .execute([name.as_bytes().as_slice()])?;
            }
            Ok(())
        })
    }
}

/// Of small copies, in the order they were kept.
const UP_THUMBS: &str = "SELECT f.hash, f.size FROM files f WHERE f.here = 1 AND f.town = 0
    AND EXISTS (SELECT 1 FROM photos p WHERE p.thumb = f.hash) ORDER BY f.kept_at, f.hash LIMIT ?1";
const UP_PICTURES: &str = "SELECT f.hash, f.size FROM files f WHERE f.here = 1 AND f.town = 0
    AND EXISTS (SELECT 1 FROM photos p WHERE p.file = f.hash) ORDER BY f.kept_at, f.hash LIMIT ?1";
const DOWN_WANTED: &str = "SELECT f.hash, f.size FROM files f WHERE f.wanted = 1 AND f.here = 0 ORDER BY f.kept_at, f.hash LIMIT ?1";
const DOWN_THUMBS: &str =
    "SELECT p.thumb, max(p.thumb_size) FROM photos p LEFT JOIN files f ON f.hash = p.thumb
    WHERE coalesce(f.here, 0) = 0 GROUP BY p.thumb ORDER BY max(p.added_at) DESC LIMIT ?1";
/// Pictures that are on another device or at the town hall.
const ASK: &str =
    "SELECT p.file, max(p.size) FROM photos p LEFT JOIN files f ON f.hash = p.file
    WHERE coalesce(f.here, 0) = 0 AND coalesce(f.town, 0) = 0 GROUP BY p.file ORDER BY max(p.added_at) DESC LIMIT ?1";

fn is_at_town(db: &Connection, file: FileHash) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM files WHERE hash = ?1 AND town > 0)")?
        .query_row([file.as_bytes().as_slice()], |row| row.get(0))
}

/// A number of bytes; SQLite's numbers have a sign.
fn bytes_at(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(at)?).unwrap_or_default())
}

fn travelling(row: &Row<'_>, way: Way) -> rusqlite::Result<Option<Travelling>> {
    let file: Vec<u8> = row.get(0)?;
    let size = row.get(1)?;
    Ok(FileHash::from_slice(&file).map(|file| Travelling { file, size, way }))
}

/// Notes that a file is on the disk.
fn keep(
    tx: &Transaction<'_>,
    file: FileHash,
    size: u32,
    about: &str,
    now: Time,
) -> Result<(), ReplicaError> {
    tx.prepare_cached(
        "INSERT INTO files (hash, size, here, kept_at, about) VALUES (?1, ?2, 1, ?3, ?4)
         ON CONFLICT (hash) DO UPDATE SET here = 1, kept_at = excluded.kept_at,
         about = CASE WHEN excluded.about = '' THEN files.about ELSE excluded.about END",
    )?
    .execute(params![file.as_bytes().as_slice(), size, now.0, about])?;
    Ok(())
}

fn about(db: &Connection, file: FileHash) -> Result<Photo, ReplicaError> {
    let json: Option<String> = db
        .prepare_cached("SELECT about FROM files WHERE hash = ?1 AND here = 1 AND about <> ''")?
        .query_row([file.as_bytes().as_slice()], |row| row.get(0))
        .optional()?;
    match json {
        Some(json) => Ok(serde_json::from_str(&json)?),
        None => Err(Problem::from(PhotoFault::NotHere).into()),
    }
}

fn named(db: &Connection, file: FileHash) -> Result<Vec<Named>, ReplicaError> {
    let mut rows = db.prepare_cached(
        "SELECT p.file = ?1, p.size, p.thumb_size, p.writer, coalesce(r.community, a.community, '')
         FROM photos p LEFT JOIN requests r ON r.n = p.n LEFT JOIN assets a ON a.n = p.n
         WHERE p.file = ?1 OR p.thumb = ?1",
    )?;
    let rows = rows.query_map([file.as_bytes().as_slice()], |row| {
        let picture: bool = row.get(0)?;
        let writer: Vec<u8> = row.get(3)?;
        Ok(Named {
            size: if picture { row.get(1)? } else { row.get(2)? },
            thumb: !picture,
            community: row.get(4)?,
            writer: DeviceId::from_slice(&writer).unwrap_or(DeviceId(uuid::Uuid::nil())),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Files that no record names, and no draft of a record that is being written.
fn unnamed(tx: &Transaction<'_>, now: Time) -> Result<Vec<FileHash>, ReplicaError> {
    let mut rows = tx.prepare_cached(
        "SELECT f.hash FROM files f WHERE f.here = 1 AND (f.town > 0 OR f.kept_at < ?1)
         AND NOT EXISTS (SELECT 1 FROM photos p WHERE p.file = f.hash OR p.thumb = f.hash)
         AND NOT EXISTS (SELECT 1 FROM drafts d WHERE instr(d.json, lower(hex(f.hash))) > 0)",
    )?;
    let rows: Vec<Vec<u8>> = rows
        .query_map([now.0 - UNNAMED_MS], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(rows
        .iter()
        .filter_map(|name| FileHash::from_slice(name))
        .collect())
}

/// Whether a record has pictures that only this device has.
pub(super) fn holds_photos(tx: &Transaction<'_>, id: DocId) -> Result<bool, ReplicaError> {
    Ok(tx
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM photos p JOIN files f ON f.hash = p.file OR f.hash = p.thumb
             WHERE p.n = (SELECT n FROM docs WHERE doc = ?1) AND f.here = 1 AND f.town = 0)",
        )?
        .query_row([id.as_bytes().as_slice()], |row| row.get(0))?)
}

/// The server begins anew from a backup: which files it has is asked again.
pub(crate) fn files_again(tx: &Transaction<'_>) -> Result<(), ReplicaError> {
    tx.execute("UPDATE files SET town = 0 WHERE town > 0", [])?;
    Ok(())
}
