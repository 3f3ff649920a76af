//! What waits on a device that does not come up any more, written as a courier file: for whoever has the device at the town hall,
//! and a terminal. Nothing of the device is written to, but for the tries of its PINs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use koina_model::ids::Time;
use koina_model::problem::{FieldRule, Problem};
use koina_sync::replica::{Replica, of_disk};
use koina_sync::vault::{Key, KeyStore, Vault};

use crate::VERSION;
use crate::courier::write_new;

/// What is to be rescued.
pub struct Rescue {
    /// Where the device has its file.
    pub replica: PathBuf,
    /// The file to read, if it is one that was set aside.
    pub file: Option<PathBuf>,
    /// Where the courier file goes, and a copy to work on meanwhile: not the disk that fails.
    pub to: PathBuf,
    /// Who opens it, where more than one person has a PIN.
    pub person: Option<String>,
}

/// What was rescued.
#[derive(Debug)]
pub struct RescueDone {
    pub path: PathBuf,
    /// Changes and contacts that waited.
    pub unsent: u32,
    pub contacts: u32,
    /// All of what waited could be read.
    pub whole: bool,
}

/// Writes the courier file. `pin` is asked for the PIN of whoever has that name.
pub fn rescue(
    ask: &Rescue,
    store: Arc<dyn KeyStore>,
    now: Time,
    pin: impl FnOnce(&str) -> std::io::Result<String>,
) -> Result<RescueDone, Problem> {
    let scratch = ask.to.join(format!(".koina-rescue-{}", now.0));
    std::fs::create_dir(&scratch).map_err(|failure| of_disk(&failure))?;
    let done = rescued(ask, &scratch, store, now, pin);
    if let Err(failure) = std::fs::remove_dir_all(&scratch) {
        tracing::error!(%failure, folder = %scratch.display(), "the copy stays: delete it");
    }
    done
}

fn rescued(
    ask: &Rescue,
    scratch: &Path,
    store: Arc<dyn KeyStore>,
    now: Time,
    pin: impl FnOnce(&str) -> std::io::Result<String>,
) -> Result<RescueDone, Problem> {
    let key = key(ask, scratch, store, now, pin)?;
    let file = ask.file.as_ref().unwrap_or(&ask.replica);
    let found = Replica::rescue(&ask.replica, file, key.as_ref(), scratch, VERSION, now);
    let found = found.map_err(|failure| {
        tracing::error!(failure = format!("{failure:#}"), "nothing was rescued");
        failure.to_problem()
    })?;
    Ok(RescueDone {
        path: write_new(now, &ask.to, "koina-rescue", "koina", &found.file)?,
        unsent: found.unsent,
        contacts: found.contacts,
        whole: found.whole,
    })
}

/// The key of the device; `None` where it never had one.
fn key(
    ask: &Rescue,
    scratch: &Path,
    store: Arc<dyn KeyStore>,
    now: Time,
    pin: impl FnOnce(&str) -> std::io::Result<String>,
) -> Result<Option<Key>, Problem> {
    let keys = |replica: &Path| replica.with_extension("keys").exists();
    if !keys(&ask.replica) {
        return Ok(None);
    }
    let mut vault = Vault::open_with(&ask.replica, now, Arc::clone(&store))?;
    if let Some(key) = vault.key() {
        return Ok(Some(key));
    }
    let people = vault.people();
    let who = match (&ask.person, people.as_slice()) {
        (None, [one]) => Some(one),
        (Some(name), all) => all.iter().find(|one| one.name == *name),
        (None, _) => None,
    };
    // Nobody at all: only the town hall opens it.
    if people.is_empty() {
        return Err(Problem::Locked);
    }
    let who = who.ok_or_else(|| Problem::field("person", FieldRule::NotOnAList))?;
    let pin = pin(&who.name).map_err(|failure| of_disk(&failure))?;
    match vault.unlock(who.id, &pin) {
        // A try is written down first, and this disk takes nothing any more: tries are counted on the copy.
        Err(Problem::DiskFull | Problem::DiskReadOnly | Problem::DiskGone) => {
            let copy = scratch.join("replica.sqlite");
            for ending in ["keys", "keys-copy", "tries"] {
                let from = ask.replica.with_extension(ending);
                if from.exists() {
                    std::fs::copy(from, copy.with_extension(ending))
                        .map_err(|failure| of_disk(&failure))?;
                }
            }
            let mut vault = Vault::open_with(&copy, now, store)?;
            vault.unlock(who.id, &pin).map(Some)
        }
        opened => opened.map(Some),
    }
}
