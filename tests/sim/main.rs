//! `cargo xtask sim`: simulated municipalities by the thousand, and a check that planted mistakes are noticed.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool for the person at the terminal"
)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use clap::Parser;
use koina_tests::sim::plan::{Drawing, Plan};
use koina_tests::sim::{Fault, minimise, run};

#[derive(Parser)]
#[command(about = "Simulates municipalities from seeds and says what does not hold.")]
struct Cli {
    /// How many seeds.
    #[arg(long, default_value_t = 200)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Plants each known mistake in turn, and looks after how many seeds it is noticed.
    #[arg(long)]
    self_check: bool,
    /// Only planted mistakes whose words contain this.
    #[arg(long, default_value = "")]
    only: String,
}

fn main() -> std::process::ExitCode {
    let cli = Cli::parse();
    // Violations are panics of the checks; they are told below, once.
    std::panic::set_hook(Box::new(|_| {}));
    let good = if cli.self_check {
        self_check(&cli)
    } else {
        simulate(&cli)
    };
    if good {
        std::process::ExitCode::SUCCESS
    } else {
        std::process::ExitCode::FAILURE
    }
}

fn simulate(cli: &Cli) -> bool {
    let next = AtomicU64::new(cli.seed);
    let end = cli.seed.saturating_add(cli.seeds);
    let operations = AtomicU64::new(0);
    let saved = AtomicU64::new(0);
    let refused = AtomicU64::new(0);
    let failed: Mutex<Vec<(u64, String)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, std::num::NonZero::get) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        return;
                    }
                    match run(&Plan::draw(Drawing::NEWEST, seed, false), None) {
                        Ok(done) => {
                            operations.fetch_add(done.operations, Ordering::Relaxed);
                            saved.fetch_add(done.saved, Ordering::Relaxed);
                            refused.fetch_add(done.refused, Ordering::Relaxed);
                        }
                        Err(why) => {
                            let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                            println!("seed {seed}: {}", first_lines(&why));
                            failed.push((seed, why));
                        }
                    }
                    if (seed - cli.seed + 1).is_multiple_of(500) {
                        println!("{} seeds …", seed - cli.seed + 1);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some((seed, why)) = failed.iter().min() {
        let least = minimise(&Plan::draw(Drawing::NEWEST, *seed, false), None);
        println!(
            "\nThe least that fails of seed {seed}, {} desks, {} crews:",
            least.desks, least.crews
        );
        for step in &least.steps {
            println!("  {step:?}");
        }
        let why = run(&least, None).err().unwrap_or_else(|| why.clone());
        println!(
            "{why}\nKeep the seed, as `Drawing::{:?}`, in `KNOWN` of tests/journeys/convergence.rs.",
            Drawing::NEWEST
        );
    }
    println!(
        "{} words saved by people, {} operations refused by disks.\n{} seeds, {} operations, {} violations",
        saved.into_inner(),
        refused.into_inner(),
        cli.seeds,
        operations.into_inner(),
        failed.len()
    );
    failed.is_empty()
}

fn self_check(cli: &Cli) -> bool {
    let mut good = true;
    let faults = Fault::ALL
        .into_iter()
        .filter(|fault| fault.words().contains(&cli.only));
    for fault in faults {
        let seeds = cli.seed..cli.seed.saturating_add(cli.seeds);
        let noticed = seeds.clone().find_map(|seed| {
            let why = run(&Plan::draw(Drawing::NEWEST, seed, true), Some(fault)).err()?;
            Some((seed - cli.seed + 1, why))
        });
        match noticed {
            Some((after, why)) => {
                println!(
                    "{:<58} noticed after {after} seeds: {}",
                    fault.words(),
                    first_lines(&why)
                );
            }
            None => {
                good = false;
                println!("{:<58} NOT NOTICED in {} seeds", fault.words(), cli.seeds);
            }
        }
    }
    println!(
        "{} planted mistakes, {}",
        Fault::ALL.len(),
        if good {
            "all noticed"
        } else {
            "some NOT noticed"
        }
    );
    good
}

fn first_lines(why: &str) -> String {
    let line: String = why
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(120)
        .collect();
    line
}
