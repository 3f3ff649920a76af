#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that fails says where"
)]

use crate::contacts::Contact;
use crate::ids::Time;
use crate::lists::Lists;
use crate::problem::{FieldProblem, FieldRule, Problem};
use crate::reference::{BUNDLED, FieldCheck, Reference};

use super::{Answer, Application, Signature, contact};

/// 27 November 2026.
const NOW: Time = Time(1_795_780_000_000);

fn lists() -> Lists {
    Lists {
        reference: Reference::bundled("dion-olympos").unwrap(),
        ..Lists::empty()
    }
}

fn application(kind: &str, answers: &[(&str, &str)]) -> Application {
    let answer = |(key, value): &(&str, &str)| Answer {
        key: (*key).to_owned(),
        value: (*value).to_owned(),
    };
    Application {
        kind: kind.to_owned(),
        answers: answers.iter().map(answer).collect(),
        signature: Signature::Typed {
            name: "Μιχάλης Νίκος".to_owned(),
        },
    }
}

const WATER: [(&str, &str); 6] = [
    ("surname", "Νίκος"),
    ("name", " Μιχάλης "),
    ("fatherName", "Πέτρος"),
    ("meterNo", "123"),
    ("connectionNo", "45"),
    ("address", "28ης Οκτωβρίου 1"),
];

fn wrong(application: &Application) -> Vec<(String, FieldRule)> {
    match application.checked(&lists(), NOW) {
        Err(Problem::BadInput { fields }) => fields
            .into_iter()
            .map(|FieldProblem { field, rule }| (field, rule))
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_application_is_kept_as_it_can_be_used_and_names_who_applies() {
    let kept = application("BYD", &WATER).checked(&lists(), NOW).unwrap();
    assert_eq!(kept.answer("name"), "Μιχάλης");
    assert_eq!(kept.answers.len(), 6);
    let sealed = contact(
        kept,
        &Contact {
            phone: "+306912345678".to_owned(),
            ..Contact::default()
        },
    );
    assert_eq!(
        (sealed.name.as_str(), sealed.phone.as_str()),
        ("Μιχάλης Νίκος", "+306912345678")
    );
}

#[test]
fn everything_wrong_is_said_at_once_under_the_name_of_its_field() {
    let mut unsigned = application("BYD", &[("surname", "Νίκος"), ("unknown", "x")]);
    unsigned.signature = Signature::Drawn {
        lines: vec![vec![(1, 1)]],
    };
    let missing = [
        "name",
        "fatherName",
        "meterNo",
        "connectionNo",
        "address",
        "signature",
    ];
    let told = wrong(&unsigned);
    assert_eq!(
        told,
        missing.map(|key| (key.to_owned(), FieldRule::Missing))
    );
    let outside = Signature::Drawn {
        lines: vec![vec![(1, 1), (1_001, 2)]],
    };
    let far = Application {
        signature: outside,
        ..application("BYD", &WATER)
    };
    assert_eq!(
        wrong(&far),
        [("signature".to_owned(), FieldRule::TooLong { max: 1_000 })]
    );
    assert_eq!(
        wrong(&application("NONE", &WATER)),
        [("kind".to_owned(), FieldRule::NotOnAList)]
    );
}

#[test]
fn numbers_and_days_are_checked_the_way_the_authorities_do() {
    let with = |kind, key: &str, value: &str| {
        let told = wrong(&application(kind, &[(key, value)]));
        told.into_iter()
            .find(|(field, rule)| field == key && *rule != FieldRule::Missing)
            .map(|(_, rule)| rule)
    };
    for (kind, key, good) in [
        ("BMK", "afm", "090000045"),
        ("BMK", "afm", "EL 090000045"),
        ("BMK", "birthDate", "2/1/1950"),
        ("BMK", "birthDate", "02011950"),
        ("BMK", "birthDate", "27.11.2026"),
        ("PEN", "inRollSince", "1999"),
        ("BTP", "areaM2", "84,5"),
    ] {
        assert_eq!(with(kind, key, good), None, "{key} {good}");
    }
    let years = FieldRule::OutOfRange {
        min: 1800,
        max: 2026,
    };
    for (kind, key, bad, rule) in [
        ("BMK", "afm", "090000046", FieldRule::NotAnAfm),
        ("BMK", "afm", "12345678", FieldRule::NotAnAfm),
        ("BMK", "birthDate", "31/2/1950", FieldRule::NotADate),
        ("BMK", "birthDate", "1/2/50", FieldRule::NotADate),
        ("BMK", "birthDate", "28/11/2026", FieldRule::InFuture),
        ("PEN", "inRollSince", "2027", years),
        ("BTP", "areaM2", "1,2,3", FieldRule::NotANumber),
        ("BTP", "kaek", "12", FieldRule::NotAKaek),
    ] {
        assert_eq!(with(kind, key, bad), Some(rule), "{key} {bad}");
    }
}

#[test]
fn every_municipality_offers_applications_whose_applicant_has_a_name() {
    for id in BUNDLED {
        let reference = Reference::bundled(id).unwrap();
        assert!(reference.application_types.len() > 40, "{id}");
        for kind in &reference.application_types {
            for key in ["surname", "name"] {
                let asked = kind.fields.iter().find(|field| field.key == key);
                assert!(
                    asked.is_some_and(|field| field.required),
                    "{} {key}",
                    kind.code
                );
            }
            assert_ne!(
                kind.code, "SOC-02",
                "children's files are not opened at kiosks"
            );
        }
        let afm = reference
            .application_types
            .iter()
            .flat_map(|kind| &kind.fields)
            .filter(|field| field.key == "afm");
        assert!(
            afm.clone().count() > 10 && afm.into_iter().all(|field| field.check == FieldCheck::Afm)
        );
    }
}
