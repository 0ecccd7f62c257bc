//! An API's own settings.

use super::field::{self, ClosedSet, InvalidRecord, closed_set};
use super::pb;
use crate::model::{Api, ApiKeySource, EndpointType};

closed_set!(ApiKeySource { Header = Header, Authorizer = Authorizer });
closed_set!(EndpointType { Edge = Edge, Regional = Regional, Private = Private });

impl From<&Api> for pb::Api {
    fn from(api: &Api) -> Self {
        Self {
            id: api.id.to_string(),
            name: api.name.clone(),
            description: api.description.clone(),
            version: api.version.clone(),
            created_at_ms: field::millis(api.created_at),
            api_key_source: pb::ApiKeySource::from(api.api_key_source).into(),
            binary_media_types: api.binary_media_types.iter().map(ToString::to_string).collect(),
            minimum_compression_size: api.minimum_compression_size,
            endpoint_type: pb::EndpointType::from(api.endpoint_type).into(),
            dualstack: api.dualstack,
            vpc_endpoint_ids: api.vpc_endpoint_ids.clone(),
            disable_execute_api_endpoint: api.disable_execute_api_endpoint,
            policy: api.policy.clone(),
            tags: api.tags.clone(),
            cors_policy: api.cors_policy.as_ref().map(Into::into),
            cors_marks: field::messages(&api.cors_marks),
        }
    }
}

impl TryFrom<pb::Api> for Api {
    type Error = InvalidRecord;

    fn try_from(stored: pb::Api) -> Result<Self, InvalidRecord> {
        let types = stored.binary_media_types.iter().map(|text| field::parse("binary_media_types", text));
        Ok(Self {
            id: field::parse("id", &stored.id)?,
            name: stored.name,
            description: stored.description,
            version: stored.version,
            created_at: field::time("created_at_ms", stored.created_at_ms)?,
            api_key_source: ApiKeySource::read("api_key_source", stored.api_key_source)?,
            binary_media_types: types.collect::<Result<_, _>>()?,
            minimum_compression_size: stored.minimum_compression_size,
            endpoint_type: EndpointType::read("endpoint_type", stored.endpoint_type)?,
            dualstack: stored.dualstack,
            vpc_endpoint_ids: stored.vpc_endpoint_ids,
            disable_execute_api_endpoint: stored.disable_execute_api_endpoint,
            policy: stored.policy,
            tags: stored.tags,
            cors_policy: field::inner("cors_policy", stored.cors_policy)?,
            cors_marks: field::keyed_messages("cors_marks", stored.cors_marks)?,
        })
    }
}
