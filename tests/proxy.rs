//! A line between a device and the server: a proxy in this process that counts what passes, and that may be poor: it then
//! lets few bytes through, late, and some of them only when they were sent again.
//!
//! It shapes what TCP carries, not packets: a lost segment costs the round trip in which its absence is noticed, and holds
//! up what comes behind it on the same connection. All connections share the line.
#![allow(clippy::cast_precision_loss, reason = "figures for reading")]
#![allow(clippy::disallowed_methods, reason = "it measures")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// What a line is like, in each direction.
#[derive(Clone, Copy, Debug)]
pub struct Poor {
    pub bytes_per_s: f64,
    pub round_trip: Duration,
    /// Every so many segments one is lost.
    pub loses_one_in: u32,
}

/// 64 kbit/s, 600 ms, 5 %: a mountain village on its best day.
pub const VILLAGE: Poor = Poor {
    bytes_per_s: 8_000.0,
    round_trip: Duration::from_millis(600),
    loses_one_in: 20,
};

/// What fits into one segment of a poor line.
const SEGMENT: usize = 1_400;
/// How long what waits for a poor line may take to pass; the rest waits with its sender, and ends with its connection.
const WAITS: Duration = Duration::from_secs(2);
/// What is read at once from a line that is only counted.
const PLENTY: usize = 64 * 1024;

/// A line that is open.
#[derive(Debug)]
pub struct Link {
    /// Where it begins.
    pub url: String,
    /// To the server.
    there: Arc<Way>,
    /// From the server.
    back: Arc<Way>,
}

impl Link {
    /// Bytes to the server and from it, so far.
    pub fn bytes(&self) -> (u64, u64) {
        let bytes = |way: &Way| way.bytes.load(Ordering::Relaxed);
        (bytes(&self.there), bytes(&self.back))
    }
}

/// One direction.
#[derive(Debug)]
struct Way {
    poor: Option<Poor>,
    bytes: AtomicU64,
    /// When the line is free again.
    free: Mutex<Instant>,
}

impl Way {
    fn new(poor: Option<Poor>) -> Arc<Self> {
        Arc::new(Self {
            poor,
            bytes: AtomicU64::new(0),
            free: Mutex::new(Instant::now()),
        })
    }

    /// When the line has let these bytes through.
    fn through(&self, takes: Duration) -> Instant {
        let mut free = self.free.lock().unwrap();
        *free = (*free).max(Instant::now()) + takes;
        *free
    }
}

/// Opens a poor line to a server and gives the address at which it begins.
pub async fn open(server: &str, poor: Poor) -> String {
    open_counted(server, Some(poor)).await.url
}

/// Opens a line to a server, poor or as good as this machine's own.
pub async fn open_counted(server: &str, poor: Option<Poor>) -> Link {
    let server = server.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let link = Link {
        url: format!("http://{}", listener.local_addr().unwrap()),
        there: Way::new(poor),
        back: Way::new(poor),
    };
    let (there, back) = (Arc::clone(&link.there), Arc::clone(&link.back));
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let Ok(far) = TcpStream::connect(&server).await else {
                continue;
            };
            let _ = (near.set_nodelay(true), far.set_nodelay(true));
            let (near_in, near_out) = near.into_split();
            let (far_in, far_out) = far.into_split();
            // Opening a connection takes a round trip before the first byte leaves.
            let before = poor.map_or(Duration::ZERO, |poor| poor.round_trip);
            tokio::spawn(pump(near_in, far_out, Arc::clone(&there), before));
            tokio::spawn(pump(far_in, near_out, Arc::clone(&back), Duration::ZERO));
        }
    });
    link
}

async fn pump(from: OwnedReadHalf, to: OwnedWriteHalf, way: Arc<Way>, before: Duration) {
    match way.poor {
        Some(poor) => pump_poorly(from, to, &way, poor, before).await,
        None => pump_well(from, to, &way).await,
    }
}

async fn pump_well(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, way: &Way) {
    let mut bytes = vec![0; PLENTY];
    while let Ok(many) = from.read(&mut bytes).await {
        way.bytes.fetch_add(many as u64, Ordering::Relaxed);
        if many == 0 || to.write_all(&bytes[..many]).await.is_err() {
            return;
        }
    }
}

async fn pump_poorly(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    way: &Way,
    poor: Poor,
    before: Duration,
) {
    let (late, mut due) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    tokio::spawn(async move {
        while let Some((at, bytes)) = due.recv().await {
            tokio::time::sleep_until(at).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    });
    let mut free = Instant::now() + before;
    let mut segments = 0_u32;
    let mut bytes = vec![0; SEGMENT];
    while let Ok(many) = from.read(&mut bytes).await {
        if many == 0 {
            return;
        }
        way.bytes.fetch_add(many as u64, Ordering::Relaxed);
        segments += 1;
        let takes = Duration::from_secs_f64(many as f64 / poor.bytes_per_s);
        free = way.through(takes).max(free.max(Instant::now()) + takes);
        if segments.is_multiple_of(poor.loses_one_in) {
            // Sent again, a round trip later: the line carries it twice, and this connection waits.
            way.through(takes);
            free += poor.round_trip + takes;
        }
        let arrives = free + poor.round_trip / 2;
        if late.send((arrives, bytes[..many].to_vec())).is_err() {
            return;
        }
        if let Some(soon) = free.checked_sub(WAITS) {
            tokio::time::sleep_until(soon).await;
        }
    }
}
