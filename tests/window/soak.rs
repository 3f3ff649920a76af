//! The app is killed (SIGKILL) at random moments after it started, while somebody saves. Afterwards everything whose saving
//! the window had answered must be on the server.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, ensure};
use koina_tests::sim::{plan::Dice, words_of_log};
use serde_json::json;

use crate::browser::{NEWS, Start, Window};
use crate::stage::Stage;

/// The latest moment of a kill, after the first screen.
const LATEST_MS: usize = 1_500;

pub(crate) async fn run(app: &Path, data: &Path, kills: u32, seed: u64) -> ExitCode {
    match soak(app, data, kills, seed).await {
        Ok((saved, lost)) => {
            println!("{saved} words saved.\n{kills} kills, {lost} lost");
            if lost == 0 {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(failure) => {
            println!("The windows could not be driven any further: {failure:#}");
            ExitCode::FAILURE
        }
    }
}

async fn soak(app: &Path, data: &Path, kills: u32, seed: u64) -> anyhow::Result<(usize, usize)> {
    let stage = Stage::set(app, data, 40, 40, |_| ())?;
    let start = stage.desk_window();
    let enrolling = Window::open(&start).await?;
    enrolling.follow().await?;
    enrolling.close().await?;
    let mut dice = Dice::new(seed);
    let mut words = BTreeSet::new();
    let mut next = 0;
    for kill in 0..kills {
        save_until_killed(&start, &mut dice, &mut next, &mut words)
            .await
            .with_context(|| format!("after {kill} kills"))?;
        if (kill + 1) % 50 == 0 {
            println!("{} kills, {} words saved …", kill + 1, words.len());
        }
    }
    ensure!(kills == 0 || !words.is_empty(), "nothing was ever saved");
    let window = Window::open(&start).await?;
    window
        .wait("an empty outbox", NEWS, async |window| {
            let state = window.invoke("exchange_now", json!({})).await?;
            let waiting = state.ok().and_then(|state| state.get("pending")?.as_u64());
            Ok(waiting == Some(0))
        })
        .await?;
    window.close().await?;
    let mut there = BTreeSet::new();
    words_of_log(
        &data.join("municipality").join("server").join("log.sqlite"),
        &mut there,
    );
    let lost: Vec<u64> = words.difference(&there).copied().collect();
    if !lost.is_empty() {
        println!("lost: {lost:?}");
    }
    Ok((words.len(), lost.len()))
}

/// Starts the app and saves one request after the other until the app is killed. A word counts once the window said that it
/// was saved.
async fn save_until_killed(
    start: &Start,
    dice: &mut Dice,
    next: &mut u64,
    words: &mut BTreeSet<u64>,
) -> anyhow::Result<()> {
    let window = Window::open(start).await?;
    ensure!(
        window.is_there("//*[@id='content']").await,
        "the device is not enrolled any more"
    );
    let killed = tokio::time::sleep(Duration::from_millis(dice.below(LATEST_MS) as u64));
    tokio::pin!(killed);
    loop {
        *next += 1;
        let input = json!({
            "category": "LGT-01", "community": "11020101", "settlement": "", "place_text": "", "position": null,
            "asset": null, "text": format!("τ{next};"), "channel": "phone", "register": true, "draft": null,
        });
        let saving = window.invoke("request_enter", input);
        tokio::select! {
            () = &mut killed => break,
            said = saving => {
                let said = said?;
                ensure!(said.is_ok(), "not saved: {said:?}");
                words.insert(*next);
            }
        }
    }
    window.cut()
}
