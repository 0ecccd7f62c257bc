//! How functions are called: over TLS, with their log asked for, and up to the size of what they may give.

use postern::wire::pb;

use crate::aws::{aws, function};
use crate::lambda::{proxy, server};
use crate::support::{Postern, Request, TlsBackEnd, Upstream, map};

#[tokio::test]
async fn functions_are_invoked_over_tls_if_the_authority_is_trusted() {
    let back_end = TlsBackEnd::answering("localhost", r#"{"body": "from afar"}"#);
    for (host, trusted, status, body) in [
        ("localhost", true, 200, "from afar"),
        ("localhost", false, 504, r#"{"message":"Network error communicating with endpoint"}"#),
        ("127.0.0.1", true, 504, r#"{"message":"Network error communicating with endpoint"}"#),
    ] {
        let url = back_end.url(host);
        let server = Postern::with(|flags| {
            let flags = flags.with("lambda-endpoint", [url]).with("allow-upstream", [""; 0]);
            if trusted {
                flags.with("upstream-ca", [back_end.authority().display().to_string()])
            } else {
                flags
            }
        })
        .await;
        server.serve([("/", "POST", proxy("f"))]).await;
        let answer = Request::new("POST", "/").body("{}").send(server.data);
        assert_eq!((answer.status, answer.text().as_str()), (status, body), "{host}, trusted: {trusted}");
    }
}

#[tokio::test]
async fn a_log_that_is_asked_for_is_not_the_callers_to_see() {
    let upstream = Upstream::answering(200, &[("X-Amz-Log-Result", "c2VjcmV0")], r#"{"body":"done"}"#);
    let server = server(&upstream).await;
    let asks = map(&[("integration.request.header.X-Amz-Log-Type", "'Tail'")]);
    let mut by_proxy = proxy("f");
    by_proxy.integration.as_mut().unwrap().request_parameters = asks.clone();
    let mut mapped = aws(&function("f"), "", &[(200, "", "")]);
    mapped.integration.as_mut().unwrap().request_parameters = asks;
    server.serve([("/proxy", "POST", by_proxy), ("/mapped", "POST", mapped)]).await;
    for (index, (path, body)) in [("/proxy", "done"), ("/mapped", r#"{"body":"done"}"#)].iter().enumerate() {
        let answer = Request::new("POST", path).body("{}").send(server.data);
        assert_eq!((answer.status, answer.text().as_str()), (200, *body), "{path}");
        assert_eq!(answer.header("x-amz-log-result"), None, "{path}");
        assert_eq!(upstream.request(index).header("x-amz-log-type"), Some("Tail"), "{path}");
    }
}

#[tokio::test]
async fn a_function_gives_at_most_six_megabytes() {
    const MOST: usize = 6 * 1024 * 1024;
    // The body says how large the whole output is to be.
    let upstream = Upstream::start(|request, wire| {
        let event: serde_json::Value = serde_json::from_str(&request.text()).unwrap();
        let size: usize = event["body"].as_str().unwrap().parse().unwrap();
        let frame = r#"{"body":""}"#.len();
        wire.answer(200, &[], format!(r#"{{"body":"{}"}}"#, "x".repeat(size - frame)));
    });
    let server = server(&upstream).await;
    server.serve([("/", "POST", proxy("f"))]).await;
    for (size, status) in [(MOST, 200), (MOST + 1, 502)] {
        let answer = Request::new("POST", "/").body(size.to_string()).send(server.data);
        assert_eq!(answer.status, status, "{size}");
        let expected = if status == 200 { MOST - r#"{"body":""}"#.len() } else { 36 };
        assert_eq!(answer.body.len(), expected, "{size}");
    }
}

#[tokio::test]
async fn a_mapping_to_the_invocation_reads_the_request() {
    let upstream = Upstream::answering(202, &[], "");
    let server = server(&upstream).await;
    let mut method = proxy("f");
    method.integration.as_mut().unwrap().request_parameters =
        map(&[("integration.request.header.X-Amz-Invocation-Type", "method.request.body.how")]);
    server.serve([("/", "POST", method)]).await;
    let send = |body: &str| Request::new("POST", "/").body(body).send(server.data);
    assert_eq!((send(r#"{"how":"Event"}"#).status, upstream.requests().len()), (200, 1));
    assert_eq!(upstream.request(0).header("x-amz-invocation-type"), Some("Event"));
    let refused = send(r#"{"how":"#);
    assert_eq!(
        (refused.status, refused.text().as_str()),
        (400, r#"{"message":"Invalid JSON in request body"}"#)
    );
    assert_eq!(upstream.requests().len(), 1);
}

#[tokio::test]
async fn no_mapping_and_no_template_sets_what_is_forbidden_toward_aws() {
    let upstream = Upstream::answering(200, &[], "{}");
    let url = format!("dynamodb={}", upstream.url(""));
    let server = Postern::with(|flags| flags.with("aws-endpoint", [url])).await;
    let uri = "arn:aws:apigateway:us-east-1:dynamodb:action/GetItem";
    let forbidden = [
        "Authorization",
        "Connection",
        "Content-Length",
        "Expect",
        "Proxy-Authenticate",
        "TE",
        "Transfer-Encoding",
        "X-Amzn-Trace-Id",
    ];
    let mut methods: Vec<(String, pb::Method)> = Vec::new();
    for name in forbidden {
        let mut mapped = aws(uri, "{}", &[(200, "", "")]);
        mapped.integration.as_mut().unwrap().request_parameters =
            map(&[(&format!("integration.request.header.{name}"), "'x'")]);
        methods.push((format!("/mapped/{name}"), mapped));
        let template = format!("#set($context.requestOverride.header.{name} = 'x'){{}}");
        methods.push((format!("/template/{name}"), aws(uri, &template, &[(200, "", "")])));
    }
    let dropped = "#set($context.requestOverride.header.Via = 'x'){}";
    methods.push(("/dropped".to_owned(), aws(uri, dropped, &[(200, "", "")])));
    server.serve(methods.iter().map(|(path, method)| (path.as_str(), "GET", method.clone()))).await;
    for (path, _) in methods.iter().filter(|(path, _)| path != "/dropped") {
        let answer = server.get(path);
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (500, r#"{"message": "Internal server error"}"#),
            "{path}"
        );
    }
    assert!(upstream.requests().is_empty());
    assert_eq!(server.get("/dropped").status, 200);
    assert_eq!(upstream.only_request().header("via"), None);
}
