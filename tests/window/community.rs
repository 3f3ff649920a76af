//! A community in its real window: a memo without network, and the month it stands in.

use std::path::Path;

use anyhow::ensure;
use serde_json::json;

use crate::browser::{NEWS, PATIENCE, Window};
use crate::lock::PIN;
use crate::promises::{NOBODY, denied};
use crate::story::network;

const WHO: &str = "Εθελοντές του χωριού, δοκιμή";

/// This municipality wants a PIN on the devices of communities: there is nothing before it.
async fn first_pin(window: &Window, pictures: &Path) -> anyhow::Result<()> {
    window
        .sees_within("Βάλτε PIN σε αυτή τη συσκευή", NEWS)
        .await?;
    ensure!(
        !window.is_there("//nav").await,
        "there is a way past the PIN"
    );
    window.fill("pin", PIN).await?;
    window.fill("again", PIN).await?;
    window.picture(&pictures.join("first-pin.png")).await?;
    window.press("Αποθήκευση").await
}

/// The president files a memo while the line is off; the report of the month has it, and the town hall's commands stay shut.
pub(crate) async fn files(window: &Window, pictures: &Path) -> anyhow::Result<()> {
    first_pin(window, pictures).await?;
    window.sees_within("Περιμένουν περισσότερο", NEWS).await?;
    window.picture(&pictures.join("community.png")).await?;
    window.press("Αποστολή").await?;
    network(window, false).await?;
    window.press("Κοινότητα").await?;
    window.press("Υπόμνημα εργασίας που έγινε").await?;
    window.fill("category-search", "λακκουβα").await?;
    window
        .press_at("the kind", "//button[normalize-space(.)='Λακκούβα']")
        .await?;
    let placed = async |window: &Window| Ok(!window.value("community").await?.is_empty());
    window.wait("the community", PATIENCE, placed).await?;
    window.press("Συνέχεια").await?;
    window.press("Σήμερα").await?;
    window.fill("by", WHO).await?;
    window.picture(&pictures.join("community-memo.png")).await?;
    window.press("Αποθήκευση υπομνήματος").await?;
    window.sees("Το υπόμνημα αποθηκεύτηκε").await?;
    window.press("Στην κοινότητα").await?;
    window.press("Μηνιαία αναφορά").await?;
    window.sees(WHO).await?;
    window
        .picture(&pictures.join("community-report.png"))
        .await?;
    window.press("Αποστολή").await?;
    network(window, true).await?;
    denied(window, "request_close", json!({ "id": NOBODY })).await?;
    denied(
        window,
        "contacts_read",
        json!({ "id": NOBODY, "reason": "reach" }),
    )
    .await?;
    denied(window, "devices_page", json!({})).await
}
