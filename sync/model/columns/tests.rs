use super::*;
use crate::doc::tests::{device, new_request};
use crate::ids::{EventId, Time};
use crate::requests::{self, Event, What};
use proptest::prelude::*;
use uuid::Uuid;

/// What somebody does next in a made-up history.
#[derive(Clone, Debug)]
enum Act {
    Note(u8),
    Done(u8),
    Field(u8, i64),
    /// The copy of this writer takes over what the other one has.
    Meet(u8, u8),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        (0..3_u8).prop_map(Act::Note),
        (0..3_u8).prop_map(Act::Done),
        (0..3_u8, 1..5_i64).prop_map(|(who, pri)| Act::Field(who, pri)),
        (0..3_u8, 0..3_u8).prop_map(|(who, other)| Act::Meet(who, other)),
    ];
    proptest::collection::vec(act, 0..40)
}

/// Three people write the same request, meeting now and then; at the end everything meets.
fn history(n: u128, acts: &[Act]) -> (DocId, Doc) {
    let mut new = new_request();
    new.id = DocId(Uuid::from_u128(
        0x0192_0000_0000_7000_8000_0000_0000_0000 + n * 0x10000,
    ));
    let (doc, _) = requests::doc(&new, device(0)).unwrap();
    let mut copies = [doc.clone(), doc.clone(), doc];
    for (at, act) in acts.iter().enumerate() {
        let now = Time(1_790_000_000_000 + i64::try_from(at).unwrap() * 1_000);
        let event = EventId(Uuid::from_u128(
            (u128::try_from(now.0).unwrap() << 80) | (0x7000_8000_u128 << 48) | at as u128,
        ));
        let mut write = |who: u8, writes: &crate::doc::Writes| {
            let by = device(u128::from(who));
            copies[usize::from(who)].write(by, now, writes).unwrap();
        };
        match act {
            Act::Note(who) => {
                let text = format!("σημείωση {at} 🔧");
                let event_ = Event {
                    at: now,
                    what: What::Note { text },
                };
                write(*who, &requests::record(event, &event_));
            }
            Act::Done(who) => {
                // A claim of another time than the change's.
                let at = Time(now.0 + 5);
                let event_ = Event {
                    at,
                    what: What::Done {
                        note: String::new(),
                        no_photos: String::new(),
                    },
                };
                write(*who, &requests::record(event, &event_));
            }
            Act::Field(who, pri) => write(
                *who,
                &vec![
                    ("pri".into(), (*pri).into()),
                    ("spot".into(), format!("θέση {at}").as_str().into()),
                ],
            ),
            Act::Meet(who, other) => {
                let theirs = copies[usize::from(*other)].clone();
                copies[usize::from(*who)].merge(&theirs).unwrap();
            }
        }
    }
    let (a, b) = (copies[1].clone(), copies[2].clone());
    copies[0].merge(&a).unwrap();
    copies[0].merge(&b).unwrap();
    (new.id, copies[0].clone())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn records_come_out_of_columns_byte_for_byte(histories in proptest::collection::vec(acts(), 1..4)) {
        let docs: Vec<(DocId, Doc)> = histories.iter().enumerate().map(|(n, acts)| history(n as u128, acts)).collect();
        let parts: Vec<Parts> = docs.iter().map(|(id, doc)| take_apart(*id, doc).expect("a record of ours")).collect();
        let columns = Columns::lay_out(&parts);
        let read = columns.read().expect("readable columns");
        prop_assert_eq!(&read, &parts);
        for (parts, (id, doc)) in read.iter().zip(&docs) {
            let again = parts.put_together().expect("the same record");
            prop_assert_eq!(parts.id, *id);
            prop_assert_eq!(again.heads(), doc.heads());
            prop_assert_eq!(again.record(), doc.record());
        }
    }

    #[test]
    fn damaged_columns_give_no_other_record(acts in acts(), which in 0..15_usize, at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let (id, doc) = history(1, &acts);
        let mut columns = Columns::lay_out(&[take_apart(id, &doc).unwrap()]);
        let column = match which {
            0 => &mut columns.devices,
            1 => &mut columns.doc_times,
            2 => &mut columns.doc_rests,
            3 => &mut columns.kinds,
            4 => &mut columns.checks,
            5 => &mut columns.changes,
            6 => &mut columns.writers,
            7 => &mut columns.times,
            8 => &mut columns.deps,
            9 => &mut columns.writes,
            10 => &mut columns.keys,
            11 => &mut columns.shapes,
            12 => &mut columns.lengths[1],
            13 => &mut columns.texts[1],
            _ => &mut columns.event_times,
        };
        if column.is_empty() {
            return Ok(());
        }
        let at = at.index(column.len());
        column[at] ^= 1 << bit;
        // A damaged page is refused, or what was damaged changed nothing of the record.
        if let Some(read) = columns.read() {
            for parts in read {
                if let Ok(again) = parts.put_together() {
                    prop_assert_eq!(again.heads(), doc.heads());
                }
            }
        }
    }
}

#[test]
fn a_record_that_columns_cannot_tell_is_left_to_travel_whole() {
    use automerge::transaction::{CommitOptions, Transactable};
    let (id, doc) = history(1, &[]);
    let mut inner = automerge::Automerge::load(&doc.save()).unwrap();
    let mut tx = inner.transaction();
    tx.put(automerge::ROOT, "pri", 2_i64).unwrap();
    tx.commit_with(CommitOptions::default().with_message("a remark"));
    let odd = Doc::load(&inner.save_nocompress()).unwrap();
    assert_eq!(take_apart(id, &odd), None);
    let other = DocId(Uuid::from_u128(7));
    assert_eq!(take_apart(other, &doc), None);
}
