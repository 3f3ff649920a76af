//! What a page can try by itself. No visitor gets that far; these attempts are those of a page that was taken over.

use super::tries::{ADDRESSES, CODE, DEVICES, DIALOGS, EVENTS, NETWORK, WAYS, WINDOWS};

/// One attempt: a script that gives `true` when it got what it wanted. What else it did is seen from outside.
pub(super) struct Attempt {
    pub(super) name: String,
    pub(super) script: String,
}

/// Around every attempt: its own place in the page, which the next one clears away, and an end to waiting.
const AROUND: &str = r"
    const done = arguments[0];
    document.getElementById('__attempt')?.remove();
    const place = document.body.appendChild(Object.assign(document.createElement('div'), { id: '__attempt' }));
    const add = (kind, more = {}) => place.appendChild(Object.assign(document.createElement(kind), more));
    const pause = (ms) => new Promise((go) => setTimeout(go, ms));
    const trap = 'http://127.0.0.1:PORT/';
    const blob = (text, type) => URL.createObjectURL(new Blob([text], { type }));
    const attempt = async () => { BODY };
    Promise.race([attempt(), pause(300).then(() => false)]).then((through) => done(through === true), () => done(false));
";

/// Chords and keys that some window somewhere does something with; the same, sent by the page.
const CHORDS: &str = r"
    const names = [...'psontwqrfghjuiklmdecvxzb+-=0123456789.,;/ ', 'Tab', 'Enter', 'Escape', 'Home', 'End', 'PageUp', 'PageDown',
        'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Backspace', 'Delete', 'Insert'];
    const more = ['Insert', 'ContextMenu', 'PrintScreen', 'Pause', 'Meta', 'Control', 'Alt', 'Help', 'Find', 'Print', 'BrowserBack',
        'BrowserHome', 'BrowserSearch', 'LaunchMail', 'MediaPlayPause', 'ZoomIn', 'ZoomOut', 'Power', 'WakeUp', 'Close', 'Open',
        ...Array.from({ length: 24 }, (_, at) => `F${at + 1}`)];
    const held = [{ ctrlKey: true }, { altKey: true }, { metaKey: true }, { ctrlKey: true, shiftKey: true },
        { ctrlKey: true, altKey: true }, { altKey: true, shiftKey: true }, { metaKey: true, shiftKey: true }];
    const all = [...names.flatMap((key) => held.map((of) => ({ key, ...of }))), ...more.map((key) => ({ key }))];
    const sent = all.filter((one) => document.body.dispatchEvent(new KeyboardEvent('keydown', { ...one, bubbles: true, cancelable: true })));
    arguments[0]({ tried: all.length, through: sent.map((one) => JSON.stringify(one)) });
";

/// The script of all chords at once: gives how many were tried, and which came through.
pub(super) fn chords() -> &'static str {
    CHORDS
}

/// All attempts, by their group.
pub(super) fn groups(port: u16) -> Vec<(&'static str, Vec<Attempt>)> {
    let lists = [
        ("a page opens and closes windows", WINDOWS),
        ("a page asks by dialogs", DIALOGS),
        ("a page reaches the network", NETWORK),
        ("a page runs code of others", CODE),
        ("a page asks for devices", DEVICES),
    ];
    let mut all = vec![("a page goes elsewhere", elsewhere(port))];
    all.extend(lists.into_iter().map(|(group, list)| {
        let attempts = list.iter().map(|(name, body)| made(port, name, body));
        (group, attempts.collect())
    }));
    let events = EVENTS.iter().map(|(name, event)| {
        let body = format!(
            "const how = {{ bubbles: true, cancelable: true }};
             const bag = new DataTransfer();
             bag.setData('text/uri-list', trap);
             bag.setData('text/html', '<b>x</b>');
             bag.items.add(new File(['x'], 'x.html', {{ type: 'text/html' }}));
             return document.getElementById('content').dispatchEvent({event});"
        );
        made(port, name, &body)
    });
    all.push(("a page is told of hands and programs", events.collect()));
    all
}

fn elsewhere(port: u16) -> Vec<Attempt> {
    let each = ADDRESSES.iter().flat_map(|(where_to, address)| {
        WAYS.iter().map(move |(how, way)| {
            let body = format!("const address = {address}; {way};");
            made(port, &format!("{where_to}, by {how}"), &body)
        })
    });
    each.collect()
}

fn made(port: u16, name: &str, body: &str) -> Attempt {
    Attempt {
        name: name.to_owned(),
        script: AROUND
            .replace("BODY", body)
            .replace("PORT", &port.to_string()),
    }
}
