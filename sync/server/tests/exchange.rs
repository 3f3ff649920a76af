//! What devices and the server promise each other, with real replicas over a real port.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use koina_model::exchange::{Ask, CAPABILITIES, FirstLoad, Item, Verdict};
use koina_model::ids::DocId;
use koina_model::permits::Role;
use koina_model::problem::Problem;
use koina_model::requests::acts::Entered;
use koina_model::words::Channel;
use koina_model::{assets::acts::Added, requests::acts::Edited};

mod town;
use town::{HERE, NOON, Party, THERE, Town};

fn fault<'a>(community: &'a str, text: &'a str) -> Entered<'a> {
    Entered {
        category: "LGT-01",
        community,
        settlement: "",
        place_text: "",
        position: None,
        asset: None,
        text,
        channel: Channel::Phone,
        register: true,
    }
}

fn enter(party: &Party, community: &str, text: &str) -> DocId {
    party
        .replica
        .enter_request(&fault(community, text), None, NOON)
        .unwrap()
        .0
}

fn lamp(community: &str) -> Added<'_> {
    Added {
        kind: "FOT",
        number: "17",
        name: "",
        community,
        settlement: "",
        place_text: "",
        position: None,
        note: "",
    }
}

fn number(party: &Party, doc: DocId) -> Option<u32> {
    let entries = party.replica.entries_of(doc).unwrap();
    let (_, number) = entries.first()?.words.number()?;
    Some(number)
}

#[tokio::test]
async fn what_one_saves_the_others_get_with_its_number() {
    let town = Town::new().await;
    let desk = town.party(Role::Clerk, &[]).await;
    let other = town.party(Role::Clerk, &[]).await;
    other.exchange().await.unwrap();
    let request = enter(&desk, HERE, "Σβηστή λάμπα");
    desk.exchange().await.unwrap();
    other.exchange().await.unwrap();
    assert_eq!(other.replica.doc_ids().unwrap(), [request]);
    assert_eq!(
        (number(&desk, request), number(&other, request)),
        (Some(1), Some(1))
    );
    assert_eq!(desk.replica.pending().unwrap().waiting, 0);
    assert_eq!(
        desk.replica.saved_doc(request).unwrap(),
        other.replica.saved_doc(request).unwrap()
    );
    town.log().verify_audit().await.unwrap();
}

#[tokio::test]
async fn a_quiet_exchange_is_one_round_trip_and_nothing_else() {
    let town = Town::new().await;
    let desk = town.party(Role::Clerk, &[]).await;
    enter(&desk, HERE, "Λάμπα");
    desk.exchange().await.unwrap();
    let quiet = desk.exchange().await.unwrap();
    assert_eq!((quiet.round_trips, quiet.pushed), (1, 0));
    assert!(quiet.bytes_received < 400, "{}", quiet.bytes_received);
}

#[tokio::test]
async fn records_outside_the_scope_never_cross_the_wire() {
    let town = Town::new().await;
    let desk = town.party(Role::Clerk, &[]).await;
    let mine = enter(&desk, HERE, "Εδώ");
    enter(&desk, THERE, "ΚΑΝΑΡΙΝΙ-ΠΡΙΝ");
    desk.exchange().await.unwrap();
    let crew = town.hand(Role::Crew, &[HERE]).await;
    let first = crew
        .exchange(&Ask {
            first: Some(FirstLoad::default()),
            ..Ask::default()
        })
        .await;
    enter(&desk, THERE, "ΚΑΝΑΡΙΝΙ-ΜΕΤΑ");
    desk.exchange().await.unwrap();
    let then = crew
        .exchange(&Ask {
            cursor: first.cursor,
            ..Ask::default()
        })
        .await;
    let everything = crew.exchange(&Ask::default()).await;
    let by_column = crew
        .exchange(&Ask {
            capabilities: CAPABILITIES.map(str::to_owned).to_vec(),
            first: Some(FirstLoad::default()),
            ..Ask::default()
        })
        .await;
    for answer in [&first, &then, &everything, &by_column] {
        for item in &answer.items {
            let docs = match item {
                Item::Doc { doc, .. } | Item::Change { doc, .. } | Item::Evict { doc } => {
                    vec![*doc]
                }
                Item::Docs { columns } => {
                    columns.read().unwrap().iter().map(|one| one.id).collect()
                }
                Item::Entry { entry } => vec![entry.doc],
            };
            assert_eq!(docs, [mine]);
        }
        let mut bytes = Vec::new();
        ciborium::into_writer(&answer.items, &mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("ΚΑΝΑΡΙΝΙ"));
        assert!(
            answer.items.is_empty() || text.contains("Εδώ"),
            "texts are there to be found"
        );
    }
    assert_eq!(
        (first.items.len(), then.items.len(), everything.items.len()),
        (2, 0, 2)
    );
    assert_eq!(
        then.cursor,
        town.log().head().await.unwrap(),
        "the cursor passes what is not theirs"
    );
}

#[tokio::test]
async fn a_record_that_moves_leaves_one_crew_and_reaches_the_other_with_its_number() {
    let town = Town::new().await;
    let desk = town.party(Role::Clerk, &[]).await;
    let here = town.party(Role::Crew, &[HERE]).await;
    let there = town.party(Role::Crew, &[THERE]).await;
    let request = enter(&desk, HERE, "Λάμπα");
    for party in [&desk, &here, &there] {
        party.exchange().await.unwrap();
    }
    assert_eq!(
        (
            here.replica.doc_ids().unwrap().len(),
            there.replica.doc_ids().unwrap().len()
        ),
        (1, 0)
    );
    let moved = Edited {
        place: Some((THERE, "")),
        ..Edited::default()
    };
    desk.replica.edit_request(request, &moved, NOON).unwrap();
    for party in [&desk, &here, &there] {
        party.exchange().await.unwrap();
    }
    assert_eq!(
        (
            here.replica.doc_ids().unwrap().len(),
            there.replica.doc_ids().unwrap().len()
        ),
        (0, 1)
    );
    assert_eq!(number(&there, request), Some(1));
}

#[tokio::test]
async fn a_lost_answer_changes_nothing_and_costs_no_number() {
    let town = Town::new().await;
    let desk = town.party(Role::Clerk, &[]).await;
    let request = enter(&desk, HERE, "Λάμπα");
    // The server takes the push; the answer never arrives.
    let who = town.log().device(desk.device()).await.unwrap().unwrap();
    let ask = desk.replica.ask("0.1").unwrap().ask;
    let lost = koina_server::exchange::exchange(&town.app.town, &who, ask.clone(), NOON)
        .await
        .unwrap();
    let again = koina_server::exchange::exchange(&town.app.town, &who, ask, NOON.plus_days(1))
        .await
        .unwrap();
    assert_eq!(lost.receipts, again.receipts);
    assert!(matches!(
        lost.receipts[0].verdict,
        Verdict::Accepted { seq: 1, at: NOON }
    ));
    enter(&desk, HERE, "Άλλη λάμπα");
    desk.exchange().await.unwrap();
    assert_eq!(number(&desk, request), Some(1));
    assert_eq!(
        town.log().head().await.unwrap(),
        4,
        "two changes, two numbers"
    );
}

#[tokio::test]
async fn a_revoked_device_hands_over_its_work_and_gets_nothing() {
    let town = Town::new().await;
    let desk = town.party(Role::Clerk, &[]).await;
    let crew = town.party(Role::Crew, &[HERE]).await;
    crew.exchange().await.unwrap();
    enter(&desk, HERE, "Καινούργιο");
    desk.exchange().await.unwrap();
    let found = crew
        .replica
        .add_asset(&lamp(HERE), None, None, NOON)
        .unwrap();
    town.log()
        .revoke(koina_server::log::Author::server(), NOON, crew.device())
        .await
        .unwrap();
    assert_eq!(crew.exchange().await, Err(Problem::Revoked));
    desk.exchange().await.unwrap();
    assert!(
        desk.replica.doc_ids().unwrap().contains(&found),
        "nobody's work is lost"
    );
    assert_eq!(
        crew.replica.doc_ids().unwrap(),
        [found],
        "and nothing new was given out"
    );
}

#[tokio::test]
async fn what_a_role_may_not_write_is_refused_and_the_rest_goes_on() {
    let town = Town::new().await;
    let crew = town.party(Role::Crew, &[HERE]).await;
    // A crew that lies to itself about its role.
    let mut liar = (*crew.replica.identity().unwrap()).clone();
    (liar.role, liar.communities) = (Role::Admin, Vec::new());
    crew.replica.set_identity(&liar).unwrap();
    let outside = enter(&crew, THERE, "Ξένη κοινότητα");
    let inside = enter(&crew, HERE, "Δική μας κοινότητα");
    let priority = Edited {
        priority: Some(1),
        ..Edited::default()
    };
    crew.replica.edit_request(inside, &priority, NOON).unwrap();
    crew.exchange().await.unwrap();
    let refused = town.log().refused(10, vec![]).await.unwrap();
    let mut reasons: Vec<(&str, &str)> = refused
        .iter()
        .map(|row| (row.doc.as_str(), row.reason.as_str()))
        .collect();
    reasons.sort_by_key(|(_, reason)| *reason);
    let (inside, outside) = (inside.to_string(), outside.to_string());
    assert_eq!(
        reasons,
        [
            (inside.as_str(), "not_allowed"),
            (outside.as_str(), "out_of_scope")
        ]
    );
    let devices = town.log().devices().await.unwrap();
    assert_eq!(devices[0].refused, 2);
}

#[tokio::test]
async fn a_fresh_device_pages_through_everything() {
    let town = Town::new().await;
    let desk = town.party(Role::Clerk, &[]).await;
    for n in 0..120 {
        let text = format!("Λάμπα {n} ").repeat(40);
        enter(&desk, HERE, &text);
    }
    desk.exchange().await.unwrap();
    let fresh = town.hand(Role::Clerk, &[]).await;
    let (mut first, mut docs, mut numbers, mut pages) =
        (Some(FirstLoad::default()), Vec::new(), 0, 0);
    let mut cursor = 0;
    loop {
        let ask = Ask {
            first,
            cursor,
            want_bytes: 1,
            ..Ask::default()
        };
        let answer = fresh.exchange(&ask).await;
        pages += 1;
        assert!(matches!(answer.expected, 120 | 121));
        for item in &answer.items {
            match item {
                Item::Doc { doc, .. } => docs.push(*doc),
                Item::Entry { .. } => numbers += 1,
                other => panic!("{other:?}"),
            }
        }
        (first, cursor) = (answer.first, answer.cursor);
        if pages == 2 {
            enter(&desk, HERE, "Ενδιάμεσα");
            desk.exchange().await.unwrap();
        }
        if first.is_none() {
            assert!(answer.more, "what came during the load is still to come");
            break;
        }
    }
    assert!(pages > 5, "{pages}");
    assert_eq!(docs.len(), numbers, "each with its number");
    let sent = docs.len();
    docs.sort();
    docs.dedup();
    assert_eq!((sent, docs.len() >= 120), (docs.len(), true), "each once");
    let news = fresh
        .exchange(&Ask {
            cursor,
            ..Ask::default()
        })
        .await;
    assert_eq!(
        (news.items.len(), news.more),
        (2, false),
        "the change and its number"
    );
}

#[tokio::test]
async fn newer_lists_come_along_once() {
    let town = Town::new().await;
    let hand = town.hand(Role::Clerk, &[]).await;
    let answer = hand.exchange(&Ask::default()).await;
    let lists: koina_model::lists::Lists = serde_json::from_str(&answer.lists.unwrap()).unwrap();
    assert_eq!(lists.crews.len(), 1);
    assert_eq!(lists.device_name(hand.device), "Clerk");
    let known = Ask {
        lists: lists.version,
        ..Ask::default()
    };
    assert_eq!(hand.exchange(&known).await.lists, None);
    town.hand(Role::Crew, &[HERE]).await;
    assert!(
        hand.exchange(&known).await.lists.is_some(),
        "there is a new name"
    );
}

#[tokio::test]
async fn another_epoch_makes_a_device_start_over() {
    let town = Town::new().await;
    let desk = town.party(Role::Clerk, &[]).await;
    enter(&desk, HERE, "Λάμπα");
    desk.exchange().await.unwrap();
    let hand = town.hand(Role::Clerk, &[]).await;
    let answer = hand
        .exchange(&Ask {
            epoch: "of another log".to_owned(),
            cursor: 99,
            ..Ask::default()
        })
        .await;
    assert_eq!(
        (answer.cursor, answer.more, answer.items.len()),
        (0, true, 0)
    );
    assert_eq!(answer.epoch, town.app.town.epoch());
}

#[tokio::test]
async fn many_devices_at_once_all_end_with_the_same() {
    let town = Town::new().await;
    let mut parties = Vec::new();
    for _ in 0..6 {
        parties.push(town.party(Role::Clerk, &[]).await);
    }
    for round in 0..5 {
        for party in &parties {
            enter(party, if round % 2 == 0 { HERE } else { THERE }, "Λάμπα");
        }
        let [a, b, c, d, e, f] = [0, 1, 2, 3, 4, 5].map(|n: usize| parties[n].exchange());
        let (a, b, c, d, e, f) = tokio::join!(a, b, c, d, e, f);
        assert!([a, b, c, d, e, f].iter().all(Result::is_ok));
    }
    let mut views = Vec::new();
    for party in &parties {
        party.exchange().await.unwrap();
        assert_eq!(party.replica.doc_ids().unwrap().len(), 30);
        views.push(party.replica.doc_ids().unwrap());
    }
    views.dedup();
    assert_eq!(views.len(), 1);
    let verified = town.log().verify_audit().await.unwrap();
    assert_eq!((verified.changes, verified.entries), (30, 30));
}
