//! How bytes get to a printer: over the network, through a device file, or through a print queue of the system.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use koina_model::problem::PrinterFault;
use socket2::SockRef;

use super::{LOOK, Patience};

/// Bytes that the system holds for a printer in the network. A whole receipt would seem to be sent when nobody took any of it.
const HELD_MAX: usize = 16 * 1024;

/// Something that takes bytes at its own pace and may answer. Neither reading nor writing waits.
///
/// What the system still holds when it is closed is forgotten, also when the app falls: a printer that was off for a while
/// would print it when somebody else stands there.
pub(super) trait Line: Read + Write {
    /// Has the system deliver what it holds, unless the printer takes nothing for so long.
    fn keep(&self, silence: Duration);
}

impl Line for TcpStream {
    fn keep(&self, silence: Duration) {
        let socket = SockRef::from(self);
        #[cfg(target_os = "linux")]
        let _ = socket.set_tcp_user_timeout(Some(silence));
        #[cfg(not(target_os = "linux"))]
        let _ = silence;
        let _ = socket.set_linger(None);
    }
}

/// The driver of printers on USB (`usblp`) forgets by itself.
impl Line for File {
    fn keep(&self, _: Duration) {}
}

pub(super) fn network(host: &str, patience: Patience) -> Result<TcpStream, PrinterFault> {
    let off = |_| PrinterFault::Unreachable;
    let address = host.to_socket_addrs().map_err(off)?.next();
    let address = address.ok_or(PrinterFault::Unreachable)?;
    let line = TcpStream::connect_timeout(&address, patience.connect).map_err(off)?;
    line.set_nonblocking(true).map_err(off)?;
    let socket = SockRef::from(&line);
    socket.set_linger(Some(Duration::ZERO)).map_err(off)?;
    socket.set_send_buffer_size(HELD_MAX).map_err(off)?;
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

/// Hands a PDF to a queue of the system and waits until it is printed. What is not by then is taken back out of the queue. Nothing
/// is written to a disk by us.
pub(super) fn queue(
    programs: &Path,
    name: &str,
    pdf: &[u8],
    patience: Patience,
) -> Result<(), PrinterFault> {
    let run = |words: &[&str], input: &[u8]| run(programs, words, input, patience.printed);
    let said = run(&["lp", "-d", name, "-t", "receipt", "-"], pdf)?;
    // "request id is receipts-12 (0 file(s))"
    let job = said
        .split_whitespace()
        .find(|word| word.rsplit_once('-').is_some_and(|(of, _)| of == name));
    let Some(job) = job else {
        // A queue that names no job cannot be asked for it, and is believed.
        return Ok(());
    };
    let until = deadline(patience.whole);
    loop {
        // A list that cannot be had says nothing.
        let waiting =
            run(&["lpstat", "-W", "not-completed", "-o", name], &[]).map_or(true, |jobs| {
                jobs.lines()
                    .any(|line| line.split_whitespace().next() == Some(job))
            });
        if !waiting {
            return Ok(());
        }
        if passed(until) {
            // With what the system kept of it.
            let _ = run(&["cancel", "-x", job], &[]);
            return Err(PrinterFault::Slow);
        }
        sleep(patience.answer);
    }
}

/// Runs a program of the printing system with this input, and gives what it said.
fn run(
    programs: &Path,
    words: &[&str],
    input: &[u8],
    wait: Duration,
) -> Result<String, PrinterFault> {
    let off = |_| PrinterFault::Unreachable;
    let (program, words) = words.split_first().ok_or(PrinterFault::Unreachable)?;
    let mut child = Command::new(programs.join(program))
        .args(words)
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(off)?;
    if let Some(mut stdin) = child.stdin.take() {
        let input = input.to_vec();
        // A child that takes nothing must not keep us; one that ended early says why by how it ended.
        std::thread::spawn(move || stdin.write_all(&input));
    }
    let until = deadline(wait);
    loop {
        match child.try_wait() {
            Ok(Some(end)) if end.success() => break,
            Ok(Some(_)) | Err(_) => return Err(PrinterFault::Unreachable),
            Ok(None) if passed(until) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(PrinterFault::Slow);
            }
            Ok(None) => sleep(LOOK),
        }
    }
    let mut said = String::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_string(&mut said).map_err(off)?;
    }
    Ok(said)
}

/// Sends everything, unless the printer takes nothing for too long.
pub(super) fn send(
    line: &mut dyn Line,
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
pub(super) fn hear(line: &mut dyn Line, wait: Duration) -> Result<Option<u8>, PrinterFault> {
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
