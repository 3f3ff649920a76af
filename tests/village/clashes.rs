//! People who did not know of each other: the same field written twice, the same work ended twice.

use koina_model::assets::acts as asset_acts;
use koina_model::doc::Writes;
use koina_model::ids::Time;
use koina_model::requests::{What, acts};
use koina_model::words::Outcome;

use super::chance::Chance;
use super::pen::{Pen, event};
use super::people::{DESK, KEP, PHONE, Station, TECHNICAL, of_crew};
use super::{HOUR, MINUTE, Village};

/// Two crews read the number on the same plate differently.
pub(super) fn numbers(pen: &mut Pen, village: &Village, number: &str, chance: &mut Chance) {
    let asset = pen.asset();
    let (one, other) = (&village.stations[TECHNICAL], &village.stations[DESK]);
    let read = |by: &Station, ending: &str| {
        asset_acts::edit(
            &asset,
            Some(&format!("{number}{ending}")),
            None,
            None,
            &by.author(),
        )
    };
    if let (Ok(first), Ok(second)) = (read(one, "Α"), read(other, "Β")) {
        let at = lately(village, chance);
        let _ = pen.meanwhile(
            (one, at, &first),
            (other, Time(at.0 + 11 * MINUTE), &second),
        );
    }
}

/// Two desks correct the same field of a request, each in its own way.
pub(super) fn fields(
    pen: &mut Pen,
    village: &Village,
    turn: u32,
    chance: &mut Chance,
) -> Option<()> {
    let request = pen.request();
    let at = lately(village, chance);
    let later = Time(at.0 + chance.between(3, 90) * MINUTE);
    let (phone, kep, desk, technical) = (
        &village.stations[PHONE],
        &village.stations[KEP],
        &village.stations[DESK],
        &village.stations[TECHNICAL],
    );
    let edit = |by: &Station, edited: acts::Edited<'_>| {
        acts::edit(&request, &edited, &village.lists, &by.author()).unwrap_or_default()
    };
    let spot = |text| acts::Edited {
        place_text: Some(text),
        ..acts::Edited::default()
    };
    let text = |text| acts::Edited {
        text: Some(text),
        ..acts::Edited::default()
    };
    let priority = |priority| acts::Edited {
        priority: Some(priority),
        ..acts::Edited::default()
    };
    let (fewer, more) = (
        format!("{} Ο κάτοικος ξαναπήρε: έγινε χειρότερο.", request.text),
        format!("{} Είναι στη δεξιά πλευρά, μετά τη στροφή.", request.text),
    );
    match turn % 4 {
        0 => pen.meanwhile(
            (phone, at, &edit(phone, spot("Απέναντι από το φαρμακείο"))),
            (
                kep,
                later,
                &edit(kep, spot("Δίπλα στο φαρμακείο, στη γωνία")),
            ),
        ),
        1 => pen.meanwhile(
            (phone, at, &edit(phone, text(&fewer))),
            (technical, later, &edit(technical, text(&more))),
        ),
        2 => {
            let (up, down) = (
                if request.priority == 1 { 2 } else { 1 },
                if request.priority == 4 { 3 } else { 4 },
            );
            pen.meanwhile(
                (technical, at, &edit(technical, priority(up))),
                (desk, later, &edit(desk, priority(down))),
            )
        }
        _ => {
            let charge = |by: &Station,
                          department: &str,
                          crew: &str,
                          at: Time,
                          chance: &mut Chance|
             -> Writes {
                let charged = acts::Charge::to(department, crew);
                let what = acts::assign(&request, &charged, &village.lists, &by.author(), at);
                what.map(|what| event(at, what, chance)).unwrap_or_default()
            };
            let (first, second) = (
                charge(desk, "OSY", "osy-1", at, chance),
                charge(technical, "PPR", "ppr-1", later, chance),
            );
            pen.meanwhile((desk, at, &first), (technical, later, &second))
        }
    }
}

/// One ends the request while another opens it again, or ends it otherwise.
pub(super) fn endings(
    pen: &mut Pen,
    village: &Village,
    turn: u32,
    crew: &str,
    chance: &mut Chance,
) -> Option<()> {
    let at = lately(village, chance);
    let later = Time(at.0 + chance.between(5, 50) * MINUTE);
    let before = Time(at.0 - 3 * HOUR);
    let (desk, technical) = (&village.stations[DESK], &village.stations[TECHNICAL]);
    let mine = &village.stations[of_crew(&village.stations, crew)];
    let other = &village.stations[of_crew(&village.stations, "ppr-1")];
    if pen.request().is_open() {
        pen.happened(mine, before, What::Started { team: Vec::new() }, chance)?;
    }
    match turn % 3 {
        0 => {
            pen.happened(
                mine,
                Time(before.0 + HOUR),
                What::Done {
                    note: "Έγινε, ανάβει.".to_owned(),
                    no_photos: String::new(),
                },
                chance,
            )?;
            let closed = What::Closed {
                outcome: Outcome::Resolved,
                note: String::new(),
            };
            let reopened = What::Reopened {
                reason: "Ξανάσβησε το ίδιο βράδυ.".to_owned(),
            };
            let (closed, reopened) = (event(at, closed, chance), event(later, reopened, chance));
            pen.meanwhile((technical, at, &closed), (mine, later, &reopened))
        }
        1 => {
            let done = event(
                at,
                What::Done {
                    note: "Αποκαταστάθηκε.".to_owned(),
                    no_photos: String::new(),
                },
                chance,
            );
            let reason = What::Impossible {
                reason: "MACHINE".to_owned(),
                note: "Θέλει καλαθοφόρο 16 μέτρων.".to_owned(),
            };
            let cannot = event(later, reason, chance);
            pen.meanwhile((mine, at, &done), (other, later, &cannot))
        }
        _ => {
            let done = event(
                at,
                What::Done {
                    note: String::new(),
                    no_photos: String::new(),
                },
                chance,
            );
            let outcome = Outcome::Rejected {
                reason: "NOT_FOUND".to_owned(),
            };
            let rejected = event(
                later,
                What::Closed {
                    outcome,
                    note: "Τηλεφωνική επιβεβαίωση ότι δεν υπάρχει.".to_owned(),
                },
                chance,
            );
            pen.meanwhile((mine, at, &done), (desk, later, &rejected))
        }
    }
}

/// Some moment of the last two days.
fn lately(village: &Village, chance: &mut Chance) -> Time {
    Time(village.now.0 - chance.between(4, 44) * HOUR - chance.between(0, 59) * MINUTE)
}
