//! A method as an operation.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::root::Names;
use super::{Object, Work, integration, security};
use crate::model::{
    Issue, MediaType, Method, MethodParameter, MethodResponse, ParameterLocation, PathPart, ResourcePath,
    Verb,
};
use crate::openapi::{Format, schema};

pub(super) fn write(
    work: &mut Work<'_>,
    path: &ResourcePath,
    verb: Verb,
    method: &Method,
    names: &Names,
) -> Object {
    let method = &with_models_that_are(work, path, verb, method);
    let mut operation = Object::default();
    operation.put_some("operationId", method.operation_name.as_deref());
    if work.format() == Format::Swagger2 {
        media_types(method, &mut operation);
    }
    let mut parameters = parameters(work.format(), path, method);
    body(work, path, verb, method, &mut parameters, &mut operation);
    operation.put("responses", responses(work.format(), method));
    security::write(work, path, verb, method, names, &mut operation);
    if work.extensions().validators
        && let Some(id) = &method.request_validator_id
    {
        match names.validators.get(id) {
            Some(name) => operation.put("x-amazon-apigateway-request-validator", name.as_str()),
            None => work.warnings.push(Issue::new(
                format!("method {verb} {path}"),
                format!("there is no request validator {id}: the reference is left out"),
            )),
        }
    }
    if work.extensions().integrations
        && let Some(own) = &method.integration
    {
        operation.put("x-amazon-apigateway-integration", integration::write(work, path, verb, own));
    }
    operation
}

/// The method without references to models that are not there, which no document can hold.
fn with_models_that_are(work: &mut Work<'_>, path: &ResourcePath, verb: Verb, method: &Method) -> Method {
    let mut method = method.clone();
    let mut gone = BTreeSet::new();
    let definition = work.definition;
    let mut keep = |models: &mut BTreeMap<MediaType, String>| {
        models.retain(|_, name| {
            let there = name.parse().is_ok_and(|name| definition.models.contains_key(&name));
            if !there {
                gone.insert(name.clone());
            }
            there
        });
    };
    keep(&mut method.request_models);
    method.responses.values_mut().for_each(|response| keep(&mut response.response_models));
    for name in gone {
        let message = format!("there is no model {name}: the reference is left out");
        work.warnings.push(Issue::new(format!("method {verb} {path}"), message));
    }
    method
}

/// Names of the path are parameters whether the method declares them or not: a document without them is not valid.
fn parameters(format: Format, path: &ResourcePath, method: &Method) -> Vec<Value> {
    let mut all = method.request_parameters.clone();
    for part in path.parts() {
        if let PathPart::Param(name) = part {
            all.insert(MethodParameter { location: ParameterLocation::Path, name: name.clone() }, true);
        }
    }
    all.iter()
        .map(|(parameter, required)| {
            let mut written = Object::default();
            written.put("name", parameter.name.as_str());
            written.put(
                "in",
                match parameter.location {
                    ParameterLocation::Header => "header",
                    ParameterLocation::Path => "path",
                    ParameterLocation::Querystring => "query",
                },
            );
            let required = *required || parameter.location == ParameterLocation::Path;
            match format {
                Format::OpenApi3 => {
                    if required {
                        written.put("required", true);
                    }
                    written.put("schema", json!({"type": "string"}));
                }
                Format::Swagger2 => {
                    written.put("required", required);
                    written.put("type", "string");
                }
            }
            written.into()
        })
        .collect()
}

fn body(
    work: &mut Work<'_>,
    path: &ResourcePath,
    verb: Verb,
    method: &Method,
    parameters: &mut Vec<Value>,
    operation: &mut Object,
) {
    let models = &method.request_models;
    let format = work.format();
    if format == Format::Swagger2 && !models.is_empty() {
        // Swagger has one schema for all media types.
        let json: Option<&String> = models
            .iter()
            .find(|(media_type, _)| media_type.as_str() == "application/json")
            .map(|(_, model)| model);
        match json {
            Some(model) => parameters.push(json!({
                "in": "body", "name": model, "required": true, "schema": reference(format, model),
            })),
            None => work.errors.push(Issue::new(
                format!("method {verb} {path}"),
                format!("Only found non-JSON body models for {verb} {path}"),
            )),
        }
    }
    if !parameters.is_empty() {
        operation.put("parameters", std::mem::take(parameters));
    }
    if format == Format::OpenApi3 && !models.is_empty() {
        operation.put("requestBody", json!({"content": content(models), "required": true}));
    }
}

fn reference(format: Format, model: &str) -> Value {
    json!({"$ref": format!("{}{model}", schema::pointer(format))})
}

fn content(models: &BTreeMap<MediaType, String>) -> Value {
    let mut content = Object::default();
    for (media_type, model) in models {
        content.put(media_type.as_str(), json!({"schema": reference(Format::OpenApi3, model)}));
    }
    content.into()
}

fn responses(format: Format, method: &Method) -> Object {
    let mut responses = Object::default();
    for (status, response) in &method.responses {
        let mut written = Object::default();
        written.put("description", format!("{status} response"));
        written.put_filled("headers", headers(format, response));
        match format {
            Format::OpenApi3 => written.put("content", content(&response.response_models)),
            Format::Swagger2 => {
                let models = &response.response_models;
                let json = models.iter().find(|(media_type, _)| media_type.as_str() == "application/json");
                if let Some((_, model)) = json.or_else(|| models.first_key_value()) {
                    written.put("schema", reference(format, model));
                }
            }
        }
        responses.put(status.to_string(), written);
    }
    if responses.0.is_empty() {
        // A document must declare an answer; this one says that any may come, and is nothing when it is read.
        responses.put("default", json!({"description": "Any response"}));
    }
    responses
}

fn headers(format: Format, response: &MethodResponse) -> Object {
    let mut headers = Object::default();
    for name in response.response_parameters.keys() {
        let header = match format {
            Format::OpenApi3 => json!({"schema": {"type": "string"}}),
            Format::Swagger2 => json!({"type": "string"}),
        };
        headers.put(name.as_str(), header);
    }
    headers
}

/// Swagger's `consumes` and `produces`: the media types of models and templates.
fn media_types(method: &Method, operation: &mut Object) {
    let integration = method.integration.as_ref();
    let mut consumes: BTreeSet<&MediaType> = method.request_models.keys().collect();
    consumes.extend(integration.into_iter().flat_map(|own| own.request_templates.keys()));
    let mut produces: BTreeSet<&MediaType> =
        method.responses.values().flat_map(|response| response.response_models.keys()).collect();
    let answers = integration.into_iter().flat_map(|own| own.responses.values());
    produces.extend(answers.flat_map(|response| response.response_templates.keys()));
    for (key, types) in [("consumes", consumes), ("produces", produces)] {
        if !types.is_empty() {
            operation.put(key, types.into_iter().map(|t| Value::from(t.as_str())).collect::<Vec<_>>());
        }
    }
}
