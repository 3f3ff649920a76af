//! The worked example of `sync/EXCHANGE.md` is what the program really says.
//!
//! Blocks of that file are named by the word after their language: `hex genesis-request`, `json event`.

use koina_model::columns::{Columns, take_apart};
use koina_model::doc::{Chunk, Doc, genesis_bytes};
use koina_model::exchange::{
    Answer, Ask, CAPABILITIES, EnrolAnswer, Entry, FirstLoad, Item, Pushed, Receipt, Verdict,
    signed_words,
};
use koina_model::guard;
use koina_model::ids::{DeviceId, DocId, EventId, Time};
use koina_model::numbers::receipt_number;
use koina_model::permits::Role;
use koina_model::place::Place;
use koina_model::requests::{self, Event, NewRequest, What};
use koina_model::words::{Channel, Kind};
use koina_server::log::{AnyLog, Author};
use koina_server::replica::{LogBody, NewChange};
use koina_sync::exchange::{pack, unpack};
use koina_sync::identity::{NewKey, hex, unhex};
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::text;

const DEVICE: DeviceId = DeviceId(Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0001));
const DOC: DocId = DocId(Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0002));
const EVENT: EventId = EventId(Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0003));
/// 21 November 2026, 09:00 in Athens.
const AT: Time = Time(1_795_244_400_000);
/// What the server's clock said.
const TAKEN_AT: Time = Time(1_795_244_460_000);

/// A block of the file, by its name.
fn block(name: &str) -> String {
    let file = text("sync/EXCHANGE.md");
    let mut lines = file.lines().skip_while(|line| {
        !line.starts_with("```") || line.split_whitespace().nth(1) != Some(name)
    });
    assert!(
        lines.next().is_some(),
        "sync/EXCHANGE.md has no block {name}"
    );
    lines
        .take_while(|line| !line.starts_with("```"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn bytes(name: &str) -> Vec<u8> {
    unhex(&block(name).split_whitespace().collect::<String>()).unwrap()
}

/// Compares bytes with a block; a failure prints what the block should hold.
fn says(name: &str, bytes: &[u8]) {
    let lines: Vec<String> = bytes.chunks(32).map(hex).collect();
    assert_eq!(
        block(name),
        lines.join("\n"),
        "the block {name} of sync/EXCHANGE.md"
    );
}

fn key() -> NewKey {
    NewKey::from_seed([1; 32])
}

fn request() -> (Doc, Chunk) {
    let new = NewRequest {
        id: DOC,
        category: "LGT-01".to_owned(),
        place: Place::new("11020101", "1102010101"),
        place_text: String::new(),
        position: None,
        asset: None,
        text: "Σβηστή λάμπα".to_owned(),
        channel: Channel::Phone,
        receipt_number: receipt_number("A1", 2026, 1),
        received_at: AT,
        register: true,
        has_contact: false,
        priority: 3,
        department: "HLF".to_owned(),
        cost: None,
    };
    requests::doc(&new, DEVICE).unwrap()
}

fn done() -> Event {
    Event {
        at: AT.plus_hours(2),
        what: What::Done {
            note: "Άλλαξε η λάμπα.".to_owned(),
            no_photos: String::new(),
        },
    }
}

fn ask() -> Ask {
    Ask {
        // This client does without columns.
        capabilities: ["changes", "saved-docs"].map(str::to_owned).to_vec(),
        version: "0.1.0".to_owned(),
        first: Some(FirstLoad::default()),
        lists: 3,
        push: vec![Pushed {
            doc: DOC,
            kind: Kind::Request,
            bytes: request().1.bytes.into(),
            again: false,
        }],
        want_bytes: 262_144,
        ..Ask::default()
    }
}

/// The register entry that a fresh server gives for the request.
fn entry() -> Entry {
    let (doc, chunk) = request();
    let folder = tempfile::tempdir().unwrap();
    let change = NewChange {
        doc: DOC,
        kind: Kind::Request,
        hash: chunk.hash,
        actor: *DEVICE.as_bytes(),
        actor_seq: 1,
        bytes: chunk.bytes,
        community: "11020101".to_owned(),
        asks_number: doc.record().int("at").map(Time),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let rows = runtime.block_on(async {
        let log = AnyLog::open_sqlite(&folder.path().join("log.sqlite"))
            .await
            .unwrap();
        log.append(Author::server(), TAKEN_AT, vec![change], None)
            .await
            .unwrap();
        log.tail(0, 10).await.unwrap()
    });
    match &rows[1].body {
        LogBody::Entry(entry) => entry.clone(),
        other => panic!("{other:?}"),
    }
}

fn answer() -> Answer {
    let (doc, chunk) = request();
    Answer {
        capabilities: CAPABILITIES.map(str::to_owned).to_vec(),
        epoch: "5f0c3a6d9b1e47288c4d2f60a1b7e935".to_owned(),
        now: TAKEN_AT,
        receipts: vec![Receipt {
            hash: ByteBuf::from(chunk.hash),
            verdict: Verdict::Accepted {
                seq: 1,
                at: TAKEN_AT,
            },
        }],
        items: vec![
            Item::Doc {
                doc: DOC,
                kind: Kind::Request,
                bytes: doc.save().into(),
            },
            Item::Entry { entry: entry() },
        ],
        cursor: 2,
        head: 2,
        expected: 1,
        ..Answer::default()
    }
}

#[test]
fn the_record_by_column_is_as_written() {
    let (doc, _) = request();
    let parts = take_apart(DOC, &doc).unwrap();
    let columns = Columns::lay_out(std::slice::from_ref(&parts));
    let column = |name: &str, bytes: &[u8]| format!("{name} = {}", hex(bytes));
    let mut lines = vec![
        column("devices", &columns.devices),
        format!("names = {}", columns.names.join(" ")),
        column("doc_times", &columns.doc_times),
        column("doc_rests", &columns.doc_rests),
        column("kinds", &columns.kinds),
        column("checks", &columns.checks),
        column("changes", &columns.changes),
        column("writers", &columns.writers),
        column("times", &columns.times),
        column("deps", &columns.deps),
        column("writes", &columns.writes),
        column("keys", &columns.keys),
        column("event_times", &columns.event_times),
        column("event_rests", &columns.event_rests),
        column("shapes", &columns.shapes),
        column("ints", &columns.ints),
    ];
    for (place, (lengths, texts)) in columns.lengths.iter().zip(&columns.texts).enumerate() {
        lines.push(format!(
            "{place}: {} = {}",
            hex(lengths),
            std::str::from_utf8(texts).unwrap()
        ));
    }
    assert_eq!(block("columns"), lines.join("\n"));
    assert_eq!(columns.read().unwrap(), [parts]);
}

#[test]
fn every_doc_begins_with_these_bytes() {
    for (name, kind) in [
        ("genesis-request", Kind::Request),
        ("genesis-asset", Kind::Asset),
    ] {
        says(name, genesis_bytes(kind));
        let hash = hex(&Sha256::digest(&genesis_bytes(kind)[8..]));
        assert!(
            text("sync/EXCHANGE.md").contains(&hash),
            "the hash of {name} is {hash}"
        );
    }
}

#[test]
fn the_changes_of_the_example_are_these_bytes() {
    let (mut doc, first) = request();
    says("first-change", &first.bytes);
    assert!(
        text("sync/EXCHANGE.md").contains(&hex(&first.hash)),
        "the hash of the first change is {}",
        hex(&first.hash)
    );
    assert_eq!(block("event"), serde_json::to_string(&done()).unwrap());
    let second = doc
        .write(DEVICE, done().at, &requests::record(EVENT, &done()))
        .unwrap();
    says("second-change", &second.bytes);
    for chunk in [&first, &second] {
        assert_eq!(
            guard::check(&chunk.bytes).map(|checked| checked.hash),
            Ok(chunk.hash)
        );
    }
}

#[test]
fn the_messages_of_the_example_are_these_bytes() {
    assert_eq!(
        unpack::<Ask>(&bytes("ask")).ok(),
        Some(ask()),
        "{}",
        hex(&pack(&ask()).unwrap())
    );
    assert_eq!(
        unpack::<Answer>(&bytes("answer")).ok(),
        Some(answer()),
        "{}",
        hex(&pack(&answer()).unwrap())
    );
}

#[test]
fn the_signature_of_the_example_covers_its_words() {
    let enrolled = EnrolAnswer {
        municipality: "dion-olympos".to_owned(),
        station: "A1".to_owned(),
        name: String::new(),
        person: String::new(),
        role: Role::Clerk,
        crew: None,
        communities: Vec::new(),
        epoch: String::new(),
        scope: 0,
        lists: String::new(),
    };
    let identity = key().enrolled(DEVICE, "", &enrolled);
    let body = bytes("ask");
    assert!(
        text("sync/EXCHANGE.md").contains(&key().public_hex()),
        "the public key is {}",
        key().public_hex()
    );
    says(
        "signed-words",
        &signed_words("POST", "/v1/exchange", 1, &body),
    );
    says(
        "signature",
        &unhex(&identity.sign("POST", "/v1/exchange", 1, &body)).unwrap(),
    );
}

#[test]
fn the_register_chains_as_the_formula_says() {
    let entry = entry();
    let words = block("chained");
    assert_eq!(
        words,
        serde_json::to_string(&(entry.place, entry.doc, entry.at, &entry.words)).unwrap()
    );
    // The first entry has nothing before it.
    assert_eq!(hex(&entry.hash), hex(&Sha256::digest(words)));
    says("entry-hash", &entry.hash);
}
