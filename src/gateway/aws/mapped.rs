//! `AWS`: templates and mappings make the call to a service or a function, integration responses the answer.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use http::{Method, Response};

use super::{Invoked, misconfigured, sign};
use crate::compile::AwsPlan;
use crate::gateway::answer::{map, map_upstream, select};
use crate::gateway::body::AnswerBody;
use crate::gateway::content;
use crate::gateway::exchange::{Answer, Exchange};
use crate::gateway::http::{Call, TRACE_ID, is_bodyless, map_request};
use crate::gateway::respond::Fault;
use crate::gateway::transform::Chose;
use crate::gateway::upstream::{Outgoing, OwnFields, Upstream, UpstreamBody};
use crate::mapping::Payload;
use crate::template::Overrides;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Calls the service and maps its answer.
///
/// # Errors
/// 500 when the call cannot be made as configured or no response matches; what a call to a back end may answer.
pub(in crate::gateway) async fn execute<U: Upstream>(
    exchange: &Exchange,
    plan: &AwsPlan,
    mut body: Outgoing,
    upstream: &U,
) -> Result<Answer, Fault> {
    let incoming = &exchange.head;
    exchange.payload(&mut body).await?;
    let chosen = Chose::of(exchange, &plan.body, body).await?;
    let mut own = OwnFields::new();
    own.push(ACCEPT, JSON);
    if plan.invokes_function {
        own.push(CONTENT_TYPE, JSON);
    } else if !is_bodyless(&incoming.method)
        && let Some(content_type) = incoming.headers.get(CONTENT_TYPE)
    {
        own.push(CONTENT_TYPE, content_type.clone());
    }
    let mapped = map_request(exchange, &plan.call.endpoint)?;
    let (body, overrides) = chosen.render(exchange)?;
    let mut call = Call::prepare(exchange, &plan.call.endpoint, own, mapped, None, &overrides)?;
    if plan.invokes_function && call.method != Method::POST {
        return Err(misconfigured(exchange, "a Lambda function is invoked with POST"));
    }
    let trace = call.trace().cloned();
    let body = match body {
        Outgoing::Full(bytes) if !is_bodyless(&call.method) => bytes,
        // A function is always given an event.
        Outgoing::Empty if plan.invokes_function => Bytes::from_static(b"{}"),
        Outgoing::Full(_) | Outgoing::Empty | Outgoing::Stream(_) => Bytes::new(),
    };
    sign(exchange, &plan.call, &mut call, &body)?;
    let body = if body.is_empty() { Outgoing::Empty } else { Outgoing::Full(body) };
    let response = call.send(exchange, None, body, upstream).await?;
    let mut answer = if plan.invokes_function {
        of_function(exchange, plan, response, overrides).await?
    } else {
        let selected = select(exchange, plan.responses.for_status(response.status()))?;
        map_upstream(exchange, selected, response, overrides).await?
    };
    if let Some(trace) = trace {
        answer.headers.insert(TRACE_ID, trace);
    }
    Ok(answer)
}

/// Maps what a function gave. What selects the response is the `errorMessage` of its output.
async fn of_function(
    exchange: &Exchange,
    plan: &AwsPlan,
    response: Response<UpstreamBody>,
    overrides: Overrides,
) -> Result<Answer, Fault> {
    let invoked = Invoked::read(exchange, response).await?;
    let responses = &plan.responses;
    let index = responses.selection.by_text(invoked.error_message());
    let selected = select(exchange, index.and_then(|index| responses.list.get(index)))?;
    let Invoked { headers, output, .. } = invoked;
    let conversion = content::of_answer(exchange, selected.content_handling, &headers);
    let output = Payload::new(content::convert(exchange, conversion, output.bytes())?);
    let passing = AnswerBody::full(output.bytes().clone());
    map(exchange, selected, Some(&headers), Some(&output), passing, overrides)
}
