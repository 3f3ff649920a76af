//! Courier files: the exchange of a device that has no network, carried by hand. See `koina_sync::courier`.

use std::collections::VecDeque;

use ed25519_dalek::{Signature, VerifyingKey};
use koina_model::exchange::{Ask, CourierAnswer, CourierAsk, CourierPage, courier_words};
use koina_model::ids::Time;
use koina_model::problem::Problem;
use koina_sync::courier::{TO_DEVICE, TO_SERVER, open, seal};
use koina_sync::exchange::{pack, unpack};

use crate::apart;
use crate::municipality::Municipality;

/// Most bytes of answers in one file; the rest goes into the next one.
const ANSWERS_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes of news to put into a page: nobody waits for the first of them.
const WANT_BYTES: u32 = 4 * 1024 * 1024;

/// Takes a courier file of any device and gives the file that answers it. The same file may come again: it gets the same
/// receipts.
pub async fn answer(town: &Municipality, file: Vec<u8>, now: Time) -> Result<Vec<u8>, Problem> {
    let key = town.courier_key();
    let (asked, mut asks) = apart(move || {
        let asked: CourierAsk = open(TO_SERVER, &[key], &file)?;
        let asks = asked.asks.iter().map(|ask| unpack(ask));
        let asks: VecDeque<Ask> = asks.collect::<Result<_, _>>()?;
        Ok((asked, asks))
    })
    .await?;
    let device = town.log.device(asked.device).await?;
    let device = device.ok_or(Problem::NotEnrolled)?;
    let signed = VerifyingKey::from_bytes(&device.key)
        .and_then(|key| {
            let signature = Signature::from_slice(&asked.signature)?;
            key.verify_strict(&courier_words(&asked.reply_to, &asked.asks), &signature)
        })
        .is_ok();
    if !signed {
        return Err(Problem::NotSigned);
    }

    // One ask after the other, each from where the answer before it led; then on while there is more to tell, and room.
    let mut pages: Vec<CourierPage> = Vec::new();
    let mut further = Ask::default();
    let (mut bytes, mut more) = (0, false);
    while let Some(mut ask) = asks
        .pop_front()
        .or_else(|| (more && bytes < ANSWERS_BYTES_MAX).then(|| further.clone()))
    {
        if let Some(CourierPage { answer, .. }) = pages.last() {
            ask.epoch.clone_from(&answer.epoch);
            (ask.cursor, ask.first) = (answer.cursor, answer.first);
            ask.lists = town.lists().await?.version;
        }
        ask.want_bytes = WANT_BYTES;
        let stands = (ask.epoch.clone(), ask.cursor, ask.first);
        let ends_again = usize::try_from(ask.again).is_ok_and(|again| again == ask.entries.len());
        further = Ask {
            push: Vec::new(),
            entries: Vec::new(),
            again: if ends_again { 0 } else { ask.again },
            ..ask.clone()
        };
        let answer = crate::exchange::exchange(town, &device, ask, now).await?;
        bytes += pack(&answer)?.len();
        let restored = answer.restored.is_some();
        more =
            answer.more && !answer.revoked && (answer.cursor, answer.first) != (stands.1, stands.2);
        pages.push(CourierPage {
            epoch: stands.0,
            cursor: stands.1,
            first: stands.2,
            ends_again,
            answer,
        });
        if restored {
            // What comes next depends on what the device has to hand over again.
            break;
        }
    }
    let answer = CourierAnswer {
        device: device.id,
        pages,
    };
    apart(move || seal(TO_DEVICE, &asked.reply_to, &answer)).await
}
