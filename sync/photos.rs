//! Photos on a device: a picture is made ready ([`picture`]), its files are kept beside the replica ([`store`]), sealed, and they are
//! carried to the town hall and from it, piece by piece ([`carry`]).

pub mod carry;
pub mod picture;
mod sealed;
pub mod store;
