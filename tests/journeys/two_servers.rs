use koina_server::log::AnyLog;
use koina_tests::town::{LITOCHORO, Town};

use super::told::{all, application};

/// A fresh database on the PostgreSQL server that `cargo xtask test` starts.
pub(crate) fn fresh_database() -> Option<String> {
    let Ok(server) = std::env::var("KOINA_TEST_POSTGRES") else {
        assert!(
            std::env::var_os("KOINA_TEST_WITHOUT_POSTGRES").is_some(),
            "KOINA_TEST_POSTGRES is not set: `cargo xtask test` starts a PostgreSQL and sets it"
        );
        println!("without PostgreSQL, as asked");
        return None;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    Some(runtime.block_on(koina_tests::town::fresh_database(&server)))
}

#[test]
fn two_servers_on_one_log_lose_nothing_and_give_each_number_once() {
    let Some(url) = fresh_database() else { return };
    let mut town =
        Town::with_log(|runtime, _| runtime.block_on(AnyLog::open_postgres(&url)).unwrap());
    let second = town.second_server(town.block_on(AnyLog::open_postgres(&url)).unwrap());
    let kep = town.desk("ΚΕΠ");
    let hall = town.desk("Δημαρχείο");
    let mut receipts = Vec::new();
    for round in 0..30 {
        for (who, at_second) in [(kep, round % 2 == 0), (hall, round % 3 == 0)] {
            for n in 0..3 {
                receipts.push(application(&town, who, LITOCHORO, &format!("Αίτηση {round}/{n}")).1);
            }
            if at_second {
                town.exchange_at(who, &second).unwrap()
            } else {
                town.exchange(who).unwrap()
            };
        }
    }
    town.settle();
    let mut numbers: Vec<u32> = all(&town, kep)
        .iter()
        .map(|row| {
            row.protocol_number
                .as_ref()
                .unwrap()
                .split('/')
                .next()
                .unwrap()
                .parse()
                .unwrap()
        })
        .collect();
    numbers.sort_unstable();
    assert_eq!(
        numbers,
        (1..=180).collect::<Vec<u32>>(),
        "gap-free and each once"
    );
    let mut seen: Vec<String> = all(&town, hall)
        .into_iter()
        .filter_map(|row| row.receipt_number)
        .collect();
    seen.sort();
    receipts.sort();
    assert_eq!(seen, receipts, "both numbers find the request");
    // The second instance followed the same log to its end.
    town.exchange_at(kep, &second).unwrap();
    let one = town
        .block_on(town.server().ask(|replica| replica.views_text()))
        .unwrap();
    let two = town
        .block_on(second.town().ask(|replica| replica.views_text()))
        .unwrap();
    assert_eq!(one, two);
}
