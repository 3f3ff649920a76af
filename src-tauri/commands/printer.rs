//! The printer of a kiosk. Receipts go to it as pictures, so that Greek is right on every model; what it cannot do is said in
//! words, and the receipt stays on the screen.

mod line;
mod paper;
mod raster;
mod wire;

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Mutex, TryLockError};
use std::time::Duration;

use koina_model::kiosks::Paper;
use koina_model::problem::{PrinterFault, Problem};

pub(crate) use paper::{Applied, Receipt};

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
/// with `?dots=384` for paper of 58 mm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrinterPlace {
    way: Way,
    dots: u32,
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
    "a printer is tcp://HOST:9100, file:///dev/usb/lp0 or queue://NAME, with ?dots=384 to ?dots=832 (a multiple of 8)"
)]
pub struct NotAPlace;

impl FromStr for PrinterPlace {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        let (place, dots) = match text.split_once("?dots=") {
            Some((place, dots)) => (place, dots.parse().map_err(|_| NotAPlace)?),
            None => (text, DOTS),
        };
        if !DOTS_FROM_TO.contains(&dots) || dots % 8 != 0 {
            return Err(NotAPlace);
        }
        let way = match place.split_once("://") {
            Some(("tcp", host)) if !host.is_empty() => Way::Network(if host.contains(':') {
                host.to_owned()
            } else {
                format!("{host}:{PORT}")
            }),
            Some(("file", path)) if path.starts_with('/') => Way::File(path.into()),
            // A name that begins with a dash would be an option.
            Some(("queue", name)) if !name.is_empty() && !name.starts_with('-') => {
                Way::Queue(name.to_owned())
            }
            _ => return Err(NotAPlace),
        };
        Ok(Self { way, dots })
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
    /// For everything, however steadily it trickles.
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
        let until = line::deadline(self.patience.whole);
        while matches!(self.turn.try_lock(), Err(TryLockError::WouldBlock)) && !line::passed(until)
        {
            std::thread::sleep(LOOK);
        }
    }

    /// Asks the printer how it is, without printing. A queue of the system is not asked.
    pub(crate) fn look(&self) {
        let Some(place) = &self.place else { return };
        let _turn = held(&self.turn);
        let outcome = match &place.way {
            Way::Network(host) => {
                line::network(host, self.patience).and_then(|line| wire::look(line, self.patience))
            }
            Way::File(path) => line::file(path).and_then(|line| wire::look(line, self.patience)),
            Way::Queue(_) => return,
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
        let picture = raster::draw(&paper::blocks(receipt), place.dots);
        let outcome = match &place.way {
            Way::Network(host) => line::network(host, self.patience)
                .and_then(|line| wire::print(line, &picture, self.patience)),
            Way::File(path) => {
                line::file(path).and_then(|line| wire::print(line, &picture, self.patience))
            }
            Way::Queue(name) => line::queue(name, &wire::pdf(&picture), self.patience),
        };
        *held(&self.last) = Some(outcome);
        Ok(outcome?)
    }
}

#[cfg(test)]
mod tests;
