//! Brings in assets and requests from files of other systems: CSV, GeoJSON, JSON.
//!
//! A mapping says what the columns mean. Rows pass the same rules as what people type and the same judgement as what
//! devices push; the importer is a device like any other. Importing a file again changes nothing; a row that changed
//! becomes an edit, except of fields that a person has corrected since.

use std::collections::HashSet;

use ed25519_dalek::SigningKey;
use koina_model::calendar::athens_year;
use koina_model::doc::{Chunk, DecodeError, Doc, Scalar, Writes};
use koina_model::exchange::{Pushed, Verdict};
use koina_model::ids::{DeviceId, DocId, Time};
use koina_model::lists::Lists;
use koina_model::numbers::receipt_number;
use koina_model::permits::{Author as Permitted, Role};
use koina_model::problem::Problem;
use koina_model::words::{Channel, Kind};
use koina_model::{assets, requests};
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::log::{Device, Invitation, LogError, Newcomer, Source};
use crate::municipality::Municipality;

pub mod bad;
mod cli;
pub mod fields;
pub mod mapping;
pub mod rows;

pub use cli::command;

use bad::BadRow;
use fields::Fields;
use mapping::Mapping;
use rows::{FileError, Row};

/// What people see as the author of imported records.
pub const DEVICE_NAME: &str = "Εισαγωγή";

/// The role it writes as.
const ROLE: Role = Role::Clerk;

/// Rows written at a time.
const BATCH: usize = 200;

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    pub added: u32,
    pub changed: u32,
    /// Rows that are here already, unchanged.
    pub same: u32,
    /// Bad rows by their number, from 1 without the heading.
    pub bad: Vec<(usize, BadRow)>,
}

/// Why an import could not go on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the file")]
    File(#[from] FileError),
    #[error("the log")]
    Log(#[from] LogError),
    #[error("the server")]
    Problem(#[from] Problem),
    #[error("a record could not be written")]
    Doc(#[from] DecodeError),
}

/// A row that is about to be written.
struct Ready {
    number: usize,
    source_id: String,
    source: Source,
    kind: Kind,
    /// `None`: the record is as the row says.
    chunk: Option<Chunk>,
    new: bool,
}

/// A row that makes sense.
struct Good {
    number: usize,
    source_id: String,
    source: Source,
    fields: Fields,
}

struct Importer<'a> {
    town: &'a Municipality,
    mapping: &'a Mapping,
    lists: &'a Lists,
    device: Device,
    now: Time,
    report: Report,
}

/// Imports the rows of a file.
pub async fn import(
    town: &Municipality,
    mapping: &Mapping,
    file: &[u8],
    format: rows::Format,
    now: Time,
) -> Result<Report, ImportError> {
    let rows = rows::read(format, mapping.separator, file)?;
    let device = device(town, now).await?;
    let lists = town.lists().await?;
    let mut importer = Importer {
        town,
        mapping,
        lists: &lists,
        device,
        now,
        report: Report::default(),
    };
    let mut seen = HashSet::new();
    let mut batch = Vec::new();
    for (number, row) in (1..).zip(rows) {
        match importer.check(number, row, &mut seen) {
            Ok(good) => batch.push(good),
            Err(bad) => importer.report.bad.push((number, bad)),
        }
        if batch.len() == BATCH {
            importer.write(std::mem::take(&mut batch)).await?;
        }
    }
    importer.write(batch).await?;
    importer.report.bad.sort_by_key(|(number, _)| *number);
    Ok(importer.report)
}

/// The device that imports; registered at the first import.
#[allow(clippy::disallowed_methods, reason = "a key that nobody may ever know")]
async fn device(town: &Municipality, now: Time) -> Result<Device, ImportError> {
    let known = town.log.devices().await?;
    if let Some(device) = known
        .into_iter()
        .find(|known| known.name == DEVICE_NAME && known.revoked_at.is_none())
    {
        return Ok(device);
    }
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|_| LogError::Random)?;
    let ms = u64::try_from(now.0).unwrap_or_default();
    let id = Uuid::new_v7(uuid::Timestamp::from_unix_time(ms / 1_000, 0, 0, 0));
    let newcomer = Newcomer {
        code_hash: [0; 32],
        device: DeviceId(id),
        // The other half is thrown away: nobody signs as the importer.
        key: SigningKey::from_bytes(&seed).verifying_key().to_bytes(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let invitation = Invitation {
        code_hash: [0; 32],
        role: ROLE,
        name: DEVICE_NAME.to_owned(),
        person: String::new(),
        crew: None,
        communities: Vec::new(),
        expires_at: now,
    };
    Ok(town.log.register(now, newcomer, invitation).await?)
}

impl Importer<'_> {
    /// Reads a row by the mapping.
    fn check(
        &self,
        number: usize,
        row: Result<Row, BadRow>,
        seen: &mut HashSet<String>,
    ) -> Result<Good, BadRow> {
        let row = row?;
        let digest = self.digest(&row);
        let mut id = Vec::new();
        for column in &self.mapping.id {
            let word = row.columns.get(column).filter(|word| !word.is_empty());
            id.push(
                word.ok_or_else(|| BadRow::NoId {
                    column: column.clone(),
                })?
                .as_str(),
            );
        }
        let source_id = if id.is_empty() {
            koina_sync::identity::hex(&digest)
        } else {
            id.join("\u{1f}")
        };
        if !seen.insert(source_id.clone()) {
            return Err(BadRow::SameId {
                id: id.join(" ").chars().take(80).collect(),
            });
        }
        let fields = fields::read(&row, self.mapping, self.lists, self.now)?;
        let source = Source {
            doc: self.doc_id(&source_id),
            digest,
        };
        Ok(Good {
            number,
            source_id,
            source,
            fields,
        })
    }

    /// Covers the mapping too: a row whose meaning changed is looked at again.
    fn digest(&self, row: &Row) -> [u8; 32] {
        Sha256::digest(format!("{:?}\n{row:?}", self.mapping)).into()
    }

    /// The same row always becomes the same record, even when an import was cut off half-way.
    fn doc_id(&self, source_id: &str) -> DocId {
        let words = format!(
            "koina-import\n{}\n{}\n{source_id}",
            self.mapping.source,
            self.town.epoch()
        );
        let hash = Sha256::digest(words);
        let mut bytes = [0; 16];
        for (to, from) in bytes.iter_mut().zip(hash) {
            *to = from;
        }
        DocId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    async fn write(&mut self, batch: Vec<Good>) -> Result<(), ImportError> {
        let mut receipts = match self.mapping.kind {
            Kind::Asset => 0,
            Kind::Request => {
                self.town
                    .log
                    .reserve(
                        self.receipts_key(),
                        u32::try_from(BATCH).unwrap_or(u32::MAX),
                    )
                    .await?
            }
        };
        let mut ready = Vec::new();
        for good in batch {
            receipts += 1;
            let number = good.number;
            match self.ready(good, receipts).await? {
                Ok(Some(row)) => ready.push(row),
                Ok(None) => self.report.same += 1,
                Err(bad) => self.report.bad.push((number, bad)),
            }
        }
        self.push(ready).await
    }

    fn receipts_key(&self) -> String {
        format!("import_receipts:{}", athens_year(self.now.0))
    }

    /// Makes the change of a row; `None` when there is nothing to do.
    async fn ready(
        &self,
        good: Good,
        running: u32,
    ) -> Result<Result<Option<Ready>, BadRow>, ImportError> {
        let Good {
            number,
            source_id,
            source,
            fields,
        } = good;
        let known = self
            .town
            .log
            .source(self.mapping.source.clone(), source_id.clone())
            .await?;
        if known.is_some_and(|known| known.digest == source.digest) {
            return Ok(Ok(None));
        }
        let doc = source.doc;
        let saved = self.town.ask(move |replica| replica.saved_doc(doc)).await?;
        let receipt = receipt_number(&self.device.station, athens_year(self.now.0), running);
        let by = self.device.id;
        let kind = self.mapping.kind;
        let begun = match begin(&fields, self.mapping, self.lists, doc, receipt) {
            Ok(begun) => begun,
            Err(bad) => return Ok(Err(bad)),
        };
        let new = saved.is_none();
        let chunk = match saved {
            None => Some(Doc::new(kind).write(by, fields.at, &begun)?),
            Some((_, saved)) => {
                let mut doc = Doc::load(&saved)?;
                let writes = news(&doc, begun, kind, by);
                if writes.is_empty() {
                    None
                } else {
                    Some(doc.write(by, self.now, &writes)?)
                }
            }
        };
        Ok(Ok(Some(Ready {
            number,
            source_id,
            source,
            kind,
            chunk,
            new,
        })))
    }

    /// Hands a batch to the judge and the log, then notes where the records came from.
    async fn push(&mut self, ready: Vec<Ready>) -> Result<(), ImportError> {
        let pushed = ready.iter().filter_map(|row| {
            let chunk = row.chunk.as_ref()?;
            Some(Pushed {
                doc: row.source.doc,
                kind: row.kind,
                bytes: ByteBuf::from(chunk.bytes.clone()),
                again: false,
            })
        });
        let taken =
            crate::exchange::take(self.town, &self.device, pushed.collect(), self.now).await?;
        let mut receipts = taken.receipts.into_iter();
        let mut sources = Vec::new();
        for row in ready {
            let verdict = match row.chunk {
                None => None,
                Some(_) => receipts.next().map(|receipt| receipt.verdict),
            };
            match verdict {
                Some(Verdict::Refused { reason }) => {
                    let reason = reason.code().to_owned();
                    self.report
                        .bad
                        .push((row.number, BadRow::Refused { reason }));
                    continue;
                }
                Some(Verdict::Waiting) => {
                    self.report.bad.push((
                        row.number,
                        BadRow::Refused {
                            reason: "waiting".to_owned(),
                        },
                    ));
                    continue;
                }
                Some(Verdict::Accepted { .. }) if row.new => self.report.added += 1,
                Some(Verdict::Accepted { .. }) => self.report.changed += 1,
                None => self.report.same += 1,
            }
            sources.push((row.source_id, row.source));
        }
        self.town
            .log
            .put_sources(self.mapping.source.clone(), sources)
            .await?;
        Ok(())
    }
}

/// The values that begin the record of a row, after the rules for what people type.
pub fn begin(
    words: &Fields,
    mapping: &Mapping,
    lists: &Lists,
    id: DocId,
    receipt: String,
) -> Result<Writes, BadRow> {
    let author = Permitted {
        role: ROLE,
        communities: Vec::new(),
    };
    match mapping.kind {
        Kind::Asset => {
            let added = assets::acts::Added {
                kind: &words.kind,
                number: &words.number,
                name: &words.name,
                community: &words.community,
                settlement: &words.settlement,
                place_text: &words.place_text,
                position: words.position,
                note: &words.note,
            };
            let new = assets::acts::add(&added, lists, &author, id, words.at).map_err(bad_field)?;
            Ok(assets::begin(&new))
        }
        Kind::Request => {
            let entered = requests::acts::Entered {
                category: &words.category,
                community: &words.community,
                settlement: &words.settlement,
                place_text: &words.place_text,
                position: words.position,
                asset: None,
                text: &words.text,
                channel: Channel::Import,
                register: mapping.register,
            };
            let mut new =
                requests::acts::enter(&entered, lists, &author, id, words.at).map_err(bad_field)?;
            new.receipt_number = receipt;
            Ok(requests::begin(&new))
        }
    }
}

/// What a row says otherwise than the record. What a person has written since stays.
fn news(doc: &Doc, mut wanted: Writes, kind: Kind, importer: DeviceId) -> Writes {
    let record = doc.record();
    let (fixed, emptied): (&[&str], &[&str]) = match kind {
        Kind::Request => (&requests::FIXED, &[requests::keys::PLACE_TEXT]),
        Kind::Asset => (
            &assets::FIXED,
            &[assets::keys::PLACE_TEXT, assets::keys::NOTE],
        ),
    };
    for key in emptied {
        if wanted.iter().all(|(wanted, _)| wanted != key) && record.fields.contains_key(*key) {
            wanted.push(((*key).to_owned(), Scalar::from("")));
        }
    }
    wanted.retain(|(key, value)| {
        let written = record.fields.get(key).and_then(|all| all.first());
        let ours = written.is_none_or(|written| written.by == importer && written.value != *value);
        ours && !fixed.contains(&key.as_str())
    });
    wanted
}

fn bad_field(problem: Problem) -> BadRow {
    match problem {
        Problem::BadInput { fields } => match fields.into_iter().next() {
            Some(first) => BadRow::Field {
                field: first.field,
                rule: first.rule,
            },
            None => BadRow::Unreadable,
        },
        other => BadRow::Refused {
            reason: other.code(),
        },
    }
}
