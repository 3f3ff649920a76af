#![allow(clippy::unwrap_used, reason = "a test may panic")]

use super::{Filed, Memo, Step, file, memo, work};
use crate::doc::{Doc, Record};
use crate::ids::{DeviceId, EventId, Time};
use crate::lists::Lists;
use crate::permits::{Author, Permit, Role};
use crate::photos::{FileHash, Moment, Photo};
use crate::problem::{FieldProblem, FieldRule, Problem};
use crate::reference::Reference;
use crate::requests::{self, Event, What, keys};
use crate::words::Kind;
use uuid::Uuid;

const NOW: Time = Time(1_795_244_400_000);

fn photo(moment: Moment) -> What {
    What::Photo(Photo {
        file: FileHash::of(format!("{moment:?}").as_bytes()),
        size: 1,
        thumb: FileHash::of(b"thumb"),
        thumb_size: 1,
        width: 1,
        height: 1,
        moment,
        taken: None,
        pos: None,
        dir: None,
    })
}

/// A request of a category with photos of these moments.
fn request(category: &str, photos: &[Moment]) -> Record {
    let by = DeviceId::from_slice(&1_u128.to_be_bytes()).unwrap();
    let mut doc = Doc::new(Kind::Request);
    let mut writes = vec![(keys::CATEGORY.to_owned(), category.into())];
    for (n, moment) in (1..).zip(photos) {
        let event = Event {
            at: NOW,
            what: photo(*moment),
        };
        writes.extend(requests::record(EventId(Uuid::from_u128(n)), &event));
    }
    doc.write(by, NOW, &writes).unwrap();
    doc.record()
}

fn done(category: &str, photos: &[Moment], no_photos: &str) -> Result<What, Problem> {
    let lists = Lists {
        reference: Reference::bundled("dion-olympos").unwrap(),
        ..Lists::empty()
    };
    let author = Author {
        role: Role::Crew,
        communities: Vec::new(),
    };
    let note = "έγινε";
    let step = Step::Done { note, no_photos };
    work(
        &requests::read(&request(category, photos)),
        &step,
        &lists,
        &author,
    )
}

fn done_without(why: &str) -> What {
    What::Done {
        note: "έγινε".to_owned(),
        no_photos: why.to_owned(),
    }
}

#[test]
fn work_that_is_paid_by_its_photos_wants_one_before_and_one_after_or_a_reason() {
    let lacks = |photos: &[Moment]| match done("ROD-10", photos, " ") {
        Err(Problem::BadInput { fields }) => fields
            .into_iter()
            .map(|FieldProblem { field, rule }| {
                assert_eq!(rule, FieldRule::Missing);
                field
            })
            .collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(lacks(&[]), ["photos_before", "photos_after"]);
    assert_eq!(lacks(&[Moment::Before]), ["photos_after"]);
    assert_eq!(lacks(&[Moment::After]), ["photos_before"]);
    // What a citizen sent with the report shows how it was.
    let both = [Moment::Other, Moment::After];
    assert_eq!(done("ROD-10", &both, ""), Ok(done_without("")));
    // A broken camera stops nobody; what is there needs no reason.
    let camera = "δεν δούλεψε η κάμερα";
    assert_eq!(done("ROD-10", &[], camera), Ok(done_without(camera)));
    assert_eq!(done("ROD-10", &both, camera), Ok(done_without("")));
}

#[test]
fn other_work_wants_no_photos() {
    assert_eq!(done("LGT-01", &[], ""), Ok(done_without("")));
}

#[test]
fn a_memo_needs_a_day_that_was_and_who_did_it() {
    let author = |role| Author {
        role,
        communities: vec!["11020101".to_owned()],
    };
    let community = author(Role::Community);
    let open = requests::read(&request("ROD-01", &[]));
    let file = |on: &str, by: &str, author: &Author| {
        let note = "";
        memo(&open, &Memo { on, by, note }, &Lists::empty(), author, NOW)
    };
    // NOW is 21 November 2026 in Athens.
    let first = || "2025-11-20".to_owned();
    for (on, rule) in [
        ("", FieldRule::Missing),
        ("2026-11-22", FieldRule::InFuture),
        ("2025-11-19", FieldRule::TooEarly { first: first() }),
        ("1026-11-19", FieldRule::TooEarly { first: first() }),
        ("2026-02-30", FieldRule::NotADate),
        ("χθες", FieldRule::NotADate),
    ] {
        assert_eq!(
            file(on, "εμείς", &community),
            Err(Problem::field("on", rule)),
            "{on}"
        );
    }
    for (typed, on) in [
        ("2026-11-21", "2026-11-21"),
        ("20/11/2025", "2025-11-20"),
        (" 3.2.2026 ", "2026-02-03"),
    ] {
        let (on, by, note) = (on.to_owned(), "εμείς".to_owned(), String::new());
        let executed = What::Executed { on, by, note };
        assert_eq!(file(typed, "εμείς", &community), Ok(executed));
    }
    let Err(Problem::BadInput { fields }) = file("", " ", &community) else {
        unreachable!("nothing was typed")
    };
    assert_eq!(fields.len(), 2, "both are told at once");
    let needs = Permit::FileMemos;
    for role in [Role::Crew, Role::Clerk, Role::Admin, Role::Kiosk] {
        let refused = file("2026-11-21", "εμείς", &author(role));
        assert_eq!(refused, Err(Problem::NotAllowed { needs }), "{role:?}");
    }
}

#[test]
fn measures_at_once_are_for_water_and_sewers() {
    let lists = Lists {
        reference: Reference::bundled("dion-olympos").unwrap(),
        ..Lists::empty()
    };
    let author = Author {
        role: Role::Community,
        communities: Vec::new(),
    };
    let urgent = |category: &str, measures: &str| {
        file(&Filed::Urgent { measures }, category, &lists, &author, NOW)
    };
    let measures = "έκλεισε η βάνα";
    for category in ["WAT-01", "SEW-01"] {
        let filed = urgent(category, measures).unwrap();
        assert_eq!(filed.priority, Some(1));
        let measures = measures.to_owned();
        assert_eq!(filed.what, Some(What::Urgent { measures }));
    }
    let elsewhere = urgent("LGT-01", measures);
    assert_eq!(
        elsewhere,
        Err(Problem::field("category", FieldRule::NotOnAList))
    );
    let silent = urgent("WAT-01", " ");
    assert_eq!(silent, Err(Problem::field("measures", FieldRule::Missing)));
}

#[test]
fn a_proposal_costs_what_a_greek_writes() {
    let lists = Lists {
        reference: Reference::bundled("dion-olympos").unwrap(),
        ..Lists::empty()
    };
    let author = |role| Author {
        role,
        communities: Vec::new(),
    };
    let community = author(Role::Community);
    let cost = |typed: &str| {
        let filed = file(
            &Filed::Proposal { cost: typed },
            "IDE-07",
            &lists,
            &community,
            NOW,
        );
        filed.map(|filed| filed.cost)
    };
    for (typed, cents) in [
        ("", None),
        ("0", None),
        ("12500", Some(1_250_000)),
        ("12.500 €", Some(1_250_000)),
        ("1.234.567,5", Some(123_456_750)),
        ("0,05", Some(5)),
        ("100000000", Some(10_000_000_000)),
    ] {
        assert_eq!(cost(typed), Ok(cents), "{typed}");
    }
    let no_number = || Err(Problem::field("cost", FieldRule::NotANumber));
    for typed in [
        "12.50", "1.2345", "1,234", "1,", ",5", "-5", "5e3", "1..000", "δέκα", "1,2,3",
    ] {
        assert_eq!(cost(typed), no_number(), "{typed}");
    }
    let (min, max) = (1, 100_000_000);
    let too_much = Err(Problem::field("cost", FieldRule::OutOfRange { min, max }));
    assert_eq!(cost("100000001"), too_much);
    let proposal = Filed::Proposal { cost: "" };
    assert!(file(&proposal, "LGT-01", &lists, &community, NOW).is_err());
    let needs = Permit::FileMemos;
    let admin = file(&proposal, "IDE-07", &lists, &author(Role::Admin), NOW);
    assert_eq!(admin, Err(Problem::NotAllowed { needs }));
}
