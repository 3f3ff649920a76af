//! The key store of the operating system: the Credential Manager of Windows, the Keychain of macOS, and what speaks the Secret
//! Service API elsewhere (GNOME Keyring, KWallet). Telephones have none here: the system encrypts their storage itself.

use koina_sync::vault::{Key, KeyStore, Shut};
use uuid::Uuid;

#[cfg(not(any(target_os = "android", target_os = "ios")))]
mod asked;

/// The one of whoever signed in to this computer.
pub struct OsKeyStore {
    era: String,
}

impl OsKeyStore {
    pub fn new() -> Self {
        // A Secret Service may keep in memory what it is given; the other ones keep it on the disk. Where the computer does not
        // say when it was started, nobody is bound.
        let era = match cfg!(target_os = "linux") {
            true => std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default(),
            false => a_start(),
        };
        Self::in_era(era.trim().to_owned())
    }

    /// As if that were the start of the computer.
    pub fn in_era(era: String) -> Self {
        Self { era }
    }
}

impl Default for OsKeyStore {
    fn default() -> Self {
        Self::new()
    }
}

#[allow(clippy::disallowed_methods, reason = "another one for each start")]
fn a_start() -> String {
    Uuid::new_v4().to_string()
}

#[cfg(not(any(target_os = "android", target_os = "ios")))]
impl KeyStore for OsKeyStore {
    fn get(&self, name: Uuid) -> Result<Option<Key>, Shut> {
        asked::get(name)
    }

    fn put(&self, name: Uuid, secret: &Key) -> Result<(), Shut> {
        asked::put(name, secret)
    }

    fn forget(&self, name: Uuid) {
        asked::forget(name);
    }

    fn era(&self) -> String {
        self.era.clone()
    }
}

#[cfg(any(target_os = "android", target_os = "ios"))]
impl KeyStore for OsKeyStore {
    fn get(&self, name: Uuid) -> Result<Option<Key>, Shut> {
        koina_sync::vault::NoKeyStore.get(name)
    }

    fn put(&self, name: Uuid, secret: &Key) -> Result<(), Shut> {
        koina_sync::vault::NoKeyStore.put(name, secret)
    }

    fn forget(&self, _: Uuid) {}

    fn era(&self) -> String {
        self.era.clone()
    }
}
