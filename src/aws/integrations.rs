//! `Integration`: how a method gets its answer.

use serde_json::Value;

use super::call::Call;
use super::error::Exception;
use super::expressions::refused_mapping;
use super::input::Input;
use super::integration_responses;
use super::methods::media_type;
use super::patch::{NO_MEDIA_TYPE, NO_PARAMETER, Op, Patch, entry, invalid_path, must_be_one_of};
use super::show::{Fields, object};
use crate::control::{Error, MethodState, Options};
use crate::model::{
    ConnectionType, ContentHandling, Integration, IntegrationTimeout, IntegrationType, Method,
    MethodParameter, PassthroughBehavior, ResourceId, Verb,
};

pub(super) async fn put(call: &Call) -> Result<Value, Exception> {
    let input = call.input();
    let kind = integration_type(input)?;
    let (api, at) = call.method()?;
    call.control.method(api, at.clone()).await.map_err(|error| call.fail_below(error))?;
    let integration = read(input, kind)?;
    check_back_end(&integration)?;
    let written = call.control.put_integration(api, at, integration.clone(), Options::default()).await;
    let state = written.map_err(|error| refused(call, error, &integration))?.value;
    found(&state)
}

pub(super) async fn get(call: &Call) -> Result<Value, Exception> {
    let (api, at) = call.method()?;
    found(&call.control.method(api, at).await.map_err(|error| call.fail_below(error))?.value)
}

pub(super) async fn update(call: &Call) -> Result<Value, Exception> {
    let patches = call.patches("updateIntegration")?;
    let (api, at) = call.method()?;
    found(&call.control.method(api, at.clone()).await.map_err(|error| call.fail_below(error))?.value)?;
    let change = |method: &mut Method| {
        let integration = method.integration.as_mut().ok_or_else(no_integration)?;
        patches.iter().try_for_each(|patch| apply(patch, integration))?;
        check_back_end(integration)?;
        Ok(integration.clone())
    };
    let refused = |error, integration| refused(call, error, &integration);
    found(&call.update_method(api, at, change, refused).await?)
}

pub(super) async fn delete(call: &Call) -> Result<(), Exception> {
    let (api, at) = call.method()?;
    let deleted = call.control.delete_integration(api, at, Options::default()).await;
    deleted.map(drop).map_err(|error| call.fail_below(error))
}

fn integration_type(input: Input<'_>) -> Result<IntegrationType, Exception> {
    let text = input.required("type", "putIntegrationInput")?;
    let kinds = [
        IntegrationType::Http,
        IntegrationType::Mock,
        IntegrationType::AwsProxy,
        IntegrationType::HttpProxy,
        IntegrationType::Aws,
    ];
    kinds.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| {
        let known = kinds.map(IntegrationType::as_str).join(", ");
        Exception::validation(&[format!(
            "Value '{text}' at 'putIntegrationInput.type' failed to satisfy constraint: Member must satisfy enum value \
             set: [{known}]"
        )])
    })
}

fn read(input: Input<'_>, kind: IntegrationType) -> Result<Integration, Exception> {
    let mut integration = Integration::new(kind);
    if let Some(text) = input.some_text("httpMethod")? {
        integration.http_method = Some(verb(text)?);
    }
    integration.uri = input.some_text("uri")?.map(str::to_owned);
    integration.connection_type = input
        .some_text("connectionType")?
        .map(|text| connection_type(text, "putIntegrationInput"))
        .transpose()?;
    integration.connection_id = input.some_text("connectionId")?.map(str::to_owned);
    integration.credentials = input.some_text("credentials")?.map(str::to_owned);
    for (key, value) in input.map("requestParameters")?.unwrap_or_default() {
        integration.request_parameters.insert(parameter(key)?, value.to_owned());
    }
    for (kind, template) in input.map_of_nullable("requestTemplates")?.unwrap_or_default() {
        integration.request_templates.insert(media_type(kind)?, template.to_owned());
    }
    if let Some(text) = input.some_text("passthroughBehavior")? {
        integration.passthrough_behavior = passthrough(text)?;
    }
    integration.content_handling = input
        .some_text("contentHandling")?
        .map(|text| content_handling(text, "putIntegrationInput"))
        .transpose()?;
    if let Some(millis) = input.integer("timeoutInMillis")? {
        integration.timeout = timeout(&millis.to_string())?;
    }
    integration.cache_namespace = input.some_text("cacheNamespace")?.map(str::to_owned);
    let keys = input.texts("cacheKeyParameters")?.unwrap_or_default();
    integration.cache_key_parameters = keys.into_iter().map(str::to_owned).collect();
    if let Some(tls) = input.object("tlsConfig")? {
        integration.insecure_skip_verification = tls.boolean("insecureSkipVerification")?.unwrap_or_default();
    }
    Ok(integration)
}

/// What is said of verb and address before anything else is looked at.
fn check_back_end(integration: &Integration) -> Result<(), Exception> {
    let (kind, uri) = (integration.integration_type, integration.uri.as_deref().unwrap_or_default());
    if kind == IntegrationType::Mock {
        return Ok(());
    }
    let is_aws = matches!(kind, IntegrationType::Aws | IntegrationType::AwsProxy);
    if kind == IntegrationType::AwsProxy && !uri.contains(":lambda:") && !uri.contains(":firehose:") {
        return Err(Exception::bad_request(
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
        ));
    }
    if integration.http_method.is_none() {
        return Err(Exception::bad_request("Enumeration value for HttpMethod must be non-empty"));
    }
    let begins_http = ["http://", "https://", "${stageVariables."].iter().any(|start| uri.starts_with(start));
    if !is_aws && !begins_http {
        return Err(Exception::bad_request("Invalid HTTP endpoint specified for URI"));
    }
    if is_aws {
        let parts: Vec<_> = uri.splitn(6, ':').collect();
        let ["arn", _, "apigateway", _, _, rest] = parts.as_slice() else {
            return Err(Exception::bad_request("Invalid ARN specified in the request"));
        };
        if !rest.starts_with("path/") && !rest.starts_with("action/") {
            return Err(Exception::bad_request("AWS ARN for integration must contain path or action"));
        }
    }
    Ok(())
}

fn apply(patch: &Patch, integration: &mut Integration) -> Result<(), Exception> {
    let names = patch.names();
    let replaced = |part: &str| {
        if patch.op == Op::Replace || part.is_empty() { Ok(()) } else { Err(must_be_one_of(&[Op::Replace])) }
    };
    match names.as_slice() {
        ["requestParameters", name] => {
            let (key, value) = (parameter(name)?, patch.value().to_owned());
            return entry(patch, &mut integration.request_parameters, key, value, NO_PARAMETER);
        }
        ["requestTemplates", name] => {
            let (key, value) = (media_type(name)?, patch.value().to_owned());
            return entry(patch, &mut integration.request_templates, key, value, NO_MEDIA_TYPE);
        }
        ["cacheKeyParameters", name] => return cache_key(patch, name, integration),
        ["uri"] => integration.uri = patch.some_value(),
        ["httpMethod"] => integration.http_method = patch.some_value().map(|text| verb(&text)).transpose()?,
        ["passthroughBehavior"] => integration.passthrough_behavior = passthrough(patch.value())?,
        ["contentHandling"] => {
            let read = |text: String| content_handling(&text, "updateIntegrationInput");
            integration.content_handling = patch.some_value().map(read).transpose()?;
        }
        ["credentials"] => integration.credentials = patch.some_value(),
        ["timeoutInMillis"] => integration.timeout = timeout(patch.value())?,
        ["cacheNamespace"] => integration.cache_namespace = patch.some_value(),
        ["connectionId"] => integration.connection_id = patch.some_value(),
        ["connectionType"] => {
            let read = |text: String| connection_type(&text, "updateIntegrationInput");
            integration.connection_type = patch.some_value().map(read).transpose()?;
        }
        ["tlsConfig", "insecureSkipVerification"] => integration.insecure_skip_verification = patch.is_true(),
        _ => return Err(invalid_path(patch)),
    }
    replaced(names.first().copied().unwrap_or_default())
}

fn cache_key(patch: &Patch, name: &str, integration: &mut Integration) -> Result<(), Exception> {
    integration.cache_key_parameters.retain(|key| key != name);
    match patch.op {
        Op::Add | Op::Replace => integration.cache_key_parameters.push(name.to_owned()),
        Op::Remove => {}
        Op::Move | Op::Copy | Op::Test => return Err(must_be_one_of(&[Op::Add, Op::Remove])),
    }
    Ok(())
}

fn verb(text: &str) -> Result<Verb, Exception> {
    text.parse().map_err(|_| {
        Exception::bad_request(
            "Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY",
        )
    })
}

fn passthrough(text: &str) -> Result<PassthroughBehavior, Exception> {
    match text.to_ascii_uppercase().as_str() {
        "WHEN_NO_MATCH" => Ok(PassthroughBehavior::WhenNoMatch),
        "WHEN_NO_TEMPLATES" => Ok(PassthroughBehavior::WhenNoTemplates),
        "NEVER" => Ok(PassthroughBehavior::Never),
        _ => Err(Exception::bad_request(
            "Invalid passthrough behavior specified. Valid options are WHEN_NO_MATCH, WHEN_NO_TEMPLATES, NEVER",
        )),
    }
}

/// How bodies are converted; `place` names the call.
pub(super) fn content_handling(text: &str, place: &str) -> Result<ContentHandling, Exception> {
    match text {
        "CONVERT_TO_BINARY" => Ok(ContentHandling::ConvertToBinary),
        "CONVERT_TO_TEXT" => Ok(ContentHandling::ConvertToText),
        other => Err(Exception::validation(&[format!(
            "Value '{other}' at '{place}.contentHandling' failed to satisfy constraint: Member must satisfy enum value \
             set: [CONVERT_TO_BINARY, CONVERT_TO_TEXT]"
        )])),
    }
}

fn connection_type(text: &str, place: &str) -> Result<ConnectionType, Exception> {
    match text {
        "INTERNET" => Ok(ConnectionType::Internet),
        "VPC_LINK" => Ok(ConnectionType::VpcLink),
        other => Err(Exception::validation(&[format!(
            "Value '{other}' at '{place}.connectionType' failed to satisfy constraint: Member must satisfy enum value \
             set: [INTERNET, VPC_LINK]"
        )])),
    }
}

fn timeout(text: &str) -> Result<IntegrationTimeout, Exception> {
    let millis = text.parse().ok().and_then(|millis| IntegrationTimeout::from_millis(millis).ok());
    millis.ok_or_else(|| Exception::bad_request("Timeout should be between 50 ms and 29000 ms"))
}

fn parameter(key: &str) -> Result<MethodParameter, Exception> {
    let parsed = key.strip_prefix("integration.request.").and_then(|rest| rest.parse().ok());
    parsed.ok_or_else(|| {
        Exception::bad_request(format!(
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping \
             expression specified: {key}]"
        ))
    })
}

fn refused(call: &Call, error: Error, integration: &Integration) -> Exception {
    let value = |key: &str| {
        let name: MethodParameter = key.strip_prefix("integration.request.")?.parse().ok()?;
        integration.request_parameters.get(&name).cloned()
    };
    refused_mapping(&error, value).unwrap_or_else(|| call.fail_below(error))
}

fn found(state: &MethodState) -> Result<Value, Exception> {
    let integration = state.method.integration.as_ref().ok_or_else(no_integration)?;
    Ok(show(state.resource_id, integration))
}

pub(super) fn no_integration() -> Exception {
    Exception::not_found("Invalid Integration identifier specified")
}

/// The cache's namespace is the resource's id where none was given.
pub(super) fn show(resource: ResourceId, integration: &Integration) -> Value {
    let kind = integration.integration_type;
    let passthrough = match integration.passthrough_behavior {
        PassthroughBehavior::WhenNoMatch => "WHEN_NO_MATCH",
        PassthroughBehavior::WhenNoTemplates => "WHEN_NO_TEMPLATES",
        PassthroughBehavior::Never => "NEVER",
    };
    let is_http = matches!(kind, IntegrationType::Http | IntegrationType::HttpProxy);
    let connection = match integration.connection_type {
        Some(ConnectionType::Internet) => Some("INTERNET"),
        Some(ConnectionType::VpcLink) => Some("VPC_LINK"),
        None => is_http.then_some("INTERNET"),
    };
    let parameters = integration
        .request_parameters
        .iter()
        .map(|(key, value)| (format!("integration.request.{key}"), value.clone()));
    let responses = integration
        .responses
        .iter()
        .map(|(status, response)| (status, integration_responses::show(*status, response)));
    let tls = integration
        .insecure_skip_verification
        .then(|| Fields::new().put("insecureSkipVerification", true).into_value());
    Fields::new()
        .put("type", kind.as_str())
        .some("httpMethod", integration.http_method.map(Verb::as_str))
        .some("uri", integration.uri.clone())
        .some("connectionType", connection)
        .some("connectionId", integration.connection_id.clone())
        .some("credentials", integration.credentials.clone())
        .map("requestParameters", parameters)
        .map("requestTemplates", integration.request_templates.iter().map(|(k, v)| (k, v.clone())))
        .put("passthroughBehavior", passthrough)
        .some("contentHandling", integration.content_handling.map(handling))
        .put("timeoutInMillis", integration.timeout.as_millis())
        .put("cacheNamespace", integration.cache_namespace.clone().unwrap_or_else(|| resource.to_string()))
        .put("cacheKeyParameters", integration.cache_key_parameters.clone())
        .some("tlsConfig", tls)
        .map("integrationResponses", object(responses))
        .into_value()
}

/// How bodies are converted, as it is sent.
pub(super) fn handling(handling: ContentHandling) -> &'static str {
    match handling {
        ContentHandling::ConvertToBinary => "CONVERT_TO_BINARY",
        ContentHandling::ConvertToText => "CONVERT_TO_TEXT",
    }
}
