//! What is wrong with a piece of configuration, where, and what would be right.

use std::fmt;

/// One fault, tied to the field that holds it.
///
/// `field` is the path of the field in the caller's terms, in protobuf's JSON-free spelling:
/// `method.integration.timeout_ms`, `settings.allow_origins[1]`. Empty when the whole request is at fault.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Issue {
    /// The path of the faulty field.
    pub field: String,
    /// What is wrong and what would be right: lower case, no full stop.
    pub message: String,
}

impl Issue {
    /// An issue with one field.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }

    /// The same issue seen from one level further out: `at("integration")` makes `uri` into `integration.uri`.
    #[must_use]
    pub fn at(mut self, prefix: &str) -> Self {
        self.field = match (prefix.is_empty(), self.field.is_empty()) {
            (true, _) => self.field,
            (false, true) => prefix.to_owned(),
            (false, false) if self.field.starts_with('[') => format!("{prefix}{}", self.field),
            (false, false) => format!("{prefix}.{}", self.field),
        };
        self
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.field, self.message)
        }
    }
}

/// Collects issues, so that a caller hears of all faults at once rather than of one per attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Issues(Vec<Issue>);

impl Issues {
    /// Nothing wrong so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a fault.
    pub fn push(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(Issue::new(field, message));
    }

    /// Notes faults found further in, seen from `prefix`.
    pub fn extend_at(&mut self, prefix: &str, inner: impl IntoIterator<Item = Issue>) {
        self.0.extend(inner.into_iter().map(|issue| issue.at(prefix)));
    }

    /// Keeps the value of a success, notes the fault of a failure.
    pub fn take<T, E: fmt::Display>(&mut self, field: &str, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.push(field, error.to_string());
                None
            }
        }
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All faults, in the order they were found.
    #[must_use]
    pub fn into_vec(self) -> Vec<Issue> {
        self.0
    }

    /// `value` if nothing is wrong, else every fault.
    ///
    /// # Errors
    /// The faults collected so far, if any.
    pub fn into_result<T>(self, value: T) -> Result<T, Vec<Issue>> {
        if self.0.is_empty() { Ok(value) } else { Err(self.0) }
    }
}

impl IntoIterator for Issues {
    type Item = Issue;
    type IntoIter = std::vec::IntoIter<Issue>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
