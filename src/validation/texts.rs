//! What is said of a value that breaks a keyword.
//!
//! API Gateway checks bodies with the Java library json-schema-validator, and puts its messages into
//! `validationErrorString`. These are its texts (its bundle `validation.properties`): callers match on them.

use serde_json::Value;

/// Several messages as the one string that callers read: Java's form of a list.
pub(super) fn list(messages: &[String]) -> String {
    format!("[{}]", messages.join(", "))
}

/// The text for an instance that does not fit a schema of one keyword (`minimum` and `maximum` with the flag beside
/// them).
pub(super) fn of_keyword(keyword: &str, schema: &Value, instance: &Value) -> String {
    let value = &schema[keyword];
    match keyword {
        "type" => format!(
            "instance type ({}) does not match any allowed primitive type (allowed: {})",
            type_of(instance),
            allowed_types(value)
        ),
        "enum" => format!("instance value ({instance}) not found in enum (possible values: {value})"),
        "minimum" if is_equal(value, instance) => {
            format!("numeric instance is not strictly greater than the required minimum {value}")
        }
        "minimum" => format!(
            "numeric instance is lower than the required minimum (minimum: {value}, found: {instance})"
        ),
        "maximum" if is_equal(value, instance) => {
            format!("numeric instance is not strictly lower than the required maximum {value}")
        }
        "maximum" => format!(
            "numeric instance is greater than the required maximum (maximum: {value}, found: {instance})"
        ),
        "multipleOf" => format!("remainder of division is not zero ({instance} / {value})"),
        "minLength" => format!(
            "string \"{}\" is too short (length: {}, required minimum: {value})",
            text_of(instance),
            length_of(instance)
        ),
        "maxLength" => format!(
            "string \"{}\" is too long (length: {}, maximum allowed: {value})",
            text_of(instance),
            length_of(instance)
        ),
        "pattern" => format!(
            "ECMA 262 regex \"{}\" does not match input string \"{}\"",
            text_of(value),
            text_of(instance)
        ),
        "minItems" => format!(
            "array is too short: must have at least {value} elements but instance has {} elements",
            length_of(instance)
        ),
        "maxItems" => format!(
            "array is too long: must have at most {value} elements but instance has {} elements",
            length_of(instance)
        ),
        "uniqueItems" => "array must not contain duplicate elements".to_owned(),
        "minProperties" => format!(
            "object has too few properties (found {} but schema requires at least {value})",
            length_of(instance)
        ),
        "maxProperties" => format!(
            "object has too many properties (found {} but schema requires at most {value})",
            length_of(instance)
        ),
        "format" => of_format(text_of(value), text_of(instance)),
        other => format!("instance does not fit the keyword {other}"),
    }
}

fn of_format(format: &str, text: &str) -> String {
    let what = match format {
        "date-time" => {
            return format!(
                "string \"{text}\" is invalid against requested date format(s) [yyyy-MM-dd'T'HH:mm:ssZ, \
                 yyyy-MM-dd'T'HH:mm:ss.[0-9]{{1,12}}Z]"
            );
        }
        "uuid" => return format!("input string \"{text}\" is not a valid UUID"),
        "email" => "email address",
        "hostname" => "hostname",
        "ipv4" => "IPv4 address",
        "ipv6" => "IPv6 address",
        "regex" => "ECMA 262 regular expression",
        "uri" => "URI",
        other => other,
    };
    format!("string \"{text}\" is not a valid {what}")
}

/// Names that are missing, sorted.
pub(super) fn missing(names: &[&str]) -> String {
    format!("object has missing required properties ({})", Value::from(names))
}

/// Names that are not allowed, sorted.
pub(super) fn unexpected(names: &[&str]) -> String {
    format!("object instance has properties which are not allowed by the schema: {}", Value::from(names))
}

/// Elements beyond those that a schema lists.
pub(super) fn additional_items(allowed: usize, found: usize) -> String {
    format!("schema only allows {allowed} elements in array but instance has {found} elements")
}

/// Properties that another one asks for.
pub(super) fn missing_dependencies(property: &str, required: &[String], missing: &[&str]) -> String {
    format!(
        "property \"{property}\" of object has missing property dependencies (schema requires {}; missing: {})",
        Value::from(required),
        Value::from(missing)
    )
}

/// Not all of several schemas fit.
pub(super) fn all_of(matched: usize, of: usize) -> String {
    format!("instance failed to match all required schemas (matched only {matched} out of {of})")
}

/// None of several schemas fits.
pub(super) fn any_of(of: usize) -> String {
    format!("instance failed to match at least one required schema among {of}")
}

/// None or more than one of several schemas fits.
pub(super) fn one_of(matched: usize, of: usize) -> String {
    format!("instance failed to match exactly one schema (matched {matched} out of {of})")
}

/// A schema fits that should not.
pub(super) fn not() -> String {
    "instance matched a schema which it should not have".to_owned()
}

/// The type of a value; a number without fraction is an integer unless it is written with one.
fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The types that a schema allows, in the library's order, which is that of the alphabet. A number may be an integer.
fn allowed_types(value: &Value) -> Value {
    let one = std::slice::from_ref(value);
    let named = value.as_array().map_or(one, Vec::as_slice);
    let mut names: Vec<&str> = named.iter().filter_map(Value::as_str).collect();
    if names.contains(&"number") {
        names.push("integer");
    }
    names.sort_unstable();
    names.dedup();
    Value::from(names)
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Characters of a string, elements of an array, members of an object.
fn length_of(value: &Value) -> usize {
    match value {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

fn is_equal(a: &Value, b: &Value) -> bool {
    a == b || matches!((a.as_f64(), b.as_f64()), (Some(a), Some(b)) if a == b)
}
