//! A device that is locked, in its real window: the PIN, the app killed, another window's commands, and its files.

use std::path::Path;

use anyhow::{Context, ensure};
use koina_tests::installed::summed;
use serde_json::json;

use crate::browser::{NEWS, PATIENCE, Start, Window};
use crate::promises::denied;

pub(crate) const PIN: &str = "482913";
const KEYS: [&str; 2] = ["replica.keys", "replica.keys-copy"];
const BOUND: &str = "Το PIN ανοίγει τη συσκευή μόνο σε αυτόν τον υπολογιστή";
const LOCKED: &str = "Η συσκευή είναι κλειδωμένη";

/// Somebody sets a PIN; the app is killed and asks for it; a wrong one opens nothing; locked by hand, it asks again.
pub(crate) async fn asks(crew: Window, mine: &Start, pictures: &Path) -> anyhow::Result<Window> {
    to_the_lock(&crew).await?;
    crew.press("Βάλε PIN").await?;
    crew.fill("name", "Μαρία Δοκιμαστική").await?;
    crew.fill("pin", PIN).await?;
    crew.fill("again", PIN).await?;
    crew.picture(&pictures.join("lock-pin.png")).await?;
    crew.press("Αποθήκευση").await?;
    crew.sees("Αποθηκεύτηκε. Από εδώ και πέρα").await?;
    crew.picture(&pictures.join("lock-people.png")).await?;
    crew.cut()?;
    sealed(mine)?;
    without_keys(mine, pictures).await?;

    let shut = Window::open(mine).await?;
    shut.sees(LOCKED).await?;
    shut.picture(&pictures.join("locked.png")).await?;
    for (command, input) in [("about", json!({})), ("today", json!({ "near": null }))] {
        denied(&shut, command, input).await?;
    }
    shut.fill("pin", "111112").await?;
    shut.press("Άνοιγμα").await?;
    shut.sees("Το PIN δεν είναι σωστό").await?;
    shut.picture(&pictures.join("lock-wrong.png")).await?;
    let crew = opened(shut).await?;

    to_the_lock(&crew).await?;
    let image = crew.image().context("Finding the app")?;
    crew.sees("Κλείδωσε τώρα").await?;
    ensure!(
        !crew.shows(BOUND).await?,
        "the key store has not shown yet that it keeps what it is given"
    );
    crew.press_last("Κλείδωσε τώρα").await?;
    crew.is_replaced(image, PATIENCE).await?;
    crew.cut()?;
    switched_off(mine)?;
    let shut = Window::open(mine).await?;
    shut.sees(LOCKED).await?;
    let crew = opened(shut).await?;
    to_the_lock(&crew).await?;
    crew.sees(BOUND).await?;
    crew.picture(&pictures.join("lock-bound.png")).await?;
    crew.cut()?;
    without_key_store(mine, pictures).await?;
    let shut = Window::open(mine).await?;
    shut.sees(LOCKED).await?;
    opened(shut).await
}

/// Opens what the screen of sending says of the lock.
async fn to_the_lock(crew: &Window) -> anyhow::Result<()> {
    crew.press("Αποστολή").await?;
    crew.press_at(
        "the lock",
        "//summary[normalize-space(.)='Κλείδωμα με PIN']",
    )
    .await
}

/// What was left in the key store was left before the computer was switched on.
fn switched_off(mine: &Start) -> anyhow::Result<()> {
    for file in KEYS {
        let path = mine.data.join(file);
        let text = std::fs::read_to_string(&path).context("Reading the keys")?;
        let (words, _) = text.split_once('\n').context("Reading the keys")?;
        let mut words: serde_json::Value = serde_json::from_str(words)?;
        let left = words.pointer_mut("/secret/era");
        *left.context("Nothing was left in the key store")? = json!("before");
        std::fs::write(&path, summed(&words)).context("Writing the keys")?;
    }
    Ok(())
}

/// Where the key store of whoever signed in is not there, the right PIN opens nothing, and that is said.
async fn without_key_store(mine: &Start, pictures: &Path) -> anyhow::Result<()> {
    let elsewhere = Start {
        without_session: true,
        ..mine.clone()
    };
    let shut = Window::open(&elsewhere).await?;
    shut.sees(LOCKED).await?;
    shut.fill("pin", PIN).await?;
    shut.press("Άνοιγμα").await?;
    shut.sees("δεν δίνει το δικό του κομμάτι").await?;
    shut.picture(&pictures.join("lock-key-store.png")).await?;
    denied(&shut, "today", json!({ "near": null })).await?;
    shut.cut()
}

/// Keys that rotted are said in words, nothing is begun anew, and what is put back opens. Where the town hall has the key, it is
/// asked for it.
async fn without_keys(mine: &Start, pictures: &Path) -> anyhow::Result<()> {
    let files = KEYS.map(|file| mine.data.join(file));
    let whole = std::fs::read(&files[0]).context("Reading the keys")?;
    for file in &files {
        std::fs::write(file, "σάπια").context("Damaging the keys")?;
    }
    let shut = Window::open(mine).await?;
    shut.sees("τώρα μόνο ο Δήμος την ανοίγει").await?;
    shut.picture(&pictures.join("lock-keys-at-town.png"))
        .await?;
    shut.cut()?;
    let [here, away] = ["", "-away"].map(|end| {
        ["escrow", "escrow-copy"].map(|file| mine.data.join(format!("replica.{file}{end}")))
    });
    for (here, away) in here.iter().zip(&away) {
        std::fs::rename(here, away).context("Taking the key of the town hall away")?;
    }
    let lost = Window::open(mine).await?;
    lost.sees("Τα κλειδιά των αρχείων δεν διαβάζονται").await?;
    lost.picture(&pictures.join("lock-keys-lost.png")).await?;
    lost.cut()?;
    for file in &files {
        ensure!(
            std::fs::read(file)? == "σάπια".as_bytes(),
            "{} was written over",
            file.display()
        );
    }
    for (here, away) in here.iter().zip(&away) {
        std::fs::rename(away, here).context("Bringing the key of the town hall back")?;
    }
    std::fs::write(&files[1], whole).context("Putting the keys back")?;
    std::fs::remove_file(&files[0]).context("Putting the keys back")
}

pub(crate) async fn opened(shut: Window) -> anyhow::Result<Window> {
    shut.fill("pin", PIN).await?;
    shut.press("Άνοιγμα").await?;
    shut.follow().await?;
    shut.wait("the crew's jobs", NEWS, async |crew| {
        Ok(crew.is_there("//ol//button").await)
    })
    .await?;
    Ok(shut)
}

/// Neither the records nor their key stand in the device's files.
fn sealed(mine: &Start) -> anyhow::Result<()> {
    let records = std::fs::read(mine.data.join("replica.sqlite")).context("Reading the records")?;
    ensure!(
        !records.starts_with(b"SQLite format 3"),
        "the records are not encrypted"
    );
    for file in KEYS {
        let keys = std::fs::read_to_string(mine.data.join(file)).context("Reading the keys")?;
        ensure!(
            !keys.contains("\"open\""),
            "{file} holds the key in the clear"
        );
        ensure!(keys.contains("Μαρία Δοκιμαστική"), "{file} knows nobody");
    }
    Ok(())
}
