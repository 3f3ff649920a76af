//! What an import promises: good rows come in once, bad rows are named, and nobody's correction is overwritten.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test stops at the first surprise and may speak"
)]

use std::path::Path;

use koina_model::assets;
use koina_model::ids::Time;
use koina_model::permits::Role;
use koina_model::problem::FieldRule;
use koina_model::words::Channel;
use koina_server::import::bad::BadRow;
use koina_server::import::mapping::{Mapping, MappingError};
use koina_server::import::rows::Format;
use koina_server::import::{DEVICE_NAME, Report, import};

mod town;
use town::{HERE, NOON, Town};

const REQUESTS: &[u8] = include_bytes!("data/requests.csv");
const ASSETS: &[u8] = include_bytes!("data/assets.geojson");

fn requests() -> Mapping {
    Mapping::parse(include_str!("data/requests.toml")).unwrap()
}

fn lamps() -> Mapping {
    Mapping::parse(include_str!("data/assets.toml")).unwrap()
}

async fn run(town: &Town, mapping: &Mapping, file: &[u8], format: Format) -> Report {
    import(&town.app.town, mapping, file, format, NOON)
        .await
        .unwrap()
}

/// Two lamps: their numbers and notes, and where they stand.
fn two_lamps(note: &str, number: &str) -> Vec<u8> {
    format!(
        r#"[{{"id": "a", "properties": {{"what": "lamp", "no": "1", "note": "{note}"}}, "at": [22.5021, 40.1018]}},
            {{"id": "b", "properties": {{"what": "lamp", "no": "{number}"}}, "at": [22.5, 40.1]}}]"#
    )
    .into_bytes()
}

fn json_lamps() -> Mapping {
    let text = include_str!("data/assets.toml").replace(
        "id = [\"id\"]",
        "id = [\"id\"]\nposition = { lat = \"at.1\", lon = \"at.0\" }",
    );
    Mapping::parse(&text).unwrap()
}

#[tokio::test]
async fn each_bad_row_is_named_with_its_number_and_reason() {
    let town = Town::new().await;
    let report = run(&town, &requests(), REQUESTS, Format::Csv).await;
    let word = |text: &str| text.to_owned();
    let bad = [
        (
            3,
            BadRow::UnknownWord {
                field: word("category"),
                word: word("dragon"),
            },
        ),
        (4, BadRow::NoPlace),
        (
            5,
            BadRow::BadPosition {
                found: word("40.1033, "),
            },
        ),
        (
            6,
            BadRow::BadPosition {
                found: word("βόρεια, ανατολικά"),
            },
        ),
        (
            7,
            BadRow::BadPosition {
                found: word("0, 0"),
            },
        ),
        (
            8,
            BadRow::Outside {
                lat: 37.98,
                lon: 23.73,
            },
        ),
        (
            9,
            BadRow::BadTime {
                found: word("χθες"),
            },
        ),
        (
            10,
            BadRow::InFuture {
                found: word("09/09/2030 18:00"),
            },
        ),
        (11, BadRow::NoId { column: word("id") }),
        (12, BadRow::SameId { id: word("2") }),
        (13, BadRow::Unreadable),
        (15, BadRow::Unreadable),
        (
            16,
            BadRow::Field {
                field: word("text"),
                rule: FieldRule::BadCharacter,
            },
        ),
    ];
    assert_eq!(report.bad, bad);
    assert_eq!((report.added, report.changed, report.same), (3, 0, 0));
    for (_, bad) in &report.bad {
        assert!(
            bad.greek().ends_with('.')
                && bad.english().ends_with('.')
                && bad.greek() != bad.english()
        );
    }
}

#[tokio::test]
async fn good_rows_become_records_like_any_other() {
    let town = Town::new().await;
    run(&town, &requests(), REQUESTS, Format::Csv).await;
    let desk = town.party(Role::Clerk, &[]).await;
    desk.exchange().await.unwrap();
    let mut found = Vec::new();
    for doc in desk.replica.doc_ids().unwrap() {
        let request = koina_model::requests::read(&desk.replica.doc(doc).unwrap().record());
        assert_eq!(
            (request.channel, request.place.community.as_str()),
            (Channel::Import, HERE)
        );
        assert!(request.receipt_number.unwrap().starts_with("A1-26-0000"));
        assert_eq!(
            desk.replica.entries_of(doc).unwrap().len(),
            1,
            "it asked for a protocol number"
        );
        found.push((request.received_at, request.category, request.text));
    }
    found.sort();
    let lamp = (
        Time(1_777_962_600_000),
        "LGT-01".to_owned(),
        "Σβηστή λάμπα στην πλατεία".to_owned(),
    );
    assert_eq!((found.len(), &found[2]), (3, &lamp), "09:30 in Athens");
    let devices = town.log().devices().await.unwrap();
    let importer = devices
        .iter()
        .find(|device| device.name == DEVICE_NAME)
        .unwrap();
    assert_eq!(
        (importer.role, importer.station.as_str()),
        (Role::Clerk, "A1")
    );
    town.log().verify_audit().await.unwrap();
}

#[tokio::test]
async fn importing_again_changes_nothing() {
    let town = Town::new().await;
    let first = run(&town, &requests(), REQUESTS, Format::Csv).await;
    let head = town.log().head().await.unwrap();
    let again = run(&town, &requests(), REQUESTS, Format::Csv).await;
    assert_eq!((again.added, again.changed, again.same), (0, 0, 3));
    assert_eq!(
        (again.bad, town.log().head().await.unwrap()),
        (first.bad, head)
    );
    assert_eq!(town.log().devices().await.unwrap().len(), 1, "one importer");
}

#[tokio::test]
async fn geojson_is_read_feature_by_feature() {
    let town = Town::new().await;
    let report = run(&town, &lamps(), ASSETS, Format::Geojson).await;
    let codes: Vec<(usize, &str)> = report
        .bad
        .iter()
        .map(|(number, bad)| (*number, bad.code()))
        .collect();
    assert_eq!(
        codes,
        [
            (3, "no_place"),
            (4, "bad_position"),
            (5, "unreadable"),
            (6, "field"),
            (7, "unreadable")
        ]
    );
    assert_eq!(report.added, 2, "a line stands at its middle");
}

#[tokio::test]
async fn a_changed_row_becomes_an_edit() {
    let town = Town::new().await;
    let mapping = json_lamps();
    assert_eq!(
        run(
            &town,
            &mapping,
            &two_lamps("στύλος ξύλινος", "2"),
            Format::Json
        )
        .await
        .added,
        2
    );
    let report = run(
        &town,
        &mapping,
        &two_lamps("στύλος μεταλλικός", "2"),
        Format::Json,
    )
    .await;
    assert_eq!((report.added, report.changed, report.same), (0, 1, 1));
    let report = run(&town, &mapping, &two_lamps("", "2"), Format::Json).await;
    assert_eq!((report.changed, report.same), (1, 1));
    let desk = town.party(Role::Clerk, &[]).await;
    desk.exchange().await.unwrap();
    assert_eq!(desk.replica.doc_ids().unwrap().len(), 2);
    for doc in desk.replica.doc_ids().unwrap() {
        assert_eq!(
            assets::read(&desk.replica.doc(doc).unwrap().record()).note,
            ""
        );
    }
}

#[tokio::test]
async fn what_a_person_corrected_stays() {
    let town = Town::new().await;
    let mapping = json_lamps();
    run(&town, &mapping, &two_lamps("", "2"), Format::Json).await;
    let desk = town.party(Role::Clerk, &[]).await;
    desk.exchange().await.unwrap();
    let number_of = |doc| assets::read(&desk.replica.doc(doc).unwrap().record()).number;
    let docs = desk.replica.doc_ids().unwrap();
    let second = docs.into_iter().find(|doc| number_of(*doc) == "2").unwrap();
    desk.replica
        .edit_asset(second, Some("2α"), None, None, NOON)
        .unwrap();
    desk.exchange().await.unwrap();
    let report = run(&town, &mapping, &two_lamps("", "22"), Format::Json).await;
    assert_eq!(
        (report.changed, report.same),
        (0, 2),
        "the row changed, but a person had the last word"
    );
    desk.exchange().await.unwrap();
    assert_eq!(number_of(second), "2α");
}

#[tokio::test]
async fn an_import_that_was_cut_off_adds_nothing_twice() {
    let town = Town::new().await;
    run(&town, &json_lamps(), &two_lamps("", "2"), Format::Json).await;
    // As if the server had stopped after the records were written and before their sources were noted.
    town.forget_sources();
    let report = run(&town, &json_lamps(), &two_lamps("", "2"), Format::Json).await;
    assert_eq!((report.added, report.changed, report.same), (0, 0, 2));
}

#[tokio::test]
async fn a_file_of_another_shape_is_refused_whole() {
    let town = Town::new().await;
    for (file, format) in [
        (&b"{}"[..], Format::Json),
        (b"[1, 2", Format::Json),
        (b"[]", Format::Geojson),
        (b"{\"features\": 7}", Format::Geojson),
        (b"\xff\xff", Format::Csv),
    ] {
        assert!(
            import(&town.app.town, &lamps(), file, format, NOON)
                .await
                .is_err(),
            "{file:?}"
        );
    }
    assert!(Format::of(Path::new("lamps.xlsx")).is_err());
    assert_eq!(town.log().head().await.unwrap(), 0);
}

#[test]
fn a_mapping_that_cannot_work_is_refused() {
    let good = include_str!("data/requests.toml");
    let refused = |text: String| Mapping::parse(&text).unwrap_err();
    assert!(matches!(
        refused(good.replace("old-desk", " ")),
        MappingError::Source
    ));
    assert!(matches!(
        refused(good.replace("fields.text", "fields.number")),
        MappingError::Field(_)
    ));
    assert!(matches!(
        refused(good.replace("fields.category", "fields.place_text")),
        MappingError::Missing(_)
    ));
    assert!(matches!(
        refused(good.replace("\";\"", "\"·\"")),
        MappingError::Separator
    ));
    assert!(matches!(
        refused(good.replace("register", "registre")),
        MappingError::Toml(_)
    ));
}

fn example(name: &str) -> String {
    std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("import")
            .join(name),
    )
    .unwrap()
}

#[test]
fn the_example_mappings_can_be_used() {
    for name in ["lights-and-bins.toml", "parking-bays.toml", "nyc-311.toml"] {
        Mapping::parse(&example(name)).unwrap();
    }
}

/// Real files, where they are at hand: the folder is named by `KOINA_SHARED_DATA`.
#[tokio::test]
#[allow(clippy::disallowed_methods, reason = "it says how long it took")]
async fn real_files_come_in_and_their_bad_rows_are_named() {
    let Ok(shared) = std::env::var("KOINA_SHARED_DATA") else {
        eprintln!("skipped: KOINA_SHARED_DATA does not name a folder with real files");
        return;
    };
    let town = Town::new().await;
    for (file, mapping, added, bad) in [
        (
            "assets/patras_lights_bins_sample.json",
            "lights-and-bins.toml",
            None,
            None,
        ),
        (
            "assets/thessaloniki_amea_parking.geojson",
            "parking-bays.toml",
            Some(254),
            Some(0),
        ),
        ("requests/nyc_311_sample.csv", "nyc-311.toml", None, None),
    ] {
        let file = Path::new(&shared).join(file);
        let bytes = std::fs::read(&file).unwrap();
        let mut mapping = Mapping::parse(&example(mapping)).unwrap();
        mapping.anywhere = true;
        let format = Format::of(&file).unwrap();
        let started = std::time::Instant::now();
        let report = run(&town, &mapping, &bytes, format).await;
        let mut reasons = std::collections::BTreeMap::<&str, u32>::new();
        for (_, bad) in &report.bad {
            *reasons.entry(bad.code()).or_default() += 1;
        }
        eprintln!(
            "{}: {} added, bad {reasons:?}, {:?}",
            mapping.source,
            report.added,
            started.elapsed()
        );
        let again = run(&town, &mapping, &bytes, format).await;
        assert_eq!(
            (again.added, again.changed, again.same),
            (0, 0, report.added)
        );
        assert_eq!(again.bad.len(), report.bad.len());
        assert!(added.is_none_or(|added| added == report.added));
        assert!(bad.is_none_or(|bad: usize| bad == report.bad.len()));
    }
    town.log().verify_audit().await.unwrap();
}
