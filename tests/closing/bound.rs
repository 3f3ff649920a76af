//! Where the operating system has a key store, a PIN opens nothing without the device secret there; whatever becomes of that
//! secret, nothing is lost.

use koina_sync::durable::Alone;
use koina_sync::erase::{self, Withdrawn};
use koina_sync::vault::Vault;
use koina_tests::shelf::Shelf;

use super::*;

const KEYS: [&str; 2] = ["keys", "keys-copy"];

/// The computer is switched on, the app begins, and Maria opens with her PIN. Gives what the vault has to say of her.
fn opens(path: &Path, store: &Arc<Shelf>) -> Result<Key, Problem> {
    opens_as(path, store, "Μαρία", PIN)
}

fn opens_as(path: &Path, store: &Arc<Shelf>, name: &str, pin: &str) -> Result<Key, Problem> {
    store.later();
    let mut vault = begin(path, store);
    let person = of(&vault, name);
    unlock(&mut vault, person, pin)
}

/// As the app does it: whoever opened is bound afterwards.
fn unlock(vault: &mut Vault, person: uuid::Uuid, pin: &str) -> Result<Key, Problem> {
    let opened = vault.unlock_whole(person, pin)?;
    // What stands in the way of that is no matter of theirs.
    let _ = vault.bind(&opened);
    Ok(opened.key)
}

fn begin(path: &Path, store: &Arc<Shelf>) -> Vault {
    let store: Arc<dyn KeyStore> = store.clone();
    keys_of(path, now(), store).unwrap()
}

fn who_is_bound(path: &Path, store: &Arc<Shelf>) -> Vec<bool> {
    let people = begin(path, store).people();
    people.iter().map(|one| one.bound).collect()
}

fn of(vault: &Vault, name: &str) -> uuid::Uuid {
    let people = vault.people();
    people.iter().find(|one| one.name == name).unwrap().id
}

/// The names of the device secrets that the files ask for.
fn bound_to(path: &Path) -> Vec<String> {
    let people = words_in(path, "keys")["people"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let secrets = people.iter().filter_map(|one| one["secret"].as_str());
    secrets.map(str::to_owned).collect()
}

/// The second file cannot be written, until the folder that is given goes.
fn copy_refused(path: &Path) -> PathBuf {
    let fresh = path.with_extension("keys-copy-new");
    std::fs::create_dir(&fresh).unwrap();
    fresh
}

/// A locked device whose people are both bound to a key store.
async fn bound(served: &Served) -> (TempDir, PathBuf, DeviceId, Arc<Shelf>, Key) {
    let (folder, path, device) = locked(served).await;
    let store = Arc::new(Shelf::default());
    let key = opens(&path, &store).unwrap();
    for _ in 0..3 {
        let mut vault = begin(&path, &store);
        let maria = of(&vault, "Μαρία");
        assert!(unlock(&mut vault, maria, PIN).unwrap() == key);
    }
    assert_eq!(
        (bound_to(&path).len(), store.holds()),
        (0, 1),
        "not before the computer was switched off: it may keep it no longer"
    );
    assert!(opens(&path, &store).unwrap() == key);
    assert_eq!(who_is_bound(&path, &store), [true, false]);
    assert!(opens_as(&path, &store, "Νίκος", "118822").unwrap() == key);
    assert_eq!(who_is_bound(&path, &store), [true, true]);
    assert_eq!((bound_to(&path).len(), store.holds()), (2, 1));
    (folder, path, device, store, key)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_the_files_opens_nowhere_else_with_the_right_pin_either() {
    let served = served().await;
    let (_folder, path, _, store, key) = bound(&served).await;
    assert!(opens(&path, &store).unwrap() == key);
    assert_eq!(
        opens_as(&path, &store, "Μαρία", "482914"),
        Err(Problem::WrongPin)
    );

    // On a computer of the thief's nothing is tried, and nobody waits for it later.
    let elsewhere = Arc::new(Shelf::default());
    for _ in 0..8 {
        assert_eq!(opens(&path, &elsewhere), Err(Problem::KeyStoreLost));
    }
    assert_eq!(begin(&path, &store).wait_s(), 0);
    // It is no matter of what the file says: without the secret the seal does not open.
    let text = std::fs::read_to_string(path.with_extension("keys")).unwrap();
    let mut words = words_in(&path, "keys");
    for person in words["people"].as_array_mut().unwrap() {
        person.as_object_mut().unwrap().remove("secret");
    }
    put_in(&path, KEYS, &words);
    assert_eq!(opens(&path, &elsewhere), Err(Problem::WrongPin));
    for ending in KEYS {
        std::fs::write(path.with_extension(ending), &text).unwrap();
    }
    assert!(opens(&path, &store).unwrap() == key);

    // A key store that is shut for a while is one that nobody opened yet.
    store.shut(true);
    assert_eq!(opens(&path, &store), Err(Problem::KeyStoreShut));
    store.shut(false);
    assert!(opens(&path, &store).unwrap() == key);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_secret_loses_nothing_the_town_hall_opens() {
    let served = served().await;
    let desk = Device::enrolled(&served, Role::Admin).await;
    let (_folder, path, device, store, key) = bound(&served).await;
    store.empty();
    assert_eq!(opens(&path, &store), Err(Problem::KeyStoreLost));
    let (gate, opened) = gate_with(&path, store.clone());
    let good = code(&served, &desk, device).await;
    say(&gate, "reopen", anew(&good)).await.unwrap();
    assert!(opened.lock().unwrap().clone().unwrap() == key);
    let replica = Replica::open_keyed(&path, Some(&key), now(), Ids::Random).unwrap();
    assert!(replica.holds_unsent().unwrap());
    drop(replica);

    // Maria is bound anew, to another secret; for the other one the town hall, or she, makes a new PIN.
    for _ in 0..2 {
        assert!(opens_as(&path, &store, "Μαρία", FRESH).unwrap() == key);
        let other = opens_as(&path, &store, "Νίκος", "118822");
        assert_eq!(other, Err(Problem::KeyStoreLost));
    }
    assert_eq!(who_is_bound(&path, &store), [true, true]);
    let mut vault = begin(&path, &store);
    let lost = of(&vault, "Νίκος");
    vault.remove(lost).unwrap();
    vault
        .add(&key, "Νίκος", "227733", uuid::Uuid::from_u128(9))
        .unwrap();
    assert!(opens_as(&path, &store, "Νίκος", "227733").unwrap() == key);
    let secrets = bound_to(&path);
    assert!(secrets.len() == 2 && secrets[0] == secrets[1]);
    assert_eq!(store.holds(), 1, "what is lost is not kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_bound_whom_the_town_hall_could_not_let_in() {
    let served = served().await;
    let (_folder, path, _) = locked(&served).await;
    let store = Arc::new(Shelf::default());
    let kept = ["escrow", "escrow-copy"].map(|file| {
        let file = path.with_extension(file);
        let bytes = std::fs::read(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        (file, bytes)
    });
    for _ in 0..3 {
        opens(&path, &store).unwrap();
    }
    assert_eq!((bound_to(&path).len(), store.asked()), (0, 0));
    for (file, bytes) in &kept {
        std::fs::write(file, bytes).unwrap();
    }
    let key = opens(&path, &store).unwrap();
    // What was lost again before anybody needed it is left anew.
    store.empty();
    for bound in [0, 1] {
        assert!(opens(&path, &store).unwrap() == key);
        assert_eq!((bound_to(&path).len(), store.holds()), (bound, 1));
    }
    // Whoever takes the key of the town hall away frees nobody from the key store.
    for (file, _) in &kept {
        std::fs::remove_file(file).unwrap();
    }
    assert!(opens(&path, &store).unwrap() == key);
    assert_eq!(bound_to(&path).len(), 1);
    let other = opens_as(&path, &store, "Νίκος", "118822");
    assert!(other.unwrap() == key);
    assert_eq!(who_is_bound(&path, &store), [true, false]);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_files_ask_for_the_secret_or_nobody_is_said_to_be_bound() {
    let served = served().await;
    let (_folder, path, _) = locked(&served).await;
    let store = Arc::new(Shelf::default());
    let key = opens(&path, &store).unwrap();
    let fresh = copy_refused(&path);
    assert!(opens(&path, &store).unwrap() == key);
    let copy = std::fs::read_to_string(path.with_extension("keys-copy")).unwrap();
    assert_eq!(bound_to(&path).len(), 1);
    assert_eq!(who_is_bound(&path, &store), [false, false]);
    std::fs::remove_dir(&fresh).unwrap();
    let mut vault = begin(&path, &store);
    std::fs::write(path.with_extension("keys-copy"), &copy).unwrap();
    let maria = of(&vault, "Μαρία");
    assert!(unlock(&mut vault, maria, PIN).unwrap() == key);
    assert!(vault.people()[0].bound, "it is mended while the app runs");
    let files = KEYS.map(|file| std::fs::read(path.with_extension(file)).unwrap());
    assert_eq!(files[0], files[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_a_newer_app_is_left_as_it_is() {
    let served = served().await;
    let (_folder, path, _, store, key) = bound(&served).await;
    let mut vault = begin(&path, &store);
    let maria = of(&vault, "Μαρία");
    let mut words = words_in(&path, "keys");
    words["version"] = json!(3);
    words["fresh"] = json!("of which this app knows nothing");
    put_in(&path, KEYS, &words);
    let newer = Err(Problem::UpgradeNeeded);
    assert_eq!(vault.unlock(maria, PIN).map(drop), newer);
    assert_eq!(vault.change(&key, maria, FRESH), newer);
    assert_eq!(vault.remove(maria), newer);
    assert_eq!(vault.give_up(), newer);
    let left = std::fs::read_to_string(path.with_extension("keys")).unwrap();
    assert_eq!(left, summed(&words));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_cannot_open_the_key_store_gets_a_pin_that_opens_alone() {
    let served = served().await;
    let desk = Device::enrolled(&served, Role::Admin).await;
    let (_folder, path, device, store, key) = bound(&served).await;
    // A keyring that only Maria opens, when she signs in.
    store.shut(true);
    let other = opens_as(&path, &store, "Νίκος", "118822");
    assert_eq!(other, Err(Problem::KeyStoreShut));
    let (gate, _) = gate_with(&path, store.clone());
    let good = code(&served, &desk, device).await;
    let words = json!({ "code": good, "name": "Νίκος", "pin": FRESH });
    say(&gate, "reopen", words).await.unwrap();
    for shut in [false, false, true] {
        store.shut(shut);
        assert!(opens_as(&path, &store, "Νίκος", FRESH).unwrap() == key);
    }
    store.shut(false);
    assert!(opens(&path, &store).unwrap() == key, "hers stays bound");
    assert_eq!(who_is_bound(&path, &store), [true, false]);
    // Until he wants another PIN.
    let mut vault = begin(&path, &store);
    let other = of(&vault, "Νίκος");
    vault.change(&key, other, "118822").unwrap();
    assert!(opens_as(&path, &store, "Νίκος", "118822").unwrap() == key);
    assert_eq!(who_is_bound(&path, &store), [true, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shut_key_store_is_not_asked_again_for_a_colleague_either() {
    let served = served().await;
    let (_folder, path, _) = locked(&served).await;
    let store = Arc::new(Shelf::default());
    for _ in 0..2 {
        opens(&path, &store).unwrap();
    }
    assert_eq!(who_is_bound(&path, &store), [true, false]);
    store.shut(true);
    let before = store.asked();
    for _ in 0..3 {
        opens_as(&path, &store, "Νίκος", "118822").unwrap();
    }
    assert_eq!(store.asked(), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_process_waits_for_a_key_store_that_asks_for_a_password() {
    let served = served().await;
    let (_folder, path, _, store, key) = bound(&served).await;
    let is_free = |path: &Path| {
        let path = path.to_owned();
        move || drop(Alone::with(&path).expect("another process waits for the key store"))
    };
    store.meanwhile(is_free(&path));
    assert!(opens(&path, &store).unwrap() == key);
    let mut vault = begin(&path, &store);
    let maria = of(&vault, "Μαρία");
    store.meanwhile(is_free(&path));
    vault.change(&key, maria, "604817").unwrap();
    store.meanwhile(is_free(&path));
    let found = vault.look_in_store();
    let id = uuid::Uuid::from_u128(9);
    vault.readmit(&key, "Μαρία", PIN, id, &found).unwrap();
    store.later();
    let mut vault = begin(&path, &store);
    store.meanwhile(is_free(&path));
    unlock(&mut vault, id, PIN).unwrap();
    assert_eq!(who_is_bound(&path, &store), [true, true]);

    // Taken out by another process meanwhile, whoever knew the PIN stays outside.
    let mut vault = begin(&path, &store);
    let (other, place) = (store.clone(), path.clone());
    store.meanwhile(move || begin(&place, &other).remove(id).unwrap());
    assert_eq!(vault.unlock(id, PIN), Err(Problem::NotFound));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_closed_by_half_closes_with_the_next_look_or_start() {
    let served = served().await;
    closes_by_half(&served, true).await;
    closes_by_half(&served, false).await;
}

async fn closes_by_half(served: &Served, goes_on: bool) {
    let (_folder, path, _, store, _) = bound(served).await;
    pass(&path, 91);
    let (gate, _) = gate_with(&path, store.clone());
    pass(&path, 1);
    let fresh = copy_refused(&path);
    for _ in 0..2 {
        say(&gate, "lock_state", json!({})).await.unwrap();
    }
    let copy = || std::fs::read_to_string(path.with_extension("keys-copy")).unwrap();
    assert!(copy().contains("Μαρία") && bound_to(&path).is_empty());
    std::fs::remove_dir(&fresh).unwrap();
    if goes_on {
        say(&gate, "lock_state", json!({})).await.unwrap();
    } else {
        assert!(begin(&path, &store).is_given_up());
    }
    assert!(!copy().contains("Μαρία"));
    assert_eq!(store.holds(), 0, "nor is the secret left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_store_that_gives_nothing_is_asked_once_until_a_pin_changes() {
    let served = served().await;
    let (_folder, path, _) = locked(&served).await;
    let store = Arc::new(Shelf::default());
    store.shut(true);
    let key = opens(&path, &store).unwrap();
    for _ in 0..3 {
        assert!(opens(&path, &store).unwrap() == key);
    }
    assert_eq!((bound_to(&path).len(), store.asked()), (0, 1));
    store.shut(false);
    let mut vault = begin(&path, &store);
    let maria = of(&vault, "Μαρία");
    vault.change(&key, maria, "604817").unwrap();
    for _ in 0..2 {
        assert!(opens_as(&path, &store, "Μαρία", "604817").unwrap() == key);
    }
    assert_eq!(bound_to(&path).len(), 1);
    // Whoever is bound stays so with another PIN, or keeps the one they have.
    let mut vault = begin(&path, &store);
    store.shut(true);
    let shut = vault.change(&key, maria, "715926");
    assert_eq!(shut, Err(Problem::KeyStoreShut));
    store.shut(false);
    assert!(opens_as(&path, &store, "Μαρία", "604817").unwrap() == key);
    vault.change(&key, maria, "715926").unwrap();
    assert_eq!((bound_to(&path).len(), store.holds()), (1, 1));
    assert!(opens_as(&path, &store, "Μαρία", "715926").unwrap() == key);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_store_that_gives_nothing_is_asked_again_after_a_month() {
    let served = served().await;
    let (_folder, path, _) = locked(&served).await;
    let store = Arc::new(Shelf::default());
    store.shut(true);
    opens(&path, &store).unwrap();
    store.shut(false);
    let in_days = |days: i64| {
        let then = Time(now().0 + days * DAY_MS);
        store.later();
        let mut vault = Vault::open_with(&path, then, store.clone()).unwrap();
        let maria = of(&vault, "Μαρία");
        unlock(&mut vault, maria, PIN).unwrap();
        store.asked()
    };
    assert_eq!([29, 29].map(in_days), [1, 1]);
    assert!(in_days(31) > 1);
    assert_eq!(store.holds(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_stays_in_the_key_store_that_nothing_needs() {
    let served = served().await;
    let (_folder, path, _, store, _) = bound(&served).await;
    pass(&path, 91);
    begin(&path, &store);
    pass(&path, 1);
    assert!(begin(&path, &store).is_given_up());
    assert_eq!(store.holds(), 0, "closed");

    let (_folder, path, _, store, key) = bound(&served).await;
    begin(&path, &store).leave_open(&key).unwrap();
    assert_eq!(store.holds(), 0, "a kiosk");

    let (_folder, path, _, store, _) = bound(&served).await;
    let withdrawn = json!({ "municipality": { "el": "Δήμος", "en": "Municipality" }, "name": "Συνεργείο", "at": now() });
    let withdrawn: Withdrawn = serde_json::from_value(withdrawn).unwrap();
    erase::begin(&path, &withdrawn).unwrap();
    assert!(erase::finish(&path, store.as_ref()).unwrap());
    assert_eq!(store.holds(), 0, "erased");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_app_says_whether_it_is_bound() {
    let served = served().await;
    let (_folder, path, _, store, _) = bound(&served).await;
    let (gate, _) = gate_with(&path, store);
    let state = say(&gate, "lock_state", json!({})).await.unwrap();
    let bound = |n: usize| &state["people"][n]["bound"];
    assert_eq!([bound(0), bound(1)], [&json!(true), &json!(true)]);
}

/// The Secret Service of a desktop, in a session bus of its own.
#[cfg(target_os = "linux")]
mod of_system {
    use std::process::Command;
    use std::sync::atomic::{AtomicU32, Ordering};

    use koina_commands::OsKeyStore;

    use super::*;

    const PLACE: &str = "KOINA_TEST_KEY_STORE_REPLICA";
    const LEAVES: &str = "KOINA_TEST_KEY_STORE_LEAVES";
    const PASSWORD: &str = "ο κωδικός του χρήστη";

    /// What somebody gets to hear who opens the device in a process of its own.
    #[test]
    #[allow(clippy::print_stdout, reason = "that is how it is told")]
    fn an_unlocking_in_a_process_of_its_own() {
        let Ok(path) = std::env::var(PLACE) else {
            return;
        };
        let path = Path::new(&path);
        let era = std::env::var("KOINA_TEST_ERA").unwrap();
        let store = Arc::new(OsKeyStore::in_era(era));
        let mut vault = keys_of(path, now(), store.clone()).unwrap();
        let maria = of(&vault, "Μαρία");
        let opened = unlock(&mut vault, maria, PIN);
        let mut told = opened.clone().map(|_| bound_to(path).len());
        if std::env::var(LEAVES).is_ok() {
            let name = bound_to(path)[0].parse().unwrap();
            assert!(store.get(name).unwrap().is_some());
            vault.leave_open(&opened.unwrap()).unwrap();
            // A secret that goes while it is read is no answer yet.
            let gone = || matches!(store.get(name), Ok(None));
            let mut looks = 0;
            while !gone() && looks < 100 {
                std::thread::sleep(Duration::from_millis(50));
                looks += 1;
            }
            told = Ok(usize::from(!gone()));
        }
        println!("told {}", serde_json::to_string(&told).unwrap());
    }

    /// In a session whose keyring somebody opened by signing in, or did not, after the computer was switched on.
    fn told(path: &Path, home: &Path, signed_in: bool) -> Result<usize, Problem> {
        told_by(path, home, signed_in, &[])
    }

    fn told_by(
        path: &Path,
        home: &Path,
        signed_in: bool,
        wishes: &[(&str, &str)],
    ) -> Result<usize, Problem> {
        static ERA: AtomicU32 = AtomicU32::new(0);
        let era = ERA.fetch_add(1, Ordering::Relaxed);
        let run = TempDir::new().unwrap();
        let program = std::env::current_exe().unwrap();
        let open = match signed_in {
            true => {
                "printf %s \"$KOINA_TEST_PASSWORD\" | gnome-keyring-daemon --unlock --components=secrets >&2"
            }
            false => "gnome-keyring-daemon --start --components=secrets >&2",
        };
        let script = format!("{open} && \"$0\" \"$@\"");
        let output = Command::new("dbus-run-session")
            .args(["--", "sh", "-c", &script])
            .arg(program)
            .args([
                "--exact",
                "bound::of_system::an_unlocking_in_a_process_of_its_own",
            ])
            .args(["--nocapture", "--test-threads=1"])
            .env(PLACE, path)
            .envs(wishes.iter().copied())
            .env("KOINA_TEST_ERA", era.to_string())
            .env("KOINA_TEST_PASSWORD", PASSWORD)
            .env("HOME", home)
            .env("XDG_DATA_HOME", home.join("share"))
            .env("XDG_RUNTIME_DIR", run.path())
            // Nobody answers when it asks for a password.
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            // Nor is whoever runs the tests asked.
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env_remove("GNOME_KEYRING_CONTROL")
            .output()
            .expect("dbus-run-session and gnome-keyring are installed");
        koina_tests::process::told(&output)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_device_is_bound_to_the_key_store_of_its_system() {
        let served = served().await;
        let (_folder, path, _) = locked(&served).await;
        let home = TempDir::new().unwrap();
        std::fs::create_dir(home.path().join("share")).unwrap();
        // Nobody has a keyring: it opens as ever.
        let nowhere = TempDir::new().unwrap();
        assert_eq!(told(&path, nowhere.path(), false), Ok(0));
        let mut vault = keys_of(&path, now(), store()).unwrap();
        let maria = of(&vault, "Μαρία");
        let key = vault.unlock(maria, PIN).unwrap();
        vault.change(&key, maria, PIN).unwrap();
        drop(vault);

        assert_eq!(told(&path, home.path(), true), Ok(0), "it is left there");
        assert_eq!(told(&path, home.path(), true), Ok(1), "it is found there");
        assert_eq!(told(&path, home.path(), true), Ok(1));
        let shut = told(&path, home.path(), false);
        assert_eq!(shut, Err(Problem::KeyStoreShut), "nobody signed in");
        let others = told(&path, nowhere.path(), true);
        assert_eq!(others, Err(Problem::KeyStoreLost));
        assert_eq!(told(&path, home.path(), true), Ok(1));
        let left = told_by(&path, home.path(), true, &[(LEAVES, "")]);
        assert_eq!(left, Ok(0), "a kiosk leaves nothing in the key store");
    }
}
