//! A visitor reads the number on a pole, and the kiosk knows where it stands, and nothing else about it.

use koina_model::assets::acts::Added;
use koina_model::contacts::Contact;
use koina_model::ids::DocId;
use koina_model::permits::Role;
use koina_model::requests::acts::Entered;
use koina_model::words::Channel;
use koina_sync::views::tagged::Tagged;
use koina_tests::town::{DION, LITOCHORO, Town, Who};

const HARBOUR: &str = "1102010103";

fn lamp(town: &Town, who: Who, number: &str, community: &str, settlement: &str) -> DocId {
    let added = Added {
        kind: "FOT",
        number,
        name: "στου Παπαδόπουλου",
        community,
        settlement,
        place_text: "έξω από το σπίτι του Παπαδόπουλου",
        position: None,
        note: "το κλειδί στον Παπαδόπουλο",
    };
    let now = town.time(who);
    town.at(who).add_asset(&added, Some(2), None, now).unwrap()
}

fn numbers(found: &[Tagged]) -> Vec<&str> {
    found.iter().map(|one| one.number.as_str()).collect()
}

#[test]
fn the_number_on_a_pole_says_where_it_stands_and_nothing_else() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let kiosk = town.device("Κιόσκι", Role::Kiosk, None, &[LITOCHORO]);
    let meant = lamp(&town, desk, "ΦΩΤ-0317", LITOCHORO, HARBOUR);
    lamp(&town, desk, "ΦΩΤ-1317", LITOCHORO, "");
    lamp(&town, desk, "ΦΩΤ-0900", DION, "");
    let gone = lamp(&town, desk, "ΦΩΤ-0500", LITOCHORO, "");
    let now = town.time(desk);
    town.at(desk).retire_asset(gone, "έπεσε", now).unwrap();
    town.settle();
    let find = |typed: &str| town.at(kiosk).tagged(typed).unwrap();
    for typed in ["ΦΩΤ-0317", "φωτ 0317", "0317", "317"] {
        assert_eq!(numbers(&find(typed)), ["ΦΩΤ-0317"], "{typed}");
    }
    let found = find("317");
    assert_eq!(found[0].id, meant);
    assert_eq!(found[0].settlement, HARBOUR);
    assert!(!format!("{found:?}").contains("Παπαδόπουλο"));
    for nothing in ["", "ΦΩΤ", "ΦΩΤ-03", "31", "500", "900", "' OR 1=1 --"] {
        assert!(find(nothing).is_empty(), "{nothing}");
    }
    town.check();
}

#[test]
fn a_report_about_a_pole_reaches_the_desk_with_its_place() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let kiosk = town.device("Κιόσκι", Role::Kiosk, None, &[]);
    let meant = lamp(&town, desk, "ΦΩΤ-0317", LITOCHORO, HARBOUR);
    town.settle();
    let entered = Entered {
        category: "LGT-01",
        community: LITOCHORO,
        settlement: HARBOUR,
        place_text: "",
        position: None,
        asset: Some(meant),
        text: "",
        channel: Channel::Kiosk,
        register: true,
    };
    let now = town.time(kiosk);
    let contact = Contact::default();
    let reported = town.at(kiosk).report(&entered, &contact, now).unwrap();
    town.settle();
    let case = town.at(desk).request_case(reported.id, now).unwrap();
    assert_eq!(case.row.settlement, HARBOUR);
    assert_eq!(case.asset.unwrap().number, "ΦΩΤ-0317");
    town.check();
}
