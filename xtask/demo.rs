//! The demo: a municipality with a history, a town hall and a crew.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use crate::install::{self, Purpose};
use crate::place;
use crate::run::{Outcome, Steps, cargo, run};
use crate::screen::{self, Unseen};

const HOW: &str = "
Two windows are open.
  «Δημαρχείο»  the town hall: search, assign, answer, decide.
  «Συνεργείο»  a crew that mends street lights in some of the villages.

Try this:
  1. In «Συνεργείο», open «Αποστολή» and switch «Δίκτυο συσκευής» off: the crew has left the network.
  2. Open a job in «Σήμερα», press «Έναρξη», add something under «Υλικά», press «Διορθώθηκε».
     «Αποστολή» says «Στη συσκευή»; the town hall still shows the old state.
  3. Switch the network on again: «Αποστολή» says «Παραλήφθηκε»,
     and within half a minute the town hall sees what was done, by whom and when.
  4. In «Δημαρχείο», «Συγκρούσεις» holds what two people wrote differently without knowing of each other.

`--community` opens a third window, the president of a village; `--kiosk` one for visitors.
Close all windows, or press Ctrl+C here, to end.
";

/// What was asked for.
#[derive(Clone, Copy, Default)]
pub(crate) struct Options {
    fresh: bool,
    headless: bool,
    script: bool,
    community: bool,
    kiosk: bool,
}

impl Options {
    pub(crate) fn read(words: &[&str]) -> Outcome<Self> {
        let mut options = Self::default();
        for word in words {
            match *word {
                "--fresh" => options.fresh = true,
                "--headless" => options.headless = true,
                "--script" => options.script = true,
                "--community" => options.community = true,
                "--kiosk" => options.kiosk = true,
                other => {
                    return Err(format!(
                        "the demo knows --fresh, --community, --kiosk, --headless and --script, not {other}"
                    ));
                }
            }
        }
        if options.headless != options.script {
            return Err("--headless and --script go together: nobody sees the windows, and the story plays by itself".to_owned());
        }
        Ok(options)
    }
}

pub(crate) fn demo(options: Options) -> Outcome {
    let Options { headless, .. } = options;
    if !headless && !screen::is_there() {
        return Err("there is no screen here, so no window can open.\n  \
             `cargo xtask demo --headless --script` plays the story without one and takes pictures;\n  \
             or run this in a desktop session, over `ssh -X`, or under `xvfb-run`"
            .to_owned());
    }
    let mut steps = Steps::default();
    build(
        &mut steps,
        if headless {
            Purpose::Script
        } else {
            Purpose::Demo
        },
    )?;
    if headless {
        story(&mut steps)
    } else {
        windows(&mut steps, options)
    }
}

/// Builds everything the demo needs.
fn build(steps: &mut Steps, purpose: Purpose) -> Outcome {
    steps.step("Looking what is missing on this machine");
    install::packages(purpose)?;
    steps.step("Building the screens");
    install::node_modules("ui")?;
    install::screens()?;
    steps.step("Building the municipal server with its demo (the first time takes minutes)");
    programs(&["koina-demo", "koina-window"])?;
    steps.step("Building the app (the first time takes minutes)");
    app()
}

/// Builds programs of the tests, from the same selection of packages as the tests themselves: nothing is built twice.
pub(crate) fn programs(names: &[&str]) -> Outcome {
    let bins = names.iter().flat_map(|name| ["--bin", name]);
    let select = ["build", "--workspace", "--exclude", "koina"];
    run(cargo().args(select).args(bins))
}

/// Builds the app in its own target folder.
pub(crate) fn app() -> Outcome {
    run(cargo()
        .args(["build", "--package", "koina", "--target-dir"])
        .arg(place::app_target()?))
}

/// Plays the story where nobody sees it.
fn story(steps: &mut Steps) -> Outcome {
    let folder = place::target()?.join("demo");
    let pictures = folder.join("screenshots");
    steps.step("Opening a screen that nobody sees");
    let screen = Unseen::new()?;
    steps.step("Playing the story in the real windows");
    let mut windows = screen.command(&place::program("koina-window")?)?;
    windows
        .arg("--app")
        .arg(place::app()?)
        .arg("--data")
        .arg(folder.join("script"))
        .arg("--pictures")
        .arg(&pictures)
        .arg("story");
    run(&mut windows)?;
    steps.end();
    println!("\nThe story holds. Its pictures: {}", pictures.display());
    Ok(())
}

/// The windows of the demo: what the municipality calls them, and what stands above them.
const WINDOWS: [(&str, &str); 4] = [
    ("desk", "Δημαρχείο"),
    ("crew", "Συνεργείο"),
    ("community", "Κοινότητα"),
    ("kiosk", "Κιόσκι"),
];

/// Opens the windows and stays until they are closed.
fn windows(steps: &mut Steps, options: Options) -> Outcome {
    let folder = place::target()?.join("demo");
    // Without a municipality the windows would know one that is no more.
    if options.fresh || !folder.join("address").is_file() {
        for (window, _) in WINDOWS {
            remove(&folder.join(window))?;
        }
    }
    steps.step("Starting the municipality");
    let municipality = Municipality::start(&folder, options.fresh)?;
    steps.step("Opening the windows");
    let app = place::app()?;
    let mut open = Vec::new();
    for ((name, title), place) in WINDOWS.into_iter().zip(places(screen::size())) {
        let wanted = match name {
            "community" => options.community,
            "kiosk" => options.kiosk,
            _ => true,
        };
        if wanted {
            let link = municipality.links.get(name).map_or("", String::as_str);
            open.push(window(&app, &folder.join(name), title, &place, link)?);
        }
    }
    println!("{HOW}");
    while !open.is_empty() {
        std::thread::sleep(Duration::from_millis(300));
        let mut still = Vec::new();
        for mut window in open {
            match window.try_wait() {
                Ok(None) => still.push(window),
                Ok(Some(status)) if status.success() => {}
                Ok(Some(status)) => {
                    println!("A window ended with {status}; what it said stands above.")
                }
                Err(failure) => return Err(format!("a window was lost: {failure}")),
            }
        }
        open = still;
    }
    println!(
        "All windows are closed. The municipality stays for the next time; `--fresh` begins anew."
    );
    Ok(())
}

/// Where the windows stand: the first two side by side, as large as the screen lets them, the others before the first.
fn places(screen: Option<(u32, u32)>) -> [String; 4] {
    let (width, height) = screen.unwrap_or((1600, 900));
    let height = height.saturating_sub(80).clamp(480, 900);
    let desk = width.saturating_sub(500).clamp(640, 1280);
    [
        format!("0,0,{desk},{height}"),
        format!("{},0,480,{height}", desk + 10),
        format!("{},0,480,{height}", desk.saturating_sub(500)),
        format!("60,40,600,{}", height.saturating_sub(40)),
    ]
}

fn window(app: &Path, data: &Path, title: &str, place: &str, link: &str) -> Outcome<Child> {
    let child = Command::new(app)
        .arg("--data")
        .arg(data)
        .args(["--title", title, "--place", place, "--enrol", link])
        .spawn();
    child.map_err(|failure| format!("the window «{title}» could not be opened: {failure}"))
}

fn remove(folder: &Path) -> Outcome {
    if folder.exists() {
        std::fs::remove_dir_all(folder)
            .map_err(|failure| format!("{} cannot be removed: {failure}", folder.display()))?;
    }
    Ok(())
}

/// The demo's server. It ends when its standard input ends, so also when this program is killed.
struct Municipality {
    server: Child,
    input: Option<ChildStdin>,
    /// How each window becomes a device, by what the municipality calls it.
    links: BTreeMap<String, String>,
}

impl Municipality {
    fn start(folder: &Path, fresh: bool) -> Outcome<Self> {
        let mut command = Command::new(place::program("koina-demo")?);
        command
            .arg("--data")
            .arg(folder)
            .args(fresh.then_some("--fresh"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut server = command
            .spawn()
            .map_err(|failure| format!("the municipality could not be started: {failure}"))?;
        let (input, output) = (server.stdin.take(), server.stdout.take());
        let mut municipality = Self {
            server,
            input,
            links: BTreeMap::new(),
        };
        for line in output
            .into_iter()
            .flat_map(|output| BufReader::new(output).lines())
            .map_while(Result::ok)
        {
            match line.split_once(' ').unwrap_or((&line, "")) {
                ("note", words) => println!("   {words}"),
                ("server", address) => println!("   It answers at {address}."),
                ("ready", _) => return Ok(municipality),
                (name, link) => {
                    let link = link.to_owned();
                    municipality.links.insert(name.to_owned(), link);
                }
            }
        }
        Err("the municipality did not start; what it said stands above".to_owned())
    }
}

impl Drop for Municipality {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.server.wait();
    }
}
