//! Requests: rows, case files and their queries.

use koina_model::calendar::{self, ANSWER_DAYS};
use koina_model::doc::Record;
use koina_model::egsa87::Egsa87;
use koina_model::exchange::EntryWords;
use koina_model::ids::{DeviceId, DocId, Time};
use koina_model::lists::Lists;
use koina_model::numbers::ProtocolNumber;
use koina_model::permits::Permit;
use koina_model::requests::acts::{self, WantedPhoto};
use koina_model::requests::{self as model, What};
use koina_model::words::{Channel, Position, Saved, Status};
use rusqlite::{Connection, OptionalExtension, Params, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::photos::PhotoRow;
use super::{Clash, Conditions, SAVED, Telling, TimelineRow, saved_from};
use crate::replica::{Replica, ReplicaError, entries_of};

/// What to list. Empty strings and `false` mean "no restriction".
#[derive(Clone, Debug, Default, PartialEq, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct RequestsQuery {
    /// Words in Greek or Greeklish, any case, with or without accents; or a number.
    pub search: String,
    pub open: Option<bool>,
    pub status: Option<Status>,
    pub community: String,
    pub group: String,
    pub department: String,
    pub crew: String,
    /// Charged to no crew.
    pub no_crew: bool,
    /// Past its target time.
    pub late: bool,
    /// With versions for the desk to decide.
    pub clash: bool,
    /// Closed, and to be looked at again: reported again unknown to whoever closed it, or joined in a circle.
    pub unheard: bool,
    /// With a memo of a community that the work was done.
    pub executed: bool,
    pub sort: RequestSort,
    pub offset: u32,
    /// At most 200.
    pub limit: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RequestSort {
    #[default]
    Newest,
    Oldest,
    Due,
    Priority,
    Place,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct RequestsPage {
    pub rows: Vec<RequestRow>,
    /// Rows in all pages.
    pub total: u32,
}

/// One line of a list.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct RequestRow {
    pub id: DocId,
    pub receipt_number: Option<String>,
    pub protocol_number: Option<String>,
    pub category: String,
    pub community: String,
    pub settlement: String,
    /// Where exactly, in words.
    pub place_text: String,
    /// The first 200 characters of what was reported.
    pub text: String,
    pub status: Status,
    pub open: bool,
    /// 1 (danger) to 4 (low).
    pub priority: u8,
    pub department: String,
    pub crew: String,
    /// The day a crew is to do it, YYYY-MM-DD.
    pub day: Option<String>,
    pub received_at: Time,
    pub due_at: Time,
    pub late: bool,
    pub saved: Saved,
    /// Fields with versions to decide.
    pub clashes: u32,
    /// Closed by somebody who could not see that it was reported again.
    pub unheard: bool,
    /// It was joined with one that was joined with it, and nobody works on either.
    pub in_circle: bool,
}

/// The whole story of a request.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RequestCase {
    pub row: RequestRow,
    pub text: String,
    pub channel: Channel,
    pub position: Option<Position>,
    /// The same in the Greek grid.
    pub egsa87: Option<Egsa87>,
    /// The asset it is about.
    pub asset: Option<AssetRef>,
    /// The last public answer.
    pub answer: Option<String>,
    /// What the works of a proposal may cost, in cents of a euro.
    #[ts(type = "number | null")]
    pub cost: Option<i64>,
    /// Where the council put a proposal, from 1; 0: nowhere yet.
    pub rank: u32,
    /// Somebody left a contact; who it is, the server tells those who may know.
    pub has_contact: bool,
    /// Somebody asked for a protocol number that has not come yet.
    pub awaits_number: bool,
    pub registered_at: Option<Time>,
    /// Last day to answer an application (ΚΔΔ, ν.2690/1999 art. 4), as YYYY-MM-DD.
    pub answer_by: Option<String>,
    pub duplicate_of: Option<DocId>,
    /// Requests that were joined with this one, the oldest first; 100 at most.
    pub joined: Vec<RequestRow>,
    /// How often somebody else reported the same, apart from those.
    pub supports: u32,
    pub materials: Vec<Material>,
    /// How long crews worked on it, as their devices say; what is under way is not counted.
    pub worked_minutes: u32,
    /// The same of all who took part together.
    pub people_minutes: u32,
    /// Ids of who works on it now, as the crew said; of several devices the one of this device, or who began last.
    pub team: Vec<String>,
    /// In the order they were added.
    pub photos: Vec<PhotoRow>,
    /// What its category wants before a crew is done; empty: nothing.
    pub wanted_photos: Vec<WantedPhoto>,
    pub timeline: Vec<TimelineRow>,
    pub clashes: Vec<Clash>,
    /// What the person at this window may do with it now.
    pub may: Vec<Permit>,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct AssetRef {
    pub id: DocId,
    pub number: String,
    pub name: String,
    pub kind: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Material {
    pub name: String,
    /// A decimal number as text, with a dot: «2.5».
    pub quantity: String,
    pub unit: String,
}

/// An open request about an asset.
pub(crate) struct OpenAbout {
    pub(crate) id: DocId,
    pub(crate) number: String,
    pub(crate) category: String,
    /// What was reported, and the notes.
    pub(crate) said: Vec<String>,
}

/// Target hours where the category is not on the list.
const TARGET_HOURS_DEFAULT: u32 = 240;
/// Characters of the text that a list shows.
const EXCERPT_CHARS: usize = 200;
/// What the views say of one request.
pub(crate) struct Shown {
    request: model::Request,
    number: Number,
    group: String,
    status: Status,
    due_at: Time,
    clashes: i64,
}

impl Shown {
    /// The photos of the request.
    pub(crate) fn photos(&self) -> Vec<super::photos::Shown> {
        let photos = self.request.photos();
        let photos = photos.map(|(id, by, at, photo)| super::photos::Shown::new(id, by, at, photo));
        photos.collect()
    }
}

/// A protocol number as printed, empty when there is none, and when it was given.
pub(crate) type Number = (String, Time);

/// Reads what the views say of a request, and the words to search it by.
pub(crate) fn read(record: &Record, number: Number, lists: &Lists) -> (Shown, String) {
    let request = model::read(record);
    let status = match request.status {
        Status::Received if !number.0.is_empty() => Status::Protocolled,
        other => other,
    };
    let reference = &lists.reference;
    let category = reference.category(&request.category);
    let hours = category.map_or(TARGET_HOURS_DEFAULT, |category| category.target_hours);
    let said = [
        request.text.as_str(),
        &request.place_text,
        category.map_or("", |found| found.name.el.as_str()),
        reference
            .community(&request.place.community)
            .map_or("", |found| found.name.el.as_str()),
        reference
            .settlement(&request.place.settlement)
            .map_or("", |found| found.name.el.as_str()),
        request.receipt_number.as_deref().unwrap_or_default(),
        &number.0,
    ]
    .join(" ");
    let shown = Shown {
        status,
        group: category.map_or_else(String::new, |category| category.group.clone()),
        due_at: request.received_at.plus_hours(i64::from(hours)),
        clashes: i64::try_from(record.clashes(&model::WATCHED).count()).unwrap_or_default(),
        number,
        request,
    };
    (shown, said)
}

/// Writes the row of a request.
pub(crate) fn put(
    tx: &Transaction<'_>,
    n: i64,
    id: DocId,
    shown: &Shown,
) -> Result<(), ReplicaError> {
    let Shown {
        request,
        number,
        group,
        status,
        due_at,
        clashes,
    } = shown;
    tx.prepare_cached(
        "INSERT INTO requests (n, doc, receipt, protocol, registered_at, category, grp, community, settlement, spot, text,
            status, open, priority, department, crew, asset, received_at, due_at, status_at, clashes, asks, lat, lon, same_as, unheard,
            began_done, urgent, cost, rank, day)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26,
            ?27, ?28, ?29, ?30, ?31)",
    )?
    .execute(params![
        n,
        id.as_bytes().as_slice(),
        request.receipt_number.as_deref().unwrap_or_default(),
        number.0,
        number.1.0,
        request.category,
        group,
        request.place.community,
        request.place.settlement,
        request.place_text,
        request.text.chars().take(EXCERPT_CHARS).collect::<String>(),
        status_name(*status),
        status.is_open(),
        request.priority,
        request.department,
        request.crew,
        request.asset.map(|asset| asset.as_bytes().to_vec()),
        request.received_at.0,
        due_at.0,
        request.status_at.unwrap_or(request.received_at).0,
        clashes,
        request.register,
        request.position.map(|position| position.lat),
        request.position.map(|position| position.lon),
        request.duplicate_of.map(|of| of.as_bytes().to_vec()),
        request.is_unheard(),
        request.memos().any(|memo| memo.begins),
        request.was_urgent(),
        request.cost.unwrap_or_default(),
        request.rank,
        request.day.map(|day| day.to_string()).unwrap_or_default()
    ])?;
    for memo in request.memos() {
        tx.prepare_cached(
            "INSERT INTO memos (n, event, day, by, note) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            n,
            memo.event.0.as_bytes().as_slice(),
            memo.on,
            memo.by,
            memo.note
        ])?;
    }
    Ok(())
}

/// The protocol number of a record.
pub(crate) fn number_of(db: &Connection, id: DocId) -> Result<Number, ReplicaError> {
    let words: Option<(String, i64)> = db
        .prepare_cached("SELECT words, at FROM entries WHERE doc = ?1 ORDER BY place LIMIT 1")?
        .query_row([id.as_bytes().as_slice()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let Some((words, at)) = words else {
        return Ok(Number::default());
    };
    let number = serde_json::from_str::<EntryWords>(&words)?.number();
    Ok(number
        .map(|(year, number)| (ProtocolNumber { year, number }.to_string(), Time(at)))
        .unwrap_or_default())
}

/// The name of a status on the wire and in views.
fn status_name(status: Status) -> String {
    serde_json::to_value(status)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// The status of a name in the views.
pub(crate) fn status_from(name: String) -> Status {
    serde_json::from_value(serde_json::Value::String(name)).unwrap_or(Status::Received)
}

/// Whether the requests that one was joined with, over others or not, hold another: `$first` selects the one it was joined with.
macro_rules! leads_to {
    ($first:literal, $to:literal) => {
        concat!(
            "EXISTS (WITH RECURSIVE chain (doc) AS (",
            $first,
            " UNION SELECT r.same_as FROM requests r JOIN chain ON r.doc = chain.doc WHERE r.same_as IS NOT NULL)
             SELECT 1 FROM chain WHERE doc = ",
            $to,
            ")"
        )
    };
}

/// Whether a request was joined, over others or not, with one that was joined with it: by desks that did not know of each other.
/// None of them is open, so nobody works on what all of them are about.
macro_rules! in_circle {
    () => {
        concat!(
            "(v.same_as IS NOT NULL AND ",
            leads_to!("SELECT v.same_as", "v.doc"),
            ")"
        )
    };
}

pub(super) const COLUMNS: &str = concat!(
    "v.doc, v.receipt, v.protocol, v.category, v.community, v.settlement, v.spot, v.text, v.status, v.open, v.priority,
    v.department, v.crew, v.received_at, v.due_at, v.clashes, v.unheard, ",
    in_circle!(),
    ", v.day"
);

/// Columns of a row: [`COLUMNS`] and [`SAVED`]; whatever else is selected follows.
pub(super) const ROW_COLUMNS: usize = 20;

pub(super) fn read_row(row: &Row<'_>, now: Time) -> rusqlite::Result<RequestRow> {
    let doc: Vec<u8> = row.get(0)?;
    let filled = |text: String| Some(text).filter(|text| !text.is_empty());
    let status: String = row.get(8)?;
    let open: bool = row.get(9)?;
    let due_at = Time(row.get(14)?);
    let clashes: u32 = row.get(15)?;
    let saved: Option<String> = row.get(19)?;
    Ok(RequestRow {
        id: DocId::from_slice(&doc).unwrap_or(DocId(uuid::Uuid::nil())),
        receipt_number: filled(row.get(1)?),
        protocol_number: filled(row.get(2)?),
        category: row.get(3)?,
        community: row.get(4)?,
        settlement: row.get(5)?,
        place_text: row.get(6)?,
        text: row.get(7)?,
        status: status_from(status),
        open,
        priority: row.get(10)?,
        department: row.get(11)?,
        crew: row.get(12)?,
        day: filled(row.get(18)?),
        received_at: Time(row.get(13)?),
        due_at,
        late: open && due_at < now,
        saved: saved_from(saved.as_deref()),
        clashes,
        unheard: row.get(16)?,
        in_circle: row.get(17)?,
    })
}

impl RequestsQuery {
    fn conditions(&self, now: Time) -> Conditions {
        let mut conditions = Conditions::default();
        if let Some(open) = self.open {
            conditions.with("v.open = ?", open);
        }
        if let Some(status) = self.status {
            conditions.with("v.status = ?", status_name(status));
        }
        conditions.text("v.community = ?", &self.community);
        conditions.text("v.grp = ?", &self.group);
        conditions.text("v.department = ?", &self.department);
        conditions.text("v.crew = ?", &self.crew);
        if self.no_crew {
            conditions.plain("v.crew = ''");
        }
        if self.late {
            conditions.with("v.open = 1 AND v.due_at < ?", now.0);
        }
        if self.clash {
            conditions.plain("v.clashes > 0");
        }
        if self.unheard {
            conditions.plain(concat!("(v.unheard = 1 OR ", in_circle!(), ")"));
        }
        if self.executed {
            conditions.plain("EXISTS (SELECT 1 FROM memos m WHERE m.n = v.n)");
        }
        conditions.search(&self.search);
        conditions
    }

    fn order(&self) -> &'static str {
        match self.sort {
            RequestSort::Newest => "v.received_at DESC, v.n DESC",
            RequestSort::Oldest => "v.received_at, v.n",
            RequestSort::Due => "v.due_at, v.n",
            RequestSort::Priority => "v.priority, v.due_at, v.n",
            RequestSort::Place => "v.community, v.settlement, v.received_at DESC, v.n",
        }
    }
}

impl Replica {
    /// A page of requests.
    pub fn requests_page(
        &self,
        query: &RequestsQuery,
        now: Time,
    ) -> Result<RequestsPage, ReplicaError> {
        let conditions = query.conditions(now);
        self.read(|db| {
            let (sql, values, total) = super::page(
                db,
                "requests",
                &conditions,
                query.order(),
                query.offset,
                query.limit,
            )?;
            let mut rows =
                db.prepare_cached(&format!("SELECT {COLUMNS}, {SAVED} FROM requests v {sql}"))?;
            let rows =
                rows.query_map(rusqlite::params_from_iter(values), |row| read_row(row, now))?;
            Ok(RequestsPage {
                rows: rows.collect::<Result<_, _>>()?,
                total,
            })
        })
    }

    /// Requests that ask for a protocol number and have none, with when they were received.
    pub fn awaiting_numbers(&self) -> Result<Vec<(DocId, Time)>, ReplicaError> {
        self.read(|db| {
            let mut rows = db.prepare(
                "SELECT doc, received_at FROM requests WHERE asks = 1 AND protocol = ''",
            )?;
            let all: Vec<(Vec<u8>, i64)> = rows
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            Ok(all
                .into_iter()
                .filter_map(|(doc, at)| Some((DocId::from_slice(&doc)?, Time(at))))
                .collect())
        })
    }

    /// One line of a request.
    pub fn request_row(&self, id: DocId, now: Time) -> Result<RequestRow, ReplicaError> {
        self.read(|db| {
            db.prepare_cached(&format!(
                "SELECT {COLUMNS}, {SAVED} FROM requests v WHERE v.doc = ?1"
            ))?
            .query_row([id.as_bytes().as_slice()], |row| read_row(row, now))
            .optional()?
            .ok_or_else(|| koina_model::problem::Problem::NotFound.into())
        })
    }

    /// Requests about an asset, newest first.
    pub(crate) fn requests_about(
        &self,
        asset: DocId,
        now: Time,
    ) -> Result<Vec<RequestRow>, ReplicaError> {
        self.rows_naming(
            "v.asset = ?1 ORDER BY v.received_at DESC, v.n DESC LIMIT 50",
            asset,
            now,
        )
    }

    /// Open requests about an asset, newest first, with what was said in each.
    pub(crate) fn open_about(&self, asset: DocId) -> Result<Vec<OpenAbout>, ReplicaError> {
        let found: Vec<(Vec<u8>, String, String)> = self.read(|db| {
            let mut rows = db.prepare_cached(
                "SELECT doc, iif(protocol <> '', protocol, receipt), category FROM requests WHERE asset = ?1 AND open = 1
                 ORDER BY received_at DESC, n DESC LIMIT 50",
            )?;
            let rows = rows.query_map([asset.as_bytes().as_slice()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })?;
        let mut open = Vec::new();
        for (doc, number, category) in found {
            let Some(id) = DocId::from_slice(&doc) else {
                continue;
            };
            let request = model::read(&self.loaded(id)?.doc.record());
            let notes = request
                .events
                .into_iter()
                .filter_map(|(_, _, event)| match event.what {
                    What::Note { text } => Some(text),
                    _ => None,
                });
            open.push(OpenAbout {
                id,
                number,
                category,
                said: [request.text].into_iter().chain(notes).collect(),
            });
        }
        Ok(open)
    }

    /// Requests that were joined with another.
    fn joined_with(&self, id: DocId, now: Time) -> Result<Vec<RequestRow>, ReplicaError> {
        self.rows_naming(
            "v.same_as = ?1 ORDER BY v.received_at, v.n LIMIT 100",
            id,
            now,
        )
    }

    /// Lines of the requests that name a record.
    fn rows_naming(
        &self,
        names: &str,
        id: DocId,
        now: Time,
    ) -> Result<Vec<RequestRow>, ReplicaError> {
        self.read(|db| rows_where(db, names, [id.as_bytes().as_slice()], now))
    }

    /// Whether a request was joined, over others or not, with another.
    pub(crate) fn leads_to(&self, from: DocId, to: DocId) -> Result<bool, ReplicaError> {
        self.read(|db| {
            Ok(db
                .prepare_cached(concat!(
                    "SELECT ",
                    leads_to!("SELECT same_as FROM requests WHERE doc = ?1", "?2")
                ))?
                .query_row(
                    [from.as_bytes().as_slice(), to.as_bytes().as_slice()],
                    |row| row.get(0),
                )?)
        })
    }

    /// The whole story of a request.
    pub fn request_case(&self, id: DocId, now: Time) -> Result<RequestCase, ReplicaError> {
        let row = self.request_row(id, now)?;
        let loaded = self.loaded(id)?;
        let lists = self.lists();
        let author = self.author()?;
        let record = loaded.doc.record();
        let request = model::read(&record);
        let (entries, unsent) =
            self.read(|db| Ok((entries_of(db, id)?, super::unsent(db, id)?)))?;
        let telling = Telling {
            lists: &lists,
            logged_at: loaded.logged_at,
            began_at: request.received_at,
            concurrent: &request.concurrent,
            unsent: &unsent,
            me: self.identity().map(|identity| identity.device),
        };
        let mut timeline = vec![TimelineRow {
            id: "received".to_owned(),
            at: request.received_at,
            claimed: loaded.logged_at.0 > 0 && request.received_at > loaded.logged_at.plus_hours(1),
            by: record
                .fields
                .get(model::keys::ID)
                .and_then(|all| all.first())
                .map(|id| lists.device_name(id.by))
                .unwrap_or_default(),
            what: "received".to_owned(),
            detail: row
                .receipt_number
                .iter()
                .map(|number| ("number".to_owned(), number.clone()))
                .collect(),
            pending: unsent.contains(&request.received_at.0),
            concurrent: false,
        }];
        let registered_at = entries.first().map(|entry| entry.at);
        timeline.extend(entries.iter().filter_map(|entry| {
            let (year, number) = entry.words.number()?;
            let number = ProtocolNumber { year, number }.to_string();
            Some(TimelineRow {
                id: format!("entry-{}", entry.place),
                at: entry.at,
                claimed: false,
                by: String::new(),
                what: "protocolled".to_owned(),
                detail: [("number".to_owned(), number)].into(),
                pending: false,
                concurrent: false,
            })
        }));
        timeline.extend(
            request
                .events
                .iter()
                .map(|(event, by, what)| telling.row(*event, *by, what.at, &what.what)),
        );
        timeline.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.id.cmp(&b.id)));
        let materials = request
            .events
            .iter()
            .filter_map(|(_, _, event)| match &event.what {
                What::Material {
                    name,
                    quantity,
                    unit,
                } => Some(Material {
                    name: name.clone(),
                    quantity: quantity.clone(),
                    unit: unit.clone(),
                }),
                _ => None,
            })
            .collect();
        let asset = match request.asset {
            Some(asset) => self.asset_ref(asset)?,
            None => None,
        };
        let answer_by = registered_at.map(|_| {
            let day = calendar::athens_date(request.received_at.0);
            calendar::deadline(day, ANSWER_DAYS, &lists.reference.holidays).to_string()
        });
        let clashes = super::clashes(&loaded.doc, &record, &lists);
        let worked = request.worked();
        let may = Permit::ALL
            .into_iter()
            .filter(|permit| offered(*permit, &request, &row, !clashes.is_empty(), &lists))
            .filter(|p| author.role.may(*p));
        Ok(RequestCase {
            text: request.text.clone(),
            channel: request.channel,
            position: request.position,
            egsa87: request.position.as_ref().and_then(Egsa87::of),
            asset,
            answer: request.answer.clone(),
            cost: request.cost,
            rank: request.rank,
            has_contact: request.has_contact,
            awaits_number: request.register && entries.is_empty(),
            registered_at,
            answer_by,
            duplicate_of: request.duplicate_of,
            joined: self.joined_with(id, now)?,
            supports: u32::try_from(request.supports()).unwrap_or(u32::MAX),
            materials,
            worked_minutes: worked.minutes,
            people_minutes: worked.of_people,
            team: team(&request, self.identity().map(|me| me.device)).to_vec(),
            photos: self.photo_rows(request.photos())?,
            wanted_photos: acts::wanted_photos(&request, &lists),
            timeline,
            may: may.collect(),
            clashes,
            row,
        })
    }
}

/// Who works on a request while it is under way.
fn team(request: &model::Request, me: Option<DeviceId>) -> &[String] {
    if request.status != Status::InProgress {
        return &[];
    }
    let started = || {
        let started = request.events.iter().rev();
        started.filter_map(|(_, by, event)| match &event.what {
            What::Started { team } if !team.is_empty() => Some((*by, team.as_slice())),
            _ => None,
        })
    };
    let own = started().find(|(by, _)| Some(*by) == me);
    own.or_else(|| started().next())
        .map_or(&[], |(_, team)| team)
}

/// Lines of the requests for which `which` holds, in the order it names.
pub(super) fn rows_where(
    db: &Connection,
    which: &str,
    values: impl Params,
    now: Time,
) -> Result<Vec<RequestRow>, ReplicaError> {
    let mut rows = db.prepare_cached(&format!(
        "SELECT {COLUMNS}, {SAVED} FROM requests v WHERE {which}"
    ))?;
    let rows = rows.query_map(values, |row| read_row(row, now))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether an act makes sense for a request as it stands; whether the person may is another question.
fn offered(
    permit: Permit,
    request: &model::Request,
    row: &RequestRow,
    clashes: bool,
    lists: &Lists,
) -> bool {
    let open = request.is_open();
    let closed_by_desk = request
        .events
        .iter()
        .any(|(_, _, event)| matches!(event.what, What::Closed { .. }));
    match permit {
        Permit::EditRequests | Permit::AnswerRequests => true,
        Permit::RegisterRequests => !request.register && row.protocol_number.is_none(),
        Permit::AssignRequests | Permit::RecordWork => open,
        Permit::FileMemos => open && acts::takes_memos(request, lists),
        Permit::NoteRequests => true,
        Permit::CloseRequests => open || !closed_by_desk,
        Permit::ReopenRequests => !open,
        Permit::DecideConflicts => clashes,
        _ => false,
    }
}
