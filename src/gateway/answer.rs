//! The integration response: how what an integration answered becomes what the caller gets.

use http::header::{ACCEPT, HeaderMap};
use http::{Response, StatusCode};

use super::body::AnswerBody;
use super::content;
use super::exchange::{Answer, Exchange};
use super::facts::RequestFacts;
use super::invoke::{ENDPOINT_BODY, text};
use super::respond::{self, Fault};
use super::transform;
use super::upstream::UpstreamBody;
use crate::compile::{BodyPlan, ResponsePlan};
use crate::cors::policy::AnswerOf;
use crate::mapping::{Conversion, Payload, map_headers, override_response_headers};
use crate::template::Overrides;

/// Maps the answer of a back end. Its body is held only if something needs it so.
pub(super) async fn map_upstream(
    exchange: &Exchange,
    plan: &ResponsePlan,
    response: Response<UpstreamBody>,
    overrides: Overrides,
) -> Result<Answer, Fault> {
    let (head, body) = response.into_parts();
    let chosen = plan.body.choose(exchange.head.headers.get(ACCEPT));
    let conversion = content::of_answer(exchange, plan.content_handling, &head.headers);
    let changes = matches!(conversion, Conversion::Encode | Conversion::Decode);
    if changes || plan.maps_payload || chosen.needs_payload() {
        // Boxed, so that answers that stream have no room for it.
        return Box::pin(map_held(exchange, plan, conversion, (&head.headers, body), overrides)).await;
    }
    map(exchange, plan, Some(&head.headers), None, AnswerBody::upstream(body), overrides)
}

async fn map_held(
    exchange: &Exchange,
    plan: &ResponsePlan,
    conversion: Conversion,
    (headers, body): (&HeaderMap, UpstreamBody),
    overrides: Overrides,
) -> Result<Answer, Fault> {
    let payload = exchange.hold(body).await?;
    let payload = Payload::new(content::convert(exchange, conversion, payload.bytes())?);
    exchange.note(|| format!("{ENDPOINT_BODY}{}", text(payload.bytes())));
    let passing = AnswerBody::full(payload.bytes().clone());
    map(exchange, plan, Some(headers), Some(&payload), passing, overrides)
}

/// Maps what an integration answered. `payload` is its body, where it is held; `passing` is what is sent where no
/// template takes its place. What the request template set on `$context` applies, too.
///
/// # Errors
/// 500 when a mapping or a template fails, or the method declares no such response and no status was set.
pub(super) fn map(
    exchange: &Exchange,
    plan: &ResponsePlan,
    answer: Option<&HeaderMap>,
    payload: Option<&Payload>,
    passing: AnswerBody,
    mut overrides: Overrides,
) -> Result<Answer, Fault> {
    let facts = RequestFacts::with_answer(exchange, answer, payload);
    let mut headers = plan.headers.clone();
    map_headers(&plan.mappings, &facts, &mut headers)
        .map_err(|error| exchange.misconfigured(&format!("a header cannot be mapped: {error}")))?;
    let body = match plan.body.choose(exchange.head.headers.get(ACCEPT)) {
        BodyPlan::Payload => passing,
        BodyPlan::Constant(bytes) => AnswerBody::full(bytes.clone()),
        BodyPlan::Template(template) => {
            AnswerBody::full(transform::response(exchange, template, &facts, &mut overrides)?.into())
        }
    };
    let status = status(exchange, plan, &overrides)?;
    override_response_headers(overrides.response_headers(), &mut headers)
        .map_err(|_| exchange.misconfigured("a response header that a template set cannot be sent"))?;
    Ok(Answer { status, headers, body, of: AnswerOf::Integration, closes: false })
}

/// The status that the caller gets. One that a template set needs no declaration (recorded).
fn status(exchange: &Exchange, plan: &ResponsePlan, overrides: &Overrides) -> Result<StatusCode, Fault> {
    match overrides.response_status() {
        None if plan.undeclared => {
            let what = "Output mapping refers to an invalid method response";
            Err(exchange.misconfigured(&format!("{what}: {}", plan.status.as_u16())))
        }
        None => Ok(plan.status),
        // 1xx is no final answer (RFC 9110 section 15.2): nothing would follow it.
        Some(status) => StatusCode::from_u16(status)
            .ok()
            .filter(|status| !status.is_informational())
            .ok_or_else(|| exchange.misconfigured(&format!("the status {status} ends no exchange"))),
    }
}

/// The response that an integration's answer selects.
///
/// # Errors
/// 500 when no pattern matches and there is no default.
pub(super) fn select<'p>(
    exchange: &Exchange,
    selected: Option<&'p ResponsePlan>,
) -> Result<&'p ResponsePlan, Fault> {
    selected.ok_or_else(|| {
        exchange.note(|| "No match for output mapping and no default output mapping configured".to_owned());
        respond::api_configuration_error()
    })
}
