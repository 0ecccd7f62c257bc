//! What a template needs to be there before it runs.

/// What a template may ask for, read off its text at deployment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The payload of its side (`$input.body`, `$input.json`, `$input.path`): of the request for a request
    /// template, of the back end's answer for a response template. It must be held as a whole.
    pub payload: bool,
    /// The names of all headers as the caller spelled them (`$input.params()`).
    pub header_names: bool,
    /// `$context.requestOverride`, `$context.responseOverride` or anything else of `$context` may be set or read
    /// back, so that the [`Overrides`](super::Overrides) matter.
    pub overrides: bool,
}

impl Needs {
    /// What either of two templates needs.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            payload: self.payload || other.payload,
            header_names: self.header_names || other.header_names,
            overrides: self.overrides || other.overrides,
        }
    }
}
