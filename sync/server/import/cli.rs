//! The import as a command: what it says to whoever runs it.
#![allow(
    clippy::print_stdout,
    reason = "a command line answers on its standard output"
)]

use std::path::Path;

use anyhow::Context;
use koina_model::ids::Time;

use super::mapping::Mapping;
use super::rows::Format;
use super::{Report, import};
use crate::municipality::Municipality;

/// Imports a file and says what became of its rows, in Greek and English.
pub async fn command(
    town: &Municipality,
    file: &Path,
    mapping: &Path,
    report: Option<&Path>,
    now: Time,
) -> anyhow::Result<()> {
    let mapping = std::fs::read_to_string(mapping).context("Reading the mapping")?;
    let mapping = Mapping::parse(&mapping).context("Reading the mapping")?;
    let format = mapping.format.map_or_else(|| Format::of(file), Ok)?;
    let bytes = std::fs::read(file).context("Reading the file")?;
    let done = import(town, &mapping, &bytes, format, now)
        .await
        .context("Importing")?;
    for (number, bad) in &done.bad {
        println!("{number}: {} / {}", bad.greek(), bad.english());
    }
    let Report {
        added,
        changed,
        same,
        bad,
    } = &done;
    let bad = bad.len();
    println!("Νέα: {added} · Αλλαγές: {changed} · Ίδια: {same} · Απορρίφθηκαν: {bad}");
    println!("Added: {added} · Changed: {changed} · Same: {same} · Bad: {bad}");
    match report {
        Some(path) => write(path, &done).context("Writing the report"),
        None => Ok(()),
    }
}

fn write(path: &Path, done: &Report) -> anyhow::Result<()> {
    let mut table = csv::Writer::from_path(path)?;
    table.write_record(["row", "code", "el", "en"])?;
    for (number, bad) in &done.bad {
        table.write_record([
            &number.to_string(),
            bad.code(),
            &one_line(&bad.greek()),
            &one_line(&bad.english()),
        ])?;
    }
    table.flush()?;
    Ok(())
}

/// On one line. Sentences begin with words of ours, so that no spreadsheet takes them for a formula.
fn one_line(sentence: &str) -> String {
    sentence.replace(['\r', '\n'], " ")
}
