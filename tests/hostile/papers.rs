//! Files that an administrator gives to the server: settings, reference data, certificates, exports of the audit, copies of keys.

use std::path::{Path, PathBuf};

use koina_model::ids::{DeviceId, DocId};
use koina_model::lists::Lists;
use koina_model::reference::Reference;
use koina_server::audit;
use koina_server::config::Config;
use koina_server::contacts::keys::{self, Keys, Unread};
use koina_server::tls::{self, Source};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use uuid::Uuid;

use crate::town::{LITOCHORO, Town};

use super::people;

const EXAMPLE: &str = include_str!("../../sync/server/koina.example.toml");
const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../sync/model/reference");
/// Of the municipality itself, and of all.
const DATA: [&str; 6] = [
    "dion-olympos/municipality.json",
    "dion-olympos/communities.csv",
    "dion-olympos/holidays.json",
    "common/departments.json",
    "common/statuses.json",
    "common/emergency.json",
];
/// The files of an authority, which are a certificate and its key as well.
const AUTHORITY: [&str; 2] = ["authority.pem", "authority.key"];
const HOST: &str = "koina.dimos.example.gr";
const CONTACT: &[u8] = b"somebody";
const DOC: DocId = DocId(Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0041));
const OTHER_DOC: DocId = DocId(Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0042));
const BY: DeviceId = people::OTHER;
/// The hash at the end of a copy of keys.
const HASH: usize = 32;

/// What an input is, by its first byte.
#[derive(Clone, Copy)]
enum Paper {
    Settings,
    Chain,
    Key,
    Authority,
    AuthorityKey,
    Export,
    KeysCopy,
    Data(usize),
}

const PAPERS: [Paper; 7] = [
    Paper::Settings,
    Paper::Chain,
    Paper::Key,
    Paper::Authority,
    Paper::AuthorityKey,
    Paper::Export,
    Paper::KeysCopy,
];

impl Paper {
    fn of(byte: u8) -> Self {
        let way = usize::from(byte) % (PAPERS.len() + DATA.len());
        PAPERS
            .get(way)
            .copied()
            .unwrap_or_else(|| Self::Data(way - PAPERS.len()))
    }
}

/// A town with an audit, its export, and an authority.
struct Stage {
    town: Town,
    export: Vec<u8>,
    tls: TempDir,
}

thread_local! {
    static STAGE: Stage = Stage::new();
}

pub(super) fn take(bytes: &[u8]) {
    let Some((way, body)) = bytes.split_first() else {
        return;
    };
    match Paper::of(*way) {
        Paper::Settings => settings(body),
        Paper::Data(file) => reference(DATA[file], body),
        Paper::KeysCopy => copy_of_keys(body),
        Paper::Export => STAGE.with(|stage| stage.compares(body)),
        Paper::Chain => STAGE.with(|stage| stage.shows(AUTHORITY[0], body)),
        Paper::Key => STAGE.with(|stage| stage.shows(AUTHORITY[1], body)),
        Paper::Authority => STAGE.with(|stage| stage.certifies(AUTHORITY[0], body)),
        Paper::AuthorityKey => STAGE.with(|stage| stage.certifies(AUTHORITY[1], body)),
    }
}

fn settings(body: &[u8]) {
    let secret = "a secret of the environment";
    let text = String::from_utf8_lossy(body);
    let read = Config::parse(&text, Path::new("/srv/koina"), &|_| Some(secret.to_owned()));
    match read {
        Ok(config) => assert!(!format!("{config:?}").contains(secret)),
        Err(refused) => assert!(!refused.to_string().contains(secret)),
    }
}

/// Data that are taken say the same to devices.
fn reference(file: &str, body: &[u8]) {
    let (_, name) = file.split_once('/').unwrap();
    let read = |asked: &str| {
        let of = |folder: &str| Path::new(REFERENCE).join(folder).join(asked);
        let own = std::fs::read_to_string(of("dion-olympos"));
        match asked == name {
            true => String::from_utf8(body.to_vec()).ok(),
            false => own.or_else(|_| std::fs::read_to_string(of("common"))).ok(),
        }
    };
    if let Ok(reference) = Reference::parse(&read) {
        let lists = Lists {
            reference,
            ..Lists::empty()
        };
        let told = serde_json::to_string(&lists).expect("lists");
        let heard: Lists = serde_json::from_str(&told).expect("lists");
        assert_eq!(heard, lists);
    }
}

fn folder_of_keys(folder: &TempDir) -> Keys {
    Keys::in_folder(folder.path()).unwrap()
}

/// A folder that two contacts were sealed with; of one the key was destroyed.
fn sealed(folder: &TempDir) -> (Keys, [Vec<u8>; 2]) {
    let keys = folder_of_keys(folder);
    keys.name(&Uuid::from_u128(1).simple().to_string()).unwrap();
    let kept = [DOC, OTHER_DOC].map(|doc| keys.seal(doc, BY, CONTACT).unwrap());
    keys.destroy(keys::KeyId::of(&kept[1]).unwrap()).unwrap();
    (keys, kept)
}

/// A copy is taken or refused; what was erased stays so, and nothing is called broken that was whole.
fn copy_of_keys(body: &[u8]) {
    let (folder, outside) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (keys, kept) = sealed(&folder);
    let id = keys.id().unwrap();
    let copy = outside.path().join("copy");
    std::fs::write(&copy, with_its_hash(body)).unwrap();
    let _ = keys.take(&copy);
    assert_eq!(keys.id().unwrap(), id, "the folder of this log");
    let open = |keys: &Keys| keys.open(DOC, BY, &kept[0]).unwrap();
    let opened = open(&keys);
    match &opened {
        Ok(contact) => assert_eq!(contact, CONTACT),
        Err(unread) => assert_eq!(*unread, Unread::Destroyed, "a copy may say so"),
    }
    let other = keys.open(OTHER_DOC, BY, &kept[1]).unwrap();
    assert_eq!(other, Err(Unread::Destroyed));
    // What is here now can be copied, and a new folder has the same of it.
    let fresh = outside.path().join("fresh");
    keys.copy_to(&fresh).expect("a copy");
    let new = TempDir::new().unwrap();
    let new = folder_of_keys(&new);
    new.take(&fresh).expect("a whole copy");
    assert_eq!(open(&new), opened);
}

/// Nothing gets further than the hash that is not written with the rest.
fn with_its_hash(body: &[u8]) -> Vec<u8> {
    let Some(long) = body.len().checked_sub(HASH) else {
        return body.to_vec();
    };
    let all = &body[..long];
    [all, &Sha256::digest(all)].concat()
}

impl Stage {
    fn new() -> Self {
        let mut town = Town::new().unheard();
        let desk = town.desk("Δημαρχείο");
        super::device::enter(&town, desk, LITOCHORO, "Σβηστή λάμπα");
        town.settle();
        town.unchecked = true;
        let mut export = Vec::new();
        let written = audit::export(&town.server().log, 0, &mut export);
        town.block_on(written).unwrap();
        let tls = TempDir::new().unwrap();
        tls::open(&own(), tls.path(), HOST).unwrap();
        Self { town, export, tls }
    }

    /// An export holds only where every row of it is a row of the log.
    fn compares(&self, body: &[u8]) {
        let held = self
            .town
            .block_on(audit::compare(&self.town.server().log, body));
        let Ok(many) = held else {
            return;
        };
        let rows = |bytes: &[u8]| -> Vec<Value> {
            let lines = bytes.split(|byte| *byte == b'\n');
            let lines = lines.filter(|line| !line.is_empty());
            lines
                .map(|line| serde_json::from_slice(line).unwrap())
                .collect()
        };
        let (ours, given) = (rows(&self.export), rows(body));
        assert_eq!(given.len() as u64, many);
        for row in given {
            let same = ours.iter().find(|one| one["place"] == row["place"]);
            let same = same.expect("a row of the log").as_object().unwrap();
            assert!(
                same.iter().all(|(name, value)| row[name] == *value),
                "{row}"
            );
        }
    }

    /// The files of an authority, one of them another one.
    fn folder(&self, file: &str, body: &[u8]) -> TempDir {
        let folder = TempDir::new().unwrap();
        std::fs::create_dir(folder.path().join("tls")).unwrap();
        for name in AUTHORITY {
            let name = Path::new("tls").join(name);
            std::fs::copy(self.tls.path().join(&name), folder.path().join(name)).unwrap();
        }
        std::fs::write(folder.path().join("tls").join(file), body).unwrap();
        folder
    }

    /// A certificate is shown with its key or not at all.
    fn shows(&self, file: &str, body: &[u8]) {
        let folder = self.folder(file, body);
        let [chain, key] = AUTHORITY.map(|name| folder.path().join("tls").join(name));
        if let Ok((shown, pin)) = tls::open(&Source::Files { chain, key }, folder.path(), HOST) {
            assert_eq!(pin, None);
            assert!(shown.config().is_ok());
        }
    }

    /// An authority that devices do not know is not believed: another one is never made in its place.
    fn certifies(&self, file: &str, body: &[u8]) {
        let folder = self.folder(file, body);
        let at = folder.path().join("tls").join(file);
        let ours = tls::open(&own(), self.tls.path(), HOST).unwrap().1;
        if let Ok((_, pin)) = tls::open(&own(), folder.path(), HOST) {
            // Another one only where both files are of another one; here one is ours.
            assert!(pin == ours || file == AUTHORITY[0], "another authority");
        }
        assert_eq!(std::fs::read(at).unwrap(), body, "what was there stays");
    }
}

fn own() -> Source {
    Source::Own { names: Vec::new() }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let by = |way: usize, body: &[u8]| [&[u8::try_from(way).unwrap()], body].concat();
    let folder = TempDir::new().unwrap();
    let (keys, _) = sealed(&folder);
    let outside = TempDir::new().unwrap();
    let copy: PathBuf = outside.path().join("copy");
    keys.erase(OTHER_DOC).unwrap();
    keys.copy_to(&copy).unwrap();
    let read = |path: &Path| std::fs::read(path).unwrap();
    STAGE.with(|stage| {
        let authority = |file: &str| read(&stage.tls.path().join("tls").join(file));
        let [certificate, key] = AUTHORITY.map(authority);
        let mut seeds = vec![EXAMPLE.as_bytes().to_vec()];
        seeds.extend([certificate.clone(), key.clone(), certificate, key]);
        seeds.extend([stage.export.clone(), read(&copy)]);
        seeds.extend(DATA.map(|file| read(&Path::new(REFERENCE).join(file))));
        seeds
            .iter()
            .enumerate()
            .map(|(way, body)| by(way, body))
            .collect()
    })
}
