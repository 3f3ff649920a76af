//! The municipality behind the bridge: its server and its devices, each with files of its own.
//!
//! A municipality is filled once and kept; every test begins from a copy of what was kept.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use anyhow::Context;
use axum::extract::Request;
use axum::middleware::Next;
use koina_commands::{Browser, Desk, Exchanger, Gate, Kiosk, Lock, keys_of};
use koina_model::accounts::{AccountGiven, AccountInput};
use koina_model::ids::Time;
use koina_model::lists::{Crew, Member};
use koina_model::permits::{Profile, Role};
use koina_model::problem::Problem;
use koina_model::reference::Reference;
use koina_server::accounts::{self, ProviderSettings};
use koina_server::config::{Config, ContactSettings, LogPlace};
use koina_server::contacts::Rules;
use koina_server::log::Author;
use koina_server::routes::devices::{InviteAsk, let_in};
use koina_server::routes::{App, router};
use koina_sync::maps::Maps;
use koina_sync::replica::{Ids, Replica};
use koina_sync::vault::Key;
use koina_sync::views::Invite;
use koina_tests::shelf::Shelf;
use serde_json::json;
use tokio::runtime::{Handle, Runtime};
use tokio::task::JoinHandle;

use crate::{clock, records};

/// Name of the device that is not enrolled yet.
pub(crate) const NEW: &str = "new";

/// Milliseconds every request to the municipal server takes longer.
pub(crate) static SLOW_MS: AtomicU64 = AtomicU64::new(0);

/// Which municipality a test begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kept {
    /// Some 300 requests and 300 assets, conflicts, refused work, late and finished work.
    Full,
    /// Enrolled devices and not one record.
    Empty,
    /// The desk holds this many requests more.
    Many(u32),
}

impl Kept {
    fn folder(self) -> String {
        match self {
            Self::Full => "full".to_owned(),
            Self::Empty => "empty".to_owned(),
            Self::Many(rows) => format!("many-{rows}"),
        }
    }
}

pub(crate) struct Town {
    root: PathBuf,
    /// The port devices know their server by; it stays over restarts.
    port: u16,
    runtime: Handle,
    /// Where the files are now.
    folder: PathBuf,
    turn: u32,
    /// Whoever decides something at a desk signs in.
    asks_sign_in: Option<accounts::Settings>,
    /// The key store of the computer that a device runs on, by its name.
    key_stores: BTreeMap<String, Arc<Shelf>>,
    server: Option<Server>,
    devices: BTreeMap<String, Device>,
}

/// A running municipal server. It has a runtime of its own: stopping it cuts every line at once.
struct Server {
    runtime: Runtime,
    app: Arc<App>,
}

impl Server {
    fn stop(self) {
        let Self { runtime, app } = self;
        drop(app);
        runtime.shutdown_timeout(Duration::from_secs(2));
    }
}

/// A device: its replica, once somebody opened it, the door before it, and its exchange.
pub(crate) struct Device {
    desk: Arc<OnceLock<Arc<Desk>>>,
    gate: Arc<Gate>,
    exchange: Option<JoinHandle<()>>,
}

/// What it takes to open a device's records.
#[derive(Clone)]
struct Place {
    path: PathBuf,
    seed: u128,
    runtime: Handle,
    stick: PathBuf,
    /// Where the address is written that its browser was sent to.
    browser: PathBuf,
}

impl Place {
    fn open(&self, key: &Key, kiosk: Kiosk, lock: Lock) -> anyhow::Result<Arc<Desk>> {
        let ids = Ids::Seeded(self.seed);
        let replica = Replica::open_keyed(&self.path, Some(key), clock::now(), ids)
            .context("Opening a replica")?;
        let replica = Arc::new(replica);
        let exchanger = Exchanger::new(Arc::clone(&replica), self.runtime.clone(), clock::now);
        std::fs::create_dir_all(&self.stick).context("Making a stick")?;
        let (stick, sent_to) = (self.stick.clone(), self.browser.clone());
        let browser = Browser::new(Box::new(move |address| std::fs::write(&sent_to, address)));
        Ok(Arc::new(Desk {
            replica,
            exchanger,
            clock: clock::now,
            places: Box::new(move || vec![stick.clone()]),
            kiosk,
            lock: Some(lock),
            browser,
        }))
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        if let Some(exchange) = &self.exchange {
            exchange.abort();
        }
    }
}

impl Town {
    pub(crate) fn new(root: PathBuf, runtime: Handle) -> anyhow::Result<Self> {
        let port = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            .local_addr()?
            .port();
        let folder = root.join("none");
        Ok(Self {
            root,
            port,
            runtime,
            folder,
            turn: 0,
            server: None,
            asks_sign_in: None,
            key_stores: BTreeMap::new(),
            devices: BTreeMap::new(),
        })
    }

    /// The address devices reach the municipal server at.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Begins anew with a copy of a kept municipality, which is made when there is none yet.
    pub(crate) fn open(&mut self, kept: Kept) -> anyhow::Result<()> {
        SLOW_MS.store(0, Ordering::Relaxed);
        clock::set(clock::real());
        self.asks_sign_in = None;
        self.key_stores.clear();
        let from = self.root.join("kept").join(kept.folder());
        if !from.exists() {
            self.make(kept, &from)?;
        }
        self.close();
        self.turn += 1;
        let last = std::mem::replace(
            &mut self.folder,
            self.root.join(format!("live-{}", self.turn)),
        );
        copy(&from, &self.folder)?;
        let _ = std::fs::remove_dir_all(last);
        self.start_server()?;
        for name in ["desk", "crew"] {
            self.open_device(name)?;
            self.go_online(name)?;
        }
        Ok(())
    }

    fn make(&mut self, kept: Kept, folder: &Path) -> anyhow::Result<()> {
        self.close();
        let making = folder.with_extension("making");
        let _ = std::fs::remove_dir_all(&making);
        if let Kept::Many(rows) = kept {
            self.open(Kept::Full)?;
            self.close();
            copy(&self.folder, &making)?;
            self.folder.clone_from(&making);
            records::many(self, rows)?;
        } else {
            std::fs::create_dir_all(&making)?;
            self.folder.clone_from(&making);
            records::fill(self, kept == Kept::Full)?;
        }
        clock::set(clock::real());
        self.close();
        std::fs::rename(&making, folder)?;
        Ok(())
    }

    /// Closes every file.
    pub(crate) fn close(&mut self) {
        self.stop_server();
        self.devices.clear();
    }

    pub(crate) fn start_server(&mut self) -> anyhow::Result<()> {
        if self.server.is_none() {
            let data = self.folder.join("server");
            std::fs::create_dir_all(&data)?;
            self.server = Some(
                Server::start(data, self.port, &self.address(), self.asks_sign_in.clone())
                    .context("Starting the municipal server")?,
            );
        }
        Ok(())
    }

    /// The server starts again, and from now on whoever decides something at a desk signs in. Gives an administrator's first
    /// password.
    pub(crate) fn ask_sign_in(
        &mut self,
        provider: Option<ProviderSettings>,
        account: &AccountInput,
    ) -> anyhow::Result<AccountGiven> {
        self.stop_server();
        self.asks_sign_in = Some(accounts::Settings {
            provider,
            ..accounts::Settings::default()
        });
        self.start_server()?;
        let Server { runtime, app } = self.running()?;
        let given = accounts::add(&app.town, Author::server(), account, clock::now());
        Ok(runtime.block_on(given)?)
    }

    /// Where the address is written that the browser of a device was sent to.
    pub(crate) fn browser(&self) -> PathBuf {
        self.folder.join("browser")
    }

    pub(crate) fn stop_server(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop();
        }
    }

    fn running(&self) -> anyhow::Result<&Server> {
        self.server
            .as_ref()
            .context("The municipal server is stopped")
    }

    /// The municipality wants a PIN on the devices of a profile.
    pub(crate) fn want_pins(&self, of: Profile) -> anyhow::Result<()> {
        let Server { runtime, app } = self.running()?;
        runtime
            .block_on(app.town.log.put_pin_for(clock::now(), vec![of]))
            .context("Wanting PINs")
    }

    /// Makes a one-time code for a new device.
    pub(crate) fn invite(&self, ask: InviteAsk) -> anyhow::Result<Invite> {
        let Server { runtime, app } = self.running()?;
        runtime
            .block_on(let_in(
                &app.town,
                Author::server(),
                ask,
                &self.address(),
                clock::now(),
            ))
            .context("Inviting a device")
    }

    /// Opens a device's replica without letting it exchange by itself.
    pub(crate) fn open_device(&mut self, name: &str) -> anyhow::Result<Arc<Desk>> {
        self.open_with(name, Kiosk::default())?;
        self.device(name).context("It is locked")
    }

    fn open_with(&mut self, name: &str, kiosk: Kiosk) -> anyhow::Result<()> {
        let path = self.folder.join(name).join("replica.sqlite");
        let seed = name
            .bytes()
            .fold(0_u128, |seed, letter| seed * 251 + u128::from(letter))
            + u128::from(self.turn);
        let place = Place {
            path,
            seed,
            runtime: self.runtime.clone(),
            stick: self.folder.join("stick"),
            browser: self.browser(),
        };
        let store = self.key_stores.entry(name.to_owned()).or_default();
        let vault = keys_of(&place.path, clock::now(), Arc::clone(store) as _);
        let vault = vault.context("Reading the keys")?;
        let key = vault.key();
        let (vault, desk) = (Arc::new(Mutex::new(vault)), Arc::new(OnceLock::new()));
        if let Some(key) = key {
            let opened = place.open(&key, kiosk, Lock::new(Arc::clone(&vault), None))?;
            desk.get_or_init(|| opened);
        }
        let (replica, runtime) = (place.path.clone(), place.runtime.clone());
        let behind = Arc::clone(&desk);
        let held = Arc::clone(&vault);
        let open = move |key, person| {
            let lock = Lock::new(Arc::clone(&held), Some(person));
            let opened = place.open(&key, Kiosk::default(), lock);
            let opened = opened.map_err(|failure| Problem::Internal {
                incident: format!("{failure:#}"),
            })?;
            behind.get_or_init(|| opened);
            Ok(())
        };
        let gate = Gate::new(vault, Box::new(open), &replica, runtime, clock::now);
        self.devices.insert(
            name.to_owned(),
            Device {
                desk,
                gate: Arc::new(gate),
                exchange: None,
            },
        );
        Ok(())
    }

    /// The computer of a device loses what its key store kept.
    pub(crate) fn lose_key_store(&self, name: &str) -> anyhow::Result<()> {
        let store = self.key_stores.get(name).context("No such device")?;
        store.empty();
        Ok(())
    }

    /// The computer of a device is switched off and on, and its app begins anew.
    pub(crate) fn restart(&mut self, name: &str) -> anyhow::Result<()> {
        self.key_stores.entry(name.to_owned()).or_default().later();
        self.devices.remove(name).context("No such device")?;
        self.open_with(name, Kiosk::default())?;
        self.go_online(name)
    }

    /// Lets a device exchange by itself, as the app does.
    pub(crate) fn go_online(&mut self, name: &str) -> anyhow::Result<()> {
        let device = self.devices.get_mut(name).context("No such device")?;
        if let Some(desk) = device.desk.get() {
            let exchanging = Arc::clone(&desk.exchanger).keep_exchanging();
            device.exchange = Some(self.runtime.spawn(exchanging));
        }
        Ok(())
    }

    /// The device file of the printer; it is there while the printer is plugged in.
    pub(crate) fn printer(&self) -> PathBuf {
        self.folder.join("lp0")
    }

    /// The town hall gets the map of the demo.
    pub(crate) fn map_at_town(&self) -> anyhow::Result<()> {
        let Server { app, .. } = self.running()?;
        let of = &app.town.reference().municipality;
        let maps = Maps::at(self.folder.join("server/maps"));
        maps.install(Path::new(koina_tests::MAP), of)
            .context("Taking the map")?;
        Ok(())
    }

    /// Somebody brings it on a stick, or a part of it.
    pub(crate) fn map_on_stick(&self, bytes: Option<usize>) -> anyhow::Result<()> {
        let mut map = std::fs::read(koina_tests::MAP).context("Reading the map")?;
        map.truncate(bytes.unwrap_or(map.len()));
        std::fs::write(self.folder.join("stick/χάρτης.pmtiles"), map)?;
        Ok(())
    }

    /// A device that is nobody yet, in place of an earlier one, with a printer or without.
    pub(crate) fn new_device(&mut self, printer: bool) -> anyhow::Result<()> {
        self.devices.remove(NEW);
        self.turn += 1;
        let _ = std::fs::remove_dir_all(self.folder.join(NEW));
        let place = format!("file://{}", self.printer().display());
        let place = printer.then(|| place.parse()).transpose()?;
        self.open_with(NEW, Kiosk::with_printer(place))?;
        self.go_online(NEW)
    }

    /// Opens a device and enrols it with a code.
    pub(crate) fn enrol(&mut self, name: &str, ask: InviteAsk) -> anyhow::Result<Arc<Desk>> {
        let invite = self.invite(ask)?;
        let desk = self.open_device(name)?;
        let input = json!({ "server": self.address(), "code": invite.code });
        koina_commands::call(&desk, "enrol", input).context("Enrolling a device")?;
        Ok(desk)
    }

    pub(crate) fn device(&self, name: &str) -> Option<Arc<Desk>> {
        self.devices.get(name)?.desk.get().cloned()
    }

    /// The door of a device that nobody has opened.
    pub(crate) fn gate(&self, name: &str) -> Option<Arc<Gate>> {
        let device = self.devices.get(name)?;
        let shut = device.desk.get().is_none();
        shut.then(|| Arc::clone(&device.gate))
    }

    /// One complete exchange of a device.
    pub(crate) fn exchange(&self, name: &str) -> anyhow::Result<()> {
        let desk = self.device(name).context("No such device")?;
        self.runtime
            .block_on(desk.exchanger.exchange())
            .with_context(|| format!("Exchanging as {name}"))
    }
}

impl Server {
    fn start(
        data: PathBuf,
        port: u16,
        address: &str,
        asks_sign_in: Option<accounts::Settings>,
    ) -> anyhow::Result<Self> {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let reference = Reference::bundled("dion-olympos").context("The reference data")?;
        let public_url = address.to_owned();
        let contacts = ContactSettings {
            keys: data.join("contact-keys"),
            keys_copy: None,
            rules: Rules {
                keep_days: Some(730),
                ..Rules::default()
            },
        };
        let config = Config {
            listen,
            data,
            log: LogPlace::Sqlite,
            public_url: public_url.clone(),
            security_contact: None,
            tls: None,
            photos: None,
            contacts,
            accounts: None,
            closes_after_days: 90,
            pin_for: Vec::new(),
            reference,
            crews: crews(),
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let app = runtime.block_on(async {
            let town = config
                .open(clock::now())
                .await
                .context("Opening the municipality")?;
            let listener = tokio::net::TcpListener::bind(listen)
                .await
                .context("Opening the address")?;
            let mut app = App::new(town, clock::now, public_url);
            if let Some(settings) = asks_sign_in {
                app = app.with_sign_in(settings);
            }
            let app = Arc::new(app);
            let routes = router(Arc::clone(&app)).layer(axum::middleware::from_fn(slow));
            tokio::spawn(async move { axum::serve(listener, routes).await });
            anyhow::Ok(app)
        })?;
        Ok(Self { runtime, app })
    }
}

/// A bad line: every request waits first.
async fn slow(request: Request, next: Next) -> axum::response::Response {
    tokio::time::sleep(Duration::from_millis(SLOW_MS.load(Ordering::Relaxed))).await;
    next.run(request).await
}

/// The crews of the municipality.
fn crews() -> Vec<Crew> {
    let crew = |id: &str, name: &str, department: &str, communities: &[&str]| Crew {
        id: id.to_owned(),
        name: name.to_owned(),
        department: department.to_owned(),
        communities: communities.iter().map(|code| (*code).to_owned()).collect(),
        skills: Vec::new(),
        members: [
            ("1", "Νίκος Πέτρου"),
            ("2", "Μαρία Ζώη"),
            ("3", "Κώστας Λάμπρου"),
        ]
        .map(|(n, name)| Member {
            id: format!("{id}-{n}"),
            name: name.to_owned(),
        })
        .to_vec(),
    };
    vec![
        crew(
            "light",
            "Συνεργείο ηλεκτροφωτισμού",
            "HLF",
            &records::OF_LIGHT,
        ),
        crew("water", "Συνεργείο ύδρευσης Δίου", "YDR", &[records::DION]),
        crew(
            "roads",
            "Συνεργείο οδοποιίας και συντήρησης υποδομών",
            "OSY",
            &[],
        ),
    ]
}

/// What is asked of the server for a device.
pub(crate) fn ask(
    role: Role,
    name: &str,
    person: &str,
    crew: Option<&str>,
    communities: &[&str],
) -> InviteAsk {
    InviteAsk {
        role,
        name: name.to_owned(),
        person: person.to_owned(),
        crew: crew.map(str::to_owned),
        communities: communities.iter().map(|code| (*code).to_owned()).collect(),
    }
}

/// The moment so many minutes after another.
pub(crate) fn later(time: Time, minutes: i64) -> Time {
    Time(time.0 + minutes * 60_000)
}

/// Copies a folder with everything in it.
pub(crate) fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
