//! A plan of civil protection comes into force, or ends: every device hears of it with the lists, at its next exchange.

use axum::response::Response;
use koina_model::permits::Permit;
use koina_model::problem::{FieldRule, Problem};
use koina_sync::views::EmergencySet;

use super::{Call, json};
use crate::log::Author;

pub(super) async fn set(call: Call) -> Result<Response, Problem> {
    let desk = call.device()?;
    let town = &call.app.town;
    // It is everybody's: a desk of some communities does not decide for the others.
    if !desk.communities.is_empty() {
        return Err(Problem::NotAllowed {
            needs: Permit::DeclareEmergencies,
        });
    }
    let EmergencySet { plan } = call.json()?;
    if !plan.is_empty() && town.reference().emergency_plan(&plan).is_none() {
        return Err(Problem::field("plan", FieldRule::NotOnAList));
    }
    let by = Author::of(desk);
    town.log.put_emergency(by, call.now, plan.clone()).await?;
    json(&EmergencySet { plan })
}
