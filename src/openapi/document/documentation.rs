//! `x-amazon-apigateway-documentation` (API Gateway, *x-amazon-apigateway-documentation object*).

use serde_json::{Map, Value};

use crate::openapi::date;
use crate::openapi::node::Node;

/// What a document says about its own documentation, as API Gateway's control plane shows it but for ids.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::openapi) struct Documentation {
    pub(in crate::openapi) parts: Vec<Map<String, Value>>,
    /// Its name, and what else is said of it.
    pub(in crate::openapi) version: Option<(String, Map<String, Value>)>,
}

/// What can be documented.
const KINDS: [&str; 12] = [
    "API",
    "AUTHORIZER",
    "METHOD",
    "MODEL",
    "PATH_PARAMETER",
    "QUERY_PARAMETER",
    "REQUEST_BODY",
    "REQUEST_HEADER",
    "RESOURCE",
    "RESPONSE",
    "RESPONSE_BODY",
    "RESPONSE_HEADER",
];

pub(super) fn read(node: &Node<'_>) -> Documentation {
    let (mut documentation, mut name, mut version) = (Documentation::default(), None, Map::new());
    for (key, member) in node.members() {
        match key {
            "documentationParts" => documentation.parts.extend(member.items().iter().filter_map(part)),
            "version" => name = member.scalar().filter(|name| !name.is_empty()),
            "createdDate" => match member.text().map(date::seconds) {
                Some(Some(seconds)) => drop(version.insert(key.to_owned(), seconds.into())),
                Some(None) => member.warn("expected a date such as 2026-11-24T05:00:00Z: it is left out"),
                None => {}
            },
            "description" => {
                if let Some(text) = member.text() {
                    version.insert(key.to_owned(), text.into());
                }
            }
            _ => member.warn("unknown part of a documentation: it is left out"),
        }
    }
    documentation.version = name.map(|name| (name, version));
    documentation
}

fn part(node: &Node<'_>) -> Option<Map<String, Value>> {
    let (Some(place), Some(properties)) = (node.get("location"), node.get("properties")) else {
        node.error("a documentation part has a location and properties");
        return None;
    };
    let mut location = Map::new();
    for (key, member) in place.members() {
        match key {
            "type" | "path" | "method" | "statusCode" | "name" => {
                location.insert(key.to_owned(), member.scalar()?.into());
            }
            _ => member.warn("unknown part of a location: it is left out"),
        }
    }
    let kind = location.get("type").and_then(Value::as_str).unwrap_or_default();
    if !KINDS.contains(&kind) {
        place.error(format!("expected a type among {}, not {kind:?}", KINDS.join(", ")));
        return None;
    }
    let text = match properties.value {
        Value::Object(map) => serde_json::to_string(map).unwrap_or_default(),
        _ => properties.text()?.to_owned(),
    };
    if text.is_empty() {
        properties.error("Documentation part properties must be non-empty");
        return None;
    }
    Some(Map::from_iter([
        ("location".to_owned(), Value::Object(location)),
        ("properties".to_owned(), text.into()),
    ]))
}
