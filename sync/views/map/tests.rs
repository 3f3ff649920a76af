use koina_model::assets::acts::Added;
use koina_model::ids::{DocId, Time};
use koina_model::permits::Role;
use koina_model::problem::{FieldRule, Problem};
use koina_model::requests::acts::Entered;
use koina_model::words::{Channel, Kind, Position};
use tempfile::TempDir;

use super::MapQuery;
use crate::replica::Replica;
use crate::replica::tests::somebody;

const NOW: Time = Time(1_795_244_400_000);
const LAT: f64 = 40.1;
const LON: f64 = 22.5;

pub(in crate::views) fn at(east_m: f64) -> Position {
    Position {
        lat: LAT,
        lon: LON + east_m / 85_000.0,
        accuracy_m: None,
    }
}

pub(in crate::views) fn lamp(replica: &Replica, position: Option<Position>) -> DocId {
    let added = Added {
        kind: "FOT",
        number: "ΦΩΤ-1",
        name: "",
        community: "11020101",
        settlement: "",
        place_text: "",
        position,
        note: "",
    };
    replica.add_asset(&added, None, None, NOW).unwrap()
}

fn report(replica: &Replica, position: Option<Position>, asset: Option<DocId>) -> DocId {
    let entered = Entered {
        category: "LGT-01",
        community: "11020101",
        settlement: "",
        place_text: "",
        position,
        asset,
        text: "",
        channel: Channel::Counter,
        register: false,
    };
    replica.enter_request(&entered, None, NOW).unwrap().0
}

fn frame(zoom: u8) -> MapQuery {
    MapQuery {
        west: 22.0,
        south: 39.9,
        east: 23.0,
        north: 40.3,
        zoom,
        requests: true,
        assets: true,
        kind: String::new(),
    }
}

#[test]
fn what_lies_close_is_drawn_as_one_until_somebody_comes_closer() {
    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Admin);
    for n in 0..10 {
        lamp(&replica, Some(at(f64::from(n) * 20.0)));
    }
    lamp(&replica, None);
    let far = replica.map_points(&frame(10), NOW).unwrap();
    assert_eq!((far.total, far.points.len()), (10, 0));
    let counts: u32 = far.clusters.iter().map(|one| one.count).sum();
    assert!(far.clusters.len() <= 2 && counts == 10);
    let near = replica.map_points(&frame(18), NOW).unwrap();
    assert_eq!((near.points.len(), near.clusters.len()), (10, 0));
    assert!(
        near.points
            .iter()
            .all(|one| one.what == Kind::Asset && one.number == "ΦΩΤ-1")
    );
    let none = MapQuery {
        kind: "KAD".to_owned(),
        ..frame(18)
    };
    assert_eq!(replica.map_points(&none, NOW).unwrap().total, 0);
}

#[test]
fn a_request_without_a_position_is_where_its_lamp_is_and_others_are_counted() {
    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Admin);
    let lamp = lamp(&replica, Some(at(0.0)));
    let about_lamp = report(&replica, None, Some(lamp));
    report(&replica, None, None);
    let own = report(&replica, Some(at(500.0)), Some(lamp));
    let found = replica.map_points(&frame(18), NOW).unwrap();
    assert_eq!((found.total, found.unplaced), (3, 1));
    let place = |id| found.points.iter().find(|one| one.id == id).unwrap();
    assert_eq!(place(about_lamp).lon, place(lamp).lon);
    assert!(place(own).lon > place(lamp).lon);
    assert_eq!(place(lamp).open_requests, 2);
    let outside = MapQuery {
        west: 23.0,
        east: 24.0,
        ..frame(18)
    };
    assert_eq!(replica.map_points(&outside, NOW).unwrap().total, 0);
}

#[test]
fn a_frame_that_is_none_is_refused() {
    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Admin);
    for bad in [
        MapQuery {
            west: f64::NAN,
            ..frame(3)
        },
        MapQuery {
            west: 24.0,
            ..frame(3)
        },
        MapQuery {
            north: f64::INFINITY,
            ..frame(3)
        },
    ] {
        assert!(replica.map_points(&bad, NOW).is_err());
    }
    replica.map_points(&frame(255), NOW).unwrap();
}

#[test]
fn a_position_says_which_village_is_near_and_where_the_municipality_ends() {
    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Crew);
    let place = replica.place_at("40.1031, 22.5028").unwrap();
    assert_eq!(place.settlement, "1102010101");
    assert!(place.metres < 1_000, "{}", place.metres);
    let grid = place.egsa87.unwrap();
    let same = replica
        .place_at(&format!("{} {}", grid.east, grid.north))
        .unwrap();
    assert!((same.position.lat - 40.1031).abs() < 2e-6);
    let refused = |typed: &str, rule| {
        assert_eq!(
            replica.place_at(typed),
            Err(Problem::field("position", rule)),
            "{typed}"
        );
    };
    refused("38.2 21.7", FieldRule::OutsideMunicipality);
    refused("Λιτόχωρο", FieldRule::NotANumber);
    refused("", FieldRule::NotANumber);
}

#[test]
fn an_asset_is_found_by_its_tag_wherever_numbers_are_asked_for() {
    use crate::views::assets::AssetsQuery;
    use koina_model::tags::Tag;

    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Admin);
    let (one, other) = (lamp(&replica, None), lamp(&replica, None));
    let tag = Tag::of(271_828_182_845);
    replica.link_tag(one, Some(tag), NOW).unwrap();
    let taken = replica.link_tag(other, Some(tag), NOW).unwrap_err();
    assert_eq!(taken.to_problem(), Problem::TagTaken { asset: one });
    for typed in [tag.to_string(), tag.in_words()] {
        assert_eq!(replica.tagged(&typed).unwrap()[0].id, one, "{typed}");
        let query = AssetsQuery {
            search: typed,
            limit: 10,
            ..AssetsQuery::default()
        };
        let page = replica.assets_page(&query).unwrap();
        assert_eq!((page.total, page.rows[0].id), (1, one));
    }
    replica.link_tag(one, None, NOW).unwrap();
    assert!(replica.tagged(&tag.to_string()).unwrap().is_empty());
    replica.link_tag(other, Some(tag), NOW).unwrap();
    assert_eq!(replica.bearing(tag).unwrap()[0].id, other);
}

#[test]
fn what_was_moved_is_not_where_it_was() {
    use koina_model::assets::acts::Moved;

    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Admin);
    let id = lamp(&replica, Some(at(0.0)));
    let moved = Moved {
        community: "11020101",
        settlement: "",
        place_text: "αποθήκη",
        position: None,
        note: "",
    };
    replica.move_asset(id, &moved, NOW).unwrap();
    assert_eq!(replica.asset_card(id, NOW).unwrap().position, None);
    assert_eq!(replica.map_points(&frame(18), NOW).unwrap().total, 0);
}
