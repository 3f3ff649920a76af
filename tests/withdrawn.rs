//! A device that the town hall withdrew: it hands over what it holds, and erases itself. Nothing is lost, and nothing stays.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use koina_model::ids::DocId;
use koina_model::permits::Role;
use koina_model::photos::Moment;
use koina_model::problem::Problem;
use koina_model::requests::acts::Step;
use koina_server::log::{Author, Purpose};
use koina_sync::erase;
use koina_sync::exchange::http::HttpLine;
use koina_sync::exchange::pinned::is_proven;
use koina_sync::photos::picture::{Told, prepare};
use koina_sync::vault::NoKeyStore;
use koina_tests::installed::{Device, ask, open};
use koina_tests::pictures::{camera, take};
use koina_tests::served::{Served, now, on_file, serve, serve_in};
use koina_tests::town::lamp;
use koina_tests::village::Village;
use serde_json::{Value, json};
use tempfile::TempDir;

const CANARY: &str = "ΚΑΝΑΡΙΝΙ στη λεύκα του Παναγιώτη";

async fn revoke(served: &Served, device: &Device) {
    let id = device.app.replica.identity().unwrap().device;
    let log = &served.app.town.log;
    log.revoke(Author::server(), now(), id).await.unwrap();
}

/// Work that nobody else has: a request with a photo, a note, and something half typed.
fn work(device: &Device) {
    let id = words(device);
    take(&device.app.replica, id, &camera(1, 640, 480));
}

/// The same without the photo.
fn words(device: &Device) -> DocId {
    let replica = &device.app.replica;
    let (id, _) = replica.enter_request(&lamp(CANARY), None, now()).unwrap();
    let note = Step::Note { text: CANARY };
    replica.record_work(id, &note, now()).unwrap();
    replica.save_draft("note", CANARY, now()).unwrap();
    id
}

async fn served() -> Served {
    serve(on_file, &Village::new(7, now())).await
}

fn names(folder: &Path) -> BTreeSet<String> {
    let files = std::fs::read_dir(folder).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_device_hands_over_everything_erases_itself_and_can_be_somebodys_again() {
    let served = served().await;
    let crew = Device::enrolled(&served, Role::Crew).await;
    work(&crew);
    // What was set aside long ago, and what is not of this replica.
    let aside = crew.folder.path().join("replica.sqlite.unreadable-1");
    std::fs::write(&aside, CANARY).unwrap();
    let other = crew.folder.path().join("replicas-of-others.txt");
    std::fs::write(&other, "ξένο").unwrap();
    revoke(&served, &crew).await;
    assert!(
        !koina_commands::is_to_erase(&crew.app),
        "it has not heard of it"
    );
    let device = crew.app.replica.identity().unwrap().device;

    assert_eq!(crew.app.exchanger.exchange().await, Err(Problem::Revoked));
    assert_eq!(crew.app.replica.photos_waiting().unwrap().photos, 0);
    assert!(koina_commands::is_to_erase(&crew.app));
    let at_town = served.app.town.log.device(device).await.unwrap().unwrap();
    assert!(at_town.erased_at.is_some());
    let desk = Device::enrolled(&served, Role::Clerk).await;
    let input = json!({ "search": "ΚΑΝΑΡΙΝΙ" });
    let found = ask(&desk.app, "requests_page", input).await.unwrap();
    assert_eq!(found["total"], json!(1), "{found}");

    // The app goes, and before a fresh one opens anything, everything goes.
    let path = crew.path();
    let Device { folder, app } = crew;
    drop(app);
    assert!(erase::finish(&path, &NoKeyStore).unwrap());
    let left = [
        "maps",
        "replica.erased",
        "replica.lock",
        "replicas-of-others.txt",
    ];
    let mut names = names(folder.path());
    names.insert("maps".to_owned());
    assert_eq!(names, left.map(str::to_owned).into());
    assert!(
        !erase::finish(&path, &NoKeyStore).unwrap(),
        "there is an end"
    );

    let app = open(folder.path());
    let about = ask(&app, "about", json!({})).await.unwrap();
    assert_eq!(about["station"], Value::Null);
    assert_eq!(about["withdrawn"]["name"], json!("Συνεργείο 2"));
    let code = served.invite(Role::Clerk, &[], "Γραφείο").await;
    let input = json!({ "server": served.url, "code": code });
    ask(&app, "enrol", input).await.unwrap();
    let fresh = Device { folder, app }.anew();
    let about = ask(&fresh.app, "about", json!({})).await.unwrap();
    assert_eq!(about["station"]["name"], json!("Γραφείο"));
    assert_eq!(about["withdrawn"], Value::Null);
}

/// Every file under a folder, the keys first, as erasing goes.
fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(files_under(&path)),
            false => files.push(path),
        }
    }
    files.sort_by_key(|path| {
        let keys = ["keys", "keys-copy", "identity", "tries"];
        let ending = path.extension().and_then(|ending| ending.to_str());
        (
            !ending.is_some_and(|ending| keys.contains(&ending)),
            path.clone(),
        )
    });
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_that_was_cut_off_anywhere_goes_on_at_the_next_start() {
    let served = served().await;
    let crew = Device::enrolled(&served, Role::Crew).await;
    work(&crew);
    revoke(&served, &crew).await;
    assert_eq!(crew.app.exchanger.exchange().await, Err(Problem::Revoked));
    assert!(koina_commands::is_to_erase(&crew.app));
    let Device { folder, app } = crew;
    drop(app);
    let from = folder.path();
    let word = from.join("replica.erasing");
    let mut files = files_under(from);
    files.retain(|path| *path != word);
    assert!(
        files
            .iter()
            .any(|path| path.starts_with(from.join("replica.photos")))
    );
    for gone in 0..=files.len() {
        let copy = TempDir::new().unwrap();
        for (n, file) in files.iter().chain([&word]).enumerate().skip(gone) {
            let to = copy.path().join(file.strip_prefix(from).unwrap());
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            let mut bytes = std::fs::read(file).unwrap();
            if n == gone && *file != word {
                // It was being written over.
                let half = bytes.len() / 2;
                bytes[..half].fill(0);
            }
            std::fs::write(to, bytes).unwrap();
        }
        let app = open(copy.path());
        assert!(app.replica.identity().is_none(), "{gone} files were gone");
        assert!(erase::told(app.replica.path()).is_some());
        assert!(!copy.path().join("replica.erasing").exists());
        assert_eq!(app.replica.photos().all().unwrap(), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_is_decided_before_a_device_erases_itself() {
    let served = served().await;
    let crew = Device::enrolled(&served, Role::Crew).await;
    let desk = Device::enrolled(&served, Role::Clerk).await;
    let id = crew.app.replica.identity().unwrap().device;
    // Kiosks write no notes: what the crew wrote meanwhile is refused.
    words(&crew);
    let purpose = Purpose {
        role: Role::Kiosk,
        name: "Κιόσκι".to_owned(),
        person: String::new(),
        crew: None,
        communities: Vec::new(),
    };
    let log = &served.app.town.log;
    log.change_device(Author::server(), now(), id, purpose)
        .await
        .unwrap();
    revoke(&served, &crew).await;
    assert_eq!(crew.app.exchanger.exchange().await, Err(Problem::Revoked));
    let held = crew.app.replica.pending().unwrap();
    assert!(held.needs_decision > 0, "{held:?}");
    assert!(
        !koina_commands::is_to_erase(&crew.app),
        "somebody has to decide"
    );

    let refused = ask(&desk.app, "devices_page", json!({})).await.unwrap();
    let changes: Vec<Value> = refused["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["change"].clone())
        .collect();
    assert!(!changes.is_empty());
    for change in changes {
        let input = json!({ "changes": [change] });
        ask(&desk.app, "refused_dismiss", input).await.unwrap();
    }
    let told = crew.app.exchanger.exchange().await;
    assert_eq!(told, Err(Problem::Revoked));
    assert!(!crew.app.replica.holds_unsent().unwrap());
    assert!(koina_commands::is_to_erase(&crew.app));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_the_town_hall_never_takes_keeps_a_device_from_erasing_itself() {
    let served = served().await;
    let crew = Device::enrolled(&served, Role::Crew).await;
    // No record names it any more, or not yet: only this device has it.
    let told = Told {
        moment: Moment::After,
        with_place: false,
    };
    let photo = prepare(&camera(3, 320, 240), told).unwrap();
    crew.app.replica.keep_photo(&photo, now()).unwrap();
    revoke(&served, &crew).await;
    assert_eq!(crew.app.exchanger.exchange().await, Err(Problem::Revoked));
    assert!(!koina_commands::is_to_erase(&crew.app));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_saved_any_more_once_erasing_has_begun() {
    let served = served().await;
    let crew = Device::enrolled(&served, Role::Crew).await;
    revoke(&served, &crew).await;
    assert_eq!(crew.app.exchanger.exchange().await, Err(Problem::Revoked));
    assert!(koina_commands::is_to_erase(&crew.app));
    let entered = crew.app.replica.enter_request(&lamp(CANARY), None, now());
    let problem = entered.map_err(|failure| failure.to_problem());
    assert_eq!(problem.map(drop), Err(Problem::Revoked));
}

#[test]
fn on_a_line_in_the_clear_nobody_is_believed_that_a_device_is_revoked() {
    for (address, proven) in [
        ("https://koina.dimos.gr", true),
        (
            "https://10.0.0.5:8787/#ca=00112233445566778899aabbccddeeff",
            true,
        ),
        ("http://127.0.0.1:8787", true),
        ("http://[::1]:8787", true),
        ("http://localhost", true),
        ("http://koina.dimos.gr", false),
        ("http://10.0.0.5:8787", false),
        ("http://127.0.0.1.evil.gr", false),
    ] {
        assert_eq!(is_proven(address), proven, "{address}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_in_after_the_hand_over_is_handed_over_first() {
    let served = served().await;
    let crew = Device::enrolled(&served, Role::Crew).await;
    revoke(&served, &crew).await;
    assert_eq!(crew.app.exchanger.exchange().await, Err(Problem::Revoked));
    work(&crew);
    assert!(!koina_commands::is_to_erase(&crew.app), "unsent work");
    assert!(!crew.path().with_extension("erasing").exists());
    assert_eq!(crew.app.exchanger.exchange().await, Err(Problem::Revoked));
    assert!(koina_commands::is_to_erase(&crew.app));
    let desk = Device::enrolled(&served, Role::Clerk).await;
    let input = json!({ "search": "ΚΑΝΑΡΙΝΙ" });
    let found = ask(&desk.app, "requests_page", input).await.unwrap();
    assert_eq!(found["total"], json!(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_the_server_cannot_take_now_keeps_a_revoked_device_from_erasing_itself() {
    let home = TempDir::new().unwrap();
    let served = serve_in(home.path(), on_file, &Village::new(7, now())).await;
    let crew = Device::enrolled(&served, Role::Crew).await;
    work(&crew);
    revoke(&served, &crew).await;
    // Where the server keeps photos, its disk takes nothing.
    let files = home.path().join("files");
    assert!(files.is_dir());
    std::fs::remove_dir_all(&files).ok();
    std::fs::write(&files, b"").unwrap();
    assert_eq!(crew.app.exchanger.exchange().await, Err(Problem::Revoked));
    assert!(!koina_commands::is_to_erase(&crew.app));
    std::fs::remove_file(&files).unwrap();
    std::fs::create_dir_all(&files).unwrap();
    assert_eq!(crew.app.exchanger.exchange().await, Err(Problem::Revoked));
    assert_eq!(crew.app.replica.photos_waiting().unwrap().photos, 0);
    assert!(koina_commands::is_to_erase(&crew.app));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kiosk_waits_for_its_visitor() {
    let served = served().await;
    let kiosk = Device::enrolled(&served, Role::Kiosk).await;
    revoke(&served, &kiosk).await;
    let typed = json!({ "name": "Μαρία", "phone": "", "email": "" });
    ask(&kiosk.app, "kiosk_contact", typed).await.ok();
    assert_eq!(kiosk.app.exchanger.exchange().await, Err(Problem::Revoked));
    assert!(!koina_commands::is_to_erase(&kiosk.app), "somebody types");
    ask(&kiosk.app, "kiosk_end", json!({ "typed": true }))
        .await
        .ok();
    assert!(koina_commands::is_to_erase(&kiosk.app));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_erases_a_device_that_is_not_revoked() {
    let served = served().await;
    let crew = Device::enrolled(&served, Role::Crew).await;
    let line = HttpLine::new(&served.url).unwrap();
    let progress = koina_sync::exchange::Progress::default();
    let mut run = koina_sync::exchange::Run::begin(now(), &progress).erases();
    run.round_trip(&crew.app.replica, &line, "x", &now)
        .await
        .unwrap();
    let device = crew.app.replica.identity().unwrap().device;
    let at_town = served.app.town.log.device(device).await.unwrap().unwrap();
    assert_eq!(at_town.erased_at, None, "a word of a changed app");
    assert!(!run.told_that_it_erases);
    crew.app.exchanger.exchange().await.unwrap();
    assert!(!koina_commands::is_to_erase(&crew.app));
}
