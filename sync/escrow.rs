//! Key escrow: the key of this device's records, sealed to the town hall, in a file beside the replica.
//!
//! Two things come of it. Whoever lost every PIN opens the device with a one-time code of the desk. And a device that the town
//! hall has not heard of for so many days gives every other copy of its key up ([`Vault::give_up`](crate::vault::Vault)): from
//! then on only the town hall opens it, also for whoever found it. Nothing that was not sent is lost by that.
//!
//! How long ago the last contact was is counted by the latest that any clock here has said, and goes on while the app runs: a
//! clock that was set back gains nothing. One that ran ahead cannot be told from one that was set back since, so it counts as
//! well; before a device closes there is a day more, and contact makes it good.
//!
//! The server is believed only where it has shown who it is: on a line in the clear anybody could name a key of their own.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use koina_model::exchange::{REOPEN_PATH, ReopenAsk};
use koina_model::ids::{DeviceId, Time};
use koina_model::permits::Profile;
use koina_model::problem::Problem;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::courier;
use crate::durable;
use crate::exchange::pinned::is_proven;
use crate::exchange::{Line, json_body};
use crate::identity::{hex, unhex};
use crate::replica::{Replica, ReplicaError, of_disk, opens_with, word_of_key};
use crate::vault::Key;

/// First bytes of a key that is sealed to the town hall, and of one that it gives back.
pub const TO_SERVER: &[u8] = b"koina-key-1\n";
pub const TO_DEVICE: &[u8] = b"koina-key-back-1\n";

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
/// So long before it closes a device says so.
const TELLS_MS: i64 = 7 * DAY_MS;

/// What is sealed.
#[derive(Serialize, Deserialize)]
pub struct Sealed {
    /// Whose it is: the town hall opens it for no other one.
    pub device: DeviceId,
    pub key: ByteBuf,
}

/// What the file says. Stored since 0.1; add fields, never rename.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escrow {
    device: DeviceId,
    /// The address of the server, with how it shows who it is.
    server: String,
    /// The key that it is sealed to.
    to: String,
    /// By which a file says that it is encrypted with this key.
    word: String,
    /// Hex.
    sealed: String,
    /// Days without contact after which the device closes; 0: never.
    days: u32,
    /// By the clock of this device: the last contact, and the latest that was seen since.
    heard_at: Time,
    seen_at: Time,
    /// Since when it is over.
    #[serde(default)]
    over_since: Option<Time>,
}

/// How it stands with the contact to the town hall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contact {
    /// Nothing is due.
    Fine,
    /// Without contact the device closes in so many milliseconds.
    Closes { in_ms: i64 },
    /// It is to close.
    Over,
}

/// One look or note at a time.
static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The file, and the same once more.
fn files(replica: &Path) -> [PathBuf; 2] {
    ["escrow", "escrow-copy"].map(|ending| replica.with_extension(ending))
}

/// The key of a replica as it is in escrow, if it is, and if every bit of it is right.
pub fn told(replica: &Path) -> Option<Escrow> {
    let mut files = files(replica).into_iter();
    files.find_map(|file| durable::read_summed(&std::fs::read(file).ok()?))
}

/// Puts the key of a replica in escrow, and notes that there was contact. A kiosk has none: its key lies open, and the desk
/// sees every day whether it is there.
pub fn keep(replica: &Replica, now: Time) -> Result<(), ReplicaError> {
    let _turn = turn();
    let (Some(identity), Some(key)) = (replica.identity(), replica.key()) else {
        return Ok(());
    };
    let path = replica.path();
    if identity.role.profile() == Profile::Kiosk || !is_proven(&identity.server) {
        return forget(path).map_err(|failure| of_disk(&failure).into());
    }
    let lists = replica.lists();
    let mut fresh = Escrow {
        device: identity.device,
        server: identity.server.clone(),
        to: lists.courier.clone(),
        word: key.word(),
        sealed: String::new(),
        days: lists.closes_after_days,
        heard_at: now,
        seen_at: now,
        over_since: None,
    };
    // Not after every exchange: memory cards wear.
    let same = |before: &Escrow| {
        let since = now.0.saturating_sub(before.heard_at.0);
        let as_before = Escrow {
            sealed: before.sealed.clone(),
            heard_at: before.heard_at,
            seen_at: before.seen_at,
            ..fresh.clone()
        };
        as_before == *before && before.seen_at.0 < now.0 + HOUR_MS && (0..HOUR_MS).contains(&since)
    };
    let [first, second] = files(path).map(|file| std::fs::read(file).ok());
    let before = first.as_deref().and_then(durable::read_summed);
    if first == second && before.as_ref().is_some_and(same) {
        return Ok(());
    }
    let kept = match sealed(identity.device, key, &lists.courier) {
        // Each time anew: what is on the disk may have been damaged since, and nobody here can tell.
        Ok(sealed) => {
            fresh.sealed = sealed;
            write(path, &fresh)
        }
        // What is there goes on counting.
        Err(problem) => {
            tracing::error!(%problem, "the key of the town hall is none to seal to");
            note(path, now)
        }
    };
    kept.map_err(|failure| of_disk(&failure).into())
}

fn forget(replica: &Path) -> io::Result<()> {
    for file in files(replica) {
        match std::fs::remove_file(file) {
            Err(failure) if failure.kind() == io::ErrorKind::NotFound => {}
            gone => gone?,
        }
    }
    Ok(())
}

fn sealed(device: DeviceId, key: &Key, to: &str) -> Result<String, Problem> {
    let key = ByteBuf::from(key.bytes().to_vec());
    let mut words = Sealed { device, key };
    let sealed = courier::seal(TO_SERVER, to, &words);
    zeroize::Zeroize::zeroize(words.key.as_mut_slice());
    Ok(hex(&sealed?))
}

fn write(replica: &Path, escrow: &Escrow) -> io::Result<()> {
    let words = durable::summed(escrow)?;
    for file in files(replica) {
        durable::replace(&file, &words)?;
    }
    Ok(())
}

/// Notes that the town hall was heard, though not what it has to say.
pub fn heard(replica: &Path, now: Time) -> io::Result<()> {
    let _turn = turn();
    note(replica, now)
}

fn note(replica: &Path, now: Time) -> io::Result<()> {
    let Some(before) = told(replica) else {
        return Ok(());
    };
    let now = Escrow {
        heard_at: now,
        seen_at: now,
        over_since: None,
        ..before
    };
    write(replica, &now)
}

/// Looks how it stands, and notes how late it is. `passed`: for so long the app has run since it looked last.
pub fn look(replica: &Path, now: Time, passed: Duration) -> Contact {
    let _turn = turn();
    let Some(before) = told(replica) else {
        return Contact::Fine;
    };
    let mut escrow = before.clone();
    let contact = escrow.seen(now, passed);
    // Whoever sets the clock back has only the time in which the app runs: every minute of it counts.
    let later = escrow.seen_at.0.saturating_sub(before.seen_at.0) >= MINUTE_MS;
    if (later || escrow.over_since != before.over_since)
        && let Err(failure) = write(replica, &escrow)
    {
        tracing::error!(%failure, "how late it is could not be noted");
    }
    contact
}

/// How it stands, without noting anything. One that nobody could open again does not close.
pub fn contact(replica: &Path, now: Time) -> Contact {
    match told(replica) {
        Some(mut escrow) if escrow.is_of(replica) => escrow.seen(now, Duration::ZERO),
        _ => Contact::Fine,
    }
}

/// Whether the town hall has a key for this device.
pub fn is_there(replica: &Path) -> bool {
    told(replica).is_some_and(|escrow| escrow.is_sealed())
}

/// Whether the town hall surely opens a replica whose other keys are given up: what is in escrow is the key of its files.
pub fn holds(replica: &Path) -> bool {
    told(replica).is_some_and(|escrow| escrow.is_of(replica))
}

/// Makes sure of that once more: both files are written and read anew. Only then may the other keys go.
pub fn holds_twice(replica: &Path) -> io::Result<bool> {
    let _turn = turn();
    let Some(escrow) = told(replica).filter(|escrow| escrow.is_of(replica)) else {
        return Ok(false);
    };
    write(replica, &escrow)?;
    let read = |file: PathBuf| durable::read_summed::<Escrow>(&std::fs::read(file).ok()?);
    let mut files = files(replica).into_iter();
    Ok(files.all(|file| read(file).as_ref() == Some(&escrow)))
}

impl Escrow {
    /// The address of the server that opens it.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The key of the town hall, as an age recipient.
    pub(crate) fn town_hall(&self) -> &str {
        &self.to
    }

    fn is_sealed(&self) -> bool {
        unhex(&self.sealed).is_some_and(|sealed| sealed.starts_with(TO_SERVER))
    }

    /// Whether the files of a replica say that this is their key.
    fn says(&self, replica: &Path) -> bool {
        word_of_key(replica).is_some_and(|word| word == self.word)
    }

    fn is_of(&self, replica: &Path) -> bool {
        self.is_sealed() && self.says(replica)
    }

    fn seen(&mut self, now: Time, passed: Duration) -> Contact {
        let passed = i64::try_from(passed.as_millis()).unwrap_or(i64::MAX);
        let ran = self.seen_at.0.saturating_add(passed);
        self.seen_at = Time(now.0.max(ran));
        let left = self.left_ms();
        if self.days == 0 || left > 0 {
            self.over_since = None;
            return match left {
                in_ms if self.days > 0 && in_ms <= TELLS_MS => Contact::Closes { in_ms },
                _ => Contact::Fine,
            };
        }
        let since = *self.over_since.get_or_insert(self.seen_at);
        match DAY_MS - (self.seen_at.0.saturating_sub(since.0)) {
            in_ms if in_ms > 0 => Contact::Closes { in_ms },
            _ => Contact::Over,
        }
    }

    fn left_ms(&self) -> i64 {
        let most = i64::from(self.days) * DAY_MS;
        most.saturating_sub(self.seen_at.0.saturating_sub(self.heard_at.0))
    }
}

/// Gets the key of a replica back from the town hall, with a one-time code of the desk. `mine` is what the answer is sealed to:
/// the same for another try with the same code, whose answer may have been lost.
pub async fn reopen(
    replica: &Path,
    line: &impl Line,
    code: &str,
    mine: &courier::Key,
) -> Result<Key, Problem> {
    let escrow = told(replica).filter(Escrow::is_sealed);
    let escrow = escrow.ok_or(Problem::KeysUnreadable)?;
    if !is_proven(&escrow.server) {
        return Err(Problem::WrongServer);
    }
    let sealed = unhex(&escrow.sealed).ok_or(Problem::KeysUnreadable)?;
    let ask = ReopenAsk {
        device: escrow.device,
        code: code.trim().to_owned(),
        sealed: ByteBuf::from(sealed),
        reply_to: mine.public(),
    };
    let headers = [("content-type", "application/json".to_owned())];
    let answer = line
        .send("POST", REOPEN_PATH, &headers, json_body(&ask)?)
        .await?;
    let opened: Sealed = courier::open(TO_DEVICE, std::slice::from_ref(mine), &answer)?;
    let key = <[u8; 32]>::try_from(opened.key.as_slice()).map(Key::of);
    let key = key.map_err(|_| Problem::KeysUnreadable)?;
    // What the files say of their key may be damaged; then they say themselves whether it is theirs.
    let is_theirs = escrow.says(replica) || opens_with(replica, &key);
    match opened.device == escrow.device && key.word() == escrow.word && is_theirs {
        true => Ok(key),
        false => Err(Problem::KeysUnreadable),
    }
}

#[cfg(test)]
mod tests;
