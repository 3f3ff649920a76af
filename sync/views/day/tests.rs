#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use koina_model::ids::{DocId, Time};
use koina_model::permits::Role;
use koina_model::requests::acts::{Entered, Step};
use koina_model::words::{Channel, Position};
use tempfile::TempDir;

use super::Today;
use crate::replica::Replica;
use crate::replica::tests::somebody;
use crate::views::map::tests::at;

const NOW: Time = Time(1_795_244_400_000);
const LITOCHORO: &str = "11020101";

/// A job of a crew, charged by whoever may do everything.
fn job(replica: &Replica, category: &str, text: &str, position: Option<Position>) -> DocId {
    let entered = Entered {
        category,
        community: LITOCHORO,
        settlement: "",
        place_text: "",
        position,
        asset: None,
        text,
        channel: Channel::Phone,
        register: false,
    };
    let (id, _) = replica.enter_request(&entered, None, NOW).unwrap();
    id
}

fn told(today: &Today) -> Vec<(&str, Option<u32>)> {
    let ways = today.ways.iter().map(|way| way.map(|way| way.metres));
    let texts = today.jobs.iter().map(|job| job.text.as_str());
    texts.zip(ways).collect()
}

#[test]
fn the_way_goes_from_one_job_to_the_next_but_never_past_danger_or_what_is_under_way() {
    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Admin);
    // This person works for no crew: the jobs of «no crew» are theirs.
    let north = |metres| Some(at(metres));
    job(&replica, "LGT-01", "μακριά", north(900.0));
    job(&replica, "LGT-01", "κοντά", north(100.0));
    job(&replica, "LGT-01", "άγνωστο", None);
    job(&replica, "LGT-01", "ενδιάμεσα", north(500.0));
    job(&replica, "LGT-05", "κίνδυνος", north(700.0));
    let begun = job(&replica, "LGT-01", "άρχισε", north(600.0));
    replica
        .record_work(begun, &Step::Start { team: &[] }, NOW)
        .unwrap();

    let here = at(0.0);
    let today = replica.today(Some(&here), NOW).unwrap();
    assert_eq!(
        told(&today),
        [
            ("άρχισε", Some(600)),
            ("κίνδυνος", Some(100)),
            ("μακριά", Some(200)),
            ("ενδιάμεσα", Some(400)),
            ("κοντά", Some(400)),
            ("άγνωστο", None),
        ]
    );
    let plain = replica.today(None, NOW).unwrap();
    assert!(plain.ways.is_empty());
    assert_eq!(plain.jobs[0].text, "άρχισε");
    assert_eq!((plain.total, plain.jobs.len()), (6, 6));
}

#[test]
fn a_plan_in_force_puts_its_works_first_in_its_own_order() {
    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Admin);
    let north = |metres| Some(at(metres));
    job(&replica, "LGT-06", "καλώδια", north(100.0));
    job(&replica, "ROD-01", "λακκούβα", north(50.0));
    job(&replica, "ROD-08", "χιόνι μακριά", north(900.0));
    job(&replica, "ROD-08", "χιόνι κοντά", north(300.0));
    job(&replica, "CIV-06", "μόνη της", north(2_000.0));
    job(&replica, "CIV-07", "ετοιμόρροπο", north(10.0));
    let begun = job(&replica, "LGT-01", "άρχισε", north(700.0));
    replica
        .record_work(begun, &Step::Start { team: &[] }, NOW)
        .unwrap();
    let texts = |near: Option<&Position>| {
        let jobs = replica.today(near, NOW).unwrap().jobs;
        jobs.into_iter().map(|job| job.text).collect::<Vec<_>>()
    };
    let usual = texts(None);
    assert_eq!(usual[0], "άρχισε");
    assert_eq!(usual.last().unwrap(), "λακκούβα");
    let mut lists = (*replica.lists()).clone();
    lists.version += 1;
    lists.emergency = "SNOW".to_owned();
    replica.set_lists(&lists).unwrap();
    // Who may be in danger alone, then closed roads, then wires; what is under way stays first, other danger comes after.
    let planned = [
        "άρχισε",
        "μόνη της",
        "χιόνι μακριά",
        "χιόνι κοντά",
        "καλώδια",
        "ετοιμόρροπο",
        "λακκούβα",
    ];
    assert_eq!(texts(None), planned);
    // A shorter way decides only among equals.
    let here = at(0.0);
    let from_far = texts(Some(&here));
    assert_eq!(from_far[..2], planned[..2]);
    assert_eq!(from_far[2], "χιόνι μακριά", "from where the second one is");
    lists.version += 1;
    lists.emergency = "NONE OF OURS".to_owned();
    replica.set_lists(&lists).unwrap();
    assert_eq!(texts(None), usual, "a newer server may know more plans");
}
