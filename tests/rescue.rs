//! Whoever has a device that does not come up, a terminal and its PIN takes what waits on it to the town hall as a courier file.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use koina_commands::{Rescue, RescueDone, Terminal, rescue};
use koina_model::ids::{DocId, Time};
use koina_model::permits::Role;
use koina_model::photos::{FileHash, FileState};
use koina_model::problem::Problem;
use koina_sync::vault::NoKeyStore;
use koina_tests::installed::{Device, ask};
use koina_tests::pictures::{camera, take};
use koina_tests::served::{Served, now, on_file, serve};
use koina_tests::town::lamp;
use koina_tests::village::Village;
use serde_json::json;
use tempfile::TempDir;

const PIN: &str = "482913-λεύκα";

/// A device with two people and a finding that was not sent; its folder, and what the finding is.
async fn stranded(served: &Served) -> (Device, DocId) {
    let device = Device::enrolled(served, Role::Crew).await;
    assert_eq!(pin(served).await, Some(false), "whoever finds it reads it");
    for (old, name, pin) in [("", "Νίκος", PIN), (PIN, "Μαρία", "771-δεύτερη")] {
        let person = json!({ "old": old, "name": name, "pin": pin });
        ask(&device.app, "person_add", person).await.unwrap();
    }
    device.app.exchanger.exchange().await.unwrap();
    let replica = &device.app.replica;
    let (id, _) = replica
        .enter_request(&lamp("Σβηστή στη στροφή"), None, now())
        .unwrap();
    take(replica, id, &camera(1, 640, 480));
    (device, id)
}

/// Whether the device said that it opens with a PIN.
async fn pin(served: &Served) -> Option<bool> {
    let unsent = served.app.town.log.unsent().await.unwrap();
    let (unsent, _) = unsent.values().next().unwrap();
    unsent.pin
}

fn names(folder: &Path) -> Vec<PathBuf> {
    let all = std::fs::read_dir(folder).unwrap();
    all.map(|file| file.unwrap().path()).collect()
}

/// Somebody who types a PIN.
struct Typist {
    pin: String,
    told: Vec<String>,
}

impl Terminal for Typist {
    fn pin(&mut self, _: &str) -> std::io::Result<String> {
        Ok(format!("{}\n", self.pin))
    }

    fn people(&mut self, names: &[String]) {
        self.told = names.to_vec();
    }

    fn waits(&mut self, _: u32) {
        panic!("nobody has to wait");
    }
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
    let mut typist = Typist {
        pin: pin.to_owned(),
        told: Vec::new(),
    };
    let done = rescue(&ask, Arc::new(NoKeyStore), at, &mut typist);
    match (done, typist.told.as_slice()) {
        (Err(Problem::BadInput { .. }), names) => {
            assert_eq!(names, ["Νίκος", "Μαρία"]);
            Err(Problem::NotFound)
        }
        (done, _) => done,
    }
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
    assert_eq!(whose, Problem::NotFound, "two people have a PIN");
    // One that was cut short left its copy.
    std::fs::create_dir(to.join(".koina-rescue-7")).unwrap();
    std::fs::write(to.join(".koina-rescue-7/replica.sqlite"), "copy").unwrap();
    let wrong = tried(&path, to, Some("Νίκος"), "482913-λευκά", now());
    assert_eq!(wrong.unwrap_err(), Problem::WrongPin);
    assert_eq!(names(to), Vec::<PathBuf>::new(), "nothing stays");
    let done = tried(&path, to, Some("Νίκος"), PIN, now()).unwrap();
    assert!(
        done.whole && done.unsent == 2 && done.photos == 1,
        "{done:?}"
    );
    let there: BTreeSet<PathBuf> = names(to).into_iter().collect();
    assert_eq!(there, done.paths.iter().cloned().collect(), "and no copy");
    let [records, photos] = done.paths.as_slice() else {
        panic!("{done:?}");
    };
    let town = &served.app.town;
    let taken = async |path: &Path| {
        let file = std::fs::read(path).unwrap();
        koina_server::courier::answer(town, file, now()).await
    };
    let early = taken(photos).await.unwrap_err();
    assert_eq!(early, Problem::PhotosTooEarly { photos: 2 });
    taken(records).await.unwrap();
    // As often as somebody likes.
    for _ in 0..2 {
        taken(photos).await.unwrap();
    }
    let pictures = names(&path.with_extension("photos"));
    assert_eq!(pictures.len(), 2, "they stay on the device");
    for picture in &pictures {
        let name = FileHash::parse(picture.file_name().unwrap().to_str().unwrap());
        let state = town.files.state(name.unwrap()).await.unwrap();
        assert_eq!(state, FileState::Whole);
    }
    let audited = town.log.audited(0).await.unwrap();
    let accepted = audited.iter().find(|row| row.what == "change.accepted");
    assert_eq!(accepted.unwrap().said.doc, Some(id), "it is in the log");
    // What was rescued from a copy says nothing of the device itself.
    assert_eq!(pin(&served).await, Some(true), "it opens with a PIN");

    // A photo that the disk spoilt is missed, and stops nothing else.
    let spoilt = pictures
        .iter()
        .max_by_key(|one| one.metadata().unwrap().len());
    let bytes = std::fs::read(spoilt.unwrap()).unwrap();
    std::fs::write(spoilt.unwrap(), &bytes[..bytes.len() / 2]).unwrap();
    let again = TempDir::new().unwrap();
    let done = tried(&path, again.path(), Some("Νίκος"), PIN, now()).unwrap();
    assert!(
        !done.whole && done.unsent == 2 && done.photos == 0,
        "{done:?}"
    );

    // Of a device whose records are gone altogether, the photos are left.
    std::fs::write(spoilt.unwrap(), bytes).unwrap();
    std::fs::write(&path, [0; 8192]).unwrap();
    for gone in ["sqlite-wal", "sqlite.safety"] {
        std::fs::remove_file(path.with_extension(gone)).ok();
    }
    let left = TempDir::new().unwrap();
    let done = tried(&path, left.path(), Some("Νίκος"), PIN, now()).unwrap();
    let photos = (done.photos, done.unnamed);
    assert_eq!((done.whole, done.unsent, photos), (false, 0, (0, 2)));
    taken(done.paths.last().unwrap()).await.unwrap();
    drop(folder);
}
