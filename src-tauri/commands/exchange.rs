//! The line to the town hall: when it runs, and what a window sees of it.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use koina_model::accounts::SignedIn;
use koina_model::ids::Time;
use koina_model::permits::Profile;
use koina_model::problem::{FieldRule, Problem};
use koina_sync::erase::{self, Withdrawn};
use koina_sync::escrow::{self, Contact};
use koina_sync::exchange::http::HttpLine;
use koina_sync::exchange::pinned::is_proven;
use koina_sync::exchange::{self, Progress, Run};
use koina_sync::identity::{Identity, unhex};
use koina_sync::maps;
use koina_sync::maps::carry::MapOffer;
use koina_sync::photos::carry::{Carrying, Round};
use koina_sync::replica::Replica;
use koina_sync::views::outbox::{OutboxPage, OutboxQuery};
use koina_sync::views::{CallRow, ExchangeState};
use tokio::runtime::Handle;

use crate::lock::closes_in_h;
use crate::{CableInput, ChangeInput, Desk, Nothing, VERSION, held, told};

/// Seconds between exchanges when nothing was saved here.
const EVERY_S: u64 = 30;
/// Seconds to wait after a failure; doubled each time, up to the most.
const AGAIN_S: u64 = 5;
const AGAIN_S_MAX: u64 = 300;
/// Where the hash of the link is kept that this device was enrolled with.
pub(crate) const ENROLLED_WITH: &str = "enrolled_with";
/// Between two safety copies of what waits, and after one that could not be made.
const COPY_EVERY: Duration = Duration::from_secs(60 * 60);
const COPY_AGAIN: Duration = Duration::from_secs(5 * 60);
/// Between two looks how long there was no contact with the town hall.
const CONTACT_EVERY: Duration = Duration::from_secs(60 * 60);
/// Seconds after which photos that travel make room for an exchange of records.
const RECORDS_WAIT_S: i64 = 60;

/// When this device last looked whether the town hall has another map, and how long it waits before it looks again.
const MAP_LOOKED: &str = "map_looked";
const MAP_LOOK_MS: i64 = 24 * 3_600 * 1_000;
/// The same while it has none.
const MAP_NONE_MS: i64 = 3_600 * 1_000;

/// Somebody who is signed in. Nothing of it is written down.
struct Session {
    token: String,
    who: SignedIn,
}

/// Runs the exchange: one at a time, after every save, and every so often.
pub struct Exchanger {
    session: Mutex<Option<Session>>,
    replica: Arc<Replica>,
    runtime: Handle,
    clock: fn() -> Time,
    cable: AtomicBool,
    running: AtomicBool,
    exchanging: tokio::sync::Mutex<()>,
    /// Grows with everything a window shows of the exchange.
    pub ticks: AtomicU32,
    progress: Progress,
    carrying: Carrying,
    problem: Mutex<Option<Problem>>,
    wake: tokio::sync::Notify,
    one_at_a_time: tokio::sync::Mutex<()>,
    /// Who waits for that.
    asking: AtomicU32,
    /// This device was revoked, and the town hall has everything it held.
    ended: AtomicBool,
    /// It had no contact for too long.
    closes: AtomicBool,
}

impl Exchanger {
    pub fn new(replica: Arc<Replica>, runtime: Handle, clock: fn() -> Time) -> Arc<Self> {
        let cable = replica.meta("cable").ok().flatten().as_deref() != Some("out");
        Arc::new(Self {
            replica,
            runtime,
            clock,
            cable: AtomicBool::new(cable),
            running: AtomicBool::new(false),
            exchanging: tokio::sync::Mutex::new(()),
            ticks: AtomicU32::new(0),
            progress: Progress::default(),
            carrying: Carrying::default(),
            problem: Mutex::new(None),
            wake: tokio::sync::Notify::new(),
            one_at_a_time: tokio::sync::Mutex::new(()),
            asking: AtomicU32::new(0),
            ended: AtomicBool::new(false),
            closes: AtomicBool::new(false),
            session: Mutex::new(None),
        })
    }

    /// Exchanges for ever. Ends with the runtime it runs on.
    pub async fn keep_exchanging(self: Arc<Self>) {
        let mut again_s = AGAIN_S;
        self.seal_photos();
        self.runtime
            .spawn(keep_safety_copies(Arc::downgrade(&self.replica)));
        self.runtime.spawn(watch_contact(Arc::downgrade(&self)));
        loop {
            let wait_s = match self.exchange().await {
                Ok(()) => {
                    again_s = AGAIN_S;
                    EVERY_S
                }
                Err(_) => {
                    again_s = (again_s * 2).min(AGAIN_S_MAX);
                    again_s
                }
            };
            let _ = tokio::time::timeout(Duration::from_secs(wait_s), self.wake.notified()).await;
        }
    }

    /// Photos from before the records were encrypted. A disk without room for one of them tries again at the next start.
    fn seal_photos(&self) {
        let replica = Arc::clone(&self.replica);
        self.runtime
            .spawn_blocking(move || match replica.seal_photos() {
                Ok(0) => {}
                Ok(photos) => tracing::info!(photos, "photos from before were sealed"),
                Err(failure) => tracing::error!(%failure, "photos from before lie open"),
            });
    }

    /// Asks for an exchange soon.
    pub fn soon(&self) {
        self.wake.notify_one();
    }

    /// One complete exchange, unless the cable is out or the device is nobody yet.
    pub async fn exchange(&self) -> Result<(), Problem> {
        if !self.cable.load(Ordering::Relaxed) {
            return Err(Problem::CableOut);
        }
        let Some(identity) = self.replica.identity() else {
            return Err(Problem::NotEnrolled);
        };
        let _only = self.exchanging.lock().await;
        let before = told(self.replica.exchanged_at())?;
        self.running.store(true, Ordering::Relaxed);
        self.ticks.fetch_add(1, Ordering::Relaxed);
        let outcome = match HttpLine::new(&identity.server) {
            Ok(line) => {
                tokio::select! {
                    outcome = self.exchange_over(&line) => outcome,
                    () = self.cable_out() => Err(Problem::CableOut),
                }
            }
            Err(problem) => Err(problem),
        };
        if self.replica.exchanged_at().is_ok_and(|at| at != before) {
            self.heard();
        } else if outcome.as_ref().is_err_and(is_of_server)
            && is_proven(&identity.server)
            && let Err(failure) = escrow::heard(self.replica.path(), (self.clock)())
        {
            tracing::error!(%failure, "it could not be noted that the town hall was heard");
        }
        self.running.store(false, Ordering::Relaxed);
        *held(&self.problem) = match &outcome {
            Ok(()) | Err(Problem::CableOut) => None,
            Err(problem) => Some(problem.clone()),
        };
        self.ticks.fetch_add(1, Ordering::Relaxed);
        outcome
    }

    /// There was contact with the town hall: by the line, or by a courier.
    pub(crate) fn heard(&self) {
        if let Err(failure) = escrow::keep(&self.replica, (self.clock)()) {
            tracing::error!(%failure, "the key of this device is not in escrow as it should be");
        }
        self.closes.store(false, Ordering::Relaxed);
    }

    /// Looks how long there was no contact. `passed`: for so long the app has run since it looked last.
    pub fn look_at_contact(&self, passed: Duration) {
        let (path, now) = (self.replica.path(), (self.clock)());
        // A fresh app closes no device that nobody could open again.
        let over = escrow::look(path, now, passed) == Contact::Over && escrow::holds(path);
        self.closes.store(over, Ordering::Relaxed);
        // Contact that came meanwhile counts.
        if over && escrow::contact(path, now) != Contact::Over {
            self.closes.store(false, Ordering::Relaxed);
        }
    }

    pub(crate) fn is_to_close(&self) -> bool {
        self.closes.load(Ordering::Relaxed)
    }

    /// Records first, then photos, then a map. What is saved meanwhile, and new records of others, do not wait for a photo longer than for
    /// one piece of it.
    async fn exchange_over(&self, line: &HttpLine) -> Result<(), Problem> {
        let now = || (self.clock)();
        let mut photos = Round::begin(now(), &self.carrying);
        loop {
            let mut run = Run::begin(now(), &self.progress);
            let exchanged = loop {
                // What a person asks of the server waits for one round trip, not for all of a first load.
                let _one = self.one_at_a_time.lock().await;
                match run.round_trip(&self.replica, line, VERSION, &now).await {
                    Ok(true) => {}
                    Ok(false) => break Ok(()),
                    // What it holds of photos, a revoked device still hands over.
                    Err(Problem::Revoked) => break Err(Problem::Revoked),
                    Err(problem) => return Err(problem),
                }
            };
            photos.again();
            let exchanged_at = now();
            let saved = told(self.replica.pending())?.waiting;
            let records_wait = || {
                let waited_s = (now().0 - exchanged_at.0) / 1_000;
                let pending = self.replica.pending();
                waited_s > RECORDS_WAIT_S || pending.is_ok_and(|pending| pending.waiting > saved)
            };
            let go_on = || {
                self.ticks.fetch_add(1, Ordering::Relaxed);
                self.asking.load(Ordering::Relaxed) == 0 && !records_wait()
            };
            let more_records = loop {
                let _one = self.one_at_a_time.lock().await;
                let more = match photos.step(&self.replica, line, &now, &go_on).await {
                    Ok(false) if exchanged.is_ok() => {
                        maps::carry::step(&self.replica, line, &now, &self.carrying).await
                    }
                    more => more,
                };
                self.ticks.fetch_add(1, Ordering::Relaxed);
                match more {
                    Ok(true) => {}
                    Ok(false) => break false,
                    Err(problem) => {
                        // The records went through; photos go on from where they are at the next exchange.
                        tracing::info!(%problem, "photos or a map did not all travel");
                        break false;
                    }
                }
                if records_wait() {
                    break true;
                }
            };
            told(self.replica.tidy_photos(now()))?;
            if !more_records {
                if exchanged == Err(Problem::Revoked) {
                    self.end(line).await?;
                }
                if exchanged.is_ok()
                    && let Err(problem) = self.look_for_map(line).await
                {
                    // Of no matter for the records.
                    tracing::info!(%problem, "the town hall was not asked for a map");
                }
                return exchanged;
            }
        }
    }

    /// A revoked device that has handed over everything says that it erases itself. Whoever runs it does so.
    ///
    /// Only where the server has shown who it is: on a line in the clear anybody can say that a device is revoked.
    async fn end(&self, line: &HttpLine) -> Result<(), Problem> {
        let identity = self.replica.identity();
        let Some(identity) = identity.filter(|identity| identity.revoked) else {
            return Ok(());
        };
        if told(self.replica.holds_unsent())? || !is_proven(&identity.server) {
            return Ok(());
        }
        let now = || (self.clock)();
        let _one = self.one_at_a_time.lock().await;
        let mut run = Run::begin(now(), &self.progress).erases();
        match run.round_trip(&self.replica, line, VERSION, &now).await {
            Err(Problem::Revoked) if run.told_that_it_erases => {
                self.ended.store(true, Ordering::Relaxed);
            }
            // Something to hand over came in between, or the line went.
            Ok(_) | Err(Problem::Revoked) => {}
            Err(problem) => return Err(problem),
        }
        Ok(())
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// A device that was revoked has handed over everything: writes down that everything on it is to go, unless something
    /// came in between, and saves nothing more. Whoever runs the app then puts a fresh one in its place.
    pub(crate) fn erase_when_ended(&self) -> Result<bool, Problem> {
        if !self.ended.swap(false, Ordering::Relaxed) {
            return Ok(false);
        }
        let Some(identity) = self.replica.identity() else {
            return Ok(false);
        };
        let withdrawn = Withdrawn {
            municipality: self.replica.lists().reference.municipality.name.clone(),
            name: identity.name.clone(),
            at: (self.clock)(),
            kiosk: identity.role.profile() == Profile::Kiosk,
            link: told(self.replica.meta(ENROLLED_WITH))?,
        };
        let path = self.replica.path().to_owned();
        let closed = self
            .replica
            .close_when_all_is_handed_over(|| erase::begin(&path, &withdrawn));
        if closed.is_err()
            && let Err(failure) = erase::undo(&path)
        {
            tracing::error!(%failure, "what was written down about erasing could not be taken back");
        }
        told(closed)
    }

    /// Looks now and then which map the town hall has. The first one comes by itself, and to a kiosk, where nobody asks, every one:
    /// at the next exchange, after everything else.
    async fn look_for_map(&self, line: &HttpLine) -> Result<(), Problem> {
        let here = self.replica.maps().current()?.map(|map| map.file);
        let kiosk = |identity: &Identity| identity.role.profile() == Profile::Kiosk;
        let kiosk = self.replica.identity().as_deref().is_some_and(kiosk);
        let newest = told(self.replica.wants_newest_map())?;
        if !newest && (here.is_some() && !kiosk || told(self.replica.declines_map())?) {
            return Ok(());
        }
        let now = (self.clock)();
        let looked = told(self.replica.meta(MAP_LOOKED))?;
        let looked = looked.and_then(|ms| ms.parse().ok()).unwrap_or_default();
        let wait_ms = if here.is_some() {
            MAP_LOOK_MS
        } else {
            MAP_NONE_MS
        };
        if !newest && (looked..looked + wait_ms).contains(&now.0) {
            return Ok(());
        }
        // Whatever comes of it: not again at once.
        told(self.replica.set_meta(MAP_LOOKED, &now.0.to_string()))?;
        let _one = self.one_at_a_time.lock().await;
        let path = maps::carry::MAP_PATH;
        let offer: MapOffer =
            exchange::ask_json(&self.replica, line, "GET", path, Vec::new()).await?;
        if let Some(map) = offer.map.filter(|map| Some(map.file) != here)
            && (newest || !told(self.replica.keeps_off_map(&map))?)
        {
            told(self.replica.want_map(Some(&map)))?;
            self.soon();
        } else if newest {
            told(self.replica.want_map(None))?;
        }
        Ok(())
    }

    /// Ends when the cable is pulled while an exchange runs.
    async fn cable_out(&self) {
        while self.cable.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Enrols with a one-time code and begins to exchange.
    #[allow(
        clippy::disallowed_methods,
        reason = "the key of this device has to be unguessable"
    )]
    pub fn enrol(&self, server: &str, code: &str, now: Time) -> Result<(), Problem> {
        let mut seed = [0; 32];
        let mut half = [0; 16];
        for part in seed.chunks_mut(16) {
            half.copy_from_slice(uuid::Uuid::new_v4().as_bytes());
            part.copy_from_slice(&half);
        }
        let line = HttpLine::new(server)?;
        self.runtime.block_on(exchange::enrol(
            &self.replica,
            &line,
            server,
            code,
            VERSION,
            now,
            seed,
        ))?;
        self.soon();
        Ok(())
    }

    /// Asks the server something that needs the network now.
    pub(crate) fn ask<A: serde::de::DeserializeOwned + Send>(
        &self,
        method: &str,
        path: &str,
        body: Vec<u8>,
    ) -> Result<A, Problem> {
        self.over_line(async |line| {
            exchange::ask_json(&self.replica, line, method, path, body).await
        })
    }

    /// Ends a session at the server.
    pub(crate) fn end_session(&self, session: String) -> Result<(), Problem> {
        self.over_line_as(Some(session), async |line| {
            let path = "/v1/accounts/sign-out";
            exchange::ask_json(&self.replica, line, "POST", path, Vec::new()).await
        })
        .map(|_: serde_json::Value| ())
    }

    /// Sends a file to the server, and gives the file it answers with.
    pub(crate) fn hand_over(&self, path: &str, file: Vec<u8>) -> Result<Vec<u8>, Problem> {
        self.over_line(async |line| {
            let media_type = "application/octet-stream";
            exchange::ask_bytes(&self.replica, line, "POST", path, media_type, file).await
        })
    }

    /// Says something to the server now, if this device has a server and a line.
    pub(crate) fn over_line<T>(
        &self,
        say: impl AsyncFnOnce(&HttpLine) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let session = held(&self.session).as_ref().map(|one| one.token.clone());
        self.over_line_as(session, say)
    }

    fn over_line_as<T>(
        &self,
        session: Option<String>,
        say: impl AsyncFnOnce(&HttpLine) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        if !self.cable.load(Ordering::Relaxed) {
            return Err(Problem::CableOut);
        }
        let identity = self.replica.identity().ok_or(Problem::NotEnrolled)?;
        let line = HttpLine::new(&identity.server)?;
        self.runtime.block_on(async {
            // The server takes counters that overtook each other, but not many.
            let _one = self.my_turn().await;
            let told = say(&line.showing(session.clone())).await;
            if matches!(told, Err(Problem::SignInNeeded)) {
                // It ended there; whoever signed in meanwhile stays.
                self.ended(session);
            }
            told
        })
    }

    fn ended(&self, shown: Option<String>) {
        let mut here = held(&self.session);
        if here.is_some() && here.as_ref().map(|one| &one.token) == shown.as_ref() {
            *here = None;
            self.ticks.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Who is signed in at this desk, as far as it knows.
    pub(crate) fn signed_in(&self) -> Option<SignedIn> {
        held(&self.session).as_ref().map(|one| one.who.clone())
    }

    pub(crate) fn sign_in(&self, token: String, who: SignedIn) {
        *held(&self.session) = Some(Session { token, who });
        self.ticks.fetch_add(1, Ordering::Relaxed);
    }

    /// Nobody is signed in here from now on; gives the session, which the server still knows.
    pub(crate) fn sign_out(&self) -> Option<String> {
        let session = held(&self.session).take();
        if session.is_some() {
            self.ticks.fetch_add(1, Ordering::Relaxed);
        }
        session.map(|one| one.token)
    }

    /// Does something with the replica while no exchange runs.
    pub(crate) fn alone<T>(
        &self,
        act: impl FnOnce(&Replica) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        self.runtime.block_on(async {
            let _one = self.my_turn().await;
            let done = act(&self.replica);
            self.ticks.fetch_add(1, Ordering::Relaxed);
            done
        })
    }

    /// Somebody waits to say something: photos that are not on their way yet wait for them.
    async fn my_turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.asking.fetch_add(1, Ordering::Relaxed);
        let turn = self.one_at_a_time.lock().await;
        self.asking.fetch_sub(1, Ordering::Relaxed);
        turn
    }

    pub(crate) fn state(&self) -> Result<ExchangeState, Problem> {
        let pending = told(self.replica.pending())?;
        let last_at = told(self.replica.exchanged_at())?;
        let problem = held(&self.problem).clone();
        let lists = self.replica.lists();
        let calls = told(self.replica.staff_calls((self.clock)()))?.into_iter();
        let calls = calls.map(|call| CallRow {
            device: call.device,
            name: lists.device_name(call.device),
            at: call.at,
        });
        Ok(ExchangeState {
            calls: calls.collect(),
            cable: self.cable.load(Ordering::Relaxed),
            running: self.running.load(Ordering::Relaxed),
            pending: pending.waiting + pending.contacts,
            needs_decision: pending.needs_decision,
            last_at,
            problem: problem.map(|problem| match problem {
                Problem::Offline { .. } => Problem::Offline { since: last_at },
                other => other,
            }),
            done: self.progress.done.load(Ordering::Relaxed),
            expected: self.progress.expected.load(Ordering::Relaxed),
            remaining_s: self.progress.remaining_s.load(Ordering::Relaxed),
            photos: told(self.replica.photos_waiting())?,
            photos_done: self.carrying.done.load(Ordering::Relaxed),
            photos_expected: self.carrying.expected.load(Ordering::Relaxed),
            photos_remaining_s: self.carrying.remaining_s.load(Ordering::Relaxed),
            revision: self.replica.revision(),
            closes_in_h: closes_in_h(self.replica.path(), (self.clock)()),
        })
    }
}

/// What only a server says, that was reached therefore.
fn is_of_server(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::UpgradeNeeded
            | Problem::Revoked
            | Problem::NotEnrolled
            | Problem::NotSigned
            | Problem::NotAllowed { .. }
            | Problem::Malformed { .. }
            | Problem::TooLarge { .. }
    )
}

/// Looks now and then how long there was no contact. The start has looked already, and one that could not close the device does
/// not begin anew at once.
async fn watch_contact(exchanger: Weak<Exchanger>) {
    loop {
        tokio::time::sleep(CONTACT_EVERY).await;
        let Some(exchanger) = exchanger.upgrade() else {
            return;
        };
        exchanger.look_at_contact(CONTACT_EVERY);
    }
}

pub(crate) fn exchange_state(desk: &Desk, _: Nothing) -> Result<ExchangeState, Problem> {
    desk.exchanger.state()
}

pub(crate) fn exchange_now(desk: &Desk, _: Nothing) -> Result<ExchangeState, Problem> {
    desk.exchanger.soon();
    desk.exchanger.state()
}

pub(crate) fn set_cable(desk: &Desk, input: CableInput) -> Result<ExchangeState, Problem> {
    told(
        desk.replica
            .set_meta("cable", if input.cable { "in" } else { "out" }),
    )?;
    desk.exchanger.cable.store(input.cable, Ordering::Relaxed);
    if input.cable {
        desk.exchanger.soon();
    }
    desk.exchanger.state()
}

pub(crate) fn outbox_page(desk: &Desk, input: OutboxQuery) -> Result<OutboxPage, Problem> {
    told(desk.replica.outbox_page(&input))
}

pub(crate) fn outbox_retry(desk: &Desk, input: ChangeInput) -> Result<Nothing, Problem> {
    // What was not refused is in line already: it only has to go.
    told(desk.replica.retry(&hash_of(&input)?))?;
    desk.exchanger.soon();
    Ok(Nothing {})
}

pub(crate) fn outbox_discard(desk: &Desk, input: ChangeInput) -> Result<Nothing, Problem> {
    if !told(desk.replica.discard(&hash_of(&input)?, desk.now()))? {
        return Err(Problem::NotFound);
    }
    Ok(Nothing {})
}

fn hash_of(input: &ChangeInput) -> Result<Vec<u8>, Problem> {
    unhex(&input.change).ok_or_else(|| Problem::field("change", FieldRule::NotOnAList))
}

/// What nobody else has, once more, in a file of its own: as long as the app runs, also while photos travel for hours.
async fn keep_safety_copies(replica: Weak<Replica>) {
    loop {
        let Some(replica) = replica.upgrade() else {
            return;
        };
        let made = tokio::task::spawn_blocking(move || replica.keep_safety_copy()).await;
        let wait = match made {
            Ok(Ok(_)) => COPY_EVERY,
            Ok(Err(failure)) => {
                tracing::warn!(%failure, "no safety copy could be made");
                COPY_AGAIN
            }
            Err(_) => return,
        };
        tokio::time::sleep(wait).await;
    }
}
