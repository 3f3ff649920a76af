//! `cargo xtask bench`: what the product costs, as a table and as JSON lines in `target/bench.jsonl`. Asserts nothing.
//!
//! Real replicas on the real disk (`synchronous=FULL`), the real server over loopback HTTP. Figures depend on the machine;
//! the ratios beside them are what to compare.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a tool for the person at the terminal"
)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "figures for reading"
)]
#![allow(clippy::disallowed_methods, reason = "it measures")]

mod cost;
mod doors;
mod sealed;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use koina_model::columns::{Columns, take_apart};
use koina_model::doc::Doc;
use koina_model::exchange::{
    Answer, Ask, HEADER_COUNTER, HEADER_DEVICE, HEADER_SIGNATURE, Pushed, Receipt, Verdict,
};
use koina_model::ids::DocId;
use koina_model::permits::Role;
use koina_model::place::Place;
use koina_model::requests::NewRequest;
use koina_model::requests::acts::Step;
use koina_model::words::{Channel, Kind};
use koina_server::log::AnyLog;
use koina_sync::exchange::{self, Line, http::HttpLine};
use koina_sync::identity::Identity;
use koina_sync::replica::{Foreseen, Ids, LogBody, LogRow, Replica};
use koina_sync::vault::{Key, Vault};
use koina_sync::views::requests::RequestsQuery;
use koina_tests::figures::Figures;
use koina_tests::pictures::{camera, take};
use koina_tests::served::{now, open_requests, peak_mb, serve, serve_on_file};
use koina_tests::village::{Change, Counts, Village};
use tempfile::TempDir;

fn percentile(sorted: &[f64], part: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * part).round() as usize]
}

fn timed<T>(run: impl FnOnce() -> T) -> (T, f64) {
    let begin = Instant::now();
    let answer = run();
    (answer, begin.elapsed().as_secs_f64())
}

fn main() {
    let only: Vec<String> = std::env::args().skip(1).collect();
    if cost::be_a_part(&only) {
        return;
    }
    let runs = |name: &str| only.is_empty() || only.iter().any(|one| one == name);
    let mut figures = Figures::new("bench.jsonl");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if runs("replica") {
        replica(&mut figures, None);
    }
    if runs("locked") {
        locked(&mut figures);
    }
    if runs("parts") {
        parts(&mut figures);
    }
    if runs("pull") {
        pull(&mut figures, &runtime);
    }
    if runs("sealed") {
        sealed::sealed(&mut figures, &runtime);
    }
    if runs("cost") {
        cost::cost(&mut figures, &runtime);
    }
    if runs("photos") {
        photos(&mut figures);
    }
    if runs("app") {
        app(&mut figures);
    }
    if runs("server") {
        server(&mut figures, &runtime);
    }
    if runs("doors") {
        doors::doors(&mut figures, &runtime);
    }
}

/// A change of the village as a row of the server's log.
fn logged(seq: u64, change: Change) -> LogRow {
    LogRow {
        seq,
        at: change.at,
        device: Some(change.device),
        body: LogBody::Change {
            doc: change.pushed.doc,
            kind: change.pushed.kind,
            bytes: change.pushed.bytes.into_vec(),
        },
    }
}

/// A photo of twelve million pixels, from the bytes of the camera to durable on the disk and named by its record.
fn photos(figures: &mut Figures) {
    let folder = TempDir::new().unwrap();
    let replica =
        Replica::open_with(&folder.path().join("replica.sqlite"), now(), Ids::Random).unwrap();
    replica.set_lists(&Village::new(7, now()).lists).unwrap();
    enrol_alone(&replica);
    let entered = koina_tests::town::lamp("σβηστή");
    let (id, _) = replica.enter_request(&entered, None, now()).unwrap();
    let taken: Vec<Vec<u8>> = (0..100).map(|n| camera(n, 4_000, 3_000)).collect();
    let mut kept = 0;
    let mut saves: Vec<f64> = taken
        .iter()
        .map(|picture| {
            let (bytes, s) = timed(|| take(&replica, id, picture));
            kept += bytes;
            s
        })
        .collect();
    saves.sort_by(f64::total_cmp);
    let mean = |bytes: usize| bytes as f64 / taken.len() as f64 / 1_000.0;
    let of_camera = mean(taken.iter().map(Vec::len).sum());
    figures.say(
        "a photo of the camera, 4,000 × 3,000",
        of_camera,
        "kB",
        None,
    );
    figures.say("the same as it is kept", mean(kept), "kB", None);
    figures.say(
        "taken to saved, half",
        percentile(&saves, 0.5) * 1e3,
        "ms",
        None,
    );
    figures.say(
        "taken to saved, 99 of 100",
        percentile(&saves, 0.99) * 1e3,
        "ms",
        None,
    );
}

/// What it costs that a device is encrypted, and how long its PIN takes.
fn locked(figures: &mut Figures) {
    replica(figures, None);
    println!("# the same, encrypted");
    replica(figures, Some(&koina_tests::town::key()));
    // Of what counts by the second, less is worse.
    for (name, words, aim) in [
        (SAVE, "encrypted to plain: a save, half", Some(1.25)),
        (SAVE_99, "encrypted to plain: a save, 99 of 100", None),
        (SEARCH, "encrypted to plain: a search, half", Some(1.25)),
        (SEARCH_99, "encrypted to plain: a search, 99 of 100", None),
        (
            TAKE,
            "encrypted to plain: changes taken in a second",
            Some(0.8),
        ),
        (
            REBUILD,
            "encrypted to plain: views rebuilt in a second",
            Some(0.8),
        ),
        (OPENED, "encrypted to plain: opened", Some(1.25)),
        (BYTES, "encrypted to plain: bytes on the disk", None),
    ] {
        figures.ratio(name, words, aim);
    }
    let folder = TempDir::new().unwrap();
    let mut vault = Vault::open(&folder.path().join("replica.sqlite"), now()).unwrap();
    let (key, id) = (vault.key().unwrap(), uuid::Uuid::from_u128(1));
    vault.add(&key, "Μαρία", "482913", id).unwrap();
    let mut times: Vec<f64> = (0..20)
        .map(|_| timed(|| vault.unlock(id, "482913").unwrap()).1 * 1_000.0)
        .collect();
    times.sort_by(f64::total_cmp);
    figures.say("a PIN, half", percentile(&times, 0.5), "ms", Some(1_000.0));
    figures.say("a PIN, slowest of 20", percentile(&times, 1.0), "ms", None);
}

const TAKE: &str = "take from the log, guard and views";
const SAVE: &str = "durable local save p50";
const SAVE_99: &str = "durable local save p99";
const SEARCH: &str = "search at 50,000, page of 100 with total, p50";
const SEARCH_99: &str = "search at 50,000, page of 100 with total, p99";
const REBUILD: &str = "rebuild of the views";
const OPENED: &str = "replica opened and first list, 50,000 records";
const BYTES: &str = "file, bytes a record";

/// A device with a whole municipality's records.
fn replica(figures: &mut Figures, key: Option<&Key>) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("replica.sqlite");
    let village = Village::new(7, now());
    // A smaller number is for looking at one thing; the figures are quoted at 50,000.
    let records = std::env::var("KOINA_BENCH_RECORDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(50_000);
    let counts = Counts::new(records, 3_000);
    let rows: Vec<LogRow> = village
        .changes(counts)
        .enumerate()
        .map(|(n, change)| logged(n as u64 + 1, change))
        .collect();
    println!(
        "# a replica with {} requests and {} assets, {} changes",
        counts.requests,
        counts.assets,
        rows.len()
    );
    let replica = Replica::open_keyed(&path, key, now(), Ids::Random).unwrap();
    replica.set_lists(&village.lists).unwrap();
    enrol_alone(&replica);
    let (_, s) = timed(|| {
        for page in rows.chunks(5_000) {
            replica
                .take(page, page.last().unwrap().seq, &mut Foreseen::default())
                .unwrap();
        }
    });
    figures.say(TAKE, rows.len() as f64 / s, "changes/s", None);

    let open: Vec<DocId> = open_requests(&replica, 2_000);
    let mut saves: Vec<f64> = open
        .iter()
        .enumerate()
        .map(|(n, id)| {
            let note = format!("Σημείωση {n}");
            timed(|| {
                replica
                    .record_work(*id, &Step::Note { text: &note }, now())
                    .unwrap()
            })
            .1 * 1_000.0
        })
        .collect();
    saves.sort_by(f64::total_cmp);
    figures.say(SAVE, percentile(&saves, 0.5), "ms", None);
    figures.say(SAVE_99, percentile(&saves, 0.99), "ms", Some(10.0));

    let searches = [
        "λαμπα",
        "λάμπα πλατεία",
        "litoxoro",
        "διαρροη νερου",
        "kados",
        "σκουπίδια",
        "000123",
        "Πλαταμώνας",
        "fwtismos",
        "δρομος λακκ",
        "νέα έφεσος",
        "dio",
    ];
    let mut times: Vec<f64> = Vec::new();
    for round in 0..40 {
        for search in searches {
            let open = [None, Some(true), Some(false)][round % 3];
            let query = RequestsQuery {
                search: search.to_owned(),
                open,
                limit: 100,
                ..RequestsQuery::default()
            };
            times.push(timed(|| replica.requests_page(&query, now()).unwrap()).1 * 1_000.0);
        }
    }
    times.sort_by(f64::total_cmp);
    figures.say(SEARCH, percentile(&times, 0.5), "ms", None);
    figures.say(SEARCH_99, percentile(&times, 0.99), "ms", Some(20.0));
    let mut times: Vec<f64> = (0..200)
        .map(|n| {
            let query = RequestsQuery {
                offset: n * 240,
                limit: 100,
                ..RequestsQuery::default()
            };
            timed(|| replica.requests_page(&query, now()).unwrap()).1 * 1_000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    figures.say(
        "a page anywhere in 50,000, p99",
        percentile(&times, 0.99),
        "ms",
        None,
    );

    let (count, s) = timed(|| replica.rebuild_views().unwrap());
    figures.say(REBUILD, f64::from(count) / s, "docs/s", Some(10_000.0));
    drop(replica);
    let (_, s) = timed(|| {
        let replica = Replica::open_keyed(&path, key, now(), Ids::Random).unwrap();
        replica
            .requests_page(
                &RequestsQuery {
                    limit: 100,
                    ..RequestsQuery::default()
                },
                now(),
            )
            .unwrap()
    });
    figures.say(OPENED, s * 1_000.0, "ms", None);
    figures.say(
        BYTES,
        std::fs::metadata(&path).unwrap().len() as f64 / f64::from(counts.requests + counts.assets),
        "bytes",
        None,
    );
    figures.say(
        "peak memory of the process (generator included)",
        peak_mb(std::process::id()),
        "MB",
        None,
    );
}

/// What the parts of a first load cost, one record at a time on one processor.
fn parts(figures: &mut Figures) {
    let village = Village::new(7, now());
    let mut docs: std::collections::HashMap<DocId, Doc> = std::collections::HashMap::new();
    for change in village.changes(Counts::new(2_000, 0)) {
        let doc = docs
            .entry(change.pushed.doc)
            .or_insert_with(|| Doc::new(change.pushed.kind));
        let checked = koina_model::guard::check(&change.pushed.bytes).unwrap();
        *doc = koina_model::guard::apply_unverified(doc, &checked).unwrap();
    }
    let many = docs.len() as f64;
    let mut say = |name: &str, s: f64| figures.say(name, s * 1e6 / many, "µs", None);
    let (saved, s) = timed(|| {
        docs.iter()
            .map(|(id, doc)| (*id, doc.save()))
            .collect::<Vec<_>>()
    });
    say("a record saved", s);
    let (loaded, s) = timed(|| {
        saved
            .iter()
            .map(|(id, bytes)| (*id, Doc::load(bytes).unwrap()))
            .collect::<Vec<_>>()
    });
    say("a record loaded", s);
    let (records, s) = timed(|| {
        loaded
            .iter()
            .map(|(_, doc)| doc.record())
            .collect::<Vec<_>>()
    });
    say("a record read", s);
    let (_, s) = timed(|| {
        records
            .iter()
            .map(koina_model::requests::read)
            .collect::<Vec<_>>()
    });
    say("a request read from a record", s);
    let (apart, s) = timed(|| {
        loaded
            .iter()
            .filter_map(|(id, doc)| take_apart(*id, doc))
            .collect::<Vec<_>>()
    });
    say("a record taken apart and compared", s);
    let (columns, s) = timed(|| Columns::lay_out(&apart));
    say("a record laid out", s);
    for level in [3, 6, 9, 12, 15, 19] {
        let (packed, s) = timed(|| exchange::pack_at(&columns, level).unwrap());
        say(
            &format!(
                "a record compressed at level {level}, to {:.1} bytes",
                packed.len() as f64 / many
            ),
            s,
        );
    }
    let (read, s) = timed(|| columns.read().unwrap());
    say("a record read from columns", s);
    let (_, s) = timed(|| {
        read.iter()
            .map(|parts| parts.put_together().unwrap())
            .collect::<Vec<_>>()
    });
    say("a record put together and compared", s);
}

/// Makes a replica somebody without a server, for what needs none.
fn enrol_alone(replica: &Replica) {
    let key = koina_sync::identity::NewKey::from_seed([9; 32]);
    let answer = koina_model::exchange::EnrolAnswer {
        municipality: "dion-olympos".into(),
        station: "Z9".into(),
        name: "Μέτρηση".into(),
        person: "Μέτρηση".into(),
        role: Role::Admin,
        crew: None,
        communities: Vec::new(),
        epoch: String::new(),
        scope: 0,
        lists: String::new(),
    };
    replica
        .set_identity(&key.enrolled(replica.new_device(now()), "http://127.0.0.1:9", &answer))
        .unwrap();
}

/// A fresh device, and 500 changes made without network.
fn pull(figures: &mut Figures, runtime: &tokio::runtime::Runtime) {
    let village = Village::new(7, now());
    let counts = Counts::new(10_000, 0);
    runtime.block_on(async {
        let served = serve_on_file(&village).await;
        let devices = served.register(&village).await;
        let begin = Instant::now();
        let fed = served
            .feed(
                &devices,
                village
                    .changes(counts)
                    .map(|change| (change.device, change.pushed)),
            )
            .await;
        println!(
            "# {fed} changes of 10,000 requests fed to the server in {:.1} s",
            begin.elapsed().as_secs_f64()
        );
        let mut contents = Vec::new();
        let ids = served.app.town.ask(Replica::doc_ids).await.unwrap();
        for id in ids {
            let doc = served
                .app
                .town
                .ask(move |replica| replica.doc(id))
                .await
                .unwrap();
            let plain: std::collections::BTreeMap<String, String> = doc
                .record()
                .fields
                .into_iter()
                .filter_map(|(key, all)| Some((key, all.into_iter().next()?.value.to_text())))
                .collect();
            contents.push(plain);
        }
        let floor = exchange::pack_at(&contents, 19).unwrap().len() as f64;
        let folder = TempDir::new().unwrap();
        let mut seconds = Vec::new();
        let mut bytes = 0.0;
        for n in 0..3 {
            let replica = served
                .device(
                    &format!("Νέα {n}"),
                    &folder.path().join(format!("{n}.sqlite")),
                )
                .await;
            let begin = Instant::now();
            let done = served.exchange(&replica).await;
            seconds.push(begin.elapsed().as_secs_f64());
            bytes = done.bytes_received as f64;
            let total = replica
                .requests_page(
                    &RequestsQuery {
                        limit: 1,
                        ..RequestsQuery::default()
                    },
                    now(),
                )
                .unwrap()
                .total;
            assert_eq!(total, 10_000, "the pull is complete");
        }
        seconds.sort_by(f64::total_cmp);
        figures.say(
            "fresh pull of 10,000 requests, median of 3",
            seconds[1],
            "s",
            Some(3.0),
        );
        figures.say("fresh pull of 10,000 requests, bytes", bytes, "bytes", None);
        figures.say("floor: their contents, CBOR, zstd-19", floor, "bytes", None);
        figures.say(
            "fresh pull, ratio to the floor (whole history)",
            bytes / floor,
            "ratio",
            Some(1.6),
        );

        let replica = served
            .device("Συνεργείο", &folder.path().join("push.sqlite"))
            .await;
        served.exchange(&replica).await;
        for id in open_requests(&replica, 500) {
            replica
                .record_work(
                    id,
                    &Step::Note {
                        text: "έγινε αυτοψία",
                    },
                    now(),
                )
                .unwrap();
        }
        let begin = Instant::now();
        let done = served.exchange(&replica).await;
        figures.say(
            "push of 500 offline changes",
            begin.elapsed().as_secs_f64(),
            "s",
            None,
        );
        figures.say(
            "push of 500 offline changes, bytes",
            done.bytes_sent as f64,
            "bytes",
            None,
        );
        figures.say(
            "push of 500 offline changes, round trips",
            f64::from(done.round_trips),
            "trips",
            None,
        );
        figures.say(
            "peak memory, server and devices in one process",
            peak_mb(std::process::id()),
            "MB",
            None,
        );
    });
}

/// How long the real app takes from its start until the window has its first list, with 50,000 records on the device.
fn app(figures: &mut Figures) {
    let Some(program) = std::env::var_os("KOINA_APP") else {
        println!("# KOINA_APP names no app; `cargo xtask bench` builds one");
        return;
    };
    let folder = TempDir::new().unwrap();
    let village = Village::new(7, now());
    {
        let path = folder.path().join("replica.sqlite");
        let replica = Replica::open_with(&path, now(), Ids::Random).unwrap();
        replica.set_lists(&village.lists).unwrap();
        enrol_alone(&replica);
        let mut seq = 0;
        let mut page = Vec::new();
        for change in village.changes(Counts::new(50_000, 3_000)) {
            seq += 1;
            page.push(logged(seq, change));
            if page.len() == 5_000 {
                replica.take(&page, seq, &mut Foreseen::default()).unwrap();
                page.clear();
            }
        }
        replica.take(&page, seq, &mut Foreseen::default()).unwrap();
    }
    let mut times: Vec<f64> = (0..7)
        .map(|_| first_list(&program, folder.path()))
        .collect();
    // The first start fills the system's caches.
    times.remove(0);
    times.sort_by(f64::total_cmp);
    figures.say(
        "start of the app to a usable list, 53,000 records, median of 6",
        times[times.len() / 2],
        "s",
        None,
    );
}

/// Starts the app and waits for the line in its log.
fn first_list(program: &std::ffi::OsStr, data: &Path) -> f64 {
    use std::io::BufRead;
    let begin = Instant::now();
    let mut child = std::process::Command::new(program)
        .arg("--data")
        .arg(data)
        .env("RUST_LOG", "koina_app=info")
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let said = std::io::BufReader::new(child.stderr.take().unwrap());
    let found = said
        .lines()
        .map_while(Result::ok)
        .any(|line| line.contains("the window has its first list"));
    let seconds = begin.elapsed().as_secs_f64();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(found, "the app ended without a list");
    seconds
}

/// How many changes a second the server takes for good, from 1, 10 and 100 devices at once. The devices are bare: they make
/// changes, sign, send, and read the answer without keeping it, so that what is measured is the server. Each serves one
/// community and hears what the others of it do.
fn server(figures: &mut Figures, runtime: &tokio::runtime::Runtime) {
    let village = Village::new(7, now());
    for back_end in ["SQLite", "PostgreSQL"] {
        for many in [1_u32, 10, 100] {
            let Some(rate) = runtime.block_on(accepted(&village, back_end, many)) else {
                println!(
                    "# {back_end}: KOINA_TEST_POSTGRES names no server; `cargo xtask bench` starts one"
                );
                break;
            };
            figures.say(
                &format!("durable accepted changes, {back_end}, {many} devices"),
                rate,
                "changes/s",
                None,
            );
        }
    }
}

/// A device without a replica.
struct Bare {
    identity: Arc<Identity>,
    line: HttpLine,
    counter: u64,
    cursor: u64,
    lists: u64,
    epoch: String,
    community: String,
    made: u64,
}

impl Bare {
    /// Hands over ten new requests: what a crew does between two spots with signal.
    async fn exchange(&mut self) {
        let push = (0..10).map(|_| self.request()).collect();
        let ask = Ask {
            epoch: self.epoch.clone(),
            cursor: self.cursor,
            lists: self.lists,
            push,
            want_bytes: 256 * 1024,
            ..Ask::default()
        };
        let body = exchange::pack(&ask).unwrap();
        self.counter += 1;
        let signature = self
            .identity
            .sign("POST", exchange::EXCHANGE_PATH, self.counter, &body);
        let headers = [
            (HEADER_DEVICE, self.identity.device.to_string()),
            (HEADER_COUNTER, self.counter.to_string()),
            (HEADER_SIGNATURE, signature),
        ];
        let answer = self
            .line
            .send("POST", exchange::EXCHANGE_PATH, &headers, body)
            .await;
        let answer: Answer = exchange::unpack(&answer.unwrap()).unwrap();
        let accepted = |receipt: &Receipt| matches!(receipt.verdict, Verdict::Accepted { .. });
        assert!(
            answer.receipts.iter().all(accepted),
            "{:?}",
            answer.receipts
        );
        self.cursor = answer.cursor;
    }

    fn request(&mut self) -> Pushed {
        self.made += 1;
        let at = now();
        let id = DocId(uuid::Uuid::now_v7());
        let new = NewRequest {
            id,
            category: "LGT-01".to_owned(),
            place: Place::new(&self.community, ""),
            place_text: String::new(),
            position: None,
            asset: None,
            text: format!("Εύρημα {}", self.made),
            channel: Channel::Crew,
            receipt_number: koina_model::numbers::receipt_number(
                &self.identity.station,
                koina_model::calendar::athens_year(at.0),
                self.made as u32,
            ),
            received_at: at,
            register: false,
            has_contact: false,
            priority: 3,
            department: "HLF".to_owned(),
            cost: None,
        };
        let (_, chunk) = koina_model::requests::doc(&new, self.identity.device).unwrap();
        Pushed {
            doc: id,
            kind: Kind::Request,
            bytes: chunk.bytes.into(),
            again: false,
        }
    }
}

async fn accepted(village: &Village, back_end: &str, many: u32) -> Option<f64> {
    let postgres = std::env::var("KOINA_TEST_POSTGRES").ok();
    let served = if back_end == "SQLite" {
        serve_on_file(village).await
    } else {
        let url = koina_tests::town::fresh_database(&postgres?).await;
        serve(
            async move |_| AnyLog::open_postgres(&url).await.unwrap(),
            village,
        )
        .await
    };
    let folder = TempDir::new().unwrap();
    let codes: Vec<String> = village
        .lists
        .reference
        .communities
        .iter()
        .map(|community| community.code.clone())
        .collect();
    let mut devices = Vec::new();
    for n in 0..many {
        let community = codes[n as usize % codes.len()].clone();
        let path = folder.path().join(format!("{n}.sqlite"));
        let communities = vec![community.clone()];
        let replica = served
            .device_as(Role::Crew, &communities, &format!("Συσκευή {n}"), &path)
            .await;
        served.exchange(&replica).await;
        devices.push(Bare {
            identity: replica.identity().unwrap(),
            line: HttpLine::new(&served.url).unwrap(),
            counter: 1_000_000,
            cursor: replica.cursor().unwrap(),
            lists: u64::MAX,
            epoch: served.app.town.epoch().to_owned(),
            community,
            made: 0,
        });
    }
    let begin = Instant::now();
    let mut tasks = Vec::new();
    for mut device in devices {
        tasks.push(tokio::spawn(async move {
            while begin.elapsed().as_secs() < 15 {
                device.exchange().await;
            }
            device.made
        }));
    }
    let mut all = 0;
    for task in tasks {
        all += task.await.unwrap();
    }
    Some(all as f64 / begin.elapsed().as_secs_f64())
}
