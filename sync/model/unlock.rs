//! The code with which staff open their page at a kiosk: eight digits that the server makes and the kiosk checks, also without
//! network.
//!
//! TOTP (RFC 6238) with HMAC-SHA-256 and steps of five minutes. Each kiosk has a key of its own, made of one key of the
//! municipality. A code works once, and within half an hour of the moment it was made for: the clock of a kiosk that has no
//! network runs as it likes.

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::ids::{DeviceId, Time};
use crate::problem::{FieldRule, Problem};

/// How long a step is.
pub const STEP_MS: i64 = 5 * 60_000;
/// So many steps before and after the one of its own clock a kiosk takes.
pub const WINDOW: u64 = 6;
/// So many steps ahead of its clock the server goes, so that everybody who asks gets a code of their own.
const AHEAD: u64 = 3;
/// Digits of a code.
const DIGITS: usize = 8;

/// Wrong codes before people have to wait, how long at first and at most, and after how long without one they are forgotten.
const TRIES: u32 = 5;
const WAIT_MS: i64 = 60_000;
const WAIT_MS_MAX: i64 = 15 * 60_000;
const FORGOTTEN_MS: i64 = 3_600_000;
/// Used codes that a kiosk remembers: far more than fit into the window.
const KEPT: usize = 64;

/// The key of one kiosk.
pub fn key(municipality: &[u8], kiosk: DeviceId) -> [u8; 32] {
    let mut words = b"koina-unlock-1\n".to_vec();
    words.extend_from_slice(kiosk.as_bytes());
    mac(municipality, &words)
}

/// The step of a moment.
pub fn step(now: Time) -> u64 {
    u64::try_from(now.0.div_euclid(STEP_MS)).unwrap_or_default()
}

/// The step of the next code for a kiosk whose last one was `last`; 0 when there was none.
///
/// Nobody gets a code that somebody else has. A `last` far ahead was given by a clock that was wrong, and does not count.
pub fn next(last: u64, now: Time) -> Result<u64, Problem> {
    let here = step(now);
    if last < here || last > here + AHEAD {
        return Ok(here);
    }
    if last == here + AHEAD {
        let left_ms = STEP_MS - now.0.rem_euclid(STEP_MS);
        return Err(too_many(left_ms));
    }
    Ok(last + 1)
}

/// Until when a code is good at a kiosk whose clock is right.
pub fn good_until(step: u64) -> Time {
    let end = step.saturating_add(WINDOW).saturating_add(1);
    Time(
        i64::try_from(end)
            .unwrap_or_default()
            .saturating_mul(STEP_MS),
    )
}

/// The code of a step.
pub fn code(key: &[u8], step: u64) -> String {
    let bytes = mac(key, &step.to_be_bytes());
    let [.., last] = bytes;
    let number = bytes
        .iter()
        .skip(usize::from(last & 0x0f))
        .take(4)
        .fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    format!("{:08}", (number & 0x7fff_ffff) % 100_000_000)
}

fn mac(key: &[u8], words: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return [0; 32];
    };
    mac.update(words);
    mac.finalize().into_bytes().into()
}

fn too_many(wait_ms: i64) -> Problem {
    let wait_s = u32::try_from((wait_ms + 999) / 1_000).unwrap_or(u32::MAX);
    Problem::TooManyTries { wait_s }
}

/// What a kiosk remembers of the codes that were typed at it. Stored in its replica since 0.1; add fields, never rename.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Door {
    /// Steps whose codes were used.
    used: Vec<u64>,
    /// Wrong codes since the last right one, and the moment of the last.
    wrong: u32,
    wrong_at: Time,
}

impl Door {
    /// Opens with a code as somebody typed it. Keep the door afterwards, also when it did not open.
    pub fn open(&mut self, key: &[u8], typed: &str, now: Time) -> Result<(), Problem> {
        let typed = digits(typed)?;
        // A clock that was set back waits no longer than one that was not.
        self.wrong_at = self.wrong_at.min(now);
        let since_ms = now.0 - self.wrong_at.0;
        if since_ms >= FORGOTTEN_MS {
            self.wrong = 0;
        }
        let wait_ms = self.wait_ms();
        if since_ms < wait_ms {
            return Err(too_many(wait_ms - since_ms));
        }
        let here = step(now);
        let fits = (here.saturating_sub(WINDOW)..=here.saturating_add(WINDOW))
            .find(|step| !self.used.contains(step) && code(key, *step) == typed);
        let Some(step) = fits else {
            self.wrong = self.wrong.saturating_add(1);
            self.wrong_at = now;
            return Err(Problem::CodeRefused);
        };
        self.wrong = 0;
        self.used.push(step);
        let too_old = self.used.len().saturating_sub(KEPT);
        self.used.drain(..too_old);
        Ok(())
    }

    /// How long people have to wait after the last wrong code: twice as long after each, up to a bound, since staff wait too.
    fn wait_ms(&self) -> i64 {
        match self.wrong.checked_sub(TRIES) {
            None => 0,
            Some(more) => (WAIT_MS << more.min(8)).min(WAIT_MS_MAX),
        }
    }
}

/// The digits of a code, however they were typed.
fn digits(typed: &str) -> Result<String, Problem> {
    let bare: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .collect();
    let wrong = |rule| Err(Problem::field("code", rule));
    if bare.is_empty() {
        return wrong(FieldRule::Missing);
    }
    if bare.len() != DIGITS || !bare.bytes().all(|byte| byte.is_ascii_digit()) {
        return wrong(FieldRule::BadCharacter);
    }
    Ok(bare)
}

#[cfg(test)]
mod tests {
    use super::{AHEAD, Door, STEP_MS, WINDOW, code, good_until, key, next, step};
    use crate::ids::{DeviceId, Time};
    use crate::problem::Problem;

    const NOW: Time = Time(1_795_000_020_000);
    const KEY: [u8; 32] = [7; 32];

    fn later(ms: i64) -> Time {
        Time(NOW.0 + ms)
    }

    fn of(step: u64) -> String {
        code(&KEY, step)
    }

    /// RFC 6238, appendix B, the column of SHA-256: steps of 30 seconds there.
    #[test]
    fn codes_are_those_of_rfc_6238() {
        let key = b"12345678901234567890123456789012";
        for (seconds, wanted) in [
            (59, "46119246"),
            (1_111_111_109, "68084774"),
            (1_111_111_111, "67062674"),
            (1_234_567_890, "91819424"),
            (2_000_000_000, "90698825"),
            (20_000_000_000, "77737706"),
        ] {
            assert_eq!(code(key, seconds / 30), wanted, "{seconds}");
        }
    }

    #[test]
    fn every_kiosk_has_a_key_of_its_own() {
        let kiosk = |n| DeviceId(uuid::Uuid::from_u128(n));
        assert_ne!(key(&KEY, kiosk(1)), key(&KEY, kiosk(2)));
        assert_ne!(key(&KEY, kiosk(1)), key(&[8; 32], kiosk(1)));
        assert_eq!(key(&KEY, kiosk(1)), key(&KEY, kiosk(1)));
    }

    #[test]
    fn a_code_works_once() {
        let mut door = Door::default();
        let typed = of(step(NOW));
        assert_eq!(door.open(&KEY, &typed, NOW), Ok(()));
        assert_eq!(door.open(&KEY, &typed, NOW), Err(Problem::CodeRefused));
        let later_one = of(step(NOW) + 1);
        assert_eq!(door.open(&KEY, &later_one, NOW), Ok(()), "another code");
    }

    #[test]
    fn a_code_is_typed_with_spaces_or_without() {
        let good = of(step(NOW));
        let (first, second) = good.split_at(4);
        let typed = format!(" {first} {second} ");
        assert_eq!(Door::default().open(&KEY, &typed, NOW), Ok(()));
    }

    #[test]
    fn a_clock_off_by_half_an_hour_still_opens_and_one_off_by_more_does_not() {
        let open = |ms| Door::default().open(&KEY, &of(step(NOW)), later(ms));
        let reach = i64::try_from(WINDOW).unwrap_or_default() * STEP_MS;
        assert_eq!(open(reach), Ok(()));
        assert_eq!(open(-reach), Ok(()));
        assert_eq!(open(reach + STEP_MS), Err(Problem::CodeRefused));
        assert_eq!(open(-reach - STEP_MS), Err(Problem::CodeRefused));
    }

    #[test]
    fn guessing_is_slow_and_gets_slower() {
        let mut door = Door::default();
        let good = of(step(NOW));
        for _ in 0..5 {
            let refused = door.open(&KEY, "00000000", NOW);
            assert_eq!(refused, Err(Problem::CodeRefused));
        }
        let wait = |s| Err(Problem::TooManyTries { wait_s: s });
        assert_eq!(door.open(&KEY, &good, NOW), wait(60));
        assert_eq!(door.open(&KEY, &good, later(59_000)), wait(1));
        let refused = door.open(&KEY, "00000000", later(60_000));
        assert_eq!(refused, Err(Problem::CodeRefused), "one more try");
        assert_eq!(door.open(&KEY, &good, later(61_000)), wait(119));
        // A clock that is set back does not lock the door for as long.
        assert_eq!(door.open(&KEY, &good, later(-3_600_000)), wait(120));
        assert_eq!(door.open(&KEY, &good, later(-3_600_000)), wait(120));
        assert_eq!(door.open(&KEY, &good, later(0)), Ok(()), "after the wait");
        let refused = door.open(&KEY, "00000000", NOW);
        assert_eq!(refused, Err(Problem::CodeRefused), "counted anew");
    }

    #[test]
    fn the_wait_is_a_quarter_of_an_hour_at_most() {
        let mut door = Door::default();
        let mut at = 0;
        for _ in 0..40 {
            let _ = door.open(&KEY, "00000000", later(at));
            at += 15 * 60_000;
        }
        assert_eq!(door.open(&KEY, &of(step(later(at))), later(at)), Ok(()));
    }

    #[test]
    fn what_is_no_code_is_no_try() {
        let mut door = Door::default();
        for typed in ["", "1234567", "123456789", "1234567a", "αβγδεζηθ"] {
            let refused = door.open(&KEY, typed, NOW);
            assert!(matches!(refused, Err(Problem::BadInput { .. })), "{typed}");
        }
        assert_eq!(door, Door::default());
    }

    #[test]
    fn everybody_who_asks_gets_a_code_of_their_own() {
        let here = step(NOW);
        assert_eq!(next(0, NOW), Ok(here));
        let mut last = here;
        for _ in 0..AHEAD {
            let given = next(last, NOW);
            assert_eq!(given, Ok(last + 1));
            last += 1;
        }
        assert!(matches!(
            next(last, NOW),
            Err(Problem::TooManyTries { wait_s: 1..=300 })
        ));
        assert_eq!(next(last, later(STEP_MS)), Ok(last + 1));
        assert_eq!(next(here + 1_000, NOW), Ok(here), "a clock was wrong");
        assert!(good_until(here).0 - NOW.0 >= 30 * 60_000);
    }
}
