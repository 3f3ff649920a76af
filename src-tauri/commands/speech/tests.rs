//! The voice, tried with the real espeak-ng.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use koina_model::problem::Problem;
use koina_sync::replica::Replica;

use super::{VOICES, Voice, find, plain};
use crate::{Browser, Desk, Exchanger, Kiosk, call};

/// Long enough that espeak-ng is still at it when its sound is not taken away.
const LONG: &str = "Ένα, δύο, τρία, τέσσερα, πέντε, έξι, επτά, οκτώ, εννέα, δέκα. ";

fn voice() -> Voice {
    let voice = Voice::default();
    assert!(voice.program.is_some(), "install espeak-ng");
    voice
}

/// The voice's program, writing its sound into a file instead of playing it.
fn into_file(voice: &Voice, name: &str, file: &Path) -> Command {
    let mut command = voice.command(name).expect("a program");
    command.arg("-w").arg(file);
    command
}

/// Waits until what was said is said.
fn heard(voice: &Voice) -> bool {
    let child = voice.speaking().take();
    child.is_some_and(|mut child| child.wait().is_ok_and(|status| status.success()))
}

/// The voice's program, held up because nobody takes its sound away.
fn held_up(voice: &Voice) -> Command {
    let mut command = voice.command("el").expect("a program");
    command.arg("--stdout").stdout(Stdio::piped());
    command
}

fn process(voice: &Voice) -> Option<String> {
    let speaking = voice.speaking();
    speaking
        .as_ref()
        .map(|child| format!("/proc/{}", child.id()))
}

/// What the list of processes says of one. A process that just began its program stands there without arguments for a
/// moment.
fn arguments(path: &str) -> String {
    for _ in 0..1_000 {
        let line = std::fs::read(format!("{path}/cmdline")).expect("a process");
        if !line.is_empty() {
            return String::from_utf8_lossy(&line).into_owned();
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("{path} has no arguments")
}

#[test]
fn both_languages_make_sound() {
    let voice = voice();
    assert_eq!(voice.languages(), ["el", "en"]);
    let folder = tempfile::tempdir().expect("a folder");
    for (language, name) in VOICES {
        let file = folder.path().join(language);
        let words = if language == "el" {
            "Τι θέλετε να κάνετε;"
        } else {
            "What would you like to do?"
        };
        voice
            .start(into_file(&voice, name, &file), words)
            .expect("a start");
        assert!(heard(&voice));
        let bytes = file.metadata().expect("a sound").len();
        // Half a second of 22,050 samples of two bytes at least.
        assert!(bytes > 22_050, "{language}: {bytes} bytes");
    }
}

#[test]
fn a_new_utterance_ends_the_one_before_and_silence_ends_it_too() {
    let voice = voice();
    let mut before: Option<String> = None;
    for _ in 0..3 {
        voice
            .start(held_up(&voice), &LONG.repeat(40))
            .expect("a start");
        let now = process(&voice);
        assert!(now.as_ref().is_some_and(|path| Path::new(path).exists()));
        if let Some(before) = before {
            assert!(!Path::new(&before).exists(), "{before} still speaks");
        }
        before = now;
    }
    voice.hush();
    let last = before.expect("a process");
    assert!(!Path::new(&last).exists(), "silence");
    assert_eq!(process(&voice), None);
    voice.hush();
}

#[test]
fn the_voice_ends_with_the_app() {
    let voice = voice();
    voice
        .start(held_up(&voice), &LONG.repeat(40))
        .expect("a start");
    let path = process(&voice).expect("a process");
    drop(voice);
    assert!(!Path::new(&path).exists());
}

#[test]
fn the_end_of_a_visit_ends_what_is_being_said() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let clock = || koina_model::ids::Time(1_800_000_000_000);
    let replica = Replica::open(&folder.path().join("replica.sqlite"), clock());
    let replica = Arc::new(replica.expect("a replica"));
    let exchanger = Exchanger::new(Arc::clone(&replica), runtime.handle().clone(), clock);
    let desk = Desk {
        replica,
        exchanger,
        clock,
        places: Box::new(Vec::new),
        kiosk: Kiosk::default(),
        lock: None,
        browser: Browser::default(),
    };
    let voice = &desk.kiosk.voice;
    voice
        .start(held_up(voice), &LONG.repeat(40))
        .expect("a start");
    let path = process(voice).expect("a process");
    let ended = call(&desk, "kiosk_end", serde_json::json!({ "typed": false }));
    assert!(ended.is_ok(), "{ended:?}");
    assert!(!Path::new(&path).exists(), "{path} still speaks");
}

#[test]
fn what_is_said_stands_in_no_list_of_processes() {
    let voice = voice();
    voice
        .start(held_up(&voice), &LONG.repeat(40))
        .expect("a start");
    let path = process(&voice).expect("a process");
    let line = arguments(&path);
    assert!(line.contains("--stdin"), "{line}");
    assert!(!line.contains("τέσσερα"), "{line}");
}

#[test]
fn hostile_words_are_read_and_never_obeyed() {
    let voice = voice();
    let folder = tempfile::tempdir().expect("a folder");
    let stolen = folder.path().join("stolen.wav");
    let file = folder.path().join("sound.wav");
    let stolen_name = stolen.display();
    for words in [
        format!("-w {stolen_name}"),
        format!("-w\n{stolen_name}\n--version\n-f /etc/passwd"),
        "<speak><audio src=\"file:///etc/passwd\"/><voice name=\"en\">γεια</voice></speak>"
            .to_owned(),
        "[[h@l'oU]] \u{1}150S \u{1}200A γεια \u{0} \u{7f} \u{1b}[2J".to_owned(),
        "$(touch stolen) `touch stolen` ; touch stolen".to_owned(),
        "\u{202e}γεια\u{2066} \u{feff}\u{fffd} 👋🏽".to_owned(),
    ] {
        let _ = std::fs::remove_file(&file);
        voice
            .start(into_file(&voice, "el", &file), &words)
            .expect("a start");
        assert!(heard(&voice), "{words}");
        assert!(file.metadata().expect("a sound").len() > 44, "{words}");
        assert!(!stolen.exists(), "{words}");
    }
    assert_eq!(plain("<b>[[a]]\u{1}5S\nβ"), " b   a   5S\nβ");
    assert!(plain("<[{\\|\u{0}}]>").trim().is_empty());
}

#[test]
fn nothing_to_say_is_no_trouble() {
    let voice = voice();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("sound.wav");
    voice
        .start(into_file(&voice, "el", &file), "")
        .expect("a start");
    assert!(heard(&voice));
}

#[test]
fn a_machine_without_the_program_has_no_voice_and_says_so() {
    assert_eq!(find("no-such-voice"), None);
    let voice = Voice::of(None);
    assert!(voice.languages().is_empty());
    assert!(voice.command("el").is_none());
    // It was there when it was offered, and is gone since.
    let gone = Command::new("no-such-voice");
    assert_eq!(voice.start(gone, "γεια"), Err(Problem::NoVoice));
    assert_eq!(process(&voice), None);
}

#[test]
fn a_voice_that_does_not_exist_is_not_offered() {
    // Something that is no voice: it takes no words and says so.
    let voice = Voice::of(find("false"));
    assert!(voice.languages().is_empty());
}
