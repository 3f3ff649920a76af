//! Records with which nobody has anything to do any more.

use koina_model::ids::{DocId, Time};
use rusqlite::OptionalExtension;

use crate::replica::{Replica, ReplicaError};

/// A request that is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    pub doc: DocId,
    pub category: String,
    /// When the last change to it was logged, by the server's clock: a device cannot set it back.
    pub at: Time,
}

impl Replica {
    /// Those of these records that are closed requests.
    pub fn settled(&self, docs: &[DocId]) -> Result<Vec<Settled>, ReplicaError> {
        self.read(|db| {
            let mut rows = db.prepare_cached(
                "SELECT r.category, d.logged_at FROM requests r JOIN docs d ON d.n = r.n
                 WHERE r.doc = ?1 AND r.open = 0",
            )?;
            let mut settled = Vec::new();
            for doc in docs {
                let found = rows.query_row([doc.as_bytes().as_slice()], |row| {
                    let (category, at) = (row.get(0)?, Time(row.get(1)?));
                    Ok(Settled {
                        doc: *doc,
                        category,
                        at,
                    })
                });
                settled.extend(found.optional()?);
            }
            Ok(settled)
        })
    }
}
