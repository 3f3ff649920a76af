//! What must be as before after every attempt: windows, page, processes, files, and silence on a port of this machine.

use std::collections::{BTreeMap, BTreeSet};
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::Context;
use serde_json::{Value, json};

use super::desktop::{Desktop, Shown};
use super::giver::CANARY;
use crate::browser::Window;

/// How long a page may take to say how it is.
const PATIENCE: Duration = Duration::from_secs(6);

/// How the page is. `arguments[0]` is what only this loading of it knows, `arguments[1]` what must not be seen in it.
const LOOK: &str = r"
    const done = arguments[2];
    const fields = [...document.querySelectorAll('input, textarea')].map((one) => one.value).join(' ');
    const inField = document.activeElement?.matches('input, textarea');
    const about = window.__TAURI_INTERNALS__?.invoke('about', { input: {} }) ?? Promise.reject();
    about.then(() => true, () => false).then((answers) => done({
        address: location.href,
        'is another page': window.__stayed !== arguments[0],
        'ran what was not ours': window.__ran === true,
        'has its screen': document.getElementById('content') !== null,
        'answers': answers,
        'pixels for a pixel': devicePixelRatio,
        'zoom': visualViewport.scale,
        'width': innerWidth,
        'height': innerHeight,
        'full screen by a page': document.fullscreenElement !== null,
        'chosen words outside of fields': !inField && getSelection().toString() !== '',
        'what others had': (document.body.innerText + fields).includes(arguments[1]),
    }));
";

/// A port of this machine where nobody has any business.
pub(super) struct Trap {
    pub(super) port: u16,
    knocks: Arc<AtomicU32>,
}

impl Trap {
    pub(super) async fn new() -> anyhow::Result<Self> {
        let ear = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let port = ear.local_addr()?.port();
        let knocks = Arc::new(AtomicU32::new(0));
        let heard = Arc::clone(&knocks);
        tokio::spawn(async move {
            while ear.accept().await.is_ok() {
                heard.fetch_add(1, Ordering::Relaxed);
            }
        });
        let datagrams = UdpSocket::bind(("127.0.0.1", port)).context("The port is half taken")?;
        let heard = Arc::clone(&knocks);
        std::thread::spawn(move || {
            while datagrams.recv(&mut [0; 16]).is_ok() {
                heard.fetch_add(1, Ordering::Relaxed);
            }
        });
        Ok(Self { port, knocks })
    }

    fn knocks(&self) -> u32 {
        self.knocks.load(Ordering::Relaxed)
    }
}

/// Everything that is looked at.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    windows: Vec<Shown>,
    keyboard: Option<u32>,
    clipboard: u32,
    pages: usize,
    page: Value,
    processes: BTreeMap<u32, String>,
    files: BTreeSet<PathBuf>,
    knocks: u32,
}

impl Seen {
    pub(super) async fn now(
        window: &Window,
        desktop: &Desktop,
        trap: &Trap,
        home: &Path,
        mark: &str,
    ) -> anyhow::Result<Self> {
        let page = window
            .script(LOOK, vec![json!(mark), json!(CANARY)], PATIENCE)
            .await?;
        Ok(Self {
            windows: desktop.shown()?,
            keyboard: desktop.focused()?,
            clipboard: desktop.clipboard()?,
            pages: window.count().await?,
            page,
            processes: processes(&desktop.name),
            files: files(home),
            knocks: trap.knocks(),
        })
    }

    /// The window there is.
    pub(super) fn window(&self) -> Option<&Shown> {
        self.windows.last()
    }

    /// Whether it is alone, and the whole of the screen.
    pub(super) fn is_whole(&self, size: (u16, u16)) -> bool {
        self.windows.len() == 1
            && self
                .window()
                .is_some_and(|window| window.place == (0, 0, size.0, size.1))
    }

    /// What is not as it was.
    pub(super) fn changed(&self, now: &Self) -> Vec<String> {
        let mut said = Vec::new();
        if self.windows != now.windows {
            said.push(format!(
                "windows were {:?} and are {:?}",
                self.windows, now.windows
            ));
        }
        if self.keyboard != now.keyboard {
            said.push("the keyboard belongs to another window".to_owned());
        }
        if self.clipboard != now.clipboard {
            said.push("the clipboard belongs to another window".to_owned());
        }
        if self.pages != now.pages {
            said.push(format!(
                "there were {} pages and are {}",
                self.pages, now.pages
            ));
        }
        for (what, before) in self.page.as_object().into_iter().flatten() {
            let now = now.page.get(what).unwrap_or(&Value::Null);
            if before != now {
                said.push(format!("the page: «{what}» was {before} and is {now}"));
            }
        }
        for (id, name) in &now.processes {
            if !self.processes.contains_key(id) {
                said.push(format!("a new process: {name}"));
            }
        }
        for file in now.files.difference(&self.files) {
            said.push(format!("a new file: {}", file.display()));
        }
        if self.knocks != now.knocks {
            said.push(format!(
                "{} knocks on a foreign port",
                now.knocks - self.knocks
            ));
        }
        said
    }
}

/// The processes of this screen with their names, whoever started them.
fn processes(display: &str) -> BTreeMap<u32, String> {
    let wanted = format!("DISPLAY={display}");
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    all.filter_map(|entry| {
        let id: u32 = entry.file_name().to_str()?.parse().ok()?;
        let settings = std::fs::read(entry.path().join("environ")).ok()?;
        let here = settings
            .split(|byte| *byte == 0)
            .any(|one| one == wanted.as_bytes());
        let name = std::fs::read_to_string(entry.path().join("comm")).ok()?;
        here.then(|| (id, name.trim().to_owned()))
    })
    .collect()
}

/// The files in a home, without what the web view keeps for itself.
fn files(home: &Path) -> BTreeSet<PathBuf> {
    let own = [".cache", ".local/share/gr.koina.app"].map(|own| home.join(own));
    let mut found = BTreeSet::new();
    let mut folders = vec![home.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if own.contains(&path) {
                continue;
            }
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path.clone());
            }
            found.insert(path);
        }
    }
    found
}
