#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use jiff::civil::date;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use serde_json::Value;

use super::*;
use crate::reference::Reference;

fn section(name: &str) -> Value {
    let vectors: Value = serde_json::from_str(include_str!("../vectors.json")).unwrap();
    vectors[name].clone()
}

fn cases(value: &Value) -> &Vec<Value> {
    let cases = value.as_array().unwrap();
    assert!(!cases.is_empty());
    cases
}

fn day(value: &Value) -> Date {
    value.as_str().unwrap().parse().unwrap()
}

fn holidays(municipality: &str) -> Holidays {
    Reference::bundled(municipality).unwrap().holidays
}

#[test]
fn easter_and_what_hangs_on_it_match_the_vectors() {
    let holidays = holidays("dion-olympos");
    for case in cases(&section("easter")["years"]) {
        let year = i16::try_from(case["year"].as_i64().unwrap()).unwrap();
        assert_eq!(orthodox_easter(year), day(&case["easter"]));
        for (key, name) in [
            ("cleanMonday", "Clean Monday"),
            ("goodFriday", "Good Friday"),
            ("easterMonday", "Easter Monday"),
            ("holySpiritMonday", "Holy Spirit Monday"),
        ] {
            let found = holidays.on(day(&case[key])).unwrap();
            // 1 May 2024 and 2027 stand beside Easter, never on it.
            assert_eq!(found.en, name, "{year}");
        }
    }
}

#[test]
fn easter_is_right_beyond_this_century() {
    assert_eq!(orthodox_easter(1900), date(1900, 4, 22));
    assert_eq!(orthodox_easter(1821), date(1821, 4, 22));
    assert_eq!(orthodox_easter(2100), date(2100, 5, 2));
}

#[test]
fn the_holidays_are_those_of_the_vectors() {
    let vectors = section("holidays");
    for (municipality, others) in [("dion-olympos", "lixouri"), ("lixouri", "dion-olympos")] {
        let holidays = holidays(municipality);
        assert_eq!(holidays.fixed.len(), cases(&vectors["fixed"]).len());
        for case in cases(&vectors["fixed"]) {
            let date = day(&format!("2026-{}", case.as_str().unwrap()).into());
            assert!(!is_working_day(date, &holidays), "{date}");
        }
        let moving = vectors["moving"].as_object().unwrap();
        assert_eq!(holidays.moving.len(), moving.len());
        for (name, days) in moving {
            let found = holidays.moving.iter().find(|h| h.name.el == *name).unwrap();
            assert_eq!(i64::from(found.days_from_easter), days.as_i64().unwrap());
        }
        for case in cases(&vectors["local"]) {
            let Some(month_day) = case["date"].as_str() else {
                continue;
            };
            let date = day(&format!("2026-{month_day}").into());
            let name = holidays.on(date).map(|name| name.el.as_str());
            if case["municipality"] == municipality {
                assert_eq!(name, case["el"].as_str());
            } else {
                assert_eq!(case["municipality"], others);
                assert_eq!(name, None);
            }
        }
        let transfers = vectors["labourDayTransfers"].as_object().unwrap();
        assert_eq!(holidays.labour_day_transfers.len(), transfers.len());
        for (year, to) in transfers {
            assert_eq!(holidays.on(day(to)).unwrap().en, "Labour Day");
            let first_of_may = date(year.parse().unwrap(), 5, 1);
            assert_eq!(holidays.on(first_of_may), None);
        }
    }
}

#[test]
fn deadlines_match_the_vectors_in_both_municipalities() {
    for holidays in [holidays("dion-olympos"), holidays("lixouri")] {
        for case in cases(&section("deadlines")["cases"]) {
            let (start, due) = (day(&case["start"]), day(&case["due"]));
            let days = u16::try_from(case["days"].as_i64().unwrap()).unwrap();
            match case["rule"].as_str().unwrap() {
                "calendar" => {
                    let raw = start.saturating_add(Span::new().days(days));
                    assert_eq!(raw, day(&case["raw"]));
                    assert_eq!(deadline(start, days, &holidays), due, "{case}");
                }
                "workingDays" => {
                    assert_eq!(add_working_days(start, days, &holidays), due, "{case}")
                }
                other => panic!("unknown rule {other}"),
            }
        }
    }
}

#[test]
fn no_working_days_later_is_the_same_day() {
    let saturday = date(2026, 11, 21);
    assert_eq!(
        add_working_days(saturday, 0, &holidays("lixouri")),
        saturday
    );
}

#[test]
fn the_year_turns_at_midnight_in_athens() {
    // 2026-12-31T22:00:00Z is 2027-01-01T00:00 in Athens.
    assert_eq!(athens_year(1_798_754_399_999), 2026);
    assert_eq!(athens_year(1_798_754_400_000), 2027);
    assert_eq!(athens_date(1_798_754_400_000), date(2027, 1, 1));
    // Summer time: 2026-07-01T21:00:00Z is already 2 July.
    assert_eq!(athens_date(1_782_939_599_999), date(2026, 7, 1));
    assert_eq!(athens_date(1_782_939_600_000), date(2026, 7, 2));
}

#[test]
fn month_days_are_read_strictly() {
    let read = |text: &str| MonthDay::try_from(text.to_owned());
    assert!(read("02-29").is_ok());
    for wrong in ["", "2-29", "02-30", "13-01", "02-29T10:00", "0229"] {
        assert_eq!(read(wrong), Err(NotMonthDay), "{wrong}");
    }
}

proptest! {
    #[test]
    fn any_moment_has_an_athens_date(ms in any::<i64>()) {
        athens_date(ms);
    }

    #[test]
    fn a_deadline_is_the_first_working_day_that_is_not_too_early(offset in 0i16..20_000, days in 0u16..400) {
        let holidays = holidays("lixouri");
        let start = plus(date(2000, 1, 1), offset);
        let end = start.saturating_add(Span::new().days(days));
        let due = deadline(start, days, &holidays);
        prop_assert!(due >= end && is_working_day(due, &holidays));
        prop_assert!(end.series(Span::new().days(1)).take_while(|d| *d < due).all(|d| !is_working_day(d, &holidays)));
        prop_assert_eq!(orthodox_easter(start.year()).weekday(), Weekday::Sunday);
    }
}
