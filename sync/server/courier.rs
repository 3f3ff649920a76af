//! Courier files: the exchange of a device that has no network, carried by hand. See `koina_sync::courier`.

use std::collections::VecDeque;

use ed25519_dalek::Signature;
use koina_model::exchange::{
    Ask, CarriedPhoto, CourierAnswer, CourierAsk, CourierPage, courier_words,
};
use koina_model::ids::{DeviceId, Time};
use koina_model::problem::Problem;
use koina_sync::courier::{FILE_BYTES_MAX, PHOTOS_MAX, TO_DEVICE, TO_SERVER, open, seal};
use koina_sync::exchange::{plain_size, unpack};

use crate::apart;
use crate::municipality::Municipality;
use crate::routes::files;

/// Bytes of answers, before compression, after which no further page is begun: the device inflates the file as a whole.
const ANSWERS_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Most asks in one file: as many pushes as there is room for.
const ASKS_MAX: usize = 256;
/// Bytes of news to put into a page: nobody waits for the first of them.
const WANT_BYTES: u32 = 4 * 1024 * 1024;

/// Takes a courier file of any device and gives the file that answers it. The same file may come again: it gets the same
/// receipts.
pub async fn answer(town: &Municipality, file: Vec<u8>, now: Time) -> Result<Vec<u8>, Problem> {
    let key = town.courier_key();
    let asked: CourierAsk = apart(move || open(TO_SERVER, &[key], &file)).await?;
    let device = town.log.device(asked.device).await?;
    let device = device.ok_or(Problem::NotEnrolled)?;
    let signature = Signature::from_slice(&asked.signature).map_err(|_| Problem::NotSigned)?;
    device.verify(&courier_words(&asked.reply_to, &asked.asks), &signature)?;
    if asked.asks.len() > ASKS_MAX {
        return Err(Problem::too_large(FILE_BYTES_MAX));
    }
    if asked.photos.len() > PHOTOS_MAX {
        return Err(Problem::too_large(FILE_BYTES_MAX));
    }
    let mut asks = VecDeque::from(asked.asks);

    // One ask after the other, each from where the answer before it led; then on while there is more to tell. What finds no
    // room in this answer waits for the next file: nothing leaves a device without its receipt.
    let mut pages: Vec<CourierPage> = Vec::new();
    let mut further = Ask::default();
    let (mut bytes, mut more) = (0, false);
    while bytes < ANSWERS_BYTES_MAX {
        // Inflated one at a time: many small ones can be large together.
        let mut ask: Ask = match asks.pop_front() {
            Some(packed) => apart(move || unpack(&packed)).await?,
            None if more => further.clone(),
            None => break,
        };
        if let Some(CourierPage { answer, .. }) = pages.last() {
            ask.epoch.clone_from(&answer.epoch);
            (ask.cursor, ask.first) = (answer.cursor, answer.first);
            ask.erasures = answer.erasures;
            ask.lists = town.lists().await?.version;
        }
        ask.want_bytes = WANT_BYTES;
        let stands = (ask.epoch.clone(), ask.cursor, ask.first);
        let ends_again = ask.ends_again();
        further = Ask {
            push: Vec::new(),
            contacts: Vec::new(),
            erased: Vec::new(),
            health: None,
            entries: Vec::new(),
            again: if ends_again { 0 } else { ask.again },
            ..ask.clone()
        };
        let answer = crate::exchange::exchange(town, &device, ask, now).await?;
        bytes += plain_size(&answer)?;
        let elsewhere = answer.restored.is_some() || answer.scope.is_some();
        more =
            answer.more && !answer.revoked && (answer.cursor, answer.first) != (stands.1, stands.2);
        pages.push(CourierPage {
            epoch: stands.0,
            cursor: stands.1,
            first: stands.2,
            ends_again,
            answer,
        });
        if elsewhere {
            // What comes next depends on what the device has to hand over again, or on what it is for now.
            break;
        }
    }
    photos(town, device.id, asked.photos).await?;
    let answer = CourierAnswer {
        device: device.id,
        pages,
    };
    apart(move || seal(TO_DEVICE, &asked.reply_to, &answer)).await
}

/// Takes photos as if the device had handed them over itself. What a record is to name that is not here yet has to come again;
/// all the others are taken first.
async fn photos(
    town: &Municipality,
    device: DeviceId,
    photos: Vec<CarriedPhoto>,
) -> Result<(), Problem> {
    if photos.is_empty() {
        return Ok(());
    }
    // Also that it was revoked, or works for others, by what came with it.
    let device = town.log.device(device).await?.ok_or(Problem::NotEnrolled)?;
    drop(town.follow().await?);
    let (mut early, mut busy) = (0, false);
    for CarriedPhoto { file, named, bytes } in photos {
        match files::take_whole(town, &device, file, bytes.into_vec()).await {
            Ok(true) => {}
            Ok(false) if named => early += 1,
            Ok(false) => tracing::warn!(%file, "a carried photo is not taken: no record names it"),
            // On its way from the device itself, perhaps; the others have their turn first.
            Err(Problem::Busy) => busy = true,
            // One that is no picture stops no other, and will not be one the next time.
            Err(Problem::Photo { fault }) => {
                tracing::warn!(%file, ?fault, "a carried photo was refused")
            }
            Err(problem) => return Err(problem),
        }
    }
    match early {
        _ if busy => Err(Problem::Busy),
        0 => Ok(()),
        photos => Err(Problem::PhotosTooEarly { photos }),
    }
}
