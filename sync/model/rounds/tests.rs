#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use super::{Round, Sightings};
use crate::assets::{Event, What};
use crate::ids::{DeviceId, Time};
use crate::lists::Lists;
use crate::permits::{Author, Role};
use crate::problem::{FieldRule, Problem};
use crate::reference::Reference;

const NOW: Time = Time(1_795_244_400_000);
const LITOCHORO: &str = "11020101";

fn begin(words: &str, communities: &[&str]) -> Result<Round, Problem> {
    let lists = Lists {
        reference: Reference::bundled("dion-olympos").unwrap(),
        ..Lists::empty()
    };
    let author = Author {
        role: Role::Crew,
        communities: communities.iter().map(|code| (*code).to_owned()).collect(),
    };
    Round::begin(LITOCHORO, "", "FOT", words, &lists, &author, NOW)
}

/// What is read from words in this order: the clock, the device, the word.
fn told(words: &[(i64, u128, What)]) -> Sightings {
    let words: Vec<(DeviceId, Event)> = words
        .iter()
        .map(|(at, by, what)| {
            let event = Event {
                at: Time(*at),
                what: what.clone(),
            };
            (DeviceId::from_slice(&by.to_be_bytes()).unwrap(), event)
        })
        .collect();
    Sightings::read(words.iter().map(|(by, event)| (*by, event)))
}

fn seen_at(told: &Sightings) -> (Option<i64>, bool) {
    (told.seen_at.map(|at| at.0), told.missing)
}

#[test]
fn two_who_begin_the_same_round_without_a_signal_work_on_one() {
    let one = begin("Αγίου Νικολάου", &[LITOCHORO]).unwrap();
    let other = begin("  αγιου   ΝΙΚΟΛΑΟΥ ", &[]).unwrap();
    assert_eq!(one.key(), other.key());
    assert_eq!(Round::from_key(&one.key()).unwrap(), one);
    assert_ne!(one.key(), begin("", &[]).unwrap().key());
    assert_eq!(
        begin("", &["11020201"]),
        Err(Problem::field("community", FieldRule::OutsideMunicipality))
    );
}

#[test]
fn a_street_is_found_as_people_write_it_and_by_its_beginning() {
    let round = begin("αγ νικολ", &[]).unwrap();
    for (kind, community, spot, expected) in [
        ("FOT", LITOCHORO, "Αγίου Νικολάου 12", true),
        ("FOT", LITOCHORO, "γωνία Νικολάου και Αγίας Μαρίνας", true),
        ("FOT", LITOCHORO, "Ερμού 3", false),
        ("KAD", LITOCHORO, "Αγίου Νικολάου 12", false),
        ("FOT", "11020201", "Αγίου Νικολάου 12", false),
    ] {
        assert_eq!(round.expects(kind, community, "", spot), expected, "{spot}");
    }
}

#[test]
fn whoever_saw_it_is_believed_and_a_later_look_finds_it_again() {
    let round = begin("", &[]).unwrap();
    let seen = || What::Seen {
        round: round.clone(),
    };
    let gone = || What::NotFound {
        round: round.clone(),
    };
    // The other end of the street says that it is not there, later, not having heard.
    let both = told(&[(100, 1, seen()), (200, 2, gone())]);
    let word = both.by_round[&round.key()];
    assert_eq!((word.found, word.at), (true, Time(100)));
    assert_eq!(seen_at(&both), (Some(100), false));
    assert_eq!(seen_at(&told(&[(200, 2, gone())])), (None, true));
    let inspected = || What::Inspected {
        condition: 2,
        note: String::new(),
        values: Default::default(),
        failed: Vec::new(),
    };
    let again = told(&[(200, 2, gone()), (300, 1, inspected())]);
    assert_eq!(seen_at(&again), (Some(300), false));
    assert_eq!(seen_at(&told(&[])), (None, false));
}

#[test]
fn a_clock_that_is_years_ahead_makes_nothing_missing_for_years() {
    let round = begin("", &[]).unwrap();
    let other = begin("Ερμού", &[]).unwrap();
    let gone = What::NotFound { round };
    let seen = What::Seen { round: other };
    // Somebody saw it after hearing that it was missing, though their clock says years before.
    let found = told(&[(9_000, 1, gone.clone()), (100, 2, seen.clone())]);
    assert_eq!(seen_at(&found), (Some(100), false));
    let missing = told(&[(9_000, 2, seen), (100, 1, gone)]);
    assert_eq!(seen_at(&missing), (Some(9_000), true));
}

#[test]
fn a_sighting_that_was_a_mistake_counts_for_nothing() {
    let round = begin("", &[]).unwrap();
    let seen = || What::Seen {
        round: round.clone(),
    };
    let gone = || What::NotFound {
        round: round.clone(),
    };
    let unseen = || What::Unseen {
        round: round.clone(),
    };
    let left = told(&[(100, 1, seen()), (110, 1, unseen())]);
    assert_eq!(left, Sightings::default(), "it is looked for again");
    let missing = told(&[(90, 2, gone()), (100, 1, seen()), (110, 1, unseen())]);
    assert!(!missing.by_round[&round.key()].found);
    assert_eq!(seen_at(&missing), (None, true));
    // Nobody takes back what somebody else saw.
    let both = told(&[(100, 1, seen()), (101, 2, seen()), (110, 1, unseen())]);
    assert_eq!(seen_at(&both), (Some(101), false));
    let after_all = told(&[(100, 1, seen()), (110, 1, unseen()), (120, 2, seen())]);
    assert_eq!(seen_at(&after_all), (Some(120), false));
}
