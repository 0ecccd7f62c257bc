//! A store that loses what was not synced, for tests: what is acknowledged must survive it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::watch;

use super::memory::MemoryState;
use super::{Blob, Commit, CommitError, Consistent, Entry, Key, MemoryStore, Range, Store, StoreError};
use crate::model::{Hash, StoreRevision};

/// When the crash comes, in the life of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrashPoint {
    /// Nothing of it was written.
    BeforeWrite,
    /// It was written, but not synced: lost.
    BeforeSync,
    /// It was synced, but its caller never hears of it.
    BeforeAcknowledge,
}

/// A store in memory with a disk beneath it, and a moment at which it crashes. Clones share it.
#[derive(Clone)]
pub struct CrashingStore {
    inner: Arc<Mutex<Inner>>,
    durable: watch::Sender<StoreRevision>,
}

struct Inner {
    /// As the process sees it.
    seen: MemoryState,
    /// As it would be found after a crash.
    synced: MemoryState,
    /// How many more writes (commits and blobs) are made, and how the one after them ends.
    crash: Option<(usize, CrashPoint)>,
    crashed: bool,
}

impl Default for CrashingStore {
    fn default() -> Self {
        Self::new()
    }
}

impl CrashingStore {
    /// An empty store that does not crash until it is told to.
    #[must_use]
    pub fn new() -> Self {
        Self::of(MemoryState::default())
    }

    fn of(state: MemoryState) -> Self {
        let durable = watch::Sender::new(state.revision);
        let inner = Inner { seen: state.clone(), synced: state, crash: None, crashed: false };
        Self { inner: Arc::new(Mutex::new(inner)), durable }
    }

    /// Crashes at the write after `writes` more.
    pub fn crash_after(&self, writes: usize, point: CrashPoint) {
        self.inner().crash = Some((writes, point));
    }

    /// The store as a new process finds it: only what was synced.
    #[must_use]
    pub fn reopen(&self) -> Self {
        Self::of(self.inner().synced.clone())
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A body with what this process sees, to answer reads.
    fn view(&self) -> Result<MemoryStore, StoreError> {
        let inner = self.inner();
        inner.alive()?;
        Ok(MemoryStore::of(inner.seen.clone()))
    }
}

impl Inner {
    fn alive(&self) -> Result<(), StoreError> {
        match self.crashed {
            true => Err(StoreError::Io { action: "go on", source: std::io::Error::other("it has crashed") }),
            false => Ok(()),
        }
    }

    /// One more write; how it ends, if this is where the crash comes.
    fn next_write(&mut self) -> Result<Option<CrashPoint>, StoreError> {
        self.alive()?;
        match &mut self.crash {
            Some((0, point)) => {
                let point = *point;
                self.crashed = true;
                if point == CrashPoint::BeforeWrite {
                    self.alive()?;
                }
                Ok(Some(point))
            }
            Some((left, _)) => {
                *left -= 1;
                Ok(None)
            }
            None => Ok(None),
        }
    }
}

#[async_trait]
impl Store for CrashingStore {
    async fn read(&self, keys: Vec<Key>) -> Result<Consistent<Vec<Option<Entry>>>, StoreError> {
        self.view()?.read(keys).await
    }

    async fn list(&self, ranges: Vec<Range>) -> Result<Consistent<Vec<Vec<Entry>>>, StoreError> {
        self.view()?.list(ranges).await
    }

    async fn writable(&self) -> Result<(), CommitError> {
        Ok(self.inner().alive()?)
    }

    async fn commit(&self, commit: Commit) -> Result<StoreRevision, CommitError> {
        let mut inner = self.inner();
        let crash = inner.next_write()?;
        let revision = inner.seen.commit(commit)?;
        if crash != Some(CrashPoint::BeforeSync) {
            inner.synced = inner.seen.clone();
        }
        inner.alive()?;
        self.durable.send_replace(revision);
        Ok(revision)
    }

    async fn put_blobs(&self, blobs: Vec<Blob>) -> Result<(), StoreError> {
        let mut inner = self.inner();
        // Blobs are synced with the next commit only.
        inner.next_write()?;
        inner.seen.blobs.extend(blobs.into_iter().map(|blob| (blob.hash, blob.bytes)));
        inner.alive()
    }

    async fn blobs(&self, hashes: Vec<Hash>) -> Result<Vec<Option<Bytes>>, StoreError> {
        self.view()?.blobs(hashes).await
    }

    async fn blob_hashes(&self, after: Option<Hash>, limit: usize) -> Result<Vec<Hash>, StoreError> {
        self.view()?.blob_hashes(after, limit).await
    }

    async fn remove_blobs(&self, hashes: Vec<Hash>) -> Result<(), StoreError> {
        let mut inner = self.inner();
        inner.next_write()?;
        for hash in &hashes {
            inner.seen.blobs.remove(hash);
        }
        inner.alive()
    }

    fn durable(&self) -> watch::Receiver<StoreRevision> {
        self.durable.subscribe()
    }
}
