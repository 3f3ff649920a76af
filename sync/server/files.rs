//! Files of photos at the town hall: whole ones in an object store (a folder, or a bucket that speaks S3), pieces of those that
//! are still on their way in a folder of this server.
//!
//! A file that stands in the store under its name is whole: that is all there is to know, and no list beside it can be wrong.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use koina_model::ids::DeviceId;
use koina_model::photos::{FileHash, FileState, SIDE_MAX, THUMB_SIDE_MAX};
use koina_model::problem::{PhotoFault, Problem};
use koina_sync::photos::picture::is_ours;
use koina_sync::photos::store::Store;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Place;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, RetryConfig};

/// Files known to be whole that are remembered, so that a distant store is asked once.
const REMEMBERED_MAX: usize = 20_000;

/// Files to which one device may be adding at a time: a slow or hostile one leaves room for others.
const ADDING_MAX: usize = 4;

/// A bucket that speaks S3.
#[derive(Clone)]
pub struct Bucket {
    pub name: String,
    /// Address of the service; of Amazon's own it follows from the region.
    pub endpoint: Option<String>,
    pub region: String,
    pub key: String,
    /// Never shown.
    pub secret: String,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bucket({}, {:?})", self.name, self.endpoint)
    }
}

/// Why files cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    #[error("the folder of photos {path}")]
    Folder {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the store of photos")]
    Store(#[from] object_store::Error),
}

/// Where files are kept.
#[derive(Debug)]
pub struct Files {
    whole: Arc<dyn ObjectStore>,
    parts: Store,
    /// Files to which a device is adding.
    busy: Mutex<HashMap<FileHash, DeviceId>>,
    known: Mutex<HashSet<FileHash>>,
}

/// A file to which one request adds; others wait until it goes.
#[derive(Debug)]
pub struct Adding<'a> {
    files: &'a Files,
    file: FileHash,
}

impl Drop for Adding<'_> {
    fn drop(&mut self) {
        held(&self.files.busy).remove(&self.file);
    }
}

fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where a whole file stands in the store.
fn place(file: FileHash) -> Place {
    let name = file.to_string();
    let (group, _) = name.split_at(2);
    Place::from(format!("photos/{group}/{name}.jpg"))
}

impl Files {
    /// Everything in one folder.
    pub fn in_folder(folder: &Path) -> Result<Self, FilesError> {
        std::fs::create_dir_all(folder).map_err(|source| FilesError::Folder {
            path: folder.to_owned(),
            source,
        })?;
        // What was acknowledged must survive the loss of power.
        let whole = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self::with(Arc::new(whole), folder))
    }

    /// Whole files in a bucket, pieces in a folder.
    pub fn in_bucket(bucket: &Bucket, folder: &Path) -> Result<Self, FilesError> {
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&bucket.name)
            .with_region(&bucket.region)
            .with_access_key_id(&bucket.key)
            .with_secret_access_key(&bucket.secret)
            // Whoever waits for an answer asks again anyway.
            .with_retry(RetryConfig {
                max_retries: 2,
                retry_timeout: Duration::from_secs(10),
                ..RetryConfig::default()
            });
        if let Some(endpoint) = &bucket.endpoint {
            builder = builder
                .with_endpoint(endpoint)
                .with_allow_http(endpoint.starts_with("http://"));
        }
        Ok(Self::with(Arc::new(builder.build()?), folder))
    }

    fn with(whole: Arc<dyn ObjectStore>, folder: &Path) -> Self {
        let parts = Store::at(folder.join("parts"));
        if let Err(failure) = parts.sweep() {
            tracing::warn!(%failure, "what was begun of photos could not be looked through");
        }
        Self {
            whole,
            parts,
            busy: Mutex::default(),
            known: Mutex::default(),
        }
    }

    /// How far a file is.
    pub async fn state(&self, file: FileHash) -> Result<FileState, Problem> {
        if self.is_whole(file).await? {
            return Ok(FileState::Whole);
        }
        let had = self.parts.had(file).map_err(|error| incident(&error))?;
        Ok(FileState::Has(u32::try_from(had).unwrap_or(u32::MAX)))
    }

    async fn is_whole(&self, file: FileHash) -> Result<bool, Problem> {
        if held(&self.known).contains(&file) {
            return Ok(true);
        }
        match self.whole.head(&place(file)).await {
            Ok(_) => {
                let mut known = held(&self.known);
                if known.len() >= REMEMBERED_MAX {
                    known.clear();
                }
                known.insert(file);
                Ok(true)
            }
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(failure) => Err(incident(&failure)),
        }
    }

    /// Some bytes of a whole file, from one of them on.
    pub async fn read(&self, file: FileHash, from: u64, most: u64) -> Result<Vec<u8>, Problem> {
        let place = place(file);
        let about = match self.whole.head(&place).await {
            Err(object_store::Error::NotFound { .. }) => {
                held(&self.known).remove(&file);
                return Err(Problem::NotFound);
            }
            other => other.map_err(|failure| incident(&failure))?,
        };
        let end = about.size.min(from.saturating_add(most));
        if from >= end {
            return Ok(Vec::new());
        }
        let bytes = self.whole.get_range(&place, from..end).await;
        Ok(bytes.map_err(|failure| incident(&failure))?.to_vec())
    }

    /// Begins to add to a file, unless somebody else does, or this device to too many.
    pub fn add(&self, file: FileHash, device: DeviceId) -> Result<Adding<'_>, Problem> {
        let mut busy = held(&self.busy);
        let of_device = busy.values().filter(|one| **one == device).count();
        if of_device >= ADDING_MAX || busy.contains_key(&file) {
            return Err(Problem::Busy);
        }
        busy.insert(file, device);
        Ok(Adding { files: self, file })
    }
}

impl Adding<'_> {
    /// Adds bytes behind those that are there. Gives how many there are now.
    pub async fn append(&self, from: u64, bytes: Vec<u8>) -> Result<u64, Problem> {
        let (parts, file) = (self.files.parts.clone(), self.file);
        crate::apart(move || {
            parts
                .append(file, from, &bytes)
                .map_err(|error| incident(&error))
        })
        .await
    }

    /// Whether what is there has the hash of the name.
    pub async fn is_all(&self) -> Result<bool, Problem> {
        let (parts, file) = (self.files.parts.clone(), self.file);
        crate::apart(move || {
            let bytes = parts.read_part(file).map_err(|error| incident(&error))?;
            Ok(FileHash::of(&bytes) == file)
        })
        .await
    }

    /// All bytes are there: keeps the file, if it is what its name says and a picture as our devices write them. It is whole
    /// and on the disk afterwards.
    pub async fn finish(&self, thumb: bool) -> Result<FileState, Problem> {
        let (parts, file) = (self.files.parts.clone(), self.file);
        let bytes = crate::apart(move || {
            let bytes = parts.read_part(file).map_err(|error| incident(&error))?;
            if FileHash::of(&bytes) != file {
                parts.forget_part(file).map_err(|error| incident(&error))?;
                return Ok(None);
            }
            if !is_ours(&bytes, if thumb { THUMB_SIDE_MAX } else { SIDE_MAX }) {
                parts.forget_part(file).map_err(|error| incident(&error))?;
                return Err(PhotoFault::NotAPicture.into());
            }
            Ok(Some(bytes))
        });
        let Some(bytes) = bytes.await? else {
            return Ok(FileState::Has(0));
        };
        let place = place(file);
        let kept = self.files.whole.put(&place, PutPayload::from(bytes));
        kept.await.map_err(|failure| incident(&failure))?;
        let parts = self.files.parts.clone();
        crate::apart(move || parts.forget_part(file).map_err(|error| incident(&error))).await?;
        Ok(FileState::Whole)
    }
}

/// A full disk is told as such; everything else gets a number to quote.
fn incident(error: &(dyn std::error::Error + 'static)) -> Problem {
    let mut cause = Some(error);
    while let Some(one) = cause {
        if let Some(io) = one.downcast_ref::<std::io::Error>()
            && matches!(
                io.kind(),
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded
            )
        {
            tracing::error!(%error, "no room for a photo");
            return Problem::Busy;
        }
        cause = one.source();
    }
    crate::incident(error)
}
