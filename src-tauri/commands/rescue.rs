//! What waits on a device that does not come up any more, written as courier files: for whoever has the device at the town hall,
//! and a terminal. Of the device nothing is written but the tries of its PINs and, where one of the two files of its keys is
//! damaged, that one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use koina_model::ids::Time;
use koina_model::problem::{FieldRule, Problem};
use koina_sync::durable::write_over;
use koina_sync::replica::{Replica, of_disk};
use koina_sync::vault::{Key, KeyStore, Vault};

use crate::VERSION;
use crate::courier::{not_written, write_new};

/// What the copies to work on are called.
const SCRATCH: &str = ".koina-rescue-";

/// What is to be rescued.
pub struct Rescue {
    /// Where the device has its file.
    pub replica: PathBuf,
    /// The file to read, if it is one that was set aside.
    pub file: Option<PathBuf>,
    /// Where the courier files go, and a copy to work on meanwhile: not the disk that fails.
    pub to: PathBuf,
    /// Who opens it, where more than one person has a PIN.
    pub person: Option<String>,
}

/// Whoever sits at the terminal.
pub trait Terminal {
    /// Asks for the PIN of whoever has that name.
    fn pin(&mut self, name: &str) -> std::io::Result<String>;
    /// Says who has a PIN: one of them is to be named.
    fn people(&mut self, names: &[String]);
    /// Says that wrong PINs make everybody wait.
    fn waits(&mut self, seconds: u32);
}

/// What was rescued.
#[derive(Debug)]
pub struct RescueDone {
    pub paths: Vec<PathBuf>,
    /// Changes, contacts and pictures that waited and are in the files.
    pub unsent: u32,
    pub contacts: u32,
    pub photos: u32,
    /// Files of photos of which no record here says that this device took them; they are in the files, too.
    pub unnamed: u32,
    /// Why the photos after these are in no file.
    pub stopped: Option<Problem>,
    /// Changes that the town hall has refused, which stay where they are.
    pub refused: u32,
    /// All of what waited could be read, and is in the files, but for where it stopped.
    pub whole: bool,
}

/// Writes the courier files.
pub fn rescue(
    ask: &Rescue,
    store: Arc<dyn KeyStore>,
    now: Time,
    terminal: &mut dyn Terminal,
) -> Result<RescueDone, Problem> {
    let file = ask.file.as_ref().unwrap_or(&ask.replica);
    if !file.is_file() {
        return Err(Problem::NotFound);
    }
    // Of one that was cut short.
    for old in leftovers(&ask.to).map_err(|failure| not_written(&failure))? {
        remove(&old);
    }
    let key = key(ask, store, now, terminal)?;
    let scratch = ask.to.join(format!("{SCRATCH}{}", now.0));
    std::fs::create_dir(&scratch).map_err(|failure| not_written(&failure))?;
    let found = Replica::rescue(&ask.replica, file, key.as_ref(), &scratch, VERSION, now);
    remove(&scratch);
    let mut found = found.map_err(|failure| {
        tracing::error!(failure = format!("{failure:#}"), "nothing was rescued");
        failure.to_problem()
    })?;
    let write = |name, bytes: &Vec<u8>| write_new(now, &ask.to, name, "koina", bytes);
    let mut paths = Vec::new();
    for file in &found.files {
        match write("koina-rescue", file) {
            Ok(path) => paths.push(path),
            // All of the records, or nothing.
            Err(problem) => {
                for path in paths {
                    std::fs::remove_file(path).ok();
                }
                return Err(problem);
            }
        }
    }
    let mut done = RescueDone {
        paths,
        unsent: found.unsent,
        contacts: found.contacts,
        photos: 0,
        unnamed: 0,
        stopped: None,
        refused: found.refused,
        whole: found.whole,
    };
    let mut photos = || {
        while let Some(file) = found.photos.next_file()? {
            let path = write("koina-rescue-photos", &file.bytes)?;
            done.paths.push(path);
            done.photos += file.pictures;
            done.unnamed += file.unnamed;
        }
        Ok(())
    };
    let stopped = photos().err();
    done.stopped = stopped;
    done.whole &= found.photos.whole;
    Ok(done)
}

fn leftovers(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let all = std::fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    let ours = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy());
        path.is_dir() && name.is_some_and(|name| name.starts_with(SCRATCH))
    };
    Ok(all.filter(ours).collect())
}

/// Removes a copy: written over first, since it may be of a device without a PIN, and a stick is carried around.
fn remove(scratch: &Path) {
    let files = std::fs::read_dir(scratch).into_iter().flatten();
    for file in files.filter_map(|entry| Some(entry.ok()?.path())) {
        let opened = std::fs::File::options().write(true).open(&file);
        if let Err(failure) = opened.and_then(|file| write_over(&file)) {
            tracing::warn!(%failure, file = %file.display(), "the copy was not written over");
        }
    }
    if let Err(failure) = std::fs::remove_dir_all(scratch) {
        tracing::error!(%failure, folder = %scratch.display(), "the copy stays: delete it");
    }
}

/// The key of the device; `None` where it never had one.
fn key(
    ask: &Rescue,
    store: Arc<dyn KeyStore>,
    now: Time,
    terminal: &mut dyn Terminal,
) -> Result<Option<Key>, Problem> {
    if !Vault::is_there(&ask.replica) {
        return Ok(None);
    }
    let mut vault = Vault::open_with(&ask.replica, now, store)?;
    if let Some(key) = vault.key() {
        return Ok(Some(key));
    }
    let people = vault.people();
    // Nobody at all: only the town hall opens it.
    if people.is_empty() {
        return Err(Problem::Locked);
    }
    let who = match (&ask.person, people.as_slice()) {
        (None, [one]) => Some(one),
        (Some(name), all) => all.iter().find(|one| one.name == name.trim()),
        (None, _) => None,
    };
    let Some(who) = who else {
        let names: Vec<String> = people.into_iter().map(|one| one.name).collect();
        terminal.people(&names);
        return Err(Problem::field("person", FieldRule::NotOnAList));
    };
    let pin = terminal
        .pin(&who.name)
        .map_err(|failure| of_disk(&failure))?;
    loop {
        match vault.unlock(who.id, &pin) {
            // The wait is counted from when this program began: nobody can wait for it outside.
            Err(Problem::TooManyTries { wait_s }) => {
                terminal.waits(wait_s);
                std::thread::sleep(std::time::Duration::from_secs(wait_s.into()));
            }
            opened => return opened.map(Some),
        }
    }
}
