//! Which addresses back ends may have.
//!
//! A gateway calls addresses that its tenants write down. What only this machine can reach (loopback, link-local,
//! unspecified) and the gateway's own control listeners are therefore refused unless an operator lists them. The
//! check is made on the address that is about to be connected, not on the name: names can change their minds.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use ipnet::IpNet;

/// An entry of `--allow-upstream`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamRule {
    host: HostRule,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum HostRule {
    /// Addresses of this network.
    Net(IpNet),
    /// Whatever this name resolves to.
    Name(Box<str>),
    /// Whatever a name with this suffix, which starts with a dot, resolves to.
    Suffix(Box<str>),
}

/// A text that is no entry of `--allow-upstream`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} allows no back end: expected an address (127.0.0.1), a network (10.0.0.0/8), a host name (localhost, *.internal), each with :port if only that one is meant"
)]
pub struct InvalidUpstreamRule(String);

impl FromStr for UpstreamRule {
    type Err = InvalidUpstreamRule;

    fn from_str(text: &str) -> Result<Self, InvalidUpstreamRule> {
        let refuse = || InvalidUpstreamRule(text.to_owned());
        let net = |ip: IpAddr| HostRule::Net(ip.into());
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(Self { host: net(address.ip()), port: Some(address.port()) });
        }
        let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
        if let Ok(ip) = bare.parse::<IpAddr>() {
            return Ok(Self { host: net(ip), port: None });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') => {
                (host, Some(port.parse::<u16>().map_err(|_| refuse())?))
            }
            _ => (text, None),
        };
        if let Ok(network) = host.parse::<IpNet>() {
            return Ok(Self { host: HostRule::Net(network), port });
        }
        let name = host.to_ascii_lowercase();
        let plain = |n: &str| {
            !n.is_empty()
                && n.len() <= 253
                && n.split('.').all(|label| {
                    (1..=63).contains(&label.len())
                        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
                })
        };
        match name.strip_prefix("*.") {
            Some(suffix) if plain(suffix) => {
                Ok(Self { host: HostRule::Suffix(format!(".{suffix}").into()), port })
            }
            None if plain(&name) => Ok(Self { host: HostRule::Name(name.into()), port }),
            _ => Err(refuse()),
        }
    }
}

impl UpstreamRule {
    fn matches(&self, host: &str, address: SocketAddr) -> bool {
        let host_fits = match &self.host {
            HostRule::Net(net) => net.contains(&address.ip().to_canonical()),
            HostRule::Name(name) => name.eq_ignore_ascii_case(host),
            HostRule::Suffix(suffix) => {
                host.len() > suffix.len()
                    && host
                        .get(host.len() - suffix.len()..)
                        .is_some_and(|end| end.eq_ignore_ascii_case(suffix))
            }
        };
        host_fits && self.port.is_none_or(|port| port == address.port())
    }
}

/// Which addresses back ends may have.
#[derive(Clone, Debug, Default)]
pub struct UpstreamPolicy {
    /// What an operator allows besides the addresses that are allowed anyway.
    pub allow: Vec<UpstreamRule>,
    /// The process's own control listeners (admin, ops). Only an entry that names their port opens them.
    pub own: Vec<SocketAddr>,
}

impl UpstreamPolicy {
    /// Whether `address`, which `host` resolved to, may be connected. A `trusted` host was named by the server's own
    /// settings and may be local; the control listeners stay closed to it.
    #[must_use]
    pub fn admits(&self, host: &str, address: SocketAddr, trusted: bool) -> bool {
        let address = SocketAddr::new(address.ip().to_canonical(), address.port());
        let listed = |with_port: bool| {
            self.allow.iter().any(|rule| (!with_port || rule.port.is_some()) && rule.matches(host, address))
        };
        if self.is_own(address) {
            return listed(true);
        }
        trusted || !is_local(address.ip()) || listed(false)
    }

    /// Whether a connection that is already open reached a listener of this process through one of the
    /// machine's own addresses: `local` and `peer` are then the same, which cannot be known before.
    #[must_use]
    pub fn admits_connected(&self, host: &str, local: SocketAddr, peer: SocketAddr) -> bool {
        let own = self.own.iter().any(|o| o.ip().is_unspecified() && o.port() == peer.port());
        !own || local.ip().to_canonical() != peer.ip().to_canonical()
            || self.allow.iter().any(|rule| rule.port.is_some() && rule.matches(host, peer))
    }

    fn is_own(&self, address: SocketAddr) -> bool {
        self.own.iter().any(|own| {
            own.port() == address.port()
                && (own.ip().to_canonical() == address.ip()
                    || own.ip().is_unspecified() && is_local(address.ip())
                    || address.ip().is_unspecified())
        })
    }
}

/// Whether an address means this machine or its link.
fn is_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            // 0.0.0.0/8 is "this host on this network" (RFC 1122 section 3.2.1.3).
            ip.is_loopback()
                || ip.is_link_local()
                || ip.octets()[0] == 0
                || ip.is_broadcast()
                || ip.is_multicast()
        }
        IpAddr::V6(ip) => {
            ip.is_loopback() || ip.is_unspecified() || ip.is_unicast_link_local() || ip.is_multicast()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(allow: &[&str], host: &str, address: &str) -> bool {
        let allow = allow.iter().map(|rule| rule.parse().expect("a rule")).collect();
        let own = vec![([127, 0, 0, 1], 9901).into(), ([0, 0, 0, 0], 9902).into()];
        UpstreamPolicy { allow, own }.admits(host, address.parse().expect("an address"), false)
    }

    #[test]
    fn local_addresses_are_refused_unless_listed() {
        for (allow, host, address, expected) in [
            (&[][..], "example.com", "93.184.216.34:80", true),
            (&[], "backend", "10.0.0.7:8080", true),
            (&[], "localhost", "127.0.0.1:8080", false),
            (&[], "localhost", "[::1]:8080", false),
            (&[], "mapped", "[::ffff:127.0.0.1]:8080", false),
            (&[], "metadata", "169.254.169.254:80", false),
            (&[], "link", "[fe80::1]:80", false),
            (&[], "any", "0.0.0.0:80", false),
            (&[], "any", "[::]:80", false),
            (&["127.0.0.1"], "localhost", "127.0.0.1:8080", true),
            (&["127.0.0.0/8"], "x", "127.9.9.9:8080", true),
            (&["127.0.0.0/8"], "x", "[::ffff:127.0.0.1]:1", true),
            (&["127.0.0.1:8080"], "x", "127.0.0.1:8080", true),
            (&["127.0.0.1:8080"], "x", "127.0.0.1:8081", false),
            (&["localhost"], "LOCALHOST", "127.0.0.1:1", true),
            (&["localhost"], "rebound.example.com", "127.0.0.1:1", false),
            (&["*.internal"], "a.internal", "127.0.0.1:1", true),
            (&["*.internal"], "internal", "127.0.0.1:1", false),
            (&["*.internal"], "evilinternal", "127.0.0.1:1", false),
            (&["[::1]:80"], "x", "[::1]:80", true),
        ] {
            assert_eq!(admits(allow, host, address), expected, "{allow:?} {host} {address}");
        }
    }

    #[test]
    fn own_control_listeners_are_opened_only_by_their_port() {
        for (allow, address, expected) in [
            (&["127.0.0.0/8"][..], "127.0.0.1:9901", false),
            (&["127.0.0.0/8"], "127.0.0.1:9902", false),
            (&["0.0.0.0/0"], "0.0.0.0:9901", false),
            (&["127.0.0.1:9901"], "127.0.0.1:9901", true),
            (&["127.0.0.0/8"], "127.0.0.1:9903", true),
        ] {
            assert_eq!(admits(allow, "x", address), expected, "{allow:?} {address}");
        }
    }

    #[test]
    fn addresses_of_the_servers_settings_may_be_local() {
        let policy = UpstreamPolicy { allow: Vec::new(), own: vec![([127, 0, 0, 1], 9901).into()] };
        for (address, expected) in [("127.0.0.1:9000", true), ("[::1]:9000", true), ("127.0.0.1:9901", false)]
        {
            assert_eq!(policy.admits("localhost", address.parse().expect("an address"), true), expected);
        }
    }

    #[test]
    fn a_wildcard_listener_is_seen_through_the_machines_own_address() {
        let policy = UpstreamPolicy { allow: Vec::new(), own: vec![([0, 0, 0, 0], 9902).into()] };
        let at = |text: &str| text.parse().expect("an address");
        assert!(!policy.admits_connected("x", at("10.0.0.5:40000"), at("10.0.0.5:9902")));
        assert!(policy.admits_connected("x", at("10.0.0.5:40000"), at("10.0.0.6:9902")));
        assert!(policy.admits_connected("x", at("10.0.0.5:40000"), at("10.0.0.5:80")));
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for text in ["", "*", "*.", "host:", "host:70000", "10.0.0.0/33", "a b", "http://host"] {
            assert!(text.parse::<UpstreamRule>().is_err(), "{text:?}");
        }
    }
}
