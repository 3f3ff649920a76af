//! Devices as the desk manages them: who is here, who may come, who must go.

use std::collections::BTreeSet;

use axum::response::Response;
use koina_model::exchange::Unsent;
use koina_model::ids::{DeviceId, DocId, Time};
use koina_model::kiosks::{is_calling, needs};
use koina_model::permits::{Author as Permitted, Permit, Role};
use koina_model::problem::{FieldProblem, FieldRule, Problem};
use koina_model::unlock;
use koina_sync::views::{DeviceRow, HealthRow, Invite, UnlockCode, UnsentRow, UnsentRows};
use serde::{Deserialize, Serialize};

use super::{Call, json};
use crate::codes;
use crate::log::{Author, Device, Invitation, Purpose, Told};
use crate::municipality::Municipality;

/// How long a code is good that opens a device: long enough for a village that is reached once a day.
const REOPEN_MS: i64 = 24 * 3_600_000;
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

/// Every device for administrators; for other desks the kiosks they look after.
pub(super) async fn list(call: Call) -> Result<Response, Problem> {
    let desk = call.device()?;
    let log = &call.app.town.log;
    let mut healths = log.healths().await?;
    let mut unsent = log.unsent().await?;
    let mut devices = log.devices().await?;
    if !desk.role.may(Permit::ManageDevices) {
        devices.retain(|device| tends(desk, device));
    }
    let rows = devices.into_iter().map(|device| {
        let told = healths.remove(&device.id);
        let unsent = unsent.remove(&device.id);
        DeviceRow {
            unsent: unsent.map(|(unsent, known)| rows_of(unsent, &known)),
            ..row(device, told, call.now)
        }
    });
    json(&rows.collect::<Vec<DeviceRow>>())
}

/// The code that opens the page of staff at a kiosk, for somebody to read out to whoever stands before it.
pub(super) async fn unlock(call: Call) -> Result<Response, Problem> {
    let desk = call.device()?;
    let id = named(&call)?;
    let town = &call.app.town;
    let kiosk = town.log.device(id).await?;
    let kiosk = kiosk.filter(|kiosk| kiosk.role == Role::Kiosk && kiosk.revoked_at.is_none());
    if !tends(desk, &kiosk.ok_or(Problem::NotFound)?) {
        return Err(Problem::NotAllowed {
            needs: Permit::TendKiosks,
        });
    }
    let step = town.log.next_code(Author::of(desk), call.now, id).await??;
    json(&UnlockCode {
        code: unlock::code(&town.unlock_key(id), step),
        good_until: unlock::good_until(step),
    })
}

/// Whether a device is a kiosk that this desk looks after.
fn tends(desk: &Device, kiosk: &Device) -> bool {
    let desk = Permitted {
        role: desk.role,
        communities: desk.communities.clone(),
    };
    kiosk.role == Role::Kiosk && desk.tends(&kiosk.communities)
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

/// A one-time code that opens a device of which nobody has a PIN any more, or that was without contact for too long.
pub(super) async fn reopen(call: Call) -> Result<Response, Problem> {
    let by = Author::of(call.device()?);
    let id = named(&call)?;
    let code = codes::new()?;
    let hash = codes::hash(&code);
    let good_until = Time(call.now.0.saturating_add(REOPEN_MS));
    let log = &call.app.town.log;
    match log.put_reopen(by, call.now, id, hash, good_until).await? {
        true => json(&UnlockCode { code, good_until }),
        false => Err(Problem::NotFound),
    }
}

fn named(call: &Call) -> Result<DeviceId, Problem> {
    let id = call.param.as_deref().and_then(DeviceId::parse);
    id.ok_or(Problem::NotFound)
}

async fn told(call: &Call, id: DeviceId) -> Result<Response, Problem> {
    let log = &call.app.town.log;
    let device = log.device(id).await?.ok_or(Problem::NotFound)?;
    let told = log.healths().await?.remove(&id);
    json(&row(device, told, call.now))
}

/// Makes a one-time code. The command line makes the first one.
pub async fn let_in(
    town: &Municipality,
    by: Author,
    ask: InviteAsk,
    public_url: &str,
    now: Time,
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
    // The whole municipality is the desk's.
    if ask.role == Role::Community && ask.communities.is_empty() {
        wrong("communities", FieldRule::Missing);
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

fn row(device: Device, told: Option<Told>, now: Time) -> DeviceRow {
    let is_kiosk = device.role == Role::Kiosk && device.revoked_at.is_none();
    let told = told.filter(|_| is_kiosk);
    let heard_at = device.seen_at.unwrap_or(device.enrolled_at);
    let health = told.as_ref().map(|told| &told.health);
    let called_at = told.as_ref().and_then(|told| told.called_at);
    let needs = if is_kiosk {
        needs(heard_at, health, called_at, now)
    } else {
        Vec::new()
    };
    let health = told.map(|told| HealthRow {
        as_of: told.at,
        requests: told.health.requests,
        contacts: told.health.contacts,
        paper: told.health.paper,
        out_of_order: told.health.out_of_order,
        called_at: called_at.filter(|at| is_calling(*at, now)),
    });
    DeviceRow {
        health,
        needs,
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
        erased_at: device.erased_at,
        twice_at: device.twice_at,
        pending: device.pending,
        refused: device.refused,
        version: device.version,
        unsent: None,
    }
}

fn rows_of(unsent: Unsent, known: &BTreeSet<DocId>) -> UnsentRows {
    let records = unsent.records.into_iter().map(|record| UnsentRow {
        is_known: known.contains(&record.doc),
        doc: record.doc.to_string(),
        kind: record.kind,
        changes: record.changes,
        since: record.since,
        number: String::new(),
        code: String::new(),
    });
    UnsentRows {
        records: records.collect(),
        more: unsent.more,
        contacts: unsent.contacts,
        photos: unsent.photos,
        pin: unsent.pin,
    }
}
