//! Which integration response applies.

use std::sync::Arc;

use super::Pattern;

/// The patterns of a method's integration responses and the one without a pattern, by index. Several may match:
/// the first one counts (API Gateway's own order is not recorded; ours is that of the status codes).
#[derive(Clone, Debug, Default)]
pub struct Selection {
    patterns: Box<[(Arc<Pattern>, usize)]>,
    default: Option<usize>,
}

impl Selection {
    /// Patterns in the order they are tried, and the default.
    #[must_use]
    pub fn new(patterns: impl IntoIterator<Item = (Arc<Pattern>, usize)>, default: Option<usize>) -> Self {
        Self { patterns: patterns.into_iter().collect(), default }
    }

    /// The response for a status code of an HTTP back end.
    #[must_use]
    pub fn by_status(&self, status: u16) -> Option<usize> {
        self.select(|pattern| pattern.matches_status(status))
    }

    /// The response for a subject of any form: a mock's status code, which may be any integer.
    #[must_use]
    pub fn by_text(&self, subject: &str) -> Option<usize> {
        self.select(|pattern| pattern.matches(subject))
    }

    fn select(&self, matches: impl Fn(&Pattern) -> bool) -> Option<usize> {
        self.patterns.iter().find(|(pattern, _)| matches(pattern)).map(|(_, index)| *index).or(self.default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(patterns: &[&str], default: Option<usize>) -> Selection {
        let compiled = patterns.iter().enumerate().map(|(index, text)| {
            (Arc::new(Pattern::parse(text).unwrap_or_else(|error| panic!("{error}"))), index)
        });
        Selection::new(compiled, default)
    }

    #[test]
    fn the_first_match_counts_and_then_the_default() {
        let some = selection(&[r"4\d{2}", "40.", "-1"], Some(9));
        for (subject, expected) in [("404", Some(0)), ("-1", Some(2)), ("200", Some(9)), ("", Some(9))] {
            assert_eq!(some.by_text(subject), expected, "{subject}");
        }
        assert_eq!((some.by_status(404), some.by_status(200)), (Some(0), Some(9)));
        let none = selection(&["4.."], None);
        assert_eq!((none.by_status(404), none.by_status(500), none.by_text("0")), (Some(0), None, None));
    }
}
