//! A device's file becomes unreadable: the device stays who it is, and what can be rescued arrives. Every story is told twice:
//! of a file that is encrypted, and of one that is not.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use koina_disk as disk;
use koina_model::ids::{DeviceId, DocId};
use koina_model::permits::Role;
use koina_model::problem::Problem;
use koina_model::requests::acts::{Entered, Step};
use koina_sync::replica::{Ids, Replica, ReplicaError};
use koina_sync::vault::Key;
use koina_sync::views::outbox::OutboxQuery;
use koina_tests::town::{LITOCHORO, Town, Who, key, lamp, raw};

use super::told::{all, application, put, request, root, work};

/// This module is there twice.
const LOCKED: bool = module_path!().as_bytes()[module_path!().len() - 1] == b'd';

const PAGE: u64 = 4096;
const ZEROS: [u8; 4096] = [0; 4096];
const NOTES: usize = 40;
const OWN: usize = 6;

/// A crew with a day of unsent work, some of it on its own records.
struct Day {
    town: Town,
    desk: Who,
    crew: Who,
    device: DeviceId,
    /// Every note of the crew, with its record.
    notes: Vec<(DocId, String)>,
    own: Vec<DocId>,
    /// Receipt numbers that are on paper.
    paper: BTreeSet<String>,
    unsent: u32,
}

impl Day {
    fn new() -> Self {
        let mut town = if LOCKED { Town::locked() } else { Town::new() };
        let desk = town.desk("Δημαρχείο");
        let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
        let jobs: Vec<DocId> = (0..12)
            .map(|n| application(&town, desk, LITOCHORO, &format!("Εργασία {n}")).0)
            .collect();
        town.settle();
        let mut notes = Vec::new();
        let mut note = |town: &Town, id: DocId| {
            let text = format!("σημείωση {}", notes.len());
            work(town, crew, id, &Step::Note { text: &text });
            notes.push((id, text));
        };
        // Something the server has, something whose receipt was lost, and the rest of the day.
        request(&town, crew, LITOCHORO, "Παραλήφθηκε");
        note(&town, jobs[0]);
        town.exchange(crew).unwrap();
        note(&town, jobs[0]);
        let net = town.party(crew).net.clone();
        net.lose_answers
            .store(1, std::sync::atomic::Ordering::Relaxed);
        assert!(town.exchange(crew).is_err());
        town.cut(crew);
        for n in 0..NOTES {
            note(&town, jobs[n % jobs.len()]);
        }
        let own: Vec<DocId> = (0..OWN)
            .map(|n| request(&town, crew, LITOCHORO, &format!("Εύρημα {n}")))
            .collect();
        for id in &own {
            note(&town, *id);
        }
        let typed = r#"{"text":"μισή πρόταση"}"#;
        town.at(crew).save_draft("note", typed, town.now()).unwrap();
        let unsent = town.at(crew).pending().unwrap().waiting;
        assert_eq!(usize::try_from(unsent).unwrap(), 1 + NOTES + 2 * OWN);
        Self {
            device: town.at(crew).identity().unwrap().device,
            paper: numbers(&town, crew),
            town,
            desk,
            crew,
            notes,
            own,
            unsent,
        }
    }

    fn replica(&self) -> &Replica {
        self.town.at(self.crew)
    }

    fn whole(&self) -> bool {
        self.replica().recovered().unwrap().unwrap().whole
    }

    fn old_file(&self) -> PathBuf {
        self.replica().set_aside().unwrap().to_owned()
    }

    /// Damages the file of the closed app and opens it again.
    fn wreck(&mut self, damage: impl FnOnce(&Path)) {
        self.town.wreck(self.crew, true, damage);
    }

    /// The same, with the safety copy beside it.
    fn wreck_with_copy(&mut self, damage: impl FnOnce(&Path)) {
        let copy = |path: &Path| {
            let mut name = path.as_os_str().to_owned();
            name.push(".safety");
            PathBuf::from(name)
        };
        let from = copy(self.town.path(self.crew));
        self.town.wreck(self.crew, true, |path| {
            std::fs::copy(from, copy(path)).unwrap();
            damage(path);
        });
    }

    /// The device is who it was, and goes on working before it finds a network.
    fn goes_on(&mut self) {
        assert_eq!(self.replica().identity().unwrap().device, self.device);
        // What the crew enters now is on paper at once.
        if !self.replica().lists().reference.categories.is_empty() {
            request(&self.town, self.crew, LITOCHORO, "Μετά τη βλάβη");
            let before = self.paper.len();
            let fresh = numbers(&self.town, self.crew);
            self.paper.extend(fresh);
            assert!(
                self.paper.len() > before,
                "a receipt number was given twice"
            );
        }
    }

    /// Everything that was brought along arrives once; gives how many of the notes arrived.
    fn arrives(&mut self) -> usize {
        self.town.settle();
        assert_eq!(self.replica().pending().unwrap().needs_decision, 0);
        let mut arrived = 0;
        for (id, text) in &self.notes {
            let Ok(case) = self.town.at(self.desk).request_case(*id, self.town.now()) else {
                continue;
            };
            let json = serde_json::to_string(&case.timeline).unwrap();
            let times = json.matches(&format!("\"{text}\"")).count();
            assert!(times <= 1, "«{text}» arrived {times} times");
            arrived += times;
        }
        let rows = all(&self.town, self.desk);
        let given: BTreeSet<&str> = rows
            .iter()
            .filter_map(|row| row.receipt_number.as_deref())
            .collect();
        assert_eq!(given.len(), rows.len(), "a receipt number stands twice");
        arrived
    }

    /// The file is good, and a good sidecar stands beside it: when the file is wrecked now, nothing is lost.
    fn is_kept_beside(&mut self) {
        assert_eq!(self.replica().set_aside(), None);
        self.goes_on();
        self.unsent += 1;
        self.wreck(|path| put(path, 0, &[0; 100]));
        self.nothing_is_lost();
    }

    /// All of the unsent work is here, shows at once, and arrives.
    fn nothing_is_lost(&mut self) {
        let recovered = self.replica().recovered().unwrap().unwrap();
        assert_eq!(recovered.unsent, self.unsent);
        assert_eq!(
            recovered.file.unwrap(),
            self.old_file().display().to_string()
        );
        for id in &self.own {
            assert!(self.replica().request_case(*id, self.town.now()).is_ok());
        }
        let draft = self.replica().draft("note").unwrap();
        assert!(draft.unwrap().contains("μισή πρόταση"));
        self.goes_on();
        assert_eq!(self.arrives(), self.notes.len());
        // The list of the whole municipality is back, numbers of the register included.
        let rows = all(&self.town, self.crew);
        assert_eq!(rows.len(), all(&self.town, self.desk).len());
        assert!(
            rows.iter()
                .filter(|row| row.protocol_number.is_some())
                .count()
                >= 12
        );
    }
}

fn numbers(town: &Town, who: Who) -> BTreeSet<String> {
    let station = town.at(who).identity().unwrap().station.clone();
    let rows = all(town, who);
    let rows = rows.into_iter().filter_map(|row| row.receipt_number);
    rows.filter(|number| number.starts_with(&format!("{station}-")))
        .collect()
}

fn len(path: &Path) -> u64 {
    std::fs::metadata(path).unwrap().len()
}

fn wal(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}-wal", path.display()))
}

#[test]
fn a_torn_header_loses_nothing() {
    let mut day = Day::new();
    day.wreck(|path| put(path, 0, &[0x55; 100]));
    let mut head = [0; 4];
    let mut old = std::fs::File::open(day.old_file()).unwrap();
    old.read_exact(&mut head).unwrap();
    assert_eq!(head, [0x55; 4], "the old file is kept as it was");
    assert!(day.whole());
    day.nothing_is_lost();
}

#[test]
fn a_first_page_of_nothing_loses_nothing() {
    let mut day = Day::new();
    day.wreck(|path| put(path, 0, &ZEROS));
    assert!(day.whole());
    day.nothing_is_lost();
}

#[test]
fn a_list_of_tables_that_cannot_be_read_loses_nothing() {
    let mut day = Day::new();
    day.wreck(|path| put(path, 100, &[0xff; 3_000]));
    assert!(day.whole());
    day.nothing_is_lost();
}

#[test]
fn damage_that_only_the_last_step_of_opening_meets_is_repaired_in_that_opening() {
    let mut day = Day::new();
    day.wreck(|path| {
        let page = root(path, "files");
        put(path, (page - 1) * PAGE, &ZEROS);
    });
    assert!(day.whole());
    day.nothing_is_lost();
}

#[test]
fn a_file_of_garbage_or_of_nothing_begins_anew_as_the_same_device() {
    let garbage = |path: &Path| std::fs::write(path, "χαλασμένη μνήμη".repeat(5_000)).unwrap();
    let nothing = |path: &Path| std::fs::write(path, "").unwrap();
    let gone = |path: &Path| std::fs::remove_file(path).unwrap();
    for damage in [garbage as fn(&Path), nothing, gone] {
        let mut day = Day::new();
        day.wreck(damage);
        let recovered = day.replica().recovered().unwrap().unwrap();
        assert_eq!(recovered.unsent, 0);
        assert_eq!(
            recovered.file.is_some(),
            day.replica().set_aside().is_some()
        );
        day.goes_on();
        // What the server has is back; the answer that was lost was about a note that it has.
        assert_eq!(day.arrives(), 2);
        assert_eq!(
            day.replica().doc_ids().unwrap().len(),
            all(&day.town, day.desk).len()
        );
        // The categories are back too, and numbers on paper do not come again.
        day.goes_on();
        day.arrives();
    }
}

#[test]
fn a_file_that_was_cut_short_gives_what_is_left() {
    for thousandths in [900, 500, 100, 3] {
        let mut day = Day::new();
        let mut was = 0;
        day.wreck(|path| {
            was = len(path);
            let file = std::fs::File::options().write(true).open(path).unwrap();
            file.set_len(was * thousandths / 1_000).unwrap();
        });
        assert_eq!(len(&day.old_file()), was * thousandths / 1_000);
        let brought = day.replica().recovered().unwrap().unwrap().unsent;
        day.goes_on();
        let arrived = day.arrives();
        println!(
            "{thousandths} ‰: {brought} of {} brought, {arrived} notes",
            day.unsent
        );
    }
}

#[test]
fn an_emptied_file_gives_what_its_log_holds() {
    let mut day = Day::new();
    day.town.wreck(day.crew, false, |path| {
        assert!(len(&wal(path)) > 0);
        std::fs::write(path, "").unwrap();
    });
    assert!(wal(&day.old_file()).exists(), "the log is kept too");
    let brought = day.replica().recovered().unwrap().unwrap().unsent;
    // The last saves stand in the log, earlier ones only where their pages were written again since.
    assert!(brought >= day.unsent / 2, "{brought} of {}", day.unsent);
    day.goes_on();
    let arrived = day.arrives();
    println!("{brought} of {} brought, {arrived} notes", day.unsent);
}

#[test]
fn a_log_torn_near_its_beginning_gives_what_stands_behind_the_tear() {
    // The header with the first frame, or the second frame: SQLite would drop the whole day.
    for at in [0, 32 + PAGE + 24] {
        let mut day = Day::new();
        day.town
            .wreck(day.crew, false, |path| put(&wal(path), at, &[0; 600]));
        assert!(wal(&day.old_file()).exists(), "the log is kept too");
        assert!(!day.whole(), "a tear is told");
        day.nothing_is_lost();
    }
}

#[test]
fn a_loss_of_power_alone_sets_no_file_aside() {
    // The last commit was under way: any of its frames may have reached the disk, the others not.
    let frame = PAGE + 24;
    for lost in 1..4 {
        let mut day = Day::new();
        day.town.wreck(day.crew, false, |path| {
            let log = wal(path);
            let end = len(&log);
            put(&log, end - lost * frame, &[0; 24]);
        });
        assert_eq!(day.replica().set_aside(), None);
        assert_eq!(day.replica().recovered().unwrap(), None);
        day.town.settle();
    }
}

#[test]
fn commits_that_the_disk_refused_set_no_file_aside() {
    disk::install();
    let mut day = Day::new();
    let path = day.town.path(day.crew).to_owned();
    // Each refused commit is shorter than the one before, whose end stays behind it in the log.
    for (kind, after, word) in [
        (disk::Kind::Sync, 0, "α".repeat(60_000)),
        (disk::Kind::Sync, 0, "β".repeat(40_000)),
        (disk::Kind::Write, 9, "γ".repeat(20_000)),
    ] {
        let plan = disk::Plan {
            kind,
            after,
            times: 1,
        };
        let failing = disk::arm(&path, plan);
        let typed = format!(r#"{{"text":"{word}"}}"#);
        let saved = day.replica().save_draft("note", &typed, day.town.now());
        assert!(saved.is_err());
        assert_eq!(failing.failed(), 1);
    }
    day.town.wreck(day.crew, false, |_| {});
    assert_eq!(day.replica().set_aside(), None);
    assert_eq!(day.replica().recovered().unwrap(), None);
    day.goes_on();
    assert_eq!(day.arrives(), day.notes.len());
}

#[test]
fn pages_lost_here_and_there_lose_at_most_what_stood_on_them() {
    let mut whole = 0;
    for seed in 0..8_u64 {
        let mut day = Day::new();
        let mut dice = seed * 7_919 + 1;
        let mut next = |most: u64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (dice >> 33) % most
        };
        day.wreck(|path| {
            for _ in 0..=seed % 4 {
                let page = next(len(path) / PAGE);
                put(path, page * PAGE, &ZEROS);
            }
        });
        let mut openings = 1;
        while let Err(problem) = used(&day) {
            assert_eq!(problem, Problem::ReplicaDamaged);
            day.town.restart(day.crew);
            openings += 1;
            assert!(openings < 4, "seed {seed}: it does not get going again");
        }
        day.goes_on();
        let arrived = day.arrives();
        let recovered = day.replica().recovered().unwrap();
        println!(
            "seed {seed}: {arrived} of {} notes, {recovered:?}",
            day.notes.len()
        );
        if recovered.is_none_or(|recovered| recovered.whole) {
            assert_eq!(arrived, day.notes.len(), "seed {seed}");
            whole += 1;
        }
    }
    assert!(whole > 0, "no file kept its outbox");
}

/// Looks at everything a window shows, exchanges, and enters something.
fn used(day: &Day) -> Result<(), Problem> {
    let replica = day.replica();
    let look = || -> Result<(), ReplicaError> {
        for id in replica.doc_ids()? {
            replica.doc(id)?;
        }
        replica.pending()?;
        replica.aside()?;
        replica.outbox_page(&OutboxQuery::default())?;
        replica.rebuild_views()?;
        Ok(())
    };
    look().map_err(|failure| failure.to_problem())?;
    day.town.join(day.crew);
    day.town.exchange(day.crew)?;
    let entered = lamp("Πρώτη δοκιμή");
    let entered = replica.enter_request(&entered, None, day.town.time(day.crew));
    entered.map(drop).map_err(|failure| failure.to_problem())
}

#[test]
fn damage_that_shows_while_running_is_told_and_repaired_at_the_next_start() {
    let mut day = Day::new();
    day.wreck(|path| {
        let at = (root(path, "docs") - 1) * PAGE;
        put(path, at, &ZEROS);
    });
    assert_eq!(
        day.replica().set_aside(),
        None,
        "nothing shows at the opening"
    );
    let seen = day.replica().request_case(day.own[0], day.town.now());
    assert_eq!(seen.err().unwrap().to_problem(), Problem::ReplicaDamaged);
    // Never under another process that has it open.
    let path = day.town.path(day.crew).to_owned();
    let again = day.town.open(&path, Ids::Random);
    assert_eq!(again.err().unwrap().to_problem(), Problem::ReplicaInUse);
    day.town.restart(day.crew);
    day.nothing_is_lost();
    // Once is enough.
    day.town.restart(day.crew);
    assert_eq!(day.replica().set_aside(), None);
}

#[test]
fn a_record_that_cannot_be_read_is_damage_too() {
    let mut day = Day::new();
    let broken = day.own[0];
    day.wreck(|path| {
        let db = raw(path);
        let sql = "UPDATE docs SET saved = zeroblob(length(saved)) WHERE doc = ?1";
        assert_eq!(db.execute(sql, [broken.as_bytes().as_slice()]), Ok(1));
    });
    let seen = day.replica().request_case(broken, day.town.now());
    assert_eq!(seen.err().unwrap().to_problem(), Problem::ReplicaDamaged);
    day.town.restart(day.crew);
    day.nothing_is_lost();
}

#[test]
fn only_bytes_that_have_their_hash_are_handed_over() {
    let flip = |db: &rusqlite::Connection, n: i64| {
        let sql = "SELECT bytes FROM outbox WHERE n = ?1";
        let mut bytes: Vec<u8> = db.query_row(sql, [n], |row| row.get(0)).unwrap();
        let last = bytes.len() - 9;
        bytes[last] ^= 1;
        let sql = "UPDATE outbox SET bytes = ?2 WHERE n = ?1";
        db.execute(sql, rusqlite::params![n, bytes]).unwrap();
    };
    // While the record holds them, they are taken from there.
    let mut day = Day::new();
    day.wreck(|path| {
        let db = raw(path);
        let n = db.query_row("SELECT max(n) FROM outbox", [], |row| row.get(0));
        flip(&db, n.unwrap());
        drop(db);
        put(path, 0, &[0; 100]);
    });
    day.nothing_is_lost();
    // Without the record they stay in the old file.
    let mut day = Day::new();
    day.wreck(|path| {
        let db = raw(path);
        let n = db.query_row("SELECT max(n) FROM outbox", [], |row| row.get(0));
        flip(&db, n.unwrap());
        db.execute("DELETE FROM docs", []).unwrap();
        drop(db);
        put(path, 0, &[0; 100]);
    });
    let recovered = day.replica().recovered().unwrap().unwrap();
    assert_eq!((recovered.unsent, recovered.whole), (day.unsent - 1, false));
    day.goes_on();
    assert_eq!(day.arrives(), day.notes.len() - 1);
}

#[test]
fn work_on_top_of_something_lost_is_written_anew() {
    let mut day = Day::new();
    let job = day.notes[0].0;
    let own = day.own[0];
    day.wreck(|path| {
        let db = raw(path);
        for doc in [job, own] {
            // Of the job a note in the middle, of the crew's own record its beginning.
            let sql = "DELETE FROM outbox WHERE n = (SELECT n FROM outbox
                       WHERE doc = ?1 AND state = 'on_device' ORDER BY n LIMIT 1)";
            assert_eq!(db.execute(sql, [doc.as_bytes().as_slice()]), Ok(1));
        }
        db.execute("DELETE FROM docs", []).unwrap();
        drop(db);
        put(path, 0, &[0; 100]);
    });
    let recovered = day.replica().recovered().unwrap().unwrap();
    assert_eq!(recovered.unsent, day.unsent - 2);
    day.town.settle();
    // The note on the record without a beginning is for a person to decide.
    let query = OutboxQuery {
        saved: Some(koina_model::words::Saved::NeedsDecision),
        ..OutboxQuery::default()
    };
    let rows = day.replica().outbox_page(&query).unwrap().rows;
    assert_eq!(rows.len(), 1);
    let hash = koina_sync::identity::unhex(&rows[0].change).unwrap();
    assert!(day.replica().discard(&hash, day.town.now()).unwrap());
    assert_eq!(day.arrives(), day.notes.len() - 2);
}

#[test]
fn more_than_one_push_of_work_whose_records_are_gone_shows_again() {
    let mut day = Day::new();
    // The records are back with the second answer; the last of what is written on them is handed over after it.
    for n in 0..330 {
        let text = format!("{} {n}", "μεγάλη σημείωση ".repeat(120));
        let id = day.notes[n % 12].0;
        work(&day.town, day.crew, id, &Step::Note { text: &text });
    }
    day.wreck(|path| {
        let db = raw(path);
        db.execute("DELETE FROM docs", []).unwrap();
        drop(db);
        put(path, 0, &[0; 100]);
    });
    let recovered = day.replica().recovered().unwrap().unwrap();
    assert_eq!(
        (recovered.unsent, recovered.whole),
        (day.unsent + 330, true)
    );
    assert_eq!(day.arrives(), day.notes.len());
}

#[test]
fn without_its_sidecar_the_device_is_connected_again_and_the_file_is_kept() {
    let lost = |path: &Path| std::fs::remove_file(path.with_extension("identity")).unwrap();
    let garbage = |path: &Path| {
        let sidecar = path.with_extension("identity");
        let mut bytes = std::fs::read(&sidecar).unwrap();
        // One bit of the key: it would sign as somebody else.
        let secret = b"\"secret\":\"";
        let at = bytes.windows(secret.len()).position(|part| part == secret);
        let at = at.map_or(bytes.len() - 1, |at| at + 12);
        assert_eq!(
            LOCKED,
            at == bytes.len() - 1,
            "the key stands there in the clear"
        );
        bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
        std::fs::write(sidecar, bytes).unwrap();
    };
    for damage in [lost as fn(&Path), garbage] {
        let mut day = Day::new();
        day.wreck(|path| {
            damage(path);
            put(path, 0, &[0; 100]);
        });
        assert!(day.replica().identity().is_none());
        assert!(len(&day.old_file()) > 0);
        assert_eq!(day.replica().pending().unwrap().waiting, 0);
        day.town.join(day.crew);
        day.town.enrol_again(day.crew, Role::Crew, Some("light"));
        assert_ne!(day.replica().identity().unwrap().device, day.device);
        request(&day.town, day.crew, LITOCHORO, "Με νέο κωδικό");
        assert_eq!(day.arrives(), 2);
    }
}

#[test]
fn a_replica_without_a_sidecar_gets_one_when_it_is_opened() {
    let mut day = Day::new();
    day.wreck(|path| std::fs::remove_file(path.with_extension("identity")).unwrap());
    day.is_kept_beside();
}

#[test]
fn the_sidecar_of_another_device_changes_nothing() {
    let mut day = Day::new();
    let other = day.town.path(day.desk).with_extension("identity");
    day.wreck(|path| {
        std::fs::copy(&other, path.with_extension("identity")).unwrap();
    });
    day.is_kept_beside();
}

#[test]
fn an_older_copy_of_the_file_is_noticed_when_numbers_were_given_since() {
    let mut day = Day::new();
    let older = day.town.folder().join("older.sqlite");
    day.town.wreck(day.crew, true, |path| {
        std::fs::copy(path, &older).unwrap();
    });
    for n in 0..230 {
        request(&day.town, day.crew, LITOCHORO, &format!("Μετά {n}"));
    }
    day.paper = numbers(&day.town, day.crew);
    day.town.join(day.crew);
    day.town.exchange(day.crew).unwrap();
    day.wreck(|path| {
        std::fs::copy(&older, path).unwrap();
    });
    assert!(day.replica().set_aside().is_some());
    day.nothing_is_lost();
}

#[test]
fn a_recovery_that_was_cut_short_is_finished() {
    let mut day = Day::new();
    day.wreck(|path| put(path, 0, &[0; 100]));
    // As if the power had gone when the new file was whole and the old one still in its place.
    day.wreck(|path| {
        let ready = PathBuf::from(format!("{}.recovered-77", path.display()));
        std::fs::rename(path, ready).unwrap();
        std::fs::write(path, "η παλιά βάση").unwrap();
        std::fs::write(wal(path), "και η ουρά της").unwrap();
    });
    let old = format!("{}.unreadable-77", day.town.path(day.crew).display());
    assert_eq!(std::fs::read_to_string(&old).unwrap(), "η παλιά βάση");
    assert!(wal(Path::new(&old)).exists());
    assert_eq!(
        day.replica().recovered().unwrap().unwrap().unsent,
        day.unsent
    );
    day.goes_on();
    assert_eq!(day.arrives(), day.notes.len());
}

#[test]
fn a_sidecar_that_cannot_be_written_stops_only_numbers_that_could_come_again() {
    let mut day = Day::new();
    let sidecar = day.town.path(day.crew).with_extension("identity-new");
    std::fs::create_dir(&sidecar).unwrap();
    let refused = (0..150).find_map(|n| {
        let text = format!("Γεμάτη μνήμη {n}");
        let entered = Entered {
            place_text: "έξω από το σχολείο",
            ..lamp(&text)
        };
        let now = day.town.time(day.crew);
        day.replica().enter_request(&entered, None, now).err()
    });
    assert_eq!(refused.unwrap().to_problem(), Problem::DiskReadOnly);
    // Work and the exchange go on.
    work(
        &day.town,
        day.crew,
        day.own[0],
        &Step::Note {
            text: "και όμως"
        },
    );
    day.town.join(day.crew);
    day.town.exchange(day.crew).unwrap();
    std::fs::remove_dir(&sidecar).unwrap();
    day.goes_on();
    day.town.settle();
}

/// The whole file is gone, with its log; only what stands beside it is left.
fn lost(path: &Path) {
    for end in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        std::fs::remove_file(name).ok();
    }
}

#[test]
fn of_a_file_that_is_gone_the_safety_copy_gives_what_waited_when_it_was_made() {
    let mut day = Day::new();
    assert!(day.replica().keep_safety_copy().unwrap());
    let copied = day.unsent;
    // What comes after the copy is lost with the file, and what arrives after it does not come twice.
    let later = day.own[0];
    let after = Step::Note {
        text: "μετά το αντίγραφο",
    };
    work(&day.town, day.crew, later, &after);
    day.wreck_with_copy(lost);
    day.goes_on();
    let told = day.replica().recovered().unwrap().unwrap();
    assert!(!told.whole, "something may be missing, and it says so");
    assert_eq!(told.unsent, copied);
    let drafts = day.replica().draft("note").unwrap();
    assert_eq!(drafts.as_deref(), Some(r#"{"text":"μισή πρόταση"}"#));
    assert_eq!(day.arrives(), day.notes.len());
    // Nothing waits any more: the copy goes.
    day.replica().drop_draft("note").unwrap();
    assert!(!day.replica().keep_safety_copy().unwrap());
}

#[test]
fn what_arrived_since_the_safety_copy_does_not_come_twice() {
    let mut day = Day::new();
    day.replica().keep_safety_copy().unwrap();
    day.town.join(day.crew);
    day.town.settle();
    assert_eq!(day.replica().pending().unwrap().waiting, 0);
    day.town.cut(day.crew);
    day.wreck_with_copy(lost);
    day.goes_on();
    assert_eq!(day.arrives(), day.notes.len());
}

#[test]
fn a_safety_copy_that_is_damaged_costs_nothing_that_the_file_still_has() {
    let mut day = Day::new();
    day.replica().keep_safety_copy().unwrap();
    day.wreck_with_copy(|path| {
        let mut safety = path.as_os_str().to_owned();
        safety.push(".safety");
        std::fs::write(safety, vec![7; 60_000]).unwrap();
        put(path, 0, &[0; 4096]);
    });
    day.goes_on();
    assert_eq!(day.arrives(), day.notes.len());
}

#[test]
fn a_safety_copy_says_nothing_to_whoever_has_no_key() {
    let mut day = Day::new();
    day.replica().keep_safety_copy().unwrap();
    let path = day.town.path(day.crew).with_extension("sqlite.safety");
    let bytes = std::fs::read(path).unwrap();
    let plain = bytes.windows(16).any(|bytes| bytes == b"SQLite format 3\0");
    assert_eq!(plain, !LOCKED);
    assert_eq!(day.arrives(), day.notes.len());
}

/// Beside the device: its file as it is now, damaged, with who it is.
fn beside(day: &Day, damage: impl FnOnce(&Path)) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::TempDir::new().unwrap();
    let there = folder.path().join("replica.sqlite");
    let path = day.town.path(day.crew);
    std::fs::copy(path, &there).unwrap();
    std::fs::copy(wal(path), wal(&there)).unwrap();
    let [mine, copied] = [path, &there].map(|path| path.with_extension("identity"));
    std::fs::copy(mine, copied).unwrap();
    damage(&there);
    (folder, there)
}

/// Every file of a folder, with its bytes.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let all = std::fs::read_dir(folder).unwrap();
    let mut all: Vec<_> = all
        .map(|file| file.unwrap().path())
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    all.sort();
    all
}

#[test]
fn what_waits_in_a_damaged_file_leaves_as_a_courier_file_and_nothing_is_written_to_it() {
    let mut day = Day::new();
    let (folder, there) = beside(&day, |path| put(path, 0, &ZEROS));
    let before = files(folder.path());
    let scratch = tempfile::TempDir::new().unwrap();
    let key = LOCKED.then(key);
    let rescue = |file: &Path, scratch: &Path, now| {
        Replica::rescue(&there, file, key.as_ref(), scratch, "0.1.0", now)
    };
    let rescued = rescue(&there, scratch.path(), day.town.now()).unwrap();
    assert_eq!((rescued.unsent, rescued.whole), (day.unsent, true));
    assert_eq!(files(folder.path()), before, "something was written");
    // The town hall takes it, and the device itself loses nothing and sends nothing twice.
    let told = day.town.block_on(koina_server::courier::answer(
        day.town.server(),
        rescued.files.into_iter().next().unwrap(),
        day.town.now(),
    ));
    told.unwrap();
    let id = day.own[0];
    day.town.exchange(day.desk).unwrap();
    let seen = day.town.at(day.desk).request_case(id, day.town.now());
    assert!(seen.is_ok(), "the desk has what was rescued");
    // Nothing of the lists can be read either: whose key it is sealed to, another file of the device knows.
    let (other, broken) = beside(&day, |path| {
        let page = root(path, "meta");
        put(path, (page - 1) * PAGE, &ZEROS);
    });
    let scratch = tempfile::TempDir::new().unwrap();
    let path = day.town.path(day.crew).to_owned();
    let now = day.town.now();
    let sealed = Replica::rescue(&path, &broken, key.as_ref(), scratch.path(), "0.1.0", now);
    assert_eq!(sealed.unwrap().unsent, day.unsent);
    drop(other);
    // So does one that was set aside, beside a file that was begun anew.
    let aside = folder.path().join("replica.sqlite.unreadable-7");
    std::fs::rename(&there, &aside).unwrap();
    std::fs::rename(wal(&there), wal(&aside)).unwrap();
    let scratch = tempfile::TempDir::new().unwrap();
    let again = rescue(&aside, scratch.path(), day.town.now()).unwrap();
    assert_eq!((again.unsent, again.whole), (day.unsent, true));
    if LOCKED {
        let scratch = tempfile::TempDir::new().unwrap();
        let other = Key::of([1; 32]);
        let now = day.town.now();
        let refused = Replica::rescue(&there, &aside, Some(&other), scratch.path(), "0", now);
        assert!(refused.is_err(), "nobody without the key");
    }
    assert_eq!(day.arrives(), day.notes.len());
}
