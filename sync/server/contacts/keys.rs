//! The key of each contact, in a small file of its own, apart from the log and its backups.
//!
//! Destroying the key erases the contact wherever its sealed bytes are: in a backup of the log, in the write-ahead log of a
//! database, on a disk that was thrown away. So the keys are never part of a backup of the log; their own copy is one file, in
//! whose place the next one is put.
//!
//! A file holds a key (32 bytes), or nothing once that was destroyed. The empty file of a whole record stands in the way of
//! contacts that would come back. Servers that share a log share the folder.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use koina_model::ids::{DeviceId, DocId};
use koina_sync::durable;
use koina_sync::identity::{hex, unhex};
use koina_sync::vault::Key;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// First bytes of a contact as it is kept.
pub const KEPT: &[u8] = b"koina-kept-1\n";
/// First bytes of a copy of the keys; then entries, then the SHA-256 of all that.
const COPY: &[u8] = b"koina-contact-keys-1\n";
const KEY: usize = 32;
const ID: usize = 16;
const HASH: usize = 32;
/// Of a copy: record, device, version, key. Zeros for a key: it was destroyed; for the device too: so was the whole record.
const ENTRY: usize = ID + ID + 4 + KEY;

/// Which key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    pub doc: DocId,
    /// Who handed the contact over, or corrected it.
    pub device: DeviceId,
    /// 0 as it was handed over; grows with every correction.
    pub version: u32,
}

/// A contact, ready to be kept.
#[derive(Debug)]
pub struct Kept {
    pub bytes: Vec<u8>,
    /// Its key was made just now: whatever was kept under this name before cannot be read.
    pub fresh: bool,
}

/// Why a contact cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// Its key was destroyed by right.
    Destroyed,
    /// The key is missing, or does not fit.
    NoKey,
}

/// The folder of the keys.
#[derive(Debug)]
pub struct Keys {
    folder: PathBuf,
    /// A copy that was written is not the newest any more.
    changed: AtomicBool,
}

enum Found {
    Key(Key),
    Destroyed,
    Missing,
}

impl Keys {
    /// Opens the folder, making it the first time.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        let mut maker = fs::DirBuilder::new();
        maker.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut maker, 0o700);
        maker.create(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            changed: AtomicBool::new(true),
        })
    }

    /// Seals a contact with its key, which is made where there was none. `None`: it was destroyed, and does not come back.
    pub fn seal(&self, name: Name, contact: &[u8]) -> io::Result<Option<Kept>> {
        if self.is_destroyed(name.doc) {
            return Ok(None);
        }
        let (key, fresh) = match self.find(name)? {
            Found::Key(key) => (key, false),
            Found::Destroyed => return Ok(None),
            Found::Missing => {
                let fresh = self.make(name, fresh_key()?.as_slice())?;
                // Another one may have been quicker.
                match self.find(name)? {
                    Found::Key(key) => (key, fresh),
                    _ => return Ok(None),
                }
            }
        };
        let sealed = key.seal(&purpose(name), contact)?;
        let bytes = [KEPT, &sealed].concat();
        Ok(Some(Kept { bytes, fresh }))
    }

    /// What a device handed over. What is not sealed with a key of its own yet is given as it is.
    pub fn open(&self, name: Name, kept: &[u8]) -> io::Result<Result<Vec<u8>, Unread>> {
        let Some(sealed) = kept.strip_prefix(KEPT) else {
            return Ok(Ok(kept.to_vec()));
        };
        Ok(match self.find(name)? {
            Found::Key(key) => key.open(&purpose(name), sealed).ok_or(Unread::NoKey),
            Found::Destroyed => Err(Unread::Destroyed),
            Found::Missing if self.is_destroyed(name.doc) => Err(Unread::Destroyed),
            Found::Missing => Err(Unread::NoKey),
        })
    }

    /// Forgets a key that nothing was sealed with after all.
    pub fn forget(&self, name: Name) -> io::Result<()> {
        let path = self.path(name);
        write_over(&path)?;
        fs::remove_file(path)
    }

    /// Destroys the keys of a record, those that would still be made as well.
    pub fn destroy(&self, doc: DocId) -> io::Result<()> {
        // First: from here on none is made.
        let word = self.word(doc);
        if !word.exists() {
            self.folder_of(doc)?;
            durable::of_the_owner()
                .truncate(false)
                .open(&word)?
                .sync_all()?;
            durable::sync_folder(durable::folder_of(&word))?;
        }
        self.destroy_but(doc, &[])
    }

    /// Destroys the keys of a record but these.
    pub fn destroy_but(&self, doc: DocId, stay: &[Name]) -> io::Result<()> {
        self.changed.store(true, Ordering::Release);
        for (path, name) in self.files_of(doc)? {
            match name {
                Some(name) if stay.contains(&name) => {}
                Some(_) => write_over(&path)?,
                // Its bytes may be those of a key that stays: another name of the same file.
                None => fs::remove_file(&path)?,
            }
        }
        Ok(())
    }

    /// Whether everything of this record was destroyed.
    pub fn is_destroyed(&self, doc: DocId) -> bool {
        self.word(doc).exists()
    }

    /// Every record of which everything was destroyed.
    pub fn destroyed(&self) -> io::Result<Vec<DocId>> {
        let mut docs = Vec::new();
        self.each(|_, name| {
            if let Named::Record(doc) = name {
                docs.push(doc);
            }
            Ok(())
        })?;
        Ok(docs)
    }

    /// Writes every key into one file, in the place of the one before, whose bytes are written over. Gives how many there are.
    pub fn copy_to(&self, file: &Path) -> io::Result<usize> {
        self.changed.store(false, Ordering::Release);
        let written = self.write_copy(file);
        if written.is_err() {
            self.changed.store(true, Ordering::Release);
        }
        written
    }

    /// Whether there is something that the last copy does not have.
    pub fn is_changed(&self) -> bool {
        self.changed.load(Ordering::Acquire)
    }

    fn write_copy(&self, file: &Path) -> io::Result<usize> {
        let mut bytes = Zeroizing::new(COPY.to_vec());
        let mut keys = 0;
        self.each(|path, named| {
            let mut entry = Zeroizing::new([0; ENTRY]);
            let (ids, key) = entry.split_at_mut(ENTRY - KEY);
            match named {
                Named::Record(doc) => put(ids, &[doc.as_bytes()]),
                Named::Contact(name) => {
                    let version = name.version.to_be_bytes();
                    put(
                        ids,
                        &[name.doc.as_bytes(), name.device.as_bytes(), &version],
                    );
                    if let Some(read) = read(path)? {
                        put(key, &[read.as_slice()]);
                    }
                    keys += usize::from(key.iter().any(|byte| *byte != 0));
                }
            }
            bytes.extend_from_slice(entry.as_slice());
            Ok(())
        })?;
        let hash = Sha256::digest(bytes.as_slice());
        bytes.extend_from_slice(&hash);
        durable::replace(file, &bytes)?;
        Ok(keys)
    }

    /// Takes the keys of a copy that are not here; what was destroyed on either side stays so. Gives how many keys there were.
    pub fn take(&self, file: &Path) -> io::Result<usize> {
        let bytes = Zeroizing::new(fs::read(file)?);
        let entries = entries(&bytes).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                "this is no whole copy of the keys of contacts",
            )
        })?;
        let mut keys = 0;
        for entry in entries.chunks_exact(ENTRY) {
            let (ids, key) = entry.split_at(ENTRY - KEY);
            let (doc, rest) = ids.split_at(ID);
            let (device, version) = rest.split_at(ID);
            let Some(doc) = DocId::from_slice(doc) else {
                continue;
            };
            if device.iter().all(|byte| *byte == 0) {
                self.destroy(doc)?;
                continue;
            }
            let (Some(device), Ok(version)) = (DeviceId::from_slice(device), version.try_into())
            else {
                continue;
            };
            let version = u32::from_be_bytes(version);
            let name = Name {
                doc,
                device,
                version,
            };
            if self.is_destroyed(doc) {
                continue;
            }
            if key.iter().all(|byte| *byte == 0) {
                self.make(name, &[])?;
                write_over(&self.path(name))?;
            } else {
                self.make(name, key)?;
                keys += 1;
            }
        }
        Ok(keys)
    }

    fn find(&self, name: Name) -> io::Result<Found> {
        match read(&self.path(name)) {
            Ok(Some(bytes)) => Ok(Found::Key(Key::of(*bytes))),
            Ok(None) => Ok(Found::Destroyed),
            Err(failure) if failure.kind() == io::ErrorKind::NotFound => Ok(Found::Missing),
            Err(failure) => Err(failure),
        }
    }

    /// Makes the file of a key: whole and durable, or not at all. Gives whether there was none.
    fn make(&self, name: Name, bytes: &[u8]) -> io::Result<bool> {
        self.folder_of(name.doc)?;
        let path = self.path(name);
        let mut fresh = path.clone().into_os_string();
        fresh.push(format!("-new-{}", hex(fresh_key()?.as_slice())));
        let fresh = PathBuf::from(fresh);
        let mut file = durable::of_the_owner().create_new(true).open(&fresh)?;
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        drop(file);
        // A name is given once: whoever comes second takes nothing away.
        let named = written.and_then(|()| fs::hard_link(&fresh, &path));
        // One that stays after a cut goes when the record's keys do.
        fs::remove_file(&fresh).ok();
        match named {
            Err(failure) if failure.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
            named => named?,
        }
        durable::sync_folder(durable::folder_of(&path))?;
        self.changed.store(true, Ordering::Release);
        Ok(true)
    }

    fn folder_of(&self, doc: DocId) -> io::Result<()> {
        let folder = self.folder.join(shelf(doc));
        if folder.is_dir() {
            return Ok(());
        }
        fs::create_dir_all(&folder)?;
        durable::sync_folder(&self.folder)
    }

    fn word(&self, doc: DocId) -> PathBuf {
        self.folder.join(shelf(doc)).join(hex(doc.as_bytes()))
    }

    fn path(&self, name: Name) -> PathBuf {
        let device = hex(name.device.as_bytes());
        let mut path = self.word(name.doc).into_os_string();
        path.push(format!("-{device}-{}", name.version));
        PathBuf::from(path)
    }

    /// The files of a record; without a name those of which only the beginning was written.
    fn files_of(&self, doc: DocId) -> io::Result<Vec<(PathBuf, Option<Name>)>> {
        let begin = format!("{}-", hex(doc.as_bytes()));
        let mut found = Vec::new();
        let files = match fs::read_dir(self.folder.join(shelf(doc))) {
            Err(failure) if failure.kind() == io::ErrorKind::NotFound => return Ok(found),
            files => files?,
        };
        for file in files {
            let file = file?;
            let name = file.file_name();
            let Some(name) = name.to_str().filter(|name| name.starts_with(&begin)) else {
                continue;
            };
            let name = match named(name) {
                Some(Named::Contact(name)) => Some(name),
                _ => None,
            };
            found.push((file.path(), name));
        }
        Ok(found)
    }

    fn each(&self, mut take: impl FnMut(&Path, Named) -> io::Result<()>) -> io::Result<()> {
        for shelf in fs::read_dir(&self.folder)? {
            let shelf = shelf?.path();
            if !shelf.is_dir() {
                continue;
            }
            for file in fs::read_dir(shelf)? {
                let file = file?;
                if let Some(named) = file.file_name().to_str().and_then(named) {
                    take(&file.path(), named)?;
                }
            }
        }
        Ok(())
    }
}

/// What a file is about.
enum Named {
    Record(DocId),
    Contact(Name),
}

fn named(file: &str) -> Option<Named> {
    let mut parts = file.split('-');
    let doc = DocId::from_slice(&unhex(parts.next()?)?)?;
    let Some(device) = parts.next() else {
        return Some(Named::Record(doc));
    };
    let device = DeviceId::from_slice(&unhex(device)?)?;
    let version = parts.next()?.parse().ok()?;
    parts.next().is_none().then_some(Named::Contact(Name {
        doc,
        device,
        version,
    }))
}

/// Records are spread over folders by what is random of their ids.
fn shelf(doc: DocId) -> String {
    let [.., last] = doc.as_bytes();
    hex(&[*last])
}

fn purpose(name: Name) -> String {
    let Name {
        doc,
        device,
        version,
    } = name;
    format!("contact {doc} {device} {version}")
}

/// The key in a file; `None` when it was destroyed.
fn read(path: &Path) -> io::Result<Option<Zeroizing<[u8; KEY]>>> {
    let bytes = Zeroizing::new(fs::read(path)?);
    if bytes.is_empty() || bytes.iter().all(|byte| *byte == 0) {
        // Written over, and cut off before it was shortened.
        return Ok(None);
    }
    let key = bytes.as_slice().try_into().map(Zeroizing::new);
    let broken = |_| io::Error::new(io::ErrorKind::InvalidData, "the file of a key is not whole");
    key.map(Some).map_err(broken)
}

fn write_over(path: &Path) -> io::Result<()> {
    let file = File::options().write(true).open(path)?;
    durable::write_over(&file)?;
    file.set_len(0)?;
    file.sync_all()
}

fn put(mut into: &mut [u8], parts: &[&[u8]]) {
    for part in parts {
        // It is as long as the parts are.
        into.write_all(part).ok();
    }
}

/// The entries of a copy, if it is whole.
fn entries(bytes: &[u8]) -> Option<&[u8]> {
    let (all, hash) = bytes.split_at_checked(bytes.len().checked_sub(HASH)?)?;
    let entries = all.strip_prefix(COPY)?;
    let whole = Sha256::digest(all).as_slice() == hash && entries.len() % ENTRY == 0;
    whole.then_some(entries)
}

#[allow(
    clippy::disallowed_methods,
    reason = "nothing may be able to draw the key of a contact again"
)]
fn fresh_key() -> io::Result<Zeroizing<[u8; KEY]>> {
    let mut bytes = Zeroizing::new([0; KEY]);
    getrandom::fill(bytes.as_mut_slice()).map_err(io::Error::other)?;
    Ok(bytes)
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]
mod tests;
