//! Words the server keeps: epoch, reference data, crews, and where imported records came from.

use koina_model::ids::Time;
use koina_model::lists::Crew;
use koina_model::permits::Profile;
use koina_sync::identity::hex;
use sha2::{Digest, Sha256};

use super::chain::{Audit, Said};
use super::tx::Tx;
use super::{Author, LogError, Source, sql};

/// A kiosk is opened by nobody.
const PIN_PROFILES: [Profile; 3] = [Profile::Crew, Profile::Desk, Profile::Community];
pub(super) const EPOCH: &str = "epoch";
const COURIER_KEY: &str = "courier_key";
const TRACKING_KEY: &str = "tracking_key";
const UNLOCK_KEY: &str = "unlock_key";
const LISTS_VERSION: &str = "lists_version";
/// Number of the last decision about a refused change.
pub(super) const DECISION: &str = "decision";
pub(super) const REFERENCE: &str = "reference";
const EMERGENCY: &str = "emergency";
const CLOSES_AFTER: &str = "closes_after_days";
const PIN_FOR: &str = "pin_for";
/// The hash of the crews, for the audit.
const CREWS: &str = "crews_hash";
/// Since when no protocol numbers are given, because desks may bring some back; missing or empty: they are given.
pub(super) const NUMBERS_WAIT: &str = "numbers_wait";
/// The last erasure whose bytes the database may still hold in free space or in its write-ahead log; missing: none.
const SCRUB_DUE: &str = "scrub_due";
const SCRUB_COUNT: &str = "scrub_count";
/// The folder of keys of contacts that belongs to this log.
pub(super) const CONTACT_KEYS: &str = "contact_keys";
/// When contacts were last erased by rule.
pub(super) const RULED_AT: &str = "contacts_ruled_at";
/// Station codes that were left out.
pub(super) const STATIONS_SKIPPED: &str = "stations_skipped";

/// Gives a new log its name.
pub(super) async fn create<T: Tx>(tx: &mut T, epoch: String) -> Result<(), LogError> {
    tx.rows(sql::KEEP_META, &[EPOCH.into(), epoch.into()])
        .await?;
    tx.rows(sql::KEEP_META, &[LISTS_VERSION.into(), "1".into()])
        .await?;
    Ok(())
}

pub(super) async fn meta<T: Tx>(tx: &mut T, key: &str) -> Result<Option<String>, LogError> {
    tx.row(sql::META, &[key.into()])
        .await?
        .map(|row| row.text(0))
        .transpose()
}

pub(super) async fn put_meta<T: Tx>(tx: &mut T, key: &str, value: String) -> Result<(), LogError> {
    tx.rows(sql::PUT_META, &[key.into(), value.into()]).await?;
    Ok(())
}

/// Something was overwritten that has to go: the database is to let go of its bytes, even if the server dies before.
pub(super) async fn put_scrub_due<T: Tx>(tx: &mut T) -> Result<(), LogError> {
    // Counted, so that who lets go of what was before does not take this for done.
    let count = meta(tx, SCRUB_COUNT).await?;
    let count = count.and_then(|count| count.parse::<u64>().ok());
    let count = count.unwrap_or_default().wrapping_add(1).to_string();
    put_meta(tx, SCRUB_COUNT, count.clone()).await?;
    put_meta(tx, SCRUB_DUE, count).await
}

pub(super) async fn scrub_due<T: Tx>(tx: &mut T) -> Result<Option<String>, LogError> {
    meta(tx, SCRUB_DUE).await
}

/// The database has let go of everything up to this; what was erased meanwhile stays due.
pub(super) async fn scrubbed<T: Tx>(tx: &mut T, upto: String) -> Result<(), LogError> {
    tx.rows(sql::DROP_META, &[SCRUB_DUE.into(), upto.into()])
        .await?;
    Ok(())
}

/// The folder of keys that belongs to this log; the first one stays.
pub(super) async fn contact_keys<T: Tx>(tx: &mut T, fresh: String) -> Result<String, LogError> {
    keep_meta(tx, CONTACT_KEYS, fresh).await
}

/// Another folder belongs to it: the one before was lost.
pub(super) async fn put_contact_keys<T: Tx>(
    tx: &mut T,
    at: Time,
    id: String,
) -> Result<(), LogError> {
    let before = meta(tx, CONTACT_KEYS).await?.unwrap_or_default();
    let said = Said::changed([("keys", before)], [("keys", id.clone())]);
    put_meta(tx, CONTACT_KEYS, id).await?;
    let mut audit = Audit::open(tx).await?;
    let by = Author::server();
    audit
        .note_saying(tx, &by, at, "contact.keys_lost", &[], said)
        .await
}

/// When contacts were last erased by rule, and when this log was restored.
pub(super) async fn ruled_at<T: Tx>(tx: &mut T) -> Result<(Option<Time>, Option<Time>), LogError> {
    let ruled = meta(tx, RULED_AT).await?;
    let ruled = ruled.and_then(|at| at.parse().ok()).map(Time);
    let restored = tx.number(sql::EPOCH_ENDED_AT, &[]).await?;
    Ok((ruled, Some(Time(restored)).filter(|at| at.0 > 0)))
}

/// Days without contact after which a device closes; 0: never.
pub(super) async fn closes_after<T: Tx>(tx: &mut T) -> Result<u32, LogError> {
    let days = meta(tx, CLOSES_AFTER).await?;
    Ok(days.and_then(|days| days.parse().ok()).unwrap_or_default())
}

pub(super) async fn put_closes_after<T: Tx>(
    tx: &mut T,
    at: Time,
    days: u32,
) -> Result<(), LogError> {
    let is_news = closes_after(tx).await? != days;
    let now = days.to_string();
    put_setting(
        tx,
        at,
        (CLOSES_AFTER, "settings.closes_after"),
        now,
        is_news,
    )
    .await
}

/// On whose devices somebody has to have a PIN.
pub(super) async fn pin_for<T: Tx>(tx: &mut T) -> Result<Vec<Profile>, LogError> {
    let windows = meta(tx, PIN_FOR).await?.unwrap_or_default();
    let has = |profile: &Profile| windows.split(',').any(|one| one == profile.window());
    Ok(PIN_PROFILES.into_iter().filter(has).collect())
}

pub(super) async fn put_pin_for<T: Tx>(
    tx: &mut T,
    at: Time,
    profiles: Vec<Profile>,
) -> Result<(), LogError> {
    let mut wanted = PIN_PROFILES.to_vec();
    wanted.retain(|one| profiles.contains(one));
    let is_news = pin_for(tx).await? != wanted;
    let windows: Vec<&str> = wanted.iter().map(|one| one.window()).collect();
    let now = windows.join(",");
    put_setting(tx, at, (PIN_FOR, "settings.pin_for"), now, is_news).await
}

/// Keeps what the settings say, also what they say first: otherwise another value would look like the first. `is_news`: devices
/// hear of it.
async fn put_setting<T: Tx>(
    tx: &mut T,
    at: Time,
    (key, what): (&str, &'static str),
    now: String,
    is_news: bool,
) -> Result<(), LogError> {
    let before = meta(tx, key).await?;
    if before.as_ref() == Some(&now) {
        return Ok(());
    }
    put_meta(tx, key, now.clone()).await?;
    if is_news {
        grow(tx).await?;
    }
    note_setting(tx, at, what, before, now).await
}

pub(super) async fn put_reference<T: Tx>(
    tx: &mut T,
    at: Time,
    json: String,
) -> Result<(), LogError> {
    let before = meta(tx, REFERENCE).await?;
    if before.as_ref() != Some(&json) {
        let (before, now) = (before.as_deref().map(hash), hash(&json));
        put_meta(tx, REFERENCE, json).await?;
        grow(tx).await?;
        note_setting(tx, at, "settings.reference", before, now).await?;
    }
    Ok(())
}

/// Notes that the settings of the server say something else than before. What they said first is nobody's change.
async fn note_setting<T: Tx>(
    tx: &mut T,
    at: Time,
    what: &'static str,
    before: Option<String>,
    now: String,
) -> Result<(), LogError> {
    let Some(before) = before else {
        return Ok(());
    };
    let said = Said::changed([("value", before)], [("value", now)]);
    let mut audit = Audit::open(tx).await?;
    let by = Author::server();
    audit.note_saying(tx, &by, at, what, &[], said).await
}

/// What stands in the audit for what is long, or has names of people in it.
fn hash(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// The plan of civil protection that is in force; empty: none.
pub(super) async fn emergency<T: Tx>(tx: &mut T) -> Result<String, LogError> {
    Ok(meta(tx, EMERGENCY).await?.unwrap_or_default())
}

/// Puts a plan into force, or none; the audit says who did.
pub(super) async fn put_emergency<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    plan: String,
) -> Result<(), LogError> {
    let before = emergency(tx).await?;
    if before == plan {
        return Ok(());
    }
    let said = Said::changed([("plan", before)], [("plan", plan.clone())]);
    put_meta(tx, EMERGENCY, plan.clone()).await?;
    grow(tx).await?;
    Audit::open(tx)
        .await?
        .note_saying(tx, &by, at, "emergency.set", plan.as_bytes(), said)
        .await
}

pub(super) async fn courier_key<T: Tx>(tx: &mut T, fresh: String) -> Result<String, LogError> {
    key(tx, COURIER_KEY, fresh).await
}

pub(super) async fn tracking_key<T: Tx>(tx: &mut T, fresh: String) -> Result<String, LogError> {
    key(tx, TRACKING_KEY, fresh).await
}

/// No device hears this key, only what is made of it for each kiosk: it is on no list.
pub(super) async fn unlock_key<T: Tx>(tx: &mut T, fresh: String) -> Result<String, LogError> {
    keep_meta(tx, UNLOCK_KEY, fresh).await
}

/// The word that is kept; the first one stays.
async fn keep_meta<T: Tx>(tx: &mut T, key: &str, fresh: String) -> Result<String, LogError> {
    if let Some(kept) = meta(tx, key).await? {
        return Ok(kept);
    }
    put_meta(tx, key, fresh.clone()).await?;
    Ok(fresh)
}

/// A key of the municipality, or the fresh one. It, or its public half, is on the lists.
async fn key<T: Tx>(tx: &mut T, name: &str, fresh: String) -> Result<String, LogError> {
    if let Some(kept) = meta(tx, name).await? {
        return Ok(kept);
    }
    put_meta(tx, name, fresh.clone()).await?;
    grow(tx).await?;
    Ok(fresh)
}

pub(super) async fn version<T: Tx>(tx: &mut T) -> Result<u64, LogError> {
    let stored = meta(tx, LISTS_VERSION)
        .await?
        .and_then(|text| text.parse().ok());
    stored.ok_or(LogError::Row {
        what: "the version of the lists",
    })
}

pub(super) async fn grow<T: Tx>(tx: &mut T) -> Result<(), LogError> {
    let next = version(tx).await?.saturating_add(1);
    put_meta(tx, LISTS_VERSION, next.to_string()).await
}

/// Station codes that were left out so far.
pub(super) async fn stations_skipped<T: Tx>(tx: &mut T) -> Result<i64, LogError> {
    let skipped = meta(tx, STATIONS_SKIPPED).await?;
    Ok(skipped
        .and_then(|text| text.parse().ok())
        .unwrap_or_default())
}

/// Leaves out station codes and versions of the lists that may have been given after a backup was made.
pub(super) async fn skip<T: Tx>(tx: &mut T, stations: u32, lists: u64) -> Result<(), LogError> {
    let skipped = stations_skipped(tx).await? + i64::from(stations);
    put_meta(tx, STATIONS_SKIPPED, skipped.to_string()).await?;
    let next = version(tx).await?.saturating_add(lists);
    put_meta(tx, LISTS_VERSION, next.to_string()).await
}

pub(super) async fn crews<T: Tx>(tx: &mut T) -> Result<Vec<Crew>, LogError> {
    let rows = tx.rows(sql::CREWS, &[]).await?;
    rows.iter()
        .map(|row| {
            Ok(Crew {
                id: row.text(0)?,
                name: row.text(1)?,
                department: row.text(2)?,
                communities: row.json(3)?,
                skills: row.json(4)?,
                members: row.json(5)?,
            })
        })
        .collect()
}

pub(super) async fn put_crews<T: Tx>(
    tx: &mut T,
    at: Time,
    wanted: Vec<Crew>,
) -> Result<(), LogError> {
    let known = crews(tx).await?;
    let mut news = false;
    // A crew that is in the settings no more keeps its name, for old records, and nobody's.
    let gone = known.iter().filter(|crew| !crew.members.is_empty());
    for crew in gone.filter(|crew| wanted.iter().all(|one| one.id != crew.id)) {
        tx.rows(sql::EMPTY_CREW, &[crew.id.as_str().into()]).await?;
        news = true;
    }
    for crew in wanted.into_iter().filter(|crew| !known.contains(crew)) {
        let communities = serde_json::Value::from(crew.communities).to_string();
        let skills = serde_json::Value::from(crew.skills).to_string();
        let members = serde_json::to_string(&crew.members);
        let members = members.map_err(|_| LogError::Row { what: "JSON" })?;
        tx.rows(
            sql::PUT_CREW,
            &[
                crew.id.into(),
                crew.name.into(),
                crew.department.into(),
                communities.into(),
                skills.into(),
                members.into(),
            ],
        )
        .await?;
        news = true;
    }
    if news {
        grow(tx).await?;
    }
    let json = serde_json::to_string(&crews(tx).await?);
    let now = hash(&json.map_err(|_| LogError::Row { what: "JSON" })?);
    // Devices hear of each crew above.
    put_setting(tx, at, (CREWS, "settings.crews"), now, false).await
}

pub(super) async fn reserve<T: Tx>(
    tx: &mut T,
    series: String,
    count: u32,
) -> Result<u32, LogError> {
    let used = meta(tx, &series)
        .await?
        .and_then(|text| text.parse().ok())
        .unwrap_or(0_u32);
    put_meta(tx, &series, used.saturating_add(count).to_string()).await?;
    Ok(used)
}

pub(super) async fn source<T: Tx>(
    tx: &mut T,
    source: String,
    id: String,
) -> Result<Option<Source>, LogError> {
    let row = tx.row(sql::SOURCE, &[source.into(), id.into()]).await?;
    row.map(|row| {
        Ok(Source {
            doc: row.doc(0)?,
            digest: row.hash(1)?,
        })
    })
    .transpose()
}

pub(super) async fn put_sources<T: Tx>(
    tx: &mut T,
    source: String,
    rows: Vec<(String, Source)>,
) -> Result<(), LogError> {
    for (id, Source { doc, digest }) in rows {
        tx.rows(
            sql::PUT_SOURCE,
            &[source.as_str().into(), id.into(), doc.into(), digest.into()],
        )
        .await?;
    }
    Ok(())
}
