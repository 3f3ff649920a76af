//! The desk changes what a device is for, while the device is out of reach.

use koina_model::permits::Role;
use koina_model::problem::Problem;
use koina_model::requests::acts::Step;
use koina_model::words::{Outcome, Saved};
use koina_sync::views::outbox::OutboxQuery;
use koina_tests::town::{DION, LEPTOKARYA, LITOCHORO, Town, Who};

use super::told::{all, asset, request, work};

fn texts(town: &Town, who: Who) -> Vec<String> {
    let mut texts: Vec<String> = all(town, who).into_iter().map(|row| row.text).collect();
    texts.sort();
    texts
}

fn undecided(town: &Town, who: Who) -> usize {
    let query = OutboxQuery {
        saved: Some(Saved::NeedsDecision),
        limit: 50,
        ..OutboxQuery::default()
    };
    town.at(who).outbox_page(&query).unwrap().rows.len()
}

fn told(text: &str) -> Step<'_> {
    Step::Note { text }
}

#[test]
fn a_crew_that_moves_to_other_communities_gets_theirs_and_loses_none_of_its_work() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Ηλεκτροφωτισμός", "light", &[LITOCHORO, LEPTOKARYA]);
    let old = request(&town, desk, LITOCHORO, "Λιτόχωρο");
    request(&town, desk, LEPTOKARYA, "Λεπτοκαρυά");
    request(&town, desk, DION, "Δίο");
    asset(&town, desk, DION, "Δ-1");
    asset(&town, desk, LITOCHORO, "Λ-1");
    town.settle();
    assert_eq!(texts(&town, crew), ["Λεπτοκαρυά", "Λιτόχωρο"]);

    // On Friday without signal: work in the old community. The desk moves the crew meanwhile.
    town.cut(crew);
    work(&town, crew, old, &told("έγινε την Παρασκευή"));
    request(&town, crew, LITOCHORO, "Νέο εύρημα");
    town.change_purpose(desk, crew, Role::Crew, &[LEPTOKARYA, DION])
        .unwrap();
    town.settle();
    assert_eq!(texts(&town, crew), ["Δίο", "Λεπτοκαρυά"]);
    assert_eq!(
        town.at(crew).identity().unwrap().communities,
        [LEPTOKARYA, DION]
    );
    assert_eq!(town.at(crew).doc_ids().unwrap().len(), 3);
    assert_eq!(undecided(&town, crew), 0, "all of it was taken");
    assert_eq!(
        texts(&town, desk),
        ["Δίο", "Λεπτοκαρυά", "Λιτόχωρο", "Νέο εύρημα"]
    );
    // From now on the old community is no business of this crew.
    let late = request(&town, crew, DION, "Δεύτερο");
    town.settle();
    assert!(town.at(desk).doc(late).is_ok());
    town.cut(crew);
    town.change_purpose(desk, crew, Role::Crew, &[]).unwrap();
    town.settle();
    assert_eq!(texts(&town, crew).len(), 5, "all communities");
}

#[test]
fn what_it_still_holds_of_its_old_community_goes_only_when_it_was_handed_over() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Ηλεκτροφωτισμός", "light", &[LITOCHORO]);
    let id = request(&town, desk, LITOCHORO, "Σβηστή λάμπα");
    town.settle();
    town.change_purpose(desk, crew, Role::Crew, &[DION])
        .unwrap();
    // The news of the move comes, and the answer to what is pushed next is lost.
    town.exchange(crew).unwrap();
    assert!(all(&town, crew).is_empty());
    town.change_purpose(desk, crew, Role::Crew, &[LITOCHORO])
        .unwrap();
    town.settle();
    town.cut(crew);
    work(&town, crew, id, &told("άλλαξα τη λάμπα"));
    town.change_purpose(desk, crew, Role::Crew, &[DION])
        .unwrap();
    town.join(crew);
    town.party(crew)
        .net
        .lose_answers
        .store(1, std::sync::atomic::Ordering::Relaxed);
    assert!(town.exchange(crew).is_err());
    assert_eq!(
        all(&town, crew).len(),
        1,
        "not before it knows of the receipt"
    );
    town.settle();
    assert!(all(&town, crew).is_empty());
    let case = town.at(desk).request_case(id, town.now()).unwrap();
    assert!(case.timeline.iter().any(|row| row.what == "note"));
}

#[test]
fn a_role_changed_without_signal_keeps_what_it_may_and_the_desk_decides_the_rest() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let van = town.device("Κινητή μονάδα", Role::Clerk, None, &[LITOCHORO]);
    let id = request(&town, desk, LITOCHORO, "Σβηστή λάμπα");
    town.settle();
    town.cut(van);
    town.at(van)
        .close_request(id, &Outcome::Resolved, "έκλεισε", town.time(van))
        .unwrap();
    work(&town, van, id, &told("και μια σημείωση"));
    town.change_purpose(desk, van, Role::Crew, &[LITOCHORO])
        .unwrap();
    town.settle();
    assert_eq!(town.at(van).identity().unwrap().role, Role::Crew);
    assert_eq!(undecided(&town, van), 1, "the closing");
    assert_eq!(town.kept(desk).unwrap().len(), 1);
    let refused = town
        .at(van)
        .close_request(id, &Outcome::Resolved, "ξανά", town.time(van));
    assert!(refused.is_err(), "its own rules have changed too");
    // Made a clerk again, it may.
    town.change_purpose(desk, van, Role::Clerk, &[LITOCHORO])
        .unwrap();
    town.settle();
    town.at(van)
        .close_request(id, &Outcome::Resolved, "ξανά", town.time(van))
        .unwrap();
    town.settle();
}

#[test]
fn only_an_administrator_changes_devices_and_one_remains() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let clerk = town.device("ΚΕΠ", Role::Clerk, None, &[]);
    let crew = town.crew("Ηλεκτροφωτισμός", "light", &[LITOCHORO]);
    for who in [clerk, crew] {
        let refused = town.change_purpose(who, crew, Role::Clerk, &[]);
        assert!(
            matches!(refused, Err(Problem::NotAllowed { .. })),
            "{refused:?}"
        );
    }
    let refused = town.change_purpose(desk, desk, Role::Clerk, &[]);
    assert!(matches!(refused, Err(Problem::BadInput { .. })));
    town.settle();
}
