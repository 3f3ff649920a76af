//! A fresh, empty log on one of the databases, which can be opened several times over.

use koina_server::log::AnyLog;
use tempfile::TempDir;

const POSTGRES: &str = "KOINA_TEST_POSTGRES";
const WITHOUT: &str = "KOINA_TEST_WITHOUT_POSTGRES";

pub(crate) enum Stand {
    Sqlite(TempDir),
    Postgres(String),
}

impl Stand {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(TempDir::new().unwrap())
    }

    /// A database of its own; `None` when the tests were told to go without.
    #[allow(clippy::disallowed_methods, reason = "a name nobody else has")]
    pub(crate) async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var(POSTGRES) else {
            let without = std::env::var(WITHOUT).is_ok_and(|value| value == "1");
            assert!(
                without,
                "{POSTGRES} is not set. `cargo xtask test` starts a PostgreSQL and sets it."
            );
            eprintln!("skipped: {WITHOUT}=1, so nothing was tried on PostgreSQL");
            return None;
        };
        let name = format!("koina_test_{}", uuid::Uuid::now_v7().simple());
        execute(
            &server,
            &format!("CREATE DATABASE {name} TEMPLATE template0"),
        )
        .await;
        let (base, options) = server.split_once('?').unwrap_or((&server, ""));
        let host = base
            .strip_prefix("postgres://")
            .or(base.strip_prefix("postgresql://"))
            .unwrap();
        let host = host.split('/').next().unwrap();
        Some(Self::Postgres(format!(
            "postgres://{host}/{name}?{options}"
        )))
    }

    /// An empty one on the same kind of database.
    pub(crate) async fn another(&self) -> Self {
        match self {
            Self::Sqlite(_) => Self::sqlite(),
            Self::Postgres(_) => Self::postgres().await.unwrap(),
        }
    }

    /// Opens the log; each time with connections of its own.
    pub(crate) async fn open(&self) -> AnyLog {
        match self {
            Self::Sqlite(folder) => AnyLog::open_sqlite(&folder.path().join("log.sqlite"))
                .await
                .unwrap(),
            Self::Postgres(url) => AnyLog::open_postgres(url).await.unwrap(),
        }
    }

    /// Bytes as this kind of database reads them in a statement.
    pub(crate) fn literal(&self, bytes: Option<&[u8]>) -> String {
        let hex = bytes.map(koina_sync::identity::hex);
        match (self, hex) {
            (_, None) => "NULL".to_owned(),
            (Self::Sqlite(_), Some(hex)) => format!("x'{hex}'"),
            (Self::Postgres(_), Some(hex)) => format!("'\\x{hex}'::bytea"),
        }
    }

    /// Runs statements behind the log's back.
    pub(crate) async fn run(&self, sql: &str) {
        match self {
            Self::Sqlite(folder) => {
                let connection =
                    rusqlite::Connection::open(folder.path().join("log.sqlite")).unwrap();
                connection.execute_batch(sql).unwrap();
            }
            Self::Postgres(url) => execute(url, sql).await,
        }
    }

    /// What the database says to statements that it refuses.
    pub(crate) async fn try_run(&self, sql: &str) -> Result<(), String> {
        match self {
            Self::Sqlite(folder) => {
                let connection =
                    rusqlite::Connection::open(folder.path().join("log.sqlite")).unwrap();
                connection
                    .execute_batch(sql)
                    .map_err(|told| told.to_string())
            }
            Self::Postgres(url) => {
                let connected = tokio_postgres::connect(url, tokio_postgres::NoTls).await;
                let (client, connection) = connected.unwrap();
                tokio::spawn(connection);
                let done = client.batch_execute(sql).await;
                done.map_err(|told| format!("{:?}", told.as_db_error()))
            }
        }
    }
}

async fn execute(url: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
        .await
        .unwrap();
    let running = tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap();
    drop(client);
    running.await.unwrap().unwrap();
}
