//! `RequestValidator`: what of a request is checked before the integration.

use serde_json::Value;

use super::call::Call;
use super::error::Exception;
use super::patch::Replaceable;
use super::show::Fields;
use crate::control::{Error, NewRequestValidator, Noun, Options};
use crate::model::{ApiId, RequestValidator, RequestValidatorId};

/// What can be patched.
const PATCHES: Replaceable = Replaceable(&["/name", "/validateRequestParameters", "/validateRequestBody"]);

/// How many validators are read at once while all are.
const READ: usize = 10_000;

pub(super) async fn create(call: &Call) -> Result<Value, Exception> {
    let no_api = || Exception::bad_request("Invalid REST API identifier specified");
    let api = call.api().map_err(|_| no_api())?;
    call.control.api(api).await.map_err(|_| no_api())?;
    let input = call.input();
    let new = NewRequestValidator {
        name: name(input.text("name")?)?,
        validate_request_parameters: input.boolean("validateRequestParameters")?.unwrap_or_default(),
        validate_request_body: input.boolean("validateRequestBody")?.unwrap_or_default(),
    };
    let made = call.control.create_request_validator(api, new, Options::default()).await;
    Ok(show(&made.map_err(|error| call.fail(error))?.value))
}

pub(super) async fn list(call: &Call) -> Result<Value, Exception> {
    let all = call.control.request_validators(call.api()?, None, READ).await;
    let all = all.map_err(|error| call.fail(error))?.value.items;
    Ok(call.page(all, |validator| validator.id.to_string(), |validator| show(validator)))
}

pub(super) async fn get(call: &Call) -> Result<Value, Exception> {
    let (api, id) = named(call)?;
    let found = call.control.request_validator(api, id).await.map_err(|error| refused(call, error))?;
    Ok(show(&found.value))
}

pub(super) async fn update(call: &Call) -> Result<Value, Exception> {
    let (api, id) = named(call)?;
    call.control.request_validator(api, id).await.map_err(|error| refused(call, error))?;
    let patches = call.patches("updateRequestValidator")?;
    for patch in &patches {
        PATCHES.check(patch)?;
        if patch.path() == "/name" {
            name(patch.value.as_deref())?;
        }
    }
    let change = |validator: &mut RequestValidator| {
        for patch in &patches {
            match patch.path() {
                "/name" => patch.value().clone_into(&mut validator.name),
                "/validateRequestBody" => validator.validate_request_body = patch.is_true(),
                _ => validator.validate_request_parameters = patch.is_true(),
            }
        }
        Ok(())
    };
    let written = call.control.update_request_validator(api, id, change, Options::default()).await;
    Ok(show(&written.map_err(|error| refused(call, error))?.value))
}

pub(super) async fn delete(call: &Call) -> Result<(), Exception> {
    let (api, id) = named(call)?;
    let deleted = call.control.delete_request_validator(api, id, Options::default()).await;
    deleted.map(drop).map_err(|error| match error {
        Error::InUse { noun: Noun::RequestValidator, by, .. } => Exception::conflict(format!(
            "Cannot delete request validator '{id}', is referenced in {}",
            by.join(", ")
        )),
        other => refused(call, other),
    })
}

fn named(call: &Call) -> Result<(ApiId, RequestValidatorId), Exception> {
    match (call.api(), call.named(1).parse()) {
        (Ok(api), Ok(id)) => Ok((api, id)),
        _ => Err(missing()),
    }
}

/// An API that is not there is told of as the validator.
fn refused(call: &Call, error: Error) -> Exception {
    match error {
        Error::NotFound { .. } => missing(),
        other => call.fail(other),
    }
}

fn missing() -> Exception {
    Exception::not_found("Invalid Request Validator identifier specified")
}

fn name(text: Option<&str>) -> Result<String, Exception> {
    let name = text.filter(|name| !name.trim().is_empty());
    name.map(str::to_owned).ok_or_else(|| Exception::bad_request("Request Validator name cannot be blank"))
}

fn show(validator: &RequestValidator) -> Value {
    Fields::new()
        .put("id", validator.id.to_string())
        .put("name", validator.name.clone())
        .put("validateRequestBody", validator.validate_request_body)
        .put("validateRequestParameters", validator.validate_request_parameters)
        .into_value()
}
