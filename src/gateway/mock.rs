//! `MOCK`: the gateway answers by itself. A constant answer is cloned; nothing is made.

use http::header::{ACCEPT, CONTENT_TYPE};

use super::body::AnswerBody;
use super::exchange::{Answer, Exchange};
use super::facts::RequestFacts;
use super::http::collect;
use super::respond::{self, Fault};
use super::upstream::Outgoing;
use crate::compile::{BodyPlan, MockPlan, MockReply, ResponsePlan};
use crate::cors::policy::AnswerOf;
use crate::mapping::map_headers;

/// The reply, unless the request's body has to be read for it.
pub(super) fn reply(exchange: &Exchange, plan: &MockPlan) -> Option<Result<Answer, Fault>> {
    match plan.reply(exchange.head.headers.get(CONTENT_TYPE)) {
        MockReply::ReadBody => None,
        reply => Some(answer(exchange, reply)),
    }
}

/// The reply to a request whose body says what it is.
pub(super) async fn execute(exchange: &Exchange, plan: &MockPlan, body: Outgoing) -> Result<Answer, Fault> {
    let body = collect(exchange, body).await?;
    answer(exchange, plan.reply_to_body(&body))
}

fn answer(exchange: &Exchange, reply: MockReply<'_>) -> Result<Answer, Fault> {
    match reply {
        MockReply::Response(plan) => response(exchange, plan),
        MockReply::UnsupportedMediaType => Err(respond::unsupported_media_type()),
        MockReply::Failure(reason) => {
            exchange.note(|| format!("Execution failed due to configuration error: {reason}"));
            Err(respond::api_configuration_error())
        }
        // A body was read, so it is not asked for again.
        MockReply::ReadBody => Err(respond::api_configuration_error()),
    }
}

fn response(exchange: &Exchange, plan: &ResponsePlan) -> Result<Answer, Fault> {
    let accept = exchange.head.headers.get(ACCEPT);
    if let (Some(choice), Some(stage)) = (&plan.answer, &exchange.stage) {
        let ready = choice.choose(accept);
        return Ok(Answer {
            status: ready.status,
            headers: stage.ready_headers(ready),
            body: AnswerBody::full(ready.body.clone()),
            of: AnswerOf::Integration,
            closes: false,
        });
    }
    if plan.undeclared {
        exchange.note(|| format!("no method response is declared for status {}", plan.status.as_u16()));
        return Err(respond::api_configuration_error());
    }
    let mut headers = plan.headers.clone();
    map_headers(&plan.mappings, &RequestFacts::of(exchange), &mut headers)
        .map_err(|_| respond::api_configuration_error())?;
    let body = match plan.body.choose(accept) {
        // The payload of a mock is empty (API Gateway: `$input.body` is empty).
        BodyPlan::Payload => AnswerBody::Empty,
        BodyPlan::Constant(bytes) => AnswerBody::full(bytes.clone()),
    };
    Ok(Answer { status: plan.status, headers, body, of: AnswerOf::Integration, closes: false })
}
