//! The byte level: what any body of the store can do, from memory to sled to (later) etcd.

use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::watch;

use super::{CommitError, StoreError};
use crate::model::{Hash, StoreRevision};

/// The most keys one commit may name, guards and writes together.
pub const MAX_COMMIT_KEYS: usize = 100;

/// The most bytes of keys and values one commit may carry: 1 MiB.
pub const MAX_COMMIT_BYTES: usize = 1 << 20;

/// How many change records are kept. Who follows the changes and falls further behind than this must read anew.
pub const KEPT_CHANGES: u64 = 4096;

/// A key: printable text, made by the functions of `store::keys` only.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Box<str>);

impl Key {
    /// A key of the layout; the layout's table is in the doc of `store`.
    pub(super) fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.0)
    }
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: Bytes,
    /// The commit that last wrote it.
    pub written_at: StoreRevision,
}

/// The order a range is listed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Smallest key first.
    #[default]
    Ascending,
    /// Greatest key first.
    Descending,
}

/// Keys with one prefix.
#[derive(Clone, Debug)]
pub struct Range {
    /// What they start with.
    pub prefix: String,
    /// Only keys that come after this one, in `order`.
    pub after: Option<Key>,
    /// At most so many.
    pub limit: usize,
    /// Which come first.
    pub order: Order,
}

impl Range {
    /// Every key with `prefix`, ascending.
    pub(super) fn all(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), after: None, limit: usize::MAX, order: Order::Ascending }
    }
}

/// What was read, and the revision at which it was so.
#[derive(Clone, Debug)]
pub struct Consistent<T> {
    /// What was read.
    pub value: T,
    /// The store's revision at that moment; never older than the latest commit this caller was told of.
    pub at: StoreRevision,
}

/// What must be so for a commit to apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// The key is not there.
    Absent,
    /// The key is there, whatever it holds.
    Present,
    /// The key was last written by this commit.
    WrittenAt(StoreRevision),
}

impl Guard {
    /// Whether it holds for a key that was last written by `commit`.
    #[must_use]
    pub fn admits(self, commit: Option<StoreRevision>) -> bool {
        match self {
            Self::Absent => commit.is_none(),
            Self::Present => commit.is_some(),
            Self::WrittenAt(revision) => commit == Some(revision),
        }
    }
}

/// Compare-and-write: applies as a whole if every guard holds, else not at all.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    /// What must be so.
    pub guards: BTreeMap<Key, Guard>,
    /// Values to put; `None` removes the key.
    pub writes: BTreeMap<Key, Option<Bytes>>,
    /// The record that tells what this commit did.
    pub change: Bytes,
}

impl Commit {
    /// Refuses what no body would take.
    ///
    /// # Errors
    /// [`CommitError::TooLarge`] beyond [`MAX_COMMIT_KEYS`] or [`MAX_COMMIT_BYTES`].
    pub fn check_size(&self) -> Result<(), CommitError> {
        let guards_only = self.guards.keys().filter(|key| !self.writes.contains_key(*key));
        let keys = self.writes.len() + guards_only.count();
        let writes = self.writes.iter().map(|(k, v)| k.as_str().len() + v.as_ref().map_or(0, Bytes::len));
        let guards = self.guards.keys().map(|key| key.as_str().len());
        let bytes = writes.chain(guards).sum::<usize>() + self.change.len();
        if keys > MAX_COMMIT_KEYS || bytes > MAX_COMMIT_BYTES {
            return Err(CommitError::TooLarge { keys, bytes });
        }
        Ok(())
    }

    /// Checks the guards against what is there.
    pub(super) fn check_guards<E: Into<CommitError>>(
        &self,
        written_at: impl Fn(&Key) -> Result<Option<StoreRevision>, E>,
    ) -> Result<(), CommitError> {
        for (key, guard) in &self.guards {
            if !guard.admits(written_at(key).map_err(Into::into)?) {
                return Err(CommitError::Conflict { key: key.clone() });
            }
        }
        Ok(())
    }
}

/// Immutable bytes under their own SHA-256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// The SHA-256 of `bytes`.
    pub hash: Hash,
    /// The content.
    pub bytes: Bytes,
}

/// A body of the store.
///
/// Every method may block on a disk or a network inside, never on a caller's thread. No caller may assume to be
/// the only writer: what a commit depends on stands in its guards.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// The entries of some keys, all at one revision, in the order asked.
    async fn read(&self, keys: Vec<Key>) -> Result<Consistent<Vec<Option<Entry>>>, StoreError>;

    /// The entries of some ranges, all at one revision, in the order asked.
    async fn list(&self, ranges: Vec<Range>) -> Result<Consistent<Vec<Vec<Entry>>>, StoreError>;

    /// Whether commits are taken now; a store that had a fault tries to get over it first. What was read before
    /// may not have been durable, so that a commit is worked out only after this.
    async fn writable(&self) -> Result<(), CommitError>;

    /// Applies a commit and appends its change record; returns only when both are durable.
    ///
    /// An error other than [`CommitError::Storage`] means that nothing was written. After `Storage` the outcome
    /// is open until the store is read again.
    async fn commit(&self, commit: Commit) -> Result<StoreRevision, CommitError>;

    /// Stores blobs that nobody can see until a commit names them. They are durable with the next commit.
    async fn put_blobs(&self, blobs: Vec<Blob>) -> Result<(), StoreError>;

    /// The bytes of some blobs, in the order asked; the caller checks them against the hash.
    async fn blobs(&self, hashes: Vec<Hash>) -> Result<Vec<Option<Bytes>>, StoreError>;

    /// The hashes of stored blobs, ascending, after `after`, at most `limit`.
    async fn blob_hashes(&self, after: Option<Hash>, limit: usize) -> Result<Vec<Hash>, StoreError>;

    /// Removes blobs; the caller knows that nothing names them.
    async fn remove_blobs(&self, hashes: Vec<Hash>) -> Result<(), StoreError>;

    /// The latest durable revision, as it moves on.
    fn durable(&self) -> watch::Receiver<StoreRevision>;
}
