//! Ready-made answers that are given in front of the HTTP library: the same as behind it, and never out of turn.

use std::collections::BTreeMap;

use crate::plane::{Plane, TestApi, TestMethod};
use crate::support::{RawClient, Request, Response, Upstream};

fn api(upstream: &Upstream) -> TestApi {
    TestApi::new()
        .method(
            "/cors",
            "OPTIONS",
            TestMethod::mock(200, &[("Access-Control-Allow-Origin", "*"), ("Vary", "Origin")], ""),
        )
        .method("/text", "GET", TestMethod::mock(200, &[("Content-Type", "text/plain")], "ready"))
        .method("/none", "GET", TestMethod::mock(204, &[], ""))
        .method("/proxy", "ANY", TestMethod::proxy(&upstream.url("/")))
}

fn start() -> (Upstream, Plane) {
    let upstream = Upstream::start(|request, wire| wire.answer(200, &[], &request.body));
    let plane = Plane::start(&api(&upstream));
    (upstream, plane)
}

/// What does not differ between two answers to the same request.
fn constant(response: &Response) -> (u16, String, BTreeMap<String, String>, String, bool) {
    let own = ["x-amzn-requestid", "x-amz-apigw-id", "date"];
    let mut headers = BTreeMap::new();
    for (name, value) in &response.headers {
        let value = if own.contains(&name.as_str()) { "some".to_owned() } else { value.clone() };
        assert!(headers.insert(name.clone(), value).is_none(), "{name} came twice");
    }
    (response.status, response.reason.clone(), headers, response.text(), response.complete)
}

#[test]
fn the_answer_is_the_same_as_behind_the_library() {
    let (_upstream, plane) = start();
    for (method, target, headers) in [
        ("OPTIONS", "/cors", &[][..]),
        (
            "OPTIONS",
            "/cors?a=b%20c",
            &[("Origin", "https://a.example"), ("Access-Control-Request-Method", "PUT")],
        ),
        ("OPTIONS", "//cors/", &[("Connection", "Keep-Alive"), ("Accept", "*/*")]),
        ("GET", "/text", &[("Accept", "text/html"), ("Authorization", "none")]),
        ("GET", "/none", &[]),
        ("GET", "/nothing", &[]),
        ("OPTIONS", "/co%00rs", &[]),
        ("OPTIONS", "/cors", &[("Content-Type", "text/csv")]),
        ("OPTIONS", "/cors", &[("X-HTTP-Method-Override", "GET")]),
        ("HEAD", "/text", &[]),
        ("GET", "/text#fragment", &[]),
        ("GET", "/te\"xt", &[]),
    ] {
        let request = headers.iter().fold(Request::new(method, target), |r, (n, v)| r.header(n, v));
        let front = request.send(plane.address);
        // A field of the connection's own, which changes nothing but who answers.
        let behind = request.clone().header("TE", "trailers").send(plane.address);
        assert_eq!(constant(&front), constant(&behind), "{request:?}");
    }
}

#[test]
fn answers_come_in_the_order_of_their_requests() {
    let (upstream, plane) = start();
    let ready = Request::new("OPTIONS", "/cors").bytes(plane.address);
    let text = Request::get("/text").bytes(plane.address);
    let proxied = Request::new("POST", "/proxy").body("hello").bytes(plane.address);
    let plain = Request::get("/proxy").bytes(plane.address);
    let order = [&ready, &text, &proxied, &ready, &plain, &text, &ready, &plain, &plain, &ready];
    let expected = ["", "ready", "hello", "", "", "ready", "", "", "", ""];
    let bytes: Vec<u8> = order.into_iter().flatten().copied().collect();
    for piece in [bytes.len(), 700, 97, 13, 1] {
        let mut client = RawClient::connect(plane.address);
        bytes.chunks(piece).for_each(|piece| client.send(piece));
        for (number, expected) in expected.iter().enumerate() {
            let answer = client.response();
            assert_eq!(
                (answer.status, answer.text().as_str()),
                (200, *expected),
                "{number} in pieces of {piece}"
            );
        }
    }
    assert_eq!(upstream.requests().len(), 5 * 4);
}

#[test]
fn a_body_is_never_taken_for_a_request() {
    let (upstream, plane) = start();
    let hidden = "OPTIONS /cors HTTP/1.1\r\nHost: a\r\n\r\n";
    let head = format!("POST /proxy HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", hidden.len());
    let chunked = "POST /proxy HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunk = format!("{:x}\r\n{hidden}\r\n0\r\n\r\n", hidden.len());
    let mut client = RawClient::connect(plane.address);
    for (head, body) in [(head.as_str(), hidden), (chunked, chunk.as_str())] {
        client.send(hidden);
        assert_eq!(client.response().text(), "");
        // The back end has the head before the body is sent: nothing else would tell the two apart.
        client.send(head);
        client.send(body);
        assert_eq!(client.response().text(), hidden);
    }
    assert_eq!(upstream.requests().len(), 2);
}

#[test]
fn a_connection_ends_when_it_is_asked_to() {
    let (_upstream, plane) = start();
    let mut client = RawClient::connect(plane.address);
    client.send(Request::new("OPTIONS", "/cors").bytes(plane.address));
    assert_eq!(client.response().header("connection"), None);
    client.send(Request::new("OPTIONS", "/cors").header("Connection", "close").bytes(plane.address));
    assert_eq!(client.response().header("connection"), Some("close"));
    assert!(client.is_closed());
}

#[test]
fn who_sends_and_does_not_read_is_not_read_from_for_ever() {
    let (_upstream, plane) = start();
    let request = Request::get("/text").bytes(plane.address).repeat(64);
    let client = RawClient::connect(plane.address);
    client.stream().set_nonblocking(true).expect("a socket that does not wait");
    let mut sent = 0_usize;
    let blocked = loop {
        match std::io::Write::write(&mut client.stream(), &request[sent % request.len()..]) {
            Ok(count) => sent += count,
            Err(error) => break error,
        }
        assert!(sent < 256 << 20, "everything is taken in");
    };
    assert_eq!(blocked.kind(), std::io::ErrorKind::WouldBlock);
    assert_eq!(Request::get("/text").send(plane.address).text(), "ready", "others are not kept waiting");
}

#[test]
fn each_is_counted() {
    let (_upstream, plane) = start();
    let mut client = RawClient::connect(plane.address);
    let preflight = Request::preflight("/cors", "https://a.example", "PUT", &[]).bytes(plane.address);
    client.send(preflight.repeat(3));
    (0..3).for_each(|_| assert_eq!(client.response().status, 200));
    // A request that is the library's, and one after it that is not.
    client.send(Request::get("/proxy").bytes(plane.address));
    assert_eq!(client.response().status, 200);
    client.send(&preflight);
    assert_eq!(client.response().status, 200);
    assert_eq!(plane.metric("postern_cors_preflights_total"), 4);
    assert_eq!(plane.metric("postern_ready_answers_total"), 4);
}
