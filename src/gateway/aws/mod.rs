//! Calls to AWS services: signed if there is an access key, and for `AWS` mapped both ways.

mod invoked;
mod mapped;
mod sign;

use super::exchange::Exchange;
use super::invoke::{ENDPOINT_BODY, text};
use super::respond::Fault;

pub(super) use invoked::{Invoked, not_run};
pub(super) use mapped::execute;
pub use sign::AwsCredentials;
pub(super) use sign::sign;

/// Notes what a service answered.
pub(super) fn note_answer(exchange: &Exchange, body: &[u8]) {
    exchange.note(|| format!("{ENDPOINT_BODY}{}", text(body)));
}

/// A 500 whose reason is the definition.
pub(super) fn misconfigured(exchange: &Exchange, reason: &str) -> Fault {
    let resource = exchange.plan().map(|plan| &*plan.resource_path);
    tracing::warn!(resource, reason, "a call cannot be made as configured");
    exchange.misconfigured(reason)
}
