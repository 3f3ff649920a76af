//! What must be on the machine, and how it gets there.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::SystemTime;

use crate::place;
use crate::run::{Outcome, answer, cargo, npm, run, works};

/// Debian and Ubuntu packages without which the app cannot be built.
const TO_BUILD: &[&str] = &[
    "build-essential",
    // OpenSSL, which encrypts the records, is built with it.
    "perl",
    "pkg-config",
    "libssl-dev",
    "libwebkit2gtk-4.1-dev",
    "librsvg2-dev",
];
/// What it takes to drive windows without a screen.
const FOR_WINDOWS: &[&str] = &["xvfb", "webkit2gtk-driver", "dbus-x11", "fonts-dejavu-core"];
/// The kiosk's voice. Without it a kiosk runs, and speaks nothing.
const SPEECH: &str = "espeak-ng";
/// What the tests take besides: a database, a voice, a key store, and the programs that read the profile of a kiosk.
const TO_TEST_FAST: &[&str] = &[
    "postgresql",
    SPEECH,
    "dbus",
    "gnome-keyring",
    "systemd",
    "udev",
    "nftables",
    "libxml2-utils",
];
/// A browser, and the kiosk's compositor with what takes its picture.
const TO_TEST: &[&str] = &["chromium", "cage", "xwayland", "grim"];

/// What a kiosk is made of, and a container to try it in.
const TO_TRY_A_KIOSK: &[&str] = &[
    "cage",
    "grim",
    "nftables",
    "seatd",
    "systemd-container",
    "xwayland",
];

/// The oldest Node that builds the screens: 20.19, or 22.12.
const NODE: &str = "20.19";

/// What for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Purpose {
    Demo,
    Script,
    TestFast,
    Test,
    Link,
    Kiosk,
    Map,
    MapOfOsm,
}

/// Installs the packages that are missing.
pub(crate) fn packages(purpose: Purpose) -> Outcome {
    let more: &[&[&str]] = match purpose {
        Purpose::Demo => &[&[SPEECH]],
        Purpose::Script => &[FOR_WINDOWS],
        Purpose::TestFast => &[TO_TEST_FAST],
        Purpose::Test => &[FOR_WINDOWS, TO_TEST_FAST, TO_TEST],
        Purpose::Link => &[&["iproute2"]],
        Purpose::Kiosk => &[TO_TRY_A_KIOSK],
        Purpose::Map => &[&["python3-venv"]],
        Purpose::MapOfOsm => &[&["python3-venv", "gdal-bin"]],
    };
    let mut wanted: Vec<&str> = [&[TO_BUILD], more].concat().concat();
    if place::find(&["node"]).is_none() || place::find(&["npm"]).is_none() {
        wanted.extend(["nodejs", "npm"]);
    }
    let Some(apt) = place::find(&["apt-get"]) else {
        return without_apt(&wanted);
    };
    wanted.retain(|package| !is_installed(package));
    if wanted.is_empty() {
        println!("   Everything is here.");
        return node();
    }
    println!("   Missing: {}.", wanted.join(", "));
    let command = |more: &[&str]| -> Outcome<Command> {
        let mut command = as_root(&apt)?;
        command.args(more).env("DEBIAN_FRONTEND", "noninteractive");
        Ok(command)
    };
    run(&mut command(&["update", "-q"])?)?;
    run(command(&["install", "-y", "-q", "--no-install-recommends"])?.args(&wanted))?;
    node()
}

/// A program run as the superuser, who may be asked for a password.
pub(crate) fn as_root(program: &Path) -> Outcome<Command> {
    if is_root() {
        return Ok(Command::new(program));
    }
    let sudo = place::find(&["sudo"]).ok_or_else(|| {
        format!(
            "neither root nor sudo: run this again as root, for {}",
            program.display()
        )
    })?;
    println!("   sudo may ask for your password.");
    let mut command = Command::new(sudo);
    command.arg(program);
    Ok(command)
}

fn is_installed(package: &str) -> bool {
    let mut ask = Command::new("dpkg-query");
    ask.args(["-W", "-f", "${db:Status-Status}", package])
        .stderr(Stdio::null());
    ask.output()
        .is_ok_and(|output| output.stdout == b"installed")
}

/// Not Debian: the programs are looked for, and what is missing is named in Debian's words.
fn without_apt(wanted: &[&str]) -> Outcome {
    let has_library = |name: &str| works(Command::new("pkg-config").args(["--exists", name]));
    let here = |package: &&&str| match **package {
        "build-essential" => place::find(&["cc"]).is_some(),
        "perl" | "pkg-config" => place::find(&[**package]).is_some(),
        "libssl-dev" => has_library("openssl"),
        "libwebkit2gtk-4.1-dev" => has_library("webkit2gtk-4.1"),
        "librsvg2-dev" => has_library("librsvg-2.0"),
        "xvfb" => place::find(&["Xvfb"]).is_some(),
        "webkit2gtk-driver" => place::find(&["WebKitWebDriver"]).is_some(),
        "python3-venv" => place::find(&["python3"]).is_some(),
        "gdal-bin" => place::find(&["ogr2ogr"]).is_some(),
        "iproute2" => place::find(&["ip"]).is_some(),
        SPEECH => place::find(&["espeak-ng"]).is_some(),
        "dbus" => place::find(&["dbus-run-session"]).is_some(),
        "gnome-keyring" => place::find(&["gnome-keyring-daemon"]).is_some(),
        "systemd" => place::find(&["systemd-analyze"]).is_some(),
        "udev" => place::find(&["udevadm"]).is_some(),
        "nftables" => place::find(&["nft"]).is_some(),
        "seatd" => place::find(&["seatd"]).is_some(),
        "systemd-container" => place::find(&["systemd-nspawn"]).is_some(),
        "libxml2-utils" => place::find(&["xmllint"]).is_some(),
        "xwayland" => place::find(&["Xwayland"]).is_some(),
        "cage" | "grim" => place::find(&[**package]).is_some(),
        "postgresql" => crate::postgres::programs().is_some(),
        "chromium" => chromium().is_some(),
        "nodejs" | "npm" => false,
        _ => true,
    };
    let missing: Vec<&str> = wanted
        .iter()
        .filter(|package| !here(package))
        .copied()
        .collect();
    if missing.is_empty() {
        println!("   There is no apt-get here, and everything that was looked for is.");
        return node();
    }
    Err(format!(
        "there is no apt-get here: install what Debian calls {}, and run this again",
        missing.join(", ")
    ))
}

/// A browser for the tests of the screens.
pub(crate) fn chromium() -> Option<std::path::PathBuf> {
    place::find(&["chromium", "chromium-browser", "google-chrome"])
}

fn node() -> Outcome {
    let version = answer(Command::new("node").arg("--version"))?;
    let numbers: Vec<u32> = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .filter_map(|part| part.parse().ok())
        .collect();
    let fits = match numbers.as_slice() {
        [20, minor, ..] => *minor >= 19,
        [22, minor, ..] => *minor >= 12,
        [major, ..] => *major > 22,
        [] => false,
    };
    if fits {
        return Ok(());
    }
    Err(format!(
        "the screens need Node {NODE} or newer and here is {}: install one from https://nodejs.org and run this again",
        version.trim()
    ))
}

pub(crate) fn is_root() -> bool {
    answer(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// Builds a program that adds a verb to cargo, unless there is one, and keeps it with what else was built; once, and for that it
/// needs the network. Gives the `PATH` by which cargo finds it. `wanted` is the verb, with the version where another one may
/// say something else: `deny@0.20.2`.
pub(crate) fn cargo_tool(wanted: &str) -> Outcome<OsString> {
    let (verb, version) = wanted.split_once('@').unwrap_or((wanted, ""));
    let tools = place::target()?.join("tools");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = [tools.join("bin")]
        .into_iter()
        .chain(std::env::split_paths(&path));
    let path = std::env::join_paths(all).map_err(|failure| failure.to_string())?;
    let there = answer(cargo().args([verb, "--version"]).env("PATH", &path));
    if !there.is_ok_and(|said| said.contains(version)) {
        let build = tools.join("build");
        println!("   Building cargo-{wanted}, once.");
        run(cargo()
            .args(["install", &format!("cargo-{wanted}")])
            .args(["--locked", "--debug", "--force"])
            .arg("--root")
            .arg(&tools)
            .arg("--target-dir")
            .arg(&build))?;
        // Only room is lost where it stays.
        std::fs::remove_dir_all(&build).ok();
    }
    Ok(path)
}

/// Installs the packages of a folder, unless they are there as its lock file says.
pub(crate) fn node_modules(folder: &str) -> Outcome {
    let at = place::root().join(folder);
    let when = |path: &str| {
        at.join(path)
            .metadata()
            .and_then(|meta| meta.modified())
            .ok()
    };
    if when("node_modules/.package-lock.json")
        .is_some_and(|there| Some(there) >= when("package-lock.json"))
    {
        println!("   The packages of {folder}/ are here.");
        return Ok(());
    }
    if run(npm(folder).args(["ci", "--no-audit"])).is_ok() {
        return Ok(());
    }
    // Newer versions of npm refuse a lock file that names an optional package for other systems which the registry does not
    // have; the versions in it hold all the same.
    println!("   npm took the lock file for incomplete; installing by it without that check.");
    run(npm(folder).args(["install", "--no-audit", "--no-save"]))
}

/// Builds the screens, unless they are newer than what they are made of. Otherwise the app would be built again each time.
pub(crate) fn screens() -> Outcome {
    let ui = place::root().join("ui");
    let built = ui
        .join("dist/index.html")
        .metadata()
        .and_then(|meta| meta.modified())
        .ok();
    let parts = [
        "src",
        "index.html",
        "package-lock.json",
        "vite.config.ts",
        "svelte.config.js",
        "words.mjs",
        "public",
    ];
    let newest = parts.iter().filter_map(|part| newest(&ui.join(part))).max();
    if built.is_some() && built >= newest {
        println!("   The screens are built.");
        return Ok(());
    }
    run(npm("ui").args(["run", "--silent", "build"]))
}

/// When a file, or anything in a folder, was last changed.
fn newest(path: &Path) -> Option<SystemTime> {
    let here = path.metadata().ok()?;
    let inside = if here.is_dir() {
        std::fs::read_dir(path).ok()
    } else {
        None
    };
    let inside = inside
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| newest(&entry.path()));
    inside.chain(here.modified().ok()).max()
}
