//! Staff who sign in at a desk: by password and one-time code, or by the identity provider of the municipality.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use crate::greek;
use crate::ids::{DeviceId, Time};
use crate::limits::{Fields, NAME_MAX};
use crate::permits::Role;
use crate::problem::{FieldRule, Problem};

/// Shortest and longest password, in characters. Length is what counts (NIST SP 800-63B, 3.1.1).
pub const PASSWORD_MIN: u32 = 10;
const PASSWORD_MAX: u32 = 200;
/// Shortest and longest name to sign in with.
const LOGIN_MIN: u32 = 3;
const LOGIN_MAX: u32 = 60;
/// Different characters that a password has at least: fewer are the same few again and again.
const DIFFERENT_MIN: usize = 5;

/// With what somebody signs in.
#[derive(Clone, Serialize, Deserialize)]
pub struct SignInAsk {
    pub login: String,
    pub password: String,
    /// Of the telephone; empty at first.
    #[serde(default)]
    pub code: String,
    /// The password that takes the place of a first one; empty: none.
    #[serde(default)]
    pub fresh: String,
}

/// What became of it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SignInAnswer {
    /// Signed in.
    In {
        /// What the desk shows with every request from now on.
        session: String,
        name: String,
        role: Role,
    },
    /// The password is right; the code of the telephone is wanted as well.
    Code,
    /// The password is a first one: another one is wanted, and a telephone that gives codes from now on.
    Begin {
        /// The secret of the codes, base32.
        secret: String,
        /// The same for a telephone to scan.
        uri: String,
    },
}

/// Who is signed in at this desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SignedIn {
    pub name: String,
    pub role: Role,
}

/// An account, as administrators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Account {
    #[ts(type = "string")]
    pub id: Uuid,
    pub login: String,
    pub name: String,
    pub role: Role,
    /// By which the identity provider knows them; empty: it does not.
    pub email: String,
    /// They have come by the identity provider.
    pub provider: bool,
    /// A password was given, and not chosen anew yet.
    pub first: bool,
    pub signed_in_at: Option<Time>,
    /// Closed since then.
    pub closed_at: Option<Time>,
    /// Where they are signed in now.
    pub sessions: Vec<Session>,
}

/// Somebody who is signed in at a desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Session {
    #[ts(type = "string")]
    pub id: Uuid,
    pub device: DeviceId,
    pub began_at: Time,
    pub used_at: Time,
}

/// Who is to have an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AccountInput {
    pub login: String,
    pub name: String,
    /// `clerk` or `admin`.
    #[ts(type = "Role")]
    pub role: Option<Role>,
    /// By which the identity provider knows them; empty: it does not.
    #[serde(default)]
    pub email: String,
}

/// An account that is there now, with the password for the first time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountGiven {
    pub account: Account,
    /// Shown once, kept nowhere in the clear.
    pub password: String,
    pub good_until: Time,
}

impl AccountInput {
    /// Checks what an administrator typed, and gives it as it is kept.
    pub fn checked(&self) -> Result<(Self, Role), Problem> {
        let mut fields = Fields::default();
        let login = login(&self.login);
        let long = u32::try_from(login.chars().count()).unwrap_or(u32::MAX);
        let plain = |c: char| c.is_alphanumeric() || "._-@".contains(c);
        if long == 0 {
            fields.wrong("login", FieldRule::Missing);
        } else if long < LOGIN_MIN {
            fields.wrong("login", FieldRule::TooShort { min: LOGIN_MIN });
        } else if long > LOGIN_MAX {
            fields.wrong("login", FieldRule::TooLong { max: LOGIN_MAX });
        } else if !login.chars().all(plain) {
            fields.wrong("login", FieldRule::BadCharacter);
        }
        let name = fields.needed("name", &self.name, NAME_MAX);
        let email = fields.text("email", &self.email, NAME_MAX).to_lowercase();
        if !email.is_empty() && !crate::contacts::is_email(&email) {
            fields.wrong("email", FieldRule::NotAnEmail);
        }
        let role = self
            .role
            .filter(|role| matches!(role, Role::Clerk | Role::Admin));
        if role.is_none() {
            fields.wrong("role", FieldRule::Missing);
        }
        fields.done()?;
        let checked = Self {
            login,
            name,
            role,
            email,
        };
        Ok((checked, role.unwrap_or(Role::Clerk)))
    }
}

/// A name to sign in with, however it was typed.
pub fn login(typed: &str) -> String {
    greek::lower(typed.trim())
}

/// Checks a password that somebody chose; it may not be what the account is called.
pub fn checked_password(password: &str, login: &str) -> Result<(), Problem> {
    let long = u32::try_from(password.chars().count()).unwrap_or(u32::MAX);
    let different: std::collections::BTreeSet<char> = password.chars().collect();
    let rule = match long {
        0 => FieldRule::Missing,
        long if long < PASSWORD_MIN => FieldRule::TooShort { min: PASSWORD_MIN },
        long if long > PASSWORD_MAX => FieldRule::TooLong { max: PASSWORD_MAX },
        _ if different.len() < DIFFERENT_MIN => FieldRule::TooEasy,
        _ if greek::lower(password).contains(login) => FieldRule::TooEasy,
        _ => return Ok(()),
    };
    Err(Problem::field("fresh", rule))
}

#[cfg(test)]
mod tests {
    use super::{AccountInput, checked_password, login};
    use crate::permits::Role;
    use crate::problem::{FieldRule, Problem};

    fn input(login: &str, name: &str, email: &str, role: Role) -> AccountInput {
        AccountInput {
            login: login.to_owned(),
            name: name.to_owned(),
            email: email.to_owned(),
            role: Some(role),
        }
    }

    #[test]
    fn an_account_is_checked_field_by_field() {
        let good = input(" Μ.Παπά ", " Μαρία Παπά ", "M@Example.gr ", Role::Clerk).checked();
        let Ok((good, role)) = good else {
            panic!("{good:?}");
        };
        assert_eq!((good.login.as_str(), role), ("μ.παπά", Role::Clerk));
        assert_eq!(good.name, "Μαρία Παπά");
        assert_eq!(good.email, "m@example.gr");
        for (wrong, field) in [
            (input("", "Μ", "", Role::Admin), "login"),
            (input("ab", "Μ", "", Role::Admin), "login"),
            (input("a b c", "Μ", "", Role::Admin), "login"),
            (input("maria", "", "", Role::Admin), "name"),
            (input("maria", "Μ", "m@", Role::Admin), "email"),
            (input("maria", "Μ", "", Role::Kiosk), "role"),
        ] {
            let Err(Problem::BadInput { fields }) = wrong.checked() else {
                panic!("{wrong:?} passed");
            };
            assert_eq!(fields.len(), 1);
            assert!(fields.iter().all(|one| one.field == field), "{fields:?}");
        }
    }

    #[test]
    fn a_password_is_long_and_not_the_same_few_again() {
        let rule = |password: &str| match checked_password(password, "maria") {
            Err(Problem::BadInput { mut fields }) => fields.pop().map(|one| one.rule),
            _ => None,
        };
        assert_eq!(rule(""), Some(FieldRule::Missing));
        assert_eq!(rule("123456789"), Some(FieldRule::TooShort { min: 10 }));
        assert_eq!(
            rule(&"a".repeat(201)),
            Some(FieldRule::TooLong { max: 200 })
        );
        assert_eq!(rule("abababababab"), Some(FieldRule::TooEasy));
        assert_eq!(rule("MARIA-2026-x"), Some(FieldRule::TooEasy));
        assert_eq!(rule("τρία άλογα στο λιμάνι"), None);
        assert_eq!(login(" Maria "), "maria");
    }
}
