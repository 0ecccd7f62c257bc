//! The steps of an edit, each worked out into reads and writes.

use std::sync::Arc;

use super::super::{CommitError, content, keys};
use super::changes;
use super::edit::{NewApi, NewDeployment, Step, Was};
use super::head::chain_hash;
use super::plan::{Plan, conflict};
use super::record::{Claim, stored};
use super::{ApiHead, PlacedBinding};
use crate::model::{
    ApiId, Definition, Deployment, DeploymentId, DomainBinding, Hash, Revision, Stage, StageName,
};
use crate::wire::stored::{pb, whole_millis};

/// What a step did, for the change record.
#[derive(Default)]
pub(super) struct About {
    pub(super) api_id: Option<ApiId>,
    pub(super) name: Option<String>,
    pub(super) revision: Option<Revision>,
    /// What differs since, a line each, for the audit.
    pub(super) changes: Vec<String>,
}

impl Plan<'_> {
    /// Works out one step.
    pub(super) async fn step(&mut self, step: Step) -> Result<About, CommitError> {
        match step {
            Step::CreateApi { new, definition } => self.create_api(new, &definition).await,
            Step::PutDraft { head, definition } => self.put_draft(&head, &definition).await,
            Step::SetRetention { head: seen, retention } => {
                let head = self.head(&seen).await?;
                let about = About { api_id: Some(head.id), ..About::default() };
                self.put_head(ApiHead { retention, ..head });
                Ok(about)
            }
            Step::DeleteApi { head } => self.delete_api(&head).await,
            Step::Deploy { head, new } => self.deploy(&head, new).await,
            Step::DescribeDeployment { seen, description } => {
                let deployment = self.seen_deployment(&seen).await?;
                Ok(self.put_deployment(Deployment { description, ..deployment }))
            }
            Step::DeleteDeployment { seen } => self.delete_deployment(&seen).await,
            Step::PutStage { stage, was } => self.put_stage(stage, was).await,
            Step::DeleteStage { api, name, seen } => self.delete_stage(api, name, seen).await,
            Step::PutBinding { placed, was } => self.put_binding(placed, was).await,
            Step::DeleteBinding { seen } => self.delete_binding(&seen).await,
            Step::PutKept { kept, was } => self.put_kept(kept, was).await,
            Step::DeleteKept { seen } => self.delete_kept(&seen).await,
            Step::CreateToken { token } => Ok(self.create_token(token)),
            Step::RevokeToken { seen } => self.revoke_token(&seen).await,
            Step::RequireApi { head } => {
                self.head(&head).await?;
                Ok(About { api_id: Some(head.id), ..About::default() })
            }
            Step::RequireStage { api, name, seen } => {
                self.seen_stage(api, &name, seen).await?;
                Ok(About {
                    api_id: Some(api),
                    name: Some(name.to_string()),
                    revision: Some(seen),
                    ..About::default()
                })
            }
        }
    }

    async fn create_api(&mut self, new: NewApi, definition: &Arc<Definition>) -> Result<About, CommitError> {
        let claim = keys::api_claim(new.id);
        self.require_absent(claim.clone());
        self.require_absent(keys::api(&new.partition, new.id));
        let root = self.write_content(definition, None).await;
        let head = ApiHead {
            id: new.id,
            partition: new.partition.clone(),
            revision: Revision(1),
            root,
            name: definition.api.name.clone(),
            created_at: whole_millis(new.created_at),
            last_number: 0,
            last_chain: Hash([0; 32]),
            retention: new.retention,
        };
        self.put(claim, Claim { partition: new.partition, api_id: new.id, number: 0, deleted: false });
        let changes = vec![format!("name {:?}", head.name)];
        self.put_head(head);
        Ok(About { api_id: Some(new.id), name: None, revision: Some(Revision(1)), changes })
    }

    async fn put_draft(
        &mut self,
        seen: &ApiHead,
        definition: &Arc<Definition>,
    ) -> Result<About, CommitError> {
        let head = self.head(seen).await?;
        // The former draft only saves work; when it cannot be read, all parts are written anew.
        let root = self.write_content(definition, Some(head.root)).await;
        let revision = head.revision.next();
        let api_id = Some(head.id);
        self.put_head(ApiHead { root, revision, name: definition.api.name.clone(), ..head });
        Ok(About { api_id, revision: Some(revision), ..About::default() })
    }

    /// Adds the content of a definition to the plan and gives its root.
    async fn write_content(&mut self, definition: &Arc<Definition>, base: Option<Hash>) -> Hash {
        let base = match base {
            Some(root) => self.records.loaded(root).await.ok(),
            None => None,
        };
        let shared = Arc::clone(definition);
        let written = tokio::task::spawn_blocking(move || content::write(&shared, base.as_ref())).await;
        // It only fails by a panic, which then happens again here, in the caller's own task.
        let (loaded, blobs) = written.unwrap_or_else(|_| content::write(definition, None));
        let root = loaded.root;
        self.add_content(loaded, blobs);
        root
    }

    async fn delete_api(&mut self, seen: &ApiHead) -> Result<About, CommitError> {
        let head = self.head(seen).await?;
        let claim = self.living_api(head.id).await?;
        self.unpinned(head.id, |binding| binding.api_id == head.id).await?;
        self.remove(keys::api(&head.partition, head.id));
        if let Some(claim) = claim {
            // What belonged to the API cannot be seen from here on; the sweep removes it, and the claim last.
            self.put(keys::api_claim(head.id), Claim { deleted: true, ..claim });
        }
        let changes = vec![format!("name {:?}", head.name)];
        Ok(About { api_id: Some(head.id), changes, ..About::default() })
    }

    async fn deploy(&mut self, seen: &ApiHead, new: NewDeployment) -> Result<About, CommitError> {
        let head = self.head(seen).await?;
        let number = head.last_number + 1;
        let chain = chain_hash(head.id, number, head.root, head.last_chain);
        let claim = keys::deployment_claim(new.id);
        self.require_absent(claim.clone());
        self.require_absent(keys::deployment(head.id, number));
        self.put(claim, Claim { partition: head.partition.clone(), api_id: head.id, number, deleted: false });
        let about = self.put_deployment(Deployment {
            id: new.id,
            api_id: head.id,
            number,
            revision: head.revision,
            created_at: whole_millis(new.created_at),
            description: new.description,
            content_hash: head.root,
            chain_hash: chain,
            deleted: false,
        });
        self.put_head(ApiHead { last_number: number, last_chain: chain, ..head });
        Ok(about)
    }

    /// A deployment that is as the caller saw it.
    async fn seen_deployment(&mut self, seen: &Deployment) -> Result<Deployment, CommitError> {
        self.living_api(seen.api_id).await?;
        let key = keys::deployment(seen.api_id, seen.number);
        let deployment: Option<Deployment> = self.read(&key).await?;
        deployment.filter(|deployment| deployment == seen).ok_or_else(|| conflict(key))
    }

    fn put_deployment(&mut self, deployment: Deployment) -> About {
        let about = About {
            api_id: Some(deployment.api_id),
            name: Some(deployment.id.to_string()),
            revision: Some(deployment.revision),
            changes: Vec::new(),
        };
        self.put(keys::deployment(deployment.api_id, deployment.number), deployment.clone());
        self.committed.deployments.push(deployment);
        about
    }

    async fn delete_deployment(&mut self, seen: &Deployment) -> Result<About, CommitError> {
        let deployment = self.seen_deployment(seen).await?;
        self.read::<pb::Pins>(&keys::pins(seen.api_id)).await?;
        for entry in self.list(keys::stages_of(seen.api_id)).await? {
            let stage: Stage = stored(&**self.records.store(), &entry).await?;
            if targets(&stage).any(|id| id == seen.id) {
                return Err(conflict(entry.key));
            }
        }
        let about = self.put_deployment(Deployment { deleted: true, ..deployment });
        Ok(About { revision: None, ..about })
    }

    async fn put_stage(&mut self, mut stage: Stage, was: Was) -> Result<About, CommitError> {
        self.living_api(stage.api_id).await?;
        for id in targets(&stage) {
            let claim_key = keys::deployment_claim(id);
            if self.puts(&claim_key) {
                continue;
            }
            let claim: Option<Claim> = self.read(&claim_key).await?;
            let claim = claim.filter(|claim| claim.api_id == stage.api_id);
            let key = keys::deployment(stage.api_id, claim.ok_or_else(|| conflict(claim_key))?.number);
            let deployment: Option<Deployment> = self.read(&key).await?;
            if deployment.is_none_or(|deployment| deployment.deleted) {
                return Err(conflict(key));
            }
        }
        let key = keys::stage(stage.api_id, &stage.name);
        let there: Option<Stage> = self.read(&key).await?;
        let changes = changes::of_stage(there.as_ref(), &stage);
        stage.revision = next(was, there.map(|stage| stage.revision)).ok_or_else(|| conflict(key.clone()))?;
        stage.created_at = whole_millis(stage.created_at);
        stage.updated_at = whole_millis(stage.updated_at);
        self.put(key, stage.clone());
        self.put(keys::pins(stage.api_id), pb::Pins {});
        let about = About {
            api_id: Some(stage.api_id),
            name: Some(stage.name.to_string()),
            revision: Some(stage.revision),
            changes,
        };
        self.committed.stages.push(stage);
        Ok(about)
    }

    async fn seen_stage(&mut self, api: ApiId, name: &StageName, seen: Revision) -> Result<(), CommitError> {
        self.living_api(api).await?;
        let key = keys::stage(api, name);
        match self.read::<Stage>(&key).await? {
            Some(stage) if stage.revision == seen => Ok(()),
            Some(_) | None => Err(conflict(key)),
        }
    }

    async fn delete_stage(
        &mut self,
        api: ApiId,
        name: StageName,
        seen: Revision,
    ) -> Result<About, CommitError> {
        self.seen_stage(api, &name, seen).await?;
        self.unpinned(api, |binding| binding.api_id == api && binding.stage == name).await?;
        self.remove(keys::stage(api, &name));
        Ok(About { api_id: Some(api), name: Some(name.to_string()), ..About::default() })
    }

    /// Makes sure that no binding points at a part of `api`, and that none will before the commit is made.
    async fn unpinned(
        &mut self,
        api: ApiId,
        points: impl Fn(&DomainBinding) -> bool,
    ) -> Result<(), CommitError> {
        self.read::<pb::Pins>(&keys::pins(api)).await?;
        for entry in self.list(keys::BINDINGS).await? {
            if points(&stored(&**self.records.store(), &entry).await?) {
                return Err(conflict(entry.key));
            }
        }
        Ok(())
    }

    async fn put_binding(&mut self, mut placed: PlacedBinding, was: Was) -> Result<About, CommitError> {
        let (partition, binding) = (&placed.partition, &mut placed.binding);
        self.living_api(binding.api_id).await?;
        self.require_present(keys::stage(binding.api_id, &binding.stage)).await?;
        let claim_key = keys::binding_claim(&binding.host, &binding.base_path);
        let claim: Option<Claim> = self.read(&claim_key).await?;
        if claim.is_some_and(|claim| claim.partition != *partition) {
            return Err(conflict(claim_key));
        }
        let key = keys::binding(partition, &binding.host, &binding.base_path);
        let there: Option<DomainBinding> = self.read(&key).await?;
        let changes = changes::of_binding(there.as_ref(), binding);
        binding.revision =
            next(was, there.map(|there| there.revision)).ok_or_else(|| conflict(key.clone()))?;
        let api_id = binding.api_id;
        self.put(claim_key, Claim { partition: partition.clone(), api_id, number: 0, deleted: false });
        self.put(key, binding.clone());
        self.put(keys::pins(api_id), pb::Pins {});
        let about = About { changes, ..about_binding(binding, Some(binding.revision)) };
        self.committed.bindings.push(placed);
        Ok(about)
    }

    async fn delete_binding(&mut self, seen: &PlacedBinding) -> Result<About, CommitError> {
        let binding = &seen.binding;
        let key = keys::binding(&seen.partition, &binding.host, &binding.base_path);
        let there: Option<DomainBinding> = self.read(&key).await?;
        if there.is_none_or(|there| there.revision != binding.revision) {
            return Err(conflict(key));
        }
        self.remove(key);
        self.remove(keys::binding_claim(&binding.host, &binding.base_path));
        Ok(about_binding(binding, None))
    }
}

fn about_binding(binding: &DomainBinding, revision: Option<Revision>) -> About {
    let name = format!("{}{}", binding.host, binding.base_path);
    About { api_id: Some(binding.api_id), name: Some(name), revision, ..About::default() }
}

/// The deployments a stage points at.
fn targets(stage: &Stage) -> impl Iterator<Item = DeploymentId> + use<> {
    let canary = stage.target.canary.as_ref().map(|canary| canary.deployment);
    [Some(stage.target.deployment), canary].into_iter().flatten()
}

/// The revision a write gets, if what is there is what the caller saw.
pub(super) fn next(was: Was, there: Option<Revision>) -> Option<Revision> {
    match (was, there) {
        (Was::Absent, None) => Some(Revision(1)),
        (Was::At(seen), Some(there)) if seen == there => Some(seen.next()),
        (Was::Absent | Was::At(_), _) => None,
    }
}
