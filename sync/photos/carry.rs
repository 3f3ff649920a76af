//! Carries files of photos between this device and the town hall, a piece at a time.
//!
//! A [`Round`] asks once how far the server is with what is to travel, and then moves one piece after the other: small copies
//! first. Between two pieces anything else may be said over the line. What arrived of a piece that was cut counts, on both
//! sides, so that no byte travels twice because of a cut but those that were on the line.

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use koina_model::ids::Time;
use koina_model::photos::{
    FILES_MAX, FILES_PATH, FileHash, FileState, FilesAnswer, FilesAsk, file_path,
};
use koina_model::problem::Problem;

use super::store::Finished;
use crate::exchange::{Failed, Line, Pace, pack, unpack};
use crate::replica::{Replica, ReplicaError, Travelling, Way};

/// Files of each kind that one question is about.
const AT_ONCE: usize = 48;
/// Most bytes of a piece.
const PIECE_MAX: usize = 1024 * 1024;
/// Pieces that are on their way at once: while the one waits for its answer, or for a packet that was lost, the other fills the
/// line. Three of them only crowd a poor one: what waits too long in it is sent twice.
const PIECES_AT_ONCE: usize = 2;
/// How often a file may end as something else than its name says, within a run.
const WRONG_MAX: u8 = 3;

/// How far photos are, for the progress bar, and what the line carried so far.
#[derive(Debug, Default)]
pub struct Carrying {
    /// Bytes of this run that travelled, and of all that are to.
    pub done: AtomicU64,
    pub expected: AtomicU64,
    /// About how long the rest will take, in seconds; 0 while that is not known.
    pub remaining_s: AtomicU32,
    pace: Pace,
}

impl Carrying {
    pub(crate) fn pace(&self) -> &Pace {
        &self.pace
    }
}

/// A run that carries photos, one piece at a time.
#[derive(Debug)]
pub struct Round<'a> {
    carrying: &'a Carrying,
    began: Time,
    /// What is to travel, and from where.
    queue: VecDeque<(Travelling, u32)>,
    /// What cannot travel now.
    put_off: BTreeSet<FileHash>,
    wrong: u8,
    /// The disk of this device takes nothing: what is to come waits.
    full: bool,
}

impl<'a> Round<'a> {
    pub fn begin(began: Time, carrying: &'a Carrying) -> Self {
        carrying.done.store(0, Ordering::Relaxed);
        carrying.expected.store(0, Ordering::Relaxed);
        carrying.remaining_s.store(0, Ordering::Relaxed);
        Self {
            carrying,
            began,
            queue: VecDeque::new(),
            put_off: BTreeSet::new(),
            wrong: 0,
            full: false,
        }
    }

    /// After records were exchanged: what could not travel may now.
    pub fn again(&mut self) {
        self.put_off.clear();
        self.wrong = 0;
        self.full = false;
    }

    /// Moves pieces, some at a time so that the line never waits for an answer, or asks what may move. Gives whether there is more.
    ///
    /// After each piece `go_on` says whether another one begins. Pieces that are on their way then still arrive.
    pub async fn step(
        &mut self,
        replica: &Replica,
        line: &(impl Line + Sync),
        now: &(dyn Fn() -> Time + Sync),
        go_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<bool, Problem> {
        if self.queue.is_empty() {
            return self.ask(replica, line, now).await;
        }
        let way = Pieces {
            carrying: self.carrying,
            began: self.began,
            replica,
            line,
            now,
        };
        let mut under_way = FuturesUnordered::new();
        let mut ended = None;
        let mut goes_on = true;
        let mut at_once = PIECES_AT_ONCE;
        loop {
            while goes_on && under_way.len() < at_once {
                let Some((next, from)) = self.queue.pop_front() else {
                    break;
                };
                under_way.push(async move { (next, from, way.carry(next, from).await) });
            }
            let Some((next, from, moved)) = under_way.next().await else {
                break;
            };
            match moved {
                Ok(moved) => self.moved(next, moved),
                // A line so full that no second connection comes about carries one at a time.
                Err(failed) if !failed.left && !under_way.is_empty() => {
                    self.queue.push_front((next, from));
                    at_once = 1;
                }
                // What else is on its way either fails, too, or may as well arrive.
                Err(failed) => drop(ended.get_or_insert(failed)),
            }
            goes_on = ended.is_none() && go_on();
        }
        let Some(failed) = ended else {
            return Ok(true);
        };
        if failed.left && matches!(failed.problem, Problem::Offline { .. }) {
            self.carrying.pace.lost();
        }
        Err(failed.problem)
    }

    /// Asks how far the server is with what is to travel.
    async fn ask(
        &mut self,
        replica: &Replica,
        line: &(impl Line + Sync),
        now: &(dyn Fn() -> Time + Sync),
    ) -> Result<bool, Problem> {
        let most = u32::try_from(AT_ONCE + self.put_off.len()).unwrap_or(u32::MAX);
        let mut all = told(replica.to_travel(most))?;
        let mut once = BTreeSet::new();
        let revoked = replica.identity().is_some_and(|identity| identity.revoked);
        // A revoked device hands over what it holds and gets nothing.
        all.retain(|next| next.way == Way::Up || !(revoked || self.full));
        all.retain(|next| !self.put_off.contains(&next.file) && once.insert(next.file));
        all.truncate(FILES_MAX);
        if all.is_empty() {
            return Ok(false);
        }
        let files = all.iter().map(|next| next.file).collect();
        let body = pack(&FilesAsk { files })?;
        let headers = told(replica.sign("POST", FILES_PATH, &body))?;
        let answer = line.send("POST", FILES_PATH, &headers, body).await?;
        let answer: FilesAnswer = unpack(&answer)?;
        let mut at_town = Vec::new();
        let mut expected = 0;
        for (next, state) in all.into_iter().zip(answer.files) {
            match (next.way, state) {
                (Way::Down, FileState::Whole) => {
                    expected += u64::from(next.size);
                    self.queue.push_back((next, 0));
                }
                (_, FileState::Whole) => at_town.push((next.file, next.size)),
                (Way::Up, FileState::Has(had)) if had <= next.size => {
                    expected += u64::from(next.size - had);
                    self.queue.push_back((next, had));
                }
                _ => {
                    self.put_off.insert(next.file);
                }
            }
        }
        told(replica.at_town(&at_town, now()))?;
        self.carrying
            .expected
            .fetch_add(expected, Ordering::Relaxed);
        // What was asked about travels, is at the town hall or was put off: there is an end.
        Ok(true)
    }

    /// What became of a piece.
    fn moved(&mut self, next: Travelling, moved: Moved) {
        let Travelling { file, size, .. } = next;
        match moved {
            Moved::Done => {}
            Moved::PutOff => {
                self.put_off.insert(file);
            }
            Moved::On { from, had } if had <= size && (had > from || self.wrong < WRONG_MAX) => {
                // It began anew, since what it had was not what the name says.
                self.wrong += u8::from(had <= from);
                self.queue.push_front((next, had));
            }
            Moved::On { .. } => {
                self.put_off.insert(file);
            }
            Moved::Full => {
                // What is handed over goes on, what is to come waits for the next run.
                self.put_off.insert(file);
                self.full = true;
                self.queue.retain(|(next, _)| next.way == Way::Up);
            }
        }
    }
}

/// What became of a piece on its way.
#[derive(Clone, Copy, Debug)]
enum Moved {
    /// The file is where it should be.
    Done,
    /// It goes on from here. What had more before was not what its name says.
    On { from: u32, had: u32 },
    /// It does not travel in this run.
    PutOff,
    /// The disk of this device took nothing.
    Full,
}

/// How a piece travels.
struct Pieces<'a, L> {
    carrying: &'a Carrying,
    began: Time,
    replica: &'a Replica,
    line: &'a L,
    now: &'a (dyn Fn() -> Time + Sync),
}

impl<L> Clone for Pieces<'_, L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L> Copy for Pieces<'_, L> {}

impl<L: Line + Sync> Pieces<'_, L> {
    async fn carry(self, next: Travelling, from: u32) -> Result<Moved, Failed> {
        match next.way {
            Way::Up => self.up(next, from).await,
            Way::Down => self.down(next).await,
            Way::Ask => Ok(Moved::Done),
        }
    }

    /// Hands over a piece.
    async fn up(self, next: Travelling, from: u32) -> Result<Moved, Failed> {
        let Travelling { file, size, .. } = next;
        let bytes = match told(self.replica.photo_bytes(file)) {
            Ok(bytes) => bytes,
            Err(problem) => {
                // One that cannot be read stops nothing but itself.
                tracing::warn!(%file, %problem, "a photo could not be read");
                return Ok(Moved::PutOff);
            }
        };
        let begin = from as usize;
        let end = bytes
            .len()
            .min(begin + self.carrying.pace.at_most(PIECE_MAX));
        let piece = bytes.get(begin..end).unwrap_or_default().to_vec();
        let length = piece.len();
        let path = file_path(file, from, u32::try_from(length).unwrap_or(u32::MAX));
        // The body is not signed: what counts of it is whether all of it has the hash that is in the path.
        let headers = told(self.replica.sign("POST", &path, b""))?;
        let left_at = (self.now)();
        let answer = match self.line.send("POST", &path, &headers, piece).await {
            Ok(answer) => answer,
            Err(failed) => return not_moved(file, failed),
        };
        self.note(length as u64, left_at);
        match unpack(&answer)? {
            FileState::Whole => {
                told(self.replica.at_town(&[(file, size)], (self.now)()))?;
                Ok(Moved::Done)
            }
            FileState::Has(had) => Ok(Moved::On { from, had }),
            FileState::Unknown => Ok(Moved::PutOff),
        }
    }

    /// Gets a piece.
    async fn down(self, next: Travelling) -> Result<Moved, Failed> {
        let Travelling { file, size, .. } = next;
        let store = self.replica.photos();
        let had = store.had(file).ok().and_then(|had| u32::try_from(had).ok());
        let had = had.filter(|had| *had <= size).unwrap_or_default();
        let mut taken = Vec::new();
        if had < size {
            let most = self.carrying.pace.at_most(PIECE_MAX);
            let path = file_path(file, had, u32::try_from(most).unwrap_or(u32::MAX));
            let headers = told(self.replica.sign("GET", &path, b""))?;
            let left_at = (self.now)();
            let came = self.line.fetch(&path, &headers, &mut taken).await;
            taken.truncate((size - had) as usize);
            if let Err(failure) = store.append(file, u64::from(had), &taken) {
                return Ok(not_kept(file, &failure));
            }
            if let Err(failed) = came {
                return not_moved(file, failed);
            }
            self.note(taken.len() as u64, left_at);
        }
        let has = had + u32::try_from(taken.len()).unwrap_or(u32::MAX);
        // Nothing more comes, or all is here: what counts is whether it is what the name says.
        if has < size && !taken.is_empty() {
            return Ok(Moved::On {
                from: had,
                had: has,
            });
        }
        match store.finish(file) {
            Ok(Finished::Whole) => {
                told(self.replica.came(file, size, (self.now)()))?;
                Ok(Moved::Done)
            }
            Ok(Finished::Wrong) if !taken.is_empty() => Ok(Moved::On { from: had, had: 0 }),
            Ok(Finished::Wrong) => {
                tracing::warn!(%file, "a photo came that is not what its name says");
                Ok(Moved::PutOff)
            }
            Err(failure) => Ok(not_kept(file, &failure)),
        }
    }

    fn note(self, bytes: u64, left_at: Time) {
        let now = (self.now)();
        self.carrying.pace.carried(bytes, now.0 - left_at.0);
        let done = self.carrying.done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let expected = self.carrying.expected.load(Ordering::Relaxed);
        let ms = u64::try_from(now.0 - self.began.0).unwrap_or_default();
        let rest_ms = ms.saturating_mul(expected.saturating_sub(done)) / done.max(1);
        let rest_s = u32::try_from(rest_ms / 1_000).unwrap_or(u32::MAX);
        self.carrying.remaining_s.store(rest_s, Ordering::Relaxed);
    }
}

fn not_kept(file: FileHash, failure: &std::io::Error) -> Moved {
    tracing::error!(%file, %failure, "a photo could not be kept");
    Moved::Full
}

/// A line that failed ends the run; what the server does not take stops nothing but itself.
fn not_moved(file: FileHash, failed: Failed) -> Result<Moved, Failed> {
    if matches!(
        failed.problem,
        Problem::Busy | Problem::NotFound | Problem::Photo { .. } | Problem::Internal { .. }
    ) {
        tracing::warn!(%file, problem = %failed.problem, "a photo did not travel");
        return Ok(Moved::PutOff);
    }
    Err(failed)
}

/// Carries photos until nothing more can travel. What travelled before a failure stays; the next run goes on from there.
pub async fn run(
    replica: &Replica,
    line: &(impl Line + Sync),
    now: &(dyn Fn() -> Time + Sync),
    carrying: &Carrying,
) -> Result<(), Problem> {
    let mut round = Round::begin(now(), carrying);
    while round.step(replica, line, now, &|| true).await? {}
    Ok(())
}

pub(crate) fn told<T>(outcome: Result<T, ReplicaError>) -> Result<T, Problem> {
    outcome.map_err(|failure| failure.to_problem())
}
