//! Another program that has something on its clipboard and drags it over windows: text, a web page, an address, a file.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::Context;
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// What must never be seen in the page.
pub(super) const CANARY: &str = "ΚΑΝΑΡΙΝΙ-7261";
/// Version of the protocol of drags.
const DRAGS: u32 = 5;
const NAMES: [&str; 13] = [
    "CLIPBOARD",
    "XdndSelection",
    "XdndEnter",
    "XdndPosition",
    "XdndDrop",
    "XdndLeave",
    "XdndTypeList",
    "XdndActionCopy",
    "TARGETS",
    "text/uri-list",
    "text/html",
    "UTF8_STRING",
    "text/plain",
];

pub(super) struct Giver {
    x: Arc<RustConnection>,
    window: u32,
    names: Names,
    asked: Arc<Asked>,
}

/// How often somebody asked for what is offered on a clipboard, and for what is dragged.
#[derive(Default)]
struct Asked {
    clipboards: AtomicU32,
    drags: AtomicU32,
}

/// The names of the protocol, as numbers of this server.
#[derive(Clone)]
struct Names(Vec<(&'static str, u32)>);

impl Names {
    fn of(&self, name: &str) -> u32 {
        let found = self.0.iter().find(|(one, _)| *one == name);
        found.map(|(_, atom)| *atom).unwrap_or_default()
    }

    /// The kinds in which it is offered.
    fn kinds(&self) -> [u32; 5] {
        [
            self.of("text/uri-list"),
            self.of("text/html"),
            self.of("UTF8_STRING"),
            self.of("text/plain"),
            AtomEnum::STRING.into(),
        ]
    }
}

impl Giver {
    /// What it gives names this port of this machine, so that whoever follows it is heard there.
    pub(super) fn new(port: u16) -> anyhow::Result<Self> {
        let (x, number) = x11rb::connect(None).context("Reaching the X server")?;
        let root = x
            .setup()
            .roots
            .get(number)
            .context("The screen is not there")?
            .root;
        let window = x.generate_id()?;
        x.create_window(
            0,
            window,
            root,
            -10,
            -10,
            1,
            1,
            0,
            WindowClass::INPUT_ONLY,
            0,
            &CreateWindowAux::new(),
        )?;
        let mut names = Vec::new();
        for name in NAMES {
            names.push((name, x.intern_atom(false, name.as_bytes())?.reply()?.atom));
        }
        let giver = Self {
            x: Arc::new(x),
            window,
            names: Names(names),
            asked: Arc::default(),
        };
        let (x, names, asked) = (
            Arc::clone(&giver.x),
            giver.names.clone(),
            Arc::clone(&giver.asked),
        );
        // It ends with the program.
        std::thread::spawn(move || {
            while let Ok(event) = x.wait_for_event() {
                if let Event::SelectionRequest(request) = event {
                    let dragged = request.selection == names.of("XdndSelection");
                    let count = if dragged {
                        &asked.drags
                    } else {
                        &asked.clipboards
                    };
                    count.fetch_add(1, Ordering::Relaxed);
                    let _ = give(&x, &names, request, port);
                }
            }
        });
        Ok(giver)
    }

    /// Puts everything on both clipboards.
    pub(super) fn offer(&self) -> anyhow::Result<()> {
        for selection in [
            AtomEnum::PRIMARY.into(),
            self.names.of("CLIPBOARD"),
            self.names.of("XdndSelection"),
        ] {
            self.x.set_selection_owner(self.window, selection, 0_u32)?;
        }
        self.x.sync()?;
        Ok(())
    }

    /// How often somebody asked for what is on the clipboards.
    pub(super) fn clipboards_asked(&self) -> u32 {
        self.asked.clipboards.load(Ordering::Relaxed)
    }

    /// How often a window asked for what is dragged over it.
    pub(super) fn drags_asked(&self) -> u32 {
        self.asked.drags.load(Ordering::Relaxed)
    }

    /// Drags everything over a window and drops it, whether it is welcome or not.
    /// Without `files` it is words and a page only.
    pub(super) async fn drop_on(
        &self,
        window: u32,
        at: (i16, i16),
        files: bool,
    ) -> anyhow::Result<()> {
        self.offer()?;
        let all = self.names.kinds();
        let words = usize::from(!files);
        let kinds = all.get(words..all.len() - words).unwrap_or_default();
        let (list, atom) = (self.names.of("XdndTypeList"), AtomEnum::ATOM);
        self.x
            .change_property32(PropMode::REPLACE, self.window, list, atom, kinds)?;
        let [first, second, third] = [0, 1, 2].map(|at| kinds.get(at).copied().unwrap_or_default());
        let more = u32::from(kinds.len() > 3);
        self.tell(
            window,
            "XdndEnter",
            [(DRAGS << 24) | more, first, second, third],
        )?;
        let place = (u32::from(at.0.unsigned_abs()) << 16) | u32::from(at.1.unsigned_abs());
        for _ in 0..6 {
            self.tell(
                window,
                "XdndPosition",
                [0, place, 0, self.names.of("XdndActionCopy")],
            )?;
            tokio::time::sleep(Duration::from_millis(120)).await;
        }
        self.tell(window, "XdndDrop", [0, 0, 0, 0])?;
        tokio::time::sleep(Duration::from_millis(500)).await;
        self.tell(window, "XdndLeave", [0, 0, 0, 0])
    }

    fn tell(&self, window: u32, what: &str, more: [u32; 4]) -> anyhow::Result<()> {
        let [one, two, three, four] = more;
        let data = [self.window, one, two, three, four];
        let message = ClientMessageEvent::new(32, window, self.names.of(what), data);
        self.x
            .send_event(false, window, EventMask::NO_EVENT, message)?;
        self.x.sync()?;
        Ok(())
    }
}

/// Answers a request for what is offered.
fn give(
    x: &RustConnection,
    names: &Names,
    request: SelectionRequestEvent,
    port: u16,
) -> anyhow::Result<()> {
    let to = if request.property == 0 {
        request.target
    } else {
        request.property
    };
    let mut answered = to;
    if request.target == names.of("TARGETS") {
        let kinds = names.kinds();
        x.change_property32(
            PropMode::REPLACE,
            request.requestor,
            to,
            AtomEnum::ATOM,
            &kinds,
        )?;
    } else if let Some(words) = words_as(names, request.target, port) {
        x.change_property8(
            PropMode::REPLACE,
            request.requestor,
            to,
            request.target,
            words.as_bytes(),
        )?;
    } else {
        answered = 0;
    }
    let answer = SelectionNotifyEvent {
        response_type: SELECTION_NOTIFY_EVENT,
        sequence: 0,
        time: request.time,
        requestor: request.requestor,
        selection: request.selection,
        target: request.target,
        property: answered,
    };
    x.send_event(false, request.requestor, EventMask::NO_EVENT, answer)?;
    x.flush()?;
    Ok(())
}

fn words_as(names: &Names, kind: u32, port: u16) -> Option<String> {
    if kind == names.of("text/uri-list") {
        return Some(format!(
            "file:///etc/passwd\r\nhttp://127.0.0.1:{port}/dropped\r\n"
        ));
    }
    if kind == names.of("text/html") {
        return Some(format!(
            "<b>{CANARY}</b><img src='http://127.0.0.1:{port}/html'>"
        ));
    }
    names
        .kinds()
        .contains(&kind)
        .then(|| format!("{CANARY} http://127.0.0.1:{port}/text"))
}
