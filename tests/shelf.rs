//! A key store that can be emptied and shut. The ones that systems have are tried in `closing/bound.rs`.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use koina_sync::vault::{Key, KeyStore, Shut};
use uuid::Uuid;

#[derive(Default)]
pub struct Shelf(Mutex<Held>);

#[derive(Default)]
struct Held {
    secrets: BTreeMap<Uuid, Key>,
    shut: bool,
    asked: usize,
    era: usize,
    meanwhile: Option<Box<dyn FnOnce() + Send>>,
}

impl Shelf {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it keeps is lost.
    pub fn empty(&self) {
        self.held().secrets.clear();
    }

    /// From now on it gives nothing, or gives again.
    pub fn shut(&self, shut: bool) {
        self.held().shut = shut;
    }

    /// The computer was switched off and on.
    pub fn later(&self) {
        self.held().era += 1;
    }

    /// What happens while it is asked the next time.
    pub fn meanwhile(&self, happens: impl FnOnce() + Send + 'static) {
        self.held().meanwhile = Some(Box::new(happens));
    }

    /// How much it keeps.
    pub fn holds(&self) -> usize {
        self.held().secrets.len()
    }

    /// How often it was asked for anything.
    pub fn asked(&self) -> usize {
        self.held().asked
    }

    fn open(&self) -> Result<MutexGuard<'_, Held>, Shut> {
        let meanwhile = self.held().meanwhile.take();
        if let Some(happens) = meanwhile {
            happens();
        }
        let mut held = self.held();
        held.asked += 1;
        match held.shut {
            true => Err(Shut("nobody opened it".to_owned())),
            false => Ok(held),
        }
    }
}

impl KeyStore for Shelf {
    fn get(&self, name: Uuid) -> Result<Option<Key>, Shut> {
        Ok(self.open()?.secrets.get(&name).cloned())
    }

    fn put(&self, name: Uuid, secret: &Key) -> Result<(), Shut> {
        self.open()?.secrets.insert(name, secret.clone());
        Ok(())
    }

    fn forget(&self, name: Uuid) {
        let mut held = self.held();
        // Nobody is asked to open it for that.
        if !held.shut {
            held.secrets.remove(&name);
        }
    }

    fn era(&self) -> String {
        self.held().era.to_string()
    }
}
