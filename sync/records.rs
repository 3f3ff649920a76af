//! What people do with records, made durable: each act reads the record, asks the rule in `model`, and writes one change.

use koina_model::assets::acts::Inspection;
use koina_model::assets::{self, acts as asset_acts};
use koina_model::doc::{Doc, Scalar, Writes};
use koina_model::ids::{DocId, EventId, Time};
use koina_model::inspections::Values;
use koina_model::limits::both;
use koina_model::lists::Lists;
use koina_model::permits::{Author, Permit};
use koina_model::photos::{FileHash, Photo};
use koina_model::problem::{FieldRule, Problem};
use koina_model::requests::{self, Request, What, acts as request_acts};
use koina_model::tags::Tag;
use koina_model::words::{Channel, Kind, Outcome};
use rusqlite::Transaction;

use crate::replica::{Replica, ReplicaError, without};

impl Replica {
    /// Enters a request and gives it the station's next receipt number; its draft goes in the same tx.
    pub fn enter_request(
        &self,
        entered: &request_acts::Entered<'_>,
        draft: Option<&str>,
        now: Time,
    ) -> Result<(DocId, String), ReplicaError> {
        self.enter_request_with(entered, &[], draft, now)
    }

    /// The same, beginning with photos that were kept here.
    pub fn enter_request_with(
        &self,
        entered: &request_acts::Entered<'_>,
        photos: &[FileHash],
        draft: Option<&str>,
        now: Time,
    ) -> Result<(DocId, String), ReplicaError> {
        let photos = self.kept_photos(photos)?;
        self.enter(entered, None, &photos, false, now, without(draft))
    }

    /// The same; `also` happens in the same tx.
    pub(crate) fn enter(
        &self,
        entered: &request_acts::Entered<'_>,
        filed: Option<&request_acts::Filed<'_>>,
        photos: &[Photo],
        has_contact: bool,
        now: Time,
        also: impl FnOnce(&Transaction<'_>, DocId) -> Result<(), ReplicaError>,
    ) -> Result<(DocId, String), ReplicaError> {
        let author = self.author()?;
        let lists = self.lists();
        let mut number = String::new();
        let event = filed.map(|_| self.new_event(now));
        let id = self.begin(Kind::Request, now, also, |id, receipt| {
            let filed = filed
                .map(|filed| request_acts::file(filed, entered.category, &lists, &author, now));
            let (mut new, filed) = both(
                request_acts::enter(entered, &lists, &author, id, now),
                filed.transpose(),
            )?;
            new.has_contact = has_contact;
            new.receipt_number = receipt()?;
            number.clone_from(&new.receipt_number);
            let what = filed.and_then(|filed| {
                new.priority = filed.priority.unwrap_or(new.priority);
                new.cost = filed.cost;
                filed.what
            });
            let mut writes = requests::begin(&new);
            if let Some((event, what)) = event.zip(what) {
                writes.extend(requests::record(event, &requests::Event { at: now, what }));
            }
            if !photos.is_empty() {
                writes.extend(self.request_photos(None, photos, &author, now)?);
            }
            Ok(writes)
        })?;
        Ok((id, number))
    }

    /// Corrects fields of a request.
    pub fn edit_request(
        &self,
        id: DocId,
        edited: &request_acts::Edited<'_>,
        now: Time,
    ) -> Result<(), ReplicaError> {
        self.write_request(id, now, |request, lists, author| {
            request_acts::edit(request, edited, lists, author)
        })
    }

    /// Asks for a protocol number.
    pub fn register_request(&self, id: DocId, now: Time) -> Result<(), ReplicaError> {
        self.write_request(id, now, |request, _, author| {
            request_acts::register(request, author)
        })
    }

    /// Charges a request to a department and a crew.
    pub fn assign_request(
        &self,
        id: DocId,
        charge: &request_acts::Charge<'_>,
        now: Time,
    ) -> Result<(), ReplicaError> {
        self.record_on_request(id, now, |request, lists, author| {
            request_acts::assign(request, charge, lists, author, now)
        })
    }

    /// Answers a request in public.
    pub fn answer_request(&self, id: DocId, text: &str, now: Time) -> Result<(), ReplicaError> {
        self.record_on_request(id, now, |_, _, author| request_acts::answer(text, author))
    }

    /// Closes a request with an outcome. A duplicate must name another record that is here.
    pub fn close_request(
        &self,
        id: DocId,
        outcome: &Outcome,
        note: &str,
        now: Time,
    ) -> Result<(), ReplicaError> {
        self.close_request_seeing(id, outcome, note, None, now)
    }

    /// The same by somebody who saw that so many others reported the same; what came since waits for the desk.
    pub fn close_request_seeing(
        &self,
        id: DocId,
        outcome: &Outcome,
        note: &str,
        supports: Option<u32>,
        now: Time,
    ) -> Result<(), ReplicaError> {
        if let Outcome::Duplicate { of } = outcome {
            let saved = self.saved_doc(*of)?;
            // In a ring both would be closed, and the trouble in no list.
            if saved.is_none_or(|(kind, _)| kind != Kind::Request) || self.leads_to(*of, id)? {
                return Err(Problem::field("of", FieldRule::Unknown).into());
            }
        }
        self.record_seeing(id, supports, now, |request, lists, author| {
            request_acts::close(request, id, outcome, note, lists, author)
        })
    }

    /// Notes on a request that somebody else reports the same, with the photos that were kept for it, all in one change; its draft
    /// goes in the same tx, so that nobody notes it twice after a crash.
    pub fn support_request(
        &self,
        id: DocId,
        channel: Channel,
        text: &str,
        photos: &[FileHash],
        draft: Option<&str>,
        now: Time,
    ) -> Result<(), ReplicaError> {
        let what = |request: &Request, author: &Author| {
            request_acts::support(request, channel, text, author)
        };
        self.record_with_photos(id, what, None, photos, draft, now)
    }

    fn record_with_photos(
        &self,
        id: DocId,
        what: impl Fn(&Request, &Author) -> Result<What, Problem>,
        supports: Option<u32>,
        photos: &[FileHash],
        draft: Option<&str>,
        now: Time,
    ) -> Result<(), ReplicaError> {
        let photos = self.kept_photos(photos)?;
        let author = self.author()?;
        self.change_and(id, Kind::Request, now, without(draft), |doc, event| {
            let request = requests::read(&doc.record());
            let what = what(&request, &author)?;
            let tag = tag(&what);
            let what = requests::Event { at: now, what };
            let mut writes = requests::record_on(&request, event, &what, supports);
            if !photos.is_empty() {
                writes.extend(self.request_photos(Some(&request), &photos, &author, now)?);
            }
            Ok((tag, writes))
        })?;
        Ok(())
    }

    /// Says on a request that its work was done, with the photos that were kept for it, all in one change; its draft goes in the
    /// same tx.
    pub fn file_memo(
        &self,
        id: DocId,
        memo: &request_acts::Memo<'_>,
        supports: Option<u32>,
        photos: &[FileHash],
        draft: Option<&str>,
        now: Time,
    ) -> Result<(), ReplicaError> {
        let lists = self.lists();
        let what = |request: &Request, author: &Author| {
            request_acts::memo(request, memo, &lists, author, now)
        };
        self.record_with_photos(id, what, supports, photos, draft, now)
    }

    /// Puts the proposals of a community into the order of its council, and says of which decision; what stands where it stood
    /// is not written, unless all do. One change each: whoever is cut off in between says it again.
    pub fn rank_proposals(
        &self,
        order: &[DocId],
        decision: &str,
        now: Time,
    ) -> Result<(), ReplicaError> {
        let lists = self.lists();
        let author = self.author()?;
        let mut changed = Vec::new();
        for (rank, id) in (1..).zip(order) {
            let request = requests::read(&self.loaded(*id)?.doc.record());
            // All are looked at before one is written.
            request_acts::rank(&request, rank, decision, &lists, &author)?;
            if request.rank != rank {
                changed.push((rank, *id));
            }
        }
        if changed.is_empty() {
            // The council decided on the same order again: that is said, too.
            changed.extend((1..).zip(order.iter().copied()));
        }
        for (rank, id) in changed {
            self.record_on_request(id, now, |request, _, _| {
                request_acts::rank(request, rank, decision, &lists, &author)
            })?;
        }
        Ok(())
    }

    /// Leaves a request closed that was reported again by somebody whom its closer could not hear.
    pub fn leave_closed(
        &self,
        id: DocId,
        note: &str,
        supports: Option<u32>,
        now: Time,
    ) -> Result<(), ReplicaError> {
        self.record_seeing(id, supports, now, |request, _, author| {
            request_acts::heard(request, note, author)
        })
    }

    /// Opens a request again.
    pub fn reopen_request(&self, id: DocId, reason: &str, now: Time) -> Result<(), ReplicaError> {
        self.record_on_request(id, now, |request, _, author| {
            request_acts::reopen(request, reason, author)
        })
    }

    /// Records a step of work.
    pub fn record_work(
        &self,
        id: DocId,
        step: &request_acts::Step<'_>,
        now: Time,
    ) -> Result<(), ReplicaError> {
        self.record_work_seeing(id, step, None, now)
    }

    /// The same by somebody who saw that so many others reported the same.
    pub fn record_work_seeing(
        &self,
        id: DocId,
        step: &request_acts::Step<'_>,
        supports: Option<u32>,
        now: Time,
    ) -> Result<(), ReplicaError> {
        self.record_seeing(id, supports, now, |request, lists, author| {
            request_acts::work(request, step, lists, author)
        })
    }

    /// Adds an asset, with a first inspection when its condition was looked at; its draft goes in the same tx.
    pub fn add_asset(
        &self,
        added: &asset_acts::Added<'_>,
        condition: Option<u8>,
        draft: Option<&str>,
        now: Time,
    ) -> Result<DocId, ReplicaError> {
        self.add_asset_with(added, condition, &[], draft, now)
    }

    /// The same, beginning with photos that were kept here.
    pub fn add_asset_with(
        &self,
        added: &asset_acts::Added<'_>,
        condition: Option<u8>,
        photos: &[FileHash],
        draft: Option<&str>,
        now: Time,
    ) -> Result<DocId, ReplicaError> {
        let photos = self.kept_photos(photos)?;
        let author = self.author()?;
        let lists = self.lists();
        let event = self.new_event(now);
        self.begin(Kind::Asset, now, without(draft), |id, _| {
            let new = asset_acts::add(added, &lists, &author, id, now)?;
            let mut writes = assets::begin(&new);
            if let Some(condition) = condition {
                if !(1..=5).contains(&condition) {
                    return Err(Problem::field(
                        "condition",
                        FieldRule::OutOfRange { min: 1, max: 5 },
                    )
                    .into());
                }
                let what = assets::What::Inspected {
                    condition,
                    note: String::new(),
                    values: Values::new(),
                    failed: Vec::new(),
                };
                writes.extend(assets::record(event, &assets::Event { at: now, what }));
            }
            if !photos.is_empty() {
                writes.extend(self.asset_photos(None, &photos, &author, now)?);
            }
            Ok(writes)
        })
    }

    /// Corrects number, name or note of an asset.
    pub fn edit_asset(
        &self,
        id: DocId,
        number: Option<&str>,
        name: Option<&str>,
        note: Option<&str>,
        now: Time,
    ) -> Result<(), ReplicaError> {
        let author = self.author()?;
        self.change(id, Kind::Asset, now, |doc, _| {
            let asset = assets::read(&doc.record());
            Ok((
                "edited".to_owned(),
                asset_acts::edit(&asset, number, name, note, &author)?,
            ))
        })?;
        Ok(())
    }

    /// Links a tag to an asset, or takes it off. A tag that another asset here bears stays there.
    pub fn link_tag(&self, id: DocId, tag: Option<Tag>, now: Time) -> Result<(), ReplicaError> {
        let author = self.author()?;
        if let Some(tag) = tag
            && let Some(other) = self.bearing(tag)?.into_iter().find(|row| row.id != id)
        {
            return Err(Problem::TagTaken { asset: other.id }.into());
        }
        self.change(id, Kind::Asset, now, |doc, _| {
            let asset = assets::read(&doc.record());
            Ok(("edited".to_owned(), asset_acts::link(&asset, tag, &author)?))
        })?;
        Ok(())
    }

    /// Records an inspection.
    pub fn inspect_asset(
        &self,
        id: DocId,
        inspection: &Inspection<'_>,
        now: Time,
    ) -> Result<(), ReplicaError> {
        self.record_on_asset(id, now, |asset, lists, author| {
            Ok((
                asset_acts::inspect(asset, inspection, lists, author, now)?,
                Writes::new(),
            ))
        })
    }

    /// A failed check of the last inspection becomes a request about the asset, or is noted on the one that is open about the
    /// same. Gives the request, its number, and whether it was there.
    pub fn report_fault(
        &self,
        id: DocId,
        check: &str,
        now: Time,
    ) -> Result<(DocId, String, bool), ReplicaError> {
        let lists = self.lists();
        let asset = assets::read(&self.loaded(id)?.doc.record());
        let list = lists.reference.checklist(&asset.kind);
        let failed = list.and_then(|list| {
            let found = list.check(check)?;
            let checked = asset.checked.get(check).filter(|checked| checked.failed)?;
            Some((
                list.category_of(found),
                found.fault(&checked.value, checked.at),
            ))
        });
        let Some((category, text)) = failed else {
            return Err(Problem::field("check", FieldRule::NotOnAList).into());
        };
        let open = self.open_about(id)?;
        if let Some(there) = open.into_iter().find(|one| one.category == category) {
            // Said once: a second tap, or a second device, adds nothing.
            if !there.said.contains(&text) {
                let step = request_acts::Step::Note { text: &text };
                self.record_work(there.id, &step, now)?;
            }
            return Ok((there.id, there.number, true));
        }
        let entered = request_acts::Entered {
            category,
            community: &asset.place.community,
            settlement: &asset.place.settlement,
            place_text: &asset.place_text,
            position: asset.position,
            asset: Some(id),
            text: &text,
            channel: Channel::Crew,
            register: false,
        };
        let (request, number) = self.enter_request(&entered, None, now)?;
        Ok((request, number, false))
    }

    /// Moves an asset.
    pub fn move_asset(
        &self,
        id: DocId,
        moved: &asset_acts::Moved<'_>,
        now: Time,
    ) -> Result<(), ReplicaError> {
        self.record_on_asset(id, now, |asset, lists, author| {
            asset_acts::relocate(asset, moved, lists, author)
        })
    }

    /// Retires an asset.
    pub fn retire_asset(&self, id: DocId, reason: &str, now: Time) -> Result<(), ReplicaError> {
        self.record_on_asset(id, now, |asset, _, author| {
            Ok((asset_acts::retire(asset, reason, author)?, Writes::new()))
        })
    }

    /// Decides a conflict: the chosen version stands, the others stay in the history, the decision is recorded.
    pub fn decide(
        &self,
        id: DocId,
        field: &str,
        key: &str,
        note: &str,
        now: Time,
    ) -> Result<(), ReplicaError> {
        let author = self.author()?;
        if !author.role.may(Permit::DecideConflicts) {
            return Err(Problem::NotAllowed {
                needs: Permit::DecideConflicts,
            }
            .into());
        }
        let note = koina_model::limits::clean(note, koina_model::limits::NOTE_MAX)
            .map_err(|rule| Problem::field("note", rule))?;
        let kind = self.loaded(id)?.doc.kind();
        self.change(id, kind, now, |doc, event| {
            let value = chosen(doc, field, key)?;
            let mut writes = vec![(field.to_owned(), value.clone())];
            let (field, value) = (field.to_owned(), value.to_text());
            writes.extend(match kind {
                Kind::Request => requests::record(
                    event,
                    &requests::Event {
                        at: now,
                        what: What::Decided { field, value, note },
                    },
                ),
                Kind::Asset => assets::record(
                    event,
                    &assets::Event {
                        at: now,
                        what: assets::What::Decided { field, value, note },
                    },
                ),
            });
            Ok(("decided".to_owned(), writes))
        })?;
        Ok(())
    }

    fn write_request(
        &self,
        id: DocId,
        now: Time,
        act: impl FnOnce(&Request, &Lists, &Author) -> Result<Writes, Problem>,
    ) -> Result<(), ReplicaError> {
        let author = self.author()?;
        let lists = self.lists();
        self.change(id, Kind::Request, now, |doc, _| {
            let request = requests::read(&doc.record());
            Ok(("edited".to_owned(), act(&request, &lists, &author)?))
        })?;
        Ok(())
    }

    fn record_on_request(
        &self,
        id: DocId,
        now: Time,
        act: impl FnOnce(&Request, &Lists, &Author) -> Result<What, Problem>,
    ) -> Result<(), ReplicaError> {
        self.record_seeing(id, None, now, act)
    }

    fn record_seeing(
        &self,
        id: DocId,
        supports: Option<u32>,
        now: Time,
        act: impl FnOnce(&Request, &Lists, &Author) -> Result<What, Problem>,
    ) -> Result<(), ReplicaError> {
        let author = self.author()?;
        let lists = self.lists();
        self.change(id, Kind::Request, now, |doc, event| {
            let request = requests::read(&doc.record());
            let what = act(&request, &lists, &author)?;
            let tag = tag(&what);
            let what = requests::Event { at: now, what };
            Ok((tag, requests::record_on(&request, event, &what, supports)))
        })?;
        Ok(())
    }

    pub(crate) fn record_on_asset(
        &self,
        id: DocId,
        now: Time,
        act: impl FnOnce(&assets::Asset, &Lists, &Author) -> Result<(assets::What, Writes), Problem>,
    ) -> Result<(), ReplicaError> {
        let author = self.author()?;
        let lists = self.lists();
        self.change(id, Kind::Asset, now, |doc, event: EventId| {
            let asset = assets::read(&doc.record());
            let (what, also) = act(&asset, &lists, &author)?;
            let name = tag(&what);
            let mut writes = assets::record(event, &assets::Event { at: now, what });
            writes.extend(also);
            Ok((name, writes))
        })?;
        Ok(())
    }
}

/// The version of a field that the desk chose, as long as it is still one of several.
fn chosen(doc: &Doc, field: &str, key: &str) -> Result<Scalar, Problem> {
    let watched: &[&str] = match doc.kind() {
        Kind::Request => &requests::WATCHED,
        Kind::Asset => &assets::WATCHED,
    };
    let record = doc.record();
    let (_, versions) = record
        .clashes(watched)
        .find(|(name, _)| *name == field)
        .ok_or(Problem::AlreadyDecided)?;
    versions
        .iter()
        .find(|version| version.key == key)
        .map(|version| version.value.clone())
        .ok_or_else(|| Problem::field("key", FieldRule::NotOnAList))
}

/// The tag under which an event is stored.
fn tag<W: serde::Serialize>(what: &W) -> String {
    serde_json::to_value(what)
        .ok()
        .and_then(|value| {
            value
                .get("t")
                .and_then(|tag| tag.as_str().map(str::to_owned))
        })
        .unwrap_or_else(|| "edited".to_owned())
}
