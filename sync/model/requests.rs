//! Requests (αιτήματα): what is asked of the municipality, what was done about it, and where it stands.
//!
//! The doc holds what could be published: what, where, category, public text. Who reported it is never here.

pub mod acts;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::doc::{Doc, Record, STATE, Scalar, Writes};
use crate::ids::{DeviceId, DocId, EventId, Time};
use crate::photos::Photo;
use crate::place::Place;
use crate::words::{Channel, Kind, Outcome, Position, Status};

/// Field keys. Stored in docs since 0.1; add keys, never rename.
pub mod keys {
    pub const ID: &str = "id";
    pub const CATEGORY: &str = "cat";
    pub const PLACE: &str = "place";
    pub const PLACE_TEXT: &str = "spot";
    pub const POSITION: &str = "pos";
    pub const ASSET: &str = "asset";
    pub const TEXT: &str = "text";
    pub const CHANNEL: &str = "chan";
    pub const RECEIPT_NUMBER: &str = "rno";
    pub const RECEIVED_AT: &str = "at";
    pub const REGISTER: &str = "reg";
    pub const PRIORITY: &str = "pri";
    pub const DEPARTMENT: &str = "dept";
    pub const CREW: &str = "crew";
    /// The day it is planned for, YYYY-MM-DD; empty: none.
    pub const DAY: &str = "day";
    pub const ANSWER: &str = "ans";
    /// Whether somebody left a contact; who it is, the server knows.
    pub const CONTACT: &str = "con";
    /// What the works of a proposal may cost, in cents of a euro.
    pub const COST: &str = "cost";
    /// Where the council of the community put a proposal among its own, from 1.
    pub const RANK: &str = "rank";
    /// The last event of somebody else who reports the same; empty once somebody who saw it closed the request.
    pub const SUPPORTED: &str = "sup";
}

/// Fields whose versions the desk decides when they differ.
pub const WATCHED: [&str; 10] = [
    keys::CATEGORY,
    keys::PLACE,
    keys::PLACE_TEXT,
    keys::POSITION,
    keys::TEXT,
    keys::PRIORITY,
    keys::DEPARTMENT,
    keys::CREW,
    keys::DAY,
    keys::ANSWER,
];

/// Fields that are written once, at the beginning.
pub const FIXED: [&str; 6] = [
    keys::ID,
    keys::RECEIPT_NUMBER,
    keys::RECEIVED_AT,
    keys::CHANNEL,
    keys::ASSET,
    keys::CONTACT,
];

/// Something that happened to a request. Stored in docs since 0.1; add variants and fields, never rename.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When, as the device's clock claims.
    pub at: Time,
    #[serde(flatten)]
    pub what: What,
}

/// What happened. Stored in docs since 0.1; add variants and fields, never rename.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum What {
    Assigned {
        department: String,
        crew: String,
        /// The day it is planned for, YYYY-MM-DD; empty: none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        day: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    Started {
        /// Ids of who works on it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        team: Vec<String>,
    },
    Paused {
        reason: String,
    },
    Done {
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
        /// Why there are no photos of before and after, where the category wants them.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        no_photos: String,
    },
    Impossible {
        reason: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    Material {
        name: String,
        quantity: String,
        unit: String,
    },
    /// A community says that the work was done («Υπόμνημα εκτελεσθείσας εργασίας»).
    Executed {
        /// The day it was done, YYYY-MM-DD in Athens.
        on: String,
        /// Who did it, in words: a crew, a contractor, volunteers.
        by: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// A community took measures against a fault that could not wait («Άμεση αποκατάσταση βλάβης»).
    Urgent {
        measures: String,
    },
    /// The council of a community put a proposal into its order.
    Ranked {
        rank: u32,
        /// Of which decision or meeting, in words.
        decision: String,
    },
    Note {
        text: String,
    },
    Photo(Photo),
    /// Somebody else reports the same; what they said of it, if anything.
    Supported {
        channel: Channel,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
    /// The desk saw that a closed request was reported again, and leaves it closed.
    Heard {
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    Answered {
        text: String,
    },
    Closed {
        #[serde(flatten)]
        outcome: Outcome,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    Reopened {
        reason: String,
    },
    /// The desk decided a conflict: this value of this field stands.
    Decided {
        field: String,
        value: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// Written by a newer version; kept, shown as «άλλη ενέργεια».
    #[serde(other)]
    Other,
}

impl What {
    /// The state this event leaves the request in; `None` if it does not touch it.
    pub fn status(&self) -> Option<Status> {
        match self {
            Self::Assigned { .. } => Some(Status::Assigned),
            Self::Started { .. } => Some(Status::InProgress),
            Self::Paused { .. } => Some(Status::OnHold),
            Self::Done { .. } | Self::Executed { .. } => Some(Status::Resolved),
            Self::Impossible { .. } => Some(Status::CannotBeDone),
            Self::Closed { outcome, .. } => Some(match outcome {
                Outcome::Resolved => Status::Resolved,
                Outcome::Rejected { .. } => Status::Rejected,
                Outcome::Duplicate { .. } => Status::Duplicate,
                Outcome::Forwarded { .. } => Status::Forwarded,
                Outcome::Withdrawn => Status::Withdrawn,
            }),
            Self::Reopened { .. } => Some(Status::Reopened),
            Self::Material { .. }
            | Self::Urgent { .. }
            | Self::Ranked { .. }
            | Self::Note { .. }
            | Self::Photo(_)
            | Self::Supported { .. }
            | Self::Heard { .. }
            | Self::Answered { .. }
            | Self::Decided { .. }
            | Self::Other => None,
        }
    }

    /// Whether whoever writes this has dealt with what others reported until then.
    fn hears(&self) -> bool {
        matches!(self, Self::Heard { .. }) || self.status().is_some_and(|status| !status.is_open())
    }
}

/// A request as the doc tells it. Missing or odd values read as empty: reading never fails.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub category: String,
    pub place: Place,
    pub place_text: String,
    pub position: Option<Position>,
    pub asset: Option<DocId>,
    pub text: String,
    pub channel: Channel,
    pub receipt_number: Option<String>,
    pub received_at: Time,
    /// Somebody asked for a protocol number.
    pub register: bool,
    /// Somebody left a contact with the municipality.
    pub has_contact: bool,
    pub priority: u8,
    pub department: String,
    pub crew: String,
    /// The day it is planned for, if one can be read.
    pub day: Option<Date>,
    pub answer: Option<String>,
    /// What the works of a proposal may cost, in cents of a euro.
    pub cost: Option<i64>,
    /// Where the council put a proposal, from 1; 0: nowhere yet.
    pub rank: u32,
    pub status: Status,
    /// When and by whom the state was last set.
    pub status_at: Option<Time>,
    pub duplicate_of: Option<DocId>,
    /// Somebody else reported the same, and nobody who saw that has closed the request.
    pub supported: bool,
    pub events: Vec<(EventId, DeviceId, Event)>,
    /// State events written without knowing of each other; empty when all agree.
    pub concurrent: Vec<EventId>,
}

/// How long work took, in whole minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worked {
    /// By the clock.
    pub minutes: u32,
    /// Of all who took part together.
    pub of_people: u32,
}

/// A community says that the work was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Memo<'a> {
    pub event: EventId,
    /// YYYY-MM-DD.
    pub on: String,
    pub by: &'a str,
    pub note: &'a str,
    /// The request began with it: nobody had asked before.
    pub begins: bool,
}

impl Request {
    /// Its photos, with the event that added each, by whom and when.
    pub fn photos(&self) -> impl Iterator<Item = (EventId, DeviceId, Time, &Photo)> {
        self.events
            .iter()
            .filter_map(|(id, by, event)| match &event.what {
                What::Photo(photo) => Some((*id, *by, event.at, photo)),
                _ => None,
            })
    }

    /// How often somebody else reported the same.
    pub fn supports(&self) -> usize {
        let supports = |(_, _, event): &&(EventId, DeviceId, Event)| {
            matches!(event.what, What::Supported { .. })
        };
        self.events.iter().filter(supports).count()
    }

    /// How long crews worked on it: from each start to the next pause or end by the same device, since clocks of different
    /// devices cannot be compared. What is still under way, or longer than a day, is not counted. Who starts again meanwhile
    /// says with whom from then on.
    pub fn worked(&self) -> Worked {
        const MINUTE: i64 = 60_000;
        const LONGEST: i64 = 24 * 60 * MINUTE;
        let mut began: std::collections::BTreeMap<DeviceId, (Time, usize)> = Default::default();
        let mut last: std::collections::BTreeMap<DeviceId, usize> = Default::default();
        let (mut worked, mut of_people) = (0_i64, 0_i64);
        for (_, by, event) in &self.events {
            let next = match &event.what {
                // Nobody said: those of before, or somebody.
                What::Started { team } if team.is_empty() => Some(*last.get(by).unwrap_or(&1)),
                What::Started { team } => Some(team.len()),
                What::Paused { .. } | What::Done { .. } | What::Impossible { .. } => None,
                _ => continue,
            };
            if let Some((from, people)) = began.remove(by) {
                let took = event.at.0.saturating_sub(from.0);
                if (0..=LONGEST).contains(&took) {
                    let people = i64::try_from(people).unwrap_or(i64::MAX);
                    worked = worked.saturating_add(took);
                    of_people = of_people.saturating_add(took.saturating_mul(people));
                }
            }
            if let Some(people) = next {
                began.insert(*by, (event.at, people));
                last.insert(*by, people);
            }
        }
        let minutes = |ms: i64| u32::try_from(ms / MINUTE).unwrap_or(u32::MAX);
        Worked {
            minutes: minutes(worked),
            of_people: minutes(of_people),
        }
    }

    /// Memos of communities on it. One whose day is none reads as no memo.
    pub fn memos(&self) -> impl Iterator<Item = Memo<'_>> {
        self.events
            .iter()
            .filter_map(|(id, _, event)| match &event.what {
                What::Executed { on, by, note } => Some(Memo {
                    event: *id,
                    on: on.parse::<Date>().ok().map(|on| on.to_string())?,
                    by,
                    note,
                    begins: event.at == self.received_at,
                }),
                _ => None,
            })
    }

    /// Whether a community took measures against it at once.
    pub fn was_urgent(&self) -> bool {
        let urgent = |what: &What| matches!(what, What::Urgent { .. });
        self.events.iter().any(|(_, _, event)| urgent(&event.what))
    }

    pub fn is_open(&self) -> bool {
        self.status.is_open()
    }

    /// Closed by somebody who could not see that it was reported again.
    pub fn is_unheard(&self) -> bool {
        self.supported && !self.is_open()
    }
}

/// Reads a request.
pub fn read(record: &Record) -> Request {
    let text = |key| record.text(key).unwrap_or_default().to_owned();
    let events: Vec<(EventId, DeviceId, Event)> = record.events();
    let heads = record.state_events();
    let deciding: Vec<&(EventId, DeviceId, Event)> = events
        .iter()
        .filter(|(id, _, _)| heads.contains(id))
        .collect();
    let winner = deciding
        .iter()
        .max_by_key(|(id, _, event)| (weight(&event.what), std::cmp::Reverse(*id)));
    let statuses: Vec<Option<Status>> = deciding
        .iter()
        .map(|(_, _, event)| event.what.status())
        .collect();
    let agree = statuses.windows(2).all(|pair| pair.first() == pair.last());
    let duplicate_of = winner.and_then(|(_, _, event)| match &event.what {
        What::Closed {
            outcome: Outcome::Duplicate { of },
            ..
        } => Some(*of),
        _ => None,
    });
    Request {
        category: text(keys::CATEGORY),
        place: Place::read(record.text(keys::PLACE).unwrap_or_default()),
        place_text: text(keys::PLACE_TEXT),
        position: record
            .text(keys::POSITION)
            .and_then(crate::place::read_position),
        asset: record.text(keys::ASSET).and_then(DocId::parse),
        text: text(keys::TEXT),
        channel: record
            .text(keys::CHANNEL)
            .and_then(read_channel)
            .unwrap_or(Channel::Import),
        receipt_number: record.text(keys::RECEIPT_NUMBER).map(str::to_owned),
        received_at: Time(record.int(keys::RECEIVED_AT).unwrap_or_default()),
        register: record.flag(keys::REGISTER),
        has_contact: record.flag(keys::CONTACT),
        priority: record
            .int(keys::PRIORITY)
            .and_then(|p| u8::try_from(p).ok())
            .filter(|p| (1..=4).contains(p))
            .unwrap_or(3),
        department: text(keys::DEPARTMENT),
        crew: text(keys::CREW),
        day: record.text(keys::DAY).and_then(|day| day.parse().ok()),
        answer: record
            .text(keys::ANSWER)
            .map(str::to_owned)
            .filter(|answer| !answer.is_empty()),
        cost: record.int(keys::COST).filter(|cost| *cost > 0),
        rank: record
            .int(keys::RANK)
            .and_then(|rank| u32::try_from(rank).ok())
            .unwrap_or_default(),
        status: winner
            .and_then(|(_, _, event)| event.what.status())
            .unwrap_or(Status::Received),
        status_at: winner.map(|(_, _, event)| event.at),
        duplicate_of,
        supported: record
            .versions(keys::SUPPORTED)
            .any(|value| matches!(value, Scalar::Text(id) if !id.is_empty())),
        concurrent: if agree {
            Vec::new()
        } else {
            deciding.iter().map(|(id, _, _)| *id).collect()
        },
        events,
    }
}

/// How strongly an event speaks when several were written without knowing of each other.
///
/// Whoever says that the trouble is still there is heard first (reopened, cannot be done): a wrongly open request costs
/// a look, a wrongly closed one hides a fault. Then what ends the matter, then what is nearest to its end.
fn weight(what: &What) -> u8 {
    match what.status() {
        Some(Status::Reopened) => 9,
        Some(Status::CannotBeDone) => 8,
        Some(Status::Resolved) => 7,
        Some(Status::Rejected | Status::Duplicate | Status::Forwarded | Status::Withdrawn) => 6,
        Some(Status::OnHold) => 5,
        Some(Status::InProgress) => 4,
        Some(Status::Assigned) => 3,
        _ => 0,
    }
}

/// The name of a channel inside docs. Stored since 0.1.
fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Crew => "crew",
        Channel::Phone => "phone",
        Channel::Counter => "counter",
        Channel::Email => "email",
        Channel::Import => "import",
        Channel::Kiosk => "kiosk",
        Channel::Community => "community",
    }
}

fn read_channel(name: &str) -> Option<Channel> {
    [
        Channel::Crew,
        Channel::Phone,
        Channel::Counter,
        Channel::Email,
        Channel::Import,
        Channel::Kiosk,
        Channel::Community,
    ]
    .into_iter()
    .find(|channel| channel_name(*channel) == name)
}

/// A request about to be written down.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRequest {
    pub id: DocId,
    pub category: String,
    pub place: Place,
    pub place_text: String,
    pub position: Option<Position>,
    pub asset: Option<DocId>,
    pub text: String,
    pub channel: Channel,
    pub receipt_number: String,
    pub received_at: Time,
    pub register: bool,
    pub has_contact: bool,
    pub priority: u8,
    pub department: String,
    /// In cents of a euro.
    pub cost: Option<i64>,
}

/// The values that begin a request.
pub fn begin(new: &NewRequest) -> Writes {
    let mut writes: Writes = vec![
        (keys::ID.into(), new.id.to_string().into()),
        (keys::CATEGORY.into(), new.category.as_str().into()),
        (keys::PLACE.into(), new.place.to_text().into()),
        (keys::TEXT.into(), new.text.as_str().into()),
        (keys::CHANNEL.into(), channel_name(new.channel).into()),
        (
            keys::RECEIPT_NUMBER.into(),
            new.receipt_number.as_str().into(),
        ),
        (keys::RECEIVED_AT.into(), new.received_at.0.into()),
        (keys::PRIORITY.into(), i64::from(new.priority).into()),
        (keys::DEPARTMENT.into(), new.department.as_str().into()),
    ];
    if !new.place_text.is_empty() {
        writes.push((keys::PLACE_TEXT.into(), new.place_text.as_str().into()));
    }
    if let Some(position) = &new.position {
        writes.push((
            keys::POSITION.into(),
            crate::place::position_text(position).into(),
        ));
    }
    if let Some(cost) = new.cost {
        writes.push((keys::COST.into(), cost.into()));
    }
    if let Some(asset) = new.asset {
        writes.push((keys::ASSET.into(), asset.to_string().into()));
    }
    if new.register {
        writes.push((keys::REGISTER.into(), true.into()));
    }
    if new.has_contact {
        writes.push((keys::CONTACT.into(), true.into()));
    }
    writes
}

/// The values that record an event; an event that touches the state also becomes the one that decides it.
pub fn record(id: EventId, event: &Event) -> Writes {
    let mut writes = vec![event_write(id, event)];
    if event.what.status().is_some() {
        writes.push((STATE.to_owned(), Scalar::Text(id.0.simple().to_string())));
    }
    match &event.what {
        What::Assigned {
            department,
            crew,
            day,
            ..
        } => {
            writes.push((keys::DEPARTMENT.into(), department.as_str().into()));
            writes.push((keys::CREW.into(), crew.as_str().into()));
            // Also none: a day belongs to the crew it was chosen for.
            writes.push((keys::DAY.into(), day.as_str().into()));
        }
        What::Answered { text } => writes.push((keys::ANSWER.into(), text.as_str().into())),
        What::Supported { .. } => writes.push((
            keys::SUPPORTED.into(),
            id.0.simple().to_string().as_str().into(),
        )),
        What::Ranked { rank, .. } => writes.push((keys::RANK.into(), i64::from(*rank).into())),
        _ => {}
    }
    writes
}

/// The values that record an event on a request. `supports` is how often its writer saw that others reported the same; `None`:
/// all that is here.
pub fn record_on(request: &Request, id: EventId, event: &Event, supports: Option<u32>) -> Writes {
    let mut writes = record(id, event);
    let all = supports.is_none_or(|seen| request.supports() <= seen as usize);
    // Written only where there is something, and where nothing came while the form was open: a word which the writer could not
    // see stays.
    if request.supported && all && event.what.hears() {
        writes.push((keys::SUPPORTED.into(), "".into()));
    }
    writes
}

/// The write that adds an event to a doc of any kind.
pub(crate) fn event_write<E: Serialize>(id: EventId, event: &E) -> (String, Scalar) {
    let json = serde_json::to_string(event).unwrap_or_default();
    (crate::doc::event_key(id), Scalar::Text(json))
}

/// A doc that begins with these values.
pub fn doc(
    new: &NewRequest,
    by: DeviceId,
) -> Result<(Doc, crate::doc::Chunk), crate::doc::DecodeError> {
    let mut doc = Doc::new(Kind::Request);
    let chunk = doc.write(by, new.received_at, &begin(new))?;
    Ok((doc, chunk))
}
