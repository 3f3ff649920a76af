//! What only the real window can show, promise by promise.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, ensure};
use serde_json::json;

use crate::browser::{NEWS, Start, Window};
use crate::community;
use crate::keyring;
use crate::kiosk::{self, End, Errand};
use crate::lock;
use crate::map;
use crate::rescue;
use crate::stage::Stage;
use crate::story;
use crate::withdrawn;

/// What is being typed when the app is cut off.
pub(crate) const TYPED: &str = "Σπασμένο φωτιστικό στη γωνία, κρέμεται το καλώδιο";

/// The promises kept and broken so far.
pub(crate) struct Tally<'a> {
    pub(crate) pictures: &'a Path,
    passed: u32,
    failed: u32,
}

impl<'a> Tally<'a> {
    pub(crate) fn new(pictures: &'a Path) -> Self {
        let _ = std::fs::create_dir_all(pictures);
        Self {
            pictures,
            passed: 0,
            failed: 0,
        }
    }

    /// What could not be tried any more counts as broken.
    pub(crate) fn stopped(&mut self, failure: &anyhow::Error) {
        self.failed += 1;
        println!("FAIL the windows could not be driven any further: {failure:#}");
    }

    /// Says the sum.
    pub(crate) fn end(&self) -> ExitCode {
        println!("{} passed, {} failed", self.passed, self.failed);
        if self.failed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    pub(crate) async fn note(
        &mut self,
        promise: &str,
        begun: Instant,
        outcome: &anyhow::Result<()>,
        windows: &[&Window],
    ) {
        match outcome {
            Ok(()) => {
                self.passed += 1;
                println!("ok   {promise} ({:.1} s)", begun.elapsed().as_secs_f32());
            }
            Err(failure) => {
                self.failed += 1;
                println!("FAIL {promise}: {failure:#}");
                for window in windows {
                    let name = format!("failed-{}-{}.png", self.failed, window.title);
                    if window.picture(&self.pictures.join(&name)).await.is_ok() {
                        println!("     picture: {name}");
                    }
                }
            }
        }
    }
}

/// Tries every promise; ends with `N passed, M failed`.
pub(crate) async fn run(app: &Path, data: &Path, pictures: &Path) -> ExitCode {
    let mut tally = Tally::new(pictures);
    if let Err(failure) = all(app, data, &mut tally).await {
        tally.stopped(&failure);
    }
    tally.end()
}

/// Tries only that a visit to the kiosk leaves no trace; ends with `N passed, M failed`.
pub(crate) async fn traces(app: &Path, data: &Path, pictures: &Path) -> ExitCode {
    let mut tally = Tally::new(pictures);
    match Stage::set(app, data, 240, 200, |_| ()) {
        Ok(stage) => no_traces(&stage, &mut tally).await,
        Err(failure) => tally.stopped(&failure),
    }
    tally.end()
}

async fn all(app: &Path, data: &Path, tally: &mut Tally<'_>) -> anyhow::Result<()> {
    keyring::open(&data.with_extension("keyring"))?;
    let stage = Stage::set(app, data, 240, 200, |_| ())?;
    let mine = stage.crew_window(false);

    let begun = Instant::now();
    let crew = Window::open(&mine).await?;
    let outcome = locked(&crew).await;
    tally
        .note("the first window may only enrol", begun, &outcome, &[&crew])
        .await;

    let begun = Instant::now();
    let outcome = enrol(&crew, &stage.crew).await;
    tally
        .note(
            "a device enrols by an address and a code that were typed",
            begun,
            &outcome,
            &[&crew],
        )
        .await;

    let begun = Instant::now();
    let mut outcome = crew.follow().await;
    if outcome.is_ok() {
        outcome = crew
            .wait("jobs", NEWS, async |crew| {
                Ok(crew.is_there("//ol//button").await)
            })
            .await;
    }
    tally
        .note(
            "after enrolment the crew's jobs come by themselves",
            begun,
            &outcome,
            &[&crew],
        )
        .await;

    let begun = Instant::now();
    let desk = Window::open(&stage.desk_window()).await?;
    let outcome = story::tell(&desk, &crew).await;
    tally
        .note(
            "a crew without network and the desk end up telling the same",
            begun,
            &outcome,
            &[&desk, &crew],
        )
        .await;

    let begun = Instant::now();
    let outcome = refused(&crew, &desk).await;
    tally
        .note(
            "a crew's window is refused the desk's commands by Tauri itself",
            begun,
            &outcome,
            &[&crew],
        )
        .await;

    let begun = Instant::now();
    let outcome = map::is_drawn(&desk, tally.pictures).await;
    tally
        .note(
            "the map of the town hall is drawn at the desk",
            begun,
            &outcome,
            &[&desk],
        )
        .await;
    desk.close().await.context("Closing the desk")?;

    let begun = Instant::now();
    let (crew, outcome) = cut_while_typing(crew, &mine).await?;
    tally
        .note(
            "an app that is cut off in mid-form has kept what was typed",
            begun,
            &outcome,
            &[&crew],
        )
        .await;

    let begun = Instant::now();
    let outcome = reload_while_typing(&crew).await;
    tally
        .note(
            "a page that is loaded again has kept what was typed",
            begun,
            &outcome,
            &[&crew],
        )
        .await;

    let begun = Instant::now();
    let (crew, outcome) = match lock::asks(crew, &mine, tally.pictures).await {
        Ok(crew) => (Some(crew), Ok(())),
        Err(failure) => (None, Err(failure)),
    };
    tally
        .note(
            "a device with a PIN opens with it only, and its files are encrypted",
            begun,
            &outcome,
            &[],
        )
        .await;

    let begun = Instant::now();
    let stick = data.with_extension("stick");
    let outcome = match crew {
        Some(crew) => rescue::leaves(crew, &mine, &stage.desk_window(), &stick).await,
        None => Err(anyhow::anyhow!("there is no crew's window any more")),
    };
    let (crew, outcome) = match outcome {
        Ok(crew) => (Some(crew), Ok(())),
        Err(failure) => (None, Err(failure)),
    };
    tally
        .note(
            "what was not sent leaves a device by a terminal, and the desk takes it",
            begun,
            &outcome,
            &[],
        )
        .await;

    let begun = Instant::now();
    let outcome = match crew {
        Some(crew) => withdrawn::erases(crew, &mine, &stage.desk_window(), tally.pictures).await,
        None => Err(anyhow::anyhow!("there is no crew's window any more")),
    };
    tally
        .note(
            "a device that the desk revoked hands over its work and erases itself",
            begun,
            &outcome,
            &[],
        )
        .await;

    let begun = Instant::now();
    let president = Window::open(&stage.community_window()).await?;
    let outcome = community::files(&president, tally.pictures).await;
    tally
        .note(
            "a community files a memo without network",
            begun,
            &outcome,
            &[&president],
        )
        .await;
    president.close().await.context("Closing the community")?;

    let begun = Instant::now();
    let kiosk = Window::open(&stage.kiosk_window()).await?;
    let outcome = map::is_touched(&kiosk, tally.pictures).await;
    tally
        .note(
            "a visitor points at the place on the kiosk's map",
            begun,
            &outcome,
            &[&kiosk],
        )
        .await;
    let begun = Instant::now();
    let outcome = kiosk::speaks(&kiosk).await;
    tally
        .note("a kiosk speaks", begun, &outcome, &[&kiosk])
        .await;
    kiosk.close().await.context("Closing the kiosk")?;

    no_traces(&stage, tally).await;
    Ok(())
}

/// Visits that end in every way.
async fn no_traces(stage: &Stage, tally: &mut Tally<'_>) {
    for (promise, errand, end) in [
        (
            "a visitor who reported and pressed «Τέλος» has left no trace",
            Errand::Report,
            End::Pressed,
        ),
        (
            "a visitor who applied and pressed «Τέλος» has left no trace",
            Errand::Application,
            End::Pressed,
        ),
        (
            "a visitor who applied and walked away has left no trace",
            Errand::Application,
            End::Idle,
        ),
        (
            "a visitor who applied at an app that was killed has left no trace",
            Errand::Application,
            End::Killed,
        ),
        (
            "a visitor who reported at an app that was killed has left no trace",
            Errand::Report,
            End::Killed,
        ),
    ] {
        let begun = Instant::now();
        let outcome = kiosk::leaves_no_trace(&stage.kiosk_window(), errand, end).await;
        tally.note(promise, begun, &outcome, &[]).await;
    }
}

/// Before enrolment nothing but enrolling is allowed.
async fn locked(window: &Window) -> anyhow::Result<()> {
    window.sees("Σύνδεση της συσκευής με τον δήμο").await?;
    denied(window, "requests_page", json!({})).await?;
    denied(window, "device_revoke", json!({ "id": NOBODY })).await
}

async fn enrol(window: &Window, link: &str) -> anyhow::Result<()> {
    let (server, code) = link.rsplit_once('#').context("The link has no code")?;
    window.fill("server", server).await?;
    window.fill("code", code).await?;
    window.press("Σύνδεση").await
}

pub(crate) const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

/// The crew may not; the desk may, and hears that there is no such device.
async fn refused(crew: &Window, desk: &Window) -> anyhow::Result<()> {
    for (command, input) in [
        ("device_revoke", json!({ "id": NOBODY })),
        (
            "device_invite",
            json!({ "role": "admin", "name": "Ξένος", "person": "", "crew": null, "communities": [] }),
        ),
        (
            "request_close",
            json!({ "id": NOBODY, "outcome": { "outcome": "resolved" }, "note": "" }),
        ),
        (
            "conflict_decide",
            json!({ "id": NOBODY, "field": "text", "key": "", "note": "" }),
        ),
    ] {
        denied(crew, command, input).await?;
    }
    let heard = desk
        .invoke("device_revoke", json!({ "id": NOBODY }))
        .await?;
    ensure!(
        heard
            .as_ref()
            .is_err_and(|problem| problem["code"] == "not_found"),
        "the desk's own command came back with {heard:?}"
    );
    Ok(())
}

/// Tauri's own refusal is a sentence, not one of our problems with a code.
pub(crate) async fn denied(
    window: &Window,
    command: &str,
    input: serde_json::Value,
) -> anyhow::Result<()> {
    let heard = window.invoke(command, input).await?;
    let by_tauri = heard.as_ref().is_err_and(|refusal| {
        refusal
            .as_str()
            .is_some_and(|words| words.contains("not allowed"))
    });
    ensure!(
        by_tauri,
        "{command} was not refused in the window «{}»: {heard:?}",
        window.title
    );
    Ok(())
}

/// Types a finding and cuts the app off before it is saved; gives the app started again.
async fn cut_while_typing(
    crew: Window,
    start: &Start,
) -> anyhow::Result<(Window, anyhow::Result<()>)> {
    let typed = type_finding(&crew).await;
    crew.cut()?;
    let crew = Window::open(start).await?;
    let outcome = match typed {
        Ok(()) => kept(&crew).await,
        failed => failed,
    };
    Ok((crew, outcome))
}

async fn type_finding(crew: &Window) -> anyhow::Result<()> {
    crew.press("Σήμερα").await?;
    crew.press("Νέο εύρημα").await?;
    crew.press("Καμένος λαμπτήρας").await?;
    crew.choose("community", "Δίο").await?;
    crew.fill("place_text", "Δίπλα στο μουσείο").await?;
    crew.press("Συνέχεια").await?;
    crew.fill("text", TYPED).await?;
    crew.sees("Κρατήθηκε σε αυτή τη συσκευή").await
}

async fn kept(crew: &Window) -> anyhow::Result<()> {
    crew.press("Σήμερα").await?;
    crew.press("Νέο εύρημα").await?;
    crew.wait("what was typed", NEWS, async |crew| {
        Ok(crew.value("text").await? == TYPED)
    })
    .await
}

async fn reload_while_typing(crew: &Window) -> anyhow::Result<()> {
    crew.fill("text", ", περνούν παιδιά").await?;
    crew.sees("Κρατήθηκε σε αυτή τη συσκευή").await?;
    crew.reload().await?;
    let whole = format!("{TYPED}, περνούν παιδιά");
    crew.wait("what was typed, after loading again", NEWS, async |crew| {
        Ok(crew.value("text").await? == whole)
    })
    .await
}
