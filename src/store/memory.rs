//! A store that lives and dies with the process: for tests, and for serving from an export.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::watch;

use super::{
    Blob, Commit, CommitError, Consistent, Entry, KEPT_CHANGES, Key, Order, Range, Store, StoreError, keys,
};
use crate::model::{Hash, StoreRevision};

/// The store in memory. Clones share it.
#[derive(Clone)]
pub struct MemoryStore {
    state: Arc<Mutex<MemoryState>>,
    durable: watch::Sender<StoreRevision>,
    /// Why nothing may be written, if so.
    read_only: Option<Arc<str>>,
}

/// All that a store holds.
#[derive(Clone, Default)]
pub(super) struct MemoryState {
    pub(super) revision: StoreRevision,
    pub(super) records: BTreeMap<Key, (Bytes, StoreRevision)>,
    pub(super) blobs: BTreeMap<Hash, Bytes>,
}

impl MemoryState {
    fn entry(&self, key: &Key) -> Option<Entry> {
        let (value, written_at) = self.records.get(key)?;
        Some(Entry { key: key.clone(), value: value.clone(), written_at: *written_at })
    }

    fn list(&self, range: &Range) -> Vec<Entry> {
        let start = Key::new(range.prefix.as_str());
        let (low, high) = match (&range.after, range.order) {
            (Some(key), Order::Ascending) if *key >= start => (Bound::Excluded(key), Bound::Unbounded),
            (Some(key), Order::Descending) if *key < start => return Vec::new(),
            (Some(key), Order::Descending) => (Bound::Included(&start), Bound::Excluded(key)),
            (Some(_), Order::Ascending) | (None, _) => (Bound::Included(&start), Bound::Unbounded),
        };
        let within = |(key, _): &(&Key, _)| key.as_str().starts_with(&range.prefix);
        let entries = self.records.range::<Key, _>((low, high)).take_while(within);
        let entry = |(key, (value, written_at)): (&Key, &(Bytes, StoreRevision))| Entry {
            key: key.clone(),
            value: value.clone(),
            written_at: *written_at,
        };
        match range.order {
            Order::Ascending => entries.take(range.limit).map(entry).collect(),
            Order::Descending => {
                let mut all: Vec<_> = entries.collect();
                all.reverse();
                all.into_iter().take(range.limit).map(entry).collect()
            }
        }
    }

    /// Applies a commit if it may be.
    pub(super) fn commit(&mut self, commit: Commit) -> Result<StoreRevision, CommitError> {
        commit.check_size()?;
        commit.check_guards(|key| Ok::<_, CommitError>(self.records.get(key).map(|(_, at)| *at)))?;
        let revision = self.revision.next();
        for (key, value) in commit.writes {
            match value {
                Some(value) => self.records.insert(key, (value, revision)),
                None => self.records.remove(&key),
            };
        }
        self.records.insert(keys::change(revision), (commit.change, revision));
        if let Some(old) = revision.0.checked_sub(KEPT_CHANGES) {
            self.records.remove(&keys::change(StoreRevision(old)));
        }
        self.revision = revision;
        Ok(revision)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::of(MemoryState::default())
    }

    pub(super) fn of(state: MemoryState) -> Self {
        let durable = watch::Sender::new(state.revision);
        Self { state: Arc::new(Mutex::new(state)), durable, read_only: None }
    }

    /// A store that refuses every write for `reason`.
    pub(super) fn read_only(state: MemoryState, reason: &str) -> Self {
        Self { read_only: Some(reason.into()), ..Self::of(state) }
    }

    fn state(&self) -> MutexGuard<'_, MemoryState> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn read(&self, keys: Vec<Key>) -> Result<Consistent<Vec<Option<Entry>>>, StoreError> {
        let state = self.state();
        Ok(Consistent { value: keys.iter().map(|key| state.entry(key)).collect(), at: state.revision })
    }

    async fn list(&self, ranges: Vec<Range>) -> Result<Consistent<Vec<Vec<Entry>>>, StoreError> {
        let state = self.state();
        Ok(Consistent { value: ranges.iter().map(|range| state.list(range)).collect(), at: state.revision })
    }

    async fn writable(&self) -> Result<(), CommitError> {
        match &self.read_only {
            Some(reason) => Err(CommitError::ReadOnly { reason: reason.to_string() }),
            None => Ok(()),
        }
    }

    async fn commit(&self, commit: Commit) -> Result<StoreRevision, CommitError> {
        self.writable().await?;
        let revision = self.state().commit(commit)?;
        self.durable.send_if_modified(|durable| {
            let moved = revision > *durable;
            *durable = revision.max(*durable);
            moved
        });
        Ok(revision)
    }

    async fn put_blobs(&self, blobs: Vec<Blob>) -> Result<(), StoreError> {
        if let Some(reason) = &self.read_only {
            return Err(StoreError::ReadOnly { reason: reason.to_string() });
        }
        self.state().blobs.extend(blobs.into_iter().map(|blob| (blob.hash, blob.bytes)));
        Ok(())
    }

    async fn blobs(&self, hashes: Vec<Hash>) -> Result<Vec<Option<Bytes>>, StoreError> {
        let state = self.state();
        let found = hashes.iter().map(|hash| match state.blobs.get(hash) {
            None if self.read_only.is_some() => Err(StoreError::NotExported { hash: *hash }),
            bytes => Ok(bytes.cloned()),
        });
        found.collect()
    }

    async fn blob_hashes(&self, after: Option<Hash>, limit: usize) -> Result<Vec<Hash>, StoreError> {
        let low = after.map_or(Bound::Unbounded, Bound::Excluded);
        let state = self.state();
        Ok(state.blobs.range((low, Bound::Unbounded)).take(limit).map(|(hash, _)| *hash).collect())
    }

    async fn remove_blobs(&self, hashes: Vec<Hash>) -> Result<(), StoreError> {
        let mut state = self.state();
        for hash in &hashes {
            state.blobs.remove(hash);
        }
        Ok(())
    }

    fn durable(&self) -> watch::Receiver<StoreRevision> {
        self.durable.subscribe()
    }
}
