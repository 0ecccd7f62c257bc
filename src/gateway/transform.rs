//! Templates at work: what a request or an answer becomes on its way through one.

use bytes::Bytes;
use http::header::CONTENT_TYPE;

use super::content;
use super::exchange::Exchange;
use super::facts::RequestFacts;
use super::respond::{self, Fault};
use super::upstream::Outgoing;
use crate::compile::{BodyPlan, Chosen, RequestBody};
use crate::mapping::Payload;
use crate::template::{Budget, Environment as _, Overrides, Template};

/// A request's body on its way to an integration: what it will become is chosen, and what that takes is at hand.
pub(super) struct Chose<'p> {
    body: &'p BodyPlan,
    outgoing: Outgoing,
    /// The body as a template reads it, where it was converted after something else had needed it.
    converted: Option<Payload>,
}

impl<'p> Chose<'p> {
    /// Chooses by `Content-Type`, and holds the caller's body if the choice needs it.
    ///
    /// # Errors
    /// 415 when nothing is for this media type; what holding a body may answer.
    pub(super) async fn of(
        exchange: &Exchange,
        plan: &'p RequestBody,
        mut outgoing: Outgoing,
    ) -> Result<Self, Fault> {
        let body = match plan.templates.choose(exchange.head.headers.get(CONTENT_TYPE)) {
            Chosen::Template(body) => body,
            Chosen::Passthrough => &BodyPlan::Payload,
            Chosen::UnsupportedMediaType => return Err(unsupported_media_type(exchange)),
        };
        let converted =
            if body.needs_payload() { Box::pin(input(exchange, &mut outgoing)).await? } else { None };
        Ok(Self { body, outgoing, converted })
    }

    /// The body that is sent, and what its template set on `$context`.
    ///
    /// # Errors
    /// 500 when the template fails.
    pub(super) fn render(self, exchange: &Exchange) -> Result<(Outgoing, Overrides), Fault> {
        let mut overrides = Overrides::default();
        let outgoing = match self.body {
            BodyPlan::Payload => match self.outgoing {
                Outgoing::Full(bytes) => full(content::held(exchange, bytes)),
                outgoing @ (Outgoing::Empty | Outgoing::Stream(_)) => outgoing,
            },
            BodyPlan::Constant(bytes) => full(bytes.clone()),
            BodyPlan::Template(template) => {
                let input = self.converted.as_ref().or(exchange.held());
                full(request(exchange, template, input, &mut overrides)?.into())
            }
        };
        Ok((outgoing, overrides))
    }
}

/// Sees to it that a template's payload is at hand: the caller's body, or what is given where content handling made
/// something else of it after a validator had read it.
///
/// # Errors
/// What holding a body may answer.
pub(super) async fn input(exchange: &Exchange, outgoing: &mut Outgoing) -> Result<Option<Payload>, Fault> {
    let held = exchange.payload(outgoing).await?.bytes();
    Ok(match outgoing {
        Outgoing::Full(bytes) if bytes.as_ptr() != held.as_ptr() => Some(Payload::new(bytes.clone())),
        Outgoing::Full(_) | Outgoing::Empty | Outgoing::Stream(_) => None,
    })
}

fn full(bytes: Bytes) -> Outgoing {
    if bytes.is_empty() { Outgoing::Empty } else { Outgoing::Full(bytes) }
}

/// The answer to a media type that no template is for and that may not pass.
pub(super) fn unsupported_media_type(exchange: &Exchange) -> Fault {
    exchange.note(|| "Execution failed: Unsupported Media Type".to_owned());
    respond::unsupported_media_type()
}

/// Runs a request template over `input`.
///
/// # Errors
/// 500 when it fails, also over a payload that is no text.
pub(super) fn request(
    exchange: &Exchange,
    template: &Template,
    input: Option<&Payload>,
    overrides: &mut Overrides,
) -> Result<String, Fault> {
    render(template, &RequestFacts::of(exchange).with_input(input), overrides)
        .map_err(|error| failed(exchange, "request", &error))
}

/// Runs a response template; what it reads is the input of `facts`.
///
/// # Errors
/// As [`request`].
pub(super) fn response(
    exchange: &Exchange,
    template: &Template,
    facts: &RequestFacts<'_>,
    overrides: &mut Overrides,
) -> Result<String, Fault> {
    render(template, facts, overrides).map_err(|error| failed(exchange, "response", &error))
}

/// A rendering runs to its end without giving the worker back: its budget of two million steps bounds how long all
/// other requests of the worker wait, to some tenths of a second for a template that uses all of it, and to well
/// below a millisecond for those that are met in practice.
fn render(
    template: &Template,
    facts: &RequestFacts<'_>,
    overrides: &mut Overrides,
) -> Result<String, String> {
    if template.needs().payload
        && let Some(input) = facts.input()
        && input.text().is_err()
    {
        return Err("the payload is not UTF-8".to_owned());
    }
    template.render(facts, overrides, &Budget::default()).map_err(|error| error.to_string())
}

fn failed(exchange: &Exchange, what: &str, error: &str) -> Fault {
    tracing::debug!(error, "a mapping template failed");
    exchange.misconfigured(&format!("Unable to transform {what}: {error}"))
}
