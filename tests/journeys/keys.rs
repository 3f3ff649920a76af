//! Each contact has a key of its own, which is in no backup of the log: with the key it is gone from all of them.

use std::path::{Path, PathBuf};

use koina_model::contacts::EraseReason;
use koina_model::ids::DocId;
use koina_server::contacts::keys::{KEPT, Keys};
use koina_sync::identity::hex;
use koina_tests::town::{Town, keys_of};

use super::erased::{Told, erase, kept, read, report, told};

/// The bytes of a contact's key.
fn key_of(town: &Town, id: DocId) -> Vec<u8> {
    let path = key_file(town, id);
    let key = std::fs::read(path).unwrap();
    assert_eq!(key.len(), 32);
    key
}

fn key_file(town: &Town, id: DocId) -> PathBuf {
    let begin = format!("{}-", hex(id.as_bytes()));
    let mut found = files_in(town.keys());
    found.retain(|path| {
        let name = path.file_name().unwrap();
        name.to_string_lossy().starts_with(&begin)
    });
    assert_eq!(found.len(), 1);
    found.remove(0)
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_in(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// In how many files of the town these bytes stand: of the server, of devices, of backups.
fn hits(town: &Town, sought: &[u8]) -> usize {
    let files = files_in(town.folder()).into_iter();
    files
        .filter(|path| {
            let bytes = std::fs::read(path).unwrap_or_default();
            bytes.windows(sought.len()).any(|window| window == sought)
        })
        .count()
}

#[test]
fn after_an_erasure_no_store_opens_the_contact_not_even_a_backup_from_before() {
    let Told {
        mut town,
        desk,
        kiosk,
        id,
        ..
    } = told(Town::new());
    let stays = report(&town, kiosk);
    town.settle();
    let backup = town.back_up("before.sqlite");
    let key = key_of(&town, id);
    let bytes = kept(&town, id);
    assert!(hits(&town, &key) >= 2, "the folder and the copy");
    assert!(hits(&town, &bytes[40..104]) >= 2, "the log and the backup");
    erase(&town, desk, id).unwrap();
    town.exchange(kiosk).unwrap();
    // The next backup renews the one copy of the keys there is.
    town.copy_keys(&keys_of(&backup));
    assert_eq!(hits(&town, &key), 0, "the key, in every store");
    assert_eq!(hits(&town, "Ευτυχία".as_bytes()), 0, "the words");
    assert_eq!(
        hits(&town, &bytes[40..104]),
        1,
        "the backup still has what nobody opens"
    );
    // The server is lost, and the desk that would tell it again is, too.
    town.cut(desk);
    town.cut(kiosk);
    town.restore_file(&backup);
    // Another desk, that never heard of it.
    let other = town.desk("Άλλο γραφείο");
    let found = read(&town, other, id);
    assert!(found.rows.is_empty());
    assert_eq!(
        found.erased.map(|erased| erased.reason),
        Some(EraseReason::Unknown),
        "the keys say it"
    );
    town.join(kiosk);
    town.join(desk);
    town.settle();
    assert_eq!(read(&town, desk, stays).rows.len(), 1);
    town.check();
}

#[test]
fn a_backup_without_its_keys_tells_nothing_until_the_devices_come() {
    let Told {
        mut town,
        desk,
        kiosk,
        id,
        ..
    } = told(Town::new());
    let backup = town.back_up("backup.sqlite");
    std::fs::remove_file(keys_of(&backup)).unwrap();
    town.cut(kiosk);
    town.restore_file(&backup);
    town.exchange(desk).unwrap();
    let found = read(&town, desk, id);
    assert_eq!(found.rows.len(), 1);
    assert_eq!(found.rows[0].contact, None, "there is something, unread");
    town.join(kiosk);
    town.settle();
    town.settle();
    let found = read(&town, desk, id);
    assert_eq!(found.rows.len(), 1);
    assert!(
        found.rows[0].contact.is_some(),
        "the kiosk brought it again"
    );
    town.check();
}

#[test]
fn contacts_from_before_there_were_keys_get_one() {
    let Told {
        mut town, desk, id, ..
    } = told(Town::new());
    // As an older server kept it.
    let bytes = kept(&town, id);
    let keys = Keys::in_folder(town.keys()).unwrap();
    let log = rusqlite::Connection::open(town.log_file()).unwrap();
    let names = town.block_on(town.server().log.contact_names(id)).unwrap();
    let older = keys.open(names[0], &bytes).unwrap().unwrap();
    std::fs::remove_file(key_file(&town, id)).unwrap();
    log.execute("UPDATE contacts SET sealed = ?1", [&older])
        .unwrap();
    drop(log);
    town.crash_server(false);
    assert!(read(&town, desk, id).rows[0].contact.is_some(), "meanwhile");
    town.block_on(town.server().tend_contacts(town.now()));
    assert!(kept(&town, id).starts_with(KEPT));
    assert_eq!(hits_in_log(&town, &older[40..104]), 0, "let go of");
    assert!(read(&town, desk, id).rows[0].contact.is_some());
    key_of(&town, id);
    town.check();
}

fn hits_in_log(town: &Town, sought: &[u8]) -> usize {
    usize::from(super::told::stands_in(town.log_file(), sought))
}

#[test]
fn a_key_that_could_not_be_destroyed_at_once_is_destroyed_later() {
    let Told {
        mut town, desk, id, ..
    } = told(Town::new());
    let key = key_of(&town, id);
    let file = key_file(&town, id);
    let spared = town.folder().join("spared");
    // As if the server were killed between its log and its keys.
    std::fs::copy(&file, &spared).unwrap();
    erase(&town, desk, id).unwrap();
    let word = file.with_file_name(hex(id.as_bytes()));
    assert!(word.exists());
    std::fs::remove_file(word).unwrap();
    std::fs::rename(&spared, &file).unwrap();
    assert_eq!(hits(&town, &key), 1, "looked for rightly");
    town.crash_server(false);
    town.block_on(town.server().tend_contacts(town.now()));
    assert_eq!(hits(&town, &key), 0);
    town.check();
}

#[test]
fn a_disk_that_takes_no_key_leaves_the_contact_with_its_device() {
    let Told {
        town, desk, kiosk, ..
    } = told(Town::new());
    let later = report(&town, kiosk);
    // Where the key would be written stands something else.
    let shelf = town.keys().join(hex(&later.as_bytes()[15..]));
    std::fs::remove_dir_all(&shelf).ok();
    std::fs::write(&shelf, b"in the way").unwrap();
    town.exchange(kiosk).unwrap();
    assert_eq!(town.at(kiosk).pending().unwrap().contacts, 1, "it waits");
    town.exchange(desk).unwrap();
    assert!(read(&town, desk, later).rows.is_empty());
    std::fs::remove_file(&shelf).unwrap();
    town.exchange(kiosk).unwrap();
    assert_eq!(town.at(kiosk).pending().unwrap().contacts, 0);
    assert_eq!(read(&town, desk, later).rows.len(), 1);
    town.settle();
    town.check();
}
