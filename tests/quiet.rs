//! What is secret, and what people typed, stands in no log, however much is logged.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise"
)]

use std::sync::{Arc, Mutex};

use koina_commands::Gate;
use koina_model::permits::Role;
use koina_model::problem::Problem;
use koina_sync::vault::Vault;
use koina_tests::heard::{Ear, keys_of_log};
use koina_tests::installed::{Device, ask, open};
use koina_tests::pictures::{camera, take};
use koina_tests::served::{now, on_file, serve_in};
use koina_tests::town::{LITOCHORO, lamp};
use koina_tests::village::Village;
use serde_json::json;
use tempfile::TempDir;

const PIN: &str = "482913-λεύκα";
const WORDS: &str = "ΚΑΝΑΡΙΝΙ στη λεύκα του Παναγιώτη";
const NAME: &str = "Πολυξένη Δοκιμαστικοπούλου";
const PHONE: &str = "+306912345678";
const EMAIL: &str = "polyxeni@example.gr";

/// A day with everything that is secret: enrolling, a PIN, wrong ones, contacts, photos, a line that fails, a revoked device.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_secret_and_nothing_that_people_typed_is_logged() {
    let ear = Ear::open().unwrap();
    let home = TempDir::new().unwrap();
    let served = serve_in(home.path(), on_file, &Village::new(7, now())).await;
    let folder = TempDir::new().unwrap();
    let app = open(folder.path());
    let code = served
        .invite(Role::Crew, &[LITOCHORO.to_owned()], "Συνεργείο 2")
        .await;
    let wrong = json!({ "server": served.url, "code": "7K2QM-X4R9T" });
    assert_eq!(ask(&app, "enrol", wrong).await, Err(Problem::CodeRefused));
    let input = json!({ "server": served.url, "code": code });
    ask(&app, "enrol", input).await.unwrap();
    let crew = Device { folder, app };
    crew.app.exchanger.exchange().await.unwrap();
    let key = std::fs::read_to_string(crew.path().with_extension("keys")).unwrap();
    let key: serde_json::Value = serde_json::from_str(key.lines().next().unwrap()).unwrap();
    let (id, _) = crew
        .app
        .replica
        .enter_request(&lamp(WORDS), None, now())
        .unwrap();
    take(&crew.app.replica, id, &camera(1, 320, 240));
    let draft = json!({ "key": "note", "json": WORDS });
    ask(&crew.app, "draft_save", draft).await.unwrap();
    let person = json!({ "old": "", "name": NAME, "pin": PIN });
    ask(&crew.app, "person_add", person).await.unwrap();
    crew.app.exchanger.exchange().await.unwrap();
    let identity = serde_json::to_value(&*crew.app.replica.identity().unwrap()).unwrap();

    let path = crew.path();
    let vault = Vault::open(&path, now()).unwrap();
    let who = vault.people()[0].id.to_string();
    let runtime = tokio::runtime::Handle::current();
    let open = Box::new(|_, _| Ok(()));
    let gate = Gate::new(Arc::new(Mutex::new(vault)), open, &path, runtime, now);
    let unlock = |pin: &str| gate.call("unlock", json!({ "person": who, "pin": pin }));
    assert_eq!(unlock("482913-λευκά"), Err(Problem::WrongPin));
    unlock(PIN).unwrap();

    let kiosk = Device::enrolled(&served, Role::Kiosk).await;
    let report = json!({
        "category": "LGT-01", "community": LITOCHORO, "settlement": "", "asset": null,
        "place_text": "", "text": WORDS,
        "contact": { "name": NAME, "phone": PHONE, "email": EMAIL },
    });
    let receipt = ask(&kiosk.app, "kiosk_report", report).await.unwrap();
    let digits = receipt["pin"].as_str().unwrap().to_owned();
    kiosk.app.exchanger.exchange().await.unwrap();
    // The server goes away in the middle of a day, and what answers is not it.
    let device = crew.app.replica.identity().unwrap().device;
    let by = koina_server::log::Author::server();
    served.app.town.log.revoke(by, now(), device).await.unwrap();
    let told = crew.app.exchanger.exchange().await;
    assert_eq!(told, Err(Problem::Revoked));
    assert!(koina_commands::is_to_erase(&crew.app));
    drop(crew.anew());

    for library in ["koina_sync", "hyper"] {
        let heard = ear.line_with(library);
        assert!(heard.is_some(), "{library} was not heard at all");
    }
    let mut secrets = keys_of_log(&home.path().join("log.sqlite"));
    assert!(secrets.len() >= 2, "{}", secrets.len());
    secrets.extend([PIN, WORDS, NAME, PHONE, EMAIL].map(str::to_owned));
    secrets.extend([code.clone(), code.replace('-', ""), "7K2QM".to_owned()]);
    secrets.push(identity["secret"].as_str().unwrap().to_owned());
    secrets.push(key["open"].as_str().unwrap().to_owned());
    if !digits.is_empty() {
        secrets.push(format!("\"{digits}\""));
    }
    for secret in secrets {
        assert_eq!(ear.line_with(&secret), None, "«{secret}» was logged");
    }
}
