use koina_model::rounds::Round;
use koina_sync::views::rounds::{RoundPart, RoundQuery};
use koina_tests::town::{LITOCHORO, Town, Who};

use super::told::asset;

fn begin(town: &Town, who: Who, words: &str) -> Round {
    let replica = town.at(who);
    let (lists, author) = (replica.lists(), replica.author().unwrap());
    Round::begin(LITOCHORO, "", "FOT", words, &lists, &author, town.time(who)).unwrap()
}

fn counts(town: &Town, who: Who, round: &Round) -> [u32; 3] {
    let row = town.at(who).round(round, town.time(who)).unwrap();
    [row.left, row.found, row.not_found]
}

#[test]
fn two_people_without_a_signal_share_one_round_and_whoever_saw_a_thing_is_believed() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let one = town.crew("Συνεργείο 1", "light", &[LITOCHORO]);
    let two = town.crew("Συνεργείο 2", "roads", &[LITOCHORO]);
    let lamps: Vec<_> = (1..=5)
        .map(|n| asset(&town, desk, LITOCHORO, &format!("ΦΩΤ-{n}")))
        .collect();
    town.settle();
    town.cut(one);
    town.cut(two);

    // Neither hears of the other, and they type it differently.
    let first = begin(&town, one, "");
    let second = begin(&town, two, "  ");
    assert_eq!(first, second);
    let see = |who: Who, lamp: usize| {
        town.at(who)
            .see_in_round(&first, lamps[lamp], town.time(who))
            .unwrap()
    };
    see(one, 0);
    see(one, 1);
    see(two, 1);
    see(two, 2);
    // The first one is done with their side, and says that the rest is not there.
    let (noted, _) = town.at(one).end_round(&first, town.time(one)).unwrap();
    assert_eq!(noted, 3);
    assert_eq!(counts(&town, one, &first), [0, 2, 3]);
    assert_eq!(counts(&town, two, &first), [3, 2, 0]);
    town.settle();
    for who in [desk, one, two] {
        assert_eq!(counts(&town, who, &first), [0, 3, 2], "the third was seen");
        let query = RoundQuery {
            round: first.clone(),
            part: RoundPart::NotFound,
            near: None,
            offset: 0,
            limit: 10,
        };
        let page = town.at(who).round_page(&query, town.time(who)).unwrap();
        let mut numbers: Vec<_> = page.rows.iter().map(|one| &one.row.number).collect();
        numbers.sort();
        assert_eq!(numbers, ["ΦΩΤ-4", "ΦΩΤ-5"]);
        assert!(page.rows.iter().all(|one| one.row.missing));
        let known = town.at(who).rounds(0, 10, town.time(who)).unwrap();
        assert_eq!(known.total, 1);
        assert_eq!(known.rows[0].by, ["Συνεργείο 1", "Συνεργείο 2"]);
    }
    town.check();

    // It is taken up again the next day, and the fourth was behind a van.
    town.pass_days(1);
    let again = town
        .at(two)
        .see_in_round(&first, lamps[3], town.time(two))
        .unwrap();
    assert!(!again.row.missing);
    town.settle();
    assert_eq!(counts(&town, desk, &first), [0, 4, 1]);
    town.check();
}
