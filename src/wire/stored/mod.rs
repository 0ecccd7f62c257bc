//! Stored records: protobuf messages that are never served, and their conversions to and from `model`.
//!
//! Writing cannot fail; reading a record that no writer of ours makes gives [`InvalidRecord`] with the field.
//! Equal values have equal bytes: maps are ordered and nothing is written that depends on how a value came to be.

mod api;
mod audit;
mod cors;
mod deployment;
mod domain;
mod field;
mod gateway_response;
mod integration;
mod kept;
mod method;
mod model;
mod request_validator;
mod resource;
mod stage;
mod token;

#[cfg(test)]
mod tests;

pub(crate) use audit::read_audit_event;
pub use field::InvalidRecord;
pub(crate) use field::{hash, millis, parse, present, time, whole_millis};

/// The messages, generated from `proto/postern/store/v1`.
#[allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::pedantic,
    rustdoc::all,
    reason = "generated code"
)]
pub mod pb {
    tonic::include_proto!("postern.store.v1");
}
