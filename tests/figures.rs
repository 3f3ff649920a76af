//! Where measured figures go: the terminal and a file beside the builds.
#![allow(
    clippy::print_stdout,
    reason = "figures for the person at the terminal"
)]

use std::io::Write;
use std::path::PathBuf;

/// What was measured so far.
#[derive(Debug)]
pub struct Figures {
    file: std::fs::File,
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
        }
    }

    pub fn say(&mut self, name: &str, value: f64, unit: &str, aim: Option<f64>) {
        let aim_text = aim.map_or_else(String::new, |aim| format!("{aim}"));
        println!("{name:<58} {value:>12.3}  {unit:<10} {aim_text:>12}");
        let line = serde_json::json!({ "name": name, "value": value, "unit": unit, "aim": aim });
        writeln!(self.file, "{line}").unwrap();
    }
}
