//! A device that is lost: the desk sees what was lost with it, as far as the device could say.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use koina_model::exchange::{UNSENT_MAX, Unsent, UnsentRecord};
use koina_model::ids::DocId;
use koina_model::requests::acts::Step;
use koina_model::words::Kind;
use koina_sync::exchange::{EXCHANGE_PATH, pack};
use koina_sync::views::{DeviceRow, UnsentRows};
use koina_tests::pictures::{camera, take};
use koina_tests::town::{LITOCHORO, Town, Who};

use super::told::{request, work};

/// More than one message takes.
const FINDINGS: usize = 75;
/// Before something is done about what the town hall has.
const BEFORE: usize = 20;

pub(super) fn unsent(town: &Town, desk: Who, of: Who) -> UnsentRows {
    let id = town.at(of).identity().unwrap().device;
    let rows: Vec<DeviceRow> = town.ask(desk, "GET", "/v1/devices", Vec::new()).unwrap();
    let row = rows.into_iter().find(|row| row.id == id).unwrap();
    row.unsent.unwrap()
}

/// So many new requests with long texts.
fn find(town: &Town, who: Who, many: usize) -> Vec<DocId> {
    let long = "Έπεσε ο στύλος. ".repeat(250);
    let found = |_| request(town, who, LITOCHORO, &long);
    (0..many).map(found).collect()
}

/// The line goes after the next message was answered.
fn cut_after_one_answer(town: &Town, who: Who) {
    let net = &town.party(who).net;
    let line = Arc::clone(net);
    let cut = move |_: &mut _| line.cut.store(true, Ordering::Relaxed);
    *net.tamper.lock().unwrap() = Some(Box::new(cut));
}

#[test]
fn the_desk_sees_what_a_device_had_not_sent_when_its_line_was_cut() {
    let mut town = Town::locked();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
    let known = request(&town, desk, LITOCHORO, "Σβηστή λάμπα");
    town.settle();
    // Nothing; and of a PIN these devices know nothing.
    assert_eq!(unsent(&town, desk, crew), UnsentRows::default());
    let first = find(&town, crew, BEFORE);
    for text in ["Το είδα", "Το ξαναείδα"] {
        work(&town, crew, known, &Step::Note { text });
    }
    let rest = find(&town, crew, FINDINGS - BEFORE);
    take(town.at(crew), rest[0], &camera(1, 640, 480));
    let waited = town.at(crew).pending().unwrap().waiting;
    cut_after_one_answer(&town, crew);
    assert!(town.exchange(crew).is_err());
    let waits = town.at(crew).pending().unwrap().waiting;
    assert!(waits > 2 && waits < waited, "{waits} of {waited}");
    // Two changes of what the town hall has, and of the finding with a photo; of each other one there is one.
    let twice = [known, rest[0]].map(|id| id.to_string());
    let told = unsent(&town, desk, crew);
    assert_eq!(told.records.len(), UNSENT_MAX);
    let all = u32::try_from(UNSENT_MAX).unwrap() + told.more;
    assert_eq!(all, waits - 2, "all that stayed, and nothing that came");
    assert_eq!((told.photos, told.contacts), (1, 0));
    for record in &told.records {
        let is_known = record.doc == known.to_string();
        assert_eq!(record.is_known, is_known, "new ones only the device has");
        let changes = 1 + u32::from(twice.contains(&record.doc));
        assert_eq!(record.changes, changes);
        assert_eq!(record.kind, Kind::Request);
    }
    let names = |id: &DocId| told.records.iter().any(|row| row.doc == id.to_string());
    assert!(names(&known) && names(&rest[0]) && !names(&first[0]));
    // It is found again.
    *town.party(crew).net.tamper.lock().unwrap() = None;
    town.join(crew);
    town.exchange(crew).unwrap();
    let told = unsent(&town, desk, crew);
    assert_eq!(
        (told.records, told.photos),
        (Vec::new(), 1),
        "a photo goes by itself"
    );
    town.settle();
}

#[test]
fn what_a_courier_brought_whole_is_not_called_unsent() {
    let mut town = Town::locked();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
    town.settle();
    town.cut(crew);
    find(&town, crew, FINDINGS);
    let file = town.at(crew).courier_export("0.1.0").unwrap();
    let answered = koina_server::courier::answer(town.server(), file, town.now());
    town.block_on(answered).unwrap();
    assert_eq!(unsent(&town, desk, crew).records, Vec::new());
    town.settle();
}

#[test]
fn a_courier_who_is_late_does_not_take_back_what_was_said_since() {
    let mut town = Town::locked();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
    town.settle();
    let late = town.at(crew).courier_export("0.1.0").unwrap();
    find(&town, crew, FINDINGS);
    cut_after_one_answer(&town, crew);
    assert!(town.exchange(crew).is_err());
    let told = unsent(&town, desk, crew);
    assert!(!told.records.is_empty());
    let answered = koina_server::courier::answer(town.server(), late, town.now());
    town.block_on(answered).unwrap();
    assert_eq!(unsent(&town, desk, crew), told);
    *town.party(crew).net.tamper.lock().unwrap() = None;
    town.settle();
}

#[test]
fn one_who_names_a_record_twice_is_shown_it_once() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
    let id = request(&town, crew, LITOCHORO, "Σβηστή λάμπα");
    let mut ask = town.at(crew).ask("0.1.0").unwrap().ask;
    ask.push.clear();
    let record = UnsentRecord {
        doc: id,
        kind: Kind::Request,
        changes: 1,
        since: town.now(),
    };
    ask.unsent = Some(Unsent {
        records: vec![record; 3],
        ..Unsent::default()
    });
    town.post(crew, EXCHANGE_PATH, pack(&ask).unwrap()).unwrap();
    assert_eq!(unsent(&town, desk, crew).records.len(), 1);
    town.settle();
}
