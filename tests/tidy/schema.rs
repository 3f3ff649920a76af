//! `sync/schema.sql` is what a replica really is.

use std::collections::BTreeMap;

use koina_model::ids::Time;
use koina_sync::replica::Replica;
use rusqlite::Connection;

use super::text;

/// Every statement that made a database, by the name of what it made, without comments and spacing.
fn made(db: &Connection) -> BTreeMap<String, String> {
    let mut rows = db.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'").unwrap();
    let rows = rows
        .query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })
        .unwrap();
    // FTS5 makes tables of its own for an index.
    let rows = rows
        .map(Result::unwrap)
        .filter(|(name, _)| !name.starts_with("search_"));
    rows.map(|(name, sql)| (name, plain(&sql))).collect()
}

fn plain(sql: &str) -> String {
    let words: Vec<&str> = sql
        .lines()
        .flat_map(|line| {
            line.split("--")
                .next()
                .unwrap_or_default()
                .split_whitespace()
        })
        .collect();
    words
        .join(" ")
        .replace("( ", "(")
        .replace(" )", ")")
        .replace(" ,", ",")
}

#[test]
fn the_schema_is_that_of_a_fresh_replica() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("replica.sqlite");
    drop(Replica::open(&path, Time(0)).unwrap());
    let written = Connection::open_in_memory().unwrap();
    written.execute_batch(&text("sync/schema.sql")).unwrap();
    let (written, fresh) = (made(&written), made(&Connection::open(&path).unwrap()));
    for (name, sql) in &fresh {
        assert_eq!(written.get(name), Some(sql), "{name} in sync/schema.sql");
    }
    assert_eq!(
        written.len(),
        fresh.len(),
        "sync/schema.sql has something more"
    );
}

#[test]
fn every_column_of_the_schema_says_what_it_is() {
    let mut inside = false;
    for line in text("sync/schema.sql").lines() {
        if inside && line.starts_with("    ") {
            assert!(line.contains(" -- "), "no comment: {line}");
        }
        inside = (inside || line.starts_with("CREATE TABLE")) && !line.starts_with(')');
    }
}
