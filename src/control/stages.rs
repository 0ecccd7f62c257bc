//! Stages: names under which deployments are served. What is written here is served when the call returns.

use std::collections::BTreeMap;

use crate::model::{ApiId, Deployment, Issue, Issues, Partition, Revision, Stage, StageName, StageTarget};
use crate::store::{ChangeKind, CommitError, Was};

use super::check::{check_description, check_tags};
use super::deployments::next_revision;
use super::draft::refuse;
use super::handle::{ATTEMPTS, check_expected, pause};
use super::serving::Shift;
use super::{Control, DeploymentRef, Error, KeptWrite, Limits, Moved, NewStage, Noun, Options, Written};

/// The most settings that are kept without effect, and the most bytes of each.
const SETTINGS: (usize, usize) = (1_000, 2_048);

/// How many deployments are looked through at once for the former one.
const LOOK_BACK: usize = 50;

impl Control {
    /// Makes a stage that serves a deployment.
    ///
    /// # Errors
    /// When there is one of that name, a field is wrong, the deployment is not there, or it is one too many.
    pub async fn create_stage(
        &self,
        api: ApiId,
        new: NewStage,
        options: Options,
    ) -> Result<Written<Stage>, Error> {
        let partition = self.head(api).await?.partition;
        let deployment = self.deployment(api, new.deployment).await?;
        if let Some(canary) = &new.canary {
            self.deployment(api, DeploymentRef::Id(canary.deployment)).await?;
        }
        let now = self.inner.clock.now();
        let stage = Stage {
            api_id: api,
            name: new.name,
            revision: Revision::default(),
            description: new.description,
            target: StageTarget { deployment: deployment.id, canary: new.canary },
            variables: new.variables,
            lambda_endpoint: new.lambda_endpoint,
            tags: new.tags,
            settings: new.settings,
            created_at: now,
            updated_at: now,
        };
        refuse(check_stage(&stage, &self.inner.limits))?;
        let _turn = self.turn(api).await;
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            if self.inner.records.stage(api, &stage.name).await?.is_some() {
                return Err(Error::already_exists(Noun::Stage, stage.name));
            }
            self.check_stage_count(api).await?;
            let deployment = self.deployment(api, DeploymentRef::Id(deployment.id)).await?;
            let new = stage.clone();
            if let Some(written) =
                self.write_stage(&partition, new, Was::Absent, &deployment, &[], options).await?
            {
                return Ok(written);
            }
        }
        Err(Error::Contended { noun: Noun::Stage, id: stage.name.to_string() })
    }

    /// A stage.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn stage(&self, api: ApiId, name: &StageName) -> Result<Stage, Error> {
        self.head(api).await?;
        let stage = self.inner.records.stage(api, name).await?;
        stage.ok_or_else(|| Error::not_found(Noun::Stage, name))
    }

    /// The stages of an API, by name.
    ///
    /// # Errors
    /// When the API is not there.
    pub async fn stages(&self, api: ApiId) -> Result<Vec<Stage>, Error> {
        self.head(api).await?;
        Ok(self.inner.records.stages(api).await?)
    }

    /// Changes a stage: its target, variables, description, labels, settings; `change` may run more than once.
    /// `options.expected` is the stage's own revision.
    ///
    /// # Errors
    /// When it is not there, `change` or a field of its outcome is wrong, or the deployment it is moved to is not
    /// there. [`Error::Unsupported`] for a canary.
    pub async fn update_stage(
        &self,
        api: ApiId,
        name: &StageName,
        change: impl FnMut(&mut Stage) -> Result<(), Vec<Issue>> + Send,
        options: Options,
    ) -> Result<Written<Stage>, Error> {
        self.update_stage_and_keep(api, name, change, &[], options).await
    }

    /// The same with writes to kept things in the same commit.
    ///
    /// # Errors
    /// As [`update_stage`](Self::update_stage) and [`keep_all`](Self::keep_all).
    pub async fn update_stage_and_keep(
        &self,
        api: ApiId,
        name: &StageName,
        mut change: impl FnMut(&mut Stage) -> Result<(), Vec<Issue>> + Send,
        also: &[KeptWrite],
        options: Options,
    ) -> Result<Written<Stage>, Error> {
        let _turn = self.turn(api).await;
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let before = self.stage(api, name).await?;
            check_expected(options.expected, before.revision, Noun::Stage, name)?;
            let mut stage = before.clone();
            change(&mut stage).map_err(Error::Invalid)?;
            stage.api_id = before.api_id;
            stage.name.clone_from(&before.name);
            stage.revision = before.revision;
            stage.created_at = before.created_at;
            stage.updated_at = before.updated_at;
            if stage == before && also.is_empty() {
                let revision = before.revision;
                return Ok(Written { value: before, revision, store_revision: None, warnings: Vec::new() });
            }
            refuse(check_stage(&stage, &self.inner.limits))?;
            if !options.keep_unserved {
                refuse_canary(&stage)?;
            }
            stage.updated_at = self.inner.clock.now();
            let partition = self.head(api).await?.partition;
            let deployment = self.deployment(api, DeploymentRef::Id(stage.target.deployment)).await?;
            let was = Was::At(before.revision);
            if let Some(written) =
                self.write_stage(&partition, stage, was, &deployment, also, options).await?
            {
                return Ok(written);
            }
        }
        Err(Error::Contended { noun: Noun::Stage, id: name.to_string() })
    }

    /// Moves a stage back: to the deployment named, or to the newest one before the present that is still there.
    ///
    /// # Errors
    /// When the stage or the deployment is not there, or there is none before.
    pub async fn rollback(
        &self,
        api: ApiId,
        name: &StageName,
        to: Option<DeploymentRef>,
        options: Options,
    ) -> Result<Written<Moved>, Error> {
        let _turn = self.turn(api).await;
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let before = self.stage(api, name).await?;
            check_expected(options.expected, before.revision, Noun::Stage, name)?;
            let from = before.target.deployment;
            let to = match to {
                Some(at) => self.deployment(api, at).await?,
                None => self.deployment_before(api, &before).await?,
            };
            let mut stage = before.clone();
            stage.target = StageTarget { deployment: to.id, canary: None };
            stage.updated_at = self.inner.clock.now();
            let partition = self.head(api).await?.partition;
            let was = Was::At(before.revision);
            if let Some(written) = self.write_stage(&partition, stage, was, &to, &[], options).await? {
                return Ok(written.map(|stage| Moved { from, to, stage }));
            }
        }
        Err(Error::Contended { noun: Noun::Stage, id: name.to_string() })
    }

    /// Deletes a stage. It is no longer served when the call returns.
    ///
    /// # Errors
    /// [`Error::InUse`] while a domain binding leads to it; when it is not there.
    pub async fn delete_stage(
        &self,
        api: ApiId,
        name: &StageName,
        options: Options,
    ) -> Result<Written<()>, Error> {
        let _turn = self.turn(api).await;
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let head = self.head(api).await?;
            let stage = self.stage(api, name).await?;
            let revision = stage.revision;
            check_expected(options.expected, revision, Noun::Stage, name)?;
            let by = self.domains_to(&head.partition, api, Some(name)).await?;
            if !by.is_empty() {
                return Err(Error::InUse { noun: Noun::Stage, id: name.to_string(), by });
            }
            let warnings = Vec::new();
            if options.validate_only {
                return Ok(Written { value: (), revision, store_revision: None, warnings });
            }
            let mut edit = self.begin(ChangeKind::StageDeleted);
            edit.delete_stage(&stage);
            match self.commit_served(edit, Shift::StageGone(api, name.clone())).await {
                Ok(committed) => {
                    let store_revision = Some(committed.store_revision);
                    return Ok(Written { value: (), revision, store_revision, warnings });
                }
                Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended { noun: Noun::Stage, id: name.to_string() })
    }

    /// Refuses one stage too many.
    pub(super) async fn check_stage_count(&self, api: ApiId) -> Result<(), Error> {
        let most = self.inner.limits.stages;
        if self.inner.records.stages(api).await?.len() < most {
            Ok(())
        } else {
            Err(Error::LimitExceeded(Issue::new("", format!("an API has at most {most} stages"))))
        }
    }

    /// Compiles what a stage is to serve, commits the stage with writes to kept things, and publishes it. `None` when another writer came first.
    async fn write_stage(
        &self,
        partition: &Partition,
        stage: Stage,
        was: Was,
        deployment: &Deployment,
        also: &[KeptWrite],
        options: Options,
    ) -> Result<Option<Written<Stage>>, Error> {
        let compiled = self.compiled(deployment).await?;
        let bound = self.inner.serving.bind(&compiled, partition, &stage).await?;
        let warnings = bound.warnings.clone();
        let revision = next_revision(was);
        if options.validate_only {
            let value = Stage { revision, ..stage };
            return Ok(Some(Written { value, revision, store_revision: None, warnings }));
        }
        let kind = match was {
            Was::Absent => ChangeKind::StageCreated,
            Was::At(_) => ChangeKind::StageChanged,
        };
        let mut edit = self.begin(kind);
        self.add_kept(&mut edit, also).await?;
        edit.put_stage(stage.clone(), was);
        match self.commit_served(edit, Shift::Stage(bound)).await {
            Ok(mut committed) => {
                let value = committed.stages.pop().unwrap_or(Stage { revision, ..stage });
                let store_revision = Some(committed.store_revision);
                Ok(Some(Written { value, revision, store_revision, warnings }))
            }
            Err(CommitError::Conflict { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The newest deployment that is older than the one a stage serves and still has its content.
    async fn deployment_before(&self, api: ApiId, stage: &Stage) -> Result<Deployment, Error> {
        let present = self.deployment(api, DeploymentRef::Id(stage.target.deployment)).await?;
        let mut before = present.number;
        loop {
            let page = self.inner.records.deployments(api, Some(before), LOOK_BACK).await?;
            let Some(oldest) = page.last() else {
                return Err(Error::precondition(format!(
                    "stage {} serves deployment number {}, and no earlier one is left to roll back to",
                    stage.name, present.number
                )));
            };
            before = oldest.number;
            if let Some(found) = page.into_iter().find(|deployment| !deployment.deleted) {
                return Ok(found);
            }
        }
    }
}

/// Checks what people give of a stage.
fn check_stage(stage: &Stage, limits: &Limits) -> Issues {
    let mut issues = Issues::new();
    check_description(stage.description.as_deref(), &mut issues);
    check_tags(&stage.tags, limits, &mut issues);
    check_settings(&stage.settings, &mut issues);
    issues
}

fn check_settings(settings: &BTreeMap<String, String>, issues: &mut Issues) {
    let (most, bytes) = SETTINGS;
    if settings.len() > most {
        issues.push("settings", format!("a stage keeps at most {most} settings, not {}", settings.len()));
    }
    for (path, value) in settings {
        if path.is_empty() || path.len() + value.len() > bytes {
            issues.push(format!("settings[{path}]"), format!("path and value have 1 to {bytes} bytes"));
        }
    }
}

/// A share of the traffic for another deployment can be said in the model and is not served yet.
fn refuse_canary(stage: &Stage) -> Result<(), Error> {
    match &stage.target.canary {
        None => Ok(()),
        Some(_) => Err(Error::Unsupported(vec![Issue::new(
            "canary",
            "not supported yet: a share of the traffic for another deployment",
        )])),
    }
}
