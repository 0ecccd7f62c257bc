//! The one way in which validators are built: draft 4, nothing fetched, patterns in linear time.

use jsonschema::{PatternOptions, Retrieve, ValidationOptions, Validator};
use serde_json::Value;

/// The most bytes that one compiled pattern may take.
const PATTERN_BYTES: usize = 1 << 20;

/// Options for a schema that may refer to what `retriever` knows.
///
/// The formats are those of draft 4 that API Gateway's validator knows; any other is passed over, as there.
fn options(retriever: impl Retrieve + 'static) -> ValidationOptions<'static> {
    jsonschema::draft4::options()
        .with_pattern_options(PatternOptions::regex().size_limit(PATTERN_BYTES))
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true)
        .with_format("date", |_: &str| true)
        .with_format("time", |_: &str| true)
        .with_format("uuid", is_uuid)
        .with_retriever(retriever)
}

/// A validator for the whole of a schema that stands at `base`.
///
/// # Errors
/// What is wrong, with the place in the schema.
pub(super) fn build(
    schema: &Value,
    base: &str,
    retriever: impl Retrieve + 'static,
) -> Result<Validator, String> {
    options(retriever).with_base_uri(base).build(schema).map_err(|error| error.to_string())
}

/// A validator for a schema of one keyword that refers to nothing.
pub(super) fn probe(schema: &Value) -> Option<Validator> {
    options(Nothing).build(schema).ok()
}

/// What keeps a schema from being one of draft 4, each with its place as a JSON pointer.
pub(super) fn faults(schema: &Value) -> Vec<(String, String)> {
    let meta = jsonschema::draft4::meta::validator();
    meta.iter_errors(schema).map(|error| (error.instance_path().to_string(), error.to_string())).collect()
}

/// Whether a text has the form of a UUID (RFC 9562 section 4).
fn is_uuid(text: &str) -> bool {
    let groups = [8, 4, 4, 4, 12];
    let mut parts = text.split('-');
    groups.iter().all(|length| {
        parts.next().is_some_and(|p| p.len() == *length && p.bytes().all(|b| b.is_ascii_hexdigit()))
    }) && parts.next().is_none()
}

/// Knows no document.
struct Nothing;

impl Retrieve for Nothing {
    fn retrieve(
        &self,
        uri: &jsonschema::Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        Err(format!("{uri} is not a model of this API").into())
    }
}
