//! Who reported something and how to reach them. Never in a doc: sealed to the key of the server where it was typed, read by
//! the desk through the server, and kept apart from the record it belongs to.

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use ts_rs::TS;

use crate::applications::Application;
use crate::checks;
use crate::exchange::Erased;
use crate::ids::{DocId, Time};
use crate::limits::{Fields, NAME_MAX};
use crate::problem::{FieldRule, Problem};

/// Longest address, as in RFC 5321.
const EMAIL_MAX: u32 = 254;
/// Largest sealed contact, in bytes: with an application and its signature.
pub const SEALED_BYTES_MAX: usize = 64 * 1024;

/// A person to tell. What is empty was not given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct Contact {
    pub name: String,
    /// In international form, `+302352084100`.
    pub phone: String,
    pub email: String,
    /// What is applied for, of whoever applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub application: Option<Application>,
}

impl Contact {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Checks what a person typed.
    pub fn checked(&self) -> Result<Self, Problem> {
        let mut fields = Fields::default();
        let name = fields.text("name", &self.name, NAME_MAX);
        let phone = fields.text("phone", &self.phone, NAME_MAX);
        let email = fields.text("email", &self.email, EMAIL_MAX);
        let phone = match checks::phone(&phone) {
            Ok(phone) => phone,
            Err(checks::Wrong::Empty) => String::new(),
            Err(_) => {
                fields.wrong("phone", FieldRule::NotAPhone);
                phone
            }
        };
        if !email.is_empty() && !is_email(&email) {
            fields.wrong("email", FieldRule::NotAnEmail);
        }
        fields.done()?;
        Ok(Self {
            name,
            phone,
            email,
            application: self.application.clone(),
        })
    }
}

/// Why the contacts of a record were erased (GDPR, article 17). Kept with the fact since 0.1: add variants, never rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EraseReason {
    /// The person asked for it.
    AskedByPerson,
    /// What they were given for is over.
    NotNeeded,
    /// They were written by mistake, or are somebody else's.
    ByMistake,
    /// They were kept as long as the municipality keeps them.
    ByRule,
    /// Brought back after a restore, or said by a newer server.
    #[serde(other)]
    Unknown,
}

impl EraseReason {
    /// Every known reason, with its code.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::AskedByPerson, "asked_by_person"),
        (Self::NotNeeded, "not_needed"),
        (Self::ByMistake, "by_mistake"),
        (Self::ByRule, "by_rule"),
    ];

    /// Whether it is one that a person gives.
    pub fn is_a_persons(self) -> bool {
        !matches!(self, Self::ByRule | Self::Unknown)
    }

    /// The code, as it is stored.
    pub fn code(self) -> &'static str {
        let found = Self::ALL.iter().find(|(reason, _)| *reason == self);
        found.map_or("unknown", |(_, code)| code)
    }

    pub fn of_code(code: &str) -> Self {
        let found = Self::ALL.iter().find(|(_, known)| *known == code);
        found.map_or(Self::Unknown, |(reason, _)| *reason)
    }
}

/// Why the contacts of a record are read. A choice and no text of its own: it stands in the audit, from which nothing goes, so
/// that nothing about the person may be written there. Kept since 0.1: add variants, never rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReadReason {
    /// To ask them something about what they reported, or to tell them something.
    Reach,
    /// To work on what they applied for.
    Apply,
    /// They ask what is kept of them, or want it corrected or erased.
    AskedByPerson,
    /// A court or another authority asks for it by law.
    Authority,
    /// The data protection officer, or whoever else watches over it, looks into it.
    Oversight,
}

impl ReadReason {
    /// The code, as it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Reach => "reach",
            Self::Apply => "apply",
            Self::AskedByPerson => "asked_by_person",
            Self::Authority => "authority",
            Self::Oversight => "oversight",
        }
    }
}

/// The server's word that the contacts of a record were erased: with it, any device can tell a server that was restored from
/// an older backup. Only who has the municipality's key can say it.
pub fn erased(key: &[u8], doc: DocId, at: Time) -> Option<Erased> {
    let proof = Vec::from(<[u8; 32]>::from(mac(key, doc, at)?.finalize().into_bytes()));
    let proof = proof.into();
    Some(Erased { doc, at, proof })
}

/// Whether this word was the server's, compared in constant time.
pub fn erased_holds(key: &[u8], word: &Erased) -> bool {
    mac(key, word.doc, word.at).is_some_and(|mac| mac.verify_slice(&word.proof).is_ok())
}

fn mac(key: &[u8], doc: DocId, at: Time) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(b"koina-erased-1\n");
    mac.update(doc.as_bytes());
    mac.update(&at.0.to_be_bytes());
    Some(mac)
}

/// Whether mail could go there: somebody, at a host with a dot. What is between is the mail server's to judge.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((somebody, host)) = text.rsplit_once('@') else {
        return false;
    };
    let parts = || host.split('.');
    !somebody.is_empty()
        && !text.contains(char::is_whitespace)
        && parts().count() > 1
        && parts().all(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Contact, erased, erased_holds};
    use crate::exchange::Erased;
    use crate::ids::{DocId, Time};
    use crate::problem::{FieldProblem, FieldRule, Problem};

    fn contact(name: &str, phone: &str, email: &str) -> Contact {
        Contact {
            name: name.to_owned(),
            phone: phone.to_owned(),
            email: email.to_owned(),
            application: None,
        }
    }

    #[test]
    fn a_contact_is_kept_as_it_can_be_used() {
        let typed = contact(" Μαρία Νικολάου ", "6912 345 678", "maria@example.gr");
        let kept = contact("Μαρία Νικολάου", "+306912345678", "maria@example.gr");
        assert_eq!(typed.checked(), Ok(kept));
        assert_eq!(contact("", "", "").checked(), Ok(Contact::default()));
    }

    #[test]
    fn only_the_key_of_the_municipality_says_that_something_was_erased() {
        let doc = DocId::from_slice(&[7; 16]).unwrap_or_else(|| panic!("an id"));
        let word = erased(b"key", doc, Time(5)).unwrap_or_else(|| panic!("a word"));
        assert!(erased_holds(b"key", &word));
        assert!(!erased_holds(b"another", &word));
        let later = Erased {
            at: Time(6),
            ..word.clone()
        };
        let cut = Erased {
            proof: vec![0; 31].into(),
            ..word
        };
        assert!(!erased_holds(b"key", &later) && !erased_holds(b"key", &cut));
    }

    #[test]
    fn what_cannot_be_reached_is_said_field_by_field() {
        let says = |phone, email| match contact("", phone, email).checked() {
            Err(Problem::BadInput { fields }) => fields,
            _ => Vec::new(),
        };
        let wrong = |field: &str, rule| FieldProblem {
            field: field.to_owned(),
            rule,
        };
        assert_eq!(says("12345", ""), [wrong("phone", FieldRule::NotAPhone)]);
        for email in [
            "maria",
            "@example.gr",
            "maria@example",
            "maria@.gr",
            "ma ria@example.gr",
        ] {
            let told = says("", email);
            assert_eq!(told, [wrong("email", FieldRule::NotAnEmail)], "{email}");
        }
    }
}
