//! Which window may call what.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{files, text};

/// Commands that decide for the municipality, or manage its devices. No crew may call them.
const OF_THE_DESK: [&str; 14] = [
    "request_edit",
    "request_register",
    "request_assign",
    "plan_loads",
    "plan_save",
    "request_answer",
    "request_close",
    "conflicts_page",
    "conflict_decide",
    "devices_page",
    "device_invite",
    "device_revoke",
    "device_unlock",
    "emergency_set",
];

/// What the first window may call: it can make this installation somebody and see no record.
const OF_THE_START: [&str; 9] = [
    "about",
    "draft_drop",
    "draft_load",
    "draft_save",
    "enrol",
    "exchange_state",
    "lists",
    "recovered_seen",
    "set_language",
];

/// What a telephone has beside our commands.
const FIELD: &str = "field.json";

/// The commands of each capability, by its identifier; permissions that are no command of ours are checked here.
fn capabilities() -> BTreeMap<String, BTreeSet<String>> {
    let paths = files(".json")
        .into_iter()
        .filter(|path| path.starts_with("src-tauri/capabilities") && !path.ends_with(FIELD));
    let read = |path| {
        let capability: Value = serde_json::from_str(&text(path)).unwrap();
        let identifier = capability["identifier"].as_str().unwrap().to_owned();
        assert_eq!(
            capability["windows"],
            serde_json::json!([identifier]),
            "a capability is that of one window"
        );
        let mut commands = BTreeSet::new();
        for permission in capability["permissions"].as_array().unwrap() {
            match permission.as_str().unwrap() {
                "core:event:allow-listen" | "core:event:allow-unlisten" => {}
                ours => {
                    let command = ours
                        .strip_prefix("allow-")
                        .unwrap_or_else(|| panic!("{identifier}: {ours}"))
                        .replace('-', "_");
                    assert!(
                        koina_commands::NAMES.contains(&command.as_str()),
                        "{identifier} names {command}, which is no command"
                    );
                    assert!(
                        commands.insert(command),
                        "{identifier}: {ours} stands there twice"
                    );
                }
            }
        }
        (identifier, commands)
    };
    paths.map(read).collect()
}

#[test]
fn camera_and_position_of_a_telephone_are_not_for_visitors() {
    let path = files(".json")
        .into_iter()
        .find(|path| path.ends_with(FIELD));
    let field: Value = serde_json::from_str(&text(path.unwrap())).unwrap();
    assert_eq!(
        field["windows"],
        serde_json::json!(["crew", "community", "desk"])
    );
    assert_eq!(field["platforms"], serde_json::json!(["android", "iOS"]));
    let granted: BTreeSet<&str> = field["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let of = |plugin: &str, names: &[&str]| -> Vec<String> {
        let name = |name: &&str| format!("{plugin}:allow-{name}");
        names.iter().map(name).collect()
    };
    let asks = ["check-permissions", "request-permissions"];
    let mut wanted = of("barcode-scanner", &["scan", "cancel"]);
    wanted.extend(of("barcode-scanner", &asks));
    wanted.extend(of("geolocation", &["get-current-position"]));
    wanted.extend(of("geolocation", &asks));
    assert_eq!(granted, wanted.iter().map(String::as_str).collect());
}

#[test]
fn every_command_is_granted_to_some_window() {
    let granted: BTreeSet<String> = capabilities().into_values().flatten().collect();
    let all: BTreeSet<String> = koina_commands::NAMES
        .iter()
        .map(|name| (*name).to_owned())
        .collect();
    assert_eq!(granted, all);
}

#[test]
fn a_crews_window_has_nothing_of_the_desks() {
    let capabilities = capabilities();
    for command in OF_THE_DESK {
        assert!(!capabilities["crew"].contains(command), "{command}");
        assert!(capabilities["desk"].contains(command), "{command}");
    }
}

#[test]
fn the_app_takes_up_every_capability() {
    let app: Value = serde_json::from_str(&text("tauri.conf.json")).unwrap();
    let named = app.pointer("/app/security/capabilities").unwrap();
    let mut named: Vec<&str> = named
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    named.sort_unstable();
    let files = files(".json");
    let files = files
        .iter()
        .filter(|path| path.starts_with("src-tauri/capabilities"));
    let files: Vec<&str> = files
        .filter_map(|path| path.file_stem()?.to_str())
        .collect();
    assert_eq!(named, files);
}

#[test]
fn the_window_of_a_locked_device_may_only_open_it() {
    let capabilities = capabilities();
    let wanted = ["lock_state", "reopen", "unlock"].map(str::to_owned);
    assert_eq!(capabilities["lock"], BTreeSet::from(wanted));
    for (window, commands) in &capabilities {
        for opens in ["unlock", "reopen"] {
            assert_eq!(commands.contains(opens), window == "lock", "{window}");
        }
        let locks = !["kiosk", "start", "lock"].contains(&window.as_str());
        assert_eq!(commands.contains("lock_now"), locks, "{window}");
    }
}

#[test]
fn the_first_window_may_only_enrol_and_no_other_may() {
    let capabilities = capabilities();
    assert_eq!(
        capabilities["start"],
        OF_THE_START.iter().map(|name| (*name).to_owned()).collect()
    );
    for (window, commands) in &capabilities {
        assert_eq!(commands.contains("enrol"), window == "start", "{window}");
    }
}

/// What a visitor's window may call: nothing that lists records, keeps what is typed, or says who reported what.
/// Those of staff refuse everything until the replica has taken a code.
const OF_THE_KIOSK: [&str; 24] = [
    "about",
    "exchange_state",
    "kiosk_application",
    "kiosk_apply",
    "kiosk_asset",
    "kiosk_call",
    "kiosk_contact",
    "kiosk_end",
    "kiosk_hush",
    "kiosk_mode",
    "kiosk_print",
    "kiosk_report",
    "kiosk_speak",
    "kiosk_track",
    "kiosk_voice",
    "lists",
    "map_pack",
    "map_tile",
    "place_read",
    "staff_close",
    "staff_end",
    "staff_exchange",
    "staff_page",
    "staff_unlock",
];

#[test]
fn a_visitor_may_report_follow_and_call_for_staff_and_nothing_else() {
    let capabilities = capabilities();
    let wanted = OF_THE_KIOSK.iter().map(|name| (*name).to_owned());
    assert_eq!(capabilities["kiosk"], wanted.collect());
    for (window, commands) in &capabilities {
        let visitors = commands.iter().any(|name| name.starts_with("kiosk_"));
        assert_eq!(visitors, window == "kiosk", "{window}");
        assert_eq!(
            commands.contains("contacts_read"),
            window == "desk",
            "{window}"
        );
    }
}

#[test]
fn the_app_takes_exactly_these_capabilities_and_opens_no_window_by_itself() {
    let app: Value = serde_json::from_str(&text("tauri.conf.json")).unwrap();
    let named = app
        .pointer("/app/security/capabilities")
        .unwrap()
        .as_array()
        .unwrap();
    let named: BTreeSet<String> = named
        .iter()
        .map(|name| name.as_str().unwrap().to_owned())
        .collect();
    let mut known: BTreeSet<String> = capabilities().into_keys().collect();
    known.insert("field".to_owned());
    assert_eq!(named, known);
    assert_eq!(app.pointer("/app/windows"), Some(&serde_json::json!([])));
}

#[test]
fn the_content_policy_lets_nothing_in_that_is_not_ours() {
    let app: Value = serde_json::from_str(&text("tauri.conf.json")).unwrap();
    let policy = app.pointer("/app/security/csp").unwrap().as_str().unwrap();
    let mut given: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for directive in policy.split(';') {
        let mut words = directive.split_whitespace();
        given.insert(words.next().unwrap(), words.collect());
    }
    for (directive, sources) in [
        ("default-src", vec!["'none'"]),
        ("script-src", vec!["'self'"]),
        ("style-src", vec!["'self'", "'unsafe-inline'"]),
        ("img-src", vec!["'self'", "data:"]),
        ("connect-src", vec!["ipc:", "http://ipc.localhost"]),
        ("object-src", vec!["'none'"]),
        ("frame-src", vec!["'none'"]),
        ("worker-src", vec!["'none'"]),
        ("base-uri", vec!["'none'"]),
        ("form-action", vec!["'none'"]),
        ("frame-ancestors", vec!["'none'"]),
    ] {
        assert_eq!(given.remove(directive), Some(sources), "{directive}");
    }
    for (directive, sources) in given {
        assert_eq!(sources, ["'self'"], "{directive}");
    }
}
