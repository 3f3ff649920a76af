//! What a window may ask of its replica. Each command is *replica, call, convert*; rules live in `koina-model`.

mod inputs;
pub use inputs::*;

#[cfg(test)]
mod typescript;
