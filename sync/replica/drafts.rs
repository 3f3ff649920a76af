//! Drafts: what is being typed, kept so that a crash of the window loses nothing.

use koina_model::ids::{DocId, Time};
use koina_model::problem::Problem;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde_json::{Map, Value};

use super::{Replica, ReplicaError};

/// Largest draft, in bytes.
const DRAFT_BYTES_MAX: usize = 256 * 1024;
/// Longest key, in bytes.
const KEY_BYTES_MAX: usize = 120;

impl Replica {
    /// Keeps what is being typed under the form's key.
    pub fn save_draft(&self, key: &str, json: &str, now: Time) -> Result<(), ReplicaError> {
        self.write_quietly(|tx| save_in(tx, key, json, now))
    }

    /// Keeps fields that were typed before the form knew its draft: they stand over those of the draft, whose others stay.
    pub fn add_to_draft(&self, key: &str, json: &str, now: Time) -> Result<(), ReplicaError> {
        let fields = |json: &str| serde_json::from_str::<Map<String, Value>>(json).ok();
        self.write_quietly(|tx| {
            let kept = kept_in(tx, key)?;
            let json = match (kept.as_deref().and_then(fields), fields(json)) {
                (Some(mut whole), Some(typed)) => {
                    whole.extend(typed);
                    Value::Object(whole).to_string()
                }
                _ => json.to_owned(),
            };
            save_in(tx, key, &json, now)
        })
    }

    /// What was being typed.
    pub fn draft(&self, key: &str) -> Result<Option<String>, ReplicaError> {
        self.read(|db| kept_in(db, key))
    }

    /// Forgets a draft.
    pub fn drop_draft(&self, key: &str) -> Result<(), ReplicaError> {
        self.write_quietly(|tx| drop_in(tx, key))
    }
}

fn save_in(tx: &Transaction<'_>, key: &str, json: &str, now: Time) -> Result<(), ReplicaError> {
    if json.len() > DRAFT_BYTES_MAX || key.len() > KEY_BYTES_MAX {
        return Err(Problem::too_large(DRAFT_BYTES_MAX).into());
    }
    tx.prepare_cached(
        "INSERT INTO drafts (key, json, saved_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (key) DO UPDATE SET json = excluded.json, saved_at = excluded.saved_at",
    )?
    .execute(params![key, json, now.0])?;
    Ok(())
}

fn kept_in(db: &Connection, key: &str) -> Result<Option<String>, ReplicaError> {
    Ok(db
        .prepare_cached("SELECT json FROM drafts WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?)
}

/// Forgets a draft, if there is one, along with what makes it unnecessary.
pub(crate) fn without(
    draft: Option<&str>,
) -> impl FnOnce(&Transaction<'_>, DocId) -> Result<(), ReplicaError> {
    move |tx, _| draft.map_or(Ok(()), |key| drop_in(tx, key))
}

pub(crate) fn drop_in(tx: &Transaction<'_>, key: &str) -> Result<(), ReplicaError> {
    tx.prepare_cached("DELETE FROM drafts WHERE key = ?1")?
        .execute([key])?;
    Ok(())
}
