//! An API's own settings: everything about it that is not a resource or a gateway response.

use std::collections::BTreeMap;
use std::time::SystemTime;

use super::{ApiId, CorsMark, CorsPolicy, GatewayResponseType, MediaType};

/// Where a caller's API key is read from (API Gateway: `apiKeySource`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ApiKeySource {
    /// The `X-API-Key` request header.
    #[default]
    Header,
    /// The authorizer's `usageIdentifierKey`.
    Authorizer,
}

/// How Amazon would expose the API; kept and read back, without effect on a self-hosted gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EndpointType {
    /// Edge-optimised, the default.
    #[default]
    Edge,
    /// Regional.
    Regional,
    /// Private.
    Private,
}

/// The API record of a draft or a deployment (API Gateway: `RestApi`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// Its id, given at birth.
    pub id: ApiId,
    /// What people call it; 1 to 255 characters, need not be unique.
    pub name: String,
    /// Free text, at most 1024 characters; `None` when never given.
    pub description: Option<String>,
    /// A version label of the owner's choosing, at most 64 characters.
    pub version: Option<String>,
    /// When it was created, to the millisecond.
    pub created_at: SystemTime,
    /// Where API keys are read from.
    pub api_key_source: ApiKeySource,
    /// Media types whose payloads are binary, in the order given.
    pub binary_media_types: Vec<MediaType>,
    /// Least size in bytes of an answer worth compressing, 0 to 10,485,760; `None` never compresses.
    pub minimum_compression_size: Option<u32>,
    /// How Amazon would expose it.
    pub endpoint_type: EndpointType,
    /// Whether Amazon would give it IPv6 addresses as well (API Gateway: `ipAddressType` `dualstack`); without effect here.
    pub dualstack: bool,
    /// The VPC endpoints of a private API on Amazon; without effect here.
    pub vpc_endpoint_ids: Vec<String>,
    /// Whether the default `{api-id}.execute-api.*` host and the path form are closed.
    pub disable_execute_api_endpoint: bool,
    /// The resource policy's JSON text, stored and read back.
    pub policy: Option<String>,
    /// Labels for the owner's use.
    pub tags: BTreeMap<String, String>,
    /// The API's own CORS policy: for requests that reach no resource and for resources without their own.
    pub cors_policy: Option<CorsPolicy>,
    /// What `EnableCors` set on gateway responses, so that `DisableCors` removes no more than that.
    pub cors_marks: BTreeMap<GatewayResponseType, CorsMark>,
}

impl Api {
    /// A new API with every setting at its default.
    #[must_use]
    pub fn new(id: ApiId, name: String, created_at: SystemTime) -> Self {
        Self {
            id,
            name,
            description: None,
            version: None,
            created_at,
            api_key_source: ApiKeySource::default(),
            binary_media_types: Vec::new(),
            minimum_compression_size: None,
            endpoint_type: EndpointType::default(),
            dualstack: false,
            vpc_endpoint_ids: Vec::new(),
            disable_execute_api_endpoint: false,
            policy: None,
            tags: BTreeMap::new(),
            cors_policy: None,
            cors_marks: BTreeMap::new(),
        }
    }
}
