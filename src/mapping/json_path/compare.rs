//! How a filter compares two values, as Jayway does: numbers and texts are compared across their kinds, what is
//! not there is equal to nothing.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::Found;

/// Whether two operands are equal.
pub(super) fn equal(left: &Found<'_>, right: &Found<'_>) -> bool {
    match (left, right) {
        (Found::One(left), Found::One(right)) => values_equal(left, right),
        (Found::Nothing, _) | (_, Found::Nothing) => false,
        _ => match (list(left), list(right)) {
            (Some(left), Some(right)) => left == right,
            _ => false,
        },
    }
}

/// Whether two operands are equal and of one kind.
pub(super) fn same(left: &Found<'_>, right: &Found<'_>) -> bool {
    match (left, right) {
        (Found::One(left), Found::One(right)) => {
            std::mem::discriminant(&**left) == std::mem::discriminant(&**right) && values_equal(left, right)
        }
        _ => equal(left, right),
    }
}

fn values_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => numbers(left, right) == Some(Ordering::Equal),
        // Whatever stands left decides in which kind the two are compared.
        (Value::Number(left), Value::String(right)) => {
            right.parse::<Number>().is_ok_and(|right| numbers(left, &right) == Some(Ordering::Equal))
        }
        (Value::String(left), Value::Number(right)) => *left == right.to_string(),
        _ => left == right,
    }
}

/// Which operand comes first, if they are numbers or texts.
pub(super) fn order(left: &Found<'_>, right: &Found<'_>) -> Option<Ordering> {
    let (Found::One(left), Found::One(right)) = (left, right) else { return None };
    match (&**left, &**right) {
        (Value::Number(left), Value::Number(right)) => numbers(left, right),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        (Value::String(left), Value::Number(right)) => Some(left.as_str().cmp(&right.to_string())),
        (Value::Number(left), Value::String(right)) => Some(left.to_string().as_str().cmp(right)),
        _ => None,
    }
}

fn numbers(left: &Number, right: &Number) -> Option<Ordering> {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

/// The elements of an operand that is a list.
pub(super) fn list<'f>(found: &'f Found<'_>) -> Option<Vec<&'f Value>> {
    match found {
        Found::Nothing => None,
        Found::One(value) => value.as_array().map(|elements| elements.iter().collect()),
        Found::Many(values) => Some(values.iter().map(|value| &**value).collect()),
    }
}

/// Whether one of the elements is equal to `value`.
pub(super) fn contains(elements: &[&Value], value: &Value) -> bool {
    elements.iter().any(|element| values_equal(value, element))
}

/// Whether an operand is one of the elements.
pub(super) fn is_in(found: &Found<'_>, elements: &[&Value]) -> bool {
    match found {
        Found::Nothing => false,
        Found::One(value) => contains(elements, value),
        Found::Many(_) => elements.iter().any(|element| equal(found, &Found::One(Cow::Borrowed(element)))),
    }
}

/// How long a text, a list or an object is.
pub(super) fn length(found: &Found<'_>) -> Option<usize> {
    match found {
        Found::Nothing => None,
        Found::Many(values) => Some(values.len()),
        Found::One(value) => match &**value {
            Value::String(text) => Some(text.encode_utf16().count()),
            Value::Array(elements) => Some(elements.len()),
            Value::Object(members) => Some(members.len()),
            Value::Null | Value::Bool(_) | Value::Number(_) => None,
        },
    }
}

/// The text that a regular expression is held against.
pub(super) fn subject(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Number(_) | Value::Bool(_) => Cow::Owned(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => Cow::Borrowed(""),
    }
}
