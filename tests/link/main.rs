//! `cargo xtask link`: a crew and its town hall over a line of 64 kbit/s with 600 ms and one packet in twenty lost. The line
//! goes out, the app is killed, somebody else uses the line as well. Asserts nothing.
//!
//! Server and devices are processes of their own, in network namespaces with nothing between them but a [`relay`].
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for the person at the terminal"
)]
#![allow(clippy::cast_precision_loss, reason = "figures for reading")]
#![allow(clippy::disallowed_methods, reason = "it measures")]

#[cfg(target_os = "linux")]
mod device;
#[cfg(target_os = "linux")]
mod namespaces;
#[cfg(target_os = "linux")]
mod relay;
#[cfg(target_os = "linux")]
mod works;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    works::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    eprintln!("The line is laid between network namespaces, which only Linux has.");
    std::process::ExitCode::FAILURE
}
