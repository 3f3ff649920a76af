//! Programs that run beside a step and must never outlive it, however this program ends.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::run::Outcome;

/// A shell that holds a program. It ends the program when its own standard input ends: that happens when this is dropped,
/// and also when this program is killed.
pub(crate) struct Held(Child);

impl Held {
    /// Runs `script`, then waits, then runs `end`. `trap ''` keeps Ctrl+C from ending the shell before it has cleaned up.
    pub(crate) fn new(script: &str, end: &str) -> Outcome<Self> {
        let whole = format!("trap '' INT TERM HUP\n{script}\ncat > /dev/null\n{end}\n");
        let shell = Command::new("sh")
            .args(["-c", &whole])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        shell
            .map(Self)
            .map_err(|failure| format!("a shell could not be started: {failure}"))
    }

    /// The first line the script says.
    pub(crate) fn first_line(&mut self) -> Option<String> {
        let mut line = String::new();
        BufReader::new(self.0.stdout.take()?)
            .read_line(&mut line)
            .ok()?;
        let line = line.trim().to_owned();
        (!line.is_empty()).then_some(line)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}
