//! `GatewayResponseService`.

use tonic::{Request, Response, Status};

use super::fields::{Fields, options};
use super::mask::Mask;
use super::{Admin, status};
use crate::control::EffectiveGatewayResponse;
use crate::model::{ApiId, GatewayResponse, GatewayResponseType};
use crate::wire::pb::{self, gateway_response_service_server::GatewayResponseService};
use crate::wire::{gateway_response, issue};

#[tonic::async_trait]
impl GatewayResponseService for Admin {
    async fn put_gateway_response(
        &self,
        request: Request<pb::PutGatewayResponseRequest>,
    ) -> Result<Response<pb::PutGatewayResponseResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let kind: Option<GatewayResponseType> = fields.required("response_type", &request.response_type);
        let sent = gateway_response::try_from_pb(request.gateway_response.unwrap_or_default());
        let sent = fields.read("gateway_response", sent);
        let (api, kind, sent) = fields.finish((api, kind, sent))?;
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().put_gateway_response(api, kind, sent, options).await;
        let written = written.map_err(|error| status::failure(error.at("gateway_response")))?;
        Ok(Response::new(pb::PutGatewayResponseResponse {
            gateway_response: Some(into_pb(&written.value)),
            revision: written.revision.0,
            warnings: written.warnings.into_iter().map(issue::into_pb).collect(),
        }))
    }

    async fn get_gateway_response(
        &self,
        request: Request<pb::GetGatewayResponseRequest>,
    ) -> Result<Response<pb::GetGatewayResponseResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let kind: Option<GatewayResponseType> = fields.required("response_type", &request.response_type);
        let (api, kind) = fields.finish((api, kind))?;
        let read = self.control().gateway_response(api, kind).await.map_err(status::failure)?;
        Ok(Response::new(pb::GetGatewayResponseResponse {
            gateway_response: Some(into_pb(&read.value)),
            revision: read.revision.0,
        }))
    }

    async fn list_gateway_responses(
        &self,
        request: Request<pb::ListGatewayResponsesRequest>,
    ) -> Result<Response<pb::ListGatewayResponsesResponse>, Status> {
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.get_ref().api_id);
        let api = fields.finish(api)?;
        let read = self.control().gateway_responses(api).await.map_err(status::failure)?;
        Ok(Response::new(pb::ListGatewayResponsesResponse {
            gateway_responses: read.value.iter().map(into_pb).collect(),
            revision: read.revision.0,
        }))
    }

    async fn update_gateway_response(
        &self,
        request: Request<pb::UpdateGatewayResponseRequest>,
    ) -> Result<Response<pb::UpdateGatewayResponseResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let kind: Option<GatewayResponseType> = fields.required("response_type", &request.response_type);
        let sent = fields.message("gateway_response", request.gateway_response);
        let mask = fields.read("update_mask", Mask::parse(request.update_mask));
        let (api, kind, sent, mask) = fields.finish((api, kind, sent, mask))?;
        let change = |response: &mut GatewayResponse| {
            let mut edited = gateway_response::into_pb(kind, response, true);
            mask.apply(&mut edited, &sent);
            *response = gateway_response::try_from_pb(edited)?;
            Ok(())
        };
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().update_gateway_response(api, kind, change, options).await;
        let written = written.map_err(|error| status::failure(error.at("gateway_response")))?;
        Ok(Response::new(pb::UpdateGatewayResponseResponse {
            gateway_response: Some(into_pb(&written.value)),
            revision: written.revision.0,
            warnings: written.warnings.into_iter().map(issue::into_pb).collect(),
        }))
    }

    async fn delete_gateway_response(
        &self,
        request: Request<pb::DeleteGatewayResponseRequest>,
    ) -> Result<Response<pb::DeleteGatewayResponseResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let kind: Option<GatewayResponseType> = fields.required("response_type", &request.response_type);
        let (api, kind) = fields.finish((api, kind))?;
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().delete_gateway_response(api, kind, options).await;
        let written = written.map_err(status::failure)?;
        Ok(Response::new(pb::DeleteGatewayResponseResponse { revision: written.revision.0 }))
    }
}

fn into_pb(state: &EffectiveGatewayResponse) -> pb::GatewayResponse {
    gateway_response::into_pb(state.kind, &state.response, !state.default_response)
}
