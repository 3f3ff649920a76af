//! What an identity provider answers, and what somebody types who signs in by password.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use koina_model::accounts::{SignInAnswer, SignInAsk};
use koina_model::exchange::EnrolAnswer;
use koina_model::permits::Role;
use koina_model::problem::Problem;
use koina_server::accounts::{ProviderSettings, Settings, SignIn};
use koina_server::log::Device;
use koina_sync::identity::{Identity, NewKey, unhex};
use serde_json::{Value, json};

use crate::served::now;
use crate::town::{Town, Who};

use super::{people, server};

const ADDRESS: &str = "maria@dimos.example.gr";
const CLIENT: &str = "koina";
const SUBJECT: &str = "248289761001";
/// What stands in the answers for what is another one each time.
const ISSUER: &str = "@ISSUER@";
const NONCE: &str = "@NONCE@";
const WORD: &str = "@WORD@";
/// What a provider is asked, and the claims that it signs.
const METADATA: usize = 0;
const KEYS: usize = 1;
const TOKEN: usize = 2;
const CLAIMS: usize = 3;
const MORE: usize = 4;
const ANSWERS: usize = 5;
/// The year 2100.
const LATE_S: i64 = 4_102_444_800;

type Answers = [Vec<u8>; ANSWERS];

struct Stage {
    town: Town,
    desk: Who,
    device: Device,
    sign_in: SignIn,
    provider: Arc<Provider>,
}

/// A provider on this machine that answers what it is told.
struct Provider {
    issuer: String,
    identity: Identity,
    says: Mutex<Answers>,
    /// What whoever begins has to see again in the claims.
    nonce: Mutex<String>,
}

thread_local! {
    static STAGE: RefCell<Option<Stage>> = const { RefCell::new(None) };
}

pub(super) fn take(bytes: &[u8]) {
    let Some((way, body)) = bytes.split_first() else {
        return;
    };
    STAGE.with_borrow_mut(|stage| {
        let stage = stage.get_or_insert_with(Stage::new);
        stage.town.pass_ms(20 * 60_000);
        let way = usize::from(*way) % (ANSWERS + 1);
        if way < ANSWERS {
            stage.is_answered(way, body);
        } else {
            stage.is_typed(body);
        }
    });
}

impl Stage {
    fn new() -> Self {
        let mut town = Town::new().unheard();
        let desk = town.desk("Δημαρχείο");
        town.unchecked = true;
        server::account(&town, ADDRESS);
        let id = town.at(desk).identity().unwrap().device;
        let device = town.block_on(town.server().log.device(id));
        let provider = Provider::begin();
        let settings = Settings {
            provider: Some(ProviderSettings {
                issuer: provider.issuer.clone(),
                client_id: CLIENT.to_owned(),
                secret: None,
            }),
            ..Settings::default()
        };
        Self {
            desk,
            device: device.unwrap().unwrap(),
            sign_in: SignIn::new(settings),
            provider,
            town,
        }
    }

    fn is_answered(&self, way: usize, body: &[u8]) {
        let mut says = good();
        if way == MORE {
            // It is asked only where the claims have no address.
            says[CLAIMS] = without_address();
        }
        says[way] = body.to_vec();
        let said = self.comes_back(says);
        match said {
            Ok(SignInAnswer::In { name, role, .. }) => {
                assert_eq!((name.as_str(), role), ("Μαρία", Role::Clerk));
                self.may(way, body);
            }
            said => is_refused(said),
        }
        // Whatever it was: with a good provider, people get in afterwards.
        let said = self.comes_back(good());
        assert!(
            matches!(said, Ok(SignInAnswer::In { .. })),
            "{:?}",
            said.err()
        );
    }

    /// Somebody goes to the provider and comes back.
    fn comes_back(&self, says: Answers) -> Result<SignInAnswer, Problem> {
        *self.provider.says.lock().unwrap() = says;
        let (town, now) = (self.town.server(), self.town.time(self.desk));
        let begun = self.sign_in.begin_provider(town, &self.device, 7, now);
        let url = self.town.block_on(begun)?;
        let url = reqwest::Url::parse(&url).expect("an address");
        let of = |name: &str| {
            let found = url.query_pairs().find(|(key, _)| key == name);
            found.map(|(_, value)| value.into_owned())
        };
        *self.provider.nonce.lock().unwrap() = of("nonce").expect("a nonce");
        let state = of("state").expect("a state");
        let back = self
            .sign_in
            .by_provider(town, &self.device, &state, "code".to_owned(), now);
        self.town.block_on(back)
    }

    /// Whether Maria may be let in by this (OpenID Connect Core 1.0, 3.1.3.7 and 5.3.2; Discovery 1.0, 4.3).
    fn may(&self, way: usize, body: &[u8]) {
        let provider = &self.provider;
        let body = provider.filled(body);
        let words: Value = serde_json::from_slice(&body).expect("words");
        match way {
            METADATA => assert_eq!(words["issuer"], provider.issuer),
            KEYS => {
                let ours = public();
                assert!(memchr::memmem::find(&body, ours.as_bytes()).is_some());
            }
            TOKEN => assert_eq!(words["id_token"], WORD, "signed by somebody else"),
            MORE => assert_eq!(words["sub"], SUBJECT),
            _ => self.holds(&words),
        }
    }

    fn holds(&self, claims: &Value) {
        assert_eq!(claims["iss"], self.provider.issuer);
        let to = &claims["aud"];
        let is_ours = |one: &Value| one == CLIENT;
        assert!(is_ours(to) || to.as_array().is_some_and(|all| all.iter().any(is_ours)));
        assert_eq!(claims["nonce"], *self.provider.nonce.lock().unwrap());
        assert!(claims["exp"].as_f64().unwrap() > now().0 as f64 / 1_000.0);
        assert!(!claims["sub"].as_str().unwrap().is_empty());
    }

    /// Nobody gets in by what they type: Maria's first password is random.
    fn is_typed(&self, body: &[u8]) {
        let Ok(ask) = serde_json::from_slice::<SignInAsk>(body) else {
            return;
        };
        let (town, now) = (self.town.server(), self.town.time(self.desk));
        let said = self.sign_in.by_password(town, &self.device, ask, now);
        is_refused(self.town.block_on(said));
    }
}

fn is_refused(said: Result<SignInAnswer, Problem>) {
    let problem = said.err().expect("nobody gets in");
    assert!(
        !matches!(problem, Problem::Internal { .. } | Problem::Busy),
        "{problem}"
    );
}

impl Provider {
    fn begin() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let answer: EnrolAnswer = serde_json::from_slice(&super::device::enrolment()).unwrap();
        let provider = Arc::new(Self {
            issuer: format!("http://{}", listener.local_addr().unwrap()),
            identity: key().enrolled(people::OTHER, "http://town", &answer),
            says: Mutex::new(good()),
            nonce: Mutex::default(),
        });
        let answers = Arc::clone(&provider);
        std::thread::spawn(move || {
            for line in listener.incoming().flatten() {
                // One that hangs up before it was answered asks again.
                let _ = answers.answers(line);
            }
        });
        provider
    }

    fn answers(&self, mut line: TcpStream) -> std::io::Result<()> {
        let mut read = BufReader::new(line.try_clone()?);
        let mut first = String::new();
        read.read_line(&mut first)?;
        let mut long = 0;
        loop {
            let mut header = String::new();
            if read.read_line(&mut header)? == 0 || header == "\r\n" {
                break;
            }
            let (name, value) = header.split_once(':').unwrap_or_default();
            if name.eq_ignore_ascii_case("content-length") {
                long = value.trim().parse().unwrap_or_default();
            }
        }
        read.read_exact(&mut vec![0; long])?;
        let path = first.split(' ').nth(1).unwrap_or_default();
        let says = self.says.lock().unwrap().clone();
        let body = match path {
            "/keys" => self.filled(&says[KEYS]),
            "/token" => {
                let text = self.filled(&says[TOKEN]);
                replaced(&text, WORD, &self.word(&self.filled(&says[CLAIMS])))
            }
            "/more" => self.filled(&says[MORE]),
            _ => self.filled(&says[METADATA]),
        };
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        line.write_all(head.as_bytes())?;
        line.write_all(&body)
    }

    fn filled(&self, text: &[u8]) -> Vec<u8> {
        let text = replaced(text, ISSUER, &self.issuer);
        replaced(&text, NONCE, &self.nonce.lock().unwrap())
    }

    /// Claims as they are signed (RFC 7515, RFC 8037).
    fn word(&self, claims: &[u8]) -> String {
        let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"EdDSA","kid":"1"}"#);
        let words = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims));
        let signature = self.identity.sign_words(words.as_bytes());
        format!("{words}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// Of the key that it signs with (RFC 8037).
fn public() -> String {
    URL_SAFE_NO_PAD.encode(unhex(&key().public_hex()).unwrap())
}

/// Good claims that say nothing of an address.
fn without_address() -> Vec<u8> {
    let mut claims: Value = serde_json::from_slice(&good()[CLAIMS]).unwrap();
    let words = claims.as_object_mut().unwrap();
    words.retain(|name, _| !name.starts_with("email"));
    serde_json::to_vec(&claims).unwrap()
}

fn key() -> NewKey {
    NewKey::from_seed([7; 32])
}

fn replaced(text: &[u8], what: &str, with: &str) -> Vec<u8> {
    let mut made = Vec::new();
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest, what.as_bytes()) {
        made.extend_from_slice(&rest[..at]);
        made.extend_from_slice(with.as_bytes());
        rest = &rest[at + what.len()..];
    }
    made.extend_from_slice(rest);
    made
}

/// What a good provider says.
fn good() -> Answers {
    let at = |path: &str| format!("{ISSUER}/{path}");
    let metadata = json!({
        "issuer": ISSUER,
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "jwks_uri": at("keys"),
        "userinfo_endpoint": at("more"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
    });
    let keys = json!({ "keys": [
        { "kty": "OKP", "crv": "Ed25519", "x": public(), "kid": "1", "use": "sig", "alg": "EdDSA" },
    ] });
    let token = json!({ "access_token": "a", "token_type": "Bearer", "id_token": WORD });
    let claims = json!({
        "iss": ISSUER, "aud": CLIENT, "sub": SUBJECT, "nonce": NONCE,
        "iat": 1_764_000_000, "exp": LATE_S,
        "email": ADDRESS, "email_verified": true,
    });
    let more = json!({ "sub": SUBJECT, "email": ADDRESS, "email_verified": true });
    [metadata, keys, token, claims, more].map(|one| serde_json::to_vec(&one).unwrap())
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let by = |way: usize, body: &[u8]| [&[u8::try_from(way).unwrap()], body].concat();
    let mut seeds: Vec<_> = good()
        .iter()
        .enumerate()
        .map(|(n, one)| by(n, one))
        .collect();
    seeds.push(by(CLAIMS, &without_address()));
    let typed =
        json!({ "login": "maria", "password": "0000-0000-0000", "code": "000000", "fresh": "" });
    seeds.push(by(ANSWERS, &serde_json::to_vec(&typed).unwrap()));
    seeds
}
