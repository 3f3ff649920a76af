//! Contacts of people, as the server keeps them: each sealed with a key of its own, read and corrected through the desk, and
//! erased by right or by rule, by destroying the key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use koina_model::contacts::{Contact, EraseReason, ReadReason};
use koina_model::exchange::{Erased, SealedContact};
use koina_model::ids::{DeviceId, DocId, Time};
use koina_model::problem::{FieldRule, Problem};
use koina_model::reference::{FieldCheck, Reference};
use koina_sync::courier;
use koina_sync::identity::hex;
use koina_sync::replica::CONTACT;
use koina_sync::views::settled::Settled;
use koina_sync::views::{
    ContactRow, ContactUse, Contacts, ContactsErased, ContactsKept, CorrectAsk, ErasedCount,
    KeepRule, PersonRecord, PersonalData, SamePerson,
};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex as Turn;

use crate::log::{AnyLog, Author, Handed, KeptContacts, KeyDue, ReadFor, SealedRow, Seen};
use crate::municipality::{Municipality, OpenError};

pub mod keys;

use keys::{Correction, KeyId, Keys, Unread};

const DAY_MS: i64 = 24 * 3_600 * 1_000;
/// How often it is looked what was kept long enough.
const RULES_EVERY_MS: i64 = DAY_MS;
/// For so long ahead is told what will be erased by rule.
const SOON_MS: i64 = 30 * DAY_MS;
/// Nothing is erased by rule when it was not looked for so long: a clock that is wrong would erase everything. The next look
/// believes it.
const UNSEEN_MS: i64 = 40 * DAY_MS;
/// Nor for so long after a restore: devices may know that a request was opened again.
const RESTORED_MS: i64 = 14 * DAY_MS;
/// Of so long it is told what was erased.
const REPORTED_MS: i64 = 365 * DAY_MS;
/// Records erased by rule in one tx.
const ERASED_AT_ONCE: usize = 100;

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
        days.map(days_ms)
    }

    /// Those of single categories.
    fn told(&self) -> Vec<KeepRule> {
        let rules = self.of_category.iter().map(|(category, days)| KeepRule {
            category: category.clone(),
            days: *days,
        });
        rules.collect()
    }

    fn any(&self) -> bool {
        self.keep_days.is_some() || !self.of_category.is_empty()
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
    /// One at a time tends them, and one does with the keys what is due.
    turn: Turn<()>,
    settling: Turn<()>,
}

/// What was tended since the start.
#[derive(Clone, Copy, Debug, Default)]
struct Done {
    /// Everything has a key of its own.
    keyed: bool,
    /// When it was last looked what is to be erased by rule.
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
            settling: Turn::new(()),
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

    /// Makes sure that this folder of keys is the one of this log. Another one, or one that was lost, is not begun anew:
    /// contacts would be kept that nobody opens.
    pub async fn belongs_to(&self, log: &AnyLog) -> Result<(), OpenError> {
        // Two servers may start at once.
        let _alone = self.keys.alone().map_err(OpenError::Keys)?;
        let own = self.keys.id().map_err(OpenError::Keys)?;
        let id = match &own {
            Some(own) => own.clone(),
            None => {
                // First the folder: cut off here, the next start goes on with it.
                let fresh = keys::fresh_id().map_err(OpenError::Keys)?;
                self.keys.name(&fresh).map_err(OpenError::Keys)?;
                fresh
            }
        };
        let wanted = log.contact_keys(id.clone()).await;
        if wanted.as_ref().is_ok_and(|wanted| *wanted == id) {
            return Ok(());
        }
        if own.is_none() {
            self.keys.forget_name().map_err(OpenError::Keys)?;
        }
        wanted?;
        Err(OpenError::OtherKeys)
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
        let docs = contacts.iter().map(|one| one.doc).collect();
        let (seen, more) = self.log.seen_contacts(device, docs).await?;
        let handed = self.of_keys(move |keys| {
            let mut more = more;
            let mut handed = Vec::new();
            for (SealedContact { doc, bytes }, seen) in contacts.into_iter().zip(seen) {
                match with_key(keys, doc, device, &bytes, seen, &mut more) {
                    Ok(one) => handed.extend(one),
                    Err(failure) => {
                        tracing::error!(%failure, %doc, "the key of a contact could not be kept; the device tries again");
                    }
                }
            }
            Ok(handed)
        });
        let kept = self.log.keep_contacts(by, now, handed.await?).await?;
        if !kept.unused.is_empty() {
            let unused = kept.unused.clone();
            self.drop_keys(unused).await;
        }
        Ok(kept)
    }

    /// Destroys keys that nothing was sealed with after all. One that stays does no harm.
    async fn drop_keys(&self, unused: Vec<KeyId>) {
        let dropped =
            self.of_keys(move |keys| unused.into_iter().try_for_each(|key| keys.destroy(key)));
        if let Err(problem) = dropped.await {
            tracing::warn!(?problem, "a key that opens nothing stays");
        }
    }

    /// The contacts of a record, opened for a desk; that it read them, and why, is in the audit.
    pub async fn read_contacts(
        &self,
        by: Author,
        now: Time,
        doc: DocId,
        reason: ReadReason,
        communities: Vec<String>,
    ) -> Result<Contacts, Problem> {
        let read_for = Some(ReadFor::desk(reason));
        let read = self.contacts_for(by, now, doc, communities, read_for);
        let (rows, erased) = read.await?;
        self.shown(rows, erased).await
    }

    async fn shown(
        &self,
        rows: Vec<SealedRow>,
        erased: Option<ContactsErased>,
    ) -> Result<Contacts, Problem> {
        let rows = self.opened(rows).await?.into_iter().map(shown);
        Ok(Contacts {
            rows: rows.collect(),
            erased,
        })
    }

    async fn contacts_for(
        &self,
        by: Author,
        now: Time,
        doc: DocId,
        communities: Vec<String>,
        read_for: Option<ReadFor>,
    ) -> Result<(Vec<SealedRow>, Option<ContactsErased>), Problem> {
        let read = self.log.contacts(by, now, doc, communities, read_for);
        let read = read.await?;
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
                let handed = match keys.open(row.doc, row.device, &row.sealed) {
                    Ok(Err(Unread::Destroyed)) => continue,
                    Ok(handed) => handed.ok(),
                    Err(failure) => {
                        tracing::error!(%failure, doc = %row.doc, "the key of a contact cannot be read");
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
        self.settle_keys(now).await?;
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
        self.log.erase_contacts_again(by, now, words).await?;
        self.settle_later(now).await;
        self.copy_keys().await;
        self.log.scrub().await;
        Ok(())
    }

    /// Does what is due; where the disk of the keys fails, later: nobody is kept from exchanging, and no server from starting.
    async fn settle_later(&self, now: Time) {
        if let Err(problem) = self.settle_keys(now).await {
            tracing::error!(
                ?problem,
                "keys that are due were not destroyed, and are tried again"
            );
        }
    }

    /// Puts other words in the place of a contact as it was seen; what was applied for stays.
    pub async fn correct_contact(
        &self,
        by: Author,
        now: Time,
        doc: DocId,
        ask: CorrectAsk,
        communities: Vec<String>,
    ) -> Result<Contacts, Problem> {
        let (rows, _) = self
            .contacts_for(by.clone(), now, doc, communities.clone(), None)
            .await?;
        if rows.is_empty() {
            return Err(Problem::NotFound);
        }
        let seen = rows.into_iter().find(|row| mark(row) == ask.mark);
        let seen = seen.ok_or(Problem::ChangedMeanwhile)?;
        let mut before = self.opened(vec![seen.clone()]).await?;
        let before = before.pop().and_then(|(_, contact)| contact);
        // What cannot be opened may be an application, which would go.
        let before = before.ok_or(Problem::NotFound)?;
        let right = Contact {
            name: ask.name,
            phone: ask.phone,
            email: ask.email,
            application: before.application,
        }
        .checked()?;
        if right.is_empty() {
            // Who wants nothing to be kept has it erased.
            return Err(Problem::field("name", FieldRule::Missing));
        }
        let handed = courier::seal(CONTACT, &self.courier_key().public(), &right)?;
        let device = seen.device;
        let sealed = self
            .of_keys(move |keys| keys.seal(doc, device, &handed))
            .await?;
        let key = KeyId::of(&sealed);
        let done = self
            .log
            .correct_contact(by.clone(), now, seen, sealed, communities.clone())
            .await?;
        if done != Some(true) {
            self.drop_keys(key.into_iter().collect()).await;
            return Err(match done {
                None => Problem::NotFound,
                _ => Problem::ChangedMeanwhile,
            });
        }
        self.settle_keys(now).await?;
        self.copy_keys().await;
        self.log.scrub().await;
        let (rows, erased) = self.contacts_for(by, now, doc, communities, None).await?;
        self.shown(rows, erased).await
    }

    /// Records whose contact bears the same telephone number, address or tax number as one of this record: whether they are the
    /// same person's, somebody has to say. Households share a telephone; two tax numbers are two people.
    pub async fn same_person(
        &self,
        by: Author,
        now: Time,
        doc: DocId,
        communities: Vec<String>,
    ) -> Result<Vec<SamePerson>, Problem> {
        let (rows, _) = self
            .contacts_for(
                by.clone(),
                now,
                doc,
                communities.clone(),
                Some(ReadFor::COMPARE),
            )
            .await?;
        let reference = self.reference().clone();
        let own = self.opened(rows).await?;
        let own: Vec<Telling> = own
            .iter()
            .filter_map(|(_, contact)| contact.as_ref())
            .map(|contact| Telling::of(contact, &reference))
            .collect();
        let mut found: BTreeMap<DocId, SamePerson> = BTreeMap::new();
        let mut after = None;
        while !own.is_empty() {
            let (rows, last) = self.log.contacts_page(after, communities.clone()).await?;
            if last.is_none() {
                break;
            }
            after = last;
            for (row, contact) in self.opened(rows).await? {
                let Some(contact) = contact.filter(|_| row.doc != doc) else {
                    continue;
                };
                let telling = Telling::of(&contact, &reference);
                let [phone, email, afm] = telling.shared(&own);
                if phone || email || afm {
                    let one = found.entry(row.doc).or_insert_with(|| SamePerson {
                        doc: row.doc,
                        number: String::new(),
                        name: String::new(),
                        phone: false,
                        email: false,
                        afm: false,
                    });
                    one.name = contact.name;
                    one.phone |= phone;
                    one.email |= email;
                    one.afm |= afm;
                }
            }
        }
        let docs: Vec<DocId> = found.keys().copied().collect();
        // Their names are seen.
        self.log
            .note_contacts(by, now, "contact.compared", docs)
            .await?;
        Ok(found.into_values().collect())
    }

    /// What is kept of a person in these records, with who read it. That it was given out is in the audit of each of them.
    pub async fn personal_data(
        &self,
        by: Author,
        now: Time,
        docs: Vec<DocId>,
        communities: Vec<String>,
    ) -> Result<PersonalData, Problem> {
        let read_for = Some(ReadFor::EXPORT);
        let mut records = Vec::new();
        for doc in docs {
            let read = self.contacts_for(by.clone(), now, doc, communities.clone(), read_for);
            let (rows, erased) = match read.await {
                // It went to another community meanwhile.
                Err(Problem::NotFound) => continue,
                read => read?,
            };
            let contacts = self.opened(rows).await?.into_iter().map(shown);
            let uses = self.log.contact_audit(doc).await?.into_iter();
            records.push(PersonRecord {
                doc,
                contacts: contacts.collect(),
                erased,
                uses: uses
                    .map(|act| ContactUse {
                        at: act.at,
                        what: act.what,
                        device: act.device.map(|id| id.to_string()).unwrap_or_default(),
                        who: act.who,
                        reason: act.reason,
                    })
                    .collect(),
            });
        }
        let Keeping { rules, .. } = &self.contacts;
        Ok(PersonalData {
            records,
            keep_days: rules.keep_days,
            rules: rules.told(),
        })
    }

    /// How many contacts there are, for how long they are kept, and what was erased within a year.
    pub async fn contacts_kept(&self, now: Time) -> Result<ContactsKept, Problem> {
        let since = Time(now.0.saturating_sub(REPORTED_MS));
        let (kept, erased) = self.log.contact_counts(since).await?;
        let Keeping { rules, .. } = &self.contacts;
        let (ruled_at, _) = self.log.ruled_at().await?;
        Ok(ContactsKept {
            kept,
            keep_days: rules.keep_days,
            rules: rules.told(),
            erased: erased
                .into_iter()
                .map(|(reason, records)| ErasedCount { reason, records })
                .collect(),
            soon: self.contacts.done().soon,
            ruled_at,
        })
    }

    /// What a server does when it starts and every few minutes: what is still open, and what is due. A failure is logged and
    /// tried again.
    pub async fn tend_contacts(&self, now: Time) {
        let _turn = self.contacts.turn.lock().await;
        for (done, what) in [
            (
                self.key_older(now).await,
                "giving contacts keys of their own",
            ),
            (
                self.settle_keys(now).await,
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
    async fn key_older(&self, now: Time) -> Result<(), Problem> {
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
                    let kept = keys.seal(row.doc, row.device, &row.sealed)?;
                    Ok((row, kept))
                });
                keyed.collect::<std::io::Result<Vec<_>>>()
            });
            let unused = self.log.key_contacts(now, keyed.await?).await?;
            self.drop_keys(unused).await;
        }
    }

    /// Does with the keys what is written down in the log: corrections first, so that there is what takes the place of a key
    /// that goes.
    async fn settle_keys(&self, now: Time) -> Result<(), Problem> {
        let _turn = self.contacts.settling.lock().await;
        loop {
            let due = self.log.keys_due().await?;
            if due.is_empty() {
                return Ok(());
            }
            for one in due.iter().copied() {
                match one {
                    KeyDue::Correction(doc, device, _) => {
                        if let Some(row) = self.log.contact(doc, device).await? {
                            let to = Correction {
                                doc,
                                device,
                                at: row.at,
                                corrected_at: now,
                                kept: row.sealed,
                            };
                            self.of_keys(move |keys| keys.correct(&to)).await?;
                        }
                    }
                    KeyDue::Doc(doc) => self.of_keys(move |keys| keys.erase(doc)).await?,
                    KeyDue::Key(key) => self.of_keys(move |keys| keys.destroy(key)).await?,
                }
            }
            self.log.keys_done(due).await?;
        }
    }

    async fn follow_rules(&self, now: Time) -> Result<(), Problem> {
        let due = |at: Time| now.0.saturating_sub(at.0) >= RULES_EVERY_MS || at > now;
        if !self.contacts.done().ruled_at.is_none_or(due) {
            return Ok(());
        }
        let (ruled_at, restored_at) = self.log.ruled_at().await?;
        let since = |at: Time| now.0.saturating_sub(at.0);
        // By another server, or before this one started again: then it is only counted.
        let lately = ruled_at.is_some_and(|at| (0..RULES_EVERY_MS).contains(&since(at)));
        let believed = ruled_at.is_some_and(|at| (0..UNSEEN_MS).contains(&since(at)));
        let restored = restored_at.is_some_and(|at| since(at) < RESTORED_MS);
        let erases = believed && !lately && !restored && !self.log.numbers_wait().await?;
        let mut soon = 0;
        let mut after = None;
        while self.contacts.rules.any() {
            let docs = self.log.contact_docs(after).await?;
            let Some((last, _)) = docs.last() else {
                break;
            };
            after = Some(*last);
            // What was said up to now counts: a record may have been opened again. Nothing is said while this is held.
            let held = self.follow().await?;
            let mut words = Vec::new();
            for (doc, until) in self.kept_until(docs).await? {
                if until.0 <= now.0 && erases {
                    words.push(self.erased(doc, now)?);
                } else if until.0 <= now.0.saturating_add(SOON_MS) {
                    soon += 1;
                }
            }
            for words in words.chunks(ERASED_AT_ONCE) {
                let gone = self.log.erase_by_rule(now, words.to_vec()).await?;
                tracing::info!(records = gone, "contacts were kept long enough and erased");
            }
            drop(held);
            self.settle_keys(now).await?;
        }
        let ruled_at = match lately {
            true => ruled_at,
            false => Some(now),
        };
        if !lately {
            self.log.put_ruled_at(now).await?;
        }
        self.contacts
            .note(|done| (done.soon, done.ruled_at) = (soon, ruled_at));
        Ok(())
    }

    /// Until when the contacts of these records are kept by the rules; each with the moment when the last one came.
    async fn kept_until(&self, docs: Vec<(DocId, Time)>) -> Result<Vec<(DocId, Time)>, Problem> {
        let (ids, came): (Vec<DocId>, Vec<Time>) = docs.into_iter().unzip();
        let states = self.ask(move |replica| replica.settled(&ids).map(|states| (ids, states)));
        let (ids, states) = states.await?;
        let rules = &self.contacts.rules;
        let mut until = Vec::new();
        for ((doc, came), state) in ids.into_iter().zip(came).zip(states) {
            let (keep, since) = match state {
                Settled::Open => continue,
                Settled::Since { category, at } => (rules.keep_ms(&category), at.max(came)),
                // Its record never came, or is none that is ever closed.
                Settled::Unknown => (rules.keep_days.map(days_ms), came),
            };
            if let Some(keep) = keep {
                until.push((doc, Time(since.0.saturating_add(keep))));
            }
        }
        Ok(until)
    }

    /// Does again in this log, which may be one from before, what stands beside the keys: what was erased is erased, what was
    /// corrected is right.
    pub(crate) async fn heed_words(&self, now: Time) -> Result<(), Problem> {
        self.settle_later(now).await;
        let (erased, corrected) = self.of_keys(Keys::words).await?;
        let words = erased.into_iter().map(|doc| self.erased(doc, now));
        let words = words.collect::<Result<Vec<_>, _>>()?;
        for words in words.chunks(ERASED_AT_ONCE) {
            self.log
                .erase_contacts_again(Author::server(), now, words.to_vec())
                .await?;
        }
        for to in corrected {
            let here = self.log.contact(to.doc, to.device).await?;
            let here = here.map(|row| row.sealed);
            let (kept, seen) = (to.kept.clone(), here.clone());
            // What opens with a key of its own was corrected since, or is this. What has none is from before there were keys, and
            // so from before this; what no key opens any more makes room as well.
            let again = self.of_keys(move |keys| {
                let open = match seen.as_deref() {
                    Some(seen) => KeyId::of(seen).is_some() && keys.has_key(seen)?,
                    None => false,
                };
                Ok(!open && keys.has_key(&kept)?)
            });
            match again.await {
                Ok(true) => self.log.correct_contact_again(now, to, here).await?,
                Ok(false) => {}
                // One that cannot be read keeps no server from starting.
                Err(problem) => {
                    tracing::error!(?problem, doc = %to.doc, "a correction could not be heeded");
                }
            }
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

/// What a device hands over, with a key of its own if it is to be kept; `None`: it stays with the device.
fn with_key(
    keys: &Keys,
    doc: DocId,
    device: DeviceId,
    contact: &[u8],
    seen: Seen,
    more: &mut usize,
) -> std::io::Result<Option<Handed>> {
    let mut handed = Handed {
        doc,
        sealed: None,
        instead: None,
    };
    match seen {
        Seen::Erased => {}
        Seen::Nothing => {
            let Some(left) = more.checked_sub(1) else {
                tracing::warn!(%device, "a device has handed over too many contacts");
                return Ok(None);
            };
            *more = left;
            handed.sealed = Some(keys.seal(doc, device, contact)?);
        }
        Seen::Kept(kept) => {
            // One whose key was lost, as after a restore without the keys, is taken again.
            if !kept.is_empty() && keys.open(doc, device, &kept)? == Err(Unread::NoKey) {
                handed.sealed = Some(keys.seal(doc, device, contact)?);
                handed.instead = Some(kept);
            }
        }
    }
    Ok(Some(handed))
}

fn shown((row, contact): (SealedRow, Option<Contact>)) -> ContactRow {
    ContactRow {
        contact,
        device: row.device.to_string(),
        at: row.at,
        mark: mark(&row),
    }
}

/// Tells a contact from what it is once it was corrected.
fn mark(row: &SealedRow) -> String {
    let hash = Sha256::new()
        .chain_update(row.device.as_bytes())
        .chain_update(&row.sealed)
        .finalize();
    hex(hash.get(..8).unwrap_or_default())
}

/// What tells a person from others: not the name, which others may have too.
struct Telling {
    phone: String,
    email: String,
    /// Tax numbers.
    afm: Vec<String>,
}

impl Telling {
    fn of(contact: &Contact, reference: &Reference) -> Self {
        let application = contact.application.iter();
        let afm = application.flat_map(|application| {
            let kind = reference.application_type(&application.kind);
            let fields = kind.into_iter().flat_map(|kind| &kind.fields);
            let fields = fields.filter(|field| field.check == FieldCheck::Afm);
            fields.map(|field| application.answer(&field.key).to_owned())
        });
        Self {
            phone: contact.phone.clone(),
            email: contact.email.to_lowercase(),
            afm: afm.filter(|number| !number.is_empty()).collect(),
        }
    }

    /// By what it is the same person's as one of these: telephone, address, tax number.
    fn shared(&self, own: &[Self]) -> [bool; 3] {
        let same = |one: &str, other: &str| !one.is_empty() && one == other;
        let mut shared = [false; 3];
        for other in own {
            let afm = self.afm.iter().any(|number| other.afm.contains(number));
            if !afm && !self.afm.is_empty() && !other.afm.is_empty() {
                // Two people in one household.
                continue;
            }
            shared[0] |= same(&self.phone, &other.phone);
            shared[1] |= same(&self.email, &other.email);
            shared[2] |= afm;
        }
        shared
    }
}

fn days_ms(days: u32) -> i64 {
    i64::from(days) * DAY_MS
}
