//! A PostgreSQL for the tests: in a temporary folder, on a free port, gone afterwards.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use crate::held::Held;
use crate::install::is_root;
use crate::place;
use crate::run::{Outcome, answer};

/// A running server.
pub(crate) struct Postgres {
    port: u16,
    _held: Held,
}

/// The folder of PostgreSQL's programs; Debian keeps them out of the way.
pub(crate) fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut versions: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .filter(|(_, folder)| folder.join("initdb").is_file())
        .collect();
    versions.sort();
    let newest = versions.pop().map(|(_, folder)| folder);
    newest.or_else(|| {
        place::find(&["initdb"]).and_then(|program| program.parent().map(PathBuf::from))
    })
}

impl Postgres {
    pub(crate) fn start() -> Outcome<Self> {
        let programs = programs().ok_or("PostgreSQL's initdb was not found")?;
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .map_err(|failure| failure.to_string())?
            .port();
        let folder = answer(Command::new("mktemp").args(["-d", "-t", "koina-postgres-XXXXXX"]))?;
        let folder = folder.trim();
        // initdb refuses root: then the server runs as the user its package made, or as nobody.
        let user = if works_for("postgres") {
            "postgres"
        } else {
            "nobody"
        };
        let (prepare, before) = if is_root() {
            (
                format!("chown {user} '{folder}'"),
                format!("runuser -u {user} -- "),
            )
        } else {
            (":".to_owned(), String::new())
        };
        let bin = programs.display();
        let settings = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off -c max_connections=200"
        );
        let script = format!(
            "cd '{folder}' && {prepare} \
             && {before}'{bin}/initdb' -D '{folder}/data' -U koina -A trust -E UTF8 --locale=C.UTF-8 > '{folder}/initdb.log' 2>&1 \
             && {before}'{bin}/pg_ctl' -D '{folder}/data' -l '{folder}/log' -w -o '{settings}' start > /dev/null 2>&1 \
             && echo started || echo \"$(cat '{folder}'/*log | tail -n 3 | tr '\\n' ' ')\""
        );
        let end = format!(
            "{before}'{bin}/pg_ctl' -D '{folder}/data' -m immediate stop > /dev/null 2>&1\ncd / && rm -rf '{folder}'"
        );
        let mut held = Held::new(&script, &end)?;
        let said = held.first_line().unwrap_or_default();
        if said != "started" {
            return Err(format!("PostgreSQL did not start: {said}"));
        }
        println!("   PostgreSQL answers on port {port}.");
        Ok(Self { port, _held: held })
    }

    /// What the tests connect to.
    pub(crate) fn url(&self) -> String {
        format!("postgres://koina@127.0.0.1:{}/postgres", self.port)
    }
}

fn works_for(user: &str) -> bool {
    crate::run::works(Command::new("id").arg(user))
}
