//! Signing in at a desk: by password and code, for a while, at one desk, and no further than both may.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::cell::Cell;

use koina_model::accounts::{AccountGiven, AccountInput, SignInAnswer, SignInAsk};
use koina_model::ids::Time;
use koina_model::permits::{Permit, Role};
use koina_model::problem::{FieldRule, Problem};
use koina_server::accounts::{self, Settings};
use koina_server::log::Author;
use totp_rs::{Algorithm, Secret, TOTP};
use town::{Hand, NOON, Town, problem};

mod town;

const MINUTE: i64 = 60_000;

thread_local! {
    /// The clock of a test and of its server, which run in one thread.
    static CLOCK: Cell<i64> = const { Cell::new(NOON.0) };
}

fn clock() -> Time {
    Time(CLOCK.get())
}

fn pass(ms: i64) {
    CLOCK.set(CLOCK.get() + ms);
}

async fn town() -> Town {
    Town::with(|mut app| {
        app.clock = clock;
        app.with_sign_in(Settings::default())
    })
    .await
}

async fn add(town: &Town, login: &str, role: Role) -> AccountGiven {
    let input = AccountInput {
        login: login.to_owned(),
        name: format!("Όνομα {login}"),
        role: Some(role),
        ..AccountInput::default()
    };
    let town = &town.app.town;
    let given = accounts::add(town, Author::server(), &input, clock());
    given.await.unwrap()
}

async fn sign_in(
    desk: &Hand,
    login: &str,
    password: &str,
    code: &str,
    fresh: &str,
) -> Result<SignInAnswer, Problem> {
    let ask = SignInAsk {
        login: login.to_owned(),
        password: password.to_owned(),
        code: code.to_owned(),
        fresh: fresh.to_owned(),
    };
    let body = serde_json::to_vec(&ask).unwrap();
    let (status, body) = desk.send("POST", "/v1/accounts/sign-in", body).await;
    match status {
        200 => Ok(serde_json::from_slice(&body).unwrap()),
        _ => Err(problem(&body)),
    }
}

fn code(secret: &str) -> String {
    let secret = Secret::Encoded(secret.to_owned()).to_bytes().unwrap();
    let totp = TOTP::new(Algorithm::SHA1, 6, 1, 30, secret, None, String::new()).unwrap();
    totp.generate(u64::try_from(clock().0 / 1_000).unwrap())
}

const PASSWORD: &str = "τρία άλογα στο λιμάνι";

/// Somebody who has chosen their password and has a telephone; with its secret.
async fn settled(town: &Town, desk: &Hand, login: &str, role: Role) -> String {
    let given = add(town, login, role).await;
    let first = sign_in(desk, login, &given.password, "", "").await.unwrap();
    let SignInAnswer::Begin { secret, uri } = first else {
        panic!("the first password lets somebody in");
    };
    assert!(uri.starts_with("otpauth://totp/") && uri.contains(&secret));
    let done = sign_in(desk, login, &given.password, &code(&secret), PASSWORD).await;
    shown(desk, done.unwrap());
    secret
}

fn shown(desk: &Hand, answer: SignInAnswer) {
    let SignInAnswer::In { session, .. } = answer else {
        panic!("nobody is signed in");
    };
    *desk.session.borrow_mut() = Some(session);
}

async fn status(desk: &Hand, path: &str) -> Result<(), Problem> {
    match desk.send("GET", path, Vec::new()).await {
        (200, _) => Ok(()),
        (_, body) => Err(problem(&body)),
    }
}

#[tokio::test]
async fn a_first_password_is_good_for_choosing_another_and_for_nothing_else() {
    let town = town().await;
    let desk = town.hand(Role::Admin, &[]).await;
    assert_eq!(
        status(&desk, "/v1/devices").await,
        Err(Problem::SignInNeeded)
    );
    let given = add(&town, "maria", Role::Admin).await;
    let refused = Err(Problem::SignInRefused);
    let told = async |login: &str, password: &str, code: &str, fresh: &str| {
        let told = sign_in(&desk, login, password, code, fresh).await;
        told.map(drop)
    };
    assert_eq!(told("maria", "wrong", "", "").await, refused);
    assert_eq!(told("nobody", &given.password, "", "").await, refused);
    let begin = sign_in(&desk, "MARIA ", &given.password, "", "")
        .await
        .unwrap();
    let SignInAnswer::Begin { secret, .. } = begin else {
        panic!("the first password lets somebody in");
    };
    let good = code(&secret);
    // A password that is not good is said, and costs nothing.
    for (fresh, rule) in [
        ("short", FieldRule::TooShort { min: 10 }),
        ("maria-2026-maria", FieldRule::TooEasy),
    ] {
        let told = told("maria", &given.password, &good, fresh).await;
        assert_eq!(told, Err(Problem::field("fresh", rule)));
    }
    assert_eq!(
        told("maria", &given.password, "000000", PASSWORD).await,
        refused
    );
    let done = sign_in(&desk, "maria", &given.password, &good, PASSWORD).await;
    shown(&desk, done.unwrap());
    assert_eq!(status(&desk, "/v1/devices").await, Ok(()));
    assert_eq!(
        told("maria", &given.password, &good, PASSWORD).await,
        refused
    );
    // From now on both are wanted, and each code opens once.
    let asked = sign_in(&desk, "maria", PASSWORD, "", "").await.unwrap();
    assert!(matches!(asked, SignInAnswer::Code));
    assert_eq!(told("maria", PASSWORD, &good, "").await, refused);
    pass(MINUTE);
    let next = code(&secret);
    let (one, two) = next.split_at(3);
    let spaced = format!("{one} {two}");
    shown(
        &desk,
        sign_in(&desk, "maria", PASSWORD, &spaced, "")
            .await
            .unwrap(),
    );
    // One that nobody came with is over after a week.
    let late = add(&town, "late", Role::Clerk).await;
    pass(8 * 24 * 60 * MINUTE);
    assert_eq!(told("late", &late.password, "", "").await, refused);
}

#[tokio::test]
async fn a_session_is_one_desks_for_a_while_and_does_no_more_than_both_may() {
    let town = town().await;
    let desk = town.hand(Role::Admin, &[]).await;
    let other = town.hand(Role::Clerk, &[]).await;
    let secret = settled(&town, &desk, "kostas", Role::Clerk).await;
    // A clerk at an administrator's desk is a clerk.
    let needs = Permit::ManageAccounts;
    let told = status(&desk, "/v1/accounts").await;
    assert_eq!(told, Err(Problem::NotAllowed { needs }));
    assert_eq!(status(&desk, "/v1/refused").await, Ok(()));
    // Copied to another desk it is worth nothing.
    *other.session.borrow_mut() = desk.session.borrow().clone();
    assert_eq!(
        status(&other, "/v1/refused").await,
        Err(Problem::SignInNeeded)
    );
    // The exchange of records asks nobody.
    *other.session.borrow_mut() = None;
    other.exchange(&koina_model::exchange::Ask::default()).await;
    // Used now and then it stays, for ten hours; not used it ends after half an hour.
    for _ in 0..28 {
        pass(20 * MINUTE);
        assert_eq!(status(&desk, "/v1/refused").await, Ok(()));
    }
    pass(20 * MINUTE + 1);
    pass(20 * MINUTE);
    assert_eq!(
        status(&desk, "/v1/refused").await,
        Err(Problem::SignInNeeded)
    );
    let again = sign_in(&desk, "kostas", PASSWORD, &code(&secret), "").await;
    shown(&desk, again.unwrap());
    assert_eq!(status(&desk, "/v1/refused").await, Ok(()));
    pass(31 * MINUTE);
    assert_eq!(
        status(&desk, "/v1/refused").await,
        Err(Problem::SignInNeeded)
    );
    // Signed out it is over at once.
    let again = sign_in(&desk, "kostas", PASSWORD, &code(&secret), "").await;
    shown(&desk, again.unwrap());
    let (gone, _) = desk.send("POST", "/v1/accounts/sign-out", Vec::new()).await;
    assert_eq!(gone, 200);
    assert_eq!(
        status(&desk, "/v1/refused").await,
        Err(Problem::SignInNeeded)
    );
}

#[tokio::test]
async fn what_somebody_does_is_in_the_audit_in_their_name() {
    let town = town().await;
    let desk = town.hand(Role::Admin, &[]).await;
    settled(&town, &desk, "maria", Role::Admin).await;
    let input = AccountInput {
        login: "kostas".to_owned(),
        name: "Κώστας".to_owned(),
        role: Some(Role::Clerk),
        ..AccountInput::default()
    };
    let body = serde_json::to_vec(&input).unwrap();
    let (made, body) = desk.send("POST", "/v1/accounts", body).await;
    assert_eq!(made, 200);
    let given: AccountGiven = serde_json::from_slice(&body).unwrap();
    // Neither the password nor anything that opens is in what administrators see, or in the audit.
    let change = format!("/v1/accounts/{}/change", given.account.id);
    let to = AccountInput {
        role: Some(Role::Admin),
        email: "kostas@example.gr".to_owned(),
        ..input
    };
    let body = serde_json::json!({ "account": to, "closed": null });
    let body = serde_json::to_vec(&body).unwrap();
    assert_eq!(desk.send("POST", &change, body).await.0, 200);
    let (_, list) = desk.send("GET", "/v1/accounts", Vec::new()).await;
    let list = String::from_utf8(list).unwrap();
    let rows = town.log().audited(0).await.unwrap();
    let audited = serde_json::to_string(&rows).unwrap();
    assert!(!audited.contains("@example.gr"), "how to reach anybody");
    for hidden in [&given.password, "argon2", "secret"] {
        assert!(!list.contains(hidden), "{hidden}");
        assert!(!audited.contains(hidden), "{hidden}");
    }
    let changed = rows.iter().find(|row| row.what == "account.role_changed");
    assert_eq!(
        serde_json::to_value(&changed.unwrap().said).unwrap(),
        serde_json::json!({
            "before": { "role": "clerk" },
            "after": { "role": "admin", "email": "set" },
        })
    );
    let who = |what: &str| -> Vec<&str> {
        let rows = rows.iter().filter(|row| row.what == what);
        rows.map(|row| row.who.as_str()).collect()
    };
    assert_eq!(who("account.signed_in"), ["Όνομα maria"]);
    assert_eq!(
        who("account.added"),
        ["", "Όνομα maria"],
        "the first one by the server"
    );
    town.log().verify_audit().await.unwrap();
}

#[tokio::test]
async fn wrong_tries_make_an_account_wait_and_a_closed_one_is_out_at_once() {
    let town = town().await;
    let desk = town.hand(Role::Admin, &[]).await;
    let secret = settled(&town, &desk, "maria", Role::Admin).await;
    let told = async |password: &str, code: &str| {
        let told = sign_in(&desk, "maria", password, code, "").await;
        told.map(drop)
    };
    pass(MINUTE);
    for _ in 0..5 {
        assert_eq!(told("wrong", "").await, Err(Problem::SignInRefused));
    }
    // Also with what is right, and over a restart: it is in the log.
    let right = code(&secret);
    let wait = told(PASSWORD, &right).await;
    assert_eq!(wait, Err(Problem::TooManyTries { wait_s: 30 }));
    pass(31_000);
    assert_eq!(told("wrong", "").await, Err(Problem::SignInRefused));
    let wait = told(PASSWORD, &right).await;
    assert_eq!(wait, Err(Problem::TooManyTries { wait_s: 60 }));
    pass(2 * MINUTE);
    assert_eq!(told(PASSWORD, &code(&secret)).await, Ok(()));
    assert_eq!(
        status(&desk, "/v1/accounts").await,
        Ok(()),
        "signed in all the while"
    );
    // Closed by another one; the last who can sign in cannot be.
    let second = town.hand(Role::Admin, &[]).await;
    let account = town.log().account_by_login("maria".to_owned()).await;
    let account = account.unwrap().unwrap();
    let input = AccountInput {
        login: "maria".to_owned(),
        name: account.name.clone(),
        role: Some(Role::Admin),
        ..AccountInput::default()
    };
    let by = Author::server();
    let all = &town.app.town;
    add(&town, "new", Role::Admin).await;
    let last = accounts::change(all, by.clone(), account.id, &input, Some(true), clock());
    assert_eq!(last.await, Err(Problem::LastAdmin));
    settled(&town, &second, "other", Role::Admin).await;
    accounts::change(all, by, account.id, &input, Some(true), clock())
        .await
        .unwrap();
    assert_eq!(
        status(&desk, "/v1/accounts").await,
        Err(Problem::SignInNeeded)
    );
    pass(MINUTE);
    assert_eq!(
        told(PASSWORD, &code(&secret)).await,
        Err(Problem::SignInRefused)
    );
}
