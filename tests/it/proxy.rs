//! `HTTP_PROXY`: request and answer pass through, streaming both ways, over kept connections.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::plane::{Plane, TestApi, TestMethod};
use crate::support::{PATIENCE, RawClient, Request, Upstream};

fn plane(upstream: &Upstream) -> Plane {
    let method = TestMethod::proxy(&upstream.url("/base/{proxy}"));
    let method = method.maps("path.proxy", "method.request.path.proxy");
    Plane::start(&TestApi::new().method("/{proxy+}", "ANY", method))
}

#[test]
fn every_method_and_body_passes() {
    let upstream = Upstream::start(|request, wire| {
        wire.answer(201, &[("X-Method", &request.method), ("X-Target", &request.target)], &request.body);
    });
    let plane = plane(&upstream);
    for (method, body) in
        [("POST", "a body"), ("PUT", ""), ("PATCH", "{}"), ("DELETE", "gone"), ("GET", ""), ("OPTIONS", "")]
    {
        let mut request = Request::new(method, "/a%20b/c//d?x=1&x=%2B;y=/");
        if !body.is_empty() {
            request = request.body(body);
        }
        let response = request.send(plane.address);
        assert_eq!((response.status, response.header("x-method")), (201, Some(method)));
        assert_eq!(response.header("x-target"), Some("/base/a%20b/c//d?x=1&x=%2B;y=/"));
        assert_eq!(response.text(), body, "{method}");
    }
    let head = Request::new("HEAD", "/a").send(plane.address);
    assert_eq!((head.status, head.body.len()), (201, 0));
}

#[test]
fn mapped_query_values_are_added_after_what_came() {
    let upstream = Upstream::answering(200, &[], "");
    let uri = format!("{}?testVar={{pathVar}}&fixed=1", upstream.url("/x"));
    let method = TestMethod::proxy(&uri)
        .maps("path.pathVar", "method.request.path.v")
        .maps("querystring.added", "'new'");
    let plane = Plane::start(&TestApi::new().method("/{v}", "GET", method));
    Request::get("/foobar?testVar=bar").send(plane.address);
    assert_eq!(upstream.only_request().target, "/x?testVar=foobar&fixed=1&testVar=bar&added=new");
}

#[test]
fn chunked_bodies_stream_both_ways_as_they_come() {
    // Answers each piece of the request as soon as it came: passes only if nothing is held back.
    let upstream = Upstream::raw(|mut stream, _| {
        let mut seen = Vec::new();
        let mut bytes = [0; 4096];
        while !seen.windows(4).any(|w| w == b"\r\n\r\n") {
            let count = stream.read(&mut bytes).unwrap();
            seen.extend_from_slice(&bytes[..count]);
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
        for piece in ["one", "two", "three"] {
            while !seen.windows(piece.len()).any(|w| w == piece.as_bytes()) {
                let count = stream.read(&mut bytes).unwrap();
                seen.extend_from_slice(&bytes[..count]);
            }
            let chunk = format!("{:x}\r\n{piece}\r\n", piece.len());
            stream.write_all(chunk.as_bytes()).unwrap();
        }
        stream.write_all(b"0\r\n\r\n").unwrap();
        // Until the gateway hangs up, so that nothing is cut off.
        while matches!(stream.read(&mut bytes), Ok(1..)) {}
    });
    let plane = plane(&upstream);
    let mut client = RawClient::connect(plane.address);
    client.send("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
    let head = client.head();
    assert_eq!((head.status, head.header("transfer-encoding")), (200, Some("chunked")));
    assert_eq!(client.take(8), b"3\r\none\r\n");
    client.send("3\r\ntwo\r\n");
    assert_eq!(client.take(8), b"3\r\ntwo\r\n");
    client.send("5\r\nthree\r\n0\r\n\r\n");
    assert_eq!(client.take(15), b"5\r\nthree\r\n0\r\n\r\n");
}

#[test]
fn large_bodies_pass_whole_both_ways() {
    let upstream = Upstream::start(|request, wire| wire.answer(200, &[], &request.body));
    let plane = plane(&upstream);
    let body: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let response = Request::new("POST", "/x").body(body.clone()).send(plane.address);
    assert!(response.complete && response.body == body);
}

#[test]
fn an_answer_is_held_back_while_the_caller_does_not_read() {
    const TOTAL: usize = 64 * 1024 * 1024;
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    let upstream = Upstream::raw(move |mut stream, _| {
        let mut request = [0; 4096];
        let _head = stream.read(&mut request).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {TOTAL}\r\n\r\n").unwrap();
        let piece = [b'x'; 64 * 1024];
        for _ in 0..TOTAL / piece.len() {
            if stream.write_all(&piece).is_err() {
                return;
            }
            counted.fetch_add(piece.len(), Ordering::SeqCst);
        }
    });
    let plane = plane(&upstream);
    let mut client = RawClient::connect(plane.address);
    client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
    let head = client.head();
    assert_eq!(head.status, 200);
    // The buffers of two sockets and the gateway fill up, and then nothing moves.
    let mut before = usize::MAX;
    while before != sent.load(Ordering::SeqCst) {
        before = sent.load(Ordering::SeqCst);
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert!(before < TOTAL / 2, "{before} bytes were taken of an answer that nobody reads");
    assert_eq!(client.take(TOTAL).len(), TOTAL);
}

#[test]
fn connections_to_a_back_end_are_kept() {
    let upstream = Upstream::answering(200, &[], "x");
    let method = TestMethod::proxy(&upstream.url("/"));
    let plane = Plane::with(&TestApi::new().method("/x", "ANY", method), |config| config.workers = 1);
    let mut client = RawClient::connect(plane.address);
    for _ in 0..5 {
        client.send(Request::get("/x").bytes(plane.address));
        assert_eq!(client.response().text(), "x");
    }
    assert_eq!(upstream.connections(), 1);
    assert_eq!(plane.metric("postern_upstream_reuses_total"), 4);
    assert_eq!(plane.metric("postern_upstream_idle_connections"), 1);
}

#[test]
fn a_connection_that_is_not_clean_is_not_kept() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 204 No Content\r\n\r\nbody that must not be",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nmore",
    ] {
        let upstream = Upstream::start(move |_, wire| wire.send(answer));
        let method = TestMethod::proxy(&upstream.url("/"));
        let plane = Plane::with(&TestApi::new().method("/x", "ANY", method), |config| config.workers = 1);
        for _ in 0..2 {
            let response = Request::get("/x").send(plane.address);
            let expected = if response.status == 204 { "" } else { "ok" };
            assert_eq!(response.text(), expected, "{answer:?}");
        }
        assert_eq!(upstream.connections(), 2, "{answer:?}");
    }
}

#[test]
fn a_kept_connection_that_ended_is_replaced_for_idempotent_requests_only() {
    for (method, status) in [("GET", 200), ("PUT", 200), ("DELETE", 200), ("POST", 504), ("PATCH", 504)] {
        // Ends its first connection when a second request arrives on it, without a byte.
        let upstream = Upstream::start(|request, wire| {
            if request.target.ends_with("first") || request.connection > 0 {
                wire.answer(200, &[], "ok");
            } else {
                wire.close();
            }
        });
        let plane = Plane::with(
            &TestApi::new().method(
                "/{p}",
                "ANY",
                TestMethod::proxy(&upstream.url("/{p}")).maps("path.p", "method.request.path.p"),
            ),
            |config| config.workers = 1,
        );
        assert_eq!(Request::get("/first").send(plane.address).status, 200);
        let response = Request::new(method, "/second").send(plane.address);
        assert_eq!(response.status, status, "{method}");
        let expected = if status == 200 { 3 } else { 2 };
        assert_eq!(upstream.requests().len(), expected, "{method}");
    }
}

#[test]
fn an_answer_that_is_cut_is_seen_to_be_cut() {
    for (answer, is_chunked) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", false),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", true),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n", true),
    ] {
        let upstream = Upstream::sending(answer);
        let plane = plane(&upstream);
        let mut client = RawClient::connect(plane.address);
        client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
        let head = client.head();
        assert_eq!((head.status, head.header("transfer-encoding").is_some()), (200, is_chunked));
        let rest = client.rest();
        assert!(!rest.ends_with(b"0\r\n\r\n") && rest.len() < 10, "{:?}", String::from_utf8_lossy(&rest));
    }
}

#[test]
fn an_answer_without_a_length_ends_where_the_connection_does() {
    let upstream = Upstream::sending("HTTP/1.1 200 OK\r\n\r\nall of it");
    let response = Request::get("/x").send(plane(&upstream).address);
    assert!(response.complete);
    assert_eq!(response.text(), "all of it");
}

#[test]
fn an_early_answer_is_not_lost_to_the_rest_of_the_upload() {
    let upstream = Upstream::raw(|mut stream, _| {
        let mut head = [0; 1024];
        let _count = stream.read(&mut head).unwrap();
        stream
            .write_all(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
            .unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut rest = Vec::new();
        let _ignored = stream.read_to_end(&mut rest);
    });
    let plane = plane(&upstream);
    let mut client = RawClient::connect(plane.address);
    client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nstart");
    let response = client.response();
    assert_eq!((response.status, response.text().as_str()), (413, "no"));
}

#[test]
fn a_caller_that_goes_away_frees_the_back_end() {
    let upstream = Upstream::start(|_, wire| wire.wait_for_hang_up());
    let plane = plane(&upstream);
    let mut client = RawClient::connect(plane.address);
    client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
    upstream.request(0);
    drop(client);
    // The script returns once the gateway hangs up; the request after it finds a fresh connection.
    let started = std::time::Instant::now();
    while plane.metric("postern_requests_in_flight") > 0 {
        assert!(started.elapsed() < PATIENCE, "the request is still in flight");
        std::thread::yield_now();
    }
}
