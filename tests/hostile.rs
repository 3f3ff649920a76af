//! Every byte that comes from outside, one target for each way in: what may be wrong with it, and what must hold whatever it is.
//!
//! The fuzzer (`tests/fuzz`) and the tests (`tests/hostile/tests.rs`) call the same functions. A target panics when a promise
//! is broken; refusing bytes is fine. What each promises stands in `tests/fuzz/README.md`.

use koina_model::guard;

mod beside;
mod change;
mod columns;
mod courier;
mod damaged;
mod device;
mod import;
mod map;
mod message;
mod papers;
mod people;
mod picture;
mod provider;
mod routes;
mod server;
mod text;

/// A way in.
pub struct Target {
    pub name: &'static str,
    /// Takes bytes and panics when a promise is broken.
    pub take: fn(&[u8]),
    /// Good bytes to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// Every way in.
#[rustfmt::skip]
pub const TARGETS: [Target; 15] = [
    Target { name: "message", take: message::take, seeds: message::seeds },
    Target { name: "change",  take: change::take,  seeds: change::seeds },
    Target { name: "columns", take: columns::take, seeds: columns::seeds },
    Target { name: "courier", take: courier::take, seeds: courier::seeds },
    Target { name: "import",  take: import::take,  seeds: import::seeds },
    Target { name: "text",    take: text::take,    seeds: text::seeds },
    Target { name: "server",  take: server::take,  seeds: server::seeds },
    Target { name: "device",  take: device::take,  seeds: device::seeds },
    Target { name: "picture", take: picture::take, seeds: picture::seeds },
    Target { name: "map",     take: map::take,     seeds: map::seeds },
    Target { name: "beside",  take: beside::take,  seeds: beside::seeds },
    Target { name: "routes",  take: routes::take,  seeds: routes::seeds },
    Target { name: "provider", take: provider::take, seeds: provider::seeds },
    Target { name: "papers",  take: papers::take,  seeds: papers::seeds },
    Target { name: "damaged", take: damaged::take, seeds: damaged::seeds },
];

/// Gives bytes to a target by its name.
pub fn run(target: &str, bytes: &[u8]) {
    (of(target).take)(bytes);
}

/// A target by its name.
pub fn of(name: &str) -> &'static Target {
    TARGETS
        .iter()
        .find(|target| target.name == name)
        .unwrap_or_else(|| panic!("no target is called {name}"))
}

/// Makes a chunk look whole: Automerge's checksum is the head of the SHA-256 over type, length and body. Without it no
/// mutation would get further than the checksum.
pub fn repair_checksum(chunk: &mut [u8]) {
    use sha2::Digest;
    let Some((head, rest)) = chunk.split_at_mut_checked(8) else {
        return;
    };
    if head[..4] == CHUNK_MAGIC {
        head[4..].copy_from_slice(&sha2::Sha256::digest(rest)[..4]);
    }
}

/// First bytes of an Automerge chunk.
const CHUNK_MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// First bytes of a zstd frame.
const FRAME_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// CBOR as a message travels, unless it is a frame already: the fuzzer works on what is inside.
fn framed(bytes: &[u8]) -> Vec<u8> {
    if bytes.starts_with(&FRAME_MAGIC) {
        bytes.to_vec()
    } else {
        zstd::encode_all(bytes, 1).unwrap()
    }
}

fn cbor(message: &impl serde::Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(message, &mut bytes).unwrap();
    bytes
}

/// The same message with its change chunks made to look whole; `None` when the bytes are no such message.
fn repaired<M: serde::de::DeserializeOwned>(
    bytes: &[u8],
    repair: impl FnOnce(&mut M),
) -> Option<M> {
    let mut message = ciborium::from_reader(bytes).ok()?;
    repair(&mut message);
    Some(message)
}

/// A message that decodes says the same after it was encoded again.
fn comes_back<M>(message: &M)
where
    M: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let again: M = ciborium::from_reader(cbor(message).as_slice()).expect("our own words");
    assert_eq!(&again, message);
}

/// What a record says after it was taken: saved and loaded it says the same, and it can be laid out and put together again.
fn is_sound(doc: &koina_model::doc::Doc) {
    assert!(
        guard::prove(doc, &[]).is_some(),
        "a doc that does not come back"
    );
    let record = doc.record();
    match doc.kind() {
        koina_model::words::Kind::Request => {
            koina_model::requests::read(&record);
        }
        koina_model::words::Kind::Asset => {
            koina_model::assets::read(&record);
        }
    }
    let id = doc.id().expect("the record's id");
    if let Some(parts) = koina_model::columns::take_apart(id, doc) {
        let again = parts.put_together().expect("a record that was laid out");
        assert_eq!(again.heads(), doc.heads());
        assert_eq!(again.record(), record);
    }
}
