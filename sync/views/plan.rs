//! What the desk plans by: how much each crew has to do.

use koina_model::ids::Time;
use rusqlite::params;
use serde::Serialize;
use ts_rs::TS;

use crate::replica::{Replica, ReplicaError};

/// What a crew has to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CrewLoad {
    pub crew: String,
    /// Open jobs of it that it can do something about.
    pub open: u32,
    /// Those past their target time.
    pub late: u32,
    /// Those planned for the day that was asked for.
    pub on_day: u32,
}

impl Replica {
    /// What each crew with open jobs has to do, and how much of it is planned for a day (YYYY-MM-DD).
    pub fn crew_loads(&self, day: &str, now: Time) -> Result<Vec<CrewLoad>, ReplicaError> {
        self.read(|db| {
            let mut rows = db.prepare_cached(
                "SELECT crew, count(*), sum(due_at < ?2), sum(day = ?1 AND day <> '') FROM requests
                 WHERE open = 1 AND crew <> '' AND status <> 'CANNOT_BE_DONE' GROUP BY crew ORDER BY crew",
            )?;
            let rows = rows.query_map(params![day, now.0], |row| {
                Ok(CrewLoad {
                    crew: row.get(0)?,
                    open: row.get(1)?,
                    late: row.get(2)?,
                    on_day: row.get(3)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
