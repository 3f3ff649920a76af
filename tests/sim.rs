//! A simulated municipality: real replicas, the real server, a virtual clock, and a network and disks that fail.
//!
//! Everything is drawn from a seed and can be told again. [`run`] lives through a [`plan::Plan`] and says what does not hold
//! afterwards. To show that it would notice, [`Fault`]s can be planted: each makes an answer, a file or a table what a program
//! with a certain mistake would have made of it.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use koina_disk as disk;
use koina_model::assets::acts::{Inspection, Moved};
use koina_model::contacts::{Contact, EraseReason};
use koina_model::exchange::{Answer, EntryWords, Erased, Item, Verdict};
use koina_model::ids::{DocId, Time};
use koina_model::permits::Role;
use koina_model::requests::acts::{Edited, Entered, Step as Work};
use koina_model::rounds::Round;
use koina_model::words::{Channel, Outcome};
use koina_sync::exchange::json_body;
use koina_sync::replica::{Ids, Replica};
use koina_sync::views::requests::RequestsQuery;
use koina_sync::views::{EraseAsk, RefusedRow};

use crate::town::{DION, LEPTOKARYA, LITOCHORO, Town, Who, raw};
use plan::{Dice, Plan, Step, Then, Trouble};

pub mod plan;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    pub operations: u64,
    /// Words that people saved.
    pub saved: u64,
    /// Reads, writes and the like that a disk refused.
    pub refused: u64,
}

/// A mistake that a program might have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    ReceiptDropped,
    CursorEarly,
    DependencySkipped,
    EvictionForgotten,
    NumberReused,
    ServerForgets,
    DeviceForgets,
    ViewForgotten,
    RestoreShortened,
    EntriesNotBrought,
    RefusedAsAccepted,
    RegisterRewritten,
    RefusalHidden,
    ReceiptBeforeDisk,
    ErasureForgotten,
    ErasureNotBrought,
}

impl Fault {
    pub const ALL: [Self; 16] = [
        Self::ReceiptDropped,
        Self::CursorEarly,
        Self::DependencySkipped,
        Self::EvictionForgotten,
        Self::NumberReused,
        Self::ServerForgets,
        Self::DeviceForgets,
        Self::ViewForgotten,
        Self::RestoreShortened,
        Self::EntriesNotBrought,
        Self::RefusedAsAccepted,
        Self::RegisterRewritten,
        Self::RefusalHidden,
        Self::ReceiptBeforeDisk,
        Self::ErasureForgotten,
        Self::ErasureNotBrought,
    ];

    pub fn words(self) -> &'static str {
        match self {
            Self::ReceiptDropped => "the server gives no receipts any more",
            Self::CursorEarly => "the cursor passes a change that was not sent",
            Self::DependencySkipped => "the first change of a page is left out",
            Self::EvictionForgotten => "a record that left the scope is not evicted",
            Self::NumberReused => "a device is told another record's protocol number",
            Self::ServerForgets => "the server loses what it acknowledged",
            Self::DeviceForgets => "a device loses what it said was saved",
            Self::ViewForgotten => "a view lacks a record that is there",
            Self::RestoreShortened => "a restored server says it holds more than it does",
            Self::EntriesNotBrought => "protocol numbers are not brought back after a restore",
            Self::RefusedAsAccepted => "a device takes waiting for accepted",
            Self::RegisterRewritten => "a row of the register is changed afterwards",
            Self::RefusalHidden => "a device says saved though its disk refused the write",
            Self::ReceiptBeforeDisk => "the server gives receipts though its disk refused",
            Self::ErasureForgotten => "a device is not told that a contact was erased",
            Self::ErasureNotBrought => "a restored server is not told what was erased",
        }
    }

    /// What it does to an answer; `None` for faults of files and tables.
    fn of_answers(self) -> Option<fn(&mut Answer)> {
        Some(match self {
            Self::ReceiptDropped => |answer| answer.receipts.clear(),
            Self::CursorEarly => |answer| {
                if matches!(answer.items.last(), Some(Item::Change { .. })) {
                    answer.items.pop();
                }
            },
            Self::DependencySkipped => |answer| {
                if matches!(answer.items.first(), Some(Item::Change { .. })) {
                    answer.items.remove(0);
                }
            },
            Self::EvictionForgotten => |answer| {
                answer
                    .items
                    .retain(|item| !matches!(item, Item::Evict { .. }));
            },
            Self::NumberReused => |answer| {
                for item in &mut answer.items {
                    if let Item::Entry { entry } = item
                        && let EntryWords::Protocol { number, .. } = &mut entry.words
                        && *number > 1
                    {
                        *number -= 1;
                    }
                }
            },
            Self::RestoreShortened => |answer| {
                if let Some(restored) = &mut answer.restored {
                    restored.head += 1_000;
                }
            },
            Self::EntriesNotBrought => |answer| {
                if let Some(restored) = &mut answer.restored {
                    restored.entries += 1_000;
                }
            },
            Self::RefusedAsAccepted => |answer| {
                for receipt in &mut answer.receipts {
                    if receipt.verdict == Verdict::Waiting {
                        let at = answer.now;
                        receipt.verdict = Verdict::Accepted { seq: 1, at };
                    }
                }
            },
            Self::ErasureForgotten => |answer| answer.erased.clear(),
            Self::ServerForgets
            | Self::ErasureNotBrought
            | Self::DeviceForgets
            | Self::ViewForgotten
            | Self::RegisterRewritten
            | Self::RefusalHidden
            | Self::ReceiptBeforeDisk => return None,
        })
    }
}

/// Words that somebody saved, each once in its life.
#[derive(Default)]
struct Ledger {
    next: u64,
    /// Words and who saved them.
    saved: BTreeMap<u64, usize>,
    /// Numbers that were on a screen.
    numbers: BTreeMap<DocId, String>,
    /// Contacts that somebody left, and with whom.
    contacts: BTreeMap<DocId, usize>,
    /// Contacts that a desk was told are erased.
    erased: BTreeSet<DocId>,
}

/// What is somewhere from where it can come back.
struct Held {
    words: BTreeSet<u64>,
    numbered: BTreeSet<DocId>,
    contacts: BTreeSet<DocId>,
    erased: BTreeSet<DocId>,
}

impl Ledger {
    fn word(&mut self) -> (u64, String) {
        self.next += 1;
        (self.next, format!("τ{};", self.next))
    }
}

/// The words in stored bytes.
fn words_in(bytes: &[u8], into: &mut BTreeSet<u64>) {
    let mark = "τ".as_bytes();
    for (at, window) in bytes.windows(mark.len()).enumerate() {
        if window == mark {
            let digits = bytes[at + mark.len()..]
                .iter()
                .take_while(|byte| byte.is_ascii_digit());
            let digits: String = digits.map(|digit| char::from(*digit)).collect();
            let end = at + mark.len() + digits.len();
            if let (Ok(word), Some(b';')) = (digits.parse(), bytes.get(end)) {
                into.insert(word);
            }
        }
    }
}

struct Sim {
    town: Town,
    people: Vec<Who>,
    desks: usize,
    ledger: Ledger,
    lost: BTreeSet<usize>,
    backup: Option<PathBuf>,
    files: u32,
    refused: u64,
    fault: Option<Fault>,
    /// A fault of answers acts while this is above 0.
    acting: Arc<Mutex<u32>>,
}

/// Lives through a plan. `Err` says what does not hold.
pub fn run(plan: &Plan, fault: Option<Fault>) -> Result<Done, String> {
    disk::install();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut sim = Sim::new(plan, fault);
        for step in &plan.steps {
            sim.step(*step);
        }
        sim.end();
        let done = Done {
            operations: plan.steps.len() as u64,
            saved: sim.ledger.saved.len() as u64,
            refused: sim.refused,
        };
        sim.town.unchecked = true;
        done
    }));
    outcome.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_else(|| "a panic without words".to_owned())
    })
}

/// Leaves out of a plan that fails whatever it fails without.
pub fn minimise(plan: &Plan, fault: Option<Fault>) -> Plan {
    let mut least = plan.clone();
    let mut part = least.steps.len().div_ceil(2).max(1);
    loop {
        let mut at = 0;
        while at < least.steps.len() {
            let mut fewer = least.clone();
            let end = (at + part).min(fewer.steps.len());
            fewer.steps.drain(at..end);
            if run(&fewer, fault).is_err() {
                least = fewer;
            } else {
                at = end;
            }
        }
        if part == 1 {
            return least;
        }
        part = part.div_ceil(2);
    }
}

impl Sim {
    fn new(plan: &Plan, fault: Option<Fault>) -> Self {
        let mut town = Town::new().unheard();
        // Devices of every other municipality are encrypted.
        if plan.seed % 2 == 1 {
            town = town.with_locked_devices();
        }
        town.unchecked = true;
        let mut people = Vec::new();
        for n in 0..plan.desks {
            people.push(town.desk(&format!("Γραφείο {n}")));
        }
        for n in 0..plan.crews {
            let (crew, communities): (_, &[&str]) = [
                ("light", &[LITOCHORO, LEPTOKARYA] as &[&str]),
                ("water", &[DION, LITOCHORO]),
                ("roads", &[LEPTOKARYA]),
            ][n % 3];
            people.push(town.crew(&format!("Συνεργείο {n}"), crew, communities));
        }
        let acting = Arc::new(Mutex::new(0));
        if let Some(tamper) = fault.and_then(Fault::of_answers) {
            for who in &people {
                let acting = Arc::clone(&acting);
                *town.party(*who).net.tamper.lock().unwrap() = Some(Box::new(move |answer| {
                    let mut left = acting.lock().unwrap();
                    let before = answer.clone();
                    if *left > 0 {
                        tamper(answer);
                        if *answer != before {
                            *left -= 1;
                        }
                    }
                }));
            }
        }
        Self {
            town,
            people,
            desks: plan.desks,
            ledger: Ledger::default(),
            lost: BTreeSet::new(),
            backup: None,
            files: 0,
            refused: 0,
            fault,
            acting,
        }
    }

    fn file(&mut self, what: &str) -> PathBuf {
        self.files += 1;
        self.town.folder().join(format!("{what}-{}", self.files))
    }

    fn step(&mut self, step: Step) {
        let lost = |who: usize, sim: &Self| sim.lost.contains(&who) || who >= sim.people.len();
        match step {
            Step::Act { who, .. }
            | Step::Again { who, .. }
            | Step::Report { who, .. }
            | Step::Unsee { who, .. }
            | Step::Erase { desk: who, .. }
            | Step::Exchange { who, .. }
            | Step::Cable { who, .. }
            | Step::Clock { who, .. }
            | Step::Crash { who }
            | Step::DiskFull { who, .. }
            | Step::DiskFails { who, .. }
            | Step::ServerDiskFails { who, .. }
            | Step::Clone { who }
            | Step::Lose { who }
            | Step::Revoke { who }
            | Step::Purpose { who, .. }
            | Step::Decide { desk: who, .. }
                if lost(who, self) => {}
            Step::Act { who, what } => {
                self.act(who, what);
            }
            Step::Again { who, what } => self.again(who, what),
            Step::Report { who, what } => self.report(who, what),
            Step::Erase { desk, what } => self.erase(desk, what),
            Step::Unsee { who, what } => self.unsee(who, what),
            Step::Exchange {
                who,
                trouble,
                second,
            } => self.exchange(who, trouble, second),
            Step::Cable { who, cut } => {
                let net = &self.town.party(self.people[who]).net;
                net.cut.store(cut, Ordering::Relaxed);
            }
            Step::Days(days) => self.town.pass_days(days),
            Step::Clock { who, years } => {
                self.town.party_mut(self.people[who]).skew_ms = years * 365 * 24 * 3_600_000;
            }
            Step::Crash { who } => {
                let copy = self.copy_of(who);
                self.town.replace(self.people[who], copy);
            }
            Step::DiskFull { who, what } => self.disk_full(who, what),
            Step::DiskFails {
                who,
                what,
                plan,
                then,
            } => self.disk_fails(who, what, plan, then),
            Step::ServerDiskFails {
                who,
                what,
                log,
                plan,
                then,
            } => self.server_disk_fails(who, what, log, plan, then),
            Step::Clone { who } => {
                let (copy, original) = (
                    self.copy_of(who),
                    self.town.path(self.people[who]).to_owned(),
                );
                self.town.replace(self.people[who], copy);
                drop(self.town.exchange(self.people[who]));
                self.town.replace(self.people[who], original);
            }
            Step::Lose { who } => {
                let before = self.held();
                self.lost.insert(who);
                self.town.lose(self.people[who]);
                self.forget(&before);
            }
            Step::Revoke { who } => {
                let device = self.town.at(self.people[who]).identity().unwrap().device;
                let path = format!("/v1/devices/{device}/revoke");
                let before = self.held();
                // The desk may have no line, or may not be known to a restored server any more.
                drop(
                    self.town
                        .ask::<serde_json::Value>(self.people[0], "POST", &path, Vec::new()),
                );
                self.forget(&before);
            }
            Step::Decide { desk, take } => {
                let desk = self.people[desk];
                if take {
                    self.take_all(desk);
                } else if let Ok(rows) = self.town.kept(desk) {
                    drop(self.town.dismiss(desk, changes(rows)));
                }
            }
            Step::Purpose { who, what } => {
                let communities: &[&str] = [
                    &[LITOCHORO] as &[&str],
                    &[LEPTOKARYA, DION],
                    &[LITOCHORO, LEPTOKARYA, DION],
                    &[DION],
                ][what % 4];
                let (admin, who) = (self.people[0], self.people[who]);
                // The desk may have no line.
                drop(
                    self.town
                        .change_purpose(admin, who, Role::Crew, communities),
                );
                self.learn_purposes();
            }
            Step::ServerCrash { replica_lost } => self.town.crash_server(replica_lost),
            Step::SecondServer => self.town.start_second(),
            Step::Backup => {
                let file = self.file("backup");
                let name = file.file_name().unwrap().to_string_lossy().into_owned();
                self.backup = Some(self.town.back_up(&name));
            }
            Step::Restore => self.restore(),
            Step::Fault => self.plant(),
        }
        self.town.pass_ms(60_000);
    }

    fn exchange(&mut self, who: usize, trouble: Trouble, second: bool) {
        let who = self.people[who];
        let net = Arc::clone(&self.town.party(who).net);
        match trouble {
            Trouble::None => {}
            Trouble::LoseAnswer => net.lose_answers.store(1, Ordering::Relaxed),
            Trouble::Twice => net.double_asks.store(1, Ordering::Relaxed),
            Trouble::CutAsk(part) => net.cut_ask.store(part, Ordering::Relaxed),
            Trouble::CutAnswer(part) => net.cut_answer.store(part, Ordering::Relaxed),
            Trouble::Late => net.late.store(true, Ordering::Relaxed),
        }
        // A broken line is part of the day; what it leaves behind is checked at the end.
        if self.town.exchange_anywhere(who, second).is_ok() {
            self.note_numbers(who);
        }
    }

    /// Notes the numbers a person could have read off the screen: they stand for ever.
    fn note_numbers(&mut self, who: Who) {
        let query = RequestsQuery {
            limit: 200,
            ..RequestsQuery::default()
        };
        let page = self
            .town
            .at(who)
            .requests_page(&query, self.town.now())
            .unwrap();
        for row in page.rows {
            if let Some(number) = row.protocol_number {
                let known = self.ledger.numbers.entry(row.id).or_insert(number.clone());
                assert_eq!(*known, number, "a protocol number changed");
            }
        }
    }

    /// A device's file as a loss of power would leave it.
    fn copy_of(&mut self, who: usize) -> PathBuf {
        let from = self.town.path(self.people[who]).to_owned();
        let to = self.file("copied");
        copy_database(&from, &to);
        to
    }

    fn disk_full(&mut self, who: usize, what: u64) {
        let path = self.town.path(self.people[who]).to_owned();
        // Another connection holds the file to the size it has; the replica's own is opened anew under it.
        let size: i64 = raw(&path)
            .pragma_query_value(None, "page_count", |row| row.get(0))
            .unwrap();
        self.town.at(self.people[who]).bound(Some(size)).unwrap();
        self.act(who, what);
        drop(self.town.exchange(self.people[who]));
        self.town.at(self.people[who]).bound(None).unwrap();
    }

    /// Words whose saving failed may still be there later, after a crash; words that were said to be saved must be.
    fn disk_fails(&mut self, who: usize, what: u64, plan: disk::Plan, then: Then) {
        let failing = disk::arm(self.town.path(self.people[who]), plan);
        let saved = self.act(who, what);
        if self.fault == Some(Fault::RefusalHidden) && !saved && failing.failed() > 0 {
            self.ledger.saved.insert(self.ledger.next, who);
        }
        drop(self.town.exchange(self.people[who]));
        self.refused += u64::from(failing.failed());
        drop(failing);
        if then == Then::GoesOn {
            return;
        }
        let copy = self.copy_of(who);
        if let Some(_failing) = starts_failing(&copy, plan, then) {
            let opened = self.town.open(&copy, Ids::Seeded(0));
            if let Ok(replica) = opened {
                assert_eq!(replica.set_aside(), None, "a failing disk is no bad file");
            }
        }
        self.town.replace(self.people[who], copy);
    }

    fn server_disk_fails(
        &mut self,
        who: usize,
        what: u64,
        log: bool,
        plan: disk::Plan,
        then: Then,
    ) {
        // What comes late or twice must be refused as such, which a server without its disk cannot say.
        self.town.party(self.people[who]).net.calm();
        self.act(who, what);
        let file = |sim: &Self| {
            let town = &sim.town;
            if log {
                town.log_file()
            } else {
                town.server_file()
            }
            .to_owned()
        };
        let failing = disk::arm(&file(self), plan);
        let answer = self.town.exchange(self.people[who]);
        if self.fault == Some(Fault::ReceiptBeforeDisk)
            && log
            && answer.is_err()
            && failing.failed() > 0
        {
            let db = raw(self.town.path(self.people[who]));
            db.execute("UPDATE outbox SET state = 'received', reason = '', seq = 1, bytes = x'' WHERE state = 'sent'", []).unwrap();
        }
        self.refused += u64::from(failing.failed());
        drop(failing);
        if then == Then::GoesOn {
            return;
        }
        let (log_copy, replica_copy) = (self.file("log"), self.file("server"));
        copy_database(self.town.log_file(), &log_copy);
        copy_database(self.town.server_file(), &replica_copy);
        if let Some(_failing) =
            starts_failing(if log { &log_copy } else { &replica_copy }, plan, then)
        {
            drop(self.town.try_server(&log_copy, &replica_copy));
        }
        self.town.move_server(log_copy, replica_copy);
    }

    fn restore(&mut self) {
        let Some(backup) = self.backup.take() else {
            return;
        };
        for who in &self.people {
            self.town.party(*who).net.heal();
        }
        let before = self.held();
        self.town.restore_file(&backup);
        self.learn_purposes();
        self.forget(&before);
    }

    /// What devices are for is what the server says: an answer may be lost, and a restore undoes what came after the backup.
    fn learn_purposes(&mut self) {
        let purposes = communities_in(self.town.log_file());
        for who in self.people.clone() {
            let device = self.town.at(who).identity().unwrap().device;
            if let Some(communities) = purposes.get(device.as_bytes().as_slice()) {
                self.town.party_mut(who).communities.clone_from(communities);
            }
        }
    }

    /// A desk takes in everything that was refused and that it may write.
    fn take_all(&self, desk: Who) {
        if let Ok(rows) = self.town.kept(desk) {
            drop(self.town.take_over(desk, changes(rows)));
        }
    }

    /// The words and numbers that are somewhere from where they can come back: in the log, and on devices that still
    /// exchange. Numbers come back from desks, and not from revoked ones.
    fn held(&self) -> Held {
        let mut words = BTreeSet::new();
        words_of_log(self.town.log_file(), &mut words);
        words_left_out(self.town.log_file(), &mut words);
        let mut numbered = numbered_in(self.town.log_file());
        let revoked = revoked_in(self.town.log_file());
        let mut contacts = docs_in(self.town.log_file(), CONTACTS);
        let mut erased = docs_in(self.town.log_file(), ERASED);
        for (n, who) in self.people.iter().enumerate() {
            if self.lost.contains(&n) {
                continue;
            }
            let replica = self.town.at(*who);
            self.words_at(replica, &mut words);
            contacts.extend(docs_in(self.town.path(*who), CONTACTS));
            erased.extend(docs_in(self.town.path(*who), ERASED));
            let device = replica.identity().unwrap().device;
            if n < self.desks && !revoked.contains(device.as_bytes().as_slice()) {
                numbered.extend(self.numbered(*who));
            }
        }
        Held {
            words,
            numbered,
            contacts,
            erased,
        }
    }

    /// Takes off the ledger what was held `before` something happened and is not any more: with the server or the device it
    /// is gone, whatever anybody does. What was missing before that stays, and is found missing at the end.
    fn forget(&mut self, before: &Held) {
        let after = self.held();
        self.ledger
            .saved
            .retain(|word, _| after.words.contains(word) || !before.words.contains(word));
        self.ledger
            .numbers
            .retain(|doc, _| after.numbered.contains(doc) || !before.numbered.contains(doc));
        self.ledger
            .contacts
            .retain(|doc, _| after.contacts.contains(doc) || !before.contacts.contains(doc));
        let (mut erased, contacts) = (BTreeSet::new(), &mut self.ledger.contacts);
        self.ledger.erased.retain(|doc| {
            let stands = after.erased.contains(doc) || !before.erased.contains(doc);
            if !stands {
                erased.insert(*doc);
            }
            stands
        });
        // Nobody knows any more that these were erased, and nobody has them.
        contacts.retain(|doc, _| !erased.contains(doc) || after.contacts.contains(doc));
    }

    /// Erased contacts are nowhere any more; all others are at the server, or still with whoever was told.
    fn check_contacts(&self) {
        let at_server = docs_in(self.town.log_file(), CONTACTS);
        // Also those whose erasing a desk never heard of: the answer was lost.
        let mut erased = docs_in(self.town.log_file(), ERASED);
        erased.extend(&self.ledger.erased);
        for doc in &erased {
            assert!(!at_server.contains(doc), "erased, and still at the server");
        }
        for (n, who) in self.people.iter().enumerate() {
            let here = docs_in(self.town.path(*who), CONTACTS);
            let left = erased.iter().find(|doc| here.contains(doc));
            assert!(
                left.is_none() || self.lost.contains(&n),
                "erased, and still with a device"
            );
        }
        for (doc, who) in &self.ledger.contacts {
            let kept = at_server.contains(doc)
                || erased.contains(doc)
                || self.lost.contains(who)
                || docs_in(self.town.path(self.people[*who]), CONTACTS).contains(doc);
            assert!(kept, "a contact was lost");
        }
    }

    /// Records whose number a device knows.
    fn numbered(&self, who: Who) -> Vec<DocId> {
        let replica = self.town.at(who);
        let ids = replica.doc_ids().unwrap();
        ids.into_iter()
            .filter(|id| !replica.entries_of(*id).unwrap().is_empty())
            .collect()
    }

    /// The words a device holds: in its records, in line, refused, given up.
    fn words_at(&self, replica: &Replica, into: &mut BTreeSet<u64>) {
        for id in replica.doc_ids().unwrap() {
            if let Some((_, saved)) = replica.saved_doc(id).unwrap() {
                words_in(&saved, into);
            }
        }
        for bytes in replica.unsent_bytes().unwrap() {
            words_in(&bytes, into);
        }
    }

    fn plant(&mut self) {
        match self.fault {
            Some(Fault::ServerForgets) => {
                // As after a crash of a server that did not wait for its disk.
                let before = self.file("log");
                copy_database(self.town.log_file(), &before);
                for who in self.people.clone() {
                    drop(self.town.exchange(who));
                }
                self.town.swap_log(&before);
            }
            Some(Fault::DeviceForgets) => {
                let who = 0;
                let before = self.copy_of(who);
                self.act(who, 0);
                self.town.replace(self.people[who], before);
            }
            Some(Fault::ViewForgotten) => {
                let path = self.town.path(self.people[0]).to_owned();
                let db = raw(&path);
                db.execute(
                    "DELETE FROM requests WHERE n = (SELECT min(n) FROM requests)",
                    [],
                )
                .unwrap();
            }
            Some(Fault::RegisterRewritten) => {
                let db = raw(self.town.log_file());
                db.execute("UPDATE numbers SET number = number + 1 WHERE seq = (SELECT max(seq) FROM numbers)", []).unwrap();
            }
            Some(Fault::ErasureForgotten) => *self.acting.lock().unwrap() = u32::MAX,
            Some(Fault::ErasureNotBrought) => {
                for who in &self.people {
                    let db = raw(self.town.path(*who));
                    db.execute_batch(
                        "CREATE TRIGGER IF NOT EXISTS silent AFTER UPDATE OF again ON erased
                         BEGIN UPDATE erased SET again = 0; END",
                    )
                    .unwrap();
                }
                // What it takes to show: a backup that has the contact, and the server lost after the erasing.
                self.report(0, 0);
                drop(self.town.exchange(self.people[0]));
                self.step(Step::Backup);
                self.erase(0, 0);
                self.restore();
            }
            // One lost receipt is asked for again; this server has forgotten how to give any.
            Some(Fault::ReceiptDropped) => *self.acting.lock().unwrap() = u32::MAX,
            Some(_) => *self.acting.lock().unwrap() += 1,
            None => {}
        }
    }

    /// Everybody comes together; then everything must hold.
    fn end(&mut self) {
        let goes_on = [Fault::ReceiptDropped, Fault::ErasureForgotten];
        if self.fault.is_none_or(|fault| !goes_on.contains(&fault)) {
            *self.acting.lock().unwrap() = 0;
        }
        for who in self.people.clone() {
            self.town.party(who).net.heal();
        }
        // A device whose copy exchanged in its place is refused until its counter has passed the copy's.
        for who in self.people.clone() {
            for _ in 0..20 {
                if self.town.exchange(who).is_ok() {
                    break;
                }
            }
        }
        // Once for what came before a restore, once for what that brings, once for numbers that waited.
        self.town.settle();
        self.town.settle();
        self.town.settle();
        self.town.check();
        // Nobody is left waiting for a desk that does its work.
        for _ in 0..2 {
            self.take_all(self.people[0]);
            self.town.settle();
        }
        self.town.settle();
        self.town.check();
        self.check_contacts();
        let mut there = BTreeSet::new();
        words_of_log(self.town.log_file(), &mut there);
        words_left_out(self.town.log_file(), &mut there);
        for (n, who) in self.people.clone().into_iter().enumerate() {
            if self.lost.contains(&n) {
                continue;
            }
            // Nobody goes by the screen of a revoked device: a number that it alone had could not be brought back.
            if !self.town.at(who).identity().unwrap().revoked {
                self.note_numbers(who);
            }
            let replica = self.town.at(who);
            for bytes in replica.unsent_bytes().unwrap() {
                words_in(&bytes, &mut there);
            }
        }
        let missing: Vec<u64> = self
            .ledger
            .saved
            .iter()
            .filter(|(word, who)| !there.contains(word) && !self.lost.contains(who))
            .map(|(word, _)| *word)
            .collect();
        assert!(missing.is_empty(), "saved and lost: {missing:?}");
        let desk = self.people[0];
        let mut given: BTreeMap<String, DocId> = BTreeMap::new();
        for (doc, number) in &self.ledger.numbers {
            let entries = self.town.at(desk).entries_of(*doc).unwrap();
            let now = entries.iter().find_map(|entry| entry.words.number());
            let now = now.map(|(year, number)| {
                koina_model::numbers::ProtocolNumber { year, number }.to_string()
            });
            assert_eq!(
                now.as_ref(),
                Some(number),
                "a number on paper does not stand"
            );
            let other = given.insert(number.clone(), *doc);
            assert!(other.is_none(), "two records have the number {number}");
        }
    }

    /// Something this person might do now; whether it was saved. Refusals in words are fine: nothing may have been written.
    fn act(&mut self, who: usize, what: u64) -> bool {
        let mut dice = Dice::new(what);
        let (word, text) = self.ledger.word();
        let saved = self.one_act(self.people[who], &mut dice, &text);
        if saved {
            self.ledger.saved.insert(word, who);
        }
        saved
    }

    /// A trouble, and who is to be told about it.
    fn report(&mut self, who: usize, what: u64) {
        let mut dice = Dice::new(what);
        let (word, text) = self.ledger.word();
        let person = self.people[who];
        let now = self.town.time(person);
        let communities = &self.town.party(person).communities;
        let all = [LITOCHORO, LEPTOKARYA, DION].map(str::to_owned);
        let served = if communities.is_empty() {
            &all
        } else {
            communities.as_slice()
        };
        let entered = Entered {
            category: "LGT-01",
            community: &served[dice.below(served.len())],
            settlement: "",
            place_text: "έξω από το σχολείο",
            position: None,
            asset: None,
            text: &text,
            channel: Channel::Phone,
            register: false,
        };
        let contact = Contact {
            name: "Ευτυχία Δοκιμαστική".to_owned(),
            ..Contact::default()
        };
        if let Ok(reported) = self.town.at(person).report(&entered, &contact, now) {
            self.ledger.saved.insert(word, who);
            self.ledger.contacts.insert(reported.id, who);
        }
    }

    /// A desk erases a contact, as far as its line carries; what it was told counts.
    fn erase(&mut self, desk: usize, what: u64) {
        let known: Vec<DocId> = self.ledger.contacts.keys().copied().collect();
        let Some(doc) = Dice::new(what).pick(&known) else {
            return;
        };
        let who = self.people[desk];
        let reason = EraseReason::AskedByPerson;
        let body = json_body(&EraseAsk { reason }).unwrap();
        let path = format!("/v1/contacts/{doc}/erase");
        if let Ok(word) = self.town.ask::<Erased>(who, "POST", &path, body)
            && self.town.at(who).contacts_erased(&word).is_ok()
        {
            self.ledger.erased.insert(doc);
        }
    }

    /// Something that was called seen by mistake.
    fn unsee(&mut self, who: usize, what: u64) {
        let replica = self.town.at(self.people[who]);
        let now = self.town.time(self.people[who]);
        let Ok(ids) = replica.doc_ids() else {
            return;
        };
        if let (Some(id), Some(round)) = (Dice::new(what).pick(&ids), round_here(replica, now)) {
            drop(replica.see_in_round(&round, id, now));
            drop(replica.unsee_in_round(&round, id, now));
        }
    }

    /// What people do with a trouble that was reported already.
    fn again(&mut self, who: usize, what: u64) {
        let mut dice = Dice::new(what);
        let (word, text) = self.ledger.word();
        let replica = self.town.at(self.people[who]);
        let now = self.town.time(self.people[who]);
        let Ok(ids) = replica.doc_ids() else {
            return;
        };
        let (Some(id), Some(of)) = (dice.pick(&ids), dice.pick(&ids)) else {
            return;
        };
        // A round through a village: something is seen, or the rest is called missing.
        let round = || round_here(replica, now);
        let saved = match dice.below(9) {
            6 | 7 => {
                drop(round().map(|round| replica.see_in_round(&round, id, now)));
                return;
            }
            8 => {
                drop(round().map(|round| replica.end_round(&round, now)));
                return;
            }
            0..=2 => replica.support_request(id, Channel::Phone, &text, &[], None, now),
            3 => replica.close_request(id, &Outcome::Duplicate { of }, &text, now),
            4 => replica.close_request(id, &Outcome::Resolved, &text, now),
            _ => replica.leave_closed(id, &text, None, now),
        };
        if saved.is_ok() {
            self.ledger.saved.insert(word, who);
        }
    }

    /// Does it; whether the words were saved.
    fn one_act(&self, who: Who, dice: &mut Dice, text: &str) -> bool {
        let town = &self.town;
        let replica = town.at(who);
        let Ok(ids) = replica.doc_ids() else {
            // The disk cannot be read.
            return false;
        };
        let community = [LITOCHORO, LEPTOKARYA, DION][dice.below(3)];
        let communities = &town.party(who).communities;
        let all = communities.is_empty();
        let home = if all || communities.iter().any(|code| code == community) {
            community
        } else {
            communities[0].as_str()
        };
        let now = town.time(who);
        let entered = Entered {
            category: "LGT-01",
            community: home,
            settlement: "",
            place_text: "έξω από το σχολείο",
            position: None,
            asset: None,
            text,
            channel: Channel::Phone,
            register: all && dice.below(2) == 0,
        };
        let Some(id) = dice.pick(&ids) else {
            return replica.enter_request(&entered, None, now).is_ok();
        };
        match dice.below(13) {
            0 | 1 => replica.enter_request(&entered, None, now).is_ok(),
            2 => {
                let added = koina_model::assets::acts::Added {
                    kind: "FOT",
                    number: text,
                    name: "",
                    community: home,
                    settlement: "",
                    place_text: "",
                    position: None,
                    note: "",
                };
                replica.add_asset(&added, Some(2), None, now).is_ok()
            }
            3 => {
                drop(replica.record_work(id, &Work::Start { team: &[] }, now));
                false
            }
            4 => replica
                .record_work(
                    id,
                    &Work::Done {
                        note: text,
                        no_photos: "δεν δούλεψε η κάμερα",
                    },
                    now,
                )
                .is_ok(),
            5 | 6 => replica.record_work(id, &Work::Note { text }, now).is_ok(),
            7 => replica.reopen_request(id, text, now).is_ok(),
            8 => replica
                .close_request(id, &Outcome::Resolved, text, now)
                .is_ok(),
            9 => {
                let edited = Edited {
                    text: Some(text),
                    place: Some((community, "")),
                    ..Edited::default()
                };
                replica.edit_request(id, &edited, now).is_ok()
            }
            10 => {
                let condition = u8::try_from(1 + dice.below(5)).unwrap();
                // Lamps have a checklist; for everything else this answers nothing.
                let answer = ["yes", "no", "none", ""][dice.below(4)];
                let lamp = replica
                    .asset_card(id, now)
                    .is_ok_and(|card| card.row.kind == "FOT");
                let check = ["lights", "pole", "door", "glass"][dice.below(4)];
                let values = [(check.to_owned(), answer.to_owned())];
                let inspection = Inspection {
                    condition,
                    note: text,
                    values: values.into_iter().filter(|_| lamp).collect(),
                };
                replica.inspect_asset(id, &inspection, now).is_ok()
            }
            11 => {
                let moved = Moved {
                    community: home,
                    settlement: "",
                    place_text: text,
                    position: None,
                    note: "",
                };
                replica.move_asset(id, &moved, now).is_ok()
            }
            _ => {
                let clashes = replica
                    .conflict(id)
                    .map(|row| row.clashes)
                    .unwrap_or_default();
                let Some(clash) = clashes.first() else {
                    return false;
                };
                let version = &clash.versions[dice.below(clash.versions.len())];
                replica
                    .decide(id, &clash.field, &version.key, text, now)
                    .is_ok()
            }
        }
    }
}

/// A round through the first village of a device.
fn round_here(replica: &Replica, now: Time) -> Option<Round> {
    let (lists, author) = (replica.lists(), replica.author().ok()?);
    let home = author.communities.first().map_or(LITOCHORO, String::as_str);
    Round::begin(home, "", "FOT", "", &lists, &author, now).ok()
}

/// Records with a contact that can be opened, in the file of a log or a replica.
const CONTACTS: &str = "SELECT doc FROM contacts WHERE length(sealed) > 0";
/// Records whose contact was erased, in either file.
const ERASED: &str = "SELECT doc FROM erased";

fn docs_in(file: &Path, sql: &str) -> BTreeSet<DocId> {
    let db = raw(file);
    let mut read = db.prepare(sql).unwrap();
    let docs = read.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    docs.filter_map(|doc| DocId::from_slice(&doc.unwrap()))
        .collect()
}

/// The disk of a machine that starts, as long as it goes on failing. A medium that cannot be read again and again is left
/// out: SQLite calls that a corrupt file, which is set aside.
fn starts_failing(file: &Path, plan: disk::Plan, then: Then) -> Option<disk::Armed> {
    let unreadable = plan.kind == disk::Kind::Medium && plan.times > 1;
    let fails = then == Then::StartsFailing && !unreadable;
    fails.then(|| disk::arm(file, plan))
}

/// The words in the changes of a log file.
pub fn words_of_log(file: &Path, into: &mut BTreeSet<u64>) {
    let db = raw(file);
    let mut read = db
        .prepare("SELECT bytes FROM log WHERE body = 'change'")
        .unwrap();
    let mut rows = read.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let bytes: Vec<u8> = row.get(0).unwrap();
        words_in(&bytes, into);
    }
}

/// The words of refused changes that a desk left out.
fn words_left_out(file: &Path, into: &mut BTreeSet<u64>) {
    let db = raw(file);
    let mut read = db
        .prepare("SELECT bytes FROM refused WHERE decision IS NOT NULL")
        .unwrap();
    let mut rows = read.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let bytes: Vec<u8> = row.get(0).unwrap();
        words_in(&bytes, into);
    }
}

fn communities_in(file: &Path) -> BTreeMap<Vec<u8>, Vec<String>> {
    let db = raw(file);
    let mut read = db.prepare("SELECT id, communities FROM devices").unwrap();
    let rows = read.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)));
    rows.unwrap()
        .map(|row| row.unwrap())
        .map(|(id, json)| (id, serde_json::from_str(&json).unwrap()))
        .collect()
}

fn changes(rows: Vec<RefusedRow>) -> Vec<String> {
    rows.into_iter().map(|row| row.change).collect()
}

fn numbered_in(file: &Path) -> BTreeSet<DocId> {
    docs_in(file, "SELECT doc FROM numbers")
}

fn revoked_in(file: &Path) -> BTreeSet<Vec<u8>> {
    let db = raw(file);
    let mut read = db
        .prepare("SELECT id FROM devices WHERE revoked_at IS NOT NULL")
        .unwrap();
    let ids = read.query_map([], |row| row.get(0)).unwrap();
    ids.map(|id| id.unwrap()).collect()
}

/// Copies an SQLite file with its write-ahead log, while it is open.
fn copy_database(from: &Path, to: &Path) {
    for end in ["", "-wal"] {
        let part = |path: &Path| {
            let mut name = path.as_os_str().to_owned();
            name.push(end);
            PathBuf::from(name)
        };
        if part(from).exists() {
            std::fs::copy(part(from), part(to)).unwrap();
        }
    }
}
