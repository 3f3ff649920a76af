//! An app as the shell opens it: a vault, a replica that is encrypted with its key, and commands.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use koina_commands::{Browser, Desk, Exchanger, Kiosk, Lock};
use koina_model::permits::Role;
use koina_model::problem::Problem;
use koina_sync::erase;
use koina_sync::identity::hex;
use koina_sync::replica::{Ids, Replica};
use koina_sync::vault::{NoKeyStore, Vault};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::served::{Served, now};
use crate::town::LITOCHORO;

const FILE: &str = "replica.sqlite";

/// Opens what is in a folder, or makes it.
pub fn open(folder: &Path) -> Arc<Desk> {
    let path = folder.join(FILE);
    erase::finish(&path, &NoKeyStore).unwrap();
    let vault = Vault::open(&path, now()).unwrap();
    let key = vault.key().unwrap();
    let replica = Replica::open_keyed(&path, Some(&key), now(), Ids::Random).unwrap();
    let replica = Arc::new(replica);
    let runtime = tokio::runtime::Handle::current();
    Arc::new(Desk {
        exchanger: Exchanger::new(Arc::clone(&replica), runtime, now),
        replica,
        clock: now,
        places: Box::new(Vec::new),
        kiosk: Kiosk::default(),
        lock: Some(Lock::new(Arc::new(Mutex::new(vault)), None)),
        browser: Browser::default(),
    })
}

/// What the small files beside a replica say, as the app writes it: with the sum that finds every wrong bit.
pub fn summed(words: &Value) -> String {
    let json = words.to_string();
    let sum = hex(&Sha256::digest(&json));
    format!("{json}\n{sum}\n")
}

/// What a window asks.
pub async fn ask(desk: &Arc<Desk>, name: &'static str, input: Value) -> Result<Value, Problem> {
    let desk = Arc::clone(desk);
    tokio::task::spawn_blocking(move || koina_commands::call(&desk, name, input))
        .await
        .unwrap()
}

/// A device with a folder of its own.
pub struct Device {
    pub folder: TempDir,
    pub app: Arc<Desk>,
}

impl Device {
    /// Enrols, and takes what there is.
    pub async fn enrolled(served: &Served, role: Role) -> Self {
        let folder = TempDir::new().unwrap();
        let app = open(folder.path());
        let communities = match role {
            Role::Crew | Role::Community => vec![LITOCHORO.to_owned()],
            _ => Vec::new(),
        };
        let code = served.invite(role, &communities, "Συνεργείο 2").await;
        let input = json!({ "server": served.url, "code": code });
        ask(&app, "enrol", input).await.unwrap();
        app.exchanger.exchange().await.unwrap();
        Self { folder, app }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join(FILE)
    }

    /// The app ends, and a fresh one takes its place.
    #[must_use]
    pub fn anew(self) -> Self {
        let Self { folder, app } = self;
        drop(app);
        let app = open(folder.path());
        Self { folder, app }
    }
}
