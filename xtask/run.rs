//! Steps that are announced, and programs that are run for them.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::place;

/// How long a command that has ended may be silent before nothing more is expected of it.
const SILENCE: Duration = Duration::from_millis(500);

/// A sentence says what did not work.
pub(crate) type Outcome<T = ()> = Result<T, String>;

/// Announces steps and counts them.
#[derive(Default)]
pub(crate) struct Steps {
    number: u32,
    begun: Option<Instant>,
}

impl Steps {
    pub(crate) fn step(&mut self, words: &str) {
        self.end();
        self.number += 1;
        self.begun = Some(Instant::now());
        println!("\n== {}. {words}", self.number);
    }

    /// Says how long the step took, if that was worth saying.
    pub(crate) fn end(&mut self) {
        if let Some(begun) = self
            .begun
            .take()
            .filter(|begun| begun.elapsed().as_secs() >= 2)
        {
            println!("   ({} s)", begun.elapsed().as_secs());
        }
    }
}

/// The cargo that runs this program.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(place::root());
    cargo
}

/// npm in a folder of the tree.
pub(crate) fn npm(folder: &str) -> Command {
    let mut npm = Command::new("npm");
    npm.current_dir(place::root().join(folder))
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
        .env("npm_config_fund", "false");
    npm
}

/// How a command would be typed.
fn typed(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let short = |word: &std::ffi::OsStr| {
        let word = word.to_string_lossy().into_owned();
        if word.contains(' ') {
            format!("'{word}'")
        } else {
            word
        }
    };
    words.map(short).collect::<Vec<_>>().join(" ")
}

/// Runs a command and lets it speak.
pub(crate) fn run(command: &mut Command) -> Outcome {
    println!("   $ {}", typed(command));
    let status = command
        .status()
        .map_err(|failure| format!("`{}` could not be started: {failure}", typed(command)))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{}` ended with {status}", typed(command)))
    }
}

/// Runs a command and gives what it said.
pub(crate) fn answer(command: &mut Command) -> Outcome<String> {
    let output = command.stderr(Stdio::inherit()).output();
    let output = output
        .map_err(|failure| format!("`{}` could not be started: {failure}", typed(command)))?;
    if !output.status.success() {
        return Err(format!("`{}` ended with {}", typed(command), output.status));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| format!("`{}` did not answer in text", typed(command)))
}

/// Whether a command can be run and succeeds; what it says is not shown.
pub(crate) fn works(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a command, lets it speak, and hears every line.
pub(crate) fn hear(command: &mut Command, hears: &mut dyn FnMut(&str)) -> Outcome {
    println!("   $ {}", typed(command));
    // Without colours: the lines are read by a program too.
    command
        .env("NO_COLOR", "1")
        .env_remove("FORCE_COLOR")
        .env("CARGO_TERM_COLOR", "never");
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child =
        child.map_err(|failure| format!("`{}` could not be started: {failure}", typed(command)))?;
    let (says, heard) = mpsc::channel();
    let streams: [Option<Box<dyn Read + Send>>; 2] = [
        child.stdout.take().map(|stream| Box::new(stream) as _),
        child.stderr.take().map(|stream| Box::new(stream) as _),
    ];
    for stream in streams.into_iter().flatten() {
        let says = says.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                if !is_noise(&line) {
                    println!("{line}");
                }
                let _ = says.send(line);
            }
        });
    }
    drop(says);
    // A daemon that outlives the command may hold its output open: once the command has ended, a short silence is the end.
    let mut ended = None;
    loop {
        match heard.recv_timeout(SILENCE) {
            Ok(line) => hears(&line),
            Err(mpsc::RecvTimeoutError::Timeout) if ended.is_some() => break,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                ended = child
                    .try_wait()
                    .map_err(|failure| lost(command, &failure))?;
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    let status = match ended {
        Some(status) => status,
        None => child.wait().map_err(|failure| lost(command, &failure))?,
    };
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{}` ended with {status}", typed(command)))
    }
}

fn lost(command: &Command, failure: &std::io::Error) -> String {
    format!("`{}` was lost: {failure}", typed(command))
}

/// What a session bus says about itself; it concerns nobody.
fn is_noise(line: &str) -> bool {
    line.starts_with("dbus-daemon[") || line.starts_with("SpiRegistry daemon")
}
