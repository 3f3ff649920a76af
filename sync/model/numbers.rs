//! Numbers printed on paper.

use std::fmt;

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
