//! The server's own copy of the records, by its names here.

pub use koina_sync::replica::{
    FirstPage, Foreseen, Judged, Judgement, LogBody, LogRow, NewChange, Replica, ReplicaError,
    Writer,
};
