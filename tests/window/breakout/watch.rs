//! What must be as before after every attempt: windows, page, processes, files, and silence on a port of this machine.

use std::collections::{BTreeMap, BTreeSet};
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use serde_json::{Value, json};

use super::desktop::{Desktop, Shown};
use super::giver::CANARY;
use crate::browser::Window;

/// How long a page may take to say how it is; much, since other programs may be busy.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long whoever knocks may take to say something, and what is answered: a page.
const WORDS: Duration = Duration::from_millis(150);
const PAGE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 14\r\nConnection: close\r\n\r\n<b>foreign</b>";

/// How the page is. `arguments[0]` is what only this loading of it knows, `arguments[1]` what must not be seen in it.
const LOOK: &str = r"
    const done = arguments[2];
    const fields = [...document.querySelectorAll('input, textarea')].map((one) => one.value).join(' ');
    const inField = document.activeElement?.matches('input, textarea');
    const about = window.__TAURI_INTERNALS__?.invoke('about', { input: {} }) ?? Promise.reject();
    about.then(() => true, () => false).then((answers) => done({
        address: location.href.split('#')[0],
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
    knocks: Knocks,
}

/// What was heard: the first words of each, or that there were none.
type Knocks = Arc<Mutex<Vec<String>>>;

impl Trap {
    pub(super) async fn new() -> anyhow::Result<Self> {
        let ear = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let port = ear.local_addr()?.port();
        let knocks = Knocks::default();
        let heard = Arc::clone(&knocks);
        tokio::spawn(async move {
            while let Ok((line, _)) = ear.accept().await {
                let at = hear(&heard, "said");
                let mut words = [0; 40];
                let said = tokio::time::timeout(WORDS, line.readable()).await;
                let length = said.ok().and_then(|_| line.try_read(&mut words).ok());
                if let Some(words) = words.get(..length.unwrap_or_default()) {
                    let words = String::from_utf8_lossy(words);
                    if let Some(knock) = lock(&heard).get_mut(at) {
                        knock.push_str(&format!(" {words:?}"));
                    }
                }
                let _ = line.try_write(PAGE);
            }
        });
        let datagrams = UdpSocket::bind(("127.0.0.1", port)).context("The port is half taken")?;
        let heard = Arc::clone(&knocks);
        std::thread::spawn(move || {
            while datagrams.recv(&mut [0; 16]).is_ok() {
                hear(&heard, "a datagram");
            }
        });
        Ok(Self { port, knocks })
    }

    fn knocks(&self) -> Vec<String> {
        lock(&self.knocks).clone()
    }
}

/// Notes a knock; gives its place in the list.
fn hear(knocks: &Knocks, words: &str) -> usize {
    let mut knocks = lock(knocks);
    knocks.push(words.to_owned());
    knocks.len() - 1
}

fn lock(knocks: &Knocks) -> MutexGuard<'_, Vec<String>> {
    knocks.lock().unwrap_or_else(PoisonError::into_inner)
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
    knocks: Vec<String>,
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
        for words in now.knocks.iter().skip(self.knocks.len()) {
            said.push(format!("a knock on a foreign port, and {words}"));
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
