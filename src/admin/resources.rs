//! `ResourceService`.

use tonic::{Request, Response, Status};

use super::fields::{Fields, options};
use super::{Admin, page, status};
use crate::control::{ResourceRef, ResourceState};
use crate::model::{ApiId, PathPart, ResourcePath};
use crate::wire::pb::{self, resource_service_server::ResourceService};
use crate::wire::resource;

/// The name of the list in page tokens.
const LIST: &str = "resources";

#[tonic::async_trait]
impl ResourceService for Admin {
    async fn create_resource(
        &self,
        request: Request<pb::CreateResourceRequest>,
    ) -> Result<Response<pb::CreateResourceResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let parent = match request.parent.as_str() {
            "" => Some(ResourceRef::Path(ResourcePath::ROOT)),
            text => fields.resource("parent", text),
        };
        let part: Option<PathPart> = fields.required("path_part", &request.path_part);
        let (api, parent, part) = fields.finish((api, parent, part))?;
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().create_resource(api, parent, part, options).await;
        let written = written.map_err(status::failure)?;
        Ok(Response::new(pb::CreateResourceResponse {
            resource: Some(into_pb(&written.value)),
            revision: written.revision.0,
        }))
    }

    async fn ensure_path(
        &self,
        request: Request<pb::EnsurePathRequest>,
    ) -> Result<Response<pb::EnsurePathResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let path: Option<ResourcePath> = fields.required("path", &request.path);
        let (api, path) = fields.finish((api, path))?;
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().ensure_path(api, path, options).await.map_err(status::failure)?;
        Ok(Response::new(pb::EnsurePathResponse {
            resource: Some(into_pb(&written.value.resource)),
            created: written.value.created.iter().map(into_pb).collect(),
            revision: written.revision.0,
        }))
    }

    async fn get_resource(
        &self,
        request: Request<pb::GetResourceRequest>,
    ) -> Result<Response<pb::GetResourceResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let at = fields.resource("resource", &request.resource);
        let (api, at) = fields.finish((api, at))?;
        let read = self.control().resource(api, at).await.map_err(status::failure)?;
        Ok(Response::new(pb::GetResourceResponse {
            resource: Some(into_pb(&read.value)),
            revision: read.revision.0,
        }))
    }

    async fn list_resources(
        &self,
        request: Request<pb::ListResourcesRequest>,
    ) -> Result<Response<pb::ListResourcesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let after = fields.after(LIST, &request.page_token);
        let (api, after) = fields.finish((api, after))?;
        let read = self.control().resources(api, after, page::size(request.page_size)).await;
        let read = read.map_err(status::failure)?;
        Ok(Response::new(pb::ListResourcesResponse {
            resources: read.value.items.iter().map(into_pb).collect(),
            next_page_token: page::token(LIST, read.value.next.as_ref()),
            revision: read.revision.0,
        }))
    }

    async fn delete_resource(
        &self,
        request: Request<pb::DeleteResourceRequest>,
    ) -> Result<Response<pb::DeleteResourceResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let at = fields.resource("resource", &request.resource);
        let (api, at) = fields.finish((api, at))?;
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().delete_resource(api, at, options).await.map_err(status::failure)?;
        Ok(Response::new(pb::DeleteResourceResponse {
            deleted_ids: written.value.iter().map(|state| state.resource.id.to_string()).collect(),
            revision: written.revision.0,
        }))
    }
}

fn into_pb(state: &ResourceState) -> pb::Resource {
    resource::into_pb(&state.resource, &state.path)
}
