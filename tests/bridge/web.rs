//! What the browser sees: the screens, one door for commands with the permissions of its window, and the tests' controls.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as Params, Query, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use koina_commands::{Desk, Gate};
use koina_model::accounts::AccountInput;
use koina_model::ids::Time;
use koina_model::permits::{Profile, Role};
use koina_model::problem::Problem;
use koina_server::accounts::ProviderSettings;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::RwLock;

use crate::town::{self, Kept, NEW, SLOW_MS, Town};

/// How often the shell looks whether the windows show something old.
const LOOK: Duration = Duration::from_millis(150);
/// How long a poll for changes stays open.
const POLL: Duration = Duration::from_secs(20);

/// What each window may call, as its capability file says, and the content policy of the app.
pub(crate) struct Windows {
    may: BTreeMap<String, Vec<String>>,
    policy: String,
}

#[derive(Deserialize)]
struct Capability {
    windows: Vec<String>,
    permissions: Vec<String>,
}

impl Windows {
    /// Reads the capabilities and the content policy of the app in this folder.
    pub(crate) fn read(root: &Path) -> anyhow::Result<Self> {
        let mut may: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for entry in std::fs::read_dir(root.join("src-tauri/capabilities"))? {
            let path = entry?.path();
            let text = std::fs::read_to_string(&path)?;
            let capability: Capability = serde_json::from_str(&text)
                .with_context(|| format!("Reading {}", path.display()))?;
            for window in capability.windows {
                may.entry(window)
                    .or_default()
                    .extend(capability.permissions.iter().cloned());
            }
        }
        let app: Value =
            serde_json::from_str(&std::fs::read_to_string(root.join("tauri.conf.json"))?)?;
        let policy = app
            .pointer("/app/security/csp")
            .and_then(Value::as_str)
            .context("No content policy")?;
        // Commands go to this address instead of Tauri's own scheme; everything else stays as strict as in the app.
        let policy = policy.replace(
            "connect-src ipc: http://ipc.localhost",
            "connect-src 'self'",
        );
        Ok(Self { may, policy })
    }

    fn allows(&self, window: &str, command: &str) -> bool {
        let permission = match command.strip_prefix("plugin:event|") {
            Some(event) => format!("core:event:allow-{event}"),
            None => format!("allow-{}", command.replace('_', "-")),
        };
        self.may
            .get(window)
            .is_some_and(|permissions| permissions.contains(&permission))
    }
}

pub(crate) struct Bridge {
    town: RwLock<Town>,
    windows: Windows,
    screens: PathBuf,
}

impl Bridge {
    pub(crate) fn new(town: Town, windows: Windows, screens: PathBuf) -> Self {
        Self {
            town: RwLock::new(town),
            windows,
            screens,
        }
    }

    /// Closes every file; the folder may go.
    pub(crate) fn close(&self) {
        self.town.blocking_write().close();
    }

    /// The window's label and the replica behind it. A window is named `desk`, `crew`, `start`, or `crew@new` for that of
    /// another device than usual.
    async fn window(&self, name: &str) -> Option<(String, Arc<Desk>)> {
        let (label, device) = (name.split('@').next().unwrap_or(name), device_of(name));
        let desk = self.town.read().await.device(device)?;
        // The app opens no other window than that of the device's profile; the first one may linger for a moment.
        let identity = desk.replica.identity();
        let own = identity.map_or("start", |identity| identity.role.profile().window());
        (label == own || label == "start").then(|| (label.to_owned(), desk))
    }

    /// The same, also of a device that nobody has opened: its only window is the one that asks for a PIN.
    async fn behind(&self, name: &str) -> Option<(String, Behind)> {
        if let Some((label, desk)) = self.window(name).await {
            return Some((label, Behind::Desk(desk)));
        }
        let gate = self.town.read().await.gate(device_of(name))?;
        (name.split('@').next() == Some("lock")).then(|| ("lock".to_owned(), Behind::Gate(gate)))
    }
}

/// The device a window is of.
fn device_of(window: &str) -> &str {
    match window.split_once('@') {
        Some((_, device)) => device,
        None if window == "start" => NEW,
        None => window,
    }
}

/// What answers a window.
enum Behind {
    Desk(Arc<Desk>),
    Gate(Arc<Gate>),
}

pub(crate) fn router(bridge: Arc<Bridge>) -> Router {
    Router::new()
        .route("/ipc/{window}/{command}", post(command))
        .route("/events/{window}", get(changed))
        .route("/control/{what}", post(control))
        .fallback(screen)
        .with_state(bridge)
}

fn answer(status: StatusCode, value: &Value) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        value.to_string(),
    )
        .into_response()
}

/// A command of a window, as the app's shell answers it: 200 with the output, 400 with the problem, 403 with Tauri's denial.
async fn command(
    State(bridge): State<Arc<Bridge>>,
    Params((window, name)): Params<(String, String)>,
    body: Bytes,
) -> Response {
    let Some((label, behind)) = bridge.behind(&window).await else {
        return answer(
            StatusCode::NOT_FOUND,
            &json!(format!("There is no window {window}")),
        );
    };
    if !bridge.windows.allows(&label, &name) {
        return answer(
            StatusCode::FORBIDDEN,
            &json!(format!("Command {name} not allowed by ACL")),
        );
    }
    if name.starts_with("plugin:event|") {
        return answer(StatusCode::OK, &Value::Null);
    }
    if !koina_commands::NAMES.contains(&name.as_str()) {
        return answer(
            StatusCode::NOT_FOUND,
            &json!(format!("Command {name} not found")),
        );
    }
    let input = match serde_json::from_slice(&body) {
        Ok(Value::Object(fields)) => fields.get("input").cloned().unwrap_or(Value::Null),
        _ => Value::Null,
    };
    let incident = name.clone();
    let (locks, opens) = (
        name == "lock_now",
        ["unlock", "reopen"].contains(&name.as_str()),
    );
    let said = tokio::task::spawn_blocking(move || match behind {
        Behind::Desk(desk) => koina_commands::call(&desk, &name, input),
        Behind::Gate(gate) => gate.call(&name, input),
    });
    let said = said.await.unwrap_or(Err(Problem::Internal { incident }));
    if said.is_ok() && (locks || opens) {
        let device = device_of(&window).to_owned();
        let done = tokio::task::spawn_blocking(move || {
            let mut town = bridge.town.blocking_write();
            match locks {
                true => town.restart(&device),
                false => town.go_online(&device),
            }
        });
        if !matches!(done.await, Ok(Ok(()))) {
            let lost = json!(format!("{window} did not begin anew"));
            return answer(StatusCode::INTERNAL_SERVER_ERROR, &lost);
        }
    }
    match said {
        Ok(output) => answer(StatusCode::OK, &output),
        Err(problem) => answer(StatusCode::BAD_REQUEST, &json!(problem)),
    }
}

#[derive(Deserialize)]
struct Since {
    /// The last revision the window heard of.
    after: Option<u32>,
}

/// The event `changed`, as a poll that stays open until there is one.
async fn changed(
    State(bridge): State<Arc<Bridge>>,
    Params(window): Params<String>,
    Query(since): Query<Since>,
) -> Response {
    let Some((_, desk)) = bridge.window(&window).await else {
        return answer(
            StatusCode::NOT_FOUND,
            &json!(format!("There is no window {window}")),
        );
    };
    let shown = since
        .after
        .unwrap_or_else(|| koina_commands::revision(&desk));
    let until = tokio::time::Instant::now() + POLL;
    let mut revision = koina_commands::revision(&desk);
    while since.after.is_some() && revision == shown && tokio::time::Instant::now() < until {
        tokio::time::sleep(LOOK).await;
        revision = koina_commands::revision(&desk);
    }
    answer(StatusCode::OK, &json!({ "revision": revision }))
}

/// What a test may ask for besides commands.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Wish {
    /// Of `reset`: `full`, `empty` or `many`.
    fixture: String,
    rows: u32,
    /// Of `slow`.
    ms: u64,
    /// Of `new-device` and `want-pins`.
    role: String,
    /// Of `exchange` and `restart`.
    window: String,
    /// Of `new-device`: whether it has a printer, which `plug-printer` plugs in.
    printer: bool,
    /// Of `days-pass`.
    days: u32,
    /// Of `ask-sign-in`: the identity provider, if there is one.
    issuer: Option<String>,
    email: String,
    /// Of `map-on-stick`: how many bytes of it, or all.
    bytes: Option<usize>,
}

async fn control(
    State(bridge): State<Arc<Bridge>>,
    Params(what): Params<String>,
    body: Bytes,
) -> Response {
    let wish: Wish = match body.is_empty() {
        true => Wish::default(),
        false => match serde_json::from_slice(&body) {
            Ok(wish) => wish,
            Err(failure) => return answer(StatusCode::BAD_REQUEST, &json!(failure.to_string())),
        },
    };
    let done = tokio::task::spawn_blocking(move || obey(&bridge, &what, &wish)).await;
    match done {
        Ok(Ok(said)) => answer(StatusCode::OK, &said),
        Ok(Err(failure)) => answer(
            StatusCode::INTERNAL_SERVER_ERROR,
            &json!(format!("{failure:#}")),
        ),
        Err(failure) => answer(
            StatusCode::INTERNAL_SERVER_ERROR,
            &json!(failure.to_string()),
        ),
    }
}

fn obey(bridge: &Bridge, what: &str, wish: &Wish) -> anyhow::Result<Value> {
    if what == "exchange" {
        // Beside whatever the windows ask meanwhile.
        let desk = bridge
            .town
            .blocking_read()
            .device(&wish.window)
            .context("No such device")?;
        tokio::runtime::Handle::current()
            .block_on(desk.exchanger.exchange())
            .context("Exchanging")?;
        return Ok(Value::Null);
    }
    let mut town = bridge.town.blocking_write();
    match what {
        "reset" => town.open(match wish.fixture.as_str() {
            "" | "full" => Kept::Full,
            "empty" => Kept::Empty,
            "many" => Kept::Many(wish.rows),
            other => anyhow::bail!("No fixture {other}"),
        })?,
        "stop-server" => town.stop_server(),
        "start-server" => town.start_server()?,
        "ask-sign-in" => {
            let provider = wish.issuer.clone().map(|issuer| ProviderSettings {
                issuer,
                client_id: "koina".to_owned(),
                secret: None,
            });
            let account = AccountInput {
                login: "maria".to_owned(),
                name: "Μαρία Παπά".to_owned(),
                role: Some(Role::Admin),
                email: wish.email.clone(),
            };
            return Ok(serde_json::to_value(town.ask_sign_in(provider, &account)?)?);
        }
        "browser" => {
            let address = std::fs::read_to_string(town.browser()).ok();
            if address.is_some() {
                std::fs::remove_file(town.browser())?;
            }
            return Ok(json!({ "address": address }));
        }
        "slow" => SLOW_MS.store(wish.ms, std::sync::atomic::Ordering::Relaxed),
        "new-device" => {
            let (role, crew, communities) = match wish.role.as_str() {
                "" | "crew" => (Role::Crew, Some("light"), &crate::records::OF_LIGHT[..]),
                "clerk" => (Role::Clerk, None, &[][..]),
                "kiosk" => (Role::Kiosk, None, &[][..]),
                "community" => (Role::Community, None, &[crate::records::LITOCHORO][..]),
                other => anyhow::bail!("No role {other}"),
            };
            let invite = town.invite(town::ask(
                role,
                "Νέα συσκευή",
                "Δ. Αντωνίου",
                crew,
                communities,
            ))?;
            town.new_device(wish.printer)?;
            return Ok(
                json!({ "server": town.address(), "code": invite.code, "link": invite.link }),
            );
        }
        "days-pass" => {
            let ms = i64::from(wish.days) * 24 * 3_600_000;
            crate::clock::set(Time(crate::clock::now().0 + ms));
        }
        "want-pins" => town.want_pins(match wish.role.as_str() {
            "crew" => Profile::Crew,
            "community" => Profile::Community,
            other => anyhow::bail!("No devices of {other}"),
        })?,
        "restart" => town.restart(&wish.window)?,
        "lose-key-store" => town.lose_key_store(&wish.window)?,
        "map-at-town" => town.map_at_town()?,
        "map-on-stick" => town.map_on_stick(wish.bytes)?,
        "plug-printer" => std::fs::write(town.printer(), b"")?,
        "printed" => {
            let bytes = std::fs::read(town.printer())?.len();
            return Ok(json!({ "bytes": bytes }));
        }
        other => anyhow::bail!("No control {other}"),
    }
    Ok(Value::Null)
}

/// A file of the screens, under the content policy of the app.
async fn screen(State(bridge): State<Arc<Bridge>>, uri: Uri) -> Response {
    let name = match uri.path() {
        "/" => "index.html",
        path => path.trim_start_matches('/'),
    };
    if name.split('/').any(|part| part == "..") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Ok(bytes) = std::fs::read(bridge.screens.join(name)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    };
    (
        [
            (header::CONTENT_TYPE, kind),
            (header::CONTENT_SECURITY_POLICY, &bridge.windows.policy),
        ],
        bytes,
    )
        .into_response()
}
