//! Every route of the server: its path, who may call it, how large its body may be, and what answers it.
//!
//! [`TABLE`] is the whole list. Everything that is the same for all routes happens in [`serve`]: who is calling and
//! whether the signature holds, limits, roles, and how a failure looks on the wire.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{RawPathParams, Request};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use koina_model::exchange::{BODY_BYTES_MAX, HEADER_SESSION, REOPEN_PATH};
use koina_model::ids::Time;
use koina_model::permits::{Permit, Role};
use koina_model::photos::FILES_PATH;
use koina_model::problem::Problem;
use koina_sync::courier::FILE_BYTES_MAX;
use koina_sync::maps::carry::MAP_PATH;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

use crate::accounts::{Settings, SignIn};
use crate::log::Device;
use crate::municipality::Municipality;
use crate::rates::{Allowed, Peer, Rates};

mod accounts;
mod contacts;
pub mod devices;
mod emergency;
mod enrol;
mod exchange;
pub(crate) mod files;
mod map;
mod refused;
mod tag;
mod who;

/// Most requests worked on at a time; the others wait.
const WORKING_MAX: usize = 8;
/// How long a request waits for its turn.
const TURN: Duration = Duration::from_secs(30);
/// Longest silence while a body arrives. Bad lines are slow, not silent.
const SILENCE: Duration = Duration::from_secs(60);
/// Longest time a body may take: 8 MiB at 64 kbit/s are 18 minutes.
const BODY: Duration = Duration::from_secs(30 * 60);
/// What the slowest lines carry in a second; a small body has no half hour.
const BYTES_A_SECOND: usize = 1_000;

const KIB: usize = 1024;

const ENROL_PATH: &str = "/v1/enrol";
/// Where somebody comes with a one-time code.
const WITH_CODE: [&str; 2] = [ENROL_PATH, REOPEN_PATH];

/// The handler reads the body itself, as it comes. The signature does not cover it, so it may be nothing that has to be believed.
pub const STREAMED: usize = usize::MAX;
/// Requests about files of photos at a time.
const STREAMS_MAX: usize = 64;

/// What answers every request.
pub struct App {
    pub town: Municipality,
    /// The server's clock. Rules get the time as an argument.
    pub clock: fn() -> Time,
    /// Address devices reach this server at, for invites.
    pub public_url: String,
    working: Semaphore,
    streaming: Semaphore,
    rates: Option<Rates>,
    sign_in: Option<SignIn>,
    /// Browsers are told to come by TLS alone.
    over_tls: bool,
    /// Where mistakes in the protection are reported: an address as a URI.
    security_contact: Option<String>,
}

impl App {
    pub fn new(town: Municipality, clock: fn() -> Time, public_url: String) -> Self {
        Self {
            town,
            clock,
            public_url,
            working: Semaphore::new(WORKING_MAX),
            streaming: Semaphore::new(STREAMS_MAX),
            rates: None,
            sign_in: None,
            over_tls: false,
            security_contact: None,
        }
    }

    /// The same, at a name that browsers may only come to by TLS.
    #[must_use]
    pub fn over_tls(mut self) -> Self {
        self.over_tls = true;
        self
    }

    /// The same, with an address for who finds a mistake in the protection (RFC 9116).
    #[must_use]
    pub fn with_security_contact(mut self, contact: String) -> Self {
        self.security_contact = Some(contact);
        self
    }

    /// The same, and whoever decides something at a desk signs in first.
    #[must_use]
    pub fn with_sign_in(mut self, settings: Settings) -> Self {
        self.sign_in = Some(SignIn::new(settings));
        self
    }

    /// The same, and nobody asks more often than this.
    #[must_use]
    pub fn with_rates(mut self, allowed: Allowed) -> Self {
        self.rates = Some(Rates::new(allowed));
        self
    }

    /// Forgets who has not asked for long.
    pub fn forget_rates(&self) {
        if let Some(rates) = &self.rates {
            rates.forget();
        }
    }
}

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Who {
    /// Anybody on the network: public.
    Anybody,
    /// Any enrolled device, a revoked one too.
    Devices,
    /// Devices of these roles; others lack the permit.
    Roles(&'static [Role], Permit),
    /// The same, with somebody signed in who has the role, where the municipality wants that.
    Staff(&'static [Role], Permit),
}

/// How long what `security.txt` says holds: less than the year that RFC 9116 allows.
const SECURITY_TXT_MS: i64 = 90 * 24 * 3_600_000;

/// A row of the table.
#[derive(Debug)]
pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub who: Who,
    pub bytes_max: usize,
    handler: fn(Call) -> Answering,
}

type Answering = Pin<Box<dyn Future<Output = Result<Response, Problem>> + Send>>;

/// Every route there is.
#[rustfmt::skip]
pub const TABLE: [Route; 38] = [
    Route { method: "GET",  path: "/v1/health",              who: Who::Anybody, bytes_max: 0,              handler: |call| Box::pin(health(call)) },
    Route { method: "GET",  path: "/.well-known/security.txt", who: Who::Anybody, bytes_max: 0,            handler: |call| Box::pin(security_txt(call)) },
    Route { method: "POST", path: ENROL_PATH,                who: Who::Anybody, bytes_max: 4 * KIB,        handler: |call| Box::pin(enrol::enrol(call)) },
    Route { method: "POST", path: REOPEN_PATH,               who: Who::Anybody, bytes_max: 8 * KIB,        handler: |call| Box::pin(enrol::reopen(call)) },
    Route { method: "POST", path: "/v1/exchange",            who: Who::Devices, bytes_max: BODY_BYTES_MAX, handler: |call| Box::pin(exchange::exchange(call)) },
    Route { method: "POST", path: "/v1/courier",             who: DESK,         bytes_max: FILE_BYTES_MAX, handler: |call| Box::pin(exchange::courier(call)) },
    Route { method: "POST", path: "/v1/files",               who: Who::Devices, bytes_max: 16 * KIB,       handler: |call| Box::pin(files::state(call)) },
    Route { method: "GET",  path: "/v1/files/{id}",          who: Who::Devices, bytes_max: 0,              handler: |call| Box::pin(files::get(call)) },
    Route { method: "POST", path: "/v1/files/{id}",          who: Who::Devices, bytes_max: STREAMED,       handler: |call| Box::pin(files::put(call)) },
    Route { method: "GET",  path: "/v1/map",                 who: ANY_ROLE,     bytes_max: 0,              handler: |call| Box::pin(map::about(call)) },
    Route { method: "GET",  path: "/v1/map/{id}",            who: ANY_ROLE,     bytes_max: 0,              handler: |call| Box::pin(map::get(call)) },
    Route { method: "GET",  path: "/t/{id}",                 who: Who::Anybody, bytes_max: 0,              handler: |call| Box::pin(tag::page(call)) },
    Route { method: "GET",  path: "/v1/devices",             who: TENDERS,      bytes_max: 0,              handler: |call| Box::pin(devices::list(call)) },
    Route { method: "POST", path: "/v1/devices/invites",     who: ADMINS,       bytes_max: 16 * KIB,       handler: |call| Box::pin(devices::invite(call)) },
    Route { method: "POST", path: "/v1/devices/{id}/change", who: ADMINS,       bytes_max: 16 * KIB,       handler: |call| Box::pin(devices::change(call)) },
    Route { method: "POST", path: "/v1/devices/{id}/revoke", who: ADMINS,       bytes_max: 4 * KIB,        handler: |call| Box::pin(devices::revoke(call)) },
    Route { method: "POST", path: "/v1/devices/{id}/reopen", who: ADMINS,       bytes_max: 4 * KIB,        handler: |call| Box::pin(devices::reopen(call)) },
    Route { method: "POST", path: "/v1/devices/{id}/unlock", who: TENDERS,      bytes_max: 0,              handler: |call| Box::pin(devices::unlock(call)) },
    Route { method: "POST", path: "/v1/contacts/{id}/read",  who: READERS,      bytes_max: 4 * KIB,        handler: |call| Box::pin(contacts::read(call)) },
    Route { method: "POST", path: "/v1/contacts/{id}/correct", who: CORRECTORS, bytes_max: 4 * KIB,        handler: |call| Box::pin(contacts::correct(call)) },
    Route { method: "POST", path: "/v1/contacts/{id}/same",  who: EXPORTERS,    bytes_max: 0,              handler: |call| Box::pin(contacts::same(call)) },
    Route { method: "POST", path: "/v1/contacts/{id}/export", who: EXPORTERS,   bytes_max: 64 * KIB,       handler: |call| Box::pin(contacts::export(call)) },
    Route { method: "GET",  path: "/v1/contacts",            who: EXPORTERS,    bytes_max: 0,              handler: |call| Box::pin(contacts::kept(call)) },
    Route { method: "POST", path: "/v1/contacts/{id}/erase", who: ERASERS,      bytes_max: 4 * KIB,        handler: |call| Box::pin(contacts::erase(call)) },
    Route { method: "POST", path: "/v1/emergency",           who: DECLARERS,    bytes_max: 4 * KIB,        handler: |call| Box::pin(emergency::set(call)) },
    Route { method: "GET",  path: "/v1/refused",             who: DECIDERS,     bytes_max: 0,              handler: |call| Box::pin(refused::list(call)) },
    Route { method: "POST", path: "/v1/refused/take",        who: DECIDERS,     bytes_max: 64 * KIB,       handler: |call| Box::pin(refused::take(call)) },
    Route { method: "POST", path: "/v1/refused/decide",      who: DECIDERS,     bytes_max: 64 * KIB,       handler: |call| Box::pin(refused::decide(call)) },
    Route { method: "GET",  path: "/v1/accounts/sign-in",    who: DESK,         bytes_max: 0,              handler: |call| Box::pin(accounts::ways(call)) },
    Route { method: "POST", path: "/v1/accounts/sign-in",    who: DESK,         bytes_max: 4 * KIB,        handler: |call| Box::pin(accounts::sign_in(call)) },
    Route { method: "POST", path: "/v1/accounts/provider",   who: DESK,         bytes_max: 4 * KIB,        handler: |call| Box::pin(accounts::begin_provider(call)) },
    Route { method: "POST", path: "/v1/accounts/provider/back", who: DESK,      bytes_max: 8 * KIB,        handler: |call| Box::pin(accounts::by_provider(call)) },
    Route { method: "POST", path: "/v1/accounts/sign-out",   who: DESK,         bytes_max: 0,              handler: |call| Box::pin(accounts::sign_out(call)) },
    Route { method: "GET",  path: "/v1/accounts",            who: ACCOUNTANTS,  bytes_max: 0,              handler: |call| Box::pin(accounts::list(call)) },
    Route { method: "POST", path: "/v1/accounts",            who: ACCOUNTANTS,  bytes_max: 4 * KIB,        handler: |call| Box::pin(accounts::add(call)) },
    Route { method: "POST", path: "/v1/accounts/{id}/change", who: ACCOUNTANTS, bytes_max: 4 * KIB,        handler: |call| Box::pin(accounts::change(call)) },
    Route { method: "POST", path: "/v1/accounts/{id}/reset", who: ACCOUNTANTS,  bytes_max: 0,              handler: |call| Box::pin(accounts::reset(call)) },
    Route { method: "POST", path: "/v1/accounts/sessions/{id}/end", who: ACCOUNTANTS, bytes_max: 0,        handler: |call| Box::pin(accounts::end_session(call)) },
];

const ANY_ROLE: Who = Who::Roles(
    &[
        Role::Crew,
        Role::Clerk,
        Role::Admin,
        Role::Kiosk,
        Role::Community,
    ],
    Permit::EnterRequests,
);
const ADMINS: Who = Who::Staff(&[Role::Admin], Permit::ManageDevices);
const DESK: Who = Who::Roles(&[Role::Clerk, Role::Admin], Permit::DecideConflicts);

const DECIDERS: Who = Who::Staff(&[Role::Clerk, Role::Admin], Permit::DecideConflicts);

const ACCOUNTANTS: Who = Who::Staff(&[Role::Admin], Permit::ManageAccounts);

const TENDERS: Who = Who::Staff(&[Role::Clerk, Role::Admin], Permit::TendKiosks);

const DECLARERS: Who = Who::Staff(&[Role::Clerk, Role::Admin], Permit::DeclareEmergencies);

const READERS: Who = Who::Staff(&[Role::Clerk, Role::Admin], Permit::ReadContacts);

const CORRECTORS: Who = Who::Staff(&[Role::Clerk, Role::Admin], Permit::CorrectContacts);

const EXPORTERS: Who = Who::Staff(&[Role::Admin], Permit::ExportContacts);

const ERASERS: Who = Who::Staff(&[Role::Admin], Permit::EraseContacts);

/// A request that passed the door.
pub struct Call {
    app: Arc<App>,
    /// The device that signed it; always there except on public routes.
    device: Option<Device>,
    /// What it shows of whoever is signed in.
    session: Option<String>,
    /// The parameter in the path, if the path has one.
    param: Option<String>,
    /// What stands behind the path.
    query: String,
    body: Vec<u8>,
    /// The body of a route that is streamed. Handlers share a call between threads, and a body alone cannot be shared.
    streamed: Mutex<Option<Body>>,
    now: Time,
}

impl Call {
    /// The body of a route that is streamed, once.
    fn take_streamed(&self) -> Option<Body> {
        let mut streamed = self.streamed.lock().unwrap_or_else(PoisonError::into_inner);
        streamed.take()
    }

    fn device(&self) -> Result<&Device, Problem> {
        self.device.as_ref().ok_or(Problem::NotEnrolled)
    }

    fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(&self.body).map_err(|_| Problem::Malformed {
            what: "the JSON".to_owned(),
        })
    }
}

/// The routes as a service.
#[allow(
    clippy::needless_pass_by_value,
    reason = "the app is handed over for good"
)]
pub fn router(app: Arc<App>) -> Router {
    let mut router = Router::new();
    let over_tls = app.over_tls;
    for route in &TABLE {
        let app = Arc::clone(&app);
        let method = match route.method {
            "GET" => MethodFilter::GET,
            _ => MethodFilter::POST,
        };
        let answer = move |params: RawPathParams, request: Request| {
            serve(route, Arc::clone(&app), params, request)
        };
        router = router.route(route.path, on(method, answer));
    }
    let nothing = || async { problem(&Problem::NotFound) };
    router
        .fallback(nothing)
        .method_not_allowed_fallback(nothing)
        .layer(map_response(move |answer: Response| async move {
            guarded(answer, over_tls)
        }))
}

/// What a browser may do with an answer, if it ever sees one: nothing, but for the page that says otherwise.
fn guarded(mut answer: Response, over_tls: bool) -> Response {
    let headers = answer.headers_mut();
    if over_tls {
        // RFC 6797; for a year.
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(
            "default-src 'none'; frame-ancestors 'none'",
        ));
    answer
}

async fn serve(
    route: &'static Route,
    app: Arc<App>,
    params: RawPathParams,
    request: Request,
) -> Response {
    let answer = pass(route, app, &params, request).await;
    answer.unwrap_or_else(|refused| problem(&refused))
}

async fn pass(
    route: &Route,
    app: Arc<App>,
    params: &RawPathParams,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let from = parts.extensions.get::<Peer>().copied();
    if let (Some(rates), Some(from)) = (&app.rates, from) {
        rates.come(from)?;
        if WITH_CODE.contains(&route.path) {
            rates.newcomer(from)?;
        }
    }
    let claim = match route.who {
        Who::Anybody => None,
        Who::Devices | Who::Roles(..) | Who::Staff(..) => {
            Some(who::claim(&app.town, &parts.headers).await?)
        }
    };
    let (streamed, body) = if route.bytes_max == STREAMED {
        (Some(body), Vec::new())
    } else {
        (None, read(body, route.bytes_max).await?)
    };
    // Photos and maps, and a distant store of them, take no turn of the records.
    let turns = if route.path.starts_with(FILES_PATH) || route.path.starts_with(MAP_PATH) {
        &app.streaming
    } else {
        &app.working
    };
    let _turn = tokio::time::timeout(TURN, turns.acquire())
        .await
        .map_err(|_| Problem::Busy)?;
    let now = (app.clock)();
    let mut device = match claim {
        None => None,
        Some(claim) => Some(
            claim
                .verify(&app.town, &parts.method, &parts.uri, &body, now)
                .await?,
        ),
    };
    if let (Some(rates), Some(device)) = (&app.rates, &device) {
        rates.device(device.id)?;
    }
    may(route.who, device.as_ref())?;
    let session = parts.headers.get(HEADER_SESSION);
    let session = session.and_then(|shown| shown.to_str().ok());
    if let (Some(lets_in), Some(desk), Who::Staff(..)) = (&app.sign_in, &mut device, route.who) {
        let person = match session {
            Some(shown) => lets_in.person(&app.town, desk, shown, now).await?,
            None => None,
        };
        // From here on they act, and may do no more than both they and their desk may.
        let person = person.ok_or(Problem::SignInNeeded)?;
        (desk.person, desk.role) = (person.name, person.role);
        may(route.who, device.as_ref())?;
    }
    let param = params.iter().next().map(|(_, value)| value.to_owned());
    (route.handler)(Call {
        app: Arc::clone(&app),
        device,
        session: session.map(str::to_owned),
        param,
        query: parts.uri.query().unwrap_or_default().to_owned(),
        body,
        streamed: Mutex::new(streamed),
        now,
    })
    .await
}

fn may(who: Who, device: Option<&Device>) -> Result<(), Problem> {
    match (who, device) {
        (Who::Anybody, _) | (Who::Devices, Some(_)) => Ok(()),
        (Who::Devices | Who::Roles(..) | Who::Staff(..), None) => Err(Problem::NotEnrolled),
        (Who::Roles(..) | Who::Staff(..), Some(device)) if device.revoked_at.is_some() => {
            Err(Problem::Revoked)
        }
        (Who::Roles(roles, _) | Who::Staff(roles, _), Some(device))
            if roles.contains(&device.role) =>
        {
            Ok(())
        }
        (Who::Roles(_, needs) | Who::Staff(_, needs), Some(_)) => {
            Err(Problem::NotAllowed { needs })
        }
    }
}

/// Reads a body within its limits of size and time.
async fn read(mut body: Body, bytes_max: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let all = async {
        while let Some(data) = next_of(&mut body).await? {
            if bytes.len() + data.len() > bytes_max {
                return Err(Problem::too_large(bytes_max));
            }
            bytes.extend_from_slice(&data);
        }
        Ok(())
    };
    tokio::time::timeout(patience(bytes_max), all)
        .await
        .map_err(|_| cut_off())??;
    Ok(bytes)
}

/// How long a body may take that may be so large.
fn patience(bytes_max: usize) -> Duration {
    let seconds = u64::try_from(bytes_max / BYTES_A_SECOND).unwrap_or(u64::MAX);
    BODY.min(SILENCE.saturating_add(Duration::from_secs(seconds)))
}

/// The next bytes of a body; `None` at its end. Silence ends it.
async fn next_of(body: &mut Body) -> Result<Option<Bytes>, Problem> {
    use axum::body::HttpBody;

    loop {
        let frame = std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx));
        let frame = tokio::time::timeout(SILENCE, frame)
            .await
            .map_err(|_| cut_off())?;
        let Some(frame) = frame else {
            return Ok(None);
        };
        if let Ok(data) = frame.map_err(|_| cut_off())?.into_data() {
            return Ok(Some(data));
        }
    }
}

fn cut_off() -> Problem {
    Problem::Malformed {
        what: "the body, which did not arrive whole".to_owned(),
    }
}

async fn health(call: Call) -> Result<Response, Problem> {
    call.app.town.log.head().await?;
    json(&serde_json::json!({ "ok": true }))
}

/// Where whoever finds a mistake in the protection reports it (RFC 9116).
async fn security_txt(call: Call) -> Result<Response, Problem> {
    let contact = call.app.security_contact.as_ref();
    let contact = contact.ok_or(Problem::NotFound)?;
    let expires = jiff::Timestamp::from_millisecond(call.now.0 + SECURITY_TXT_MS);
    let expires = expires.map_err(|error| crate::incident(&error))?;
    let text = format!("Contact: {contact}\nExpires: {expires}\nPreferred-Languages: el, en\n");
    let media_type = "text/plain; charset=utf-8";
    Ok(typed(StatusCode::OK, media_type, text.into_bytes()))
}

fn json(value: &impl Serialize) -> Result<Response, Problem> {
    let bytes = serde_json::to_vec(value).map_err(|error| crate::incident(&error))?;
    Ok(typed(StatusCode::OK, "application/json", bytes))
}

fn typed(status: StatusCode, media_type: &'static str, bytes: Vec<u8>) -> Response {
    let mut response = (status, bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A failure on the wire: `application/problem+json` with the code and its data.
fn problem(problem: &Problem) -> Response {
    let bytes = serde_json::to_vec(problem).unwrap_or_default();
    typed(status(problem), "application/problem+json", bytes)
}

fn status(problem: &Problem) -> StatusCode {
    match problem {
        Problem::BadInput { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Problem::NotFound => StatusCode::NOT_FOUND,
        Problem::NotAllowed { .. }
        | Problem::CodeRefused
        | Problem::Revoked
        | Problem::SignInRefused
        | Problem::NoAccount => StatusCode::FORBIDDEN,
        Problem::ProviderFailed => StatusCode::BAD_GATEWAY,
        Problem::NotEnrolled | Problem::NotSigned | Problem::SignInNeeded => {
            StatusCode::UNAUTHORIZED
        }
        Problem::TooManyTries { .. } => StatusCode::TOO_MANY_REQUESTS,
        Problem::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Problem::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Problem::Malformed { .. } | Problem::CourierUnreadable => StatusCode::BAD_REQUEST,
        Problem::UpgradeNeeded => StatusCode::UPGRADE_REQUIRED,
        Problem::AlreadyEnrolled
        | Problem::LastAdmin
        | Problem::ChangedMeanwhile
        | Problem::PhotosTooEarly { .. } => StatusCode::CONFLICT,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The words of a request that its signature covers.
fn signed_path(method: &Method, uri: &axum::http::Uri) -> (String, String) {
    let path = uri
        .path_and_query()
        .map_or_else(|| uri.path().to_owned(), |path| path.as_str().to_owned());
    (method.as_str().to_owned(), path)
}
