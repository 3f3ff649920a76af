//! What was not sent leaves a device by a terminal, with its PIN, and the desk takes it.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::browser::{Start, Window};
use crate::lock::{self, PIN};
use crate::story::{ASSIGNED_JOB, network};

/// A crew begins a job without network, and its app comes up no more: what it holds is rescued, and is at the town hall.
pub(crate) async fn leaves(
    crew: Window,
    mine: &Start,
    desk: &Start,
    stick: &Path,
) -> anyhow::Result<Window> {
    crew.press("Αποστολή").await?;
    network(&crew, false).await?;
    crew.press("Σήμερα").await?;
    crew.press_at("an assigned job", ASSIGNED_JOB).await?;
    crew.press("Έναρξη").await?;
    crew.sees("Αποθηκεύτηκε σε αυτή τη συσκευή").await?;
    crew.cut()?;
    if stick.exists() {
        std::fs::remove_dir_all(stick).context("Emptying the stick")?;
    }
    std::fs::create_dir(stick).context("Putting a stick in")?;
    let wrong = rescue(mine, stick, "111112")?;
    ensure!(!wrong.status.success(), "a wrong PIN rescued something");
    ensure!(files(stick)?.is_empty(), "a wrong PIN left a file");
    let said = typed(mine, stick)?;
    ensure!(
        said.contains("1 changes, 0 contacts and 0 photos"),
        "it says: {said}"
    );
    ensure!(!said.contains(PIN), "the PIN could be read");
    let made = files(stick)?;
    ensure!(!made.is_empty(), "there is no file");

    let desk = Window::open(desk).await?;
    let places = asked(&desk, "courier_places", json!({})).await?;
    let place = places.pointer("/places/0").context("No place for files")?;
    for file in made {
        let file = std::fs::read(file).context("Reading what was rescued")?;
        let input = json!({ "file": STANDARD.encode(file), "place": place });
        let took = asked(&desk, "courier_take", input).await?;
        let answer = took.pointer("/written/path").and_then(Value::as_str);
        let answer = answer.context("The desk wrote no answer")?;
        std::fs::remove_file(answer).context("Putting the answer away")?;
    }
    desk.close().await.context("Closing the desk")?;

    let crew = lock::opened(Window::open(mine).await?).await?;
    crew.press("Αποστολή").await?;
    network(&crew, true).await?;
    Ok(crew)
}

/// The same at a terminal, where it asks; gives all that stood on it.
fn typed(mine: &Start, stick: &Path) -> anyhow::Result<String> {
    let quoted = |path: &Path| format!("'{}'", path.display());
    let app = format!(
        "{} --data {} --rescue {}",
        quoted(&mine.app),
        quoted(&mine.data),
        quoted(stick)
    );
    // Of bsdutils, which is on every Debian: it gives a program a terminal of its own.
    let mut terminal = Command::new("script")
        .args(["--quiet", "--return", "--command", &app, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("Opening a terminal")?;
    let mut keys = terminal.stdin.take().context("Typing")?;
    let mut screen = terminal.stdout.take().context("Looking at it")?;
    let mut seen = Vec::new();
    let mut piece = [0; 256];
    let asks = |seen: &[u8]| String::from_utf8_lossy(seen).contains("PIN of ");
    while !asks(&seen) {
        let many = screen.read(&mut piece)?;
        ensure!(
            many > 0,
            "it asked for no PIN: {}",
            String::from_utf8_lossy(&seen)
        );
        seen.extend_from_slice(piece.get(..many).unwrap_or_default());
    }
    // Nobody types as fast as it stops showing.
    std::thread::sleep(Duration::from_millis(500));
    keys.write_all(format!("{PIN}\n").as_bytes())?;
    drop(keys);
    screen.read_to_end(&mut seen)?;
    let said = String::from_utf8_lossy(&seen).into_owned();
    ensure!(terminal.wait()?.success(), "nothing was rescued: {said}");
    Ok(said)
}

fn rescue(mine: &Start, stick: &Path, pin: &str) -> anyhow::Result<Output> {
    let mut app = Command::new(&mine.app)
        .arg("--data")
        .arg(&mine.data)
        .arg("--rescue")
        .arg(stick)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("Starting the app")?;
    let mut typed = app.stdin.take().context("Typing")?;
    typed.write_all(format!("{pin}\n").as_bytes())?;
    drop(typed);
    app.wait_with_output().context("Waiting for the app")
}

fn files(stick: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let all = std::fs::read_dir(stick).context("Looking at the stick")?;
    all.map(|file| Ok(file?.path())).collect()
}

async fn asked(desk: &Window, command: &str, input: Value) -> anyhow::Result<Value> {
    let said = desk.invoke(command, input).await?;
    said.map_err(|problem| anyhow::anyhow!("{command}: {problem}"))
}
