#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use koina_model::assets::acts::{Added, Moved};
use koina_model::ids::{DocId, Time};
use koina_model::permits::Role;
use koina_model::rounds::Round;
use koina_model::words::Position;
use tempfile::TempDir;

use super::{RoundPart, RoundQuery};
use crate::replica::Replica;
use crate::replica::tests::somebody;
use crate::views::assets::AssetsQuery;
use crate::views::map::tests::at;

const NOW: Time = Time(1_795_244_400_000);
const LITOCHORO: &str = "11020101";

struct Street {
    replica: Replica,
    _folder: TempDir,
    round: Round,
}

impl Street {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let replica = somebody(&folder, Role::Crew);
        let (lists, author) = (replica.lists(), replica.author().unwrap());
        let round = Round::begin(LITOCHORO, "", "FOT", "Ερμού", &lists, &author, NOW).unwrap();
        Self {
            replica,
            _folder: folder,
            round,
        }
    }

    fn lamp(&self, number: &str, spot: &str, position: Option<Position>) -> DocId {
        self.asset("FOT", LITOCHORO, number, spot, position)
    }

    fn asset(
        &self,
        kind: &str,
        community: &str,
        number: &str,
        spot: &str,
        position: Option<Position>,
    ) -> DocId {
        let added = Added {
            kind,
            number,
            name: "",
            community,
            settlement: "",
            place_text: spot,
            position,
            note: "",
        };
        self.replica.add_asset(&added, None, None, NOW).unwrap()
    }

    fn numbers(&self, part: RoundPart, near: Option<Position>) -> Vec<String> {
        let query = RoundQuery {
            round: self.round.clone(),
            part,
            near,
            offset: 0,
            limit: 10,
        };
        let page = self.replica.round_page(&query, NOW).unwrap();
        assert_eq!(page.total as usize, page.rows.len());
        page.rows.into_iter().map(|one| one.row.number).collect()
    }

    fn counts(&self) -> [u32; 4] {
        let row = self.replica.round(&self.round, NOW).unwrap();
        [row.left, row.found, row.elsewhere, row.not_found]
    }
}

#[test]
fn what_is_left_comes_in_the_order_of_its_distance() {
    let street = Street::new();
    street.lamp("1", "Ερμού 1", Some(at(300.0)));
    street.lamp("2", "Ερμού 2", Some(at(20.0)));
    street.lamp("3", "Ερμού, άγνωστο πού", None);
    street.lamp("4", "Μητροπόλεως 4", Some(at(1.0)));
    assert_eq!(street.numbers(RoundPart::Left, None), ["1", "2", "3"]);
    assert_eq!(
        street.numbers(RoundPart::Left, Some(at(0.0))),
        ["2", "1", "3"]
    );
}

#[test]
fn what_is_found_elsewhere_is_told_and_is_at_home_once_the_register_says_so() {
    let street = Street::new();
    let here = street.lamp("1", "Ερμού 1", None);
    let away = street.asset("FOT", "11020201", "4", "πλατεία", None);
    let bin = street.asset("KAD", LITOCHORO, "5", "Ερμού 12", None);
    let see = |id| {
        let seen = street.replica.see_in_round(&street.round, id, NOW).unwrap();
        (seen.elsewhere, seen.again)
    };
    assert_eq!(see(here), (false, false));
    assert_eq!(see(away), (true, false));
    let changes = street.replica.pending().unwrap();
    assert_eq!(see(here), (false, true));
    assert_eq!(
        street.replica.pending().unwrap(),
        changes,
        "nothing is written twice"
    );
    // A thing of another type, where the register has it, is at home.
    assert_eq!(see(bin), (false, false));
    assert_eq!(street.counts(), [0, 2, 1, 0]);
    assert_eq!(street.numbers(RoundPart::Elsewhere, None), ["4"]);
    let moved = Moved {
        community: LITOCHORO,
        settlement: "",
        place_text: "Ερμού 4",
        position: None,
        note: "",
    };
    street.replica.move_asset(away, &moved, NOW).unwrap();
    assert_eq!(street.counts(), [0, 3, 0, 0]);
}

#[test]
fn a_long_end_goes_on_where_it_was_and_the_register_knows_what_is_missing() {
    let street = Street::new();
    let ids: Vec<DocId> = (1..=30)
        .map(|n| street.lamp(&n.to_string(), "Ερμού", None))
        .collect();
    let found = ids[29];
    street
        .replica
        .see_in_round(&street.round, found, NOW)
        .unwrap();
    let (noted, row) = street.replica.end_round(&street.round, NOW).unwrap();
    assert_eq!((noted, row.left), (25, 4), "stopped here, it is no loss");
    let (noted, row) = street.replica.end_round(&street.round, NOW).unwrap();
    assert_eq!((noted, row.left, row.not_found), (4, 0, 29));
    let missing = || {
        let query = AssetsQuery {
            missing: true,
            limit: 1,
            ..AssetsQuery::default()
        };
        street.replica.assets_page(&query).unwrap().total
    };
    assert_eq!(missing(), 29);
    let row = street.replica.asset_row(found).unwrap();
    assert_eq!((row.seen_at, row.missing), (Some(NOW), false));
    // It was behind the van.
    let later = NOW.plus_hours(1);
    street
        .replica
        .see_in_round(&street.round, ids[0], later)
        .unwrap();
    assert_eq!(missing(), 28);
    assert_eq!(street.counts(), [0, 2, 0, 28]);
    street.replica.rebuild_views().unwrap();
    assert_eq!(street.counts(), [0, 2, 0, 28]);
    let all = street.replica.rounds(0, 10, NOW).unwrap();
    assert_eq!((all.total, &all.rows[0].round), (1, &street.round));
}

#[test]
fn what_was_seen_by_mistake_is_left_to_be_looked_for() {
    let street = Street::new();
    let id = street.lamp("1", "Ερμού 1", None);
    street.lamp("2", "Ερμού 2", None);
    street.replica.see_in_round(&street.round, id, NOW).unwrap();
    assert_eq!(street.counts(), [1, 1, 0, 0]);
    let taken_back = street.replica.unsee_in_round(&street.round, id, NOW);
    let (mine, row) = taken_back.unwrap();
    assert_eq!((mine, row.left, row.found), (true, 2, 0));
    assert_eq!(street.replica.asset_row(id).unwrap().seen_at, None);
    // Taking back what nobody said writes nothing.
    let before = street.replica.pending().unwrap();
    let again = street.replica.unsee_in_round(&street.round, id, NOW);
    assert!(!again.unwrap().0);
    assert_eq!(street.replica.pending().unwrap(), before);
    street.replica.see_in_round(&street.round, id, NOW).unwrap();
    assert_eq!(street.counts(), [1, 1, 0, 0]);
}

#[test]
fn an_ended_round_of_another_day_does_not_look_for_what_was_put_up_since() {
    let street = Street::new();
    let id = street.lamp("1", "Ερμού 1", None);
    street.replica.see_in_round(&street.round, id, NOW).unwrap();
    let later = NOW.plus_hours(1);
    let added = |number| Added {
        kind: "FOT",
        number,
        name: "",
        community: LITOCHORO,
        settlement: "",
        place_text: "Ερμού 2",
        position: None,
        note: "",
    };
    street
        .replica
        .add_asset(&added("2"), None, None, later)
        .unwrap();
    // On its own day it belongs to the round, as the next day to another.
    assert_eq!(street.replica.round(&street.round, later).unwrap().left, 1);
    let next_day = NOW.plus_hours(24);
    assert_eq!(
        street.replica.round(&street.round, next_day).unwrap().left,
        0
    );
    // Nor when somebody takes it up again.
    let other = street.lamp("3", "Ερμού 3", None);
    street
        .replica
        .see_in_round(&street.round, other, next_day)
        .unwrap();
    assert_eq!(
        street.replica.round(&street.round, next_day).unwrap().left,
        0
    );
    let (lists, author) = (street.replica.lists(), street.replica.author().unwrap());
    let anew = Round::begin(LITOCHORO, "", "FOT", "Ερμού", &lists, &author, next_day);
    assert_eq!(
        street.replica.round(&anew.unwrap(), next_day).unwrap().left,
        3
    );
}
