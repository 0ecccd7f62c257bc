//! The call of `AWS_PROXY` and back.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};

use super::answer::{Output, put};
use super::event::event;
use crate::compile::LambdaPlan;
use crate::cors::policy::AnswerOf;
use crate::gateway::aws::{self, Invoked};
use crate::gateway::body::AnswerBody;
use crate::gateway::content;
use crate::gateway::exchange::{Answer, Exchange};
use crate::gateway::http::{Call, TRACE_ID, map_request};
use crate::gateway::respond::{self, Fault};
use crate::gateway::upstream::{Outgoing, OwnFields, Upstream};
use crate::mapping::Conversion;
use crate::template::Overrides;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const INVOCATION_TYPE: HeaderName = HeaderName::from_static("x-amz-invocation-type");

/// Invokes the function and makes its output the answer.
///
/// # Errors
/// 500 when it cannot be invoked, 502 when it fails or its output is malformed; what a call to a back end may answer.
pub(in crate::gateway) async fn execute<U: Upstream>(
    exchange: &Exchange,
    plan: &LambdaPlan,
    mut body: Outgoing,
    upstream: &U,
) -> Result<Answer, Fault> {
    let mut own = OwnFields::new();
    own.push(ACCEPT, JSON);
    own.push(CONTENT_TYPE, JSON);
    let payload = exchange.payload(&mut body).await?;
    let mapped = map_request(exchange, &plan.call.endpoint)?;
    let mut call = Call::prepare(exchange, &plan.call.endpoint, own, mapped, None, &Overrides::default())?;
    if call.method != Method::POST {
        // Recorded: only when it is called.
        return Err(aws::misconfigured(exchange, "a Lambda function is invoked with POST"));
    }
    let trace = call.trace().cloned().unwrap_or(HeaderValue::from_static(""));
    let event = Bytes::from(event(exchange, payload.bytes(), &trace));
    let is_asynchronous = call.headers.get(INVOCATION_TYPE).is_some_and(|value| value == "Event");
    aws::sign(exchange, &plan.call, &mut call, &event)?;
    let response = call.send(exchange, None, Outgoing::Full(event), upstream).await?;
    if is_asynchronous && !response.status().is_success() {
        return Err(aws::not_run(exchange, response.status()));
    }
    if is_asynchronous {
        // Nobody waits for an output; that it was taken is all there is to say.
        return Ok(answer(StatusCode::OK, HeaderMap::new(), AnswerBody::Empty, trace));
    }
    let Invoked { output, failed, .. } = Invoked::read(exchange, response).await?;
    if failed {
        return Err(malformed(exchange, &"Lambda execution failed due to a function error"));
    }
    let output = Output::parse(output.bytes()).map_err(|error| malformed(exchange, &error))?;
    let body = decoded(exchange, output.is_base64_encoded, &output.body.into())?;
    Ok(answer(output.status, output.headers, AnswerBody::full(body), trace))
}

/// The answer to a caller, if a function gave this one without a body.
pub(in crate::gateway) fn said(status: StatusCode, sent: &HeaderMap) -> Answer {
    let mut headers = HeaderMap::with_capacity(sent.len());
    for (name, value) in sent {
        put(&mut headers, name.clone(), value.clone());
    }
    Answer { status, headers, body: AnswerBody::Empty, of: AnswerOf::Proxy, closes: false }
}

fn answer(status: StatusCode, mut headers: HeaderMap, body: AnswerBody, trace: HeaderValue) -> Answer {
    headers.insert(TRACE_ID, trace);
    Answer { status, headers, body, of: AnswerOf::Proxy, closes: false }
}

/// The body as it is sent: decoded only for a caller whose `Accept` is one of the API's binary types (recorded).
fn decoded(exchange: &Exchange, is_encoded: bool, body: &Bytes) -> Result<Bytes, Fault> {
    let accepts_binary = is_encoded && content::is_binary(exchange, &exchange.head.headers, &ACCEPT);
    content::convert(exchange, Conversion::of_lambda_proxy(is_encoded, accepts_binary), body)
}

fn malformed(exchange: &Exchange, reason: &dyn std::fmt::Display) -> Fault {
    exchange.note(|| format!("Execution failed due to configuration error: {reason}"));
    tracing::warn!(resource = exchange.plan().map(|plan| &*plan.resource_path), %reason, "a function's output is no answer");
    respond::malformed_answer()
}
