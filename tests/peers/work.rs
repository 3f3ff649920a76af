//! What is done, by whom, and what it took.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use koina_tests::proxy::{self, Link, Poor};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use koina_tests::process::{Process, Silence};
use koina_tests::served;

/// Edits a client makes without network, each on another record.
pub(crate) const EDITS: usize = 500;

/// How many records there are, for each town that is fed.
const SMALL: u32 = 800;
const LARGE: u32 = 10_000;
/// What a poor line can carry to a fresh client in minutes.
const FEW: u32 = 200;

/// Koina and its peers: what they are called, and their programs.
pub(crate) const PEERS: [(&str, &str); 5] = [
    ("Koina", ""),
    ("PouchDB", "pouchdb"),
    ("automerge-repo", "automerge"),
    ("Yjs, Hocuspocus", "yjs"),
    (SAMOD, "samod"),
];

/// The one of them that has no program of JavaScript.
const SAMOD: &str = "samod";

/// What is done, and over what kind of line.
type Work = (&'static str, Option<Poor>);

/// What took how much, or why it did not end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Figure {
    pub(crate) work: String,
    pub(crate) records: u32,
    pub(crate) poor: bool,
    pub(crate) peer: String,
    pub(crate) outcome: Outcome,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Outcome {
    Took(Took),
    /// Given up after so many seconds.
    Over(u64),
    /// It ended without an answer.
    Failed,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Took {
    pub(crate) seconds: f64,
    pub(crate) bytes_there: u64,
    pub(crate) bytes_back: u64,
    /// Of the client that took most.
    pub(crate) client_mb: f64,
    pub(crate) server_mb: f64,
}

/// Runs everything that is wanted and gives all figures, those of earlier runs included.
pub(crate) fn all(
    peer_wanted: &dyn Fn(&str) -> bool,
    work_wanted: &dyn Fn(&str) -> bool,
    limit: Duration,
) -> Vec<Figure> {
    let mut figures = kept();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let good: &[Work] = &[("pull", None), ("push", None), ("meet", None)];
    let poor: &[Work] = &[("pull", Some(proxy::VILLAGE))];
    let small: Vec<Work> = [good, &[("push", Some(proxy::VILLAGE))]].concat();
    let towns: [(u32, &[Work]); 3] = [(SMALL, &small), (FEW, poor), (LARGE, good)];
    for (records, works) in towns {
        let name = |(work, poor): &Work| {
            let line = if poor.is_some() { "poor" } else { "good" };
            format!("{work}-{line}-{records}")
        };
        let works: Vec<&Work> = works
            .iter()
            .filter(|work| work_wanted(&name(work)))
            .collect();
        if works.is_empty() {
            continue;
        }
        let folder = TempDir::new().unwrap();
        let stories = folder.path().join("stories.jsonl");
        let mut told = false;
        for (peer, program) in PEERS {
            // Koina's feeding writes the stories for the others.
            if !peer_wanted(peer) && !program.is_empty() {
                continue;
            }
            if peer == SAMOD && std::env::var_os("KOINA_PEERS_SAMOD").is_none() {
                println!("# KOINA_PEERS_SAMOD names no program; `cargo xtask peers` builds one");
                continue;
            }
            let mut town = Town::new(peer, program, folder.path(), &runtime, limit);
            println!("# {peer}: feeding {records} records");
            told |= town.feed(&stories, records);
            assert!(told, "there are stories");
            for (work, poor) in works.iter().filter(|_| peer_wanted(peer)) {
                let outcome = town.work(work, *poor);
                println!(
                    "# {peer}, {work}, {records} records, poor {}: {outcome:?}",
                    poor.is_some()
                );
                let figure = Figure {
                    work: (*work).to_owned(),
                    records,
                    poor: poor.is_some(),
                    peer: peer.to_owned(),
                    outcome,
                };
                figures.retain(|old| !same(old, &figure));
                figures.push(figure);
                keep(&figures);
            }
        }
    }
    figures
}

fn same(one: &Figure, other: &Figure) -> bool {
    let key = |figure: &Figure| {
        (
            figure.work.clone(),
            figure.records,
            figure.poor,
            figure.peer.clone(),
        )
    };
    key(one) == key(other)
}

/// Where figures of earlier runs are.
fn kept_at() -> PathBuf {
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    PathBuf::from(target).join("peers.jsonl")
}

pub(crate) fn kept() -> Vec<Figure> {
    let text = std::fs::read_to_string(kept_at()).unwrap_or_default();
    text.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

fn keep(figures: &[Figure]) {
    let mut file = std::fs::File::create(kept_at()).unwrap();
    for figure in figures {
        writeln!(file, "{}", serde_json::to_string(figure).unwrap()).unwrap();
    }
}

/// One peer's server with its records, and the client that has pulled them.
struct Town<'t> {
    program: &'t str,
    folder: PathBuf,
    runtime: &'t tokio::runtime::Runtime,
    limit: Duration,
    /// The folder of a client that has everything.
    pulled: Option<PathBuf>,
    clients: u32,
}

impl<'t> Town<'t> {
    fn new(
        peer: &str,
        program: &'t str,
        folder: &Path,
        runtime: &'t tokio::runtime::Runtime,
        limit: Duration,
    ) -> Self {
        let folder = folder.join(peer.replace([' ', ','], ""));
        std::fs::create_dir(&folder).unwrap();
        Self {
            program,
            folder,
            runtime,
            limit,
            pulled: None,
            clients: 0,
        }
    }

    fn server_folder(&self) -> PathBuf {
        self.folder.join("server")
    }

    fn words(&self, part: &str, rest: &[&str]) -> Vec<String> {
        let mut words = if self.program == SAMOD {
            vec![std::env::var("KOINA_PEERS_SAMOD").unwrap()]
        } else if self.program.is_empty() {
            let this = std::env::current_exe().unwrap();
            let mut words = vec![this.display().to_string()];
            if part == "client" {
                words.push("client".to_owned());
            }
            words
        } else {
            let at = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
            let file = at.join(format!("{}-{part}.mjs", self.program));
            vec!["node".to_owned(), file.display().to_string()]
        };
        words.extend(rest.iter().map(|word| (*word).to_owned()));
        words
    }

    fn feed(&self, stories: &Path, records: u32) -> bool {
        let folder = self.server_folder();
        std::fs::create_dir(&folder).unwrap();
        let words = self.words(
            "server",
            &["feed", text(&folder), text(stories), &records.to_string()],
        );
        let begin = Instant::now();
        let mut process = Process::start(&words);
        let fed = process.hear("fed", begin + Duration::from_secs(1_200));
        println!("# fed {fed:?} in {:.1} s", begin.elapsed().as_secs_f64());
        process.end();
        fed.is_ok()
    }

    fn serve(&self) -> Result<(Process, String), Silence> {
        let folder = self.server_folder();
        let words = if self.program.is_empty() {
            vec![
                served::program().display().to_string(),
                text(&folder).to_owned(),
            ]
        } else {
            self.words("server", &["serve", text(&folder)])
        };
        let mut server = Process::start(&words);
        let url = server.hear("ready", Instant::now() + Duration::from_secs(120))?;
        Ok((server, url))
    }

    fn client(
        &mut self,
        work: &str,
        folder: &Path,
        server: &mut Process,
        url: &str,
        line: &str,
        name: &str,
    ) -> Result<Process, Silence> {
        let until = Instant::now() + Duration::from_secs(600);
        let ids = self.server_folder().join("ids.txt");
        let mut rest = vec![work, text(folder), url, line, text(&ids), name];
        let code;
        if self.program.is_empty() && work == "pull" {
            server.tell(&format!("Συσκευή {name}{}", self.clients));
            code = server.hear("code", until)?;
            rest.push(&code);
        }
        let mut client = Process::start(&self.words("client", &rest));
        client.hear("ready", until)?;
        Ok(client)
    }

    /// A folder for one more client.
    fn fresh(&mut self) -> PathBuf {
        self.clients += 1;
        let folder = self.folder.join(format!("client-{}", self.clients));
        std::fs::create_dir(&folder).unwrap();
        folder
    }

    /// A client with everything, without measuring.
    fn pull(&mut self, server: &mut Process, url: &str) -> Result<PathBuf, Silence> {
        let folder = self.fresh();
        let mut client = self.client("pull", &folder, server, url, url, "P")?;
        client.tell("go");
        client.hear("done", Instant::now() + self.limit)?;
        client.end();
        Ok(folder)
    }

    fn work(&mut self, work: &str, poor: Option<Poor>) -> Outcome {
        match self.try_work(work, poor) {
            Ok(took) => Outcome::Took(took),
            Err(Silence::Late) => Outcome::Over(self.limit.as_secs()),
            Err(Silence::Ended) => Outcome::Failed,
        }
    }

    fn try_work(&mut self, work: &str, poor: Option<Poor>) -> Result<Took, Silence> {
        // What is only prepared has a server of its own, so that its memory does not count.
        let mut folders = Vec::new();
        if work == "pull" {
            folders.push(self.fresh());
        } else {
            let (mut server, url) = self.serve()?;
            let first = match self.pulled.take() {
                Some(folder) => folder,
                None => self.pull(&mut server, &url)?,
            };
            folders.push(first);
            if work == "meet" {
                folders.push(self.pull(&mut server, &url)?);
            }
            server.end();
        }
        let (mut server, url) = self.serve()?;
        let link: Link = self.runtime.block_on(proxy::open_counted(&url, poor));
        let mut clients = Vec::new();
        for (folder, name) in folders.iter().zip(["A", "B"]) {
            let name = if poor.is_some() { "C" } else { name };
            clients.push(self.client(work, folder, &mut server, &url, &link.url, name)?);
        }
        let before = link.bytes();
        let begin = Instant::now();
        for client in &mut clients {
            client.tell("go");
        }
        for client in &mut clients {
            client.hear("done", begin + self.limit)?;
        }
        let seconds = begin.elapsed().as_secs_f64();
        let after = link.bytes();
        let took = Took {
            seconds,
            bytes_there: after.0 - before.0,
            bytes_back: after.1 - before.1,
            client_mb: clients.iter().map(Process::peak_mb).fold(0.0, f64::max),
            server_mb: server.peak_mb(),
        };
        for client in clients {
            client.end();
        }
        server.end();
        self.pulled = folders.into_iter().next();
        Ok(took)
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
