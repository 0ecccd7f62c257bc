//! Test invocations and verdicts over the admin API of a whole server: nothing is deployed in any of these.

use postern::wire::pb;
use tonic::Code;

use crate::support::admin::fields;
use crate::support::{Postern, Upstream, http, mock, proxy};

fn header(name: &str, value: &str) -> pb::Header {
    pb::Header { name: name.to_owned(), value: value.to_owned() }
}

fn value<'a>(headers: &'a [pb::Header], name: &str) -> Vec<&'a str> {
    headers.iter().filter(|header| header.name == name).map(|header| header.value.as_str()).collect()
}

fn run(api_id: &str, resource: &str, http_method: &str) -> pb::TestMethodRequest {
    pb::TestMethodRequest {
        api_id: api_id.to_owned(),
        resource: resource.to_owned(),
        http_method: http_method.to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_method_of_the_draft_is_run_with_its_mappings_and_logged() {
    let upstream = Upstream::answering(200, &[("X-Total", "7"), ("X-Secret", "no")], "seven pets");
    let server = Postern::start().await;
    let api_id = server.api("pets").await;
    let method = http(
        "GET",
        &upstream.url("/${stageVariables.kind}/{id}"),
        &[
            ("integration.request.path.id", "method.request.path.id"),
            ("integration.request.header.X-Lang", "method.request.querystring.lang"),
        ],
        &[("method.response.header.X-Total", "integration.response.header.X-Total")],
    );
    server.put(&api_id, "/pets/{id}", "GET", method).await;
    let request = pb::TestMethodRequest {
        path_with_query_string: "/pets/5?lang=de".into(),
        stage_variables: [("kind".to_owned(), "animals".to_owned())].into(),
        ..run(&api_id, "/pets/{id}", "GET")
    };
    let answer = server.tests().test_method(request).await.unwrap().into_inner();
    assert_eq!((answer.status_code, answer.body.as_str()), (200, "seven pets"));
    assert_eq!(value(&answer.headers, "x-total"), ["7"]);
    assert!(value(&answer.headers, "x-secret").is_empty(), "only what is mapped crosses");
    let received = upstream.only_request();
    assert_eq!((received.target.as_str(), received.header("x-lang")), ("/animals/5", Some("de")));
    assert!(answer.log[0].starts_with("Execution log for request "), "{:?}", answer.log);
    assert!(answer.log.last().unwrap().ends_with("Method completed with status: 200"));
    assert!(answer.latency.is_some());
}

#[tokio::test]
async fn a_verb_that_is_not_there_is_run_by_the_method_for_any() {
    let upstream = Upstream::answering(200, &[], "taken");
    let server = Postern::start().await;
    let api_id = server.api("pets").await;
    server.put(&api_id, "/pets", "ANY", proxy(&upstream.url("/pets"))).await;
    server.tests().test_method(run(&api_id, "/pets", "DELETE")).await.unwrap();
    assert_eq!(upstream.only_request().method, "DELETE");
    let missing = server.tests().test_method(run(&api_id, "/", "DELETE")).await.unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);
    assert!(missing.message().contains("DELETE"), "{}", missing.message());
}

#[tokio::test]
async fn bytes_that_are_no_text_go_both_ways() {
    let bytes = vec![0xff, 0x00, 0xfe];
    let echoed = bytes.clone();
    let upstream = Upstream::start(move |_, wire| {
        wire.answer(200, &[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")], &echoed)
    });
    let server = Postern::start().await;
    let api_id = server.api("pets").await;
    server.put(&api_id, "/files", "POST", proxy(&upstream.url("/files"))).await;
    let request = pb::TestMethodRequest {
        binary_body: bytes.clone(),
        headers: vec![header("Content-Type", "application/octet-stream")],
        ..run(&api_id, "/files", "POST")
    };
    let answer = server.tests().test_method(request).await.unwrap().into_inner();
    assert_eq!((answer.body.as_str(), &answer.binary_body), ("", &bytes));
    assert_eq!(value(&answer.headers, "set-cookie"), ["a=1", "b=2"], "each value for itself");
    assert_eq!(upstream.only_request().body, bytes);
}

#[tokio::test]
async fn a_test_that_cannot_be_run_says_why() {
    let server = Postern::start().await;
    let api_id = server.api("pets").await;
    server.put(&api_id, "/pets", "GET", mock(200, &[], "{}")).await;
    server.put(&api_id, "/bare", "GET", pb::Method::default()).await;
    let wrong = pb::TestMethodRequest {
        path_with_query_string: "pets".into(),
        headers: vec![header("X A", "1")],
        body: "a".into(),
        binary_body: vec![1],
        stage_variables: [("a b".to_owned(), "x".to_owned())].into(),
        ..run(&api_id, "/pets", "GET")
    };
    let refused = server.tests().test_method(wrong).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let mut named = fields(&refused);
    named.sort();
    let expected = ["binary_body", "headers[0].name", "path_with_query_string", "stage_variables[a b]"];
    assert_eq!(named, expected);
    let missing = server.tests().test_method(run(&api_id, "/pets", "POST")).await.unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);
    let incomplete = server.tests().test_method(run(&api_id, "/bare", "GET")).await.unwrap_err();
    assert_eq!(incomplete.code(), Code::FailedPrecondition, "{incomplete:?}");
}

fn question(api_id: &str, path: &str) -> pb::ExplainCorsRequest {
    pb::ExplainCorsRequest {
        api_id: api_id.to_owned(),
        path: path.to_owned(),
        origin: "https://app.example.com".into(),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_verdict_names_the_rule_the_mend_and_what_a_back_end_owes() {
    let server = Postern::start().await;
    let api_id = server.api("pets").await;
    server.put(&api_id, "/pets", "GET", mock(200, &[], "{}")).await;
    // Nobody listens there, and nobody is called.
    server.put(&api_id, "/proxied", "GET", proxy("http://127.0.0.1:9/")).await;

    let refused = server.cors().explain_cors(question(&api_id, "/pets")).await.unwrap().into_inner();
    assert_eq!(refused.verdict(), pb::CorsVerdict::Refused);
    assert!(refused.preflight.is_none(), "a plain GET is not preflighted");
    let actual = refused.actual.as_ref().unwrap();
    assert_eq!(
        (actual.path.as_str(), actual.http_method.as_str(), actual.status_code),
        ("/pets", "GET", 200)
    );
    assert!(!refused.failed_rule.is_empty() && !refused.failed_reason.is_empty());
    assert!(refused.mend.contains("EnableCors"), "{}", refused.mend);
    let failed = refused.steps.last().unwrap();
    assert_eq!((failed.outcome(), &failed.name), (pb::CorsStepOutcome::Failed, &refused.failed_rule));

    let open = server.cors().explain_cors(question(&api_id, "/proxied")).await.unwrap().into_inner();
    assert_eq!(open.verdict(), pb::CorsVerdict::DependsOnBackEnd);
    assert!(open.actual.unwrap().from_back_end);
    let owed: Vec<_> = open.required_headers.iter().map(|header| header.name.as_str()).collect();
    assert_eq!(owed, ["Access-Control-Allow-Origin"]);

    let told = pb::ExplainCorsRequest {
        back_end_answer: Some(pb::BackEndAnswer { headers: open.required_headers, ..Default::default() }),
        ..question(&api_id, "/proxied")
    };
    let allowed = server.cors().explain_cors(told).await.unwrap().into_inner();
    assert_eq!(allowed.verdict(), pb::CorsVerdict::Allowed);

    let nowhere = pb::ExplainCorsRequest { http_method: "PUT".into(), ..question(&api_id, "/nowhere") };
    let nowhere = server.cors().explain_cors(nowhere).await.unwrap().into_inner();
    assert_eq!(nowhere.verdict(), pb::CorsVerdict::Refused);
    assert_eq!(nowhere.preflight.unwrap().response_type, "MISSING_AUTHENTICATION_TOKEN");

    let wrong = pb::ExplainCorsRequest {
        origin: "app.example.com".into(),
        stage_name: "a b".into(),
        target_origin: "x".into(),
        back_end_answer: Some(pb::BackEndAnswer { status_code: 999, ..Default::default() }),
        ..question(&api_id, "pets")
    };
    let wrong = server.cors().explain_cors(wrong).await.unwrap_err();
    let named = ["stage_name", "path", "origin", "target_origin", "back_end_answer.status_code"];
    assert_eq!(fields(&wrong), named);
    let method = pb::ExplainCorsRequest { http_method: "CONNECT".into(), ..question(&api_id, "/pets") };
    let method = server.cors().explain_cors(method).await.unwrap_err();
    assert_eq!(fields(&method), ["http_method"]);
}
