//! Conflicts: records with versions for the desk to decide.

use koina_model::doc::Record;
use koina_model::ids::DocId;
use koina_model::words::Kind;
use koina_model::{assets, requests};
use serde::Serialize;
use ts_rs::TS;

use super::{Clash, Conditions, PAGE_MAX};
use crate::replica::{Replica, ReplicaError};

#[derive(Clone, Debug, Serialize, TS)]
pub struct ConflictsPage {
    pub rows: Vec<ConflictRow>,
    pub total: u32,
}

/// A record and the fields on which people disagree.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ConflictRow {
    pub doc: DocId,
    pub kind: Kind,
    /// Category code of a request, type code of an asset.
    pub code: String,
    pub number: Option<String>,
    pub title: String,
    pub community: String,
    pub settlement: String,
    pub clashes: Vec<Clash>,
}

impl Replica {
    /// A page of records on which people disagree.
    pub fn conflicts_page(
        &self,
        search: &str,
        offset: u32,
        limit: u32,
    ) -> Result<ConflictsPage, ReplicaError> {
        let mut conditions = Conditions::default();
        conditions.plain("v.clashes > 0");
        conditions.search(search);
        let all = format!(
            "SELECT v.n, v.doc FROM requests v WHERE {c} UNION ALL SELECT v.n, v.doc FROM assets v WHERE {c}",
            c = conditions.sql()
        );
        let values = || conditions.values().chain(conditions.values());
        let (total, ids) = self.read(|db| {
            let total: u32 = db
                .prepare_cached(&format!("SELECT count(*) FROM ({all})"))?
                .query_row(rusqlite::params_from_iter(values()), |row| row.get(0))?;
            let mut rows = db.prepare_cached(&format!(
                "{all} ORDER BY 1 DESC LIMIT {} OFFSET {offset}",
                limit.clamp(1, PAGE_MAX)
            ))?;
            let ids: Vec<Vec<u8>> = rows
                .query_map(rusqlite::params_from_iter(values()), |row| row.get(1))?
                .collect::<Result<_, _>>()?;
            Ok((total, ids))
        })?;
        let rows = ids
            .iter()
            .filter_map(|id| DocId::from_slice(id))
            .map(|id| self.conflict(id))
            .collect::<Result<_, _>>()?;
        Ok(ConflictsPage { rows, total })
    }

    /// One record and what people disagree about in it; no clashes when all is decided.
    pub fn conflict(&self, id: DocId) -> Result<ConflictRow, ReplicaError> {
        let loaded = self.loaded(id)?;
        let lists = self.lists();
        let record = loaded.doc.record();
        let clashes = super::clashes(&loaded.doc, &record, &lists);
        let (code, number, title, place) = title(loaded.doc.kind(), &record);
        Ok(ConflictRow {
            doc: id,
            kind: loaded.doc.kind(),
            code,
            number,
            title,
            community: place.community,
            settlement: place.settlement,
            clashes,
        })
    }
}

/// Code, number, title and place of any record.
pub(crate) fn title(
    kind: Kind,
    record: &Record,
) -> (String, Option<String>, String, koina_model::place::Place) {
    match kind {
        Kind::Request => {
            let request = requests::read(record);
            let title = if request.text.is_empty() {
                request.place_text.clone()
            } else {
                request.text
            };
            (
                request.category,
                request.receipt_number,
                title.chars().take(120).collect(),
                request.place,
            )
        }
        Kind::Asset => {
            let asset = assets::read(record);
            let number = (!asset.number.is_empty()).then_some(asset.number);
            (asset.kind, number, asset.name, asset.place)
        }
    }
}
