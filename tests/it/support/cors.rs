//! An API under test: made over gRPC, deployed, and called as browsers call it.

use std::collections::BTreeMap;

use pb::cors_service_client::CorsServiceClient;
use pb::gateway_response_service_client::GatewayResponseServiceClient;
use pb::method_service_client::MethodServiceClient;
use postern::wire::pb;
use tonic::{Response as Answer, Status};

use super::{Browser, Postern, Request, Response};

/// One API on a server of its own, served under `/prod` of its default host.
pub struct Site {
    server: Postern,
    runtime: tokio::runtime::Runtime,
    pub api: String,
}

macro_rules! call {
    ($site:expr, $client:ident, $method:ident, $request:expr) => {
        $site.runtime.block_on($client::new($site.server.channel()).$method($request)).map(Answer::into_inner)
    };
}

impl Site {
    /// A server that may call back ends on loopback, and an API without resources.
    #[track_caller]
    pub fn new() -> Self {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).enable_all().build().expect("a runtime");
        let server = runtime.block_on(Postern::start());
        let api = runtime.block_on(server.api("cors"));
        Self { server, runtime, api }
    }

    /// Sees to it that a resource exists and puts methods on it.
    #[track_caller]
    pub fn resource(&self, path: &str, methods: &[(&str, pb::Method)]) -> &Self {
        self.runtime.block_on(async {
            self.server.ensure(&self.api, path).await;
            for (verb, method) in methods {
                self.server.put(&self.api, path, verb, method.clone()).await;
            }
        });
        self
    }

    /// `EnableCors` on `resource`, or on the whole API when that is empty.
    pub fn try_enable(&self, request: pb::EnableCorsRequest) -> Result<pb::EnableCorsResponse, Status> {
        let whole_api = request.resource.is_empty();
        let request = pb::EnableCorsRequest { api_id: self.api.clone(), whole_api, ..request };
        call!(self, CorsServiceClient, enable_cors, request)
    }

    #[track_caller]
    pub fn enable(&self, resource: &str, settings: pb::CorsSettings) -> pb::EnableCorsResponse {
        self.try_enable(enable(resource, settings)).expect("CORS is enabled")
    }

    #[track_caller]
    pub fn disable(&self, resource: &str) -> pb::DisableCorsResponse {
        let request = pb::DisableCorsRequest {
            api_id: self.api.clone(),
            resource: resource.to_owned(),
            whole_api: resource.is_empty(),
            ..Default::default()
        };
        call!(self, CorsServiceClient, disable_cors, request).expect("CORS is disabled")
    }

    /// What is in force, compared with stage `prod` if `stage` says so.
    #[track_caller]
    pub fn cors(&self, resource: &str, stage: &str) -> pb::GetCorsResponse {
        let request = pb::GetCorsRequest {
            api_id: self.api.clone(),
            resource: resource.to_owned(),
            stage_name: stage.to_owned(),
        };
        call!(self, CorsServiceClient, get_cors, request).expect("what is in force")
    }

    pub fn try_explain(&self, request: pb::ExplainCorsRequest) -> Result<pb::ExplainCorsResponse, Status> {
        let request = pb::ExplainCorsRequest { api_id: self.api.clone(), ..request };
        call!(self, CorsServiceClient, explain_cors, request)
    }

    #[track_caller]
    pub fn explain(&self, request: pb::ExplainCorsRequest) -> pb::ExplainCorsResponse {
        self.try_explain(request).expect("a verdict")
    }

    pub fn try_gateway_response(&self, kind: &str, headers: &[(&str, &str)]) -> Result<(), Status> {
        let target = |name: &str| format!("gatewayresponse.header.{name}");
        let gateway_response = pb::GatewayResponse {
            response_parameters: headers.iter().map(|(n, v)| (target(n), (*v).to_owned())).collect(),
            ..Default::default()
        };
        let request = pb::PutGatewayResponseRequest {
            api_id: self.api.clone(),
            response_type: kind.to_owned(),
            gateway_response: Some(gateway_response),
            ..Default::default()
        };
        call!(self, GatewayResponseServiceClient, put_gateway_response, request).map(drop)
    }

    /// A method of the draft as it is stored.
    pub fn method(&self, resource: &str, verb: &str) -> Option<pb::Method> {
        let request = pb::GetMethodRequest {
            api_id: self.api.clone(),
            resource: resource.to_owned(),
            http_method: verb.to_owned(),
        };
        call!(self, MethodServiceClient, get_method, request).ok()?.method
    }

    pub fn try_put(&self, resource: &str, verb: &str, method: pb::Method) -> Result<(), Status> {
        let put = pb::PutMethodRequest {
            api_id: self.api.clone(),
            resource: resource.to_owned(),
            http_method: verb.to_owned(),
            method: Some(method),
            ..Default::default()
        };
        call!(self, MethodServiceClient, put_method, put).map(drop)
    }

    /// Deploys the draft to `prod`; the next request is answered by it.
    #[track_caller]
    pub fn deploy(&self) -> &Self {
        self.runtime.block_on(self.server.deploy(&self.api, "prod"));
        self
    }

    fn host(&self) -> String {
        format!("{}.execute-api.localhost", self.api)
    }

    /// Sends a request whose target stands below `/prod`.
    #[track_caller]
    pub fn send(&self, request: &Request) -> Response {
        request.clone().host(&self.host()).send(self.server.data)
    }

    /// A preflight for `method` on `path` from a page of `origin`.
    #[track_caller]
    pub fn preflight(&self, path: &str, origin: &str, method: &str) -> Response {
        self.send(&Request::preflight(&format!("/prod{path}"), origin, method, &[]))
    }

    /// A `GET` of `path` from a page of `origin`.
    #[track_caller]
    pub fn get(&self, path: &str, origin: Option<&str>) -> Response {
        let request = Request::get(&format!("/prod{path}"));
        self.send(&match origin {
            Some(origin) => request.header("Origin", origin),
            None => request,
        })
    }

    /// A browser whose scripts call this API.
    pub fn browser(&self) -> Browser {
        Browser::new(self.server.data).host(&self.host())
    }
}

/// A request for CORS with nothing else set.
pub fn enable(resource: &str, settings: pb::CorsSettings) -> pb::EnableCorsRequest {
    pb::EnableCorsRequest { resource: resource.to_owned(), settings: Some(settings), ..Default::default() }
}

/// Settings with these origins.
pub fn origins(list: &[&str]) -> pb::CorsSettings {
    pb::CorsSettings { allow_origins: list.iter().map(|o| (*o).to_owned()).collect(), ..Default::default() }
}

/// The CORS headers of an answer and its `Vary`, in lower case, each at most once.
#[track_caller]
pub fn cors_headers(answer: &Response) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (name, value) in &answer.headers {
        let name = name.to_lowercase();
        if name == "vary" || name.starts_with("access-control-") {
            let before = found.insert(name.clone(), value.clone());
            assert_eq!(before, None, "{name} came twice: {:?}", answer.headers);
        }
    }
    found
}

/// The same as expected.
pub fn headers(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
}

/// The fields at which a call was refused.
#[track_caller]
pub fn faulty_fields(status: &Status) -> Vec<String> {
    use tonic_types::StatusExt as _;
    let details = status.get_error_details();
    let violations = details.bad_request().unwrap_or_else(|| panic!("no field violations: {status:?}"));
    violations.field_violations.iter().map(|violation| violation.field.clone()).collect()
}

/// A change in one line: what, where, and the new value.
pub fn line(change: &pb::CorsChange) -> String {
    let kind = change.kind().as_str_name().trim_start_matches("CORS_CHANGE_KIND_").to_lowercase();
    let at = [&change.http_method, &change.path, &change.response_type];
    let at: Vec<&str> = at.into_iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    let value = change.new_value.as_deref().map(|value| format!(" {value}")).unwrap_or_default();
    format!("{kind}: {} {}{value}", at.join(" "), change.subject)
}
