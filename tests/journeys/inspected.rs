use koina_model::assets::acts::{Added, Inspection};
use koina_model::ids::DocId;
use koina_model::inspections::Values;
use koina_model::problem::{FieldRule, Problem};
use koina_sync::views::assets::{AssetCard, AssetSort, AssetsQuery};
use koina_tests::town::{LITOCHORO, Town, Who};

fn hydrant(town: &Town, who: Who, number: &str) -> DocId {
    let added = Added {
        kind: "KRO",
        number,
        name: "",
        community: LITOCHORO,
        settlement: "",
        place_text: "πλατεία",
        position: None,
        note: "",
    };
    town.at(who)
        .add_asset(&added, None, None, town.time(who))
        .unwrap()
}

fn inspect(town: &Town, who: Who, id: DocId, values: &[(&str, &str)]) -> Result<(), Problem> {
    let values: Values = values
        .iter()
        .map(|(code, text)| ((*code).to_owned(), (*text).to_owned()))
        .collect();
    let inspection = Inspection {
        condition: 3,
        note: "",
        values,
    };
    town.at(who)
        .inspect_asset(id, &inspection, town.time(who))
        .map_err(|failure| failure.to_problem())
}

const GOOD: [(&str, &str); 5] = [
    ("reach", "yes"),
    ("opens", "yes"),
    ("caps", "yes"),
    ("flow", "1200"),
    ("pressure", "3,5"),
];

fn card(town: &Town, who: Who, id: DocId) -> AssetCard {
    town.at(who).asset_card(id, town.now()).unwrap()
}

/// Numbers of the assets whose inspection is overdue, the longest overdue first.
fn overdue(town: &Town, who: Who) -> Vec<String> {
    let query = AssetsQuery {
        due_before: Some(town.now()),
        sort: AssetSort::Due,
        limit: 10,
        ..AssetsQuery::default()
    };
    let page = town.at(who).assets_page(&query).unwrap();
    page.rows.into_iter().map(|row| row.number).collect()
}

#[test]
fn what_is_overdue_is_known_everywhere_until_everything_was_looked_at() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Συνεργείο", "water", &[LITOCHORO]);
    let one = hydrant(&town, desk, "ΚΡΟ-1");
    let two = hydrant(&town, desk, "ΚΡΟ-2");
    town.settle();
    let due = |who: Who| {
        let due = town.at(who).inspections_due(town.now()).unwrap();
        let rows = due.rows.into_iter();
        rows.map(|row| (row.kind, row.overdue, row.soon, row.failed, row.all))
            .collect::<Vec<_>>()
    };
    let row = |overdue, soon, failed| vec![("KRO".to_owned(), overdue, soon, failed, 2)];
    assert_eq!(due(desk), row(0, 0, 0));
    town.pass_days(151);
    assert_eq!(due(desk), row(0, 2, 0));
    town.pass_days(30);
    assert_eq!(due(desk), row(2, 0, 0));
    assert_eq!(overdue(&town, desk), ["ΚΡΟ-1", "ΚΡΟ-2"]);

    // In a village without a signal: one is looked at wholly, the other in part.
    town.cut(crew);
    inspect(&town, crew, one, &GOOD).unwrap();
    inspect(&town, crew, two, &GOOD[..4]).unwrap();
    assert_eq!(overdue(&town, crew), ["ΚΡΟ-2"]);
    town.settle();
    for who in [desk, crew] {
        assert_eq!(overdue(&town, who), ["ΚΡΟ-2"]);
        let half = card(&town, who, two);
        let left = half.checked.iter().filter(|check| check.value.is_empty());
        assert_eq!(left.count(), 1);
        assert_eq!(half.row.condition, Some(3), "what was seen counts");
    }
    town.at(desk)
        .retire_asset(two, "αντικαταστάθηκε", town.time(desk))
        .unwrap();
    assert!(
        overdue(&town, desk).is_empty(),
        "nobody inspects what is gone"
    );
    town.settle();
    town.check();
}

#[test]
fn a_failed_check_becomes_one_request_in_one_tap() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Συνεργείο", "water", &[LITOCHORO]);
    let id = hydrant(&town, desk, "ΚΡΟ-1");
    town.settle();
    town.cut(crew);
    let wrong = inspect(&town, crew, id, &[("flow", "πολλή"), ("caps", "yes")]);
    assert_eq!(
        wrong,
        Err(Problem::field("values.flow", FieldRule::NotANumber))
    );
    let mut found = GOOD;
    found[2].1 = "no";
    found[3].1 = "120";
    inspect(&town, crew, id, &found).unwrap();
    let report = |check: &str| {
        town.at(crew)
            .report_fault(id, check, town.time(crew))
            .map_err(|failure| failure.to_problem())
    };
    assert_eq!(
        report("reach"),
        Err(Problem::field("check", FieldRule::NotOnAList)),
        "what passed is no fault"
    );
    let (request, number, same) = report("flow").unwrap();
    assert!(!same);
    // The other failed check is of the same kind: it is noted there.
    for _ in 0..2 {
        assert_eq!(report("caps").unwrap(), (request, number.clone(), true));
    }
    town.settle();
    for who in [desk, crew] {
        let case = town.at(who).request_case(request, town.now()).unwrap();
        assert!(
            case.text
                .ends_with("Παροχή: 120 l/min (όριο: τουλάχιστον 500)."),
            "{}",
            case.text
        );
        assert_eq!((case.row.category.as_str(), case.supports), ("WAT-10", 0));
        let notes = case.timeline.iter().filter(|row| row.what == "note");
        assert_eq!(notes.count(), 1, "the caps, once");
        assert_eq!(case.row.place_text, "πλατεία");
        let card = card(&town, who, id);
        assert_eq!(card.row.failed, 2);
        let told: Vec<_> = card
            .checked
            .iter()
            .filter(|check| check.failed)
            .filter_map(|check| Some((check.code.as_str(), &check.request.as_ref()?.number)))
            .collect();
        assert_eq!(told, [("caps", &number), ("flow", &number)]);
    }
    // Somebody looks at something else: what failed is not forgotten.
    inspect(&town, desk, id, &[("pressure", "2")]).unwrap();
    assert_eq!(card(&town, desk, id).row.failed, 2);
    town.settle();
    // Mended and looked at again.
    inspect(&town, crew, id, &GOOD).unwrap();
    assert_eq!(card(&town, crew, id).row.failed, 0);
    town.settle();
    town.check();
}

#[test]
fn a_clock_that_is_years_ahead_does_not_outlive_what_others_found_later() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Συνεργείο", "water", &[LITOCHORO]);
    let id = hydrant(&town, desk, "ΚΡΟ-1");
    town.settle();
    let ahead = town.time(crew).plus_days(3_000);
    let wrong = Inspection {
        condition: 4,
        note: "",
        values: Values::from([("caps".to_owned(), "no".to_owned())]),
    };
    town.at(crew).inspect_asset(id, &wrong, ahead).unwrap();
    town.settle();
    assert_eq!(card(&town, desk, id).row.failed, 1);
    inspect(&town, desk, id, &GOOD).unwrap();
    town.settle();
    for who in [desk, crew] {
        assert_eq!(card(&town, who, id).row.failed, 0);
        let due = card(&town, who, id).row.due_at.unwrap();
        assert!(due < town.now().plus_days(181), "{due:?}");
    }
    town.check();
}

#[test]
fn an_app_that_was_renewed_asks_for_what_the_older_one_could_not_read() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    town.settle();
    // What an app of before left behind: lists without checklists, and views of its own version.
    let path = town.path(desk).to_owned();
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch(
        "UPDATE meta SET value = json_remove(value, '$.reference.checklists') WHERE key = 'lists';
         UPDATE meta SET value = '1' WHERE key = 'view_version';",
    )
    .unwrap();
    drop(db);
    town.reopen(desk);
    assert!(town.at(desk).lists().reference.checklists.is_empty());
    town.settle();
    assert!(!town.at(desk).lists().reference.checklists.is_empty());
    town.check();
}

#[test]
fn of_two_who_did_not_know_of_each_other_the_worse_finding_is_believed_until_somebody_looks_again()
{
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let one = town.crew("Συνεργείο 1", "water", &[LITOCHORO]);
    let two = town.crew("Συνεργείο 2", "roads", &[LITOCHORO]);
    let id = hydrant(&town, desk, "ΚΡΟ-1");
    town.settle();
    town.cut(one);
    town.cut(two);
    inspect(&town, one, id, &[("caps", "no")]).unwrap();
    // The other one's record is longer, and later.
    inspect(&town, two, id, &GOOD).unwrap();
    inspect(&town, two, id, &GOOD).unwrap();
    town.settle();
    for who in [desk, one, two] {
        let card = card(&town, who, id);
        let caps = card.checked.iter().find(|check| check.code == "caps");
        assert!(caps.unwrap().failed);
        assert_eq!(card.row.failed, 1);
    }
    inspect(&town, desk, id, &[("caps", "yes")]).unwrap();
    assert_eq!(card(&town, desk, id).row.failed, 0);
    town.settle();
    town.check();
}
