//! Tags (ετικέτες): a square code on a thing in the street, by which devices and citizens' telephones name it.
//!
//! A tag is twelve digits and says nothing about the thing: a record says which one it bears. Only digits, since a scanner types
//! digits right whatever the layout of the keyboard is. The last proves the others (ISO 7064, MOD 11,10).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use ts_rs::TS;

use crate::checks::hybrid_product;

/// Digits of a tag, with the one that proves the others.
const DIGITS: usize = 12;

/// The path on the municipal server that a square code names.
pub const PATH: &str = "/t/";

/// Twelve digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, TS)]
#[ts(type = "string")]
pub struct Tag(u64);

impl Tag {
    /// A tag of chance. Of a hundred thousand tags, two are the same in one municipality of twenty.
    pub fn of(chance: u64) -> Self {
        let body = chance % 10_u64.pow(11);
        Self(body * 10 + u64::from(check_digit(body)))
    }

    /// Reads what was scanned or typed: the address in the square code, or its digits, however they are divided.
    pub fn parse(text: &str) -> Option<Self> {
        let last = text.trim().rsplit('/').next()?;
        let mut digits = String::new();
        for c in last.chars() {
            match c {
                '0'..='9' => digits.push(c),
                ' ' | '-' | '\u{a0}' => {}
                _ => return None,
            }
        }
        if digits.len() != DIGITS {
            return None;
        }
        let number: u64 = digits.parse().ok()?;
        let check = u64::from(check_digit(number / 10));
        (number % 10 == check).then_some(Self(number))
    }

    /// The address that a square code on this tag names.
    pub fn address(self, server: &str) -> String {
        format!("{}{PATH}{self}", server.trim_end_matches('/'))
    }

    /// As people read it: 1234 5678 9012.
    pub fn in_words(self) -> String {
        let digits = self.to_string();
        let (a, rest) = digits.split_at(4);
        let (b, c) = rest.split_at(4);
        format!("{a} {b} {c}")
    }
}

/// ISO 7064, MOD 11,10.
fn check_digit(body: u64) -> u32 {
    let digits = format!("{body:011}");
    (11 - hybrid_product(digits.chars().filter_map(|c| c.to_digit(10)), 10)) % 10
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for Tag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Tag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("no tag"))
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]
mod tests {
    use super::Tag;

    #[test]
    fn a_tag_is_read_however_it_was_scanned_or_typed() {
        let tag = Tag::of(12_345_678_901);
        let digits = tag.to_string();
        assert_eq!(digits.len(), 12);
        for text in [
            digits.clone(),
            tag.in_words(),
            tag.address("https://koina.example.gr/"),
            // A scanner that types on a Greek keyboard.
            format!("ηττπσ¨//κοινα.εχαμπλε.γρ/τ/{digits}"),
            format!("  {digits}\n"),
        ] {
            assert_eq!(Tag::parse(&text), Some(tag), "{text}");
        }
        assert_eq!(
            tag.address("https://koina.example.gr"),
            format!("https://koina.example.gr/t/{digits}")
        );
    }

    #[test]
    fn a_mistyped_digit_and_two_exchanged_neighbours_are_noticed() {
        let mut exchanged = 0;
        for chance in [0, 7, 99_999_999_999, 31_415_926_535, u64::MAX] {
            let right = Tag::of(chance).to_string();
            for at in 0..12 {
                for digit in '0'..='9' {
                    let mut typed: Vec<char> = right.chars().collect();
                    typed[at] = digit;
                    let typed: String = typed.into_iter().collect();
                    assert_eq!(Tag::parse(&typed).is_some(), typed == right, "{typed}");
                }
            }
            for at in 0..11 {
                let mut typed: Vec<char> = right.chars().collect();
                typed.swap(at, at + 1);
                let typed: String = typed.into_iter().collect();
                exchanged += usize::from(typed != right && Tag::parse(&typed).is_some());
            }
        }
        // MOD 11,10 lets through one kind of exchange in ten or so.
        assert!(exchanged <= 6, "{exchanged}");
    }

    #[test]
    fn the_check_digit_is_that_of_the_standard() {
        // Its example for this system.
        let product = super::hybrid_product([0, 7, 9, 4], 10);
        assert_eq!((11 - product) % 10, 5);
    }

    #[test]
    fn what_is_no_tag_is_none() {
        for text in [
            "",
            "123",
            "ΦΩΤ-0317",
            "123456789012345",
            "https://koina.example.gr/",
            "٠١٢٣٤٥٦٧٨٩٠١",
        ] {
            assert_eq!(Tag::parse(text), None, "{text}");
        }
    }
}
