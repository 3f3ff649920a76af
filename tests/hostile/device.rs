//! What a device takes: answers to its exchange, and to its enrolment.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use koina_model::columns::{Columns, take_apart};
use koina_model::doc::Chunk;
use koina_model::exchange::{Answer, CAPABILITIES, CourierAnswer, Item};
use koina_model::ids::{DocId, Time};
use koina_model::permits::Permit;
use koina_model::problem::Problem;
use koina_model::requests::acts::Entered;
use koina_model::words::{Channel, Kind};
use koina_sync::courier::{Key, TO_DEVICE, seal};
use koina_sync::exchange::{self, Failed, Line, Progress, pack};
use koina_sync::replica::{Ids, Replica};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::town::{BEGIN, LITOCHORO, Town, Who};

use super::{cbor, framed, people, repair_checksum, repaired};

pub(super) fn take(bytes: &[u8]) {
    DEVICE.with_borrow_mut(|device| {
        let device = device.get_or_insert_with(Device::new);
        if bytes.starts_with(b"{") {
            device.enrols(bytes);
        } else {
            device.exchanges(bytes);
        }
    });
}

/// Gives a device what it finds in a courier file.
pub(super) fn carries(mut answer: CourierAnswer) {
    for page in &mut answer.pages {
        look_whole(&mut page.answer);
    }
    DEVICE.with_borrow_mut(|device| device.get_or_insert_with(Device::new).carries(answer));
}

/// Makes the chunks of an answer look whole.
fn look_whole(answer: &mut Answer) {
    for item in &mut answer.items {
        if let Item::Change { bytes, .. } = item {
            repair_checksum(bytes);
        }
    }
}

thread_local! {
    static DEVICE: RefCell<Option<Device>> = const { RefCell::new(None) };
}

/// A device as it stands before each input: enrolled, with records and unsent work.
struct Device {
    folder: TempDir,
    runtime: Runtime,
    /// The file to begin from.
    kept: Vec<u8>,
    /// What a good server says afterwards, and the change that must then be here.
    good: Vec<u8>,
    brings: (DocId, Chunk),
}

/// A server that says these bytes, and then nothing.
pub(super) struct Says(std::sync::Mutex<Option<Vec<u8>>>);

impl Says {
    pub(super) fn once(bytes: Vec<u8>) -> Self {
        Self(std::sync::Mutex::new(Some(bytes)))
    }
}

impl Line for Says {
    async fn send(
        &self,
        _: &str,
        _: &str,
        _: &[(&str, String)],
        _: Vec<u8>,
    ) -> Result<Vec<u8>, Failed> {
        self.0.lock().unwrap().take().ok_or(Failed {
            problem: Problem::Offline { since: None },
            left: true,
        })
    }
}

fn now() -> Time {
    BEGIN.plus_days(2)
}

impl Device {
    fn new() -> Self {
        let mut town = Town::new().unheard();
        let desk = town.desk("Δημαρχείο");
        let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
        enter(&town, desk, LITOCHORO, "Σβηστή λάμπα");
        town.settle();
        enter(&town, crew, LITOCHORO, "Δεν στάλθηκε ακόμη");
        let folder = TempDir::new().unwrap();
        let kept = copy(town.path(crew), folder.path());
        town.unchecked = true;
        let mut new = people::new_request();
        new.id = DocId(Uuid::from_u128(0x019a_0000_0000_7000_8f3c_a55e_91d2_77b4));
        let (doc, brings) = koina_model::requests::doc(&new, people::OTHER).unwrap();
        let columns = Columns::lay_out(&[take_apart(new.id, &doc).unwrap()]);
        let good = Answer {
            capabilities: CAPABILITIES.map(str::to_owned).to_vec(),
            epoch: "good".to_owned(),
            now: now(),
            items: vec![Item::Docs {
                columns: Box::new(columns),
            }],
            cursor: 1_000,
            head: 1_000,
            ..Answer::default()
        };
        Self {
            folder,
            runtime: tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap(),
            kept,
            good: pack(&good).unwrap(),
            brings: (new.id, brings),
        }
    }

    /// A fresh file; the one before goes.
    fn file(&self, name: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        for ending in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(self.folder.path().join(format!("{name}{ending}")));
        }
        let _ = std::fs::remove_file(file.with_extension("identity"));
        file
    }

    fn exchanges(&self, bytes: &[u8]) {
        let answer = repaired(bytes, look_whole);
        let bytes = answer.map_or_else(|| bytes.to_vec(), |answer| cbor(&answer));
        self.survives(|replica| {
            let _ = self.hears(replica, framed(&bytes));
        });
    }

    /// An answer that came on a stick, sealed to a key of this device.
    fn carries(&self, mut answer: CourierAnswer) {
        let key = Key::new();
        self.survives(|replica| {
            answer.device = replica.identity().unwrap().device;
            let keys = serde_json::to_string(&[key.to_text()]).unwrap();
            replica.set_meta("courier_keys", &keys).unwrap();
            let file = seal(TO_DEVICE, &key.public(), &answer).unwrap();
            let _ = replica.courier_take(&file, now());
        });
    }

    /// Whatever the device lived through: it opens again, and a good server is heard.
    fn survives(&self, lives: impl FnOnce(&Replica)) {
        let file = self.file("device.sqlite");
        std::fs::write(&file, &self.kept).unwrap();
        let replica = open(&file);
        lives(&replica);
        is_whole(&replica);
        drop(replica);
        // It was switched off; the next server is a good one.
        let replica = open(&file);
        let heard = self.hears(&replica, self.good.clone());
        assert!(
            matches!(
                heard,
                Ok(()) | Err(Problem::Offline { .. } | Problem::Revoked)
            ),
            "{heard:?}"
        );
        let (id, brings) = &self.brings;
        let here = replica.doc(*id).expect("what a good server said is here");
        assert!(here.has(&brings.hash));
        is_whole(&replica);
    }

    fn hears(&self, replica: &Replica, bytes: Vec<u8>) -> Result<(), Problem> {
        let line = Says::once(bytes);
        let progress = Progress::default();
        let exchanged = exchange::run(replica, &line, "0.1.0", &now, &progress);
        self.runtime.block_on(exchanged).map(drop)
    }

    /// An enrolment is whole or did not happen.
    fn enrols(&self, bytes: &[u8]) {
        let file = self.file("fresh.sqlite");
        let replica = open(&file);
        let try_with = |replica: &Replica, bytes: &[u8]| {
            let line = Says::once(bytes.to_vec());
            self.runtime.block_on(exchange::enrol(
                replica,
                &line,
                "http://town",
                "7K2QM-X4R9T",
                "0.1.0",
                now(),
                [5; 32],
            ))
        };
        let enrolled = try_with(&replica, bytes);
        assert_eq!(enrolled.is_ok(), replica.identity().is_some());
        drop(replica);
        let replica = open(&file);
        assert_eq!(enrolled.is_ok(), replica.identity().is_some());
        if enrolled.is_err() {
            try_with(&replica, &enrolment()).expect("the next answer is a good one");
        }
        assert!(replica.ask("0.1.0").is_ok());
    }
}

/// Enters a request.
pub(super) fn enter(town: &Town, who: Who, community: &str, text: &str) -> DocId {
    let author = town.at(who).author().unwrap();
    let entered = Entered {
        category: "LGT-01",
        community,
        settlement: "",
        place_text: "",
        position: None,
        asset: None,
        text,
        channel: Channel::Phone,
        register: author.role.may(Permit::RegisterRequests),
    };
    let begun = town
        .at(who)
        .enter_request(&entered, None, town.time(who))
        .unwrap();
    begun.0
}

fn open(file: &Path) -> Replica {
    let replica = Replica::open_with(file, now(), Ids::Seeded(9 << 64)).expect("it opens");
    assert_eq!(replica.set_aside(), None, "the file was given up");
    replica
}

/// The bytes of a replica's file, with what is still in its log.
fn copy(file: &Path, folder: &Path) -> Vec<u8> {
    let db = rusqlite::Connection::open(file).unwrap();
    let copy = folder.join("copy.sqlite");
    db.execute("VACUUM INTO ?1", [copy.to_str().unwrap()])
        .unwrap();
    std::fs::read(copy).unwrap()
}

/// Everything can be read, and the views are those of the records.
pub(super) fn is_whole(replica: &Replica) {
    replica.pending().expect("the outbox");
    replica.aside().expect("what was set aside");
    for id in replica.doc_ids().expect("the records") {
        let doc = replica.doc(id).expect("a record that is here");
        let _ = match doc.kind() {
            Kind::Request => replica.request_case(id, now()).map(drop),
            Kind::Asset => replica.asset_card(id, now()).map(drop),
        };
    }
    let views = replica.views_text().expect("the views");
    replica.rebuild_views().expect("a rebuild");
    let rebuilt = replica.views_text().expect("the views");
    assert_eq!(views, rebuilt, "views differ from a rebuild");
}

pub(super) fn enrolment() -> Vec<u8> {
    use koina_model::exchange::EnrolAnswer;
    use koina_model::permits::Role;
    let lists = koina_model::lists::Lists {
        version: 1,
        ..koina_model::lists::Lists::empty()
    };
    let answer = EnrolAnswer {
        municipality: "dion-olympos".to_owned(),
        station: "A1".to_owned(),
        name: "Συνεργείο".to_owned(),
        person: String::new(),
        role: Role::Crew,
        crew: Some("light".to_owned()),
        communities: vec![LITOCHORO.to_owned()],
        epoch: "5f0c3a6d9b1e47288c4d2f60a1b7e935".to_owned(),
        scope: 0,
        lists: serde_json::to_string(&lists).unwrap(),
    };
    serde_json::to_vec(&answer).unwrap()
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let revoked = Answer {
        revoked: true,
        ..Answer::default()
    };
    let lists = koina_model::lists::Lists {
        version: 9,
        ..koina_model::lists::Lists::empty()
    };
    let lists = Answer {
        lists: Some(serde_json::to_string(&lists).unwrap()),
        ..Answer::default()
    };
    vec![
        cbor(&people::answer()),
        cbor(&people::answer_by_column()),
        cbor(&people::timeless()),
        cbor(&revoked),
        cbor(&lists),
        people::written("answer"),
        enrolment(),
    ]
}
