//! A doc: one record's whole history as an Automerge document, held in memory one at a time.
//!
//! A doc is one flat map. Fields are scalars under short stable keys; everything people add to (work, inspections,
//! answers) is an *event*: a JSON text under a key of its own, `e:<event id>`, written once and never changed, so that
//! two people adding at once lose nothing. The field `s` names the last event that decides the record's state; written
//! concurrently it holds several, and those are exactly the events nobody has yet seen from the other side.
//!
//! Every doc starts from a fixed genesis change per kind, so that all replicas share the same root.
//! Reading a doc never fails: it gives a [`Record`] and leaves what is odd to the reader as findings.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{
    ActorId, Automerge, Change, ReadDoc, ScalarValue, ScalarValueRef, Value, ValueRef,
};

use crate::ids::{DeviceId, DocId, EventId, Time};
use crate::words::Kind;

/// Key prefix of events. Stored in docs since 0.1.
pub const EVENT_PREFIX: &str = "e:";
/// The field that names the event deciding the state. Stored in docs since 0.1.
pub const STATE: &str = "s";

/// A change as it is stored and sent: the hash that names it and its uncompressed bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    pub hash: [u8; 32],
    pub bytes: Vec<u8>,
}

/// Why bytes could not be read as a doc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    #[error("the bytes are not a readable doc")]
    Unreadable,
    #[error("the doc does not start from a genesis this version knows")]
    NoGenesis,
}

/// A record's history, loaded.
#[derive(Clone)]
pub struct Doc {
    kind: Kind,
    inner: Automerge,
}

/// One value of a field and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    pub value: Scalar,
    /// The installation that wrote it.
    pub by: DeviceId,
    /// Identity of the writing within the doc: counter and actor.
    pub key: String,
}

/// The key of an event.
pub fn event_key(id: EventId) -> String {
    format!("{EVENT_PREFIX}{}", id.0.simple())
}

impl Written {
    /// Where it stands in an order in which whatever was written with knowledge of something comes after it, whatever the clocks
    /// say.
    pub fn order(&self) -> (u64, DeviceId) {
        let counter = self.key.split_once('@').map_or("", |(counter, _)| counter);
        (counter.parse().unwrap_or_default(), self.by)
    }
}

/// A value a record can hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    Text(String),
    Int(i64),
    Bool(bool),
}

impl Scalar {
    /// The value as text, the way views and conflicts show it.
    pub fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Int(number) => number.to_string(),
            Self::Bool(flag) => flag.to_string(),
        }
    }
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Scalar {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Scalar {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Scalar {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

/// What a doc says now: for each key its values, the winning one first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    pub fields: BTreeMap<String, Vec<Written>>,
}

impl Record {
    /// The winning value of a field.
    pub fn get(&self, key: &str) -> Option<&Scalar> {
        self.fields
            .get(key)
            .and_then(|all| all.first())
            .map(|written| &written.value)
    }

    /// All values of a field: several when people wrote without knowing of each other.
    pub fn versions(&self, key: &str) -> impl Iterator<Item = &Scalar> {
        let all = self.fields.get(key).into_iter().flatten();
        all.map(|written| &written.value)
    }

    /// The winning value, if it is a text.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some(Scalar::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The winning value, if it is a whole number.
    pub fn int(&self, key: &str) -> Option<i64> {
        match self.get(key) {
            Some(Scalar::Int(number)) => Some(*number),
            _ => None,
        }
    }

    /// The winning value, if it is a flag; `false` when it is missing.
    pub fn flag(&self, key: &str) -> bool {
        matches!(self.get(key), Some(Scalar::Bool(true)))
    }

    /// The events, in order of their ids, with who wrote each. Undecodable ones are skipped.
    pub fn events<E: serde::de::DeserializeOwned>(&self) -> Vec<(EventId, DeviceId, E)> {
        self.fields
            .range(EVENT_PREFIX.to_owned()..)
            .take_while(|(key, _)| key.starts_with(EVENT_PREFIX))
            .filter_map(|(key, all)| {
                let id = EventId::parse(key.strip_prefix(EVENT_PREFIX)?)?;
                let written = all.first()?;
                let Scalar::Text(json) = &written.value else {
                    return None;
                };
                Some((id, written.by, serde_json::from_str(json).ok()?))
            })
            .collect()
    }

    /// The events that decide the state now: one, or several when people acted without knowing of each other.
    pub fn state_events(&self) -> Vec<EventId> {
        let mut ids: Vec<EventId> = self
            .fields
            .get(STATE)
            .into_iter()
            .flatten()
            .filter_map(|written| match &written.value {
                Scalar::Text(text) => EventId::parse(text),
                _ => None,
            })
            .collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// The fields among `watched` whose versions differ. Equal values are no conflict.
    pub fn clashes<'a>(
        &'a self,
        watched: &'a [&'a str],
    ) -> impl Iterator<Item = (&'a str, &'a [Written])> {
        watched.iter().filter_map(|key| {
            let all = self.fields.get(*key)?;
            let first = all.first()?;
            all.iter()
                .any(|other| other.value != first.value)
                .then_some((*key, all.as_slice()))
        })
    }
}

/// A request and an asset with their genesis only: a copy costs less than to begin each record from nothing.
static REQUEST: LazyLock<Automerge> = LazyLock::new(|| begun(Kind::Request));
static ASSET: LazyLock<Automerge> = LazyLock::new(|| begun(Kind::Asset));

fn begun(kind: Kind) -> Automerge {
    let mut inner = Automerge::new();
    if let Ok(change) = Change::from_bytes(genesis_bytes(kind).to_vec()) {
        let _ = inner.apply_changes([change]);
    }
    inner
}

/// The values one change writes, in the order it writes them.
pub type Writes = Vec<(String, Scalar)>;

impl Doc {
    /// A new doc: the genesis of its kind and nothing else.
    pub fn new(kind: Kind) -> Self {
        let inner = match kind {
            Kind::Request => REQUEST.clone(),
            Kind::Asset => ASSET.clone(),
        };
        Self { kind, inner }
    }

    /// Loads what this program, or the server, saved. Never give it bytes from a device: those are change chunks and go
    /// through [`crate::guard`].
    pub fn load(saved: &[u8]) -> Result<Self, DecodeError> {
        let inner = catch_unwind(AssertUnwindSafe(|| Automerge::load(saved)))
            .map_err(|_| DecodeError::Unreadable)?
            .map_err(|_| DecodeError::Unreadable)?;
        let kind = kind_of(&inner).ok_or(DecodeError::NoGenesis)?;
        Ok(Self { kind, inner })
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The id the record carries inside; `None` for a doc nobody has written to yet.
    pub fn id(&self) -> Option<DocId> {
        match self.inner.get(automerge::ROOT, "id") {
            Ok(Some((Value::Scalar(value), _))) => value.as_str().and_then(DocId::parse),
            _ => None,
        }
    }

    /// The bytes to keep: whole history, without inner compression so that pages of docs compress better together.
    pub fn save(&self) -> Vec<u8> {
        self.inner.save_nocompress()
    }

    /// The changes that nothing in the doc depends on yet.
    pub fn heads(&self) -> Vec<[u8; 32]> {
        self.inner
            .get_heads()
            .into_iter()
            .map(|hash| hash.0)
            .collect()
    }

    /// Whether the doc contains this change.
    pub fn has(&self, hash: &[u8; 32]) -> bool {
        self.inner
            .get_change_meta_by_hash(&automerge::ChangeHash(*hash))
            .is_some()
    }

    /// Every change after the genesis, dependencies first.
    pub fn chunks(&self) -> Vec<Chunk> {
        self.chunks_by()
            .into_iter()
            .map(|(_, chunk)| chunk)
            .collect()
    }

    /// Every change after the genesis with who wrote it, dependencies first.
    pub fn chunks_by(&self) -> Vec<(DeviceId, Chunk)> {
        let mut all = Vec::new();
        for change in self.changes() {
            let by = DeviceId::from_slice(change.actor_id().to_bytes());
            if let Some(by) = by.filter(|_| change.raw_bytes() != genesis_bytes(self.kind)) {
                let (hash, bytes) = (change.hash().0, change.raw_bytes().to_vec());
                all.push((by, Chunk { hash, bytes }));
            }
        }
        all
    }

    /// The doc without some changes and whatever depends on them, and the hashes of all that is gone. `None` when nothing
    /// of the record is left.
    pub fn without(&self, hashes: &[&[u8]]) -> Option<(Self, Vec<[u8; 32]>)> {
        let mut gone: Vec<automerge::ChangeHash> = Vec::new();
        let mut kept: Vec<Change> = Vec::new();
        for change in self.changes() {
            let goes = hashes.contains(&change.hash().0.as_slice())
                || change.deps().iter().any(|dep| gone.contains(dep));
            if goes {
                gone.push(change.hash());
            } else {
                kept.push(change);
            }
        }
        let doc = catch_unwind(AssertUnwindSafe(|| Self::from_changes(self.kind, kept)));
        let doc = doc.ok().flatten().filter(|doc| doc.id().is_some())?;
        Some((doc, gone.into_iter().map(|hash| hash.0).collect()))
    }

    /// Every change, the genesis first, dependencies before dependents.
    pub(crate) fn changes(&self) -> Vec<Change> {
        self.inner.get_changes(&[])
    }

    /// A doc of these changes after the genesis of its kind.
    pub(crate) fn from_changes(kind: Kind, changes: Vec<Change>) -> Option<Self> {
        let mut doc = Self::new(kind);
        doc.inner.apply_changes(changes).ok()?;
        Some(doc)
    }

    /// When a value was written, as its writer's clock claims.
    pub fn written_at(&self, field: &str, key: &str) -> Option<Time> {
        let all = self.inner.get_all(automerge::ROOT, field).ok()?;
        let (_, id) = all.into_iter().find(|(_, id)| op_key(id) == key)?;
        let hash = self.inner.hash_for_opid(&id)?;
        self.inner
            .get_change_meta_by_hash(&hash)
            .map(|meta| Time(meta.timestamp))
    }

    /// What the doc says now.
    pub fn record(&self) -> Record {
        let mut record = Record::default();
        for item in self.inner.map_range(automerge::ROOT, ..) {
            let written = if item.conflict {
                let mut all: Vec<Written> = self
                    .inner
                    .get_all(automerge::ROOT, item.key.as_ref())
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(|(value, id)| match value {
                        Value::Scalar(value) => Some(Written {
                            value: owned_scalar(&value)?,
                            by: op_actor(&id)?,
                            key: op_key(&id),
                        }),
                        Value::Object(_) => None,
                    })
                    .collect();
                all.reverse();
                all
            } else {
                let ValueRef::Scalar(value) = &item.value else {
                    continue;
                };
                let id = item.id();
                match (borrowed_scalar(value), op_actor(&id)) {
                    (Some(value), Some(by)) => vec![Written {
                        value,
                        by,
                        key: op_key(&id),
                    }],
                    _ => continue,
                }
            };
            if !written.is_empty() {
                record.fields.insert(item.key.into_owned(), written);
            }
        }
        record
    }

    /// Writes values as one change of this installation. `at` is the clock's claim.
    pub fn write(&mut self, by: DeviceId, at: Time, writes: &Writes) -> Result<Chunk, DecodeError> {
        let mut scratch = self.inner.clone();
        scratch.set_actor(ActorId::from(by.as_bytes().as_slice()));
        let written = catch_unwind(AssertUnwindSafe(move || {
            let mut tx = scratch.transaction();
            for (key, value) in writes {
                if let Some(other) = beside(&tx, key, value) {
                    tx.put(automerge::ROOT, key.as_str(), other).ok()?;
                }
                let value: ScalarValue = match value {
                    Scalar::Text(text) => text.as_str().into(),
                    Scalar::Int(number) => (*number).into(),
                    Scalar::Bool(flag) => (*flag).into(),
                };
                tx.put(automerge::ROOT, key.as_str(), value).ok()?;
            }
            let (hash, _) = tx.commit_with(CommitOptions::default().with_time(at.0));
            let change = scratch.get_change_by_hash(&hash?)?;
            let chunk = Chunk {
                hash: change.hash().0,
                bytes: change.raw_bytes().to_vec(),
            };
            Some((scratch, chunk))
        }));
        let Ok(Some((next, chunk))) = written else {
            return Err(DecodeError::Unreadable);
        };
        self.inner = next;
        Ok(chunk)
    }

    /// The doc with a change that passed the guard. A known one makes no difference, an early one waits inside for what it
    /// depends on.
    pub(crate) fn with(&self, change: Change) -> Result<Self, DecodeError> {
        let mut scratch = self.inner.clone();
        let applied = catch_unwind(AssertUnwindSafe(|| {
            scratch.apply_changes([change]).map(|()| scratch)
        }));
        match applied {
            Ok(Ok(inner)) => Ok(Self {
                kind: self.kind,
                inner,
            }),
            _ => Err(DecodeError::Unreadable),
        }
    }

    /// Joins another copy of the same record into this one.
    pub fn merge(&mut self, other: &Self) -> Result<(), DecodeError> {
        let mut scratch = self.inner.clone();
        let mut theirs = other.inner.clone();
        let merged = catch_unwind(AssertUnwindSafe(|| {
            scratch.merge(&mut theirs).map(|_| scratch)
        }));
        match merged {
            Ok(Ok(next)) => {
                self.inner = next;
                Ok(())
            }
            _ => Err(DecodeError::Unreadable),
        }
    }

    /// The number of the first operation of a change that depends on these; `None` when one of them is not here.
    pub(crate) fn next_op(&self, deps: &[automerge::ChangeHash]) -> Option<u64> {
        let mut highest = 0;
        for hash in deps {
            highest = highest.max(self.inner.get_change_meta_by_hash(hash)?.max_op);
        }
        Some(highest + 1)
    }

    /// Hashes the given changes depend on that are not here.
    pub(crate) fn lacks(&self, deps: &[automerge::ChangeHash]) -> bool {
        deps.iter()
            .any(|hash| self.inner.get_change_meta_by_hash(hash).is_none())
    }

    /// The values of a field as somebody saw them who knew these changes and nothing later.
    pub(crate) fn texts_at(&self, field: &str, heads: &[automerge::ChangeHash]) -> Vec<String> {
        let all = self
            .inner
            .get_all_at(automerge::ROOT, field, heads)
            .unwrap_or_default();
        all.into_iter()
            .filter_map(|(value, _)| match value {
                Value::Scalar(value) => value.as_str().map(str::to_owned),
                Value::Object(_) => None,
            })
            .collect()
    }

    /// The highest sequence number of an installation in this doc and the hash of that number, if it is here.
    pub(crate) fn hash_at(&self, actor: &ActorId, seq: u64) -> Option<[u8; 32]> {
        self.inner
            .get_changes_meta(&[])
            .into_iter()
            .find(|meta| meta.seq == seq && meta.actor.as_ref() == actor)
            .map(|meta| meta.hash.0)
    }
}

/// For a value that wins among several versions of its field already: a text that is none of them.
///
/// Putting the winning value again would make Automerge drop the losing versions without writing anything, and a change
/// that only removes is not one the guard lets in. Putting another text first makes the choice a value like any other.
fn beside(doc: &impl ReadDoc, key: &str, value: &Scalar) -> Option<String> {
    let versions = doc.get_all(automerge::ROOT, key).ok()?;
    let scalars: Vec<Scalar> = versions
        .iter()
        .filter_map(|(version, _)| version.as_scalar().and_then(owned_scalar))
        .collect();
    if versions.len() < 2 || scalars.last() != Some(value) {
        return None;
    }
    let mut other = value.to_text();
    while scalars.iter().any(|version| version.to_text() == other) {
        other.push('·');
    }
    Some(other)
}

/// The recorded genesis change of a kind. Never edited: a new shape gets a new kind version.
pub fn genesis_bytes(kind: Kind) -> &'static [u8] {
    match kind {
        Kind::Request => include_bytes!("genesis/request-1.change"),
        Kind::Asset => include_bytes!("genesis/asset-1.change"),
    }
}

/// The name of a kind inside docs. Stored since 0.1.
pub fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Request => "request",
        Kind::Asset => "asset",
    }
}

fn kind_of(inner: &Automerge) -> Option<Kind> {
    let Ok(Some((Value::Scalar(value), _))) = inner.get(automerge::ROOT, "kind") else {
        return None;
    };
    match value.as_str()? {
        "request" => Some(Kind::Request),
        "asset" => Some(Kind::Asset),
        _ => None,
    }
}

fn op_actor(id: &automerge::ObjId) -> Option<DeviceId> {
    match id {
        automerge::ObjId::Id(_, actor, _) => DeviceId::from_slice(actor.to_bytes()),
        automerge::ObjId::Root => None,
    }
}

fn op_key(id: &automerge::ObjId) -> String {
    match id {
        automerge::ObjId::Id(counter, actor, _) => format!("{counter}@{actor}"),
        automerge::ObjId::Root => String::new(),
    }
}

/// The scalars a record can hold; anything else is no value of ours.
pub(crate) fn owned_scalar(value: &ScalarValue) -> Option<Scalar> {
    match value {
        ScalarValue::Str(text) => Some(Scalar::Text(text.to_string())),
        ScalarValue::Int(number) => Some(Scalar::Int(*number)),
        ScalarValue::Boolean(flag) => Some(Scalar::Bool(*flag)),
        _ => None,
    }
}

fn borrowed_scalar(value: &ScalarValueRef<'_>) -> Option<Scalar> {
    match value {
        ScalarValueRef::Str(text) => Some(Scalar::Text(text.to_string())),
        ScalarValueRef::Int(number) => Some(Scalar::Int(*number)),
        ScalarValueRef::Boolean(flag) => Some(Scalar::Bool(*flag)),
        _ => None,
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]
pub(crate) mod tests;
