//! `Vary: Origin`, owed on every answer that depends on the request's `Origin` (Fetch, *CORS protocol and HTTP
//! caches*): also on one to a request without `Origin`, and on a denial.

use http::header::{HeaderMap, HeaderValue, VARY};

/// Adds `Origin` to what an answer varies on. What is there stays; nothing is said twice, and `*` covers all.
pub fn append_origin(headers: &mut HeaderMap) {
    let named = headers.get_all(VARY).iter().any(|value| {
        value
            .as_bytes()
            .split(|b| *b == b',')
            .map(|name| name.trim_ascii())
            .any(|name| name == b"*" || name.eq_ignore_ascii_case(b"origin"))
    });
    if !named {
        headers.append(VARY, HeaderValue::from_static("Origin"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vary_is_appended_and_never_said_twice() {
        for (before, after) in [
            (vec![], vec!["Origin"]),
            (vec!["Accept-Encoding"], vec!["Accept-Encoding", "Origin"]),
            (vec!["Accept, origin"], vec!["Accept, origin"]),
            (vec!["Accept", " ORIGIN "], vec!["Accept", " ORIGIN "]),
            (vec!["*"], vec!["*"]),
            (vec!["X-Origin"], vec!["X-Origin", "Origin"]),
        ] {
            let mut headers = HeaderMap::new();
            for value in &before {
                headers.append(VARY, HeaderValue::from_static(value));
            }
            append_origin(&mut headers);
            append_origin(&mut headers);
            assert_eq!(headers.get_all(VARY).iter().collect::<Vec<_>>(), after, "{before:?}");
        }
    }
}
