//! What waits in a file that is damaged, or that was set aside, as a courier file for the town hall: for a device whose disk
//! fails, or that nobody can bring back to work. The files are read and never written; everything else happens to a copy.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use koina_model::ids::Time;

use super::opening::companion;
use super::{Ids, Replica, ReplicaError, of_disk, recover};
use crate::vault::Key;

/// Read at a time, and as little as that where a disk gives no more.
const BLOCK: usize = 4096;

/// What was rescued.
pub struct Rescued {
    /// A courier file, sealed for the town hall.
    pub file: Vec<u8>,
    /// Changes that wait, and contacts of people. What the courier file has no room for is not in it.
    pub unsent: u32,
    pub contacts: u32,
    /// All of what waited could be read.
    pub whole: bool,
}

impl Replica {
    /// Reads what waits in `file`. It is the file of the device at `replica`, beside which stands who that is, or one that was
    /// set aside there. `scratch` is an empty folder for the copy; whoever made it removes it.
    pub fn rescue(
        replica: &Path,
        file: &Path,
        key: Option<&Key>,
        scratch: &Path,
        version: &str,
        now: Time,
    ) -> Result<Rescued, ReplicaError> {
        let copy = scratch.join("replica.sqlite");
        let mut whole = true;
        for (from, to) in [
            (file.to_owned(), copy.clone()),
            (companion(file, "-wal"), companion(&copy, "-wal")),
            (companion(file, ".safety"), companion(&copy, ".safety")),
            (
                replica.with_extension("identity"),
                copy.with_extension("identity"),
            ),
        ] {
            if from.exists() {
                whole &= copy_what_reads(&from, &to).map_err(|failure| of_disk(&failure))?;
            }
        }
        // Whether it says so or not: all of it is looked at.
        recover::mark(&copy);
        let rescued = Self::open_keyed(&copy, key, now, Ids::Random)?;
        let recovered = rescued.recovered()?.filter(|found| found.at == now);
        let pending = rescued.pending()?;
        Ok(Rescued {
            file: rescued.courier_export(version)?,
            unsent: pending.waiting,
            contacts: pending.contacts,
            whole: whole && recovered.is_none_or(|found| found.whole),
        })
    }
}

/// Copies a file from a disk that may fail; what cannot be read becomes zeros, which are damage like any other. Gives whether all
/// of it could be.
fn copy_what_reads(from: &Path, to: &Path) -> io::Result<bool> {
    let mut read = File::open(from)?;
    let mut written = File::create(to)?;
    let bytes = read.metadata()?.len();
    let mut whole = true;
    let mut block = [0; BLOCK];
    let mut at = 0;
    while at < bytes {
        let many = usize::try_from(bytes - at).unwrap_or(BLOCK).min(BLOCK);
        let Some(block) = block.get_mut(..many) else {
            break;
        };
        let got = read
            .seek(SeekFrom::Start(at))
            .and_then(|_| read.read_exact(block));
        if let Err(failure) = got {
            tracing::warn!(%failure, at, "a part of the file cannot be read");
            block.fill(0);
            whole = false;
        }
        written.write_all(block)?;
        at += many as u64;
    }
    written.sync_all()?;
    Ok(whole)
}
