//! Which headers cross, in both directions: the tables of *API Gateway, Amazon API Gateway important notes* and of
//! what was recorded, as cases.

use crate::plane::{API_ID, Plane, TestApi, TestMethod};
use crate::support::{Received, Request, Response, Upstream};

/// Sends `request` through `method` and gives what the back end saw and what the caller got.
#[track_caller]
fn through(upstream: &Upstream, method: TestMethod, request: &Request) -> (Vec<Received>, Response) {
    let plane = Plane::start(&TestApi::new().method("/x", "ANY", method));
    let response = request.send(plane.address);
    (upstream.requests(), response)
}

fn uri(upstream: &Upstream) -> String {
    format!("http://{}/x", upstream.address())
}

#[test]
fn only_mapped_headers_reach_an_http_back_end() {
    let upstream = Upstream::answering(200, &[], "");
    let method =
        TestMethod::http(&uri(&upstream)).verb("POST").maps("header.X-Mapped", "method.request.header.X-In");
    let request = Request::new("POST", "/x")
        .header("X-In", "value")
        .header("X-Other", "stays")
        .header("Accept", "text/html")
        .header("Accept-Encoding", "gzip")
        .header("User-Agent", "tests")
        .header("Cookie", "a=b")
        .header("Authorization", "Bearer x")
        .header("X-Forwarded-For", "10.0.0.1")
        .header("Content-Type", "text/plain")
        .body("hello");
    let (received, response) = through(&upstream, method, &request);
    let seen = &received[0];
    let mut names: Vec<_> = seen.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.sort();
    assert_eq!(
        names,
        [
            "accept",
            "content-length",
            "content-type",
            "host",
            "user-agent",
            "x-amzn-apigateway-api-id",
            "x-amzn-trace-id",
            "x-mapped",
        ]
    );
    assert_eq!(seen.header("accept"), Some("application/json"));
    assert_eq!(seen.header("user-agent"), Some(format!("AmazonAPIGateway_{API_ID}").as_str()));
    assert_eq!(seen.header("content-type"), Some("text/plain"));
    assert_eq!(seen.header("host"), Some(upstream.address().to_string().as_str()));
    assert_eq!(seen.header("x-amzn-apigateway-api-id"), Some(API_ID));
    assert_eq!(seen.header("x-mapped"), Some("value"));
    assert_eq!(seen.text(), "hello");
    // The trace is told to the caller of HTTP, too.
    assert_eq!(response.header("x-amzn-trace-id"), seen.header("x-amzn-trace-id"));
}

#[test]
fn the_content_type_of_http_depends_on_the_callers_verb() {
    for (verb, mapped, expected) in [
        ("POST", false, Some("text/plain")),
        ("PUT", false, Some("text/plain")),
        ("DELETE", false, Some("text/plain")),
        ("GET", false, None),
        ("OPTIONS", false, None),
        ("GET", true, Some("text/x-mapped")),
        ("POST", true, Some("text/x-mapped")),
    ] {
        let upstream = Upstream::answering(200, &[], "");
        let mut method = TestMethod::http(&uri(&upstream)).verb("POST");
        if mapped {
            method = method.maps("header.Content-Type", "'text/x-mapped'");
        }
        let request = Request::new(verb, "/x").header("Content-Type", "text/plain");
        let (received, _) = through(&upstream, method, &request);
        assert_eq!(received[0].header("content-type"), expected, "{verb} {mapped}");
    }
}

#[test]
fn a_proxy_passes_all_but_what_is_not_its_to_pass() {
    for (name, value, crosses) in [
        ("Accept", "text/html", true),
        ("Accept-Encoding", "gzip", true),
        ("Authorization", "Bearer x", true),
        ("Cookie", "a=b", true),
        ("User-Agent", "tests", true),
        ("X-Custom", "1", true),
        ("X_Under_Score", "1", true),
        ("Origin", "https://a.example", true),
        ("Content-Type", "text/plain", true),
        ("Date", "Tue, 24 Nov 2026 05:00:00 GMT", true),
        ("Connection", "keep-alive", false),
        ("Content-Encoding", "gzip", false),
        ("Content-MD5", "x", false),
        ("Expect", "100-continue", false),
        ("Keep-Alive", "timeout=5", false),
        ("Max-Forwards", "1", false),
        ("Proxy-Authenticate", "Basic", false),
        ("Proxy-Authorization", "Basic x", false),
        ("Proxy-Connection", "keep-alive", false),
        ("Server", "x", false),
        ("TE", "trailers", false),
        ("Trailer", "X", false),
        ("Upgrade", "websocket", false),
        ("WWW-Authenticate", "Basic", false),
    ] {
        let upstream = Upstream::answering(200, &[], "");
        let request = Request::get("/x").header(name, value);
        let (received, response) = through(&upstream, TestMethod::proxy(&uri(&upstream)), &request);
        assert_eq!(response.status, 200, "{name}");
        assert_eq!(received[0].header(name), crosses.then_some(value), "{name}");
    }
}

#[test]
fn a_proxy_says_where_a_request_came_from() {
    let upstream = Upstream::answering(200, &[], "");
    let request = Request::get("/x")
        .header("X-Forwarded-For", "10.0.0.1")
        .header("X-Forwarded-Proto", "https")
        .header("X-Forwarded-Port", "1")
        .header("Connection", "X-Forwarded-For, X-Amzn-Trace-Id, Host, X-Hop")
        .header("X-Hop", "1");
    let (received, _) = through(&upstream, TestMethod::proxy(&uri(&upstream)), &request);
    let seen = &received[0];
    assert_eq!(seen.header("x-forwarded-for"), Some("10.0.0.1, 127.0.0.1"));
    assert_eq!(seen.header("x-forwarded-proto"), Some("http"));
    assert_ne!(seen.header("x-forwarded-port"), Some("1"));
    assert_eq!(seen.header("via"), Some("1.1 postern"));
    assert_eq!(seen.header("host"), Some(upstream.address().to_string().as_str()));
    assert_eq!(seen.header("x-amzn-apigateway-api-id"), Some(API_ID));
    assert!(seen.header("x-amzn-trace-id").is_some());
    assert_eq!(seen.header("accept"), Some("application/json"));
    assert_eq!(seen.header("user-agent"), Some(format!("AmazonAPIGateway_{API_ID}").as_str()));
    assert_eq!(seen.header("x-hop"), None);
}

#[test]
fn some_mapped_headers_are_sent_some_dropped_and_some_fail_the_call() {
    for (name, expected) in [
        ("Authorization", Some(200)),
        ("Content-MD5", Some(200)),
        ("Date", Some(200)),
        ("Host", Some(200)),
        ("Max-Forwards", Some(200)),
        ("Server", Some(200)),
        ("Trailer", Some(200)),
        ("Upgrade", Some(200)),
        ("User-Agent", Some(200)),
        ("WWW-Authenticate", Some(200)),
        ("Expect", None),
        ("Proxy-Authenticate", None),
        ("TE", None),
        ("Via", None),
        ("Content-Length", Some(500)),
        ("Transfer-Encoding", Some(500)),
        ("X-Amzn-Trace-Id", Some(500)),
        ("X-Amzn-Apigateway-Api-Id", Some(500)),
    ] {
        let upstream = Upstream::answering(200, &[], "");
        let method = TestMethod::http(&uri(&upstream)).maps(&format!("header.{name}"), "'mapped'");
        let (received, response) = through(&upstream, method, &Request::get("/x"));
        match expected {
            Some(500) => {
                assert_eq!(response.status, 500, "{name}");
                assert_eq!(response.text(), r#"{"message": "Internal server error"}"#);
                assert_eq!(response.header("x-amzn-errortype"), Some("InternalServerErrorException"));
                assert!(received.is_empty(), "{name}");
            }
            Some(status) => {
                assert_eq!(response.status, status, "{name}");
                assert_eq!(received[0].header(name), Some("mapped"), "{name}");
            }
            None => {
                assert_eq!(response.status, 200, "{name}");
                assert_ne!(received[0].header(name), Some("mapped"), "{name}");
            }
        }
    }
}

#[test]
fn a_mapped_header_replaces_the_callers_own() {
    let upstream = Upstream::answering(200, &[], "");
    let method = TestMethod::proxy(&uri(&upstream))
        .maps("header.X-Who", "'gateway'")
        .maps("header.X-Missing", "method.request.header.X-Not-Sent")
        .maps("header.Connection", "'X-Who'");
    let request = Request::get("/x").header("X-Who", "caller").header("X-Who", "again");
    let (received, _) = through(&upstream, method, &request);
    assert_eq!(received[0].header("x-who"), Some("gateway"));
    assert_eq!(received[0].header("x-missing"), None);
}

#[test]
fn a_proxys_answer_gives_up_some_names() {
    for (name, renamed) in [
        ("Date", Some("x-amzn-Remapped-Date")),
        ("Server", Some("x-amzn-Remapped-Server")),
        ("X-Amzn-RequestId", Some("x-amzn-Remapped-x-amzn-RequestId")),
        ("Connection", Some("x-amzn-Remapped-Connection")),
        ("Content-Type", None),
        ("Content-Encoding", None),
        ("Cache-Control", None),
        ("ETag", None),
        ("Access-Control-Allow-Origin", None),
        ("X-Amzn-Trace-Id", None),
        ("WWW-Authenticate", None),
    ] {
        let upstream = Upstream::answering(200, &[(name, "theirs")], "body");
        let (_, response) = through(&upstream, TestMethod::proxy(&uri(&upstream)), &Request::get("/x"));
        assert_eq!(response.header(renamed.unwrap_or(name)), Some("theirs"), "{name}");
        if renamed.is_some() {
            assert_ne!(response.header(name), Some("theirs"), "{name}");
        }
        assert_eq!(response.header("x-amzn-remapped-content-length"), Some("4"));
        assert_eq!(response.text(), "body");
    }
    for name in ["Via", "Keep-Alive", "Upgrade", "Trailer", "Proxy-Authenticate"] {
        let upstream = Upstream::answering(200, &[(name, "theirs")], "");
        let (_, response) = through(&upstream, TestMethod::proxy(&uri(&upstream)), &Request::get("/x"));
        assert_eq!(response.header(name), None, "{name}");
    }
}

#[test]
fn mapped_answers_rename_what_belongs_to_the_gateway() {
    for (name, renamed) in [
        ("Authorization", true),
        ("Connection", true),
        ("Content-Length", true),
        ("Content-MD5", true),
        ("Date", true),
        ("Expect", true),
        ("Host", true),
        ("Max-Forwards", true),
        ("Proxy-Authenticate", true),
        ("Server", true),
        ("Trailer", true),
        ("Upgrade", true),
        ("User-Agent", true),
        ("WWW-Authenticate", true),
        ("Age", false),
        ("Accept", false),
        ("Content-Encoding", false),
        ("Content-Type", false),
        ("Pragma", false),
        ("TE", false),
        ("Via", false),
    ] {
        let plane =
            Plane::start(&TestApi::new().method("/x", "GET", TestMethod::mock(200, &[(name, "mapped")], "")));
        let response = Request::get("/x").send(plane.address);
        let sent_as = if renamed { format!("x-amzn-Remapped-{name}") } else { name.to_owned() };
        assert_eq!(response.header(&sent_as), Some("mapped"), "{name}");
        assert!(!renamed || response.header(name) != Some("mapped"), "{name}");
    }
}

#[test]
fn every_answer_has_ids_and_a_content_type() {
    let upstream = Upstream::answering(204, &[], "");
    let proxy = TestMethod::proxy(&uri(&upstream));
    let plane = Plane::start(
        &TestApi::new().method("/mock", "GET", TestMethod::mock(200, &[], "")).method("/proxy", "GET", proxy),
    );
    let mut ids = Vec::new();
    for target in ["/mock", "/mock", "/proxy", "/none"] {
        let response =
            Request::get(target).header("X-Amzn-Trace-Id", "Root=1-67891233-abcdef012345678912345678");
        let response = response.send(plane.address);
        assert_eq!(response.header("content-type"), Some("application/json"), "{target}");
        assert!(response.header("date").is_some());
        assert_eq!(response.header("x-amzn-trace-id"), None, "{target}");
        assert!(response.header("x-amz-apigw-id").unwrap().ends_with('='));
        let id = response.header("x-amzn-requestid").unwrap().to_owned();
        assert_eq!(id.len(), 36);
        assert!(!ids.contains(&id));
        ids.push(id);
    }
}

#[test]
fn a_head_request_is_answered_without_a_body() {
    let api = TestApi::new().method("/x", "HEAD", TestMethod::mock(200, &[], "four"));
    let plane = Plane::start(&api);
    let response = Request::new("HEAD", "/x").send(plane.address);
    assert_eq!((response.status, response.header("content-length")), (200, Some("4")));
}
