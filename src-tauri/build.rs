//! Declares every command to Tauri, which makes each one denied to every window whose capability does not name it.

macro_rules! commands {
    ($($(#[$_doc:meta])* $name:ident($_input:ty) -> $_output:ty;)*) => {
        const COMMANDS: &[&str] = &[$(stringify!($name)),*];
    };
}
include!("commands/list.rs");

fn main() {
    println!("cargo:rerun-if-changed=src-tauri/commands/list.rs");
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=ui/dist");
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*.json")
        .app_manifest(tauri_build::AppManifest::new().commands(COMMANDS));
    if let Err(failure) = tauri_build::try_build(attributes) {
        panic!("tauri-build: {failure:#}");
    }
}
