use koina_model::exchange::Pushed;
use koina_model::ids::DocId;
use koina_model::words::Saved;
use koina_sync::views::RefusedRow;
use koina_sync::views::outbox::OutboxQuery;
use koina_tests::town::{LITOCHORO, Town};

use super::told::{all, request};

#[test]
fn one_poisoned_change_among_500_is_shown_and_the_others_arrive() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
    town.cut(crew);
    let ids: Vec<DocId> = (0..500)
        .map(|n| request(&town, crew, LITOCHORO, &format!("Εύρημα {n}")))
        .collect();
    // A byte of the 250th change rots on the tablet's flash.
    town.rot(crew, ids[249], |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x5a;
    });
    town.settle();
    let pending = town.at(crew).pending().unwrap();
    assert_eq!((pending.waiting, pending.needs_decision), (0, 1));
    assert_eq!(all(&town, desk).len(), 499);

    let query = OutboxQuery {
        saved: Some(Saved::NeedsDecision),
        limit: 10,
        ..OutboxQuery::default()
    };
    let page = town.at(crew).outbox_page(&query).unwrap();
    assert_eq!(
        (page.total, page.rows[0].doc, page.rows[0].reason.as_deref()),
        (1, ids[249], Some("malformed"))
    );
    let refused: Vec<RefusedRow> = town.ask(desk, "GET", "/v1/refused", Vec::new()).unwrap();
    assert_eq!(refused.len(), 1, "the desk sees it too");
    assert_eq!(
        (refused[0].doc.as_str(), refused[0].reason.as_str()),
        (ids[249].to_string().as_str(), "malformed")
    );
    assert_eq!(
        refused[0].device,
        town.at(crew).identity().unwrap().device.to_string()
    );
    // What the crew saw is still on its tablet.
    assert_eq!(
        town.at(crew)
            .request_case(ids[249], town.now())
            .unwrap()
            .text,
        "Εύρημα 249"
    );
}

#[test]
fn mutated_changes_never_reach_the_log_nor_stop_the_server() {
    let mut town = Town::new();
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
    let id = request(&town, crew, LITOCHORO, "Καλό");
    town.exchange(crew).unwrap();
    let good = town.at(crew).doc(id).unwrap();
    let mut writer = good.clone();
    let device = town.at(crew).identity().unwrap().device;
    let head = town.block_on(town.server().log.head()).unwrap();
    let mut seed = 7_u64;
    let mut next = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from((seed >> 33) % below as u64).unwrap()
    };
    let mut refused = 0;
    for round in 0..300 {
        let chunk = writer
            .clone()
            .write(
                device,
                town.time(crew),
                &vec![("text".into(), format!("γύρος {round}").into())],
            )
            .unwrap();
        let mut bytes = chunk.bytes.clone();
        for _ in 0..=next(3) {
            let at = 9 + next(bytes.len() - 9);
            bytes[at] = bytes[at].wrapping_add(1 + u8::try_from(next(200)).unwrap());
        }
        repair_checksum(&mut bytes);
        let push = vec![Pushed {
            doc: id,
            kind: koina_model::words::Kind::Request,
            bytes: bytes.into(),
            again: false,
        }];
        let device_row = town
            .block_on(town.server().log.device(device))
            .unwrap()
            .unwrap();
        let taken = town
            .block_on(koina_server::exchange::take(
                town.server(),
                &device_row,
                push,
                town.now(),
            ))
            .unwrap();
        match &taken.receipts[0].verdict {
            koina_model::exchange::Verdict::Accepted { .. } => {
                // A mutation may by chance be a well-formed change of the device's own; then it is one like any other.
                let saved = town
                    .block_on(town.server().ask(move |replica| replica.saved_doc(id)))
                    .unwrap()
                    .unwrap()
                    .1;
                writer = koina_model::doc::Doc::load(&saved)
                    .expect("what was accepted can be loaded again");
            }
            _ => refused += 1,
        }
    }
    assert!(
        refused > 200,
        "most mutations must be refused, {refused} were"
    );
    assert!(town.block_on(town.server().log.head()).unwrap() >= head);
    town.at(crew).rebuild_views().unwrap();
    town.settle();
}

/// Makes a mutated chunk look whole: Automerge's checksum is the head of the SHA-256 over type, length and body.
fn repair_checksum(bytes: &mut [u8]) {
    use sha2::Digest;
    let hash = sha2::Sha256::digest(&bytes[8..]);
    bytes[4..8].copy_from_slice(&hash[..4]);
}
