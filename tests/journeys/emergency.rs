//! A plan of civil protection comes into force: a desk of the whole municipality says so, and every device hears of it.

use koina_model::permits::{Permit, Role};
use koina_model::problem::{FieldRule, Problem};
use koina_sync::views::EmergencySet;
use koina_tests::town::{LITOCHORO, Town, Who};

fn declare(town: &Town, who: Who, plan: &str) -> Result<EmergencySet, Problem> {
    let plan = plan.to_owned();
    let body = serde_json::to_vec(&EmergencySet { plan }).unwrap();
    town.ask(who, "POST", "/v1/emergency", body)
}

#[test]
fn a_plan_is_put_into_force_by_a_desk_of_all_and_heard_at_the_next_exchange() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let office = town.device("Γραφείο Λιτοχώρου", Role::Clerk, None, &[LITOCHORO]);
    let crew = town.crew("Δρόμοι", "light", &[LITOCHORO]);
    let village = town.device("Κοινότητα", Role::Community, None, &[LITOCHORO]);
    for who in [desk, office, crew, village] {
        town.exchange(who).unwrap();
    }
    let in_force = |who| town.at(who).lists().emergency.clone();
    assert_eq!(declare(&town, desk, "SNOW").unwrap().plan, "SNOW");
    town.exchange(crew).unwrap();
    assert_eq!(in_force(crew), "SNOW");
    assert_eq!(in_force(village), "", "without a line it goes on as usual");
    town.exchange(village).unwrap();
    assert_eq!(in_force(village), "SNOW");

    let needs = Permit::DeclareEmergencies;
    let not_allowed = || Problem::NotAllowed { needs };
    assert_eq!(
        declare(&town, office, "").unwrap_err(),
        not_allowed(),
        "of one village"
    );
    assert_eq!(declare(&town, crew, "").unwrap_err(), not_allowed());
    let none = Problem::field("plan", FieldRule::NotOnAList);
    assert_eq!(declare(&town, desk, "ΧΙΟΝΙ").unwrap_err(), none);
    // Said twice, noted once.
    declare(&town, desk, "SNOW").unwrap();
    declare(&town, desk, "").unwrap();
    town.exchange(crew).unwrap();
    assert_eq!(in_force(crew), "");
    town.check();
}
