//! The test's own tools do what they say.

use crate::support::{RawClient, Request, Upstream};

#[test]
fn an_upstream_remembers_what_it_received_and_sends_what_it_is_told() {
    let upstream = Upstream::answering(201, &[("X-A", "1")], "made");
    let answer = Request::new("POST", "/a?b").header("X-B", "2").body("hello").send(upstream.address());
    assert_eq!((answer.status, answer.header("x-a"), answer.text().as_str()), (201, Some("1"), "made"));
    let request = upstream.only_request();
    assert_eq!(
        (request.method.as_str(), request.target.as_str(), request.text().as_str()),
        ("POST", "/a?b", "hello")
    );
    assert_eq!(request.header("x-b"), Some("2"));
}

#[test]
fn a_kept_connection_carries_several_requests() {
    let upstream = Upstream::answering(200, &[], "x");
    let mut client = RawClient::connect(upstream.address());
    for _ in 0..3 {
        client.send(Request::get("/").bytes(upstream.address()));
        assert_eq!(client.response().status, 200);
    }
    assert_eq!(upstream.connections(), 1);
    assert_eq!(upstream.request(2).connection, 0);
}

#[test]
fn a_body_that_is_cut_short_is_seen_to_be() {
    let upstream = Upstream::sending("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    let answer = Request::get("/").send(upstream.address());
    assert_eq!((answer.text().as_str(), answer.complete), ("abc", false));
}

#[test]
fn a_reset_is_no_answer() {
    let upstream = Upstream::start(|_, wire| wire.reset());
    let mut client = RawClient::connect(upstream.address());
    client.send(Request::get("/").bytes(upstream.address()));
    assert!(client.is_closed());
}
