//! One request from its head to its answer.
//!
//! [`begin`] does what needs no waiting: limits, routing, and the answer itself where it is ready. Otherwise
//! [`call`] goes on in the request's task. Whatever happens, [`Exchange::finish`] is the outermost layer: it puts
//! the CORS policy, the ids and the defaults on the answer, also on one that the gateway made for an error.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::{
    ACCESS_CONTROL_REQUEST_METHOD, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap,
    HeaderName, HeaderValue, ORIGIN,
};
use http::request::Parts;
use http::{Method, Response, StatusCode, Version};
use hyper::body::Incoming;

use super::body::{AnswerBody, CallerBody};
use super::caller::Caller;
use super::compression::{compress, decompressed};
use super::connection::Connection;
use super::content;
use super::ids::{ExtendedId, RequestId};
use super::respond::{self, Fault};
use super::snapshot::Stage;
use super::spelling::Spelled;
use super::upstream::{Outgoing, Upstream};
use super::worker::Worker;
use super::{aws, fault, http as http_integration, lambda, mock, passthrough, validate};
use crate::compile::{IntegrationPlan, MethodPlan};
use crate::cors::policy::{AnswerOf, CorsRequest, Policy};
use crate::mapping::Payload;
use crate::ops::VERB_LABELS;
use crate::route::{RequestPath, Spans};

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
pub(super) const EXTENDED_ID: HeaderName = HeaderName::from_static("x-amz-apigw-id");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// A request on its way to an answer, and everything that may be asked about it.
pub(super) struct Exchange {
    pub(super) worker: Rc<Worker>,
    pub(super) caller: Rc<Caller>,
    /// The request's head; the method is the one that routing used.
    pub(super) head: Parts,
    /// The stage that answers; `None` when no binding and no default host leads to one.
    pub(super) stage: Option<Rc<Stage>>,
    /// Where in the URI's path the part below stage or base path starts.
    pub(super) below: usize,
    /// The number of the method in its stage.
    pub(super) method: Option<usize>,
    /// Where the values of its path parameters stand in the path below the stage.
    pub(super) parameters: Option<Spans>,
    /// The number of the method that answers preflights for the path, when none answers the request itself.
    pub(super) preflights: Option<usize>,
    pub(super) cors: CorsRequest,
    /// How the caller spelled the names of its headers, where that is known.
    pub(super) spelled: Option<Box<Spelled>>,
    pub(super) request_id: RequestId,
    pub(super) extended_id: ExtendedId,
    pub(super) started: Instant,
    /// How long the integration took, once it has answered.
    pub(super) integration_latency: Cell<Option<Duration>>,
    /// The caller's body, once something needed it as a whole.
    pub(super) held: OnceCell<Box<Payload>>,
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
    let spelled = connection.spelled(&head.headers);
    let mut exchange = Exchange {
        worker: Rc::clone(worker),
        caller: Rc::clone(&connection.caller),
        head,
        stage: None,
        below: 0,
        method: None,
        parameters: None,
        preflights: None,
        cors: CorsRequest::default(),
        spelled,
        request_id: worker.ids.request_id(),
        extended_id: worker.ids.extended_id(),
        started,
        integration_latency: Cell::new(None),
        held: OnceCell::new(),
        log: None,
    };
    let outcome = match exchange.route(connection.entrance) {
        Ok(()) => exchange.answer_now(),
        Err(fault) => Some(Err(fault)),
    };
    if exchange.spelled.is_none() && exchange.stage.as_ref().is_some_and(|stage| stage.plan.lists_headers) {
        connection.on_unspelled();
    }
    let is_last = connection.is_last_answer();
    match outcome {
        Some(outcome) => Begun::Answered(exchange.finish(outcome, is_last)),
        None => {
            let body = exchange.outgoing(body);
            Begun::Calling(Rc::new(exchange), body)
        }
    }
}

/// Goes on through the method's steps to the integration and back.
pub(super) async fn call<U: Upstream>(
    exchange: &Exchange,
    mut body: Outgoing,
    upstream: &U,
) -> Result<Answer, Fault> {
    let plan = exchange.plan().ok_or_else(respond::internal_failure)?;
    if exchange.head.headers.contains_key(CONTENT_ENCODING) {
        let passes = matches!(plan.integration, IntegrationPlan::Passthrough(_));
        // Boxed, so that a request without a coding has no room for it.
        body = Box::pin(decompressed(exchange, body, passes)).await?;
    }
    if !plan.steps.is_empty() {
        // On the heap, so that the many methods without steps have no room for them in their requests.
        Box::pin(validate::run(exchange, &plan.steps, &mut body)).await?;
    }
    integrate(exchange, plan, body, upstream).await
}

/// Calls the integration of a request that passed every step.
pub(super) async fn integrate<U: Upstream>(
    exchange: &Exchange,
    plan: &MethodPlan,
    body: Outgoing,
    upstream: &U,
) -> Result<Answer, Fault> {
    let body = if content::changes(exchange, plan) {
        Box::pin(content::request(exchange, plan, body)).await?
    } else {
        body
    };
    match &plan.integration {
        // Boxed where an allocation is small beside the rest, so that each request's state is as small as the two
        // integrations that are called most.
        IntegrationPlan::Mock(mock) => Box::pin(mock::execute(exchange, mock, body)).await,
        IntegrationPlan::Http(http) => http_integration::execute(exchange, http, body, upstream).await,
        IntegrationPlan::Passthrough(plan) => passthrough::execute(exchange, plan, body, upstream).await,
        IntegrationPlan::Lambda(plan) => Box::pin(lambda::execute(exchange, plan, body, upstream)).await,
        IntegrationPlan::Aws(plan) => Box::pin(aws::execute(exchange, plan, body, upstream)).await,
    }
}

impl Exchange {
    /// A 500 whose reason is the definition; the reason is for the log only.
    pub(super) fn misconfigured(&self, reason: &str) -> Fault {
        self.note(|| format!("Execution failed due to configuration error: {reason}"));
        respond::api_configuration_error()
    }

    /// An exchange without a connection, on a stage that is given: for `TestMethod` and `ExplainCors`.
    pub(super) fn detached(worker: &Rc<Worker>, head: Parts, stage: Rc<Stage>) -> Self {
        Self {
            worker: Rc::clone(worker),
            caller: Rc::new(Caller::new(([127, 0, 0, 1], 0).into(), ([127, 0, 0, 1], 443).into())),
            cors: CorsRequest::of(&head.method, &head.headers),
            head,
            stage: Some(stage),
            below: 0,
            method: None,
            parameters: None,
            preflights: None,
            spelled: None,
            request_id: worker.ids.request_id(),
            extended_id: worker.ids.extended_id(),
            started: Instant::now(),
            integration_latency: Cell::new(None),
            held: OnceCell::new(),
            log: Some(RefCell::default()),
        }
    }

    /// The method that answers.
    pub(super) fn plan(&self) -> Option<&MethodPlan> {
        self.stage.as_ref()?.plan.method(self.method?).map(|plan| &**plan)
    }

    /// The path below the stage, if it is one that may be routed.
    pub(super) fn path(&self) -> Option<RequestPath<'_>> {
        RequestPath::parse(self.head.uri.path().get(self.below..)?).ok()
    }

    /// Whether it is no caller's: what happens is noted, and nothing of a connection is known.
    pub(super) fn is_test(&self) -> bool {
        self.log.is_some()
    }

    /// Notes what happened, if anybody wants to know.
    pub(super) fn note(&self, line: impl FnOnce() -> String) {
        if let Some(log) = &self.log {
            log.borrow_mut().push(line());
        }
    }

    /// The answer, if it takes no waiting.
    pub(super) fn answer_now(&self) -> Option<Result<Answer, Fault>> {
        let plan = self.plan()?;
        if !plan.steps.is_empty() {
            return None;
        }
        match &plan.integration {
            IntegrationPlan::Mock(plan) => mock::reply(self, plan),
            IntegrationPlan::Http(_)
            | IntegrationPlan::Passthrough(_)
            | IntegrationPlan::Lambda(_)
            | IntegrationPlan::Aws(_) => None,
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
            Some(number) => plan.method(number)?.cors.as_deref(),
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
        if let Some(minimum) = self.stage.as_ref().and_then(|stage| stage.plan.minimum_compression_size)
            && self.log.is_none()
        {
            compress(minimum, &self.head.method, &self.head.headers, &mut answer);
        }
        let headers = &mut answer.headers;
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
pub(super) fn verb_label(method: &Method) -> usize {
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
}
