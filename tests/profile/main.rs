//! The lock-down of a kiosk: what `install` lays down passes `verify`, and each single thing that is broken is told by its own
//! check. The files are held against the programs that will read them: systemd, udev, nft, xmllint.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]
#![allow(clippy::print_stdout, reason = "a test says what it could not ask")]

mod breaks;
mod papers;
mod root;
mod tools;

use std::collections::BTreeSet;
use std::sync::Mutex;

use root::{CONF, Root, Verdict, heard, verify};

/// The names of all checks.
fn names() -> Vec<String> {
    let said = verify(&["--list"]);
    assert!(said.status.success(), "{}", heard(&said));
    let names = String::from_utf8(said.stdout).unwrap();
    names.lines().map(str::to_owned).collect()
}

#[test]
fn a_machine_as_install_lays_it_down_has_no_problem() {
    let root = Root::running();
    let verdict = Verdict::of(&root);
    assert_eq!(verdict.complaints, [] as [String; 0]);
    assert_eq!(verdict.code, Some(0));
    assert_eq!(
        verdict.last,
        format!("0 problems in {} checks.", names().len())
    );
}

#[test]
fn an_image_has_no_problem_and_is_not_asked_what_only_a_running_machine_knows() {
    let root = Root::installed();
    let verdict = Verdict::of(&root);
    assert_eq!(verdict.complaints, [] as [String; 0]);
    assert_eq!(verdict.code, Some(0));
    let asked = names()
        .iter()
        .filter(|name| !name.starts_with("now-"))
        .count();
    assert_eq!(verdict.last, format!("0 problems in {asked} checks."));
}

#[test]
fn a_machine_without_the_profile_is_told_every_part_of_it() {
    let root = Root::bare();
    let verdict = Verdict::of(&root);
    assert_eq!(verdict.code, Some(1));
    assert!(verdict.complaints.len() > 100, "{:#?}", verdict.complaints);
}

#[test]
fn every_check_has_a_name_of_its_own() {
    let names = names();
    let once: BTreeSet<&String> = names.iter().collect();
    assert_eq!(once.len(), names.len());
    assert!(names.len() > 150);
}

#[test]
fn each_check_finds_what_it_is_for_and_nothing_else_complains() {
    let names = names();
    let todo = Mutex::new(names.iter());
    let wrong = Mutex::new(Vec::new());
    let work = || {
        loop {
            let Some(name) = todo.lock().unwrap().next() else {
                return;
            };
            let root = Root::running();
            if !breaks::one(&root, name) {
                wrong
                    .lock()
                    .unwrap()
                    .push(format!("{name}: nobody says how to break it"));
                continue;
            }
            wrong.lock().unwrap().extend(alone(&root, name));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(work);
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn ways_round_a_check_are_noticed() {
    let wrong: Vec<String> = breaks::ROUNDABOUT
        .iter()
        .filter_map(|(name, done)| {
            let root = Root::running();
            done(&root);
            alone(&root, name)
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What is wrong unless exactly this check complains, once.
fn alone(root: &Root, name: &str) -> Option<String> {
    let verdict = Verdict::of(root);
    let fits = verdict.names() == [name]
        && verdict.code == Some(1)
        && verdict.last.starts_with("1 problem in ");
    (!fits).then(|| {
        format!(
            "{name}: verify ended with {:?} and said {:#?}",
            verdict.code, verdict.complaints
        )
    })
}

#[test]
fn install_can_be_run_again_and_mends_what_was_broken() {
    let root = Root::installed();
    let before = root.all();
    let said = root.install_again();
    assert!(said.status.success(), "{}", heard(&said));
    assert_eq!(heard(&said).lines().count(), 1, "{}", heard(&said));
    assert_eq!(root.all(), before);

    for name in [
        "unit-User",
        "lines-firewall",
        "masked-getty@.service",
        "starts-graphical",
        "others-write",
        "user",
    ] {
        assert!(breaks::one(&root, name));
    }
    assert_eq!(Verdict::of(&root).names().len(), 6);
    let said = root.install_again();
    assert!(said.status.success(), "{}", heard(&said));
    assert_eq!(Verdict::of(&root).complaints, [] as [String; 0]);
}

#[test]
fn install_does_nothing_before_it_knows_the_server() {
    let root = Root::bare();
    let before = root.all();
    let said = root.install_again();
    assert_eq!(said.status.code(), Some(1));
    assert!(
        heard(&said).contains("SERVER_ADDRESSES is empty"),
        "{}",
        heard(&said)
    );
    let added: Vec<String> = root
        .all()
        .into_iter()
        .filter(|entry| !before.contains(entry))
        .map(|(path, ..)| path.display().to_string())
        .collect();
    assert_eq!(added, ["etc/koina/kiosk.conf"]);
}

#[test]
fn install_writes_no_word_that_is_more_than_an_address() {
    for (from, to) in [
        ("ADDRESSES=192.0.2.20", "ADDRESSES=\"192.0.2.20; accept\""),
        ("tcp://192.0.2.20:9100", "tcp://$(reboot)"),
        ("tcp://192.0.2.20:9100", "file:///etc/shadow"),
        ("192.0.2.53", "$(reboot)"),
        ("8443", "8443,22"),
        ("\"0eef:c000 05e0:1200\"", "*:*"),
        ("koina.example.gr", "koina example.gr"),
        ("DHCP=yes", "DHCP=maybe"),
        ("TURN=270", "TURN=45"),
    ] {
        let root = Root::bare();
        let conf = CONF.replace(from, to);
        assert_ne!(conf, CONF);
        let said = root.install(&conf);
        assert_eq!(said.status.code(), Some(1), "{to}: {}", heard(&said));
        assert!(!root.path().join("etc/nftables.conf").exists(), "{to}");
    }
}

#[test]
fn install_keeps_what_somebody_else_wrote() {
    let root = Root::bare();
    root.write("etc/nftables.conf", "table inet filter {\n}\n");
    root.write("etc/systemd/system/getty@.service", "[Service]\n");
    let said = root.install(CONF);
    assert!(said.status.success(), "{}", heard(&said));
    assert_eq!(
        root.read("etc/nftables.conf.before-koina"),
        "table inet filter {\n}\n"
    );
    assert_eq!(
        root.read("etc/systemd/system/getty@.service.before-koina"),
        "[Service]\n"
    );
    assert!(root.read("etc/hosts").starts_with("127.0.0.1 localhost\n"));
    assert_eq!(Verdict::of(&root).complaints, [] as [String; 0]);
}
