//! Random days: everybody does something, the network breaks all the time, and in the end all tell the same story.
//! A failing seed is printed; put it into `KNOWN` to keep it.

use std::sync::atomic::Ordering;

use koina_model::assets::acts::Moved;
use koina_model::ids::DocId;
use koina_model::requests::acts::{Edited, Step};
use koina_model::words::Outcome;
use koina_tests::town::{DION, LEPTOKARYA, LITOCHORO, Town, Who};

use super::told::{application, asset, request};

/// Seeds that once failed.
const KNOWN: [u64; 0] = [];

struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        if from.is_empty() {
            None
        } else {
            Some(from[self.below(from.len())])
        }
    }
}

#[test]
fn random_days_with_a_breaking_network_converge() {
    let seeds = KNOWN.into_iter().chain(1..=12);
    for seed in seeds {
        // Printed by the test runner when the day fails.
        println!("seed {seed}");
        day(seed);
    }
}

fn day(seed: u64) {
    let mut dice = Dice(seed);
    let mut town = Town::new();
    let everybody = [
        town.desk("Δημαρχείο"),
        town.desk("ΚΕΠ"),
        town.crew("Φώτα", "light", &[LITOCHORO, LEPTOKARYA]),
        town.crew("Νερά", "water", &[DION, LITOCHORO]),
    ];
    for who in everybody {
        let years = [0, 0, -10, 10][dice.below(4)];
        town.party_mut(who).skew_ms = years * 365 * 24 * 3_600_000;
    }
    for _ in 0..120 {
        let who = dice.pick(&everybody).unwrap();
        match dice.below(12) {
            0..=6 => act(&town, who, &mut dice),
            7 => town.cut(who),
            8 => town.join(who),
            9 => town.party(who).net.lose_answers.store(1, Ordering::Relaxed),
            10 => town.reopen(who),
            // A broken line is part of the day; what it leaves behind is checked at the end.
            _ => drop(town.exchange(who)),
        }
    }
    for who in everybody {
        town.party(who).net.lose_answers.store(0, Ordering::Relaxed);
    }
    town.settle();
}

/// Something this person might do now. Refusals in words are fine: nothing may have been written.
fn act(town: &Town, who: Who, dice: &mut Dice) {
    let replica = town.at(who);
    let ids: Vec<DocId> = replica.doc_ids().unwrap();
    let community = dice.pick(&[LITOCHORO, LEPTOKARYA, DION]).unwrap();
    let communities = &town.party(who).communities;
    let mine = communities.is_empty() || communities.iter().any(|code| code == community);
    let home = if mine {
        community.to_owned()
    } else {
        communities[0].clone()
    };
    let now = town.time(who);
    let id = dice.pick(&ids);
    let text = format!("λόγια {}", dice.below(5));
    match (dice.below(11), id) {
        (0, _) | (_, None) => drop(request(town, who, &home, &text)),
        // Only the desk asks for protocol numbers.
        (1, _) if communities.is_empty() => drop(application(town, who, &home, &text)),
        (1, _) => drop(request(town, who, &home, &text)),
        (2, _) => drop(asset(town, who, &home, &text)),
        (3, Some(id)) => drop(replica.record_work(id, &Step::Start, now)),
        (4, Some(id)) => drop(replica.record_work(id, &Step::Done { note: &text }, now)),
        (5, Some(id)) => drop(replica.reopen_request(id, &text, now)),
        (6, Some(id)) => drop(replica.close_request(id, &Outcome::Resolved, &text, now)),
        (7, Some(id)) => {
            let edited = Edited {
                text: Some(&text),
                place: Some((community, "")),
                ..Edited::default()
            };
            drop(replica.edit_request(id, &edited, now));
        }
        (8, Some(id)) => {
            drop(replica.inspect_asset(id, u8::try_from(1 + dice.below(5)).unwrap(), &text, now))
        }
        (9, Some(id)) => {
            let moved = Moved {
                community: &home,
                settlement: "",
                place_text: &text,
                position: None,
                note: "",
            };
            drop(replica.move_asset(id, &moved, now));
        }
        (_, Some(id)) => {
            if let Some(clash) = replica.conflict(id).unwrap().clashes.first() {
                let version = dice.below(clash.versions.len());
                drop(replica.decide(id, &clash.field, &clash.versions[version].key, &text, now));
            }
        }
    }
}
