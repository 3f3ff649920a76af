//! The promises of the log, each on both databases.
//!
//! PostgreSQL comes from `KOINA_TEST_POSTGRES`, a connection URL of a server on which databases may be made.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test stops at the first surprise and may speak"
)]

use std::collections::HashSet;
use std::sync::Arc;

use koina_model::calendar::athens_year;
use koina_model::contacts::{EraseReason, ReadReason};
use koina_model::exchange::{Entry, EntryWords, Erased, Refusal, Restored};
use koina_model::ids::{DeviceId, DocId, Time};
use koina_model::kiosks::Health;
use koina_model::lists::{Crew, Member};
use koina_model::permits::{Profile, Role};
use koina_model::problem::Problem;
use koina_model::words::Kind;
use koina_server::audit::{self, AuditError};
use koina_server::log::{
    AccountChanged, AccountRow, AnyLog, Author, Handed, Heard, Invitation, LogError, NewSession,
    Newcomer, Order, Placed, ProviderWord, Purpose, Quarantined, ReadFor, Redeemed, Scope,
    SignedInWith, Source, TRIES_PER_MINUTE, Taken, Way, change_hash,
};
use koina_server::replica::{LogBody, NewChange};
use koina_sync::identity::hex;
use serde_json::json;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use uuid::Uuid;

#[path = "log/stand.rs"]
mod stand;
use stand::Stand;

/// 2026-05-05 12:00 UTC.
const NOON: Time = Time(1_777_982_400_000);

macro_rules! conformance {
    ($($promise:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $promise() {
                super::$promise(super::Stand::sqlite()).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $promise() {
                if let Some(stand) = super::Stand::postgres().await {
                    super::$promise(stand).await;
                }
            })*
        }
    };
}

conformance! {
    append_is_idempotent,
    a_failed_append_leaves_nothing,
    a_lost_receipt_gives_the_same_number,
    numbers_are_gap_free_under_concurrency,
    numbers_turn_with_the_athens_year,
    tail_never_loses_a_row_under_concurrency,
    a_reused_sequence_is_refused,
    records_do_not_share_sequences,
    changes_judged_on_an_old_state_are_turned_away,
    after_filters_by_scope,
    a_device_does_not_get_its_own_changes_back,
    a_page_is_bounded_and_the_next_goes_on,
    moved_records_leave_and_arrive,
    a_counter_is_used_once_and_only_a_little_late,
    a_counter_is_used_once_under_concurrency,
    a_code_works_once,
    an_expired_code_is_refused,
    a_lost_answer_to_a_code_is_given_again,
    guessing_codes_is_slowed,
    station_codes_are_unique_under_concurrency,
    revoking_is_final,
    audit_chain_holds,
    a_tampered_audit_row_is_found,
    a_removed_audit_row_is_found,
    a_tampered_change_is_found,
    a_row_nobody_is_on_record_for_is_found,
    a_row_of_the_log_that_says_something_else_is_found,
    a_log_from_before_is_held_against_what_its_audit_says,
    the_audit_says_what_was_before_and_why,
    a_removed_row_of_the_log_is_found,
    a_log_without_its_end_is_found,
    an_export_shows_a_log_that_was_written_anew,
    a_slipped_in_row_of_the_log_is_found,
    a_tampered_number_is_found,
    nothing_is_slipped_in_where_no_place_is_given,
    a_number_of_something_else_is_found,
    a_record_in_another_community_is_found,
    a_server_from_before_writes_nothing_any_more,
    refused_changes_are_kept_once,
    what_the_desk_decides_is_told_to_every_device_that_brought_it,
    a_change_that_is_taken_later_leaves_the_quarantine,
    lists_grow_with_crews_and_devices,
    settings_that_change_are_in_the_audit,
    an_imported_row_is_remembered,
    a_reopened_log_is_the_same,
    a_backup_is_one_state_while_devices_push,
    a_restored_log_gives_no_number_twice,
    nobody_gets_a_code_for_a_kiosk_twice,
    what_a_kiosk_said_last_is_kept,
    a_code_opens_one_device_once_and_for_one_answer,
    an_account_signs_in_once_with_each_code_and_is_ended_from_elsewhere,
    an_account_signs_in_by_the_provider_under_one_name_of_it,
}

/// What a device with this version says that holds so many changes.
fn heard(pending: u32, version: &str) -> Heard {
    Heard {
        version: version.to_owned(),
        pending,
        unsent: None,
    }
}

fn device(n: u128) -> DeviceId {
    DeviceId(Uuid::from_u128(0xd000 + n))
}

fn doc(n: u128) -> DocId {
    DocId(Uuid::from_u128(0xa000 + n))
}

fn by(n: u128) -> Author {
    Author {
        device: Some(device(n)),
        person: "Μαρία".to_owned(),
    }
}

/// A change of a device to a record; equal arguments give the same change.
fn change(writer: u128, record: u128, seq: u64, community: &str) -> NewChange {
    let bytes = format!("chunk of {writer} to {record} number {seq}").into_bytes();
    NewChange {
        doc: doc(record),
        kind: Kind::Request,
        hash: change_hash(&bytes),
        actor: *device(writer).as_bytes(),
        actor_seq: seq,
        bytes,
        community: community.to_owned(),
        asks_number: None,
    }
}

fn asking(change: NewChange) -> NewChange {
    NewChange {
        asks_number: Some(Time(NOON.0 - 1_000)),
        ..change
    }
}

fn scope(communities: &[&str]) -> Scope {
    Scope {
        communities: communities.iter().map(|code| (*code).to_owned()).collect(),
        except: None,
    }
}

async fn place(log: &AnyLog, change: NewChange) -> u64 {
    match log.append(by(1), NOON, vec![change], None).await.unwrap()[..] {
        [Placed::At { seq, .. }] => seq,
        ref other => panic!("not placed: {other:?}"),
    }
}

async fn numbers(log: &AnyLog) -> Vec<(i16, u32)> {
    let rows = log.tail(0, 100_000).await.unwrap();
    rows.iter()
        .filter_map(|row| match &row.body {
            LogBody::Entry(entry) => entry.words.number(),
            _ => None,
        })
        .collect()
}

fn invitation(code: u8) -> Invitation {
    Invitation {
        code_hash: [code; 32],
        role: Role::Crew,
        name: "Συνεργείο 2".to_owned(),
        person: "Νίκος".to_owned(),
        crew: Some("lights".to_owned()),
        communities: vec!["11020101".to_owned()],
        expires_at: NOON.plus_hours(1),
    }
}

fn newcomer(code: u8, n: u128) -> Newcomer {
    Newcomer {
        code_hash: [code; 32],
        device: device(n),
        key: [7; 32],
        version: "0.1".to_owned(),
    }
}

async fn append_is_idempotent(stand: Stand) {
    let log = stand.open().await;
    let push = vec![change(1, 1, 1, "A"), change(1, 1, 2, "A")];
    let first = log.append(by(1), NOON, push.clone(), None).await.unwrap();
    let again = log
        .append(by(1), NOON.plus_hours(5), push, None)
        .await
        .unwrap();
    assert_eq!(first, again);
    assert_eq!(
        first,
        [
            Placed::At { seq: 1, at: NOON },
            Placed::At { seq: 2, at: NOON }
        ]
    );
    assert_eq!(log.head().await.unwrap(), 2);
    assert_eq!(log.tail(0, 10).await.unwrap().len(), 2);
}

async fn a_failed_append_leaves_nothing(stand: Stand) {
    let log = stand.open().await;
    place(&log, change(1, 1, 1, "A")).await;
    // The second change meets a row that cannot be read, as after a bad disk.
    stand.run("UPDATE log SET hash = bytes WHERE seq = 1").await;
    let push = vec![change(1, 2, 1, "A"), change(1, 1, 1, "A")];
    assert!(log.append(by(1), NOON, push, None).await.is_err());
    assert_eq!(log.head().await.unwrap(), 1);
    place(&log, change(1, 3, 1, "A")).await;
    assert_eq!(log.head().await.unwrap(), 2);
}

async fn a_lost_receipt_gives_the_same_number(stand: Stand) {
    let log = stand.open().await;
    let push = vec![asking(change(1, 1, 1, "A"))];
    let first = log.append(by(1), NOON, push.clone(), None).await.unwrap();
    place(&log, asking(change(1, 2, 1, "A"))).await;
    let again = log
        .append(by(1), NOON.plus_days(3), push, None)
        .await
        .unwrap();
    assert_eq!(first, again);
    // A later change of a record that has its number asks in vain.
    place(&log, asking(change(1, 1, 2, "A"))).await;
    assert_eq!(numbers(&log).await, [(2026, 1), (2026, 2)]);
}

async fn numbers_are_gap_free_under_concurrency(stand: Stand) {
    let logs = [stand.open().await, stand.open().await];
    let logs: Vec<std::sync::Arc<AnyLog>> = logs.into_iter().map(std::sync::Arc::new).collect();
    let mut tasks = Vec::new();
    for task in 0_u128..24 {
        let log = std::sync::Arc::clone(&logs[usize::try_from(task).unwrap() % 2]);
        tasks.push(tokio::spawn(async move {
            for n in 0..5 {
                let change = asking(change(task, task * 100 + n, 1, "A"));
                log.append(by(task), NOON, vec![change], None)
                    .await
                    .unwrap();
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let given = numbers(&logs[0]).await;
    assert_eq!(
        given,
        (1..=120).map(|number| (2026, number)).collect::<Vec<_>>()
    );
    let places: Vec<u64> = logs[0]
        .tail(0, 1_000)
        .await
        .unwrap()
        .iter()
        .map(|row| row.seq)
        .collect();
    assert_eq!(places, (1..=240).collect::<Vec<_>>());
    logs[1].verify_audit().await.unwrap();
}

async fn numbers_turn_with_the_athens_year(stand: Stand) {
    let log = stand.open().await;
    // 2026-12-31 21:59:59.999 and 22:00 UTC: the last millisecond of the year in Athens and the first of the next.
    let midnight = Time(1_798_754_400_000);
    assert_eq!(
        (athens_year(midnight.0 - 1), athens_year(midnight.0)),
        (2026, 2027)
    );
    for (record, at) in [
        (1, NOON),
        (2, Time(midnight.0 - 1)),
        (3, midnight),
        (4, midnight),
    ] {
        log.append(by(1), at, vec![asking(change(1, record, 1, "A"))], None)
            .await
            .unwrap();
    }
    assert_eq!(
        numbers(&log).await,
        [(2026, 1), (2026, 2), (2027, 1), (2027, 2)]
    );
}

async fn tail_never_loses_a_row_under_concurrency(stand: Stand) {
    const WRITERS: u128 = 8;
    const CHANGES: u64 = 20;
    let logs = [stand.open().await, stand.open().await].map(std::sync::Arc::new);
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        let log = std::sync::Arc::clone(&logs[usize::try_from(writer).unwrap() % 2]);
        writers.push(tokio::spawn(async move {
            for seq in 1..=CHANGES {
                log.append(
                    by(writer),
                    NOON,
                    vec![change(writer, writer, seq, "A")],
                    None,
                )
                .await
                .unwrap();
            }
        }));
    }
    let wanted = u64::try_from(WRITERS).unwrap() * CHANGES;
    let mut seen = Vec::new();
    let mut cursor = 0;
    while cursor < wanted {
        let ended = writers.iter().all(tokio::task::JoinHandle::is_finished);
        for row in logs[1].tail(cursor, 7).await.unwrap() {
            assert_eq!(
                row.seq,
                cursor + 1,
                "a reader passed a place before its row was there"
            );
            cursor = row.seq;
            seen.push(row);
        }
        if ended {
            break;
        }
        tokio::task::yield_now().await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    seen.extend(logs[1].tail(cursor, 1_000).await.unwrap());
    assert_eq!(seen, logs[0].tail(0, 100_000).await.unwrap());
}

async fn a_reused_sequence_is_refused(stand: Stand) {
    let log = stand.open().await;
    place(&log, change(1, 1, 1, "A")).await;
    let mut other = change(1, 1, 2, "A");
    other.actor_seq = 1;
    let push = vec![other, change(1, 1, 3, "A"), change(1, 2, 1, "A")];
    let placed = log.append(by(1), NOON, push, None).await.unwrap();
    assert_eq!(
        placed[..2],
        [Placed::SequenceReused, Placed::Waiting],
        "what may depend on it is not taken"
    );
    assert!(
        matches!(placed[2], Placed::At { seq: 2, .. }),
        "other records go on"
    );
}

async fn records_do_not_share_sequences(stand: Stand) {
    let log = stand.open().await;
    // A device numbers its changes in each record from 1.
    assert_eq!(place(&log, change(1, 1, 1, "A")).await, 1);
    assert_eq!(place(&log, change(1, 2, 1, "A")).await, 2);
}

async fn changes_judged_on_an_old_state_are_turned_away(stand: Stand) {
    let log = stand.open().await;
    place(&log, change(1, 1, 1, "A")).await;
    let refused = log
        .append(by(2), NOON, vec![change(2, 1, 1, "A")], Some(0))
        .await;
    assert!(matches!(refused, Err(LogError::Moved)));
    log.append(by(2), NOON, vec![change(2, 1, 1, "A")], Some(1))
        .await
        .unwrap();
}

async fn after_filters_by_scope(stand: Stand) {
    let log = stand.open().await;
    place(&log, asking(change(1, 1, 1, "A"))).await; // 1, and its number 2
    place(&log, asking(change(1, 2, 1, "B"))).await; // 3, 4
    place(&log, change(1, 3, 1, "")).await; // 5
    place(&log, change(1, 4, 1, "AA")).await; // 6

    let seqs = async |communities: &[&str], cursor, upto| {
        let page = log
            .after(cursor, upto, scope(communities), 1 << 20)
            .await
            .unwrap();
        assert!(!page.more);
        assert_eq!(
            page.cursor, upto,
            "the cursor passes what is outside the scope"
        );
        page.rows.iter().map(|due| due.row.seq).collect::<Vec<_>>()
    };
    assert_eq!(seqs(&[], 0, 6).await, [1, 2, 3, 4, 5, 6]);
    assert_eq!(seqs(&["A"], 0, 6).await, [1, 2]);
    assert_eq!(seqs(&["B"], 0, 6).await, [3, 4]);
    assert_eq!(seqs(&["A", "B"], 2, 6).await, [3, 4]);
    assert_eq!(seqs(&["A", "B"], 0, 3).await, [1, 2, 3]);
    assert_eq!(seqs(&["C"], 0, 6).await, [] as [u64; 0]);
}

async fn a_device_does_not_get_its_own_changes_back(stand: Stand) {
    let log = stand.open().await;
    place(&log, asking(change(1, 1, 1, "A"))).await;
    log.append(by(2), NOON, vec![change(2, 1, 1, "A")], None)
        .await
        .unwrap();
    let own = Scope {
        except: Some(device(1)),
        ..scope(&["A"])
    };
    let page = log.after(0, 3, own, 1 << 20).await.unwrap();
    // The number the municipality gave comes back, the change of the other device too.
    assert_eq!(
        page.rows.iter().map(|due| due.row.seq).collect::<Vec<_>>(),
        [2, 3]
    );
}

async fn a_page_is_bounded_and_the_next_goes_on(stand: Stand) {
    let log = stand.open().await;
    let push: Vec<NewChange> = (1..=600).map(|seq| change(1, 1, seq, "A")).collect();
    log.append(by(1), NOON, push, None).await.unwrap();
    let one = log.after(0, 600, scope(&["A"]), 1).await.unwrap();
    assert_eq!((one.rows.len(), one.cursor, one.more), (1, 1, true));
    let mut cursor = 0;
    let mut seqs = Vec::new();
    loop {
        let page = log.after(cursor, 600, scope(&["A"]), 5_000).await.unwrap();
        assert!(page.rows.len() < 80, "{}", page.rows.len());
        seqs.extend(page.rows.iter().map(|due| due.row.seq));
        cursor = page.cursor;
        if !page.more {
            break;
        }
    }
    assert_eq!(seqs, (1..=600).collect::<Vec<_>>());
    let all = log.after(0, 600, scope(&[]), usize::MAX).await.unwrap();
    assert_eq!((all.rows.len(), all.cursor, all.more), (600, 600, false));
}

async fn moved_records_leave_and_arrive(stand: Stand) {
    let log = stand.open().await;
    place(&log, change(1, 1, 1, "A")).await; // 1
    place(&log, change(1, 1, 2, "B")).await; // 2, and the move 3
    place(&log, change(1, 2, 1, "A")).await; // 4
    place(&log, change(1, 1, 3, "B")).await; // 5

    let rows = async |communities: &[&str]| {
        let page = log.after(0, 5, scope(communities), 1 << 20).await.unwrap();
        page.rows
            .iter()
            .map(|due| (due.row.seq, due.here))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        rows(&["A"]).await,
        [(3, false), (4, true)],
        "A loses the record"
    );
    assert_eq!(
        rows(&["B"]).await,
        [(1, true), (2, true), (3, true), (5, true)],
        "B gets it"
    );
    assert_eq!(
        rows(&["A", "B"]).await,
        [(1, true), (2, true), (4, true), (5, true)],
        "no border is crossed"
    );
    assert_eq!(
        rows(&[]).await,
        [(1, true), (2, true), (4, true), (5, true)]
    );
    assert_eq!(rows(&["C"]).await, []);
    let tail = log.tail(2, 1).await.unwrap();
    assert_eq!(
        tail[0].body,
        LogBody::Move {
            doc: doc(1),
            from: "A".to_owned(),
            to: "B".to_owned()
        }
    );
}

async fn enrolled(log: &AnyLog, code: u8, n: u128) -> koina_server::log::Device {
    log.invite(Author::server(), NOON, invitation(code))
        .await
        .unwrap();
    match log.redeem(NOON, newcomer(code, n)).await.unwrap() {
        Redeemed::Device(device) => *device,
        other => panic!("not enrolled: {other:?}"),
    }
}

async fn a_counter_is_used_once_and_only_a_little_late(stand: Stand) {
    let log = stand.open().await;
    enrolled(&log, 1, 1).await;
    log.advance_counter(device(1), 1, Order::Any).await.unwrap();
    log.advance_counter(device(1), 7, Order::Any).await.unwrap();
    for late in [6, 2] {
        let noted = log.advance_counter(device(1), late, Order::Strict).await;
        assert!(matches!(noted, Err(LogError::CounterReplayed)), "{late}");
    }
    // Some of them were overtaken on their way.
    for late in [6, 2, 4] {
        log.advance_counter(device(1), late, Order::Any)
            .await
            .unwrap();
    }
    for used in [7, 6, 4, 2, 1, 0, u64::MAX] {
        assert!(
            matches!(
                log.advance_counter(device(1), used, Order::Any).await,
                Err(LogError::CounterReplayed)
            ),
            "{used}"
        );
    }
    drop(log);
    let log = stand.open().await;
    assert!(
        log.advance_counter(device(1), 7, Order::Any).await.is_err(),
        "also after a restart"
    );
    log.advance_counter(device(1), 8, Order::Any).await.unwrap();
    log.advance_counter(device(1), 3, Order::Any).await.unwrap();
    log.advance_counter(device(1), 14, Order::Any)
        .await
        .unwrap();
    for (counter, taken) in [
        (5, false),
        (6, false),
        (7, false),
        (8, false),
        (9, true),
        (13, true),
        (9, false),
    ] {
        let noted = log.advance_counter(device(1), counter, Order::Any).await;
        assert_eq!(noted.is_ok(), taken, "{counter}");
    }
    // Whoever was far behind is somebody else.
    log.advance_counter(device(1), 1_000_000, Order::Any)
        .await
        .unwrap();
    for (counter, taken) in [
        (14, false),
        (999_991, false),
        (999_992, true),
        (999_999, true),
        (999_999, false),
    ] {
        let noted = log.advance_counter(device(1), counter, Order::Any).await;
        assert_eq!(noted.is_ok(), taken, "{counter}");
    }
    assert!(
        log.advance_counter(device(2), 1, Order::Any).await.is_err(),
        "nobody has no counter"
    );
}

async fn a_counter_is_used_once_under_concurrency(stand: Stand) {
    let logs = [stand.open().await, stand.open().await].map(std::sync::Arc::new);
    enrolled(&logs[0], 1, 1).await;
    let tries = (0..16).map(|n| {
        let log = std::sync::Arc::clone(&logs[n % 2]);
        tokio::spawn(async move { log.advance_counter(device(1), 5, Order::Any).await.is_ok() })
    });
    let mut passed = 0;
    for one in tries.collect::<Vec<_>>() {
        passed += u32::from(one.await.unwrap());
    }
    assert_eq!(passed, 1);
}

async fn a_code_works_once(stand: Stand) {
    let log = stand.open().await;
    let device = enrolled(&log, 1, 1).await;
    assert_eq!(
        (device.station.as_str(), device.role, device.enrolled_at),
        ("A1", Role::Crew, NOON)
    );
    assert_eq!(
        (device.crew.as_deref(), &device.communities[..]),
        (Some("lights"), &["11020101".to_owned()][..])
    );
    assert_eq!(
        log.redeem(NOON, newcomer(1, 2)).await.unwrap(),
        Redeemed::CodeRefused
    );
    assert_eq!(
        log.redeem(NOON, newcomer(9, 2)).await.unwrap(),
        Redeemed::CodeRefused
    );
    log.invite(Author::server(), NOON, invitation(2))
        .await
        .unwrap();
    assert_eq!(
        log.redeem(NOON, newcomer(2, 1)).await.unwrap(),
        Redeemed::AlreadyEnrolled
    );
    assert!(
        matches!(
            log.redeem(NOON, newcomer(2, 3)).await.unwrap(),
            Redeemed::Device(_)
        ),
        "the code is still good"
    );
    assert_eq!(log.devices().await.unwrap().len(), 2);
}

async fn an_expired_code_is_refused(stand: Stand) {
    let log = stand.open().await;
    log.invite(Author::server(), NOON, invitation(1))
        .await
        .unwrap();
    assert_eq!(
        log.redeem(NOON.plus_hours(1), newcomer(1, 1))
            .await
            .unwrap(),
        Redeemed::CodeRefused
    );
    assert!(matches!(
        log.redeem(NOON, newcomer(1, 1)).await.unwrap(),
        Redeemed::Device(_)
    ));
}

async fn a_lost_answer_to_a_code_is_given_again(stand: Stand) {
    let log = stand.open().await;
    let device = enrolled(&log, 1, 1).await;
    let again = log
        .redeem(NOON.plus_hours(1), newcomer(1, 1))
        .await
        .unwrap();
    assert_eq!(again, Redeemed::Device(Box::new(device)));
    let thief = Newcomer {
        key: [8; 32],
        ..newcomer(1, 1)
    };
    assert_eq!(
        log.redeem(NOON, thief).await.unwrap(),
        Redeemed::CodeRefused,
        "not to another key"
    );
}

async fn guessing_codes_is_slowed(stand: Stand) {
    let log = stand.open().await;
    log.invite(Author::server(), NOON, invitation(1))
        .await
        .unwrap();
    for _ in 0..TRIES_PER_MINUTE {
        assert_eq!(
            log.redeem(NOON, newcomer(9, 1)).await.unwrap(),
            Redeemed::CodeRefused
        );
    }
    drop(log);
    let log = stand.open().await;
    let slowed = log.redeem(NOON, newcomer(1, 1)).await.unwrap();
    assert!(
        matches!(slowed, Redeemed::TooManyTries { wait_s: 1..=61 }),
        "even a good code, even after a restart"
    );
    let later = Time(NOON.0 + 60_000);
    assert!(matches!(
        log.redeem(later, newcomer(1, 1)).await.unwrap(),
        Redeemed::Device(_)
    ));
}

async fn station_codes_are_unique_under_concurrency(stand: Stand) {
    let logs = [stand.open().await, stand.open().await].map(std::sync::Arc::new);
    let tasks = (0_u8..20).map(|n| {
        let log = std::sync::Arc::clone(&logs[usize::from(n) % 2]);
        tokio::spawn(async move { enrolled(&log, n + 1, u128::from(n)).await.station })
    });
    let mut codes = HashSet::new();
    for task in tasks.collect::<Vec<_>>() {
        codes.insert(task.await.unwrap());
    }
    assert_eq!(codes.len(), 20);
    assert!(codes.contains("A1") && codes.contains("A20"));
}

async fn revoking_is_final(stand: Stand) {
    let log = stand.open().await;
    enrolled(&log, 1, 1).await;
    log.seen(device(1), NOON, heard(3, "0.1")).await.unwrap();
    log.revoke(by(2), NOON, device(1)).await.unwrap();
    log.revoke(by(2), NOON.plus_hours(1), device(1))
        .await
        .unwrap();
    let revoked = log.device(device(1)).await.unwrap().unwrap();
    assert_eq!(
        (revoked.revoked_at, revoked.seen_at, revoked.pending),
        (Some(NOON), Some(NOON), 3)
    );
    assert!(matches!(
        log.revoke(by(2), NOON, device(9)).await,
        Err(LogError::NoDevice)
    ));
    // Invited, enrolled, revoked once.
    assert_eq!(log.verify_audit().await.unwrap().audit, 3);
}

async fn written(stand: &Stand) -> AnyLog {
    let log = stand.open().await;
    enrolled(&log, 1, 1).await;
    for record in 1..=3 {
        place(&log, asking(change(1, record, 1, "A"))).await;
    }
    log
}

async fn audit_chain_holds(stand: Stand) {
    let log = written(&stand).await;
    let verified = log.verify_audit().await.unwrap();
    // Invited, enrolled; three changes, each with its number.
    assert_eq!(
        (verified.audit, verified.entries, verified.changes),
        (8, 3, 3)
    );
    log.append(
        by(1),
        NOON,
        (1..=1_200).map(|seq| change(1, 9, seq, "B")).collect(),
        None,
    )
    .await
    .unwrap();
    assert_eq!(log.verify_audit().await.unwrap().audit, 1_208);
}

async fn broken(stand: Stand, tampering: &str) -> (&'static str, u64) {
    let log = written(&stand).await;
    stand.run(tampering).await;
    match log.verify_audit().await {
        Err(LogError::Broken { chain, place }) => (chain, place),
        other => panic!("not found: {other:?}"),
    }
}

async fn a_tampered_audit_row_is_found(stand: Stand) {
    assert_eq!(
        broken(
            stand,
            "UPDATE audit SET who = 'Somebody else' WHERE place = 4"
        )
        .await,
        ("the audit", 4)
    );
}

async fn a_removed_audit_row_is_found(stand: Stand) {
    assert_eq!(
        broken(stand, "DELETE FROM audit WHERE place = 3").await,
        ("the audit", 3)
    );
}

/// An export of the audit, as lines.
async fn exported(log: &AnyLog, after: u64) -> String {
    let mut bytes = Vec::new();
    audit::export(log, after, &mut bytes).await.unwrap();
    String::from_utf8(bytes).unwrap()
}

async fn an_export_shows_a_log_that_was_written_anew(stand: Stand) {
    let log = written(&stand).await;
    let whole = exported(&log, 0).await;
    assert_eq!(whole.lines().count(), 8);
    assert!(
        whole
            .lines()
            .next()
            .unwrap()
            .contains("\"2026-05-05T12:00:00Z\"")
    );
    assert_eq!(audit::compare(&log, whole.as_bytes()).await.unwrap(), 8);
    let later = exported(&log, 3).await;
    assert_eq!(audit::compare(&log, later.as_bytes()).await.unwrap(), 5);
    // More may come.
    log.revoke(by(1), NOON, device(1)).await.unwrap();
    assert_eq!(audit::compare(&log, whole.as_bytes()).await.unwrap(), 8);

    // A file that somebody worked on.
    let lines: Vec<&str> = whole.lines().collect();
    let without = [&lines[..2], &lines[3..]].concat().join("\n");
    let refused = audit::compare(&log, without.as_bytes()).await;
    assert!(
        matches!(refused, Err(AuditError::Chain { line: 3 })),
        "{refused:?}"
    );
    for (from, to) in [
        ("\"who\":\"", "\"who\":\"X"),
        ("12:00:00Z", "13:00:00Z"),
        ("\"role\":\"crew\"", "\"role\":\"admin\""),
    ] {
        assert!(lines[0].contains(from), "{from}: {}", lines[0]);
        let changed = whole.replacen(from, to, 1);
        let refused = audit::compare(&log, changed.as_bytes()).await;
        assert!(
            matches!(refused, Err(AuditError::Chain { line: 1 })),
            "{refused:?}"
        );
    }
    let refused = audit::compare(&log, &b""[..]).await;
    assert!(matches!(refused, Err(AuditError::Empty)), "{refused:?}");
    let refused = audit::compare(&log, "{}\n".as_bytes()).await;
    assert!(
        matches!(refused, Err(AuditError::Line { line: 1 })),
        "{refused:?}"
    );

    // Whoever may write the log takes its end away, and nothing in it shows that.
    let all = exported(&log, 0).await;
    stand.run("DELETE FROM audit WHERE place = 9").await;
    stand.run("UPDATE devices SET revoked_at = NULL").await;
    log.verify_audit().await.unwrap();
    let refused = audit::compare(&log, all.as_bytes()).await;
    assert!(
        matches!(refused, Err(AuditError::Missing { place: 9, end: 8 })),
        "{refused:?}"
    );
    // Or writes another one in its place, with a chain that holds.
    let later = NOON.plus_hours(1);
    log.revoke(by(1), later, device(1)).await.unwrap();
    log.verify_audit().await.unwrap();
    let refused = audit::compare(&log, all.as_bytes()).await;
    assert!(
        matches!(refused, Err(AuditError::Other { place: 9 })),
        "{refused:?}"
    );
}

async fn a_tampered_change_is_found(stand: Stand) {
    let tampering = "UPDATE log SET bytes = (SELECT bytes FROM log WHERE seq = 1) WHERE seq = 3";
    assert_eq!(broken(stand, tampering).await, ("the log", 3));
}

async fn a_slipped_in_row_of_the_log_is_found(stand: Stand) {
    // Once more for another record: the audit knows the change, but only once.
    let tampering = "INSERT INTO log (seq, at, device, doc, body, kind, hash, bytes)
        SELECT 7, at, device, hash, body, kind, hash, bytes FROM log WHERE seq = 1";
    assert_eq!(broken(stand, tampering).await, ("the log", 7));
}

async fn a_row_nobody_is_on_record_for_is_found(stand: Stand) {
    // The number at the end of the log.
    let tampering = "DELETE FROM audit WHERE place = 8";
    assert_eq!(broken(stand, tampering).await, ("the log", 6));
}

async fn a_row_of_the_log_that_says_something_else_is_found(stand: Stand) {
    let log = written(&stand).await;
    let changes = vec![change(1, 1, 2, "B"), change(1, 2, 2, "A")];
    log.append(by(1), NOON, changes, None).await.unwrap();
    log.verify_audit().await.unwrap();
    // A change, its number, and a move.
    for (seq, columns) in [
        (1, "at device doc kind hash actor actor_seq bytes"),
        (2, "at doc bytes"),
        (8, "at doc moved_from moved_to"),
    ] {
        for column in columns.split(' ') {
            let other = match column {
                "device" | "actor" | "doc" => "(SELECT hash FROM log WHERE seq = 3)",
                "hash" | "bytes" => "(SELECT bytes FROM log WHERE seq = 9)",
                "kind" | "moved_from" | "moved_to" => "'other'",
                _ => "7",
            };
            stand
                .run(&format!(
                    "CREATE TABLE kept AS SELECT {column} FROM log WHERE seq = {seq};
                     UPDATE log SET {column} = {other} WHERE seq = {seq}"
                ))
                .await;
            let refused = log.verify_audit().await;
            assert!(
                matches!(refused, Err(LogError::Broken { .. })),
                "{column} of {seq}: {refused:?}"
            );
            stand
                .run(&format!(
                    "UPDATE log SET {column} = (SELECT {column} FROM kept) WHERE seq = {seq};
                     DROP TABLE kept"
                ))
                .await;
            log.verify_audit().await.unwrap();
        }
    }
}

async fn a_removed_row_of_the_log_is_found(stand: Stand) {
    let tampering = "DELETE FROM log WHERE seq = 3";
    assert_eq!(broken(stand, tampering).await, ("the log", 3));
}

async fn a_log_without_its_end_is_found(stand: Stand) {
    // A number that was given, with its place in the register.
    let tampering = "DELETE FROM log WHERE seq = 6; DELETE FROM numbers WHERE number = 3";
    assert_eq!(broken(stand, tampering).await, ("the log", 6));
}

/// Sets the audit back to how it was before it said anything besides who did what to whom: a change by its hash alone, and
/// nothing of numbers.
async fn as_from_before(stand: &Stand, log: &AnyLog) {
    let mut rows = log.audited(0).await.unwrap();
    rows.retain(|row| row.what != "number.given");
    let mut statements = "DELETE FROM audit;".to_owned();
    let mut before = Vec::new();
    for (place, row) in (1_i64..).zip(rows) {
        let subject = koina_sync::identity::unhex(&row.subject).unwrap();
        let device = row.device.map(|device| *device.as_bytes());
        let words = (place, row.at.0, device, &row.who, &row.what, &subject);
        let words = serde_json::to_vec(&words).unwrap();
        let hash = Sha256::new().chain_update(&before).chain_update(words);
        before = hash.finalize().to_vec();
        let [device, subject, hash] = [device.map(Vec::from), Some(subject), Some(before.clone())]
            .map(|bytes| stand.literal(bytes.as_deref()));
        statements += &format!(
            "INSERT INTO audit (place, at, device, who, what, subject, said, hash)
             VALUES ({place}, {}, {device}, '{}', '{}', {subject}, '', {hash});",
            row.at.0, row.who, row.what
        );
    }
    stand.run(&statements).await;
}

async fn a_log_from_before_is_held_against_what_its_audit_says(stand: Stand) {
    let log = written(&stand).await;
    as_from_before(&stand, &log).await;
    assert_eq!(log.verify_audit().await.unwrap().audit, 5);
    let exported = exported(&log, 0).await;
    assert!(!exported.contains("\"said\""));
    assert_eq!(audit::compare(&log, exported.as_bytes()).await.unwrap(), 5);
    // What comes is named whole; one after the other, from here on.
    place(&log, asking(change(1, 4, 1, "A"))).await;
    log.verify_audit().await.unwrap();
    // Where a record from before goes is known from then on.
    place(&log, change(1, 1, 2, "B")).await;
    none_passes(
        &stand,
        &log,
        &[(
            "UPDATE docs SET community = 'C' WHERE community = 'B'",
            "UPDATE docs SET community = 'B' WHERE community = 'C'",
        )],
    )
    .await;
    for (tampering, back, place) in [
        (
            "UPDATE log SET at = at + 1 WHERE seq = 3",
            "UPDATE log SET at = at - 1 WHERE seq = 3",
            3,
        ),
        (
            "UPDATE log SET kind = 'asset' WHERE seq = 7",
            "UPDATE log SET kind = 'request' WHERE seq = 7",
            7,
        ),
        (
            "UPDATE log SET bytes = (SELECT bytes FROM log WHERE seq = 1) WHERE seq = 5",
            "",
            5,
        ),
    ] {
        stand.run(tampering).await;
        let refused = log.verify_audit().await;
        assert!(
            matches!(refused, Err(LogError::Broken { chain: "the log", place: found }) if found == place),
            "{tampering}: {refused:?}"
        );
        stand.run(back).await;
    }
}

async fn the_audit_says_what_was_before_and_why(stand: Stand) {
    let log = stand.open().await;
    enrolled(&log, 1, 1).await;
    let before = log.device(device(1)).await.unwrap().unwrap();
    let to = Purpose {
        role: Role::Clerk,
        name: before.name.clone(),
        person: "Ελένη".to_owned(),
        crew: None,
        communities: vec!["A".to_owned(), "B".to_owned()],
    };
    log.change_device(by(2), NOON, device(1), to).await.unwrap();
    for plan in ["fire", ""] {
        log.put_emergency(by(2), NOON, plan.to_owned())
            .await
            .unwrap();
    }
    place(&log, change(1, 1, 1, "A")).await;
    place(&log, asking(change(1, 1, 2, "B"))).await;
    let sealed = vec![(doc(1), &b"sealed"[..])];
    let handed = sealed.into_iter().map(|(doc, sealed)| Handed {
        doc,
        sealed: Some(sealed.to_vec()),
        instead: None,
    });
    log.keep_contacts(by(1), NOON, handed.collect())
        .await
        .unwrap();
    let read_for = Some(ReadFor::desk(ReadReason::Authority));
    let read = log.contacts(by(2), NOON, doc(1), Vec::new(), read_for);
    let row = read.await.unwrap().unwrap().rows.remove(0);
    let correct = log.correct_contact(by(2), NOON, row, b"right".to_vec(), Vec::new());
    assert_eq!(correct.await.unwrap(), Some(true));
    let word = Erased {
        doc: doc(1),
        at: NOON,
        proof: Vec::new().into(),
    };
    let why = EraseReason::NotNeeded;
    log.erase_contacts(by(2), word, why, Vec::new())
        .await
        .unwrap()
        .unwrap();

    let rows = log.audited(0).await.unwrap();
    let said = |what: &str| {
        let mut found = rows.iter().filter(|row| row.what == what);
        let row = found.next().unwrap_or_else(|| panic!("no {what}"));
        (
            row.subject.clone(),
            serde_json::to_value(&row.said).unwrap(),
        )
    };
    let (id, record) = (hex(device(1).as_bytes()), hex(doc(1).as_bytes()));
    let hash = |bytes: &[u8]| hex(&Sha256::digest(bytes));
    assert_eq!(said("device.enrolled").1["after"]["role"], "crew");
    assert_eq!(
        said("device.changed"),
        (
            id.clone(),
            json!({
                "before": { "role": "crew", "person": before.person, "crew": before.crew, "communities": before.communities.join(" ") },
                "after": { "role": "clerk", "person": "Ελένη", "communities": "A B" },
            })
        )
    );
    assert_eq!(
        said("emergency.set").1,
        json!({ "after": { "plan": "fire" } })
    );
    let taken = said("change.accepted").1;
    assert_eq!((&taken["doc"], &taken["seq"]), (&json!(doc(1)), &json!(1)));
    let begun = json!({ "kind": "request", "community": "A" });
    assert_eq!(taken["after"], begun);
    let (subject, moved) = said("record.moved");
    assert_eq!(subject, record);
    assert_eq!(moved["before"], json!({ "community": "A" }));
    assert_eq!(moved["after"], json!({ "community": "B" }));
    assert_eq!(
        said("number.given").1["after"],
        json!({ "number": "1/2026" })
    );
    assert_eq!(
        said("contact.kept").1,
        json!({ "after": { (&id): hash(b"sealed") } })
    );
    assert_eq!(said("contact.read").1, json!({ "reason": "authority" }));
    assert_eq!(
        said("contact.corrected").1,
        json!({ "before": { (&id): hash(b"sealed") }, "after": { (&id): hash(b"right") } })
    );
    assert_eq!(
        said("contact.erased.not_needed").1,
        json!({ "before": { (id): hash(b"right") } })
    );
    let acts = log.contact_audit(doc(1)).await.unwrap();
    let reasons: Vec<_> = acts.iter().map(|act| act.reason.as_str()).collect();
    assert_eq!(reasons, ["", "authority", "", ""]);
    log.verify_audit().await.unwrap();
}

/// What somebody does behind the log's back, and how it is undone; none of it passes.
async fn none_passes(stand: &Stand, log: &AnyLog, all: &[(&str, &str)]) {
    for (tampering, back) in all {
        stand.run(tampering).await;
        let refused = log.verify_audit().await;
        assert!(
            matches!(refused, Err(LogError::Broken { .. })),
            "{tampering}: {refused:?}"
        );
        stand.run(back).await;
        log.verify_audit().await.unwrap();
    }
}

async fn nothing_is_slipped_in_where_no_place_is_given(stand: Stand) {
    let log = written(&stand).await;
    let insert = |seq| {
        format!(
            "INSERT INTO log (seq, at, device, doc, body, kind, hash, bytes)
             SELECT {seq}, at, device, hash, body, kind, hash, bytes FROM log WHERE seq = 1"
        )
    };
    let audit = |place| {
        format!(
            "INSERT INTO audit (place, at, who, what, subject, said, hash)
             SELECT {place}, at, who, 'contact.read', subject, said, hash FROM audit WHERE place = 3"
        )
    };
    let (zero, below) = (insert(0), insert(i64::MIN));
    let (audit_zero, audit_below) = (audit(0), audit(i64::MIN));
    none_passes(
        &stand,
        &log,
        &[
            (&zero, "DELETE FROM log WHERE seq < 1"),
            (&below, "DELETE FROM log WHERE seq < 1"),
            (&audit_zero, "DELETE FROM audit WHERE place < 1"),
            (&audit_below, "DELETE FROM audit WHERE place < 1"),
        ],
    )
    .await;
}

async fn a_number_of_something_else_is_found(stand: Stand) {
    let log = written(&stand).await;
    none_passes(
        &stand,
        &log,
        &[
            (
                "UPDATE numbers SET doc = (SELECT hash FROM log WHERE seq = 1) WHERE number = 2",
                "UPDATE numbers SET doc = (SELECT doc FROM log WHERE seq = 3) WHERE number = 2",
            ),
            (
                "UPDATE numbers SET received_at = received_at - 1 WHERE number = 2",
                "UPDATE numbers SET received_at = received_at + 1 WHERE number = 2",
            ),
            (
                "INSERT INTO numbers (year, number, doc, received_at, seq)
                 SELECT 2027, 1, hash, 0, -7 FROM log WHERE seq = 1",
                "DELETE FROM numbers WHERE year = 2027",
            ),
        ],
    )
    .await;
}

async fn a_record_in_another_community_is_found(stand: Stand) {
    let log = written(&stand).await;
    place(&log, change(1, 1, 2, "B")).await;
    none_passes(
        &stand,
        &log,
        &[
            (
                "UPDATE docs SET community = 'A' WHERE community = 'B'",
                "UPDATE docs SET community = 'B' WHERE doc = (SELECT doc FROM log WHERE seq = 1)",
            ),
            (
                "UPDATE docs SET kind = 'asset' WHERE community = 'B'",
                "UPDATE docs SET kind = 'request' WHERE community = 'B'",
            ),
            (
                "DELETE FROM docs WHERE community = 'B'",
                "INSERT INTO docs (doc, kind, community)
                 SELECT doc, 'request', 'B' FROM log WHERE seq = 1",
            ),
            (
                "INSERT INTO docs (doc, kind, community)
                 SELECT hash, 'request', 'C' FROM log WHERE seq = 1",
                "DELETE FROM docs WHERE community = 'C'",
            ),
        ],
    )
    .await;
}

async fn a_server_from_before_writes_nothing_any_more(stand: Stand) {
    let log = written(&stand).await;
    let before = "INSERT INTO audit (place, at, device, who, what, subject, hash)
        SELECT 9, at, device, who, what, subject, hash FROM audit WHERE place = 8";
    let refused = stand.try_run(before).await.unwrap_err();
    assert!(refused.contains("said"), "{refused}");
    log.verify_audit().await.unwrap();
}

async fn a_tampered_number_is_found(stand: Stand) {
    assert_eq!(
        broken(stand, "UPDATE numbers SET number = 9 WHERE number = 2").await,
        ("the register", 2)
    );
}

fn refused(bytes: &[u8], reason: Refusal) -> Quarantined {
    Quarantined {
        hash: change_hash(bytes),
        doc: doc(1),
        kind: Kind::Request,
        reason,
        bytes: bytes.to_vec(),
    }
}

async fn refused_changes_are_kept_once(stand: Stand) {
    let log = stand.open().await;
    enrolled(&log, 1, 1).await;
    let hostile = refused(b"hostile bytes", Refusal::Malformed);
    log.quarantine(by(1), NOON, vec![hostile.clone()])
        .await
        .unwrap();
    log.quarantine(
        by(1),
        NOON.plus_hours(1),
        vec![hostile, refused(b"later one", Refusal::OutOfScope)],
    )
    .await
    .unwrap();
    log.quarantine(
        by(1),
        NOON.plus_hours(2),
        vec![refused(&vec![0; 300_000], Refusal::NotAChange)],
    )
    .await
    .unwrap();
    let rows = log.refused(10, vec![]).await.unwrap();
    let reasons: Vec<(&str, Time)> = rows
        .iter()
        .map(|row| (row.reason.as_str(), row.at))
        .collect();
    let hours = |n| NOON.plus_hours(n);
    assert_eq!(
        reasons,
        [
            ("not_a_change", hours(2)),
            ("out_of_scope", hours(1)),
            ("malformed", hours(0))
        ]
    );
    assert_eq!(rows[0].device, device(1).to_string());
    assert_eq!(log.refused(1, vec![]).await.unwrap().len(), 1);
    assert_eq!(log.devices().await.unwrap()[0].refused, 3);
    log.verify_audit().await.unwrap();
}

async fn what_the_desk_decides_is_told_to_every_device_that_brought_it(stand: Stand) {
    let log = stand.open().await;
    enrolled(&log, 1, 1).await;
    enrolled(&log, 2, 2).await;
    let one = refused(b"one", Refusal::OutOfScope);
    let two = refused(b"two", Refusal::OutOfScope);
    for who in [1, 2] {
        log.quarantine(by(who), NOON, vec![one.clone()])
            .await
            .unwrap();
    }
    log.quarantine(by(1), NOON, vec![two.clone()])
        .await
        .unwrap();
    assert_eq!(
        log.refused(10, vec![]).await.unwrap().len(),
        2,
        "each is told once"
    );
    let kept = log.kept(vec![one.hash, [7; 32]], vec![]).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(
        (kept[0].kind, kept[0].bytes.as_slice()),
        (Kind::Request, &b"one"[..])
    );

    log.decide(by(3), NOON, vec![one.hash], true).await.unwrap();
    log.decide(by(3), NOON, vec![one.hash, two.hash], false)
        .await
        .unwrap();
    assert!(log.refused(10, vec![]).await.unwrap().is_empty());
    assert!(log.kept(vec![one.hash], vec![]).await.unwrap().is_empty());
    let heard = |who: u128, after: u64| {
        let log = &log;
        async move {
            let told = log.decisions(device(who), after).await.unwrap();
            told.into_iter()
                .map(|(decision, community)| {
                    assert_eq!(community, None, "there is no such record");
                    (decision.number, decision.taken)
                })
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(heard(1, 0).await, [(1, true), (2, false)]);
    assert_eq!(heard(1, 1).await, [(2, false)]);
    assert_eq!(heard(2, 0).await, [(1, true)]);
    assert_eq!(log.devices().await.unwrap()[0].refused, 0);
    log.verify_audit().await.unwrap();
}

async fn a_change_that_is_taken_later_leaves_the_quarantine(stand: Stand) {
    let log = stand.open().await;
    let change = change(1, 1, 1, "A");
    log.quarantine(
        by(1),
        NOON,
        vec![refused(&change.bytes, Refusal::OutOfScope)],
    )
    .await
    .unwrap();
    assert_eq!(log.refused(10, vec![]).await.unwrap().len(), 1);
    place(&log, change).await;
    assert!(log.refused(10, vec![]).await.unwrap().is_empty());
}

async fn lists_grow_with_crews_and_devices(stand: Stand) {
    let log = stand.open().await;
    let crew = |name: &str| Crew {
        id: "lights".to_owned(),
        name: name.to_owned(),
        department: "TEX".to_owned(),
        communities: vec!["11020101".to_owned()],
        skills: vec!["lights".to_owned()],
        members: vec![Member {
            id: "m1".to_owned(),
            name: format!("Νίκος ({name})"),
        }],
    };
    let at_first = log.lists_version().await.unwrap();
    log.put_crews(NOON, vec![crew("Φωτισμός")]).await.unwrap();
    let with_crew = log.lists_version().await.unwrap();
    assert_eq!(log.crews().await.unwrap(), [crew("Φωτισμός")]);
    log.put_crews(NOON, vec![crew("Φωτισμός")]).await.unwrap();
    assert_eq!(log.lists_version().await.unwrap(), with_crew, "nothing new");
    log.put_crews(NOON, vec![crew("Ηλεκτροφωτισμός")])
        .await
        .unwrap();
    let renamed = log.lists_version().await.unwrap();
    enrolled(&log, 1, 1).await;
    let with_device = log.lists_version().await.unwrap();
    log.put_reference(NOON, "{}".to_owned()).await.unwrap();
    let with_reference = log.lists_version().await.unwrap();
    log.put_reference(NOON, "{}".to_owned()).await.unwrap();
    assert_eq!(log.lists_version().await.unwrap(), with_reference);
    let versions = [at_first, with_crew, renamed, with_device, with_reference];
    assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
    assert_eq!(log.crews().await.unwrap(), [crew("Ηλεκτροφωτισμός")]);
}

async fn settings_that_change_are_in_the_audit(stand: Stand) {
    let log = stand.open().await;
    let crew = |name: &str| Crew {
        id: "lights".to_owned(),
        name: name.to_owned(),
        ..Crew::default()
    };
    // What they say first is nobody's change, nor is what they say again.
    let (nobody, crews) = (vec![], vec![Profile::Crew, Profile::Kiosk]);
    for (crew_name, days, pins, reference) in [
        ("Νίκος", 0, &nobody, "{}"),
        ("Νίκος", 0, &nobody, "{}"),
        ("Μαρία", 30, &crews, "[]"),
    ] {
        log.put_crews(NOON, vec![crew(crew_name)]).await.unwrap();
        log.put_closes_after(NOON, days).await.unwrap();
        log.put_pin_for(NOON, pins.clone()).await.unwrap();
        log.put_reference(NOON, reference.to_owned()).await.unwrap();
    }
    let rows = log.audited(0).await.unwrap();
    let settings = rows.iter().filter(|row| row.what.starts_with("settings."));
    let (what, said): (Vec<_>, Vec<_>) = settings.map(|row| (row.what.as_str(), &row.said)).unzip();
    assert_eq!(
        what,
        [
            "settings.crews",
            "settings.closes_after",
            "settings.pin_for",
            "settings.reference"
        ]
    );
    assert!(said.iter().all(|said| said.before != said.after));
    let value = |said: Option<&String>| said.cloned().unwrap_or_default();
    let values = |n: usize| {
        (
            value(said[n].before.get("value")),
            value(said[n].after.get("value")),
        )
    };
    assert_eq!(values(1), ("0".to_owned(), "30".to_owned()));
    assert_eq!(values(2), (String::new(), "crew".to_owned()), "no kiosk");
    assert_eq!(log.pin_for().await.unwrap(), [Profile::Crew]);
    let text = serde_json::to_string(&rows).unwrap();
    assert!(
        !text.contains("Νίκος") && !text.contains("Μαρία"),
        "no names"
    );
    log.verify_audit().await.unwrap();
}

async fn an_imported_row_is_remembered(stand: Stand) {
    let log = stand.open().await;
    let source = |digest| Source {
        doc: doc(1),
        digest: [digest; 32],
    };
    let ask = || log.source("lights".to_owned(), "17".to_owned());
    assert_eq!(ask().await.unwrap(), None);
    for digest in [1, 2] {
        log.put_sources("lights".to_owned(), vec![("17".to_owned(), source(digest))])
            .await
            .unwrap();
        assert_eq!(ask().await.unwrap(), Some(source(digest)));
    }
    assert_eq!(
        log.source("bins".to_owned(), "17".to_owned())
            .await
            .unwrap(),
        None
    );
}

async fn a_reopened_log_is_the_same(stand: Stand) {
    let log = stand.open().await;
    let epoch = log.epoch().await.unwrap();
    place(&log, change(1, 1, 1, "A")).await;
    drop(log);
    let log = stand.open().await;
    assert_eq!(
        (log.epoch().await.unwrap(), log.head().await.unwrap()),
        (epoch.clone(), 1)
    );
}

async fn a_backup_is_one_state_while_devices_push(stand: Stand) {
    let log = Arc::new(stand.open().await);
    let pushing: Vec<_> = (1..=4)
        .map(|writer| {
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                for seq in 1..=40_u32 {
                    let asks = asking(change(writer, writer * 1_000 + u128::from(seq), 1, "A"));
                    log.append(by(writer), NOON, vec![asks], None)
                        .await
                        .unwrap();
                }
            })
        })
        .collect();
    let folder = TempDir::new().unwrap();
    let mut backups = Vec::new();
    for n in 0..5 {
        let file = folder.path().join(format!("{n}.koina-backup"));
        backups.push((log.back_up(&file).await.unwrap(), file));
    }
    for task in pushing {
        task.await.unwrap();
    }
    assert!(
        matches!(log.back_up(&backups[0].1).await, Err(LogError::Exists(_))),
        "no backup is written over another"
    );
    for (rows, file) in backups {
        // A backup is a log: it opens, its chains hold, and it goes into either database.
        let copy = AnyLog::open_sqlite(&file).await.unwrap();
        assert_eq!(copy.head().await.unwrap(), rows);
        copy.verify_audit().await.unwrap();
        drop(copy);
        let other = stand.another().await;
        let restored = other.open().await;
        assert_eq!(restored.restore(NOON, &file).await.unwrap(), rows);
        restored.verify_audit().await.unwrap();
        let (head, given) = (restored.head().await.unwrap(), numbers(&restored).await);
        assert_eq!(head, rows);
        assert_eq!(given.len() as u64 * 2, rows, "each change with its number");
        assert_eq!(
            restored.tail(0, 1_000).await.unwrap(),
            log.tail(0, u32::try_from(rows).unwrap()).await.unwrap()
        );
        assert!(
            // The first backup may be older than the first change.
            rows == 0 || matches!(restored.restore(NOON, &file).await, Err(LogError::NotEmpty)),
            "only into an empty log"
        );
    }
}

async fn a_restored_log_gives_no_number_twice(stand: Stand) {
    let log = stand.open().await;
    let desk = newcomer(7, 77);
    log.invite(
        Author::server(),
        NOON,
        Invitation {
            role: Role::Clerk,
            ..invitation(7)
        },
    )
    .await
    .unwrap();
    log.redeem(NOON, desk.clone()).await.unwrap();
    log.seen(desk.device, NOON, heard(0, "1")).await.unwrap();
    for n in 1..=3 {
        place(&log, asking(change(1, n, 1, "A"))).await;
    }
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("yesterday");
    log.back_up(&file).await.unwrap();
    let (epoch, shared) = (log.epoch().await.unwrap(), log.head().await.unwrap());
    for n in 4..=6 {
        place(&log, asking(change(1, n, 1, "A"))).await;
    }
    let lost: Vec<Entry> = entries(&log).await.split_off(3);

    let other = stand.another().await;
    let restored = other.open().await;
    restored.restore(NOON.plus_hours(9), &file).await.unwrap();
    let new_epoch = restored.epoch().await.unwrap();
    assert_ne!(new_epoch, epoch);
    assert_eq!(
        restored.shared(epoch).await.unwrap(),
        Some(Restored {
            head: shared,
            entries: 3
        })
    );
    assert_eq!(restored.shared("never".to_owned()).await.unwrap(), None);
    assert!(restored.lists_version().await.unwrap() > log.lists_version().await.unwrap());

    // Somebody asks before the desk is back: no number yet.
    place(&restored, asking(change(2, 9, 1, "A"))).await;
    assert_eq!(numbers(&restored).await.len(), 3);
    assert!(restored.numbers_wait().await.unwrap());
    // The desk brings two of the three, in another order; the record of one of them comes first.
    for n in [6, 5] {
        place(&restored, asking(change(1, n, 1, "A"))).await;
    }
    let brought = vec![lost[2].clone(), lost[1].clone()];
    assert_eq!(
        restored
            .take_again(by(1), NOON, brought.clone())
            .await
            .unwrap(),
        2
    );
    assert_eq!(
        restored.take_again(by(1), NOON, brought).await.unwrap(),
        0,
        "once"
    );
    assert_eq!(
        restored
            .take_again(by(1), NOON, vec![lost[0].clone()])
            .await
            .unwrap(),
        0,
        "not without its record"
    );
    // What is missing between them may still come.
    restored.verify_audit().await.unwrap();
    assert!(
        restored.handed_over(desk.device, new_epoch).await.unwrap(),
        "nobody is awaited"
    );
    restored
        .number_again(by(1), NOON, vec![(doc(9), NOON)])
        .await
        .unwrap();
    let mut given = numbers(&restored).await;
    given.sort_unstable();
    let year = athens_year(NOON.0);
    assert_eq!(given, (1..=7).map(|n| (year, n)).collect::<Vec<_>>());
    let words: Vec<Entry> = entries(&restored).await;
    let of = |n| {
        words
            .iter()
            .find(|entry| entry.doc == doc(n))
            .unwrap()
            .words
            .number()
    };
    assert_eq!(
        (of(5), of(6), of(9)),
        (Some((year, 5)), Some((year, 6)), Some((year, 7)))
    );
    let void = words
        .iter()
        .find(|entry| matches!(entry.words, EntryWords::Void { .. }));
    assert_eq!(
        void.unwrap().words.number(),
        Some((year, 4)),
        "what nobody brought back stays empty"
    );
    place(&restored, asking(change(1, 10, 1, "A"))).await;
    assert_eq!(numbers(&restored).await.len(), 8, "numbers are given again");
    restored.verify_audit().await.unwrap();
    // A desk that comes late brings a number from further on.
    place(&restored, change(1, 11, 1, "A")).await;
    let on_paper = |record, number| Entry {
        doc: doc(record),
        words: EntryWords::Protocol {
            year,
            number,
            received_at: NOON,
        },
        ..lost[0].clone()
    };
    let late = on_paper(11, 12);
    assert_eq!(
        restored.take_again(by(1), NOON, vec![late]).await.unwrap(),
        1
    );
    restored.verify_audit().await.unwrap();
    // And another one, later still, one of those.
    place(&restored, change(1, 12, 1, "A")).await;
    let later = on_paper(12, 11);
    let taken = restored.take_again(by(1), NOON, vec![later]).await;
    assert_eq!(taken.unwrap(), 1, "it is on paper, and nobody else's");
    assert_eq!(numbers(&restored).await.len(), 10);
    restored.verify_audit().await.unwrap();
}

async fn entries(log: &AnyLog) -> Vec<Entry> {
    let rows = log.tail(0, 100_000).await.unwrap();
    rows.into_iter()
        .filter_map(|row| match row.body {
            LogBody::Entry(entry) => Some(entry),
            _ => None,
        })
        .collect()
}

async fn nobody_gets_a_code_for_a_kiosk_twice(stand: Stand) {
    let log = Arc::new(stand.open().await);
    let asking: Vec<_> = (1..=8)
        .map(|n| {
            let log = Arc::clone(&log);
            tokio::spawn(async move { log.next_code(by(n), NOON, device(9)).await.unwrap() })
        })
        .collect();
    let mut given = Vec::new();
    for task in asking {
        match task.await.unwrap() {
            Ok(step) => given.push(step),
            Err(problem) => assert!(matches!(problem, Problem::TooManyTries { .. })),
        }
    }
    given.sort_unstable();
    let first = koina_model::unlock::step(NOON);
    assert_eq!(given, [first, first + 1, first + 2, first + 3]);
    let other = log.next_code(by(1), NOON, device(8)).await.unwrap();
    assert_eq!(other, Ok(first), "each kiosk counts for itself");
    log.verify_audit().await.unwrap();

    let folder = TempDir::new().unwrap();
    let file = folder.path().join("backup");
    log.back_up(&file).await.unwrap();
    let other = stand.another().await;
    let restored = other.open().await;
    restored.restore(NOON, &file).await.unwrap();
    let again = restored.next_code(by(1), NOON, device(8)).await.unwrap();
    assert_eq!(again, Ok(first + 1), "nor after a restore");
}

async fn what_a_kiosk_said_last_is_kept(stand: Stand) {
    let log = stand.open().await;
    let health = |requests, called_s| Health {
        requests,
        called_s,
        ..Health::default()
    };
    let at = |s: i64| Time(NOON.0 + s * 1_000);
    for (s, said) in [(0, health(4, Some(3))), (60, health(2, None))] {
        log.keep_health(device(1), at(s), said).await.unwrap();
    }
    let long_ago = health(7, Some(u32::MAX));
    log.keep_health(device(2), at(60), long_ago).await.unwrap();
    log.next_code(by(1), NOON, device(3))
        .await
        .unwrap()
        .unwrap();
    let log = stand.open().await;
    let kept = log.healths().await.unwrap();
    assert_eq!(kept.len(), 2, "who only got a code has said nothing");
    let one = &kept[&device(1)];
    assert_eq!(
        (one.at, one.health.requests, one.called_at),
        (at(60), 2, None)
    );
    assert_eq!(kept[&device(2)].called_at, None, "over by now");
    assert_eq!(log.calls(at(60)).await.unwrap(), []);
}

async fn a_code_opens_one_device_once_and_for_one_answer(stand: Stand) {
    let log = stand.open().await;
    let by = Author::server;
    let (one, other) = (device(1), device(2));
    for n in [1, 2] {
        enrolled(&log, n, u128::from(n)).await;
    }
    let hour = Time(NOON.0 + 3_600_000);
    let put = async |id, code: u8| {
        let put = log.put_reopen(by(), NOON, id, [code; 32], hour);
        put.await.unwrap()
    };
    let open = async |at, id, code: u8, answer: &str| {
        let opened = log.reopen(at, id, [code; 32], answer.to_owned());
        opened.await.unwrap()
    };
    assert!(!put(device(9), 9).await, "there is no such device");
    assert!(put(one, 1).await && put(other, 2).await);
    let refused = Err(Problem::CodeRefused);
    assert_eq!(open(NOON, one, 2, "age1a").await, refused);
    assert_eq!(open(NOON, device(9), 1, "age1a").await, refused);
    assert_eq!(open(hour, one, 1, "age1a").await, refused);
    for _ in 0..2 {
        assert_eq!(open(NOON, one, 1, "age1a").await, Ok(()));
    }
    assert_eq!(open(NOON, one, 1, "age1b").await, refused);
    // Another code takes the place of the one before, used or not.
    assert!(put(one, 3).await && put(other, 4).await);
    assert_eq!(open(NOON, one, 1, "age1a").await, refused);
    assert_eq!(open(NOON, other, 2, "age1a").await, refused);
    assert_eq!(open(NOON, one, 3, "age1b").await, Ok(()));
    // Guessing makes everybody wait who comes with a code.
    let later = Time(NOON.0 + 120_000);
    for _ in 0..TRIES_PER_MINUTE {
        assert_eq!(open(later, other, 9, "age1a").await, refused);
    }
    let waits = open(later, other, 4, "age1a").await;
    assert!(matches!(waits, Err(Problem::TooManyTries { .. })));
    let minute = Time(later.0 + 60_000);
    assert_eq!(open(minute, other, 4, "age1a").await, Ok(()));
    log.verify_audit().await.unwrap();
}

fn account(n: u128, login: &str) -> AccountRow {
    AccountRow {
        id: Uuid::from_u128(n),
        login: login.to_owned(),
        name: "Μαρία Παπά".to_owned(),
        role: Role::Clerk,
        email: String::new(),
        subject: String::new(),
        password: "first".to_owned(),
        once_until: Some(NOON),
        secret: String::new(),
        secret_new: String::new(),
        step: 0,
        wrong: 0,
        wrong_at: Time(0),
        added_at: NOON,
        signed_in_at: None,
        closed_at: None,
    }
}

async fn an_account_signs_in_once_with_each_code_and_is_ended_from_elsewhere(stand: Stand) {
    let log = stand.open().await;
    let by = Author::server;
    let add = async |account| log.add_account(by(), NOON, account).await.unwrap();
    assert_eq!(add(account(1, "maria")).await, None);
    assert_eq!(add(account(2, "maria")).await, Some(Taken::Login));
    let of = async || {
        log.account_by_login("maria".to_owned())
            .await
            .unwrap()
            .unwrap()
    };
    let id = Uuid::from_u128(1);
    // The secret that was shown first stays until it is confirmed.
    for fresh in ["ONE", "TWO"] {
        let kept = log.offer_secret(id, fresh.to_owned()).await.unwrap();
        assert_eq!(kept.as_deref(), Some("ONE"));
    }
    log.account_was_wrong(by(), NOON, id).await.unwrap();
    assert_eq!((of().await.wrong, of().await.wrong_at), (1, NOON));
    let desk = DeviceId(Uuid::from_u128(9));
    let session = |n: u8| NewSession {
        token: [n; 32],
        id: Uuid::from_u128(100 + u128::from(n)),
        device: desk,
    };
    let seen = of().await;
    let with = SignedInWith::First {
        step: 7,
        password: "chosen".to_owned(),
        secret: "ONE".to_owned(),
    };
    let done = log
        .sign_in(by(), NOON, seen.clone(), with, session(1))
        .await;
    assert!(done.unwrap());
    let now = of().await;
    assert_eq!(
        (now.password.as_str(), now.secret.as_str()),
        ("chosen", "ONE")
    );
    assert_eq!((now.once_until, now.wrong, now.step), (None, 0, 7));
    // The first password is over, and so is the code.
    let step = SignedInWith::Code;
    let late = log.sign_in(by(), NOON, seen, step(8), session(2)).await;
    assert!(!late.unwrap());
    let again = log
        .sign_in(by(), NOON, now.clone(), step(7), session(2))
        .await;
    assert!(!again.unwrap());
    let next = log
        .sign_in(by(), NOON, now.clone(), step(8), session(2))
        .await;
    assert!(next.unwrap());

    let whose = async |token: u8, device, used, began| {
        let found = log.session([token; 32], device, used, began).await;
        found.unwrap().map(|(account, _)| account.login)
    };
    let before = Time(NOON.0 - 1);
    assert_eq!(
        whose(1, desk, before, before).await.as_deref(),
        Some("maria")
    );
    let elsewhere = DeviceId(Uuid::from_u128(8));
    for (token, device, used, began) in [
        (3, desk, before, before),
        (1, elsewhere, before, before),
        (1, desk, NOON, before),
        (1, desk, before, NOON),
    ] {
        assert_eq!(whose(token, device, used, began).await, None);
    }
    let later = Time(NOON.0 + 120_000);
    log.used_session([1; 32], NOON, later).await.unwrap();
    assert!(whose(1, desk, NOON, before).await.is_some());
    let rows = log.accounts(before).await.unwrap();
    assert_eq!((rows.len(), rows[0].sessions.len()), (1, 2));
    // One is ended from elsewhere, the other by whoever began it.
    assert!(
        log.end_session(by(), NOON, Uuid::from_u128(101))
            .await
            .unwrap()
    );
    assert!(
        !log.end_session(by(), NOON, Uuid::from_u128(101))
            .await
            .unwrap()
    );
    assert_eq!(whose(1, desk, before, before).await, None);
    log.sign_out(by(), NOON, [2; 32]).await.unwrap();
    assert_eq!(whose(2, desk, before, before).await, None);
    // Who may do something else now, or is closed out, signs in anew.
    let other = AccountRow {
        role: Role::Admin,
        once_until: None,
        ..account(7, "other")
    };
    assert_eq!(add(other).await, None);
    for (n, change) in [(3, Role::Admin), (4, Role::Admin)] {
        let seen = of().await;
        let step = step(u64::from(n) * 10);
        assert!(
            log.sign_in(by(), NOON, seen.clone(), step, session(n))
                .await
                .unwrap()
        );
        let to = AccountRow {
            role: change,
            ..seen
        };
        assert_eq!(
            log.change_account(by(), NOON, to, Some(n == 4))
                .await
                .unwrap(),
            AccountChanged::Done
        );
        assert_eq!(whose(n, desk, before, before).await, None, "{n}");
    }
    // Somebody has to be left.
    let last = AccountRow {
        role: Role::Admin,
        ..account(7, "other")
    };
    let refused = log
        .change_account(by(), NOON, last, Some(true))
        .await
        .unwrap();
    assert_eq!(refused, AccountChanged::LastAdmin);
    let closed = of().await;
    let out = log.sign_in(by(), NOON, closed, step(90), session(5)).await;
    assert!(!out.unwrap(), "closed");
    let done = log
        .reset_account(by(), NOON, id, "again".to_owned(), NOON)
        .await;
    assert!(done.unwrap());
    assert_eq!(
        (of().await.secret.as_str(), of().await.once_until),
        ("", Some(NOON))
    );
    // A backup has the account and no session.
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("backup.sqlite");
    log.back_up(&file).await.unwrap();
    let other = stand.another().await;
    let restored = other.open().await;
    restored.restore(NOON, &file).await.unwrap();
    let rows = restored.accounts(Time(0)).await.unwrap();
    assert_eq!((rows.len(), rows[0].sessions.len()), (2, 0));
    log.verify_audit().await.unwrap();
}

async fn an_account_signs_in_by_the_provider_under_one_name_of_it(stand: Stand) {
    let log = stand.open().await;
    let by = Author::server;
    let known = |n, login, email: &str| AccountRow {
        email: email.to_owned(),
        ..account(n, login)
    };
    let add = async |account| log.add_account(by(), NOON, account).await.unwrap();
    assert_eq!(add(known(1, "maria", "m@example.gr")).await, None);
    // No address is nobody's.
    assert_eq!(add(known(2, "kostas", "")).await, None);
    assert_eq!(add(known(3, "nikos", "")).await, None);
    assert_eq!(
        add(known(4, "other", "m@example.gr")).await,
        Some(Taken::Email)
    );
    let word = |subject: &str, email: &str| ProviderWord {
        subject: subject.to_owned(),
        email: email.to_owned(),
    };
    let of = async |subject: &str, email: &str| {
        let found = log.account_by_provider(word(subject, email)).await;
        found.unwrap().map(|account| account.login)
    };
    let desk = DeviceId(Uuid::from_u128(9));
    let session = |n: u8| NewSession {
        token: [n; 32],
        id: Uuid::from_u128(100 + u128::from(n)),
        device: desk,
    };
    assert_eq!(of("idp#1", "").await, None);
    assert_eq!(of("idp#1", "m@example.gr").await.as_deref(), Some("maria"));
    let seen = log.account_by_provider(word("idp#1", "m@example.gr")).await;
    let seen = seen.unwrap().unwrap();
    let come = async |seen: &AccountRow, subject: &str, email: &str, n| {
        let with = SignedInWith::Provider(word(subject, email));
        let done = log.sign_in(by(), NOON, seen.clone(), with, session(n));
        done.await.unwrap()
    };
    assert!(!come(&seen, "idp#1", "k@example.gr", 1).await);
    assert!(come(&seen, "idp#1", "m@example.gr", 1).await);
    // From now on the name counts, whatever the address is, and nobody else comes by that address.
    assert_eq!(
        of("idp#1", "new@example.gr").await.as_deref(),
        Some("maria")
    );
    assert_eq!(of("idp#2", "m@example.gr").await, None);
    assert!(!come(&seen, "idp#2", "m@example.gr", 2).await);
    assert!(come(&seen, "idp#1", "", 2).await);
    // The first password was not used and stays one.
    let maria = async || log.account_by_login("maria".to_owned()).await.unwrap();
    assert_eq!(maria().await.unwrap().once_until, Some(NOON));
    // Another address is somebody else's.
    let moved = known(1, "maria", "maria@example.gr");
    let moved = log.change_account(by(), NOON, moved, None).await.unwrap();
    assert_eq!(moved, AccountChanged::Done);
    assert_eq!(of("idp#1", "").await, None);
    let before = Time(NOON.0 - 1);
    let ended = log.session([2; 32], desk, before, before).await.unwrap();
    assert!(ended.is_none());

    // A way is one desk's, once, for a while; a desk has one.
    let way = Way {
        nonce: "nonce".to_owned(),
        verifier: "verifier".to_owned(),
        redirect: "http://127.0.0.1:1/".to_owned(),
    };
    let begin = async |n: u8| {
        let put = log.put_way([n; 32], desk, way.clone(), NOON, Time(NOON.0 + 10));
        put.await.unwrap();
    };
    let back = async |n: u8, device, at: i64| {
        let taken = log.take_way([n; 32], device, Time(NOON.0 + at)).await;
        taken.unwrap()
    };
    begin(1).await;
    assert_eq!(back(1, DeviceId(Uuid::from_u128(8)), 1).await, None);
    assert_eq!(back(1, desk, 11).await, None);
    assert_eq!(back(1, desk, 10).await, Some(way.clone()));
    assert_eq!(back(1, desk, 10).await, None);
    begin(2).await;
    begin(3).await;
    assert_eq!(back(2, desk, 1).await, None);
    assert_eq!(back(3, desk, 1).await, Some(way.clone()));
    log.verify_audit().await.unwrap();
}
