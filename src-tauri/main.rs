#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]
//! The app on a desktop.

fn main() {
    koina_app::run();
}
