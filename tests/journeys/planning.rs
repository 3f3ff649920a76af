//! The desk gives jobs to a crew for a day; the crew sees them in that order, and says who works on them.

use koina_commands::Desk;
use koina_model::calendar::athens_date;
use koina_model::ids::DocId;
use koina_model::permits::{Permit, Role};
use koina_model::problem::{FieldRule, Problem};
use koina_model::requests::acts::{Charge, Step};
use koina_model::words::Outcome;
use koina_tests::town::{LEPTOKARYA, LITOCHORO, Town, Who};
use serde_json::{Value, json};

use super::told::request;

/// So many days from now, as records say a day.
fn day(town: &Town, ahead: i64) -> String {
    athens_date(town.now().plus_days(ahead).0).to_string()
}

fn plan(town: &Town, by: Who, id: DocId, day: &str) {
    let charge = Charge {
        day,
        ..Charge::to("HLF", "light")
    };
    let planned = town.at(by).assign_request(id, &charge, town.time(by));
    planned.unwrap();
}

fn jobs(town: &Town, crew: Who) -> (Vec<String>, u32) {
    let today = town.at(crew).today(None, town.time(crew)).unwrap();
    let texts = today.jobs.into_iter().map(|row| row.text);
    (texts.collect(), today.later)
}

fn members(town: &Town, who: Who) -> usize {
    let lists = town.at(who).lists();
    lists.crews.iter().map(|crew| crew.members.len()).sum()
}

#[test]
fn a_crew_does_first_what_is_planned_for_today_and_last_what_is_for_later() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Ηλεκτροφωτισμός", "light", &[LITOCHORO, LEPTOKARYA]);
    let ids: Vec<DocId> = ["αύριο", "όποτε", "σήμερα", "χθες"]
        .map(|text| request(&town, desk, LITOCHORO, text))
        .to_vec();
    plan(&town, desk, ids[0], &day(&town, 1));
    plan(&town, desk, ids[1], "");
    plan(&town, desk, ids[2], &day(&town, 0));
    plan(&town, desk, ids[3], &day(&town, 0));
    town.settle();
    town.cut(crew);
    let told = ["σήμερα", "χθες", "όποτε", "αύριο"].map(str::to_owned);
    assert_eq!(jobs(&town, crew), (told.to_vec(), 1));
    // The next day, still without a network: what was not done stays first, what was for later is for today.
    town.pass_days(1);
    let told = ["αύριο", "σήμερα", "χθες", "όποτε"].map(str::to_owned);
    assert_eq!(jobs(&town, crew), (told.to_vec(), 0));

    let loads = town
        .at(desk)
        .crew_loads(&day(&town, 0), town.now())
        .unwrap();
    let light = loads.iter().find(|load| load.crew == "light").unwrap();
    assert_eq!((light.open, light.on_day), (4, 1));
    // Given again without a day, it has none.
    plan(&town, desk, ids[2], "");
    let row = town.at(desk).request_case(ids[2], town.now()).unwrap().row;
    assert_eq!(row.day, None);
    town.join(crew);
    town.settle();
    town.check();
}

#[test]
fn two_desks_that_chose_different_days_decide_which() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let other = town.device("ΚΕΠ", Role::Clerk, None, &[]);
    let id = request(&town, desk, LITOCHORO, "Σβηστό φως");
    town.settle();
    town.cut(other);
    plan(&town, desk, id, &day(&town, 1));
    plan(&town, other, id, &day(&town, 3));
    town.join(other);
    town.settle();
    let case = town.at(desk).request_case(id, town.now()).unwrap();
    let clash = &case.clashes[0];
    assert_eq!((case.clashes.len(), clash.field.as_str()), (1, "day"));
    let wanted = day(&town, 3);
    let version = clash.versions.iter().find(|one| one.value == wanted);
    let (desk, now) = (town.at(desk), town.time(desk));
    desk.decide(id, "day", &version.unwrap().key, "", now)
        .unwrap();
    town.settle();
    let row = town.at(other).request_case(id, town.now()).unwrap().row;
    assert_eq!((row.day, row.clashes), (Some(wanted), 0));
    town.check();
}

#[test]
fn a_plan_needs_a_crew_a_day_that_is_one_and_is_not_over() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Ηλεκτροφωτισμός", "light", &[LITOCHORO]);
    let id = request(&town, desk, LITOCHORO, "Σβηστό φως");
    let wrong = |crew: &str, day: &str| {
        let charge = Charge {
            day,
            ..Charge::to("HLF", crew)
        };
        let planned = town.at(desk).assign_request(id, &charge, town.time(desk));
        planned.map_err(|failure| failure.to_problem())
    };
    let field = |field: &str, rule: FieldRule| Err(Problem::field(field, rule));
    let (today, before) = (day(&town, 0), day(&town, -1));
    assert_eq!(wrong("", &today), field("crew", FieldRule::Missing));
    assert_eq!(
        wrong("light", "31/2/2026"),
        field("day", FieldRule::NotADate)
    );
    let first = today.clone();
    assert_eq!(
        wrong("light", &before),
        field("day", FieldRule::TooEarly { first })
    );
    assert_eq!(wrong("light", &today), Ok(()));
    // Given again later for other reasons, it keeps the day that is over by now.
    town.pass_days(2);
    assert_eq!(wrong("light", &today), Ok(()));
    town.settle();
    let charge = Charge::to("HLF", "light");
    let refused = town.at(crew).assign_request(id, &charge, town.time(crew));
    let needs = Permit::AssignRequests;
    assert_eq!(
        refused.map_err(|failure| failure.to_problem()),
        Err(Problem::NotAllowed { needs })
    );
}

#[test]
fn a_crew_says_who_works_and_the_names_stay_with_crews_and_desks() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Ηλεκτροφωτισμός", "light", &[LITOCHORO]);
    let kiosk = town.device("Κιόσκι", Role::Kiosk, None, &[]);
    let village = town.device("Κοινότητα", Role::Community, None, &[LITOCHORO]);
    let id = request(&town, desk, LITOCHORO, "Σβηστό φως");
    plan(&town, desk, id, "");
    town.settle();
    assert!(members(&town, desk) > 0 && members(&town, crew) > 0);
    assert_eq!((members(&town, kiosk), members(&town, village)), (0, 0));
    // Nor do they hear who works with a device.
    let people = |who: Who| {
        let lists = town.at(who).lists();
        let people = lists.devices.values();
        people.filter(|device| !device.person.is_empty()).count()
    };
    assert!(people(desk) > 0);
    assert_eq!((people(kiosk), people(village)), (0, 0));

    town.cut(crew);
    let record = |step: &Step<'_>| {
        let recorded = town.at(crew).record_work(id, step, town.time(crew));
        recorded.map_err(|failure| failure.to_problem())
    };
    let team = ["light-1", "light-2"].map(str::to_owned);
    let nobody = ["nobody".to_owned()];
    let wrong = Problem::field("team", FieldRule::NotOnAList);
    assert_eq!(record(&Step::Start { team: &nobody }), Err(wrong));
    record(&Step::Start { team: &team }).unwrap();
    town.pass_ms(30 * 60_000);
    // The second goes home.
    record(&Step::Start { team: &team[..1] }).unwrap();
    town.pass_ms(20 * 60_000);
    let under_way = town.at(crew).request_case(id, town.now()).unwrap();
    assert_eq!(under_way.team, &team[..1]);
    let done = Step::Done {
        note: "",
        no_photos: "",
    };
    record(&done).unwrap();
    town.join(crew);
    town.settle();
    let case = town.at(desk).request_case(id, town.now()).unwrap();
    assert!(case.team.is_empty(), "nobody works on it any more");
    assert_eq!((case.worked_minutes, case.people_minutes), (50, 80));
    let started = case.timeline.iter().find(|row| row.what == "started");
    assert_eq!(started.unwrap().detail["team"], r#"["light-1","light-2"]"#);
    town.check();
}

#[test]
fn a_crew_that_becomes_a_kiosk_forgets_the_names() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Ηλεκτροφωτισμός", "light", &[]);
    town.settle();
    assert!(members(&town, crew) > 0);
    let kept = |town: &Town| -> String {
        let db = rusqlite::Connection::open(town.path(crew)).unwrap();
        db.query_row("SELECT value FROM meta WHERE key = 'lists'", [], |row| {
            row.get(0)
        })
        .unwrap()
    };
    assert!(kept(&town).contains("Τεχνίτης"), "looked for rightly");
    town.change_purpose(desk, crew, Role::Kiosk, &[]).unwrap();
    town.settle();
    assert_eq!(members(&town, crew), 0);
    assert!(!kept(&town).contains("Τεχνίτης") && !kept(&town).contains("Υπεύθυνος Δημαρχείο"));
    town.change_purpose(desk, crew, Role::Crew, &[]).unwrap();
    town.settle();
    assert!(members(&town, crew) > 0, "a crew again");
    town.check();
}

/// What the planning's window asks, and what it hears.
fn save(window: &Desk, ids: &[DocId], crew: &str, day: &str) -> Result<Value, Problem> {
    let jobs = ids.iter().map(|id| {
        let row = window.replica.request_row(*id, (window.clock)());
        // One that is nowhere was never seen in a list; whoever asks says what they like.
        let seen = row.map_or(json!("RECEIVED"), |row| json!(row.status));
        json!({ "id": id, "crew": "", "status": seen })
    });
    let jobs: Vec<Value> = jobs.collect();
    let input = json!({ "jobs": jobs, "crew": crew, "day": day, "note": "" });
    koina_commands::call(window, "plan_save", input)
}

#[test]
fn a_plan_that_is_wrong_is_refused_whole_and_one_job_that_changed_alone() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Ηλεκτροφωτισμός", "light", &[LITOCHORO]);
    let ids =
        ["πρώτο", "κλειστό", "με συνεργείο"].map(|text| request(&town, desk, LITOCHORO, text));
    town.settle();
    let window = town.window(desk);
    let today = day(&town, 0);

    let field = |field: &str, rule: FieldRule| Err(Problem::field(field, rule));
    let nothing = save(&window, &[], "", "");
    let Err(Problem::BadInput { fields }) = &nothing else {
        panic!("an empty plan came back with {nothing:?}");
    };
    assert_eq!(fields.len(), 2, "what to plan, and for whom: {fields:?}");
    let many = vec![ids[0]; koina_commands::PLAN_MAX + 1];
    let max = i32::try_from(koina_commands::PLAN_MAX).unwrap();
    assert_eq!(
        save(&window, &many, "light", &today),
        field("jobs", FieldRule::OutOfRange { min: 1, max })
    );
    assert_eq!(
        save(&window, &ids, "nobody", &today),
        field("crew", FieldRule::NotOnAList)
    );
    assert_eq!(
        save(&window, &ids, "light", "31/2/2026"),
        field("day", FieldRule::NotADate)
    );
    let row = |id| town.at(desk).request_row(id, town.now()).unwrap();
    assert!(ids.iter().all(|id| row(*id).crew.is_empty()), "half a plan");

    // Two of three are no longer what the window shows, and one is on no list.
    plan(&town, desk, ids[2], "");
    let closed = town
        .at(desk)
        .close_request(ids[1], &Outcome::Resolved, "έγινε", town.time(desk));
    closed.unwrap();
    let nowhere = DocId(town.at(desk).new_id(town.now()));
    let all = [ids[0], ids[1], ids[2], nowhere];
    let planned = save(&window, &all, "light", &today).unwrap();
    assert_eq!(planned["saved"], json!([ids[0]]));
    let why: Vec<_> = planned["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["id"].clone(), one["why"]["code"].clone()))
        .collect();
    let told = [
        (ids[1], "already_closed"),
        (ids[2], "changed_meanwhile"),
        (nowhere, "not_found"),
    ];
    assert_eq!(why, told.map(|(id, code)| (json!(id), json!(code))));
    assert_eq!(row(ids[0]).crew, "light");

    // A crew plans nothing.
    let window = town.window(crew);
    let needs = Permit::AssignRequests;
    assert_eq!(
        save(&window, &[ids[0]], "light", &today),
        Err(Problem::NotAllowed { needs })
    );
    town.settle();
    town.check();
}
