//! An integration and its integration responses.

use std::collections::{BTreeMap, BTreeSet};

use crate::control::Limits;
use crate::cors::mistakes;
use crate::model::{
    ConnectionType, Integration, IntegrationResponse, IntegrationType, Issue, Issues, MediaType, Method,
    MethodResponse, ParameterLocation, Status,
};

use super::expression::{check_request_expression, check_response_expression};

/// Checks an integration with its responses, as that of `method`.
pub(in crate::control) fn check_integration(
    integration: &Integration,
    method: &Method,
    limits: &Limits,
) -> Issues {
    let mut issues = Issues::new();
    check_back_end(integration, limits, &mut issues);
    if integration.timeout.get() > limits.timeout {
        let most = limits.timeout.as_millis();
        issues.push("timeout_ms", format!("timeout should be between 50 ms and {most} ms"));
    }
    for (target, expression) in &integration.request_parameters {
        let field = format!("request_parameters[integration.request.{target}]");
        check_length(&field, expression, limits.expression_bytes, &mut issues);
        issues.extend_at(&field, check_request_expression(expression, method));
    }
    check_templates("request_templates", &integration.request_templates, limits, &mut issues);
    for (status, response) in &integration.responses {
        let declared = method.responses.get(status);
        issues.extend_at(
            &format!("responses[{status}]"),
            check_integration_response(response, *status, declared, limits),
        );
    }
    issues
}

/// Checks one integration response, as one that maps to the method response `declared`.
pub(in crate::control) fn check_integration_response(
    response: &IntegrationResponse,
    status: Status,
    declared: Option<&MethodResponse>,
    limits: &Limits,
) -> Issues {
    let mut issues = Issues::new();
    for (header, expression) in &response.response_parameters {
        let field = format!("response_parameters[method.response.header.{header}]");
        if !declared.is_some_and(|declared| declared.response_parameters.contains_key(header)) {
            issues.push(
                field.clone(),
                format!(
                    "invalid mapping expression parameter specified: method.response.header.{header}; declare it \
                     on the method response {status} first"
                ),
            );
        }
        check_length(&field, expression, limits.expression_bytes, &mut issues);
        issues.extend_at(&field, check_response_expression(expression));
    }
    check_templates("response_templates", &response.response_templates, limits, &mut issues);
    issues
}

/// What is stored as it is and will not do what its writer may think.
pub(in crate::control) fn warn_integration(integration: &Integration) -> Vec<Issue> {
    let mut warnings = Vec::new();
    let mapped: BTreeSet<&str> = integration
        .request_parameters
        .keys()
        .filter(|target| target.location == ParameterLocation::Path)
        .map(|target| target.name.as_str())
        .collect();
    for name in names_in(integration.uri.as_deref().unwrap_or_default()) {
        if !mapped.contains(name) {
            warnings.push(Issue::new(
                "uri",
                format!(
                    "{{{name}}} stays as it is: map it with a request parameter integration.request.path.{name}"
                ),
            ));
        }
    }
    if integration.integration_type.is_proxy() && !integration.responses.is_empty() {
        let kind = integration.integration_type.as_str();
        warnings.push(Issue::new(
            "responses",
            format!("integration responses are stored but never applied to an integration of type {kind}"),
        ));
    }
    for (status, response) in &integration.responses {
        let field = format!("responses[{status}]");
        warnings.extend(warn_integration_response(response).into_iter().map(|issue| issue.at(&field)));
    }
    warnings
}

/// What browsers will make useless of an integration response's headers.
pub(in crate::control) fn warn_integration_response(response: &IntegrationResponse) -> Vec<Issue> {
    mistakes::warnings(&response.response_parameters)
        .into_iter()
        .map(|issue| match issue.field.strip_prefix("response_parameters[") {
            Some(header) => {
                let field = format!("response_parameters[method.response.header.{header}");
                Issue { field, ..issue }
            }
            None => issue,
        })
        .collect()
}

/// Checks verb, address and connection against the type.
fn check_back_end(integration: &Integration, limits: &Limits, issues: &mut Issues) {
    let kind = integration.integration_type;
    let needs_back_end = match kind {
        IntegrationType::Mock => return,
        IntegrationType::Http | IntegrationType::HttpProxy => {
            check_http_uri(integration.uri.as_deref(), limits, issues);
            // Ours is to pass the caller's verb on when none is given; Amazon wants one.
            limits.is_strict()
        }
        IntegrationType::Aws | IntegrationType::AwsProxy => {
            check_arn(kind, integration.uri.as_deref(), issues);
            true
        }
    };
    if needs_back_end && integration.http_method.is_none() {
        issues.push(
            "http_method",
            format!("enumeration value for HttpMethod must be non-empty: {} needs a verb", kind.as_str()),
        );
    }
    if integration.connection_type == Some(ConnectionType::VpcLink)
        && integration.connection_id.as_deref().is_none_or(str::is_empty)
    {
        issues.push("connection_id", "a connection of type VPC_LINK needs the link's id");
    }
}

fn check_http_uri(uri: Option<&str>, limits: &Limits, issues: &mut Issues) {
    let Some(uri) = uri.filter(|uri| !uri.is_empty()) else {
        return issues.push("uri", "invalid HTTP endpoint specified for URI: it is missing");
    };
    check_length("uri", uri, limits.uri_bytes, issues);
    let host = uri.strip_prefix("http://").or_else(|| uri.strip_prefix("https://"));
    let begins = match host {
        Some(rest) => !rest.is_empty() && !rest.starts_with(['/', '?', '#', ':']),
        None => uri.starts_with("${stageVariables."),
    };
    if !begins {
        issues.push(
            "uri",
            format!("invalid HTTP endpoint specified for URI: {uri:?}; it starts with http:// or https:// and a host"),
        );
    } else if uri.bytes().any(|b| b <= b' ' || b == 0x7f || b == b'\\' || b == b'#') {
        issues.push(
            "uri",
            "invalid HTTP endpoint specified for URI: spaces, control characters, \\ and # must be percent-encoded",
        );
    }
}

fn check_arn(kind: IntegrationType, uri: Option<&str>, issues: &mut Issues) {
    let uri = uri.unwrap_or_default();
    // arn:partition:apigateway:region:service:path|action/rest
    let parts: Vec<_> = uri.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "apigateway", _, service, rest] => {
            let call = rest.split('/').next().unwrap_or_default();
            if call != "path" && call != "action" {
                issues.push("uri", "AWS ARN for integration must contain path or action");
            } else if kind == IntegrationType::AwsProxy && !matches!(*service, "lambda" | "firehose") {
                issues.push(
                    "uri",
                    "integrations of type AWS_PROXY currently only support Lambda function and Firehose stream \
                     invocations",
                );
            }
        }
        _ => issues.push(
            "uri",
            "invalid ARN specified in the request: expected arn:aws:apigateway:{region}:{service}:path/… or …:action/…",
        ),
    }
}

/// The `{name}`s of an address, those of `${…}` left out.
fn names_in(uri: &str) -> impl Iterator<Item = &str> {
    uri.split('{').skip(1).zip(uri.split('{')).filter_map(|(after, before)| {
        let name = after.split_once('}')?.0;
        (!before.ends_with('$')).then_some(name)
    })
}

fn check_templates(
    field: &str,
    templates: &BTreeMap<MediaType, String>,
    limits: &Limits,
    issues: &mut Issues,
) {
    for (media_type, template) in templates {
        check_length(&format!("{field}[{media_type}]"), template, limits.template_bytes, issues);
    }
}

/// Refuses texts longer than `most` bytes.
pub(super) fn check_length(field: &str, text: &str, most: usize, issues: &mut Issues) {
    if text.len() > most {
        issues.push(field, format!("at most {most} bytes, not {}", text.len()));
    }
}
