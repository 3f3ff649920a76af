//! A line over HTTP.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use koina_model::exchange::HEADER_SESSION;
use koina_model::problem::Problem;
use tokio::time::Instant;

use super::{Failed, Line, pinned};

/// A bad line is slow, not dead: only silence ends a transfer, in whatever direction.
const SILENCE: Duration = Duration::from_secs(60);
/// What is handed to the line at once, so that its silence is noticed.
const PIECE: usize = 16 * 1024;
/// What the system may hold back of a body that was handed over whole, and what a line carries at least, in bytes a second:
/// so long nothing is heard though all is well.
const HELD_BACK: usize = 256 * 1024;
const AT_LEAST: usize = 2 * 1024;

/// A line to one municipal server.
pub struct HttpLine {
    client: reqwest::Client,
    server: String,
    silence: Duration,
    /// Of whoever is signed in.
    session: Option<String>,
}

impl HttpLine {
    /// A line to a server, given as typed: `http://` or `https://` and a host.
    pub fn new(server: &str) -> Result<Self, Problem> {
        Self::ending_after(server, SILENCE)
    }

    /// The same, which gives a silent transfer up after so long.
    pub fn ending_after(server: &str, silence: Duration) -> Result<Self, Problem> {
        let (server, behind) = pinned::apart(server.trim());
        let pin = behind.map(pinned::Pin::parse).transpose()?;
        let url = reqwest::Url::parse(server).map_err(|_| Problem::BadAddress)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(Problem::BadAddress);
        }
        let mut client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none());
        if let Some(pin) = pin {
            // In the clear nobody shows who they are.
            if url.scheme() != "https" {
                return Err(Problem::BadAddress);
            }
            client = client.tls_backend_preconfigured(pinned::config(pin)?);
        }
        let client = client.build().map_err(|_| Problem::BadAddress)?;
        Ok(Self {
            client,
            server: server.to_owned(),
            silence,
            session: None,
        })
    }

    /// The same, which shows who is signed in.
    #[must_use]
    pub fn showing(mut self, session: Option<String>) -> Self {
        self.session = session;
        self
    }

    async fn carry(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: Vec<u8>,
        moved: &Moved,
        taken: &mut Vec<u8>,
    ) -> Result<(), Failed> {
        let method = reqwest::Method::from_bytes(method.as_bytes()).map_err(|_| Failed {
            problem: Problem::BadAddress,
            left: false,
        })?;
        let body = Pieces {
            held_back: body.len().min(HELD_BACK),
            left: body.into(),
            moved: moved.clone(),
        };
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.server))
            .body(reqwest::Body::wrap(body));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        if let Some(session) = &self.session {
            request = request.header(HEADER_SESSION, session);
        }
        let mut answer = request.send().await.map_err(|failure| offline(&failure))?;
        moved.note();
        let fine = answer.status().is_success();
        let mut refused = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|failure| offline(&failure))? {
            moved.note();
            let to = if fine { &mut *taken } else { &mut refused };
            to.extend_from_slice(&piece);
        }
        if fine {
            return Ok(());
        }
        let problem = serde_json::from_slice(&refused).unwrap_or(Problem::Offline { since: None });
        Err(Failed {
            problem,
            left: true,
        })
    }

    /// Sends a body and adds the answer to what is taken; ends when the line falls silent.
    async fn talk(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: Vec<u8>,
        taken: &mut Vec<u8>,
    ) -> Result<(), Failed> {
        let moved = Moved::now(self.silence);
        tokio::select! {
            carried = self.carry(method, path, headers, body, &moved, taken) => carried,
            () = moved.fell_silent() => {
                tracing::debug!("the line fell silent");
                Err(Failed { problem: Problem::Offline { since: None }, left: true })
            }
        }
    }
}

impl Line for HttpLine {
    async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: Vec<u8>,
    ) -> Result<Vec<u8>, Failed> {
        let mut taken = Vec::new();
        self.talk(method, path, headers, body, &mut taken).await?;
        Ok(taken)
    }

    async fn fetch(
        &self,
        path: &str,
        headers: &[(&str, String)],
        taken: &mut Vec<u8>,
    ) -> Result<(), Failed> {
        self.talk("GET", path, headers, Vec::new(), taken).await
    }
}

/// Bytes moved; until when there may be silence after that.
#[derive(Clone)]
struct Moved {
    silence: Duration,
    until: Arc<Mutex<Instant>>,
}

impl Moved {
    fn now(silence: Duration) -> Self {
        let until = Arc::new(Mutex::new(Instant::now() + silence));
        Self { silence, until }
    }

    fn note(&self) {
        self.wait(Duration::ZERO);
    }

    /// Bytes moved, and more than the usual silence may follow.
    fn wait(&self, more: Duration) {
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        *until = Instant::now() + self.silence + more;
    }

    async fn fell_silent(&self) {
        loop {
            let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
            if until <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }
}

/// A body that is handed over piece by piece, and notes when the line takes one.
struct Pieces {
    left: Bytes,
    held_back: usize,
    moved: Moved,
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        let end = self.left.len().min(PIECE);
        let piece = self.left.split_to(end);
        if self.left.is_empty() {
            let s = self.held_back / AT_LEAST;
            self.moved
                .wait(Duration::from_secs(u64::try_from(s).unwrap_or_default()));
        } else {
            self.moved.note();
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64)
    }
}

fn offline(failure: &reqwest::Error) -> Failed {
    tracing::debug!(%failure, "the line failed");
    if is_of_somebody_else(failure) {
        return Problem::WrongServer.into();
    }
    Failed {
        problem: Problem::Offline { since: None },
        // Without a connection nothing left; after that only the answer could tell.
        left: !failure.is_connect(),
    }
}

/// Whether whoever answered could not show the certificate of this server.
fn is_of_somebody_else(failure: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(rustls::Error::InvalidCertificate(_)) = failure.downcast_ref() {
        return true;
    }
    // What an error of the system holds is not its source.
    let io = failure.downcast_ref::<std::io::Error>();
    let held = io.and_then(std::io::Error::get_ref);
    held.is_some_and(|held| is_of_somebody_else(held))
        || failure.source().is_some_and(is_of_somebody_else)
}
