//! Header rules between hops: what belongs to one connection only, and what the gateway adds on its way.
//!
//! The tables of API Gateway's own renames and drops are in [`crate::mapping::headers`].

use crate::mapping::headers::{is_forwarded, is_signature};
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
