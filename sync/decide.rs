//! What the desk decides about changes that the server refused: asked of the server, since only it has them all.

use koina_model::ids::Time;
use koina_model::problem::Problem;
use serde::{Deserialize, Serialize};

use crate::exchange::{Line, ask_json, json_body};
use crate::identity::unhex;
use crate::replica::Replica;
use crate::views::{Fate, RefusedDecision, RefusedRow, TakenOver};

/// What became of refused changes that the desk wanted to take in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Took {
    pub taken: u32,
    /// Those that could not be taken, each with the code of the reason; `waits` when it rests on a change that is not here.
    pub left: Vec<(String, String)>,
}

/// Takes refused changes in after all. What cannot go into the log as it was written is written anew here, as this desk's.
/// To be asked again when an answer was lost: nothing is written twice.
pub async fn take_over(
    replica: &Replica,
    line: &impl Line,
    changes: Vec<String>,
    now: Time,
) -> Result<Took, Problem> {
    let fates: Vec<TakenOver> = ask(replica, line, "/v1/refused/take", changes, false).await?;
    let mut took = Took::default();
    let mut anew = Vec::new();
    for TakenOver { change, fate } in fates {
        let reason = match fate {
            Fate::Taken => {
                took.taken += 1;
                continue;
            }
            Fate::Gone => continue,
            Fate::WriteAnew { doc, kind, bytes } => {
                let bytes = unhex(&bytes).unwrap_or_default();
                match replica.take_over(doc, kind, &bytes, now) {
                    Ok(_) => {
                        anew.push(change);
                        continue;
                    }
                    Err(failure) => match failure.to_problem() {
                        Problem::NotFound => "out_of_scope".to_owned(),
                        Problem::NotAllowed { .. } => "not_allowed".to_owned(),
                        Problem::Malformed { .. } => "bad_value".to_owned(),
                        other => return Err(other),
                    },
                }
            }
            Fate::Waiting => "waits".to_owned(),
            Fate::Refused { reason } => reason,
        };
        took.left.push((change, reason));
    }
    if !anew.is_empty() {
        took.taken += u32::try_from(anew.len()).unwrap_or(u32::MAX);
        let _: Vec<RefusedRow> = ask(replica, line, "/v1/refused/decide", anew, true).await?;
    }
    Ok(took)
}

/// Says that refused changes are not taken: their devices hear of it and keep what they say.
pub async fn dismiss(
    replica: &Replica,
    line: &impl Line,
    changes: Vec<String>,
) -> Result<(), Problem> {
    let _: Vec<RefusedRow> = ask(replica, line, "/v1/refused/decide", changes, false).await?;
    Ok(())
}

async fn ask<A: serde::de::DeserializeOwned>(
    replica: &Replica,
    line: &impl Line,
    path: &str,
    changes: Vec<String>,
    taken: bool,
) -> Result<A, Problem> {
    let body = json_body(&RefusedDecision { changes, taken })?;
    ask_json(replica, line, "POST", path, body).await
}
