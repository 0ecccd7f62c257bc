//! Origins as browsers serialise them, and patterns of origins that match by structure.

use std::fmt;
use std::str::FromStr;

/// `http` or `https`; no other scheme has origins that a browser would send us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// `http`, default port 80.
    Http,
    /// `https`, default port 443.
    Https,
}

impl Scheme {
    /// The scheme as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port that is left out of a serialised origin.
    #[must_use]
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// A text that is no origin, or no pattern of origins.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an origin: {reason}")]
pub struct InvalidOrigin {
    text: String,
    reason: &'static str,
}

/// An origin as a browser serialises it: `scheme://host[:port]`, lower case, default port left out, no slash at
/// the end; or `null` (Fetch, *serializing a request origin*; HTML, *ASCII serialization of an origin*).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// An opaque origin: a sandboxed frame, a `data:` or `file:` document.
    Null,
    /// A page's origin.
    Tuple {
        /// `http` or `https`.
        scheme: Scheme,
        /// A host name, IPv4 address or bracketed IPv6 address, in lower case.
        host: Box<str>,
        /// The port; `None` when it is the scheme's default.
        port: Option<u16>,
    },
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        Ok(match OriginRef::parse(text)? {
            OriginRef::Null => Self::Null,
            OriginRef::Tuple { scheme, host, port } => Self::Tuple { scheme, host: host.into(), port },
        })
    }
}

/// An [`Origin`] that borrows its host: what a request's `Origin` is read as, without an allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginRef<'a> {
    /// `null`
    Null,
    /// A page's origin; see [`Origin::Tuple`].
    Tuple {
        /// `http` or `https`.
        scheme: Scheme,
        /// The host, in lower case.
        host: &'a str,
        /// The port; `None` when it is the scheme's default.
        port: Option<u16>,
    },
}

impl<'a> OriginRef<'a> {
    /// Reads an origin as a browser serialises it.
    ///
    /// # Errors
    /// When no browser would serialise an origin that way.
    pub fn parse(text: &'a str) -> Result<Self, InvalidOrigin> {
        if text == "null" {
            return Ok(Self::Null);
        }
        let (scheme, host, port) = split(text)?;
        if host.contains('*') {
            return Err(InvalidOrigin { text: text.to_owned(), reason: "an origin has no wildcard" });
        }
        check_host(text, host)?;
        Ok(Self::Tuple { scheme, host, port })
    }
}

impl<'a> From<&'a Origin> for OriginRef<'a> {
    fn from(origin: &'a Origin) -> Self {
        match origin {
            Origin::Null => Self::Null,
            Origin::Tuple { scheme, host, port } => Self::Tuple { scheme: *scheme, host, port: *port },
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Tuple { scheme, host, port: None } => write!(f, "{}://{host}", scheme.as_str()),
            Self::Tuple { scheme, host, port: Some(port) } => {
                write!(f, "{}://{host}:{port}", scheme.as_str())
            }
        }
    }
}

/// The host of an [`OriginPattern`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HostPattern {
    /// Equal, byte by byte.
    Exact(Box<str>),
    /// One or more whole labels before this suffix, which keeps its leading dot: `.example.com`.
    Subdomains(Box<str>),
}

/// Origins that are allowed together: one origin, or all sub-domains of a host on one scheme and port.
///
/// Matching is structural, never textual: scheme, host and port are compared each for itself, and a wildcard
/// stands for whole labels, so `https://*.example.com` matches neither `https://example.com` nor
/// `https://evilexample.com` nor `https://example.com.evil.net`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OriginPattern {
    /// `null`, only ever when it is listed by that name.
    Null,
    /// Pages on `scheme`, `host` and `port`.
    Tuple {
        /// `http` or `https`.
        scheme: Scheme,
        /// One host, or the sub-domains of one.
        host: HostPattern,
        /// The port; `None` for the scheme's default.
        port: Option<u16>,
    },
}

impl OriginPattern {
    /// The origin this pattern stands for, if it stands for just one.
    #[must_use]
    pub fn as_single_origin(&self) -> Option<Origin> {
        match self {
            Self::Null => Some(Origin::Null),
            Self::Tuple { scheme, host: HostPattern::Exact(host), port } => {
                Some(Origin::Tuple { scheme: *scheme, host: host.clone(), port: *port })
            }
            Self::Tuple { host: HostPattern::Subdomains(_), .. } => None,
        }
    }

    /// Whether a page of `origin` is among them.
    #[must_use]
    pub fn matches<'a>(&self, origin: impl Into<OriginRef<'a>>) -> bool {
        match (self, origin.into()) {
            (Self::Null, OriginRef::Null) => true,
            (Self::Tuple { scheme, host: pattern, port }, OriginRef::Tuple { scheme: s, host, port: p }) => {
                *scheme == s
                    && *port == p
                    && match pattern {
                        HostPattern::Exact(exact) => &**exact == host,
                        HostPattern::Subdomains(suffix) => host
                            .strip_suffix(&**suffix)
                            .is_some_and(|labels| !labels.is_empty() && !labels.starts_with('.')),
                    }
            }
            (Self::Null, OriginRef::Tuple { .. }) | (Self::Tuple { .. }, OriginRef::Null) => false,
        }
    }
}

impl FromStr for OriginPattern {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        if text == "null" {
            return Ok(Self::Null);
        }
        let (scheme, host, port) = split(text)?;
        let host = match host.strip_prefix("*.") {
            Some(suffix) => {
                if suffix.contains('*') {
                    return Err(InvalidOrigin {
                        text: text.to_owned(),
                        reason: "a wildcard stands once, for whole labels at the start of the host: https://*.example.com",
                    });
                }
                check_host(text, suffix)?;
                if !suffix.contains('.') || suffix.starts_with('[') || is_ipv4(suffix) {
                    return Err(InvalidOrigin {
                        text: text.to_owned(),
                        reason: "a wildcard needs a domain of at least two labels after it: https://*.example.com",
                    });
                }
                HostPattern::Subdomains(format!(".{suffix}").into())
            }
            None if host.contains('*') => {
                return Err(InvalidOrigin {
                    text: text.to_owned(),
                    reason: "a wildcard stands once, for whole labels at the start of the host: https://*.example.com",
                });
            }
            None => {
                check_host(text, host)?;
                HostPattern::Exact(host.into())
            }
        };
        Ok(Self::Tuple { scheme, host, port })
    }
}

impl fmt::Display for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Tuple { scheme, host, port } => {
                match host {
                    HostPattern::Exact(host) => write!(f, "{}://{host}", scheme.as_str())?,
                    HostPattern::Subdomains(suffix) => write!(f, "{}://*{suffix}", scheme.as_str())?,
                }
                port.map_or(Ok(()), |port| write!(f, ":{port}"))
            }
        }
    }
}

/// Splits `scheme://host[:port]` and refuses what a browser would never serialise that way.
fn split(text: &str) -> Result<(Scheme, &str, Option<u16>), InvalidOrigin> {
    let refuse = |reason| InvalidOrigin { text: text.to_owned(), reason };
    let (scheme, rest) = text
        .split_once("://")
        .ok_or_else(|| refuse("expected scheme://host[:port], such as https://app.example.com"))?;
    let scheme = match scheme {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        _ => return Err(refuse("the scheme must be http or https, in lower case")),
    };
    if rest.contains(['/', '?', '#', '@']) {
        return Err(refuse("an origin ends after host and port: no slash, path, query or user"));
    }
    let port_at = match rest.rfind(']') {
        Some(end) => rest[end..].find(':').map(|i| end + i),
        None => rest.rfind(':'),
    };
    let (host, port) = match port_at {
        None => (rest, None),
        Some(at) => {
            let digits = &rest[at + 1..];
            let canonical = !digits.is_empty()
                && digits.bytes().all(|b| b.is_ascii_digit())
                && (digits == "0" || !digits.starts_with('0'));
            let port = digits.parse::<u16>().ok().filter(|_| canonical);
            let port =
                port.ok_or_else(|| refuse("the port must be a number up to 65535, without leading zeros"))?;
            if port == scheme.default_port() {
                return Err(refuse("a browser leaves out the scheme's default port; leave it out, too"));
            }
            (&rest[..at], Some(port))
        }
    };
    Ok((scheme, host, port))
}

fn is_ipv4(host: &str) -> bool {
    host.parse::<std::net::Ipv4Addr>().is_ok()
}

/// A host as the URL standard serialises it: lower-case labels, a dotted IPv4 address or a compressed IPv6 one.
fn check_host(text: &str, host: &str) -> Result<(), InvalidOrigin> {
    let refuse = |reason| InvalidOrigin { text: text.to_owned(), reason };
    if let Some(address) = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        return match address.parse::<std::net::Ipv6Addr>() {
            Ok(parsed) if parsed.to_string() == address => Ok(()),
            _ => Err(refuse("the IPv6 address must be in its shortest form, in lower case")),
        };
    }
    if host.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err(refuse("a browser sends the host in lower case"));
    }
    let host = host.strip_suffix('.').unwrap_or(host);
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    };
    if host.len() > 253 || !host.split('.').all(label) {
        return Err(refuse(
            "the host must be a name of letters, digits, - and _ (punycode for others) or an IP address",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_taken_only_as_browsers_serialise_them() {
        for (text, ok) in [
            ("https://app.example.com", true),
            ("http://localhost:3000", true),
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:3000", true),
            ("null", true),
            ("https://app.example.com/", false),
            ("https://app.example.com:443", false),
            ("http://app.example.com:80", false),
            ("https://App.example.com", false),
            ("HTTPS://app.example.com", false),
            ("ftp://app.example.com", false),
            ("app.example.com", false),
            ("https://", false),
            ("https://user@app.example.com", false),
            ("https://app.example.com:", false),
            ("https://app.example.com:080", false),
            ("https://app..example.com", false),
            ("https://a b", false),
            ("https://a\r\nx", false),
            ("https://*.example.com", false),
            ("*", false),
            ("NULL", false),
        ] {
            let origin = text.parse::<Origin>();
            assert_eq!(origin.is_ok(), ok, "{text:?}: {origin:?}");
            if let Ok(origin) = origin {
                assert_eq!(origin.to_string(), text);
            }
        }
    }

    #[test]
    fn a_wildcard_stands_for_whole_labels_only() {
        let pattern: OriginPattern = "https://*.example.com".parse().expect("a pattern");
        for (origin, matches) in [
            ("https://app.example.com", true),
            ("https://a.b.example.com", true),
            ("https://example.com", false),
            ("https://evilexample.com", false),
            ("https://example.com.evil.net", false),
            ("http://app.example.com", false),
            ("https://app.example.com:8443", false),
            ("null", false),
        ] {
            assert_eq!(pattern.matches(&origin.parse::<Origin>().expect("an origin")), matches, "{origin}");
        }
    }

    #[test]
    fn wildcards_elsewhere_are_refused() {
        for text in [
            "https://*",
            "https://*.com",
            "https://a*.example.com",
            "https://*.*.example.com",
            "https://*.1.2.3.4",
            "*://a.example.com",
            "https://app.*.com",
        ] {
            assert!(text.parse::<OriginPattern>().is_err(), "{text}");
        }
    }
}
