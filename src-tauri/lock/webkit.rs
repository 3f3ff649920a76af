//! The lock in WebKitGTK: what Tauri has no word for.
//!
//! Keys and buttons are refused before the web view hears of them, since it acts on some of them by itself.

use gtk::ApplicationWindow;
use gtk::gdk::{Event, EventKey, EventType, ModifierType};
use gtk::glib::prelude::{ObjectExt, ToValue};
use gtk::glib::{self, Propagation};
use gtk::prelude::{GtkWindowExt, WidgetExt};
use tauri::WebviewWindow;
use webkit2gtk::{
    AuthenticationRequestExt, ColorChooserRequestExt, FileChooserRequestExt, OptionMenu,
    OptionMenuExt, PolicyDecisionExt, PolicyDecisionType, SettingsExt, WebView, WebViewExt,
};

/// Keys that write nothing and are needed all the same: to write, and to go from field to field.
const KEYS: &str = "Shift_L Shift_R Caps_Lock Num_Lock ISO_Level3_Shift ISO_Level5_Shift Mode_switch Multi_key \
    ISO_Next_Group ISO_Prev_Group ISO_First_Group ISO_Last_Group BackSpace Delete KP_Delete Tab ISO_Left_Tab Return \
    KP_Enter ISO_Enter Escape Left Right Up Down Home End Prior Next Page_Up Page_Down KP_Left KP_Right KP_Up KP_Down \
    KP_Home KP_End KP_Prior KP_Next KP_Page_Up KP_Page_Down";

/// Ctrl with it chooses all of a field, on a Latin layout and on a Greek one.
const ALL: &str = "a A Greek_alpha Greek_ALPHA";
/// With Shift they cut.
const CUTS: &str = "Delete KP_Delete";

pub(super) fn lock(window: &WebviewWindow, whole: bool) -> tauri::Result<()> {
    let frame = window.gtk_window()?;
    // A window manager, where there is one, offers no way to close it.
    frame.set_deletable(false);
    frame.connect_key_press_event(|_, event| stop_unless(types(event)));
    if whole {
        frame.connect_focus_out_event(|frame, _| {
            let frame = frame.clone();
            glib::idle_add_local_once(move || take_keyboard(&frame));
            Propagation::Proceed
        });
    }
    window.with_webview(|view| {
        let view = view.inner();
        settle(&view);
        refuse(&view);
        view.drag_dest_unset();
        view.connect_event(|_, event| stop_unless(is_touch(event)));
    })
}

/// Where no window manager gives the keyboard away, the server does not heed who asks in the name of an earlier press: now.
fn take_keyboard(frame: &ApplicationWindow) {
    const NOW: u32 = 0;
    if let Some(window) = frame.window() {
        window.focus(NOW);
    }
}

/// What the page is not given at all.
fn settle(view: &WebView) {
    let Some(settings) = WebViewExt::settings(view) else {
        tracing::error!("the kiosk's web view has no settings to lock");
        return;
    };
    settings.set_allow_modal_dialogs(false);
    settings.set_enable_back_forward_navigation_gestures(false);
    settings.set_enable_caret_browsing(false);
    settings.set_enable_developer_extras(false);
    settings.set_enable_encrypted_media(false);
    settings.set_enable_fullscreen(false);
    settings.set_enable_media_stream(false);
    settings.set_enable_page_cache(false);
    settings.set_enable_spatial_navigation(false);
    settings.set_enable_webgl(false);
    settings.set_enable_webrtc(false);
    settings.set_javascript_can_access_clipboard(false);
    settings.set_javascript_can_open_windows_automatically(false);
}

/// What the web view would ask or open by itself: it hears no, and nobody sees a question.
fn refuse(view: &WebView) {
    view.connect_context_menu(|_, _, _, _| true);
    view.connect_script_dialog(|_, _| true);
    view.connect_print(|_, _| true);
    view.connect_enter_fullscreen(|_| true);
    view.connect_show_notification(|_, _| true);
    view.connect_authenticate(|_, request| {
        request.cancel();
        true
    });
    view.connect_run_file_chooser(|_, request| {
        request.cancel();
        true
    });
    view.connect_run_color_chooser(|_, request| {
        request.cancel();
        true
    });
    // By hand: a list that is opened by a key has no event, which the safe way of asking does not survive.
    view.connect_local("show-option-menu", false, |told| {
        if let Some(Ok(menu)) = told.get(1).map(|menu| menu.get::<OptionMenu>()) {
            menu.close();
        }
        Some(true.to_value())
    });
    view.connect_decide_policy(|_, decision, kind| {
        let window = kind == PolicyDecisionType::NewWindowAction;
        if window {
            decision.ignore();
        }
        window
    });
    view.connect_zoom_level_notify(|view| {
        if view.zoom_level() != 1.0 {
            view.set_zoom_level(1.0);
        }
    });
}

/// Whether a key writes something, or moves within a form. AltGr, dead keys and scanners do; chords and keys of functions do not.
fn types(event: &EventKey) -> bool {
    let (key, held) = (event.keyval(), event.state());
    let name = key.name();
    let name = name.as_deref().unwrap_or_default();
    let is_of = |names: &str| names.split_whitespace().any(|one| one == name);
    let shift = held.contains(ModifierType::SHIFT_MASK);
    if is_chord(held) {
        return held & chords() == ModifierType::CONTROL_MASK && !shift && is_of(ALL);
    }
    let writes = key.to_unicode().is_some_and(|letter| !letter.is_control());
    (writes || name.starts_with("dead_") || is_of(KEYS)) && !(shift && is_of(CUTS))
}

/// Whether it is what one finger does, or anything but buttons, wheels and pads.
fn is_touch(event: &Event) -> bool {
    match event.event_type() {
        EventType::ButtonPress
        | EventType::DoubleButtonPress
        | EventType::TripleButtonPress
        | EventType::ButtonRelease => event.button() == Some(1),
        EventType::Scroll => !event.state().is_some_and(is_chord),
        EventType::TouchpadPinch | EventType::TouchpadSwipe => false,
        _ => true,
    }
}

fn is_chord(held: ModifierType) -> bool {
    held.intersects(chords())
}

fn chords() -> ModifierType {
    ModifierType::CONTROL_MASK
        | ModifierType::MOD1_MASK
        | ModifierType::MOD4_MASK
        | ModifierType::SUPER_MASK
        | ModifierType::HYPER_MASK
        | ModifierType::META_MASK
}

fn stop_unless(wanted: bool) -> Propagation {
    if wanted {
        Propagation::Proceed
    } else {
        Propagation::Stop
    }
}
