use koina_model::problem::Problem;
use koina_model::requests::acts::{Edited, Step};
use koina_tests::town::{DION, LEPTOKARYA, LITOCHORO, Town};

use super::told::{all, asset, request, work};

#[test]
fn a_device_outside_a_community_never_receives_its_records() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let canary = "ΚΑΝΑΡΙΝΙ ΔΙΟΥ";
    let secret = request(&town, desk, DION, canary);
    asset(&town, desk, DION, "ΚΑΝ-1");
    let mine = request(&town, desk, LITOCHORO, "Λιτόχωρο");
    town.settle();
    // A fresh load and the news that follow are both filtered on the server.
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO, LEPTOKARYA]);
    town.settle();
    town.at(desk)
        .edit_request(
            secret,
            &Edited {
                text: Some("ΚΑΝΑΡΙΝΙ ξανά"),
                ..Edited::default()
            },
            town.time(desk),
        )
        .unwrap();
    town.settle();
    assert_eq!(
        all(&town, crew)
            .iter()
            .map(|row| row.id)
            .collect::<Vec<_>>(),
        vec![mine]
    );
    assert!(town.at(crew).saved_doc(secret).unwrap().is_none());
    assert_eq!(
        town.at(crew)
            .request_case(secret, town.now())
            .err()
            .map(|failure| failure.to_problem()),
        Some(Problem::NotFound)
    );
}

#[test]
fn a_record_that_moves_leaves_one_crew_and_reaches_the_other_with_its_history() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let lights = town.crew("Φώτα", "light", &[LITOCHORO]);
    let water = town.crew("Νερά", "water", &[DION]);
    let id = request(&town, desk, LITOCHORO, "Διαρροή στα σύνορα");
    town.settle();
    work(
        &town,
        lights,
        id,
        &Step::Note {
            text: "δεν είναι δικό μας",
        },
    );
    town.settle();
    town.at(desk)
        .edit_request(
            id,
            &Edited {
                place: Some((DION, "")),
                ..Edited::default()
            },
            town.time(desk),
        )
        .unwrap();
    town.settle();
    assert_eq!(all(&town, lights).len(), 0, "it left");
    let case = town.at(water).request_case(id, town.now()).unwrap();
    assert!(
        case.timeline.iter().any(|row| row.what == "note"),
        "its history came along"
    );
}

#[test]
fn unsent_work_on_a_record_that_moved_away_is_taken_before_it_leaves() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let lights = town.crew("Φώτα", "light", &[LITOCHORO]);
    let id = request(&town, desk, LITOCHORO, "Σβηστή λάμπα");
    town.settle();
    town.cut(lights);
    work(
        &town,
        lights,
        id,
        &Step::Note {
            text: "γράφτηκε χωρίς σήμα",
        },
    );
    town.at(desk)
        .edit_request(
            id,
            &Edited {
                place: Some((DION, "")),
                ..Edited::default()
            },
            town.time(desk),
        )
        .unwrap();
    town.exchange(desk).unwrap();
    town.join(lights);
    town.exchange(lights).unwrap();
    assert!(
        town.at(lights).saved_doc(id).unwrap().is_none(),
        "it left, with nothing of it unsent"
    );
    town.exchange(desk).unwrap();
    let told = town.at(desk).request_case(id, town.now()).unwrap().timeline;
    assert!(told.iter().any(|row| {
        row.detail
            .get("text")
            .is_some_and(|text| text == "γράφτηκε χωρίς σήμα")
    }));
    // What the crew writes after it has heard of the move is no longer its business.
    let outcome = town
        .at(lights)
        .record_work(id, &Step::Note { text: "μετά" }, town.time(lights));
    assert_eq!(
        outcome.err().map(|failure| failure.to_problem()),
        Some(Problem::NotFound)
    );
}

#[test]
fn a_revoked_device_hands_over_its_work_and_gets_nothing_more() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Χαμένο τάμπλετ", "light", &[LITOCHORO]);
    let id = request(&town, desk, LITOCHORO, "Σβηστή λάμπα");
    town.settle();
    town.cut(crew);
    work(
        &town,
        crew,
        id,
        &Step::Done {
            note: "έγινε πριν χαθεί",
            no_photos: "",
        },
    );
    let device = town.at(crew).identity().unwrap().device;
    let _: serde_json::Value = town
        .ask(
            desk,
            "POST",
            &format!("/v1/devices/{device}/revoke"),
            Vec::new(),
        )
        .unwrap();
    let later = request(&town, desk, LITOCHORO, "Γράφτηκε μετά την ανάκληση");
    town.exchange(desk).unwrap();
    town.join(crew);
    assert_eq!(town.exchange(crew), Err(Problem::Revoked));
    town.exchange(desk).unwrap();
    let case = town.at(desk).request_case(id, town.now()).unwrap();
    assert_eq!(
        case.row.status,
        koina_model::words::Status::Resolved,
        "its unsent work was taken"
    );
    assert!(
        town.at(crew).saved_doc(later).unwrap().is_none(),
        "it hears nothing more"
    );
    let answer: Result<serde_json::Value, Problem> =
        town.ask(crew, "GET", "/v1/devices", Vec::new());
    assert!(
        matches!(answer, Err(Problem::Revoked | Problem::NotAllowed { .. })),
        "{answer:?}"
    );
}

#[test]
fn a_crew_may_not_do_what_is_the_desks_even_with_a_changed_app() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
    let id = request(&town, desk, LITOCHORO, "Σβηστή λάμπα");
    town.settle();
    assert_eq!(
        town.at(crew)
            .close_request(
                id,
                &koina_model::words::Outcome::Resolved,
                "",
                town.time(crew)
            )
            .err()
            .map(|f| f.to_problem()),
        Some(Problem::NotAllowed {
            needs: koina_model::permits::Permit::CloseRequests
        })
    );
    // A changed app skips its own rules and writes the change all the same; the server's are the same function.
    town.at(crew)
        .change(
            id,
            koina_model::words::Kind::Request,
            town.time(crew),
            |_, event| {
                let what = koina_model::requests::What::Closed {
                    outcome: koina_model::words::Outcome::Resolved,
                    note: String::new(),
                };
                let writes = koina_model::requests::record(
                    event,
                    &koina_model::requests::Event {
                        at: koina_model::ids::Time(1),
                        what,
                    },
                );
                Ok(("closed".to_owned(), writes))
            },
        )
        .unwrap();
    town.settle();
    assert_eq!(town.at(crew).pending().unwrap().needs_decision, 1);
    assert!(
        town.at(desk).request_row(id, town.now()).unwrap().open,
        "the desk's record is untouched"
    );
}

#[test]
fn a_record_that_moved_away_while_its_receipt_was_lost_leaves_all_the_same() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
    let id = request(&town, crew, LITOCHORO, "Λάμπα");
    let net = &town.party(crew).net;
    net.lose_answers
        .store(1, std::sync::atomic::Ordering::Relaxed);
    assert!(town.exchange(crew).is_err());
    town.exchange(desk).unwrap();
    let edited = koina_model::requests::acts::Edited {
        place: Some((DION, "")),
        ..Default::default()
    };
    town.at(desk)
        .edit_request(id, &edited, town.time(desk))
        .unwrap();
    // The crew's first load begins after the move: no move is among what it lacks.
    town.settle();
    assert!(town.at(crew).doc_ids().unwrap().is_empty());
}
