//! Refuses what a web page in the operator's browser could send, before anything of a request is decoded.
//!
//! The listener asks for no credentials, so loopback alone is no wall: a page can post to `127.0.0.1`, or have its own
//! host name resolve to it. Hence two rules, the same for every listener without credentials. A request's `Host` must
//! be a loopback name or address, or listed; a page cannot choose it. And a request with an `Origin` comes from a page,
//! so that origin must be listed.

use http::header::{HOST, ORIGIN};
use http::request::Parts;
use http::uri::Authority;

use crate::model::{HostName, Origin};

/// Which hosts a listener may be called under, and from which pages.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    /// Hosts beside loopback ones; `*` takes every host.
    pub allow_hosts: Vec<HostName>,
    /// Pages that may call. None unless listed.
    pub allow_origins: Vec<Origin>,
}

/// Why a request is turned away.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No host, or one that is no host name.
    #[error("the request names no valid host")]
    NoHost,
    /// A host that is neither loopback nor listed.
    #[error(
        "the host {0:?} is no loopback name and not listed: start the server with --admin-allow-host to allow it"
    )]
    Host(String),
    /// A page that is not listed.
    #[error("the origin {0:?} is not listed: start the server with --admin-allow-origin to allow its pages")]
    Origin(String),
}

impl Guard {
    /// The same for a listener that asks its callers for credentials: a host name that was made to resolve here gains
    /// nothing then. Pages are still to be listed, since a browser shows its user's certificate for any of them.
    #[must_use]
    pub fn for_known_callers(&self) -> Self {
        Self { allow_hosts: vec![HostName::Any], allow_origins: self.allow_origins.clone() }
    }

    /// The origin of the page that sent a request, if one did.
    ///
    /// # Errors
    /// When the request must not be answered.
    pub fn check(&self, head: &Parts) -> Result<Option<Origin>, Refusal> {
        let named = head.headers.get_all(HOST).iter().map(|host| host.to_str().ok());
        let authority = head.uri.authority().map(|authority| Some(authority.as_str()));
        let mut hosts = named.chain(authority).peekable();
        if hosts.peek().is_none() {
            return Err(Refusal::NoHost);
        }
        for host in hosts {
            self.check_host(host.ok_or(Refusal::NoHost)?)?;
        }
        let mut page = None;
        for origin in head.headers.get_all(ORIGIN) {
            let text = String::from_utf8_lossy(origin.as_bytes());
            let listed = text.parse().ok().filter(|origin| self.allow_origins.contains(origin));
            page = Some(listed.ok_or_else(|| Refusal::Origin(text.chars().take(200).collect()))?);
        }
        Ok(page)
    }

    fn check_host(&self, text: &str) -> Result<(), Refusal> {
        let authority: Authority = text.parse().map_err(|_| Refusal::NoHost)?;
        let host = authority.host().to_ascii_lowercase();
        // Userinfo has no place in a Host header (RFC 9110 section 7.2).
        if text.contains('@') || host.is_empty() {
            return Err(Refusal::NoHost);
        }
        let name = host.strip_suffix('.').unwrap_or(&host);
        if is_loopback(name) || self.allow_hosts.iter().any(|listed| covers(listed, name)) {
            Ok(())
        } else {
            Err(Refusal::Host(name.to_owned()))
        }
    }
}

/// Whether a host leads to this machine and nowhere else: a loopback address, `localhost` or a name below it, which
/// resolvers answer with a loopback address (RFC 6761 section 6.3).
fn is_loopback(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    match address.parse::<std::net::IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

fn covers(listed: &HostName, host: &str) -> bool {
    match listed {
        HostName::Any => true,
        HostName::Exact(name) => **name == *host,
        HostName::Suffix(suffix) => host.len() > suffix.len() && host.ends_with(&**suffix),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = http::Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).expect("a request").into_parts().0
    }

    fn guard() -> Guard {
        Guard {
            allow_hosts: vec![
                "admin.example.com".parse().expect("a host"),
                "*.corp".parse().expect("a suffix"),
            ],
            allow_origins: vec!["https://console.example.com".parse().expect("an origin")],
        }
    }

    #[test]
    fn only_loopback_and_listed_hosts_are_answered() {
        for (host, passes) in [
            ("127.0.0.1:9901", true),
            ("127.8.8.8", true),
            ("localhost", true),
            ("LOCALHOST.:9901", true),
            ("app.localhost:9901", true),
            ("[::1]:9901", true),
            ("[::ffff:127.0.0.1]", true),
            ("admin.example.com:443", true),
            ("a.corp", true),
            (".corp", false),
            ("corp", false),
            ("evil.com", false),
            ("localhost.evil.com", false),
            ("evillocalhost", false),
            ("127.0.0.1.evil.com", false),
            ("10.0.0.1", false),
            ("0.0.0.0", false),
            ("user@localhost", false),
            ("", false),
            ("a b", false),
        ] {
            let checked = guard().check(&head("/", &[("host", host)]));
            assert_eq!(checked.is_ok(), passes, "{host:?}: {checked:?}");
        }
        assert_eq!(guard().check(&head("/", &[])), Err(Refusal::NoHost));
    }

    #[test]
    fn every_host_that_a_request_names_counts() {
        for (uri, host, passes) in [
            ("http://localhost/", Some("localhost"), true),
            ("http://localhost/", None, true),
            ("http://evil.com/", Some("localhost"), false),
            ("http://localhost/", Some("evil.com"), false),
        ] {
            let headers: Vec<_> = host.map(|host| ("host", host)).into_iter().collect();
            assert_eq!(guard().check(&head(uri, &headers)).is_ok(), passes, "{uri} {host:?}");
        }
    }

    #[test]
    fn only_listed_pages_are_answered() {
        let page = |origin: &str| guard().check(&head("/", &[("host", "localhost"), ("origin", origin)]));
        assert!(page("https://console.example.com").is_ok_and(|origin| origin.is_some()));
        for origin in ["https://evil.com", "http://console.example.com", "null", "", "http://localhost:9901"]
        {
            assert_eq!(page(origin), Err(Refusal::Origin(origin.to_owned())));
        }
        let twice = [
            ("host", "localhost"),
            ("origin", "https://console.example.com"),
            ("origin", "https://evil.com"),
        ];
        assert!(guard().check(&head("/", &twice)).is_err());
    }
}
