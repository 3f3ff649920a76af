//! Files: links, numbers, and what must not be left lying about.

use std::collections::BTreeSet;
use std::path::Path;

use super::{ROOT, files, text};

/// First folders of a path on somebody's own machine.
const OF_A_MACHINE: [&str; 6] = ["Users", "home", "mnt", "root", "tmp", "work"];

/// Lines of a Markdown file outside its code blocks.
fn prose(markdown: &str) -> impl Iterator<Item = &str> {
    let mut code = false;
    markdown.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    })
}

/// Targets of links and pictures, `[words](target)`; code in back-ticks is none.
fn links(line: &str) -> Vec<String> {
    let plain: String = line.split('`').step_by(2).collect();
    let targets = plain
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', ' ']).next());
    targets.map(str::to_owned).collect()
}

#[test]
fn every_relative_link_leads_somewhere() {
    let mut broken = Vec::new();
    for path in files(".md") {
        let markdown = text(&path);
        for link in prose(&markdown).flat_map(links) {
            let target = link.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let folder = Path::new(ROOT).join(&path);
            if !folder.parent().unwrap().join(target).exists() {
                broken.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert_eq!(broken, [] as [String; 0]);
}

#[test]
fn no_text_names_a_folder_of_somebodys_own_machine() {
    let mut found = Vec::new();
    for path in files(".md") {
        for line in text(&path).lines() {
            let words = line.split(|c: char| c.is_whitespace() || "`'\"()<>«»=".contains(c));
            for word in words.filter_map(|word| word.strip_prefix('/')) {
                let first = word.split('/').next().unwrap_or_default();
                if OF_A_MACHINE.contains(&first) {
                    found.push(format!("{}: /{word}", path.display()));
                }
            }
        }
    }
    assert_eq!(found, [] as [String; 0]);
}

#[test]
fn nothing_is_left_to_do_and_no_test_is_left_out() {
    // Put together here, so that this file is not its own finding.
    let needles =
        [["to", "do!("], ["unimple", "mented!("], ["#[ig", "nore"]].map(|parts| parts.concat());
    for path in files(".rs") {
        let code = text(&path);
        for needle in &needles {
            assert!(
                !code.contains(needle.as_str()),
                "{} has {needle}",
                path.display()
            );
        }
    }
}

#[test]
fn migrations_are_numbered_without_gaps_and_twinned() {
    let mut folders: std::collections::BTreeMap<String, Vec<String>> =
        std::collections::BTreeMap::new();
    for path in files(".sql") {
        let folder = path.parent().unwrap().display().to_string();
        if folder.contains("migrations") {
            folders
                .entry(folder)
                .or_default()
                .push(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    let found: BTreeSet<&str> = folders.keys().map(String::as_str).collect();
    let meant = [
        "sync/migrations",
        "sync/server/migrations/postgres",
        "sync/server/migrations/sqlite",
    ];
    assert_eq!(found, meant.into_iter().collect());
    for (folder, names) in &folders {
        for (place, name) in names.iter().enumerate() {
            assert!(
                name.starts_with(&format!("{:04}_", place + 1)),
                "{folder}/{name} is not number {}",
                place + 1
            );
        }
    }
    assert_eq!(
        folders[meant[1]], folders[meant[2]],
        "both databases of the log change together"
    );
}
