//! Writes one record's history through the rules and the docs that the product itself uses.

use koina_model::doc::{Doc, Writes};
use koina_model::exchange::Pushed;
use koina_model::ids::{DeviceId, DocId, EventId, Time};
use koina_model::words::Kind;
use koina_model::{assets, requests};
use serde_bytes::ByteBuf;

use super::chance::Chance;
use super::people::Station;

/// A change as a device pushed it, and when.
#[derive(Clone, Debug)]
pub struct Change {
    pub device: DeviceId,
    pub at: Time,
    pub pushed: Pushed,
}

/// The pen of one record. Writing after `now` is refused: the rest of the story has not happened yet.
pub(super) struct Pen {
    pub(super) id: DocId,
    kind: Kind,
    doc: Doc,
    now: Time,
    last: Time,
    pub(super) changes: Vec<Change>,
}

impl Pen {
    pub(super) fn new(kind: Kind, id: DocId, now: Time) -> Self {
        Self {
            id,
            kind,
            doc: Doc::new(kind),
            now,
            last: Time(0),
            changes: Vec::new(),
        }
    }

    /// Writes values; `None` when it is too late for that.
    pub(super) fn write(&mut self, by: &Station, at: Time, writes: &Writes) -> Option<()> {
        let at = self.fits(at)?;
        let chunk = self
            .doc
            .write(by.id, at, writes)
            .expect("a change of a village can be written");
        self.keep(by, at, chunk.bytes);
        Some(())
    }

    /// Two devices write without knowing of each other.
    pub(super) fn meanwhile(
        &mut self,
        first: (&Station, Time, &Writes),
        second: (&Station, Time, &Writes),
    ) -> Option<()> {
        let mut other = self.doc.clone();
        let (by, at, writes) = second;
        let theirs_at = self.fits(at)?;
        let theirs = other
            .write(by.id, theirs_at, writes)
            .expect("a change of a village can be written");
        self.write(first.0, first.1, first.2)?;
        self.doc
            .merge(&other)
            .expect("two changes of a village can be joined");
        self.keep(by, theirs_at.max(self.last), theirs.bytes);
        Some(())
    }

    pub(super) fn request(&self) -> requests::Request {
        requests::read(&self.doc.record())
    }

    pub(super) fn asset(&self) -> assets::Asset {
        assets::read(&self.doc.record())
    }

    /// Records what happened to a request.
    pub(super) fn happened(
        &mut self,
        by: &Station,
        at: Time,
        what: requests::What,
        chance: &mut Chance,
    ) -> Option<()> {
        let at = self.fits(at)?;
        self.write(by, at, &event(at, what, chance))
    }

    /// Records what happened to an asset, with values that change along.
    pub(super) fn seen(
        &mut self,
        by: &Station,
        at: Time,
        what: assets::What,
        also: Writes,
        chance: &mut Chance,
    ) -> Option<()> {
        let at = self.fits(at)?;
        let mut writes = assets::record(EventId(chance.uuid(at)), &assets::Event { at, what });
        writes.extend(also);
        self.write(by, at, &writes)
    }

    /// The moment something can have happened: after what came before, and not in the future.
    fn fits(&self, at: Time) -> Option<Time> {
        let at = at.max(Time(self.last.0 + 1_000));
        (at <= self.now).then_some(at)
    }

    fn keep(&mut self, by: &Station, at: Time, bytes: Vec<u8>) {
        self.last = at;
        let pushed = Pushed {
            doc: self.id,
            kind: self.kind,
            bytes: ByteBuf::from(bytes),
            again: false,
        };
        self.changes.push(Change {
            device: by.id,
            at,
            pushed,
        });
    }
}

/// The values that record something that happened to a request.
pub(super) fn event(at: Time, what: requests::What, chance: &mut Chance) -> Writes {
    requests::record(EventId(chance.uuid(at)), &requests::Event { at, what })
}
