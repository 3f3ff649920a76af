//! A municipality on a real port, and parties with replicas of their own.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::sync::Arc;

use ed25519_dalek::{Signer, SigningKey};
use koina_model::exchange::{Answer, Ask, EnrolAsk, signed_words};
use koina_model::ids::{DeviceId, Time};
use koina_model::lists::Crew;
use koina_model::permits::Role;
use koina_model::problem::Problem;
use koina_model::reference::Reference;
use koina_server::log::{AnyLog, Author};
use koina_server::municipality::Municipality;
use koina_server::routes::devices::{InviteAsk, let_in};
use koina_server::routes::{App, router};
use koina_sync::exchange::http::HttpLine;
use koina_sync::exchange::{Exchanged, Progress, enrol, pack, run, unpack};
use koina_sync::replica::Replica;
use tempfile::TempDir;
use uuid::Uuid;

/// 2026-05-05 12:00 UTC.
pub(crate) const NOON: Time = Time(1_777_982_400_000);
/// Litochoro and its neighbour.
pub(crate) const HERE: &str = "11020101";
pub(crate) const THERE: &str = "11020201";

pub(crate) fn noon() -> Time {
    NOON
}

pub(crate) struct Town {
    pub(crate) app: Arc<App>,
    pub(crate) url: String,
    folder: TempDir,
    made: std::cell::Cell<u8>,
}

impl Town {
    pub(crate) async fn new() -> Self {
        Self::with(|app| app).await
    }

    /// A town whose app is set up like this.
    pub(crate) async fn with(set_up: impl FnOnce(App) -> App) -> Self {
        let folder = TempDir::new().unwrap();
        let log = AnyLog::open_sqlite(&folder.path().join("log.sqlite"))
            .await
            .unwrap();
        let crew = Crew {
            id: "lights".to_owned(),
            name: "Ηλεκτροφωτισμός".to_owned(),
            department: "HLF".to_owned(),
            communities: vec![HERE.to_owned()],
            ..Crew::default()
        };
        let reference = Reference::bundled("dion-olympos").unwrap();
        let replica = folder.path().join("replica.sqlite");
        let town = Municipality::open(log, &replica, reference, vec![crew], NOON)
            .await
            .unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Arc::new(set_up(App::new(town, noon, url.clone())));
        let service = router(Arc::clone(&app));
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self {
            app,
            url,
            folder,
            made: std::cell::Cell::new(0),
        }
    }

    pub(crate) fn log(&self) -> &AnyLog {
        &self.app.town.log
    }

    pub(crate) async fn code(&self, role: Role, communities: &[&str]) -> String {
        let ask = InviteAsk {
            role,
            name: format!("{role:?}"),
            person: "Μαρία".to_owned(),
            crew: (role == Role::Crew).then(|| "lights".to_owned()),
            communities: communities.iter().map(|code| (*code).to_owned()).collect(),
        };
        let invite = let_in(&self.app.town, Author::server(), ask, &self.url, NOON)
            .await
            .unwrap();
        assert!(invite.link.contains(&invite.code) && invite.qr_svg.contains("<svg"));
        invite.code
    }

    /// Forgets which records came from which rows.
    pub(crate) fn forget_sources(&self) {
        let log = rusqlite::Connection::open(self.folder.path().join("log.sqlite")).unwrap();
        log.execute("DELETE FROM import_sources", []).unwrap();
    }

    /// Forgets which devices were marked.
    pub(crate) fn forget_marks(&self) {
        let log = rusqlite::Connection::open(self.folder.path().join("log.sqlite")).unwrap();
        log.execute("UPDATE devices SET twice_at = NULL", [])
            .unwrap();
    }

    fn next(&self) -> u8 {
        self.made.set(self.made.get() + 1);
        self.made.get()
    }

    /// A device with a replica, enrolled.
    pub(crate) async fn party(&self, role: Role, communities: &[&str]) -> Party {
        let n = self.next();
        let replica =
            Replica::open(&self.folder.path().join(format!("party-{n}.sqlite")), NOON).unwrap();
        let line = HttpLine::new(&self.url).unwrap();
        let code = self.code(role, communities).await;
        enrol(&replica, &line, &self.url, &code, "0.1", NOON, [n; 32])
            .await
            .unwrap();
        Party { replica, line }
    }

    /// A device that signs by hand, for saying what the app never would.
    pub(crate) async fn hand(&self, role: Role, communities: &[&str]) -> Hand {
        let key = SigningKey::from_bytes(&[100 + self.next(); 32]);
        let device = DeviceId(Uuid::from_u128(0xd000 + u128::from(self.made.get())));
        let code = self.code(role, communities).await;
        let ask = EnrolAsk {
            code,
            device,
            key: hex(key.verifying_key().as_bytes()),
            version: "0.1".to_owned(),
        };
        let http = reqwest::Client::new();
        let answer = http
            .post(format!("{}/v1/enrol", self.url))
            .body(serde_json::to_vec(&ask).unwrap())
            .send()
            .await;
        assert!(answer.unwrap().status().is_success());
        Hand {
            device,
            key,
            counter: std::cell::Cell::new(0),
            url: self.url.clone(),
            http,
            session: std::cell::RefCell::default(),
        }
    }
}

pub(crate) struct Party {
    pub(crate) replica: Replica,
    pub(crate) line: HttpLine,
}

impl Party {
    pub(crate) async fn exchange(&self) -> Result<Exchanged, Problem> {
        run(
            &self.replica,
            &self.line,
            "0.1",
            &noon,
            &Progress::default(),
        )
        .await
    }

    pub(crate) fn device(&self) -> DeviceId {
        self.replica.identity().unwrap().device
    }
}

pub(crate) struct Hand {
    pub(crate) device: DeviceId,
    key: SigningKey,
    counter: std::cell::Cell<u64>,
    url: String,
    http: reqwest::Client,
    /// What it shows of whoever is signed in.
    pub(crate) session: std::cell::RefCell<Option<String>>,
}

impl Hand {
    pub(crate) fn count(&self) -> u64 {
        self.counter.set(self.counter.get() + 1);
        self.counter.get()
    }

    pub(crate) fn sign(&self, method: &str, path: &str, counter: u64, body: &[u8]) -> String {
        hex(&self
            .key
            .sign(&signed_words(method, path, counter, body))
            .to_bytes())
    }

    /// Sends a well-signed request; gives status and body.
    pub(crate) async fn send(&self, method: &str, path: &str, body: Vec<u8>) -> (u16, Vec<u8>) {
        let counter = self.count();
        let signature = self.sign(method, path, counter, &body);
        self.send_signed(method, path, body, counter, &signature)
            .await
    }

    pub(crate) async fn send_signed(
        &self,
        method: &str,
        path: &str,
        body: Vec<u8>,
        counter: u64,
        signature: &str,
    ) -> (u16, Vec<u8>) {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = self
            .http
            .request(method, format!("{}{path}", self.url))
            .body(body);
        let request = request.header("koina-device", self.device.to_string());
        let mut request = request
            .header("koina-counter", counter)
            .header("koina-signature", signature);
        if let Some(session) = self.session.borrow().as_deref() {
            request = request.header("koina-session", session);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        if status >= 400 {
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
        }
        (status, answer.bytes().await.unwrap().to_vec())
    }

    pub(crate) async fn exchange(&self, ask: &Ask) -> Answer {
        let (status, body) = self.send("POST", "/v1/exchange", pack(ask).unwrap()).await;
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        unpack(&body).unwrap()
    }
}

pub(crate) fn problem(body: &[u8]) -> Problem {
    serde_json::from_slice(body)
        .unwrap_or_else(|_| panic!("no problem: {}", String::from_utf8_lossy(body)))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    koina_sync::identity::hex(bytes)
}
