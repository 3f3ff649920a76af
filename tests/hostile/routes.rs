//! Bodies of every route of the server that takes one, from a desk that may do everything and from a crew.

use koina_model::contacts::{EraseReason, ReadReason};
use koina_model::permits::Role;
use koina_model::photos::FilesAsk;
use koina_model::problem::Problem;
use koina_server::routes::devices::InviteAsk;
use koina_server::routes::{Route, TABLE};
use koina_sync::escrow::{Sealed, TO_SERVER};
use koina_sync::views::{CorrectAsk, EmergencySet, EraseAsk, ReadAsk, RefusedDecision};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::server::{Stage, on_stage};
use super::{framed, people};

/// Somebody's key, as age writes it.
const TO: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
/// Questions that are good and refused all the same: without a code of the desk, about a contact as nobody saw it, and about
/// a session of nobody.
const REFUSED: [&str; 3] = [
    "/v1/reopen",
    "/v1/contacts/{id}/correct",
    "/v1/accounts/sessions/{id}/end",
];
/// What a path may be about.
const DEVICE: u8 = 0;
const RECORD: u8 = 1;
const ACCOUNT: u8 = 2;
const KIOSK: u8 = 3;

/// The routes that something is sent to.
fn routes() -> Vec<&'static Route> {
    TABLE
        .iter()
        .filter(|route| route.method == "POST")
        .collect()
}

/// The first byte says which route, the second who asks, and about what.
pub(super) fn take(bytes: &[u8]) {
    if let Some((&[way, about], body)) = bytes.split_first_chunk() {
        on_stage(|stage| drop(asked(stage, way, about, body)));
    }
}

fn asked(stage: &Stage, way: u8, about: u8, body: &[u8]) -> Result<Vec<u8>, Problem> {
    let routes = routes();
    let route = routes[usize::from(way) % routes.len()];
    let names = names(stage);
    let name = &names[usize::from(about >> 1) % names.len()];
    let who = match about & 1 {
        0 => stage.clerk,
        _ => stage.crew,
    };
    let body = match route.path {
        "/v1/files" => framed(body),
        "/v1/reopen" => sealed(stage, body),
        _ => body.to_vec(),
    };
    let path = route.path.replace("{id}", name);
    let said = stage.town.post(who, &path, body);
    assert!(
        !matches!(
            said,
            Err(Problem::Internal { .. } | Problem::Busy | Problem::NotSigned)
        ),
        "{path}: {said:?}"
    );
    said
}

/// A device, a record with a contact, an account, a kiosk, a file, what nobody has, and what is no name.
fn names(stage: &Stage) -> Vec<String> {
    let device = |who| stage.town.at(who).identity().unwrap().device.to_string();
    vec![
        device(stage.spare),
        stage.reported.to_string(),
        stage.account.to_string(),
        device(stage.kiosk),
        "ab".repeat(32),
        Uuid::from_u128(7).to_string(),
        "%00".to_owned(),
    ]
}

/// What stands for the key in a question of a device that is closed is sealed to this town hall: only the inside is the fuzzer's.
fn sealed(stage: &Stage, body: &[u8]) -> Vec<u8> {
    let Ok(mut ask) = serde_json::from_slice::<serde_json::Value>(body) else {
        return body.to_vec();
    };
    let inside = ask.get("sealed").and_then(|inside| {
        let key = serde_json::to_vec(inside).ok()?;
        let device = serde_json::from_value(ask.get("device")?.clone()).ok()?;
        let to = stage.town.server().courier_key().public();
        let key = key.into();
        koina_sync::courier::seal(TO_SERVER, &to, &Sealed { device, key }).ok()
    });
    if let Some(inside) = inside {
        ask["sealed"] = json!(inside);
    }
    serde_json::to_vec(&ask).unwrap()
}

/// A question as the app would send it.
fn seed(path: &str, about: u8, ask: &impl Serialize) -> Vec<u8> {
    let way = routes().iter().position(|route| route.path == path);
    let way = way.expect("a route");
    let body = match path {
        "/v1/files" => super::cbor(ask),
        // These take no words.
        _ if routes()[way].bytes_max == 0 => Vec::new(),
        _ => serde_json::to_vec(ask).unwrap(),
    };
    [&[u8::try_from(way).unwrap(), about << 1], body.as_slice()].concat()
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let hash = "ab".repeat(32);
    let purpose = InviteAsk {
        role: Role::Crew,
        name: "Τάμπλετ".to_owned(),
        person: "Κάποιος".to_owned(),
        crew: Some("light".to_owned()),
        communities: vec!["11020101".to_owned()],
    };
    let correct = CorrectAsk {
        mark: "0123456789abcdef".to_owned(),
        name: "Ευτυχία".to_owned(),
        phone: "6900000000".to_owned(),
        email: String::new(),
    };
    let decision = RefusedDecision {
        changes: vec![hash.clone()],
        taken: false,
    };
    let files = FilesAsk {
        files: vec![koina_model::photos::FileHash::of(b"a picture")],
    };
    let read = ReadAsk {
        reason: ReadReason::Reach,
    };
    let erase = EraseAsk {
        reason: EraseReason::AskedByPerson,
    };
    let plan = EmergencySet {
        plan: "FLOOD".to_owned(),
    };
    let account = json!({ "login": "eleni", "name": "Ελένη", "role": "clerk", "email": "" });
    let reopen =
        json!({ "device": people::OTHER, "code": "7K2QM-X4R9T", "sealed": [1, 2], "reply_to": TO });
    let hers = json!({ "login": "maria", "name": "Μαρία", "role": "admin" });
    let change = json!({ "account": hers, "closed": true });
    let export = json!({ "docs": [Uuid::from_u128(7)] });
    let nothing = json!({});
    let seeds = vec![
        seed("/v1/reopen", 0, &reopen),
        seed("/v1/files", 0, &files),
        seed("/v1/devices/invites", 0, &purpose),
        seed("/v1/devices/{id}/change", DEVICE, &purpose),
        seed("/v1/devices/{id}/revoke", DEVICE, &nothing),
        seed("/v1/devices/{id}/reopen", DEVICE, &nothing),
        seed("/v1/devices/{id}/unlock", KIOSK, &nothing),
        seed("/v1/contacts/{id}/read", RECORD, &read),
        seed("/v1/contacts/{id}/correct", RECORD, &correct),
        seed("/v1/contacts/{id}/same", RECORD, &nothing),
        seed("/v1/contacts/{id}/export", RECORD, &export),
        seed("/v1/contacts/{id}/erase", RECORD, &erase),
        seed("/v1/emergency", 0, &plan),
        seed("/v1/refused/take", 0, &decision),
        seed("/v1/refused/decide", 0, &decision),
        seed("/v1/accounts", ACCOUNT, &account),
        seed("/v1/accounts/{id}/change", ACCOUNT, &change),
        seed("/v1/accounts/{id}/reset", ACCOUNT, &nothing),
        seed("/v1/accounts/sessions/{id}/end", ACCOUNT, &nothing),
    ];
    seeds.iter().for_each(|seed| is_understood(seed));
    seeds
}

/// A seed that is refused would lead nowhere.
fn is_understood(bytes: &[u8]) {
    let (&[way, about], body) = bytes.split_first_chunk().unwrap();
    on_stage(|stage| {
        let said = asked(stage, way, about, body);
        let path = routes()[usize::from(way)].path;
        let unread = matches!(
            said,
            Err(Problem::Malformed { .. } | Problem::TooLarge { .. })
        );
        let good = said.is_ok() || REFUSED.contains(&path);
        assert!(good && !unread, "{path}: {said:?}");
    });
}
