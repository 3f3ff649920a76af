//! Numbers that carry their own proof: tax, payment, bank, cadastre, telephone, plates, publication numbers.
//!
//! Each check takes what a person typed and gives back the number as it is stored, or [`Wrong`]: what to
//! tell that person. None of them asks a register whether the number was ever given to anybody.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[cfg(test)]
mod tests;

/// What is wrong with a typed number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Wrong {
    #[error("nothing was typed")]
    Empty,
    #[error("expected {expected} characters, found {found}")]
    Length { expected: u32, found: u32 },
    #[error("`{found}` cannot stand in this number")]
    Character { found: char },
    #[error("the number does not have the form of its kind")]
    Shape,
    #[error("a digit was mistyped: the check digit does not fit")]
    CheckDigit,
    #[error("all digits are zero")]
    Zero,
    #[error("the number does not begin with a date of birth")]
    Birthday,
    #[error("the number begins with the wrong letters or digits")]
    Prefix,
    #[error("the tax number inside does not fit its check digit")]
    InnerAfm,
    #[error("an emergency or service number, not a subscriber's")]
    ShortCode,
    #[error("the code was issued for another amount")]
    Amount,
}

/// The sex an ΑΜΚΑ states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    Female,
    Male,
}

/// A social security number that passed its checks. Kept only where a law asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amka {
    pub number: String,
    pub day: u8,
    pub month: u8,
    /// Two digits: the number does not tell the century.
    pub year_of_century: u8,
    pub sex: Sex,
}

/// A personal number (προσωπικός αριθμός) and the tax number inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonalNumber {
    pub number: String,
    pub afm: String,
}

/// A cadastral code (ΚΑΕΚ), taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kaek {
    Parcel {
        prefecture: String,
        ota: String,
        sector: String,
        section: String,
        parcel: String,
        /// Building and unit, of divided property.
        unit: Option<(String, String)>,
    },
    /// `ΕΚ`: land of special use that has no parcel number, such as roads.
    Special {
        prefecture: String,
        ota: String,
        number: String,
    },
}

/// Greek capitals and the Latin capitals drawn the same; the letters of Greek number plates.
const LOOK_ALIKES: [(char, char); 14] = [
    ('Α', 'A'),
    ('Β', 'B'),
    ('Ε', 'E'),
    ('Ζ', 'Z'),
    ('Η', 'H'),
    ('Ι', 'I'),
    ('Κ', 'K'),
    ('Μ', 'M'),
    ('Ν', 'N'),
    ('Ο', 'O'),
    ('Ρ', 'P'),
    ('Τ', 'T'),
    ('Υ', 'Y'),
    ('Χ', 'X'),
];

/// Checks a tax number (ΑΦΜ): nine digits, the last one computed. `EL` or `GR` in front is dropped.
///
/// Eight digits are refused, never padded: the missing digit may be any of the nine.
pub fn afm(text: &str) -> Result<String, Wrong> {
    let typed = to_latin(&compact(text));
    let number = typed
        .strip_prefix("EL")
        .or_else(|| typed.strip_prefix("GR"))
        .unwrap_or(&typed);
    let digits = digits_of(number, 9)?;
    if digits.iter().all(|digit| *digit == 0) {
        return Err(Wrong::Zero);
    }
    let weighed = digits
        .iter()
        .take(8)
        .fold(0, |sum, digit| (sum + digit) * 2);
    if digits.last() == Some(&(weighed % 11 % 10)) {
        Ok(number.to_owned())
    } else {
        Err(Wrong::CheckDigit)
    }
}

/// Checks a social security number (ΑΜΚΑ): DDMMYY, four digits, and a Luhn check digit.
pub fn amka(text: &str) -> Result<Amka, Wrong> {
    let number = compact(text);
    let digits = digits_of(&number, 11)?;
    let two = |at: usize| {
        let mut pair = digits.iter().skip(at).take(2);
        let tens = pair.next().copied().unwrap_or_default();
        u8::try_from(tens * 10 + pair.next().copied().unwrap_or_default()).unwrap_or_default()
    };
    let (day, month, year_of_century) = (two(0), two(2), two(4));
    let days_in_month = match month {
        // Of 1900 and 2000 the second was a leap year, so that 00 has to pass.
        2 if year_of_century.is_multiple_of(4) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    if !(1..=days_in_month).contains(&day) {
        return Err(Wrong::Birthday);
    }
    let luhn: u32 = (digits.iter().rev().enumerate())
        .map(|(at, digit)| match (at % 2, digit * 2) {
            (0, _) => *digit,
            (_, doubled) => doubled / 10 + doubled % 10,
        })
        .sum();
    if !luhn.is_multiple_of(10) {
        return Err(Wrong::CheckDigit);
    }
    let sex = match digits.get(9) {
        Some(digit) if digit % 2 == 1 => Sex::Male,
        _ => Sex::Female,
    };
    Ok(Amka {
        number,
        day,
        month,
        year_of_century,
        sex,
    })
}

/// Checks a personal number: two letters or digits, a letter, and a valid tax number.
///
/// How the letter is computed is not published, so that it is not checked.
pub fn personal_number(text: &str) -> Result<PersonalNumber, Wrong> {
    let number = to_latin(&compact(text));
    has_length(&number, 12)?;
    if let Some(found) = number.chars().find(|c| !is_latin_code(*c)) {
        return Err(Wrong::Character { found });
    }
    if !number
        .chars()
        .nth(2)
        .is_some_and(|c| c.is_ascii_uppercase())
    {
        return Err(Wrong::Shape);
    }
    let afm = afm(&part(&number, 3, 9)).map_err(|wrong| match wrong {
        Wrong::Character { .. } => wrong,
        _ => Wrong::InnerAfm,
    })?;
    Ok(PersonalNumber { number, afm })
}

/// Checks a structured creditor reference (ISO 11649), such as a DIAS payment code.
pub fn rf(text: &str) -> Result<String, Wrong> {
    let code = to_latin(&compact(text));
    if code.is_empty() {
        return Err(Wrong::Empty);
    }
    let Some(rest) = code.strip_prefix("RF") else {
        return Err(Wrong::Prefix);
    };
    if let Some(found) = rest.chars().find(|c| !is_latin_code(*c)) {
        return Err(Wrong::Character { found });
    }
    let check = part(rest, 0, 2);
    let reference = part(rest, 2, 22);
    if !(1..=21).contains(&reference.len()) {
        return Err(Wrong::Shape);
    }
    if let Some(found) = check.chars().find(|c| !c.is_ascii_digit()) {
        return Err(Wrong::Character { found });
    }
    if modulo_97(&format!("{reference}RF{check}")) == 1 {
        Ok(code)
    } else {
        Err(Wrong::CheckDigit)
    }
}

/// Makes a structured creditor reference (ISO 11649) from up to 21 Latin capitals and digits.
pub fn rf_from(reference: &str) -> Result<String, Wrong> {
    if reference.is_empty() {
        return Err(Wrong::Empty);
    }
    if let Some(found) = reference.chars().find(|c| !is_latin_code(*c)) {
        return Err(Wrong::Character { found });
    }
    if reference.len() > 21 {
        return Err(length(21, reference.len()));
    }
    let check = 98 - modulo_97(&format!("{reference}RF00"));
    Ok(format!("RF{check:02}{reference}"))
}

/// The digit of a DIAS payment code that binds it to an amount; `8` means any amount.
///
/// The digits of the amount in cents, from the right, weigh 1, 7, 3, 1, 7, 3 …; the sum modulo 8.
pub fn dias_amount_digit(cents: Option<u64>) -> char {
    let Some(mut rest) = cents.filter(|cents| *cents > 0) else {
        return '8';
    };
    let mut sum = 0;
    for weight in [1, 7, 3].into_iter().cycle() {
        sum += rest % 10 * weight;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    char::from_digit(u32::try_from(sum % 8).unwrap_or_default(), 10).unwrap_or('8')
}

/// Makes a DIAS payment code: 5 digits of the creditor, the amount digit, 15 digits of the debt.
///
/// The creditor's digits and the use of the fifteen come from the contract with DIAS.
pub fn dias_rf(creditor: &str, debt: &str, cents: Option<u64>) -> Result<String, Wrong> {
    digits_of(creditor, 5)?;
    digits_of(debt, 15)?;
    rf_from(&format!("{creditor}{}{debt}", dias_amount_digit(cents)))
}

/// Checks a DIAS payment code and that this amount may be paid with it.
pub fn dias(text: &str, cents: u64) -> Result<String, Wrong> {
    let code = rf(text)?;
    has_length(&code, 25)?;
    digits_of(&part(&code, 4, 21), 21)?;
    match code.chars().nth(9) {
        Some(digit) if digit == '8' || digit == dias_amount_digit(Some(cents)) => Ok(code),
        _ => Err(Wrong::Amount),
    }
}

/// Checks a Greek bank account number (IBAN): `GR` and 25 digits.
pub fn iban_gr(text: &str) -> Result<String, Wrong> {
    let number = to_latin(&compact(text));
    if number.is_empty() {
        return Err(Wrong::Empty);
    }
    let Some(rest) = number.strip_prefix("GR") else {
        return Err(Wrong::Prefix);
    };
    digits_of(rest, 25)?;
    let (check, account) = (part(rest, 0, 2), part(rest, 2, 23));
    if modulo_97(&format!("{account}GR{check}")) == 1 {
        Ok(number)
    } else {
        Err(Wrong::CheckDigit)
    }
}

/// Writes a long code in groups of four, as on paper: `RF64 9999 9800 …`.
pub fn in_fours(code: &str) -> String {
    let mut out = String::new();
    for (at, c) in code.chars().enumerate() {
        if at > 0 && at.is_multiple_of(4) {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

/// Takes a cadastral code (ΚΑΕΚ) apart: `050640712005`, `050640712005/1/3` or `05064ΕΚ00012`.
pub fn kaek(text: &str) -> Result<Kaek, Wrong> {
    let typed = to_greek(&text.split_whitespace().collect::<String>());
    if typed.is_empty() {
        return Err(Wrong::Empty);
    }
    if let Some((place, number)) = typed.split_once("ΕΚ") {
        digits_of(place, 5)?;
        digits_of(number, 5)?;
        return Ok(Kaek::Special {
            prefecture: part(place, 0, 2),
            ota: part(place, 2, 3),
            number: number.to_owned(),
        });
    }
    let mut parts = typed.split('/');
    let code = parts.next().unwrap_or_default();
    digits_of(code, 12)?;
    let unit = match (parts.next(), parts.next(), parts.next()) {
        (None, _, _) => None,
        (Some(building), Some(unit), None) => {
            let fits = |text: &str, most: usize| {
                (1..=most).contains(&text.len()) && text.chars().all(|c| c.is_ascii_digit())
            };
            if !fits(building, 3) || !fits(unit, 4) {
                return Err(Wrong::Shape);
            }
            Some((building.to_owned(), unit.to_owned()))
        }
        _ => return Err(Wrong::Shape),
    };
    Ok(Kaek::Parcel {
        prefecture: part(code, 0, 2),
        ota: part(code, 2, 3),
        sector: part(code, 5, 2),
        section: part(code, 7, 2),
        parcel: part(code, 9, 3),
        unit,
    })
}

/// Checks a telephone number and gives it in international form (E.164): `+302352084100`.
///
/// Greek numbers have ten digits: 2… of a place, 69… of a mobile, 800… free of charge.
/// A number of another country is kept as it is, when it was typed with its country code.
pub fn phone(text: &str) -> Result<String, Wrong> {
    let typed: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.' | '/' | '(' | ')'))
        .collect();
    let (abroad, number) = match typed.strip_prefix('+').or_else(|| typed.strip_prefix("00")) {
        Some(number) => (true, number),
        None => (false, typed.as_str()),
    };
    if number.is_empty() {
        return Err(Wrong::Empty);
    }
    if let Some(found) = number.chars().find(|c| !c.is_ascii_digit()) {
        return Err(Wrong::Character { found });
    }
    let national = match number.strip_prefix("30") {
        Some(national) if abroad || number.len() == 12 => national,
        _ if abroad => return foreign(number),
        _ => number,
    };
    if !abroad && (3..=5).contains(&national.len()) && national.starts_with('1') {
        return Err(Wrong::ShortCode);
    }
    has_length(national, 10)?;
    if !["2", "69", "800"]
        .iter()
        .any(|start| national.starts_with(start))
    {
        return Err(Wrong::Prefix);
    }
    Ok(format!("+30{national}"))
}

/// Checks a postal code and writes it as on envelopes: `602 00`.
pub fn postal_code(text: &str) -> Result<String, Wrong> {
    let code: String = text.split_whitespace().collect();
    digits_of(&code, 5)?;
    Ok(format!("{} {}", part(&code, 0, 3), part(&code, 3, 2)))
}

/// Reduces a number plate to its Greek letters and digits, without dashes: `kNM-1234` → `ΚΝΜ1234`.
///
/// Plates use the fourteen letters that Greek and Latin share. The number of letters and digits is not
/// checked: cars, motorcycles, machinery, and plates of services differ.
pub fn plate(text: &str) -> Result<String, Wrong> {
    let plate = to_greek(&compact(text));
    if plate.is_empty() {
        return Err(Wrong::Empty);
    }
    let on_plates =
        |c: char| c.is_ascii_digit() || LOOK_ALIKES.iter().any(|(greek, _)| *greek == c);
    if let Some(found) = plate.chars().find(|c| !on_plates(*c)) {
        return Err(Wrong::Character { found });
    }
    if !plate.chars().any(|c| c.is_ascii_digit()) || plate.chars().count() > 9 {
        return Err(Wrong::Shape);
    }
    Ok(plate)
}

/// Checks the form of a Diavgeia number (ΑΔΑ), in Greek capitals: `ΨΘ82ΩΡΦ-7ΑΙ`.
pub fn ada(text: &str) -> Result<String, Wrong> {
    let number = to_greek(&text.split_whitespace().collect::<String>().to_uppercase());
    if number.is_empty() {
        return Err(Wrong::Empty);
    }
    let (front, end) = number.split_once('-').ok_or(Wrong::Shape)?;
    let in_ada = |c: &char| c.is_ascii_digit() || ('Α'..='Ω').contains(c);
    if let Some(found) = front.chars().chain(end.chars()).find(|c| !in_ada(c)) {
        return Err(Wrong::Character { found });
    }
    if (5..=12).contains(&front.chars().count()) && end.chars().count() == 3 {
        Ok(number)
    } else {
        Err(Wrong::Shape)
    }
}

/// Checks the form of a ΚΗΜΔΗΣ number (ΑΔΑΜ), in Latin capitals: `26PROC019367864`.
pub fn adam(text: &str) -> Result<String, Wrong> {
    let number = to_latin(&compact(text));
    if number.is_empty() {
        return Err(Wrong::Empty);
    }
    if let Some(found) = number.chars().find(|c| !is_latin_code(*c)) {
        return Err(Wrong::Character { found });
    }
    let rest = part(&number, 2, number.len());
    let serial = ["REQ", "PROC", "AWRD", "SYMV", "PAY"]
        .iter()
        .find_map(|kind| rest.strip_prefix(kind))
        .ok_or(Wrong::Shape)?;
    digits_of(&part(&number, 0, 2), 2)?;
    digits_of(serial, 9)?;
    Ok(number)
}

/// Writes Latin capitals that look Greek as Greek letters, small ones too; all else stays.
pub fn to_greek(text: &str) -> String {
    let pairs = LOOK_ALIKES.iter();
    crate::greek::upper(text)
        .chars()
        .map(|c| {
            pairs
                .clone()
                .find(|(_, latin)| *latin == c)
                .map_or(c, |(greek, _)| *greek)
        })
        .collect()
}

/// Writes Greek capitals that look Latin as Latin letters, small ones too; all else stays.
pub fn to_latin(text: &str) -> String {
    let pairs = LOOK_ALIKES.iter();
    crate::greek::upper(text)
        .chars()
        .map(|c| {
            pairs
                .clone()
                .find(|(greek, _)| *greek == c)
                .map_or(c, |(_, latin)| *latin)
        })
        .collect()
}

/// The check character of a number of digits and Latin capitals, by ISO 7064 MOD 37,36. Dashes do not count.
///
/// Catches every single mistyped character and nearly every swapped pair. `None` for an empty number or
/// other characters.
pub fn check_character(body: &str) -> Option<char> {
    let rest = (37 - product_37_36(body)?) % 36;
    char::from_digit(rest, 36).map(|c| c.to_ascii_uppercase())
}

/// Whether the last character of the number is the [`check_character`] of the rest.
pub fn check_ok(full: &str) -> bool {
    let mut body = full.trim_end_matches('-').chars();
    let last = body.next_back();
    last.is_some() && check_character(body.as_str()) == last
}

fn product_37_36(body: &str) -> Option<u32> {
    let digits = body.chars().filter(|c| *c != '-');
    let digits = digits.map(|c| is_latin_code(c).then(|| c.to_digit(36)).flatten());
    let digits: Option<Vec<u32>> = digits.collect();
    digits
        .filter(|digits| !digits.is_empty())
        .map(|digits| hybrid_product(digits, 36))
}

/// The running product of the hybrid systems of ISO 7064 (MOD 11,10 and MOD 37,36) over digits of this base.
pub(crate) fn hybrid_product(digits: impl IntoIterator<Item = u32>, base: u32) -> u32 {
    digits.into_iter().fold(base, |product, digit| {
        let sum = (product + digit) % base;
        let sum = if sum == 0 { base } else { sum };
        sum * 2 % (base + 1)
    })
}

/// ISO 7064 MOD 97-10 of digits and capitals, A being 10 and Z being 35.
fn modulo_97(text: &str) -> u32 {
    text.chars()
        .filter_map(|c| c.to_digit(36))
        .fold(0, |rest, value| {
            let shift = if value < 10 { 10 } else { 100 };
            (rest * shift + value) % 97
        })
}

/// Capitals without the separators that people type between groups.
fn compact(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.' | '·' | '\u{387}'))
        .flat_map(char::to_uppercase)
        .collect()
}

fn digits_of(text: &str, expected: u32) -> Result<Vec<u32>, Wrong> {
    if text.is_empty() {
        return Err(Wrong::Empty);
    }
    if let Some(found) = text.chars().find(|c| !c.is_ascii_digit()) {
        return Err(Wrong::Character { found });
    }
    has_length(text, expected)?;
    Ok(text.chars().filter_map(|c| c.to_digit(10)).collect())
}

fn has_length(text: &str, expected: u32) -> Result<(), Wrong> {
    match text.chars().count() {
        0 => Err(Wrong::Empty),
        found if u32::try_from(found) == Ok(expected) => Ok(()),
        found => Err(length(expected, found)),
    }
}

fn length(expected: u32, found: usize) -> Wrong {
    let found = u32::try_from(found).unwrap_or(u32::MAX);
    Wrong::Length { expected, found }
}

fn is_latin_code(c: char) -> bool {
    c.is_ascii_digit() || c.is_ascii_uppercase()
}

/// Some characters from the middle of a text; fewer at its end.
fn part(text: &str, skip: usize, take: usize) -> String {
    text.chars().skip(skip).take(take).collect()
}

fn foreign(number: &str) -> Result<String, Wrong> {
    if (8..=15).contains(&number.len()) && !number.starts_with('0') {
        Ok(format!("+{number}"))
    } else {
        Err(Wrong::Shape)
    }
}
