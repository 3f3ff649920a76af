//! Figures of the kiosk in its real window: how fast it is there, and what hundreds of visits do to its memory.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::json;

use crate::browser::{Start, Window};
use crate::stage::Stage;
use crate::traces::family;

/// Visits between two looks at the memory.
const STEP: u32 = 50;
/// How long so many visits may take.
const PATIENCE_OF_VISITS: Duration = Duration::from_secs(300);
/// Starts that are timed.
const STARTS: usize = 7;

pub(crate) async fn run(app: &Path, data: &Path, visits: u32) -> ExitCode {
    match measure(app, data, visits).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            println!("The kiosk could not be measured: {failure:#}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(app: &Path, data: &Path, visits: u32) -> anyhow::Result<()> {
    let stage = Stage::set(app, data, 200, 200, |_| ())?;
    let start = stage.kiosk_window();
    let kiosk = Window::open(&start).await?;
    kiosk.sees("Τι θέλετε να κάνετε;").await?;
    kiosk.cut()?;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        starts.push(time_to_home(&start).await?);
    }
    starts.sort_by(f32::total_cmp);
    println!(
        "From the start of the app to its home screen, after `kill -9`: {:.2} s (median of {STARTS}; {:.2} to {:.2})",
        starts.get(STARTS / 2).copied().unwrap_or_default(),
        starts.first().copied().unwrap_or_default(),
        starts.last().copied().unwrap_or_default(),
    );
    let mut kiosk = Window::open(&start).await?;
    kiosk.sees("Τι θέλετε να κάνετε;").await?;
    println!("visits | memory of the app and its web view, MB");
    for done in (0..=visits).step_by(STEP as usize) {
        println!("{done:6} | {}", memory_mb(&kiosk)?);
        if done < visits {
            let said = kiosk
                .script(VISITS, vec![json!(STEP)], PATIENCE_OF_VISITS)
                .await;
            match said {
                Ok(said) => ensure!(said.get("failed").is_none(), "a visit ended with {said}"),
                // The app started anew, as it does after many visits; the driver has lost it.
                Err(_) => {
                    tokio::time::sleep(Duration::from_secs(3)).await;
                    println!(
                        "       | {} in the app that took its place",
                        memory_mb(&kiosk)?
                    );
                    kiosk.cut()?;
                    kiosk = Window::open(&start).await?;
                    kiosk.sees("Τι θέλετε να κάνετε;").await?;
                }
            }
        }
    }
    kiosk.close().await
}

/// Starts the app and cuts it off when its home screen is there. The web driver's own start is not counted.
async fn time_to_home(start: &Start) -> anyhow::Result<f32> {
    let (kiosk, begun) = Window::open_timed(start).await?;
    let took = begun.elapsed().as_secs_f32();
    kiosk.sees("Τι θέλετε να κάνετε;").await?;
    kiosk.cut()?;
    Ok(took)
}

/// What all processes of the app hold, each shared page counted once.
fn memory_mb(kiosk: &Window) -> anyhow::Result<u64> {
    let app = kiosk.process().context("Finding the app")?;
    let kilobytes = family(app).into_iter().filter_map(|id| {
        let rollup = std::fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
        let line = rollup.lines().find(|line| line.starts_with("Pss:"))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    });
    Ok(kilobytes.sum::<u64>() / 1024)
}

/// Visits in which nothing is typed, by the buttons a visitor presses: after those that type, the app starts anew.
const VISITS: &str = "
    const done = arguments[arguments.length - 1];
    const next = () => new Promise((there) => setTimeout(there, 20));
    const press = async (words) => {
        for (let tries = 0; tries < 500; tries += 1) {
            const found = [...document.querySelectorAll('button')].find((button) => button.textContent.trim().startsWith(words));
            if (found) { found.click(); return; }
            await next();
        }
        throw new Error(`no «${words}»`);
    };
    (async () => {
        for (let visit = 0; visit < arguments[0]; visit += 1) {
            for (const words of ['Αναφορά βλάβης', 'Ηλεκτροφωτισμός', 'Καμένος λαμπτήρας', 'Πίσω', 'Τέλος', 'Νέα αίτηση', 'Βεβαίωση μόνιμης', 'Τέλος']) {
                await press(words);
                await next();
            }
        }
        done({ ended: true });
    })().catch((failure) => done({ failed: String(failure) }));
";
