//! Good bytes to begin with, always the same: records, messages, and the worked example of `sync/EXCHANGE.md`.

use koina_model::assets::{self, NewAsset};
use koina_model::columns::{Columns, take_apart};
use koina_model::doc::{Doc, Writes};
use koina_model::exchange::{
    Answer, Ask, CAPABILITIES, CarriedPhoto, CourierAnswer, CourierAsk, CourierPage, Entry,
    EntryWords, FirstLoad, Item, Pushed, Receipt, Refusal, Restored, Verdict,
};
use koina_model::ids::{DeviceId, DocId, EventId, Time};
use koina_model::photos::FileHash;
use koina_model::place::Place;
use koina_model::requests::{self, Event, NewRequest, What};
use koina_model::words::{Channel, Kind, Position};
use koina_sync::exchange::pack;
use koina_sync::identity::unhex;
use serde_bytes::ByteBuf;
use uuid::Uuid;

use crate::town::{DION, LITOCHORO};

/// The device of the worked example.
const DEVICE: DeviceId = DeviceId(Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0001));
/// Somebody else.
pub(super) const OTHER: DeviceId =
    DeviceId(Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0011));
/// The request of the worked example.
const REQUEST: DocId = DocId(Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0002));
const ASSET: DocId = DocId(Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0021));
/// 21 November 2026, 09:00 in Athens.
const AT: Time = Time(1_795_244_400_000);

thread_local! {
    /// Records that changes meet, from empty ones to one that people disagree about.
    pub(super) static DOCS: Vec<(Doc, DocId)> = {
        let [begun, argued, asset] = story();
        vec![
            (Doc::new(Kind::Request), REQUEST),
            (begun, REQUEST),
            (argued, REQUEST),
            (Doc::new(Kind::Asset), ASSET),
            (asset, ASSET),
        ]
    };
}

/// Bytes of a block of `sync/EXCHANGE.md`, by its name.
pub(super) fn written(name: &str) -> Vec<u8> {
    let opening = format!("```hex {name}\n");
    let (_, rest) = include_str!("../../sync/EXCHANGE.md")
        .split_once(&opening)
        .unwrap();
    let (block, _) = rest.split_once("```").unwrap();
    unhex(&block.split_whitespace().collect::<String>()).unwrap()
}

fn event(n: u128) -> EventId {
    EventId(Uuid::from_u128(
        0x019a_0000_0000_7000_8000_0000_0000_0100 + n,
    ))
}

fn position() -> Position {
    Position {
        lat: 40.1018,
        lon: 22.5021,
        accuracy_m: Some(8.0),
    }
}

/// The request of the worked example.
pub(super) fn new_request() -> NewRequest {
    NewRequest {
        id: REQUEST,
        category: "LGT-01".to_owned(),
        place: Place::new(LITOCHORO, "1102010101"),
        place_text: String::new(),
        position: None,
        asset: None,
        text: "Σβηστή λάμπα".to_owned(),
        channel: Channel::Phone,
        receipt_number: koina_model::numbers::receipt_number("A1", 2026, 1),
        received_at: AT,
        register: true,
        has_contact: false,
        priority: 3,
        department: "HLF".to_owned(),
        cost: None,
    }
}

/// A request as it was entered, the same after people worked on it and disagreed, and an asset.
fn story() -> [Doc; 3] {
    let new = new_request();
    let (begun, _) = requests::doc(&new, DEVICE).unwrap();
    let mut argued = begun.clone();
    let mut elsewhere = begun.clone();
    let step = |doc: &mut Doc, by, n: u128, what| {
        let at = AT.plus_hours(i64::try_from(n).unwrap());
        let writes = requests::record(event(n), &Event { at, what });
        doc.write(by, at, &writes).unwrap();
    };
    let note = |text: &str| What::Note {
        text: text.to_owned(),
    };
    step(&mut argued, DEVICE, 1, What::Started { team: Vec::new() });
    let done = What::Done {
        note: "Άλλαξε η λάμπα.".to_owned(),
        no_photos: String::new(),
    };
    step(&mut argued, DEVICE, 2, done);
    step(&mut elsewhere, OTHER, 3, note("Τηλεφώνησε πάλι"));
    let both: Writes = vec![
        ("text".to_owned(), "Σβηστή λάμπα στην πλατεία".into()),
        ("pri".to_owned(), 1_i64.into()),
    ];
    elsewhere.write(OTHER, AT.plus_hours(3), &both).unwrap();
    let other: Writes = vec![("text".to_owned(), "Σβηστή λάμπα στο λιμάνι".into())];
    argued.write(DEVICE, AT.plus_hours(3), &other).unwrap();
    argued.merge(&elsewhere).unwrap();
    let lamp = NewAsset {
        id: ASSET,
        kind: "FOT".to_owned(),
        number: "Φ-1".to_owned(),
        name: "Φωτιστικό".to_owned(),
        place: Place::new(DION, ""),
        place_text: "γωνία".to_owned(),
        position: Some(position()),
        note: String::new(),
        added_at: AT,
    };
    let (mut asset, _) = assets::doc(&lamp, OTHER).unwrap();
    let writes = assets::record(
        event(4),
        &assets::Event {
            at: AT.plus_hours(4),
            what: assets::What::Moved {
                from: format!("{DION}/"),
                to: format!("{LITOCHORO}/"),
                note: String::new(),
            },
        },
    );
    asset.write(DEVICE, AT.plus_hours(4), &writes).unwrap();
    [begun, argued, asset]
}

/// Whole records.
pub(super) fn docs() -> Vec<Doc> {
    story().into()
}

/// A request whose moments lie at the ends of what a number holds.
pub(super) fn timeless() -> Answer {
    let mut new = new_request();
    new.received_at = Time(i64::MAX);
    let mut doc = Doc::new(Kind::Request);
    doc.write(OTHER, AT, &requests::begin(&new)).unwrap();
    let done = Event {
        at: Time(i64::MIN),
        what: What::Started { team: Vec::new() },
    };
    let writes = requests::record(event(5), &done);
    doc.write(DEVICE, AT, &writes).unwrap();
    Answer {
        items: vec![Item::Doc {
            doc: REQUEST,
            kind: Kind::Request,
            bytes: doc.save().into(),
        }],
        now: Time(i64::MIN),
        head: u64::MAX,
        cursor: u64::MAX,
        ..Answer::default()
    }
}

/// Change chunks: those of the records, one more on top of each, and one whose clock is so wrong that the next writer's
/// would be out of its reach.
pub(super) fn chunks() -> Vec<Vec<u8>> {
    let mut chunks = vec![written("first-change"), written("second-change")];
    for mut doc in docs() {
        let next: Writes = vec![("spot".to_owned(), "δίπλα στο σχολείο".into())];
        let far = Time(i64::MIN + AT.plus_hours(5).0);
        if let Ok(chunk) = doc.clone().write(OTHER, far, &next) {
            chunks.push(chunk.bytes);
        }
        doc.write(OTHER, AT.plus_hours(9), &next).unwrap();
        chunks.extend(doc.chunks().into_iter().map(|chunk| chunk.bytes));
    }
    chunks.sort();
    chunks.dedup();
    chunks
}

fn pushed() -> Vec<Pushed> {
    let [_, argued, _] = story();
    let chunks = argued.chunks().into_iter().enumerate();
    chunks
        .map(|(n, chunk)| Pushed {
            doc: REQUEST,
            kind: Kind::Request,
            bytes: chunk.bytes.into(),
            again: n == 1,
        })
        .collect()
}

pub(super) fn ask() -> Ask {
    Ask {
        capabilities: CAPABILITIES.map(str::to_owned).to_vec(),
        version: "0.1.0".to_owned(),
        first: Some(FirstLoad { upto: 7, after: 3 }),
        lists: 3,
        push: pushed(),
        want_bytes: 262_144,
        entries: vec![entry()],
        again: 1,
        ..Ask::default()
    }
}

fn entry() -> Entry {
    Entry {
        place: 1,
        hash: ByteBuf::from([7; 32]),
        doc: REQUEST,
        at: AT,
        words: EntryWords::Protocol {
            year: 2026,
            number: 1,
            received_at: AT,
        },
    }
}

pub(super) fn answer() -> Answer {
    let [begun, argued, asset] = story();
    let receipt = |verdict| Receipt {
        hash: ByteBuf::from([9; 32]),
        verdict,
    };
    let reason = Refusal::BadValue {
        field: "text".to_owned(),
    };
    let mut items = vec![
        Item::Doc {
            doc: REQUEST,
            kind: Kind::Request,
            bytes: begun.save().into(),
        },
        Item::Entry { entry: entry() },
        Item::Evict { doc: ASSET },
    ];
    let changes = argued.chunks().into_iter().skip(1);
    items.extend(changes.map(|chunk| Item::Change {
        doc: REQUEST,
        kind: Kind::Request,
        at: AT,
        bytes: chunk.bytes.into(),
    }));
    items.push(Item::Doc {
        doc: ASSET,
        kind: Kind::Asset,
        bytes: asset.save().into(),
    });
    Answer {
        capabilities: CAPABILITIES.map(str::to_owned).to_vec(),
        epoch: "5f0c3a6d9b1e47288c4d2f60a1b7e935".to_owned(),
        now: AT,
        receipts: vec![
            receipt(Verdict::Accepted { seq: 1, at: AT }),
            receipt(Verdict::Waiting),
            receipt(Verdict::Refused { reason }),
        ],
        items,
        cursor: 12,
        head: 12,
        restored: Some(Restored {
            head: 4,
            entries: 1,
        }),
        expected: 2,
        more: true,
        ..Answer::default()
    }
}

pub(super) fn answer_by_column() -> Answer {
    let docs = docs();
    let parts: Vec<_> = docs
        .iter()
        .skip(1)
        .filter_map(|doc| take_apart(doc.id()?, doc))
        .collect();
    Answer {
        items: vec![Item::Docs {
            columns: Box::new(Columns::lay_out(&parts)),
        }],
        first: Some(FirstLoad { upto: 7, after: 3 }),
        restored: None,
        receipts: Vec::new(),
        ..answer()
    }
}

pub(super) fn courier_ask() -> CourierAsk {
    CourierAsk {
        device: DEVICE,
        reply_to: String::new(),
        asks: vec![
            ByteBuf::from(super::cbor(&ask())),
            ByteBuf::from(pack(&Ask::default()).unwrap()),
        ],
        signature: ByteBuf::from([3; 64]),
        photos: vec![CarriedPhoto {
            file: FileHash::of(b"a picture"),
            named: true,
            bytes: ByteBuf::from(*b"a picture"),
        }],
    }
}

pub(super) fn courier_answer() -> CourierAnswer {
    let page = |answer: Answer| CourierPage {
        epoch: answer.epoch.clone(),
        cursor: 0,
        first: None,
        ends_again: true,
        answer,
    };
    CourierAnswer {
        device: DEVICE,
        pages: vec![page(answer()), page(answer_by_column())],
    }
}
