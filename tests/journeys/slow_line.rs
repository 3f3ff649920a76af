//! Lines that are slow, and lines that are silent, over real HTTP.

use std::sync::Mutex;
use std::time::Duration;

use koina_model::exchange::Ask;
use koina_model::problem::Problem;
use koina_sync::exchange::http::HttpLine;
use koina_sync::exchange::{self, Failed, Line, Progress};
use koina_tests::proxy::{self, Poor};
use koina_tests::town::{LITOCHORO, Town};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// How long these lines may be silent.
const SILENCE: Duration = Duration::from_millis(700);

/// Takes one request whole, then answers with as many bytes.
async fn echo(listener: TcpListener, bytes: usize) {
    let (mut socket, _) = listener.accept().await.unwrap();
    let mut taken = Vec::new();
    let mut piece = vec![0; 64 * 1024];
    while taken.len() < bytes {
        let many = socket.read(&mut piece).await.unwrap();
        assert!(many > 0, "the request broke off");
        taken.extend_from_slice(&piece[..many]);
    }
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n");
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(&vec![7; bytes]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_transfer_goes_on_as_long_as_bytes_move() {
    const BYTES: usize = 200_000;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(echo(listener, BYTES));
    // Each way takes three times as long as the line may be silent.
    let slow = Poor {
        bytes_per_s: 95_000.0,
        round_trip: Duration::from_millis(100),
        loses_one_in: u32::MAX,
    };
    let url = proxy::open(&url, slow).await;
    let line = HttpLine::ending_after(&url, SILENCE).unwrap();
    let answer = line.send("POST", "/", &[], vec![1; BYTES]).await.unwrap();
    assert_eq!(answer.len(), BYTES);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_line_is_given_up_and_says_that_the_bytes_may_have_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut taken = [0; 1_024];
        // Hears, answers the beginning, and falls silent for ever.
        assert!(socket.read(&mut taken).await.unwrap() > 0);
        let begun = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";
        socket.write_all(begun).await.unwrap();
        std::future::pending::<()>().await;
    });
    let line = HttpLine::ending_after(&url, SILENCE).unwrap();
    let failed = line.send("POST", "/", &[], vec![1; 10]).await.unwrap_err();
    assert_eq!(failed.problem, Problem::Offline { since: None });
    assert!(failed.left);
    server.abort();
}

/// Notes how much is asked for, and never answers.
#[derive(Default)]
struct Swallows(Mutex<Vec<u32>>);

impl Line for Swallows {
    async fn send(
        &self,
        _: &str,
        _: &str,
        _: &[(&str, String)],
        body: Vec<u8>,
    ) -> Result<Vec<u8>, Failed> {
        let ask: Ask = exchange::unpack(&body).unwrap();
        self.0.lock().unwrap().push(ask.want_bytes);
        std::future::pending().await
    }
}

#[test]
fn a_device_that_is_cut_off_again_and_again_asks_for_less_each_time() {
    let mut town = Town::new();
    town.unchecked = true;
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
    let line = Swallows::default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let now = town.now();
    for _ in 0..7 {
        // What a process knew of the line ends with it.
        let progress = Progress::default();
        let clock = move || now;
        let run = exchange::run(town.at(crew), &line, "test", &clock, &progress);
        let cut = async { tokio::time::timeout(Duration::from_millis(20), run).await };
        assert!(runtime.block_on(cut).is_err(), "nothing answers");
    }
    let asked: Vec<u32> = line.0.into_inner().unwrap();
    let kib: Vec<u32> = asked.iter().map(|bytes| bytes / 1024).collect();
    assert_eq!(kib, [256, 128, 64, 32, 16, 16, 16]);
}
