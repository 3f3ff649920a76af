//! What somebody who holds a receipt may read of a request: where it stands, and what was answered in public. Not what crews
//! noted, nor who did what.

use koina_model::checks;
use koina_model::ids::{DocId, Time};
use koina_model::problem::Problem;
use koina_model::requests;
use koina_model::words::{Kind, Status};
use rusqlite::OptionalExtension;
use serde::Serialize;
use ts_rs::TS;

use crate::replica::{Replica, ReplicaError};

/// A request as whoever reported it follows it.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Tracked {
    pub receipt_number: String,
    pub protocol_number: Option<String>,
    pub category: String,
    pub community: String,
    pub received_at: Time,
    pub status: Status,
    pub answer: Option<String>,
    /// It was joined with another report of the same trouble: where that one stands.
    pub joined: Option<TrackedJoined>,
    /// How it came to stand where it stands, the oldest first.
    pub steps: Vec<TrackedStep>,
    /// How old this is: the last exchange of this device.
    pub as_of: Option<Time>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, TS)]
pub struct TrackedStep {
    pub at: Time,
    pub status: Status,
}

/// What is told of the report that another was joined with: nothing by which it could be followed.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct TrackedJoined {
    pub status: Status,
    pub since: Time,
    pub answer: Option<String>,
}

/// Reports may be joined with one that was joined itself.
const JOINED_MAX: usize = 8;

impl Replica {
    /// Looks a request up by its receipt or protocol number, with the digits that came with the receipt.
    ///
    /// A number that nobody gave and digits that do not fit are refused alike.
    pub fn track(&self, number: &str, pin: &str) -> Result<Tracked, ReplicaError> {
        let number = bare(number);
        if number.is_empty() {
            return Err(Problem::NotFound.into());
        }
        let found: Option<(Vec<u8>, String, String)> = self.read(|db| {
            Ok(db
                .prepare_cached(
                    "SELECT doc, receipt, protocol FROM requests
                     WHERE replace(receipt, '-', '') = ?1 OR protocol = ?1 AND protocol <> '' LIMIT 1",
                )?
                .query_row([&number], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()?)
        })?;
        let (doc, receipt_number, protocol) = found.ok_or(Problem::NotFound)?;
        if receipt_number.is_empty() {
            // Nobody was given digits for it.
            return Err(Problem::NotFound.into());
        }
        let wanted = self.pin(&receipt_number);
        let typed: String = pin.chars().filter(|c| !c.is_whitespace()).collect();
        if wanted.is_empty() || typed != wanted {
            return Err(Problem::NotFound.into());
        }
        let id = DocId::from_slice(&doc).ok_or(Problem::NotFound)?;
        let request = requests::read(&self.doc(id)?.record());
        let mut steps = vec![TrackedStep {
            at: request.received_at,
            status: Status::Received,
        }];
        for (_, _, event) in &request.events {
            if let Some(status) = event.what.status()
                && steps.last().is_some_and(|last| last.status != status)
            {
                let at = event.at;
                steps.push(TrackedStep { at, status });
            }
        }
        Ok(Tracked {
            joined: self.joined(request.duplicate_of)?,
            receipt_number,
            protocol_number: Some(protocol).filter(|number| !number.is_empty()),
            category: request.category,
            community: request.place.community,
            received_at: request.received_at,
            status: request.status,
            answer: request.answer,
            steps,
            as_of: self.exchanged_at()?,
        })
    }

    /// Where the report stands that others were joined with, if it is on this device.
    fn joined(&self, mut next: Option<DocId>) -> Result<Option<TrackedJoined>, ReplicaError> {
        let mut told = None;
        for _ in 0..JOINED_MAX {
            let Some(id) = next else { break };
            let doc = match self.doc(id) {
                Ok(doc) if doc.kind() == Kind::Request => doc,
                Ok(_) | Err(ReplicaError::Problem(Problem::NotFound)) => break,
                Err(failure) => return Err(failure),
            };
            let request = requests::read(&doc.record());
            next = request.duplicate_of;
            told = Some(TrackedJoined {
                status: request.status,
                since: request.status_at.unwrap_or(request.received_at),
                answer: request.answer,
            });
        }
        // Joined in a ring: there is none that stays.
        Ok(told.filter(|told: &TrackedJoined| told.status != Status::Duplicate))
    }
}

/// A number without the dashes and spaces between its parts, in Latin capitals, however it was typed.
fn bare(typed: &str) -> String {
    let capitals = checks::to_latin(typed);
    let parts = capitals.split(|c: char| c.is_whitespace() || c == '-');
    parts.collect()
}
