//! The outermost layer of an exchange: a CORS policy is on every answer, whoever made it.

use std::net::TcpListener;

use postern::model::{CorsHeaders, CorsMethods, CorsPolicy, GatewayErrors, Origins, ProxyCors, ResourcePath};

use crate::plane::{Plane, TestApi, TestMethod, parsed};
use crate::support::{Request, Response, Upstream};

const ORIGIN: &str = "https://app.example.com";

fn policy(proxy: ProxyCors, gateway_errors: GatewayErrors) -> CorsPolicy {
    let mut policy = CorsPolicy::new(
        Origins::Listed(vec![parsed(ORIGIN), parsed("https://*.example.org")]),
        true,
        CorsMethods::OfResource,
        CorsHeaders::Listed(vec![parsed("X-Token")]),
        CorsHeaders::Listed(vec![parsed("X-Total")]),
        Some(600),
    )
    .unwrap();
    policy.proxy = proxy;
    policy.gateway_errors = gateway_errors;
    policy
}

fn get(plane: &Plane, target: &str, origin: &str) -> Response {
    Request::get(target).header("Origin", origin).send(plane.address)
}

#[test]
fn every_answer_of_an_api_carries_its_policy() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let upstream = Upstream::answering(200, &[("Access-Control-Allow-Origin", "*"), ("Vary", "Accept")], "");
    let api = TestApi::new()
        .api(|api| api.cors_policy = Some(policy(ProxyCors::Own, GatewayErrors::WithCors)))
        .method("/mock", "GET", TestMethod::mock(200, &[], ""))
        .method("/http", "GET", TestMethod::http(&upstream.url("/")))
        .method("/proxy", "GET", TestMethod::proxy(&upstream.url("/")))
        .method("/closed", "GET", TestMethod::proxy(&format!("http://{closed}/")));
    let plane = Plane::start(&api);
    let long = format!("/mock?{}", "x".repeat(9_000));
    for (target, status) in [
        ("/mock", 200),
        ("/http", 200),
        ("/proxy", 200),
        ("/closed", 500),
        ("/none", 403),
        ("/mock/%00", 400),
        (long.as_str(), 414),
    ] {
        let allowed = get(&plane, target, ORIGIN);
        assert_eq!(allowed.status, status);
        assert_eq!(allowed.header("access-control-allow-origin"), Some(ORIGIN), "{status} {target:.20}");
        assert_eq!(allowed.header("access-control-allow-credentials"), Some("true"));
        assert_eq!(allowed.header("access-control-expose-headers"), Some("X-Total"));
        assert!(allowed.all("vary").iter().any(|vary| vary.contains("Origin")), "{target:.20}");
        let denied = get(&plane, target, "https://evil.example");
        assert_eq!(denied.status, status, "a denied origin is answered all the same");
        assert_eq!(denied.header("access-control-allow-origin"), None);
        assert!(denied.all("vary").iter().any(|vary| vary.contains("Origin")), "{target:.20}");
    }
    assert_eq!(
        get(&plane, "/mock", "https://a.b.example.org").header("access-control-allow-origin"),
        Some("https://a.b.example.org")
    );
}

#[test]
fn a_policy_may_leave_proxies_and_errors_alone() {
    let upstream = Upstream::answering(200, &[("Access-Control-Allow-Origin", "https://back.end")], "");
    let api = TestApi::new()
        .api(|api| api.cors_policy = Some(policy(ProxyCors::LeftToBackEnd, GatewayErrors::Bare)))
        .method("/proxy", "GET", TestMethod::proxy(&upstream.url("/")));
    let plane = Plane::start(&api);
    let passed = get(&plane, "/proxy", ORIGIN);
    assert_eq!(passed.header("access-control-allow-origin"), Some("https://back.end"));
    let missing = get(&plane, "/none", ORIGIN);
    assert_eq!((missing.status, missing.header("access-control-allow-origin")), (403, None));
    assert!(missing.all("vary").iter().any(|vary| vary.contains("Origin")));
}

#[test]
fn a_resources_policy_replaces_the_apis() {
    let other = CorsPolicy::new(
        Origins::Any,
        false,
        CorsMethods::OfResource,
        CorsHeaders::Any,
        CorsHeaders::Listed(Vec::new()),
        None,
    )
    .unwrap();
    let path: ResourcePath = parsed("/open");
    let api = TestApi::new()
        .api(|api| api.cors_policy = Some(policy(ProxyCors::Own, GatewayErrors::WithCors)))
        .method("/open", "GET", TestMethod::mock(200, &[], ""))
        .method("/closed", "GET", TestMethod::mock(200, &[], ""))
        .on(&path.to_string(), |resource| resource.cors_policy = Some(other));
    let plane = Plane::start(&api);
    let open = get(&plane, "/open", "https://anyone.example");
    assert_eq!(open.header("access-control-allow-origin"), Some("*"));
    assert_eq!(open.header("access-control-allow-credentials"), None);
    assert_eq!(get(&plane, "/closed", "https://anyone.example").header("access-control-allow-origin"), None);
}
