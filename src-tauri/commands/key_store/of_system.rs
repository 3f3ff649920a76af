//! Asking it. Each call has a thread and a line to the key store of its own: one that never answers keeps them.

use std::sync::mpsc;
use std::time::Duration;

#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store;
use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};
use koina_sync::vault::{Key, KeyStore, Shut};
use uuid::Uuid;
#[cfg(target_os = "windows")]
use windows_native_keyring_store::Store;
#[cfg(all(unix, not(target_os = "macos")))]
use zbus_secret_service_keyring_store::Store;
use zeroize::Zeroizing;

use crate::lock::fresh_id;

/// Under this name whoever looks into the key store finds what it keeps for Koina.
const SERVICE: &str = "gr.koina.app";
/// So long somebody may take to type the password of a key store that is locked.
const PATIENCE: Duration = Duration::from_secs(60);

/// The one of whoever signed in to this computer.
pub struct OsKeyStore {
    era: String,
}

impl OsKeyStore {
    pub(super) fn new() -> Self {
        // A Secret Service may keep in memory what it is given; the other ones keep it on the disk. Where the computer does not
        // say when it was started, nobody is bound.
        let era = match cfg!(target_os = "linux") {
            true => std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default(),
            false => fresh_id().to_string(),
        };
        Self::in_era(era.trim().to_owned())
    }

    /// As if that were the start of the computer.
    pub fn in_era(era: String) -> Self {
        Self { era }
    }
}

impl KeyStore for OsKeyStore {
    fn get(&self, name: Uuid) -> Result<Option<Key>, Shut> {
        let kept = asked(name, |entry| match entry.get_secret() {
            Err(Error::NoEntry) => Ok(None),
            kept => kept.map(|bytes| Some(Zeroizing::new(bytes))),
        })?;
        // What somebody else put there opens nothing.
        let bytes = kept.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
        Ok(bytes.map(Key::of))
    }

    fn put(&self, name: Uuid, secret: &Key) -> Result<(), Shut> {
        let secret = secret.clone();
        asked(name, move |entry| entry.set_secret(secret.bytes()))
    }

    fn forget(&self, name: Uuid) {
        let stays = |failure: String| {
            tracing::warn!(failure, "a device secret stays that nothing needs");
        };
        let forgetting = move || forgotten(name).unwrap_or_else(stays);
        apart(forgetting).unwrap_or_else(|shut| stays(shut.0));
    }

    fn era(&self) -> String {
        self.era.clone()
    }
}

/// What is locked stays: nobody is asked for a password for that.
#[cfg(all(unix, not(target_os = "macos")))]
fn forgotten(name: Uuid) -> Result<(), String> {
    use secret_service::EncryptionType;
    use secret_service::blocking::SecretService;

    let service = SecretService::connect(EncryptionType::Plain);
    let service = service.map_err(|failure| failure.to_string())?;
    let name = name.to_string();
    let wanted = [("service", SERVICE), ("username", name.as_str())];
    let found = service.search_items(wanted.into());
    for item in found.map_err(|failure| failure.to_string())?.unlocked {
        item.delete().map_err(|failure| failure.to_string())?;
    }
    Ok(())
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn forgotten(name: Uuid) -> Result<(), String> {
    match entry(name).and_then(|entry| entry.delete_credential()) {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(failure) => Err(failure.to_string()),
    }
}

/// A line of its own: one that was started anew is found again.
fn entry(name: Uuid) -> keyring_core::Result<Entry> {
    // Of this computer only, where an account of Windows has others.
    let here = [("persistence", "Local")].into();
    let how = cfg!(target_os = "windows").then_some(&here);
    Store::new()?.build(SERVICE, &name.to_string(), how)
}

fn apart(asks: impl FnOnce() + Send + 'static) -> Result<(), Shut> {
    let thread = std::thread::Builder::new().name("key store".to_owned());
    let began = thread.spawn(asks);
    began.map(drop).map_err(|failure| Shut(failure.to_string()))
}

fn asked<T: Send + 'static>(
    name: Uuid,
    ask: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
) -> Result<T, Shut> {
    let (says, said) = mpsc::channel();
    let asking = move || {
        let answer = entry(name).and_then(|entry| ask(&entry));
        let _ = says.send(answer.map_err(|failure| Shut(failure.to_string())));
    };
    apart(asking)?;
    said.recv_timeout(PATIENCE)
        .unwrap_or_else(|_| Err(Shut("it does not answer".to_owned())))
}
