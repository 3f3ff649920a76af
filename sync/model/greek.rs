//! Greek text: comparing, sorting, searching, capitals, Latin letters and printed amounts.
//!
//! Three keys serve three questions.
//! [`fold`] answers "is it the same word, whatever its accents and case?".
//! [`collation_key`] answers "which comes first in a Greek list?".
//! [`skeleton`] answers "did somebody without a Greek keyboard mean this word?".
//! None of them is shown to anyone; what people wrote is stored as they wrote it.

use std::sync::LazyLock;

use icu_casemap::CaseMapper;
use icu_collator::options::CollatorOptions;
use icu_collator::{Collator, CollatorBorrowed, CollatorPreferences};
use jiff::civil::{Date, Weekday};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

#[cfg(test)]
mod tests;

/// The language whose case and sorting rules apply.
const LANGUAGE: &str = "el";

const NO_BREAK_SPACE: char = '\u{a0}';

/// Month names in the genitive, as dates are written: "20 Νοεμβρίου 2026".
const MONTHS: [&str; 12] = [
    "Ιανουαρίου",
    "Φεβρουαρίου",
    "Μαρτίου",
    "Απριλίου",
    "Μαΐου",
    "Ιουνίου",
    "Ιουλίου",
    "Αυγούστου",
    "Σεπτεμβρίου",
    "Οκτωβρίου",
    "Νοεμβρίου",
    "Δεκεμβρίου",
];

static COLLATOR: LazyLock<Option<CollatorBorrowed<'static>>> = LazyLock::new(|| {
    let language = LANGUAGE.parse().ok()?;
    // Names the type of `language`, which neither crate exports.
    CaseMapper::new().uppercase_to_string("", &language);
    let preferences = CollatorPreferences::from(language);
    Collator::try_new(preferences, CollatorOptions::default()).ok()
});

/// Reduces text to what has to be equal for two words to be the same in a search.
///
/// Accents, dialytika, breathings and case are gone, ς is σ, the micro sign is μ, and every run of
/// white space (no-break spaces too) is one space. Folding twice changes nothing.
pub fn fold(text: &str) -> String {
    let bare: String = text.nfd().filter(|c| !is_mark(*c)).collect();
    let folded: String = CaseMapper::new()
        .fold_string(&bare)
        .nfd()
        .filter(|c| !is_mark(*c))
        .map(|c| if c == 'ς' { 'σ' } else { c })
        .collect();
    let mut out = String::with_capacity(folded.len());
    for word in folded.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Splits folded text into its runs of letters and digits, for a full-text index.
pub fn words(text: &str) -> Vec<String> {
    fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Writes Greek capitals: the tonos goes, the dialytika stay or appear (ρολόι → ΡΟΛΟΪ), the word ή stays Ή.
pub fn upper(text: &str) -> String {
    match LANGUAGE.parse() {
        Ok(language) => {
            let upper = CaseMapper::new().uppercase_to_string(text, &language);
            upper.into_owned()
        }
        Err(_) => text.to_uppercase(),
    }
}

/// Writes small letters, with ς at the end of words. Accents lost in capitals do not come back.
pub fn lower(text: &str) -> String {
    text.to_lowercase()
}

/// Makes bytes whose plain order is the Greek alphabetical order.
///
/// Digits come first, then Greek, then Latin; accents decide between equal letters, case between equal accents.
/// Views may store it, but must be rebuilt when the Unicode data of the app changes.
pub fn collation_key(text: &str) -> Vec<u8> {
    let mut key = Vec::new();
    match COLLATOR.as_ref() {
        Some(collator) => {
            let Ok(()) = collator.write_sort_key_to(text, &mut key);
        }
        // The Greek order is compiled in; without it a folded text still sorts nearly right.
        None => key.extend_from_slice(fold(text).as_bytes()),
    }
    key
}

/// Reduces Greek and Latin-letter ("greeklish") typing of the same words to the same Latin letters.
///
/// Λιτόχωρο, litoxoro, litohoro, litochoro and litoxwro all give `litoxoro`. Letters and letter pairs
/// that sound alike or are typed alike are one: η ι υ ει οι; ο ω; αι ε; χ ξ κσ; β μπ μβ; δ ντ; γ γκ γγ.
/// The letter h, which stands for χ or for η, is read by its neighbours. θ is written `q`.
/// Digits stay, except a lone 3 or 8 in a word of letters (3exasa, 8alassa). Words are joined by one space;
/// all else is a gap. The result is for matching only: different words may share a skeleton.
pub fn skeleton(text: &str) -> String {
    skeleton_of(&words(text))
}

/// The skeleton of a text of which there are the [`words`] already.
pub fn skeleton_of(words: &[String]) -> String {
    let mut out = String::with_capacity(words.iter().map(|word| word.len() + 1).sum());
    for word in words {
        if !out.is_empty() {
            out.push(' ');
        }
        sounds(&letters(word), &mut out);
    }
    out
}

/// Writes Greek in Latin letters by ELOT 743 type 2 (ISO 843), as on passports, without diaeresis.
///
/// Only a proposal for a person's name: whoever has another legal Latin spelling keeps it.
pub fn elot743(text: &str) -> String {
    let letters: Vec<Letter> = text.nfc().map(Letter::of).collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        let (latin, taken) = transcribe(&letters, at);
        match latin {
            Some(latin) => push_in_case(&letters, at, taken, latin, &mut out),
            None => out.push(letter.written),
        }
        at += taken;
    }
    out
}

/// Finds the first word that mixes Greek letters with Latin letters that look Greek, such as "Λιτόχωρo".
///
/// Such words look right, but no search finds them and no other register accepts them.
pub fn find_mixed_script(text: &str) -> Option<&str> {
    text.split(|c: char| !c.is_alphanumeric() && !is_mark(c))
        .find(|word| word.chars().any(is_greek) && word.chars().any(looks_greek))
}

/// Writes an amount of cents as Greek papers do: `1.234,50 €`, with a no-break space.
pub fn euros(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let whole = (cents.unsigned_abs() / 100).to_string();
    let rest = cents.unsigned_abs() % 100;
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped},{rest:02}{NO_BREAK_SPACE}€")
}

/// Writes a date in figures: `20/11/2026`.
pub fn short_date(date: Date) -> String {
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
}

/// Writes a date in words: `20 Νοεμβρίου 2026`.
pub fn long_date(date: Date) -> String {
    format!("{} {} {}", date.day(), month(date), date.year())
}

/// The name of the date's month in the genitive: `Νοεμβρίου`.
pub fn month(date: Date) -> &'static str {
    let at = usize::try_from(date.month() - 1).unwrap_or_default();
    MONTHS.get(at).copied().unwrap_or_default()
}

/// The name of the date's day of the week: `Παρασκευή`.
pub fn weekday(date: Date) -> &'static str {
    match date.weekday() {
        Weekday::Monday => "Δευτέρα",
        Weekday::Tuesday => "Τρίτη",
        Weekday::Wednesday => "Τετάρτη",
        Weekday::Thursday => "Πέμπτη",
        Weekday::Friday => "Παρασκευή",
        Weekday::Saturday => "Σάββατο",
        Weekday::Sunday => "Κυριακή",
    }
}

/// Tells accents, also those that stand alone: tonos (U+0384), acute (U+00B4) and oxia (U+1FFD).
fn is_mark(c: char) -> bool {
    is_combining_mark(c) || matches!(c, '\u{384}' | '\u{b4}' | '\u{1ffd}')
}

fn is_greek(c: char) -> bool {
    c.is_alphabetic() && matches!(c, '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}')
}

/// Latin letters that are drawn like a Greek one in common typefaces.
fn looks_greek(c: char) -> bool {
    matches!(
        c,
        'A' | 'B' | 'E' | 'Z' | 'H' | 'I' | 'K' | 'M' | 'N' | 'O' | 'P' | 'T' | 'Y' | 'X'
    ) || matches!(
        c,
        'a' | 'i' | 'k' | 'n' | 'o' | 'p' | 't' | 'u' | 'v' | 'x' | 'y' | 'w'
    )
}

// --- skeleton -------------------------------------------------------------------------------------

/// First step of the skeleton: one folded word in a small Latin alphabet, every h decided.
///
/// Greek letters become the Latin letter of the same sound (χ and ξ both `x`, θ `q`, ψ `ps`).
fn letters(word: &str) -> Vec<char> {
    let typed: Vec<char> = word.chars().collect();
    // "3ylo" and "8esh" are words, "3ou" and "8hs" are ordinals.
    let figures_are_letters = typed.iter().filter(|c| c.is_alphabetic()).count() > 2;
    let mut out = Vec::with_capacity(typed.len() + 2);
    let mut at = 0;
    while let Some(&c) = typed.get(at) {
        let before = at.checked_sub(1).and_then(|i| typed.get(i)).copied();
        let next = typed.get(at + 1).copied();
        let after = typed.get(at + 2).copied();
        let last = typed.get(at + 3).copied();
        let mut taken = 1;
        match (c, next) {
            ('c', Some('h')) => {
                out.push('x');
                taken = 2;
            }
            ('t' | 'p' | 'k' | 'g' | 'd', Some('h')) => {
                if h_joins(before, c, after, last) {
                    out.push(match c {
                        't' => 'q',
                        'p' => 'f',
                        'k' => 'x',
                        _ => c,
                    });
                } else {
                    out.extend([c, 'i']);
                }
                taken = 2;
            }
            ('h', _) => {
                // πιστοποιητικό; but ανοιχτή, τοίχος.
                let so_far = typed.get(..at).unwrap_or_default();
                let in_poi = so_far.ends_with(&['p', 'o', 'i']) && !next.is_some_and(is_vowel);
                let is_chi = !in_poi && h_is_chi(before, next, after);
                out.push(if is_chi { 'x' } else { 'i' });
            }
            ('3' | '8', _) if figures_are_letters && is_letter_figure(before, next) => {
                out.push(if c == '3' { 'x' } else { 'q' });
            }
            ('ψ', _) => out.extend(['p', 's']),
            _ => out.push(plain_letter(c)),
        }
        at += taken;
    }
    out.dedup_by(|a, b| a == b && !is_vowel(*a) && !a.is_numeric());
    out
}

fn plain_letter(c: char) -> char {
    match c {
        'α' => 'a',
        'β' | 'b' => 'v',
        'γ' => 'g',
        'δ' => 'd',
        'ε' => 'e',
        'ζ' => 'z',
        'η' | 'ι' => 'i',
        'θ' => 'q',
        'κ' | 'c' | 'q' => 'k',
        'λ' => 'l',
        'μ' => 'm',
        'ν' => 'n',
        'ξ' | 'χ' => 'x',
        'ο' | 'ω' | 'w' => 'o',
        'π' => 'p',
        'ρ' => 'r',
        'σ' => 's',
        'τ' => 't',
        'υ' | 'u' => 'y',
        'φ' => 'f',
        other => other,
    }
}

/// Whether an h after t, p, k, g or d makes one consonant with it (θ, φ, χ, γ, δ) or is an η of its own.
///
/// The consonant has to be one that Greek can put before what follows; nothing ends in one of these.
fn h_joins(before: Option<char>, first: char, next: Option<char>, after: Option<char>) -> bool {
    match (first, next) {
        // Both ways of typing together: katolisthhsh is κατολίσθηση.
        (_, Some('h')) => true,
        (_, Some(next)) if is_vowel(next) => true,
        // αίτημα, σύστημα, κατάστημα; but σταθμός, αριθμός.
        ('t', Some('m')) => after != Some('a'),
        // την; but έθνος.
        ('t', Some('n')) => after.is_some(),
        // τηλέφωνο; but αθλητισμός.
        ('t', Some('l')) => before.is_some() || after != Some('e'),
        // λαμπτήρας, κοιμητήριο, συντήρηση; but άνθρωπος, θρησκεία.
        ('t', Some('r')) => match before {
            Some('p' | 's' | 'h') => false,
            Some(_) => after != Some('h'),
            None => true,
        },
        // υπηρεσία; but φρένο.
        ('p', Some('r')) => !matches!(before, Some('i' | 'u' | 'y')),
        ('p', Some('l' | 't')) => true,
        _ => false,
    }
}

/// Whether an h stands for χ ("hronos", "nihta") rather than for η ("hmera", "ydreysh").
fn h_is_chi(before: Option<char>, next: Option<char>, after: Option<char>) -> bool {
    let Some(next) = next else { return false };
    if is_vowel(next) {
        return true;
    }
    match before {
        None => matches!(next, 'r' | 'n' | 't'),
        // βοήθεια is typed bohtheia, but όχθη is typed oxthi or ochthi.
        Some(_) if next == '8' || (next, after) == ('t', Some('h')) => false,
        Some(before) => is_vowel(before) && matches!(next, 'l' | 'n' | 'r' | 't'),
    }
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'w' | 'y')
}

/// A figure that is typed for a letter: alone among figures, beside a letter.
fn is_letter_figure(before: Option<char>, next: Option<char>) -> bool {
    let is = |side: Option<char>, test: fn(char) -> bool| side.is_some_and(test);
    !is(before, char::is_numeric)
        && !is(next, char::is_numeric)
        && (is(before, char::is_alphabetic) || is(next, char::is_alphabetic))
}

/// Second step of the skeleton: merges the spellings of one sound and drops double letters.
fn sounds(letters: &[char], out: &mut String) {
    let at = |i: usize| letters.get(i).copied();
    let mut i = 0;
    let mut last = ' ';
    while let Some(c) = at(i) {
        let (sound, taken) = match (c, at(i + 1), at(i + 2)) {
            ('a', Some('i'), _) => ("e", 2),
            ('a', Some('y'), _) => ("af", 2),
            ('e' | 'o', Some('i'), _) => ("i", 2),
            ('e', Some('y'), _) => ("ef", 2),
            ('o', Some('y'), _) => ("u", 2),
            ('y', _, _) => ("i", 1),
            ('v' | 'f', _, _) if matches!(last, 'a' | 'e' | 'f') => ("f", 1),
            ('m', Some('v' | 'p'), _) if matches!(last, 'a' | 'e' | 'f') => ("f", 2),
            ('m', Some('v' | 'p'), _) => ("v", 2),
            ('k', Some('x'), _) => ("", 1),
            ('k', Some('s'), _) => ("x", 2),
            ('n' | 'g', Some('x'), _) | ('n' | 'g', Some('k'), Some('s' | 'x')) => ("", 1),
            ('n', Some('d' | 't'), Some('z')) => ("j", 3),
            ('n', Some('d' | 't'), _) => ("d", 2),
            ('d' | 't', Some('z'), _) => ("j", 2),
            ('n', Some('g'), _) => ("", 1),
            ('n' | 'g', Some('k'), _) => ("g", 2),
            _ => ("", 0),
        };
        if taken == 0 {
            push_once(c, &mut last, out);
        }
        for sound in sound.chars() {
            push_once(sound, &mut last, out);
        }
        i += taken.max(1);
    }
}

/// Adds a sound unless it repeats the last one. Figures may repeat.
fn push_once(sound: char, last: &mut char, out: &mut String) {
    if sound != *last || sound.is_numeric() {
        out.push(sound);
        *last = sound;
    }
}

// --- ELOT 743 ---------------------------------------------------------------------------------------

/// A written character and what the transcription needs to know about it.
struct Letter {
    written: char,
    /// Small, without marks.
    base: char,
    tonos: bool,
    dialytika: bool,
}

impl Letter {
    fn of(written: char) -> Letter {
        let mut parts = written.nfd();
        let first = parts.next().unwrap_or(written);
        let base = first.to_lowercase().next().unwrap_or(first);
        let base = if base == 'ς' { 'σ' } else { base };
        let marks: Vec<char> = parts.collect();
        Letter {
            written,
            base,
            tonos: marks.contains(&'\u{301}'),
            dialytika: marks.contains(&'\u{308}'),
        }
    }
}

/// The Latin letters for the Greek at a place, and how many characters they stand for.
fn transcribe(letters: &[Letter], at: usize) -> (Option<&'static str>, usize) {
    let base = |i: usize| letters.get(i).map(|letter| letter.base);
    let is_alphabetic = |i: usize| letters.get(i).is_some_and(|l| l.written.is_alphabetic());
    let joined = letters.get(at).is_some_and(|first| !first.tonos)
        && letters.get(at + 1).is_some_and(|second| !second.dialytika);
    let Some(first) = base(at) else {
        return (None, 1);
    };
    let pair = match (first, base(at + 1)) {
        ('ο', Some('υ')) if joined => "ou",
        ('α' | 'ε' | 'η', Some('υ')) if joined => {
            match (first, base(at + 2).is_some_and(is_voiced)) {
                ('α', true) => "av",
                ('α', false) => "af",
                ('ε', true) => "ev",
                ('ε', false) => "ef",
                (_, true) => "iv",
                (_, false) => "if",
            }
        }
        ('γ', Some('γ')) => "ng",
        ('γ', Some('ξ')) => "nx",
        ('γ', Some('χ')) => "nch",
        ('γ', Some('κ')) => "gk",
        ('ν', Some('τ')) => "nt",
        ('μ', Some('π')) => {
            let starts = at.checked_sub(1).is_none_or(|i| !is_alphabetic(i));
            if starts || !is_alphabetic(at + 2) {
                "b"
            } else {
                "mp"
            }
        }
        _ => return (latin(first), 1),
    };
    (Some(pair), 2)
}

/// Vowels and the consonants before which αυ, ευ, ηυ sound av, ev, iv.
fn is_voiced(base: char) -> bool {
    "αεηιουωβγδζλμνρ".contains(base)
}

fn latin(base: char) -> Option<&'static str> {
    Some(match base {
        'α' => "a",
        'β' => "v",
        'γ' => "g",
        'δ' => "d",
        'ε' => "e",
        'ζ' => "z",
        'η' | 'ι' => "i",
        'θ' => "th",
        'κ' => "k",
        'λ' => "l",
        'μ' => "m",
        'ν' => "n",
        'ξ' => "x",
        'ο' | 'ω' => "o",
        'π' => "p",
        'ρ' => "r",
        'σ' => "s",
        'τ' => "t",
        'υ' => "y",
        'φ' => "f",
        'χ' => "ch",
        'ψ' => "ps",
        _ => return None,
    })
}

/// Adds Latin letters in the case of the Greek: Χρήστος → Christos, ΧΡΗΣΤΟΣ → CHRISTOS.
fn push_in_case(letters: &[Letter], at: usize, taken: usize, latin: &str, out: &mut String) {
    let written = |i: usize| letters.get(i).map(|letter| letter.written);
    let is_upper = |i: usize| written(i).is_some_and(char::is_uppercase);
    if !is_upper(at) {
        out.push_str(latin);
        return;
    }
    let all_capitals = if taken > 1 {
        (at..at + taken).all(is_upper)
    } else {
        let ends_word = !written(at + 1).is_some_and(char::is_alphabetic);
        is_upper(at + 1) || (ends_word && at.checked_sub(1).is_some_and(is_upper))
    };
    if all_capitals {
        out.push_str(&latin.to_ascii_uppercase());
        return;
    }
    let mut rest = latin.chars();
    out.extend(rest.next().map(|c| c.to_ascii_uppercase()));
    out.push_str(rest.as_str());
}
