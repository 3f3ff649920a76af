//! What runs in the namespaces: the real server, devices, and somebody else who uses the same line.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use koina_model::requests::acts::Step;
use koina_sync::exchange::{self, Line, Progress, http::HttpLine};
use koina_sync::photos::carry::{self, Carrying};
use koina_sync::replica::{Ids, Replica};
use koina_sync::views::requests::RequestsQuery;
use koina_tests::pictures::{camera, take};
use koina_tests::served::{self, next_line, now, on_file, open_requests, serve_at};
use koina_tests::village::{Counts, Village};
use serde::{Deserialize, Serialize};

/// What a device did. Seconds since it was told to go.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Did {
    pub(crate) seconds: f64,
    pub(crate) trips: Vec<Trip>,
    /// Requests in the list when the first answer was taken.
    pub(crate) first_list: u32,
    pub(crate) requests: u32,
    /// Bytes of photos that were to be handed over.
    pub(crate) photo_bytes: u64,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Trip {
    pub(crate) at: f64,
    pub(crate) there: usize,
    pub(crate) back: usize,
}

/// Serves a fed town, and gives a code to whoever asks for one on the standard input.
pub(crate) fn serve(address: &str, folder: &Path, records: u32) {
    let village = Village::new(7, now());
    runtime().block_on(async {
        let served = serve_at(address, folder, on_file, &village).await;
        let devices = served.register(&village).await;
        let changes = village
            .changes(Counts::new(records, records / 2))
            .map(|change| (change.device, change.pushed));
        served.feed(&devices, changes).await;
        served::serve_by_lines(&served).await;
    });
}

#[derive(clap::Args)]
pub(crate) struct Device {
    server: String,
    file: PathBuf,
    /// Enrols first, with this code.
    #[arg(long)]
    code: Option<String>,
    /// Takes everything first, while the line is good.
    #[arg(long)]
    whole: bool,
    /// Writes so many notes first, on at most so many records.
    #[arg(long, default_value_t = 0)]
    notes: u32,
    #[arg(long, default_value_t = 0)]
    records: u32,
    /// Takes so many photos first, of one record.
    #[arg(long, default_value_t = 0)]
    photos: u32,
}

impl Device {
    /// Gets ready, says so, and exchanges when it is told to go, however often it takes.
    pub(crate) fn run(&self) {
        runtime().block_on(async {
            let replica = match &self.code {
                Some(code) => served::enrol(&self.server, code, &self.file).await,
                None => Replica::open_with(&self.file, now(), Ids::Random).unwrap(),
            };
            if self.whole {
                let line = HttpLine::new(&self.server).unwrap();
                exchange::run(&replica, &line, "link", &now, &Progress::default())
                    .await
                    .unwrap();
            }
            let ids = open_requests(&replica, self.records);
            for n in 0..self.notes {
                let text = format!("Έγινε αυτοψία, θα ξαναπεράσουμε ({n})");
                let step = Step::Note { text: &text };
                let id = ids[n as usize % ids.len()];
                replica.record_work(id, &step, now()).unwrap();
            }
            let id = open_requests(&replica, 1).first().copied();
            for n in 0..self.photos {
                take(&replica, id.unwrap(), &camera(n.into(), 4_000, 3_000));
            }
            println!("ready");
            next_line().await;
            let did = go(&replica, &self.server).await;
            println!("done {}", serde_json::to_string(&did).unwrap());
            next_line().await;
        });
    }
}

async fn go(replica: &Replica, server: &str) -> Did {
    let line = Noted {
        line: HttpLine::new(server).unwrap(),
        replica,
        begin: Instant::now(),
        did: Mutex::default(),
    };
    let progress = Progress::default();
    while exchange::run(replica, &line, "link", &now, &progress)
        .await
        .is_err()
    {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let photo_bytes = replica.photos_waiting().unwrap().bytes;
    let carrying = Carrying::default();
    while carry::run(replica, &line, &now, &carrying).await.is_err() {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Did {
        seconds: line.begin.elapsed().as_secs_f64(),
        requests: listed(replica),
        photo_bytes,
        ..line.did.into_inner().unwrap()
    }
}

/// A line that notes what each round trip carried.
struct Noted<'a> {
    line: HttpLine,
    replica: &'a Replica,
    begin: Instant,
    did: Mutex<Did>,
}

impl Line for Noted<'_> {
    async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: Vec<u8>,
    ) -> Result<Vec<u8>, exchange::Failed> {
        if self.did.lock().unwrap().trips.len() == 1 {
            // The first answer was taken by now.
            self.did.lock().unwrap().first_list = listed(self.replica);
        }
        let there = body.len();
        let answer = self.line.send(method, path, headers, body).await?;
        let at = self.begin.elapsed().as_secs_f64();
        let back = answer.len();
        self.did
            .lock()
            .unwrap()
            .trips
            .push(Trip { at, there, back });
        Ok(answer)
    }
}

/// Requests in the list.
fn listed(replica: &Replica) -> u32 {
    let query = RequestsQuery {
        limit: 1,
        ..RequestsQuery::default()
    };
    replica.requests_page(&query, now()).unwrap().total
}

/// What the neighbour loads.
pub(crate) const PAGE: usize = 50_000;

/// Gives a page to whoever connects, and a byte for a byte.
pub(crate) fn give_pages(address: &str) {
    let listener = TcpListener::bind((address, 80)).unwrap();
    println!("ready");
    for mut stream in listener.incoming().flatten() {
        std::thread::spawn(move || {
            let mut asked = [0];
            while stream.read_exact(&mut asked).is_ok() {
                let page = vec![b' '; if asked == [b'P'] { PAGE } else { 1 }];
                if stream.write_all(&page).is_err() {
                    return;
                }
            }
        });
    }
}

/// Loads the page and says how long that took; then asks ten small questions, and says how long the middle one took.
pub(crate) fn load_page(address: &str) {
    let ask = |stream: &mut TcpStream, what: &[u8], bytes: usize| {
        let begin = Instant::now();
        stream.write_all(what).unwrap();
        stream.read_exact(&mut vec![0; bytes]).unwrap();
        begin.elapsed().as_secs_f64()
    };
    let begin = Instant::now();
    let mut stream = TcpStream::connect((address, 80)).unwrap();
    ask(&mut stream, b"P", PAGE);
    let page = begin.elapsed().as_secs_f64();
    let mut small: Vec<f64> = (0..9).map(|_| ask(&mut stream, b"?", 1)).collect();
    small.sort_by(f64::total_cmp);
    println!("done {}", serde_json::to_string(&(page, small[4])).unwrap());
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().unwrap()
}
