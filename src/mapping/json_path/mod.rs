//! JSONPath as API Gateway reads it: in the dialect of Jayway's library (*Jayway JsonPath*, its page and what its
//! implementation does).
//!
//! A **definite** path leads to one value at most; an indefinite one (`..`, `[*]`, slices, lists of indexes,
//! filters, a list of names before the end) gives a list. Where the library would throw, nothing is found.
//!
//! Work is bounded: a path has at most [`JsonPath::MAX_BYTES`], its parts nest at most [`MAX_NESTING`] deep, a look
//! into a document ends after [`MAX_LOOKS`] values or [`MAX_FOUND`] results, with nothing found, and regular
//! expressions are run in linear time.

mod compare;
mod filter;
mod find;
mod function;
mod literal;
mod parse;
mod reader;

use std::borrow::Cow;

use serde_json::Value;

use self::filter::Filter;
use self::function::{Argument, Function};

/// How deep filters and literals in a path may nest.
const MAX_NESTING: usize = 32;
/// How many values of a document one path may look at; far more than a body at its limit has.
const MAX_LOOKS: u32 = 20_000_000;
/// How many values one path may find.
const MAX_FOUND: usize = 1_000_000;

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

impl Found<'_> {
    /// The value as JSON, a list for an indefinite path; `None` for nothing.
    #[must_use]
    pub fn into_value(self) -> Option<Value> {
        match self {
            Self::Nothing => None,
            Self::One(value) => Some(value.into_owned()),
            Self::Many(values) => Some(values.into_iter().map(Cow::into_owned).collect()),
        }
    }
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
    /// `['a','b']`: as the last step one object of what is there; before others each by itself.
    Properties(Box<[Box<str>]>),
    /// `[1]`, and `[-1]` from the end.
    Index(i64),
    /// `[0,2]`.
    Indexes(Box<[i64]>),
    /// `[1:3]`, `[1:]` and `[:3]`.
    Slice(Option<i64>, Option<i64>),
    /// `.*` and `[*]`.
    Each,
    /// `..`: what follows is looked for at every depth.
    Scan,
    /// `[?(…)]`.
    Filter(Box<Filter>),
    /// `.length()` and others.
    Function(Function, Box<[Argument]>),
}

impl JsonPath {
    /// The longest path, in bytes.
    pub const MAX_BYTES: usize = 4096;

    /// Reads a path. A missing `$.` at its start is added.
    ///
    /// # Errors
    /// When it is none: where, and what would be right.
    ///
    /// ```
    /// use postern::mapping::JsonPath;
    ///
    /// assert!(JsonPath::parse("$.store.book[?(@.price < 10)].title").is_ok());
    /// let error = JsonPath::parse("$.store.book[").unwrap_err();
    /// assert_eq!(error.place, 14);
    /// ```
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

impl Step {
    /// Whether it leads to one value at most. A list of names does at the end of a path, where it makes one object.
    fn is_definite(&self, is_last: bool) -> bool {
        match self {
            Self::Property(_) | Self::Index(_) | Self::Function(..) => true,
            Self::Properties(_) => is_last,
            Self::Indexes(_) | Self::Slice(..) | Self::Each | Self::Scan | Self::Filter(_) => false,
        }
    }
}

/// Whether steps lead to one value at most.
fn is_definite(steps: &[Step]) -> bool {
    steps.iter().enumerate().all(|(at, step)| step.is_definite(at + 1 == steps.len()))
}

#[cfg(test)]
mod tests;
