//! A key store of this session's own, opened as signing in opens it: what whoever runs the tests has in theirs is left alone.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

const PROGRAM: &str = "gnome-keyring-daemon";
/// How a session without one finds no bus to ask.
pub(crate) const NO_BUS: &str = "unix:path=/nowhere";

/// Opens one for everything that is started in this session. It ends with the session's bus.
pub(crate) fn open(folder: &Path) -> anyhow::Result<()> {
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder).context("Making a place for the keyring")?;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
    let mut daemon = Command::new(PROGRAM)
        .args(["--unlock", "--components=secrets"])
        .arg(format!("--control-directory={}", folder.display()))
        .env("XDG_DATA_HOME", folder)
        .env_remove("GNOME_KEYRING_CONTROL")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .context("gnome-keyring-daemon cannot be started; its Debian package is gnome-keyring")?;
    let mut password = daemon.stdin.take().context("Signing in")?;
    password.write_all("ο κωδικός του χρήστη".as_bytes())?;
    drop(password);
    ensure!(daemon.wait()?.success(), "{PROGRAM} did not open");
    Ok(())
}
