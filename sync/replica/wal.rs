//! SQLite's write-ahead log, read without SQLite (<https://sqlite.org/fileformat2.html#the_write_ahead_log>).
//!
//! SQLite drops everything behind the first damaged frame without a word, and would write over it. So damage is looked for
//! before a file is opened, and what stands behind it is read for a rescue.

use std::path::Path;

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
    /// Reads the log beside a replica; `None` when there is nothing in it. A damaged header is guessed.
    pub(super) fn read(replica: &Path) -> std::io::Result<Option<Self>> {
        let bytes = match std::fs::read(super::companion(replica, "-wal")) {
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
            _ => super::PAGE_BYTES,
        };
        let salts = if whole { 16 } else { HEADER + 8 };
        let Some(salts) = bytes.get(salts..salts + 8).map(<[u8]>::to_vec) else {
            return Ok(None);
        };
        if page_bytes < 512 || bytes.len() < HEADER + FRAME_HEADER + page_bytes {
            return Ok(None);
        }
        Ok(Some(Self {
            page_bytes,
            salts,
            big_endian: whole && big_endian,
            bytes,
        }))
    }

    /// Every place of a frame in order; `None` where its checksum does not hold or it is of an earlier round.
    pub(super) fn frames(&self) -> impl Iterator<Item = Option<Frame<'_>>> {
        let size = FRAME_HEADER + self.page_bytes;
        // A checksum goes on from the one before, as that frame tells it.
        let before = self.bytes.get(24..HEADER).into_iter();
        let places = self.bytes.get(HEADER..).unwrap_or_default();
        let places = places.chunks_exact(size);
        let before = before.chain(places.clone().filter_map(|frame| frame.get(16..24)));
        places.zip(before).map(move |(frame, before)| {
            let (header, page) = frame.split_at_checked(FRAME_HEADER)?;
            let begun = (number(before, 0)?, number(before, 4)?);
            let sum = sum(self.big_endian, begun, header.get(..8)?);
            let sum = self::sum(self.big_endian, sum, page);
            let holds = header.get(8..16)? == self.salts.as_slice()
                && sum == (number(header, 16)?, number(header, 20)?);
            holds.then_some(Frame {
                page: number(header, 0)?,
                commits: number(header, 4)? > 0,
                bytes: page,
            })
        })
    }

    /// Whether frames were lost that had been safe on the disk. A loss of power leaves no two commits behind a damaged
    /// frame: the second is only begun when the first is durable with everything before it.
    pub(super) fn is_torn(&self) -> bool {
        let behind = self.frames().skip_while(Option::is_some);
        behind.flatten().filter(|frame| frame.commits).count() >= 2
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
