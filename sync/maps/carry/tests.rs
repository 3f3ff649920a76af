use std::sync::atomic::{AtomicUsize, Ordering};

use koina_model::ids::Time;
use koina_model::permits::Role;
use koina_model::photos::FileHash;
use koina_model::problem::Problem;
use koina_model::reference::Reference;
use pmtiles::TileType;
use tempfile::TempDir;

use super::{MAP_BYTES_MAX, MapPack, step};
use crate::exchange::{Failed, Line};
use crate::maps::tests::map;
use crate::photos::carry::Carrying;
use crate::replica::Replica;
use crate::replica::tests::somebody;

const NOW: Time = Time(1_795_244_400_000);

/// A town hall that gives its map over a line that breaks.
struct Town {
    bytes: Vec<u8>,
    /// Bytes after which the line breaks; 0: it does not.
    breaks: usize,
    /// It has another map by now.
    gone: bool,
    /// Bytes that left it.
    sent: AtomicUsize,
}

impl Town {
    fn with(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            breaks: 0,
            gone: false,
            sent: AtomicUsize::new(0),
        }
    }

    fn offer(&self) -> MapPack {
        MapPack {
            file: FileHash::of(&self.bytes),
            bytes: self.bytes.len() as u64,
            name: String::new(),
            attribution: String::new(),
            made_on: None,
            installed_at: NOW,
            min_zoom: 0,
            max_zoom: 2,
            bounds: [0.0; 4],
        }
    }
}

impl Line for Town {
    async fn send(
        &self,
        _: &str,
        path: &str,
        _: &[(&str, String)],
        _: Vec<u8>,
    ) -> Result<Vec<u8>, Failed> {
        if self.gone {
            let (problem, left) = (Problem::NotFound, true);
            return Err(Failed { problem, left });
        }
        let value = |name: &str| -> usize {
            let (_, after) = path.split_once(&format!("{name}=")).unwrap();
            after.split('&').next().unwrap().parse().unwrap()
        };
        let from = value("from").min(self.bytes.len());
        let end = (from + value("most")).min(self.bytes.len());
        Ok(self.bytes[from..end].to_vec())
    }

    async fn fetch(
        &self,
        path: &str,
        headers: &[(&str, String)],
        taken: &mut Vec<u8>,
    ) -> Result<(), Failed> {
        let mut bytes = self.send("GET", path, headers, Vec::new()).await?;
        let broken = self.breaks > 0 && bytes.len() > self.breaks;
        if broken {
            bytes.truncate(self.breaks);
        }
        self.sent.fetch_add(bytes.len(), Ordering::Relaxed);
        taken.extend(bytes);
        if broken {
            let (problem, left) = (Problem::Offline { since: None }, true);
            return Err(Failed { problem, left });
        }
        Ok(())
    }
}

/// Steps until there is nothing more; how often the line broke.
async fn bring(replica: &Replica, town: &Town) -> usize {
    let carrying = Carrying::default();
    let mut breaks = 0;
    for _ in 0..10_000 {
        match step(replica, town, &|| NOW, &carrying).await {
            Ok(true) => {}
            Ok(false) => return breaks,
            Err(Problem::Offline { .. }) => breaks += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    panic!("it never ended");
}

fn good() -> Vec<u8> {
    map(
        Reference::bundled("dion-olympos")
            .unwrap()
            .municipality
            .bbox,
        TileType::Mvt,
    )
}

#[tokio::test]
async fn a_map_arrives_over_a_line_that_breaks_and_no_byte_travels_twice() {
    let folder = TempDir::new().unwrap();
    let mut town = Town::with(good());
    town.breaks = 700;
    {
        let replica = somebody(&folder, Role::Crew);
        replica.want_map(Some(&town.offer())).unwrap();
        let carrying = Carrying::default();
        assert!(step(&replica, &town, &|| NOW, &carrying).await.is_err());
        assert_eq!(replica.map_coming().unwrap().unwrap().had, 700);
    }
    // The app ends, and goes on from there.
    let replica = Replica::open(&folder.path().join("replica.sqlite"), NOW).unwrap();
    let breaks = bring(&replica, &town).await;
    assert!(breaks > 5, "{breaks}");
    let here = replica.maps().current().unwrap().unwrap();
    assert_eq!(here.file, town.offer().file);
    assert_eq!(town.sent.load(Ordering::Relaxed), town.bytes.len());
    assert_eq!(replica.map_coming().unwrap(), None);
}

#[tokio::test]
async fn a_map_that_cannot_be_used_ends_and_does_not_come_again_by_itself() {
    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Crew);
    let elsewhere = Town::with(map([23.0, 37.0, 24.0, 38.0], TileType::Mvt));
    // One that says it is larger than it is, and one whose bytes are others than its name says.
    let short = Town::with(good());
    let mut claims = short.offer();
    claims.bytes += 10;
    let other = Town::with(good());
    let mut named = other.offer();
    named.file = FileHash::of(b"another");
    for (town, offer) in [
        (&elsewhere, elsewhere.offer()),
        (&short, claims),
        (&other, named),
    ] {
        replica.want_map(Some(&offer)).unwrap();
        bring(&replica, town).await;
        assert_eq!(replica.map_coming().unwrap(), None);
        assert_eq!(replica.maps().current().unwrap(), None);
        assert!(replica.keeps_off_map(&offer).unwrap());
        let left = std::fs::read_dir(folder.path().join("maps")).unwrap();
        let left: Vec<_> = left.map(|one| one.unwrap().file_name()).collect();
        assert!(
            left.iter()
                .all(|name| !name.to_string_lossy().ends_with(".part")),
            "{left:?}"
        );
    }
}

#[tokio::test]
async fn a_map_that_was_replaced_meanwhile_is_asked_for_anew() {
    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Crew);
    let mut town = Town::with(good());
    replica.want_map(Some(&town.offer())).unwrap();
    town.gone = true;
    bring(&replica, &town).await;
    assert!(replica.wants_newest_map().unwrap());
    assert_eq!(replica.map_coming().unwrap(), None);
}

#[tokio::test]
async fn a_map_larger_than_any_is_not_even_begun() {
    let folder = TempDir::new().unwrap();
    let replica = somebody(&folder, Role::Crew);
    let town = Town::with(good());
    let mut offer = town.offer();
    offer.bytes = MAP_BYTES_MAX + 1;
    assert!(replica.want_map(Some(&offer)).is_err());
    assert_eq!(bring(&replica, &town).await, 0);
    assert_eq!(town.sent.load(Ordering::Relaxed), 0);
}
