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

/// A text as a square code: how many modules a side has, and whether each is dark, row by row. `None` when it is too long.
pub fn modules(text: &str) -> Option<(usize, Vec<bool>)> {
    let code = QRBuilder::new(text).build().ok()?;
    let modules = code.data.iter().take(code.size * code.size);
    Some((code.size, modules.map(|module| module.value()).collect()))
}
