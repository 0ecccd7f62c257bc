//! Which requests a browser sends for a page's request.

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use super::page::{Credentials, PageRequest};
use super::safelist::{is_safelisted_method, unsafe_header_names};
use crate::model::{Issue, Origin, OriginRef};

/// A request as the browser puts it on the wire, without the URL, body and what only the network stack adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulatedRequest {
    /// The method.
    pub method: Method,
    /// The headers that the gateway may see.
    pub headers: HeaderMap,
}

/// The way a page's request takes: what is sent, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    pub(super) page: PageRequest,
    pub(super) method: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) unsafe_names: Vec<String>,
    pub(super) cross_origin: bool,
    preflight: Option<SimulatedRequest>,
    actual: SimulatedRequest,
}

impl Course {
    /// Works out what a browser sends.
    ///
    /// # Errors
    /// What makes `fetch()` fail before anything is sent, at `method` or `headers[i]`.
    pub fn of(page: &PageRequest) -> Result<Self, Vec<Issue>> {
        let headers = page.checked_headers()?;
        let method = page.normalized_method();
        let cross_origin = match (&page.origin, &page.target) {
            // An opaque origin is the same as no other, not even as itself seen from elsewhere.
            (Origin::Null, _) | (_, None) => true,
            (origin, Some(target)) => origin != target,
        };
        let unsafe_names = unsafe_header_names(&headers);
        let needs_preflight =
            cross_origin && (!is_safelisted_method(&method) || !unsafe_names.is_empty() || page.upload);
        let origin = HeaderValue::from_str(&page.origin.to_string())
            .map_err(|_| vec![Issue::new("origin", "the page's origin must be visible ASCII")])?;
        let preflight = needs_preflight.then(|| preflight_request(&origin, &method, &unsafe_names));
        let actual = actual_request(page, &origin, &method, &headers, cross_origin)?;
        Ok(Self { page: page.clone(), method, headers, unsafe_names, cross_origin, preflight, actual })
    }

    /// The preflight, if one is sent.
    #[must_use]
    pub fn preflight(&self) -> Option<&SimulatedRequest> {
        self.preflight.as_ref()
    }

    /// The request itself; a browser sends it only if the preflight, where there is one, lets it through.
    #[must_use]
    pub fn actual(&self) -> &SimulatedRequest {
        &self.actual
    }

    pub(super) fn credentialed(&self) -> bool {
        self.page.credentials == Credentials::Include
    }

    pub(super) fn origin(&self) -> OriginRef<'_> {
        OriginRef::from(&self.page.origin)
    }
}

/// Fetch, *CORS-preflight fetch*, steps 1 to 6.
fn preflight_request(origin: &HeaderValue, method: &str, unsafe_names: &[String]) -> SimulatedRequest {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
    headers.insert(header::ORIGIN, origin.clone());
    let method = HeaderValue::from_str(method).expect("a method is a token");
    headers.insert(header::ACCESS_CONTROL_REQUEST_METHOD, method);
    if !unsafe_names.is_empty() {
        let names = HeaderValue::from_str(&unsafe_names.join(",")).expect("header names are tokens");
        headers.insert(header::ACCESS_CONTROL_REQUEST_HEADERS, names);
    }
    SimulatedRequest { method: Method::OPTIONS, headers }
}

fn actual_request(
    page: &PageRequest,
    origin: &HeaderValue,
    method: &str,
    script: &[(String, String)],
    cross_origin: bool,
) -> Result<SimulatedRequest, Vec<Issue>> {
    let method = Method::from_bytes(method.as_bytes())
        .map_err(|_| vec![Issue::new("method", format!("{:?} is not a method name", page.method))])?;
    let mut headers = HeaderMap::new();
    for (i, (name, value)) in script.iter().enumerate() {
        let refuse = || vec![Issue::new(format!("headers[{i}]"), format!("{name} cannot be sent"))];
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refuse())?;
        let value = HeaderValue::from_str(value).map_err(|_| refuse())?;
        headers.append(name, value);
    }
    if !headers.contains_key(header::ACCEPT) {
        headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
    }
    // Fetch, *append a request `Origin` header*: always in mode cors across origins, else for unsafe methods.
    if cross_origin || !matches!(method, Method::GET | Method::HEAD) {
        headers.insert(header::ORIGIN, origin.clone());
    }
    Ok(SimulatedRequest { method, headers })
}
