use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge};

use super::*;
use crate::ids::DeviceId;
use crate::requests::{self, NewRequest, What};
use crate::words::{Channel, Outcome, Status};
use uuid::Uuid;

pub(crate) fn device(n: u128) -> DeviceId {
    DeviceId(Uuid::from_u128(
        0x0190_0000_0000_7000_8000_0000_0000_0000 + n,
    ))
}

fn event(n: u128) -> EventId {
    EventId(Uuid::from_u128(
        0x0191_0000_0000_7000_8000_0000_0000_0000 + n,
    ))
}

pub(crate) fn new_request() -> NewRequest {
    NewRequest {
        id: DocId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001)),
        category: "LGT-01".into(),
        place: crate::place::Place::new("11020101", "1102010101"),
        place_text: "Πλατεία".into(),
        position: None,
        asset: None,
        text: "Σβηστή λάμπα".into(),
        channel: Channel::Phone,
        receipt_number: "A1-26-000001-K".into(),
        received_at: Time(1_790_000_000_000),
        register: false,
        has_contact: false,
        priority: 3,
        department: "HLF".into(),
        cost: None,
    }
}

fn genesis_fresh(kind: Kind) -> Vec<u8> {
    let mut doc = Automerge::new().with_actor(ActorId::from(b"koina-genesis-v1".as_slice()));
    let mut tx = doc.transaction();
    tx.put(automerge::ROOT, "kind", kind_name(kind)).unwrap();
    tx.put(automerge::ROOT, "v", 1_i64).unwrap();
    let (hash, _) = tx.commit_with(CommitOptions::default().with_time(0));
    doc.get_change_by_hash(&hash.unwrap())
        .unwrap()
        .raw_bytes()
        .to_vec()
}

#[test]
fn the_genesis_never_changes() {
    for (kind, name) in [(Kind::Request, "request"), (Kind::Asset, "asset")] {
        assert_eq!(genesis_fresh(kind), genesis_bytes(kind), "{name}");
        assert_eq!(Doc::new(kind).chunks(), vec![]);
    }
}

#[test]
fn a_doc_survives_saving_and_loading() {
    let new = new_request();
    let (doc, _) = requests::doc(&new, device(1)).unwrap();
    let again = Doc::load(&doc.save()).unwrap();
    assert_eq!(again.record(), doc.record());
    assert_eq!(again.id(), Some(new.id));
    let read = requests::read(&again.record());
    assert_eq!(read.text, "Σβηστή λάμπα");
    assert_eq!(read.status, Status::Received);
}

fn step(doc: &mut Doc, by: u128, n: u128, what: What) {
    let event_ = requests::Event {
        at: Time(1_790_000_000_000 + i64::try_from(n).unwrap()),
        what,
    };
    doc.write(device(by), event_.at, &requests::record(event(n), &event_))
        .unwrap();
}

#[test]
fn two_crews_closing_and_reopening_at_once_leave_it_open_and_say_so() {
    let (mut a, _) = requests::doc(&new_request(), device(1)).unwrap();
    step(
        &mut a,
        1,
        1,
        What::Done {
            note: String::new(),
            no_photos: String::new(),
        },
    );
    let mut b = a.clone();
    step(
        &mut a,
        1,
        2,
        What::Closed {
            outcome: Outcome::Resolved,
            note: String::new(),
        },
    );
    step(
        &mut b,
        2,
        3,
        What::Reopened {
            reason: "ξανάσβησε".into(),
        },
    );
    let (mut ab, mut ba) = (a.clone(), b.clone());
    ab.merge(&b).unwrap();
    ba.merge(&a).unwrap();
    let (one, two) = (requests::read(&ab.record()), requests::read(&ba.record()));
    assert_eq!(one, two);
    assert_eq!(one.status, Status::Reopened);
    assert_eq!(one.concurrent.len(), 2);
    // Somebody who saw both has the last word.
    step(
        &mut ab,
        3,
        4,
        What::Done {
            note: String::new(),
            no_photos: String::new(),
        },
    );
    let decided = requests::read(&ab.record());
    assert_eq!(
        (decided.status, decided.concurrent.len()),
        (Status::Resolved, 0)
    );
}

#[test]
fn time_at_work_is_counted_by_each_device_for_itself() {
    const MINUTE: u128 = 60_000;
    let (mut doc, _) = requests::doc(&new_request(), device(1)).unwrap();
    let done = || What::Done {
        note: String::new(),
        no_photos: String::new(),
    };
    let paused = || What::Paused {
        reason: "MATERIAL".into(),
    };
    step(&mut doc, 1, 0, What::Started { team: Vec::new() });
    step(&mut doc, 2, 5 * MINUTE, What::Started { team: Vec::new() });
    step(&mut doc, 1, 30 * MINUTE, paused());
    // Already under way: a second tap begins nothing anew.
    step(&mut doc, 2, 40 * MINUTE, What::Started { team: Vec::new() });
    step(&mut doc, 2, 65 * MINUTE, done());
    // Forgotten for days, and still under way at the end.
    step(
        &mut doc,
        1,
        100 * MINUTE,
        What::Started { team: Vec::new() },
    );
    step(&mut doc, 1, 5_000 * MINUTE, paused());
    step(
        &mut doc,
        1,
        5_100 * MINUTE,
        What::Started { team: Vec::new() },
    );
    let read = requests::read(&doc.record());
    assert_eq!(read.worked().minutes, 30 + 60);
}

#[test]
fn different_fields_merge_and_the_same_field_keeps_both() {
    let (mut a, _) = requests::doc(&new_request(), device(1)).unwrap();
    let mut b = a.clone();
    a.write(
        device(1),
        Time(5),
        &vec![("text".into(), "α".into()), ("pri".into(), 1.into())],
    )
    .unwrap();
    b.write(
        device(2),
        Time(6),
        &vec![("text".into(), "β".into()), ("pri".into(), 1.into())],
    )
    .unwrap();
    a.merge(&b).unwrap();
    let record = a.record();
    let clashes: Vec<_> = record.clashes(&requests::WATCHED).collect();
    assert_eq!(
        clashes.len(),
        1,
        "equal values are no conflict: {clashes:?}"
    );
    let (field, versions) = clashes[0];
    assert_eq!((field, versions.len()), ("text", 2));
    let winner = versions[0].value.to_text();
    assert_eq!(record.text("text"), Some(winner.as_str()));
    assert_eq!(
        a.written_at("text", &versions[0].key)
            .map(|t| t.0 == 5 || t.0 == 6),
        Some(true)
    );
}
