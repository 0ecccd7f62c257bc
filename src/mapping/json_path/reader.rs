//! A place in a text, moving forward.

use super::MAX_NESTING;

/// What is wrong where the reader stands.
pub(super) type Wrong = String;

/// The text of a path and how much of it was read.
pub(super) struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// Where the reader stands, in characters from one.
    pub(super) fn place(&self) -> usize {
        self.text.get(..self.at).unwrap_or(self.text).chars().count() + 1
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next character.
    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Reads the next character.
    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Reads `text` if it is what comes next.
    pub(super) fn take(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// Reads what must come next, blanks before it aside.
    pub(super) fn expect(&mut self, text: &str) -> Result<(), Wrong> {
        self.blanks();
        if self.take(text) { Ok(()) } else { Err(format!("a {text} comes here")) }
    }

    /// Reads as long as `wanted` holds.
    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Skips blanks.
    pub(super) fn blanks(&mut self) {
        self.take_while(char::is_whitespace);
    }

    /// Reads something that may hold more of its kind, as long as it is not nested too deeply.
    pub(super) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Wrong>) -> Result<T, Wrong> {
        if self.depth == MAX_NESTING {
            return Err(format!("it is nested more than {MAX_NESTING} deep"));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }
}
