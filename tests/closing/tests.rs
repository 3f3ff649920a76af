//! A device that had no contact for too long closes, one whose PINs are lost stays shut; the town hall opens both, nobody else
//! does, and nothing is lost.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise"
)]

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use koina_commands::{Gate, is_to_close, keys_of};
use koina_model::ids::{DeviceId, Time};
use koina_model::permits::{Profile, Role};
use koina_model::problem::Problem;
use koina_server::log::Author;
use koina_sync::escrow::{self, Contact};
use koina_sync::replica::{Ids, Replica};
use koina_sync::vault::{Key, KeyStore, NoKeyStore, Vault};
use koina_tests::installed::{Device, ask, summed};
use koina_tests::pictures::{camera, take};
use koina_tests::served::{Served, now, on_file, serve};
use koina_tests::town::lamp;
use koina_tests::village::Village;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Handle;

mod bound;

const CANARY: &str = "ΚΑΝΑΡΙΝΙ στη λεύκα του Παναγιώτη";
const PIN: &str = "482913";
const FRESH: &str = "739105";
const DAY_MS: i64 = 24 * 3_600_000;

async fn served() -> Served {
    serve(on_file, &Village::new(7, now())).await
}

/// A crew's device with work that nobody else has, locked with the PINs of two people, and the app gone.
async fn locked(served: &Served) -> (TempDir, PathBuf, DeviceId) {
    let crew = Device::enrolled(served, Role::Crew).await;
    let device = crew.app.replica.identity().unwrap().device;
    for (name, old, pin) in [("Μαρία", "", PIN), ("Νίκος", PIN, "118822")] {
        let input = json!({ "name": name, "old": old, "pin": pin });
        ask(&crew.app, "person_add", input).await.unwrap();
    }
    let replica = &crew.app.replica;
    let (id, _) = replica.enter_request(&lamp(CANARY), None, now()).unwrap();
    take(replica, id, &camera(1, 640, 480));
    replica.save_draft("note", CANARY, now()).unwrap();
    let path = crew.path();
    (crew.folder, path, device)
}

/// So many days go by without contact.
fn pass(path: &Path, days: i64) {
    let mut words = words_of(path);
    for moment in ["heard_at", "seen_at", "over_since"] {
        if let Some(ms) = words[moment].as_i64() {
            words[moment] = json!(ms - days * DAY_MS);
        }
    }
    put(path, &words);
}

/// What is in escrow, as it is written down.
fn words_of(path: &Path) -> Value {
    words_in(path, "escrow")
}

fn words_in(path: &Path, ending: &str) -> Value {
    let text = std::fs::read_to_string(path.with_extension(ending)).unwrap();
    serde_json::from_str(text.lines().next().unwrap()).unwrap()
}

/// Writes it down as the app does.
fn put(path: &Path, words: &Value) {
    put_in(path, ["escrow", "escrow-copy"], words);
}

fn put_in(path: &Path, endings: [&str; 2], words: &Value) {
    for ending in endings {
        std::fs::write(path.with_extension(ending), summed(words)).unwrap();
    }
}

fn store() -> Arc<dyn KeyStore> {
    Arc::new(NoKeyStore)
}

/// What a start of the app does with its keys.
fn start(path: &Path) -> Vault {
    keys_of(path, now(), store()).unwrap()
}

/// Closes as it does where nobody comes for months.
fn close(path: &Path) {
    pass(path, 91);
    assert!(!start(path).is_given_up(), "there is one more day");
    pass(path, 1);
    assert!(start(path).is_given_up());
}

/// The door of the device, and what was opened behind it.
fn gate(path: &Path) -> (Arc<Gate>, Arc<Mutex<Option<Key>>>) {
    gate_with(path, store())
}

fn gate_with(path: &Path, store: Arc<dyn KeyStore>) -> (Arc<Gate>, Arc<Mutex<Option<Key>>>) {
    let vault = keys_of(path, now(), store).unwrap();
    let vault = Arc::new(Mutex::new(vault));
    let opened = Arc::new(Mutex::new(None));
    let open = {
        let opened = Arc::clone(&opened);
        move |key, _| {
            *opened.lock().unwrap() = Some(key);
            Ok(())
        }
    };
    let gate = Gate::new(vault, Box::new(open), path, Handle::current(), now);
    (Arc::new(gate), opened)
}

async fn say(gate: &Arc<Gate>, name: &'static str, input: Value) -> Result<Value, Problem> {
    let gate = Arc::clone(gate);
    tokio::task::spawn_blocking(move || gate.call(name, input))
        .await
        .unwrap()
}

async fn code(served: &Served, desk: &Device, device: DeviceId) -> String {
    let input = json!({ "id": device });
    let made = ask(&desk.app, "device_reopen", input).await.unwrap();
    assert!(made["good_until"].as_i64().unwrap() > now().0);
    let _ = served;
    made["code"].as_str().unwrap().to_owned()
}

fn anew(code: &str) -> Value {
    json!({ "code": code, "name": "Μαρία", "pin": FRESH })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_device_is_opened_by_the_town_hall_alone_and_nothing_is_lost() {
    let served = served().await;
    let desk = Device::enrolled(&served, Role::Admin).await;
    let (_folder, path, device) = locked(&served).await;
    assert_eq!(escrow::contact(&path, now()), Contact::Fine);
    close(&path);
    // Not one of the keys that opened it is left.
    for file in ["keys", "keys-copy"] {
        let text = std::fs::read_to_string(path.with_extension(file)).unwrap();
        assert!(!text.contains("sealed") && !text.contains("open"), "{text}");
    }
    let (gate, opened) = gate(&path);
    let state = say(&gate, "lock_state", json!({})).await.unwrap();
    assert_eq!(
        (&state["closed"], &state["escrowed"], &state["people"]),
        (&json!(true), &json!(true), &json!([]))
    );

    // Whatever is wrong about it, nothing opens, and nothing is used up.
    let good = code(&served, &desk, device).await;
    for (input, field) in [
        (json!({ "code": " ", "name": "Μ", "pin": FRESH }), "code"),
        (json!({ "code": good, "name": "", "pin": FRESH }), "name"),
        (json!({ "code": good, "name": "Μ", "pin": "123456" }), "pin"),
    ] {
        let Err(Problem::BadInput { fields }) = say(&gate, "reopen", input).await else {
            panic!("{field} was taken");
        };
        assert_eq!(fields[0].field, field);
    }
    let refused = say(&gate, "reopen", anew("AAAAA-AAAAA")).await;
    assert_eq!(refused, Err(Problem::CodeRefused));
    let other = Device::enrolled(&served, Role::Crew).await;
    let others = other.app.replica.identity().unwrap().device;
    let wrong = code(&served, &desk, others).await;
    let refused = say(&gate, "reopen", anew(&wrong)).await;
    assert_eq!(refused, Err(Problem::CodeRefused));
    assert!(opened.lock().unwrap().is_none());

    say(&gate, "reopen", anew(&good)).await.unwrap();
    // That was contact: it does not close again before the first exchange.
    assert_eq!(escrow::contact(&path, now()), Contact::Fine);
    let key = opened.lock().unwrap().clone().unwrap();
    let replica = Replica::open_keyed(&path, Some(&key), now(), Ids::Random).unwrap();
    assert!(replica.holds_unsent().unwrap());
    let drafts = replica.draft("note").unwrap();
    assert_eq!(drafts.as_deref(), Some(CANARY));
    served.exchange(&replica).await;
    assert_eq!(replica.pending().unwrap().waiting, 0);
    escrow::keep(&replica, now()).unwrap();
    let found = json!({ "search": "ΚΑΝΑΡΙΝΙ" });
    desk.app.exchanger.exchange().await.unwrap();
    let found = ask(&desk.app, "requests_page", found).await.unwrap();
    assert_eq!(found["total"], json!(1), "{found}");
    drop(replica);

    // From now on it opens with the new PIN, and there was contact.
    let mut vault = start(&path);
    assert!(!vault.is_given_up());
    let maria = vault.people()[0].id;
    assert!(vault.unlock(maria, FRESH).unwrap() == key);
    assert_eq!(escrow::contact(&path, now()), Contact::Fine);
    // A code opens once.
    close(&path);
    let (gate, _) = self::gate(&path);
    let refused = say(&gate, "reopen", anew(&good)).await;
    assert_eq!(refused, Err(Problem::CodeRefused));
    served.app.town.log.verify_audit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_forgot_a_pin_gets_a_new_one_and_the_others_keep_theirs() {
    let served = served().await;
    let desk = Device::enrolled(&served, Role::Admin).await;
    let (_folder, path, device) = locked(&served).await;
    let (gate, opened) = gate(&path);
    let state = say(&gate, "lock_state", json!({})).await.unwrap();
    assert_eq!(state["closed"], json!(false));
    let good = code(&served, &desk, device).await;
    say(&gate, "reopen", anew(&good)).await.unwrap();
    let key = opened.lock().unwrap().clone().unwrap();
    let mut vault = start(&path);
    let people = vault.people();
    let names: Vec<&str> = people.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Νίκος", "Μαρία"]);
    assert!(vault.unlock(people[0].id, "118822").unwrap() == key);
    assert_eq!(vault.unlock(people[1].id, PIN), Err(Problem::WrongPin));
    assert!(vault.unlock(people[1].id, FRESH).unwrap() == key);
    // The same answer once more, for the same app: it may have been lost. For another one it is used up.
    say(&gate, "reopen", anew(&good)).await.unwrap();
    let (other, _) = self::gate(&path);
    let refused = say(&other, "reopen", anew(&good)).await;
    assert_eq!(refused, Err(Problem::CodeRefused));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sealed_for_one_device_opens_for_no_other() {
    let served = served().await;
    let desk = Device::enrolled(&served, Role::Admin).await;
    let (_folder, path, _) = locked(&served).await;
    let (_elsewhere, thief, mine) = locked(&served).await;
    // Whoever has a device of their own, with a code for it, brings what is sealed on somebody else's.
    let stolen = words_of(&path);
    let own = words_of(&thief);
    let mut words = own.clone();
    words["sealed"] = stolen["sealed"].clone();
    put(&thief, &words);
    let good = code(&served, &desk, mine).await;
    let (gate, opened) = gate(&thief);
    let told = say(&gate, "reopen", anew(&good)).await;
    assert!(matches!(told, Err(Problem::Malformed { .. })), "{told:?}");
    // And garbage.
    for sealed in ["", "00", "6b6f696e612d6b65792d310a00"] {
        words["sealed"] = json!(sealed);
        put(&thief, &words);
        let told = say(&gate, "reopen", anew(&good)).await;
        assert!(told.is_err(), "{sealed:?}");
    }
    assert!(opened.lock().unwrap().is_none());
    // The code is still good for what it is for.
    put(&thief, &own);
    say(&gate, "reopen", anew(&good)).await.unwrap();
    assert!(opened.lock().unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_nobody_could_open_again_never_closes() {
    let served = served().await;
    let (_folder, path, _) = locked(&served).await;
    let files = ["escrow", "escrow-copy"].map(|ending| path.with_extension(ending));
    let whole = words_of(&path);
    let spoilt = |field: &str, value: Value| {
        let mut words = whole.clone();
        words[field] = value;
        put(&path, &words);
    };
    for (field, value) in [
        ("word", json!("0011223344556677")),
        ("sealed", json!("00")),
        ("sealed", json!("")),
    ] {
        spoilt(field, value);
        for days in [91, 1, 400] {
            pass(&path, days);
            assert!(!start(&path).is_given_up(), "{field}");
            assert_eq!(escrow::contact(&path, now()), Contact::Fine);
        }
    }
    // One digit deep inside, whatever else it says; half of it; nothing.
    put(&path, &whole);
    pass(&path, 91);
    start(&path);
    pass(&path, 9);
    let late = std::fs::read(&files[0]).unwrap();
    let mut rotted = late.clone();
    let deep = rotted.len() / 2;
    rotted[deep] = if rotted[deep] == b'a' { b'b' } else { b'a' };
    for bytes in [rotted, late[..late.len() / 2].to_vec(), Vec::new()] {
        for file in &files {
            std::fs::write(file, &bytes).unwrap();
        }
        assert!(!start(&path).is_given_up());
    }
    // A card that takes only one of the two files.
    put(&path, &whole);
    pass(&path, 91);
    start(&path);
    pass(&path, 9);
    std::fs::remove_file(&files[1]).unwrap();
    std::fs::create_dir(&files[1]).unwrap();
    assert!(!start(&path).is_given_up());
    std::fs::remove_dir(&files[1]).unwrap();
    // Where what its files say of their key cannot be read, neither.
    put(&path, &whole);
    let identity = path.with_extension("identity");
    let kept = std::fs::read(&identity).unwrap();
    std::fs::write(&identity, b"koina-sidecar-2 ").unwrap();
    pass(&path, 91);
    start(&path);
    pass(&path, 9);
    assert!(!start(&path).is_given_up());
    std::fs::write(&identity, kept).unwrap();
    assert!(start(&path).is_given_up());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_device_whose_word_for_its_key_rotted_opens_all_the_same() {
    let served = served().await;
    let desk = Device::enrolled(&served, Role::Admin).await;
    let (_folder, path, device) = locked(&served).await;
    close(&path);
    let identity = path.with_extension("identity");
    let mut bytes = std::fs::read(&identity).unwrap();
    bytes[20] ^= 1;
    std::fs::write(&identity, bytes).unwrap();
    let (gate, opened) = gate(&path);
    let good = code(&served, &desk, device).await;
    say(&gate, "reopen", anew(&good)).await.unwrap();
    let key = opened.lock().unwrap().clone().unwrap();
    let replica = Replica::open_keyed(&path, Some(&key), now(), Ids::Random).unwrap();
    assert!(replica.holds_unsent().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_refuses_a_device_was_reached() {
    let served = served().await;
    let crew = Device::enrolled(&served, Role::Crew).await;
    let path = crew.path();
    pass(&path, 91);
    escrow::look(&path, now(), Duration::ZERO);
    let device = crew.app.replica.identity().unwrap().device;
    let log = &served.app.town.log;
    log.revoke(Author::server(), now(), device).await.unwrap();
    assert_eq!(crew.app.exchanger.exchange().await, Err(Problem::Revoked));
    assert_eq!(escrow::contact(&path, now()), Contact::Fine);
}

#[tokio::test(flavor = "multi_thread")]
async fn contact_keeps_a_device_open_and_an_open_one_is_closed_by_a_fresh_app() {
    let served = served().await;
    let crew = Device::enrolled(&served, Role::Crew).await;
    let path = crew.path();
    let state = async |device: &Device| {
        let state = ask(&device.app, "exchange_state", json!({})).await;
        state.unwrap()["closes_in_h"].clone()
    };
    assert_eq!(state(&crew).await, Value::Null);
    pass(&path, 85);
    assert_eq!(state(&crew).await, json!(119), "five days, less a moment");
    crew.app.exchanger.exchange().await.unwrap();
    assert_eq!(state(&crew).await, Value::Null);
    pass(&path, 91);
    assert_eq!(state(&crew).await, json!(24));
    escrow::look(&path, now(), Duration::ZERO);
    pass(&path, 1);
    assert_eq!(state(&crew).await, json!(0));
    // Contact keeps it open, and nothing else does.
    let cable = async |inserted: bool| {
        let input = json!({ "cable": inserted });
        ask(&crew.app, "set_cable", input).await.unwrap();
    };
    cable(false).await;
    assert!(crew.app.exchanger.exchange().await.is_err());
    crew.app.exchanger.look_at_contact(Duration::ZERO);
    assert!(is_to_close(&crew.app));
    let late = words_of(&path);
    cable(true).await;
    crew.app.exchanger.exchange().await.unwrap();
    assert!(!is_to_close(&crew.app));
    assert_eq!(state(&crew).await, Value::Null);
    // Without contact a fresh app finds it over.
    drop(crew.app);
    put(&path, &late);
    assert!(start(&path).is_given_up());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_is_asked_for_where_the_municipality_wants_one_and_nobody_has_it() {
    let served = served().await;
    let log = &served.app.town.log;
    let before = Device::enrolled(&served, Role::Crew).await;
    let is_asked = async |device: &Device| {
        device.app.exchanger.exchange().await.unwrap();
        let about = ask(&device.app, "about", json!({})).await.unwrap();
        about["pin_wanted"].as_bool().unwrap()
    };
    assert!(!is_asked(&before).await);
    log.put_pin_for(now(), vec![Profile::Crew, Profile::Kiosk])
        .await
        .unwrap();
    assert!(is_asked(&before).await, "it hears so when it exchanges");
    let input = json!({ "name": "Μαρία", "old": "", "pin": PIN });
    ask(&before.app, "person_add", input).await.unwrap();
    assert!(!is_asked(&before).await, "somebody has one");
    let fresh = Device::enrolled(&served, Role::Crew).await;
    let about = ask(&fresh.app, "about", json!({})).await.unwrap();
    assert_eq!(about["pin_wanted"], true, "from enrolment on");
    for role in [Role::Clerk, Role::Community, Role::Kiosk] {
        let other = Device::enrolled(&served, role).await;
        assert!(!is_asked(&other).await, "{role:?}");
    }
    log.put_pin_for(now(), vec![]).await.unwrap();
    assert!(!is_asked(&fresh).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kiosk_and_a_device_that_nobody_wants_closed_never_close() {
    let served = served().await;
    let kiosk = Device::enrolled(&served, Role::Kiosk).await;
    assert!(escrow::told(&kiosk.path()).is_none());
    let log = &served.app.town.log;
    log.put_closes_after(now(), 0).await.unwrap();
    let crew = Device::enrolled(&served, Role::Crew).await;
    crew.app.exchanger.exchange().await.unwrap();
    let path = crew.path();
    pass(&path, 4_000);
    escrow::look(&path, now(), Duration::ZERO);
    pass(&path, 4_000);
    assert!(!start(&path).is_given_up());
    // The desk makes it a kiosk: what was in escrow goes.
    let device = crew.app.replica.identity().unwrap().device;
    let purpose = koina_server::log::Purpose {
        role: Role::Kiosk,
        name: "Κιόσκι".to_owned(),
        person: String::new(),
        crew: None,
        communities: Vec::new(),
    };
    log.change_device(Author::server(), now(), device, purpose)
        .await
        .unwrap();
    crew.app.exchanger.exchange().await.unwrap();
    assert!(escrow::told(&path).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_whose_keys_are_lost_is_opened_by_the_town_hall() {
    let served = served().await;
    let desk = Device::enrolled(&served, Role::Admin).await;
    for spoil in [None, Some(&b"garbage"[..]), Some(&b""[..])] {
        let (_folder, path, device) = locked(&served).await;
        for file in ["keys", "keys-copy"] {
            match spoil {
                None => std::fs::remove_file(path.with_extension(file)).unwrap(),
                Some(bytes) => std::fs::write(path.with_extension(file), bytes).unwrap(),
            }
        }
        // Where the town hall has no key either, nothing is made anew in its place.
        let kept = words_of(&path);
        for ending in ["escrow", "escrow-copy"] {
            std::fs::remove_file(path.with_extension(ending)).unwrap();
        }
        assert_eq!(
            keys_of(&path, now(), store()).map(drop),
            Err(Problem::KeysUnreadable)
        );
        put(&path, &kept);
        let (gate, opened) = gate(&path);
        let state = say(&gate, "lock_state", json!({})).await.unwrap();
        assert_eq!(state["closed"], json!(true));
        let good = code(&served, &desk, device).await;
        say(&gate, "reopen", anew(&good)).await.unwrap();
        let key = opened.lock().unwrap().clone().unwrap();
        let replica = Replica::open_keyed(&path, Some(&key), now(), Ids::Random).unwrap();
        assert!(replica.holds_unsent().unwrap());
        drop(replica);
        let mut vault = start(&path);
        let maria = vault.people()[0].id;
        assert!(vault.unlock(maria, FRESH).unwrap() == key);
    }
}
