//! The admin listener against web pages and oversized requests, and gRPC-Web for pages that are listed.

use postern::admin::Guard;
use postern::wire::pb;
use prost::Message as _;
use tonic::Code;
use tonic::transport::Endpoint;

use crate::support::admin::AdminServer;
use crate::support::{Request, Response};

const PAGE: &str = "https://console.example.com";

async fn send(server: &AdminServer, request: Request) -> Response {
    let address = server.address;
    tokio::task::spawn_blocking(move || request.send(address)).await.unwrap()
}

async fn listing() -> AdminServer {
    let guard = Guard {
        allow_hosts: vec!["admin.example.com".parse().unwrap()],
        allow_origins: vec![PAGE.parse().unwrap()],
    };
    AdminServer::guarded(guard).await
}

/// `ListApis` as a page would call it.
fn web_call() -> Request {
    framed(&pb::ListApisRequest::default().encode_to_vec())
}

fn framed(message: &[u8]) -> Request {
    let mut body = vec![0];
    body.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    body.extend(message);
    Request::new("POST", "/postern.admin.v1.ApiService/ListApis")
        .header("Content-Type", "application/grpc-web+proto")
        .header("X-Grpc-Web", "1")
        .body(body)
}

#[tokio::test]
async fn grpc_web_answers_over_http_1() {
    let server = AdminServer::start().await;
    server.api("pets").await;
    let answer = send(&server, web_call()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/grpc-web+proto"));
    let body = &answer.body;
    let length = usize::try_from(u32::from_be_bytes(body[1..5].try_into().unwrap())).unwrap();
    let listed = pb::ListApisResponse::decode(&body[5..5 + length]).unwrap();
    assert_eq!(listed.apis[0].name, "pets");
    let trailers = String::from_utf8_lossy(&body[5 + length + 5..]).into_owned();
    assert!(trailers.contains("grpc-status:0"), "{trailers}");
}

#[tokio::test]
async fn a_page_that_is_not_listed_is_refused_before_anything_is_done() {
    let server = listing().await;
    for origin in ["https://evil.example", "null", "http://127.0.0.1:9901", "http://console.example.com"] {
        let answer = send(&server, web_call().header("Origin", origin)).await;
        assert_eq!(answer.status, 403, "{origin}");
        assert_eq!(answer.header("access-control-allow-origin"), None);
        assert!(answer.text().contains("--admin-allow-origin"), "{}", answer.text());
        let preflight = Request::new("OPTIONS", "/postern.admin.v1.ApiService/ListApis")
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "POST");
        assert_eq!(send(&server, preflight).await.status, 403, "{origin}");
    }
    // The simplest attack: a form or a fetch without preflight.
    let simple = Request::new("POST", "/postern.admin.v1.ApiService/DeleteApi")
        .header("Content-Type", "text/plain")
        .header("Origin", "https://evil.example")
        .body("x");
    assert_eq!(send(&server, simple).await.status, 403);
}

#[tokio::test]
async fn a_host_name_that_was_made_to_resolve_here_is_refused() {
    let server = listing().await;
    for (host, status) in [
        ("evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("localhost.evil.example", 403),
        ("0.0.0.0", 403),
        ("localhost:9901", 200),
        ("[::1]", 200),
        ("admin.example.com", 200),
    ] {
        let answer = send(&server, web_call().host(host)).await;
        assert_eq!(answer.status, status, "{host}");
    }
}

#[tokio::test]
async fn a_grpc_client_is_told_why_it_is_refused() {
    let server = AdminServer::start().await;
    let origin = "http://evil.example".parse().unwrap();
    let endpoint = Endpoint::try_from(format!("http://{}", server.address)).unwrap().origin(origin);
    let mut client = pb::api_service_client::ApiServiceClient::new(endpoint.connect_lazy());
    let refused = client.list_apis(pb::ListApisRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    assert!(refused.message().contains("evil.example"), "{}", refused.message());
}

#[tokio::test]
async fn a_listed_page_gets_cors_headers() {
    let server = listing().await;
    let preflight = Request::new("OPTIONS", "/postern.admin.v1.ApiService/ListApis")
        .header("Origin", PAGE)
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "content-type,x-grpc-web");
    let answer = send(&server, preflight).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, Some(PAGE)));
    assert_eq!(answer.header("access-control-allow-methods"), Some("POST"));
    assert!(answer.header("access-control-allow-headers").unwrap().contains("x-grpc-web"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);

    let answer = send(&server, web_call().header("Origin", PAGE)).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some(PAGE)));
    assert!(answer.header("access-control-expose-headers").unwrap().contains("grpc-status"));
    assert_eq!(answer.header("vary"), Some("origin"));
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let server = AdminServer::start().await;
    let answer = send(&server, web_call().header("X-Long", &"x".repeat(9000))).await;
    assert_eq!(answer.status, 431);

    let name = "x".repeat(5 * 1024 * 1024);
    let request =
        pb::CreateApiRequest { api: Some(pb::Api { name, ..Default::default() }), ..Default::default() };
    let refused = server.apis().create_api(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::OutOfRange);
}

#[tokio::test]
async fn nonsense_is_refused_and_the_next_call_is_answered() {
    let server = AdminServer::start().await;
    let unknown = Request::new("POST", "/postern.admin.v1.ApiService/Nothing")
        .header("Content-Type", "application/grpc-web+proto")
        .body(vec![0, 0, 0, 0, 0]);
    let answer = send(&server, unknown).await;
    assert_eq!(answer.header("grpc-status"), Some("12"), "UNIMPLEMENTED");
    assert_eq!(send(&server, Request::get("/")).await.status, 400);
    let broken = send(&server, framed(&[0xff, 0xff, 0xff])).await;
    assert!(broken.status == 200, "a gRPC status, not an HTTP one: {broken:?}");
    assert_eq!(send(&server, web_call()).await.status, 200);
}
