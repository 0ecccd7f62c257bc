//! `Model`: the shapes that bodies are declared to have.

use serde_json::Value;

use super::call::Call;
use super::error::Exception;
use super::methods::media_type;
use super::patch::Replaceable;
use super::show::Fields;
use crate::control::{Error, NewModel, Noun, Options};
use crate::model::{ApiId, Definition, Model, ModelName};

/// What can be patched.
const PATCHES: Replaceable = Replaceable(&["/description", "/schema"]);

/// How many models are read at once while all are.
const READ: usize = 10_000;

pub(super) async fn create(call: &Call) -> Result<Value, Exception> {
    let api = call.api()?;
    let draft = call.control.draft_of(api).await.map_err(|error| call.fail(error))?;
    let input = call.input();
    let name =
        input.some_text("name")?.ok_or_else(|| Exception::bad_request("Model name must be non-empty"))?;
    let name: ModelName = name.parse().map_err(|_| {
        Exception::bad_request("Model name is invalid: it must be alphanumeric, with at most 255 characters")
    })?;
    if draft.models.contains_key(&name) {
        return Err(Exception::conflict("Model name already exists for this REST API"));
    }
    let new = NewModel {
        name,
        content_type: media_type(input.required("contentType", "createModelInput")?)?,
        description: input.some_text("description")?.map(str::to_owned),
        schema: schema(input.some_text("schema")?)?,
    };
    let made = call.control.create_model(api, new, Options::default()).await;
    Ok(show(&made.map_err(|error| call.fail(error))?.value))
}

pub(super) async fn list(call: &Call) -> Result<Value, Exception> {
    let all = call.control.models(call.api()?, None, READ).await.map_err(|error| call.fail(error))?;
    Ok(call.page(all.value.items, |model| model.name.to_string(), |model| show(model)))
}

pub(super) async fn get(call: &Call) -> Result<Value, Exception> {
    let (api, name) = named(call)?;
    let found = call.control.model(api, &name).await.map_err(|error| refused(call, error))?;
    Ok(show(&found.value))
}

pub(super) async fn update(call: &Call) -> Result<Value, Exception> {
    let (api, name) = named(call)?;
    call.control.model(api, &name).await.map_err(|error| refused(call, error))?;
    let patches = call.patches("updateModel")?;
    for patch in &patches {
        PATCHES.check(patch)?;
        if patch.path() == "/schema" {
            schema(patch.some_value().as_deref())?;
        }
    }
    let change = |model: &mut Model| {
        for patch in &patches {
            if patch.path() == "/schema" {
                patch.value().clone_into(&mut model.schema);
            } else {
                model.description = patch.some_value();
            }
        }
        Ok(())
    };
    let written = call.control.update_model(api, &name, change, Options::default()).await;
    Ok(show(&written.map_err(|error| refused(call, error))?.value))
}

pub(super) async fn delete(call: &Call) -> Result<(), Exception> {
    let (api, name) = named(call)?;
    let draft = call.control.draft_of(api).await.map_err(|_| missing(call))?;
    let deleted = call.control.delete_model(api, &name, Options::default()).await;
    deleted.map(drop).map_err(|error| match error {
        Error::InUse { noun: Noun::Model, by, .. } => {
            let by = user(&draft, &name).unwrap_or_else(|| by.join(", "));
            Exception::conflict(format!("Cannot delete model '{name}', is referenced in {by}"))
        }
        other => refused(call, other),
    })
}

/// The first method that has a model, in the service's words: the root is `//VERB`.
fn user(draft: &Definition, name: &ModelName) -> Option<String> {
    for (path, resource) in draft.walk() {
        for (verb, method) in &resource.methods {
            if method.request_models.values().any(|used| used == name.as_str()) {
                return Some(format!("method request: {path}/{verb}"));
            }
            let answers = method.responses.values().flat_map(|response| response.response_models.values());
            if answers.into_iter().any(|used| used == name.as_str()) {
                return Some(format!("method response: {path}/{verb}"));
            }
        }
    }
    None
}

/// API and name of the model that the path names.
pub(super) fn named(call: &Call) -> Result<(ApiId, ModelName), Exception> {
    let api = call.api().map_err(|_| missing(call))?;
    Ok((api, call.named(1).parse().map_err(|_| missing(call))?))
}

/// An API that is not there is told of as the model.
fn refused(call: &Call, error: Error) -> Exception {
    match error {
        Error::NotFound { .. } => missing(call),
        other => call.fail(other),
    }
}

/// 404 for the path's model.
pub(super) fn missing(call: &Call) -> Exception {
    Exception::not_found(format!("Invalid model name specified: {}", call.named(1)))
}

fn schema(text: Option<&str>) -> Result<String, Exception> {
    text.map(str::to_owned).ok_or_else(|| {
        Exception::bad_request("Model schema must have at least 1 property or array items defined")
    })
}

fn show(model: &Model) -> Value {
    Fields::new()
        .put("id", model.id.to_string())
        .put("name", model.name.to_string())
        .some("description", model.description.clone())
        .put("schema", model.schema.clone())
        .put("contentType", model.content_type.to_string())
        .into_value()
}
