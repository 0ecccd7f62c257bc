//! What a method asks of a request before its integration is called.

use http::header::CONTENT_TYPE;

use super::exchange::Exchange;
use super::respond::{self, Fault};
use super::upstream::Outgoing;
use crate::compile::{RequiredIn, RequiredParameter, Step, ValidationPlan};
use crate::mapping::Query;

/// Runs a method's steps in order.
///
/// # Errors
/// The answer of the first step that the request does not pass.
pub(super) async fn run(exchange: &Exchange, steps: &[Step], body: &mut Outgoing) -> Result<(), Fault> {
    for step in steps {
        match step {
            Step::Validate(plan) => validate(exchange, plan, body).await?,
        }
    }
    Ok(())
}

/// Parameters first; the body is looked at only if none is missing.
async fn validate(exchange: &Exchange, plan: &ValidationPlan, body: &mut Outgoing) -> Result<(), Fault> {
    let missing: Vec<&str> = plan
        .required
        .iter()
        .filter(|parameter| is_missing(exchange, parameter))
        .map(|parameter| &*parameter.name)
        .collect();
    if !missing.is_empty() {
        let fault = respond::bad_request_parameters(&missing);
        exchange.note(|| fault.message.clone().into_owned());
        return Err(fault);
    }
    let content_type = exchange.head.headers.get(CONTENT_TYPE);
    let Some(model) = plan.model(content_type) else { return Ok(()) };
    let payload = exchange.payload(body).await?;
    let checked = match payload.json() {
        Some(value) => model.check(value),
        None => Err("[the body is not JSON]".to_owned()),
    };
    checked.map_err(|why| {
        exchange.note(|| {
            let sent = content_type.and_then(|value| value.to_str().ok()).unwrap_or("application/json");
            format!("Request body does not match model schema for content type {sent}: {why}")
        });
        respond::bad_request_body(why)
    })
}

/// Whether a parameter is not there, or blank.
fn is_missing(exchange: &Exchange, parameter: &RequiredParameter) -> bool {
    let is_blank = |value: &[u8]| value.trim_ascii().is_empty();
    let head = &exchange.head;
    match &parameter.place {
        RequiredIn::Header(name) => head.headers.get_all(name).iter().all(|value| is_blank(value.as_bytes())),
        RequiredIn::Querystring => {
            Query::new(head.uri.query()).all(&parameter.name).all(|value| is_blank(&value))
        }
        RequiredIn::Path => {
            let mut own = exchange.path_parameters().filter(|(name, _)| *name == &*parameter.name);
            own.all(|(_, value)| is_blank(value.as_bytes()))
        }
        RequiredIn::Nowhere => true,
    }
}
