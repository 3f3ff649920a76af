//! The map: its tiles, what lies on it, and where it comes from.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use koina_model::problem::{MapFault, Problem};
use koina_sync::maps::MapPack;
use koina_sync::maps::carry::{MAP_PATH, MapOffer};
use koina_sync::views::map::{MapPoints, MapQuery, Place};

use crate::{
    Desk, MapFile, MapHere, MapInstallInput, MapState, MapTile, MapTileInput, MapWantInput,
    Nothing, PlaceReadInput, told,
};

/// How the name of a map ends.
const ENDING: &str = "pmtiles";
/// Most files of maps that are offered.
const FOUND_MAX: usize = 20;

pub(crate) fn map_tile(desk: &Desk, input: MapTileInput) -> Result<MapTile, Problem> {
    let tile = desk.replica.maps().tile(input.z, input.x, input.y)?;
    Ok(MapTile {
        data: tile.map(|bytes| STANDARD.encode(bytes)),
    })
}

pub(crate) fn map_pack(desk: &Desk, _: Nothing) -> Result<MapHere, Problem> {
    let map = desk.replica.maps().current()?;
    Ok(MapHere { map })
}

pub(crate) fn map_points(desk: &Desk, input: MapQuery) -> Result<MapPoints, Problem> {
    told(desk.replica.map_points(&input, desk.now()))
}

pub(crate) fn map_state(desk: &Desk, _: Nothing) -> Result<MapState, Problem> {
    state(desk, None)
}

/// Asks the town hall which map it has.
pub(crate) fn map_offer(desk: &Desk, _: Nothing) -> Result<MapState, Problem> {
    let offer = offer(desk)?;
    state(desk, Some(offer))
}

pub(crate) fn map_want(desk: &Desk, input: MapWantInput) -> Result<MapState, Problem> {
    if !input.on {
        // Between two pieces of it, not while one comes.
        desk.exchanger.alone(|replica| {
            told(replica.want_map(None))?;
            told(replica.decline_map(true))
        })?;
        return state(desk, None);
    }
    let offer = offer(desk)?;
    desk.exchanger.alone(|replica| {
        told(replica.decline_map(false))?;
        told(replica.want_map(Some(&offer)))
    })?;
    desk.exchanger.soon();
    state(desk, Some(offer))
}

pub(crate) fn map_install(desk: &Desk, input: MapInstallInput) -> Result<MapState, Problem> {
    // A window never names a path of its own.
    let found = found(desk).into_iter().find(|one| one.path == input.path);
    let found = found.ok_or(MapFault::NotHere)?;
    let municipality = &desk.replica.lists().reference.municipality;
    desk.replica
        .maps()
        .install(found.path.as_ref(), municipality)?;
    desk.exchanger
        .alone(|replica| told(replica.want_map(None)))?;
    state(desk, None)
}

/// What is known of a position that somebody chose on the map or typed.
pub(crate) fn place_read(desk: &Desk, input: PlaceReadInput) -> Result<Place, Problem> {
    desk.replica.place_at(&input.typed)
}

fn offer(desk: &Desk) -> Result<MapPack, Problem> {
    let offer: MapOffer = desk.exchanger.ask("GET", MAP_PATH, Vec::new())?;
    Ok(offer.map.ok_or(MapFault::NotAtTown)?)
}

fn state(desk: &Desk, offer: Option<MapPack>) -> Result<MapState, Problem> {
    Ok(MapState {
        map: desk.replica.maps().current()?,
        coming: told(desk.replica.map_coming())?,
        declined: told(desk.replica.declines_map())?,
        offer,
        found: found(desk),
    })
}

fn found(desk: &Desk) -> Vec<MapFile> {
    let places = (desk.places)().into_iter();
    let entries = places.filter_map(|place| std::fs::read_dir(place).ok());
    let files = entries.flatten().filter_map(|entry| {
        let path = entry.ok()?.path();
        let about = std::fs::metadata(&path).ok()?;
        let named = path.extension()?.eq_ignore_ascii_case(ENDING);
        (named && about.is_file()).then(|| MapFile {
            path: path.to_string_lossy().into_owned(),
            bytes: about.len(),
        })
    });
    files.take(FOUND_MAX).collect()
}
