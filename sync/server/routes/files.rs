//! Files of photos: how far they are, and their pieces both ways.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use koina_model::exchange::MEDIA_TYPE;
use koina_model::photos::{FILES_MAX, FileHash, FileState, FilesAnswer, FilesAsk};
use koina_model::problem::Problem;
use koina_sync::exchange::{pack, unpack};
use koina_sync::replica::Named;
use serde::Serialize;

use super::{BODY, Call, next_of, typed};
use crate::log::Device;
use crate::municipality::Municipality;

/// Bytes of a piece that are written to the disk at once.
const WRITTEN: usize = 64 * 1024;

/// What a device may do with a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum May {
    Get,
    HandOver,
}

/// What the records that are this device's business say of a file. Somebody may say something else than the others on purpose:
/// what counts in the end is its hash.
struct Said {
    sizes: BTreeSet<u64>,
    /// Nobody says that it is a picture.
    thumb: bool,
}

impl Said {
    fn most(&self) -> u64 {
        self.sizes.last().copied().unwrap_or_default()
    }
}

async fn said(
    town: &Municipality,
    device: &Device,
    file: FileHash,
    may: May,
) -> Result<Option<Said>, Problem> {
    let all = town.ask(move |replica| replica.named(file)).await?;
    let communities = device.works_for();
    let serves = |named: &&Named| {
        let here = communities.is_empty() || communities.contains(&named.community);
        match may {
            May::Get => device.revoked_at.is_none() && here,
            // What somebody wrote, they may finish, wherever the record went meanwhile.
            May::HandOver => named.writer == device.id || (device.revoked_at.is_none() && here),
        }
    };
    let mine: Vec<&Named> = all.iter().filter(serves).collect();
    Ok((!mine.is_empty()).then(|| Said {
        sizes: mine.iter().map(|named| u64::from(named.size)).collect(),
        thumb: mine.iter().all(|named| named.thumb),
    }))
}

/// How far the server is with files.
pub(super) async fn state(call: Call) -> Result<Response, Problem> {
    let device = call.device()?.clone();
    let Call { app, body, .. } = call;
    let ask = crate::apart(move || unpack::<FilesAsk>(&body)).await?;
    if ask.files.len() > FILES_MAX {
        return Err(Problem::too_large(FILES_MAX));
    }
    // Records that another instance of this server took may name them.
    drop(app.town.follow().await?);
    let mut files = Vec::with_capacity(ask.files.len());
    for file in ask.files {
        files.push(match said(&app.town, &device, file, May::HandOver).await? {
            // A file that cannot be asked for stops nothing but itself.
            Some(_) => {
                let state = app.town.files.state(file).await;
                state.unwrap_or(FileState::Unknown)
            }
            None => FileState::Unknown,
        });
    }
    packed(&FilesAnswer { files })
}

/// A piece of a file for a device.
pub(super) async fn get(call: Call) -> Result<Response, Problem> {
    let (file, from, most) = piece(&call)?;
    let device = call.device()?;
    let town = &call.app.town;
    let Some(said) = said(town, device, file, May::Get).await? else {
        return Err(Problem::NotFound);
    };
    let most = most.min(said.most());
    let bytes = town.files.read(file, from, most).await?;
    Ok(typed(StatusCode::OK, "application/octet-stream", bytes))
}

/// Takes a file of which all bytes came at once; gives whether a record that is the device's business names it.
pub(crate) async fn take_whole(
    town: &Municipality,
    device: &Device,
    file: FileHash,
    bytes: Vec<u8>,
) -> Result<bool, Problem> {
    let Some(said) = said(town, device, file, May::HandOver).await? else {
        return Ok(false);
    };
    // Before anything is written.
    let (is_it, bytes) = crate::apart(move || Ok((FileHash::of(&bytes) == file, bytes))).await?;
    if !is_it || !said.sizes.contains(&(bytes.len() as u64)) {
        tracing::warn!(%file, "a carried photo is not what its name or its record says");
        return Ok(true);
    }
    if town.files.state(file).await? == FileState::Whole {
        return Ok(true);
    }
    let adding = town.files.add(file, device.id)?;
    adding.append(0, bytes).await?;
    adding.finish(said.thumb).await?;
    Ok(true)
}

/// A piece of a file from a device, as it comes: what arrived of it before it was cut stays.
pub(super) async fn put(call: Call) -> Result<Response, Problem> {
    let (file, from, _) = piece(&call)?;
    let body = call.take_streamed();
    let town = &call.app.town;
    let device = call.device()?;
    let Some(said) = said(town, device, file, May::HandOver).await? else {
        return packed(&FileState::Unknown);
    };
    let adding = town.files.add(file, device.id)?;
    let size = said.most();
    let had = match town.files.state(file).await? {
        FileState::Has(had) => u64::from(had),
        other => return packed(&other),
    };
    // Somebody else was faster, or the server lost what it had: go on from what is there.
    if had != from && had < size {
        return packed(&FileState::Has(u32::try_from(had).unwrap_or(u32::MAX)));
    }
    let has = if had < size {
        let taken = tokio::time::timeout(BODY, take(&adding, had, size, body)).await;
        taken.map_err(|_| Problem::Busy)??
    } else {
        had
    };
    if has == size || (said.sizes.contains(&has) && adding.is_all().await?) {
        return packed(&adding.finish(said.thumb).await?);
    }
    let has = u32::try_from(has).unwrap_or(u32::MAX);
    packed(&FileState::Has(has))
}

/// Writes a body to the disk as it comes, no more than is missing. Gives how many bytes of the file there are then.
async fn take(
    adding: &crate::files::Adding<'_>,
    had: u64,
    size: u64,
    body: Option<Body>,
) -> Result<u64, Problem> {
    let Some(mut body) = body else {
        return Ok(had);
    };
    let (mut has, mut pending) = (had, Vec::new());
    loop {
        let next = next_of(&mut body).await;
        if let Ok(Some(bytes)) = &next {
            let room = usize::try_from(size - has).unwrap_or(usize::MAX) - pending.len();
            pending.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        }
        let ended = !matches!(next, Ok(Some(_)));
        let all = has + pending.len() as u64 == size;
        if !pending.is_empty() && (ended || all || pending.len() >= WRITTEN) {
            has = adding.append(has, std::mem::take(&mut pending)).await?;
        }
        if all || next?.is_none() {
            return Ok(has);
        }
    }
}

/// Which file, from which byte on, and how many at most.
pub(super) fn piece(call: &Call) -> Result<(FileHash, u64, u64), Problem> {
    let file = call.param.as_deref().and_then(FileHash::parse);
    let file = file.ok_or(Problem::NotFound)?;
    let value = |name: &str| {
        let mut pairs = call
            .query
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(key, _)| *key == name)
            .and_then(|(_, value)| value.parse::<u64>().ok())
    };
    let missing = |name: &str| Problem::Malformed {
        what: format!("`{name}` in the address"),
    };
    let from = value("from").ok_or_else(|| missing("from"))?;
    let most = value("most").ok_or_else(|| missing("most"))?;
    Ok((file, from, most))
}

fn packed(message: &impl Serialize) -> Result<Response, Problem> {
    Ok(typed(StatusCode::OK, MEDIA_TYPE, pack(message)?))
}
