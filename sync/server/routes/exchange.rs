//! The exchange over HTTP: CBOR in zstd, both ways.

use std::io::Read;

use axum::http::StatusCode;
use axum::response::Response;
use koina_model::exchange::{Ask, INFLATED_BYTES_MAX, Item, MEDIA_TYPE};
use koina_model::problem::Problem;

use super::{Call, typed};

/// Largest window a message may ask for: 8 MiB.
const WINDOW_LOG_MAX: u32 = 23;

/// How hard answers are compressed, 1 (fast) to 19 (small).
const PACK_LEVEL: i32 = 3;
const PACK_LEVEL_DOCS: i32 = 9;

pub(super) async fn exchange(call: Call) -> Result<Response, Problem> {
    let device = call.device()?.clone();
    let Call { app, body, now, .. } = call;
    let ask = apart(move || decode(&body)).await?;
    let answer = crate::exchange::exchange(&app.town, &device, ask, now).await?;
    // Whole records cross once in a device's life, over a poor line: worth some of the server's time.
    let level = if answer
        .items
        .iter()
        .any(|item| matches!(item, Item::Doc { .. } | Item::Docs { .. }))
    {
        PACK_LEVEL_DOCS
    } else {
        PACK_LEVEL
    };
    let bytes = apart(move || koina_sync::exchange::pack_at(&answer, level)).await?;
    Ok(typed(StatusCode::OK, MEDIA_TYPE, bytes))
}

/// Inflates and reads a message, both within limits.
fn decode(body: &[u8]) -> Result<Ask, Problem> {
    let malformed = |what: &str| Problem::Malformed {
        what: what.to_owned(),
    };
    let mut inflating =
        zstd::stream::read::Decoder::with_buffer(body).map_err(|_| malformed("zstd"))?;
    inflating
        .window_log_max(WINDOW_LOG_MAX)
        .map_err(|_| malformed("zstd"))?;
    let mut plain = Vec::new();
    let limit = u64::try_from(INFLATED_BYTES_MAX).unwrap_or(u64::MAX);
    inflating
        .take(limit + 1)
        .read_to_end(&mut plain)
        .map_err(|_| malformed("zstd"))?;
    if plain.len() > INFLATED_BYTES_MAX {
        return Err(Problem::TooLarge {
            bytes_max: u32::try_from(INFLATED_BYTES_MAX).unwrap_or(u32::MAX),
        });
    }
    ciborium::from_reader(plain.as_slice()).map_err(|_| malformed("CBOR"))
}

/// Runs work that takes a while on a thread of its own.
async fn apart<T, F>(work: F) -> Result<T, Problem>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, Problem> + Send + 'static,
{
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| crate::incident(&error))?
}
