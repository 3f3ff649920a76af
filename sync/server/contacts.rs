//! Contacts of people, as the server keeps them: each sealed with a key of its own, read and corrected through the desk, and
//! erased by right or by rule, by destroying the key.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use koina_model::contacts::{Contact, EraseReason};
use koina_model::exchange::{Erased, SealedContact};
use koina_model::ids::{DeviceId, DocId, Time};
use koina_model::problem::{FieldRule, Problem};
use koina_model::reference::{FieldCheck, Reference};
use koina_sync::courier;
use koina_sync::replica::CONTACT;
use koina_sync::views::{
    ContactRow, ContactUse, Contacts, ContactsErased, ContactsKept, Corrected, ErasedCount,
    KeepRule, PersonRecord, PersonalData,
};
use tokio::sync::Mutex as Turn;

use crate::log::{Author, Handed, KeptContacts, SealedRow};
use crate::municipality::Municipality;

pub mod keys;

use keys::{Keys, Name, Unread};

const DAY_MS: i64 = 24 * 3_600 * 1_000;
/// How often it is looked what was kept long enough.
const RULES_EVERY_MS: i64 = DAY_MS;
/// For so long ahead is told what will be erased by rule.
const SOON_MS: i64 = 30 * DAY_MS;
/// Of so long it is told what was erased.
const REPORTED_MS: i64 = 365 * DAY_MS;
/// Records erased by rule in one tx.
const ERASED_AT_ONCE: usize = 100;
/// Shortest text that tells one person from another: shorter ones are answers like «1».
const TELLING_CHARS: usize = 6;

/// For how long contacts are kept after a record was closed and nothing was added to it any more, in days. What no rule is
/// about is kept until somebody erases it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    pub keep_days: Option<u32>,
    /// Of categories with a rule of their own.
    pub of_category: BTreeMap<String, u32>,
}

impl Rules {
    fn keep_ms(&self, category: &str) -> Option<i64> {
        let days = self.of_category.get(category).copied().or(self.keep_days);
        days.map(|days| i64::from(days) * DAY_MS)
    }

    /// Those of single categories.
    fn told(&self) -> Vec<KeepRule> {
        let rules = self.of_category.iter().map(|(category, days)| KeepRule {
            category: category.clone(),
            days: *days,
        });
        rules.collect()
    }

    /// The shortest of all.
    fn least_ms(&self) -> Option<i64> {
        let all = self.of_category.values().copied().chain(self.keep_days);
        all.min().map(|days| i64::from(days) * DAY_MS)
    }
}

/// What the server holds for its contacts.
#[derive(Debug)]
pub struct Keeping {
    keys: Arc<Keys>,
    rules: Rules,
    /// Where the copy of the keys is kept, if it is.
    copy: Option<PathBuf>,
    done: Mutex<Done>,
    /// One at a time tends them.
    turn: Turn<()>,
}

/// What was tended since the start.
#[derive(Clone, Copy, Debug, Default)]
struct Done {
    /// Everything has a key of its own.
    keyed: bool,
    /// The number of the last erasure whose keys were destroyed.
    erased: u64,
    /// What corrections left was looked for.
    corrected: bool,
    /// When the rules were followed last.
    ruled_at: Option<Time>,
    /// How many records will be erased by rule soon.
    soon: u32,
}

impl Keeping {
    /// With the keys in this folder, and no rules.
    pub fn in_folder(folder: &Path) -> std::io::Result<Self> {
        Ok(Self {
            keys: Arc::new(Keys::in_folder(folder)?),
            rules: Rules::default(),
            copy: None,
            done: Mutex::default(),
            turn: Turn::new(()),
        })
    }

    /// The same with these rules, and a copy of the keys that is kept up to date.
    #[must_use]
    pub fn with(mut self, rules: Rules, copy: Option<PathBuf>) -> Self {
        (self.rules, self.copy) = (rules, copy);
        self
    }

    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    fn done(&self) -> Done {
        *self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, note: impl FnOnce(&mut Done)) {
        note(&mut self.done.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Municipality {
    /// Asks the keys, on a thread that may wait for the disk.
    async fn of_keys<T, F>(&self, question: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&Keys) -> std::io::Result<T> + Send + 'static,
    {
        let keys = Arc::clone(&self.contacts.keys);
        crate::apart(move || question(&keys).map_err(|failure| crate::incident(&failure))).await
    }

    /// Keeps contacts that a device hands over. One whose key cannot be written or read stays with the device.
    pub async fn keep_contacts(
        &self,
        device: DeviceId,
        by: Author,
        now: Time,
        contacts: Vec<SealedContact>,
    ) -> Result<KeptContacts, Problem> {
        let named = move |doc| Name {
            doc,
            device,
            version: 0,
        };
        let handed = self.of_keys(move |keys| {
            let sealed = contacts.into_iter().filter_map(|SealedContact { doc, bytes }| {
                match keys.seal(named(doc), &bytes) {
                    Ok(Some(kept)) => Some(Handed {
                        doc,
                        sealed: kept.bytes,
                        fresh: kept.fresh,
                    }),
                    Ok(None) => Some(Handed {
                        doc,
                        sealed: Vec::new(),
                        fresh: false,
                    }),
                    Err(failure) => {
                        tracing::error!(%failure, %doc, "the key of a contact could not be kept; the device tries again");
                        None
                    }
                }
            });
            Ok(sealed.collect::<Vec<_>>())
        });
        let handed = handed.await?;
        let fresh = handed.iter().filter(|one| one.fresh).map(|one| one.doc);
        let mut unused: BTreeSet<DocId> = fresh.collect();
        let kept = self.log.keep_contacts(by, now, handed).await?;
        for doc in &kept.durable {
            unused.remove(doc);
        }
        if !unused.is_empty() {
            self.of_keys(move |keys| {
                for doc in unused {
                    keys.forget(named(doc))?;
                }
                Ok(())
            })
            .await?;
        }
        Ok(kept)
    }

    /// The contacts of a record, opened for a desk; that it read them is in the audit.
    pub async fn read_contacts(
        &self,
        by: Author,
        now: Time,
        doc: DocId,
        communities: Vec<String>,
    ) -> Result<Contacts, Problem> {
        let (rows, erased) = self
            .contacts_for(by, now, doc, communities, Some("contact.read"))
            .await?;
        Ok(Contacts {
            rows: self.opened(rows).await?.into_iter().map(shown).collect(),
            erased,
        })
    }

    async fn contacts_for(
        &self,
        by: Author,
        now: Time,
        doc: DocId,
        communities: Vec<String>,
        what: Option<&'static str>,
    ) -> Result<(Vec<SealedRow>, Option<ContactsErased>), Problem> {
        let read = self.log.contacts(by, now, doc, communities, what).await?;
        let read = read.ok_or(Problem::NotFound)?;
        let erased = read.erased.map(|erased| ContactsErased {
            at: erased.at,
            reason: erased.reason,
            device: erased.device.map(|id| id.to_string()).unwrap_or_default(),
        });
        Ok((read.rows, erased))
    }

    /// Opens contacts. Those whose key was destroyed are left out; what cannot be opened is told without its words.
    async fn opened(
        &self,
        rows: Vec<SealedRow>,
    ) -> Result<Vec<(SealedRow, Option<Contact>)>, Problem> {
        let keys = Arc::clone(&self.contacts.keys);
        let courier = self.courier_key();
        crate::apart(move || {
            let mut opened = Vec::new();
            for row in rows {
                let handed = match keys.open(row.name, &row.sealed) {
                    Ok(Err(Unread::Destroyed)) => continue,
                    Ok(handed) => handed.ok(),
                    Err(failure) => {
                        tracing::error!(%failure, doc = %row.name.doc, "the key of a contact cannot be read");
                        None
                    }
                };
                let contact = handed.and_then(|handed| {
                    courier::open(CONTACT, std::slice::from_ref(&courier), &handed).ok()
                });
                opened.push((row, contact));
            }
            Ok(opened)
        })
        .await
    }

    /// Erases the contacts of a record for good, and their keys.
    pub async fn erase_contacts(
        &self,
        by: Author,
        now: Time,
        doc: DocId,
        reason: EraseReason,
        communities: Vec<String>,
    ) -> Result<Erased, Problem> {
        let word = self.erased(doc, now)?;
        let word = self
            .log
            .erase_contacts(by, word, reason, communities)
            .await?
            .ok_or(Problem::NotFound)?;
        self.of_keys(move |keys| keys.destroy(doc)).await?;
        self.copy_keys().await;
        self.log.scrub().await;
        Ok(word)
    }

    /// Erases again what a device tells a restored server. The words are this municipality's own.
    pub async fn erase_contacts_again(
        &self,
        by: Author,
        now: Time,
        words: Vec<Erased>,
    ) -> Result<(), Problem> {
        let docs: Vec<DocId> = words.iter().map(|word| word.doc).collect();
        self.log.erase_contacts_again(by, now, words).await?;
        self.of_keys(move |keys| docs.into_iter().try_for_each(|doc| keys.destroy(doc)))
            .await?;
        self.copy_keys().await;
        self.log.scrub().await;
        Ok(())
    }

    /// Puts a corrected contact in the place of those of a record; what was applied for stays. Gives it sealed for the device
    /// that corrected it, which hands it over again should this server be restored.
    pub async fn correct_contacts(
        &self,
        device: DeviceId,
        by: Author,
        now: Time,
        doc: DocId,
        wanted: Contact,
        communities: Vec<String>,
    ) -> Result<Corrected, Problem> {
        let (rows, _) = self
            .contacts_for(by.clone(), now, doc, communities.clone(), None)
            .await?;
        let version = rows.iter().map(|row| row.name.version).max();
        let version = version.ok_or(Problem::NotFound)?.saturating_add(1);
        let before = self.opened(rows).await?.into_iter().rev();
        let before = before.filter_map(|(_, contact)| contact).next();
        let right = Contact {
            application: before.and_then(|before| before.application),
            ..wanted
        }
        .checked()?;
        if right.is_empty() {
            // Who wants nothing to be kept has it erased.
            return Err(Problem::field("name", FieldRule::Missing));
        }
        let name = Name {
            doc,
            device,
            version,
        };
        let sealed = courier::seal(CONTACT, &self.courier_key().public(), &right)?;
        let handed = sealed.clone();
        let kept = self.of_keys(move |keys| keys.seal(name, &handed)).await?;
        let kept = kept.ok_or(Problem::NotFound)?;
        let done = self
            .log
            .correct_contact(by, now, name, kept.bytes, communities)
            .await?;
        if done.is_none() {
            self.of_keys(move |keys| keys.forget(name)).await?;
            return Err(Problem::NotFound);
        }
        self.of_keys(move |keys| keys.destroy_but(doc, &[name]))
            .await?;
        self.copy_keys().await;
        self.log.scrub().await;
        Ok(Corrected {
            contacts: Contacts {
                rows: vec![ContactRow {
                    contact: Some(right),
                    device: device.to_string(),
                    at: now,
                }],
                erased: None,
            },
            sealed,
        })
    }

    /// What is kept of the person who left the contact of this record, in all records that the desk serves: those that bear the
    /// same telephone number, address or tax number. With who read it. That it was given out is in the audit of each of them.
    pub async fn personal_data(
        &self,
        by: Author,
        now: Time,
        doc: DocId,
        communities: Vec<String>,
    ) -> Result<PersonalData, Problem> {
        const WHAT: Option<&str> = Some("contact.exported");
        let (rows, erased) = self
            .contacts_for(by.clone(), now, doc, communities.clone(), WHAT)
            .await?;
        let first = self.opened(rows).await?;
        let reference = self.reference().clone();
        let same_as: BTreeSet<String> = first
            .iter()
            .filter_map(|(_, contact)| contact.as_ref())
            .flat_map(|contact| telling(contact, &reference))
            .collect();
        let mut found = BTreeMap::new();
        found.insert(doc, first.into_iter().map(shown).collect::<Vec<_>>());
        let mut after = None;
        while !same_as.is_empty() {
            let (rows, last) = self.log.contacts_page(after, communities.clone()).await?;
            if last.is_none() {
                break;
            }
            after = last;
            for (row, contact) in self.opened(rows).await? {
                let same = contact.as_ref().is_some_and(|contact| {
                    let mut own = telling(contact, &reference);
                    own.any(|text| same_as.contains(&text))
                });
                if same && row.name.doc != doc {
                    let rows = found.entry(row.name.doc).or_default();
                    rows.push(shown((row, contact)));
                }
            }
        }
        let mut records = Vec::new();
        for (other, contacts) in found {
            if other != doc {
                self.log
                    .contacts(by.clone(), now, other, communities.clone(), WHAT)
                    .await?;
            }
            let uses = self.log.contact_audit(other).await?.into_iter();
            records.push(PersonRecord {
                doc: other,
                contacts,
                uses: uses
                    .map(|act| ContactUse {
                        at: act.at,
                        what: act.what,
                        device: act.device.map(|id| id.to_string()).unwrap_or_default(),
                        who: act.who,
                    })
                    .collect(),
            });
        }
        let Keeping { rules, .. } = &self.contacts;
        Ok(PersonalData {
            records,
            erased,
            keep_days: rules.keep_days,
            rules: rules.told(),
        })
    }

    /// How many contacts there are, for how long they are kept, and what was erased within a year.
    pub async fn contacts_kept(&self, now: Time) -> Result<ContactsKept, Problem> {
        let since = Time(now.0.saturating_sub(REPORTED_MS));
        let (kept, erased) = self.log.contact_counts(since).await?;
        let Keeping { rules, .. } = &self.contacts;
        let done = self.contacts.done();
        Ok(ContactsKept {
            kept,
            keep_days: rules.keep_days,
            rules: rules.told(),
            erased: erased
                .into_iter()
                .map(|(reason, records)| ErasedCount { reason, records })
                .collect(),
            soon: done.soon,
            ruled_at: done.ruled_at,
        })
    }

    /// What a server does when it starts and every few minutes: what is still open, and what is due. A failure is logged and
    /// tried again.
    pub async fn tend_contacts(&self, now: Time) {
        let _turn = self.contacts.turn.lock().await;
        for (done, what) in [
            (self.key_older().await, "giving contacts keys of their own"),
            (
                self.destroy_due().await,
                "destroying the keys of erased contacts",
            ),
            (
                self.follow_rules(now).await,
                "erasing what was kept long enough",
            ),
        ] {
            if let Err(problem) = done {
                tracing::error!(?problem, "{what} did not succeed, and is tried again");
            }
        }
        self.copy_keys().await;
        self.log.scrub().await;
    }

    /// Contacts from before there were keys of their own get one.
    async fn key_older(&self) -> Result<(), Problem> {
        if self.contacts.done().keyed {
            return Ok(());
        }
        loop {
            let rows = self.log.unkeyed_contacts().await?;
            if rows.is_empty() {
                self.contacts.note(|done| done.keyed = true);
                return Ok(());
            }
            let keyed = self.of_keys(move |keys| {
                let keyed = rows.into_iter().map(|row| {
                    let kept = keys.seal(row.name, &row.sealed)?;
                    // Of what was erased nothing is kept.
                    Ok((row, kept.map(|kept| kept.bytes).unwrap_or_default()))
                });
                keyed.collect::<std::io::Result<Vec<_>>>()
            });
            self.log.key_contacts(keyed.await?).await?;
        }
    }

    /// Destroys keys that a failure or a cut left when their contacts were erased or corrected.
    async fn destroy_due(&self) -> Result<(), Problem> {
        loop {
            let after = self.contacts.done().erased;
            let rows = self.log.erased_docs(after).await?;
            let Some((last, _)) = rows.last().copied() else {
                break;
            };
            self.of_keys(move |keys| rows.into_iter().try_for_each(|(_, doc)| keys.destroy(doc)))
                .await?;
            self.contacts.note(|done| done.erased = last);
        }
        if !self.contacts.done().corrected {
            for doc in self.log.corrected_docs().await? {
                let names = self.log.contact_names(doc).await?;
                self.of_keys(move |keys| keys.destroy_but(doc, &names))
                    .await?;
            }
            self.contacts.note(|done| done.corrected = true);
        }
        Ok(())
    }

    async fn follow_rules(&self, now: Time) -> Result<(), Problem> {
        let due = |at: Time| now.0.saturating_sub(at.0) >= RULES_EVERY_MS || at > now;
        if !self.contacts.done().ruled_at.is_none_or(due) {
            return Ok(());
        }
        let mut soon = 0;
        if let Some(least) = self.contacts.rules.least_ms() {
            let before = Time(now.0.saturating_sub(least).saturating_add(SOON_MS));
            let mut after = None;
            // What was said up to now counts: a record may have been opened again.
            drop(self.follow().await?);
            loop {
                let docs = self.log.contact_docs(after, before).await?;
                after = docs.last().copied();
                if after.is_none() {
                    break;
                }
                let settled = self.ask(move |replica| replica.settled(&docs)).await?;
                let mut words = Vec::new();
                for settled in settled {
                    let Some(keep) = self.contacts.rules.keep_ms(&settled.category) else {
                        continue;
                    };
                    let until = settled.at.0.saturating_add(keep);
                    if until <= now.0 {
                        words.push(self.erased(settled.doc, now)?);
                    } else if until <= now.0.saturating_add(SOON_MS) {
                        soon += 1;
                    }
                }
                for words in words.chunks(ERASED_AT_ONCE) {
                    let docs: Vec<DocId> = words.iter().map(|word| word.doc).collect();
                    let gone = self.log.erase_by_rule(now, words.to_vec()).await?;
                    tracing::info!(records = gone, "contacts were kept long enough and erased");
                    self.of_keys(move |keys| {
                        docs.into_iter().try_for_each(|doc| keys.destroy(doc))
                    })
                    .await?;
                }
            }
        }
        self.contacts.note(|done| {
            (done.soon, done.ruled_at) = (soon, Some(now));
        });
        Ok(())
    }

    /// Records of which everything was destroyed are erased in this log too: it may be one from before.
    pub(crate) async fn erase_destroyed(&self, now: Time) -> Result<(), Problem> {
        let destroyed = self.of_keys(Keys::destroyed).await?;
        let words = destroyed.into_iter().map(|doc| self.erased(doc, now));
        let words = words.collect::<Result<Vec<_>, _>>()?;
        for words in words.chunks(ERASED_AT_ONCE) {
            self.log
                .erase_contacts_again(Author::server(), now, words.to_vec())
                .await?;
        }
        Ok(())
    }

    async fn copy_keys(&self) {
        let Some(copy) = self.contacts.copy.clone() else {
            return;
        };
        let copied = self.of_keys(move |keys| {
            if keys.is_changed() {
                keys.copy_to(&copy)?;
            }
            Ok(())
        });
        if let Err(problem) = copied.await {
            tracing::error!(
                ?problem,
                "the copy of the keys of contacts is not the newest"
            );
        }
    }
}

fn shown((row, contact): (SealedRow, Option<Contact>)) -> ContactRow {
    ContactRow {
        contact,
        device: row.name.device.to_string(),
        at: row.at,
    }
}

/// What tells this person from others: not the name, which others may have too.
fn telling<'a>(
    contact: &'a Contact,
    reference: &'a Reference,
) -> impl Iterator<Item = String> + 'a {
    let application = contact.application.iter();
    let numbers = application.flat_map(|application| {
        let kind = reference.application_type(&application.kind);
        let fields = kind.into_iter().flat_map(|kind| &kind.fields);
        let fields = fields.filter(|field| field.check == FieldCheck::Afm);
        fields.map(|field| application.answer(&field.key))
    });
    [contact.phone.as_str(), contact.email.as_str()]
        .into_iter()
        .chain(numbers)
        .filter(|text| text.chars().count() >= TELLING_CHARS)
        .map(str::to_lowercase)
}
