//! `Access-Control-Allow-Headers`: the request headers a preflight lets through.

use super::header::bare;
use crate::model::{CorsHeaders, HeaderParameter, Issue, Issues};

/// What API Gateway's console fills in.
pub const DEFAULT: &str = "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token";

/// Reads the header names a caller lists, each in its own entry or joined by commas; nothing listed means
/// [`DEFAULT`]. `*` must stand alone, but for `Authorization`, which it never covers.
///
/// # Errors
/// An issue at `allow_headers[i]` for each name that is none.
pub fn parse(texts: &[String]) -> Result<CorsHeaders, Vec<Issue>> {
    if texts.is_empty() {
        return parse_names("allow_headers", &[DEFAULT.to_owned()]);
    }
    parse_names("allow_headers", texts)
}

/// The header's value; `None` when no header is allowed.
#[must_use]
pub fn value(headers: &CorsHeaders) -> Option<String> {
    match headers {
        CorsHeaders::Any => Some("*".to_owned()),
        CorsHeaders::Listed(names) if names.is_empty() => None,
        CorsHeaders::Listed(names) => {
            Some(names.iter().map(HeaderParameter::as_str).collect::<Vec<_>>().join(","))
        }
    }
}

/// Reads names for `field`, the one of the two lists of header names.
pub(super) fn parse_names(field: &str, texts: &[String]) -> Result<CorsHeaders, Vec<Issue>> {
    let mut issues = Issues::new();
    let mut names: Vec<HeaderParameter> = Vec::new();
    let mut any = false;
    for (i, text) in texts.iter().enumerate() {
        for name in bare(text).split(',').map(|name| name.trim_matches([' ', '\t'])) {
            let at = format!("{field}[{i}]");
            if name == "*" {
                any = true;
            } else if name.contains('\'') {
                // A single quote would end the static value that carries the list.
                issues
                    .push(at, format!("{name:?} holds a single quote: header names in a mapping have none"));
            } else if let Some(name) = issues.take(&at, name.parse::<HeaderParameter>())
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
    }
    if any && !names.is_empty() {
        // `*,Authorization` is the one list in which a name beside * says more than * alone: kept as a list.
        let authorization = |name: &HeaderParameter| name.as_str().eq_ignore_ascii_case("authorization");
        if names.iter().all(authorization) && field == "allow_headers" {
            names.insert(0, "*".parse().expect("* is a token"));
            return issues.into_result(CorsHeaders::Listed(names));
        }
        issues.push(field, "* stands for every name already: list it alone, or list names without it");
    }
    issues.into_result(if any { CorsHeaders::Any } else { CorsHeaders::Listed(names) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_order_and_spelling() {
        for (texts, expected) in [
            (vec![], Ok(DEFAULT)),
            (vec!["X-Trace", "content-type"], Ok("X-Trace,content-type")),
            (vec!["'Content-Type,X-Amz-Date'"], Ok("Content-Type,X-Amz-Date")),
            (vec!["X-A, x-a", "X-B"], Ok("X-A,X-B")),
            (vec!["*"], Ok("*")),
            (vec!["*", "Authorization"], Ok("*,Authorization")),
            (vec!["*", "X-A"], Err("allow_headers")),
            (vec!["X-A", "X A"], Err("allow_headers[1]")),
            (vec!["X-A\r\nSet-Cookie: b"], Err("allow_headers[0]")),
            (vec!["X-It's"], Err("allow_headers[0]")),
            (vec![""], Err("allow_headers[0]")),
        ] {
            let texts: Vec<String> = texts.into_iter().map(str::to_owned).collect();
            let got =
                parse(&texts).map(|h| value(&h).expect("a value")).map_err(|issues| issues[0].field.clone());
            assert_eq!(got, expected.map(str::to_owned).map_err(str::to_owned), "{texts:?}");
        }
    }
}
