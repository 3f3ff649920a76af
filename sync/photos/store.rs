//! Files named by the hash of their bytes, in one folder. What is there under its name is whole and on the disk.

use std::borrow::Cow;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use koina_model::photos::{FileHash, FileHasher};

use super::sealed;
use crate::durable::{self, sync_folder};
use crate::vault::Key;

/// Endings of a file that is not whole yet, of one that is being kept, and of one whose bytes are no longer its own.
const PART: &str = "part";
const NEW: &str = "new";
const DAMAGED: &str = "damaged";

/// How long what was begun and not gone on with is kept.
const BEGUN: Duration = Duration::from_secs(30 * 24 * 3_600);

/// Bytes that are looked at or copied at once.
const PIECE: usize = 64 * 1024;

/// Files that were kept by this process; each is written under a name of its own.
static PUT: AtomicU64 = AtomicU64::new(0);

/// A folder of files.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
    /// What files are sealed with, where they lie on a device.
    key: Option<Key>,
}

/// What became of a part to which all bytes came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finished {
    Whole,
    /// The bytes are not those of the name; they are gone.
    Wrong,
}

impl Store {
    /// Files in this folder; it is made with the first of them.
    pub fn at(folder: PathBuf) -> Self {
        Self { folder, key: None }
    }

    /// Files in this folder, sealed from now on where there is a key. What lies open there can be read, too.
    pub(crate) fn sealed_at(folder: PathBuf, key: Option<Key>) -> Self {
        Self { folder, key }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Keeps what a reader gives under its name. It is on the disk afterwards.
    pub fn take(&self, mut from: impl Read) -> io::Result<FileHash> {
        let number = PUT.fetch_add(1, Ordering::Relaxed);
        let own = self
            .folder
            .join(format!("{}.{number}.{NEW}", std::process::id()));
        let mut file = self.create(&own)?;
        let kept = pass(&mut from, |bytes| file.write_all(bytes))
            .and_then(|name| self.settle(&file, &own, name).map(|()| name));
        if kept.is_err() {
            remove(&own)?;
        }
        kept
    }

    /// Keeps bytes under their name. They are on the disk afterwards.
    pub fn put(&self, bytes: &[u8]) -> io::Result<FileHash> {
        let name = FileHash::of(bytes);
        if self.read(name)?.is_some() {
            sync_folder(&self.folder)?;
            return Ok(name);
        }
        // Not the part of the same name: that one may be on its way here.
        let number = PUT.fetch_add(1, Ordering::Relaxed);
        let own = self.folder.join(format!("{name}.{number}.{NEW}"));
        let mut file = self.create(&own)?;
        let kept = self
            .form(name, bytes)
            .and_then(|bytes| file.write_all(&bytes))
            .and_then(|()| self.settle(&file, &own, name));
        if kept.is_err() {
            remove(&own)?;
        }
        kept?;
        Ok(name)
    }

    /// The bytes of a file; `None` if it is not here, or what is here is not what its name says.
    pub fn read(&self, name: FileHash) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.whole(name)) {
            Ok(bytes) => {
                let bytes = sealed::open(self.key.as_ref(), name, bytes);
                Ok(bytes.filter(|bytes| FileHash::of(bytes) == name))
            }
            Err(failure) if failure.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// How large a whole file is; `None` if it is not here.
    pub fn size(&self, name: FileHash) -> io::Result<Option<u64>> {
        let path = self.whole(name);
        match size(&path)? {
            Some(on_disk) => Ok(Some(sealed::holds(&begin(&path)?, on_disk))),
            None => Ok(None),
        }
    }

    /// How many bytes of a file that is not whole are here.
    pub fn had(&self, name: FileHash) -> io::Result<u64> {
        match &self.key {
            Some(key) => Ok(self.sealed_part(key, name)?.bytes.len() as u64),
            None => Ok(size(&self.part(name))?.unwrap_or_default()),
        }
    }

    fn sealed_part(&self, key: &Key, name: FileHash) -> io::Result<sealed::Part> {
        match fs::read(self.part(name)) {
            Ok(file) => Ok(sealed::open_part(key, name, &file)),
            Err(failure) if failure.kind() == io::ErrorKind::NotFound => {
                Ok(sealed::Part::default())
            }
            Err(failure) => Err(failure),
        }
    }

    /// Adds bytes to a part, behind so many that are there; what stood behind those goes. Gives how many there are now.
    pub fn append(&self, name: FileHash, from: u64, bytes: &[u8]) -> io::Result<u64> {
        let there = from + bytes.len() as u64;
        let (to, bytes) = match &self.key {
            None => (from, Cow::from(bytes)),
            Some(key) => {
                let had = self.sealed_part(key, name)?;
                let before = usize::try_from(from)
                    .ok()
                    .and_then(|from| had.bytes.get(..from))
                    .ok_or(io::ErrorKind::InvalidInput)?;
                // Records are not cut: what stands before goes into a new one.
                let (to, from, plain) = match before.len() == had.bytes.len() && !before.is_empty()
                {
                    true => (had.end, before.len(), bytes.into()),
                    false => (0, 0, Cow::from([before, bytes].concat())),
                };
                (to, sealed::record(key, name, from, &plain)?.into())
            }
        };
        let mut part = self.create(&self.part(name))?;
        part.set_len(to)?;
        part.seek(SeekFrom::Start(to))?;
        part.write_all(&bytes)?;
        Ok(there)
    }

    /// Gives a part its name, if its bytes are those of the name.
    pub fn finish(&self, name: FileHash) -> io::Result<Finished> {
        let path = self.part(name);
        if let Some(key) = &self.key {
            let bytes = self.sealed_part(key, name)?.bytes;
            let whole = FileHash::of(&bytes) == name;
            if whole {
                self.put(&bytes)?;
            }
            self.forget_part(name)?;
            return Ok(if whole {
                Finished::Whole
            } else {
                Finished::Wrong
            });
        }
        let mut options = OpenOptions::new();
        let mut part = options.read(true).write(true).open(&path)?;
        if pass(&mut part, |_| Ok(()))? != name {
            self.forget_part(name)?;
            return Ok(Finished::Wrong);
        }
        self.settle(&part, &path, name)?;
        Ok(Finished::Whole)
    }

    /// The bytes of a part.
    pub fn read_part(&self, name: FileHash) -> io::Result<Vec<u8>> {
        match &self.key {
            Some(key) => Ok(self.sealed_part(key, name)?.bytes),
            None => fs::read(self.part(name)),
        }
    }

    /// Removes what is here of a file that is not whole.
    pub fn forget_part(&self, name: FileHash) -> io::Result<()> {
        remove(&self.part(name))
    }

    /// Keeps a file whose bytes are no longer its own beside the others, for somebody to look at.
    pub fn set_aside(&self, name: FileHash) -> io::Result<()> {
        fs::rename(
            self.whole(name),
            self.folder.join(format!("{name}.{DAMAGED}")),
        )
    }

    /// Seals what lies open from before, one file after the other, and writes over what was open. One that cannot be sealed
    /// stops no other. Gives how many files it was.
    pub(crate) fn seal_all(&self) -> io::Result<u32> {
        let Some(key) = &self.key else {
            return Ok(0);
        };
        let mut done = 0;
        let mut failed = None;
        for path in self.paths()? {
            match self.seal_one(key, &path) {
                Ok(sealed) => done += u32::from(sealed),
                // It went, or became whole, meanwhile.
                Err(failure) if failure.kind() == io::ErrorKind::NotFound => {}
                Err(failure) => {
                    tracing::error!(path = %path.display(), %failure, "a photo could not be sealed");
                    failed = Some(failure);
                }
            }
        }
        match failed {
            Some(failure) => Err(failure),
            None => Ok(done),
        }
    }

    fn seal_one(&self, key: &Key, path: &Path) -> io::Result<bool> {
        let named = path.file_name().and_then(|name| name.to_str());
        let (name, ending) = named.unwrap_or_default().split_once('.').unzip();
        let Some(name) = FileHash::parse(name.or(named).unwrap_or_default()) else {
            return Ok(false);
        };
        if sealed::may_be_sealed(&begin(path)?) {
            return Ok(false);
        }
        if !matches!(ending, None | Some(DAMAGED)) {
            // What was on its way begins anew.
            remove(path)?;
            return Ok(false);
        }
        let bytes = fs::read(path)?;
        let sealed = sealed::seal(key, name, &bytes)?;
        // What was forgotten meanwhile does not come back.
        if path.exists() {
            durable::replace(path, &sealed)?;
        }
        Ok(true)
    }

    /// Removes what was begun and not gone on with for long: nobody will.
    pub fn sweep(&self) -> io::Result<()> {
        for path in self.paths()? {
            let begun = path
                .extension()
                .is_some_and(|ending| ending == PART || ending == NEW)
                || durable::is_fresh(&path);
            let old = || Some(fs::metadata(&path).ok()?.modified().ok()?.elapsed().ok()? > BEGUN);
            if begun && old() == Some(true) {
                remove(&path)?;
            }
        }
        Ok(())
    }

    /// Removes a file.
    pub fn forget(&self, name: FileHash) -> io::Result<()> {
        remove(&self.whole(name))
    }

    /// Where a whole file stands.
    pub fn path(&self, name: FileHash) -> PathBuf {
        self.whole(name)
    }

    /// Every whole file.
    pub fn all(&self) -> io::Result<Vec<FileHash>> {
        let paths = self.paths()?.into_iter();
        let names = paths.filter_map(|path| FileHash::parse(path.file_name()?.to_str()?));
        Ok(names.collect())
    }

    fn paths(&self) -> io::Result<Vec<PathBuf>> {
        match fs::read_dir(&self.folder) {
            Err(failure) if failure.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            entries => entries?.map(|entry| Ok(entry?.path())).collect(),
        }
    }

    /// Bytes as they are to lie on the disk.
    fn form<'a>(&self, name: FileHash, bytes: &'a [u8]) -> io::Result<Cow<'a, [u8]>> {
        match &self.key {
            Some(key) => Ok(sealed::seal(key, name, bytes)?.into()),
            None => Ok(bytes.into()),
        }
    }

    /// The bytes come to the disk, then the name: a name never stands for less than all.
    fn settle(&self, file: &File, path: &Path, name: FileHash) -> io::Result<()> {
        file.sync_all()?;
        fs::rename(path, self.whole(name))?;
        sync_folder(&self.folder)
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        let open = || {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(false).open(path)
        };
        match open() {
            Err(failure) if failure.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(&self.folder)?;
                if let Some(above) = self.folder.parent() {
                    sync_folder(above)?;
                }
                open()
            }
            other => other,
        }
    }

    fn whole(&self, name: FileHash) -> PathBuf {
        self.folder.join(name.to_string())
    }

    fn part(&self, name: FileHash) -> PathBuf {
        self.folder.join(format!("{name}.{PART}"))
    }
}

/// Hands on everything a reader gives, in pieces. Gives its name.
fn pass(from: &mut impl Read, mut to: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<FileHash> {
    let mut hasher = FileHasher::default();
    let mut piece = vec![0; PIECE];
    loop {
        let had = match from.read(&mut piece) {
            Err(failure) if failure.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        let bytes = piece.get(..had).unwrap_or_default();
        if bytes.is_empty() {
            return Ok(hasher.name());
        }
        hasher.add(bytes);
        to(bytes)?;
    }
}

/// The first bytes of a file.
fn begin(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = sealed::BEGIN as u64;
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn size(path: &Path) -> io::Result<Option<u64>> {
    match fs::metadata(path) {
        Ok(about) => Ok(Some(about.len())),
        Err(failure) if failure.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(failure) if failure.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
