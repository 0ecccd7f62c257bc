//! The static form at run time: an ordinary mock, for everyone the same.

use postern::wire::pb;

use crate::support::cors::{Site, cors_headers, enable, headers, origins};
use crate::support::{Request, Upstream};
use crate::support::{mock, proxy};

const ORIGIN: &str = "https://app.example.com";

#[test]
fn the_mock_answers_200_with_an_empty_body() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[], "[]"))]);
    site.enable("/pets", pb::CorsSettings::default());
    site.deploy();
    let answer = site.preflight("/pets", ORIGIN, "GET");
    assert_eq!((answer.status, answer.text().as_str()), (200, ""));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("content-length"), Some("0"));
    assert!(answer.header("x-amzn-requestid").is_some_and(|id| id.len() == 36));
    assert!(answer.header("x-amz-apigw-id").is_some_and(|id| id.ends_with('=')));
    assert_eq!(answer.header("x-amzn-trace-id"), None);
}

#[test]
fn the_mock_answers_the_same_whatever_is_asked() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[], "[]"))]);
    site.enable("/pets", origins(&[ORIGIN]));
    site.deploy();
    let expected = cors_headers(&site.preflight("/pets", ORIGIN, "GET"));
    assert_eq!(expected.get("vary"), None, "a constant origin owes no Vary");
    for request in [
        Request::new("OPTIONS", "/prod/pets"),
        Request::preflight("/prod/pets", "https://evil.example", "DELETE", &["x-anything", "x-more"]),
        Request::preflight("/prod/pets", "null", "TRACE", &[]),
        Request::new("OPTIONS", "/prod/pets").header("Origin", "not an origin"),
    ] {
        let answer = site.send(&request);
        assert_eq!(answer.status, 200, "{request:?}");
        assert_eq!(cors_headers(&answer), expected, "{request:?}");
    }
    for origin in [None, Some("https://evil.example"), Some("null"), Some(ORIGIN)] {
        let answer = site.get("/pets", origin);
        assert_eq!(answer.status, 200, "CORS is no access control");
        assert_eq!(cors_headers(&answer), headers(&[("access-control-allow-origin", ORIGIN)]), "{origin:?}");
    }
}

#[test]
fn optional_headers_go_where_they_matter() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[("X-Total", "3")], "[]"))]);
    let settings = pb::CorsSettings {
        allow_credentials: true,
        max_age_seconds: Some(600),
        expose_headers: vec!["X-Total".to_owned(), "X-Page".to_owned()],
        allow_headers: vec!["X-Custom".to_owned(), "content-type".to_owned()],
        allow_methods: vec!["GET".to_owned(), "PUT".to_owned()],
        ..origins(&[ORIGIN])
    };
    site.enable("/pets", settings);
    site.deploy();
    let preflight = headers(&[
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-headers", "X-Custom,content-type"),
        ("access-control-allow-methods", "GET,PUT"),
        ("access-control-allow-origin", ORIGIN),
        ("access-control-max-age", "600"),
    ]);
    assert_eq!(cors_headers(&site.preflight("/pets", ORIGIN, "GET")), preflight);
    let actual = headers(&[
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-origin", ORIGIN),
        ("access-control-expose-headers", "X-Total,X-Page"),
    ]);
    assert_eq!(cors_headers(&site.get("/pets", Some(ORIGIN))), actual);
}

#[test]
fn a_preflight_without_options_gets_403_or_falls_through() {
    let upstream = Upstream::answering(204, &[("Access-Control-Allow-Origin", "*")], "");
    let site = Site::new();
    site.resource("/test", &[("POST", mock(200, &[], "{}"))]).deploy();
    let refused = site.preflight("/test", ORIGIN, "POST");
    assert_eq!(refused.status, 403);
    assert_eq!(refused.json()["message"], "Missing Authentication Token");
    assert_eq!(refused.header("x-amzn-errortype"), Some("MissingAuthenticationTokenException"));
    // A greedy sibling's ANY answers it, since /test has neither OPTIONS nor ANY.
    site.resource("/{proxy+}", &[("ANY", proxy(&upstream.url("/")))]).deploy();
    assert_eq!(site.preflight("/test", ORIGIN, "POST").status, 204);
    let seen = upstream.only_request();
    assert_eq!(seen.method, "OPTIONS");
    assert_eq!(seen.header("origin"), Some(ORIGIN));
    assert_eq!(seen.header("access-control-request-method"), Some("POST"));
    // Path beats verb: ANY on the resource itself comes before the greedy OPTIONS.
    site.resource("/test/any", &[("ANY", mock(200, &[("X-By", "any")], "{}"))]);
    site.resource("/{proxy+}", &[("OPTIONS", mock(200, &[("X-By", "greedy")], ""))]).deploy();
    assert_eq!(site.preflight("/test", ORIGIN, "POST").header("x-by"), Some("greedy"));
    assert_eq!(site.preflight("/test/any", ORIGIN, "POST").header("x-by"), Some("any"));
}

#[test]
fn a_preflight_with_an_unmapped_content_type_is_500_or_415() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[], "[]"))]);
    site.enable("/pets", pb::CorsSettings::default());
    site.deploy();
    let odd = |site: &Site| {
        let request = Request::preflight("/prod/pets", ORIGIN, "GET", &[]).header("Content-Type", "text/csv");
        site.send(&request.body("a,b")).status
    };
    assert_eq!(odd(&site), 500, "the body passes through, and has no statusCode");
    let mut options = site.method("/pets", "OPTIONS").expect("OPTIONS");
    let integration = options.integration.as_mut().expect("a mock");
    integration.passthrough_behavior = pb::PassthroughBehavior::Never.into();
    site.try_put("/pets", "OPTIONS", options).expect("a static OPTIONS is an ordinary method");
    site.deploy();
    assert_eq!(odd(&site), 415);
    assert_eq!(site.preflight("/pets", ORIGIN, "GET").status, 200);
}

#[test]
fn cdks_lenient_mock_template_works() {
    let site = Site::new();
    let mut options = mock(200, &[("Access-Control-Allow-Origin", "*")], "");
    let template = "{ statusCode: 200 }".to_owned();
    let integration = options.integration.as_mut().expect("a mock");
    integration.request_templates.insert("application/json".to_owned(), template);
    site.resource("/pets", &[("GET", mock(200, &[], "[]")), ("OPTIONS", options)]).deploy();
    let answer = site.preflight("/pets", ORIGIN, "GET");
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some("*")));
}

#[test]
fn a_mapping_to_an_undeclared_header_is_refused() {
    let site = Site::new();
    let mut method = mock(200, &[], "[]");
    method.integration.as_mut().expect("a mock").responses[0]
        .response_parameters
        .insert("method.response.header.Access-Control-Allow-Origin".to_owned(), "'*'".to_owned());
    site.resource("/pets", &[]);
    let refused = site.try_put("/pets", "GET", method).expect_err("the header is not declared");
    assert_eq!(refused.code(), tonic::Code::InvalidArgument);
    let unquoted = mock(200, &[("Access-Control-Allow-Origin", "x")], "[]");
    let mut unquoted = unquoted;
    unquoted.integration.as_mut().expect("a mock").responses[0]
        .response_parameters
        .insert("method.response.header.Access-Control-Allow-Origin".to_owned(), "*".to_owned());
    let refused = site.try_put("/pets", "GET", unquoted).expect_err("an unquoted * is no expression");
    assert_eq!(refused.code(), tonic::Code::InvalidArgument);
}

#[test]
fn enabling_is_no_merge_of_old_and_new_lists() {
    let site = Site::new();
    site.resource("/pets", &[("GET", mock(200, &[], "[]"))]);
    site.enable("/pets", pb::CorsSettings { allow_headers: vec!["X-A".to_owned()], ..Default::default() });
    site.try_enable(enable(
        "/pets",
        pb::CorsSettings { allow_headers: vec!["X-B".to_owned()], ..Default::default() },
    ))
    .expect("its own values follow the settings");
    site.deploy();
    let preflight = site.preflight("/pets", ORIGIN, "GET");
    assert_eq!(preflight.header("access-control-allow-headers"), Some("X-B"));
}
