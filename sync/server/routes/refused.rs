//! Changes that were refused: the desk reads them, takes them in after all, or says that they are not taken.

use axum::response::Response;
use koina_model::problem::Problem;
use koina_sync::identity::unhex;
use koina_sync::views::RefusedDecision;

use super::{Call, json};
use crate::log::Author;

/// Refused changes shown at a time.
const ROWS: u32 = 500;

pub(super) async fn list(call: Call) -> Result<Response, Problem> {
    let communities = call.device()?.communities.clone();
    json(&call.app.town.log.refused(ROWS, communities).await?)
}

pub(super) async fn take(call: Call) -> Result<Response, Problem> {
    let hashes = hashes(&call.json::<RefusedDecision>()?)?;
    json(&crate::exchange::take_over(&call.app.town, call.device()?, hashes, call.now).await?)
}

pub(super) async fn decide(call: Call) -> Result<Response, Problem> {
    let decision: RefusedDecision = call.json()?;
    let desk = call.device()?;
    let by = Author::of(desk);
    let log = &call.app.town.log;
    // Only about what this desk may read.
    let kept = log
        .kept(hashes(&decision)?, desk.communities.clone())
        .await?;
    let hashes = kept.into_iter().map(|kept| kept.hash).collect();
    log.decide(by, call.now, hashes, decision.taken).await?;
    json(&log.refused(ROWS, desk.communities.clone()).await?)
}

fn hashes(decision: &RefusedDecision) -> Result<Vec<[u8; 32]>, Problem> {
    let hashes = decision.changes.iter().map(|text| {
        let hash = unhex(text).and_then(|bytes| bytes.try_into().ok());
        hash.ok_or(Problem::Malformed {
            what: "the hash of a change".to_owned(),
        })
    });
    hashes.collect()
}
