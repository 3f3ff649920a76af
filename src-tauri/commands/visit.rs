//! The visit that is going on at a kiosk. It lives in memory only, and when it touched anything personal the whole app is
//! started anew at its end: no page of memory outlives it.

use std::sync::{Mutex, MutexGuard};

use koina_model::ids::Time;
use koina_model::problem::{PrinterFault, Problem};
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

/// How often one receipt is printed: more would only empty the roll.
const PRINTS_MAX: u32 = 3;

#[derive(Debug, Default)]
pub struct Visit(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Each receipt with how often it was printed.
    given: Vec<(Given, u32)>,
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

    /// Whether anything of a visitor is here now.
    pub(crate) fn is_personal(&self) -> bool {
        self.state().personal
    }

    /// The visitor was given a receipt.
    pub(crate) fn give(&self, given: Given) {
        self.state().given.push((given, 0));
    }

    /// Prints a receipt of this visit, unless that was done often enough. Those of others cannot be printed, with whatever number
    /// somebody comes.
    pub(crate) fn print(
        &self,
        receipt_number: &str,
        print: impl FnOnce(&Given) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let counted = |by: fn(u32) -> Option<u32>| -> Result<Given, Problem> {
            let mut state = self.state();
            let (given, prints) = state
                .given
                .iter_mut()
                .find(|(given, _)| given.receipt_number == receipt_number)
                .ok_or(Problem::NotFound)?;
            let most = PRINTS_MAX;
            *prints = by(*prints).ok_or(Problem::PrintedEnough { most })?;
            Ok(given.clone())
        };
        // Counted before it is printed: two may be asked for at once.
        let given = counted(|prints| (prints < PRINTS_MAX).then_some(prints + 1))?;
        let printed = print(&given);
        // A slow printer may have printed all the same.
        let slow = Err(PrinterFault::Slow.into());
        if printed.is_err() && printed != slow {
            // The visit may have ended meanwhile.
            let _ = counted(|prints| prints.checked_sub(1));
        }
        printed
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
    use koina_model::ids::Time;
    use koina_model::problem::{PrinterFault, Problem};
    use koina_model::reference::Text2;

    use super::{Given, VISITS_MAX, Visit};

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

    #[test]
    fn a_receipt_is_printed_three_times_in_its_visit_and_what_was_not_printed_does_not_count() {
        let visit = Visit::default();
        let give = |number: &str| {
            visit.give(Given {
                receipt_number: number.to_owned(),
                pin: String::new(),
                scan: String::new(),
                received_at: Time(0),
                subject: Text2 {
                    el: String::new(),
                    en: String::new(),
                },
                application: None,
            });
        };
        let print = |number: &str, outcome: Result<(), Problem>| {
            let mut asked = None;
            let printed = visit.print(number, |given| {
                asked = Some(given.receipt_number.clone());
                outcome
            });
            (printed, asked.is_some_and(|asked| asked == number))
        };
        let fault = |fault: PrinterFault| Err(Problem::from(fault));
        give("one");
        give("other");
        for kind in [
            PrinterFault::NoPaper,
            PrinterFault::Unreachable,
            PrinterFault::CoverOpen,
            PrinterFault::NotSet,
        ] {
            for _ in 0..4 {
                assert_eq!(print("one", fault(kind)), (fault(kind), true));
            }
        }
        assert_eq!(print("one", Ok(())), (Ok(()), true));
        let slow = fault(PrinterFault::Slow);
        assert_eq!(
            print("one", slow.clone()),
            (slow, true),
            "paper may have come out"
        );
        assert_eq!(print("one", Ok(())), (Ok(()), true));
        let enough = Err(Problem::PrintedEnough { most: 3 });
        for _ in 0..2 {
            assert_eq!(print("one", Ok(())), (enough.clone(), false));
        }
        assert_eq!(print("other", Ok(())), (Ok(()), true));
        assert_eq!(print("theirs", Ok(())), (Err(Problem::NotFound), false));
        visit.end();
        assert_eq!(print("other", Ok(())), (Err(Problem::NotFound), false));
    }
}
