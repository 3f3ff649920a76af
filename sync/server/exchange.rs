//! The exchange: a device hands over what it saved and takes what it lacks. No HTTP in here.
//!
//! A push is judged against the server's replica, which has first followed the log to its end, and is appended
//! only if nobody wrote in between; otherwise it is judged again. So a verdict never rests on an old state.

use std::collections::BTreeMap;
use std::sync::Arc;

use koina_model::contacts::SEALED_BYTES_MAX;
use koina_model::exchange::{
    self, Answer, Ask, CAPABILITIES, COLUMNS, CONTACTS_MAX, ERASED_MAX, Entry, Erased, FirstLoad,
    Item, KIOSKS, PUSH_CHANGES_MAX, Pushed, Receipt, Refusal, SealedContact, Verdict,
};
use koina_model::guard;
use koina_model::ids::{DocId, Time};
use koina_model::kiosks::StaffCall;
use koina_model::permits::{Author as Permitted, Permit, Role};
use koina_model::problem::Problem;
use koina_sync::identity::hex;
use koina_sync::views::{Fate, TakenOver};
use serde_bytes::ByteBuf;

use crate::log::{
    Author, Device, Heard, KeptContacts, LogError, Placed, Quarantined, Scope, change_hash,
};
use crate::municipality::Municipality;
use crate::replica::{FirstPage, Foreseen, Judged, Judgement, LogBody, Writer};

/// Bounds of what a device may want in one answer, in bytes.
const WANT_BYTES_MIN: u32 = 16 * 1024;
const WANT_BYTES_MAX: u32 = 1024 * 1024;

/// How often a push is judged again because others wrote meanwhile.
const JUDGED_AGAIN_MAX: u32 = 50;

/// What an item costs besides its bytes.
const ITEM_BYTES: usize = 64;

/// Takes the device's push, then answers with what it lacks, as much as it wants.
///
/// A revoked device still hands over its work: that is nobody's to lose. It gets nothing else.
pub async fn exchange(
    town: &Municipality,
    who: &Device,
    ask: Ask,
    now: Time,
) -> Result<Answer, Problem> {
    if ask.push.len() > PUSH_CHANGES_MAX {
        return Err(Problem::Malformed {
            what: format!("more than {PUSH_CHANGES_MAX} changes in one push"),
        });
    }
    if !ask.capabilities.is_empty()
        && !ask
            .capabilities
            .iter()
            .any(|name| CAPABILITIES.contains(&name.as_str()))
    {
        return Err(Problem::UpgradeNeeded);
    }
    let ends_again = ask.ends_again();
    let Ask {
        capabilities,
        version,
        epoch,
        cursor,
        first,
        lists,
        push,
        pending,
        want_bytes,
        entries,
        again: _,
        decisions,
        scope: scope_heard,
        contacts,
        erasures,
        erased,
        health,
        unlock,
        erases,
        unsent,
    } = ask;
    let columns = capabilities.iter().any(|name| name == COLUMNS);
    let kiosks = capabilities.iter().any(|name| name == KIOSKS);
    let erased_heard = erased.iter().map(|word| word.doc).collect();
    let pushed: Vec<_> = push.iter().map(|one| (one.doc, one.kind)).collect();
    let handed_over = async {
        let taken = take(town, who, push, now).await?;
        erase_again(town, who, erased, now).await?;
        Ok::<_, Problem>((taken, keep_contacts(town, who, contacts, now).await?))
    };
    let handed_over = handed_over.await;
    // What could not be looked at is still only there, and so is what waits for another change.
    let stays: Vec<_> = match &handed_over {
        Err(_) => pushed,
        Ok((taken, _)) => {
            let waits = |receipt: &Receipt| receipt.verdict == Verdict::Waiting;
            let all = taken.receipts.iter().zip(pushed);
            all.filter_map(|(receipt, one)| waits(receipt).then_some(one))
                .collect()
        }
    };
    let stay = u32::try_from(stays.len()).unwrap_or(u32::MAX);
    let heard = Heard {
        version: version.chars().take(40).collect(),
        pending: pending.saturating_add(stay),
        unsent: unsent.map(|unsent| unsent.and(&stays, now)),
    };
    town.log.seen(who.id, now, heard).await?;
    let (taken, contacts) = handed_over?;
    let Taken {
        receipts,
        reached,
        elsewhere,
    } = taken;
    if scope_heard == who.scope && who.scope_heard < who.scope {
        town.log.heard_scope(who.id, who.scope).await?;
    }
    let decisions_here = epoch == town.epoch();
    let reached = if town.was_restored() && epoch == town.epoch() {
        after_restore(town, who, entries, ends_again, reached, now).await?
    } else {
        reached
    };
    let understood = CAPABILITIES.iter().chain(kiosks.then_some(&KIOSKS));
    let mut answer = Answer {
        capabilities: understood.map(|name| (*name).to_owned()).collect(),
        epoch: town.epoch().to_owned(),
        now,
        receipts,
        cursor,
        head: reached,
        first,
        contacts: contacts.durable,
        erased: contacts.erased,
        erased_heard,
        ..Answer::default()
    };
    // Numbers of another log say nothing. A revoked device hears only of what it has handed over itself.
    let heard = if decisions_here { erasures } else { 0 };
    let desk = who.role.may(Permit::ReadContacts) && who.revoked_at.is_none();
    let (told, upto) = town.log.erased_after(who.id, desk, heard, now).await?;
    let more_erased = told.len() == ERASED_MAX;
    answer.erased.extend(told);
    answer.erasures = upto;
    let ended = !epoch.is_empty() && epoch != town.epoch();
    if who.revoked_at.is_some() {
        answer.revoked = true;
        if erases && !ended {
            town.log.erases_itself(Author::of(who), now, who.id).await?;
        }
        // Of what it handed over and was refused: it does not erase itself before somebody decided.
        let heard = if decisions_here { decisions } else { 0 };
        let decided = town.log.decisions(who.id, heard).await?.into_iter();
        answer.decisions = decided.map(|(decision, _)| decision).collect();
        if ended {
            // What it handed over after the backup is nobody's to lose either.
            answer.restored = Some(town.log.shared(epoch).await?.unwrap_or_default());
        }
        return Ok(answer);
    }
    if who.role == Role::Kiosk {
        if let Some(health) = health {
            town.log.keep_health(who.id, now, health).await?;
        }
        let key = (kiosks && unlock).then(|| town.unlock_key(who.id));
        answer.unlock = key.map(ByteBuf::from);
    } else if kiosks {
        answer.calls = calls(town, who, now).await?;
    }
    let newest = town.lists().await?;
    if lists < newest.version {
        let told = newest.told_to(who.role);
        answer.lists = Some(serde_json::to_string(&told).map_err(|error| crate::incident(&error))?);
    }
    if ended {
        // The device's place is one of a log that ended. What both logs have stays; a log nobody here knows shares nothing.
        let shared = town.log.shared(epoch).await?.unwrap_or_default();
        answer.restored = Some(shared);
        answer.more = true;
        (answer.cursor, answer.first) = match first {
            None if shared.head > 0 => (cursor.min(shared.head), None),
            _ => (0, Some(FirstLoad::default())),
        };
        return Ok(answer);
    }
    if scope_heard != who.scope {
        // What it is to hold is another set of records now: it says first that it knows.
        answer.scope = Some(exchange::Scope {
            number: who.scope,
            name: who.name.clone(),
            person: who.person.clone(),
            role: who.role,
            crew: who.crew.clone(),
            communities: who.communities.clone(),
        });
        answer.items = elsewhere.into_iter().map(evict).collect();
        answer.more = true;
        return Ok(answer);
    }
    let want = want_bytes.clamp(WANT_BYTES_MIN, WANT_BYTES_MAX);
    match first {
        Some(first) => load(town, who, first, reached, want, columns, &mut answer).await?,
        None => news(town, who, cursor, reached, want, &mut answer).await?,
    }
    answer.more |= more_erased;
    // Numbers of decisions are those of this log.
    let heard = if decisions_here { decisions } else { 0 };
    let mut gone = elsewhere;
    for (decision, community) in town.log.decisions(who.id, heard).await? {
        if community.is_some_and(|community| !scope(who).serves(&community)) {
            gone.push(decision.doc);
        }
        answer.decisions.push(decision);
    }
    answer.items.extend(gone.into_iter().map(evict));
    Ok(answer)
}

/// Visitors' calls for staff at the kiosks that a desk looks after.
async fn calls(town: &Municipality, who: &Device, now: Time) -> Result<Vec<StaffCall>, Problem> {
    if !who.role.may(Permit::TendKiosks) {
        return Ok(Vec::new());
    }
    let desk = scope(who);
    let calls = town.log.calls(now).await?.into_iter();
    let calls = calls.filter(|(_, communities)| desk.tends(communities));
    Ok(calls.map(|(call, _)| call).collect())
}

/// Takes what a device knows to be erased, as after a restore. Anybody may bring it: only this municipality can have said it.
async fn erase_again(
    town: &Municipality,
    who: &Device,
    mut words: Vec<Erased>,
    now: Time,
) -> Result<(), Problem> {
    words.truncate(ERASED_MAX);
    words.retain(|word| town.said_erased(word));
    if words.is_empty() {
        return Ok(());
    }
    town.erase_contacts_again(Author::of(who), now, words).await
}

/// Keeps the contacts that a device hands over, of whatever record: it may be on its way. Gives the records they belong to.
async fn keep_contacts(
    town: &Municipality,
    who: &Device,
    contacts: Vec<SealedContact>,
    now: Time,
) -> Result<KeptContacts, Problem> {
    if contacts.is_empty() {
        return Ok(KeptContacts::default());
    }
    let too_large = |sealed: &SealedContact| sealed.bytes.len() > SEALED_BYTES_MAX;
    if contacts.len() > CONTACTS_MAX || contacts.iter().any(too_large) {
        return Err(Problem::too_large(SEALED_BYTES_MAX));
    }
    town.keep_contacts(who.id, Author::of(who), now, contacts)
        .await
}

fn evict(doc: DocId) -> Item {
    Item::Evict { doc }
}

/// Takes the register entries that a desk brings back after a restore, and gives protocol numbers again once no desk is
/// awaited any more. Gives the place the replica reached.
async fn after_restore(
    town: &Municipality,
    who: &Device,
    entries: Vec<Entry>,
    last: bool,
    reached: u64,
    now: Time,
) -> Result<u64, Problem> {
    let mut moved = false;
    let brings = who.role.may(Permit::RegisterRequests) && who.revoked_at.is_none();
    if !entries.is_empty() && brings {
        moved = town.log.take_again(Author::of(who), now, entries).await? > 0;
    }
    if last && town.log.numbers_wait().await? {
        let nobody_awaited = town
            .log
            .handed_over(who.id, town.epoch().to_owned())
            .await?;
        if nobody_awaited {
            town.number_again(Author::of(who), now).await?;
            moved = true;
        }
    }
    if !moved {
        return Ok(reached);
    }
    Ok(town.follow().await?.1)
}

/// What became of a push.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// One for each change, in order.
    pub receipts: Vec<Receipt>,
    /// The place of the log that the replica reached.
    pub reached: u64,
    /// Records of the push that are outside the scope of the device by now. It may never hear of their move: after a lost
    /// answer it can lie before the place at which the device's first load begins.
    pub elsewhere: Vec<DocId>,
}

/// Judges a push and appends what is good; what is refused is kept for the desk.
pub async fn take(
    town: &Municipality,
    who: &Device,
    push: Vec<Pushed>,
    now: Time,
) -> Result<Taken, Problem> {
    let again = push.iter().any(|pushed| pushed.again) && town.was_restored();
    let (taken, refused) = take_as(town, who, push, again, now).await?;
    if !refused.is_empty() {
        town.log.quarantine(Author::of(who), now, refused).await?;
    }
    Ok(taken)
}

/// Takes refused changes in after all, as if this desk had written them: by its permits, within its scope.
///
/// A change goes into the log as it was written, so that what rests on it follows. Where its device has written something
/// else in its place since, the desk has to write anew what it says.
pub async fn take_over(
    town: &Municipality,
    desk: &Device,
    hashes: Vec<[u8; 32]>,
    now: Time,
) -> Result<Vec<TakenOver>, Problem> {
    // By what it is for now, whether it has heard of that or not.
    let desk = &Device {
        scope_heard: desk.scope,
        ..desk.clone()
    };
    let mut fates: BTreeMap<[u8; 32], Fate> = BTreeMap::new();
    let mut rest = Vec::new();
    for kept in town
        .log
        .kept(hashes.clone(), desk.communities.clone())
        .await?
    {
        // What this very device wrote it sends again itself: only that brings it back into its own record.
        let own = guard::check(&kept.bytes).is_ok_and(|checked| checked.by == desk.id);
        if own {
            let reason = "yours".to_owned();
            fates.insert(kept.hash, Fate::Refused { reason });
        } else {
            rest.push(kept);
        }
    }
    // The chosen order need not be that of their dependencies: on as long as something is taken.
    while !rest.is_empty() {
        let push = rest.iter().map(|kept| Pushed {
            doc: kept.doc,
            kind: kept.kind,
            bytes: ByteBuf::from(kept.bytes.clone()),
            again: true,
        });
        let (Taken { receipts, .. }, _) = take_as(town, desk, push.collect(), true, now).await?;
        let (mut taken, mut waiting) = (Vec::new(), Vec::new());
        for (kept, receipt) in rest.drain(..).zip(receipts) {
            let fate = match receipt.verdict {
                Verdict::Accepted { .. } => {
                    taken.push(kept.hash);
                    Fate::Taken
                }
                Verdict::Waiting => {
                    waiting.push(kept);
                    continue;
                }
                Verdict::Refused {
                    reason: Refusal::SequenceReused,
                } => Fate::WriteAnew {
                    doc: kept.doc,
                    kind: kept.kind,
                    bytes: hex(&kept.bytes),
                },
                Verdict::Refused { reason } => Fate::Refused {
                    reason: reason.code().to_owned(),
                },
            };
            fates.insert(kept.hash, fate);
        }
        if taken.is_empty() {
            fates.extend(waiting.iter().map(|kept| (kept.hash, Fate::Waiting)));
            break;
        }
        town.log.decide(Author::of(desk), now, taken, true).await?;
        rest = waiting;
    }
    let told = hashes.iter().map(|hash| TakenOver {
        change: hex(hash),
        fate: fates.remove(hash).unwrap_or(Fate::Gone),
    });
    Ok(told.collect())
}

fn scope(who: &Device) -> Permitted {
    Permitted {
        role: who.role,
        communities: who.communities.clone(),
    }
}

async fn take_as(
    town: &Municipality,
    who: &Device,
    push: Vec<Pushed>,
    again: bool,
    now: Time,
) -> Result<(Taken, Vec<Quarantined>), Problem> {
    let (guard, mut reached) = town.follow().await?;
    if push.is_empty() {
        let taken = Taken {
            reached,
            ..Taken::default()
        };
        return Ok((taken, Vec::new()));
    }
    let scope = scope(who);
    let push: Arc<[Pushed]> = push.into();
    for _ in 0..JUDGED_AGAIN_MAX {
        let Judgement {
            verdicts: judged,
            foreseen,
        } = judge(town, who, &push, again).await?;
        let good = judged.iter().filter_map(|verdict| match verdict {
            Judged::Take(change) => Some(change.clone()),
            Judged::Waiting | Judged::Refused(_) => None,
        });
        match town
            .log
            .append(Author::of(who), now, good.collect(), Some(reached))
            .await
        {
            Err(LogError::Moved) => reached = town.catch_up(&guard, Foreseen::default()).await?,
            Err(error) => return Err(error.into()),
            Ok(placed) => {
                let mut elsewhere: Vec<DocId> = judged
                    .iter()
                    .filter_map(|judged| match judged {
                        Judged::Take(change) => {
                            (!scope.serves(&change.community)).then_some(change.doc)
                        }
                        Judged::Waiting | Judged::Refused(_) => None,
                    })
                    .collect();
                elsewhere.dedup();
                let (receipts, refused) = receipts(&push, judged, placed);
                reached = town.catch_up(&guard, foreseen).await?;
                let taken = Taken {
                    receipts,
                    reached,
                    elsewhere,
                };
                return Ok((taken, refused));
            }
        }
    }
    Err(Problem::Busy)
}

async fn judge(
    town: &Municipality,
    who: &Device,
    push: &Arc<[Pushed]>,
    again: bool,
) -> Result<Judgement, Problem> {
    let writer = Writer {
        device: who.id,
        role: who.role,
        crew: who.crew.clone(),
        communities: who.works_for(),
        again,
    };
    let push = Arc::clone(push);
    town.ask(move |replica| replica.judge(&writer, &push)).await
}

/// Joins what the replica judged with what the log did.
fn receipts(
    push: &[Pushed],
    judged: Vec<Judged>,
    placed: Vec<Placed>,
) -> (Vec<Receipt>, Vec<Quarantined>) {
    let mut placed = placed.into_iter();
    let mut refused = Vec::new();
    let mut receipts = Vec::with_capacity(push.len());
    for (pushed, judged) in push.iter().zip(judged) {
        let mut hash = change_hash(&pushed.bytes);
        let verdict = match judged {
            Judged::Waiting => Verdict::Waiting,
            Judged::Refused(reason) => Verdict::Refused { reason },
            Judged::Take(change) => {
                hash = change.hash;
                match placed.next() {
                    Some(Placed::At { seq, at }) => Verdict::Accepted { seq, at },
                    Some(Placed::SequenceReused) => Verdict::Refused {
                        reason: Refusal::SequenceReused,
                    },
                    Some(Placed::Waiting) | None => Verdict::Waiting,
                }
            }
        };
        if let Verdict::Refused { reason } = &verdict {
            let bytes = pushed.bytes.to_vec();
            refused.push(Quarantined {
                hash,
                doc: pushed.doc,
                kind: pushed.kind,
                reason: reason.clone(),
                bytes,
            });
        }
        receipts.push(Receipt {
            hash: ByteBuf::from(hash),
            verdict,
        });
    }
    (receipts, refused)
}

/// A page of a first load: whole records, those in need first, each with its register entries.
async fn load(
    town: &Municipality,
    who: &Device,
    first: FirstLoad,
    reached: u64,
    want: u32,
    columns: bool,
    answer: &mut Answer,
) -> Result<(), Problem> {
    let upto = if first.after == 0 {
        reached
    } else {
        first.upto.min(reached)
    };
    let communities = who.communities.clone();
    let page = town.ask(move |replica| {
        let mut page = replica.first_page(&communities, first.after, upto, want)?;
        let (next, expected) = (page.next, page.expected);
        let mut items = Vec::new();
        for (doc, _, _) in &page.docs {
            items.extend(
                replica
                    .entries_of(*doc)?
                    .into_iter()
                    .map(|entry| Item::Entry { entry }),
            );
        }
        if columns {
            let (columns, whole) = page.lay_out();
            let columns = Box::new(columns);
            items.push(Item::Docs { columns });
            page = FirstPage {
                docs: whole,
                ..FirstPage::default()
            };
        }
        for (doc, kind, bytes) in page.docs {
            let bytes = ByteBuf::from(bytes);
            items.push(Item::Doc { doc, kind, bytes });
        }
        Ok((items, next, expected))
    });
    let (items, next, expected) = page.await?;
    (answer.items, answer.expected) = (items, expected);
    match next {
        Some(after) => {
            answer.first = Some(FirstLoad { upto, after });
            answer.more = true;
        }
        None => {
            answer.first = None;
            answer.cursor = upto;
            answer.more = upto < reached;
        }
    }
    Ok(())
}

/// A page of what happened after the device's place, as far as it concerns the device.
async fn news(
    town: &Municipality,
    who: &Device,
    cursor: u64,
    reached: u64,
    want: u32,
    answer: &mut Answer,
) -> Result<(), Problem> {
    if cursor > reached {
        tracing::error!(device = %who.id, cursor, reached, "a device has seen more of the log than there is");
    }
    let want = usize::try_from(want).unwrap_or(usize::MAX);
    let scope = Scope {
        communities: who.communities.clone(),
        except: Some(who.id),
    };
    let page = town.log.after(cursor, reached, scope, want).await?;
    (answer.cursor, answer.more) = (page.cursor, page.more);
    let mut bytes = 0;
    for due in page.rows {
        let (seq, at) = (due.row.seq, due.row.at);
        match due.row.body {
            LogBody::Change {
                doc,
                kind,
                bytes: change,
            } => {
                bytes += change.len() + ITEM_BYTES;
                answer.items.push(Item::Change {
                    doc,
                    kind,
                    at,
                    bytes: ByteBuf::from(change),
                });
            }
            LogBody::Entry(entry) => answer.items.push(Item::Entry { entry }),
            LogBody::Move { doc, .. } if due.here => {
                let record = town
                    .ask(move |replica| Ok((replica.saved_doc(doc)?, replica.entries_of(doc)?)));
                let (saved, entries) = record.await?;
                if let Some((kind, saved)) = saved {
                    bytes += saved.len() + ITEM_BYTES;
                    answer.items.push(Item::Doc {
                        doc,
                        kind,
                        bytes: ByteBuf::from(saved),
                    });
                }
                answer
                    .items
                    .extend(entries.into_iter().map(|entry| Item::Entry { entry }));
            }
            LogBody::Move { doc, .. } => answer.items.push(Item::Evict { doc }),
        }
        if bytes >= want && seq < page.cursor {
            // Records that moved in are larger than their rows; the rest comes next time.
            (answer.cursor, answer.more) = (seq, true);
            break;
        }
    }
    Ok(())
}
