//! SQLite's write-ahead log, read without SQLite (<https://sqlite.org/fileformat2.html#the_write_ahead_log>).
//!
//! SQLite drops everything behind the first damaged frame without a word, and would write over it. So damage is looked for
//! before a file is opened, and what stands behind it is read for a rescue.

use std::path::Path;

use super::opening::{PAGE_BYTES, companion};

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// First four bytes without their last bit, which tells the byte order of the checksums.
const MAGIC: u32 = 0x377f_0682;

/// A frame whose checksum holds: one version of one page.
pub(super) struct Frame<'a> {
    /// From 1.
    pub(super) page: u32,
    /// It ends a tx.
    pub(super) commits: bool,
    pub(super) bytes: &'a [u8],
}

/// A whole log in memory.
pub(super) struct Wal {
    bytes: Vec<u8>,
    page_bytes: usize,
    salts: Vec<u8>,
    big_endian: bool,
}

impl Wal {
    /// Reads the log beside a replica; `None` when there is none. What a damaged header said is taken from the frames.
    pub(super) fn read(replica: &Path) -> std::io::Result<Option<Self>> {
        let bytes = match std::fs::read(companion(replica, "-wal")) {
            Ok(bytes) => bytes,
            Err(failure) if failure.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let magic = number(&bytes, 0).unwrap_or_default();
        let big_endian = magic & 1 == 1;
        let header = bytes.get(..24).unwrap_or_default();
        let whole = magic & !1 == MAGIC
            && Some(sum(big_endian, (0, 0), header)) == number(&bytes, 24).zip(number(&bytes, 28));
        let page_bytes = match number(&bytes, 8) {
            Some(size) if whole => usize::try_from(size).unwrap_or_default(),
            _ => PAGE_BYTES,
        };
        if page_bytes < 512 {
            return Ok(None);
        }
        let mut wal = Self {
            page_bytes,
            salts: bytes.get(16..24).unwrap_or_default().to_vec(),
            big_endian: whole && big_endian,
            bytes,
        };
        if !whole {
            // A round is written from the start of the file, over the one before.
            let first = wal
                .places()
                .find(|(frame, before)| wal.holds(frame, before));
            let salts = first.and_then(|(frame, _)| frame.get(8..16));
            wal.salts = salts.unwrap_or_default().to_vec();
        }
        Ok(Some(wal))
    }

    /// Every place of a frame in order; `None` where its checksum does not hold or it is of an earlier round.
    pub(super) fn frames(&self) -> impl Iterator<Item = Option<Frame<'_>>> {
        self.places().map(move |(frame, before)| {
            let now = frame.get(8..16)? == self.salts.as_slice();
            (now && self.holds(frame, before)).then_some(Frame {
                page: number(frame, 0)?,
                commits: number(frame, 4)? > 0,
                bytes: frame.get(FRAME_HEADER..)?,
            })
        })
    }

    /// Every place of a frame, and the checksum that its own goes on from, as the frame before tells it.
    fn places(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let before = self.bytes.get(24..HEADER).into_iter();
        let places = self.bytes.get(HEADER..).unwrap_or_default();
        let places = places.chunks_exact(FRAME_HEADER + self.page_bytes);
        let before = before.chain(places.clone().filter_map(|frame| frame.get(16..24)));
        places.zip(before)
    }

    fn holds(&self, frame: &[u8], before: &[u8]) -> bool {
        let sums = || {
            let begun = (number(before, 0)?, number(before, 4)?);
            let begun = sum(self.big_endian, begun, frame.get(..8)?);
            let made = sum(self.big_endian, begun, frame.get(FRAME_HEADER..)?);
            Some(made == (number(frame, 16)?, number(frame, 20)?))
        };
        sums() == Some(true)
    }

    /// Whether frames were lost that had been safe on the disk. A loss of power leaves no two commits behind a damaged
    /// frame: the second is only begun when the first is durable with everything before it.
    ///
    /// The two must go on from each other. Commits that the disk refused to make durable stay where they are until they
    /// are written over, each from the same place on: what is left of several stands side by side, with a checksum
    /// that does not hold wherever one ends.
    pub(super) fn is_torn(&self) -> bool {
        let mut commits = 0;
        let mut behind = self.frames().skip_while(Option::is_some);
        behind.any(|frame| {
            commits = match frame {
                Some(frame) => commits + u32::from(frame.commits),
                None => 0,
            };
            commits >= 2
        })
    }
}

fn sum(big_endian: bool, (mut one, mut two): (u32, u32), bytes: &[u8]) -> (u32, u32) {
    for pair in bytes.chunks_exact(8) {
        let word = |at| {
            let word = number(pair, at).unwrap_or_default();
            if big_endian { word } else { word.swap_bytes() }
        };
        one = one.wrapping_add(word(0)).wrapping_add(two);
        two = two.wrapping_add(word(4)).wrapping_add(one);
    }
    (one, two)
}

/// Four bytes as a number, most significant first.
fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?;
    Some(u32::from_be_bytes(four.try_into().ok()?))
}
