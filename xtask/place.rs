//! Where things are: the tree, the target folder, the programs that were built.

use std::path::PathBuf;

use crate::run::{Outcome, answer, cargo};

/// The root of the tree: where cargo says this runs, since a target folder may be shared by two trees.
pub(crate) fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent().unwrap_or(&here).to_owned()
}

/// The target folder, as cargo itself sees it: `CARGO_TARGET_DIR`, a setting, or `target`.
pub(crate) fn target() -> Outcome<PathBuf> {
    let metadata = answer(cargo().args(["metadata", "--format-version", "1", "--no-deps"]))?;
    let after = metadata
        .split_once("\"target_directory\":\"")
        .map(|(_, after)| after);
    let folder = after
        .and_then(|after| after.split_once('"'))
        .map(|(folder, _)| folder.replace("\\\\", "\\"));
    folder
        .map(PathBuf::from)
        .ok_or_else(|| "cargo did not say where it builds".to_owned())
}

/// The app has a target folder of its own, so that building it does not keep other checks waiting.
pub(crate) fn app_target() -> Outcome<PathBuf> {
    Ok(target()?.join("app"))
}

/// The built app.
pub(crate) fn app() -> Outcome<PathBuf> {
    Ok(app_target()?.join("debug").join("koina"))
}

/// A built program of the tests.
pub(crate) fn program(name: &str) -> Outcome<PathBuf> {
    Ok(target()?.join("debug").join(name))
}

/// The first of these programs that can be called.
pub(crate) fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    names.iter().find_map(|name| {
        std::env::split_paths(&path)
            .map(|folder| folder.join(name))
            .find(|file| file.is_file())
    })
}
