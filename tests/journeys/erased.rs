//! The contacts of a request are erased by right: at the server, on the device where they were typed, and again after a
//! restore from a backup that still has them. The request and its number stay.

use std::path::Path;

use koina_model::contacts::{Contact, EraseReason, ReadReason};
use koina_model::exchange::Erased;
use koina_model::ids::DocId;
use koina_model::permits::{Permit, Role};
use koina_model::problem::Problem;
use koina_model::requests::acts::Entered;
use koina_model::words::Channel;
use koina_server::log::AnyLog;
use koina_sync::exchange::json_body;
use koina_sync::views::{Contacts, EraseAsk, ReadAsk};
use koina_tests::town::{Town, Who, lamp};

use super::told::stands_in;
use super::two_servers::fresh_database;

/// A town with a desk, a second one, a kiosk, and a visitor's request with its contact at the server.
pub(super) struct Told {
    pub town: Town,
    pub desk: Who,
    pub clerk: Who,
    pub kiosk: Who,
    pub id: DocId,
    /// A part of the sealed contact, as the kiosk holds it.
    sealed: Vec<u8>,
    /// A part of the same as the server keeps it, sealed once more with a key of its own.
    kept: Vec<u8>,
}

pub(super) fn told(mut town: Town) -> Told {
    let desk = town.desk("Δημαρχείο");
    let clerk = town.device("ΚΕΠ", Role::Clerk, None, &[]);
    let kiosk = town.device("Κιόσκι", Role::Kiosk, None, &[]);
    town.settle();
    let id = report(&town, kiosk);
    let sealed = sealed_at(&town, kiosk).expect("a contact")[40..104].to_vec();
    town.settle();
    let kept = kept(&town, id)[40..104].to_vec();
    Told {
        town,
        desk,
        clerk,
        kiosk,
        id,
        sealed,
        kept,
    }
}

/// The contact of a record as it lies in the log.
pub(super) fn kept(town: &Town, id: DocId) -> Vec<u8> {
    let page = town.server().log.contacts_page(None, Vec::new());
    let (rows, _) = town.block_on(page).unwrap();
    let row = rows.into_iter().find(|row| row.doc == id);
    row.expect("a contact").sealed
}

pub(super) fn report(town: &Town, kiosk: Who) -> DocId {
    let contact = Contact {
        name: "Ευτυχία Δοκιμαστική".to_owned(),
        phone: "6912345678".to_owned(),
        ..Contact::default()
    };
    let entered = Entered {
        place_text: "στην πλατεία",
        channel: Channel::Kiosk,
        register: true,
        ..lamp("Σβηστό φως")
    };
    let now = town.time(kiosk);
    town.at(kiosk).report(&entered, &contact, now).unwrap().id
}

pub(super) fn erase(town: &Town, who: Who, id: DocId) -> Result<Erased, Problem> {
    let body = json_body(&EraseAsk {
        reason: EraseReason::AskedByPerson,
    })?;
    let word: Erased = town.ask(who, "POST", &format!("/v1/contacts/{id}/erase"), body)?;
    town.at(who).contacts_erased(&word).unwrap();
    Ok(word)
}

pub(super) fn read(town: &Town, who: Who, id: DocId) -> Contacts {
    let path = format!("/v1/contacts/{id}/read");
    town.ask(who, "POST", &path, to_reach()).unwrap()
}

/// Why a desk reads a contact: to reach whoever left it.
pub(super) fn to_reach() -> Vec<u8> {
    let reason = ReadReason::Reach;
    json_body(&ReadAsk { reason }).unwrap()
}

/// The oldest contact that a device holds.
fn sealed_at(town: &Town, who: Who) -> Option<Vec<u8>> {
    let db = rusqlite::Connection::open(town.path(who)).unwrap();
    db.query_row(
        "SELECT sealed FROM contacts ORDER BY saved_at LIMIT 1",
        [],
        |row| row.get(0),
    )
    .ok()
}

#[test]
fn what_is_erased_is_gone_at_the_server_and_where_it_was_typed() {
    let Told {
        town,
        desk,
        clerk,
        kiosk,
        id,
        sealed,
        kept,
    } = told(Town::new());
    let number = town.at(desk).request_case(id, town.now()).unwrap().row;
    assert!(number.protocol_number.is_some());
    assert_eq!(read(&town, clerk, id).rows.len(), 1);
    assert!(stands_in(town.log_file(), &kept), "looked for rightly");
    assert!(
        !stands_in(town.log_file(), &sealed),
        "under a key of its own"
    );
    assert!(stands_in(town.path(kiosk), &sealed), "looked for rightly");
    // Only administrators erase.
    for who in [clerk, kiosk] {
        let needs = Permit::EraseContacts;
        assert_eq!(erase(&town, who, id), Err(Problem::NotAllowed { needs }));
    }
    // Also where a copy of what waits was made meanwhile.
    let copy = town.path(kiosk).with_extension("sqlite.safety");
    std::fs::write(&copy, &sealed).unwrap();
    let word = erase(&town, desk, id).unwrap();
    assert_eq!(erase(&town, desk, id), Ok(word), "the same word again");
    assert!(!stands_in(town.log_file(), &kept), "the log");
    let found = read(&town, clerk, id);
    let erased = found.erased.expect("erased");
    assert_eq!(
        (found.rows, erased.reason),
        (Vec::new(), EraseReason::AskedByPerson)
    );
    town.exchange(kiosk).unwrap();
    assert_eq!(sealed_at(&town, kiosk), None);
    assert!(!stands_in(town.path(kiosk), &sealed), "the kiosk");
    assert!(!copy.exists(), "the safety copy");
    // The request and its number stay.
    let after = town.at(clerk).request_case(id, town.now()).unwrap();
    assert_eq!(after.row.protocol_number, number.protocol_number);
    town.check();
}

#[test]
fn of_many_contacts_those_that_are_erased_leave_nothing_in_free_space() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let kiosk = town.device("Κιόσκι", Role::Kiosk, None, &[]);
    town.settle();
    let ids: Vec<DocId> = (0..40).map(|_| report(&town, kiosk)).collect();
    let db = rusqlite::Connection::open(town.path(kiosk)).unwrap();
    let sealed: Vec<Vec<u8>> = ids
        .iter()
        .map(|id| {
            db.query_row(
                "SELECT sealed FROM contacts WHERE doc = ?1",
                [id.as_bytes().as_slice()],
                |row| row.get::<_, Vec<u8>>(0),
            )
            .unwrap()[200..264]
                .to_vec()
        })
        .collect();
    drop(db);
    // Marked as received, the rows are written anew, and pages are split.
    town.settle();
    let kept: Vec<Vec<u8>> = ids
        .iter()
        .map(|id| kept(&town, *id)[200..264].to_vec())
        .collect();
    for id in ids.iter().step_by(2) {
        erase(&town, desk, *id).unwrap();
    }
    town.exchange(kiosk).unwrap();
    for (n, (sealed, kept)) in sealed.iter().zip(&kept).enumerate() {
        let stays = n % 2 == 1;
        assert_eq!(stands_in(town.path(kiosk), sealed), stays, "kiosk, {n}");
        assert_eq!(stands_in(town.log_file(), kept), stays, "log, {n}");
    }
    town.check();
}

/// Keeps a state of a database from being let go of, as a backup or a dump does.
fn holding(file: &Path) -> rusqlite::Connection {
    let reader = rusqlite::Connection::open(file).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    let rows: i64 = reader
        .query_row("SELECT count(*) FROM contacts", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 1);
    reader
}

#[test]
fn bytes_that_somebody_held_are_let_go_of_afterwards() {
    let Told {
        mut town,
        desk,
        kiosk,
        id,
        sealed,
        kept,
        ..
    } = told(Town::new());
    let backup = holding(town.log_file());
    erase(&town, desk, id).unwrap();
    assert!(stands_in(town.log_file(), &kept), "held by the backup");
    drop(backup);
    // As a server does when it starts and every few minutes; an erasure in a log that was closed meanwhile counts too.
    town.crash_server(false);
    assert!(stands_in(town.log_file(), &kept), "looked for rightly");
    town.block_on(town.server().log.scrub());
    assert!(!stands_in(town.log_file(), &kept), "the log");

    let reader = holding(town.path(kiosk));
    town.exchange(kiosk).unwrap();
    assert!(stands_in(town.path(kiosk), &sealed), "held by the reader");
    drop(reader);
    town.exchange(kiosk).unwrap();
    assert!(!stands_in(town.path(kiosk), &sealed), "the kiosk");
    town.check();
}

#[test]
fn a_device_that_was_killed_before_it_let_go_does_so_afterwards() {
    let Told {
        town,
        desk,
        kiosk,
        id,
        sealed,
        ..
    } = told(Town::new());
    erase(&town, desk, id).unwrap();
    let reader = holding(town.path(kiosk));
    town.exchange(kiosk).unwrap();
    // What stands on the disk when the power goes.
    let folder = town.folder().join("killed");
    std::fs::create_dir(&folder).unwrap();
    let killed = folder.join("replica.sqlite");
    for ending in ["", "-wal"] {
        let mut from = town.path(kiosk).as_os_str().to_owned();
        let mut to = killed.as_os_str().to_owned();
        from.push(ending);
        to.push(ending);
        std::fs::copy(from, to).unwrap();
    }
    drop(reader);
    let mut town = town;
    town.replace(kiosk, killed);
    assert!(stands_in(town.path(kiosk), &sealed), "looked for rightly");
    town.exchange(kiosk).unwrap();
    assert!(!stands_in(town.path(kiosk), &sealed), "the kiosk");
}

#[test]
fn what_comes_after_it_was_erased_is_not_kept() {
    let Told {
        mut town,
        desk,
        kiosk,
        id,
        ..
    } = told(Town::new());
    // The record alone reached the server: the kiosk has its contact still to hand over.
    let db = rusqlite::Connection::open(town.path(kiosk)).unwrap();
    db.execute("UPDATE contacts SET received = 0", []).unwrap();
    drop(db);
    let log = rusqlite::Connection::open(town.log_file()).unwrap();
    log.execute("DELETE FROM contacts", []).unwrap();
    drop(log);
    town.reopen(kiosk);
    erase(&town, desk, id).unwrap();
    town.exchange(kiosk).unwrap();
    assert_eq!(sealed_at(&town, kiosk), None, "told at once");
    assert_eq!(town.at(kiosk).pending().unwrap().contacts, 0);
    let found = read(&town, desk, id);
    assert!(found.rows.is_empty() && found.erased.is_some());
    let log = rusqlite::Connection::open(town.log_file()).unwrap();
    let kept: i64 = log
        .query_row(
            "SELECT count(*) FROM contacts WHERE length(sealed) > 0",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(kept, 0);
    town.check();
}

/// Erased after the backup, and the server is lost before the kiosk hears of it.
fn restored(before: Told, empty: impl FnOnce(&Town) -> AnyLog) -> Told {
    let Told { mut town, .. } = before;
    let (desk, kiosk, id) = (before.desk, before.kiosk, before.id);
    let backup = town.back_up("backup");
    town.cut(kiosk);
    erase(&town, desk, id).unwrap();
    town.pass_ms(3_600_000);
    let log = empty(&town);
    town.restore(&backup, log);
    town.join(kiosk);
    Told { town, ..before }
}

#[test]
fn a_restored_server_hears_again_what_was_erased() {
    let mut after = restored(told(Town::new()), |town| town.empty_log("restored.sqlite"));
    let Told {
        town,
        desk,
        kiosk,
        id,
        ..
    } = &mut after;
    // The backup still has it, and the kiosk hands it over as well, before any desk comes by.
    assert_eq!(read(town, *desk, *id).rows.len(), 1);
    for _ in 0..2 {
        town.exchange(*kiosk).unwrap();
    }
    assert!(sealed_at(town, *kiosk).is_some());
    for who in [*desk, *kiosk] {
        town.exchange(who).unwrap();
    }
    let found = read(town, *desk, *id);
    assert!(found.rows.is_empty());
    assert_eq!(
        found.erased.map(|erased| erased.reason),
        Some(EraseReason::Unknown)
    );
    assert_eq!(sealed_at(town, *kiosk), None);
    let restored = town.folder().join("restored.sqlite");
    assert!(!stands_in(&restored, &after.kept), "the restored log");
    after.town.check();
}

#[test]
fn a_desk_whose_file_became_unreadable_still_tells_a_restored_server() {
    // The first page, and then the pages that name the tables as well.
    for damage in [0..100, 0..4096] {
        let mut after = restored(told(Town::new()), |town| town.empty_log("restored.sqlite"));
        let (desk, id) = (after.desk, after.id);
        after.town.wreck(desk, true, |path| {
            let mut bytes = std::fs::read(path).unwrap();
            bytes[damage].fill(0x55);
            std::fs::write(path, bytes).unwrap();
        });
        assert!(after.town.at(desk).recovered().unwrap().is_some());
        assert_eq!(read(&after.town, after.clerk, id).rows.len(), 1);
        after.town.settle();
        let found = read(&after.town, after.clerk, id);
        assert!(found.rows.is_empty() && found.erased.is_some());
        after.town.check();
    }
}

/// Whether these bytes stand in a file of the table of contacts.
fn table_has(town: &Town, url: &str, sought: &[u8]) -> bool {
    town.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
            .await
            .unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute("CHECKPOINT").await.unwrap();
        let row = client
            .query_one(
                "SELECT bool_or(position($1::bytea in pg_read_binary_file(pg_relation_filepath(part), 0, 100000000)) > 0)
                 FROM pg_class, unnest(ARRAY[oid::regclass, reltoastrelid::regclass]) AS part WHERE relname = 'contacts'",
                &[&sought],
            )
            .await
            .unwrap();
        let found: Option<bool> = row.get(0);
        drop(client);
        connection.await.unwrap().unwrap();
        found.unwrap()
    })
}

#[test]
fn the_same_on_postgresql() {
    let (Some(url), Some(empty)) = (fresh_database(), fresh_database()) else {
        return;
    };
    let town = Town::with_log(|runtime, _| runtime.block_on(AnyLog::open_postgres(&url)).unwrap());
    let restored_url = empty.clone();
    let after = restored(told(town), move |town| {
        town.block_on(AnyLog::open_postgres(&empty)).unwrap()
    });
    let Told {
        town,
        desk,
        kiosk,
        id,
        ..
    } = &after;
    assert_eq!(read(town, *desk, *id).rows.len(), 1);
    assert!(
        table_has(town, &restored_url, &after.kept),
        "looked for rightly"
    );
    for who in [*desk, *kiosk, *kiosk] {
        town.exchange(who).unwrap();
    }
    let found = read(town, *desk, *id);
    assert!(found.rows.is_empty() && found.erased.is_some());
    assert_eq!(sealed_at(town, *kiosk), None);
    // Nor do the files of the table have it, now that it was rewritten.
    rewritten(town, &restored_url, &after.kept);
    town.check();
}

#[test]
fn a_table_that_is_being_dumped_is_rewritten_afterwards() {
    // The table itself is held, or only a state of the database from before, as a dump that has not come to it yet does.
    let same = |url: &str| Some(url.to_owned());
    dumped("BEGIN; LOCK TABLE contacts IN ACCESS SHARE MODE", same);
    let old = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM meta";
    dumped(old, same);
    // Or somebody writes into another database of the same cluster.
    dumped("BEGIN; SELECT txid_current()", |_| fresh_database());
}

/// Rewrites the table, which others may be in the way of for a while, until its files have these bytes no more.
fn rewritten(town: &Town, url: &str, sought: &[u8]) {
    for _ in 0..15 {
        if !table_has(town, url, sought) {
            return;
        }
        town.block_on(town.server().log.scrub());
    }
    panic!("the table has it still");
}

fn dumped(holding: &str, held: impl FnOnce(&str) -> Option<String>) {
    let Some(url) = fresh_database() else {
        return;
    };
    let held = held(&url).unwrap();
    let town = Town::with_log(|runtime, _| runtime.block_on(AnyLog::open_postgres(&url)).unwrap());
    let Told {
        town,
        desk,
        id,
        kept,
        ..
    } = told(town);
    let (dump, connection) = town.block_on(async {
        let (client, connection) = tokio_postgres::connect(&held, tokio_postgres::NoTls)
            .await
            .unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute(holding).await.unwrap();
        (client, connection)
    });
    erase(&town, desk, id).unwrap();
    assert!(table_has(&town, &url, &kept), "held by the dump");
    town.block_on(town.server().log.scrub());
    assert!(table_has(&town, &url, &kept), "still held");
    drop(dump);
    town.block_on(connection).unwrap().unwrap();
    rewritten(&town, &url, &kept);
}

#[test]
fn a_contact_comes_back_after_a_restore_however_long_its_device_was_silent() {
    let Told {
        mut town,
        desk,
        kiosk,
        ..
    } = told(Town::new());
    let backup = town.back_up("backup");
    let later = report(&town, kiosk);
    town.settle();
    // Longer than it is kept after it arrived, counted when the device hears of the restore.
    town.cut(kiosk);
    town.pass_days(91);
    town.restore_file(&backup);
    town.join(kiosk);
    town.settle();
    town.settle();
    assert_eq!(read(&town, desk, later).rows.len(), 1);
    town.check();
}

#[test]
fn nobody_erases_with_words_of_their_own() {
    let mut after = restored(told(Town::new()), |town| town.empty_log("restored.sqlite"));
    let (desk, kiosk, id) = (after.desk, after.kiosk, after.id);
    // The desk's memory is lost; somebody at another device makes words up.
    let forget = |town: &mut Town, who: Who, words: &str| {
        let db = rusqlite::Connection::open(town.path(who)).unwrap();
        db.execute_batch(words).unwrap();
        drop(db);
        town.reopen(who);
    };
    forget(&mut after.town, desk, "DELETE FROM erased");
    let made_up = format!(
        "INSERT INTO erased (doc, at, proof, again) VALUES (x'{}', {}, zeroblob(32), 1)",
        koina_sync::identity::hex(id.as_bytes()),
        after.town.now().0,
    );
    forget(&mut after.town, kiosk, &made_up);
    after.town.settle();
    assert_eq!(read(&after.town, desk, id).rows.len(), 1);
    // And it is not said again and again.
    assert!(
        after
            .town
            .at(kiosk)
            .ask("0.1.0")
            .unwrap()
            .ask
            .erased
            .is_empty()
    );
    after.town.check();
}

#[test]
fn a_device_forgets_the_word_when_no_backup_can_be_older() {
    let Told {
        town,
        desk,
        kiosk,
        id,
        ..
    } = &mut told(Town::new());
    erase(town, *desk, *id).unwrap();
    town.exchange(*kiosk).unwrap();
    let words = |town: &Town, who: Who| -> i64 {
        let db = rusqlite::Connection::open(town.path(who)).unwrap();
        db.query_row("SELECT count(*) FROM erased", [], |row| row.get(0))
            .unwrap()
    };
    assert_eq!((words(town, *desk), words(town, *kiosk)), (1, 1));
    town.pass_days(91);
    town.settle();
    assert_eq!((words(town, *desk), words(town, *kiosk)), (0, 0));
    town.check();
}
