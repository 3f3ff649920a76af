//! What locks the window of a public kiosk: it goes nowhere, opens nothing, asks nothing, and stays.
//!
//! Refused here is what Tauri lets be refused on every system, and below `lock/` what only one system has.
//! What a page can refuse by itself stands in `ui/src/features/kiosk/lock.ts`.

use tauri::webview::{NewWindowResponse, PermissionResponse};
use tauri::{Url, WebviewWindow, WebviewWindowBuilder, WindowEvent, Wry};

#[cfg(target_os = "linux")]
mod webkit;

/// The window that has this profile is locked.
pub(crate) const LOCKED: &str = "kiosk";

/// What no page of it finds, nor a frame of one: writing onto the clipboard, and code that is no script.
const WITHOUT: &str = "delete Navigator.prototype.clipboard; delete globalThis.WebAssembly;";

/// What a page would reach the network through: nobody listens there, and only the superuser could. No policy of a page keeps
/// it from opening a line in advance.
const NOWHERE: &str = "http://127.0.0.1:1";

type Builder<'a> = WebviewWindowBuilder<'a, Wry, tauri::AppHandle>;

/// A window that loads its own page and nothing else.
pub(crate) fn shut(builder: Builder<'_>) -> Builder<'_> {
    // The app's own network is another; its pages and commands come without any.
    let builder = match Url::parse(NOWHERE) {
        Ok(nowhere) => builder.proxy_url(nowhere),
        Err(_) => builder,
    };
    builder
        .initialization_script_for_all_frames(WITHOUT)
        .on_navigation(is_own)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .on_permission_request(|_, _| PermissionResponse::Deny)
        .disable_drag_drop_handler()
        .zoom_hotkeys_enabled(false)
        .browser_extensions_enabled(false)
        .general_autofill_enabled(false)
        .devtools(false)
        .accept_first_mouse(true)
}

/// Keeps the window open, and before everything else where it is the whole screen.
pub(crate) fn hold(window: &WebviewWindow, whole: bool) -> tauri::Result<()> {
    #[cfg(target_os = "linux")]
    webkit::lock(window, whole)?;
    let held = window.clone();
    window.on_window_event(move |event| match event {
        // Who takes a kiosk out of service ends the process, or the desk gives the device another role.
        WindowEvent::CloseRequested { api, .. } => api.prevent_close(),
        WindowEvent::Focused(false) | WindowEvent::Resized(_) | WindowEvent::Moved(_) if whole => {
            let robbed = matches!(event, WindowEvent::Focused(false));
            if let Err(failure) = take_back(&held, robbed) {
                tracing::warn!(%failure, "the kiosk's window did not get its screen back");
            }
        }
        _ => {}
    });
    Ok(())
}

/// The one page there is: loading it again is no way out.
fn is_own(url: &Url) -> bool {
    let own = match (url.scheme(), url.host_str()) {
        ("tauri", Some("localhost")) => true,
        ("http" | "https", Some("tauri.localhost")) => url.port().is_none(),
        ("http", Some("localhost")) => tauri::is_dev(),
        _ => false,
    };
    own && matches!(url.path(), "" | "/" | "/index.html")
        && url.query().is_none()
        && url.fragment().is_none()
}

fn take_back(window: &WebviewWindow, robbed: bool) -> tauri::Result<()> {
    if window.is_minimized()? {
        window.unminimize()?;
    }
    if !window.is_fullscreen()? {
        window.set_fullscreen(true)?;
    }
    // While it is told so, it still believes to have the keyboard.
    if robbed || !window.is_focused()? {
        window.set_focus()?;
    }
    Ok(())
}
