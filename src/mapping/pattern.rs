//! Selection patterns: Java regular expressions, run by an engine that is linear in time.

use std::collections::HashMap;
use std::sync::Arc;

use regex::Regex;

use super::java::translate;

/// A pattern that is no regular expression, or one that a linear-time engine cannot run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the pattern {text:?} cannot be used: {reason}")]
pub struct InvalidPattern {
    text: String,
    reason: String,
}

/// A selection pattern. It must match the whole of its subject, and `.` does not match a line terminator
/// (`java.util.regex.Pattern` and `Matcher.matches`).
///
/// What Java can do and a linear-time engine cannot (look-around, back-references, possessive quantifiers, atomic
/// groups) is refused, as is what the two would read differently. Classes such as `\d`, `\w` and `\p{Alpha}`
/// are ASCII, as in Java.
#[derive(Clone, Debug)]
pub struct Pattern {
    regex: Regex,
    statuses: StatusSet,
}

/// The statuses from 100 to 999 that a pattern matches as text, worked out once.
#[derive(Clone, Debug, PartialEq, Eq)]
struct StatusSet([u64; 15]);

impl Pattern {
    /// The longest pattern, in bytes.
    pub const MAX_BYTES: usize = 1024;

    /// Reads a pattern.
    ///
    /// # Errors
    /// When it is no regular expression, or needs more than linear time, or is too large.
    pub fn parse(text: &str) -> Result<Self, InvalidPattern> {
        let regex = java_regex(text, true)?;
        let mut set = StatusSet([0; 15]);
        for status in 100..=999_u16 {
            if regex.is_match(&status.to_string()) {
                let bit = usize::from(status - 100);
                set.0[bit / 64] |= 1 << (bit % 64);
            }
        }
        Ok(Self { regex, statuses: set })
    }

    /// Whether it matches a status code, 100 to 999. No regular expression is run.
    #[must_use]
    pub fn matches_status(&self, status: u16) -> bool {
        let bit = usize::from(status.wrapping_sub(100));
        self.statuses.0.get(bit / 64).is_some_and(|word| word & (1 << (bit % 64)) != 0)
    }

    /// Whether it matches the whole of `subject`.
    #[must_use]
    pub fn matches(&self, subject: &str) -> bool {
        self.regex.is_match(subject)
    }
}

/// A regular expression of Java's for the linear-time engine; if `whole`, it matches nothing less than a whole text.
///
/// # Errors
/// As [`Pattern::parse`].
pub fn java_regex(text: &str, whole: bool) -> Result<Regex, InvalidPattern> {
    let refuse = |reason: String| InvalidPattern { text: text.to_owned(), reason };
    if text.len() > Pattern::MAX_BYTES {
        return Err(refuse(format!("it is longer than {} bytes", Pattern::MAX_BYTES)));
    }
    let mut translated = translate(text).map_err(|reason| refuse(reason.to_owned()))?;
    if whole {
        translated = format!("^(?:{translated})$");
    }
    regex::RegexBuilder::new(&translated)
        .size_limit(1 << 18)
        .build()
        .map_err(|error| refuse(one_line(&error)))
}

/// Patterns compiled so far: the same text is compiled once for a whole API.
#[derive(Debug, Default)]
pub struct Patterns(HashMap<Box<str>, Arc<Pattern>>);

impl Patterns {
    /// The pattern of `text`.
    ///
    /// # Errors
    /// As [`Pattern::parse`].
    pub fn get(&mut self, text: &str) -> Result<Arc<Pattern>, InvalidPattern> {
        if let Some(pattern) = self.0.get(text) {
            return Ok(Arc::clone(pattern));
        }
        let pattern = Arc::new(Pattern::parse(text)?);
        self.0.insert(text.into(), Arc::clone(&pattern));
        Ok(pattern)
    }
}

/// The last line of the engine's message, which says what is wrong; the ones before it draw the pattern.
fn one_line(error: &regex::Error) -> String {
    let text = error.to_string();
    let line =
        text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it is no regular expression");
    line.trim().trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn the_whole_subject_must_match() {
        for (text, subject, expected) in [
            ("200", "200", true),
            ("200", "2000", false),
            ("20", "200", false),
            (r"4\d{2}", "404", true),
            (r"4\d{2}", "500", false),
            (r"4\d{2}|5\d{2}", "503", true),
            ("4..", "418", true),
            ("[45][0-9][0-9]", "599", true),
            (".*four hundred.*", "a four hundred error", true),
            (".*four hundred.*", "a\nfour hundred error", false),
            (".+", "", false),
            (".+", "a\r", false),
            (r"(.|\n)*", "a\nb", true),
            (r"(?s).*", "a\nb\r", true),
            (r"(?s:a.)b.", "a\nbc", true),
            (r"(?s:a.)b.", "a\nb\n", false),
            (r"(?i)error.*", "ERROR: x", true),
            (r"(?is)error.*", "ERROR:\nx", true),
            (r"(?<code>4)04", "404", true),
            (r"\QError.\E.*", "Error.x", true),
            (r"\QError.\E.*", "Errorx", false),
            (r"\d+", "٣", false),
            (r"\w+", "é", false),
            (r"[\d\-]+", "1-2", true),
            (r"[^\s]+", "ab", true),
            (r"[\D]+", "ab", true),
            (r"[\D]+", "a1", false),
            (r"[a--c]+", "a-c", true),
            (r"\p{Alpha}+\P{Digit}", "abc.", true),
            (r"\p{L}+", "é", true),
            (r"a\.b", "axb", false),
            (r"\-\/\#\ ", "-/# ", true),
            ("a{2,}", "aaa", true),
            ("a+?b*?", "aab", true),
            ("a}]", "a}]", true),
            (r"\u0041\x42", "AB", true),
            ("", "", true),
        ] {
            assert_eq!(pattern(text).matches(subject), expected, "{text:?} on {subject:?}");
        }
    }

    #[test]
    fn statuses_are_worked_out_beforehand() {
        for text in ["200", r"4\d{2}", ".+", "", "[23]..", r"\d", "(?:1|5)0[0-4]"] {
            let pattern = pattern(text);
            for status in 0..=1100_u16 {
                let expected = (100..=999).contains(&status) && pattern.matches(&status.to_string());
                assert_eq!(pattern.matches_status(status), expected, "{text:?} on {status}");
            }
        }
    }

    #[test]
    fn what_cannot_be_run_is_refused_with_its_reason() {
        for (text, reason) in [
            ("(?=4)404", "look-ahead is not supported"),
            ("(?!4)404", "look-ahead is not supported"),
            ("(?<=4)04", "look-behind is not supported"),
            ("(?<!4)04", "look-behind is not supported"),
            ("(?>4)04", "atomic groups are not supported"),
            (r"(4)\1", "back-references are not supported"),
            (r"(?<a>4)\k<a>", "back-references are not supported"),
            ("4++", "possessive quantifiers are not supported"),
            ("4*+", "possessive quantifiers are not supported"),
            ("4{2}+", "possessive quantifiers are not supported"),
            ("4**", "a quantifier follows a quantifier"),
            ("4??+", "a quantifier follows a quantifier"),
            ("*", "repetition operator missing expression"),
            ("(4", "unclosed group"),
            ("4)", "unopened group"),
            ("[4", "unclosed character class"),
            ("[]", "an empty class"),
            ("[a&&b]", "intersections of classes are not supported"),
            ("{", "starts a repetition"),
            ("4{x}", "starts a repetition"),
            (r"4\", "ends in a backslash"),
            (r"4\Z", "an escape that is not supported"),
            ("(?x)4", "only i and s are supported"),
            ("(?x", "only i and s are supported"),
            ("(?i", "a group is not closed"),
            (r"\p{NoSuch}", "Unicode property not found"),
            ("(a{1000}){1000}", "size limit"),
        ] {
            let error = Pattern::parse(text).expect_err(text).to_string();
            assert!(error.contains(reason), "{text:?}: {error}");
            assert!(!error.contains('\n'), "{error}");
        }
        assert!(Pattern::parse(&"a".repeat(1025)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_pattern_makes_it_panic(text in "[\\\\\\[\\](){}?*+.^$|a-z0-9<>=!:,&~QEpuxsd-]{0,24}") {
            if let Ok(pattern) = Pattern::parse(&text) {
                let _ = pattern.matches("404");
            }
        }

        #[test]
        fn quoted_text_matches_itself_only(text in "[ -~]{0,20}", other in "[ -~]{0,20}") {
            let pattern = Pattern::parse(&text.bytes().map(|b| match b.is_ascii_alphanumeric() {
                true => char::from(b).to_string(),
                false => format!("\\{}", char::from(b)),
            }).collect::<String>()).expect("each character is quoted");
            proptest::prop_assert!(pattern.matches(&text));
            proptest::prop_assert_eq!(pattern.matches(&other), text == other);
        }
    }
}
