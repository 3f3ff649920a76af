//! The files, held against the programs that will read them.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::root::{Root, heard};

/// Exposure that `systemd-analyze security` may find, in tenths: 0 is none, 100 is all.
const EXPOSURE: &str = "20";
/// Services of ours that run all the time.
const SERVICES: [&str; 2] = ["koina-kiosk.service", "koina-server.service"];
const UNITS: [&str; 5] = [
    SERVICES[0],
    SERVICES[1],
    "tmp.mount",
    "var-tmp.mount",
    "var-spool-cups.mount",
];

/// Runs a program and gives what it said, and whether it was content.
fn ask(words: &[&str]) -> (String, bool) {
    // Where ordinary users do not look.
    let path = std::env::var("PATH").unwrap() + ":/usr/sbin:/sbin";
    let mut command = Command::new(words[0]);
    command.env("PATH", path);
    let output = command
        .args(&words[1..])
        .env("SYSTEMD_COLORS", "0")
        .output();
    let output = output.unwrap_or_else(|failure| panic!("{}: {failure}", words[0]));
    (heard(&output), output.status.success())
}

/// A kiosk with the units of this system, which its own depend on, and the server's unit beside them.
fn with_units() -> Root {
    let root = Root::installed();
    let units = root.path().join("usr/lib/systemd/system");
    fs::create_dir_all(&units).unwrap();
    let here = Path::new("/usr/lib/systemd/system/.");
    let copied = Command::new("cp").arg("-a").arg(here).arg(&units).status();
    assert!(copied.unwrap().success());
    root.link("lib", "usr/lib");
    for needed in ["seatd.service", "nftables.service"] {
        root.write(
            &format!("usr/lib/systemd/system/{needed}"),
            "[Service]\nExecStart=/usr/sbin/seatd\n",
        );
    }
    let server = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../sync/server/koina-server.service"
    );
    root.write(
        "etc/systemd/system/koina-server.service",
        &fs::read_to_string(server).unwrap(),
    );
    root.program("usr/bin/koina-server", "exit 0");
    root
}

#[test]
fn systemd_understands_every_line_of_the_units() {
    let root = with_units();
    let at = format!("--root={}", root.path().display());
    let mut words = vec!["systemd-analyze", "verify", &at];
    words.extend(UNITS);
    assert_eq!(ask(&words), (String::new(), true));

    // It does say so when there is something it does not understand.
    root.change(
        "etc/systemd/system/koina-kiosk.service",
        "WatchdogSec=",
        Some("WatchdogSeconds=8"),
    );
    assert!(ask(&words).0.contains("WatchdogSeconds"));
}

#[test]
fn systemd_finds_the_services_little_exposed() {
    let root = with_units();
    let at = format!("--root={}", root.path().display());
    let threshold = format!("--threshold={EXPOSURE}");
    let exposed = |service: &str| {
        let words = [
            "systemd-analyze",
            "security",
            "--offline=yes",
            "--no-pager",
            &at,
            &threshold,
            service,
        ];
        let (said, content) = ask(&words);
        let mut lines = said.lines().rev();
        let figure = lines.find(|line| line.contains("Overall exposure"));
        println!(
            "{}",
            figure.unwrap_or("systemd said nothing of the exposure")
        );
        (content, said)
    };
    for service in SERVICES {
        let (content, said) = exposed(service);
        assert!(content, "{said}");
    }
    // It does say so when a service may do more than it needs.
    for given in [
        "ProtectSystem=",
        "CapabilityBoundingSet=",
        "SystemCallFilter=@",
    ] {
        root.change("etc/systemd/system/koina-server.service", given, None);
    }
    assert!(!exposed(SERVICES[1]).0);
}

#[test]
fn the_firewall_takes_its_rules_and_drops_the_rest() {
    let root = Root::installed();
    let rules = root.path().join("etc/nftables.conf");
    // In a network of its own, where an ordinary user may ask.
    let words = ["unshare", "-rn", "nft", "-c", "-f", rules.to_str().unwrap()];
    assert_eq!(ask(&words), (String::new(), true));

    let text = root.read("etc/nftables.conf");
    assert_eq!(text.matches("policy drop;").count(), 3);
    let accepted: Vec<&str> = text
        .lines()
        .skip_while(|line| !line.contains("chain output"))
        .filter_map(|line| line.trim().strip_suffix(" accept"))
        .collect();
    assert_eq!(
        accepted,
        [
            "oif \"lo\"",
            "ct state established,related",
            "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit }",
            "ip daddr 192.0.2.10 tcp dport 8443",
            "ip6 daddr 2001:db8::10 tcp dport 8443",
            "ip daddr 192.0.2.20 tcp dport 9100",
            "ip daddr 192.0.2.53 udp dport 53",
            "ip daddr 192.0.2.53 tcp dport 53",
            "ip daddr 192.0.2.1 udp dport 123",
            "ip daddr 192.0.2.80 tcp dport { 80, 443 }",
            "udp sport 68 udp dport 67",
        ]
    );

    root.change("etc/nftables.conf", "oif", Some("oif lo acept"));
    assert!(!ask(&words).1, "nft takes anything");
}

#[test]
fn udev_understands_every_line_of_the_usb_list() {
    let root = Root::installed();
    let rules = "etc/udev/rules.d/10-koina-usb.rules";
    assert_eq!(complaints(&root, rules), [] as [String; 0]);
    for pair in [
        "\"0eef\", ATTR{idProduct}==\"c000\"",
        "\"05e0\", ATTR{idProduct}==\"1200\"",
    ] {
        assert!(root.read(rules).contains(pair), "{pair}");
    }

    root.add(rules, "FOO==\"bar\"\n");
    assert_eq!(complaints(&root, rules).len(), 1);
}

/// What udev says of a file of rules. `udevadm verify` came with systemd 254; before, its parser is heard when it reads them
/// from their place, in a view of the files that only this question has.
fn complaints(root: &Root, rules: &str) -> Vec<String> {
    let path = root.path().join(rules);
    let (_, verifies) = ask(&["udevadm", "verify", "--help"]);
    let said = if verifies {
        let (said, content) = ask(&["udevadm", "verify", "--no-summary", path.to_str().unwrap()]);
        if content { String::new() } else { said }
    } else {
        println!("This udevadm knows no `verify`: its parser was heard through `udevadm test`.");
        let script = "mount --bind \"$1\" /etc/udev/rules.d && udevadm test /sys/class/net/lo 2>&1";
        let folder = path.parent().unwrap();
        let (said, content) = ask(&[
            "unshare",
            "-rm",
            "sh",
            "-c",
            script,
            "sh",
            folder.to_str().unwrap(),
        ]);
        assert!(
            content && said.contains("Reading rules file: /etc/udev/rules.d/10-koina-usb.rules"),
            "{said}"
        );
        said
    };
    let name = path.file_name().unwrap().to_str().unwrap();
    let lines = said
        .lines()
        .filter(|line| line.contains(&format!("{name}:")));
    lines.map(str::to_owned).collect()
}

#[test]
fn the_shell_understands_the_scripts() {
    for script in ["verify", "linux/install"] {
        let path = Path::new(crate::root::PROFILE).join(script);
        assert_eq!(
            ask(&["sh", "-n", path.to_str().unwrap()]),
            (String::new(), true),
            "{script}"
        );
    }
}
