//! A screen for windows: the one that is there, or one that nobody sees.

use std::process::Command;

use crate::held::Held;
use crate::place;
use crate::run::{Outcome, answer};

/// Whether a window could open here.
pub(crate) fn is_there() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Width and height of the screen, where it says so.
pub(crate) fn size() -> Option<(u32, u32)> {
    place::find(&["xrandr"])?;
    let said = answer(Command::new("xrandr").arg("--current")).ok()?;
    let (_, after) = said.split_once("current ")?;
    let (width, after) = after.split_once(" x ")?;
    let height: String = after.chars().take_while(char::is_ascii_digit).collect();
    Some((width.trim().parse().ok()?, height.parse().ok()?))
}

/// A screen that nobody sees (Xvfb).
pub(crate) struct Unseen {
    display: String,
    _held: Held,
}

impl Unseen {
    pub(crate) fn new() -> Outcome<Self> {
        let script =
            "Xvfb -displayfd 1 -screen 0 1920x1080x24 -maxclients 2048 -nolisten tcp &\nscreen=$!";
        let mut held = Held::new(script, "kill $screen")?;
        let number = held.first_line().ok_or("Xvfb did not start")?;
        println!("   Xvfb shows screen :{number} to nobody.");
        Ok(Self {
            display: format!(":{number}"),
            _held: held,
        })
    }

    /// A command whose windows open on this screen, with a session bus of its own: nothing speaks to the programs of whoever
    /// runs it.
    pub(crate) fn command(&self, program: &std::path::Path) -> Outcome<Command> {
        let bus = place::find(&["dbus-run-session"]);
        let mut command = Command::new(bus.ok_or("dbus-run-session is missing")?);
        command.arg("--").arg(program);
        command
            .env("DISPLAY", &self.display)
            .env_remove("WAYLAND_DISPLAY")
            .env("GDK_BACKEND", "x11")
            .env("NO_AT_BRIDGE", "1");
        command.current_dir(place::root());
        Ok(command)
    }
}
