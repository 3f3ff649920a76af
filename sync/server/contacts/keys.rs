//! The key of each contact, in a small file of its own, apart from the log and its backups.
//!
//! Destroying the key erases the contact wherever its sealed bytes are: in a backup of the log, in the write-ahead log of a
//! database, on a disk that was thrown away. So the keys are never part of a backup of the log; of them there is one copy, in
//! whose place the next one is put.
//!
//! A key has a random name, which stands before what was sealed with it, and is used once: nobody who fails takes away what
//! another one uses. Its file holds the key (32 bytes), or the word that it was destroyed. Beside the keys are words: that a
//! record was erased, and what a contact was corrected to; with them a log from before does both again. Servers that share a log
//! share the folder; its `id` stands in the log, so that no other folder is taken for it.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use koina_model::ids::{DeviceId, DocId, Time};
use koina_sync::durable;
use koina_sync::identity::{hex, unhex};
use koina_sync::vault::Key;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// First bytes of a contact as it is kept; then the name of its key, then the sealed bytes.
pub const KEPT: &[u8] = b"koina-kept-1\n";
/// First bytes of a copy of the keys; then the id of the folder, entries, and the SHA-256 of all that.
const COPY: &[u8] = b"koina-contact-keys-1\n";
const KEY: usize = 32;
const ID: usize = 16;
const HASH: usize = 32;
/// What is in the file of a key that was destroyed. An empty file is none: it was cut off.
const DESTROYED: &[u8] = b"destroyed";
/// An entry of a copy: what it is, two ids, how many bytes follow, and those.
const HEAD: usize = 1 + ID + ID + 4;
/// What is said of a copy that is taken for another one's.
const FOREIGN: &str = "the copy has the keys of another municipality";
const A_KEY: u8 = 1;
const AN_ERASURE: u8 = 2;
const A_CORRECTION: u8 = 3;

/// The name of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId([u8; ID]);

/// A contact that was corrected: it stands in the place of what a device handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    pub doc: DocId,
    pub device: DeviceId,
    /// When the device handed it over.
    pub at: Time,
    /// When it was corrected.
    pub corrected_at: Time,
    /// As it is kept.
    pub kept: Vec<u8>,
}

/// Why a contact cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// Its key was destroyed by right.
    Destroyed,
    /// Its key is missing.
    NoKey,
    /// It is not what was sealed with that key.
    Broken,
}

/// The folder of the keys.
#[derive(Debug)]
pub struct Keys {
    folder: PathBuf,
    /// The copy does not have everything.
    changed: AtomicBool,
    /// One at a time writes the copy.
    copying: Mutex<()>,
}

impl KeyId {
    /// The name of the key that a kept contact is sealed with; `None`: it has none of its own yet.
    pub fn of(kept: &[u8]) -> Option<Self> {
        let (id, _) = kept.strip_prefix(KEPT)?.split_first_chunk()?;
        Some(Self(*id))
    }

    pub fn to_text(self) -> String {
        hex(&self.0)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Some(Self(unhex(text)?.try_into().ok()?))
    }
}

impl Keys {
    /// Opens the folder, making it the first time.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        for part in ["keys", "words"] {
            for shelf in 0..=u8::MAX {
                let shelf = folder.join(part).join(hex(&[shelf]));
                if !shelf.is_dir() {
                    of_the_owner(&shelf)?;
                }
            }
            durable::sync_folder(&folder.join(part))?;
        }
        durable::sync_folder(folder)?;
        durable::sync_folder(durable::folder_of(folder))?;
        Ok(Self {
            folder: folder.to_owned(),
            changed: AtomicBool::new(true),
            copying: Mutex::new(()),
        })
    }

    /// Which folder of keys this is; `None`: nobody has said so yet.
    pub fn id(&self) -> io::Result<Option<String>> {
        match fs::read_to_string(self.folder.join("id")) {
            Ok(id) => Ok(Some(id.trim().to_owned()).filter(|id| !id.is_empty())),
            Err(failure) if failure.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Says which folder this is.
    pub fn name(&self, id: &str) -> io::Result<()> {
        durable::replace(&self.folder.join("id"), id.as_bytes())
    }

    /// This folder is nobody's, after all.
    pub fn forget_name(&self) -> io::Result<()> {
        fs::remove_file(self.folder.join("id"))?;
        durable::sync_folder(&self.folder)
    }

    /// Keeps others away from saying which folder this is, until it is dropped.
    pub fn alone(&self) -> io::Result<durable::Alone> {
        durable::Alone::with(&self.folder.join("id"))
    }

    /// Seals a contact with a key of its own, which is on the disk when this returns.
    pub fn seal(&self, doc: DocId, device: DeviceId, contact: &[u8]) -> io::Result<Vec<u8>> {
        let id = KeyId(*random::<ID>()?);
        let key = random::<KEY>()?;
        let mut options = durable::of_the_owner();
        let mut file = options.create_new(true).open(self.path(id))?;
        file.write_all(key.as_slice())?;
        file.sync_all()?;
        durable::sync_folder(durable::folder_of(&self.path(id)))?;
        self.changed.store(true, Ordering::Release);
        let sealed = Key::of(*key).seal(&purpose(doc, device), contact)?;
        Ok([KEPT, &id.0, &sealed].concat())
    }

    /// What a device handed over. What is not sealed with a key of its own yet is given as it is.
    pub fn open(
        &self,
        doc: DocId,
        device: DeviceId,
        kept: &[u8],
    ) -> io::Result<Result<Vec<u8>, Unread>> {
        let Some(id) = KeyId::of(kept) else {
            return Ok(Ok(kept.to_vec()));
        };
        let sealed = kept.get(KEPT.len() + ID..).unwrap_or_default();
        Ok(match read(&self.path(id)) {
            Ok(Some(key)) => Key::of(*key)
                .open(&purpose(doc, device), sealed)
                .ok_or(Unread::Broken),
            Ok(None) => Err(Unread::Destroyed),
            Err(failure) if is_missing(&failure) => Err(Unread::NoKey),
            Err(failure) => return Err(failure),
        })
    }

    /// Whether a kept contact has a key that was not destroyed.
    pub fn has_key(&self, kept: &[u8]) -> io::Result<bool> {
        let Some(id) = KeyId::of(kept) else {
            return Ok(true);
        };
        match read(&self.path(id)) {
            Ok(key) => Ok(key.is_some()),
            Err(failure) if is_missing(&failure) => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    /// Destroys a key, there or not: none with that name is taken from a copy any more.
    pub fn destroy(&self, id: KeyId) -> io::Result<()> {
        self.changed.store(true, Ordering::Release);
        let path = self.path(id);
        write_over(&path, DESTROYED)?;
        durable::sync_folder(durable::folder_of(&path))?;
        // Whoever copied meanwhile may have read it before.
        self.changed.store(true, Ordering::Release);
        Ok(())
    }

    /// Notes that a record was erased; what its contacts were corrected to goes.
    pub fn erase(&self, doc: DocId) -> io::Result<()> {
        let word = self.word(doc, None);
        if !word.try_exists()? {
            durable::of_the_owner().truncate(false).open(&word)?;
        }
        let begin = format!("{}-", hex(doc.as_bytes()));
        for file in fs::read_dir(durable::folder_of(&word))? {
            let file = file?;
            if file.file_name().to_string_lossy().starts_with(&begin) {
                write_over(&file.path(), &[])?;
                fs::remove_file(file.path())?;
            }
        }
        durable::sync_folder(durable::folder_of(&word))?;
        self.changed.store(true, Ordering::Release);
        Ok(())
    }

    /// Whether a record was erased.
    pub fn is_erased(&self, doc: DocId) -> io::Result<bool> {
        self.word(doc, None).try_exists()
    }

    /// Notes what a contact was corrected to, unless it was corrected again meanwhile.
    pub fn correct(&self, to: &Correction) -> io::Result<()> {
        if !self.has_key(&to.kept)? {
            return Ok(());
        }
        durable::replace(&self.word(to.doc, Some(to.device)), &bytes_of(to))?;
        self.changed.store(true, Ordering::Release);
        Ok(())
    }

    /// Every record that was erased, and every contact that was corrected.
    pub fn words(&self) -> io::Result<(Vec<DocId>, Vec<Correction>)> {
        let (mut erased, mut corrected) = (Vec::new(), Vec::new());
        for path in files_in(&self.folder.join("words"))? {
            match named(&path) {
                Some((doc, None)) => erased.push(doc),
                Some((doc, Some(device))) => {
                    corrected.extend(correction(doc, device, &fs::read(&path)?));
                }
                // One that was to take another's place.
                None => {}
            }
        }
        Ok((erased, corrected))
    }

    /// Whether there is something that the last copy does not have.
    pub fn is_changed(&self) -> bool {
        self.changed.load(Ordering::Acquire)
    }

    /// Writes everything into one file, in the place of the one before, whose bytes are written over. Keys that are there only
    /// are taken first; a copy of another folder is not written over. Gives how many keys there are.
    pub fn copy_to(&self, file: &Path) -> io::Result<usize> {
        let _one = self.copying.lock().unwrap_or_else(PoisonError::into_inner);
        if file.starts_with(&self.folder) || self.folder.starts_with(file) {
            return Err(invalid(
                "the copy of the keys is to lie elsewhere than the keys",
            ));
        }
        // Another program may copy as well.
        let _alone = durable::Alone::with(file)?;
        match fs::read(file).map(Zeroizing::new) {
            Err(failure) if failure.kind() == io::ErrorKind::NotFound => {}
            Err(failure) => return Err(failure),
            Ok(bytes) => match entries(&bytes) {
                Some((id, entries)) if self.id()? == Some(id.to_text()) => {
                    self.take_entries(&entries)?;
                }
                Some(_) => return Err(invalid(FOREIGN)),
                None => {
                    let aside = file.with_extension("damaged");
                    tracing::error!(aside = %aside.display(), "the copy of the keys is damaged and was set aside: it may hold keys of contacts that are erased later");
                    fs::rename(file, aside)?;
                }
            },
        }
        self.changed.store(false, Ordering::Release);
        let written = self.write_copy(file);
        if written.is_err() {
            self.changed.store(true, Ordering::Release);
        }
        written
    }

    fn write_copy(&self, file: &Path) -> io::Result<usize> {
        let id = self.id()?.and_then(|id| KeyId::parse(&id));
        let id = id.ok_or_else(|| invalid("this folder of keys belongs to no log yet"))?;
        let mut bytes = Zeroizing::new([COPY, &id.0].concat());
        let mut put = |kind: u8, ids: [&[u8; ID]; 2], body: &[u8]| {
            bytes.push(kind);
            bytes.extend_from_slice(ids[0]);
            bytes.extend_from_slice(ids[1]);
            let long = u32::try_from(body.len()).unwrap_or_default();
            bytes.extend_from_slice(&long.to_be_bytes());
            bytes.extend_from_slice(body);
        };
        let mut keys = 0;
        for path in files_in(&self.folder.join("keys"))? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let Some(id) = KeyId::parse(&name) else {
                continue;
            };
            match read(&path) {
                Ok(Some(key)) => {
                    put(A_KEY, [&id.0, &[0; ID]], key.as_slice());
                    keys += 1;
                }
                Ok(None) => put(A_KEY, [&id.0, &[0; ID]], &[]),
                // One that is not whole keeps nobody from copying the others.
                Err(failure) => {
                    tracing::error!(%failure, key = %name, "a key of a contact cannot be read");
                }
            }
        }
        let (erased, corrected) = self.words()?;
        for doc in erased {
            put(AN_ERASURE, [doc.as_bytes(), &[0; ID]], &[]);
        }
        for one in corrected {
            let ids = [one.doc.as_bytes(), one.device.as_bytes()];
            put(A_CORRECTION, ids, &bytes_of(&one));
        }
        let hash = Sha256::digest(bytes.as_slice());
        bytes.extend_from_slice(&hash);
        durable::replace(file, &bytes)?;
        Ok(keys)
    }

    /// Takes what is in a copy and not here; what was destroyed on either side stays so. A folder that nobody has named yet
    /// takes the copy's name. Gives how many keys there were.
    pub fn take(&self, file: &Path) -> io::Result<usize> {
        let _one = self.copying.lock().unwrap_or_else(PoisonError::into_inner);
        self.take_from(file)
    }

    fn take_from(&self, file: &Path) -> io::Result<usize> {
        let bytes = Zeroizing::new(fs::read(file)?);
        let (id, entries) =
            entries(&bytes).ok_or_else(|| invalid("this is no whole copy of keys of contacts"))?;
        if self.id()? == Some(id.to_text()) {
            return self.take_entries(&entries);
        }
        if self.id()?.is_some() {
            if !self.is_empty()? {
                return Err(invalid(FOREIGN));
            }
            // Nameless while it is half taken: the next try goes on.
            self.forget_name()?;
        }
        let keys = self.take_entries(&entries)?;
        // Last: half of a copy is not the folder.
        self.name(&id.to_text())?;
        Ok(keys)
    }

    fn take_entries(&self, entries: &[Entry<'_>]) -> io::Result<usize> {
        let mut keys = 0;
        for (_, [doc, _], _) in entries.iter().filter(|(kind, ..)| *kind == AN_ERASURE) {
            if let Some(doc) = DocId::from_slice(doc) {
                self.erase(doc)?;
            }
        }
        for (kind, [one, other], body) in entries {
            match *kind {
                A_KEY if body.is_empty() => {
                    if read(&self.path(KeyId(*one))).is_ok_and(|key| key.is_none()) {
                        continue;
                    }
                    self.destroy(KeyId(*one))?;
                }
                A_KEY => {
                    let path = self.path(KeyId(*one));
                    match read(&path) {
                        Ok(_) => {}
                        // One that was cut off is written anew.
                        Err(failure) if is_missing(&failure) => durable::replace(&path, body)?,
                        Err(failure) => return Err(failure),
                    }
                    keys += 1;
                }
                A_CORRECTION => {
                    let (Some(doc), Some(device)) =
                        (DocId::from_slice(one), DeviceId::from_slice(other))
                    else {
                        continue;
                    };
                    let Some(theirs) = correction(doc, device, body) else {
                        continue;
                    };
                    let ours = fs::read(self.word(doc, Some(device))).ok();
                    let ours = ours.and_then(|bytes| correction(doc, device, &bytes));
                    let newer = ours.is_none_or(|ours| ours.corrected_at < theirs.corrected_at);
                    if newer && !self.is_erased(doc)? {
                        self.correct(&theirs)?;
                    }
                }
                _ => {}
            }
        }
        let shelves: BTreeSet<u8> = entries.iter().map(|(_, [one, _], _)| shelf(one)).collect();
        for shelf in shelves {
            durable::sync_folder(&self.folder.join("keys").join(hex(&[shelf])))?;
        }
        Ok(keys)
    }

    /// Whether nothing was ever kept here.
    pub fn is_empty(&self) -> io::Result<bool> {
        let nothing = |part| files_in(&self.folder.join(part)).map(|files| files.is_empty());
        Ok(nothing("keys")? && nothing("words")?)
    }

    fn path(&self, id: KeyId) -> PathBuf {
        let shelf = hex(&[shelf(&id.0)]);
        self.folder.join("keys").join(shelf).join(id.to_text())
    }

    fn word(&self, doc: DocId, device: Option<DeviceId>) -> PathBuf {
        let mut name = hex(doc.as_bytes());
        if let Some(device) = device {
            name += "-";
            name += &hex(device.as_bytes());
        }
        let shelf = hex(&[shelf(doc.as_bytes())]);
        self.folder.join("words").join(shelf).join(name)
    }
}

/// Files are spread over folders by what is random of their names.
fn shelf([.., last]: &[u8; ID]) -> u8 {
    *last
}

/// A contact is sealed for its record and the device that handed it over.
fn purpose(doc: DocId, device: DeviceId) -> String {
    format!("contact {doc} {device}")
}

/// What a word is about.
fn named(path: &Path) -> Option<(DocId, Option<DeviceId>)> {
    let name = path.file_name()?.to_str()?;
    let (doc, device) = match name.split_once('-') {
        Some((doc, device)) => (doc, Some(device)),
        None => (name, None),
    };
    let doc = DocId::from_slice(&unhex(doc)?)?;
    let device = match device {
        Some(device) => Some(DeviceId::from_slice(&unhex(device)?)?),
        None => None,
    };
    Some((doc, device))
}

fn bytes_of(to: &Correction) -> Vec<u8> {
    let times = [to.at.0.to_be_bytes(), to.corrected_at.0.to_be_bytes()];
    [times.concat(), to.kept.clone()].concat()
}

fn correction(doc: DocId, device: DeviceId, bytes: &[u8]) -> Option<Correction> {
    let (at, rest) = bytes.split_first_chunk()?;
    let (corrected_at, kept) = rest.split_first_chunk()?;
    Some(Correction {
        doc,
        device,
        at: Time(i64::from_be_bytes(*at)),
        corrected_at: Time(i64::from_be_bytes(*corrected_at)),
        kept: kept.to_vec(),
    })
}

fn files_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for shelf in fs::read_dir(folder)? {
        for file in fs::read_dir(shelf?.path())? {
            files.push(file?.path());
        }
    }
    Ok(files)
}

/// The key in a file; `None` when it was destroyed. `InvalidData`: neither, it was cut off.
fn read(path: &Path) -> io::Result<Option<Zeroizing<[u8; KEY]>>> {
    let bytes = Zeroizing::new(fs::read(path)?);
    // Zeros: written over, and cut off before that was said.
    if bytes.as_slice() == DESTROYED || bytes.as_slice() == [0; KEY] {
        return Ok(None);
    }
    let key = bytes.as_slice().try_into().map(Zeroizing::new);
    key.map(Some)
        .map_err(|_| invalid("the file of a key is not whole"))
}

/// There is no key, and none was destroyed.
fn is_missing(failure: &io::Error) -> bool {
    matches!(
        failure.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::InvalidData
    )
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Leaves nothing of what a file held, and this in its place.
fn write_over(path: &Path, with: &[u8]) -> io::Result<()> {
    let mut file = durable::of_the_owner().truncate(false).open(path)?;
    durable::write_over(&file)?;
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(with)?;
    file.sync_all()
}

fn of_the_owner(folder: &Path) -> io::Result<()> {
    let mut maker = fs::DirBuilder::new();
    maker.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut maker, 0o700);
    maker.create(folder)
}

type Entry<'a> = (u8, [[u8; ID]; 2], &'a [u8]);

/// The id and the entries of a copy, if it is whole.
fn entries(bytes: &[u8]) -> Option<(KeyId, Vec<Entry<'_>>)> {
    let (all, hash) = bytes.split_at_checked(bytes.len().checked_sub(HASH)?)?;
    if Sha256::digest(all).as_slice() != hash {
        return None;
    }
    let (id, mut rest) = all.strip_prefix(COPY)?.split_first_chunk()?;
    let mut entries = Vec::new();
    while !rest.is_empty() {
        let (head, after) = rest.split_first_chunk::<HEAD>()?;
        let (kind, ids) = head.split_first()?;
        let (one, ids) = ids.split_first_chunk()?;
        let (other, long) = ids.split_first_chunk()?;
        let long = u32::from_be_bytes(long.try_into().ok()?);
        let (body, after) = after.split_at_checked(usize::try_from(long).ok()?)?;
        entries.push((*kind, [*one, *other], body));
        rest = after;
    }
    Some((KeyId(*id), entries))
}

/// Of which folder a file is a whole copy; `None`: of none.
pub fn copy_of(file: &Path) -> Option<String> {
    let bytes = Zeroizing::new(fs::read(file).ok()?);
    Some(entries(&bytes)?.0.to_text())
}

/// A name for a folder that has none yet.
pub fn fresh_id() -> io::Result<String> {
    Ok(hex(random::<ID>()?.as_slice()))
}

#[allow(
    clippy::disallowed_methods,
    reason = "nothing may be able to draw the key of a contact again"
)]
fn random<const N: usize>() -> io::Result<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0; N]);
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
