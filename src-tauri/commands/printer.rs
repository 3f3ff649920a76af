//! The printer of a kiosk. Receipts go to it as pictures, so that Greek is right on every model, or as text where its place names a
//! code page; what it cannot do is said in words, and the receipt stays on the screen.

mod line;
mod paper;
pub(crate) mod raster;
mod text;
pub(crate) mod wire;

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Mutex, TryLockError};
use std::time::Duration;

use koina_model::kiosks::Paper;
use koina_model::problem::{PrinterFault, Problem};

pub(crate) use paper::{Applied, Receipt};

use line::Line;
use text::Page;

use crate::held;

/// Dots in a line of 80 mm paper at 203 dots per inch, of which 72 mm are printed.
const DOTS: u32 = 576;
/// Dots that a paper may have across: 58 mm to 112 mm.
const DOTS_FROM_TO: std::ops::RangeInclusive<u32> = 384..=832;
/// Port on which receipt printers take bytes as they are.
const PORT: u16 = 9100;

/// Where the printer is and how wide its paper is.
///
/// Written `tcp://192.0.2.7:9100`, `file:///dev/usb/lp0` or `queue://receipts` (a printer of the system, by its name),
/// with `?dots=384` for paper of 58 mm, `text=cp737` to print text instead of pictures, in that code page, and `page=64` if the
/// printer has it under that number (`tcp://192.0.2.7?dots=384&text=cp737&page=64`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrinterPlace {
    way: Way,
    dots: u32,
    /// `None` for pictures.
    page: Option<Page>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Way {
    Network(String),
    File(PathBuf),
    Queue(String),
}

/// Why a printer's place cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error(
    "a printer is tcp://HOST:9100, file:///dev/usb/lp0 or queue://NAME, with ?dots=384 to ?dots=832 (a multiple of 8); \
     but for a queue also text=cp737, cp869, cp1253 or iso8859-7, and with it page=0 to page=255"
)]
pub struct NotAPlace;

impl FromStr for PrinterPlace {
    type Err = NotAPlace;

    fn from_str(written: &str) -> Result<Self, NotAPlace> {
        let (place, settings) = written.split_once('?').unwrap_or((written, ""));
        let (mut dots, mut text, mut number) = (None, None, None);
        for setting in settings.split('&').filter(|setting| !setting.is_empty()) {
            let (name, value) = setting.split_once('=').ok_or(NotAPlace)?;
            let before = match name {
                "dots" => dots.replace(value),
                "text" => text.replace(value),
                "page" => number.replace(value),
                _ => return Err(NotAPlace),
            };
            if before.is_some() {
                return Err(NotAPlace);
            }
        }
        let dots = dots.map_or(Ok(DOTS), str::parse).map_err(|_| NotAPlace)?;
        if !DOTS_FROM_TO.contains(&dots) || dots % 8 != 0 {
            return Err(NotAPlace);
        }
        let number = number.map(str::parse).transpose().map_err(|_| NotAPlace)?;
        let page = match text {
            Some(name) => Some(Page::named(name, number).ok_or(NotAPlace)?),
            None if number.is_some() => return Err(NotAPlace),
            None => None,
        };
        let way = match place.split_once("://") {
            Some(("tcp", host)) if !host.is_empty() => Way::Network(if host.contains(':') {
                host.to_owned()
            } else {
                format!("{host}:{PORT}")
            }),
            Some(("file", path)) if path.starts_with('/') => Way::File(path.into()),
            // A name that begins with a dash would be an option. A queue takes pages, and draws them itself.
            Some(("queue", name))
                if !name.is_empty() && !name.starts_with('-') && page.is_none() =>
            {
                Way::Queue(name.to_owned())
            }
            _ => return Err(NotAPlace),
        };
        Ok(Self { way, dots, page })
    }
}

/// The way to a printer, as far as it has been gone.
enum Open<'a> {
    Line(Box<dyn Line>),
    /// A queue takes whole pages only, and cannot be asked how the printer is.
    Queue(&'a str),
}

impl PrinterPlace {
    fn open(&self, patience: Patience) -> Result<Open<'_>, PrinterFault> {
        Ok(match &self.way {
            Way::Network(host) => Open::Line(Box::new(line::network(host, patience)?)),
            Way::File(path) => Open::Line(Box::new(line::file(path)?)),
            Way::Queue(name) => Open::Queue(name),
        })
    }
}

/// How long each step of printing may take.
#[derive(Clone, Copy, Debug)]
struct Patience {
    connect: Duration,
    /// Until the printer says how it is; many never do.
    answer: Duration,
    /// Without the printer taking anything.
    silence: Duration,
    /// For everything, however steadily it trickles; for a queue, until it is done with a receipt.
    whole: Duration,
    /// From the last byte until the paper is out.
    printed: Duration,
}

const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(3),
    answer: Duration::from_millis(700),
    silence: Duration::from_secs(8),
    whole: Duration::from_secs(30),
    printed: Duration::from_secs(12),
};

/// Between looks whether a printer takes or says something.
const LOOK: Duration = Duration::from_millis(20);

/// The printer of this installation, if it has one. Prints one receipt at a time.
#[derive(Debug)]
pub struct Printer {
    place: Option<PrinterPlace>,
    patience: Patience,
    /// Where `lp`, `lpstat` and `cancel` are; empty for where the system looks for programs.
    programs: PathBuf,
    turn: Mutex<()>,
    last: Mutex<Option<Result<(), PrinterFault>>>,
}

impl Default for Printer {
    fn default() -> Self {
        Self::at(None)
    }
}

impl Printer {
    pub fn at(place: Option<PrinterPlace>) -> Self {
        Self {
            place,
            patience: PATIENCE,
            programs: PathBuf::new(),
            turn: Mutex::default(),
            last: Mutex::default(),
        }
    }

    /// What the last print or look said; `None` before the first.
    pub fn last(&self) -> Option<Result<(), PrinterFault>> {
        if self.place.is_none() {
            return Some(Err(PrinterFault::NotSet));
        }
        *held(&self.last)
    }

    /// Waits until nothing is being printed any more, or until nobody would wait any longer.
    pub fn finish(&self) {
        let until = line::deadline(self.patience.whole + self.patience.printed);
        while matches!(self.turn.try_lock(), Err(TryLockError::WouldBlock)) && !line::passed(until)
        {
            std::thread::sleep(LOOK);
        }
    }

    /// Asks the printer how it is, without printing. A queue of the system is not asked.
    pub(crate) fn look(&self) {
        let Some(place) = &self.place else { return };
        let _turn = held(&self.turn);
        let outcome = match place.open(self.patience) {
            Ok(Open::Line(mut line)) => wire::look(&mut *line, self.patience),
            Ok(Open::Queue(_)) => return,
            Err(fault) => Err(fault),
        };
        *held(&self.last) = Some(outcome);
    }

    /// What the desk and staff are told of it; `None` before anybody knows.
    pub(crate) fn paper(&self) -> Option<Paper> {
        Some(match self.last()? {
            Ok(()) => Paper::Ready,
            Err(PrinterFault::NotSet) => Paper::NoPrinter,
            Err(PrinterFault::NoPaper) => Paper::Out,
            Err(PrinterFault::Unreachable | PrinterFault::CoverOpen | PrinterFault::Slow) => {
                Paper::Fault
            }
        })
    }

    /// Prints a receipt. May block for as long as a slow printer takes.
    pub(crate) fn print(&self, receipt: &Receipt<'_>) -> Result<(), Problem> {
        let place = self.place.as_ref().ok_or(PrinterFault::NotSet)?;
        let _turn = held(&self.turn);
        let patience = self.patience;
        let blocks = paper::blocks(receipt);
        let outcome = place.open(patience).and_then(|open| match open {
            Open::Line(mut line) => {
                let bytes = wire::escpos(&blocks, place.dots, place.page)?;
                wire::print(&mut *line, &bytes, patience)
            }
            Open::Queue(name) => {
                let page = wire::pdf(&[raster::draw(&blocks, place.dots)]);
                line::queue(&self.programs, name, &page, patience)
            }
        });
        *held(&self.last) = Some(outcome);
        Ok(outcome?)
    }
}

#[cfg(test)]
pub(crate) mod tests;
