//! Koina's rules as pure functions: no I/O, no clock, no randomness, no async.

pub mod applications;
pub mod assets;
pub mod calendar;
pub mod checks;
pub mod columns;
pub mod contacts;
pub mod doc;
pub mod egsa87;
pub mod exchange;
pub mod greek;
pub mod guard;
pub mod ids;
pub mod inspections;
pub mod kiosks;
pub mod limits;
pub mod lists;
pub mod numbers;
pub mod permits;
pub mod photos;
pub mod place;
pub mod problem;
pub mod reference;
pub mod requests;
pub mod tags;
pub mod unlock;
pub mod words;
