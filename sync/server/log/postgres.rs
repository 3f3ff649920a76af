//! The log in a PostgreSQL database of its own, which several servers may share.
//!
//! Whoever writes the log takes one lock first. Without it a reader who follows the log by place loses rows:
//! a tx that took the earlier place may commit after one that took the later place.

use std::time::Duration;

use deadpool_postgres::{Client, Manager, ManagerConfig, Pool, RecyclingMethod, Transaction};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Config, IsolationLevel, NoTls};

use super::tx::{Mode, Row, Tx, Value};
use super::{LogError, SCRUB_WAIT_MS};

/// Numbered migrations, never edited after a release.
const MIGRATIONS: [&str; 15] = [
    include_str!("../migrations/postgres/0001_start.sql"),
    include_str!("../migrations/postgres/0002_epochs.sql"),
    include_str!("../migrations/postgres/0003_decisions.sql"),
    include_str!("../migrations/postgres/0004_scope.sql"),
    include_str!("../migrations/postgres/0005_contacts.sql"),
    include_str!("../migrations/postgres/0006_kiosks.sql"),
    include_str!("../migrations/postgres/0007_erased.sql"),
    include_str!("../migrations/postgres/0008_crews.sql"),
    include_str!("../migrations/postgres/0009_devices.sql"),
    include_str!("../migrations/postgres/0010_keys.sql"),
    include_str!("../migrations/postgres/0011_accounts.sql"),
    include_str!("../migrations/postgres/0012_provider.sql"),
    include_str!("../migrations/postgres/0013_reopens.sql"),
    include_str!("../migrations/postgres/0014_said.sql"),
    include_str!("../migrations/postgres/0015_unsent.sql"),
];

const MOMENT: &str = "SELECT extract(epoch FROM clock_timestamp())::float8,
 txid_snapshot_xmax(txid_current_snapshot())";
/// Whether somebody reads a state of the database from before a moment, or still writes since before it. Who writes may do so in
/// any database of the cluster: what runs anywhere is what the rewriting takes for a state that somebody may want.
const OLDER: &str =
    "SELECT txid_snapshot_xmin(txid_current_snapshot()) < $2 OR EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
 AND pid <> pg_backend_pid() AND backend_type = 'client backend'
 AND backend_xmin IS NOT NULL AND extract(epoch FROM xact_start)::float8 < $1)";
/// How often it is looked whether they still do.
const LOOK_MS: u64 = 100;

/// The lock of whoever writes the log («KOINA» in ASCII). It belongs to the database, that is, to the municipality.
const LOCK: &str = "SELECT pg_advisory_xact_lock(323284086849)";

/// Connections one server holds at most.
const CONNECTIONS_MAX: usize = 8;

/// A pool of connections.
#[derive(Clone)]
pub struct Postgres {
    pool: Pool,
}

/// A tx of the database.
pub(super) struct PostgresTx<'a>(Transaction<'a>);

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Postgres")
    }
}

impl Postgres {
    pub(super) async fn open(url: &str) -> Result<Self, LogError> {
        let config: Config = url.parse()?;
        let manager = Manager::from_config(
            config,
            NoTls,
            ManagerConfig {
                recycling_method: RecyclingMethod::Fast,
            },
        );
        let pool = Pool::builder(manager).max_size(CONNECTIONS_MAX).build()?;
        let opened = Self { pool };
        opened.migrate().await?;
        Ok(opened)
    }

    pub(super) async fn client(&self) -> Result<Client, LogError> {
        Ok(self.pool.get().await?)
    }

    pub(super) async fn begin(client: &mut Client, mode: Mode) -> Result<PostgresTx<'_>, LogError> {
        let start = client.build_transaction();
        let tx = match mode {
            Mode::Read => start
                .isolation_level(IsolationLevel::RepeatableRead)
                .read_only(true),
            Mode::Note | Mode::Write => start.isolation_level(IsolationLevel::ReadCommitted),
        }
        .start()
        .await?;
        if mode == Mode::Write {
            tx.batch_execute(LOCK).await?;
        }
        Ok(PostgresTx(tx))
    }

    /// Rewrites the table of contacts, which still has the rows as they were. Gives whether that is done: somebody may be
    /// reading the table, or a state of the database from before, whose rows would be copied along. What sessions of other
    /// roles do is not seen. The write-ahead log and copies of it are the database's own.
    pub(super) async fn scrub(&self) -> Result<bool, LogError> {
        let client = self.client().await?;
        let moment = client.query_one(MOMENT, &[]).await?;
        let (begun, next): (f64, i64) = (moment.try_get(0)?, moment.try_get(1)?);
        let mut waited = 0;
        while client
            .query_one(OLDER, &[&begun, &next])
            .await?
            .try_get(0)?
        {
            if waited >= SCRUB_WAIT_MS {
                return Ok(false);
            }
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
            waited += LOOK_MS;
        }
        // Behind somebody who reads the table for long it would hold up everybody else.
        let wait = format!("SET lock_timeout = '{SCRUB_WAIT_MS}ms'");
        client.batch_execute(&wait).await?;
        let done = client.batch_execute("VACUUM FULL contacts").await;
        client.batch_execute("RESET lock_timeout").await?;
        match done {
            Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => Ok(false),
            done => Ok(done.map(|()| true)?),
        }
    }

    async fn migrate(&self) -> Result<(), LogError> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        tx.batch_execute(LOCK).await?;
        tx.batch_execute(
            "CREATE TABLE IF NOT EXISTS migrations (number BIGINT NOT NULL PRIMARY KEY)",
        )
        .await?;
        let found: i64 = tx
            .query_one("SELECT COALESCE(MAX(number), 0) FROM migrations", &[])
            .await?
            .try_get(0)?;
        let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
        if found > known {
            return Err(LogError::Newer { found, known });
        }
        for (number, migration) in (1_i64..)
            .zip(MIGRATIONS)
            .filter(|(number, _)| *number > found)
        {
            tx.batch_execute(migration).await?;
            tx.execute("INSERT INTO migrations (number) VALUES ($1)", &[&number])
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

impl PostgresTx<'_> {
    pub(super) async fn commit(self) -> Result<(), LogError> {
        Ok(self.0.commit().await?)
    }
}

impl Tx for PostgresTx<'_> {
    async fn rows(&mut self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>, LogError> {
        let statement = self.0.prepare_cached(sql).await?;
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(bound).collect();
        self.0
            .query(&statement, &values)
            .await?
            .iter()
            .map(from_stored)
            .collect()
    }
}

fn bound(value: &Value) -> &(dyn ToSql + Sync) {
    match value {
        Value::Int(number) => number,
        Value::Text(text) => text,
        Value::Bytes(bytes) => bytes,
    }
}

fn from_stored(row: &tokio_postgres::Row) -> Result<Row, LogError> {
    let mut values = Vec::with_capacity(row.len());
    for (place, column) in row.columns().iter().enumerate() {
        values.push(match *column.type_() {
            Type::INT8 => Value::Int(row.try_get(place)?),
            Type::TEXT => Value::Text(row.try_get(place)?),
            Type::BYTEA => Value::Bytes(row.try_get(place)?),
            _ => {
                return Err(LogError::Row {
                    what: "a column of a known type",
                });
            }
        });
    }
    Ok(Row(values))
}
