//! Calls to AWS services: signed if there is an access key, and for `AWS` mapped both ways.

mod mapped;
mod sign;

use http::StatusCode;

use super::exchange::Exchange;
use super::invoke::{ENDPOINT_BODY, text};
use super::respond::{self, Fault};

pub(super) use mapped::execute;
pub use sign::AwsCredentials;
pub(super) use sign::sign;

/// The most that a function may give back (Lambda, *Quotas*: 6 MB for a synchronous invocation).
pub(super) const MOST_ANSWER: usize = 6 * 1024 * 1024;

/// Checks that a function was invoked at all: whether it failed is said otherwise.
///
/// # Errors
/// 500 for every status but 2xx.
pub(super) fn check_invoked(exchange: &Exchange, status: StatusCode) -> Result<(), Fault> {
    if status.is_success() {
        return Ok(());
    }
    exchange.note(|| format!("Lambda invocation failed with status: {}", status.as_u16()));
    let resource = exchange.plan().map(|plan| &*plan.resource_path);
    tracing::warn!(status = status.as_u16(), resource, "a Lambda function could not be invoked");
    Err(respond::api_configuration_error())
}

/// Notes what a service answered.
pub(super) fn note_answer(exchange: &Exchange, body: &[u8]) {
    exchange.note(|| format!("{ENDPOINT_BODY}{}", text(body)));
}

/// A 500 whose reason is the definition.
pub(super) fn misconfigured(exchange: &Exchange, reason: &str) -> Fault {
    exchange.note(|| format!("Execution failed due to configuration error: {reason}"));
    let resource = exchange.plan().map(|plan| &*plan.resource_path);
    tracing::warn!(resource, reason, "a call cannot be made as configured");
    respond::api_configuration_error()
}
