//! `HTTP`: mapping of the request, selection and mapping of the answer, and what is said when the call fails.

use std::net::TcpListener;

use postern::model::{GatewayResponseType, PassthroughBehavior};

use crate::plane::{API_ID, Plane, TestApi, TestMethod, parsed};
use crate::support::{Request, Upstream};

#[test]
fn request_parts_are_mapped_into_uri_query_and_headers() {
    let upstream = Upstream::answering(200, &[], "");
    let uri = format!("http://{}/base/{{id}}/${{stageVariables.part}}?fixed=1", upstream.address());
    let method = TestMethod::http(&uri)
        .maps("path.id", "method.request.path.pet")
        .maps("querystring.page", "method.request.querystring.p")
        .maps("querystring.tag", "method.request.multivaluequerystring.tag")
        .maps("header.X-Stage", "context.stage")
        .maps("header.X-Path", "context.resourcePath")
        .maps("header.X-Id", "method.request.path.pet")
        .maps("header.X-Ip", "context.identity.sourceIp")
        .maps("header.X-Api", "context.apiId")
        .maps("header.X-Static", "'a, b'")
        .maps("header.X-Variable", "stageVariables.part")
        .maps("header.X-Last", "method.request.header.X-Many")
        .maps("header.X-All", "method.request.multivalueheader.X-Many")
        .maps("header.X-Hidden", "method.request.header.Expect")
        .maps("header.X-None", "method.request.header.X-Not-Sent");
    let api = TestApi::new().variable("part", "v1").method("/pets/{pet}", "GET", method);
    let plane = Plane::start(&api);
    let response = Request::get("/pets/a%2Fb?p=1&p=2&tag=x+y&tag=z&ignored=1")
        .header("X-Many", "one")
        .header("X-Many", "two")
        .send(plane.address);
    assert_eq!(response.status, 200);
    let seen = upstream.only_request();
    assert_eq!(seen.target, "/base/a%2Fb/v1?fixed=1&page=2&tag=x%20y&tag=z");
    for (name, value) in [
        ("x-stage", Some("prod")),
        ("x-path", Some("/pets/{pet}")),
        ("x-id", Some("a%2Fb")),
        ("x-ip", Some("127.0.0.1")),
        ("x-api", Some(API_ID)),
        ("x-static", Some("a, b")),
        ("x-variable", Some("v1")),
        ("x-last", Some("two")),
        ("x-all", Some("one,two")),
        ("x-hidden", None),
        ("x-none", None),
    ] {
        assert_eq!(seen.header(name), value, "{name}");
    }
}

#[test]
fn values_never_lead_out_of_the_back_ends_base_path() {
    let upstream = Upstream::answering(200, &[], "");
    let uri = format!("http://{}/base/{{rest}}", upstream.address());
    let method = TestMethod::http(&uri).maps("path.rest", "method.request.path.rest");
    let plane = Plane::start(&TestApi::new().method("/{rest+}", "GET", method));
    for (target, status) in [
        ("/a/b", 200),
        ("/a/../b", 200),
        ("/..", 400),
        ("/../secret", 400),
        ("/a/../../secret", 400),
        ("/%2e%2e/secret", 400),
        ("/.%2E/secret", 400),
    ] {
        let response = Request::get(target).send(plane.address);
        assert_eq!(response.status, status, "{target}");
    }
    assert!(upstream.requests().iter().all(|seen| seen.target.starts_with("/base/")));
    assert_eq!(upstream.requests().len(), 2);
}

#[test]
fn the_back_ends_status_selects_the_answer() {
    let upstream = Upstream::start(|request, wire| {
        let status = request.target.trim_start_matches('/').parse().unwrap();
        wire.answer(
            status,
            &[("X-Back", "end"), ("X-Two", "a"), ("X-Two", "b"), ("Content-Type", "text/plain")],
            "body",
        );
    });
    let uri = format!("http://{}/{{status}}", upstream.address());
    let method = TestMethod::http(&uri)
        .maps("path.status", "method.request.path.status")
        .responds(
            200,
            None,
            &[
                ("X-From", "integration.response.header.X-Back"),
                ("X-Last", "integration.response.header.X-Two"),
                ("X-All", "integration.response.multivalueheader.X-Two"),
                ("X-Gone", "integration.response.header.X-Absent"),
                ("Content-Type", "integration.response.header.Content-Type"),
            ],
        )
        .responds(404, Some("404"), &[("X-Static", "missing")])
        .responds(502, Some(r"5\d{2}"), &[("X-Stage", "context.stage")]);
    let plane = Plane::start(&TestApi::new().method("/{status}", "GET", method));
    for (back_end, status, header) in [
        ("200", 200, ("x-from", Some("end"))),
        ("201", 200, ("x-last", Some("b"))),
        // HTTP's default turns an error of the back end into its own status.
        ("400", 200, ("x-all", Some("a,b"))),
        ("404", 404, ("x-static", Some("missing"))),
        ("500", 502, ("x-stage", Some("prod"))),
        ("503", 502, ("x-from", None)),
    ] {
        let response = Request::get(&format!("/{back_end}")).send(plane.address);
        assert_eq!(response.status, status, "{back_end}");
        assert_eq!(response.header(header.0), header.1, "{back_end}");
        assert_eq!(response.header("x-back"), None, "only mapped headers cross");
        assert_eq!(response.header("x-gone"), None);
        assert_eq!(response.text(), "body", "the body passes unmapped");
        let content_type = if status == 200 { "text/plain" } else { "application/json" };
        assert_eq!(response.header("content-type"), Some(content_type), "{back_end}");
    }
}

#[test]
fn no_matching_response_and_no_default_is_a_500() {
    let upstream = Upstream::answering(200, &[], "");
    let mut method = TestMethod::http(&upstream.url("/")).responds(404, Some("404"), &[]);
    method = method.change(|integration| drop(integration.responses.remove(&parsed("200"))));
    let plane = Plane::start(&TestApi::new().method("/x", "GET", method));
    let response = Request::get("/x").send(plane.address);
    assert_eq!(
        (response.status, response.text()),
        (500, r#"{"message": "Internal server error"}"#.to_owned())
    );
    assert_eq!(response.header("content-length"), Some("36"));
}

#[test]
fn the_verb_is_the_integrations_own_or_the_callers() {
    for (configured, sent, expected, body) in [
        ("ANY", "DELETE", "DELETE", "data"),
        ("POST", "GET", "POST", "data"),
        ("GET", "POST", "GET", ""),
        ("HEAD", "PUT", "HEAD", ""),
    ] {
        let upstream = Upstream::answering(200, &[], "");
        let method = TestMethod::http(&upstream.url("/")).verb(configured);
        let plane = Plane::start(&TestApi::new().method("/x", "ANY", method));
        let response = Request::new(sent, "/x").body("data").send(plane.address);
        assert_eq!(response.status, 200);
        let seen = upstream.only_request();
        assert_eq!((seen.method.as_str(), seen.text().as_str()), (expected, body), "{configured} {sent}");
    }
}

#[test]
fn a_constant_template_takes_the_bodys_place() {
    let upstream = Upstream::answering(200, &[], "theirs");
    let method = TestMethod::http(&upstream.url("/")).change(|integration| {
        integration.request_templates.insert(parsed("application/json"), r#"{"fixed":true}"#.to_owned());
        integration.passthrough_behavior = PassthroughBehavior::Never;
        for response in integration.responses.values_mut() {
            response.response_templates.insert(parsed("application/json"), "ours".to_owned());
        }
    });
    let plane = Plane::start(&TestApi::new().method("/x", "POST", method));
    let response = Request::new("POST", "/x").header("Content-Type", "application/json; charset=utf-8");
    let response = response.body("{}").send(plane.address);
    assert_eq!((response.status, response.text().as_str()), (200, "ours"));
    assert_eq!(upstream.only_request().text(), r#"{"fixed":true}"#);

    let refused =
        Request::new("POST", "/x").header("Content-Type", "text/plain").body("x").send(plane.address);
    assert_eq!((refused.status, refused.text().as_str()), (415, r#"{"message":"Unsupported Media Type"}"#));
    assert_eq!(refused.header("x-amzn-errortype"), Some("BadRequestException"));
}

#[test]
fn a_call_that_fails_says_how() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let silent = Upstream::start(|_, wire| wire.wait_for_hang_up());
    let hangs_up = Upstream::sending("");
    let nonsense = Upstream::sending("SSH-2.0-OpenSSH\r\n\r\n");
    let cut_head = Upstream::sending("HTTP/1.1 200 OK\r\nContent-");
    let double = Upstream::sending("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx");
    let both = Upstream::sending(
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    );
    let upgrade = Upstream::sending("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n");
    let large = Upstream::sending(format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(40_000)));
    let many = Upstream::sending(format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: y\r\n".repeat(101)));
    let interim = Upstream::sending("HTTP/1.1 100 Continue\r\n\r\n".repeat(9) + "HTTP/1.1 200 OK\r\n\r\n");
    let plain = Upstream::answering(200, &[], "");
    const INTERNAL: &str = r#"{"message": "Internal server error"}"#;
    for (uri, status, body) in [
        (format!("http://{closed}/"), 500, INTERNAL),
        ("http://does-not-exist.invalid/".to_owned(), 500, INTERNAL),
        // Not listed in --allow-upstream.
        ("http://169.254.169.254/latest/meta-data".to_owned(), 500, INTERNAL),
        (silent.url("/"), 504, r#"{"message":"Endpoint request timed out"}"#),
        (hangs_up.url("/"), 504, r#"{"message":"Network error communicating with endpoint"}"#),
        (
            plain.url("/").replace("http:", "https:"),
            504,
            r#"{"message":"Network error communicating with endpoint"}"#,
        ),
        (nonsense.url("/"), 502, INTERNAL),
        (cut_head.url("/"), 502, INTERNAL),
        (double.url("/"), 502, INTERNAL),
        (both.url("/"), 502, INTERNAL),
        (upgrade.url("/"), 502, INTERNAL),
        (large.url("/"), 502, INTERNAL),
        (many.url("/"), 502, INTERNAL),
        (interim.url("/"), 502, INTERNAL),
    ] {
        for method in [TestMethod::http(&uri), TestMethod::proxy(&uri)] {
            let plane = Plane::start(&TestApi::new().method("/x", "GET", method.timeout(300)));
            let response = Request::get("/x").send(plane.address);
            assert_eq!((response.status, response.text().as_str()), (status, body), "{uri}");
            assert_eq!(response.header("x-amzn-errortype"), Some("InternalServerErrorException"), "{uri}");
            // The caller's connection is none the worse.
            assert_eq!(response.header("connection"), None, "{uri}");
        }
    }
}

#[test]
fn interim_answers_are_skipped_within_a_bound() {
    let upstream = Upstream::sending(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    );
    let plane = Plane::start(&TestApi::new().method("/x", "GET", TestMethod::proxy(&upstream.url("/"))));
    let response = Request::get("/x").send(plane.address);
    assert_eq!((response.status, response.text().as_str(), response.header("link")), (200, "ok", None));
}

#[test]
fn a_stage_variable_can_make_the_address_invalid() {
    let method = TestMethod::http("http://${stageVariables.missing}/x");
    let plane = Plane::start(&TestApi::new().method("/x", "GET", method));
    let response = Request::get("/x").send(plane.address);
    assert_eq!(response.status, 500);
    assert_eq!(response.header("x-amzn-errortype"), Some("InternalServerErrorException"));
}

#[test]
fn gateway_responses_are_customised_and_inherited() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let template = r#"{"code":"$context.error.responseType","detail":$context.error.messageString,"id":"$context.requestId"}"#;
    let api = TestApi::new()
        .method("/closed", "GET", TestMethod::http(&format!("http://{closed}/")))
        .gateway_response(
            GatewayResponseType::MissingAuthenticationToken,
            Some("404"),
            &[("X-Origin", "method.request.header.Origin"), ("X-Static", "'yes'")],
            template,
        )
        .gateway_response(
            GatewayResponseType::Default5xx,
            Some("599"),
            &[("Access-Control-Allow-Origin", "'*'")],
            "",
        );
    let plane = Plane::start(&api);
    let missing = Request::get("/none").header("Origin", "https://a.example").send(plane.address);
    let id = missing.header("x-amzn-requestid").unwrap();
    assert_eq!(missing.status, 404);
    assert_eq!(missing.header("x-origin"), Some("https://a.example"));
    assert_eq!(missing.header("x-static"), Some("yes"));
    assert_eq!(missing.header("x-amzn-errortype"), Some("MissingAuthenticationTokenException"));
    assert_eq!(
        missing.json(),
        serde_json::json!({"code": "MISSING_AUTHENTICATION_TOKEN", "detail": "Missing Authentication Token", "id": id})
    );
    let failed = Request::get("/closed").send(plane.address);
    assert_eq!((failed.status, failed.header("access-control-allow-origin")), (599, Some("*")));
    assert_eq!(failed.text(), r#"{"message": "Internal server error"}"#);
}
