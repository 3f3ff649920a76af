//! A port that anybody on this machine may talk to.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use koina_model::words::Language;

use super::{Back, Browser, LINES_MAX, address, back, listen, said};

fn say(port: u16, what: &str) -> String {
    let mut line = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    line.write_all(what.as_bytes()).unwrap();
    let mut answer = String::new();
    // Of a line that is cut there is no answer.
    let _ = line.read_to_string(&mut answer);
    answer
}

fn get(port: u16, target: &str) -> String {
    say(port, &format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n"))
}

#[test]
fn only_what_was_begun_here_comes_back() {
    let (listener, port) = listen().unwrap();
    let come = std::thread::spawn(move || {
        for wrong in [
            "GET / HTTP/1.1\r\n\r\n",
            "GET /?code=x HTTP/1.1\r\n\r\n",
            "GET /?code=x&state=other HTTP/1.1\r\n\r\n",
            "GET /?state=other&state=mine&code=x HTTP/1.1\r\n\r\n",
            "GET /elsewhere?code=x&state=mine HTTP/1.1\r\n\r\n",
            "POST /?code=x&state=mine HTTP/1.1\r\n\r\n",
            "GET http://[ HTTP/1.1\r\n\r\n",
            "\u{0}\u{1}\u{2}\r\n\r\n",
        ] {
            assert!(say(port, wrong).starts_with("HTTP/1.1 404"), "{wrong:?}");
        }
        let long = "x".repeat(100_000);
        assert!(!get(port, &format!("/?state=mine&code={long}")).contains("200 OK"));
        // Lines that say nothing are in nobody's way, and those beyond the bound are cut.
        let silent: Vec<TcpStream> = (0..LINES_MAX - 1)
            .map(|_| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap())
            .collect();
        std::thread::sleep(Duration::from_millis(300));
        let page = get(port, "/?state=mine&code=a%2Fb");
        drop(silent);
        page
    });
    let heard = back(&listener, "mine", Language::En, || true);
    assert_eq!(heard, Some(Back::Code("a/b".to_owned())));
    let page = come.join().unwrap();
    assert!(page.starts_with("HTTP/1.1 200 OK"), "{page}");
    assert!(page.contains("default-src 'none'") && page.contains("no-store"));
    assert!(page.contains("<html lang=\"en\">") && page.contains("Go back to Koina"));
    assert!(!page.contains("a/b") && !page.contains("mine"));
}

#[test]
fn who_gives_up_is_waited_for_no_longer() {
    let (listener, _) = listen().unwrap();
    let goes_on = AtomicBool::new(true);
    std::thread::scope(|scope| {
        let waits = scope.spawn(|| {
            back(&listener, "mine", Language::El, || {
                goes_on.load(Ordering::Relaxed)
            })
        });
        std::thread::sleep(Duration::from_millis(50));
        goes_on.store(false, Ordering::Relaxed);
        assert_eq!(waits.join().unwrap(), None);
    });
    let browser = Browser::default();
    assert_ne!(browser.begin(), browser.begin());
    assert!((browser.opens)("https://example.gr").is_err());
}

#[test]
fn a_browser_is_sent_nowhere_but_to_a_provider() {
    let state = |text: &str| address(text).map(|(_, state)| state);
    assert_eq!(
        state("https://idp.example.gr/auth?client_id=koina&state=a%20b").as_deref(),
        Some("a b")
    );
    assert_eq!(
        state("http://127.0.0.1:3000/auth?state=s").as_deref(),
        Some("s")
    );
    for wrong in [
        "http://idp.example.gr/auth?state=s",
        "http://127.0.0.1.example.gr/auth?state=s",
        "file:///etc/passwd?state=s",
        "javascript:alert(1)?state=s",
        "https://idp.example.gr/auth",
        "https://idp.example.gr/auth?state=",
        "/auth?state=s",
        "--help",
    ] {
        assert_eq!(state(wrong), None, "{wrong}");
    }
    assert_eq!(
        said("/?state=s&error=access_denied", "s"),
        Some(Back::Nobody)
    );
    assert_eq!(said("/?state=s&code=", "s"), Some(Back::Nobody));
    assert_eq!(said("/?error=access_denied", "s"), None);
}
