use koina_model::ids::{DeviceId, DocId};

use super::{KEPT, Keys, Name, Unread};

fn name(doc: u8, device: u8) -> Name {
    Name {
        doc: DocId::from_slice(&[doc; 16]).unwrap(),
        device: DeviceId::from_slice(&[device; 16]).unwrap(),
        version: 0,
    }
}

/// Every byte of a folder.
fn bytes_in(folder: &std::path::Path) -> Vec<u8> {
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

#[test]
fn a_contact_is_read_with_its_own_key_and_under_its_own_name_only() {
    let dir = tempfile::tempdir().unwrap();
    let keys = Keys::in_folder(dir.path()).unwrap();
    let (one, other) = (name(1, 9), name(1, 8));
    let kept = keys.seal(one, b"sealed").unwrap().unwrap();
    assert!(kept.fresh && kept.bytes.starts_with(KEPT));
    assert!(!stands_in(b"sealed", &kept.bytes));
    assert!(!keys.seal(one, b"again").unwrap().unwrap().fresh);
    keys.seal(other, b"another").unwrap().unwrap();
    assert_eq!(keys.open(one, &kept.bytes).unwrap(), Ok(b"sealed".to_vec()));
    assert_eq!(keys.open(other, &kept.bytes).unwrap(), Err(Unread::NoKey));
    let missing = name(2, 9);
    assert_eq!(keys.open(missing, &kept.bytes).unwrap(), Err(Unread::NoKey));
    assert_eq!(
        keys.open(missing, b"older").unwrap(),
        Ok(b"older".to_vec()),
        "kept before there were keys"
    );
}

#[test]
fn what_was_destroyed_stays_so_and_leaves_no_byte_of_its_key() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("keys");
    let keys = Keys::in_folder(&folder).unwrap();
    let (gone, stays) = (name(1, 9), name(2, 9));
    let kept = keys.seal(gone, b"sealed").unwrap().unwrap().bytes;
    keys.seal(stays, b"other").unwrap();
    let path = keys.path(gone);
    let key = std::fs::read(&path).unwrap();
    // Cut off between the two names of a file.
    let mut second = path.into_os_string();
    second.push("-new-00");
    std::fs::hard_link(keys.path(gone), second).unwrap();
    assert!(stands_in(&key, &bytes_in(&folder)), "looked for rightly");
    keys.destroy(gone.doc).unwrap();
    assert!(!stands_in(&key, &bytes_in(&folder)));
    assert_eq!(keys.open(gone, &kept).unwrap(), Err(Unread::Destroyed));
    assert!(keys.seal(gone, b"sealed").unwrap().is_none());
    assert!(keys.seal(name(1, 7), b"late").unwrap().is_none());
    assert_eq!(keys.destroyed().unwrap(), [gone.doc]);
    keys.destroy(gone.doc).unwrap();
    assert!(keys.seal(stays, b"other").unwrap().is_some());
}

#[test]
fn a_copy_brings_back_what_was_lost_and_nothing_that_was_destroyed() {
    let dir = tempfile::tempdir().unwrap();
    let keys = Keys::in_folder(&dir.path().join("keys")).unwrap();
    let (gone, stays, corrected) = (name(1, 9), name(2, 9), name(3, 9));
    let copy = dir.path().join("copy");
    let kept = [gone, stays, corrected].map(|name| keys.seal(name, b"sealed").unwrap().unwrap());
    let newer = Name {
        version: 1,
        ..corrected
    };
    let kept_newer = keys.seal(newer, b"right").unwrap().unwrap();
    assert_eq!(keys.copy_to(&copy).unwrap(), 4);
    let older = dir.path().join("older");
    std::fs::copy(&copy, &older).unwrap();
    assert!(!keys.is_changed());
    let key = std::fs::read(keys.path(gone)).unwrap();
    assert!(
        stands_in(&key, &std::fs::read(&copy).unwrap()),
        "looked for rightly"
    );
    keys.destroy(gone.doc).unwrap();
    keys.destroy_but(corrected.doc, &[newer]).unwrap();
    assert!(keys.is_changed());
    assert_eq!(keys.copy_to(&copy).unwrap(), 2);
    assert!(!stands_in(&key, &std::fs::read(&copy).unwrap()));

    let restored = Keys::in_folder(&dir.path().join("restored")).unwrap();
    assert_eq!(restored.take(&copy).unwrap(), 2);
    // Whatever else is found of it later.
    restored.take(&older).unwrap();
    let read = |name, kept: &super::Kept| restored.open(name, &kept.bytes).unwrap();
    assert_eq!(read(gone, &kept[0]), Err(Unread::Destroyed));
    assert_eq!(read(stays, &kept[1]), Ok(b"sealed".to_vec()));
    assert_eq!(read(corrected, &kept[2]), Err(Unread::Destroyed));
    assert_eq!(read(newer, &kept_newer), Ok(b"right".to_vec()));
    // The other way round: what is here and was destroyed there goes.
    let other = Keys::in_folder(&dir.path().join("other")).unwrap();
    other.take(&older).unwrap();
    assert_eq!(
        other.open(gone, &kept[0].bytes).unwrap(),
        Ok(b"sealed".to_vec())
    );
    other.take(&copy).unwrap();
    assert_eq!(
        other.open(gone, &kept[0].bytes).unwrap(),
        Err(Unread::Destroyed)
    );
    assert_eq!(
        other.open(corrected, &kept[2].bytes).unwrap(),
        Err(Unread::Destroyed)
    );
}

#[test]
fn a_copy_that_is_not_whole_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let keys = Keys::in_folder(&dir.path().join("keys")).unwrap();
    keys.seal(name(1, 9), b"sealed").unwrap();
    let copy = dir.path().join("copy");
    keys.copy_to(&copy).unwrap();
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
fn a_key_that_does_not_hold_is_a_failure_and_not_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let keys = Keys::in_folder(dir.path()).unwrap();
    let kept = keys.seal(name(1, 9), b"sealed").unwrap().unwrap();
    let path = keys.path(name(1, 9));
    std::fs::write(&path, b"short").unwrap();
    assert!(keys.open(name(1, 9), &kept.bytes).is_err());
    assert!(keys.seal(name(1, 9), b"sealed").is_err());
    assert_eq!(std::fs::read(&path).unwrap(), b"short");
}
