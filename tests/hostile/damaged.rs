//! The file of a replica, its write-ahead log and its safety copy, after a disk worked on them: opened, and rescued from.

use std::path::{Path, PathBuf};

use koina_model::ids::Time;
use koina_model::problem::Problem;
use koina_sync::replica::{Ids, Replica, ReplicaError};
use koina_sync::views::outbox::OutboxQuery;
use tempfile::TempDir;

use crate::town::{BEGIN, LITOCHORO, Town};

use super::device;

/// What stands behind the name of a replica, by the first byte of an input.
const WAYS: [&str; 3] = ["", "-wal", ".safety"];
/// Before a piece: where it goes, as two bytes of 65,536 parts of the file, and how long it is.
const HEAD: usize = 3;
const NAME: &str = "replica.sqlite";

fn now() -> Time {
    BEGIN.plus_days(2)
}

/// The files of a device with work that was not sent, as they lie after a loss of power.
struct Stage {
    folder: TempDir,
    waiting: u32,
}

thread_local! {
    static STAGE: Stage = Stage::new();
}

impl Stage {
    fn new() -> Self {
        let mut town = Town::new().unheard();
        let desk = town.desk("Δημαρχείο");
        let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
        device::enter(&town, desk, LITOCHORO, "Σβηστή λάμπα");
        town.settle();
        device::enter(&town, crew, LITOCHORO, "Δεν στάλθηκε ακόμη");
        town.unchecked = true;
        let replica = town.at(crew);
        assert!(replica.keep_safety_copy().unwrap());
        device::enter(&town, crew, LITOCHORO, "Ούτε αυτό");
        let waiting = replica.pending().unwrap().waiting;
        // While it is open: what was written last is in the log alone.
        let folder = TempDir::new().unwrap();
        copy(town.path(crew), &folder.path().join(NAME));
        Self { folder, waiting }
    }
}

/// What may be lost of what waits.
#[derive(Clone, Copy, PartialEq)]
enum Loses {
    Nothing,
    /// Nothing, where it says that all could be read.
    WhatItSays,
    Unknown,
}

impl Loses {
    /// Whether so much may be left; `whole`: it says that this is all.
    fn allows(self, left: u32, of: u32, whole: bool) -> bool {
        left == of || (left < of && (self == Self::Unknown || (self == Self::WhatItSays && !whole)))
    }
}

/// Every file of a replica.
fn copy(from: &Path, to: &Path) {
    for end in WAYS {
        if companion(from, end).exists() {
            std::fs::copy(companion(from, end), companion(to, end)).unwrap();
        }
    }
    let identity = |path: &Path| path.with_extension("identity");
    std::fs::copy(identity(from), identity(to)).unwrap();
}

fn companion(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// Puts pieces into a file, or in its place.
fn damage(file: &Path, whole: bool, bytes: &[u8]) {
    if whole {
        return std::fs::write(file, bytes).unwrap();
    }
    let mut damaged = std::fs::read(file).unwrap();
    let mut rest = bytes;
    while let Some((&[high, low, long], after)) = rest.split_first_chunk::<HEAD>() {
        let part = usize::from(u16::from_be_bytes([high, low]));
        let at = damaged.len() * part / (usize::from(u16::MAX) + 1);
        let (piece, after) = after.split_at(usize::from(long).min(after.len()));
        // A piece of nothing: the file ends there.
        if piece.is_empty() {
            damaged.truncate(at);
        }
        for (there, put) in damaged[at..].iter_mut().zip(piece) {
            *there = *put;
        }
        rest = after;
    }
    std::fs::write(file, damaged).unwrap();
}

pub(super) fn take(bytes: &[u8]) {
    let Some((way, bytes)) = bytes.split_first() else {
        return;
    };
    STAGE.with(|stage| {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(NAME);
        copy(&stage.folder.path().join(NAME), &path);
        let (whole, way) = (way & 0x80 != 0, usize::from(way & 0x7f));
        let end = WAYS[way % WAYS.len()];
        let file = companion(&path, end);
        let before = std::fs::read(&file).unwrap();
        damage(&file, whole, bytes);
        let loses = match end {
            _ if std::fs::read(&file).unwrap() == before => Loses::Nothing,
            ".safety" => Loses::Nothing,
            // What stood in the log alone nobody can know of.
            "-wal" => Loses::Unknown,
            _ => Loses::WhatItSays,
        };
        stage.is_rescued(&path, loses);
        stage.opens(&path, loses);
    });
}

impl Stage {
    /// What waits is rescued, or some of it, or nobody is told that it was; the files stay as they are.
    fn is_rescued(&self, path: &Path, loses: Loses) {
        let before = contents(path);
        let scratch = TempDir::new().unwrap();
        let rescued = Replica::rescue(path, path, None, scratch.path(), "0.1.0", now());
        for ((end, before), now) in WAYS.iter().zip(before).zip(contents(path)) {
            let long = |bytes: &Option<Vec<u8>>| bytes.as_ref().map(Vec::len);
            let (was, is) = (long(&before), long(&now));
            assert!(now == before, "«{end}» was written: {was:?} then {is:?}");
        }
        if loses == Loses::Nothing {
            assert!(rescued.is_ok(), "nothing was rescued");
        }
        if let Ok(rescued) = rescued {
            assert!(rescued.unsent == 0 || !rescued.files.is_empty());
            let (left, whole) = (rescued.unsent, rescued.whole);
            assert!(
                loses.allows(left, self.waiting, whole),
                "{left} of {} were rescued; all: {whole}",
                self.waiting
            );
        }
    }

    /// The app comes up, and work goes on. Damage that nobody saw at first is seen where it is met; after that the app comes up
    /// with what could be read, and all of that can be.
    fn opens(&self, path: &Path, loses: Loses) {
        let mut replica = open(path);
        if let Err(failure) = read_all(&replica) {
            assert_eq!(failure.to_problem(), Problem::ReplicaDamaged, "{failure:?}");
            drop(replica);
            replica = open(path);
        }
        device::is_whole(&replica);
        let waiting = replica.pending().unwrap().waiting;
        let recovered = replica.recovered().unwrap();
        let whole = recovered.is_none_or(|recovered| recovered.whole);
        assert!(
            loses.allows(waiting, self.waiting, whole),
            "{waiting} of {} wait; all: {whole}",
            self.waiting
        );
        replica.save_draft("note", "μετά", now()).unwrap();
        drop(replica);
        let again = open(path);
        assert_eq!(again.draft("note").unwrap().as_deref(), Some("μετά"));
        assert_eq!(again.pending().unwrap().waiting, waiting);
    }
}

fn open(path: &Path) -> Replica {
    Replica::open_with(path, now(), Ids::Random).expect("it opens")
}

/// Everything that a day's work reads.
fn read_all(replica: &Replica) -> Result<(), ReplicaError> {
    for id in replica.doc_ids()? {
        replica.doc(id)?;
    }
    replica.pending()?;
    replica.unsent_bytes()?;
    let page = OutboxQuery {
        limit: 100,
        ..OutboxQuery::default()
    };
    replica.outbox_page(&page)?;
    replica.aside()?;
    replica.views_text()?;
    replica.rebuild_views()?;
    Ok(())
}

fn contents(path: &Path) -> Vec<Option<Vec<u8>>> {
    WAYS.map(|end| std::fs::read(companion(path, end)).ok())
        .into()
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for way in 0..u8::try_from(WAYS.len()).unwrap() {
        // A bit in the midst, a cut, zeros at the beginning, something else altogether.
        seeds.push(vec![way, 0x80, 0, 1, 0xff]);
        seeds.push(vec![way, 0xc0, 0, 0]);
        seeds.push([&[way, 0, 0, 64], [0; 64].as_slice()].concat());
        seeds.push([&[way | 0x80], b"not a file of ours".as_slice()].concat());
    }
    seeds
}
