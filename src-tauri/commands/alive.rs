//! Tells whoever began this program that it is ready and that it lives, as systemd understands it (`sd_notify`).

use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::atomic::{AtomicBool, Ordering};

/// Begins this program anew when it hears nothing from it for a while.
pub struct Supervisor {
    socket: UnixDatagram,
    address: SocketAddr,
    ready: AtomicBool,
}

impl Supervisor {
    /// The one whose address stands in `NOTIFY_SOCKET`: a path, or `@` and a name without a file.
    pub fn at(address: &str) -> io::Result<Self> {
        let address = match address.strip_prefix('@') {
            Some(name) => SocketAddr::from_abstract_name(name)?,
            None => SocketAddr::from_pathname(address)?,
        };
        let socket = UnixDatagram::unbound()?;
        // Whoever does not listen must not make a window wait.
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket,
            address,
            ready: AtomicBool::new(false),
        })
    }

    /// Says that the program lives. The first time that also means that it is ready.
    pub fn lives(&self) -> io::Result<()> {
        let words: &[u8] = if self.ready.load(Ordering::Relaxed) {
            b"WATCHDOG=1"
        } else {
            b"READY=1\nWATCHDOG=1"
        };
        self.socket.send_to_addr(words, &self.address)?;
        self.ready.store(true, Ordering::Relaxed);
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    fn hears(socket: &UnixDatagram) -> String {
        let mut bytes = [0; 64];
        let length = socket.recv(&mut bytes).unwrap();
        String::from_utf8_lossy(bytes.get(..length).unwrap()).into_owned()
    }

    fn is_told(listener: &UnixDatagram, address: &str) {
        let supervisor = Supervisor::at(address).unwrap();
        supervisor.lives().unwrap();
        supervisor.lives().unwrap();
        assert_eq!(hears(listener), "READY=1\nWATCHDOG=1");
        assert_eq!(hears(listener), "WATCHDOG=1");
    }

    #[test]
    fn a_supervisor_hears_once_that_the_program_is_ready_and_then_that_it_lives() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let listener = UnixDatagram::bind(&path).unwrap();
        is_told(&listener, path.to_str().unwrap());

        let name = format!("koina-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let listener = UnixDatagram::bind_addr(&address).unwrap();
        is_told(&listener, &format!("@{name}"));
    }

    #[test]
    fn readiness_is_told_once_somebody_listens() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let supervisor = Supervisor::at(path.to_str().unwrap()).unwrap();
        assert!(supervisor.lives().is_err());
        let listener = UnixDatagram::bind(&path).unwrap();
        supervisor.lives().unwrap();
        assert_eq!(hears(&listener), "READY=1\nWATCHDOG=1");
    }
}
