//! Removing what nothing names any more: content, and the remains of deleted APIs.

use std::collections::BTreeMap;
use std::time::SystemTime;

use bytes::Bytes;

use super::super::{Commit, CommitError, Entry, Guard, Key, Range, StoreError, keys};
use super::change::sealed;
use super::reachable::Reachable;
use super::record::{Claim, seal, stored};
use super::{Change, ChangeKind, Records};
use crate::model::{ApiId, Deployment, Hash, KeptScope, StoreRevision};
use crate::wire::stored::pb;

/// How many hashes are looked at at once.
const HASHES_PER_READ: usize = 4096;

/// How many keys one commit removes; it names some more.
const KEYS_PER_COMMIT: usize = 90;

/// What a sweep removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Blobs that nothing named.
    pub blobs: usize,
    /// Records that belonged to deleted APIs.
    pub records: usize,
}

impl Records {
    /// Removes content that nothing names, and what belonged to deleted APIs. Commits wait while it removes, not
    /// while it searches; those of another process fail with a conflict meanwhile.
    ///
    /// # Errors
    /// [`CommitError`]; what was removed by then stays removed, and the next sweep goes on.
    pub async fn sweep(&self, now: SystemTime) -> Result<Swept, CommitError> {
        let records = self.remove_remains(now).await?;
        let mut reachable = Reachable::of(&self.all_entries().await?)?;
        reachable.mark(&*self.store).await?;
        let _nothing_in_flight = self.content_in_flight.write().await;
        self.set_sweeping(true, now).await?;
        let removed = self.remove_unreachable(&mut reachable).await;
        // Also after an error: nobody could commit otherwise.
        self.set_sweeping(false, now).await?;
        Ok(Swept { blobs: removed?, records })
    }

    async fn all_entries(&self) -> Result<Vec<Entry>, StoreError> {
        let listed = self.store.list(vec![Range::all("")]).await?;
        Ok(listed.value.into_iter().flatten().collect())
    }

    async fn remove_unreachable(&self, reachable: &mut Reachable) -> Result<usize, CommitError> {
        // What was committed while the search went on; what comes after is refused or waits.
        reachable.add(&self.all_entries().await?)?;
        let kept = reachable.mark(&*self.store).await?;
        let mut removed = 0;
        let mut after: Option<Hash> = None;
        loop {
            let hashes = self.store.blob_hashes(after, HASHES_PER_READ).await?;
            let Some(last) = hashes.last() else { return Ok(removed) };
            after = Some(*last);
            let unnamed: Vec<_> = hashes.into_iter().filter(|hash| !kept.contains(hash)).collect();
            removed += unnamed.len();
            self.store.remove_blobs(unnamed).await?;
        }
    }

    async fn set_sweeping(&self, running: bool, now: SystemTime) -> Result<(), CommitError> {
        let (value, _) = seal(&keys::sweep(), pb::Sweep { running });
        self.upkeep(BTreeMap::new(), BTreeMap::from([(keys::sweep(), Some(value))]), None, now).await
    }

    /// What another process does while it sweeps.
    #[cfg(test)]
    pub(in crate::store) async fn set_sweeping_for_test(&self, running: bool) {
        self.set_sweeping(running, SystemTime::UNIX_EPOCH).await.expect("memory takes all");
    }

    /// Removes the records of deleted APIs, the claim on the id last.
    async fn remove_remains(&self, now: SystemTime) -> Result<usize, CommitError> {
        let listed = self.store.list(vec![Range::all(keys::API_CLAIMS)]).await?;
        let mut removed = 0;
        for entry in listed.value.iter().flatten() {
            let claim: Claim = stored(&*self.store, entry).await?;
            if claim.deleted {
                removed += self.remove_remains_of(claim.api_id, entry, now).await?;
            }
        }
        Ok(removed)
    }

    async fn remove_remains_of(
        &self,
        api: ApiId,
        claim: &Entry,
        now: SystemTime,
    ) -> Result<usize, CommitError> {
        let kept = keys::kept_of(&KeptScope::Api(api), None);
        let ranges = [keys::stages_of(api), keys::deployments_of(api), kept].map(Range::all);
        let listed = self.store.list(ranges.to_vec()).await?;
        let mut doomed: Vec<Key> = vec![keys::pins(api)];
        for entry in listed.value.iter().flatten() {
            doomed.push(entry.key.clone());
            if entry.key.as_str().starts_with(keys::DEPLOYMENTS) {
                let deployment: Deployment = stored(&*self.store, entry).await?;
                doomed.push(keys::deployment_claim(deployment.id));
            }
        }
        doomed.push(claim.key.clone());
        for keys in doomed.chunks(KEYS_PER_COMMIT) {
            let removals = keys.iter().map(|key| (key.clone(), None)).collect();
            let guard = BTreeMap::from([(claim.key.clone(), Guard::WrittenAt(claim.written_at))]);
            self.upkeep(guard, removals, Some(api), now).await?;
        }
        Ok(doomed.len())
    }

    async fn upkeep(
        &self,
        guards: BTreeMap<Key, Guard>,
        writes: BTreeMap<Key, Option<Bytes>>,
        api_id: Option<ApiId>,
        at: SystemTime,
    ) -> Result<(), CommitError> {
        let change = Change {
            store_revision: StoreRevision::default(),
            kind: ChangeKind::Upkeep,
            at,
            api_id,
            name: None,
            revision: None,
        };
        self.store.commit(Commit { guards, writes, change: sealed(&change) }).await?;
        Ok(())
    }
}
