//! A copy of the municipality's records, and how copies meet.

pub mod views;
