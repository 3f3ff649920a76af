#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use super::{Round, last_seen, sightings};
use crate::assets::{self, Asset, Event, What};
use crate::doc::Record;
use crate::ids::{DeviceId, EventId, Time};
use crate::lists::Lists;
use crate::permits::{Author, Role};
use crate::problem::{FieldRule, Problem};
use crate::reference::Reference;
use uuid::Uuid;

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

fn asset(events: &[(i64, u128, What)]) -> Asset {
    let mut asset = assets::read(&Record::default());
    asset.events = events
        .iter()
        .enumerate()
        .map(|(n, (at, by, what))| {
            let event = Event {
                at: Time(*at),
                what: what.clone(),
            };
            (
                EventId(Uuid::from_u128(n as u128)),
                DeviceId::from_slice(&by.to_be_bytes()).unwrap(),
                event,
            )
        })
        .collect();
    asset
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
    let both = asset(&[(100, 1, seen()), (200, 2, gone())]);
    let told = sightings(&both)[&round.key()];
    assert_eq!((told.found, told.at), (true, Time(100)));
    assert_eq!(
        last_seen(&both, &sightings(&both)),
        (Some(Time(100)), false)
    );
    let missing = asset(&[(200, 2, gone())]);
    assert_eq!(last_seen(&missing, &sightings(&missing)), (None, true));
    let inspected = What::Inspected {
        condition: 2,
        note: String::new(),
        values: Default::default(),
        failed: Vec::new(),
    };
    let again = asset(&[(200, 2, gone()), (300, 1, inspected)]);
    assert_eq!(
        last_seen(&again, &sightings(&again)),
        (Some(Time(300)), false)
    );
    let none = asset(&[]);
    assert_eq!(last_seen(&none, &sightings(&none)), (None, false));
}
