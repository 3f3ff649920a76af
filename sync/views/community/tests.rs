#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use koina_model::contacts::Contact;
use koina_model::ids::{DocId, Time};
use koina_model::permits::Role;
use koina_model::problem::{FieldRule, Problem};
use koina_model::requests::acts::{Entered, Filed, Memo, Step};
use koina_model::words::{Channel, Outcome};
use tempfile::TempDir;

use super::{CommunityMonth, CommunityReport, MonthCount, PROPOSALS_MAX, ROWS_MAX};
use crate::replica::tests::somebody;
use crate::replica::{Replica, ReplicaError};
use crate::views::requests::RequestsQuery;

const LITOCHORO: &str = "11020101";
const DION: &str = "11020201";
/// 1 November 2026, 00:00 in Athens.
const NOVEMBER: Time = Time(1_793_484_000_000);
/// 1 December 2026, 00:00 in Athens.
const DECEMBER: Time = Time(1_796_076_000_000);

fn before(moment: Time) -> Time {
    Time(moment.0 - 1)
}

fn entered<'a>(category: &'a str, community: &'a str) -> Entered<'a> {
    Entered {
        category,
        community,
        settlement: "",
        place_text: "",
        position: None,
        asset: None,
        text: "δοκιμή",
        channel: Channel::Phone,
        register: false,
    }
}

fn enter(replica: &Replica, category: &str, community: &str, at: Time) -> DocId {
    let entered = entered(category, community);
    replica.enter_request(&entered, None, at).unwrap().0
}

fn done(replica: &Replica, id: DocId, at: Time) {
    let step = Step::Done {
        note: "",
        no_photos: "χωρίς",
    };
    replica.record_work(id, &step, at).unwrap();
}

fn report(replica: &Replica, month: &str, now: Time) -> Result<CommunityReport, ReplicaError> {
    let asked = CommunityMonth {
        community: LITOCHORO.to_owned(),
        month: month.to_owned(),
    };
    replica.community_report(&asked, now)
}

#[test]
fn a_month_is_that_of_athens_and_of_one_community() {
    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Admin);
    let october = enter(&replica, "LGT-01", LITOCHORO, before(NOVEMBER));
    let first = enter(&replica, "LGT-01", LITOCHORO, NOVEMBER);
    enter(&replica, "CLN-01", LITOCHORO, before(DECEMBER));
    enter(&replica, "LGT-01", LITOCHORO, DECEMBER);
    enter(&replica, "LGT-01", DION, NOVEMBER);
    let twin = enter(&replica, "LGT-01", LITOCHORO, NOVEMBER.plus_hours(1));
    // From October: done in November after ten days; and one of November on the last moment of it.
    done(&replica, october, NOVEMBER.plus_days(10));
    done(&replica, first, before(DECEMBER));
    let same = Outcome::Duplicate { of: first };
    let at = NOVEMBER.plus_days(2);
    replica.close_request(twin, &same, "", at).unwrap();

    let now = DECEMBER.plus_hours(1);
    let november = report(&replica, "2026-11", now).unwrap();
    assert!(!november.unfinished);
    let of = |code: &str| {
        let group = november.groups.iter().find(|one| one.group == code);
        group.unwrap().count
    };
    assert_eq!(
        of("LGT"),
        MonthCount {
            received: 2,
            done: 2,
            ended: 1,
            open: 1,
            late: 0
        }
    );
    assert_eq!((of("CLN").received, of("CLN").open), (1, 1));
    assert_eq!(
        (november.total.received, november.total.open),
        (3, 2),
        "the month's, and what is open now"
    );
    assert_eq!(november.median_days, Some(11), "eleven and thirty days");
    assert_eq!(november.oldest.len(), 2);

    let october = report(&replica, "2026-10", now).unwrap();
    assert_eq!((october.total.received, october.total.done), (1, 0));
    assert_eq!(october.median_days, None);
    let december = report(&replica, "2026-12", now).unwrap();
    assert!(december.unfinished);
    assert_eq!((december.total.received, december.total.done), (1, 0));
}

#[test]
fn memos_stand_in_the_month_of_the_work_and_urgent_faults_in_that_of_the_fault() {
    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Community);
    let now = DECEMBER.plus_days(3);
    let memo = |on| {
        Filed::Memo(Memo {
            on,
            by: "Εθελοντές του χωριού",
            note: "",
        })
    };
    let urgent = Filed::Urgent {
        measures: "Έκλεισε η βάνα, ειδοποιήθηκε ο υδραυλικός",
    };
    let nobody = Contact::default();
    for (category, filed) in [
        ("ROD-01", memo("2026-11-30")),
        ("ROD-01", memo("2026-12-01")),
        ("ROD-01", memo("2026-11-02")),
        ("WAT-01", urgent),
    ] {
        let entered = entered(category, LITOCHORO);
        replica
            .report_with(&entered, Some(&filed), &nobody, &[], None, now)
            .unwrap();
    }
    let days = |month: &str| {
        let report = report(&replica, month, now).unwrap();
        let days = report.memos.iter().map(|memo| memo.on.clone());
        (days.collect::<Vec<_>>(), report.urgent.len())
    };
    assert_eq!(
        days("2026-11"),
        (vec!["2026-11-02".into(), "2026-11-30".into()], 0)
    );
    assert_eq!(days("2026-12"), (vec!["2026-12-01".into()], 1));
    let december = report(&replica, "2026-12", now).unwrap();
    assert_eq!(december.memos[0].by, "Εθελοντές του χωριού");
    assert_eq!(december.urgent[0].priority, 1);
    assert!(december.urgent[0].open);
    assert_eq!(december.total.done, 0, "nobody had asked for it");
    assert_eq!(december.total.received, 1, "the burst pipe");
    let memo = december.memos[0].id;
    replica.reopen_request(memo, "ξαναχάλασε", now).unwrap();
    let again = report(&replica, "2026-12", now).unwrap();
    assert_eq!((again.total.open, again.total.received), (2, 1));

    let executed = RequestsQuery {
        executed: true,
        limit: 10,
        ..RequestsQuery::default()
    };
    assert_eq!(replica.requests_page(&executed, now).unwrap().total, 3);
    let shown = replica.views_text().unwrap();
    replica.rebuild_views().unwrap();
    assert_eq!(replica.views_text().unwrap(), shown);
}

#[test]
fn a_month_that_is_none_and_a_community_that_is_none_are_refused() {
    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Community);
    for month in [
        "",
        "2026",
        "2026-13",
        "2026-00",
        "2026-1",
        "26-11",
        "-026-11",
        "2026-1-",
        "2026-11-01",
        "٢٠٢٦-11",
        "99999-01",
        "2026-+1",
    ] {
        let refused = report(&replica, month, NOVEMBER).unwrap_err();
        let wanted = Problem::field("month", FieldRule::NotADate);
        assert!(refused.to_problem() == wanted, "{month}");
    }
    let asked = CommunityMonth {
        community: "nowhere".to_owned(),
        month: "2026-11".to_owned(),
    };
    assert!(replica.community_report(&asked, NOVEMBER).is_err());
}

#[test]
fn a_memo_that_did_not_hold_says_so_and_an_earlier_one_stays() {
    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Community);
    let id = enter(&replica, "LGT-01", LITOCHORO, NOVEMBER);
    let memo = |on, note, at| {
        let by = "εμείς";
        replica.file_memo(id, &Memo { on, by, note }, None, &[], None, at)
    };
    memo("2026-11-02", "άλλαξε η λάμπα", NOVEMBER.plus_days(2)).unwrap();
    let now = NOVEMBER.plus_days(3);
    let told = |month| {
        let memos = report(&replica, month, now).unwrap().memos;
        let told = memos
            .into_iter()
            .map(|memo| (memo.on, memo.note, memo.open));
        told.collect::<Vec<_>>()
    };
    let first = |open| ("2026-11-02".to_owned(), "άλλαξε η λάμπα".to_owned(), open);
    assert_eq!(told("2026-11"), [first(false)]);
    assert_eq!(report(&replica, "2026-11", now).unwrap().total.done, 1);
    replica.reopen_request(id, "ξανάσβησε", now).unwrap();
    assert_eq!(told("2026-11"), [first(true)]);
    let counted = replica.communities_now(now);
    assert!(counted.is_ok());
    assert_eq!(report(&replica, "2026-11", now).unwrap().total.done, 0);
    memo("2026-11-03", "", now).unwrap();
    let both = told("2026-11");
    assert_eq!(both.len(), 2, "two in one month");
    replica.reopen_request(id, "ξανά", now).unwrap();
    memo("2026-10-31", "", now).unwrap();
    assert_eq!(
        told("2026-10"),
        [("2026-10-31".to_owned(), String::new(), false)],
        "not what the resident said"
    );
    let ids = report(&replica, "2026-11", now).unwrap().memos;
    assert_ne!(ids[0].event, ids[1].event, "a list can tell them apart");
}

#[test]
fn half_of_what_was_done_took_days_of_the_calendar() {
    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Admin);
    // 20:00 to 10:00 of the next day.
    let at = NOVEMBER.plus_hours(20);
    let id = enter(&replica, "LGT-01", LITOCHORO, at);
    done(&replica, id, at.plus_hours(14));
    let median = || report(&replica, "2026-11", DECEMBER).unwrap().median_days;
    assert_eq!(median(), Some(1));
    for days in [0, 40] {
        let id = enter(
            &replica,
            "LGT-01",
            LITOCHORO,
            Time(at.0 - days * 86_400_000),
        );
        done(&replica, id, at.plus_hours(1));
    }
    assert_eq!(median(), Some(1), "none, one and forty");
}

#[test]
fn a_community_knows_how_it_stands() {
    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Community);
    assert!(
        replica.communities_now(NOVEMBER).unwrap().is_empty(),
        "of none"
    );
    replica.serve(&[LITOCHORO]);
    // Five days for a lamp.
    let old = enter(&replica, "LGT-01", LITOCHORO, NOVEMBER);
    let new = enter(&replica, "LGT-01", LITOCHORO, NOVEMBER.plus_days(4));
    let last = enter(&replica, "LGT-01", LITOCHORO, before(NOVEMBER));
    let on = "2026-11-01";
    let (by, note) = ("εμείς", "");
    replica
        .file_memo(
            last,
            &Memo { on, by, note },
            None,
            &[],
            None,
            NOVEMBER.plus_days(1),
        )
        .unwrap();
    let filed = Filed::Proposal { cost: "" };
    replica
        .report_with(
            &entered("IDE-07", LITOCHORO),
            Some(&filed),
            &Contact::default(),
            &[],
            None,
            NOVEMBER,
        )
        .unwrap();
    let now = replica.communities_now(NOVEMBER.plus_days(6)).unwrap();
    assert_eq!((now[0].open, now[0].late, now[0].done), (3, 1, 1));
    let oldest = now[0].oldest.iter().map(|row| row.id);
    assert_eq!(oldest.collect::<Vec<_>>(), [old, new], "and no proposal");
    assert!(now[0].oldest[0].late && !now[0].oldest[1].late);
    assert_eq!(now[0].as_of, None);
    let next = replica.communities_now(DECEMBER).unwrap();
    assert_eq!(next[0].done, 0, "another month");
}

#[test]
fn what_the_sheet_has_no_room_for_is_counted() {
    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Community);
    let file = |category: &str, filed: &Filed<'_>, times: i64| {
        for _ in 0..times {
            let entered = entered(category, LITOCHORO);
            let nobody = Contact::default();
            replica
                .report_with(&entered, Some(filed), &nobody, &[], None, NOVEMBER)
                .unwrap();
        }
    };
    file("IDE-07", &Filed::Proposal { cost: "" }, PROPOSALS_MAX + 1);
    let (on, by, note) = ("2026-11-01", "εμείς", "");
    file("ROD-01", &Filed::Memo(Memo { on, by, note }), ROWS_MAX + 2);
    let proposals = replica.proposals(LITOCHORO, NOVEMBER).unwrap();
    assert_eq!((proposals.open.len(), proposals.open_in_all), (200, 201));
    assert_eq!((proposals.closed.len(), proposals.closed_in_all), (0, 0));
    let november = report(&replica, "2026-11", DECEMBER).unwrap();
    assert_eq!((november.memos.len(), november.memos_in_all), (500, 502));
    assert_eq!((november.urgent.len(), november.urgent_in_all), (0, 0));
    let october = report(&replica, "2026-10", DECEMBER).unwrap();
    assert_eq!(october.memos_in_all, 0);
}
