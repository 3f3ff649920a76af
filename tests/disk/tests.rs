use std::path::{Path, PathBuf};

use rusqlite::{Connection, ffi};
use tempfile::TempDir;

use super::{Armed, Kind, Plan, arm, install};

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open(path)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    Ok(db)
}

/// A database with a row in it, in a folder of its own.
fn begun() -> (TempDir, PathBuf, Connection) {
    install();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("db.sqlite");
    let db = open(&path).unwrap();
    db.execute_batch("CREATE TABLE words (word TEXT NOT NULL); INSERT INTO words VALUES ('first')")
        .unwrap();
    (folder, path, db)
}

fn add(db: &Connection, word: &str) -> rusqlite::Result<usize> {
    db.execute("INSERT INTO words VALUES (?1)", [word])
}

fn words(db: &Connection) -> rusqlite::Result<i64> {
    db.query_row("SELECT count(*) FROM words", [], |row| row.get(0))
}

fn whole(db: &Connection) {
    let said: String = db
        .pragma_query_value(None, "integrity_check", |row| row.get(0))
        .unwrap();
    assert_eq!(said, "ok");
}

fn failing(path: &Path, kind: Kind, after: u32, times: u32) -> Armed {
    arm(path, Plan { kind, after, times })
}

/// SQLite's own number of a failure.
fn code<T>(outcome: rusqlite::Result<T>) -> i32 {
    match outcome {
        Err(rusqlite::Error::SqliteFailure(failure, _)) => failure.extended_code,
        Err(other) => panic!("{other}"),
        Ok(_) => ffi::SQLITE_OK,
    }
}

#[test]
fn a_disk_that_is_well_is_like_any_other() {
    let (_folder, path, first) = begun();
    let second = open(&path).unwrap();
    for round in 0..2_000 {
        add(&first, &format!("first {round}")).unwrap();
        add(&second, &format!("second {round}")).unwrap();
    }
    assert_eq!(
        (words(&first).unwrap(), words(&second).unwrap()),
        (4_001, 4_001)
    );
    let busy: i64 = first
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .unwrap();
    assert_eq!(busy, 0);
    drop((first, second));
    assert!(!path.with_extension("sqlite-wal").exists());
    let db = open(&path).unwrap();
    whole(&db);
    assert_eq!(words(&db).unwrap(), 4_001);
    // Mapped, and with a journal in the place of the write-ahead log.
    db.pragma_update(None, "journal_mode", "DELETE").unwrap();
    db.pragma_update(None, "mmap_size", 1 << 20).unwrap();
    add(&db, "mapped").unwrap();
    whole(&db);
}

#[test]
fn a_write_that_fails_says_so_and_leaves_nothing() {
    for (kind, said) in [
        (Kind::Write, ffi::SQLITE_IOERR_WRITE),
        (Kind::Full, ffi::SQLITE_FULL),
        (Kind::Sync, ffi::SQLITE_IOERR_FSYNC),
    ] {
        let (_folder, path, db) = begun();
        let disk = failing(&path, kind, 0, 1);
        assert_eq!(code(add(&db, "lost")), said, "{kind:?}");
        assert_eq!(disk.failed(), 1);
        drop(disk);
        assert_eq!(words(&db).unwrap(), 1);
        add(&db, "second").unwrap();
        whole(&db);
        drop(db);
        assert_eq!(words(&open(&path).unwrap()).unwrap(), 2);
    }
}

#[test]
fn a_read_that_fails_says_so() {
    for (kind, said) in [
        (Kind::Read, ffi::SQLITE_IOERR_READ),
        (Kind::Medium, ffi::SQLITE_CORRUPT),
    ] {
        let (_folder, path, db) = begun();
        db.pragma_update(None, "journal_mode", "DELETE").unwrap();
        drop(db);
        let db = Connection::open(&path).unwrap();
        // The first read of a file is for its page size, and no failure of it is told.
        let disk = failing(&path, kind, 1, u32::MAX);
        assert_eq!(code(words(&db)), said, "{kind:?}");
        drop(disk);
        assert_eq!(words(&db).unwrap(), 1);
        whole(&db);
    }
}

#[test]
fn a_short_read_is_believed() {
    let (_folder, path, db) = begun();
    db.pragma_update(None, "journal_mode", "DELETE").unwrap();
    drop(db);
    let db = Connection::open(&path).unwrap();
    let read = |db: &Connection| -> rusqlite::Result<Option<String>> {
        db.query_row("SELECT max(word) FROM words", [], |row| row.get(0))
    };
    // Page size and schema are read well, the page with the row is not.
    let disk = failing(&path, Kind::ShortRead, 2, 1);
    assert_eq!(read(&db).unwrap(), None);
    assert_eq!(disk.failed(), 1);
}

#[test]
fn a_file_that_cannot_be_opened_truncated_or_shared_says_so() {
    let (_folder, path, db) = begun();
    let disk = failing(&path, Kind::Open, 0, 1);
    assert_eq!(code(Connection::open(&path)), ffi::SQLITE_CANTOPEN);
    drop(disk);
    let disk = failing(&path, Kind::Share, 0, 1);
    let other = Connection::open(&path).unwrap();
    assert_eq!(code(words(&other)), ffi::SQLITE_IOERR_SHMMAP);
    drop(disk);
    assert_eq!(words(&other).unwrap(), 1);
    let disk = failing(&path, Kind::Truncate, 0, 1);
    let checkpoint = |db: &Connection| {
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
            row.get::<_, i64>(0)
        })
    };
    assert_eq!(code(checkpoint(&db)), ffi::SQLITE_IOERR_TRUNCATE);
    drop(disk);
    assert_eq!(checkpoint(&db).unwrap(), 0);
    whole(&db);
}

#[test]
fn what_still_fits_on_a_full_disk_is_there() {
    let (_folder, path, db) = begun();
    let wal = path.with_extension("sqlite-wal");
    let before = wal.metadata().unwrap().len();
    let disk = failing(&path, Kind::Full, 1_000, u32::MAX);
    assert_eq!(code(add(&db, "lost")), ffi::SQLITE_FULL);
    assert_eq!(code(add(&db, "lost")), ffi::SQLITE_FULL);
    assert_eq!(disk.failed(), 2);
    assert_eq!(wal.metadata().unwrap().len(), before + 1_000);
    drop(disk);
    add(&db, "second").unwrap();
    whole(&db);
    assert_eq!(words(&db).unwrap(), 2);
}

#[test]
fn a_failure_comes_when_it_is_due_and_passes() {
    let (_folder, path, db) = begun();
    let disk = failing(&path, Kind::Sync, 2, 1);
    let codes: Vec<i32> = (0..4).map(|n| code(add(&db, &n.to_string()))).collect();
    assert_eq!(codes, [0, 0, ffi::SQLITE_IOERR_FSYNC, 0]);
    assert_eq!((disk.failed(), words(&db).unwrap()), (1, 4));
}

#[test]
fn other_files_of_the_folder_stay_well() {
    let (folder, path, db) = begun();
    let other = open(&folder.path().join("db.sqlite-10")).unwrap();
    other
        .execute_batch("CREATE TABLE words (word TEXT NOT NULL)")
        .unwrap();
    let disk = failing(&path, Kind::Write, 0, u32::MAX);
    add(&other, "well").unwrap();
    assert_eq!(code(add(&db, "lost")), ffi::SQLITE_IOERR_WRITE);
    assert_eq!(disk.failed(), 1);
}

/// The contract that the simulator's ledger relies on: what failed is not there, yet a loss of power may bring it back.
#[test]
fn what_was_written_and_not_synced_may_come_back_after_a_crash() {
    let (folder, path, db) = begun();
    let disk = failing(&path, Kind::Sync, 0, 1);
    assert_eq!(code(add(&db, "perhaps")), ffi::SQLITE_IOERR_FSYNC);
    drop(disk);
    assert_eq!(words(&db).unwrap(), 1);
    let copy = folder.path().join("copy.sqlite");
    for (from, to) in [
        (path.clone(), copy.clone()),
        (
            path.with_extension("sqlite-wal"),
            copy.with_extension("sqlite-wal"),
        ),
    ] {
        std::fs::copy(from, to).unwrap();
    }
    let db = open(&copy).unwrap();
    assert_eq!(words(&db).unwrap(), 2);
    whole(&db);
}

#[test]
fn a_disk_that_is_gone_does_nothing_and_may_come_back() {
    let (_folder, path, db) = begun();
    let disk = failing(&path, Kind::Gone, 0, u32::MAX);
    assert_ne!(code(add(&db, "lost")), ffi::SQLITE_OK);
    assert_ne!(code(open(&path).and_then(|db| words(&db))), ffi::SQLITE_OK);
    assert!(disk.failed() >= 2);
    drop(disk);
    assert_eq!(words(&db).unwrap(), 1);
    add(&db, "second").unwrap();
    whole(&db);
    drop(db);
    assert_eq!(words(&open(&path).unwrap()).unwrap(), 2);
}

#[test]
fn a_slow_disk_takes_its_time_and_fails_nothing() {
    let (_folder, path, db) = begun();
    let disk = failing(&path, Kind::Slow, 5, 0);
    for n in 0..3 {
        add(&db, &n.to_string()).unwrap();
    }
    assert!(disk.failed() >= 3);
    drop(disk);
    assert_eq!(words(&db).unwrap(), 4);
}
