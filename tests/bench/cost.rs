//! Whether an exchange costs what changed and not what exists: the same edits among more and more records.
//!
//! The device is a process of its own, so that its memory and its processor time are its own; what this process uses
//! meanwhile is the server's.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use koina_model::requests::acts::Step;
use koina_sync::exchange::{self, Progress, http::HttpLine};
use koina_sync::replica::{Ids, Replica};
use koina_tests::served::{now, peak_mb, serve_on_file};
use koina_tests::village::{Counts, Village};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::{Figures, open_requests};

/// Edits, each with an exchange of its own.
const ROUNDS: u32 = 200;
const SIZES: [u32; 4] = [1_000, 10_000, 50_000, 200_000];
/// First argument of the process that is a device.
pub(crate) const DEVICE: &str = "--cost-device";

/// What a device's process says of itself.
#[derive(Serialize, Deserialize)]
struct Device {
    seconds: f64,
    cpu_s: f64,
    bytes_sent: u64,
    bytes_received: u64,
    peak_mb: f64,
}

pub(crate) fn cost(figures: &mut Figures, runtime: &tokio::runtime::Runtime) {
    let village = Village::new(7, now());
    println!("# {ROUNDS} edits of one record each, each with an exchange of its own");
    for size in SIZES {
        runtime.block_on(async {
            let served = serve_on_file(&village).await;
            let devices = served.register(&village).await;
            // One change a record is enough: what is asked is what the number of records costs.
            let mut known = HashSet::new();
            let mut by_station: BTreeMap<_, Vec<_>> = BTreeMap::new();
            for change in village.changes(Counts::new(size, 0)) {
                if known.insert(change.pushed.doc) {
                    by_station
                        .entry(change.device)
                        .or_default()
                        .push(change.pushed);
                }
            }
            let changes = by_station
                .into_iter()
                .flat_map(|(device, all)| all.into_iter().map(move |pushed| (device, pushed)));
            served.feed(&devices, changes).await;
            let folder = TempDir::new().unwrap();
            let path = folder.path().join("device.sqlite");
            drop(served.device("Γραφείο", &path).await);
            let pulled = device(&path, &served.url, 0).await;
            let before = cpu_s();
            let edited = device(&path, &served.url, ROUNDS).await;
            let server_cpu = cpu_s() - before;
            let each = |value: f64| value / f64::from(ROUNDS);
            let mut say = |name: &str, value: f64, unit: &str, aim: Option<f64>| {
                figures.say(&format!("{size:>6} records: {name}"), value, unit, aim);
            };
            say(
                "bytes both ways of one edit",
                each((edited.bytes_sent + edited.bytes_received) as f64),
                "bytes",
                None,
            );
            say(
                "processor of the device",
                each(edited.cpu_s) * 1_000.0,
                "ms",
                None,
            );
            say(
                "processor of the server",
                each(server_cpu) * 1_000.0,
                "ms",
                None,
            );
            say(
                "save and exchange",
                each(edited.seconds) * 1_000.0,
                "ms",
                None,
            );
            say(
                "memory of the device, edits",
                edited.peak_mb,
                "MB",
                (size == 50_000).then_some(100.0),
            );
            say(
                "memory of the device, first load",
                pulled.peak_mb,
                "MB",
                (size == 50_000).then_some(100.0),
            );
            say(
                "memory of the server with what fed it",
                peak_mb(std::process::id()),
                "MB",
                None,
            );
        });
    }
}

/// Runs a device as a process of its own: a first load when there are no rounds, else edits.
async fn device(path: &Path, url: &str, rounds: u32) -> Device {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .arg(DEVICE)
        .arg(path)
        .arg(url)
        .arg(rounds.to_string());
    let said = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    serde_json::from_slice(&said.stdout).unwrap()
}

/// The process that is a device.
pub(crate) fn be_a_device(words: &[String]) {
    let [path, url, rounds] = words else {
        panic!("path, address, rounds");
    };
    let rounds: u32 = rounds.parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let replica = Replica::open_with(Path::new(path), now(), Ids::Random).unwrap();
    let line = HttpLine::new(url).unwrap();
    let exchange = || {
        let progress = Progress::default();
        let run = exchange::run(&replica, &line, "bench", &now, &progress);
        runtime.block_on(run).unwrap()
    };
    let mut device = Device {
        seconds: 0.0,
        cpu_s: 0.0,
        bytes_sent: 0,
        bytes_received: 0,
        peak_mb: 0.0,
    };
    // A first load, or whatever happened meanwhile: its bytes are not what is measured.
    exchange();
    if rounds > 0 {
        let ids = open_requests(&replica, rounds.min(200));
        let (begin, before) = (Instant::now(), cpu_s());
        for n in 0..rounds {
            let text = format!("έγινε αυτοψία ({n})");
            let id = ids[n as usize % ids.len()];
            replica
                .record_work(id, &Step::Note { text: &text }, now())
                .unwrap();
            let done = exchange();
            device.bytes_sent += done.bytes_sent;
            device.bytes_received += done.bytes_received;
        }
        device.seconds = begin.elapsed().as_secs_f64();
        device.cpu_s = cpu_s() - before;
    }
    device.peak_mb = peak_mb(std::process::id());
    println!("{}", serde_json::to_string(&device).unwrap());
}

/// Seconds of processor this process has used, to a hundredth.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks: f64 = after
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum();
    // The kernel tells it in hundredths, whatever its own clock does.
    ticks / 100.0
}
