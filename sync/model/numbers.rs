//! Numbers printed on paper.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The official number of the electronic protocol: gap-free per municipality and year, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProtocolNumber {
    pub year: i16,
    pub number: u32,
}

impl fmt::Display for ProtocolNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.year)
    }
}

/// The number a station gives at once, without network: station code, year, running number and a check character
/// (ISO 7064 MOD 37,36). No other station can give it, so it never collides: `B12-26-000042-K`.
pub fn receipt_number(station: &str, year: i16, running: u32) -> String {
    let body = format!("{station}-{:02}-{running:06}", year.rem_euclid(100));
    let check = crate::checks::check_character(&body).unwrap_or('0');
    format!("{body}-{check}")
}

/// The six digits with which somebody who holds the receipt follows the request. They are made of the receipt number and a
/// key of the municipality, so every kiosk can check them without network, and nothing has to be kept with the record.
pub fn tracking_pin(key: &[u8], receipt_number: &str) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return String::new();
    };
    mac.update(b"koina-tracking-1\n");
    mac.update(receipt_number.as_bytes());
    let bytes = mac.finalize().into_bytes();
    let number = bytes
        .iter()
        .take(8)
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{:06}", number % 1_000_000)
}
