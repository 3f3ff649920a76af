//! A disk that goes away while the app runs, one that is slow, and one whose files are not ours to read: said in words, and
//! nothing that was saved is lost.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use koina_disk::{self as disk, Kind, Plan};
use koina_model::ids::DocId;
use koina_model::problem::Problem;
use koina_model::requests::acts::Step;
use koina_sync::erase;
use koina_sync::replica::{Ids, Replica};
use koina_sync::vault::{NoKeyStore, Vault};
use koina_sync::views::requests::RequestsQuery;
use koina_tests::town::{BEGIN, LITOCHORO, Town, Who, lamp};

use super::told::{all, request};

/// Everything that fails for want of a disk.
fn is_of_the_disk(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::DiskGone
            | Problem::DiskReadOnly
            | Problem::DiskFull
            | Problem::ReplicaDamaged
            | Problem::KeysUnreadable
    )
}

fn note(town: &Town, crew: Who, id: DocId, text: &str) -> Result<(), Problem> {
    let note = Step::Note { text };
    let saved = town.at(crew).record_work(id, &note, town.time(crew));
    saved.map(drop).map_err(|failure| failure.to_problem())
}

/// What a crew does in a minute: a note, a finding, a list, and a try to exchange. Gives the texts that were confirmed.
fn minute(town: &Town, crew: Who, id: DocId, n: u32, confirmed: &mut BTreeSet<String>) -> bool {
    let mut well = true;
    let mut said = |outcome: Result<(), Problem>| match outcome {
        Ok(()) => {}
        Err(problem) => {
            well = false;
            assert!(is_of_the_disk(&problem), "{n}: {problem:?}");
        }
    };
    let text = format!("σημείωση {n}");
    let saved = note(town, crew, id, &text);
    if saved.is_ok() {
        confirmed.insert(text);
    }
    said(saved);
    let text = format!("εύρημα {n}");
    let entered = town
        .at(crew)
        .enter_request(&lamp(&text), None, town.time(crew));
    if entered.is_ok() {
        confirmed.insert(text);
    }
    said(entered.map(drop).map_err(|failure| failure.to_problem()));
    let list = town
        .at(crew)
        .requests_page(&RequestsQuery::default(), town.now());
    said(list.map(drop).map_err(|failure| failure.to_problem()));
    said(town.exchange(crew).map(drop));
    well
}

/// Whatever of this the desk does not have.
fn lost(town: &Town, desk: Who, confirmed: &BTreeSet<String>) -> Vec<String> {
    let rows = all(town, desk).into_iter();
    let cases = rows.map(|row| {
        let case = town.at(desk).request_case(row.id, town.now()).unwrap();
        serde_json::to_string(&case).unwrap()
    });
    let cases: Vec<String> = cases.collect();
    let here = |text: &String| cases.iter().any(|case| case.contains(text.as_str()));
    confirmed
        .iter()
        .filter(|text| !here(text))
        .cloned()
        .collect()
}

#[test]
fn a_disk_that_goes_away_while_the_app_runs_loses_nothing_that_was_saved() {
    disk::install();
    let mut failed = 0;
    // Wherever in the work it goes, and for however long.
    for after in (0..120).step_by(7) {
        for dies in [false, true] {
            let mut town = Town::new();
            let desk = town.desk("Δημαρχείο");
            let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
            let id = request(&town, desk, LITOCHORO, "Εργασία");
            town.settle();
            let mut confirmed = BTreeSet::new();
            minute(&town, crew, id, 0, &mut confirmed);
            let armed = disk::arm(
                town.path(crew),
                Plan {
                    kind: Kind::Gone,
                    after,
                    times: u32::MAX,
                },
            );
            for n in 1..4 {
                failed += u32::from(!minute(&town, crew, id, n, &mut confirmed));
            }
            assert!(armed.failed() > 0, "{after}: the disk was not asked");
            if dies {
                // The app ends meanwhile, and none starts until the disk is there.
                let path = town.path(crew).to_owned();
                let opened = town.open(&path, Ids::Random);
                assert!(opened.is_err());
                drop(armed);
                town.reopen(crew);
            } else {
                drop(armed);
            }
            assert!(minute(&town, crew, id, 4, &mut confirmed), "{after}");
            town.settle();
            let lost = lost(&town, desk, &confirmed);
            assert_eq!(lost, [""; 0], "{after}, {dies}");
        }
    }
    assert!(failed > 50, "{failed}");
}

#[test]
fn on_a_slow_disk_everything_is_saved_and_lists_are_read_meanwhile() {
    disk::install();
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
    let id = request(&town, desk, LITOCHORO, "Εργασία");
    town.settle();
    let plan = Plan {
        kind: Kind::Slow,
        after: 150,
        times: 0,
    };
    let armed = disk::arm(town.path(crew), plan);
    // Odd while something is saved, and another number for each.
    let (saving, meanwhile, over) = (
        AtomicUsize::new(0),
        AtomicUsize::new(0),
        AtomicBool::new(false),
    );
    let replica = town.at(crew);
    let now = town.now();
    let mut confirmed = BTreeSet::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let save = saving.load(Ordering::SeqCst);
                replica
                    .requests_page(&RequestsQuery::default(), now)
                    .unwrap();
                let within = save % 2 == 1 && save == saving.load(Ordering::SeqCst);
                meanwhile.fetch_add(usize::from(within), Ordering::Relaxed);
            }
        });
        // Drafts go on as well, as they do while somebody types.
        scope.spawn(|| {
            for n in 0..10 {
                let words = format!("\"μισή πρόταση {n}\"");
                replica.save_draft("note", &words, now).unwrap();
            }
        });
        for n in 0..10 {
            let text = format!("σημείωση {n}");
            saving.fetch_add(1, Ordering::SeqCst);
            note(&town, crew, id, &text).unwrap();
            saving.fetch_add(1, Ordering::SeqCst);
            confirmed.insert(text);
        }
        over.store(true, Ordering::Relaxed);
    });
    assert!(armed.failed() >= 10, "the disk was not slow");
    assert!(
        meanwhile.load(Ordering::Relaxed) > 0,
        "nobody read meanwhile"
    );
    town.exchange(crew).unwrap();
    let draft = town.at(crew).draft("note").unwrap();
    assert_eq!(draft.as_deref(), Some("\"μισή πρόταση 9\""));
    drop(armed);
    town.settle();
    assert_eq!(lost(&town, desk, &confirmed), [""; 0]);
}

/// What an app that may not do what it has to says at its start, and whether it left everything as it was.
#[test]
fn a_start_in_a_process_of_its_own() {
    let Ok(path) = std::env::var("KOINA_TEST_RIGHTS_REPLICA") else {
        return;
    };
    let path = Path::new(&path);
    let started = || -> Result<(), Problem> {
        erase::finish(path, &NoKeyStore)
            .map_err(|failure| koina_sync::replica::of_disk(&failure))?;
        let key = Vault::open(path, BEGIN)?.key().ok_or(Problem::Locked)?;
        let replica = Replica::open_keyed(path, Some(&key), BEGIN, Ids::Random);
        let replica = replica.map_err(|failure| failure.to_problem())?;
        let saved = replica.save_draft("note", "\"μισή\"", BEGIN);
        saved.map_err(|failure| failure.to_problem())
    };
    println!("told {}", serde_json::to_string(&started()).unwrap());
}

/// The user that nobody is.
const NOBODY: u32 = 65_534;

fn told_at_start(program: &Path, replica: &Path) -> Result<(), Problem> {
    let mut start = Command::new(program);
    start
        .args([
            "--exact",
            "journeys::bad_disk::a_start_in_a_process_of_its_own",
        ])
        .args(["--nocapture", "--test-threads=1"])
        .env_clear()
        .env("KOINA_TEST_RIGHTS_REPLICA", replica)
        .current_dir("/");
    // The superuser may everything.
    if is_superuser() {
        start.uid(NOBODY).gid(NOBODY);
    }
    koina_tests::process::told(&start.output().unwrap())
}

fn is_superuser() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

fn own(path: &Path) {
    if is_superuser() {
        std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn files_that_are_not_ours_to_use_are_told_of_in_words_and_left_as_they_are() {
    // Where somebody else finds it too.
    let folder = tempfile::Builder::new()
        .prefix("koina-rights-")
        .tempdir_in("/tmp")
        .unwrap();
    mode(folder.path(), 0o755);
    let program = folder.path().join("app");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    mode(&program, 0o755);
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    own(&data);
    let replica = data.join("replica.sqlite");
    assert_eq!(told_at_start(&program, &replica), Ok(()), "the first start");
    assert_eq!(told_at_start(&program, &replica), Ok(()), "the next one");
    let contents = || {
        let mut files: Vec<(std::path::PathBuf, Vec<u8>)> = std::fs::read_dir(&data)
            .unwrap()
            .map(|file| file.unwrap().path())
            .filter(|path| path.is_file())
            // What the apps of one device share, and what only says that one runs.
            .filter(|path| !path.to_string_lossy().ends_with("-shm"))
            .filter(|path| path.extension().is_none_or(|ending| ending != "lock"))
            .map(|path| (path.clone(), std::fs::read(&path).unwrap()))
            .collect();
        files.sort();
        files
    };
    let before = contents();
    assert!(before.len() >= 3, "{before:?}");
    let mut told = Vec::new();
    for (path, wrong, right) in [
        (data.clone(), 0o000, 0o755),
        (data.clone(), 0o555, 0o755),
        (replica.clone(), 0o000, 0o600),
        (replica.clone(), 0o400, 0o600),
        (data.join("replica.keys"), 0o000, 0o600),
    ] {
        mode(&path, wrong);
        let said = told_at_start(&program, &replica);
        mode(&path, right);
        // As soon as it is right, everything goes on.
        let after = told_at_start(&program, &replica);
        assert_eq!(after, Ok(()), "{wrong:o} {}", path.display());
        println!("{wrong:o} {}: {said:?}", path.display());
        if let Err(problem) = &said {
            assert!(is_of_the_disk(problem), "{}: {problem:?}", path.display());
        }
        told.push(said.is_err());
        // Nothing was made anew in its place.
        let now = contents();
        for (path, bytes) in &before {
            let found = now.iter().find(|(other, _)| other == path);
            assert!(found.is_some(), "{} went", path.display());
            if path
                .extension()
                .is_some_and(|ending| ending.to_string_lossy().starts_with("key"))
            {
                assert_eq!(&found.unwrap().1, bytes, "{}", path.display());
            }
        }
    }
    assert!(told.iter().take(4).all(|said| *said), "{told:?}");
    assert_eq!(told_at_start(&program, &replica), Ok(()), "at the end");
}
