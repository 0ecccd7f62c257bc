//! A stop in good order: nothing new is let in, what is in flight is finished, and there is an end to it.

use std::net::TcpStream;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::plane::{Plane, TestApi, TestMethod};
use crate::support::{PATIENCE, RawClient, Request, Upstream};

/// A back end that answers when it is told to.
fn held() -> (Upstream, mpsc::Sender<()>) {
    let (release, released) = mpsc::channel();
    let released = std::sync::Mutex::new(released);
    let upstream = Upstream::start(move |_, wire| {
        let _told_or_gone = released.lock().unwrap().recv_timeout(PATIENCE);
        wire.answer(200, &[], "late");
    });
    (upstream, release)
}

fn api(upstream: &Upstream) -> TestApi {
    TestApi::new().method("/slow", "GET", TestMethod::proxy(&upstream.url("/"))).method(
        "/quick",
        "GET",
        TestMethod::mock(200, &[], "quick"),
    )
}

#[test]
fn what_is_in_flight_is_finished_and_nothing_new_is_let_in() {
    let (upstream, release) = held();
    let plane = Plane::start(&api(&upstream));
    let address = plane.address;
    let mut busy = RawClient::connect(address);
    busy.send(Request::get("/slow").bytes(address));
    let mut idle = RawClient::connect(address);
    idle.send(Request::get("/quick").bytes(address));
    assert_eq!(idle.response().status, 200);
    upstream.request(0);

    let draining = std::thread::spawn(move || plane.drain(PATIENCE));
    assert!(idle.is_closed(), "a kept connection without a request ends at once");
    let started = Instant::now();
    while TcpStream::connect(address).is_ok() {
        assert!(started.elapsed() < PATIENCE, "connections are still accepted");
    }
    assert!(!draining.is_finished());
    release.send(()).unwrap();
    let response = busy.response();
    assert_eq!((response.status, response.text().as_str()), (200, "late"));
    assert!(busy.is_closed());
    draining.join().unwrap();
}

#[test]
fn a_drain_ends_even_if_a_request_does_not() {
    let (upstream, _release) = held();
    let plane = Plane::start(&api(&upstream));
    let metrics = plane.metrics.clone();
    let mut busy = RawClient::connect(plane.address);
    busy.send(Request::get("/slow").bytes(plane.address));
    upstream.request(0);
    let started = Instant::now();
    plane.drain(Duration::from_millis(100));
    assert!(started.elapsed() < PATIENCE);
    assert!(busy.rest().is_empty());
    assert!(metrics.encode().contains("postern_limits_total{limit=\"drain\"} 1"));
}

#[test]
fn no_request_is_lost_by_a_drain_under_load() {
    let (upstream, _release) = held();
    let plane = Plane::start(&api(&upstream));
    let address = plane.address;
    let (first, seen) = mpsc::channel();
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let first = first.clone();
            std::thread::spawn(move || {
                // A connection for each request: one that was accepted is answered.
                let mut answered = 0;
                loop {
                    let Ok(stream) = TcpStream::connect(address) else { return answered };
                    drop(stream);
                    let Some(response) = attempt(address) else { return answered };
                    assert_eq!((response.status, response.text().as_str()), (200, "quick"));
                    answered += 1;
                    let _nobody_waits = first.send(());
                }
            })
        })
        .collect();
    for _ in 0..50 {
        seen.recv_timeout(PATIENCE).unwrap();
    }
    plane.drain(PATIENCE);
    let answered: usize = clients.into_iter().map(|client| client.join().unwrap()).sum();
    assert!(answered >= 50);
}

/// One request on a connection of its own; `None` once the listener is gone. A connection that the kernel took
/// and the gateway never saw is not a request that was let in.
fn attempt(address: std::net::SocketAddr) -> Option<crate::support::Response> {
    use std::io::{Read as _, Write as _};
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(&Request::get("/quick").header("Connection", "close").bytes(address)).ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8(bytes).unwrap();
    if text.is_empty() {
        return None;
    }
    let (head, body) = text.split_once("\r\n\r\n").expect("an answer is whole or not there");
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).expect("a status");
    Some(crate::support::Response {
        version: "HTTP/1.1".to_owned(),
        status,
        reason: String::new(),
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
        complete: true,
    })
}
