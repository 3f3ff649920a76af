use std::io::Cursor;
use std::path::PathBuf;

use koina_model::problem::{MapFault, Problem};
use koina_model::reference::Reference;
use pmtiles::{PmTilesWriter, TileCoord, TileType};
use tempfile::TempDir;

use super::{MAP_BYTES_MAX, Maps, Municipality};

/// A map with three tiles in a frame.
pub(crate) fn map(bounds: [f64; 4], kind: TileType) -> Vec<u8> {
    let [west, south, east, north] = bounds;
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = PmTilesWriter::new(kind)
        .min_zoom(0)
        .max_zoom(2)
        .bounds(west, south, east, north)
        .metadata(
            r#"{"name":"Δήμος","description":"koina 2026-11-01","attribution":"<a href=\"x\">&copy; OpenStreetMap</a>"}"#,
        )
        .create(&mut bytes)
        .unwrap();
    for (z, x, y) in [(0, 0, 0), (1, 1, 0), (2, 2, 1)] {
        let tile = vec![z; 300];
        writer
            .add_tile(TileCoord::new(z, x, y).unwrap(), &tile)
            .unwrap();
    }
    writer.finalize().unwrap();
    bytes.into_inner()
}

fn town() -> Municipality {
    Reference::bundled("dion-olympos").unwrap().municipality
}

struct Bench {
    folder: TempDir,
    maps: Maps,
}

impl Bench {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let maps = Maps::at(folder.path().join("maps"));
        Self { folder, maps }
    }

    fn brought(&self, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join("brought.pmtiles");
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Files in the folder of maps.
    fn files(&self) -> usize {
        let folder = self.folder.path().join("maps");
        std::fs::read_dir(folder).unwrap().count()
    }

    fn fault(&self, bytes: &[u8]) -> MapFault {
        match self.maps.install(&self.brought(bytes), &town()) {
            Err(Problem::Map { fault }) => fault,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_map_that_was_brought_is_there_after_a_restart_and_gives_its_tiles() {
    let bench = Bench::new();
    assert_eq!(bench.maps.current().unwrap(), None);
    assert_eq!(bench.maps.tile(0, 0, 0), Err(MapFault::NotHere.into()));
    let bytes = map(town().bbox, TileType::Mvt);
    let pack = bench.maps.install(&bench.brought(&bytes), &town()).unwrap();
    assert_eq!(pack.bytes, bytes.len() as u64);
    assert_eq!(
        (pack.name.as_str(), pack.made_on.as_deref()),
        ("Δήμος", Some("2026-11-01"))
    );
    assert_eq!(pack.attribution, "© OpenStreetMap");
    let again = Maps::at(bench.folder.path().join("maps"));
    for maps in [&bench.maps, &again] {
        assert_eq!(maps.current().unwrap(), Some(pack.clone()));
        assert_eq!(maps.tile(2, 2, 1).unwrap(), Some(vec![2; 300]));
        assert_eq!(maps.tile(2, 0, 0).unwrap(), None);
        assert_eq!(maps.tile(2, 9, 9).unwrap(), None);
        assert_eq!(maps.tile(200, 0, 0).unwrap(), None);
    }
}

#[test]
fn a_newer_map_takes_the_place_of_the_older_one_also_when_another_program_brings_it() {
    let bench = Bench::new();
    let [west, south, east, north] = town().bbox;
    let first = map(town().bbox, TileType::Mvt);
    let second = map([west - 1.0, south, east, north], TileType::Mvt);
    bench.maps.install(&bench.brought(&first), &town()).unwrap();
    let other = Maps::at(bench.folder.path().join("maps"));
    let pack = other.install(&bench.brought(&second), &town()).unwrap();
    assert_eq!(bench.maps.current().unwrap(), Some(pack));
    assert_eq!(bench.files(), 1);
}

#[test]
fn what_is_no_map_of_this_municipality_is_refused_in_words_and_changes_nothing() {
    let bench = Bench::new();
    let good = map(town().bbox, TileType::Mvt);
    let pack = bench.maps.install(&bench.brought(&good), &town()).unwrap();
    assert_eq!(bench.fault(b""), MapFault::NotAMap);
    assert_eq!(bench.fault(b"\xff\xd8\xff a photo"), MapFault::NotAMap);
    assert_eq!(
        bench.fault(&map(town().bbox, TileType::Png)),
        MapFault::NotAMap
    );
    assert_eq!(
        bench.fault(&map([23.0, 37.0, 24.0, 38.0], TileType::Mvt)),
        MapFault::Elsewhere
    );
    // Between its parts the writer leaves room, which is all the same.
    for cut in (7..200).chain((200..good.len()).step_by(499)) {
        assert_eq!(bench.fault(&good[..cut]), MapFault::Truncated, "at {cut}");
    }
    let nowhere = bench.folder.path().join("gone.pmtiles");
    assert_eq!(
        bench.maps.install(&nowhere, &town()),
        Err(MapFault::NotHere.into())
    );
    let large = bench.brought(&good);
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(&large)
        .unwrap();
    file.set_len(MAP_BYTES_MAX + 1).unwrap();
    assert_eq!(
        bench.maps.install(&large, &town()),
        Err(MapFault::TooLarge.into())
    );
    assert_eq!(bench.maps.current().unwrap(), Some(pack));
    assert_eq!(bench.files(), 1);
}

#[test]
fn a_map_with_any_byte_wrong_ends_nothing() {
    let bench = Bench::new();
    let good = map(town().bbox, TileType::Mvt);
    for at in (0..good.len()).filter(|at| *at < 128 || good[*at] != 0) {
        let mut bad = good.clone();
        bad[at] ^= 0xff;
        let maps = Maps::at(bench.folder.path().join(at.to_string()));
        if maps.install(&bench.brought(&bad), &town()).is_ok() {
            for (z, x, y) in [(0, 0, 0), (1, 1, 0), (2, 2, 1)] {
                let _ = maps.tile(z, x, y);
            }
        }
    }
}

#[test]
fn a_tile_that_unpacks_to_more_than_any_tile_is_refused() {
    let bench = Bench::new();
    let mut bytes = Cursor::new(Vec::new());
    let [west, south, east, north] = town().bbox;
    let mut writer = PmTilesWriter::new(TileType::Mvt)
        .bounds(west, south, east, north)
        .create(&mut bytes)
        .unwrap();
    let bomb = vec![0; 64 * 1024 * 1024];
    writer
        .add_tile(TileCoord::new(0, 0, 0).unwrap(), &bomb)
        .unwrap();
    writer.finalize().unwrap();
    bench
        .maps
        .install(&bench.brought(&bytes.into_inner()), &town())
        .unwrap();
    assert_eq!(bench.maps.tile(0, 0, 0), Err(MapFault::NotAMap.into()));
}

#[test]
fn a_map_that_says_gigabytes_of_itself_in_a_few_bytes_ends_nothing() {
    let bench = Bench::new();
    let [west, south, east, north] = town().bbox;
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = PmTilesWriter::new(TileType::Mvt)
        .bounds(west, south, east, north)
        .metadata(format!(
            "{{\"name\":\"{}\"}}",
            "x".repeat(200 * 1024 * 1024)
        ))
        .create(&mut bytes)
        .unwrap();
    writer
        .add_tile(TileCoord::new(0, 0, 0).unwrap(), &[1; 30])
        .unwrap();
    writer.finalize().unwrap();
    let bytes = bytes.into_inner();
    assert!(bytes.len() < 1024 * 1024);
    let pack = bench.maps.install(&bench.brought(&bytes), &town()).unwrap();
    assert_eq!(pack.name, "");
    assert_eq!(bench.maps.tile(0, 0, 0).unwrap(), Some(vec![1; 30]));
}
