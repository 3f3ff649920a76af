//! Who may call what, and what hostile requests are answered with.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use koina_model::exchange::{BODY_BYTES_MAX, EnrolAsk, INFLATED_BYTES_MAX};
use koina_model::permits::{Permit, Role};
use koina_model::problem::Problem;
use koina_server::log::TRIES_PER_MINUTE;
use koina_server::routes::{TABLE, Who};
use koina_sync::views::{DeviceRow, Invite, RefusedRow};

mod town;
use town::{HERE, Hand, NOON, Town, hex, problem};

/// The table as it is meant to be. A new route is added here too, on purpose.
const MEANT: [(&str, &str, &[&str]); 38] = [
    ("GET", "/v1/health", &["public"]),
    ("GET", "/.well-known/security.txt", &["public"]),
    ("POST", "/v1/enrol", &["public"]),
    ("POST", "/v1/reopen", &["public"]),
    (
        "POST",
        "/v1/exchange",
        &["crew", "clerk", "admin", "kiosk", "community", "revoked"],
    ),
    ("POST", "/v1/courier", &["clerk", "admin"]),
    (
        "POST",
        "/v1/files",
        &["crew", "clerk", "admin", "kiosk", "community", "revoked"],
    ),
    (
        "GET",
        "/v1/files/{id}",
        &["crew", "clerk", "admin", "kiosk", "community", "revoked"],
    ),
    (
        "POST",
        "/v1/files/{id}",
        &["crew", "clerk", "admin", "kiosk", "community", "revoked"],
    ),
    (
        "GET",
        "/v1/map",
        &["crew", "clerk", "admin", "kiosk", "community"],
    ),
    (
        "GET",
        "/v1/map/{id}",
        &["crew", "clerk", "admin", "kiosk", "community"],
    ),
    ("GET", "/t/{id}", &["public"]),
    ("GET", "/v1/devices", &["clerk", "admin"]),
    ("POST", "/v1/devices/invites", &["admin"]),
    ("POST", "/v1/devices/{id}/change", &["admin"]),
    ("POST", "/v1/devices/{id}/revoke", &["admin"]),
    ("POST", "/v1/devices/{id}/reopen", &["admin"]),
    ("POST", "/v1/devices/{id}/unlock", &["clerk", "admin"]),
    ("POST", "/v1/contacts/{id}/read", &["clerk", "admin"]),
    ("POST", "/v1/contacts/{id}/correct", &["clerk", "admin"]),
    ("POST", "/v1/contacts/{id}/same", &["admin"]),
    ("POST", "/v1/contacts/{id}/export", &["admin"]),
    ("GET", "/v1/contacts", &["admin"]),
    ("POST", "/v1/contacts/{id}/erase", &["admin"]),
    ("POST", "/v1/emergency", &["clerk", "admin"]),
    ("GET", "/v1/refused", &["clerk", "admin"]),
    ("POST", "/v1/refused/take", &["clerk", "admin"]),
    ("POST", "/v1/refused/decide", &["clerk", "admin"]),
    ("GET", "/v1/accounts/sign-in", &["clerk", "admin"]),
    ("POST", "/v1/accounts/sign-in", &["clerk", "admin"]),
    ("POST", "/v1/accounts/provider", &["clerk", "admin"]),
    ("POST", "/v1/accounts/provider/back", &["clerk", "admin"]),
    ("POST", "/v1/accounts/sign-out", &["clerk", "admin"]),
    ("GET", "/v1/accounts", &["admin"]),
    ("POST", "/v1/accounts", &["admin"]),
    ("POST", "/v1/accounts/{id}/change", &["admin"]),
    ("POST", "/v1/accounts/{id}/reset", &["admin"]),
    ("POST", "/v1/accounts/sessions/{id}/end", &["admin"]),
];

#[test]
fn every_route_names_its_roles_or_is_public() {
    assert_eq!(TABLE.len(), MEANT.len());
    for (route, (method, path, who)) in TABLE.iter().zip(MEANT) {
        assert_eq!((route.method, route.path), (method, path));
        let named: Vec<String> = match route.who {
            Who::Anybody => vec!["public".to_owned()],
            Who::Devices => ["crew", "clerk", "admin", "kiosk", "community", "revoked"]
                .map(str::to_owned)
                .to_vec(),
            Who::Roles(roles, _) | Who::Staff(roles, _) => roles
                .iter()
                .map(|role| format!("{role:?}").to_lowercase())
                .collect(),
        };
        assert_eq!(named, who, "{path}");
        if let Who::Roles(roles, needs) | Who::Staff(roles, needs) = route.who {
            for role in Role::ALL {
                assert_eq!(
                    role.may(needs),
                    roles.contains(&role),
                    "{path}: the permit and the roles agree"
                );
            }
        }
    }
}

#[tokio::test]
async fn each_route_lets_in_whom_it_names_and_nobody_else() {
    let town = Town::new().await;
    let mut callers = Vec::new();
    for (name, role) in [
        ("crew", Role::Crew),
        ("clerk", Role::Clerk),
        ("admin", Role::Admin),
        ("kiosk", Role::Kiosk),
        ("community", Role::Community),
        ("revoked", Role::Admin),
    ] {
        // A community is one of some place.
        let communities: &[&str] = if role == Role::Community {
            &[HERE]
        } else {
            &[]
        };
        callers.push((name, town.hand(role, communities).await));
    }
    let revoked = callers.last().unwrap().1.device;
    town.log()
        .revoke(koina_server::log::Author::server(), NOON, revoked)
        .await
        .unwrap();
    for route in &TABLE {
        let path = route.path.replace("{id}", &revoked.to_string());
        let public = route.who == Who::Anybody;
        for (name, hand) in &callers {
            let let_in = public
                || MEANT.iter().any(|(method, path, who)| {
                    (*method, *path) == (route.method, route.path) && who.contains(name)
                });
            let body = if route.path == "/v1/exchange" {
                koina_sync::exchange::pack(&koina_model::exchange::Ask::default()).unwrap()
            } else {
                Vec::new()
            };
            let (status, body) = hand.send(route.method, &path, body).await;
            let door = matches!(status, 401 | 403);
            assert_eq!(
                !door,
                let_in,
                "{name} at {path}: {status} {}",
                String::from_utf8_lossy(&body)
            );
            if door {
                let expected = match route.who {
                    _ if *name == "revoked" => Problem::Revoked,
                    Who::Roles(_, needs) | Who::Staff(_, needs) => Problem::NotAllowed { needs },
                    _ => unreachable!(),
                };
                assert_eq!(problem(&body), expected);
            }
        }
        let nobody = reqwest::Client::new().request(
            reqwest::Method::from_bytes(route.method.as_bytes()).unwrap(),
            format!("{}{path}", town.url),
        );
        let answer = nobody.send().await.unwrap();
        let (status, body) = (answer.status().as_u16(), answer.bytes().await.unwrap());
        if public {
            assert_ne!(status, 401);
        } else {
            assert_eq!(
                (status, problem(&body)),
                (401, Problem::NotEnrolled),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn an_admin_invites_lists_and_revokes() {
    let town = Town::new().await;
    let admin = town.hand(Role::Admin, &[]).await;
    let ask = serde_json::json!({
        "role": "crew", "name": "Συνεργείο 2", "person": "Νίκος", "crew": "lights", "communities": [HERE]
    });
    let (status, body) = admin
        .send("POST", "/v1/devices/invites", ask.to_string().into_bytes())
        .await;
    assert_eq!(status, 200);
    let invite: Invite = serde_json::from_slice(&body).unwrap();
    assert_eq!(invite.expires_at, NOON.plus_hours(72));

    let party = town.party(Role::Clerk, &[]).await;
    let (_, body) = admin.send("GET", "/v1/devices", Vec::new()).await;
    let rows: Vec<DeviceRow> = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        rows.iter().map(|row| row.code.as_str()).collect::<Vec<_>>(),
        ["A1", "A2"]
    );

    let path = format!("/v1/devices/{}/revoke", party.device());
    let (status, body) = admin.send("POST", &path, Vec::new()).await;
    let row: DeviceRow = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, row.revoked_at), (200, Some(NOON)));
    let (status, body) = admin
        .send("POST", "/v1/devices/nobody/revoke", Vec::new())
        .await;
    assert_eq!((status, problem(&body)), (404, Problem::NotFound));
    town.log().verify_audit().await.unwrap();
}

#[tokio::test]
async fn an_invite_for_nobody_and_nowhere_is_refused_field_by_field() {
    let town = Town::new().await;
    let admin = town.hand(Role::Admin, &[]).await;
    let ask = r#"{"role": "crew", "name": " ", "crew": null, "communities": ["99999999"]}"#;
    let (status, body) = admin.send("POST", "/v1/devices/invites", ask.into()).await;
    let Problem::BadInput { fields } = problem(&body) else {
        panic!()
    };
    let named: Vec<&str> = fields.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(
        (status, &named[..]),
        (422, &["name", "communities", "crew"][..])
    );
}

#[tokio::test]
async fn a_wrong_signature_is_refused() {
    let town = Town::new().await;
    let hand = town.hand(Role::Admin, &[]).await;
    let good = hand.sign("GET", "/v1/devices", 1, b"");
    let for_other_path = hand.sign("GET", "/v1/refused", 1, b"");
    let for_other_body = hand.sign("GET", "/v1/devices", 1, b"x");
    let for_other_counter = hand.sign("GET", "/v1/devices", 2, b"");
    let cut = good.chars().take(64).collect::<String>();
    for signature in [
        &for_other_path,
        &for_other_body,
        &for_other_counter,
        &cut,
        "",
        "nonsense",
        &"0".repeat(128),
    ] {
        let (status, body) = hand
            .send_signed("GET", "/v1/devices", Vec::new(), 1, signature)
            .await;
        assert_eq!(
            (status, problem(&body)),
            (401, Problem::NotSigned),
            "{signature}"
        );
    }
    let (status, _) = hand
        .send_signed("GET", "/v1/devices", Vec::new(), 1, &good)
        .await;
    assert_eq!(status, 200, "none of them used up the counter");
}

#[tokio::test]
async fn a_replayed_request_is_refused() {
    let town = Town::new().await;
    let hand = town.hand(Role::Admin, &[]).await;
    // A piece of a file that was overtaken on its way is taken, once; nothing is taken twice, and nothing else late.
    let file =
        "/v1/files/0000000000000000000000000000000000000000000000000000000000000000?from=0&most=1";
    for (path, counter, status, marked) in [
        ("/v1/devices", 25, 200, false),
        ("/v1/devices", 24, 401, false),
        (file, 24, 404, false),
        (file, 24, 401, true),
        ("/v1/devices", 24, 401, true),
        ("/v1/devices", 25, 401, true),
        (file, 16, 401, true),
    ] {
        town.forget_marks();
        let signature = hand.sign("GET", path, counter, b"");
        let (said, body) = hand
            .send_signed("GET", path, Vec::new(), counter, &signature)
            .await;
        assert_eq!(said, status, "{path} {counter}");
        if status == 401 {
            assert_eq!(problem(&body), Problem::NotSigned);
        }
        let noted = town.log().device(hand.device).await.unwrap().unwrap();
        let expected = marked.then_some(NOON);
        assert_eq!(
            noted.twice_at, expected,
            "what the desk sees, {path} {counter}"
        );
    }
    let forged = hand.sign("GET", "/v1/devices", 3, b"");
    let other = town.hand(Role::Admin, &[]).await;
    let (status, _) = other
        .send_signed("GET", "/v1/devices", Vec::new(), 3, &forged)
        .await;
    assert_eq!(status, 401);
    let noted = town.log().device(other.device).await.unwrap().unwrap();
    assert_eq!(
        noted.twice_at, None,
        "what it did not sign says nothing of it"
    );
}

#[tokio::test]
async fn a_device_that_never_enrolled_is_not_listened_to() {
    let town = Town::new().await;
    let stranger = Town::new().await.hand(Role::Admin, &[]).await;
    let signature = stranger.sign("POST", "/v1/exchange", 9, b"");
    let http = reqwest::Client::new();
    let request = http
        .post(format!("{}/v1/exchange", town.url))
        .header("koina-device", stranger.device.to_string());
    let answer = request
        .header("koina-counter", 9)
        .header("koina-signature", signature)
        .send()
        .await
        .unwrap();
    assert_eq!(
        problem(&answer.bytes().await.unwrap()),
        Problem::NotEnrolled
    );
}

async fn refused(hand: &Hand, body: Vec<u8>) -> (u16, Problem) {
    let (status, body) = hand.send("POST", "/v1/exchange", body).await;
    (status, problem(&body))
}

#[tokio::test]
async fn garbage_is_answered_with_a_closed_code() {
    let town = Town::new().await;
    let hand = town.hand(Role::Crew, &[]).await;
    let zstd = |plain: &[u8]| zstd::encode_all(plain, 3).unwrap();
    let malformed = |what: &str| Problem::Malformed {
        what: what.to_owned(),
    };
    for not_zstd in [
        &b""[..],
        b"\0",
        b"hello",
        &[0xff; 4_096],
        &[0x28, 0xb5, 0x2f, 0xfd],
    ] {
        let (status, problem) = refused(&hand, not_zstd.to_vec()).await;
        assert_eq!(status, 400);
        assert!(
            problem == malformed("compression") || problem == malformed("message"),
            "{problem:?}"
        );
    }
    let deep = [0x81; 100_000];
    let long = [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    let long_bytes = [
        0xa1, 0x64, b'p', b'u', b's', b'h', 0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    ];
    for not_cbor in [
        &b"x"[..],
        &[0xff],
        &deep,
        &long,
        &long_bytes,
        b"\x00",
        b"\xf6",
    ] {
        assert_eq!(
            refused(&hand, zstd(not_cbor)).await,
            (400, malformed("message"))
        );
    }
    for (method, path) in [
        ("GET", "/v1/devices/none"),
        ("DELETE", "/v1/devices"),
        ("GET", "/"),
    ] {
        let (status, body) = hand.send(method, path, Vec::new()).await;
        assert_eq!(
            (status, problem(&body)),
            (404, Problem::NotFound),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn a_zstd_bomb_does_not_go_off() {
    let town = Town::new().await;
    let hand = town.hand(Role::Crew, &[]).await;
    let bomb = zstd::encode_all(std::io::Read::take(std::io::repeat(0), 1 << 30), 3).unwrap();
    assert!(bomb.len() < 200_000, "{}", bomb.len());
    let bytes_max = u32::try_from(INFLATED_BYTES_MAX).unwrap();
    assert_eq!(
        refused(&hand, bomb).await,
        (413, Problem::TooLarge { bytes_max })
    );
}

#[tokio::test]
async fn an_oversized_body_is_refused() {
    let town = Town::new().await;
    let hand = town.hand(Role::Crew, &[]).await;
    let bytes_max = u32::try_from(BODY_BYTES_MAX).unwrap();
    assert_eq!(
        refused(&hand, vec![0; BODY_BYTES_MAX + 1]).await,
        (413, Problem::TooLarge { bytes_max })
    );
    let (status, _) = refused(&hand, vec![0; BODY_BYTES_MAX]).await;
    assert_eq!(status, 400, "at the limit it is read, and is nonsense");
    let http = reqwest::Client::new();
    let answer = http
        .post(format!("{}/v1/enrol", town.url))
        .body(vec![b' '; 5_000])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 413);
}

#[tokio::test]
async fn too_many_changes_in_one_push_are_refused() {
    let town = Town::new().await;
    let hand = town.hand(Role::Crew, &[]).await;
    let pushed = koina_model::exchange::Pushed {
        doc: koina_model::ids::DocId(uuid::Uuid::from_u128(1)),
        kind: koina_model::words::Kind::Asset,
        bytes: serde_bytes::ByteBuf::new(),
        again: false,
    };
    let ask = koina_model::exchange::Ask {
        push: vec![pushed; 2_001],
        ..Default::default()
    };
    let (status, problem) = refused(&hand, koina_sync::exchange::pack(&ask).unwrap()).await;
    assert_eq!((status, problem.code().as_str()), (400, "malformed"));
}

#[tokio::test]
async fn guessing_codes_over_the_network_is_slowed() {
    let town = Town::new().await;
    let good = town.code(Role::Admin, &[]).await;
    let http = reqwest::Client::new();
    let enrol = async |code: &str, key: &str| {
        let ask = EnrolAsk {
            code: code.to_owned(),
            device: koina_model::ids::DeviceId(uuid::Uuid::from_u128(7)),
            key: key.to_owned(),
            version: String::new(),
        };
        let answer = http
            .post(format!("{}/v1/enrol", town.url))
            .body(serde_json::to_vec(&ask).unwrap())
            .send()
            .await;
        let answer = answer.unwrap();
        (answer.status().as_u16(), answer.bytes().await.unwrap())
    };
    let key = hex(ed25519_dalek::SigningKey::from_bytes(&[3; 32])
        .verifying_key()
        .as_bytes());
    for weak in [
        "",
        "00",
        &"00".repeat(32),
        &format!("01{}", "00".repeat(31)),
        "Ω",
    ] {
        assert_eq!(enrol(&good, weak).await.0, 422, "{weak}");
    }
    for n in 0..TRIES_PER_MINUTE {
        let (status, body) = enrol(&format!("AAAAA-A{n:04}"), &key).await;
        assert_eq!((status, problem(&body)), (403, Problem::CodeRefused));
    }
    let (status, body) = enrol(&good, &key).await;
    assert_eq!(status, 429);
    assert!(matches!(
        problem(&body),
        Problem::TooManyTries { wait_s: 1..=61 }
    ));
}

#[tokio::test]
async fn clerks_see_what_was_refused_and_crews_do_not() {
    let town = Town::new().await;
    let crew = town.hand(Role::Crew, &[HERE]).await;
    let clerk = town.hand(Role::Clerk, &[]).await;
    let pushed = koina_model::exchange::Pushed {
        doc: koina_model::ids::DocId(uuid::Uuid::from_u128(1)),
        kind: koina_model::words::Kind::Asset,
        bytes: serde_bytes::ByteBuf::from(vec![1; 100]),
        again: false,
    };
    let ask = koina_model::exchange::Ask {
        push: vec![pushed.clone(), pushed],
        ..Default::default()
    };
    let answer = crew.exchange(&ask).await;
    assert_eq!(answer.receipts.len(), 2);
    crew.exchange(&ask).await;
    let (_, body) = clerk.send("GET", "/v1/refused", Vec::new()).await;
    let rows: Vec<RefusedRow> = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        rows.iter()
            .map(|row| row.reason.as_str())
            .collect::<Vec<_>>(),
        ["not_a_change"],
        "kept once"
    );
    assert_eq!(rows[0].device, crew.device.to_string());
    let (_, body) = crew.send("GET", "/v1/refused", Vec::new()).await;
    assert_eq!(
        problem(&body),
        Problem::NotAllowed {
            needs: Permit::DecideConflicts
        }
    );
}

#[tokio::test]
async fn every_answer_says_what_a_browser_may_do_with_it() {
    let town = Town::new().await;
    let http = reqwest::Client::new();
    for path in ["/v1/health", "/v1/devices", "/nowhere", "/t/K7Q2M-XR4T9"] {
        let answer = http.get(format!("{}{path}", town.url)).send().await;
        let answer = answer.unwrap();
        let headers = answer.headers();
        let said = |name: &str| headers.get(name).map(|value| value.to_str().unwrap());
        assert_eq!(said("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(said("referrer-policy"), Some("no-referrer"), "{path}");
        assert_eq!(said("x-frame-options"), Some("DENY"), "{path}");
        let policy = said("content-security-policy").unwrap();
        assert!(
            policy.starts_with("default-src 'none';"),
            "{path}: {policy}"
        );
    }
}

#[tokio::test]
async fn browsers_are_kept_on_tls_where_it_ends_here() {
    for (over_tls, said) in [(false, None), (true, Some("max-age=31536000"))] {
        let town = Town::with(|app| if over_tls { app.over_tls() } else { app }).await;
        for path in ["/v1/health", "/v1/devices", "/nowhere"] {
            let answer = reqwest::get(format!("{}{path}", town.url)).await.unwrap();
            let header = answer.headers().get("strict-transport-security");
            let header = header.map(|value| value.to_str().unwrap());
            assert_eq!(header, said, "{path}");
        }
    }
}

#[tokio::test]
async fn who_finds_a_mistake_hears_where_to_report_it() {
    const PATH: &str = "/.well-known/security.txt";
    let town = Town::new().await;
    let answer = reqwest::get(format!("{}{PATH}", town.url)).await.unwrap();
    assert_eq!(answer.status(), 404, "nobody is named");
    let town = Town::with(|app| app.with_security_contact("mailto:s@example.gr".to_owned())).await;
    let answer = reqwest::get(format!("{}{PATH}", town.url)).await.unwrap();
    assert_eq!(answer.status(), 200);
    let media_type = answer.headers().get("content-type").unwrap();
    assert_eq!(media_type, "text/plain; charset=utf-8");
    assert_eq!(
        answer.text().await.unwrap(),
        "Contact: mailto:s@example.gr\nExpires: 2026-08-03T12:00:00Z\nPreferred-Languages: el, en\n"
    );
}
