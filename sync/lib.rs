//! A copy of the municipality's records, and how copies meet.

pub mod courier;
pub mod decide;
pub mod durable;
pub mod erase;
pub mod escrow;
pub mod exchange;
pub mod identity;
pub mod maps;
pub mod photos;
pub mod qr;
pub mod records;
pub mod replica;
pub mod vault;
pub mod views;
