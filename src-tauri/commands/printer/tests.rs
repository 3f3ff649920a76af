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

/// Listens as a printer; gives where, and later every byte it was sent.
fn printer(temper: Temper) -> (Printer, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = format!("tcp://{}", listener.local_addr().unwrap());
    let heard = spawn(move || {
        let (line, _) = listener.accept().unwrap();
        answer(line, temper)
    });
    let mut printer = Printer::at(Some(place.parse().unwrap()));
    printer.patience = SHORT;
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

#[test]
fn a_page_for_other_printers_is_a_pdf_with_the_same_picture() {
    let picture = draw(&blocks(&receipt(Language::El)), 576);
    let pdf = super::wire::pdf(&picture);
    assert!(pdf.starts_with(b"%PDF-") && pdf.trim_ascii_end().ends_with(b"%%EOF"));
    let raw = picture.as_raw();
    assert!(pdf.windows(raw.len()).any(|part| part == raw.as_slice()));
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
    ] {
        assert!(read(good).is_some(), "{good}");
    }
    assert_eq!(read("tcp://192.0.2.7"), read("tcp://192.0.2.7:9100"));
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
    ] {
        assert!(read(bad).is_none(), "{bad}");
    }
}
