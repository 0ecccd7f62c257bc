//! `MethodResponse`: which headers and bodies a method declares for a status.

use serde_json::Value;

use super::call::Call;
use super::error::Exception;
use super::methods::media_type;
use super::patch::{NO_MEDIA_TYPE, NO_PARAMETER, Op, Patch, entry, invalid_path, must_be_one_of};
use super::references::References;
use super::show::Fields;
use crate::control::{MethodState, Options};
use crate::model::{HeaderParameter, Method, MethodResponse, Status};

pub(super) async fn put(call: &Call) -> Result<Value, Exception> {
    let status = call.status()?;
    let (api, at) = call.method()?;
    let before = call.control.method(api, at.clone()).await.map_err(|error| call.fail_below(error))?.value;
    if before.method.responses.contains_key(&status) {
        return Err(Exception::conflict("Response already exists for this resource"));
    }
    let references = References::of(call, api, &at.resource).await?;
    let input = call.input();
    let mut response = MethodResponse::default();
    for (key, required) in input.map_of_booleans("responseParameters")?.unwrap_or_default() {
        response.response_parameters.insert(header(key)?, required);
    }
    for (kind, model) in input.map("responseModels")?.unwrap_or_default() {
        references.model(model)?;
        response.response_models.insert(media_type(kind)?, model.to_owned());
    }
    let written = call.control.put_method_response(api, at, status, response, Options::default()).await;
    found(&written.map_err(|error| call.fail_below(error))?.value, status)
}

pub(super) async fn get(call: &Call) -> Result<Value, Exception> {
    let status = call.status()?;
    let (api, at) = call.method()?;
    found(&call.control.method(api, at).await.map_err(|error| call.fail_below(error))?.value, status)
}

pub(super) async fn update(call: &Call) -> Result<Value, Exception> {
    let (status, patches) = call.status_and_patches("updateMethodResponse")?;
    let (api, at) = call.method()?;
    let before = call.control.method(api, at.clone()).await.map_err(|error| call.fail_below(error))?.value;
    found(&before, status)?;
    let references = References::of(call, api, &at.resource).await?;
    let change = |method: &mut Method| {
        let response = method.responses.get_mut(&status).ok_or_else(no_response)?;
        patches.iter().try_for_each(|patch| apply(patch, response, &references))
    };
    let state = call.update_method(api, at, change, |error, ()| call.fail_below(error)).await?;
    found(&state, status)
}

pub(super) async fn delete(call: &Call) -> Result<(), Exception> {
    let status = call.status()?;
    let (api, at) = call.method()?;
    let deleted = call.control.delete_method_response(api, at, status, Options::default()).await;
    deleted.map(drop).map_err(|error| call.fail_below(error))
}

fn apply(patch: &Patch, response: &mut MethodResponse, references: &References) -> Result<(), Exception> {
    let names = patch.names();
    let (part, name) = match names.as_slice() {
        ["responseParameters", name] => (0, *name),
        ["responseModels", name] => (1, *name),
        _ => return Err(invalid_path(patch)),
    };
    if matches!(patch.op, Op::Move | Op::Copy | Op::Test) {
        return Err(must_be_one_of(&[Op::Add, Op::Replace, Op::Remove]));
    }
    if part == 0 {
        let key = header(name).map_err(|refusal| unknown(patch, refusal, NO_PARAMETER))?;
        return entry(patch, &mut response.response_parameters, key, patch.is_true(), NO_PARAMETER);
    }
    let key = media_type(name).map_err(|refusal| unknown(patch, refusal, NO_MEDIA_TYPE))?;
    if patch.op == Op::Add || patch.op == Op::Replace && response.response_models.contains_key(&key) {
        references.model(patch.value())?;
    }
    entry(patch, &mut response.response_models, key, patch.value().to_owned(), NO_MEDIA_TYPE)
}

/// A key that cannot be one is one that is not there, unless it is to be added.
fn unknown(patch: &Patch, refusal: Exception, missing: &str) -> Exception {
    if patch.op == Op::Add { refusal } else { Exception::not_found(missing) }
}

fn found(state: &MethodState, status: Status) -> Result<Value, Exception> {
    let response = state.method.responses.get(&status);
    response.map(|response| show(status, response)).ok_or_else(no_response)
}

pub(super) fn no_response() -> Exception {
    Exception::not_found("Invalid Response status code specified")
}

/// The header that `method.response.header.X` names.
pub(super) fn header(key: &str) -> Result<HeaderParameter, Exception> {
    let parsed = key.strip_prefix("method.response.header.").and_then(|name| name.parse().ok());
    parsed.ok_or_else(|| {
        Exception::bad_request(format!(
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping \
             expression specified: {key}]"
        ))
    })
}

pub(super) fn show(status: Status, response: &MethodResponse) -> Value {
    let parameters = response
        .response_parameters
        .iter()
        .map(|(name, required)| (format!("method.response.header.{name}"), *required));
    Fields::new()
        .put("statusCode", status.to_string())
        .map("responseParameters", parameters)
        .map("responseModels", response.response_models.iter().map(|(kind, model)| (kind, model.clone())))
        .into_value()
}
