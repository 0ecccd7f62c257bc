//! Where two documents differ, resource by resource and field by field, in the words of an API.
//!
//! Documents that were exported alike can be compared; where an API is called is no difference.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::document::OPERATIONS;

/// A thing that both documents do not say alike.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentDifference {
    /// What it is: `API`, `method GET /pets`, `model Pet`…
    pub subject: String,
    /// Whether the first document has it.
    pub before: bool,
    /// Whether the second has it.
    pub after: bool,
    /// What differs of it. For what only one document has, everything that it says.
    pub fields: Vec<FieldDifference>,
}

/// A field that both documents do not say alike.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldDifference {
    /// Where it is: `integration.uri`, `responses.200.headers.X-A`.
    pub field: String,
    /// What the first document says.
    pub before: Option<Value>,
    /// What the second says.
    pub after: Option<Value>,
}

/// What belongs to an API, in the order in which it is told.
type Things<'d> = BTreeMap<(Rank, String), Object<'d>>;
/// The members of a thing by name.
type Object<'d> = BTreeMap<String, &'d Value>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Api,
    GatewayResponse,
    Validator,
    Scheme,
    Model,
    Documentation,
    Path,
}

/// Everything that differs between two exported documents: the API first, then what belongs to it by name, then
/// resources and methods by path.
#[must_use]
pub fn compare(before: &Value, after: &Value) -> Vec<DocumentDifference> {
    let (before, after) = (things(before), things(after));
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let mut found = Vec::new();
    for name in names {
        let (old, new) = (before.get(name), after.get(name));
        let mut fields = Vec::new();
        let empty = Object::new();
        let (from, to) = (old.unwrap_or(&empty), new.unwrap_or(&empty));
        for key in from.keys().chain(to.keys()).collect::<BTreeSet<_>>() {
            walk(key, from.get(key).copied(), to.get(key).copied(), &mut fields);
        }
        if !fields.is_empty() || old.is_some() != new.is_some() {
            let (_, subject) = name;
            found.push(DocumentDifference {
                subject: subject.clone(),
                before: old.is_some(),
                after: new.is_some(),
                fields,
            });
        }
    }
    found
}

fn things(document: &Value) -> Things<'_> {
    let mut things = Things::new();
    let mut api = Object::new();
    for (key, value) in members(Some(document)) {
        match key {
            "info" => api.extend(members(Some(value)).map(|(key, value)| (key.to_owned(), value))),
            "paths" => {
                for (path, item) in members(Some(value)) {
                    add_path(path, item, &mut things);
                }
            }
            "components" => {
                add(Rank::Model, "model", value.get("schemas"), &mut things);
                add(Rank::Scheme, "security scheme", value.get("securitySchemes"), &mut things);
            }
            "x-amazon-apigateway-gateway-responses" => {
                add(Rank::GatewayResponse, "gateway response", Some(value), &mut things);
            }
            "x-amazon-apigateway-request-validators" => {
                add(Rank::Validator, "request validator", Some(value), &mut things);
            }
            "x-amazon-apigateway-documentation" => {
                for (key, value) in members(Some(value)) {
                    match value.as_array().filter(|_| key == "documentationParts") {
                        Some(parts) => parts.iter().for_each(|part| add_part(part, &mut things)),
                        None => drop(api.insert(format!("documentation.{key}"), value)),
                    }
                }
            }
            "openapi" | "servers" => {}
            _ => drop(api.insert(short(key), value)),
        }
    }
    things.insert((Rank::Api, "API".to_owned()), api);
    things
}

fn members(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

fn add<'d>(rank: Rank, noun: &str, value: Option<&'d Value>, things: &mut Things<'d>) {
    for (name, value) in members(value) {
        let own = members(Some(value)).map(|(key, value)| (short(key), value)).collect();
        things.insert((rank, format!("{noun} {name}")), own);
    }
}

/// The path's own thing holds what is no operation; its name sorts it before its methods.
fn add_path<'d>(path: &str, item: &'d Value, things: &mut Things<'d>) {
    let mut own = Object::new();
    for (key, value) in members(Some(item)) {
        match OPERATIONS.iter().find(|(name, _)| *name == key) {
            Some((_, verb)) => {
                let members = members(Some(value)).map(|(key, value)| (short(key), value)).collect();
                things.insert((Rank::Path, format!("method {verb} {path}")), members);
            }
            None => drop(own.insert(short(key), value)),
        }
    }
    if !own.is_empty() || item.as_object().is_some_and(Map::is_empty) {
        things.insert((Rank::Path, format!("resource {path}")), own);
    }
}

/// A part of the documentation, named by its location.
fn add_part<'d>(part: &'d Value, things: &mut Things<'d>) {
    let location = part.get("location");
    let words = ["type", "path", "method", "statusCode", "name"];
    let words: Vec<_> = words.iter().filter_map(|key| location?.get(key)?.as_str()).collect();
    let properties = members(Some(part)).filter(|(key, _)| *key != "location");
    let properties = properties.map(|(key, value)| (key.to_owned(), value)).collect();
    things.insert((Rank::Documentation, format!("documentation part {}", words.join(" "))), properties);
}

/// A key without what says that it is an extension.
fn short(key: &str) -> String {
    let bare = key.strip_prefix("x-amazon-apigateway-").or_else(|| key.strip_prefix("x-postern-"));
    bare.unwrap_or(key).to_owned()
}

/// Notes every leaf that differs; lists are leaves.
fn walk(field: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<FieldDifference>) {
    match (before, after) {
        _ if before == after => {}
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            for key in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
                walk(&format!("{field}.{key}"), old.get(key), new.get(key), found);
            }
        }
        _ => found.push(FieldDifference {
            field: field.to_owned(),
            before: before.cloned(),
            after: after.cloned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_differs_is_told_by_thing_and_field() {
        let old = json!({
            "openapi": "3.0.1", "info": {"title": "a", "version": "1"}, "servers": [1],
            "paths": {
                "/a": {
                    "get": {"x-amazon-apigateway-integration": {"uri": "http://a", "type": "http"}},
                    "put": {"operationId": "x"},
                },
                "/b": {},
            },
            "components": {"schemas": {"Pet": {"type": "object"}}},
            "x-amazon-apigateway-binary-media-types": ["a/b"],
            "x-amazon-apigateway-documentation": {"version": "1", "documentationParts": [
                {"location": {"type": "METHOD", "path": "/a", "method": "GET"}, "properties": {"summary": "a"}},
            ]},
        });
        let new = json!({
            "openapi": "3.0.1", "info": {"title": "b", "version": "1"}, "servers": [2],
            "paths": {"/a": {
                "get": {"x-amazon-apigateway-integration": {"uri": "http://b", "type": "http"}},
                "x-amazon-apigateway-any-method": {"operationId": "y"},
                "x-postern-cors": {"form": "policy"},
            }},
            "components": {"schemas": {"Pet": {"type": "array"}}},
            "x-amazon-apigateway-gateway-responses": {"THROTTLED": {"statusCode": "503"}},
            "x-amazon-apigateway-request-validators": {"all": {"validateRequestBody": true}},
            "x-amazon-apigateway-documentation": {"version": "2", "documentationParts": [
                {"location": {"type": "METHOD", "path": "/a", "method": "GET"}, "properties": {"summary": "b"}},
            ]},
        });
        let told = |old: &Value, new: &Value| {
            let mut lines = Vec::new();
            for DocumentDifference { subject, before, after, fields } in compare(old, new) {
                let kind = match (before, after) {
                    (true, true) => '~',
                    (false, _) => '+',
                    (true, false) => '-',
                };
                let fields: Vec<_> = fields.iter().map(|field| field.field.as_str()).collect();
                lines.push(format!("{kind} {subject}: {}", fields.join(" ")));
            }
            lines
        };
        assert_eq!(
            told(&old, &new),
            [
                "~ API: binary-media-types documentation.version title",
                "+ gateway response THROTTLED: statusCode",
                "+ request validator all: validateRequestBody",
                "~ model Pet: type",
                "~ documentation part METHOD /a GET: properties.summary",
                "+ method ANY /a: operationId",
                "~ method GET /a: integration.uri",
                "- method PUT /a: operationId",
                "+ resource /a: cors",
                "- resource /b: ",
            ]
        );
        assert_eq!(told(&old, &old), [""; 0]);
        assert_eq!(told(&new, &old).len(), 10);
    }
}
