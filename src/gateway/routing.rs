//! From a request's head to the method that answers it: the stage, the limits, the route.

use http::header::{AUTHORIZATION, CONTENT_LENGTH, HOST, HeaderName};
use http::{Method, Version};

use super::connection::Entrance;
use super::exchange::Exchange;
use super::respond::{self, Fault};
use super::worker::Worker;
use crate::compile::PathForm;
use crate::cors::policy::CorsRequest;
use crate::model::Verb;
use crate::ops::LimitKind;

const METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");

impl Exchange {
    /// Finds stage and method, and refuses what is beyond the limits. The stage first: what is refused gets the
    /// headers of its API.
    pub(super) fn route(&mut self, entrance: Entrance) -> Result<(), Fault> {
        let host_is_sound = self.has_one_host();
        let host = self.host();
        let path = self.head.uri.path();
        let form = path_form(&self.worker, entrance);
        let found = self.worker.current.route(|snapshot| {
            let routed = snapshot.route(host, path, form).ok()?;
            Some((routed.stage, path.len() - routed.path.len()))
        });
        if let Some((stage, below)) = found {
            if stage.has_policy {
                self.cors = CorsRequest::of(&self.head.method, &self.head.headers);
            }
            self.stage = Some(stage);
            self.below = below;
        }
        if !host_is_sound || self.head.method == Method::CONNECT {
            return Err(respond::bad_request());
        }
        self.check_limits()?;
        if self.stage.is_none() {
            return Err(respond::forbidden());
        }
        self.find_method()
    }

    /// Finds the method of a stage that is known.
    pub(super) fn find_method(&mut self) -> Result<(), Fault> {
        self.override_method();
        let path = self.path().ok_or_else(respond::bad_request)?;
        let stage = self.stage.as_ref().ok_or_else(respond::forbidden)?;
        let found = Verb::of(&self.head.method).and_then(|verb| stage.plan.find(path, verb));
        let Some(found) = found else {
            let missing = respond::missing_authentication_token(self.head.headers.get(AUTHORIZATION));
            // Whoever answers preflights for this path has the policy that a script was told of.
            let preflights = stage.has_policy.then(|| stage.plan.find(path, Verb::Options)).flatten();
            self.preflights = preflights.map(|found| *found.route.value as usize);
            return Err(missing);
        };
        let (number, parameters) = (*found.route.value as usize, found.route.spans());
        self.method = Some(number);
        self.parameters = parameters;
        Ok(())
    }

    /// Takes a method by where it is stored, whatever the request's path says; `false` if there is none.
    pub(super) fn set_method(&mut self, resource_path: &str, verb: Verb) -> bool {
        let Some(stage) = &self.stage else { return false };
        let mut methods = stage.plan.methods();
        self.method = methods.position(|plan| *plan.resource_path == *resource_path && plan.verb == verb);
        // Without parameters unless the path leads to it.
        let found = self.path().zip(Verb::of(&self.head.method));
        let found = found.and_then(|(path, verb)| stage.plan.find(path, verb));
        let found = found.filter(|found| self.method == Some(*found.route.value as usize));
        self.parameters = found.and_then(|found| found.route.spans());
        self.method.is_some()
    }

    /// The path parameters, the last one first, with their values as they were sent.
    pub(super) fn path_parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        let found = || Some((self.stage.as_ref()?, self.path()?, self.parameters.as_ref()?));
        found().into_iter().flat_map(|(stage, path, spans)| stage.plan.path_parameters(path, spans))
    }

    /// `X-HTTP-Method-Override` replaces the verb and is used up.
    fn override_method(&mut self) {
        if let Some(value) = self.head.headers.remove(METHOD_OVERRIDE)
            && let Ok(method) = Method::from_bytes(value.as_bytes())
        {
            self.head.method = method;
        }
    }

    /// The host that the caller named, with its port, as it was sent; empty if there is none.
    pub(super) fn host(&self) -> &str {
        match self.head.uri.authority() {
            Some(authority) => authority.as_str(),
            None => self.head.headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default(),
        }
    }

    /// Whether the caller names exactly one host, and the same one everywhere (RFC 9112 section 3.2, RFC 9113
    /// section 8.3.1).
    fn has_one_host(&self) -> bool {
        let mut fields = self.head.headers.get_all(HOST).iter();
        let (first, second) = (fields.next(), fields.next());
        let host = self.host();
        let is_named = match (self.head.version, first) {
            (Version::HTTP_2, Some(field)) => field.as_bytes().eq_ignore_ascii_case(host.as_bytes()),
            (Version::HTTP_11, field) => field.is_some_and(|field| field.to_str().is_ok()),
            _ => true,
        };
        is_named && second.is_none() && is_host(host)
    }

    fn check_limits(&self) -> Result<(), Fault> {
        let (limits, metrics) = (&self.worker.limits, &self.worker.metrics);
        let uri = self.head.uri.path().len() + self.head.uri.query().map_or(0, |query| query.len() + 1);
        if uri > limits.uri_bytes {
            metrics.limit(LimitKind::Uri);
            return Err(respond::uri_too_long());
        }
        let fields: usize = self.head.headers.iter().map(|(n, v)| n.as_str().len() + v.len() + 4).sum();
        // The request line is method, target, version and what is between and after them.
        let line = self.head.method.as_str().len() + uri + 12;
        if line + fields > limits.head_bytes || self.head.headers.len() > limits.header_fields {
            metrics.limit(LimitKind::Head);
            return Err(respond::head_too_large());
        }
        let announced =
            self.head.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        if let (Some(most), Some(announced)) = (limits.streamed_body_bytes, announced)
            && most < announced
        {
            metrics.limit(LimitKind::Body);
            return Err(respond::request_too_large());
        }
        Ok(())
    }
}

/// Whether APIs are reached by path, too, on a connection that came in here.
pub(super) fn path_form(worker: &Worker, entrance: Entrance) -> PathForm {
    let by_path = worker.path_endpoints || matches!(entrance, Entrance::Handed(_));
    if by_path { PathForm::Served } else { PathForm::Closed }
}

/// Whether a text is a host with an optional port (RFC 3986 section 3.2.2), or nothing.
pub(super) fn is_host(text: &str) -> bool {
    text.bytes().all(|byte| HOST_BYTES[usize::from(byte)])
}

const HOST_BYTES: [bool; 256] = alphanumeric_and(b"-._~:[]%!$&'()*+,;=");

/// Which bytes are ASCII letters and digits or among `signs`.
pub(super) const fn alphanumeric_and(signs: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut at = 0;
    while at < 128 {
        table[at] = (at as u8).is_ascii_alphanumeric();
        at += 1;
    }
    at = 0;
    while at < signs.len() {
        table[signs[at] as usize] = true;
        at += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_hold_nothing_that_could_lead_elsewhere() {
        for (text, expected) in [
            ("example.com", true),
            ("example.com:8080", true),
            ("[::1]:80", true),
            ("", true),
            ("a b", false),
            ("a/b", false),
            ("user@host", false),
            ("a\\b", false),
            ("a?b", false),
            ("a#b", false),
        ] {
            assert_eq!(is_host(text), expected, "{text:?}");
        }
    }
}
