//! `StageService`.

use tonic::{Request, Response, Status};

use super::fields::{Fields, options};
use super::mask::Mask;
use super::{Admin, page, status};
use crate::control::{DeploymentRef, NewStage};
use crate::model::{ApiId, DeploymentId, Issue, Issues, Stage, StageName};
use crate::wire::pb::{self, stage_service_server::StageService};
use crate::wire::stage::{self, StageSettings};
use crate::wire::{issue, read};

/// The name of the list in page tokens.
const LIST: &str = "stages";

#[tonic::async_trait]
impl StageService for Admin {
    async fn create_stage(
        &self,
        request: Request<pb::CreateStageRequest>,
    ) -> Result<Response<pb::CreateStageResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let new = fields.message("stage", request.stage).and_then(|sent| read_new(&mut fields, sent));
        let (api, new) = fields.finish((api, new))?;
        let written = self.control().create_stage(api, new, options(0, request.validate_only)).await;
        let written = written.map_err(|error| status::failure(error.at("stage")))?;
        Ok(Response::new(pb::CreateStageResponse {
            stage: Some(stage::into_pb(&written.value)),
            warnings: written.warnings.into_iter().map(issue::into_pb).collect(),
        }))
    }

    async fn get_stage(
        &self,
        request: Request<pb::GetStageRequest>,
    ) -> Result<Response<pb::GetStageResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let name: Option<StageName> = fields.required("stage_name", &request.stage_name);
        let (api, name) = fields.finish((api, name))?;
        let found = self.control().stage(api, &name).await.map_err(status::failure)?;
        Ok(Response::new(pb::GetStageResponse { stage: Some(stage::into_pb(&found)) }))
    }

    async fn list_stages(
        &self,
        request: Request<pb::ListStagesRequest>,
    ) -> Result<Response<pb::ListStagesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let serving = match request.deployment.as_str() {
            "" => Some(None),
            text => fields.deployment("deployment", text).map(Some),
        };
        let after = fields.after::<StageName>(LIST, &request.page_token);
        let (api, serving, after) = fields.finish((api, serving, after))?;
        let serving = match serving {
            Some(at) => Some(self.control().deployment(api, at).await.map_err(status::failure)?.id),
            None => None,
        };
        let mut found = self.control().stages(api).await.map_err(status::failure)?;
        found.retain(|stage| {
            serving.is_none_or(|id| serves(stage, id))
                && after.as_ref().is_none_or(|after| stage.name > *after)
        });
        let size = page::size(request.page_size);
        let more = found.len() > size;
        found.truncate(size);
        let last = found.last().filter(|_| more).map(|stage| &stage.name);
        Ok(Response::new(pb::ListStagesResponse {
            next_page_token: page::token(LIST, last),
            stages: found.iter().map(stage::into_pb).collect(),
        }))
    }

    async fn update_stage(
        &self,
        request: Request<pb::UpdateStageRequest>,
    ) -> Result<Response<pb::UpdateStageResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let name: Option<StageName> = fields.required("stage_name", &request.stage_name);
        let sent = fields.message("stage", request.stage);
        let mask = fields.read("update_mask", Mask::parse(request.update_mask));
        let (api, name, mut sent, mask) = fields.finish((api, name, sent, mask))?;
        self.number_into_id(api, "stage.deployment_id", &mut sent.deployment_id).await?;
        if let Some(canary) = &mut sent.canary {
            self.number_into_id(api, "stage.canary.deployment_id", &mut canary.deployment_id).await?;
        }
        let change = |stage: &mut Stage| {
            let mut edited = stage::into_pb(stage);
            mask.apply(&mut edited, &sent);
            write(edited, stage)
        };
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().update_stage(api, &name, change, options).await;
        let written = written.map_err(|error| status::failure(error.at("stage")))?;
        Ok(Response::new(pb::UpdateStageResponse {
            stage: Some(stage::into_pb(&written.value)),
            warnings: written.warnings.into_iter().map(issue::into_pb).collect(),
        }))
    }

    async fn rollback_stage(
        &self,
        request: Request<pb::RollbackStageRequest>,
    ) -> Result<Response<pb::RollbackStageResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let name: Option<StageName> = fields.required("stage_name", &request.stage_name);
        let to = match request.deployment.as_str() {
            "" => Some(None),
            text => fields.deployment("deployment", text).map(Some),
        };
        let (api, name, to) = fields.finish((api, name, to))?;
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().rollback(api, &name, to, options).await.map_err(status::failure)?;
        Ok(Response::new(pb::RollbackStageResponse {
            stage: Some(stage::into_pb(&written.value.stage)),
            previous_deployment_id: written.value.from.to_string(),
            warnings: written.warnings.into_iter().map(issue::into_pb).collect(),
        }))
    }

    async fn delete_stage(
        &self,
        request: Request<pb::DeleteStageRequest>,
    ) -> Result<Response<pb::DeleteStageResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let name: Option<StageName> = fields.required("stage_name", &request.stage_name);
        let (api, name) = fields.finish((api, name))?;
        let options = options(request.expected_revision, request.validate_only);
        self.control().delete_stage(api, &name, options).await.map_err(status::failure)?;
        Ok(Response::new(pb::DeleteStageResponse {}))
    }
}

impl Admin {
    /// Puts the id in the place of a deployment's number, which never changes its deployment.
    async fn number_into_id(&self, api: ApiId, field: &str, text: &mut String) -> Result<(), Status> {
        if !text.starts_with('#') {
            return Ok(());
        }
        let mut fields = Fields::default();
        let at = fields.deployment(field, text);
        let at: DeploymentRef = fields.finish(at)?;
        *text = self.control().deployment(api, at).await.map_err(status::failure)?.id.to_string();
        Ok(())
    }
}

fn read_new(fields: &mut Fields, sent: pb::Stage) -> Option<NewStage> {
    let name = fields.required("stage.name", &sent.name);
    let deployment = fields.deployment("stage.deployment_id", &sent.deployment_id);
    let settings = fields.read("stage", StageSettings::try_from_pb(sent));
    let settings = settings?;
    if settings.canary.is_some() {
        fields.fault("stage.canary", "a new stage has none: create the stage first");
    }
    Some(NewStage {
        name: name?,
        deployment: deployment?,
        canary: None,
        description: settings.description,
        variables: settings.variables,
        lambda_endpoint: settings.lambda_endpoint,
        tags: settings.tags,
        settings: settings.settings,
    })
}

/// Puts what a caller may write in the place of a stage's own.
fn write(edited: pb::Stage, stage: &mut Stage) -> Result<(), Vec<Issue>> {
    let mut issues = Issues::new();
    let deployment = read::required::<DeploymentId>(&mut issues, "deployment_id", &edited.deployment_id);
    let settings = StageSettings::try_from_pb(edited).map_err(|faults| issues.extend_at("", faults)).ok();
    issues.into_result(())?;
    if let (Some(deployment), Some(settings)) = (deployment, settings) {
        stage.target = crate::model::StageTarget { deployment, canary: settings.canary };
        stage.description = settings.description;
        stage.variables = settings.variables;
        stage.lambda_endpoint = settings.lambda_endpoint;
        stage.tags = settings.tags;
        stage.settings = settings.settings;
    }
    Ok(())
}

fn serves(stage: &Stage, deployment: DeploymentId) -> bool {
    stage.target.deployment == deployment
        || stage.target.canary.as_ref().is_some_and(|canary| canary.deployment == deployment)
}
