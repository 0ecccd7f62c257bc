//! What compilation finds wrong, and where.

use std::fmt::Display;

use crate::model::Issue;

/// Faults that stop a deployment and warnings that do not, each with its place in an owner's words: `method GET
/// /pets, integration response 200, header X`.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings {
    pub(super) errors: Vec<Issue>,
    pub(super) warnings: Vec<Issue>,
}

impl Findings {
    /// Notes a fault.
    pub(super) fn error(&mut self, place: impl Into<String>, message: impl Display) {
        self.errors.push(Issue::new(place, message.to_string()));
    }

    /// Notes something that the owner should know and that does not stop a deployment.
    pub(super) fn warning(&mut self, place: impl Into<String>, message: impl Display) {
        self.warnings.push(Issue::new(place, message.to_string()));
    }

    /// Notes something that is not built yet and would open a method or answer wrongly if it were ignored.
    pub(super) fn unbuilt(&mut self, place: impl Into<String>, what: impl Display) {
        self.error(place, format_args!("not supported yet: {what}"));
    }

    /// Takes over what was found further in, seen from `place`.
    pub(super) fn absorb(&mut self, place: &str, inner: &Self) {
        let seen_from = |issue: &Issue| match (place, issue.field.as_str()) {
            (outer, "") => Issue::new(outer, issue.message.clone()),
            ("", inner) => Issue::new(inner, issue.message.clone()),
            (outer, inner) => Issue::new(format!("{outer}, {inner}"), issue.message.clone()),
        };
        self.errors.extend(inner.errors.iter().map(seen_from));
        self.warnings.extend(inner.warnings.iter().map(seen_from));
    }

    /// Whether nothing was found at all.
    pub(super) fn is_empty(&self) -> bool {
        self.errors.is_empty() && self.warnings.is_empty()
    }
}
