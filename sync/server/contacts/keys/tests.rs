use std::path::Path;

use koina_model::ids::{DeviceId, DocId, Time};

use super::{Correction, KEPT, KeyId, Keys, Unread, fresh_id};

fn doc(n: u8) -> DocId {
    DocId::from_slice(&[n; 16]).unwrap()
}

fn device(n: u8) -> DeviceId {
    DeviceId::from_slice(&[n; 16]).unwrap()
}

fn keys(folder: &Path) -> Keys {
    let keys = Keys::in_folder(folder).unwrap();
    if keys.id().unwrap().is_none() {
        keys.name(&fresh_id().unwrap()).unwrap();
    }
    keys
}

/// Every byte of a folder.
fn bytes_in(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(bytes_in(&path));
        } else {
            all.extend(std::fs::read(path).unwrap());
        }
    }
    all
}

fn stands_in(sought: &[u8], bytes: &[u8]) -> bool {
    bytes.windows(sought.len()).any(|window| window == sought)
}

fn key_of(keys: &Keys, kept: &[u8]) -> Vec<u8> {
    std::fs::read(keys.path(KeyId::of(kept).unwrap())).unwrap()
}

#[test]
fn a_contact_is_read_with_its_own_key_and_for_its_own_record_only() {
    let dir = tempfile::tempdir().unwrap();
    let keys = keys(dir.path());
    let kept = keys.seal(doc(1), device(9), b"sealed").unwrap();
    assert!(kept.starts_with(KEPT) && !stands_in(b"sealed", &kept));
    let again = keys.seal(doc(1), device(9), b"sealed").unwrap();
    assert_ne!(KeyId::of(&kept), KeyId::of(&again), "nobody shares a key");
    let open = |doc, device, kept: &[u8]| keys.open(doc, device, kept).unwrap();
    assert_eq!(open(doc(1), device(9), &kept), Ok(b"sealed".to_vec()));
    assert_eq!(open(doc(1), device(8), &kept), Err(Unread::Broken));
    assert_eq!(open(doc(2), device(9), &kept), Err(Unread::Broken));
    let before = open(doc(2), device(9), b"older");
    assert_eq!(before, Ok(b"older".to_vec()), "kept before there were keys");
    std::fs::remove_file(keys.path(KeyId::of(&kept).unwrap())).unwrap();
    assert_eq!(open(doc(1), device(9), &kept), Err(Unread::NoKey));
}

#[test]
fn what_was_destroyed_leaves_no_byte_of_its_key_and_takes_no_other_along() {
    let dir = tempfile::tempdir().unwrap();
    let keys = keys(dir.path());
    let gone = keys.seal(doc(1), device(9), b"sealed").unwrap();
    let stays = keys.seal(doc(1), device(8), b"other").unwrap();
    let key = key_of(&keys, &gone);
    assert!(stands_in(&key, &bytes_in(dir.path())), "looked for rightly");
    for _ in 0..2 {
        keys.destroy(KeyId::of(&gone).unwrap()).unwrap();
        assert!(!stands_in(&key, &bytes_in(dir.path())));
    }
    let open = |device, kept: &[u8]| keys.open(doc(1), device, kept).unwrap();
    assert_eq!(open(device(9), &gone), Err(Unread::Destroyed));
    assert_eq!(open(device(8), &stays), Ok(b"other".to_vec()));
}

fn correction(keys: &Keys, of: u8, words: &[u8], at: i64) -> Correction {
    Correction {
        doc: doc(of),
        device: device(9),
        at: Time(1),
        corrected_at: Time(at),
        kept: keys.seal(doc(of), device(9), words).unwrap(),
    }
}

#[test]
fn a_copy_brings_back_what_was_lost_and_nothing_that_was_destroyed() {
    let dir = tempfile::tempdir().unwrap();
    let first = keys(&dir.path().join("keys"));
    let [gone, stays] = [1, 2].map(|n| first.seal(doc(n), device(9), b"sealed").unwrap());
    let wrong = correction(&first, 3, b"wrong", 10);
    let right = correction(&first, 3, b"right", 20);
    first.correct(&wrong).unwrap();
    let copy = dir.path().join("copy");
    assert_eq!(first.copy_to(&copy).unwrap(), 4);
    assert!(!first.is_changed());
    let older = dir.path().join("older");
    std::fs::copy(&copy, &older).unwrap();
    let key = key_of(&first, &gone);
    assert!(
        stands_in(&key, &std::fs::read(&copy).unwrap()),
        "looked for rightly"
    );
    first.destroy(KeyId::of(&gone).unwrap()).unwrap();
    first.erase(doc(1)).unwrap();
    first.correct(&right).unwrap();
    first.destroy(KeyId::of(&wrong.kept).unwrap()).unwrap();
    assert!(first.is_changed());
    assert_eq!(first.copy_to(&copy).unwrap(), 2);
    assert!(!stands_in(&key, &std::fs::read(&copy).unwrap()));

    // Whatever copy is found first.
    for order in [[&copy, &older], [&older, &copy]] {
        let folder = tempfile::tempdir().unwrap();
        let restored = Keys::in_folder(folder.path()).unwrap();
        for file in order {
            restored.take(file).unwrap();
        }
        assert_eq!(restored.id().unwrap(), first.id().unwrap());
        let open = |n, kept: &[u8]| restored.open(doc(n), device(9), kept).unwrap();
        assert_eq!(open(1, &gone), Err(Unread::Destroyed));
        assert_eq!(open(2, &stays), Ok(b"sealed".to_vec()));
        assert_eq!(open(3, &wrong.kept), Err(Unread::Destroyed));
        assert_eq!(open(3, &right.kept), Ok(b"right".to_vec()));
        assert!(!stands_in(&key, &bytes_in(folder.path())));
        let (erased, corrected) = restored.words().unwrap();
        assert_eq!((erased, corrected), (vec![doc(1)], vec![right.clone()]));
    }
    // What is erased is corrected to nothing.
    first.erase(doc(3)).unwrap();
    assert!(first.words().unwrap().1.is_empty());
    assert!(first.is_erased(doc(3)).unwrap());
}

#[test]
fn a_folder_that_lost_its_keys_takes_them_from_the_copy_before_it_writes_another() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("keys");
    let first = keys(&folder);
    let kept = first.seal(doc(1), device(9), b"sealed").unwrap();
    let copy = dir.path().join("copy");
    first.copy_to(&copy).unwrap();
    let before = std::fs::read(&copy).unwrap();
    std::fs::remove_dir_all(folder.join("keys")).unwrap();
    let empty = Keys::in_folder(&folder).unwrap();
    assert_eq!(empty.copy_to(&copy).unwrap(), 1);
    // The disk was not there, or the settings name another folder: nothing is written until somebody says so.
    std::fs::remove_dir_all(&folder).unwrap();
    let empty = Keys::in_folder(&folder).unwrap();
    assert!(empty.copy_to(&copy).is_err());
    assert_eq!(std::fs::read(&copy).unwrap(), before);
    assert_eq!(empty.take(&copy).unwrap(), 1);
    let opened = empty.open(doc(1), device(9), &kept).unwrap();
    assert_eq!(opened, Ok(b"sealed".to_vec()));
    // Another municipality's copy is neither taken nor written over.
    let other = keys(&dir.path().join("other"));
    other.seal(doc(5), device(9), b"sealed").unwrap();
    let before = std::fs::read(&copy).unwrap();
    assert!(other.copy_to(&copy).is_err());
    assert!(other.take(&copy).is_err());
    assert_eq!(std::fs::read(&copy).unwrap(), before);
    // Nor by one that has nothing yet: that is only for whoever takes it and says so.
    let fresh = keys(&dir.path().join("fresh"));
    let own = fresh.id().unwrap();
    assert!(fresh.copy_to(&copy).is_err());
    assert_eq!(fresh.id().unwrap(), own);
    assert!(fresh.is_empty().unwrap());
    assert_eq!(std::fs::read(&copy).unwrap(), before);
    assert_eq!(fresh.take(&copy).unwrap(), 1);
    assert_eq!(fresh.id().unwrap(), empty.id().unwrap());
}

#[test]
fn a_copy_is_not_written_over_the_keys_themselves() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("contact-keys");
    let keys = keys(&folder);
    let kept = keys.seal(doc(1), device(9), b"sealed").unwrap();
    // A backup into the data folder, with the usual names.
    for place in [&folder, &folder.join("id"), &folder.join("copy")] {
        assert!(keys.copy_to(place).is_err(), "{}", place.display());
        let opened = keys.open(doc(1), device(9), &kept).unwrap();
        assert_eq!(opened, Ok(b"sealed".to_vec()));
        assert!(keys.id().unwrap().is_some());
    }
    let other = dir.path().join("a folder");
    std::fs::create_dir(&other).unwrap();
    assert!(keys.copy_to(&other).is_err());
    assert!(other.is_dir());
}

#[test]
fn a_copy_that_is_not_whole_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let first = keys(&dir.path().join("keys"));
    first.seal(doc(1), device(9), b"sealed").unwrap();
    let copy = dir.path().join("copy");
    first.copy_to(&copy).unwrap();
    let whole = std::fs::read(&copy).unwrap();
    let target = Keys::in_folder(&dir.path().join("target")).unwrap();
    for cut in 0..whole.len() {
        std::fs::write(&copy, &whole[..cut]).unwrap();
        assert!(target.take(&copy).is_err(), "{cut}");
    }
    for place in 0..whole.len() {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        std::fs::write(&copy, &changed).unwrap();
        assert!(target.take(&copy).is_err(), "{place}");
    }
    assert!(bytes_in(&dir.path().join("target")).is_empty());
}

#[test]
fn a_key_that_was_cut_off_is_missing_and_taken_from_the_copy_again() {
    let dir = tempfile::tempdir().unwrap();
    let keys = keys(&dir.path().join("keys"));
    let kept = keys.seal(doc(1), device(9), b"sealed").unwrap();
    keys.seal(doc(2), device(9), b"sealed").unwrap();
    let copy = dir.path().join("copy");
    assert_eq!(keys.copy_to(&copy).unwrap(), 2);
    let path = keys.path(KeyId::of(&kept).unwrap());
    for cut in [&b""[..], b"short"] {
        // As a full disk or a cut leaves it: no key, and none that was destroyed.
        std::fs::write(&path, cut).unwrap();
        let opened = keys.open(doc(1), device(9), &kept).unwrap();
        assert_eq!(opened, Err(Unread::NoKey));
        assert_eq!(
            keys.copy_to(&copy).unwrap(),
            2,
            "taken before it is written"
        );
        let opened = keys.open(doc(1), device(9), &kept).unwrap();
        assert_eq!(opened, Ok(b"sealed".to_vec()));
    }
    // A copy that is damaged keeps nobody from writing another.
    std::fs::write(&copy, b"").unwrap();
    assert_eq!(keys.copy_to(&copy).unwrap(), 2);
}
