//! Content handling at work: what is bytes and what is text on the way across the gateway.
//!
//! A body that streams passes as it is where the tables ask for text: only one that is held is looked at.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName};

use super::exchange::Exchange;
use super::http::fault_of_body;
use super::respond::Fault;
use super::transform::unsupported_media_type;
use super::upstream::Outgoing;
use crate::compile::{Chosen, IntegrationPlan, MethodPlan, MockReply, RequestBody};
use crate::mapping::{BinaryTypes, Conversion};
use crate::model::ContentHandling;

/// What becomes of the caller's body; `None` where the integration is given the body as it is.
fn of_request(exchange: &Exchange, plan: &MethodPlan) -> Option<Conversion> {
    match plan.integration {
        IntegrationPlan::Mock(_) | IntegrationPlan::Http(_) | IntegrationPlan::Aws(_) => {}
        IntegrationPlan::Passthrough(_) | IntegrationPlan::Lambda(_) => return None,
    }
    let is_binary = is_binary(exchange, &exchange.head.headers, &CONTENT_TYPE);
    Some(Conversion::of_request(plan.content_handling, is_binary))
}

/// Whether the integration is given another body than the caller's.
pub(super) fn changes(exchange: &Exchange, plan: &MethodPlan) -> bool {
    matches!(of_request(exchange, plan), Some(Conversion::Encode | Conversion::Decode))
}

/// The caller's body in the form that the integration is given; it is held only if that is another one.
///
/// # Errors
/// 415 for a media type that no template is for and that may not pass; 500 for a body that was to be decoded and is no
/// base64; what holding a body may answer.
pub(super) async fn request(
    exchange: &Exchange,
    plan: &MethodPlan,
    body: Outgoing,
) -> Result<Outgoing, Fault> {
    let conversion = match of_request(exchange, plan) {
        Some(conversion @ (Conversion::Encode | Conversion::Decode)) => conversion,
        Some(Conversion::Text | Conversion::Raw) | None => return Ok(body),
    };
    if is_refused(exchange, plan) {
        return Err(unsupported_media_type(exchange));
    }
    let bytes = match body {
        Outgoing::Empty => return Ok(body),
        Outgoing::Full(bytes) => bytes,
        Outgoing::Stream(stream) => {
            stream.collect(exchange.worker.limits.buffered_body_bytes).await.map_err(fault_of_body)?
        }
    };
    Ok(match convert(exchange, conversion, &bytes)? {
        bytes if bytes.is_empty() => Outgoing::Empty,
        bytes => Outgoing::Full(bytes),
    })
}

/// Whether the integration takes no body of this media type, which is found out before one is converted.
fn is_refused(exchange: &Exchange, plan: &MethodPlan) -> bool {
    let content_type = exchange.head.headers.get(CONTENT_TYPE);
    let refuses =
        |body: &RequestBody| matches!(body.templates.choose(content_type), Chosen::UnsupportedMediaType);
    match &plan.integration {
        IntegrationPlan::Mock(mock) => matches!(mock.reply(content_type), MockReply::UnsupportedMediaType),
        IntegrationPlan::Http(http) => refuses(&http.body),
        IntegrationPlan::Aws(aws) => refuses(&aws.body),
        IntegrationPlan::Passthrough(_) | IntegrationPlan::Lambda(_) => false,
    }
}

/// A body that is held and goes on without a template, made text if it is to be. A template over what is no UTF-8
/// fails instead (recorded).
pub(super) fn held(exchange: &Exchange, bytes: Bytes) -> Bytes {
    match exchange.plan().and_then(|plan| of_request(exchange, plan)) {
        Some(Conversion::Text) => Conversion::Text.apply(&bytes).unwrap_or(bytes),
        _ => bytes,
    }
}

/// What becomes of a back end's body, by the headers of its answer.
pub(super) fn of_answer(
    exchange: &Exchange,
    handling: Option<ContentHandling>,
    answer: &HeaderMap,
) -> Conversion {
    Conversion::of_response(
        handling,
        is_binary(exchange, answer, &CONTENT_TYPE),
        is_binary(exchange, &exchange.head.headers, &ACCEPT),
    )
}

/// Whether a header of this name says that a body is bytes.
pub(super) fn is_binary(exchange: &Exchange, headers: &HeaderMap, name: &HeaderName) -> bool {
    let types = |binary: &BinaryTypes| binary.is_binary(headers.get(name).map(http::HeaderValue::as_bytes));
    exchange.stage.as_ref().is_some_and(|stage| types(&stage.plan.binary))
}

/// Converts a body.
///
/// # Errors
/// 500 for one that was to be decoded and is no base64.
pub(super) fn convert(exchange: &Exchange, conversion: Conversion, body: &Bytes) -> Result<Bytes, Fault> {
    conversion.apply(body).map_err(|error| exchange.misconfigured(&format!("Unable to transform: {error}")))
}
