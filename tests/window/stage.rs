//! A municipality to drive windows against: `koina-demo`, in a folder of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, ensure};

use crate::browser::Start;

/// A served municipality. Ends with it.
pub(crate) struct Stage {
    server: Child,
    folder: PathBuf,
    pub(crate) app: PathBuf,
    /// `ADDRESS#CODE` for a desk, for a crew, for a community and for a kiosk.
    pub(crate) desk: String,
    pub(crate) crew: String,
    community: String,
    kiosk: String,
}

impl Drop for Stage {
    fn drop(&mut self) {
        // The server ends with its standard input.
        drop(self.server.stdin.take());
        let _ = self.server.wait();
    }
}

impl Stage {
    /// Makes a municipality with so many records; what it says goes to `said`.
    pub(crate) fn set(
        app: &Path,
        folder: &Path,
        requests: u32,
        assets: u32,
        said: impl Fn(&str),
    ) -> anyhow::Result<Self> {
        ensure!(
            app.is_file(),
            "there is no app at {}: `cargo xtask test` builds it and names it",
            app.display()
        );
        if folder.exists() {
            std::fs::remove_dir_all(folder).context("Emptying the folder")?;
        }
        std::fs::create_dir_all(folder).context("Making the folder")?;
        let demo = std::env::current_exe()
            .context("Finding this program")?
            .with_file_name("koina-demo");
        let server = Command::new(&demo)
            .args([
                "--fresh",
                "--pin-for",
                "community",
                "--requests",
                &requests.to_string(),
                "--assets",
                &assets.to_string(),
                "--data",
            ])
            .arg(folder.join("municipality"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("Starting {}", demo.display()))?;
        let mut stage = Self {
            server,
            folder: folder.to_owned(),
            app: app.to_owned(),
            desk: String::new(),
            crew: String::new(),
            community: String::new(),
            kiosk: String::new(),
        };
        let output = stage.server.stdout.take().context("Hearing the server")?;
        let mut ready = false;
        for line in BufReader::new(output).lines() {
            let line = line.context("Hearing the server")?;
            match line.split_once(' ').unwrap_or((&line, "")) {
                ("note", words) => said(words),
                ("desk", link) => link.clone_into(&mut stage.desk),
                ("crew", link) => link.clone_into(&mut stage.crew),
                ("community", link) => link.clone_into(&mut stage.community),
                ("kiosk", link) => link.clone_into(&mut stage.kiosk),
                ("ready", _) => {
                    ready = true;
                    break;
                }
                _ => {}
            }
        }
        ensure!(ready, "the municipality could not be made");
        Ok(stage)
    }

    /// The desk's window, enrolled at its first start.
    pub(crate) fn desk_window(&self) -> Start {
        self.window("Δημαρχείο", "desk", "0,0,1280,900", Some(self.desk.clone()))
    }

    /// The crew's window; without a link it is enrolled by hand.
    pub(crate) fn crew_window(&self, enrol: bool) -> Start {
        self.window(
            "Συνεργείο",
            "crew",
            "1290,0,480,900",
            enrol.then(|| self.crew.clone()),
        )
    }

    /// The window of a community, enrolled at its first start.
    pub(crate) fn community_window(&self) -> Start {
        self.window(
            "Κοινότητα",
            "community",
            "0,0,480,900",
            Some(self.community.clone()),
        )
    }

    /// `ADDRESS#CODE` for the kiosk.
    pub(crate) fn kiosk(&self) -> &str {
        &self.kiosk
    }

    /// The kiosk's window, enrolled at its first start.
    pub(crate) fn kiosk_window(&self) -> Start {
        self.window("Κιόσκι", "kiosk", "0,0,1080,1000", Some(self.kiosk.clone()))
    }

    fn window(
        &self,
        title: &'static str,
        name: &str,
        place: &'static str,
        enrol: Option<String>,
    ) -> Start {
        Start {
            app: self.app.clone(),
            data: self.folder.join(name),
            title,
            place,
            enrol,
            home: None,
            printer: None,
            without_session: false,
        }
    }
}
