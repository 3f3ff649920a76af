//! One municipality on this server: its log, the server's replica that follows the log, and its lists.

use std::path::Path;
use std::sync::Arc;

use koina_model::contacts;
use koina_model::exchange::Erased;
use koina_model::ids::{DeviceId, DocId, Time};
use koina_model::lists::{Crew, DeviceName, Lists};
use koina_model::permits::Profile;
use koina_model::problem::Problem;
use koina_model::reference::Reference;
use koina_model::unlock;
use koina_sync::courier::Key;
use koina_sync::identity::{hex, unhex};
use koina_sync::maps::Maps;
use tokio::sync::{Mutex, MutexGuard, RwLock};

use crate::contacts::Keeping;
use crate::files::{Files, FilesError};
use crate::log::{AnyLog, Author, LogError};
use crate::replica::{Foreseen, Replica, ReplicaError};

/// Rows of the log the replica takes at a time.
const ROWS: u32 = 500;

/// Why the municipality could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the log")]
    Log(#[from] LogError),
    #[error("the replica")]
    Replica(#[from] ReplicaError),
    #[error("the reference data could not be written down")]
    Reference(#[from] serde_json::Error),
    #[error("this log belongs to the municipality {found}, not to {wanted}")]
    OtherMunicipality { found: String, wanted: String },
    #[error("the key for courier files")]
    Courier,
    #[error("the key for the codes of staff at kiosks")]
    Unlock,
    #[error("the files of photos")]
    Files(#[from] FilesError),
    #[error("the keys of contacts")]
    Keys(#[source] std::io::Error),
    #[error(
        "the folder of keys of contacts is not the one of this log. Is its disk there? If not, `koina-server take-keys` takes its copy, or begins anew"
    )]
    OtherKeys,
    #[error("contacts that were erased or corrected could not be so again in this log")]
    Words,
    #[error("the work was cut off")]
    CutOff,
}

/// A municipality that is open for business.
pub struct Municipality {
    pub log: AnyLog,
    /// Files of photos.
    pub files: Files,
    /// The keys of contacts, and for how long they are kept.
    pub contacts: Keeping,
    replica: Arc<Replica>,
    reference: Reference,
    epoch: String,
    /// Whether the log was ever restored from a backup: that happens to an empty log only, so never to an open one.
    restored: bool,
    lists: RwLock<Arc<Lists>>,
    /// Opens courier files.
    courier: Key,
    /// The key of the digits with which people follow their requests, in hex.
    tracking: String,
    /// What the keys for the codes of staff at kiosks are made of.
    unlock: Vec<u8>,
    /// Held while the replica follows the log and while a push is judged against it.
    following: Mutex<()>,
}

/// Opens the replica of this log. One that followed a log which ended is set aside: it may hold what the backup lacks.
fn replica_of(epoch: &str, path: &Path, now: Time) -> Result<Replica, ReplicaError> {
    const FOLLOWS: &str = "log_epoch";
    let replica = Replica::open(path, now)?;
    let follows = replica.meta(FOLLOWS)?;
    if follows.is_some_and(|follows| follows != epoch) {
        drop(replica);
        let aside = koina_sync::replica::set_aside(path, "before-restore", now)?;
        tracing::warn!(aside = %aside.display(), "the replica followed a log that ended and was set aside");
        let replica = Replica::open(path, now)?;
        replica.set_meta(FOLLOWS, epoch)?;
        return Ok(replica);
    }
    replica.set_meta(FOLLOWS, epoch)?;
    Ok(replica)
}

/// Thirty-two random bytes, in hex.
#[allow(
    clippy::disallowed_methods,
    reason = "a key of a new municipality; nothing may be able to draw it again"
)]
fn fresh_key() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

impl Municipality {
    /// Opens a municipality with the keys of its contacts beside the replica; the first time makes it.
    pub async fn open(
        log: AnyLog,
        replica: &Path,
        reference: Reference,
        crews: Vec<Crew>,
        now: Time,
    ) -> Result<Self, OpenError> {
        let folder = replica.with_file_name("contact-keys");
        let contacts = Keeping::in_folder(&folder).map_err(OpenError::Keys)?;
        Self::open_keeping(log, replica, contacts, reference, crews, now).await
    }

    /// The same with its contacts kept like this. Those whose keys were destroyed are erased in the log as well: it may be one
    /// from before.
    pub async fn open_keeping(
        log: AnyLog,
        replica: &Path,
        contacts: Keeping,
        reference: Reference,
        crews: Vec<Crew>,
        now: Time,
    ) -> Result<Self, OpenError> {
        let json = serde_json::to_string(&reference)?;
        let before = log.reference().await?;
        let before: Option<Reference> = before.and_then(|json| serde_json::from_str(&json).ok());
        if let Some(before) =
            before.filter(|before| before.municipality.id != reference.municipality.id)
        {
            let (found, wanted) = (before.municipality.id, reference.municipality.id);
            return Err(OpenError::OtherMunicipality { found, wanted });
        }
        log.put_reference(now, json).await?;
        log.put_crews(now, crews).await?;
        let kept = log.courier_key(Key::new().to_text()).await?;
        let courier = Key::read(&kept).ok_or(OpenError::Courier)?;
        let fresh = fresh_key().map_err(|_| OpenError::Courier)?;
        let tracking = log.tracking_key(fresh).await?;
        let fresh = fresh_key().map_err(|_| OpenError::Courier)?;
        let unlock = unhex(&log.unlock_key(fresh).await?).ok_or(OpenError::Unlock)?;
        let files = Files::in_folder(&replica.with_file_name("files"))?;
        contacts.belongs_to(&log).await?;
        let epoch = log.epoch().await?;
        let restored = log.was_restored().await?;
        let (path, name) = (replica.to_owned(), epoch.clone());
        let replica = tokio::task::spawn_blocking(move || replica_of(&name, &path, now))
            .await
            .map_err(|_| OpenError::CutOff)??;
        let lists = Lists {
            reference: reference.clone(),
            ..Lists::empty()
        };
        let opened = Self {
            log,
            files,
            contacts,
            replica: Arc::new(replica),
            reference,
            epoch,
            restored,
            courier,
            tracking,
            unlock,
            lists: RwLock::new(Arc::new(lists)),
            following: Mutex::new(()),
        };
        opened.read_lists().await?;
        opened.heed_words(now).await.map_err(|_| OpenError::Words)?;
        Ok(opened)
    }

    /// The same with its files elsewhere.
    #[must_use]
    pub fn with_files(mut self, files: Files) -> Self {
        self.files = files;
        self
    }

    /// The same, whose devices close after so many days without contact; 0: never.
    pub async fn closing_after(self, days: u32, now: Time) -> Result<Self, OpenError> {
        self.log.put_closes_after(now, days).await?;
        self.read_newer_lists().await?;
        Ok(self)
    }

    /// The same, on whose devices somebody has to have a PIN.
    pub async fn wanting_pins(self, on: Vec<Profile>, now: Time) -> Result<Self, OpenError> {
        self.log.put_pin_for(now, on).await?;
        self.read_newer_lists().await?;
        Ok(self)
    }

    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    /// The key that opens courier files.
    pub fn courier_key(&self) -> Key {
        self.courier.clone()
    }

    /// The key for the codes of staff at a kiosk.
    pub fn unlock_key(&self, kiosk: DeviceId) -> [u8; 32] {
        unlock::key(&self.unlock, kiosk)
    }

    /// The word of this municipality that the contacts of a record are erased.
    pub fn erased(&self, doc: DocId, at: Time) -> Result<Erased, Problem> {
        let key = self.courier.to_text();
        contacts::erased(key.as_bytes(), doc, at)
            .ok_or_else(|| crate::incident(&LogError::Row { what: "a key" }))
    }

    /// Whether such a word is this municipality's own.
    pub fn said_erased(&self, word: &Erased) -> bool {
        contacts::erased_holds(self.courier.to_text().as_bytes(), word)
    }

    /// Random name of the log; a log restored from a backup has another.
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Whether devices may hand over again what came after a backup.
    pub fn was_restored(&self) -> bool {
        self.restored
    }

    /// What every device knows by name, as of now.
    pub async fn lists(&self) -> Result<Arc<Lists>, Problem> {
        if self.log.lists_version().await? > self.lists.read().await.version {
            self.read_lists()
                .await
                .map_err(|error| crate::incident(&error))?;
        }
        Ok(Arc::clone(&*self.lists.read().await))
    }

    /// Most settings say at each start what they said before.
    async fn read_newer_lists(&self) -> Result<(), OpenError> {
        let known = self.lists.read().await.version;
        if self.log.lists_version().await? > known {
            self.read_lists().await?;
        }
        Ok(())
    }

    async fn read_lists(&self) -> Result<(), OpenError> {
        // The version first: what is newer than it is read again next time.
        let version = self.log.lists_version().await?;
        let crews = self.log.crews().await?;
        let devices = self.log.devices().await?;
        let devices = devices
            .into_iter()
            .map(|d| {
                (
                    d.id,
                    DeviceName {
                        name: d.name,
                        person: d.person,
                    },
                )
            })
            .collect();
        let lists = Arc::new(Lists {
            version,
            reference: self.reference.clone(),
            crews,
            devices,
            courier: self.courier.public(),
            tracking: self.tracking.clone(),
            emergency: self.log.emergency().await?,
            closes_after_days: self.log.closes_after().await?,
            pin_for: self.log.pin_for().await?,
        });
        let replica = Arc::clone(&self.replica);
        let given = Arc::clone(&lists);
        tokio::task::spawn_blocking(move || replica.set_lists(&given))
            .await
            .map_err(|_| OpenError::CutOff)??;
        *self.lists.write().await = lists;
        Ok(())
    }

    /// Asks the replica, on a thread that may wait for the disk.
    pub async fn ask<T, F>(&self, question: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&Replica) -> Result<T, ReplicaError> + Send + 'static,
    {
        let replica = Arc::clone(&self.replica);
        crate::apart(move || question(&replica).map_err(|error| crate::incident(&error))).await
    }

    /// Asks something of the map, on a thread that may block.
    pub async fn of_maps<T, F>(&self, question: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&Maps) -> Result<T, Problem> + Send + 'static,
    {
        let replica = Arc::clone(&self.replica);
        crate::apart(move || question(replica.maps())).await
    }

    /// Gives protocol numbers again after a restore, first to the records that waited.
    pub async fn number_again(&self, by: Author, now: Time) -> Result<(), Problem> {
        let (_guard, _) = self.follow().await?;
        let waiting = self.ask(Replica::awaiting_numbers).await?;
        Ok(self.log.number_again(by, now, waiting).await?)
    }

    /// Brings the replica up to the log, and keeps it there while the guard lives. Gives the place reached.
    pub async fn follow(&self) -> Result<(MutexGuard<'_, ()>, u64), Problem> {
        let guard = self.following.lock().await;
        let reached = self.catch_up(&guard, Foreseen::default()).await?;
        Ok((guard, reached))
    }

    /// Brings the replica up to the log once more, under the same guard. What a judge has foreseen is not worked out again.
    pub async fn catch_up(
        &self,
        _guard: &MutexGuard<'_, ()>,
        mut foreseen: Foreseen,
    ) -> Result<u64, Problem> {
        let mut reached = self.ask(Replica::cursor).await?;
        loop {
            let rows = self.log.tail(reached, ROWS).await?;
            let Some(last) = rows.last() else {
                return Ok(reached);
            };
            let upto = last.seq;
            foreseen = self
                .ask(move |replica| {
                    replica.take(&rows, upto, &mut foreseen)?;
                    Ok(foreseen)
                })
                .await?;
            reached = upto;
        }
    }
}
