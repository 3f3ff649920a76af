//! What bears the number on a tag, as somebody who stands before it may ask: what it is and where, and nothing else.

use koina_model::checks;
use koina_model::ids::DocId;
use koina_model::tags::Tag;
use serde::Serialize;
use ts_rs::TS;

use crate::replica::{Replica, ReplicaError};

/// Things that bear one number: more are no answer.
const MOST: usize = 6;
/// Digits of a number that say enough without its letters.
const DIGITS: usize = 3;

/// The public part of an asset. Not its name, condition, notes, or the crews' words about its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Tagged {
    pub id: DocId,
    pub kind: String,
    pub number: String,
    pub community: String,
    pub settlement: String,
}

impl Replica {
    /// The assets in use that bear this tag, or this number, with or without its letters, dashes and leading zeros. A beginning of a
    /// number finds nothing: this is no list to leaf through.
    pub fn tagged(&self, typed: &str) -> Result<Vec<Tagged>, ReplicaError> {
        if let Some(tag) = Tag::parse(typed) {
            let bearing = self.bearing(tag)?.into_iter().take(MOST);
            return Ok(bearing
                .map(|row| Tagged {
                    id: row.id,
                    kind: row.kind,
                    number: row.number,
                    community: row.community,
                    settlement: row.settlement,
                })
                .collect());
        }
        let typed = bare(typed);
        self.read(|db| {
            let mut rows = db.prepare_cached(
                "SELECT doc, kind, number, community, settlement FROM assets
                 WHERE retired = 0 AND number <> '' ORDER BY number_key, n",
            )?;
            let mut rows = rows.query([])?;
            let mut found = Vec::new();
            while found.len() < MOST
                && let Some(row) = rows.next()?
            {
                let number: String = row.get(2)?;
                if !is_meant(&typed, &bare(&number)) {
                    continue;
                }
                if let Some(id) = DocId::from_slice(&row.get::<_, Vec<u8>>(0)?) {
                    found.push(Tagged {
                        id,
                        kind: row.get(1)?,
                        number,
                        community: row.get(3)?,
                        settlement: row.get(4)?,
                    });
                }
            }
            Ok(found)
        })
    }
}

/// Whether what was typed is the number, or its digits.
fn is_meant(typed: &str, number: &str) -> bool {
    if typed == number {
        return !number.is_empty();
    }
    let enough = typed.len() >= DIGITS && typed.bytes().all(|byte| byte.is_ascii_digit());
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    enough
        && digits.trim_start_matches('0') == typed.trim_start_matches('0')
        && !typed.trim_start_matches('0').is_empty()
}

/// Letters and digits of a number, with one spelling for letters that look alike.
fn bare(number: &str) -> String {
    let latin = checks::to_latin(number);
    latin.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::{bare, is_meant};

    #[test]
    fn a_number_is_found_as_people_type_it() {
        let number = bare("ΦΩΤ-0317");
        for typed in ["ΦΩΤ-0317", "φωτ 0317", "φωτ0317", "0317", "317", "ΦΩT-0317"] {
            assert!(is_meant(&bare(typed), &number), "{typed}");
        }
        for typed in [
            "",
            "-",
            "ΦΩΤ",
            "ΦΩΤ-031",
            "17",
            "3170",
            "000",
            "ΚΑΔ-0317",
            "%",
            "' OR 1=1 --",
        ] {
            assert!(!is_meant(&bare(typed), &number), "{typed}");
        }
        assert!(!is_meant("", ""));
    }
}
