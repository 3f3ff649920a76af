//! `cargo xtask demo`, `cargo xtask test`, `cargo xtask sim`, `cargo xtask bench`: install what is missing, then run. Only std.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "a shell: it says how long its steps took"
)]

use std::process::ExitCode;

mod demo;
mod fuzz;
mod held;
mod install;
mod map;
mod place;
mod postgres;
mod run;
mod screen;
mod supply;
mod test;

const HELP: &str = "\
cargo xtask demo [--fresh] [--community] [--kiosk]
                                      Two windows of the app, a town hall and a crew, over a municipality with a history; others when named.
cargo xtask demo --headless --script  The same without a screen: plays the story by itself and takes pictures of it.
cargo xtask test                      Every check and test there is. Ends with `N passed, M failed`.
cargo xtask test fast                 The same without browser and windows, for daily work.
cargo xtask sim [--seeds N] [--seed S] Simulated municipalities, each drawn from a seed; the last line counts violations.
                                      With `--self-check`: plants known mistakes and looks whether they are noticed.
cargo xtask soak [--kills N]          Kills the server and devices at random moments; the last line counts what was lost.
cargo xtask soak --window [--kills N] Kills the real app in its window instead.
cargo xtask visits [--visits N]       The kiosk in its real window: its start, a report without thinking, its memory over many visits.
cargo xtask hands                     A crew in its real window: from a scan to the asset, and jobs with 500 photos.
cargo xtask pan                       The map in its real window, dragged with ten thousand assets on it.
cargo xtask breakout [--control]      Every way out of the kiosk's window; says how many attempts and escapes there were.
                                      With `--control`: the same on a window that is not locked, where it must find ways out.
cargo xtask fuzz [--minutes N] [--target NAME]
                                      Hostile bytes, N minutes for each way in; the last line counts crashes.
cargo xtask bench [...]               The measurements, in release mode; arguments are handed on.
cargo xtask link [...]                A crew and its server over 64 kbit/s with 600 ms and losses, line and app cut (needs root).
cargo xtask kiosk                     The lock-down of a Linux kiosk with a real systemd, in a container: killed and stopped (needs root).
cargo xtask map [NAME] [--osm FILE] [--boundaries FILE --credit WORDS] [--day YYYY-MM-DD] [--to FILE]
                                      The map of a municipality as one PMTiles file, from open data; with an extract of
                                      OpenStreetMap (.osm.pbf) also its roads, waters and buildings.
cargo xtask sbom                      What app, server and screens are made of: three lists (CycloneDX) in target/sbom.
cargo xtask deny [--offline]          Whether every library may be there: licence, source, and what is known against it.
cargo xtask peers [...]               The same work for Koina and its peers; writes docs/performance.md and its picture.
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["demo", options @ ..] => demo::Options::read(options).and_then(demo::demo),
        ["test"] => test::test(false),
        ["test", "fast"] => test::test(true),
        ["sim", options @ ..] => test::sim(options),
        ["soak", options @ ..] => test::soak(options),
        ["visits", options @ ..] => test::visits(options),
        ["hands"] => test::hands(),
        ["pan"] => test::pan(),
        ["breakout", options @ ..] => test::breakout(options),
        ["fuzz", options @ ..] => fuzz::fuzz(options),
        ["bench", options @ ..] => test::bench(options),
        ["link", options @ ..] => test::link(options),
        ["kiosk"] => test::kiosk(),
        ["map", options @ ..] => map::map(options),
        ["sbom"] => supply::sbom(),
        ["deny", options @ ..] => supply::deny(options),
        ["peers", options @ ..] => test::peers(options),
        ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(format!("say what to do:\n\n{HELP}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("\nxtask: {sentence}");
            ExitCode::FAILURE
        }
    }
}
