//! Writes `ui/src/ipc/commands.ts` from the list of commands; fails when the committed file is stale.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use koina_model::accounts::{AccountGiven, AccountInput};
use koina_model::applications::Application;
use koina_model::contacts::Contact;
use koina_model::permits::{Permit, Role};
use koina_model::problem::Problem;
use koina_sync::replica::KioskMode;
use koina_sync::views::assets::*;
use koina_sync::views::community::*;
use koina_sync::views::conflicts::*;
use koina_sync::views::day::*;
use koina_sync::views::map::*;
use koina_sync::views::outbox::*;
use koina_sync::views::photos::*;
use koina_sync::views::requests::*;
use koina_sync::views::rounds::*;
use koina_sync::views::similar::*;
use koina_sync::views::tracked::*;
use koina_sync::views::*;
use ts_rs::{Config, TS, TypeVisitor};

use crate::inputs::*;

struct Collect<'a> {
    config: &'a Config,
    declarations: BTreeMap<String, String>,
}

impl TypeVisitor for Collect<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if T::output_path().is_none() || self.declarations.contains_key(&T::ident(self.config)) {
            return;
        }
        self.declarations.insert(
            T::ident(self.config),
            format!("export {}", T::decl(self.config)),
        );
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A word as it stands in JSON, without its quotes.
fn word(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_string(value).expect("a word as JSON");
    json.trim_matches('"').to_owned()
}

macro_rules! commands {
    ($($(#[$_doc:meta])* $name:ident($input:ty) -> $output:ty;)*) => {
        fn typescript() -> String {
            let config = Config::default();
            let mut types = Collect { config: &config, declarations: BTreeMap::new() };
            let mut lines = Vec::new();
            types.visit::<Problem>();
            $(
                types.visit::<$input>();
                types.visit::<$output>();
                lines.push(format!("  {}: [input: {}, output: {}];", stringify!($name), <$input>::ident(&config), <$output>::ident(&config)));
            )*
            let may: Vec<String> = Role::ALL
                .into_iter()
                .map(|role| {
                    let permits = Permit::ALL.into_iter().filter(|permit| role.may(*permit));
                    let permits = permits.collect::<Vec<_>>();
                    format!("  {}: {},", word(&role), serde_json::to_string(&permits).expect("permits as JSON"))
                })
                .collect();
            let declarations: Vec<String> = types.declarations.into_values().collect();
            format!(
                "// Written by `cargo test -p koina-commands` from src-tauri/commands/list.rs. Do not edit.\n\n{}\n\n/** Every command with its input and its output. */\nexport type Commands = {{\n{}\n}};\n\n/** What each role may do. */\nexport const MAY: Readonly<Record<Role, readonly Permit[]>> = {{\n{}\n}};\n\n/** For how many requests the desk plans at once. */\nexport const PLAN_MAX = {PLAN_MAX};\n",
                declarations.join("\n\n"),
                lines.join("\n"),
                may.join("\n"),
            )
        }
    };
}
include!("list.rs");

#[test]
fn typescript_is_current() {
    let path = root().join("ui/src/ipc/commands.ts");
    let fresh = typescript();
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    if stored != fresh {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("making ui/src/ipc");
        std::fs::write(&path, fresh).expect("writing commands.ts");
        panic!("ui/src/ipc/commands.ts was stale; it has been written anew, commit it");
    }
}
