//! Accounts of staff, who is signed in where, and who is on the way to the identity provider.

use koina_model::accounts::{Account, Session};
use koina_model::ids::{DeviceId, Time};
use koina_model::permits::Role;
use uuid::Uuid;

use super::chain::{Audit, Said};
use super::devices::{role, role_name};
use super::tx::{Row, Tx, Value};
use super::{Author, LogError, sql};

/// A use of a session is noted when the last noted one is older.
const USED_MS: i64 = 60_000;

/// An account with what only the server knows of it.
#[derive(Clone)]
pub struct AccountRow {
    pub id: Uuid,
    pub login: String,
    pub name: String,
    pub role: Role,
    /// By which the identity provider knows them; empty: it does not.
    pub email: String,
    /// The provider's own name of them; empty: they never came by it.
    pub subject: String,
    /// Argon2id in the PHC string format; empty: none.
    pub password: String,
    /// The password is a first one, good until then.
    pub once_until: Option<Time>,
    /// Of the one-time codes; empty: none.
    pub secret: String,
    /// One that was shown and not confirmed yet.
    pub secret_new: String,
    /// The step of the last code that was used.
    pub step: u64,
    /// Wrong tries since the last right one, and the last of them.
    pub wrong: u32,
    pub wrong_at: Time,
    pub added_at: Time,
    pub signed_in_at: Option<Time>,
    pub closed_at: Option<Time>,
}

/// By what somebody signs in.
#[derive(Clone)]
pub enum SignedInWith {
    /// By a code of this step.
    Code(u64),
    /// The same, with a password that takes the place of the first one and the secret that was confirmed.
    First {
        step: u64,
        password: String,
        secret: String,
    },
    /// By the identity provider.
    Provider(ProviderWord),
}

/// Whom the identity provider speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderWord {
    /// The provider's own name of them, after its own.
    pub subject: String,
    /// Their address in small letters, if the provider has made sure of it; empty: none.
    pub email: String,
}

/// A way to the identity provider, until somebody comes back by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    pub nonce: String,
    pub verifier: String,
    pub redirect: String,
}

/// A session that begins.
#[derive(Clone)]
pub struct NewSession {
    pub token: [u8; 32],
    pub id: Uuid,
    pub device: DeviceId,
}

impl AccountRow {
    /// As administrators see it.
    pub fn shown(&self, sessions: Vec<Session>) -> Account {
        Account {
            id: self.id,
            login: self.login.clone(),
            name: self.name.clone(),
            role: self.role,
            email: self.email.clone(),
            provider: !self.subject.is_empty(),
            first: self.once_until.is_some(),
            signed_in_at: self.signed_in_at,
            closed_at: self.closed_at,
            sessions,
        }
    }
}

fn read(row: &Row) -> Result<AccountRow, LogError> {
    let time = |column| Ok::<_, LogError>(row.int_or_none(column)?.map(Time));
    Ok(AccountRow {
        id: uuid(row, 0)?,
        login: row.text(1)?,
        name: row.text(2)?,
        role: role(&row.text(3)?)?,
        email: row.text(4)?,
        subject: row.text(5)?,
        password: row.text(6)?,
        once_until: time(7)?,
        secret: row.text(8)?,
        secret_new: row.text(9)?,
        step: row.place(10)?,
        wrong: row.count(11)?,
        wrong_at: row.time(12)?,
        added_at: row.time(13)?,
        signed_in_at: time(14)?,
        closed_at: time(15)?,
    })
}

fn uuid(row: &Row, column: usize) -> Result<Uuid, LogError> {
    Uuid::from_slice(row.bytes(column)?).map_err(|_| LogError::Row { what: "an id" })
}

fn key(id: Uuid) -> Value {
    Value::from(id.into_bytes())
}

pub(super) async fn by_login<T: Tx>(
    tx: &mut T,
    login: &str,
) -> Result<Option<AccountRow>, LogError> {
    let row = tx.row(sql::ACCOUNT_BY_LOGIN, &[login.into()]).await?;
    row.as_ref().map(read).transpose()
}

async fn by_id<T: Tx>(tx: &mut T, id: Uuid) -> Result<Option<AccountRow>, LogError> {
    let row = tx.row(sql::ACCOUNT, &[key(id)]).await?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn by_provider<T: Tx>(
    tx: &mut T,
    word: &ProviderWord,
) -> Result<Option<AccountRow>, LogError> {
    let asked = [word.subject.as_str().into(), word.email.as_str().into()];
    let row = tx.row(sql::ACCOUNT_BY_PROVIDER, &asked).await?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn list<T: Tx>(tx: &mut T, since: Time) -> Result<Vec<Account>, LogError> {
    let sessions = tx.rows(sql::SESSIONS, &[since.into()]).await?;
    let mut all = Vec::new();
    for row in tx.rows(sql::ACCOUNTS, &[]).await? {
        let account = read(&row)?;
        let mut own = Vec::new();
        for row in &sessions {
            if uuid(row, 1)? == account.id {
                own.push(Session {
                    id: uuid(row, 0)?,
                    device: row.device_or_none(2)?.ok_or(LogError::NoDevice)?,
                    began_at: row.time(3)?,
                    used_at: row.time(4)?,
                });
            }
        }
        all.push(account.shown(own));
    }
    Ok(all)
}

/// Adds an account; gives what of it is somebody else's already, and then does not.
pub(super) async fn add<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    account: AccountRow,
) -> Result<Option<Taken>, LogError> {
    if let Some(taken) = taken(tx, &account).await? {
        return Ok(Some(taken));
    }
    let said = Said::new(said_of(&account));
    let row = [
        key(account.id),
        account.login.into(),
        account.name.into(),
        role_name(account.role).into(),
        account.email.into(),
        account.password.into(),
        account.once_until.map_or(Value::Int(None), Into::into),
        at.into(),
    ];
    tx.rows(sql::PUT_ACCOUNT, &row).await?;
    note_saying(tx, &by, at, "account.added", account.id, said).await?;
    Ok(None)
}

/// What of an account is somebody else's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    Login,
    Email,
}

async fn taken<T: Tx>(tx: &mut T, account: &AccountRow) -> Result<Option<Taken>, LogError> {
    for (statement, text, taken) in [
        (sql::ACCOUNT_TAKEN, &account.login, Taken::Login),
        (sql::EMAIL_TAKEN, &account.email, Taken::Email),
    ] {
        let asked = [key(account.id), text.as_str().into()];
        if tx.row(statement, &asked).await?.is_some() {
            return Ok(Some(taken));
        }
    }
    Ok(None)
}

async fn note<T: Tx>(
    tx: &mut T,
    by: &Author,
    at: Time,
    what: &'static str,
    id: Uuid,
) -> Result<(), LogError> {
    note_saying(tx, by, at, what, id, Said::default()).await
}

async fn note_saying<T: Tx>(
    tx: &mut T,
    by: &Author,
    at: Time,
    what: &'static str,
    id: Uuid,
    said: Said,
) -> Result<(), LogError> {
    let mut audit = Audit::open(tx).await?;
    audit
        .note_saying(tx, by, at, what, id.as_bytes(), said)
        .await
}

/// Whose an account is, as the audit says it.
fn said_of(account: &AccountRow) -> [(&'static str, String); 7] {
    let closed = account.closed_at.map(|at| at.0.to_string());
    let set = |text: &str| if text.is_empty() { "" } else { "set" }.to_owned();
    [
        ("login", account.login.clone()),
        ("name", account.name.clone()),
        ("role", role_name(account.role).to_owned()),
        // Whether there is one, and not which: a hash of an address is guessed from the name beside it.
        ("email", set(&account.email)),
        ("provider", set(&account.subject)),
        ("phone", set(&account.secret)),
        ("closed_at", closed.unwrap_or_default()),
    ]
}

/// What became of a change of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountChanged {
    Done,
    Taken(Taken),
    /// Nobody would be left who says who may sign in.
    LastAdmin,
    /// There is no such account.
    Nobody,
}

/// Changes who an account is for. Whoever is closed out, or may do something else now, signs in anew.
pub(super) async fn change<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    mut to: AccountRow,
    closed: Option<bool>,
) -> Result<AccountChanged, LogError> {
    let Some(before) = by_id(tx, to.id).await? else {
        return Ok(AccountChanged::Nobody);
    };
    if let Some(taken) = taken(tx, &to).await? {
        return Ok(AccountChanged::Taken(taken));
    }
    to.closed_at = match closed {
        None => before.closed_at,
        Some(true) => before.closed_at.or(Some(at)),
        Some(false) => None,
    };
    let was_admin = before.role == Role::Admin && before.closed_at.is_none();
    let is_admin = to.role == Role::Admin && to.closed_at.is_none();
    if was_admin && !is_admin && tx.number(sql::OTHER_ADMINS, &[key(to.id)]).await? == 0 {
        return Ok(AccountChanged::LastAdmin);
    }
    let closes = to.closed_at.is_some() && before.closed_at.is_none();
    // Another address is somebody else's at the provider.
    let moved = to.email != before.email;
    if closes || moved || to.role != before.role {
        tx.rows(sql::END_SESSIONS, &[key(to.id), at.into()]).await?;
    }
    to.secret.clone_from(&before.secret);
    to.subject = if moved {
        String::new()
    } else {
        before.subject.clone()
    };
    let said = Said::changed(said_of(&before), said_of(&to));
    let row = [
        key(to.id),
        to.login.into(),
        to.name.into(),
        role_name(to.role).into(),
        to.closed_at.map_or(Value::Int(None), Into::into),
        to.email.into(),
        to.subject.into(),
    ];
    tx.rows(sql::CHANGE_ACCOUNT, &row).await?;
    let opens = to.closed_at.is_none() && before.closed_at.is_some();
    let what = match (closes, opens) {
        (true, _) => "account.closed",
        (_, true) => "account.opened",
        _ if to.role != before.role => "account.role_changed",
        _ if moved => "account.address_changed",
        _ if said == Said::default() => return Ok(AccountChanged::Done),
        _ => "account.changed",
    };
    note_saying(tx, &by, at, what, to.id, said).await?;
    Ok(AccountChanged::Done)
}

/// Gives an account a first password again, takes its telephone away and forgets who it is at the provider. Gives
/// whether there is such an account.
pub(super) async fn reset<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    id: Uuid,
    password: String,
    until: Time,
) -> Result<bool, LogError> {
    let Some(before) = by_id(tx, id).await? else {
        return Ok(false);
    };
    let row = [key(id), password.into(), until.into()];
    tx.rows(sql::RESET_ACCOUNT, &row).await?;
    tx.rows(sql::END_SESSIONS, &[key(id), at.into()]).await?;
    let after = AccountRow {
        secret: String::new(),
        subject: String::new(),
        ..before.clone()
    };
    let said = Said::changed(said_of(&before), said_of(&after));
    note_saying(tx, &by, at, "account.reset", id, said).await?;
    Ok(true)
}

/// Notes a wrong try before it is told.
pub(super) async fn was_wrong<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    id: Uuid,
) -> Result<(), LogError> {
    tx.rows(sql::ACCOUNT_WRONG, &[key(id), at.into()]).await?;
    note(tx, &by, at, "account.refused", id).await
}

/// Keeps the secret of the codes that is shown; the first one stays until it is confirmed.
pub(super) async fn offer<T: Tx>(
    tx: &mut T,
    id: Uuid,
    secret: String,
) -> Result<Option<String>, LogError> {
    let row = tx.row(sql::OFFER_SECRET, &[key(id), secret.into()]).await?;
    row.map(|row| row.text(0)).transpose()
}

/// Signs somebody in. `false`: their code was used meanwhile, or their account is not as it was.
pub(super) async fn sign_in<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    seen: AccountRow,
    with: SignedInWith,
    session: NewSession,
) -> Result<bool, LogError> {
    let Some(before) = by_id(tx, seen.id).await? else {
        return Ok(false);
    };
    let (step, password, secret) = match with {
        SignedInWith::Code(step) => (step, seen.password.clone(), seen.secret),
        SignedInWith::First {
            step,
            password,
            secret,
        } => (step, password, secret),
        SignedInWith::Provider(ProviderWord { subject, email }) => {
            let row = [key(seen.id), at.into(), subject.into(), email.into()];
            if tx.row(sql::SIGN_IN_BY_PROVIDER, &row).await?.is_none() {
                return Ok(false);
            }
            return begin(tx, by, at, &before, session).await.map(|()| true);
        }
    };
    let row = [
        key(seen.id),
        seen.password.into(),
        super::tx::stored(step)?.into(),
        at.into(),
        password.into(),
        secret.into(),
    ];
    if tx.row(sql::SIGN_IN, &row).await?.is_none() {
        return Ok(false);
    }
    begin(tx, by, at, &before, session).await?;
    Ok(true)
}

async fn begin<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    before: &AccountRow,
    session: NewSession,
) -> Result<(), LogError> {
    let row = [
        session.token.into(),
        key(session.id),
        key(before.id),
        session.device.into(),
        at.into(),
    ];
    tx.rows(sql::PUT_SESSION, &row).await?;
    // Signing in may have bound a telephone, or a name at the provider.
    let after = by_id(tx, before.id).await?;
    let after = after.as_ref().unwrap_or(before);
    let said = Said::changed(said_of(before), said_of(after));
    note_saying(tx, &by, at, "account.signed_in", before.id, said).await
}

/// Keeps a way that was begun, and forgets those that nobody came back by.
pub(super) async fn put_way<T: Tx>(
    tx: &mut T,
    state: [u8; 32],
    device: DeviceId,
    way: Way,
    now: Time,
    until: Time,
) -> Result<(), LogError> {
    tx.rows(sql::FORGET_WAYS, &[now.into(), device.into()])
        .await?;
    let row = [
        state.into(),
        device.into(),
        way.nonce.into(),
        way.verifier.into(),
        way.redirect.into(),
        until.into(),
    ];
    tx.rows(sql::PUT_WAY, &row).await.map(drop)
}

/// Takes the way that somebody comes back by, once.
pub(super) async fn take_way<T: Tx>(
    tx: &mut T,
    state: [u8; 32],
    device: DeviceId,
    now: Time,
) -> Result<Option<Way>, LogError> {
    let asked = [state.into(), device.into(), now.into()];
    let row = tx.row(sql::TAKE_WAY, &asked).await?;
    row.map(|row| {
        Ok(Way {
            nonce: row.text(0)?,
            verifier: row.text(1)?,
            redirect: row.text(2)?,
        })
    })
    .transpose()
}

/// Whose session this is, if it is one of this device that was used since one moment and began since another.
pub(super) async fn session<T: Tx>(
    tx: &mut T,
    token: [u8; 32],
    device: DeviceId,
    used_since: Time,
    began_since: Time,
) -> Result<Option<(AccountRow, Time)>, LogError> {
    let asked = [
        token.into(),
        device.into(),
        used_since.into(),
        began_since.into(),
    ];
    let row = tx.row(sql::SESSION, &asked).await?;
    row.map(|row| Ok((read(&row)?, row.time(16)?))).transpose()
}

/// Notes that a session was used, now and then.
pub(super) async fn used<T: Tx>(
    tx: &mut T,
    token: [u8; 32],
    before: Time,
    now: Time,
) -> Result<(), LogError> {
    if now.0.saturating_sub(before.0) >= USED_MS {
        tx.rows(sql::USE_SESSION, &[token.into(), now.into()])
            .await?;
    }
    Ok(())
}

/// Ends a session by its name. Gives whether it was one.
pub(super) async fn end<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    id: Uuid,
) -> Result<bool, LogError> {
    let row = tx.row(sql::END_SESSION, &[key(id), at.into()]).await?;
    let Some(row) = row else { return Ok(false) };
    note(tx, &by, at, "account.session_ended", uuid(&row, 0)?).await?;
    Ok(true)
}

/// Ends one's own session.
pub(super) async fn sign_out<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    token: [u8; 32],
) -> Result<(), LogError> {
    let row = tx
        .row(sql::END_OWN_SESSION, &[token.into(), at.into()])
        .await?;
    match row {
        Some(row) => note(tx, &by, at, "account.signed_out", uuid(&row, 0)?).await,
        None => Ok(()),
    }
}

/// Forgets sessions that ended, or were not used, since long.
pub(super) async fn forget<T: Tx>(tx: &mut T, before: Time) -> Result<(), LogError> {
    tx.rows(sql::FORGET_SESSIONS, &[before.into()])
        .await
        .map(drop)
}
