//! Header rules between hops: what belongs to one connection only, and what the gateway adds on its way.
//!
//! The tables of API Gateway's own renames and drops are in [`crate::mapping::headers`].

use crate::mapping::headers::{ResponseTarget, is_forwarded, is_signature, proxy_response_target};
use http::header::{
    CONNECTION, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");

/// Fields that mean one connection (RFC 9110 section 7.6.1) or one proxy. `Transfer-Encoding` is framing, which
/// every hop makes for itself.
static HOP_BY_HOP: [HeaderName; 9] = [
    CONNECTION,
    KEEP_ALIVE,
    PROXY_CONNECTION,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Whether a field belongs to one connection.
pub(super) fn is_hop_by_hop(name: &HeaderName) -> bool {
    HOP_BY_HOP.contains(name)
}

/// The fields that a value of `Connection` names, besides those that are hop-by-hop anyway. What the gateway needs or
/// adds is not a caller's to name.
pub(super) fn named_by_connection(value: &[u8]) -> impl Iterator<Item = HeaderName> {
    value.split(|byte| *byte == b',').filter_map(|option| {
        let option = option.trim_ascii();
        if option.eq_ignore_ascii_case(b"keep-alive") || option.eq_ignore_ascii_case(b"close") {
            return None;
        }
        let name = HeaderName::from_bytes(option).ok()?;
        (name != HOST && name != CONTENT_LENGTH && !is_hop_by_hop(&name)).then_some(name)
    })
}

/// The fields that the `Connection` of a request or an answer names.
pub(super) fn named_by(headers: &HeaderMap) -> Vec<HeaderName> {
    headers.get_all(CONNECTION).iter().flat_map(|value| named_by_connection(value.as_bytes())).collect()
}

/// How many fields every answer gets on its way out: room is left for them.
pub(super) const ADDED_TO_ANSWERS: usize = 4;

/// Under which names the fields of a back end's answer are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AnswerNames {
    /// Those that the back end gave them.
    AsSent,
    /// Those that they pass to the caller under: what is the gateway's own is renamed, what belongs to one connection is
    /// left out.
    Passed,
}

impl AnswerNames {
    /// The name of a field, unless it is left out.
    pub(super) fn of(self, name: HeaderName) -> Option<HeaderName> {
        if self == Self::AsSent {
            return Some(name);
        }
        match proxy_response_target(&name) {
            ResponseTarget::Sent => (!is_hop_by_hop(&name)).then_some(name),
            ResponseTarget::Renamed(to) => Some(to),
            ResponseTarget::Dropped => None,
        }
    }

    /// Leaves out the fields that the answer's `Connection` named.
    pub(super) fn drop_named(self, named: Vec<HeaderName>, headers: &mut HeaderMap) {
        if self == Self::Passed {
            named.into_iter().filter_map(|name| self.of(name)).for_each(|name| drop(headers.remove(name)));
        }
    }

    /// The same fields under these names, from an answer that kept those that the back end gave.
    pub(super) fn rename(self, sent: &HeaderMap) -> HeaderMap {
        let mut renamed = HeaderMap::with_capacity(sent.len() + ADDED_TO_ANSWERS);
        for (name, value) in sent {
            if let Some(name) = self.of(name.clone()) {
                renamed.append(name, value.clone());
            }
        }
        self.drop_named(named_by(sent), &mut renamed);
        renamed
    }
}

/// The caller's fields that `HTTP_PROXY` passes on, but for those of a name that is `replaced`.
pub(super) fn forwarded(
    callers: &HeaderMap,
    replaced: impl Fn(&HeaderName) -> bool,
) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
    let named = named_by(callers);
    callers.iter().filter(move |(name, value)| {
        is_forwarded(name)
            && !is_signature(name, value)
            && !is_hop_by_hop(name)
            && !named.contains(name)
            && !replaced(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(lines: &[(&str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&str, &str)| {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
            (name, HeaderValue::from_str(value).expect("a value"))
        };
        let mut map = HeaderMap::new();
        for (name, value) in lines.iter().map(pair) {
            map.append(name, value);
        }
        map
    }

    #[test]
    fn what_belongs_to_one_connection_does_not_cross() {
        for (before, own, after) in [
            (
                &[("Accept", "*/*"), ("X-Under_Score", "1")][..],
                &[][..],
                &[("accept", "*/*"), ("x-under_score", "1")][..],
            ),
            (&[("Connection", "close, X-Hop"), ("X-Hop", "1"), ("X-Kept", "2")], &[], &[("x-kept", "2")]),
            (&[("Connection", "x-a"), ("Connection", "x-b"), ("X-A", "1"), ("X-B", "2")], &[], &[]),
            (
                &[("Connection", "x-forwarded-for"), ("X-Forwarded-For", "1")],
                &[("x-forwarded-for", "2")],
                &[],
            ),
            (
                &[
                    ("Keep-Alive", "timeout=5"),
                    ("Proxy-Connection", "keep-alive"),
                    ("Proxy-Authorization", "secret"),
                    ("Proxy-Authenticate", "Basic"),
                    ("TE", "trailers"),
                    ("Trailer", "X"),
                    ("Transfer-Encoding", "chunked"),
                    ("Upgrade", "websocket"),
                ],
                &[],
                &[],
            ),
            // API Gateway's own list (request-lifecycle: never visible) and what the back end gets from us.
            (
                &[
                    ("Host", "h"),
                    ("Content-Length", "1"),
                    ("Content-MD5", "x"),
                    ("Content-Encoding", "gzip"),
                    ("Expect", "100-continue"),
                    ("Max-Forwards", "1"),
                    ("Server", "x"),
                    ("Via", "1.1 x"),
                    ("WWW-Authenticate", "x"),
                    ("Cookie", "kept"),
                ],
                &[],
                &[("cookie", "kept")],
            ),
            (&[("X", "theirs"), ("Y", "1")], &[("x", "mapped")], &[("y", "1")]),
            (&[("Connection", "bad name, ,")], &[], &[]),
            (&[("Authorization", "AWS4-HMAC-SHA256 Credential=x")], &[], &[]),
            (&[("Authorization", "Bearer x")], &[], &[("authorization", "Bearer x")]),
        ] {
            let (callers, own) = (map(before), map(own));
            let passed: Vec<_> = forwarded(&callers, |name| own.contains_key(name)).collect();
            let expected = map(after);
            assert_eq!(passed, expected.iter().collect::<Vec<_>>(), "{before:?}");
        }
    }
}
