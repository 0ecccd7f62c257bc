//! What can be wrong with a template, and where.

use std::borrow::Cow;
use std::fmt;

/// A place in a template's text; lines and columns count from 1, columns in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// A text that is no mapping template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct InvalidTemplate {
    pub(super) place: Place,
    pub(super) what: Cow<'static, str>,
}

impl InvalidTemplate {
    /// Where in the text it was noticed.
    #[must_use]
    pub fn place(&self) -> Place {
        self.place
    }

    /// What is wrong there.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }
}

/// Why a template gave no text for a request. API Gateway answers 500 *Internal server error*; the reason belongs
/// into a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct RenderError {
    pub(super) place: Place,
    pub(super) what: Cow<'static, str>,
}

impl RenderError {
    /// The reference or directive that was being worked on.
    #[must_use]
    pub fn place(&self) -> Place {
        self.place
    }

    /// What went wrong there.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }
}
