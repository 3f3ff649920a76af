//! What a person may ask of the municipality (GDPR): what is kept of them, that it is right, that it is not kept for ever.

use std::collections::BTreeMap;

use koina_model::applications::{Answer, Application, Signature};
use koina_model::contacts::{Contact, EraseReason};
use koina_model::ids::DocId;
use koina_model::permits::{Permit, Role};
use koina_model::problem::Problem;
use koina_model::requests::acts::Entered;
use koina_model::words::{Channel, Outcome};
use koina_server::contacts::Rules;
use koina_server::log::AnyLog;
use koina_sync::exchange::json_body;
use koina_sync::views::{Contacts, ContactsKept, CorrectAsk, ExportAsk, PersonalData, SamePerson};
use koina_tests::town::{Town, Who, lamp};
use serde_json::Value;

use super::erased::{Told, erase, kept, read, report, to_reach, told};
use super::two_servers::fresh_database;

fn ask_same(town: &Town, who: Who, id: DocId) -> Result<Vec<SamePerson>, Problem> {
    let path = format!("/v1/contacts/{id}/same");
    town.ask(who, "POST", &path, Vec::new())
}

fn ask_export(town: &Town, who: Who, id: DocId, docs: &[DocId]) -> Result<PersonalData, Problem> {
    let path = format!("/v1/contacts/{id}/export");
    let ask = ExportAsk {
        docs: docs.to_vec(),
    };
    town.ask(who, "POST", &path, json_body(&ask)?)
}

/// Corrects the contact as somebody saw it.
fn correct_seen(
    town: &Town,
    who: Who,
    id: DocId,
    mark: &str,
    (name, phone): (&str, &str),
) -> Result<Contacts, Problem> {
    let ask = CorrectAsk {
        mark: mark.to_owned(),
        name: name.to_owned(),
        phone: phone.to_owned(),
        email: String::new(),
    };
    let path = format!("/v1/contacts/{id}/correct");
    town.ask(who, "POST", &path, json_body(&ask)?)
}

fn correct(town: &Town, who: Who, id: DocId, to: (&str, &str)) -> Result<Contacts, Problem> {
    let path = format!("/v1/contacts/{id}/read");
    let seen: Contacts = town.ask(who, "POST", &path, to_reach())?;
    let mark = seen.rows.first().map_or("", |row| row.mark.as_str());
    correct_seen(town, who, id, mark, to)
}

fn close(town: &Town, who: Who, id: DocId) {
    let now = town.time(who);
    town.at(who)
        .close_request(id, &Outcome::Resolved, "έγινε", now)
        .unwrap();
    town.exchange(who).unwrap();
}

fn tend(town: &Town) {
    town.block_on(town.server().tend_contacts(town.now()));
}

/// From now on contacts are kept for ninety days.
fn keep_ninety_days(town: &mut Town) {
    let log = AnyLog::open_sqlite(town.log_file());
    let log = town.block_on(log).unwrap();
    let rules = Rules {
        keep_days: Some(90),
        ..Rules::default()
    };
    town.keep_contacts(log, rules);
}

/// Another visitor's request, with these words.
fn another(town: &Town, kiosk: Who, contact: &Contact) -> DocId {
    let entered = Entered {
        channel: Channel::Kiosk,
        ..lamp("Κάτι άλλο")
    };
    let now = town.time(kiosk);
    town.at(kiosk).report(&entered, contact, now).unwrap().id
}

fn of(name: &str, phone: &str, email: &str) -> Contact {
    Contact {
        name: name.to_owned(),
        phone: phone.to_owned(),
        email: email.to_owned(),
        application: None,
    }
}

#[test]
fn contacts_go_by_rule_after_their_request_was_closed_and_nothing_came_any_more() {
    by_rule(Town::new(), |town| {
        let log = AnyLog::open_sqlite(town.log_file());
        town.block_on(log).unwrap()
    });
}

#[test]
fn the_same_rule_on_postgresql() {
    if let Some(url) = fresh_database() {
        let open = || AnyLog::open_postgres(&url);
        let town = Town::with_log(|runtime, _| runtime.block_on(open()).unwrap());
        by_rule(town, |town| town.block_on(open()).unwrap());
    }
}

fn by_rule(town: Town, again: impl FnOnce(&Town) -> AnyLog) {
    let Told {
        mut town,
        desk,
        clerk,
        kiosk,
        id,
        ..
    } = told(town);
    let opened_again = report(&town, kiosk);
    let open = report(&town, kiosk);
    town.settle();
    let log = again(&town);
    let rules = Rules {
        keep_days: Some(700),
        of_category: BTreeMap::from([("LGT-01".to_owned(), 90)]),
    };
    town.keep_contacts(log, rules);
    close(&town, desk, id);
    close(&town, desk, opened_again);
    let there = |town: &Town, id| read(town, desk, id).rows.len();
    town.pass_days(30);
    tend(&town);
    town.pass_days(30);
    tend(&town);
    let kept: ContactsKept = town.ask(desk, "GET", "/v1/contacts", Vec::new()).unwrap();
    assert_eq!((kept.kept, kept.soon), (3, 2), "two within thirty days");
    assert_eq!(kept.keep_days, Some(700));
    assert_eq!(
        (kept.rules[0].category.as_str(), kept.rules[0].days),
        ("LGT-01", 90)
    );
    // Somebody says one thing more, and one that was closed is opened again.
    let now = town.time(desk);
    town.at(desk)
        .reopen_request(opened_again, "δεν έγινε", now)
        .unwrap();
    town.exchange(desk).unwrap();
    town.pass_days(29);
    tend(&town);
    assert_eq!(there(&town, id), 1, "a day early");
    town.pass_days(2);
    tend(&town);
    assert_eq!(there(&town, id), 0);
    assert_eq!(there(&town, opened_again), 1);
    assert_eq!(there(&town, open), 1);
    let erased = read(&town, clerk, id).erased.unwrap();
    assert_eq!(
        (erased.reason, erased.device.as_str()),
        (EraseReason::ByRule, "")
    );
    let kept: ContactsKept = town.ask(desk, "GET", "/v1/contacts", Vec::new()).unwrap();
    assert_eq!((kept.kept, kept.soon), (2, 0));
    assert_eq!(kept.erased.len(), 1);
    assert_eq!(kept.erased[0].reason, EraseReason::ByRule);
    assert_eq!(kept.erased[0].records, 1);
    // The device that had it hears so, and the audit says what was done.
    town.settle();
    let uses = ask_export(&town, desk, id, &[]).unwrap();
    let uses = uses.records.into_iter().next().unwrap().uses;
    let last = uses.last().unwrap();
    assert_eq!(
        (last.what.as_str(), last.device.as_str()),
        ("contact.erased.by_rule", "")
    );
    town.check();
}

#[test]
fn a_device_with_a_wrong_clock_makes_nobody_forgotten_early() {
    let Told {
        mut town, desk, id, ..
    } = told(Town::new());
    keep_ninety_days(&mut town);
    town.party_mut(desk).skew_ms = -400 * 24 * 3_600_000;
    close(&town, desk, id);
    town.party_mut(desk).skew_ms = 0;
    tend(&town);
    assert_eq!(read(&town, desk, id).rows.len(), 1);
    town.settle();
    town.check();
}

#[test]
fn a_server_whose_clock_is_years_ahead_erases_nothing_at_once() {
    let Told {
        mut town, desk, id, ..
    } = told(Town::new());
    keep_ninety_days(&mut town);
    close(&town, desk, id);
    tend(&town);
    // As after a battery that was empty.
    town.pass_days(4_000);
    tend(&town);
    assert_eq!(read(&town, desk, id).rows.len(), 1);
    town.pass_days(2);
    tend(&town);
    assert!(read(&town, desk, id).rows.is_empty(), "it is believed then");
    town.settle();
    town.check();
}

#[test]
fn whoever_is_told_of_a_joined_request_is_kept_while_the_other_is_open() {
    let Told {
        mut town,
        desk,
        kiosk,
        id,
        ..
    } = told(Town::new());
    let main = report(&town, kiosk);
    town.settle();
    keep_ninety_days(&mut town);
    let now = town.time(desk);
    let joined = Outcome::Duplicate { of: main };
    town.at(desk).close_request(id, &joined, "", now).unwrap();
    town.exchange(desk).unwrap();
    for _ in 0..4 {
        town.pass_days(30);
        tend(&town);
    }
    assert_eq!(read(&town, desk, id).rows.len(), 1);
    close(&town, desk, main);
    for _ in 0..4 {
        town.pass_days(30);
        tend(&town);
    }
    assert!(read(&town, desk, id).rows.is_empty());
    town.settle();
    town.check();
}

#[test]
fn without_a_rule_nothing_goes_by_itself() {
    let Told { town, desk, id, .. } = told(Town::new());
    close(&town, desk, id);
    town.pass_days(4_000);
    tend(&town);
    assert_eq!(read(&town, desk, id).rows.len(), 1);
    let kept: ContactsKept = town.ask(desk, "GET", "/v1/contacts", Vec::new()).unwrap();
    assert_eq!((kept.keep_days, kept.rules.len(), kept.soon), (None, 0, 0));
    town.settle();
}

#[test]
fn a_corrected_contact_takes_the_place_of_the_wrong_one_everywhere() {
    corrected(Town::new(), |town| town.empty_log("restored.sqlite"));
}

#[test]
fn the_same_correction_on_postgresql() {
    let (Some(url), Some(empty)) = (fresh_database(), fresh_database()) else {
        return;
    };
    let open = AnyLog::open_postgres;
    let town = Town::with_log(|runtime, _| runtime.block_on(open(&url)).unwrap());
    corrected(town, |town| town.block_on(open(&empty)).unwrap());
}

fn corrected(town: Town, empty: impl FnOnce(&Town) -> AnyLog) {
    let Told {
        mut town,
        desk,
        clerk,
        kiosk,
        id,
        ..
    } = told(town);
    let backup = town.back_up("before.sqlite");
    let wrong = kept(&town, id);
    let right = ("Ευτυχία Σωστή", "6999999999");
    // What is typed is checked, and what is refused changes nothing.
    for typed in [("Ευτυχία", "12"), (" ", "")] {
        let refused = correct(&town, clerk, id, typed);
        assert!(
            matches!(refused, Err(Problem::BadInput { .. })),
            "{typed:?}"
        );
    }
    assert_eq!(kept(&town, id), wrong);
    let needs = Permit::CorrectContacts;
    let refused = correct_seen(&town, kiosk, id, "", right);
    assert_eq!(refused, Err(Problem::NotAllowed { needs }));
    correct(&town, clerk, id, ("Ευτυχία Λάθος", "6912345678")).unwrap();
    let told = correct(&town, clerk, id, right).unwrap();
    let names = |rows: &Contacts| -> Vec<String> {
        let rows = rows.rows.iter();
        rows.map(|row| row.contact.clone().unwrap().name).collect()
    };
    assert_eq!(names(&told), [right.0]);
    assert_eq!(names(&read(&town, desk, id)), [right.0]);
    // The kiosk still has what was wrong, and the backup too: neither comes back, whoever comes first.
    town.copy_keys(&koina_tests::town::keys_of(&backup));
    let log = empty(&town);
    town.restore(&backup, log);
    assert_eq!(names(&read(&town, desk, id)), [right.0]);
    for _ in 0..2 {
        town.exchange(kiosk).unwrap();
    }
    assert_eq!(names(&read(&town, desk, id)), [right.0]);
    // And erased is erased, corrected or not.
    erase(&town, desk, id).unwrap();
    town.settle();
    assert!(read(&town, desk, id).rows.is_empty());
    let refused = correct(&town, clerk, id, right);
    assert_eq!(refused, Err(Problem::NotFound));
    town.check();
}

#[test]
fn a_correction_survives_a_cut_between_the_log_and_the_keys() {
    let Told {
        mut town,
        desk,
        clerk,
        id,
        ..
    } = told(Town::new());
    correct(&town, clerk, id, ("Πρώτη", "6911111111")).unwrap();
    // The disk of the keys takes no word: it is in the log, and nobody is told that all is done.
    let (words, aside) = (town.keys().join("words"), town.folder().join("aside"));
    std::fs::rename(&words, &aside).unwrap();
    let told = correct(&town, clerk, id, ("Δεύτερη", "6922222222"));
    assert!(matches!(told, Err(Problem::Internal { .. })), "{told:?}");
    std::fs::rename(&aside, &words).unwrap();
    for _ in 0..2 {
        town.crash_server(false);
        let found = read(&town, desk, id).rows;
        assert_eq!(found.len(), 1);
        let name = found[0].contact.as_ref().unwrap().name.as_str();
        assert_eq!(name, "Δεύτερη", "the word of the first does not undo it");
    }
    town.check();
}

#[test]
fn two_desks_that_correct_at_once_do_not_overwrite_each_other_unseen() {
    let Told {
        town,
        desk,
        clerk,
        id,
        ..
    } = told(Town::new());
    let seen = read(&town, desk, id).rows.remove(0).mark;
    correct(&town, clerk, id, ("Πρώτη", "6911111111")).unwrap();
    let late = correct_seen(&town, desk, id, &seen, ("Δεύτερη", "6922222222"));
    assert_eq!(late, Err(Problem::ChangedMeanwhile));
    let found = read(&town, desk, id).rows;
    assert_eq!(found[0].contact.as_ref().unwrap().name, "Πρώτη");
    // The same again, as when an answer was lost: nothing is lost with it.
    let mark = &found[0].mark;
    correct_seen(&town, desk, id, mark, ("Δεύτερη", "6922222222")).unwrap();
    let again = correct_seen(&town, desk, id, mark, ("Δεύτερη", "6922222222"));
    assert_eq!(again, Err(Problem::ChangedMeanwhile));
    let found = read(&town, desk, id).rows;
    assert_eq!(found[0].contact.as_ref().unwrap().name, "Δεύτερη");
}

#[test]
fn a_person_gets_everything_that_is_kept_of_them_and_nothing_of_others() {
    let Told {
        mut town,
        desk,
        clerk,
        kiosk,
        id,
        ..
    } = told(Town::new());
    let same_phone = another(&town, kiosk, &of("Ε. Δ.", "6912345678", "e@example.gr"));
    let same_name = another(&town, kiosk, &of("Ευτυχία Δοκιμαστική", "6900000000", ""));
    let by_mail_only = another(&town, kiosk, &of("", "", "e@example.gr"));
    let elsewhere = town.device("Κοινότητα", Role::Admin, None, &["11020304"]);
    town.settle();
    for who in [clerk, kiosk] {
        let needs = Permit::ExportContacts;
        let refused = ask_export(&town, who, id, &[]).map(drop);
        assert_eq!(refused, Err(Problem::NotAllowed { needs }));
        let refused = ask_same(&town, who, id).map(drop);
        assert_eq!(refused, Err(Problem::NotAllowed { needs }));
    }
    let refused = ask_same(&town, elsewhere, id).map(drop);
    assert_eq!(refused, Err(Problem::NotFound), "another community's");
    let path = format!("/v1/contacts/{id}/read");
    for unsaid in ["", "{}", r#"{"reason":""}"#, r#"{"reason":"curious"}"#] {
        let refused: Result<Contacts, _> = town.ask(clerk, "POST", &path, unsaid.into());
        let refused = refused.map(drop);
        assert!(
            matches!(refused, Err(Problem::Malformed { .. })),
            "{unsaid}: {refused:?}"
        );
    }
    read(&town, clerk, id);
    // Nobody is found by name: others may have it too. By what is the same, the desk asks.
    let same = ask_same(&town, desk, id).unwrap();
    assert_eq!(same.len(), 1);
    assert_eq!(same[0].doc, same_phone);
    assert!(same[0].phone && !same[0].email && !same[0].afm);
    assert_eq!(same[0].name, "Ε. Δ.");
    // What was not said to be theirs is not given; nor what nothing tells to be theirs, whoever asks.
    let found = ask_export(&town, desk, id, &[]).unwrap();
    assert_eq!(found.records.len(), 1);
    let found = ask_export(&town, desk, id, &[same_phone, same_name, by_mail_only]).unwrap();
    let docs: Vec<DocId> = found.records.iter().map(|record| record.doc).collect();
    assert_eq!(docs, [id, same_phone]);
    // Asked by the one with both, the third is found as well.
    assert_eq!(ask_same(&town, desk, same_phone).unwrap().len(), 2);
    let what: Vec<&str> = found.records[0]
        .uses
        .iter()
        .map(|one| one.what.as_str())
        .collect();
    assert_eq!(what[..2], ["contact.kept", "contact.read"]);
    let read = &found.records[0].uses[1];
    assert_eq!(
        (read.who.as_str(), read.reason.as_str()),
        ("Υπεύθυνος ΚΕΠ", "reach")
    );
    let given = what.iter().filter(|what| **what == "contact.exported");
    assert_eq!(given.count(), 2, "that it was given out is told, too");
    let uses = found.records[1].uses.iter();
    assert!(
        uses.map(|one| one.what.as_str())
            .any(|what| what == "contact.compared")
    );
    town.check();
}

#[test]
fn what_two_people_applied_for_with_one_tax_number_is_one_persons() {
    let Told {
        mut town,
        desk,
        kiosk,
        ..
    } = told(Town::new());
    let lists = town.at(kiosk).lists();
    let kind = lists.reference.application_types.iter().find(|kind| {
        let afm = koina_model::reference::FieldCheck::Afm;
        kind.fields.iter().any(|field| field.check == afm)
    });
    let kind = kind.expect("a certificate").clone();
    let afm = kind
        .fields
        .iter()
        .find(|field| field.check == koina_model::reference::FieldCheck::Afm);
    let key = afm.unwrap().key.clone();
    let contact = |phone: &str, value: &str| Contact {
        application: Some(Application {
            kind: kind.code.clone(),
            answers: vec![Answer {
                key: key.clone(),
                value: value.to_owned(),
            }],
            signature: Signature::Typed {
                name: "Α Β".to_owned(),
            },
        }),
        ..of("Α Β", phone, "")
    };
    let one = another(&town, kiosk, &contact("6911111111", "090000045"));
    let two = another(&town, kiosk, &contact("6922222222", "090000045"));
    // In the same household, with the same telephone.
    another(&town, kiosk, &contact("6911111111", "094014201"));
    town.settle();
    let same = ask_same(&town, desk, one).unwrap();
    assert_eq!(same.len(), 1);
    assert_eq!(
        (same[0].doc, same[0].afm, same[0].phone),
        (two, true, false)
    );
    // Corrected, the application stays.
    correct(&town, desk, one, ("Άλφα Βήτα", "6911111111")).unwrap();
    let row = read(&town, desk, one).rows.remove(0).contact.unwrap();
    assert_eq!(row.name, "Άλφα Βήτα");
    assert_eq!(row.application.unwrap().answer(&key), "090000045");
    town.unchecked = true;
}

#[test]
fn the_file_for_a_person_says_everything_and_nothing_in_it_is_markup_of_theirs() {
    let Told {
        town, desk, kiosk, ..
    } = told(Town::new());
    let name = "<script>alert('α')</script> & Υιοί";
    let id = another(&town, kiosk, &of(name, "6912345678", ""));
    town.settle();
    read(&town, desk, id);
    let same = ask_same(&town, desk, id).unwrap();
    let docs: Vec<DocId> = same.iter().map(|one| one.doc).collect();
    let found = ask_export(&town, desk, id, &docs).unwrap();
    let file = koina_commands::person_page(&town.window(desk), found).unwrap();
    assert!(file.starts_with("<!doctype html><html lang=\"el\">"));
    assert!(
        !file.contains(name) && !file.contains("<script>alert"),
        "escaped"
    );
    let shown = "&lt;script&gt;alert(&#39;α&#39;)&lt;/script&gt; &amp; Υιοί";
    assert!(file.contains(shown));
    for words in [
        "Ευτυχία Δοκιμαστική",
        "Καμένος λαμπτήρας",
        "Νέο",
        "Υπεύθυνος Δημαρχείο",
        "Παρέλαβε τα στοιχεία",
        "Τα είδε για να επικοινωνήσει για το αίτημα",
        "Έγραψε ένα τέτοιο αρχείο",
        "www.dpa.gr",
    ] {
        assert!(file.contains(words), "{words}");
    }
    let data = file.split("id=\"person-data\">").nth(1).unwrap();
    let data = data.split("</script>").next().unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    let records = data["records"].as_array().unwrap();
    assert_eq!(records.len(), 2);
    let theirs = |record: &Value| record["contacts"][0]["name"] == name;
    assert!(records.iter().any(theirs));
    assert_eq!(records[0]["request"]["category"], "LGT-01");
    town.check();
}
