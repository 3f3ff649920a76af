//! The story of the demo: a crew mends a lamp without network, and both sides end up telling the same.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};

use crate::browser::{NEWS, PATIENCE, Window};
use crate::stage::Stage;

/// What is put in, and nobody else in the village uses.
const MATERIAL: &str = "Λάμπα LED 72 W δοκιμής";

/// Shows the whole story with pictures of both windows at each step.
pub(crate) async fn show(app: &Path, data: &Path, pictures: &Path) -> anyhow::Result<()> {
    let stage = Stage::set(app, data, 600, 900, |words| println!("   {words}"))?;
    println!("-- Two windows open: «Δημαρχείο» and «Συνεργείο».");
    let desk = Window::open(&stage.desk_window()).await?;
    let crew = Window::open(&stage.crew_window(true)).await?;
    let album = Album::new(pictures)?;
    tell(&desk, &crew, Some(&album)).await?;
    crew.close().await?;
    desk.close().await?;
    println!(
        "-- The story holds. {} pictures are in {}.",
        album.count(),
        pictures.display()
    );
    Ok(())
}

/// Goes through the story; fails with a sentence at the first step that does not hold.
pub(crate) async fn tell(
    desk: &Window,
    crew: &Window,
    album: Option<&Album>,
) -> anyhow::Result<()> {
    crew.press("Σήμερα").await?;
    crew.wait("jobs for the crew", NEWS, async |crew| {
        Ok(crew.is_there("//ol//button[contains(., 'Χρεώθηκε')]").await)
    })
    .await?;
    desk.press("Εισερχόμενα").await?;
    desk.wait("requests in the inbox", NEWS, async |desk| {
        Ok(desk.is_there("//*[@role='row'][@data-at]").await)
    })
    .await?;
    step(album, "Both windows show the same municipality", desk, crew).await?;

    network(crew, false).await?;
    step(
        album,
        "The crew leaves the network: its switch is off",
        desk,
        crew,
    )
    .await?;

    crew.press_at("an assigned job", "//ol//button[contains(., 'Χρεώθηκε')]")
        .await?;
    crew.sees("Έναρξη").await?;
    let number = number_of(crew)
        .await
        .context("reading the number of the job")?;
    desk.fill("search", &number).await?;
    desk.wait(&format!("only {number}"), PATIENCE, async |desk| {
        Ok(desk.texts("//*[@role='row'][@data-at]").await?.len() == 1)
    })
    .await?;
    desk.press_at("the request in the list", "//*[@role='row'][@data-at='0']")
        .await?;
    desk.sees("Ιστορικό").await?;
    desk.sees("Χρεώθηκε").await?;
    step(
        album,
        "The crew opens a job; the desk looks at the same request",
        desk,
        crew,
    )
    .await?;

    crew.press("Έναρξη").await?;
    crew.sees("Αποθηκεύτηκε σε αυτή τη συσκευή").await?;
    step(
        album,
        "Έναρξη: the work begins, saved on the device",
        desk,
        crew,
    )
    .await?;

    crew.press("Υλικά").await?;
    crew.fill("name", MATERIAL).await?;
    crew.press("Προσθήκη υλικού").await?;
    crew.sees(MATERIAL).await?;
    step(album, "The crew notes what it put in", desk, crew).await?;

    crew.press("Διορθώθηκε").await?;
    crew.sees("Η εργασία τελείωσε").await?;
    step(album, "Διορθώθηκε: the job is done", desk, crew).await?;

    crew.press("Αποστολή").await?;
    crew.wait(
        "three things «Στη συσκευή»",
        PATIENCE,
        async |crew| {
            Ok(states(crew)
                .await?
                .iter()
                .filter(|state| *state == "Στη συσκευή")
                .count()
                >= 3)
        },
    )
    .await?;
    // Long enough for an exchange, if there were one.
    tokio::time::sleep(Duration::from_secs(5)).await;
    ensure!(
        !desk.shows(MATERIAL).await?,
        "the desk already sees what the crew has not sent"
    );
    ensure!(
        status_of(desk).await?.contains("Χρεώθηκε"),
        "the desk shows «{}» for work that was not sent",
        status_of(desk).await?
    );
    step(
        album,
        "The outbox says «Στη συσκευή»; the desk still sees the old state",
        desk,
        crew,
    )
    .await?;

    network(crew, true).await?;
    crew.wait(
        "«Παραλήφθηκε» for everything",
        NEWS,
        async |crew| {
            let states = states(crew).await?;
            Ok(states.len() >= 3 && states.iter().all(|state| state == "Παραλήφθηκε"))
        },
    )
    .await?;
    step(
        album,
        "The network is back: everything was received",
        desk,
        crew,
    )
    .await?;

    desk.sees_within(MATERIAL, NEWS).await?;
    desk.wait("«Ολοκληρώθηκε»", PATIENCE, async |desk| {
        Ok(status_of(desk).await?.contains("Ολοκληρώθηκε"))
    })
    .await?;
    let told = story_of(desk).await?;
    for words in ["Έναρξη εργασίας", "Διορθώθηκε", MATERIAL, "Συνεργείο 1"]
    {
        ensure!(
            told.iter().any(|line| line.contains(words)),
            "the desk's story does not say «{words}»: {told:?}"
        );
    }
    step(album, "The desk sees who did what and when", desk, crew).await?;

    crew.press_at(
        "the newest thing in the outbox",
        "//*[@role='row'][@data-at='0']",
    )
    .await?;
    crew.press("Άνοιγμα εγγραφής").await?;
    crew.sees("Ιστορικό").await?;
    let mine = story_of(crew).await?;
    ensure!(
        mine == told,
        "the two windows tell it differently:\n  desk: {told:?}\n  crew: {mine:?}"
    );
    step(album, "Both tell the same story", desk, crew).await
}

/// Switches the network of a device in its own window.
pub(crate) async fn network(window: &Window, on: bool) -> anyhow::Result<()> {
    let at = |on: bool| format!("//button[@role='switch'][@aria-checked='{on}']");
    window.press_at("the network switch", &at(!on)).await?;
    window
        .wait(
            "the network switch in its new position",
            PATIENCE,
            async |window| Ok(window.is_there(&at(on)).await),
        )
        .await
}

/// The receipt number of the job that is open in a crew's window.
async fn number_of(crew: &Window) -> anyhow::Result<String> {
    crew.press("Ολόκληρο το αίτημα").await?;
    crew.sees("Αριθμός παραλαβής").await?;
    Ok(crew
        .text("//dt[normalize-space(.)='Αριθμός παραλαβής']/following-sibling::dd[1]")
        .await?
        .trim()
        .to_owned())
}

/// The state beside the heading of a desk's case file.
async fn status_of(desk: &Window) -> anyhow::Result<String> {
    desk.text("//h1/..").await
}

/// The words for how far each thing in the outbox is.
async fn states(crew: &Window) -> anyhow::Result<Vec<String>> {
    let rows = crew.texts("//*[@role='row'][@data-at]").await?;
    let words = [
        "Στη συσκευή",
        "Στάλθηκε",
        "Παραλήφθηκε",
        "Χρειάζεται απόφαση",
    ];
    Ok(rows
        .iter()
        .filter_map(|row| {
            words
                .into_iter()
                .find(|word| row.contains(word))
                .map(str::to_owned)
        })
        .collect())
}

/// What happened, what of it and by whom, newest first, as a window tells it. Moments are left out: «πριν 2 λεπτά» moves.
async fn story_of(window: &Window) -> anyhow::Result<Vec<String>> {
    let lines = window
        .texts("//h2[normalize-space(.)='Ιστορικό']/following::ol[1]/li")
        .await?;
    ensure!(!lines.is_empty(), "«{}» shows no history", window.title);
    Ok(lines
        .iter()
        .map(|line| {
            let said = line.lines().map(str::trim).filter(|line| !line.is_empty());
            said.map(|part| part.split(" · ").next().unwrap_or(part))
                .collect::<Vec<_>>()
                .join(" | ")
        })
        .collect())
}

async fn step(
    album: Option<&Album>,
    words: &str,
    desk: &Window,
    crew: &Window,
) -> anyhow::Result<()> {
    let Some(album) = album else { return Ok(()) };
    println!("-- {words}.");
    album.keep(desk, crew).await
}

/// The pictures of a story, numbered.
pub(crate) struct Album {
    folder: PathBuf,
    count: std::cell::Cell<u32>,
}

impl Album {
    fn new(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).context("Making the folder of the pictures")?;
        Ok(Self {
            folder: folder.to_owned(),
            count: std::cell::Cell::new(0),
        })
    }

    fn count(&self) -> u32 {
        self.count.get() * 2
    }

    async fn keep(&self, desk: &Window, crew: &Window) -> anyhow::Result<()> {
        let number = self.count.get() + 1;
        self.count.set(number);
        desk.picture(&self.folder.join(format!("{number:02}-desk.png")))
            .await?;
        crew.picture(&self.folder.join(format!("{number:02}-crew.png")))
            .await
    }
}
