use std::sync::atomic::Ordering;

use koina_model::exchange::Entry;
use koina_model::ids::DocId;
use koina_model::problem::Problem;
use koina_model::words::Saved;
use koina_tests::town::{LITOCHORO, Town};

use super::told::{all, application};

#[test]
fn a_lost_receipt_gives_the_same_receipt_and_the_same_number() {
    let mut town = Town::new();
    let kep = town.desk("ΚΕΠ");
    let ids: Vec<_> = (0..20)
        .map(|n| application(&town, kep, LITOCHORO, &format!("Αίτηση {n}")).0)
        .collect();
    // The server takes everything, the answer never comes back.
    town.party(kep).net.lose_answers.store(1, Ordering::Relaxed);
    assert_eq!(town.exchange(kep), Err(Problem::Offline { since: None }));
    assert!(
        all(&town, kep)
            .iter()
            .all(|row| row.protocol_number.is_none()),
        "nobody saw a number yet"
    );
    assert!(all(&town, kep).iter().all(|row| row.saved == Saved::Sent));
    let head = town.block_on(town.server().log.head()).unwrap();
    let given = given_numbers(&town, &ids);
    assert_eq!(given.len(), 20);

    town.exchange(kep).unwrap();
    assert_eq!(
        town.block_on(town.server().log.head()).unwrap(),
        head,
        "a resend adds nothing to the log"
    );
    assert_eq!(given_numbers(&town, &ids), given, "numbers are given once");
    let mut numbers: Vec<String> = all(&town, kep)
        .into_iter()
        .filter_map(|row| row.protocol_number)
        .collect();
    numbers.sort_by_key(|number| number.split('/').next().unwrap().parse::<u32>().unwrap());
    let expected: Vec<String> = (1..=20).map(|n| format!("{n}/2026")).collect();
    assert_eq!(numbers, expected, "gap-free, from 1");
    assert!(
        all(&town, kep)
            .iter()
            .all(|row| row.saved == Saved::Received)
    );
}

fn given_numbers(town: &Town, ids: &[DocId]) -> Vec<Entry> {
    let ids = ids.to_vec();
    let entries = town.server().ask(move |replica| {
        ids.iter()
            .map(|id| replica.entries_of(*id))
            .collect::<Result<Vec<_>, _>>()
    });
    town.block_on(entries).unwrap().concat()
}

#[test]
fn an_ask_that_arrives_twice_is_taken_once() {
    let mut town = Town::new();
    let kep = town.desk("ΚΕΠ");
    application(&town, kep, LITOCHORO, "Μία φορά");
    town.party(kep).net.double_asks.store(5, Ordering::Relaxed);
    town.exchange(kep).unwrap();
    assert_eq!(
        town.block_on(town.server().log.head()).unwrap(),
        2,
        "one change, one number"
    );
}

#[test]
fn a_wrong_clock_changes_only_what_it_claims() {
    let mut town = Town::new();
    let desk = town.desk("ΚΕΠ");
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
    town.party_mut(crew).skew_ms = -10 * 365 * 24 * 3_600_000;
    let ten_years = 10 * 365 * 24 * 3_600_000;
    let id = application(&town, desk, LITOCHORO, "Σβηστή λάμπα").0;
    town.at(desk)
        .assign_request(
            id,
            &koina_model::requests::acts::Charge::to("HLF", "light"),
            town.time(desk),
        )
        .unwrap();
    town.settle();
    town.at(crew)
        .record_work(
            id,
            &koina_model::requests::acts::Step::Start { team: &[] },
            town.time(crew),
        )
        .unwrap();
    town.party_mut(crew).skew_ms = ten_years;
    town.at(crew)
        .record_work(
            id,
            &koina_model::requests::acts::Step::Done {
                note: "άλλαξε η λάμπα",
                no_photos: "",
            },
            town.time(crew),
        )
        .unwrap();
    town.settle();
    let case = town.at(desk).request_case(id, town.now()).unwrap();
    assert_eq!(
        case.row.status,
        koina_model::words::Status::Resolved,
        "order comes from what each one had seen"
    );
    let claims: Vec<&str> = case
        .timeline
        .iter()
        .filter(|row| row.claimed)
        .map(|row| row.what.as_str())
        .collect();
    assert_eq!(
        claims.len(),
        2,
        "both wrong times are marked: {:?}",
        case.timeline
    );
}

#[test]
fn only_what_left_is_called_sent() {
    let mut town = Town::new();
    let kep = town.desk("ΚΕΠ");
    application(&town, kep, LITOCHORO, "Χωρίς σήμα");
    town.cut(kep);
    town.exchange(kep).unwrap_err();
    assert!(
        all(&town, kep)
            .iter()
            .all(|row| row.saved == Saved::OnDevice)
    );
    town.settle();
}
