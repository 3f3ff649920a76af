#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use tempfile::TempDir;

use super::*;

const NOW: Time = Time(1_795_244_400_000);
const PIN: &str = "482913";
/// As little as Argon2id takes: what is tested here is not how long it takes.
const CHEAP: Cost = Cost {
    memory_kib: 8,
    passes: 1,
    lanes: 1,
};

fn at(folder: &TempDir) -> PathBuf {
    folder.path().join("replica.sqlite")
}

fn vault(folder: &TempDir) -> Vault {
    Vault::with_cost(&at(folder), NOW, CHEAP, Arc::new(NoKeyStore)).unwrap()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// A vault that Maria opens.
fn marias(folder: &TempDir) -> (Vault, Key) {
    let mut vault = vault(folder);
    let key = vault.key().unwrap();
    vault.add(&key, "Μαρία", PIN, id(1)).unwrap();
    (vault, key)
}

fn bytes_of(folder: &TempDir) -> Vec<u8> {
    let files = std::fs::read_dir(folder.path()).unwrap();
    let read = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
    read.flatten().collect()
}

fn stands_in(bytes: &[u8], sought: &[u8]) -> bool {
    bytes.windows(sought.len()).any(|window| window == sought)
}

#[test]
fn the_key_lies_open_until_somebody_has_a_pin_and_then_nowhere() {
    let folder = TempDir::new().unwrap();
    let first = vault(&folder);
    let key = first.key().unwrap();
    let clear = hex(&key.0);
    assert!(stands_in(&bytes_of(&folder), clear.as_bytes()));
    assert!(vault(&folder).key() == Some(key.clone()), "the same again");

    let (mut vault_, same) = marias(&folder);
    assert!(same == key);
    for (name, pin, n) in [("Νίκος", "πουλιά στο νερό", 2), ("Άννα", "090807", 3)]
    {
        vault_.add(&key, name, pin, id(n)).unwrap();
    }
    let bytes = bytes_of(&folder);
    assert!(!stands_in(&bytes, clear.as_bytes()) && !stands_in(&bytes, &key.0));
    assert!(!stands_in(&bytes, PIN.as_bytes()));

    let mut again = vault(&folder);
    assert!(again.key().is_none());
    let names: Vec<String> = again.people().into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["Μαρία", "Νίκος", "Άννα"]);
    assert!(again.unlock(id(1), PIN).unwrap() == key);
    assert!(again.unlock(id(2), " πουλιά στο νερό ").unwrap() == key);
    assert!(
        matches!(again.unlock(id(2), PIN), Err(Problem::WrongPin)),
        "another's PIN"
    );
    assert!(matches!(again.unlock(id(9), PIN), Err(Problem::NotFound)));
}

#[test]
fn wrong_pins_make_everybody_wait_also_after_a_restart_and_without_room_on_the_disk() {
    let folder = TempDir::new().unwrap();
    let (mut vault_, key) = marias(&folder);
    vault_.add(&key, "Νίκος", "739105", id(2)).unwrap();
    for _ in 0..TRIES {
        assert_eq!(vault_.wait_s(), 0);
        assert!(matches!(
            vault_.unlock(id(1), "000001"),
            Err(Problem::WrongPin)
        ));
    }
    let waits = |vault: &mut Vault| match vault.unlock(id(2), "739105") {
        Err(Problem::TooManyTries { wait_s }) => wait_s,
        other => panic!("{other:?}"),
    };
    assert!((29..=30).contains(&waits(&mut vault_)), "the right one too");
    // A fresh start waits as long again, whatever the clock says.
    let mut again = vault(&folder);
    assert!((29..=30).contains(&waits(&mut again)));
    // Who waited may try once, and waits twice as long.
    again.since -= WAIT;
    assert!(matches!(
        again.unlock(id(1), "000001"),
        Err(Problem::WrongPin)
    ));
    assert!((59..=60).contains(&waits(&mut again)));
    again.since -= WAIT * 2;
    assert!(again.unlock(id(2), "739105").unwrap() == key);
    assert_eq!(
        vault(&folder).wait_s(),
        0,
        "all is forgotten with the right one"
    );
    for _ in 0..60 {
        again.note(again.wrong + 1).unwrap();
    }
    assert!(
        again.wait_s() <= 15 * 60,
        "and nobody waits longer than that"
    );
    // What is noted takes no more room each time, and one that rotted counts as several.
    let tries = at(&folder).with_extension("tries");
    assert_eq!(std::fs::metadata(&tries).unwrap().len(), 11);
    std::fs::write(&tries, "?").unwrap();
    assert!(vault(&folder).wait_s() > 0);
}

#[test]
fn one_file_of_two_is_enough_and_none_is_never_written_over() {
    let folder = TempDir::new().unwrap();
    let (_, key) = marias(&folder);
    let first = at(&folder).with_extension("keys");
    let whole = std::fs::read(&first).unwrap();
    for path in [first.clone(), second(&first)] {
        for damage in [Vec::new(), whole[..whole.len() / 2].to_vec(), {
            let mut flipped = whole.clone();
            flipped[whole.len() / 3] ^= 1;
            flipped
        }] {
            std::fs::write(&path, damage).unwrap();
            assert!(vault(&folder).unlock(id(1), PIN).unwrap() == key);
            assert_eq!(
                std::fs::read(&path).unwrap(),
                whole,
                "made anew from the other"
            );
        }
        std::fs::remove_file(&path).unwrap();
        assert!(vault(&folder).unlock(id(1), PIN).unwrap() == key);
    }
    for path in [first.clone(), second(&first)] {
        std::fs::write(&path, "ό,τι να 'ναι").unwrap();
    }
    let opened = Vault::with_cost(&at(&folder), NOW, CHEAP, Arc::new(NoKeyStore));
    assert!(matches!(opened, Err(Problem::KeysUnreadable)));
    assert_eq!(std::fs::read_to_string(&first).unwrap(), "ό,τι να 'ναι");
}

#[test]
fn a_pin_is_changed_and_taken_away_but_for_the_last() {
    let folder = TempDir::new().unwrap();
    let (mut vault_, key) = marias(&folder);
    vault_.change(&key, id(1), "118822").unwrap();
    assert!(matches!(vault_.unlock(id(1), PIN), Err(Problem::WrongPin)));
    assert!(vault_.unlock(id(1), "118822").unwrap() == key);
    assert!(matches!(vault_.remove(id(1)), Err(Problem::LastPerson)));
    vault_.add(&key, "Νίκος", "739105", id(2)).unwrap();
    vault_.remove(id(1)).unwrap();
    assert!(matches!(
        vault_.unlock(id(1), "118822"),
        Err(Problem::NotFound)
    ));
    assert!(matches!(vault_.remove(id(1)), Err(Problem::NotFound)));
    assert!(vault(&folder).unlock(id(2), "739105").unwrap() == key);
}

#[test]
fn names_and_pins_that_will_not_do_are_refused_in_words() {
    let folder = TempDir::new().unwrap();
    let (mut vault_, key) = marias(&folder);
    let field = |field: &str, rule: FieldRule| Err(Problem::field(field, rule));
    let long = "π".repeat(65);
    for (name, pin, refused) in [
        ("  ", "482913", field("name", FieldRule::Missing)),
        (" Μαρία ", "482913", field("name", FieldRule::Taken)),
        (
            &"Ν".repeat(61),
            "482913",
            field("name", FieldRule::TooLong { max: 60 }),
        ),
        ("Νίκος", " ", field("pin", FieldRule::Missing)),
        (
            "Νίκος",
            "48291",
            field("pin", FieldRule::TooShort { min: 6 }),
        ),
        ("Νίκος", &long, field("pin", FieldRule::TooLong { max: 64 })),
        ("Νίκος", "222222", field("pin", FieldRule::TooEasy)),
        ("Νίκος", "123456", field("pin", FieldRule::TooEasy)),
        ("Νίκος", "987654", field("pin", FieldRule::TooEasy)),
        ("Νίκος", "1234567890", field("pin", FieldRule::TooEasy)),
        ("Νίκος", "123123", field("pin", FieldRule::TooEasy)),
        ("Νίκος", "111112", field("pin", FieldRule::TooEasy)),
    ] {
        assert_eq!(
            vault_.add(&key, name, pin, id(5)),
            refused,
            "{name:?} {pin:?}"
        );
    }
    assert_eq!(vault_.people().len(), 1);
}

#[test]
fn what_is_sealed_opens_for_its_purpose_and_key_only() {
    let key = Key::of([7; 32]);
    let sealed = key.seal("one", b"words").unwrap();
    assert_eq!(key.open("one", &sealed).unwrap(), b"words");
    assert_ne!(key.seal("one", b"words").unwrap(), sealed);
    assert!(key.open("two", &sealed).is_none());
    assert!(Key::of([8; 32]).open("one", &sealed).is_none());
    for at in 0..sealed.len() {
        let mut flipped = sealed.clone();
        flipped[at] ^= 1;
        assert!(key.open("one", &flipped).is_none());
        assert!(key.open("one", &sealed[..at]).is_none());
    }
}

#[test]
fn a_key_that_is_lost_is_not_made_anew_beside_records_that_need_it() {
    let folder = TempDir::new().unwrap();
    let sidecar = at(&folder).with_extension("identity");
    std::fs::write(&sidecar, "koina-sidecar-2 0011223344556677\n…").unwrap();
    let opened = Vault::with_cost(&at(&folder), NOW, CHEAP, Arc::new(NoKeyStore));
    assert!(matches!(opened, Err(Problem::KeysUnreadable)));
    assert!(!at(&folder).with_extension("keys").exists());
    // Beside a device from before there was no key to lose.
    std::fs::write(&sidecar, "{}").unwrap();
    assert!(vault(&folder).key().is_some());
}

#[test]
fn two_apps_at_once_lose_nobody_and_give_nobody_more_tries() {
    let folder = TempDir::new().unwrap();
    let (mut one, mut other) = (vault(&folder), vault(&folder));
    let key = one.key().unwrap();
    assert!(other.key().unwrap() == key, "one key, whoever came first");
    one.add(&key, "Μαρία", PIN, id(1)).unwrap();
    other.add(&key, "Νίκος", "739105", id(2)).unwrap();
    assert_eq!(vault(&folder).people().len(), 2);
    other.remove(id(1)).unwrap();
    one.change(&key, id(2), "118822").unwrap();
    assert_eq!(vault(&folder).people().len(), 1);
    for _ in 0..TRIES {
        assert!(matches!(
            one.unlock(id(2), "000001"),
            Err(Problem::WrongPin)
        ));
    }
    other.since -= WAIT_MAX;
    assert!(matches!(
        other.unlock(id(2), "118822"),
        Err(Problem::TooManyTries { .. })
    ));
}

#[test]
fn letters_are_the_same_however_a_keyboard_writes_them() {
    let folder = TempDir::new().unwrap();
    let (mut vault_, key) = marias(&folder);
    vault_
        .change(&key, id(1), "καλ\u{3ac} πουλι\u{3b1}\u{301}")
        .unwrap();
    assert!(vault_.unlock(id(1), "καλ\u{1f71} πουλι\u{3ac}").unwrap() == key);
}

#[test]
fn a_disk_without_room_is_in_the_way_of_no_right_pin() {
    let folder = TempDir::new().unwrap();
    let (_, key) = marias(&folder);
    // The copy is old, and neither it nor anything else can be made anew.
    let first = at(&folder).with_extension("keys");
    std::fs::write(second(&first), "παλιό").unwrap();
    for file in [first.clone(), second(&first)] {
        let mut fresh = file.into_os_string();
        fresh.push("-new");
        std::fs::create_dir(fresh).unwrap();
    }
    assert!(vault(&folder).unlock(id(1), PIN).unwrap() == key);
}

#[test]
fn a_device_that_nobody_opens_any_more_is_left_open() {
    let folder = TempDir::new().unwrap();
    let (mut vault_, key) = marias(&folder);
    vault_.leave_open(&key).unwrap();
    assert!(vault(&folder).key() == Some(key));
    assert!(vault(&folder).people().is_empty());
}
