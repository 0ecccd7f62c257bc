//! `DeploymentService`.

use tonic::{Request, Response, Status};

use super::fields::{Fields, options};
use super::{Admin, page, status};
use crate::control::{Error, NewDeployment, StageChoice};
use crate::model::{ApiId, Issue, StageName};
use crate::wire::pb::{self, deployment_service_server::DeploymentService};
use crate::wire::{deployment, issue, stage};

/// The name of the list in page tokens.
const LIST: &str = "deployments";

#[tonic::async_trait]
impl DeploymentService for Admin {
    async fn create_deployment(
        &self,
        request: Request<pb::CreateDeploymentRequest>,
    ) -> Result<Response<pb::CreateDeploymentResponse>, Status> {
        let request = request.into_inner();
        let options = options(request.expected_revision, request.validate_only);
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let new = read_new(&mut fields, request);
        let (api, new) = fields.finish((api, new))?;
        let written = self.control().create_deployment(api, new, options).await;
        let written = written.map_err(|error| status::failure(rename(error)))?;
        Ok(Response::new(pb::CreateDeploymentResponse {
            deployment: Some(deployment::into_pb(&written.value.deployment)),
            stage: written.value.stage.as_ref().map(stage::into_pb),
            warnings: written.warnings.into_iter().map(issue::into_pb).collect(),
        }))
    }

    async fn get_deployment(
        &self,
        request: Request<pb::GetDeploymentRequest>,
    ) -> Result<Response<pb::GetDeploymentResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let at = fields.deployment("deployment", &request.deployment);
        let (api, at) = fields.finish((api, at))?;
        let found = self.control().deployment(api, at).await.map_err(status::failure)?;
        let summary = self.control().deployment_summary(api, at).await.map_err(status::failure)?;
        Ok(Response::new(pb::GetDeploymentResponse {
            deployment: Some(deployment::into_pb(&found)),
            paths: deployment::summary_into_pb(&summary),
        }))
    }

    async fn list_deployments(
        &self,
        request: Request<pb::ListDeploymentsRequest>,
    ) -> Result<Response<pb::ListDeploymentsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let before = fields.after::<u64>(LIST, &request.page_token);
        let (api, before) = fields.finish((api, before))?;
        let found = self.control().deployments(api, before, page::size(request.page_size)).await;
        let found = found.map_err(status::failure)?;
        Ok(Response::new(pb::ListDeploymentsResponse {
            deployments: found.items.iter().map(deployment::into_pb).collect(),
            next_page_token: page::token(LIST, found.next.as_ref()),
        }))
    }

    async fn update_deployment(
        &self,
        request: Request<pb::UpdateDeploymentRequest>,
    ) -> Result<Response<pb::UpdateDeploymentResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let at = fields.deployment("deployment", &request.deployment);
        let (api, at) = fields.finish((api, at))?;
        let options = options(0, request.validate_only);
        let written = self.control().update_deployment(api, at, request.description, options).await;
        let written = written.map_err(status::failure)?;
        let deployment = Some(deployment::into_pb(&written.value));
        Ok(Response::new(pb::UpdateDeploymentResponse { deployment }))
    }

    async fn delete_deployment(
        &self,
        request: Request<pb::DeleteDeploymentRequest>,
    ) -> Result<Response<pb::DeleteDeploymentResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let at = fields.deployment("deployment", &request.deployment);
        let (api, at) = fields.finish((api, at))?;
        let options = options(0, request.validate_only);
        let written = self.control().delete_deployment(api, at, options).await.map_err(status::failure)?;
        let deployment = Some(deployment::into_pb(&written.value));
        Ok(Response::new(pb::DeleteDeploymentResponse { deployment }))
    }
}

fn read_new(fields: &mut Fields, request: pb::CreateDeploymentRequest) -> Option<NewDeployment> {
    let name = fields.optional::<StageName>("stage_name", &request.stage_name)?;
    let stage = match name {
        Some(name) => {
            let has_variables = !request.variables.is_empty();
            let variables = fields.variables("variables", request.variables)?;
            let variables = has_variables.then_some(variables);
            Some(StageChoice { description: request.stage_description, variables, ..StageChoice::new(name) })
        }
        None => {
            if request.stage_description.is_some() {
                fields.fault("stage_description", "needs a stage_name");
            }
            if !request.variables.is_empty() {
                fields.fault("variables", "need a stage_name");
            }
            None
        }
    };
    Some(NewDeployment { description: request.description, stage })
}

/// The use case speaks of a stage's fields; the message has them side by side.
fn rename(error: Error) -> Error {
    let renamed = |issue: Issue| {
        let field = match issue.field.strip_prefix("stage.") {
            Some("description") => "stage_description".to_owned(),
            Some("name") => "stage_name".to_owned(),
            Some(rest) => rest.to_owned(),
            None => issue.field,
        };
        Issue::new(field, issue.message)
    };
    match error {
        Error::Invalid(issues) => Error::Invalid(issues.into_iter().map(renamed).collect()),
        other => other,
    }
}
