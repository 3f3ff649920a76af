//! Whoever has the disk of a device and not its key has nothing; whoever has the key loses nothing.

use std::path::{Path, PathBuf};

use koina_disk as disk;
use koina_model::problem::Problem;
use koina_model::requests::acts::Step;
use koina_sync::replica::{Ids, Replica, ReplicaError};
use koina_sync::vault::Key;
use koina_tests::town::{LITOCHORO, Town, Who, raw};

use super::told::{all, put, request, root, stands_in, work};

const PAGE: usize = 4096;
const CANARY: &str = "ΚΑΝΑΡΙΝΙ στη λεύκα του Παναγιώτη";

/// A crew with something known in each of its files, some of it unsent.
fn crew(mut town: Town) -> (Town, Who, Who) {
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
    let id = request(&town, desk, LITOCHORO, CANARY);
    town.settle();
    town.cut(crew);
    let note = format!("σημείωση: {CANARY}");
    work(&town, crew, id, &Step::Note { text: &note });
    let typed = format!(r#"{{"text":"{CANARY}"}}"#);
    town.at(crew)
        .save_draft("note", &typed, town.now())
        .unwrap();
    (town, desk, crew)
}

/// What is known of a device and must not stand in its files.
fn known(town: &Town, who: Who) -> Vec<Vec<u8>> {
    let identity = serde_json::to_value(&*town.at(who).identity().unwrap()).unwrap();
    let words =
        ["secret", "server", "name"].map(|field| identity[field].as_str().unwrap().to_owned());
    let words = words
        .into_iter()
        .chain([CANARY.to_owned(), "CREATE TABLE".to_owned()]);
    words.map(String::into_bytes).collect()
}

/// The files of a device.
fn files(path: &Path) -> Vec<PathBuf> {
    let name = path.file_stem().unwrap().to_str().unwrap();
    let all = std::fs::read_dir(path.parent().unwrap()).unwrap();
    let all = all.map(|file| file.unwrap().path());
    all.filter(|file| {
        file.is_file()
            && file
                .file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with(name)
    })
    .collect()
}

fn found(path: &Path, known: &[Vec<u8>]) -> usize {
    let here = |word: &&Vec<u8>| files(path).iter().any(|file| stands_in(file, word));
    known.iter().filter(here).count()
}

#[test]
fn nothing_that_is_known_stands_in_the_files_of_a_locked_device() {
    let (town, _, who) = crew(Town::new());
    let all = known(&town, who);
    assert_eq!(
        found(town.path(who), &all),
        all.len(),
        "what is looked for is there to be found"
    );
    town.settle();
    drop(town);

    let (town, desk, who) = crew(Town::locked());
    assert_eq!(found(town.path(who), &known(&town, who)), 0);
    assert_eq!(found(town.path(desk), &known(&town, desk)), 0);
    town.settle();
}

fn refused(opened: Result<Replica, ReplicaError>) -> Problem {
    opened.err().expect("it opened").to_problem()
}

#[test]
fn a_key_that_does_not_fit_changes_nothing() {
    let (mut town, _, who) = crew(Town::locked());
    let path = town.path(who).to_owned();
    let nobody = town.folder().join("nobody.sqlite");
    town.replace(who, nobody);
    let before: Vec<_> = files(&path)
        .iter()
        .map(|file| (file.clone(), std::fs::read(file).unwrap()))
        .collect();
    for wrong in [Some(Key::of([1; 32])), None] {
        let opened = Replica::open_keyed(&path, wrong.as_ref(), town.now(), Ids::Random);
        assert_eq!(refused(opened), Problem::KeysUnreadable);
        for (file, bytes) in &before {
            if file.extension().is_some_and(|end| end != "sqlite-shm") {
                assert!(std::fs::read(file).unwrap() == *bytes, "{}", file.display());
            }
        }
    }
    town.replace(who, path);
    assert_eq!(town.at(who).set_aside(), None);
    assert_eq!(town.at(who).pending().unwrap().waiting, 1);
    town.settle();
}

/// The same device, from now on with a key.
fn lock(town: Town, who: Who) -> Town {
    let mut town = town.with_locked_devices();
    town.restart(who);
    town
}

#[test]
fn a_device_that_was_not_locked_is_from_now_on_and_loses_nothing() {
    let (town, desk, who) = crew(Town::new());
    let known = known(&town, who);
    let path = town.path(who).to_owned();
    let (before, device) = (all(&town, who), town.at(who).identity().unwrap().device);
    // What a first try that was cut short leaves behind.
    std::fs::write(format!("{}.encrypting", path.display()), "μισή").unwrap();
    let town = lock(town, who);
    assert_eq!(town.at(who).set_aside(), None);
    assert_eq!(town.at(who).identity().unwrap().device, device);
    assert_eq!(all(&town, who).len(), before.len());
    let draft = town.at(who).draft("note").unwrap().unwrap();
    assert!(draft.contains(CANARY));
    assert_eq!(town.at(who).pending().unwrap().waiting, 1);
    assert_eq!(found(&path, &known), 0, "what was there in the clear");
    let shown = town.at(who).views_text().unwrap();
    town.at(who).rebuild_views().unwrap();
    assert_eq!(town.at(who).views_text().unwrap(), shown);
    town.settle();
    let id = all(&town, desk)[0].id;
    let case = town.at(desk).request_case(id, town.now()).unwrap();
    assert!(case.timeline.iter().any(|row| row.what == "note"));
}

#[test]
fn a_power_cut_between_the_files_of_a_device_that_is_being_locked_loses_nothing() {
    let (town, _, who) = crew(Town::new());
    let path = town.path(who).to_owned();
    let sidecar = path.with_extension("identity");
    let plain = std::fs::read(&sidecar).unwrap();
    let mut town = lock(town, who);
    // The records were encrypted, what stands beside them not yet.
    let nobody = town.folder().join("nobody.sqlite");
    town.replace(who, nobody);
    std::fs::write(&sidecar, &plain).unwrap();
    town.replace(who, path);
    assert_eq!(town.at(who).set_aside(), None);
    assert_eq!(town.at(who).pending().unwrap().waiting, 1);
    assert!(std::fs::read(&sidecar).unwrap() != plain);
    town.settle();
}

#[test]
fn a_damaged_device_that_was_not_locked_is_rescued_into_one_that_is() {
    let (mut town, _, who) = crew(Town::new());
    let known = known(&town, who);
    let mut town = {
        town.wreck(who, true, |_| ());
        town.with_locked_devices()
    };
    town.wreck(who, true, |path| {
        put(path, 0, &[0; 100]);
    });
    let recovered = town.at(who).recovered().unwrap().unwrap();
    assert_eq!((recovered.unsent, recovered.whole), (1, true));
    let path = town.path(who).to_owned();
    let clear = files(&path)
        .into_iter()
        .filter(|file| known.iter().any(|word| stands_in(file, word)));
    let clear: Vec<_> = clear.map(|file| file.display().to_string()).collect();
    // Old files are kept: only they.
    assert!(
        !clear.is_empty() && clear.iter().all(|file| file.contains("unreadable")),
        "{clear:?}"
    );
    town.settle();
}

#[test]
fn a_disk_that_fails_for_a_moment_spoils_no_connection() {
    disk::install();
    let (town, _, who) = crew(Town::locked());
    let path = town.path(who).to_owned();
    for kind in [
        disk::Kind::Read,
        disk::Kind::Medium,
        disk::Kind::ShortRead,
        disk::Kind::Write,
        disk::Kind::Sync,
    ] {
        for after in 0..4 {
            let plan = disk::Plan {
                kind,
                after,
                times: 1,
            };
            let failing = disk::arm(&path, plan);
            let note = format!("{after}");
            let _ = town.at(who).save_draft("other", &note, town.now());
            let _ = town.at(who).rebuild_views();
            let _ = town.at(who).doc_ids().map(|ids| {
                ids.into_iter()
                    .try_for_each(|id| town.at(who).doc(id).map(drop))
            });
            drop(failing);
            assert!(
                town.at(who).save_draft("other", "μετά", town.now()).is_ok(),
                "{kind:?} {after}"
            );
            assert!(
                town.at(who)
                    .draft("note")
                    .unwrap()
                    .unwrap()
                    .contains(CANARY)
            );
            assert_eq!(all(&town, who).len(), 1);
        }
    }
    town.settle();
}

#[test]
fn the_lost_end_of_a_long_text_is_damage_and_not_zeros() {
    let (mut town, _, who) = crew(Town::locked());
    let long = format!(r#"{{"text":"{}"}}"#, "μεγάλη σημείωση ".repeat(2_000));
    town.at(who).save_draft("long", &long, town.now()).unwrap();
    town.wreck(who, true, |path| {
        // SQLite takes zeros for a last page: no page follows, and the rest of the value are zeros.
        let db = raw(path);
        let sql = "SELECT pageno FROM dbstat WHERE name = 'drafts' AND pagetype = 'overflow' ORDER BY path DESC LIMIT 1";
        let page: u32 = db.query_row(sql, [], |row| row.get(0)).unwrap();
        let page = usize::try_from(page).unwrap();
        drop(db);
        let mut bytes = std::fs::read(path).unwrap();
        bytes[(page - 1) * PAGE + 7] ^= 1;
        std::fs::write(path, bytes).unwrap();
    });
    let read = town.at(who).draft("long");
    assert_eq!(read.err().unwrap().to_problem(), Problem::ReplicaDamaged);
    town.restart(who);
    let recovered = town.at(who).recovered().unwrap().unwrap();
    assert_eq!(recovered.unsent, 1);
    assert_eq!(town.at(who).draft("long").unwrap(), None);
    assert!(
        town.at(who)
            .draft("note")
            .unwrap()
            .unwrap()
            .contains(CANARY)
    );
    town.settle();
}

#[test]
fn a_page_that_nobody_missed_does_not_keep_a_device_from_being_locked() {
    // Of the views, which are made anew, and of the records, which are rescued.
    for table in ["requests", "docs"] {
        let (mut town, _, who) = crew(Town::new());
        town.wreck(who, true, |path| {
            let page = root(path, table);
            put(path, (page - 1) * PAGE as u64, &[0; PAGE]);
        });
        let town = lock(town, who);
        let recovered = town.at(who).recovered().unwrap().unwrap();
        assert_eq!(recovered.unsent, 1, "{table}");
        assert!(
            town.at(who)
                .draft("note")
                .unwrap()
                .unwrap()
                .contains(CANARY)
        );
        town.settle();
    }
}

#[test]
fn without_room_a_device_goes_on_as_before_and_is_locked_when_there_is() {
    disk::install();
    let (town, _, who) = crew(Town::new());
    let path = town.path(who).to_owned();
    let building = PathBuf::from(format!("{}.encrypting", path.display()));
    let plan = disk::Plan {
        kind: disk::Kind::Full,
        after: 20_000,
        times: u32::MAX,
    };
    let full = disk::arm(&building, plan);
    let town = lock(town, who);
    assert!(full.failed() > 0);
    drop(full);
    assert!(town.at(who).key().is_none(), "not yet");
    assert_eq!(town.at(who).pending().unwrap().waiting, 1);
    let typed = r#"{"text":"με γεμάτο δίσκο"}"#;
    town.at(who).save_draft("later", typed, town.now()).unwrap();
    let town = lock(town, who);
    assert!(town.at(who).key().is_some());
    assert!(town.at(who).draft("later").unwrap().is_some());
    assert_eq!(town.at(who).set_aside(), None);
    town.settle();
}

#[test]
fn what_stands_beside_the_records_may_be_wrong_about_their_key() {
    let (mut town, _, who) = crew(Town::locked());
    town.wreck(who, true, |path| {
        put(path, 0, &[0; 100]);
        // The word for the key rotted, and what it names with it.
        let sidecar = path.with_extension("identity");
        let mut bytes = std::fs::read(&sidecar).unwrap();
        bytes[20] ^= 1;
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(sidecar, bytes).unwrap();
    });
    assert!(
        town.at(who).set_aside().is_some(),
        "rescued, and not shut for good"
    );
    town.join(who);
    town.enrol_again(who, koina_model::permits::Role::Crew, Some("light"));
    town.settle();
}
