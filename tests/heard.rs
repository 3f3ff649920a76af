//! Everything that is logged, by whatever library, at every level; and what must not stand in it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use tracing_subscriber::fmt::MakeWriter;

/// What was logged since somebody who is still there began to listen.
#[derive(Default)]
struct Log {
    bytes: Vec<u8>,
    /// So many bytes from before are gone, since nobody listens to them any more.
    gone: usize,
    /// Where each began to listen.
    from: BTreeMap<u64, usize>,
    next: u64,
}

static LOG: Mutex<Log> = Mutex::new(Log {
    bytes: Vec::new(),
    gone: 0,
    from: BTreeMap::new(),
    next: 0,
});

impl Log {
    /// What was logged since this one began to listen.
    fn since(&self, ear: u64) -> &[u8] {
        let from = self.from.get(&ear).copied().unwrap_or_default();
        self.bytes.get(from - self.gone..).unwrap_or_default()
    }
}

fn log() -> MutexGuard<'static, Log> {
    LOG.lock().unwrap_or_else(PoisonError::into_inner)
}

struct ToLog;

impl Write for ToLog {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut log = log();
        // Nobody would ever look at it.
        if !log.from.is_empty() {
            log.bytes.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for ToLog {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}

/// Somebody who listens to what this process logs, as long as they are there.
pub struct Ear(u64);

impl Ear {
    /// Begins to listen. `None` where this process logs to somewhere else.
    pub fn open() -> Option<Self> {
        static LISTENS: OnceLock<bool> = OnceLock::new();
        let listens = LISTENS.get_or_init(|| {
            let subscriber = tracing_subscriber::fmt()
                .with_max_level(tracing::Level::TRACE)
                .with_ansi(false)
                .with_writer(|| ToLog)
                .finish();
            tracing::subscriber::set_global_default(subscriber).is_ok()
        });
        listens.then(|| {
            let mut log = log();
            let (id, from) = (log.next, log.gone + log.bytes.len());
            log.next += 1;
            log.from.insert(id, from);
            Self(id)
        })
    }

    /// The first line since then in which this stands.
    pub fn line_with(&self, secret: &str) -> Option<String> {
        let log = log();
        let bytes = log.since(self.0);
        let at = memchr::memmem::find(bytes, secret.as_bytes())?;
        let begin = bytes[..at].iter().rposition(|byte| *byte == b'\n');
        let line = &bytes[begin.map_or(0, |begin| begin + 1)..];
        let end = line.iter().position(|byte| *byte == b'\n');
        let line = &line[..end.unwrap_or(line.len())];
        Some(String::from_utf8_lossy(line).into_owned())
    }

    /// Everything since then that could be a key: letters and digits in one piece.
    pub fn tokens(&self) -> BTreeSet<String> {
        let log = log();
        let is_of_one = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'-';
        let runs = log.since(self.0).split(|byte| !is_of_one(byte));
        let long = runs.filter(|run| run.len() >= 20);
        long.map(|run| String::from_utf8_lossy(run).into_owned())
            .collect()
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        let mut log = log();
        log.from.remove(&self.0);
        let end = log.gone + log.bytes.len();
        let from = log.from.values().min().copied().unwrap_or(end);
        let passed = from - log.gone;
        log.bytes.drain(..passed);
        log.gone = from;
    }
}

/// The keys that a municipality's log in a file keeps.
pub fn keys_of_log(log: &Path) -> Vec<String> {
    let db = rusqlite::Connection::open(log).expect("the log");
    let mut rows = db.prepare("SELECT value FROM meta").expect("its words");
    let rows = rows.query_map([], |row| row.get::<_, String>(0));
    let secret = |value: &String| {
        let key = value.len() >= 32 && value.chars().all(|one| one.is_ascii_alphanumeric());
        key || value.contains("SECRET")
    };
    let rows = rows.expect("its words").map(|row| row.expect("a word"));
    rows.filter(secret).collect()
}
