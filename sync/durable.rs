//! Small files that are either what they were or whole, whatever happens, and readable by their owner only.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// Puts a file in the place of another. It is on the disk afterwards.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push("-new");
    let fresh = Path::new(&name);
    let mut file = of_the_owner().truncate(true).open(fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    std::fs::rename(fresh, path)?;
    sync_folder(folder_of(path))
}

/// For a file with a key inside; where the system knows owners.
pub(crate) fn of_the_owner() -> std::fs::OpenOptions {
    let mut options = File::options();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes what was made or renamed in a folder durable. Windows knows no such thing, and needs none.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
