//! Whether an exchange costs what changed and not what exists: the same edits among more and more records.
//!
//! Device and server are processes of their own, so that memory and processor time are their own.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use koina_model::requests::acts::Step;
use koina_sync::exchange::{self, Progress, http::HttpLine};
use koina_sync::replica::{Ids, Replica};
use koina_tests::process::Process;
use koina_tests::served::{self, cpu_s, enrol, now, on_file, open_requests, peak_mb, serve_in};
use koina_tests::village::{Counts, Village};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::Figures;

/// Edits, each with an exchange of its own.
const ROUNDS: u32 = 200;
const SIZES: [u32; 4] = [1_000, 10_000, 50_000, 200_000];
/// First arguments of the processes that are a device and that feed a server.
const DEVICE: &str = "--cost-device";
const FEED: &str = "--cost-feed";

/// What a device's process says of itself.
#[derive(Serialize, Deserialize)]
struct Device {
    seconds: f64,
    cpu_s: f64,
    bytes_sent: u64,
    bytes_received: u64,
    peak_mb: f64,
}

/// Does what the first argument says, in a process of its own; `false` when that is none of these.
pub(crate) fn be_a_part(words: &[String]) -> bool {
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let Some((role, rest)) = words.split_first() else {
        return false;
    };
    match (role.as_str(), rest) {
        (DEVICE, rest) => be_a_device(rest),
        (FEED, [folder, size]) => {
            runtime().block_on(feed(Path::new(folder), size.parse().unwrap()));
        }
        _ => return false,
    }
    true
}

async fn feed(folder: &Path, size: u32) {
    let village = Village::new(7, now());
    let served = serve_in(folder, on_file, &village).await;
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
    println!("fed");
}

pub(crate) fn cost(figures: &mut Figures, runtime: &tokio::runtime::Runtime) {
    let program = std::env::current_exe().unwrap();
    let part = |program: &Path, words: &[&str]| {
        let mut all = vec![program.to_string_lossy().into_owned()];
        all.extend(words.iter().map(|word| (*word).to_owned()));
        Process::start(&all)
    };
    println!("# {ROUNDS} edits of one record each, each with an exchange of its own");
    for size in SIZES {
        runtime.block_on(async {
            let folder = TempDir::new().unwrap();
            let at = folder.path().to_str().unwrap();
            let later = Instant::now() + Duration::from_secs(3_600);
            let mut feeding = part(&program, &[FEED, at, &size.to_string()]);
            feeding.hear("fed", later).unwrap();
            feeding.end();
            let mut server = part(&served::program(), &[at]);
            let url = server.hear("ready", later).unwrap();
            server.tell("Γραφείο");
            let code = server.hear("code", later).unwrap();
            let path = folder.path().join("device.sqlite");
            drop(enrol(&url, &code, &path).await);
            let started_mb = server.peak_mb();
            let pulled = device(&path, &url, 0).await;
            let loaded_mb = server.peak_mb();
            let before = server.cpu_s();
            let edited = device(&path, &url, ROUNDS).await;
            let server_cpu = server.cpu_s() - before;
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
            say("memory of the server, started", started_mb, "MB", None);
            say("memory of the server, first load", loaded_mb, "MB", None);
            say(
                "memory of the server, most so far",
                server.peak_mb(),
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
fn be_a_device(words: &[String]) {
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
        let (begin, before) = (Instant::now(), cpu_s(std::process::id()));
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
        device.cpu_s = cpu_s(std::process::id()) - before;
    }
    device.peak_mb = peak_mb(std::process::id());
    println!("{}", serde_json::to_string(&device).unwrap());
}
