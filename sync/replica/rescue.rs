//! What waits in a file that is damaged, or that was set aside, as courier files for the town hall: for a device whose disk
//! fails, or that nobody can bring back to work. The files are read and never written; everything else happens to a copy.

use std::collections::{BTreeSet, VecDeque};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use koina_model::exchange::CarriedPhoto;
use koina_model::ids::Time;
use koina_model::lists::Lists;
use koina_model::photos::FileHash;
use koina_model::problem::Problem;
use serde_bytes::ByteBuf;

use super::opening::{companion, open_reader};
use super::{Ids, Replica, ReplicaError, meta, of_disk, recover};
use crate::courier::{PHOTOS_MAX, file_of};
use crate::durable::of_the_owner;
use crate::escrow;
use crate::identity::Identity;
use crate::photos::store::Store;
use crate::vault::Key;

/// Most bytes of photos in one file, but for the last of them.
const PHOTOS_BYTES: usize = 16 * 1024 * 1024;
/// Read at a time, and as little as that where a disk gives no more.
const BLOCK: usize = 4096;

/// What was rescued.
pub struct Rescued {
    /// Courier files, sealed for the town hall.
    pub files: Vec<Vec<u8>>,
    /// Changes in them, and contacts of people.
    pub unsent: u32,
    pub contacts: u32,
    /// Changes that the town hall has refused, which stay where they are.
    pub refused: u32,
    /// All of what waited could be read, and is in them.
    pub whole: bool,
    /// The photos that the town hall may not have.
    pub photos: RescuedPhotos,
}

/// Photos of a device, file by file: all of them may be more than a memory holds.
pub struct RescuedPhotos {
    identity: Arc<Identity>,
    store: Store,
    to: String,
    rest: VecDeque<Rest>,
    /// Every file of them could be read, so far.
    pub whole: bool,
}

/// A photo whose turn is to come.
pub(super) struct Rest {
    pub(super) file: FileHash,
    /// A record says that this device took it; the town hall takes others too, if it has a record that names them.
    pub(super) named: bool,
    pub(super) thumb: bool,
}

/// A courier file with some of them.
pub struct PhotosFile {
    pub bytes: Vec<u8>,
    /// Pictures in it, small copies apart; and files of which no record says that this device took them.
    pub pictures: u32,
    pub unnamed: u32,
}

impl RescuedPhotos {
    /// The next courier file, to be taken after those of the records; `None` behind the last.
    pub fn next_file(&mut self) -> Result<Option<PhotosFile>, Problem> {
        let (mut photos, mut bytes) = (Vec::new(), 0);
        let (mut pictures, mut unnamed) = (0, 0);
        while bytes < PHOTOS_BYTES
            && photos.len() < PHOTOS_MAX
            && let Some(Rest { file, named, thumb }) = self.rest.pop_front()
        {
            match self.store.read(file) {
                Ok(Some(read)) => {
                    bytes += read.len();
                    pictures += u32::from(named && !thumb);
                    unnamed += u32::from(!named);
                    photos.push(CarriedPhoto {
                        file,
                        named,
                        bytes: ByteBuf::from(read),
                    });
                }
                Ok(None) => self.lost(file, "it is not what its name says"),
                Err(failure) => self.lost(file, &failure.to_string()),
            }
        }
        if photos.is_empty() {
            return Ok(None);
        }
        let (bytes, _) = file_of(&self.identity, &self.to, Vec::new(), photos)?;
        Ok(Some(PhotosFile {
            bytes,
            pictures,
            unnamed,
        }))
    }

    fn lost(&mut self, file: FileHash, failure: &str) {
        tracing::warn!(%file, failure, "this photo cannot be read");
        self.whole = false;
    }
}

impl Replica {
    /// Reads what waits in `file`. It is the file of the device at `replica`, beside which stands who that is, or one that was
    /// set aside there. `scratch` is an empty folder for the copy; whoever made it removes it.
    pub fn rescue(
        replica: &Path,
        file: &Path,
        key: Option<&Key>,
        scratch: &Path,
        version: &str,
        now: Time,
    ) -> Result<Rescued, ReplicaError> {
        // An app that writes meanwhile would leave a copy that fits nothing.
        recover::alone(file, key)?;
        let copy = scratch.join("replica.sqlite");
        let safety = companion(file, ".safety");
        let mut whole = copy_what_reads(file, &copy).map_err(|failure| of_disk(&failure))?;
        for (from, to) in [
            (companion(file, "-wal"), companion(&copy, "-wal")),
            (safety.clone(), companion(&copy, ".safety")),
            (
                replica.with_extension("identity"),
                copy.with_extension("identity"),
            ),
        ] {
            // One that cannot be read at all leaves the others.
            whole &= copy_what_reads(&from, &to).unwrap_or_else(|failure| {
                tracing::warn!(%failure, file = %from.display(), "this file cannot be read");
                failure.kind() == io::ErrorKind::NotFound
            });
        }
        // Whether it says so or not: all of it is looked at.
        recover::mark(&copy);
        let rescued = Self::open_keyed(&copy, key, now, Ids::Random)?;
        let recovered = rescued.recovered()?.filter(|found| found.at == now);
        let pending = rescued.pending()?;
        let mut to = rescued.lists().courier.clone();
        for (n, other) in [&safety, replica].into_iter().enumerate() {
            if to.is_empty() {
                to = courier_in(other, key, &scratch.join(format!("lists-{n}")));
            }
        }
        if to.is_empty() {
            let escrow = escrow::told(replica).map(|escrow| escrow.town_hall().to_owned());
            to = escrow.ok_or(Problem::CourierNotReady)?;
        }
        let last = rescued.last_files(&to, version)?;
        let is_intact = recovered.is_none();
        whole &= recovered.is_none_or(|found| found.whole);
        let store = Store::sealed_at(replica.with_extension("photos"), key.cloned());
        let (there, seen) = match store.all() {
            Ok(there) => (there, true),
            Err(failure) => {
                tracing::warn!(%failure, "the folder of photos cannot be read");
                (Vec::new(), false)
            }
        };
        let there: BTreeSet<FileHash> = there.into_iter().collect();
        // Where records were lost nobody can tell.
        let missed = match is_intact {
            true => rescued.photos_missed(&there)?,
            false => 0,
        };
        if missed > 0 {
            tracing::warn!(missed, "photos of this device are gone from its disk");
        }
        let photos = RescuedPhotos {
            identity: rescued.enrolled()?,
            store,
            to,
            rest: rescued.not_at_town(there)?,
            whole: seen && missed == 0,
        };
        Ok(Rescued {
            photos,
            whole: whole && last.changes >= pending.waiting && last.contacts >= pending.contacts,
            files: last.files,
            unsent: last.changes,
            contacts: last.contacts,
            refused: pending.needs_decision,
        })
    }
}

/// The key of the town hall in another file of the device; empty where none can be read.
fn courier_in(file: &Path, key: Option<&Key>, copy: &Path) -> String {
    let read = || -> Result<String, ReplicaError> {
        for end in ["", "-wal"] {
            copy_what_reads(&companion(file, end), &companion(copy, end)).ok();
        }
        let lists = meta(&open_reader(copy, key)?, "lists")?;
        let lists: Option<Lists> = lists.map(|json| serde_json::from_str(&json)).transpose()?;
        Ok(lists.map(|lists| lists.courier).unwrap_or_default())
    };
    read().unwrap_or_default()
}

/// Copies a file from a disk that may fail; what cannot be read becomes zeros, which are damage like any other. Gives whether all
/// of it could be.
fn copy_what_reads(from: &Path, to: &Path) -> io::Result<bool> {
    let mut read = File::open(from)?;
    let mut written = of_the_owner().write(true).create(true).open(to)?;
    let bytes = read.metadata()?.len();
    let mut whole = true;
    let mut block = [0; BLOCK];
    let mut at = 0;
    while at < bytes {
        let many = usize::try_from(bytes - at).unwrap_or(BLOCK).min(BLOCK);
        let Some(block) = block.get_mut(..many) else {
            break;
        };
        let got = read
            .seek(SeekFrom::Start(at))
            .and_then(|_| read.read_exact(block));
        if let Err(failure) = got {
            tracing::warn!(%failure, at, "a part of the file cannot be read");
            block.fill(0);
            whole = false;
        }
        written.write_all(block)?;
        at += many as u64;
    }
    written.sync_all()?;
    Ok(whole)
}
