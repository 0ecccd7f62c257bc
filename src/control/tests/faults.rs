//! A store that fails: what is said, and that what is served is what is stored.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::watch;

use super::{Bench, setup};
use crate::compile::Snapshot;
use crate::compile::cell::Publisher;
use crate::control::{Control, DeploymentRef, Error, Options, Policy};
use crate::model::{Hash, StoreRevision};
use crate::store::{
    Blob, Commit, CommitError, Consistent, Entry, Key, MemoryStore, Range, Records, Store, StoreError,
};

#[derive(Clone, Copy)]
enum Mood {
    Fine,
    /// Commits are refused.
    ReadOnly,
    /// Commits fail and are not made.
    Losing,
    /// Commits fail and are made all the same.
    Keeping,
}

/// A store in memory whose commits fail as told.
struct Moody {
    inner: Arc<MemoryStore>,
    mood: AtomicU8,
}

impl Moody {
    fn be(&self, mood: Mood) {
        self.mood.store(mood as u8, Ordering::SeqCst);
    }
}

#[async_trait]
impl Store for Moody {
    async fn read(&self, keys: Vec<Key>) -> Result<Consistent<Vec<Option<Entry>>>, StoreError> {
        self.inner.read(keys).await
    }

    async fn list(&self, ranges: Vec<Range>) -> Result<Consistent<Vec<Vec<Entry>>>, StoreError> {
        self.inner.list(ranges).await
    }

    async fn writable(&self) -> Result<(), CommitError> {
        self.inner.writable().await
    }

    async fn commit(&self, commit: Commit) -> Result<StoreRevision, CommitError> {
        let mood = self.mood.load(Ordering::SeqCst);
        let failed = || {
            let source = std::io::Error::other("the disk is gone");
            CommitError::Storage(StoreError::Io { action: "sync", source })
        };
        if mood == Mood::ReadOnly as u8 {
            return Err(CommitError::ReadOnly { reason: "a test says so".to_owned() });
        }
        if mood == Mood::Losing as u8 {
            return Err(failed());
        }
        let committed = self.inner.commit(commit).await?;
        if mood == Mood::Keeping as u8 { Err(failed()) } else { Ok(committed) }
    }

    async fn put_blobs(&self, blobs: Vec<Blob>) -> Result<(), StoreError> {
        self.inner.put_blobs(blobs).await
    }

    async fn blobs(&self, hashes: Vec<Hash>) -> Result<Vec<Option<Bytes>>, StoreError> {
        self.inner.blobs(hashes).await
    }

    async fn blob_hashes(&self, after: Option<Hash>, limit: usize) -> Result<Vec<Hash>, StoreError> {
        self.inner.blob_hashes(after, limit).await
    }

    async fn remove_blobs(&self, hashes: Vec<Hash>) -> Result<(), StoreError> {
        self.inner.remove_blobs(hashes).await
    }

    fn durable(&self) -> watch::Receiver<StoreRevision> {
        self.inner.durable()
    }
}

/// An API with two deployments, `prod` serving the second, on a store that can be made to fail.
async fn bench() -> (Bench, Arc<Moody>, crate::model::ApiId) {
    let inner = Arc::new(MemoryStore::new());
    let moody = Arc::new(Moody { inner: inner.clone(), mood: AtomicU8::new(Mood::Fine as u8) });
    let publisher = Arc::new(Publisher::new(Arc::new(Snapshot::empty())));
    let records = Records::new(moody.clone());
    let control = Control::open(records, publisher.clone(), setup(Policy::Lifted)).await.expect("it is fine");
    let bench = Bench { store: inner, publisher, control };
    let api = bench.pets().await;
    bench.deploy(api, "prod").await;
    bench.deploy(api, "prod").await;
    (bench, moody, api)
}

#[tokio::test]
async fn while_nothing_can_be_written_everything_is_served() {
    let (bench, moody, api) = bench().await;
    moody.be(Mood::ReadOnly);
    let prod = "prod".parse().expect("a name");
    let refused = bench.control.rollback(api, &prod, None, Options::default()).await;
    assert!(matches!(&refused, Err(Error::ReadOnly { message }) if message.contains("a test says so")));
    let refused = bench.control.ensure_path(api, "/x".parse().expect("a path"), Options::default()).await;
    assert!(matches!(refused, Err(Error::ReadOnly { .. })), "{refused:?}");
    assert_eq!(bench.served(api, "prod").await, Some(2));
    moody.be(Mood::Fine);
    bench.control.rollback(api, &prod, None, Options::default()).await.expect("it can be written again");
    assert_eq!(bench.served(api, "prod").await, Some(1));
}

#[tokio::test]
async fn a_commit_of_unknown_outcome_is_served_as_it_turned_out() {
    let prod = "prod".parse().expect("a name");
    for (mood, expected) in [(Mood::Losing, 2), (Mood::Keeping, 1)] {
        let (bench, moody, api) = bench().await;
        moody.be(mood);
        let failed = bench.control.rollback(api, &prod, None, Options::default()).await;
        assert!(matches!(&failed, Err(Error::Storage { detail }) if detail.contains("the disk is gone")));
        assert_eq!(bench.served(api, "prod").await, Some(expected));
        let stage = bench.control.stage(api, &prod).await.expect("it is there");
        let at = DeploymentRef::Id(stage.target.deployment);
        assert_eq!(bench.control.deployment(api, at).await.expect("there").number, expected);
        moody.be(Mood::Fine);
        bench.deploy(api, "prod").await;
        assert_eq!(bench.served(api, "prod").await, Some(3));
    }
}
