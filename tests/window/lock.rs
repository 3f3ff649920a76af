//! A device that is locked, in its real window: the PIN, the app killed, another window's commands, and its files.

use std::path::Path;

use anyhow::{Context, ensure};
use serde_json::json;

use crate::browser::{NEWS, PATIENCE, Start, Window};
use crate::promises::denied;

const PIN: &str = "482913";
const LOCKED: &str = "Η συσκευή είναι κλειδωμένη";

/// Somebody sets a PIN; the app is killed and asks for it; a wrong one opens nothing; locked by hand, it asks again.
pub(crate) async fn asks(crew: Window, mine: &Start, pictures: &Path) -> anyhow::Result<Window> {
    crew.press("Αποστολή").await?;
    crew.press_at(
        "the lock",
        "//summary[normalize-space(.)='Κλείδωμα με PIN']",
    )
    .await?;
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

    crew.press("Αποστολή").await?;
    crew.press_at(
        "the lock",
        "//summary[normalize-space(.)='Κλείδωμα με PIN']",
    )
    .await?;
    let image = crew.image().context("Finding the app")?;
    crew.press("Κλείδωσε τώρα").await?;
    // A fresh app takes the place of this one, which the driver then no longer knows.
    let until = std::time::Instant::now() + PATIENCE;
    while crew.image().is_none_or(|now| now == image) {
        ensure!(
            std::time::Instant::now() < until,
            "no fresh app took the place of the open one"
        );
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    crew.cut()?;
    let shut = Window::open(mine).await?;
    shut.sees(LOCKED).await?;
    opened(shut).await
}

async fn opened(shut: Window) -> anyhow::Result<Window> {
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
    for file in ["replica.keys", "replica.keys-copy"] {
        let keys = std::fs::read_to_string(mine.data.join(file)).context("Reading the keys")?;
        ensure!(
            !keys.contains("\"open\""),
            "{file} holds the key in the clear"
        );
        ensure!(keys.contains("Μαρία Δοκιμαστική"), "{file} knows nobody");
    }
    Ok(())
}
