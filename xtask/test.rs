//! Every check and test there is, one after the other; the sums come last.

use std::process::Command;
use std::time::Instant;

use crate::install::{self, Purpose};
use crate::place;
use crate::postgres::Postgres;
use crate::run::{Outcome, Steps, cargo, hear, npm, run};
use crate::screen::Unseen;

/// What the runners said at their ends.
#[derive(Default)]
struct Sums {
    lines: Vec<String>,
    passed: u32,
    failed: u32,
}

pub(crate) fn test(fast: bool) -> Outcome {
    let begun = Instant::now();
    let mut steps = Steps::default();
    let mut sums = Sums::default();
    let outcome = all(fast, &mut steps, &mut sums);
    steps.end();
    if outcome.is_err() && sums.failed == 0 {
        // A step that failed without counting: formatting, lints, a build.
        sums.failed = 1;
    }
    println!(
        "\n== In sum, after {} min {} s",
        begun.elapsed().as_secs() / 60,
        begun.elapsed().as_secs() % 60
    );
    if let Err(sentence) = &outcome {
        println!("Stopped: {sentence}");
    }
    for line in &sums.lines {
        println!("{line}");
    }
    println!("{} passed, {} failed", sums.passed, sums.failed);
    if outcome.is_ok() && sums.failed == 0 {
        Ok(())
    } else {
        std::process::exit(1)
    }
}

/// Runs the measurements, on SQLite and on a PostgreSQL of their own.
pub(crate) fn bench(options: &[&str]) -> Outcome {
    let app = options.is_empty() || options.contains(&"app");
    install::packages(if app {
        Purpose::Script
    } else {
        Purpose::TestFast
    })?;
    let postgres = Postgres::start()?;
    build_in_release("koina-served")?;
    let mut command = in_release("koina-bench", options);
    command.env("KOINA_TEST_POSTGRES", postgres.url());
    if !app {
        return run(&mut command);
    }
    // Windows need a screen; the app is built as it is given to people.
    install::node_modules("ui")?;
    install::screens()?;
    let target = place::app_target()?;
    run(cargo()
        .args(["build", "--release", "--package", "koina", "--target-dir"])
        .arg(&target))?;
    let screen = Unseen::new()?;
    let mut on_screen = screen.command(std::path::Path::new(command.get_program()))?;
    on_screen
        .args(command.get_args())
        .env("KOINA_TEST_POSTGRES", postgres.url())
        .env("KOINA_APP", target.join("release").join("koina"));
    run(&mut on_screen)
}

/// Runs simulated municipalities. Their disks are in memory where the system has such a place: what is simulated is not how
/// fast a disk is, and a loss of power is the simulator's own.
pub(crate) fn sim(options: &[&str]) -> Outcome {
    install::packages(Purpose::TestFast)?;
    let mut command = in_release("koina-sim", options);
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir() {
        command.env("TMPDIR", memory);
    }
    run(&mut command)
}

/// Kills the real server and devices at random moments.
pub(crate) fn soak(options: &[&str]) -> Outcome {
    if let ["--window", options @ ..] = options {
        return soak_windows(options);
    }
    install::packages(Purpose::TestFast)?;
    run(cargo().args(["build", "--release", "--package", "koina-server"]))?;
    let server = place::target()?.join("release").join("koina-server");
    let mut command = in_release("koina-soak", &["--server"]);
    run(command.arg(server).args(options))
}

/// The same with the real app in its window, as it is given to people.
fn soak_windows(options: &[&str]) -> Outcome {
    in_real_windows("soak", options)
}

/// Measures the kiosk in its real window: its start, a report without thinking, and its memory over many visits.
pub(crate) fn visits(options: &[&str]) -> Outcome {
    in_real_windows("visits", options)
}

/// Measures a crew's hands in the real window.
pub(crate) fn hands() -> Outcome {
    in_real_windows("hands", &[])
}

/// Measures how the map moves in the real window.
pub(crate) fn pan() -> Outcome {
    in_real_windows("map", &[])
}

/// Tries every way out of the kiosk's window.
pub(crate) fn breakout(options: &[&str]) -> Outcome {
    in_real_windows("breakout", options)
}

fn in_real_windows(what: &str, options: &[&str]) -> Outcome {
    install::packages(Purpose::Script)?;
    install::node_modules("ui")?;
    install::screens()?;
    crate::demo::programs(&["koina-demo", "koina-window"])?;
    crate::demo::app()?;
    let screen = Unseen::new()?;
    run(in_windows(&screen, what)?.arg(what).args(options))
}

/// Drives the built app in windows on a screen, with records in a folder of this name.
fn in_windows(screen: &Unseen, data: &str) -> Outcome<Command> {
    let folder = place::target()?.join("windows");
    let mut command = screen.command(&place::program("koina-window")?)?;
    command
        .env("KOINA_APP", place::app()?)
        .arg("--data")
        .arg(folder.join(data))
        .arg("--pictures")
        .arg(folder.join("pictures"));
    Ok(command)
}

/// Measures Koina beside its peers, which come from their own registries.
pub(crate) fn peers(options: &[&str]) -> Outcome {
    install::packages(Purpose::Demo)?;
    install::node_modules("tests/peers")?;
    // A package apart, so that its versions are not ours.
    let target = place::target()?.join("peers");
    run(cargo()
        .args(["build", "--release", "--locked", "--target-dir"])
        .arg(&target)
        .arg("--manifest-path")
        .arg(place::root().join("tests/peers/samod/Cargo.toml")))?;
    build_in_release("koina-served")?;
    run(in_release("koina-peers", options).env(
        "KOINA_PEERS_SAMOD",
        target.join("release").join("koina-peer-samod"),
    ))
}

/// Measures a crew and its server over a poor line between network namespaces.
pub(crate) fn link(options: &[&str]) -> Outcome {
    install::packages(Purpose::Link)?;
    build_in_release("koina-link")?;
    // Namespaces and the devices in them are the superuser's to make.
    let program = place::target()?.join("release/koina-link");
    run(install::as_root(&program)?.args(options))
}

/// Tries the lock-down of a Linux kiosk with a real systemd, in a container.
pub(crate) fn kiosk() -> Outcome {
    install::packages(Purpose::Kiosk)?;
    install::node_modules("ui")?;
    install::screens()?;
    crate::demo::programs(&["koina-demo"])?;
    crate::demo::app()?;
    let script = place::root().join("kiosk-profile/linux/try");
    // A machine is started and its network made: that is the superuser's.
    run(install::as_root(&script)?
        .arg(place::app()?)
        .arg(place::program("koina-demo")?)
        .arg(place::target()?.join("kiosk")))
}

/// Builds a program of the tests in release mode.
fn build_in_release(program: &str) -> Outcome {
    run(cargo().args([
        "build",
        "--release",
        "--package",
        "koina-tests",
        "--bin",
        program,
    ]))
}

/// A program of the tests, built in release mode, with its arguments.
fn in_release(program: &str, options: &[&str]) -> std::process::Command {
    let mut command = cargo();
    command
        .args([
            "run",
            "--release",
            "--package",
            "koina-tests",
            "--bin",
            program,
            "--",
        ])
        .args(options);
    command
}

fn all(fast: bool, steps: &mut Steps, sums: &mut Sums) -> Outcome {
    steps.step("Looking what is missing on this machine");
    install::packages(if fast {
        Purpose::TestFast
    } else {
        Purpose::Test
    })?;
    steps.step("Formatting");
    run(cargo().args(["fmt", "--all", "--check"]))?;
    steps.step("Building the screens");
    install::node_modules("ui")?;
    install::screens()?;
    steps.step("Checking the screens (types, warnings)");
    run(npm("ui").args(["run", "--silent", "check"]))?;
    steps.step("Testing the screens' parts");
    sums.hear("screens", npm("ui").args(["run", "--silent", "test"]))?;
    steps.step("Looking whether every library may be there");
    crate::supply::may_be_there()?;
    steps.step("Lints");
    run(cargo().args([
        "clippy",
        "--quiet",
        "--workspace",
        "--exclude",
        "koina",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))?;
    steps.step("Testing rules, replica, exchange and server (on SQLite and on PostgreSQL)");
    let postgres = Postgres::start()?;
    let rust = [
        "test",
        "--no-fail-fast",
        "--workspace",
        "--exclude",
        "koina",
    ];
    sums.hear(
        "Rust",
        cargo()
            .args(rust)
            .env("KOINA_TEST_POSTGRES", postgres.url()),
    )?;
    drop(postgres);
    steps.step("Killing the server and devices, a few times");
    crate::demo::programs(&["koina-server", "koina-soak"])?;
    run(Command::new(place::program("koina-soak")?)
        .arg("--server")
        .arg(place::program("koina-server")?)
        .args(["--kills", "8"]))?;
    if fast {
        println!(
            "\n   Browser, windows and the app itself were left out: `cargo xtask test` tries them too."
        );
        return Ok(());
    }
    steps.step("Lints of the app");
    let app = place::app_target()?;
    run(cargo()
        .args([
            "clippy",
            "--quiet",
            "--package",
            "koina",
            "--all-targets",
            "--target-dir",
        ])
        .arg(&app)
        .args(["--", "-D", "warnings"]))?;
    steps.step("Building the app");
    crate::demo::app()?;
    crate::demo::programs(&["koina-bridge", "koina-demo", "koina-window"])?;
    steps.step("Testing whole screens in a browser");
    browser(sums)?;
    steps.step("Driving the real windows");
    windows(sums)?;
    steps.step("Killing the kiosk under cage");
    cage(sums)
}

fn browser(sums: &mut Sums) -> Outcome {
    install::node_modules("tests/ui")?;
    let mut command = npm("tests/ui");
    command
        .args(["run", "--silent", "test"])
        .env("KOINA_BRIDGE", place::program("koina-bridge")?);
    if let Some(chromium) = install::chromium() {
        command.env("KOINA_CHROMIUM", chromium);
    }
    sums.hear("browser", &mut command)
}

fn windows(sums: &mut Sums) -> Outcome {
    let screen = Unseen::new()?;
    sums.hear("windows", in_windows(&screen, "data")?.arg("promises"))?;
    // A screen of its own: whatever else is on it would be an escape.
    let screen = Unseen::new()?;
    sums.hear("breakout", in_windows(&screen, "breakout")?.arg("breakout"))
}

/// The kiosk as its unit starts it; the screen is for the driver only.
fn cage(sums: &mut Sums) -> Outcome {
    let screen = Unseen::new()?;
    sums.hear("kiosk", in_windows(&screen, "cage")?.arg("cage"))
}

impl Sums {
    /// Runs a test runner and keeps what it says at its end.
    fn hear(&mut self, name: &str, command: &mut Command) -> Outcome {
        let (mut lines, mut passed, mut failed) = (Vec::new(), 0, 0);
        let outcome = hear(command, &mut |line| {
            if let Some((good, bad)) = counts(line) {
                lines.push(line.trim().to_owned());
                passed += good;
                failed += bad;
            }
        });
        // Programs without a test of their own need no line.
        self.lines.extend(
            lines
                .iter()
                .filter(|line| !line.contains(" 0 passed; 0 failed"))
                .map(|line| format!("{name}: {line}")),
        );
        self.passed += passed;
        self.failed += failed;
        if outcome.is_ok() && passed + failed == 0 {
            return Err(format!(
                "the tests of the {name} said nothing of how many passed"
            ));
        }
        outcome
    }
}

/// The numbers in a runner's last words: cargo's, vitest's, or `N passed, M failed`.
fn counts(line: &str) -> Option<(u32, u32)> {
    let line = line.trim();
    let before = |word: &str| {
        let (head, _) = line.split_once(word)?;
        head.split_whitespace()
            .last()
            .and_then(|number| number.parse::<u32>().ok())
    };
    if line.starts_with("test result: ") {
        return Some((before(" passed;")?, before(" failed;")?));
    }
    if line
        .strip_prefix("Tests ")
        .is_some_and(|rest| rest.starts_with(' '))
    {
        return Some((
            before(" passed").unwrap_or_default(),
            before(" failed").unwrap_or_default(),
        ));
    }
    let (passed, failed) = line.strip_suffix(" failed")?.split_once(" passed, ")?;
    Some((passed.parse().ok()?, failed.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::counts;

    #[test]
    fn every_runner_is_understood() {
        assert_eq!(
            counts("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out"),
            Some((12, 0))
        );
        assert_eq!(
            counts("test result: FAILED. 3 passed; 2 failed; 0 ignored"),
            Some((3, 2))
        );
        assert_eq!(
            counts("      Tests  1 failed | 59 passed (60)"),
            Some((59, 1))
        );
        assert_eq!(counts("      Tests  60 passed (60)"), Some((60, 0)));
        assert_eq!(counts("7 passed, 0 failed"), Some((7, 0)));
        assert_eq!(counts("  7 passed (31.0s)"), None);
        assert_eq!(counts(" Test Files  9 passed (9)"), None);
    }
}
