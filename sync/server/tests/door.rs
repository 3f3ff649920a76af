//! The door: who shows what certificate, who is talked to, and that nobody holds it open.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise, and waits"
)]

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use koina_model::permits::Role;
use koina_model::problem::Problem;
use koina_server::door::{self, Limits};
use koina_server::rates::{Allowed, Rate};
use koina_server::routes::router;
use koina_server::tls::{self, Source};
use koina_sync::exchange::http::HttpLine;
use koina_sync::exchange::{self, Line, Progress};
use koina_sync::replica::Replica;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;

use town::{Town, noon};

mod town;

const OWN: Source = Source::Own { names: Vec::new() };

/// Something that is served on an address of this machine.
struct Door {
    at: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    ended: tokio::task::JoinHandle<()>,
}

impl Door {
    async fn open(routes: Router, tls: Option<Arc<rustls::ServerConfig>>, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let stopped = async { drop(stopped.await) };
        let ended = tokio::spawn(door::serve(listener, routes, tls, limits, stopped));
        Self {
            at,
            stop: Some(stop),
            ended,
        }
    }

    /// Shows a certificate from a folder. Gives the address for invites too.
    async fn shown(routes: Router, source: &Source, data: &Path) -> (Self, String) {
        let (shown, pin) = tls::open(source, data, "127.0.0.1").unwrap();
        let config = Arc::new(shown.config().unwrap());
        let door = Self::open(routes, Some(config), Limits::default()).await;
        let bare = format!("https://{}", door.at);
        let address = pin.map_or(bare.clone(), |pin| pin.added_to(&bare));
        (door, address)
    }

    fn stop(&mut self) {
        drop(self.stop.take());
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.ended.abort();
    }
}

async fn health(address: &str) -> Result<Vec<u8>, Problem> {
    let line = HttpLine::new(address)?;
    let answer = line.send("GET", "/v1/health", &[], Vec::new()).await;
    Ok(answer?)
}

/// An address with another port.
fn moved(address: &str, from: &Door, to: &Door) -> String {
    address.replace(&from.at.to_string(), &to.at.to_string())
}

#[tokio::test]
async fn a_device_knows_its_server_by_the_invite_and_talks_to_nobody_else() {
    let town = Town::new().await;
    let (ours, theirs) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (mine, address) = Door::shown(router(Arc::clone(&town.app)), &OWN, ours.path()).await;
    assert!(address.contains("/#ca="), "{address}");

    let folder = TempDir::new().unwrap();
    let replica = Replica::open(&folder.path().join("replica.sqlite"), noon()).unwrap();
    let code = town.code(Role::Clerk, &[]).await;
    let line = HttpLine::new(&address).unwrap();
    let enrolled = exchange::enrol(&replica, &line, &address, &code, "1", noon(), [7; 32]).await;
    enrolled.unwrap();
    let server = replica.identity().unwrap().server.clone();
    assert_eq!(server, address, "it stays what it was told");
    let progress = Progress::default();
    let line = HttpLine::new(&server).unwrap();
    exchange::run(&replica, &line, "1", &noon, &progress)
        .await
        .unwrap();

    // Somebody in between, with a certificate of their own for the same name.
    let asked = Arc::new(AtomicU32::new(0));
    let heard = Arc::clone(&asked);
    let routes = Router::new().fallback(move || async move {
        heard.fetch_add(1, Ordering::Relaxed);
        "{}"
    });
    let (other, other_address) = Door::shown(routes, &OWN, theirs.path()).await;
    let between = moved(&server, &mine, &other);
    let line = HttpLine::new(&between).unwrap();
    let refused = exchange::run(&replica, &line, "1", &noon, &progress).await;
    assert_eq!(refused, Err(Problem::WrongServer));
    assert_eq!(asked.load(Ordering::Relaxed), 0, "nothing was said to it");
    health(&other_address).await.unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 1, "it does answer");
    // What the system trusts does not count, and no authority of the web knows either.
    let bare = format!("https://{}", mine.at);
    assert_eq!(health(&bare).await, Err(Problem::WrongServer));
    for odd in [
        format!("http://{}/#ca={}", mine.at, "0".repeat(32)),
        format!("https://{}/#ca=12", mine.at),
        format!("https://{}/#whatever", mine.at),
    ] {
        assert_eq!(health(&odd).await, Err(Problem::BadAddress), "{odd}");
    }
    // As somebody types it from paper.
    let (before, pin) = address.split_once("ca=").unwrap();
    let groups: Vec<_> = pin.as_bytes().chunks(4).collect();
    let typed = groups.join(&b'-');
    let typed = String::from_utf8(typed).unwrap().to_uppercase();
    health(&format!("{before}ca={typed}")).await.unwrap();
}

/// Few at once, and one a minute afterwards.
fn few(burst: u32) -> Rate {
    Rate {
        burst,
        per_minute: 1,
    }
}

#[tokio::test]
async fn an_address_that_asks_too_often_waits_but_not_behind_a_proxy() {
    let allowed = Allowed {
        address: few(5),
        ..Allowed::default()
    };
    let town = Town::with(|app| app.with_rates(allowed)).await;
    let data = TempDir::new().unwrap();
    let (_door, address) = Door::shown(router(Arc::clone(&town.app)), &OWN, data.path()).await;
    for n in 0..8 {
        let told = health(&address).await;
        match n {
            0..5 => assert!(told.is_ok(), "{n}: {told:?}"),
            _ => assert_eq!(told, Err(Problem::Busy), "{n}"),
        }
    }
    let plain = Door::open(router(Arc::clone(&town.app)), None, Limits::default()).await;
    for _ in 0..8 {
        health(&format!("http://{}", plain.at)).await.unwrap();
    }
}

#[tokio::test]
async fn who_tries_codes_waits_alone_and_a_device_pays_for_itself() {
    let allowed = Allowed {
        newcomer: few(2),
        device: few(3),
        ..Allowed::default()
    };
    let town = Town::with(|app| app.with_rates(allowed)).await;
    let data = TempDir::new().unwrap();
    let (_door, address) = Door::shown(router(Arc::clone(&town.app)), &OWN, data.path()).await;
    let folder = TempDir::new().unwrap();
    let replica = Replica::open(&folder.path().join("replica.sqlite"), noon()).unwrap();
    let line = HttpLine::new(&address).unwrap();
    let enrol = async |replica: &Replica, code: &str| {
        let now = noon();
        exchange::enrol(replica, &line, &address, code, "1", now, [7; 32]).await
    };
    assert_eq!(
        enrol(&replica, "AAAAA-AAAAA").await,
        Err(Problem::CodeRefused)
    );
    let code = town.code(Role::Clerk, &[]).await;
    enrol(&replica, &code).await.unwrap();
    let next = Replica::open(&folder.path().join("next.sqlite"), noon()).unwrap();
    let told = enrol(&next, "AAAAA-AAAAA").await;
    assert!(
        matches!(told, Err(Problem::TooManyTries { wait_s: 1.. })),
        "{told:?}"
    );
    let ask =
        async || exchange::ask_bytes(&replica, &line, "GET", "/v1/refused", "", Vec::new()).await;
    for _ in 0..3 {
        ask().await.unwrap();
    }
    assert_eq!(ask().await, Err(Problem::Busy));
    // Another one is not concerned.
    let other = town.party(Role::Clerk, &[]).await;
    other.exchange().await.unwrap();
}

#[tokio::test]
async fn an_authority_of_its_own_outlives_the_server_and_one_that_rotted_is_not_made_anew() {
    let town = Town::new().await;
    let data = TempDir::new().unwrap();
    let routes = || router(Arc::clone(&town.app));
    let (first, address) = Door::shown(routes(), &OWN, data.path()).await;
    health(&address).await.unwrap();
    let (second, _) = Door::shown(routes(), &OWN, data.path()).await;
    health(&moved(&address, &first, &second)).await.unwrap();
    let key = data.path().join("tls/authority.key");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&key).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }
    let certificate = data.path().join("tls/authority.pem");
    let (whole, shown) = [&key, &certificate]
        .map(|path| std::fs::read(path).unwrap())
        .into();
    let open = || tls::open(&OWN, data.path(), "127.0.0.1").map(drop);
    std::fs::write(&key, "σάπιο").unwrap();
    assert!(matches!(open(), Err(tls::TlsError::Pem { .. })));
    // One of the two alone: a copy that was not brought back as a whole.
    std::fs::remove_file(&key).unwrap();
    assert!(matches!(open(), Err(tls::TlsError::Half { .. })));
    std::fs::write(&key, &whole).unwrap();
    std::fs::remove_file(&certificate).unwrap();
    assert!(matches!(open(), Err(tls::TlsError::Half { .. })));
    // The key of another one.
    let other = TempDir::new().unwrap();
    tls::open(&OWN, other.path(), "127.0.0.1")
        .map(drop)
        .unwrap();
    std::fs::copy(other.path().join("tls/authority.key"), &key).unwrap();
    std::fs::write(&certificate, &shown).unwrap();
    assert!(matches!(open(), Err(tls::TlsError::Pair)));
    std::fs::write(&key, &whole).unwrap();
    let (third, _) = Door::shown(routes(), &OWN, data.path()).await;
    health(&moved(&address, &first, &third)).await.unwrap();
}

#[tokio::test]
async fn a_certificate_from_files_is_shown_anew_when_it_was_renewed() {
    let town = Town::new().await;
    let data = TempDir::new().unwrap();
    let (chain, key) = (data.path().join("chain.pem"), data.path().join("key.pem"));
    let make = || {
        let certified = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
        (
            certified.cert.pem(),
            certified.signing_key.serialize_pem(),
            certified.cert.der().clone(),
        )
    };
    let keep = |pem: &str, private: &str| {
        std::fs::write(&chain, pem).unwrap();
        std::fs::write(&key, private).unwrap();
    };
    let (pem, private, der) = make();
    keep(&pem, &private);
    let source = Source::Files {
        chain: chain.clone(),
        key: key.clone(),
    };
    let (shown, pin) = tls::open(&source, data.path(), "127.0.0.1").unwrap();
    assert_eq!(pin, None, "whoever made it is known to devices already");
    let config = Arc::new(shown.config().unwrap());
    let routes = router(Arc::clone(&town.app));
    let door = Door::open(routes, Some(config), Limits::default()).await;
    let certificate_at = async || {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(der.clone()).unwrap();
        let client = reqwest::Client::builder()
            .tls_certs_only([reqwest::Certificate::from_der(&der).unwrap()])
            .build()
            .unwrap();
        let url = format!("https://{}/v1/health", door.at);
        client.get(url).send().await.is_ok()
    };
    assert!(certificate_at().await);
    assert!(!shown.look_again().unwrap(), "nothing is new");
    let (renewed, of_it, _) = make();
    // Only half of it is there yet: the one before is shown on.
    std::thread::sleep(Duration::from_millis(20));
    std::fs::write(&chain, &renewed).unwrap();
    assert!(shown.look_again().is_err());
    assert!(certificate_at().await);
    keep(&renewed, &of_it);
    assert!(shown.look_again().unwrap());
    assert!(!certificate_at().await, "another one is shown now");
}

/// Connects from an address of this machine: all that begin with 127 are.
async fn connect(from: [u8; 4], to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    let from = IpAddr::V4(Ipv4Addr::from(from));
    socket.bind(SocketAddr::new(from, 0)).unwrap();
    socket.connect(to).await.unwrap()
}

const HEAD: &[u8] = b"GET /small HTTP/1.1\r\nhost: koina\r\n";

fn routes() -> Router {
    let much = || async { vec![b'x'; 64 * 1024 * 1024] };
    let late = || async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        "late"
    };
    let never = || async {
        tokio::time::sleep(Duration::from_secs(3_600)).await;
        "never"
    };
    Router::new()
        .route("/small", get(|| async { "small" }))
        .route("/much", get(much))
        .route("/late", get(late))
        .route("/never", get(never))
}

async fn small(from: [u8; 4], to: SocketAddr) -> String {
    let mut stream = connect(from, to).await;
    stream.write_all(HEAD).await.unwrap();
    stream
        .write_all(b"connection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn short() -> Limits {
    Limits {
        connections: 12,
        of_one: 4,
        head: Duration::from_secs(1),
        silence: Duration::from_secs(1),
        ending: Duration::from_secs(1),
    }
}

/// Whether the other side closes a connection within some seconds.
async fn is_closed(stream: &mut TcpStream) -> bool {
    let mut bytes = [0; 4096];
    let closed = async {
        loop {
            match stream.read(&mut bytes).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(5), closed)
        .await
        .is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_says_nothing_or_says_it_slowly_is_shown_out_and_others_are_answered() {
    let door = Door::open(routes(), None, short()).await;
    let mut silent = Vec::new();
    for _ in 0..12 {
        silent.push(connect([127, 0, 0, 9], door.at).await);
    }
    // Every place is taken; whoever comes now gets one when they are shown out.
    let begun = Instant::now();
    assert!(small([127, 0, 0, 2], door.at).await.ends_with("small"));
    assert!(begun.elapsed() < Duration::from_secs(4), "{begun:?}");
    for stream in &mut silent {
        assert!(is_closed(stream).await);
    }
    let mut slow = connect([127, 0, 0, 9], door.at).await;
    slow.write_all(HEAD).await.unwrap();
    for _ in 0..40 {
        // A little of a header, again and again.
        if slow.write_all(b"x").await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(is_closed(&mut slow).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_takes_nothing_of_an_answer_is_shown_out() {
    let limits = Limits {
        connections: 1,
        ..short()
    };
    let door = Door::open(routes(), None, limits).await;
    let mut deaf = connect([127, 0, 0, 9], door.at).await;
    deaf.write_all(b"GET /much HTTP/1.1\r\nhost: koina\r\n\r\n")
        .await
        .unwrap();
    let begun = Instant::now();
    assert!(small([127, 0, 0, 2], door.at).await.ends_with("small"));
    assert!(
        begun.elapsed() > Duration::from_millis(500),
        "it held the place"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_does_not_take_every_place() {
    let data = TempDir::new().unwrap();
    let (shown, _) = tls::open(&OWN, data.path(), "127.0.0.1").unwrap();
    let limits = Limits {
        head: Duration::from_secs(60),
        ..short()
    };
    let config = Arc::new(shown.config().unwrap());
    let door = Door::open(routes(), Some(config), limits).await;
    let mut of_one = Vec::new();
    for _ in 0..4 {
        of_one.push(connect([127, 0, 0, 9], door.at).await);
    }
    let mut one_more = connect([127, 0, 0, 9], door.at).await;
    assert!(is_closed(&mut one_more).await);
    let client = reqwest::Client::builder()
        .local_address(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)))
        .tls_danger_accept_invalid_certs(true)
        .build()
        .unwrap();
    let url = format!("https://{}/small", door.at);
    let answer = client.get(url).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "small");
    // Who goes leaves room.
    drop(of_one.pop());
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut next = connect([127, 0, 0, 9], door.at).await;
    let held = tokio::time::timeout(Duration::from_millis(500), next.read_u8()).await;
    assert!(held.is_err(), "it was shown out");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_told_to_stop_ends_what_is_under_way_and_waits_for_nothing_else() {
    let mut door = Door::open(routes(), None, short()).await;
    let ask = |what: &'static str| {
        let url = format!("http://{}{what}", door.at);
        tokio::spawn(async move { reqwest::get(url).await?.text().await })
    };
    let (late, never) = (ask("/late"), ask("/never"));
    tokio::time::sleep(Duration::from_millis(200)).await;
    door.stop();
    assert_eq!(late.await.unwrap().unwrap(), "late");
    let ended = tokio::time::timeout(Duration::from_secs(5), &mut door.ended).await;
    assert!(ended.is_ok(), "it waits for a request without end");
    assert!(TcpStream::connect(door.at).await.is_err());
    never.abort();
}
