//! The public kiosk: whoever stands before it reports something and follows it. Nothing of a visit is kept here in the clear.

use std::sync::{Mutex, PoisonError};

use fast_qr::convert::svg::SvgBuilder;
use fast_qr::qr::QRBuilder;
use koina_model::contacts::Contact;
use koina_model::ids::Time;
use koina_model::problem::Problem;
use koina_model::requests::acts::Entered;
use koina_model::words::Channel;
use koina_sync::views::ContactRow;
use koina_sync::views::tracked::Tracked;

use crate::{Contacts, Desk, KioskReceipt, KioskReportInput, KioskTrackInput, RecordInput, told};

/// Wrong digits in a row before the kiosk makes people wait, and for how long.
const TRIES: u32 = 5;
const WAIT_MS: i64 = 60_000;

/// Wrong digits in a row at this kiosk, whoever typed them, and the moment of the last.
#[derive(Debug, Default)]
pub struct Tries(Mutex<(u32, Time)>);

impl Tries {
    /// Refuses while people have to wait.
    fn allowed(&self, now: Time) -> Result<(), Problem> {
        let (wrong, last) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back waits no longer than one that was not.
        let left = (last.0 + WAIT_MS - now.0).clamp(0, WAIT_MS);
        if wrong < TRIES || left == 0 {
            return Ok(());
        }
        let wait_s = u32::try_from((left + 999) / 1_000).unwrap_or_default();
        Err(Problem::TooManyTries { wait_s })
    }

    fn note(&self, right: bool, now: Time) {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *tries = if right { (0, now) } else { (tries.0 + 1, now) };
    }
}

pub(crate) fn kiosk_report(desk: &Desk, input: KioskReportInput) -> Result<KioskReceipt, Problem> {
    let entered = Entered {
        category: &input.category,
        community: &input.community,
        settlement: "",
        place_text: &input.place_text,
        position: None,
        asset: None,
        text: &input.text,
        channel: Channel::Kiosk,
        register: true,
    };
    let now = desk.now();
    let reported = told(desk.replica.report(&entered, &input.contact, now))?;
    desk.exchanger.soon();
    // Latin capitals, digits and a few signs: scanners type them right whatever the layout of the keyboard is.
    let code = format!("KOINA:{}:{}", reported.receipt_number, reported.pin);
    let qr = QRBuilder::new(code.as_str()).build();
    Ok(KioskReceipt {
        receipt_number: reported.receipt_number,
        pin: reported.pin,
        received_at: now,
        qr_svg: qr.map_or_else(|_| String::new(), |qr| SvgBuilder::default().to_str(&qr)),
    })
}

pub(crate) fn kiosk_track(desk: &Desk, input: KioskTrackInput) -> Result<Tracked, Problem> {
    let now = desk.now();
    desk.tries.allowed(now)?;
    let found = told(desk.replica.track(&input.number, &input.pin));
    match &found {
        Ok(_) => desk.tries.note(true, now),
        Err(Problem::NotFound) => desk.tries.note(false, now),
        Err(_) => {}
    }
    found
}

/// Who is to be told about a request, for the desk: asked of the server, which writes down that somebody read it.
pub(crate) fn contacts_read(desk: &Desk, input: RecordInput) -> Result<Contacts, Problem> {
    let path = format!("/v1/contacts/{}/read", input.id);
    let rows: Vec<ContactRow> = desk.exchanger.ask("POST", &path, Vec::new())?;
    let lists = desk.replica.lists();
    let rows = rows.into_iter().map(|mut row| {
        if let Some(device) = koina_model::ids::DeviceId::parse(&row.device) {
            row.device = lists.device_name(device);
        }
        row
    });
    Ok(Contacts {
        rows: rows.collect(),
    })
}

/// A contact as a visitor typed it, for checking before the last question.
pub(crate) fn kiosk_contact(_: &Desk, input: Contact) -> Result<Contact, Problem> {
    input.checked()
}

#[cfg(test)]
mod tests {
    use koina_model::ids::Time;
    use koina_model::problem::Problem;

    use super::Tries;

    #[test]
    fn guessing_digits_is_slow_and_a_right_guess_forgives() {
        let tries = Tries::default();
        let at = |s: i64| Time(1_795_000_000_000 + s * 1_000);
        for _ in 0..4 {
            tries.note(false, at(0));
        }
        assert_eq!(tries.allowed(at(0)), Ok(()));
        tries.note(false, at(1));
        assert_eq!(
            tries.allowed(at(1)),
            Err(Problem::TooManyTries { wait_s: 60 })
        );
        assert_eq!(
            tries.allowed(at(60)),
            Err(Problem::TooManyTries { wait_s: 1 })
        );
        assert_eq!(
            tries.allowed(at(-500_000)),
            Err(Problem::TooManyTries { wait_s: 60 })
        );
        assert_eq!(tries.allowed(at(61)), Ok(()), "one more try");
        tries.note(false, at(61));
        assert!(tries.allowed(at(62)).is_err(), "and then another wait");
        tries.note(true, at(200));
        assert_eq!(tries.allowed(at(200)), Ok(()));
    }
}
