//! A kiosk and its staff: out of order or not, a visitor's call, the code that opens the page of staff, and what the town hall
//! hears of it. Counts and states only.

use std::sync::Arc;

use koina_model::exchange::{Answer, Ask, KIOSKS};
use koina_model::ids::Time;
use koina_model::kiosks::{Health, Paper, StaffCall, TELL_EVERY_MS, is_calling};
use koina_model::permits::{Permit, Role};
use koina_model::problem::Problem;
use koina_model::unlock::Door;
use rusqlite::Transaction;
use serde::Serialize;
use serde::de::DeserializeOwned;
use ts_rs::TS;

use super::{Replica, ReplicaError, forget_meta, meta, set_meta};
use crate::identity::{Identity, hex, unhex};

/// Staff have put this kiosk out of order.
const OUT_OF_ORDER: &str = "out_of_order";
/// When a visitor called for staff, by the clock here.
const CALLED_AT: &str = "called_at";
/// The key of the codes, hex.
const UNLOCK_KEY: &str = "unlock_key";
/// What was typed as a code, as JSON of [`Door`].
const DOOR: &str = "door";
/// Wrong digits of people who follow a request, as JSON of how many and when.
const WRONG_DIGITS: &str = "wrong_digits";
/// How far the clock of the server is ahead of the one here, in ms.
const CLOCK_AHEAD: &str = "clock_ahead_ms";
/// The printer, as JSON of [`Paper`].
const PAPER: &str = "paper";
/// Set once the server said that it listens to kiosks.
const HEALTH_WANTED: &str = "health_wanted";
/// What the server heard last of this kiosk, and when, as JSON.
const HEALTH_TOLD: &str = "health_told";
/// Visitors' calls for staff, as JSON: a desk hears them.
const CALLS: &str = "calls";

/// Clocks that differ by less are not set by each other.
const CLOCK_STEP_MS: i64 = 10_000;

/// How a kiosk meets visitors now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
pub struct KioskMode {
    pub out_of_order: bool,
    /// Since when a visitor has been calling for staff.
    pub called_at: Option<Time>,
    /// The town hall has heard of the call.
    pub call_told: bool,
}

impl Replica {
    /// Who this kiosk is; nothing else has the commands of one.
    fn kiosk(&self) -> Result<Arc<Identity>, ReplicaError> {
        let identity = self.enrolled()?;
        if identity.role == Role::Kiosk {
            Ok(identity)
        } else {
            Err(Problem::NotFound.into())
        }
    }

    /// Wrong digits typed at this kiosk, and when the last were.
    pub fn wrong_digits(&self) -> Result<(u32, Time), ReplicaError> {
        Ok(self.read_json(WRONG_DIGITS)?.unwrap_or((0, Time(0))))
    }

    pub fn note_wrong_digits(&self, wrong: (u32, Time)) -> Result<(), ReplicaError> {
        let wrong = serde_json::to_string(&wrong)?;
        self.write_quietly(|tx| set_meta(tx, WRONG_DIGITS, &wrong))
    }

    /// How this kiosk meets visitors now.
    pub fn kiosk_mode(&self, now: Time) -> Result<KioskMode, ReplicaError> {
        self.kiosk()?;
        let called_at = self.called_at(now)?;
        let told = self.read_json::<(Health, Time)>(HEALTH_TOLD)?;
        Ok(KioskMode {
            out_of_order: self.meta(OUT_OF_ORDER)?.is_some(),
            called_at,
            call_told: called_at.is_some_and(|called| {
                told.is_some_and(|(health, at)| health.called_s.is_some() && at.0 >= called.0)
            }),
        })
    }

    /// A visitor calls for staff, or the call is over. Calling again changes nothing.
    pub fn call_staff(&self, on: bool, now: Time) -> Result<(), ReplicaError> {
        self.kiosk()?;
        if !on {
            return self.forget_meta(CALLED_AT);
        }
        if self.called_at(now)?.is_none() {
            self.set_meta(CALLED_AT, &now.0.to_string())?;
        }
        Ok(())
    }

    fn called_at(&self, now: Time) -> Result<Option<Time>, ReplicaError> {
        let called = self.meta(CALLED_AT)?.and_then(|text| text.parse().ok());
        Ok(called.map(Time).filter(|at| is_calling(*at, now)))
    }

    /// Puts this kiosk out of order, or back.
    pub fn set_out_of_order(&self, out: bool) -> Result<(), ReplicaError> {
        self.kiosk()?;
        if out {
            self.set_meta(OUT_OF_ORDER, "1")
        } else {
            self.forget_meta(OUT_OF_ORDER)
        }
    }

    /// How the printer is, as far as this kiosk knows.
    pub fn paper(&self) -> Result<Paper, ReplicaError> {
        Ok(self.read_json(PAPER)?.unwrap_or_default())
    }

    /// Notes how the printer is; the town hall hears of it with the next exchange.
    pub fn set_paper(&self, paper: Paper) -> Result<(), ReplicaError> {
        if self.paper()? != paper {
            self.set_meta(PAPER, &serde_json::to_string(&paper)?)?;
        }
        Ok(())
    }

    /// Opens the page of staff with a code as it was typed. What is remembered of it is durable before this returns.
    pub fn open_staff(&self, typed: &str, now: Time) -> Result<(), ReplicaError> {
        if self.kiosk()?.revoked {
            return Err(Problem::Revoked.into());
        }
        let key = self.meta(UNLOCK_KEY)?.and_then(|text| unhex(&text));
        let key = key.ok_or(Problem::CourierNotReady)?;
        let opened = self.write_quietly(|tx| {
            let ahead: i64 = json(meta(tx, CLOCK_AHEAD)?).unwrap_or_default();
            let mut door: Door = json(meta(tx, DOOR)?).unwrap_or_default();
            let opened = door.open(&key, typed, Time(now.0.saturating_add(ahead)));
            set_meta(tx, DOOR, &serde_json::to_string(&door)?)?;
            Ok(opened)
        })?;
        Ok(opened?)
    }

    /// Whether this is a kiosk without a key for the codes of staff.
    pub(crate) fn lacks_unlock(&self) -> Result<bool, ReplicaError> {
        Ok(self.kiosk().is_ok() && self.meta(UNLOCK_KEY)?.is_none())
    }

    /// How this kiosk is, if it is time to say so: when that changed, and every few minutes. What goes along with the same
    /// message does not wait any more.
    pub(crate) fn health_due(&self, ask: &Ask, now: Time) -> Result<Option<Health>, ReplicaError> {
        if self.kiosk().is_err() || self.meta(HEALTH_WANTED)?.is_none() {
            return Ok(None);
        }
        let pending = self.pending()?;
        let rest = |waiting: u32, said: usize| {
            waiting.saturating_sub(u32::try_from(said).unwrap_or(u32::MAX))
        };
        let called_s = self.called_at(now)?.map(|at| (now.0 - at.0).max(0) / 1_000);
        let health = Health {
            requests: rest(pending.waiting, ask.push.len()),
            contacts: rest(pending.contacts, ask.contacts.len()),
            paper: self.paper()?,
            out_of_order: self.meta(OUT_OF_ORDER)?.is_some(),
            called_s: called_s.map(|s| u32::try_from(s).unwrap_or(u32::MAX)),
        };
        let told = self.read_json::<(Health, Time)>(HEALTH_TOLD)?;
        let is_news = told.is_none_or(|(before, at)| {
            !health.is_like(&before) || (now.0 - at.0).abs() >= TELL_EVERY_MS
        });
        Ok(is_news.then_some(health))
    }

    /// Notes what the server has heard of this kiosk, and how far its clock is ahead.
    pub(crate) fn health_told(
        &self,
        ask: &Ask,
        answer: &Answer,
        now: Time,
    ) -> Result<(), ReplicaError> {
        if self.kiosk().is_err() {
            return Ok(());
        }
        let wanted = answer.capabilities.iter().any(|name| name == KIOSKS);
        let ahead = answer.now.0.saturating_sub(now.0);
        let known: i64 = self.read_json(CLOCK_AHEAD)?.unwrap_or_default();
        let set_clock = known.abs_diff(ahead) > CLOCK_STEP_MS.unsigned_abs();
        let health = ask.health.as_ref().filter(|_| wanted);
        if wanted && self.meta(HEALTH_WANTED)?.is_none() {
            self.write_quietly(|tx| set_meta(tx, HEALTH_WANTED, "1"))?;
        }
        if health.is_none() && !set_clock {
            return Ok(());
        }
        self.write(|tx| {
            if set_clock {
                set_meta(tx, CLOCK_AHEAD, &ahead.to_string())?;
            }
            match health {
                Some(health) => set_meta(tx, HEALTH_TOLD, &serde_json::to_string(&(health, now))?),
                None => Ok(()),
            }
        })
    }

    /// Visitors' calls for staff that stand now, as this desk heard of them.
    pub fn staff_calls(&self, now: Time) -> Result<Vec<StaffCall>, ReplicaError> {
        let mut calls: Vec<StaffCall> = self.read_json(CALLS)?.unwrap_or_default();
        calls.retain(|call| is_calling(call.at, now));
        Ok(calls)
    }

    fn read_json<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, ReplicaError> {
        Ok(json(self.meta(key)?))
    }
}

/// A stored value. One that cannot be read is as good as none: it must not keep staff out for ever.
fn json<T: DeserializeOwned>(text: Option<String>) -> Option<T> {
    text.and_then(|text| serde_json::from_str(&text).ok())
}

/// Takes what an answer says about kiosks: the key for the codes here, and for a desk the calls that stand.
pub(crate) fn take_of_kiosks(
    tx: &Transaction<'_>,
    identity: &Identity,
    answer: &Answer,
) -> Result<(), ReplicaError> {
    if answer.restored.is_some() {
        // A log of before this kiosk had its key may have made another one.
        forget_meta(tx, UNLOCK_KEY)?;
    }
    if let Some(key) = &answer.unlock {
        set_meta(tx, UNLOCK_KEY, &hex(key))?;
    }
    if identity.role.may(Permit::TendKiosks) {
        let calls = serde_json::to_string(&answer.calls)?;
        if meta(tx, CALLS)?.unwrap_or("[]".to_owned()) != calls {
            set_meta(tx, CALLS, &calls)?;
        }
    }
    Ok(())
}
