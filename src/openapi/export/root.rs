//! The document's root: address, information, paths, schemas, and what belongs to the whole API.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde_json::{Value, json};

use super::{Object, Work, documentation, method, security, texts};
use crate::model::{ApiKeySource, Issue, ManagedBy, RequestValidator, Resource, Verb};
use crate::openapi::document::{GATEWAY, OPERATIONS, SERVER, is_default_host};
use crate::openapi::{Format, cors, date, schema};

pub(super) fn write(work: &mut Work<'_>) -> Value {
    let mut root = Object::default();
    match work.format() {
        Format::OpenApi3 => root.put("openapi", "3.0.1"),
        Format::Swagger2 => root.put("swagger", "2.0"),
    }
    root.put("info", info(work));
    address(work, &mut root);
    let names = Names { validators: validator_names(work), authorizers: security::names(work) };
    root.put("paths", paths(work, &names));
    components(work, &names, &mut root);
    extensions(work, &names.validators, &mut root);
    root.into()
}

/// What things that methods refer to by id are called in a document, by id.
pub(super) struct Names {
    pub(super) validators: BTreeMap<String, String>,
    pub(super) authorizers: BTreeMap<String, String>,
}

/// The version of a document: the API's own, else the day it was made.
pub(in crate::openapi) fn version(api: &crate::model::Api) -> String {
    let born = || api.created_at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    api.version.clone().unwrap_or_else(|| date::text(born()))
}

fn info(work: &Work<'_>) -> Object {
    let api = &work.definition.api;
    let mut info = Object::default();
    info.put("title", api.name.as_str());
    info.put_some("description", api.description.as_deref());
    info.put("version", version(api));
    info
}

fn address(work: &Work<'_>, root: &mut Object) {
    let address = &work.how.address;
    let mark = (!is_default_host(&address.host)).then_some(GATEWAY);
    match work.format() {
        Format::OpenApi3 => {
            let mut server = Object::default();
            if address.base_path.is_empty() {
                server.put("url", format!("{}://{}", address.scheme, address.host));
            } else {
                server.put("url", format!("{}://{}/{{basePath}}", address.scheme, address.host));
                server.put("variables", json!({"basePath": {"default": address.base_path}}));
            }
            if work.extensions().all {
                server.put_some(ENDPOINT, endpoint(work));
            }
            server.put_some(SERVER, mark);
            root.put("servers", vec![Value::from(server)]);
        }
        Format::Swagger2 => {
            root.put("host", address.host.as_str());
            root.put("basePath", format!("/{}", address.base_path));
            root.put("schemes", vec![address.scheme.as_str()]);
            root.put_some(SERVER, mark);
        }
    }
}

const ENDPOINT: &str = "x-amazon-apigateway-endpoint-configuration";

fn endpoint(work: &Work<'_>) -> Option<Value> {
    let api = &work.definition.api;
    let mut written = Object::default();
    if api.disable_execute_api_endpoint {
        written.put("disableExecuteApiEndpoint", true);
    }
    if !api.vpc_endpoint_ids.is_empty() {
        written.put("vpcEndpointIds", api.vpc_endpoint_ids.clone());
    }
    if api.dualstack {
        written.put("ipAddressType", "dualstack");
    }
    (!written.0.is_empty()).then(|| written.into())
}

fn paths(work: &mut Work<'_>, names: &Names) -> Object {
    let mut paths = Object::default();
    let definition = work.definition;
    let all = work.extensions().all;
    for (path, resource) in definition.walk() {
        let mut item = Object::default();
        for (key, verb) in OPERATIONS {
            if let Some(method) = resource.methods.get(&verb).filter(|m| m.managed_by == ManagedBy::Nobody) {
                item.put(key, method::write(work, &path, verb, method, names));
            }
        }
        if all && let Some(policy) = &resource.cors_policy {
            item.put(cors::OURS, cors::write(policy));
        }
        // A leaf stands for itself; what leads to others is made with them.
        let is_leaf = resource.place.is_some() && definition.children(resource.id).next().is_none();
        if !item.0.is_empty() || is_leaf && has_no_more(resource) {
            paths.put(path.to_string(), item);
        }
    }
    paths
}

/// Whether nothing on a resource would bring its path back.
fn has_no_more(resource: &Resource) -> bool {
    resource.methods.keys().all(|verb| *verb == Verb::Options)
}

fn components(work: &mut Work<'_>, names: &Names, root: &mut Object) {
    let mut schemas = Object::default();
    let definition = work.definition;
    for model in definition.models.values() {
        match serde_json::from_str::<Value>(&model.schema) {
            Ok(mut value) => {
                schema::from_model(&mut value, work.format());
                schemas.put(model.name.as_str(), value);
            }
            Err(error) => {
                let place = format!("model {}", model.name);
                work.errors.push(Issue::new(place, format!("the schema is not JSON: {error}")));
            }
        }
    }
    let schemes = security::schemes(work, names);
    match work.format() {
        Format::OpenApi3 => {
            let mut components = Object::default();
            components.put_filled("schemas", schemas);
            components.put_filled("securitySchemes", schemes);
            root.put("components", components);
        }
        Format::Swagger2 => {
            root.put_filled("securityDefinitions", schemes);
            root.put_filled("definitions", schemas);
        }
    }
}

/// The name of each validator in the document, by id: its own, made unique where two share one.
fn validator_names(work: &Work<'_>) -> BTreeMap<String, String> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for validator in work.definition.request_validators.values() {
        let RequestValidator { id, name, .. } = &**validator;
        let taken = names.values().any(|other| other == name);
        names.insert(id.to_string(), if taken { format!("{name} ({id})") } else { name.clone() });
    }
    names
}

fn extensions(work: &mut Work<'_>, validators: &BTreeMap<String, String>, root: &mut Object) {
    let api = &work.definition.api;
    if work.extensions().validators {
        let mut written = Object::default();
        for validator in work.definition.request_validators.values() {
            let name = validators.get(&validator.id.to_string()).cloned().unwrap_or_default();
            written.put(
                name,
                json!({
                    "validateRequestBody": validator.validate_request_body,
                    "validateRequestParameters": validator.validate_request_parameters,
                }),
            );
        }
        root.put_filled("x-amazon-apigateway-request-validators", written);
    }
    if work.extensions().documentation {
        root.put_some("x-amazon-apigateway-documentation", documentation::write(work));
    }
    if !work.extensions().all {
        return;
    }
    let mut responses = Object::default();
    for (kind, response) in &work.definition.gateway_responses {
        let mut written = Object::default();
        written.put_some("statusCode", response.status.map(|status| status.to_string()));
        let parameters = response.response_parameters.iter();
        written.put_filled(
            "responseParameters",
            texts(parameters.map(|(name, value)| (format!("gatewayresponse.header.{name}"), value))),
        );
        let templates = response.response_templates.iter();
        written
            .put_filled("responseTemplates", texts(templates.map(|(mime, text)| (mime.to_string(), text))));
        responses.put(kind.as_str(), written);
    }
    root.put_filled("x-amazon-apigateway-gateway-responses", responses);
    if !api.binary_media_types.is_empty() {
        let types: Vec<_> = api.binary_media_types.iter().map(ToString::to_string).collect();
        root.put("x-amazon-apigateway-binary-media-types", types);
    }
    root.put_some("x-amazon-apigateway-minimum-compression-size", api.minimum_compression_size);
    if api.api_key_source == ApiKeySource::Authorizer {
        root.put("x-amazon-apigateway-api-key-source", "AUTHORIZER");
    }
    if let Some(policy) = &api.policy {
        // Text that is JSON stands as what it says.
        let value = serde_json::from_str(policy).unwrap_or_else(|_| Value::String(policy.clone()));
        root.put("x-amazon-apigateway-policy", value);
    }
    if work.format() == Format::Swagger2 {
        root.put_some(ENDPOINT, endpoint(work));
    }
    if let Some(policy) = &api.cors_policy {
        root.put(cors::OURS, cors::write(policy));
    }
}
