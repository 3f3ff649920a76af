//! Small files that are either what they were or whole, whatever happens, and readable by their owner only.

use std::fs::{File, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::identity::hex;

/// How long another process may take with what nobody may do twice at once.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(20);
/// What the name of a file ends with that is to take another's place.
const FRESH: &str = "-new";
/// Bytes that are written over at once.
const PIECE: usize = 64 * 1024;

/// Keeps every other process of this device waiting until it is dropped: opening, encrypting and rescuing a replica, and
/// changing who has its key. The file stays; it is empty.
pub struct Alone(#[allow(dead_code, reason = "held")] Option<File>);

impl Alone {
    /// `WouldBlock`: another one does not let go. A disk that knows no such locks keeps nobody waiting.
    pub fn with(replica: &Path) -> io::Result<Self> {
        let path = replica.with_extension("lock");
        let Ok(file) = of_the_owner().truncate(false).open(path) else {
            return Ok(Self(None));
        };
        let mut waited = Duration::ZERO;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(Some(file))),
                Err(TryLockError::WouldBlock) if waited < PATIENCE => {
                    std::thread::sleep(LOOK);
                    waited += LOOK;
                }
                Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::WouldBlock.into()),
                Err(TryLockError::Error(_)) => return Ok(Self(None)),
            }
        }
    }
}

/// Writes zeros over a file. What a disk keeps elsewhere of it, nobody reaches.
pub fn write_over(file: &File) -> io::Result<()> {
    let mut left = file.metadata()?.len();
    let mut file = file;
    file.seek(SeekFrom::Start(0))?;
    let zeros = [0; PIECE];
    while left > 0 {
        let piece = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        file.write_all(zeros.get(..piece).unwrap_or_default())?;
        left -= piece as u64;
    }
    file.sync_all()
}

/// Puts a file in the place of another, whose bytes are written over. It is on the disk afterwards.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let old = File::options().write(true).open(path).ok();
    let mut name = path.as_os_str().to_owned();
    name.push(FRESH);
    let fresh = Path::new(&name);
    let mut file = of_the_owner().truncate(true).open(fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    std::fs::rename(fresh, path)?;
    sync_folder(folder_of(path))?;
    // Only now: until the new one is durable, the old one is all there is.
    if let Some(old) = old {
        write_over(&old).ok();
    }
    Ok(())
}

/// JSON in one line, and its SHA-256 in another, which finds every wrong bit.
pub(crate) fn summed(words: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let json = serde_json::to_string(words)?;
    let sum = hex(&Sha256::digest(&json));
    Ok(format!("{json}\n{sum}\n").into_bytes())
}

/// What such a file says, if every bit of it is right.
pub(crate) fn read_summed<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (json, sum) = text.split_once('\n')?;
    let fits = sum.trim_end() == hex(&Sha256::digest(json));
    fits.then(|| serde_json::from_str(json).ok())?
}

/// Whether a file is one that was to take another's place, and did not.
pub(crate) fn is_fresh(path: &Path) -> bool {
    path.as_os_str()
        .as_encoded_bytes()
        .ends_with(FRESH.as_bytes())
}

/// For a file with a key inside; where the system knows owners.
pub fn of_the_owner() -> std::fs::OpenOptions {
    let mut options = File::options();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes what was made or renamed in a folder durable. Windows knows no such thing, and needs none.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// The folder that a file lies in.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
