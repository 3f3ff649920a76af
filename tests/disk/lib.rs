//! A disk below SQLite that fails when told to.
//!
//! [`install`] puts a VFS of its own before the default one. It hands everything on; for a database that is [`arm`]ed it
//! lets reads, writes, syncs and the like fail as its [`Plan`] says, until the guard is dropped.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

mod vfs;

pub use vfs::install;

/// What fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file cannot be opened.
    Open,
    /// `SQLITE_IOERR_READ`.
    Read,
    /// `SQLITE_IOERR_CORRUPTFS`, which is what unix makes of a medium that cannot be read (`EIO`). SQLite calls that a corrupt
    /// database, though the next read may go well.
    Medium,
    /// A read gives only the first half, and zeros for the rest, as at the end of a file. SQLite believes that: this is a
    /// disk that lies, not one that fails.
    ShortRead,
    /// `SQLITE_IOERR_WRITE`; the first half of what was to be written is on the disk.
    Write,
    /// `SQLITE_FULL`, once as many bytes were written as [`Plan::after`] says; what still fits is on the disk.
    Full,
    /// `SQLITE_IOERR_FSYNC`; what was written may be on the disk, or may not.
    Sync,
    /// `SQLITE_IOERR_TRUNCATE`.
    Truncate,
    /// The memory that the connections of a write-ahead log share cannot be had: `SQLITE_IOERR_SHMMAP`.
    Share,
    /// The disk is not there: whatever is asked of it fails as above, and nothing of it is done.
    Gone,
    /// Every sync takes as many milliseconds as [`Plan::after`] says, and goes well.
    Slow,
}

/// When and how often something fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub kind: Kind,
    /// So many operations of this kind go well before; for [`Kind::Full`], so many bytes; for [`Kind::Gone`], of any kind.
    pub after: u32,
    /// So many fail then. What comes later goes well again.
    pub times: u32,
}

/// A database whose disk fails, with its journal and its write-ahead log, until this is dropped.
#[derive(Debug)]
pub struct Armed(Arc<Fault>);

#[derive(Debug)]
struct Fault {
    /// The path of the database, as SQLite names it.
    path: OsString,
    kind: Kind,
    left: Mutex<Left>,
}

#[derive(Debug)]
struct Left {
    well: u64,
    fail: u32,
    failed: u32,
}

static FAULTS: Mutex<Vec<Arc<Fault>>> = Mutex::new(Vec::new());
/// How many there are, so that nobody waits for the lock while no disk fails.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// Lets the disk of a database fail. The files of other databases stay well.
pub fn arm(database: &Path, plan: Plan) -> Armed {
    install();
    let fault = Arc::new(Fault {
        path: full(database).into_os_string(),
        kind: plan.kind,
        left: Mutex::new(Left {
            well: plan.after.into(),
            fail: plan.times,
            failed: 0,
        }),
    });
    faults().push(Arc::clone(&fault));
    COUNT.fetch_add(1, Ordering::Relaxed);
    Armed(fault)
}

impl Armed {
    /// How many operations failed so far, or were slow.
    pub fn failed(&self) -> u32 {
        self.0.left().failed
    }
}

impl Drop for Armed {
    fn drop(&mut self) {
        let mut faults = faults();
        faults.retain(|fault| !Arc::ptr_eq(fault, &self.0));
        COUNT.store(faults.len(), Ordering::Relaxed);
    }
}

impl Fault {
    fn left(&self) -> MutexGuard<'_, Left> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Left {
    /// Counts one operation; whether it fails.
    fn one(&mut self) -> bool {
        if self.well > 0 {
            self.well -= 1;
            return false;
        }
        self.fails()
    }

    /// Counts a write of so many bytes. If it fails, how many of them still fit.
    fn bytes(&mut self, bytes: usize) -> Option<usize> {
        let length = u64::try_from(bytes).unwrap_or(u64::MAX);
        if self.well >= length {
            self.well -= length;
            return None;
        }
        let fit = usize::try_from(std::mem::take(&mut self.well)).unwrap_or(bytes);
        self.fails().then_some(fit)
    }

    fn fails(&mut self) -> bool {
        let fails = self.fail > 0;
        if fails {
            self.fail = self.fail.saturating_sub(1);
            self.failed = self.failed.saturating_add(1);
        }
        fails
    }
}

fn faults() -> MutexGuard<'static, Vec<Arc<Fault>>> {
    FAULTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The path without links, as SQLite writes it; the file itself may not be there yet.
fn full(database: &Path) -> PathBuf {
    std::fs::canonicalize(database).unwrap_or_else(|_| {
        let folder = database.parent().map(std::fs::canonicalize);
        match (folder, database.file_name()) {
            (Some(Ok(folder)), Some(name)) => folder.join(name),
            _ => database.to_owned(),
        }
    })
}

/// The faults of these kinds of a database.
fn of(database: &OsStr, kinds: &[Kind]) -> Vec<Arc<Fault>> {
    if COUNT.load(Ordering::Relaxed) == 0 {
        return Vec::new();
    }
    let mut found = faults().clone();
    found.retain(|fault| fault.path == database && kinds.contains(&fault.kind));
    found
}

/// Whether an operation of this kind fails now.
fn fails(database: &OsStr, kind: Kind) -> bool {
    let mut fails = false;
    for fault in of(database, &[kind, Kind::Gone]) {
        fails |= fault.left().one();
    }
    fails
}

/// Takes as long as a slow disk does.
fn takes_long(database: &OsStr) {
    for fault in of(database, &[Kind::Slow]) {
        let well = {
            let mut left = fault.left();
            left.failed = left.failed.saturating_add(1);
            left.well
        };
        std::thread::sleep(Duration::from_millis(well));
    }
}

/// Whether a write fails now: how, and how many of its bytes get to the disk.
fn write_fails(database: &OsStr, bytes: usize) -> Option<(Kind, usize)> {
    let mut failed = None;
    for fault in of(database, &[Kind::Write, Kind::Full, Kind::Gone]) {
        let fit = match fault.kind {
            Kind::Full => fault.left().bytes(bytes),
            Kind::Gone => fault.left().one().then_some(0),
            _ => fault.left().one().then_some(bytes / 2),
        };
        failed = fit.map(|fit| (fault.kind, fit)).or(failed);
    }
    failed
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]
mod tests;
