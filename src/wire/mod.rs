//! Generated protobuf code and its conversions to and from `model`, a file per noun.
//!
//! Reading a message reports every fault with the path of its field, in the terms of the message; a value that an enum
//! does not define is a fault, never a default. What only the gateway gives (ids, revisions, times) is ignored in what
//! callers send.

pub mod api;
pub mod cors;
pub mod deployment;
pub mod domain;
pub mod gateway_response;
pub mod header;
pub mod integration;
pub mod issue;
pub mod method;
pub mod model;
pub mod read;
pub mod request_validator;
pub mod resource;
pub mod stage;
pub mod time;

#[cfg(test)]
mod tests;

/// The admin API's messages, clients and servers, generated from `proto/postern/admin/v1`.
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
    tonic::include_proto!("postern.admin.v1");
}

pub mod stored;

/// The encoded `FileDescriptorSet` of the admin API, which reflection serves.
pub const ADMIN_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/postern_admin.bin"));
