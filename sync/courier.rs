//! The exchange without a network: a file on a stick, or on somebody else's device.
//!
//! A device seals what it would say to the key of the town hall; the server seals its answer to a key that this one file
//! brought along. Who carries a file learns nothing but its size and its direction. A file may arrive twice, late or never:
//! what it says is idempotent, and an answer that starts from a place where the device no longer stands gives its receipts
//! and nothing else. `sync/EXCHANGE.md` states the format.

use std::io::Read;

use age::secrecy::ExposeSecret;
use age::x25519;
use koina_model::exchange::{
    Ask, CAPABILITIES, CarriedPhoto, CourierAnswer, CourierAsk, CourierPage, Receipt, Verdict,
    courier_words,
};
use koina_model::ids::Time;
use koina_model::problem::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;

use crate::exchange::{PUSH_BYTES, Said, pack, unpack};
use crate::identity::Identity;
use crate::replica::{Replica, ReplicaError, take_receipts};

/// First bytes of a file to the town hall, before what is sealed.
pub const TO_SERVER: &[u8] = b"koina-courier-ask-1\n";
/// First bytes of a file to a device.
pub const TO_DEVICE: &[u8] = b"koina-courier-answer-1\n";
/// Largest courier file, in bytes.
pub const FILE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Most photos in one file, small copies counted.
pub const PHOTOS_MAX: usize = 1_024;
/// Where the header of the sealed part has to end.
const HEADER_BYTES_MAX: usize = 2 * 1024;
const HEADER_END: &[u8] = b"\n--- ";
/// Most bytes of asks in one file; what is left goes into the next one.
const ASKS_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Files whose answers can still be opened.
const KEYS_KEPT: usize = 64;
/// Where their keys are kept, newest first.
const KEYS: &str = "courier_keys";

/// A key that opens what is sealed to its public half.
#[derive(Clone)]
pub struct Key(x25519::Identity);

impl Key {
    #[allow(
        clippy::new_without_default,
        reason = "a key is never a default: each is another"
    )]
    pub fn new() -> Self {
        Self(x25519::Identity::generate())
    }

    /// The secret as text, to be kept.
    pub fn to_text(&self) -> String {
        self.0.to_string().expose_secret().to_owned()
    }

    pub fn read(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    /// The public half as text.
    pub fn public(&self) -> String {
        self.0.to_public().to_string()
    }
}

/// Seals a message into a file: the mark in the clear, everything else for the owner of the key.
pub fn seal(mark: &[u8], to: &str, message: &impl Serialize) -> Result<Vec<u8>, Problem> {
    let to: x25519::Recipient = to.parse().map_err(|_| Problem::CourierUnreadable)?;
    let sealed = age::encrypt(&to, &pack(message)?).map_err(|_| Problem::CourierUnreadable)?;
    Ok([mark, &sealed].concat())
}

/// Opens a file with the first of the keys that fits.
pub fn open<M: DeserializeOwned>(mark: &[u8], keys: &[Key], file: &[u8]) -> Result<M, Problem> {
    if file.len() > FILE_BYTES_MAX {
        return Err(Problem::too_large(FILE_BYTES_MAX));
    }
    let sealed = file.strip_prefix(mark).ok_or(Problem::CourierUnreadable)?;
    // A header for one recipient is short; a long one is read again and again, and may be meant to be.
    let header = sealed.get(..HEADER_BYTES_MAX).unwrap_or(sealed);
    if !header.windows(HEADER_END.len()).any(|at| at == HEADER_END) {
        return Err(Problem::CourierUnreadable);
    }
    let opening = age::Decryptor::new_buffered(sealed).map_err(|_| Problem::CourierUnreadable)?;
    let keys = keys.iter().map(|key| &key.0 as &dyn age::Identity);
    let mut opened = opening
        .decrypt(keys)
        .map_err(|_| Problem::CourierUnreadable)?;
    let mut packed = Vec::new();
    // Reads to the mark of the end: a file that was cut short is not opened in part.
    opened
        .read_to_end(&mut packed)
        .map_err(|_| Problem::CourierUnreadable)?;
    unpack(&packed).map_err(|_| Problem::CourierUnreadable)
}

/// What an answer that came by courier did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ts_rs::TS)]
pub struct CourierTaken {
    /// Changes the server has for good.
    pub received: u32,
    /// Changes it refused.
    pub refused: u32,
    /// Pieces of news that were taken.
    pub news: u32,
    /// The device had moved on meanwhile: at most receipts were taken.
    pub late: bool,
    /// There is more to say: another file is needed.
    pub again: bool,
    /// The device was revoked.
    pub revoked: bool,
}

/// What leaves a device for the last time.
#[derive(Default)]
pub(crate) struct LastFiles {
    pub(crate) files: Vec<Vec<u8>>,
    pub(crate) changes: u32,
    pub(crate) contacts: u32,
}

/// A file of a device with these asks and photos, sealed to the key of the town hall; and the key that its answer is sealed to.
pub(crate) fn file_of(
    identity: &Identity,
    to: &str,
    asks: Vec<ByteBuf>,
    photos: Vec<CarriedPhoto>,
) -> Result<(Vec<u8>, Key), Problem> {
    let key = Key::new();
    let reply_to = key.public();
    let signature = identity.sign_words(&courier_words(&reply_to, &asks));
    let ask = CourierAsk {
        device: identity.device,
        reply_to,
        asks,
        signature: ByteBuf::from(signature),
        photos,
    };
    Ok((seal(TO_SERVER, to, &ask)?, key))
}

impl Replica {
    /// Everything that waits, as a file for the town hall. Nothing leaves the outbox: only an answer does that.
    pub fn courier_export(&self, version: &str) -> Result<Vec<u8>, ReplicaError> {
        let to = self.lists().courier.clone();
        if to.is_empty() {
            return Err(Problem::CourierNotReady.into());
        }
        let mut asks = Vec::new();
        let (mut row, mut bytes) = (0, 0);
        loop {
            let said = self.ask_after(row, PUSH_BYTES, version)?;
            let Some(last) = said.rows.last().copied() else {
                if asks.is_empty() {
                    asks.push(ByteBuf::from(pack(&said.ask)?));
                }
                break;
            };
            let ask = pack(&said.ask)?;
            bytes += ask.len();
            asks.push(ByteBuf::from(ask));
            row = last;
            if bytes > ASKS_BYTES_MAX {
                break;
            }
        }
        let (file, key) = self.courier_file(&to, asks)?;
        // The key is durable before the file is given away: an answer nobody can open is of no use.
        let mut keys = self.courier_keys()?;
        keys.insert(0, key.to_text());
        keys.truncate(KEYS_KEPT);
        self.set_meta(KEYS, &serde_json::to_string(&keys)?)?;
        Ok(file)
    }

    fn courier_file(&self, to: &str, asks: Vec<ByteBuf>) -> Result<(Vec<u8>, Key), ReplicaError> {
        Ok(file_of(&*self.enrolled()?, to, asks, Vec::new())?)
    }

    /// Everything that waits, as files whose answers nobody opens: one ask in each, since a server may stop behind the first of
    /// a file, and nothing is sent a second time. With how many changes and contacts are in them.
    pub(crate) fn last_files(&self, to: &str, version: &str) -> Result<LastFiles, ReplicaError> {
        let mut last = LastFiles::default();
        let mut row = 0;
        loop {
            let mut said = self.ask_after(row, PUSH_BYTES, version)?;
            // Said of a copy, beside which lie no photos and no keys.
            said.ask.unsent = None;
            let next = said.rows.last().copied();
            if next.is_none() && !last.files.is_empty() {
                return Ok(last);
            }
            last.changes += u32::try_from(said.rows.len()).unwrap_or(u32::MAX);
            // Each ask has the first of them, as far as there is room.
            let contacts = u32::try_from(said.ask.contacts.len()).unwrap_or(u32::MAX);
            last.contacts = last.contacts.max(contacts);
            let ask = ByteBuf::from(pack(&said.ask)?);
            last.files.push(self.courier_file(to, vec![ask])?.0);
            match next {
                Some(next) => row = next,
                None => return Ok(last),
            }
        }
    }

    fn courier_keys(&self) -> Result<Vec<String>, ReplicaError> {
        Ok(match self.meta(KEYS)? {
            Some(text) => serde_json::from_str(&text)?,
            None => Vec::new(),
        })
    }

    /// Takes an answer file, page by page; each page is durable as a whole.
    pub fn courier_take(&self, file: &[u8], now: Time) -> Result<CourierTaken, ReplicaError> {
        let me = self.enrolled()?.device;
        let keys: Vec<Key> = self
            .courier_keys()?
            .iter()
            .filter_map(|text| Key::read(text))
            .collect();
        let answer: CourierAnswer = open(TO_DEVICE, &keys, file)?;
        if answer.device != me {
            return Err(Problem::CourierUnreadable.into());
        }
        let mut taken = CourierTaken::default();
        let exchanged = self.exchanged_at()?.unwrap_or_default();
        for page in &answer.pages {
            taken.revoked |= page.answer.revoked;
            let rows = self.rows_of(&page.answer.receipts)?;
            if self.stands_at(page)? {
                let said = said(page, rows, self.pending()?.waiting);
                // What is here now is as old as the answer, however long that was on its way.
                let at = now.min(page.answer.now).max(exchanged);
                taken.again = self.take_answer(&said, &page.answer, at)?
                    || page.answer.more
                    || page.answer.restored.is_some();
                taken.news += u32::try_from(page.answer.items.len()).unwrap_or(u32::MAX);
            } else if self.meta("epoch")?.as_deref() == Some(&page.answer.epoch) {
                let lists = self.lists();
                self.write(|tx| take_receipts(tx, &rows, &page.answer.receipts, me, &lists))?;
                taken.late = true;
            } else {
                // Of a log that ended since: its receipts do not hold any more.
                taken.late = true;
                continue;
            }
            taken.count(&page.answer.receipts);
        }
        taken.again |= self.pending()?.waiting > 0;
        Ok(taken)
    }

    /// Whether the device still stands where a page of an answer begins.
    fn stands_at(&self, page: &CourierPage) -> Result<bool, ReplicaError> {
        let (epoch, cursor, first) = self.standing()?;
        // A revoked device gets no news, so no place in a first load either.
        let first = page.answer.revoked || first == page.first;
        Ok(epoch == page.epoch && cursor == page.cursor && first)
    }
}

impl CourierTaken {
    fn count(&mut self, receipts: &[Receipt]) {
        for receipt in receipts {
            match receipt.verdict {
                Verdict::Accepted { .. } => self.received += 1,
                Verdict::Refused { .. } => self.refused += 1,
                Verdict::Waiting => {}
            }
        }
    }
}

/// What was said, as far as taking the answer needs it.
fn said(page: &CourierPage, rows: Vec<i64>, waiting: u32) -> Said {
    Said {
        ask: Ask {
            capabilities: CAPABILITIES.map(str::to_owned).to_vec(),
            epoch: page.epoch.clone(),
            cursor: page.cursor,
            first: page.first,
            again: u32::from(!page.ends_again),
            ..Ask::default()
        },
        rows,
        waiting,
    }
}
