use koina_model::assets::acts::{Inspection, Moved};
use koina_model::ids::DocId;
use koina_model::permits::Role;
use koina_model::problem::Problem;
use koina_model::requests::acts::{Charge, Edited, Step};
use koina_model::words::{Channel, Outcome, Status};
use koina_sync::views::requests::RequestsQuery;
use koina_tests::town::{DION, LEPTOKARYA, LITOCHORO, Town, Who};

use super::told::{asset, request, work};

/// Every order in which three devices can exchange.
const ORDERS: [[usize; 3]; 6] = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
];

struct Three {
    town: Town,
    all: [Who; 3],
    request: DocId,
    asset: DocId,
}

fn three() -> Three {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let one = town.crew("Συνεργείο 1", "light", &[LITOCHORO, LEPTOKARYA]);
    let two = town.crew("Συνεργείο 2", "roads", &[LITOCHORO, LEPTOKARYA]);
    let request = request(&town, desk, LITOCHORO, "Σβηστή λάμπα");
    let asset = asset(&town, desk, LITOCHORO, "ΦΩΤ-1");
    town.settle();
    for who in [desk, one, two] {
        town.cut(who);
    }
    Three {
        town,
        all: [desk, one, two],
        request,
        asset,
    }
}

#[test]
fn the_same_record_changed_by_three_gives_the_same_result_in_every_order() {
    for order in ORDERS {
        let Three {
            town,
            all,
            request,
            asset,
        } = three();
        let [desk, one, two] = all;
        // Different fields of the request.
        town.at(desk)
            .edit_request(
                request,
                &Edited {
                    priority: Some(1),
                    ..Edited::default()
                },
                town.time(desk),
            )
            .unwrap();
        work(
            &town,
            one,
            request,
            &Step::Done {
                note: "άλλαξε",
                no_photos: "",
            },
        );
        work(
            &town,
            two,
            request,
            &Step::Material {
                name: "Λάμπα LED",
                quantity: "1,5",
                unit: "τεμ",
            },
        );
        // The same field of the asset, three ways; and a different one.
        let number = |who: Who, number: &str| {
            town.at(who)
                .edit_asset(asset, Some(number), None, None, town.time(who))
                .unwrap()
        };
        number(desk, "ΦΩΤ-0001");
        number(one, "Φ1");
        number(two, "ΦΩΤ-0001");
        let inspection = Inspection {
            condition: 4,
            note: "γέρνει",
            ..Inspection::default()
        };
        town.at(two)
            .inspect_asset(asset, &inspection, town.time(two))
            .unwrap();
        for index in order {
            town.join(all[index]);
            town.exchange(all[index]).unwrap();
        }
        town.settle();

        let case = town.at(desk).request_case(request, town.now()).unwrap();
        assert_eq!(
            (case.row.priority, case.row.status, case.materials.len()),
            (1, Status::Resolved, 1),
            "{order:?}"
        );
        assert_eq!(case.materials[0].quantity, "1.5");
        assert_eq!(case.clashes, vec![], "different fields merge silently");
        let card = town.at(desk).asset_card(asset, town.now()).unwrap();
        assert_eq!(card.row.condition, Some(4));
        assert_eq!(
            card.clashes.len(),
            1,
            "one field, two values, three writers"
        );
        let clash = &card.clashes[0];
        assert_eq!(clash.field, "no");
        let mut said: Vec<(&str, &str)> = clash
            .versions
            .iter()
            .map(|v| (v.by.as_str(), v.value.as_str()))
            .collect();
        said.sort_unstable();
        assert_eq!(
            said,
            vec![
                ("Δημαρχείο", "ΦΩΤ-0001"),
                ("Συνεργείο 1", "Φ1"),
                ("Συνεργείο 2", "ΦΩΤ-0001")
            ]
        );
        assert!(
            clash
                .versions
                .iter()
                .all(|version| version.at.0 > koina_tests::town::BEGIN.0),
            "each says when"
        );

        // Decided once, for everybody.
        let key = clash
            .versions
            .iter()
            .find(|version| version.value == "Φ1")
            .unwrap()
            .key
            .clone();
        assert_eq!(town.at(desk).conflicts_page("", 0, 10).unwrap().total, 1);
        town.at(desk)
            .decide(asset, "no", &key, "η παλιά ετικέτα ισχύει", town.time(desk))
            .unwrap();
        assert_eq!(
            town.at(desk)
                .decide(asset, "no", &key, "", town.time(desk))
                .err()
                .map(|failure| failure.to_problem()),
            Some(Problem::AlreadyDecided)
        );
        town.settle();
        for who in all {
            let card = town.at(who).asset_card(asset, town.now()).unwrap();
            assert_eq!((card.row.number.as_str(), card.row.clashes), ("Φ1", 0));
            assert!(
                card.timeline.iter().any(|row| row.what == "decided"),
                "the decision is recorded"
            );
        }
        assert_eq!(town.at(desk).conflicts_page("", 0, 10).unwrap().total, 0);
    }
}

#[test]
fn closing_and_reopening_at_once_stays_open_in_every_order_and_both_are_shown() {
    let mut seen = Vec::new();
    for order in ORDERS {
        let Three {
            town, all, request, ..
        } = three();
        let [desk, one, two] = all;
        work(
            &town,
            one,
            request,
            &Step::Done {
                note: "έγινε",
                no_photos: "",
            },
        );
        work(
            &town,
            two,
            request,
            &Step::Impossible {
                reason: "PARTS",
                note: "λείπει λάμπα",
            },
        );
        town.at(desk)
            .close_request(
                request,
                &Outcome::Rejected {
                    reason: "NOT_FOUND".into(),
                },
                "",
                town.time(desk),
            )
            .unwrap();
        for index in order {
            town.join(all[index]);
            town.exchange(all[index]).unwrap();
        }
        town.settle();
        let case = town.at(desk).request_case(request, town.now()).unwrap();
        seen.push((
            case.row.status,
            case.timeline.iter().filter(|row| row.concurrent).count(),
        ));
        // Whoever has seen all three has the last word.
        work(
            &town,
            one,
            request,
            &Step::Done {
                note: "βρέθηκε λάμπα",
                no_photos: "",
            },
        );
        town.settle();
        let case = town.at(two).request_case(request, town.now()).unwrap();
        assert_eq!(
            (
                case.row.status,
                case.timeline.iter().filter(|row| row.concurrent).count()
            ),
            (Status::Resolved, 0)
        );
    }
    assert!(
        seen.iter().all(|one| *one == (Status::CannotBeDone, 3)),
        "{seen:?}"
    );
}

#[test]
fn an_asset_moved_by_two_is_one_question_and_a_retired_one_stays_retired() {
    let Three {
        town, all, asset, ..
    } = three();
    let [desk, one, two] = all;
    let go = |who: Who, community: &str| {
        let moved = Moved {
            community,
            settlement: "",
            place_text: "",
            position: None,
            note: "",
        };
        town.at(who)
            .move_asset(asset, &moved, town.time(who))
            .unwrap();
    };
    go(one, LEPTOKARYA);
    go(desk, DION);
    town.at(two)
        .retire_asset(asset, "έσπασε", town.time(two))
        .unwrap();
    town.pass_days(90);
    town.settle();
    let card = town.at(desk).asset_card(asset, town.now()).unwrap();
    assert!(card.row.retired);
    assert_eq!(
        card.clashes
            .iter()
            .map(|clash| clash.field.as_str())
            .collect::<Vec<_>>(),
        vec!["place"]
    );
    // A device that was away writes to what it still thinks is in use: the words arrive, the asset stays retired.
    let key = card.clashes[0].versions[0].key.clone();
    town.at(desk)
        .decide(asset, "place", &key, "", town.time(desk))
        .unwrap();
    town.settle();
    assert!(
        town.at(desk)
            .asset_card(asset, town.now())
            .unwrap()
            .row
            .retired
    );
}

#[test]
fn a_decision_for_the_version_that_is_shown_is_taken_like_any_other() {
    let Three {
        town,
        all,
        request,
        asset,
    } = three();
    let [desk, one, two] = all;
    for (who, number) in [(one, "Φ1"), (two, "Φ2")] {
        town.at(who)
            .edit_asset(asset, Some(number), None, None, town.time(who))
            .unwrap();
    }
    let assign = |who, crew| {
        town.at(who)
            .assign_request(request, &Charge::to("HLF", crew), town.time(who))
            .unwrap()
    };
    assign(desk, "light");
    town.settle();
    let card = town.at(desk).asset_card(asset, town.now()).unwrap();
    let shown = card.clashes[0]
        .versions
        .iter()
        .find(|version| version.winning)
        .unwrap();
    assert_eq!(shown.value, card.row.number);
    town.at(desk)
        .decide(asset, "no", &shown.key, "", town.time(desk))
        .unwrap();
    assert_eq!(
        town.at(desk)
            .asset_card(asset, town.now())
            .unwrap()
            .row
            .number,
        card.row.number
    );
    town.settle();
    assert_eq!(town.at(desk).pending().unwrap().needs_decision, 0);
    assert_eq!(
        town.at(one)
            .asset_card(asset, town.now())
            .unwrap()
            .row
            .clashes,
        0
    );
}

#[test]
fn a_trouble_reported_again_while_the_desk_closed_it_waits_for_the_desk() {
    let Three {
        town, all, request, ..
    } = three();
    let [desk, one, two] = all;
    let again = |who: Who, text: &str| {
        let noted =
            town.at(who)
                .support_request(request, Channel::Phone, text, &[], None, town.time(who));
        noted.unwrap();
    };
    let close = |who: Who, note: &str| {
        town.at(who)
            .close_request(request, &Outcome::Resolved, note, town.time(who))
            .unwrap();
    };
    let waiting = || {
        let query = RequestsQuery {
            unheard: true,
            limit: 10,
            ..RequestsQuery::default()
        };
        let page = town.at(desk).requests_page(&query, town.now()).unwrap();
        page.rows.iter().map(|row| row.id).collect::<Vec<_>>()
    };
    again(one, "ακόμη σβηστή");
    again(two, "και η διπλανή");
    close(desk, "έγινε");
    town.settle();
    for who in all {
        let row = town.at(who).request_row(request, town.now()).unwrap();
        assert_eq!((row.status, row.unheard), (Status::Resolved, true));
    }
    assert_eq!(waiting(), [request]);
    town.check();

    // The desk looks, and leaves it closed; a crew that was away said one thing more.
    let leave = || {
        town.at(desk)
            .leave_closed(request, "άλλη λάμπα", None, town.time(desk))
            .map_err(|failure| failure.to_problem())
    };
    town.cut(one);
    let reopen = town
        .at(one)
        .reopen_request(request, "δεν ανάβει", town.time(one));
    reopen.unwrap();
    again(one, "ούτε σήμερα");
    leave().unwrap();
    assert_eq!(waiting(), []);
    assert_eq!(leave(), Err(Problem::AlreadyDecided));
    town.settle();
    assert_eq!(waiting(), [], "it is open again, and in that list");

    // A form that was opened before the last word came does not say that it was heard.
    town.at(desk)
        .close_request_seeing(request, &Outcome::Resolved, "", Some(2), town.time(desk))
        .unwrap();
    assert_eq!(waiting(), [request]);
    town.at(desk)
        .reopen_request(request, "δεν το είχα δει", town.time(desk))
        .unwrap();
    // Who closes it now has seen them all.
    close(desk, "άναψε");
    town.settle();
    let row = town.at(desk).request_row(request, town.now()).unwrap();
    assert_eq!((row.open, row.unheard), (false, false));
    assert_eq!(leave(), Err(Problem::AlreadyDecided));
    town.check();
}

#[test]
fn two_requests_that_desks_joined_with_each_other_are_looked_at_again() {
    let mut town = Town::new();
    let hall = town.desk("Δημαρχείο");
    let kep = town.device("ΚΕΠ", Role::Clerk, None, &[]);
    let one = request(&town, hall, LITOCHORO, "Σβηστή λάμπα");
    let other = request(&town, kep, LITOCHORO, "Λάμπα που δεν ανάβει");
    town.settle();
    town.settle();
    let join = |who: Who, id: DocId, of: DocId| {
        let outcome = Outcome::Duplicate { of };
        town.at(who).close_request(id, &outcome, "", town.time(who))
    };
    join(hall, one, other).unwrap();
    join(kep, other, one).unwrap();
    town.settle();
    town.settle();
    let to_check = |who: Who| -> Vec<DocId> {
        let query = RequestsQuery {
            unheard: true,
            limit: 10,
            ..RequestsQuery::default()
        };
        let page = town.at(who).requests_page(&query, town.time(who)).unwrap();
        assert!(page.rows.iter().all(|row| row.in_circle && !row.open));
        page.rows.iter().map(|row| row.id).collect()
    };
    for who in [hall, kep] {
        let mut found = to_check(who);
        found.sort();
        assert_eq!(found, [one, other]);
    }
    // One of them is opened again: the other stays joined with it, as it should be.
    town.at(hall)
        .reopen_request(one, "ένα από τα δύο", town.time(hall))
        .unwrap();
    town.settle();
    town.settle();
    for who in [hall, kep] {
        assert_eq!(to_check(who), []);
        let case = town.at(who).request_case(other, town.time(who)).unwrap();
        assert_eq!(case.duplicate_of, Some(one));
        assert!(!case.row.in_circle);
    }
}
