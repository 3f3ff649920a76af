//! Erasing a device that the town hall withdrew: everything of its replica goes, first of all the keys.
//!
//! What is to go is written down before anything goes, so that a start after a crash or a cut goes on with it. What stays is
//! a word for whoever holds the device: of which municipality it was, and when it was erased.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use koina_model::ids::Time;
use koina_model::reference::Text2;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::durable::{self, Alone};
use crate::vault::{self, KeyStore};

/// Files that go first: without them nobody reads the others, also where a disk keeps what was written over.
const KEYS: [&str; 6] = [
    "keys",
    "keys-copy",
    "escrow",
    "escrow-copy",
    "identity",
    "tries",
];
/// The word that stays, and the one that says that erasing is not over.
const ERASED: &str = "erased";
const ERASING: &str = "erasing";
/// How long the app before may take to let go of its files.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(100);
/// What keeps two apps apart; it is empty.
const LOCK: &str = "lock";

/// What is told of a device that erased itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Withdrawn {
    pub municipality: Text2,
    /// What people called the device.
    pub name: String,
    pub at: Time,
    /// It stood where everybody passes by: nobody there enrols another one by hand.
    #[serde(default)]
    pub kiosk: bool,
    /// Hash of the link it was enrolled with, if it was one: that one is used up.
    #[serde(default)]
    #[ts(skip)]
    pub link: Option<String>,
}

/// Writes down that everything of a replica is to go. It goes with the next [`finish`], by an app that has nothing of it open.
pub fn begin(replica: &Path, withdrawn: &Withdrawn) -> io::Result<()> {
    let words = serde_json::to_vec(withdrawn)?;
    durable::replace(&replica.with_extension(ERASING), &words)
}

/// Takes back what was written down, where that did not succeed as a whole.
pub fn undo(replica: &Path) -> io::Result<()> {
    match fs::remove_file(replica.with_extension(ERASING)) {
        Err(failure) if failure.kind() == io::ErrorKind::NotFound => return Ok(()),
        gone => gone?,
    }
    durable::sync_folder(durable::folder_of(replica))
}

/// Erases what is to go, if anything is: at each start, before anything is opened. Gives whether there was something.
pub fn finish(replica: &Path, store: &dyn KeyStore) -> io::Result<bool> {
    let word = replica.with_extension(ERASING);
    if !word.exists() {
        return Ok(false);
    }
    let _alone = Alone::with(replica)?;
    let secrets = vault::secrets_of(replica);
    for key in KEYS {
        erase(&replica.with_extension(key))?;
    }
    for path in beside(replica)? {
        match path.is_dir() {
            true => {
                for file in fs::read_dir(&path)? {
                    erase(&file?.path())?;
                }
                fs::remove_dir_all(&path)?;
            }
            false => erase(&path)?,
        }
    }
    durable::sync_folder(durable::folder_of(replica))?;
    fs::rename(&word, replica.with_extension(ERASED))?;
    durable::sync_folder(durable::folder_of(replica))?;
    for name in secrets {
        store.forget(name);
    }
    tracing::warn!("this device was withdrawn, and has erased its records");
    Ok(true)
}

/// What is told of the device that was erased here, until it is somebody's again.
pub fn told(replica: &Path) -> Option<Withdrawn> {
    let words = fs::read(replica.with_extension(ERASED)).ok()?;
    serde_json::from_slice(&words).ok()
}

/// The device is somebody's again.
pub fn forget(replica: &Path) {
    if let Err(failure) = fs::remove_file(replica.with_extension(ERASED))
        && failure.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%failure, "the word about the erased device stays");
    }
}

/// Everything whose name begins like the replica's: its log, what was set aside, photos, but for the words and the lock.
fn beside(replica: &Path) -> io::Result<Vec<PathBuf>> {
    let stem = replica.file_stem().unwrap_or_default();
    let stays = [ERASED, ERASING, LOCK].map(|ending| replica.with_extension(ending));
    let mut paths = Vec::new();
    for entry in fs::read_dir(durable::folder_of(replica))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        let rest = name.strip_prefix(stem.as_encoded_bytes());
        let ours = rest.is_some_and(|rest| rest.first().is_none_or(|next| b".-".contains(next)));
        if ours && !stays.contains(&path) {
            paths.push(path);
        }
    }
    Ok(paths)
}

/// Takes a file's name away and writes over its bytes. What a disk keeps elsewhere of them, nobody reaches.
fn erase(path: &Path) -> io::Result<()> {
    let file = match File::options().write(true).open(path) {
        Err(failure) if failure.kind() == io::ErrorKind::NotFound => return Ok(()),
        // One that may not be written may still go.
        file => file.ok(),
    };
    // Before its name goes: after a cut it is found again.
    if let Some(file) = file
        && let Err(failure) = durable::write_over(&file)
    {
        tracing::warn!(%failure, "a file could not be written over");
    }
    let mut waited = Duration::ZERO;
    loop {
        match fs::remove_file(path) {
            Err(failure) if failure.kind() == io::ErrorKind::NotFound => return Ok(()),
            // The app before may still hold it, where systems keep what is open.
            Err(failure)
                if failure.kind() == io::ErrorKind::PermissionDenied && waited < PATIENCE =>
            {
                std::thread::sleep(LOOK);
                waited += LOOK;
            }
            gone => return gone,
        }
    }
}
