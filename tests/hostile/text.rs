//! Words that people type, paste or scan, and short texts in messages: search, numbers, positions, codes, links, keys, lists.

use std::cell::RefCell;

use koina_model::ids::{DocId, EventId};
use koina_model::lists::Lists;
use koina_model::place::{Place, position_text, read_position};
use koina_model::{checks, greek};
use koina_sync::courier::Key;
use koina_sync::identity::{hex, unhex};
use koina_sync::views::outbox::OutboxQuery;
use koina_sync::views::requests::RequestsQuery;

use crate::town::{LITOCHORO, Town, Who};

pub(super) fn take(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    reads(&text);
    checked(&text);
    named(&text);
    let link = enrols(&text);
    if let Some((server, code)) = link {
        let again = enrols(&format!("koina:enrol?server={server}&code={code}"));
        assert_eq!(again, Some((server, code)));
    }
    searches(&text);
}

/// What the Greek of a text is.
fn reads(text: &str) {
    let folded = greek::fold(text);
    assert_eq!(greek::fold(&folded), folded, "folding twice");
    let words = greek::words(text);
    assert!(words.iter().all(|word| !word.is_empty()));
    greek::upper(text);
    greek::lower(text);
    greek::elot743(text);
    greek::collation_key(text);
    assert!(
        greek::skeleton(text)
            .chars()
            .all(|c| c == ' ' || c.is_alphanumeric())
    );
    if let Some(word) = greek::find_mixed_script(text) {
        assert!(text.contains(word));
        assert_eq!(greek::find_mixed_script(word), Some(word));
    }
}

/// A number that was taken is taken again as it was written down.
fn checked(text: &str) {
    type Check = fn(&str) -> Result<String, checks::Wrong>;
    let all: [Check; 8] = [
        checks::afm,
        checks::rf,
        checks::iban_gr,
        checks::phone,
        checks::postal_code,
        checks::plate,
        checks::ada,
        checks::adam,
    ];
    for check in all {
        if let Ok(good) = check(text) {
            assert_eq!(check(&good).as_ref(), Ok(&good));
        }
    }
    let _ = (
        checks::amka(text),
        checks::personal_number(text),
        checks::kaek(text),
        checks::dias(text, 1_234),
        checks::rf_from(text),
        checks::in_fours(text),
    );
    if let Some(last) = checks::check_character(text) {
        assert!(checks::check_ok(&format!("{text}{last}")));
    }
}

/// Ids, places and keys come back from the form they are kept in.
fn named(text: &str) {
    if let Some(id) = DocId::parse(text) {
        assert_eq!(DocId::parse(&id.to_string()), Some(id));
    }
    let _ = EventId::parse(text);
    let place = Place::read(text);
    assert_eq!(Place::read(&place.to_text()), place);
    if let Some(position) = read_position(text) {
        let kept = position_text(&position);
        let again = read_position(&kept).expect("a position as it is kept");
        assert_eq!(position_text(&again), kept);
    }
    if let Some(bytes) = unhex(text) {
        assert_eq!(hex(&bytes), text.to_ascii_lowercase());
    }
    if let Some(key) = Key::read(text) {
        assert!(Key::read(&key.to_text()).is_some());
    }
    // As the recipient of a file: sealed, or refused.
    let _ = koina_sync::courier::seal(b"", text, &0_u8);
    if let Ok(lists) = serde_json::from_str::<Lists>(text) {
        let json = serde_json::to_string(&lists).unwrap();
        let again: Lists = serde_json::from_str(&json).expect("lists of ours");
        // Degrees may come back changed in the last bit; nothing else may.
        assert_eq!(
            (again.version, &again.crews, &again.devices, &again.courier),
            (lists.version, &lists.crews, &lists.devices, &lists.courier)
        );
    }
}

/// A code is the same however it is typed; gives what a link says.
fn enrols(text: &str) -> Option<(String, String)> {
    let hash = koina_server::codes::hash;
    assert_eq!(hash(text), hash(&text.to_ascii_lowercase()));
    assert_eq!(hash(text), hash(&text.replace(['-', ' '], "")));
    let (server, code) = koina_commands::server_and_code(&koina_commands::EnrolInput {
        server: text.to_owned(),
        code: String::new(),
    });
    let link = text.trim().starts_with("koina:enrol?server=") && text.contains("&code=");
    link.then_some((server, code))
}

thread_local! {
    static DESK: RefCell<Option<(Town, Who)>> = const { RefCell::new(None) };
}

/// A search finds or does not find, and never fails.
fn searches(text: &str) {
    DESK.with_borrow_mut(|desk| {
        let (town, who) = desk.get_or_insert_with(|| {
            let mut town = Town::new().unheard();
            let who = town.desk("Δημαρχείο");
            super::device::enter(&town, who, LITOCHORO, "Σβηστή λάμπα στην πλατεία");
            town.settle();
            // It ends with its thread, when nothing can be asked any more.
            town.unchecked = true;
            (town, who)
        });
        let query = RequestsQuery {
            search: text.to_owned(),
            limit: 10,
            ..RequestsQuery::default()
        };
        let found = town.at(*who).requests_page(&query, town.now());
        found.expect("a search of requests");
        let query = OutboxQuery {
            search: text.to_owned(),
            limit: 10,
            ..OutboxQuery::default()
        };
        town.at(*who)
            .outbox_page(&query)
            .expect("a search of the outbox");
    });
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let lists = Lists {
        version: 3,
        crews: crate::town::crews(),
        courier: "age1".to_owned(),
        ..Lists::empty()
    };
    let mut seeds: Vec<Vec<u8>> = [
        "Σβηστή λάμπα στην ΠΛΑΤΕΙΑ, ρολόι, Λιτόχωρo 3exasa",
        "litohoro 1/2026 \"OR\" NEAR( * ^",
        "A1-26-000001-S",
        "EL094014201",
        "GR1601101250000000012300695",
        "RF18539007547034",
        "050640712005/1/3",
        "05064ΕΚ00012",
        "+302352084100",
        "602 00",
        "ΚΝΜ-1234",
        "ΨΘ82ΩΡΦ-7ΑΙ",
        "25REQ018123456 2025-12-31",
        "01018012345",
        "40.101800,22.502100,8",
        "11020101/1102010101",
        "019a0000-0000-7000-8000-000000000002",
        "koina:enrol?server=https://koina.example&code=7K2QM-X4R9T",
        "https://koina.example#7k2qm x4r9t",
    ]
    .map(|text| text.as_bytes().to_vec())
    .into();
    seeds.push(serde_json::to_vec(&lists).unwrap());
    seeds
}
