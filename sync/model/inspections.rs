//! Inspections (έλεγχοι): what is looked at on an asset of each type, how often, and when a finding is out of its limits.
//!
//! All of it is data of the municipality ([`Checklist`]); no type is known to the code.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::applications::day;
use crate::assets::Asset;
use crate::calendar::athens_date;
use crate::greek;
use crate::ids::Time;
use crate::limits::Fields;
use crate::problem::FieldRule;
use crate::reference::Text2;

#[cfg(test)]
mod tests;

/// Days before an inspection is due from which it is shown as coming.
pub const SOON_DAYS: i64 = 30;

/// What is looked at on assets of one type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Checklist {
    /// Code of the asset type.
    pub asset_type: String,
    /// Days from one inspection to the next; 0 where there is no rhythm.
    pub every_days: u16,
    /// The rule or the practice behind it.
    pub basis: Text2,
    /// Category of the request that a failed check becomes, unless the check names another.
    pub category: String,
    pub checks: Vec<Check>,
}

/// One thing to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Check {
    pub code: String,
    pub name: Text2,
    #[serde(flatten)]
    pub ask: Ask,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub category: Option<String>,
}

/// What is asked, and what is out of limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    /// «Όχι» fails.
    YesNo,
    /// A number; below `least` or above `most` it fails, above `max` it is a slip of the finger.
    Number {
        unit: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        least: Option<Decimal>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        most: Option<Decimal>,
        max: Decimal,
    },
    Choice {
        options: Vec<Choice>,
    },
    /// A day until which something is valid; one that has passed fails.
    Until,
}

/// One answer to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Choice {
    pub code: String,
    pub name: Text2,
    #[serde(default)]
    pub fails: bool,
}

/// A number of at most three decimals, not below zero, kept exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct Decimal(u64);

impl Decimal {
    /// Reads `850`, `0,25` or `0.25`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (whole, rest) = text.split_once([',', '.']).unwrap_or((text, "0"));
        let digits = |part: &str, most: usize| {
            (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(whole, 9) || !digits(rest, 3) {
            return None;
        }
        let thousandths: u64 = format!("{rest:0<3}").parse().ok()?;
        Some(Self(whole.parse::<u64>().ok()? * 1_000 + thousandths))
    }
}

impl std::fmt::Display for Decimal {
    /// With a dot, without zeros that say nothing.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, rest) = (self.0 / 1_000, self.0 % 1_000);
        if rest == 0 {
            return write!(out, "{whole}");
        }
        write!(
            out,
            "{whole}.{}",
            format!("{rest:03}").trim_end_matches('0')
        )
    }
}

impl TryFrom<String> for Decimal {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
            .ok_or_else(|| format!("{text} is not a number of at most three decimals"))
    }
}

impl From<Decimal> for String {
    fn from(number: Decimal) -> Self {
        number.to_string()
    }
}

/// The answer where there is nothing of the kind: a square without swings, a school without a boiler.
const NONE: &str = "none";

/// What was found, by the code of the check. Stored: `none`, `yes` or `no`, a number with a dot, the code of a choice, `2027-05-31`.
pub type Values = BTreeMap<String, String>;

/// What was found out of its limits.
pub type Failed = Vec<String>;

impl Checklist {
    pub fn check(&self, code: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.code == code)
    }

    /// The category of the request that a failed check becomes.
    pub fn category_of<'a>(&'a self, check: &'a Check) -> &'a str {
        check.category.as_ref().unwrap_or(&self.category)
    }

    /// Checks what was typed; what is empty was not looked at. Problems are told under `values.<code>`.
    pub fn judge(&self, typed: &Values, now: Time, fields: &mut Fields) -> (Values, Failed) {
        let today = athens_date(now.0);
        let (mut values, mut failed) = (Values::new(), Failed::new());
        for code in typed.keys().filter(|code| self.check(code).is_none()) {
            fields.wrong(&field(code), FieldRule::Unknown);
        }
        for check in &self.checks {
            let text = typed.get(&check.code).map_or("", |text| text.trim());
            if text.is_empty() {
                continue;
            }
            match check.ask.judge(text, today) {
                Ok((value, fails)) => {
                    values.insert(check.code.clone(), value);
                    if fails {
                        failed.push(check.code.clone());
                    }
                }
                Err(rule) => fields.wrong(&field(&check.code), rule),
            }
        }
        (values, failed)
    }

    /// When the next inspection is due: the interval after the check that was looked at the longest ago, or after the asset was
    /// written down while one was never looked at. `None` without a rhythm, and for what is out of use.
    pub fn due(&self, asset: &Asset) -> Option<Time> {
        if self.every_days == 0 || asset.retired {
            return None;
        }
        let last = self
            .checks
            .iter()
            .map(|check| asset.checked.get(&check.code).map(|found| found.at))
            .min()
            .flatten();
        let from = last.unwrap_or(asset.added_at);
        Some(from.plus_days(i64::from(self.every_days)))
    }

    /// How many checks of this list were last found out of their limits.
    pub fn failed(&self, asset: &Asset) -> usize {
        let failed = |check: &&Check| {
            let found = asset.checked.get(&check.code);
            found.is_some_and(|found| found.failed)
        };
        self.checks.iter().filter(failed).count()
    }
}

fn field(code: &str) -> String {
    format!("values.{code}")
}

impl Ask {
    /// The value as it is stored, and whether it is out of its limits.
    fn judge(&self, text: &str, today: Date) -> Result<(String, bool), FieldRule> {
        if text == NONE {
            return Ok((NONE.to_owned(), false));
        }
        match self {
            Self::YesNo if text == "yes" || text == "no" => Ok((text.to_owned(), text == "no")),
            Self::YesNo => Err(FieldRule::NotOnAList),
            Self::Choice { options } => options
                .iter()
                .find(|option| option.code == text)
                .map(|option| (option.code.clone(), option.fails))
                .ok_or(FieldRule::NotOnAList),
            Self::Number {
                least, most, max, ..
            } => {
                // «1.200» is a thousand to a Greek and one to a computer: nobody guesses.
                let thousands = text
                    .split_once('.')
                    .is_some_and(|(_, rest)| rest.len() == 3);
                let number = Decimal::parse(text).filter(|_| !thousands);
                let number = number.ok_or(FieldRule::NotANumber)?;
                if number > *max {
                    let max = i32::try_from(max.0 / 1_000).unwrap_or(i32::MAX);
                    return Err(FieldRule::OutOfRange { min: 0, max });
                }
                let low = least.is_some_and(|least| number < least);
                let high = most.is_some_and(|most| number > most);
                Ok((number.to_string(), low || high))
            }
            Self::Until => {
                let until = day(text)
                    .or_else(|| text.parse().ok())
                    .ok_or(FieldRule::NotADate)?;
                Ok((until.to_string(), until < today))
            }
        }
    }

    /// The value in Greek, with its unit and the limit it broke.
    fn in_words(&self, value: &str) -> String {
        let comma = |number: &Decimal| number.to_string().replace('.', ",");
        match self {
            Self::YesNo => if value == "no" { "όχι" } else { "ναι" }.to_owned(),
            Self::Choice { options } => options
                .iter()
                .find(|option| option.code == value)
                .map_or_else(|| value.to_owned(), |option| option.name.el.clone()),
            Self::Number {
                unit, least, most, ..
            } => {
                let limit = match (least, most) {
                    (Some(least), Some(most)) => {
                        format!(" (όρια: {} έως {})", comma(least), comma(most))
                    }
                    (Some(least), None) => format!(" (όριο: τουλάχιστον {})", comma(least)),
                    (None, Some(most)) => format!(" (όριο: έως {})", comma(most)),
                    (None, None) => String::new(),
                };
                let number = format!("{} {unit}", value.replace('.', ","));
                format!("{}{limit}", number.trim_end())
            }
            Self::Until => value
                .parse()
                .map_or_else(|_| value.to_owned(), greek::short_date),
        }
    }
}

impl Check {
    /// What the request says that a failed check becomes. It is the municipality's own text, so it is Greek.
    pub fn fault(&self, value: &str, inspected_at: Time) -> String {
        format!(
            "Έλεγχος {}. {}: {}.",
            greek::short_date(athens_date(inspected_at.0)),
            self.name.el,
            self.ask.in_words(value)
        )
    }
}
