//! Who this installation is, and its signature.

use ed25519_dalek::{Signer, SigningKey};
use koina_model::exchange::{EnrolAnswer, Scope, signed_words};
use koina_model::ids::DeviceId;
use koina_model::permits::{Permit, Role};
use serde::{Deserialize, Serialize};

/// An enrolled installation, as the replica keeps it. Stored since 0.1; add fields, never rename.
#[derive(Clone, Serialize, Deserialize)]
pub struct Identity {
    pub device: DeviceId,
    /// Ed25519 secret, hex. Encryption at rest covers it together with the file.
    secret: String,
    pub server: String,
    pub station: String,
    pub name: String,
    pub person: String,
    pub role: Role,
    pub crew: Option<String>,
    pub communities: Vec<String>,
    #[serde(default)]
    pub revoked: bool,
    /// Number of the last change of what this device is for.
    #[serde(default)]
    pub scope: u64,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity")
            .field("device", &self.device)
            .field("station", &self.station)
            .finish_non_exhaustive()
    }
}

/// A key pair made before enrolment.
pub struct NewKey(SigningKey);

impl NewKey {
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// The public half, hex.
    pub fn public_hex(&self) -> String {
        hex(self.0.verifying_key().as_bytes())
    }

    /// The identity that the server's answer makes of this key.
    pub fn enrolled(&self, device: DeviceId, server: &str, answer: &EnrolAnswer) -> Identity {
        Identity {
            device,
            secret: hex(&self.0.to_bytes()),
            server: server.to_owned(),
            station: answer.station.clone(),
            name: answer.name.clone(),
            person: answer.person.clone(),
            role: answer.role,
            crew: answer.crew.clone(),
            communities: answer.communities.clone(),
            revoked: false,
            scope: answer.scope,
        }
    }
}

impl Identity {
    /// The same device for what the desk says that it is for now.
    pub(crate) fn changed(&self, to: &Scope) -> Self {
        Self {
            scope: to.number,
            name: to.name.clone(),
            person: to.person.clone(),
            role: to.role,
            crew: to.crew.clone(),
            communities: to.communities.clone(),
            ..self.clone()
        }
    }

    /// Whether this holds records that an identity before it did not.
    pub(crate) fn holds_more_than(&self, before: &Self) -> bool {
        match (self.communities.as_slice(), before.communities.as_slice()) {
            (_, []) => false,
            ([], _) => true,
            (now, before) => now.iter().any(|code| !before.contains(code)),
        }
    }

    /// Whether this is a kiosk, or a desk that looks after some.
    pub(crate) fn hears_of_kiosks(&self) -> bool {
        self.role == Role::Kiosk || self.role.may(Permit::TendKiosks)
    }

    /// Signs one request of this device, hex.
    pub fn sign(&self, method: &str, path: &str, counter: u64, body: &[u8]) -> String {
        hex(&self.sign_words(&signed_words(method, path, counter, body)))
    }

    /// Signs words of this device: those of a request, or of a courier file.
    pub fn sign_words(&self, words: &[u8]) -> [u8; 64] {
        let seed: [u8; 32] = unhex(&self.secret)
            .and_then(|bytes| bytes.try_into().ok())
            .unwrap_or([0; 32]);
        SigningKey::from_bytes(&seed).sign(words).to_bytes()
    }
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads hex of either case; `None` for anything else.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    // Reading numbers would take a sign, too.
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    text.as_bytes()
        .chunks(2)
        .map(|pair| {
            std::str::from_utf8(pair)
                .ok()
                .and_then(|pair| u8::from_str_radix(pair, 16).ok())
        })
        .collect()
}
