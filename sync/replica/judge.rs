//! The server's judgement of what a device hands over: guard and permits against the docs as they are. Stores nothing.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use koina_model::doc::{Doc, Record};
use koina_model::exchange::{Pushed, Refusal};
use koina_model::guard::{self, Standing};
use koina_model::ids::{DeviceId, DocId, Time};
use koina_model::permits::{Author, Role, may_write};
use koina_model::place::Place;
use koina_model::requests;
use koina_model::words::Kind;

use super::docs::{Arrived, stored};
use super::{Replica, ReplicaError};

/// Who hands over.
#[derive(Clone, Debug, PartialEq)]
pub struct Writer {
    pub device: DeviceId,
    pub role: Role,
    pub crew: Option<String>,
    pub communities: Vec<String>,
    /// The server was restored from a backup: changes of others may be handed over again. They are judged as if this writer
    /// had written them, so that nobody gains a permit by it.
    pub again: bool,
}

/// The judgement of one change.
#[derive(Clone, Debug, PartialEq)]
pub enum Judged {
    Take(NewChange),
    Waiting,
    Refused(Refusal),
}

/// A change that may be appended to the log.
#[derive(Clone, Debug, PartialEq)]
pub struct NewChange {
    pub doc: DocId,
    pub kind: Kind,
    pub hash: [u8; 32],
    pub actor: [u8; 16],
    /// Automerge counts an actor's changes per doc: (doc, actor, actor_seq) names one change.
    pub actor_seq: u64,
    pub bytes: Vec<u8>,
    /// Community of the record after this change; empty when it has none.
    pub community: String,
    /// The record asks for a protocol number and was received at this moment.
    pub asks_number: Option<Time>,
}

/// What became of a push before the judge.
#[derive(Default)]
pub struct Judgement {
    /// One for each change, in order.
    pub verdicts: Vec<Judged>,
    pub foreseen: Foreseen,
}

/// Records as they are once the changes that may be taken are in them. Whoever takes just these changes need not apply and
/// prove them once more.
#[derive(Default)]
pub struct Foreseen(BTreeMap<DocId, Outlook>);

/// One of them.
pub(super) struct Outlook {
    /// The record as it was kept before.
    before: Option<Vec<u8>>,
    /// The changes that may be taken, in order.
    changes: Vec<Vec<u8>>,
    /// The record with them.
    pub(super) saved: Vec<u8>,
    pub(super) record: Record,
}

impl Foreseen {
    /// The record with these changes, if it is kept now as it was before and these are just the changes that were judged.
    pub(super) fn take(
        &mut self,
        id: DocId,
        before: Option<&[u8]>,
        arrived: &[Arrived<'_>],
    ) -> Option<Outlook> {
        let outlook = self.0.remove(&id)?;
        let changes = outlook.changes.iter().map(Vec::as_slice);
        let same =
            outlook.before.as_deref() == before && changes.eq(arrived.iter().map(|one| one.bytes));
        same.then_some(outlook)
    }
}

/// A record under judgement: as it would be with the changes taken so far.
struct Case {
    doc: Doc,
    existed: bool,
    outlook: Outlook,
}

impl Replica {
    /// Judges a push in order; later changes may depend on earlier ones of it. A change that is here already is judged
    /// `Take` again: the log answers it with the receipt it had.
    pub fn judge(&self, writer: &Writer, push: &[Pushed]) -> Result<Judgement, ReplicaError> {
        let author = Author {
            role: writer.role,
            communities: writer.communities.clone(),
        };
        let mut cases: BTreeMap<DocId, Case> = BTreeMap::new();
        let verdicts = push
            .iter()
            .map(|pushed| {
                let checked = match guard::check(&pushed.bytes) {
                    Ok(checked) => checked,
                    Err(refusal) => return Ok(Judged::Refused(refusal)),
                };
                let for_others = checked.by != writer.device;
                if for_others && !(pushed.again && writer.again) {
                    return Ok(Judged::Refused(Refusal::WrongActor));
                }
                let case = match cases.entry(pushed.doc) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(place) => place.insert(self.case(pushed)?),
                };
                Ok(judge_one(case, pushed, &checked, &author, for_others))
            })
            .collect::<Result<_, ReplicaError>>()?;
        let foreseen = cases
            .into_iter()
            .filter(|(_, case)| !case.outlook.changes.is_empty())
            .map(|(id, case)| (id, case.outlook));
        Ok(Judgement {
            verdicts,
            foreseen: Foreseen(foreseen.collect()),
        })
    }

    /// A record as it stands before the push.
    fn case(&self, pushed: &Pushed) -> Result<Case, ReplicaError> {
        let stored = self.read(|db| stored(db, pushed.doc))?;
        let (doc, record) = match &stored {
            Some(stored) => {
                let doc = stored.load(pushed.doc)?;
                let record = doc.record();
                (doc, record)
            }
            None => (Doc::new(pushed.kind), Record::default()),
        };
        Ok(Case {
            doc,
            existed: stored.is_some(),
            outlook: Outlook {
                before: stored.map(|stored| stored.saved),
                changes: Vec::new(),
                saved: Vec::new(),
                record,
            },
        })
    }
}

fn judge_one(
    case: &mut Case,
    pushed: &Pushed,
    checked: &guard::Checked,
    author: &Author,
    for_others: bool,
) -> Judged {
    if case.doc.kind() != pushed.kind {
        return Judged::Refused(Refusal::WrongRecord);
    }
    match guard::standing(&case.doc, pushed.doc, checked) {
        Err(refusal) => return Judged::Refused(refusal),
        Ok(Standing::Waits) => return Judged::Waiting,
        Ok(Standing::Known) => return Judged::Take(new_change(case, pushed, checked)),
        Ok(Standing::Fits) => {}
    }
    let record = &case.outlook.record;
    let before = case.existed.then_some(record);
    let mut places = guard::places_seen(&case.doc, checked);
    if for_others && let Some(now) = record.text(requests::keys::PLACE) {
        // Its writer may have seen it elsewhere; who brings it holds it where it is now.
        places.push(Place::read(now));
    }
    if let Err(refusal) = may_write(author, pushed.kind, before, &places, &checked.writes) {
        return Judged::Refused(refusal);
    }
    let proven = match guard::apply(&case.doc, &[checked]) {
        Ok(proven) => proven,
        Err(refusal) => return Judged::Refused(refusal),
    };
    case.doc = proven.doc;
    case.existed = true;
    case.outlook.changes.push(pushed.bytes.to_vec());
    case.outlook.saved = proven.saved;
    case.outlook.record = proven.record;
    Judged::Take(new_change(case, pushed, checked))
}

fn new_change(case: &Case, pushed: &Pushed, checked: &guard::Checked) -> NewChange {
    let record = &case.outlook.record;
    let place = Place::read(record.text(requests::keys::PLACE).unwrap_or_default());
    let asks = pushed.kind == Kind::Request && record.flag(requests::keys::REGISTER);
    NewChange {
        doc: pushed.doc,
        kind: pushed.kind,
        hash: checked.hash,
        actor: *checked.by.as_bytes(),
        actor_seq: checked.seq,
        bytes: pushed.bytes.to_vec(),
        community: place.community,
        asks_number: asks
            .then(|| Time(record.int(requests::keys::RECEIVED_AT).unwrap_or_default())),
    }
}
