//! `Resource`: the nodes of the path tree.

use serde_json::Value;

use super::call::{Call, no_resource};
use super::error::Exception;
use super::methods;
use super::patch::Replaceable;
use super::show::{Fields, object};
use crate::control::{Error, Noun, Options, Page, ResourceRef, ResourceState};
use crate::model::{PathPart, ResourcePath};

/// What can be patched.
const PATCHES: Replaceable = Replaceable(&["/parentId", "/pathPart"]);

/// How many resources are read at once while all are.
const READ: usize = 40_000;

pub(super) async fn list(call: &Call) -> Result<Value, Exception> {
    let page = call.control.resources(call.api()?, None, READ).await.map_err(|error| call.fail(error))?;
    let Page { items, .. } = page.value;
    let with_methods = call.embeds("methods");
    Ok(call.page(items, |state| state.resource.id.to_string(), |state| show(state, with_methods)))
}

pub(super) async fn get(call: &Call) -> Result<Value, Exception> {
    let (api, at) = call.resource()?;
    let found = call.control.resource(api, at).await.map_err(|error| call.fail_below(error))?;
    Ok(show(&found.value, call.embeds("methods")))
}

pub(super) async fn create(call: &Call) -> Result<Value, Exception> {
    let (api, parent) = call.resource()?;
    let above = call.control.resource(api, parent.clone()).await.map_err(|error| call.fail_below(error))?;
    if let Some((_, greedy @ PathPart::Greedy(_))) = &above.value.resource.place {
        return Err(Exception::bad_request(format!(
            "Cannot create a child of a resource with a greedy path variable: {greedy}"
        )));
    }
    let part = path_part(call.input().required("pathPart", "createResourceInput")?)?;
    let made = call.control.create_resource(api, parent, part, Options::default()).await;
    Ok(show(&made.map_err(|error| call.fail(error))?.value, false))
}

pub(super) async fn update(call: &Call) -> Result<Value, Exception> {
    let (api, at) = call.resource()?;
    let before = call.control.resource(api, at.clone()).await.map_err(|error| call.fail_below(error))?.value;
    let (mut parent, mut part) = (None, None);
    for patch in call.patches("updateResource")? {
        PATCHES.check_path(&patch)?;
        PATCHES.check_operation(&patch)?;
        if before.resource.place.is_none() {
            let field = patch.path().trim_start_matches('/');
            return Err(Exception::bad_request(format!("Root resource cannot update its {field}.")));
        }
        if patch.path() == "/parentId" {
            let id = patch.value().parse().map_err(|_| no_resource())?;
            parent = Some(ResourceRef::Id(id));
        } else {
            part = Some(path_part(patch.value())?);
        }
    }
    if parent.is_none() && part.is_none() {
        return Ok(show(&before, false));
    }
    let moved = call.control.relocate_resource(api, at, parent, part, Options::default()).await;
    let moved = moved.map_err(|error| match error {
        Error::Invalid(issues) if issues.iter().any(|issue| issue.message.contains("cyclical")) => {
            Exception::bad_request("Resources cannot be cyclical.")
        }
        other => call.fail(other),
    })?;
    Ok(show(&moved.value, false))
}

pub(super) async fn delete(call: &Call) -> Result<(), Exception> {
    let (api, at) = call.resource()?;
    let deleted = call.control.delete_resource(api, at, Options::default()).await;
    deleted.map(drop).map_err(|error| match error {
        Error::NotFound { noun: Noun::Api, .. } => no_resource(),
        Error::FailedPrecondition { .. } => Exception::bad_request("Cannot delete root resource"),
        other => call.fail(other),
    })
}

fn path_part(text: &str) -> Result<PathPart, Exception> {
    text.parse().map_err(|_| {
        Exception::bad_request(
            "Resource's path part only allow a-zA-Z0-9._- and curly braces at the beginning and the end and an optional \
             plus sign before the closing brace.",
        )
    })
}

/// Without `embed`, each method is an empty object.
fn show(state: &ResourceState, with_methods: bool) -> Value {
    let resource = &*state.resource;
    let methods = resource.methods.iter().map(|(verb, method)| {
        let shown = if with_methods {
            methods::show(resource.id, *verb, method)
        } else {
            Value::Object(serde_json::Map::new())
        };
        (verb, shown)
    });
    let methods = object(methods);
    Fields::new()
        .put("id", resource.id.to_string())
        .some("parentId", resource.place.as_ref().map(|(parent, _)| parent.to_string()))
        .some("pathPart", resource.place.as_ref().map(|(_, part)| part.to_string()))
        .put("path", path(&state.path))
        .some("resourceMethods", (!methods.is_empty()).then_some(methods))
        .into_value()
}

fn path(path: &ResourcePath) -> String {
    path.to_string()
}
