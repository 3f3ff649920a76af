//! The municipal server: the log, the register, enrolment and the exchange.
//!
//! Start reading at [`exchange`] (what a device and the server say to each other) and [`log`] (the one order
//! in which everything happened). Rules live in `koina_model`; nothing here decides who may do what.

pub mod accounts;
pub mod audit;
pub mod codes;
pub mod config;
pub mod contacts;
pub mod courier;
pub mod door;
pub mod exchange;
pub mod files;
pub mod import;
pub mod log;
pub mod municipality;
pub mod rates;
pub mod replica;
pub mod routes;
pub mod tls;

use std::error::Error;

use koina_model::problem::Problem;
use koina_sync::identity::hex;

use crate::log::LogError;

/// Random bytes.
#[allow(
    clippy::disallowed_methods,
    reason = "epochs and what lets somebody in have to be unguessable"
)]
fn random<const N: usize>() -> Result<[u8; N], LogError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| LogError::Random)?;
    Ok(bytes)
}

/// Sixteen random bytes as text.
fn random_hex() -> Result<String, LogError> {
    Ok(hex(&random::<16>()?))
}

/// Logs a failure once and gives it a name to ask by.
fn incident(error: &dyn Error) -> Problem {
    let incident = random_hex()
        .unwrap_or_default()
        .chars()
        .take(8)
        .collect::<String>();
    let mut causes = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        causes = format!("{causes}: {cause}");
        source = cause.source();
    }
    tracing::error!(incident, "{causes}");
    Problem::Internal { incident }
}

/// Runs work that takes a while on a thread of its own.
async fn apart<T, F>(work: F) -> Result<T, Problem>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, Problem> + Send + 'static,
{
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| incident(&error))?
}
