//! Who sits at a desk: staff sign in by password and the code of a telephone, or at the identity provider of the municipality.
//!
//! A session belongs to one desk, which signs each request with its own key as well: what somebody copied from a desk's memory
//! is worth nothing elsewhere. What a desk does without the server needs no session: the records go on without a network.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use koina_model::accounts::{
    AccountGiven, AccountInput, SignInAnswer, SignInAsk, SignedIn, checked_password, login,
};
use koina_model::ids::Time;
use koina_model::limits::Fields;
use koina_model::permits::Role;
use koina_model::problem::{FieldRule, Problem};
use koina_sync::identity::hex;
use sha2::{Digest, Sha256};
use tokio::sync::{Mutex as Turn, Semaphore};
use totp_rs::{Secret, TOTP};
use uuid::Uuid;

use crate::codes;
use crate::log::{
    AccountChanged, AccountRow, Author, Device, LogError, NewSession, SignedInWith, Taken,
};
use crate::municipality::Municipality;

mod provider;

use provider::Provider;
pub use provider::ProviderSettings;

/// What Argon2id is asked for: the second recommended option of RFC 9106 in one lane, as on devices. What a password was hashed
/// with stands in its hash.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;

/// Tries that may wait for their turn, and logins of nobody that are remembered.
const WAITING_MAX: usize = 3;
const GHOSTS_MAX: usize = 1_000;

/// Wrong tries of an account before it has to wait, how long at first and at most.
const TRIES: u32 = 5;
const WAIT_MS: i64 = 30_000;
const WAIT_MS_MAX: i64 = 15 * 60_000;

/// How long a first password is good.
const FIRST_DAYS: i64 = 7;
/// How long a step of the telephone's codes is; the one before and the one after are taken, too (RFC 6238, 5.2).
const STEP_S: u64 = 30;
/// Who may wait for the identity provider at a time, and how long it may take in all.
const ASKING_MAX: usize = 2;
const PATIENCE: Duration = Duration::from_secs(15);
/// How long somebody may take at the identity provider.
const WAY_MS: i64 = 10 * 60_000;
/// How long ended sessions stay on record.
const SESSIONS_MS: i64 = 90 * 24 * 3_600_000;

/// How the municipality wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// A session that is not used for so long ends.
    pub idle_minutes: u32,
    /// So does one that is so old.
    pub hours: u32,
    /// Where staff may sign in as well.
    pub provider: Option<ProviderSettings>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            idle_minutes: 30,
            hours: 10,
            provider: None,
        }
    }
}

/// Lets staff in.
pub struct SignIn {
    settings: Settings,
    provider: Option<Provider>,
    /// Only some of what the server answers at a time waits for the provider.
    asking: Semaphore,
    /// One try at a time: what was wrong counts before the next one is looked at, and each takes the memory above.
    trying: Turn<()>,
    /// So many may wait for that; the others come again.
    waiting: Semaphore,
    /// Wrong tries of logins that nobody has: they wait like the others.
    ghosts: Mutex<BTreeMap<String, (u32, Time)>>,
    /// The hash of no password: whoever guesses a login waits as long as whoever has one.
    nobody: OnceLock<String>,
}

impl SignIn {
    pub fn new(settings: Settings) -> Self {
        Self {
            provider: settings.provider.clone().map(Provider::new),
            settings,
            asking: Semaphore::new(ASKING_MAX),
            trying: Turn::new(()),
            waiting: Semaphore::new(WAITING_MAX),
            ghosts: Mutex::default(),
            nobody: OnceLock::new(),
        }
    }

    pub fn has_provider(&self) -> bool {
        self.provider.is_some()
    }

    /// Lets somebody in by password and code, or says what is wanted as well.
    pub async fn by_password(
        &self,
        town: &Municipality,
        desk: &Device,
        ask: SignInAsk,
        now: Time,
    ) -> Result<SignInAnswer, Problem> {
        let login = login(&ask.login);
        let mut fields = Fields::default();
        for (field, text) in [("login", &login), ("password", &ask.password)] {
            if text.is_empty() {
                fields.wrong(field, FieldRule::Missing);
            }
        }
        fields.done()?;
        let by = Author::of(desk);
        let _place = self.waiting.try_acquire().map_err(|_| Problem::Busy)?;
        let _turn = self.trying.lock().await;
        let found = town.log.account_by_login(login.clone()).await?;
        match &found {
            Some(account) => waits(account.wrong, account.wrong_at, now)?,
            None => self.ghost(&login, now)?,
        }
        let hash = found.as_ref().map(|account| account.password.clone());
        let hash = hash.filter(|hash| !hash.is_empty());
        let right = self.fits(ask.password, hash).await?;
        let Some(account) = found else {
            return Err(Problem::SignInRefused);
        };
        let first_is_over = account.once_until.is_some_and(|until| until < now);
        if !right || account.closed_at.is_some() || first_is_over {
            return refused(town, by, now, &account).await;
        }
        let with = if account.once_until.is_some() {
            let secret = self.secret_for(town, &account).await?;
            if ask.fresh.is_empty() || ask.code.trim().is_empty() {
                let uri = telephone(&secret, &account, town)?.get_url();
                return Ok(SignInAnswer::Begin { secret, uri });
            }
            checked_password(&ask.fresh, &login)?;
            let Some(step) = step_of(&secret, &ask.code, now)? else {
                return refused(town, by, now, &account).await;
            };
            SignedInWith::First {
                step,
                password: hash_apart(ask.fresh).await?,
                secret,
            }
        } else {
            if ask.code.trim().is_empty() {
                return Ok(SignInAnswer::Code);
            }
            let step = step_of(&account.secret, &ask.code, now)?;
            // One that was used already opens nothing, whoever saw it.
            let Some(step) = step.filter(|step| *step > account.step) else {
                return refused(town, by, now, &account).await;
            };
            SignedInWith::Code(step)
        };
        self.let_in(town, desk, account, with, now).await
    }

    /// Where somebody says to the identity provider who they are. They come back to this port of their own machine: whoever was
    /// only sent the address comes back to another one than whoever began.
    pub async fn begin_provider(
        &self,
        town: &Municipality,
        desk: &Device,
        port: u16,
        now: Time,
    ) -> Result<String, Problem> {
        let provider = self.provider.as_ref().ok_or(Problem::NotFound)?;
        let _turn = self.asking.try_acquire().map_err(|_| Problem::Busy)?;
        // By the number: names may be anybody's (RFC 8252, 8.3).
        let begun = provider.begin(format!("http://127.0.0.1:{port}/"));
        let begun = within(begun).await?;
        let until = Time(now.0.saturating_add(WAY_MS));
        let state = digest(&begun.state);
        town.log
            .put_way(state, desk.id, begun.way, now, until)
            .await?;
        Ok(begun.url)
    }

    /// Lets somebody in who comes back from the identity provider.
    pub async fn by_provider(
        &self,
        town: &Municipality,
        desk: &Device,
        state: &str,
        code: String,
        now: Time,
    ) -> Result<SignInAnswer, Problem> {
        let provider = self.provider.as_ref().ok_or(Problem::NotFound)?;
        let _turn = self.asking.try_acquire().map_err(|_| Problem::Busy)?;
        let way = town.log.take_way(digest(state), desk.id, now).await?;
        let way = way.ok_or(Problem::SignInRefused)?;
        let word = within(provider.who(way, code)).await?;
        let account = town.log.account_by_provider(word.clone()).await?;
        let Some(account) = account else {
            tracing::info!("somebody whom the identity provider knows has no account");
            return Err(Problem::NoAccount);
        };
        if account.closed_at.is_some() {
            return refused(town, Author::of(desk), now, &account).await;
        }
        let with = SignedInWith::Provider(word);
        self.let_in(town, desk, account, with, now).await
    }

    async fn let_in(
        &self,
        town: &Municipality,
        desk: &Device,
        account: AccountRow,
        with: SignedInWith,
        now: Time,
    ) -> Result<SignInAnswer, Problem> {
        let token = hex(&crate::random::<32>()?);
        let session = NewSession {
            token: digest(&token),
            id: fresh_id(),
            device: desk.id,
        };
        let by = Author {
            device: Some(desk.id),
            person: account.name.clone(),
        };
        let (name, role) = (account.name.clone(), account.role.lesser_of(desk.role));
        let done = town.log.sign_in(by, now, account, with, session).await?;
        match done {
            true => Ok(SignInAnswer::In {
                session: token,
                name,
                role,
            }),
            // Somebody was quicker with the same code.
            false => Err(Problem::SignInRefused),
        }
    }

    /// Who shows this, if they are signed in at this desk.
    pub async fn person(
        &self,
        town: &Municipality,
        desk: &Device,
        shown: &str,
        now: Time,
    ) -> Result<Option<SignedIn>, Problem> {
        let most = i64::from(self.settings.hours) * 3_600_000;
        let token = digest(shown);
        let (used, began) = (self.used_since(now), Time(now.0.saturating_sub(most)));
        let found = town.log.session(token, desk.id, used, began).await?;
        let Some((account, used_at)) = found else {
            return Ok(None);
        };
        town.log.used_session(token, used_at, now).await?;
        Ok(Some(SignedIn {
            name: account.name,
            role: account.role.lesser_of(desk.role),
        }))
    }

    /// Since when a session may have been used and still holds.
    pub fn used_since(&self, now: Time) -> Time {
        let idle = i64::from(self.settings.idle_minutes) * 60_000;
        Time(now.0.saturating_sub(idle))
    }

    /// Counts a try of a login that nobody has.
    fn ghost(&self, login: &str, now: Time) -> Result<(), Problem> {
        let mut ghosts = self.ghosts.lock().unwrap_or_else(PoisonError::into_inner);
        if ghosts.len() >= GHOSTS_MAX {
            ghosts.clear();
        }
        let (wrong, at) = ghosts.entry(login.to_owned()).or_insert((0, now));
        waits(*wrong, *at, now)?;
        (*wrong, *at) = (wrong.saturating_add(1), now);
        Ok(())
    }

    /// The secret of the codes for a first time: the one that was shown before, or a new one.
    async fn secret_for(
        &self,
        town: &Municipality,
        account: &AccountRow,
    ) -> Result<String, Problem> {
        if !account.secret_new.is_empty() {
            return Ok(account.secret_new.clone());
        }
        let fresh = Secret::Raw(crate::random::<20>()?.to_vec()).to_encoded();
        let kept = town.log.offer_secret(account.id, fresh.to_string()).await?;
        kept.ok_or(Problem::SignInRefused)
    }

    async fn fits(&self, password: String, hash: Option<String>) -> Result<bool, Problem> {
        let is_somebodys = hash.is_some();
        let hash = match hash {
            Some(hash) => hash,
            None => self.nobodys().await?,
        };
        crate::apart(move || {
            let hash = PasswordHash::new(&hash).map_err(|failure| crate::incident(&failure))?;
            let fits = argon()?.verify_password(password.as_bytes(), &hash).is_ok();
            Ok(fits && is_somebodys)
        })
        .await
    }

    async fn nobodys(&self) -> Result<String, Problem> {
        if let Some(hash) = self.nobody.get() {
            return Ok(hash.clone());
        }
        let hash = hash_apart(hex(&crate::random::<16>()?)).await?;
        Ok(self.nobody.get_or_init(|| hash).clone())
    }
}

/// What the provider says, or that it says nothing.
async fn within<T>(asked: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    tokio::time::timeout(PATIENCE, asked)
        .await
        .unwrap_or_else(|_| {
            tracing::warn!("the identity provider takes too long");
            Err(Problem::ProviderFailed)
        })
}

/// Gives somebody an account, with a password for the first time.
pub async fn add(
    town: &Municipality,
    by: Author,
    input: &AccountInput,
    now: Time,
) -> Result<AccountGiven, Problem> {
    let (input, role) = input.checked()?;
    let (password, hash, good_until) = first_password(now).await?;
    let account = AccountRow {
        password: hash,
        once_until: Some(good_until),
        ..begun(fresh_id(), input, role, now)
    };
    if let Some(taken) = town.log.add_account(by, now, account.clone()).await? {
        return Err(taken_by_another(taken));
    }
    Ok(AccountGiven {
        account: account.shown(Vec::new()),
        password,
        good_until,
    })
}

/// An account with which nobody has signed in yet.
fn begun(id: Uuid, input: AccountInput, role: Role, now: Time) -> AccountRow {
    AccountRow {
        id,
        login: input.login,
        name: input.name,
        role,
        email: input.email,
        subject: String::new(),
        password: String::new(),
        once_until: None,
        secret: String::new(),
        secret_new: String::new(),
        step: 0,
        wrong: 0,
        wrong_at: Time(0),
        added_at: now,
        signed_in_at: None,
        closed_at: None,
    }
}

/// Changes who an account is for; closes it or opens it again, where that is said.
pub async fn change(
    town: &Municipality,
    by: Author,
    id: Uuid,
    input: &AccountInput,
    closed: Option<bool>,
    now: Time,
) -> Result<(), Problem> {
    let (input, role) = input.checked()?;
    let to = begun(id, input, role, now);
    match town.log.change_account(by, now, to, closed).await? {
        AccountChanged::Done => Ok(()),
        AccountChanged::Taken(taken) => Err(taken_by_another(taken)),
        AccountChanged::LastAdmin => Err(Problem::LastAdmin),
        AccountChanged::Nobody => Err(Problem::NotFound),
    }
}

fn taken_by_another(taken: Taken) -> Problem {
    let field = match taken {
        Taken::Login => "login",
        Taken::Email => "email",
    };
    Problem::field(field, FieldRule::Taken)
}

/// Gives an account a first password again: of whoever forgot theirs, or lost their telephone.
pub async fn reset(
    town: &Municipality,
    by: Author,
    id: Uuid,
    now: Time,
) -> Result<(String, Time), Problem> {
    let (password, hash, until) = first_password(now).await?;
    match town.log.reset_account(by, now, id, hash, until).await? {
        true => Ok((password, until)),
        false => Err(Problem::NotFound),
    }
}

/// Forgets sessions from long ago.
pub async fn tend(town: &Municipality, now: Time) {
    let before = Time(now.0.saturating_sub(SESSIONS_MS));
    if let Err(failure) = town.log.forget_sessions(before).await {
        tracing::error!(%failure, "old sessions stay on record, and are tried again");
    }
}

/// What a desk shows, as it is kept.
pub fn digest(shown: &str) -> [u8; 32] {
    Sha256::digest(shown.as_bytes()).into()
}

/// A wrong try is on the disk before it is told.
async fn refused<T>(
    town: &Municipality,
    by: Author,
    now: Time,
    account: &AccountRow,
) -> Result<T, Problem> {
    town.log.account_was_wrong(by, now, account.id).await?;
    Err(Problem::SignInRefused)
}

fn waits(wrong: u32, wrong_at: Time, now: Time) -> Result<(), Problem> {
    let Some(over) = wrong.checked_sub(TRIES) else {
        return Ok(());
    };
    let wait = WAIT_MS.saturating_mul(1_i64.checked_shl(over.min(16)).unwrap_or(i64::MAX));
    // A clock that was set back waits no longer than one that was not.
    let since = now.0.saturating_sub(wrong_at.0).max(0);
    let left = wait.min(WAIT_MS_MAX).saturating_sub(since);
    if left <= 0 {
        return Ok(());
    }
    let wait_s = u32::try_from((left + 999) / 1_000).unwrap_or(u32::MAX);
    Err(Problem::TooManyTries { wait_s })
}

/// The step of a code as somebody typed it, if it fits one near this moment.
fn step_of(secret: &str, typed: &str, now: Time) -> Result<Option<u64>, Problem> {
    let typed: String = typed.chars().filter(char::is_ascii_digit).collect();
    let secret = bytes_of(secret)?;
    let totp = TOTP::new(
        totp_rs::Algorithm::SHA1,
        6,
        1,
        STEP_S,
        secret,
        None,
        String::new(),
    );
    let totp = totp.map_err(|failure| crate::incident(&failure))?;
    let here = u64::try_from(now.0 / 1_000).unwrap_or_default() / STEP_S;
    let near = here.saturating_sub(1)..=here.saturating_add(1);
    Ok(near
        .into_iter()
        .find(|step| totp.generate(step * STEP_S) == typed))
}

/// What a telephone is given, with whose it is.
fn telephone(secret: &str, account: &AccountRow, town: &Municipality) -> Result<TOTP, Problem> {
    // A colon parts the two in the address. Other letters than Latin ones make a code that is hard to scan.
    let plain = |text: &str| text.replace(':', " ");
    let municipality = plain(&town.reference().municipality.id);
    let totp = TOTP::new(
        totp_rs::Algorithm::SHA1,
        6,
        1,
        STEP_S,
        bytes_of(secret)?,
        Some(format!("Koina {municipality}")),
        plain(&account.login),
    );
    totp.map_err(|failure| crate::incident(&failure))
}

fn bytes_of(secret: &str) -> Result<Vec<u8>, Problem> {
    let secret = Secret::Encoded(secret.to_owned()).to_bytes();
    secret.map_err(|failure| {
        tracing::error!(?failure, "the secret of an account is none");
        crate::incident(&LogError::Row { what: "a secret" })
    })
}

fn argon() -> Result<Argon2<'static>, Problem> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None);
    let params = params.map_err(|failure| crate::incident(&failure))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hashed(password: &str) -> Result<String, Problem> {
    let salt = crate::random::<16>()?;
    let hash = argon()?.hash_password_with_salt(password.as_bytes(), &salt);
    let hash = hash.map_err(|failure| crate::incident(&failure))?;
    Ok(hash.to_string())
}

async fn hash_apart(password: String) -> Result<String, Problem> {
    crate::apart(move || hashed(&password)).await
}

/// A password for the first time, its hash, and until when it is good.
async fn first_password(now: Time) -> Result<(String, String, Time), Problem> {
    let password = codes::new()?;
    let hash = hash_apart(password.clone()).await?;
    let until = Time(now.0.saturating_add(FIRST_DAYS * 24 * 3_600_000));
    Ok((password, hash, until))
}

#[allow(clippy::disallowed_methods, reason = "an id that nobody else has")]
fn fresh_id() -> Uuid {
    Uuid::now_v7()
}
