//! Promises of the village, which the demo and the measurements rest on.
#![allow(
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::HashSet;

use koina_model::doc::Doc;
use koina_model::words::Kind;

use koina_tests::village::{Counts, Village, in_the};

const NOON: koina_model::ids::Time = koina_model::ids::Time(1_795_000_000_000);

fn village() -> Village {
    Village::new(7, NOON)
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let bytes = |village: &Village| {
        village
            .changes(Counts::new(60, 40))
            .map(|change| change.pushed.bytes)
            .collect::<Vec<_>>()
    };
    let same = bytes(&village()) == bytes(&village());
    assert!(same, "one seed gave two villages");
    let other = bytes(&village()) != bytes(&Village::new(8, NOON));
    assert!(other, "two seeds gave one village");
}

#[test]
fn no_two_texts_look_copied() {
    let village = village();
    let mut texts = HashSet::new();
    let mut count = 0;
    for record in village.records(Counts::new(400, 0)) {
        let written = koina_model::guard::check(&record[0].pushed.bytes)
            .map(|change| change.writes)
            .unwrap_or_default();
        let text = written
            .iter()
            .find(|(key, _)| key == "text")
            .map(|(_, value)| value.to_text())
            .unwrap_or_default();
        assert!(!text.contains(['{', '}', '<', '>', '|']), "{text}");
        count += 1;
        texts.insert(text);
    }
    assert!(
        texts.len() * 100 > count * 96,
        "{} of {count} are different",
        texts.len()
    );
}

#[test]
fn nothing_happens_in_the_future_or_out_of_order() {
    let village = village();
    for record in village.records(Counts::new(200, 100)) {
        assert!(
            record
                .iter()
                .all(|change| change.at <= village.now && change.at >= village.began())
        );
        assert!(record.windows(2).all(|pair| pair[0].at <= pair[1].at));
    }
}

#[test]
fn people_disagree_a_handful_of_times() {
    let village = village();
    let counts = Counts::new(200, 200);
    let (mut clashes, mut crossings) = (0, 0);
    for record in village.records(counts) {
        let mut doc = Doc::new(record[0].pushed.kind);
        for change in &record {
            let checked = koina_model::guard::check(&change.pushed.bytes)
                .unwrap_or_else(|refusal| panic!("{refusal}"));
            doc = koina_model::guard::apply(&doc, &[&checked])
                .unwrap_or_else(|refusal| panic!("{refusal}"))
                .doc;
        }
        let watched: &[&str] = match doc.kind() {
            Kind::Request => &koina_model::requests::WATCHED,
            Kind::Asset => &koina_model::assets::WATCHED,
        };
        clashes += u32::from(doc.record().clashes(watched).next().is_some());
        crossings += u32::from(
            doc.kind() == Kind::Request
                && !koina_model::requests::read(&doc.record())
                    .concurrent
                    .is_empty(),
        );
    }
    assert_eq!((clashes, crossings), (counts.clashes, counts.crossings));
}

#[test]
fn villages_are_named_as_people_say_them() {
    let reference = &village().lists.reference;
    let said = |name: &str| {
        let found = reference.settlements.iter().find(|one| one.name.el == name);
        found.map(in_the).unwrap_or_default()
    };
    assert_eq!(said("Λιτόχωρο"), "στο Λιτόχωρο");
    assert_eq!(said("Νέα Έφεσος"), "στη Νέα Έφεσο");
    assert_eq!(said("Πλάκα"), "στην Πλάκα");
    assert_eq!(said("Παλαιός Παντελεήμονας"), "στον Παλαιό Παντελεήμονα");
    assert_eq!(said("Πόροι (Παλαιοί)"), "στους Παλαιούς Πόρους");
    assert_eq!(said("Καλύβια Βαρικού"), "στα Καλύβια Βαρικού");
}
