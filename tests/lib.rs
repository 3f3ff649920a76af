//! The promises of the product, end to end.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test stops at the first surprise"
)]

/// The map of the demo, made by `cargo xtask map`: land of Natural Earth, villages of the reference data.
pub const MAP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/map/dion-olympos.pmtiles");

pub mod figures;
pub mod heard;
pub mod hostile;
pub mod installed;
pub mod pictures;
pub mod process;
pub mod proxy;
pub mod served;
pub mod shelf;
pub mod sim;
pub mod town;
pub mod village;
