//! The small files beside a replica, after a disk or somebody worked on them: keys, identity, tries, photos, words about
//! erasing.

use std::path::{Path, PathBuf};
use std::time::Duration;

use koina_model::exchange::EnrolAnswer;
use koina_model::ids::Time;
use koina_model::lists::Lists;
use koina_model::problem::Problem;
use koina_model::reference::Text2;
use koina_sync::courier;
use koina_sync::erase::{self, Withdrawn};
use koina_sync::escrow::{self, Contact, Sealed, TO_DEVICE};
use koina_sync::identity::NewKey;
use koina_sync::replica::{Ids, Replica};
use koina_sync::vault::{Key, NoKeyStore, Vault};
use tempfile::TempDir;

use crate::installed::summed;

use super::{cbor, device, people};

const NOW: Time = Time(1_772_000_000_000);
/// Each way in: the ending of its file, or what it is of a photo, or what the town hall gives back.
const WAYS: [&str; 11] = [
    "keys",
    "keys-copy",
    "identity",
    "tries",
    "erasing",
    "erased",
    "photo",
    "photo.part",
    "escrow",
    "escrow-copy",
    "key-back",
];
const PICTURE: &[u8] = b"\xff\xd8\xff a picture of a broken lamp";

/// A device with a key and a photo.
fn stage(folder: &Path) -> (PathBuf, Key) {
    let path = folder.join("replica.sqlite");
    let vault = Vault::open(&path, NOW).unwrap();
    let key = vault.key().unwrap();
    let replica = Replica::open_keyed(&path, Some(&key), NOW, Ids::Random).unwrap();
    replica.save_draft("note", "αυτό μένει", NOW).unwrap();
    replica.photos().put(PICTURE).unwrap();
    (path, key)
}

pub(super) fn take(bytes: &[u8]) {
    let Some((way, bytes)) = bytes.split_first() else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let (path, key) = stage(folder.path());
    let ending = WAYS[usize::from(*way) % WAYS.len()];
    match ending {
        "photo" | "photo.part" => return photo(&path, &key, bytes, ending == "photo"),
        "key-back" => return key_comes_back(&path, &key, bytes),
        "escrow" | "escrow-copy" => {
            escrowed(&path, &key);
            std::fs::write(path.with_extension(ending), with_its_sum(bytes)).unwrap();
            tells(&path);
        }
        _ => std::fs::write(path.with_extension(ending), bytes).unwrap(),
    }
    if erase::finish(&path, &NoKeyStore).unwrap() {
        // Somebody who may write here may as well delete everything; it is done whole.
        assert!(!path.exists());
    }
    let _ = erase::told(&path);
    match Vault::open(&path, NOW) {
        Ok(vault) => {
            if let (Some(held), true) = (vault.key(), path.exists()) {
                let opened = Replica::open_keyed(&path, Some(&held), NOW, Ids::Random);
                // No key is made anew beside records that have one.
                let made_anew = held != key && !bytes.starts_with(b"{");
                assert!(!made_anew, "another key");
                if held == key {
                    let kept = opened.unwrap().draft("note").unwrap();
                    assert_eq!(kept.as_deref(), Some("αυτό μένει"));
                }
            }
            let _ = vault.wait_s();
        }
        Err(problem) => assert!(!matches!(problem, Problem::Internal { .. }), "{problem}"),
    }
}

/// The key of a device is in escrow, as after an exchange with a town hall that has shown who it is. Gives the key of that.
fn escrowed(path: &Path, key: &Key) -> courier::Key {
    let town = courier::Key::new();
    let replica = Replica::open_keyed(path, Some(key), NOW, Ids::Random).unwrap();
    let answer: EnrolAnswer = serde_json::from_slice(&device::enrolment()).unwrap();
    let identity = NewKey::from_seed([7; 32]).enrolled(people::OTHER, "https://town", &answer);
    replica.set_identity(&identity).unwrap();
    let lists = Lists {
        version: 2,
        courier: town.public(),
        closes_after_days: 90,
        ..Lists::empty()
    };
    replica.set_lists(&lists).unwrap();
    escrow::keep(&replica, NOW).unwrap();
    assert!(escrow::holds(path));
    town
}

/// Nothing gets further than the sum that is not written with the rest.
fn with_its_sum(bytes: &[u8]) -> Vec<u8> {
    match serde_json::from_slice(bytes) {
        Ok(words) => summed(&words).into_bytes(),
        Err(_) => bytes.to_vec(),
    }
}

/// Whatever stands in escrow: a device closes only where the town hall surely opens it.
fn tells(path: &Path) {
    let late = Time(NOW.0 + 400 * 24 * 3_600_000);
    let _ = escrow::look(path, NOW, Duration::ZERO);
    let _ = escrow::look(path, late, Duration::from_secs(60));
    if escrow::contact(path, late) == Contact::Over {
        assert!(escrow::holds(path));
    }
    assert_eq!(escrow::holds_twice(path).unwrap(), escrow::holds(path));
}

/// Only the key of this device is taken back, whoever answers.
fn key_comes_back(path: &Path, key: &Key, bytes: &[u8]) {
    escrowed(path, key);
    let mine = courier::Key::new();
    let sealed = |words: &Sealed| courier::seal(TO_DEVICE, &mine.public(), words).unwrap();
    let answer =
        ciborium::from_reader(bytes).map_or_else(|_| bytes.to_vec(), |words| sealed(&words));
    let line = device::Says::once(answer);
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let back = escrow::reopen(path, &line, "7K2QM-X4R9T", &mine);
    match runtime.unwrap().block_on(back) {
        Ok(back) => assert!(back == *key, "another key"),
        Err(problem) => assert!(!matches!(problem, Problem::Internal { .. }), "{problem}"),
    }
}

fn photo(path: &Path, key: &Key, bytes: &[u8], whole: bool) {
    let replica = Replica::open_keyed(path, Some(key), NOW, Ids::Random).unwrap();
    let photos = replica.photos();
    let name = koina_model::photos::FileHash::of(PICTURE);
    if whole {
        std::fs::write(photos.path(name), bytes).unwrap();
        if let Some(read) = photos.read(name).unwrap() {
            assert_eq!(read, PICTURE);
        }
        let _ = photos.size(name).unwrap();
        return;
    }
    let part = photos.folder().join(format!("{name}.part"));
    std::fs::write(part, bytes).unwrap();
    let had = photos.had(name).unwrap();
    let begin = photos.read_part(name).unwrap();
    assert_eq!(begin.len() as u64, had);
    photos.append(name, had, PICTURE).unwrap();
    photos.append(name, 0, PICTURE).unwrap();
    photos.finish(name).unwrap();
    assert_eq!(photos.read(name).unwrap().as_deref(), Some(PICTURE));
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let folder = TempDir::new().unwrap();
    let (path, key) = stage(folder.path());
    let withdrawn = Withdrawn {
        municipality: Text2::default(),
        name: "Συνεργείο".to_owned(),
        at: NOW,
        kiosk: false,
        link: None,
    };
    let replica = Replica::open_keyed(&path, Some(&key), NOW, Ids::Random).unwrap();
    let photos = replica.photos();
    let name = koina_model::photos::FileHash::of(PICTURE);
    photos.append(name, 0, &PICTURE[..7]).unwrap();
    photos.append(name, 7, &PICTURE[7..]).unwrap();
    erase::begin(&path, &withdrawn).unwrap();
    escrowed(&path, &key);
    let back = Sealed {
        device: people::OTHER,
        key: key.bytes().to_vec().into(),
    };
    let numbered = WAYS.iter().enumerate().filter_map(|(way, ending)| {
        let bytes = match *ending {
            "photo" => std::fs::read(photos.path(name)).ok()?,
            "photo.part" => std::fs::read(photos.folder().join(format!("{name}.part"))).ok()?,
            "escrow" | "escrow-copy" => {
                let text = std::fs::read_to_string(path.with_extension(ending)).ok()?;
                text.lines().next()?.as_bytes().to_vec()
            }
            "key-back" => cbor(&back),
            ending => std::fs::read(path.with_extension(ending)).ok()?,
        };
        Some([&[u8::try_from(way).unwrap()], bytes.as_slice()].concat())
    });
    numbered.collect()
}
