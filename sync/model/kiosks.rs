//! Kiosks as the desk looks after them: what one says of itself, and when somebody has to go there. Counts only: nothing here
//! says who reported what.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ids::{DeviceId, Time};

/// How long a visitor's call for staff stands unless somebody ends it.
pub const CALL_MS: i64 = 15 * 60_000;
/// A kiosk says anew how it is after this long, also when nothing changed.
pub const TELL_EVERY_MS: i64 = 5 * 60_000;
/// A kiosk that was not heard of for this long needs somebody.
pub const SILENT_MS: i64 = 24 * 3_600_000;

/// The printer of a kiosk. On the wire and stored since 0.1; add variants, never rename.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// There is none: receipts are shown on the screen.
    #[default]
    NoPrinter,
    Ready,
    /// The roll ends soon.
    Low,
    Out,
    /// It does not answer, or says that something is wrong.
    Fault,
    /// Said by a newer kiosk.
    #[serde(other)]
    Unknown,
}

/// What a kiosk says of itself. On the wire and stored since 0.1; add fields, never rename.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Health {
    /// Requests that wait here after this message.
    pub requests: u32,
    /// Contacts that wait here after this message.
    pub contacts: u32,
    pub paper: Paper,
    /// Staff have put it out of order.
    pub out_of_order: bool,
    /// A visitor has been calling for staff for so many seconds. Not a time: the clock of a kiosk may be wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub called_s: Option<u32>,
}

impl Health {
    /// Whether this says the same as what was said before; how long somebody has been calling goes without saying.
    pub fn is_like(&self, before: &Self) -> bool {
        let calm = |health: &Self| Self {
            called_s: health.called_s.map(|_| 0),
            ..health.clone()
        };
        calm(self) == calm(before)
    }
}

/// A visitor's call for staff, as desks hear of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffCall {
    pub device: DeviceId,
    /// When it began, by the clock of the server.
    pub at: Time,
}

/// Whether a call that began then still stands. One from the future was made by a clock that has been put right since.
pub fn is_calling(called_at: Time, now: Time) -> bool {
    (now.0 - called_at.0).abs() < CALL_MS
}

/// Why somebody has to go to a kiosk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// A visitor calls for staff.
    Called,
    OutOfOrder,
    PaperOut,
    PrinterFault,
    /// Nothing was heard of it for a day.
    Silent,
}

/// What a kiosk needs somebody for, the most urgent first. `heard_at` is when the server last heard of it at all.
pub fn needs(
    heard_at: Time,
    health: Option<&Health>,
    called_at: Option<Time>,
    now: Time,
) -> Vec<Need> {
    let paper = health.map(|health| health.paper);
    [
        (
            Need::Called,
            called_at.is_some_and(|at| is_calling(at, now)),
        ),
        (
            Need::OutOfOrder,
            health.is_some_and(|health| health.out_of_order),
        ),
        (Need::PaperOut, paper == Some(Paper::Out)),
        (Need::PrinterFault, paper == Some(Paper::Fault)),
        (Need::Silent, now.0 - heard_at.0 > SILENT_MS),
    ]
    .into_iter()
    .filter_map(|(need, is)| is.then_some(need))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::{CALL_MS, Health, Need, Paper, SILENT_MS, needs};
    use crate::ids::Time;

    const NOW: Time = Time(1_795_000_000_000);

    fn ago(ms: i64) -> Time {
        Time(NOW.0 - ms)
    }

    #[test]
    fn a_kiosk_that_works_needs_nobody() {
        let health = Health {
            requests: 4,
            paper: Paper::Low,
            ..Health::default()
        };
        assert_eq!(needs(ago(60_000), Some(&health), None, NOW), []);
        assert_eq!(needs(ago(60_000), None, None, NOW), [], "just enrolled");
    }

    #[test]
    fn what_needs_somebody_is_said_the_most_urgent_first() {
        let health = Health {
            paper: Paper::Out,
            out_of_order: true,
            ..Health::default()
        };
        let all = needs(ago(SILENT_MS + 1), Some(&health), Some(ago(1_000)), NOW);
        let wanted = [Need::Called, Need::OutOfOrder, Need::PaperOut, Need::Silent];
        assert_eq!(all, wanted);
        let late = needs(NOW, None, Some(ago(CALL_MS)), NOW);
        assert_eq!(late, [], "a call ends by itself");
    }

    #[test]
    fn a_kiosk_of_a_newer_version_is_understood_as_far_as_possible() {
        let said = r#"{"requests": 2, "paper": "jammed", "new": true}"#;
        let health: Health = serde_json::from_str(said).unwrap_or_default();
        assert_eq!((health.requests, health.paper), (2, Paper::Unknown));
    }

    #[test]
    fn how_long_somebody_has_been_calling_is_no_news() {
        let called = |called_s| Health {
            called_s,
            ..Health::default()
        };
        assert!(called(Some(3)).is_like(&called(Some(200))));
        assert!(!called(Some(3)).is_like(&called(None)));
    }
}
