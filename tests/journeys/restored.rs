//! The server is lost and yesterday's backup is all there is of it. What came after it comes back from the devices.

use std::collections::BTreeMap;

use koina_model::exchange::{Refusal, Verdict};
use koina_model::ids::DocId;
use koina_model::permits::{Permit, Role};
use koina_model::problem::Problem;
use koina_model::requests::acts::{Edited, Step};
use koina_model::words::Outcome;
use koina_server::log::AnyLog;
use koina_tests::town::{DION, LEPTOKARYA, LITOCHORO, Town, Who};

use super::told::{all, application, asset, push, request, work};
use super::two_servers::fresh_database;

/// The protocol number of each record, as one party sees it.
fn numbers(town: &Town, who: Who) -> BTreeMap<DocId, Option<String>> {
    all(town, who)
        .into_iter()
        .map(|row| (row.id, row.protocol_number))
        .collect()
}

fn heads(town: &Town, who: Who, id: DocId) -> Vec<[u8; 32]> {
    town.at(who).doc(id).unwrap().heads()
}

fn step<'a>(text: &'a str) -> Step<'a> {
    Step::Note { text }
}

/// A day after the backup that nobody may lose, a restore, and everybody coming back one by one.
fn drill(mut town: Town, empty: impl FnOnce(&Town) -> AnyLog) {
    let hall = town.desk("Δημαρχείο");
    let kep = town.device("ΚΕΠ", Role::Clerk, None, &[]);
    let light = town.crew("Ηλεκτροφωτισμός", "light", &[LITOCHORO, LEPTOKARYA]);
    let water = town.crew("Ύδρευση", "water", &[DION]);
    let mut old = Vec::new();
    for n in 0..6 {
        old.push(application(&town, kep, LITOCHORO, &format!("Αίτηση {n}")).0);
        request(&town, kep, DION, &format!("Βλάβη {n}"));
    }
    town.settle();
    town.settle();
    town.pass_ms(3_600_000);
    let backup = town.back_up("backup");

    // After the backup: numbers are given, work is done, records begin, one crew's tablet falls into the sea.
    town.pass_ms(3_600_000);
    let mut fresh = Vec::new();
    for n in 6..9 {
        fresh.push(application(&town, kep, LITOCHORO, &format!("Αίτηση {n}")).0);
    }
    town.exchange(kep).unwrap();
    town.exchange(light).unwrap();
    work(&town, light, old[0], &step("άλλαξε η λάμπα"));
    work(&town, light, fresh[0], &step("είδαμε"));
    asset(&town, light, LEPTOKARYA, "Λ-7");
    let drowned = request(&town, water, DION, "Σπασμένος αγωγός");
    town.exchange(water).unwrap();
    town.exchange(kep).unwrap();
    // The desks have not heard of this; the server has acknowledged it.
    town.exchange(light).unwrap();
    town.exchange(hall).unwrap();
    town.exchange(kep).unwrap();
    work(&town, light, fresh[1], &step("μόνο ο διακομιστής το ξέρει"));
    town.exchange(light).unwrap();
    assert_eq!(town.at(light).pending().unwrap().waiting, 0, "acknowledged");
    town.lose(water);
    let numbers_before = numbers(&town, kep);
    let at_light: Vec<_> = fresh.iter().map(|id| heads(&town, light, *id)).collect();

    let log = empty(&town);
    town.pass_ms(60_000);
    town.restore(&backup, log);

    // A crew comes first, then the other desk with something new, which gets no number as long as ΚΕΠ is awaited.
    town.exchange(light).unwrap();
    let (later, _) = application(&town, hall, LITOCHORO, "Νέα αίτηση");
    town.exchange(hall).unwrap();
    town.exchange(hall).unwrap();
    assert_eq!(numbers(&town, hall)[&later], None, "ΚΕΠ is awaited");
    town.exchange(kep).unwrap();
    town.settle();
    town.settle();

    for who in [kep, hall] {
        let now = numbers(&town, who);
        for (id, number) in &numbers_before {
            assert_eq!(now.get(id), Some(number), "the number on paper stands");
        }
        let last = now[&later].clone().unwrap();
        assert!(last.starts_with("10/"), "the next number, once: {last}");
        assert!(now.contains_key(&drowned), "the drowned tablet's record");
    }
    for (id, heads_before) in fresh.iter().zip(at_light) {
        assert_eq!(
            heads(&town, kep, *id),
            heads_before,
            "work of the last hour"
        );
    }
    // And life goes on.
    work(&town, light, later, &step("και αυτό"));
    town.settle();
    assert_eq!(heads(&town, hall, later), heads(&town, light, later));
}

#[test]
fn a_lost_server_gets_back_from_the_devices_what_came_after_its_backup() {
    drill(Town::new(), |town| town.empty_log("restored.sqlite"));
}

#[test]
fn the_same_on_postgresql() {
    let (Some(url), Some(empty)) = (fresh_database(), fresh_database()) else {
        return;
    };
    let town = Town::with_log(|runtime, _| runtime.block_on(AnyLog::open_postgres(&url)).unwrap());
    drill(town, move |town| {
        town.block_on(AnyLog::open_postgres(&empty)).unwrap()
    });
}

#[test]
fn from_postgresql_to_a_file_of_its_own() {
    let Some(url) = fresh_database() else { return };
    let town = Town::with_log(|runtime, _| runtime.block_on(AnyLog::open_postgres(&url)).unwrap());
    drill(town, |town| town.empty_log("restored.sqlite"));
}

#[test]
fn restored_twice_from_backups_of_two_days() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let light = town.crew("Ηλεκτροφωτισμός", "light", &[LITOCHORO]);
    let mut ids = Vec::new();
    let mut backups = Vec::new();
    for day in 0..3 {
        ids.push(application(&town, desk, LITOCHORO, &format!("Ημέρα {day}")).0);
        work(&town, desk, ids[0], &step(&format!("σημείωση {day}")));
        town.settle();
        backups.push(town.back_up(&format!("backup-{day}")));
        town.pass_days(1);
    }
    let before = numbers(&town, desk);
    for (n, day) in [1, 0].into_iter().enumerate() {
        town.pass_ms(60_000);
        let log = town.empty_log(&format!("restored-{n}.sqlite"));
        town.restore(&backups[day], log);
        town.exchange(desk).unwrap();
        // One device sleeps through the second restore.
        if n == 1 {
            town.exchange(light).unwrap();
        }
    }
    town.settle();
    town.settle();
    assert_eq!(numbers(&town, desk), before);
}

#[test]
fn nobody_gains_a_permit_by_bringing_what_others_wrote() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let light = town.crew("Ηλεκτροφωτισμός", "light", &[LITOCHORO]);
    let id = request(&town, desk, LITOCHORO, "Σβηστή λάμπα");
    town.settle();
    let backup = town.back_up("backup");
    town.at(desk)
        .close_request(id, &Outcome::Resolved, "", town.time(desk))
        .unwrap();
    let (_, closing) = town.at(desk).doc(id).unwrap().chunks_by().pop().unwrap();
    let refused = |reason| Verdict::Refused { reason };
    assert_eq!(
        push(&town, light, id, true, closing.bytes.clone()),
        refused(Refusal::WrongActor),
        "a server that was never restored takes nothing for others"
    );
    town.exchange(desk).unwrap();

    let log = town.empty_log("restored.sqlite");
    town.restore(&backup, log);
    assert_eq!(
        push(&town, light, id, true, closing.bytes.clone()),
        refused(Refusal::NotAllowed {
            needs: Permit::CloseRequests
        }),
        "a crew closes no request in the desk's name"
    );
    assert!(matches!(
        push(&town, desk, id, true, closing.bytes),
        Verdict::Accepted { .. }
    ));
    let audit = town.block_on(town.server().log.verify_audit()).unwrap();
    assert!(audit.changes >= 2);
    town.settle();
}

#[test]
fn a_revoked_device_hands_over_again_what_the_server_lost() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let light = town.crew("Ηλεκτροφωτισμός", "light", &[LITOCHORO]);
    town.settle();
    let id = request(&town, light, LITOCHORO, "Πριν από την ανάκληση");
    let device = town.at(light).identity().unwrap().device;
    let revoke = format!("/v1/devices/{device}/revoke");
    let _: serde_json::Value = town.ask(desk, "POST", &revoke, Vec::new()).unwrap();
    let backup = town.back_up("backup");
    // Handed over, acknowledged, heard by nobody; then the server is lost.
    assert_eq!(town.exchange(light), Err(Problem::Revoked));
    town.pass_ms(60_000);
    let log = town.empty_log("restored.sqlite");
    town.restore(&backup, log);
    assert_eq!(town.exchange(light), Err(Problem::Revoked));
    town.settle();
    assert!(numbers(&town, desk).contains_key(&id));
}

#[test]
fn what_only_a_crew_of_another_place_holds_comes_back_after_a_restore() {
    let mut town = Town::new();
    let hall = town.desk("Δημαρχείο");
    let water = town.crew("Ύδρευση", "water", &[LITOCHORO]);
    let roads = town.crew("Οδοποιία", "roads", &[LEPTOKARYA]);
    let backup = town.back_up("backup");
    let id = request(&town, water, LITOCHORO, "Σπασμένος αγωγός");
    town.exchange(water).unwrap();
    town.exchange(hall).unwrap();
    let moved = Edited {
        place: Some((LEPTOKARYA, "")),
        ..Edited::default()
    };
    let now = town.time(hall);
    town.at(hall).edit_request(id, &moved, now).unwrap();
    town.exchange(hall).unwrap();
    // The crew that had it has not heard of the move; what it writes is accepted, and the record leaves it.
    work(&town, water, id, &step("το είδαμε"));
    town.exchange(water).unwrap();
    town.exchange(roads).unwrap();
    work(&town, roads, id, &step("το κάναμε"));

    let log = town.empty_log("restored.sqlite");
    town.pass_ms(60_000);
    town.restore(&backup, log);
    town.settle();
    town.settle();
    // Dropping the town asserts that nothing waits unexplained and that all replicas agree.
}

#[test]
fn work_on_a_record_that_left_its_device_comes_back_after_a_restore() {
    let mut town = Town::new();
    let hall = town.desk("Δημαρχείο");
    let crew = town.crew("Ηλεκτροφωτισμός", "light", &[LITOCHORO]);
    let id = request(&town, hall, LITOCHORO, "Σβηστή λάμπα");
    town.settle();
    let backup = town.back_up("backup");

    // Handed over, heard by nobody else; then the crew works elsewhere, and the record leaves it.
    work(&town, crew, id, &step("άλλαξε η λάμπα"));
    town.exchange(crew).unwrap();
    town.change_purpose(hall, crew, Role::Crew, &[DION])
        .unwrap();
    town.exchange(crew).unwrap();
    assert!(!town.at(crew).doc_ids().unwrap().contains(&id));

    town.pass_ms(60_000);
    let log = town.empty_log("restored.sqlite");
    town.restore(&backup, log);
    town.party_mut(crew).communities = vec![LITOCHORO.to_owned()];
    town.exchange(crew).unwrap();
    // By the backup the crew works where it did before: it goes on with the record, after what it wrote then.
    work(&town, crew, id, &step("και ο λαμπτήρας"));
    town.settle();
    let now = town.now();
    let told = serde_json::to_string(&town.at(hall).request_case(id, now).unwrap().timeline);
    for text in ["άλλαξε η λάμπα", "και ο λαμπτήρας"] {
        assert_eq!(told.as_ref().unwrap().matches(text).count(), 1, "{text}");
    }
}

#[test]
fn a_record_that_left_its_device_leaves_again_once_a_restored_server_has_it() {
    let mut town = Town::new();
    let hall = town.desk("Δημαρχείο");
    let crew = town.crew("Ηλεκτροφωτισμός", "light", &[LITOCHORO, DION]);
    let id = request(&town, hall, LITOCHORO, "Σβηστή λάμπα");
    town.settle();
    town.change_purpose(hall, crew, Role::Crew, &[DION])
        .unwrap();
    let backup = town.back_up("backup");
    // Written before the crew heard that it works elsewhere.
    work(&town, crew, id, &step("άλλαξε η λάμπα"));
    town.exchange(crew).unwrap();
    assert!(!town.at(crew).doc_ids().unwrap().contains(&id));

    town.pass_ms(60_000);
    let log = town.empty_log("restored.sqlite");
    town.restore(&backup, log);
    town.exchange(crew).unwrap();
    // The restored server knows that the crew heard of its new places, so the desk has a look.
    let kept = town.kept(hall).unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].reason, Refusal::OutOfScope.code());
    town.take_over(hall, vec![kept[0].change.clone()]).unwrap();
    town.settle();
    assert!(!town.at(crew).doc_ids().unwrap().contains(&id));
    assert_eq!(town.at(crew).pending().unwrap().waiting, 0);
    let now = town.now();
    let told = serde_json::to_string(&town.at(hall).request_case(id, now).unwrap().timeline);
    assert_eq!(told.unwrap().matches("άλλαξε η λάμπα").count(), 1);
}

#[test]
fn a_desk_that_is_revoked_right_after_it_heard_of_a_restore_has_brought_its_numbers() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let other = town.device("ΚΕΠ", Role::Clerk, None, &[]);
    town.settle();
    let (id, _) = application(&town, other, LITOCHORO, "Βεβαίωση");
    let backup = town.back_up("backup");
    town.exchange(other).unwrap();
    let number = |town: &Town, who: Who| {
        let case = town.at(who).request_case(id, town.now()).unwrap();
        case.row.protocol_number.unwrap()
    };
    let on_paper = number(&town, other);
    town.restore_file(&backup);
    // One exchange, as the app makes them: it hears of the restore, hands over what the backup lacks, and its numbers.
    town.exchange(other).unwrap();
    let device = town.at(other).identity().unwrap().device;
    let path = format!("/v1/devices/{device}/revoke");
    let _: serde_json::Value = town.ask(desk, "POST", &path, Vec::new()).unwrap();
    // Over the end of a year, when a number given anew would be another.
    town.pass_days(90);
    for _ in 0..3 {
        town.exchange(desk).unwrap();
    }
    assert_eq!(number(&town, desk), on_paper);
}
