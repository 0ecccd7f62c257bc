//! `ModelService`.

use tonic::{Request, Response, Status};

use super::fields::{Fields, options};
use super::mask::Mask;
use super::{Admin, page, status};
use crate::control::NewModel;
use crate::model::{ApiId, Issue, Issues, Model, ModelName};
use crate::wire::pb::{self, model_service_server::ModelService};
use crate::wire::{model, read};

/// The name of the list in page tokens.
const LIST: &str = "models";

#[tonic::async_trait]
impl ModelService for Admin {
    async fn create_model(
        &self,
        request: Request<pb::CreateModelRequest>,
    ) -> Result<Response<pb::CreateModelResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let sent = fields.message("model", request.model);
        let new = sent.and_then(|sent| fields.read("model", new_model(sent)));
        let (api, new) = fields.finish((api, new))?;
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().create_model(api, new, options).await;
        let written = written.map_err(|error| status::failure(error.at("model")))?;
        let model = Some(model::into_pb(&written.value));
        Ok(Response::new(pb::CreateModelResponse { model, revision: written.revision.0 }))
    }

    async fn get_model(
        &self,
        request: Request<pb::GetModelRequest>,
    ) -> Result<Response<pb::GetModelResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let name: Option<ModelName> = fields.required("model_name", &request.model_name);
        let (api, name) = fields.finish((api, name))?;
        let read = self.control().model(api, &name).await.map_err(status::failure)?;
        let model = Some(model::into_pb(&read.value));
        Ok(Response::new(pb::GetModelResponse { model, revision: read.revision.0 }))
    }

    async fn list_models(
        &self,
        request: Request<pb::ListModelsRequest>,
    ) -> Result<Response<pb::ListModelsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let after = fields.after(LIST, &request.page_token);
        let (api, after) = fields.finish((api, after))?;
        let read = self.control().models(api, after, page::size(request.page_size)).await;
        let read = read.map_err(status::failure)?;
        Ok(Response::new(pb::ListModelsResponse {
            models: read.value.items.iter().map(|model| model::into_pb(model)).collect(),
            next_page_token: page::token(LIST, read.value.next.as_ref()),
            revision: read.revision.0,
        }))
    }

    async fn update_model(
        &self,
        request: Request<pb::UpdateModelRequest>,
    ) -> Result<Response<pb::UpdateModelResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let name: Option<ModelName> = fields.required("model_name", &request.model_name);
        let sent = fields.message("model", request.model);
        let mask = fields.read("update_mask", Mask::parse(request.update_mask));
        let (api, name, sent, mask) = fields.finish((api, name, sent, mask))?;
        let change = |model: &mut Model| {
            let mut edited = model::into_pb(model);
            mask.apply(&mut edited, &sent);
            model.description = edited.description;
            model.schema = edited.schema;
            Ok(())
        };
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().update_model(api, &name, change, options).await;
        let written = written.map_err(|error| status::failure(error.at("model")))?;
        let model = Some(model::into_pb(&written.value));
        Ok(Response::new(pb::UpdateModelResponse { model, revision: written.revision.0 }))
    }

    async fn delete_model(
        &self,
        request: Request<pb::DeleteModelRequest>,
    ) -> Result<Response<pb::DeleteModelResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let name: Option<ModelName> = fields.required("model_name", &request.model_name);
        let (api, name) = fields.finish((api, name))?;
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().delete_model(api, &name, options).await.map_err(status::failure)?;
        Ok(Response::new(pb::DeleteModelResponse { revision: written.revision.0 }))
    }
}

fn new_model(sent: pb::Model) -> Result<NewModel, Vec<Issue>> {
    let mut issues = Issues::new();
    let name = read::required(&mut issues, "name", &sent.name);
    let content_type = read::required(&mut issues, "content_type", &sent.content_type);
    issues.into_result(())?;
    match (name, content_type) {
        (Some(name), Some(content_type)) => {
            Ok(NewModel { name, content_type, description: sent.description, schema: sent.schema })
        }
        (_, _) => Err(Vec::new()),
    }
}
