//! `Access-Control-Expose-Headers`: the answer headers a script may read beyond the safelisted ones. It belongs
//! on actual answers; browsers ignore it on a preflight's.

use super::allow_headers::parse_names;
pub use super::allow_headers::value;
use crate::model::{CorsHeaders, Issue};

/// Names that a script may always read (Fetch, *CORS-safelisted response-header name*).
pub const SAFELISTED: [&str; 7] = [
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
];

/// Names that no script may ever read (Fetch, *forbidden response-header name*).
pub const FORBIDDEN: [&str; 2] = ["set-cookie", "set-cookie2"];

/// Reads the header names a caller lists; nothing listed means none.
///
/// # Errors
/// An issue at `expose_headers[i]` for each name that is none, and for those that no browser exposes.
pub fn parse(texts: &[String]) -> Result<CorsHeaders, Vec<Issue>> {
    let headers = parse_names("expose_headers", texts)?;
    if let CorsHeaders::Listed(names) = &headers
        && let Some(name) = names
            .iter()
            .find(|name| FORBIDDEN.iter().any(|forbidden| forbidden.eq_ignore_ascii_case(name.as_str())))
    {
        let i = texts
            .iter()
            .position(|text| text.to_ascii_lowercase().contains(&name.as_str().to_ascii_lowercase()))
            .unwrap_or_default();
        return Err(vec![Issue::new(
            format!("expose_headers[{i}]"),
            format!("{name} is never exposed to a script: leave it out"),
        )]);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_never_exposed() {
        for (texts, expected) in [
            (vec![], Ok(None)),
            (vec!["X-Total"], Ok(Some("X-Total"))),
            (vec!["*"], Ok(Some("*"))),
            (vec!["X-Total", "Set-Cookie"], Err("expose_headers[1]")),
            (vec!["X Total"], Err("expose_headers[0]")),
        ] {
            let texts: Vec<String> = texts.into_iter().map(str::to_owned).collect();
            let got = parse(&texts).map(|h| value(&h)).map_err(|issues| issues[0].field.clone());
            assert_eq!(got, expected.map(|v| v.map(str::to_owned)).map_err(str::to_owned), "{texts:?}");
        }
    }
}
