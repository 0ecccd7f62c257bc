//! What use cases are told and what they show: arguments and views that are not the model's own types.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{
    Api, ApiId, ApiKeySource, AwsEndpoint, BasePath, Canary, Deployment, DeploymentId, DeploymentSummary,
    EndpointType, GatewayResponse, GatewayResponseType, HostName, MediaType, Method, ModelName, Partition,
    Resource, ResourceId, ResourcePath, Revision, Stage, StageName, StageVariables, Verb,
};

/// The settings of an API that is to be made. All but the name have defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewApi {
    /// 1 to 255 characters.
    pub name: String,
    /// At most 1024 characters, not empty.
    pub description: Option<String>,
    /// At most 64 characters.
    pub version: Option<String>,
    /// Where API keys are read from.
    pub api_key_source: ApiKeySource,
    /// Media types whose payloads are binary.
    pub binary_media_types: Vec<MediaType>,
    /// Least size in bytes of an answer worth compressing, 0 to 10,485,760.
    pub minimum_compression_size: Option<u32>,
    /// How Amazon would expose it.
    pub endpoint_type: EndpointType,
    /// Whether Amazon would give it IPv6 addresses as well.
    pub dualstack: bool,
    /// The VPC endpoints of a private API.
    pub vpc_endpoint_ids: Vec<String>,
    /// Whether the default host and the path form are closed.
    pub disable_execute_api_endpoint: bool,
    /// The resource policy's JSON text.
    pub policy: Option<String>,
    /// Labels.
    pub tags: BTreeMap<String, String>,
}

/// An API as its draft has it.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiState {
    /// Its settings.
    pub api: Arc<Api>,
    /// Where it lives.
    pub partition: Partition,
    /// The draft's revision.
    pub revision: Revision,
    /// The resource every path starts from.
    pub root_resource_id: ResourceId,
}

/// Names a resource of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResourceRef {
    /// By id.
    Id(ResourceId),
    /// By its path.
    Path(ResourcePath),
}

impl std::fmt::Display for ResourceRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Path(path) => path.fmt(f),
        }
    }
}

/// A resource and where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceState {
    /// The resource with its methods.
    pub resource: Arc<Resource>,
    /// Its path from the root.
    pub path: ResourcePath,
}

/// What `ensure_path` found and made.
#[derive(Clone, Debug, PartialEq)]
pub struct EnsuredPath {
    /// The last resource of the path.
    pub resource: ResourceState,
    /// Those that were made for it, from the root down; empty when all were there.
    pub created: Vec<ResourceState>,
}

/// Names a method of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodRef {
    /// The resource.
    pub resource: ResourceRef,
    /// The verb, or `ANY`.
    pub verb: Verb,
}

/// A method and where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct MethodState {
    /// The resource's id.
    pub resource_id: ResourceId,
    /// The resource's path.
    pub path: ResourcePath,
    /// Its verb.
    pub verb: Verb,
    /// The method.
    pub method: Method,
}

/// A model that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewModel {
    /// Its name, unique in the API.
    pub name: ModelName,
    /// The media type of the bodies it is for.
    pub content_type: MediaType,
    /// At most 1024 characters, not empty.
    pub description: Option<String>,
    /// A JSON Schema of draft 4.
    pub schema: String,
}

/// A request validator that is to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewRequestValidator {
    /// 1 to 255 characters, not blank.
    pub name: String,
    /// Whether required parameters must be there.
    pub validate_request_parameters: bool,
    /// Whether the body must fit its model.
    pub validate_request_body: bool,
}

/// A gateway response as callers get it: its own customisation, its family's, or the built-in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectiveGatewayResponse {
    /// The type.
    pub kind: GatewayResponseType,
    /// What is in effect.
    pub response: GatewayResponse,
    /// Whether the type itself is not customised (API Gateway: `defaultResponse`).
    pub default_response: bool,
    /// The family's type whose customisation it shows, if it shows that.
    pub inherited_from: Option<GatewayResponseType>,
}

/// Names a deployment of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeploymentRef {
    /// By id.
    Id(DeploymentId),
    /// By its number within the API.
    Number(u64),
}

impl std::fmt::Display for DeploymentRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Number(number) => write!(f, "number {number}"),
        }
    }
}

/// A stage that a new deployment is to be served under.
#[derive(Clone, Debug, PartialEq)]
pub struct StageChoice {
    /// Its name; made if it is not there, else only its target moves.
    pub name: StageName,
    /// Its description; `None` leaves an existing one as it is.
    pub description: Option<String>,
    /// Its variables; `None` leaves existing ones as they are.
    pub variables: Option<StageVariables>,
    /// Settings kept without effect so far, by API Gateway's patch path; an existing stage keeps its others.
    pub settings: BTreeMap<String, String>,
    /// The deployment gets no more than this share of the stage's traffic, and the stage has to be there; `None` for all
    /// of it.
    pub canary: Option<CanaryShare>,
}

impl StageChoice {
    /// All traffic of the stage of this name, with nothing else to say of it.
    #[must_use]
    pub fn new(name: StageName) -> Self {
        Self { name, description: None, variables: None, settings: BTreeMap::new(), canary: None }
    }
}

/// The share of a stage's traffic that a new deployment gets (API Gateway: `canarySettings`).
#[derive(Clone, Debug, PartialEq)]
pub struct CanaryShare {
    /// 0 to 100.
    pub percent_traffic: f64,
    /// Variables with other values for that share.
    pub variables: StageVariables,
}

/// A deployment that is to be made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewDeployment {
    /// Free text, at most 1024 characters.
    pub description: Option<String>,
    /// Where to serve it.
    pub stage: Option<StageChoice>,
}

/// A new deployment and the stage it was put under.
#[derive(Clone, Debug, PartialEq)]
pub struct Deployed {
    /// The deployment.
    pub deployment: Deployment,
    /// The stage as it is now, if one was named.
    pub stage: Option<Stage>,
    /// Which methods it has.
    pub summary: DeploymentSummary,
}

/// A state of an API that can be compared with another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Version {
    /// The draft as it is now.
    Draft,
    /// A deployment.
    Deployment(DeploymentRef),
    /// What a stage serves.
    Stage(StageName),
}

/// A stage that is to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct NewStage {
    /// Its name.
    pub name: StageName,
    /// What it serves.
    pub deployment: DeploymentRef,
    /// A share of its traffic for another deployment: stored, without effect so far.
    pub canary: Option<Canary>,
    /// Free text, at most 1024 characters.
    pub description: Option<String>,
    /// Its variables.
    pub variables: StageVariables,
    /// Where it invokes functions; `None` where the server's settings say.
    pub lambda_endpoint: Option<AwsEndpoint>,
    /// Labels.
    pub tags: BTreeMap<String, String>,
    /// Settings kept without effect so far, by API Gateway's patch path.
    pub settings: BTreeMap<String, String>,
}

/// A stage that was moved from one deployment to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// What it served before.
    pub from: DeploymentId,
    /// What it serves now.
    pub to: Deployment,
    /// The stage as it is now.
    pub stage: Stage,
}

/// A domain binding that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDomain {
    /// The host.
    pub host: HostName,
    /// The start of the path.
    pub base_path: BasePath,
    /// The API that answers.
    pub api_id: ApiId,
    /// The stage that answers.
    pub stage: StageName,
}
