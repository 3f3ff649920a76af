//! Assets: rows, cards and their queries.

use std::collections::BTreeMap;

use koina_model::assets as model;
use koina_model::assets::Checked;
use koina_model::doc::Record;
use koina_model::egsa87::Egsa87;
use koina_model::greek;
use koina_model::ids::{DocId, Time};
use koina_model::inspections::{Check, Checklist, SOON_DAYS};
use koina_model::lists::Lists;
use koina_model::permits::Permit;
use koina_model::rounds::Sighting;
use koina_model::tags::Tag;
use koina_model::words::{Position, Saved};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::photos::PhotoRow;
use super::requests::{AssetRef, OpenAbout, RequestRow};
use super::{Clash, Conditions, SAVED, Telling, TimelineRow, saved_from};
use crate::replica::{Replica, ReplicaError};

/// What to list. Empty strings mean "no restriction".
#[derive(Clone, Debug, Default, PartialEq, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct AssetsQuery {
    pub search: String,
    /// Asset type code.
    pub kind: String,
    pub community: String,
    /// 1 to 5; 0 means any.
    pub condition: u8,
    pub retired: bool,
    pub clash: bool,
    /// Whose next inspection is due from this on, and before that.
    pub due_from: Option<Time>,
    pub due_before: Option<Time>,
    /// With checks that the last inspection found out of their limits.
    pub failed: bool,
    /// That a round looked for in vain.
    pub missing: bool,
    pub sort: AssetSort,
    pub offset: u32,
    pub limit: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AssetSort {
    #[default]
    Number,
    Place,
    Condition,
    Inspected,
    /// The longest overdue inspection first.
    Due,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct AssetsPage {
    pub rows: Vec<AssetRow>,
    pub total: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct AssetRow {
    pub id: DocId,
    pub kind: String,
    pub number: String,
    pub name: String,
    pub community: String,
    pub settlement: String,
    pub place_text: String,
    /// 1 (new) to 5 (dangerous); `None` when never inspected.
    pub condition: Option<u8>,
    pub inspected_at: Option<Time>,
    /// When the next inspection is due; `None` where the type has no rhythm.
    pub due_at: Option<Time>,
    /// Checks that the last inspection found out of their limits.
    pub failed: u32,
    /// When anybody last saw it: in a round, at an inspection or when it was moved.
    pub seen_at: Option<Time>,
    /// A round looked for it since, in vain.
    pub missing: bool,
    pub retired: bool,
    pub open_requests: u32,
    pub saved: Saved,
    pub clashes: u32,
}

/// What was last found at one check.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct CheckedRow {
    pub code: String,
    /// As stored; empty: it was not looked at.
    pub value: String,
    pub failed: bool,
    /// When it was looked at.
    pub at: Option<Time>,
    /// An open request that says so.
    pub request: Option<RequestRef>,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct RequestRef {
    pub id: DocId,
    pub number: String,
}

/// Inspections of one type in one community.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct DueRow {
    pub community: String,
    pub kind: String,
    pub overdue: u32,
    /// Due within 30 days.
    pub soon: u32,
    /// Assets with checks out of their limits.
    pub failed: u32,
    /// Assets of that type there.
    pub all: u32,
}

/// What is due, by community and type; the most overdue first.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Due {
    pub rows: Vec<DueRow>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct AssetCard {
    pub row: AssetRow,
    /// What was last found at each check of the type; empty where nothing was looked at.
    pub checked: Vec<CheckedRow>,
    pub note: String,
    pub tag: Option<Tag>,
    pub position: Option<Position>,
    /// The same in the Greek grid.
    pub egsa87: Option<Egsa87>,
    /// In the order they were added.
    pub photos: Vec<PhotoRow>,
    pub timeline: Vec<TimelineRow>,
    pub requests: Vec<RequestRow>,
    pub clashes: Vec<Clash>,
    pub may: Vec<Permit>,
}

/// What the views say of one asset.
pub(crate) struct Shown {
    asset: model::Asset,
    number_key: Vec<u8>,
    clashes: i64,
    due_at: Option<Time>,
    failed: usize,
}

/// Reads what the views say of an asset, and the words to search it by.
pub(crate) fn read(record: &Record, lists: &Lists) -> (Shown, String) {
    let asset = model::read(record);
    let reference = &lists.reference;
    // Whole, and as it stands on a label.
    let tag = asset.tag.map(|tag| format!("{tag} {}", tag.in_words()));
    let said = [
        asset.number.as_str(),
        tag.as_deref().unwrap_or_default(),
        &asset.name,
        &asset.place_text,
        &asset.note,
        reference
            .asset_type(&asset.kind)
            .map_or("", |found| found.name.el.as_str()),
        reference
            .community(&asset.place.community)
            .map_or("", |found| found.name.el.as_str()),
        reference
            .settlement(&asset.place.settlement)
            .map_or("", |found| found.name.el.as_str()),
    ]
    .join(" ");
    let list = reference.checklist(&asset.kind);
    let shown = Shown {
        due_at: list.and_then(|list| list.due(&asset)),
        failed: list
            .filter(|_| !asset.retired)
            .map_or(0, |list| list.failed(&asset)),
        number_key: greek::collation_key(&format!("{} {}", padded(&asset.number), asset.name)),
        clashes: i64::try_from(record.clashes(&model::WATCHED).count()).unwrap_or_default(),
        asset,
    };
    (shown, said)
}

impl Shown {
    pub(crate) fn sightings(&self) -> &BTreeMap<String, Sighting> {
        &self.asset.sightings.by_round
    }

    /// The photos of the asset.
    pub(crate) fn photos(&self) -> Vec<super::photos::Shown> {
        let photos = self.asset.photos();
        let photos = photos.map(|(id, by, at, photo)| super::photos::Shown::new(id, by, at, photo));
        photos.collect()
    }
}

/// Writes the row of an asset.
pub(crate) fn put(
    tx: &Transaction<'_>,
    n: i64,
    id: DocId,
    shown: &Shown,
) -> Result<(), ReplicaError> {
    let Shown {
        asset,
        number_key,
        clashes,
        due_at,
        failed,
        ..
    } = shown;
    let sightings = &asset.sightings;
    tx.prepare_cached(
        "INSERT INTO assets (n, doc, kind, number, number_key, name, community, settlement, spot, condition, inspected_at, retired, clashes, lat, lon, tag, due_at, failed, seen_at, missing, added_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
    )?
    .execute(params![
        n,
        id.as_bytes().as_slice(),
        asset.kind,
        asset.number,
        number_key,
        asset.name,
        asset.place.community,
        asset.place.settlement,
        asset.place_text,
        asset.condition.unwrap_or_default(),
        asset.inspected_at.unwrap_or_default().0,
        asset.retired,
        clashes,
        asset.position.map(|position| position.lat),
        asset.position.map(|position| position.lon),
        asset.tag.map_or_else(String::new, |tag| tag.to_string()),
        due_at.unwrap_or_default().0,
        i64::try_from(*failed).unwrap_or(i64::MAX),
        sightings.seen_at.unwrap_or_default().0,
        sightings.missing && !asset.retired,
        asset.added_at.0
    ])?;
    Ok(())
}

/// Digits of a number padded, so that 9 comes before 10.
fn padded(number: &str) -> String {
    let mut out = String::with_capacity(number.len() + 8);
    let mut digits = String::new();
    for c in number.chars().chain([' ']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if !digits.is_empty() {
            out.push_str(&format!("{digits:0>8}"));
            digits.clear();
        }
        out.push(c);
    }
    out
}

const COLUMNS: &str = "v.doc, v.kind, v.number, v.name, v.community, v.settlement, v.spot, v.condition, v.inspected_at, v.retired, v.clashes,
    (SELECT count(*) FROM requests r WHERE r.asset = v.doc AND r.open = 1), v.due_at, v.failed, v.seen_at, v.missing";

fn read_row(row: &Row<'_>) -> rusqlite::Result<AssetRow> {
    let doc: Vec<u8> = row.get(0)?;
    let condition: u8 = row.get(7)?;
    let inspected_at: i64 = row.get(8)?;
    let due_at: i64 = row.get(12)?;
    let due_at = (due_at != 0).then_some(Time(due_at));
    let saved: Option<String> = row.get(16)?;
    Ok(AssetRow {
        id: DocId::from_slice(&doc).unwrap_or(DocId(uuid::Uuid::nil())),
        kind: row.get(1)?,
        number: row.get(2)?,
        name: row.get(3)?,
        community: row.get(4)?,
        settlement: row.get(5)?,
        place_text: row.get(6)?,
        condition: (condition > 0).then_some(condition),
        inspected_at: (inspected_at != 0).then_some(Time(inspected_at)),
        due_at,
        failed: row.get(13)?,
        seen_at: Some(Time(row.get(14)?)).filter(|at| at.0 != 0),
        missing: row.get(15)?,
        retired: row.get(9)?,
        clashes: row.get(10)?,
        open_requests: row.get(11)?,
        saved: saved_from(saved.as_deref()),
    })
}

/// What was last found at a check, and the open request that says so.
fn checked_row(
    list: &Checklist,
    check: &Check,
    checked: &BTreeMap<String, Checked>,
    open: &[OpenAbout],
) -> CheckedRow {
    let found = checked.get(&check.code);
    let request = found.filter(|found| found.failed).and_then(|found| {
        let text = check.fault(&found.value, found.at);
        let category = list.category_of(check);
        let says = |one: &&OpenAbout| one.category == category && one.said.contains(&text);
        open.iter().find(says)
    });
    CheckedRow {
        code: check.code.clone(),
        value: found.map_or_else(String::new, |found| found.value.clone()),
        failed: found.is_some_and(|found| found.failed),
        at: found.map(|found| found.at),
        request: request.map(|one| RequestRef {
            id: one.id,
            number: one.number.clone(),
        }),
    }
}

/// Lines of assets by their row of docs.
pub(super) fn rows_of(
    db: &Connection,
    numbers: &[i64],
) -> Result<BTreeMap<i64, AssetRow>, ReplicaError> {
    let mut one = db.prepare_cached(&format!(
        "SELECT {COLUMNS}, {SAVED} FROM assets v WHERE v.n = ?1"
    ))?;
    let mut rows = BTreeMap::new();
    for n in numbers {
        rows.insert(*n, one.query_row([n], read_row)?);
    }
    Ok(rows)
}

impl AssetsQuery {
    fn conditions(&self) -> Conditions {
        let mut conditions = Conditions::default();
        conditions.with("v.retired = ?", self.retired);
        conditions.text("v.kind = ?", &self.kind);
        conditions.text("v.community = ?", &self.community);
        if self.condition > 0 {
            conditions.with("v.condition = ?", i64::from(self.condition));
        }
        if self.clash {
            conditions.plain("v.clashes > 0");
        }
        if let Some(from) = self.due_from {
            conditions.with("v.due_at >= ?", from.0);
        }
        if let Some(before) = self.due_before {
            conditions.with("v.due_at > 0 AND v.due_at < ?", before.0);
        }
        if self.failed {
            conditions.plain("v.failed > 0");
        }
        if self.missing {
            conditions.plain("v.missing = 1");
        }
        conditions.search(&self.search);
        conditions
    }

    fn order(&self) -> &'static str {
        match self.sort {
            AssetSort::Number => "v.number_key, v.n",
            AssetSort::Place => "v.community, v.settlement, v.n",
            AssetSort::Condition => "v.condition DESC, v.n",
            AssetSort::Inspected => "v.inspected_at, v.n",
            AssetSort::Due => "v.due_at, v.n",
        }
    }
}

impl Replica {
    /// A page of assets.
    pub fn assets_page(&self, query: &AssetsQuery) -> Result<AssetsPage, ReplicaError> {
        let conditions = query.conditions();
        self.read(|db| {
            let (sql, values, total) = super::page(
                db,
                "assets",
                &conditions,
                query.order(),
                query.offset,
                query.limit,
            )?;
            let mut rows =
                db.prepare_cached(&format!("SELECT {COLUMNS}, {SAVED} FROM assets v {sql}"))?;
            let rows = rows.query_map(rusqlite::params_from_iter(values), read_row)?;
            Ok(AssetsPage {
                rows: rows.collect::<Result<_, _>>()?,
                total,
            })
        })
    }

    /// The assets in use that bear a tag: one, or more if several people linked it without knowing of each other.
    pub fn bearing(&self, tag: Tag) -> Result<Vec<AssetRow>, ReplicaError> {
        self.read(|db| {
            let mut rows = db.prepare_cached(&format!(
                "SELECT {COLUMNS}, {SAVED} FROM assets v WHERE v.tag = ?1 AND v.tag <> '' AND v.retired = 0 ORDER BY v.n"
            ))?;
            let rows = rows.query_map([tag.to_string()], read_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// What is due to be inspected.
    pub fn inspections_due(&self, now: Time) -> Result<Due, ReplicaError> {
        let soon = now.plus_days(SOON_DAYS);
        let rows = self.read(|db| {
            let mut rows = db.prepare_cached(
                "SELECT community, kind, sum(due_at > 0 AND due_at < ?1) AS overdue, sum(due_at >= ?1 AND due_at < ?2) AS soon,
                    sum(failed > 0) AS failed, count(*)
                 FROM assets WHERE retired = 0 GROUP BY community, kind HAVING max(due_at) > 0 OR max(failed) > 0
                 ORDER BY overdue DESC, soon DESC, failed DESC, community, kind",
            )?;
            let rows = rows.query_map(params![now.0, soon.0], |row| {
                Ok(DueRow {
                    community: row.get(0)?,
                    kind: row.get(1)?,
                    overdue: row.get(2)?,
                    soon: row.get(3)?,
                    failed: row.get(4)?,
                    all: row.get(5)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })?;
        Ok(Due { rows })
    }

    /// An asset as a request mentions it.
    pub(crate) fn asset_ref(&self, id: DocId) -> Result<Option<AssetRef>, ReplicaError> {
        self.read(|db| {
            Ok(db
                .prepare_cached("SELECT number, name, kind FROM assets WHERE doc = ?1")?
                .query_row([id.as_bytes().as_slice()], |row| {
                    Ok(AssetRef {
                        id,
                        number: row.get(0)?,
                        name: row.get(1)?,
                        kind: row.get(2)?,
                    })
                })
                .optional()?)
        })
    }

    /// One line of an asset.
    pub(crate) fn asset_row(&self, id: DocId) -> Result<AssetRow, ReplicaError> {
        self.read(|db| {
            db.prepare_cached(&format!(
                "SELECT {COLUMNS}, {SAVED} FROM assets v WHERE v.doc = ?1"
            ))?
            .query_row([id.as_bytes().as_slice()], read_row)
            .optional()?
            .ok_or_else(|| koina_model::problem::Problem::NotFound.into())
        })
    }

    /// The whole story of an asset.
    pub fn asset_card(&self, id: DocId, now: Time) -> Result<AssetCard, ReplicaError> {
        let row = self.asset_row(id)?;
        let loaded = self.loaded(id)?;
        let lists = self.lists();
        let author = self.author()?;
        let record = loaded.doc.record();
        let asset = model::read(&record);
        let unsent = self.read(|db| super::unsent(db, id))?;
        let telling = Telling {
            lists: &lists,
            logged_at: loaded.logged_at,
            began_at: asset.added_at,
            concurrent: &[],
            unsent: &unsent,
            me: self.identity().map(|identity| identity.device),
        };
        let mut timeline = vec![TimelineRow {
            id: "added".to_owned(),
            at: asset.added_at,
            claimed: loaded.logged_at.0 > 0 && asset.added_at > loaded.logged_at.plus_hours(1),
            by: record
                .fields
                .get(model::keys::ID)
                .and_then(|all| all.first())
                .map(|id| lists.device_name(id.by))
                .unwrap_or_default(),
            what: "added".to_owned(),
            detail: std::collections::BTreeMap::new(),
            pending: unsent.contains(&asset.added_at.0),
            concurrent: false,
        }];
        timeline.extend(
            asset
                .events
                .iter()
                .map(|(event, by, what)| telling.row(*event, *by, what.at, &what.what)),
        );
        timeline.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.id.cmp(&b.id)));
        let clashes = super::clashes(&loaded.doc, &record, &lists);
        let offered = |permit: &Permit| match permit {
            Permit::EnterRequests => true,
            Permit::EditAssets
            | Permit::InspectAssets
            | Permit::MoveAssets
            | Permit::RetireAssets => !asset.retired,
            Permit::DecideConflicts => !clashes.is_empty(),
            _ => false,
        };
        let may = Permit::ALL
            .into_iter()
            .filter(offered)
            .filter(|permit| author.role.may(*permit))
            .collect();
        let list = lists.reference.checklist(&asset.kind);
        let open = match asset.checked.values().any(|found| found.failed) {
            true => self.open_about(id)?,
            false => Vec::new(),
        };
        let list = list.filter(|_| !asset.checked.is_empty());
        let checked = list.map_or_else(Vec::new, |list| {
            let row = |check| checked_row(list, check, &asset.checked, &open);
            list.checks.iter().map(row).collect()
        });
        Ok(AssetCard {
            row,
            checked,
            note: asset.note.clone(),
            tag: asset.tag,
            position: asset.position,
            egsa87: asset.position.as_ref().and_then(Egsa87::of),
            photos: self.photo_rows(asset.photos())?,
            timeline,
            requests: self.requests_about(id, now)?,
            clashes,
            may,
        })
    }
}
