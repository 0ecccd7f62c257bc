//! `HTTP_PROXY`: request and answer pass through, streaming both ways.

use http::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue, USER_AGENT, VIA};
use http::{Response, Version};

use super::body::AnswerBody;
use super::caller::Caller;
use super::exchange::{Answer, Exchange};
use super::headers::AnswerNames;
use super::http::{Call, map_request};
use super::respond::Fault;
use super::upstream::{Outgoing, OwnFields, Upstream, UpstreamBody};
use crate::compile::PassthroughPlan;
use crate::cors::policy::AnswerOf;
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
        // Boxed, so that requests whose body streams have no room for it.
        Box::pin(exchange.payload(&mut body)).await?;
    }
    let incoming = &exchange.head;
    let mapped = map_request(exchange, &plan.endpoint)?;
    let own = own_fields(&incoming.headers, &exchange.caller, incoming.version);
    let query = incoming.uri.query();
    let call = Call::prepare(exchange, &plan.endpoint, own, mapped, query, &Overrides::default())?;
    let response = call.send(exchange, Some(&incoming.headers), body, upstream).await?;
    Ok(pass(exchange, response))
}

/// What the gateway adds on the way to the back end; it replaces what the caller sent under the same name.
fn own_fields(callers: &HeaderMap, caller: &Caller, version: Version) -> OwnFields {
    let mut own = OwnFields::new();
    if !callers.contains_key(ACCEPT) {
        own.push(ACCEPT, JSON);
    }
    if let Some(agent) = callers.get(USER_AGENT) {
        own.push(USER_AGENT, agent.clone());
    }
    own.push(FORWARDED_FOR, appended(callers, &FORWARDED_FOR, caller.address()));
    own.push(FORWARDED_PORT, caller.port().clone());
    own.push(FORWARDED_PROTO, HTTP);
    let hop = match version {
        Version::HTTP_10 => HeaderValue::from_static("1.0 postern"),
        Version::HTTP_2 => HeaderValue::from_static("2.0 postern"),
        _ => HeaderValue::from_static("1.1 postern"),
    };
    own.push(VIA, appended(callers, &VIA, &hop));
    own
}

/// The caller's values of a list field and one more.
pub(super) fn appended(callers: &HeaderMap, name: &HeaderName, more: &HeaderValue) -> HeaderValue {
    if !callers.contains_key(name) {
        return more.clone();
    }
    let mut list = Vec::new();
    for value in callers.get_all(name) {
        list.extend_from_slice(value.as_bytes());
        list.extend_from_slice(b", ");
    }
    list.extend_from_slice(more.as_bytes());
    HeaderValue::try_from(list).expect("made of values that are fit for a header")
}

/// The back end's answer. Its fields have the names already that they pass under, but for a test's, whose log told the
/// back end's own.
fn pass(exchange: &Exchange, response: Response<UpstreamBody>) -> Answer {
    let (mut head, body) = response.into_parts();
    if exchange.is_test() {
        head.headers = AnswerNames::Passed.rename(&head.headers);
    }
    Answer {
        status: head.status,
        headers: head.headers,
        body: AnswerBody::upstream(body),
        of: AnswerOf::Proxy,
        closes: false,
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
    fn forwarded_fields_are_appended_to_or_replaced() {
        let callers = map(&[
            ("x-forwarded-for", "10.0.0.1"),
            ("x-forwarded-for", "10.0.0.2"),
            ("x-forwarded-proto", "https"),
            ("via", "1.0 other"),
            ("accept", "text/html"),
        ]);
        let caller = Caller::new(([192, 0, 2, 7], 40_000).into(), ([192, 0, 2, 1], 8080).into());
        let own = own_fields(&callers, &caller, Version::HTTP_11);
        for (name, value) in [
            ("x-forwarded-for", "10.0.0.1, 10.0.0.2, 192.0.2.7"),
            ("x-forwarded-proto", "http"),
            ("x-forwarded-port", "8080"),
            ("via", "1.0 other, 1.1 postern"),
        ] {
            assert_eq!(own.get(&HeaderName::from_static(name)).expect(name), value);
        }
        assert!(own.get(&ACCEPT).is_none());
    }
}
