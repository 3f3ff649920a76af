//! Changes, moves and protocol numbers: what the log is made of.

use std::collections::{HashMap, HashSet};

use koina_model::calendar::athens_year;
use koina_model::exchange::{Entry, EntryWords};
use koina_model::ids::{DocId, Time};
use koina_model::words::Kind;
use koina_sync::identity::hex;

use super::chain::{self, Audit, Said};
use super::tx::{Row, Tx, Value, stored};
use super::{Author, Due, LogError, Page, Placed, Scope, lists, restored, sql};
use crate::replica::{LogBody, LogRow, NewChange};

/// Rows read at a time.
const ROWS: u32 = 256;

/// What the audit says of a change that its own device brought, and of one that another brought back after a restore.
pub(super) const ACCEPTED: &str = "change.accepted";
pub(super) const ACCEPTED_AGAIN: &str = "change.again";

/// What it says when numbers are given again.
const RESUMED: &str = "numbers.resumed";

/// What it says of a record: with its first change what it is, and where.
pub(super) const KIND: &str = "kind";
pub(super) const COMMUNITY: &str = "community";
/// What it says of a record that went to another community.
pub(super) const MOVED: &str = "record.moved";

/// What it says of an entry of the register: given now, brought back after a restore, or in place of one that nobody brought.
const NUMBER_GIVEN: &str = "number.given";
const NUMBER_AGAIN: &str = "number.again";
const NUMBER_VOID: &str = "number.void";

pub(super) async fn head<T: Tx>(tx: &mut T) -> Result<u64, LogError> {
    u64::try_from(tx.number(sql::HEAD, &[]).await?).map_err(|_| LogError::Row { what: "a place" })
}

pub(super) async fn append<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    changes: Vec<NewChange>,
    judged_at: Option<u64>,
) -> Result<Vec<Placed>, LogError> {
    let head = head(tx).await?;
    if judged_at.is_some_and(|place| place < head) {
        return Err(LogError::Moved);
    }
    let mut writer = Writer::open(tx, by, at).await?;
    let mut placed = Vec::with_capacity(changes.len());
    for change in changes {
        placed.push(writer.place(tx, change).await?);
    }
    Ok(placed)
}

/// What one tx has written so far.
struct Writer {
    head: u64,
    audit: Audit,
    /// The end of the register's chain, once looked up.
    last_entry: Option<Option<Entry>>,
    communities: HashMap<DocId, Option<String>>,
    /// Records of which a change was not taken.
    stopped: HashSet<DocId>,
    /// Desks may bring numbers back: none are given until then.
    numbers_wait: bool,
    by: Author,
    at: Time,
    had_refused: bool,
}

/// Takes register entries again that were given before a backup was restored. One whose record is not here, or whose
/// number or record has another partner by now, is left out.
pub(super) async fn take_again<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    entries: Vec<Entry>,
) -> Result<u32, LogError> {
    let mut writer = Writer::open(tx, by, at).await?;
    let mut taken = 0;
    for entry in entries {
        let EntryWords::Protocol { year, number, .. } = &entry.words else {
            continue;
        };
        let place = [i64::from(*year).into(), (*number).into()];
        let doc = [entry.doc.into()];
        if tx.row(sql::HAS_NUMBER, &doc).await?.is_some() {
            continue;
        }
        if tx.row(sql::NUMBER_TAKEN, &place).await?.is_some() {
            let Writer { audit, by, .. } = &mut writer;
            let (doc, said) = (entry.doc.as_bytes(), numbered(&entry.words));
            audit
                .note_saying(tx, by, at, "number.clashed", doc, said)
                .await?;
        } else if tx.row(sql::DOC_KNOWN, &doc).await?.is_some() {
            let Entry { doc, at, words, .. } = entry;
            writer.entry(tx, NUMBER_AGAIN, doc, at, words).await?;
            taken += 1;
        }
    }
    Ok(taken)
}

/// Gives protocol numbers again after a restore: what nobody brought back is written down as void, so that the register
/// has no gap and no number is given twice; then the records that waited get theirs, in the order they were received.
pub(super) async fn number_again<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    mut waiting: Vec<(DocId, Time)>,
) -> Result<(), LogError> {
    if !restored::numbers_wait(tx).await? {
        return Ok(());
    }
    let mut writer = Writer::open(tx, by, at).await?;
    writer.fill_gaps(tx).await?;
    lists::put_meta(tx, lists::NUMBERS_WAIT, String::new()).await?;
    writer.numbers_wait = false;
    waiting.sort_by_key(|(doc, received_at)| (*received_at, *doc));
    for (doc, received_at) in waiting {
        if tx.row(sql::DOC_KNOWN, &[doc.into()]).await?.is_some() {
            writer.number(tx, doc, received_at).await?;
        }
    }
    let Writer { audit, by, .. } = &mut writer;
    audit.note(tx, by, at, RESUMED, &[]).await
}

fn numbered(words: &EntryWords) -> Said {
    let number = words
        .number()
        .map_or_else(String::new, |(year, number)| format!("{number}/{year}"));
    Said::new([("number", number)])
}

/// When what has this number was received; a void one: when it was written down.
pub(super) fn received_at(words: &EntryWords, at: Time) -> Time {
    match words {
        EntryWords::Protocol { received_at, .. } => *received_at,
        _ => at,
    }
}

/// Stands for no record, and differs for every number.
fn no_record(year: i16, number: u32) -> DocId {
    let year = u128::from(year.unsigned_abs());
    DocId(uuid::Uuid::from_u128((year << 32) | u128::from(number)))
}

impl Writer {
    async fn open<T: Tx>(tx: &mut T, by: Author, at: Time) -> Result<Self, LogError> {
        Ok(Self {
            head: head(tx).await?,
            audit: Audit::open(tx).await?,
            last_entry: None,
            communities: HashMap::new(),
            stopped: HashSet::new(),
            numbers_wait: restored::numbers_wait(tx).await?,
            had_refused: tx.number(sql::COUNT_REFUSED, &[by.device.into()]).await? > 0,
            by,
            at,
        })
    }

    async fn place<T: Tx>(&mut self, tx: &mut T, change: NewChange) -> Result<Placed, LogError> {
        let doc = change.doc;
        let actor_seq = change.actor_seq.cast_signed();
        let found = [
            doc.into(),
            change.hash.into(),
            change.actor.into(),
            actor_seq.into(),
        ];
        let found = tx.rows(sql::FIND_CHANGE, &found).await?;
        for row in &found {
            if row.hash(2)? == change.hash {
                return Ok(Placed::At {
                    seq: row.place(0)?,
                    at: row.time(1)?,
                });
            }
        }
        if !found.is_empty() {
            self.stopped.insert(doc);
            return Ok(Placed::SequenceReused);
        }
        if self.stopped.contains(&doc) {
            return Ok(Placed::Waiting);
        }
        self.write(tx, change, actor_seq).await
    }

    async fn write<T: Tx>(
        &mut self,
        tx: &mut T,
        change: NewChange,
        actor_seq: i64,
    ) -> Result<Placed, LogError> {
        let NewChange {
            doc,
            kind,
            hash,
            actor,
            bytes,
            community,
            asks_number,
            ..
        } = change;
        let device = self.by.device;
        let own = device.is_none_or(|device| device.as_bytes() == &actor);
        let begins = match self.community_before(tx, doc).await? {
            Some(_) => Said::default(),
            None => Said::new([
                (KIND, kind_name(kind).to_owned()),
                (COMMUNITY, community.clone()),
            ]),
        };
        let act = Act {
            what: if own { ACCEPTED } else { ACCEPTED_AGAIN },
            subject: hash.to_vec(),
            said: Said {
                doc: Some(doc),
                ..begins
            },
        };
        let columns = LogColumns {
            body: "change",
            device: device.into(),
            kind: kind_name(kind),
            hash: Value::from(hash),
            actor: Value::from(actor),
            actor_seq: Value::from(actor_seq),
            bytes,
            ..LogColumns::default()
        };
        let seq = self.row(tx, doc, columns, act).await?;
        self.belongs(tx, doc, kind, community).await?;
        if let Some(received_at) = asks_number {
            self.number(tx, doc, received_at).await?;
        }
        if self.had_refused {
            tx.rows(sql::CLEAR_REFUSED, &[device.into(), hash.into()])
                .await?;
        }
        Ok(Placed::At { seq, at: self.at })
    }

    /// The community of a record so far; `None` where it begins.
    async fn community_before<T: Tx>(
        &mut self,
        tx: &mut T,
        doc: DocId,
    ) -> Result<Option<String>, LogError> {
        if let Some(known) = self.communities.get(&doc) {
            return Ok(known.clone());
        }
        let row = tx.row(sql::COMMUNITY_OF, &[doc.into()]).await?;
        let before = row.map(|row| row.text(0)).transpose()?;
        self.communities.insert(doc, before.clone());
        Ok(before)
    }

    /// Notes the community of a record, and a move when it is another one than before.
    async fn belongs<T: Tx>(
        &mut self,
        tx: &mut T,
        doc: DocId,
        kind: Kind,
        community: String,
    ) -> Result<(), LogError> {
        let before = self.community_before(tx, doc).await?;
        if before.as_ref() != Some(&community) {
            tx.rows(
                sql::PUT_DOC,
                &[
                    doc.into(),
                    kind_name(kind).into(),
                    community.as_str().into(),
                ],
            )
            .await?;
            if let Some(left) = before {
                let entered = community.clone();
                let was = [(COMMUNITY, left.clone())];
                let act = Act {
                    what: MOVED,
                    subject: doc.as_bytes().to_vec(),
                    said: Said::changed(was, [(COMMUNITY, entered.clone())]),
                };
                let columns = LogColumns {
                    body: "move",
                    moved_from: left,
                    moved_to: entered,
                    ..LogColumns::default()
                };
                self.row(tx, doc, columns, act).await?;
            }
        }
        self.communities.insert(doc, Some(community));
        Ok(())
    }

    /// Gives the next protocol number of the year, unless the record has one.
    async fn number<T: Tx>(
        &mut self,
        tx: &mut T,
        doc: DocId,
        received_at: Time,
    ) -> Result<(), LogError> {
        if self.numbers_wait || tx.row(sql::HAS_NUMBER, &[doc.into()]).await?.is_some() {
            return Ok(());
        }
        let year = athens_year(self.at.0);
        let number = tx
            .number(sql::LAST_NUMBER, &[i64::from(year).into()])
            .await?
            + 1;
        let words = EntryWords::Protocol {
            year,
            number: u32::try_from(number).map_err(|_| LogError::Row {
                what: "a protocol number",
            })?,
            received_at,
        };
        self.entry(tx, NUMBER_GIVEN, doc, self.at, words).await
    }

    /// Writes down as void what is missing between the numbers of each year.
    async fn fill_gaps<T: Tx>(&mut self, tx: &mut T) -> Result<(), LogError> {
        for year in tx.rows(sql::NUMBERS_OF, &[]).await? {
            let year = year.int(0)?;
            let mut next = 1;
            for row in tx.rows(sql::NUMBERS_IN, &[year.into()]).await? {
                let number = row.int(0)?;
                for void in next..number {
                    let (Ok(year), Ok(void)) = (i16::try_from(year), u32::try_from(void)) else {
                        return Err(LogError::Row { what: "a year" });
                    };
                    let words = EntryWords::Void { year, number: void };
                    let doc = no_record(year, void);
                    self.entry(tx, NUMBER_VOID, doc, self.at, words).await?;
                }
                next = number + 1;
            }
        }
        Ok(())
    }

    /// Appends an entry to the register, with its place among the protocol numbers.
    async fn entry<T: Tx>(
        &mut self,
        tx: &mut T,
        what: &'static str,
        doc: DocId,
        at: Time,
        words: EntryWords,
    ) -> Result<(), LogError> {
        let act = Act {
            what,
            subject: doc.as_bytes().to_vec(),
            said: numbered(&words),
        };
        let received_at = received_at(&words, at);
        let Some((year, number)) = words.number() else {
            return Err(LogError::Row {
                what: "words of a known kind",
            });
        };
        let last = match self.last_entry.take() {
            Some(known) => known,
            None => match tx.row(sql::LAST_ENTRY, &[]).await? {
                None => None,
                Some(row) => Some(chain::entry(row.bytes(0)?)?),
            },
        };
        let entry = chain::next_entry(last.as_ref(), doc, at, words)?;
        let mut bytes = Vec::new();
        ciborium::into_writer(&entry, &mut bytes)
            .map_err(|_| LogError::Row { what: "an entry" })?;
        let columns = LogColumns {
            body: "entry",
            bytes,
            ..LogColumns::default()
        };
        let seq = self.row(tx, doc, columns, act).await?;
        let row = [
            i64::from(year).into(),
            number.into(),
            doc.into(),
            received_at.into(),
            stored(seq)?.into(),
        ];
        tx.rows(sql::PUT_NUMBER, &row).await?;
        self.last_entry = Some(Some(entry));
        Ok(())
    }

    /// Writes a row of the log, and what the audit says of it.
    async fn row<T: Tx>(
        &mut self,
        tx: &mut T,
        doc: DocId,
        columns: LogColumns,
        act: Act,
    ) -> Result<u64, LogError> {
        self.head += 1;
        let row = [
            stored(self.head)?.into(),
            self.at.into(),
            columns.device,
            doc.into(),
            columns.body.into(),
            columns.kind.into(),
            columns.hash,
            columns.actor,
            columns.actor_seq,
            columns.bytes.into(),
            columns.moved_from.into(),
            columns.moved_to.into(),
        ];
        tx.rows(sql::PUT_ROW, &row).await?;
        let said = Said {
            seq: Some(self.head),
            row: hex(&chain::row_hash(&row)),
            ..act.said
        };
        let (what, subject) = (act.what, &act.subject);
        self.audit
            .note_saying(tx, &self.by, self.at, what, subject, said)
            .await?;
        Ok(self.head)
    }
}

/// What the audit says of a row of the log.
struct Act {
    what: &'static str,
    subject: Vec<u8>,
    said: Said,
}

/// The columns of a log row that not every kind of row fills.
struct LogColumns {
    device: Value,
    body: &'static str,
    kind: &'static str,
    hash: Value,
    actor: Value,
    actor_seq: Value,
    bytes: Vec<u8>,
    moved_from: String,
    moved_to: String,
}

impl Default for LogColumns {
    fn default() -> Self {
        Self {
            device: Value::Bytes(None),
            body: "",
            kind: "",
            hash: Value::Bytes(None),
            actor: Value::Bytes(None),
            actor_seq: Value::Int(None),
            bytes: Vec::new(),
            moved_from: String::new(),
            moved_to: String::new(),
        }
    }
}

pub(super) async fn after<T: Tx>(
    tx: &mut T,
    cursor: u64,
    upto: u64,
    scope: Scope,
    bytes_max: usize,
) -> Result<Page, LogError> {
    let communities = match scope.communities.as_slice() {
        [] => String::new(),
        some => format!(",{},", some.join(",")),
    };
    // No device has an empty id.
    let except = scope
        .except
        .map(|id| id.as_bytes().to_vec())
        .unwrap_or_default();
    let mut page = Page {
        rows: Vec::new(),
        cursor: cursor.min(upto),
        more: false,
    };
    let mut bytes = 0;
    loop {
        let values = [
            stored(page.cursor)?.into(),
            stored(upto)?.into(),
            communities.as_str().into(),
            except.clone().into(),
            ROWS.into(),
        ];
        let rows = tx.rows(sql::AFTER, &values).await?;
        if rows.is_empty() {
            page.cursor = cursor.max(upto);
            return Ok(page);
        }
        for row in &rows {
            let due = Due {
                row: log_row(row)?,
                here: row.text(9)? == "here",
            };
            page.cursor = due.row.seq;
            bytes += row.bytes(6)?.len() + 64;
            page.rows.push(due);
            if bytes >= bytes_max {
                page.more = page.cursor < upto;
                return Ok(page);
            }
        }
    }
}

pub(super) async fn tail<T: Tx>(
    tx: &mut T,
    after: u64,
    limit: u32,
) -> Result<Vec<LogRow>, LogError> {
    tx.rows(sql::TAIL, &[stored(after)?.into(), limit.into()])
        .await?
        .iter()
        .map(log_row)
        .collect()
}

/// The columns `seq, at, device, doc, body, kind, bytes, moved_from, moved_to`.
fn log_row(row: &Row) -> Result<LogRow, LogError> {
    let doc = row.doc(3)?;
    let body = match row.text(4)?.as_str() {
        "change" => LogBody::Change {
            doc,
            kind: kind(&row.text(5)?)?,
            bytes: row.bytes(6)?.to_vec(),
        },
        "entry" => LogBody::Entry(chain::entry(row.bytes(6)?)?),
        "move" => LogBody::Move {
            doc,
            from: row.text(7)?,
            to: row.text(8)?,
        },
        _ => {
            return Err(LogError::Row {
                what: "a row of a known kind",
            });
        }
    };
    Ok(LogRow {
        seq: row.place(0)?,
        at: row.time(1)?,
        device: row.device_or_none(2)?,
        body,
    })
}

pub(super) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Request => "request",
        Kind::Asset => "asset",
    }
}

pub(super) fn kind(name: &str) -> Result<Kind, LogError> {
    match name {
        "request" => Ok(Kind::Request),
        "asset" => Ok(Kind::Asset),
        _ => Err(LogError::Row {
            what: "a kind of record",
        }),
    }
}
