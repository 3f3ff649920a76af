//! `cargo xtask peers`: the same work for Koina and for other programs that keep records in step, as a table, and as
//! figures and a picture in `docs/performance.md`. Asserts nothing.
//!
//! Servers and clients are processes of their own, and every byte between them passes one counting proxy in this one.
//! A client says `ready` when it has made its edits, does its work after `go`, says `done`, and stays until it is told to
//! go, so that its memory can be read.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a tool for the person at the terminal"
)]
#![allow(clippy::cast_precision_loss, reason = "figures for reading")]
#![allow(clippy::disallowed_methods, reason = "it measures")]

mod koina;
mod page;
mod picture;
mod work;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

#[derive(Parser)]
struct Cli {
    /// Only these peers, by a part of their names.
    #[arg(long)]
    peer: Vec<String>,
    /// Only these works, by a part of their names.
    #[arg(long)]
    work: Vec<String>,
    /// When a work is given up.
    #[arg(long, default_value_t = 600)]
    limit_s: u64,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What the processes of Koina are called with, and the page alone.
#[derive(Subcommand)]
enum Command {
    /// Writes a server's files and every record's story for the others.
    Feed {
        folder: PathBuf,
        stories: PathBuf,
        records: u32,
    },
    /// Is a device.
    Client(koina::Client),
    /// Writes the page again from the figures of the last runs.
    Page,
}

fn main() {
    let cli = Cli::parse();
    match cli.command {
        Some(Command::Feed {
            folder,
            stories,
            records,
        }) => koina::feed(&folder, &stories, records),
        Some(Command::Client(client)) => client.run(),
        Some(Command::Page) => page::write(&work::kept()),
        None => {
            let wanted = |names: &[String], name: &str| {
                names.is_empty() || names.iter().any(|one| name.contains(one.as_str()))
            };
            let figures = work::all(
                &|peer| wanted(&cli.peer, peer),
                &|work| wanted(&cli.work, work),
                std::time::Duration::from_secs(cli.limit_s),
            );
            page::write(&figures);
        }
    }
}
