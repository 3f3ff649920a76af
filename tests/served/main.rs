//! `koina-served FOLDER`: a server as a process of its own, with the allocator of `koina-server`.
//!
//! Serves the files of a village, and gives a code to whoever asks for one on the standard input.

use std::path::PathBuf;

use clap::Parser;
use koina_tests::served::{now, on_file, serve_by_lines, serve_in};
use koina_tests::village::Village;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[derive(Parser)]
struct Cli {
    folder: PathBuf,
}

#[tokio::main]
async fn main() {
    let cli = Cli::parse();
    let village = Village::new(7, now());
    let served = serve_in(&cli.folder, on_file, &village).await;
    serve_by_lines(&served).await;
}
