//! The kiosk as its unit starts it: the app under cage, on a screen that nobody sees, begun again when it falls or hangs.
//!
//! There is no systemd to ask here. This program does what the unit says: its command, its environment, the seconds before it
//! begins again, the seconds of silence after which it is ended; it reads them from the unit. `kiosk-profile/linux/try` asks a
//! real systemd.

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixDatagram;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use crate::browser::{PATIENCE, Start, Window, children};
use crate::promises::{TYPED, Tally};
use crate::stage::Stage;

const UNIT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../kiosk-profile/linux/root/etc/systemd/system/koina-kiosk.service"
);
/// How soon a visitor has a home screen again, whatever fell.
const AGAIN: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(100);
/// The screen stands on its head: what fills an upright one is handed to it past the place where cage 0.1 lets pictures be taken.
const TURN: [&str; 2] = ["-r", "-r"];
/// Whoever cage runs as when the superuser tries it: it refuses to be him.
const NOBODY: u32 = 65_534;
/// Share of a picture, in thousandths, that may differ: the line about the exchange comes and goes.
const MAY_DIFFER: usize = 20;

/// What the unit says, with the folders of this trial in place of the machine's.
struct Unit {
    command: Vec<String>,
    environment: BTreeMap<String, String>,
    restart_after: Duration,
    silence: Duration,
    start: Duration,
}

impl Unit {
    fn read(app: &Path, data: &Path, run: &Path, enrol: &str) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(UNIT).context("Reading the unit")?;
        let all = |key: &str| -> Vec<&str> {
            let lines = text.lines().filter_map(|line| line.split_once('='));
            lines
                .filter(|(name, _)| *name == key)
                .map(|(_, value)| value)
                .collect()
        };
        let one = |key: &str| {
            let value = all(key).first().copied();
            value.with_context(|| format!("The unit does not say {key}"))
        };
        let seconds = |key: &str| -> anyhow::Result<Duration> {
            Ok(Duration::from_secs(
                one(key)?
                    .parse()
                    .with_context(|| format!("Reading {key}"))?,
            ))
        };
        ensure!(
            one("Restart")? == "always" && one("NotifyAccess")? == "all",
            "the unit begins nothing again"
        );
        let mut command = Vec::new();
        if is_root()? {
            let whom = [format!("--reuid={NOBODY}"), format!("--regid={NOBODY}")];
            command.push("setpriv".to_owned());
            command.extend(whom);
            command.push("--clear-groups".to_owned());
        }
        for word in one("ExecStart")?.split(' ') {
            match word {
                "$KOINA_TURN" => command.extend(TURN.map(str::to_owned)),
                "/usr/bin/koina" => command.push(app.display().to_string()),
                "${STATE_DIRECTORY}" => command.push(data.display().to_string()),
                "$ENROL" => command.extend(["--enrol".to_owned(), enrol.to_owned()]),
                word => command.push(word.to_owned()),
            }
        }
        let mut environment: BTreeMap<String, String> = all("Environment")
            .into_iter()
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| {
                (
                    name.to_owned(),
                    value.replace("/run/koina-kiosk", &run.display().to_string()),
                )
            })
            .collect();
        // A screen of memory instead of a seat.
        environment.remove("LIBSEAT_BACKEND");
        for (name, value) in [("WLR_BACKENDS", "headless"), ("WLR_RENDERER", "pixman")] {
            environment.insert(name.to_owned(), value.to_owned());
        }
        Ok(Self {
            command,
            environment,
            restart_after: seconds("RestartSec")?,
            silence: seconds("WatchdogSec")?,
            start: seconds("TimeoutStartSec")?,
        })
    }
}

/// Begins what the unit says and hears whether it lives. Everything it began ends with it.
struct Supervisor {
    unit: Unit,
    run: PathBuf,
    hears: UnixDatagram,
    cage: Child,
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.end();
    }
}

impl Supervisor {
    fn begin(unit: Unit, run: &Path) -> anyhow::Result<Self> {
        let address = run.join("notify");
        let _ = std::fs::remove_file(&address);
        let hears = UnixDatagram::bind(&address).context("Listening")?;
        hears.set_read_timeout(Some(LOOK))?;
        hand_over(&address)?;
        let cage = Self::start(&unit, run)?;
        Ok(Self {
            unit,
            run: run.to_owned(),
            hears,
            cage,
        })
    }

    fn start(unit: &Unit, run: &Path) -> anyhow::Result<Child> {
        empty_home(run)?;
        let (program, words) = unit
            .command
            .split_first()
            .context("The unit begins nothing")?;
        Command::new(program)
            .args(words)
            .envs(&unit.environment)
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .env("NOTIFY_SOCKET", run.join("notify"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("Starting {program}; its Debian package is cage"))
    }

    /// Ends everything of the unit, as systemd ends a control group.
    fn end(&mut self) {
        let _ = kill(&format!("-{}", self.cage.id()));
        let _ = self.cage.wait();
        for left in ["wayland-0", "wayland-0.lock"] {
            let _ = std::fs::remove_file(self.run.join(left));
        }
    }

    /// Waits for a word of the app's; `None` when it took too long.
    fn hear(&self, word: &str, patience: Duration) -> Option<Duration> {
        let begun = Instant::now();
        let mut bytes = [0; 256];
        while begun.elapsed() < patience {
            if let Ok(length) = self.hears.recv(&mut bytes) {
                let said = String::from_utf8_lossy(bytes.get(..length).unwrap_or_default());
                if said.lines().any(|line| line == word) {
                    return Some(begun.elapsed());
                }
            }
        }
        None
    }

    fn ready(&self) -> anyhow::Result<()> {
        let ready = self.hear("READY=1", self.unit.start);
        ready
            .map(|_| ())
            .context("the app did not say that it is ready")
    }

    /// Does what systemd does until the app is ready again: waits for the end or for silence, ends the rest, begins anew.
    fn bring_back(&mut self) -> anyhow::Result<()> {
        let mut heard = Instant::now();
        loop {
            if self.cage.try_wait()?.is_some() {
                break;
            }
            if self.hear("WATCHDOG=1", LOOK).is_some() {
                heard = Instant::now();
            }
            if heard.elapsed() >= self.unit.silence {
                break;
            }
        }
        self.end();
        std::thread::sleep(self.unit.restart_after);
        // What was said before counts no more.
        while self.hear("WATCHDOG=1", LOOK).is_some() {}
        self.cage = Self::start(&self.unit, &self.run)?;
        self.ready()
    }

    /// The app's process.
    fn app(&self) -> anyhow::Result<u32> {
        app_of(self.cage.id())
    }

    /// The process that shows the page.
    fn page(&self) -> anyhow::Result<u32> {
        let all = children(self.app()?);
        let shows = |id: &u32| {
            std::fs::read_to_string(format!("/proc/{id}/comm"))
                .is_ok_and(|name| name.starts_with("WebKitWebProces"))
        };
        all.into_iter()
            .find(shows)
            .context("no process shows the page")
    }
}

/// What the app and its web view wrote goes with them, as the folder of the unit does.
fn empty_home(run: &Path) -> anyhow::Result<()> {
    let home = run.join("home");
    let until = Instant::now() + PATIENCE;
    // Whoever was killed with the app may still be writing.
    while home.exists() {
        let removed = std::fs::remove_dir_all(&home);
        ensure!(
            removed.is_ok() || Instant::now() < until,
            "what the app left behind cannot be removed: {removed:?}"
        );
    }
    std::fs::create_dir_all(&home)?;
    hand_over(&home)
}

fn is_root() -> anyhow::Result<bool> {
    Ok(std::fs::metadata("/proc/self")?.uid() == 0)
}

/// Gives a file to whoever cage runs as.
fn hand_over(path: &Path) -> anyhow::Result<()> {
    if is_root()? {
        std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY))
            .with_context(|| format!("Handing {} over", path.display()))?;
    }
    Ok(())
}

fn allow(path: &Path, mode: u32) -> anyhow::Result<()> {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
        .with_context(|| format!("Allowing {}", path.display()))
}

/// The one program that cage shows.
fn app_of(cage: u32) -> anyhow::Result<u32> {
    children(cage)
        .first()
        .copied()
        .context("cage shows no program")
}

fn kill(whom: &str) -> anyhow::Result<()> {
    signal("-KILL", whom)
}

fn signal(which: &str, whom: &str) -> anyhow::Result<()> {
    let status = Command::new("kill")
        .args([which, "--", whom])
        .stderr(Stdio::null())
        .status()?;
    ensure!(status.success(), "{whom} could not be sent {which}");
    Ok(())
}

/// A picture of the whole screen: its size, and its points.
#[derive(PartialEq)]
struct Picture {
    width: usize,
    height: usize,
    points: Vec<u8>,
}

impl Picture {
    /// Takes a picture with grim, and keeps it.
    fn take(run: &Path, keep: &Path) -> anyhow::Result<Self> {
        let grim = |kind: &str, to: &Path| {
            let mut command = Command::new("grim");
            command
                .args(["-t", kind])
                .arg(to)
                .env("XDG_RUNTIME_DIR", run)
                .env("WAYLAND_DISPLAY", "wayland-0");
            let status = command
                .status()
                .context("Starting grim; its Debian package is grim")?;
            ensure!(status.success(), "grim took no picture");
            Ok(())
        };
        let plain = run.join("picture.ppm");
        grim("ppm", &plain)?;
        grim("png", keep)?;
        Self::read(&std::fs::read(&plain)?).context("Reading the picture")
    }

    /// Reads a plain picture (P6): three numbers, then three bytes a point.
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut parts = bytes.splitn(4, u8::is_ascii_whitespace);
        let mut next = || std::str::from_utf8(parts.next()?).ok();
        let (kind, width, height) = (next()?, next()?.parse().ok()?, next()?.parse().ok()?);
        let rest = parts.next()?;
        let points = rest
            .get(rest.iter().position(u8::is_ascii_whitespace)? + 1..)?
            .to_vec();
        (kind == "P6" && points.len() == width * height * 3).then_some(Self {
            width,
            height,
            points,
        })
    }

    /// Waits until the screen shows the same for a second.
    async fn settled(run: &Path, keep: &Path) -> anyhow::Result<Self> {
        let until = Instant::now() + PATIENCE;
        let mut before = Self::take(run, keep)?;
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let now = Self::take(run, keep)?;
            if now == before && now.colours() > 8 {
                return Ok(now);
            }
            ensure!(Instant::now() < until, "the screen does not come to rest");
            before = now;
        }
    }

    /// Where cage shows no window it is black; the app draws something into every corner.
    fn fills(&self) -> anyhow::Result<()> {
        let corners = [
            0,
            self.width.saturating_sub(1),
            self.width * self.height.saturating_sub(1),
            (self.width * self.height).saturating_sub(1),
        ];
        let is_black = |at: &usize| {
            let point = self.points.get(3 * at..3 * at + 3);
            point.is_none_or(|point| point.iter().all(|part| *part == 0))
        };
        let black = corners.into_iter().filter(is_black).count();
        ensure!(
            black == 0,
            "the app does not fill the screen: {black} of its corners are black"
        );
        Ok(())
    }

    fn colours(&self) -> usize {
        let points = self.points.chunks_exact(3);
        points.collect::<std::collections::BTreeSet<_>>().len()
    }

    /// Whether two pictures show the same, but for a line that comes and goes.
    fn shows(&self, other: &Self) -> anyhow::Result<()> {
        ensure!(
            (self.width, self.height) == (other.width, other.height),
            "the pictures have different sizes"
        );
        let pairs = self
            .points
            .chunks_exact(3)
            .zip(other.points.chunks_exact(3));
        let differ = pairs.filter(|(here, there)| here != there).count();
        let share = differ * 1_000 / (self.width * self.height).max(1);
        ensure!(share <= MAY_DIFFER, "{share} of 1,000 points differ");
        Ok(())
    }

    fn differs(&self, other: &Self) -> anyhow::Result<()> {
        ensure!(self.shows(other).is_err(), "both pictures show the same");
        Ok(())
    }
}

/// Tries the kiosk under cage; ends with `N passed, M failed`.
pub(crate) async fn run(app: &Path, data: &Path, pictures: &Path) -> ExitCode {
    let mut tally = Tally::new(pictures);
    if let Err(failure) = all(app, data, &mut tally).await {
        tally.stopped(&failure);
    }
    tally.end()
}

async fn all(app: &Path, data: &Path, tally: &mut Tally<'_>) -> anyhow::Result<()> {
    let stage = Stage::set(app, data, 120, 60, |_| ())?;
    // Where whoever cage runs as may look, also when the rest is the superuser's.
    let place = tempfile::tempdir().context("Making a folder")?;
    allow(place.path(), 0o755)?;
    let app = &place.path().join("koina");
    std::fs::copy(&stage.app, app).context("Copying the app")?;
    let (run, records) = (place.path().join("run"), place.path().join("records"));
    for folder in [&run, &records] {
        std::fs::create_dir(folder)?;
        allow(folder, 0o700)?;
        hand_over(folder)?;
    }
    let keep = tally.pictures.to_owned();

    let begun = Instant::now();
    let unit = Unit::read(app, &records, &run, stage.kiosk())?;
    let mut kiosk = Supervisor::begin(unit, &run)?;
    let mut home = None;
    let outcome = match kiosk.ready() {
        Ok(()) => Picture::settled(&run, &keep.join("cage-home.png"))
            .await
            .and_then(|picture| {
                let outcome = picture.fills();
                home = Some(picture);
                outcome
            }),
        failed => failed,
    };
    tally
        .note(
            "the app fills the screen under cage and says that it is ready",
            begun,
            &outcome,
            &[],
        )
        .await;
    let Some(home) = home else {
        bail!("there is no home screen to compare with")
    };

    for (promise, whom, name) in [
        (
            "the app is killed: a home screen is there again within ten seconds",
            Whom::App,
            "cage-after-app",
        ),
        (
            "what shows the page is killed: its silence tells, and a home screen comes back",
            Whom::Page,
            "cage-after-page",
        ),
        (
            "cage is killed: within ten seconds again",
            Whom::Cage,
            "cage-after-cage",
        ),
    ] {
        let begun = Instant::now();
        let outcome = fall(&mut kiosk, whom, &home, &keep.join(format!("{name}.png"))).await;
        tally.note(promise, begun, &outcome, &[]).await;
    }

    let begun = Instant::now();
    let outcome = hang(&mut kiosk, &home, &keep.join("cage-after-hang.png")).await;
    tally
        .note(
            "a page that hangs is noticed by its silence, and a home screen comes back",
            begun,
            &outcome,
            &[],
        )
        .await;
    drop(kiosk);

    let begun = Instant::now();
    let outcome = mid_visit(
        &Start {
            app: app.clone(),
            data: records,
            ..stage.kiosk_window()
        },
        &run,
        &home,
        &keep,
    )
    .await;
    tally
        .note(
            "a visit that a fall cut off is not there when the kiosk is back",
            begun,
            &outcome,
            &[],
        )
        .await;
    Ok(())
}

#[derive(Clone, Copy)]
enum Whom {
    App,
    Page,
    Cage,
}

/// Something is killed; the time from then to a page that answers again must be short.
async fn fall(
    kiosk: &mut Supervisor,
    whom: Whom,
    home: &Picture,
    keep: &Path,
) -> anyhow::Result<()> {
    let id = match whom {
        Whom::App => kiosk.app()?,
        Whom::Page => kiosk.page()?,
        Whom::Cage => kiosk.cage.id(),
    };
    let begun = Instant::now();
    kill(&id.to_string())?;
    kiosk.bring_back()?;
    let took = begun.elapsed();
    println!("     back after {:.1} s", took.as_secs_f32());
    Picture::settled(&kiosk.run, keep).await?.shows(home)?;
    let longest = match whom {
        // Nobody ends when only the page falls: silence tells.
        Whom::Page => AGAIN + kiosk.unit.silence,
        _ => AGAIN,
    };
    ensure!(took < longest, "that took {:.1} s", took.as_secs_f32());
    Ok(())
}

/// The page stops, as if it were caught in a loop.
async fn hang(kiosk: &mut Supervisor, home: &Picture, keep: &Path) -> anyhow::Result<()> {
    ensure!(
        kiosk.hear("WATCHDOG=1", kiosk.unit.silence).is_some(),
        "a page that answers was not heard"
    );
    let page = kiosk.page()?;
    let begun = Instant::now();
    signal("-STOP", &page.to_string())?;
    kiosk.bring_back()?;
    let took = begun.elapsed();
    println!("     back after {:.1} s", took.as_secs_f32());
    ensure!(
        took < AGAIN + kiosk.unit.silence,
        "that took {:.1} s",
        took.as_secs_f32()
    );
    Picture::settled(&kiosk.run, keep).await?.shows(home)
}

/// A visitor is in the middle of a report when the app falls.
async fn mid_visit(start: &Start, run: &Path, home: &Picture, keep: &Path) -> anyhow::Result<()> {
    let unit = Unit::read(
        &start.app,
        &start.data,
        run,
        start.enrol.as_deref().unwrap_or_default(),
    )?;
    // The driver begins the app itself, so it is given cage in the app's place.
    let script = run.join("app");
    let mut words = String::from("#!/bin/sh\nunset DISPLAY\n");
    for (name, value) in &unit.environment {
        words.push_str(&format!("export {name}='{value}'\n"));
    }
    let begun: Vec<&str> = unit.command.iter().map(String::as_str).collect();
    let begun = begun.split(|word| *word == "--").next().unwrap_or_default();
    words.push_str(&format!(
        "echo $$ > '{}'\nexec {} -- '{}' \"$@\"\n",
        run.join("cage").display(),
        begun.join(" "),
        start.app.display()
    ));
    std::fs::write(&script, words)?;
    allow(&script, 0o755)?;
    empty_home(run)?;
    let visit = Window::open(&Start {
        app: script,
        ..start.clone()
    })
    .await?;
    for words in ["Αναφορά βλάβης", "Ηλεκτροφωτισμός", "Καμένος λαμπτήρας"]
    {
        visit.press(words).await?;
    }
    visit
        .press_at(
            "a community",
            "//label[contains(normalize-space(.), 'Λιτόχωρο')]",
        )
        .await?;
    visit.press("Συνέχεια").await?;
    visit.fill("text", TYPED).await?;
    // The caret blinks, so this screen never comes to rest.
    tokio::time::sleep(Duration::from_secs(2)).await;
    Picture::take(run, &keep.join("cage-visit.png"))?.differs(home)?;
    let cage: u32 = std::fs::read_to_string(run.join("cage"))?.trim().parse()?;
    kill(&app_of(cage)?.to_string())?;
    drop(visit);
    let kiosk = Supervisor::begin(unit, run)?;
    kiosk.ready()?;
    Picture::settled(run, &keep.join("cage-after-visit.png"))
        .await?
        .shows(home)
}
