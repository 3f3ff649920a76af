//! The first load: whole records for a fresh device, those in need first.

use std::convert::Infallible;

use koina_model::columns::{Columns, Parts, take_apart};
use koina_model::doc::Doc;
use koina_model::exchange::Refusal;
use koina_model::guard;
use koina_model::ids::{DeviceId, DocId, Time};
use koina_model::lists::Lists;
use koina_model::words::Kind;
use rusqlite::{Transaction, params};

use super::docs::{Loaded, kind_from, load, logged, put_saved, set_aside};
use super::refused::{others_again, rewind};
use super::{Replica, ReplicaError};
use crate::views;

/// A page of whole records for a fresh device.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FirstPage {
    pub docs: Vec<(DocId, Kind, Vec<u8>)>,
    /// Key of the next page; `None` when this was the last.
    pub next: Option<u64>,
    /// Records in all pages.
    pub expected: u32,
}

/// In a first load, keys of the second phase (what is not an open request) have this bit.
const SECOND_PHASE: u64 = 1 << 62;

impl FirstPage {
    /// Lays the records out by column, and gives those that columns cannot tell.
    pub fn lay_out(self) -> (Columns, Vec<(DocId, Kind, Vec<u8>)>) {
        let mut parts = Vec::new();
        let mut whole = Vec::new();
        let mut docs = Some(self.docs);
        let tell = |(id, kind, saved): (DocId, Kind, Vec<u8>)| {
            let parts = Doc::load(&saved).ok().and_then(|doc| take_apart(id, &doc));
            parts.ok_or((id, kind, saved))
        };
        let Ok(()) = views::in_steps(
            || Ok::<_, Infallible>(docs.take().unwrap_or_default()),
            tell,
            |told| {
                match told {
                    Ok(one) => parts.push(one),
                    Err(one) => whole.push(one),
                }
                Ok(())
            },
        );
        (Columns::lay_out(&parts), whole)
    }
}

impl Replica {
    /// A page of whole records for a fresh device: open requests first, newest first.
    ///
    /// `after` is 0 at the start. The order must hold while records change during the load, so it goes by arrival; what
    /// changed after `upto` is sent in the second phase whatever its state, so that nothing slips between the phases.
    pub fn first_page(
        &self,
        communities: &[String],
        after: u64,
        upto: u64,
        want_bytes: u32,
    ) -> Result<FirstPage, ReplicaError> {
        self.read(|db| {
            let scope = scope_text(communities);
            let expected: u32 = db
                .prepare_cached(&format!(
                    "SELECT count(*) FROM docs LEFT JOIN requests r USING (n) LEFT JOIN assets a USING (n) WHERE {IN_SCOPE}"
                ))?
                .query_row([&scope], |row| row.get(0))?;
            let mut page = FirstPage { expected, ..FirstPage::default() };
            let mut room = usize::try_from(want_bytes).unwrap_or(usize::MAX);
            let mut after = after;
            if after & SECOND_PHASE == 0 {
                let below = if after == 0 { i64::MAX } else { i64::try_from(after).unwrap_or(i64::MAX) };
                let mut rows = db.prepare_cached(&format!(
                    "SELECT docs.n, docs.doc, docs.kind, docs.saved
                     FROM docs JOIN requests r USING (n) LEFT JOIN assets a USING (n)
                     WHERE docs.n < ?2 AND r.open = 1 AND {IN_SCOPE} ORDER BY docs.n DESC"
                ))?;
                if let Some(last) = fill(&mut page, &mut room, rows.query(params![scope, below])?)? {
                    page.next = Some(last);
                    return Ok(page);
                }
                after = SECOND_PHASE;
            }
            let below = match after & !SECOND_PHASE {
                0 => i64::MAX,
                n => i64::try_from(n).unwrap_or(i64::MAX),
            };
            let mut rows = db.prepare_cached(&format!(
                "SELECT docs.n, docs.doc, docs.kind, docs.saved
                 FROM docs LEFT JOIN requests r USING (n) LEFT JOIN assets a USING (n)
                 WHERE docs.n < ?2 AND (r.open IS NULL OR r.open = 0 OR docs.changed > ?3) AND {IN_SCOPE} ORDER BY docs.n DESC"
            ))?;
            let upto = i64::try_from(upto).unwrap_or(i64::MAX);
            let stopped = fill(&mut page, &mut room, rows.query(params![scope, below, upto])?)?;
            page.next = match stopped {
                Some(0) => Some(SECOND_PHASE),
                other => other.map(|n| n | SECOND_PHASE),
            };
            Ok(page)
        })
    }
}

/// True for rows whose community is in `?1`, a list with commas around each code; the empty list means everything.
const IN_SCOPE: &str =
    "(?1 = '' OR instr(?1, ',' || coalesce(r.community, a.community, '') || ',') > 0)";

/// The records here that are outside a scope.
pub(crate) fn outside(
    tx: &Transaction<'_>,
    communities: &[String],
) -> Result<Vec<DocId>, ReplicaError> {
    let mut rows = tx.prepare_cached(&format!(
        "SELECT docs.doc FROM docs LEFT JOIN requests r USING (n) LEFT JOIN assets a USING (n) WHERE NOT {IN_SCOPE}"
    ))?;
    let ids: Vec<Vec<u8>> = rows
        .query_map([scope_text(communities)], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(ids.iter().filter_map(|id| DocId::from_slice(id)).collect())
}

fn scope_text(communities: &[String]) -> String {
    if communities.is_empty() {
        String::new()
    } else {
        format!(",{},", communities.join(","))
    }
}

/// Adds rows to a page until it is full; gives the key of the last row when it stopped early (0: before any).
fn fill(
    page: &mut FirstPage,
    room: &mut usize,
    mut rows: rusqlite::Rows<'_>,
) -> Result<Option<u64>, ReplicaError> {
    let mut last = 0;
    while let Some(row) = rows.next()? {
        if *room == 0 {
            return Ok(Some(last));
        }
        let n: i64 = row.get(0)?;
        let doc: Vec<u8> = row.get(1)?;
        let saved: Vec<u8> = row.get(3)?;
        *room = room.saturating_sub(saved.len());
        last = u64::try_from(n).unwrap_or_default();
        if let Some(doc) = DocId::from_slice(&doc) {
            page.docs.push((doc, kind_from(row.get(2)?), saved));
        }
    }
    Ok(None)
}

/// A whole record as the server sent it.
#[derive(Clone, Copy)]
pub(crate) enum Record<'a> {
    Saved(DocId, &'a [u8]),
    Parts(&'a Parts),
}

impl Record<'_> {
    pub(crate) fn id(&self) -> DocId {
        match self {
            Self::Saved(id, _) => *id,
            Self::Parts(parts) => parts.id,
        }
    }

    fn doc(&self) -> Result<Doc, Refusal> {
        match self {
            Self::Saved(id, bytes) => guard::read_saved(*id, bytes),
            Self::Parts(parts) => parts.put_together(),
        }
    }
}

/// Takes whole records that the server sent; one that is here already is joined with what is here. The records are read on
/// all processors and written one after another. A saved one that is damaged is set aside; one in columns refuses the page,
/// since the server can send it whole instead.
pub(crate) fn take_records<'a>(
    tx: &Transaction<'_>,
    records: &[Record<'a>],
    at: Time,
    head: u64,
    me: Option<DeviceId>,
    lists: &Lists,
) -> Result<(), ReplicaError> {
    let mut rest = records;
    let next = || -> Result<Vec<_>, ReplicaError> {
        let step = usize::try_from(views::STEP).unwrap_or(usize::MAX);
        let (now, later) = rest.split_at(step.min(rest.len()));
        rest = later;
        let jobs = now.iter().map(|record| {
            let id = record.id();
            Ok((*record, views::requests::number_of(tx, id)?, load(tx, id)?))
        });
        jobs.collect()
    };
    let read = |(record, number, mine): (Record<'a>, _, Option<Loaded>)| {
        let join = || {
            let theirs = record.doc()?;
            let (known, doc) = match mine {
                Some(mut mine) => {
                    mine.doc.merge(&theirs).map_err(|_| Refusal::Malformed)?;
                    (Some(mine.n), mine.doc)
                }
                None => (None, theirs),
            };
            let shown = views::Shown::read(doc.kind(), &doc.record(), number, lists);
            Ok::<_, Refusal>((known, doc.kind(), doc.save(), shown))
        };
        (join(), record)
    };
    views::in_steps(next, read, |(taken, record)| {
        let id = record.id();
        let taken = match taken {
            Err(refusal) => match join_rewound(tx, &record, me, lists)? {
                Some(joined) => Ok(joined),
                None => Err(refusal),
            },
            taken => taken,
        };
        let (known, kind, saved, shown) = match (taken, record) {
            (Ok(taken), _) => taken,
            (Err(refusal), Record::Saved(_, bytes)) => {
                return set_aside(tx, id, at, refusal.code(), bytes);
            }
            (Err(refusal), Record::Parts(_)) => return Err(ReplicaError::Columns(refusal)),
        };
        let n = put_saved(tx, id, kind, known, &saved)?;
        logged(tx, id, at, head)?;
        others_again(tx, id)?;
        shown.put(tx, n, id, known.is_none())
    })
}

/// A record as it is to be kept: its row if it has one, kind, saved bytes, what the views show.
type Joined = (Option<i64>, Kind, Vec<u8>, views::Shown);

/// Joins a record in which something of this device's own comes back that it had taken out, since the server had refused it.
/// `None` when that is not what keeps them apart.
fn join_rewound(
    tx: &Transaction<'_>,
    record: &Record<'_>,
    me: Option<DeviceId>,
    lists: &Lists,
) -> Result<Option<Joined>, ReplicaError> {
    let (Some(me), Ok(theirs), Some(mine)) = (me, record.doc(), load(tx, record.id())?) else {
        return Ok(None);
    };
    let Some((mut doc, rows)) = rewind(tx, record.id(), &mine.doc)? else {
        return Ok(None);
    };
    if doc.merge(&theirs).is_err() {
        return Ok(None);
    }
    rows.write_anew(tx, &mut doc, me)?;
    let number = views::requests::number_of(tx, record.id())?;
    let shown = views::Shown::read(doc.kind(), &doc.record(), number, lists);
    Ok(Some((Some(mine.n), doc.kind(), doc.save(), shown)))
}
