//! What the product is made of: a list of every library in it, and whether each may be there.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::run::{Outcome, Steps, cargo, npm, run};
use crate::{install, place};

/// What each list is of: where the tool puts it, and how it is called.
const LISTS: [(&str, &str); 2] = [(".", "koina"), ("sync/server", "koina-server")];
/// The name that the tool is told, beside each `Cargo.toml`.
const BESIDE: &str = "sbom.cdx";

/// Newer ones may ask for another `deny.toml`.
const DENY: &str = "deny@0.20.2";
/// What is looked at without the database of what is known against libraries.
const HERE: [&str; 3] = ["bans", "licenses", "sources"];

/// Writes what the app, the server and the screens are made of (CycloneDX 1.5).
pub(crate) fn sbom() -> Outcome {
    let mut steps = Steps::default();
    steps.step("Looking what is missing on this machine");
    let path = install::cargo_tool("cyclonedx")?;
    let to = place::target()?.join("sbom");
    fs::create_dir_all(&to).map_err(|failure| format!("{}: {failure}", to.display()))?;
    steps.step("Listing the libraries of app and server");
    let done = run(cargo()
        .env("PATH", path)
        .args(["cyclonedx", "--quiet", "--format", "json"])
        .args(["--spec-version", "1.5", "--target", "all"])
        .args(["--override-filename", BESIDE]));
    for folder in members()? {
        let made = folder.join(format!("{BESIDE}.json"));
        if !made.is_file() {
            continue;
        }
        let list = LISTS.iter().find(|(place, _)| {
            place::root()
                .join(place)
                .components()
                .eq(folder.components())
        });
        let moved = match list {
            Some((_, name)) => fs::copy(&made, to.join(format!("{name}.cdx.json"))).map(drop),
            None => Ok(()),
        };
        moved
            .and_then(|()| fs::remove_file(&made))
            .map_err(|failure| format!("{}: {failure}", made.display()))?;
    }
    done?;
    steps.step("Listing the libraries of the screens");
    let screens = to.join("screens.cdx.json");
    let list = npm("ui")
        .args(["sbom", "--sbom-format", "cyclonedx", "--omit", "dev"])
        .output()
        .map_err(|failure| format!("npm: {failure}"))?;
    if !list.status.success() {
        return Err(String::from_utf8_lossy(&list.stderr).into_owned());
    }
    fs::write(&screens, list.stdout)
        .map_err(|failure| format!("{}: {failure}", screens.display()))?;
    steps.end();
    println!("The lists are in {}", to.display());
    Ok(())
}

/// Looks whether every library may be there (`deny.toml`): its licence, where it comes from, and what is known against it.
/// The last needs the database of RustSec; `--offline` leaves it out.
pub(crate) fn deny(words: &[&str]) -> Outcome {
    let what: &[&str] = match words {
        [] => &["all"],
        ["--offline"] => &HERE,
        _ => return Err("deny knows `--offline` and nothing else".to_owned()),
    };
    let mut steps = Steps::default();
    steps.step("Looking what is missing on this machine");
    let path = install::cargo_tool(DENY)?;
    steps.step("Looking at every library");
    run(look(path).args(what))?;
    steps.end();
    Ok(())
}

/// Looks at what needs no database: licences, sources, and what was decided against.
pub(crate) fn may_be_there() -> Outcome {
    let path = install::cargo_tool(DENY)?;
    run(look(path).args(HERE))
}

fn look(path: OsString) -> Command {
    let mut command = cargo();
    command.env("PATH", path);
    command.args(["deny", "--workspace", "check"]);
    command
}

/// Every folder with a crate of the workspace.
fn members() -> Outcome<Vec<PathBuf>> {
    let manifest = place::root().join("Cargo.toml");
    let text = fs::read_to_string(&manifest)
        .map_err(|failure| format!("{}: {failure}", manifest.display()))?;
    let after = text.split_once("members = [").map(|(_, after)| after);
    let list = after.and_then(|after| after.split_once(']'));
    let (list, _) = list.ok_or("Cargo.toml names no members")?;
    let named = list.split(',').map(|one| one.trim().trim_matches('"'));
    let named = named.filter(|one| !one.is_empty());
    let folders = named.map(|one| place::root().join(one));
    Ok(folders.chain([place::root()]).collect())
}
