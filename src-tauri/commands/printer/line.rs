//! How bytes get to a printer: over the network, through a device file, or through a print queue of the system.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use koina_model::problem::PrinterFault;

use super::{LOOK, Patience};

/// Something that takes bytes at its own pace and may answer. Neither reading nor writing waits.
pub(super) trait Line: Read + Write {}
impl<T: Read + Write> Line for T {}

pub(super) fn network(host: &str, patience: Patience) -> Result<TcpStream, PrinterFault> {
    let off = |_| PrinterFault::Unreachable;
    let address = host.to_socket_addrs().map_err(off)?.next();
    let address = address.ok_or(PrinterFault::Unreachable)?;
    let line = TcpStream::connect_timeout(&address, patience.connect).map_err(off)?;
    line.set_nonblocking(true).map_err(off)?;
    Ok(line)
}

/// Opens a device file, such as that of a printer on USB. It must be there already.
pub(super) fn file(path: &Path) -> Result<File, PrinterFault> {
    let mut how = OpenOptions::new();
    how.read(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        how.custom_flags(libc::O_NONBLOCK);
    }
    how.open(path).map_err(|_| PrinterFault::Unreachable)
}

/// Hands a PDF to a queue of the system; from there on the system prints it. Nothing is written to a disk by us.
pub(super) fn queue(name: &str, pdf: &[u8], patience: Patience) -> Result<(), PrinterFault> {
    let mut child = Command::new("lp")
        .args(["-s", "-d", name, "-t", "receipt", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| PrinterFault::Unreachable)?;
    if let Some(mut stdin) = child.stdin.take() {
        let pdf = pdf.to_vec();
        // A child that takes nothing must not keep us; one that ended early says why by how it ended.
        std::thread::spawn(move || stdin.write_all(&pdf));
    }
    let until = deadline(patience.printed);
    loop {
        match child.try_wait() {
            Ok(Some(end)) if end.success() => return Ok(()),
            Ok(Some(_)) | Err(_) => return Err(PrinterFault::Unreachable),
            Ok(None) if passed(until) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(PrinterFault::Slow);
            }
            Ok(None) => sleep(LOOK),
        }
    }
}

/// Sends everything, unless the printer takes nothing for too long.
pub(super) fn send(
    line: &mut impl Line,
    mut bytes: &[u8],
    patience: Patience,
) -> Result<(), PrinterFault> {
    let Patience { silence, whole, .. } = patience;
    let last = deadline(whole);
    let mut until = deadline(silence);
    while !bytes.is_empty() {
        match line.write(bytes) {
            Ok(0) => return Err(PrinterFault::Unreachable),
            Ok(taken) => {
                bytes = bytes.get(taken..).unwrap_or_default();
                until = deadline(silence);
            }
            Err(failure) if waits(&failure) => {
                if passed(until) || passed(last) {
                    return Err(PrinterFault::Slow);
                }
                sleep(LOOK);
            }
            // What `usblp` says when there is no paper and the printer is told to give up.
            Err(failure) if failure.kind() == ErrorKind::StorageFull => {
                return Err(PrinterFault::NoPaper);
            }
            Err(_) => return Err(PrinterFault::Unreachable),
        }
    }
    Ok(())
}

/// The next byte the printer says; `None` when it says nothing for so long.
pub(super) fn hear(line: &mut impl Line, wait: Duration) -> Result<Option<u8>, PrinterFault> {
    let until = deadline(wait);
    let mut byte = [0];
    loop {
        match line.read(&mut byte) {
            Ok(1) => return Ok(Some(byte[0])),
            // The end of a file that only takes, or of a line that was closed; the latter shows when something is sent.
            Ok(_) => return Ok(None),
            Err(failure) if waits(&failure) => {
                if passed(until) {
                    return Ok(None);
                }
                sleep(LOOK);
            }
            Err(_) => return Err(PrinterFault::Unreachable),
        }
    }
}

fn waits(failure: &std::io::Error) -> bool {
    matches!(
        failure.kind(),
        ErrorKind::WouldBlock | ErrorKind::Interrupted
    )
}

#[allow(
    clippy::disallowed_methods,
    reason = "patience with a device is measured, not told"
)]
pub(super) fn deadline(wait: Duration) -> Instant {
    Instant::now() + wait
}

#[allow(
    clippy::disallowed_methods,
    reason = "patience with a device is measured, not told"
)]
pub(super) fn passed(until: Instant) -> bool {
    Instant::now() >= until
}
