//! The real server over loopback HTTP and devices for it, for whoever measures.
#![allow(clippy::cast_possible_truncation, reason = "milliseconds of today fit")]
#![allow(clippy::disallowed_methods, reason = "it measures")]
#![allow(clippy::print_stdout, reason = "processes speak in lines")]

use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use koina_model::exchange::Pushed;
use koina_model::ids::{DeviceId, DocId, Time};
use koina_model::permits::Role;
use koina_server::log::{AnyLog, Author, Device, Invitation, Newcomer};
use koina_server::municipality::Municipality;
use koina_server::routes::{self, App, devices::InviteAsk};
use koina_sync::exchange::{self, Progress, http::HttpLine};
use koina_sync::replica::{Ids, Replica};
use koina_sync::vault::Key;
use koina_sync::views::requests::RequestsQuery;
use tempfile::TempDir;

use crate::village::Village;

pub fn now() -> Time {
    Time(
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_millis() as i64,
    )
}

/// Peak memory of a process so far, in MB; 0 where the system does not say.
pub fn peak_mb(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let kb = status.lines().find_map(|line| {
        line.strip_prefix("VmHWM:")?
            .trim()
            .strip_suffix("kB")?
            .trim()
            .parse::<f64>()
            .ok()
    });
    kb.unwrap_or_default() / 1024.0
}

/// Seconds of processor a process has used, to a hundredth.
pub fn cpu_s(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks: f64 = after
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum();
    // The kernel tells it in hundredths, whatever its own clock does.
    ticks / 100.0
}

/// A server over loopback HTTP.
pub struct Served {
    pub app: Arc<App>,
    pub url: String,
    /// Some crew.
    crew: String,
    /// Goes with the server, unless its files are somebody else's to keep.
    _folder: Option<TempDir>,
}

/// Serves on files that go away with it.
pub async fn serve(log: impl AsyncFnOnce(&Path) -> AnyLog, village: &Village) -> Served {
    let folder = TempDir::new().unwrap();
    let mut served = serve_in(folder.path(), log, village).await;
    served._folder = Some(folder);
    served
}

/// Serves on files in a folder that stays.
pub async fn serve_in(
    folder: &Path,
    log: impl AsyncFnOnce(&Path) -> AnyLog,
    village: &Village,
) -> Served {
    serve_at("127.0.0.1", folder, log, village).await
}

/// The same at some address of this machine.
pub async fn serve_at(
    address: &str,
    folder: &Path,
    log: impl AsyncFnOnce(&Path) -> AnyLog,
    village: &Village,
) -> Served {
    serve_as(address, folder, log, village, |app| app).await
}

/// The same with an app that is set up like this.
pub async fn serve_as(
    address: &str,
    folder: &Path,
    log: impl AsyncFnOnce(&Path) -> AnyLog,
    village: &Village,
    set_up: impl FnOnce(App) -> App,
) -> Served {
    let log = log(folder).await;
    let reference = village.lists.reference.clone();
    let town = Municipality::open(
        log,
        &folder.join("server.sqlite"),
        reference,
        village.lists.crews.clone(),
        now(),
    )
    .await
    .unwrap();
    let town = town.closing_after(90, now()).await.unwrap();
    let listener = tokio::net::TcpListener::bind((address, 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = Arc::new(set_up(App::new(town, now, url.clone())));
    let router = routes::router(Arc::clone(&app));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    Served {
        app,
        url,
        crew: village.lists.crews[0].id.clone(),
        _folder: None,
    }
}

/// A log in a file.
pub async fn on_file(folder: &Path) -> AnyLog {
    AnyLog::open_sqlite(&folder.join("log.sqlite"))
        .await
        .unwrap()
}

pub async fn serve_on_file(village: &Village) -> Served {
    serve(on_file, village).await
}

impl Served {
    /// Lets every station of the village in.
    pub async fn register(&self, village: &Village) -> Vec<Device> {
        let mut devices = Vec::new();
        for (n, station) in village.stations.iter().enumerate() {
            let code_hash = [n as u8; 32];
            let newcomer = Newcomer {
                code_hash,
                device: station.id,
                key: koina_sync::identity::unhex(&station.public_key())
                    .unwrap()
                    .try_into()
                    .unwrap(),
                version: "bench".into(),
            };
            let invitation = Invitation {
                code_hash,
                role: station.role,
                name: station.name.clone(),
                person: station.person.clone(),
                crew: station.crew.clone(),
                communities: station.communities.clone(),
                expires_at: now().plus_days(1),
            };
            devices.push(
                self.app
                    .town
                    .log
                    .register(now(), newcomer, invitation)
                    .await
                    .unwrap(),
            );
        }
        devices
    }

    /// Enrols a fresh device of the desk.
    pub async fn device(&self, name: &str, path: &Path) -> Replica {
        self.device_as(Role::Clerk, &[], name, path).await
    }

    /// Enrols a fresh device.
    pub async fn device_as(
        &self,
        role: Role,
        communities: &[String],
        name: &str,
        path: &Path,
    ) -> Replica {
        let code = self.invite(role, communities, name).await;
        enrol(&self.url, &code, path).await
    }

    /// A one-time code for a fresh device.
    pub async fn invite(&self, role: Role, communities: &[String], name: &str) -> String {
        let invite = InviteAsk {
            role,
            name: name.to_owned(),
            person: name.to_owned(),
            crew: (role == Role::Crew).then(|| self.crew.clone()),
            communities: communities.to_vec(),
        };
        let by = Author {
            device: None,
            person: "bench".to_owned(),
        };
        routes::devices::let_in(&self.app.town, by, invite, &self.url, now())
            .await
            .unwrap()
            .code
    }

    /// One complete exchange of a device.
    pub async fn exchange(&self, replica: &Replica) -> exchange::Exchanged {
        let line = HttpLine::new(&self.url).unwrap();
        exchange::run(replica, &line, "bench", &now, &Progress::default())
            .await
            .unwrap()
    }

    /// Hands the changes over as the stations would, and gives how many.
    pub async fn feed(
        &self,
        devices: &[Device],
        changes: impl Iterator<Item = (DeviceId, Pushed)>,
    ) -> usize {
        let mut batch: Vec<Pushed> = Vec::new();
        let mut who: Option<DeviceId> = None;
        let mut fed = 0;
        let send = async |who: Option<DeviceId>, batch: Vec<Pushed>| {
            let Some(device) = devices.iter().find(|device| Some(device.id) == who) else {
                return 0;
            };
            let many = batch.len();
            koina_server::exchange::take(&self.app.town, device, batch, now())
                .await
                .unwrap();
            many
        };
        for (device, pushed) in changes {
            if who != Some(device) || batch.len() >= 1_000 {
                fed += send(who, std::mem::take(&mut batch)).await;
                who = Some(device);
            }
            batch.push(pushed);
        }
        fed + send(who, batch).await
    }
}

/// Says where it serves, and gives a code to whoever asks for one on the standard input, as a process of its own.
pub async fn serve_by_lines(served: &Served) {
    println!("ready {}", served.url);
    while let Some(name) = next_line().await {
        println!("code {}", served.invite(Role::Clerk, &[], &name).await);
    }
}

/// The program beside this one that serves the files of a folder.
pub fn program() -> PathBuf {
    std::env::current_exe()
        .unwrap()
        .with_file_name("koina-served")
}

/// What is said next to a process on its standard input.
pub async fn next_line() -> Option<String> {
    let line = tokio::task::spawn_blocking(|| std::io::stdin().lock().lines().next());
    line.await.unwrap().and_then(Result::ok)
}

/// Enrols a fresh device with its code.
pub async fn enrol(url: &str, code: &str, path: &Path) -> Replica {
    enrol_keyed(url, code, path, None).await
}

/// The same, encrypted with a key.
pub async fn enrol_keyed(url: &str, code: &str, path: &Path, key: Option<&Key>) -> Replica {
    let replica = Replica::open_keyed(path, key, now(), Ids::Random).unwrap();
    let line = HttpLine::new(url).unwrap();
    let seed = *uuid::Uuid::new_v4().as_bytes();
    let seed: [u8; 32] = [seed, seed].concat().try_into().unwrap();
    exchange::enrol(&replica, &line, url, code, "bench", now(), seed)
        .await
        .unwrap();
    replica
}

/// The newest open requests of a device, so many at most.
pub fn open_requests(replica: &Replica, many: u32) -> Vec<DocId> {
    let mut ids = Vec::new();
    while ids.len() < many as usize {
        let query = RequestsQuery {
            open: Some(true),
            offset: ids.len() as u32,
            limit: 200,
            ..RequestsQuery::default()
        };
        let page = replica.requests_page(&query, now()).unwrap();
        if page.rows.is_empty() {
            break;
        }
        ids.extend(page.rows.into_iter().map(|row| row.id));
    }
    ids.truncate(many as usize);
    ids
}
