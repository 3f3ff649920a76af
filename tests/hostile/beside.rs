//! The small files beside a replica, after a disk or somebody worked on them: keys, identity, tries, photos, words about
//! erasing.

use std::path::{Path, PathBuf};

use koina_model::ids::Time;
use koina_model::problem::Problem;
use koina_model::reference::Text2;
use koina_sync::erase::{self, Withdrawn};
use koina_sync::replica::{Ids, Replica};
use koina_sync::vault::{Key, NoKeyStore, Vault};
use tempfile::TempDir;

const NOW: Time = Time(1_772_000_000_000);
/// Each way in with the ending of its file.
const WAYS: [&str; 6] = [
    "keys",
    "keys-copy",
    "identity",
    "tries",
    "erasing",
    "erased",
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
    let way = usize::from(*way) % (WAYS.len() + 2);
    let Some(ending) = WAYS.get(way) else {
        return photo(&path, &key, bytes, way == WAYS.len());
    };
    std::fs::write(path.with_extension(ending), bytes).unwrap();
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
    let mut files: Vec<PathBuf> = WAYS.map(|ending| path.with_extension(ending)).to_vec();
    files.push(photos.path(name));
    files.push(photos.folder().join(format!("{name}.part")));
    let numbered = files.iter().enumerate().filter_map(|(way, file)| {
        let bytes = std::fs::read(file).ok()?;
        Some([&[u8::try_from(way).unwrap()], bytes.as_slice()].concat())
    });
    numbered.collect()
}
