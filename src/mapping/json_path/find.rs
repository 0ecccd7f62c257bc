//! Walking a document along a path.

use std::borrow::Cow;

use serde_json::Value;

use super::{Found, Step};

/// What the steps lead to from `document` on.
pub(super) fn find<'d>(steps: &[Step], document: &'d Value) -> Found<'d> {
    let mut at = document;
    for step in steps {
        let next = match (step, at) {
            (Step::Property(name), Value::Object(members)) => members.get(&**name),
            (Step::Index(index), Value::Array(elements)) => element(elements, *index),
            _ => None,
        };
        let Some(next) = next else { return Found::Nothing };
        at = next;
    }
    Found::One(Cow::Borrowed(at))
}

/// The element at an index; a negative one counts from the end.
fn element(elements: &[Value], index: i64) -> Option<&Value> {
    let index = if index < 0 { index + i64::try_from(elements.len()).ok()? } else { index };
    elements.get(usize::try_from(index).ok()?)
}
