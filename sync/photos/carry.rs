//! Carries files of photos between this device and the town hall, a piece at a time.
//!
//! A [`Round`] asks once how far the server is with what is to travel, and then moves one piece after the other: small copies
//! first. Between two pieces anything else may be said over the line. What arrived of a piece that was cut counts, on both
//! sides, so that no byte travels twice because of a cut but those that were on the line.

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

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

    /// Moves one piece, or asks what may move. Gives whether there is more.
    pub async fn step(
        &mut self,
        replica: &Replica,
        line: &(impl Line + Sync),
        now: &(dyn Fn() -> Time + Sync),
    ) -> Result<bool, Problem> {
        let Some((next, from)) = self.queue.pop_front() else {
            return self.ask(replica, line, now).await;
        };
        match next.way {
            Way::Up => self.up(next, from, replica, line, now).await?,
            Way::Down => self.down(next, replica, line, now).await?,
            Way::Ask => {}
        }
        Ok(true)
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

    /// Hands over a piece.
    async fn up(
        &mut self,
        next: Travelling,
        from: u32,
        replica: &Replica,
        line: &(impl Line + Sync),
        now: &(dyn Fn() -> Time + Sync),
    ) -> Result<(), Problem> {
        let Travelling { file, size, .. } = next;
        let bytes = match told(replica.photo_bytes(file)) {
            Ok(bytes) => bytes,
            Err(problem) => {
                // One that cannot be read stops nothing but itself.
                tracing::warn!(%file, %problem, "a photo could not be read");
                self.put_off.insert(file);
                return Ok(());
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
        let headers = told(replica.sign("POST", &path, b""))?;
        let left_at = now();
        let answer = match line.send("POST", &path, &headers, piece).await {
            Ok(answer) => answer,
            Err(failed) => return self.failed(file, failed),
        };
        self.note(length as u64, left_at, now());
        match unpack(&answer)? {
            FileState::Whole => {
                told(replica.at_town(&[(file, size)], now()))?;
            }
            FileState::Has(had) if had <= size && (had > from || self.wrong < WRONG_MAX) => {
                // It began anew, since what it had was not what the name says.
                self.wrong += u8::from(had <= from);
                self.queue.push_front((next, had));
            }
            _ => {
                self.put_off.insert(file);
            }
        }
        Ok(())
    }

    /// Gets a piece.
    async fn down(
        &mut self,
        next: Travelling,
        replica: &Replica,
        line: &(impl Line + Sync),
        now: &(dyn Fn() -> Time + Sync),
    ) -> Result<(), Problem> {
        let Travelling { file, size, .. } = next;
        let store = replica.photos();
        let had = store.had(file).ok().and_then(|had| u32::try_from(had).ok());
        let had = had.filter(|had| *had <= size).unwrap_or_default();
        let mut taken = Vec::new();
        if had < size {
            let most = self.carrying.pace.at_most(PIECE_MAX);
            let path = file_path(file, had, u32::try_from(most).unwrap_or(u32::MAX));
            let headers = told(replica.sign("GET", &path, b""))?;
            let left_at = now();
            let came = line.fetch(&path, &headers, &mut taken).await;
            taken.truncate((size - had) as usize);
            if let Err(failure) = store.append(file, u64::from(had), &taken) {
                self.not_kept(file, &failure);
                return Ok(());
            }
            if let Err(failed) = came {
                return self.failed(file, failed);
            }
            self.note(taken.len() as u64, left_at, now());
        }
        let has = u64::from(had) + taken.len() as u64;
        // Nothing more comes, or all is here: what counts is whether it is what the name says.
        if has < u64::from(size) && !taken.is_empty() {
            self.queue.push_front((next, 0));
            return Ok(());
        }
        match store.finish(file) {
            Ok(Finished::Whole) => told(replica.came(file, size, now())),
            Ok(Finished::Wrong) if self.wrong < WRONG_MAX && !taken.is_empty() => {
                self.wrong += 1;
                self.queue.push_front((next, 0));
                Ok(())
            }
            Ok(Finished::Wrong) => {
                tracing::warn!(%file, "a photo came that is not what its name says");
                self.put_off.insert(file);
                Ok(())
            }
            Err(failure) => {
                self.not_kept(file, &failure);
                Ok(())
            }
        }
    }

    /// The disk took nothing: what is handed over goes on, what is to come waits for the next run.
    fn not_kept(&mut self, file: FileHash, failure: &std::io::Error) {
        tracing::error!(%file, %failure, "a photo could not be kept");
        self.put_off.insert(file);
        self.full = true;
        self.queue.retain(|(next, _)| next.way == Way::Up);
    }

    /// A line that failed ends the run; what the server does not take stops nothing but itself.
    fn failed(&mut self, file: FileHash, failed: Failed) -> Result<(), Problem> {
        if matches!(
            failed.problem,
            Problem::Busy | Problem::NotFound | Problem::Photo { .. } | Problem::Internal { .. }
        ) {
            tracing::warn!(%file, problem = %failed.problem, "a photo did not travel");
            self.put_off.insert(file);
            return Ok(());
        }
        if failed.left && matches!(failed.problem, Problem::Offline { .. }) {
            self.carrying.pace.lost();
        }
        Err(failed.problem)
    }

    fn note(&mut self, bytes: u64, left_at: Time, now: Time) {
        self.carrying.pace.carried(bytes, now.0 - left_at.0);
        let done = self.carrying.done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let expected = self.carrying.expected.load(Ordering::Relaxed);
        let ms = u64::try_from(now.0 - self.began.0).unwrap_or_default();
        let rest_ms = ms.saturating_mul(expected.saturating_sub(done)) / done.max(1);
        let rest_s = u32::try_from(rest_ms / 1_000).unwrap_or(u32::MAX);
        self.carrying.remaining_s.store(rest_s, Ordering::Relaxed);
    }
}

/// Carries photos until nothing more can travel. What travelled before a failure stays; the next run goes on from there.
pub async fn run(
    replica: &Replica,
    line: &(impl Line + Sync),
    now: &(dyn Fn() -> Time + Sync),
    carrying: &Carrying,
) -> Result<(), Problem> {
    let mut round = Round::begin(now(), carrying);
    while round.step(replica, line, now).await? {}
    Ok(())
}

pub(crate) fn told<T>(outcome: Result<T, ReplicaError>) -> Result<T, Problem> {
    outcome.map_err(|failure| failure.to_problem())
}
