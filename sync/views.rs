//! Views: tables built from docs and register entries, their queries, and what a window gets to see.
//!
//! Views may be deleted at any moment and are rebuilt; see [`crate::replica`].

use koina_model::contacts::{Contact, EraseReason, ReadReason};
use koina_model::doc::{Doc, Record};
use koina_model::ids::{DeviceId, DocId, EventId, Time};
use koina_model::inspections::Checklist;
use koina_model::kiosks::{Need, Paper};
use koina_model::lists::{Lists as KnownLists, Member};
use koina_model::permits::{Profile, Role};
use koina_model::problem::Problem;
use koina_model::reference::{FieldCheck, MaterialItem};
use koina_model::words::{Kind, Named, Position};
use koina_model::{assets as asset_model, greek, requests as request_model};
use rusqlite::{Connection, Transaction, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::erase::Withdrawn;
use crate::replica::{Recovered, ReplicaError};

pub mod assets;
pub mod community;
pub mod conflicts;
pub mod day;
pub mod map;
pub mod outbox;
pub mod photos;
pub mod plan;
pub mod requests;
pub mod rounds;
pub mod settled;
pub mod similar;
pub mod tagged;
pub mod tracked;

/// Who and where this installation is.
#[derive(Clone, Debug, Serialize, TS)]
pub struct About {
    /// `None` before enrolment.
    pub station: Option<Station>,
    pub version: String,
    /// The app runs on a telephone or a tablet.
    pub mobile: bool,
    /// `el` or `en`, as last chosen on this device.
    pub language: String,
    /// The file of the replica could not be read and was begun anew; told until somebody has read it.
    pub recovered: Option<Recovered>,
    /// The device that was here was withdrawn and has erased itself; told until this one is enrolled.
    pub withdrawn: Option<Withdrawn>,
    /// The municipality wants a PIN on this device, nobody has one, and one can be set.
    pub pin_wanted: bool,
}

/// An enrolled installation.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Station {
    pub device: DeviceId,
    /// Short code that opens every receipt number of this device.
    pub code: String,
    /// What people call it: «Συνεργείο 2 – Ηλεκτροφωτισμός».
    pub name: String,
    pub person: String,
    pub role: Role,
    pub profile: Profile,
    /// The crew the device works for, if any.
    pub crew: Option<String>,
    /// Community codes whose records the device holds; empty means all of them.
    pub communities: Vec<String>,
    pub municipality: Named,
    pub server: String,
}

/// The lists a window offers and the names behind codes.
#[derive(Clone, Debug, Default, Serialize, TS)]
pub struct Lists {
    pub municipality: Named,
    /// West, south, east, north of the municipality, in degrees.
    pub bounds: [f64; 4],
    pub communities: Vec<CommunityItem>,
    pub settlements: Vec<SettlementItem>,
    pub groups: Vec<Named>,
    pub categories: Vec<CategoryItem>,
    pub departments: Vec<Named>,
    pub crews: Vec<CrewItem>,
    pub asset_types: Vec<Named>,
    /// What is looked at when an asset of a type is inspected.
    pub checklists: Vec<Checklist>,
    /// Days before an inspection is due from which it is shown as coming.
    #[ts(type = "number")]
    pub soon_days: i64,
    /// Materials that are offered on a job, by the group of its category.
    pub materials: Vec<MaterialItem>,
    /// What may be applied for at a kiosk.
    pub application_types: Vec<ApplicationItem>,
    pub hold_reasons: Vec<Named>,
    pub reject_reasons: Vec<Named>,
    pub emergency: Named,
    /// Plans of civil protection that may be put into force.
    pub emergency_plans: Vec<PlanItem>,
    /// The code of the one that is; empty: none.
    pub emergency_plan: String,
}

/// A plan of civil protection.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PlanItem {
    pub code: String,
    pub el: String,
    pub en: String,
    /// The name of the general plan («ΒΟΡΕΑΣ 2»), if it has one.
    pub plan: String,
}

/// The plan of civil protection that is to be in force; empty: none.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct EmergencySet {
    pub plan: String,
}

/// Something that may be applied for.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ApplicationItem {
    pub code: String,
    pub el: String,
    pub en: String,
    pub department: String,
    pub fields: Vec<ApplicationFieldItem>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct ApplicationFieldItem {
    pub key: String,
    pub el: String,
    pub en: String,
    pub check: FieldCheck,
    pub required: bool,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct CommunityItem {
    pub code: String,
    pub el: String,
    pub en: String,
    /// The municipal unit (δημοτική ενότητα).
    pub unit: String,
    /// Whether this device holds the community's records.
    pub mine: bool,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct SettlementItem {
    pub code: String,
    pub community: String,
    pub el: String,
    pub en: String,
    pub position: Position,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct CategoryItem {
    pub code: String,
    pub group: String,
    pub el: String,
    pub en: String,
    pub department: String,
    /// 1 (danger) to 4 (low).
    pub priority: u8,
    pub target_hours: u32,
    pub place_required: bool,
    /// It is applied for at a kiosk, not reported.
    pub kiosk_only: bool,
    /// Only a community files it: a proposal for works.
    pub community_only: bool,
    /// A community takes measures at once against urgent faults of this kind.
    pub immediate: bool,
    /// Life may be in danger: 112, 199 and 166 are shown first.
    pub emergency: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, TS)]
pub struct CrewItem {
    pub id: String,
    pub name: String,
    pub department: String,
    pub communities: Vec<String>,
    /// Codes of the groups of kinds that it can do; empty: nobody said.
    pub skills: Vec<String>,
    /// Who works in it.
    pub members: Vec<Member>,
}

/// The state of the line between this device and the municipal server.
#[derive(Clone, Debug, Default, Serialize, TS)]
pub struct ExchangeState {
    /// Whether the person lets this device use the network.
    pub cable: bool,
    pub running: bool,
    /// Changes and contacts saved here and not yet received by the server.
    pub pending: u32,
    pub needs_decision: u32,
    /// When the last complete exchange ended.
    pub last_at: Option<Time>,
    /// Why the last try failed; `None` after a success.
    pub problem: Option<Problem>,
    /// Records fetched and expected, while a first load runs.
    pub done: u32,
    pub expected: u32,
    /// About how long the rest will take, in seconds; 0 while that is not known.
    pub remaining_s: u32,
    /// Photos saved here that the town hall does not have yet.
    pub photos: photos::PhotosWaiting,
    /// Bytes of photos that travelled, of those that are to, and about how long the rest takes in seconds, while they travel.
    #[ts(type = "number")]
    pub photos_done: u64,
    #[ts(type = "number")]
    pub photos_expected: u64,
    pub photos_remaining_s: u32,
    /// Grows with every change of what the windows show.
    pub revision: u32,
    /// Visitors' calls for staff that stand, at kiosks this desk looks after.
    pub calls: Vec<CallRow>,
    /// Hours after which this device closes if it has no contact with the town hall; `None` while that is far off.
    pub closes_in_h: Option<u32>,
}

/// A visitor's call for staff.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct CallRow {
    pub device: DeviceId,
    /// What people call the kiosk.
    pub name: String,
    pub at: Time,
}

/// How to reach whoever reported something, as the desk reads it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ContactRow {
    /// `None` when it cannot be opened.
    pub contact: Option<Contact>,
    /// The device that handed it over.
    pub device: String,
    pub at: Time,
    /// Tells it from what it is once somebody corrected it.
    #[serde(default)]
    pub mark: String,
}

/// The contacts of a record, or that they were erased.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Contacts {
    pub rows: Vec<ContactRow>,
    pub erased: Option<ContactsErased>,
}

/// That the contacts of a record were erased.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ContactsErased {
    /// The server's clock.
    pub at: Time,
    pub reason: EraseReason,
    /// The desk that erased them, or told it again after a restore.
    pub device: String,
}

/// Why contacts are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadAsk {
    pub reason: ReadReason,
}

/// Why contacts are to be erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EraseAsk {
    pub reason: EraseReason,
}

/// How somebody who left a contact is rightly reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectAsk {
    /// Which contact, as it was seen.
    pub mark: String,
    pub name: String,
    pub phone: String,
    pub email: String,
}

/// A record that may be the same person's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SamePerson {
    pub doc: DocId,
    /// The receipt or protocol number, where the record is on this device.
    #[serde(default)]
    pub number: String,
    /// Who left the contact.
    pub name: String,
    pub phone: bool,
    pub email: bool,
    /// The tax number.
    pub afm: bool,
}

/// Of which records a person is to get what is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportAsk {
    pub docs: Vec<DocId>,
}

/// What is kept of a person (GDPR, article 15).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PersonalData {
    /// The records that the person left a contact with.
    pub records: Vec<PersonRecord>,
    /// For how long they are kept, as in [`ContactsKept`].
    pub keep_days: Option<u32>,
    pub rules: Vec<KeepRule>,
}

/// One record of a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PersonRecord {
    pub doc: DocId,
    pub contacts: Vec<ContactRow>,
    pub erased: Option<ContactsErased>,
    /// Who read, corrected or was given the contacts, the oldest first.
    pub uses: Vec<ContactUse>,
}

/// What somebody did with a contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactUse {
    pub at: Time,
    /// The word of the audit, such as `contact.read`.
    pub what: String,
    /// Empty: the server itself.
    pub device: String,
    /// The person the device was given to at the time.
    pub who: String,
    /// The code of a [`ReadReason`](koina_model::contacts::ReadReason); empty: none was asked for.
    #[serde(default)]
    pub reason: String,
}

/// What the municipality keeps of people, and for how long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ContactsKept {
    /// Records with a contact.
    pub kept: u32,
    /// Days after a record was closed and nothing was added any more; none: until somebody erases them.
    pub keep_days: Option<u32>,
    /// Categories with a rule of their own.
    pub rules: Vec<KeepRule>,
    /// Records whose contacts were erased within a year, by reason.
    pub erased: Vec<ErasedCount>,
    /// Records that will be erased by rule within thirty days.
    pub soon: u32,
    /// When it was last looked what is to be erased by rule; none: never.
    pub ruled_at: Option<Time>,
}

/// For how long contacts of a category are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KeepRule {
    pub category: String,
    pub days: u32,
}

/// Records whose contacts were erased for a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ErasedCount {
    pub reason: EraseReason,
    pub records: u32,
}

/// One field whose versions differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Clash {
    /// The field's name in the record.
    pub field: String,
    pub versions: Vec<Version>,
}

/// One of the values that were written at the same time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Version {
    /// Names the version when the desk chooses it.
    pub key: String,
    /// The value as stored: a code, a text, a position.
    pub value: String,
    /// Who wrote it: the device's name, as people call it.
    pub by: String,
    pub at: Time,
    /// The value that is shown until the desk decides.
    pub winning: bool,
}

/// Something that happened, as a line of a timeline.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct TimelineRow {
    pub id: String,
    pub at: Time,
    /// The device's clock contradicts the server's; the time is a claim.
    pub claimed: bool,
    /// Who: the device's name, as people call it.
    pub by: String,
    /// What: `received`, `protocolled`, or the tag of an event.
    pub what: String,
    /// Codes and words that belong to it, by name (`reason`, `crew`, `department`, `text`, `quantity`, `unit`, `number`, `field`, `value`, `condition`, `outcome`, `of`, `to`).
    pub detail: std::collections::BTreeMap<String, String>,
    /// Not yet received by the server.
    pub pending: bool,
    /// Two people acted without knowing of each other and this is one of them.
    pub concurrent: bool,
}

/// A device as the desk sees it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct DeviceRow {
    pub id: DeviceId,
    pub code: String,
    pub name: String,
    pub person: String,
    pub role: Role,
    pub crew: Option<String>,
    pub communities: Vec<String>,
    pub enrolled_at: Time,
    pub last_seen_at: Option<Time>,
    pub revoked_at: Option<Time>,
    /// When a revoked device said that it had handed over everything and erases itself.
    #[serde(default)]
    pub erased_at: Option<Time>,
    /// When a request of the device came last a second time: somebody may have copied it.
    #[serde(default)]
    pub twice_at: Option<Time>,
    /// Changes and contacts the device said it still held when last seen.
    pub pending: u32,
    /// Changes of this device that the server refused.
    pub refused: u32,
    pub version: String,
    /// How a kiosk is; `None` while it has not said, and for all other devices.
    #[serde(default)]
    pub health: Option<HealthRow>,
    /// What a kiosk needs somebody for.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// What it had not handed over when it was last seen; `None`: it did not say.
    #[serde(default)]
    pub unsent: Option<UnsentRows>,
}

/// What a device had not handed over when it was last seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct UnsentRows {
    /// Records with changes that waited, the longest waiting first; at most fifty.
    pub records: Vec<UnsentRow>,
    /// So many records more.
    pub more: u32,
    pub contacts: u32,
    pub photos: u32,
    /// Whoever opens the device types a PIN; `None`: it could not tell.
    pub pin: Option<bool>,
}

/// A record with changes that waited on a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct UnsentRow {
    pub doc: String,
    pub kind: Kind,
    pub changes: u32,
    /// When the first of them was saved, by the clock of the device.
    pub since: Time,
    /// The town hall has the record; otherwise only the device has it.
    pub is_known: bool,
    /// Its number and its category or type, if this replica has it; the server leaves them empty.
    #[serde(default)]
    pub number: String,
    #[serde(default)]
    pub code: String,
}

/// How a kiosk is, as it said itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct HealthRow {
    /// When it said so, by the clock of the server.
    pub as_of: Time,
    /// Requests and contacts that waited there.
    pub requests: u32,
    pub contacts: u32,
    pub paper: Paper,
    pub out_of_order: bool,
    /// Since when a visitor calls for staff.
    pub called_at: Option<Time>,
}

/// A code that opens something: the page of staff at a kiosk, or a device of which only the town hall has the key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct UnlockCode {
    /// Eight digits for a kiosk, ten letters and digits for a device.
    pub code: String,
    /// Until when it is good; for a kiosk, if its clock is right.
    pub good_until: Time,
}

/// A change the server did not take.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RefusedRow {
    /// Identity of the change (hex of its hash).
    pub change: String,
    pub doc: String,
    /// Id of the device that wrote it.
    pub device: String,
    /// Its name, as this replica knows it; the server leaves it empty.
    #[serde(default)]
    pub by: String,
    pub at: Time,
    /// Code of the reason.
    pub reason: String,
    /// What a person typed in it.
    #[serde(default)]
    pub typed: String,
}

/// What the desk decides about refused changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefusedDecision {
    /// Hashes of changes, hex.
    pub changes: Vec<String>,
    /// Whether what they say is in the records now.
    #[serde(default)]
    pub taken: bool,
}

/// What became of a refused change that the desk wants to take in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TakenOver {
    pub change: String,
    #[serde(flatten)]
    pub fate: Fate,
}

/// See [`TakenOver`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "fate", rename_all = "snake_case")]
pub enum Fate {
    /// It is in the log, as it was written.
    Taken,
    /// Its device has written something else in its place since: the desk writes anew what it says.
    WriteAnew {
        doc: DocId,
        kind: Kind,
        /// The change chunk, hex.
        bytes: String,
    },
    /// It rests on a change that is not here.
    Waiting,
    /// It cannot be taken with the permits of this desk either. Code of the reason.
    Refused { reason: String },
    /// Somebody decided about it already.
    Gone,
}

/// A one-time code that lets a new device in.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Invite {
    pub code: String,
    pub expires_at: Time,
    /// Address and code as one text, for scanning.
    pub link: String,
    /// The same as an SVG picture.
    pub qr_svg: String,
}

/// What the views say of one record, ready to be written. Making it is the costly part and needs no database.
pub(crate) struct Shown {
    row: ShownRow,
    photos: Vec<photos::Shown>,
    words: String,
    sounds: String,
}

enum ShownRow {
    Request(requests::Shown),
    Asset(assets::Shown),
}

impl Shown {
    /// Reads what the views say of a record.
    pub(crate) fn read(
        kind: Kind,
        record: &Record,
        number: requests::Number,
        lists: &KnownLists,
    ) -> Self {
        let (row, said, photos) = match kind {
            Kind::Request => {
                let (shown, said) = requests::read(record, number, lists);
                let photos = shown.photos();
                (ShownRow::Request(shown), said, photos)
            }
            Kind::Asset => {
                let (shown, said) = assets::read(record, lists);
                let photos = shown.photos();
                (ShownRow::Asset(shown), said, photos)
            }
        };
        let words = greek::words(&said);
        Self {
            row,
            photos,
            sounds: greek::skeleton_of(&words),
            words: words.join(" "),
        }
    }

    /// Writes it, in place of what was there before; `fresh` when nothing can have been.
    pub(crate) fn put(
        &self,
        tx: &Transaction<'_>,
        n: i64,
        id: DocId,
        fresh: bool,
    ) -> Result<(), ReplicaError> {
        // Never `INSERT OR REPLACE`: it opens a savepoint, and at each savepoint the search index writes out what it holds.
        if !fresh {
            hide(tx, n)?;
        }
        match &self.row {
            ShownRow::Request(shown) => requests::put(tx, n, id, shown)?,
            ShownRow::Asset(shown) => {
                assets::put(tx, n, id, shown)?;
                rounds::put(tx, n, shown.sightings())?;
            }
        }
        photos::put(tx, n, id, &self.photos)?;
        tx.prepare_cached("INSERT INTO search (rowid, words, sounds) VALUES (?1, ?2, ?3)")?
            .execute(params![n, self.words, self.sounds])?;
        Ok(())
    }
}

/// Shows a record in the views, in place of what they showed before.
pub(crate) fn show(
    tx: &Transaction<'_>,
    n: i64,
    id: DocId,
    doc: &Doc,
    lists: &KnownLists,
) -> Result<(), ReplicaError> {
    show_record(tx, n, id, doc.kind(), &doc.record(), lists)
}

/// The same for a doc that was read already.
pub(crate) fn show_record(
    tx: &Transaction<'_>,
    n: i64,
    id: DocId,
    kind: Kind,
    record: &Record,
    lists: &KnownLists,
) -> Result<(), ReplicaError> {
    let number = requests::number_of(tx, id)?;
    Shown::read(kind, record, number, lists).put(tx, n, id, false)
}

/// Takes a record out of the views.
pub(crate) fn hide(tx: &Transaction<'_>, n: i64) -> Result<(), ReplicaError> {
    for statement in [
        "DELETE FROM requests WHERE n = ?1",
        "DELETE FROM assets WHERE n = ?1",
        "DELETE FROM photos WHERE n = ?1",
        "DELETE FROM sightings WHERE n = ?1",
        "DELETE FROM memos WHERE n = ?1",
        "DELETE FROM search WHERE rowid = ?1",
    ] {
        tx.prepare_cached(statement)?.execute([n])?;
    }
    Ok(())
}

/// Shows a record again after the municipality decided something about it.
pub(crate) fn number(
    tx: &Transaction<'_>,
    id: DocId,
    lists: &KnownLists,
) -> Result<(), ReplicaError> {
    match crate::replica::load(tx, id)? {
        Some(loaded) => show(tx, loaded.n, id, &loaded.doc, lists),
        None => Ok(()),
    }
}

/// Drops every view: they are made anew from the records.
pub(crate) const DROP: &str =
    "DROP TABLE IF EXISTS requests; DROP TABLE IF EXISTS assets; DROP TABLE IF EXISTS photos;
 DROP TABLE IF EXISTS sightings; DROP TABLE IF EXISTS memos; DROP TABLE IF EXISTS search;";

/// Makes the views anew and fills them; gives the number of records. Docs are read on all processors, and the indexes are
/// made when everything is there.
pub(crate) fn rebuild(tx: &Transaction<'_>, lists: &KnownLists) -> Result<u32, ReplicaError> {
    tx.execute_batch(DROP)?;
    tx.execute_batch(include_str!("views/views.sql"))?;
    let mut count = 0;
    let mut after = 0_i64;
    let next = || -> Result<Vec<_>, ReplicaError> {
        let page: Vec<(i64, Vec<u8>, Vec<u8>)> = tx
            .prepare_cached("SELECT n, doc, saved FROM docs WHERE n > ?1 ORDER BY n LIMIT ?2")?
            .query_map(params![after, STEP], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?
            .collect::<Result<_, _>>()?;
        after = page.last().map_or(after, |(n, _, _)| *n);
        let jobs = page.into_iter().filter_map(|(n, id, saved)| {
            let id = DocId::from_slice(&id)?;
            Some(requests::number_of(tx, id).map(|number| (n, id, saved, number)))
        });
        jobs.collect()
    };
    let read =
        |(n, id, saved, number): (i64, DocId, Vec<u8>, requests::Number)| match Doc::load(&saved) {
            Ok(doc) => Some((n, id, Shown::read(doc.kind(), &doc.record(), number, lists))),
            Err(failure) => {
                // Left out of the views, and stays where it is.
                tracing::error!(doc = %id, %failure, "a stored doc could not be read");
                None
            }
        };
    in_steps(next, read, |shown| {
        if let Some((n, id, shown)) = shown {
            shown.put(tx, n, id, true)?;
            count += 1;
        }
        Ok(())
    })?;
    tx.execute_batch(include_str!("views/indexes.sql"))?;
    Ok(count)
}

/// Things in one step of [`in_steps`].
pub(crate) const STEP: u32 = 512;

/// Does the same work on many things, on all processors, and hands the outcomes over in order. While the outcomes of one
/// step are handed over, the next step is under way. `next` gives the things of a step, none at the end.
pub(crate) fn in_steps<T: Send, R: Send, E>(
    mut next: impl FnMut() -> Result<Vec<T>, E>,
    work: impl Fn(T) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let workers = std::thread::available_parallelism()
        .map_or(1, std::num::NonZero::get)
        .min(4);
    let work = &work;
    std::thread::scope(|scope| {
        let mut under_way = Vec::new();
        loop {
            let mut things = next()?;
            let share = things.len().div_ceil(workers).max(16);
            let mut begun = Vec::new();
            while !things.is_empty() {
                let rest = things.split_off(share.min(things.len()));
                let part = std::mem::replace(&mut things, rest);
                begun.push(scope.spawn(move || part.into_iter().map(work).collect::<Vec<R>>()));
            }
            let last = begun.is_empty();
            for handle in std::mem::replace(&mut under_way, begun) {
                let outcomes = handle
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                outcomes.into_iter().try_for_each(&mut take)?;
            }
            if last {
                return Ok(());
            }
        }
    })
}

/// What follows `FROM table v` for one page of a query, the values to bind, and the number of rows in all pages.
///
/// A search is run once: its hits are sorted by number alone and only the page's rows are read. Without a search the
/// indexes give count and page directly.
pub(crate) fn page(
    db: &Connection,
    table: &str,
    conditions: &Conditions,
    order: &str,
    offset: u32,
    limit: u32,
) -> Result<(String, Vec<rusqlite::types::Value>, u32), ReplicaError> {
    let limit = limit.clamp(1, PAGE_MAX);
    let wanted = conditions.sql();
    if !conditions.searched {
        let total = db
            .prepare_cached(&format!("SELECT count(*) FROM {table} v WHERE {wanted}"))?
            .query_row(rusqlite::params_from_iter(conditions.values()), |row| {
                row.get(0)
            })?;
        return Ok((
            format!("WHERE {wanted} ORDER BY {order} LIMIT {limit} OFFSET {offset}"),
            conditions.values().collect(),
            total,
        ));
    }
    let mut hits = db.prepare_cached(&format!(
        "SELECT v.n FROM {table} v WHERE {wanted} ORDER BY {order}"
    ))?;
    let hits: Vec<i64> = hits
        .query_map(rusqlite::params_from_iter(conditions.values()), |row| {
            row.get(0)
        })?
        .collect::<Result<_, _>>()?;
    let begin = usize::try_from(offset)
        .unwrap_or(usize::MAX)
        .min(hits.len());
    let end = begin
        .saturating_add(usize::try_from(limit).unwrap_or_default())
        .min(hits.len());
    let of_page: Vec<String> = hits
        .get(begin..end)
        .unwrap_or_default()
        .iter()
        .map(i64::to_string)
        .collect();
    let sql = format!("WHERE v.n IN ({}) ORDER BY {order}", of_page.join(","));
    Ok((
        sql,
        Vec::new(),
        u32::try_from(hits.len()).unwrap_or(u32::MAX),
    ))
}

/// Every row of the views as text, ordered by record: what must be equal on two replicas of the same scope.
pub(crate) fn dump(db: &Connection) -> Result<String, ReplicaError> {
    let mut text = String::new();
    for statement in [
        "SELECT hex(doc) || '|' || receipt || '|' || protocol || '|' || registered_at || '|' || category || '|' || grp || '|' || community || '|' || settlement
            || '|' || spot || '|' || text || '|' || status || '|' || open || '|' || priority || '|' || department || '|' || crew || '|' || coalesce(hex(asset), '')
            || '|' || received_at || '|' || due_at || '|' || status_at || '|' || clashes || '|' || coalesce(lat || ' ' || lon, '') || '|' || coalesce(hex(same_as), '') || '|' || unheard
            || '|' || began_done || '|' || urgent || '|' || cost || '|' || rank || '|' || day FROM requests ORDER BY doc",
        "SELECT hex(doc) || '|' || kind || '|' || number || '|' || name || '|' || community || '|' || settlement || '|' || spot || '|' || condition
            || '|' || inspected_at || '|' || retired || '|' || clashes || '|' || coalesce(lat || ' ' || lon, '') || '|' || tag || '|' || due_at || '|' || failed || '|' || seen_at || '|' || missing || '|' || added_at FROM assets ORDER BY doc",
        "SELECT hex(doc) || '|' || hex(event) || '|' || hex(file) || '|' || size || '|' || hex(thumb) || '|' || thumb_size || '|' || hex(writer)
            || '|' || added_at FROM photos ORDER BY doc, event",
        "SELECT s.round || '|' || hex(v.doc) || '|' || s.found || '|' || s.at || '|' || hex(s.writer) FROM sightings s JOIN docs v ON v.n = s.n
            ORDER BY s.round, v.doc",
        "SELECT hex(v.doc) || '|' || hex(m.event) || '|' || m.day || '|' || m.by || '|' || m.note FROM memos m JOIN docs v ON v.n = m.n ORDER BY v.doc, m.event",
    ] {
        let mut rows = db.prepare(statement)?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            text.push_str(&row.get::<_, String>(0)?);
            text.push('\n');
        }
    }
    Ok(text)
}

/// Turns what a person typed into a search of the index: every word must be there, as written or as it sounds,
/// the last ones may be half typed. `None` when there is nothing to search for.
pub(crate) fn search_words(typed: &str) -> Option<String> {
    let terms: Vec<String> = greek::words(typed)
        .into_iter()
        .take(8)
        .map(|word| {
            let sound = greek::skeleton_of(std::slice::from_ref(&word));
            let stem = settled(&sound);
            let digits = word.chars().any(|c| c.is_ascii_digit());
            if stem.len() < 2 || digits {
                format!("words : \"{word}\"*")
            } else {
                format!("(words : \"{word}\"* OR sounds : \"{stem}\"*)")
            }
        })
        .collect();
    (!terms.is_empty()).then(|| terms.join(" AND "))
}

/// The part of a half-typed word's sound that no further letter can change: without its last vowels (`e` may become `ei`),
/// or without a last consonant that may begin a pair (`t` may become `th`).
fn settled(sound: &str) -> &str {
    let without_vowels = sound.trim_end_matches(['a', 'e', 'i', 'o', 'u']);
    if without_vowels.len() < sound.len() {
        return without_vowels;
    }
    sound
        .strip_suffix(['h', 'k', 'n', 'm', 'g', 't', 'd', 'p'])
        .unwrap_or(sound)
}

/// Fields whose versions differ, with who wrote each and when.
pub(crate) fn clashes(doc: &Doc, record: &Record, lists: &KnownLists) -> Vec<Clash> {
    let watched: &[&str] = match doc.kind() {
        Kind::Request => &request_model::WATCHED,
        Kind::Asset => &asset_model::WATCHED,
    };
    record
        .clashes(watched)
        .map(|(field, versions)| Clash {
            field: field.to_owned(),
            versions: versions
                .iter()
                .enumerate()
                .map(|(place, written)| Version {
                    key: written.key.clone(),
                    value: written.value.to_text(),
                    by: lists.device_name(written.by),
                    at: doc.written_at(field, &written.key).unwrap_or_default(),
                    winning: place == 0,
                })
                .collect(),
        })
        .collect()
}

/// What a timeline needs to know besides the events.
pub(crate) struct Telling<'a> {
    pub(crate) lists: &'a KnownLists,
    /// The server's clock when it last logged a change of the record; 0 before that.
    pub(crate) logged_at: Time,
    /// When the record began, as its station's clock claims.
    pub(crate) began_at: Time,
    pub(crate) concurrent: &'a [EventId],
    /// Moments at which this device saved what the server has not received yet.
    pub(crate) unsent: &'a [i64],
    pub(crate) me: Option<DeviceId>,
}

impl Telling<'_> {
    /// One line of a timeline from one event as stored.
    pub(crate) fn row<W: Serialize>(
        &self,
        id: EventId,
        by: DeviceId,
        at: Time,
        what: &W,
    ) -> TimelineRow {
        let mut detail = std::collections::BTreeMap::new();
        let mut tag = "other".to_owned();
        if let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(what) {
            for (name, value) in fields {
                let text = match value {
                    serde_json::Value::String(text) => text,
                    other => other.to_string(),
                };
                if name == "t" {
                    tag = text;
                } else if !text.is_empty() {
                    detail.insert(
                        if name == "note" {
                            "text".to_owned()
                        } else {
                            name
                        },
                        text,
                    );
                }
            }
        }
        TimelineRow {
            id: id.to_string(),
            at,
            claimed: self.is_claim(at),
            by: self.lists.device_name(by),
            what: tag,
            detail,
            pending: self.me == Some(by) && self.unsent.contains(&at.0),
            concurrent: self.concurrent.contains(&id),
        }
    }

    /// A time later than the server's clock when it logged it, or from before the record began, is only a claim.
    fn is_claim(&self, at: Time) -> bool {
        (self.logged_at.0 > 0 && at > self.logged_at.plus_hours(1))
            || at < self.began_at.plus_days(-1)
    }
}

/// Moments at which this device saved changes of a record that the server has not received yet.
pub(crate) fn unsent(db: &Connection, id: DocId) -> Result<Vec<i64>, ReplicaError> {
    let mut rows = db.prepare_cached(
        "SELECT saved_at FROM outbox WHERE doc = ?1 AND state NOT IN ('received', 'with_desk')",
    )?;
    let all = rows.query_map([id.as_bytes().as_slice()], |row| row.get(0))?;
    Ok(all.collect::<Result<_, _>>()?)
}

/// The word for how far a record's changes have come, as SQL over a row with the column `doc`.
pub(crate) const SAVED: &str =
    "(SELECT CASE WHEN sum(o.state = 'needs_decision') > 0 THEN 'needs_decision'
    WHEN sum(o.state = 'on_device') > 0 THEN 'on_device' ELSE 'sent' END
    FROM outbox o WHERE o.doc = v.doc AND o.state NOT IN ('received', 'with_desk') HAVING count(*) > 0)";

pub(crate) fn saved_from(word: Option<&str>) -> koina_model::words::Saved {
    use koina_model::words::Saved;
    match word {
        Some("needs_decision") => Saved::NeedsDecision,
        Some("on_device") => Saved::OnDevice,
        Some("sent") => Saved::Sent,
        _ => Saved::Received,
    }
}

/// A page is never longer than this.
pub(crate) const PAGE_MAX: u32 = 200;

/// Conditions of a query, put together from fixed words; what people typed is only ever bound.
#[derive(Default)]
pub(crate) struct Conditions {
    searched: bool,
    words: Vec<String>,
    values: Vec<rusqlite::types::Value>,
}

impl Conditions {
    /// Adds a condition in which `?` stands for the value.
    pub(crate) fn with(&mut self, condition: &str, value: impl Into<rusqlite::types::Value>) {
        self.words.push(condition.to_owned());
        self.values.push(value.into());
    }

    pub(crate) fn plain(&mut self, condition: &str) {
        self.words.push(condition.to_owned());
    }

    /// Adds the condition unless the text is empty.
    pub(crate) fn text(&mut self, condition: &str, text: &str) {
        if !text.is_empty() {
            self.with(condition, text.to_owned());
        }
    }

    /// Adds a search, unless there is nothing to search for.
    pub(crate) fn search(&mut self, typed: &str) {
        if let Some(words) = search_words(typed) {
            self.searched = true;
            self.with(
                "v.n IN (SELECT rowid FROM search WHERE search MATCH ?)",
                words,
            );
        } else if !typed.trim().is_empty() {
            self.plain("0");
        }
    }

    pub(crate) fn sql(&self) -> String {
        if self.words.is_empty() {
            "1".to_owned()
        } else {
            self.words.join(" AND ")
        }
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = rusqlite::types::Value> + '_ {
        self.values.iter().cloned()
    }
}
