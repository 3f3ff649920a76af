//! Staff at a public kiosk: called by a visitor, and let in by a code from the desk. What their page shows are counts and states.
//!
//! The window of a kiosk may call all of this, so the code is asked for here and not only on the screen.

use std::sync::Mutex;

use koina_model::ids::Time;
use koina_model::permits::Permit;
use koina_model::problem::Problem;
use koina_sync::replica::KioskMode;

use crate::{
    Desk, KioskCallInput, Nothing, StaffCloseInput, StaffPage, StaffUnlockInput, VERSION, held,
    told,
};

/// How long the page of staff stays open after the last thing they did. A clock that is set back closes it.
const OPEN_MS: i64 = 5 * 60_000;

/// When staff last did something on their page, while it is open. Closing the app closes it.
#[derive(Debug, Default)]
pub struct Staff(Mutex<Option<Time>>);

impl Staff {
    fn set(&self, at: Option<Time>) {
        *held(&self.0) = at;
    }

    /// Refuses while the page is not open.
    fn check(&self, now: Time) -> Result<(), Problem> {
        let at = *held(&self.0);
        match at {
            Some(at) if (0..OPEN_MS).contains(&(now.0 - at.0)) => Ok(()),
            _ => Err(Problem::NotAllowed {
                needs: Permit::TendKiosks,
            }),
        }
    }
}

pub(crate) fn kiosk_mode(desk: &Desk, _: Nothing) -> Result<KioskMode, Problem> {
    told(desk.replica.kiosk_mode(desk.now()))
}

pub(crate) fn kiosk_call(desk: &Desk, input: KioskCallInput) -> Result<KioskMode, Problem> {
    told(desk.replica.call_staff(input.on, desk.now()))?;
    desk.exchanger.soon();
    told(desk.replica.kiosk_mode(desk.now()))
}

pub(crate) fn staff_unlock(desk: &Desk, input: StaffUnlockInput) -> Result<StaffPage, Problem> {
    told(desk.replica.open_staff(&input.code, desk.now()))?;
    desk.kiosk.staff.set(Some(desk.now()));
    page(desk)
}

/// Looking is not doing: a page that nobody touches closes.
pub(crate) fn staff_page(desk: &Desk, _: Nothing) -> Result<StaffPage, Problem> {
    told(desk.replica.enrolled())?;
    desk.kiosk.staff.check(desk.now())?;
    page(desk)
}

pub(crate) fn staff_exchange(desk: &Desk, _: Nothing) -> Result<StaffPage, Problem> {
    act(desk)?;
    desk.exchanger.soon();
    page(desk)
}

pub(crate) fn staff_close(desk: &Desk, input: StaffCloseInput) -> Result<StaffPage, Problem> {
    act(desk)?;
    told(desk.replica.set_out_of_order(input.out_of_order))?;
    desk.exchanger.soon();
    page(desk)
}

pub(crate) fn staff_end(desk: &Desk, _: Nothing) -> Result<Nothing, Problem> {
    desk.kiosk.staff.set(None);
    Ok(Nothing {})
}

/// Staff do something, if their page is open; it stays open for a while longer.
fn act(desk: &Desk) -> Result<(), Problem> {
    told(desk.replica.enrolled())?;
    desk.kiosk.staff.check(desk.now())?;
    desk.kiosk.staff.set(Some(desk.now()));
    Ok(())
}

fn page(desk: &Desk) -> Result<StaffPage, Problem> {
    let identity = told(desk.replica.enrolled())?;
    let pending = told(desk.replica.pending())?;
    let line = desk.exchanger.state()?;
    Ok(StaffPage {
        station: identity.station.clone(),
        name: identity.name.clone(),
        version: VERSION.to_owned(),
        requests: pending.waiting,
        contacts: pending.contacts,
        refused: pending.needs_decision,
        paper: told(desk.replica.paper())?,
        out_of_order: told(desk.replica.kiosk_mode(desk.now()))?.out_of_order,
        last_at: line.last_at,
        problem: line.problem,
        running: line.running,
        disk_free_mb: disk_free_mb(desk),
    })
}

fn disk_free_mb(desk: &Desk) -> Option<u32> {
    let bytes = fs4::available_space(desk.replica.path().parent()?);
    let bytes = bytes.inspect_err(|failure| tracing::warn!(%failure, "the disk was not asked"));
    Some(u32::try_from(bytes.ok()? / 1_048_576).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use koina_model::ids::Time;

    use super::{OPEN_MS, Staff};

    #[test]
    fn the_page_of_staff_closes_by_itself() {
        let staff = Staff::default();
        let at = |ms| Time(1_795_000_000_000 + ms);
        assert!(staff.check(at(0)).is_err(), "nobody has typed a code");
        staff.set(Some(at(0)));
        assert!(staff.check(at(OPEN_MS - 1)).is_ok());
        assert!(staff.check(at(OPEN_MS)).is_err());
        assert!(staff.check(at(-1)).is_err(), "the clock was set back");
        staff.set(None);
        assert!(staff.check(at(1)).is_err());
    }
}
