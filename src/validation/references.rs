//! How one model refers to another, and to parts of itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use crate::model::{ApiId, ModelName};

/// The models of an API as JSON, by what refers to them:
/// `https://apigateway.amazonaws.com/restapis/{api}/models/{name}` (API Gateway, *Data models for REST APIs*).
#[derive(Clone, Debug)]
pub(super) struct Documents {
    base: String,
    schemas: Arc<BTreeMap<ModelName, Value>>,
}

/// A place in a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) model: ModelName,
    /// A JSON pointer (RFC 6901); empty for the whole.
    pub(super) pointer: String,
}

impl Documents {
    pub(super) fn new(api: ApiId, schemas: BTreeMap<ModelName, Value>) -> Self {
        let base = format!("https://apigateway.amazonaws.com/restapis/{api}/models/");
        Self { base, schemas: Arc::new(schemas) }
    }

    /// The address of a model.
    pub(super) fn address(&self, model: &ModelName) -> String {
        format!("{}{model}", self.base)
    }

    /// A model's schema.
    pub(super) fn schema(&self, model: &ModelName) -> Option<&Value> {
        self.schemas.get(model)
    }

    /// What stands at a place.
    pub(super) fn at(&self, place: &Place) -> Option<&Value> {
        self.schema(&place.model)?.pointer(&place.pointer)
    }

    /// The place that `reference` means where it stands in `model`.
    ///
    /// # Errors
    /// Why it means none.
    pub(super) fn resolve(&self, model: &ModelName, reference: &str) -> Result<Place, String> {
        let (document, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let model = match document.strip_prefix(&self.base).unwrap_or(document) {
            "" => model.clone(),
            name => match name.parse() {
                Ok(name) => name,
                Err(_) => {
                    return Err(format!(
                        "{reference:?} is no model of this API: expected {}NAME or #/definitions/NAME",
                        self.base
                    ));
                }
            },
        };
        let pointer = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy().into_owned();
        let place = Place { model, pointer };
        match (self.schema(&place.model), self.at(&place)) {
            (None, _) => Err(format!("{reference:?}: there is no model {}", place.model)),
            (Some(_), None) => {
                Err(format!("{reference:?}: model {} has nothing at {fragment:?}", place.model))
            }
            (Some(_), Some(_)) => Ok(place),
        }
    }

    /// The models that a schema refers to, as far as its references are in order, with those they refer to in turn,
    /// and itself.
    pub(super) fn closure(&self, model: &ModelName) -> BTreeSet<ModelName> {
        let mut found = BTreeSet::from([model.clone()]);
        let mut todo = vec![model.clone()];
        while let Some(model) = todo.pop() {
            for reference in self.schema(&model).map(references).unwrap_or_default() {
                if let Ok(place) = self.resolve(&model, reference)
                    && found.insert(place.model.clone())
                {
                    todo.push(place.model);
                }
            }
        }
        found
    }
}

impl jsonschema::Retrieve for Documents {
    fn retrieve(
        &self,
        uri: &jsonschema::Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let name = uri.as_str().strip_prefix(&self.base).and_then(|name| name.parse().ok());
        let schema = name.as_ref().and_then(|name| self.schema(name));
        Ok(schema.cloned().ok_or_else(|| format!("{uri} is no model of this API"))?)
    }
}

/// Every `$ref` of a schema. What stands in `enum` and `default` is data.
pub(super) fn references(schema: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    let mut todo = vec![schema];
    while let Some(value) = todo.pop() {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                let inner = members.iter().filter(|(key, _)| !matches!(key.as_str(), "enum" | "default"));
                todo.extend(inner.map(|(_, value)| value));
            }
            Value::Array(items) => todo.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    found
}
