//! The AWS face: API Gateway's own control plane (REST-JSON, version 2015-07-09) over the use cases, for the clients
//! that people have: the AWS SDKs, the AWS CLI, Terraform.
//!
//! A request on the listener passes `serve`, which tells the three kinds apart: calls of the data plane go to
//! [`DataPlane`] as they are; STS's `GetCallerIdentity` is answered by `sts`; all else is a call of an operation of the
//! table in `operations`, after its `signature` was looked at. A call is four steps: request → model types, in Amazon's
//! order of validation → one use case → answer. What is stored is what the other faces see: same partition, same ids.
//!
//! Nothing is pretended: what is not in the table is answered with `UnknownOperationException`.

mod serve;
mod signature;
mod sts;

mod calendar;
mod call;
mod error;
mod expressions;
mod input;
mod operations;
mod patch;
mod references;
mod show;

mod account;
mod api_key_file;
mod api_keys;
mod authorizers;
mod base_path_mappings;
mod canary;
mod client_certificates;
mod deployments;
mod documentation;
mod documents;
mod domain_names;
mod endpoint;
mod gateway_responses;
mod integration_responses;
mod integrations;
mod kept;
mod method_responses;
mod method_settings;
mod methods;
mod model_templates;
mod models;
mod policy;
mod request_validators;
mod resources;
mod rest_apis;
mod stage_patches;
mod stages;
mod tags;
mod test_invoke;
mod usage;
mod usage_plans;
mod vpc_links;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;

use crate::model::Partition;

pub use serve::serve;
pub use signature::AccessKey;

/// Why a body ended early.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The body of an answer.
pub type Body = UnsyncBoxBody<Bytes, BoxError>;

/// Says why a request is turned away before anything of it is decoded; `Ok` lets it in.
pub type Admit = Arc<dyn Fn(&Parts) -> Result<(), String> + Send + Sync>;

/// Answers calls of APIs that arrive here. Whoever builds the process joins it with the gateway.
#[async_trait]
pub trait DataPlane: Send + Sync {
    /// Answers a request of `caller`, whose URI is `/restapis/{id}/{stage}/_user_request_/…` or whose host names the
    /// API.
    async fn answer(&self, request: Request<Incoming>, caller: SocketAddr) -> Response<Body>;
}

/// How the face is served.
#[derive(Clone)]
pub struct AwsConfig {
    /// Account, and the region of callers that name none.
    pub partition: Partition,
    /// Who may call; when empty, signatures are accepted without being looked at.
    pub keys: Vec<AccessKey>,
    /// Hosts and pages that may call; asked only while there are no keys, since no page can sign.
    pub admit: Admit,
    /// How long calls in flight may take to finish once the server is told to stop.
    pub drain_timeout: Duration,
}

/// What holds for all calls.
struct Settings {
    partition: Partition,
    keys: Vec<AccessKey>,
    admit: Admit,
}
