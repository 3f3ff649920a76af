//! What people and machines type wrong gets a closed code that says which field and why; nothing saved is touched.

use koina_model::ids::DocId;
use koina_model::problem::{FieldRule, Problem};
use koina_model::requests::acts::{Charge, Entered, Step};
use koina_model::words::{Channel, Outcome, Position};
use koina_sync::replica::ReplicaError;
use koina_tests::town::{DION, LITOCHORO, Town, lamp};

use super::told::request;

fn rules<T: std::fmt::Debug>(outcome: Result<T, ReplicaError>) -> Vec<(String, FieldRule)> {
    match outcome.map_err(|failure| failure.to_problem()) {
        Err(Problem::BadInput { fields }) => fields
            .into_iter()
            .map(|one| (one.field, one.rule))
            .collect(),
        other => panic!("expected bad input, got {other:?}"),
    }
}

#[test]
fn every_wrong_field_of_a_request_is_named_at_once_and_nothing_is_saved() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let good = lamp("καλό");
    let long = "α".repeat(4_001);
    let cases: Vec<(Entered<'_>, &str, FieldRule)> = vec![
        (
            Entered {
                category: "",
                ..good.clone()
            },
            "category",
            FieldRule::Missing,
        ),
        (
            Entered {
                category: "XXX-99",
                ..good.clone()
            },
            "category",
            FieldRule::NotOnAList,
        ),
        (
            Entered {
                community: "",
                ..good.clone()
            },
            "community",
            FieldRule::Missing,
        ),
        (
            Entered {
                community: "99999999",
                ..good.clone()
            },
            "community",
            FieldRule::NotOnAList,
        ),
        (
            Entered {
                settlement: "1102030401",
                ..good.clone()
            },
            "settlement",
            FieldRule::NotOnAList,
        ),
        (
            Entered {
                text: &long,
                ..good.clone()
            },
            "text",
            FieldRule::TooLong { max: 4_000 },
        ),
        (
            Entered {
                text: "α\u{0}β",
                ..good.clone()
            },
            "text",
            FieldRule::BadCharacter,
        ),
        (
            Entered {
                text: "α\u{202e}β",
                ..good.clone()
            },
            "text",
            FieldRule::BadCharacter,
        ),
        (
            Entered {
                place_text: &long,
                ..good.clone()
            },
            "place_text",
            FieldRule::TooLong { max: 300 },
        ),
        (
            Entered {
                position: Some(Position {
                    lat: 91.0,
                    lon: 22.5,
                    accuracy_m: None,
                }),
                ..good.clone()
            },
            "position",
            FieldRule::OutOfRange {
                min: -180,
                max: 180,
            },
        ),
        (
            Entered {
                position: Some(Position {
                    lat: f64::NAN,
                    lon: 22.5,
                    accuracy_m: None,
                }),
                ..good.clone()
            },
            "position",
            FieldRule::OutOfRange {
                min: -180,
                max: 180,
            },
        ),
    ];
    for (entered, field, rule) in cases {
        let outcome = town
            .at(desk)
            .enter_request(&entered, Some("enter"), town.time(desk));
        assert_eq!(
            rules(outcome),
            vec![(field.to_owned(), rule)],
            "{entered:?}"
        );
    }
    let two = Entered {
        category: "",
        text: &long,
        ..good.clone()
    };
    assert_eq!(
        rules(town.at(desk).enter_request(&two, None, town.time(desk))).len(),
        2,
        "all at once, not one by one"
    );
    assert_eq!(town.at(desk).doc_ids().unwrap(), vec![]);
    // Emoji, tabs, long words and every Greek letter are words like any other; NFD is stored as NFC.
    let fine = Entered {
        text: "🌳\tκαΐκι «Ταΰγετος» ο\u{301}\nδεύτερη",
        ..good
    };
    let (id, number) = town
        .at(desk)
        .enter_request(&fine, None, town.time(desk))
        .unwrap();
    assert_eq!(
        town.at(desk).request_case(id, town.now()).unwrap().text,
        "🌳\tκαΐκι «Ταΰγετος» ό\nδεύτερη"
    );
    assert!(
        number.ends_with(number.chars().last().unwrap()) && number.contains("-26-000001-"),
        "the refused ones used no number: {number}"
    );
    town.settle();
}

#[test]
fn wrong_steps_of_work_and_of_the_desk_are_refused_in_words() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
    let id = request(&town, desk, LITOCHORO, "Σβηστή λάμπα");
    town.settle();
    let step = |step: &Step<'_>| rules(town.at(crew).record_work(id, step, town.time(crew)));
    assert_eq!(
        step(&Step::Pause { reason: "" }),
        vec![("reason".into(), FieldRule::Missing)]
    );
    assert_eq!(
        step(&Step::Pause { reason: "NOPE" }),
        vec![("reason".into(), FieldRule::NotOnAList)]
    );
    assert_eq!(
        step(&Step::Note { text: "  " }),
        vec![("text".into(), FieldRule::Missing)]
    );
    for quantity in ["0", "-1", "1,2345", "δύο", "1e9", "9999999"] {
        assert_eq!(
            step(&Step::Material {
                name: "Λάμπα",
                quantity,
                unit: ""
            })[0]
                .0,
            "quantity",
            "{quantity}"
        );
    }
    let assign = |department: &str, crew: &str| {
        rules(
            town.at(desk)
                .assign_request(id, &Charge::to(department, crew), town.time(desk)),
        )
    };
    assert_eq!(
        assign("", ""),
        vec![("department".into(), FieldRule::Missing)]
    );
    assert_eq!(
        assign("HLF", "nobody"),
        vec![("crew".into(), FieldRule::NotOnAList)]
    );
    let close = |outcome: Outcome| {
        rules(
            town.at(desk)
                .close_request(id, &outcome, "", town.time(desk)),
        )
    };
    assert_eq!(
        close(Outcome::Rejected {
            reason: String::new()
        })[0]
            .0,
        "reason"
    );
    assert_eq!(
        close(Outcome::Forwarded { to: " ".into() }),
        vec![("to".into(), FieldRule::Missing)]
    );
    assert_eq!(close(Outcome::Duplicate { of: id })[0].0, "of");
    assert_eq!(
        close(Outcome::Duplicate {
            of: DocId(uuid::Uuid::nil())
        })[0]
            .0,
        "of"
    );
    let outside = request(&town, desk, DION, "Στο Δίο");
    let entered = Entered {
        community: DION,
        channel: Channel::Crew,
        ..lamp("")
    };
    assert_eq!(
        rules(town.at(crew).enter_request(&entered, None, town.time(crew))),
        vec![("community".into(), FieldRule::OutsideMunicipality)]
    );
    let missing = town
        .at(crew)
        .record_work(outside, &Step::Start { team: &[] }, town.time(crew))
        .err()
        .map(|failure| failure.to_problem());
    assert_eq!(missing, Some(Problem::NotFound));
    assert!(
        town.at(desk).request_row(id, town.now()).unwrap().open,
        "nothing saved was touched"
    );
    town.settle();
}

#[test]
fn hostile_json_reaches_no_command() {
    use koina_commands::{Desk, Exchanger, call};
    use serde_json::json;
    let town = Town::new();
    let folder = tempfile::tempdir().unwrap();
    let replica = std::sync::Arc::new(
        koina_sync::replica::Replica::open(&folder.path().join("r.sqlite"), town.now()).unwrap(),
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let clock = || koina_tests::town::BEGIN;
    let exchanger = Exchanger::new(
        std::sync::Arc::clone(&replica),
        runtime.handle().clone(),
        clock,
    );
    let desk = Desk {
        replica,
        exchanger,
        clock,
        places: Box::new(Vec::new),
        kiosk: Default::default(),
        lock: None,
        browser: Default::default(),
    };
    // The transport parses JSON to a depth of 128 at most.
    let deep = (0..120).fold(json!(1), |inner, _| json!([inner]));
    let hostile = [
        json!(null),
        json!(42),
        json!("x".repeat(1_000_000)),
        json!({ "id": "not-a-uuid" }),
        json!({ "id": 1, "extra": {} }),
        json!({ "search": { "$ne": 1 }, "limit": -5 }),
        json!({ "limit": 1e300 }),
        deep,
    ];
    for name in koina_commands::NAMES {
        for input in &hostile {
            match call(&desk, name, input.clone()) {
                Ok(_)
                | Err(
                    Problem::Malformed { .. }
                    | Problem::NotEnrolled
                    | Problem::BadInput { .. }
                    | Problem::NotFound,
                ) => {}
                Err(other) => panic!("{name} answered {other:?} to {input}"),
            }
        }
    }
    assert_eq!(
        call(&desk, "drop_tables", json!({})),
        Err(Problem::NotFound)
    );
}
