//! The kiosk's voice: espeak-ng as a process of its own, one utterance at a time; what is said is composed by the window.
//!
//! The words go in through standard input and never as arguments, which every process of the machine may read in a list.
//! Linux only: for the voices of Windows and macOS nothing is done yet, and a kiosk there says that it has no voice.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard};

use koina_model::limits::Fields;
use koina_model::problem::{FieldRule, Problem};

use crate::{Desk, KioskSpeakInput, KioskVoice, Nothing, held};

/// Characters of one utterance. As bytes they fit into a pipe, so that handing them over never waits for the voice.
const SPOKEN_MAX: u32 = 4_000;

/// A language of the screens, and what espeak-ng calls its voice.
const VOICES: [(&str, &str); 2] = [("el", "el"), ("en", "en-gb")];

/// Words a minute, from the slowest step to the fastest; espeak-ng's own are 175.
const WORDS_A_MINUTE: [&str; 5] = ["90", "120", "155", "200", "260"];
/// Loudness, from the softest step to the loudest; espeak-ng's own is 100 of 200.
const LOUDNESS: [&str; 5] = ["25", "55", "100", "150", "200"];

/// Says one thing at a time. Whatever is still being said ends with it.
#[derive(Debug)]
pub struct Voice {
    /// The program; `None` where it is not installed.
    program: Option<PathBuf>,
    speaking: Mutex<Option<Child>>,
}

impl Default for Voice {
    fn default() -> Self {
        Self::of(find("espeak-ng"))
    }
}

impl Drop for Voice {
    fn drop(&mut self) {
        self.hush();
    }
}

impl Voice {
    fn of(program: Option<PathBuf>) -> Self {
        Self {
            program,
            speaking: Mutex::default(),
        }
    }

    /// The languages this machine can speak.
    fn languages(&self) -> Vec<String> {
        let speaks = |voice: &str| {
            let tried = self.command(voice).map(|mut command| {
                let quiet = command.arg("-q").stdin(Stdio::null());
                quiet.status().is_ok_and(|status| status.success())
            });
            tried.unwrap_or_default()
        };
        let here = VOICES.iter().filter(|(_, voice)| speaks(voice));
        here.map(|(language, _)| (*language).to_owned()).collect()
    }

    /// The program, ready to say in this voice what comes through its standard input.
    fn command(&self, voice: &str) -> Option<Command> {
        let mut command = Command::new(self.program.as_ref()?);
        // Text as UTF-8 until the input ends. Without `-m` nothing in it is markup.
        command.args(["--stdin", "-b", "1", "-v", voice]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Some(command)
    }

    /// Ends what is being said, and says this.
    fn start(&self, mut command: Command, text: &str) -> Result<(), Problem> {
        let mut speaking = self.speaking();
        silence(&mut speaking);
        let begun = command.stdin(Stdio::piped()).spawn().and_then(|mut child| {
            let handed = child
                .stdin
                .take()
                .map_or(Ok(()), |mut words| words.write_all(plain(text).as_bytes()));
            *speaking = Some(child);
            handed
        });
        begun.map_err(|failure| {
            tracing::warn!(%failure, "the kiosk's voice did not start");
            silence(&mut speaking);
            Problem::NoVoice
        })
    }

    /// Ends what is being said.
    pub(crate) fn hush(&self) {
        silence(&mut self.speaking());
    }

    fn speaking(&self) -> MutexGuard<'_, Option<Child>> {
        held(&self.speaking)
    }
}

/// Kills the process, unless it ended by itself, and takes note of its end.
fn silence(speaking: &mut Option<Child>) {
    if let Some(mut child) = speaking.take() {
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// A program by its name, where the system looks for programs.
fn find(name: &str) -> Option<PathBuf> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

/// Words and their punctuation only: espeak-ng reads `[[` as phonemes and control characters as commands, and no sign of
/// markup is worth hearing.
fn plain(text: &str) -> String {
    let sign = |c: char| c.is_control() || "[]<>{}\\|".contains(c);
    text.chars()
        .map(|c| if sign(c) && c != '\n' { ' ' } else { c })
        .collect()
}

/// One of five steps, told as 1 to 5.
fn step(fields: &mut Fields, field: &str, steps: &[&'static str; 5], wanted: u8) -> &'static str {
    let found = usize::from(wanted)
        .checked_sub(1)
        .and_then(|at| steps.get(at));
    if found.is_none() {
        fields.wrong(field, FieldRule::OutOfRange { min: 1, max: 5 });
    }
    found.copied().unwrap_or_default()
}

/// What can be spoken here. A kiosk without a voice offers none, and the log says what to install.
pub(crate) fn kiosk_voice(desk: &Desk, _: Nothing) -> Result<KioskVoice, Problem> {
    let languages = desk.kiosk.voice.languages();
    if languages.len() < VOICES.len() {
        tracing::warn!(
            ?languages,
            "this kiosk cannot speak every language: install espeak-ng"
        );
    }
    Ok(KioskVoice { languages })
}

pub(crate) fn kiosk_speak(desk: &Desk, input: KioskSpeakInput) -> Result<Nothing, Problem> {
    let mut fields = Fields::default();
    let voice = VOICES.iter().find(|(name, _)| *name == input.language);
    if voice.is_none() {
        fields.wrong("language", FieldRule::NotOnAList);
    }
    if input.text.chars().count() > SPOKEN_MAX as usize {
        fields.wrong("text", FieldRule::TooLong { max: SPOKEN_MAX });
    }
    let rate = step(&mut fields, "rate", &WORDS_A_MINUTE, input.rate);
    let volume = step(&mut fields, "volume", &LOUDNESS, input.volume);
    fields.done()?;
    let command = voice.and_then(|(_, voice)| desk.kiosk.voice.command(voice));
    let mut command = command.ok_or(Problem::NoVoice)?;
    command.args(["-s", rate, "-a", volume]);
    desk.kiosk.voice.start(command, &input.text)?;
    Ok(Nothing {})
}

pub(crate) fn kiosk_hush(desk: &Desk, _: Nothing) -> Result<Nothing, Problem> {
    desk.kiosk.voice.hush();
    Ok(Nothing {})
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
