//! A device with a changed app: enrolled, signed, and up to no good. What it may not do is refused, and nobody else is harmed.

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge, Change};
use koina_model::doc::Writes;
use koina_model::exchange::{Refusal, Verdict};
use koina_model::ids::DocId;
use koina_model::permits::Permit;
use koina_model::requests::{self, Event, What, acts::Step};
use koina_model::words::{Kind, Outcome, Status};
use koina_tests::town::{LITOCHORO, Town, Who};

use super::told::{push, request, work};

/// The chunk of a change that the device's rules would not have made.
fn forged(town: &Town, who: Who, doc: DocId, writes: &Writes) -> Vec<u8> {
    let device = town.at(who).identity().unwrap().device;
    town.at(who)
        .doc(doc)
        .unwrap()
        .write(device, town.time(who), writes)
        .unwrap()
        .bytes
}

fn refusal(verdict: Verdict) -> Refusal {
    match verdict {
        Verdict::Refused { reason } => reason,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn a_leap_in_the_numbers_of_operations_cannot_lock_a_record() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
    let id = request(&town, desk, LITOCHORO, "Σβηστή λάμπα");
    town.settle();
    let device = town.at(crew).identity().unwrap().device;
    let doc = town.at(crew).doc(id).unwrap();
    let mut real = Automerge::load(&doc.save()).unwrap();
    real.set_actor(ActorId::from(device.as_bytes().as_slice()));
    let mut tx = real.transaction();
    tx.put(automerge::ROOT, "spot", "εδώ").unwrap();
    tx.commit_with(CommitOptions::default().with_time(1));
    let honest = real.get_last_local_change().unwrap();
    let mut expanded = honest.decode();
    expanded.start_op = std::num::NonZeroU64::new(u64::from(u32::MAX) - 2).unwrap();
    let leap = Change::from(expanded);
    assert_eq!(
        refusal(push(&town, crew, id, false, leap.raw_bytes().to_vec())),
        Refusal::Malformed
    );
    work(&town, crew, id, &Step::Start { team: &[] });
    town.settle();
    assert_eq!(
        town.at(desk).request_row(id, town.now()).unwrap().status,
        Status::InProgress,
        "everybody goes on working"
    );
}

#[test]
fn the_state_is_only_what_an_event_of_the_same_change_says() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
    let id = request(&town, desk, LITOCHORO, "Σβηστή λάμπα");
    town.at(desk)
        .close_request(id, &Outcome::Withdrawn, "", town.time(desk))
        .unwrap();
    town.at(desk)
        .reopen_request(id, "λάθος", town.time(desk))
        .unwrap();
    town.settle();
    let record = town.at(crew).doc(id).unwrap().record();
    let (closed, _, _) = record
        .events::<Event>()
        .into_iter()
        .find(|(_, _, event)| matches!(event.what, What::Closed { .. }))
        .unwrap();
    let event = koina_model::ids::EventId(town.at(crew).new_id(town.now()));
    let mut writes = requests::record(
        event,
        &Event {
            at: town.now(),
            what: What::Started { team: Vec::new() },
        },
    );
    for (key, value) in &mut writes {
        if key == "s" {
            *value = closed.0.simple().to_string().into();
        }
    }
    let bytes = forged(&town, crew, id, &writes);
    assert_eq!(
        refusal(push(&town, crew, id, false, bytes)),
        Refusal::BadValue { field: "s".into() }
    );
    let alone = forged(
        &town,
        crew,
        id,
        &vec![("s".into(), closed.0.simple().to_string().into())],
    );
    assert_eq!(
        refusal(push(&town, crew, id, false, alone)),
        Refusal::BadValue { field: "s".into() }
    );
    assert!(town.at(desk).request_row(id, town.now()).unwrap().open);
}

#[test]
fn a_new_record_brings_no_more_than_its_author_may_write() {
    let mut town = Town::new();
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
    town.settle();
    let device = town.at(crew).identity().unwrap().device;
    for (key, needs) in [
        ("ans", Permit::AnswerRequests),
        ("reg", Permit::EnterRegistered),
        ("crew", Permit::AssignRequests),
    ] {
        let id = DocId(town.at(crew).new_id(town.now()));
        let mut doc = koina_model::doc::Doc::new(Kind::Request);
        let writes: Writes = vec![
            ("id".into(), id.to_string().into()),
            ("cat".into(), "LGT-01".into()),
            ("place".into(), format!("{LITOCHORO}/").into()),
            (key.into(), "ψέμα".into()),
        ];
        let chunk = doc.write(device, town.now(), &writes).unwrap();
        assert_eq!(
            refusal(push(&town, crew, id, false, chunk.bytes)),
            Refusal::NotAllowed { needs }
        );
    }
}

#[test]
fn an_event_is_written_once_under_one_spelling() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
    let id = request(&town, desk, LITOCHORO, "Σβηστή λάμπα");
    work(
        &town,
        desk,
        id,
        &Step::Note {
            text: "αλήθεια"
        },
    );
    town.settle();
    let record = town.at(crew).doc(id).unwrap().record();
    let (event, _, _) = record.events::<Event>().into_iter().next().unwrap();
    let json = r#"{"at":1,"t":"note","text":"ψέμα"}"#;
    for key in [
        format!("e:{}", event.0.simple()),
        format!("e:{}", event.0),
        format!("e:{}", event.0.simple().to_string().to_uppercase()),
    ] {
        let bytes = forged(&town, crew, id, &vec![(key.clone(), json.into())]);
        let reason = refusal(push(&town, crew, id, false, bytes));
        assert!(
            matches!(reason, Refusal::Fixed { .. } | Refusal::BadValue { .. }),
            "{key}: {reason:?}"
        );
    }
}
