//! Staff sign in at a desk, and administrators say who may.

use axum::response::Response;
use koina_model::accounts::{AccountGiven, AccountInput};
use koina_model::problem::Problem;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Call, json};
use crate::accounts::{self, SignIn, digest};
use crate::log::Author;

/// How one signs in here.
#[derive(Debug, Serialize)]
struct Ways {
    /// Also at an identity provider.
    provider: bool,
}

#[derive(Debug, Deserialize)]
struct BeginAsk {
    /// Where somebody comes back to on their own machine.
    port: u16,
}

#[derive(Debug, Serialize)]
struct BeginAnswer {
    url: String,
}

#[derive(Debug, Deserialize)]
struct BackAsk {
    state: String,
    code: String,
}

#[derive(Debug, Deserialize)]
struct ChangeAsk {
    account: AccountInput,
    /// Left out: it stays as it is.
    #[serde(default)]
    closed: Option<bool>,
}

fn lets_in(call: &Call) -> Result<&SignIn, Problem> {
    call.app.sign_in.as_ref().ok_or(Problem::NotFound)
}

fn named(call: &Call) -> Result<Uuid, Problem> {
    let id = call.param.as_deref().map(Uuid::parse_str);
    id.and_then(Result::ok).ok_or(Problem::NotFound)
}

pub(super) async fn ways(call: Call) -> Result<Response, Problem> {
    let provider = lets_in(&call)?.has_provider();
    json(&Ways { provider })
}

pub(super) async fn begin_provider(call: Call) -> Result<Response, Problem> {
    let lets_in = lets_in(&call)?;
    let BeginAsk { port } = call.json()?;
    let url = lets_in.begin_provider(&call.app.town, call.device()?, port, call.now);
    json(&BeginAnswer { url: url.await? })
}

pub(super) async fn by_provider(call: Call) -> Result<Response, Problem> {
    let lets_in = lets_in(&call)?;
    let BackAsk { state, code } = call.json()?;
    let answer = lets_in.by_provider(&call.app.town, call.device()?, &state, code, call.now);
    json(&answer.await?)
}

pub(super) async fn sign_in(call: Call) -> Result<Response, Problem> {
    let lets_in = lets_in(&call)?;
    let ask = call.json()?;
    let answer = lets_in.by_password(&call.app.town, call.device()?, ask, call.now);
    json(&answer.await?)
}

pub(super) async fn sign_out(call: Call) -> Result<Response, Problem> {
    let by = Author::of(call.device()?);
    if let Some(session) = &call.session {
        let token = digest(session);
        call.app.town.log.sign_out(by, call.now, token).await?;
    }
    json(&serde_json::json!({}))
}

pub(super) async fn list(call: Call) -> Result<Response, Problem> {
    all(&call).await
}

async fn all(call: &Call) -> Result<Response, Problem> {
    let since = match &call.app.sign_in {
        Some(lets_in) => lets_in.used_since(call.now),
        None => call.now,
    };
    json(&call.app.town.log.accounts(since).await?)
}

pub(super) async fn add(call: Call) -> Result<Response, Problem> {
    let by = Author::of(call.device()?);
    let input: AccountInput = call.json()?;
    json(&accounts::add(&call.app.town, by, &input, call.now).await?)
}

pub(super) async fn change(call: Call) -> Result<Response, Problem> {
    let by = Author::of(call.device()?);
    let id = named(&call)?;
    let ChangeAsk { account, closed } = call.json()?;
    accounts::change(&call.app.town, by, id, &account, closed, call.now).await?;
    all(&call).await
}

pub(super) async fn reset(call: Call) -> Result<Response, Problem> {
    let by = Author::of(call.device()?);
    let id = named(&call)?;
    let town = &call.app.town;
    let (password, good_until) = accounts::reset(town, by, id, call.now).await?;
    let accounts = town.log.accounts(call.now).await?;
    let account = accounts.into_iter().find(|account| account.id == id);
    json(&AccountGiven {
        account: account.ok_or(Problem::NotFound)?,
        password,
        good_until,
    })
}

pub(super) async fn end_session(call: Call) -> Result<Response, Problem> {
    let by = Author::of(call.device()?);
    let id = named(&call)?;
    match call.app.town.log.end_session(by, call.now, id).await? {
        true => all(&call).await,
        false => Err(Problem::NotFound),
    }
}
