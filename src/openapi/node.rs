//! A value of a document and the place where it stands, so that whatever is wrong with it can be told.

use std::cell::RefCell;

use serde_json::Value;

use super::Format;
use crate::model::Issue;

/// How many references may lead to one another.
const MAX_HOPS: usize = 16;

/// The whole document while it is read, and what was found wrong so far.
#[derive(Debug)]
pub(super) struct Source<'d> {
    pub(super) root: &'d Value,
    pub(super) format: Format,
    findings: RefCell<Findings>,
}

/// What is wrong with a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Findings {
    /// What makes it impossible to import.
    pub(super) errors: Vec<Issue>,
    /// What is left out, or done otherwise than written.
    pub(super) warnings: Vec<Issue>,
}

impl<'d> Source<'d> {
    pub(super) fn new(root: &'d Value, format: Format) -> Self {
        Self { root, format, findings: RefCell::default() }
    }

    pub(super) fn node(&self) -> Node<'_> {
        Node { value: self.root, place: String::new(), source: self }
    }

    pub(super) fn into_findings(self) -> Findings {
        self.findings.into_inner()
    }
}

/// One value and its place.
#[derive(Clone, Debug)]
pub(super) struct Node<'d> {
    pub(super) value: &'d Value,
    pub(super) place: String,
    source: &'d Source<'d>,
}

impl<'d> Node<'d> {
    pub(super) fn format(&self) -> Format {
        self.source.format
    }

    fn child(&self, key: &str, value: &'d Value) -> Self {
        let plain = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-+".contains(&b));
        let place = match (self.place.is_empty(), plain) {
            (true, _) => key.to_owned(),
            (false, true) => format!("{}.{key}", self.place),
            (false, false) => format!("{}[{key}]", self.place),
        };
        Self { value, place, source: self.source }
    }

    /// What stands under `key`; `None` when nothing does, or null.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        let value = self.value.get(key).filter(|value| !value.is_null())?;
        Some(self.child(key, value))
    }

    /// The members of an object, those whose value is null left out; anything else is an error.
    pub(super) fn members(&self) -> Vec<(&'d str, Self)> {
        match self.value {
            Value::Object(map) => map
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key.as_str(), self.child(key, value)))
                .collect(),
            _ => {
                self.error("expected an object");
                Vec::new()
            }
        }
    }

    /// The entries of a list; anything else is an error.
    pub(super) fn items(&self) -> Vec<Self> {
        match self.value {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(index, value)| Self {
                    value,
                    place: format!("{}[{index}]", self.place),
                    source: self.source,
                })
                .collect(),
            _ => {
                self.error("expected a list");
                Vec::new()
            }
        }
    }

    /// A text; anything else is an error.
    pub(super) fn text(&self) -> Option<&'d str> {
        let text = self.value.as_str();
        if text.is_none() {
            self.error("expected a text");
        }
        text
    }

    /// A text, or a number or truth value as the text it is written as.
    pub(super) fn scalar(&self) -> Option<String> {
        match self.value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(truth) => Some(truth.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                self.error("expected a text");
                None
            }
        }
    }

    /// `true` or `false`, also as text.
    pub(super) fn truth(&self) -> Option<bool> {
        match self.value {
            Value::Bool(truth) => Some(*truth),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => {
                self.error("expected true or false");
                None
            }
        }
    }

    /// A whole number that is not negative, also as text.
    pub(super) fn number(&self) -> Option<u32> {
        let number = match self.value {
            Value::Number(number) => number.as_u64().and_then(|n| u32::try_from(n).ok()),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        if number.is_none() {
            self.error("expected a whole number that is not negative");
        }
        number
    }

    pub(super) fn text_of(&self, key: &str) -> Option<&'d str> {
        self.get(key)?.text()
    }

    pub(super) fn truth_of(&self, key: &str) -> Option<bool> {
        self.get(key)?.truth()
    }

    /// A text that parses; what does not is an error here.
    pub(super) fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(&self) -> Option<T> {
        let text = self.scalar()?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.error(error.to_string());
                None
            }
        }
    }

    /// Follows `$ref` within the document. A reference that leads nowhere, or out of the document, is an error.
    pub(super) fn resolved(self) -> Option<Self> {
        let mut node = self;
        for _ in 0..MAX_HOPS {
            let Some(reference) = node.value.get("$ref").and_then(Value::as_str) else { return Some(node) };
            let Some(pointer) = reference.strip_prefix('#') else {
                node.error(format!(
                    "{reference:?} stands in another file: references to files are not followed"
                ));
                return None;
            };
            let pointer = percent_encoding::percent_decode_str(pointer).decode_utf8_lossy();
            let Some(value) = node.source.root.pointer(&pointer) else {
                node.error(format!("there is nothing at {reference:?}"));
                return None;
            };
            node = Node { value, ..node };
        }
        node.error("references lead to one another too often");
        None
    }

    /// Notes what makes the document impossible to import.
    pub(super) fn error(&self, message: impl Into<String>) {
        self.source.findings.borrow_mut().errors.push(Issue::new(self.place.clone(), message));
    }

    /// Notes what is left out, or done otherwise than written.
    pub(super) fn warn(&self, message: impl Into<String>) {
        self.source.findings.borrow_mut().warnings.push(Issue::new(self.place.clone(), message));
    }
}
