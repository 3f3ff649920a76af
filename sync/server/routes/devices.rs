//! Devices as the desk manages them: who is here, who may come, who must go.

use axum::response::Response;
use koina_model::ids::DeviceId;
use koina_model::permits::Role;
use koina_model::problem::{FieldProblem, FieldRule, Problem};
use koina_sync::views::{DeviceRow, Invite};
use serde::{Deserialize, Serialize};

use super::{Call, json};
use crate::codes;
use crate::log::{Author, Device, Invitation, Purpose};
use crate::municipality::Municipality;

const NAME_CHARS_MAX: u32 = 200;

/// Who may come with the code. Sent by devices since 0.1; add fields, never rename.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InviteAsk {
    pub role: Role,
    pub name: String,
    #[serde(default)]
    pub person: String,
    #[serde(default)]
    pub crew: Option<String>,
    /// Community codes; empty means all.
    #[serde(default)]
    pub communities: Vec<String>,
}

pub(super) async fn list(call: Call) -> Result<Response, Problem> {
    let devices = call.app.town.log.devices().await?;
    json(&devices.into_iter().map(row).collect::<Vec<DeviceRow>>())
}

pub(super) async fn invite(call: Call) -> Result<Response, Problem> {
    let by = Author::of(call.device()?);
    json(
        &let_in(
            &call.app.town,
            by,
            call.json()?,
            &call.app.public_url,
            call.now,
        )
        .await?,
    )
}

pub(super) async fn revoke(call: Call) -> Result<Response, Problem> {
    let by = Author::of(call.device()?);
    let id = named(&call)?;
    call.app.town.log.revoke(by, call.now, id).await?;
    told(&call, id).await
}

/// Changes what a device is for: its role, its crew, its communities, its names.
pub(super) async fn change(call: Call) -> Result<Response, Problem> {
    let by = Author::of(call.device()?);
    let id = named(&call)?;
    let ask: InviteAsk = call.json()?;
    check(&call.app.town, &ask).await?;
    // Somebody has to remain who may change devices.
    if by.device == Some(id) && ask.role != Role::Admin {
        return Err(Problem::BadInput {
            fields: vec![FieldProblem {
                field: "role".to_owned(),
                rule: FieldRule::NotOnAList,
            }],
        });
    }
    let InviteAsk {
        role,
        name,
        person,
        crew,
        communities,
    } = ask;
    let to = Purpose {
        role,
        name,
        person,
        crew: crew.filter(|_| role == Role::Crew),
        communities,
    };
    let log = &call.app.town.log;
    log.change_device(by, call.now, id, to).await?;
    told(&call, id).await
}

fn named(call: &Call) -> Result<DeviceId, Problem> {
    let id = call.param.as_deref().and_then(DeviceId::parse);
    id.ok_or(Problem::NotFound)
}

async fn told(call: &Call, id: DeviceId) -> Result<Response, Problem> {
    let device = call.app.town.log.device(id).await?;
    json(&row(device.ok_or(Problem::NotFound)?))
}

/// Makes a one-time code. The command line makes the first one.
pub async fn let_in(
    town: &Municipality,
    by: Author,
    ask: InviteAsk,
    public_url: &str,
    now: koina_model::ids::Time,
) -> Result<Invite, Problem> {
    check(town, &ask).await?;
    let code = codes::new()?;
    let expires_at = now.plus_hours(codes::GOOD_FOR_HOURS);
    let InviteAsk {
        role,
        name,
        person,
        crew,
        communities,
    } = ask;
    let invitation = Invitation {
        code_hash: codes::hash(&code),
        role,
        name,
        person,
        crew,
        communities,
        expires_at,
    };
    town.log.invite(by, now, invitation).await?;
    Ok(codes::to_invite(code, expires_at, public_url))
}

async fn check(town: &Municipality, ask: &InviteAsk) -> Result<(), Problem> {
    let mut fields = Vec::new();
    let mut wrong = |field: &str, rule| {
        fields.push(FieldProblem {
            field: field.to_owned(),
            rule,
        })
    };
    if ask.name.trim().is_empty() {
        wrong("name", FieldRule::Missing);
    }
    for (field, text) in [("name", &ask.name), ("person", &ask.person)] {
        if text.chars().count() > usize::try_from(NAME_CHARS_MAX).unwrap_or(usize::MAX) {
            wrong(
                field,
                FieldRule::TooLong {
                    max: NAME_CHARS_MAX,
                },
            );
        }
    }
    let lists = town.lists().await?;
    if ask
        .communities
        .iter()
        .any(|code| lists.reference.community(code).is_none())
    {
        wrong("communities", FieldRule::NotOnAList);
    }
    if ask
        .crew
        .as_ref()
        .is_some_and(|id| lists.crews.iter().all(|crew| crew.id != *id))
    {
        wrong("crew", FieldRule::NotOnAList);
    }
    if ask.role == Role::Crew && ask.crew.is_none() {
        wrong("crew", FieldRule::Missing);
    }
    if fields.is_empty() {
        Ok(())
    } else {
        Err(Problem::BadInput { fields })
    }
}

fn row(device: Device) -> DeviceRow {
    DeviceRow {
        id: device.id,
        code: device.station,
        name: device.name,
        person: device.person,
        role: device.role,
        crew: device.crew,
        communities: device.communities,
        enrolled_at: device.enrolled_at,
        last_seen_at: device.seen_at,
        revoked_at: device.revoked_at,
        pending: device.pending,
        refused: device.refused,
        version: device.version,
    }
}
