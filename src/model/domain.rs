//! Which host and base path lead to which stage.

use std::fmt;
use std::str::FromStr;

use super::{ApiId, InvalidName, Revision, StageName};

/// A host a binding listens for: exact (`api.example.com`), every sub-domain (`*.example.com`), or all (`*`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HostName {
    /// Equal to the request's host, without port, in lower case.
    Exact(Box<str>),
    /// One or more labels before this suffix, which starts with a dot.
    Suffix(Box<str>),
    /// Any host that nothing else claims.
    Any,
}

impl FromStr for HostName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let refuse = || {
            InvalidName::new(
                "host name",
                text,
                "a lower-case host name or IP address without port, *.suffix, or *",
            )
        };
        let label = |l: &str| {
            (1..=63).contains(&l.len())
                && l.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
                && !l.starts_with('-')
                && !l.ends_with('-')
        };
        let name = |n: &str| n.len() <= 253 && n.split('.').all(label);
        if text == "*" {
            return Ok(Self::Any);
        }
        if let Some(suffix) = text.strip_prefix("*.") {
            return if name(suffix) { Ok(Self::Suffix(format!(".{suffix}").into())) } else { Err(refuse()) };
        }
        let address = text
            .strip_prefix('[')
            .and_then(|t| t.strip_suffix(']'))
            .is_some_and(|t| t.parse::<std::net::Ipv6Addr>().is_ok());
        if address || name(text) { Ok(Self::Exact(text.into())) } else { Err(refuse()) }
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(host) => f.write_str(host),
            Self::Suffix(suffix) => write!(f, "*{suffix}"),
            Self::Any => f.write_str("*"),
        }
    }
}

/// The start of a path that a binding claims: empty, or segments such as `v1` or `shop/v1`, without slashes at
/// its ends. Matches on segment boundaries.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BasePath(Box<str>);

impl BasePath {
    /// The segments joined by slashes; empty when the binding claims every path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BasePath {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let trimmed = text.strip_prefix('/').unwrap_or(text);
        let segment = |s: &str| {
            !s.is_empty()
                && s != "."
                && s != ".."
                && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"$-_.+!*'()".contains(&b))
        };
        if trimmed.is_empty() || trimmed.len() <= 300 && trimmed.split('/').all(segment) {
            Ok(Self(trimmed.into()))
        } else {
            Err(InvalidName::new(
                "base path",
                text,
                "segments of a-z A-Z 0-9 $-_.+!*'() joined by /, at most 300 characters",
            ))
        }
    }
}

impl fmt::Display for BasePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", self.0)
    }
}

/// A domain binding: host and base path lead to a stage (API Gateway: domain name and base path mapping in one).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainBinding {
    /// The host.
    pub host: HostName,
    /// The start of the path.
    pub base_path: BasePath,
    /// The API that answers.
    pub api_id: ApiId,
    /// The stage that answers.
    pub stage: StageName,
    /// Counts the writes to this binding.
    pub revision: Revision,
}
