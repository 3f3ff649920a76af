//! Figures of the kiosk in its real window: how fast it is there, and what hundreds of visits do to its memory.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::json;

use crate::browser::{PATIENCE, Start, Window};
use crate::kiosk::web_view;
use crate::stage::Stage;
use crate::traces::family;

/// Visits between two looks at the memory.
const STEP: u32 = 50;
/// Quiet visits after which a fresh app takes the place of this one, and not before.
const VISITS_OF_AN_APP: u32 = 100;
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
    report(&kiosk).await?;
    kiosk.cut()?;
    kiosk = Window::open(&start).await?;
    kiosk.sees("Τι θέλετε να κάνετε;").await?;
    println!("visits | memory of the app and its web view, MB");
    println!("{:6} | {}", 0, memory_mb(&kiosk)?);
    let (mut done, mut of_this_app, mut anew) = (0, 0, 0);
    while done < visits {
        let image = kiosk.image().context("Finding the app")?;
        let ends = of_this_app + STEP >= VISITS_OF_AN_APP;
        let quiet = if ends { STEP - 1 } else { STEP };
        let said = kiosk.script(VISITS, vec![json!(quiet)], PATIENCE_OF_VISITS);
        let said = said.await.with_context(|| format!("after {done} visits"))?;
        ensure!(said.get("failed").is_none(), "a visit ended with {said}");
        done += quiet;
        of_this_app += quiet;
        ensure!(
            kiosk.image().as_deref() == Some(&image),
            "the app started anew before its time, after at most {of_this_app} visits"
        );
        println!("{done:6} | {}", memory_mb(&kiosk)?);
        if !ends {
            continue;
        }
        let ended = Instant::now();
        // The driver loses an app that starts anew, before or after it has heard that the visit ended.
        if let Ok(said) = kiosk.script(VISITS, vec![json!(1)], PATIENCE).await {
            ensure!(said.get("failed").is_none(), "a visit ended with {said}");
        }
        done += 1;
        begun_anew(&kiosk, &image).await?;
        web_view(kiosk.process().context("Finding the app")?, ended).await?;
        println!(
            "{done:6} | {} in the app that took its place",
            memory_mb(&kiosk)?
        );
        anew += 1;
        kiosk.cut()?;
        kiosk = Window::open(&start).await?;
        kiosk.sees("Τι θέλετε να κάνετε;").await?;
        of_this_app = 0;
    }
    println!("{done} visits; {anew} times the app started anew, each time when it should");
    kiosk.close().await
}

/// Waits until a fresh app, whose program lies elsewhere, has taken the place of this one.
async fn begun_anew(kiosk: &Window, image: &str) -> anyhow::Result<()> {
    let until = Instant::now() + PATIENCE;
    while kiosk.image().is_none_or(|now| now == image) {
        ensure!(
            Instant::now() < until,
            "after {VISITS_OF_AN_APP} visits no fresh app took the place of this one"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// Reports a lamp by its village and five letters, pressing without thinking, and says how long the machine took.
async fn report(kiosk: &Window) -> anyhow::Result<()> {
    #[derive(serde::Deserialize)]
    struct Report {
        ms: f64,
        touches: u32,
        keys: u32,
    }
    let said = kiosk.script(REPORT, vec![], PATIENCE_OF_VISITS).await?;
    ensure!(said.get("failed").is_none(), "a report ended with {said}");
    let Report { ms, touches, keys } = serde_json::from_value(said)?;
    println!(
        "A street lamp, pressed without thinking: {:.2} s from the first touch to the receipt, {touches} touches and {keys} keys on the glass",
        ms / 1_000.0,
    );
    Ok(())
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
pub(crate) fn memory_mb(kiosk: &Window) -> anyhow::Result<u64> {
    let app = kiosk.process().context("Finding the app")?;
    let kilobytes = family(app).into_iter().filter_map(|id| {
        let rollup = std::fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
        let line = rollup.lines().find(|line| line.starts_with("Pss:"))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    });
    Ok(kilobytes.sum::<u64>() / 1024)
}

/// Visits in which nothing is typed, two kinds in turn, by the buttons a visitor presses: after those that type, the app starts
/// anew.
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
    const kinds = [
        ['Αναφορά βλάβης', 'Ηλεκτροφωτισμός', 'Καμένος λαμπτήρας', 'Πίσω', 'Τέλος'],
        ['Νέα αίτηση', 'Βεβαίωση μόνιμης', 'Τέλος'],
    ];
    (async () => {
        for (let visit = 0; visit < arguments[0]; visit += 1) {
            for (const words of kinds[visit % 2]) {
                await press(words);
                await next();
            }
        }
        done({ ended: true });
    })().catch((failure) => done({ failed: String(failure) }));
";

/// A lamp by its village, with a few letters of the keyboard on the glass. Each press follows as soon as there is something to
/// press.
const REPORT: &str = "
    const done = arguments[arguments.length - 1];
    const next = () => new Promise((there) => requestAnimationFrame(there));
    const until = async (what, found) => {
        const last = performance.now() + 60000;
        while (performance.now() < last) {
            const one = found();
            if (one) return one;
            await next();
        }
        throw new Error(`no ${what}`);
    };
    let touches = 0;
    let keys = 0;
    const among = (where, words) => [...document.querySelectorAll(where)].find((one) => one.textContent.trim().startsWith(words));
    const touch = async (where, words) => {
        const one = await until(words, () => among(where, words));
        one.focus();
        one.click();
        touches += 1;
    };
    (async () => {
        const begun = performance.now();
        await touch('main button', 'Αναφορά βλάβης');
        await touch('main button', 'Καμένος λαμπτήρας');
        await touch('main label', 'Λιτόχωρο');
        await touch('main label', 'Λιμάνι Λιτοχώρου');
        await touch('main button', 'Συνέχεια');
        (await until('the field', () => document.querySelector('#field-text'))).focus();
        touches += 1;
        for (const letter of 'ρεμβη') {
            (await until('the keys', () => among('.keyboard button', letter))).click();
            keys += 1;
        }
        await touch('main button', 'Συνέχεια');
        await until('the question of who reports', () => document.querySelector('#field-phone'));
        await touch('main button', 'Συνέχεια');
        await touch('main button', 'Υποβολή');
        await until('the receipt', () => document.querySelector('[data-testid=receipt-number]'));
        done({ ms: performance.now() - begun, touches, keys });
    })().catch((failure) => done({ failed: String(failure) }));
";
