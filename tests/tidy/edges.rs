//! Who may know whom.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use super::{ROOT, files, text};

/// The edges as they are meant to be. A new one is added here too, on purpose.
const MEANT: [(&str, &[&str]); 8] = [
    ("koina", &["koina-commands", "koina-model", "koina-sync"]),
    ("koina-commands", &["koina-model", "koina-sync"]),
    ("koina-disk", &[]),
    ("koina-model", &[]),
    ("koina-server", &["koina-model", "koina-sync"]),
    ("koina-sync", &["koina-model"]),
    (
        "koina-tests",
        &[
            "koina-commands",
            "koina-disk",
            "koina-model",
            "koina-server",
            "koina-sync",
        ],
    ),
    ("xtask", &[]),
];

/// What each package depends on: a path for packages of ours, none for others.
fn packages() -> BTreeMap<String, Vec<(String, bool)>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let asked = Command::new(cargo)
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(ROOT)
        .output();
    let said: Value = serde_json::from_slice(&asked.unwrap().stdout).unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let depends = |package: &Value| {
        let all = package["dependencies"].as_array().unwrap();
        all.iter()
            .map(|one| (name(one), one["path"].is_string()))
            .collect()
    };
    said["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (name(package), depends(package)))
        .collect()
}

#[test]
fn packages_know_only_whom_they_may() {
    let packages = packages();
    let ours: BTreeMap<&str, BTreeSet<&str>> = packages
        .iter()
        .map(|(name, all)| {
            (
                name.as_str(),
                all.iter()
                    .filter(|(_, ours)| *ours)
                    .map(|(other, _)| other.as_str())
                    .collect(),
            )
        })
        .collect();
    let meant: BTreeMap<&str, BTreeSet<&str>> = MEANT
        .iter()
        .map(|(name, all)| (*name, all.iter().copied().collect()))
        .collect();
    assert_eq!(ours, meant);
    assert_eq!(
        packages["xtask"],
        [],
        "xtask installs what is missing, so that it may need nothing itself"
    );
}

#[test]
fn only_the_disk_below_sqlite_may_be_unsafe() {
    for path in files("Cargo.toml") {
        // Workspaces apart.
        if path.starts_with("tests/peers/samod") || path.starts_with("tests/fuzz") {
            continue;
        }
        let shared = text(&path).contains("[lints]\nworkspace = true");
        assert_eq!(
            shared,
            !path.starts_with("tests/disk"),
            "lints of {}",
            path.display()
        );
    }
    let disk = packages().remove("koina-disk").unwrap();
    let disk: Vec<&str> = disk.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(disk, ["rusqlite", "tempfile"]);
}

#[test]
fn only_the_app_knows_tauri() {
    for (package, all) in packages() {
        let tauri = all
            .iter()
            .any(|(name, _)| name == "tauri" || name.starts_with("tauri-"));
        assert_eq!(tauri, package == "koina", "{package}");
    }
}

#[test]
fn the_model_reads_no_clock_and_no_file_and_waits_for_nobody() {
    let foreign = [
        "SystemTime",
        "Instant",
        "Timestamp::now",
        "Zoned::now",
        "now_v7",
        "new_v4",
        "new_v7",
        "getrandom",
        "rand::",
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "std::thread",
        "std::io",
        "tokio",
        "rusqlite",
        "reqwest",
        "async fn",
        "async move",
        ".await",
    ];
    for path in files(".rs")
        .into_iter()
        .filter(|path| path.starts_with("sync/model") && !path.ends_with("tests.rs"))
    {
        let code = text(&path);
        let code: Vec<&str> = code
            .lines()
            .map(|line| line.split("//").next().unwrap_or(line))
            .collect();
        for word in foreign {
            assert!(
                !code.iter().any(|line| line.contains(word)),
                "{} has {word}",
                path.display()
            );
        }
    }
}
