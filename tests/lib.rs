//! The promises of the product, end to end.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test stops at the first surprise"
)]

pub mod figures;
pub mod hostile;
pub mod process;
pub mod proxy;
pub mod served;
pub mod sim;
pub mod town;
pub mod village;
