//! `HTTP`: a back end is called, and only mapped headers cross, both ways.

use std::time::Instant;

use http::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use http::{Method, Response};

use super::answer::{map_upstream, select};
use super::body::CallerBodyError;
use super::exchange::{Answer, Exchange};
use super::facts::RequestFacts;
use super::headers::AnswerNames;
use super::invoke::{dump, text};
use super::respond::{self, Fault};
use super::transform::Chose;
use super::upstream::{Outgoing, OwnFields, Upstream, UpstreamBody, UpstreamError, UpstreamRequest};
use crate::compile::{Endpoint, HttpPlan};
use crate::mapping::headers::{aws_request_target, request_target};
use crate::mapping::{MappingFault, UriFault, UriOverrides, UriPlan, map_headers, override_request_headers};
use crate::template::Overrides;

pub(super) const API_ID: HeaderName = HeaderName::from_static("x-amzn-apigateway-api-id");
pub(super) const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Calls the back end and maps its answer.
pub(super) async fn execute<U: Upstream>(
    exchange: &Exchange,
    plan: &HttpPlan,
    body: Outgoing,
    upstream: &U,
) -> Result<Answer, Fault> {
    let incoming = &exchange.head;
    let mut body = body;
    if plan.endpoint.maps_payload {
        Box::pin(exchange.payload(&mut body)).await?;
    }
    let chosen = Chose::of(exchange, &plan.body, body).await?;
    let mut own = OwnFields::new();
    own.push(ACCEPT, JSON);
    // Recorded: the caller's type crosses unless its own verb is one that has no body.
    if !is_bodyless(&incoming.method)
        && let Some(content_type) = incoming.headers.get(CONTENT_TYPE)
    {
        own.push(CONTENT_TYPE, content_type.clone());
    }
    let mapped = map_request(exchange, &plan.endpoint)?;
    let (body, overrides) = chosen.render(exchange)?;
    let call = Call::prepare(exchange, &plan.endpoint, own, mapped, None, &overrides)?;
    let trace = call.trace().cloned();
    let response = call.send(exchange, None, body, upstream).await?;
    let selected = select(exchange, plan.responses.for_status(response.status()))?;
    let mut answer = map_upstream(exchange, selected, response, overrides).await?;
    if let Some(trace) = trace {
        answer.headers.insert(TRACE_ID, trace);
    }
    Ok(answer)
}

/// The mapped headers. Mappings come before the template: a value that cannot be read or sent is told of first.
///
/// # Errors
/// 400 for a value that is unfit or a body that is no JSON.
pub(super) fn map_request(exchange: &Exchange, endpoint: &Endpoint) -> Result<HeaderMap, Fault> {
    let mut mapped = HeaderMap::new();
    if endpoint.headers.is_empty() && !endpoint.maps_payload {
        return Ok(mapped);
    }
    map_headers(&endpoint.headers, &RequestFacts::of(exchange), &mut mapped)
        .map_err(|fault| unfit(exchange, fault))?;
    match exchange.held() {
        // The target's values are read when it is rendered, but what they read is known to be sound now.
        Some(payload) if endpoint.maps_payload => {
            payload.mapped_json().map_err(|_| respond::invalid_json())?;
        }
        _ => {}
    }
    Ok(mapped)
}

/// A call that is ready to be sent, whatever its integration's type.
pub(super) struct Call<'p> {
    endpoint: &'p Endpoint,
    uri: &'p UriPlan,
    pub(super) method: Method,
    target: String,
    host: HeaderValue,
    own: OwnFields,
    /// The mapped ones.
    pub(super) headers: HeaderMap,
}

impl<'p> Call<'p> {
    /// Renders headers and target. `own` are fields that mapped ones replace, `headers` those; `query` is the caller's,
    /// where it passes through; `overrides` are what the request template set.
    pub(super) fn prepare(
        exchange: &Exchange,
        endpoint: &'p Endpoint,
        mut own: OwnFields,
        mut headers: HeaderMap,
        query: Option<&str>,
        overrides: &Overrides,
    ) -> Result<Self, Fault> {
        let facts = RequestFacts::of(exchange);
        let rules = if endpoint.is_aws { aws_request_target } else { request_target };
        override_request_headers(overrides.request_headers(), rules, &mut headers)
            .map_err(|_| exchange.misconfigured("a header that the template set cannot be sent"))?;
        if endpoint.forbidden_header {
            return Err(exchange.misconfigured("a mapped header is not allowed"));
        }
        own.push(TRACE_ID, exchange.worker.ids.trace(exchange.head.headers.get(TRACE_ID)));
        if let Some(stage) = &exchange.stage {
            own.push(API_ID, stage.api_id.clone());
            if own.get(&USER_AGENT).is_none() {
                own.push(USER_AGENT, stage.user_agent.clone());
            }
        }
        let uri = endpoint.uri.as_ref().map_err(|error| {
            let resource = exchange.plan().map(|plan| &*plan.resource_path);
            tracing::warn!(%error, resource, "a back end cannot be called");
            exchange.misconfigured("Invalid endpoint address")
        })?;
        let path: Vec<_> = overrides.request_paths().collect();
        let querystring: Vec<_> = overrides.request_querystrings().collect();
        let set = UriOverrides { path: &path, querystring: &querystring };
        let target =
            uri.render_with(&facts, query, &endpoint.querystring, set).map_err(|fault| match fault {
                UriFault::Escape | UriFault::Unsafe => respond::unsafe_value(),
                UriFault::Json(_) => respond::invalid_json(),
            })?;
        let mapped = if headers.is_empty() { None } else { headers.remove(HOST) };
        let host = mapped.unwrap_or_else(|| uri.back_end.host_header.clone());
        let method = endpoint.method.clone().unwrap_or_else(|| exchange.head.method.clone());
        Ok(Self { endpoint, uri, method, target, host, own, headers })
    }

    /// The value of `X-Amzn-Trace-Id`.
    pub(super) fn trace(&self) -> Option<&HeaderValue> {
        self.own.get(&TRACE_ID)
    }

    /// All fields but the caller's.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.own.with(&self.headers)
    }

    /// The whole URL, with the host that the call names.
    pub(super) fn url(&self) -> String {
        let host = String::from_utf8_lossy(self.host.as_bytes());
        format!("{}://{host}{}", self.uri.back_end.scheme.as_str(), self.target)
    }

    /// Sends the call. `forwarded` are headers of the caller's that pass unless there is one of the same name.
    pub(super) async fn send<U: Upstream>(
        self,
        exchange: &Exchange,
        forwarded: Option<&HeaderMap>,
        body: Outgoing,
        upstream: &U,
    ) -> Result<Response<UpstreamBody>, Fault> {
        // Recorded of the emulator: these verbs take no body along.
        let body = if is_bodyless(&self.method) { Outgoing::Empty } else { body };
        let back_end = &*self.uri.back_end;
        let address = || {
            let scheme = back_end.scheme.as_str();
            format!("{scheme}://{}:{}{}", back_end.host, back_end.port, self.target)
        };
        exchange.note(|| format!("Endpoint request URI: {}", address()));
        exchange.note(|| {
            format!(
                "Endpoint request headers: {}",
                dump(&self.fields().map(|(name, value)| (name.clone(), value.clone())).collect())
            )
        });
        exchange.note(|| {
            let sent = if let Outgoing::Full(bytes) = &body { text(bytes) } else { String::new() };
            format!("Endpoint request body after transformations: {sent}")
        });
        exchange.note(|| format!("Sending request to {}", address()));
        let began = Instant::now();
        let request = UpstreamRequest {
            back_end,
            unverified: self.endpoint.insecure_skip_verification,
            trusted: self.endpoint.trusted,
            method: self.method,
            target: &self.target,
            host: self.host,
            own: self.own,
            headers: self.headers,
            forwarded,
            body,
            names: if forwarded.is_some() && !exchange.is_test() {
                AnswerNames::Passed
            } else {
                AnswerNames::AsSent
            },
            began,
            timeout: self.endpoint.timeout,
        };
        let outcome = upstream.send(request).await;
        let latency = began.elapsed();
        exchange.integration_latency.set(Some(latency));
        match outcome {
            Ok(response) => {
                let status = response.status().as_u16();
                exchange.note(|| {
                    format!(
                        "Received response. Status: {status}, Integration latency: {} ms",
                        latency.as_millis()
                    )
                });
                exchange.note(|| format!("Endpoint response headers: {}", dump(response.headers())));
                Ok(response)
            }
            Err(error) => {
                exchange.note(|| format!("Execution failed: {error}"));
                tracing::debug!(%error, host = &*back_end.host, "no answer from the back end");
                Err(fault_of(&error))
            }
        }
    }
}

/// What is answered to a request whose mapped values cannot be sent.
fn unfit(exchange: &Exchange, fault: MappingFault) -> Fault {
    match fault {
        MappingFault::Unsafe(_) => respond::unsafe_value(),
        MappingFault::Json(_) => respond::invalid_json(),
        MappingFault::Forbidden => exchange.misconfigured("a mapped header is not allowed"),
    }
}

/// Verbs whose requests carry no body to a back end.
pub(super) fn is_bodyless(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// What a caller is answered whose body could not be read.
pub(super) fn fault_of_body(error: CallerBodyError) -> Fault {
    match error {
        CallerBodyError::TooLarge => respond::request_too_large(),
        CallerBodyError::TimedOut => respond::request_timeout(),
        CallerBodyError::Broken => respond::bad_request(),
    }
}

/// What a failed call is answered.
pub(super) fn fault_of(error: &UpstreamError) -> Fault {
    match error {
        UpstreamError::Denied | UpstreamError::Resolve(_) | UpstreamError::Connect(_) => {
            respond::unreachable()
        }
        UpstreamError::ConnectTimeout | UpstreamError::Timeout => respond::integration_timeout(),
        UpstreamError::Tls(_) | UpstreamError::Closed => respond::network_error(),
        UpstreamError::Busy => respond::back_end_busy(),
        UpstreamError::Cut
        | UpstreamError::Malformed(_)
        | UpstreamError::HeadTooLarge
        | UpstreamError::TooManyInterim => respond::malformed_answer(),
        UpstreamError::Caller(error) => fault_of_body(*error),
    }
}
