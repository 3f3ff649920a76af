//! Enrolment codes: short enough to read out on the phone, long enough that guessing is hopeless.

use koina_model::ids::Time;
use koina_sync::views::Invite;
use sha2::{Digest, Sha256};

use crate::log::LogError;

/// Ten of these are 50 bits. Without I, L, O and U, which are misread.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 10;

/// How long a code is good.
pub const GOOD_FOR_HOURS: i64 = 72;

/// A new code, as it is shown: `7K2QM-X4R9T`.
#[allow(clippy::disallowed_methods, reason = "a code has to be unguessable")]
pub fn new() -> Result<String, LogError> {
    let mut random = [0; LENGTH];
    getrandom::fill(&mut random).map_err(|_| LogError::Random)?;
    let mut code = String::with_capacity(LENGTH + 1);
    for (place, byte) in random.iter().enumerate() {
        if place == LENGTH / 2 {
            code.push('-');
        }
        let letter = ALPHABET
            .get(usize::from(byte % 32))
            .copied()
            .unwrap_or(b'0');
        code.push(char::from(letter));
    }
    Ok(code)
}

/// The hash of a code as a person typed it: case, spaces and hyphens do not matter, and misread letters are forgiven.
pub fn hash(typed: &str) -> [u8; 32] {
    let plain = typed
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(64)
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        });
    let plain: String = plain.collect();
    Sha256::new()
        .chain_update(b"koina-code\n")
        .chain_update(plain)
        .finalize()
        .into()
}

/// The code with everything a device needs to use it, also for scanning.
pub fn to_invite(code: String, expires_at: Time, public_url: &str) -> Invite {
    let link = format!("koina:enrol?server={public_url}&code={code}");
    let qr_svg = koina_sync::qr::svg(&link);
    Invite {
        code,
        expires_at,
        link,
        qr_svg,
    }
}

#[cfg(test)]
mod tests {
    use super::{hash, new};

    #[test]
    #[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    fn a_code_survives_the_phone() {
        let code = new().unwrap();
        assert_eq!(code.len(), 11);
        assert_eq!(
            hash(&code),
            hash(
                &code
                    .to_lowercase()
                    .replace('-', " ")
                    .replace('0', "o")
                    .replace('1', "l")
            )
        );
        assert_ne!(hash(&code), hash(&new().unwrap()));
    }
}
