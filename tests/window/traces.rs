//! Looks for words in everything a visit could leave behind: the memory of the app and of its web view, and files.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Context;

use crate::browser::children;

/// Memory is read in pieces of this size; words may lie across two.
const PIECE: usize = 4 << 20;

/// Bytes of a page of memory.
const PAGE: u64 = 4096;

/// One thing in every form in which programs keep it.
pub(crate) type Forms = Vec<Vec<u8>>;

/// What somebody typed, drew or was given, in every form in which programs keep it.
pub(crate) struct Planted {
    words: Vec<(String, Forms)>,
    longest: usize,
    since: SystemTime,
}

/// Where a word was found.
#[derive(Debug)]
pub(crate) struct Trace {
    pub(crate) word: String,
    pub(crate) place: String,
}

impl Planted {
    pub(crate) fn new(words: &[&str]) -> Self {
        let mut planted = Self {
            words: Vec::new(),
            longest: 0,
            since: SystemTime::now(),
        };
        for word in words {
            planted.plant(word, text(word));
        }
        planted
    }

    /// Looks for one thing more, in any of these forms.
    pub(crate) fn plant(&mut self, name: &str, forms: Forms) {
        let longest = forms.iter().map(Vec::len).max().unwrap_or_default();
        self.longest = self.longest.max(longest);
        self.words.push((name.to_owned(), forms));
    }

    /// How many things are looked for.
    pub(crate) fn count(&self) -> usize {
        self.words.len()
    }

    /// What of it was not found.
    pub(crate) fn missing(&self, found: &[Trace]) -> Vec<&str> {
        let names = self.words.iter().map(|(name, _)| name.as_str());
        names
            .filter(|name| found.iter().all(|trace| trace.word != *name))
            .collect()
    }

    pub(crate) fn look(&self, bytes: &[u8], place: &str, found: &mut Vec<Trace>) {
        for (word, forms) in &self.words {
            for form in forms {
                if memchr::memmem::find(bytes, form).is_some() {
                    found.push(Trace {
                        word: word.clone(),
                        place: place.to_owned(),
                    });
                }
            }
        }
    }

    /// Reads the whole memory of a process and of all it started, as `gcore` would write it down.
    pub(crate) fn in_memory(&self, process: u32) -> anyhow::Result<(Vec<Trace>, u64)> {
        let (mut found, mut read) = (Vec::new(), 0);
        for id in family(process) {
            let name = fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
            let place = format!("memory of {}", name.trim());
            let maps = fs::read_to_string(format!("/proc/{id}/maps"))
                .with_context(|| format!("reading what {place} consists of"))?;
            let mut memory = File::open(format!("/proc/{id}/mem"))
                .with_context(|| format!("opening the {place}"))?;
            let mut pages = File::open(format!("/proc/{id}/pagemap"))
                .with_context(|| format!("opening the pages of the {place}"))?;
            for (from, to) in maps.lines().filter_map(region) {
                for (from, to) in filled(&mut pages, from, to)? {
                    read += self.look_from(&mut memory, from, to, &place, &mut found);
                }
            }
        }
        Ok((found, read))
    }

    /// Looks through a part of an open file or memory; gives how much could be read.
    fn look_from(
        &self,
        file: &mut File,
        from: u64,
        to: u64,
        place: &str,
        found: &mut Vec<Trace>,
    ) -> u64 {
        let (mut at, mut total) = (from, 0);
        let mut piece = Vec::new();
        while at < to {
            piece.clear();
            let wanted = (to - at).min(PIECE as u64);
            let read = file
                .seek(SeekFrom::Start(at))
                .and_then(|_| file.by_ref().take(wanted).read_to_end(&mut piece));
            // Pages of devices cannot be read; what came before them can.
            let more = read.is_ok();
            total += piece.len() as u64;
            self.look(&piece, place, found);
            if !more || (piece.len() as u64) < wanted {
                break;
            }
            let overlap = if at + wanted < to {
                self.longest as u64
            } else {
                0
            };
            at += wanted - overlap.min(wanted - 1);
        }
        total
    }

    /// Reads every file below these folders that was written since the words were planted.
    pub(crate) fn in_files(&self, folders: &[PathBuf]) -> (Vec<Trace>, u64) {
        let (mut found, mut read) = (Vec::new(), 0);
        for folder in folders {
            self.below(folder, &mut found, &mut read);
        }
        (found, read)
    }

    fn below(&self, folder: &Path, found: &mut Vec<Trace>, read: &mut u64) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let Ok(about) = fs::symlink_metadata(&path) else {
                continue;
            };
            if about.is_dir() {
                self.below(&path, found, read);
            } else if about.is_file()
                && about.modified().is_ok_and(|at| at >= self.since)
                && let Ok(mut file) = File::open(&path)
            {
                *read += self.look_from(
                    &mut file,
                    0,
                    about.len(),
                    &path.display().to_string(),
                    found,
                );
            }
        }
    }
}

/// A text as programs keep it: in bytes, and in units of two bytes.
pub(crate) fn text(word: &str) -> Forms {
    let wide = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![word.as_bytes().to_vec(), wide]
}

/// A process and everything it started, however deep.
pub(crate) fn family(process: u32) -> Vec<u32> {
    let mut all = vec![process];
    let mut at = 0;
    while let Some(one) = all.get(at) {
        all.extend(children(*one));
        at += 1;
    }
    all
}

/// Where a line of `/proc/ID/maps` says that something readable is. What only the kernel shows to everybody is left out.
fn region(line: &str) -> Option<(u64, u64)> {
    let mut parts = line.split_whitespace();
    let (from, to) = parts.next()?.split_once('-')?;
    let readable = parts.next()?.starts_with('r');
    let shown_to_all =
        line.ends_with("[vvar]") || line.ends_with("[vsyscall]") || line.ends_with("[vdso]");
    let hex = |text| u64::from_str_radix(text, 16).ok();
    (readable && !shown_to_all).then_some((hex(from)?, hex(to)?))
}

/// The parts of a region of memory that hold anything, in memory or in swap: a script engine reserves 64 GB and fills little.
fn filled(pages: &mut File, from: u64, to: u64) -> anyhow::Result<Vec<(u64, u64)>> {
    /// Bits of an entry of `/proc/ID/pagemap`: in memory, or swapped out.
    const THERE: u64 = 0b11 << 62;
    static NOTHING: [u8; 8 * 4096] = [0; 8 * 4096];
    let mut parts: Vec<(u64, u64)> = Vec::new();
    let mut entries = Vec::new();
    let mut at = from;
    while at < to {
        let wanted = (8 * ((to - at) / PAGE)).min(NOTHING.len() as u64);
        entries.clear();
        pages.seek(SeekFrom::Start(8 * (at / PAGE)))?;
        pages.by_ref().take(wanted).read_to_end(&mut entries)?;
        if entries.is_empty() {
            break;
        }
        if NOTHING.get(..entries.len()) != Some(entries.as_slice()) {
            for (page, entry) in entries.chunks_exact(8).enumerate() {
                let entry = entry.try_into().map(u64::from_le_bytes).unwrap_or_default();
                if entry & THERE == 0 {
                    continue;
                }
                let start = at + page as u64 * PAGE;
                match parts.last_mut() {
                    Some((_, end)) if *end == start => *end += PAGE,
                    _ => parts.push((start, start + PAGE)),
                }
            }
        }
        at += entries.len() as u64 / 8 * PAGE;
    }
    Ok(parts)
}
