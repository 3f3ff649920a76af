//! Photos (φωτογραφίες): what a record says of one.
//!
//! A photo is an event of a request or an asset. Its picture and a small copy of it are files of their own, each named by the
//! hash of its bytes; they travel apart from the records, and only once a record names them.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use ts_rs::TS;

use crate::exchange::Refusal;
use crate::ids::Time;
use crate::place::read_position;
use crate::problem::{FieldRule, Problem};

/// Most bytes of a picture, as it is kept and travels.
pub const PICTURE_BYTES_MAX: u32 = 2 * 1024 * 1024;
/// Most bytes of the small copy.
pub const THUMB_BYTES_MAX: u32 = 48 * 1024;
/// Most pixels along one side of a picture: more is reduced on the device.
pub const SIDE_MAX: u16 = 1_600;
/// The same of the small copy.
pub const THUMB_SIDE_MAX: u16 = 320;
/// Most photos one record may have.
pub const PHOTOS_MAX: usize = 100;

/// The name of a file: the SHA-256 of its bytes. As text 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, TS)]
#[ts(type = "string")]
pub struct FileHash(pub [u8; 32]);

/// The name of bytes that come one after the other.
#[derive(Clone, Debug, Default)]
pub struct FileHasher(Sha256);

impl FileHasher {
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub fn name(self) -> FileHash {
        FileHash(self.0.finalize().into())
    }
}

impl FileHash {
    /// The name of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Reads 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let bytes = text.as_bytes();
        if bytes.len() != 64 {
            return None;
        }
        let mut hash = [0; 32];
        for (to, pair) in hash.iter_mut().zip(bytes.chunks_exact(2)) {
            *to = digit(*pair.first()?)? << 4 | digit(*pair.last()?)?;
        }
        Some(Self(hash))
    }

    /// Reads 32 stored bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Display for FileHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for FileHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for FileHash {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() {
            to.collect_str(self)
        } else {
            to.serialize_bytes(&self.0)
        }
    }
}

impl<'de> Deserialize<'de> for FileHash {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let read = if from.is_human_readable() {
            Self::parse(&String::deserialize(from)?)
        } else {
            Self::from_slice(&serde_bytes::ByteBuf::deserialize(from)?)
        };
        read.ok_or_else(|| de::Error::custom("not the name of a file"))
    }
}

/// When, of the work it is about, a photo was taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// How it was found (πριν).
    Before,
    /// How it was left (μετά).
    After,
    /// Neither, or a word of a newer version.
    #[default]
    #[serde(other)]
    Other,
}

/// What a record says of a photo. Stored in docs since 0.1; add fields, never rename.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// The picture: a JPEG, upright, without anything but the picture in it.
    pub file: FileHash,
    pub size: u32,
    /// Its small copy.
    pub thumb: FileHash,
    pub thumb_size: u32,
    /// Pixels.
    pub width: u16,
    pub height: u16,
    #[serde(default)]
    pub moment: Moment,
    /// When it was taken, by the clock of the camera.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<Time>,
    /// Where, as a stored position; only when the person allowed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pos: Option<String>,
    /// Where the camera looked, in degrees from true north.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dir: Option<u16>,
}

impl Photo {
    /// Refuses what no device of ours would write: the sizes are what a server makes room for.
    pub fn check(&self) -> Result<(), Refusal> {
        let fine = (1..=PICTURE_BYTES_MAX).contains(&self.size)
            && (1..=THUMB_BYTES_MAX).contains(&self.thumb_size)
            && (1..=SIDE_MAX).contains(&self.width)
            && (1..=SIDE_MAX).contains(&self.height)
            && self.dir.is_none_or(|degrees| degrees < 360)
            && self
                .pos
                .as_deref()
                .is_none_or(|text| read_position(text).is_some());
        if fine {
            Ok(())
        } else {
            Err(Refusal::BadValue {
                field: "photo".to_owned(),
            })
        }
    }
}

/// Most files one question may be about.
pub const FILES_MAX: usize = 256;

/// A device asks how far the server is with these files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesAsk {
    pub files: Vec<FileHash>,
}

/// How far it is, in the order of the question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesAnswer {
    pub files: Vec<FileState>,
}

/// How far the server is with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// No record that this device may see names it, as far as the server knows.
    Unknown,
    /// So many bytes of it are there; the next piece begins behind them.
    Has(u32),
    /// It is there, whole and on the disk.
    Whole,
}

/// Path of the question.
pub const FILES_PATH: &str = "/v1/files";

/// Path of a piece of a file: where it begins, and how many bytes of it are wanted at most.
pub fn file_path(file: FileHash, from: u32, most: u32) -> String {
    piece_path(FILES_PATH, file, u64::from(from), u64::from(most))
}

/// The same of files that stand below another path.
pub fn piece_path(below: &str, file: FileHash, from: u64, most: u64) -> String {
    format!("{below}/{file}?from={from}&most={most}")
}

/// Those of the photos that a record does not have yet, unless it would have too many.
pub(crate) fn new_of<'a>(
    before: impl Iterator<Item = &'a Photo>,
    photos: &[Photo],
) -> Result<Vec<Photo>, Problem> {
    let mut here: BTreeSet<FileHash> = before.map(|photo| photo.file).collect();
    let mut more = photos.to_vec();
    more.retain(|photo| here.insert(photo.file));
    if here.len() <= PHOTOS_MAX {
        return Ok(more);
    }
    let max = i32::try_from(PHOTOS_MAX).unwrap_or(i32::MAX);
    let rule = FieldRule::OutOfRange { min: 0, max };
    Err(Problem::field("photos", rule))
}

#[cfg(test)]
mod tests {
    use super::{FileHash, Moment, PICTURE_BYTES_MAX, Photo};

    fn photo() -> Photo {
        Photo {
            file: FileHash::of(b"picture"),
            size: 300_000,
            thumb: FileHash::of(b"thumb"),
            thumb_size: 12_000,
            width: 1_600,
            height: 1_200,
            moment: Moment::Before,
            taken: None,
            pos: Some("40.123456,22.500000".to_owned()),
            dir: Some(359),
        }
    }

    #[test]
    fn a_name_reads_back_in_text_and_in_bytes() {
        let name = FileHash::of(b"");
        let text = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(name.to_string(), text);
        assert_eq!(FileHash::parse(text), Some(name));
        for odd in [
            "",
            "e3",
            &text.to_uppercase(),
            &text.replace('e', "+"),
            &format!("{text}0"),
        ] {
            assert_eq!(FileHash::parse(odd), None, "{odd}");
        }
        let json = serde_json::to_string(&name).expect("JSON");
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<FileHash>(&json).expect("JSON"), name);
        let mut cbor = Vec::new();
        ciborium::into_writer(&name, &mut cbor).expect("CBOR");
        assert_eq!(cbor.len(), 34);
        let read: FileHash = ciborium::from_reader(cbor.as_slice()).expect("CBOR");
        assert_eq!(read, name);
    }

    #[test]
    fn what_no_device_of_ours_would_write_is_refused() {
        assert_eq!(photo().check(), Ok(()));
        let odd: [fn(&mut Photo); 7] = [
            |photo| photo.size = 0,
            |photo| photo.size = PICTURE_BYTES_MAX + 1,
            |photo| photo.thumb_size = u32::MAX,
            |photo| photo.width = 0,
            |photo| photo.height = u16::MAX,
            |photo| photo.dir = Some(360),
            |photo| photo.pos = Some("91,0".to_owned()),
        ];
        for spoil in odd {
            let mut photo = photo();
            spoil(&mut photo);
            assert!(photo.check().is_err(), "{photo:?}");
        }
    }

    #[test]
    fn a_moment_of_a_newer_version_is_kept_as_other() {
        let json = serde_json::to_string(&photo()).expect("JSON");
        let newer = json.replace("before", "during");
        let read: Photo = serde_json::from_str(&newer).expect("JSON");
        assert_eq!(read.moment, Moment::Other);
    }
}
