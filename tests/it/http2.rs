//! Cleartext HTTP/2 with prior knowledge on the same port.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};

use crate::plane::{Plane, TestApi, TestMethod};
use crate::support::{PATIENCE, Upstream};

type Sender = http2::SendRequest<Full<Bytes>>;

async fn connect(plane: &Plane) -> (Sender, tokio::task::JoinHandle<hyper::Result<()>>) {
    let stream = tokio::net::TcpStream::connect(plane.address).await.unwrap();
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    (sender, tokio::spawn(connection))
}

fn request(plane: &Plane, method: &str, target: &str, body: &'static str) -> Request<Full<Bytes>> {
    let uri = format!("http://{}{target}", plane.address);
    Request::builder().method(method).uri(uri).body(Full::from(body)).unwrap()
}

async fn text(response: Response<hyper::body::Incoming>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn run<F: Future>(body: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(PATIENCE, body).await.expect("in time") })
}

#[test]
fn requests_are_answered_over_http_2_as_over_http_1() {
    let upstream =
        Upstream::start(|request, wire| wire.answer(200, &[("Connection", "keep-alive")], &request.body));
    let api = TestApi::new()
        .method("/mock", "GET", TestMethod::mock(200, &[("X-A", "b")], "mock"))
        .method("/mock", "HEAD", TestMethod::mock(200, &[], "mock"))
        .method("/proxy", "POST", TestMethod::proxy(&upstream.url("/")));
    let plane = Plane::start(&api);
    run(async {
        let (mut sender, _connection) = connect(&plane).await;
        let response = sender.send_request(request(&plane, "GET", "/mock", "")).await.unwrap();
        assert_eq!((response.status(), &response.headers()["x-a"]), (StatusCode::OK, &"b".parse().unwrap()));
        assert!(
            response.headers().contains_key("x-amzn-requestid") && response.headers().contains_key("date")
        );
        assert_eq!(text(response).await, "mock");

        let head = sender.send_request(request(&plane, "HEAD", "/mock", "")).await.unwrap();
        assert_eq!(head.headers()["content-length"], "4");
        assert_eq!(text(head).await, "");

        let response = sender.send_request(request(&plane, "POST", "/proxy", "echoed")).await.unwrap();
        assert_eq!(response.headers()["x-amzn-remapped-connection"], "keep-alive");
        assert_eq!(text(response).await, "echoed");
        let seen = upstream.only_request();
        assert_eq!((seen.version.as_str(), seen.header("via")), ("HTTP/1.1", Some("2.0 postern")));

        let missing = sender.send_request(request(&plane, "GET", "/none", "")).await.unwrap();
        assert_eq!(missing.status(), StatusCode::FORBIDDEN);
        assert_eq!(text(missing).await, r#"{"message":"Missing Authentication Token"}"#);
    });
}

#[test]
fn a_host_that_differs_from_the_authority_is_refused() {
    let plane = Plane::start(&TestApi::new().method("/x", "GET", TestMethod::mock(200, &[], "")));
    run(async {
        let (mut sender, _connection) = connect(&plane).await;
        let mut differs = request(&plane, "GET", "/x", "");
        differs.headers_mut().insert("host", "elsewhere.example".parse().unwrap());
        assert_eq!(sender.send_request(differs).await.unwrap().status(), StatusCode::BAD_REQUEST);
    });
}

#[test]
fn many_streams_share_a_connection() {
    let upstream = Upstream::answering(200, &[], "x");
    let api = TestApi::new().method("/mock", "GET", TestMethod::mock(200, &[], "m")).method(
        "/proxy",
        "GET",
        TestMethod::proxy(&upstream.url("/")),
    );
    let plane = Plane::start(&api);
    run(async {
        let (sender, _connection) = connect(&plane).await;
        let mut tasks = Vec::new();
        for number in 0..200 {
            let mut sender = sender.clone();
            let (target, expected) = if number % 2 == 0 { ("/mock", "m") } else { ("/proxy", "x") };
            let request = request(&plane, "GET", target, "");
            tasks.push(tokio::spawn(async move {
                sender.ready().await.unwrap();
                let response = sender.send_request(request).await.unwrap();
                assert_eq!(text(response).await, expected);
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
    });
}

#[test]
fn a_silent_connection_is_told_goodbye() {
    let api = TestApi::new().method("/x", "GET", TestMethod::mock(200, &[], ""));
    let plane = Plane::with(&api, |config| config.timeouts.keep_alive = Duration::from_millis(100));
    run(async {
        let (mut sender, connection) = connect(&plane).await;
        assert_eq!(
            sender.send_request(request(&plane, "GET", "/x", "")).await.unwrap().status(),
            StatusCode::OK
        );
        // GOAWAY without an error: hyper's own end of the connection is a clean one.
        connection.await.unwrap().unwrap();
    });
    assert!(plane.metric("postern_limits_total{limit=\"idle\"}") > 0);
}

#[test]
fn a_drain_says_goodbye_and_finishes_streams() {
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = std::sync::Mutex::new(released);
    let upstream = Upstream::start(move |_, wire| {
        let _told_or_gone = released.lock().unwrap().recv_timeout(PATIENCE);
        wire.answer(200, &[], "late");
    });
    let plane = Plane::start(&TestApi::new().method("/x", "GET", TestMethod::proxy(&upstream.url("/"))));
    let address = plane.address;
    run(async {
        let (mut sender, connection) = connect(&plane).await;
        let answer = tokio::spawn(sender.send_request(request(&plane, "GET", "/x", "")));
        let waiting = tokio::task::spawn_blocking(move || {
            upstream.request(0);
            upstream
        });
        let _upstream = waiting.await.unwrap();
        let draining = tokio::task::spawn_blocking(move || plane.drain(PATIENCE));
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        assert!(!draining.is_finished());
        release.send(()).unwrap();
        assert_eq!(text(answer.await.unwrap().unwrap()).await, "late");
        connection.await.unwrap().unwrap();
        draining.await.unwrap();
    });
}
