//! Each contact has a key of its own, which is in no backup of the log: with the key it is gone from all of them.

use std::path::{Path, PathBuf};

use koina_model::contacts::EraseReason;
use koina_model::ids::DocId;
use koina_model::problem::Problem;
use koina_server::contacts::keys::{KEPT, KeyId, Keys, fresh_id};
use koina_server::contacts::{Keeping, Rules};
use koina_server::municipality::OpenError;
use koina_tests::town::{Town, keys_of};

use super::erased::{Told, erase, kept, read, report, told};

/// The bytes of a contact's key.
fn key_of(town: &Town, id: DocId) -> Vec<u8> {
    let key = std::fs::read(key_file(town, id)).unwrap();
    assert_eq!(key.len(), 32);
    key
}

fn key_file(town: &Town, id: DocId) -> PathBuf {
    let name = KeyId::of(&kept(town, id)).unwrap().to_text();
    let (_, shelf) = name.split_at(30);
    town.keys().join("keys").join(shelf).join(&name)
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
    // It takes no other folder for its own, so that nobody goes on with an empty one unawares.
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
    let page = town.server().log.contacts_page(None, Vec::new());
    let row = town.block_on(page).unwrap().0.remove(0);
    let older = keys.open(id, row.device, &bytes).unwrap().unwrap();
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
    // The folder cannot be written: it is erased in the log, and nobody is told that all is done.
    let aside = file.with_extension("aside");
    std::fs::rename(&file, &aside).unwrap();
    std::fs::create_dir(&file).unwrap();
    assert!(matches!(
        erase(&town, desk, id),
        Err(Problem::Internal { .. })
    ));
    std::fs::remove_dir(&file).unwrap();
    std::fs::rename(&aside, &file).unwrap();
    assert_eq!(hits(&town, &key), 1, "looked for rightly");
    // As if the server were killed there.
    town.crash_server(false);
    town.block_on(town.server().tend_contacts(town.now()));
    assert_eq!(hits(&town, &key), 0);
    assert!(read(&town, desk, id).erased.is_some());
    town.check();
}

#[test]
fn a_server_takes_no_other_folder_for_that_of_its_log() {
    let Told { town, id, .. } = told(Town::new());
    let log = &town.server().log;
    let open = |folder: &Path| {
        let keeping = Keeping::in_folder(folder).unwrap();
        town.block_on(keeping.belongs_to(log)).map(|()| keeping)
    };
    assert!(open(town.keys()).is_ok());
    // Its disk is not mounted, or the settings have a slip.
    let empty = town.folder().join("empty");
    assert!(matches!(open(&empty), Err(OpenError::OtherKeys)));
    let other = town.folder().join("other");
    Keys::in_folder(&other)
        .unwrap()
        .name(&fresh_id().unwrap())
        .unwrap();
    assert!(matches!(open(&other), Err(OpenError::OtherKeys)));
    // With the copy of the keys it is the folder again.
    let copy = town.folder().join("copy");
    town.copy_keys(&copy);
    Keys::in_folder(&empty).unwrap().take(&copy).unwrap();
    let taken = open(&empty).unwrap().with(Rules::default(), None);
    let page = log.contacts_page(None, Vec::new());
    let row = town.block_on(page).unwrap().0.remove(0);
    let opened = taken.keys().open(id, row.device, &row.sealed).unwrap();
    assert!(opened.is_ok());
}

#[test]
fn a_message_that_comes_twice_while_keys_are_lost_leaves_a_contact_that_opens() {
    let Told {
        mut town,
        desk,
        kiosk,
        id,
        ..
    } = told(Town::new());
    std::fs::remove_file(key_file(&town, id)).unwrap();
    let device = town.at(kiosk).identity().unwrap().device;
    let db = rusqlite::Connection::open(town.path(kiosk)).unwrap();
    let bytes: Vec<u8> = db
        .query_row("SELECT sealed FROM contacts", [], |row| row.get(0))
        .unwrap();
    drop(db);
    let again = || {
        let contact = koina_model::exchange::SealedContact {
            doc: id,
            bytes: bytes.clone().into(),
        };
        let by = koina_server::log::Author::server();
        let by = koina_server::log::Author {
            device: Some(device),
            ..by
        };
        let kept = town
            .server()
            .keep_contacts(device, by, town.now(), vec![contact]);
        town.block_on(kept).unwrap().durable
    };
    assert_eq!(again(), [id]);
    assert_eq!(again(), [id]);
    assert!(read(&town, desk, id).rows[0].contact.is_some());
    // Whoever comes second and finds it kept makes no key for nothing.
    assert_eq!(files_in(&town.keys().join("keys")).len(), 1);
    town.reopen(kiosk);
    town.check();
}

#[test]
fn a_disk_that_takes_no_key_leaves_the_contact_with_its_device() {
    let Told {
        town, desk, kiosk, ..
    } = told(Town::new());
    let later = report(&town, kiosk);
    // Where keys are written stands something else.
    let shelves = town.keys().join("keys");
    let aside = town.folder().join("aside");
    std::fs::rename(&shelves, &aside).unwrap();
    std::fs::write(&shelves, b"in the way").unwrap();
    town.exchange(kiosk).unwrap();
    assert_eq!(town.at(kiosk).pending().unwrap().contacts, 1, "it waits");
    town.exchange(desk).unwrap();
    assert!(read(&town, desk, later).rows.is_empty());
    std::fs::remove_file(&shelves).unwrap();
    std::fs::rename(&aside, &shelves).unwrap();
    town.exchange(kiosk).unwrap();
    assert_eq!(town.at(kiosk).pending().unwrap().contacts, 0);
    assert_eq!(read(&town, desk, later).rows.len(), 1);
    town.settle();
    town.check();
}
