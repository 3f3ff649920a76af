//! What a window may ask of its replica. Each command is *replica, call, convert*; rules live in `koina-model`.
#![allow(
    clippy::needless_pass_by_value,
    reason = "a command owns the input it was given"
)]

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use koina_model::accounts::AccountInput;
use koina_model::applications::Application;
use koina_model::contacts::Contact;
use koina_model::ids::Time;
use koina_model::photos::FileHash;
use koina_model::problem::Problem;
use koina_sync::erase;
use koina_sync::replica::{Replica, ReplicaError};
use koina_sync::views::EmergencySet;
use koina_sync::views::assets::AssetsQuery;
use koina_sync::views::community::CommunityMonth;
use koina_sync::views::map::MapQuery;
use koina_sync::views::outbox::OutboxQuery;
use koina_sync::views::requests::RequestsQuery;
use koina_sync::views::rounds::RoundQuery;
use koina_sync::views::similar::SimilarQuery;
use serde_json::Value;

mod accounts;
#[cfg(target_os = "linux")]
pub mod alive;
mod assets;
mod community;
mod conflicts;
mod contacts;
mod courier;
mod devices;
mod exchange;
mod inputs;
mod key_store;
mod kiosk;
mod lock;
mod map;
mod photos;
mod printer;
mod requests;
mod rescue;
mod rounds;
mod speech;
mod staff;
mod start;
mod tags;
mod visit;
mod words;
mod work;

pub use accounts::{Browser, OpensBrowser};
pub use contacts::person_page;
pub use courier::usual_places;
pub use exchange::Exchanger;
pub use inputs::*;
#[cfg(not(any(target_os = "android", target_os = "ios")))]
pub use key_store::OsKeyStore;
pub use key_store::os_key_store;
pub use kiosk::{Kiosk, look_at_printer};
pub use lock::{Gate, Lock, Opener, keys_of};
pub use printer::PrinterPlace;
pub use rescue::{Rescue, RescueDone, Terminal, rescue};
pub use speech::Voice;
pub use staff::Staff;
pub use start::server_and_code;

use accounts::{
    account_add, account_change, account_reset, account_session_end, accounts_page, sign_in,
    sign_in_provider, sign_in_provider_stop, sign_in_state, sign_in_ways, sign_out,
};
use assets::{
    asset_add, asset_card, asset_edit, asset_fault, asset_inspect, asset_move, asset_retire,
    assets_page, inspections_due,
};
use community::{
    communities_now, community_enter, community_memo, community_proposals, community_rank,
    community_report,
};
use conflicts::{conflict_decide, conflicts_page};
use contacts::{
    contacts_correct, contacts_erase, contacts_export, contacts_kept, contacts_read, contacts_same,
};
use courier::{courier_export, courier_places, courier_take};
use devices::{
    device_change, device_invite, device_reopen, device_revoke, device_unlock, devices_page,
    emergency_set, refused_dismiss, refused_take,
};
use exchange::{
    exchange_now, exchange_state, outbox_discard, outbox_page, outbox_retry, set_cable,
};
use kiosk::{
    kiosk_application, kiosk_apply, kiosk_asset, kiosk_contact, kiosk_end, kiosk_print,
    kiosk_report, kiosk_track,
};
use lock::{lock_now, lock_state, person_add, person_pin, person_remove, reopen, unlock};
use map::{
    map_install, map_offer, map_pack, map_points, map_state, map_tile, map_want, place_read,
};
use photos::{photo_keep, photo_read, photo_want, photos_add, photos_budget, photos_room};
use requests::{
    request_answer, request_assign, request_case, request_close, request_edit, request_enter,
    request_heard, request_register, request_reopen, request_similar, request_support,
    requests_page,
};
use rounds::{round, round_begin, round_end, round_page, round_seen, round_unseen, rounds};
use speech::{kiosk_hush, kiosk_speak, kiosk_voice};
use staff::{
    kiosk_call, kiosk_mode, staff_close, staff_end, staff_exchange, staff_page, staff_unlock,
};
use start::{
    about, draft_drop, draft_load, draft_save, enrol, lists, recovered_seen, set_language,
};
use tags::{tag_link, tag_picture, tag_read, tags_print};
use work::{plan_loads, plan_save, today, work_record};

/// Version of the app, told to the server and shown to people.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a command works with: the replica, the exchange, and the clock.
pub struct Desk {
    pub replica: Arc<Replica>,
    pub exchanger: Arc<Exchanger>,
    /// The only clock commands know.
    pub clock: fn() -> Time,
    /// Where courier files may be written now.
    pub places: Places,
    /// What only a kiosk has.
    pub kiosk: Kiosk,
    /// Who may open this device; `None` where nobody is asked.
    pub lock: Option<Lock>,
    /// Where somebody signs in elsewhere.
    pub browser: Browser,
}

/// Looks where files for a person may be written: sticks come and go.
pub type Places = Box<dyn Fn() -> Vec<PathBuf> + Send + Sync>;

impl Desk {
    fn now(&self) -> Time {
        (self.clock)()
    }
}

/// What a mutex guards. A panic of whoever held it before leaves nothing half done in ours.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Turns a replica's failure into words for a window.
fn told<T>(outcome: Result<T, ReplicaError>) -> Result<T, Problem> {
    outcome.map_err(|failure| failure.to_problem())
}

fn read<I: serde::de::DeserializeOwned>(input: Value) -> Result<I, Problem> {
    serde_json::from_value(input).map_err(|failure| Problem::Malformed {
        what: failure.to_string(),
    })
}

fn write<O: serde::Serialize>(output: &O) -> Result<Value, Problem> {
    serde_json::to_value(output).map_err(|failure| Problem::Malformed {
        what: failure.to_string(),
    })
}

macro_rules! commands {
    ($($(#[$_doc:meta])* $name:ident($input:ty) -> $output:ty;)*) => {
        /// The name of every command.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];

        /// Runs a command by name. May block: call it from a thread that may.
        pub fn call(desk: &Desk, name: &str, input: Value) -> Result<Value, Problem> {
            match name {
                $(stringify!($name) => write(&$name(desk, read::<$input>(input)?)?),)*
                _ => Err(Problem::NotFound),
            }
        }
    };
}
include!("list.rs");

/// How far the exchange is, for whoever watches from outside a window.
pub fn revision(desk: &Desk) -> u32 {
    desk.replica
        .revision()
        .wrapping_add(desk.exchanger.ticks.load(Ordering::Relaxed))
}

/// Whether this device was revoked and the town hall has all its work.
pub fn has_ended(desk: &Desk) -> bool {
    desk.exchanger.has_ended()
}

/// Whether this device had no contact with the town hall for too long, and a fresh app is to close it.
pub fn is_to_close(desk: &Desk) -> bool {
    desk.exchanger.is_to_close() && !desk.kiosk.visit.is_personal()
}

/// Notes with which link this device was enrolled.
pub fn enrolled_with(desk: &Desk, link: &str) -> Result<(), Problem> {
    told(
        desk.replica
            .set_meta(exchange::ENROLLED_WITH, &link_hash(link)),
    )
}

/// Whether a link is the one that enrolled the device that was here and has erased itself: it is used up.
pub fn is_used_up(replica: &Replica, link: &str) -> bool {
    erase::told(replica.path()).is_some_and(|gone| gone.link == Some(link_hash(link)))
}

fn link_hash(link: &str) -> String {
    FileHash::of(link.trim().as_bytes()).to_string()
}

/// Whether this device was revoked, the town hall has all its work, and a fresh app is now to erase everything. Nobody loses
/// what they type at a kiosk in this moment.
pub fn is_to_erase(desk: &Desk) -> bool {
    if desk.kiosk.visit.is_personal() {
        return false;
    }
    desk.exchanger.erase_when_ended().unwrap_or_else(|problem| {
        tracing::error!(%problem, "it could not be written down that this device is to be erased");
        false
    })
}

#[cfg(test)]
mod typescript;
