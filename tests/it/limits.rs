//! Sizes and waits: what is refused beyond them, with which status, and that each of them fires.

use std::time::{Duration, Instant};

use crate::plane::{Plane, TestApi, TestMethod};
use crate::support::{PATIENCE, RawClient, Request, Upstream};

const SHORT: Duration = Duration::from_millis(100);

fn api() -> TestApi {
    let errors = postern::model::GatewayResponseType::Default4xx;
    let large = postern::model::GatewayResponseType::RequestTooLarge;
    let cors = [("Access-Control-Allow-Origin", "'*'")];
    TestApi::new()
        .method("/x", "ANY", TestMethod::mock(200, &[], "ok"))
        .gateway_response(errors, None, &cors, "")
        .gateway_response(large, None, &cors, "")
}

#[test]
fn what_is_too_large_is_said_with_cors_headers() {
    let upstream = Upstream::answering(200, &[], "");
    let api = api().method("/proxy", "POST", TestMethod::proxy(&upstream.url("/")));
    let plane = Plane::with(&api, |config| {
        config.limits.streamed_body_bytes = Some(1_000);
        config.limits.header_fields = 50;
    });
    let long = "x".repeat(9_000);
    let huge = "x".repeat(33_000);
    let mut many = Request::get("/x");
    for number in 0..50 {
        many = many.header(&format!("X-{number}"), "1");
    }
    for (request, status, body, limit) in [
        (Request::get(&format!("/x?{long}")), 414, r#"{"message":"Request URI too long"}"#, "uri"),
        (
            Request::get("/x").header("X", &huge),
            431,
            r#"{"message":"Request Header Fields Too Large"}"#,
            "head",
        ),
        (many, 431, r#"{"message":"Request Header Fields Too Large"}"#, "head"),
        (
            Request::new("POST", "/proxy").body("x".repeat(1_001)),
            413,
            r#"{"message":"Request Too Long"}"#,
            "body",
        ),
        (
            Request::new("POST", "/x").body("x".repeat(1_001)),
            413,
            r#"{"message":"Request Too Long"}"#,
            "body",
        ),
    ] {
        let response = request.send(plane.address);
        assert_eq!((response.status, response.text().as_str()), (status, body));
        assert_eq!(response.header("access-control-allow-origin"), Some("*"), "{status}");
        assert!(plane.metric(&format!("postern_limits_total{{limit=\"{limit}\"}}")) > 0, "{limit}");
    }
    assert!(upstream.requests().is_empty());
    assert_eq!(Request::new("POST", "/proxy").body("x".repeat(1_000)).send(plane.address).status, 200);
}

#[test]
fn a_chunked_body_is_counted_while_it_streams() {
    let upstream = Upstream::answering(200, &[], "");
    let api = api().method("/proxy", "POST", TestMethod::proxy(&upstream.url("/")));
    let plane = Plane::with(&api, |config| config.limits.streamed_body_bytes = Some(10));
    let mut client = RawClient::connect(plane.address);
    client.send("POST /proxy HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n8\r\n12345678\r\n");
    let response = client.response();
    assert_eq!(response.status, 413);
    assert!(client.is_closed());
}

#[test]
fn heads_beyond_every_cap_are_refused_bare_and_the_connection_ends() {
    let plane = Plane::start(&api());
    let mut client = RawClient::connect(plane.address);
    client.send("GET /x HTTP/1.1\r\nHost: a\r\nX: ");
    client.try_send("x".repeat(80_000));
    let response = client.response();
    assert_eq!(response.status, 431);
    assert!(client.rest().is_empty());
    let many = (0..101).fold(Request::get("/x"), |many, number| many.header(&format!("X-{number}"), "1"));
    let mut client = RawClient::connect(plane.address);
    client.send(many.bytes(plane.address));
    assert_eq!(client.response().status, 431);
    assert!(client.is_closed());
    assert!(plane.metric("postern_limits_total{limit=\"head\"}") > 0);
}

#[test]
fn silence_ends_a_connection_in_every_state() {
    let plane = Plane::with(&api(), |config| {
        config.timeouts.detect = SHORT;
        config.timeouts.head = SHORT * 2;
        config.timeouts.keep_alive = SHORT;
    });
    for (sent, limit) in
        [("", "detect"), ("PRI * HT", "detect"), ("GET /x HTTP/1.1\r\nHost:", "head_timeout")]
    {
        let mut client = RawClient::connect(plane.address);
        client.send(sent);
        assert!(client.is_closed(), "{sent:?}");
        assert!(plane.metric(&format!("postern_limits_total{{limit=\"{limit}\"}}")) > 0, "{limit}");
    }
    let mut client = RawClient::connect(plane.address);
    client.send(Request::get("/x").bytes(plane.address));
    assert_eq!(client.response().status, 200);
    assert!(client.is_closed());
    assert!(plane.metric("postern_limits_total{limit=\"idle\"}") > 0);
}

#[test]
fn a_head_that_drips_is_not_waited_for() {
    let plane = Plane::with(&api(), |config| config.timeouts.head = SHORT * 3);
    let mut client = RawClient::connect(plane.address);
    let started = Instant::now();
    client.send("GET /x HTTP/1.1\r\nHost: a\r\n");
    while client.try_send("X: y\r\n") {
        assert!(started.elapsed() < PATIENCE, "still waited for");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(plane.metric("postern_limits_total{limit=\"head_timeout\"}") > 0);
}

#[test]
fn a_body_that_stalls_is_given_up() {
    let upstream = Upstream::raw(|mut stream, _| {
        let mut sink = Vec::new();
        let _ends = std::io::Read::read_to_end(&mut stream, &mut sink);
    });
    let api = api().method("/proxy", "POST", TestMethod::proxy(&upstream.url("/")));
    let plane = Plane::with(&api, |config| config.timeouts.body_idle = SHORT);
    let mut client = RawClient::connect(plane.address);
    client.send("POST /proxy HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nstart");
    let response = client.response();
    assert_eq!(response.status, 408);
    assert!(client.is_closed());
    assert!(plane.metric("postern_limits_total{limit=\"body_timeout\"}") > 0);
}

#[test]
fn a_caller_that_does_not_read_is_given_up() {
    let upstream = Upstream::answering(200, &[], &"x".repeat(32 * 1024 * 1024));
    let api = api().method("/proxy", "GET", TestMethod::proxy(&upstream.url("/")));
    let plane = Plane::with(&api, |config| config.timeouts.write = SHORT);
    let mut client = RawClient::connect(plane.address);
    client.send(Request::get("/proxy").bytes(plane.address));
    let started = Instant::now();
    while plane.metric("postern_limits_total{limit=\"write_timeout\"}") == 0 {
        assert!(started.elapsed() < PATIENCE, "still waited for");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(client.rest().len() < 32 * 1024 * 1024);
}

#[test]
fn a_back_end_whose_body_stalls_is_given_up() {
    let upstream = Upstream::start(|_, wire| {
        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        wire.wait_for_hang_up();
    });
    let api = api().method("/proxy", "GET", TestMethod::proxy(&upstream.url("/")));
    let plane = Plane::with(&api, |config| config.timeouts.upstream_idle = SHORT);
    let mut client = RawClient::connect(plane.address);
    client.send(Request::get("/proxy").bytes(plane.address));
    assert_eq!(client.head().status, 200);
    assert_eq!(client.rest(), b"half");
    assert!(plane.metric("postern_limits_total{limit=\"upstream_timeout\"}") > 0);
}

#[test]
fn a_connection_has_its_share_of_requests() {
    let plane = Plane::with(&api(), |config| config.limits.requests_per_connection = 3);
    let mut client = RawClient::connect(plane.address);
    for number in 1..=3 {
        client.send(Request::get("/x").bytes(plane.address));
        let response = client.response();
        assert_eq!(response.status, 200);
        assert_eq!(response.header("connection").is_some(), number == 3);
    }
    assert!(client.is_closed());
}

#[test]
fn connections_beyond_the_limit_are_turned_away() {
    let plane = Plane::with(&api(), |config| config.limits.connections = 2);
    let mut kept: Vec<_> = (0..2).map(|_| RawClient::connect(plane.address)).collect();
    for client in &mut kept {
        client.send(Request::get("/x").bytes(plane.address));
        assert_eq!(client.response().status, 200);
    }
    let mut third = RawClient::connect(plane.address);
    assert_eq!(third.response().status, 503);
    assert!(third.is_closed());
    drop(kept);
    let started = Instant::now();
    while plane.metric("postern_connections ") > 0 {
        assert!(started.elapsed() < PATIENCE, "connections are not let go");
        std::thread::yield_now();
    }
    assert_eq!(Request::get("/x").send(plane.address).status, 200);
}

#[test]
fn a_body_that_nobody_reads_does_not_become_the_next_request() {
    let plane = Plane::start(&api());
    let mut client = RawClient::connect(plane.address);
    let smuggled = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
    client.send(format!(
        "POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{smuggled}",
        smuggled.len()
    ));
    assert_eq!(client.response().status, 403);
    client.try_send(Request::get("/x").bytes(plane.address));
    // Either the connection ended, or the next answer is the next request's and nothing follows it.
    client.finish();
    let rest = client.rest();
    let answers = rest.windows(9).filter(|window| *window == b"HTTP/1.1 ").count();
    assert!(answers <= 1, "{}", String::from_utf8_lossy(&rest));
}

#[test]
fn a_back_end_has_its_share_of_requests_in_flight() {
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = std::sync::Mutex::new(released);
    let upstream = Upstream::start(move |_, wire| {
        let _told_or_gone = released.lock().unwrap().recv_timeout(PATIENCE);
        wire.answer(200, &[], "late");
    });
    let api = api().method("/proxy", "GET", TestMethod::proxy(&upstream.url("/")));
    let plane = Plane::with(&api, |config| {
        config.workers = 1;
        config.limits.upstream_in_flight = 1;
        config.limits.upstream_queue = 1;
    });
    let mut first = RawClient::connect(plane.address);
    first.send(Request::get("/proxy").bytes(plane.address));
    upstream.request(0);
    // One waits for a second in vain, and while it does another one has no place to wait.
    let mut second = RawClient::connect(plane.address);
    second.send(Request::get("/proxy").bytes(plane.address));
    let answered = second.response();
    assert_eq!((answered.status, answered.header("retry-after")), (503, Some("1")));
    // One that waits gets its turn when the first has ended.
    second.send(Request::get("/proxy").bytes(plane.address));
    release.send(()).unwrap();
    assert_eq!(first.response().text(), "late");
    release.send(()).unwrap();
    assert_eq!(second.response().text(), "late");
    assert_eq!(plane.metric("postern_limits_total{limit=\"upstream_busy\"}"), 1);
}

#[test]
fn a_long_answer_does_not_use_up_the_time_until_the_next_request() {
    let upstream = Upstream::start(|_, wire| {
        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha");
        std::thread::sleep(SHORT * 6);
        wire.send("lf");
    });
    let api = api().method("/proxy", "GET", TestMethod::proxy(&upstream.url("/")));
    let plane = Plane::with(&api, |config| config.timeouts.keep_alive = SHORT * 5);
    let mut client = RawClient::connect(plane.address);
    for _ in 0..2 {
        client.send(Request::get("/proxy").bytes(plane.address));
        assert_eq!(client.response().text(), "half");
    }
}
