//! Requests run without a listener: what `TestMethod` and `ExplainCors` stand on.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use postern::gateway::{BackEndCall, Invocation, Invoked, Target};

use crate::plane::{Plane, TestApi, TestMethod, parsed};
use crate::support::Upstream;

#[track_caller]
fn invoke(api: &TestApi, target: Target, method: &str, path: &str, back_end: BackEndCall) -> Invoked {
    let plane = Plane::start(api);
    let mut headers = HeaderMap::new();
    headers.insert("x-in", "value".parse().unwrap());
    let invocation = Invocation {
        plan: api.plan(),
        target,
        method: parsed(method),
        path_and_query: path.to_owned(),
        headers,
        body: Bytes::from_static(b"sent"),
        back_end,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(plane.running().invoker().invoke(invocation)).unwrap()
}

fn at(path: &str, verb: &str) -> Target {
    Target::Method { resource_path: path.to_owned(), verb: parsed(verb) }
}

/// The log without its times, which stand before all lines but the first.
fn lines(invoked: &Invoked) -> Vec<&str> {
    let first = invoked.log.first().map(String::as_str);
    first.into_iter().chain(invoked.log[1..].iter().map(|line| line.split_once(" : ").unwrap().1)).collect()
}

#[test]
fn a_call_is_logged_step_by_step() {
    let upstream = Upstream::answering(200, &[("X-Back", "end")], "got");
    let uri = upstream.url("/pets/{id}");
    let method = TestMethod::http(&uri)
        .maps("path.id", "method.request.path.petId")
        .maps("header.X-Out", "method.request.header.X-In");
    let api = TestApi::new().method("/pets/{petId}", "POST", method);
    let invoked = invoke(&api, at("/pets/{petId}", "POST"), "POST", "/pets/1?q=a", BackEndCall::Real);
    assert_eq!((invoked.status, &*invoked.body), (StatusCode::OK, &b"got"[..]));
    let names: Vec<_> = invoked.headers.keys().map(http::HeaderName::as_str).collect();
    assert_eq!(names, ["x-amzn-trace-id", "content-type"]);
    let log = lines(&invoked);
    let starts = [
        "Execution log for request ",
        "Starting execution for request: ",
        "HTTP Method: POST, Resource Path: /pets/{petId}",
        "Method request path: {petId=1}",
        "Method request query string: {q=a}",
        "Method request headers: {x-in=value}",
        "Method request body before transformations: sent",
        "Endpoint request URI: http://127.0.0.1:",
        "Endpoint request headers: {",
        "Endpoint request body after transformations: sent",
        "Sending request to http://127.0.0.1:",
        "Received response. Status: 200, Integration latency: ",
        "Endpoint response headers: {",
        "Endpoint response body before transformations: got",
        "Method response body after transformations: got",
        "Method response headers: {",
        "Successfully completed execution",
        "Method completed with status: 200",
    ];
    assert_eq!(log.len(), starts.len(), "{log:#?}");
    for (line, start) in log.iter().zip(starts) {
        assert!(line.starts_with(start), "{line:?} does not start with {start:?}");
    }
    assert!(invoked.log[1].contains(" UTC 20"), "{:?}", invoked.log[1]);
    assert_eq!(upstream.only_request().header("x-out"), Some("value"));
}

#[test]
fn a_mock_is_answered_with_no_more_than_its_content_type() {
    let api = TestApi::new().method("/x", "GET", TestMethod::mock(200, &[], "body"));
    // A path that does not lead to the method leaves its parameters empty and runs it all the same.
    let invoked = invoke(&api, at("/x", "GET"), "GET", "/elsewhere", BackEndCall::Real);
    let names: Vec<_> = invoked.headers.keys().map(http::HeaderName::as_str).collect();
    assert_eq!((invoked.status, names), (StatusCode::OK, vec!["content-type"]));
    assert_eq!(lines(&invoked)[3], "Method request path: {}");
}

#[test]
fn a_failure_ends_the_log_with_its_status() {
    let api = TestApi::new().method("/x", "GET", TestMethod::http("http://${stageVariables.none}/"));
    let invoked = invoke(&api, at("/x", "GET"), "GET", "/x", BackEndCall::Real);
    assert_eq!(invoked.status, StatusCode::INTERNAL_SERVER_ERROR);
    let log = lines(&invoked);
    let end: Vec<_> = log.iter().rev().take(2).rev().copied().collect();
    assert_eq!(
        end,
        [
            "Execution failed due to configuration error: Invalid endpoint address",
            "Method completed with status: 500",
        ]
    );
}

#[test]
fn what_a_back_end_would_answer_is_said_or_left_open_without_calling_it() {
    let upstream = Upstream::answering(200, &[], "");
    let api = TestApi::new().method("/proxy", "GET", TestMethod::proxy(&upstream.url("/"))).method(
        "/mock",
        "GET",
        TestMethod::mock(204, &[], ""),
    );
    let said = || {
        let mut headers = HeaderMap::new();
        headers.insert("access-control-allow-origin", "*".parse().unwrap());
        BackEndCall::Said(StatusCode::IM_A_TEAPOT, headers)
    };
    let passed = invoke(&api, Target::Routed, "GET", "/proxy", said());
    assert_eq!((passed.status, passed.passes_through), (StatusCode::IM_A_TEAPOT, true));
    assert_eq!(passed.headers["access-control-allow-origin"], "*");
    assert_eq!(
        passed.method.map(|(path, verb)| (path.to_string(), verb.to_string())),
        Some(("/proxy".to_owned(), "GET".to_owned()))
    );

    let open = invoke(&api, Target::Routed, "GET", "/proxy", BackEndCall::Unknown);
    assert!(open.unanswered && open.passes_through);
    let mock = invoke(&api, Target::Routed, "GET", "/mock", BackEndCall::Unknown);
    assert_eq!((mock.status, mock.unanswered, mock.passes_through), (StatusCode::NO_CONTENT, false, false));
    let none = invoke(&api, Target::Routed, Method::OPTIONS.as_str(), "/none", said());
    assert_eq!((none.status, none.method.is_none()), (StatusCode::FORBIDDEN, true));
    assert!(upstream.requests().is_empty());
}
