//! Files that an import reads, and the mapping that says what their columns mean.

use koina_model::doc::Doc;
use koina_model::guard::{self, Standing};
use koina_model::ids::{DocId, Time};
use koina_model::lists::Lists;
use koina_model::permits::{Author, Role, may_write};
use koina_model::reference::Reference;
use koina_server::import::mapping::Mapping;
use koina_server::import::rows::{self, Format};
use koina_server::import::{begin, fields};
use uuid::Uuid;

use super::{is_sound, people};

const REQUESTS: &[u8] = include_bytes!("../../sync/server/tests/data/requests.csv");
const ASSETS: &[u8] = include_bytes!("../../sync/server/tests/data/assets.geojson");
const REQUESTS_MAPPING: &str = include_str!("../../sync/server/tests/data/requests.toml");
const ASSETS_MAPPING: &str = include_str!("../../sync/server/tests/data/assets.toml");
/// Four weeks after the files were written.
const NOW: Time = Time(1_795_244_400_000);
const ID: DocId = DocId(Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0031));

/// What the rows of a file mean, as the municipality wrote it down.
struct Sources {
    lists: Lists,
    requests: Mapping,
    lamps: Mapping,
    json_lamps: Mapping,
}

thread_local! {
    static SOURCES: Sources = Sources {
        lists: Lists {
            reference: Reference::bundled("dion-olympos").unwrap(),
            ..Lists::empty()
        },
        requests: Mapping::parse(REQUESTS_MAPPING).unwrap(),
        lamps: Mapping::parse(ASSETS_MAPPING).unwrap(),
        json_lamps: Mapping::parse(&json_mapping()).unwrap(),
    };
}

fn json_mapping() -> String {
    ASSETS_MAPPING.replace(
        "id = [\"id\"]",
        "id = [\"id\"]\nposition = { lat = \"at.1\", lon = \"at.0\" }",
    )
}

pub(super) fn take(bytes: &[u8]) {
    let Some((way, file)) = bytes.split_first() else {
        return;
    };
    SOURCES.with(|sources| match way % 4 {
        0 => reads(&sources.lists, &sources.requests, Format::Csv, file),
        1 => reads(&sources.lists, &sources.lamps, Format::Geojson, file),
        2 => reads(&sources.lists, &sources.json_lamps, Format::Json, file),
        // A mapping of the fuzzer's, for files that are good.
        _ => {
            let text = String::from_utf8_lossy(file);
            if let Ok(mapping) = Mapping::parse(&text) {
                reads(&sources.lists, &mapping, Format::Csv, REQUESTS);
                reads(&sources.lists, &mapping, Format::Geojson, ASSETS);
            }
        }
    });
}

/// A row is named as bad, or becomes a record that the server takes.
fn reads(lists: &Lists, mapping: &Mapping, format: Format, file: &[u8]) {
    let Ok(rows) = rows::read(format, mapping.separator, file) else {
        return;
    };
    for row in rows {
        let words = row.and_then(|row| fields::read(&row, mapping, lists, NOW));
        let begun = words.and_then(|words| {
            let receipt = "I1-26-000001-0".to_owned();
            begin(&words, mapping, lists, ID, receipt)
        });
        match begun {
            Ok(writes) => {
                let empty = Doc::new(mapping.kind);
                let chunk = empty.clone().write(people::OTHER, NOW, &writes).unwrap();
                let checked = guard::check(&chunk.bytes).expect("a row that was taken");
                assert_eq!(guard::standing(&empty, ID, &checked), Ok(Standing::Fits));
                let author = Author {
                    role: Role::Clerk,
                    communities: Vec::new(),
                };
                let places = guard::places_seen(&empty, &checked);
                let may = may_write(&author, mapping.kind, None, &places, &checked.writes);
                assert_eq!(may, Ok(()));
                let taken = guard::apply(&empty, &[&checked]).expect("a row that was taken");
                let doc = taken.doc;
                assert_eq!(doc.id(), Some(ID));
                is_sound(&doc);
            }
            // People read why, in both languages.
            Err(bad) => assert!(!bad.greek().is_empty() && !bad.english().is_empty()),
        }
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let by = |way: u8, file: &[u8]| [&[way], file].concat();
    let json = r#"[{"id": "a", "properties": {"what": "lamp", "no": "1", "note": "σκουριά"}, "at": [22.5021, 40.1018]},
        {"id": "b", "properties": {"what": "lamp", "no": "2"}, "at": ["22,5", "40,1"]}]"#;
    vec![
        by(0, REQUESTS),
        by(1, ASSETS),
        by(2, json.as_bytes()),
        by(3, REQUESTS_MAPPING.as_bytes()),
        by(3, ASSETS_MAPPING.as_bytes()),
        by(3, json_mapping().as_bytes()),
    ]
}
