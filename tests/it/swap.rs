//! Hot swap: a version is in force before the call that publishes it returns, no request is lost, and no answer is
//! of two versions.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use postern::compile::StagePlan;
use postern::wire::pb;

use crate::plane::{Plane, TestApi, TestMethod};
use crate::support::{Postern, RawClient, Request, Upstream, mock};

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
    Plane::start(&TestApi::new().method("/", "GET", TestMethod::mock(200, &[], "")))
}

/// A caller that keeps its connection for as long as it may.
struct Caller {
    address: SocketAddr,
    client: RawClient,
}

impl Caller {
    fn new(address: SocketAddr) -> Self {
        Self { address, client: RawClient::connect(address) }
    }

    /// One request; its version, after checking that all of the answer is of it.
    #[track_caller]
    fn ask(&mut self, target: &str) -> u64 {
        self.client.send(Request::get(target).bytes(self.address));
        let response = self.client.response();
        assert_eq!(response.status, 200, "{}", response.text());
        let version = response.header("x-version").expect("a version").to_owned();
        match target {
            "/mock" => assert_eq!(response.text(), format!("version {version}")),
            _ => assert_eq!(
                (response.header("x-seen"), response.text()),
                (Some(version.as_str()), version.clone())
            ),
        }
        // Ten thousand requests are a connection's share.
        if response.header("connection") == Some("close") {
            self.client = RawClient::connect(self.address);
        }
        version.parse().expect("a number")
    }
}

/// Callers that hammer a server until they are told to stop.
struct Hammer {
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
    callers: Vec<thread::JoinHandle<()>>,
}

impl Hammer {
    fn start(address: SocketAddr, targets: &[&'static str]) -> Self {
        let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let start = |target: &&'static str| {
            let (stop, answered, target) = (Arc::clone(&stop), Arc::clone(&answered), *target);
            thread::spawn(move || {
                let mut caller = Caller::new(address);
                while !stop.load(Ordering::Relaxed) {
                    caller.ask(target);
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            })
        };
        let callers = targets.iter().map(start).collect();
        Self { stop, answered, callers }
    }

    /// Ends it; panics if any request failed or was answered by two versions.
    fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.callers.into_iter().for_each(|caller| caller.join().expect("no request failed"));
        assert!(self.answered.load(Ordering::Relaxed) > 0);
    }
}

#[test]
fn versions_are_swapped_under_load_without_a_lost_or_mixed_answer() {
    let upstream = back_end();
    // A few versions, gone to and back to again and again: deployments and rollbacks.
    let versions: Vec<_> = (0..7).map(|number| version(number, &upstream)).collect();
    let plane = plane();
    plane.publish(&versions[0]);
    let hammer = Hammer::start(plane.address, &["/mock", "/http", "/mock", "/http"]);
    let mut witnesses = [Caller::new(plane.address), Caller::new(plane.address)];
    for round in 1..=ROUNDS {
        let number = round % 7;
        plane.publish(&versions[number as usize]);
        // Whichever worker they are served by: the new version is in force when the call has returned.
        for witness in &mut witnesses {
            assert_eq!(witness.ask("/mock"), number, "round {round}");
        }
    }
    hammer.stop();
}

/// The same through the admin API: the draft is edited and deployed, the stage goes back, and on again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deployments_and_rollbacks_are_in_force_when_the_call_returns() {
    let version = |number: u64| {
        let text = number.to_string();
        mock(200, &[("X-Version", &text)], &format!("version {text}"))
    };
    let server = Postern::start().await;
    let api = server.serve([("/mock", "GET", version(0))]).await;
    let hammer = Hammer::start(server.data, &["/mock", "/mock"]);
    let mut witness = Caller::new(server.data);
    let go = |deployment: String| pb::RollbackStageRequest {
        api_id: api.clone(),
        stage_name: "prod".to_owned(),
        deployment,
        ..Default::default()
    };
    // Three moves a round.
    for number in 1..=ROUNDS.div_ceil(3) {
        server.put(&api, "/mock", "GET", version(number)).await;
        let deployment = server.deploy(&api, "prod").await;
        assert_eq!(witness.ask("/mock"), number);
        server.stages().rollback_stage(go(String::new())).await.unwrap();
        assert_eq!(witness.ask("/mock"), number - 1);
        server.stages().rollback_stage(go(deployment)).await.unwrap();
        assert_eq!(witness.ask("/mock"), number);
    }
    hammer.stop();
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
    let mut caller = Caller::new(plane.address);
    caller.client.send(Request::get("/http").bytes(plane.address));
    upstream.request(0);
    plane.publish(&version(2, &upstream));
    release.send(()).unwrap();
    let response = caller.client.response();
    assert_eq!((response.header("x-version"), response.text().as_str()), (Some("1"), "1"));
    release.send(()).unwrap();
    assert_eq!(caller.ask("/http"), 2);
}

#[test]
fn idle_workers_let_go_of_what_is_no_longer_served() {
    let upstream = back_end();
    let plane = plane();
    let old = version(1, &upstream);
    plane.publish(&old);
    assert_eq!(Caller::new(plane.address).ask("/mock"), 1);
    plane.publish(&version(2, &upstream));
    let started = std::time::Instant::now();
    while Arc::strong_count(&old) > 1 {
        assert!(started.elapsed() < crate::support::PATIENCE, "the old version is still held");
        thread::yield_now();
    }
}
