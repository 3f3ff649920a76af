//! Locking this device: who may open it, and the door that is shut while nobody did.

use std::sync::{Arc, Mutex};

use koina_model::problem::{FieldRule, Problem};
use koina_sync::vault::{Key, PIN_MIN, Vault};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    Desk, LockState, Nothing, PersonAddInput, PersonInput, PersonPinInput, UnlockInput, held, read,
    write,
};

/// Without a touch for so long, the device locks itself.
const IDLE_S: u32 = 10 * 60;

/// What opens the records when somebody has given their PIN.
pub type Opener = Box<dyn Fn(Key, Uuid) -> Result<(), Problem> + Send + Sync>;

/// The door of a device that is locked. There is no replica behind it yet.
pub struct Gate {
    vault: Arc<Mutex<Vault>>,
    open: Opener,
}

impl Gate {
    pub fn new(vault: Arc<Mutex<Vault>>, open: Opener) -> Self {
        Self { vault, open }
    }

    /// Runs a command of the window of a locked device. May block: call it from a thread that may.
    pub fn call(&self, name: &str, input: Value) -> Result<Value, Problem> {
        match name {
            "lock_state" => {
                read::<Nothing>(input)?;
                write(&state(&held(&self.vault), true, None))
            }
            "unlock" => {
                let UnlockInput { person, pin } = read(input)?;
                let id = parsed(&person)?;
                let key = held(&self.vault).unlock(id, &pin)?;
                (self.open)(key, id)?;
                write(&Nothing {})
            }
            _ => Err(Problem::Locked),
        }
    }
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

    fn state(&self) -> LockState {
        state(&held(&self.vault), false, *held(&self.me))
    }

    /// A kiosk is opened by nobody: its key lies open, whoever had a PIN when it was something else.
    pub fn of_nobody(&self, key: &Key) -> Result<(), Problem> {
        let mut vault = held(&self.vault);
        match vault.people().is_empty() {
            true => Ok(()),
            false => vault.leave_open(key),
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

fn state(vault: &Vault, locked: bool, me: Option<Uuid>) -> LockState {
    let people = vault.people();
    LockState {
        locked,
        me: people.iter().find(|one| Some(one.id) == me).cloned(),
        people,
        wait_s: vault.wait_s(),
        idle_s: IDLE_S,
        pin_min: PIN_MIN,
    }
}

fn parsed(id: &str) -> Result<Uuid, Problem> {
    Uuid::parse_str(id).map_err(|_| Problem::field("person", FieldRule::NotOnAList))
}

fn lock(desk: &Desk) -> Result<&Lock, Problem> {
    desk.lock.as_ref().ok_or(Problem::NotFound)
}

pub(crate) fn lock_state(desk: &Desk, _: Nothing) -> Result<LockState, Problem> {
    Ok(lock(desk)?.state())
}

/// Nothing is locked: whoever asks sees it already.
pub(crate) fn unlock(_: &Desk, _: UnlockInput) -> Result<Nothing, Problem> {
    Err(Problem::NotFound)
}

/// The shell puts a fresh app in the place of this one when it hears the answer.
pub(crate) fn lock_now(desk: &Desk, _: Nothing) -> Result<Nothing, Problem> {
    let state = lock(desk)?.state();
    if state.people.is_empty() {
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
    Ok(lock.state())
}

/// Another PIN for whoever opened this device.
pub(crate) fn person_pin(desk: &Desk, input: PersonPinInput) -> Result<LockState, Problem> {
    let lock = lock(desk)?;
    let (me, key) = lock.proven(&input.old)?;
    held(&lock.vault).change(&key, me, &input.pin)?;
    Ok(lock.state())
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
    Ok(lock.state())
}
