//! A whole municipality in one process: the real server behind its real routes, real replicas, and a network that breaks.
//!
//! The clock is virtual, the ids are seeded, nobody sleeps. On drop the town asserts what must hold after every story:
//! outboxes empty or explained, replicas of equal scope equal, views equal to a rebuild, the audit chain intact; and that
//! nothing secret, and nothing that people typed, stands in what this process logged meanwhile.

use std::cell::{Cell, RefCell};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use koina_commands::{Browser, Desk, Exchanger, Kiosk};
use koina_model::ids::{DocId, Time};
use koina_model::lists::{Crew, Member};
use koina_model::permits::Role;
use koina_model::problem::Problem;
use koina_model::reference::Reference;
use koina_model::requests::acts::Entered;
use koina_model::words::Channel;
use koina_server::contacts::keys::fresh_id;
use koina_server::contacts::{Keeping, Rules};
use koina_server::log::{AnyLog, Author};
use koina_server::municipality::Municipality;
use koina_server::routes::App;
use koina_sync::decide::{self, Took};
use koina_sync::exchange::{self, Progress};
use koina_sync::replica::{Ids, Replica, ReplicaError};
use koina_sync::vault::Key;
use koina_sync::views::RefusedRow;
use koina_sync::views::requests::RequestsQuery;
use tempfile::TempDir;

use crate::heard::{Ear, keys_of_log};

mod net;
use net::Wire;
pub use net::{Net, Tamper};

/// Where every story begins: 21 November 2026, 09:00 in Athens.
pub const BEGIN: Time = Time(1_795_244_400_000);

thread_local! {
    static CLOCK: Cell<i64> = const { Cell::new(BEGIN.0) };
}

fn clock() -> Time {
    Time(CLOCK.get())
}

/// A lamp that is out, told on the phone. A story changes what it is about.
pub fn lamp(text: &str) -> Entered<'_> {
    Entered {
        category: "LGT-01",
        community: LITOCHORO,
        settlement: "",
        place_text: "",
        position: None,
        asset: None,
        text,
        channel: Channel::Phone,
        register: false,
    }
}

/// A municipality under test.
pub struct Town {
    dir: TempDir,
    runtime: tokio::runtime::Runtime,
    app: Arc<App>,
    /// The log in a file of its own, if it is one.
    log_file: PathBuf,
    /// The file of the server's replica.
    server_file: PathBuf,
    /// The folder of the keys of contacts.
    keys: PathBuf,
    /// For how long the server keeps contacts.
    rules: Rules,
    /// Another instance of the server on the same log.
    second: Option<Arc<App>>,
    parties: Vec<Party>,
    /// Set when the story leaves something broken on purpose and says so itself.
    pub unchecked: bool,
    /// What the files of devices are encrypted with.
    key: Option<Key>,
    /// What is logged; and the one-time codes that must not be.
    ear: Option<Ear>,
    codes: RefCell<Vec<String>>,
}

/// What stories call those who leave a contact, and how they are reached.
const PEOPLE: [&str; 3] = ["Δοκιμαστικ", "6912345678", "@example.gr"];

/// The key of every device in a town whose devices are encrypted.
pub fn key() -> Key {
    Key::of([0x6b; 32])
}

/// Opens a file of a device past the replica, encrypted or not.
pub fn raw(path: &Path) -> rusqlite::Connection {
    let db = rusqlite::Connection::open(path).expect("the file");
    let mut begin = [0; 16];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut begin));
    if read.is_ok() && begin != *b"SQLite format 3\0" {
        let pragma = key().pragma();
        db.pragma_update(None, "key", pragma.as_str())
            .expect("the key");
    }
    db
}

/// Somebody with a device.
pub struct Party {
    pub name: String,
    pub replica: Replica,
    pub net: Arc<Net>,
    path: PathBuf,
    /// How wrong the device's clock is, in milliseconds.
    pub skew_ms: i64,
    pub communities: Vec<String>,
    /// The device is gone for good.
    pub lost: bool,
}

/// Which of a town's parties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who(usize);

/// The crews of every town.
pub fn crews() -> Vec<Crew> {
    let crew = |id: &str, name: &str, department: &str, communities: &[&str]| Crew {
        id: id.to_owned(),
        name: name.to_owned(),
        department: department.to_owned(),
        communities: communities.iter().map(|code| (*code).to_owned()).collect(),
        skills: Vec::new(),
        members: ["1", "2", "3"]
            .map(|n| Member {
                id: format!("{id}-{n}"),
                name: format!("Τεχνίτης {n}"),
            })
            .to_vec(),
    };
    vec![
        crew(
            "light",
            "Συνεργείο ηλεκτροφωτισμού",
            "HLF",
            &[LITOCHORO, LEPTOKARYA],
        ),
        crew("water", "Συνεργείο ύδρευσης", "YDR", &[DION]),
        crew("roads", "Συνεργείο οδοποιίας", "OSY", &[]),
    ]
}

pub const LITOCHORO: &str = "11020101";
pub const LEPTOKARYA: &str = "11020201";
pub const DION: &str = "11020304";

impl Default for Town {
    fn default() -> Self {
        Self::new()
    }
}

impl Town {
    /// A town on embedded SQLite.
    pub fn new() -> Self {
        Self::with_log(|runtime, dir| {
            runtime
                .block_on(AnyLog::open_sqlite(&dir.join("log.sqlite")))
                .expect("the log")
        })
    }

    /// A town on a log of the caller's choice.
    pub fn with_log(log: impl FnOnce(&tokio::runtime::Runtime, &Path) -> AnyLog) -> Self {
        CLOCK.set(BEGIN.0);
        let dir = TempDir::new().expect("a folder");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let log = log(&runtime, dir.path());
        let server_file = dir.path().join("server.sqlite");
        let keys = dir.path().join("contact-keys");
        let rules = Rules::default();
        let app = runtime.block_on(open_server(log, &server_file, &keys, &rules));
        Self {
            server_file,
            keys,
            rules,
            log_file: dir.path().join("log.sqlite"),
            second: None,
            dir,
            runtime,
            app,
            parties: Vec::new(),
            unchecked: false,
            key: None,
            ear: Ear::open(),
            codes: RefCell::default(),
        }
    }

    /// A town whose devices are encrypted.
    pub fn locked() -> Self {
        Self::new().with_locked_devices()
    }

    /// A town in which nothing is looked for in what is logged: for whoever runs thousands, or keeps it until its thread ends,
    /// when it can ask its server nothing any more.
    #[must_use]
    pub fn unheard(mut self) -> Self {
        self.ear = None;
        self
    }

    /// Devices that come from here on are encrypted.
    #[must_use]
    pub fn with_locked_devices(mut self) -> Self {
        self.key = Some(key());
        self
    }

    /// Opens a device's file as its app does.
    pub fn open(&self, path: &Path, ids: Ids) -> Result<Replica, ReplicaError> {
        Replica::open_keyed(path, self.key.as_ref(), self.now(), ids)
    }

    /// The server, for questions no device may ask.
    pub fn server(&self) -> &Municipality {
        &self.app.town
    }

    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    pub fn now(&self) -> Time {
        clock()
    }

    /// Lets time pass.
    pub fn pass_ms(&self, ms: i64) {
        CLOCK.set(CLOCK.get() + ms);
    }

    pub fn pass_days(&self, days: i64) {
        self.pass_ms(days * 24 * 3_600_000);
    }

    /// A desk at the town hall: holds everything, decides conflicts, manages devices.
    pub fn desk(&mut self, name: &str) -> Who {
        self.device(name, Role::Admin, None, &[])
    }

    /// A crew that holds the records of these communities.
    pub fn crew(&mut self, name: &str, crew: &str, communities: &[&str]) -> Who {
        self.device(name, Role::Crew, Some(crew), communities)
    }

    /// Enrols a device with a real one-time code.
    pub fn device(
        &mut self,
        name: &str,
        role: Role,
        crew: Option<&str>,
        communities: &[&str],
    ) -> Who {
        let path = self
            .dir
            .path()
            .join(format!("device-{}.sqlite", self.parties.len()));
        let ids = Ids::Seeded((self.parties.len() as u128 + 1) << 64);
        let replica = self.open(&path, ids).expect("the replica");
        let communities: Vec<String> = communities.iter().map(|code| (*code).to_owned()).collect();
        let net = Arc::new(Net::default());
        let invite = koina_server::routes::devices::InviteAsk {
            role,
            name: name.to_owned(),
            person: format!("Υπεύθυνος {name}"),
            crew: crew.map(str::to_owned),
            communities: communities.clone(),
        };
        let seed = u8::try_from(self.parties.len() + 1).expect("few parties");
        self.enrol(&replica, &net, invite, seed);
        self.parties.push(Party {
            name: name.to_owned(),
            replica,
            net,
            path,
            skew_ms: 0,
            communities,
            lost: false,
        });
        Who(self.parties.len() - 1)
    }

    fn enrol(
        &self,
        replica: &Replica,
        net: &Arc<Net>,
        invite: koina_server::routes::devices::InviteAsk,
        seed: u8,
    ) {
        let by = Author {
            device: None,
            person: "δοκιμή".to_owned(),
        };
        let town = &self.app.town;
        let made =
            koina_server::routes::devices::let_in(town, by, invite, "http://town", self.now());
        let code = self.runtime.block_on(made).expect("an invite").code;
        self.codes.borrow_mut().push(code.clone());
        let wire = Wire::new(&self.app, net);
        let now = self.now();
        let enrolled = exchange::enrol(
            replica,
            &wire,
            "http://town",
            &code,
            "0.1.0",
            now,
            [seed; 32],
        );
        self.runtime.block_on(enrolled).expect("enrolment");
    }

    /// A device that lost its identity gets a new code and becomes another one, with the same work.
    pub fn enrol_again(&self, who: Who, role: Role, crew: Option<&str>) {
        let party = self.party(who);
        let invite = koina_server::routes::devices::InviteAsk {
            role,
            name: format!("{} ξανά", party.name),
            person: format!("Υπεύθυνος {}", party.name),
            crew: crew.map(str::to_owned),
            communities: party.communities.clone(),
        };
        let seed = u8::try_from(who.0 + 101).expect("few parties");
        self.enrol(&party.replica, &party.net, invite, seed);
    }

    pub fn party(&self, who: Who) -> &Party {
        self.parties.get(who.0).expect("a party")
    }

    pub fn party_mut(&mut self, who: Who) -> &mut Party {
        self.parties.get_mut(who.0).expect("a party")
    }

    /// The replica of a party.
    pub fn at(&self, who: Who) -> &Replica {
        &self.party(who).replica
    }

    /// A window of a party: what its screens ask. It has a connection of its own to the party's file.
    pub fn window(&self, who: Who) -> Desk {
        let path = &self.party(who).path;
        let replica = Arc::new(self.open(path, Ids::Random).expect("a replica"));
        let runtime = self.runtime.handle().clone();
        Desk {
            exchanger: Exchanger::new(Arc::clone(&replica), runtime, clock),
            replica,
            clock,
            places: Box::new(Vec::new),
            kiosk: Kiosk::default(),
            lock: None,
            browser: Browser::default(),
        }
    }

    /// What a party's clock says; it moves on a little with every look, so that no two acts share a moment.
    pub fn time(&self, who: Who) -> Time {
        self.pass_ms(7);
        Time(self.now().0 + self.party(who).skew_ms)
    }

    /// Pulls the cable of a device.
    pub fn cut(&self, who: Who) {
        self.party(who).net.cut.store(true, Ordering::Relaxed);
    }

    /// Puts the cable back.
    pub fn join(&self, who: Who) {
        self.party(who).net.cut.store(false, Ordering::Relaxed);
    }

    /// One complete exchange of one device.
    pub fn exchange(&self, who: Who) -> Result<exchange::Exchanged, Problem> {
        self.exchange_with(who, &self.app)
    }

    fn exchange_with(&self, who: Who, app: &Arc<App>) -> Result<exchange::Exchanged, Problem> {
        let party = self.party(who);
        let wire = Wire::new(app, &party.net);
        let skew = party.skew_ms;
        let now = move || Time(clock().0 + skew);
        self.pass_ms(50);
        self.runtime.block_on(exchange::run(
            &party.replica,
            &wire,
            "0.1.0",
            &now,
            &Progress::default(),
        ))
    }

    /// Another server instance on the same log, with a replica of its own.
    pub fn second_server(&self, log: AnyLog) -> SecondServer {
        let app = self.runtime.block_on(open_server(
            log,
            &self.dir.path().join("server-2.sqlite"),
            &self.keys,
            &self.rules,
        ));
        SecondServer(app)
    }

    /// One complete exchange of one device with the other instance.
    pub fn exchange_at(
        &self,
        who: Who,
        second: &SecondServer,
    ) -> Result<exchange::Exchanged, Problem> {
        self.exchange_with(who, &second.0)
    }

    /// Writes a backup of the server's log, and the keys of its contacts beside it.
    pub fn back_up(&self, name: &str) -> PathBuf {
        let file = self.dir.path().join(name);
        let rows = self.runtime.block_on(self.app.town.log.back_up(&file));
        rows.expect("a backup");
        self.copy_keys(&keys_of(&file));
        file
    }

    /// Writes the keys of contacts as they are now.
    pub fn copy_keys(&self, file: &Path) {
        let keys = self.app.town.contacts.keys();
        keys.copy_to(file).expect("the keys");
    }

    /// The folder of the keys of contacts.
    pub fn keys(&self) -> &Path {
        &self.keys
    }

    /// The server starts again, on the same log, and keeps contacts like this.
    pub fn keep_contacts(&mut self, log: AnyLog, rules: Rules) {
        self.rules = rules;
        self.app =
            self.runtime
                .block_on(open_server(log, &self.server_file, &self.keys, &self.rules));
    }

    /// The server is lost, with its log, its replica and its keys; a backup is restored into an empty log.
    pub fn restore(&mut self, backup: &Path, log: AnyLog) {
        let replica = self
            .dir
            .path()
            .join(format!("server-{}.sqlite", self.now().0));
        let now = self.now();
        self.keys = replica.with_extension("keys");
        let keeping = Keeping::in_folder(&self.keys).expect("a folder");
        if keys_of(backup).exists() {
            keeping.keys().take(&keys_of(backup)).expect("the keys");
        }
        self.app = self.runtime.block_on(async {
            log.restore(now, backup).await.expect("a restore");
            if keeping.keys().id().expect("a folder").is_none() {
                // Somebody has to say that they are lost.
                let id = fresh_id().expect("an id");
                keeping.keys().name(&id).expect("a folder");
                log.put_contact_keys(now, id).await.expect("the log");
            }
            open_server(log, &replica, &self.keys, &self.rules).await
        });
        self.server_file = replica;
    }

    /// A new, empty log file.
    pub fn empty_log(&self, name: &str) -> AnyLog {
        let file = self.dir.path().join(name);
        self.runtime
            .block_on(AnyLog::open_sqlite(&file))
            .expect("a log")
    }

    /// The server on a file of its own is lost and restored from a backup into another one.
    pub fn restore_file(&mut self, backup: &Path) {
        let name = format!("log-{}.sqlite", self.now().0);
        let log = self.empty_log(&name);
        self.log_file = self.dir.path().join(name);
        self.second = None;
        self.restore(backup, log);
    }

    /// The server is killed and starts again; its replica may be lost with it.
    pub fn crash_server(&mut self, replica_lost: bool) {
        let name = if replica_lost {
            format!("server-{}.sqlite", self.now().0)
        } else {
            "server.sqlite".to_owned()
        };
        self.app = self.instance(&name);
        self.server_file = self.dir.path().join(name);
    }

    /// The server starts again on copies of its files.
    pub fn move_server(&mut self, log: PathBuf, replica: PathBuf) {
        self.second = None;
        let app = self.try_server(&log, &replica);
        self.app = app.expect("the server starts");
        self.log_file = log;
        self.server_file = replica;
    }

    /// A server on these files, if it starts.
    pub fn try_server(&self, log: &Path, replica: &Path) -> anyhow::Result<Arc<App>> {
        self.runtime.block_on(async {
            let log = AnyLog::open_sqlite(log).await?;
            try_open_server(log, replica, &self.keys, &self.rules).await
        })
    }

    /// Another instance of the server on the same log file.
    pub fn start_second(&mut self) {
        let name = format!("second-{}.sqlite", self.now().0);
        self.second = Some(self.instance(&name));
    }

    fn instance(&self, replica: &str) -> Arc<App> {
        self.runtime.block_on(async {
            let log = AnyLog::open_sqlite(&self.log_file).await.expect("the log");
            let replica = self.dir.path().join(replica);
            open_server(log, &replica, &self.keys, &self.rules).await
        })
    }

    /// One complete exchange of one device with the second instance, if there is one.
    pub fn exchange_anywhere(
        &self,
        who: Who,
        second: bool,
    ) -> Result<exchange::Exchanged, Problem> {
        match (&self.second, second) {
            (Some(app), true) => self.exchange_with(who, app),
            _ => self.exchange_with(who, &self.app),
        }
    }

    /// The server's log becomes what it was in an older copy, and nobody says so.
    pub fn swap_log(&mut self, copy: &Path) {
        self.log_file = copy.to_owned();
        self.second = None;
        self.crash_server(true);
    }

    /// The file of the log, where it has one.
    pub fn log_file(&self) -> &Path {
        &self.log_file
    }

    /// The file of the server's replica.
    pub fn server_file(&self) -> &Path {
        &self.server_file
    }

    /// A folder for what a story keeps besides.
    pub fn folder(&self) -> &Path {
        self.dir.path()
    }

    /// Leaves a party out of everything from here on: its device is lost.
    pub fn lose(&mut self, who: Who) {
        self.party_mut(who).lost = true;
    }

    /// Asks the server something as JSON, signed by a device.
    pub fn ask<A: serde::de::DeserializeOwned>(
        &self,
        who: Who,
        method: &str,
        path: &str,
        body: Vec<u8>,
    ) -> Result<A, Problem> {
        let party = self.party(who);
        let wire = Wire::new(&self.app, &party.net);
        self.runtime.block_on(exchange::ask_json(
            &party.replica,
            &wire,
            method,
            path,
            body,
        ))
    }

    /// A desk takes refused changes in after all.
    pub fn take_over(&self, who: Who, changes: Vec<String>) -> Result<Took, Problem> {
        let party = self.party(who);
        let wire = Wire::new(&self.app, &party.net);
        let now = self.time(who);
        self.runtime
            .block_on(decide::take_over(&party.replica, &wire, changes, now))
    }

    /// A desk says that refused changes are not taken.
    pub fn dismiss(&self, who: Who, changes: Vec<String>) -> Result<(), Problem> {
        let party = self.party(who);
        let wire = Wire::new(&self.app, &party.net);
        self.runtime
            .block_on(decide::dismiss(&party.replica, &wire, changes))
    }

    /// What the server keeps for the desk to decide about, newest first.
    pub fn kept(&self, who: Who) -> Result<Vec<RefusedRow>, Problem> {
        self.ask(who, "GET", "/v1/refused", Vec::new())
    }

    /// Sends bytes to the server, signed by a device, and gives the bytes it answers.
    pub fn post(&self, who: Who, path: &str, body: Vec<u8>) -> Result<Vec<u8>, Problem> {
        let party = self.party(who);
        let wire = Wire::new(&self.app, &party.net);
        self.runtime.block_on(exchange::ask_bytes(
            &party.replica,
            &wire,
            "POST",
            path,
            koina_model::exchange::MEDIA_TYPE,
            body,
        ))
    }

    /// Puts every cable back and exchanges until nobody has anything to say.
    pub fn settle(&self) {
        for index in 0..self.parties.len() {
            self.join(Who(index));
        }
        // Once to hand over, once more to hear what the others handed over.
        for _ in 0..2 {
            for index in 0..self.parties.len() {
                if self.party(Who(index)).lost {
                    continue;
                }
                match self.exchange(Who(index)) {
                    Ok(_) | Err(Problem::Revoked) => {}
                    Err(problem) => {
                        panic!("{} could not exchange: {problem}", self.parties[index].name)
                    }
                }
            }
        }
    }

    /// The file of a party's replica.
    pub fn path(&self, who: Who) -> &Path {
        &self.party(who).path
    }

    /// Opens another file in the place of a party's replica: what a crash left, or an older copy.
    pub fn replace(&mut self, who: Who, path: PathBuf) {
        let seed = ((who.0 as u128 + 1) << 64) + u128::try_from(self.now().0).expect("a time");
        let replica = self
            .open(&path, Ids::Seeded(seed))
            .expect("the replica opens");
        let party = self.party_mut(who);
        party.replica = replica;
        party.path = path;
    }

    /// Closes a replica as a crash would and opens the file again.
    pub fn reopen(&mut self, who: Who) {
        let now = self.now();
        let path = self.party(who).path.clone();
        let ids = Ids::Seeded(((who.0 as u128 + 1) << 64) + u128::try_from(now.0).expect("a time"));
        let replica = self.open(&path, ids).expect("the replica opens again");
        self.party_mut(who).replica = replica;
    }

    /// The device dies; what is on its disk then, with some damage, is what opens again. `closed`: the app was closed before.
    pub fn wreck(&mut self, who: Who, closed: bool, damage: impl FnOnce(&Path)) {
        self.pass_ms(1_000);
        let from = self.party(who).path.clone();
        let name = format!("device-{}-{}.sqlite", who.0, self.now().0);
        let to = self.dir.path().join(name);
        for (from, to) in files_of(&from).into_iter().zip(files_of(&to)) {
            if from.exists() {
                std::fs::copy(from, to).expect("a copy");
            }
        }
        if closed {
            // The last to close puts the log into the file.
            let db = raw(&to);
            db.query_row("SELECT count(*) FROM docs", [], |_| Ok(()))
                .expect("a whole file");
        }
        damage(&to);
        self.replace(who, to);
    }

    /// Closes the app of a device and opens it again.
    pub fn restart(&mut self, who: Who) {
        let nobody = Replica::open(&self.dir.path().join("nobody.sqlite"), self.now());
        self.party_mut(who).replica = nobody.expect("a replica");
        self.reopen(who);
    }

    /// Changes a device's row at the server, as an administrator's later tool may: its role or communities.
    pub fn change_device(&self, who: Who, set: &str) {
        let db = rusqlite::Connection::open(&self.log_file).expect("the log");
        let id = self.at(who).identity().expect("enrolled").device;
        let changed = db.execute(
            &format!("UPDATE devices SET {set} WHERE id = ?1"),
            [id.as_bytes().as_slice()],
        );
        assert_eq!(changed.expect("the change"), 1);
    }

    /// An administrator changes what a device is for; it hears of it at its next exchange.
    pub fn change_purpose(
        &mut self,
        by: Who,
        who: Who,
        role: Role,
        communities: &[&str],
    ) -> Result<(), Problem> {
        let communities: Vec<String> = communities.iter().map(|code| (*code).to_owned()).collect();
        let identity = self.at(who).identity().expect("enrolled");
        let crew =
            (role == Role::Crew).then(|| identity.crew.clone().unwrap_or("light".to_owned()));
        let ask = koina_server::routes::devices::InviteAsk {
            role,
            name: identity.name.clone(),
            person: identity.person.clone(),
            crew,
            communities: communities.clone(),
        };
        let body = serde_json::to_vec(&ask).expect("JSON");
        let path = format!("/v1/devices/{}/change", identity.device);
        let _: serde_json::Value = self.ask(by, "POST", &path, body)?;
        self.party_mut(who).communities = communities;
        Ok(())
    }

    /// Lets bytes of the oldest unsent change of a record go bad on the device's disk.
    pub fn rot(&self, who: Who, doc: DocId, damage: impl FnOnce(&mut Vec<u8>)) {
        let db = raw(&self.party(who).path);
        let (n, mut bytes): (i64, Vec<u8>) = db
            .query_row(
                "SELECT n, bytes FROM outbox WHERE doc = ?1 ORDER BY n LIMIT 1",
                [doc.as_bytes().as_slice()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .expect("an unsent change");
        damage(&mut bytes);
        db.execute(
            "UPDATE outbox SET bytes = ?2 WHERE n = ?1",
            rusqlite::params![n, bytes],
        )
        .expect("the damage");
    }

    /// What every replica of the same scope and the server must agree on.
    pub fn check(&self) {
        let whole = self
            .runtime
            .block_on(self.app.town.follow())
            .map(|(_, reached)| reached);
        whole.expect("the server follows its log");
        let server_views = self.server_views();
        self.runtime
            .block_on(self.app.town.ask(|replica| replica.rebuild_views()))
            .expect("a rebuild");
        assert_eq!(
            server_views,
            self.server_views(),
            "the server's views differ from a rebuild"
        );
        for party in self.parties.iter().filter(|party| !party.lost) {
            let pending = party.replica.pending().expect("the outbox");
            assert_eq!(
                pending.waiting, 0,
                "{} has {} unsent changes that nobody explained",
                party.name, pending.waiting
            );
            assert_eq!(
                pending.contacts, 0,
                "{} has {} unsent contacts",
                party.name, pending.contacts
            );
            let mut aside = party.replica.aside().expect("the set-aside");
            aside.retain(|(_, reason)| reason != "discarded");
            assert_eq!(aside, vec![], "{} set something aside", party.name);
            let views = party.replica.views_text().expect("views");
            party.replica.rebuild_views().expect("a rebuild");
            assert_eq!(
                views,
                party.replica.views_text().expect("views"),
                "{}: views differ from a rebuild",
                party.name
            );
            let revoked = party
                .replica
                .identity()
                .is_some_and(|identity| identity.revoked);
            if pending.needs_decision + pending.with_desk == 0 && !revoked {
                let expected = self.in_scope(&party.communities);
                assert_eq!(
                    self.docs_of(&party.replica, &expected),
                    self.docs_at_server(&expected),
                    "{}: docs differ",
                    party.name
                );
                assert_eq!(
                    party.replica.doc_ids().expect("ids"),
                    expected,
                    "{} holds other records than its scope",
                    party.name
                );
                if party.communities.is_empty() {
                    assert_eq!(
                        views, server_views,
                        "{} and the server show different things",
                        party.name
                    );
                }
            }
        }
        self.runtime
            .block_on(self.app.town.log.verify_audit())
            .expect("the audit and register chains are whole");
    }

    /// Asserts that nothing secret was logged, and nothing that people typed.
    fn says_nothing_secret(&self) {
        let Some(ear) = &self.ear else { return };
        let mut secrets = PEOPLE.map(str::to_owned).to_vec();
        if self.log_file.exists() {
            secrets.extend(keys_of_log(&self.log_file));
        }
        for code in self.codes.borrow().iter() {
            secrets.extend([code.clone(), code.replace('-', "")]);
        }
        // The key of its devices, however it is written.
        secrets.extend(["6b".repeat(8), "107, ".repeat(8)]);
        for party in &self.parties {
            let identity = party.replica.identity();
            let identity = identity.and_then(|all| serde_json::to_value(&*all).ok());
            let secret = identity.as_ref().and_then(|all| all["secret"].as_str());
            secrets.extend(secret.map(str::to_owned));
        }
        let query = RequestsQuery {
            limit: 50,
            ..RequestsQuery::default()
        };
        let now = self.now();
        let page = self
            .app
            .town
            .ask(move |replica| replica.requests_page(&query, now));
        if let Ok(page) = self.runtime.block_on(page) {
            let typed = page
                .rows
                .into_iter()
                .flat_map(|row| [row.text, row.place_text]);
            // What is shorter may stand there by chance.
            secrets.extend(typed.filter(|text| text.chars().count() > 7));
        }
        for secret in secrets {
            let line = ear.line_with(&secret);
            assert_eq!(line, None, "«{secret}» was logged");
        }
    }

    fn server_views(&self) -> String {
        self.runtime
            .block_on(self.app.town.ask(|replica| replica.views_text()))
            .expect("views")
    }

    fn in_scope(&self, communities: &[String]) -> Vec<DocId> {
        let communities = communities.to_vec();
        let all = self.runtime.block_on(self.app.town.ask(move |replica| {
            let mut ids = Vec::new();
            for id in replica.doc_ids()? {
                let record = replica.doc(id)?.record();
                let place =
                    koina_model::place::Place::read(record.text("place").unwrap_or_default());
                if communities.is_empty() || communities.contains(&place.community) {
                    ids.push(id);
                }
            }
            Ok(ids)
        }));
        all.expect("ids")
    }

    fn docs_of(&self, replica: &Replica, ids: &[DocId]) -> Vec<(DocId, Vec<[u8; 32]>)> {
        ids.iter()
            .map(|id| {
                (
                    *id,
                    replica.doc(*id).map(|doc| doc.heads()).unwrap_or_default(),
                )
            })
            .collect()
    }

    fn docs_at_server(&self, ids: &[DocId]) -> Vec<(DocId, Vec<[u8; 32]>)> {
        let ids = ids.to_vec();
        let all = self.runtime.block_on(self.app.town.ask(move |replica| {
            Ok(ids
                .iter()
                .map(|id| {
                    (
                        *id,
                        replica.doc(*id).map(|doc| doc.heads()).unwrap_or_default(),
                    )
                })
                .collect())
        }));
        all.expect("docs")
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        if !self.unchecked {
            self.check();
        }
        self.says_nothing_secret();
    }
}

/// The files that make up a replica: SQLite's two, and the sidecar.
fn files_of(path: &Path) -> [PathBuf; 3] {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    [path.to_owned(), log.into(), path.with_extension("identity")]
}

/// Another instance of the server.
pub struct SecondServer(Arc<App>);

impl SecondServer {
    pub fn town(&self) -> &Municipality {
        &self.0.town
    }
}

/// The keys of contacts that belong to a backup.
pub fn keys_of(backup: &Path) -> PathBuf {
    backup.with_extension("contact-keys")
}

async fn open_server(log: AnyLog, replica: &Path, keys: &Path, rules: &Rules) -> Arc<App> {
    let opened = try_open_server(log, replica, keys, rules).await;
    opened.expect("the municipality")
}

async fn try_open_server(
    log: AnyLog,
    replica: &Path,
    keys: &Path,
    rules: &Rules,
) -> anyhow::Result<Arc<App>> {
    let reference = Reference::bundled("dion-olympos").expect("the reference data");
    let keeping = Keeping::in_folder(keys)?.with(rules.clone(), None);
    let crews = crews();
    let town = Municipality::open_keeping(log, replica, keeping, reference, crews, clock()).await?;
    Ok(Arc::new(App::new(town, clock, "http://town".to_owned())))
}

/// Makes an empty database on a PostgreSQL server, given by its URL; gives the URL of the new one.
#[allow(clippy::disallowed_methods, reason = "a name nobody else has")]
pub async fn fresh_database(server: &str) -> String {
    let name = format!("koina_{}", uuid::Uuid::now_v7().simple());
    let (client, connection) = tokio_postgres::connect(server, tokio_postgres::NoTls)
        .await
        .expect("PostgreSQL answers");
    let connection = tokio::spawn(connection);
    client
        .batch_execute(&format!("CREATE DATABASE {name}"))
        .await
        .expect("a new database");
    drop(client);
    let _ = connection.await;
    let (base, query) = server.split_once('?').unwrap_or((server, ""));
    let base = base.rsplit_once('/').map_or(base, |(base, _)| base);
    if query.is_empty() {
        format!("{base}/{name}")
    } else {
        format!("{base}/{name}?{query}")
    }
}
