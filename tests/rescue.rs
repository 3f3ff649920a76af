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
use koina_model::exchange::{CarriedPhoto, CourierAsk, courier_words};
use koina_model::ids::{DocId, Time};
use koina_model::permits::Role;
use koina_model::photos::{FileHash, FileState, Moment};
use koina_model::problem::Problem;
use koina_server::log::Author;
use koina_sync::courier::{Key, TO_SERVER, seal};
use koina_sync::photos::picture::{Told, prepare};
use koina_sync::vault::NoKeyStore;
use koina_tests::installed::{Device, ask};
use koina_tests::pictures::{camera, take};
use koina_tests::served::{Served, now, on_file, serve};
use koina_tests::town::lamp;
use koina_tests::village::Village;
use serde_json::json;
use tempfile::TempDir;

const PIN: &str = "482913-λεύκα";

/// A device with two people and a finding that was not sent, and the app gone: its folder, its file, and what the finding is.
async fn stranded(served: &Served) -> (TempDir, PathBuf, DocId) {
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
    let path = device.path();
    (device.folder, path, id)
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

/// A desk hands a file over.
async fn taken(served: &Served, path: &Path) -> Result<(), Problem> {
    handed_over(served, std::fs::read(path).unwrap()).await
}

async fn handed_over(served: &Served, file: Vec<u8>) -> Result<(), Problem> {
    let answer = koina_server::courier::answer(&served.app.town, file, now()).await;
    answer.map(drop)
}

/// The photos of a device: a picture and its small copy.
fn pictures(path: &Path) -> Vec<PathBuf> {
    let mut all = names(&path.with_extension("photos"));
    all.sort_by_key(|one| one.metadata().unwrap().len());
    assert_eq!(all.len(), 2, "they stay on the device");
    all
}

async fn are_at_town(served: &Served, pictures: &[PathBuf]) -> bool {
    let mut whole = 0;
    for picture in pictures {
        let name = FileHash::parse(picture.file_name().unwrap().to_str().unwrap());
        let state = served.app.town.files.state(name.unwrap()).await.unwrap();
        whole += usize::from(state == FileState::Whole);
        assert!(state == FileState::Whole || state == FileState::Has(0));
    }
    whole == pictures.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_pin_and_no_window_what_waits_is_written_for_the_town_hall() {
    let served = serve(on_file, &Village::new(7, now())).await;
    let (_folder, path, id) = stranded(&served).await;
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
    let counts = (done.unsent, done.photos, done.unnamed);
    assert!(done.whole && counts == (2, 1, 0), "{done:?}");
    let there: BTreeSet<PathBuf> = names(to).into_iter().collect();
    assert_eq!(there, done.paths.iter().cloned().collect(), "and no copy");
    let [records, photos] = done.paths.as_slice() else {
        panic!("{done:?}");
    };
    let early = taken(&served, photos).await.unwrap_err();
    assert_eq!(early, Problem::PhotosTooEarly { photos: 2 });
    taken(&served, records).await.unwrap();
    let audited = served.app.town.log.audited(0).await.unwrap();
    let accepted = audited.iter().find(|row| row.what == "change.accepted");
    assert_eq!(accepted.unwrap().said.doc, Some(id), "it is in the log");
    let pictures = pictures(&path);
    assert!(!are_at_town(&served, &pictures).await);
    // As often as somebody likes.
    for _ in 0..2 {
        taken(&served, photos).await.unwrap();
        assert!(are_at_town(&served, &pictures).await);
    }
    // What was rescued from a copy says nothing of the device itself.
    assert_eq!(pin(&served).await, Some(true), "it opens with a PIN");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_says_which_photos_it_has_not() {
    let served = serve(on_file, &Village::new(7, now())).await;
    let (_folder, path, _) = stranded(&served).await;
    let rescued = || {
        let stick = TempDir::new().unwrap();
        let done = tried(&path, stick.path(), Some("Νίκος"), PIN, now()).unwrap();
        (stick, done)
    };
    let pictures = pictures(&path);
    let good: Vec<Vec<u8>> = pictures
        .iter()
        .map(|one| std::fs::read(one).unwrap())
        .collect();
    for spoilt in [Some(&good[1][..good[1].len() / 2]), None] {
        match spoilt {
            Some(bytes) => std::fs::write(&pictures[1], bytes).unwrap(),
            None => std::fs::remove_file(&pictures[1]).unwrap(),
        }
        let (_stick, done) = rescued();
        let counts = (done.unsent, done.photos, done.unnamed);
        assert!(!done.whole && counts == (2, 0, 0), "{done:?}");
        assert_eq!(done.paths.len(), 2, "the small copy is there");
    }
    std::fs::write(&pictures[1], &good[1]).unwrap();
    let (_stick, before) = rescued();
    assert!(before.whole, "{before:?}");

    // Of a device whose records are gone altogether, the photos are left.
    std::fs::write(&path, [0; 8192]).unwrap();
    for gone in ["sqlite-wal", "sqlite.safety"] {
        std::fs::remove_file(path.with_extension(gone)).ok();
    }
    let (_stick, done) = rescued();
    let counts = (done.unsent, done.photos, done.unnamed);
    assert!(!done.whole && counts == (0, 0, 2), "{done:?}");
    let photos = done.paths.last().unwrap();
    taken(&served, photos).await.unwrap();
    assert!(!are_at_town(&served, &pictures).await, "nothing names them");
    taken(&served, &before.paths[0]).await.unwrap();
    taken(&served, photos).await.unwrap();
    assert!(are_at_town(&served, &pictures).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stick_that_fills_up_keeps_the_records() {
    let served = serve(on_file, &Village::new(7, now())).await;
    let (_folder, path, _) = stranded(&served).await;
    let stick = TempDir::new().unwrap();
    // No further file of photos has a name here.
    let day = koina_model::calendar::athens_date(now().0);
    for n in 1..=1_000 {
        let name = format!("koina-rescue-photos-{day}-{n}.koina");
        std::fs::write(stick.path().join(name), "").unwrap();
    }
    let done = tried(&path, stick.path(), Some("Νίκος"), PIN, now()).unwrap();
    assert_eq!(done.stopped, Some(Problem::PlaceFull));
    let counts = (done.unsent, done.photos, done.unnamed);
    assert_eq!((done.paths.len(), counts), (1, (2, 0, 0)));
    taken(&served, &done.paths[0]).await.unwrap();
}

/// A file with a photo that a device seals and signs itself.
async fn carried(served: &Served, by: &Device, picture: &[u8]) -> Result<(), Problem> {
    let identity = by.app.replica.identity().unwrap();
    let reply_to = Key::new().public();
    let signature = identity.sign_words(&courier_words(&reply_to, &[]));
    let ask = CourierAsk {
        device: identity.device,
        reply_to,
        asks: Vec::new(),
        signature: signature.to_vec().into(),
        photos: vec![CarriedPhoto {
            file: FileHash::of(picture),
            named: true,
            bytes: picture.to_vec().into(),
        }],
    };
    let to = served.app.town.courier_key().public();
    handed_over(served, seal(TO_SERVER, &to, &ask).unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_carries_a_photo_that_is_not_theirs_or_not_what_its_record_says() {
    let served = serve(on_file, &Village::new(7, now())).await;
    let writer = Device::enrolled(&served, Role::Crew).await;
    let told = Told {
        moment: Moment::After,
        with_place: true,
    };
    let good = prepare(&camera(1, 640, 480), told).unwrap();
    // A picture with much behind its end, of which the record says that it is small.
    let mut padded = prepare(&camera(2, 640, 480), told).unwrap();
    padded.picture.resize(3 << 20, 0);
    padded.photo.file = FileHash::of(&padded.picture);
    padded.photo.size = 1_000;
    let replica = &writer.app.replica;
    let (id, _) = replica
        .enter_request(&lamp("Με δύο φωτογραφίες"), None, now())
        .unwrap();
    for prepared in [&good, &padded] {
        let file = replica.keep_photo(prepared, now()).unwrap();
        replica.add_photos(id, &[file], now()).unwrap();
    }
    let file = replica.courier_export("0.1.0").unwrap();
    handed_over(&served, file).await.unwrap();
    let town = &served.app.town;
    let state = async |bytes: &[u8]| town.files.state(FileHash::of(bytes)).await.unwrap();
    carried(&served, &writer, &padded.picture).await.unwrap();
    assert_eq!(state(&padded.picture).await, FileState::Has(0));

    let other = Device::enrolled(&served, Role::Crew).await;
    let device = other.app.replica.identity().unwrap().device;
    let by = Author::server();
    town.log.revoke(by, now(), device).await.unwrap();
    let refused = carried(&served, &other, &good.picture).await;
    assert_eq!(refused, Err(Problem::PhotosTooEarly { photos: 1 }));
    assert_eq!(state(&good.picture).await, FileState::Has(0));
    carried(&served, &writer, &good.picture).await.unwrap();
    assert_eq!(state(&good.picture).await, FileState::Whole);
}
