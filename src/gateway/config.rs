//! What the data plane is told at start. Every number has a default that is safe to ship.

use std::net::SocketAddr;
use std::time::Duration;

use super::aws::AwsCredentials;
use super::upstream::{TlsRoots, UpstreamPolicy};

/// Sizes and counts that are refused beyond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Request line and header fields together, in bytes: 431 beyond. Parsers have a cap of their own above it.
    pub head_bytes: usize,
    /// Header fields of a request: 431 beyond.
    pub header_fields: usize,
    /// The request target in bytes: 414 beyond.
    pub uri_bytes: usize,
    /// A request body that has to be held in memory, in bytes: 413 beyond.
    pub buffered_body_bytes: usize,
    /// A request body that streams, in bytes: 413 beyond. `None` for no limit.
    pub streamed_body_bytes: Option<u64>,
    /// Open connections in all.
    pub connections: usize,
    /// Open connections from one address. Loopback addresses are not counted: proxies on the same machine have one.
    pub connections_per_client: usize,
    /// Requests on one connection, which is closed in good order after the last.
    pub requests_per_connection: u64,
    /// Streams open at a time on one HTTP/2 connection.
    pub http2_streams: u32,
    /// Response head of a back end in bytes: 502 beyond.
    pub upstream_head_bytes: usize,
    /// Header fields of a back end's response: 502 beyond.
    pub upstream_header_fields: usize,
    /// Interim (1xx) responses of a back end before its answer: 502 beyond.
    pub upstream_interim: usize,
    /// Requests in flight to one back end, over all workers. One more waits in the queue.
    pub upstream_in_flight: usize,
    /// Requests that wait for one in flight to end, for at most a second, over all workers: 503 beyond.
    pub upstream_queue: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_bytes: 32 * 1024,
            header_fields: 100,
            uri_bytes: 8 * 1024,
            buffered_body_bytes: 10 * 1024 * 1024,
            streamed_body_bytes: None,
            connections: 10_000,
            connections_per_client: 256,
            requests_per_connection: 10_000,
            http2_streams: 100,
            upstream_head_bytes: 32 * 1024,
            upstream_header_fields: 100,
            upstream_interim: 8,
            upstream_in_flight: 1_024,
            upstream_queue: 128,
        }
    }
}

/// How long the data plane waits for others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// From accept until the protocol is known.
    pub detect: Duration,
    /// A request head, from its first byte, and from accept for the first.
    pub head: Duration,
    /// A request body that brings nothing.
    pub body_idle: Duration,
    /// A kept connection without a request.
    pub keep_alive: Duration,
    /// A client that does not read.
    pub write: Duration,
    /// Connecting to a back end, its TLS handshake included.
    pub connect: Duration,
    /// A back end whose response body brings nothing.
    pub upstream_idle: Duration,
    /// A kept connection to a back end. Shorter than the keep-alive of common servers, so that we close first.
    pub upstream_keep_alive: Duration,
    /// How long a resolved name is believed.
    pub dns_cache: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            detect: Duration::from_secs(5),
            head: Duration::from_secs(10),
            body_idle: Duration::from_secs(30),
            keep_alive: Duration::from_secs(60),
            write: Duration::from_secs(30),
            connect: Duration::from_secs(3),
            upstream_idle: Duration::from_secs(30),
            upstream_keep_alive: Duration::from_secs(50),
            dns_cache: Duration::from_secs(10),
        }
    }
}

/// Everything the data plane is told at start.
#[derive(Clone, Debug)]
pub struct GatewayConfig {
    /// Where to listen; port 0 takes a free one. At least one.
    pub listen: Vec<SocketAddr>,
    /// Worker threads; 0 for one a core.
    pub workers: usize,
    /// Sizes and counts.
    pub limits: Limits,
    /// Waits.
    pub timeouts: Timeouts,
    /// Which addresses back ends may have.
    pub upstream: UpstreamPolicy,
    /// Which certificates of back ends are trusted.
    pub roots: TlsRoots,
    /// What calls to AWS services are signed with; `None` to send them unsigned.
    pub credentials: Option<AwsCredentials>,
    /// Whether `/restapis/{id}/{stage}/_user_request_/…` is served on the data listener.
    pub path_endpoints: bool,
}

impl GatewayConfig {
    /// Everything at its default, listening on `listen`.
    #[must_use]
    pub fn new(listen: SocketAddr) -> Self {
        Self {
            listen: vec![listen],
            workers: 0,
            limits: Limits::default(),
            timeouts: Timeouts::default(),
            upstream: UpstreamPolicy::default(),
            roots: TlsRoots::default(),
            credentials: None,
            path_endpoints: false,
        }
    }
}
