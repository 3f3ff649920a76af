//! The device's side of the exchange. `sync/EXCHANGE.md` states what must hold.
//!
//! [`Replica::ask`] says what this device has and wants, [`Replica::take_answer`] makes the answer durable; both know
//! nothing of a network. A [`Line`] carries the bytes; [`run`] goes on until nothing is left to say.

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use koina_model::columns::Parts;
use koina_model::exchange::{
    Answer, Ask, CAPABILITIES, COLUMNS, EnrolAnswer, EnrolAsk, FirstLoad, INFLATED_BYTES_MAX, Item,
    KIOSKS, Refusal,
};
use koina_model::ids::{DeviceId, DocId, Time};
use koina_model::lists::Lists;
use koina_model::permits::Permit;
use koina_model::problem::Problem;
use rusqlite::Transaction;

use crate::identity::NewKey;
use crate::replica::{
    Foreseen, LogBody, LogRow, Record, Replica, ReplicaError, contacts_again, contacts_received,
    departed_again, entries_again, erased_again, erased_told, evict, files_again, forget_departed,
    forget_entries_again, forget_meta, forget_old_contacts, go_on_without_lost, hand_over_again,
    keep_identity, meta, outside, set_meta, take_decisions, take_early, take_entry, take_erased,
    take_of_kiosks, take_receipts, take_records, take_rows, with_early,
};

pub mod http;
pub mod pinned;

/// Path of the exchange on the server.
pub const EXCHANGE_PATH: &str = "/v1/exchange";
/// Bytes of changes in one push, before compression.
pub(crate) const PUSH_BYTES: usize = 512 * 1024;
/// Bytes of answer to ask for at first and at most, before compression. Small at first: a crew can start working early.
const WANT_BYTES_FIRST: u32 = 256 * 1024;
const WANT_BYTES_MAX: u32 = 1024 * 1024;

/// Largest window a message may ask for: 8 MiB.
const WINDOW_LOG_MAX: u32 = 23;

/// Place in the log since which there may be moves that a first load does not tell: it began anew since this device is for
/// something else.
const NEWS_SINCE: &str = "news_since";

/// Records that left the scope, as JSON.
const LEAVING: &str = "leaving";

/// Number of the last decision about a refused change that was heard of.
const DECISIONS: &str = "decisions";

/// Number of the last word about erased contacts that was heard of.
const ERASURES: &str = "erasures";

/// Size of the message that is under way, if it is a large one; gone when its answer was taken.
pub(crate) const UNDER_WAY: &str = "under_way";

/// Set once a page in columns could not be read here.
const COLUMNS_REFUSED: &str = "columns_refused";

/// Something that carries a request to the server and its answer back.
pub trait Line {
    /// Sends a body to a path with the given headers; gives the body of a successful answer.
    fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: Vec<u8>,
    ) -> impl Future<Output = Result<Vec<u8>, Failed>> + Send;

    /// Gets the bytes at a path behind those that are `taken` already; what arrived before a line was cut is there too.
    fn fetch(
        &self,
        path: &str,
        headers: &[(&str, String)],
        taken: &mut Vec<u8>,
    ) -> impl Future<Output = Result<(), Failed>> + Send
    where
        Self: Sync,
    {
        async {
            taken.extend(self.send("GET", path, headers, Vec::new()).await?);
            Ok(())
        }
    }
}

/// Why nothing came back over a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    pub problem: Problem,
    /// The bytes may have reached the server: only its answer tells.
    pub left: bool,
}

/// Something of this device, before anything left.
impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            left: false,
        }
    }
}

impl From<Failed> for Problem {
    fn from(failed: Failed) -> Self {
        failed.problem
    }
}

/// How far a running exchange is, for the progress bar, and what the line carried so far.
#[derive(Debug, Default)]
pub struct Progress {
    pub done: AtomicU32,
    pub expected: AtomicU32,
    /// About how long the rest will take, in seconds; 0 while that is not known.
    pub remaining_s: AtomicU32,
    pace: Pace,
}

/// What the line takes at once, in bytes as they travel. A message that a bad line cuts has to travel again as a whole, so
/// messages are as large as the line carries within some seconds, and smaller after each that was lost.
///
/// How large the message is that is under way is kept, so that a device that is cut off with it goes on with half of it.
#[derive(Debug)]
pub(crate) struct Pace {
    bytes: AtomicUsize,
    /// What was lost comes back in steps: twice as much after each message that arrived.
    careful: AtomicUsize,
}

/// How long a message may be on its way, in seconds.
const ON_THE_WAY_S: u64 = 10;
/// How large messages are while nothing is known of the line.
const PACE_FIRST: usize = 64 * 1024;
/// Messages are at least so large: on a line that works, and on one that loses them.
const PACE_MIN: usize = 16 * 1024;
const PACE_MIN_LOST: usize = 4 * 1024;
/// What compression makes of an answer, about: so many bytes become one. Changes that are handed over hardly get smaller.
const COMPRESSES: usize = 4;

impl Default for Pace {
    fn default() -> Self {
        Self {
            bytes: AtomicUsize::new(PACE_FIRST),
            careful: AtomicUsize::new(usize::MAX),
        }
    }
}

impl Pace {
    pub(crate) fn at_most(&self, bytes: usize) -> usize {
        self.bytes.load(Ordering::Relaxed).min(bytes)
    }

    /// The same for an answer, before compression.
    fn wanted_at_most(&self, bytes: usize) -> usize {
        self.at_most(bytes / COMPRESSES) * COMPRESSES
    }

    pub(crate) fn lost(&self) {
        self.lost_with(self.at_most(usize::MAX));
    }

    /// A message of so many bytes did not arrive.
    fn lost_with(&self, bytes: usize) {
        let next = self.at_most(bytes / 2).max(PACE_MIN_LOST);
        self.bytes.store(next, Ordering::Relaxed);
        self.careful.store(next, Ordering::Relaxed);
    }

    /// So many bytes, as they travelled, took so long.
    pub(crate) fn carried(&self, bytes: u64, ms: i64) {
        let ms = u64::try_from(ms).unwrap_or_default().max(1);
        let within = bytes.saturating_mul(ON_THE_WAY_S * 1_000) / ms;
        let within = usize::try_from(within).unwrap_or(usize::MAX);
        let careful = self.careful.load(Ordering::Relaxed).saturating_mul(2);
        self.careful.store(careful, Ordering::Relaxed);
        let next = within.max(PACE_MIN).min(careful);
        self.bytes.store(next, Ordering::Relaxed);
    }
}

/// What one complete exchange did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exchanged {
    pub pushed: u32,
    pub round_trips: u32,
    pub bytes_sent: u64,
    pub bytes_received: u64,
}

/// What a device says, and the rows of its outbox that are in it.
#[derive(Clone, Debug)]
pub struct Said {
    pub ask: Ask,
    pub(crate) rows: Vec<i64>,
    /// Changes that waited when this was said.
    pub(crate) waiting: u32,
}

impl Replica {
    /// What to say next.
    pub fn ask(&self, version: &str) -> Result<Said, ReplicaError> {
        self.ask_within(&Pace::default(), version)
    }

    /// The same, no larger than the line carries.
    fn ask_within(&self, pace: &Pace, version: &str) -> Result<Said, ReplicaError> {
        if let Some(lost) = self.meta(UNDER_WAY)?.and_then(|text| text.parse().ok()) {
            pace.lost_with(lost);
        }
        let mut said = self.ask_after(0, pace.at_most(PUSH_BYTES), version)?;
        // It is signed with the next number, and so is newer than a file that was made before.
        if let Some(unsent) = &mut said.ask.unsent {
            unsent.said += 1;
        }
        let want = usize::try_from(said.ask.want_bytes).unwrap_or(usize::MAX);
        said.ask.want_bytes = u32::try_from(pace.wanted_at_most(want)).unwrap_or(u32::MAX);
        Ok(said)
    }

    /// What to say next, with the changes that wait after a row of the outbox, about so many bytes of them.
    pub(crate) fn ask_after(
        &self,
        row: i64,
        push_bytes: usize,
        version: &str,
    ) -> Result<Said, ReplicaError> {
        let identity = self.enrolled()?;
        // A revoked device hands over what it holds and asks for nothing.
        let (rows, push): (Vec<i64>, Vec<_>) = self.next_push(row, push_bytes)?.into_iter().unzip();
        let pushed: usize = push.iter().map(|pushed| pushed.bytes.len()).sum();
        let contacts = self.contacts_waiting(push_bytes.saturating_sub(pushed))?;
        let pending = self.pending()?;
        let (epoch, cursor, first) = self.standing()?;
        // A page in columns that could not be read is asked for as saved docs.
        let columns = self.meta(COLUMNS_REFUSED)?.is_none();
        let asked = u32::try_from(push.len()).unwrap_or(u32::MAX);
        // After a restore: changes first, then the entries of their records.
        let changes_again = self.waiting_again()?;
        let entries_again = self.read(entries_again)?;
        let again =
            changes_again.saturating_add(u32::try_from(entries_again.len()).unwrap_or(u32::MAX));
        let entries = if changes_again == 0 {
            entries_again
        } else {
            Vec::new()
        };
        let kiosks = identity.hears_of_kiosks().then_some(&KIOSKS);
        let waiting = pending.waiting + pending.needs_decision + pending.contacts;
        let upto = rows.last().copied().unwrap_or(row);
        let contacts_said = u32::try_from(contacts.len()).unwrap_or(u32::MAX);
        let said = asked.saturating_add(contacts_said);
        let ask = Ask {
            capabilities: CAPABILITIES
                .iter()
                .filter(|name| **name != COLUMNS || columns)
                .chain(kiosks)
                .map(|name| (*name).to_owned())
                .collect(),
            version: version.to_owned(),
            epoch,
            cursor,
            first: if identity.revoked { None } else { first },
            lists: self.lists().version,
            push,
            entries,
            again,
            pending: waiting.saturating_sub(said),
            want_bytes: if first.is_some_and(|first: FirstLoad| first.after > 0) {
                WANT_BYTES_MAX
            } else {
                WANT_BYTES_FIRST
            },
            scope: identity.scope,
            contacts,
            erasures: self
                .meta(ERASURES)?
                .and_then(|text| text.parse().ok())
                .unwrap_or_default(),
            erased: self.read(|db| erased_again(db, push_bytes.saturating_sub(pushed)))?,
            // Told with the moment, when it goes: see `Replica::health_due`.
            health: None,
            unlock: self.lacks_unlock()?,
            erases: false,
            unsent: Some(self.unsent(upto, pending.contacts.saturating_sub(contacts_said))?),
            decisions: self
                .meta(DECISIONS)?
                .and_then(|text| text.parse().ok())
                .unwrap_or_default(),
        };
        Ok(Said {
            ask,
            rows,
            waiting: pending.waiting,
        })
    }

    /// Where this device stands: the log it follows, its place in it, and its first load.
    pub(crate) fn standing(&self) -> Result<(String, u64, Option<FirstLoad>), ReplicaError> {
        let epoch = self.meta("epoch")?.unwrap_or_default();
        let cursor = self.cursor()?;
        let first = match self.meta("first")? {
            Some(text) => serde_json::from_str(&text)?,
            None if cursor == 0 => Some(FirstLoad::default()),
            None => None,
        };
        Ok((epoch, cursor, first))
    }

    /// How old the newest news here is; `None` before the first exchange.
    pub fn exchanged_at(&self) -> Result<Option<Time>, ReplicaError> {
        let stored = self.meta("exchanged_at")?;
        Ok(stored.and_then(|text| text.parse().ok()).map(Time))
    }

    /// Makes an answer durable, all of it in one tx. Gives whether there is more to say.
    pub fn take_answer(
        &self,
        said: &Said,
        answer: &Answer,
        now: Time,
    ) -> Result<bool, ReplicaError> {
        let identity = self.enrolled()?;
        if let Some(json) = &answer.lists {
            let lists = serde_json::from_str::<Lists>(json)?;
            // An answer that was carried by hand may be an old one.
            if lists.version > self.lists().version {
                // Also one that was sealed while this device was for something else.
                self.set_lists(&lists.told_to(identity.role))?;
            }
        }
        let lists = self.lists();
        let me = identity.device;
        let brings_numbers = identity.role.may(Permit::RegisterRequests) && !answer.revoked;
        let moved = answer.scope.as_ref().map(|to| identity.changed(to));
        // Somebody for something else hears other lists.
        let anew = moved.as_ref().map(|now| lists.anew(now.role));
        let taken = self.write(|tx| {
            forget_meta(tx, UNDER_WAY)?;
            take_receipts(tx, &said.rows, &answer.receipts, me, &lists)?;
            contacts_received(tx, &answer.contacts, answer.now)?;
            take_erased(tx, &answer.erased)?;
            erased_told(tx, &answer.erased_heard)?;
            // Whoever is for something else now may have to hear of more: from the beginning.
            let heard = if moved.is_some() { 0 } else { answer.erasures };
            set_meta(tx, ERASURES, &heard.to_string())?;
            if let Some(now) = &moved {
                // What was to go since it lay outside, and lies inside again, stays: the server may never have had it.
                let before = outside(tx, &identity.communities)?;
                let mut leaving = leaving(tx)?;
                leaving.retain(|doc| !before.contains(doc));
                leaving.extend(outside(tx, &now.communities)?);
                set_leaving(tx, &leaving)?;
                keep_identity(tx, now)?;
            }
            if let Some(anew) = &anew {
                set_meta(tx, "lists", &serde_json::to_string(anew)?)?;
            }
            take_decisions(tx, &answer.decisions, me, &lists)?;
            take_of_kiosks(tx, &identity, answer)?;
            take_items(tx, answer, me, &lists)?;
            if answer.first.is_none() && !answer.revoked && answer.restored.is_none() {
                if said.ask.first.is_some() {
                    // All records of the scope are here: what still waits stands on nothing but the genesis.
                    for id in with_early(tx)? {
                        take_early(tx, id, Some(me), &lists)?;
                    }
                }
                go_on_without_lost(tx, me, &lists)?;
            }
            match answer.restored {
                Some(restored) => {
                    contacts_again(tx)?;
                    files_again(tx)?;
                    let back = departed_again(tx, restored, &lists, answer.now)?;
                    if !back.is_empty() {
                        // They go again when they are handed over; not those that this device is to hold.
                        let mut leaving = leaving(tx)?;
                        let outside = outside(tx, &identity.communities)?;
                        leaving.extend(outside.iter().filter(|doc| back.contains(doc)));
                        set_leaving(tx, &leaving)?;
                    }
                    hand_over_again(tx, restored, me, brings_numbers, &lists, now)?;
                }
                None => {
                    forget_old_contacts(tx, answer.now)?;
                    if said.ask.ends_again() {
                        forget_entries_again(tx)?;
                    }
                }
            }
            let heard = match answer.decisions.last() {
                Some(last) => Some(last.number),
                // The numbers of another log say nothing.
                None => (answer.epoch != said.ask.epoch).then_some(0),
            };
            if let Some(heard) = heard {
                set_meta(tx, DECISIONS, &heard.to_string())?;
            }
            set_meta(tx, "epoch", &answer.epoch)?;
            if !answer.revoked {
                set_meta(tx, "cursor", &answer.cursor.to_string())?;
                set_meta(tx, "first", &serde_json::to_string(&answer.first)?)?;
                set_meta(tx, "exchanged_at", &now.0.to_string())?;
            }
            if moved
                .as_ref()
                .is_some_and(|now| now.holds_more_than(&identity))
            {
                // What it holds already is joined with what comes; what moved away meanwhile is news since where it stood.
                let stood = match said.ask.first {
                    Some(first) if first.after > 0 => first.upto,
                    _ => said.ask.cursor,
                };
                let before = news_since(tx)?.unwrap_or(u64::MAX);
                let first = serde_json::to_string(&Some(FirstLoad::default()))?;
                set_meta(tx, NEWS_SINCE, &stood.min(before).to_string())?;
                set_meta(tx, "cursor", "0")?;
                set_meta(tx, "first", &first)?;
            } else if let Some(since) = news_since(tx)? {
                if let Some(restored) = answer.restored {
                    set_meta(tx, NEWS_SINCE, &since.min(restored.head).to_string())?;
                } else if said.ask.first.is_some() && answer.first.is_none() && !answer.revoked {
                    if since > 0 {
                        set_meta(tx, "cursor", &since.min(answer.cursor).to_string())?;
                    }
                    forget_meta(tx, NEWS_SINCE)?;
                }
            }
            Ok(())
        });
        match taken {
            Err(ReplicaError::Columns(refusal)) if said.offered(COLUMNS) => {
                // The receipts count, the page does not: the next ask is for the same place, without columns.
                tracing::error!(%refusal, "a page in columns could not be read");
                self.write(|tx| {
                    take_receipts(tx, &said.rows, &answer.receipts, me, &lists)?;
                    set_meta(tx, COLUMNS_REFUSED, "1")
                })?;
                return Ok(true);
            }
            other => other?,
        }
        if let Some(anew) = anew {
            self.read_identity()?;
            self.keep_beside()?;
            self.use_lists(anew);
        }
        if answer.revoked {
            self.set_revoked()?;
        }
        self.scrub(moved.is_some() || !answer.erased.is_empty());
        if !answer.erased.is_empty() {
            self.forget_safety_copy();
        }
        // Only while the outbox shrinks and the server has news: an exchange that gets nowhere ends.
        let waiting = self.pending()?.waiting;
        let more_to_push = waiting > 0 && waiting < said.waiting;
        let got = !answer.items.is_empty()
            || answer.cursor != said.ask.cursor
            || answer.first != said.ask.first
            || answer.erasures != said.ask.erasures;
        let stepped_back = !answer.revoked && self.cursor()? < answer.cursor;
        if answer.restored.is_some() || moved.is_some() || stepped_back {
            return Ok(true);
        }
        let more_contacts = !answer.contacts.is_empty() && !self.contacts_waiting(0)?.is_empty();
        let more_erased =
            !answer.erased_heard.is_empty() && !self.read(|db| erased_again(db, 0))?.is_empty();
        // The entries of what was handed over again after a restore follow it at once: a desk that is revoked before its next
        // exchange could not bring them any more, and a number on paper would be given anew.
        let more_entries = said.ask.again > 0
            && brings_numbers
            && said.ask.entries.is_empty()
            && self.waiting_again()? == 0
            && !self.read(entries_again)?.is_empty();
        Ok(more_to_push
            || more_contacts
            || more_erased
            || more_entries
            || (answer.more && got && !answer.revoked))
    }

    /// The headers that sign one request, with the next counter. The counter is durable before it is used.
    pub fn sign(
        &self,
        method: &str,
        path: &str,
        body: &[u8],
    ) -> Result<[(&'static str, String); 3], ReplicaError> {
        self.sign_noting(method, path, body, None)
    }

    /// The same, noting how large the message is that goes under way with it.
    fn sign_noting(
        &self,
        method: &str,
        path: &str,
        body: &[u8],
        under_way: Option<usize>,
    ) -> Result<[(&'static str, String); 3], ReplicaError> {
        use koina_model::exchange::{HEADER_COUNTER, HEADER_DEVICE, HEADER_SIGNATURE};
        let identity = self.enrolled()?;
        let counter = u64::from(self.write_quietly(|tx| {
            if let Some(bytes) = under_way {
                set_meta(tx, UNDER_WAY, &bytes.to_string())?;
            }
            self.next_number(tx, "signed")
        })?);
        Ok([
            (HEADER_DEVICE, identity.device.to_string()),
            (HEADER_COUNTER, counter.to_string()),
            (HEADER_SIGNATURE, identity.sign(method, path, counter, body)),
        ])
    }

    fn set_revoked(&self) -> Result<(), ReplicaError> {
        let mut identity = (*self.enrolled()?).clone();
        identity.revoked = true;
        self.set_identity(&identity)
    }
}

impl Said {
    /// How large this message or its answer is, about, as it travels, if it may be large: a first load, much work, or what
    /// follows in the same exchange.
    fn under_way(&self, round_trips: u32) -> Option<usize> {
        let push = self.ask.push.iter().map(|pushed| pushed.bytes.len());
        let contacts = self.ask.contacts.iter().map(|sealed| sealed.bytes.len());
        let push: usize = push.chain(contacts).sum();
        let much = self.ask.first.is_some() || round_trips > 0;
        let want = usize::try_from(self.ask.want_bytes).unwrap_or(usize::MAX);
        let answer = if much { want / COMPRESSES } else { 0 };
        Some(push.max(answer)).filter(|bytes| *bytes > PACE_MIN_LOST)
    }

    fn offered(&self, capability: &str) -> bool {
        self.ask.capabilities.iter().any(|name| name == capability)
    }
}

/// Takes what the server sent, in its order: whole records, changes, decisions, and what left the scope.
fn take_items(
    tx: &Transaction<'_>,
    answer: &Answer,
    me: DeviceId,
    lists: &Lists,
) -> Result<(), ReplicaError> {
    // Entries first: a record that is shown afterwards shows its number with it.
    for item in &answer.items {
        if let Item::Entry { entry } = item {
            take_entry(tx, entry)?;
        }
    }
    let mut pages: Vec<Vec<Parts>> = Vec::new();
    for item in &answer.items {
        if let Item::Docs { columns } = item {
            pages.push(
                columns
                    .read()
                    .ok_or(ReplicaError::Columns(Refusal::Malformed))?,
            );
        }
    }
    // A record that changed since the load began may stand in one page twice, at the end of the first phase and again.
    let mut whole: BTreeSet<DocId> = BTreeSet::new();
    let mut records: Vec<Record<'_>> = pages.iter().flatten().map(Record::Parts).collect();
    records.retain(|record| whole.insert(record.id()));
    let mut rows: Vec<LogRow> = Vec::new();
    let mut leaving = leaving(tx)?;
    for item in &answer.items {
        let (at, body) = match item {
            Item::Change {
                doc,
                kind,
                at,
                bytes,
            } => {
                let bytes = bytes.to_vec();
                let (doc, kind) = (*doc, *kind);
                (*at, LogBody::Change { doc, kind, bytes })
            }
            Item::Entry { entry } if whole.contains(&entry.doc) => continue,
            Item::Entry { entry } => (entry.at, LogBody::Entry(entry.clone())),
            Item::Doc { doc, bytes, .. } => {
                if whole.insert(*doc) {
                    records.push(Record::Saved(*doc, bytes));
                }
                continue;
            }
            Item::Docs { .. } => continue,
            Item::Evict { doc } => {
                leaving.insert(*doc);
                continue;
            }
        };
        // Where exactly it stands in the log is not told; not after this.
        let seq = answer.cursor;
        rows.push(LogRow {
            seq,
            at,
            device: None,
            body,
        });
    }
    take_records(tx, &records, answer.now, answer.head, Some(me), lists)?;
    if !whole.is_empty() {
        for id in with_early(tx)?.into_iter().filter(|id| whole.contains(id)) {
            take_early(tx, id, Some(me), lists)?;
        }
    }
    take_rows(tx, &rows, Some(me), lists, &mut Foreseen::default())?;
    // What left the scope goes when nothing of it is unsent any more; until then it is remembered.
    let mut staying: BTreeSet<DocId> = BTreeSet::new();
    for doc in leaving {
        if !whole.contains(&doc) && !evict(tx, doc, me, answer.now)? {
            staying.insert(doc);
        }
    }
    forget_departed(tx, answer.now)?;
    set_leaving(tx, &staying)
}

fn news_since(tx: &Transaction<'_>) -> Result<Option<u64>, ReplicaError> {
    Ok(meta(tx, NEWS_SINCE)?.and_then(|text| text.parse().ok()))
}

/// Records that left the scope and stay until nothing of them is unsent any more.
fn leaving(tx: &Transaction<'_>) -> Result<BTreeSet<DocId>, ReplicaError> {
    match meta(tx, LEAVING)? {
        Some(text) => Ok(serde_json::from_str(&text)?),
        None => Ok(BTreeSet::new()),
    }
}

fn set_leaving(tx: &Transaction<'_>, leaving: &BTreeSet<DocId>) -> Result<(), ReplicaError> {
    set_meta(tx, LEAVING, &serde_json::to_string(leaving)?)
}

/// Whole records in an answer, for the progress bar.
fn records_in(answer: &Answer) -> u32 {
    let records = answer.items.iter().map(|item| match item {
        Item::Doc { .. } => 1,
        Item::Docs { columns } => columns.kinds.len(),
        _ => 0,
    });
    u32::try_from(records.sum::<usize>()).unwrap_or(u32::MAX)
}

/// Exchanges until nothing is left to say. What was taken before a failure stays taken; the next run goes on from there.
pub async fn run(
    replica: &Replica,
    line: &impl Line,
    version: &str,
    now: &(dyn Fn() -> Time + Sync),
    progress: &Progress,
) -> Result<Exchanged, Problem> {
    let mut run = Run::begin(now(), progress);
    while run.round_trip(replica, line, version, now).await? {}
    Ok(run.exchanged)
}

/// An exchange under way, one round trip at a time, so that something else can be said in between.
#[derive(Debug)]
pub struct Run<'a> {
    pub exchanged: Exchanged,
    progress: &'a Progress,
    began: Time,
    erases: bool,
    /// It was said, and a server that knows this device as revoked answered.
    pub told_that_it_erases: bool,
}

impl<'a> Run<'a> {
    pub fn begin(began: Time, progress: &'a Progress) -> Self {
        progress.done.store(0, Ordering::Relaxed);
        progress.expected.store(0, Ordering::Relaxed);
        progress.remaining_s.store(0, Ordering::Relaxed);
        let exchanged = Exchanged::default();
        Self {
            exchanged,
            progress,
            began,
            erases: false,
            told_that_it_erases: false,
        }
    }

    /// Says in every message from now on that a revoked device erases itself when it is answered.
    pub fn erases(mut self) -> Self {
        self.erases = true;
        self
    }

    /// Says what there is to say, and takes the answer. Gives whether there is more.
    pub async fn round_trip(
        &mut self,
        replica: &Replica,
        line: &impl Line,
        version: &str,
        now: &(dyn Fn() -> Time + Sync),
    ) -> Result<bool, Problem> {
        let pace = &self.progress.pace;
        let mut said = replica
            .ask_within(pace, version)
            .map_err(|failure| failure.to_problem())?;
        // Not while anything is still to be handed over.
        said.ask.erases = self.erases
            && !replica
                .holds_unsent()
                .map_err(|failure| failure.to_problem())?;
        let left_at = now();
        said.ask.health = replica
            .health_due(&said.ask, left_at)
            .map_err(|failure| failure.to_problem())?;
        let body = pack(&said.ask)?;
        let sent = body.len() as u64;
        self.exchanged.bytes_sent += sent;
        let under_way = said.under_way(self.exchanged.round_trips);
        let headers = replica
            .sign_noting("POST", EXCHANGE_PATH, &body, under_way)
            .map_err(|failure| failure.to_problem())?;
        let body = match line.send("POST", EXCHANGE_PATH, &headers, body).await {
            Ok(body) => body,
            Err(failed) => {
                if !failed.left {
                    replica
                        .never_left(&said.rows)
                        .map_err(|failure| failure.to_problem())?;
                } else if !matches!(failed.problem, Problem::Offline { .. }) {
                    // The server heard it and said no: the line is good.
                    replica
                        .forget_meta(UNDER_WAY)
                        .map_err(|failure| failure.to_problem())?;
                } else {
                    pace.lost();
                }
                return Err(failed.problem);
            }
        };
        let received = body.len() as u64;
        self.exchanged.bytes_received += received;
        pace.carried(sent + received, now().0 - left_at.0);
        let answer: Answer = unpack(&body)?;
        self.exchanged.round_trips += 1;
        self.exchanged.pushed += u32::try_from(answer.receipts.len()).unwrap_or(u32::MAX);
        let more = replica
            .take_answer(&said, &answer, now())
            .map_err(|failure| failure.to_problem())?;
        replica
            .health_told(&said.ask, &answer, now())
            .map_err(|failure| failure.to_problem())?;
        self.note(&answer, now());
        self.told_that_it_erases |= answer.revoked && said.ask.erases;
        if answer.revoked && !more {
            return Err(Problem::Revoked);
        }
        Ok(more)
    }

    /// How far the first load is, and about how long the rest of it takes.
    fn note(&self, answer: &Answer, now: Time) {
        let here = records_in(answer);
        let done = self.progress.done.fetch_add(here, Ordering::Relaxed) + here;
        self.progress
            .expected
            .store(answer.expected, Ordering::Relaxed);
        let rest = i64::from(answer.expected.saturating_sub(done));
        let remaining_ms = (now.0 - self.began.0) * rest / i64::from(done).max(1);
        let remaining_s = u32::try_from(remaining_ms / 1_000).unwrap_or_default();
        self.progress
            .remaining_s
            .store(remaining_s, Ordering::Relaxed);
    }
}

/// Enrols this installation with a one-time code.
pub async fn enrol(
    replica: &Replica,
    line: &impl Line,
    server: &str,
    code: &str,
    version: &str,
    now: Time,
    seed: [u8; 32],
) -> Result<(), Problem> {
    if replica.identity().is_some() {
        return Err(Problem::AlreadyEnrolled);
    }
    // The same key and id for every try: when only the answer was lost, the server knows this device again.
    let trying = || -> Result<(DeviceId, [u8; 32]), ReplicaError> {
        if let Some(text) = replica.meta("enrolling")? {
            return Ok(serde_json::from_str(&text)?);
        }
        let fresh = (replica.new_device(now), seed);
        replica.set_meta("enrolling", &serde_json::to_string(&fresh)?)?;
        Ok(fresh)
    };
    let (device, seed) = trying().map_err(|failure| failure.to_problem())?;
    let key = NewKey::from_seed(seed);
    let ask = EnrolAsk {
        code: code.trim().to_owned(),
        device,
        key: key.public_hex(),
        version: version.to_owned(),
    };
    let body = serde_json::to_vec(&ask).map_err(|_| malformed("enrolment"))?;
    let headers = [("content-type", "application/json".to_owned())];
    let body = line.send("POST", "/v1/enrol", &headers, body).await?;
    let answer: EnrolAnswer = serde_json::from_slice(&body).map_err(|_| malformed("enrolment"))?;
    let lists: Lists = serde_json::from_str(&answer.lists).map_err(|_| malformed("lists"))?;
    let keep = || -> Result<(), ReplicaError> {
        replica.set_lists(&lists)?;
        replica.set_identity(&key.enrolled(device, server, &answer))?;
        replica.forget_meta("enrolling")
    };
    keep().map_err(|failure| failure.to_problem())
}

/// A body of JSON.
pub fn json_body(words: &impl serde::Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(words).map_err(|failure| Problem::Malformed {
        what: failure.to_string(),
    })
}

/// Asks the server something as JSON, signed by this device.
pub async fn ask_json<A: serde::de::DeserializeOwned>(
    replica: &Replica,
    line: &impl Line,
    method: &str,
    path: &str,
    body: Vec<u8>,
) -> Result<A, Problem> {
    let body = ask_bytes(replica, line, method, path, "application/json", body).await?;
    serde_json::from_slice(&body).map_err(|_| malformed("answer"))
}

/// Sends bytes of a media type to the server, signed by this device, and gives the bytes of its answer.
pub async fn ask_bytes(
    replica: &Replica,
    line: &impl Line,
    method: &str,
    path: &str,
    media_type: &str,
    body: Vec<u8>,
) -> Result<Vec<u8>, Problem> {
    let mut headers = replica
        .sign(method, path, &body)
        .map_err(|failure| failure.to_problem())?
        .to_vec();
    headers.push(("content-type", media_type.to_owned()));
    Ok(line.send(method, path, &headers, body).await?)
}

/// A message as it travels: CBOR, zstd-compressed.
pub fn pack(message: &impl serde::Serialize) -> Result<Vec<u8>, Problem> {
    pack_at(message, 3)
}

/// The same at a level of the caller's choice (1 fast to 19 small).
pub fn pack_at(message: &impl serde::Serialize, level: i32) -> Result<Vec<u8>, Problem> {
    let mut plain = Vec::new();
    ciborium::into_writer(message, &mut plain).map_err(|_| malformed("message"))?;
    zstd::encode_all(plain.as_slice(), level).map_err(|_| malformed("message"))
}

/// How large a message is before compression.
pub fn plain_size(message: &impl serde::Serialize) -> Result<usize, Problem> {
    let mut plain = Vec::new();
    ciborium::into_writer(message, &mut plain).map_err(|_| malformed("message"))?;
    Ok(plain.len())
}

/// Reads a message as it travels. Stops inflating at the limit, so that a small bomb cannot fill the memory.
pub fn unpack<M: serde::de::DeserializeOwned>(body: &[u8]) -> Result<M, Problem> {
    let limit = INFLATED_BYTES_MAX as u64;
    let mut plain = Vec::new();
    let mut inflating = zstd::Decoder::with_buffer(body).map_err(|_| malformed("compression"))?;
    inflating
        .window_log_max(WINDOW_LOG_MAX)
        .map_err(|_| malformed("compression"))?;
    inflating
        .take(limit + 1)
        .read_to_end(&mut plain)
        .map_err(|_| malformed("compression"))?;
    if plain.len() as u64 > limit {
        return Err(Problem::too_large(INFLATED_BYTES_MAX));
    }
    ciborium::from_reader(plain.as_slice()).map_err(|_| malformed("message"))
}

fn malformed(what: &str) -> Problem {
    Problem::Malformed {
        what: what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        PACE_FIRST, PACE_MIN, PACE_MIN_LOST, PUSH_BYTES, Pace, WANT_BYTES_FIRST, WANT_BYTES_MAX,
    };

    #[test]
    fn messages_are_as_large_as_the_line_carries_in_some_seconds() {
        let most = PUSH_BYTES;
        let pace = Pace::default();
        assert_eq!(
            pace.at_most(most),
            PACE_FIRST,
            "nothing is known of the line"
        );
        let first = WANT_BYTES_FIRST as usize;
        assert_eq!(pace.wanted_at_most(first), first);
        // 64 kbit/s: ten seconds carry 80 kB.
        pace.carried(40_000, 5_000);
        assert_eq!(pace.at_most(most), 80_000);
        assert_eq!(pace.wanted_at_most(WANT_BYTES_MAX as usize), 320_000);
        assert_eq!(pace.at_most(1_000), 1_000);
        for halved in [40_000, 20_000, 10_000, 5_000, PACE_MIN_LOST, PACE_MIN_LOST] {
            pace.lost();
            assert_eq!(pace.at_most(most), halved);
        }
        // A round trip that took long says little: the crew's day still goes at once.
        for doubled in [2 * PACE_MIN_LOST, PACE_MIN, PACE_MIN] {
            pace.carried(500, 3_000);
            assert_eq!(pace.at_most(most), doubled, "in steps");
        }
        for _ in 0..6 {
            pace.carried(1_000_000, 0);
        }
        assert_eq!(pace.at_most(most), most);
        let fresh = Pace::default();
        fresh.lost();
        assert_eq!(fresh.at_most(most), PACE_FIRST / 2);
    }
}
