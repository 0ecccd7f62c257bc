//! Calls to back ends: a pool for each worker, HTTP/1.1 over TCP or TLS, driven in the request's own task.
//!
//! Nothing is shared between workers. Responses are parsed strictly and never relayed as bytes; a connection is
//! kept only if its response was read to a clean end. Header rules (hop-by-hop, renames) are made in
//! `headers`, and applied here while a head is read or written.

mod call;
mod chunked;
mod connect;
mod connection;
mod head;
mod policy;
mod pool;
mod request;
mod tls;

use std::io;

use http::Response;

pub use policy::{InvalidUpstreamRule, UpstreamPolicy, UpstreamRule};
pub use tls::{InvalidRoots, TlsRoots};

pub(super) use call::UpstreamBody;
pub(super) use chunked::ChunkedReader;
pub(super) use pool::Pool;
pub(super) use request::{Outgoing, OwnFields, UpstreamRequest};
pub(super) use tls::TlsClients;

use super::body::CallerBodyError;

/// Something that can be asked to call a back end.
pub(super) trait Upstream {
    /// Sends a request and gives the response as soon as its head is complete.
    ///
    /// Sends again, once, only when a kept connection turned out closed before any byte of a response, the
    /// method is idempotent (RFC 9110 section 9.2.2) and the body is still at hand.
    async fn send(&self, request: UpstreamRequest<'_>) -> Result<Response<UpstreamBody>, UpstreamError>;
}

/// Why there is no response, or not all of one.
#[derive(Debug, thiserror::Error)]
pub(super) enum UpstreamError {
    /// Every address of the host is one that back ends may not have.
    #[error("the address is not allowed (--allow-upstream)")]
    Denied,
    /// The name has no address.
    #[error("the name does not resolve: {0}")]
    Resolve(io::Error),
    /// Nobody listens.
    #[error("cannot connect: {0}")]
    Connect(io::Error),
    /// Connecting took too long.
    #[error("connecting timed out")]
    ConnectTimeout,
    /// The TLS handshake failed.
    #[error("the TLS handshake failed: {0}")]
    Tls(io::Error),
    /// Too many requests in flight to this back end.
    #[error("too many requests in flight to this back end")]
    Busy,
    /// The response did not come in time, or its body stalled.
    #[error("timed out")]
    Timeout,
    /// The connection ended before any byte of a response.
    #[error("the connection ended before a response")]
    Closed,
    /// The connection ended, or failed, within a response.
    #[error("the connection ended within a response")]
    Cut,
    /// The response is no sound HTTP/1.
    #[error("malformed response: {0}")]
    Malformed(&'static str),
    /// The response head is beyond the limits.
    #[error("the response head is too large")]
    HeadTooLarge,
    /// Too many interim responses.
    #[error("too many interim responses")]
    TooManyInterim,
    /// The caller's request body could not be read to its end.
    #[error("the caller's body: {0}")]
    Caller(#[from] CallerBodyError),
}
