//! A printer that is a real listener: what it is sent is turned back into a picture and compared.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that fails says where"
)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::LazyLock;
use std::thread::{JoinHandle, spawn};
use std::time::Duration;

use image::{GrayImage, Luma};
use koina_model::ids::Time;
use koina_model::problem::{PrinterFault, Problem};
use koina_model::reference::Text2;
use koina_model::words::Language;

use super::paper::{Applied, blocks};
use super::raster::{Block, draw};
use super::text::Page;
use super::{Patience, Printer, PrinterPlace, Receipt};

/// How the printer that listens behaves.
#[derive(Clone, Copy, Debug, Default)]
struct Temper {
    /// Answers to DLE EOT 2 and 4 and GS r 1; `None` when it never says anything.
    says: Option<[u8; 3]>,
    /// Reads nothing more after so many bytes.
    stops_after: Option<usize>,
}

const WELL: [u8; 3] = [0x12, 0x12, 0x00];
const SHORT: Patience = Patience {
    connect: Duration::from_secs(2),
    answer: Duration::from_millis(150),
    silence: Duration::from_millis(400),
    whole: Duration::from_secs(4),
    printed: Duration::from_millis(400),
};

/// For printers that do what they should, on a machine that may have much else to do.
const LONG: Patience = Patience {
    connect: Duration::from_secs(5),
    answer: Duration::from_secs(5),
    silence: Duration::from_secs(10),
    whole: Duration::from_secs(30),
    printed: Duration::from_secs(20),
};

/// Listens as a printer; gives where, and later every byte it was sent.
fn printer(temper: Temper) -> (Printer, JoinHandle<Vec<u8>>) {
    printer_at("", temper)
}

/// The same, with settings behind its place.
fn printer_at(settings: &str, temper: Temper) -> (Printer, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = format!("tcp://{}?{settings}", listener.local_addr().unwrap());
    let heard = spawn(move || {
        let (line, _) = listener.accept().unwrap();
        answer(line, temper)
    });
    let mut printer = Printer::at(Some(place.parse().unwrap()));
    printer.patience = match temper.stops_after {
        Some(_) => SHORT,
        None => Patience {
            answer: temper.says.map_or(SHORT.answer, |_| LONG.answer),
            ..LONG
        },
    };
    (printer, heard)
}

fn answer(mut line: TcpStream, temper: Temper) -> Vec<u8> {
    let mut heard = Vec::new();
    let mut byte = [0];
    while line.read(&mut byte).is_ok_and(|read| read == 1) {
        heard.push(byte[0]);
        if let Some([offline, paper, afterwards]) = temper.says {
            let said = if heard.ends_with(&[0x10, 0x04, 2]) {
                Some(offline)
            } else if heard.ends_with(&[0x10, 0x04, 4]) {
                Some(paper)
            } else if heard.ends_with(&[0x1d, 0x72, 1]) {
                Some(afterwards)
            } else {
                None
            };
            if let Some(said) = said {
                line.write_all(&[said]).unwrap();
            }
        }
        if temper.stops_after.is_some_and(|most| heard.len() >= most) {
            std::thread::sleep(Duration::from_millis(900));
            break;
        }
    }
    heard
}

fn both(text: &str) -> Text2 {
    Text2 {
        el: text.to_owned(),
        en: text.to_owned(),
    }
}

static SUBJECT: LazyLock<Text2> = LazyLock::new(|| both("Βεβαίωση μόνιμης κατοικίας"));
static APPLIED: LazyLock<Applied> = LazyLock::new(|| Applied {
    applicant: "Μιχάλης Νίκος".to_owned(),
    department: both("Διεύθυνση Διοικητικών Υπηρεσιών"),
    due: "18/01/2027".to_owned(),
});

fn receipt(language: Language) -> Receipt<'static> {
    Receipt {
        language,
        municipality: match language {
            Language::El => "Δήμος Δίου-Ολύμπου",
            Language::En => "Municipality of Dion-Olympos",
        },
        station: "Κιόσκι δημαρχείου",
        receipt_number: "A7-26-000001-R",
        pin: "612832",
        scan: "56141007020600000000000127612832",
        received_at: Time(1_795_817_100_000),
        subject: &SUBJECT,
        application: Some(&APPLIED),
    }
}

/// The text that a printer writes from the bytes it was sent, by the letter of each byte, with `[code]` for the square code. Panics on
/// anything that is not ESC/POS as it is written here.
fn read(bytes: &[u8], number: u8, dots: usize, letter: Letter<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut rows = 0;
    let (mut times, mut page, mut one_byte, mut cut) = (1, None, false, false);
    let mut at = bytes;
    while let Some(first) = at.first() {
        at = match (first, at.get(1)) {
            (0x10, Some(0x04)) | (0x1d, Some(0x72)) => &at[3..],
            (0x1b, Some(b'@')) => &at[2..],
            (0x1c, Some(b'.')) => {
                one_byte = true;
                &at[2..]
            }
            (0x1b, Some(b't')) => {
                page = Some(at[2]);
                &at[3..]
            }
            (0x1b, Some(b'a' | b'E')) => &at[3..],
            (0x18 | b'\n', _) => &at[1..],
            (0x1d, Some(b'!')) => {
                times = usize::from(at[2] >> 4) + 1;
                &at[3..]
            }
            (0x1b, Some(b'd')) => {
                assert_eq!(at[2], 1);
                assert!(
                    line.chars().count() * 12 * times <= dots,
                    "{line} is too long"
                );
                lines.push(std::mem::take(&mut line));
                &at[3..]
            }
            (0x1d, Some(b'v')) => {
                assert!(line.is_empty());
                if rows == 0 {
                    lines.push("[code]".to_owned());
                }
                let across = usize::from(u16::from_le_bytes([at[4], at[5]]));
                let down = usize::from(u16::from_le_bytes([at[6], at[7]]));
                assert_eq!(across * 8, dots);
                rows += down;
                &at[8 + across * down..]
            }
            (0x1d, Some(b'V')) => {
                cut = true;
                &at[if at[2] >= 65 { 4 } else { 3 }..]
            }
            (0x20.., _) => {
                line.push(if *first < 0x80 {
                    char::from(*first)
                } else {
                    letter(*first)
                });
                &at[1..]
            }
            other => panic!("no printer knows {other:?}"),
        };
    }
    assert!(cut && line.is_empty(), "the paper is cut");
    assert!(one_byte && page == Some(number), "the page is {page:?}");
    assert!(rows > 100, "the square code is a picture");
    lines
}

/// The letter of a byte.
type Letter<'a> = &'a dyn Fn(u8) -> char;

/// A letter of Greek as ISO or Windows have it.
fn greek(encoding: &'static encoding_rs::Encoding) -> impl Fn(u8) -> char {
    move |byte| {
        let bytes = [byte];
        let (text, _) = encoding.decode_without_bom_handling(&bytes);
        text.chars().next().unwrap()
    }
}

/// What a printer draws from the bytes it was sent: the pictures one below the other. Panics on anything that is not ESC/POS as
/// it is written here.
fn drawn(bytes: &[u8]) -> GrayImage {
    let mut rows: Vec<Vec<u8>> = Vec::new();
    let mut at = bytes;
    let mut cut = false;
    while let Some(first) = at.first() {
        at = match (first, at.get(1)) {
            (0x10, Some(0x04)) | (0x1d, Some(0x72)) => &at[3..],
            (0x1b, Some(b'@')) => &at[2..],
            (0x18, _) | (b'\n', _) => &at[1..],
            (0x1b, Some(b'd')) => &at[3..],
            (0x1d, Some(b'V')) => {
                cut = true;
                &at[if at[2] >= 65 { 4 } else { 3 }..]
            }
            (0x1d, Some(b'v')) => {
                assert_eq!(at[2..4], [b'0', 0], "a raster picture in its natural size");
                let across = usize::from(u16::from_le_bytes([at[4], at[5]]));
                let down = usize::from(u16::from_le_bytes([at[6], at[7]]));
                assert!(down <= 128, "no more than a small printer holds");
                rows.extend(at[8..8 + across * down].chunks(across).map(<[u8]>::to_vec));
                &at[8 + across * down..]
            }
            other => panic!("no printer knows {other:?}"),
        };
    }
    assert!(cut, "the paper is cut");
    let across = u32::try_from(rows[0].len() * 8).unwrap();
    GrayImage::from_fn(across, u32::try_from(rows.len()).unwrap(), |x, y| {
        let byte = rows[y as usize][(x / 8) as usize];
        Luma([if byte >> (7 - x % 8) & 1 == 1 { 0 } else { 255 }])
    })
}

#[test]
fn a_receipt_arrives_at_a_printer_dot_by_dot() {
    for says in [Some(WELL), None] {
        let (printer, heard) = printer(Temper {
            says,
            stops_after: None,
        });
        assert_eq!(printer.print(&receipt(Language::El)), Ok(()));
        assert_eq!(printer.last(), Some(Ok(())));
        let wanted = draw(&blocks(&receipt(Language::El)), 576);
        let printed = drawn(&heard.join().unwrap());
        assert!(printed == wanted, "{says:?}: another picture came out");
        if let Some(folder) = std::env::var_os("KOINA_PICTURES") {
            let path = PathBuf::from(folder).join("receipt.png");
            printed.save(path).unwrap();
        }
    }
}

#[test]
fn a_receipt_is_text_where_the_place_names_a_code_page() {
    let cp1253 = greek(encoding_rs::WINDOWS_1253);
    let iso = greek(encoding_rs::ISO_8859_7);
    let cp737 = |byte| yore::code_pages::CP737.decode_byte(byte);
    let cp869 = |byte| yore::code_pages::CP869.decode_byte(byte).unwrap();
    let pages: [(&str, u8, usize, Letter<'_>); 5] = [
        ("text=cp737", 14, 576, &cp737),
        ("dots=384&text=cp737&page=64", 64, 384, &cp737),
        ("text=cp869", 38, 576, &cp869),
        ("text=cp1253&dots=512", 47, 512, &cp1253),
        ("text=iso8859-7", 15, 576, &iso),
    ];
    for (settings, number, dots, letter) in pages {
        let (printer, heard) = printer_at(settings, Temper::default());
        assert_eq!(printer.print(&receipt(Language::El)), Ok(()));
        let lines = read(&heard.join().unwrap(), number, dots, letter);
        let text = lines.join(" ");
        for wanted in [
            "Δήμος Δίου-Ολύμπου",
            "Αποδεικτικό παραλαβής",
            "A7-26-000001-R",
            "612 832",
            "Παραλήφθηκε: 28/11/2026 00:05",
            "Θέμα: Βεβαίωση μόνιμης κατοικίας",
            "Αιτών: Μιχάλης Νίκος",
            "Απάντηση έως: 18/01/2027",
            "[code]",
            "στον Συνήγορο του Πολίτη: 213 130 6600, synigoros.gr",
        ] {
            assert!(
                text.contains(wanted),
                "{settings}: {wanted} is not in {text}"
            );
        }
        assert!(!text.contains('?'), "{settings}: {text}");
        assert!(
            lines.contains(&"Αιτών: Μιχάλης Νίκος".to_owned()),
            "{lines:?}"
        );
        // Nothing but the square code is drawn, and the words are those of the picture.
        let words = |blocks: Vec<Block>| -> Vec<String> {
            let texts = blocks.into_iter().filter_map(|block| match block {
                Block::Text { words, .. } => Some(words),
                _ => None,
            });
            let joined = texts.collect::<Vec<_>>().join(" ");
            joined.split_whitespace().map(str::to_owned).collect()
        };
        let wanted = words(blocks(&receipt(Language::El)));
        let printed: Vec<&str> = text
            .split_whitespace()
            .filter(|word| *word != "[code]" && !word.chars().all(|sign| sign == '-'))
            .collect();
        assert_eq!(printed, wanted, "{settings}");
    }
}

#[test]
fn every_letter_of_greek_has_the_byte_that_code_pages_give_it() {
    let letters = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΆΈΉΊΌΎΏΪΫ";
    // As another implementation of the code pages writes them.
    let pages = [
        (
            "cp737",
            "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafe0e1e2e3e5e6e7e9e4e8eaebecedeeeff0f4f5",
        ),
        (
            "cp869",
            "a4a5a6a7a8a9aaacadb5b6b7b8bdbec6c7cfd0d1d2d3d4d5d6d7d8dddee0e1e2e3e4e5e6e7e8e9eaebecedeef2f3f4f6fa9b9d9e9fa2a3fda0fb868d8f909295989196",
        ),
        (
            "cp1253",
            "c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d3d4d5d6d7d8d9e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f3f2f4f5f6f7f8f9dcdddedffcfdfefafba2b8b9babcbebfdadb",
        ),
        (
            "iso8859-7",
            "c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d3d4d5d6d7d8d9e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f3f2f4f5f6f7f8f9dcdddedffcfdfefafbb6b8b9babcbebfdadb",
        ),
    ];
    for (name, wanted) in pages {
        let lines = |words: &str| {
            let lines = Page::named(name, None).unwrap().lines(words, 832, 1);
            assert_eq!(lines.len(), 1, "{name}: {words}");
            lines[0].clone()
        };
        let written: String = letters
            .chars()
            .flat_map(|letter| lines(&letter.to_string()))
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(written, wanted, "{name}");
        // Letters typed in two parts are written like those typed in one.
        assert_eq!(
            lines("Μιχάλης Νίκος ΰ €"),
            lines("Μιχα\u{301}λης Νι\u{301}κος υ\u{308}\u{301} €")
        );
    }
}

#[test]
fn what_a_code_page_lacks_is_written_with_what_it_has() {
    let written = |name: &str, words: &str| -> String {
        let lines = Page::named(name, None).unwrap().lines(words, 832, 1);
        let letter = |byte: u8| match name {
            "cp737" => yore::code_pages::CP737.decode_byte(byte),
            "cp869" => yore::code_pages::CP869.decode_byte(byte).unwrap(),
            "cp1253" => greek(encoding_rs::WINDOWS_1253)(byte),
            _ => greek(encoding_rs::ISO_8859_7)(byte),
        };
        let lines: Vec<String> = lines
            .iter()
            .map(|line| line.iter().map(|byte| letter(*byte)).collect())
            .collect();
        lines.join("|")
    };
    let words = "πραΰνω, μυΐδια, 12 €, 12€, «Α» – Β…";
    for (name, wanted) in [
        ("cp737", "πραύνω, μυίδια, 12 ευρώ, 12 ευρώ, \"Α\" - Β..."),
        ("cp869", "πραΰνω, μυΐδια, 12 ευρώ, 12 ευρώ, «Α» - Β..."),
        ("cp1253", words),
        ("iso8859-7", "πραΰνω, μυΐδια, 12 €, 12€, «Α» - Β..."),
    ] {
        assert_eq!(written(name, words), wanted, "{name}");
        assert_eq!(written(name, "Ἑλλὰς ᾠδή Zoë Škoda"), "Ελλάς ωδή Zoe Skoda");
        assert_eq!(written(name, "α\u{a0}β\u{200b}γ\tδ\u{1b}@"), "α βγ δ @");
        assert_eq!(written(name, "Жλ字"), "?λ?");
        assert_eq!(written(name, ""), "");
    }
    assert_eq!(
        written("cp737", &"ω".repeat(70)),
        format!("{}|ω", "ω".repeat(69)),
        "a word longer than the paper"
    );
}

/// A printer with a memory: it takes everything, and prints nothing more once so many bytes have come, because its paper is at
/// an end. Gives what it would print for whoever puts new paper in.
fn runs_out(after: usize) -> (Printer, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = format!("tcp://{}", listener.local_addr().unwrap());
    let kept = spawn(move || {
        let (mut line, _) = listener.accept().unwrap();
        let mut kept = Vec::new();
        let mut byte = [0];
        while line.read(&mut byte).is_ok_and(|read| read == 1) {
            kept.push(byte[0]);
            let out = kept.len() > after;
            // What a printer does at once, whatever waits before it.
            let said: &[u8] = if kept.ends_with(&[0x10, 0x04, 2]) {
                &[if out { 0x32 } else { 0x12 }]
            } else if kept.ends_with(&[0x10, 0x04, 4]) {
                &[if out { 0x72 } else { 0x12 }]
            } else if kept.ends_with(&[0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8]) {
                kept.clear();
                &[0x37, 0x25, 0]
            } else {
                &[]
            };
            if let [_] = said {
                kept.truncate(kept.len() - 3);
            }
            line.write_all(said).unwrap();
        }
        kept
    });
    let mut printer = Printer::at(Some(place.parse().unwrap()));
    printer.patience = Patience {
        printed: SHORT.printed,
        ..LONG
    };
    (printer, kept)
}

#[test]
fn a_printer_that_ran_out_of_paper_keeps_nothing_for_the_next_visitor() {
    let (printer, kept) = runs_out(20_000);
    assert_eq!(
        printer.print(&receipt(Language::El)),
        Err(PrinterFault::NoPaper.into())
    );
    drop(printer);
    let kept = kept.join().unwrap();
    // The last is an order to clear what is there, and prints nothing.
    assert!(
        kept.is_empty() || kept == [0x10, 0x05, 2],
        "{} bytes are left",
        kept.len()
    );
}

#[test]
fn what_a_printer_did_not_take_is_not_sent_when_it_comes_back() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    socket2::SockRef::from(&listener)
        .set_recv_buffer_size(4_096)
        .unwrap();
    let place = format!("tcp://{}", listener.local_addr().unwrap());
    let mut printer = Printer::at(Some(place.parse().unwrap()));
    printer.patience = SHORT;
    let (back, switched_on) = std::sync::mpsc::channel::<()>();
    let heard = spawn(move || {
        let (mut line, _) = listener.accept().unwrap();
        let _ = switched_on.recv();
        let mut heard = Vec::new();
        let ended = line.read_to_end(&mut heard);
        (heard.len(), ended.map_err(|failure| failure.kind()))
    });
    assert_eq!(
        printer.print(&receipt(Language::El)),
        Err(PrinterFault::Slow.into()),
        "what the system holds is not taken for printed"
    );
    drop(back);
    let (heard, ended) = heard.join().unwrap();
    assert_eq!(
        ended,
        Err(std::io::ErrorKind::ConnectionReset),
        "after {heard} bytes"
    );
}

/// A printing system whose queue is `receipts`, in a folder. What it was asked is in `asked`, the page in `page.pdf`; it is never
/// done while there is a file `stuck`.
#[cfg(unix)]
fn printing_system() -> (Printer, tempfile::TempDir) {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    for (name, does) in [
        ("lp", "cat > page.pdf; cat says; [ ! -e closed ]"),
        (
            "lpstat",
            "echo 'receipts-71 root 1024 today'; [ ! -e stuck ] || echo 'receipts-7 root 1024 today'",
        ),
        ("cancel", ":"),
    ] {
        let path = folder.path().join(name);
        let script = format!("#!/bin/sh\ncd \"${{0%/*}}\"\necho {name} \"$@\" >> asked\n{does}\n");
        std::fs::write(&path, script).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    std::fs::write(
        folder.path().join("says"),
        "request id is receipts-7 (0 file(s))\n",
    )
    .unwrap();
    let mut printer = Printer::at(Some("queue://receipts".parse().unwrap()));
    printer.patience = Patience {
        // Programs take a moment to begin.
        printed: Duration::from_secs(10),
        whole: Duration::from_secs(1),
        ..SHORT
    };
    printer.programs = folder.path().to_owned();
    (printer, folder)
}

#[cfg(unix)]
#[test]
fn a_receipt_that_waits_in_a_queue_for_too_long_is_taken_out_of_it() {
    let (printer, folder) = printing_system();
    let asked = || std::fs::read_to_string(folder.path().join("asked")).unwrap();
    assert_eq!(printer.print(&receipt(Language::El)), Ok(()));
    assert_eq!(
        asked(),
        "lp -d receipts -t receipt -\nlpstat -W not-completed -o receipts\n"
    );
    let page = std::fs::read(folder.path().join("page.pdf")).unwrap();
    assert!(page == super::wire::pdf(&[draw(&blocks(&receipt(Language::El)), 576)]));

    std::fs::write(folder.path().join("stuck"), "").unwrap();
    assert_eq!(
        printer.print(&receipt(Language::El)),
        Err(PrinterFault::Slow.into())
    );
    assert!(asked().ends_with("\ncancel -x receipts-7\n"), "{}", asked());

    // A system that names no job is believed, one that takes nothing is not.
    std::fs::write(folder.path().join("says"), "").unwrap();
    assert_eq!(printer.print(&receipt(Language::El)), Ok(()));
    std::fs::write(folder.path().join("closed"), "").unwrap();
    assert_eq!(
        printer.print(&receipt(Language::El)),
        Err(PrinterFault::Unreachable.into())
    );
    std::fs::remove_file(folder.path().join("lp")).unwrap();
    assert_eq!(
        printer.print(&receipt(Language::El)),
        Err(PrinterFault::Unreachable.into())
    );
}

#[test]
fn every_letter_of_greek_and_the_euro_have_a_picture_of_their_own() {
    let text = |words: &str| {
        let block = Block::Text {
            words: words.to_owned(),
            size: 40,
            bold: false,
            middle: false,
        };
        draw(&[block], 576)
    };
    let unknown = text("\u{fffd}");
    let dark = |picture: &GrayImage| picture.pixels().filter(|dot| dot.0[0] == 0).count();
    let mut seen: Vec<(char, GrayImage)> = Vec::new();
    for letter in
        "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰΆΈΉΊΌΎΏΪΫ€«»·;…–".chars()
    {
        let picture = text(&letter.to_string());
        assert!(dark(&picture) > 3, "{letter} is empty");
        assert!(picture != unknown, "{letter} is unknown");
        seen.push((letter, picture));
    }
    // The letters that code pages mix up.
    for (one, other) in [
        ('Μ', 'Ν'),
        ('μ', 'ν'),
        ('ΰ', 'ϋ'),
        ('ΐ', 'ϊ'),
        ('ς', 'σ'),
        ('ύ', 'υ'),
        ('€', 'Ε'),
    ] {
        let of = |letter| {
            seen.iter()
                .find(|(known, _)| *known == letter)
                .map(|(_, picture)| picture)
        };
        assert!(of(one) != of(other), "{one} looks like {other}");
    }
    // Letters typed in two parts look like those typed in one.
    assert!(text("Μιχάλης Νίκος ΰ €") == text("Μιχα\u{301}λης Νι\u{301}κος υ\u{308}\u{301} €"));
}

#[test]
fn paper_does_not_say_what_was_reported_and_long_names_go_on_in_the_next_line() {
    let mut long = receipt(Language::En);
    long.municipality = "Δήμος με πολύ μεγάλο όνομα που δεν χωρά σε μία γραμμή της απόδειξης";
    let drawn = draw(&blocks(&long), 384);
    assert_eq!(drawn.width(), 384);
    assert!(drawn.height() > draw(&blocks(&receipt(Language::En)), 576).height());
    let said = format!("{:?}", blocks(&receipt(Language::El)));
    for wanted in [
        "Μιχάλης Νίκος",
        "A7-26-000001-R",
        "612 832",
        "18/01/2027",
        "Βεβαίωση μόνιμης κατοικίας",
        "28/11/2026 00:05",
    ] {
        assert!(said.contains(wanted), "{wanted} is not in {said}");
    }
}

#[test]
fn what_keeps_a_printer_from_printing_is_said() {
    let fault = |temper| {
        let (printer, heard) = printer(temper);
        let outcome = printer.print(&receipt(Language::El));
        drop(heard);
        match outcome {
            Err(Problem::Printer { fault }) => {
                assert_eq!(printer.last(), Some(Err(fault)));
                Some(fault)
            }
            _ => None,
        }
    };
    let says = |offline, paper, afterwards| Temper {
        says: Some([offline, paper, afterwards]),
        stops_after: None,
    };
    assert_eq!(fault(says(0x32, 0x72, 0x0c)), Some(PrinterFault::NoPaper));
    assert_eq!(fault(says(0x12, 0x72, 0x0c)), Some(PrinterFault::NoPaper));
    assert_eq!(fault(says(0x16, 0x12, 0x00)), Some(PrinterFault::CoverOpen));
    assert_eq!(
        fault(says(0x12, 0x12, 0x0c)),
        Some(PrinterFault::NoPaper),
        "it ran out while printing"
    );
    let stuck = Temper {
        says: Some(WELL),
        stops_after: Some(100),
    };
    assert_eq!(fault(stuck), Some(PrinterFault::Slow));
    assert_eq!(
        Printer::default().print(&receipt(Language::El)),
        Err(PrinterFault::NotSet.into())
    );
    // Nobody listens any more.
    let gone = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let printer = Printer::at(Some(format!("tcp://{gone}").parse().unwrap()));
    assert_eq!(
        printer.print(&receipt(Language::El)),
        Err(PrinterFault::Unreachable.into())
    );
}

#[cfg(unix)]
#[test]
fn a_receipt_goes_through_a_device_file_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lp0");
    let printer = Printer::at(Some(format!("file://{}", path.display()).parse().unwrap()));
    assert_eq!(
        printer.print(&receipt(Language::El)),
        Err(PrinterFault::Unreachable.into()),
        "unplugged"
    );
    assert!(!path.exists(), "nothing is made in its place");
    std::fs::write(&path, b"").unwrap();
    assert_eq!(printer.print(&receipt(Language::El)), Ok(()));
    let printed = drawn(&std::fs::read(&path).unwrap());
    assert!(printed == draw(&blocks(&receipt(Language::El)), 576));
}

/// What the packed streams of a PDF hold.
pub(crate) fn pictures(pdf: &[u8]) -> Vec<Vec<u8>> {
    const BEGIN: &[u8] = b"stream\n";
    let mut found = Vec::new();
    for at in 0..pdf.len() {
        if pdf[at..].starts_with(BEGIN) && !pdf[..at].ends_with(b"end") {
            let mut bytes = Vec::new();
            let unpacked =
                flate2::read::ZlibDecoder::new(&pdf[at + BEGIN.len()..]).read_to_end(&mut bytes);
            found.extend(unpacked.ok().map(|_| bytes));
        }
    }
    found
}

#[test]
fn a_page_for_other_printers_is_a_pdf_with_the_same_picture() {
    let picture = draw(&blocks(&receipt(Language::El)), 576);
    let pdf = super::wire::pdf(std::slice::from_ref(&picture));
    assert!(pdf.starts_with(b"%PDF-") && pdf.trim_ascii_end().ends_with(b"%%EOF"));
    assert!(pictures(&pdf) == [picture.as_raw().clone()]);
    if let Some(folder) = std::env::var_os("KOINA_PICTURES") {
        std::fs::write(PathBuf::from(folder).join("receipt.pdf"), pdf).unwrap();
    }
}

#[test]
fn a_printer_is_where_its_words_say() {
    let read = |text: &str| text.parse::<PrinterPlace>().ok();
    for good in [
        "tcp://192.0.2.7",
        "tcp://192.0.2.7:9100",
        "file:///dev/usb/lp0",
        "queue://receipts",
        "tcp://printer.local?dots=384",
        "tcp://printer.local?text=cp737&dots=384",
        "file:///dev/usb/lp0?text=iso8859-7&page=0",
    ] {
        assert!(read(good).is_some(), "{good}");
    }
    assert_eq!(read("tcp://192.0.2.7"), read("tcp://192.0.2.7:9100"));
    assert_eq!(
        read("tcp://h?text=cp737"),
        read("tcp://h?page=14&text=cp737&dots=576")
    );
    for bad in [
        "",
        "lp0",
        "file://lp0",
        "queue://",
        "queue://-o raw",
        "usb://x",
        "tcp://",
        "tcp://h?dots=0",
        "tcp://h?dots=577",
        "tcp://h?dots=9000",
        "tcp://h?dots=384&dots=384",
        "tcp://h?dots",
        "tcp://h?text=cp437",
        "tcp://h?text=",
        "tcp://h?page=14",
        "tcp://h?text=cp737&page=256",
        "tcp://h?font=b",
        "queue://receipts?text=cp737",
    ] {
        assert!(read(bad).is_none(), "{bad}");
    }
}
