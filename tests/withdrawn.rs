//! A device that the town hall withdrew: it hands over what it holds, and erases itself. Nothing is lost, and nothing stays.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;
use std::path::Path;

use koina_model::permits::Role;
use koina_model::problem::Problem;
use koina_model::requests::acts::Step;
use koina_server::log::Author;
use koina_sync::erase;
use koina_sync::exchange::http::HttpLine;
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
    let replica = &device.app.replica;
    let (id, _) = replica.enter_request(&lamp(CANARY), None, now()).unwrap();
    let note = Step::Note { text: CANARY };
    replica.record_work(id, &note, now()).unwrap();
    take(replica, id, &camera(1, 640, 480));
    replica.save_draft("note", CANARY, now()).unwrap();
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
    assert!(erase::finish(&path).unwrap());
    let left = [
        "maps",
        "replica.erased",
        "replica.lock",
        "replicas-of-others.txt",
    ];
    let mut names = names(folder.path());
    names.insert("maps".to_owned());
    assert_eq!(names, left.map(str::to_owned).into());
    assert!(!erase::finish(&path).unwrap(), "there is an end");

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
    let files: Vec<String> = names(folder.path())
        .into_iter()
        .filter(|name| folder.path().join(name).is_file() && !name.ends_with("erasing"))
        .collect();
    assert!(files.len() > 4, "{files:?}");
    for gone in 0..=files.len() {
        let copy = TempDir::new().unwrap();
        for name in files
            .iter()
            .skip(gone)
            .chain([&"replica.erasing".to_owned()])
        {
            std::fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
        }
        let app = open(copy.path());
        assert!(app.replica.identity().is_none(), "{gone} files were gone");
        assert!(erase::told(app.replica.path()).is_some());
        assert!(!copy.path().join("replica.erasing").exists());
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
    assert!(!koina_commands::is_to_erase(&crew.app));
}
