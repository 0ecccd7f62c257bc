//! Where a request ends is never in doubt: what two hops might read differently is refused or written anew.

use crate::plane::{Plane, TestApi, TestMethod};
use crate::support::{RawClient, Request, Upstream};

fn echo() -> (Upstream, Plane) {
    let upstream = Upstream::start(|request, wire| wire.answer(200, &[], &request.body));
    let plane = Plane::start(&TestApi::new().method("/x", "ANY", TestMethod::proxy(&upstream.url("/"))));
    (upstream, plane)
}

#[test]
fn a_length_beside_chunked_is_dropped_and_the_connection_ends() {
    let (upstream, plane) = echo();
    let mut client = RawClient::connect(plane.address);
    client.send(
        "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    );
    let response = client.response();
    assert_eq!((response.status, response.text().as_str()), (200, "hello"));
    let seen = upstream.only_request();
    assert_eq!((seen.text().as_str(), seen.header("content-length")), ("hello", None));
    assert_eq!(seen.header("transfer-encoding"), Some("chunked"));
    assert!(client.is_closed());
}

#[test]
fn framing_that_is_in_doubt_is_refused() {
    let (upstream, plane) = echo();
    for (request, name) in [
        ("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx", "a list of lengths"),
        ("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", "two lengths"),
        ("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\nx", "a hexadecimal length"),
        (
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
            "chunked not last",
        ),
        ("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "another coding"),
        (
            "POST /x HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "a coding in HTTP/1.0",
        ),
        ("GET /x HTTP/1.2\r\nHost: a\r\n\r\n", "an unknown version"),
        ("GET /x HTTP/3.0\r\nHost: a\r\n\r\n", "an unknown version"),
        ("GET /x\r\n\r\n", "HTTP/0.9"),
        ("GET /x y HTTP/1.1\r\nHost: a\r\n\r\n", "a space in the target"),
        ("G@T /x HTTP/1.1\r\nHost: a\r\n\r\n", "a method that is no token"),
        ("GET /x HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n", "a name that is no token"),
    ] {
        let mut client = RawClient::connect(plane.address);
        client.send(request);
        let response = client.response();
        assert_eq!(response.status, 400, "{name}");
        assert!(client.is_closed(), "{name}");
    }
    assert!(upstream.requests().is_empty());
}

#[test]
fn broken_chunks_cost_the_connection_and_reach_nobody_whole() {
    for chunks in ["zz\r\n", "5\r\nhelloX\r\n0\r\n\r\n", "-1\r\n", "ffffffffffffffffff\r\n"] {
        let (upstream, plane) = echo();
        let mut client = RawClient::connect(plane.address);
        client.send(format!("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"));
        let response = client.response();
        assert_eq!(response.status, 400, "{chunks:?}");
        assert!(client.is_closed(), "{chunks:?}");
        assert!(upstream.requests().is_empty(), "{chunks:?}");
    }
}

#[test]
fn an_expectation_is_met_before_the_body_is_asked_for() {
    let (_upstream, plane) = echo();
    let mut client = RawClient::connect(plane.address);
    client.send("POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    assert_eq!(client.any_response_to("POST").status, 100);
    client.send("hello");
    assert_eq!(client.response().text(), "hello");
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let (_upstream, plane) = echo();
    let mut client = RawClient::connect(plane.address);
    let bytes: Vec<u8> = ["one", "two", "three"]
        .map(|body| Request::new("POST", "/x").body(body).bytes(plane.address))
        .concat();
    client.send(bytes);
    for body in ["one", "two", "three"] {
        assert_eq!(client.response().text(), body);
    }
}
