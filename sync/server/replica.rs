//! The server's own copy of the records, by its names here.

pub use koina_sync::replica::{
    FirstPage, Judged, LogBody, LogRow, NewChange, Replica, ReplicaError, Writer,
};
