//! What the server does not take: the rest goes on without it, and its author decides what becomes of it.

use koina_model::ids::DocId;
use koina_model::permits::Role;
use koina_model::requests::acts::Step;
use koina_model::words::{Outcome, Saved, Status};
use koina_sync::identity::unhex;
use koina_sync::views::outbox::{OutboxQuery, OutboxRow};
use koina_tests::town::{DION, LITOCHORO, Town, Who};

use super::told::{all, request, work};

fn undecided(town: &Town, who: Who) -> Vec<OutboxRow> {
    let query = OutboxQuery {
        saved: Some(Saved::NeedsDecision),
        limit: 50,
        ..OutboxQuery::default()
    };
    town.at(who).outbox_page(&query).unwrap().rows
}

fn hash(row: &OutboxRow) -> Vec<u8> {
    unhex(&row.change).unwrap()
}

fn status(town: &Town, who: Who, id: DocId) -> Status {
    town.at(who).request_row(id, town.now()).unwrap().status
}

/// A device that closes a request although its role was taken from it while it had no signal, and works on.
fn story() -> (Town, Who, Who, DocId) {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let van = town.device("Κινητή μονάδα", Role::Clerk, None, &[LITOCHORO]);
    let id = request(&town, desk, LITOCHORO, "Σβηστή λάμπα");
    town.settle();
    town.cut(van);
    town.change_device(van, "role = 'crew'");
    town.at(van)
        .close_request(
            id,
            &Outcome::Resolved,
            "έκλεισε χωρίς δικαίωμα",
            town.time(van),
        )
        .unwrap();
    work(
        &town,
        van,
        id,
        &Step::Note {
            text: "αλλά η λάμπα άλλαξε",
        },
    );
    work(
        &town,
        van,
        id,
        &Step::Material {
            name: "Λάμπα LED",
            quantity: "1",
            unit: "τεμ",
        },
    );
    assert_eq!(status(&town, van, id), Status::Resolved);
    town.settle();
    (town, desk, van, id)
}

#[test]
fn later_work_goes_on_without_what_was_refused() {
    let (town, desk, van, id) = story();
    for who in [desk, van] {
        let case = town.at(who).request_case(id, town.now()).unwrap();
        assert_eq!(case.row.status, Status::Received, "nobody sees the closing");
        assert_eq!(case.materials.len(), 1);
        assert!(case.timeline.iter().any(|row| row.what == "note"));
    }
    let doc = |who| town.at(who).doc(id).unwrap().heads();
    assert_eq!(doc(van), doc(desk));
    let rows = undecided(&town, van);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].reason.as_deref(), Some("not_allowed"));
    assert_eq!(rows[0].typed.as_deref(), Some("έκλεισε χωρίς δικαίωμα"));
    assert_eq!(town.at(van).pending().unwrap().waiting, 0);
}

#[test]
fn what_was_refused_can_be_sent_again_when_it_is_allowed() {
    let (town, desk, van, id) = story();
    // Others write meanwhile: it is written anew on what is there now.
    work(
        &town,
        desk,
        id,
        &Step::Note {
            text: "είδαμε"
        },
    );
    town.settle();
    town.change_device(van, "role = 'clerk'");
    assert!(
        town.at(van)
            .retry(&hash(&undecided(&town, van)[0]))
            .unwrap()
    );
    assert_eq!(status(&town, van, id), Status::Resolved);
    town.settle();
    assert_eq!(status(&town, desk, id), Status::Resolved);
    assert!(undecided(&town, van).is_empty());
}

#[test]
fn what_was_refused_can_be_given_up_and_is_kept_aside() {
    let (town, _, van, id) = story();
    let row = undecided(&town, van).remove(0);
    assert!(town.at(van).discard(&hash(&row), town.now()).unwrap());
    assert!(!town.at(van).discard(&hash(&row), town.now()).unwrap());
    assert!(undecided(&town, van).is_empty());
    assert_eq!(
        town.at(van).aside().unwrap(),
        [(id, "discarded".to_owned())]
    );
    town.settle();
}

#[test]
fn a_record_that_began_refused_waits_whole_and_arrives_whole() {
    for give_up in [false, true] {
        let mut town = Town::new();
        let desk = town.desk("Δημαρχείο");
        let crew = town.crew("Ύδρευση", "water", &[DION, LITOCHORO]);
        town.settle();
        town.cut(crew);
        town.change_device(crew, &format!("communities = '[\"{DION}\"]'"));
        let id = request(&town, crew, LITOCHORO, "Διαρροή");
        work(&town, crew, id, &Step::Start { team: &[] });
        work(
            &town,
            crew,
            id,
            &Step::Note {
                text: "κλείσαμε τη βάνα",
            },
        );
        town.join(crew);
        // The server keeps what it refused, and has nothing of what follows that: whether it judged that itself or was told.
        for _ in 0..2 {
            town.exchange(crew).unwrap();
            let unsent = super::lost::unsent(&town, desk, crew).records;
            let unsent: Vec<_> = unsent.iter().map(|row| (&row.doc, row.changes)).collect();
            assert_eq!(unsent, [(&id.to_string(), 2)]);
        }
        town.settle();
        let rows = undecided(&town, crew);
        let reasons: Vec<_> = rows
            .iter()
            .filter_map(|row| row.reason.as_deref())
            .collect();
        assert_eq!(
            reasons,
            ["follows_refused", "follows_refused", "out_of_scope"]
        );
        assert_eq!(all(&town, desk).len(), 0);
        assert_eq!(
            status(&town, crew, id),
            Status::InProgress,
            "all of it is here"
        );
        let first = hash(&rows[2]);
        if give_up {
            assert!(town.at(crew).discard(&first, town.now()).unwrap());
            assert_eq!(
                town.at(crew).aside().unwrap().len(),
                3,
                "every word is kept"
            );
            assert!(all(&town, crew).is_empty());
        } else {
            town.change_device(
                crew,
                &format!("communities = '[\"{DION}\",\"{LITOCHORO}\"]'"),
            );
            assert!(town.at(crew).retry(&first).unwrap());
            town.settle();
            assert_eq!(status(&town, desk, id), Status::InProgress);
        }
        assert!(undecided(&town, crew).is_empty());
        town.settle();
    }
}
