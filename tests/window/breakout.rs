//! Somebody tries to get out of the kiosk's window: real keys and buttons through the X server, another program beside it, and
//! a page that was taken over. After every few attempts everything must be as before.
//!
//! `--control` tries the same on the desk's window, which is not locked: a suite that finds nothing there would find nothing.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

use crate::stage::Stage;
use run::Run;

mod commands;
mod desktop;
mod giver;
mod hands;
mod page;
mod run;
mod tries;
mod watch;

/// Where the desk's window is put, to be as large as the kiosk's.
const WHOLE: &str = "0,0,1920,1080";

/// Groups of attempts that nothing escaped from, and the others.
#[derive(Default)]
struct Tally {
    held: u32,
    open: u32,
}

impl Tally {
    fn note(&mut self, run: &Run) {
        if run.end() {
            self.held += 1;
        } else {
            self.open += 1;
        }
    }
}

/// Tries everything; ends with `N attempts, M escapes` and the groups that passed and failed.
pub(crate) async fn run(app: &Path, data: &Path, control: bool) -> ExitCode {
    let mut tally = Tally::default();
    let outcome = all(app, data, control, &mut tally).await;
    if let Err(failure) = &outcome {
        tally.open += 1;
        println!("FAIL the window could not be driven any further: {failure:#}");
    }
    let Tally { held, open } = tally;
    if control {
        println!(
            "The control: {open} of {} groups found escapes.",
            held + open
        );
        return if outcome.is_ok_and(|escapes| escapes > 0) {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        };
    }
    println!("{held} passed, {open} failed");
    if open == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

async fn all(app: &Path, data: &Path, control: bool, tally: &mut Tally) -> anyhow::Result<u32> {
    let stage = Stage::set(app, data, 40, 40, |_| ())?;
    let home = data.join("home");
    for folder in ["tmp", "Downloads", ".local/share", ".config", ".cache"] {
        std::fs::create_dir_all(home.join(folder)).context("Making a home")?;
    }
    let home = home.canonicalize().context("Finding the home")?;
    let mut start = if control {
        stage.desk_window()
    } else {
        stage.kiosk_window()
    };
    start.place = if control { WHOLE } else { "" };
    start.home = Some(home.clone());
    let mut run = Run::new(start, home, !control).await?;

    if !control {
        let missing = hands::typing(&mut run).await?;
        for one in &missing {
            println!("     MISSING {one}");
        }
        let word = if missing.is_empty() { "ok  " } else { "FAIL" };
        println!("{word} a person types, also in Greek, and a scanner does");
        if missing.is_empty() {
            tally.held += 1;
        } else {
            tally.open += 1;
        }
    }
    hands::commands(&mut run).await?;
    tally.note(&run);
    hands::manager(&mut run).await?;
    tally.note(&run);
    hands::buttons(&mut run).await?;
    tally.note(&run);
    hands::clipboards(&mut run).await?;
    tally.note(&run);
    hands::drops(&mut run).await?;
    tally.note(&run);
    hands::pressed(&mut run).await?;
    tally.note(&run);
    hands::pages(&mut run, &mut |run: &Run| tally.note(run)).await?;
    for in_field in [false, true] {
        hands::keys(&mut run, in_field).await?;
        tally.note(&run);
    }
    let asked = run.giver.clipboards_asked();
    println!("The clipboards were asked for {asked} times.");
    println!("{} attempts, {} escapes", run.attempts, run.escapes);
    Ok(run.escapes)
}
