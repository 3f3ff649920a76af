//! A server or client as a process of its own that is spoken to in lines.
#![allow(clippy::disallowed_methods, reason = "it waits for processes")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;

use crate::served::{cpu_s, peak_mb};

/// What a test in a process of its own told on a line, behind `told `.
pub fn told<T: DeserializeOwned>(output: &Output) -> T {
    let text = String::from_utf8_lossy(&output.stdout);
    let told = text.lines().find_map(|line| {
        let (_, told) = line.split_once("told ")?;
        serde_json::from_str(told).ok()
    });
    told.unwrap_or_else(|| panic!("{text}\n{}", String::from_utf8_lossy(&output.stderr)))
}

/// Why a process gave no answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Silence {
    /// It took longer than it may.
    Late,
    /// It ended.
    Ended,
}

pub struct Process {
    child: Child,
    tell: Option<ChildStdin>,
    says: Receiver<String>,
}

impl Process {
    pub fn start(words: &[String]) -> Self {
        let mut child = Command::new(&words[0])
            .args(&words[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (heard, says) = channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if heard.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            tell: child.stdin.take(),
            child,
            says,
        }
    }

    pub fn tell(&mut self, line: &str) {
        // A process that is gone says so when it is asked for an answer.
        if let Some(tell) = &mut self.tell {
            let _ = writeln!(tell, "{line}");
            let _ = tell.flush();
        }
    }

    /// The rest of the next line that begins with this word.
    pub fn hear(&mut self, word: &str, until: Instant) -> Result<String, Silence> {
        loop {
            let wait = until.saturating_duration_since(Instant::now());
            match self.says.recv_timeout(wait) {
                Ok(line) => {
                    if let Some(rest) = line.strip_prefix(word) {
                        return Ok(rest.trim().to_owned());
                    }
                }
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => return Err(Silence::Late),
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return Err(Silence::Ended),
            }
        }
    }

    /// Seconds of processor so far, to a hundredth.
    pub fn cpu_s(&self) -> f64 {
        cpu_s(self.child.id())
    }

    pub fn peak_mb(&self) -> f64 {
        peak_mb(self.child.id())
    }

    /// Lets it put its things away, and ends it if it takes too long.
    pub fn end(mut self) {
        self.tell = None;
        let until = Instant::now() + Duration::from_secs(20);
        while Instant::now() < until {
            if self.child.try_wait().unwrap().is_some() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
