//! `x-amazon-apigateway-integration` (API Gateway, *x-amazon-apigateway-integration object*).

use crate::mapping::{Expression, RequestSource, Scope};
use crate::model::{
    ConnectionType, ContentHandling, Integration, IntegrationResponse, IntegrationTimeout, IntegrationType,
    MediaType, Method, MethodParameter, ParameterLocation, PassthroughBehavior,
};
use crate::openapi::node::Node;

/// Reads the integration of `method`, whose parameters are read already. Request parameters whose value is no text go
/// to `untexted`.
pub(super) fn read(
    node: &Node<'_>,
    method: &Method,
    untexted: &mut Vec<(String, String)>,
) -> Option<Integration> {
    let mut integration = Integration::new(kind(node)?);
    for (key, member) in node.members() {
        match key {
            "type" | "payloadFormatVersion" | "integrationSubtype" => {}
            "httpMethod" => {
                let verb = member.text().map(str::to_ascii_uppercase).unwrap_or_default();
                match verb.parse() {
                    Ok(verb) => integration.http_method = Some(verb),
                    Err(error) => member.error(format!("{error}")),
                }
            }
            "uri" => integration.uri = member.text().map(str::to_owned),
            "credentials" => integration.credentials = member.text().map(str::to_owned),
            "connectionType" => {
                integration.connection_type = word(
                    &member,
                    &[("INTERNET", ConnectionType::Internet), ("VPC_LINK", ConnectionType::VpcLink)],
                );
            }
            "connectionId" => integration.connection_id = member.text().map(str::to_owned),
            "timeoutInMillis" => {
                if let Some(millis) = member.number() {
                    match IntegrationTimeout::from_millis(millis) {
                        Ok(timeout) => integration.timeout = timeout,
                        Err(error) => member.error(error.to_string()),
                    }
                }
            }
            "contentHandling" => integration.content_handling = content_handling(&member),
            "cacheNamespace" => integration.cache_namespace = member.text().map(str::to_owned),
            "cacheKeyParameters" => {
                integration.cache_key_parameters =
                    member.items().iter().filter_map(Node::text).map(str::to_owned).collect();
            }
            "tlsConfig" => {
                integration.insecure_skip_verification =
                    member.truth_of("insecureSkipVerification").unwrap_or_default();
            }
            "passthroughBehavior" => {
                integration.passthrough_behavior = word(
                    &member,
                    &[
                        ("WHEN_NO_MATCH", PassthroughBehavior::WhenNoMatch),
                        ("WHEN_NO_TEMPLATES", PassthroughBehavior::WhenNoTemplates),
                        ("NEVER", PassthroughBehavior::Never),
                    ],
                )
                .unwrap_or_default();
            }
            "requestParameters" => request_parameters(&member, method, &mut integration, untexted),
            "requestTemplates" => integration.request_templates = templates(&member),
            "responses" => {
                for (pattern, response) in member.members() {
                    read_response(pattern, &response, &mut integration);
                }
            }
            _ => member.warn("unknown part of an integration: it is left out"),
        }
    }
    if integration.integration_type == IntegrationType::Mock {
        integration.http_method = None;
        integration.uri = None;
        integration.connection_type = None;
    }
    Some(integration)
}

fn kind(node: &Node<'_>) -> Option<IntegrationType> {
    let Some(member) = node.get("type") else {
        node.error("an integration has a type: aws, aws_proxy, http, http_proxy or mock");
        return None;
    };
    let kinds = [
        IntegrationType::Mock,
        IntegrationType::Http,
        IntegrationType::HttpProxy,
        IntegrationType::Aws,
        IntegrationType::AwsProxy,
    ];
    word(&member, &kinds.map(|kind| (kind.as_str(), kind)))
}

/// One of a few words, in upper or lower case.
fn word<T: Copy>(node: &Node<'_>, words: &[(&str, T)]) -> Option<T> {
    let text = node.text()?;
    let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, value)| *value);
    if found.is_none() {
        let all: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        node.error(format!("expected one of {}, not {text:?}", all.join(", ")));
    }
    found
}

fn content_handling(node: &Node<'_>) -> Option<ContentHandling> {
    word(
        node,
        &[
            ("CONVERT_TO_BINARY", ContentHandling::ConvertToBinary),
            ("CONVERT_TO_TEXT", ContentHandling::ConvertToText),
        ],
    )
}

fn templates(node: &Node<'_>) -> std::collections::BTreeMap<MediaType, String> {
    let serde_json::Value::Object(map) = node.value else {
        node.error("expected an object");
        return Default::default();
    };
    let mut templates = std::collections::BTreeMap::new();
    for (media_type, value) in map {
        // A template of null is the empty one.
        let text = match value {
            serde_json::Value::Null => Some(String::new()),
            serde_json::Value::String(text) => Some(text.clone()),
            _ => {
                node.error(format!("the template for {media_type} is no text"));
                None
            }
        };
        match (media_type.parse(), text) {
            (Ok(media_type), Some(text)) => {
                templates.insert(media_type, text);
            }
            (Err(error), _) => node.error(format!("{error}")),
            (Ok(_), None) => {}
        }
    }
    templates
}

fn request_parameters(
    node: &Node<'_>,
    method: &Method,
    integration: &mut Integration,
    untexted: &mut Vec<(String, String)>,
) {
    for (key, member) in node.members() {
        let target: Option<MethodParameter> =
            key.strip_prefix("integration.request.").and_then(|rest| rest.parse().ok());
        let Some(target) = target else {
            member.error("a request parameter is integration.request.header|path|querystring.NAME");
            continue;
        };
        let Some(expression) = member.value.as_str() else {
            untexted.push((key.to_owned(), member.value.to_string()));
            continue;
        };
        if let Some(missing) = undeclared(expression, method) {
            member.warn(format!(
                "Parameter '{missing}' of the mapping is not found in method.request: declare it on the operation; \
                 the mapping is left out"
            ));
            continue;
        }
        integration.request_parameters.insert(target, expression.to_owned());
    }
}

/// The parameter that an expression takes from the request and the method does not declare.
fn undeclared(expression: &str, method: &Method) -> Option<String> {
    let Ok(Expression::Request(source)) = Expression::parse(expression, Scope::IntegrationRequest) else {
        return None;
    };
    let (location, name) = match &source {
        RequestSource::Header(name, _) => (ParameterLocation::Header, name),
        RequestSource::Querystring(name, _) => (ParameterLocation::Querystring, name),
        RequestSource::Path(name) => (ParameterLocation::Path, name),
        RequestSource::Body(_) => return None,
    };
    let same = |declared: &str| match location {
        ParameterLocation::Header => declared.eq_ignore_ascii_case(name.as_str()),
        ParameterLocation::Path | ParameterLocation::Querystring => declared == name.as_str(),
    };
    let declared = method.request_parameters.keys().any(|p| p.location == location && same(p.name.as_str()));
    (!declared).then(|| format!("{}.{name}", location.as_str()))
}

/// The key is the selection pattern, `default` for none; the status is a member.
fn read_response(pattern: &str, node: &Node<'_>, integration: &mut Integration) {
    let Some(status) = node.get("statusCode") else {
        node.error("an integration response has a statusCode");
        return;
    };
    let Some(status) = status.parsed() else { return };
    let mut response = IntegrationResponse {
        selection_pattern: (pattern != "default").then(|| pattern.to_owned()),
        ..IntegrationResponse::default()
    };
    for (key, member) in node.members() {
        match key {
            "statusCode" => {}
            "responseParameters" => {
                for (target, value) in member.members() {
                    let name =
                        target.strip_prefix("method.response.header.").and_then(|name| name.parse().ok());
                    let Some(name) = name else {
                        value.error("a response parameter is method.response.header.NAME");
                        continue;
                    };
                    match value.value.as_str() {
                        Some(text) => {
                            response.response_parameters.insert(name, text.to_owned());
                        }
                        None => value.warn("the mapping is no text: it is left out"),
                    }
                }
            }
            "responseTemplates" => response.response_templates = templates(&member),
            "contentHandling" => response.content_handling = content_handling(&member),
            _ => member.warn("unknown part of an integration response: it is left out"),
        }
    }
    if integration.responses.insert(status, response).is_some() {
        node.warn(format!(
            "another integration response has the status {status}, too: the last of them is kept"
        ));
    }
}
