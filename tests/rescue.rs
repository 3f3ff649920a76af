//! Whoever has a device that does not come up, a terminal and its PIN takes what waits on it to the town hall as a courier file.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use koina_commands::{Rescue, RescueDone, rescue};
use koina_model::ids::{DocId, Time};
use koina_model::permits::Role;
use koina_model::problem::Problem;
use koina_sync::vault::NoKeyStore;
use koina_tests::installed::{Device, ask};
use koina_tests::served::{Served, now, on_file, serve};
use koina_tests::town::lamp;
use koina_tests::village::Village;
use serde_json::json;
use tempfile::TempDir;

const PIN: &str = "482913-λεύκα";

/// A device with two people and a finding that was not sent; its folder, and what the finding is.
async fn stranded(served: &Served) -> (Device, DocId) {
    let device = Device::enrolled(served, Role::Crew).await;
    for (old, name, pin) in [("", "Νίκος", PIN), (PIN, "Μαρία", "771-δεύτερη")] {
        let person = json!({ "old": old, "name": name, "pin": pin });
        ask(&device.app, "person_add", person).await.unwrap();
    }
    let replica = &device.app.replica;
    let (id, _) = replica
        .enter_request(&lamp("Σβηστή στη στροφή"), None, now())
        .unwrap();
    (device, id)
}

fn names(folder: &Path) -> Vec<PathBuf> {
    let all = std::fs::read_dir(folder).unwrap();
    all.map(|file| file.unwrap().path()).collect()
}

fn tried(
    replica: &Path,
    to: &Path,
    person: Option<&str>,
    pin: &str,
    at: Time,
) -> Result<RescueDone, Problem> {
    let ask = Rescue {
        replica: replica.to_owned(),
        file: None,
        to: to.to_owned(),
        person: person.map(str::to_owned),
    };
    rescue(&ask, Arc::new(NoKeyStore), at, |_| Ok(pin.to_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_pin_and_no_window_what_waits_is_written_for_the_town_hall() {
    let served = serve(on_file, &Village::new(7, now())).await;
    let (device, id) = stranded(&served).await;
    let path = device.path();
    let Device { folder, app } = device;
    drop(app);
    let stick = TempDir::new().unwrap();
    let to = stick.path();
    let whose = tried(&path, to, None, PIN, now()).unwrap_err();
    assert!(matches!(whose, Problem::BadInput { .. }), "{whose:?}");
    let wrong = tried(&path, to, Some("Νίκος"), "482913-λευκά", now());
    assert_eq!(wrong.unwrap_err(), Problem::WrongPin);
    assert_eq!(names(to), Vec::<PathBuf>::new(), "nothing stays");
    let done = tried(&path, to, Some("Νίκος"), PIN, now()).unwrap();
    assert!(done.whole && done.unsent == 1, "{done:?}");
    assert_eq!(names(to), std::slice::from_ref(&done.path), "and no copy");
    let file = std::fs::read(&done.path).unwrap();
    let town = &served.app.town;
    koina_server::courier::answer(town, file, now())
        .await
        .unwrap();
    let taken = town.log.audited(0).await.unwrap();
    let taken = taken.iter().find(|row| row.what == "change.accepted");
    assert_eq!(taken.unwrap().said.doc, Some(id), "it is in the log");
    drop(folder);
}
