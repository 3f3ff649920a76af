//! Days that count: Orthodox Easter, holidays, working days, statutory deadlines and the Athens date of a moment.
//!
//! Which days are holidays is data of the municipality ([`Holidays`]), since local feasts differ and the
//! ministry moves Labour Day; how to count is law and is written here.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ids::Time;
use crate::reference::Text2;

#[cfg(test)]
mod tests;

/// Calendar days within which an authority answers an application: ΚΔΔ (ν. 2690/1999) art. 4 par. 1.
pub const ANSWER_DAYS: u16 = 50;

/// Calendar days within which an authority that is not competent forwards an application to the one that is:
/// ΚΔΔ (ν. 2690/1999) art. 4 par. 1.
pub const FORWARD_DAYS: u16 = 3;

/// Calendar days that are added to [`ANSWER_DAYS`] when several authorities are competent:
/// ΚΔΔ (ν. 2690/1999) art. 4 par. 1.
pub const SEVERAL_SERVICES_EXTRA_DAYS: u16 = 10;

/// 1 May, the only holiday that is moved by ministerial decision.
const LABOUR_DAY: MonthDay = MonthDay { month: 5, day: 1 };

static ATHENS: LazyLock<TimeZone> = LazyLock::new(|| {
    // The time zone rules are compiled in; winter time would be the nearest guess without them.
    TimeZone::get("Europe/Athens").unwrap_or_else(|_| TimeZone::fixed(Offset::constant(2)))
});

/// The days on which the municipality is closed, besides Saturdays and Sundays. Part of the reference data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Holidays {
    /// National holidays on the same date every year.
    pub fixed: Vec<FixedHoliday>,
    /// National holidays counted from Easter.
    pub moving: Vec<MovingHoliday>,
    /// Feasts of the place.
    pub local: Vec<LocalHoliday>,
    /// Years in which Labour Day is kept on another day.
    pub labour_day_transfers: Vec<LabourDayTransfer>,
}

/// A holiday on the same date every year.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FixedHoliday {
    pub day: MonthDay,
    pub name: Text2,
}

/// A holiday counted from Orthodox Easter Sunday.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MovingHoliday {
    /// Negative before Easter.
    pub days_from_easter: i16,
    pub name: Text2,
}

/// A feast of the place, closed in this municipality only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LocalHoliday {
    pub day: MonthDay,
    pub name: Text2,
    /// How sure the municipality is of this day, in words.
    pub certainty: String,
}

/// A year in which Labour Day is kept on another day, because 1 May fell in Holy Week or on a Sunday.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabourDayTransfer {
    pub year: i16,
    #[serde(with = "iso_date")]
    pub to: Date,
    /// `fact` once the ministerial decision is published, `predicted` until then.
    pub certainty: String,
}

/// A date of any year, written `MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MonthDay {
    month: i8,
    day: i8,
}

/// Not a date of the form `MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date of the form MM-DD")]
pub struct NotMonthDay;

impl MonthDay {
    /// Whether the date falls on this day of its year.
    pub fn is(self, date: Date) -> bool {
        (date.month(), date.day()) == (self.month, self.day)
    }
}

impl TryFrom<String> for MonthDay {
    type Error = NotMonthDay;

    fn try_from(text: String) -> Result<MonthDay, NotMonthDay> {
        // A leap year, so that 29 February may be a feast.
        let date: Date = format!("2000-{text}").parse().map_err(|_| NotMonthDay)?;
        let (month, day) = (date.month(), date.day());
        let read = MonthDay { month, day };
        if String::from(read) == text {
            Ok(read)
        } else {
            Err(NotMonthDay)
        }
    }
}

impl From<MonthDay> for String {
    fn from(day: MonthDay) -> String {
        format!("{:02}-{:02}", day.month, day.day)
    }
}

impl Holidays {
    /// The name of the holiday on this date, if it is one. Weekends are not holidays.
    pub fn on(&self, date: Date) -> Option<&Text2> {
        let transfer = (self.labour_day_transfers.iter()).find(|t| t.year == date.year());
        let moved_away = |day: MonthDay| day == LABOUR_DAY && transfer.is_some();
        let easter = orthodox_easter(date.year());

        let fixed = self.fixed.iter();
        let moving = self.moving.iter();
        let local = self.local.iter();
        (fixed.clone())
            .find(|h| h.day.is(date) && !moved_away(h.day))
            .map(|h| &h.name)
            .or_else(|| {
                let kept_today = transfer.is_some_and(|t| t.to == date);
                let mut labour_day = fixed.filter(|h| kept_today && h.day == LABOUR_DAY);
                labour_day.next().map(|h| &h.name)
            })
            .or_else(|| {
                let mut today = moving.filter(|h| plus(easter, h.days_from_easter) == date);
                today.next().map(|h| &h.name)
            })
            .or_else(|| {
                let mut today = local.filter(|h| h.day.is(date));
                today.next().map(|h| &h.name)
            })
    }
}

/// Easter Sunday of the Orthodox Church, as a date of the civil (Gregorian) calendar.
///
/// The Julian reckoning of Meeus, moved by the days that the two calendars are apart in that century.
pub fn orthodox_easter(year: i16) -> Date {
    let a = year.rem_euclid(4);
    let b = year.rem_euclid(7);
    let c = year.rem_euclid(19);
    let moon = (19 * c + 15) % 30;
    let sunday = (2 * a + 4 * b - moon + 34) % 7;
    let century = year.div_euclid(100);
    let calendars_apart = century - century.div_euclid(4) - 2;
    let earliest = Date::new(year, 3, 22).unwrap_or(Date::MAX);
    plus(earliest, moon + sunday + calendars_apart)
}

/// Whether the municipality works on this date.
pub fn is_working_day(date: Date, holidays: &Holidays) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) && holidays.on(date).is_none()
}

/// The last day of a period of calendar days: ΑΚ 241–242, ΚΔΔ (ν. 2690/1999) art. 10.
///
/// The day of the event does not count; a period that would end on a day off ends on the next working day.
pub fn deadline(start: Date, calendar_days: u16, holidays: &Holidays) -> Date {
    let end = start.saturating_add(Span::new().days(calendar_days));
    working_days_from(end, holidays).next().unwrap_or(end)
}

/// The n-th working day after the start. The start does not count; nought gives the start itself.
pub fn add_working_days(start: Date, n: u16, holidays: &Holidays) -> Date {
    let Some(skipped) = n.checked_sub(1) else {
        return start;
    };
    let mut days = working_days_from(plus(start, 1), holidays);
    days.nth(usize::from(skipped)).unwrap_or(Date::MAX)
}

/// The date in Athens at a moment, in milliseconds since 1970 UTC.
pub fn athens_date(ms: i64) -> Date {
    athens(ms).date()
}

fn athens(ms: i64) -> DateTime {
    let moment = Timestamp::from_millisecond(ms).unwrap_or(if ms < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    });
    ATHENS.to_datetime(moment)
}

/// The moment of a date (year, month, day) and a time (hour, minute, second) on a clock that is so many minutes ahead of UTC, or
/// without that in Athens; of the hour that is there twice in autumn, the first. `None` where there is no such date or time.
pub fn clock_moment(
    (year, month, day): (i16, i8, i8),
    (hour, minute, second): (i8, i8, i8),
    ahead_min: Option<i16>,
) -> Option<Time> {
    let written = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    let moment = match ahead_min {
        Some(ahead) => {
            let offset = Offset::from_seconds(i32::from(ahead) * 60).ok()?;
            offset.to_timestamp(written).ok()?
        }
        None => ATHENS.to_ambiguous_timestamp(written).compatible().ok()?,
    };
    Some(Time(moment.as_millisecond()))
}

/// The time of day in Athens at a moment: `21:05`.
pub fn athens_clock(ms: i64) -> String {
    let time = athens(ms).time();
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// The year in Athens at a moment; protocol and receipt numbers start again when it turns at local midnight.
pub fn athens_year(ms: i64) -> i16 {
    athens_date(ms).year()
}

fn plus(date: Date, days: i16) -> Date {
    date.saturating_add(Span::new().days(days))
}

fn working_days_from(date: Date, holidays: &Holidays) -> impl Iterator<Item = Date> {
    date.series(Span::new().days(1))
        .filter(|day| is_working_day(*day, holidays))
}

/// Dates as `YYYY-MM-DD` in JSON.
mod iso_date {
    use jiff::civil::Date;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(date: &Date, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(date)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}
