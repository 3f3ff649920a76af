//! Whole records by column, as a server lays them out.

use koina_model::columns::{Columns, take_apart};
use koina_model::doc::Doc;

use super::{cbor, is_sound, people};

pub(super) fn take(bytes: &[u8]) {
    let Ok(columns) = ciborium::from_reader::<Columns, _>(bytes) else {
        return;
    };
    let Some(parts) = columns.read() else { return };
    // Many ways to say the same; laid out by us it is said in one.
    assert_eq!(
        Columns::lay_out(&parts).read().as_ref(),
        Some(&parts),
        "laid out again it says something else"
    );
    for part in &parts {
        let Ok(doc) = part.put_together() else {
            continue;
        };
        assert_eq!(doc.id(), Some(part.id));
        is_sound(&doc);
        let again = Doc::load(&doc.save()).expect("a doc that was put together");
        assert_eq!(again.heads(), doc.heads());
        if let Some(told) = take_apart(part.id, &doc) {
            assert_eq!(told.put_together().unwrap().heads(), doc.heads());
        }
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let docs = people::docs();
    let parts: Vec<_> = docs
        .iter()
        .filter_map(|doc| take_apart(doc.id()?, doc))
        .collect();
    let mut seeds = vec![cbor(&Columns::lay_out(&parts))];
    seeds.extend(
        parts
            .iter()
            .map(|part| cbor(&Columns::lay_out(std::slice::from_ref(part)))),
    );
    seeds
}
