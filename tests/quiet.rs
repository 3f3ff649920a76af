//! What is secret, and what people typed, stands in no log, however much is logged.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise"
)]

use std::sync::{Arc, Mutex};

use koina_commands::Gate;
use koina_model::accounts::AccountInput;
use koina_model::permits::Role;
use koina_model::problem::Problem;
use koina_server::accounts::{self, Settings};
use koina_server::routes::App;
use koina_sync::vault::Vault;
use koina_sync::views::requests::RequestsQuery;
use koina_tests::heard::{Ear, keys_of_log};
use koina_tests::installed::{Device, ask, open};
use koina_tests::pictures::{camera, take};
use koina_tests::served::{now, on_file, serve_as};
use koina_tests::town::{LITOCHORO, lamp};
use koina_tests::village::Village;
use serde_json::json;
use tempfile::TempDir;
use totp_rs::{Algorithm, Secret, TOTP};

const PIN: &str = "482913-λεύκα";
const PASSWORD: &str = "τρία άλογα στο λιμάνι";
const WORDS: &str = "ΚΑΝΑΡΙΝΙ στη λεύκα του Παναγιώτη";
const NAME: &str = "Πολυξένη Δοκιμαστικοπούλου";
const PHONE: &str = "+306912345678";
const EMAIL: &str = "polyxeni@example.gr";

/// A day with everything that is secret: enrolling, a PIN, wrong ones, contacts, photos, a line that fails, a revoked device.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_secret_and_nothing_that_people_typed_is_logged() {
    let ear = Ear::open().unwrap();
    let home = TempDir::new().unwrap();
    let village = Village::new(7, now());
    let signed = |app: App| app.with_sign_in(Settings::default());
    let served = serve_as("127.0.0.1", home.path(), on_file, &village, signed).await;
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
    // A desk at which somebody signs in, for the first time and again, gets a code for the crew's device, and leaves.
    let desk = Device::enrolled(&served, Role::Admin).await;
    let account = AccountInput {
        login: "maria".to_owned(),
        name: "Μαρία Παπά".to_owned(),
        role: Some(Role::Admin),
        ..AccountInput::default()
    };
    let by = koina_server::log::Author::server();
    let given = accounts::add(&served.app.town, by, &account, now()).await;
    let first = given.unwrap().password;
    let sign_in = async |password: &str, code: &str, fresh: &str| {
        let input = json!({ "login": "maria", "password": password, "code": code, "fresh": fresh });
        ask(&desk.app, "sign_in", input).await
    };
    let begun = sign_in(&first, "", "").await.unwrap();
    let phone = begun["secret"].as_str().unwrap().to_owned();
    let now_of_phone = || {
        let secret = Secret::Encoded(phone.clone()).to_bytes().unwrap();
        let totp = TOTP::new(Algorithm::SHA1, 6, 1, 30, secret, None, String::new()).unwrap();
        totp.generate(u64::try_from(now().0 / 1_000).unwrap())
    };
    let wrong = sign_in(&first, "000000", PASSWORD).await;
    assert_eq!(wrong, Err(Problem::SignInRefused));
    sign_in(&first, &now_of_phone(), PASSWORD).await.unwrap();
    let device = crew.app.replica.identity().unwrap().device;
    let made = ask(&desk.app, "device_reopen", json!({ "id": device })).await;
    let reopen = made.unwrap()["code"].as_str().unwrap().to_owned();
    let query = RequestsQuery {
        limit: 500,
        ..RequestsQuery::default()
    };
    let page = served
        .app
        .town
        .ask(move |replica| replica.requests_page(&query, now()));
    let rows = page.await.unwrap().rows;
    let of_kiosk = rows
        .iter()
        .find(|row| row.receipt_number.as_deref() == receipt["receipt_number"].as_str());
    let contact = json!({ "id": of_kiosk.unwrap().id, "reason": "reach" });
    let read = ask(&desk.app, "contacts_read", contact).await.unwrap();
    assert_eq!(read["rows"][0]["contact"]["phone"], PHONE);
    ask(&desk.app, "sign_out", json!({})).await.unwrap();

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
    secrets.extend([first.replace('-', ""), first, phone, PASSWORD.to_owned()]);
    secrets.extend([reopen.replace('-', ""), reopen]);
    // Of a session the server keeps the hash alone.
    let sessions: Vec<Vec<u8>> = {
        let db = rusqlite::Connection::open(home.path().join("log.sqlite")).unwrap();
        let mut rows = db.prepare("SELECT token FROM sessions").unwrap();
        let rows = rows.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    assert_eq!(sessions.len(), 1);
    for token in ear.tokens() {
        let digest = accounts::digest(&token).to_vec();
        assert!(!sessions.contains(&digest), "a session was logged: {token}");
    }
    for secret in secrets {
        assert_eq!(ear.line_with(&secret), None, "«{secret}» was logged");
    }
}
