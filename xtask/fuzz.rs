//! Looks for bytes from outside that break a promise; `tests/fuzz/README.md` says which.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{Outcome, Steps, answer, cargo, hear, run};
use crate::{install, place};

/// Where the fuzzer's package is.
const FUZZ: &str = "tests/fuzz";
/// Most memory a target may take, in MB.
const MEMORY_MB: u32 = 2_048;
/// Longest input, in bytes.
const INPUT_BYTES: u32 = 16 * 1024;
/// Longest time one input may take, in seconds.
const INPUT_S: u32 = 30;
/// Most inputs kept in the tree for one target, their bytes, and the bytes of one.
const KEPT: usize = 100;
const KEPT_BYTES: u64 = 96 * 1024;
const KEPT_INPUT_BYTES: u64 = 8 * 1024;

struct Options<'a> {
    minutes: u32,
    target: Option<&'a str>,
}

impl<'a> Options<'a> {
    fn read(words: &[&'a str]) -> Outcome<Self> {
        let mut options = Self {
            minutes: 1,
            target: None,
        };
        let mut rest = words;
        loop {
            rest = match rest {
                [] => return Ok(options),
                ["--minutes", number, rest @ ..] => {
                    options.minutes = number
                        .parse()
                        .ok()
                        .filter(|minutes| *minutes > 0)
                        .ok_or_else(|| format!("`{number}` is no number of minutes"))?;
                    rest
                }
                ["--target", name, rest @ ..] => {
                    options.target = Some(name);
                    rest
                }
                [other, ..] => return Err(format!("the fuzzer does not know `{other}`")),
            }
        }
    }
}

/// What became of a target.
#[derive(Debug, Default, PartialEq)]
struct Ran {
    executions: u64,
    per_second: u64,
    /// Edges of the program that were reached by what was there, and in the end.
    reached: Option<u64>,
    reached_last: u64,
    crashes: usize,
}

impl Ran {
    /// Understands what libFuzzer says.
    fn hear(&mut self, line: &str) {
        let number = |text: &str| text.trim().parse().unwrap_or_default();
        if let Some(rest) = line.strip_prefix("stat::number_of_executed_units:") {
            self.executions = number(rest);
        } else if let Some(rest) = line.strip_prefix("stat::average_exec_per_sec:") {
            self.per_second = number(rest);
        } else if let Some((_, rest)) = line.split_once(" cov: ") {
            self.reached_last = number(rest.split_whitespace().next().unwrap_or_default());
            if line.contains("INITED") {
                self.reached = Some(self.reached_last);
            }
        }
    }

    fn new_edges(&self) -> u64 {
        let begun = self.reached.unwrap_or(self.reached_last);
        self.reached_last.saturating_sub(begun)
    }
}

pub(crate) fn fuzz(words: &[&str]) -> Outcome {
    let options = Options::read(words)?;
    let mut steps = Steps::default();
    steps.step("Looking what is missing on this machine");
    let tools = Tools {
        path: tools()?,
        work: place::target()?.join("fuzz"),
    };
    let work = &tools.work;
    steps.step("Writing good inputs to begin with");
    let corpus = work.join("corpus");
    run(cargo()
        .args(["run", "--quiet", "--package", "koina-tests", "--bin"])
        .args(["koina-seeds", "--"])
        .arg(&corpus))?;
    steps.step("Building the targets");
    // The libraries are those of the product.
    let lock = |from: &str| place::root().join(from).join("Cargo.lock");
    std::fs::copy(lock("."), lock(FUZZ)).map_err(|failure| format!("Cargo.lock: {failure}"))?;
    let names: Vec<String> = folders(&corpus)?
        .into_iter()
        .filter(|name| options.target.is_none_or(|target| target == name))
        .collect();
    if names.is_empty() {
        return Err(format!(
            "no target is called `{}`",
            options.target.unwrap_or_default()
        ));
    }
    run(tools.fuzzer("build").args(options.target))?;
    let mut all = Vec::new();
    for name in names {
        steps.step(&format!("Fuzzing {name}, {} min", options.minutes));
        let ran = one(&tools, &corpus.join(&name), &name, options.minutes)?;
        all.push((name, ran));
    }
    steps.end();
    sum(&all)
}

/// The compiler and the tool of the fuzzer.
fn tools() -> Outcome<OsString> {
    if place::find(&["rustup"]).is_none() {
        return Err(
            "the fuzzer needs a nightly compiler, which rustup installs: https://rustup.rs"
                .to_owned(),
        );
    }
    if place::find(&["c++"]).is_none() {
        return Err(
            "the fuzzer needs a C++ compiler: on Debian, install build-essential".to_owned(),
        );
    }
    let toolchains = answer(Command::new("rustup").args(["toolchain", "list"]))?;
    if !toolchains.lines().any(|line| line.starts_with("nightly")) {
        run(Command::new("rustup").args([
            "toolchain",
            "install",
            "nightly",
            "--profile",
            "minimal",
        ]))?;
    }
    let path = install::cargo_tool("fuzz")?;
    println!("   Everything is here.");
    Ok(path)
}

/// Where the fuzzer works, and the `PATH` by which its tool is found.
struct Tools {
    work: PathBuf,
    path: OsString,
}

impl Tools {
    /// cargo-fuzz by the nightly compiler.
    fn fuzzer(&self, verb: &str) -> Command {
        let mut command = Command::new("rustup");
        command
            .args(["run", "nightly", "cargo", "fuzz", verb, "--fuzz-dir", FUZZ])
            .arg("--target-dir")
            .arg(self.work.join("build"))
            .env("PATH", &self.path)
            .current_dir(place::root());
        // Files of the stages are no test of a disk.
        let memory = Path::new("/dev/shm");
        if memory.is_dir() {
            command.env("TMPDIR", memory);
        }
        command
    }
}

/// Fuzzes one target, keeps what is new, and says what became of it.
fn one(tools: &Tools, corpus: &Path, name: &str, minutes: u32) -> Outcome<Ran> {
    let kept = place::root().join(FUZZ).join("corpus").join(name);
    let found = place::root().join(FUZZ).join("regressions").join(name);
    for file in files(&kept)? {
        copy_into(&file, corpus)?;
    }
    std::fs::create_dir_all(&found).map_err(|failure| format!("{}: {failure}", found.display()))?;
    let before = files(&found)?.len();
    let mut ran = Ran::default();
    let outcome = hear(
        tools
            .fuzzer("run")
            .arg(name)
            .arg(corpus)
            .arg("--")
            .arg(format!("-max_total_time={}", minutes * 60))
            .arg(format!("-max_len={INPUT_BYTES}"))
            .arg(format!("-rss_limit_mb={MEMORY_MB}"))
            .arg(format!("-timeout={INPUT_S}"))
            .arg(format!("-artifact_prefix={}/", found.display()))
            .arg("-print_final_stats=1"),
        &mut |line| ran.hear(line),
    );
    ran.crashes = files(&found)?.len() - before;
    match outcome {
        Ok(()) if ran.crashes == 0 => {
            run(tools.fuzzer("cmin").arg(name).arg(corpus))?;
            keep(corpus, &kept)?;
        }
        Err(sentence) if ran.crashes == 0 => return Err(sentence),
        _ => println!(
            "\n   {name} broke a promise. `cargo test -p koina-tests --test hostile` runs every file of {}/regressions again.",
            FUZZ
        ),
    }
    // Git keeps no empty folder, and no test looks for one.
    let _ = std::fs::remove_dir(&found);
    Ok(ran)
}

/// Keeps inputs of every size in the tree, as many as there is room for, in the place of those kept before.
fn keep(corpus: &Path, kept: &Path) -> Outcome {
    let mut inputs: Vec<(u64, PathBuf)> = files(corpus)?
        .into_iter()
        .map(|file| (size(&file), file))
        .filter(|(bytes, _)| *bytes <= KEPT_INPUT_BYTES)
        .collect();
    inputs.sort();
    let told = |failure: std::io::Error| format!("{}: {failure}", kept.display());
    std::fs::create_dir_all(kept).map_err(told)?;
    for file in files(kept)? {
        std::fs::remove_file(file).map_err(told)?;
    }
    let mut room = KEPT_BYTES;
    let (mut many, all) = (0, inputs.len());
    for (bytes, file) in inputs.into_iter().step_by(all.div_ceil(KEPT).max(1)) {
        let Some(left) = room.checked_sub(bytes) else {
            break;
        };
        copy_into(&file, kept)?;
        room = left;
        many += 1;
    }
    println!("   Kept {many} of {all} inputs in {}.", kept.display());
    Ok(())
}

fn size(file: &Path) -> u64 {
    file.metadata().map_or(0, |metadata| metadata.len())
}

fn copy_into(file: &Path, folder: &Path) -> Outcome {
    let name = file.file_name().unwrap_or_default();
    std::fs::copy(file, folder.join(name))
        .map(drop)
        .map_err(|failure| format!("{}: {failure}", file.display()))
}

/// The files of a folder; none when it is not there.
fn files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    Ok(inside(folder)?
        .into_iter()
        .filter(|path| path.is_file())
        .collect())
}

/// The names of the folders in a folder.
fn folders(folder: &Path) -> Outcome<Vec<String>> {
    let names = inside(folder)?
        .into_iter()
        .filter(|path| path.is_dir())
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()));
    Ok(names.collect())
}

fn inside(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(failure) if failure.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(failure) => return Err(format!("{}: {failure}", folder.display())),
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

/// Says what was done; fails when a promise was broken.
fn sum(all: &[(String, Ran)]) -> Outcome {
    println!("\n| target | executions | per second | new coverage | crashes |");
    println!("|---|---:|---:|---:|---:|");
    for (name, ran) in all {
        println!(
            "| {name} | {} | {} | {} | {} |",
            ran.executions,
            ran.per_second,
            ran.new_edges(),
            ran.crashes
        );
    }
    let executions: u64 = all.iter().map(|(_, ran)| ran.executions).sum();
    let crashes: usize = all.iter().map(|(_, ran)| ran.crashes).sum();
    println!(
        "\n{} targets, {executions} executions, {crashes} crashes",
        all.len()
    );
    if crashes == 0 {
        Ok(())
    } else {
        Err("a promise was broken".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::Ran;

    #[test]
    fn the_fuzzer_is_understood() {
        let mut ran = Ran::default();
        for line in [
            "#9\tINITED cov: 120 ft: 130 corp: 9/2Kb exec/s: 0 rss: 61Mb",
            "#512\tNEW    cov: 150 ft: 190 corp: 12/3Kb lim: 4096 exec/s: 256 rss: 61Mb L: 9/99 MS: 1 EraseBytes-",
            "#1000\tDONE   cov: 151 ft: 191 corp: 13/3Kb lim: 4096 exec/s: 250 rss: 61Mb",
            "stat::number_of_executed_units: 1000",
            "stat::average_exec_per_sec:     250",
        ] {
            ran.hear(line);
        }
        assert_eq!((ran.executions, ran.per_second), (1_000, 250));
        assert_eq!((ran.new_edges(), ran.crashes), (31, 0));
    }
}
