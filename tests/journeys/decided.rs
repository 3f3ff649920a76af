//! What the server refused waits at the desk: it is taken in after all, or not, and its author hears of it.

use koina_model::ids::{DeviceId, DocId};
use koina_model::permits::Role;
use koina_model::requests::acts::{Edited, Step};
use koina_model::words::{Outcome, Saved, Status};
use koina_sync::decide::Took;
use koina_sync::identity::unhex;
use koina_sync::views::outbox::OutboxQuery;
use koina_tests::town::{DION, LITOCHORO, Town, Who};

use super::told::{all, request, work};

fn note(text: &str) -> Step<'_> {
    Step::Note { text }
}

fn status(town: &Town, who: Who, id: DocId) -> Status {
    town.at(who).request_row(id, town.now()).unwrap().status
}

fn said(town: &Town, who: Who, id: DocId) -> Vec<String> {
    let case = town.at(who).request_case(id, town.now()).unwrap();
    let details = case.timeline.into_iter().flat_map(|row| row.detail);
    details.map(|(_, word)| word).collect()
}

fn undecided(town: &Town, who: Who) -> Vec<String> {
    let query = OutboxQuery {
        saved: Some(Saved::NeedsDecision),
        limit: 50,
        ..OutboxQuery::default()
    };
    let page = town.at(who).outbox_page(&query).unwrap();
    let reasons = page.rows.into_iter().map(|row| row.reason);
    reasons.map(Option::unwrap_or_default).collect()
}

fn kept(town: &Town, who: Who) -> Vec<String> {
    let rows = town.kept(who).unwrap();
    rows.into_iter().map(|row| row.change).collect()
}

fn heads(town: &Town, who: Who, id: DocId) -> Vec<[u8; 32]> {
    town.at(who).doc(id).unwrap().heads()
}

/// A van that closes a request although its role was taken from it while it had no signal.
fn closed_without_permit() -> (Town, Who, Who, DocId) {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let van = town.device("Κινητή μονάδα", Role::Clerk, None, &[LITOCHORO]);
    let id = request(&town, desk, LITOCHORO, "Σβηστή λάμπα");
    town.settle();
    town.cut(van);
    town.change_device(van, "role = 'crew'");
    let closing = town.at(van).close_request(
        id,
        &Outcome::Resolved,
        "έκλεισε χωρίς δικαίωμα",
        town.time(van),
    );
    closing.unwrap();
    (town, desk, van, id)
}

#[test]
fn the_desk_reads_what_was_refused_and_takes_it_in_as_it_was_written() {
    let (town, desk, van, id) = closed_without_permit();
    town.settle();
    let rows = town.kept(desk).unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].typed, "έκλεισε χωρίς δικαίωμα");
    assert_eq!(status(&town, desk, id), Status::Received);

    let took = town.take_over(desk, kept(&town, desk)).unwrap();
    assert_eq!((took.taken, took.left.len()), (1, 0));
    town.settle();
    for who in [desk, van] {
        assert_eq!(status(&town, who, id), Status::Resolved);
    }
    assert_eq!(heads(&town, van, id), heads(&town, desk, id));
    assert!(undecided(&town, van).is_empty(), "its author has heard");
    assert!(town.kept(desk).unwrap().is_empty());
    let by_van = town.at(van).identity().unwrap().device;
    let doc = town.at(desk).doc(id).unwrap();
    let closing = doc.chunks_by().pop().unwrap();
    assert_eq!(
        closing.0, by_van,
        "it is the van's word, let in by the desk"
    );
    // Asked again, as after a lost answer, nothing happens twice.
    assert_eq!(
        town.take_over(desk, vec![rows[0].change.clone()]).unwrap(),
        Took::default()
    );
}

#[test]
fn where_its_author_went_on_in_its_place_the_desk_writes_anew_what_it_says() {
    let (town, desk, van, id) = closed_without_permit();
    work(&town, van, id, &note("και συνέχισα"));
    town.settle();
    let took = town.take_over(desk, kept(&town, desk)).unwrap();
    assert_eq!((took.taken, took.left.len()), (1, 0));
    town.settle();
    for who in [desk, van] {
        assert_eq!(status(&town, who, id), Status::Resolved);
        let said = said(&town, who, id);
        assert!(said.iter().any(|text| text == "και συνέχισα"), "{said:?}");
    }
    assert!(undecided(&town, van).is_empty());
    assert_eq!(heads(&town, van, id), heads(&town, desk, id));
}

#[test]
fn its_author_may_go_on_without_signal_while_the_desk_decides() {
    let (town, desk, van, id) = closed_without_permit();
    town.settle();
    // Without signal the van goes on in the place of what was refused.
    town.cut(van);
    work(&town, van, id, &note("συνέχισα χωρίς σήμα"));
    assert_eq!(town.take_over(desk, kept(&town, desk)).unwrap().taken, 1);
    town.settle();
    town.settle();
    for who in [desk, van] {
        assert_eq!(status(&town, who, id), Status::Resolved);
        let said = said(&town, who, id);
        assert_eq!(
            said.iter()
                .filter(|text| *text == "συνέχισα χωρίς σήμα")
                .count(),
            1,
            "{said:?}"
        );
    }
    assert!(undecided(&town, van).is_empty());
    assert_eq!(heads(&town, van, id), heads(&town, desk, id));
}

#[test]
fn what_the_desk_does_not_take_stays_with_its_author() {
    let (town, desk, van, id) = closed_without_permit();
    town.settle();
    town.dismiss(desk, kept(&town, desk)).unwrap();
    town.settle();
    assert_eq!(undecided(&town, van), ["dismissed"]);
    assert!(town.kept(desk).unwrap().is_empty());
    assert_eq!(status(&town, van, id), Status::Received);
    assert_eq!(town.at(van).unsent_bytes().unwrap().len(), 1);
}

#[test]
fn a_record_begun_outside_the_scope_is_taken_in_with_all_that_followed() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Ύδρευση", "water", &[DION, LITOCHORO]);
    town.settle();
    town.cut(crew);
    town.change_device(crew, &format!("communities = '[\"{DION}\"]'"));
    let id = request(&town, crew, LITOCHORO, "Διαρροή");
    work(&town, crew, id, &note("κλείσαμε τη βάνα"));
    town.settle();
    // The beginning first; what follows it comes with the next exchange and is outside the scope too.
    for _ in 0..2 {
        let rows = kept(&town, desk);
        assert_eq!(rows.len(), 1);
        assert_eq!(town.take_over(desk, rows).unwrap().taken, 1);
        town.settle();
    }
    assert!(
        said(&town, desk, id)
            .iter()
            .any(|text| text == "κλείσαμε τη βάνα")
    );
    assert!(undecided(&town, crew).is_empty());
    town.change_purpose(desk, crew, Role::Crew, &[DION])
        .unwrap();
    assert!(
        all(&town, crew).is_empty(),
        "it is no business of this crew any more"
    );
}

#[test]
fn a_desk_takes_in_no_more_than_it_may_write_itself() {
    let (mut town, desk, _, id) = closed_without_permit();
    town.settle();
    let narrow = town.device("Κοινότητα", Role::Clerk, None, &[DION]);
    town.settle();
    assert!(kept(&town, narrow).is_empty(), "it may not even read it");
    let all = kept(&town, desk);
    let took = town.take_over(narrow, all.clone()).unwrap();
    assert_eq!(took, Took::default());
    town.dismiss(narrow, all).unwrap();
    assert_eq!(status(&town, desk, id), Status::Received);
    assert_eq!(town.kept(desk).unwrap().len(), 1);
}

#[test]
fn an_edit_that_is_written_anew_is_written_once() {
    let (town, desk, van, id) = closed_without_permit();
    let edited = Edited {
        text: Some("Σβηστή λάμπα, στύλος 14"),
        ..Edited::default()
    };
    town.at(van)
        .edit_request(id, &edited, town.time(van))
        .unwrap();
    work(&town, van, id, &note("και συνέχισα"));
    town.settle();
    let rows = kept(&town, desk);
    assert_eq!(rows.len(), 2);
    for _ in 0..2 {
        town.take_over(desk, rows.clone()).unwrap();
    }
    town.settle();
    let case = town.at(van).request_case(id, town.now()).unwrap();
    assert_eq!(case.text, "Σβηστή λάμπα, στύλος 14");
    assert!(undecided(&town, van).is_empty());
    assert_eq!(town.at(desk).doc(id).unwrap().chunks().len(), 4);
}

/// The fire at the town hall: server and desks are gone, the crews' tablets are not.
#[test]
fn after_a_fire_new_desks_take_in_what_the_crews_bring_of_the_lost_ones() {
    let mut town = Town::new();
    let hall = town.desk("Δημαρχείο");
    let light = town.crew("Ηλεκτροφωτισμός", "light", &[LITOCHORO]);
    let water = town.crew("Ύδρευση", "water", &[LITOCHORO, DION]);
    let id = request(&town, hall, LITOCHORO, "Σβηστή λάμπα");
    town.settle();
    let new_hall = town.desk("Προσωρινό γραφείο");
    town.settle();
    let backup = town.back_up("backup");
    town.pass_ms(3_600_000);
    let closing = town
        .at(hall)
        .close_request(id, &Outcome::Resolved, "", town.time(hall));
    closing.unwrap();
    town.exchange(hall).unwrap();
    town.exchange(light).unwrap();
    // The crew hears of the closing, and finds the lamp dark again.
    town.at(light)
        .reopen_request(id, "πάλι σβηστή", town.time(light))
        .unwrap();
    town.exchange(light).unwrap();
    town.exchange(water).unwrap();
    town.lose(hall);
    town.pass_ms(60_000);
    let log = town.empty_log("restored.sqlite");
    town.restore(&backup, log);
    for who in [light, water, new_hall] {
        town.exchange(who).unwrap();
    }
    let rows = kept(&town, new_hall);
    assert_eq!(rows.len(), 1, "both crews bring it, it is one change");
    assert_eq!(town.take_over(new_hall, rows).unwrap().taken, 1);
    town.settle();
    town.settle();
    for who in [new_hall, light, water] {
        assert!(
            said(&town, who, id)
                .iter()
                .any(|text| text == "πάλι σβηστή")
        );
        assert_eq!(heads(&town, who, id), heads(&town, light, id));
    }
}

#[test]
fn what_a_desk_does_not_take_of_a_lost_one_leaves_the_crews_tablets() {
    let mut town = Town::new();
    let hall = town.desk("Δημαρχείο");
    let light = town.crew("Ηλεκτροφωτισμός", "light", &[LITOCHORO]);
    let new_hall = town.desk("Προσωρινό γραφείο");
    let id = request(&town, hall, LITOCHORO, "Σβηστή λάμπα");
    town.settle();
    let backup = town.back_up("backup");
    town.pass_ms(3_600_000);
    let closing = town
        .at(hall)
        .close_request(id, &Outcome::Resolved, "", town.time(hall));
    closing.unwrap();
    town.exchange(hall).unwrap();
    town.exchange(light).unwrap();
    work(&town, light, id, &note("πέρασα και είδα"));
    town.exchange(light).unwrap();
    town.lose(hall);
    town.pass_ms(60_000);
    let log = town.empty_log("restored.sqlite");
    town.restore(&backup, log);
    town.exchange(light).unwrap();
    town.dismiss(new_hall, kept(&town, new_hall)).unwrap();
    town.settle();
    town.settle();
    for who in [light, new_hall] {
        assert_eq!(status(&town, who, id), Status::Received);
        assert!(
            said(&town, who, id)
                .iter()
                .any(|text| text == "πέρασα και είδα")
        );
    }
    assert_eq!(heads(&town, light, id), heads(&town, new_hall, id));
}

#[test]
fn a_device_that_may_now_write_it_sends_its_own_again() {
    let (mut town, desk, van, id) = closed_without_permit();
    town.settle();
    town.change_purpose(desk, van, Role::Clerk, &[LITOCHORO])
        .unwrap();
    town.settle();
    let took = town.take_over(van, kept(&town, van)).unwrap();
    assert_eq!(took.left[0].1, "yours");
    let unsent = town.kept(desk).unwrap().remove(0).change;
    assert!(town.at(van).retry(&unhex(&unsent).unwrap()).unwrap());
    town.settle();
    for who in [desk, van] {
        assert_eq!(status(&town, who, id), Status::Resolved);
    }
    assert!(undecided(&town, van).is_empty());
}

#[test]
fn what_can_never_be_taken_does_not_keep_the_server_busy() {
    let (town, desk, van, id) = closed_without_permit();
    // A second one, in another's name, that rests on a change which the server does not have.
    let mut elsewhere = town.at(van).doc(id).unwrap();
    let stranger = DeviceId::from_slice(&[9; 16]).unwrap();
    for text in ["πρώτο ψέμα", "δεύτερο ψέμα"] {
        let write = vec![("text".to_owned(), text.into())];
        elsewhere.write(stranger, town.now(), &write).unwrap();
    }
    let planted = elsewhere.chunks().pop().unwrap().bytes;
    town.settle();
    super::told::push(&town, van, id, false, planted);
    let rows = kept(&town, desk);
    assert_eq!(rows.len(), 2);
    let took = town.take_over(desk, rows).unwrap();
    assert_eq!((took.taken, took.left.len()), (1, 1), "{took:?}");
    town.settle();
}
