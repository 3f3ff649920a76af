//! Staff at a kiosk: a code from the desk opens their page, also without network; the desk sees how each kiosk is; a visitor
//! calls for staff.

use koina_model::contacts::Contact;
use koina_model::ids::Time;
use koina_model::kiosks::{CALL_MS, Need, Paper};
use koina_model::permits::{Permit, Role};
use koina_model::problem::Problem;
use koina_model::requests::acts::Entered;
use koina_model::words::Channel;
use koina_server::log::AnyLog;
use koina_sync::views::{DeviceRow, UnlockCode};
use koina_tests::town::{LEPTOKARYA, LITOCHORO, Town, Who, lamp};

use super::two_servers::fresh_database;

const MINUTE: i64 = 60_000;

fn kiosk(town: &mut Town) -> Who {
    town.device("Κιόσκι ΚΕΠ Λιτοχώρου", Role::Kiosk, None, &[LITOCHORO])
}

/// A code for a kiosk, as a desk reads it out.
fn code(town: &Town, desk: Who, kiosk: Who) -> Result<String, Problem> {
    let id = town.at(kiosk).identity().unwrap().device;
    let path = format!("/v1/devices/{id}/unlock");
    let made: UnlockCode = town.ask(desk, "POST", &path, Vec::new())?;
    assert!(made.good_until > town.now());
    Ok(made.code)
}

fn open(town: &Town, kiosk: Who, typed: &str) -> Result<(), Problem> {
    let now = town.time(kiosk);
    let opened = town.at(kiosk).open_staff(typed, now);
    opened.map_err(|failure| failure.to_problem())
}

/// What a desk sees of a kiosk.
fn row(town: &Town, desk: Who, kiosk: Who) -> Option<DeviceRow> {
    let id = town.at(kiosk).identity().unwrap().device;
    let rows: Vec<DeviceRow> = town.ask(desk, "GET", "/v1/devices", Vec::new()).unwrap();
    rows.into_iter().find(|row| row.id == id)
}

fn calls(town: &Town, desk: Who) -> usize {
    town.at(desk).staff_calls(town.now()).unwrap().len()
}

fn report(town: &Town, kiosk: Who) {
    let entered = Entered {
        channel: Channel::Kiosk,
        ..lamp("Σβηστό φως")
    };
    let contact = Contact {
        name: "Ευτυχία Δοκιμαστική".to_owned(),
        ..Contact::default()
    };
    let now = town.time(kiosk);
    town.at(kiosk).report(&entered, &contact, now).unwrap();
}

#[test]
fn a_code_of_the_desk_opens_the_page_of_staff_once_also_without_network() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let kiosk = kiosk(&mut town);
    let other = town.device("Κιόσκι δημαρχείου", Role::Kiosk, None, &[]);
    assert_eq!(
        open(&town, kiosk, "12345678"),
        Err(Problem::CourierNotReady),
        "it has not heard its key"
    );
    town.settle();
    town.cut(kiosk);
    let first = code(&town, desk, kiosk).unwrap();
    let second = code(&town, desk, kiosk).unwrap();
    assert_ne!(first, second, "everybody who asks gets one of their own");
    assert_eq!(open(&town, other, &first), Err(Problem::CodeRefused));
    assert_eq!(open(&town, kiosk, &first), Ok(()));
    assert_eq!(
        open(&town, kiosk, &first),
        Err(Problem::CodeRefused),
        "once"
    );
    town.restart(kiosk);
    assert_eq!(
        open(&town, kiosk, &first),
        Err(Problem::CodeRefused),
        "not after a restart either"
    );
    let (begin, end) = second.split_at(4);
    assert_eq!(open(&town, kiosk, &format!("{begin} {end}")), Ok(()));
    town.settle();
}

#[test]
fn guessing_codes_is_slow_and_a_restart_makes_it_no_faster() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let kiosk = kiosk(&mut town);
    town.settle();
    let good = code(&town, desk, kiosk).unwrap();
    let wrong = if good == "00000000" {
        "00000001"
    } else {
        "00000000"
    };
    for _ in 0..5 {
        assert_eq!(open(&town, kiosk, wrong), Err(Problem::CodeRefused));
    }
    town.restart(kiosk);
    let waits = open(&town, kiosk, &good);
    assert!(
        matches!(waits, Err(Problem::TooManyTries { wait_s: 1..=60 })),
        "{waits:?}"
    );
    town.pass_ms(MINUTE);
    assert_eq!(open(&town, kiosk, &good), Ok(()), "waiting is enough");
}

#[test]
fn a_kiosk_with_a_wrong_clock_still_lets_staff_in() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let kiosk = kiosk(&mut town);
    town.settle();
    town.cut(kiosk);
    // It went wrong since the last exchange.
    for minutes in [20, -20] {
        town.party_mut(kiosk).skew_ms = minutes * MINUTE;
        let code = code(&town, desk, kiosk).unwrap();
        assert_eq!(open(&town, kiosk, &code), Ok(()), "{minutes} minutes");
    }
    town.party_mut(kiosk).skew_ms = 3 * 24 * 60 * MINUTE;
    let code = code(&town, desk, kiosk).unwrap();
    assert_eq!(open(&town, kiosk, &code), Err(Problem::CodeRefused));
    // An exchange tells it what time it is.
    town.join(kiosk);
    town.exchange(kiosk).unwrap();
    assert_eq!(open(&town, kiosk, &code), Ok(()));
    town.settle();
}

#[test]
fn only_who_looks_after_a_kiosk_gets_a_code_and_it_is_in_the_audit() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let here = town.device("ΚΕΠ Λιτοχώρου", Role::Clerk, None, &[LITOCHORO]);
    let there = town.device("ΚΕΠ Λεπτοκαρυάς", Role::Clerk, None, &[LEPTOKARYA]);
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
    let kiosk = kiosk(&mut town);
    let needs = Permit::TendKiosks;
    for other in [there, crew, kiosk] {
        let refused = code(&town, other, kiosk);
        assert_eq!(refused, Err(Problem::NotAllowed { needs }));
    }
    assert_eq!(code(&town, desk, crew), Err(Problem::NotFound), "no kiosk");
    assert!(code(&town, desk, kiosk).is_ok() && code(&town, here, kiosk).is_ok());
    assert!(row(&town, here, kiosk).is_some() && row(&town, there, kiosk).is_none());
    assert!(row(&town, here, crew).is_none(), "only kiosks");
    assert!(row(&town, desk, crew).is_some());
    let log = rusqlite::Connection::open(town.log_file()).unwrap();
    let mut rows = log
        .prepare("SELECT who, subject FROM audit WHERE what = 'kiosk.code' ORDER BY place")
        .unwrap();
    let asked: Vec<(String, Vec<u8>)> = rows
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let id = town.at(kiosk).identity().unwrap().device;
    let wanted = ["Υπεύθυνος Δημαρχείο", "Υπεύθυνος ΚΕΠ Λιτοχώρου"]
        .map(|who| (who.to_owned(), id.as_bytes().to_vec()));
    assert_eq!(asked, wanted);
    town.settle();
}

#[test]
fn a_revoked_kiosk_lets_nobody_in() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let kiosk = kiosk(&mut town);
    town.settle();
    let before = code(&town, desk, kiosk).unwrap();
    let id = town.at(kiosk).identity().unwrap().device;
    let path = format!("/v1/devices/{id}/revoke");
    let _: DeviceRow = town.ask(desk, "POST", &path, Vec::new()).unwrap();
    assert_eq!(code(&town, desk, kiosk), Err(Problem::NotFound));
    assert_eq!(town.exchange(kiosk), Err(Problem::Revoked));
    assert_eq!(open(&town, kiosk, &before), Err(Problem::Revoked));
    assert_eq!(row(&town, desk, kiosk).unwrap().needs, []);
}

#[test]
fn codes_still_open_after_the_server_was_restored() {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let kiosk = kiosk(&mut town);
    town.settle();
    let backup = town.back_up("before");
    town.restore_file(&backup);
    town.settle();
    let code = code(&town, desk, kiosk).unwrap();
    assert_eq!(open(&town, kiosk, &code), Ok(()));
}

/// How a kiosk is reaches the desk, and what needs somebody is said.
fn health_reaches_the_desk(mut town: Town) {
    let desk = town.desk("Δημαρχείο");
    let kiosk = kiosk(&mut town);
    assert_eq!(row(&town, desk, kiosk).unwrap().health, None);
    town.settle();
    let seen = row(&town, desk, kiosk).unwrap();
    let health = seen.health.unwrap();
    assert_eq!((health.requests, health.contacts), (0, 0));
    assert_eq!(health.paper, Paper::NoPrinter);
    assert_eq!(seen.version, "0.1.0");
    assert_eq!(seen.needs, []);

    town.cut(kiosk);
    report(&town, kiosk);
    let pending = town.at(kiosk).pending().unwrap();
    assert_eq!((pending.waiting, pending.contacts), (1, 1), "both wait");
    let replica = town.at(kiosk);
    replica.set_out_of_order(true).unwrap();
    replica.set_paper(Paper::Out).unwrap();
    town.restart(kiosk);
    let mode = town.at(kiosk).kiosk_mode(town.now()).unwrap();
    assert!(mode.out_of_order, "after a restart");
    let as_of = health.as_of;
    assert_eq!(row(&town, desk, kiosk).unwrap().needs, [], "nobody heard");

    town.join(kiosk);
    town.exchange(kiosk).unwrap();
    let seen = row(&town, desk, kiosk).unwrap();
    let health = seen.health.unwrap();
    assert!(health.out_of_order && health.as_of > as_of);
    assert_eq!(seen.needs, [Need::OutOfOrder, Need::PaperOut]);

    let replica = town.at(kiosk);
    replica.set_out_of_order(false).unwrap();
    replica.set_paper(Paper::Ready).unwrap();
    town.exchange(kiosk).unwrap();
    let seen = row(&town, desk, kiosk).unwrap();
    assert_eq!(seen.needs, []);
    let as_of = seen.health.unwrap().as_of;
    town.exchange(kiosk).unwrap();
    let same = row(&town, desk, kiosk).unwrap().health.unwrap();
    assert_eq!(same.as_of, as_of, "no news, not said again");
    town.pass_ms(6 * MINUTE);
    town.exchange(kiosk).unwrap();
    let later = row(&town, desk, kiosk).unwrap().health.unwrap();
    assert!(later.as_of > as_of, "but every few minutes");

    town.pass_ms(24 * 60 * MINUTE + MINUTE);
    assert_eq!(row(&town, desk, kiosk).unwrap().needs, [Need::Silent]);
    town.settle();
}

/// A visitor's call reaches the desks that look after the kiosk, and ends.
fn a_call_reaches_the_desk(mut town: Town) {
    let desk = town.desk("Δημαρχείο");
    let there = town.device("ΚΕΠ Λεπτοκαρυάς", Role::Clerk, None, &[LEPTOKARYA]);
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
    let kiosk = kiosk(&mut town);
    town.settle();
    // Its clock is ten years late.
    town.party_mut(kiosk).skew_ms = -10 * 365 * 24 * 60 * MINUTE;
    town.cut(kiosk);
    let call = |town: &Town, on| {
        let now = town.time(kiosk);
        town.at(kiosk).call_staff(on, now).unwrap();
    };
    let mode = |town: &Town| {
        let now = town.time(kiosk);
        town.at(kiosk).kiosk_mode(now).unwrap()
    };
    call(&town, true);
    town.pass_ms(2 * MINUTE);
    call(&town, true);
    town.restart(kiosk);
    assert!(mode(&town).called_at.is_some() && !mode(&town).call_told);
    let began = Time(town.now().0 - 2 * MINUTE);

    town.join(kiosk);
    town.exchange(kiosk).unwrap();
    assert!(mode(&town).call_told, "the town hall has heard");
    for who in [desk, there, crew] {
        town.exchange(who).unwrap();
    }
    let heard = town.at(desk).staff_calls(town.now()).unwrap();
    assert_eq!(heard.len(), 1);
    assert!(
        (heard[0].at.0 - began.0).abs() < 2_000,
        "by the right clock"
    );
    assert_eq!((calls(&town, there), calls(&town, crew)), (0, 0));
    let seen = row(&town, desk, kiosk).unwrap();
    assert_eq!(seen.needs, [Need::Called]);
    assert!(seen.health.unwrap().called_at.is_some());

    call(&town, false);
    town.exchange(kiosk).unwrap();
    town.exchange(desk).unwrap();
    assert_eq!(calls(&town, desk), 0, "somebody came");
    assert_eq!(row(&town, desk, kiosk).unwrap().needs, []);

    call(&town, true);
    town.exchange(kiosk).unwrap();
    town.exchange(desk).unwrap();
    assert_eq!(calls(&town, desk), 1);
    town.pass_ms(CALL_MS);
    assert_eq!(calls(&town, desk), 0, "nobody came: it ends by itself");
    assert_eq!(mode(&town).called_at, None);
    town.party_mut(kiosk).skew_ms = 0;
    town.settle();
}

fn on_postgres(story: fn(Town)) {
    let Some(url) = fresh_database() else { return };
    story(Town::with_log(|runtime, _| {
        runtime.block_on(AnyLog::open_postgres(&url)).unwrap()
    }));
}

#[test]
fn the_desk_sees_how_each_kiosk_is_and_what_needs_somebody() {
    health_reaches_the_desk(Town::new());
}

#[test]
fn the_desk_sees_how_each_kiosk_is_on_postgres_too() {
    on_postgres(health_reaches_the_desk);
}

#[test]
fn a_visitors_call_reaches_the_desks_that_look_after_the_kiosk() {
    a_call_reaches_the_desk(Town::new());
}

#[test]
fn a_visitors_call_reaches_the_desks_on_postgres_too() {
    on_postgres(a_call_reaches_the_desk);
}

#[test]
fn what_a_kiosk_says_of_itself_costs_next_to_nothing() {
    let mut town = Town::new();
    town.desk("Δημαρχείο");
    let kiosk = kiosk(&mut town);
    town.settle();
    town.pass_ms(MINUTE);
    let quiet = town.exchange(kiosk).unwrap();
    town.pass_ms(6 * MINUTE);
    let said = town.exchange(kiosk).unwrap();
    let more = said.bytes_sent - quiet.bytes_sent;
    assert!((1..120).contains(&more), "{more} bytes");
    assert_eq!(said.round_trips, 1, "no exchange of its own");
}
