//! A visitor reports something at a kiosk: the number comes at once, who reported it reaches the desk and nobody else, and
//! whoever holds the receipt can follow it.

use koina_model::applications::{self, Answer, Application, Signature};
use koina_model::contacts::Contact;
use koina_model::permits::{Permit, Role};
use koina_model::problem::Problem;
use koina_model::requests::acts::{Entered, Step};
use koina_model::words::{Channel, Outcome, Status};
use koina_sync::replica::Reported;
use koina_sync::views::similar::SimilarQuery;
use koina_sync::views::{ContactRow, Contacts};
use koina_tests::town::{LITOCHORO, Town, Who, lamp};

use super::erased::to_reach;

fn visitor() -> Contact {
    Contact {
        name: "Ευτυχία Δοκιμαστική".to_owned(),
        phone: "6912345678".to_owned(),
        email: "eftychia@example.gr".to_owned(),
        application: None,
    }
}

/// A certificate that somebody applies for, filled in and signed.
fn application() -> Application {
    let answers = [
        ("surname", "Δοκιμαστική"),
        ("name", "Ευτυχία"),
        ("fatherName", "Πέτρος"),
        ("meterNo", "ΥΔ-77123"),
        ("connectionNo", "4512"),
        ("address", "Δοκιμαστικής οδού 9"),
    ];
    let answer = |(key, value): (&str, &str)| Answer {
        key: key.to_owned(),
        value: value.to_owned(),
    };
    Application {
        kind: "BYD".to_owned(),
        answers: answers.map(answer).to_vec(),
        signature: Signature::Drawn {
            lines: vec![(0..900).map(|at| (at, 1_000 - at)).collect()],
        },
    }
}

fn kiosk(town: &mut Town) -> Who {
    town.device("Κιόσκι δημαρχείου", Role::Kiosk, None, &[])
}

fn entered(text: &str) -> Entered<'_> {
    Entered {
        place_text: "στην πλατεία",
        channel: Channel::Kiosk,
        register: true,
        ..lamp(text)
    }
}

fn report(town: &Town, kiosk: Who, contact: &Contact) -> Reported {
    let now = town.time(kiosk);
    let replica = town.at(kiosk);
    replica
        .report(&entered("Σβηστό φως"), contact, now)
        .unwrap()
}

fn read(town: &Town, who: Who, reported: &Reported) -> Result<Vec<ContactRow>, Problem> {
    let path = format!("/v1/contacts/{}/read", reported.id);
    let found: Contacts = town.ask(who, "POST", &path, to_reach())?;
    Ok(found.rows)
}

/// Whether any of these words stands in a file.
fn stands_in(path: &std::path::Path, words: &[&str]) -> bool {
    words
        .iter()
        .any(|word| super::told::stands_in(path, word.as_bytes()))
}

#[test]
fn who_reported_something_reaches_the_desk_and_nobody_else() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
    let kiosk = kiosk(&mut town);
    town.settle();
    let reported = report(&town, kiosk, &visitor());
    assert!(!reported.receipt_number.is_empty(), "without network");
    town.settle();
    let told = read(&town, desk, &reported).unwrap();
    let wanted = Contact {
        phone: "+306912345678".to_owned(),
        ..visitor()
    };
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].contact, Some(wanted));
    for other in [crew, kiosk] {
        let refused = read(&town, other, &reported).unwrap_err();
        let needs = Permit::ReadContacts;
        assert_eq!(refused, Problem::NotAllowed { needs });
    }
    let personal = ["Ευτυχία", "Δοκιμαστική", "6912345678", "eftychia"];
    for who in [desk, crew, kiosk] {
        assert!(!stands_in(town.path(who), &personal), "{who:?}");
    }
    assert!(!stands_in(town.log_file(), &personal), "the log");
    assert!(!stands_in(town.server_file(), &personal), "the replica");
    // There is somebody to tell: that much everybody may know.
    let doc = town.at(crew).doc(reported.id).unwrap();
    assert!(koina_model::requests::read(&doc.record()).has_contact);
    town.check();
}

#[test]
fn an_application_reaches_the_desk_word_for_word_and_stands_nowhere_else() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Συνεργείο", "water", &[LITOCHORO]);
    let kiosk = kiosk(&mut town);
    town.settle();
    town.cut(kiosk);
    let now = town.time(kiosk);
    let lists = town.at(kiosk).lists();
    let stated = application().checked(&lists, now).unwrap();
    let entered = Entered {
        category: "ADM-01",
        place_text: "",
        ..entered("Βεβαίωση παροχής ύδρευσης")
    };
    let contact = applications::contact(
        stated.clone(),
        &Contact {
            name: String::new(),
            ..visitor()
        },
    );
    let reported = town.at(kiosk).report(&entered, &contact, now).unwrap();
    town.join(kiosk);
    town.settle();
    let told = read(&town, desk, &reported).unwrap();
    let told = told[0].contact.clone().unwrap();
    assert_eq!(told.name, "Ευτυχία Δοκιμαστική");
    assert_eq!(told.application, Some(stated));
    let personal = [
        "Ευτυχία",
        "Δοκιμαστική",
        "6912345678",
        "Πέτρος",
        "ΥΔ-77123",
        "Δοκιμαστικής οδού",
    ];
    for who in [desk, crew, kiosk] {
        assert!(!stands_in(town.path(who), &personal), "{who:?}");
    }
    assert!(!stands_in(town.log_file(), &personal), "the log");
    assert!(!stands_in(town.server_file(), &personal), "the replica");
    let doc = town.at(desk).doc(reported.id).unwrap();
    let request = koina_model::requests::read(&doc.record());
    assert_eq!(
        (request.text.as_str(), request.has_contact),
        ("Βεβαίωση παροχής ύδρευσης", true)
    );
    town.check();
}

#[test]
fn nobody_has_to_say_who_they_are() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let kiosk = kiosk(&mut town);
    town.settle();
    let reported = report(&town, kiosk, &Contact::default());
    town.settle();
    assert_eq!(read(&town, desk, &reported), Ok(Vec::new()));
    town.check();
}

#[test]
fn the_receipt_follows_the_request_without_network() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let kiosk = kiosk(&mut town);
    town.settle();
    let reported = report(&town, kiosk, &visitor());
    let follow = |town: &Town, number: &str, pin: &str| town.at(kiosk).track(number, pin);
    let number = reported.receipt_number.as_str();
    let at_once = follow(&town, number, &reported.pin).unwrap();
    assert_eq!(at_once.status, Status::Received);
    assert_eq!(at_once.protocol_number, None);
    town.settle();
    let now = town.time(desk);
    let replica = town.at(desk);
    let step = Step::Done {
        note: "ο κ. Νίκος το έφτιαξε",
        no_photos: "",
    };
    replica.record_work(reported.id, &step, now).unwrap();
    replica
        .answer_request(reported.id, "Αλλάχτηκε ο λαμπτήρας.", now)
        .unwrap();
    town.settle();
    // As people type it.
    let typed = number.replace('-', " ").to_lowercase();
    let (first, rest) = reported.pin.split_at(3);
    let pin = format!("{first} {rest}");
    let later = follow(&town, &typed, &pin).unwrap();
    assert_eq!(later.status, Status::Resolved);
    assert_eq!(later.answer.as_deref(), Some("Αλλάχτηκε ο λαμπτήρας."));
    assert_eq!(later.steps.len(), 2);
    let protocol = later.protocol_number.clone().unwrap();
    assert_eq!(follow(&town, &protocol, &reported.pin).unwrap(), later);
    assert!(!format!("{later:?}").contains("Νίκος"), "notes of crews");
    town.check();
}

#[test]
fn two_who_reported_the_same_are_both_kept_and_told() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
    let kiosk = kiosk(&mut town);
    town.settle();
    let first = report(&town, kiosk, &visitor());
    let second = report(&town, kiosk, &visitor());
    town.settle();
    // A crew without network sees it, too, and so does somebody on the phone: noted on the first.
    let similar = SimilarQuery {
        category: lamp("").category.to_owned(),
        community: LITOCHORO.to_owned(),
        ..SimilarQuery::default()
    };
    let now = town.time(crew);
    let offered = town.at(crew).similar(&similar, now).unwrap().rows;
    let offered: Vec<_> = offered.iter().map(|one| one.row.id).collect();
    assert!(offered.contains(&first.id) && offered.contains(&second.id));
    let support = |who, channel, text| {
        let now = town.time(who);
        town.at(who)
            .support_request(first.id, channel, text, &[], None, now)
            .unwrap();
    };
    support(crew, Channel::Crew, "δύο στύλοι");
    support(desk, Channel::Phone, "");
    let close = Outcome::Duplicate { of: first.id };
    let now = town.time(desk);
    town.at(desk)
        .close_request(second.id, &close, "", now)
        .unwrap();
    town.settle();
    let case = town.at(crew).request_case(first.id, now).unwrap();
    assert_eq!((case.supports, case.joined.len()), (2, 1));
    for reported in [&first, &second] {
        assert_eq!(read(&town, desk, reported).unwrap().len(), 1, "both kept");
    }

    // Whoever holds the second receipt hears what becomes of the first.
    let now = town.time(crew);
    let step = Step::Done {
        note: "ο κ. Νίκος το έφτιαξε",
        no_photos: "",
    };
    town.at(crew).record_work(first.id, &step, now).unwrap();
    let now = town.time(desk);
    town.at(desk)
        .answer_request(first.id, "Αλλάχτηκε ο λαμπτήρας.", now)
        .unwrap();
    town.settle();
    let follow = || {
        let replica = town.at(kiosk);
        replica.track(&second.receipt_number, &second.pin).unwrap()
    };
    let told = follow();
    assert_eq!(told.status, Status::Duplicate);
    let joined = told.joined.clone().unwrap();
    assert_eq!(joined.status, Status::Resolved);
    assert_eq!(joined.answer.as_deref(), Some("Αλλάχτηκε ο λαμπτήρας."));
    let said = format!("{told:?}");
    for secret in ["Νίκος", "στύλοι", &first.receipt_number, &first.pin] {
        assert!(!said.contains(secret), "{secret} in {said}");
    }

    // They were not the same after all.
    town.at(desk)
        .reopen_request(second.id, "Είναι άλλη λάμπα", town.time(desk))
        .unwrap();
    town.settle();
    let apart = follow();
    assert_eq!((apart.status, apart.joined), (Status::Reopened, None));
    let now = town.time(crew);
    let case = town.at(crew).request_case(first.id, now).unwrap();
    assert!(case.joined.is_empty());
    town.check();
}

#[test]
fn a_number_alone_tells_nothing() {
    let mut town = Town::new();
    town.desk("Δημαρχείο");
    let kiosk = kiosk(&mut town);
    town.settle();
    let reported = report(&town, kiosk, &visitor());
    let wrong = if reported.pin == "000000" {
        "000001"
    } else {
        "000000"
    };
    for (number, pin) in [
        (reported.receipt_number.as_str(), wrong),
        (reported.receipt_number.as_str(), ""),
        ("A1-26-999999-X", reported.pin.as_str()),
        ("", ""),
        ("' OR 1=1 --", "' OR 1=1 --"),
    ] {
        let refused = town.at(kiosk).track(number, pin).unwrap_err();
        assert_eq!(refused.to_problem(), Problem::NotFound, "{number} {pin}");
    }
    town.settle();
    town.check();
}

#[test]
fn a_contact_survives_a_lost_answer_and_an_old_backup() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let kiosk = kiosk(&mut town);
    town.settle();
    let backup = town.back_up("before");
    let reported = report(&town, kiosk, &visitor());
    let lost = &town.party(kiosk).net.lose_answers;
    lost.store(1, std::sync::atomic::Ordering::Relaxed);
    assert!(town.exchange(kiosk).is_err());
    town.settle();
    assert_eq!(read(&town, desk, &reported).unwrap().len(), 1, "once");
    town.restore_file(&backup);
    town.settle();
    town.settle();
    let told = read(&town, desk, &reported).unwrap();
    assert_eq!(told.len(), 1, "after the restore");
    assert!(told[0].contact.is_some());
    town.check();
}

#[test]
fn a_kiosk_writes_nothing_but_new_requests() {
    let mut town = Town::new();
    town.desk("Δημαρχείο");
    let kiosk = kiosk(&mut town);
    town.settle();
    let reported = report(&town, kiosk, &Contact::default());
    let now = town.time(kiosk);
    let replica = town.at(kiosk);
    let refused = |outcome: Result<(), koina_sync::replica::ReplicaError>| {
        matches!(
            outcome.unwrap_err().to_problem(),
            Problem::NotAllowed { .. }
        )
    };
    let id = reported.id;
    assert!(refused(replica.record_work(
        id,
        &Step::Start { team: &[] },
        now
    )));
    assert!(refused(replica.answer_request(id, "όχι", now)));
    assert!(refused(replica.reopen_request(id, "όχι", now)));
    assert!(refused(replica.register_request(id, now)));
    town.settle();
    town.check();
}

#[test]
fn a_contact_survives_a_damaged_file() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let kiosk = kiosk(&mut town);
    town.settle();
    town.cut(kiosk);
    let reported = report(&town, kiosk, &visitor());
    town.wreck(kiosk, true, |path| {
        let mut bytes = std::fs::read(path).unwrap();
        bytes[..4096].fill(0xa5);
        std::fs::write(path, bytes).unwrap();
    });
    town.join(kiosk);
    town.settle();
    let told = read(&town, desk, &reported).unwrap();
    assert_eq!(told.len(), 1, "it was rescued");
    assert!(told[0].contact.is_some());
    town.check();
}

#[test]
fn numbers_wait_for_no_kiosk_after_a_restore() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let silent = kiosk(&mut town);
    let other = kiosk(&mut town);
    town.settle();
    let backup = town.back_up("before");
    town.restore_file(&backup);
    town.cut(silent);
    for who in [desk, other, desk] {
        town.exchange(who).unwrap();
    }
    let reported = report(&town, other, &Contact::default());
    for who in [other, desk, other] {
        town.exchange(who).unwrap();
    }
    let replica = town.at(other);
    let tracked = replica.track(&reported.receipt_number, &reported.pin);
    assert!(tracked.unwrap().protocol_number.is_some());
    town.join(silent);
    town.settle();
    town.check();
}

#[test]
fn weeks_of_contacts_go_a_few_at_a_time() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let kiosk = kiosk(&mut town);
    town.settle();
    let all: Vec<Reported> = (0..300).map(|_| report(&town, kiosk, &visitor())).collect();
    let first = town.at(kiosk).ask("test").unwrap().ask;
    let bytes: usize = first.contacts.iter().map(|one| one.bytes.len()).sum();
    let pushed: usize = first.push.iter().map(|one| one.bytes.len()).sum();
    assert!(bytes + pushed < 70_000, "{bytes} and {pushed}");
    town.settle();
    for reported in all.iter().step_by(37) {
        assert_eq!(read(&town, desk, reported).unwrap().len(), 1);
    }
    town.check();
}
