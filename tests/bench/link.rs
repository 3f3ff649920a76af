//! A poor line between a device and the server: a proxy in this process that lets few bytes through, late, and some of them
//! only when they were sent again.
//!
//! It shapes what TCP carries, not packets: a lost segment costs the round trip in which its absence is noticed, and holds
//! up what comes behind it.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// What a line is like, in each direction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Poor {
    pub(crate) bytes_per_s: f64,
    pub(crate) round_trip: Duration,
    /// Every so many segments one is lost.
    pub(crate) loses_one_in: u32,
}

/// 64 kbit/s, 600 ms, 5 %: a mountain village on its best day.
pub(crate) const VILLAGE: Poor = Poor {
    bytes_per_s: 8_000.0,
    round_trip: Duration::from_millis(600),
    loses_one_in: 20,
};

/// What fits into one segment.
const SEGMENT: usize = 1_400;

/// Opens the line to a server and gives the address at which it begins.
pub(crate) async fn open(server: &str, poor: Poor) -> String {
    let server = server.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect(&server).await.unwrap();
            let (near_in, near_out) = near.into_split();
            let (far_in, far_out) = far.into_split();
            // Opening a connection takes a round trip before the first byte leaves.
            tokio::spawn(pump(near_in, far_out, poor, poor.round_trip));
            tokio::spawn(pump(far_in, near_out, poor, Duration::ZERO));
        }
    });
    url
}

async fn pump(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
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
        segments += 1;
        let takes = Duration::from_secs_f64(many as f64 / poor.bytes_per_s);
        free = free.max(Instant::now()) + takes;
        if segments.is_multiple_of(poor.loses_one_in) {
            free += poor.round_trip + takes;
        }
        let arrives = free + poor.round_trip / 2;
        if late.send((arrives, bytes[..many].to_vec())).is_err() {
            return;
        }
    }
}
