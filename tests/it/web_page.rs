//! A hostile web page in the operator's browser, against every listener that asks for no credentials: what it can send is
//! refused before anything is done, and it can read nothing of the answer.
//!
//! A page can send simple requests across origins (Fetch, *CORS protocol*: a form's `POST` without preflight), with its
//! own `Origin`, which it cannot leave out of a `POST`; it can ask for preflights; and it can have its own host name
//! resolve to 127.0.0.1 (DNS rebinding), whereupon its requests are same-origin and name that host.

use std::net::SocketAddr;

use postern::wire::pb;
use prost::Message as _;

use crate::support::{Postern, Request, Response};

const PAGE: &str = "https://evil.example";

async fn send(at: SocketAddr, request: Request) -> Response {
    tokio::task::spawn_blocking(move || request.send(at)).await.unwrap()
}

/// What a page would like to call on each listener.
fn calls(server: &Postern) -> Vec<(&'static str, SocketAddr, Request)> {
    let new = pb::Api { name: "planted".to_owned(), ..Default::default() };
    let message = pb::CreateApiRequest { api: Some(new), ..Default::default() }.encode_to_vec();
    let mut framed = vec![0];
    framed.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    framed.extend(message);
    let grpc_web = |kind: &str| {
        Request::new("POST", "/postern.admin.v1.ApiService/CreateApi")
            .header("Content-Type", kind)
            .body(framed.clone())
    };
    let text = |request: Request| request.header("Content-Type", "text/plain");
    let aws = server.aws.unwrap();
    vec![
        ("gRPC-Web", server.admin, grpc_web("application/grpc-web+proto").header("X-Grpc-Web", "1")),
        ("a simple POST of a gRPC-Web message", server.admin, grpc_web("text/plain")),
        (
            "a simple POST to the AWS face",
            aws,
            text(Request::new("POST", "/restapis")).body(r#"{"name": "planted"}"#),
        ),
        (
            "a form to STS",
            aws,
            Request::new("POST", "/")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body("Action=GetCallerIdentity&Version=2011-06-15"),
        ),
        ("reading APIs", aws, Request::get("/restapis")),
        ("reading metrics", server.ops, Request::get("/metrics")),
        ("reading readiness", server.ops, Request::get("/readyz")),
        ("a simple POST to ops", server.ops, text(Request::new("POST", "/readyz")).body("x")),
    ]
}

async fn started() -> Postern {
    Postern::with(|flags| flags.with("aws-listen", ["127.0.0.1:0"])).await
}

/// Neither done nor to be read.
#[track_caller]
fn refused(what: &str, answer: &Response) {
    assert_eq!(answer.status, 403, "{what}: {answer:?}");
    for name in ["access-control-allow-origin", "access-control-allow-credentials"] {
        assert_eq!(answer.header(name), None, "{what}");
    }
}

async fn nothing_was_planted(server: &Postern) {
    let listed = server.apis().list_apis(pb::ListApisRequest::default()).await.unwrap().into_inner();
    assert_eq!(listed.apis, []);
}

#[tokio::test]
async fn what_a_page_sends_across_origins_is_refused() {
    let server = started().await;
    for origin in [PAGE, "null", "http://127.0.0.1:8000", "http://localhost"] {
        for (what, at, request) in calls(&server) {
            refused(what, &send(at, request.header("Origin", origin)).await);
        }
    }
    nothing_was_planted(&server).await;
}

#[tokio::test]
async fn a_preflight_is_granted_nothing() {
    let server = started().await;
    for (what, at, path) in [
        ("admin", server.admin, "/postern.admin.v1.ApiService/CreateApi"),
        ("aws", server.aws.unwrap(), "/restapis"),
        ("ops", server.ops, "/metrics"),
    ] {
        let preflight = Request::new("OPTIONS", path)
            .header("Origin", PAGE)
            .header("Access-Control-Request-Method", "PUT")
            .header("Access-Control-Request-Headers", "content-type,authorization,x-grpc-web");
        refused(what, &send(at, preflight).await);
    }
}

#[tokio::test]
async fn a_host_name_that_was_made_to_resolve_here_is_refused() {
    let server = started().await;
    for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:9901", "[::2]"] {
        for (what, at, request) in calls(&server) {
            refused(what, &send(at, request.host(host)).await);
        }
    }
    nothing_was_planted(&server).await;
    // The same calls under a name that nobody else can have.
    for (what, at, request) in calls(&server) {
        let answer = send(at, request.host("localhost")).await;
        assert_ne!(answer.status, 403, "{what}");
    }
}

/// Calls of APIs on the AWS listener are what pages are for.
#[tokio::test]
async fn calls_of_apis_on_the_aws_listener_are_exempt() {
    let server = started().await;
    let api = server.serve([("/pets", "GET", crate::support::mock(200, &[], "{}"))]).await;
    let path = format!("/restapis/{api}/prod/_user_request_/pets");
    let answer =
        send(server.aws.unwrap(), Request::get(&path).host("evil.example").header("Origin", PAGE)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// Where credentials are asked for, a rebound name gains nothing, and a page is still no caller: browsers show their
/// user's certificate for any of them.
#[tokio::test]
async fn where_credentials_are_asked_for_pages_are_still_to_be_listed() {
    let server = Postern::with(|flags| {
        flags.with("admin-auth", ["required"]).with("admin-allow-origin", ["https://console.example"])
    })
    .await;
    let call = || {
        Request::new("POST", "/postern.admin.v1.ApiService/ListApis")
            .header("Content-Type", "application/grpc-web+proto")
            .body(vec![0, 0, 0, 0, 0])
    };
    refused("another page", &send(server.admin, call().header("Origin", PAGE)).await);
    for request in [call().host("evil.example"), call().header("Origin", "https://console.example")] {
        let answer = send(server.admin, request).await;
        assert_eq!(answer.header("grpc-status"), Some("16"), "{answer:?}");
    }
    let preflight = Request::new("OPTIONS", "/postern.admin.v1.ApiService/ListApis")
        .header("Origin", "https://console.example")
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "authorization");
    let answer = send(server.admin, preflight).await;
    assert!(answer.header("access-control-allow-headers").unwrap().contains("authorization"), "{answer:?}");
}
