//! The product's words as types: what an API, a resource, a method, a stage *is*.
//!
//! Draft types are flat and may be incomplete, as API Gateway's own are: an [`Integration`] is one record
//! with every field that is stored and read back, whatever its type. Single values ([`StageName`],
//! [`PathPart`], [`Status`]…) are right by parsing: there is no way to hold a wrong one. Whether the whole
//! is complete enough to be served is the question of `compile`, not of this floor.
//!
//! Nothing here performs I/O, reads a clock or draws a random number, and nothing derives serde or prost:
//! what crosses a boundary has a type that belongs to the boundary.

mod access;
mod api;
mod audit;
mod aws;
mod cors;
mod definition;
mod deployment;
mod domain;
mod gateway_response;
mod id;
mod integration;
mod issue;
mod kept;
mod method;
mod models;
mod name;
mod origin;
mod partition;
mod request_validator;
mod resource;
mod revision;
mod stage;
mod token;

pub use access::{
    ApiLimit, Caller, Grant, GrantRule, InvalidGrant, InvalidRole, InvalidRule, Permission, Role,
};
pub use api::{Api, ApiKeySource, EndpointType};
pub use audit::{AuditEvent, AuditId};
pub use aws::{AwsEndpoint, AwsEndpoints, AwsService, FunctionPattern};
pub use cors::{
    CorsHeaders, CorsMark, CorsMethods, CorsPolicy, GatewayErrors, InvalidCors, Origins, ProxyCors,
    verbs_of_resource,
};
pub use definition::{Definition, DefinitionError};
pub use deployment::{ChainHash, ContentHash, Deployment, DeploymentSummary, Hash};
pub use domain::{BasePath, DomainBinding, HostName};
pub use gateway_response::{Family, GatewayResponse, GatewayResponseType};
pub use id::{ApiId, DeploymentId, ID_ALPHABET, InvalidId, ModelId, RequestValidatorId, ResourceId, TokenId};
pub use integration::{
    ConnectionType, ContentHandling, DEFAULT_INTEGRATION_TIMEOUT, Integration, IntegrationResponse,
    IntegrationTimeout, IntegrationType, PassthroughBehavior,
};
pub use issue::{Issue, Issues};
pub use kept::{Kept, KeptKind, KeptName, KeptScope};
pub use method::{AuthorizationType, ManagedBy, Method, MethodParameter, MethodResponse, ParameterLocation};
pub use models::{Model, ModelName};
pub use name::{HeaderParameter, InvalidName, MediaType, ParameterName, PathPart, Status, Verb};
pub use origin::{HostPattern, InvalidOrigin, Origin, OriginPattern, OriginRef, Scheme};
pub use partition::{AccountId, Partition, Region};
pub use request_validator::RequestValidator;
pub use resource::{Resource, ResourcePath};
pub use revision::{Expected, Revision, StoreRevision};
pub use stage::{Canary, Stage, StageName, StageTarget, StageVariables};
pub use token::{Token, TokenText};
