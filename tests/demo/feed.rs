//! Hands the village's changes to the server as its devices would have: in order of time, each device for itself.

use std::collections::HashMap;
use std::time::Instant;

use anyhow::{Context, ensure};
use koina_model::exchange::{Pushed, Verdict};
use koina_model::ids::{DeviceId, DocId, Time};
use koina_server::exchange::take;
use koina_server::log::{Device, Heard, Invitation, Newcomer};
use koina_server::municipality::Municipality;
use koina_sync::identity::unhex;
use koina_tests::village::{Change, Counts, Village};

/// A device hands over what it saved after so long at the latest.
const HANDED_OVER_MS: i64 = 72 * 3_600_000;
/// Most changes a device hands over at once.
const AT_ONCE: usize = 200;

/// Changes between two words about how far it is.
const SAID_EVERY: usize = 3_000;

/// What a device has saved and not yet handed over.
#[derive(Default)]
struct Held {
    push: Vec<Pushed>,
    first: Time,
    last: Time,
}

struct Feeder<'a> {
    town: &'a Municipality,
    devices: HashMap<DeviceId, Device>,
    held: HashMap<DeviceId, Held>,
    /// Who wrote to a record last and still holds that.
    writing: HashMap<DocId, DeviceId>,
    /// The server's clock; it only goes forward.
    at: Time,
    taken: usize,
    pushes: usize,
}

/// Enrols the stations, then hands everything over. Says in words what was done.
pub(super) async fn feed(
    town: &Municipality,
    mut village: Village,
    counts: Counts,
) -> anyhow::Result<String> {
    let begun = Instant::now();
    let devices = enrol(town, &mut village).await?;
    let mut changes: Vec<Change> = village.changes(counts).collect();
    changes.sort_by_key(|change| change.at);
    let mut feeder = Feeder {
        town,
        devices,
        held: HashMap::new(),
        writing: HashMap::new(),
        at: village.began(),
        taken: 0,
        pushes: 0,
    };
    let all = changes.len();
    for (done, change) in changes.into_iter().enumerate() {
        if done % SAID_EVERY == 0 && done > 0 {
            println!("note {done} of {all} changes.");
        }
        feeder.hear(change).await?;
    }
    feeder.hand_over_before(Time(i64::MAX)).await?;
    Ok(format!(
        "{} changes in {} pushes of {} devices were judged and logged in {} s.",
        feeder.taken,
        feeder.pushes,
        feeder.devices.len(),
        begun.elapsed().as_secs()
    ))
}

/// Enrols the stations of the village; the server gives their codes.
async fn enrol(
    town: &Municipality,
    village: &mut Village,
) -> anyhow::Result<HashMap<DeviceId, Device>> {
    let mut devices = HashMap::new();
    let at = village.began();
    for station in &mut village.stations {
        let key = unhex(&station.public_key())
            .and_then(|key| key.try_into().ok())
            .context("Reading a key")?;
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let newcomer = Newcomer {
            code_hash: [0; 32],
            device: station.id,
            key,
            version,
        };
        let invitation = Invitation {
            code_hash: [0; 32],
            role: station.role,
            name: station.name.clone(),
            person: station.person.clone(),
            crew: station.crew.clone(),
            communities: station.communities.clone(),
            expires_at: at,
        };
        let device = town
            .log
            .register(at, newcomer, invitation)
            .await
            .context("Enrolling a station")?;
        station.code.clone_from(&device.station);
        devices.insert(device.id, device);
    }
    Ok(devices)
}

impl Feeder<'_> {
    /// A device saves a change; what must be on the server before that is handed over first.
    async fn hear(&mut self, change: Change) -> anyhow::Result<()> {
        self.hand_over_before(Time(change.at.0 - HANDED_OVER_MS))
            .await?;
        let doc = change.pushed.doc;
        if let Some(other) = self
            .writing
            .get(&doc)
            .copied()
            .filter(|other| *other != change.device)
        {
            self.hand_over(other).await?;
        }
        self.writing.insert(doc, change.device);
        let held = self.held.entry(change.device).or_default();
        if held.push.is_empty() {
            held.first = change.at;
        }
        held.last = change.at;
        held.push.push(change.pushed);
        if held.push.len() >= AT_ONCE {
            self.hand_over(change.device).await
        } else {
            Ok(())
        }
    }

    async fn hand_over_before(&mut self, at: Time) -> anyhow::Result<()> {
        let mut due: Vec<(Time, DeviceId)> = self
            .held
            .iter()
            .filter(|(_, held)| !held.push.is_empty() && held.first < at)
            .map(|(id, held)| (held.last, *id))
            .collect();
        due.sort_unstable();
        for (_, device) in due {
            self.hand_over(device).await?;
        }
        Ok(())
    }

    async fn hand_over(&mut self, device: DeviceId) -> anyhow::Result<()> {
        let Some(held) = self
            .held
            .remove(&device)
            .filter(|held| !held.push.is_empty())
        else {
            return Ok(());
        };
        self.at = self.at.max(held.last);
        let who = self
            .devices
            .get(&device)
            .context("A device of the village is not enrolled")?;
        for pushed in &held.push {
            self.writing.remove(&pushed.doc);
        }
        self.taken += held.push.len();
        self.pushes += 1;
        self.town
            .log
            .seen(
                device,
                self.at,
                Heard {
                    version: who.version.clone(),
                    ..Heard::default()
                },
            )
            .await?;
        let taken = take(self.town, who, held.push, self.at)
            .await
            .context("Handing over changes")?;
        for receipt in taken.receipts {
            ensure!(
                matches!(receipt.verdict, Verdict::Accepted { .. }),
                "the server did not take a change of the village: {:?}",
                receipt.verdict
            );
        }
        Ok(())
    }
}
