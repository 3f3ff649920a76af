//! The way to the identity provider of the municipality: the browser of this machine goes there, and comes back to a port of
//! this app (RFC 8252, 7.3). What the provider is told and says is the server's affair; no secret of it comes here.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use koina_model::accounts::SignInAnswer;
use koina_model::problem::Problem;
use koina_model::words::Language;
use koina_sync::exchange::json_body;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::{sign_out, step};
use crate::words::{say, spoken};
use crate::{Desk, Nothing, SignInStep, SignInWays};

/// How often it is looked whether somebody gave up, and how many times: ten minutes, as at the server.
const LOOK: Duration = Duration::from_millis(100);
const LOOKS: u32 = 6_000;
/// Browsers open lines before they say anything on them: so many may be open, each for so long.
const LINES_MAX: usize = 16;
const LINE_PATIENCE: Duration = Duration::from_secs(5);
/// Largest head of a request that is read, and in how many pieces it may come.
const HEAD_BYTES_MAX: usize = 16 * 1024;
const PIECES_MAX: u32 = 16;

/// Opens an address in the browser of this machine.
pub type OpensBrowser = Box<dyn Fn(&str) -> io::Result<()> + Send + Sync>;

/// The browser of this machine, and which way somebody is on.
pub struct Browser {
    opens: OpensBrowser,
    /// The way that somebody is on. One that was begun later, or given up, has another number.
    way: AtomicU64,
}

/// There is none.
impl Default for Browser {
    fn default() -> Self {
        Self::new(Box::new(|_| Err(io::ErrorKind::NotFound.into())))
    }
}

impl Browser {
    pub fn new(opens: OpensBrowser) -> Self {
        Self {
            opens,
            way: AtomicU64::new(0),
        }
    }

    /// The one that whoever sits at this machine has chosen.
    pub fn of_system() -> Self {
        Self::new(Box::new(|address| open::that_detached(address)))
    }

    /// The number of a way that begins now.
    fn begin(&self) -> u64 {
        self.way.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// What the browser comes back with.
#[derive(Debug, PartialEq, Eq)]
enum Back {
    Code(String),
    /// The provider let nobody in, or was left.
    Nobody,
}

#[derive(Deserialize)]
struct Begun {
    url: String,
}

/// How one signs in here, as the server says.
pub(crate) fn sign_in_ways(desk: &Desk, _: Nothing) -> Result<SignInWays, Problem> {
    let path = "/v1/accounts/sign-in";
    desk.exchanger.ask("GET", path, Vec::new())
}

/// Signs somebody in by the browser of this machine. Takes as long as they do.
pub(crate) fn sign_in_provider(desk: &Desk, _: Nothing) -> Result<SignInStep, Problem> {
    let way = desk.browser.begin();
    let (listener, port) = listen().map_err(|failure| {
        tracing::error!(%failure, "no port of this machine can be listened on");
        Problem::ProviderFailed
    })?;
    let body = json_body(&json!({ "port": port }))?;
    let begun: Begun = desk.exchanger.ask("POST", "/v1/accounts/provider", body)?;
    let (url, state) = address(&begun.url).ok_or_else(|| {
        tracing::error!("the address of the identity provider is none for a browser");
        Problem::ProviderFailed
    })?;
    (desk.browser.opens)(url.as_str()).map_err(|failure| {
        tracing::error!(%failure, "the browser of this machine does not open");
        Problem::NoBrowser
    })?;
    let language = spoken(desk)?;
    let goes_on = || desk.browser.way.load(Ordering::Relaxed) == way;
    let Some(Back::Code(code)) = back(&listener, &state, language, goes_on) else {
        return Err(Problem::ProviderFailed);
    };
    let body = json_body(&json!({ "state": state, "code": code }))?;
    let answer: SignInAnswer = desk
        .exchanger
        .ask("POST", "/v1/accounts/provider/back", body)?;
    let next = step(desk, answer);
    if !goes_on() {
        // Whoever gave up is not signed in.
        sign_out(desk, Nothing {})?;
        return Err(Problem::ProviderFailed);
    }
    Ok(next)
}

/// Nobody waits for the browser any more.
pub(crate) fn sign_in_provider_stop(desk: &Desk, _: Nothing) -> Result<Nothing, Problem> {
    desk.browser.begin();
    Ok(Nothing {})
}

fn listen() -> io::Result<(TcpListener, u16)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    Ok((listener, port))
}

/// An address that a browser may be sent to, with the `state` that comes back from there.
fn address(text: &str) -> Option<(Url, String)> {
    let url = Url::parse(text).ok()?;
    let here = url.host_str() == Some("127.0.0.1") && url.scheme() == "http";
    if url.scheme() != "https" && !here {
        return None;
    }
    let (_, state) = url.query_pairs().find(|(name, _)| name == "state")?;
    let state = state.into_owned();
    (!state.is_empty()).then_some((url, state))
}

/// Waits until the browser comes back with this state. Whatever else comes to the port is told that it is wrong here.
fn back(
    listener: &TcpListener,
    state: &str,
    language: Language,
    goes_on: impl Fn() -> bool,
) -> Option<Back> {
    let state: Arc<str> = state.into();
    let lines = Arc::new(AtomicUsize::new(0));
    let (heard, hear) = mpsc::channel();
    for _ in 0..LOOKS {
        if !goes_on() {
            break;
        }
        while let Ok((line, _)) = listener.accept() {
            if lines.fetch_add(1, Ordering::Relaxed) >= LINES_MAX {
                lines.fetch_sub(1, Ordering::Relaxed);
                continue;
            }
            let (heard, state, lines) = (heard.clone(), Arc::clone(&state), Arc::clone(&lines));
            std::thread::spawn(move || {
                let tell = |back| drop(heard.send(back));
                if let Err(failure) = answered(line, &state, language, tell) {
                    tracing::debug!(%failure, "a line from the browser broke");
                }
                lines.fetch_sub(1, Ordering::Relaxed);
            });
        }
        if let Ok(back) = hear.recv_timeout(LOOK) {
            return Some(back);
        }
    }
    None
}

/// Answers one line; tells what it came back with, if it is the right one.
fn answered(
    mut line: TcpStream,
    state: &str,
    language: Language,
    tell: impl FnOnce(Back),
) -> io::Result<()> {
    line.set_nonblocking(false)?;
    line.set_read_timeout(Some(LINE_PATIENCE))?;
    line.set_write_timeout(Some(LINE_PATIENCE))?;
    let target = target(&mut line)?;
    let back = target.and_then(|target| said(&target, state));
    let (status, body) = match back {
        Some(back) => {
            // Whether the browser hears of it or not.
            tell(back);
            ("200 OK", page(language))
        }
        None => ("404 Not Found", String::new()),
    };
    write!(
        line,
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    line.flush()
}

/// What a request asks for, if it is a `GET` with a head.
fn target(line: &mut TcpStream) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    let mut piece = [0; 2048];
    for _ in 0..PIECES_MAX {
        let had = line.read(&mut piece)?;
        if had == 0 {
            return Ok(None);
        }
        head.extend_from_slice(piece.get(..had).unwrap_or_default());
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(&head) {
            Ok(httparse::Status::Complete(_)) => {
                let is_get = request.method == Some("GET");
                return Ok(request.path.filter(|_| is_get).map(str::to_owned));
            }
            Ok(httparse::Status::Partial) if head.len() < HEAD_BYTES_MAX => {}
            Ok(httparse::Status::Partial) | Err(_) => return Ok(None),
        }
    }
    Ok(None)
}

/// What the provider sends somebody back with (RFC 6749, 4.1.2).
fn said(target: &str, state: &str) -> Option<Back> {
    let url = Url::parse("http://127.0.0.1").ok()?.join(target).ok()?;
    if url.path() != "/" {
        return None;
    }
    let value = |wanted: &str| {
        let mut pairs = url.query_pairs();
        pairs
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value)
    };
    if value("state")? != state {
        return None;
    }
    match value("code") {
        Some(code) if !code.is_empty() => Some(Back::Code(code.into_owned())),
        _ => {
            let error = value("error").unwrap_or_default();
            let error: String = error
                .chars()
                .filter(char::is_ascii_graphic)
                .take(64)
                .collect();
            tracing::info!(%error, "the identity provider let nobody in");
            Some(Back::Nobody)
        }
    }
}

/// What the browser shows at the end.
fn page(language: Language) -> String {
    let (title, lead) = (
        say(language, "sign-in-back-title", &[]),
        say(language, "sign-in-back-lead", &[]),
    );
    let tag = match language {
        Language::El => "el",
        Language::En => "en",
    };
    format!(
        "<!doctype html><html lang=\"{tag}\"><meta charset=\"utf-8\"><title>{title}</title>\
         <style>body{{font:1.25rem/1.6 sans-serif;max-width:34rem;margin:4rem auto;padding:0 1rem}}</style>\
         <h1>{title}</h1><p>{lead}</p></html>"
    )
}

#[cfg(test)]
mod tests;
