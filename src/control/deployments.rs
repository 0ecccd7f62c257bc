//! Deployments: immutable copies of a draft. Making one compiles it first, and may put it under a stage in the same
//! commit.

use std::sync::Arc;

use crate::compile::Compiled;
use crate::model::{
    ApiId, Canary, Definition, Deployment, DeploymentId, DeploymentSummary, Issues, Revision, Stage,
    StageTarget,
};
use crate::store::{self, ApiHead, ChangeKind, CommitError, Edit, Was, chain_hash};

use super::check::check_description;
use super::clock::new_deployment_id;
use super::diff::differences;
use super::draft::refuse;
use super::handle::{ATTEMPTS, check_expected, pause};
use super::serving::Shift;
use super::{
    CanaryShare, Control, Deployed, DeploymentRef, Difference, Error, NewDeployment, Noun, Options, Page,
    StageChoice, Version, Written,
};

impl Control {
    /// Freezes the draft as a deployment, and has a stage serve it if one is named: the next request is then
    /// answered by it. With a canary the stage is told of it and goes on with what it serves. `options.expected` is the draft's revision.
    ///
    /// # Errors
    /// [`Error::NotDeployable`] and [`Error::Unsupported`] with every reason when the draft does not compile; a
    /// wrong description, or one stage too many.
    pub async fn create_deployment(
        &self,
        api: ApiId,
        new: NewDeployment,
        options: Options,
    ) -> Result<Written<Deployed>, Error> {
        check_new(&new)?;
        let _turn = self.turn(api).await;
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let (head, draft) = self.draft(api).await?;
            check_expected(options.expected, head.revision, Noun::Api, &api)?;
            let compiled = self.inner.serving.compile(head.root, &draft).await?;
            let mut warnings = compiled.warnings().to_vec();
            let now = self.inner.clock.now();
            let deployment = frozen(&head, new_deployment_id()?, new.description.clone(), now);
            let stage = match &new.stage {
                Some(choice) => Some(self.stage_for(api, choice, deployment.id).await?),
                None => None,
            };
            let stage = match stage {
                Some((stage, was)) => {
                    // With a canary the stage goes on with what it serves.
                    let former = stage.target.deployment;
                    let served = if former == deployment.id {
                        compiled
                    } else {
                        self.compiled(&self.deployment(api, DeploymentRef::Id(former)).await?).await?
                    };
                    let bound = self.inner.serving.bind(&served, &head.partition, &stage).await?;
                    warnings.extend(bound.warnings.iter().cloned());
                    Some((stage, was, bound))
                }
                None => None,
            };
            let summary = summary_of(&draft);
            if options.validate_only {
                let stage = stage.map(|(stage, was, _)| Stage { revision: next_revision(was), ..stage });
                let value = Deployed { deployment, stage, summary };
                return Ok(Written { value, revision: head.revision, store_revision: None, warnings });
            }
            // A change record tells of the last step: the stage, where one is written too.
            let kind = match &stage {
                Some((_, Was::Absent, _)) => ChangeKind::StageCreated,
                Some(_) => ChangeKind::StageChanged,
                None => ChangeKind::DeploymentCreated,
            };
            let mut edit = self.begin_at(kind, now);
            let (id, description) = (deployment.id, new.description.clone());
            edit.deploy(&head, store::NewDeployment { id, description, created_at: now });
            let committed = match stage {
                Some((stage, was, bound)) => {
                    edit.put_stage(stage, was);
                    self.commit_served(edit, Shift::Stage(bound)).await
                }
                None => self.inner.records.commit(edit).await,
            };
            match committed {
                Ok(mut committed) => {
                    let deployment = committed.deployments.pop().unwrap_or(deployment);
                    let value = Deployed { deployment, stage: committed.stages.pop(), summary };
                    let store_revision = Some(committed.store_revision);
                    return Ok(Written { value, revision: head.revision, store_revision, warnings });
                }
                Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended { noun: Noun::Api, id: api.to_string() })
    }

    /// A deployment, or what is left of one whose content was deleted.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn deployment(&self, api: ApiId, at: DeploymentRef) -> Result<Deployment, Error> {
        self.head(api).await?;
        let found = match at {
            DeploymentRef::Id(id) => self.inner.records.deployment(api, id).await?,
            DeploymentRef::Number(number) => {
                let below = self.inner.records.deployments(api, number.checked_add(1), 1).await?;
                below.into_iter().find(|deployment| deployment.number == number)
            }
        };
        found.ok_or_else(|| Error::not_found(Noun::Deployment, at))
    }

    /// Some of the deployments, newest first, with numbers below `before`.
    ///
    /// # Errors
    /// When the API is not there.
    pub async fn deployments(
        &self,
        api: ApiId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page<Deployment, u64>, Error> {
        self.head(api).await?;
        let found = self.inner.records.deployments(api, before, limit.saturating_add(1)).await?;
        Ok(Page::cut(found, limit, |deployment| deployment.number))
    }

    /// Which methods a deployment has; none when its content was deleted.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn deployment_summary(
        &self,
        api: ApiId,
        at: DeploymentRef,
    ) -> Result<DeploymentSummary, Error> {
        let deployment = self.deployment(api, at).await?;
        if deployment.deleted {
            return Ok(DeploymentSummary::default());
        }
        Ok(summary_of(&*self.inner.records.definition(deployment.content_hash).await?))
    }

    /// What a deployment holds.
    ///
    /// # Errors
    /// When it is not there, or its content was deleted.
    pub async fn frozen(&self, api: ApiId, at: DeploymentRef) -> Result<Arc<Definition>, Error> {
        let deployment = self.deployment(api, at).await?;
        self.content(&deployment).await
    }

    /// Changes a deployment's description, the one thing of it that changes.
    ///
    /// # Errors
    /// When it is not there, or the description is wrong.
    pub async fn update_deployment(
        &self,
        api: ApiId,
        at: DeploymentRef,
        description: Option<String>,
        options: Options,
    ) -> Result<Written<Deployment>, Error> {
        let mut issues = Issues::new();
        check_description(description.as_deref(), &mut issues);
        refuse(issues)?;
        self.edit_deployment(api, at, options, ChangeKind::DeploymentDescribed, |seen, edit| {
            edit.describe_deployment(seen, description.clone());
            Deployment { description: description.clone(), ..seen.clone() }
        })
        .await
    }

    /// Deletes a deployment's content; its number and hashes stay.
    ///
    /// # Errors
    /// [`Error::InUse`] while a stage points at it; when it is not there, or deleted already.
    pub async fn delete_deployment(
        &self,
        api: ApiId,
        at: DeploymentRef,
        options: Options,
    ) -> Result<Written<Deployment>, Error> {
        let deployment = self.deployment(api, at).await?;
        if deployment.deleted {
            return Err(Error::not_found(Noun::Deployment, at));
        }
        let stages = self.inner.records.stages(api).await?;
        let users: Vec<_> = stages.iter().filter(|stage| points_at(stage, deployment.id)).collect();
        if !users.is_empty() {
            let by = users.iter().map(|stage| format!("stage {}", stage.name)).collect();
            return Err(Error::InUse { noun: Noun::Deployment, id: at.to_string(), by });
        }
        self.edit_deployment(api, at, options, ChangeKind::DeploymentDeleted, |seen, edit| {
            edit.delete_deployment(seen);
            Deployment { deleted: true, ..seen.clone() }
        })
        .await
    }

    /// Where two versions of an API differ.
    ///
    /// # Errors
    /// When one of them is not there.
    pub async fn diff(&self, api: ApiId, from: Version, to: Version) -> Result<Vec<Difference>, Error> {
        let (from, to) = (self.version(api, &from).await?, self.version(api, &to).await?);
        Ok(differences(&from, &to))
    }

    pub(super) async fn version(&self, api: ApiId, version: &Version) -> Result<Arc<Definition>, Error> {
        match version {
            Version::Draft => Ok(self.draft(api).await?.1),
            Version::Deployment(at) => {
                let deployment = self.deployment(api, *at).await?;
                Ok(self.content(&deployment).await?)
            }
            Version::Stage(name) => {
                let stage = self.stage(api, name).await?;
                let deployment = self.deployment(api, DeploymentRef::Id(stage.target.deployment)).await?;
                Ok(self.content(&deployment).await?)
            }
        }
    }

    /// What a deployment holds.
    pub(super) async fn content(&self, deployment: &Deployment) -> Result<Arc<Definition>, Error> {
        if deployment.deleted {
            return Err(Error::precondition(format!(
                "the content of deployment {} (number {}) was deleted",
                deployment.id, deployment.number
            )));
        }
        Ok(self.inner.records.definition(deployment.content_hash).await?)
    }

    /// A deployment compiled.
    pub(super) async fn compiled(&self, deployment: &Deployment) -> Result<Arc<Compiled>, Error> {
        let definition = self.content(deployment).await?;
        self.inner.serving.compile(deployment.content_hash, &definition).await
    }

    /// Writes a deployment's record; `change` adds the step and says what the record will be.
    async fn edit_deployment(
        &self,
        api: ApiId,
        at: DeploymentRef,
        options: Options,
        kind: ChangeKind,
        change: impl Fn(&Deployment, &mut Edit) -> Deployment + Send,
    ) -> Result<Written<Deployment>, Error> {
        let _turn = self.turn(api).await;
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let seen = self.deployment(api, at).await?;
            let mut edit = self.begin(kind);
            let value = change(&seen, &mut edit);
            let revision = seen.revision;
            if options.validate_only || value == seen {
                return Ok(Written { value, revision, store_revision: None, warnings: Vec::new() });
            }
            match self.inner.records.commit(edit).await {
                Ok(committed) => {
                    let store_revision = Some(committed.store_revision);
                    return Ok(Written { value, revision, store_revision, warnings: Vec::new() });
                }
                Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended { noun: Noun::Deployment, id: at.to_string() })
    }

    /// The stage that a new deployment goes under: the one that is there, moved, or a new one.
    async fn stage_for(
        &self,
        api: ApiId,
        choice: &StageChoice,
        deployment: DeploymentId,
    ) -> Result<(Stage, Was), Error> {
        let now = self.inner.clock.now();
        match self.inner.records.stage(api, &choice.name).await? {
            Some(mut stage) => {
                let was = Was::At(stage.revision);
                match &choice.canary {
                    Some(CanaryShare { percent_traffic, variables }) => {
                        let (percent_traffic, variables) = (*percent_traffic, variables.clone());
                        stage.target.canary = Some(Canary { deployment, percent_traffic, variables });
                    }
                    None => stage.target = StageTarget { deployment, canary: None },
                }
                stage.settings.extend(choice.settings.clone());
                stage.updated_at = now;
                if choice.description.is_some() {
                    stage.description.clone_from(&choice.description);
                }
                if let Some(variables) = &choice.variables {
                    stage.variables = variables.clone();
                }
                Ok((stage, was))
            }
            None if choice.canary.is_some() => Err(Error::not_found(Noun::Stage, &choice.name)),
            None => {
                self.check_stage_count(api).await?;
                let stage = Stage {
                    api_id: api,
                    name: choice.name.clone(),
                    revision: Revision::default(),
                    description: choice.description.clone(),
                    target: StageTarget { deployment, canary: None },
                    variables: choice.variables.clone().unwrap_or_default(),
                    lambda_endpoint: None,
                    tags: std::collections::BTreeMap::new(),
                    settings: choice.settings.clone(),
                    created_at: now,
                    updated_at: now,
                };
                Ok((stage, Was::Absent))
            }
        }
    }
}

/// The revision that a write after `was` makes.
pub(super) fn next_revision(was: Was) -> Revision {
    match was {
        Was::Absent => Revision::default().next(),
        Was::At(revision) => revision.next(),
    }
}

/// Whether a stage serves a deployment, be it only to a share of its traffic.
pub(super) fn points_at(stage: &Stage, deployment: DeploymentId) -> bool {
    let canary = stage.target.canary.as_ref().map(|canary| canary.deployment);
    stage.target.deployment == deployment || canary == Some(deployment)
}

/// What freezing the draft of `head` gives.
fn frozen(
    head: &ApiHead,
    id: DeploymentId,
    description: Option<String>,
    created_at: std::time::SystemTime,
) -> Deployment {
    let number = head.last_number + 1;
    Deployment {
        id,
        api_id: head.id,
        number,
        revision: head.revision,
        created_at,
        description,
        content_hash: head.root,
        chain_hash: chain_hash(head.id, number, head.root, head.last_chain),
        deleted: false,
    }
}

fn check_new(new: &NewDeployment) -> Result<(), Error> {
    let mut issues = Issues::new();
    check_description(new.description.as_deref(), &mut issues);
    if let Some(choice) = &new.stage {
        let mut of_stage = Issues::new();
        check_description(choice.description.as_deref(), &mut of_stage);
        issues.extend_at("stage", of_stage);
    }
    refuse(issues)
}

fn summary_of(definition: &Definition) -> DeploymentSummary {
    let paths = definition.walk().into_iter().filter(|(_, resource)| !resource.methods.is_empty());
    let methods = paths.map(|(path, resource)| (path, resource.methods.keys().copied().collect()));
    DeploymentSummary { methods: methods.collect() }
}
