//! The clock of everything behind the bridge: the real one, set back while the municipality's past is written.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use koina_model::ids::Time;

static BACK_MS: AtomicI64 = AtomicI64::new(0);

/// What servers, replicas and commands take for now.
pub(crate) fn now() -> Time {
    Time(real().0 - BACK_MS.load(Ordering::Relaxed))
}

/// What the clock on the wall says.
#[allow(clippy::disallowed_methods, reason = "this is a shell: its only clock")]
pub(crate) fn real() -> Time {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Sets the clock to a moment, from which it goes on.
pub(crate) fn set(to: Time) {
    BACK_MS.store(real().0 - to.0, Ordering::Relaxed);
}
