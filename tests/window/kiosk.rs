//! The kiosk in its real window: a visitor is served, and afterwards nothing of the visit is anywhere.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::json;

use crate::browser::{NEWS, PATIENCE, Start, Window};
use crate::promises::{NOBODY, denied};
use crate::traces::{Forms, Planted, Trace, family, text};

/// What a visitor of these tests types. Nothing else has such words.
const WORDS: &str = "Σβησμένη δοκιμολυχνία";
const NAME: &str = "Ευτυχία Ιχνηλατοπούλου";
const FIRST_NAME: &str = "Ευτυχία";
const SURNAME: &str = "Ιχνηλατοπούλου";
const AFM: &str = "173956282";
const ID_NUMBER: &str = "ΧΝ739518";
const PHONE: &str = "6987123459";
/// What the visitor draws, in thousandths of the frame: no other numbers lie beside each other like these.
const SIGNATURE: [(i64, i64); 18] = [
    (83, 611),
    (127, 288),
    (171, 733),
    (206, 347),
    (263, 652),
    (301, 219),
    (347, 581),
    (409, 403),
    (448, 777),
    (503, 262),
    (541, 694),
    (587, 331),
    (652, 618),
    (694, 187),
    (739, 547),
    (802, 379),
    (853, 741),
    (917, 452),
];
/// So many points beside each other, and so many dots in which the line begins and ends so often, are nobody else's.
const POINTS: usize = 5;
const DOTS: usize = 128;
const EDGES: usize = 12;
/// Bytes of a printed picture that stand for all of it.
const PRINTED: usize = 64;
const PICTURE: &str = "the printed picture";
const NUMBERS: &str = "the signature, in numbers";
const SEALED: &str = "the signature, to be sealed";
/// What the app lets go of as soon as it printed or sealed it: other things may lie there already, so that it is found before
/// the end at times only.
const BRIEF: [&str; 3] = [PICTURE, NUMBERS, SEALED];
/// Until an untouched kiosk ends a visit: 90 s, and 30 s of warning.
const IDLE: Duration = Duration::from_secs(120);

/// How a visit ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    /// «Τέλος».
    Pressed,
    /// The visitor walked away.
    Idle,
    /// The app was killed.
    Killed,
}

/// What a visitor comes for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Errand {
    /// A street lamp, with a name and a telephone number.
    Report,
    /// A certificate, with everything personal there is, signed with the pointer.
    Application,
}

/// A visitor reports a street lamp and takes the numbers home.
pub(crate) async fn visit(kiosk: &Window) -> anyhow::Result<()> {
    kiosk.sees("Τι θέλετε να κάνετε;").await?;
    denied(kiosk, "requests_page", json!({})).await?;
    denied(
        kiosk,
        "contacts_read",
        json!({ "id": NOBODY, "reason": "reach" }),
    )
    .await?;
    denied(kiosk, "draft_load", json!({ "key": "desk-enter" })).await?;
    kiosk.press("Αναφορά βλάβης").await?;
    kiosk
        .wait("the kinds", NEWS, async |kiosk| {
            kiosk.shows("Ηλεκτροφωτισμός").await
        })
        .await?;
    kiosk.press("Ηλεκτροφωτισμός").await?;
    kiosk.press("Καμένος λαμπτήρας").await?;
    kiosk.sees("Πού είναι;").await?;
    kiosk
        .press_at(
            "a community",
            "//label[contains(normalize-space(.), 'Λιτόχωρο')]",
        )
        .await?;
    kiosk.press("Συνέχεια").await?;
    kiosk.fill("text", WORDS).await?;
    kiosk.press("Συνέχεια").await?;
    kiosk.fill("name", NAME).await?;
    kiosk.fill("phone", PHONE).await?;
    kiosk.press("Συνέχεια").await?;
    kiosk.sees(NAME).await?;
    kiosk.press("Υποβολή").await?;
    kiosk.sees("Κωδικός παρακολούθησης").await
}

/// The kiosk speaks both languages; while it does, a first press only says what is there, and a second does it.
pub(crate) async fn speaks(kiosk: &Window) -> anyhow::Result<()> {
    kiosk.sees("Τι θέλετε να κάνετε;").await?;
    let offered = kiosk.invoke("kiosk_voice", json!({})).await?;
    let both = json!({ "languages": ["el", "en"] });
    ensure!(offered == Ok(both), "the voice: {offered:?}");
    kiosk.press("Ακούστε").await?;
    kiosk.sees("Πιο αργά").await?;
    kiosk.press("Πορεία αιτήματος").await?;
    kiosk.sees("Τι θέλετε να κάνετε;").await?;
    kiosk.press("Πορεία αιτήματος").await?;
    kiosk.sees("Γράψτε τους αριθμούς της απόδειξης").await?;
    kiosk.press("Πίσω").await?;
    kiosk.press("Πίσω").await?;
    kiosk.sees("Τι θέλετε να κάνετε;").await?;
    kiosk.press("Ακούστε").await
}

/// A visitor fills in an application, up to the frame to sign in.
async fn apply(kiosk: &Window) -> anyhow::Result<()> {
    kiosk.sees("Τι θέλετε να κάνετε;").await?;
    kiosk.press("Νέα αίτηση").await?;
    kiosk
        .wait("the certificates", NEWS, async |kiosk| {
            kiosk.shows("Βεβαίωση μόνιμης κατοικίας").await
        })
        .await?;
    kiosk.press("Βεβαίωση μόνιμης κατοικίας").await?;
    for (field, words) in [
        ("surname", SURNAME),
        ("name", FIRST_NAME),
        ("fatherName", "Πέτρος"),
        ("motherName", "Άννα"),
        ("birthDate", "2/1/1950"),
        ("afm", AFM),
    ] {
        kiosk.fill(field, words).await?;
    }
    let community = "//label[contains(normalize-space(.), 'Λιτόχωρο')]";
    kiosk.press_at("a community", community).await?;
    kiosk.press("Συνέχεια").await?;
    for (field, words) in [
        ("idNumber", ID_NUMBER),
        ("street", "Ολύμπου 7"),
        ("postalCode", "60200"),
        ("settlement", "Λιτόχωρο"),
        ("sinceDate", "1990"),
    ] {
        kiosk.fill(field, words).await?;
    }
    kiosk.press("Συνέχεια").await?;
    kiosk.fill("phone", PHONE).await?;
    kiosk.press("Συνέχεια").await?;
    let frame = "//*[@id='field-signature']/canvas";
    kiosk
        .wait("the frame to sign in", PATIENCE, async |kiosk| {
            Ok(kiosk.is_there(frame).await)
        })
        .await?;
    kiosk.draw(frame, &SIGNATURE).await?;
    kiosk
        .wait("the signature", PATIENCE, async |kiosk| {
            let drawn = "//*[@id='field-signature'][@aria-label='Υπογράφηκε με το δάχτυλο']";
            Ok(kiosk.is_there(drawn).await)
        })
        .await
}

/// Sends what was signed; gives the points of the signature as they left the page.
async fn send(kiosk: &Window) -> anyhow::Result<Vec<(u16, u16)>> {
    // In other words than any that are looked for.
    let hear = "const sends = window.fetch;
        window.fetch = (to, how) => {
            if (String(to).includes('kiosk_apply')) {
                const { lines } = JSON.parse(how.body).input.application.signature;
                window.signed = lines.flat().map(([x, y]) => `${x} ${y}`).join(';');
            }
            return sends.call(window, to, how);
        };
        arguments[0](true);";
    kiosk.script(hear, vec![], PATIENCE).await?;
    kiosk.press("Συνέχεια").await?;
    kiosk.sees(AFM).await?;
    kiosk.press("Υποβολή").await?;
    kiosk.sees("Κωδικός παρακολούθησης").await?;
    let said = "arguments[0](window.signed ?? '');";
    let said = kiosk.script(said, vec![], PATIENCE).await?;
    let point = |words: &str| {
        let (x, y) = words.split_once(' ')?;
        Some((x.parse().ok()?, y.parse().ok()?))
    };
    let points = said.as_str().unwrap_or_default().split(';').map(point);
    points
        .collect::<Option<_>>()
        .context("The page sent no signature")
}

/// Some points of a signature as the page and the app keep them: words of JSON, numbers beside each other, and CBOR, which
/// is packed and sealed.
fn points(all: &[(u16, u16)]) -> anyhow::Result<[(&'static str, Forms); 3]> {
    let from = all.len().saturating_sub(POINTS) / 2;
    let some = all
        .get(from..from + POINTS)
        .with_context(|| format!("the signature has {} points only", all.len()))?;
    let words: Vec<String> = some.iter().map(|(x, y)| format!("[{x},{y}]")).collect();
    let numbers = some.iter().flat_map(|(x, y)| [*x, *y]);
    let cbor = |number: u16| match number {
        0..24 => vec![number.to_le_bytes()[0]],
        24..256 => vec![0x18, number.to_le_bytes()[0]],
        _ => [0x19].into_iter().chain(number.to_be_bytes()).collect(),
    };
    let pair = |(x, y): &(u16, u16)| [vec![0x82], cbor(*x), cbor(*y)].concat();
    Ok([
        ("the signature, in words", text(&words.join(","))),
        (NUMBERS, vec![numbers.flat_map(u16::to_le_bytes).collect()]),
        (SEALED, vec![some.iter().flat_map(pair).collect()]),
    ])
}

/// A row of dots across a drawn line, as the page paints it: how far apart its edges are, and by how much they cover a dot, is
/// nobody else's.
async fn dots(kiosk: &Window) -> anyhow::Result<Forms> {
    #[derive(serde::Deserialize)]
    struct Best {
        edges: usize,
        row: Vec<u8>,
    }
    let look = "const canvas = document.querySelector('#field-signature canvas');
        const dots = canvas.getContext('2d');
        let best = { edges: 0, row: [] };
        for (let y = 0; y < canvas.height; y += 3) {
            const row = [...dots.getImageData(0, y, canvas.width, 1).data];
            for (let from = 0; from + arguments[0] <= canvas.width; from += 8) {
                const part = row.slice(4 * from, 4 * (from + arguments[0]));
                const edges = part.filter((value, at) => at > 3 && at % 4 === 3 && value !== part[at - 4]).length;
                if (edges > best.edges) best = { edges, row: part };
            }
        }
        arguments[1](best);";
    let best = kiosk.script(look, vec![json!(DOTS)], PATIENCE).await?;
    let Best { edges, row } = serde_json::from_value(best)?;
    ensure!(edges >= EDGES, "the drawn line has {edges} edges only");
    let covered = |value: u8, by: u8| {
        u8::try_from((u32::from(value) * u32::from(by) + 127) / 255).unwrap_or(u8::MAX)
    };
    let form = |blue_first: bool| -> Vec<u8> {
        let painted = |dot: &[u8; 4]| {
            let [red, green, blue, by] = *dot;
            let [red, green, blue] = [red, green, blue].map(|part| covered(part, by));
            if blue_first {
                [blue, green, red, by]
            } else {
                [red, green, blue, by]
            }
        };
        row.as_chunks().0.iter().flat_map(painted).collect()
    };
    Ok(vec![form(true), form(false)])
}

/// The six digits of a receipt as the app and the page keep them: with what surrounds them, since six digits alone are
/// somewhere by chance.
async fn digits(kiosk: &Window) -> anyhow::Result<Forms> {
    let shown = kiosk.text("//*[@data-testid='pin']").await?;
    let number = kiosk.text("//*[@data-testid='receipt-number']").await?;
    let pin = shown.replace(' ', "");
    ensure!(
        pin.len() == 6 && shown.len() == 7,
        "the receipt shows the digits «{shown}»"
    );
    let two = number.chars().filter_map(|letter| letter.to_digit(36));
    let scanned: String = two.map(|digit| format!("{digit:02}")).collect();
    let forms = [
        shown,
        format!("\"pin\":\"{pin}\""),
        format!("{scanned}{pin}"),
    ];
    Ok(forms.iter().flat_map(|form| text(form)).collect())
}

/// The part of what was printed in which the most differs.
fn printed(paper: &Path) -> anyhow::Result<Vec<u8>> {
    let bytes = std::fs::read(paper).context("Reading what was printed")?;
    ensure!(
        bytes.len() > 10_000,
        "only {} bytes were printed",
        bytes.len()
    );
    let kinds = |part: &&[u8]| part.iter().collect::<std::collections::BTreeSet<_>>().len();
    let part = bytes.chunks(PRINTED).max_by_key(kinds);
    Ok(part.unwrap_or_default().to_vec())
}

/// A visit that ends in this way leaves no trace of who it was: not in the memory of the app and its web view, not in a file,
/// not in what was printed. While it lasts there are traces, or nothing was looked for; only what the app holds briefly
/// may be gone by then.
pub(crate) async fn leaves_no_trace(start: &Start, errand: Errand, end: End) -> anyhow::Result<()> {
    let paper = start.data.with_file_name("printer").join("paper");
    std::fs::create_dir_all(paper.parent().unwrap_or(&paper)).context("Making a printer")?;
    std::fs::write(&paper, []).context("Making a printer")?;
    let start = &Start {
        printer: Some(std::path::absolute(&paper)?),
        ..start.clone()
    };
    let mut planted = Planted::new(&[NAME, SURNAME, PHONE]);
    let kiosk = Window::open(start).await?;
    let app = kiosk.process().context("Finding the app")?;
    let mut during = Vec::new();
    match errand {
        Errand::Report => visit(&kiosk).await?,
        Errand::Application => {
            for word in [AFM, ID_NUMBER] {
                planted.plant(word, text(word));
            }
            apply(&kiosk).await?;
            planted.plant("the signature, in dots", dots(&kiosk).await?);
            during.extend(planted.in_memory(app)?.0);
            for (name, forms) in points(&send(&kiosk).await?)? {
                planted.plant(name, forms);
            }
        }
    }
    kiosk.sees("Πάρτε την απόδειξη από τον εκτυπωτή").await?;
    planted.plant("the six digits", digits(&kiosk).await?);
    planted.plant(PICTURE, vec![printed(&paper)?]);
    let before = family(app);
    let (found, read) = planted.in_memory(app)?;
    during.extend(found);
    let missing = planted.missing(&during);
    ensure!(
        missing.iter().all(|name| BRIEF.contains(name)),
        "{missing:?} was not found in {} MB while the visit lasted",
        read >> 20
    );
    let things = planted.count();
    let seen = things - missing.len();
    match end {
        End::Pressed => kiosk.press_last("Τέλος").await?,
        End::Idle => tokio::time::sleep(IDLE).await,
        End::Killed => {}
    }
    let mut read = 0;
    let mut found = Vec::new();
    if end == End::Killed {
        kiosk.cut()?;
        gone(&before).await?;
    } else {
        let ended = Instant::now();
        let old: Vec<u32> = before.into_iter().filter(|id| *id != app).collect();
        gone(&old).await?;
        web_view(app, ended).await?;
        let (in_memory, bytes) = planted.in_memory(app)?;
        found.extend(in_memory);
        read += bytes;
    }
    // Whoever printed it took the paper along; on it are dots and no words.
    let on_paper = std::fs::read(&paper).context("Reading what was printed")?;
    std::fs::remove_file(&paper).context("Taking the paper")?;
    planted.look(&on_paper, "what was printed", &mut found);
    found.retain(|trace| trace.word != PICTURE || trace.place != "what was printed");
    let (in_files, bytes) = planted.in_files(&folders(start));
    found.extend(in_files);
    println!(
        "     {errand:?}, {end:?}: {seen} of {things} things found before the end; then {} MB of memory and {} kB of files read, {} traces",
        read >> 20,
        bytes >> 10,
        found.len()
    );
    ensure!(found.is_empty(), "left behind: {:?}", some(&found));
    Ok(())
}

/// Waits until none of these processes is there any more.
async fn gone(processes: &[u32]) -> anyhow::Result<()> {
    let until = Instant::now() + PATIENCE;
    let there = |id: &&u32| PathBuf::from(format!("/proc/{id}/exe")).read_link().is_ok();
    while let Some(id) = processes.iter().find(there) {
        ensure!(
            Instant::now() < until,
            "process {id} of the visit is still there"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Waits until the app has a web view again, and until that has had time to show something.
pub(crate) async fn web_view(app: u32, ended: Instant) -> anyhow::Result<()> {
    let until = Instant::now() + PATIENCE;
    while family(app).len() < 3 {
        ensure!(Instant::now() < until, "the app did not come back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!(
        "     the next web view began {} ms after the end",
        ended.elapsed().as_millis()
    );
    tokio::time::sleep(Duration::from_secs(2)).await;
    Ok(())
}

/// Everywhere the app, its web view or a printing system could write.
fn folders(start: &Start) -> Vec<PathBuf> {
    let mut folders = vec![
        start.data.clone(),
        start.data.with_file_name("printer"),
        std::env::temp_dir(),
        "/dev/shm".into(),
        "/var/spool".into(),
        "/var/tmp".into(),
    ];
    if let Some(home) = std::env::home_dir() {
        folders.extend([".cache", ".config", ".local"].map(|name| home.join(name)));
    }
    if let Some(run) = std::env::var_os("XDG_RUNTIME_DIR") {
        folders.push(run.into());
    }
    folders
}

fn some(found: &[Trace]) -> Vec<String> {
    let said = |trace: &Trace| format!("«{}» in {}", trace.word, trace.place);
    found.iter().take(8).map(said).collect()
}
