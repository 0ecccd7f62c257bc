//! Parameters and request bodies.

use std::collections::BTreeSet;

use crate::model::{MediaType, Method, MethodParameter, ParameterLocation, PathPart};
use crate::openapi::node::Node;
use crate::openapi::{Format, schema};

/// Reads what an operation asks of a request. Parameters of the path are the operation's, too, unless it has its own
/// of that name and place; every name in the path is a required parameter, declared or not.
pub(super) fn read(
    operation: &Node<'_>,
    path: &Node<'_>,
    root: &Node<'_>,
    parts: &[PathPart],
    method: &mut Method,
) {
    let mut seen = BTreeSet::new();
    for node in [operation, path] {
        let Some(list) = node.get("parameters") else { continue };
        for parameter in list.items() {
            let Some(parameter) = parameter.resolved() else { continue };
            let (Some(name), Some(place)) = (parameter.text_of("name"), parameter.text_of("in")) else {
                parameter.error("a parameter has a name and says where it is (in)");
                continue;
            };
            if seen.insert((name.to_owned(), place.to_owned())) {
                read_parameter(&parameter, name, place, operation, root, method);
            }
        }
    }
    for part in parts {
        if let PathPart::Param(name) = part {
            let parameter = MethodParameter { location: ParameterLocation::Path, name: name.clone() };
            method.request_parameters.insert(parameter, true);
        }
    }
    if root.format() == Format::OpenApi3
        && let Some(body) = operation.get("requestBody").and_then(Node::resolved)
        && let Some(content) = body.get("content")
    {
        for (media_type, entry) in content.members() {
            if let Some((media_type, model)) = model_of(media_type, &entry) {
                method.request_models.insert(media_type, model);
            }
        }
    }
}

fn read_parameter(
    parameter: &Node<'_>,
    name: &str,
    place: &str,
    operation: &Node<'_>,
    root: &Node<'_>,
    method: &mut Method,
) {
    let location = match place {
        "query" => ParameterLocation::Querystring,
        "header" => ParameterLocation::Header,
        "path" => ParameterLocation::Path,
        "body" if root.format() == Format::Swagger2 => {
            for media_type in media_types("consumes", operation, root) {
                if let Some((media_type, model)) = model_of(&media_type, parameter) {
                    method.request_models.insert(media_type, model);
                }
            }
            return;
        }
        // API Gateway has no such parameters and says nothing about them.
        "cookie" => return,
        "formData" => {
            return parameter.warn("parameters in a form are not supported: this one is left out");
        }
        other => {
            return parameter
                .error(format!("a parameter is in query, header, path or body, not in {other:?}"));
        }
    };
    match name.trim_end_matches('+').parse() {
        Ok(name) => {
            let required =
                location == ParameterLocation::Path || parameter.truth_of("required") == Some(true);
            method.request_parameters.insert(MethodParameter { location, name }, required);
        }
        Err(error) => parameter.warn(format!("{error}: the parameter is left out")),
    }
}

/// Media types of an operation of Swagger: its own, else the document's, else `application/json`.
pub(super) fn media_types(key: &str, operation: &Node<'_>, root: &Node<'_>) -> Vec<String> {
    let list = operation.get(key).or_else(|| root.get(key)).map(|list| list.items()).unwrap_or_default();
    let types: Vec<_> = list.iter().filter_map(Node::text).map(str::to_owned).collect();
    if types.is_empty() { vec!["application/json".to_owned()] } else { types }
}

/// A media type and the model that bodies of it have; `holder` holds the schema.
pub(super) fn model_of(media_type: &str, holder: &Node<'_>) -> Option<(MediaType, String)> {
    let schema = holder.get("schema")?;
    let bare = media_type.split(';').next().unwrap_or_default().trim();
    let media_type = match bare.parse() {
        Ok(media_type) => media_type,
        Err(error) => {
            holder.warn(format!("{error}: its model is left out"));
            return None;
        }
    };
    let Some(reference) = schema.value.get("$ref").and_then(serde_json::Value::as_str) else {
        schema.warn("a schema without a name cannot be a model: give it one among the document's schemas");
        return None;
    };
    match schema::referred(reference, holder.format()) {
        Some(name) => Some((media_type, name.to_string())),
        None => {
            schema.warn(format!("{reference:?} is no schema of the document: the model is left out"));
            None
        }
    }
}
