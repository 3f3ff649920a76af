//! Limits of what people type, in characters, and the check that text is text.

use crate::problem::{FieldProblem, FieldRule, Problem};

pub const TEXT_MAX: u32 = 4_000;
pub const PLACE_TEXT_MAX: u32 = 300;
pub const NOTE_MAX: u32 = 2_000;
pub const NAME_MAX: u32 = 200;
pub const NUMBER_MAX: u32 = 40;
pub const CODE_MAX: u32 = 40;

/// Collects what is wrong with an input, field by field, so that a person sees everything at once.
#[derive(Debug, Default)]
pub struct Fields(Vec<FieldProblem>);

impl Fields {
    pub fn wrong(&mut self, field: &str, rule: FieldRule) {
        self.0.push(FieldProblem {
            field: field.to_owned(),
            rule,
        });
    }

    /// Checks a text: no control characters, not too long. Gives it back normalised and trimmed.
    pub fn text(&mut self, field: &str, text: &str, max: u32) -> String {
        match clean(text, max) {
            Ok(clean) => clean,
            Err(rule) => {
                self.wrong(field, rule);
                String::new()
            }
        }
    }

    /// Like [`Fields::text`], and something must be there.
    pub fn needed(&mut self, field: &str, text: &str, max: u32) -> String {
        let clean = self.text(field, text, max);
        if text.trim().is_empty() {
            self.wrong(field, FieldRule::Missing);
        }
        clean
    }

    pub fn done(self) -> Result<(), Problem> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Problem::BadInput { fields: self.0 })
        }
    }
}

/// Both, or what is wrong with either: whoever typed sees everything at once.
pub fn both<A, B>(a: Result<A, Problem>, b: Result<B, Problem>) -> Result<(A, B), Problem> {
    match (a, b) {
        (Err(Problem::BadInput { fields: mut all }), Err(Problem::BadInput { fields })) => {
            for more in fields {
                if !all.iter().any(|known| known.field == more.field) {
                    all.push(more);
                }
            }
            Err(Problem::BadInput { fields: all })
        }
        (a, b) => Ok((a?, b?)),
    }
}

/// Normalises text to NFC and trims it; refuses control characters (new lines and tabs are fine), text-direction
/// overrides that could disguise words, and text longer than `max` characters.
pub fn clean(text: &str, max: u32) -> Result<String, FieldRule> {
    use unicode_normalization::UnicodeNormalization;
    // Longer than any composed form of `max` characters can be: no need to normalise a flood.
    if text.len() > (max as usize).saturating_mul(16) {
        return Err(FieldRule::TooLong { max });
    }
    let clean: String = text.trim().replace("\r\n", "\n").nfc().collect();
    if clean.chars().count() > max as usize {
        return Err(FieldRule::TooLong { max });
    }
    let hidden = |c: char| {
        (c.is_control() && c != '\n' && c != '\t')
            || ('\u{202a}'..='\u{202e}').contains(&c)
            || ('\u{2066}'..='\u{2069}').contains(&c)
    };
    if clean.chars().any(hidden) {
        return Err(FieldRule::BadCharacter);
    }
    Ok(clean)
}
