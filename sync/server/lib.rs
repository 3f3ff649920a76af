//! The municipal server: the log, the register, enrolment and the exchange.
//!
//! Start reading at [`exchange`] (what a device and the server say to each other) and [`log`] (the one order
//! in which everything happened). Rules live in `koina_model`; nothing here decides who may do what.

pub mod codes;
pub mod config;
pub mod exchange;
pub mod import;
pub mod log;
pub mod municipality;
pub mod replica;
pub mod routes;

use std::error::Error;

use koina_model::problem::Problem;

use crate::log::LogError;

/// Sixteen random bytes as text.
fn random_hex() -> Result<String, LogError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| LogError::Random)?;
    Ok(hex(&bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|letter| letter.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte * 16 + digit)).collect())
}

/// Logs a failure once and gives it a name to ask by.
fn incident(error: &dyn Error) -> Problem {
    let incident = random_hex().unwrap_or_default().chars().take(8).collect::<String>();
    let mut causes = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        causes = format!("{causes}: {cause}");
        source = cause.source();
    }
    tracing::error!(incident, "{causes}");
    Problem::Internal { incident }
}
