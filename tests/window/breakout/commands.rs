//! Every command that a window could call: ours, and those that Tauri brings along. All are tried, none may answer but the
//! kiosk's own.

use serde_json::Value;

/// What the kiosk may call, as its capability says; `tests/tidy/windows.rs` says what that may be.
const CAPABILITY: &str = include_str!("../../../src-tauri/capabilities/kiosk.json");

/// Tauri's own commands, by their plugin, as Tauri 2.12 declares them.
const OF_TAURI: [(&str, &str); 9] = [
    (
        "path",
        "resolve_directory resolve normalize join dirname extname basename is_absolute",
    ),
    ("event", "listen unlisten emit emit_to"),
    (
        "window",
        "create get_all_windows scale_factor inner_position outer_position inner_size outer_size is_fullscreen is_minimized \
         is_maximized is_focused is_decorated is_resizable is_maximizable is_minimizable is_closable is_visible is_enabled \
         title current_monitor primary_monitor monitor_from_point available_monitors cursor_position theme is_always_on_top \
         activity_name scene_identifier center request_user_attention set_enabled set_resizable set_maximizable \
         set_minimizable set_closable set_title maximize unmaximize minimize unminimize show hide close destroy \
         set_decorations set_shadow set_effects set_always_on_top set_always_on_bottom set_visible_on_all_workspaces \
         set_content_protected set_size set_min_size set_size_constraints set_max_size set_position set_fullscreen \
         set_fullscreen_on_monitor set_simple_fullscreen set_focus set_focusable set_skip_taskbar set_cursor_grab \
         set_cursor_visible set_cursor_icon set_cursor_position set_ignore_cursor_events start_dragging \
         start_resize_dragging set_progress_bar set_badge_count set_overlay_icon set_badge_label set_icon \
         set_title_bar_style set_theme toggle_maximize set_background_color internal_toggle_maximize",
    ),
    (
        "webview",
        "create_webview create_webview_window get_all_webviews webview_position webview_size webview_close set_webview_size \
         set_webview_position set_webview_focus set_webview_auto_resize set_webview_zoom webview_hide webview_show print \
         reparent clear_all_browsing_data set_webview_background_color internal_toggle_devtools",
    ),
    (
        "app",
        "version name tauri_version identifier app_show app_hide exit fetch_data_store_identifiers remove_data_store \
         default_window_icon set_app_theme set_dock_visibility bundle_type register_listener remove_listener \
         supports_multiple_windows",
    ),
    ("image", "new from_bytes from_path rgba size"),
    ("resources", "close"),
    (
        "menu",
        "new append prepend insert remove remove_at items get popup create_default set_as_app_menu set_as_window_menu text \
         set_text is_enabled set_enabled set_accelerator set_as_windows_menu_for_nsapp set_as_help_menu_for_nsapp is_checked \
         set_checked set_icon",
    ),
    (
        "tray",
        "new get_by_id remove_by_id set_icon set_menu set_tooltip set_title set_visible set_temp_dir_path \
         set_icon_as_template set_icon_with_as_template set_show_menu_on_left_click",
    ),
];

/// Plugins that are not built in and could come in by mistake, and a command that there never was.
const ABSENT: &str = "plugin:shell|open plugin:shell|execute plugin:opener|open_url plugin:opener|open_path plugin:fs|read_file \
    plugin:fs|write_file plugin:dialog|open plugin:dialog|message plugin:http|fetch plugin:process|exit plugin:process|restart \
    plugin:clipboard-manager|read_text plugin:updater|check plugin:store|load plugin:sql|load plugin:global-shortcut|register \
    plugin:autostart|enable plugin:notification|notify no_such_command";

/// Calls it as a page that was taken over would; hands on whether it was denied.
pub(super) const CALL: &str = "
    const done = arguments[1];
    window.__TAURI_INTERNALS__.invoke(arguments[0], { input: {} }).then(
        (answer) => done('answered ' + JSON.stringify(answer)),
        (refusal) => done(/not allowed|not found/.test(typeof refusal === 'string' ? refusal : '') ? '' : 'heard ' + JSON.stringify(refusal)),
    );
";

/// The commands that must be denied.
pub(super) fn denied() -> anyhow::Result<Vec<String>> {
    let capability: Value = serde_json::from_str(CAPABILITY)?;
    let granted: Vec<String> = capability
        .get("permissions")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(granted_by)
        .collect();
    let ours = koina_commands::NAMES.iter().map(|name| (*name).to_owned());
    let of_tauri = OF_TAURI.iter().flat_map(|(plugin, names)| {
        names
            .split_whitespace()
            .map(move |name| format!("plugin:{plugin}|{name}"))
    });
    let absent = ABSENT.split_whitespace().map(str::to_owned);
    let all = ours.chain(of_tauri).chain(absent);
    Ok(all.filter(|name| !granted.contains(name)).collect())
}

/// `allow-kiosk-track` grants `kiosk_track`, `core:event:allow-listen` grants `plugin:event|listen`.
fn granted_by(permission: &str) -> String {
    match permission
        .strip_prefix("core:")
        .and_then(|rest| rest.split_once(":allow-"))
    {
        Some((plugin, name)) => format!("plugin:{plugin}|{}", name.replace('-', "_")),
        None => permission.trim_start_matches("allow-").replace('-', "_"),
    }
}
