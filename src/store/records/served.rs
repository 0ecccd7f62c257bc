//! All that stages and bindings say at one revision: what a gateway serves.

use std::collections::BTreeMap;

use super::super::{Range, StoreError, keys};
use super::record::{Claim, stored};
use super::{ApiHead, PlacedBinding, Records};
use crate::model::{ApiId, Deployment, DeploymentId, DomainBinding, Partition, Stage, StoreRevision};

/// Stages, bindings and what they point at, all at one revision of the store.
#[derive(Clone, Debug)]
pub struct Served {
    /// That revision.
    pub at: StoreRevision,
    /// Every API, whether it has stages or not.
    pub apis: BTreeMap<ApiId, ApiHead>,
    /// Every stage.
    pub stages: Vec<Stage>,
    /// The deployments that stages point at, canaries too.
    pub deployments: BTreeMap<DeploymentId, Deployment>,
    /// Every binding.
    pub bindings: Vec<PlacedBinding>,
}

impl Records {
    /// What is to be served, read at one revision.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Damaged`] when a stage points at nothing.
    pub async fn served(&self) -> Result<Served, StoreError> {
        loop {
            let ranges = [keys::APIS, keys::STAGES, keys::BINDINGS].map(Range::all);
            let listed = self.store.list(ranges.to_vec()).await?;
            let [apis, stages, bindings] = &listed.value[..] else {
                return Err(StoreError::damaged("the store", "a listing is incomplete"));
            };
            let heads: Vec<ApiHead> = self.records(apis).await?;
            let apis: BTreeMap<_, _> = heads.into_iter().map(|head| (head.id, head)).collect();
            let stages: Vec<Stage> = self.records(stages).await?;
            let stages: Vec<_> = stages.into_iter().filter(|s| apis.contains_key(&s.api_id)).collect();
            let mut placed = Vec::with_capacity(bindings.len());
            for entry in bindings {
                let binding: DomainBinding = stored(&*self.store, entry).await?;
                let partition = binding_partition(entry.key.as_str());
                let partition =
                    partition.ok_or_else(|| StoreError::damaged(&entry.key, "the key names no partition"))?;
                placed.push(PlacedBinding { partition, binding });
            }
            let (deployments, moved) = self.targets(&stages).await?;
            // A stage that moved away meanwhile may leave its former deployment deleted: read anew.
            if moved && self.store.read(Vec::new()).await?.at != listed.at {
                continue;
            }
            return match moved {
                true => Err(StoreError::damaged("a stage", "it points at a deployment that is not there")),
                false => Ok(Served { at: listed.at, apis, stages, deployments, bindings: placed }),
            };
        }
    }

    /// The deployments that stages point at, and whether one of them is not there (any more).
    async fn targets(
        &self,
        stages: &[Stage],
    ) -> Result<(BTreeMap<DeploymentId, Deployment>, bool), StoreError> {
        let mut deployments = BTreeMap::new();
        for stage in stages {
            let canary = stage.target.canary.as_ref().map(|canary| canary.deployment);
            for id in [Some(stage.target.deployment), canary].into_iter().flatten() {
                if deployments.contains_key(&id) {
                    continue;
                }
                let claim: Option<Claim> = self.record(keys::deployment_claim(id)).await?;
                let deployment: Option<Deployment> = match claim {
                    Some(claim) => self.record(keys::deployment(claim.api_id, claim.number)).await?,
                    None => None,
                };
                match deployment.filter(|deployment| !deployment.deleted) {
                    Some(deployment) => deployments.insert(id, deployment),
                    None => return Ok((deployments, true)),
                };
            }
        }
        Ok((deployments, false))
    }

    /// Every stage of every API.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn all_stages(&self) -> Result<Vec<Stage>, StoreError> {
        Ok(self.served().await?.stages)
    }

    /// Every binding of every partition.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn all_bindings(&self) -> Result<Vec<PlacedBinding>, StoreError> {
        Ok(self.served().await?.bindings)
    }
}

/// The partition in a binding's key.
fn binding_partition(key: &str) -> Option<Partition> {
    let mut parts = key.strip_prefix(keys::BINDINGS)?.split('/');
    Some(Partition { account: parts.next()?.parse().ok()?, region: parts.next()?.parse().ok()? })
}
