//! The key store of the operating system. It keeps a *device secret* for whoever signed in to this computer, without which a
//! PIN opens nothing: a copy of the files alone is of no use, however many PINs are tried on it.

use uuid::Uuid;

use super::Key;

/// What keeps secrets by name. A call may take as long as somebody needs to let the key store be opened.
pub trait KeyStore: Send + Sync {
    /// The secret of this name; `None` where there is none.
    fn get(&self, name: Uuid) -> Result<Option<Key>, Shut>;
    /// Keeps a secret, also after the computer was switched off.
    fn put(&self, name: Uuid, secret: &Key) -> Result<(), Shut>;
    /// Forgets a secret, now or soon. Nobody waits for it, since one that stays opens nothing.
    fn forget(&self, name: Uuid);
    /// Another word each time that a key store which keeps nothing on the disk would have lost everything; empty where nobody
    /// knows.
    fn era(&self) -> String;
}

/// There is no key store, or nobody opened it.
#[derive(Debug, thiserror::Error)]
#[error("the key store of this computer is shut: {0}")]
pub struct Shut(pub String);

/// A computer without one.
pub struct NoKeyStore;

impl NoKeyStore {
    fn shut() -> Shut {
        Shut("there is none".to_owned())
    }
}

impl KeyStore for NoKeyStore {
    fn get(&self, _: Uuid) -> Result<Option<Key>, Shut> {
        Err(Self::shut())
    }

    fn put(&self, _: Uuid, _: &Key) -> Result<(), Shut> {
        Err(Self::shut())
    }

    fn forget(&self, _: Uuid) {}

    fn era(&self) -> String {
        String::new()
    }
}
