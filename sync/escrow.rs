//! Key escrow: the key of this device's records, sealed to the town hall, in a file beside the replica.
//!
//! Two things come of it. Whoever lost every PIN opens the device with a one-time code of the desk. And a device that the town
//! hall has not heard of for so many days gives every other copy of its key up ([`Vault::give_up`](crate::vault::Vault)): from
//! then on only the town hall opens it, also for whoever found it. Nothing that was not sent is lost by that.
//!
//! How long ago the last contact was is counted by the latest that any clock here has said, and goes on while the app runs: a
//! clock that was set back gains nothing. A clock that runs ahead must be met twice, a day apart, before it counts.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use koina_model::exchange::{REOPEN_PATH, ReopenAsk};
use koina_model::ids::{DeviceId, Time};
use koina_model::permits::Profile;
use koina_model::problem::Problem;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::courier;
use crate::durable;
use crate::exchange::{Line, json_body};
use crate::identity::{hex, unhex};
use crate::replica::{Replica, ReplicaError, of_disk, word_of_key};
use crate::vault::Key;

/// First bytes of a key that is sealed to the town hall, and of one that it gives back.
pub const TO_SERVER: &[u8] = b"koina-key-1\n";
pub const TO_DEVICE: &[u8] = b"koina-key-back-1\n";

const HOUR_MS: i64 = 3_600_000;
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

fn path_of(replica: &Path) -> PathBuf {
    replica.with_extension("escrow")
}

/// The key of a replica as it is in escrow, if it is.
pub fn told(replica: &Path) -> Option<Escrow> {
    let words = std::fs::read(path_of(replica)).ok()?;
    serde_json::from_slice(&words).ok()
}

/// Puts the key of a replica in escrow, or notes that there was contact. A kiosk has none: its key lies open, and the desk
/// sees every day whether it is there.
pub fn keep(replica: &Replica) -> Result<(), ReplicaError> {
    let (Some(identity), Some(key)) = (replica.identity(), replica.key()) else {
        return Ok(());
    };
    let path = path_of(replica.path());
    if identity.role.profile() == Profile::Kiosk {
        return match std::fs::remove_file(&path) {
            Err(failure) if failure.kind() != io::ErrorKind::NotFound => {
                Err(of_disk(&failure).into())
            }
            _ => Ok(()),
        };
    }
    let lists = replica.lists();
    let Some(heard_at) = replica
        .exchanged_at()?
        .filter(|_| !lists.courier.is_empty())
    else {
        return Ok(());
    };
    let ours = |before: &Escrow| {
        before.device == identity.device && before.to == lists.courier && before.word == key.word()
    };
    let before = told(replica.path());
    let sealed = match before.as_ref().filter(|before| ours(before)) {
        Some(before) => before.sealed.clone(),
        None => sealed(identity.device, key, &lists.courier)?,
    };
    let now = Escrow {
        device: identity.device,
        server: identity.server.clone(),
        to: lists.courier.clone(),
        word: key.word(),
        sealed,
        days: lists.closes_after_days,
        heard_at,
        seen_at: heard_at,
        over_since: None,
    };
    // Not after every exchange: memory cards wear.
    let same = |before: &Escrow| {
        let since = heard_at.0.saturating_sub(before.heard_at.0);
        let moved = Escrow {
            heard_at,
            seen_at: heard_at,
            ..before.clone()
        };
        moved == now && (0..HOUR_MS).contains(&since)
    };
    if before.as_ref().is_some_and(same) {
        return Ok(());
    }
    write(replica.path(), &now).map_err(|failure| of_disk(&failure).into())
}

fn sealed(device: DeviceId, key: &Key, to: &str) -> Result<String, Problem> {
    let key = ByteBuf::from(key.bytes().to_vec());
    let mut words = Sealed { device, key };
    let sealed = courier::seal(TO_SERVER, to, &words);
    zeroize::Zeroize::zeroize(words.key.as_mut_slice());
    Ok(hex(&sealed?))
}

fn write(replica: &Path, escrow: &Escrow) -> io::Result<()> {
    durable::replace(&path_of(replica), &serde_json::to_vec(escrow)?)
}

/// Notes that the town hall was heard, where there is no exchange yet to tell.
pub fn heard(replica: &Path, now: Time) -> io::Result<()> {
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
    let Some(before) = told(replica) else {
        return Contact::Fine;
    };
    let mut escrow = before.clone();
    let contact = escrow.seen(now, passed);
    let later = escrow.seen_at.0.saturating_sub(before.seen_at.0) >= HOUR_MS;
    if (later || escrow.over_since != before.over_since)
        && let Err(failure) = write(replica, &escrow)
    {
        tracing::error!(%failure, "how late it is could not be noted");
    }
    contact
}

/// How it stands, without noting anything.
pub fn contact(replica: &Path, now: Time) -> Contact {
    told(replica).map_or(Contact::Fine, |mut escrow| escrow.seen(now, Duration::ZERO))
}

/// Whether the town hall opens a replica whose other keys are given up: what is in escrow is the key of its files.
pub fn holds(replica: &Path) -> bool {
    let Some(escrow) = told(replica) else {
        return false;
    };
    let sealed = unhex(&escrow.sealed).is_some_and(|sealed| sealed.starts_with(TO_SERVER));
    sealed && word_of_key(replica).is_some_and(|word| word == escrow.word)
}

impl Escrow {
    /// The address of the server that opens it.
    pub fn server(&self) -> &str {
        &self.server
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
    let escrow = told(replica).ok_or(Problem::NotFound)?;
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
    match opened.device == escrow.device && key.word() == escrow.word {
        true => Ok(key),
        false => Err(Problem::KeysUnreadable),
    }
}

#[cfg(test)]
mod tests;
