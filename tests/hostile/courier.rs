//! Courier files, in both directions: as they lie on a stick, and what is sealed in them.

use koina_model::exchange::{CourierAnswer, CourierAsk, courier_words};
use koina_model::problem::Problem;
use koina_sync::courier::{Key, TO_DEVICE, TO_SERVER, open, seal};
use koina_sync::exchange::unpack;

use super::server::{Stage, ask, on_stage};
use super::{cbor, comes_back, device, framed, people};

pub(super) fn take(bytes: &[u8]) {
    lies(bytes);
    let inside = framed(bytes);
    if let Ok(asked) = unpack::<CourierAsk>(&inside) {
        comes_back(&asked);
        on_stage(|stage| asks(stage, asked));
    }
    if let Ok(answer) = unpack::<CourierAnswer>(&inside) {
        comes_back(&answer);
        device::carries(answer);
    }
}

/// Bytes that are no file of ours are refused, whatever they begin with.
fn lies(bytes: &[u8]) {
    thread_local! {
        static KEY: Key = Key::new();
    }
    KEY.with(|key| {
        let keys = std::slice::from_ref(key);
        for mark in [TO_SERVER, TO_DEVICE] {
            for file in [bytes.to_vec(), [mark, bytes].concat()] {
                let opened = open::<ciborium::Value>(mark, keys, &file);
                assert_eq!(opened, Err(Problem::CourierUnreadable));
            }
        }
    });
}

/// An enrolled device sealed and signed this.
fn asks(stage: &Stage, mut asked: CourierAsk) {
    let identity = stage.town.at(stage.crew).identity().unwrap();
    let key = Key::new();
    asked.device = identity.device;
    if asked.reply_to.is_empty() {
        asked.reply_to = key.public();
    }
    let ours = asked.reply_to == key.public();
    for one in &mut asked.asks {
        *one = ask(one).into();
    }
    let signature = identity.sign_words(&courier_words(&asked.reply_to, &asked.asks));
    asked.signature = signature.to_vec().into();
    let server = stage.town.server();
    let file = seal(TO_SERVER, &server.courier_key().public(), &asked).unwrap();
    let answered = stage.town.block_on(koina_server::courier::answer(
        server,
        file,
        stage.town.now(),
    ));
    match answered {
        Ok(back) if ours => {
            let answer: CourierAnswer = open(TO_DEVICE, &[key], &back).expect("it is for us");
            assert_eq!(answer.device, asked.device);
            assert_eq!(answer.pages.is_empty(), asked.asks.is_empty());
        }
        Ok(_) => {}
        Err(problem) => assert!(
            !matches!(problem, Problem::Internal { .. } | Problem::NotSigned),
            "{problem:?}"
        ),
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let asked = people::courier_ask();
    let mut strange = asked.clone();
    strange.reply_to = Key::new().public();
    let key = Key::new().public();
    let sealed = seal(b"", &key, &asked).unwrap();
    vec![
        cbor(&asked),
        cbor(&strange),
        cbor(&people::courier_answer()),
        [TO_SERVER, &sealed].concat(),
        sealed,
    ]
}
