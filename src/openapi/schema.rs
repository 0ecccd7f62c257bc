//! Schemas of a document and models of an API: names, references between them, and what no model understands.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Format;
use crate::model::{ApiId, ModelName};

/// What begins a model's address in a schema (API Gateway, *Data models for REST APIs*).
fn address(api: ApiId) -> String {
    format!("https://apigateway.amazonaws.com/restapis/{api}/models/")
}

/// What begins a reference to a schema in a document.
pub(super) const fn pointer(format: Format) -> &'static str {
    match format {
        Format::OpenApi3 => "#/components/schemas/",
        Format::Swagger2 => "#/definitions/",
    }
}

/// The name of the model that a schema of this name becomes: its letters and digits, which are all that a model's
/// name may have.
pub(super) fn model_name(name: &str) -> Option<ModelName> {
    let kept: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    kept.parse().ok()
}

/// The name at the end of a reference to a schema of the document.
pub(super) fn referred(reference: &str, format: Format) -> Option<ModelName> {
    let name = reference.strip_prefix(pointer(format))?;
    let name =
        percent_encoding::percent_decode_str(name).decode_utf8_lossy().replace("~1", "/").replace("~0", "~");
    model_name(&name)
}

/// A document's schema as a model's: references lead to models of `api`.
pub(super) fn to_model(schema: &mut Value, api: ApiId, format: Format) {
    let address = address(api);
    each_reference(schema, &mut |reference| {
        if let Some(name) = referred(reference, format) {
            *reference = format!("{address}{name}");
        }
    });
}

/// A model's schema as a document's: references to models lead to schemas of the document, whatever API they name.
pub(super) fn from_model(schema: &mut Value, format: Format) {
    if let Value::Object(map) = schema {
        // A document has no place for it; what has none is read as draft 4 anyway.
        map.shift_remove("$schema");
    }
    each_reference(schema, &mut |reference| {
        let model = reference
            .strip_prefix("https://apigateway.amazonaws.com/restapis/")
            .and_then(|rest| rest.split_once("/models/"));
        if let Some((_, name)) = model {
            *reference = format!("{}{name}", pointer(format));
        }
    });
}

/// The models that a document's schema refers to.
pub(super) fn references(schema: &Value, format: Format) -> BTreeSet<ModelName> {
    let mut found = BTreeSet::new();
    let mut todo = vec![schema];
    while let Some(value) = todo.pop() {
        match value {
            Value::Object(map) => {
                if let Some(Value::String(reference)) = map.get("$ref") {
                    found.extend(referred(reference, format));
                }
                todo.extend(map.values());
            }
            Value::Array(items) => todo.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    found
}

fn each_reference(value: &mut Value, change: &mut impl FnMut(&mut String)) {
    match value {
        Value::Object(map) => {
            for (key, member) in map.iter_mut() {
                match member {
                    Value::String(reference) if key == "$ref" => change(reference),
                    _ => each_reference(member, change),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_reference(item, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Keywords that API Gateway does not know (*Amazon API Gateway important notes*), and those of OpenAPI that JSON
/// Schema of draft 4 does not have.
const WITHOUT_EFFECT: [&str; 10] = [
    "default",
    "deprecated",
    "discriminator",
    "example",
    "exclusiveMinimum",
    "externalDocs",
    "nullable",
    "readOnly",
    "writeOnly",
    "xml",
];

/// The keywords of a schema that have no effect, sorted.
pub(super) fn without_effect(schema: &Value) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    let mut todo = vec![schema];
    while let Some(schema) = todo.pop() {
        let Value::Object(map) = schema else { continue };
        for (key, value) in map {
            found.extend(WITHOUT_EFFECT.iter().find(|word| *word == key));
            match key.as_str() {
                "properties" | "patternProperties" | "definitions" => {
                    todo.extend(value.as_object().into_iter().flat_map(|map| map.values()));
                }
                "items" | "additionalProperties" | "not" | "additionalItems" => {
                    todo.push(value);
                    todo.extend(value.as_array().into_iter().flatten());
                }
                "allOf" | "anyOf" | "oneOf" => todo.extend(value.as_array().into_iter().flatten()),
                _ => {}
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_are_rewritten_both_ways() {
        let api: ApiId = "abcdefghij".parse().expect("an id");
        for format in [Format::OpenApi3, Format::Swagger2] {
            let own = format!("{}Cat", pointer(format));
            let document = json!({"properties": {"cat": {"$ref": own}, "x": {"$ref": "#/other"}, "$ref": {"type": "string"}}});
            let mut schema = document.clone();
            to_model(&mut schema, api, format);
            assert_eq!(
                schema["properties"]["cat"]["$ref"],
                "https://apigateway.amazonaws.com/restapis/abcdefghij/models/Cat"
            );
            assert_eq!(schema["properties"]["x"]["$ref"], "#/other");
            from_model(&mut schema, format);
            assert_eq!(schema, document);
            assert_eq!(
                references(&document, format).into_iter().map(|n| n.to_string()).collect::<Vec<_>>(),
                ["Cat"]
            );
        }
    }

    #[test]
    fn properties_are_not_taken_for_keywords() {
        let schema = json!({
            "properties": {"default": {"type": "string"}, "xml": {"items": {"example": 1}}},
            "oneOf": [{"nullable": true}], "enum": [{"readOnly": 1}],
        });
        assert_eq!(without_effect(&schema).into_iter().collect::<Vec<_>>(), ["example", "nullable"]);
    }
}
