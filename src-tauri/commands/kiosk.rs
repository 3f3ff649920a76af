//! The public kiosk: whoever stands before it reports something and follows it. Nothing of a visit is kept here in the clear.

use std::sync::{Mutex, PoisonError};

use koina_model::contacts::Contact;
use koina_model::ids::Time;
use koina_model::problem::Problem;
use koina_model::requests::acts::Entered;
use koina_model::words::Channel;
use koina_sync::views::tracked::Tracked;

use crate::{
    Desk, KioskAssetInput, KioskAssets, KioskReceipt, KioskReportInput, KioskTrackInput, told,
};

/// Wrong digits before the kiosk makes people wait, how long, and after how long they are forgotten.
const TRIES: u32 = 5;
const WAIT_MS: i64 = 60_000;
const FORGOTTEN_MS: i64 = 10 * WAIT_MS;

/// What a square code begins with. It is all digits: those a scanner types right whatever the layout of the keyboard is.
const SCANNED: &str = "5614";

/// Wrong digits at this kiosk, whoever typed them, and the moment of the last. Right ones forgive nothing: whoever holds one
/// receipt could guess at others for ever.
#[derive(Debug, Default)]
pub struct Tries(Mutex<(u32, Time)>);

impl Tries {
    /// Looks something up, unless people have to wait. One at a time.
    fn one<T>(&self, now: Time, look: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (wrong, last) = *tries;
        // A clock that was set back waits no longer than one that was not.
        let since = (now.0 - last.0).max(0);
        if since >= FORGOTTEN_MS {
            *tries = (0, now);
        } else if wrong >= TRIES && since < WAIT_MS {
            let wait_s = u32::try_from((WAIT_MS - since + 999) / 1_000).unwrap_or_default();
            return Err(Problem::TooManyTries { wait_s });
        }
        let found = look();
        if matches!(found, Err(Problem::NotFound)) {
            *tries = (tries.0 + 1, now);
        }
        found
    }
}

pub(crate) fn kiosk_report(desk: &Desk, input: KioskReportInput) -> Result<KioskReceipt, Problem> {
    let entered = Entered {
        category: &input.category,
        community: &input.community,
        settlement: &input.settlement,
        place_text: &input.place_text,
        position: None,
        asset: input.asset,
        text: &input.text,
        channel: Channel::Kiosk,
        register: true,
    };
    let now = desk.now();
    let reported = told(desk.replica.report(&entered, &input.contact, now))?;
    desk.exchanger.soon();
    let code = scan_code(&reported.receipt_number, &reported.pin);
    Ok(KioskReceipt {
        receipt_number: reported.receipt_number,
        pin: reported.pin,
        received_at: now,
        qr_svg: koina_sync::qr::svg(&code),
    })
}

pub(crate) fn kiosk_track(desk: &Desk, input: KioskTrackInput) -> Result<Tracked, Problem> {
    desk.tries.one(desk.now(), || {
        told(desk.replica.track(&input.number, &input.pin))
    })
}

/// What bears the number that a visitor read on a tag.
pub(crate) fn kiosk_asset(desk: &Desk, input: KioskAssetInput) -> Result<KioskAssets, Problem> {
    let rows = told(desk.replica.tagged(&input.number))?;
    Ok(KioskAssets { rows })
}

/// Both numbers as one of digits only: each letter or digit of the receipt number as two, then the six.
fn scan_code(receipt_number: &str, pin: &str) -> String {
    let digits = receipt_number.chars().filter_map(|c| c.to_digit(36));
    let receipt: String = digits.map(|digit| format!("{digit:02}")).collect();
    format!("{SCANNED}{receipt}{pin}")
}

/// A contact as a visitor typed it, for checking before the last question.
pub(crate) fn kiosk_contact(_: &Desk, input: Contact) -> Result<Contact, Problem> {
    input.checked()
}

#[cfg(test)]
mod tests {
    use koina_model::ids::Time;
    use koina_model::problem::Problem;

    use super::{Tries, scan_code};

    #[test]
    fn guessing_digits_is_slow_and_a_right_guess_forgives_nothing() {
        let tries = Tries::default();
        let at = |s: i64| Time(1_795_000_000_000 + s * 1_000);
        let wrong = |s| tries.one::<()>(at(s), || Err(Problem::NotFound));
        let right = |s| tries.one(at(s), || Ok(()));
        for s in 0..4 {
            assert_eq!(wrong(s), Err(Problem::NotFound));
        }
        assert_eq!(right(4), Ok(()));
        assert_eq!(wrong(4), Err(Problem::NotFound));
        assert_eq!(right(4), Err(Problem::TooManyTries { wait_s: 60 }));
        assert_eq!(right(63), Err(Problem::TooManyTries { wait_s: 1 }));
        assert_eq!(right(-500_000), Err(Problem::TooManyTries { wait_s: 60 }));
        assert_eq!(wrong(64), Err(Problem::NotFound), "one more try");
        assert_eq!(right(65), Err(Problem::TooManyTries { wait_s: 59 }));
        assert_eq!(wrong(700), Err(Problem::NotFound), "forgotten");
        assert_eq!(right(701), Ok(()));
    }

    #[test]
    fn a_square_code_is_digits_only() {
        let code = scan_code("A7-26-000001-R", "612832");
        assert_eq!(code, "56141007020600000000000127612832");
    }
}
