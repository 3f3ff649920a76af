//! One run of the suite: the window, everything around it, and what was counted.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::desktop::Desktop;
use super::giver::Giver;
use super::watch::{Seen, Trap};
use crate::browser::{NEWS, PATIENCE, Start, Window};

/// After so many escapes a group of attempts has shown enough.
const ENOUGH: u32 = 5;
/// What a hand does needs a moment until it has gone through all processes.
const MOMENT: Duration = Duration::from_millis(40);

/// What both ways begin with: back to the first screen of a kiosk, step by step, since after «Τέλος» the app might start anew.
const BACK: &str = r"
    const done = arguments[0];
    const pause = (ms) => new Promise((go) => setTimeout(go, ms));
    const back = async () => {
        for (let step = 0; step < 9 && document.querySelector('.kiosk') && !document.querySelector('.tiles'); step += 1) {
            (document.querySelector('dialog[open] button:last-of-type') ?? document.querySelector('.back button'))?.click();
            await pause(60);
        }
    };
";

/// Goes where there is a field, empties it, and puts the cursor into it.
const TO_FIELD: &str = r"
    const field = () => document.querySelector('#field-number, #field-search');
    (async () => {
        if (document.querySelector('.kiosk') && !document.querySelector('#field-number')) {
            await back();
            [...document.querySelectorAll('.tiles button')].find((tile) => tile.textContent.includes('Πορεία'))?.click();
            await pause(60);
        }
        const at = field();
        if (!at) return null;
        at.value = '';
        at.dispatchEvent(new Event('input', { bubbles: true }));
        at.focus();
        await pause(20);
        const place = at.getBoundingClientRect();
        return [place.x + place.width / 2, place.y + place.height / 2];
    })().then(done, () => done(null));
";

/// Goes to the first screen.
const HOME: &str = r"
    (async () => {
        await back();
        document.activeElement?.blur();
        await pause(60);
        const title = document.querySelector('h1')?.getBoundingClientRect();
        return title ? [title.x + Math.min(title.width / 2, 60), title.y + title.height / 2] : null;
    })().then(done, () => done(null));
";

pub(super) struct Run {
    start: Start,
    home: PathBuf,
    open: Option<Window>,
    pub(super) desktop: Desktop,
    pub(super) giver: Giver,
    pub(super) trap: Trap,
    mark: u32,
    before: Option<Seen>,
    /// Where the app's program lies in memory: elsewhere in each app that starts.
    image: Option<String>,
    /// Whether the window must be the whole screen.
    whole: bool,
    group: Group,
    pub(super) attempts: u32,
    pub(super) escapes: u32,
}

struct Group {
    name: String,
    begun: Instant,
    attempts: u32,
    escapes: u32,
}

impl Group {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            begun: Instant::now(),
            attempts: 0,
            escapes: 0,
        }
    }
}

impl Run {
    pub(super) async fn new(start: Start, home: PathBuf, whole: bool) -> anyhow::Result<Self> {
        let desktop = Desktop::new()?;
        let trap = Trap::new().await?;
        let giver = Giver::new(trap.port)?;
        let mut run = Self {
            start,
            home,
            open: None,
            desktop,
            giver,
            trap,
            mark: 0,
            before: None,
            image: None,
            whole,
            group: Group::new(""),
            attempts: 0,
            escapes: 0,
        };
        run.reopen().await?;
        Ok(run)
    }

    pub(super) fn window(&self) -> anyhow::Result<&Window> {
        self.open.as_ref().context("there is no window")
    }

    /// The number of the window on the screen.
    pub(super) fn frame(&self) -> anyhow::Result<u32> {
        let seen = self.before.as_ref().and_then(Seen::window);
        Ok(seen.context("there is no window on the screen")?.id)
    }

    /// Begins a group of attempts.
    pub(super) fn begin(&mut self, name: &str) {
        self.group = Group::new(name);
    }

    /// Whether the group has shown enough.
    pub(super) fn enough(&self) -> bool {
        self.group.escapes >= ENOUGH
    }

    /// Ends a group; gives whether nothing escaped.
    pub(super) fn end(&self) -> bool {
        let Group {
            name,
            begun,
            attempts,
            escapes,
        } = &self.group;
        let word = if *escapes == 0 { "ok  " } else { "FAIL" };
        let enough = if self.enough() {
            "; not tried any further"
        } else {
            ""
        };
        println!(
            "{word} {name}: {attempts} attempts, {escapes} escapes ({:.0} s{enough})",
            begun.elapsed().as_secs_f32()
        );
        *escapes == 0
    }

    /// Counts attempts that were made.
    pub(super) fn made(&mut self, attempts: u32) {
        self.attempts += attempts;
        self.group.attempts += attempts;
    }

    pub(super) fn escaped(&mut self, what: &str, how: &str) {
        self.escapes += 1;
        self.group.escapes += 1;
        println!("     ESCAPE {what}: {how}");
    }

    /// Counts attempts that were just made and looks around; after an escape everything is opened anew.
    pub(super) async fn look(&mut self, made: u32, what: &str) -> anyhow::Result<bool> {
        self.made(made);
        tokio::time::sleep(MOMENT).await;
        if self.changed().await.is_empty() {
            return Ok(false);
        }
        // A visit that ended after something was typed: the app starts anew then, as it should.
        if self.began_anew() {
            self.reopen().await?;
            return Ok(false);
        }
        // By now it is all there to be seen.
        tokio::time::sleep(MOMENT * 8).await;
        let changed = self.changed().await.join("; ");
        self.escaped(
            what,
            if changed.is_empty() {
                "for a moment"
            } else {
                &changed
            },
        );
        self.reopen().await?;
        Ok(true)
    }

    /// Runs a script that gives `true` when it got what it wanted, and looks around.
    pub(super) async fn page(&mut self, what: &str, script: &str) -> anyhow::Result<()> {
        let through = self
            .window()?
            .script(script, vec![], Duration::from_secs(10))
            .await;
        let escaped = match through {
            Ok(through) => through == Value::Bool(true),
            // The driver closes a dialog and says so; a page that went away is seen by looking.
            Err(failure) => format!("{failure:?}").to_lowercase().contains("alert"),
        };
        if !self.look(1, what).await? && escaped {
            self.escaped(what, "the page got what it wanted");
        }
        Ok(())
    }

    /// Puts the cursor into an empty field; gives where the field is.
    pub(super) async fn go_to_field(&mut self) -> anyhow::Result<(i16, i16)> {
        self.place_of(TO_FIELD).await.context("there is no field")
    }

    /// The first screen; gives where its title is.
    pub(super) async fn go_home(&mut self) -> anyhow::Result<(i16, i16)> {
        self.place_of(HOME).await.context("there is no title")
    }

    /// Whether a fresh app took the place of the one that was opened.
    fn began_anew(&self) -> bool {
        let now = self.open.as_ref().and_then(Window::image);
        now.is_some_and(|now| self.image.as_ref() != Some(&now))
    }

    #[allow(
        clippy::cast_possible_truncation,
        reason = "a place on a screen, and `as` keeps to the bounds"
    )]
    async fn place_of(&mut self, script: &str) -> anyhow::Result<(i16, i16)> {
        if self.began_anew() {
            self.reopen().await?;
        }
        let window = self.window()?;
        let script = format!("{BACK}{script}");
        let place = window.script(&script, vec![], PATIENCE);
        let at: Vec<f64> = serde_json::from_value(place.await?)?;
        match at.as_slice() {
            [x, y] => Ok((*x as i16, *y as i16)),
            _ => anyhow::bail!("the page said {at:?}"),
        }
    }

    /// What is not as it was before.
    async fn changed(&self) -> Vec<String> {
        match (self.seen().await, &self.before) {
            (Ok(now), Some(before)) => before.changed(&now),
            (Ok(_), None) => vec!["nothing was looked at before".to_owned()],
            (Err(failure), _) => vec![format!("the window does not answer: {failure:#}")],
        }
    }

    async fn seen(&self) -> anyhow::Result<Seen> {
        Seen::now(
            self.window()?,
            &self.desktop,
            &self.trap,
            &self.home,
            &self.mark.to_string(),
        )
        .await
    }

    /// Begins anew, with an app that was just started.
    pub(super) async fn reopen(&mut self) -> anyhow::Result<()> {
        drop(self.open.take());
        let window = Window::open(&self.start).await?;
        window
            .wait("its first screen", NEWS, async |window| {
                Ok(window.is_there("//*[@id='content']//button").await)
            })
            .await?;
        self.mark += 1;
        let mark = "window.__stayed = arguments[0]; arguments[1](true);";
        window
            .script(mark, vec![json!(self.mark.to_string())], PATIENCE)
            .await?;
        self.image = window.image();
        self.open = Some(window);
        self.desktop.unlock()?;
        let (wide, high) = self.desktop.size;
        self.desktop
            .move_to(((wide / 2).cast_signed(), (high / 2).cast_signed()))?;
        // What the system starts by itself comes before the first look.
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let frame = self.desktop.shown()?;
        let frame = frame.last().context("no window is on the screen")?.clone();
        self.desktop.focus(frame.id)?;
        self.giver.offer()?;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let seen = self.seen().await?;
        ensure!(
            !self.whole || seen.is_whole(self.desktop.size),
            "the kiosk's window is not the whole screen, or not alone: {seen:?}"
        );
        self.before = Some(seen);
        Ok(())
    }
}
