//! A crew without network for a month, on a tablet whose battery dies again and again.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use koina_disk as disk;
use koina_model::assets::acts::Added;
use koina_model::ids::{DocId, Time};
use koina_model::requests::acts::{Entered, Step};
use koina_model::words::Saved;
use koina_sync::replica::{Ids, Replica};
use koina_sync::views::outbox::OutboxQuery;
use koina_tests::town::{LITOCHORO, Town, lamp};

use super::told::{all, application, request};

const JOBS: usize = 200;
const ASSETS: usize = 50;
/// Saves of the whole month: each job is started, gets material, and is done.
const SAVES: usize = JOBS * 3 + ASSETS;

/// The crew's month, as a process of its own that may be killed at any moment. What is done is known from the replica
/// alone, so a killed process goes on where the last durable save left it.
#[test]
fn the_crews_month_in_a_process_of_its_own() {
    let Ok(path) = std::env::var("KOINA_TEST_CREW_REPLICA") else {
        return;
    };
    let begin = Time(
        std::env::var("KOINA_TEST_CREW_TIME")
            .unwrap()
            .parse()
            .unwrap(),
    );
    let seed = std::env::var("KOINA_TEST_CREW_SEED")
        .unwrap()
        .parse()
        .unwrap();
    let replica =
        Replica::open_with(std::path::Path::new(&path), begin, Ids::Seeded(seed)).unwrap();
    let done = |replica: &Replica| {
        usize::try_from(replica.outbox_page(&OutboxQuery::default()).unwrap().total).unwrap()
    };
    loop {
        let n = done(&replica);
        if n >= SAVES {
            return;
        }
        let now = Time(begin.0 + i64::try_from(n).unwrap() * 4_000_000);
        month_step(&replica, n, now);
        // Tell the parent only what is durable.
        println!("saved {}", n + 1);
    }
}

fn month_step(replica: &Replica, n: usize, now: Time) {
    if n < JOBS * 3 {
        let jobs: Vec<DocId> = replica.doc_ids().unwrap();
        let id = jobs[n / 3 % jobs.len()];
        let step = match n % 3 {
            0 => Step::Start { team: &[] },
            1 => Step::Material {
                name: "Λάμπα LED",
                quantity: "1",
                unit: "τεμ",
            },
            _ => Step::Done {
                note: "έγινε",
                no_photos: "",
            },
        };
        replica.record_work(id, &step, now).unwrap();
    } else {
        let number = format!("ΝΕΟ-{n}");
        let added = Added {
            kind: "FOT",
            number: &number,
            name: "",
            community: LITOCHORO,
            settlement: "",
            place_text: "",
            position: None,
            note: "",
        };
        replica.add_asset(&added, Some(1), None, now).unwrap();
    }
}

#[test]
fn a_month_without_network_and_a_dying_battery_lose_nothing() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Συνεργείο βουνού", "light", &[LITOCHORO]);
    let ids: Vec<DocId> = (0..JOBS)
        .map(|n| {
            if n % 10 == 0 {
                application(&town, desk, LITOCHORO, &format!("Εργασία {n}")).0
            } else {
                request(&town, desk, LITOCHORO, &format!("Εργασία {n}"))
            }
        })
        .collect();
    town.settle();
    town.cut(crew);

    let mut kills = 0;
    let mut promised = 0;
    for round in 0_u64.. {
        // The battery dies some moments after so many saves, different each time.
        let saves = 5 + usize::try_from(round * 37 % 31).unwrap();
        let (saved, finished) = live(&town, crew, round, saves);
        promised = promised.max(saved);
        kills += usize::from(!finished);
        if finished {
            break;
        }
    }
    assert!(kills >= 20, "only {kills} kills hit the month");
    town.pass_days(30);
    town.reopen(crew);
    let held = town.at(crew).pending().unwrap().waiting;
    assert!(
        usize::try_from(held).unwrap() >= promised,
        "promised {promised}, held {held}"
    );
    assert_eq!(usize::try_from(held).unwrap(), SAVES);

    town.settle();
    let rows = all(&town, desk);
    assert_eq!(
        rows.iter().filter(|row| !row.open).count(),
        JOBS,
        "every job is done at the town hall"
    );
    assert!(rows.iter().all(|row| row.saved == Saved::Received));
    let assets = town
        .at(desk)
        .assets_page(&koina_sync::views::assets::AssetsQuery {
            limit: 200,
            ..Default::default()
        })
        .unwrap();
    assert_eq!(usize::try_from(assets.total).unwrap(), ASSETS);
    for id in ids.iter().take(5) {
        let case = town.at(desk).request_case(*id, town.now()).unwrap();
        let told: Vec<&str> = case
            .timeline
            .iter()
            .map(|row| row.what.as_str())
            .filter(|what| *what != "protocolled")
            .collect();
        assert_eq!(told, vec!["received", "started", "material", "done"]);
    }
    let numbers: std::collections::BTreeSet<String> = rows
        .iter()
        .filter_map(|row| row.protocol_number.clone())
        .collect();
    assert_eq!(numbers.len(), JOBS / 10, "numbers given once");
    println!("{kills} kills, 0 lost");
}

/// Lets the crew's process live until it has promised so many saves, then kills it in the middle of the next;
/// gives the last save it promised and whether it finished first.
fn live(town: &Town, crew: koina_tests::town::Who, round: u64, saves: usize) -> (usize, bool) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "--exact",
            "journeys::dead_zone::the_crews_month_in_a_process_of_its_own",
            "--nocapture",
        ])
        .env("KOINA_TEST_CREW_REPLICA", town.path(crew))
        .env("KOINA_TEST_CREW_TIME", town.now().0.to_string())
        .env("KOINA_TEST_CREW_SEED", (round + 1_000).to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let mut promised = 0;
    let mut heard = 0;
    for line in lines {
        if let Some(saved) = line
            .strip_prefix("saved ")
            .and_then(|saved| saved.parse().ok())
        {
            promised = saved;
            heard += 1;
            if heard == saves {
                let _ = child.kill();
            }
        }
    }
    (promised, child.wait().unwrap().success())
}

#[test]
fn what_was_typed_survives_a_crash_of_the_window_and_of_the_app() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let typed = r#"{"text":"Έσπασε ο αγωγός στην","community":"11020101"}"#;
    town.at(desk)
        .save_draft("enter", typed, town.now())
        .unwrap();
    town.reopen(desk);
    assert_eq!(
        town.at(desk).draft("enter").unwrap().as_deref(),
        Some(typed)
    );
    // Handing it in drops the draft in the same tx; a refused try keeps it.
    let entered = Entered {
        category: "",
        ..lamp("Έσπασε")
    };
    assert!(
        town.at(desk)
            .enter_request(&entered, Some("enter"), town.now())
            .is_err()
    );
    assert_eq!(
        town.at(desk).draft("enter").unwrap().as_deref(),
        Some(typed)
    );
    town.at(desk)
        .enter_request(
            &Entered {
                category: "WAT-01",
                ..entered
            },
            Some("enter"),
            town.time(desk),
        )
        .unwrap();
    assert_eq!(town.at(desk).draft("enter").unwrap(), None);
    town.settle();
}

#[test]
fn an_unreadable_file_is_set_aside_and_the_records_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("replica.sqlite");
    std::fs::write(
        &path,
        b"this is not a database, it is what a dying flash chip left behind",
    )
    .unwrap();
    let replica = Replica::open(&path, Time(7)).unwrap();
    let aside = replica.set_aside().unwrap().to_owned();
    assert!(
        std::fs::read(&aside).unwrap().starts_with(b"this is not"),
        "nothing is deleted"
    );
    assert_eq!(replica.doc_ids().unwrap(), vec![]);
}

#[test]
fn a_disk_that_cannot_be_read_for_a_moment_costs_nobody_their_records() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("replica.sqlite");
    drop(Replica::open(&path, Time(7)).unwrap());
    // SQLite says the same of a medium that gave no bytes as of bytes that are no database.
    for after in 0..40 {
        let plan = disk::Plan {
            kind: disk::Kind::Medium,
            after,
            times: 1,
        };
        let failing = disk::arm(&path, plan);
        match Replica::open(&path, Time(8)) {
            Ok(replica) => assert_eq!(replica.set_aside(), None, "after {after} reads"),
            // It says so, and the next start finds everything.
            Err(failure) => assert_eq!(failing.failed(), 1, "{failure}"),
        }
    }
    assert_eq!(Replica::open(&path, Time(9)).unwrap().set_aside(), None);
}
