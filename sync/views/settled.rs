//! Records with which nobody has anything to do any more.

use koina_model::ids::{DocId, Time};
use rusqlite::OptionalExtension;

use crate::replica::{Replica, ReplicaError};

/// How a record stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Somebody still has to do something, with it or with the one that it was joined with.
    Open,
    /// A request that is closed.
    Since {
        category: String,
        /// When the last change to it was logged, by the server's clock: a device cannot set it back.
        at: Time,
    },
    /// It is not here, or is no request.
    Unknown,
}

/// A request, and those it was joined with one after the other, eight at most.
const CHAIN: &str = "WITH RECURSIVE chain (doc, depth) AS (
   SELECT ?1, 0 UNION
   SELECT r.same_as, depth + 1 FROM chain JOIN requests r ON r.doc = chain.doc
   WHERE r.same_as IS NOT NULL AND depth < 8)
 SELECT (SELECT category FROM requests WHERE doc = ?1), MAX(r.open), MAX(d.logged_at)
 FROM chain JOIN requests r ON r.doc = chain.doc JOIN docs d ON d.n = r.n";

impl Replica {
    /// How these records stand, in their order.
    pub fn settled(&self, docs: &[DocId]) -> Result<Vec<Settled>, ReplicaError> {
        self.read(|db| {
            let mut rows = db.prepare_cached(CHAIN)?;
            let mut settled = Vec::new();
            for doc in docs {
                let found = rows.query_row([doc.as_bytes().as_slice()], |row| {
                    Ok((
                        row.get::<_, Option<String>>(0)?,
                        row.get::<_, Option<bool>>(1)?,
                        row.get::<_, Option<i64>>(2)?,
                    ))
                });
                settled.push(match found.optional()? {
                    Some((Some(category), Some(false), Some(at))) => Settled::Since {
                        category,
                        at: Time(at),
                    },
                    Some((Some(_), Some(true), _)) => Settled::Open,
                    _ => Settled::Unknown,
                });
            }
            Ok(settled)
        })
    }
}
