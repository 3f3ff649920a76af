//! Everything that a fuzzer ever found worth keeping, and mutations of good bytes, through the same functions.
//!
//! `cargo xtask fuzz` looks for more; what it finds comes into `tests/fuzz/corpus` and `tests/fuzz/regressions`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]
#![allow(clippy::print_stdout, reason = "a test tells its runner how far it is")]

use std::path::{Path, PathBuf};

use koina_sync::identity::hex;
use koina_tests::hostile::{self, TARGETS};

const FUZZ: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz");

/// Files kept for a target, by name.
fn kept(folder: &str, target: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(Path::new(FUZZ).join(folder).join(target)) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn numbers(mut seed: u64) -> impl FnMut(usize) -> usize {
    move |below| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((seed >> 33) % below.max(1) as u64).unwrap()
    }
}

/// One to four things happen to the bytes.
fn mutate(bytes: &mut Vec<u8>, other: &[u8], next: &mut impl FnMut(usize) -> usize) {
    for _ in 0..=next(4) {
        let at = next(bytes.len());
        match next(6) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << next(8),
            1 if !bytes.is_empty() => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][next(5)],
            2 => bytes.truncate(at),
            3 if !bytes.is_empty() => {
                bytes.remove(at);
            }
            4 => bytes.insert(at, u8::try_from(next(256)).unwrap()),
            _ => {
                let from = next(other.len());
                let many = next(16).min(other.len() - from);
                bytes.splice(at..at, other[from..from + many].iter().copied());
            }
        }
    }
}

/// An input on trial; says what it was when it breaks a promise.
struct Given<'a>(&'a [u8]);

impl Drop for Given<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("The input, in hex: {}", hex(self.0));
        }
    }
}

/// How many times as many mutations as usual.
fn times() -> usize {
    let wish = std::env::var("KOINA_TEST_MUTATIONS");
    wish.ok().and_then(|times| times.parse().ok()).unwrap_or(1)
}

fn holds(name: &str, mutations: usize) {
    let target = hostile::of(name);
    let take = |bytes: &[u8]| {
        let given = Given(bytes);
        (target.take)(given.0);
    };
    let seeds = (target.seeds)();
    assert!(!seeds.is_empty());
    for folder in ["corpus", "regressions"] {
        for file in kept(folder, name) {
            println!("{}", file.display());
            take(&std::fs::read(&file).unwrap());
        }
    }
    for seed in &seeds {
        take(seed);
    }
    let mut next = numbers(11);
    for _ in 0..mutations * times() {
        let mut bytes = seeds[next(seeds.len())].clone();
        mutate(&mut bytes, &seeds[next(seeds.len())], &mut next);
        take(&bytes);
    }
}

#[test]
fn messages_say_the_same_after_they_were_read() {
    holds("message", 2_000);
}

#[test]
fn no_change_gets_past_the_guard_that_harms_a_record() {
    holds("change", 10_000);
}

#[test]
fn records_by_column_are_whole_or_refused() {
    holds("columns", 2_000);
}

#[test]
fn courier_files_are_opened_or_refused() {
    holds("courier", 60);
}

#[test]
fn rows_of_a_file_become_records_or_are_named() {
    holds("import", 2_000);
}

#[test]
fn texts_are_read_whatever_they_are() {
    holds("text", 2_000);
}

#[test]
fn a_server_goes_on_after_any_body() {
    holds("server", 60);
}

#[test]
fn a_device_goes_on_after_any_answer() {
    holds("device", 60);
}

#[test]
fn a_picture_is_made_anew_or_refused() {
    holds("picture", 400);
}

#[test]
fn a_map_is_whole_or_none() {
    holds("map", 150);
}

#[test]
fn small_files_beside_a_replica_cost_no_more_than_themselves() {
    holds("beside", 120);
}

#[test]
fn every_route_answers_any_body() {
    holds("routes", 150);
}

#[test]
fn nobody_gets_in_by_what_an_identity_provider_does_not_say() {
    holds("provider", 60);
}

#[test]
fn files_of_an_administrator_are_taken_whole_or_refused() {
    holds("papers", 300);
}

#[test]
fn a_damaged_replica_opens_and_is_rescued_from() {
    holds("damaged", 60);
}

#[test]
fn every_target_is_fuzzed_and_every_file_belongs_to_one() {
    let manifest = std::fs::read_to_string(Path::new(FUZZ).join("Cargo.toml")).unwrap();
    let readme = std::fs::read_to_string(Path::new(FUZZ).join("README.md")).unwrap();
    for target in &TARGETS {
        let program = format!("path = \"targets/{}.rs\"", target.name);
        assert!(manifest.contains(&program), "{program}");
        assert!(
            readme.contains(&format!("| `{}` |", target.name)),
            "README.md says nothing of {}",
            target.name
        );
    }
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    let mut bytes = 0;
    for folder in ["corpus", "regressions"] {
        let Ok(entries) = std::fs::read_dir(Path::new(FUZZ).join(folder)) else {
            continue;
        };
        for entry in entries {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(names.contains(&name.as_str()), "{folder}/{name}");
            let sizes = kept(folder, &name)
                .into_iter()
                .map(|file| file.metadata().unwrap().len());
            bytes += sizes.sum::<u64>();
        }
    }
    assert!(bytes < 1024 * 1024, "{bytes} bytes are much to carry along");
}
