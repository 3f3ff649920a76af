//! What somebody who holds a receipt may read of a request: where it stands, and what was answered in public. Not what crews
//! noted, nor who did what.

use koina_model::checks;
use koina_model::ids::{DocId, Time};
use koina_model::problem::Problem;
use koina_model::requests;
use koina_model::words::Status;
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
}

/// A number without the dashes and spaces between its parts, in Latin capitals, however it was typed.
fn bare(typed: &str) -> String {
    let capitals = checks::to_latin(typed);
    let parts = capitals.split(|c: char| c.is_whitespace() || c == '-');
    parts.collect()
}
