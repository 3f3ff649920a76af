//! The kiosk in its real window: a visitor is served, and afterwards nothing of the visit is anywhere.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::json;

use crate::browser::{NEWS, PATIENCE, Start, Window};
use crate::promises::{NOBODY, denied};
use crate::traces::{Planted, Trace, family};

/// What a visitor of these tests types. Nothing else has such words.
const WORDS: &str = "Σβησμένη δοκιμολυχνία";
const NAME: &str = "Ευτυχία Ιχνηλατοπούλου";
const PHONE: &str = "6987123459";
/// Until an untouched kiosk ends a visit: 90 s, and 30 s of warning.
const IDLE: Duration = Duration::from_secs(120);

/// How a visit ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    /// «Τέλος».
    Pressed,
    /// The visitor walked away.
    Idle,
    /// The app was killed.
    Killed,
}

/// A visitor reports a street lamp and takes the numbers home.
pub(crate) async fn visit(kiosk: &Window) -> anyhow::Result<()> {
    kiosk.sees("Τι θέλετε να κάνετε;").await?;
    denied(kiosk, "requests_page", json!({})).await?;
    denied(kiosk, "contacts_read", json!({ "id": NOBODY })).await?;
    denied(kiosk, "draft_load", json!({ "key": "desk-enter" })).await?;
    kiosk.press("Αναφορά βλάβης").await?;
    kiosk
        .wait("the kinds", NEWS, async |kiosk| {
            kiosk.shows("Ηλεκτροφωτισμός").await
        })
        .await?;
    kiosk.press("Ηλεκτροφωτισμός").await?;
    kiosk.press("Καμένος λαμπτήρας").await?;
    kiosk.sees("Πού είναι;").await?;
    kiosk
        .press_at(
            "a community",
            "//label[contains(normalize-space(.), 'Λιτόχωρο')]",
        )
        .await?;
    kiosk.press("Συνέχεια").await?;
    kiosk.fill("text", WORDS).await?;
    kiosk.press("Συνέχεια").await?;
    kiosk.fill("name", NAME).await?;
    kiosk.fill("phone", PHONE).await?;
    kiosk.press("Συνέχεια").await?;
    kiosk.sees(NAME).await?;
    kiosk.press("Υποβολή").await?;
    kiosk.sees("Κωδικός παρακολούθησης").await
}

/// The kiosk speaks both languages; while it does, a first press only says what is there, and a second does it.
pub(crate) async fn speaks(kiosk: &Window) -> anyhow::Result<()> {
    kiosk.sees("Τι θέλετε να κάνετε;").await?;
    let offered = kiosk.invoke("kiosk_voice", json!({})).await?;
    let both = json!({ "languages": ["el", "en"] });
    ensure!(offered == Ok(both), "the voice: {offered:?}");
    kiosk.press("Ακούστε").await?;
    kiosk.sees("Πιο αργά").await?;
    kiosk.press("Πορεία αιτήματος").await?;
    kiosk.sees("Τι θέλετε να κάνετε;").await?;
    kiosk.press("Πορεία αιτήματος").await?;
    kiosk.sees("Γράψτε τους αριθμούς της απόδειξης").await?;
    kiosk.press("Πίσω").await?;
    kiosk.press("Πίσω").await?;
    kiosk.sees("Τι θέλετε να κάνετε;").await?;
    kiosk.press("Ακούστε").await
}

/// A visit that ends in this way leaves no trace of who it was: not in the memory of the app and its web view, not in a file.
/// While it lasts there are traces, or nothing was looked for.
pub(crate) async fn leaves_no_trace(start: &Start, end: End) -> anyhow::Result<()> {
    let planted = Planted::new(&[NAME, "Ιχνηλατοπούλου", PHONE]);
    let kiosk = Window::open(start).await?;
    visit(&kiosk).await?;
    let app = kiosk.process().context("Finding the app")?;
    let before = family(app);
    let (during, read) = planted.in_memory(app)?;
    let words: BTreeSet<&str> = during.iter().map(|trace| trace.word.as_str()).collect();
    ensure!(
        words.len() == 3,
        "only {words:?} were found in {} MB while the visit lasted",
        read >> 20
    );
    match end {
        End::Pressed => kiosk.press_last("Τέλος").await?,
        End::Idle => tokio::time::sleep(IDLE).await,
        End::Killed => {}
    }
    let mut read = 0;
    let mut found = Vec::new();
    if end == End::Killed {
        kiosk.cut()?;
        gone(&before).await?;
    } else {
        let ended = Instant::now();
        let old: Vec<u32> = before.into_iter().filter(|id| *id != app).collect();
        gone(&old).await?;
        web_view(app, ended).await?;
        let (in_memory, bytes) = planted.in_memory(app)?;
        found.extend(in_memory);
        read += bytes;
    }
    let (in_files, bytes) = planted.in_files(&folders(start));
    found.extend(in_files);
    println!(
        "     {end:?}: {} MB of memory and {} kB of files read, {} traces",
        read >> 20,
        bytes >> 10,
        found.len()
    );
    ensure!(found.is_empty(), "left behind: {:?}", some(&found));
    Ok(())
}

/// Waits until none of these processes is there any more.
async fn gone(processes: &[u32]) -> anyhow::Result<()> {
    let until = Instant::now() + PATIENCE;
    let there = |id: &&u32| PathBuf::from(format!("/proc/{id}/exe")).read_link().is_ok();
    while let Some(id) = processes.iter().find(there) {
        ensure!(
            Instant::now() < until,
            "process {id} of the visit is still there"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Waits until the app has a web view again, and until that has had time to show something.
async fn web_view(app: u32, ended: Instant) -> anyhow::Result<()> {
    let until = Instant::now() + PATIENCE;
    while family(app).len() < 3 {
        ensure!(Instant::now() < until, "the app did not come back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!(
        "     the next web view began {} ms after the end",
        ended.elapsed().as_millis()
    );
    tokio::time::sleep(Duration::from_secs(2)).await;
    Ok(())
}

/// Everywhere the app, its web view or a printing system could write.
fn folders(start: &Start) -> Vec<PathBuf> {
    let mut folders = vec![
        start.data.clone(),
        std::env::temp_dir(),
        "/dev/shm".into(),
        "/var/spool".into(),
        "/var/tmp".into(),
    ];
    if let Some(home) = std::env::home_dir() {
        folders.extend([".cache", ".config", ".local"].map(|name| home.join(name)));
    }
    if let Some(run) = std::env::var_os("XDG_RUNTIME_DIR") {
        folders.push(run.into());
    }
    folders
}

fn some(found: &[Trace]) -> Vec<String> {
    let said = |trace: &Trace| format!("«{}» in {}", trace.word, trace.place);
    found.iter().take(8).map(said).collect()
}
