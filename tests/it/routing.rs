//! Which stage and method answer a request, and what is said when none does.

use crate::plane::{API_ID, Plane, TestApi, TestMethod, binding, parsed};
use crate::support::{RawClient, Request};

/// A mock that says which method it is.
fn named(name: &str) -> TestMethod {
    TestMethod::mock(200, &[("X-Method", name)], "")
}

fn api() -> TestApi {
    let mut api = TestApi::new();
    for (path, verb) in [
        ("/", "GET"),
        ("/pets", "GET"),
        ("/pets", "HEAD"),
        ("/pets/{id}", "ANY"),
        ("/pets/special", "GET"),
        ("/test", "POST"),
        ("/test/any", "ANY"),
        ("/{proxy+}", "OPTIONS"),
        ("/part1/hardcoded-value", "GET"),
        ("/files/{rest+}", "GET"),
        ("/files/{rest+}", "PUT"),
    ] {
        api = api.method(path, verb, named(&format!("{verb} {path}")));
    }
    api
}

#[test]
fn the_most_specific_resource_that_can_answer_the_verb_answers() {
    let plane = Plane::start(&api());
    for (method, target, expected) in [
        ("GET", "/", "GET /"),
        ("GET", "/pets", "GET /pets"),
        ("GET", "/pets/", "GET /pets"),
        ("GET", "//pets", "GET /pets"),
        ("GET", "/pets?x=1", "GET /pets"),
        ("HEAD", "/pets", "HEAD /pets"),
        ("GET", "/pets/special", "GET /pets/special"),
        ("POST", "/pets/special", "ANY /pets/{id}"),
        ("DELETE", "/pets/1", "ANY /pets/{id}"),
        ("PATCH", "/pets/a%2Fb", "ANY /pets/{id}"),
        ("OPTIONS", "/pets/1", "ANY /pets/{id}"),
        ("POST", "/test", "POST /test"),
        // Recorded: path beats verb, and what cannot answer the verb is passed over.
        ("OPTIONS", "/test", "OPTIONS /{proxy+}"),
        ("OPTIONS", "/test/any", "ANY /test/any"),
        ("OPTIONS", "/somewhere/else", "OPTIONS /{proxy+}"),
        ("GET", "/files/a//b/", "GET /files/{rest+}"),
    ] {
        let response = Request::new(method, target).send(plane.address);
        assert_eq!(response.header("x-method"), Some(expected), "{method} {target}");
        assert_eq!(response.status, 200);
    }
}

#[test]
fn what_nothing_answers_is_a_missing_authentication_token() {
    let plane = Plane::start(&api());
    for (method, target) in [
        ("GET", "/nowhere"),
        ("GET", "/pets/1/2"),
        ("POST", "/"),
        ("GET", "/test"),
        ("GET", "/files"),
        ("GET", "/part1/random-value"),
        ("GET", "/Pets"),
        ("GET", "/%70ets"),
        ("TRACE", "/pets"),
        ("PROPFIND", "/pets/1"),
        ("get", "/pets"),
    ] {
        let response = Request::new(method, target).send(plane.address);
        assert_eq!(response.status, 403, "{method} {target}");
        assert_eq!(response.header("x-amzn-errortype"), Some("MissingAuthenticationTokenException"));
        assert_eq!(response.header("content-type"), Some("application/json"));
        assert_eq!(response.text(), r#"{"message":"Missing Authentication Token"}"#, "{method} {target}");
        assert_eq!(response.header("content-length"), Some("42"));
        assert!(response.header("x-amzn-requestid").is_some() && response.header("x-amz-apigw-id").is_some());
        assert!(response.header("x-amzn-trace-id").is_none());
    }
}

#[test]
fn an_authorization_header_on_a_missing_route_is_complained_of() {
    let plane = Plane::start(&api());
    let response = Request::get("/nowhere").header("Authorization", "Bearer s3cret").send(plane.address);
    assert_eq!(response.status, 403);
    assert_eq!(response.header("x-amzn-errortype"), Some("IncompleteSignatureException"));
    assert!(
        response.text().contains("not a valid key=value pair (missing equal-sign) in Authorization header")
    );
    assert!(!response.text().contains("s3cret"));
}

#[test]
fn a_method_override_replaces_the_verb() {
    let plane = Plane::start(&api());
    let overridden = |verb: &str| {
        let request = Request::new("POST", "/files/x").header("X-HTTP-Method-Override", verb);
        request.body("data").send(plane.address)
    };
    assert_eq!(overridden("PUT").header("x-method"), Some("PUT /files/{rest+}"));
    assert_eq!(overridden("GET").header("x-method"), Some("GET /files/{rest+}"));
    assert_eq!(overridden("TRACE").status, 403);
}

#[test]
fn requests_that_cannot_be_trusted_are_refused_and_the_connection_ends() {
    let plane = Plane::start(&api());
    for (request, name) in [
        ("GET /pets HTTP/1.1\r\n\r\n", "no host"),
        ("GET /pets HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "two hosts"),
        ("GET /pets HTTP/1.1\r\nHost: a/b\r\n\r\n", "a host with a path"),
        ("GET /pets HTTP/1.1\r\nHost: user@a\r\n\r\n", "a host with a user"),
        ("GET /pets/%00 HTTP/1.1\r\nHost: a\r\n\r\n", "an encoded NUL"),
        ("GET /pets/%5Cx HTTP/1.1\r\nHost: a\r\n\r\n", "an encoded backslash"),
        ("GET /pets/%5cx HTTP/1.1\r\nHost: a\r\n\r\n", "an encoded backslash"),
        ("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n", "CONNECT"),
        ("GET /pets HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", "a NUL in a field"),
        ("GET /pets HTTP/1.1\r\nHost : a\r\n\r\n", "a space before the colon"),
        ("GET /pets HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", "a folded line"),
        ("GET /pets HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", "a signed length"),
        ("GET /pets HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "two lengths"),
        (
            "POST /pets/1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
            "a coding other than chunked",
        ),
    ] {
        let mut client = RawClient::connect(plane.address);
        client.send(request);
        let response = client.response();
        assert_eq!(response.status, 400, "{name}");
        assert!(client.is_closed(), "{name}");
    }
}

#[test]
fn dot_segments_are_never_resolved_into_another_route() {
    let plane = Plane::start(&api());
    for target in ["/x/../pets", "/files/../pets", "/./pets", "/x/%2e%2e/pets"] {
        let response = Request::get(target).send(plane.address);
        assert_ne!(response.header("x-method"), Some("GET /pets"), "{target}");
    }
}

#[test]
fn hosts_and_base_paths_lead_to_stages() {
    let mut other = TestApi::new().method("/pets", "GET", named("other"));
    other = other.api(|api| api.id = parsed("otherapi00"));
    let closed = TestApi::new()
        .api(|api| {
            api.id = parsed("closedapi0");
            api.disable_execute_api_endpoint = true;
        })
        .method("/pets", "GET", named("closed"));
    let plane = Plane::with(&TestApi::new().method("/pets", "GET", named("first")), |config| {
        config.path_endpoints = true;
    });
    plane.publish(&other.plan());
    plane.publish(&closed.plan());
    let revision = postern::model::StoreRevision(plane.publisher.current().store_revision.0 + 1);
    let mut edit = plane.publisher.current().edit(revision);
    edit.set_bindings([
        &binding("api.example.com", "", parsed(API_ID)),
        &binding("api.example.com", "v2", parsed("otherapi00")),
        &binding("*.example.com", "shop", parsed("closedapi0")),
    ]);
    plane.publisher.publish(edit.finish()).unwrap();

    for (host, target, expected) in [
        ("api.example.com", "/pets", Some("first")),
        ("API.Example.com:8080", "/pets", Some("first")),
        ("api.example.com", "/v2/pets", Some("other")),
        ("www.example.com", "/shop/pets", Some("closed")),
        ("testapi000.execute-api.localhost", "/prod/pets", Some("first")),
        ("testapi000.execute-api.localhost", "//prod/pets", Some("first")),
        ("otherapi00.execute-api.localhost", "/prod//pets", Some("other")),
        ("any.host", "/restapis/otherapi00/prod/_user_request_/pets", Some("other")),
        // Nothing leads there, or the way is closed.
        ("www.example.com", "/pets", None),
        ("unknown.host", "/pets", None),
        ("testapi000.execute-api.localhost", "/test/pets", None),
        ("unknownapi.execute-api.localhost", "/prod/pets", None),
        ("closedapi0.execute-api.localhost", "/prod/pets", None),
        ("any.host", "/restapis/closedapi0/prod/_user_request_/pets", None),
    ] {
        let response = Request::get(target).host(host).send(plane.address);
        assert_eq!(response.header("x-method"), expected, "{host}{target}");
        if expected.is_none() {
            assert_eq!((response.status, response.text()), (403, r#"{"message":"Forbidden"}"#.to_owned()));
            assert_eq!(response.header("x-amzn-errortype"), Some("ForbiddenException"));
        }
    }
}

#[test]
fn an_absolute_target_names_the_host() {
    let plane = Plane::start(&api());
    let mut client = RawClient::connect(plane.address);
    client.send("GET http://elsewhere.example/pets HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(client.response().header("x-method"), Some("GET /pets"));
}
