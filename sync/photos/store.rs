//! Files named by the hash of their bytes, in one folder. What is there under its name is whole and on the disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use koina_model::photos::{FileHash, FileHasher};

use crate::durable::sync_folder;

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
        Self { folder }
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
        let kept = file
            .write_all(bytes)
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
            Ok(bytes) if FileHash::of(&bytes) == name => Ok(Some(bytes)),
            Ok(_) => Ok(None),
            Err(failure) if failure.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// How large a whole file is; `None` if it is not here.
    pub fn size(&self, name: FileHash) -> io::Result<Option<u64>> {
        size(&self.whole(name))
    }

    /// How many bytes of a file that is not whole are here.
    pub fn had(&self, name: FileHash) -> io::Result<u64> {
        Ok(size(&self.part(name))?.unwrap_or_default())
    }

    /// Adds bytes to a part, behind so many that are there; what stood behind those goes. Gives how many there are now.
    pub fn append(&self, name: FileHash, from: u64, bytes: &[u8]) -> io::Result<u64> {
        let mut part = self.create(&self.part(name))?;
        part.set_len(from)?;
        part.seek(SeekFrom::Start(from))?;
        part.write_all(bytes)?;
        Ok(from + bytes.len() as u64)
    }

    /// Gives a part its name, if its bytes are those of the name.
    pub fn finish(&self, name: FileHash) -> io::Result<Finished> {
        let path = self.part(name);
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
        fs::read(self.part(name))
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

    /// Removes what was begun and not gone on with for long: nobody will.
    pub fn sweep(&self) -> io::Result<()> {
        let entries = match fs::read_dir(&self.folder) {
            Err(failure) if failure.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other?,
        };
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            let begun = path
                .extension()
                .is_some_and(|ending| ending == PART || ending == NEW);
            let old = || Some(entry.metadata().ok()?.modified().ok()?.elapsed().ok()? > BEGUN);
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

    /// Every whole file with its size.
    pub fn all(&self) -> io::Result<Vec<(FileHash, u64)>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(failure) if failure.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other?,
        };
        let mut all = Vec::new();
        for entry in entries {
            let entry = entry?;
            if let Some(name) = entry.file_name().to_str().and_then(FileHash::parse) {
                all.push((name, entry.metadata()?.len()));
            }
        }
        Ok(all)
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
