//! `ApiService`.

use tonic::{Request, Response, Status};

use super::fields::{Fields, options};
use super::mask::Mask;
use super::{Admin, page, status};
use crate::control::{ApiState, NewApi};
use crate::model::ApiId;
use crate::wire::api::{self, ApiSettings};
use crate::wire::issue;
use crate::wire::pb::{self, api_service_server::ApiService};

/// The name of the list in page tokens.
const LIST: &str = "apis";

#[tonic::async_trait]
impl ApiService for Admin {
    async fn create_api(
        &self,
        request: Request<pb::CreateApiRequest>,
    ) -> Result<Response<pb::CreateApiResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let sent = fields.message("api", request.api);
        let settings = sent.and_then(|api| fields.read("api", ApiSettings::try_from_pb(api)));
        let partition = self.partition(&mut fields, &request.region);
        let (settings, partition) = fields.finish((settings, partition))?;
        let control = self.control().in_partition(partition);
        let written = control.create_api(new_api(settings), options(0, request.validate_only)).await;
        let written = written.map_err(|error| status::failure(error.at("api")))?;
        let warnings = written.warnings.into_iter().map(issue::into_pb).collect();
        Ok(Response::new(pb::CreateApiResponse { api: Some(into_pb(&written.value)), warnings }))
    }

    async fn get_api(
        &self,
        request: Request<pb::GetApiRequest>,
    ) -> Result<Response<pb::GetApiResponse>, Status> {
        let mut fields = Fields::default();
        let id: Option<ApiId> = fields.required("api_id", &request.get_ref().api_id);
        let id = fields.finish(id)?;
        let state = self.control().api(id).await.map_err(status::failure)?;
        Ok(Response::new(pb::GetApiResponse { api: Some(into_pb(&state)) }))
    }

    async fn list_apis(
        &self,
        request: Request<pb::ListApisRequest>,
    ) -> Result<Response<pb::ListApisResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let partition = self.partition(&mut fields, &request.region);
        let after = fields.after(LIST, &request.page_token);
        let (partition, after) = fields.finish((partition, after))?;
        let control = self.control().in_partition(partition);
        let found = control.apis(after, page::size(request.page_size)).await.map_err(status::failure)?;
        Ok(Response::new(pb::ListApisResponse {
            apis: found.items.iter().map(into_pb).collect(),
            next_page_token: page::token(LIST, found.next.as_ref()),
        }))
    }

    async fn update_api(
        &self,
        request: Request<pb::UpdateApiRequest>,
    ) -> Result<Response<pb::UpdateApiResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let id: Option<ApiId> = fields.required("api_id", &request.api_id);
        let sent = fields.message("api", request.api);
        let mask = fields.read("update_mask", Mask::parse(request.update_mask));
        let (id, sent, mask) = fields.finish((id, sent, mask))?;
        let change = |api: &mut crate::model::Api| {
            let mut edited = api::settings_into_pb(api);
            mask.apply(&mut edited, &sent);
            ApiSettings::try_from_pb(edited)?.write_to(api);
            Ok(())
        };
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().update_api(id, change, options).await;
        let written = written.map_err(|error| status::failure(error.at("api")))?;
        let warnings = written.warnings.into_iter().map(issue::into_pb).collect();
        Ok(Response::new(pb::UpdateApiResponse { api: Some(into_pb(&written.value)), warnings }))
    }

    async fn delete_api(
        &self,
        request: Request<pb::DeleteApiRequest>,
    ) -> Result<Response<pb::DeleteApiResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let id: Option<ApiId> = fields.required("api_id", &request.api_id);
        let id = fields.finish(id)?;
        let options = options(request.expected_revision, request.validate_only);
        self.control().delete_api(id, options).await.map_err(status::failure)?;
        Ok(Response::new(pb::DeleteApiResponse {}))
    }
}

fn new_api(settings: ApiSettings) -> NewApi {
    NewApi {
        name: settings.name,
        description: settings.description,
        version: settings.version,
        api_key_source: settings.api_key_source,
        binary_media_types: settings.binary_media_types,
        minimum_compression_size: settings.minimum_compression_size,
        endpoint_type: settings.endpoint_type,
        disable_execute_api_endpoint: settings.disable_execute_api_endpoint,
        policy: settings.policy,
        tags: settings.tags,
        ..NewApi::default()
    }
}

pub(super) fn into_pb(state: &ApiState) -> pb::Api {
    api::into_pb(&state.api, state.root_resource_id, state.revision, &state.partition.region)
}
