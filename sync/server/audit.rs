//! The audit outside of the log: handed over to whoever asks, and held against the log later.
//!
//! A chain of hashes shows a row that was changed; who may write the whole log can write the whole chain anew, or leave out
//! its end. An export that lies somewhere else is what shows that: each of its rows must still be in the log.

use std::io::{BufRead, Write};

use koina_model::ids::Time;
use serde::{Deserialize, Serialize};

use crate::log::{AnyLog, Audited, LogError};

/// A line of an export: a row, and its time for people.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    row: Audited,
    /// RFC 3339, in UTC.
    time: String,
}

/// Why an export could not be written, or does not hold.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("the file cannot be read or written")]
    File(#[from] std::io::Error),
    #[error("there is no row of an audit in the file")]
    Empty,
    #[error("line {line} of the file is no row of an audit")]
    Line { line: u64 },
    #[error("line {line} of the file does not follow the one before: the file was changed")]
    Chain { line: u64 },
    #[error(
        "the log has another row at place {place} than the file: the log was written anew, or restored from a backup"
    )]
    Other { place: u64 },
    #[error(
        "the log ends at place {end}, and the file has place {place}: its end was taken away, or restored from a backup"
    )]
    Missing { place: u64, end: u64 },
}

/// Writes rows of the audit after a place, one JSON object a line. Gives how many, and the last place.
pub async fn export(
    log: &AnyLog,
    after: u64,
    to: &mut impl Write,
) -> Result<(u64, u64), AuditError> {
    let (mut many, mut last) = (0, after);
    loop {
        let rows = log.audited(last).await?;
        if rows.is_empty() {
            return Ok((many, last));
        }
        for row in rows {
            (many, last) = (many + 1, row.place);
            let time = in_words(row.at);
            let line = Line { row, time };
            serde_json::to_writer(&mut *to, &line).map_err(std::io::Error::from)?;
            to.write_all(b"\n")?;
        }
    }
}

/// Holds an export against the log: its own chain, and that every row of it is still there. Gives how many rows it has.
pub async fn compare(log: &AnyLog, from: impl BufRead) -> Result<u64, AuditError> {
    let mut known: std::collections::VecDeque<Audited> = Vec::new().into();
    let (mut many, mut before) = (0, None::<Audited>);
    for text in from.lines() {
        many += 1;
        let line: Line =
            serde_json::from_str(&text?).map_err(|_| AuditError::Line { line: many })?;
        let row = line.row;
        // The first row of the audit follows nothing; that of a later part cannot be looked at alone.
        let follows = match &before {
            Some(before) => row.place == before.place + 1 && row.follows(&before.hash),
            None => row.place > 1 || row.follows(""),
        };
        if !follows || line.time != in_words(row.at) {
            return Err(AuditError::Chain { line: many });
        }
        while known.front().is_some_and(|known| known.place < row.place) {
            known.pop_front();
        }
        if known.is_empty() {
            known = log.audited(row.place.saturating_sub(1)).await?.into();
        }
        match known.front() {
            Some(there) if *there == row => {}
            Some(_) => return Err(AuditError::Other { place: row.place }),
            None => {
                let end = log.audit_end().await?;
                return Err(AuditError::Missing {
                    place: row.place,
                    end,
                });
            }
        }
        before = Some(row);
    }
    if many == 0 {
        return Err(AuditError::Empty);
    }
    Ok(many)
}

fn in_words(at: Time) -> String {
    jiff::Timestamp::from_millisecond(at.0).map_or_else(|_| String::new(), |at| at.to_string())
}
