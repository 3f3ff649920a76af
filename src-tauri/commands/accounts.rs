//! Staff who sign in at a desk, where the municipality wants that. The session is kept in memory only: an app that starts anew
//! asks again.

use koina_model::accounts::{
    Account, AccountGiven, AccountInput, SignInAnswer, SignInAsk, SignedIn,
};
use koina_model::problem::Problem;
use koina_sync::exchange::json_body;
use koina_sync::qr;

use crate::devices::device_name;
use crate::{
    AccountChangeInput, AccountIdInput, AccountRow, Accounts, Desk, Nothing, SessionRow,
    SignInInput, SignInState, SignInStep,
};

mod provider;

pub use provider::{Browser, OpensBrowser};
pub(crate) use provider::{sign_in_provider, sign_in_provider_stop, sign_in_ways};

/// Who is signed in here, as far as this desk knows: the server may have ended it since.
pub(crate) fn sign_in_state(desk: &Desk, _: Nothing) -> Result<SignInState, Problem> {
    let who = desk.exchanger.signed_in();
    Ok(SignInState { who })
}

pub(crate) fn sign_in(desk: &Desk, input: SignInInput) -> Result<SignInStep, Problem> {
    let SignInInput {
        login,
        password,
        code,
        fresh,
    } = input;
    let body = json_body(&SignInAsk {
        login,
        password,
        code,
        fresh,
    })?;
    let answer: SignInAnswer = desk.exchanger.ask("POST", "/v1/accounts/sign-in", body)?;
    Ok(step(desk, answer))
}

/// What is wanted next; whoever is let in is signed in here.
fn step(desk: &Desk, answer: SignInAnswer) -> SignInStep {
    match answer {
        SignInAnswer::In {
            session,
            name,
            role,
        } => {
            let who = SignedIn { name, role };
            desk.exchanger.sign_in(session, who.clone());
            SignInStep::In { who }
        }
        SignInAnswer::Code => SignInStep::Code,
        SignInAnswer::Begin { secret, uri } => SignInStep::Begin {
            qr_svg: qr::svg(&uri),
            secret,
        },
    }
}

/// Nobody is signed in here any more, also where the server cannot be reached: there the session ends by itself.
pub(crate) fn sign_out(desk: &Desk, _: Nothing) -> Result<SignInState, Problem> {
    // First here: the server may be slow to hear of it.
    let session = desk.exchanger.sign_out();
    let told = session.map(|session| desk.exchanger.end_session(session));
    if let Some(Err(problem)) = told {
        tracing::info!(%problem, "the server did not hear that somebody signed out");
    }
    sign_in_state(desk, Nothing {})
}

pub(crate) fn accounts_page(desk: &Desk, _: Nothing) -> Result<Accounts, Problem> {
    Ok(shown(
        desk,
        desk.exchanger.ask("GET", "/v1/accounts", Vec::new())?,
    ))
}

pub(crate) fn account_add(desk: &Desk, input: AccountInput) -> Result<AccountGiven, Problem> {
    let body = json_body(&input)?;
    desk.exchanger.ask("POST", "/v1/accounts", body)
}

pub(crate) fn account_change(desk: &Desk, input: AccountChangeInput) -> Result<Accounts, Problem> {
    let AccountChangeInput {
        id,
        account,
        closed,
    } = input;
    let path = format!("/v1/accounts/{id}/change");
    let body = json_body(&serde_json::json!({ "account": account, "closed": closed }))?;
    Ok(shown(desk, desk.exchanger.ask("POST", &path, body)?))
}

pub(crate) fn account_reset(desk: &Desk, input: AccountIdInput) -> Result<AccountGiven, Problem> {
    let path = format!("/v1/accounts/{}/reset", input.id);
    desk.exchanger.ask("POST", &path, Vec::new())
}

pub(crate) fn account_session_end(desk: &Desk, input: AccountIdInput) -> Result<Accounts, Problem> {
    let path = format!("/v1/accounts/sessions/{}/end", input.id);
    Ok(shown(desk, desk.exchanger.ask("POST", &path, Vec::new())?))
}

fn shown(desk: &Desk, accounts: Vec<Account>) -> Accounts {
    let rows = accounts.into_iter().map(|mut account| {
        let sessions = std::mem::take(&mut account.sessions).into_iter();
        let sessions = sessions.map(|session| SessionRow {
            id: session.id,
            device: device_name(desk, &session.device.to_string()),
            began_at: session.began_at,
            used_at: session.used_at,
        });
        AccountRow {
            sessions: sessions.collect(),
            account,
        }
    });
    Accounts {
        rows: rows.collect(),
    }
}
