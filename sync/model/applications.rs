//! Applications (αιτήσεις): what somebody states and signs to get a certificate, a permit or another act of the municipality.
//!
//! All of it is personal. It travels sealed, with the contact of whoever applies; the record says only what is applied for.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::calendar::athens_date;
use crate::checks;
use crate::contacts::Contact;
use crate::greek;
use crate::ids::Time;
use crate::limits::{Fields, NAME_MAX, NOTE_MAX};
use crate::lists::Lists;
use crate::problem::{FieldRule, Problem};
use crate::reference::{ApplicationField, ApplicationType, FieldCheck};

/// Most points of a drawn signature, and how far they lie from the corner.
const POINTS_MAX: usize = 1_000;
const ACROSS_MAX: u16 = 1_000;

/// What was stated and signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Code of the [`ApplicationType`].
    pub kind: String,
    /// In the order of the type's fields; what was left empty is not there.
    pub answers: Vec<Answer>,
    pub signature: Signature,
}

/// What was answered to one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    pub key: String,
    pub value: String,
}

/// How somebody signed at a kiosk. Neither is a qualified signature (Regulation (EU) 910/2014); the clerk may ask for one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Signature {
    /// With a finger: lines of points, each 0 to 1,000 across and 0 to 1,000 down.
    Drawn { lines: Vec<Vec<(u16, u16)>> },
    /// With the name, by those who cannot or do not want to draw.
    Typed { name: String },
}

impl Application {
    /// Checks what was stated; gives it back as it is kept.
    pub fn checked(&self, lists: &Lists, now: Time) -> Result<Self, Problem> {
        let kind = lists.reference.application_type(&self.kind);
        let kind = kind.ok_or_else(|| Problem::field("kind", FieldRule::NotOnAList))?;
        let mut fields = Fields::default();
        let mut answers = Vec::new();
        for field in &kind.fields {
            let given = self.answer(&field.key);
            let value = check(&mut fields, field, given, athens_date(now.0));
            if !value.is_empty() {
                let key = field.key.clone();
                answers.push(Answer { key, value });
            }
        }
        let signature = self.signature.checked(&mut fields);
        fields.done()?;
        Ok(Self {
            kind: self.kind.clone(),
            answers,
            signature,
        })
    }

    /// What was answered to a field; empty when nothing was.
    pub fn answer(&self, key: &str) -> &str {
        let found = self.answers.iter().find(|answer| answer.key == key);
        found
            .map(|answer| answer.value.as_str())
            .unwrap_or_default()
    }

    /// Who applies, as people say it.
    pub fn applicant(&self) -> String {
        let parts = [self.answer("name"), self.answer("surname")];
        parts.join(" ").trim().to_owned()
    }
}

impl Signature {
    fn checked(&self, fields: &mut Fields) -> Self {
        match self {
            Self::Drawn { lines } => {
                let points: usize = lines.iter().map(Vec::len).sum();
                let outside = lines
                    .iter()
                    .flatten()
                    .any(|(x, y)| *x > ACROSS_MAX || *y > ACROSS_MAX);
                let empty = lines.iter().any(Vec::is_empty);
                if points < 2 {
                    fields.wrong("signature", FieldRule::Missing);
                } else if points > POINTS_MAX || outside || empty {
                    fields.wrong("signature", FieldRule::TooLong { max: 1_000 });
                }
                self.clone()
            }
            Self::Typed { name } => Self::Typed {
                name: fields.needed("signature", name, NAME_MAX),
            },
        }
    }
}

/// Whoever applies, with what they stated, as it is sealed.
pub fn contact(application: Application, how: &Contact) -> Contact {
    Contact {
        name: application.applicant(),
        application: Some(application),
        ..how.clone()
    }
}

/// The applicant's text in the public record: what is applied for, and nothing else.
pub fn public_text(kind: &ApplicationType) -> &str {
    &kind.name.el
}

/// Checks one answer; gives it as it is kept.
fn check(fields: &mut Fields, field: &ApplicationField, given: &str, today: Date) -> String {
    let key = &field.key;
    let most = if field.check == FieldCheck::Lines {
        NOTE_MAX
    } else {
        NAME_MAX
    };
    let text = if field.required {
        fields.needed(key, given, most)
    } else {
        fields.text(key, given, most)
    };
    if text.is_empty() {
        return text;
    }
    let mut wrong = |rule| {
        fields.wrong(key, rule);
        text.clone()
    };
    match field.check {
        FieldCheck::Text | FieldCheck::Lines => text,
        FieldCheck::Afm => checks::afm(&text).unwrap_or_else(|_| wrong(FieldRule::NotAnAfm)),
        FieldCheck::Kaek if checks::kaek(&text).is_ok() => checks::to_greek(&text),
        FieldCheck::Kaek => wrong(FieldRule::NotAKaek),
        FieldCheck::Number if is_number(&text) => text,
        FieldCheck::Number => wrong(FieldRule::NotANumber),
        FieldCheck::Date => match day(&text) {
            None => wrong(FieldRule::NotADate),
            Some(date) if date > today => wrong(FieldRule::InFuture),
            Some(date) => greek::short_date(date),
        },
        FieldCheck::Year => match text.parse::<i16>() {
            Ok(year) if (1800..=today.year()).contains(&year) => text,
            _ => wrong(FieldRule::OutOfRange {
                min: 1800,
                max: i32::from(today.year()),
            }),
        },
    }
}

/// Figures with at most one comma or point.
fn is_number(text: &str) -> bool {
    let mut parts = text.split([',', '.']);
    let figures = |part: Option<&str>| {
        part.is_some_and(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()))
    };
    let whole = figures(parts.next());
    let rest = parts.next();
    whole && (rest.is_none() || figures(rest)) && parts.next().is_none()
}

/// A day as people write it: `20/11/1950`, `20.11.1950`, `20-11-1950`, `20111950`.
pub(crate) fn day(text: &str) -> Option<Date> {
    let figures: Vec<&str> = text
        .split(['/', '.', '-', ' '])
        .filter(|part| !part.is_empty())
        .collect();
    let (day, month, year) = match figures.as_slice() {
        [day, month, year] => (*day, *month, *year),
        [all] if all.len() == 8 => (all.get(..2)?, all.get(2..4)?, all.get(4..)?),
        _ => return None,
    };
    if year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests;
