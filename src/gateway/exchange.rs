//! One request from its head to its answer.
//!
//! [`begin`] does what needs no waiting: limits, routing, and the answer itself where it is ready. Otherwise
//! [`call`] goes on in the request's task. Whatever happens, [`Exchange::finish`] is the outermost layer: it puts
//! the CORS policy, the ids and the defaults on the answer, also on one that the gateway made for an error.

use std::cell::{Cell, RefCell};
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::{
    ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap,
    HeaderName, HeaderValue, ORIGIN,
};
use http::request::Parts;
use http::{Method, Response, StatusCode, Version};
use hyper::body::Incoming;

use super::body::{AnswerBody, CallerBody};
use super::connection::Connection;
use super::ids::{ExtendedId, RequestId};
use super::respond::{self, Fault};
use super::snapshot::Stage;
use super::upstream::{Outgoing, Upstream};
use super::worker::Worker;
use super::{fault, http as http_integration, mock, passthrough};
use crate::compile::{IntegrationPlan, MethodPlan, PathForm};
use crate::cors::policy::{AnswerOf, CorsRequest, Policy};
use crate::model::Verb;
use crate::ops::{LimitKind, VERB_LABELS};
use crate::route::RequestPath;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
pub(super) const EXTENDED_ID: HeaderName = HeaderName::from_static("x-amz-apigw-id");
const METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// A request on its way to an answer, and everything that may be asked about it.
pub(super) struct Exchange {
    pub(super) worker: Rc<Worker>,
    /// Where the caller is.
    pub(super) peer: IpAddr,
    /// The port that the caller connected to.
    pub(super) port: u16,
    /// The request's head; the method is the one that routing used.
    pub(super) head: Parts,
    /// The stage that answers; `None` when no binding and no default host leads to one.
    pub(super) stage: Option<Rc<Stage>>,
    /// Where in the URI's path the part below stage or base path starts.
    pub(super) below: usize,
    /// The number of the method in its stage.
    method: Option<usize>,
    /// The number of the method that answers preflights for the path, when none answers the request itself.
    preflights: Option<usize>,
    cors: CorsRequest,
    pub(super) request_id: RequestId,
    pub(super) extended_id: ExtendedId,
    pub(super) started: Instant,
    /// How long the integration took, once it has answered.
    pub(super) integration_latency: Cell<Option<Duration>>,
    /// What happened, line by line; kept for `TestMethod` only.
    pub(super) log: Option<RefCell<Vec<String>>>,
}

/// An answer before the outermost layer.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: AnswerBody,
    /// Who made it.
    pub(super) of: AnswerOf,
    /// Whether the connection ends with it.
    pub(super) closes: bool,
}

/// How far a request got without waiting.
#[expect(
    clippy::large_enum_variant,
    reason = "taken apart at once; a box would be the allocation that ready answers are spared"
)]
pub(super) enum Begun {
    /// To its answer.
    Answered(Response<AnswerBody>),
    /// To the integration.
    Calling(Rc<Exchange>, Outgoing),
}

/// Takes a request as far as it goes without waiting.
pub(super) fn begin(connection: &Connection, head: Parts, body: Incoming, started: Instant) -> Begun {
    let worker = &connection.worker;
    let mut exchange = Exchange {
        worker: Rc::clone(worker),
        peer: connection.peer.ip(),
        port: connection.local.port(),
        head,
        stage: None,
        below: 0,
        method: None,
        preflights: None,
        cors: CorsRequest::default(),
        request_id: worker.ids.request_id(),
        extended_id: worker.ids.extended_id(),
        started,
        integration_latency: Cell::new(None),
        log: None,
    };
    let is_last = connection.is_last_answer();
    let outcome = match exchange.route() {
        Ok(()) => exchange.answer_now(),
        Err(fault) => Some(Err(fault)),
    };
    match outcome {
        Some(outcome) => Begun::Answered(exchange.finish(outcome, is_last)),
        None => {
            let body = exchange.outgoing(body);
            Begun::Calling(Rc::new(exchange), body)
        }
    }
}

/// Goes on to the integration and back.
pub(super) async fn call<U: Upstream>(
    exchange: &Exchange,
    body: Outgoing,
    upstream: &U,
) -> Result<Answer, Fault> {
    let plan = exchange.plan().ok_or_else(respond::internal_failure)?;
    match &plan.integration {
        IntegrationPlan::Mock(mock) => mock::execute(exchange, mock, body).await,
        IntegrationPlan::Http(http) => http_integration::execute(exchange, http, body, upstream).await,
        IntegrationPlan::Passthrough(plan) => passthrough::execute(exchange, plan, body, upstream).await,
    }
}

impl Exchange {
    /// An exchange without a connection, on a stage that is given: for `TestMethod` and `ExplainCors`.
    pub(super) fn detached(worker: &Rc<Worker>, head: Parts, stage: Rc<Stage>) -> Self {
        Self {
            worker: Rc::clone(worker),
            peer: IpAddr::from([127, 0, 0, 1]),
            port: 443,
            cors: CorsRequest::of(&head.method, &head.headers),
            head,
            stage: Some(stage),
            below: 0,
            method: None,
            preflights: None,
            request_id: worker.ids.request_id(),
            extended_id: worker.ids.extended_id(),
            started: Instant::now(),
            integration_latency: Cell::new(None),
            log: Some(RefCell::default()),
        }
    }

    /// The method that answers.
    pub(super) fn plan(&self) -> Option<&MethodPlan> {
        self.stage.as_ref()?.plan.methods().nth(self.method?).map(|plan| &**plan)
    }

    /// The path below the stage, if it is one that may be routed.
    pub(super) fn path(&self) -> Option<RequestPath<'_>> {
        RequestPath::parse(self.head.uri.path().get(self.below..)?).ok()
    }

    /// Notes what happened, if anybody wants to know.
    pub(super) fn note(&self, line: impl FnOnce() -> String) {
        if let Some(log) = &self.log {
            log.borrow_mut().push(line());
        }
    }

    /// Finds stage and method, and refuses what is beyond the limits. The stage first: what is refused gets the
    /// headers of its API.
    fn route(&mut self) -> Result<(), Fault> {
        let host_is_sound = self.has_one_host();
        let host = self.host();
        let path = self.head.uri.path();
        let form = if self.worker.path_endpoints { PathForm::Served } else { PathForm::Closed };
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
        let number = *found.route.value as usize;
        self.method = Some(number);
        Ok(())
    }

    /// Takes a method by where it is stored, whatever the request's path says; `false` if there is none.
    pub(super) fn set_method(&mut self, resource_path: &str, verb: Verb) -> bool {
        let Some(stage) = &self.stage else { return false };
        let mut methods = stage.plan.methods();
        self.method = methods.position(|plan| *plan.resource_path == *resource_path && plan.verb == verb);
        self.method.is_some()
    }

    /// Whether it is the method of this number that answers.
    pub(super) fn is_method(&self, number: usize) -> bool {
        self.method == Some(number)
    }

    /// The path parameters, if the path leads to the method that answers.
    pub(super) fn path_parameters(&self) -> Vec<(String, String)> {
        let found = || {
            let stage = self.stage.as_ref()?;
            stage.plan.find(self.path()?, Verb::of(&self.head.method)?)
        };
        match found() {
            Some(found) if self.is_method(*found.route.value as usize) => {
                let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
                found.route.parameters().into_iter().map(owned).collect()
            }
            _ => Vec::new(),
        }
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

    /// The answer, if it takes no waiting.
    pub(super) fn answer_now(&self) -> Option<Result<Answer, Fault>> {
        match &self.plan()?.integration {
            IntegrationPlan::Mock(plan) => mock::reply(self, plan),
            IntegrationPlan::Http(_) | IntegrationPlan::Passthrough(_) => None,
        }
    }

    fn outgoing(&self, body: Incoming) -> Outgoing {
        if http_body::Body::is_end_stream(&body) {
            return Outgoing::Empty;
        }
        let worker = &self.worker;
        Outgoing::Stream(Box::new(CallerBody::new(
            body,
            worker.limits.streamed_body_bytes,
            worker.timeouts.body_idle,
            Rc::clone(&worker.clock),
            Arc::clone(&worker.metrics),
        )))
    }

    /// The policy that is run on the answer: the resource's, else the API's.
    fn policy(&self) -> Option<&Policy> {
        let plan = &self.stage.as_ref()?.plan;
        match self.method.or(self.preflights) {
            Some(number) => plan.methods().nth(number)?.cors.as_deref(),
            None => plan.cors.as_deref(),
        }
    }

    /// The outermost layer: makes an answer of a fault, applies the CORS policy, adds what every answer has, and
    /// counts it.
    pub(super) fn finish(&self, outcome: Result<Answer, Fault>, is_last: bool) -> Response<AnswerBody> {
        let mut answer = outcome.unwrap_or_else(|fault| fault::answer(self, &fault));
        if let Some(policy) = self.policy() {
            policy.apply(&self.cors, answer.of, &mut answer.headers);
        }
        let headers = &mut answer.headers;
        if !headers.contains_key(CONTENT_TYPE) {
            headers.insert(CONTENT_TYPE, JSON);
        }
        let (request_id, extended_id) = self.worker.ids.values(self.request_id, self.extended_id);
        headers.insert(REQUEST_ID, request_id);
        headers.insert(EXTENDED_ID, extended_id);
        // HTTP/2 has no such field: there the connection is ended by its driver.
        if (answer.closes || is_last) && self.head.version != Version::HTTP_2 {
            headers.insert(CONNECTION, CLOSE);
        }
        if self.head.method == Method::HEAD
            && let AnswerBody::Full(body) = &answer.body
        {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
            answer.body = AnswerBody::Empty;
        }
        self.count(answer.status);
        let mut response = Response::new(answer.body);
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        response
    }

    fn count(&self, status: StatusCode) {
        let metrics = &self.worker.metrics;
        let Some(stage) = &self.stage else {
            let class = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
            metrics.unrouted[class].inc();
            return;
        };
        stage.cells.answered(verb_label(&self.head.method), status.as_u16(), self.started.elapsed());
        if let Some(latency) = self.integration_latency.get() {
            stage.cells.integration_latency.observe(latency);
        }
        let headers = &self.head.headers;
        if self.head.method == Method::OPTIONS
            && headers.contains_key(ORIGIN)
            && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
        {
            metrics.cors_preflights.inc();
        }
    }
}

/// The place of a method in [`VERB_LABELS`].
fn verb_label(method: &Method) -> usize {
    match *method {
        Method::DELETE => 0,
        Method::GET => 1,
        Method::HEAD => 2,
        Method::OPTIONS => 3,
        Method::PATCH => 4,
        Method::POST => 5,
        Method::PUT => 6,
        _ => VERB_LABELS.len() - 1,
    }
}

/// Whether a text is a host with an optional port (RFC 3986 section 3.2.2), or nothing.
fn is_host(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:[]%!$&'()*+,;=".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_counted_under_their_own_label() {
        for label in VERB_LABELS {
            let method = Method::from_bytes(label.as_bytes()).expect("a method");
            assert_eq!(VERB_LABELS[verb_label(&method)], label);
        }
        assert_eq!(VERB_LABELS[verb_label(&Method::TRACE)], "OTHER");
    }

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
