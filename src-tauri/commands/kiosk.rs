//! The public kiosk: whoever stands before it reports something and follows it. Nothing of a visit is kept here in the clear.

use std::sync::Mutex;

use koina_model::applications::{self, Application};
use koina_model::calendar::{self, ANSWER_DAYS};
use koina_model::contacts::Contact;
use koina_model::greek;
use koina_model::ids::Time;
use koina_model::problem::Problem;
use koina_model::reference::Text2;
use koina_model::requests::acts::Entered;
use koina_model::words::Channel;
use koina_sync::replica::Reported;
use koina_sync::views::tracked::Tracked;

use crate::printer::{Applied, Printer, PrinterPlace, Receipt};
use crate::speech::Voice;
use crate::staff::Staff;
use crate::visit::{Given, Visit};
use crate::{
    Desk, KioskApplyInput, KioskAssetInput, KioskAssets, KioskEndInput, KioskEnded,
    KioskPrintInput, KioskReceipt, KioskReportInput, KioskTrackInput, Nothing, held, told,
};

/// What a kiosk has besides its replica.
#[derive(Debug, Default)]
pub struct Kiosk {
    /// Whoever looks a request up.
    tracking: Mutex<()>,
    pub printer: Printer,
    pub visit: Visit,
    /// What this kiosk speaks with.
    pub voice: Voice,
    /// Whether staff have opened their page.
    pub staff: Staff,
}

impl Kiosk {
    /// With a printer there, or with none.
    pub fn with_printer(place: Option<PrinterPlace>) -> Self {
        Self {
            printer: Printer::at(place),
            ..Self::default()
        }
    }
}

/// Wrong digits before the kiosk makes people wait, how long, and after how long they are forgotten.
const TRIES: u32 = 5;
const WAIT_MS: i64 = 60_000;
const FORGOTTEN_MS: i64 = 10 * WAIT_MS;

/// What a square code begins with. It is all digits: those a scanner types right whatever the layout of the keyboard is.
const SCANNED: &str = "5614";

/// Wrong digits at this kiosk, whoever typed them, and the moment of the last. Right ones forgive nothing: whoever holds one
/// receipt could guess at others for ever. They are kept with the replica: the app starts anew after every visit.
#[derive(Clone, Copy, Debug)]
struct Wrong(u32, Time);

impl Wrong {
    /// Looks something up, unless people have to wait. What was not found counts: keep it then.
    fn look<T>(
        &mut self,
        now: Time,
        look: impl FnOnce() -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        // A clock that was set back waits no longer than one that was not.
        let since = (now.0 - self.1.0).max(0);
        if since >= FORGOTTEN_MS {
            self.0 = 0;
        } else if self.0 >= TRIES && since < WAIT_MS {
            let wait_s = u32::try_from((WAIT_MS - since + 999) / 1_000).unwrap_or_default();
            return Err(Problem::TooManyTries { wait_s });
        }
        let found = look();
        if matches!(found, Err(Problem::NotFound)) {
            *self = Self(self.0 + 1, now);
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
        position: input.position,
        asset: input.asset,
        text: &input.text,
        channel: Channel::Kiosk,
        register: true,
    };
    let now = desk.now();
    desk.kiosk.visit.touched();
    let contact = Contact {
        application: None,
        ..input.contact
    };
    let reported = told(desk.replica.report(&entered, &contact, now))?;
    let lists = desk.replica.lists();
    let subject = lists.reference.category(&input.category);
    let subject = subject.map(|category| category.name.clone());
    Ok(hand_over(
        desk,
        reported,
        subject.unwrap_or_default(),
        None,
        now,
    ))
}

/// An application as a visitor filled it in, for checking before the last question.
pub(crate) fn kiosk_application(desk: &Desk, input: Application) -> Result<Application, Problem> {
    desk.kiosk.visit.touched();
    input.checked(&desk.replica.lists(), desk.now())
}

/// Files an application. Everything personal is sealed; the record says only what is applied for.
pub(crate) fn kiosk_apply(desk: &Desk, input: KioskApplyInput) -> Result<KioskReceipt, Problem> {
    desk.kiosk.visit.touched();
    let (now, lists) = (desk.now(), desk.replica.lists());
    let application = input.application.checked(&lists, now)?;
    let kind = lists.reference.application_type(&application.kind);
    let kind = kind.ok_or(Problem::NotFound)?;
    let contact = applications::contact(application, &input.contact);
    let entered = Entered {
        category: &kind.category,
        community: &input.community,
        settlement: "",
        place_text: "",
        position: None,
        asset: None,
        text: applications::public_text(kind),
        channel: Channel::Kiosk,
        register: true,
    };
    let reported = told(desk.replica.report(&entered, &contact, now))?;
    // The one that the record is charged to.
    let department = lists.reference.category(&kind.category);
    let department =
        department.and_then(|category| lists.reference.department(&category.department));
    let today = calendar::athens_date(now.0);
    let due = calendar::deadline(today, ANSWER_DAYS, &lists.reference.holidays);
    let printed = Applied {
        applicant: contact.name,
        department: department.map(|one| one.name.clone()).unwrap_or_default(),
        due: greek::short_date(due),
    };
    Ok(hand_over(
        desk,
        reported,
        kind.name.clone(),
        Some(printed),
        now,
    ))
}

/// Gives the visitor what was reported or applied for, and tells the town hall soon.
fn hand_over(
    desk: &Desk,
    reported: Reported,
    subject: Text2,
    application: Option<Applied>,
    now: Time,
) -> KioskReceipt {
    desk.exchanger.soon();
    let scan = scan_code(&reported.receipt_number, &reported.pin);
    let qr_svg = koina_sync::qr::svg(&scan);
    let receipt = KioskReceipt {
        receipt_number: reported.receipt_number.clone(),
        pin: reported.pin.clone(),
        received_at: now,
        due: application.as_ref().map(|applied| applied.due.clone()),
        qr_svg,
    };
    desk.kiosk.visit.give(Given {
        receipt_number: reported.receipt_number,
        pin: reported.pin,
        scan,
        received_at: now,
        subject,
        application,
    });
    receipt
}

/// Prints a receipt of this visit. Takes as long as the printer does.
pub(crate) fn kiosk_print(desk: &Desk, input: KioskPrintInput) -> Result<Nothing, Problem> {
    let identity = desk.replica.identity().ok_or(Problem::NotEnrolled)?;
    let lists = desk.replica.lists();
    let language = input.language;
    let printed = desk.kiosk.visit.print(&input.receipt_number, |given| {
        desk.kiosk.printer.print(&Receipt {
            language,
            municipality: lists.reference.municipality.name.in_language(language),
            station: &identity.name,
            receipt_number: &given.receipt_number,
            pin: &given.pin,
            scan: &given.scan,
            received_at: given.received_at,
            subject: &given.subject,
            application: given.application.as_ref(),
        })
    });
    if let Err(problem) = tell_of_printer(desk) {
        tracing::warn!(%problem, "how the printer is could not be noted");
    }
    printed.map(|()| Nothing {})
}

/// Asks the printer how it is and notes it for staff and desk.
pub fn look_at_printer(desk: &Desk) -> Result<(), Problem> {
    desk.kiosk.printer.look();
    tell_of_printer(desk)
}

fn tell_of_printer(desk: &Desk) -> Result<(), Problem> {
    match desk.kiosk.printer.paper() {
        Some(paper) => told(desk.replica.set_paper(paper)),
        None => Ok(()),
    }
}

/// Ends the visit, once what is being printed is out. If anything of a person was in it, the app starts anew.
pub(crate) fn kiosk_end(desk: &Desk, input: KioskEndInput) -> Result<KioskEnded, Problem> {
    // Not only what the page asks for: it goes before its last question may have been heard.
    desk.kiosk.voice.hush();
    desk.kiosk.printer.finish();
    let anew = desk.kiosk.visit.end();
    Ok(KioskEnded {
        starts_anew: anew || input.typed,
    })
}

/// Looks a request up, unless people have to wait. One at a time.
pub(crate) fn kiosk_track(desk: &Desk, input: KioskTrackInput) -> Result<Tracked, Problem> {
    desk.kiosk.visit.touched();
    let _turn = held(&desk.kiosk.tracking);
    let (count, last) = told(desk.replica.wrong_digits())?;
    let mut wrong = Wrong(count, last);
    let found = wrong.look(desk.now(), || {
        told(desk.replica.track(&input.number, &input.pin))
    });
    if matches!(found, Err(Problem::NotFound)) {
        told(desk.replica.note_wrong_digits((wrong.0, wrong.1)))?;
    }
    found
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
pub(crate) fn kiosk_contact(desk: &Desk, input: Contact) -> Result<Contact, Problem> {
    desk.kiosk.visit.touched();
    input.checked()
}

#[cfg(test)]
mod tests {
    use koina_model::ids::Time;
    use koina_model::problem::Problem;

    use super::{Wrong, scan_code};

    #[test]
    fn guessing_digits_is_slow_and_a_right_guess_forgives_nothing() {
        let kept = std::cell::Cell::new(Wrong(0, Time(0)));
        let at = |s: i64| Time(1_795_000_000_000 + s * 1_000);
        let look = |s, found| {
            let mut wrong = kept.get();
            let found = wrong.look(at(s), || found);
            kept.set(wrong);
            found
        };
        let wrong = |s| look(s, Err(Problem::NotFound));
        let right = |s| look(s, Ok(()));
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
