//! `HTTP_PROXY`: request and answer pass through, streaming both ways.

use std::net::IpAddr;

use http::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue, VIA};
use http::{Response, Version};

use super::body::AnswerBody;
use super::exchange::{Answer, Exchange};
use super::headers::{is_hop_by_hop, remove_named_by_connection};
use super::http::{Call, map_request};
use super::respond::Fault;
use super::upstream::{Outgoing, Upstream, UpstreamBody};
use crate::compile::PassthroughPlan;
use crate::cors::policy::AnswerOf;
use crate::mapping::headers::{ResponseTarget, proxy_response_target};
use crate::template::Overrides;

pub(super) const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
pub(super) const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
pub(super) const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const HTTP: HeaderValue = HeaderValue::from_static("http");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Passes the request on and the answer back.
pub(super) async fn execute<U: Upstream>(
    exchange: &Exchange,
    plan: &PassthroughPlan,
    mut body: Outgoing,
    upstream: &U,
) -> Result<Answer, Fault> {
    if plan.endpoint.maps_payload {
        exchange.payload(&mut body).await?;
    }
    let incoming = &exchange.head;
    let mut headers = own_headers(&incoming.headers, exchange.peer, exchange.port, incoming.version);
    map_request(exchange, &plan.endpoint, &mut headers)?;
    let call = Call::prepare(exchange, &plan.endpoint, headers, incoming.uri.query(), &Overrides::default())?;
    let response = call.send(exchange, Some(&incoming.headers), body, upstream).await?;
    Ok(pass(response))
}

/// What the gateway adds on the way to the back end; it replaces what the caller sent under the same name.
fn own_headers(callers: &HeaderMap, peer: IpAddr, port: u16, version: Version) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(16);
    if !callers.contains_key(ACCEPT) {
        headers.insert(ACCEPT, JSON);
    }
    if let Some(agent) = callers.get(http::header::USER_AGENT) {
        headers.insert(http::header::USER_AGENT, agent.clone());
    }
    headers.insert(FORWARDED_FOR, appended(callers, &FORWARDED_FOR, &peer.to_canonical().to_string()));
    headers.insert(FORWARDED_PORT, HeaderValue::from(port));
    headers.insert(FORWARDED_PROTO, HTTP);
    let hop = match version {
        Version::HTTP_10 => "1.0 postern",
        Version::HTTP_2 => "2.0 postern",
        _ => "1.1 postern",
    };
    headers.insert(VIA, appended(callers, &VIA, hop));
    headers
}

/// The caller's values of a list field and one more.
pub(super) fn appended(callers: &HeaderMap, name: &HeaderName, more: &str) -> HeaderValue {
    let mut list = Vec::new();
    for value in callers.get_all(name) {
        list.extend_from_slice(value.as_bytes());
        list.extend_from_slice(b", ");
    }
    list.extend_from_slice(more.as_bytes());
    HeaderValue::try_from(list).expect("made of values and a text that are fit for a header")
}

/// The back end's answer with the names that are the gateway's own given up.
fn pass(response: Response<UpstreamBody>) -> Answer {
    let (head, body) = response.into_parts();
    let mut headers = head.headers;
    rename(&mut headers);
    Answer {
        status: head.status,
        headers,
        body: AnswerBody::upstream(body),
        of: AnswerOf::Proxy,
        closes: false,
    }
}

fn rename(headers: &mut HeaderMap) {
    remove_named_by_connection(headers);
    let mut moved: [Option<(HeaderName, ResponseTarget)>; 16] = Default::default();
    let touched = headers.keys().filter_map(|name| match proxy_response_target(name) {
        ResponseTarget::Sent if is_hop_by_hop(name) => Some((name.clone(), ResponseTarget::Dropped)),
        ResponseTarget::Sent => None,
        target @ (ResponseTarget::Renamed(_) | ResponseTarget::Dropped) => Some((name.clone(), target)),
    });
    // The tables name fewer than sixteen headers together.
    for (slot, change) in moved.iter_mut().zip(touched) {
        *slot = Some(change);
    }
    for (name, target) in moved.into_iter().flatten() {
        let http::header::Entry::Occupied(entry) = headers.entry(name) else { continue };
        let (name, values) = entry.remove_entry_mult();
        let _name = name;
        if let ResponseTarget::Renamed(to) = target {
            let values: Vec<_> = values.collect();
            for value in values {
                headers.append(to.clone(), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        let mut map = HeaderMap::new();
        for (name, value) in lines.iter().map(pair) {
            map.append(name, value);
        }
        map
    }

    #[test]
    fn answers_give_up_the_names_that_are_the_gateways_own() {
        for (before, after) in [
            (
                &[("etag", "x"), ("set-cookie", "a"), ("set-cookie", "b")][..],
                &[("etag", "x"), ("set-cookie", "a"), ("set-cookie", "b")][..],
            ),
            (
                &[("date", "d"), ("server", "s"), ("content-length", "3")],
                &[
                    ("x-amzn-remapped-date", "d"),
                    ("x-amzn-remapped-server", "s"),
                    ("x-amzn-remapped-content-length", "3"),
                ],
            ),
            (&[("x-amzn-requestid", "theirs")], &[("x-amzn-remapped-x-amzn-requestid", "theirs")]),
            (&[("connection", "x-hop"), ("x-hop", "1")], &[("x-amzn-remapped-connection", "x-hop")]),
            (
                &[
                    ("transfer-encoding", "chunked"),
                    ("keep-alive", "timeout=1"),
                    ("upgrade", "h2c"),
                    ("via", "1.1 x"),
                ],
                &[],
            ),
            (
                &[("content-encoding", "gzip"), ("content-type", "text/plain")],
                &[("content-encoding", "gzip"), ("content-type", "text/plain")],
            ),
        ] {
            let mut headers = map(before);
            rename(&mut headers);
            assert_eq!(headers, map(after), "{before:?}");
        }
    }

    #[test]
    fn forwarded_fields_are_appended_to_or_replaced() {
        let callers = map(&[
            ("x-forwarded-for", "10.0.0.1"),
            ("x-forwarded-for", "10.0.0.2"),
            ("x-forwarded-proto", "https"),
            ("via", "1.0 other"),
            ("accept", "text/html"),
        ]);
        let headers = own_headers(&callers, IpAddr::from([192, 0, 2, 7]), 8080, Version::HTTP_11);
        for (name, value) in [
            ("x-forwarded-for", "10.0.0.1, 10.0.0.2, 192.0.2.7"),
            ("x-forwarded-proto", "http"),
            ("x-forwarded-port", "8080"),
            ("via", "1.0 other, 1.1 postern"),
        ] {
            assert_eq!(headers[name], value);
        }
        assert!(!headers.contains_key("accept"));
    }
}
