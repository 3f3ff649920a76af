//! The outbox: what was saved on this device and how far it has come.

use koina_model::ids::{DocId, Time};
use koina_model::words::{Kind, Saved};
use rusqlite::Row;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Conditions, PAGE_MAX, saved_from, search_words};
use crate::identity::hex;
use crate::replica::{Replica, ReplicaError, kind_from, typed};

#[derive(Clone, Debug, Default, PartialEq, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct OutboxQuery {
    pub search: String,
    /// Only what is in this state.
    pub saved: Option<Saved>,
    pub offset: u32,
    pub limit: u32,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct OutboxPage {
    pub rows: Vec<OutboxRow>,
    pub total: u32,
}

/// One saved change.
#[derive(Clone, Debug, Serialize, TS)]
pub struct OutboxRow {
    /// Hex of the change's hash.
    pub change: String,
    pub doc: DocId,
    pub kind: Kind,
    /// Category code of a request, type code of an asset.
    pub code: String,
    pub number: Option<String>,
    pub title: String,
    /// What was done: `entered`, `edited`, or the tag of an event.
    pub what: String,
    pub saved_at: Time,
    pub saved: Saved,
    pub bytes: u32,
    pub tries: u32,
    /// Code of the server's reason when it refused the change.
    pub reason: Option<String>,
    /// The words that were typed, when the change was refused: the record does not show them any more.
    pub typed: Option<String>,
}

const COLUMNS: &str = "o.hash, o.doc, o.kind, o.what, o.saved_at, o.state, o.size, o.tries, o.reason,
    coalesce(r.category, a.kind, ''), coalesce(nullif(r.protocol, ''), r.receipt, a.number, ''), coalesce(nullif(r.text, ''), r.spot, a.name, ''),
    CASE WHEN o.state = 'needs_decision' THEN o.bytes ELSE x'' END";
const JOINS: &str =
    "outbox o LEFT JOIN requests r ON r.doc = o.doc LEFT JOIN assets a ON a.doc = o.doc";

fn read_row(row: &Row<'_>) -> rusqlite::Result<OutboxRow> {
    let hash: Vec<u8> = row.get(0)?;
    let doc: Vec<u8> = row.get(1)?;
    let state: String = row.get(5)?;
    let reason: String = row.get(8)?;
    let number: String = row.get(10)?;
    let title: String = row.get(11)?;
    let refused: Vec<u8> = row.get(12)?;
    let typed = typed(&refused);
    Ok(OutboxRow {
        change: hex(&hash),
        doc: DocId::from_slice(&doc).unwrap_or(DocId(uuid::Uuid::nil())),
        kind: kind_from(row.get(2)?),
        what: row.get(3)?,
        saved_at: Time(row.get(4)?),
        saved: saved_from(Some(&state)),
        bytes: row.get(6)?,
        tries: row.get(7)?,
        reason: (!reason.is_empty()).then_some(reason),
        code: row.get(9)?,
        number: (!number.is_empty()).then_some(number),
        typed: (!typed.is_empty()).then_some(typed),
        title: title.chars().take(120).collect(),
    })
}

impl Replica {
    /// A page of what was saved here: what waits first, newest first.
    pub fn outbox_page(&self, query: &OutboxQuery) -> Result<OutboxPage, ReplicaError> {
        let mut conditions = Conditions::default();
        match query.saved {
            Some(Saved::OnDevice) => conditions.plain("o.state = 'on_device'"),
            Some(Saved::Sent) => conditions.plain("o.state = 'sent'"),
            Some(Saved::Received) => conditions.plain("o.state = 'received'"),
            Some(Saved::NeedsDecision) => conditions.plain("o.state = 'needs_decision'"),
            Some(Saved::Draft) => conditions.plain("0"),
            None => conditions.plain("o.state <> 'with_desk'"),
        }
        if let Some(words) = search_words(&query.search) {
            conditions.with(
                "coalesce(r.n, a.n) IN (SELECT rowid FROM search WHERE search MATCH ?)",
                words,
            );
        }
        self.read(|db| {
            let total = db
                .prepare_cached(&format!("SELECT count(*) FROM {JOINS} WHERE {}", conditions.sql()))?
                .query_row(rusqlite::params_from_iter(conditions.values()), |row| row.get(0))?;
            let mut rows = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM {JOINS} WHERE {} ORDER BY o.state = 'received', o.state <> 'needs_decision', o.n DESC LIMIT {} OFFSET {}",
                conditions.sql(),
                query.limit.clamp(1, PAGE_MAX),
                query.offset
            ))?;
            let rows = rows.query_map(rusqlite::params_from_iter(conditions.values()), read_row)?;
            Ok(OutboxPage { rows: rows.collect::<Result<_, _>>()?, total })
        })
    }
}
