//! The key store of the operating system: the Credential Manager of Windows, the Keychain of macOS, and what speaks the Secret
//! Service API elsewhere (GNOME Keyring, KWallet). Telephones have none here: the system encrypts their storage itself.

use std::sync::Arc;

use koina_sync::vault::KeyStore;

#[cfg(not(any(target_os = "android", target_os = "ios")))]
mod of_system;

#[cfg(not(any(target_os = "android", target_os = "ios")))]
pub use of_system::OsKeyStore;

/// The one of whoever signed in to this computer.
#[cfg(not(any(target_os = "android", target_os = "ios")))]
pub fn os_key_store() -> Arc<dyn KeyStore> {
    Arc::new(OsKeyStore::new())
}

#[cfg(any(target_os = "android", target_os = "ios"))]
pub fn os_key_store() -> Arc<dyn KeyStore> {
    Arc::new(koina_sync::vault::NoKeyStore)
}
