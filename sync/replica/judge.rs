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

use super::docs::load;
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

/// A record under judgement: as it would be with the changes taken so far.
struct Case {
    doc: Doc,
    record: Record,
    existed: bool,
}

impl Replica {
    /// Judges a push in order; later changes may depend on earlier ones of it. A change that is here already is judged
    /// `Take` again: the log answers it with the receipt it had.
    pub fn judge(
        &self,
        writer: &Writer,
        push: &[Pushed],
        _now: Time,
    ) -> Result<Vec<Judged>, ReplicaError> {
        let author = Author {
            role: writer.role,
            communities: writer.communities.clone(),
        };
        let mut cases: BTreeMap<DocId, Case> = BTreeMap::new();
        push.iter()
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
            .collect()
    }
}

impl Replica {
    /// A record as it stands before the push.
    fn case(&self, pushed: &Pushed) -> Result<Case, ReplicaError> {
        Ok(match self.read(|db| load(db, pushed.doc))? {
            Some(loaded) => Case {
                record: loaded.doc.record(),
                doc: loaded.doc,
                existed: true,
            },
            None => Case {
                doc: Doc::new(pushed.kind),
                record: Record::default(),
                existed: false,
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
    let before = case.existed.then_some(&case.record);
    let mut places = guard::places_seen(&case.doc, checked);
    if for_others && let Some(now) = case.record.text(requests::keys::PLACE) {
        // Its writer may have seen it elsewhere; who brings it holds it where it is now.
        places.push(Place::read(now));
    }
    if let Err(refusal) = may_write(author, pushed.kind, before, &places, &checked.writes) {
        return Judged::Refused(refusal);
    }
    if let Err(refusal) = guard::apply(&mut case.doc, &[checked]) {
        return Judged::Refused(refusal);
    }
    case.existed = true;
    case.record = case.doc.record();
    Judged::Take(new_change(case, pushed, checked))
}

fn new_change(case: &Case, pushed: &Pushed, checked: &guard::Checked) -> NewChange {
    let place = Place::read(case.record.text(requests::keys::PLACE).unwrap_or_default());
    let asks = pushed.kind == Kind::Request && case.record.flag(requests::keys::REGISTER);
    NewChange {
        doc: pushed.doc,
        kind: pushed.kind,
        hash: checked.hash,
        actor: *checked.by.as_bytes(),
        actor_seq: checked.seq,
        bytes: pushed.bytes.to_vec(),
        community: place.community,
        asks_number: asks.then(|| {
            Time(
                case.record
                    .int(requests::keys::RECEIVED_AT)
                    .unwrap_or_default(),
            )
        }),
    }
}
