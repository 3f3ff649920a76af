//! The map of the municipality, for devices that want it.

use axum::http::StatusCode;
use axum::response::Response;
use koina_model::problem::Problem;
use koina_sync::maps::Maps;
use koina_sync::maps::carry::{MapOffer, PIECE_MAX};

use super::files::piece;
use super::{Call, json, typed};

/// Which map there is.
pub(super) async fn about(call: Call) -> Result<Response, Problem> {
    let map = call.app.town.of_maps(Maps::current).await?;
    json(&MapOffer { map })
}

/// Some bytes of it.
pub(super) async fn get(call: Call) -> Result<Response, Problem> {
    let (file, from, most) = piece(&call)?;
    let most = usize::try_from(most).unwrap_or(usize::MAX).min(PIECE_MAX);
    let read = move |maps: &Maps| maps.read(file, from, most);
    let bytes = call.app.town.of_maps(read).await;
    let bytes = bytes.map_err(|problem| match problem {
        Problem::Map { .. } => Problem::NotFound,
        other => other,
    })?;
    Ok(typed(StatusCode::OK, "application/octet-stream", bytes))
}
