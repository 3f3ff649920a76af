//! How long a device may have no contact, by clocks that are right, behind and ahead.

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
fn a_clock_that_was_set_right_again_within_a_day_closes_nothing() {
    let mut one = escrow(10);
    assert_eq!(
        one.seen(day(4_000), AT_ONCE),
        Contact::Closes { in_ms: DAY_MS }
    );
    // What was seen stays seen until there is contact, for a clock set right and one set back look the same; contact mends it.
    assert!(matches!(one.seen(day(3), AT_ONCE), Contact::Closes { .. }));
    one = Escrow {
        heard_at: day(3),
        seen_at: day(3),
        over_since: None,
        ..one
    };
    assert_eq!(one.seen(day(3), AT_ONCE), Contact::Fine);
}
