//! The map in the real window: that it is drawn, and how it moves with ten thousand assets on it.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::json;

use crate::browser::{NEWS, Window};
use crate::stage::Stage;

/// Assets on the map that is moved.
const ASSETS: u32 = 10_000;
/// Longest time for a drag across the map, and for what is to be drawn after it.
const DRAG: Duration = Duration::from_secs(60);

/// How many colours the ground has: one where nothing is drawn.
const COLOURS: &str = "const done = arguments[arguments.length - 1]; const seen = new Set();
    for (const tile of document.querySelectorAll('.leaflet-tile-pane canvas')) {
        if (!tile.width) continue;
        const pixels = tile.getContext('2d').getImageData(0, 0, tile.width, tile.height).data;
        for (let at = 0; at < pixels.length; at += 4 * 97) seen.add(pixels[at] + ',' + pixels[at + 1] + ',' + pixels[at + 2]);
    }
    done(seen.size);";

/// Drags the map to and fro, a step a frame; gives the time of each frame in milliseconds.
const PAN: &str = "const done = arguments[arguments.length - 1];
    const map = document.querySelector('.leaflet-container'); const box = map.getBoundingClientRect();
    const frames = []; let x = box.left + box.width / 2, y = box.top + box.height / 2, step = 0, before = null;
    const tell = (kind, on) => on.dispatchEvent(new MouseEvent(kind, { bubbles: true, cancelable: true, view: window, clientX: x, clientY: y, button: 0, buttons: kind === 'mouseup' ? 0 : 1 }));
    tell('mousedown', map);
    const move = (now) => {
        if (before !== null) frames.push(now - before);
        before = now;
        if (step === 240) { tell('mouseup', document); done(frames); return; }
        const turn = Math.floor(step / 60) % 2 ? -1 : 1;
        x += 5 * turn; y += 2 * turn; step += 1;
        tell('mousemove', document);
        requestAnimationFrame(move);
    };
    requestAnimationFrame(move);";

/// The desk sees the map that came from the town hall.
pub(crate) async fn is_drawn(desk: &Window, pictures: &Path) -> anyhow::Result<()> {
    desk.press("Χάρτης").await?;
    desk.wait("a map", NEWS, async |desk| {
        let colours = desk.script(COLOURS, Vec::new(), NEWS).await?;
        Ok(colours.as_u64().is_some_and(|many| many > 3))
    })
    .await?;
    desk.wait("things on the map", NEWS, async |desk| {
        Ok(desk.is_there("//*[contains(@class, 'mark')]").await)
    })
    .await?;
    desk.picture(&pictures.join("map.png")).await
}

/// A visitor touches the place on the locked kiosk's map, which came by itself.
pub(crate) async fn is_touched(kiosk: &Window, pictures: &Path) -> anyhow::Result<()> {
    kiosk
        .wait("its map", DRAG, async |kiosk| {
            let here = kiosk.invoke("map_pack", json!({})).await?;
            Ok(here.is_ok_and(|here| {
                here.pointer("/map")
                    .is_some_and(serde_json::Value::is_object)
            }))
        })
        .await?;
    for words in [
        "Αναφορά βλάβης",
        "Ηλεκτροφωτισμός",
        "Καμένος λαμπτήρας",
        "Δείξτε στον χάρτη",
    ] {
        kiosk.press(words).await?;
    }
    kiosk
        .wait("a map", NEWS, async |kiosk| {
            let colours = kiosk.script(COLOURS, Vec::new(), NEWS).await?;
            Ok(colours.as_u64().is_some_and(|many| many > 3))
        })
        .await?;
    kiosk.press("Κοντά").await?;
    kiosk
        .press_at("the map", "//*[@role='application']")
        .await?;
    kiosk
        .wait("a pin", NEWS, async |kiosk| {
            Ok(kiosk.is_there("//*[contains(@class, 'pin')]").await)
        })
        .await?;
    kiosk.sees("Πιο κοντά: ").await?;
    kiosk.picture(&pictures.join("kiosk-map.png")).await?;
    kiosk.press("Πίσω").await?;
    kiosk.press("Πίσω").await
}

/// Measures how the map moves; prints figures.
pub(crate) async fn measure(app: &Path, data: &Path, pictures: &Path) -> ExitCode {
    match moved(app, data, pictures).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            println!("The map could not be measured: {failure:#}.");
            ExitCode::FAILURE
        }
    }
}

async fn moved(app: &Path, data: &Path, pictures: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(pictures).context("Making the folder of pictures")?;
    let stage = Stage::set(app, data, 2_000, ASSETS, |words| println!("{words}"))?;
    let desk = Window::open(&stage.desk_window()).await?;
    is_drawn(&desk, pictures).await?;
    desk.press_at("the assets", "//label[.//input[@name='assets']]")
        .await?;
    desk.wait("ten thousand assets", DRAG, async |desk| {
        let said = desk
            .text("//*[@role='status'][contains(., 'κομμάτι')]")
            .await?;
        let digits: String = said.chars().filter(char::is_ascii_digit).collect();
        Ok(digits
            .parse::<u32>()
            .is_ok_and(|many| many >= ASSETS * 9 / 10))
    })
    .await?;
    let begun = Instant::now();
    let query = json!({ "west": 22.3, "south": 39.9, "east": 22.7, "north": 40.3, "zoom": 11, "requests": true, "assets": true, "kind": "" });
    let found = desk.invoke("map_points", query).await?;
    ensure!(found.is_ok(), "the points came back with {found:?}");
    let asked_ms = begun.elapsed().as_secs_f64() * 1_000.0;
    for closer in 0..3 {
        let frames = desk.script(PAN, Vec::new(), DRAG).await?;
        let mut frames: Vec<f64> = frames
            .as_array()
            .context("no frames")?
            .iter()
            .filter_map(serde_json::Value::as_f64)
            .collect();
        ensure!(frames.len() > 100, "{} frames only", frames.len());
        frames.sort_by(f64::total_cmp);
        let part = |percent: usize| {
            frames
                .get(frames.len() * percent / 100)
                .copied()
                .unwrap_or_default()
        };
        println!(
            "{closer} steps closer: a frame while the map is dragged: median {:.0} ms, 95 of 100 within {:.0} ms, worst {:.0} ms",
            part(50),
            part(95),
            frames.last().copied().unwrap_or_default()
        );
        desk.picture(&pictures.join(format!("map-{closer}.png")))
            .await?;
        desk.press_at("closer", "//button[@aria-label='Πιο κοντά']")
            .await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    println!(
        "{ASSETS} assets and 2000 requests asked for and drawn as one frame: {asked_ms:.0} ms for the answer"
    );
    desk.close().await
}
