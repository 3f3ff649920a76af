//! The exchange over HTTP: CBOR in zstd, both ways.

use axum::http::StatusCode;
use axum::response::Response;
use koina_model::exchange::{Ask, Item, MEDIA_TYPE};
use koina_model::problem::Problem;

use super::{Call, typed};
use crate::apart;

/// How hard answers are compressed, 1 (fast) to 19 (small).
const PACK_LEVEL: i32 = 3;
const PACK_LEVEL_DOCS: i32 = 9;

pub(super) async fn exchange(call: Call) -> Result<Response, Problem> {
    let device = call.device()?.clone();
    let Call { app, body, now, .. } = call;
    let ask = apart(move || koina_sync::exchange::unpack::<Ask>(&body)).await?;
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

/// A desk hands over a courier file that somebody brought, and gets the file that answers it.
pub(super) async fn courier(call: Call) -> Result<Response, Problem> {
    let answer = crate::courier::answer(&call.app.town, call.body, call.now).await?;
    Ok(typed(StatusCode::OK, "application/octet-stream", answer))
}
