//! A receipt in the bytes of printers: ESC/POS for receipt printers, PDF for the others.

use std::io::{Cursor, Write};
use std::sync::{Arc, Mutex};

use escpos::driver::Driver;
use escpos::errors::PrinterError;
use escpos::printer::Printer;
use escpos::utils::{BitImageOption, BitImageSize, JustifyMode, Protocol};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::{GrayImage, ImageFormat, imageops};
use koina_model::problem::PrinterFault;
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref};

use super::Patience;
use super::line::{Line, hear, send};
use super::raster::{Block, draw};
use super::text::{Page, columns};
use crate::held;

/// Rows in one command: the memory of small printers holds no more.
const BAND_ROWS: u32 = 128;
/// Asks at once what keeps the printer from printing (DLE EOT 2), and about its paper (DLE EOT 4).
const WHY_OFFLINE: [u8; 3] = [0x10, 0x04, 2];
const PAPER: [u8; 3] = [0x10, 0x04, 4];
/// Asks about the paper after everything before it is printed (GS r 1).
const PAPER_AFTERWARDS: [u8; 3] = [0x1d, 0x72, 1];
/// Clears what the printer has received and not printed, at once (DLE DC4 8), and how a printer answers to it.
const CLEAR: [u8; 10] = [0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8];
const CLEARED: [u8; 3] = [0x37, 0x25, 0];
/// Clears it after an error (DLE ENQ 2).
const CLEAR_ERROR: [u8; 3] = [0x10, 0x05, 2];
/// Ends the letters of two bytes that printers from Asia begin with (FS .), and names a code page (ESC t).
const LETTERS_OF_ONE_BYTE: [u8; 2] = [0x1c, b'.'];
const PAGE: [u8; 2] = [0x1b, b't'];
/// Bits of the answers: every real-time answer has bits 1 and 4 set and 0 and 7 clear.
const ANSWER: (u8, u8) = (0b1001_0011, 0b0001_0010);
const COVER_OPEN: u8 = 0b0000_0100;
const STOPPED_BY_PAPER: u8 = 0b0010_0000;
const NO_PAPER: u8 = 0b0110_0000;
const NO_PAPER_AFTERWARDS: u8 = 0b0000_1100;
/// Dots to an inch of a receipt printer, and units to an inch of a PDF.
const DPI: f32 = 203.0;
const PDF_UNITS: f32 = 72.0;

/// Sends a receipt. A printer that never answers is believed; one that answers must say that paper came out.
pub(super) fn print(
    line: &mut dyn Line,
    receipt: &[u8],
    patience: Patience,
) -> Result<(), PrinterFault> {
    let answers = ready(line, patience)?;
    let printed = hand_over(line, receipt, answers, patience);
    match printed {
        Ok(()) => line.keep(patience.silence),
        Err(_) => cancel(line, patience),
    }
    printed
}

fn hand_over(
    line: &mut dyn Line,
    receipt: &[u8],
    answers: bool,
    patience: Patience,
) -> Result<(), PrinterFault> {
    if let Err(fault) = send(line, receipt, patience) {
        // What stopped it is worth more than that it stopped.
        return Err(ready(line, patience).err().unwrap_or(fault));
    }
    if answers {
        send(line, &PAPER_AFTERWARDS, patience)?;
        match hear(line, patience.printed)? {
            Some(said) if said & NO_PAPER_AFTERWARDS == NO_PAPER_AFTERWARDS => {
                return Err(PrinterFault::NoPaper);
            }
            Some(_) => {}
            None => {
                return Err(ready(line, patience).err().unwrap_or(PrinterFault::Slow));
            }
        }
    }
    line.flush().map_err(|_| PrinterFault::Unreachable)
}

/// Has the printer forget what it holds, as far as it can: the rest of a receipt must not come out when somebody else stands there.
///
/// Only real-time commands are any use: all others wait behind what they should clear.
fn cancel(line: &mut dyn Line, patience: Patience) {
    let hasty = Patience {
        silence: patience.answer,
        whole: patience.answer,
        ..patience
    };
    if send(line, &CLEAR, hasty).is_err() {
        return;
    }
    // Nothing may follow before the answer, which is three bytes.
    for _ in CLEARED {
        if !matches!(hear(line, patience.answer), Ok(Some(_))) {
            break;
        }
    }
    // Older printers know this one instead.
    let _ = send(line, &CLEAR_ERROR, hasty);
}

/// Asks a printer how it is.
pub(super) fn look(line: &mut dyn Line, patience: Patience) -> Result<(), PrinterFault> {
    let ready = ready(line, patience);
    line.keep(patience.silence);
    ready.map(|_| ())
}

/// Whether the printer answers at all; a fault when it says that it cannot print.
fn ready(line: &mut dyn Line, patience: Patience) -> Result<bool, PrinterFault> {
    let mut ask = |question: [u8; 3]| {
        send(line, &question, patience)?;
        let said = hear(line, patience.answer)?;
        Ok(said.filter(|byte| byte & ANSWER.0 == ANSWER.1))
    };
    let Some(offline) = ask(WHY_OFFLINE)? else {
        return Ok(false);
    };
    let paper = ask(PAPER)?.unwrap_or_default();
    if offline & STOPPED_BY_PAPER != 0 || paper & NO_PAPER == NO_PAPER {
        return Err(PrinterFault::NoPaper);
    }
    if offline & COVER_OPEN != 0 {
        return Err(PrinterFault::CoverOpen);
    }
    Ok(true)
}

/// Collects what the library writes.
#[derive(Clone, Default)]
struct Bytes(Arc<Mutex<Vec<u8>>>);

impl Driver for Bytes {
    fn name(&self) -> String {
        "bytes".to_owned()
    }

    fn write(&self, data: &[u8]) -> escpos::errors::Result<()> {
        held(&self.0).extend_from_slice(data);
        Ok(())
    }

    fn read(&self, _: &mut [u8]) -> escpos::errors::Result<usize> {
        Ok(0)
    }

    fn flush(&self) -> escpos::errors::Result<()> {
        Ok(())
    }
}

/// A receipt as commands, with a cut at the end: as a picture, or as text where the printer's code page is known.
pub(super) fn escpos(
    blocks: &[Block],
    dots: u32,
    page: Option<Page>,
) -> Result<Vec<u8>, PrinterFault> {
    let bytes = Bytes::default();
    let mut printer = Printer::new(bytes.clone(), Protocol::default(), None);
    let made = printer.init().map(|_| ()).and_then(|()| {
        match page {
            None => picture(&mut printer, &draw(blocks, dots))?,
            Some(page) => text(&mut printer, blocks, page, dots)?,
        }
        printer.print_cut()?;
        Ok(std::mem::take(&mut *held(&bytes.0)))
    });
    made.map_err(|failure| {
        tracing::error!(%failure, "a receipt could not be put into the bytes of a printer");
        PrinterFault::Unreachable
    })
}

/// A picture in bands that small printers can hold.
fn picture(printer: &mut Printer<Bytes>, picture: &GrayImage) -> Result<(), PrinterError> {
    for top in (0..picture.height()).step_by(BAND_ROWS as usize) {
        let rows = BAND_ROWS.min(picture.height() - top);
        let band = imageops::crop_imm(picture, 0, top, picture.width(), rows).to_image();
        let mut png = Cursor::new(Vec::new());
        band.write_to(&mut png, ImageFormat::Png)
            .map_err(|failure| PrinterError::Input(failure.to_string()))?;
        let how = BitImageOption::new(None, None, BitImageSize::Normal)?;
        printer.bit_image_from_bytes_option(png.get_ref(), how)?;
    }
    Ok(())
}

/// Text in the printer's letters, and the square code as a picture: not every printer draws codes.
fn text(
    printer: &mut Printer<Bytes>,
    blocks: &[Block],
    page: Page,
    dots: u32,
) -> Result<(), PrinterError> {
    printer.custom(&LETTERS_OF_ONE_BYTE)?;
    printer.custom(&[PAGE.as_slice(), &[page.number()]].concat())?;
    let rule = "-".repeat(columns(dots, 1));
    for block in blocks {
        let (words, size, bold, middle) = match block {
            Block::Text {
                words,
                size,
                bold,
                middle,
            } => (words.as_str(), *size, *bold, *middle),
            Block::Rule => (rule.as_str(), 0, false, false),
            Block::Code(_) => {
                printer.justify(JustifyMode::LEFT)?;
                picture(printer, &draw(std::slice::from_ref(block), dots))?;
                continue;
            }
        };
        let (across, down) = match size {
            50.. => (2, 2),
            40.. => (1, 2),
            _ => (1, 1),
        };
        let side = if middle {
            JustifyMode::CENTER
        } else {
            JustifyMode::LEFT
        };
        printer.justify(side)?.bold(bold)?.size(across, down)?;
        for line in page.lines(words, dots, across) {
            printer.custom(&line)?.feed()?;
        }
    }
    Ok(())
}

/// Pictures as pages, each as large as its picture, for printers that print pages.
pub(crate) fn pdf(pictures: &[GrayImage]) -> Vec<u8> {
    /// Objects of a page: itself, its picture, and what draws it.
    const EACH: i32 = 3;
    let [catalog, pages] = [1, 2].map(Ref::new);
    let name = Name(b"R");
    let count = i32::try_from(pictures.len()).unwrap_or_default();
    let first = |page: i32| pages.get() + 1 + page * EACH;
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages);
    let kids = (0..count).map(|page| Ref::new(first(page)));
    pdf.pages(pages).kids(kids).count(count);
    for (at, picture) in (0..count).zip(pictures) {
        let [page, image, content] = [0, 1, 2].map(|part| Ref::new(first(at) + part));
        #[allow(clippy::cast_precision_loss, reason = "some thousand dots")]
        let [width, height] =
            [picture.width(), picture.height()].map(|dots| dots as f32 / DPI * PDF_UNITS);
        let mut sheet = pdf.page(page);
        sheet.media_box(Rect::new(0.0, 0.0, width, height));
        sheet.parent(pages);
        sheet.contents(content);
        sheet.resources().x_objects().pair(name, image);
        sheet.finish();
        let [dots, rows] =
            [picture.width(), picture.height()].map(|dots| i32::try_from(dots).unwrap_or_default());
        let packed = packed(picture.as_raw());
        let mut drawn = pdf.image_xobject(image, &packed);
        drawn.filter(Filter::FlateDecode);
        drawn.width(dots);
        drawn.height(rows);
        drawn.color_space().device_gray();
        drawn.bits_per_component(8);
        drawn.finish();
        let mut drawing = Content::new();
        drawing.transform([width, 0.0, 0.0, height, 0.0, 0.0]);
        drawing.x_object(name);
        pdf.stream(content, &drawing.finish());
    }
    pdf.finish()
}

/// Bytes as PDF unpacks them (zlib).
fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packing = ZlibEncoder::new(Vec::new(), Compression::fast());
    // Into memory: nothing there can fail.
    let _ = packing.write_all(bytes);
    packing.finish().unwrap_or_default()
}
