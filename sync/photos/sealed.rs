//! How a photo lies on the disk of a device: sealed with the key of its records.
//!
//! A whole file is the mark and the sealed bytes. A file that is on its way is the mark and a row of records, each a length
//! (little endian, 4 bytes) and that many sealed bytes; a record that was cut short is none. A file without the mark is from
//! before, and lies open.

use std::io;

use koina_model::photos::FileHash;

use crate::vault::{Key, SEALED_MORE};

/// What a sealed file begins with. No picture does.
const MARK: &[u8] = b"koinaP1\n";
/// Bytes of a record's length.
const LENGTH: usize = 4;

/// How many bytes a file holds that has so many on the disk and begins like this.
pub(super) fn holds(begin: &[u8], on_disk: u64) -> u64 {
    match is_sealed(begin) {
        true => on_disk.saturating_sub((MARK.len() + SEALED_MORE) as u64),
        false => on_disk,
    }
}

pub(super) fn is_sealed(begin: &[u8]) -> bool {
    begin.starts_with(MARK)
}

/// Whether a file is sealed, or is just being written.
pub(super) fn may_be_sealed(begin: &[u8]) -> bool {
    is_sealed(begin) || MARK.starts_with(begin)
}

/// Bytes that have to be read of a file to know whether it is sealed.
pub(super) const BEGIN: usize = MARK.len();

pub(super) fn seal(key: &Key, name: FileHash, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let sealed = key.seal(&format!("photo {name}"), bytes)?;
    Ok([MARK, &sealed].concat())
}

/// The bytes of a file, sealed or not; `None` where they do not fit.
pub(super) fn open(key: Option<&Key>, name: FileHash, bytes: Vec<u8>) -> Option<Vec<u8>> {
    match bytes.strip_prefix(MARK) {
        Some(sealed) => key?.open(&format!("photo {name}"), sealed),
        None => Some(bytes),
    }
}

/// What is there of a file that is on its way.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub bytes: Vec<u8>,
    /// Where the next record goes.
    pub end: u64,
}

/// Reads the records of a part. What follows a record that does not fit does not count.
pub(super) fn open_part(key: &Key, name: FileHash, file: &[u8]) -> Part {
    let mut part = Part::default();
    let Some(mut rest) = file.strip_prefix(MARK) else {
        return part;
    };
    part.end = MARK.len() as u64;
    while let Some((length, after)) = rest.split_first_chunk::<LENGTH>() {
        let length = u32::from_le_bytes(*length) as usize;
        let Some((sealed, after)) = after.split_at_checked(length) else {
            break;
        };
        let Some(bytes) = key.open(&purpose(name, part.bytes.len()), sealed) else {
            break;
        };
        part.bytes.extend(bytes);
        part.end += (LENGTH + length) as u64;
        rest = after;
    }
    part
}

/// A record of bytes that stand behind so many others, with the mark if it is the first.
pub(super) fn record(key: &Key, name: FileHash, from: usize, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let sealed = key.seal(&purpose(name, from), bytes)?;
    let length = u32::try_from(sealed.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let mark = if from == 0 { MARK } else { &[] };
    Ok([mark, &length.to_le_bytes(), &sealed].concat())
}

/// No record stands in the place of another.
fn purpose(name: FileHash, from: usize) -> String {
    format!("part {name} {from}")
}
