//! Generated protobuf code and its conversions to and from `model`.

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

/// Stored records, generated from `proto/postern/store/v1`; never served.
#[allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::pedantic,
    rustdoc::all,
    reason = "generated code"
)]
pub mod stored {
    tonic::include_proto!("postern.store.v1");
}

/// The encoded `FileDescriptorSet` of the admin API, which reflection serves.
pub const ADMIN_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/postern_admin.bin"));
