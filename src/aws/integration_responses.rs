//! `IntegrationResponse`: how a back end's answer becomes a method response.

use serde_json::Value;

use super::call::{Call, no_resource};
use super::error::Exception;
use super::expressions::refused_mapping;
use super::integrations::{content_handling, handling, no_integration};
use super::method_responses::{header, no_response};
use super::methods::media_type;
use super::patch::{NO_MEDIA_TYPE, NO_PARAMETER, Op, Patch, entry, invalid_path, must_be_one_of};
use super::show::{Fields, object};
use crate::control::{Error, MethodState, Noun, Options};
use crate::model::{IntegrationResponse, Method, Status};

pub(super) async fn put(call: &Call) -> Result<Value, Exception> {
    let status = call.status()?;
    let (api, at) = call.method()?;
    let before = call.control.method(api, at.clone()).await.map_err(|error| call.fail_below(error))?.value;
    if before.method.integration.is_none() {
        return Err(no_integration());
    }
    let input = call.input();
    let mut response = IntegrationResponse {
        selection_pattern: input.text("selectionPattern")?.map(str::to_owned),
        content_handling: input
            .some_text("contentHandling")?
            .map(|text| content_handling(text, "putIntegrationResponseInput"))
            .transpose()?,
        ..IntegrationResponse::default()
    };
    for (key, value) in input.map("responseParameters")?.unwrap_or_default() {
        response.response_parameters.insert(header(key)?, value.to_owned());
    }
    if let Some(templates) = input.map_of_nullable("responseTemplates")? {
        response.empty_templates = templates.is_empty();
        for (kind, template) in templates {
            response.response_templates.insert(media_type(kind)?, template.to_owned());
        }
    }
    let written =
        call.control.put_integration_response(api, at, status, response.clone(), Options::default()).await;
    found(&written.map_err(|error| refused(call, error, &response))?.value, status)
}

pub(super) async fn get(call: &Call) -> Result<Value, Exception> {
    let status = call.status()?;
    let (api, at) = call.method()?;
    found(&call.control.method(api, at).await.map_err(|error| call.fail_below(error))?.value, status)
}

pub(super) async fn update(call: &Call) -> Result<Value, Exception> {
    let (status, patches) = call.status_and_patches("updateIntegrationResponse")?;
    let (api, at) = call.method()?;
    let before = call.control.method(api, at.clone()).await.map_err(|error| call.fail_below(error))?.value;
    found(&before, status)?;
    let change = |method: &mut Method| {
        let integration = method.integration.as_mut().ok_or_else(no_integration)?;
        let response = integration.responses.get_mut(&status).ok_or_else(no_response)?;
        patches.iter().try_for_each(|patch| apply(patch, response))?;
        Ok(response.clone())
    };
    let refused = |error, response| refused(call, error, &response);
    found(&call.update_method(api, at, change, refused).await?, status)
}

pub(super) async fn delete(call: &Call) -> Result<(), Exception> {
    let status = call.status()?;
    let (api, at) = call.method()?;
    let deleted = call.control.delete_integration_response(api, at, status, Options::default()).await;
    deleted.map(drop).map_err(|error| match error {
        Error::NotFound { noun: Noun::Method, .. } => no_integration(),
        Error::NotFound { noun: Noun::Api | Noun::Resource, .. } => no_resource(),
        other => call.fail(other),
    })
}

fn apply(patch: &Patch, response: &mut IntegrationResponse) -> Result<(), Exception> {
    match patch.names().as_slice() {
        ["selectionPattern"] if patch.op == Op::Replace => response.selection_pattern = patch.value.clone(),
        ["contentHandling"] if patch.op == Op::Replace => {
            let read = |text: String| content_handling(&text, "updateIntegrationResponseInput");
            response.content_handling = patch.some_value().map(read).transpose()?;
        }
        ["selectionPattern" | "contentHandling"] => return Err(must_be_one_of(&[Op::Replace])),
        ["responseParameters", name] => {
            let (key, value) = (header(name)?, patch.value().to_owned());
            entry(patch, &mut response.response_parameters, key, value, NO_PARAMETER)?;
        }
        ["responseTemplates", name] => {
            let (key, value) = (media_type(name)?, patch.value().to_owned());
            entry(patch, &mut response.response_templates, key, value, NO_MEDIA_TYPE)?;
        }
        _ => return Err(invalid_path(patch)),
    }
    Ok(())
}

fn refused(call: &Call, error: Error, response: &IntegrationResponse) -> Exception {
    let value = |key: &str| response.response_parameters.get(&header(key).ok()?).cloned();
    refused_mapping(&error, value).unwrap_or_else(|| call.fail_below(error))
}

fn found(state: &MethodState, status: Status) -> Result<Value, Exception> {
    let integration = state.method.integration.as_ref().ok_or_else(no_integration)?;
    let response = integration.responses.get(&status);
    response.map(|response| show(status, response)).ok_or_else(no_response)
}

/// A template without text is read back as `null`, and that none was given as `{}`, as recorded.
pub(super) fn show(status: Status, response: &IntegrationResponse) -> Value {
    let parameters = response
        .response_parameters
        .iter()
        .map(|(name, value)| (format!("method.response.header.{name}"), value.clone()));
    let template = |text: &String| if text.is_empty() { Value::Null } else { Value::String(text.clone()) };
    let templates = object(response.response_templates.iter().map(|(kind, text)| (kind, template(text))));
    let shows_templates = response.empty_templates || !templates.is_empty();
    Fields::new()
        .put("statusCode", status.to_string())
        .some("selectionPattern", response.selection_pattern.clone())
        .map("responseParameters", parameters)
        .some("responseTemplates", shows_templates.then_some(templates))
        .some("contentHandling", response.content_handling.map(handling))
        .into_value()
}
