//! The request as a page's script makes it.

use http::header::HeaderName;

use crate::model::{Issue, Issues, Origin};

/// Fetch's credentials mode, as far as CORS tells it apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Credentials {
    /// `omit` or `same-origin` (the default): a cross-origin request goes without.
    #[default]
    Omit,
    /// `include`: cookies, HTTP authentication, client certificates.
    Include,
}

/// What a page's script asks `fetch()` for, in mode `cors`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// The page's origin.
    pub origin: Origin,
    /// The origin that the API is called under; `None` when it is surely another one than the page's.
    pub target: Option<Origin>,
    /// The method as the script writes it.
    pub method: String,
    /// Headers as the script sets them, name and value, in order.
    pub headers: Vec<(String, String)>,
    /// The credentials mode.
    pub credentials: Credentials,
    /// Whether the body is a stream or an upload is listened to, which always needs a preflight.
    pub upload: bool,
}

/// Methods that no script may use (Fetch, *forbidden method*).
const FORBIDDEN_METHODS: [&str; 3] = ["CONNECT", "TRACE", "TRACK"];

/// Headers that a script may not set: they are left out in silence (Fetch, *forbidden request-header*).
const FORBIDDEN_HEADERS: [&str; 22] = [
    "accept-charset",
    "accept-encoding",
    "access-control-request-headers",
    "access-control-request-method",
    "access-control-request-private-network",
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "date",
    "dnt",
    "expect",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// Headers that may not carry a forbidden method.
const METHOD_OVERRIDES: [&str; 3] = ["x-http-method", "x-http-method-override", "x-method-override"];

impl PageRequest {
    /// A `GET` of `origin` without headers and credentials.
    #[must_use]
    pub fn get(origin: Origin) -> Self {
        Self {
            origin,
            target: None,
            method: "GET".to_owned(),
            headers: Vec::new(),
            credentials: Credentials::Omit,
            upload: false,
        }
    }

    /// The method as the browser sends it: six names are put into upper case, others (`patch`) stay as they are
    /// (Fetch, *normalize a method*).
    #[must_use]
    pub fn normalized_method(&self) -> String {
        let upper = self.method.to_ascii_uppercase();
        match upper.as_str() {
            "DELETE" | "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" => upper,
            _ => self.method.clone(),
        }
    }

    /// The headers as the browser takes them: names in lower case, values without white space around them, forbidden
    /// ones left out (Fetch, *Headers* constructor with guard `request`).
    ///
    /// # Errors
    /// What makes `fetch()` itself fail before anything is sent, at `method` or `headers[i]`.
    pub fn checked_headers(&self) -> Result<Vec<(String, String)>, Vec<Issue>> {
        let mut issues = Issues::new();
        if http::Method::from_bytes(self.method.as_bytes()).is_err() {
            issues.push(
                "method",
                format!("{:?} is not a method name: fetch() throws a TypeError", self.method),
            );
        } else if is_forbidden_method(&self.method) {
            issues.push(
                "method",
                format!("{} is forbidden to scripts: fetch() throws a TypeError", self.method),
            );
        }
        let mut headers = Vec::with_capacity(self.headers.len());
        for (i, (name, value)) in self.headers.iter().enumerate() {
            let value = value.trim_matches([' ', '\t', '\r', '\n']);
            if HeaderName::from_bytes(name.as_bytes()).is_err() {
                issues.push(
                    format!("headers[{i}]"),
                    format!("{name:?} is not a header name: fetch() throws a TypeError"),
                );
            } else if value.contains(['\0', '\r', '\n']) {
                issues.push(
                    format!("headers[{i}]"),
                    format!("the value of {name} has a NUL or a line break: fetch() throws a TypeError"),
                );
            } else {
                headers.push((name.to_ascii_lowercase(), value.to_owned()));
            }
        }
        headers.retain(|(name, value)| !is_forbidden_header(name, value));
        issues.into_result(headers)
    }

    /// Names of headers that the browser leaves out.
    pub(super) fn left_out(&self) -> Vec<String> {
        let names = self.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value));
        names.filter(|(name, value)| is_forbidden_header(name, value)).map(|(name, _)| name).collect()
    }
}

fn is_forbidden_method(method: &str) -> bool {
    FORBIDDEN_METHODS.iter().any(|forbidden| forbidden.eq_ignore_ascii_case(method))
}

/// `name` in lower case.
fn is_forbidden_header(name: &str, value: &str) -> bool {
    FORBIDDEN_HEADERS.contains(&name)
        || name.starts_with("proxy-")
        || name.starts_with("sec-")
        || METHOD_OVERRIDES.contains(&name)
            && value.split(',').any(|method| is_forbidden_method(method.trim_matches([' ', '\t'])))
}
