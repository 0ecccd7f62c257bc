//! Integrations and integration responses.

use super::{pb, read};
use crate::model::{
    ConnectionType, ContentHandling, Integration, IntegrationResponse, IntegrationTimeout, IntegrationType,
    Issue, Issues, PassthroughBehavior, Status,
};

/// What the key of an integration's request parameter starts with.
const TARGET: &str = "integration.request.";

/// What the key of an integration response's parameter starts with.
const ANSWER_TARGET: &str = "method.response.header.";

/// Reads an integration.
///
/// # Errors
/// Every fault, by field.
pub fn try_from_pb(integration: pb::Integration) -> Result<Integration, Vec<Issue>> {
    let mut issues = Issues::new();
    let kind = match read::enumeration(&mut issues, "type", integration.r#type) {
        Some(pb::IntegrationType::Unspecified) => {
            issues.push("type", "is required: one of MOCK, HTTP, HTTP_PROXY, AWS, AWS_PROXY");
            None
        }
        Some(pb::IntegrationType::Mock) => Some(IntegrationType::Mock),
        Some(pb::IntegrationType::Http) => Some(IntegrationType::Http),
        Some(pb::IntegrationType::HttpProxy) => Some(IntegrationType::HttpProxy),
        Some(pb::IntegrationType::Aws) => Some(IntegrationType::Aws),
        Some(pb::IntegrationType::AwsProxy) => Some(IntegrationType::AwsProxy),
        None => None,
    };
    let http_method =
        read::optional(&mut issues, "http_method", integration.http_method.as_deref().unwrap_or_default());
    let connection = read::enumeration(&mut issues, "connection_type", integration.connection_type);
    let passthrough =
        read::enumeration(&mut issues, "passthrough_behavior", integration.passthrough_behavior);
    let content_handling = read_content_handling(&mut issues, integration.content_handling);
    let timeout = match integration.timeout_ms {
        0 => Some(IntegrationTimeout::default()),
        millis => issues.take("timeout_ms", IntegrationTimeout::from_millis(millis)),
    };
    let request_parameters =
        read::keyed(&mut issues, "request_parameters", TARGET, integration.request_parameters);
    let request_templates = read::keyed(&mut issues, "request_templates", "", integration.request_templates);
    let responses =
        integration.responses.into_iter().map(|response| (response.status_code, response)).collect();
    let responses = read::by_status(&mut issues, "responses", responses, response_try_from_pb);
    let read = Integration {
        http_method,
        uri: integration.uri,
        connection_type: match connection.unwrap_or_default() {
            pb::ConnectionType::Unspecified => None,
            pb::ConnectionType::Internet => Some(ConnectionType::Internet),
            pb::ConnectionType::VpcLink => Some(ConnectionType::VpcLink),
        },
        connection_id: integration.connection_id,
        credentials: integration.credentials,
        request_parameters,
        request_templates,
        passthrough_behavior: match passthrough.unwrap_or_default() {
            pb::PassthroughBehavior::Unspecified | pb::PassthroughBehavior::WhenNoMatch => {
                PassthroughBehavior::WhenNoMatch
            }
            pb::PassthroughBehavior::WhenNoTemplates => PassthroughBehavior::WhenNoTemplates,
            pb::PassthroughBehavior::Never => PassthroughBehavior::Never,
        },
        content_handling,
        timeout: timeout.unwrap_or_default(),
        cache_namespace: integration.cache_namespace,
        cache_key_parameters: integration.cache_key_parameters,
        insecure_skip_verification: integration.insecure_skip_verification,
        responses,
        // A missing type has been noted, so that this default never leaves here.
        ..Integration::new(kind.unwrap_or(IntegrationType::Mock))
    };
    issues.into_result(read)
}

/// Reads an integration response and the status it is kept under.
///
/// # Errors
/// Every fault, by field.
pub fn response_try_from_pb(
    response: pb::IntegrationResponse,
) -> Result<(Status, IntegrationResponse), Vec<Issue>> {
    let mut issues = Issues::new();
    let status = read::status(&mut issues, "status_code", response.status_code);
    let read = IntegrationResponse {
        selection_pattern: response.selection_pattern,
        response_parameters: read::keyed(
            &mut issues,
            "response_parameters",
            ANSWER_TARGET,
            response.response_parameters,
        ),
        response_templates: read::keyed(&mut issues, "response_templates", "", response.response_templates),
        empty_templates: false,
        content_handling: read_content_handling(&mut issues, response.content_handling),
    };
    issues.into_result((status.unwrap_or(Status::OK), read))
}

fn read_content_handling(issues: &mut Issues, value: i32) -> Option<ContentHandling> {
    match read::enumeration(issues, "content_handling", value).unwrap_or_default() {
        pb::ContentHandling::Unspecified => None,
        pb::ContentHandling::ConvertToBinary => Some(ContentHandling::ConvertToBinary),
        pb::ContentHandling::ConvertToText => Some(ContentHandling::ConvertToText),
    }
}

/// An integration as a message has it.
#[must_use]
pub fn into_pb(integration: &Integration) -> pb::Integration {
    let kind = match integration.integration_type {
        IntegrationType::Mock => pb::IntegrationType::Mock,
        IntegrationType::Http => pb::IntegrationType::Http,
        IntegrationType::HttpProxy => pb::IntegrationType::HttpProxy,
        IntegrationType::Aws => pb::IntegrationType::Aws,
        IntegrationType::AwsProxy => pb::IntegrationType::AwsProxy,
    };
    let connection = match integration.connection_type {
        None => pb::ConnectionType::Unspecified,
        Some(ConnectionType::Internet) => pb::ConnectionType::Internet,
        Some(ConnectionType::VpcLink) => pb::ConnectionType::VpcLink,
    };
    let passthrough = match integration.passthrough_behavior {
        PassthroughBehavior::WhenNoMatch => pb::PassthroughBehavior::WhenNoMatch,
        PassthroughBehavior::WhenNoTemplates => pb::PassthroughBehavior::WhenNoTemplates,
        PassthroughBehavior::Never => pb::PassthroughBehavior::Never,
    };
    let parameters = &integration.request_parameters;
    let templates = &integration.request_templates;
    let responses = &integration.responses;
    pb::Integration {
        r#type: kind.into(),
        http_method: integration.http_method.map(|verb| verb.to_string()),
        uri: integration.uri.clone(),
        connection_type: connection.into(),
        connection_id: integration.connection_id.clone(),
        credentials: integration.credentials.clone(),
        request_parameters: parameters.iter().map(|(k, v)| (format!("{TARGET}{k}"), v.clone())).collect(),
        request_templates: templates.iter().map(|(k, v)| (k.to_string(), v.clone())).collect(),
        passthrough_behavior: passthrough.into(),
        content_handling: content_handling_into_pb(integration.content_handling),
        timeout_ms: integration.timeout.as_millis(),
        cache_namespace: integration.cache_namespace.clone(),
        cache_key_parameters: integration.cache_key_parameters.clone(),
        insecure_skip_verification: integration.insecure_skip_verification,
        responses: responses.iter().map(|(status, response)| response_into_pb(*status, response)).collect(),
    }
}

/// An integration response as a message has it.
#[must_use]
pub fn response_into_pb(status: Status, response: &IntegrationResponse) -> pb::IntegrationResponse {
    let parameters = &response.response_parameters;
    let templates = &response.response_templates;
    pb::IntegrationResponse {
        status_code: status.as_u16().into(),
        selection_pattern: response.selection_pattern.clone(),
        response_parameters: parameters
            .iter()
            .map(|(k, v)| (format!("{ANSWER_TARGET}{k}"), v.clone()))
            .collect(),
        response_templates: templates.iter().map(|(k, v)| (k.to_string(), v.clone())).collect(),
        content_handling: content_handling_into_pb(response.content_handling),
    }
}

fn content_handling_into_pb(handling: Option<ContentHandling>) -> i32 {
    let handling = match handling {
        None => pb::ContentHandling::Unspecified,
        Some(ContentHandling::ConvertToBinary) => pb::ContentHandling::ConvertToBinary,
        Some(ContentHandling::ConvertToText) => pb::ContentHandling::ConvertToText,
    };
    handling.into()
}
