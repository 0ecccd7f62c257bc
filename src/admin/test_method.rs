//! `TestService`.

use tonic::{Request, Response, Status};

use super::fields::Fields;
use super::{Admin, status};
use crate::control::TestCall;
use crate::model::ApiId;
use crate::wire::pb::{self, test_service_server::TestService};
use crate::wire::{header, time};

#[tonic::async_trait]
impl TestService for Admin {
    async fn test_method(
        &self,
        request: Request<pb::TestMethodRequest>,
    ) -> Result<Response<pb::TestMethodResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let at = fields.method(&request.resource, &request.http_method);
        let call = read_call(&mut fields, request);
        let (api, at, call) = fields.finish((api, at, call))?;
        let answer = self.control().test_method(api, at, call).await.map_err(status::failure)?;
        let (body, binary_body) = match String::from_utf8(answer.body.into()) {
            Ok(text) => (text, Vec::new()),
            Err(error) => (String::new(), error.into_bytes()),
        };
        Ok(Response::new(pb::TestMethodResponse {
            status_code: answer.status.as_u16().into(),
            headers: header::into_pb(&answer.headers),
            body,
            binary_body,
            latency: Some(time::span_into_pb(answer.latency)),
            log: answer.log,
        }))
    }
}

fn read_call(fields: &mut Fields, request: pb::TestMethodRequest) -> Option<TestCall> {
    let path_and_query = match request.path_with_query_string {
        text if text.is_empty() => None,
        text => {
            if !text.starts_with('/') {
                fields.fault("path_with_query_string", "starts with /, such as /pets/1?lang=de");
            }
            Some(text)
        }
    };
    if !request.body.is_empty() && !request.binary_body.is_empty() {
        fields.fault("binary_body", "not together with body: leave one of the two out");
    }
    let headers = fields.read("headers", header::try_from_pb(request.headers));
    let stage_variables = fields.variables("stage_variables", request.stage_variables);
    let body =
        if request.body.is_empty() { request.binary_body.into() } else { request.body.into_bytes().into() };
    Some(TestCall { path_and_query, headers: headers?, body, stage_variables: stage_variables? })
}
