//! The map of the municipality on a device: one PMTiles file of vector tiles, which comes from the town hall or on a stick.
//!
//! Files stand in a folder beside the replica under the hash of their bytes; the newest is the map. What is read of a map is
//! never mapped into memory: a card that fails would end the app.

use std::fs::File;
use std::future::Future;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use flate2::read::GzDecoder;
use koina_model::ids::Time;
use koina_model::photos::FileHash;
use koina_model::problem::{MapFault, Problem};
use koina_model::reference::Municipality;
use pmtiles::{
    AsyncBackend, AsyncPmTilesReader, BackendResponse, Compression, PmtError, PmtResult, TileCoord,
    TileType,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::photos::store::{Finished, Store};
use crate::replica::of_disk;

pub mod carry;

/// Most bytes of a map. A municipality with every path and building has some tens of millions.
pub const MAP_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Most bytes of one tile, unpacked.
const TILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Most bytes of what a map says of itself, and of one of its directories, packed: a few of them unpack to a thousand times as
/// many.
const SAID_BYTES_MAX: u64 = 1024 * 1024;
const DIRECTORY_BYTES_MAX: u64 = 128 * 1024;
/// Bytes before which a PMTiles file says what it is.
const HEADER: usize = 127;
/// Room that a map leaves on the disk for records.
const RESERVE: u64 = 64 * 1024 * 1024;

/// A map, as it says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MapPack {
    pub file: FileHash,
    #[ts(type = "number")]
    pub bytes: u64,
    pub name: String,
    /// Whose data it is, to be shown on the map.
    pub attribution: String,
    /// The day of its data, as YYYY-MM-DD, where it says so.
    pub made_on: Option<String>,
    /// When it was put here.
    pub installed_at: Time,
    pub min_zoom: u8,
    pub max_zoom: u8,
    /// West, south, east, north in degrees.
    pub bounds: [f64; 4],
}

/// Maps in one folder.
#[derive(Debug)]
pub struct Maps {
    store: Store,
    open: Mutex<Option<Arc<Open>>>,
}

/// A map that is read from.
struct Open {
    pack: MapPack,
    reader: AsyncPmTilesReader<Whole>,
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Open({:?})", self.pack)
    }
}

impl Maps {
    /// Maps in this folder; it is made with the first of them.
    pub fn at(folder: PathBuf) -> Self {
        Self {
            store: Store::at(folder),
            open: Mutex::new(None),
        }
    }

    /// The map there is.
    pub fn current(&self) -> Result<Option<MapPack>, Problem> {
        Ok(self.newest()?.map(|open| open.pack.clone()))
    }

    /// A tile, unpacked; `None` where the map has none.
    pub fn tile(&self, z: u8, x: u32, y: u32) -> Result<Option<Vec<u8>>, Problem> {
        let Some(open) = self.newest()? else {
            return Err(MapFault::NotHere.into());
        };
        let Ok(at) = TileCoord::new(z, x, y) else {
            return Ok(None);
        };
        let packed = at_once(open.reader.get_tile(at)).map_err(|failure| {
            tracing::warn!(%failure, z, x, y, "a tile could not be read");
            Problem::from(MapFault::NotAMap)
        })?;
        let Some(packed) = packed else {
            return Ok(None);
        };
        let compression = open.reader.get_header().tile_compression;
        let tile = unpacked(&packed, compression, TILE_BYTES_MAX).map_err(|failure| {
            tracing::warn!(%failure, z, x, y, "a tile is damaged");
            Problem::from(MapFault::NotAMap)
        })?;
        Ok(Some(tile))
    }

    /// Takes the file at a path as the map, if it is one of this municipality.
    pub fn install(&self, path: &Path, of: &Municipality) -> Result<MapPack, Problem> {
        let open = || File::open(path).map_err(|failure| not_here(&failure));
        // Looked at before it is copied: a stick is slow, and a film on it is large.
        look(open()?, of)?;
        let file = open()?;
        let bytes = told(file.metadata())?.len();
        if !self.has_room(bytes) {
            return Err(Problem::DiskFull);
        }
        let name = told(self.store.take(file.take(MAP_BYTES_MAX + 1)))?;
        self.settle(name, of)
    }

    /// Whether so many bytes more leave room for records. Where the system does not say, they do.
    pub fn has_room(&self, bytes: u64) -> bool {
        let mut folder = self.store.folder();
        while !folder.exists()
            && let Some(above) = folder.parent()
        {
            folder = above;
        }
        !fs4::available_space(folder).is_ok_and(|free| free < bytes.saturating_add(RESERVE))
    }

    /// Removes what was begun and not gone on with for long.
    pub(crate) fn sweep(&self) {
        if let Err(failure) = self.store.sweep() {
            tracing::warn!(%failure, "what was begun of maps could not be looked through");
        }
    }

    /// How many bytes of a map that is on its way are here.
    pub fn had(&self, name: FileHash) -> Result<u64, Problem> {
        told(self.store.had(name))
    }

    /// Adds bytes of a map that is on its way.
    pub(crate) fn append(&self, name: FileHash, from: u64, bytes: &[u8]) -> Result<u64, Problem> {
        told(self.store.append(name, from, bytes))
    }

    /// Takes what came as the map; `None` if it is not what its name says, and so is gone.
    pub(crate) fn finish(
        &self,
        name: FileHash,
        of: &Municipality,
    ) -> Result<Option<MapPack>, Problem> {
        match told(self.store.finish(name))? {
            Finished::Whole => self.settle(name, of).map(Some),
            Finished::Wrong => Ok(None),
        }
    }

    /// Forgets what came of a map that nobody wants any more.
    pub(crate) fn forget(&self, name: FileHash) -> Result<(), Problem> {
        told(self.store.forget_part(name))
    }

    /// Some bytes of a map, from one of them on.
    pub fn read(&self, name: FileHash, from: u64, most: usize) -> Result<Vec<u8>, Problem> {
        let read = || {
            let mut file = File::open(self.store.path(name))?;
            file.seek(SeekFrom::Start(from))?;
            let mut bytes = Vec::new();
            file.take(most as u64).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().map_err(|failure| not_here(&failure))
    }

    /// Looks a whole file through; it takes the place of those before it, or goes.
    fn settle(&self, name: FileHash, of: &Municipality) -> Result<MapPack, Problem> {
        let looked = told(File::open(self.store.path(name)))
            .and_then(|file| look(file, of))
            .and_then(|()| Open::at(&self.store, name));
        let open = match looked {
            Ok(open) => open,
            Err(problem) => {
                told(self.store.forget(name))?;
                return Err(problem);
            }
        };
        let pack = open.pack.clone();
        *self.held() = Some(Arc::new(open));
        for other in told(self.store.all())? {
            if other != name
                && let Err(failure) = self.store.forget(other)
            {
                tracing::warn!(%failure, "an old map stays on the disk");
            }
        }
        Ok(pack)
    }

    /// The newest map that can be read. Another process may have put one here.
    fn newest(&self) -> Result<Option<Arc<Open>>, Problem> {
        let mut all = told(self.store.all())?;
        if all.len() > 1 {
            all.sort_by_key(|name| installed_at(&self.store, *name));
        }
        let mut open = self.held();
        let last = all.last().copied();
        if open.as_ref().map(|open| open.pack.file) == last {
            return Ok(open.clone());
        }
        *open = None;
        while let Some(name) = all.pop() {
            match Open::at(&self.store, name) {
                Ok(found) => {
                    *open = Some(Arc::new(found));
                    break;
                }
                Err(problem) => tracing::error!(%problem, file = %name, "a map cannot be read"),
            }
        }
        Ok(open.clone())
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Option<Arc<Open>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn at(store: &Store, name: FileHash) -> Result<Self, Problem> {
        let mut file = told(File::open(store.path(name)))?;
        let bytes = told(file.metadata())?.len();
        let parts = Parts::read(&mut file)?;
        let said = said(&mut file, &parts).unwrap_or_default();
        let reader = reader(file, &parts)?;
        let header = reader.get_header();
        Ok(Self {
            pack: MapPack {
                file: name,
                bytes,
                made_on: said.made_on(),
                name: said.name,
                attribution: plain(&said.attribution),
                installed_at: installed_at(store, name),
                min_zoom: header.min_zoom,
                max_zoom: header.max_zoom,
                bounds: [
                    header.min_longitude,
                    header.min_latitude,
                    header.max_longitude,
                    header.max_latitude,
                ],
            },
            reader,
        })
    }
}

/// Turns a failure of the disk into words for a window.
fn told<T>(outcome: io::Result<T>) -> Result<T, Problem> {
    outcome.map_err(|failure| of_disk(&failure))
}

/// The same for a file that somebody may have taken away.
fn not_here(failure: &io::Error) -> Problem {
    match failure.kind() {
        io::ErrorKind::NotFound => MapFault::NotHere.into(),
        _ => of_disk(failure),
    }
}

fn installed_at(store: &Store, name: FileHash) -> Time {
    let changed = std::fs::metadata(store.path(name)).and_then(|about| about.modified());
    let since = changed.unwrap_or(UNIX_EPOCH).duration_since(UNIX_EPOCH);
    Time(i64::try_from(since.unwrap_or_default().as_millis()).unwrap_or_default())
}

/// What a map says of itself in its metadata.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    name: String,
    description: String,
    attribution: String,
    /// Of maps made with Planetiler, as those of Protomaps are.
    #[serde(rename = "planetiler:osm:osmosisreplicationtime")]
    of_osm: String,
}

impl Said {
    /// The day of the data: of OpenStreetMap, or the first that the description names, as our own maps do.
    fn made_on(&self) -> Option<String> {
        let day = |text: &str| {
            let shape: String = text
                .chars()
                .map(|c| if c.is_ascii_digit() { '0' } else { c })
                .collect();
            (shape == "0000-00-00").then(|| text.to_owned())
        };
        let osm = self.of_osm.get(..10).and_then(day);
        osm.or_else(|| self.description.split_whitespace().find_map(day))
    }
}

/// Reads what a map says of itself; nothing where it says too much, or nothing that can be read.
fn said(file: &mut File, parts: &Parts) -> Option<Said> {
    let (from, length) = parts.metadata;
    if length > SAID_BYTES_MAX {
        return None;
    }
    file.seek(SeekFrom::Start(from)).ok()?;
    let mut packed = Vec::new();
    file.take(length).read_to_end(&mut packed).ok()?;
    let json = unpacked(&packed, parts.compression, SAID_BYTES_MAX).ok()?;
    serde_json::from_slice(&json).ok()
}

/// Bytes as they were before they were packed, if they are no more than so many.
fn unpacked(packed: &[u8], how: Compression, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match how {
        Compression::None => packed.take(most + 1).read_to_end(&mut bytes)?,
        _ => GzDecoder::new(packed)
            .take(most + 1)
            .read_to_end(&mut bytes)?,
    };
    if bytes.len() as u64 > most {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// Where the parts of a map are and how long (PMTiles 3, section 3.2).
struct Parts {
    metadata: (u64, u64),
    leaves: (u64, u64),
    /// Where the last of them ends.
    end: u64,
    /// Of directories and metadata.
    compression: Compression,
}

impl Parts {
    fn read(file: &mut File) -> Result<Self, Problem> {
        let mut header = Vec::new();
        told(file.seek(SeekFrom::Start(0)))?;
        told(file.by_ref().take(HEADER as u64).read_to_end(&mut header))?;
        if !header.starts_with(b"PMTiles") {
            return Err(MapFault::NotAMap.into());
        }
        if header.len() < HEADER {
            return Err(MapFault::Truncated.into());
        }
        // Root, metadata, leaves, tiles.
        let (numbers, _) = header.get(8..72).unwrap_or_default().as_chunks::<8>();
        let numbers: Vec<u64> = numbers.iter().map(|one| u64::from_le_bytes(*one)).collect();
        let (parts, _) = numbers.as_chunks::<2>();
        let part = |at: usize| {
            parts
                .get(at)
                .map_or((0, 0), |[from, length]| (*from, *length))
        };
        let end = parts
            .iter()
            .map(|[from, length]| from.saturating_add(*length));
        Ok(Self {
            metadata: part(1),
            leaves: part(2),
            end: end.max().unwrap_or_default(),
            compression: match header.get(97) {
                Some(1) => Compression::None,
                Some(2) => Compression::Gzip,
                _ => return Err(MapFault::NotAMap.into()),
            },
        })
    }
}

/// Text without the links that attributions are often written with.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars().take(2_000) {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text.replace("&copy;", "©").trim().to_owned()
}

/// Refuses what is no map of vector tiles, is not whole, or shows another place.
fn look(mut file: File, of: &Municipality) -> Result<(), Problem> {
    let bytes = told(file.metadata())?.len();
    if bytes > MAP_BYTES_MAX {
        return Err(MapFault::TooLarge.into());
    }
    let parts = Parts::read(&mut file)?;
    if parts.end > bytes {
        return Err(MapFault::Truncated.into());
    }
    let reader = reader(file, &parts)?;
    let header = reader.get_header();
    let readable = header.tile_type == TileType::Mvt
        && matches!(
            header.tile_compression,
            Compression::None | Compression::Gzip
        );
    if !readable {
        return Err(MapFault::NotAMap.into());
    }
    let [west, south, east, north] = of.bbox;
    let meets = header.min_longitude < east
        && header.max_longitude > west
        && header.min_latitude < north
        && header.max_latitude > south;
    if !meets {
        return Err(MapFault::Elsewhere.into());
    }
    Ok(())
}

fn reader(file: File, parts: &Parts) -> Result<AsyncPmTilesReader<Whole>, Problem> {
    let whole = Whole {
        file: Mutex::new(file),
        leaves: parts.leaves,
    };
    at_once(AsyncPmTilesReader::try_from_source(whole)).map_err(|failure| {
        tracing::warn!(%failure, "a file is no map");
        MapFault::NotAMap.into()
    })
}

/// A file as the reader of maps wants it. Never waits for anything but the disk.
struct Whole {
    file: Mutex<File>,
    /// Where its directories are, which the reader unpacks without a limit.
    leaves: (u64, u64),
}

impl Whole {
    fn bytes(&self, offset: u64, length: usize) -> io::Result<Bytes> {
        let (from, leaves) = self.leaves;
        let of_leaves = (from..from.saturating_add(leaves)).contains(&offset);
        let most = if of_leaves {
            DIRECTORY_BYTES_MAX
        } else {
            TILE_BYTES_MAX
        };
        if length as u64 > most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        // A length that a damaged map claims is not believed before the bytes are there.
        file.by_ref().take(length as u64).read_to_end(&mut bytes)?;
        Ok(Bytes::from(bytes))
    }
}

impl AsyncBackend for Whole {
    fn read(
        &self,
        offset: u64,
        length: usize,
    ) -> impl Future<Output = PmtResult<BackendResponse>> + Send {
        let bytes = self.bytes(offset, length);
        std::future::ready(bytes.map(BackendResponse::new).map_err(PmtError::Reading))
    }
}

/// Runs what never waits.
fn at_once<T>(work: impl Future<Output = PmtResult<T>>) -> PmtResult<T> {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(PmtError::Reading(io::ErrorKind::WouldBlock.into())),
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]
pub(crate) mod tests;
