//! A community (δημοτική κοινότητα) works without a network: it enters for residents, says what was done and what could not
//! wait, and never more than that.

use koina_model::contacts::Contact;
use koina_model::permits::{Permit, Role};
use koina_model::problem::Problem;
use koina_model::requests::acts::{Charge, Entered, Filed, Memo, Step};
use koina_model::words::{Channel, Outcome, Status};
use koina_sync::replica::Reported;
use koina_sync::views::Contacts;
use koina_sync::views::requests::RequestsQuery;
use koina_tests::town::{DION, LITOCHORO, Town, Who, lamp};

use super::erased::to_reach;

fn resident() -> Contact {
    Contact {
        name: "Ευτυχία Δοκιμαστική".to_owned(),
        phone: "+306912345678".to_owned(),
        ..Contact::default()
    }
}

fn community(town: &mut Town, name: &str, code: &str) -> Who {
    town.device(name, Role::Community, None, &[code])
}

fn enter(
    town: &Town,
    who: Who,
    category: &str,
    filed: Option<&Filed<'_>>,
    contact: &Contact,
) -> Reported {
    let entered = Entered {
        category,
        channel: Channel::Community,
        register: filed.is_none(),
        ..lamp("από το χωριό")
    };
    let replica = town.at(who);
    replica
        .report_with(&entered, filed, contact, &[], None, town.now())
        .unwrap()
}

fn memo() -> Memo<'static> {
    Memo {
        on: "2026-11-20",
        by: "Μηχάνημα του Δήμου",
        note: "καθαρίστηκε ο δρόμος",
    }
}

#[test]
fn a_village_without_a_signal_reports_works_and_measures_and_the_town_hall_hears_of_all() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let here = community(&mut town, "Κοινότητα Λιτοχώρου", LITOCHORO);
    let there = community(&mut town, "Κοινότητα Δίου", DION);
    let crew = town.crew("Ύδρευση", "water", &[LITOCHORO]);
    for who in [desk, here, there, crew] {
        town.exchange(who).unwrap();
    }

    let asked = enter(&town, here, "LGT-01", None, &resident());
    let road = enter(
        &town,
        here,
        "ROD-01",
        Some(&Filed::Memo(memo())),
        &Contact::default(),
    );
    let urgent = Filed::Urgent {
        measures: "έκλεισε η βάνα",
    };
    let burst = enter(&town, here, "WAT-01", Some(&urgent), &Contact::default());
    let of = |town: &Town, who, id| town.at(who).request_case(id, town.now());
    assert_eq!(
        of(&town, here, road.id).unwrap().row.status,
        Status::Resolved
    );
    assert_eq!(of(&town, here, burst.id).unwrap().row.priority, 1);

    for who in [here, desk, there, crew] {
        town.exchange(who).unwrap();
    }
    let case = of(&town, desk, asked.id).unwrap();
    assert!(case.has_contact && case.row.open);
    assert_eq!(case.channel, Channel::Community);
    let path = format!("/v1/contacts/{}/read", asked.id);
    let told: Contacts = town.ask(desk, "POST", &path, to_reach()).unwrap();
    let told = told.rows;
    assert_eq!(told[0].contact, Some(resident()));
    let refused: Result<Contacts, _> = town.ask(here, "POST", &path, to_reach());
    assert!(refused.is_err(), "nobody there may read it again");
    let memos = RequestsQuery {
        executed: true,
        limit: 10,
        ..RequestsQuery::default()
    };
    let page = town.at(desk).requests_page(&memos, town.now()).unwrap();
    assert_eq!((page.total, page.rows[0].id), (1, road.id));
    let case = of(&town, crew, burst.id).unwrap();
    assert_eq!((case.row.priority, case.row.open), (1, true));
    assert!(case.timeline.iter().any(|row| row.what == "urgent"));
    for id in [asked.id, road.id, burst.id] {
        assert!(of(&town, there, id).is_err(), "another community's");
    }
    town.check();
}

#[test]
fn a_memo_on_a_request_ends_it_unless_somebody_says_that_it_is_still_there() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let here = community(&mut town, "Κοινότητα Λιτοχώρου", LITOCHORO);
    let crew = town.crew("Φώτα", "light", &[LITOCHORO]);
    let (lamp, _) = town
        .at(desk)
        .enter_request(&lamp("σβηστή"), None, town.now())
        .unwrap();
    for who in [desk, here, crew] {
        town.exchange(who).unwrap();
    }
    let now = town.now();
    town.at(here)
        .file_memo(lamp, &memo(), Some(0), &[], None, now)
        .unwrap();
    let again = town
        .at(here)
        .file_memo(lamp, &memo(), Some(0), &[], None, now);
    assert!(again.is_err(), "it is closed");
    // A crew that could not know of the memo finds that it cannot be done: the desk has the next word.
    let step = Step::Impossible {
        reason: "NO_ACCESS",
        note: "",
    };
    town.at(crew).record_work(lamp, &step, now).unwrap();
    for who in [here, crew, desk, here] {
        town.exchange(who).unwrap();
    }
    for who in [desk, here] {
        let case = town.at(who).request_case(lamp, now).unwrap();
        assert_eq!(case.row.status, Status::CannotBeDone);
        let told = case.timeline.iter().filter(|row| row.concurrent).count();
        assert_eq!(told, 2, "both are shown");
    }
    town.check();
}

#[test]
fn a_community_does_no_works_of_crews_or_of_the_desk() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let here = community(&mut town, "Κοινότητα Λιτοχώρου", LITOCHORO);
    let (id, _) = town
        .at(desk)
        .enter_request(&lamp("σβηστή"), None, town.now())
        .unwrap();
    for who in [desk, here] {
        town.exchange(who).unwrap();
    }
    let (replica, now) = (town.at(here), town.now());
    let case = replica.request_case(id, now).unwrap();
    assert_eq!(case.may, [Permit::NoteRequests, Permit::FileMemos]);
    let refused = |result: Result<(), koina_sync::replica::ReplicaError>, needs| {
        let problem = result.unwrap_err().to_problem();
        assert_eq!(problem, Problem::NotAllowed { needs });
    };
    refused(
        replica.record_work(id, &Step::Start { team: &[] }, now),
        Permit::RecordWork,
    );
    refused(
        replica.answer_request(id, "ναι", now),
        Permit::AnswerRequests,
    );
    refused(
        replica.assign_request(id, &Charge::to("HLF", "light"), now),
        Permit::AssignRequests,
    );
    let note = Step::Note {
        text: "το είδα"
    };
    replica.record_work(id, &note, now).unwrap();
    let elsewhere = Entered {
        community: DION,
        ..lamp("αλλού")
    };
    assert!(replica.enter_request(&elsewhere, None, now).is_err());
    for who in [here, desk] {
        town.exchange(who).unwrap();
    }
    town.check();
}

#[test]
fn the_council_puts_its_proposals_into_an_order_and_the_town_hall_reads_it() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let here = community(&mut town, "Κοινότητα Λιτοχώρου", LITOCHORO);
    let (replica, now) = (town.at(here), town.now());
    let proposal = |cost| {
        let filed = Filed::Proposal { cost };
        enter(&town, here, "IDE-07", Some(&filed), &Contact::default()).id
    };
    let (road, square, pipe) = (proposal("12.500,50"), proposal(""), proposal("900"));
    let order = |who| {
        let proposals = town.at(who).proposals(LITOCHORO, town.now()).unwrap();
        let open = proposals.open.iter();
        open.map(|one| (one.row.id, one.rank)).collect::<Vec<_>>()
    };
    assert!(order(here).iter().all(|(_, rank)| *rank == 0));
    let decide = |order: &[_], decision| replica.rank_proposals(order, decision, now);
    assert!(decide(&[pipe, road], " ").is_err(), "of which decision?");
    decide(&[pipe, road], "Απόφαση 5/2026").unwrap();
    assert_eq!(order(here), [(pipe, 1), (road, 2), (square, 0)]);
    for who in [here, desk] {
        town.exchange(who).unwrap();
    }
    assert_eq!(order(desk), [(pipe, 1), (road, 2), (square, 0)]);
    let case = town.at(desk).request_case(road, now).unwrap();
    assert_eq!((case.cost, case.rank), (Some(1_250_050), 2));
    // What stands where it stood is not said again.
    let events = |id| {
        let case = replica.request_case(id, now).unwrap();
        let ranked = case.timeline.iter().filter(|row| row.what == "ranked");
        ranked.count()
    };
    decide(&[pipe, square, road], "Απόφαση 6/2026").unwrap();
    assert_eq!([pipe, square, road].map(events), [1, 1, 2]);
    // One that the municipality answered has no place any more; nobody else puts them into an order.
    town.at(desk)
        .close_request(
            square,
            &Outcome::Resolved,
            "Μπήκε στο τεχνικό πρόγραμμα",
            now,
        )
        .unwrap();
    for who in [desk, here, desk] {
        town.exchange(who).unwrap();
    }
    assert_eq!(order(here), [(pipe, 1), (road, 3)]);
    assert_eq!(replica.proposals(LITOCHORO, now).unwrap().closed.len(), 1);
    assert!(decide(&[square], "Απόφαση 7/2026").is_err());
    assert!(town.at(desk).rank_proposals(&[road], "ναι", now).is_err());
    let elsewhere = Entered {
        category: "IDE-07",
        ..lamp("από το γραφείο")
    };
    assert!(town.at(desk).enter_request(&elsewhere, None, now).is_err());
    town.check();
}
