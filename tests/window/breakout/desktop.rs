//! The X server as the hardware and any other program see it: keys, buttons and windows. Not through the driver of the page.

use std::time::Duration;

use anyhow::{Context, ensure};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ClientMessageEvent, ConnectionExt as _,
    CreateWindowAux, EventMask, InputFocus, KEY_PRESS_EVENT, KEY_RELEASE_EVENT,
    MOTION_NOTIFY_EVENT, MapState, WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// A key of the keyboard, as its keymap has it.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) code: u8,
    pub(super) name: String,
}

/// A key that changes what others do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Modifier {
    pub(super) name: &'static str,
    code: u8,
}

/// Modifiers and the first symbol of their keys.
const MODIFIERS: [(&str, u32); 5] = [
    ("Ctrl", 0xffe3),
    ("Alt", 0xffe9),
    ("Shift", 0xffe1),
    ("Super", 0xffeb),
    ("AltGr", 0xfe03),
];
const LOCKS: [(u32, u16); 2] = [(0xffe5, 0b10), (0xff7f, 0b1_0000)];

/// A window that can be seen, on the root of the screen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    pub(super) id: u32,
    pub(super) place: (i16, i16, u16, u16),
}

pub(super) struct Desktop {
    pub(super) name: String,
    x: RustConnection,
    root: u32,
    pub(super) size: (u16, u16),
    pub(super) keys: Vec<Key>,
    pub(super) modifiers: Vec<Modifier>,
    locks: Vec<(u8, u16)>,
    /// Key codes that stand for nothing, free for symbols the keyboard lacks.
    spare: Vec<u8>,
}

impl Desktop {
    pub(super) fn new() -> anyhow::Result<Self> {
        let name = std::env::var("DISPLAY").context("There is no screen: DISPLAY is not set")?;
        let (x, number) = x11rb::connect(None).context("Reaching the X server")?;
        x.xtest_get_version(2, 2)?
            .reply()
            .context("The X server has no XTEST")?;
        let setup = x.setup();
        let screen = setup.roots.get(number).context("The screen is not there")?;
        let (root, size) = (
            screen.root,
            (screen.width_in_pixels, screen.height_in_pixels),
        );
        let (first, last) = (setup.min_keycode, setup.max_keycode);
        let map = x.get_keyboard_mapping(first, last - first + 1)?.reply()?;
        let wide = usize::from(map.keysyms_per_keycode);
        let (mut keys, mut spare) = (Vec::new(), Vec::new());
        let mut symbols = Vec::new();
        for (code, of) in (first..=last).zip(map.keysyms.chunks(wide)) {
            match of.iter().find(|symbol| **symbol != 0) {
                Some(symbol) => {
                    symbols.push((code, of.first().copied().unwrap_or_default()));
                    keys.push(Key {
                        code,
                        name: name_of(*symbol),
                    });
                }
                None => spare.push(code),
            }
        }
        let code_of = |wanted: u32| {
            symbols
                .iter()
                .find(|(_, symbol)| *symbol == wanted)
                .map(|(code, _)| *code)
        };
        let modifiers: Vec<Modifier> = MODIFIERS
            .iter()
            .filter_map(|(name, symbol)| code_of(*symbol).map(|code| Modifier { name, code }))
            .collect();
        ensure!(
            modifiers.len() == MODIFIERS.len(),
            "the keymap has only these modifiers: {modifiers:?}"
        );
        let locks = LOCKS
            .iter()
            .filter_map(|(symbol, mask)| code_of(*symbol).map(|code| (code, *mask)))
            .collect();
        ensure!(keys.len() > 100, "the keymap has only {} keys", keys.len());
        Ok(Self {
            name,
            x,
            root,
            size,
            keys,
            modifiers,
            locks,
            spare,
        })
    }

    /// Every combination of up to three modifiers.
    pub(super) fn combinations(&self) -> Vec<Vec<Modifier>> {
        let mut all = vec![vec![]];
        for modifier in &self.modifiers {
            let with = all
                .iter()
                .filter(|held: &&Vec<Modifier>| held.len() < 3)
                .map(|held| [held.as_slice(), &[*modifier]].concat());
            let with: Vec<_> = with.collect();
            all.extend(with);
        }
        all
    }

    /// Presses a key and lets it go, with others held.
    pub(super) fn press(&self, held: &[Modifier], code: u8) -> anyhow::Result<()> {
        self.hold(held, |desktop| {
            desktop.fake(KEY_PRESS_EVENT, code)?;
            desktop.fake(KEY_RELEASE_EVENT, code)
        })
    }

    /// Does something while keys are held.
    pub(super) fn hold(
        &self,
        held: &[Modifier],
        does: impl FnOnce(&Self) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        for modifier in held {
            self.fake(KEY_PRESS_EVENT, modifier.code)?;
        }
        let outcome = does(self);
        for modifier in held.iter().rev() {
            self.fake(KEY_RELEASE_EVENT, modifier.code)?;
        }
        self.x.sync()?;
        outcome
    }

    /// Capitals and numbers are no longer locked.
    pub(super) fn unlock(&self) -> anyhow::Result<()> {
        for (code, mask) in &self.locks {
            let state = self.x.query_pointer(self.root)?.reply()?.mask;
            if u16::from(state) & mask != 0 {
                self.press(&[], *code)?;
            }
        }
        Ok(())
    }

    /// Types symbols, also those that the keyboard has no key for, as a keyboard with another layout would.
    pub(super) async fn write(&self, symbols: &[u32]) -> anyhow::Result<()> {
        for (symbol, code) in symbols.iter().zip(self.spare.iter().cycle()) {
            self.x.change_keyboard_mapping(1, *code, 1, &[*symbol])?;
            self.x.sync()?;
            // Whoever listens reads the new keymap first.
            tokio::time::sleep(Duration::from_millis(120)).await;
            self.press(&[], *code)?;
            tokio::time::sleep(Duration::from_millis(80)).await;
            self.x.change_keyboard_mapping(1, *code, 1, &[0])?;
        }
        self.x.sync()?;
        Ok(())
    }

    /// The key that writes this symbol without others, where there is one.
    pub(super) fn key(&self, name: &str) -> anyhow::Result<u8> {
        let found = self.keys.iter().find(|key| key.name == name);
        Ok(found
            .with_context(|| format!("the keymap has no {name}"))?
            .code)
    }

    pub(super) fn modifier(&self, name: &str) -> anyhow::Result<Modifier> {
        let found = self.modifiers.iter().find(|modifier| modifier.name == name);
        found
            .copied()
            .with_context(|| format!("the keymap has no {name}"))
    }

    pub(super) fn move_to(&self, at: (i16, i16)) -> anyhow::Result<()> {
        self.x
            .xtest_fake_input(MOTION_NOTIFY_EVENT, 0, 0, self.root, at.0, at.1, 0)?;
        self.x.sync()?;
        Ok(())
    }

    pub(super) fn button(&self, number: u8, down: bool) -> anyhow::Result<()> {
        let kind = if down {
            BUTTON_PRESS_EVENT
        } else {
            BUTTON_RELEASE_EVENT
        };
        self.fake(kind, number)?;
        self.x.sync()?;
        Ok(())
    }

    pub(super) fn click(&self, number: u8) -> anyhow::Result<()> {
        self.button(number, true)?;
        self.button(number, false)
    }

    /// Presses at one place, moves, and lets go at another.
    pub(super) async fn drag(&self, from: (i16, i16), to: (i16, i16)) -> anyhow::Result<()> {
        self.move_to(from)?;
        self.button(1, true)?;
        for step in 1..=12_i16 {
            let along = |from: i16, to: i16| from + (to - from) / 12 * step;
            self.move_to((along(from.0, to.0), along(from.1, to.1)))?;
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
        self.move_to(to)?;
        tokio::time::sleep(Duration::from_millis(60)).await;
        self.button(1, false)
    }

    /// The windows that can be seen, lowest first. Hints beside the pointer, and specks of one pixel, are none.
    pub(super) fn shown(&self) -> anyhow::Result<Vec<Shown>> {
        let hint = self.atom("_NET_WM_WINDOW_TYPE_TOOLTIP")?;
        let kind = self.atom("_NET_WM_WINDOW_TYPE")?;
        let mut all = Vec::new();
        for id in self.x.query_tree(self.root)?.reply()?.children {
            // A window may go while it is looked at.
            let Ok(looks) = self.x.get_window_attributes(id)?.reply() else {
                continue;
            };
            let Ok(place) = self.x.get_geometry(id)?.reply() else {
                continue;
            };
            let kinds = self
                .x
                .get_property(false, id, kind, AtomEnum::ATOM, 0, 8)?
                .reply();
            let is_hint = kinds.is_ok_and(|kinds| {
                kinds
                    .value32()
                    .is_some_and(|mut kinds| kinds.any(|one| one == hint))
            });
            if looks.map_state == MapState::VIEWABLE
                && looks.class == WindowClass::INPUT_OUTPUT
                && place.width > 1
                && place.height > 1
                && !is_hint
            {
                all.push(Shown {
                    id,
                    place: (place.x, place.y, place.width, place.height),
                });
            }
        }
        Ok(all)
    }

    /// The window on the root that keys go to; without one, where the pointer is.
    pub(super) fn focused(&self) -> anyhow::Result<Option<u32>> {
        let mut at = self.x.get_input_focus()?.reply()?.focus;
        loop {
            if at <= 1 {
                return Ok(None);
            }
            let Ok(above) = self.x.query_tree(at)?.reply() else {
                return Ok(None);
            };
            if above.parent == self.root {
                return Ok(Some(at));
            }
            at = above.parent;
        }
    }

    /// The window whose program gives what was copied.
    pub(super) fn clipboard(&self) -> anyhow::Result<u32> {
        let clipboard = self.atom("CLIPBOARD")?;
        Ok(self.x.get_selection_owner(clipboard)?.reply()?.owner)
    }

    pub(super) fn focus(&self, window: u32) -> anyhow::Result<()> {
        self.x.set_input_focus(InputFocus::PARENT, window, 0_u32)?;
        self.x.sync()?;
        Ok(())
    }

    /// Asks a window to close, as a window manager does for Alt+F4.
    pub(super) fn ask_to_close(&self, window: u32) -> anyhow::Result<()> {
        let (protocols, close) = (self.atom("WM_PROTOCOLS")?, self.atom("WM_DELETE_WINDOW")?);
        let message = ClientMessageEvent::new(32, window, protocols, [close, 0, 0, 0, 0]);
        self.x
            .send_event(false, window, EventMask::NO_EVENT, message)?;
        self.x.sync()?;
        Ok(())
    }

    /// A window of another program, in a corner, that takes the keyboard. It goes by itself.
    pub(super) async fn steal_focus(&self) -> anyhow::Result<()> {
        let thief = self.x.generate_id()?;
        let looks = CreateWindowAux::new().override_redirect(1);
        self.x.create_window(
            0,
            thief,
            self.root,
            0,
            0,
            1,
            1,
            0,
            WindowClass::INPUT_OUTPUT,
            0,
            &looks,
        )?;
        self.x.map_window(thief)?;
        self.x.sync()?;
        self.focus(thief)?;
        tokio::time::sleep(Duration::from_millis(600)).await;
        self.x.destroy_window(thief)?;
        self.x.sync()?;
        Ok(())
    }

    fn fake(&self, kind: u8, detail: u8) -> anyhow::Result<()> {
        self.x
            .xtest_fake_input(kind, detail, 0, self.root, 0, 0, 0)?;
        Ok(())
    }

    fn atom(&self, name: &str) -> anyhow::Result<u32> {
        Ok(self.x.intern_atom(false, name.as_bytes())?.reply()?.atom)
    }
}

/// What a symbol is called in a report.
fn name_of(symbol: u32) -> String {
    match char::from_u32(symbol) {
        Some(letter) if letter.is_ascii_graphic() => letter.to_string(),
        _ => format!("{symbol:#x}"),
    }
}
