//! Whole records laid out by column, the way a first load carries them. `sync/EXCHANGE.md` says what each column holds.
//!
//! A saved doc spends most of its bytes on what follows from the rest: hashes, sequence and operation numbers, which write
//! replaced which, ids that stand in it twice. Here only what a writer chose is kept, one column per kind of thing over all
//! records of a page, and the changes are made from it again, byte for byte. Whoever lays a record out makes it again and
//! compares the hashes, so a record that cannot be told this way is found before it travels; whoever takes it compares once
//! more.

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use automerge::legacy::{Key, ObjectId, Op, OpId, OpType, SortedVec};
use automerge::{ActorId, Change, ChangeHash, ExpandedChange, ScalarValue};
use integer_encoding::VarInt;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::doc::{Doc, EVENT_PREFIX, Scalar, genesis_bytes, owned_scalar};
use crate::exchange::Refusal;
use crate::ids::{DeviceId, DocId};
use crate::words::Kind;

/// Most changes of one record; a longer history travels as a saved doc.
const CHANGES_MAX: usize = 4_096;

/// What a writer chose in one change.
#[derive(Clone, Debug, PartialEq)]
struct Part {
    by: DeviceId,
    /// The writer's clock, ms.
    at: i64,
    /// Places of the changes it depends on: 0 is the genesis, 1 the first change after it.
    deps: Vec<usize>,
    writes: Vec<(String, Scalar)>,
}

/// One record, taken apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    pub id: DocId,
    kind: Kind,
    check: [u8; 4],
    changes: Vec<Part>,
}

/// A page of records, laid out by column. Numbers are LEB128, signed ones zigzag.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Columns {
    /// Devices that wrote, 16 bytes each.
    pub devices: ByteBuf,
    /// Names of fields; events have none.
    pub names: Vec<String>,
    /// For each record the milliseconds in its id, as the difference to the record before.
    pub doc_times: ByteBuf,
    /// For each record the last ten bytes of its id.
    pub doc_rests: ByteBuf,
    /// For each record 0 for a request, 1 for an asset.
    pub kinds: ByteBuf,
    /// For each record four bytes: the first four of each of its heads, joined by exclusive or.
    pub checks: ByteBuf,
    /// For each record how many changes it has after the genesis.
    pub changes: ByteBuf,
    /// For each change which device wrote it.
    pub writers: ByteBuf,
    /// For each change its time, as the difference to the change before, or to the time in the record's id.
    pub times: ByteBuf,
    /// For each change 0 when it depends on the change before, else how many it depends on, and how far back each is.
    pub deps: ByteBuf,
    /// For each change how many values it writes.
    pub writes: ByteBuf,
    /// For each value 0 for an event, else one more than the place of its field's name.
    pub keys: ByteBuf,
    /// For each event the milliseconds in its id, as the difference to the change's time.
    pub event_times: ByteBuf,
    /// For each event the last ten bytes of its id.
    pub event_rests: ByteBuf,
    /// For each value its shape: one of [`shape`].
    pub shapes: ByteBuf,
    /// Whole numbers, in order.
    pub ints: ByteBuf,
    /// Lengths of texts in bytes: of events first, then of each field.
    pub lengths: Vec<ByteBuf>,
    /// Texts, in the same grouping.
    pub texts: Vec<ByteBuf>,
}

/// How a value is told.
mod shape {
    /// A text, in the texts of its field.
    pub(super) const TEXT: u8 = 0;
    pub(super) const INT: u8 = 1;
    pub(super) const FALSE: u8 = 2;
    pub(super) const TRUE: u8 = 3;
    /// The text is the record's own id, hyphenated.
    pub(super) const OWN_ID: u8 = 4;
    /// The text is the id of the event written last before in the same change, 32 hex digits.
    pub(super) const THIS_EVENT: u8 = 5;
    /// The number is the change's time.
    pub(super) const NOW: u8 = 6;
    /// The text begins with `{"at":`, the change's time and `,`; only the rest is kept.
    pub(super) const AT_NOW: u8 = 7;
}

/// Takes a record apart. `None` when it holds something that columns cannot tell; it then travels as a saved doc.
pub fn take_apart(id: DocId, doc: &Doc) -> Option<Parts> {
    catch_unwind(AssertUnwindSafe(|| parts_of(id, doc)))
        .ok()
        .flatten()
}

fn parts_of(id: DocId, doc: &Doc) -> Option<Parts> {
    if doc.id() != Some(id) || id.0.get_version_num() != 7 {
        return None;
    }
    let kind = doc.kind();
    let changes = doc.changes();
    let (genesis, rest) = changes.split_first()?;
    if genesis.raw_bytes() != genesis_bytes(kind) || rest.len() > CHANGES_MAX {
        return None;
    }
    let places: HashMap<ChangeHash, usize> = changes
        .iter()
        .enumerate()
        .map(|(place, change)| (change.hash(), place))
        .collect();
    let parts = Parts {
        id,
        kind,
        check: check_of(&doc.heads()),
        changes: rest
            .iter()
            .map(|change| part_of(change, &places))
            .collect::<Option<_>>()?,
    };
    let made = parts.make()?;
    let same = made.len() == rest.len()
        && made
            .iter()
            .zip(rest)
            .all(|(made, change)| made.hash() == change.hash());
    same.then_some(parts)
}

fn part_of(change: &Change, places: &HashMap<ChangeHash, usize>) -> Option<Part> {
    let expanded = change.decode();
    let writes = expanded.operations.iter().map(|op| {
        let (ObjectId::Root, Key::Map(key), OpType::Put(value)) = (&op.obj, &op.key, &op.action)
        else {
            return None;
        };
        Some((key.to_string(), owned_scalar(value)?))
    });
    Some(Part {
        by: DeviceId::from_slice(change.actor_id().to_bytes())?,
        at: change.timestamp(),
        deps: change
            .deps()
            .iter()
            .map(|hash| places.get(hash).copied())
            .collect::<Option<_>>()?,
        writes: writes.collect::<Option<_>>()?,
    })
}

fn check_of(heads: &[[u8; 32]]) -> [u8; 4] {
    let mut check = [0; 4];
    for head in heads {
        for (into, from) in check.iter_mut().zip(head) {
            *into ^= from;
        }
    }
    check
}

/// A value that stands, or stood, under a key.
struct Put {
    id: OpId,
    /// Place of the change that wrote it.
    change: usize,
    /// Places of the changes that replaced it.
    replaced_by: Vec<usize>,
}

/// The genesis of a kind, read once.
struct Genesis {
    change: Change,
    ops: Vec<(String, OpId)>,
}

fn genesis(kind: Kind) -> Option<&'static Genesis> {
    fn read(kind: Kind) -> Option<Genesis> {
        let change = Change::from_bytes(genesis_bytes(kind).to_vec()).ok()?;
        let expanded = change.decode();
        let ops = (expanded.start_op.get()..)
            .zip(&expanded.operations)
            .filter_map(|(counter, op)| match &op.key {
                Key::Map(key) => Some((key.to_string(), OpId::new(counter, &expanded.actor_id))),
                Key::Seq(_) => None,
            });
        let ops = ops.collect();
        Some(Genesis { change, ops })
    }
    static REQUEST: LazyLock<Option<Genesis>> = LazyLock::new(|| read(Kind::Request));
    static ASSET: LazyLock<Option<Genesis>> = LazyLock::new(|| read(Kind::Asset));
    match kind {
        Kind::Request => REQUEST.as_ref(),
        Kind::Asset => ASSET.as_ref(),
    }
}

/// The changes that a change has seen, itself included, as bits by place.
type Seen = Vec<u64>;

fn has(seen: &Seen, place: usize) -> bool {
    seen.get(place / 64)
        .is_some_and(|word| word & (1 << (place % 64)) != 0)
}

fn mark(seen: &mut Seen, place: usize) {
    if seen.len() <= place / 64 {
        seen.resize(place / 64 + 1, 0);
    }
    if let Some(word) = seen.get_mut(place / 64) {
        *word |= 1 << (place % 64);
    }
}

impl Parts {
    /// Makes the changes again, in order, without the genesis. `None` when the parts contradict themselves.
    fn make(&self) -> Option<Vec<Change>> {
        let genesis = genesis(self.kind)?;
        let mut hashes = vec![genesis.change.hash()];
        let mut tops = vec![genesis.change.max_op()];
        let mut seen_by: Vec<Seen> = vec![vec![1]];
        let mut standing: HashMap<String, Vec<Put>> = HashMap::new();
        for (key, id) in &genesis.ops {
            standing.entry(key.clone()).or_default().push(Put {
                id: id.clone(),
                change: 0,
                replaced_by: Vec::new(),
            });
        }
        let mut sequences: BTreeMap<DeviceId, u64> = BTreeMap::new();
        let mut made = Vec::with_capacity(self.changes.len());
        for (place, part) in self.changes.iter().enumerate() {
            let place = place + 1;
            let mut seen = Seen::new();
            let mut top = 0;
            let mut deps = Vec::with_capacity(part.deps.len());
            for dep in &part.deps {
                for (at, word) in seen_by.get(*dep)?.iter().enumerate() {
                    if seen.len() <= at {
                        seen.push(0);
                    }
                    *seen.get_mut(at)? |= word;
                }
                top = top.max(*tops.get(*dep)?);
                deps.push(*hashes.get(*dep)?);
            }
            mark(&mut seen, place);
            let actor = ActorId::from(part.by.as_bytes().as_slice());
            let start_op = std::num::NonZeroU64::new(top + 1)?;
            let mut operations = Vec::with_capacity(part.writes.len());
            for (counter, (key, value)) in (start_op.get()..).zip(&part.writes) {
                let puts = standing.entry(key.clone()).or_default();
                let mut pred = Vec::new();
                for put in puts.iter_mut() {
                    let stands = has(&seen, put.change)
                        && !put.replaced_by.iter().any(|other| has(&seen, *other));
                    if stands {
                        put.replaced_by.push(place);
                        pred.push(put.id.clone());
                    }
                }
                puts.push(Put {
                    id: OpId::new(counter, &actor),
                    change: place,
                    replaced_by: Vec::new(),
                });
                operations.push(Op {
                    action: OpType::Put(match value {
                        Scalar::Text(text) => ScalarValue::Str(text.as_str().into()),
                        Scalar::Int(number) => ScalarValue::Int(*number),
                        Scalar::Bool(flag) => ScalarValue::Boolean(*flag),
                    }),
                    obj: ObjectId::Root,
                    key: Key::Map(key.as_str().into()),
                    pred: SortedVec::from(pred),
                    insert: false,
                });
            }
            let seq = sequences.entry(part.by).or_default();
            *seq += 1;
            tops.push(start_op.get() + u64::try_from(operations.len()).ok()? - 1);
            let change = Change::from(ExpandedChange {
                operations,
                actor_id: actor,
                hash: None,
                seq: *seq,
                start_op,
                time: part.at,
                message: None,
                deps,
                extra_bytes: Vec::new(),
                author: None,
            });
            hashes.push(change.hash());
            seen_by.push(seen);
            made.push(change);
        }
        Some(made)
    }

    /// Makes the record again, and looks whether it is the one that was laid out.
    pub fn put_together(&self) -> Result<Doc, Refusal> {
        let doc = catch_unwind(AssertUnwindSafe(|| {
            Doc::from_changes(self.kind, self.make()?)
        }));
        let doc = doc.ok().flatten().ok_or(Refusal::Malformed)?;
        if check_of(&doc.heads()) != self.check {
            return Err(Refusal::Malformed);
        }
        if doc.id() != Some(self.id) {
            return Err(Refusal::WrongRecord);
        }
        Ok(doc)
    }
}

/// The milliseconds and the rest of a UUIDv7.
fn split(id: &uuid::Uuid) -> (i64, &[u8]) {
    let (time, rest) = id.as_bytes().split_at(6);
    let ms = time
        .iter()
        .fold(0_i64, |sum, byte| (sum << 8) | i64::from(*byte));
    (ms, rest)
}

fn join(ms: i64, rest: &[u8]) -> Option<uuid::Uuid> {
    let mut bytes = [0; 16];
    let (time, tail) = bytes.split_at_mut(6);
    time.copy_from_slice(ms.to_be_bytes().get(2..)?);
    tail.copy_from_slice(rest);
    Some(uuid::Uuid::from_bytes(bytes))
}

fn put<N: VarInt>(column: &mut ByteBuf, number: N) {
    let mut room = [0; 10];
    let many = number.encode_var(&mut room);
    column.extend(room.iter().take(many));
}

/// What an event's text says besides the time of its change.
fn after_now(text: &str, at: i64) -> Option<&str> {
    text.strip_prefix("{\"at\":")?
        .strip_prefix(at.to_string().as_str())?
        .strip_prefix(',')
}

impl Columns {
    /// Lays records out.
    pub fn lay_out(records: &[Parts]) -> Self {
        let mut columns = Self::default();
        columns.lengths.push(ByteBuf::new());
        columns.texts.push(ByteBuf::new());
        let mut devices: HashMap<DeviceId, usize> = HashMap::new();
        let mut names: HashMap<String, usize> = HashMap::new();
        let mut before = 0;
        for record in records {
            let (ms, rest) = split(&record.id.0);
            put(&mut columns.doc_times, ms.wrapping_sub(before));
            before = ms;
            columns.doc_rests.extend(rest);
            columns.kinds.push(u8::from(record.kind == Kind::Asset));
            columns.checks.extend(record.check);
            put(&mut columns.changes, record.changes.len());
            let mut last = ms;
            for (place, part) in record.changes.iter().enumerate() {
                let next = devices.len();
                let writer = *devices.entry(part.by).or_insert_with(|| {
                    columns.devices.extend(part.by.as_bytes());
                    next
                });
                put(&mut columns.writers, writer);
                put(&mut columns.times, part.at.wrapping_sub(last));
                last = part.at;
                if part.deps == [place] {
                    put(&mut columns.deps, 0_usize);
                } else {
                    put(&mut columns.deps, part.deps.len());
                    for dep in &part.deps {
                        put(&mut columns.deps, place + 1 - dep);
                    }
                }
                put(&mut columns.writes, part.writes.len());
                let mut this_event = None;
                for (key, value) in &part.writes {
                    let group = match key.strip_prefix(EVENT_PREFIX).and_then(uuid_of) {
                        Some(event) => {
                            put(&mut columns.keys, 0_usize);
                            let (ms, rest) = split(&event);
                            put(&mut columns.event_times, ms.wrapping_sub(part.at));
                            columns.event_rests.extend(rest);
                            this_event = Some(event);
                            0
                        }
                        None => {
                            let group = match names.get(key) {
                                Some(known) => *known,
                                None => {
                                    columns.names.push(key.clone());
                                    columns.lengths.push(ByteBuf::new());
                                    columns.texts.push(ByteBuf::new());
                                    names.insert(key.clone(), columns.names.len());
                                    columns.names.len()
                                }
                            };
                            put(&mut columns.keys, group);
                            group
                        }
                    };
                    columns.value(value, group, record.id, part.at, this_event);
                }
            }
        }
        columns
    }

    fn value(
        &mut self,
        value: &Scalar,
        group: usize,
        id: DocId,
        at: i64,
        event: Option<uuid::Uuid>,
    ) {
        let (shape, text) = match value {
            Scalar::Bool(false) => (shape::FALSE, None),
            Scalar::Bool(true) => (shape::TRUE, None),
            Scalar::Int(number) if *number == at => (shape::NOW, None),
            Scalar::Int(number) => {
                put(&mut self.ints, *number);
                (shape::INT, None)
            }
            Scalar::Text(text) if *text == id.to_string() => (shape::OWN_ID, None),
            Scalar::Text(text)
                if event.is_some_and(|event| event.simple().to_string() == *text) =>
            {
                (shape::THIS_EVENT, None)
            }
            Scalar::Text(text) => match after_now(text, at) {
                Some(rest) => (shape::AT_NOW, Some(rest)),
                None => (shape::TEXT, Some(text.as_str())),
            },
        };
        self.shapes.push(shape);
        if let (Some(text), Some(lengths), Some(texts)) =
            (text, self.lengths.get_mut(group), self.texts.get_mut(group))
        {
            put(lengths, text.len());
            texts.extend(text.as_bytes());
        }
    }

    /// Reads the records back; they are not put together yet. `None` when the columns contradict themselves.
    pub fn read(&self) -> Option<Vec<Parts>> {
        let devices: Vec<DeviceId> = self
            .devices
            .chunks(16)
            .map(DeviceId::from_slice)
            .collect::<Option<_>>()?;
        let mut reader = Reader {
            doc_times: Column(&self.doc_times),
            doc_rests: Column(&self.doc_rests),
            checks: Column(&self.checks),
            changes: Column(&self.changes),
            writers: Column(&self.writers),
            times: Column(&self.times),
            deps: Column(&self.deps),
            writes: Column(&self.writes),
            keys: Column(&self.keys),
            event_times: Column(&self.event_times),
            event_rests: Column(&self.event_rests),
            shapes: Column(&self.shapes),
            ints: Column(&self.ints),
            lengths: self.lengths.iter().map(|all| Column(all)).collect(),
            texts: self.texts.iter().map(|all| Column(all)).collect(),
            names: &self.names,
            devices: &devices,
        };
        let mut before = 0;
        self.kinds
            .iter()
            .map(|kind| reader.record(*kind, &mut before))
            .collect()
    }
}

/// An event's id, if it is spelled as events are.
fn uuid_of(hex: &str) -> Option<uuid::Uuid> {
    let id = uuid::Uuid::try_parse(hex).ok()?;
    (id.simple().to_string() == hex).then_some(id)
}

/// What is left of a column.
struct Column<'a>(&'a [u8]);

impl<'a> Column<'a> {
    fn number<N: VarInt>(&mut self) -> Option<N> {
        let (number, many) = N::decode_var(self.0)?;
        self.0 = self.0.get(many..)?;
        Some(number)
    }

    fn bytes(&mut self, many: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(many)?;
        self.0 = rest;
        Some(taken)
    }
}

struct Reader<'a> {
    doc_times: Column<'a>,
    doc_rests: Column<'a>,
    checks: Column<'a>,
    changes: Column<'a>,
    writers: Column<'a>,
    times: Column<'a>,
    deps: Column<'a>,
    writes: Column<'a>,
    keys: Column<'a>,
    event_times: Column<'a>,
    event_rests: Column<'a>,
    shapes: Column<'a>,
    ints: Column<'a>,
    lengths: Vec<Column<'a>>,
    texts: Vec<Column<'a>>,
    names: &'a [String],
    devices: &'a [DeviceId],
}

impl Reader<'_> {
    fn record(&mut self, kind: u8, before: &mut i64) -> Option<Parts> {
        let ms = self.doc_times.number::<i64>()?.wrapping_add(*before);
        *before = ms;
        let id = DocId(join(ms, self.doc_rests.bytes(10)?)?);
        let check = self.checks.bytes(4)?.try_into().ok()?;
        let many: usize = self.changes.number()?;
        if many > CHANGES_MAX {
            return None;
        }
        let mut changes = Vec::new();
        let mut last = ms;
        for place in 0..many {
            let part = self.part(id, place, last)?;
            last = part.at;
            changes.push(part);
        }
        let kind = match kind {
            0 => Kind::Request,
            1 => Kind::Asset,
            _ => return None,
        };
        Some(Parts {
            id,
            kind,
            check,
            changes,
        })
    }

    fn part(&mut self, id: DocId, place: usize, last: i64) -> Option<Part> {
        let by = *self.devices.get(self.writers.number::<usize>()?)?;
        let at = self.times.number::<i64>()?.wrapping_add(last);
        let deps = match self.deps.number::<usize>()? {
            0 => vec![place],
            many => {
                let mut deps = Vec::new();
                for _ in 0..many {
                    deps.push((place + 1).checked_sub(self.deps.number::<usize>()?)?);
                }
                deps
            }
        };
        let mut writes = Vec::new();
        let mut event = None;
        for _ in 0..self.writes.number::<usize>()? {
            let group: usize = self.keys.number()?;
            let key = match group.checked_sub(1) {
                Some(name) => self.names.get(name)?.clone(),
                None => {
                    let ms = self.event_times.number::<i64>()?.wrapping_add(at);
                    let this = join(ms, self.event_rests.bytes(10)?)?;
                    event = Some(this);
                    format!("{EVENT_PREFIX}{}", this.simple())
                }
            };
            let value = match *self.shapes.bytes(1)?.first()? {
                shape::TEXT => Scalar::Text(self.text(group)?.to_owned()),
                shape::INT => Scalar::Int(self.ints.number()?),
                shape::FALSE => Scalar::Bool(false),
                shape::TRUE => Scalar::Bool(true),
                shape::OWN_ID => Scalar::Text(id.to_string()),
                shape::THIS_EVENT => Scalar::Text(event?.simple().to_string()),
                shape::NOW => Scalar::Int(at),
                shape::AT_NOW => Scalar::Text(format!("{{\"at\":{at},{}", self.text(group)?)),
                _ => return None,
            };
            writes.push((key, value));
        }
        Some(Part {
            by,
            at,
            deps,
            writes,
        })
    }

    fn text(&mut self, group: usize) -> Option<&str> {
        let many: usize = self.lengths.get_mut(group)?.number()?;
        std::str::from_utf8(self.texts.get_mut(group)?.bytes(many)?).ok()
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]
mod tests;
