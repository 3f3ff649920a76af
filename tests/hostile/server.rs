//! What a server takes: bodies of its routes, signed by an enrolled device that is up to no good, and enrolments of strangers.

use std::cell::RefCell;

use koina_model::accounts::AccountInput;
use koina_model::contacts::Contact;
use koina_model::exchange::{Ask, EnrolAsk, Pushed};
use koina_model::ids::{DeviceId, DocId};
use koina_model::permits::Role;
use koina_model::problem::Problem;
use koina_model::requests::acts::{Entered, Step};
use koina_model::words::{Channel, Kind};
use koina_server::log::Author;
use koina_sync::exchange::EXCHANGE_PATH;
use uuid::Uuid;

use crate::town::{LITOCHORO, Town, Who, lamp};

use super::{cbor, framed, people, repair_checksum, repaired};

/// Inputs that one server gets; then a new one stands, so that no input suffers for many before it.
const INPUTS_MAX: u32 = 40;

/// A server with a desk that means well and devices that do not.
pub(super) struct Stage {
    pub(super) town: Town,
    desk: Who,
    /// What the desk works on.
    request: DocId,
    pub(super) crew: Who,
    pub(super) clerk: Who,
    pub(super) kiosk: Who,
    /// One that may be revoked.
    pub(super) spare: Who,
    /// What somebody reported who can be reached, and an account of nobody here.
    pub(super) reported: DocId,
    pub(super) account: Uuid,
    inputs: u32,
}

thread_local! {
    static STAGE: RefCell<Option<Stage>> = const { RefCell::new(None) };
}

/// Gives a stage on which little has happened yet, and looks afterwards whether it still stands.
pub(super) fn on_stage(play: impl FnOnce(&Stage)) {
    STAGE.with_borrow_mut(|kept| {
        if kept
            .as_ref()
            .is_some_and(|stage| stage.inputs >= INPUTS_MAX)
        {
            *kept = None;
        }
        let stage = kept.get_or_insert_with(Stage::new);
        stage.inputs += 1;
        // A minute later: nobody is locked out for an earlier input's wrong codes.
        stage.town.pass_ms(61_000);
        play(stage);
        stage.stands();
    });
}

pub(super) fn take(bytes: &[u8]) {
    let Some((way, body)) = bytes.split_first() else {
        return;
    };
    on_stage(|stage| {
        let (who, path, body) = match way % 4 {
            0 => (stage.crew, EXCHANGE_PATH, ask(body)),
            1 => (stage.clerk, EXCHANGE_PATH, ask(body)),
            2 => (stage.crew, "/v1/enrol", body.to_vec()),
            _ => (stage.clerk, "/v1/devices/invites", body.to_vec()),
        };
        let said = stage.town.post(who, path, body);
        assert!(
            !matches!(
                said,
                Err(Problem::Internal { .. } | Problem::Busy | Problem::NotSigned)
            ),
            "{path}: {said:?}"
        );
    });
}

/// An ask in its frame, its chunks made to look whole.
pub(super) fn ask(bytes: &[u8]) -> Vec<u8> {
    let ask = repaired(bytes, |ask: &mut Ask| {
        for pushed in &mut ask.push {
            repair_checksum(&mut pushed.bytes);
        }
    });
    framed(&ask.map_or_else(|| bytes.to_vec(), |ask| cbor(&ask)))
}

impl Stage {
    fn new() -> Self {
        let mut town = Town::new().unheard();
        let desk = town.desk("Δημαρχείο");
        let crew = town.crew("Συνεργείο", "light", &[LITOCHORO]);
        let clerk = town.desk("Γραφείο");
        let request = super::device::enter(&town, desk, LITOCHORO, "Σβηστή λάμπα");
        let kiosk = town.device("Κιόσκι", Role::Kiosk, None, &[LITOCHORO]);
        let contact = Contact {
            name: "Ευτυχία".to_owned(),
            phone: "6912345678".to_owned(),
            ..Contact::default()
        };
        let entered = Entered {
            channel: Channel::Kiosk,
            ..lamp("Σβηστό φως")
        };
        let now = town.time(kiosk);
        let reported = town.at(kiosk).report(&entered, &contact, now).unwrap().id;
        let spare = town.crew("Εφεδρικό", "light", &[LITOCHORO]);
        let account = account(&town, "");
        town.settle();
        // Their replicas say nothing any more: the fuzzer speaks for them.
        for who in [crew, clerk, kiosk, spare] {
            town.lose(who);
        }
        town.unchecked = true;
        Self {
            town,
            desk,
            request,
            crew,
            clerk,
            kiosk,
            spare,
            reported,
            account,
            inputs: 0,
        }
    }

    /// People go on working, and what must hold in every town holds.
    fn stands(&self) {
        let step = Step::Note {
            text: "Και μετά;"
        };
        self.town
            .at(self.desk)
            .record_work(self.request, &step, self.town.time(self.desk))
            .expect("the desk goes on");
        let exchanged = self.town.exchange(self.desk);
        assert!(exchanged.is_ok_and(|said| said.pushed == 1));
        self.town.check();
    }
}

/// An account of Maria, whom the identity provider knows by this address.
pub(super) fn account(town: &Town, email: &str) -> Uuid {
    let by = Author {
        device: None,
        person: "δοκιμή".to_owned(),
    };
    let input = AccountInput {
        login: "maria".to_owned(),
        name: "Μαρία".to_owned(),
        role: Some(Role::Clerk),
        email: email.to_owned(),
    };
    let given = koina_server::accounts::add(town.server(), by, &input, town.now());
    town.block_on(given).unwrap().account.id
}

/// Changes as the devices of every stage would make them, since ids are seeded.
fn asks() -> Vec<Ask> {
    let stage = Stage::new();
    let mut asks = Vec::new();
    for who in [stage.crew, stage.clerk] {
        let (town, device) = (&stage.town, stage.town.at(who));
        let known = device.doc_ids().unwrap();
        super::device::enter(town, who, LITOCHORO, "Νέο εύρημα");
        for id in known {
            let note = Step::Note {
                text: "Το είδα"
            };
            device.record_work(id, &note, town.time(who)).unwrap();
        }
        asks.push(device.ask("0.1.0").unwrap().ask);
    }
    asks
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    let by = |way: u8, body: &[u8]| [&[way], body].concat();
    for ask in asks() {
        let first = Ask {
            cursor: 0,
            first: Some(koina_model::exchange::FirstLoad::default()),
            push: Vec::new(),
            ..ask.clone()
        };
        for way in [0, 1] {
            seeds.push(by(way, &cbor(&ask)));
            seeds.push(by(way, &cbor(&first)));
        }
    }
    seeds.push(by(0, &cbor(&people::ask())));
    seeds.push(by(0, &people::written("ask")));
    let strange = Pushed {
        doc: DocId(Uuid::from_u128(1)),
        kind: Kind::Asset,
        bytes: people::written("first-change").into(),
        again: true,
    };
    seeds.push(by(
        1,
        &cbor(&Ask {
            push: vec![strange],
            ..Ask::default()
        }),
    ));
    let enrol = EnrolAsk {
        code: "7K2QM-X4R9T".to_owned(),
        device: DeviceId(Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0009)),
        key: koina_sync::identity::NewKey::from_seed([1; 32]).public_hex(),
        version: "0.1.0".to_owned(),
    };
    seeds.push(by(2, &serde_json::to_vec(&enrol).unwrap()));
    let invite = r#"{"role":"crew","name":"Τάμπλετ","person":"Κάποιος","crew":"light","communities":["11020101"]}"#;
    seeds.push(by(3, invite.as_bytes()));
    seeds
}
