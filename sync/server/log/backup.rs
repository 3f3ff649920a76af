//! Backups: a copy of the whole log as a log in a SQLite file, whatever database it came from, and the way back.
//!
//! A backup is one state of the log, read while devices go on pushing. It is a log like any other: it can be looked at with
//! any SQLite, and a log can move from one database to the other by way of it. A restored log has a new epoch; the old one
//! is kept with the place up to which both are the same, so that devices hand over again what came after it.

use std::path::Path;

use koina_model::ids::Time;
use rusqlite::{Connection, OpenFlags, params_from_iter};

use super::chain::{self, Audit, Said};
use super::tx::{Row, Tx, Value, stored};
use super::{Author, LogError, lists, sql};

/// What the audit says when a backup was restored.
pub(super) const RESTORED: &str = "log.restored";

/// Rows copied at a time.
const ROWS: i64 = 2_000;

/// Station codes left out after a restore, since devices may have been let in after the backup was made.
const STATIONS_SKIPPED: u32 = 50;

/// Versions of the lists left out, so that devices take the restored ones for newer than what they have.
const LISTS_SKIPPED: u64 = 1_000_000;

/// A table as it is copied. The types of its columns are i, t, b: whole number, text, bytes.
struct Table {
    name: &'static str,
    columns: &'static str,
    types: &'static str,
    paged: bool,
    /// If paged, reads rows after the key `$1`, at most `$2`, in the order of the key, which is the first column.
    page: &'static str,
    put: &'static str,
}

macro_rules! table {
    // With a key it is read page by page, else whole.
    ($name:literal, $columns:literal, $types:literal, $($key:ident,)? $values:literal) => {
        Table {
            name: $name,
            columns: $columns,
            types: $types,
            paged: !concat!($(stringify!($key))?).is_empty(),
            page: concat!(
                "SELECT ",
                $columns,
                " FROM ",
                $name,
                $(" WHERE ", stringify!($key), " > $1 ORDER BY ", stringify!($key), " LIMIT $2")?
            ),
            put: concat!("INSERT INTO ", $name, " (", $columns, ") VALUES (", $values, ")"),
        }
    };
}

/// Every table of a log. Small ones are read whole; tries are not kept.
const TABLES: [Table; 15] = [
    table!(
        "log",
        "seq, at, device, doc, body, kind, hash, actor, actor_seq, bytes, moved_from, moved_to",
        "iibbttbbibtt",
        seq,
        "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12"
    ),
    table!(
        "audit",
        "place, at, device, who, what, subject, said, hash",
        "iibttbtb",
        place,
        "$1, $2, $3, $4, $5, $6, $7, $8"
    ),
    table!("meta", "key, value", "tt", "$1, $2"),
    table!("docs", "doc, kind, community", "btt", "$1, $2, $3"),
    table!(
        "numbers",
        "year, number, doc, received_at, seq",
        "iibii",
        "$1, $2, $3, $4, $5"
    ),
    table!(
        "devices",
        "id, station, key, role, name, person, crew, communities, counter, enrolled_at, seen_at, revoked_at, pending, version, epoch, scope, scope_heard, communities_before, counters_below, erased_at, twice_at, unsent, unsent_said",
        "btbtttttiiiiittiitiiiti",
        "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23"
    ),
    table!(
        "invites",
        "code_hash, role, name, person, crew, communities, expires_at, used_by",
        "btttttib",
        "$1, $2, $3, $4, $5, $6, $7, $8"
    ),
    table!(
        "refused",
        "hash, device, doc, at, reason, bytes, kind, decision, taken",
        "bbbitbtii",
        "$1, $2, $3, $4, $5, $6, $7, $8, $9"
    ),
    table!(
        "contacts",
        "doc, device, at, sealed",
        "bbib",
        "$1, $2, $3, $4"
    ),
    table!(
        "erased",
        "doc, number, at, device, reason, proof",
        "biibtb",
        "$1, $2, $3, $4, $5, $6"
    ),
    table!(
        "kiosks",
        "device, told_at, health, called_at, code_step",
        "bitii",
        "$1, $2, $3, $4, $5"
    ),
    table!(
        "crews",
        "id, name, department, communities, skills, members",
        "tttttt",
        "$1, $2, $3, $4, $5, $6"
    ),
    table!(
        "import_sources",
        "source, source_id, doc, digest",
        "ttbb",
        "$1, $2, $3, $4"
    ),
    table!(
        "accounts",
        "id, login, name, role, email, subject, password, once_until, secret, secret_new, step, wrong, wrong_at, added_at, signed_in_at, closed_at",
        "bttttttittiiiiii",
        "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16"
    ),
    table!(
        "epochs",
        "place, epoch, head, entries, ended_at",
        "itiii",
        "$1, $2, $3, $4, $5"
    ),
];

impl Table {
    /// Gives empty values the type of their column: PostgreSQL wants to know what is missing.
    fn typed(&self, row: Row) -> Row {
        let values = row
            .0
            .into_iter()
            .zip(self.types.chars())
            .map(|(value, kind)| match value {
                Value::Int(None) | Value::Text(None) | Value::Bytes(None) => match kind {
                    't' => Value::Text(None),
                    'b' => Value::Bytes(None),
                    _ => Value::Int(None),
                },
                value => value,
            });
        Row(values.collect())
    }
}

/// Copies the log of one read tx into a new SQLite file, whose tables are there already. Gives the number of log rows.
pub(super) async fn copy_out<T: Tx>(tx: &mut T, file: &Path) -> Result<u64, LogError> {
    let mut rows_of_log = 0;
    for table in &TABLES {
        let mut after = i64::MIN;
        loop {
            let rows = if table.paged {
                tx.rows(table.page, &[after.into(), ROWS.into()]).await?
            } else {
                tx.rows(table.page, &[]).await?
            };
            if let (true, Some(last)) = (table.paged, rows.last()) {
                after = last.int(0)?;
            }
            if table.name == "log" {
                rows_of_log += u64::try_from(rows.len()).unwrap_or_default();
            }
            let done = rows.is_empty() || !table.paged;
            write_page(file, table, rows)?;
            if done {
                break;
            }
        }
    }
    Ok(rows_of_log)
}

fn write_page(file: &Path, table: &Table, rows: Vec<Row>) -> Result<(), LogError> {
    let mut connection = Connection::open(file)?;
    let tx = connection.transaction()?;
    if table.name == "meta" {
        // A new log has words of its own already.
        tx.execute("DELETE FROM meta", [])?;
    }
    {
        let mut put = tx.prepare(&by_place(table.put))?;
        for row in rows {
            put.execute(params_from_iter(row.0))?;
        }
    }
    Ok(tx.commit()?)
}

/// `?n` instead of `$n`: numbered by what they say, not by first appearance.
fn by_place(sql: &str) -> String {
    sql.replace('$', "?")
}

/// Brings the log of a backup into this one, which must be empty, and gives it the new epoch.
pub(super) async fn copy_in<T: Tx>(
    tx: &mut T,
    file: &Path,
    epoch: String,
    at: Time,
) -> Result<u64, LogError> {
    let there = [sql::HEAD, sql::COUNT_DEVICES, sql::COUNT_ACCOUNTS];
    let mut all = 0;
    for count in there {
        all += tx.number(count, &[]).await?;
    }
    if all > 0 {
        return Err(LogError::NotEmpty);
    }
    tx.rows(sql::FORGET_META, &[]).await?;
    let mut rows_of_log = 0;
    for table in &TABLES {
        let mut after = i64::MIN;
        loop {
            let rows = read_page(file, table, after)?;
            if let (true, Some(last)) = (table.paged, rows.last()) {
                after = last.int(0)?;
            }
            if table.name == "log" {
                rows_of_log += u64::try_from(rows.len()).unwrap_or_default();
            }
            let done = rows.is_empty() || !table.paged;
            for row in rows {
                tx.rows(table.put, &table.typed(row).0).await?;
            }
            if done {
                break;
            }
        }
    }
    let old = lists::meta(tx, lists::EPOCH).await?;
    let old = old.ok_or(LogError::Row { what: "an epoch" })?;
    let head = tx.number(sql::HEAD, &[]).await?;
    let entries = match tx.row(sql::LAST_ENTRY, &[]).await? {
        Some(row) => chain::entry(row.bytes(0)?)?.place,
        None => 0,
    };
    let said = Said::changed([("epoch", old.clone())], [("epoch", epoch.clone())]);
    tx.rows(
        sql::END_EPOCH,
        &[old.into(), head.into(), stored(entries)?.into(), at.into()],
    )
    .await?;
    lists::put_meta(tx, lists::EPOCH, epoch).await?;
    lists::put_meta(tx, lists::NUMBERS_WAIT, at.0.to_string()).await?;
    lists::skip(tx, STATIONS_SKIPPED, LISTS_SKIPPED).await?;
    Audit::open(tx)
        .await?
        .note_saying(
            tx,
            &Author::server(),
            at,
            RESTORED,
            &head.to_be_bytes(),
            said,
        )
        .await?;
    Ok(rows_of_log)
}

fn read_page(file: &Path, table: &Table, after: i64) -> Result<Vec<Row>, LogError> {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let mut read = connection.prepare(&by_place(table.page))?;
    let columns = table.columns.split(',').count();
    let mut rows = if table.paged {
        read.query([after, ROWS])?
    } else {
        read.query([])?
    };
    let mut page = Vec::new();
    while let Some(row) = rows.next()? {
        page.push(super::sqlite::stored_row(row, columns)?);
    }
    Ok(page)
}
