//! The visit that is going on at a kiosk. It lives in memory only, and when it touched anything personal the whole app is
//! started anew at its end: no page of memory outlives it.

use std::sync::{Mutex, MutexGuard};

use koina_model::ids::Time;
use koina_model::problem::Problem;
use koina_model::reference::Text2;

use crate::held;
use crate::printer::Applied;

/// What was handed to the visitor, as it is printed.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub receipt_number: String,
    pub pin: String,
    pub scan: String,
    pub received_at: Time,
    pub subject: Text2,
    pub application: Option<Applied>,
}

/// Visits of one app, when nothing is typed: each leaves some 0.2 MB with the web view.
const VISITS_MAX: u32 = 100;

#[derive(Debug, Default)]
pub struct Visit(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    given: Vec<Given>,
    personal: bool,
    /// Visits that ended since the app was started.
    ended: u32,
}

impl Visit {
    fn state(&self) -> MutexGuard<'_, State> {
        held(&self.0)
    }

    /// Something of the visitor came in.
    pub(crate) fn touched(&self) {
        self.state().personal = true;
    }

    /// The visitor was given a receipt.
    pub(crate) fn give(&self, given: Given) {
        self.state().given.push(given);
    }

    /// A receipt of this visit: those of others cannot be printed, with whatever number somebody comes.
    pub(crate) fn given(&self, receipt_number: &str) -> Result<Given, Problem> {
        let state = self.state();
        let found = state
            .given
            .iter()
            .find(|given| given.receipt_number == receipt_number);
        found.cloned().ok_or(Problem::NotFound)
    }

    /// Ends it. Whether the app should start anew: something of a person was in it, or the web view has grown over many visits.
    pub(crate) fn end(&self) -> bool {
        let mut state = self.state();
        let ended = state.ended + 1;
        let before = std::mem::take(&mut *state);
        state.ended = ended;
        before.personal || ended >= VISITS_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::{VISITS_MAX, Visit};

    #[test]
    fn an_app_starts_anew_after_a_personal_visit_and_after_many_others() {
        let visit = Visit::default();
        assert!(!visit.end());
        visit.touched();
        assert!(visit.end());
        for _ in 2..VISITS_MAX - 1 {
            assert!(!visit.end());
        }
        assert!(visit.end());
    }
}
