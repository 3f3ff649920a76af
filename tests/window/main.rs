//! `koina-window`: the real app in real windows, driven through WebKitWebDriver.
//!
//! `promises` starts a small municipality of its own and tries what only the real window can show; it ends with
//! `N passed, M failed`. `story` shows the demo's story in two windows and takes pictures of every step.
#![allow(clippy::print_stdout, reason = "whoever starts it reads these lines")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod browser;
mod promises;
mod stage;
mod story;

#[derive(Parser)]
#[command(version, about = "Drives the real windows of Koina.")]
struct Cli {
    /// The app to drive.
    #[arg(long, env = "KOINA_APP")]
    app: PathBuf,
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
    /// Shows the story of the crew without network, in two windows.
    Story,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command {
        Command::Promises => promises::run(&cli.app, &cli.data, &cli.pictures).await,
        Command::Story => match story::show(&cli.app, &cli.data, &cli.pictures).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                println!("The story does not hold: {failure:#}.");
                ExitCode::FAILURE
            }
        },
    }
}
