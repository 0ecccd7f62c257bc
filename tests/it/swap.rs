//! Hot swap: a version is in force before the call that publishes it returns, no request is lost, and no answer is
//! of two versions.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use postern::compile::StagePlan;

use crate::plane::{Plane, TestApi, TestMethod};
use crate::support::{RawClient, Request, Upstream};

const ROUNDS: u64 = 1_000;

/// A version says its number in the mock's header, in the mock's body, and in what it sends to the back end.
fn version(number: u64, upstream: &Upstream) -> Arc<StagePlan> {
    let text = number.to_string();
    let mock = TestMethod::mock(200, &[("X-Version", &text)], &format!("version {text}"));
    let proxy = TestMethod::http(&upstream.url("/")).maps("header.X-Version", &format!("'{text}'")).responds(
        200,
        None,
        &[("X-Version", &text), ("X-Seen", "integration.response.header.X-Seen")],
    );
    TestApi::new().method("/mock", "GET", mock).method("/http", "GET", proxy).plan()
}

/// A back end that says which version called it.
fn back_end() -> Upstream {
    Upstream::start(|request, wire| {
        let seen = request.header("x-version").unwrap_or("none").to_owned();
        wire.answer(200, &[("X-Seen", &seen)], seen.as_bytes());
    })
}

/// A plane that serves something else at first.
fn plane() -> Plane {
    // A fast machine would come to the end of a connection's share of requests, and be told so.
    Plane::with(&TestApi::new().method("/", "GET", TestMethod::mock(200, &[], "")), |config| {
        config.limits.requests_per_connection = u64::MAX;
    })
}

/// One request; its version, after checking that all of the answer is of it.
#[track_caller]
fn ask(client: &mut RawClient, address: SocketAddr, target: &str) -> u64 {
    client.send(Request::get(target).bytes(address));
    let response = client.response();
    assert_eq!(response.status, 200);
    let version = response.header("x-version").expect("a version").to_owned();
    match target {
        "/mock" => assert_eq!(response.text(), format!("version {version}")),
        _ => assert_eq!(
            (response.header("x-seen"), response.text()),
            (Some(version.as_str()), version.clone())
        ),
    }
    version.parse().expect("a number")
}

#[test]
fn versions_are_swapped_under_load_without_a_lost_or_mixed_answer() {
    let upstream = back_end();
    // A few versions, gone to and back to again and again: deployments and rollbacks.
    let versions: Vec<_> = (0..7).map(|number| version(number, &upstream)).collect();
    let plane = plane();
    plane.publish(&versions[0]);
    let address = plane.address;
    let stop = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(AtomicU64::new(0));
    let clients: Vec<_> = ["/mock", "/http", "/mock", "/http"]
        .map(|target| {
            let (stop, answered) = (Arc::clone(&stop), Arc::clone(&answered));
            thread::spawn(move || {
                let mut client = RawClient::connect(address);
                while !stop.load(Ordering::Relaxed) {
                    ask(&mut client, address, target);
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .into();
    let mut witness = RawClient::connect(address);
    let mut other_witness = RawClient::connect(address);
    for round in 1..=ROUNDS {
        let number = round % 7;
        plane.publish(&versions[number as usize]);
        // Whichever worker these two are served by: the new version is in force when the call has returned.
        assert_eq!(ask(&mut witness, address, "/mock"), number, "round {round}");
        assert_eq!(ask(&mut other_witness, address, "/mock"), number, "round {round}");
    }
    stop.store(true, Ordering::Relaxed);
    clients.into_iter().for_each(|client| client.join().expect("no request failed"));
    assert!(answered.load(Ordering::Relaxed) > 0);
}

#[test]
fn a_request_in_flight_keeps_the_version_it_began_with() {
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = std::sync::Mutex::new(released);
    let upstream = Upstream::start(move |request, wire| {
        released.lock().unwrap().recv_timeout(crate::support::PATIENCE).unwrap();
        let seen = request.header("x-version").unwrap_or("none").to_owned();
        wire.answer(200, &[("X-Seen", &seen)], seen.as_bytes());
    });
    let plane = plane();
    plane.publish(&version(1, &upstream));
    let mut client = RawClient::connect(plane.address);
    client.send(Request::get("/http").bytes(plane.address));
    upstream.request(0);
    plane.publish(&version(2, &upstream));
    release.send(()).unwrap();
    let response = client.response();
    assert_eq!((response.header("x-version"), response.text().as_str()), (Some("1"), "1"));
    release.send(()).unwrap();
    assert_eq!(ask(&mut client, plane.address, "/http"), 2);
}

#[test]
fn idle_workers_let_go_of_what_is_no_longer_served() {
    let upstream = back_end();
    let plane = plane();
    let old = version(1, &upstream);
    plane.publish(&old);
    let mut client = RawClient::connect(plane.address);
    assert_eq!(ask(&mut client, plane.address, "/mock"), 1);
    plane.publish(&version(2, &upstream));
    let started = std::time::Instant::now();
    while Arc::strong_count(&old) > 1 {
        assert!(started.elapsed() < crate::support::PATIENCE, "the old version is still held");
        thread::yield_now();
    }
}
