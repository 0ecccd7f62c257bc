//! How a method gets its answer.

use super::field::{self, ClosedSet, InvalidRecord, closed_set};
use super::method::{by_status, by_status_stored};
use super::pb;
use crate::model::{
    ConnectionType, ContentHandling, Integration, IntegrationResponse, IntegrationTimeout, IntegrationType,
    PassthroughBehavior,
};

closed_set!(IntegrationType {
    Mock = Mock,
    Http = Http,
    HttpProxy = HttpProxy,
    Aws = Aws,
    AwsProxy = AwsProxy,
});
closed_set!(ConnectionType { Internet = Internet, VpcLink = VpcLink });
closed_set!(PassthroughBehavior {
    WhenNoMatch = WhenNoMatch,
    WhenNoTemplates = WhenNoTemplates,
    Never = Never,
});
closed_set!(ContentHandling { ConvertToBinary = ConvertToBinary, ConvertToText = ConvertToText });

impl From<&Integration> for pb::Integration {
    fn from(integration: &Integration) -> Self {
        Self {
            r#type: pb::IntegrationType::from(integration.integration_type).into(),
            http_method: integration.http_method.map(|verb| verb.to_string()),
            uri: integration.uri.clone(),
            connection_type: integration.connection_type.map(|kind| pb::ConnectionType::from(kind).into()),
            connection_id: integration.connection_id.clone(),
            credentials: integration.credentials.clone(),
            request_parameters: field::texts(&integration.request_parameters),
            request_templates: field::texts(&integration.request_templates),
            passthrough_behavior: pb::PassthroughBehavior::from(integration.passthrough_behavior).into(),
            content_handling: integration.content_handling.map(|kind| pb::ContentHandling::from(kind).into()),
            timeout_ms: integration.timeout.as_millis(),
            cache_namespace: integration.cache_namespace.clone(),
            cache_key_parameters: integration.cache_key_parameters.clone(),
            insecure_skip_verification: integration.insecure_skip_verification,
            responses: by_status_stored(&integration.responses),
        }
    }
}

impl TryFrom<pb::Integration> for Integration {
    type Error = InvalidRecord;

    fn try_from(stored: pb::Integration) -> Result<Self, InvalidRecord> {
        let verb = stored.http_method.as_deref().map(|verb| field::parse("http_method", verb));
        let connection = stored.connection_type.map(|kind| ConnectionType::read("connection_type", kind));
        let handling = stored.content_handling.map(|kind| ContentHandling::read("content_handling", kind));
        let timeout = IntegrationTimeout::from_millis(stored.timeout_ms);
        Ok(Self {
            integration_type: IntegrationType::read("type", stored.r#type)?,
            http_method: verb.transpose()?,
            uri: stored.uri,
            connection_type: connection.transpose()?,
            connection_id: stored.connection_id,
            credentials: stored.credentials,
            request_parameters: field::keyed("request_parameters", stored.request_parameters)?,
            request_templates: field::keyed("request_templates", stored.request_templates)?,
            passthrough_behavior: PassthroughBehavior::read(
                "passthrough_behavior",
                stored.passthrough_behavior,
            )?,
            content_handling: handling.transpose()?,
            timeout: timeout.map_err(|error| InvalidRecord::new("timeout_ms", error))?,
            cache_namespace: stored.cache_namespace,
            cache_key_parameters: stored.cache_key_parameters,
            insecure_skip_verification: stored.insecure_skip_verification,
            responses: by_status("responses", stored.responses)?,
        })
    }
}

impl From<&IntegrationResponse> for pb::IntegrationResponse {
    fn from(response: &IntegrationResponse) -> Self {
        Self {
            selection_pattern: response.selection_pattern.clone(),
            response_parameters: field::texts(&response.response_parameters),
            response_templates: field::texts(&response.response_templates),
            empty_templates: response.empty_templates,
            content_handling: response.content_handling.map(|kind| pb::ContentHandling::from(kind).into()),
        }
    }
}

impl TryFrom<pb::IntegrationResponse> for IntegrationResponse {
    type Error = InvalidRecord;

    fn try_from(stored: pb::IntegrationResponse) -> Result<Self, InvalidRecord> {
        let handling = stored.content_handling.map(|kind| ContentHandling::read("content_handling", kind));
        Ok(Self {
            selection_pattern: stored.selection_pattern,
            response_parameters: field::keyed("response_parameters", stored.response_parameters)?,
            response_templates: field::keyed("response_templates", stored.response_templates)?,
            empty_templates: stored.empty_templates,
            content_handling: handling.transpose()?,
        })
    }
}
