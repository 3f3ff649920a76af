//! What all targets share: each is one line.

pub use libfuzzer_sys;

/// Fuzzes a target of `koina_tests::hostile`.
///
/// The fuzzer's own panic hook ends the process at every panic; here only a panic that gets out counts, since the guard
/// contains those of Automerge.
#[macro_export]
macro_rules! target {
    ($name:literal) => {
        $crate::libfuzzer_sys::fuzz_target!(|bytes: &[u8]| $crate::take($name, bytes));
    };
}

/// Gives bytes to a target, and says what a panic that gets out said.
pub fn take(target: &str, bytes: &[u8]) {
    use std::sync::{Mutex, Once, PoisonError};
    static SAID: Mutex<String> = Mutex::new(String::new());
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let trace = std::backtrace::Backtrace::force_capture();
            *SAID.lock().unwrap_or_else(PoisonError::into_inner) = format!("{panic}\n{trace}");
        }));
    });
    let outcome = std::panic::catch_unwind(|| koina_tests::hostile::run(target, bytes));
    if outcome.is_err() {
        eprintln!("{}", SAID.lock().unwrap_or_else(PoisonError::into_inner));
        std::process::abort();
    }
}
