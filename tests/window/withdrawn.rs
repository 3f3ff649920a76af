//! A device that the desk withdrew, in its real window: it hands over what it holds, erases itself, and says so.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::json;

use crate::browser::{Start, Window};

/// Between two exchanges of a device that saved nothing lie 30 s.
const HEARS: Duration = Duration::from_secs(60);

/// The desk revokes the device; at its next exchange everything on it goes.
pub(crate) async fn erases(
    crew: Window,
    mine: &Start,
    desk: &Start,
    pictures: &Path,
) -> anyhow::Result<()> {
    let about = crew.invoke("about", json!({})).await?;
    let about = about.map_err(|problem| anyhow::anyhow!("about: {problem}"))?;
    let id = about.pointer("/station/device").cloned();
    let image = crew.image().context("Finding the app")?;
    let desk = Window::open(desk).await?;
    let revoked = desk.invoke("device_revoke", json!({ "id": id })).await?;
    ensure!(revoked.is_ok(), "the desk could not revoke: {revoked:?}");
    crew.is_replaced(image, HEARS).await?;
    crew.cut()?;

    let gone = Window::open(mine).await?;
    gone.sees("Αυτή η συσκευή αποσύρθηκε").await?;
    gone.sees("Σύνδεση της συσκευής με τον δήμο").await?;
    gone.picture(&pictures.join("withdrawn.png")).await?;
    gone.close().await.context("Closing the device")?;
    let photos = mine.data.join("replica.photos");
    ensure!(!photos.exists(), "{} is still there", photos.display());

    desk.press("Συσκευές").await?;
    desk.press_at(
        "those that were revoked, too",
        "//label[contains(normalize-space(.),'Και όσες έχουν ανακληθεί')]",
    )
    .await?;
    desk.sees("Διαγράφηκε μόνη της").await?;
    desk.picture(&pictures.join("withdrawn-desk.png")).await?;
    desk.close().await.context("Closing the desk")
}
