//! Where measured figures go: the terminal and a file beside the builds.
#![allow(
    clippy::print_stdout,
    reason = "figures for the person at the terminal"
)]

use std::io::Write;
use std::path::PathBuf;

/// A count for whoever runs the tests: past the harness, which shows of a test that passed nothing.
pub fn tell(words: &str) {
    // Where nobody reads it, nothing is lost.
    writeln!(std::io::stdout(), "   {words}").ok();
}

/// What was measured so far.
#[derive(Debug)]
pub struct Figures {
    file: std::fs::File,
    /// Every figure in turn, by its name.
    said: Vec<(String, f64)>,
}

impl Figures {
    pub fn new(file: &str) -> Self {
        let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
        std::fs::create_dir_all(&target).unwrap();
        let path = PathBuf::from(target).join(file);
        println!(
            "{:<58} {:>12}  {:<10} {:>12}",
            "figure", "measured", "unit", "aim"
        );
        Self {
            file: std::fs::File::create(path).unwrap(),
            said: Vec::new(),
        }
    }

    pub fn say(&mut self, name: &str, value: f64, unit: &str, aim: Option<f64>) {
        let aim_text = aim.map_or_else(String::new, |aim| format!("{aim}"));
        println!("{name:<58} {value:>12.3}  {unit:<10} {aim_text:>12}");
        let line = serde_json::json!({ "name": name, "value": value, "unit": unit, "aim": aim });
        writeln!(self.file, "{line}").unwrap();
        self.said.push((name.to_owned(), value));
    }

    /// The last two figures of this name, against each other: the later to the earlier.
    pub fn ratio(&mut self, name: &str, words: &str, aim: Option<f64>) {
        let mut found = self.said.iter().rev().filter(|(said, _)| said == name);
        if let (Some((_, later)), Some((_, earlier))) = (found.next(), found.next()) {
            let ratio = later / earlier;
            self.say(words, ratio, "×", aim);
        }
    }
}
