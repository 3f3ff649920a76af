//! Whoever comes with a one-time code: a new device with its public key, and one of which only the town hall has the key.

use axum::response::{IntoResponse, Response};
use ed25519_dalek::VerifyingKey;
use koina_model::exchange::{EnrolAnswer, EnrolAsk, ReopenAsk};
use koina_model::problem::{FieldRule, Problem};
use koina_sync::escrow::Sealed;
use koina_sync::{courier, escrow};

use super::{Call, json};
use crate::codes;
use crate::log::{Newcomer, Redeemed};

pub(super) async fn enrol(call: Call) -> Result<Response, Problem> {
    let ask: EnrolAsk = call.json()?;
    let newcomer = Newcomer {
        code_hash: codes::hash(&ask.code),
        device: ask.device,
        key: key(&ask.key)?,
        version: ask.version.chars().take(40).collect(),
    };
    let town = &call.app.town;
    let device = match town.log.redeem(call.now, newcomer).await? {
        Redeemed::Device(device) => *device,
        Redeemed::CodeRefused => return Err(Problem::CodeRefused),
        Redeemed::AlreadyEnrolled => return Err(Problem::AlreadyEnrolled),
        Redeemed::TooManyTries { wait_s } => return Err(Problem::TooManyTries { wait_s }),
    };
    let lists = town.lists().await?;
    json(&EnrolAnswer {
        municipality: lists.reference.municipality.id.clone(),
        station: device.station,
        name: device.name,
        person: device.person,
        role: device.role,
        crew: device.crew,
        communities: device.communities,
        epoch: town.epoch().to_owned(),
        scope: device.scope,
        lists: serde_json::to_string(&lists.told_to(device.role))
            .map_err(|error| crate::incident(&error))?,
    })
}

/// Gives a device the key of its records back, sealed to whoever asks with a code for it.
pub(super) async fn reopen(call: Call) -> Result<Response, Problem> {
    let ask: ReopenAsk = call.json()?;
    let town = &call.app.town;
    let unread = || Problem::Malformed {
        what: "what is sealed".to_owned(),
    };
    // Before the code is used up.
    let opened: Sealed = courier::open(escrow::TO_SERVER, &[town.courier_key()], &ask.sealed)
        .map_err(|_| unread())?;
    if opened.device != ask.device {
        return Err(unread());
    }
    let back = courier::seal(escrow::TO_DEVICE, &ask.reply_to, &opened).map_err(|_| unread())?;
    let code_hash = codes::hash(&ask.code);
    town.log
        .reopen(call.now, ask.device, code_hash, ask.reply_to)
        .await??;
    Ok(back.into_response())
}

fn key(text: &str) -> Result<[u8; 32], Problem> {
    let bytes: Option<[u8; 32]> =
        koina_sync::identity::unhex(text).and_then(|bytes| bytes.try_into().ok());
    let good =
        bytes.filter(|bytes| VerifyingKey::from_bytes(bytes).is_ok_and(|key| !key.is_weak()));
    good.ok_or_else(|| Problem::field("key", FieldRule::BadCharacter))
}
