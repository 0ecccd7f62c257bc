//! `Access-Control-Allow-Credentials`: `true`, in lower case, or not there at all (Fetch, *CORS check*).

/// The only value that has a meaning.
pub const TRUE: &str = "true";

/// The header's value; `None` when credentials are not allowed.
#[must_use]
pub fn value(allowed: bool) -> Option<String> {
    allowed.then(|| TRUE.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_credentials_means_no_header() {
        assert_eq!(value(true).as_deref(), Some("true"));
        assert_eq!(value(false), None);
    }
}
