//! The app: one window over one replica. Rules and data live elsewhere; here is only what Tauri needs to know.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Parser;
#[cfg(target_os = "linux")]
use koina_commands::alive::Supervisor;
use koina_commands::{Browser, Desk, Exchanger, Gate, Kiosk, Lock};
use koina_model::ids::Time;
use koina_model::problem::Problem;
use koina_sync::erase;
use koina_sync::replica::{Ids, Replica, ReplicaError, of_disk};
use koina_sync::vault::Key;
use serde_json::{Value, json};
use tauri::ipc::{Invoke, InvokeBody};
use tauri::webview::{PermissionKind, PermissionResponse};
use tauri::{Emitter, Manager, WebviewUrl, WebviewWindowBuilder};

mod anew;
mod lock;

/// The window of a device that is locked.
const LOCK: &str = "lock";

/// Milliseconds between looks whether the windows show something old.
const LOOK_MS: u64 = 150;

/// Milliseconds between questions to the page whether it lives, where a supervisor wants to know.
#[cfg(target_os = "linux")]
const ALIVE_MS: u64 = 2_000;
/// What the page is asked: whether there is a word on it.
#[cfg(target_os = "linux")]
const ALIVE: &str = "document.getElementById('app').innerText.trim() !== ''";

/// What a kiosk's page is asked before it is withdrawn, and how long it may take to answer.
const AT_REST: &str = "document.documentElement.dataset.visit !== 'on'";
const ANSWERS_MS: u64 = 2_000;

/// Commands that give a window its first list, and what the log says when it has it: from then on people can work.
const LISTS: [&str; 3] = ["today", "requests_page", "assets_page"];
const FIRST_LIST: &str = "the window has its first list";
static LISTED: AtomicBool = AtomicBool::new(false);

/// Options of the command line; a phone has none.
#[derive(Clone, Debug, Default, Parser)]
#[command(
    name = "koina",
    version,
    about = "Koina: the municipality's records on this device."
)]
struct Options {
    /// Where this installation keeps its records. Without it, the place the operating system has for that.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Title of the window, to tell several apart.
    #[arg(long)]
    title: Option<String>,
    /// Enrols at the first start: the address of the server and the one-time code, as `ADDRESS#CODE`.
    #[arg(long)]
    enrol: Option<String>,
    /// The receipt printer of a kiosk: `tcp://HOST:9100`, `file:///dev/usb/lp0` or `queue://NAME`, with `?dots=384` for paper
    /// of 58 mm, and `?text=cp737` (or `cp869`, `cp1253`, `iso8859-7`) for text instead of a picture.
    #[arg(long, env = "KOINA_PRINTER")]
    printer: Option<String>,
    /// Place of the window on the screen, `X,Y,WIDTH,HEIGHT`.
    #[arg(long)]
    place: Option<String>,
    /// Opens no window: writes what was not sent into this folder, as a courier file for the town hall. For a device whose file
    /// is damaged or whose disk fails; the folder is on another one. A PIN is asked for, or read from the standard input where that is no terminal.
    #[arg(long, value_name = "FOLDER")]
    rescue: Option<PathBuf>,
    /// With --rescue: the file to read, if it is one that was set aside.
    #[arg(long, requires = "rescue")]
    file: Option<PathBuf>,
    /// With --rescue: whose PIN it is, where several people have one.
    #[arg(long, requires = "rescue")]
    person: Option<String>,
}

/// Where this installation keeps its records, unless somebody says otherwise.
fn usual_folder() -> Option<PathBuf> {
    let dirs = directories::ProjectDirs::from("gr", "Koina", "Koina");
    dirs.map(|dirs| dirs.data_local_dir().to_owned())
}

/// The terminal that this program was started from.
struct AtTerminal;

impl koina_commands::Terminal for AtTerminal {
    fn pin(&mut self, name: &str) -> std::io::Result<String> {
        use std::io::{IsTerminal, Write};
        let asked = format!("PIN of {name}: ");
        if std::io::stdin().is_terminal() {
            // Nobody who stands beside reads it.
            return rpassword::prompt_password(asked);
        }
        std::io::stderr().write_all(asked.as_bytes())?;
        let mut pin = String::new();
        std::io::stdin().read_line(&mut pin)?;
        Ok(pin)
    }

    fn people(&mut self, names: &[String]) {
        tracing::error!("name one of these with --person: {}", names.join(", "));
    }

    fn waits(&mut self, seconds: u32) {
        tracing::warn!("wrong PINs were tried: this one is tried in {seconds} s");
    }
}

/// Writes what was not sent, and says so on the terminal.
fn rescue(options: &Options, to: PathBuf) -> anyhow::Result<()> {
    use anyhow::Context;
    use std::io::Write;
    let folder = options.data.clone().or_else(usual_folder);
    let ask = koina_commands::Rescue {
        replica: folder
            .context("Finding the records: name their folder with --data")?
            .join("replica.sqlite"),
        file: options.file.clone(),
        to,
        person: options.person.clone(),
    };
    let store = koina_commands::os_key_store();
    let done = koina_commands::rescue(&ask, store, now(), &mut AtTerminal)
        .map_err(|problem| anyhow::anyhow!("{}: {problem}", problem.code()))?;
    let mut said = String::new();
    for path in &done.paths {
        said += &format!("{}\n", path.display());
    }
    said += &format!(
        "{} changes, {} contacts and {} photos that were not sent. Take every file to a desk, those with photos last.\n",
        done.unsent, done.contacts, done.photos
    );
    if done.unnamed > 0 {
        said += &format!(
            "{} other pictures and small copies that the town hall may not have; it takes those whose record it knows by then: hand those files over once more when all the others are taken.\n",
            done.unnamed
        );
    }
    if let Some(problem) = &done.stopped {
        said += &format!(
            "The other photos are in no file ({problem}): take these all the same, and begin again in a folder with room. What comes twice changes nothing.\n"
        );
    }
    if done.refused > 0 {
        said += &format!(
            "{} changes that the town hall refused are not in it.\n",
            done.refused
        );
    }
    if !done.whole {
        said += "Not all of it could be read: keep the device and its files.\n";
    }
    // The files are there, whether anybody reads this or not.
    std::io::stdout().write_all(said.as_bytes()).ok();
    Ok(())
}

/// Opens the window and stays until it is closed.
#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    let options = if cfg!(mobile) {
        Options::default()
    } else {
        Options::parse()
    };
    if let Some(to) = options.rescue.clone() {
        if let Err(failure) = rescue(&options, to) {
            tracing::error!("nothing was written: {failure:#}");
            std::process::exit(1);
        }
        return;
    }
    spare_old_webkit();
    let builder = tauri::Builder::default();
    // What a telephone has besides its web view, see `ui/src/device`.
    #[cfg(mobile)]
    let builder = builder
        .plugin(tauri_plugin_barcode_scanner::init())
        .plugin(tauri_plugin_geolocation::init());
    let app = builder
        .setup(move |app| Ok(open(app, &options)?))
        .invoke_handler(answer)
        .build(tauri::generate_context!());
    match app {
        Ok(app) => app.run(|_, _| {}),
        Err(failure) => {
            tracing::error!(%failure, "the app could not start");
            std::process::exit(1);
        }
    }
}

/// What answers the windows: the door of a device that is locked, and the desk behind it once it is open.
struct Held {
    /// `None` where the keys could not be read.
    gate: Option<Gate>,
    desk: OnceLock<Arc<Desk>>,
    /// Why nothing opens, whoever asks.
    problem: OnceLock<Problem>,
}

impl Held {
    fn answer(&self, name: &str, input: Value) -> Result<Value, Problem> {
        match (self.desk.get(), self.problem.get(), &self.gate) {
            (Some(desk), _, _) => koina_commands::call(desk, name, input),
            (None, Some(problem), _) => Err(problem.clone()),
            (None, None, Some(gate)) => gate.call(name, input),
            (None, None, None) => Err(Problem::Locked),
        }
    }
}

/// Shows the window of a locked device, or opens the records where nobody has a PIN.
fn open(app: &mut tauri::App, options: &Options) -> anyhow::Result<()> {
    use anyhow::Context;
    let folder = match &options.data {
        Some(folder) => folder.clone(),
        None => usual_folder()
            .or_else(|| app.path().app_local_data_dir().ok())
            .context("Finding a place for the records")?,
    };
    app.manage(options.clone());
    let replica = folder.join("replica.sqlite");
    // What is to be erased goes before anything of it is opened.
    let store = koina_commands::os_key_store();
    let erased = erase::finish(&replica, store.as_ref()).map_err(|failure| of_disk(&failure));
    let vault = erased.and_then(|_| koina_commands::keys_of(&replica, now(), store));
    let vault = vault.map(|vault| (vault.key(), Arc::new(Mutex::new(vault))));
    let gate = vault.as_ref().ok().map(|(_, vault)| {
        let (app, folder) = (app.handle().clone(), folder.clone());
        let behind = Arc::clone(vault);
        let open = move |key, person| {
            let lock = Lock::new(Arc::clone(&behind), Some(person));
            let began = begin(&app, &folder, &key, lock);
            let label = began.map_err(|failure| told(&failure))?;
            become_somebody(&app, label);
            Ok(())
        };
        let runtime = tauri::async_runtime::handle().inner().clone();
        Gate::new(Arc::clone(vault), Box::new(open), &replica, runtime, now)
    });
    app.manage(Held {
        gate,
        desk: OnceLock::new(),
        problem: OnceLock::new(),
    });
    let opened = match vault {
        Ok((Some(key), vault)) => begin(app.handle(), &folder, &key, Lock::new(vault, None)),
        Ok((None, _)) => Ok(LOCK),
        Err(problem) => Err(problem.into()),
    };
    let label = match opened {
        Ok(label) => label,
        // Whoever supervises the app tries again, until a disk that failed for a moment has come back.
        Err(failure) if std::env::var_os("NOTIFY_SOCKET").is_some() => return Err(failure),
        Err(failure) => {
            let _ = app.state::<Held>().problem.set(told(&failure));
            LOCK
        }
    };
    show(app.handle(), label)?;
    #[cfg(target_os = "linux")]
    if let Some(address) = std::env::var("NOTIFY_SOCKET")
        .ok()
        .filter(|address| !address.is_empty())
    {
        let supervisor = Supervisor::at(&address).context("Finding the supervisor")?;
        tauri::async_runtime::spawn(stay_watched(app.handle().clone(), supervisor));
    }
    Ok(())
}

/// A device that became a kiosk asks nobody for a PIN any more.
fn left_open(desk: &Desk) {
    if let (lock::LOCKED, Some(lock), Some(key)) =
        (label(&desk.replica), &desk.lock, desk.replica.key())
        && let Err(problem) = lock.of_nobody(key)
    {
        tracing::error!(%problem, "the kiosk still asks for a PIN");
    }
}

/// What a person gets to hear when their records do not open.
fn told(failure: &anyhow::Error) -> Problem {
    tracing::error!(failure = format!("{failure:#}"), "the records did not open");
    let of_replica = failure.downcast_ref::<ReplicaError>();
    let told = of_replica.map(ReplicaError::to_problem);
    told.or_else(|| failure.downcast_ref::<Problem>().cloned())
        .unwrap_or_else(|| Problem::Internal {
            incident: format!("open-{}", now().0),
        })
}

/// Opens the replica and starts the exchange. Gives the window that fits.
fn begin(
    app: &tauri::AppHandle,
    folder: &Path,
    key: &Key,
    lock: Lock,
) -> anyhow::Result<&'static str> {
    use anyhow::Context;
    let options = app.state::<Options>();
    let folder = folder.to_owned();
    let replica = Replica::open_keyed(
        &folder.join("replica.sqlite"),
        Some(key),
        now(),
        Ids::Random,
    );
    let replica = Arc::new(replica.context("Opening the replica")?);
    let runtime = tauri::async_runtime::handle().inner().clone();
    let exchanger = Exchanger::new(Arc::clone(&replica), runtime, now);
    let printer = options.printer.as_deref().filter(|place| !place.is_empty());
    let printer = printer.map(str::parse).transpose();
    let kiosk = Kiosk::with_printer(printer.context("Reading where the printer is")?);
    let desk = Arc::new(Desk {
        replica: Arc::clone(&replica),
        exchanger: Arc::clone(&exchanger),
        clock: now,
        places: Box::new(move || {
            let downloads = directories::UserDirs::new()
                .and_then(|dirs| dirs.download_dir().map(std::path::Path::to_owned));
            koina_commands::usual_places(downloads, folder.clone())
        }),
        kiosk,
        lock: Some(lock),
        browser: Browser::of_system(),
    });
    if let Some(link) = &options.enrol
        && replica.identity().is_none()
        && !koina_commands::is_used_up(&replica, link)
    {
        let enrolled = koina_commands::call(&desk, "enrol", json!({ "server": link, "code": "" }));
        match enrolled {
            Ok(_) => koina_commands::enrolled_with(&desk, link)?,
            // Of a device that was withdrawn the word stays on the screen, and whoever has another link starts it again.
            Err(problem) if erase::told(replica.path()).is_some() => {
                tracing::error!(%problem, "the withdrawn device could not be enrolled anew");
            }
            Err(problem) => return Err(problem).context("Enrolling this device"),
        }
    }
    left_open(&desk);
    if app.state::<Held>().desk.set(Arc::clone(&desk)).is_err() {
        anyhow::bail!("the records are open already");
    }
    tauri::async_runtime::spawn(exchanger.keep_exchanging());
    let with_printer = Arc::clone(&desk);
    tauri::async_runtime::spawn_blocking(move || {
        if let Err(problem) = koina_commands::look_at_printer(&with_printer) {
            tracing::warn!(%problem, "how the printer is could not be noted");
        }
    });
    let handle = app.clone();
    tauri::async_runtime::spawn(async move {
        let mut shown = 0;
        loop {
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
            if koina_commands::has_ended(&desk)
                && is_at_rest(&handle).await
                && koina_commands::is_to_erase(&desk)
            {
                // The fresh one erases what this one has open.
                anew::start(&handle);
                return;
            }
            if koina_commands::is_to_close(&desk) && is_at_rest(&handle).await {
                anew::start(&handle);
                return;
            }
            let revision = koina_commands::revision(&desk);
            if revision != shown {
                shown = revision;
                // The desk may have given this device another role.
                let fits = label(&desk.replica);
                left_open(&desk);
                if handle.get_webview_window(fits).is_none() {
                    become_somebody(&handle, fits);
                }
                if let Err(failure) = handle.emit("changed", json!({ "revision": revision })) {
                    tracing::warn!(%failure, "a window was not told of a change");
                }
            }
        }
    });
    Ok(label(&replica))
}

/// Whether no visitor is at a kiosk: only its page knows what somebody has begun to type.
async fn is_at_rest(app: &tauri::AppHandle) -> bool {
    let Some(window) = app.get_webview_window(lock::LOCKED) else {
        return true;
    };
    let (said, hears) = tokio::sync::oneshot::channel();
    let said = Mutex::new(Some(said));
    let heard = move |answer: String| {
        let said = said.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(said) = said {
            let _ = said.send(answer == "true");
        }
    };
    if window.eval_with_callback(AT_REST, heard).is_err() {
        return true;
    }
    // A page that hangs shows nobody anything.
    let patience = Duration::from_millis(ANSWERS_MS);
    !matches!(tokio::time::timeout(patience, hears).await, Ok(Ok(false)))
}

/// Asks the page, and tells the supervisor when it answers. A page that hangs, that fell or that is empty says nothing, and the
/// supervisor begins everything anew.
#[cfg(target_os = "linux")]
async fn stay_watched(app: tauri::AppHandle, supervisor: Supervisor) {
    let supervisor = Arc::new(supervisor);
    loop {
        for window in app.webview_windows().into_values() {
            let supervisor = Arc::clone(&supervisor);
            let heard = move |answer: String| {
                if answer != "true" {
                    return;
                }
                if let Err(failure) = supervisor.lives() {
                    tracing::warn!(%failure, "the supervisor was not told that the window lives");
                }
            };
            if let Err(failure) = window.eval_with_callback(ALIVE, heard) {
                tracing::warn!(%failure, "the page was not asked whether it lives");
            }
        }
        tokio::time::sleep(Duration::from_millis(ALIVE_MS)).await;
    }
}

/// The window that fits whoever this installation is. Before enrolment that is one which may only enrol.
fn label(replica: &Replica) -> &'static str {
    match replica.identity() {
        Some(identity) => identity.role.profile().window(),
        // A kiosk that was withdrawn stands where everybody passes by: its window stays shut, and knows no enrolment.
        None if erase::told(replica.path()).is_some_and(|gone| gone.kiosk) => lock::LOCKED,
        None => "start",
    }
}

fn show(app: &tauri::AppHandle, label: &str) -> tauri::Result<()> {
    let options = app.state::<Options>();
    let mut builder = WebviewWindowBuilder::new(app, label, WebviewUrl::App("index.html".into()))
        .title(options.title.as_deref().unwrap_or("Koina"));
    let place: Vec<f64> = options
        .place
        .iter()
        .flat_map(|place| place.split(','))
        .filter_map(|part| part.parse().ok())
        .collect();
    let locked = label == lock::LOCKED;
    builder = if locked {
        lock::shut(builder)
    } else {
        // The page is ours alone, and asks when somebody wants to know where they are; nothing else is its business.
        builder.on_permission_request(|_, kind| match kind {
            PermissionKind::Geolocation => PermissionResponse::Allow,
            _ => PermissionResponse::Deny,
        })
    };
    builder = match place.as_slice() {
        [x, y, width, height] => builder.position(*x, *y).inner_size(*width, *height),
        // A kiosk is this one window, as large as the screen is, also where no window manager makes it so.
        _ if locked => {
            let whole = builder
                .decorations(false)
                // Or its edges could be drawn.
                .resizable(false)
                .fullscreen(true)
                .always_on_top(true);
            // Wayland names no primary screen, and a window that nobody may resize stays as it began.
            let screen = match app.primary_monitor()? {
                Some(screen) => Some(screen),
                None => app.available_monitors()?.into_iter().next(),
            };
            match screen {
                Some(screen) => {
                    let size = screen.size().to_logical::<f64>(screen.scale_factor());
                    whole.position(0.0, 0.0).inner_size(size.width, size.height)
                }
                None => whole,
            }
        }
        _ if ["crew", "community", LOCK].contains(&label) => builder.inner_size(480.0, 900.0),
        _ => builder.inner_size(1280.0, 860.0),
    };
    let window = builder.min_inner_size(320.0, 480.0).build()?;
    if locked {
        lock::hold(&window, place.is_empty())?;
    }
    Ok(())
}

/// Hands a window's command to the replica, on a thread that may block. Tauri has already checked that the window may.
fn answer(invoke: Invoke<tauri::Wry>) -> bool {
    let name = invoke.message.command().to_owned();
    if !koina_commands::NAMES.contains(&name.as_str()) {
        return false;
    }
    let input = match invoke.message.payload() {
        InvokeBody::Json(Value::Object(fields)) => {
            fields.get("input").cloned().unwrap_or(Value::Null)
        }
        _ => Value::Null,
    };
    let resolver = invoke.resolver;
    let app = invoke.message.webview_ref().app_handle().clone();
    tauri::async_runtime::spawn_blocking(move || {
        let held = app.state::<Held>();
        let caught =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| held.answer(&name, input)));
        match caught {
            Ok(Ok(output)) => {
                let ended = name == "kiosk_end" && output.get("starts_anew") == Some(&json!(true));
                // What was open is in the memory of this process, and in no other.
                if ended || name == "lock_now" {
                    anew::start(&app);
                }
                resolver.resolve(output);
                if LISTS.contains(&name.as_str()) && !LISTED.swap(true, Ordering::Relaxed) {
                    tracing::info!(command = name, "{FIRST_LIST}");
                }
                if let ("enrol", Some(desk)) = (name.as_str(), held.desk.get()) {
                    become_somebody(&app, label(&desk.replica));
                }
            }
            Ok(Err(problem)) => resolver.reject(problem),
            Err(_) => resolver.reject(Problem::Internal {
                incident: format!("{name}-{}", now().0),
            }),
        }
    });
    true
}

/// After enrolment, or when the desk changed the role, the window of the new profile, with its own permissions, takes the place
/// of the one before.
fn become_somebody(app: &tauri::AppHandle, label: &'static str) {
    let handle = app.clone();
    let done = app.run_on_main_thread(move || {
        if handle.get_webview_window(label).is_some() {
            return;
        }
        if let Err(failure) = show(&handle, label) {
            tracing::error!(%failure, "the window of the profile did not open");
            return;
        }
        for (name, window) in handle.webview_windows() {
            if name != label {
                // Not `close`: a kiosk's window refuses that, whoever asks.
                let _ = window.destroy();
            }
        }
    });
    if let Err(failure) = done {
        tracing::error!(%failure, "the window of the profile did not open");
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "this is the shell: the only clock of the app"
)]
fn now() -> Time {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// WebKitGTK below 2.48 shows a blank window on some graphics stacks unless this is set; newer ones only get slower by it.
#[cfg(target_os = "linux")]
fn spare_old_webkit() {
    const NAME: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    let old = tauri::webview_version().ok().is_some_and(|version| {
        let mut parts = version
            .split('.')
            .filter_map(|part| part.parse::<u32>().ok());
        (parts.next(), parts.next()) < (Some(2), Some(48))
    });
    if old && std::env::var_os(NAME).is_none() {
        tracing::warn!(
            "start with {NAME}=1 if the window stays blank: this WebKitGTK is older than 2.48"
        );
    }
}

#[cfg(not(target_os = "linux"))]
fn spare_old_webkit() {}
