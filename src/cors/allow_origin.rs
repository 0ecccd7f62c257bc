//! `Access-Control-Allow-Origin`: `*`, one origin, or the request's own when it is among those allowed.

use http::HeaderValue;

use super::header::bare;
use crate::model::{Issue, Issues, Origin, OriginPattern, OriginRef, Origins};

/// Reads the origins a caller lists; nothing listed means `*`, API Gateway's default.
///
/// # Errors
/// An issue at `allow_origins[i]` for each entry that is no origin, and at `allow_origins` when `*` is not alone.
pub fn parse(texts: &[String]) -> Result<Origins, Vec<Issue>> {
    let mut issues = Issues::new();
    let mut patterns: Vec<OriginPattern> = Vec::with_capacity(texts.len());
    let mut any = texts.is_empty();
    for (i, text) in texts.iter().enumerate() {
        let text = bare(text);
        let field = format!("allow_origins[{i}]");
        if text == "*" {
            any = true;
        } else if text.contains(',') {
            issues.push(field, format!("{text:?} holds several origins: give each its own entry"));
        } else if let Some(pattern) = issues.take(&field, text.parse::<OriginPattern>())
            && !patterns.contains(&pattern)
        {
            patterns.push(pattern);
        }
    }
    if any && !patterns.is_empty() {
        issues.push(
            "allow_origins",
            "* allows every origin already: list it alone, or list origins without it",
        );
    }
    issues.into_result(if any { Origins::Any } else { Origins::Listed(patterns) })
}

/// The one value that answers every request, if there is one: `*` or a single exact origin.
#[must_use]
pub fn constant(origins: &Origins) -> Option<String> {
    match origins {
        Origins::Any => Some("*".to_owned()),
        Origins::Listed(patterns) => match patterns.as_slice() {
            [only] => only.as_single_origin().map(|origin| origin.to_string()),
            _ => None,
        },
    }
}

/// The compiled header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowOrigin {
    /// The same for every request, so no `Vary` is owed.
    Constant(HeaderValue),
    /// The request's own origin when it matches; depends on `Origin`, so `Vary: Origin` is owed on every answer.
    Computed(OriginMatcher),
}

impl AllowOrigin {
    /// Compiles the origins of a policy.
    #[must_use]
    pub fn compile(origins: &Origins) -> Self {
        match (origins, constant(origins)) {
            (_, Some(value)) => {
                Self::Constant(HeaderValue::from_str(&value).expect("a serialised origin is visible ASCII"))
            }
            (Origins::Listed(patterns), None) => Self::Computed(OriginMatcher::compile(patterns)),
            (Origins::Any, None) => unreachable!("* is constant"),
        }
    }

    /// The value for a request with this `Origin`; `None` when the header is not owed.
    #[must_use]
    pub fn answer(&self, origin: Option<&HeaderValue>) -> Option<HeaderValue> {
        match self {
            Self::Constant(value) => Some(value.clone()),
            Self::Computed(matcher) => origin.filter(|origin| matcher.matches(origin.as_bytes())).cloned(),
        }
    }

    /// Whether the answer depends on the request's `Origin`.
    #[must_use]
    pub fn is_computed(&self) -> bool {
        matches!(self, Self::Computed(_))
    }
}

/// Several origins and patterns of origins.
///
/// An exact origin is kept as its serialisation, of which there is exactly one, so comparing bytes compares
/// scheme, host and port. Whatever is not found there is parsed, and only a well-formed origin can match a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginMatcher {
    exact: Box<[Box<[u8]>]>,
    patterns: Box<[OriginPattern]>,
}

impl OriginMatcher {
    fn compile(patterns: &[OriginPattern]) -> Self {
        let mut exact: Vec<Box<[u8]>> = patterns
            .iter()
            .filter_map(OriginPattern::as_single_origin)
            .map(|origin: Origin| origin.to_string().into_bytes().into())
            .collect();
        exact.sort_unstable();
        let patterns = patterns.iter().filter(|p| p.as_single_origin().is_none()).cloned().collect();
        Self { exact: exact.into(), patterns }
    }

    /// Whether the bytes of an `Origin` header are an allowed origin. Allocates nothing on a match.
    #[must_use]
    pub fn matches(&self, origin: &[u8]) -> bool {
        if self.exact.binary_search_by(|known| (**known).cmp(origin)).is_ok() {
            return true;
        }
        if self.patterns.is_empty() {
            return false;
        }
        std::str::from_utf8(origin)
            .ok()
            .and_then(|text| OriginRef::parse(text).ok())
            .is_some_and(|origin| self.patterns.iter().any(|pattern| pattern.matches(origin)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|t| (*t).to_owned()).collect()
    }

    #[test]
    fn nothing_listed_means_any_origin() {
        assert_eq!(parse(&[]), Ok(Origins::Any));
        assert_eq!(parse(&list(&["*"])), Ok(Origins::Any));
        assert_eq!(parse(&list(&["'*'"])), Ok(Origins::Any));
    }

    #[test]
    fn each_faulty_entry_is_named() {
        for (texts, fields) in [
            (vec!["*", "https://a.example"], vec!["allow_origins"]),
            (vec!["https://a.example", "https://b.example/"], vec!["allow_origins[1]"]),
            (vec!["https://a.example,https://b.example"], vec!["allow_origins[0]"]),
            (vec!["a.example", "https://*"], vec!["allow_origins[0]", "allow_origins[1]"]),
            (vec!["https://a.example\r\nX: y"], vec!["allow_origins[0]"]),
            (vec![".*"], vec!["allow_origins[0]"]),
        ] {
            let issues = parse(&list(&texts)).expect_err("a mistake");
            assert_eq!(issues.iter().map(|i| i.field.as_str()).collect::<Vec<_>>(), fields, "{texts:?}");
        }
    }

    #[test]
    fn only_listed_origins_are_echoed() {
        let origins =
            parse(&list(&["https://app.example.com", "https://*.example.org", "http://localhost:3000"]));
        let allow = AllowOrigin::compile(&origins.expect("origins"));
        assert!(allow.is_computed());
        for (origin, allowed) in [
            ("https://app.example.com", true),
            ("https://a.b.example.org", true),
            ("http://localhost:3000", true),
            ("https://app.example.com:443", false),
            ("https://APP.example.com", false),
            ("https://app.example.com/", false),
            ("http://app.example.com", false),
            ("https://example.org", false),
            ("https://evilexample.org", false),
            ("https://a.example.org.evil.net", false),
            ("https://a .example.org", false),
            ("https://a.example.org, https://b.example.org", false),
            ("http://localhost", false),
            ("null", false),
            ("*", false),
            ("", false),
        ] {
            let value = HeaderValue::from_str(origin).expect("a header value");
            let answer = allow.answer(Some(&value));
            assert_eq!(answer, allowed.then_some(value), "{origin}");
        }
        assert_eq!(allow.answer(None), None);
    }

    #[test]
    fn a_single_origin_is_a_constant() {
        for texts in [vec!["*"], vec!["https://a.example"], vec!["null"]] {
            let allow = AllowOrigin::compile(&parse(&list(&texts)).expect("origins"));
            assert_eq!(allow.answer(None), Some(HeaderValue::from_static(texts[0])));
            assert!(!allow.is_computed());
        }
        let pattern = AllowOrigin::compile(&parse(&list(&["https://*.a.example"])).expect("origins"));
        assert!(pattern.is_computed());
    }

    #[test]
    fn null_is_echoed_only_when_listed() {
        let null = HeaderValue::from_static("null");
        for (texts, answer) in [
            (["null", "https://a.example"], Some(null.clone())),
            (["https://b.example", "https://a.example"], None),
        ] {
            let allow = AllowOrigin::compile(&parse(&list(&texts)).expect("origins"));
            assert_eq!(allow.answer(Some(&null)), answer);
        }
    }
}
