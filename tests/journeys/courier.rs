//! A village without any network works for a month; its work and the news travel on a stick.

use koina_model::problem::Problem;
use koina_model::requests::acts::Step;
use koina_tests::town::{LEPTOKARYA, LITOCHORO, Town, Who};

use super::told::{all, request, work};

fn export(town: &Town, who: Who) -> Vec<u8> {
    town.at(who).courier_export("0.1.0").unwrap()
}

fn answer(town: &Town, file: &[u8]) -> Result<Vec<u8>, Problem> {
    town.block_on(koina_server::courier::answer(
        town.server(),
        file.to_vec(),
        town.now(),
    ))
}

fn titles(town: &Town, who: Who) -> Vec<String> {
    let mut texts: Vec<String> = all(town, who).into_iter().map(|row| row.text).collect();
    texts.sort();
    texts
}

fn waiting(town: &Town, who: Who) -> u32 {
    town.at(who).pending().unwrap().waiting
}

/// A village crew that has its records, and whose cable is out from now on.
fn village() -> (Town, Who, Who) {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Καρυά", "light", &[LITOCHORO]);
    for n in 0..5 {
        request(&town, desk, LITOCHORO, &format!("Βλάβη {n}"));
    }
    town.settle();
    town.cut(crew);
    (town, desk, crew)
}

#[test]
fn a_village_works_for_a_month_by_stick() {
    let (town, desk, crew) = village();
    let mut late = Vec::new();
    for week in 0..4 {
        for day in 0..7 {
            town.pass_days(1);
            let id = request(
                &town,
                crew,
                LITOCHORO,
                &format!("Εβδομάδα {week}, ημέρα {day}"),
            );
            work(&town, crew, id, &Step::Start { team: &[] });
            request(
                &town,
                desk,
                LITOCHORO,
                &format!("Από το δημαρχείο {week} {day}"),
            );
            request(&town, desk, LEPTOKARYA, "Αλλού");
        }
        town.exchange(desk).unwrap();
        let file = export(&town, crew);
        // Work goes on while the stick is on its way.
        request(
            &town,
            crew,
            LITOCHORO,
            &format!("Όσο λείπει το στικάκι {week}"),
        );
        town.pass_days(2);
        let back = answer(&town, &file).unwrap();
        if week == 1 {
            // Lost on the way home; found in a pocket at the end of the month.
            late.push(back);
            continue;
        }
        let taken = town.at(crew).courier_take(&back, town.time(crew)).unwrap();
        assert!(
            taken.received > 0 && taken.news > 0 && !taken.late,
            "{taken:?}"
        );
        assert_eq!(waiting(&town, crew), 1, "what was saved since waits");
        // Taken twice it says the same.
        let again = town.at(crew).courier_take(&back, town.time(crew)).unwrap();
        assert!(again.late && again.news == 0);
    }
    for back in late {
        let taken = town.at(crew).courier_take(&back, town.time(crew)).unwrap();
        assert!(taken.late && taken.received > 0);
    }
    let file = export(&town, crew);
    let back = answer(&town, &file).unwrap();
    town.at(crew).courier_take(&back, town.time(crew)).unwrap();
    assert_eq!(waiting(&town, crew), 0);
    town.exchange(desk).unwrap();
    let here = titles(&town, crew);
    assert_eq!(here.len(), 5 + 28 + 4 + 28);
    assert!(here.iter().all(|title| titles(&town, desk).contains(title)));
    // And by cable nothing is left to say.
    town.join(crew);
    assert_eq!(town.exchange(crew).unwrap().pushed, 0);
}

#[test]
fn the_same_file_twice_and_the_cable_in_between() {
    let (town, desk, crew) = village();
    let id = request(&town, crew, LITOCHORO, "Πριν από το στικάκι");
    let file = export(&town, crew);
    let first = answer(&town, &file).unwrap();
    let second = answer(&town, &file).unwrap();
    // The network comes back before the stick does.
    town.join(crew);
    work(&town, crew, id, &Step::Start { team: &[] });
    town.exchange(crew).unwrap();
    for back in [second, first] {
        let taken = town.at(crew).courier_take(&back, town.time(crew)).unwrap();
        assert!(taken.late, "only receipts: the device stands elsewhere");
    }
    assert_eq!(waiting(&town, crew), 0);
    town.exchange(desk).unwrap();
    let copies = titles(&town, desk)
        .iter()
        .filter(|title| title.contains("Πριν"))
        .count();
    assert_eq!(copies, 1);
}

#[test]
fn a_damaged_file_is_refused_whole_and_nothing_is_lost() {
    let (town, _, crew) = village();
    request(&town, crew, LITOCHORO, "Στο χωριό");
    let file = export(&town, crew);
    let back = answer(&town, &file).unwrap();
    let broken = |bytes: &[u8]| {
        let mut all: Vec<Vec<u8>> = [0, 1, 30, bytes.len() / 2, bytes.len() - 1]
            .into_iter()
            .map(|length| bytes[..length].to_vec())
            .collect();
        for at in [3, 40, bytes.len() / 2, bytes.len() - 1] {
            let mut one = bytes.to_vec();
            one[at] ^= 1;
            all.push(one);
        }
        all
    };
    for bad in broken(&file) {
        assert_eq!(answer(&town, &bad), Err(Problem::CourierUnreadable));
    }
    for bad in broken(&back).into_iter().chain([file.clone()]) {
        let failed = town.at(crew).courier_take(&bad, town.now()).unwrap_err();
        assert_eq!(failed.to_problem(), Problem::CourierUnreadable);
    }
    assert_eq!(waiting(&town, crew), 1, "still in line");
    town.at(crew).courier_take(&back, town.now()).unwrap();
    assert_eq!(waiting(&town, crew), 0);
    town.settle();
}

#[test]
fn a_carrier_learns_nothing_and_cannot_speak_for_anybody() {
    let (mut town, _, crew) = village();
    let other = town.crew("Πόροι", "light", &[LITOCHORO]);
    town.exchange(other).unwrap();
    request(&town, crew, LITOCHORO, "Κάτι που δεν αφορά τον ταχυδρόμο");
    let file = export(&town, crew);
    let back = answer(&town, &file).unwrap();
    // Not even who it is from, or where the device stands.
    let device = town.at(crew).identity().unwrap().device;
    for sealed in [&file, &back] {
        for plain in [
            "ταχυδρόμο".as_bytes(),
            LITOCHORO.as_bytes(),
            device.as_bytes(),
        ] {
            assert!(!sealed.windows(plain.len()).any(|window| window == plain));
        }
    }
    // Another device cannot open the answer, nor seal one that is believed.
    let failed = town.at(other).courier_take(&back, town.now()).unwrap_err();
    assert_eq!(failed.to_problem(), Problem::CourierUnreadable);
    // A file in somebody else's name: sealed well, signed with the wrong key.
    let key = town.at(crew).lists().courier.clone();
    let forged = koina_model::exchange::CourierAsk {
        device,
        reply_to: koina_sync::courier::Key::new().public(),
        asks: Vec::new(),
        signature: serde_bytes::ByteBuf::from([0; 64]),
        photos: Vec::new(),
    };
    let forged = koina_sync::courier::seal(koina_sync::courier::TO_SERVER, &key, &forged).unwrap();
    assert_eq!(answer(&town, &forged), Err(Problem::NotSigned));
    town.at(crew).courier_take(&back, town.now()).unwrap();
    town.settle();
}

#[test]
fn a_restored_server_and_a_stick() {
    let (mut town, desk, crew) = village();
    let backup = town.back_up("backup");
    let id = request(&town, crew, LITOCHORO, "Μετά το αντίγραφο");
    let old = answer(&town, &export(&town, crew)).unwrap();
    town.pass_ms(60_000);
    let log = town.empty_log("restored.sqlite");
    town.restore(&backup, log);
    // The answer of the lost server comes home: at first it is believed, as it would have been by cable.
    town.at(crew).courier_take(&old, town.now()).unwrap();
    for _ in 0..3 {
        let back = answer(&town, &export(&town, crew)).unwrap();
        town.at(crew).courier_take(&back, town.now()).unwrap();
    }
    // An answer of the log that ended changes nothing any more.
    let taken = town.at(crew).courier_take(&old, town.now()).unwrap();
    assert!(taken.late && taken.received == 0);
    town.exchange(desk).unwrap();
    assert!(town.at(desk).doc(id).is_ok(), "handed over again");
    town.settle();
}

#[test]
fn more_than_fits_into_one_push_and_a_fresh_device() {
    let (mut town, desk, crew) = village();
    let long = "Το φρεάτιο έξω από το σχολείο έχει βουλώσει ξανά. ".repeat(20);
    for n in 0..400 {
        request(&town, crew, LITOCHORO, &format!("{n}: {long}"));
    }
    let back = answer(&town, &export(&town, crew)).unwrap();
    let taken = town.at(crew).courier_take(&back, town.now()).unwrap();
    assert_eq!((taken.received, waiting(&town, crew)), (400, 0));
    // Enrolled at the town hall, loaded by stick.
    let fresh = town.crew("Νέο", "light", &[LITOCHORO]);
    town.cut(fresh);
    town.at(fresh).set_lists(&town.at(desk).lists()).unwrap();
    let back = answer(&town, &export(&town, fresh)).unwrap();
    town.at(fresh).courier_take(&back, town.now()).unwrap();
    let ids = |who| town.at(who).doc_ids().unwrap();
    assert_eq!((ids(fresh).len(), ids(fresh)), (405, ids(crew)));
    town.settle();
}

#[test]
fn a_hostile_file_costs_little() {
    let (town, _, crew) = village();
    let mark = koina_sync::courier::TO_SERVER;
    // A header without an end, which a careless reader reads again with every line.
    let mut endless = [mark, b"age-encryption.org/v1\n"].concat();
    for _ in 0..200_000 {
        endless.extend_from_slice(b"-> a\n\n");
    }
    assert_eq!(answer(&town, &endless), Err(Problem::CourierUnreadable));
    // Sealed well, but by nobody: asks that would inflate to a hundred times the memory there is are not looked at.
    let bomb = koina_sync::exchange::pack(&serde_bytes::ByteBuf::from(vec![0; 60 << 20])).unwrap();
    let forged = koina_model::exchange::CourierAsk {
        device: town.at(crew).identity().unwrap().device,
        reply_to: koina_sync::courier::Key::new().public(),
        asks: vec![serde_bytes::ByteBuf::from(bomb); 2_000],
        signature: serde_bytes::ByteBuf::from([0; 64]),
        photos: Vec::new(),
    };
    let key = town.at(crew).lists().courier.clone();
    let forged = koina_sync::courier::seal(mark, &key, &forged).unwrap();
    assert_eq!(answer(&town, &forged), Err(Problem::NotSigned));
}

#[test]
fn an_answer_is_as_old_as_it_is() {
    let (town, _, crew) = village();
    request(&town, crew, LITOCHORO, "Πριν από δέκα ημέρες");
    let back = answer(&town, &export(&town, crew)).unwrap();
    let answered = town.now();
    town.pass_days(10);
    request(&town, crew, LITOCHORO, "Σήμερα");
    let taken = town.at(crew).courier_take(&back, town.time(crew)).unwrap();
    assert!(taken.again, "today's work waits for another file");
    let at = town.at(crew).meta("exchanged_at").unwrap().unwrap();
    assert_eq!(at, answered.0.to_string());
    town.settle();
}
