//! The story of the demo: a crew mends a lamp without network, and both sides end up telling the same.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};

use crate::browser::{NEWS, PATIENCE, Window};
use crate::stage::Stage;

/// What is put in, and nobody else in the village uses.
const MATERIAL: &str = "Λάμπα LED 72 W δοκιμής";

const ROWS: &str = "//*[@role='row'][@data-at]";
const FIRST_ROW: &str = "//*[@role='row'][@data-at='0']";
pub(crate) const ASSIGNED_JOB: &str = "//ol//button[contains(., 'Χρεώθηκε')]";
const HISTORY: &str = "//h2[normalize-space(.)='Ιστορικό']";

/// Shows the whole story with pictures of both windows at each step.
pub(crate) async fn show(app: &Path, data: &Path, pictures: &Path) -> anyhow::Result<()> {
    let stage = Stage::set(app, data, 600, 900, |words| println!("   {words}"))?;
    println!("-- Two windows open: «Δημαρχείο» and «Συνεργείο».");
    let desk = Window::open(&stage.desk_window()).await?;
    let crew = Window::open(&stage.crew_window(true)).await?;
    let pair = Pair {
        desk: &desk,
        crew: &crew,
        album: Some(Album::new(pictures)?),
    };
    pair.story().await?;
    crew.close().await?;
    desk.close().await
}

/// Goes through the story without pictures; fails with a sentence at the first step that does not hold.
pub(crate) async fn tell(desk: &Window, crew: &Window) -> anyhow::Result<()> {
    Pair {
        desk,
        crew,
        album: None,
    }
    .story()
    .await
}

/// Both windows, and where the pictures go.
struct Pair<'a> {
    desk: &'a Window,
    crew: &'a Window,
    album: Option<Album>,
}

impl Pair<'_> {
    async fn story(&self) -> anyhow::Result<()> {
        let (desk, crew) = (self.desk, self.crew);
        crew.press("Σήμερα").await?;
        crew.wait("jobs for the crew", NEWS, async |crew| {
            Ok(crew.is_there(ASSIGNED_JOB).await)
        })
        .await?;
        desk.press("Εισερχόμενα").await?;
        desk.wait("requests in the inbox", NEWS, async |desk| {
            Ok(desk.is_there(ROWS).await)
        })
        .await?;
        desk.sees_within("Όλα παραλήφθηκαν", NEWS).await?;
        self.step("Both windows show the same municipality").await?;

        network(crew, false).await?;
        self.step("The crew leaves the network: its switch is off")
            .await?;

        crew.press_at("an assigned job", ASSIGNED_JOB).await?;
        crew.sees("Έναρξη").await?;
        let number = number_on(crew).await?;
        desk.fill("search", &number).await?;
        let one = async |desk: &Window| Ok(desk.texts(ROWS).await?.len() == 1);
        desk.wait(&format!("{number} alone"), PATIENCE, one).await?;
        desk.press_at("the request in the list", FIRST_ROW).await?;
        desk.sees("Ιστορικό").await?;
        ensure!(
            number_on(desk).await? == number,
            "the desk opened another request than {number}"
        );
        ensure!(
            heading(desk).await?.contains("Χρεώθηκε"),
            "the desk shows «{}»",
            heading(desk).await?
        );
        self.step("The crew opens a job; the desk looks at the same request")
            .await?;

        crew.press("Έναρξη").await?;
        crew.sees("Αποθηκεύτηκε σε αυτή τη συσκευή").await?;
        self.step("Έναρξη: the work begins, saved on the device")
            .await?;

        crew.press("Υλικά").await?;
        crew.fill("name", MATERIAL).await?;
        self.step("The crew writes what it puts in").await?;
        crew.press("Προσθήκη υλικού").await?;
        let taken = async |crew: &Window| Ok(crew.value("name").await?.is_empty());
        crew.wait(
            "an empty form after the material was taken",
            PATIENCE,
            taken,
        )
        .await?;

        crew.press("Διορθώθηκε").await?;
        crew.sees("Η εργασία τελείωσε").await?;
        self.step("Διορθώθηκε: the job is done").await?;

        crew.press("Αποστολή").await?;
        let held = async |crew: &Window| {
            Ok(states(crew)
                .await?
                .iter()
                .filter(|state| **state == ON_DEVICE)
                .count()
                >= 3)
        };
        crew.wait("three things «Στη συσκευή»", PATIENCE, held)
            .await?;
        // Long enough for an exchange, if there were one.
        tokio::time::sleep(Duration::from_secs(5)).await;
        ensure!(
            !desk.shows(MATERIAL).await?,
            "the desk already sees what the crew has not sent"
        );
        ensure!(
            heading(desk).await?.contains("Χρεώθηκε"),
            "the desk shows «{}» for work that was not sent",
            heading(desk).await?
        );
        self.step("The outbox says «Στη συσκευή»; the desk still sees the old state")
            .await?;

        network(crew, true).await?;
        let received = async |crew: &Window| {
            let states = states(crew).await?;
            Ok(states.len() >= 3 && states.iter().all(|state| *state == RECEIVED))
        };
        crew.wait("«Παραλήφθηκε» for everything", NEWS, received)
            .await?;
        self.step("The network is back: everything was received")
            .await?;

        desk.sees_within(MATERIAL, NEWS).await?;
        let done = async |desk: &Window| Ok(heading(desk).await?.contains("Ολοκληρώθηκε"));
        desk.wait("«Ολοκληρώθηκε»", PATIENCE, done).await?;
        let told = story_of(desk).await?;
        for words in ["Έναρξη εργασίας", "Διορθώθηκε", MATERIAL, "Συνεργείο 1"]
        {
            ensure!(
                told.iter().any(|line| line.contains(words)),
                "the desk's story does not say «{words}»: {told:?}"
            );
        }
        desk.look_at(HISTORY).await?;
        self.step("The desk sees who did what and when").await?;

        crew.press_at("the newest thing in the outbox", FIRST_ROW)
            .await?;
        crew.press("Άνοιγμα εγγραφής").await?;
        crew.sees("Ιστορικό").await?;
        let mine = story_of(crew).await?;
        ensure!(
            mine == told,
            "the two windows tell it differently:\n  desk: {told:?}\n  crew: {mine:?}"
        );
        crew.look_at(HISTORY).await?;
        self.step("Both tell the same story").await
    }

    /// Says what holds now, and keeps a picture of both windows.
    async fn step(&self, words: &str) -> anyhow::Result<()> {
        let Some(album) = &self.album else {
            return Ok(());
        };
        println!("-- {words}.");
        album.keep(self.desk, self.crew).await
    }
}

/// Switches the network of a device in its own window.
pub(crate) async fn network(window: &Window, on: bool) -> anyhow::Result<()> {
    let at = |on: bool| format!("//button[@role='switch'][@aria-checked='{on}']");
    window.press_at("the network switch", &at(!on)).await?;
    let there = async |window: &Window| Ok(window.is_there(&at(on)).await);
    window
        .wait("the network switch in its new position", PATIENCE, there)
        .await
}

/// The number of the request that is open: `A1-26-000160-Z`, or `86/2026`.
async fn number_on(window: &Window) -> anyhow::Result<String> {
    let whole = window.text("//main").await?;
    let is_number = |word: &&str| {
        let dashes = word.matches('-').count() == 3 && word.len() >= 12;
        let slash = word
            .split_once('/')
            .is_some_and(|(number, year)| year.len() == 4 && number.parse::<u32>().is_ok());
        (dashes || slash) && word.chars().any(|letter| letter.is_ascii_digit())
    };
    let number = whole.split_whitespace().find(is_number).map(str::to_owned);
    number.with_context(|| format!("«{}» shows no number of the request", window.title))
}

/// The heading of a case file with the words beside it.
async fn heading(desk: &Window) -> anyhow::Result<String> {
    desk.text("//h1/..").await
}

const ON_DEVICE: &str = "Στη συσκευή";
const RECEIVED: &str = "Παραλήφθηκε";

/// How far each thing in the outbox is, in its words.
async fn states(crew: &Window) -> anyhow::Result<Vec<&'static str>> {
    let rows = crew.texts(ROWS).await?;
    let words = [ON_DEVICE, "Στάλθηκε", RECEIVED, "Χρειάζεται απόφαση"];
    Ok(rows
        .iter()
        .filter_map(|row| words.into_iter().find(|word| row.contains(word)))
        .collect())
}

/// What happened, what of it and by whom, newest first. Moments are left out: «πριν 2 λεπτά» moves.
async fn story_of(window: &Window) -> anyhow::Result<Vec<String>> {
    let lines = window
        .texts(&format!("{HISTORY}/following::ol[1]/li"))
        .await?;
    ensure!(!lines.is_empty(), "«{}» shows no history", window.title);
    let told = lines.iter().map(|line| {
        let said = line.lines().map(str::trim).filter(|line| !line.is_empty());
        said.map(|part| part.split(" · ").next().unwrap_or(part))
            .collect::<Vec<_>>()
            .join(" | ")
    });
    Ok(told.collect())
}

/// The pictures of a story, numbered.
struct Album {
    folder: PathBuf,
    count: Cell<u32>,
}

impl Album {
    /// Those of an earlier run are thrown away.
    fn new(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).context("Making the folder of the pictures")?;
        for entry in std::fs::read_dir(folder)
            .context("Looking at the earlier pictures")?
            .flatten()
        {
            if entry
                .path()
                .extension()
                .is_some_and(|ending| ending == "png")
            {
                std::fs::remove_file(entry.path()).context("Throwing away an earlier picture")?;
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            count: Cell::new(0),
        })
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
