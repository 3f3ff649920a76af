//! `koina-bridge`: the real backend for a browser, so that the screens can be tested without a WebView.
//!
//! Behind it stand the same commands, replicas, exchange and municipal server as in the product, with the
//! capabilities of each window. Only Tauri's own transport is replaced, by HTTP on this machine. It is for tests:
//! it believes whoever can reach it.
#![allow(
    clippy::print_stdout,
    reason = "the caller reads the address from standard output"
)]

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;

mod clock;
mod records;
mod town;
mod web;

use town::{Kept, Town};

/// The root of the repository, where the screens and the capabilities lie.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("Starting the runtime")?;
    let folder = tempfile::TempDir::new().context("Making a folder")?;
    let screens = std::env::var_os("KOINA_UI")
        .map_or_else(|| PathBuf::from(ROOT).join("ui/dist"), PathBuf::from);
    let windows = web::Windows::read(&PathBuf::from(ROOT)).context("Reading the capabilities")?;
    let mut town = Town::new(folder.path().to_owned(), runtime.handle().clone())?;
    town.open(Kept::Full).context("Filling the municipality")?;
    // The screens as they are now: somebody may build them again while the tests run.
    let shown = folder.path().join("screens");
    town::copy(&screens, &shown)
        .with_context(|| format!("Copying the screens from {}", screens.display()))?;
    let bridge = Arc::new(web::Bridge::new(town, windows, shown));
    let routes = web::router(Arc::clone(&bridge));
    runtime.block_on(async move {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .context("Opening an address")?;
        println!("KOINA_BRIDGE http://{}", listener.local_addr()?);
        tokio::select! {
            served = axum::serve(listener, routes) => served.context("Serving"),
            // Polls that wait for a change have nothing to save.
            () = told_to_stop() => Ok(()),
        }
    })?;
    bridge.close();
    runtime.shutdown_background();
    Ok(())
}

async fn told_to_stop() {
    #[cfg(unix)]
    if let Ok(mut ended) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    {
        tokio::select! { _ = tokio::signal::ctrl_c() => {}, _ = ended.recv() => {} }
        return;
    }
    tokio::signal::ctrl_c().await.ok();
}
