//! The sidecar: a small file beside the replica that makes this installation the same device again after a loss of the file.
//!
//! It holds the identity and, for each running number, how far numbers are reserved. A number is reserved here before it is
//! given, so that a replica begun anew goes on behind every number that may have been used. Two lines: JSON, and its
//! signature by the key inside, which finds every wrong bit. Where the replica is encrypted, so is this.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::opening::{is_empty, is_plain};
use crate::durable;
use crate::identity::{Identity, hex};
use crate::vault::Key;

/// What an encrypted one begins with; a word for its key and the end of the line follow.
const SEALED: &[u8] = b"koina-sidecar-2 ";
/// Letters of that word.
const WORD: usize = 16;
/// What its key is for.
const PURPOSE: &str = "sidecar";

/// Signed requests reserved at a time.
const REQUESTS: u32 = 1_000;
/// Receipt numbers reserved at a time; so many may be left out after a loss.
const RECEIPTS: u32 = 100;

/// What the file says. Stored since 0.1; add fields, never rename.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) identity: Identity,
    /// For each running number the highest that may have been given.
    pub(super) ceilings: BTreeMap<String, u32>,
}

/// The file and what it says.
pub(super) struct Sidecar {
    path: PathBuf,
    key: Option<Key>,
    kept: Option<Kept>,
    /// What is on the disk, when it is as it should be.
    written: String,
    form: Form,
}

/// What was found on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    None,
    /// Not encrypted, or nothing that makes sense.
    Plain,
    /// Encrypted with this key, whether it can be read or not.
    Sealed,
    /// Encrypted with another key.
    OtherKey,
}

/// Whether there must have been a key: what stands beside a replica is encrypted, or, without that, the replica is.
pub(crate) fn was_sealed(replica: &Path) -> bool {
    match std::fs::read(replica.with_extension("identity")) {
        Ok(bytes) => bytes.starts_with(SEALED),
        Err(_) => !is_empty(replica) && !is_plain(replica),
    }
}

/// The word for the key that the files of a replica are encrypted with, as they say.
pub(crate) fn word_of_key(replica: &Path) -> Option<String> {
    let bytes = std::fs::read(replica.with_extension("identity")).ok()?;
    let word = bytes.strip_prefix(SEALED)?.get(..WORD)?;
    String::from_utf8(word.to_vec()).ok()
}

fn head(key: &Key) -> Vec<u8> {
    [SEALED, key.word().as_bytes(), b"\n"].concat()
}

impl Sidecar {
    /// Reads the sidecar of a replica. One that cannot be read, or was damaged, is as good as none.
    pub(super) fn read(replica: &Path, key: Option<&Key>) -> Self {
        let path = replica.with_extension("identity");
        let bytes = std::fs::read(&path).ok();
        let (form, words) = match &bytes {
            None => (Form::None, None),
            Some(bytes) if !bytes.starts_with(SEALED) => (Form::Plain, Some(bytes.clone())),
            Some(bytes) => {
                // Also where the word for its key rotted.
                let rest = bytes.get(SEALED.len() + WORD + 1..).unwrap_or_default();
                let words = key.and_then(|key| key.open(PURPOSE, rest));
                let named = key.is_some_and(|key| bytes.starts_with(&head(key)));
                let ours = named || words.is_some();
                (if ours { Form::Sealed } else { Form::OtherKey }, words)
            }
        };
        let words = words.and_then(|words| String::from_utf8(words).ok());
        let words = words.unwrap_or_default();
        let kept = read(&words);
        if kept.is_none() && bytes.is_some() {
            tracing::error!(path = %path.display(), "the sidecar could not be read");
        }
        let as_it_should_be = (form == Form::Sealed) == key.is_some();
        Self {
            path,
            key: key.cloned(),
            kept,
            written: if as_it_should_be {
                words
            } else {
                String::new()
            },
            form,
        }
    }

    pub(super) fn form(&self) -> Form {
        self.form
    }

    pub(super) fn kept(&self) -> Option<&Kept> {
        self.kept.as_ref()
    }

    /// Keeps who this installation is. Another device's numbers do not count. Without room for it everything goes on as
    /// before, until a number has to be reserved.
    pub(super) fn keep(&mut self, identity: &Identity, given: &BTreeMap<String, u32>) {
        let mut ceilings = match self.kept.take() {
            Some(kept) if kept.identity.device == identity.device => kept.ceilings,
            _ => BTreeMap::new(),
        };
        for (name, value) in given {
            let ceiling = ceilings.entry(name.clone()).or_default();
            *ceiling = (*ceiling).max(*value);
        }
        let identity = identity.clone();
        let kept = Kept { identity, ceilings };
        if let Err(failure) = self.write(&kept) {
            tracing::error!(%failure, path = %self.path.display(), "the sidecar could not be written");
        }
        self.kept = Some(kept);
    }

    /// Reserves a running number that is about to be given, with those after it.
    pub(super) fn reserve(&mut self, name: &str, value: u32) -> std::io::Result<()> {
        let Some(kept) = &self.kept else {
            return Ok(());
        };
        if value <= kept.ceilings.get(name).copied().unwrap_or_default() {
            return Ok(());
        }
        let mut kept = kept.clone();
        let ceiling = (value - 1).saturating_add(block(name));
        kept.ceilings.insert(name.to_owned(), ceiling);
        self.write(&kept)?;
        self.kept = Some(kept);
        Ok(())
    }

    /// Whether the numbers a replica has given end before those reserved last: it is an older state of the file, since each
    /// block is reserved when the one before is used up.
    pub(super) fn is_ahead_of(&self, identity: &Identity, given: &BTreeMap<String, u32>) -> bool {
        self.kept.as_ref().is_some_and(|kept| {
            let same = kept.identity.device == identity.device;
            same && kept.ceilings.iter().any(|(name, ceiling)| {
                let given = given.get(name).copied().unwrap_or_default();
                given < ceiling.saturating_sub(block(name))
            })
        })
    }

    /// Writes the file anew: it is either what it was or whole.
    fn write(&mut self, kept: &Kept) -> std::io::Result<()> {
        let words = serde_json::to_string(kept)?;
        let signature = hex(&kept.identity.sign_words(&signed(&words)));
        let text = format!("{words}\n{signature}\n");
        if text == self.written {
            return Ok(());
        }
        let bytes = match &self.key {
            None => text.clone().into_bytes(),
            Some(key) => [head(key), key.seal(PURPOSE, text.as_bytes())?].concat(),
        };
        durable::replace(&self.path, &bytes)?;
        self.written = text;
        Ok(())
    }
}

fn read(text: &str) -> Option<Kept> {
    let (words, signature) = text.split_once('\n')?;
    let kept: Kept = serde_json::from_str(words).ok()?;
    let signed = hex(&kept.identity.sign_words(&signed(words)));
    (signature.trim_end() == signed).then_some(kept)
}

/// No request and no courier file begins like this.
fn signed(words: &str) -> Vec<u8> {
    [b"koina-sidecar-1\n", words.as_bytes()].concat()
}

fn block(name: &str) -> u32 {
    if name == "signed" { REQUESTS } else { RECEIPTS }
}
