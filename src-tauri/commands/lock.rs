//! Locking this device: who may open it, and the door that is shut while nobody did.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use koina_model::ids::Time;
use koina_model::problem::{FieldRule, Problem};
use koina_sync::courier;
use koina_sync::escrow::{self, Contact};
use koina_sync::exchange::http::HttpLine;
use koina_sync::replica::of_disk;
use koina_sync::vault::{Key, KeyStore, Opened, PIN_MIN, Vault, moment};
use serde_json::Value;
use tokio::runtime::Handle;
use uuid::Uuid;

use crate::{
    Desk, LockState, Nothing, PersonAddInput, PersonInput, PersonPinInput, ReopenInput,
    UnlockInput, held, read, write,
};

/// So long a locked app has run for it to count.
const WORTH: Duration = Duration::from_secs(60);
/// Without a touch for so long, the device locks itself.
const IDLE_S: u32 = 10 * 60;

/// What opens the records when somebody has given their PIN.
pub type Opener = Box<dyn Fn(Key, Uuid) -> Result<(), Problem> + Send + Sync>;

/// The door of a device that is locked. There is no replica behind it yet.
pub struct Gate {
    vault: Arc<Mutex<Vault>>,
    open: Opener,
    replica: PathBuf,
    runtime: Handle,
    clock: fn() -> Time,
    /// When it was looked last how long this device had no contact.
    looked: Mutex<Instant>,
    /// What an answer of the town hall is sealed to: the same for every try, since one may be lost.
    mine: courier::Key,
}

impl Gate {
    pub fn new(
        vault: Arc<Mutex<Vault>>,
        open: Opener,
        replica: &Path,
        runtime: Handle,
        clock: fn() -> Time,
    ) -> Self {
        Self {
            vault,
            open,
            replica: replica.to_owned(),
            runtime,
            clock,
            looked: Mutex::new(moment()),
            mine: courier::Key::new(),
        }
    }

    /// Closes this device if it had no contact for too long.
    fn look(&self) {
        let passed = {
            let mut looked = held(&self.looked);
            let passed = looked.elapsed();
            // What is less is counted with the next look.
            if passed < WORTH {
                Duration::ZERO
            } else {
                *looked = moment();
                passed
            }
        };
        if let Err(problem) = close_when_over(
            &self.replica,
            &mut held(&self.vault),
            (self.clock)(),
            passed,
        ) {
            tracing::error!(%problem, "this device does not close");
        }
    }

    /// Gets the key from the town hall, and lets somebody in with a new PIN.
    fn reopen(&self, input: ReopenInput) -> Result<(), Problem> {
        let ReopenInput { code, name, pin } = input;
        if code.trim().is_empty() {
            return Err(Problem::field("code", FieldRule::Missing));
        }
        held(&self.vault).checks(&name, &pin)?;
        let found = held(&self.vault).look_in_store();
        let escrow = escrow::told(&self.replica).ok_or(Problem::NotFound)?;
        let line = HttpLine::new(escrow.server())?;
        let asked = escrow::reopen(&self.replica, &line, &code, &self.mine);
        let key = self.runtime.block_on(asked)?;
        let id = fresh_id();
        {
            let mut vault = held(&self.vault);
            // First, or it would close again before the first exchange.
            escrow::heard(&self.replica, (self.clock)()).map_err(|failure| of_disk(&failure))?;
            vault.readmit(&key, &name, &pin, id, &found)?;
        }
        (self.open)(key, id)
    }

    /// Binds whoever opened this device to its key store. Nobody waits for that.
    fn bind(&self, opened: Opened) {
        let vault = Arc::clone(&self.vault);
        self.runtime.spawn_blocking(move || {
            if let Err(problem) = held(&vault).bind(&opened) {
                tracing::warn!(%problem, "nobody was bound to the key store");
            }
        });
    }

    /// Runs a command of the window of a locked device. May block: call it from a thread that may.
    pub fn call(&self, name: &str, input: Value) -> Result<Value, Problem> {
        match name {
            "lock_state" => {
                read::<Nothing>(input)?;
                self.look();
                let vault = held(&self.vault);
                write(&state(&vault, true, None, &self.replica, (self.clock)()))
            }
            "unlock" => {
                let UnlockInput { person, pin } = read(input)?;
                self.look();
                let id = parsed(&person)?;
                let opened = held(&self.vault).unlock_whole(id, &pin)?;
                (self.open)(opened.key.clone(), id)?;
                self.bind(opened);
                write(&Nothing {})
            }
            "reopen" => {
                self.reopen(read(input)?)?;
                write(&Nothing {})
            }
            _ => Err(Problem::Locked),
        }
    }
}

/// The keys of a device, when its app starts. Where they cannot be read, or there was no contact for too long, the town hall
/// has the only one.
pub fn keys_of(replica: &Path, now: Time, store: Arc<dyn KeyStore>) -> Result<Vault, Problem> {
    let mut vault = match Vault::open_with(replica, now, Arc::clone(&store)) {
        Err(Problem::KeysUnreadable) if escrow::is_there(replica) => {
            tracing::error!("the keys of this device cannot be read: only the town hall opens it");
            return Ok(Vault::of_town_hall(replica, now, store));
        }
        vault => vault?,
    };
    // On a full disk it stays open: somebody has to be able to send what fills it.
    if let Err(problem) = close_when_over(replica, &mut vault, now, Duration::ZERO) {
        tracing::error!(%problem, "this device does not close");
    }
    Ok(vault)
}

/// Looks how long a device had no contact with the town hall, and gives its key up when that is over. `passed`: for so long the
/// app has run since it was looked last.
fn close_when_over(
    replica: &Path,
    vault: &mut Vault,
    now: Time,
    passed: Duration,
) -> Result<(), Problem> {
    let is_closed = vault.is_given_up() && vault.is_alike();
    if is_closed || escrow::look(replica, now, passed) != Contact::Over {
        return Ok(());
    }
    if !escrow::holds_twice(replica).map_err(|failure| of_disk(&failure))? {
        // Nothing is lost for want of a town hall that opens it.
        tracing::error!("this device is to close, and nobody could open it again");
        return Ok(());
    }
    tracing::warn!("no contact for too long: only the town hall opens this device now");
    vault.give_up()
}

#[allow(clippy::disallowed_methods, reason = "an id that nobody else has")]
pub(crate) fn fresh_id() -> Uuid {
    Uuid::new_v4()
}

/// What a device that is open knows of its lock.
pub struct Lock {
    vault: Arc<Mutex<Vault>>,
    /// Whoever opened it.
    me: Mutex<Option<Uuid>>,
}

impl Lock {
    pub fn new(vault: Arc<Mutex<Vault>>, me: Option<Uuid>) -> Self {
        Self {
            vault,
            me: Mutex::new(me),
        }
    }

    fn state(&self, desk: &Desk) -> LockState {
        let (vault, me) = (held(&self.vault), *held(&self.me));
        state(&vault, false, me, desk.replica.path(), desk.now())
    }

    /// A kiosk is opened by nobody: its key lies open, whoever had a PIN when it was something else.
    pub fn of_nobody(&self, key: &Key) -> Result<(), Problem> {
        let mut vault = held(&self.vault);
        match vault.people().is_empty() {
            true => Ok(()),
            false => {
                vault.leave_open(key)?;
                *held(&self.me) = None;
                Ok(())
            }
        }
    }

    /// Whoever opened this device, if they prove it once more.
    fn proven(&self, pin: &str) -> Result<(Uuid, Key), Problem> {
        let me = held(&self.me).ok_or(Problem::NotFound)?;
        let key = held(&self.vault).unlock(me, pin);
        let key = key.map_err(|problem| match problem {
            Problem::BadInput { .. } => Problem::field("old", FieldRule::Missing),
            other => other,
        })?;
        Ok((me, key))
    }
}

fn state(vault: &Vault, locked: bool, me: Option<Uuid>, replica: &Path, now: Time) -> LockState {
    let people = vault.people();
    LockState {
        locked,
        me: people.iter().find(|one| Some(one.id) == me).cloned(),
        people,
        wait_s: vault.wait_s(),
        idle_s: IDLE_S,
        pin_min: PIN_MIN,
        closed: vault.is_given_up(),
        escrowed: escrow::is_there(replica),
        closes_in_h: closes_in_h(replica, now),
    }
}

/// Hours after which a device closes without contact; `None` while that is far off.
pub(crate) fn closes_in_h(replica: &Path, now: Time) -> Option<u32> {
    match escrow::contact(replica, now) {
        Contact::Fine => None,
        Contact::Closes { in_ms } => Some(u32::try_from(in_ms / 3_600_000).unwrap_or(0)),
        Contact::Over => Some(0),
    }
}

fn parsed(id: &str) -> Result<Uuid, Problem> {
    Uuid::parse_str(id).map_err(|_| Problem::field("person", FieldRule::NotOnAList))
}

fn lock(desk: &Desk) -> Result<&Lock, Problem> {
    desk.lock.as_ref().ok_or(Problem::NotFound)
}

pub(crate) fn lock_state(desk: &Desk, _: Nothing) -> Result<LockState, Problem> {
    Ok(lock(desk)?.state(desk))
}

/// Whether the municipality wants a PIN here, nobody has one, and one can be set.
pub(crate) fn is_pin_wanted(desk: &Desk) -> bool {
    let (Some(identity), Some(lock)) = (desk.replica.identity(), &desk.lock) else {
        return false;
    };
    // Whoever opened it has one, and binding them keeps their vault: nobody waits for that.
    desk.replica.key().is_some()
        && desk
            .replica
            .lists()
            .pin_for
            .contains(&identity.role.profile())
        && held(&lock.me).is_none()
        && held(&lock.vault).people().is_empty()
}

/// Nothing is locked: whoever asks sees it already.
pub(crate) fn unlock(_: &Desk, _: UnlockInput) -> Result<Nothing, Problem> {
    Err(Problem::NotFound)
}

/// The same.
pub(crate) fn reopen(_: &Desk, _: ReopenInput) -> Result<Nothing, Problem> {
    Err(Problem::NotFound)
}

/// The shell puts a fresh app in the place of this one when it hears the answer.
pub(crate) fn lock_now(desk: &Desk, _: Nothing) -> Result<Nothing, Problem> {
    if held(&lock(desk)?.vault).people().is_empty() {
        return Err(Problem::LastPerson);
    }
    Ok(Nothing {})
}

pub(crate) fn person_add(desk: &Desk, input: PersonAddInput) -> Result<LockState, Problem> {
    let lock = lock(desk)?;
    // Not yet encrypted, for want of room.
    let key = desk.replica.key().ok_or(Problem::DiskFull)?;
    let id = desk.replica.new_id(desk.now());
    let first = held(&lock.vault).people().is_empty();
    // Nobody lets somebody in at a device that another one left lying.
    if !first {
        lock.proven(&input.old)?;
    }
    held(&lock.vault).add(key, &input.name, &input.pin, id)?;
    if first {
        *held(&lock.me) = Some(id);
    }
    Ok(lock.state(desk))
}

/// Another PIN for whoever opened this device.
pub(crate) fn person_pin(desk: &Desk, input: PersonPinInput) -> Result<LockState, Problem> {
    let lock = lock(desk)?;
    let (me, key) = lock.proven(&input.old)?;
    held(&lock.vault).change(&key, me, &input.pin)?;
    Ok(lock.state(desk))
}

/// Somebody who no longer works with this device. Nobody takes their own PIN away while they work.
pub(crate) fn person_remove(desk: &Desk, input: PersonInput) -> Result<LockState, Problem> {
    let lock = lock(desk)?;
    let id = parsed(&input.person)?;
    if *held(&lock.me) == Some(id) {
        return Err(Problem::LastPerson);
    }
    lock.proven(&input.old)?;
    held(&lock.vault).remove(id)?;
    Ok(lock.state(desk))
}
