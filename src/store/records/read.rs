//! Reading.

use std::sync::Arc;

use super::super::content::{self, Loaded};
use super::super::{Entry, Key, Order, Range, StoreError, keys};
use super::record::{Claim, Stored, stored};
use super::{ApiHead, Records};
use crate::model::{
    Api, ApiId, BasePath, Definition, Deployment, DeploymentId, DomainBinding, Hash, HostName, Partition,
    Stage, StageName,
};

/// A binding and the partition it lives in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedBinding {
    /// Where it lives.
    pub partition: Partition,
    /// The binding.
    pub binding: DomainBinding,
}

impl Records {
    /// An API's head; `None` when there is no such API in any partition.
    ///
    /// # Errors
    /// [`StoreError`], as everywhere here.
    pub async fn api(&self, id: ApiId) -> Result<Option<ApiHead>, StoreError> {
        match self.record::<Claim>(keys::api_claim(id)).await? {
            Some(claim) if !claim.deleted => self.record(keys::api(&claim.partition, id)).await,
            Some(_) | None => Ok(None),
        }
    }

    /// The APIs of a partition in the order of their ids, after `after`, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn apis(
        &self,
        partition: &Partition,
        after: Option<ApiId>,
        limit: usize,
    ) -> Result<Vec<ApiHead>, StoreError> {
        let after = after.map(|id| keys::api(partition, id));
        self.range(Range { after, limit, ..Range::all(keys::apis_of(partition)) }).await
    }

    /// The APIs of all partitions.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn all_apis(&self) -> Result<Vec<ApiHead>, StoreError> {
        self.range(Range::all(keys::APIS)).await
    }

    /// The definition of a draft's root or a deployment's content hash, checked against its hashes. Kept in
    /// memory, so that drafts under edit and what stages point at are cheap to ask for.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when anything of it is missing or altered.
    pub async fn definition(&self, root: Hash) -> Result<Arc<Definition>, StoreError> {
        Ok(self.loaded(root).await?.definition)
    }

    pub(super) async fn loaded(&self, root: Hash) -> Result<Loaded, StoreError> {
        if let Some(loaded) = self.cache.get(root) {
            return Ok(loaded);
        }
        let loaded = content::definition(&*self.store, root).await?;
        self.cache.put(loaded.clone());
        Ok(loaded)
    }

    /// Only the API's own settings under a root: cheap for APIs of any size, for listings.
    ///
    /// # Errors
    /// As [`definition`](Self::definition).
    pub async fn api_settings(&self, root: Hash) -> Result<Arc<Api>, StoreError> {
        match self.cache.get(root) {
            Some(loaded) => Ok(Arc::clone(&loaded.definition.api)),
            None => content::api_settings(&*self.store, root).await,
        }
    }

    /// A deployment or its tombstone.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn deployment(&self, api: ApiId, id: DeploymentId) -> Result<Option<Deployment>, StoreError> {
        match self.record::<Claim>(keys::deployment_claim(id)).await? {
            Some(claim) if claim.api_id == api && self.api(api).await?.is_some() => {
                self.record(keys::deployment(api, claim.number)).await
            }
            Some(_) | None => Ok(None),
        }
    }

    /// The deployments of an API and their tombstones, latest first, with numbers below `before`, at most
    /// `limit`.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn deployments(
        &self,
        api: ApiId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Deployment>, StoreError> {
        if self.api(api).await?.is_none() {
            return Ok(Vec::new());
        }
        let after = before.map(|number| keys::deployment(api, number));
        let range = Range { after, limit, order: Order::Descending, ..Range::all(keys::deployments_of(api)) };
        self.range(range).await
    }

    /// A stage.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn stage(&self, api: ApiId, name: &StageName) -> Result<Option<Stage>, StoreError> {
        match self.api(api).await? {
            Some(_) => self.record(keys::stage(api, name)).await,
            None => Ok(None),
        }
    }

    /// The stages of an API, by name.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn stages(&self, api: ApiId) -> Result<Vec<Stage>, StoreError> {
        match self.api(api).await? {
            Some(_) => self.range(Range::all(keys::stages_of(api))).await,
            None => Ok(Vec::new()),
        }
    }

    /// What listens on a host and base path, in whatever partition.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn binding(
        &self,
        host: &HostName,
        base_path: &BasePath,
    ) -> Result<Option<PlacedBinding>, StoreError> {
        let Some(claim) = self.record::<Claim>(keys::binding_claim(host, base_path)).await? else {
            return Ok(None);
        };
        let binding = self.record(keys::binding(&claim.partition, host, base_path)).await?;
        Ok(binding.map(|binding| PlacedBinding { partition: claim.partition, binding }))
    }

    /// The bindings of a partition by host and base path, after `after`, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn bindings(
        &self,
        partition: &Partition,
        after: Option<(&HostName, &BasePath)>,
        limit: usize,
    ) -> Result<Vec<DomainBinding>, StoreError> {
        let after = after.map(|(host, base_path)| keys::binding(partition, host, base_path));
        self.range(Range { after, limit, ..Range::all(keys::bindings_of(partition)) }).await
    }

    /// The record under a key.
    pub(super) async fn record<T: Stored>(&self, key: Key) -> Result<Option<T>, StoreError> {
        match self.entry(key).await? {
            Some(entry) => Ok(Some(stored(&*self.store, &entry).await?)),
            None => Ok(None),
        }
    }

    pub(super) async fn entry(&self, key: Key) -> Result<Option<Entry>, StoreError> {
        Ok(self.store.read(vec![key]).await?.value.pop().flatten())
    }

    /// The records of a range.
    pub(super) async fn range<T: Stored>(&self, range: Range) -> Result<Vec<T>, StoreError> {
        let entries = self.store.list(vec![range]).await?.value.pop().unwrap_or_default();
        self.records(&entries).await
    }

    pub(super) async fn records<T: Stored>(&self, entries: &[Entry]) -> Result<Vec<T>, StoreError> {
        let mut records = Vec::with_capacity(entries.len());
        for entry in entries {
            records.push(stored(&*self.store, entry).await?);
        }
        Ok(records)
    }
}
