//! Who reported something and how to reach them. Never in a doc: sealed to the key of the server where it was typed, read by
//! the desk through the server, and kept apart from the record it belongs to.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::applications::Application;
use crate::checks;
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

/// Whether mail could go there: somebody, at a host with a dot. What is between is the mail server's to judge.
fn is_email(text: &str) -> bool {
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
    use super::Contact;
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
