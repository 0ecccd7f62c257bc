//! `GatewayResponse`: what callers get when the gateway itself answers.

use serde_json::Value;

use super::call::Call;
use super::error::Exception;
use super::expressions::refused_mapping;
use super::methods::media_type;
use super::patch::{Op, Patch, invalid_path, patches};
use super::show::{Fields, object};
use crate::control::{DEFAULT_GATEWAY_TEMPLATE, EffectiveGatewayResponse, Error, Options};
use crate::model::{GatewayResponse, GatewayResponseType, HeaderParameter, Status};

/// The types in the order in which the service lists them in a fault.
const LISTED: &str = "REQUEST_TOO_LARGE, RESOURCE_NOT_FOUND, AUTHORIZER_CONFIGURATION_ERROR, \
    MISSING_AUTHENTICATION_TOKEN, BAD_REQUEST_BODY, INVALID_SIGNATURE, INVALID_API_KEY, BAD_REQUEST_PARAMETERS, \
    AUTHORIZER_FAILURE, UNAUTHORIZED, INTEGRATION_TIMEOUT, ACCESS_DENIED, DEFAULT_4XX, DEFAULT_5XX, WAF_FILTERED, \
    QUOTA_EXCEEDED, THROTTLED, API_CONFIGURATION_ERROR, UNSUPPORTED_MEDIA_TYPE, INTEGRATION_FAILURE, EXPIRED_TOKEN";

pub(super) async fn list(call: &Call) -> Result<Value, Exception> {
    let all = call.control.gateway_responses(call.api()?).await.map_err(|error| call.fail(error))?;
    let items: Vec<_> = all.value.iter().map(show).collect();
    Ok(Fields::new().put("item", items).into_value())
}

pub(super) async fn get(call: &Call) -> Result<Value, Exception> {
    let kind = kind(call).map_err(|fault| Exception::validation(&[fault]))?;
    let found = call.control.gateway_response(call.api()?, kind).await.map_err(|error| call.fail(error))?;
    Ok(show(&found.value))
}

pub(super) async fn put(call: &Call) -> Result<Value, Exception> {
    let kind = kind(call).map_err(|fault| Exception::validation(&[fault]))?;
    let api = call.api()?;
    call.control.api(api).await.map_err(|error| call.fail(error))?;
    let input = call.input();
    let status = input.some_text("statusCode")?.map(status).transpose()?;
    let mut response = GatewayResponse { status, ..GatewayResponse::default() };
    for (key, value) in input.map("responseParameters")?.unwrap_or_default() {
        response.response_parameters.insert(header(key)?, value.to_owned());
    }
    for (kind, template) in input.map("responseTemplates")?.unwrap_or_default() {
        response.response_templates.insert(media_type(kind)?, template.to_owned());
    }
    let written = call.control.put_gateway_response(api, kind, response.clone(), Options::default()).await;
    Ok(show(&written.map_err(|error| refused(call, error, &response))?.value))
}

pub(super) async fn update(call: &Call) -> Result<Value, Exception> {
    let kind = match kind(call) {
        Ok(kind) => kind,
        Err(fault) => {
            patches(call.input(), "updateGatewayResponse", vec![fault.clone()])?;
            return Err(Exception::validation(&[fault]));
        }
    };
    let patches = call.patches("updateGatewayResponse")?;
    let (mut refusal, mut outcome) = (None, GatewayResponse::default());
    let change = |response: &mut GatewayResponse| {
        let changed = with_default_template(response, |response| {
            patches.iter().try_for_each(|patch| apply(patch, response))
        });
        outcome.clone_from(response);
        changed.map_err(|error| {
            refusal = Some(error);
            Vec::new()
        })
    };
    let written = call.control.update_gateway_response(call.api()?, kind, change, Options::default()).await;
    let written =
        written.map_err(|error| refusal.take().unwrap_or_else(|| refused(call, error, &outcome)))?;
    Ok(show(&written.value))
}

pub(super) async fn delete(call: &Call) -> Result<(), Exception> {
    let kind = kind(call).map_err(|fault| Exception::validation(&[fault]))?;
    let deleted = call.control.delete_gateway_response(call.api()?, kind, Options::default()).await;
    deleted.map(drop).map_err(|error| call.fail(error))
}

/// A customisation without templates has the default one, which patches see and may replace.
fn with_default_template(
    response: &mut GatewayResponse,
    change: impl FnOnce(&mut GatewayResponse) -> Result<(), Exception>,
) -> Result<(), Exception> {
    let json = media_type("application/json")?;
    if response.response_templates.is_empty() {
        response.response_templates.insert(json.clone(), DEFAULT_GATEWAY_TEMPLATE.to_owned());
    }
    change(response)?;
    let templates = &mut response.response_templates;
    if templates.len() == 1 && templates.get(&json).is_some_and(|text| text == DEFAULT_GATEWAY_TEMPLATE) {
        templates.clear();
    }
    Ok(())
}

fn apply(patch: &Patch, response: &mut GatewayResponse) -> Result<(), Exception> {
    let missing = || Exception::not_found("Invalid parameter name specified");
    let needs_value = |part: &str| {
        if patch.value().is_empty() {
            return Err(Exception::bad_request(format!("Invalid null or empty value in {part}")));
        }
        Ok(())
    };
    match patch.names().as_slice() {
        ["statusCode"] if patch.op == Op::Replace => {
            response.status = patch.some_value().map(|text| status(&text)).transpose()?;
        }
        ["responseParameters", name] => {
            let key = header(name);
            let there = key.as_ref().is_ok_and(|key| response.response_parameters.contains_key(key));
            if patch.op != Op::Add && !there {
                return Err(missing());
            }
            let key = key?;
            if patch.op == Op::Remove {
                response.response_parameters.remove(&key);
            } else {
                needs_value("responseParameters")?;
                response.response_parameters.insert(key, patch.value().to_owned());
            }
        }
        ["responseTemplates", name] => {
            let key = media_type(name);
            let there = key.as_ref().is_ok_and(|key| response.response_templates.contains_key(key));
            if patch.op != Op::Add && !there {
                return Err(missing());
            }
            let key = key?;
            if patch.op == Op::Remove {
                response.response_templates.remove(&key);
            } else {
                needs_value("responseTemplates")?;
                response.response_templates.insert(key, patch.value().to_owned());
            }
        }
        _ => return Err(invalid_path(patch)),
    }
    Ok(())
}

/// The type that the path names, or what is wrong with it.
fn kind(call: &Call) -> Result<GatewayResponseType, String> {
    let text = call.named(1);
    text.parse().map_err(|_| {
        format!(
            "Value '{text}' at 'responseType' failed to satisfy constraint: Member must satisfy enum value set: \
             [{LISTED}]"
        )
    })
}

fn status(text: &str) -> Result<Status, Exception> {
    text.parse().map_err(|_| {
        Exception::validation(&[format!(
            "Value '{text}' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression \
             pattern: [1-5]\\d\\d"
        )])
    })
}

fn header(key: &str) -> Result<HeaderParameter, Exception> {
    let parsed = key.strip_prefix("gatewayresponse.header.").and_then(|name| name.parse().ok());
    parsed.ok_or_else(|| Exception::bad_request(format!("Invalid parameter name specified: {key}")))
}

fn refused(call: &Call, error: Error, response: &GatewayResponse) -> Exception {
    let value = |key: &str| response.response_parameters.get(&header(key).ok()?).cloned();
    refused_mapping(&error, value).unwrap_or_else(|| call.fail(error))
}

fn show(effective: &EffectiveGatewayResponse) -> Value {
    let response = &effective.response;
    let parameters = response
        .response_parameters
        .iter()
        .map(|(name, value)| (format!("gatewayresponse.header.{name}"), value.clone()));
    Fields::new()
        .put("responseType", effective.kind.as_str())
        .some("statusCode", response.status.map(|status| status.to_string()))
        .put("responseParameters", object(parameters))
        .put("responseTemplates", object(response.response_templates.iter().map(|(k, v)| (k, v.clone()))))
        .put("defaultResponse", effective.default_response)
        .into_value()
}
