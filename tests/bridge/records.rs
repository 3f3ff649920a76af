//! The past of the municipality behind the bridge: six weeks of requests, work, disagreement and one refusal.
//!
//! The same every time, except that it always ends now. Everything is written by devices and goes through the exchange.

use std::sync::Arc;

use anyhow::Context;
use koina_commands::Desk;
use koina_model::assets::acts::Added;
use koina_model::calendar::athens_date;
use koina_model::ids::{DocId, Time};
use koina_model::permits::Role;
use koina_model::place::Place;
use koina_model::requests::acts::{Charge, Edited, Entered, Step};
use koina_model::requests::{self, NewRequest};
use koina_model::words::{Channel, Kind, Outcome, Position};
use koina_sync::replica::{Foreseen, LogBody, LogRow};

use crate::clock;
use crate::town::{Town, ask, later};

pub(crate) const LITOCHORO: &str = "11020101";
pub(crate) const LEPTOKARYA: &str = "11020201";
pub(crate) const PANTELEIMONAS: &str = "11020202";
pub(crate) const DION: &str = "11020304";
/// The communities of the crew that the tests watch.
pub(crate) const OF_LIGHT: [&str; 2] = [LITOCHORO, LEPTOKARYA];

const REQUESTS: u32 = 300;
const ASSETS: u32 = 300;
/// How long ago the municipality began, in minutes.
const PAST: i64 = 45 * 24 * 60;

/// Community, settlement, and where exactly.
const PLACES: [(&str, &str, &str); 8] = [
    (LITOCHORO, "1102010101", "κεντρική πλατεία, δίπλα στη βρύση"),
    (
        LITOCHORO,
        "1102010105",
        "παραλιακός δρόμος, απέναντι από την κατασκήνωση",
    ),
    (DION, "1102030401", "είσοδος αρχαιολογικού πάρκου"),
    (
        LEPTOKARYA,
        "1102020101",
        "οδός Ολύμπου 14, έξω από το δημοτικό σχολείο",
    ),
    (LITOCHORO, "1102010104", ""),
    (
        PANTELEIMONAS,
        "1102020201",
        "καλντερίμι προς την εκκλησία της Κοιμήσεως της Θεοτόκου, στη στροφή με τον πλάτανο",
    ),
    (DION, "", "επαρχιακός δρόμος"),
    (LEPTOKARYA, "1102020101", "λιμανάκι"),
];

/// Category, what was said, crew that works on it.
const TROUBLES: [(&str, &str, &str); 12] = [
    ("LGT-01", "Σβηστή λάμπα στη γωνία, τρίτη μέρα.", "light"),
    (
        "ROD-01",
        "Μεγάλη λακκούβα μπροστά στη στάση του λεωφορείου· κινδυνεύουν τα δίκυκλα.",
        "roads",
    ),
    ("WAT-01", "Τρέχει νερό από το πεζοδρόμιο.", "water"),
    (
        "LGT-06",
        "Ανοιχτό κιβώτιο με καλώδια σε ύψος παιδιού.",
        "light",
    ),
    ("CLN-01", "", ""),
    (
        "LGT-03",
        "Όλος ο δρόμος χωρίς φως από χθες το βράδυ μετά τη βροχή. Οι κάτοικοι φοβούνται να περπατήσουν και υπάρχει ΚΑΠΗ απέναντι.",
        "light",
    ),
    ("GRN-01", "Κλαδιά ακουμπούν στα σύρματα.", ""),
    ("SEW-02", "Λείπει καπάκι φρεατίου.", "water"),
    ("LGT-02", "Αναβοσβήνει όλη νύχτα.", "light"),
    ("PUB-02", "Σπασμένη κούνια στην παιδική χαρά.", "roads"),
    (
        "IDE-01",
        "Να μπει παγκάκι στη στάση, για τους ηλικιωμένους.",
        "",
    ),
    ("LGT-05", "Στύλος που γέρνει προς το σχολείο.", "light"),
];

/// Fills a municipality; without records it only gets its devices.
pub(crate) fn fill(town: &mut Town, records: bool) -> anyhow::Result<()> {
    let begin = later(clock::real(), -PAST);
    clock::set(begin);
    town.start_server()?;
    let desk = town.enrol(
        "desk",
        ask(
            Role::Admin,
            "Γραφείο εξυπηρέτησης",
            "Ε. Παπαδοπούλου",
            None,
            &[],
        ),
    )?;
    let crew = town.enrol(
        "crew",
        ask(
            Role::Crew,
            "Συνεργείο 2 – Ηλεκτροφωτισμός",
            "Γ. Νικολάου",
            Some("light"),
            &OF_LIGHT,
        ),
    )?;
    let kep = town.enrol(
        "kep",
        ask(Role::Clerk, "ΚΕΠ Λιτοχώρου", "Μ. Ιωάννου", None, &[]),
    )?;
    let water = town.enrol(
        "water",
        ask(
            Role::Crew,
            "Συνεργείο 1 – Ύδρευση",
            "Κ. Δήμου",
            Some("water"),
            &[DION],
        ),
    )?;
    town.enrol(
        "silent",
        ask(
            Role::Crew,
            "Κινητό παλιού συνεργείου",
            "",
            Some("roads"),
            &[],
        ),
    )?;
    let lost = town.enrol(
        "lost",
        ask(Role::Clerk, "Φορητός που χάθηκε", "Α. Βλάχος", None, &[]),
    )?;
    meet(town, &["desk", "crew", "kep", "water", "silent"])?;
    if !records {
        clock::set(clock::real());
        return meet(town, &["desk", "crew"]);
    }
    let assets = add_assets(&desk, begin)?;
    meet(town, &["desk", "kep"])?;
    live(town, begin, &desk, &kep, &[&crew, &water], &assets)?;
    revoke(&desk, &lost)?;
    clock::set(later(clock::real(), -170));
    disagree(town, &desk, &kep, &assets)?;
    clock::set(later(clock::real(), -120));
    refuse(town, &crew)?;
    clock::set(later(clock::real(), -45));
    urgent(&desk)?;
    meet(town, &["desk", "crew", "water", "desk"])
}

/// Each exchanges once, in this order.
fn meet(town: &Town, names: &[&str]) -> anyhow::Result<()> {
    names.iter().try_for_each(|name| town.exchange(name))
}

fn at<T: Copy>(list: &[T], place: u32) -> anyhow::Result<T> {
    let place = usize::try_from(place)?;
    list.get(place % list.len().max(1))
        .copied()
        .context("an empty list")
}

/// Assets of a few kinds; every third was looked at when it was added, some have no number.
fn add_assets(desk: &Desk, begin: Time) -> anyhow::Result<Vec<DocId>> {
    const KINDS: [(&str, &str); 6] = [
        ("FOT", "Φωτιστικό LED 60 W"),
        ("KAD", "Κάδος 1.100 λίτρων"),
        ("VAN", "Βάνα Φ90"),
        ("FOT", ""),
        ("DEN", "Πλάτανος"),
        ("KOX", "Παιδική χαρά"),
    ];
    let mut ids = Vec::new();
    for n in 0..ASSETS {
        let now = later(begin, i64::from(n));
        clock::set(now);
        let (kind, name) = at(&KINDS, n)?;
        let (community, settlement, place_text) = at(&PLACES, n / 3)?;
        let number = if n % 11 == 4 {
            String::new()
        } else {
            format!("{kind}-{:04}", n + 1)
        };
        let position = n.is_multiple_of(2).then_some(Position {
            lat: 40.1,
            lon: 22.5 + f64::from(n) / 10_000.0,
            accuracy_m: Some(6.0),
        });
        let note = if n % 9 == 2 {
            "Πρόσβαση από τον αγροτικό δρόμο."
        } else {
            ""
        };
        let added = Added {
            kind,
            number: &number,
            name,
            community,
            settlement,
            place_text,
            position,
            note,
        };
        let condition = n
            .is_multiple_of(3)
            .then(|| u8::try_from(n % 5).map(|step| step + 1))
            .transpose()?;
        ids.push(desk.replica.add_asset(&added, condition, None, now)?);
    }
    Ok(ids)
}

/// Six weeks: requests come in, are charged, worked on, answered and closed.
fn live(
    town: &Town,
    begin: Time,
    desk: &Desk,
    kep: &Desk,
    crews: &[&Arc<Desk>],
    assets: &[DocId],
) -> anyhow::Result<()> {
    let step = (PAST - 360 - 240) / i64::from(REQUESTS);
    for n in 0..REQUESTS {
        let now = later(begin, 360 + i64::from(n) * step);
        clock::set(now);
        let (category, text, crew) = at(&TROUBLES, n)?;
        let (community, settlement, place_text) = at(&PLACES, n + n / 12)?;
        let station = if n % 3 == 1 { kep } else { desk };
        let entered = Entered {
            category,
            community,
            settlement,
            place_text,
            position: n.is_multiple_of(4).then_some(Position {
                lat: 40.0997,
                lon: 22.5,
                accuracy_m: None,
            }),
            asset: if n.is_multiple_of(10) {
                Some(at(assets, n)?)
            } else {
                None
            },
            text,
            channel: at(
                &[
                    Channel::Phone,
                    Channel::Counter,
                    Channel::Phone,
                    Channel::Email,
                ],
                n,
            )?,
            register: n % 5 == 2,
        };
        let (id, _) = station.replica.enter_request(&entered, None, now)?;
        tend(station, id, n, crew, later(now, 3))?;
        if n % 60 == 59 {
            meet(town, &["desk", "kep", "crew", "water"])?;
            for crew in crews {
                work(crew, later(now, 20))?;
            }
            meet(town, &["crew", "water", "desk", "kep"])?;
        }
    }
    Ok(())
}

/// What the station does with its own request.
fn tend(station: &Desk, id: DocId, n: u32, crew: &str, now: Time) -> anyhow::Result<()> {
    let replica = &station.replica;
    if !crew.is_empty() && n % 7 != 3 {
        let department = match crew {
            "light" => "HLF",
            "water" => "YDR",
            _ => "OSY",
        };
        let note = if n.is_multiple_of(6) {
            "Με το καλαθοφόρο, πριν τη δύση."
        } else {
            ""
        };
        let today = athens_date(now.0).to_string();
        let day = if n.is_multiple_of(4) {
            today.as_str()
        } else {
            ""
        };
        let charge = Charge {
            department,
            crew,
            day,
            note,
        };
        replica.assign_request(id, &charge, now)?;
    }
    let ends =
        |outcome: Outcome, note: &str| replica.close_request(id, &outcome, note, later(now, 30));
    match n % 13 {
        4 => replica.answer_request(
            id,
            "Το συνεργείο θα έρθει μέσα στην εβδομάδα.",
            later(now, 20),
        )?,
        6 => ends(Outcome::Resolved, "")?,
        8 => ends(
            Outcome::Rejected {
                reason: "NOT_FOUND".to_owned(),
            },
            "Δεν βρέθηκε το σημείο.",
        )?,
        10 => ends(
            Outcome::Forwarded {
                to: "Περιφερειακή Ενότητα Πιερίας".to_owned(),
            },
            "",
        )?,
        11 => ends(Outcome::Withdrawn, "")?,
        _ => {}
    }
    Ok(())
}

/// A crew does some of its jobs, each another way.
fn work(crew: &Desk, now: Time) -> anyhow::Result<()> {
    clock::set(now);
    let replica = &crew.replica;
    let jobs = replica.today(None, now)?.jobs;
    for (place, job) in jobs.iter().enumerate().take(8) {
        let then = later(now, i64::try_from(place)? * 10);
        if job.status != koina_model::words::Status::InProgress {
            replica.record_work(job.id, &Step::Start { team: &[] }, then)?;
        }
        let then = later(then, 5);
        match place % 8 {
            0 => replica.record_work(
                job.id,
                &Step::Done {
                    note: "Άλλαξε η λάμπα.",
                    no_photos: "δεν δούλεψε η κάμερα",
                },
                then,
            )?,
            1 => {
                replica.record_work(
                    job.id,
                    &Step::Material {
                        name: "Λάμπα LED 60 W",
                        quantity: "2",
                        unit: "piece",
                    },
                    then,
                )?;
                replica.record_work(
                    job.id,
                    &Step::Done {
                        note: "",
                        no_photos: "δεν δούλεψε η κάμερα",
                    },
                    later(then, 1),
                )?;
            }
            2 => replica.record_work(
                job.id,
                &Step::Impossible {
                    reason: "MACHINE",
                    note: "Θέλει καλαθοφόρο.",
                },
                then,
            )?,
            3 => {
                let reason = replica
                    .lists()
                    .reference
                    .hold_reasons
                    .first()
                    .map(|reason| reason.code.clone())
                    .unwrap_or_default();
                replica.record_work(job.id, &Step::Pause { reason: &reason }, then)?;
            }
            4 | 5 => replica.record_work(
                job.id,
                &Step::Done {
                    note: "",
                    no_photos: "δεν δούλεψε η κάμερα",
                },
                then,
            )?,
            _ => replica.record_work(
                job.id,
                &Step::Note {
                    text: "Περιμένουμε ανταλλακτικό.",
                },
                then,
            )?,
        }
    }
    Ok(())
}

fn revoke(desk: &Desk, lost: &Desk) -> anyhow::Result<()> {
    let id = lost.replica.identity().context("not enrolled")?.device;
    koina_commands::call(desk, "device_revoke", serde_json::json!({ "id": id }))
        .context("Revoking a device")?;
    Ok(())
}

/// Two stations without a line between them correct the same records differently.
fn disagree(town: &Town, desk: &Desk, kep: &Desk, assets: &[DocId]) -> anyhow::Result<()> {
    let (ended, _) = desk.replica.enter_request(
        &phoned("PUB-99", "Το συντριβάνι δεν λειτουργεί."),
        None,
        clock::now(),
    )?;
    let (text, _) = desk.replica.enter_request(
        &phoned("LGT-01", "Σβηστή λάμπα στο υπόστεγο."),
        None,
        clock::now(),
    )?;
    let (charged, _) = desk.replica.enter_request(
        &phoned("CLN-07", "Μπάζα στη λαϊκή αγορά."),
        None,
        clock::now(),
    )?;
    meet(town, &["desk", "kep", "desk"])?;
    let now = later(clock::now(), 1);
    let open = koina_sync::views::requests::RequestsQuery {
        open: Some(true),
        limit: 40,
        ..Default::default()
    };
    let rows = desk.replica.requests_page(&open, now)?.rows;
    let mut rows = rows
        .iter()
        .filter(|row| row.priority >= 3 && ![ended, text, charged].contains(&row.id));
    let mut next = || rows.next().map(|row| row.id).context("too few requests");

    let theirs = Edited {
        text: Some("Σβηστή λάμπα στο υπόστεγο, απέναντι από το φαρμακείο."),
        ..Edited::default()
    };
    let ours = Edited {
        text: Some("Σβηστή λάμπα στο υπόστεγο, απέναντι από το καφενείο."),
        ..Edited::default()
    };
    kep.replica.edit_request(text, &theirs, now)?;
    desk.replica.edit_request(text, &ours, later(now, 4))?;

    let several = next()?;
    let theirs = Edited {
        priority: Some(2),
        place_text: Some("στη γέφυρα"),
        category: Some("LGT-03"),
        ..Edited::default()
    };
    let ours = Edited {
        priority: Some(1),
        place_text: Some("μετά τη γέφυρα, αριστερά"),
        category: Some("LGT-99"),
        ..Edited::default()
    };
    kep.replica.edit_request(several, &theirs, now)?;
    desk.replica.edit_request(several, &ours, later(now, 6))?;

    let moved = next()?;
    kep.replica.edit_request(
        moved,
        &Edited {
            place: Some((PANTELEIMONAS, "1102020202")),
            ..Edited::default()
        },
        now,
    )?;
    desk.replica.edit_request(
        moved,
        &Edited {
            place: Some((DION, "1102030402")),
            ..Edited::default()
        },
        later(now, 2),
    )?;

    kep.replica
        .assign_request(charged, &Charge::to("OSY", "roads"), now)?;
    desk.replica
        .assign_request(charged, &Charge::to("HLF", "light"), later(now, 1))?;

    kep.replica
        .close_request(ended, &Outcome::Resolved, "Το είδαμε φτιαγμένο.", now)?;
    desk.replica.record_work(
        ended,
        &Step::Impossible {
            reason: "NOT_FOUND",
            note: "",
        },
        later(now, 3),
    )?;

    for (place, asset) in assets.iter().step_by(40).take(4).enumerate() {
        kep.replica.edit_asset(
            *asset,
            None,
            Some(&format!("Πλατεία Αγίου Νικολάου {place}")),
            Some("Μπροστά στην είσοδο."),
            now,
        )?;
        desk.replica.edit_asset(
            *asset,
            None,
            Some(&format!("Πλατεία Ελευθερίας {place}")),
            Some("Πίσω από την είσοδο."),
            later(now, 5),
        )?;
    }
    clock::set(later(now, 10));
    meet(town, &["kep", "desk"])
}

/// The crew's device writes what a crew may not, as an older version of the app might have; the server does not take it.
fn refuse(town: &Town, crew: &Desk) -> anyhow::Result<()> {
    meet(town, &["crew"])?;
    let now = clock::now();
    let job = crew
        .replica
        .today(None, now)?
        .jobs
        .into_iter()
        .find(|job| job.community == LITOCHORO)
        .context("no job in the village")?;
    let text = "Δεν είναι λάμπα, κόπηκε το καλώδιο στο δεύτερο φωτιστικό.";
    crew.replica.change(job.id, Kind::Request, now, |_, _| {
        Ok((
            "edited".to_owned(),
            vec![(requests::keys::TEXT.to_owned(), text.into())],
        ))
    })?;
    clock::set(later(now, 10));
    town.exchange("crew")
}

/// What came in last: one danger and some ordinary work for the crew that the tests watch.
fn urgent(desk: &Desk) -> anyhow::Result<()> {
    let now = clock::now();
    for (place, (category, text)) in [
        (
            "LGT-06",
            "Καλώδια έξω από κιβώτιο, δίπλα στην παιδική χαρά.",
        ),
        ("LGT-01", "Σβηστή λάμπα έξω από το ιατρείο."),
        ("LGT-02", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let then = later(now, i64::try_from(place)? * 3);
        let (id, _) = desk
            .replica
            .enter_request(&phoned(category, text), None, then)?;
        desk.replica
            .assign_request(id, &Charge::to("HLF", "light"), later(then, 1))?;
    }
    Ok(())
}

/// A request from the village, as it comes by phone.
fn phoned<'a>(category: &'a str, text: &'a str) -> Entered<'a> {
    let (community, settlement, place_text) = (LITOCHORO, "1102010101", "");
    Entered {
        category,
        community,
        settlement,
        place_text,
        position: None,
        asset: None,
        text,
        channel: Channel::Phone,
        register: false,
    }
}

/// Gives the desk so many requests more, as a long exchange would have.
pub(crate) fn many(town: &mut Town, rows: u32) -> anyhow::Result<()> {
    let desk = town.open_device("desk")?;
    let replica = &desk.replica;
    let by = replica.identity().context("not enrolled")?.device;
    let cursor = replica.cursor()?;
    let begin = later(clock::real(), -400 * 24 * 60);
    let every = 350 * 24 * 60 * 60_000 / i64::from(rows.max(1));
    let mut batch = Vec::new();
    for n in 0..rows {
        let received_at = Time(begin.0 + i64::from(n) * every);
        let (category, text, _) = at(&TROUBLES, n)?;
        let (community, settlement, place_text) = at(&PLACES, n)?;
        let id = DocId(replica.new_id(received_at));
        let new = NewRequest {
            id,
            category: category.to_owned(),
            place: Place::new(community, settlement),
            place_text: place_text.to_owned(),
            position: None,
            asset: None,
            text: text.to_owned(),
            channel: Channel::Import,
            receipt_number: koina_model::numbers::receipt_number("ARX", 2025, n + 1),
            received_at,
            register: false,
            has_contact: false,
            priority: 3,
            department: "HLF".to_owned(),
            cost: None,
        };
        let (_, chunk) = requests::doc(&new, by)?;
        let body = LogBody::Change {
            doc: id,
            kind: Kind::Request,
            bytes: chunk.bytes,
        };
        batch.push(LogRow {
            seq: cursor,
            at: received_at,
            device: None,
            body,
        });
        if batch.len() == 2000 {
            replica.take(
                &std::mem::take(&mut batch),
                cursor,
                &mut Foreseen::default(),
            )?;
        }
    }
    replica.take(&batch, cursor, &mut Foreseen::default())?;
    Ok(())
}
