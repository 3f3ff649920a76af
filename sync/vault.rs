//! The vault: the file beside a replica that keeps its key, and from whom.
//!
//! A replica is encrypted with a random *data key* that is written nowhere in the clear once somebody has a PIN. For each
//! person who works with the device the vault holds that key once, sealed with what Argon2id makes of their PIN; without
//! people it lies there open, and only the rights of the file protect it. Losing the vault is losing the replica, so it is
//! kept twice; the town hall has the key as well, see [`escrow`](crate::escrow).
//!
//! Where the operating system has a [key store](KeyStore), the PIN of whoever is *bound* opens nothing without the *device
//! secret* there: what people remember can be tried out on a copy of the files, 32 bytes of chance cannot. See [`bound`].
//!
//! Wrong PINs make everybody wait, longer each time. The wait is counted by a clock that only runs while the app does, from
//! the start of the app or the last wrong PIN, whichever came later: neither a restart nor another date shortens it.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use koina_model::ids::Time;
use koina_model::problem::{FieldRule, Problem};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use ts_rs::TS;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::durable;
use crate::identity::{hex, unhex};
use crate::replica::{of_disk, was_sealed};

mod bound;
mod key_store;
#[cfg(test)]
mod tests;

pub use bound::Found;
pub use key_store::{KeyStore, NoKeyStore, Shut};

use bound::{Left, Secret};

/// What the file is the first of, and the second: with something in it that a key store has a part of.
const VERSION: u32 = 1;
const VERSION_BOUND: u32 = 2;

/// What Argon2id is asked for: the second recommended option of RFC 9106 (64 MiB, three passes), in one lane, since an old
/// telephone has no processors to spare. What a PIN was sealed with stands beside it.
const COST: Cost = Cost {
    memory_kib: 64 * 1024,
    passes: 3,
    lanes: 1,
};

/// Shortest and longest PIN, in characters. Six digits are what a keypad gives; any characters will do.
pub const PIN_MIN: u32 = 6;
const PIN_MAX: u32 = 64;
/// Names stand on the screen that asks for the PIN.
const NAME_MAX: u32 = 60;
/// People on one device.
const PEOPLE_MAX: usize = 40;

/// Wrong PINs before people wait, how long at first and at most.
const TRIES: u32 = 5;
const WAIT: Duration = Duration::from_secs(30);
const WAIT_MAX: Duration = Duration::from_secs(15 * 60);

/// A nonce of XChaCha20, which may be drawn by chance.
const NONCE: usize = 24;
/// So many bytes more is what was sealed: the nonce, and what shows that nothing was changed.
pub(crate) const SEALED_MORE: usize = NONCE + 16;

/// The key of a replica. It is wiped from memory when nobody holds it any more.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; 32]);

impl Key {
    /// A key of these bytes, which must be random.
    pub fn of(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// As SQLCipher takes it: a raw key and the salt of the file.
    pub fn pragma(&self) -> Zeroizing<String> {
        let salt = self.sub("salt");
        let salt = salt.0.get(..16).unwrap_or_default();
        let key = Zeroizing::new(hex(&self.0));
        Zeroizing::new(format!("x'{}{}'", *key, hex(salt)))
    }

    /// By which a file says which key it is encrypted with.
    pub(crate) fn word(&self) -> String {
        let word = self.sub("word");
        hex(word.0.get(..8).unwrap_or_default())
    }

    /// A key of its own for each purpose.
    fn sub(&self, purpose: &str) -> Self {
        self.made_with(b"koina-key-1\n", purpose.as_bytes())
    }

    /// What only whoever has this key and these bytes can make.
    fn made_with(&self, domain: &[u8], bytes: &[u8]) -> Self {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return Self([0; 32]);
        };
        mac.update(domain);
        mac.update(bytes);
        Self(mac.finalize().into_bytes().into())
    }

    /// Seals bytes, so that only whoever has the key can read them, and only for this purpose.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> io::Result<Vec<u8>> {
        let nonce = random::<NONCE>()?;
        let cipher = XChaCha20Poly1305::new(&self.sub(purpose).0.into());
        let payload = Payload {
            msg: plain,
            aad: purpose.as_bytes(),
        };
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| io::ErrorKind::InvalidInput)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// What was sealed for this purpose; `None` where anything of it does not fit.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let cipher = XChaCha20Poly1305::new(&self.sub(purpose).0.into());
        let payload = Payload {
            msg: sealed,
            aad: purpose.as_bytes(),
        };
        cipher.decrypt(&XNonce::from(*nonce), payload).ok()
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

/// Somebody who opens this device with a PIN of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Person {
    #[ts(type = "string")]
    pub id: Uuid,
    pub name: String,
    /// Their PIN opens it only together with what the key store of this computer has.
    pub bound: bool,
}

/// What Argon2id is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// A data key sealed for one person. Stored since 0.1; add fields, never rename.
#[derive(Clone, Serialize, Deserialize)]
struct Sealed {
    id: Uuid,
    name: String,
    cost: Cost,
    /// Hex, as what follows.
    salt: String,
    sealed: String,
    /// The device secret that opens it together with the PIN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<Uuid>,
    /// The key store was shut to them when they came with a code of the town hall: their PIN alone opens it, until they get
    /// another one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    apart: bool,
}

/// What a PIN opened.
pub struct Opened {
    pub key: Key,
    sealed: Sealed,
    stretched: Key,
}

/// What the file says. Stored since 0.1; add fields, never rename.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Written {
    version: u32,
    /// The data key, hex; only while nobody has a PIN.
    #[serde(skip_serializing_if = "Option::is_none")]
    open: Option<String>,
    people: Vec<Sealed>,
    /// The device secret that people are bound to from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<Left>,
    /// When the key store gave nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked_at: Option<Time>,
}

impl Written {
    /// Every device secret that something here needs.
    fn secrets(&self) -> BTreeSet<Uuid> {
        let of_people = self.people.iter().filter_map(|one| one.secret);
        let left = self.secret.as_ref().map(|left| left.name);
        of_people.chain(left).collect()
    }

    /// Lets somebody in. With the first one the open key goes.
    fn admit(&mut self, sealed: Sealed) {
        self.people.push(sealed);
        self.asked_at = None;
        if let Some(mut open) = self.open.take() {
            open.zeroize();
        }
    }
}

/// The keys beside a replica.
pub struct Vault {
    replica: PathBuf,
    path: PathBuf,
    written: Written,
    /// Both files say so.
    alike: bool,
    cost: Cost,
    store: Arc<dyn KeyStore>,
    /// When the app started.
    now: Time,
    /// Wrong PINs since the last right one.
    wrong: u32,
    /// From when on the wait for them is counted.
    since: Instant,
}

impl Vault {
    /// Whether there is one beside a replica. What cannot be looked at may be there.
    pub fn is_there(replica: &Path) -> bool {
        let path = replica.with_extension("keys");
        let mut files = [second(&path), path].into_iter();
        files.any(|path| path.try_exists().unwrap_or(true))
    }

    /// Whether whoever opens a replica types a PIN; `None` where that cannot be read.
    pub(crate) fn asks_for_a_pin(replica: &Path) -> Option<bool> {
        let files = read_both(&replica.with_extension("keys"));
        let written = files.iter().find_map(whole_of)?;
        Some(!written.people.is_empty())
    }

    /// Reads the vault of a replica on a computer without a key store. Where there is none, one with a fresh key is made.
    pub fn open(replica: &Path, now: Time) -> Result<Self, Problem> {
        Self::open_with(replica, now, Arc::new(NoKeyStore))
    }

    /// The same, with the key store of this computer.
    pub fn open_with(replica: &Path, now: Time, store: Arc<dyn KeyStore>) -> Result<Self, Problem> {
        Self::with_cost(replica, now, COST, store)
    }

    fn with_cost(
        replica: &Path,
        now: Time,
        cost: Cost,
        store: Arc<dyn KeyStore>,
    ) -> Result<Self, Problem> {
        let path = replica.with_extension("keys");
        if let Some(folder) = replica.parent() {
            std::fs::create_dir_all(folder).map_err(|failure| of_disk(&failure))?;
        }
        let alone = alone(&path)?;
        let files = read_both(&path);
        let whole = files.iter().find_map(whole_of);
        let mut vault = Self {
            cost,
            ..Self::of_town_hall(replica, now, store)
        };
        match whole {
            Some(written) if written.version > VERSION_BOUND => {
                return Err(Problem::UpgradeNeeded);
            }
            Some(written) => {
                let text = text(&written)?;
                vault.written = written.clone();
                // One that was cut short or that rotted is made anew from the other, where there is room.
                vault.alike = files.iter().all(|file| says(file, &text));
                if !vault.alike
                    && let Err(problem) = vault.write(written)
                {
                    tracing::error!(%problem, "the keys could not be kept twice");
                }
            }
            // A file that cannot be read is never written over, and a key that is lost is not made anew in its place.
            None if files.iter().any(|file| !matches!(file, Ok(None))) || was_sealed(replica) => {
                let failed = files.into_iter().find_map(Result::err);
                return Err(failed.map_or(Problem::KeysUnreadable, |failure| of_disk(&failure)));
            }
            None => {
                tracing::info!(at = now.0, "a key for the records of this device was made");
                let key = Zeroizing::new(random::<32>().map_err(|failure| of_disk(&failure))?);
                vault.write(Written {
                    open: Some(hex(key.as_slice())),
                    ..Written::default()
                })?;
            }
        }
        drop(alone);
        Ok(vault)
    }

    /// The key, while nobody has a PIN.
    pub fn key(&self) -> Option<Key> {
        let bytes = Zeroizing::new(unhex(self.written.open.as_deref()?)?);
        Some(Key(bytes.as_slice().try_into().ok()?))
    }

    /// Whoever may open this device, in the order they came.
    pub fn people(&self) -> Vec<Person> {
        let people = self.written.people.iter().map(|one| Person {
            id: one.id,
            name: one.name.clone(),
            bound: self.alike && one.secret.is_some(),
        });
        people.collect()
    }

    /// Seconds that everybody has to wait after wrong PINs; 0: none.
    pub fn wait_s(&self) -> u32 {
        let Some(more) = self.wrong.checked_sub(TRIES) else {
            return 0;
        };
        let wait = WAIT.saturating_mul(1 << more.min(8)).min(WAIT_MAX);
        let left = wait.saturating_sub(self.since.elapsed());
        u32::try_from(left.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX)
    }

    /// Opens with somebody's PIN. A try is on the disk before it is looked at: pulling the plug gains nothing.
    pub fn unlock(&mut self, person: Uuid, pin: &str) -> Result<Key, Problem> {
        Ok(self.unlock_whole(person, pin)?.key)
    }

    /// The same, with what [`bind`](Self::bind) takes.
    pub fn unlock_whole(&mut self, person: Uuid, pin: &str) -> Result<Opened, Problem> {
        let pin = pin.trim();
        if pin.is_empty() {
            return Err(Problem::field("pin", FieldRule::Missing));
        }
        // Somebody may have to let the key store be opened; no other process waits for that. Without it no PIN is right, and
        // none was tried.
        let asked = self.sealed_for(person)?.secret;
        let secret = asked.map(|name| self.secret(name)).transpose()?;
        let alone = alone(&self.path)?;
        let sealed = self.sealed_for(person)?;
        if sealed.secret != asked {
            return Err(Problem::ReplicaInUse);
        }
        self.note(self.wrong.saturating_add(1))?;
        self.since = moment();
        let stretched = sealed.stretch(pin)?;
        let key = sealed.open(&stretched, secret.as_ref());
        let key = key.ok_or(Problem::WrongPin)?;
        // Whoever knows the PIN comes in, also where that cannot be noted.
        if let Err(problem) = self.note(0) {
            tracing::error!(%problem, "it could not be noted that a PIN was right");
        }
        drop(alone);
        Ok(Opened {
            key,
            sealed,
            stretched,
        })
    }

    /// What somebody's PIN opens, unless people have to wait.
    fn sealed_for(&mut self, person: Uuid) -> Result<Sealed, Problem> {
        self.read_again()?;
        let wait_s = self.wait_s();
        if wait_s > 0 {
            return Err(Problem::TooManyTries { wait_s });
        }
        let sealed = self.written.people.iter().find(|one| one.id == person);
        sealed.cloned().ok_or(Problem::NotFound)
    }

    /// What another process wrote meanwhile. Wrong PINs that were tried there make people wait here from now on.
    fn read_again(&mut self) -> Result<(), Problem> {
        let files = read_both(&self.path);
        if let Some(written) = files.iter().find_map(whole_of) {
            if written.version > VERSION_BOUND {
                return Err(Problem::UpgradeNeeded);
            }
            self.alike = matches!(&files, [Ok(one), Ok(other)] if one == other);
            self.written = written;
        }
        let wrong = tries(&self.path);
        if wrong > self.wrong {
            self.since = moment();
        }
        self.wrong = wrong;
        Ok(())
    }

    /// Gives somebody a PIN. With the first one the open key goes. They are bound to the key store of whoever signs in to this
    /// computer for them, with their own unlocking.
    pub fn add(&mut self, key: &Key, name: &str, pin: &str, id: Uuid) -> Result<Person, Problem> {
        let _alone = alone(&self.path)?;
        self.read_again()?;
        let name = named(name)?;
        if self.written.people.iter().any(|one| one.name == name) {
            return Err(Problem::field("name", FieldRule::Taken));
        }
        if self.written.people.len() >= PEOPLE_MAX {
            return Err(Problem::too_large(PEOPLE_MAX));
        }
        let sealed = Sealed::new(self.cost, id, &name, checked(pin)?, key, None)?;
        // A full disk later must not be in the way of a right PIN: there is room for the tries from now on.
        self.note(self.wrong)?;
        let mut next = self.written.clone();
        next.admit(sealed);
        self.write(next)?;
        Ok(Person {
            id,
            name,
            bound: false,
        })
    }

    /// Gives somebody another PIN. Whoever is bound stays so.
    pub fn change(&mut self, key: &Key, person: Uuid, pin: &str) -> Result<(), Problem> {
        let pin = checked(pin)?;
        let people = &self.written.people;
        let asked = people.iter().find(|one| one.id == person);
        let asked = asked.and_then(|one| one.secret);
        let secret = asked.map(|name| self.secret(name)).transpose()?;
        let cost = self.cost;
        self.update(|next| {
            let of = next.people.iter_mut().find(|one| one.id == person);
            let of = of.ok_or(Problem::NotFound)?;
            if of.secret != asked {
                return Err(Problem::ReplicaInUse);
            }
            *of = Sealed::new(cost, of.id, &of.name, pin, key, secret)?;
            next.asked_at = None;
            Ok(())
        })
    }

    /// Takes somebody's PIN away. The last one stays: a device that asks for a PIN goes on asking.
    pub fn remove(&mut self, person: Uuid) -> Result<(), Problem> {
        self.update(|next| {
            let before = next.people.len();
            next.people.retain(|one| one.id != person);
            match next.people.len() {
                0 => Err(Problem::LastPerson),
                after if after == before => Err(Problem::NotFound),
                _ => Ok(()),
            }
        })
    }

    /// Lets the key lie open again, for a device that nobody opens from now on, like a kiosk.
    pub fn leave_open(&mut self, key: &Key) -> Result<(), Problem> {
        self.update(|next| {
            *next = Written {
                open: Some(hex(&key.0)),
                ..Written::default()
            };
            Ok(())
        })
    }

    /// Where the file with the keys is lost or cannot be read, and the town hall has the key: as if it had been given up.
    pub fn of_town_hall(replica: &Path, now: Time, store: Arc<dyn KeyStore>) -> Self {
        let path = replica.with_extension("keys");
        Self {
            replica: replica.to_owned(),
            wrong: tries(&path),
            path,
            written: Written::default(),
            alike: true,
            cost: COST,
            store,
            now,
            since: moment(),
        }
    }

    /// Gives up every copy of the key that is here: from now on only the town hall opens the records, see
    /// [`escrow`](crate::escrow). Whoever had a PIN has none any more.
    pub fn give_up(&mut self) -> Result<(), Problem> {
        self.update(|next| {
            *next = Written::default();
            Ok(())
        })
    }

    /// Whether that was done.
    pub fn is_given_up(&self) -> bool {
        self.written.open.is_none() && self.written.people.is_empty()
    }

    /// Whether both files say the same. What was changed last may still be undone with the other one.
    pub fn is_alike(&self) -> bool {
        self.alike
    }

    /// Whether somebody may come in by this name with this PIN, before the town hall is asked for the key.
    pub fn checks(&self, name: &str, pin: &str) -> Result<(), Problem> {
        named(name)?;
        checked(pin).map(drop)
    }

    /// Lets somebody in who got the key from the town hall: with a new PIN, also where they had one that they forgot. Others
    /// keep theirs. `found`: what [`look_in_store`](Self::look_in_store) said before.
    pub fn readmit(
        &mut self,
        key: &Key,
        name: &str,
        pin: &str,
        id: Uuid,
        found: &Found,
    ) -> Result<(), Problem> {
        let name = named(name)?;
        let mut sealed = Sealed::new(self.cost, id, &name, checked(pin)?, key, None)?;
        let _alone = alone(&self.path)?;
        self.read_again()?;
        self.note(0)?;
        let mut next = self.written.clone();
        sealed.apart = next.heeds(found);
        next.people.retain(|one| one.name != name);
        next.admit(sealed);
        self.write(next)
    }

    /// Changes what both files say.
    fn update(
        &mut self,
        change: impl FnOnce(&mut Written) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let _alone = alone(&self.path)?;
        self.read_again()?;
        let mut next = self.written.clone();
        change(&mut next)?;
        self.write(next)
    }

    /// Both files; the first counts while it can be read. Then the device secrets go that nothing needs any more.
    fn write(&mut self, mut next: Written) -> Result<(), Problem> {
        let needed = next.secrets();
        let files = read_both(&self.path);
        let mut before = secrets_in(&files);
        before.extend(self.written.secrets());
        next.version = match needed.is_empty() {
            true => VERSION,
            false => VERSION_BOUND,
        };
        let text = text(&next)?;
        for (path, file) in [self.path.clone(), second(&self.path)].iter().zip(&files) {
            // One that says so already is not written again each time that the other one fails.
            if says(file, &text) {
                continue;
            }
            durable::replace(path, &text).map_err(|failure| of_disk(&failure))?;
            self.alike = false;
        }
        self.alike = true;
        self.written = next;
        for name in before.difference(&needed) {
            self.store.forget(*name);
        }
        Ok(())
    }

    /// Notes how many PINs were wrong, in a file of its own that is written over: also a full disk has room for it.
    fn note(&mut self, wrong: u32) -> Result<(), Problem> {
        let noted = || {
            let mut file = durable::of_the_owner()
                .truncate(false)
                .open(self.path.with_extension("tries"))?;
            file.write_all(format!("{wrong:010}\n").as_bytes())?;
            file.sync_all()
        };
        noted().map_err(|failure| of_disk(&failure))?;
        self.wrong = wrong;
        Ok(())
    }
}

impl Sealed {
    fn new(
        cost: Cost,
        id: Uuid,
        name: &str,
        pin: &str,
        key: &Key,
        secret: Option<Secret>,
    ) -> Result<Self, Problem> {
        let salt = random::<16>().map_err(|failure| of_disk(&failure))?;
        let mut fresh = Self {
            id,
            name: name.to_owned(),
            cost,
            salt: hex(&salt),
            sealed: String::new(),
            secret: None,
            apart: false,
        };
        let stretched = fresh.stretch(pin)?;
        fresh.seal(&stretched, key, secret)?;
        Ok(fresh)
    }

    /// Seals the data key with what was made of a PIN, and with a device secret.
    fn seal(&mut self, stretched: &Key, key: &Key, secret: Option<Secret>) -> Result<(), Problem> {
        let sealed = wrapping(stretched, secret.as_ref()).seal(&purpose(self.id), &key.0);
        self.sealed = hex(&sealed.map_err(|failure| of_disk(&failure))?);
        self.secret = secret.map(|secret| secret.name);
        Ok(())
    }

    fn stretch(&self, pin: &str) -> Result<Key, Problem> {
        let salt = unhex(&self.salt).unwrap_or_default();
        stretch(self.cost, pin, &salt)
    }

    fn open(&self, stretched: &Key, secret: Option<&Secret>) -> Option<Key> {
        let sealed = unhex(&self.sealed)?;
        let key = wrapping(stretched, secret).open(&purpose(self.id), &sealed);
        let key = Zeroizing::new(key?);
        Some(Key(key.as_slice().try_into().ok()?))
    }
}

/// What the data key is sealed with.
fn wrapping(stretched: &Key, secret: Option<&Secret>) -> Key {
    match secret {
        Some(secret) => secret.key.made_with(b"koina-pin-1\n", &stretched.0),
        None => stretched.clone(),
    }
}

/// The device secrets that the vault of a replica needs, as far as it can be read.
pub(crate) fn secrets_of(replica: &Path) -> BTreeSet<Uuid> {
    secrets_in(&read_both(&replica.with_extension("keys")))
}

fn secrets_in(files: &[io::Result<Option<Vec<u8>>>; 2]) -> BTreeSet<Uuid> {
    let whole = files.iter().filter_map(whole_of);
    whole.flat_map(|written| written.secrets()).collect()
}

/// Whether a file says just this.
fn says(file: &io::Result<Option<Vec<u8>>>, text: &[u8]) -> bool {
    matches!(file, Ok(Some(bytes)) if bytes == text)
}

/// By a clock that only runs while the app does.
#[allow(
    clippy::disallowed_methods,
    reason = "a wait that nobody shortens by setting a clock; nothing is written of it"
)]
pub fn moment() -> Instant {
    Instant::now()
}

/// A sealed key is one person's, and no other's.
fn purpose(person: Uuid) -> String {
    format!("person {person}")
}

/// What Argon2id makes of a PIN. Keyboards write an «ά» in three ways (NFKC, UAX #15).
fn stretch(cost: Cost, pin: &str, salt: &[u8]) -> Result<Key, Problem> {
    let pin = Zeroizing::new(pin.nfkc().collect::<String>());
    let stretched = || {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32)).ok()?;
        let mut bytes = [0; 32];
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon
            .hash_password_into(pin.as_bytes(), salt, &mut bytes)
            .ok()?;
        Some(Key(bytes))
    };
    stretched().ok_or(Problem::KeysUnreadable)
}

/// A name as it stands on the screen that asks for the PIN.
fn named(name: &str) -> Result<String, Problem> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let rule = match name.chars().count() {
        0 => FieldRule::Missing,
        long if long > NAME_MAX as usize => FieldRule::TooLong { max: NAME_MAX },
        _ => return Ok(name),
    };
    Err(Problem::field("name", rule))
}

fn checked(pin: &str) -> Result<&str, Problem> {
    let pin = pin.trim();
    let long = u32::try_from(pin.chars().count()).unwrap_or(u32::MAX);
    let rule = match long {
        0 => FieldRule::Missing,
        long if long < PIN_MIN => FieldRule::TooShort { min: PIN_MIN },
        long if long > PIN_MAX => FieldRule::TooLong { max: PIN_MAX },
        _ if is_easy(pin) => FieldRule::TooEasy,
        _ => return Ok(pin),
    };
    Err(Problem::field("pin", rule))
}

/// The ones that are tried first: of two characters only, the same few again and again, or one digit after the other.
fn is_easy(pin: &str) -> bool {
    let letters: Vec<char> = pin.chars().collect();
    let different: BTreeSet<&char> = letters.iter().collect();
    let again = |every: usize| {
        letters
            .iter()
            .zip(letters.iter().skip(every))
            .all(|(one, two)| one == two)
    };
    let steps = letters.iter().zip(letters.iter().skip(1));
    let steps: Vec<i64> = steps
        .map(|(one, two)| i64::from(u32::from(*two)) - i64::from(u32::from(*one)))
        .collect();
    // After 9 comes 0.
    let row = |up: i64| steps.iter().all(|step| *step == up || *step == -9 * up);
    different.len() <= 2 || again(3) || row(1) || row(-1)
}

fn second(path: &Path) -> PathBuf {
    path.with_extension("keys-copy")
}

/// Both files; `None` where there is none.
fn read_both(path: &Path) -> [io::Result<Option<Vec<u8>>>; 2] {
    [path.to_owned(), second(path)].map(|path| match std::fs::read(path) {
        Err(failure) if failure.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    })
}

fn alone(path: &Path) -> Result<durable::Alone, Problem> {
    durable::Alone::with(path).map_err(|_| Problem::ReplicaInUse)
}

fn text(written: &Written) -> Result<Vec<u8>, Problem> {
    durable::summed(written).map_err(|failure| Problem::Malformed {
        what: failure.to_string(),
    })
}

fn whole_of(file: &io::Result<Option<Vec<u8>>>) -> Option<Written> {
    durable::read_summed(file.as_ref().ok()?.as_ref()?)
}

/// Wrong PINs that were noted beside a vault; one that cannot be read counts as many as make people wait.
fn tries(path: &Path) -> u32 {
    match std::fs::read_to_string(path.with_extension("tries")) {
        Ok(text) => text.trim().parse().unwrap_or(TRIES),
        Err(failure) if failure.kind() == io::ErrorKind::NotFound => 0,
        Err(_) => TRIES,
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "a key that can be made again is none, in tests neither"
)]
fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| io::Error::other("no randomness"))?;
    Ok(bytes)
}
