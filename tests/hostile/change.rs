//! Change chunks, as a device pushes them.

use koina_model::doc::Doc;
use koina_model::guard::{self, Checked, Standing};
use koina_model::ids::{DocId, Time};
use koina_model::permits::{Author, Role, may_write};

use super::{CHUNK_MAGIC, is_sound, people, repair_checksum};

pub(super) fn take(bytes: &[u8]) {
    look(bytes);
    let mut chunk = if bytes.starts_with(&CHUNK_MAGIC) {
        bytes.to_vec()
    } else {
        whole(bytes)
    };
    repair_checksum(&mut chunk);
    look(&chunk);
}

/// A chunk around a body: the fuzzer need not guess the length.
fn whole(body: &[u8]) -> Vec<u8> {
    let mut chunk = CHUNK_MAGIC.to_vec();
    chunk.extend([0, 0, 0, 0, 1]);
    let mut length = body.len();
    while length >= 0x80 {
        chunk.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
        length >>= 7;
    }
    chunk.push(u8::try_from(length).unwrap());
    chunk.extend(body);
    chunk
}

fn look(chunk: &[u8]) {
    let Ok(checked) = guard::check(chunk) else {
        return;
    };
    assert_eq!(checked.bytes(), chunk);
    people::DOCS.with(|docs| {
        for (doc, id) in docs {
            meets(doc, *id, &checked);
        }
    });
}

/// What must hold when a checked change meets a record.
fn meets(doc: &Doc, id: DocId, checked: &Checked) {
    if guard::standing(doc, id, checked) != Ok(Standing::Fits) {
        return;
    }
    let places = guard::places_seen(doc, checked);
    let before = doc.record();
    for role in Role::ALL {
        let communities = vec![crate::town::LITOCHORO.to_owned()];
        let author = Author { role, communities };
        let known = doc.id().is_some().then_some(&before);
        let _ = may_write(&author, doc.kind(), known, &places, &checked.writes);
    }
    let taken = guard::apply(doc, &[checked]);
    // A device adds several and looks once at the end; it must come to the same.
    let as_device = guard::apply_unverified(doc, checked)
        .is_ok_and(|unverified| guard::prove(&unverified, &[checked]).is_some());
    assert_eq!(taken.is_ok(), as_device);
    let Ok(taken) = taken else {
        return;
    };
    let after = taken.doc;
    assert_eq!(taken.record, after.record());
    assert_eq!(taken.saved, after.save());
    assert!(after.has(&checked.hash));
    assert_eq!(guard::standing(&after, id, checked), Ok(Standing::Known));
    let loaded = Doc::load(&after.save()).expect("what was taken can be loaded");
    assert_eq!(loaded.record(), after.record());
    if loaded.id() != Some(id) {
        // Its id was overwritten; only permits hold that off.
        return;
    }
    is_sound(&loaded);
    goes_on(loaded, id);
}

/// Nobody is locked out: another writes on top, and that passes as well.
fn goes_on(mut doc: Doc, id: DocId) {
    let before = doc.clone();
    let writes = vec![("text".to_owned(), "συνέχεια".into())];
    let chunk = doc
        .write(people::OTHER, Time(1_795_300_000_000), &writes)
        .expect("the next one can write");
    let next = guard::check(&chunk.bytes).expect("a change of ours");
    assert_eq!(guard::standing(&before, id, &next), Ok(Standing::Fits));
    let after = guard::apply(&before, &[&next]).expect("a change of ours");
    assert_eq!(after.record, doc.record());
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for chunk in people::chunks() {
        // With its header, and the body alone.
        let body = chunk.iter().skip(9).skip_while(|byte| **byte >= 0x80);
        seeds.push(body.skip(1).copied().collect());
        seeds.push(chunk);
    }
    seeds
}
