//! The settings as types that cannot be wrong.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;

use super::{AdminSettings, AwsFaceSettings, AwsSettings, ByteSize, InvalidValue};
use crate::model::{HostName, Partition};

/// Everything a server is told at start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The directory of the embedded store.
    pub data_dir: PathBuf,
    /// Where API callers are answered.
    pub listen: SocketAddr,
    /// The admin API.
    pub admin: AdminSettings,
    /// Where probes and Prometheus are answered.
    pub ops_listen: SocketAddr,
    /// How many threads serve API callers.
    pub workers: NonZeroUsize,
    /// What is logged, and how.
    pub log: LogSettings,
    /// Back ends that may be called although they are loopback or link-local.
    pub allow_upstream: Vec<UpstreamRule>,
    /// A PEM file of certificates to trust for HTTPS back ends, beside the system's.
    pub upstream_ca: Option<PathBuf>,
    /// AWS back ends.
    pub aws: AwsSettings,
    /// Whether Amazon's limits hold.
    pub parity: Parity,
    /// How an API without a domain is reached.
    pub default_endpoints: DefaultEndpoints,
    /// Where top-level things live when a call names no other region.
    pub partition: Partition,
    /// The AWS face.
    pub aws_face: AwsFaceSettings,
    /// What happens when the store is damaged or behind.
    pub on_store_fault: OnStoreFault,
    /// How long requests in flight may take to finish once the server is told to stop.
    pub drain_timeout: Duration,
    /// How much is taken.
    pub limits: Limits,
    /// How long is waited.
    pub timeouts: Timeouts,
}

/// What is logged, and how.
#[derive(Clone, Debug)]
pub struct LogSettings {
    /// A level, or `target=level` pairs, as `tracing_subscriber`'s `EnvFilter` reads them.
    pub filter: String,
    /// Its form.
    pub format: LogFormat,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Whether Amazon's limits and refusals hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parity {
    /// Lifted, or raised to what a self-hosted gateway can bear.
    Lifted,
    /// To the letter, so that what passes here passes on Amazon.
    Strict,
}

/// How an API without a domain of its own is reached on the data listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultEndpoints {
    /// By host: `{api-id}.execute-api.*`.
    Host,
    /// By host, and by `/restapis/{api-id}/{stage}/_user_request_/…`.
    Path,
}

/// What happens when the store is damaged or behind what was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnStoreFault {
    /// The server does not start, and says what the cure is.
    Refuse,
    /// What was served last is served on; the admin API is read-only.
    Serve,
}

/// How much is taken from callers and back ends. Figures and reasons are those of the settings of the same name.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Request line and header fields, in bytes.
    pub max_head_size: ByteSize,
    /// Header fields of a request.
    pub max_header_fields: NonZeroUsize,
    /// The request target, in bytes.
    pub max_uri_size: ByteSize,
    /// A request body that has to be held in memory, in bytes.
    pub max_buffered_body_size: ByteSize,
    /// Any request body, in bytes; `None` lets any size stream through.
    pub max_body_size: Option<ByteSize>,
    /// Callers' connections in all.
    pub max_connections: NonZeroUsize,
    /// Callers' connections from one address.
    pub max_connections_per_address: NonZeroUsize,
    /// Requests on one connection.
    pub max_requests_per_connection: NonZeroUsize,
    /// Streams open at a time on one HTTP/2 connection.
    pub max_http2_streams: NonZeroUsize,
    /// Requests in flight to one back end.
    pub max_upstream_requests: NonZeroUsize,
    /// Status line and header fields of a back end, in bytes.
    pub max_upstream_head_size: ByteSize,
    /// Header fields of a back end.
    pub max_upstream_header_fields: NonZeroUsize,
}

/// How long is waited for callers and back ends. Integrations have timeouts of their own.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For a new connection to show its protocol.
    pub detect: Duration,
    /// For a request's whole head.
    pub head: Duration,
    /// For the next piece of a request's body.
    pub body_idle: Duration,
    /// For the next request on a connection.
    pub keep_alive: Duration,
    /// For a caller to read anything of an answer.
    pub write: Duration,
    /// For a connection to a back end.
    pub connect: Duration,
    /// For the next piece of a back end's response body.
    pub upstream_idle: Duration,
    /// How long an idle connection to a back end is kept.
    pub upstream_keep_alive: Duration,
    /// How long the addresses of a back end's name are believed.
    pub dns_cache: Duration,
}

/// A back end, or a range of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamRule {
    /// Which hosts.
    pub host: UpstreamHost,
    /// The only port that is meant; `None` for all but those of our own control listeners.
    pub port: Option<u16>,
}

/// The hosts of an [`UpstreamRule`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpstreamHost {
    /// A host as it stands in an integration's URI: a name, or `*.suffix`.
    Name(HostName),
    /// The addresses that a host resolves to.
    Network(IpNet),
}

impl FromStr for UpstreamRule {
    type Err = InvalidValue;

    /// Takes `localhost`, `*.internal`, `10.0.0.0/8`, `::1`, and all but IPv6 networks with a port: `127.0.0.1:9999`,
    /// `[::1]:9999`.
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let refuse = || {
            InvalidValue::new(
                text,
                "a back end",
                "a host name, *.suffix, an IP address or a network such as 10.0.0.0/8, with :port if only that is meant, without scheme",
            )
        };
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(Self { host: UpstreamHost::Network(address.ip().into()), port: Some(address.port()) });
        }
        let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
        if let Ok(network) = bare.parse::<IpNet>().or_else(|_| bare.parse::<IpAddr>().map(IpNet::from)) {
            return Ok(Self { host: UpstreamHost::Network(network), port: None });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().map_err(|_| refuse())?)),
            None => (text, None),
        };
        if let Ok(network) = host.parse::<ipnet::Ipv4Net>() {
            return Ok(Self { host: UpstreamHost::Network(network.into()), port });
        }
        match host.to_ascii_lowercase().parse().map_err(|_| refuse())? {
            HostName::Any => Err(refuse()),
            name @ (HostName::Exact(_) | HostName::Suffix(_)) => {
                Ok(Self { host: UpstreamHost::Name(name), port })
            }
        }
    }
}

impl fmt::Display for UpstreamRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let single = match &self.host {
            UpstreamHost::Network(network) if network.prefix_len() == network.max_prefix_len() => {
                Some(network.addr())
            }
            UpstreamHost::Network(_) | UpstreamHost::Name(_) => None,
        };
        match (single, &self.host, self.port) {
            (Some(address), _, Some(port)) => write!(f, "{}", SocketAddr::new(address, port)),
            (Some(address), _, None) => write!(f, "{address}"),
            (None, UpstreamHost::Name(name), Some(port)) => write!(f, "{name}:{port}"),
            (None, UpstreamHost::Name(name), None) => write!(f, "{name}"),
            (None, UpstreamHost::Network(network), Some(port)) => write!(f, "{network}:{port}"),
            (None, UpstreamHost::Network(network), None) => write!(f, "{network}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upstream_rules_are_hosts_or_networks() {
        for (text, expected) in [
            ("127.0.0.1", Some("127.0.0.1")),
            ("127.0.0.1:9999", Some("127.0.0.1:9999")),
            ("[::1]", Some("::1")),
            ("::1", Some("::1")),
            ("[::1]:9999", Some("[::1]:9999")),
            ("10.0.0.0/8", Some("10.0.0.0/8")),
            ("10.0.0.0/8:80", Some("10.0.0.0/8:80")),
            ("fd00::/8", Some("fd00::/8")),
            ("backend.internal", Some("backend.internal")),
            ("Backend.Internal:8080", Some("backend.internal:8080")),
            ("*.internal", Some("*.internal")),
            ("*", None),
            ("http://backend", None),
            ("backend:", None),
            ("backend:99999", None),
            ("10.0.0.0/40", None),
            ("", None),
        ] {
            let rule = text.parse::<UpstreamRule>().ok().map(|rule| rule.to_string());
            assert_eq!(rule.as_deref(), expected, "{text:?}");
        }
    }
}
