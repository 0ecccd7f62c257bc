//! Authorizers and documentation of a definition: JSON objects as API Gateway's control plane shows them.

use serde_json::{Map, Value};

use crate::model::{Definition, KeptKind};

/// All of a kind with their ids; what is no JSON object says nothing.
pub(super) fn all(
    definition: &Definition,
    kind: KeptKind,
) -> impl Iterator<Item = (&str, Map<String, Value>)> {
    definition
        .kept
        .iter()
        .filter(move |((own, _), _)| *own == kind)
        .map(|((_, id), text)| (id.as_str(), serde_json::from_str(text).unwrap_or_default()))
}

/// A field that is a text.
pub(super) fn text<'v>(object: &'v Map<String, Value>, field: &str) -> Option<&'v str> {
    object.get(field).and_then(Value::as_str).filter(|text| !text.is_empty())
}
