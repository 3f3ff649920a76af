//! Every command of every window with arguments that no screen of ours would send: of the wrong kind, huge, and made to
//! break out of wherever they are put. Nothing panics, nothing is an internal failure, and what a command takes, the server
//! takes, too.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use koina_commands::{Desk, Gate, NAMES};
use koina_model::permits::Role;
use koina_model::problem::Problem;
use koina_sync::vault::Vault;
use koina_tests::figures::tell;
use koina_tests::installed::{self, Device, ask};
use koina_tests::served::{Served, now, on_file, serve};
use koina_tests::sim::plan::Dice;
use koina_tests::town::{LITOCHORO, Town, Who, lamp};
use koina_tests::village::Village;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// The inputs of all commands, as the screens know them.
const TYPES: &str = include_str!("../ui/src/ipc/commands.ts");
/// Inputs of each command, of each role.
const SHAPED: usize = 24;
/// What waits for a voice, a printer or a network that are not there.
const ELSEWHERE: [&str; 4] = ["kiosk_speak", "exchange_now", "enrol", "set_cable"];
/// What the window of a locked device may ask.
const AT_THE_DOOR: [&str; 3] = ["lock_state", "unlock", "reopen"];
/// What is about the lock, once the device is open.
const OF_THE_LOCK: [&str; 7] = [
    "lock_state",
    "unlock",
    "reopen",
    "person_add",
    "lock_now",
    "person_pin",
    "person_remove",
];
const PIN: &str = "482913-λεύκα";

/// A type, as far as it takes to make a value of it.
#[derive(Clone, Debug)]
enum Type {
    Text,
    Number,
    Bool,
    Exactly(Value),
    List(Box<Type>),
    Row(Vec<Type>),
    /// Names with their types, and whether they must be there.
    Fields(Vec<(String, Type, bool)>),
    /// Any names.
    Named(Box<Type>),
    One(Vec<Type>),
    All(Vec<Type>),
    Other(String),
}

/// Reads types as ts-rs writes them.
struct Reader<'a> {
    left: &'a str,
}

impl Reader<'_> {
    fn skip(&mut self) {
        loop {
            self.left = self.left.trim_start();
            match self.left.strip_prefix("/*") {
                Some(comment) => self.left = comment.split_once("*/").unwrap().1,
                None => return,
            }
        }
    }

    fn take(&mut self, word: &str) -> bool {
        self.skip();
        match self.left.strip_prefix(word) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }

    fn must(&mut self, word: &str) {
        let at = self.left.chars().take(60).collect::<String>();
        assert!(self.take(word), "`{word}` is not at `{at}`");
    }

    fn name(&mut self) -> String {
        self.skip();
        let end = self
            .left
            .find(|one: char| !(one.is_alphanumeric() || one == '_'))
            .unwrap_or(self.left.len());
        let (name, left) = self.left.split_at(end);
        let at: String = left.chars().take(60).collect();
        assert!(!name.is_empty(), "no name at `{at}`");
        self.left = left;
        name.to_owned()
    }

    fn quoted(&mut self) -> Option<String> {
        if !self.take("\"") {
            return None;
        }
        let (text, left) = self.left.split_once('"').unwrap();
        self.left = left;
        Some(text.to_owned())
    }

    fn union(&mut self) -> Type {
        let mut all = vec![self.both()];
        while self.take("|") {
            all.push(self.both());
        }
        match all.len() {
            1 => all.remove(0),
            _ => Type::One(all),
        }
    }

    fn both(&mut self) -> Type {
        let mut all = vec![self.atom()];
        while self.take("&") {
            all.push(self.atom());
        }
        match all.len() {
            1 => all.remove(0),
            _ => Type::All(all),
        }
    }

    fn atom(&mut self) -> Type {
        if self.take("(") {
            let inner = self.union();
            self.must(")");
            return inner;
        }
        if self.take("{") {
            return self.fields();
        }
        if self.take("[") {
            let mut row = Vec::new();
            while !self.take("]") {
                row.push(self.union());
                let _ = self.take(",");
            }
            return Type::Row(row);
        }
        if let Some(text) = self.quoted() {
            return Type::Exactly(json!(text));
        }
        if self.take("Array<") {
            let of = self.union();
            self.must(">");
            return Type::List(Box::new(of));
        }
        match self.name().as_str() {
            "string" => Type::Text,
            "number" | "bigint" => Type::Number,
            "boolean" => Type::Bool,
            "null" => Type::Exactly(Value::Null),
            "Record" => {
                self.must("<symbol, never>");
                Type::Fields(Vec::new())
            }
            name => Type::Other(name.to_owned()),
        }
    }

    fn fields(&mut self) -> Type {
        if self.take("[key in string]") {
            let _ = self.take("?");
            self.must(":");
            let of = self.union();
            self.must("}");
            return Type::Named(Box::new(of));
        }
        let mut fields = Vec::new();
        while !self.take("}") {
            let name = self.quoted().unwrap_or_else(|| self.name());
            let must = !self.take("?");
            self.must(":");
            fields.push((name, self.union(), must));
            let _ = self.take(",");
        }
        Type::Fields(fields)
    }
}

/// Every type by its name, and the input of every command.
fn types() -> (BTreeMap<String, Type>, BTreeMap<String, String>) {
    let (types, commands) = TYPES.split_once("export type Commands = {").unwrap();
    let known = types.split("export type ").skip(1).map(|text| {
        let (name, text) = text.split_once(" = ").unwrap();
        let mut reader = Reader { left: text };
        (name.to_owned(), reader.union())
    });
    let inputs = commands.lines().filter_map(|line| {
        let (name, rest) = line.trim().split_once(": [input: ")?;
        let (input, _) = rest.split_once(',')?;
        Some((name.to_owned(), input.to_owned()))
    });
    (known.collect(), inputs.collect())
}

/// Makes values that fit a type and nothing else.
struct Maker {
    types: BTreeMap<String, Type>,
    dice: Dice,
    /// What is there: ids and codes.
    real: Vec<String>,
}

impl Maker {
    fn text(&mut self) -> String {
        let many = self.real.len();
        match self.dice.below(20) {
            0 => String::new(),
            1 => "α".repeat(70_000),
            2 => "\0".to_owned(),
            3 => "'; DROP TABLE docs; --".to_owned(),
            4 => "../../../../etc/passwd".to_owned(),
            5 => "\u{202e}\u{0301}\u{200d}ﷺ\u{10ffff}".to_owned(),
            6 => "<img src=x onerror=alert(1)>{{7*7}}${7*7}".to_owned(),
            7 => "-1".to_owned(),
            8 => "99999999999999999999999".to_owned(),
            9 => "NaN".to_owned(),
            10 => "9999-99-99".to_owned(),
            11 => "\"*)(\" OR NEAR/ ^:".to_owned(),
            12 => " \t\r\n\u{feff}".to_owned(),
            13 => "00000000-0000-0000-0000-000000000000".to_owned(),
            _ => self.real[self.dice.below(many)].clone(),
        }
    }

    fn number(&mut self) -> Value {
        [
            json!(0),
            json!(1),
            json!(-1),
            json!(1.5),
            json!(1e308),
            json!(-1e308),
            json!(5e-324),
            json!(9_007_199_254_740_993_u64),
            json!(u64::MAX),
            json!(i64::MIN),
            json!(u32::MAX),
            json!(40.1),
            json!(22.5),
            json!(255),
            json!(1_772_000_000_000_i64),
        ][self.dice.below(15)]
        .clone()
    }

    fn value(&mut self, of: &Type, depth: usize) -> Value {
        match of {
            Type::Text => json!(self.text()),
            Type::Number => self.number(),
            Type::Bool => json!(self.dice.below(2) == 0),
            Type::Exactly(value) => value.clone(),
            Type::List(of) => {
                let many = match self.dice.below(12) {
                    0 => 3_000,
                    more => more % 3,
                };
                // Lists of lists stay small.
                let many = if depth > 2 { many.min(2) } else { many };
                if many > 2 {
                    let one = self.value(of, depth + 1);
                    // Not of something huge.
                    let huge = one.to_string().len() > 1_000;
                    return json!(vec![one; if huge { 2 } else { many }]);
                }
                (0..many).map(|_| self.value(of, depth + 1)).collect()
            }
            Type::Row(row) => row.iter().map(|of| self.value(of, depth + 1)).collect(),
            Type::Fields(fields) => {
                let mut made = Map::new();
                for (name, of, must) in fields {
                    if *must || self.dice.below(2) == 0 {
                        made.insert(name.clone(), self.value(of, depth + 1));
                    }
                }
                Value::Object(made)
            }
            Type::Named(of) => {
                let mut made = Map::new();
                for _ in 0..self.dice.below(4) {
                    made.insert(self.text(), self.value(of, depth + 1));
                }
                Value::Object(made)
            }
            Type::One(all) => {
                let one = self.dice.below(all.len());
                self.value(&all[one], depth + 1)
            }
            Type::All(all) => {
                let mut made = Map::new();
                for one in all {
                    if let Value::Object(fields) = self.value(one, depth + 1) {
                        made.extend(fields);
                    }
                }
                Value::Object(made)
            }
            Type::Other(name) => {
                let of = self.types[name].clone();
                self.value(&of, depth)
            }
        }
    }
}

/// What is no input of any command.
fn wrong() -> Vec<Value> {
    let deep = (0..120).fold(json!("unten"), |inner, _| json!([inner]));
    let keys = (0..5_000).map(|n| (format!("k{n}"), json!(n)));
    vec![
        Value::Null,
        json!(true),
        json!(-0.0),
        json!("α".repeat(1_000_000)),
        json!([]),
        json!({}),
        json!({ "__proto__": {}, "id": null, "constructor": [] }),
        deep,
        Value::Object(keys.collect()),
    ]
}

/// Asks a window, and says what was asked when it is anybody's fault but the asker's.
fn asks(window: &Desk, name: &str, input: &Value) -> bool {
    let call = || koina_commands::call(window, name, input.clone());
    is_taken(name, input, call)
}

fn is_taken(name: &str, input: &Value, call: impl FnOnce() -> Result<Value, Problem>) -> bool {
    let said = catch_unwind(AssertUnwindSafe(call));
    let shown: String = input.to_string().chars().take(600).collect();
    match said {
        Ok(Ok(_)) => true,
        Ok(Err(Problem::Internal { incident })) => {
            panic!("{name} failed ({incident}) for {shown}")
        }
        Ok(Err(_)) => false,
        Err(_) => panic!("{name} panicked for {shown}"),
    }
}

/// A municipality with something of everything, and who is in it.
fn town() -> (Town, Vec<(Who, Role)>, Vec<String>) {
    let mut town = Town::new();
    let desk = town.desk("Δημαρχείο");
    let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
    let community = town.device("Κοινότητα", Role::Community, None, &[LITOCHORO]);
    let kiosk = town.device("Κιόσκι", Role::Kiosk, None, &[]);
    let admin = town.device("Υπεύθυνος", Role::Admin, None, &[]);
    let mut real = [
        "LGT-01",
        "lamp",
        "light",
        LITOCHORO,
        "Λιτόχωρο",
        "el",
        "en",
        "12/5/2026",
    ]
    .map(str::to_owned)
    .to_vec();
    for text in ["Σβηστή λάμπα", "Τρύπα στον δρόμο"] {
        let at = town.time(desk);
        let (id, number) = town.at(desk).enter_request(&lamp(text), None, at).unwrap();
        real.extend([id.to_string(), number]);
    }
    town.settle();
    let people = vec![
        (desk, Role::Clerk),
        (crew, Role::Crew),
        (community, Role::Community),
        (kiosk, Role::Kiosk),
        (admin, Role::Admin),
    ];
    (town, people, real)
}

#[test]
fn no_argument_of_any_command_is_more_than_a_problem_in_words() {
    let (types, inputs) = types();
    assert_eq!(inputs.len(), NAMES.len(), "every command has its input");
    let (town, people, real) = town();
    let mut maker = Maker {
        types,
        dice: Dice::new(20_261_129),
        real,
    };
    let mut taken: BTreeMap<&str, u32> = BTreeMap::new();
    let mut asked = 0_u32;
    for (who, _) in &people {
        town.at(*who).set_meta("cable", "out").unwrap();
        let window = town.window(*who);
        for name in NAMES.iter().filter(|name| !ELSEWHERE.contains(name)) {
            for input in wrong() {
                asks(&window, name, &input);
                asked += 1;
            }
            let of = Type::Other(inputs[*name].clone());
            for _ in 0..SHAPED {
                let input = maker.value(&of, 0);
                *taken.entry(name).or_default() += u32::from(asks(&window, name, &input));
                asked += 1;
            }
        }
    }
    let some = taken.values().filter(|many| **many > 0).count();
    // Otherwise nothing got further than the first look at it.
    assert!(
        some > NAMES.len() * 3 / 10,
        "{some} of {} took anything: {taken:?}",
        NAMES.len()
    );
    assert!(asked > 10_000, "{asked}");
    tell(&format!(
        "Hostile arguments: {asked} tried on {} commands",
        NAMES.len()
    ));
    // Everybody hands over, and then hears of all the others.
    for (who, _) in people.iter().chain(&people) {
        town.exchange(*who).unwrap();
    }
    for (who, role) in &people {
        let pending = town.at(*who).pending().unwrap();
        assert_eq!(pending.needs_decision, 0, "{role:?}: the server took less");
        assert_eq!((pending.waiting, pending.contacts), (0, 0), "{role:?}");
    }
    town.check();
}

/// Inputs of these commands: of the wrong kind, and some that fit.
fn inputs_of<'a>(names: &[&'a str], real: &[String], dice: u64) -> Vec<(&'a str, Value)> {
    let (types, inputs) = types();
    let mut maker = Maker {
        types,
        dice: Dice::new(dice),
        real: real.to_vec(),
    };
    let mut all = Vec::new();
    for name in names {
        all.extend(wrong().into_iter().map(|input| (*name, input)));
        let of = Type::Other(inputs[*name].clone());
        all.extend((0..SHAPED).map(|_| (*name, maker.value(&of, 0))));
    }
    all
}

/// A device that somebody locks with a PIN; and who it is.
async fn with_a_pin(served: &Served) -> (Device, String) {
    let device = Device::enrolled(served, Role::Crew).await;
    let person = json!({ "old": "", "name": "Νίκος", "pin": PIN });
    let state = ask(&device.app, "person_add", person).await.unwrap();
    device.app.exchanger.exchange().await.unwrap();
    let who = state["people"][0]["id"].as_str().unwrap().to_owned();
    (device, who)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_argument_at_the_door_of_a_locked_device_opens_it_or_breaks_it() {
    let served = serve(on_file, &Village::new(7, now())).await;
    let (device, who) = with_a_pin(&served).await;
    let path = device.path();
    let vault = Vault::open(&path, now()).unwrap();
    let people = vault.people();
    let opened = Arc::new(AtomicBool::new(false));
    let open = {
        let opened = Arc::clone(&opened);
        Box::new(move |_, _| {
            opened.store(true, Ordering::Relaxed);
            Ok(())
        })
    };
    let runtime = tokio::runtime::Handle::current();
    let gate = Gate::new(Arc::new(Mutex::new(vault)), open, &path, runtime, now);
    let person = who.clone();
    tokio::task::spawn_blocking(move || {
        let real = [person, "482913-λευκά".to_owned(), "7K2QM-X4R9T".to_owned()];
        for (name, input) in inputs_of(NAMES, &real, 20_261_130) {
            let call = || gate.call(name, input.clone());
            let taken = is_taken(name, &input, call);
            if AT_THE_DOOR.contains(&name) {
                assert!(!taken || name == "lock_state", "{name} took {input}");
            } else {
                assert_eq!(gate.call(name, input), Err(Problem::Locked), "{name}");
            }
        }
        // Somebody tried.
        let wait = gate.call("lock_state", json!({})).unwrap()["wait_s"].as_u64();
        assert!(wait.unwrap() > 0, "nobody has to wait");
    })
    .await
    .unwrap();
    assert!(!opened.load(Ordering::Relaxed), "it was opened");
    // Nobody was shut out: with the wait over, the right PIN opens.
    std::fs::remove_file(path.with_extension("tries")).unwrap();
    let mut vault = Vault::open(&path, now()).unwrap();
    assert_eq!(vault.people(), people);
    vault.unlock(who.parse().unwrap(), PIN).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_argument_about_the_lock_or_to_enrol_is_more_than_a_problem_in_words() {
    let served = serve(on_file, &Village::new(7, now())).await;
    // Nobody has a PIN yet, so that the first one is taken.
    let device = Device::enrolled(&served, Role::Crew).await;
    let real = [PIN.to_owned(), "Νίκος 482913".to_owned()];
    let app = Arc::clone(&device.app);
    let taken = tokio::task::spawn_blocking(move || {
        let mut taken = BTreeMap::new();
        for (name, input) in inputs_of(&OF_THE_LOCK, &real, 20_261_131) {
            *taken.entry(name).or_default() += u32::from(asks(&app, name, &input));
        }
        taken
    });
    let taken: BTreeMap<&str, u32> = taken.await.unwrap();
    for name in ["lock_state", "lock_now", "person_add"] {
        assert!(taken[name] > 0, "nothing got to {name}: {taken:?}");
    }
    // What was written meanwhile can be read.
    device.app.exchanger.exchange().await.unwrap();
    Vault::open(&device.path(), now()).unwrap();

    let folder = TempDir::new().unwrap();
    let app = installed::open(folder.path());
    let real = [
        served.url.clone(),
        served.url.replace("http:", "https:"),
        "7K2QM-X4R9T".to_owned(),
    ];
    tokio::task::spawn_blocking(move || {
        for (name, input) in inputs_of(&["enrol"], &real, 20_261_132) {
            assert!(!asks(&app, name, &input), "enrolled with {input}");
        }
    })
    .await
    .unwrap();
}
