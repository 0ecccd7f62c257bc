//! APIs.

use std::collections::BTreeMap;

use super::{pb, read, time};
use crate::model::{Api, ApiKeySource, EndpointType, Issue, Issues, MediaType, Region, ResourceId, Revision};

/// What a caller may write of an API; all else is given by the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiSettings {
    /// What people call it.
    pub name: String,
    /// Free text.
    pub description: Option<String>,
    /// A version label.
    pub version: Option<String>,
    /// Where API keys are read from.
    pub api_key_source: ApiKeySource,
    /// Media types whose payloads are binary.
    pub binary_media_types: Vec<MediaType>,
    /// Least size in bytes of an answer worth compressing.
    pub minimum_compression_size: Option<u32>,
    /// How Amazon would expose it.
    pub endpoint_type: EndpointType,
    /// Whether the default host and the path form are closed.
    pub disable_execute_api_endpoint: bool,
    /// The resource policy's JSON text.
    pub policy: Option<String>,
    /// Labels.
    pub tags: BTreeMap<String, String>,
}

impl ApiSettings {
    /// Reads what was sent; fields that only the gateway gives are ignored.
    ///
    /// # Errors
    /// Every fault, by field.
    pub fn try_from_pb(api: pb::Api) -> Result<Self, Vec<Issue>> {
        let mut issues = Issues::new();
        let source = read::enumeration(&mut issues, "api_key_source", api.api_key_source);
        let endpoint = read::enumeration(&mut issues, "endpoint_type", api.endpoint_type);
        let binary_media_types = read::each(&mut issues, "binary_media_types", &api.binary_media_types);
        issues.into_result(Self {
            name: api.name,
            description: api.description,
            version: api.version,
            api_key_source: match source.unwrap_or_default() {
                pb::ApiKeySource::Unspecified | pb::ApiKeySource::Header => ApiKeySource::Header,
                pb::ApiKeySource::Authorizer => ApiKeySource::Authorizer,
            },
            binary_media_types,
            minimum_compression_size: api.minimum_compression_size,
            endpoint_type: match endpoint.unwrap_or_default() {
                pb::EndpointType::Unspecified | pb::EndpointType::Edge => EndpointType::Edge,
                pb::EndpointType::Regional => EndpointType::Regional,
                pb::EndpointType::Private => EndpointType::Private,
            },
            disable_execute_api_endpoint: api.disable_execute_api_endpoint,
            policy: api.policy,
            tags: api.tags,
        })
    }

    /// Puts them in the place of an API's own.
    pub fn write_to(self, api: &mut Api) {
        api.name = self.name;
        api.description = self.description;
        api.version = self.version;
        api.api_key_source = self.api_key_source;
        api.binary_media_types = self.binary_media_types;
        api.minimum_compression_size = self.minimum_compression_size;
        api.endpoint_type = self.endpoint_type;
        api.disable_execute_api_endpoint = self.disable_execute_api_endpoint;
        api.policy = self.policy;
        api.tags = self.tags;
    }
}

/// An API as a message has it.
#[must_use]
pub fn into_pb(api: &Api, root: ResourceId, revision: Revision, region: &Region) -> pb::Api {
    pb::Api {
        id: api.id.to_string(),
        created_at: Some(time::into_pb(api.created_at)),
        root_resource_id: root.to_string(),
        revision: revision.0,
        region: region.to_string(),
        ..settings_into_pb(api)
    }
}

/// What a caller may write of an API, as a message has it.
#[must_use]
pub fn settings_into_pb(api: &Api) -> pb::Api {
    let source = match api.api_key_source {
        ApiKeySource::Header => pb::ApiKeySource::Header,
        ApiKeySource::Authorizer => pb::ApiKeySource::Authorizer,
    };
    let endpoint = match api.endpoint_type {
        EndpointType::Edge => pb::EndpointType::Edge,
        EndpointType::Regional => pb::EndpointType::Regional,
        EndpointType::Private => pb::EndpointType::Private,
    };
    pb::Api {
        name: api.name.clone(),
        description: api.description.clone(),
        version: api.version.clone(),
        api_key_source: source.into(),
        binary_media_types: api.binary_media_types.iter().map(ToString::to_string).collect(),
        minimum_compression_size: api.minimum_compression_size,
        endpoint_type: endpoint.into(),
        disable_execute_api_endpoint: api.disable_execute_api_endpoint,
        policy: api.policy.clone(),
        tags: api.tags.clone(),
        ..pb::Api::default()
    }
}
