//! `MethodService`: methods whole, and their method responses, integration and integration responses one by one.

use std::fmt;
use std::str::FromStr;

use tonic::{Request, Response, Status};

use super::fields::{Fields, options};
use super::mask::Mask;
use super::{Admin, page, status};
use crate::control::MethodState;
use crate::model::{ApiId, ManagedBy, Method, ResourcePath, Verb};
use crate::wire::pb::{self, method_service_server::MethodService};
use crate::wire::{integration, issue, method};

/// The name of the list in page tokens.
const LIST: &str = "methods";

#[tonic::async_trait]
impl MethodService for Admin {
    async fn put_method(
        &self,
        request: Request<pb::PutMethodRequest>,
    ) -> Result<Response<pb::PutMethodResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let at = fields.method(&request.resource, &request.http_method);
        let sent = fields.read("method", method::try_from_pb(request.method.unwrap_or_default()));
        let (api, at, sent) = fields.finish((api, at, sent))?;
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().put_method(api, at, sent, options).await;
        let written = written.map_err(|error| status::failure(error.at("method")))?;
        Ok(Response::new(pb::PutMethodResponse {
            method: Some(into_pb(&written.value)),
            revision: written.revision.0,
            warnings: written.warnings.into_iter().map(issue::into_pb).collect(),
        }))
    }

    async fn get_method(
        &self,
        request: Request<pb::GetMethodRequest>,
    ) -> Result<Response<pb::GetMethodResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let at = fields.method(&request.resource, &request.http_method);
        let (api, at) = fields.finish((api, at))?;
        let read = self.control().method(api, at).await.map_err(status::failure)?;
        let method = Some(into_pb(&read.value));
        Ok(Response::new(pb::GetMethodResponse { method, revision: read.revision.0 }))
    }

    async fn list_methods(
        &self,
        request: Request<pb::ListMethodsRequest>,
    ) -> Result<Response<pb::ListMethodsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let of = match request.resource.as_str() {
            "" => Some(None),
            text => fields.resource("resource", text).map(Some),
        };
        let after = fields.after::<Place>(LIST, &request.page_token);
        let (api, of, after) = fields.finish((api, of, after))?;
        let after = after.map(|place| (place.path, place.verb));
        let read = self.control().methods(api, of, after, page::size(request.page_size)).await;
        let read = read.map_err(status::failure)?;
        let next = read.value.next.map(|(path, verb)| Place { path, verb });
        Ok(Response::new(pb::ListMethodsResponse {
            methods: read.value.items.iter().map(into_pb).collect(),
            next_page_token: page::token(LIST, next.as_ref()),
            revision: read.revision.0,
        }))
    }

    async fn update_method(
        &self,
        request: Request<pb::UpdateMethodRequest>,
    ) -> Result<Response<pb::UpdateMethodResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let at = fields.method(&request.resource, &request.http_method);
        let sent = fields.message("method", request.method);
        let mask = fields.read("update_mask", Mask::parse(request.update_mask));
        let (api, at, sent, mask) = fields.finish((api, at, sent, mask))?;
        let change = |method: &mut Method| {
            let mut edited = method::fields_into_pb(method);
            mask.apply(&mut edited, &sent);
            let managed_by: ManagedBy = method.managed_by;
            *method = Method { managed_by, ..method::try_from_pb(edited)? };
            Ok(())
        };
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().update_method(api, at, change, options).await;
        let written = written.map_err(|error| status::failure(error.at("method")))?;
        Ok(Response::new(pb::UpdateMethodResponse {
            method: Some(into_pb(&written.value)),
            revision: written.revision.0,
            warnings: written.warnings.into_iter().map(issue::into_pb).collect(),
        }))
    }

    async fn delete_method(
        &self,
        request: Request<pb::DeleteMethodRequest>,
    ) -> Result<Response<pb::DeleteMethodResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let at = fields.method(&request.resource, &request.http_method);
        let (api, at) = fields.finish((api, at))?;
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().delete_method(api, at, options).await.map_err(status::failure)?;
        Ok(Response::new(pb::DeleteMethodResponse { revision: written.revision.0 }))
    }

    async fn put_method_response(
        &self,
        request: Request<pb::PutMethodResponseRequest>,
    ) -> Result<Response<pb::PutMethodResponseResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let at = fields.method(&request.resource, &request.http_method);
        let sent = fields.message("method_response", request.method_response);
        let sent = sent.and_then(|sent| fields.read("method_response", method::response_try_from_pb(sent)));
        let (api, at, (code, response)) = fields.finish((api, at, sent))?;
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().put_method_response(api, at, code, response, options).await;
        let written = written.map_err(|error| status::failure(error.at("method_response")))?;
        Ok(Response::new(pb::PutMethodResponseResponse {
            method: Some(into_pb(&written.value)),
            revision: written.revision.0,
            warnings: written.warnings.into_iter().map(issue::into_pb).collect(),
        }))
    }

    async fn delete_method_response(
        &self,
        request: Request<pb::DeleteMethodResponseRequest>,
    ) -> Result<Response<pb::DeleteMethodResponseResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let at = fields.method(&request.resource, &request.http_method);
        let code = fields.take("status_code", crate::model::Status::try_from(request.status_code));
        let (api, at, code) = fields.finish((api, at, code))?;
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().delete_method_response(api, at, code, options).await;
        let written = written.map_err(status::failure)?;
        let method = Some(into_pb(&written.value));
        Ok(Response::new(pb::DeleteMethodResponseResponse { method, revision: written.revision.0 }))
    }

    async fn put_integration(
        &self,
        request: Request<pb::PutIntegrationRequest>,
    ) -> Result<Response<pb::PutIntegrationResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let at = fields.method(&request.resource, &request.http_method);
        let sent = fields.message("integration", request.integration);
        let sent = sent.and_then(|sent| fields.read("integration", integration::try_from_pb(sent)));
        let (api, at, sent) = fields.finish((api, at, sent))?;
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().put_integration(api, at, sent, options).await;
        let written = written.map_err(|error| status::failure(error.at("integration")))?;
        Ok(Response::new(pb::PutIntegrationResponse {
            method: Some(into_pb(&written.value)),
            revision: written.revision.0,
            warnings: written.warnings.into_iter().map(issue::into_pb).collect(),
        }))
    }

    async fn delete_integration(
        &self,
        request: Request<pb::DeleteIntegrationRequest>,
    ) -> Result<Response<pb::DeleteIntegrationResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let at = fields.method(&request.resource, &request.http_method);
        let (api, at) = fields.finish((api, at))?;
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().delete_integration(api, at, options).await.map_err(status::failure)?;
        let method = Some(into_pb(&written.value));
        Ok(Response::new(pb::DeleteIntegrationResponse { method, revision: written.revision.0 }))
    }

    async fn put_integration_response(
        &self,
        request: Request<pb::PutIntegrationResponseRequest>,
    ) -> Result<Response<pb::PutIntegrationResponseResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let at = fields.method(&request.resource, &request.http_method);
        let sent = fields.message("integration_response", request.integration_response);
        let sent = sent
            .and_then(|sent| fields.read("integration_response", integration::response_try_from_pb(sent)));
        let (api, at, (code, response)) = fields.finish((api, at, sent))?;
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().put_integration_response(api, at, code, response, options).await;
        let written = written.map_err(|error| status::failure(error.at("integration_response")))?;
        Ok(Response::new(pb::PutIntegrationResponseResponse {
            method: Some(into_pb(&written.value)),
            revision: written.revision.0,
            warnings: written.warnings.into_iter().map(issue::into_pb).collect(),
        }))
    }

    async fn delete_integration_response(
        &self,
        request: Request<pb::DeleteIntegrationResponseRequest>,
    ) -> Result<Response<pb::DeleteIntegrationResponseResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let at = fields.method(&request.resource, &request.http_method);
        let code = fields.take("status_code", crate::model::Status::try_from(request.status_code));
        let (api, at, code) = fields.finish((api, at, code))?;
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().delete_integration_response(api, at, code, options).await;
        let written = written.map_err(status::failure)?;
        let method = Some(into_pb(&written.value));
        Ok(Response::new(pb::DeleteIntegrationResponseResponse { method, revision: written.revision.0 }))
    }
}

/// Where a page of methods begins, in a page token.
struct Place {
    path: ResourcePath,
    verb: Verb,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.path)
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (verb, path) = text.split_once(' ').ok_or(())?;
        Ok(Self { path: path.parse().map_err(|_| ())?, verb: verb.parse().map_err(|_| ())? })
    }
}

fn into_pb(state: &MethodState) -> pb::Method {
    method::into_pb(&state.method, &state.path, state.resource_id, state.verb)
}
