//! Receipts as text, for a printer whose place names a code page: faster than a picture, and in the printer's own letters.

use encoding_rs::ISO_8859_7;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use yore::code_pages::{CP737, CP869, CP1253};

/// Dots that a letter takes in a line, in the printer's usual letters (12 × 24).
const LETTER_DOTS: u32 = 12;

/// A code page, and the number under which the printer has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Page {
    letters: Letters,
    number: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Letters {
    Cp737,
    Cp869,
    Cp1253,
    Iso8859_7,
}

impl Page {
    /// A code page by its name, with Epson's number unless the printer has it under another.
    pub(super) fn named(name: &str, number: Option<u8>) -> Option<Self> {
        let (letters, epson) = match name {
            "cp737" => (Letters::Cp737, 14),
            "cp869" => (Letters::Cp869, 38),
            "cp1253" => (Letters::Cp1253, 47),
            "iso8859-7" => (Letters::Iso8859_7, 15),
            _ => return None,
        };
        Some(Self {
            letters,
            number: number.unwrap_or(epson),
        })
    }

    pub(super) fn number(self) -> u8 {
        self.number
    }

    /// Words as lines of bytes, each no longer than the paper is wide when its letters are so many times wider than usual.
    pub(super) fn lines(self, words: &str, dots: u32, times: u8) -> Vec<Vec<u8>> {
        wrap(&self.spelled(words), columns(dots, times))
            .iter()
            .map(|line| line.chars().filter_map(|c| self.byte(c)).collect())
            .collect()
    }

    /// The words in letters that the page has, one byte each.
    fn spelled(self, words: &str) -> String {
        let mut spelled = String::with_capacity(words.len());
        for letter in words.nfc() {
            match instead(letter) {
                Some(always) => spelled.push_str(always),
                None if self.byte(letter).is_some() => spelled.push(letter),
                None => self.nearest(letter, &mut spelled),
            }
        }
        spelled
    }

    /// Writes a letter that the page lacks with those that it has.
    fn nearest(self, letter: char, spelled: &mut String) {
        if let Some(other) = lacking(letter) {
            spelled.push_str(other);
            return;
        }
        let bare = std::iter::once(letter).nfd().next().unwrap_or(letter);
        // Its accent counts for more than its diaeresis and its breathings.
        let accented = std::iter::once(letter)
            .nfd()
            .any(|part| matches!(part, '\u{300}' | '\u{301}' | '\u{342}'));
        let accented = accented.then(|| [bare, '\u{301}'].into_iter().nfc().next().unwrap_or(bare));
        let found = accented
            .into_iter()
            .chain([bare])
            .find(|letter| self.byte(*letter).is_some());
        match found {
            Some(letter) => spelled.push(letter),
            None if is_combining_mark(letter) => {}
            None => spelled.push('?'),
        }
    }

    fn byte(self, letter: char) -> Option<u8> {
        if letter.is_ascii() {
            return u8::try_from(letter)
                .ok()
                .filter(|byte| !byte.is_ascii_control());
        }
        match self.letters {
            Letters::Cp737 => CP737.encode_char(letter),
            Letters::Cp869 => CP869.encode_char(letter),
            Letters::Cp1253 => CP1253.encode_char(letter),
            Letters::Iso8859_7 => {
                let mut utf8 = [0; 4];
                match ISO_8859_7.encode(letter.encode_utf8(&mut utf8)) {
                    (bytes, _, false) => bytes.first().copied(),
                    _ => None,
                }
            }
        }
    }
}

/// Letters in a line of paper, when they are so many times wider than usual.
pub(super) fn columns(dots: u32, times: u8) -> usize {
    (dots / LETTER_DOTS / u32::from(times)).max(1) as usize
}

/// What stands for something that no printer should be sent, whatever its page has.
fn instead(letter: char) -> Option<&'static str> {
    Some(match letter {
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' => " ",
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => "",
        other if other.is_control() => " ",
        _ => return None,
    })
}

/// How a sign is written where the page lacks it.
fn lacking(letter: char) -> Option<&'static str> {
    Some(match letter {
        '€' => " ευρώ",
        '«' | '»' | '“' | '”' | '„' => "\"",
        '‘' | '’' | '´' | '΄' => "'",
        '‐' | '‑' | '–' | '—' | '―' => "-",
        '…' => "...",
        'µ' => "μ",
        _ => return None,
    })
}

/// Breaks between words; a word that is longer than a line breaks where the line ends.
fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut left = columns;
    for word in text.split_whitespace() {
        let long = word.chars().count();
        if !line.is_empty() {
            if long < left {
                line.push(' ');
                left -= 1;
            } else {
                lines.push(std::mem::take(&mut line));
                left = columns;
            }
        }
        for letter in word.chars() {
            if left == 0 {
                lines.push(std::mem::take(&mut line));
                left = columns;
            }
            line.push(letter);
            left -= 1;
        }
    }
    lines.push(line);
    lines
}
