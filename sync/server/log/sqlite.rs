//! The log in one SQLite file: one writer, one reader, every commit on the disk before it is answered.

use std::future::ready;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql};

use super::tx::{Mode, Row, Tx, Value};
use super::{LogError, SCRUB_WAIT_MS};

/// Numbered migrations, never edited after a release.
const MIGRATIONS: [&str; 15] = [
    include_str!("../migrations/sqlite/0001_start.sql"),
    include_str!("../migrations/sqlite/0002_epochs.sql"),
    include_str!("../migrations/sqlite/0003_decisions.sql"),
    include_str!("../migrations/sqlite/0004_scope.sql"),
    include_str!("../migrations/sqlite/0005_contacts.sql"),
    include_str!("../migrations/sqlite/0006_kiosks.sql"),
    include_str!("../migrations/sqlite/0007_erased.sql"),
    include_str!("../migrations/sqlite/0008_crews.sql"),
    include_str!("../migrations/sqlite/0009_devices.sql"),
    include_str!("../migrations/sqlite/0010_keys.sql"),
    include_str!("../migrations/sqlite/0011_accounts.sql"),
    include_str!("../migrations/sqlite/0012_provider.sql"),
    include_str!("../migrations/sqlite/0013_reopens.sql"),
    include_str!("../migrations/sqlite/0014_said.sql"),
    include_str!("../migrations/sqlite/0015_unsent.sql"),
];

/// How long a tx waits for another process.
const BUSY_MS: u64 = 10_000;

/// An open log file.
#[derive(Clone, Debug)]
pub struct Sqlite {
    writer: Arc<Mutex<Connection>>,
    reader: Arc<Mutex<Connection>>,
}

/// A tx of the file.
pub(super) struct SqliteTx<'a>(&'a mut Connection);

impl Sqlite {
    pub(super) async fn open(path: PathBuf) -> Result<Self, LogError> {
        blocking(move || {
            let writer = Connection::open(&path)?;
            writer.execute_batch(&format!(
                "PRAGMA busy_timeout = {BUSY_MS}; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
            ))?;
            koina_sync::replica::write_ahead(&writer)?;
            migrate(&writer)?;
            let reader = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            reader.execute_batch(&format!(
                "PRAGMA query_only = ON; PRAGMA busy_timeout = {BUSY_MS};"
            ))?;
            for connection in [&writer, &reader] {
                connection.set_prepared_statement_cache_capacity(64);
            }
            Ok(Self {
                writer: Arc::new(Mutex::new(writer)),
                reader: Arc::new(Mutex::new(reader)),
            })
        })
        .await
    }

    /// Runs the work in one tx, on a thread that may wait for the disk.
    pub(super) async fn tx<T, F>(&self, mode: Mode, work: F) -> Result<T, LogError>
    where
        T: Send + 'static,
        F: FnOnce(&mut SqliteTx<'_>) -> Result<T, LogError> + Send + 'static,
    {
        let reads = mode == Mode::Read;
        let connection = Arc::clone(if reads { &self.reader } else { &self.writer });
        blocking(move || {
            let mut held = connection.lock().unwrap_or_else(PoisonError::into_inner);
            if !held.is_autocommit() {
                held.execute_batch("ROLLBACK")?;
            }
            held.execute_batch(if reads { "BEGIN" } else { "BEGIN IMMEDIATE" })?;
            match work(&mut SqliteTx(&mut held)) {
                Ok(value) => {
                    held.execute_batch("COMMIT")?;
                    Ok(value)
                }
                Err(error) => {
                    held.execute_batch("ROLLBACK")?;
                    Err(error)
                }
            }
        })
        .await
    }

    /// Empties the write-ahead log, which still has what was overwritten in the file. Gives whether that is done: a backup that
    /// is being made, or another process, may hold it.
    pub(super) async fn scrub(&self) -> Result<bool, LogError> {
        let connection = Arc::clone(&self.writer);
        blocking(move || {
            let held = connection.lock().unwrap_or_else(PoisonError::into_inner);
            // It holds up everybody who writes.
            held.busy_timeout(Duration::from_millis(SCRUB_WAIT_MS))?;
            let busy = held.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
                row.get::<_, i64>(0)
            });
            held.busy_timeout(Duration::from_millis(BUSY_MS))?;
            Ok(busy? == 0)
        })
        .await
    }
}

impl Tx for SqliteTx<'_> {
    fn rows(
        &mut self,
        sql: &'static str,
        values: &[Value],
    ) -> impl Future<Output = Result<Vec<Row>, LogError>> + Send {
        ready(query(self.0, sql, values).map_err(LogError::from))
    }
}

fn query(connection: &Connection, sql: &str, values: &[Value]) -> rusqlite::Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(sql)?;
    // By name: SQLite numbers `$n` by first appearance.
    for (place, value) in values.iter().enumerate() {
        if let Some(index) = statement.parameter_index(&format!("${}", place + 1))? {
            statement.raw_bind_parameter(index, value)?;
        }
    }
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    let mut read = Vec::new();
    while let Some(row) = rows.next()? {
        read.push(stored_row(row, columns)?);
    }
    Ok(read)
}

pub(super) fn stored_row(row: &rusqlite::Row<'_>, columns: usize) -> rusqlite::Result<Row> {
    let values = (0..columns).map(|column| row.get_ref(column).map(from_stored));
    Ok(Row(values.collect::<Result<_, _>>()?))
}

fn from_stored(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Int(None),
        ValueRef::Integer(number) => Value::Int(Some(number)),
        // No column of the schema holds such a number.
        ValueRef::Real(_) => Value::Int(None),
        ValueRef::Text(text) => Value::Text(Some(String::from_utf8_lossy(text).into_owned())),
        ValueRef::Blob(bytes) => Value::Bytes(Some(bytes.to_vec())),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Int(Some(number)) => ValueRef::Integer(*number),
            Self::Text(Some(text)) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(Some(bytes)) => ValueRef::Blob(bytes),
            Self::Int(None) | Self::Text(None) | Self::Bytes(None) => ValueRef::Null,
        }))
    }
}

fn migrate(connection: &Connection) -> Result<(), LogError> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known {
        connection.execute_batch("ROLLBACK")?;
        return Err(LogError::Newer { found, known });
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        connection.execute_batch(migration)?;
    }
    connection.pragma_update(None, "user_version", known)?;
    connection.execute_batch("COMMIT")?;
    Ok(())
}

async fn blocking<T, F>(work: F) -> Result<T, LogError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, LogError> + Send + 'static,
{
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| LogError::CutOff)?
}
