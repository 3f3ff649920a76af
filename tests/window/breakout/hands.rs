//! What hands do, through the X server: every key with every modifier, buttons, wheels, drags, clipboards, and what a window
//! manager would send.

use std::time::Duration;

use super::commands;
use super::desktop::Modifier;
use super::page;
use super::run::Run;
use crate::browser::PATIENCE;

/// So many keys are pressed between two looks.
const AT_ONCE: usize = 12;
/// Keys and their modifiers that paste, copy, cut or write odd things somewhere.
const CLIPBOARD: &[(&[&str], &str)] = &[
    (&["Ctrl"], "v"),
    (&["Ctrl", "Shift"], "v"),
    (&["Ctrl"], "y"),
    (&["Shift"], "0xff63"),
    (&["Ctrl"], "0xff63"),
    (&["Shift"], "0xffff"),
    (&["Ctrl"], "c"),
    (&["Ctrl"], "x"),
    (&["Ctrl"], "z"),
    (&["Ctrl"], "."),
    (&["Ctrl"], ";"),
    (&["Ctrl", "Shift"], "u"),
];

/// Puts something over the whole page that acts when it is pressed: the page then acts for a person, and may do more.
const PRESSED: &[(&str, &str)] = &[
    ("a file", "add('input', { type: 'file' })"),
    (
        "a folder",
        "add('input', { type: 'file', webkitdirectory: true })",
    ),
    ("a colour", "add('input', { type: 'color' })"),
    (
        "a day",
        "const day = add('input', { type: 'date' }); day.onclick = () => day.showPicker()",
    ),
    (
        "a list",
        "add('select').append(new Option('a'), new Option('b'))",
    ),
    (
        "a link to a new window",
        "add('a', { href: trap, target: '_blank', textContent: 'x' })",
    ),
    ("a link", "add('a', { href: trap, textContent: 'x' })"),
    (
        "a link that is saved",
        "add('a', { href: URL.createObjectURL(new Blob(['x'])), download: 'saved.txt', textContent: 'x' })",
    ),
    (
        "our own page, saved",
        "add('a', { href: '/index.html', download: 'saved.html', textContent: 'x' })",
    ),
    ("a new window", "act(() => window.open(trap))"),
    ("a new window of a frame", "act(() => frame().open(trap))"),
    ("a question of a frame", "act(() => frame().alert('x'))"),
    ("printing", "act(() => window.print())"),
    ("printing of a frame", "act(() => frame().print())"),
    (
        "the whole screen",
        "act(() => document.documentElement.requestFullscreen())",
    ),
    (
        "the clipboard",
        "act(async () => { window.__ran = (await navigator.clipboard.readText()) !== '' })",
    ),
    (
        "onto the clipboard",
        "act(() => navigator.clipboard.writeText('x'))",
    ),
    (
        "onto the clipboard, by a frame",
        "act(() => frame().navigator.clipboard.writeText('x'))",
    ),
    (
        "the clipboard by a frame",
        "act(async () => { window.__ran = (await frame().navigator.clipboard.readText()) !== '' })",
    ),
    (
        "paste as a command",
        "act(() => { const field = place.appendChild(document.createElement('textarea')); field.focus(); document.execCommand('paste'); window.__ran ||= field.value !== '' })",
    ),
    (
        "a note of the system",
        "act(() => Notification.requestPermission())",
    ),
    (
        "the pointer",
        "act(() => document.body.requestPointerLock())",
    ),
    (
        "a form into a new window",
        "const form = place.appendChild(Object.assign(document.createElement('form'), { action: trap, method: 'post', target: '_blank' })); act(() => form.submit())",
    ),
    ("to share", "act(() => navigator.share({ text: 'x' }))"),
];
const PRESS: &str = "
    const done = arguments[0];
    document.getElementById('__attempt')?.remove();
    const place = document.body.appendChild(Object.assign(document.createElement('div'), { id: '__attempt' }));
    const trap = 'http://127.0.0.1:PORT/';
    const add = (kind, more = {}) => {
        const part = place.appendChild(Object.assign(document.createElement(kind), more));
        Object.assign(part.style, { position: 'fixed', left: 0, top: 0, width: '100vw', height: '100vh', zIndex: 99999 });
        part.focus();
        return part;
    };
    const frame = () => place.appendChild(document.createElement('iframe')).contentWindow;
    const act = (does) => { add('button', { type: 'button', textContent: 'x' }).onclick = does; };
    BODY;
    setTimeout(() => done(true), 30);
";

/// Every key with every modifier. In a field, before every few keys the cursor goes back into it.
pub(super) async fn keys(run: &mut Run, in_field: bool) -> anyhow::Result<()> {
    run.begin(if in_field {
        "every key with every modifier, in a field"
    } else {
        "every key with every modifier"
    });
    run.go_home().await?;
    let keys = run.desktop.keys.clone();
    for held in run.desktop.combinations() {
        for some in keys.chunks(AT_ONCE) {
            if run.enough() {
                return Ok(());
            }
            if in_field && run.go_to_field().await.is_err() {
                // Where no key is swallowed they lead to other screens, from which only a new beginning leads back.
                run.reopen().await?;
                run.go_to_field().await?;
            }
            for key in some {
                run.desktop.press(&held, key.code)?;
            }
            run.desktop.unlock()?;
            let names: Vec<&str> = some.iter().map(|key| key.name.as_str()).collect();
            let what = format!("{} with {}", named(&held), names.join(" "));
            run.look(u32::try_from(some.len())?, &what).await?;
        }
    }
    Ok(())
}

/// Every button of a mouse with every modifier, the wheel, long and many presses, drags.
pub(super) async fn buttons(run: &mut Run) -> anyhow::Result<()> {
    run.begin("buttons, wheels, long presses and drags");
    let title = run.go_home().await?;
    let (wide, high) = (
        run.desktop.size.0.cast_signed(),
        run.desktop.size.1.cast_signed(),
    );
    for held in run.desktop.combinations() {
        for at in [title, (wide / 2, high / 2)] {
            if run.enough() {
                return Ok(());
            }
            run.desktop.move_to(at)?;
            run.desktop.hold(&held, |desktop| {
                for button in 2..=9 {
                    desktop.click(button)?;
                }
                Ok(())
            })?;
            run.look(8, &format!("buttons 2 to 9 with {}", named(&held)))
                .await?;
        }
        run.desktop.move_to(title)?;
        run.desktop.hold(&held, |desktop| desktop.click(1))?;
        run.look(1, &format!("a click with {}", named(&held)))
            .await?;
    }
    for at in [title, (wide / 2, 20), (wide / 2, high - 20)] {
        for button in [1, 3] {
            run.desktop.move_to(at)?;
            run.desktop.button(button, true)?;
            tokio::time::sleep(Duration::from_millis(1_200)).await;
            // Slid off, so that nothing is pressed.
            run.desktop.move_to((wide / 2, high / 2))?;
            run.desktop.button(button, false)?;
            run.look(1, &format!("a long press of button {button}"))
                .await?;
        }
    }
    for times in 2..=4 {
        run.desktop.move_to(title)?;
        for _ in 0..times {
            run.desktop.click(1)?;
        }
        run.look(1, &format!("{times} clicks")).await?;
        tokio::time::sleep(Duration::from_millis(600)).await;
    }
    let (right, low) = (wide - 1, high - 1);
    for (from, to) in [
        (title, (wide / 2, high / 2)),
        (title, (right, title.1)),
        (title, (title.0, 0)),
        (title, (title.0, low)),
        ((0, high / 2), (wide / 2, high / 2)),
        ((right, high / 2), (wide / 2, high / 2)),
        ((wide / 2, 0), (wide / 2, high / 2)),
        ((wide / 2, low), (wide / 2, high / 2)),
        ((0, 0), (right, low)),
        ((0, low), (right, 0)),
    ] {
        run.desktop.drag(from, to).await?;
        run.look(1, &format!("a drag from {from:?} to {to:?}"))
            .await?;
    }
    Ok(())
}

/// What lies on the clipboards goes into no field, and what is in a field does not go onto them.
pub(super) async fn clipboards(run: &mut Run) -> anyhow::Result<()> {
    run.begin("clipboards: paste, copy, cut, the middle button");
    for (held, key) in CLIPBOARD {
        if run.enough() {
            return Ok(());
        }
        run.go_to_field().await?;
        let word = run.desktop.key("b")?;
        run.desktop.press(&[], word)?;
        let held: Vec<Modifier> = held
            .iter()
            .map(|name| run.desktop.modifier(name))
            .collect::<anyhow::Result<_>>()?;
        // All of the field is chosen, so that there is something to copy.
        run.desktop
            .press(&[run.desktop.modifier("Ctrl")?], run.desktop.key("a")?)?;
        tokio::time::sleep(Duration::from_millis(60)).await;
        run.desktop.press(&held, run.desktop.key(key)?)?;
        tokio::time::sleep(Duration::from_millis(120)).await;
        run.look(1, &format!("{} with {key}", named(&held))).await?;
    }
    for held in run.desktop.combinations() {
        if run.enough() {
            return Ok(());
        }
        let field = run.go_to_field().await?;
        // What was chosen just now is ours no more: the other program offers its own again.
        run.giver.offer()?;
        run.desktop.move_to(field)?;
        run.desktop.hold(&held, |desktop| desktop.click(2))?;
        tokio::time::sleep(Duration::from_millis(80)).await;
        run.look(
            1,
            &format!("the middle button in a field with {}", named(&held)),
        )
        .await?;
    }
    Ok(())
}

/// Another program drags text, a page, an address and a file over the window and drops them.
pub(super) async fn drops(run: &mut Run) -> anyhow::Result<()> {
    run.begin("drops of another program, and drags of what is chosen");
    let field = run.go_to_field().await?;
    let (wide, high) = (
        run.desktop.size.0.cast_signed(),
        run.desktop.size.1.cast_signed(),
    );
    for at in [
        field,
        (wide / 2, high / 2),
        (5, 5),
        (wide - 5, high - 5),
        (wide / 2, high - 40),
    ] {
        for files in [true, false] {
            if run.enough() {
                return Ok(());
            }
            run.go_to_field().await?;
            let before = run.giver.drags_asked();
            run.giver.drop_on(run.frame()?, at, files).await?;
            let what = if files { "files and words" } else { "words" };
            let what = format!("a drop of {what} at {at:?}");
            if run.giver.drags_asked() > before {
                run.escaped(&what, "the window asked for what is dragged");
            }
            run.look(1, &what).await?;
        }
    }
    for to in [(wide / 2, 20), (wide / 2, high / 2), (wide - 1, high - 1)] {
        let field = run.go_to_field().await?;
        for name in ["b", "c", "d"] {
            run.desktop.press(&[], run.desktop.key(name)?)?;
        }
        run.desktop.move_to(field)?;
        run.desktop.click(1)?;
        run.desktop
            .press(&[run.desktop.modifier("Ctrl")?], run.desktop.key("a")?)?;
        tokio::time::sleep(Duration::from_millis(600)).await;
        run.desktop.drag(field, to).await?;
        tokio::time::sleep(Duration::from_millis(300)).await;
        run.look(1, &format!("what was chosen, dragged to {to:?}"))
            .await?;
    }
    Ok(())
}

/// What a window manager and other programs do to windows.
pub(super) async fn manager(run: &mut Run) -> anyhow::Result<()> {
    run.begin("asked to close, and robbed of the keyboard");
    for _ in 0..3 {
        run.desktop.ask_to_close(run.frame()?)?;
        tokio::time::sleep(Duration::from_millis(400)).await;
        run.look(1, "asked to close, as by Alt+F4").await?;
    }
    for _ in 0..3 {
        run.desktop.steal_focus().await?;
        tokio::time::sleep(Duration::from_millis(300)).await;
        run.look(1, "another window takes the keyboard").await?;
    }
    Ok(())
}

/// Something that acts when it is pressed lies over the page, and is pressed by a finger and by a key.
pub(super) async fn pressed(run: &mut Run) -> anyhow::Result<()> {
    run.begin("a page acts when it is pressed");
    let at = (
        run.desktop.size.0.cast_signed() / 2,
        run.desktop.size.1.cast_signed() / 2,
    );
    for (name, body) in PRESSED {
        for by_key in [false, true] {
            if run.enough() {
                return Ok(());
            }
            let script = PRESS
                .replace("BODY", body)
                .replace("PORT", &run.trap.port.to_string());
            run.window()?.script(&script, vec![], PATIENCE).await?;
            if by_key {
                run.desktop.press(&[], run.desktop.key("0xff0d")?)?;
                run.desktop.press(&[], run.desktop.key("0x20")?)?;
            } else {
                run.desktop.move_to(at)?;
                run.desktop.click(1)?;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
            let hand = if by_key { "a key" } else { "a finger" };
            run.look(1, &format!("{name}, by {hand}")).await?;
        }
    }
    run.go_home().await?;
    let away = "document.getElementById('__attempt')?.remove(); arguments[0](true);";
    run.window()?.script(away, vec![], PATIENCE).await?;
    Ok(())
}

/// Every command that the window may not call.
pub(super) async fn commands(run: &mut Run) -> anyhow::Result<()> {
    run.begin("commands of the app, of Tauri, and of plugins");
    for name in commands::denied()? {
        if run.enough() {
            break;
        }
        let said = run
            .window()?
            .script(commands::CALL, vec![serde_json::json!(name)], PATIENCE)
            .await?;
        run.made(1);
        match said.as_str() {
            Some("") => {}
            other => run.escaped(&name, other.unwrap_or("nothing that is understood")),
        }
    }
    run.look(0, "all of them").await?;
    Ok(())
}

/// Everything a page can try by itself.
pub(super) async fn pages(run: &mut Run, ended: &mut impl FnMut(&Run)) -> anyhow::Result<()> {
    for (group, attempts) in page::groups(run.trap.port) {
        run.begin(group);
        for attempt in attempts {
            if run.enough() {
                break;
            }
            run.page(&attempt.name, &attempt.script).await?;
        }
        ended(run);
    }
    run.begin("a page is told of chords");
    let said = run
        .window()?
        .script(page::chords(), vec![], PATIENCE)
        .await?;
    let tried = said.get("tried").and_then(serde_json::Value::as_u64);
    run.made(u32::try_from(tried.unwrap_or_default())?);
    let through = said.get("through").and_then(|through| through.as_array());
    for one in through.into_iter().flatten().filter_map(|one| one.as_str()) {
        if !run.enough() {
            run.escaped(one, "nobody refused it");
        }
    }
    run.look(0, "all of them").await?;
    ended(run);
    Ok(())
}

/// A person types, also in Greek, and a scanner does. Gives what did not arrive.
pub(super) async fn typing(run: &mut Run) -> anyhow::Result<Vec<String>> {
    let mut missing = Vec::new();
    run.go_home().await?;
    run.go_to_field().await?;
    for name in ["a", "b", "7"] {
        run.desktop.press(&[], run.desktop.key(name)?)?;
    }
    run.desktop
        .press(&[run.desktop.modifier("Shift")?], run.desktop.key("c")?)?;
    expect(run, "letters", "number", "ab7C", &mut missing).await?;
    run.desktop
        .press(&[run.desktop.modifier("Ctrl")?], run.desktop.key("a")?)?;
    run.desktop.press(&[], run.desktop.key("x")?)?;
    expect(run, "all chosen with Ctrl+A", "number", "x", &mut missing).await?;
    run.go_to_field().await?;
    // α, dead acute with ε, final σ, dialytika with ι, €.
    let greek = [0x07e1, 0xfe51, 0x07e5, 0x07f3, 0xfe57, 0x07e9, 0x20ac];
    run.desktop.write(&greek).await?;
    expect(run, "Greek with dead keys", "number", "αέςϊ€", &mut missing).await?;
    run.go_to_field().await?;
    for digit in "56141007020600000000000127612832".chars() {
        run.desktop
            .press(&[], run.desktop.key(&digit.to_string())?)?;
    }
    run.desktop.press(&[], run.desktop.key("0xff0d")?)?;
    expect(
        run,
        "a scanned square",
        "number",
        "A726000001R",
        &mut missing,
    )
    .await?;
    expect(run, "its six digits", "pin", "612832", &mut missing).await?;
    Ok(missing)
}

async fn expect(
    run: &Run,
    what: &str,
    field: &str,
    wanted: &str,
    missing: &mut Vec<String>,
) -> anyhow::Result<()> {
    let mut holds = String::new();
    for _ in 0..20 {
        holds = run.window()?.value(field).await?;
        if holds == wanted {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    missing.push(format!("{what}: «{wanted}» was typed, «{holds}» is there"));
    Ok(())
}

fn named(held: &[Modifier]) -> String {
    if held.is_empty() {
        return "nothing".to_owned();
    }
    let names: Vec<&str> = held.iter().map(|modifier| modifier.name).collect();
    names.join("+")
}
