//! The CORS check on the actual answer, and what a script may read of it.

use super::*;
use crate::model::{GatewayResponseType, Origin};

#[test]
fn the_cors_check_compares_bytes() {
    for (method, headers, passes) in [
        ("GET", vec![("origin", "*")], true),
        ("GET", vec![("origin", ORIGIN)], true),
        ("GET", vec![], false),
        ("GET", vec![("origin", "")], false),
        ("GET", vec![("origin", "https://APP.example.com")], false),
        ("GET", vec![("origin", "https://app.example.com/")], false),
        ("GET", vec![("origin", "https://app.example.com:443")], false),
        ("GET", vec![("origin", "http://app.example.com")], false),
        ("GET", vec![("origin", "https://app.example.com, https://b.example")], false),
        ("GET", vec![("origin", ORIGIN), ("origin", ORIGIN)], false),
        ("GET", vec![("origin", "*"), ("origin", "*")], false),
        ("GET", vec![("origin", "null")], false),
        ("GET", vec![("origin", "'*'")], false),
        ("GET", vec![("origin", "*.example.com")], false),
        ("GET", vec![("origin", ORIGIN), ("credentials", "nonsense")], true),
        ("+GET", vec![("origin", ORIGIN), ("credentials", "true")], true),
        ("+GET", vec![("origin", ORIGIN)], false),
        ("+GET", vec![("origin", ORIGIN), ("credentials", "True")], false),
        ("+GET", vec![("origin", ORIGIN), ("credentials", "true"), ("credentials", "true")], false),
        ("+GET", vec![("origin", "*"), ("credentials", "true")], false),
    ] {
        let told = judged(&page(method, &[]), &answer(200, &[]), &answer(200, &headers));
        let expected =
            if passes { (Verdict::Allowed, None) } else { (Verdict::Refused, Some(Rule::CorsCheck)) };
        assert_eq!(short(&told), expected, "{method} {headers:?}");
    }
}

#[test]
fn any_status_can_be_read_with_the_header_and_none_without() {
    for status in [200, 204, 301, 400, 403, 404, 500, 504] {
        let with = judged(&page("GET", &[]), &answer(200, &[]), &answer(status, &[("origin", "*")]));
        assert_eq!(with.verdict, Verdict::Allowed, "{status}");
        let without = judged(&page("GET", &[]), &answer(200, &[]), &answer(status, &[]));
        assert_eq!(without.verdict, Verdict::Refused, "{status}");
    }
}

#[test]
fn the_origin_null_is_compared_like_any_other() {
    let sandboxed = PageRequest::get(Origin::Null);
    for (allowed, verdict) in
        [("*", Verdict::Allowed), ("null", Verdict::Allowed), (ORIGIN, Verdict::Refused)]
    {
        let told = judged(&sandboxed, &answer(200, &[]), &answer(200, &[("origin", allowed)]));
        assert_eq!(told.verdict, verdict, "{allowed}");
    }
}

#[test]
fn a_gateway_error_without_the_header_names_its_gateway_response() {
    let mut observed = answer(429, &[]);
    observed.by = AnsweredBy::Gateway(GatewayResponseType::Throttled);
    let told = judged(&page("GET", &[]), &answer(200, &[]), &observed);
    let failure = told.failure.expect("it fails");
    assert!(failure.reason.contains("429") && failure.reason.contains("THROTTLED"), "{}", failure.reason);
    assert!(failure.mend.contains("DEFAULT_4XX"), "{}", failure.mend);
}

#[test]
fn an_error_in_place_of_a_method_names_its_family() {
    for (status, family) in [(415, "DEFAULT_4XX"), (504, "DEFAULT_5XX")] {
        let observed = answer(status, &[("x-amzn-errortype", "SomeException")]);
        let failure = judged(&page("GET", &[]), &answer(200, &[]), &observed).failure.expect("it fails");
        assert!(failure.mend.contains(family), "{}", failure.mend);
    }
}

#[test]
fn a_back_end_that_passes_through_is_told_what_to_send() {
    let actual = Observation { by: by("/files", Verb::Get), answer: Answer::BackEnd };
    for (method, expected) in [
        ("GET", vec![("Access-Control-Allow-Origin", ORIGIN)]),
        ("+GET", vec![("Access-Control-Allow-Origin", ORIGIN), ("Access-Control-Allow-Credentials", "true")]),
    ] {
        let told = judged(&page(method, &[]), &answer(200, &[]), &actual);
        assert_eq!(told.verdict, Verdict::DependsOnBackEnd);
        assert!(told.must_send.iter().all(|m| !m.on_preflight));
        let must: Vec<_> = told.must_send.iter().map(|m| (m.header.as_str(), m.value.as_str())).collect();
        assert_eq!(must, expected);
        // And with exactly these headers it is allowed.
        let sent: Vec<_> = told.must_send.iter().map(|m| (m.header.as_str(), m.value.as_str())).collect();
        assert_eq!(
            judged(&page(method, &[]), &answer(200, &[]), &answer(200, &sent)).verdict,
            Verdict::Allowed
        );
    }
}

#[test]
fn only_safelisted_and_exposed_headers_can_be_read() {
    let base = [
        ("origin", ORIGIN),
        ("credentials", "true"),
        ("content-type", "a/b"),
        ("x-total", "3"),
        ("x-other", "4"),
        ("set-cookie", "a=b"),
        ("cache-control", "no-store"),
    ];
    for (method, expose, readable) in [
        ("GET", None, vec!["cache-control", "content-type"]),
        ("GET", Some("X-Total"), vec!["cache-control", "content-type", "x-total"]),
        ("GET", Some("x-total, x-missing"), vec!["cache-control", "content-type", "x-total"]),
        (
            "GET",
            Some("*"),
            vec![
                "access-control-allow-credentials",
                "access-control-allow-origin",
                "access-control-expose-headers",
                "cache-control",
                "content-type",
                "x-other",
                "x-total",
            ],
        ),
        ("+GET", Some("*"), vec!["cache-control", "content-type"]),
        ("+GET", Some("set-cookie"), vec!["cache-control", "content-type"]),
        ("GET", Some("x total"), vec!["cache-control", "content-type"]),
    ] {
        let mut headers = base.to_vec();
        headers.extend(expose.map(|value| ("expose", value)));
        let mut told = judged(&page(method, &[]), &answer(200, &[]), &answer(200, &headers));
        told.readable_headers.sort();
        assert_eq!(told.readable_headers, readable, "{method} {expose:?}");
    }
}
