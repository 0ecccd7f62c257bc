//! An integration as `x-amazon-apigateway-integration`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Object, Work, texts};
use crate::model::{
    ConnectionType, ContentHandling, Integration, IntegrationResponse, Issue, PassthroughBehavior,
    ResourcePath, Status, Verb,
};

pub(super) fn write(work: &mut Work<'_>, path: &ResourcePath, verb: Verb, own: &Integration) -> Object {
    let mut written = Object::default();
    written.put("type", own.integration_type.as_str().to_ascii_lowercase());
    written.put_some("httpMethod", own.http_method.map(Verb::as_str));
    written.put_some("uri", own.uri.as_deref());
    written.put_some(
        "connectionType",
        own.connection_type.map(|kind| match kind {
            ConnectionType::Internet => "INTERNET",
            ConnectionType::VpcLink => "VPC_LINK",
        }),
    );
    written.put_some("connectionId", own.connection_id.as_deref());
    written.put_some("credentials", own.credentials.as_deref());
    let responses = responses(work, path, verb, own);
    written.put_filled("responses", responses);
    let parameters = own.request_parameters.iter();
    written.put_filled(
        "requestParameters",
        texts(parameters.map(|(target, value)| (format!("integration.request.{target}"), value))),
    );
    let templates = own.request_templates.iter();
    written.put_filled("requestTemplates", texts(templates.map(|(mime, text)| (mime.to_string(), text))));
    written.put(
        "passthroughBehavior",
        match own.passthrough_behavior {
            PassthroughBehavior::WhenNoMatch => "when_no_match",
            PassthroughBehavior::WhenNoTemplates => "when_no_templates",
            PassthroughBehavior::Never => "never",
        },
    );
    written.put_some("contentHandling", own.content_handling.map(content_handling));
    if own.timeout != crate::model::DEFAULT_INTEGRATION_TIMEOUT {
        written.put("timeoutInMillis", own.timeout.as_millis());
    }
    // Unless it was given, it is the resource's id, which the next import draws anew.
    let resource = work.definition.find(path).map(|resource| resource.id.to_string());
    written.put_some(
        "cacheNamespace",
        own.cache_namespace.as_ref().filter(|own| Some(*own) != resource.as_ref()).cloned(),
    );
    if !own.cache_key_parameters.is_empty() {
        written.put("cacheKeyParameters", own.cache_key_parameters.clone());
    }
    if own.insecure_skip_verification {
        written.put("tlsConfig", json!({"insecureSkipVerification": true}));
    }
    written
}

fn content_handling(handling: ContentHandling) -> &'static str {
    match handling {
        ContentHandling::ConvertToBinary => "CONVERT_TO_BINARY",
        ContentHandling::ConvertToText => "CONVERT_TO_TEXT",
    }
}

/// By selection pattern, the one without as `default`. A document can hold each pattern once.
fn responses(work: &mut Work<'_>, path: &ResourcePath, verb: Verb, own: &Integration) -> Object {
    let mut responses = Object::default();
    let mut seen = BTreeSet::new();
    for (status, response) in &own.responses {
        let pattern = response.selection_pattern.as_deref().filter(|pattern| !pattern.is_empty());
        let key = pattern.unwrap_or("default");
        if seen.insert(key) {
            responses.put(key, write_response(*status, response));
        } else {
            work.warnings.push(Issue::new(
                format!("method {verb} {path}, integration response {status}"),
                format!("another integration response has the selection pattern {key:?}, too: this one is left out"),
            ));
        }
    }
    responses
}

fn write_response(status: Status, response: &IntegrationResponse) -> Value {
    let mut written = Object::default();
    written.put("statusCode", status.to_string());
    let parameters = response.response_parameters.iter();
    written.put_filled(
        "responseParameters",
        texts(parameters.map(|(name, value)| (format!("method.response.header.{name}"), value))),
    );
    let templates = response.response_templates.iter();
    written.put_filled("responseTemplates", texts(templates.map(|(mime, text)| (mime.to_string(), text))));
    written.put_some("contentHandling", response.content_handling.map(content_handling));
    written.into()
}
