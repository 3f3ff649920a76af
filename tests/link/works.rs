//! What is done over the line, and what it took.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};
use koina_tests::figures::Figures;
use koina_tests::process::Process;
use koina_tests::proxy::VILLAGE;
use tempfile::TempDir;

use crate::device::{self, Device, Did};
use crate::namespaces::{CREW, Namespaces, TOWN, within};

/// Requests of the town; half as many assets.
const RECORDS: u32 = 1_000;
/// How often the line goes out, or the app is killed, in one work.
const CUTS: u32 = 5;
/// Bytes of a full packet of the line, and of TCP and IP in it.
const PACKET: f64 = 1_400.0;
const HEADERS: f64 = 52.0;
/// How long nothing may be heard.
const PATIENCE: Duration = Duration::from_secs(1_800);

#[derive(Parser)]
struct Cli {
    /// Only these works: day, fresh, month, photos, neighbour.
    only: Vec<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What runs within the namespaces.
#[derive(Subcommand)]
enum Command {
    Serve { address: String, folder: PathBuf },
    Device(Device),
    GivePages { address: String },
    LoadPage { address: String },
}

pub(crate) fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command {
        Some(Command::Serve { address, folder }) => device::serve(&address, &folder, RECORDS),
        Some(Command::Device(device)) => device.run(),
        Some(Command::GivePages { address }) => device::give_pages(&address),
        Some(Command::LoadPage { address }) => device::load_page(&address),
        None => {
            let runs = |name: &str| cli.only.is_empty() || cli.only.iter().any(|one| one == name);
            if let Err(sentence) = all(&runs) {
                eprintln!("{sentence}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// What breaks while a device works.
#[derive(Clone, Copy, PartialEq)]
enum Breaks {
    Nothing,
    Line,
    App,
}

struct Works {
    namespaces: Namespaces,
    folder: TempDir,
    server: Process,
    url: String,
    files: u32,
}

fn all(runs: &dyn Fn(&str) -> bool) -> Result<(), String> {
    let folder = TempDir::new().map_err(|error| error.to_string())?;
    let namespaces = Namespaces::open()?;
    println!("# feeding {RECORDS} requests and {} assets", RECORDS / 2);
    let words = ["serve", TOWN.address, text(folder.path())];
    let mut server = Process::start(&within(&TOWN, &words));
    let url = server.hear("ready", later()).map_err(|_| "no server")?;
    let mut works = Works {
        namespaces,
        folder,
        server,
        url,
        files: 0,
    };
    let mut figures = Figures::new("link.jsonl");
    println!("# 64 kbit/s, 600 ms, one packet in 20 lost");
    if runs("day") {
        works.day(&mut figures);
    }
    if runs("fresh") {
        works.fresh(&mut figures);
    }
    if runs("month") {
        works.month(&mut figures);
    }
    if runs("photos") {
        works.photos(&mut figures);
    }
    if runs("neighbour") {
        works.neighbour(&mut figures);
    }
    Ok(())
}

impl Works {
    /// A crew's day: 40 records touched, 60 changes.
    fn day(&mut self, figures: &mut Figures) {
        let file = self.file();
        let ready = self.device(&file, &["--whole", "--notes", "60", "--records", "40"]);
        let (did, _) = self.over_poor_line(ready, &file, Breaks::Nothing);
        let bytes: usize = did.trips.iter().map(|trip| trip.there + trip.back).sum();
        let needs = bytes as f64 / VILLAGE.bytes_per_s;
        let waits = VILLAGE.round_trip.as_secs_f64() * (did.trips.len() + 1) as f64;
        let mut say = |name: &str, value, unit: &str, aim| {
            figures.say(&format!("a crew's day{name}"), value, unit, aim);
        };
        say(", round trips", did.trips.len() as f64, "trips", Some(2.0));
        say(", compressed bytes both ways", bytes as f64, "bytes", None);
        say("", did.seconds, "s", None);
        let ratio = did.seconds / (needs + waits);
        say(
            ", to its bytes, round trips, connection",
            ratio,
            "ratio",
            Some(1.3),
        );
        say(", to its bytes alone", did.seconds / needs, "ratio", None);
    }

    /// A device that has nothing.
    fn fresh(&mut self, figures: &mut Figures) {
        let mut whole = 0;
        for breaks in [Breaks::Nothing, Breaks::Line, Breaks::App] {
            let file = self.file();
            let ready = self.device(&file, &[]);
            let (did, bytes) = self.over_poor_line(ready, &file, breaks);
            let mut say = |name: &str, value, unit: &str, aim| {
                figures.say(&format!("fresh device{name}"), value, unit, aim);
            };
            if breaks == Breaks::Nothing {
                whole = bytes;
                let first = did.trips[0];
                say(
                    ", bytes until it can be worked with",
                    first.back as f64,
                    "bytes",
                    Some(100_000.0),
                );
                say(", until it can be worked with", first.at, "s", None);
                say(
                    ", requests in the list by then",
                    f64::from(did.first_list),
                    "requests",
                    None,
                );
                say(", all requests", f64::from(did.requests), "requests", None);
                say(", until everything is there", did.seconds, "s", None);
                say(
                    ", bytes of everything, with TCP and IP",
                    bytes as f64,
                    "bytes",
                    None,
                );
            } else {
                let ratio = bytes as f64 / whole as f64;
                say(
                    &format!(", bytes with {}", what(breaks)),
                    ratio,
                    "ratio",
                    None,
                );
            }
        }
    }

    /// 2,000 changes of a month without a line.
    fn month(&mut self, figures: &mut Figures) {
        let mut whole = 0;
        for breaks in [Breaks::Nothing, Breaks::Line, Breaks::App] {
            let file = self.file();
            let ready = self.device(&file, &["--whole", "--notes", "2000", "--records", "500"]);
            let (did, bytes) = self.over_poor_line(ready, &file, breaks);
            let mut say = |name: &str, value, unit: &str| {
                figures.say(&format!("2,000 changes{name}"), value, unit, None);
            };
            if breaks == Breaks::Nothing {
                whole = bytes;
                say(" handed over", did.seconds, "s");
                say(", bytes, with TCP and IP", bytes as f64, "bytes");
            } else {
                let ratio = bytes as f64 / whole as f64;
                say(&format!(", bytes with {}", what(breaks)), ratio, "ratio");
            }
        }
    }

    /// 20 photos of a day, as large as the app keeps them.
    fn photos(&mut self, figures: &mut Figures) {
        let file = self.file();
        let ready = self.device(&file, &["--whole", "--photos", "20"]);
        let (did, bytes) = self.over_poor_line(ready, &file, Breaks::Nothing);
        let needs = did.photo_bytes as f64 / VILLAGE.bytes_per_s;
        let mut say = |name: &str, value, unit: &str, aim| {
            figures.say(&format!("20 photos{name}"), value, unit, aim);
        };
        say(", bytes of them", did.photo_bytes as f64, "bytes", None);
        say(" at the town hall", did.seconds, "s", None);
        say(
            ", to what their bytes need",
            did.seconds / needs,
            "ratio",
            None,
        );
        // Of each packet its headers are no photo, and one in so many is lost.
        let kept = 1.0 - 1.0 / f64::from(VILLAGE.loses_one_in);
        let carries = VILLAGE.bytes_per_s * kept * (PACKET - HEADERS) / PACKET;
        say(
            ", to what the line carries of them at best",
            did.seconds * carries / did.photo_bytes as f64,
            "ratio",
            Some(1.15),
        );
        let ratio = bytes as f64 / did.photo_bytes as f64;
        say(", bytes with TCP and IP, to theirs", ratio, "ratio", None);
    }

    /// Somebody loads a page over the same line: alone, and while a fresh device takes everything.
    fn neighbour(&mut self, figures: &mut Figures) {
        let mut pages = Process::start(&within(&TOWN, &["give-pages", TOWN.address]));
        pages.hear("ready", later()).unwrap();
        let load = || {
            let mut process = Process::start(&within(&CREW, &["load-page", TOWN.address]));
            let said = process.hear("done", later()).unwrap();
            serde_json::from_str::<(f64, f64)>(&said).unwrap()
        };
        self.namespaces.relay.set(Some(VILLAGE));
        let alone = load();
        self.namespaces.relay.set(None);
        let file = self.file();
        let mut fresh = self.device(&file, &[]);
        self.namespaces.relay.set(Some(VILLAGE));
        fresh.tell("go");
        std::thread::sleep(Duration::from_secs(3));
        let beside = load();
        fresh.hear("done", later()).unwrap();
        self.namespaces.relay.set(None);
        figures.say(
            "a page of 50 kB for somebody else, alone",
            alone.0,
            "s",
            None,
        );
        figures.say("beside a fresh device", beside.0, "s", None);
        figures.say("the same", beside.0 / alone.0, "ratio", Some(2.0));
        figures.say("a byte for a byte, alone", alone.1, "s", None);
        figures.say("beside a fresh device", beside.1, "s", None);
    }

    fn file(&mut self) -> PathBuf {
        self.files += 1;
        self.folder.path().join(format!("{}.sqlite", self.files))
    }

    /// A device that has enrolled and made itself ready over a good line.
    fn device(&mut self, file: &Path, options: &[&str]) -> Process {
        self.server.tell("Συνεργείο");
        let code = self.server.hear("code", later()).unwrap();
        self.start(file, &[&["--code", &code], options].concat())
    }

    fn start(&self, file: &Path, options: &[&str]) -> Process {
        let words = [&["device", &self.url, text(file)], options].concat();
        let mut device = Process::start(&within(&CREW, &words));
        device.hear("ready", later()).unwrap();
        device
    }

    /// Lets a device do its work over the poor line. Gives what it did last, and the bytes of all packets.
    fn over_poor_line(&self, mut device: Process, file: &Path, breaks: Breaks) -> (Did, u64) {
        let relay = &self.namespaces.relay;
        let before = relay.bytes();
        relay.set(Some(VILLAGE));
        device.tell("go");
        for _ in 0..if breaks == Breaks::Nothing { 0 } else { CUTS } {
            std::thread::sleep(Duration::from_secs(5));
            if breaks == Breaks::App {
                drop(device);
                device = self.start(file, &[]);
                device.tell("go");
            } else {
                relay.cut(true);
                std::thread::sleep(Duration::from_secs(20));
                relay.cut(false);
            }
        }
        let did = device.hear("done", later()).unwrap();
        relay.set(None);
        let after = relay.bytes();
        device.end();
        let bytes = after.0 - before.0 + after.1 - before.1;
        (serde_json::from_str(&did).unwrap(), bytes)
    }
}

fn what(breaks: Breaks) -> String {
    match breaks {
        Breaks::Nothing => String::new(),
        Breaks::Line => format!("the line out {CUTS} times"),
        Breaks::App => format!("the app killed {CUTS} times"),
    }
}

fn later() -> Instant {
    Instant::now() + PATIENCE
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}
