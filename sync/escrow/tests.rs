//! How long a device may have no contact, by clocks that are right, behind and ahead.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::time::Duration;

use koina_model::ids::{DeviceId, Time};
use uuid::Uuid;

use super::{Contact, DAY_MS, Escrow, HOUR_MS};

const NOON: i64 = 1_777_982_400_000;
const AT_ONCE: Duration = Duration::ZERO;

fn escrow(days: u32) -> Escrow {
    Escrow {
        device: DeviceId(Uuid::nil()),
        server: String::new(),
        to: String::new(),
        word: String::new(),
        sealed: String::new(),
        days,
        heard_at: Time(NOON),
        seen_at: Time(NOON),
        over_since: None,
    }
}

fn day(days: i64) -> Time {
    Time(NOON + days * DAY_MS)
}

#[test]
fn a_device_says_that_it_closes_and_then_closes() {
    let mut one = escrow(30);
    assert_eq!(one.seen(day(22), AT_ONCE), Contact::Fine);
    let week = Contact::Closes { in_ms: 7 * DAY_MS };
    assert_eq!(one.seen(day(23), AT_ONCE), week);
    let last = Contact::Closes { in_ms: DAY_MS };
    assert_eq!(one.seen(day(29), AT_ONCE), last);
    // From the first look that finds it over there is one more day.
    assert_eq!(one.seen(day(40), AT_ONCE), last);
    let almost = Time(day(41).0 - 1);
    assert_eq!(one.seen(almost, AT_ONCE), Contact::Closes { in_ms: 1 });
    assert_eq!(one.seen(day(41), AT_ONCE), Contact::Over);
    // Where nobody wants it, it never does.
    assert_eq!(escrow(0).seen(day(9_000), AT_ONCE), Contact::Fine);
}

#[test]
fn a_clock_that_was_set_back_gains_nothing_while_the_app_runs() {
    let mut one = escrow(10);
    assert_eq!(
        one.seen(day(8), AT_ONCE),
        Contact::Closes { in_ms: 2 * DAY_MS }
    );
    let hour = Duration::from_secs(3_600);
    for hours in 1..48 {
        let left = 2 * DAY_MS - hours * HOUR_MS;
        assert_eq!(one.seen(day(-300), hour), Contact::Closes { in_ms: left });
    }
    for _ in 0..24 {
        assert!(matches!(one.seen(day(-300), hour), Contact::Closes { .. }));
    }
    assert_eq!(one.seen(day(-300), hour), Contact::Over);
}

#[test]
fn a_clock_that_ran_ahead_counts_until_there_is_contact() {
    let mut one = escrow(10);
    let last = Contact::Closes { in_ms: DAY_MS };
    assert_eq!(one.seen(day(4_000), AT_ONCE), last);
    // A clock that was set right and one that was set back look the same.
    assert_eq!(one.seen(day(3), AT_ONCE), last);
    let hour = Duration::from_secs(3_600);
    for _ in 0..23 {
        assert!(matches!(one.seen(day(3), hour), Contact::Closes { .. }));
    }
    assert_eq!(one.seen(day(3), hour), Contact::Over);
}

/// A file as it lies beside a replica.
fn beside(folder: &std::path::Path, escrow: &Escrow) -> std::path::PathBuf {
    let path = folder.join("replica.sqlite");
    super::write(&path, escrow).unwrap();
    path
}

#[test]
fn minutes_count_of_an_app_whose_clock_was_set_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = beside(folder.path(), &escrow(10));
    super::look(&path, day(9), AT_ONCE);
    let minutes = Duration::from_secs(30 * 60);
    for n in 0..24 * 2 {
        // Wherever it is set to: long ago, or always to the moment that was seen last.
        let set = match n % 2 {
            0 => day(-1),
            _ => Time(super::told(&path).unwrap().seen_at.0 + 1),
        };
        super::look(&path, set, minutes);
    }
    let left = super::told(&path).unwrap().left_ms();
    assert_eq!(left, 0);
    for _ in 1..24 * 2 {
        let found = super::look(&path, day(-1), minutes);
        assert!(matches!(found, Contact::Closes { .. }));
    }
    assert_eq!(super::look(&path, day(-1), minutes), Contact::Over);
    super::heard(&path, day(-1)).unwrap();
    assert_eq!(super::look(&path, day(-1), minutes), Contact::Fine);
}

#[test]
fn one_wrong_bit_is_found_and_the_other_file_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = beside(folder.path(), &escrow(10));
    let [first, second] = super::files(&path);
    let whole = std::fs::read(&first).unwrap();
    for at in [5, whole.len() / 2, whole.len() - 3] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&first, &bytes).unwrap();
        assert_eq!(super::told(&path), Some(escrow(10)));
        std::fs::write(&second, &bytes).unwrap();
        assert_eq!(super::told(&path), None);
        std::fs::write(&second, &whole).unwrap();
    }
}
