//! Files that somebody gives as a map.

use koina_model::problem::Problem;
use koina_model::reference::Reference;
use koina_sync::maps::Maps;
use tempfile::TempDir;

pub(super) fn take(bytes: &[u8]) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("given.pmtiles");
    std::fs::write(&file, bytes).unwrap();
    let of = Reference::bundled("dion-olympos").unwrap().municipality;
    let maps = Maps::at(folder.path().join("maps"));
    match maps.install(&file, &of) {
        Ok(pack) => {
            assert_eq!(maps.current().unwrap().map(|map| map.file), Some(pack.file));
            for z in [0, pack.min_zoom, pack.max_zoom, 30] {
                for at in [0, 1, 71, 4_582, u32::MAX] {
                    look(&maps, z, at);
                }
            }
        }
        Err(problem) => {
            assert!(!matches!(problem, Problem::Internal { .. }), "{problem}");
            assert!(maps.current().unwrap().is_none(), "half a map");
        }
    }
}

fn look(maps: &Maps, z: u8, at: u32) {
    if let Err(problem) = maps.tile(z, at, at / 2) {
        assert!(!matches!(problem, Problem::Internal { .. }), "{problem}");
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    vec![std::fs::read(crate::MAP).unwrap()]
}
