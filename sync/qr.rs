//! Square codes.

use fast_qr::convert::svg::SvgBuilder;
use fast_qr::qr::QRBuilder;

/// A text as a square code, in SVG; empty when it is too long for one.
pub fn svg(text: &str) -> String {
    match QRBuilder::new(text).build() {
        Ok(qr) => SvgBuilder::default().to_str(&qr),
        Err(_) => String::new(),
    }
}
