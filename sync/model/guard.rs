//! The door for bytes from outside: what is not provably a well-formed change of one of our records stays out.
//!
//! Automerge accepts, or panics on, some malformed changes, and accepts a few that leave a doc which cannot be loaded
//! again. So: size first; only uncompressed change chunks; decode and look at every write; apply to a scratch copy under
//! `catch_unwind`; then save, load and compare what is read. Both sides do this, for every change.

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::legacy::{Key, ObjectId, OpType};
use automerge::{ActorId, Change};

use crate::doc::{Doc, EVENT_PREFIX, Record, STATE, Writes, owned_scalar};
use crate::exchange::{CHANGE_BYTES_MAX, Refusal};
use crate::ids::{DeviceId, DocId, EventId, Time};
use crate::place::Place;

/// Most values one change may write.
const WRITES_MAX: usize = 500;
/// Longest key, in bytes.
const KEY_BYTES_MAX: usize = 64;
/// Longest text value, in bytes. Subjects set tighter limits for their own fields.
const TEXT_BYTES_MAX: usize = 32 * 1024;

/// Furthest moment from 1970 that a change may claim, in ms. The differences between such moments are numbers too; without
/// that, nobody could write to a record after a change that claims to be near the end of all numbers.
const FROM_1970_MAX: u64 = 1 << 53;

/// A change chunk that was decoded and looked at, and not yet applied.
pub struct Checked {
    change: Change,
    pub hash: [u8; 32],
    pub by: DeviceId,
    pub seq: u64,
    /// The writer's clock, a claim.
    pub at: Time,
    pub writes: Writes,
}

impl Checked {
    pub fn bytes(&self) -> &[u8] {
        self.change.raw_bytes()
    }
}

/// Decodes a chunk and looks at every write in it.
pub fn check(bytes: &[u8]) -> Result<Checked, Refusal> {
    if bytes.len() > CHANGE_BYTES_MAX {
        return Err(Refusal::TooLarge {
            bytes_max: u32::try_from(CHANGE_BYTES_MAX).unwrap_or(u32::MAX),
        });
    }
    // Magic, four bytes of checksum, then the chunk type: 1 is an uncompressed change.
    if bytes.get(..4) != Some(&[0x85, 0x6f, 0x4a, 0x83]) || bytes.get(8) != Some(&1) {
        return Err(Refusal::NotAChange);
    }
    let decoded = catch_unwind(|| {
        let change = Change::from_bytes(bytes.to_vec()).ok()?;
        let expanded = change.decode();
        Some((change, expanded))
    });
    let Ok(Some((change, expanded))) = decoded else {
        return Err(Refusal::Malformed);
    };
    if change.raw_bytes() != bytes {
        return Err(Refusal::Malformed);
    }
    let by = DeviceId::from_slice(change.actor_id().to_bytes()).ok_or(Refusal::WrongActor)?;
    if expanded.operations.is_empty() || expanded.operations.len() > WRITES_MAX {
        return Err(Refusal::Malformed);
    }
    if change.timestamp().unsigned_abs() > FROM_1970_MAX {
        return Err(Refusal::Malformed);
    }
    let mut writes = Writes::with_capacity(expanded.operations.len());
    for op in &expanded.operations {
        let (ObjectId::Root, Key::Map(key), false) = (&op.obj, &op.key, op.insert) else {
            return Err(Refusal::BadValue {
                field: "nested".to_owned(),
            });
        };
        let bad = || Refusal::BadValue {
            field: printable(key),
        };
        let OpType::Put(value) = &op.action else {
            return Err(bad());
        };
        let value = owned_scalar(value).ok_or_else(bad)?;
        if !is_key(key) || value.to_text().len() > TEXT_BYTES_MAX {
            return Err(bad());
        }
        writes.push((key.to_string(), value));
    }
    Ok(Checked {
        hash: change.hash().0,
        by,
        seq: change.seq(),
        at: Time(change.timestamp()),
        writes,
        change,
    })
}

/// Where a checked change stands towards a doc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Fits,
    Known,
    /// Something it depends on is not here.
    Waits,
}

/// Looks whether a change fits a doc: the right record, its dependencies here, its sequence number unused.
pub fn standing(doc: &Doc, id: DocId, checked: &Checked) -> Result<Standing, Refusal> {
    if doc.has(&checked.hash) {
        return Ok(Standing::Known);
    }
    let deps = checked.change.deps();
    // Only the genesis stands on nothing.
    if deps.is_empty() {
        return Err(Refusal::WrongRecord);
    }
    if doc.lacks(deps) {
        return Ok(Standing::Waits);
    }
    match doc.id() {
        Some(inside) if inside != id => return Err(Refusal::WrongRecord),
        None if !checked
            .writes
            .iter()
            .any(|(key, value)| key == "id" && value.to_text() == id.to_string()) =>
        {
            return Err(Refusal::WrongRecord);
        }
        _ => {}
    }
    // Operations count on from what the change depends on. A change that leaps ahead would use up the numbers and nobody
    // could write to the record any more.
    if doc.next_op(deps) != Some(checked.change.start_op().get()) {
        return Err(Refusal::Malformed);
    }
    let actor = ActorId::from(checked.by.as_bytes().as_slice());
    if doc.hash_at(&actor, checked.seq).is_some() {
        return Err(Refusal::SequenceReused);
    }
    Ok(Standing::Fits)
}

/// The places of a record as the writer of a change saw them: one, or several while people disagree; an empty one when the
/// record had none.
pub fn places_seen(doc: &Doc, checked: &Checked) -> Vec<Place> {
    let texts = doc.texts_at(crate::requests::keys::PLACE, checked.change.deps());
    if texts.is_empty() {
        vec![Place::default()]
    } else {
        texts.iter().map(|text| Place::read(text)).collect()
    }
}

/// A doc that was saved and loaded again and says the same as before.
pub struct Proven {
    pub doc: Doc,
    pub saved: Vec<u8>,
    pub record: Record,
}

/// The doc with checked changes, saved, loaded again and compared.
pub fn apply(doc: &Doc, checked: &[&Checked]) -> Result<Proven, Refusal> {
    let mut next = None;
    for one in checked {
        next = Some(apply_unverified(next.as_ref().unwrap_or(doc), one)?);
    }
    prove(next.as_ref().unwrap_or(doc), checked).ok_or(Refusal::Malformed)
}

/// The doc with one checked change, not read back: the caller asks [`prove`] before it keeps it.
pub fn apply_unverified(doc: &Doc, checked: &Checked) -> Result<Doc, Refusal> {
    doc.with(checked.change.clone())
        .map_err(|_| Refusal::Malformed)
}

/// Saves a doc and loads it again: `None` when it does not say the same then, or does not hold these changes.
pub fn prove(doc: &Doc, checked: &[&Checked]) -> Option<Proven> {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let saved = doc.save();
        let again = Doc::load(&saved).ok()?;
        let record = again.record();
        let all_here = checked.iter().all(|one| again.has(&one.hash));
        let same = all_here && again.kind() == doc.kind() && record == doc.record();
        same.then_some(Proven {
            doc: again,
            saved,
            record,
        })
    }));
    outcome.ok().flatten()
}

/// Reads a whole doc that the server sent: it must load, and be the record it is said to be.
pub fn read_saved(id: DocId, saved: &[u8]) -> Result<Doc, Refusal> {
    let doc = Doc::load(saved).map_err(|_| Refusal::Malformed)?;
    if doc.id() != Some(id) {
        return Err(Refusal::WrongRecord);
    }
    Ok(doc)
}

/// Field names are short ASCII words; events carry their id.
fn is_key(key: &str) -> bool {
    if key.len() > KEY_BYTES_MAX || key.is_empty() {
        return false;
    }
    match key.strip_prefix(EVENT_PREFIX) {
        // One spelling only: another would be a second version of the same event.
        Some(id) => EventId::parse(id).is_some_and(|event| event.0.simple().to_string() == id),
        None => key
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'),
    }
}

fn printable(key: &str) -> String {
    key.chars()
        .filter(|c| c.is_ascii_graphic())
        .take(32)
        .collect()
}

/// The event keys a change writes.
pub fn event_keys(writes: &Writes) -> impl Iterator<Item = (&str, &str)> {
    writes.iter().filter_map(|(key, value)| match value {
        crate::doc::Scalar::Text(json) => {
            key.strip_prefix(EVENT_PREFIX).map(|id| (id, json.as_str()))
        }
        _ => None,
    })
}

/// Whether a change touches the state field.
pub fn writes_state(writes: &Writes) -> bool {
    writes.iter().any(|(key, _)| key == STATE)
}
