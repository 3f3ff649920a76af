use koina_model::assets::acts::Added;
use koina_model::permits::Role;
use koina_model::reference::Reference;
use koina_model::requests::acts::{Charge, Entered, Step};
use koina_model::words::{Channel, Outcome};
use tempfile::TempDir;

use super::*;
use crate::identity::NewKey;
use crate::views::assets::AssetsQuery;
use crate::views::requests::RequestsQuery;

const LITOCHORO: &str = "11020101";
const NOW: Time = Time(1_795_244_400_000);

impl Replica {
    /// The same device for these communities only.
    pub(crate) fn serve(&self, communities: &[&str]) {
        let mut identity = (*self.identity().unwrap()).clone();
        identity.communities = communities.iter().map(|code| (*code).to_owned()).collect();
        self.set_identity(&identity).unwrap();
    }
}

/// A replica of somebody, without any server.
pub(crate) fn somebody(folder: &TempDir, role: Role) -> Replica {
    let replica = Replica::open_with(
        &folder.path().join("replica.sqlite"),
        NOW,
        Ids::Seeded(1 << 64),
    )
    .unwrap();
    let lists = Lists {
        version: 1,
        reference: Reference::bundled("dion-olympos").unwrap(),
        ..Lists::empty()
    };
    replica.set_lists(&lists).unwrap();
    let answer = koina_model::exchange::EnrolAnswer {
        municipality: "dion-olympos".into(),
        station: "A1".into(),
        name: "ΚΕΠ".into(),
        person: "Μαρία".into(),
        role,
        crew: None,
        communities: Vec::new(),
        epoch: String::new(),
        scope: 0,
        lists: String::new(),
    };
    replica
        .set_identity(&NewKey::from_seed([1; 32]).enrolled(
            replica.new_device(NOW),
            "http://nobody",
            &answer,
        ))
        .unwrap();
    replica
}

fn enter(replica: &Replica, category: &str, text: &str, at: i64) -> DocId {
    let entered = Entered {
        category,
        community: LITOCHORO,
        settlement: "1102010101",
        place_text: "Πλατεία Αγίου Νικολάου",
        position: None,
        asset: None,
        text,
        channel: Channel::Phone,
        register: false,
    };
    replica
        .enter_request(&entered, None, Time(NOW.0 + at))
        .unwrap()
        .0
}

fn found(replica: &Replica, search: &str) -> Vec<DocId> {
    let query = RequestsQuery {
        search: search.to_owned(),
        limit: 100,
        ..RequestsQuery::default()
    };
    replica
        .requests_page(&query, NOW)
        .unwrap()
        .rows
        .into_iter()
        .map(|row| row.id)
        .collect()
}

#[test]
fn a_search_ignores_case_accents_final_sigma_and_accepts_greeklish_and_half_words() {
    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Clerk);
    let lamp = enter(&replica, "LGT-01", "Σβηστός φωτισμός στο γήπεδο", 1);
    let pipe = enter(&replica, "WAT-01", "Διαρροή νερού", 2);
    for search in [
        "φωτισμός",
        "ΦΩΤΙΣΜΟΣ",
        "φωτισμοσ",
        "fotismos",
        "fwtismos",
        "φωτι",
        "foti",
        "σβηστ γηπεδ",
        "γήπεδο LGT-01 φωτισμός",
    ] {
        let expected = if search.contains("LGT") {
            vec![]
        } else {
            vec![lamp]
        };
        assert_eq!(found(&replica, search), expected, "{search}");
    }
    for search in ["νερο", "nero", "διαρρο", "diarroi", "ΝΕΡΟΥ"] {
        assert_eq!(found(&replica, search), vec![pipe], "{search}");
    }
    assert_eq!(found(&replica, "litoxoro").len(), 2, "places are found too");
    assert_eq!(found(&replica, "000002"), vec![pipe], "numbers are found");
    for hostile in [
        "\"",
        "*",
        "OR",
        "words:x",
        "νερό\" OR \"",
        "(",
        "NEAR(a b)",
        "😀",
    ] {
        found(&replica, hostile);
    }
}

#[test]
fn receipt_numbers_run_without_gaps_and_a_refused_entry_uses_none() {
    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Clerk);
    enter(&replica, "LGT-01", "πρώτο", 1);
    let wrong = Entered {
        category: "LGT-01",
        community: "",
        settlement: "",
        place_text: "",
        position: None,
        asset: None,
        text: "",
        channel: Channel::Phone,
        register: false,
    };
    assert!(replica.enter_request(&wrong, None, NOW).is_err());
    enter(&replica, "LGT-01", "δεύτερο", 2);
    let page = replica
        .requests_page(
            &RequestsQuery {
                limit: 10,
                ..RequestsQuery::default()
            },
            NOW,
        )
        .unwrap();
    let numbers: Vec<String> = page
        .rows
        .into_iter()
        .filter_map(|row| row.receipt_number)
        .collect();
    assert!(
        numbers[0].starts_with("A1-26-000002-") && numbers[1].starts_with("A1-26-000001-"),
        "{numbers:?}"
    );
    assert!(
        numbers
            .iter()
            .all(|number| koina_model::checks::check_ok(number))
    );
}

#[test]
fn a_first_load_gives_open_requests_first_and_misses_nothing_that_changes_meanwhile() {
    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Admin);
    let ids: Vec<DocId> = (0..30)
        .map(|n| enter(&replica, "LGT-01", &format!("Αίτημα {n}"), n))
        .collect();
    for id in ids.iter().step_by(2) {
        replica
            .close_request(*id, &Outcome::Resolved, "", NOW)
            .unwrap();
    }
    let added = Added {
        kind: "FOT",
        number: "1",
        name: "",
        community: LITOCHORO,
        settlement: "",
        place_text: "",
        position: None,
        note: "",
    };
    let asset = replica.add_asset(&added, None, None, NOW).unwrap();
    let mut got: Vec<DocId> = Vec::new();
    let mut after = 0;
    let mut round = 0;
    loop {
        let page = replica.first_page(&[], after, 100, 2_000).unwrap();
        assert_eq!(page.expected, 31);
        got.extend(page.docs.iter().map(|(id, _, _)| *id));
        // Somebody works meanwhile: a record not yet sent is closed, one already passed over is opened again.
        if round == 1 {
            replica
                .close_request(ids[1], &Outcome::Resolved, "", NOW)
                .unwrap();
            replica.reopen_request(ids[28], "ξανά", NOW).unwrap();
            replica
                .write(|tx| docs::logged(tx, ids[28], NOW, 101))
                .unwrap();
        }
        round += 1;
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    assert!(round > 3, "it came in pages");
    assert_eq!(got[0], ids[29], "the newest open one first");
    assert!(got[..10].iter().all(|id| {
        ids.iter()
            .position(|one| one == id)
            .is_some_and(|n| n % 2 == 1)
    }));
    let mut all = got.clone();
    all.sort();
    all.dedup();
    let mut expected = ids.clone();
    expected.push(asset);
    expected.sort();
    assert_eq!(all, expected);
}

#[test]
fn a_full_disk_is_said_in_words_and_what_was_saved_stays() {
    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Clerk);
    let id = enter(&replica, "LGT-01", "πριν γεμίσει", 1);
    let pages: i64 = replica
        .writer()
        .query_row("PRAGMA page_count", [], |row| row.get(0))
        .unwrap();
    replica
        .writer()
        .pragma_update(None, "max_page_count", pages + 1)
        .unwrap();
    let mut problem = None;
    for n in 0..200 {
        let entered = "α".repeat(3_000);
        if let Err(failure) = replica.record_work(
            id,
            &Step::Note {
                text: entered.get(..2_000).unwrap(),
            },
            Time(NOW.0 + n),
        ) {
            problem = Some(failure.to_problem());
            break;
        }
    }
    assert_eq!(problem, Some(Problem::DiskFull));
    assert_eq!(found(&replica, "γεμισει"), vec![id]);
    let waiting = replica.pending().unwrap().waiting;
    replica
        .writer()
        .pragma_update(None, "max_page_count", 1_000_000)
        .unwrap();
    replica
        .record_work(
            id,
            &Step::Note {
                text: "χωράει πάλι",
            },
            NOW,
        )
        .unwrap();
    assert_eq!(replica.pending().unwrap().waiting, waiting + 1);
}

#[test]
fn asset_numbers_sort_as_people_count() {
    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Clerk);
    for number in ["ΦΩΤ-10", "ΦΩΤ-9", "ΑΝΤ-2", "ΦΩΤ-100"] {
        let added = Added {
            kind: "FOT",
            number,
            name: "",
            community: LITOCHORO,
            settlement: "",
            place_text: "",
            position: None,
            note: "",
        };
        replica.add_asset(&added, None, None, NOW).unwrap();
    }
    let page = replica
        .assets_page(&AssetsQuery {
            limit: 10,
            ..AssetsQuery::default()
        })
        .unwrap();
    let numbers: Vec<String> = page.rows.into_iter().map(|row| row.number).collect();
    assert_eq!(numbers, ["ΑΝΤ-2", "ΦΩΤ-9", "ΦΩΤ-10", "ΦΩΤ-100"]);
}

#[test]
fn views_equal_a_rebuild_after_every_kind_of_act() {
    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Admin);
    let id = enter(&replica, "LGT-01", "Σβηστή λάμπα", 1);
    replica
        .assign_request(id, &Charge::to("HLF", ""), NOW)
        .unwrap();
    replica
        .record_work(id, &Step::Start { team: &[] }, NOW)
        .unwrap();
    replica
        .record_work(
            id,
            &Step::Done {
                note: "έγινε",
                no_photos: "",
            },
            NOW,
        )
        .unwrap();
    replica.answer_request(id, "Ευχαριστούμε", NOW).unwrap();
    replica
        .close_request(id, &Outcome::Resolved, "", NOW)
        .unwrap();
    replica.reopen_request(id, "ξανάσβησε", NOW).unwrap();
    let before = replica.views_text().unwrap();
    replica.rebuild_views().unwrap();
    assert_eq!(before, replica.views_text().unwrap());
    assert_eq!(found(&replica, "λαμπα"), vec![id]);
}

#[test]
fn a_damaged_page_in_columns_is_asked_for_whole_and_costs_nothing_else() {
    use koina_model::exchange::{Answer, COLUMNS, FirstLoad, Item};
    let (here, there) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let server = somebody(&here, Role::Clerk);
    let id = enter(&server, "LGT-01", "Σβηστή λάμπα", 1);
    let page = || server.first_page(&[], 0, 9, 100_000).unwrap();
    let fresh = somebody(&there, Role::Clerk);
    let offers = |ask: &koina_model::exchange::Ask| ask.capabilities.iter().any(|c| c == COLUMNS);
    let answer = |item| Answer {
        items: vec![item],
        cursor: 9,
        ..Answer::default()
    };

    let said = fresh.ask("0.1.0").unwrap();
    assert!(offers(&said.ask));
    assert_eq!(said.ask.first, Some(FirstLoad::default()));
    let (mut columns, whole) = page().lay_out();
    assert!(whole.is_empty());
    columns.checks[0] ^= 1;
    let columns = Box::new(columns);
    let more = fresh
        .take_answer(&said, &answer(Item::Docs { columns }), NOW)
        .unwrap();
    assert!(more, "it asks again");
    assert_eq!(fresh.doc_ids().unwrap(), []);

    let again = fresh.ask("0.1.0").unwrap();
    assert!(!offers(&again.ask));
    assert_eq!(
        (again.ask.first, again.ask.cursor),
        (Some(FirstLoad::default()), 0),
        "for the same place"
    );
    let (doc, kind, bytes) = page().docs.remove(0);
    let bytes = bytes.into();
    fresh
        .take_answer(&again, &answer(Item::Doc { doc, kind, bytes }), NOW)
        .unwrap();
    assert_eq!(found(&fresh, "λάμπα"), [id]);
    assert_eq!(fresh.cursor().unwrap(), 9);
}

/// How many leaves the search index has written since it was made, and rows it has let go of: SQLite counts them in its
/// structure record.
fn index_written(replica: &Replica) -> u64 {
    let structure: Vec<u8> = replica
        .writer()
        .query_row("SELECT block FROM search_data WHERE id = 10", [], |row| {
            row.get(0)
        })
        .unwrap();
    // Eight bytes of cookie and version, then numbers in SQLite's variable length.
    let mut rest = structure.iter().skip(8);
    let mut number = || {
        let mut number = 0;
        loop {
            let byte = *rest.next().unwrap();
            number = number << 7 | u64::from(byte & 0x7f);
            if byte < 0x80 {
                return number;
            }
        }
    };
    let (_levels, _segments) = (number(), number());
    number()
}

#[test]
fn what_an_answer_brings_goes_into_the_search_index_at_once() {
    use koina_model::exchange::{Answer, FirstLoad, Item};
    const RECORDS: u64 = 40;
    let (here, there) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let server = somebody(&here, Role::Clerk);
    let ids: Vec<DocId> = (0..RECORDS)
        .map(|n| {
            let at = i64::try_from(n).unwrap();
            enter(&server, "LGT-01", &format!("Αίτημα {n}"), at)
        })
        .collect();
    let apart = index_written(&server);
    assert!(apart >= RECORDS, "{apart} when they come one by one");
    let fresh = somebody(&there, Role::Clerk);
    let before = index_written(&fresh);

    let said = fresh.ask("0.1.0").unwrap();
    assert_eq!(said.ask.first, Some(FirstLoad::default()));
    let (columns, _) = server.first_page(&[], 0, 9, 1_000_000).unwrap().lay_out();
    let answer = |items| Answer {
        items,
        cursor: 9,
        ..Answer::default()
    };
    let columns = Box::new(columns);
    fresh
        .take_answer(&said, &answer(vec![Item::Docs { columns }]), NOW)
        .unwrap();
    assert_eq!(found(&fresh, "Αίτημα").len(), ids.len());
    let first = index_written(&fresh) - before;
    assert!(first < RECORDS / 4, "{first} leaves for whole records");

    let known = server.pending().unwrap().waiting;
    for id in &ids {
        let text = "έγινε αυτοψία";
        server.record_work(*id, &Step::Note { text }, NOW).unwrap();
    }
    let push = server.ask("0.1.0").unwrap().ask.push;
    let changes = push.into_iter().skip(usize::try_from(known).unwrap());
    let changes = changes.map(|pushed| Item::Change {
        doc: pushed.doc,
        kind: pushed.kind,
        at: NOW,
        bytes: pushed.bytes,
    });
    let said = fresh.ask("0.1.0").unwrap();
    fresh
        .take_answer(&said, &answer(changes.collect()), NOW)
        .unwrap();
    let same = |id: &&DocId| fresh.doc(**id).unwrap().heads() == server.doc(**id).unwrap().heads();
    assert_eq!(ids.iter().filter(same).count(), ids.len());
    let news = index_written(&fresh) - before - first - RECORDS;
    assert!(news < RECORDS / 4, "{news} leaves for news");
}

#[test]
fn a_new_file_can_be_opened_by_several_at_once() {
    for _ in 0..10 {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("replica.sqlite");
        std::thread::scope(|scope| {
            let opening: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| Replica::open(&path, NOW).map(drop)))
                .collect();
            for opened in opening {
                opened.join().unwrap().unwrap();
            }
        });
    }
}
