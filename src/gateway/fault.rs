//! From a fault to the answer its caller gets: what an API's owner customised, else API Gateway's default.

use http::StatusCode;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};

use super::body::AnswerBody;
use super::exchange::{Answer, Exchange};
use super::facts::RequestFacts;
use super::respond::Fault;
use crate::compile::GatewayBody;
use crate::cors::policy::AnswerOf;
use crate::mapping::map_headers;

pub(super) const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The answer to a request that met `fault`.
pub(super) fn answer(exchange: &Exchange, fault: &Fault) -> Answer {
    let mut status = StatusCode::from_u16(fault.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut headers = HeaderMap::new();
    let mut body = None;
    if let Some(stage) = &exchange.stage {
        let plan = stage.plan.gateway_responses.get(fault.response_type);
        status = plan.status.unwrap_or(status);
        headers = plan.headers.clone();
        let facts = RequestFacts::of_fault(exchange, fault);
        // A value that is unfit for a header leaves the rest of the error readable.
        if let Err(error) = map_headers(&plan.mappings, &facts, &mut headers) {
            tracing::debug!(%error, "a gateway response's header is left out");
        }
        match plan.body.choose(exchange.head.headers.get(ACCEPT)) {
            GatewayBody::Default => {}
            GatewayBody::Template { media_type, template } => {
                headers.entry(CONTENT_TYPE).or_insert_with(|| media_type.clone());
                body = Some(template.render(&facts));
            }
        }
    }
    let body = body.unwrap_or_else(|| {
        headers.entry(CONTENT_TYPE).or_insert(JSON);
        fault.default_body()
    });
    if fault.status == StatusCode::SERVICE_UNAVAILABLE {
        headers.entry(RETRY_AFTER).or_insert(HeaderValue::from_static("1"));
    }
    headers.insert(ERROR_TYPE, HeaderValue::from_static(fault.error_type));
    Answer { status, headers, body: AnswerBody::full(body.into()), of: AnswerOf::Error, closes: fault.closes }
}
