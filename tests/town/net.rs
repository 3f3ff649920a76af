//! The network between a device and the server, and everything that can be wrong with it.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::http::Request;
use koina_model::exchange::Answer;
use koina_model::problem::Problem;
use koina_server::routes::{self, App};
use koina_sync::exchange::{EXCHANGE_PATH, Failed, Line, pack, unpack};
use tower::ServiceExt;

/// Changes an answer on its way, as a faulty program would have made it.
pub type Tamper = Box<dyn FnMut(&mut Answer) + Send>;

/// The network of one device.
#[derive(Default)]
pub struct Net {
    /// Nothing gets through.
    pub cut: AtomicBool,
    /// So many answers are lost on their way back.
    pub lose_answers: AtomicU32,
    /// So many asks arrive twice.
    pub double_asks: AtomicU32,
    /// The next ask, or answer, breaks off after so many thousandths of it; 0: it does not.
    pub cut_ask: AtomicU32,
    pub cut_answer: AtomicU32,
    /// The next ask is held back, and arrives when a later one does.
    pub late: AtomicBool,
    held: Mutex<Vec<Sent>>,
    /// A fault that somebody planted.
    pub tamper: Mutex<Option<Tamper>>,
}

/// A request on its way.
#[derive(Clone)]
struct Sent {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Net {
    /// Nothing is wrong any more, and what was held back is gone.
    pub fn heal(&self) {
        self.cut.store(false, Ordering::Relaxed);
        self.calm();
    }

    /// The same, but a pulled cable stays pulled.
    pub fn calm(&self) {
        for count in [
            &self.lose_answers,
            &self.double_asks,
            &self.cut_ask,
            &self.cut_answer,
        ] {
            count.store(0, Ordering::Relaxed);
        }
        self.late.store(false, Ordering::Relaxed);
        self.held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

/// A line into the server's router.
pub(super) struct Wire {
    app: Arc<App>,
    net: Arc<Net>,
}

impl Wire {
    pub(super) fn new(app: &Arc<App>, net: &Arc<Net>) -> Self {
        Self {
            app: Arc::clone(app),
            net: Arc::clone(net),
        }
    }

    async fn once(&self, sent: Sent) -> Result<Vec<u8>, Problem> {
        let mut request = Request::builder()
            .method(sent.method.as_str())
            .uri(&sent.path);
        for (name, value) in &sent.headers {
            request = request.header(name, value);
        }
        let request = request.body(Body::from(sent.body)).expect("a request");
        let answer = routes::router(Arc::clone(&self.app))
            .oneshot(request)
            .await
            .expect("routes never fail");
        let good = answer.status().is_success();
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX)
            .await
            .expect("a body")
            .to_vec();
        if !good {
            return Err(serde_json::from_slice(&body).expect("a problem"));
        }
        let mut tamper = self
            .net
            .tamper
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match tamper.as_mut().filter(|_| sent.path == EXCHANGE_PATH) {
            None => Ok(body),
            Some(tamper) => {
                let mut answer: Answer = unpack(&body)?;
                tamper(&mut answer);
                pack(&answer)
            }
        }
    }
}

impl Line for Wire {
    async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: Vec<u8>,
    ) -> Result<Vec<u8>, Failed> {
        let lost = |left| Failed {
            problem: Problem::Offline { since: None },
            left,
        };
        let net = &self.net;
        if net.cut.load(Ordering::Relaxed) {
            return Err(lost(false));
        }
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()));
        let mut sent = Sent {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: headers.collect(),
            body,
        };
        let held = || net.held.lock().unwrap_or_else(PoisonError::into_inner);
        if net.late.swap(false, Ordering::Relaxed) {
            held().push(sent);
            return Err(lost(true));
        }
        let part = net.cut_ask.swap(0, Ordering::Relaxed);
        if part > 0 && sent.body.is_empty() {
            // There is no half of nothing: it broke off before anything left.
            return Err(lost(true));
        }
        if part > 0 {
            sent.body.truncate(share(sent.body.len(), part));
            let broken = self.once(sent).await;
            assert!(broken.is_err(), "half a request must be refused");
            return Err(lost(true));
        }
        let twice = take_one(&net.double_asks).then(|| sent.clone());
        let answer = self.once(sent).await;
        let again: Vec<Sent> = held().drain(..).chain(twice).collect();
        for again in again {
            // Bytes that come a second time, or after later ones: the server must refuse them and change nothing.
            assert_eq!(
                self.once(again).await,
                Err(Problem::NotSigned),
                "an old or repeated request must be refused"
            );
        }
        if take_one(&net.lose_answers) {
            return Err(lost(true));
        }
        let mut answer = answer.map_err(|problem| Failed {
            problem,
            left: true,
        })?;
        let part = net.cut_answer.swap(0, Ordering::Relaxed);
        if part > 0 {
            answer.truncate(share(answer.len(), part));
        }
        Ok(answer)
    }
}

/// So many thousandths of a length, and never all of it.
fn share(length: usize, part: u32) -> usize {
    let part = usize::try_from(part).unwrap_or(0).min(999);
    (length * part / 1_000).min(length.saturating_sub(1))
}

fn take_one(count: &AtomicU32) -> bool {
    count
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            left.checked_sub(1)
        })
        .is_ok()
}
