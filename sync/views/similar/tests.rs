use koina_model::ids::{DocId, Time};
use koina_model::permits::Role;
use koina_model::problem::Problem;
use koina_model::requests::acts::Entered;
use koina_model::words::{Channel, Outcome, Position};
use tempfile::TempDir;

use super::{SimilarQuery, SimilarRow};
use crate::replica::tests::somebody;
use crate::replica::{Replica, ReplicaError};
use crate::views::map::tests::{at, lamp};

const NOW: Time = Time(1_795_244_400_000);
const DION: &str = "11020101";
const LAMP: &str = "LGT-01";

struct Town {
    replica: Replica,
    _folder: TempDir,
}

impl Town {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        Self {
            replica: somebody(&folder, Role::Admin),
            _folder: folder,
        }
    }

    fn report(&self, position: Option<Position>, asset: Option<DocId>, now: Time) -> DocId {
        self.report_of(LAMP, DION, position, asset, now)
    }

    fn report_of(
        &self,
        category: &str,
        community: &str,
        position: Option<Position>,
        asset: Option<DocId>,
        now: Time,
    ) -> DocId {
        let entered = Entered {
            category,
            community,
            settlement: "",
            place_text: "",
            position,
            asset,
            text: "",
            channel: Channel::Counter,
            register: false,
        };
        self.replica.enter_request(&entered, None, now).unwrap().0
    }

    fn similar(&self, position: Option<Position>, asset: Option<DocId>) -> Vec<SimilarRow> {
        let query = SimilarQuery {
            category: LAMP.to_owned(),
            community: DION.to_owned(),
            settlement: String::new(),
            position,
            asset,
        };
        self.replica.similar(&query, NOW).unwrap().rows
    }
}

fn ids(rows: &[SimilarRow]) -> Vec<DocId> {
    rows.iter().map(|one| one.row.id).collect()
}

#[test]
fn the_same_trouble_within_thirty_metres_and_days_is_offered_the_nearest_first() {
    let town = Town::new();
    let far = town.report(Some(at(29.0)), None, NOW);
    let near = town.report(Some(at(12.0)), None, NOW.plus_days(-29));
    town.report(Some(at(31.0)), None, NOW);
    town.report(Some(at(5.0)), None, NOW.plus_days(-31));
    town.report_of("LGT-02", DION, Some(at(5.0)), None, NOW);
    let closed = town.report(Some(at(5.0)), None, NOW);
    town.replica
        .close_request(closed, &Outcome::Resolved, "", NOW)
        .unwrap();
    let found = town.similar(Some(at(0.0)), None);
    assert_eq!(ids(&found), [near, far]);
    assert_eq!((found[0].metres, found[1].metres), (Some(12), Some(29)));
    let unsure = Position {
        accuracy_m: Some(20.0),
        ..at(0.0)
    };
    assert_eq!(town.similar(Some(unsure), None).len(), 3);
}

#[test]
fn where_a_position_is_not_known_the_village_decides() {
    let town = Town::new();
    let here = town.report(None, None, NOW);
    town.report_of(LAMP, "11020201", None, None, NOW);
    let placed = town.report(Some(at(200.0)), None, NOW.plus_days(-1));
    assert_eq!(ids(&town.similar(None, None)), [here, placed]);
    // Whoever stands there is not told of what is known to be elsewhere.
    assert_eq!(ids(&town.similar(Some(at(0.0)), None)), [here]);
}

#[test]
fn an_asset_says_more_than_metres() {
    let town = Town::new();
    let (one, two) = (
        lamp(&town.replica, Some(at(0.0))),
        lamp(&town.replica, Some(at(15.0))),
    );
    let about_one = town.report(None, Some(one), NOW);
    let beside = town.report(Some(at(3.0)), None, NOW);
    town.report(None, Some(two), NOW);
    let found = town.similar(None, Some(one));
    assert_eq!(ids(&found), [about_one, beside]);
    assert!(found[0].same_asset && !found[1].same_asset);
    // The report about an asset is where the asset is.
    let passing_by = town.similar(Some(at(1.0)), None);
    assert_eq!(passing_by[0].metres, Some(1));
    assert_eq!(passing_by.len(), 3);
}

#[test]
fn whoever_reports_the_same_is_counted_and_what_they_said_is_kept() {
    let town = Town::new();
    let id = town.report(Some(at(0.0)), None, NOW);
    let support = |text: &str| {
        town.replica
            .support_request(id, Channel::Phone, text, &[], Some("call"), NOW)
    };
    town.replica.save_draft("call", "{}", NOW).unwrap();
    support("Και η διπλανή τρεμοπαίζει").unwrap();
    assert_eq!(town.replica.draft("call").unwrap(), None, "not twice");
    support("").unwrap();
    let case = town.replica.request_case(id, NOW).unwrap();
    assert_eq!((case.supports, case.row.open), (2, true));
    let said = case
        .timeline
        .iter()
        .find(|line| line.what == "supported")
        .unwrap();
    assert_eq!(said.detail["text"], "Και η διπλανή τρεμοπαίζει");
    assert_eq!(said.detail["channel"], "phone");
    let long = "λ".repeat(4_001);
    town.replica.save_draft("call", "{}", NOW).unwrap();
    assert!(support(&long).is_err());
    assert!(
        town.replica.draft("call").unwrap().is_some(),
        "nothing lost"
    );
    town.replica
        .close_request(id, &Outcome::Resolved, "", NOW)
        .unwrap();
    assert!(matches!(
        support(""),
        Err(ReplicaError::Problem(Problem::AlreadyClosed))
    ));
}

#[test]
fn joined_requests_are_listed_with_the_one_that_stays_until_they_are_opened_again() {
    let town = Town::new();
    let first = town.report(Some(at(0.0)), None, NOW);
    let second = town.report(Some(at(4.0)), None, NOW);
    town.replica
        .close_request(second, &Outcome::Duplicate { of: first }, "", NOW)
        .unwrap();
    let joined = || {
        let case = town.replica.request_case(first, NOW).unwrap();
        case.joined.iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(joined(), [second]);
    // In a ring nobody would have it in a list any more.
    let ring = Outcome::Duplicate { of: second };
    assert!(town.replica.close_request(first, &ring, "", NOW).is_err());
    town.replica
        .reopen_request(second, "Είναι άλλη λάμπα", NOW)
        .unwrap();
    assert!(joined().is_empty());
    let apart = town.replica.request_case(second, NOW).unwrap();
    assert_eq!((apart.duplicate_of, apart.row.open), (None, true));
}
