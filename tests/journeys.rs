//! Journeys: what people live through, told to the end. See `town.rs` for what is checked after each of them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]
#![allow(
    clippy::print_stdout,
    reason = "a test tells its runner, and a child its parent, how far it is"
)]

mod journeys {
    mod bad_disk;
    mod bad_input;
    mod clashes;
    mod community;
    mod convergence;
    mod courier;
    mod dead_zone;
    mod decided;
    mod emergency;
    mod erased;
    mod hostile;
    mod inspected;
    mod keys;
    mod kiosk;
    mod locked;
    mod lost;
    mod lost_receipt;
    mod person;
    mod planning;
    mod poison;
    mod purpose;
    mod refused;
    mod restored;
    mod rounds;
    mod scope;
    mod slow_line;
    mod staff;
    mod tagged;
    mod told;
    mod two_servers;
    mod unreadable;
    #[allow(
        clippy::duplicate_mod,
        reason = "every story of it once more, of a file that is encrypted"
    )]
    #[path = "unreadable.rs"]
    mod unreadable_locked;
}
