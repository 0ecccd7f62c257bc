//! A policy with every constant value ready-made.

use http::header::{ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue, ORIGIN};
use http::{HeaderName, Method};

use crate::cors::allow_origin::AllowOrigin;
use crate::cors::header::CorsHeader;
use crate::cors::{allow_credentials, allow_headers, allow_methods, expose_headers, max_age, vary};
use crate::model::{CorsPolicy, GatewayErrors, ProxyCors, Verb};

/// What of a request the CORS headers of its answer depend on. Taken before the request is handed on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorsRequest {
    origin: Option<HeaderValue>,
    preflight: bool,
}

impl CorsRequest {
    /// Reads `Origin` and tells a true preflight: `OPTIONS` with `Origin` and `Access-Control-Request-Method`
    /// (Fetch, *HTTP requests*). Several `Origin` fields are none: no browser sends them.
    #[must_use]
    pub fn of(method: &Method, headers: &HeaderMap) -> Self {
        let mut origins = headers.get_all(ORIGIN).iter();
        let origin = match (origins.next(), origins.next()) {
            (Some(origin), None) => Some(origin.clone()),
            _ => None,
        };
        let preflight = *method == Method::OPTIONS
            && origin.is_some()
            && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        Self { origin, preflight }
    }

    /// Whether it is a true preflight, which carries no credentials and must not need any.
    #[must_use]
    pub fn is_preflight(&self) -> bool {
        self.preflight
    }
}

/// Who made an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerOf {
    /// The gateway, by an integration response: `MOCK`, `HTTP`, `AWS`.
    Integration,
    /// The back end, whose answer passes through: `HTTP_PROXY`, `AWS_PROXY`.
    Proxy,
    /// The gateway itself: a gateway response.
    Error,
}

/// A compiled [`CorsPolicy`].
///
/// Rules: at most one `Access-Control-Allow-Origin` leaves; with `*` never `Access-Control-Allow-Credentials`;
/// an origin is echoed only after it matched; lists are the configured ones, never what the request asked for;
/// where the answer depends on `Origin`, every answer says so in `Vary`. Private network access is never granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    allow_origin: AllowOrigin,
    credentials: Option<HeaderValue>,
    methods: HeaderValue,
    allow_headers: Option<HeaderValue>,
    expose_headers: Option<HeaderValue>,
    max_age: Option<HeaderValue>,
    proxy: ProxyCors,
    errors: GatewayErrors,
}

/// Part of Private Network Access; never granted, and not passed on where the gateway owns the headers.
const ALLOW_PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-allow-private-network");

impl Policy {
    /// Compiles `policy` for a resource with these verbs; for requests that reach no resource, any verbs do.
    #[must_use]
    pub fn compile(policy: &CorsPolicy, verbs: impl IntoIterator<Item = Verb>) -> Self {
        let ready = |text: String| {
            // Names, methods, numbers and origins are visible ASCII by construction.
            HeaderValue::from_str(&text).expect("made of tokens")
        };
        Self {
            allow_origin: AllowOrigin::compile(policy.origins()),
            credentials: allow_credentials::value(policy.credentials()).map(ready),
            methods: ready(allow_methods::value(policy.methods(), verbs)),
            allow_headers: allow_headers::value(policy.allow_headers()).map(ready),
            expose_headers: expose_headers::value(policy.expose_headers()).map(ready),
            max_age: max_age::value(policy.max_age()).map(ready),
            proxy: policy.proxy,
            errors: policy.gateway_errors,
        }
    }

    /// Whether the policy sets the CORS headers on such an answer; otherwise whatever is there stays.
    #[must_use]
    pub fn owns(&self, of: AnswerOf) -> bool {
        match of {
            AnswerOf::Integration => true,
            AnswerOf::Proxy => self.proxy == ProxyCors::Own,
            AnswerOf::Error => self.errors == GatewayErrors::WithCors,
        }
    }

    /// Puts the policy's headers on an answer in place of any CORS headers that are there.
    ///
    /// A preflight that an error answers gets the headers of an actual answer: a browser refuses it for its
    /// status whatever it lists.
    pub fn apply(&self, request: &CorsRequest, of: AnswerOf, headers: &mut HeaderMap) {
        if !self.owns(of) {
            // The gateway computes errors of one URL with and answers without regard to the policy: what a cache
            // keeps of them must still be told apart by origin. A back end that owns its headers owns `Vary`, too.
            if of == AnswerOf::Error && self.allow_origin.is_computed() {
                vary::append_origin(headers);
            }
            return;
        }
        headers.remove(ALLOW_PRIVATE_NETWORK);
        if self.allow_origin.is_computed() {
            vary::append_origin(headers);
        }
        let origin = self.allow_origin.answer(request.origin.as_ref());
        let allowed = origin.is_some();
        // The two lists depend on the presence of `Access-Control-Request-Method`, and no `Vary` says so: answers to
        // OPTIONS are never cached (RFC 9110 section 9.3.7).
        let preflight = allowed && request.preflight && of != AnswerOf::Error;
        let when = |condition: bool, value: Option<&HeaderValue>| value.filter(|_| condition).cloned();
        put(headers, CorsHeader::AllowOrigin, origin);
        put(headers, CorsHeader::AllowCredentials, when(allowed, self.credentials.as_ref()));
        put(headers, CorsHeader::AllowMethods, when(preflight, Some(&self.methods)));
        put(headers, CorsHeader::AllowHeaders, when(preflight, self.allow_headers.as_ref()));
        put(headers, CorsHeader::MaxAge, when(preflight, self.max_age.as_ref()));
        put(headers, CorsHeader::ExposeHeaders, when(allowed && !preflight, self.expose_headers.as_ref()));
    }
}

/// Sets a header in place of any that is there, or takes it away.
fn put(headers: &mut HeaderMap, header: CorsHeader, value: Option<HeaderValue>) {
    match value {
        Some(value) => headers.insert(header.name(), value),
        None => headers.remove(header.name()),
    };
}
