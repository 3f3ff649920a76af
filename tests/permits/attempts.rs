//! Everything a changed app could try to write: each field at the beginning of a record and later, and each event.
//!
//! Fields and events are read from the source of the model, so that a new one that is not tried here is noticed.

use std::path::Path;

use koina_model::doc::{Doc, Scalar, Writes};
use koina_model::ids::{DeviceId, DocId, EventId, Time};
use koina_model::photos::{FileHash, Moment, Photo};
use koina_model::rounds::Round;
use koina_model::words::{Channel, Kind, Outcome};
use koina_model::{assets, requests};
use koina_tests::town::LITOCHORO;

/// When within the life of a record somebody tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// It begins with this.
    Begins,
    /// It is there, with all its fields.
    Later,
    /// The same, with something that happened.
    Event,
}

/// Something that is tried.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) when: When,
    /// The field or the event, as the model calls it.
    pub(crate) what: String,
    pub(crate) writes: Writes,
}

/// Fields of a kind: the constants of `mod keys` in its module.
fn fields(kind: Kind) -> Vec<(String, String)> {
    let source = source(kind);
    let keys = between(&source, "pub mod keys {", "\n}");
    let constants = keys.lines().filter_map(|line| {
        let (name, rest) = line.trim().strip_prefix("pub const ")?.split_once(':')?;
        let key = rest.split('"').nth(1)?;
        Some((name.to_lowercase().replace('_', " "), key.to_owned()))
    });
    constants.collect()
}

/// Names of the events of a kind: the variants of its `What`, without the one for those of newer versions.
fn events(kind: Kind) -> Vec<String> {
    let source = source(kind);
    let variants = between(&source, "pub enum What {", "\n}");
    let names = variants.lines().filter_map(|line| {
        let line = line.strip_prefix("    ")?;
        let name: String = line
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        let begins = name.starts_with(|letter: char| letter.is_ascii_uppercase());
        (begins && name != "Other").then(|| snake(&name))
    });
    names.collect()
}

fn snake(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push('_');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

fn source(kind: Kind) -> String {
    let file = match kind {
        Kind::Request => "requests.rs",
        Kind::Asset => "assets.rs",
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../sync/model")
        .join(file);
    std::fs::read_to_string(path).unwrap()
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text.split_once(from).unwrap();
    rest.split_once(to).unwrap().0
}

/// What somebody tries to write into a field.
fn value(key: &str) -> Scalar {
    use requests::keys;
    match key {
        keys::PLACE => format!("{LITOCHORO}/").into(),
        keys::POSITION => "40.1,22.5".into(),
        keys::REGISTER | keys::CONTACT => true.into(),
        keys::RECEIVED_AT => 1_795_244_400_000_i64.into(),
        keys::PRIORITY | keys::COST | keys::RANK => 1_i64.into(),
        keys::DAY => "2026-12-01".into(),
        _ => "ό,τι θέλω".into(),
    }
}

/// A record with every field, as an honest device might have begun it.
pub(crate) fn whole(kind: Kind, doc: DocId, community: &str) -> Writes {
    let of = |(_, key): &(String, String)| {
        let value = match (key.as_str(), value(key)) {
            (requests::keys::ID, _) => doc.to_string().into(),
            (requests::keys::PLACE, _) => format!("{community}/1").into(),
            (_, Scalar::Text(_)) => "όπως ήταν".into(),
            (_, Scalar::Int(number)) => (number + 1).into(),
            (_, Scalar::Bool(flag)) => (!flag).into(),
        };
        (key.clone(), value)
    };
    fields(kind).iter().map(of).collect()
}

/// A change that writes this to a doc.
pub(crate) fn change(doc: &Doc, by: DeviceId, at: Time, writes: &Writes) -> Vec<u8> {
    doc.clone().write(by, at, writes).unwrap().bytes
}

/// Everything there is to try on a record of this name.
pub(crate) fn all(kind: Kind, doc: DocId, event: EventId) -> Vec<Attempt> {
    let begins = |writes: Writes| {
        let mut all: Writes = vec![
            (requests::keys::ID.to_owned(), doc.to_string().into()),
            (
                requests::keys::PLACE.to_owned(),
                value(requests::keys::PLACE),
            ),
        ];
        all.retain(|(key, _)| writes.iter().all(|(other, _)| other != key));
        all.extend(writes);
        all
    };
    let mut attempts = Vec::new();
    for (name, key) in fields(kind) {
        let writes = vec![(key.clone(), value(&key))];
        attempts.push(Attempt {
            when: When::Begins,
            what: name.clone(),
            writes: begins(match key.as_str() {
                requests::keys::ID => Vec::new(),
                _ => writes.clone(),
            }),
        });
        attempts.push(Attempt {
            when: When::Later,
            what: name,
            writes,
        });
    }
    let state = vec![("s".to_owned(), event.0.simple().to_string().into())];
    for (what, writes) in [
        ("state, without an event", state),
        (
            "a field nobody knows",
            vec![("zz".to_owned(), 1_i64.into())],
        ),
        (
            "kind of the record",
            vec![("kind".to_owned(), 2_i64.into())],
        ),
    ] {
        attempts.push(Attempt {
            when: When::Later,
            what: what.to_owned(),
            writes,
        });
    }
    let happened = match kind {
        Kind::Request => of_requests(event),
        Kind::Asset => of_assets(event),
    };
    let named: Vec<&str> = happened.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        named,
        events(kind),
        "every event, in the order of the model"
    );
    let happened = happened.into_iter().map(|(what, writes)| Attempt {
        when: When::Event,
        what,
        writes,
    });
    attempts.extend(happened);
    attempts
}

fn photo() -> Photo {
    Photo {
        file: FileHash::of(b"picture"),
        size: 1_000,
        thumb: FileHash::of(b"small"),
        thumb_size: 100,
        width: 640,
        height: 480,
        moment: Moment::default(),
        taken: None,
        pos: None,
        dir: None,
    }
}

fn of_requests(id: EventId) -> Vec<(String, Writes)> {
    use requests::{Event, What};
    let text = || "ό,τι θέλω".to_owned();
    let all = [
        What::Assigned {
            department: "HLF".to_owned(),
            crew: "light".to_owned(),
            day: String::new(),
            note: String::new(),
        },
        What::Started { team: Vec::new() },
        What::Paused { reason: text() },
        What::Done {
            note: text(),
            no_photos: text(),
        },
        What::Impossible {
            reason: text(),
            note: text(),
        },
        What::Material {
            name: text(),
            quantity: "1".to_owned(),
            unit: "τεμ.".to_owned(),
        },
        What::Executed {
            on: "2026-11-20".to_owned(),
            by: text(),
            note: text(),
        },
        What::Urgent { measures: text() },
        What::Ranked {
            rank: 1,
            decision: text(),
        },
        What::Note { text: text() },
        What::Photo(photo()),
        What::Supported {
            channel: Channel::Phone,
            text: text(),
        },
        What::Heard { note: text() },
        What::Answered { text: text() },
        What::Closed {
            outcome: Outcome::Resolved,
            note: text(),
        },
        What::Reopened { reason: text() },
        What::Decided {
            field: requests::keys::TEXT.to_owned(),
            value: text(),
            note: text(),
        },
    ];
    let at = Time(1_795_244_400_000);
    let written = all.into_iter().map(|what| {
        let event = Event { at, what };
        let mut writes = requests::record(id, &event);
        if let What::Decided { field, value, .. } = &event.what {
            writes.push((field.clone(), value.as_str().into()));
        }
        (tag(&event), writes)
    });
    written.collect()
}

fn of_assets(id: EventId) -> Vec<(String, Writes)> {
    use assets::{Event, What};
    let text = || "ό,τι θέλω".to_owned();
    let round = || Round {
        day: "2026-11-21".to_owned(),
        community: LITOCHORO.to_owned(),
        settlement: String::new(),
        kind: String::new(),
        words: String::new(),
    };
    let all = [
        What::Inspected {
            condition: 3,
            note: text(),
            values: Default::default(),
            failed: Default::default(),
        },
        What::Moved {
            from: format!("{LITOCHORO}/"),
            to: format!("{LITOCHORO}/"),
            note: text(),
        },
        What::Seen { round: round() },
        What::NotFound { round: round() },
        What::Unseen { round: round() },
        What::Retired { reason: text() },
        What::Photo(photo()),
        What::Decided {
            field: assets::keys::NAME.to_owned(),
            value: text(),
            note: text(),
        },
    ];
    let at = Time(1_795_244_400_000);
    let written = all.into_iter().map(|what| {
        let event = Event { at, what };
        let mut writes = assets::record(id, &event);
        if let What::Decided { field, value, .. } = &event.what {
            writes.push((field.clone(), value.as_str().into()));
        }
        (tag(&event), writes)
    });
    written.collect()
}

/// What an event is called where it is stored.
fn tag(event: &impl serde::Serialize) -> String {
    let json = serde_json::to_value(event).unwrap();
    json["t"].as_str().unwrap().to_owned()
}
