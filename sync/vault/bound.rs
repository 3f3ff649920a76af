//! Who is bound to the device secret in the key store, and when.
//!
//! Somebody's unlocking leaves a secret in the key store. People are bound to it by their own unlocking, in a later era: then
//! the key store has shown that it keeps what it is given. And only where the town hall could open the device instead.
//!
//! Whoever asks the key store does it without keeping other processes waiting: it may ask for a password. Nor does whoever
//! opened a device wait for being bound.

use koina_model::ids::Time;
use koina_model::problem::Problem;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Key, Opened, Shut, Vault, Written, random};
use crate::escrow;
use crate::replica::of_disk;

/// A key store that gave nothing is asked again after so long: it may ask whoever sits there for a password.
const RESTS_MS: i64 = 30 * 24 * 3_600_000;

/// A device secret that was left in the key store.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Left {
    pub(super) name: Uuid,
    /// Of the key store, when it was left.
    era: String,
}

/// A device secret, and the name under which the key store has it.
pub(super) struct Secret {
    pub(super) name: Uuid,
    pub(super) key: Key,
}

/// Whether the device secret that was left is there.
pub enum Found {
    /// It is, or none was left.
    Kept,
    /// The key store has it not.
    Lost(Uuid),
    /// The key store gives nothing.
    Shut(Uuid),
}

impl Vault {
    /// What the key store has by this name, for whoever is bound to it.
    pub(super) fn secret(&self, name: Uuid) -> Result<Secret, Problem> {
        match self.store.get(name) {
            Ok(Some(key)) => Ok(Secret { name, key }),
            Ok(None) => {
                tracing::error!("the key store of this computer lost its part of the key");
                Err(Problem::KeyStoreLost)
            }
            Err(shut) => {
                tracing::error!(%shut, "no part of the key");
                Err(Problem::KeyStoreShut)
            }
        }
    }

    /// Binds somebody who just opened this device, where that may be. Their PIN was right, whatever comes of it.
    pub fn bind(&mut self, opened: &Opened) -> Result<(), Problem> {
        let Opened {
            key,
            sealed: person,
            stretched,
        } = opened;
        if person.secret.is_some() {
            return match self.alike {
                true => Ok(()),
                // The other file may still open with the PIN alone.
                false => self.update(|_| Ok(())),
            };
        }
        if person.apart || !escrow::holds(&self.replica) {
            return Ok(());
        }
        let Some(secret) = self.lasting()? else {
            return Ok(());
        };
        if !escrow::holds_twice(&self.replica).map_err(|failure| of_disk(&failure))? {
            return Ok(());
        }
        self.update(|next| {
            let mut people = next.people.iter_mut();
            // Another process may have given them another PIN meanwhile.
            let same = people.find(|one| one.id == person.id && one.sealed == person.sealed);
            same.map_or(Ok(()), |one| one.seal(stretched, key, Some(secret)))
        })
    }

    /// The device secret that an earlier era left. Where there is none, one is left for a later one.
    fn lasting(&mut self) -> Result<Option<Secret>, Problem> {
        let now = self.store.era();
        if now.is_empty() || self.written.rests(self.now) {
            return Ok(None);
        }
        if let Some(Left { name, era }) = self.written.secret.clone() {
            if era == now {
                return Ok(None);
            }
            match self.store.get(name) {
                Ok(Some(key)) => return Ok(Some(Secret { name, key })),
                Ok(None) => {}
                Err(shut) => {
                    self.rest(&shut)?;
                    return Ok(None);
                }
            }
        }
        self.leave(now)?;
        Ok(None)
    }

    fn leave(&mut self, era: String) -> Result<(), Problem> {
        let name = random::<16>().map_err(|failure| of_disk(&failure))?;
        let name = uuid::Builder::from_random_bytes(name).into_uuid();
        let key = Key(random::<32>().map_err(|failure| of_disk(&failure))?);
        // Named before it is kept: nothing stays there that nobody would ever forget.
        self.update(|next| {
            next.secret = Some(Left { name, era });
            Ok(())
        })?;
        match self.store.put(name, &key) {
            Ok(()) => Ok(()),
            Err(shut) => self.rest(&shut),
        }
    }

    fn rest(&mut self, shut: &Shut) -> Result<(), Problem> {
        tracing::info!(%shut, "PINs open this device without a device secret");
        let now = self.now;
        self.update(|next| {
            next.asked_at = Some(now);
            Ok(())
        })
    }

    /// Looks whether the device secret that was left is there, before a code of the town hall is used up: it may take as long as
    /// somebody lets a key store wait.
    pub fn look_in_store(&self) -> Found {
        let Some(left) = &self.written.secret else {
            return Found::Kept;
        };
        match self.store.get(left.name) {
            Ok(Some(_)) => Found::Kept,
            Ok(None) => Found::Lost(left.name),
            Err(_) => Found::Shut(left.name),
        }
    }
}

impl Written {
    /// Heeds what was found for whoever came with a code: what is lost is left anew for all. Gives whether their PIN opens alone
    /// from now on, since what others are bound to is shut to them.
    pub(super) fn heeds(&mut self, found: &Found) -> bool {
        match found {
            Found::Kept => false,
            Found::Lost(name) => {
                if self.secret.as_ref().is_some_and(|left| left.name == *name) {
                    self.secret = None;
                }
                false
            }
            Found::Shut(name) => self.people.iter().any(|one| one.secret == Some(*name)),
        }
    }

    fn rests(&self, now: Time) -> bool {
        let since = |at: Time| now.0.saturating_sub(at.0);
        self.asked_at
            .is_some_and(|at| (0..RESTS_MS).contains(&since(at)))
    }
}
