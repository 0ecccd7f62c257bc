//! `RequestValidatorService`.

use tonic::{Request, Response, Status};

use super::fields::{Fields, options};
use super::mask::Mask;
use super::{Admin, page, status};
use crate::control::NewRequestValidator;
use crate::model::{ApiId, RequestValidator, RequestValidatorId};
use crate::wire::pb::{self, request_validator_service_server::RequestValidatorService};
use crate::wire::request_validator::into_pb;

/// The name of the list in page tokens.
const LIST: &str = "request_validators";

#[tonic::async_trait]
impl RequestValidatorService for Admin {
    async fn create_request_validator(
        &self,
        request: Request<pb::CreateRequestValidatorRequest>,
    ) -> Result<Response<pb::CreateRequestValidatorResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let sent = fields.message("request_validator", request.request_validator);
        let (api, sent) = fields.finish((api, sent))?;
        let new = NewRequestValidator {
            name: sent.name,
            validate_request_parameters: sent.validate_request_parameters,
            validate_request_body: sent.validate_request_body,
        };
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().create_request_validator(api, new, options).await;
        let written = written.map_err(|error| status::failure(error.at("request_validator")))?;
        Ok(Response::new(pb::CreateRequestValidatorResponse {
            request_validator: Some(into_pb(&written.value)),
            revision: written.revision.0,
        }))
    }

    async fn get_request_validator(
        &self,
        request: Request<pb::GetRequestValidatorRequest>,
    ) -> Result<Response<pb::GetRequestValidatorResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let id: Option<RequestValidatorId> =
            fields.required("request_validator_id", &request.request_validator_id);
        let (api, id) = fields.finish((api, id))?;
        let read = self.control().request_validator(api, id).await.map_err(status::failure)?;
        Ok(Response::new(pb::GetRequestValidatorResponse {
            request_validator: Some(into_pb(&read.value)),
            revision: read.revision.0,
        }))
    }

    async fn list_request_validators(
        &self,
        request: Request<pb::ListRequestValidatorsRequest>,
    ) -> Result<Response<pb::ListRequestValidatorsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let after = fields.after(LIST, &request.page_token);
        let (api, after) = fields.finish((api, after))?;
        let read = self.control().request_validators(api, after, page::size(request.page_size)).await;
        let read = read.map_err(status::failure)?;
        Ok(Response::new(pb::ListRequestValidatorsResponse {
            request_validators: read.value.items.iter().map(|validator| into_pb(validator)).collect(),
            next_page_token: page::token(LIST, read.value.next.as_ref()),
            revision: read.revision.0,
        }))
    }

    async fn update_request_validator(
        &self,
        request: Request<pb::UpdateRequestValidatorRequest>,
    ) -> Result<Response<pb::UpdateRequestValidatorResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let id: Option<RequestValidatorId> =
            fields.required("request_validator_id", &request.request_validator_id);
        let sent = fields.message("request_validator", request.request_validator);
        let mask = fields.read("update_mask", Mask::parse(request.update_mask));
        let (api, id, sent, mask) = fields.finish((api, id, sent, mask))?;
        let change = |validator: &mut RequestValidator| {
            let mut edited = into_pb(validator);
            mask.apply(&mut edited, &sent);
            validator.name = edited.name;
            validator.validate_request_parameters = edited.validate_request_parameters;
            validator.validate_request_body = edited.validate_request_body;
            Ok(())
        };
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().update_request_validator(api, id, change, options).await;
        let written = written.map_err(|error| status::failure(error.at("request_validator")))?;
        Ok(Response::new(pb::UpdateRequestValidatorResponse {
            request_validator: Some(into_pb(&written.value)),
            revision: written.revision.0,
        }))
    }

    async fn delete_request_validator(
        &self,
        request: Request<pb::DeleteRequestValidatorRequest>,
    ) -> Result<Response<pb::DeleteRequestValidatorResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let id: Option<RequestValidatorId> =
            fields.required("request_validator_id", &request.request_validator_id);
        let (api, id) = fields.finish((api, id))?;
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().delete_request_validator(api, id, options).await;
        let written = written.map_err(status::failure)?;
        Ok(Response::new(pb::DeleteRequestValidatorResponse { revision: written.revision.0 }))
    }
}
