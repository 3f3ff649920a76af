//! `koina-window`: the real app in real windows, driven through WebKitWebDriver.
//!
//! `promises` starts a small municipality of its own and tries what only the real window can show; it ends with
//! `N passed, M failed`. `traces` tries the last part of that alone, `cage` the kiosk as its unit starts it. `story` shows the
//! demo's story in two windows and takes pictures of every step. `soak` kills the app, `visits` measures the kiosk, `hands` a crew, `map` the map, `breakout`
//! tries to get out of the kiosk's window.
#![allow(clippy::print_stdout, reason = "whoever starts it reads these lines")]
#![allow(
    clippy::disallowed_methods,
    reason = "a shell: it waits, and says how long things took"
)]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod breakout;
mod browser;
mod cage;
mod community;
mod hands;
mod keyring;
mod kiosk;
mod lock;
mod map;
mod promises;
mod rescue;
mod soak;
mod stage;
mod story;
mod traces;
mod visits;
mod withdrawn;

#[derive(Parser)]
#[command(version, about = "Drives the real windows of Koina.")]
struct Cli {
    /// The app to drive; without it, the one that `KOINA_APP` names.
    #[arg(long)]
    app: Option<PathBuf>,
    /// Folder for the municipality and the windows' records; emptied first.
    #[arg(long)]
    data: PathBuf,
    /// Folder for the pictures.
    #[arg(long)]
    pictures: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, Subcommand)]
enum Command {
    /// Tries every promise of the window.
    Promises,
    /// Tries only that a visit to the kiosk leaves no trace.
    Traces,
    /// Measures the kiosk: its start, a report without thinking, and its memory over many visits.
    Visits {
        #[arg(long, default_value_t = 500)]
        visits: u32,
    },
    /// Measures a crew's hands: from a scan to the asset, and jobs with 500 photos.
    Hands,
    /// Measures how the map moves with ten thousand assets on it.
    Map,
    /// Tries every way out of the kiosk's window; says `N attempts, M escapes`.
    Breakout {
        /// Tries the same on the desk's window, which is not locked: it must find ways out.
        #[arg(long)]
        control: bool,
    },
    /// Tries the kiosk as its unit starts it: under cage, killed, hanging, in the middle of a visit.
    Cage,
    /// Shows the story of the crew without network, in two windows.
    Story,
    /// Kills the app at random moments while somebody saves; ends with `N kills, L lost`.
    Soak {
        #[arg(long, default_value_t = 100)]
        kills: u32,
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let Some(app) = cli
        .app
        .or_else(|| std::env::var_os("KOINA_APP").map(PathBuf::from))
    else {
        println!(
            "Nothing was tried: KOINA_APP names no app. `cargo xtask test` builds it and sets that."
        );
        return ExitCode::FAILURE;
    };
    match cli.command {
        Command::Promises => promises::run(&app, &cli.data, &cli.pictures).await,
        Command::Traces => promises::traces(&app, &cli.data, &cli.pictures).await,
        Command::Breakout { control } => breakout::run(&app, &cli.data, control).await,
        Command::Cage => cage::run(&app, &cli.data, &cli.pictures).await,
        Command::Soak { kills, seed } => soak::run(&app, &cli.data, kills, seed).await,
        Command::Hands => hands::run(&app, &cli.data, &cli.pictures).await,
        Command::Map => map::measure(&app, &cli.data, &cli.pictures).await,
        Command::Visits { visits } => visits::run(&app, &cli.data, visits).await,
        Command::Story => match story::show(&app, &cli.data, &cli.pictures).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                println!("The story does not hold: {failure:#}.");
                ExitCode::FAILURE
            }
        },
    }
}
