//! Documentation as `x-amazon-apigateway-documentation`.

use serde_json::{Map, Value};

use super::{Object, Work};
use crate::model::KeptKind;
use crate::openapi::{date, kept};

/// All parts, and the version that was asked for, else the newest; `None` when there is neither.
pub(super) fn write(work: &Work<'_>) -> Option<Value> {
    let mut written = Object::default();
    let mut versions: Vec<_> = kept::all(work.definition, KeptKind::DocumentationVersion).collect();
    versions.sort_by_key(|(_, version)| version.get("createdDate").and_then(Value::as_u64));
    let asked = work.how.documentation_version.as_deref();
    let asked = versions.iter().find(|(name, _)| Some(*name) == asked);
    if let Some((name, version)) = asked.or(versions.last()) {
        written.put("version", *name);
        let created = version.get("createdDate").and_then(Value::as_u64);
        written.put_some("createdDate", created.map(date::text));
        written.put_some("description", version.get("description").cloned());
    }
    let mut parts: Vec<_> =
        kept::all(work.definition, KeptKind::DocumentationPart).map(|(_, part)| part).collect();
    // Ids are drawn anew by the next import; places are what stays.
    parts.sort_by_cached_key(|part| part.get("location").map(ToString::to_string));
    let parts: Vec<Value> = parts.into_iter().map(part).collect();
    if !parts.is_empty() {
        written.put("documentationParts", parts);
    }
    (!written.0.is_empty()).then(|| written.into())
}

fn part(mut part: Map<String, Value>) -> Value {
    let mut written = Object::default();
    written.put_some("location", part.remove("location"));
    // Text that is JSON stands as what it says.
    written.put_some(
        "properties",
        part.remove("properties").map(|properties| {
            let value = properties.as_str().and_then(|text| serde_json::from_str(text).ok());
            value.filter(Value::is_object).unwrap_or(properties)
        }),
    );
    written.into()
}
