//! `MOCK`: the gateway answers by itself. A constant answer is cloned; nothing is made.

use http::header::{ACCEPT, CONTENT_TYPE};

use super::body::AnswerBody;
use super::content;
use super::exchange::{Answer, Exchange};
use super::respond::{self, Fault};
use super::upstream::Outgoing;
use super::{answer, transform};
use crate::compile::{MockPlan, MockReply, ResponsePlan};
use crate::cors::policy::AnswerOf;
use crate::mapping::{Conversion, Payload};
use crate::model::ContentHandling;
use crate::template::{Overrides, Template};

/// The reply, unless the request's body has to be read for it.
pub(super) fn reply(exchange: &Exchange, plan: &MockPlan) -> Option<Result<Answer, Fault>> {
    match plan.reply(exchange.head.headers.get(CONTENT_TYPE)) {
        MockReply::ReadBody => None,
        MockReply::Render(template) if template.needs().payload => None,
        MockReply::Render(template) => Some(render(exchange, plan, template, None)),
        reply => Some(reply_with(exchange, reply, None)),
    }
}

/// The reply to a request whose body may have to be read.
pub(super) async fn execute(
    exchange: &Exchange,
    plan: &MockPlan,
    mut body: Outgoing,
) -> Result<Answer, Fault> {
    match plan.reply(exchange.head.headers.get(CONTENT_TYPE)) {
        MockReply::ReadBody => {
            let payload = exchange.payload(&mut body).await?;
            reply_with(exchange, plan.reply_to_text(payload.bytes()), None)
        }
        MockReply::Render(template) => {
            let converted =
                if template.needs().payload { transform::input(exchange, &mut body).await? } else { None };
            render(exchange, plan, template, converted.as_ref().or(exchange.held()))
        }
        reply => reply_with(exchange, reply, None),
    }
}

fn render(
    exchange: &Exchange,
    plan: &MockPlan,
    template: &Template,
    input: Option<&Payload>,
) -> Result<Answer, Fault> {
    let mut overrides = Overrides::default();
    let text = transform::request(exchange, template, input, &mut overrides)?;
    reply_with(exchange, plan.reply_to_text(text.as_bytes()), Some(overrides))
}

fn reply_with(
    exchange: &Exchange,
    reply: MockReply<'_>,
    overrides: Option<Overrides>,
) -> Result<Answer, Fault> {
    match reply {
        MockReply::Response(plan) => response(exchange, plan, overrides),
        MockReply::UnsupportedMediaType => Err(transform::unsupported_media_type(exchange)),
        MockReply::Failure(reason) => Err(exchange.misconfigured(reason)),
        // A text was read already, so none is asked for again.
        MockReply::ReadBody | MockReply::Render(_) => Err(respond::api_configuration_error()),
    }
}

fn response(exchange: &Exchange, plan: &ResponsePlan, overrides: Option<Overrides>) -> Result<Answer, Fault> {
    let is_plain = overrides.as_ref().is_none_or(Overrides::is_empty);
    if let (Some(choice), Some(stage), true) = (&plan.answer, &exchange.stage, is_plain) {
        let ready = choice.choose(exchange.head.headers.get(ACCEPT));
        return Ok(Answer {
            status: ready.status,
            headers: stage.ready_headers(ready),
            body: AnswerBody::full(ready.body.clone()),
            of: AnswerOf::Integration,
            closes: false,
        });
    }
    // The payload of a mock is empty, whatever the request's template gave (recorded: `$input.body` is `{}`).
    let mut answer =
        answer::map(exchange, plan, None, None, AnswerBody::Empty, overrides.unwrap_or_default())?;
    if plan.content_handling == Some(ContentHandling::ConvertToBinary)
        && let AnswerBody::Full(body) = &answer.body
    {
        answer.body = AnswerBody::full(content::convert(exchange, Conversion::Decode, body)?);
    }
    Ok(answer)
}
