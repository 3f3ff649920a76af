//! What the checks at a server's door cost, and what a flood does to everybody else.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use koina_model::exchange::{Ask, HEADER_COUNTER, HEADER_DEVICE, HEADER_SIGNATURE};
use koina_model::permits::Role;
use koina_model::problem::Problem;
use koina_server::door::{self, Limits};
use koina_server::log::{AnyLog, Author};
use koina_server::municipality::Municipality;
use koina_server::rates::Allowed;
use koina_server::routes::devices::{InviteAsk, let_in};
use koina_server::routes::{App, router};
use koina_server::tls::{self, Source};
use koina_sync::exchange::http::HttpLine;
use koina_sync::exchange::{self, Line};
use koina_sync::identity::Identity;
use koina_tests::figures::Figures;
use koina_tests::served::{enrol, now};
use koina_tests::village::Village;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpSocket};

use super::percentile;

/// So long each thing is measured.
const SECONDS: u64 = 10;
/// Devices that ask as often as they can.
const DEVICES: usize = 8;
/// Connections of the flood.
const FLOOD: usize = 32;

/// A server on this machine, in this process.
struct Server {
    app: Arc<App>,
    address: String,
    at: SocketAddr,
    _folder: TempDir,
}

impl Server {
    async fn open(village: &Village, with_tls: bool, rates: Option<Allowed>) -> Self {
        let folder = TempDir::new().unwrap();
        let [log, replica] = ["log", "server"].map(|name| folder.path().join(name));
        let log = AnyLog::open_sqlite(&log).await.unwrap();
        let (reference, crews) = (village.lists.reference.clone(), village.lists.crews.clone());
        let town = Municipality::open(log, &replica, reference, crews, now()).await;
        let town = town.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (address, config) = if with_tls {
            let own = Source::Own { names: Vec::new() };
            let (shown, pin) = tls::open(&own, folder.path(), "127.0.0.1").unwrap();
            let config = shown.config().unwrap();
            let address = pin.unwrap().added_to(&format!("https://{at}"));
            (address, Some(Arc::new(config)))
        } else {
            (format!("http://{at}"), None)
        };
        let mut app = App::new(town, now, address.clone());
        if let Some(rates) = rates {
            app = app.with_rates(rates);
        }
        let app = Arc::new(app);
        let routes = router(Arc::clone(&app));
        let stop = std::future::pending();
        tokio::spawn(door::serve(
            listener,
            routes,
            config,
            Limits::default(),
            stop,
        ));
        Self {
            app,
            address,
            at,
            _folder: folder,
        }
    }

    async fn caller(&self, folder: &Path, name: &str) -> Caller {
        let ask = InviteAsk {
            role: Role::Clerk,
            name: name.to_owned(),
            person: String::new(),
            crew: None,
            communities: Vec::new(),
        };
        let town = &self.app.town;
        let invite = let_in(town, Author::server(), ask, &self.address, now()).await;
        let path = folder.join(format!("{name}.sqlite"));
        let replica = enrol(&self.address, &invite.unwrap().code, &path).await;
        Caller {
            identity: replica.identity().unwrap(),
            line: HttpLine::new(&self.address).unwrap(),
            counter: 1_000_000,
            epoch: town.epoch().to_owned(),
        }
    }
}

/// A device that has nothing to say and asks whether there is news.
struct Caller {
    identity: Arc<Identity>,
    line: HttpLine,
    counter: u64,
    epoch: String,
}

impl Caller {
    async fn ask(&mut self) {
        let ask = Ask {
            epoch: self.epoch.clone(),
            cursor: 0,
            lists: u64::MAX,
            want_bytes: 64 * 1024,
            ..Ask::default()
        };
        let body = exchange::pack(&ask).unwrap();
        self.counter += 1;
        let path = exchange::EXCHANGE_PATH;
        let signature = self.identity.sign("POST", path, self.counter, &body);
        let headers = [
            (HEADER_DEVICE, self.identity.device.to_string()),
            (HEADER_COUNTER, self.counter.to_string()),
            (HEADER_SIGNATURE, signature),
        ];
        let answer = self.line.send("POST", path, &headers, body).await;
        answer.map_err(|failed| failed.problem).unwrap();
    }
}

pub(crate) fn doors(figures: &mut Figures, runtime: &tokio::runtime::Runtime) {
    let village = Village::new(7, now());
    runtime.block_on(async {
        for (with_tls, name) in [(false, "plain"), (true, "TLS")] {
            let rate = asked(&village, with_tls).await;
            println!("# {name}");
            figures.say(ASKED, rate, "a second", None);
        }
        figures.ratio(ASKED, "the same over TLS to plain", Some(0.8));
        for (rates, name) in [(None, "no rates"), (Some(Allowed::default()), "rates")] {
            println!("# {name}");
            beside_a_flood(figures, &village, rates).await;
        }
    });
}

const ASKED: &str = "requests with every check, 8 devices, nothing new";

/// How many requests a second are answered, with signature, counter, permits and a look into the log.
async fn asked(village: &Village, with_tls: bool) -> f64 {
    let server = Server::open(village, with_tls, None).await;
    let folder = TempDir::new().unwrap();
    let mut callers = Vec::new();
    for n in 0..DEVICES {
        callers.push(server.caller(folder.path(), &format!("Γραφείο {n}")).await);
    }
    let begin = Instant::now();
    let tasks = callers.into_iter().map(|mut caller| {
        tokio::spawn(async move {
            let mut asked = 0_u64;
            while begin.elapsed().as_secs() < SECONDS {
                caller.ask().await;
                asked += 1;
            }
            asked
        })
    });
    let mut all = 0;
    for task in tasks.collect::<Vec<_>>() {
        all += task.await.unwrap();
    }
    all as f64 / begin.elapsed().as_secs_f64()
}

/// How long a device waits while somebody at another address sends whatever they can, in the name of a device that there is.
async fn beside_a_flood(figures: &mut Figures, village: &Village, rates: Option<Allowed>) {
    let server = Server::open(village, true, rates).await;
    let folder = TempDir::new().unwrap();
    let mut steady = server.caller(folder.path(), "Γραφείο").await;
    let other = server.caller(folder.path(), "Άλλο").await;
    say_waits(figures, "a device that asks, alone", &mut steady).await;

    let relay = relay(server.at).await;
    let address = server
        .address
        .replace(&server.at.to_string(), &relay.to_string());
    let (looked_at, refused, over) = (
        Arc::new(AtomicU64::new(0)),
        Arc::new(AtomicU64::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    let mut flood = Vec::new();
    for _ in 0..FLOOD {
        let line = HttpLine::new(&address).unwrap();
        let (looked_at, refused) = (Arc::clone(&looked_at), Arc::clone(&refused));
        let (over, device) = (Arc::clone(&over), other.identity.device);
        flood.push(tokio::spawn(async move {
            while !over.load(Ordering::Relaxed) {
                let headers = [
                    (HEADER_DEVICE, device.to_string()),
                    (HEADER_COUNTER, "9000000".to_owned()),
                    (HEADER_SIGNATURE, "00".repeat(64)),
                ];
                let path = exchange::EXCHANGE_PATH;
                let answer = line.send("POST", path, &headers, vec![0; 1_000]).await;
                match answer.map_err(|failed| failed.problem) {
                    Err(Problem::Busy) => refused.fetch_add(1, Ordering::Relaxed),
                    _ => looked_at.fetch_add(1, Ordering::Relaxed),
                };
            }
        }));
    }
    // What may come at once is over first.
    tokio::time::sleep(Duration::from_secs(5)).await;
    looked_at.store(0, Ordering::Relaxed);
    refused.store(0, Ordering::Relaxed);
    let begin = Instant::now();
    say_waits(figures, "the same beside a flood", &mut steady).await;
    let passed = begin.elapsed().as_secs_f64();
    let a_second = |many: &AtomicU64| many.load(Ordering::Relaxed) as f64 / passed;
    figures.say(
        "of the flood: looked at, and refused for its signature",
        a_second(&looked_at),
        "a second",
        None,
    );
    figures.say(
        "of the flood: refused for its rate",
        a_second(&refused),
        "a second",
        None,
    );
    over.store(true, Ordering::Relaxed);
    for task in flood {
        task.await.unwrap();
    }
}

async fn say_waits(figures: &mut Figures, name: &str, caller: &mut Caller) {
    let mut waits = Vec::new();
    let begin = Instant::now();
    while begin.elapsed().as_secs() < SECONDS {
        let asked = Instant::now();
        caller.ask().await;
        waits.push(asked.elapsed().as_secs_f64() * 1_000.0);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    waits.sort_by(f64::total_cmp);
    figures.say(
        &format!("{name}, half"),
        percentile(&waits, 0.5),
        "ms",
        None,
    );
    figures.say(
        &format!("{name}, 99 of 100"),
        percentile(&waits, 0.99),
        "ms",
        None,
    );
}

/// Lets whoever connects here come to the server from another address of this machine.
async fn relay(server: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            tokio::spawn(async move {
                let socket = TcpSocket::new_v4().unwrap();
                socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
                let Ok(mut far) = socket.connect(server).await else {
                    return;
                };
                // Either end may go.
                let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
            });
        }
    });
    at
}
