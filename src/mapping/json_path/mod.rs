//! JSONPath as API Gateway reads it: in the dialect of Jayway's library, whose rules its implementation and its
//! page *Jayway JsonPath* give. A **definite** path leads to one value at most; an indefinite one gives a list.

mod find;
mod parse;

use std::borrow::Cow;

use serde_json::Value;

/// A compiled path. Compiling is for deployments; finding costs what is looked at.
#[derive(Clone, Debug)]
pub struct JsonPath {
    text: Box<str>,
    steps: Box<[Step]>,
}

/// What a path leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Found<'d> {
    /// A definite path leads nowhere, or any path through something that is not there.
    Nothing,
    /// The value of a definite path; owned if a function made it.
    One(Cow<'d, Value>),
    /// The values of an indefinite path, in document order; there may be none.
    Many(Vec<Cow<'d, Value>>),
}

/// A text that is no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the JSONPath {path:?} cannot be read at character {place}: {what}")]
pub struct InvalidJsonPath {
    /// The text.
    pub path: String,
    /// Where it is wrong, in characters from one.
    pub place: usize,
    /// What is wrong there.
    pub what: String,
}

/// One step of a path.
#[derive(Clone, Debug)]
enum Step {
    /// `.name` or `['name']`.
    Property(Box<str>),
    /// `[1]`, and `[-1]` from the end.
    Index(i64),
}

impl JsonPath {
    /// The longest path, in bytes.
    pub const MAX_BYTES: usize = 4096;

    /// Reads a path. A missing `$.` at its start is added.
    ///
    /// # Errors
    /// When it is none: where, and what would be right.
    pub fn parse(text: &str) -> Result<Self, InvalidJsonPath> {
        parse::path(text)
    }

    /// The text that it was read from.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it leads to in `document`.
    #[must_use]
    pub fn find<'d>(&self, document: &'d Value) -> Found<'d> {
        find::find(&self.steps, document)
    }
}

impl PartialEq for JsonPath {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for JsonPath {}

#[cfg(test)]
mod tests;
