//! Who is bound to the device secret in the key store, and when.
//!
//! Somebody's unlocking leaves a secret in the key store. People are bound to it by their own unlocking, in a later era: then
//! the key store has shown that it keeps what it is given. And only where the town hall could open the device instead.
//!
//! Whoever asks the key store does it without keeping other processes waiting: it may ask for a password.

use koina_model::ids::Time;
use koina_model::problem::Problem;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Key, Sealed, Shut, Vault, Written, random};
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
    pub(super) fn bind(
        &mut self,
        person: &Sealed,
        stretched: &Key,
        key: &Key,
    ) -> Result<(), Problem> {
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

    /// Whether the device secret that was left is there, for whoever comes with the key from the town hall; `None`: the key
    /// store is shut to them.
    pub(super) fn has_left(&self) -> Option<bool> {
        let Some(left) = &self.written.secret else {
            return Some(true);
        };
        let kept = self.store.get(left.name);
        kept.ok().map(|kept| kept.is_some())
    }
}

impl Written {
    fn rests(&self, now: Time) -> bool {
        let since = |at: Time| now.0.saturating_sub(at.0);
        self.asked_at
            .is_some_and(|at| (0..RESTS_MS).contains(&since(at)))
    }
}
