//! A picture in the bytes of printers: ESC/POS for receipt printers, PDF for the others.

use std::io::Cursor;
use std::sync::{Arc, Mutex};

use escpos::driver::Driver;
use escpos::printer::Printer;
use escpos::utils::{BitImageOption, BitImageSize, Protocol};
use image::{GrayImage, ImageFormat, imageops};
use koina_model::problem::PrinterFault;
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref};

use super::Patience;
use super::line::{Line, hear, send};
use crate::held;

/// Rows in one command: the memory of small printers holds no more.
const BAND_ROWS: u32 = 128;
/// Asks at once what keeps the printer from printing (DLE EOT 2), and about its paper (DLE EOT 4).
const WHY_OFFLINE: [u8; 3] = [0x10, 0x04, 2];
const PAPER: [u8; 3] = [0x10, 0x04, 4];
/// Asks about the paper after everything before it is printed (GS r 1).
const PAPER_AFTERWARDS: [u8; 3] = [0x1d, 0x72, 1];
/// Bits of the answers: every real-time answer has bits 1 and 4 set and 0 and 7 clear.
const ANSWER: (u8, u8) = (0b1001_0011, 0b0001_0010);
const COVER_OPEN: u8 = 0b0000_0100;
const STOPPED_BY_PAPER: u8 = 0b0010_0000;
const NO_PAPER: u8 = 0b0110_0000;
const NO_PAPER_AFTERWARDS: u8 = 0b0000_1100;
/// Dots to an inch of a receipt printer, and units to an inch of a PDF.
const DPI: f32 = 203.0;
const PDF_UNITS: f32 = 72.0;

/// Prints a picture. A printer that never answers is believed; one that answers must say that paper came out.
pub(super) fn print(
    mut line: impl Line,
    picture: &GrayImage,
    patience: Patience,
) -> Result<(), PrinterFault> {
    let answers = ready(&mut line, patience)?;
    for band in escpos(picture) {
        if let Err(fault) = send(&mut line, &band, patience) {
            // What stopped it is worth more than that it stopped.
            return Err(ready(&mut line, patience).err().unwrap_or(fault));
        }
    }
    if answers {
        send(&mut line, &PAPER_AFTERWARDS, patience)?;
        match hear(&mut line, patience.printed)? {
            Some(said) if said & NO_PAPER_AFTERWARDS == NO_PAPER_AFTERWARDS => {
                return Err(PrinterFault::NoPaper);
            }
            Some(_) => {}
            None => {
                return Err(ready(&mut line, patience)
                    .err()
                    .unwrap_or(PrinterFault::Slow));
            }
        }
    }
    line.flush().map_err(|_| PrinterFault::Unreachable)
}

/// Asks a printer how it is.
pub(super) fn look(mut line: impl Line, patience: Patience) -> Result<(), PrinterFault> {
    ready(&mut line, patience).map(|_| ())
}

/// Whether the printer answers at all; a fault when it says that it cannot print.
fn ready(line: &mut impl Line, patience: Patience) -> Result<bool, PrinterFault> {
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

/// The picture as commands, band by band, with a cut at the end.
fn escpos(picture: &GrayImage) -> Vec<Vec<u8>> {
    let bytes = Bytes::default();
    let mut printer = Printer::new(bytes.clone(), Protocol::default(), None);
    let mut bands = Vec::new();
    let mut failed = printer.init().is_err();
    for top in (0..picture.height()).step_by(BAND_ROWS as usize) {
        let rows = BAND_ROWS.min(picture.height() - top);
        let band = imageops::crop_imm(picture, 0, top, picture.width(), rows).to_image();
        let mut png = Cursor::new(Vec::new());
        failed |= band.write_to(&mut png, ImageFormat::Png).is_err()
            || BitImageOption::new(None, None, BitImageSize::Normal)
                .and_then(|how| {
                    printer
                        .bit_image_from_bytes_option(png.get_ref(), how)?
                        .print()
                })
                .is_err();
        bands.push(std::mem::take(&mut *held(&bytes.0)));
    }
    failed |= printer.print_cut().is_err();
    bands.push(std::mem::take(&mut *held(&bytes.0)));
    if failed {
        tracing::error!("a receipt could not be put into the bytes of a printer");
    }
    bands
}

/// One page, as large as the receipt, for printers that print pages.
pub(super) fn pdf(picture: &GrayImage) -> Vec<u8> {
    let [catalog, pages, page, image, content] = [1, 2, 3, 4, 5].map(Ref::new);
    let name = Name(b"R");
    #[allow(clippy::cast_precision_loss, reason = "some thousand dots")]
    let [width, height] =
        [picture.width(), picture.height()].map(|dots| dots as f32 / DPI * PDF_UNITS);
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages);
    pdf.pages(pages).kids([page]).count(1);
    let mut sheet = pdf.page(page);
    sheet.media_box(Rect::new(0.0, 0.0, width, height));
    sheet.parent(pages);
    sheet.contents(content);
    sheet.resources().x_objects().pair(name, image);
    sheet.finish();
    let [dots, rows] =
        [picture.width(), picture.height()].map(|dots| i32::try_from(dots).unwrap_or_default());
    let raw = picture.as_raw();
    let mut drawn = pdf.image_xobject(image, raw);
    drawn.width(dots);
    drawn.height(rows);
    drawn.color_space().device_gray();
    drawn.bits_per_component(8);
    drawn.finish();
    let mut drawing = Content::new();
    drawing.transform([width, 0.0, 0.0, height, 0.0, 0.0]);
    drawing.x_object(name);
    pdf.stream(content, &drawing.finish());
    pdf.finish()
}
