//! The trait on sled.

use std::fs::File;
use std::ops::Bound;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use ::sled::{Batch, IVec, Tree};
use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::{oneshot, watch};

use super::super::{
    Blob, Commit, CommitError, Consistent, Entry, KEPT_CHANGES, Key, Order, Range, Store, StoreError, keys,
};
use super::engine::{is_reserved, quietly, sled_error};
use super::flusher::{self, Core, Job, Shared, with_causes};
use super::state::State;
use super::{blobs, fault::Fault, fault::OpenError};
use crate::model::{Hash, StoreRevision};

/// How long a commit waits to become durable. sled can miss the failure of its own write, and would then wait
/// for ever.
const SYNC_DEADLINE: Duration = Duration::from_secs(30);

/// The store on disk. Clones share it; it is closed, and the data directory free, when the last one is dropped.
#[derive(Clone)]
pub struct SledStore {
    handle: Arc<Handle>,
}

struct Handle {
    core: Arc<Core>,
    /// `None` only while it is dropped.
    jobs: Option<mpsc::Sender<Job>>,
    flusher: Option<JoinHandle<()>>,
    /// Keeps other processes out of the data directory.
    _lock: File,
}

impl Drop for Handle {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(flusher) = self.flusher.take() {
            // It has nothing left to tell; a panic in it was answered to those who waited.
            let _ = flusher.join();
        }
    }
}

impl SledStore {
    /// Starts the flusher of an opened store.
    pub(super) fn start(core: Core, lock: File) -> Result<Self, OpenError> {
        let core = Arc::new(core);
        let (jobs, inbox) = mpsc::channel();
        let shared = Arc::clone(&core);
        let flusher = std::thread::Builder::new()
            .name("postern-store-flush".to_owned())
            .spawn(move || flusher::run(&shared, &inbox))
            .map_err(|error| OpenError::new(Fault::Inaccessible, &core.dir, error.to_string()))?;
        let handle = Handle { core, jobs: Some(jobs), flusher: Some(flusher), _lock: lock };
        Ok(Self { handle: Arc::new(handle) })
    }

    /// How many bytes the store takes on disk.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn size_on_disk(&self) -> Result<u64, StoreError> {
        self.blocking(|core| core.read().engine()?.size_on_disk()).await
    }

    /// Why nothing can be written, if so.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        self.handle.core.read().fault.clone()
    }

    /// Runs what may wait for the disk, and survives a panic of sled's.
    async fn blocking<T: Send + 'static, E: From<StoreError> + Send + 'static>(
        &self,
        run: impl FnOnce(&Core) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let core = Arc::clone(&self.handle.core);
        let ran = tokio::task::spawn_blocking(move || quietly(|| run(&core))).await;
        match ran {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => {
                let error = StoreError::damaged("store/db", format_args!("sled panicked: {panic}"));
                self.handle.core.set_fault(&error.to_string());
                Err(error.into())
            }
            Err(stopped) => {
                Err(StoreError::Io { action: "run", source: std::io::Error::other(stopped) }.into())
            }
        }
    }

    /// Reads. After a failed write sled fails to read, too; then it is mended, if that can be, and asked again.
    async fn reading<T: Send + 'static>(
        &self,
        read: impl Fn(&Shared) -> Result<T, StoreError> + Clone + Send + 'static,
    ) -> Result<T, StoreError> {
        let again = read.clone();
        match self.blocking(move |core| read(&core.read())).await {
            Err(error @ (StoreError::Io { .. } | StoreError::ReadOnly { .. })) => {
                self.handle.core.set_fault(&with_causes(&error));
                match self.sound().await {
                    Ok(()) => self.blocking(move |core| again(&core.read())).await,
                    Err(_) => Err(error),
                }
            }
            result => result,
        }
    }

    fn send(&self, job: Job) {
        if let Some(jobs) = &self.handle.jobs {
            // If the flusher is gone, so is the other end of what the job answers to.
            let _ = jobs.send(job);
        }
    }

    /// Has the store mended if it has a fault.
    async fn sound(&self) -> Result<(), String> {
        if self.handle.core.read().fault.is_none() {
            return Ok(());
        }
        let (done, mended) = oneshot::channel();
        self.send(Job::Mend { done });
        match tokio::time::timeout(SYNC_DEADLINE, mended).await {
            Ok(Ok(mended)) => mended,
            Ok(Err(_)) | Err(_) => Err("it does not answer; restart Postern".to_owned()),
        }
    }
}

#[async_trait]
impl Store for SledStore {
    async fn read(&self, keys: Vec<Key>) -> Result<Consistent<Vec<Option<Entry>>>, StoreError> {
        self.reading(move |shared| {
            let records = &shared.engine()?.records;
            let value = keys.iter().map(|key| {
                let value = records.get(key.as_str()).map_err(|error| sled_error("read", error))?;
                value.map(|value| entry(key.clone(), &value)).transpose()
            });
            Ok(Consistent { value: value.collect::<Result<_, StoreError>>()?, at: shared.state.revision })
        })
        .await
    }

    async fn list(&self, ranges: Vec<Range>) -> Result<Consistent<Vec<Vec<Entry>>>, StoreError> {
        self.reading(move |shared| {
            let records = &shared.engine()?.records;
            let value = ranges.iter().map(|range| list(records, range)).collect::<Result<_, _>>()?;
            Ok(Consistent { value, at: shared.state.revision })
        })
        .await
    }

    async fn writable(&self) -> Result<(), CommitError> {
        self.sound().await.map_err(|reason| CommitError::ReadOnly { reason })
    }

    async fn commit(&self, commit: Commit) -> Result<StoreRevision, CommitError> {
        commit.check_size()?;
        self.writable().await?;
        let (done, synced) = oneshot::channel();
        let jobs = self.handle.jobs.clone();
        let revision = self
            .blocking(move |core| {
                let revision = apply(core, commit)?;
                // Sent from here, so that it is synced even if the caller stops waiting.
                if let Some(jobs) = jobs {
                    let _ = jobs.send(Job::Sync { revision, done });
                }
                Ok::<_, CommitError>(revision)
            })
            .await?;
        let failed = |text: &str| {
            self.handle.core.set_fault(text);
            StoreError::Io { action: "flush", source: std::io::Error::other(text.to_owned()) }
        };
        match tokio::time::timeout(SYNC_DEADLINE, synced).await {
            Ok(Ok(synced)) => synced?,
            Ok(Err(_)) => return Err(failed("the flusher has ended; restart Postern").into()),
            Err(_) => return Err(failed("the disk does not answer").into()),
        }
        Ok(revision)
    }

    async fn put_blobs(&self, blobs: Vec<Blob>) -> Result<(), StoreError> {
        self.sound().await.map_err(|reason| StoreError::ReadOnly { reason })?;
        self.blocking(move |core| {
            let shared = core.read();
            let tree = &shared.engine()?.blobs;
            let put = blobs.iter().try_for_each(|blob| blobs::put(tree, blob.hash, &blob.bytes));
            drop(shared);
            written(core, put)
        })
        .await
    }

    async fn blobs(&self, hashes: Vec<Hash>) -> Result<Vec<Option<Bytes>>, StoreError> {
        self.reading(move |shared| {
            let tree = &shared.engine()?.blobs;
            let found = hashes.iter().map(|hash| blobs::get(tree, *hash));
            found.collect::<Result<_, _>>().map_err(|error| sled_error("read", error))
        })
        .await
    }

    async fn blob_hashes(&self, after: Option<Hash>, limit: usize) -> Result<Vec<Hash>, StoreError> {
        self.reading(move |shared| {
            blobs::hashes(&shared.engine()?.blobs, after, limit).map_err(|error| sled_error("read", error))
        })
        .await
    }

    async fn remove_blobs(&self, hashes: Vec<Hash>) -> Result<(), StoreError> {
        self.sound().await.map_err(|reason| StoreError::ReadOnly { reason })?;
        self.blocking(move |core| {
            let shared = core.read();
            let tree = &shared.engine()?.blobs;
            let removed = hashes.into_iter().try_for_each(|hash| blobs::remove(tree, hash));
            drop(shared);
            written(core, removed)
        })
        .await
    }

    fn durable(&self) -> watch::Receiver<StoreRevision> {
        self.handle.core.durable.subscribe()
    }
}

/// Turns writing off when a write failed.
fn written<T>(core: &Core, result: ::sled::Result<T>) -> Result<T, StoreError> {
    result.map_err(|error| {
        let error = sled_error("write", error);
        core.set_fault(&with_causes(&error));
        error
    })
}

/// Checks and applies a commit, as one batch with the change record and the new state.
fn apply(core: &Core, commit: Commit) -> Result<StoreRevision, CommitError> {
    let mut shared = core.write();
    if let Some(reason) = &shared.fault {
        return Err(CommitError::ReadOnly { reason: reason.clone() });
    }
    match try_apply(&shared, commit) {
        Ok(state) => {
            shared.state = state;
            Ok(state.revision)
        }
        Err(CommitError::Storage(error)) => {
            drop(shared);
            core.set_fault(&with_causes(&error));
            Err(error.into())
        }
        Err(error) => Err(error),
    }
}

fn try_apply(shared: &Shared, commit: Commit) -> Result<State, CommitError> {
    let records = &shared.engine()?.records;
    let get = |key: &Key| records.get(key.as_str()).map_err(|error| sled_error("read", error));
    commit.check_guards(|key| {
        let value = get(key)?;
        Ok::<_, StoreError>(value.map(|value| entry(key.clone(), &value)).transpose()?.map(|e| e.written_at))
    })?;
    let mut state = shared.state;
    state.revision = state.revision.next();
    let change = [(keys::change(state.revision), Some(commit.change))];
    let pruned =
        state.revision.0.checked_sub(KEPT_CHANGES).map(|old| (keys::change(StoreRevision(old)), None));
    let mut batch = Batch::default();
    for (key, value) in commit.writes.into_iter().chain(change).chain(pruned) {
        let name = key.as_str().as_bytes();
        if let Some(old) = get(&key)? {
            state.subtract(name, &old);
        }
        match value {
            Some(value) => {
                let value = [&state.revision.0.to_be_bytes()[..], &value].concat();
                state.add(name, &value);
                batch.insert(name, value);
            }
            None => batch.remove(name),
        }
    }
    batch.insert(State::key().as_str(), state.to_bytes());
    records.apply_batch(batch).map_err(|error| sled_error("write", error))?;
    Ok(state)
}

/// A stored value is the revision of the commit that wrote it (eight bytes, most significant first) and the value.
fn entry(key: Key, stored: &IVec) -> Result<Entry, StoreError> {
    let Some((written_at, value)) = stored.split_first_chunk::<8>() else {
        return Err(StoreError::damaged(key, "the value is too short"));
    };
    let written_at = StoreRevision(u64::from_be_bytes(*written_at));
    Ok(Entry { key, value: Bytes::copy_from_slice(value), written_at })
}

fn list(records: &Tree, range: &Range) -> Result<Vec<Entry>, StoreError> {
    let prefix = range.prefix.as_bytes();
    let after = range.after.as_ref().map(|key| key.as_str().as_bytes());
    let read = |found: ::sled::Result<(IVec, IVec)>| {
        let (key, value) = found.map_err(|error| sled_error("read", error))?;
        let text = std::str::from_utf8(&key).map_err(|error| StoreError::damaged("a key", error))?;
        entry(Key::new(text), &value)
    };
    let within = |found: &::sled::Result<(IVec, IVec)>| match found {
        Ok((key, _)) => key.starts_with(prefix),
        Err(_) => true,
    };
    let wanted = |found: &::sled::Result<(IVec, IVec)>| match found {
        Ok((key, _)) => !is_reserved(key),
        Err(_) => true,
    };
    match range.order {
        Order::Ascending => {
            let low = match after {
                Some(after) if after >= prefix => Bound::Excluded(after),
                Some(_) | None => Bound::Included(prefix),
            };
            let found = records.range::<&[u8], _>((low, Bound::Unbounded)).take_while(within).filter(wanted);
            found.take(range.limit).map(read).collect()
        }
        Order::Descending => {
            let found = match after {
                Some(after) if after < prefix => return Ok(Vec::new()),
                Some(after) => records.range(prefix..after),
                None => records.scan_prefix(prefix),
            };
            found.rev().filter(wanted).take(range.limit).map(read).collect()
        }
    }
}
