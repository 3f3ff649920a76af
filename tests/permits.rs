//! Who may write, ask and call what: `docs/permits.md` is written from the rules, and a hostile client holds the real server
//! to it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use koina_model::doc::Doc;
use koina_model::exchange::{Answer, Ask, CAPABILITIES, FirstLoad, Item, Pushed, Refusal, Verdict};
use koina_model::ids::{DeviceId, DocId, EventId, Time};
use koina_model::permits::{Author, Permit, Role, may_write};
use koina_model::place::Place;
use koina_model::words::Kind;
use koina_server::routes::{TABLE, Who as Callers};
use koina_sync::exchange::{pack, unpack};
use koina_tests::figures::tell;
use koina_tests::town::{DION, LITOCHORO, Town, Who};
use uuid::Uuid;

mod permits {
    pub(crate) mod attempts;
}
use permits::attempts::{Attempt, When, all, change, whole};

const DOC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/permits.md");
const KINDS: [(Kind, &str); 2] = [(Kind::Request, "request"), (Kind::Asset, "asset")];
/// What the windows are called, and whom they are for.
const WINDOWS: [&str; 6] = ["crew", "community", "desk", "kiosk", "start", "lock"];

/// What a cell of the page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    May,
    MayNot,
    /// Nobody may, whatever their role.
    Never,
}

impl Cell {
    fn text(self) -> &'static str {
        match self {
            Self::May => "yes",
            Self::MayNot => "–",
            Self::Never => "never",
        }
    }

    fn of(verdict: &Result<(), Refusal>) -> Self {
        match verdict {
            Ok(()) => Self::May,
            Err(Refusal::NotAllowed { .. }) => Self::MayNot,
            Err(Refusal::Fixed { .. } | Refusal::BadValue { .. }) => Self::Never,
            Err(other) => panic!("no cell for {other:?}"),
        }
    }
}

fn name(role: Role) -> &'static str {
    match role {
        Role::Crew => "crew",
        Role::Community => "community",
        Role::Clerk => "clerk",
        Role::Admin => "admin",
        Role::Kiosk => "kiosk",
    }
}

/// A row of the page: of what, and when.
fn row(attempt: &Attempt, kind: &str) -> String {
    match attempt.when {
        When::Begins => format!("{kind}, new: {}", attempt.what),
        When::Later => format!("{kind}, there: {}", attempt.what),
        When::Event => format!("{kind}, event: {}", attempt.what),
    }
}

/// What the rules say of everything there is to try, by row and role.
fn ruled() -> Vec<(String, Vec<Cell>)> {
    let (doc, event) = (DocId(Uuid::from_u128(1)), EventId(Uuid::from_u128(2)));
    let mut rows = Vec::new();
    for (kind, word) in KINDS {
        let mut there = Doc::new(kind);
        let begun = whole(kind, doc, LITOCHORO);
        there
            .write(DeviceId(Uuid::from_u128(3)), Time(0), &begun)
            .unwrap();
        let there = there.record();
        for attempt in all(kind, doc, event) {
            let before = (attempt.when != When::Begins).then_some(&there);
            let cells = Role::ALL.map(|role| {
                let author = Author {
                    role,
                    communities: vec![LITOCHORO.to_owned()],
                };
                let seen = [Place::new(LITOCHORO, "")];
                Cell::of(&may_write(&author, kind, before, &seen, &attempt.writes))
            });
            rows.push((row(&attempt, word), cells.to_vec()));
        }
    }
    rows
}

fn table(head: &str, columns: &[&str], rows: &[(String, Vec<&str>)]) -> String {
    let mut text = format!("| {head} | {} |\n|---|", columns.join(" | "));
    text.push_str(&"---|".repeat(columns.len()));
    text.push('\n');
    for (first, cells) in rows {
        writeln!(text, "| {first} | {} |", cells.join(" | ")).unwrap();
    }
    text
}

fn written() -> String {
    let roles = Role::ALL.map(name);
    let yes = |may: bool| if may { "yes" } else { "–" };
    let permits = Permit::ALL.iter().map(|permit| {
        let name = serde_json::to_value(permit).unwrap();
        let cells = Role::ALL.iter().map(|role| yes(role.may(*permit)));
        (format!("`{}`", name.as_str().unwrap()), cells.collect())
    });
    let records: Vec<_> = ruled()
        .into_iter()
        .map(|(row, cells)| (row, cells.into_iter().map(Cell::text).collect()))
        .collect();
    let routes = TABLE.iter().map(|route| {
        let cells = Role::ALL.iter().map(|role| {
            yes(match route.who {
                Callers::Anybody | Callers::Devices => true,
                Callers::Roles(roles, _) | Callers::Staff(roles, _) => roles.contains(role),
            })
        });
        let public = yes(route.who == Callers::Anybody);
        let cells = std::iter::once(public).chain(cells).collect();
        (format!("`{} {}`", route.method, route.path), cells)
    });
    let commands = commands();
    let commands = commands.iter().map(|(command, windows)| {
        let cells = WINDOWS.iter().map(|window| yes(windows.contains(window)));
        (format!("`{command}`"), cells.collect())
    });
    let mut open = vec!["anybody"];
    open.extend(roles);
    format!(
        "# Who may what

Written by `cargo nextest run -p koina-tests --test permits` from the rules themselves; do not edit.
The same test holds the real server to every line, with devices whose app was changed.

A device hears only of records in its communities, and writes only to those; one that is for no community in particular is for all.
Names of fields and events are those of `sync/model/requests.rs` and `sync/model/assets.rs`.
`never`: nobody may, whatever their role.

## Permits

{}
## What is written into records

`new`: a record that begins with this field, beside its id and its place.
`there`: a record that was there before, with every field.
`event`: something that happened, with the fields that belong to it.

{}
## What the server answers

Every call but those that anybody may make is signed with the key of a device.

{}
## What windows may call

A window calls the commands of its own profile; the desk's is the one of clerks and administrators, `start` that of a device which is nobody's yet, and `lock` that of one which nobody has opened.

{}",
        table("permit", &roles, &permits.collect::<Vec<_>>()),
        table("what", &roles, &records),
        table("call", &open, &routes.collect::<Vec<_>>()),
        table("command", &WINDOWS, &commands.collect::<Vec<_>>()),
    )
}

/// Every command, and the windows that may call it by the files Tauri reads.
fn commands() -> BTreeMap<String, Vec<&'static str>> {
    let mut commands: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for command in koina_commands::NAMES {
        commands.entry((*command).to_owned()).or_default();
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src-tauri/capabilities");
    for file in std::fs::read_dir(folder).unwrap() {
        let json = std::fs::read(file.unwrap().path()).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let words = |key: &str| -> Vec<String> {
            let words = json[key].as_array().into_iter().flatten();
            words
                .filter_map(|word| Some(word.as_str()?.to_owned()))
                .collect()
        };
        for permission in words("permissions") {
            let Some(command) = permission.strip_prefix("allow-") else {
                continue;
            };
            let windows = commands.get_mut(&command.replace('-', "_")).unwrap();
            for window in words("windows") {
                windows.push(WINDOWS.iter().find(|known| **known == window).unwrap());
            }
        }
    }
    commands
}

#[test]
fn the_page_says_what_the_rules_say() {
    let (there, now) = (std::fs::read_to_string(DOC).unwrap_or_default(), written());
    if there != now {
        std::fs::write(DOC, &now).unwrap();
        panic!("docs/permits.md was old and is written anew: read what changed, and keep it");
    }
}

/// The cells of the page as it stands in the repository: what the server is held to, and not the rules again.
fn promised() -> BTreeMap<String, Vec<Cell>> {
    let page = std::fs::read_to_string(DOC).unwrap();
    let (_, part) = page.split_once("## What is written into records").unwrap();
    let (part, _) = part.split_once("\n## ").unwrap();
    let rows = part.lines().filter_map(|line| {
        let cells: Vec<&str> = line
            .strip_prefix("| ")?
            .strip_suffix(" |")?
            .split(" | ")
            .collect();
        let (first, cells) = cells.split_first()?;
        let cells = cells.iter().map(|cell| match *cell {
            "yes" => Some(Cell::May),
            "–" => Some(Cell::MayNot),
            "never" => Some(Cell::Never),
            _ => None,
        });
        Some(((*first).to_owned(), cells.collect::<Option<_>>()?))
    });
    rows.collect()
}

/// Pushes bytes over the wire, signed by a device of this role, past every rule of the app.
fn push(town: &Town, who: Who, kind: Kind, doc: DocId, bytes: Vec<u8>) -> Result<(), Refusal> {
    let pushed = Pushed {
        doc,
        kind,
        bytes: bytes.into(),
        again: false,
    };
    let ask = Ask {
        capabilities: CAPABILITIES.map(str::to_owned).to_vec(),
        epoch: town.server().epoch().to_owned(),
        // Nobody ever told it that: it is told so instead of what is new.
        scope: u64::MAX,
        push: vec![pushed],
        ..Ask::default()
    };
    let answer = town.post(who, "/v1/exchange", pack(&ask).unwrap()).unwrap();
    let answer: Answer = unpack(&answer).unwrap();
    match answer.receipts[0].verdict.clone() {
        Verdict::Refused { reason } => Err(reason),
        _ => Ok(()),
    }
}

/// The newest changes that the server has of a record.
fn heads(town: &Town, id: DocId) -> Vec<[u8; 32]> {
    let asked = town.server().ask(move |replica| {
        let doc = replica.doc(id).ok();
        Ok(doc.map_or_else(Vec::new, |doc| doc.heads()))
    });
    town.block_on(asked).unwrap()
}

/// A record with all its fields, begun by an honest desk, that no device has but through the server.
fn begun(town: &Town, desk: Who, kind: Kind, community: &str) -> (DocId, Doc) {
    let id = DocId(town.at(desk).new_id(town.now()));
    let mut doc = Doc::new(kind);
    let by = town.at(desk).identity().unwrap().device;
    let mut writes = whole(kind, id, community);
    // A cost and a rank are a community's to write.
    writes.retain(|(key, _)| !["cost", "rank"].contains(&key.as_str()) || kind != Kind::Request);
    let bytes = doc.write(by, town.now(), &writes).unwrap().bytes;
    push(town, desk, kind, id, bytes).unwrap();
    (id, doc)
}

/// A device of each role for one community, and a desk for all whose changes are written here: it is gone, since a device
/// does not hear of its own changes again.
fn everybody(town: &mut Town) -> (Who, Vec<(Role, Who)>) {
    let desk = town.desk("Δημαρχείο");
    town.lose(desk);
    town.desk("Δεύτερο γραφείο");
    let hostile = Role::ALL.map(|role| {
        let crew = (role == Role::Crew).then_some("light");
        (role, town.device(name(role), role, crew, &[LITOCHORO]))
    });
    town.settle();
    (desk, hostile.to_vec())
}

#[test]
fn a_changed_app_writes_what_the_page_says_and_nothing_else() {
    let mut town = Town::new();
    let (desk, hostile) = everybody(&mut town);
    let promised = promised();
    let (mut allowed, mut refused) = (0, 0);
    let mut rows = 0;
    for (kind, word) in KINDS {
        // Once to learn how many there are.
        let nothing = (DocId(Uuid::nil()), EventId(Uuid::nil()));
        for at in 0..all(kind, nothing.0, nothing.1).len() {
            let mut cells = Vec::new();
            let mut title = String::new();
            for (_, who) in &hostile {
                let (id, doc) = begun(&town, desk, kind, LITOCHORO);
                let event = EventId(town.at(desk).new_id(town.now()));
                let own = DocId(town.at(desk).new_id(town.now()));
                let begins = all(kind, own, event).swap_remove(at);
                let attempt = match begins.when {
                    When::Begins => begins,
                    _ => all(kind, id, event).swap_remove(at),
                };
                title = row(&attempt, word);
                let by = town.at(*who).identity().unwrap().device;
                let empty = Doc::new(kind);
                let (target, on) = match attempt.when {
                    When::Begins => (own, &empty),
                    _ => (id, &doc),
                };
                let bytes = change(on, by, town.now(), &attempt.writes);
                let verdict = push(&town, *who, kind, target, bytes);
                cells.push(Cell::of(&verdict));
                if verdict.is_ok() {
                    allowed += 1;
                } else {
                    refused += 1;
                    let there = heads(&town, target);
                    let before = match attempt.when {
                        When::Begins => Vec::new(),
                        _ => on.heads(),
                    };
                    assert_eq!(there, before, "{title}: something of it stayed");
                }
            }
            assert_eq!(Some(&cells), promised.get(&title), "{title}");
            rows += 1;
        }
    }
    assert_eq!(rows, promised.len(), "the page has rows that nobody tries");
    tell(&format!(
        "Permits: {allowed} attempts taken, {refused} refused"
    ));
    // They do not hear of what they wrote past their own replicas; an honest desk has all that was taken, and nothing else.
    for (_, who) in &hostile {
        town.lose(*who);
    }
    town.settle();
}

#[test]
fn nobody_writes_outside_their_communities_or_in_the_name_of_another() {
    let mut town = Town::new();
    let (desk, hostile) = everybody(&mut town);
    let mut attempts = 0;
    for (kind, word) in KINDS {
        let (id, doc) = begun(&town, desk, kind, DION);
        let (mine, here) = begun(&town, desk, kind, LITOCHORO);
        for (role, who) in &hostile {
            let me = town.at(*who).identity().unwrap().device;
            let other = town.at(desk).identity().unwrap().device;
            let event = EventId(town.at(desk).new_id(town.now()));
            for attempt in all(kind, id, event) {
                let title = format!("{}: {}", name(*role), row(&attempt, word));
                let (target, on) = match attempt.when {
                    When::Begins => (DocId(town.at(desk).new_id(town.now())), Doc::new(kind)),
                    _ => (id, doc.clone()),
                };
                let mut writes = attempt.writes.clone();
                for (key, value) in &mut writes {
                    match (key.as_str(), attempt.when) {
                        ("place", _) => *value = format!("{DION}/").into(),
                        ("id", When::Begins) => *value = target.to_string().into(),
                        _ => {}
                    }
                }
                let there = push(
                    &town,
                    *who,
                    kind,
                    target,
                    change(&on, me, town.now(), &writes),
                );
                assert!(there.is_err(), "{title}, in a community that is not theirs");
                if attempt.when != When::Begins {
                    let mut pulled = attempt.writes.clone();
                    pulled.retain(|(key, _)| key != "place");
                    pulled.push(("place".to_owned(), format!("{LITOCHORO}/").into()));
                    let bytes = change(&doc, me, town.now(), &pulled);
                    let pulled = push(&town, *who, kind, id, bytes);
                    assert!(
                        matches!(pulled, Err(Refusal::OutOfScope | Refusal::Fixed { .. })),
                        "{title}, pulled into theirs: {pulled:?}"
                    );
                    attempts += 1;
                }
                let stolen = change(&here, other, town.now(), &attempt.writes);
                let stolen = push(&town, *who, kind, mine, stolen);
                assert!(stolen.is_err(), "{title}, in the name of the desk");
                attempts += 2;
            }
        }
        assert_eq!(heads(&town, id), doc.heads());
        assert_eq!(heads(&town, mine), here.heads());
    }
    tell(&format!(
        "Outside their communities, or in another's name: {attempts} attempts refused"
    ));
    town.settle();
}

#[test]
fn no_ask_brings_a_record_of_another_community() {
    let mut town = Town::new();
    let (desk, hostile) = everybody(&mut town);
    let secret: Vec<DocId> = KINDS
        .map(|(kind, _)| begun(&town, desk, kind, DION).0)
        .to_vec();
    let mine: Vec<DocId> = KINDS
        .map(|(kind, _)| begun(&town, desk, kind, LITOCHORO).0)
        .to_vec();
    town.settle();
    let mut asks = 0;
    for (role, who) in &hostile {
        let epoch = town.server().epoch().to_owned();
        let mut heard = 0;
        for capabilities in [vec![], vec!["columns".to_owned()]] {
            for first in [
                None,
                Some(FirstLoad::default()),
                Some(FirstLoad { upto: 1, after: 0 }),
            ] {
                for (cursor, scope) in [(0, 0), (0, u64::MAX), (1, 1)] {
                    let ask = Ask {
                        capabilities: capabilities.clone(),
                        epoch: epoch.clone(),
                        cursor,
                        first,
                        scope,
                        want_bytes: u32::MAX,
                        ..Ask::default()
                    };
                    let Ok(answer) = town.post(*who, "/v1/exchange", pack(&ask).unwrap()) else {
                        continue;
                    };
                    let answer: Answer = unpack(&answer).unwrap();
                    asks += 1;
                    for item in &answer.items {
                        let ids: Vec<DocId> = match item {
                            Item::Change { doc, .. }
                            | Item::Doc { doc, .. }
                            | Item::Evict { doc } => {
                                vec![*doc]
                            }
                            Item::Entry { entry } => vec![entry.doc],
                            Item::Docs { columns } => {
                                let records = columns.read().unwrap();
                                records.iter().map(|record| record.id).collect()
                            }
                        };
                        // That a record left tells nothing but an id which the device once had.
                        let evicted = matches!(item, Item::Evict { .. });
                        heard += ids.iter().filter(|id| mine.contains(id)).count();
                        assert!(
                            evicted || ids.iter().all(|id| !secret.contains(id)),
                            "{}: {item:?}",
                            name(*role)
                        );
                    }
                }
            }
        }
        assert!(heard > 0, "{} heard nothing at all", name(*role));
    }
    assert!(asks > 0);
    tell(&format!(
        "Asked for records of others: {asks} answers, nothing of them in any"
    ));
}
