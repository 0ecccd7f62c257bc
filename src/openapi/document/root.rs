//! What stands at a document's root.

use super::{Document, Documentation, Validator, documentation, path, security, servers};
use crate::model::{ApiKeySource, GatewayResponse, GatewayResponseType, MediaType, Status};
use crate::openapi::Format;
use crate::openapi::cors;
use crate::openapi::node::{Findings, Node};

pub(super) fn read(root: &Node<'_>) -> Document {
    let info = root.get("info");
    let of_info = |key: &str| info.as_ref()?.get(key)?.scalar();
    let is_plain = !mentions_amazon(root.value);
    let schemes = security::Schemes::read(root);
    let paths = match root.get("paths") {
        Some(paths) => path::read_all(&paths, root, &schemes),
        None => {
            root.error("the key \"paths\" is missing");
            Vec::new()
        }
    };
    let mut document = Document {
        format: root.format(),
        title: of_info("title"),
        description: of_info("description").filter(|text| !text.is_empty()),
        version: of_info("version"),
        base_path: servers::base_path(root),
        back_end: servers::back_end(root),
        is_plain,
        paths,
        schemas: schemas(root),
        gateway_responses: Vec::new(),
        validators: Vec::new(),
        validator: None,
        binary_media_types: None,
        api_key_source: None,
        minimum_compression_size: None,
        policy: None,
        disable_execute_api_endpoint: None,
        vpc_endpoint_ids: None,
        dualstack: None,
        authorizers: schemes.authorizers,
        documentation: Documentation::default(),
        cors: cors::read(root),
        findings: Findings::default(),
    };
    if root.format() == Format::OpenApi3 {
        let servers = root.get("servers").map(|servers| servers.items()).unwrap_or_default();
        for server in &servers {
            endpoint(server, &mut document);
        }
    }
    for (key, node) in root.members() {
        match key.strip_prefix("x-amazon-apigateway-") {
            Some(name) => extension(name, &node, &mut document),
            None if key.starts_with("x-amazon-")
                || key.starts_with("x-postern-") && ![cors::OURS, servers::SERVER].contains(&key) =>
            {
                node.warn("unknown extension: it is left out");
            }
            None => {}
        }
    }
    document
}

/// Whether any key anywhere is one of API Gateway's extensions.
fn mentions_amazon(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Object(map) => {
            map.iter().any(|(key, value)| key.starts_with("x-amazon-") || mentions_amazon(value))
        }
        serde_json::Value::Array(items) => items.iter().any(mentions_amazon),
        _ => false,
    }
}

fn schemas(root: &Node<'_>) -> Vec<(String, serde_json::Value)> {
    let schemas = match root.format() {
        Format::OpenApi3 => root.get("components").and_then(|components| components.get("schemas")),
        Format::Swagger2 => root.get("definitions"),
    };
    let members = schemas.map(|schemas| schemas.members()).unwrap_or_default();
    members
        .into_iter()
        .filter(|(_, schema)| {
            let is_object = schema.value.is_object();
            if !is_object {
                schema.error("expected an object");
            }
            is_object
        })
        .map(|(name, schema)| (name.to_owned(), schema.value.clone()))
        .collect()
}

/// One `x-amazon-apigateway-…` at the root.
fn extension(name: &str, node: &Node<'_>, document: &mut Document) {
    match name {
        "api-key-source" => {
            let source = node.text().map(str::to_ascii_uppercase);
            document.api_key_source = match source.as_deref() {
                Some("HEADER") => Some(ApiKeySource::Header),
                Some("AUTHORIZER") => Some(ApiKeySource::Authorizer),
                Some(other) => {
                    node.error(format!("expected HEADER or AUTHORIZER, not {other:?}"));
                    None
                }
                None => None,
            };
        }
        "binary-media-types" => {
            let mut types: Vec<MediaType> = Vec::new();
            for media_type in node.items().iter().filter_map(Node::parsed) {
                if !types.contains(&media_type) {
                    types.push(media_type);
                }
            }
            document.binary_media_types = Some(types);
        }
        "minimum-compression-size" => document.minimum_compression_size = node.number(),
        "policy" => {
            // The policy is kept as JSON text; some tools write it as text in the first place.
            document.policy = Some(match node.value {
                serde_json::Value::String(text) => text.clone(),
                policy => policy.to_string(),
            });
        }
        "endpoint-configuration" => configuration(node, document),
        "gateway-responses" => gateway_responses(node, document),
        "request-validator" => document.validator = node.text().map(str::to_owned),
        "request-validators" => {
            for (name, validator) in node.members() {
                document.validators.push(Validator {
                    name: name.to_owned(),
                    body: validator.truth_of("validateRequestBody").unwrap_or_default(),
                    parameters: validator.truth_of("validateRequestParameters").unwrap_or_default(),
                });
            }
        }
        // Read with the rest of CORS.
        "cors" => {}
        // A mark that HTTP APIs leave behind; it says nothing about a REST API.
        "importexport-version" => {}
        "documentation" => document.documentation = documentation::read(node),
        "security-policy" | "endpoint-access-mode" => {
            node.warn("this setting of the endpoint has no counterpart here: it is left out");
        }
        _ => node.warn("unknown extension: it is left out"),
    }
}

/// The endpoint's configuration as OpenAPI 3.0 has it, on a server.
fn endpoint(server: &Node<'_>, document: &mut Document) {
    if let Some(node) = server.get("x-amazon-apigateway-endpoint-configuration") {
        configuration(&node, document);
    }
}

fn configuration(node: &Node<'_>, document: &mut Document) {
    for (key, member) in node.members() {
        match key {
            "disableExecuteApiEndpoint" => document.disable_execute_api_endpoint = member.truth(),
            "vpcEndpointIds" => {
                let ids = member.items();
                document.vpc_endpoint_ids =
                    Some(ids.iter().filter_map(Node::text).map(str::to_owned).collect());
            }
            "ipAddressType" => match member.text() {
                Some("ipv4") => document.dualstack = Some(false),
                Some("dualstack") => document.dualstack = Some(true),
                Some(other) => member.error(format!("expected ipv4 or dualstack, not {other:?}")),
                None => {}
            },
            _ => member.warn("unknown setting of the endpoint: it is left out"),
        }
    }
}

fn gateway_responses(node: &Node<'_>, document: &mut Document) {
    for (key, member) in node.members() {
        let kind: GatewayResponseType = match key.parse() {
            Ok(kind) => kind,
            Err(error) => {
                member.error(format!("{error}"));
                continue;
            }
        };
        let mut response = GatewayResponse::default();
        for (key, part) in member.members() {
            match key {
                "statusCode" => response.status = part.parsed::<Status>(),
                "responseParameters" => {
                    for (target, value) in part.members() {
                        let Some(name) = target.strip_prefix("gatewayresponse.header.") else {
                            value.error("a gateway response maps to gatewayresponse.header.NAME");
                            continue;
                        };
                        match (name.parse(), value.text()) {
                            (Ok(name), Some(text)) => {
                                response.response_parameters.insert(name, text.to_owned());
                            }
                            (Err(error), _) => value.error(format!("{error}")),
                            (Ok(_), None) => {}
                        }
                    }
                }
                "responseTemplates" => {
                    for (media_type, value) in part.members() {
                        match (media_type.parse(), value.text()) {
                            (Ok(media_type), Some(text)) => {
                                response.response_templates.insert(media_type, text.to_owned());
                            }
                            (Err(error), _) => value.error(format!("{error}")),
                            (Ok(_), None) => {}
                        }
                    }
                }
                // What some exports add.
                "responseType" | "defaultResponse" => {}
                _ => part.warn("unknown part of a gateway response: it is left out"),
            }
        }
        document.gateway_responses.push((kind, response));
    }
}
