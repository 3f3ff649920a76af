//! Messages of the exchange, as they travel and inside their frame.

use koina_model::exchange::{Answer, Ask, CourierAnswer, CourierAsk};
use koina_sync::exchange::{pack, unpack};

use super::{cbor, comes_back, framed, people};

pub(super) fn take(bytes: &[u8]) {
    let body = framed(bytes);
    reads::<Ask>(&body);
    reads::<Answer>(&body);
    reads::<CourierAsk>(&body);
    reads::<CourierAnswer>(&body);
}

fn reads<M>(body: &[u8])
where
    M: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    if let Ok(message) = unpack::<M>(body) {
        comes_back(&message);
        let packed = pack(&message).expect("our own words");
        assert_eq!(unpack::<M>(&packed).ok().as_ref(), Some(&message));
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let ask = people::ask();
    let answer = people::answer();
    vec![
        cbor(&ask),
        cbor(&answer),
        cbor(&people::answer_by_column()),
        cbor(&people::courier_ask()),
        cbor(&people::courier_answer()),
        pack(&ask).unwrap(),
        pack(&answer).unwrap(),
        people::written("ask"),
        people::written("answer"),
    ]
}
