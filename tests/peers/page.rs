//! The table at the terminal and in `docs/performance.md`. People write the page; the command writes what is between its
//! two marks.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::picture;
use crate::work::{Figure, Outcome, PEERS, Took};

const BEGIN: &str = "<!-- begin: written by `cargo xtask peers` -->";
const END: &str = "<!-- end -->";

/// One kind of work: the figures of all peers, in their order.
pub(crate) struct Row<'f> {
    pub(crate) title: String,
    pub(crate) figures: Vec<&'f Figure>,
}

/// The works in the order they are told.
pub(crate) fn rows(figures: &[Figure]) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for poor in [false, true] {
        for work in ["pull", "push", "meet"] {
            for records in [10_000, 800, 200] {
                let of_peer = |peer| {
                    figures.iter().find(|figure| {
                        figure.peer == peer
                            && figure.work == work
                            && figure.records == records
                            && figure.poor == poor
                    })
                };
                let all: Vec<&Figure> = PEERS
                    .iter()
                    .filter_map(|(peer, _)| of_peer(*peer))
                    .collect();
                if !all.is_empty() {
                    let title = title(work, records, poor);
                    rows.push(Row {
                        title,
                        figures: all,
                    });
                }
            }
        }
    }
    rows
}

fn title(work: &str, records: u32, poor: bool) -> String {
    let records = thousands(records.into());
    let what = match work {
        "pull" => format!("A new client gets {records} records"),
        "push" => format!("500 offline edits handed over, of {records} records"),
        _ => format!("Two clients with 500 edits each meet, of {records} records"),
    };
    let line = if poor {
        "; 64 kbit/s, 600 ms, 1 in 20 lost"
    } else {
        ""
    };
    format!("{what}{line}")
}

/// A number in groups of three.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A figure to three places that mean something.
pub(crate) fn short(value: f64) -> String {
    match value {
        small if small < 1.0 => format!("{small:.2}"),
        middle if middle < 100.0 => format!("{middle:.1}"),
        _ => format!("{value:.0}"),
    }
}

pub(crate) fn kb(bytes: u64) -> f64 {
    bytes as f64 / 1_000.0
}

/// Shows the table, and writes the page and the picture.
pub(crate) fn write(figures: &[Figure]) {
    let rows = rows(figures);
    let table = table(&rows);
    println!("{table}");
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    std::fs::write(docs.join("performance.svg"), picture::draw(&rows)).unwrap();
    let page = docs.join("performance.md");
    let text = std::fs::read_to_string(&page).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let between = format!("{}\n{table}", measured_on());
    std::fs::write(page, format!("{before}{BEGIN}\n{between}{END}{after}")).unwrap();
}

fn table(rows: &[Row<'_>]) -> String {
    let mut table = String::new();
    for row in rows {
        let Row { title, figures } = row;
        write!(table, "\n### {title}\n\n").unwrap();
        table.push_str("| | seconds | kB to the server | kB from it | client, MB | server, MB |\n");
        table.push_str("|---|---:|---:|---:|---:|---:|\n");
        let best = best(figures);
        for (peer, _) in PEERS {
            let figure = figures.iter().find(|figure| figure.peer == peer);
            let cells = match figure.map(|figure| &figure.outcome) {
                Some(Outcome::Took(took)) => cells(took, &best),
                Some(Outcome::Over(seconds)) => format!("> {seconds} | – | – | – | –"),
                Some(Outcome::Failed) => "failed | – | – | – | –".to_owned(),
                None => "not run | – | – | – | –".to_owned(),
            };
            writeln!(table, "| {peer} | {cells} |").unwrap();
        }
    }
    table.push('\n');
    table
}

/// The least of everything.
fn best(figures: &[&Figure]) -> [f64; 5] {
    let mut best = [f64::INFINITY; 5];
    for figure in figures {
        if let Outcome::Took(took) = figure.outcome {
            for (least, value) in best.iter_mut().zip(values(&took)) {
                *least = least.min(value);
            }
        }
    }
    best
}

fn values(took: &Took) -> [f64; 5] {
    [
        took.seconds,
        kb(took.bytes_there),
        kb(took.bytes_back),
        took.client_mb,
        took.server_mb,
    ]
}

/// The cells of a row; the least of a column stands out.
fn cells(took: &Took, best: &[f64; 5]) -> String {
    let cells = values(took).into_iter().zip(best).map(|(value, least)| {
        let text = short(value);
        if value <= *least {
            format!("**{text}**")
        } else {
            text
        }
    });
    cells.collect::<Vec<_>>().join(" | ")
}

/// On what machine, and which versions of everything.
fn measured_on() -> String {
    let processors = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let node = std::process::Command::new("node").arg("--version").output();
    let node = node.map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned());
    let versions = [
        "pouchdb",
        "express-pouchdb",
        "@automerge/automerge-repo",
        "@automerge/automerge-repo-network-websocket",
        "@automerge/automerge-repo-storage-nodefs",
        "@automerge/automerge",
        "yjs",
        "@hocuspocus/server",
        "@hocuspocus/provider",
        "@hocuspocus/extension-sqlite",
    ]
    .map(|package| format!("{package} {}", version(package)));
    format!(
        "Measured on a virtual machine: {}, {}, {} processors, {} GB of memory. Koina {}, Node {}, {}, samod {}.\n",
        std::env::consts::OS,
        std::env::consts::ARCH,
        processors,
        memory_gb(),
        env!("CARGO_PKG_VERSION"),
        node.unwrap_or_default().trim_start_matches('v'),
        versions.join(", "),
        samod_version()
    )
}

/// As its lock file says.
fn samod_version() -> String {
    let lock = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("peers/samod/Cargo.lock");
    let text = std::fs::read_to_string(lock).unwrap_or_default();
    let version = text
        .split_once("name = \"samod\"\nversion = \"")
        .and_then(|(_, rest)| rest.split_once('"'));
    version.map_or("?", |(version, _)| version).to_owned()
}

fn version(package: &str) -> String {
    let at = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("peers/node_modules");
    let text = std::fs::read_to_string(at.join(package).join("package.json")).unwrap_or_default();
    let says: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    says["version"].as_str().unwrap_or("?").to_owned()
}

fn memory_gb() -> u64 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kb = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix("kB"));
    kb.and_then(|kb| kb.trim().parse::<u64>().ok())
        .unwrap_or_default()
        / 1_000_000
}
