//! Figures of a crew's hands in its real window: from a scan to the asset, and a list of jobs with hundreds of photos.
#![allow(
    clippy::indexing_slicing,
    reason = "a measurement stops at the first surprise"
)]

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, ensure};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use koina_tests::pictures::camera;
use serde_json::{Value, json};

use crate::browser::{NEWS, Window};
use crate::stage::Stage;
use crate::visits::memory_mb;

/// Scans that are timed.
const SCANS: usize = 20;
/// Jobs with photos, photos of each (a record takes no more), how many are added at once, and how large the camera's are.
const JOBS: usize = 5;
const PHOTOS: usize = 100;
const AT_ONCE: usize = 10;
const SIZE: (u32, u32) = (1_600, 1_200);
/// How long a list of so many may take.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) async fn run(app: &Path, data: &Path, pictures: &Path) -> ExitCode {
    match measure(app, data, pictures).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            println!("The crew could not be measured: {failure:#}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(app: &Path, data: &Path, pictures: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(pictures).context("Making the folder of pictures")?;
    let stage = Stage::set(app, data, 2_000, 200, |_| ())?;
    let crew = Window::open(&stage.crew_window(true)).await?;
    crew.wait("all of the first load", NEWS, async |crew| {
        let assets = ask(crew, "assets_page", assets()).await?;
        let today = ask(crew, "today", json!({ "near": null })).await?;
        let many = |rows: &Value| rows.as_array().map_or(0, Vec::len);
        Ok(many(&assets["rows"]) > SCANS && many(&today["jobs"]) >= JOBS)
    })
    .await?;
    scans(&crew).await?;
    photos(&crew, pictures).await?;
    crew.close().await
}

/// Asks a command and gives its answer.
async fn ask(crew: &Window, command: &str, input: Value) -> anyhow::Result<Value> {
    let answer = crew.invoke(command, input).await?;
    answer.map_err(|problem| anyhow::anyhow!("{command} answered {problem}"))
}

fn assets() -> Value {
    json!({ "search": "", "kind": "", "community": "", "condition": 0, "retired": false, "clash": false, "due_from": null,
        "due_before": null, "failed": false, "missing": false, "sort": "number", "offset": 0, "limit": 100 })
}

/// A scanner types the number of an asset and Enter: until its card is on the screen.
async fn scans(crew: &Window) -> anyhow::Result<()> {
    let page = ask(crew, "assets_page", assets()).await?;
    let rows = page["rows"].as_array().cloned().unwrap_or_default();
    let numbers = rows.iter().filter_map(|row| row["number"].as_str());
    let numbers: Vec<&str> = numbers
        .filter(|number| !number.is_empty())
        .take(SCANS)
        .collect();
    ensure!(numbers.len() == SCANS, "{} numbers only", numbers.len());
    let said = crew.script(SCAN, vec![json!(numbers)], PATIENCE).await?;
    ensure!(said.get("failed").is_none(), "a scan ended with {said}");
    let mut times: Vec<f64> = serde_json::from_value(said["times"].clone())?;
    times.sort_by(f64::total_cmp);
    println!(
        "From the Enter of a scanner to the asset on the screen: {:.0} ms (median of {SCANS}; {:.0} to {:.0})",
        times[SCANS / 2],
        times[0],
        times[SCANS - 1]
    );
    Ok(())
}

/// Jobs of the day's list get hundreds of photos; each is opened and looked through to its end.
async fn photos(crew: &Window, pictures: &Path) -> anyhow::Result<()> {
    let today = ask(crew, "today", json!({ "near": null })).await?;
    let jobs = today["jobs"].as_array().cloned().unwrap_or_default();
    ensure!(jobs.len() >= JOBS, "{} jobs only", jobs.len());
    let mut kept = Vec::new();
    for number in 0..JOBS * PHOTOS {
        let id = &jobs[number / PHOTOS]["id"];
        let picture = camera(number as u64, SIZE.0, SIZE.1);
        let data = BASE64_STANDARD.encode(picture);
        let input = json!({ "data": data, "moment": "after", "with_place": false });
        let photo = ask(crew, "photo_keep", input).await?;
        kept.push(photo["file"].clone());
        if kept.len() == AT_ONCE {
            ask(crew, "photos_add", json!({ "id": id, "photos": kept })).await?;
            kept.clear();
        }
    }
    // As it is found in the morning: the app begun anew, and the list of the day before it.
    crew.reload().await?;
    crew.press("Σήμερα").await?;
    crew.wait("the crew's jobs", NEWS, async |crew| {
        Ok(crew.is_there("//ol//button").await)
    })
    .await?;
    let before = memory_mb(crew)?;
    let said = crew
        .script(LOOK, vec![json!(JOBS), json!(PHOTOS)], PATIENCE)
        .await?;
    ensure!(said.get("failed").is_none(), "looking ended with {said}");
    tokio::time::sleep(Duration::from_secs(2)).await;
    crew.picture(&pictures.join("hands-photos.png")).await?;
    println!(
        "{JOBS} jobs with {PHOTOS} photos each, opened and looked through: {:.0} ms to the first photo of the first, {:.0} ms to the last of all; {before} MB before, {} MB after all of them were in sight once",
        said["first"].as_f64().unwrap_or_default(),
        said["all"].as_f64().unwrap_or_default(),
        memory_mb(crew)?
    );
    Ok(())
}

const SCAN: &str = "
    const done = arguments[arguments.length - 1];
    const next = () => new Promise((there) => requestAnimationFrame(there));
    const until = async (what, found) => {
        const last = performance.now() + 20000;
        while (performance.now() < last) {
            const one = found();
            if (one) return one;
            await next();
        }
        throw new Error(`no ${what}`);
    };
    const press = async (where, words) => (await until(words, () => [...document.querySelectorAll(where)].find((one) => one.textContent.trim().startsWith(words)))).click();
    (async () => {
        const times = [];
        for (const number of arguments[0]) {
            await press('nav button', 'Πάγια');
            await press('main button', 'Σάρωση ετικέτας');
            const box = await until('the box', () => document.querySelector('#field-scanned'));
            box.value = number;
            box.dispatchEvent(new Event('input', { bubbles: true }));
            await next();
            const begun = performance.now();
            box.form.requestSubmit();
            await until(`the asset ${number}`, () => document.querySelector('#field-scanned') === null && document.querySelector('main').textContent.includes(number) && document.querySelector('main h1'));
            times.push(performance.now() - begun);
        }
        done({ times });
    })().catch((failure) => done({ failed: String(failure) }));
";

const LOOK: &str = "
    const done = arguments[arguments.length - 1];
    const next = () => new Promise((there) => requestAnimationFrame(there));
    const until = async (what, found) => {
        const last = performance.now() + 100000;
        while (performance.now() < last) {
            const one = found();
            if (one) return one;
            await next();
        }
        throw new Error(`no ${what}`);
    };
    (async () => {
        const begun = performance.now();
        let first = null;
        for (let job = 0; job < arguments[0]; job += 1) {
            (await until('the jobs', () => document.querySelectorAll('main ol button')[job])).click();
            const all = await until('the photos', () => { const strip = [...document.querySelectorAll('ul.strip > li')]; return strip.length === arguments[1] && strip; });
            for (const one of all) {
                one.scrollIntoView({ block: 'center', inline: 'center' });
                await until('a photo', () => one.querySelector('img')?.complete);
                first ??= performance.now() - begun;
            }
            history.back();
            await until('the list', () => document.querySelector('ul.strip') === null);
        }
        done({ first, all: performance.now() - begun });
    })().catch((failure) => done({ failed: String(failure) }));
";
