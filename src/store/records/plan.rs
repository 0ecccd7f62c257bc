//! The reads and writes of one commit while its steps are worked out.

use std::collections::BTreeMap;

use super::super::content::Loaded;
use super::super::{Blob, Commit, CommitError, Entry, Guard, Key, Range, StoreError, keys};
use super::change::sealed;
use super::record::{Claim, Stored, seal, stored};
use super::{ApiHead, Change, Committed, Records};
use crate::model::ApiId;
use crate::wire::stored::pb;

/// How many bytes of content are written at once.
const BLOB_BYTES_PER_WRITE: usize = 1 << 20;

/// A commit in the making. Whatever it reads becomes a guard, so that it applies to what it was decided on.
pub(super) struct Plan<'a> {
    pub(super) records: &'a Records,
    commit: Commit,
    blobs: Vec<Blob>,
    /// The heads it reads: as they are stored, and as its steps leave them.
    heads: BTreeMap<ApiId, (Option<ApiHead>, ApiHead)>,
    loaded: Vec<Loaded>,
    pub(super) committed: Committed,
}

impl<'a> Plan<'a> {
    /// An empty plan. It reads the state of the sweep before any content, so that content removed since is
    /// noticed.
    pub(super) async fn new(records: &'a Records) -> Result<Self, CommitError> {
        records.store.writable().await?;
        let mut plan = Self {
            records,
            commit: Commit::default(),
            blobs: Vec::new(),
            heads: BTreeMap::new(),
            loaded: Vec::new(),
            committed: Committed::default(),
        };
        match plan.read::<pb::Sweep>(&keys::sweep()).await? {
            Some(sweep) if sweep.running => Err(conflict(keys::sweep())),
            Some(_) | None => Ok(plan),
        }
    }

    /// What is stored under `key`; the commit will depend on it.
    pub(super) async fn read<T: Stored>(&mut self, key: &Key) -> Result<Option<T>, CommitError> {
        match self.records.entry(key.clone()).await? {
            Some(entry) => {
                self.commit.guards.insert(key.clone(), Guard::WrittenAt(entry.written_at));
                Ok(Some(stored(&*self.records.store, &entry).await?))
            }
            None => {
                self.commit.guards.insert(key.clone(), Guard::Absent);
                Ok(None)
            }
        }
    }

    /// Makes the commit depend on `key` being there, unless a step before puts it.
    pub(super) async fn require_present(&mut self, key: Key) -> Result<(), CommitError> {
        if self.puts(&key) {
            return Ok(());
        }
        match self.records.entry(key.clone()).await? {
            Some(_) => {
                self.commit.guards.entry(key).or_insert(Guard::Present);
                Ok(())
            }
            None => Err(conflict(key)),
        }
    }

    /// Makes the commit depend on `key` not being there.
    pub(super) fn require_absent(&mut self, key: Key) {
        self.commit.guards.insert(key, Guard::Absent);
    }

    /// Whether a step before puts `key`.
    pub(super) fn puts(&self, key: &Key) -> bool {
        matches!(self.commit.writes.get(key), Some(Some(_)))
    }

    pub(super) fn put(&mut self, key: Key, record: impl Stored) {
        let (value, blob) = seal(&key, record);
        self.commit.writes.insert(key, Some(value));
        self.blobs.extend(blob);
    }

    pub(super) fn remove(&mut self, key: Key) {
        self.commit.writes.insert(key, None);
    }

    /// Adds content that the commit names.
    pub(super) fn add_content(&mut self, loaded: Loaded, blobs: Vec<Blob>) {
        self.loaded.push(loaded);
        self.blobs.extend(blobs);
    }

    /// The claim of an API that is there; the commit will depend on its staying there.
    pub(super) async fn living_api(&mut self, id: ApiId) -> Result<Option<Claim>, CommitError> {
        let key = keys::api_claim(id);
        if self.puts(&key) && self.heads.contains_key(&id) {
            return Ok(None);
        }
        match self.read::<Claim>(&key).await? {
            Some(claim) if !claim.deleted => Ok(Some(claim)),
            Some(_) | None => Err(conflict(key)),
        }
    }

    /// The head as the steps before leave it, if what is stored is what the caller saw.
    pub(super) async fn head(&mut self, seen: &ApiHead) -> Result<ApiHead, CommitError> {
        let key = keys::api(&seen.partition, seen.id);
        if !self.heads.contains_key(&seen.id) {
            let head: ApiHead = self.read(&key).await?.ok_or_else(|| conflict(key.clone()))?;
            self.heads.insert(seen.id, (Some(head.clone()), head));
        }
        match self.heads.get(&seen.id) {
            Some((Some(stored), current)) if stored == seen => Ok(current.clone()),
            Some(_) | None => Err(conflict(key)),
        }
    }

    /// Puts a head; later steps see it.
    pub(super) fn put_head(&mut self, head: ApiHead) {
        self.put(keys::api(&head.partition, head.id), head.clone());
        let stored = self.heads.get(&head.id).and_then(|(stored, _)| stored.clone());
        self.heads.insert(head.id, (stored, head));
    }

    /// The entries of a range; the commit depends on them only through keys that are read.
    pub(super) async fn list(&self, prefix: impl Into<String>) -> Result<Vec<Entry>, StoreError> {
        let listed = self.records.store.list(vec![Range::all(prefix)]).await?;
        Ok(listed.value.into_iter().flatten().collect())
    }

    /// Writes the content, then commits.
    pub(super) async fn finish(mut self, change: &Change) -> Result<Committed, CommitError> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        for blob in self.blobs {
            bytes += blob.bytes.len();
            batch.push(blob);
            if bytes >= BLOB_BYTES_PER_WRITE {
                self.records.store.put_blobs(std::mem::take(&mut batch)).await?;
                bytes = 0;
            }
        }
        if !batch.is_empty() {
            self.records.store.put_blobs(batch).await?;
        }
        self.commit.change = sealed(change);
        self.committed.store_revision = self.records.store.commit(self.commit).await?;
        for loaded in self.loaded {
            self.records.cache.put(loaded);
        }
        for (id, (_, head)) in self.heads {
            self.committed.heads.insert(id, head);
        }
        Ok(self.committed)
    }
}

/// The conflict over a key.
pub(super) fn conflict(key: Key) -> CommitError {
    CommitError::Conflict { key }
}
